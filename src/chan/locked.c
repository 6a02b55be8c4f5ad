/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* locked.c - channels under one short lock: bounded, rendezvous, unbounded.
 *
 * Idea. A store of slots and two queues of parked ops, as in Go's runtime: a send
 * goes to a parked receiver if there is one, else into the store if there is
 * room, else it parks; a receive mirrors it, and moves the message of the first
 * parked sender into the room it made. On two to a few processors a short lock is
 * faster than a ring of slots with a sequence word each: whoever has the lock has
 * all lines it needs, and a run of sends costs no line transfer at all
 * (docs/adr/0001-a-lock-per-channel.md).
 *
 * Invariants, whenever the lock is free. A waiter counts as parked while its wait
 * is unclaimed.
 *   I1  a receiver is parked  =>  the store is empty, no sender is parked, and the
 *       channel is not closed
 *   I2  a sender is parked    =>  the store is full (len == cap), and the channel
 *       is not closed
 *   I3  len <= cap, and head + len == tail, counted in slots
 *   I4  a message is in exactly one of: its sender's buffer, one slot, one
 *       receiver's buffer
 * A rendezvous channel is the case cap == 0: the store is always full and empty.
 *
 * Hand-off. Claiming a waiter, moving its message and deciding its rc happen under
 * the lock in one go; completion follows after the lock is let go. A claim that
 * fails leaves the message where it was, for the next waiter or the store.
 *
 * Synchronisation. All verbs may be called by any threads at the same time, except
 * free. look and len read without the lock and may be stale.
 *
 * Progress and lifetime. See lock.h. Nothing is allocated, freed, woken or called
 * back under the lock.
 *
 * MODEL: tests/model/m_locked.c */
#include "base/mem.h"
#include "chan/store.h"

/* More room is needed before the send can be done: allocate and come again. */
enum { GROW = 1 };

/* What is left to do when the lock is free again. */
struct after {
    leat__waiter *woken; /* complete it */
    leat__seg *drained;  /* retire it */
};

static void settle(leat_chan *chan, const struct after *after)
{
    if (after->woken != NULL)
        leat__wait_complete(after->woken->wait, LEAT__WON_CHAN);
    if (LEAT__UNLIKELY(after->drained != NULL))
        leat__seg_retire(chan, after->drained);
}

/* ---- one message (under the lock) ----------------------------------------- */

/* 0, LEAT_ECLOSED, LEAT_EAGAIN (full), GROW. *fresh is used up if it is taken. */
static int locked_offer(leat_chan *chan, const void *msg, leat__seg **fresh,
                        struct after *after)
{
    if (LEAT__UNLIKELY(leat__store_is_closed(chan)))
        return LEAT_ECLOSED;
    leat__waiter *receiver = leat__list_is_empty(&chan->recvq)
                                 ? NULL
                                 : leat__chan_claim_first(&chan->recvq);
    if (receiver != NULL) {
        LEAT_ASSERT(leat__store_len(chan) == 0); /* I1 */
        leat__copy(receiver->msg, msg, chan->msg_bytes);
        receiver->rc = 0;
        after->woken = receiver;
        return 0;
    }
    if (!leat__store_has_room(chan)) {
        if (chan->bounded)
            return LEAT_EAGAIN;
        if (*fresh == NULL)
            return GROW;
        leat__store_grow(chan, *fresh);
        *fresh = NULL;
    }
    leat__store_push(chan, msg);
    return 0;
}

/* The first parked sender, won and out of the queue, or NULL. */
static leat__waiter *next_sender(leat_chan *chan, struct after *after)
{
    if (leat__list_is_empty(&chan->sendq))
        return NULL;
    leat__waiter *sender = leat__chan_claim_first(&chan->sendq);
    if (sender != NULL) {
        sender->rc = 0;
        after->woken = sender;
    }
    return sender;
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN (empty). */
static int locked_take(leat_chan *chan, void *msg, struct after *after)
{
    if (leat__store_len(chan) > 0) {
        after->drained = leat__store_pop(chan, msg);
        leat__waiter *sender = next_sender(chan, after);
        if (sender != NULL)
            leat__store_push(chan, sender->msg); /* its turn is now */
        return 0;
    }
    leat__waiter *sender = next_sender(chan, after);
    if (sender != NULL) {
        LEAT_ASSERT(chan->cap == 0); /* I2: else the store would be full */
        leat__copy(msg, sender->msg, chan->msg_bytes);
        return 0;
    }
    return leat__store_is_closed(chan) ? LEAT_ECLOSED : LEAT_EAGAIN;
}

/* ---- the verbs -------------------------------------------------------------- */

int leat__locked_send_rest(leat_chan *chan, const void *msg)
{
    leat__seg *fresh = NULL;
    int rc;
    for (;;) {
        struct after after = {0};
        rc = locked_offer(chan, msg, &fresh, &after);
        leat__chan_unlock(chan);
        settle(chan, &after);
        if (rc != GROW)
            break;
        /* allocate with the lock free; another sender may grow meanwhile */
        fresh = leat__seg_new(chan);
        if (fresh == NULL)
            return LEAT_ENOMEM;
        leat__chan_lock(chan);
    }
    if (fresh != NULL)
        leat__seg_retire(chan, fresh);
    return rc;
}

int leat__locked_recv_rest(leat_chan *chan, void *msg)
{
    struct after after = {0};
    int rc = locked_take(chan, msg, &after);
    leat__chan_unlock(chan);
    settle(chan, &after);
    return rc;
}

static int locked_try_send(leat_chan *chan, const void *msg)
{
    leat__chan_lock(chan);
    return leat__locked_send_rest(chan, msg);
}

static int locked_try_recv(leat_chan *chan, void *msg)
{
    leat__chan_lock(chan);
    return leat__locked_recv_rest(chan, msg);
}

static int locked_displace(leat_chan *chan, const void *msg, void *displaced)
{
    leat__seg *none = NULL;
    struct after after = {0};
    if (!chan->bounded)
        return locked_try_send(chan, msg); /* never full */
    leat__chan_lock(chan);
    int rc = locked_offer(chan, msg, &none, &after);
    if (rc == LEAT_EAGAIN && chan->cap > 0) {
        size_t bytes = displaced == NULL ? 0 : chan->msg_bytes;
        leat__store_pop_sized(chan, displaced, bytes);
        leat__store_push(chan, msg);
        rc = 1;
    }
    leat__chan_unlock(chan);
    settle(chan, &after);
    return rc;
}

static int locked_enlist(leat_chan *chan, enum leat__dir dir,
                         leat__waiter *waiter)
{
    if (dir == LEAT__SEND && !chan->bounded)
        return locked_try_send(chan, waiter->msg); /* never has to wait */
    struct after after = {0};
    leat__seg *none = NULL;
    leat__chan_lock(chan);
    int rc = dir == LEAT__SEND ? locked_offer(chan, waiter->msg, &none, &after)
                               : locked_take(chan, waiter->msg, &after);
    if (rc == LEAT_EAGAIN)
        leat__list_push_back(dir == LEAT__SEND ? &chan->sendq : &chan->recvq,
                             &waiter->link);
    leat__chan_unlock(chan);
    settle(chan, &after);
    return rc;
}

bool leat__locked_look(const leat_chan *chan, enum leat__dir dir)
{
    /* relaxed: looks; the try that follows takes the lock */
    size_t len = leat__ldz_rlx(&chan->store.len);
    bool closed = (leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) != 0;
    return closed || (dir == LEAT__SEND ? len < chan->cap : len > 0);
}

static void locked_close(leat_chan *chan, int reason)
{
    leat__link won;
    leat__list_init(&won);
    leat__chan_lock(chan);
    if (!leat__store_is_closed(chan)) {
        chan->reason = reason;
        leat__chan_set(chan, LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED);
        leat__chan_claim_all(&chan->sendq, &won, LEAT_ECLOSED);
        leat__chan_claim_all(&chan->recvq, &won, LEAT_ECLOSED); /* I1: empty */
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&won);
}

/* The store's content, taken out under the lock: nobody else knows it now. Slots
 * of a closed channel are not written again, so a bounded store's stay put. */
struct content {
    leat__seg *seg;
    size_t index;
    size_t len;
};

static struct content detach(leat_chan *chan)
{
    leat__chan_lock(chan);
    LEAT_ASSERT(leat__store_is_closed(chan));
    struct content all = {chan->first, chan->store.head, leat__store_len(chan)};
    chan->first = NULL;
    chan->last = NULL;
    chan->store.head = chan->store.tail;
    leat__store_set_len(chan, 0);
    leat__chan_unlock(chan);
    return all;
}

static void locked_discard(leat_chan *chan)
{
    struct content all = detach(chan);
    while (all.len > 0 && chan->discard != NULL) {
        unsigned char *slot;
        if (chan->bounded) {
            slot = leat__chan_slot(chan, all.index);
            all.index = all.index + 1 == chan->cap ? 0 : all.index + 1;
        } else {
            if (all.index == chan->seg_slots) {
                leat__seg *drained = all.seg;
                all.seg = drained->next;
                all.index = 0;
                leat__mem_free(drained);
            }
            slot = leat__seg_slot(chan, all.seg, all.index++);
        }
        chan->discard(slot, chan->discard_arg);
        all.len--;
    }
    leat__seg_free_all(chan, all.seg);
}

const leat__verbs leat__locked_verbs = {
    .try_send = locked_try_send,
    .try_recv = locked_try_recv,
    .displace = locked_displace,
    .enlist = locked_enlist,
    .close = locked_close,
    .discard = locked_discard,
};
