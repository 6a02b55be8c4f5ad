/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* watching.h - what the tests of watches share: a watch of a number, a reader more, and
 * waiting until somebody waits at one. */
#ifndef LEAT_TESTS_WATCHING_H
#define LEAT_TESTS_WATCHING_H

#include "unit.h"

#include "chan/watch.h"
#include "parked.h"

static inline ends watch_with(uint64_t initial, const leat_chan_opts *opts)
{
    ends e = {0};
    RC(leat_watch_new(&e.tx, &e.rx, sizeof initial, &initial, opts), 0);
    e.chan = leat_tx_chan(e.tx);
    return e;
}

static inline ends watch(uint64_t initial)
{
    return watch_with(initial, NULL);
}

static inline leat_rx *reader(leat_chan *chan)
{
    leat_rx *rx = NULL;
    RC(leat_watch_subscribe(&rx, chan), 0);
    return rx;
}

static inline uint64_t now(leat_chan *chan)
{
    uint64_t value = UNTOUCHED;
    leat_watch_read(chan, &value);
    return value;
}

static inline void wait_reading(leat_rx *rx, size_t n)
{
    leat_chan *chan = leat_rx_chan(rx);
    while (links_of(&leat__chan_core(chan)->lock, &chan->recvq) != n)
        leat__os_nap();
}

#endif
