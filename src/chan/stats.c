/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* stats.c - reading what a channel has counted. */
#include "chan/chan.h"
#include "park/clock.h"

void leat__tally_newest(leat_chan *chan)
{
    leat__chan_lock(chan);
    chan->record->tally.sent++;
    chan->record->tally.dropped++;
    leat__chan_unlock(chan);
}

void leat__tally_blocked(leat_chan *chan, enum leat__dir dir, int64_t since_ns)
{
    int64_t ns = leat__now_ns() - since_ns;
    leat__chan_lock(chan);
    chan->record->tally.blocked_ns[dir] += ns;
    leat__chan_unlock(chan);
}

/* pre: the lock is held */
static void read_tally(leat_chan *chan, leat_stats *out)
{
    const leat__tally *tally = &chan->record->tally;
    out->sent = tally->sent;
    out->received = tally->received;
    out->dropped = tally->dropped;
    out->discarded = tally->discarded;
    out->high_water = leat__ldz_rlx(&tally->high); /* relaxed: a look */
    out->tx_blocked_ns = tally->blocked_ns[LEAT__SEND];
    out->rx_blocked_ns = tally->blocked_ns[LEAT__RECV];
}

/* The ends count messages as they go in and out. What the tally has as sent never
 * went in (the newest, dropped); the other dropped ones, and the discarded, came out
 * and were not received. pre: the lock is held */
static void add_ends(leat_chan *chan, leat_stats *out)
{
    /* ORDER ends.free: get.count before put.count. */
    size_t got = leat__ldz_acq(&chan->get.count);
    /* ORDER ends.full: as in leat__chan_len. */
    size_t put = leat__ldz_acq(&chan->put.count);
    out->received = got - (out->dropped - out->sent) - out->discarded;
    out->sent += put;
}

bool leat_chan_stats(leat_chan *chan, leat_stats *out)
{
    LEAT_CHECK(chan != NULL && out != NULL,
               "leat_chan_stats: chan or out is NULL");
    *out = (leat_stats){0};
    chan = leat__chan_core(chan);
    if (leat__chan_tally(chan) == NULL)
        return false;
    leat__chan_lock(chan);
    read_tally(chan, out);
    if (chan->kind == LEAT__ENDS)
        add_ends(chan, out);
    if (chan->verbs->count != NULL)
        chan->verbs->count(chan, out);
    leat__chan_unlock(chan);
    return true;
}
