/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ends.c - channels whose two ends are both promised single.
 *
 * Idea. Lamport's one-writer-one-reader queue: the producer alone advances
 * put.count, the consumer alone get.count, and each looks at the other's count
 * only when the one it remembers (`seen`) says full or empty. Bounded: a ring of
 * exactly cap slots. Unbounded: linked segments. No locked instruction on the way.
 *
 * Sleeping. The lock guards the queues, `asleep` and the state word. An end that
 * would wait enlists under the lock, says so in `asleep`, and tries once more
 * behind a heavy fence; the other end, having moved a message, looks at `asleep`
 * behind a light one. Either the look sees the sleeper or the retry sees the
 * message. Where the kernel has membarrier the light fence is for the compiler
 * only and the heavy one is a system call, paid before a sleep; elsewhere both are
 * real fences (docs/adr/0002-asymmetric-fences.md).
 *
 * Hand-off. Whoever finds the other end asleep moves the message for it: it wins
 * the sleeper's wait and, as its proxy, takes from (or puts into) the queue. The
 * sleeper's end is its own again when it is completed.
 *
 * Displacing (leat_tx_force on a full ring). The producer, with the lock, sets HELD,
 * then a heavy fence, then waits until the consumer is outside (get.inside); a
 * consumer says that it is inside before it looks at HELD, and if it sees it, leaves
 * and comes back through the lock. So the producer has both ends, and takes the
 * oldest message as the consumer's proxy.
 *
 * Closing. The producer says that it is inside a send (put.inside) before it looks
 * at CLOSED; the closer sets CLOSED, then a heavy fence, then waits until the
 * producer is outside; then no message can follow, and it sets SEALED. A receiver
 * ends on SEALED, never on CLOSED.
 *
 * State. put.*: the producer's, or its proxy's (see above); get.*: the consumer's.
 * The other end reads only put.count, get.count, put.inside; and, behind put.count,
 * what the producer linked: first, and next in a segment.
 *
 * Invariants (counts as free-running differences).
 *   I1  0 <= put.count - get.count <= cap; for who only looks it may be cap + 1 for
 *       a moment, while the producer displaces
 *   I2  a slot is written only before put.count covers it and read only while
 *       get.count does not
 *   I3  put.seen <= get.count and get.seen <= put.count: stale on the safe side
 *   I4  an end is in its queue => its bit in asleep is set (it may be set with a
 *       waiter that another event has won, and clear only with an empty queue)
 *   I5  SEALED => put.count changes no more
 *   I6  HELD and the consumer seen outside => it touches nothing of get.* until
 *       HELD is gone
 *
 * Synchronisation (x: never at the same time as itself, -: free)
 *     send x    recv x    send with recv -    close - with all
 *     discard: the consumer's    free: whoever drops last
 *
 * Progress and lifetime. A try never waits. close waits until it sees the producer
 * outside: for one copy, and in an unbounded channel for an allocation; a producer
 * that goes on trying although it is refused can make it look more often. wake and
 * enlist take the short lock.
 *
 * MODEL: tests/model/m_ends.c */
#include "chan/run.h"
#include "chan/ends.h"
#include "os/os.h"
#include "park/spin.h"

/* ---- one message, whatever it takes ----------------------------------------------- */

/* Unbounded: a fresh segment at the end. false: no memory. */
static bool put_grow(leat_chan *chan)
{
    leat__end *put = &chan->put;
    leat__seg *fresh = leat__seg_new(chan);
    if (fresh == NULL)
        return false;
    if (put->seg == NULL)
        chan->first = fresh; /* the consumer reads it once count is 1 */
    else
        put->seg->next = fresh;
    put->seg = fresh;
    put->index = 0;
    return true;
}

/* 0: there is a slot to write; or LEAT_EAGAIN (full), LEAT_ENOMEM. */
static int put_room(leat_chan *chan)
{
    leat__end *put = &chan->put;
    if (!chan->bounded) {
        bool none = put->seg == NULL || put->index == chan->seg_slots;
        return LEAT__UNLIKELY(none) && !put_grow(chan) ? LEAT_ENOMEM : 0;
    }
    if (LEAT__LIKELY(leat__end_count(put) - put->seen != chan->cap))
        return 0;
    /* ORDER ends.free: the consumer's last read of the slot before our write. */
    put->seen = leat__ldz_acq(&chan->get.count);
    return leat__end_count(put) - put->seen != chan->cap ? 0 : LEAT_EAGAIN;
}

/* Messages were put. */
static void count_put(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (LEAT__LIKELY(tally == NULL))
        return;
    /* ORDER ends.free: as in put_room; fresh, so that the length is not too high */
    chan->put.seen = leat__ldz_acq(&chan->get.count);
    leat__tally_high(tally, leat__end_count(&chan->put) - chan->put.seen);
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN, LEAT_ENOMEM. pre: inside, behind a light fence;
 * or the lock is held */
static int ends_offer(leat_chan *chan, const void *msg)
{
    if (LEAT__UNLIKELY(leat__chan_is(chan, LEAT__CHAN_CLOSED)))
        return LEAT_ECLOSED;
    int rc = put_room(chan);
    if (LEAT__LIKELY(rc == 0)) {
        leat__put(chan, msg, chan->bounded, chan->msg_bytes);
        count_put(chan);
    }
    return rc;
}

/* Is there a message to take? */
static bool get_ready(leat_chan *chan)
{
    leat__end *get = &chan->get;
    if (leat__end_count(get) != get->seen)
        return true;
    /* ORDER ends.full: the count before the message. */
    get->seen = leat__ldz_acq(&chan->put.count);
    return leat__end_count(get) != get->seen;
}

/* Unbounded: on to the next segment, or to the first. The one that is drained is
 * retired, or given to who holds the lock and retires it later. */
static void get_follow(leat_chan *chan, leat__seg **drained_out)
{
    leat__end *get = &chan->get;
    leat__seg *drained = get->seg;
    get->seg = drained == NULL ? chan->first : drained->next;
    get->index = 0;
    if (drained_out != NULL)
        *drained_out = drained;
    else if (drained != NULL)
        leat__seg_retire(chan, drained);
}

/* Where the first message is, without moving on: a segment that is drained stays. */
static const unsigned char *get_first(leat_chan *chan)
{
    const leat__end *get = &chan->get;
    if (chan->bounded || !leat__get_at_end(chan))
        return leat__get_slot(chan, chan->bounded);
    leat__seg *next = get->seg == NULL ? chan->first : get->seg->next;
    return leat__seg_slot(chan, next, 0);
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN. pre: inside and drained is NULL; or the lock is
 * held and the caller retires *drained */
static int ends_take(leat_chan *chan, void *msg, leat__seg **drained)
{
    if (LEAT__UNLIKELY(!get_ready(chan))) {
        if (!leat__chan_is(chan, LEAT__CHAN_SEALED))
            return LEAT_EAGAIN;
        /* I5: what came before the seal is visible now */
        if (!get_ready(chan))
            return LEAT_ECLOSED;
    }
    if (!chan->bounded && LEAT__UNLIKELY(leat__get_at_end(chan)))
        get_follow(chan, drained);
    leat__copy(msg, leat__get_slot(chan, chan->bounded), chan->msg_bytes);
    leat__get_advance(chan, chan->bounded);
    return 0;
}

/* Copy the next message. As ends_take. */
static int ends_show(leat_chan *chan, void *msg)
{
    if (!get_ready(chan)) {
        if (!leat__chan_is(chan, LEAT__CHAN_SEALED))
            return LEAT_EAGAIN;
        if (!get_ready(chan)) /* I5 */
            return LEAT_ECLOSED;
    }
    leat__copy(msg, get_first(chan), chan->msg_bytes);
    return 0;
}

/* What a receiver wants. As ends_take. */
static int ends_serve(leat_chan *chan, leat__waiter *receiver,
                      leat__seg **drained)
{
    if (receiver->act == LEAT__HINT)
        return 0; /* there is something */
    return receiver->act == LEAT__PEEK
               ? ends_show(chan, receiver->msg)
               : ends_take(chan, receiver->msg, drained);
}

/* What a take under the lock drained: nothing is freed under the lock. */
static void unlock_and_retire(leat_chan *chan, leat__seg *drained)
{
    leat__chan_unlock(chan);
    if (drained != NULL)
        leat__seg_retire(chan, drained);
}

/* ---- patience ------------------------------------------------------------------- */

/* An end that looks at once, whenever it has run dry, keeps at the heels of the
 * other: each message then moves both counts and the slot from one processor to
 * the other. One that waits until a few lines of messages are there moves each
 * line once. So an end that had a run of messages since it last ran dry waits
 * longer for the next, up to the time that half the room takes; one that gets
 * single messages looks at once, for there latency is all. */
unsigned leat__ends_patience(leat_chan *chan, enum leat__dir dir)
{
    enum { RUN = 16, LEAST = 4, MOST = 512 };
    leat__end *end = dir == LEAT__SEND ? &chan->put : &chan->get;
    size_t run = leat__end_count(end) - end->ran_dry;
    unsigned most = chan->cap / 2 < MOST ? (unsigned)(chan->cap / 2) : MOST;
    end->ran_dry += run;
    end->patience = run >= RUN ? end->patience * 2 : end->patience / 2;
    if (end->patience < LEAST)
        end->patience = LEAST;
    if (end->patience > most)
        end->patience = most;
    return end->patience;
}

/* ---- sleeping and waking ---------------------------------------------------------- */

/* I4: the bits follow the queues. pre: the lock is held */
void leat__ends_set_asleep(leat_chan *chan)
{
    uint32_t bits = 0;
    if (!leat__list_is_empty(&chan->sendq))
        bits |= LEAT__ASLEEP_TX;
    if (!leat__list_is_empty(&chan->recvq))
        bits |= LEAT__ASLEEP_RX;
    /* relaxed: the heavy fence of enlist orders it; clearing may be seen late */
    leat__st32_rlx(&chan->asleep, bits);
}

/* Move a message for the consumer that sleeps, if there is one of each. */
int leat__ends_wake_receiver(leat_chan *chan)
{
    leat__waiter *receiver = NULL;
    leat__seg *drained = NULL;
    leat__chan_lock(chan);
    /* The consumer's end is ours only while it is enlisted: it has to come through
     * the lock to leave. And it may have taken the message that we put by itself
     * and be asleep for the next one. */
    if (!leat__list_is_empty(&chan->recvq) && get_ready(chan))
        receiver = leat__chan_claim_first(&chan->recvq);
    if (receiver != NULL)
        receiver->rc = ends_serve(chan, receiver, &drained);
    leat__ends_set_asleep(chan);
    unlock_and_retire(chan, drained);
    if (receiver != NULL)
        leat__wait_complete(receiver->wait, LEAT__WON_CHAN);
    return 0;
}

/* Put the message of the producer that sleeps, if there is room for it. */
int leat__ends_wake_sender(leat_chan *chan)
{
    leat__waiter *sender = NULL;
    leat__chan_lock(chan);
    if (!leat__list_is_empty(&chan->sendq) && put_room(chan) == 0)
        sender = leat__chan_claim_first(&chan->sendq);
    if (sender != NULL)
        sender->rc =
            sender->act == LEAT__HINT ? 0 : ends_offer(chan, sender->msg);
    leat__ends_set_asleep(chan);
    leat__chan_unlock(chan);
    if (sender != NULL)
        leat__wait_complete(sender->wait, LEAT__WON_CHAN);
    return 0;
}

static void fence_heavy(const leat_chan *chan)
{
    /* ORDER ends.sleep, ends.close, ends.held: after the announcement, before the
     * look. */
    if (chan->asymmetric)
        leat__os_membarrier();
    else
        leat__fence_sc();
}

static int ends_enlist(leat_chan *chan, enum leat__dir dir,
                       leat__waiter *waiter)
{
    bool sends = dir == LEAT__SEND;
    leat__link *queue = sends ? &chan->sendq : &chan->recvq;
    if (sends && !chan->bounded)
        return leat__ends_try_send(chan, waiter->msg); /* never has to wait */
    if (!sends && leat__chan_is(chan, LEAT__CHAN_ABORTED))
        return leat__ends_try_recv(chan, NULL); /* it discards */
    leat__seg *drained = NULL;
    leat__chan_lock(chan);
    LEAT_CHECK(leat__list_is_empty(queue), leat__promise_sentence(dir));
    leat__list_push_back(queue, &waiter->link);
    leat__ends_set_asleep(chan);
    /* ORDER ends.sleep: the sleeper's half of the Dekker, see leat__is_asleep. */
    fence_heavy(chan);
    int rc = sends ? ends_offer(chan, waiter->msg)
                   : ends_serve(chan, waiter, &drained);
    if (rc != LEAT_EAGAIN) {
        leat__list_remove(&waiter->link);
        leat__ends_set_asleep(chan);
    }
    unlock_and_retire(chan, drained);
    return rc == 0 ? leat__ends_wake_other(chan, dir) : rc;
}

/* Might a try of this end succeed? pre: the end is enlisted, and the lock is held */
static bool end_is_ready(leat_chan *chan, enum leat__dir dir)
{
    if (dir == LEAT__SEND)
        return leat__chan_is(chan, LEAT__CHAN_CLOSED) ||
               put_room(chan) != LEAT_EAGAIN;
    return get_ready(chan) || leat__chan_is(chan, LEAT__CHAN_SEALED) ||
           leat__chan_is(chan, LEAT__CHAN_ABORTED);
}

static int ends_arm(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    bool sends = dir == LEAT__SEND;
    leat__link *queue = sends ? &chan->sendq : &chan->recvq;
    if (sends && !chan->bounded)
        return 0; /* never has to wait */
    leat__chan_lock(chan);
    /* one wait may have the end in several cases */
    LEAT_CHECK(leat__list_is_empty(queue) ||
                   LEAT__CONTAINER(queue->next, leat__waiter, link)->wait ==
                       waiter->wait,
               leat__promise_sentence(dir));
    leat__list_push_back(queue, &waiter->link);
    leat__ends_set_asleep(chan);
    /* ORDER ends.sleep: the sleeper's half of the Dekker, see leat__is_asleep. */
    fence_heavy(chan);
    bool ready = end_is_ready(chan, dir);
    if (ready) {
        leat__list_remove(&waiter->link);
        leat__ends_set_asleep(chan);
    }
    leat__chan_unlock(chan);
    return ready ? 0 : LEAT_EAGAIN;
}

static void ends_discard(leat_chan *chan)
{
    LEAT_ASSERT(leat__chan_is(chan, LEAT__CHAN_SEALED));
    size_t n = 0;
    for (; get_ready(chan); n++) {
        if (!chan->bounded && leat__get_at_end(chan))
            get_follow(chan, NULL);
        unsigned char *slot = leat__get_slot(chan, chan->bounded);
        if (chan->discard != NULL)
            chan->discard(slot, chan->discard_arg);
        leat__get_advance(chan, chan->bounded);
    }
    if (leat__chan_tally(chan) != NULL) {
        leat__chan_lock(chan);
        leat__chan_tally(chan)->discarded += n;
        leat__chan_unlock(chan);
    }
}

/* ---- the verbs ----------------------------------------------------------------------- */

int leat__ends_try_send(leat_chan *chan, const void *msg)
{
    leat__end_enter(chan, LEAT__SEND);
    /* ORDER ends.close: the producer's half, see leat__ends_put_alone. */
    leat__fence_light(chan);
    int rc = ends_offer(chan, msg);
    leat__end_leave(&chan->put);
    return rc == 0 ? leat__ends_wake_other(chan, LEAT__SEND) : rc;
}

/* Begin a receive, when the producer does not hold the consumer's end. */
static void enter_unheld(leat_chan *chan)
{
    for (;;) {
        leat__end_enter(chan, LEAT__RECV);
        /* ORDER ends.held: the consumer's half, see leat__ends_get_alone. */
        leat__fence_light(chan);
        if (LEAT__LIKELY(!leat__chan_is(chan, LEAT__CHAN_HELD)))
            return;
        leat__end_leave(&chan->get);
        leat__chan_lock(chan); /* who holds our end has the lock */
        leat__chan_unlock(chan);
    }
}

int leat__ends_try_recv(leat_chan *chan, void *msg)
{
    int rc = LEAT_ECLOSED;
    enter_unheld(chan);
    if (leat__chan_is(chan, LEAT__CHAN_ABORTED))
        ends_discard(chan);
    else
        rc = ends_take(chan, msg, NULL);
    leat__end_leave(&chan->get);
    return rc == 0 ? leat__ends_wake_other(chan, LEAT__RECV) : rc;
}

static int ends_peek(leat_chan *chan, void *msg)
{
    int rc = LEAT_ECLOSED;
    enter_unheld(chan);
    if (leat__chan_is(chan, LEAT__CHAN_ABORTED))
        ends_discard(chan);
    else
        rc = ends_show(chan, msg);
    leat__end_leave(&chan->get);
    return rc;
}

/* ---- batches --------------------------------------------------------------------- */

/* Put up to n messages, as many as have room side by side: one count for all. pre:
 * put_room was 0 */
static size_t put_run(leat_chan *chan, const unsigned char *msgs, size_t n)
{
    leat__end *put = &chan->put;
    size_t slots = (chan->bounded ? chan->cap : chan->seg_slots) - put->index;
    n = leat__least(n, slots);
    if (chan->bounded)
        n = leat__least(n, chan->cap - (leat__end_count(put) - put->seen));
    unsigned char *slot = chan->bounded
                              ? leat__chan_slot(chan, put->index)
                              : leat__seg_slot(chan, put->seg, put->index);
    leat__slots_fill(chan, slot, n);
    leat__copy_in(chan, slot, msgs, n);
    put->index += n;
    if (chan->bounded && put->index == chan->cap)
        put->index = 0;
    /* ORDER ends.full: the messages before the count. */
    leat__stz_rel(&put->count, leat__end_count(put) + n);
    return n;
}

/* Get up to max messages that lie side by side. pre: get_ready, and not at_end */
static size_t get_run(leat_chan *chan, unsigned char *msgs, size_t max)
{
    leat__end *get = &chan->get;
    size_t slots = (chan->bounded ? chan->cap : chan->seg_slots) - get->index;
    size_t n =
        leat__least(leat__least(max, slots), get->seen - leat__end_count(get));
    unsigned char *slot = leat__get_slot(chan, chan->bounded);
    leat__copy_out(chan, msgs, slot, n);
    leat__slots_empty(chan, slot, n);
    get->index += n;
    if (chan->bounded && get->index == chan->cap)
        get->index = 0;
    /* ORDER ends.free: our reads of the slots before the producer's next write. */
    leat__stz_rel(&get->count, leat__end_count(get) + n);
    return n;
}

/* Two batches that overlap must not both stop early, each with an old view of what the
 * other has moved, one at a full channel and the other at an empty one. So before a
 * batch that has moved some messages looks for more, its count comes before that look:
 *     producer: put.count += n ; fence ; read get.count
 *     consumer: get.count += n ; fence ; read put.count */

static ptrdiff_t ends_send_many(leat_chan *chan, const void *msgs, size_t n)
{
    const unsigned char *bytes = msgs;
    size_t done = 0;
    int rc = LEAT_ECLOSED;
    leat__end_enter(chan, LEAT__SEND);
    /* ORDER ends.close: the producer's half, see leat__ends_put_alone. */
    leat__fence_light(chan);
    /* closed meanwhile: the closer waits until we are outside, as for one message */
    if (!leat__chan_is(chan, LEAT__CHAN_CLOSED))
        while (done < n && (rc = put_room(chan)) == 0) {
            done += put_run(chan, bytes + done * chan->msg_bytes, n - done);
            if (done < n && chan->bounded)
                /* ORDER ends.batch: the producer's half of the Dekker, see above. */
                leat__fence_sc();
        }
    count_put(chan);
    leat__end_leave(&chan->put);
    if (done == 0)
        return rc;
    leat__ends_wake_other(chan, LEAT__SEND);
    return (ptrdiff_t)done;
}

static size_t get_many(leat_chan *chan, unsigned char *msgs, size_t max)
{
    size_t done = 0;
    while (done < max && get_ready(chan)) {
        if (!chan->bounded && leat__get_at_end(chan))
            get_follow(chan, NULL);
        done += get_run(chan, msgs + done * chan->msg_bytes, max - done);
        if (done < max && chan->bounded)
            /* ORDER ends.batch: the consumer's half. */
            leat__fence_sc();
    }
    return done;
}

static ptrdiff_t ends_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    size_t done = 0;
    int rc = LEAT_ECLOSED;
    enter_unheld(chan);
    if (leat__chan_is(chan, LEAT__CHAN_ABORTED)) {
        ends_discard(chan);
    } else {
        bool sealed = leat__chan_is(chan, LEAT__CHAN_SEALED);
        done = get_many(chan, msgs, max); /* I5: all there is, if sealed */
        rc = sealed ? LEAT_ECLOSED : LEAT_EAGAIN;
    }
    leat__end_leave(&chan->get);
    if (done == 0)
        return rc;
    leat__ends_wake_other(chan, LEAT__RECV);
    return (ptrdiff_t)done;
}

/* ---- displacing ----------------------------------------------------------------- */

static void wait_until_outside(const leat__end *end)
{
    leat__spin spin = LEAT__SPIN_PARKED;
    /* ORDER ends.inside: what the end did before it was outside. */
    while (leat__ld32_acq(&end->inside) != 0) {
        if (!leat__spin_turn(&spin))
            leat__os_nap();
    }
}

/* Make the consumer's end ours until HELD is cleared. pre: the lock is held, and
 * the channel is not closed: a consumer that discards is inside for as long as the
 * hook takes, and that comes after the close */
static void hold_consumer(leat_chan *chan)
{
    leat__chan_set(chan, LEAT__CHAN_HELD);
    /* ORDER ends.held: the producer's half of the Dekker, see leat__ends_get_alone. */
    fence_heavy(chan);
    wait_until_outside(&chan->get);
}

/* The oldest message out and the new one into its slot, which in a full ring is the
 * next to be written. The producer's count comes first: a look in between finds one
 * too many, which it takes for full, and never one less. pre: both ends are ours */
static void replace_oldest(leat_chan *chan, const void *msg, void *displaced)
{
    leat__end *put = &chan->put;
    leat__end *get = &chan->get;
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
    count_put(chan);
}

/* pre: inside */
static int displace_held(leat_chan *chan, const void *msg, void *displaced)
{
    int rc = LEAT_ECLOSED;
    leat__chan_lock(chan);
    if (!leat__chan_is(chan, LEAT__CHAN_CLOSED)) {
        hold_consumer(chan);
        rc = ends_offer(chan, msg); /* there may be room by now */
        if (rc == LEAT_EAGAIN) {
            replace_oldest(chan, msg, displaced);
            rc = 1;
        }
        leat__chan_clear(chan, LEAT__CHAN_HELD);
    }
    leat__chan_unlock(chan);
    return rc;
}

static int ends_displace(leat_chan *chan, const void *msg, void *displaced)
{
    leat__end_enter(chan, LEAT__SEND);
    /* ORDER ends.close: the producer's half, see leat__ends_put_alone. */
    leat__fence_light(chan);
    int rc = ends_offer(chan, msg);
    if (rc == LEAT_EAGAIN)
        rc = displace_held(chan, msg, displaced);
    leat__end_leave(&chan->put);
    if (rc >= 0)
        leat__ends_wake_other(chan, LEAT__SEND);
    return rc;
}

/* ---- closing ---------------------------------------------------------------------- */

/* Set CLOSED and turn the parked sender away. */
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

/* Set SEALED and end the parked receiver's wait: with a message, if the producer
 * put one and has not come to waking it. */
static void seal(leat_chan *chan)
{
    leat__seg *drained = NULL;
    leat__chan_lock(chan);
    leat__chan_set(chan, LEAT__CHAN_SEALED);
    leat__waiter *receiver = leat__chan_claim_first(&chan->recvq);
    if (receiver != NULL)
        receiver->rc = ends_serve(chan, receiver, &drained);
    leat__ends_set_asleep(chan);
    unlock_and_retire(chan, drained);
    if (receiver != NULL)
        leat__wait_complete(receiver->wait, LEAT__WON_CHAN);
}

static void ends_close(leat_chan *chan, int reason)
{
    refuse_sends(chan, reason);
    /* ORDER ends.close: the closer's half of the Dekker, see leat__ends_put_alone. */
    fence_heavy(chan);
    wait_until_outside(&chan->put);
    seal(chan);
}

/* The consumer's end is the consumer's: mark, and it discards. */
static void ends_abort(leat_chan *chan)
{
    ends_close(chan, 0);
    leat__chan_lock(chan);
    leat__chan_set(chan, LEAT__CHAN_ABORTED);
    leat__chan_unlock(chan);
}

const leat__verbs leat__ends_verbs = {
    .try_send = leat__ends_try_send,
    .try_recv = leat__ends_try_recv,
    .displace = ends_displace,
    .send_many = ends_send_many,
    .recv_many = ends_recv_many,
    .peek = ends_peek,
    .enlist = ends_enlist,
    .arm = ends_arm,
    .close = ends_close,
    .discard = ends_discard,
    .abort = ends_abort,
    .delisted = leat__ends_set_asleep,
};
