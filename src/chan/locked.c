/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* locked.c - channels under one short lock: rendezvous, room for one, displacing.
 *
 * Idea. A store of slots and two queues of parked ops, as in Go's runtime: a send
 * goes to a parked receiver if there is one, else into the store if there is
 * room, else it parks; a receive mirrors it, and moves the message of the first
 * parked sender into the room it made. Where there is room for none or one every message
 * meets the other side, and whoever has the lock has all lines it needs
 * (docs/adr/0001-a-lock-per-channel.md); a send that displaces is at both ends as well.
 *
 * Invariants, whenever the lock is free. A waiter counts as parked while its wait
 * is unclaimed.
 *   I1  a receiver is parked  =>  the store is empty, no sender is parked but of the
 *       same wait (a select), and the channel is not closed
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

/* Those who are won, to be completed when the lock is free again. */
static void will_wake(leat__link *woken, leat__waiter *waiter)
{
    waiter->rc = 0;
    leat__list_push_back(woken, &waiter->link);
}

/* ---- counts (under the lock) -------------------------------------------------- */

static inline void count_sent(leat_chan *chan, size_t n)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (LEAT__LIKELY(tally == NULL))
        return;
    tally->sent += n;
    leat__tally_high(tally, leat__store_len(chan));
}

static inline void count_received(leat_chan *chan, size_t n)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (LEAT__UNLIKELY(tally != NULL))
        tally->received += n;
}

/* ---- one message (under the lock) ----------------------------------------- */

/* Does this receiver take the message, or only look? */
static inline bool takes(const leat__waiter *receiver)
{
    return receiver->act == LEAT__MOVE;
}

/* Give a copy to those of the parked receivers before `end` who only look. */
static void show_before(leat_chan *chan, const leat__link *end, const void *msg,
                        leat__link *woken)
{
    leat__chan_show(chan, &chan->recvq, end, msg, woken);
}

/* Capacity 0: give the message to the first parked receiver that takes it, and only
 * then a copy to those before it who peek. false: there was none, and nobody has seen it */
static bool meet(leat_chan *chan, const void *msg, leat__link *woken)
{
    leat__link *queue = &chan->recvq;
    leat__link *next;
    for (leat__link *at = queue->next; at != queue; at = next) {
        leat__waiter *receiver = LEAT__CONTAINER(at, leat__waiter, link);
        next = at->next;
        if (!takes(receiver))
            continue;
        leat__list_remove(at);
        if (!leat__wait_claim(receiver->wait))
            continue;
        leat__copy(receiver->msg, msg, chan->msg_bytes);
        will_wake(woken, receiver);
        count_received(chan, 1);
        show_before(chan, next, msg, woken);
        return true;
    }
    return false;
}

/* Give the message to the first parked receiver, and a copy to those before it who
 * only peek. false: there was no receiver */
static bool hand_out(leat_chan *chan, const void *msg, leat__link *woken)
{
    leat__waiter *receiver;
    if (chan->cap == 0)
        return meet(chan, msg, woken);
    LEAT_ASSERT(leat__store_len(chan) == 0 || /* I1 */
                leat__chan_first_open(&chan->recvq) == NULL);
    while ((receiver = leat__chan_claim_first(&chan->recvq)) != NULL) {
        if (receiver->act != LEAT__HINT)
            leat__copy(receiver->msg, msg, chan->msg_bytes);
        will_wake(woken, receiver);
        if (takes(receiver)) {
            count_received(chan, 1);
            return true;
        }
    }
    return false;
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN (full). */
static int locked_offer(leat_chan *chan, const void *msg, leat__link *woken)
{
    if (LEAT__UNLIKELY(leat__store_is_closed(chan)))
        return LEAT_ECLOSED;
    if (!leat__list_is_empty(&chan->recvq) && hand_out(chan, msg, woken)) {
        count_sent(chan, 1);
        return 0;
    }
    if (!leat__store_has_room(chan))
        return LEAT_EAGAIN;
    leat__store_push(chan, msg);
    count_sent(chan, 1);
    return 0;
}

/* The first parked sender, won and out of the queue, or NULL. Those before who only
 * want to know are told. */
static leat__waiter *next_sender(leat_chan *chan, leat__link *woken)
{
    while (!leat__list_is_empty(&chan->sendq)) {
        leat__waiter *sender = leat__chan_claim_first(&chan->sendq);
        if (sender == NULL)
            return NULL;
        will_wake(woken, sender);
        if (sender->act == LEAT__HINT)
            continue;
        count_sent(chan, 1);
        return sender;
    }
    return NULL;
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN (empty). */
static int locked_take(leat_chan *chan, void *msg, leat__link *woken)
{
    if (leat__store_len(chan) > 0) {
        count_received(chan, 1);
        leat__store_pop(chan, msg);
        leat__waiter *sender = next_sender(chan, woken);
        if (sender != NULL)
            leat__store_push(chan, sender->msg); /* its turn is now */
        return 0;
    }
    leat__waiter *sender = next_sender(chan, woken);
    if (sender != NULL) {
        LEAT_ASSERT(chan->cap == 0); /* I2: else the store would be full */
        leat__copy(msg, sender->msg, chan->msg_bytes);
        count_received(chan, 1);
        return 0;
    }
    return leat__store_is_closed(chan) ? LEAT_ECLOSED : LEAT_EAGAIN;
}

/* Copy the next message. 0, LEAT_ECLOSED, LEAT_EAGAIN (empty). */
static int locked_show(leat_chan *chan, void *msg)
{
    const void *next = NULL;
    if (leat__store_len(chan) > 0) {
        next = leat__store_first(chan);
    } else {
        /* Whoever is enlisted stays until it has come through the lock, so its
         * buffer can be read unclaimed. */
        leat__waiter *sender = leat__chan_first_mover(&chan->sendq, NULL);
        if (sender == NULL)
            return leat__store_is_closed(chan) ? LEAT_ECLOSED : LEAT_EAGAIN;
        next = sender->msg;
    }
    leat__copy(msg, next, chan->msg_bytes);
    return 0;
}

/* ---- batches (under the lock) ------------------------------------------------- */

/* Offer n messages; *sent of them are taken. returns as locked_offer of the first
 * that is not, or 0 */
static int offer_many(leat_chan *chan, const unsigned char *msgs, size_t n,
                      size_t *sent, leat__link *woken)
{
    size_t done = 0;
    int rc = 0;
    while (rc == 0 && done < n) {
        rc = locked_offer(chan, msgs + done * chan->msg_bytes, woken);
        done += rc == 0 ? 1 : 0;
    }
    *sent = done;
    return rc;
}

/* Take up to n messages. returns how many */
static size_t take_many(leat_chan *chan, unsigned char *msgs, size_t n,
                        leat__link *woken)
{
    size_t done = 0;
    while (done < n &&
           locked_take(chan, msgs + done * chan->msg_bytes, woken) == 0)
        done++;
    return done;
}

/* ---- the verbs -------------------------------------------------------------- */

int leat__locked_send_rest(leat_chan *chan, const void *msg)
{
    leat__link woken;
    leat__list_init(&woken);
    int rc = locked_offer(chan, msg, &woken);
    leat__chan_unlock(chan);
    leat__chan_complete_all(&woken);
    return rc;
}

int leat__locked_recv_rest(leat_chan *chan, void *msg)
{
    leat__link woken;
    leat__list_init(&woken);
    int rc = locked_take(chan, msg, &woken);
    leat__chan_unlock(chan);
    leat__chan_complete_all(&woken);
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

static ptrdiff_t locked_send_many(leat_chan *chan, const void *msgs, size_t n)
{
    const unsigned char *bytes = msgs;
    size_t done = 0;
    int rc = 0;
    do {
        size_t sent = 0;
        leat__link woken;
        leat__list_init(&woken);
        leat__chan_lock(chan);
        rc = offer_many(chan, bytes + done * chan->msg_bytes,
                        leat__batch_part(chan, n - done), &sent, &woken);
        leat__chan_unlock(chan);
        leat__chan_complete_all(&woken);
        done += sent;
    } while (rc == 0 && done < n);
    return done > 0 ? (ptrdiff_t)done : rc;
}

static ptrdiff_t locked_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    unsigned char *bytes = msgs;
    size_t done = 0;
    size_t hold;
    size_t got;
    bool closed;
    do {
        leat__link woken;
        leat__list_init(&woken);
        hold = leat__batch_part(chan, max - done);
        leat__chan_lock(chan);
        got = take_many(chan, bytes + done * chan->msg_bytes, hold, &woken);
        closed = leat__store_is_closed(chan);
        leat__chan_unlock(chan);
        leat__chan_complete_all(&woken);
        done += got;
    } while (got == hold && done < max);
    if (done > 0)
        return (ptrdiff_t)done;
    return closed ? LEAT_ECLOSED : LEAT_EAGAIN;
}

static int locked_peek(leat_chan *chan, void *msg)
{
    leat__chan_lock(chan);
    int rc = locked_show(chan, msg);
    leat__chan_unlock(chan);
    return rc;
}

static void count_displaced(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (tally != NULL)
        tally->dropped++;
    count_sent(chan, 1);
}

static int locked_displace(leat_chan *chan, const void *msg, void *displaced)
{
    leat__link woken;
    leat__list_init(&woken);
    leat__chan_lock(chan);
    int rc = locked_offer(chan, msg, &woken);
    if (rc == LEAT_EAGAIN && chan->cap > 0) {
        size_t bytes = displaced == NULL ? 0 : chan->msg_bytes;
        leat__store_replace(chan, displaced, bytes, msg);
        count_displaced(chan);
        rc = 1;
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&woken);
    return rc;
}

static int locked_enlist(leat_chan *chan, enum leat__dir dir,
                         leat__waiter *waiter)
{
    leat__link woken;
    int rc;
    leat__list_init(&woken);
    leat__chan_lock(chan);
    if (dir == LEAT__SEND)
        rc = locked_offer(chan, waiter->msg, &woken);
    else if (waiter->act == LEAT__PEEK)
        rc = locked_show(chan, waiter->msg);
    else
        rc = locked_take(chan, waiter->msg, &woken);
    if (rc == LEAT_EAGAIN) {
        leat__list_push_back(dir == LEAT__SEND ? &chan->sendq : &chan->recvq,
                             &waiter->link);
        if (dir == LEAT__SEND && chan->cap == 0)
            show_before(chan, &chan->recvq, waiter->msg, &woken);
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&woken);
    return rc;
}

/* ---- arming (under the lock) ---------------------------------------------------- */

/* Might a try succeed, of somebody who is in line as `own`? */
static bool might_succeed(const leat_chan *chan, enum leat__dir dir,
                          const leat__wait *own)
{
    if (leat__store_is_closed(chan))
        return true;
    if (dir == LEAT__SEND)
        return leat__store_has_room(chan) ||
               leat__chan_first_mover(&chan->recvq, own) != NULL;
    return leat__store_len(chan) > 0 ||
           leat__chan_first_mover(&chan->sendq, own) != NULL;
}

/* With capacity 0 who is in line to move is what others wait to see. */
static void tell_of(leat_chan *chan, enum leat__dir dir,
                    const leat__waiter *waiter, leat__link *woken)
{
    if (chan->cap > 0 || waiter->act != LEAT__MOVE)
        return;
    leat__link *lookers = dir == LEAT__SEND ? &chan->recvq : &chan->sendq;
    leat__chan_show(chan, lookers, lookers, waiter->msg, woken);
}

static int locked_arm(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    leat__link woken;
    leat__list_init(&woken);
    leat__chan_lock(chan);
    bool wait = !might_succeed(chan, dir, waiter->wait);
    if (wait) {
        leat__list_push_back(dir == LEAT__SEND ? &chan->sendq : &chan->recvq,
                             &waiter->link);
        tell_of(chan, dir, waiter, &woken);
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&woken);
    return wait ? LEAT_EAGAIN : 0;
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

/* The store's content, taken out under the lock: nobody else knows it now. Slots of a
 * closed channel are not written again, so they stay put. */
struct content {
    size_t index;
    size_t len;
};

static void detach(leat_chan *chan, struct content *all)
{
    leat__chan_lock(chan);
    LEAT_ASSERT(leat__store_is_closed(chan));
    all->index = chan->store.head;
    all->len = leat__store_len(chan);
    if (leat__chan_tally(chan) != NULL)
        leat__chan_tally(chan)->discarded += all->len;
    chan->store.head = chan->store.tail;
    leat__store_set_len(chan, 0);
    leat__chan_unlock(chan);
}

static void locked_discard(leat_chan *chan)
{
    struct content all;
    detach(chan, &all);
    for (; all.len > 0 && chan->discard != NULL; all.len--) {
        unsigned char *slot = leat__chan_slot(chan, all.index);
        all.index = leat__store_after(chan, all.index);
        chan->discard(slot, chan->discard_arg);
    }
}

const leat__verbs leat__locked_verbs = {
    .try_send = locked_try_send,
    .try_recv = locked_try_recv,
    .displace = locked_displace,
    .send_many = locked_send_many,
    .recv_many = locked_recv_many,
    .peek = locked_peek,
    .enlist = locked_enlist,
    .arm = locked_arm,
    .close = locked_close,
    .discard = locked_discard,
    .look = leat__locked_look,
};
