/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* dump.c - the live channels as text: name, kind, fill, who waits, who owns. */
#define _GNU_SOURCE 1
#include "chan/registry.h"
#include "os/os.h"
#include "park/clock.h"

#include <leat/dump.h>

#if !defined(LEAT_GENMC)

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *kind_of(const leat_chan *chan)
{
    if (chan->verbs->name != NULL)
        return chan->verbs->name;
    if (chan->cap == 0)
        return "rendezvous";
    if (chan->kind == LEAT__SUB)
        return "receiver of a broadcast";
    if (chan->kind == LEAT__HUB)
        return "broadcast";
    if (chan->kind == LEAT__CELLS)
        return chan->bounded ? "bounded in place" : "unbounded in place";
    if (chan->kind == LEAT__ENDS && !chan->put.shared && !chan->get.shared)
        return chan->bounded ? "bounded spsc" : "unbounded spsc";
    return chan->bounded ? "bounded" : "unbounded";
}

static void dump_fill(int fd, leat_chan *chan)
{
    dprintf(fd, "leat: channel \"%s\" at %p, %s", chan->record->name,
            (void *)chan, kind_of(chan));
    bool timed = chan->verbs->due_ns != NULL; /* to count them needs the lock */
    if (!timed)
        dprintf(fd, ", %zu queued", leat__chan_len(chan));
    if (!timed && chan->bounded)
        dprintf(fd, " of %zu", chan->cap);
    /* relaxed: a look */
    uint32_t state = leat__ld32_rlx(&leat__chan_core(chan)->state);
    dprintf(fd, "%s%s\n", (state & LEAT__CHAN_CLOSED) != 0 ? ", closed" : "",
            (state & LEAT__CHAN_ABORTED) != 0 ? ", aborted" : "");
}

/* ---- who waits ------------------------------------------------------------------ */

/* One that waits, copied out of the queue. */
struct waiting {
    uint32_t thread;
    bool told; /* by a callback: no thread waits */
    int64_t since_ns;
};

enum { WAITING_MAX = 8 };

/* The first of a queue, and how many there are. pre: the lock is held */
static size_t copy_waiting(struct waiting *all, leat__link *queue)
{
    size_t n = 0;
    for (leat__link *at = queue->next; at != queue; at = at->next) {
        leat__waiter *waiter = LEAT__CONTAINER(at, leat__waiter, link);
        if (n < WAITING_MAX)
            all[n] = (struct waiting){
                waiter->thread, waiter->wait->notify != NULL, waiter->since_ns};
        n++;
    }
    return n;
}

static void dump_waiting(int fd, const char *verb, const struct waiting *all,
                         size_t n)
{
    int64_t now_ns = leat__now_ns();
    for (size_t i = 0; i < n && i < WAITING_MAX; i++) {
        char name[32];
        int64_t ms = (now_ns - all[i].since_ns) / 1000000;
        leat__os_thread_name(all[i].thread, name, sizeof name);
        dprintf(fd,
                "        %s: %s %" PRIu32 " (%s) for %" PRId64 ".%03" PRId64
                " s\n",
                verb, all[i].told ? "an op of thread" : "thread", all[i].thread,
                name, ms / 1000, ms % 1000);
    }
    if (n > WAITING_MAX)
        dprintf(fd, "        %s: and %zu more\n", verb, n - WAITING_MAX);
}

static void dump_parked(int fd, leat_chan *chan)
{
    struct waiting send[WAITING_MAX];
    struct waiting recv[WAITING_MAX];
    leat_chan *core = leat__chan_core(chan);
    if (!leat__lock_soon(&core->lock)) {
        dprintf(fd, "    its lock is held all the time\n");
        return;
    }
    size_t sends = copy_waiting(send, &chan->sendq);
    size_t recvs = copy_waiting(recv, &chan->recvq);
    leat__chan_unlock(core);
    dprintf(fd, "    waiting: %zu to send, %zu to receive\n", sends, recvs);
    dump_waiting(fd, "to send", send, sends);
    dump_waiting(fd, "to receive", recv, recvs);
}

/* ---- who owns --------------------------------------------------------------------- */

#if LEAT_DEBUG

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

static void dump_sites(int fd, const leat__site *sites)
{
    for (size_t i = 0; i < LEAT__SITES; i++) {
        if (sites[i].taken == 0 && sites[i].dropped == 0)
            continue;
        dprintf(fd, "        ");
        print_pc(fd, sites[i].pc);
        dprintf(fd, ": made %zu, dropped %zu\n", sites[i].taken,
                sites[i].dropped);
    }
}

#endif

static void dump_half(int fd, leat_chan *chan, enum leat__dir half)
{
    bool tx = half == LEAT__SEND;
    size_t owners = tx ? leat_chan_tx_count(chan) : leat_chan_rx_count(chan);
    dprintf(fd, "    %s: %zu owner%s\n", tx ? "tx" : "rx", owners,
            owners == 1 ? "" : "s");
#if LEAT_DEBUG
    if (owners > 0)
        dump_sites(fd, tx ? chan->record->tx_sites : chan->record->rx_sites);
#endif
}

static void dump_chan(int fd, leat_chan *chan)
{
    dump_fill(fd, chan);
    dump_parked(fd, chan);
    dump_half(fd, chan, LEAT__SEND);
    dump_half(fd, chan, LEAT__RECV);
}

void leat_dump(int fd)
{
    leat__link *list = leat__registry_open();
    if (list == NULL) {
        dprintf(fd, "leat: the list of channels is locked all the time\n");
        return;
    }
    size_t shown = 0;
    for (leat__link *at = list->next; at != list; at = at->next) {
        leat_chan *chan = LEAT__CONTAINER(at, leat__record, link)->chan;
        if (!LEAT_DEBUG && chan->record->name[0] == '\0')
            continue;
        dump_chan(fd, chan);
        shown++;
    }
    leat__registry_close();
    if (shown == 0)
        dprintf(fd, "leat: no live channels%s\n",
                LEAT_DEBUG ? "" : " that have a name");
}

#else

void leat_dump(int fd)
{
    (void)fd;
}

#endif
