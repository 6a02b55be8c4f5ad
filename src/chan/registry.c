/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* registry.c - the list of live channels. See registry.h.
 *
 * The list has one lock of its own, taken before a channel's lock and never while
 * one is held. Sites of a half are under the list's lock too: debug builds may be
 * slow. */
#include "chan/registry.h"
#include "os/os.h"

#include <string.h>

static leat__lock registry_lock;
static leat__link registry_list = {&registry_list, &registry_list};

/* ---- making a record --------------------------------------------------------------- */

const char *leat__name_put(leat_chan *chan, size_t at, const char *name)
{
    if (name == NULL)
        return "";
    return memcpy((char *)chan + at, name, strlen(name) + 1);
}

void leat__record_init(leat_chan *chan, size_t at, const char *name,
                       void (*gone)(void *arg), void *gone_arg)
{
    leat__record *record = (leat__record *)(void *)((unsigned char *)chan + at);
    record->chan = chan;
    record->name = name;
    record->gone = gone;
    record->gone_arg = gone_arg;
    chan->record = record;
}

/* ---- sites --------------------------------------------------------------------------- */

#if LEAT_DEBUG && !defined(LEAT_GENMC)

/* The site's row, or the last row, which collects what has no row of its own. */
static leat__site *site_of(leat_chan *chan, enum leat__dir half, const void *pc)
{
    leat__site *sites =
        half == LEAT__SEND ? chan->record->tx_sites : chan->record->rx_sites;
    size_t i = 0;
    while (i < LEAT__SITES - 1 && sites[i].pc != NULL && sites[i].pc != pc)
        i++;
    if (i < LEAT__SITES - 1)
        sites[i].pc = pc;
    return &sites[i];
}

void leat__registry_taken(leat_chan *chan, enum leat__dir half,
                          const void *site)
{
    if (chan->record == NULL)
        return;
    leat__lock_acquire(&registry_lock);
    site_of(chan, half, site)->taken++;
    leat__lock_release(&registry_lock);
}

void leat__registry_dropped(leat_chan *chan, enum leat__dir half,
                            const void *site)
{
    if (chan->record == NULL)
        return;
    leat__lock_acquire(&registry_lock);
    site_of(chan, half, site)->dropped++;
    leat__lock_release(&registry_lock);
}

#endif

void leat__registry_add(leat_chan *chan, const void *site)
{
    if (chan->record == NULL)
        return;
    leat__lock_acquire(&registry_lock);
    leat__list_push_back(&registry_list, &chan->record->link);
    leat__lock_release(&registry_lock);
    if (chan->kind != LEAT__SUB)
        leat__registry_taken(chan, LEAT__SEND, site);
    if (chan->kind != LEAT__HUB)
        leat__registry_taken(chan, LEAT__RECV, site);
}

void leat__registry_remove(leat_chan *chan)
{
    if (chan->record == NULL)
        return;
    leat__lock_acquire(&registry_lock);
    leat__list_remove(&chan->record->link);
    leat__lock_release(&registry_lock);
}

bool leat__lock_soon(leat__lock *lock)
{
    for (int i = 0; i < 100; i++) {
        if (leat__lock_try(lock))
            return true;
        leat__os_nap();
    }
    return false;
}

leat__link *leat__registry_open(void)
{
    return leat__lock_soon(&registry_lock) ? &registry_list : NULL;
}

void leat__registry_close(void)
{
    leat__lock_release(&registry_lock);
}
