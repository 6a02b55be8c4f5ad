/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* registry.c - the list of live channels, and the dump. See registry.h.
 *
 * The list has one lock of its own, taken before a channel's lock and never while
 * one is held. Sites of a half are under the list's lock too: debug builds may be
 * slow. */
#define _GNU_SOURCE 1
#include "chan/registry.h"

#include <stdio.h>

#if LEAT_DEBUG && !defined(LEAT_GENMC)

#include "os/os.h"
#include <dlfcn.h>
#include <string.h>

static leat__lock registry_lock;
static leat__link registry_list = {&registry_list, &registry_list};

/* The site's row, or the last row, which collects what has no row of its own. */
static leat__site *site_of(leat_chan *chan, enum leat__dir half, const void *pc)
{
    leat__site *sites =
        half == LEAT__SEND ? chan->record.tx_sites : chan->record.rx_sites;
    size_t i = 0;
    while (i < LEAT__SITES - 1 && sites[i].pc != NULL && sites[i].pc != pc)
        i++;
    if (i < LEAT__SITES - 1)
        sites[i].pc = pc;
    return &sites[i];
}

void leat__registry_add(leat_chan *chan, const void *site)
{
    leat__lock_acquire(&registry_lock);
    leat__list_push_back(&registry_list, &chan->record.link);
    site_of(chan, LEAT__SEND, site)->taken++;
    site_of(chan, LEAT__RECV, site)->taken++;
    leat__lock_release(&registry_lock);
}

void leat__registry_remove(leat_chan *chan)
{
    leat__lock_acquire(&registry_lock);
    leat__list_remove(&chan->record.link);
    leat__lock_release(&registry_lock);
}

void leat__registry_taken(leat_chan *chan, enum leat__dir half,
                          const void *site)
{
    leat__lock_acquire(&registry_lock);
    site_of(chan, half, site)->taken++;
    leat__lock_release(&registry_lock);
}

void leat__registry_dropped(leat_chan *chan, enum leat__dir half,
                            const void *site)
{
    leat__lock_acquire(&registry_lock);
    site_of(chan, half, site)->dropped++;
    leat__lock_release(&registry_lock);
}

/* ---- the dump ----------------------------------------------------------------- */

/* A lock for a printer: patient, but not for ever. */
static bool lock_soon(leat__lock *lock)
{
    for (int i = 0; i < 100; i++) {
        if (leat__lock_try(lock))
            return true;
        leat__os_nap();
    }
    return false;
}

static size_t count_links(const leat__link *head)
{
    size_t n = 0;
    for (const leat__link *at = head->next; at != head; at = at->next)
        n++;
    return n;
}

/* module(function+offset): what addr2line -e module wants */
static void print_pc(int fd, const void *pc)
{
    Dl_info info;
    if (pc == NULL) {
        dprintf(fd, "elsewhere");
    } else if (dladdr(pc, &info) != 0 && info.dli_fname != NULL) {
        const char *slash = strrchr(info.dli_fname, '/');
        dprintf(fd, "%s+0x%zx", slash != NULL ? slash + 1 : info.dli_fname,
                (size_t)((uintptr_t)pc - (uintptr_t)info.dli_fbase));
        if (info.dli_sname != NULL)
            dprintf(fd, " (in %s)", info.dli_sname);
    } else {
        dprintf(fd, "%p", pc);
    }
}

static void dump_half(int fd, const char *name, size_t owners,
                      const leat__site *sites)
{
    dprintf(fd, "    %s: %zu owner%s\n", name, owners, owners == 1 ? "" : "s");
    for (size_t i = 0; owners > 0 && i < LEAT__SITES; i++) {
        if (sites[i].taken == 0 && sites[i].dropped == 0)
            continue;
        dprintf(fd, "        ");
        print_pc(fd, sites[i].pc);
        dprintf(fd, ": made %zu, dropped %zu\n", sites[i].taken,
                sites[i].dropped);
    }
}

static const char *kind_of(const leat_chan *chan)
{
    if (chan->cap == 0)
        return "rendezvous";
    if (chan->kind == LEAT__SPSC)
        return chan->bounded ? "bounded spsc" : "unbounded spsc";
    return chan->bounded ? "bounded" : "unbounded";
}

static void dump_fill(int fd, leat_chan *chan)
{
    dprintf(fd, "leat: channel \"%s\" at %p, %s, %zu queued", chan->name,
            (void *)chan, kind_of(chan), leat__chan_len(chan));
    if (chan->bounded)
        dprintf(fd, " of %zu", chan->cap);
    /* relaxed: a look */
    uint32_t state = leat__ld32_rlx(&chan->state);
    dprintf(fd, "%s%s\n", (state & LEAT__CHAN_CLOSED) != 0 ? ", closed" : "",
            (state & LEAT__CHAN_ABORTED) != 0 ? ", aborted" : "");
}

static void dump_parked(int fd, leat_chan *chan)
{
    if (!lock_soon(&chan->lock)) {
        dprintf(fd, "    its lock is held all the time\n");
        return;
    }
    size_t sends = count_links(&chan->sendq);
    size_t recvs = count_links(&chan->recvq);
    leat__chan_unlock(chan);
    dprintf(fd, "    waiting: %zu to send, %zu to receive\n", sends, recvs);
}

static void dump_chan(int fd, leat_chan *chan)
{
    dump_fill(fd, chan);
    dump_parked(fd, chan);
    dump_half(fd, "tx", leat_chan_tx_count(chan), chan->record.tx_sites);
    dump_half(fd, "rx", leat_chan_rx_count(chan), chan->record.rx_sites);
}

void leat__chan_dump_all(int fd)
{
    if (!lock_soon(&registry_lock)) {
        dprintf(fd, "leat: the list of channels is locked all the time\n");
        return;
    }
    if (leat__list_is_empty(&registry_list))
        dprintf(fd, "leat: no live channels\n");
    for (leat__link *at = registry_list.next; at != &registry_list;
         at = at->next)
        dump_chan(fd, LEAT__CONTAINER(at, leat_chan, record.link));
    leat__lock_release(&registry_lock);
}

#else

void leat__chan_dump_all(int fd)
{
#if defined(LEAT_GENMC)
    (void)fd;
#else
    dprintf(fd, "leat: a release build keeps no list of channels\n");
#endif
}

#endif
