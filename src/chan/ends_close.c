/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ends_close.c - what takes both ends of a channel with ends: displacing the oldest
 * message, closing, discarding what is left.
 *
 * Invariants and the protocols are in ends.c. MODEL: tests/model/m_ends.c */
#include "chan/ends.h"
#include "os/os.h"
#include "park/spin.h"

static void wait_until_outside(const leat__end *end)
{
    leat__spin spin = LEAT__SPIN_PARKED;
    /* ORDER ends.inside: what the end did before it was outside. */
    while (leat__ld32_acq(&end->inside.held) != 0) {
        if (!leat__spin_turn(&spin))
            leat__os_nap();
    }
}

/* ---- displacing ----------------------------------------------------------------- */

/* Make the consumers' end ours until it is released. pre: the lock is held, and the
 * channel is not closed: a consumer that discards takes its time, and that comes after
 * the close */
static void hold_consumer(leat_chan *chan)
{
    if (chan->get.shared) {
        leat__end_enter(chan, LEAT__RECV);
        return;
    }
    leat__chan_set(chan, LEAT__CHAN_HELD);
    /* ORDER ends.held: the producer's half of the Dekker, see leat__end_enter_alone. */
    leat__end_visit(chan, LEAT__RECV);
    wait_until_outside(&chan->get);
}

static void release_consumer(leat_chan *chan)
{
    if (chan->get.shared)
        leat__end_leave(&chan->get);
    else
        leat__chan_clear(chan, LEAT__CHAN_HELD);
}

/* The oldest message out and the new one into its slot, which in a full ring is the
 * next to be written. The producer's count comes first: a look in between finds one
 * too many, which it takes for full, and never one less. pre: both ends are ours */
static void replace_oldest(leat_chan *chan, const void *msg, void *displaced)
{
    leat__end *put = &chan->put;
    leat__end *get = &chan->get;
    leat__get_look(chan); /* I10: full, so there may be a turn to follow */
    unsigned char *slot = leat__get_slot(chan, true);
    LEAT_ASSERT(put->index == get->index);
    if (displaced != NULL)
        leat__copy(displaced, slot, chan->msg_bytes);
    leat__copy(slot, msg, chan->msg_bytes);
    put->index = put->index + 1 == chan->cap ? 0 : put->index + 1;
    get->index = put->index;
    /* ORDER ends.full: the message before the count. */
    leat__stz_rel(&put->count, leat__end_count(put) + 1);
    /* ORDER ends.free: the producer's count before the consumer's. */
    leat__stz_rel(&get->count, leat__end_count(get) + 1);
    put->seen = leat__end_count(get); /* I3 */
    get->seen = leat__end_count(put);
    if (leat__chan_tally(chan) != NULL)
        leat__chan_tally(chan)->dropped++;
    leat__count_put(chan);
}

/* With both ends. pre: the lock is held */
static int displace_held(leat_chan *chan, const void *msg, void *displaced)
{
    int rc = LEAT_ECLOSED;
    leat__end_borrow(chan, LEAT__SEND);
    if (!leat__chan_is(chan, LEAT__CHAN_CLOSED)) {
        hold_consumer(chan);
        rc = leat__ends_offer(chan, msg); /* there may be room by now */
        if (rc == LEAT_EAGAIN) {
            replace_oldest(chan, msg, displaced);
            rc = 1;
        }
        release_consumer(chan);
    }
    leat__end_give_back(chan, LEAT__SEND);
    return rc;
}

static int displace_locked(leat_chan *chan, const void *msg, void *displaced)
{
    leat__leavings left;
    leat__leavings_init(&left);
    leat__chan_lock(chan);
    int rc = displace_held(chan, msg, displaced);
    leat__ends_serve_all(chan, &left);
    leat__chan_unlock(chan);
    leat__ends_settle(chan, &left);
    return rc;
}

int leat__ends_displace(leat_chan *chan, const void *msg, void *displaced)
{
    int rc = leat__ends_try_send(chan, msg); /* unbounded: never full */
    return rc == LEAT_EAGAIN ? displace_locked(chan, msg, displaced) : rc;
}

/* ---- discarding ------------------------------------------------------------------- */

/* What was left in the channel: nobody else knows it now. Slots of a sealed channel are
 * not written again, so those of a ring stay put. */
struct remains {
    leat__seg *seg;
    size_t index;
    size_t len;
};

/* pre: sealed; the lock is held, and the consumers' end is ours */
static struct remains take_remains(leat_chan *chan)
{
    leat__end *get = &chan->get;
    leat__get_look(chan); /* I5, all there is */
    struct remains all = {get->seg != NULL ? get->seg : chan->first, get->index,
                          get->seen - leat__end_count(get)};
    /* ORDER ends.free: as in a receive. */
    leat__stz_rel(&get->count, get->seen);
    get->seg = NULL;
    get->slots = get->index; /* at its end */
    chan->first = NULL;
    if (leat__chan_tally(chan) != NULL)
        leat__chan_tally(chan)->discarded += all.len;
    return all;
}

/* The next message of what is left. pre: len > 0 */
static unsigned char *next_remaining(leat_chan *chan, struct remains *all)
{
    all->len--;
    if (chan->bounded) {
        unsigned char *slot = leat__chan_slot(chan, all->index);
        all->index = all->index + 1 == chan->cap ? 0 : all->index + 1;
        return slot;
    }
    if (all->index == all->seg->slots) {
        leat__seg *drained = all->seg;
        all->seg = drained->next;
        all->index = 0;
        leat__seg_free(chan, drained);
    }
    return leat__seg_slot(chan, all->seg, all->index++);
}

void leat__ends_discard(leat_chan *chan)
{
    LEAT_ASSERT(leat__chan_is(chan, LEAT__CHAN_SEALED));
    leat__chan_lock(chan);
    leat__end_borrow(chan, LEAT__RECV);
    struct remains all = take_remains(chan);
    leat__end_give_back(chan, LEAT__RECV);
    leat__chan_unlock(chan);
    while (all.len > 0 && chan->discard != NULL)
        chan->discard(next_remaining(chan, &all), chan->discard_arg);
    leat__seg_free_all(chan, all.seg);
}

/* ---- closing ---------------------------------------------------------------------- */

/* pre: the lock is held, and SEALED set: end the parked receivers' waits: with a message,
 * if a producer put one and has not come to waking them. */
static void end_receivers(leat_chan *chan, leat__leavings *left)
{
    leat__waiter *receiver;
    if (leat__list_is_empty(&chan->recvq))
        return;
    leat__end_borrow(chan, LEAT__RECV);
    while ((receiver = leat__chan_claim_first(&chan->recvq)) != NULL) {
        receiver->rc = leat__ends_serve(chan, receiver, left);
        leat__list_push_back(&left->won, &receiver->link);
    }
    leat__end_give_back(chan, LEAT__RECV);
}

/* With nobody inside the producers' end, closing is one step: whoever finds it closed by
 * whatever means finds all that was sent. If it was begun by refusing a promised producer,
 * this is the rest. */
static void close_with_all_sent(leat_chan *chan, int reason)
{
    leat__leavings left;
    leat__leavings_init(&left);
    leat__chan_lock(chan);
    if (!leat__chan_is(chan, LEAT__CHAN_SEALED)) {
        if (!leat__chan_is(chan, LEAT__CHAN_CLOSED))
            chan->reason = reason;
        leat__end_borrow(chan, LEAT__SEND);
        leat__chan_set(chan, LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED);
        leat__end_give_back(chan, LEAT__SEND);
        leat__chan_claim_all(&chan->sendq, &left.won, LEAT_ECLOSED);
        end_receivers(chan, &left);
        leat__ends_set_asleep(chan);
    }
    leat__chan_unlock(chan);
    leat__ends_settle(chan, &left);
}

/* A promised producer: set CLOSED and turn it away if it is parked. */
static void refuse_sends(leat_chan *chan, int reason)
{
    leat__link won;
    leat__list_init(&won);
    leat__chan_lock(chan);
    if (!leat__chan_is(chan, LEAT__CHAN_CLOSED)) {
        chan->reason = reason;
        leat__chan_set(chan, LEAT__CHAN_CLOSED);
        leat__chan_claim_all(&chan->sendq, &won, LEAT_ECLOSED);
        leat__ends_set_asleep(chan);
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&won);
}

/* Can nobody come into the producers' end but by its lock? Every send is made by an owner,
 * and none is left: all came before, and no more will. */
static bool all_is_sent(leat_chan *chan)
{
    /* ORDER half.drop: every send before the last drop. */
    return chan->put.shared || leat__ld32_acq(&chan->tx.owners) == 0;
}

void leat__ends_close(leat_chan *chan, int reason)
{
    if (leat__chan_is(chan, LEAT__CHAN_SEALED))
        return; /* I5: it is done */
    if (all_is_sent(chan)) {
        close_with_all_sent(chan, reason);
        return;
    }
    refuse_sends(chan, reason);
    /* ORDER ends.close: the closer's half of the Dekker, see leat__end_enter_alone. */
    leat__end_visit(chan, LEAT__SEND);
    wait_until_outside(&chan->put);
    close_with_all_sent(chan, reason);
}

void leat__ends_abort(leat_chan *chan)
{
    leat__ends_close(chan, 0);
    if (chan->get.shared) {
        leat__ends_discard(chan);
        return;
    }
    /* A promised consumer's end is the consumer's: mark, and it discards. */
    leat__chan_lock(chan);
    leat__chan_set(chan, LEAT__CHAN_ABORTED);
    leat__chan_unlock(chan);
}
