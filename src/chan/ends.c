/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ends.c - channels with room for several, whose two ends work at the same time.
 *
 * Idea. Lamport's one-writer-one-reader queue: who is at the producers' end alone
 * advances put.count, who is at the consumers' end alone get.count, and each looks at
 * the other's count only when the one it remembers (`seen`) says full or empty.
 * Bounded: a ring of exactly cap slots. Unbounded: linked segments. An end that is
 * promised single is entered without a locked instruction; a *shared* one has a short
 * lock of its own (the two-lock queue of Michael and Scott, PODC 1996), so that senders
 * never wait for receivers (docs/adr/0010-a-lock-per-end.md).
 *
 * Sleeping. The channel's lock guards the queues, `asleep` and the state word. Who would
 * wait enlists under the lock, says so in `asleep`, visits the other end, and tries once
 * more; who has moved a message looks at `asleep` before it leaves its end. If the other
 * end is shared, the visit enters and leaves it: whoever is inside later sees the sleeper,
 * and the retry sees what was done by those before. If it is promised, the visit is a
 * heavy fence and the mover's look comes after a light one: either the look sees the
 * sleeper or the retry sees the message. Where the kernel has membarrier the light fence
 * is for the compiler only and the heavy one is a system call, paid before a sleep;
 * elsewhere both are real fences (docs/adr/0002-asymmetric-fences.md).
 *
 * Hand-off. Whoever finds the other end asleep moves the messages for it: it wins the
 * sleepers' waits and, as their proxy, takes from (or puts into) the queue, at both ends
 * until nobody can be served. A promised end is lent with its sleeper's place in the
 * queue, and is its own again when it is completed; a shared one is entered.
 *
 * Displacing (leat_tx_force on a full ring). With the lock, the producer enters a shared
 * consumers' end. For a promised one it sets HELD, then a heavy fence, then waits until
 * the consumer is outside (get.inside); a consumer says that it is inside before it looks
 * at HELD, and if it sees it, leaves and comes back through the lock. So the producer has
 * both ends, and takes the oldest message as the consumer's proxy.
 *
 * Turning early. A ring is gone through from its first slot to its last, also where the
 * other end keeps up and a few slots would do: all of it is touched, line by line, page by
 * page. So a consumer that finds it empty far from its beginning asks for an early turn: it
 * leaves the count at which it is empty in `wish`. The next producer goes on from the first
 * slot if the count is still the same, and says so in put.turns; the consumer follows when
 * it sees that producer's message.
 *
 * Closing. Inside a shared producers' end the closer sets CLOSED and SEALED at once. A
 * promised producer says that it is inside a send (put.inside) before it looks at CLOSED;
 * the closer sets CLOSED, then a heavy fence, then waits until the producer is outside;
 * then no message can follow, and it sets SEALED. A receiver ends on SEALED, never on
 * CLOSED.
 *
 * State. put.*: of who is inside the producers' end, or its proxy; get.*: likewise.
 * The other end reads only put.count, get.count, put.inside; and, behind put.count,
 * put.turns and what the producer linked: first, and next in a segment. wish: the consumers'
 * to set, the producers' to take.
 *
 * Invariants (counts as free-running differences).
 *   I1  0 <= put.count - get.count <= cap; for who only looks it may be cap + 1 for
 *       a moment, while a producer displaces
 *   I2  a slot is written only before put.count covers it and read only while
 *       get.count does not
 *   I3  put.seen <= get.count and get.seen <= put.count: stale on the safe side
 *   I4  somebody of an end is in its queue => its bit in asleep is set (it may be set
 *       with waiters that other events have won, and clear only with an empty queue)
 *   I5  SEALED => put.count changes no more
 *   I6  HELD and the consumer seen outside => it touches nothing of get.* until
 *       HELD is gone
 *   I7  at most one thread is inside a shared end
 *   I8  whenever the lock is free and nobody is inside an end or on the way from there
 *       to the lock: no receiver is asleep while there is a message, and no sender
 *       while there is room
 *   I9  whoever says full or empty has let its own count be seen before it looked at the
 *       other's: of calls at the two ends, not both can have missed what the other moved
 *   I10 put.turns is at most one ahead of get.turns, and only if the first message that
 *       get.count does not cover is, or will be, in the first slot: a turn is made at an
 *       empty ring whose next slot is not the first, so a message follows each, and is
 *       taken before the ring is empty for the next
 *
 * Order of locks: the channel's, then the producers' end, then the consumers'. Nobody who
 * is inside an end waits for the channel's lock, or for the other end but in this order.
 *
 * Synchronisation (x: never at the same time as itself if promised, -: free)
 *     send x    recv x    send with recv -    close - with all
 *     discard: the consumer's, if promised    free: whoever drops last
 *
 * Progress and lifetime. A try waits for a shared end, for one copy. close waits until it
 * sees the producers' end free: for one copy; a promised producer that goes on trying
 * although it is refused can make it look more often. wake and enlist take the short
 * lock. Nothing is allocated, freed or called back in a shared end or under the lock.
 *
 * MODEL: tests/model/m_ends.c, tests/model/m_shared.c */
#include "chan/ends.h"
#include "chan/run.h"
#include "os/os.h"
#include "park/clock.h"
#include "park/spin.h"

/* A segment is needed before the send can be done: allocate and come again. */
enum { NEED_SEG = 1 };

/* ---- one message, whatever it takes ----------------------------------------------- */

/* Unbounded: a fresh segment at the end. */
static void put_grow(leat_chan *chan, leat__seg *fresh)
{
    leat__end *put = &chan->put;
    if (put->seg == NULL)
        chan->first = fresh; /* the consumer reads it once count is 1 */
    else
        put->seg->next = fresh;
    put->seg = fresh;
    put->slots = fresh->slots;
    put->index = 0;
}

/* Bounded: the consumers have found the ring empty. If it still is, on from its first
 * slot. */
static void put_turn(leat_chan *chan)
{
    leat__end *put = &chan->put;
    /* ORDER ends.free: the consumers' last reads of all slots before our writes. */
    size_t wish = leat__ldz_acq(&chan->wish);
    if (wish == leat__end_count(put) + 1 && put->index != 0) {
        put->seen = leat__end_count(put);
        put->index = 0;
        put->turns++; /* the consumers read it behind put.count */
    }
    /* relaxed: a later wish that is lost by this is made again */
    leat__stz_rlx(&chan->wish, 0);
}

/* Bounded: look at the consumers' count. Is there room? */
static bool put_look(leat_chan *chan)
{
    leat__end *put = &chan->put;
    /* ORDER ends.free: the consumer's last read of the slot before our write. */
    put->seen = leat__ldz_acq(&chan->get.count);
    return leat__end_count(put) - put->seen != chan->cap;
}

int leat__put_room(leat_chan *chan, leat__seg **fresh)
{
    leat__end *put = &chan->put;
    if (chan->bounded) {
        if (LEAT__UNLIKELY(leat__end_is_to_turn(chan)))
            put_turn(chan);
        if (LEAT__LIKELY(leat__end_count(put) - put->seen != chan->cap) ||
            put_look(chan))
            return 0;
        /* ORDER ends.again (Dekker, see I9): put.count, then this look at get.count. */
        leat__fence_sc();
        return put_look(chan) ? 0 : LEAT_EAGAIN;
    }
    if (LEAT__LIKELY(put->index != put->slots))
        return 0;
    if (*fresh == NULL)
        return NEED_SEG;
    put_grow(chan, *fresh);
    *fresh = NULL;
    return 0;
}

void leat__count_put(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (LEAT__LIKELY(tally == NULL))
        return;
    /* ORDER ends.free: as in put_room; fresh, so that the length is not too high */
    chan->put.seen = leat__ldz_acq(&chan->get.count);
    leat__tally_high(tally, leat__end_count(&chan->put) - chan->put.seen);
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN, NEED_SEG. pre: inside; or the lock is held, and the end
 * borrowed */
static int offer(leat_chan *chan, const void *msg, leat__seg **fresh)
{
    if (LEAT__UNLIKELY(leat__chan_is(chan, LEAT__CHAN_CLOSED)))
        return LEAT_ECLOSED;
    int rc = leat__put_room(chan, fresh);
    if (LEAT__LIKELY(rc == 0)) {
        leat__put(chan, msg, chan->bounded, chan->msg_bytes);
        leat__count_put(chan);
    }
    return rc;
}

int leat__ends_offer(leat_chan *chan, const void *msg)
{
    LEAT_ASSERT(chan->bounded);
    return offer(chan, msg, NULL);
}

bool leat__get_ready(leat_chan *chan)
{
    if (leat__end_count(&chan->get) != chan->get.seen || leat__get_look(chan))
        return true;
    /* ORDER ends.again: get.count, then this look at put.count. */
    leat__fence_sc();
    return leat__get_look(chan);
}

void leat__get_follow(leat_chan *chan, leat__leavings *left)
{
    leat__end *get = &chan->get;
    leat__seg *drained = get->seg;
    get->seg = drained == NULL ? chan->first : drained->next;
    get->slots = get->seg->slots;
    get->index = 0;
    if (drained != NULL) {
        drained->next = left->drained;
        left->drained = drained;
    }
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

/* 0: there is a message; LEAT_ECLOSED, LEAT_EAGAIN. pre: as offer */
static int get_any(leat_chan *chan)
{
    if (LEAT__LIKELY(leat__get_ready(chan)))
        return 0;
    if (!leat__chan_is(chan, LEAT__CHAN_SEALED))
        return LEAT_EAGAIN;
    /* I5: what came before the seal is visible now */
    return leat__get_ready(chan) ? 0 : LEAT_ECLOSED;
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN. pre: as offer */
static int take(leat_chan *chan, void *msg, leat__leavings *left)
{
    int rc = get_any(chan);
    if (LEAT__UNLIKELY(rc != 0))
        return rc;
    if (!chan->bounded && LEAT__UNLIKELY(leat__get_at_end(chan)))
        leat__get_follow(chan, left);
    leat__copy(msg, leat__get_slot(chan, chan->bounded), chan->msg_bytes);
    leat__get_advance(chan, chan->bounded);
    return 0;
}

/* Copy the next message. As take. */
static int show(leat_chan *chan, void *msg)
{
    int rc = get_any(chan);
    if (rc == 0)
        leat__copy(msg, get_first(chan), chan->msg_bytes);
    return rc;
}

int leat__ends_serve(leat_chan *chan, leat__waiter *receiver,
                     leat__leavings *left)
{
    if (receiver->act == LEAT__HINT)
        return 0; /* there is something */
    return receiver->act == LEAT__PEEK ? show(chan, receiver->msg)
                                       : take(chan, receiver->msg, left);
}

void leat__ends_settle(leat_chan *chan, leat__leavings *left)
{
    leat__chan_complete_all(&left->won);
    while (LEAT__UNLIKELY(left->drained != NULL)) {
        leat__seg *drained = left->drained;
        left->drained = drained->next;
        leat__seg_retire(chan, drained);
    }
}

/* ---- patience ------------------------------------------------------------------- */

/* An end that looks at once, whenever it has run dry, keeps at the heels of the
 * other: each message then moves both counts and the slot from one processor to
 * the other. One that waits until a few lines of messages are there moves each
 * line once. So an end that had a run of messages since it last ran dry waits
 * longer for the next, up to the time that half the room takes, so that each end
 * works in a half of its own. That time it measures: with a batch a call it is a tenth
 * of what it is one at a time. An end that gets single messages looks at once, for
 * there latency is all. And if the other end last waited on this very processor, there
 * is nothing to pause for: it needs the processor (as in docs/adr/0004). (relaxed:
 * several may wait at a shared end, and any of their numbers will do.) */
static bool shares_processor(leat_chan *chan, enum leat__dir dir)
{
    uint32_t here = (uint32_t)(leat__os_cpu() + 1); /* 0: not to be known */
    leat__end *other = leat__end_of(chan, leat__other_half(dir));
    leat__st32_rlx(&leat__end_of(chan, dir)->where, here); /* relaxed: hint */
    return here != 0 &&
           leat__ld32_rlx(&other->where) == here; /* relaxed: hint */
}

/* With so little room, the clock would take longer than it saves. */
enum { SMALL_CAP = 16 };

/* How many pauses half the room takes, going by the run that is over now. */
static unsigned half_the_room(const leat_chan *chan, const leat__end *end,
                              uint32_t run, int64_t now_ns)
{
    enum { PAUSE_NS = 28, LONG = 1 << 20 }; /* a pause is 10 to 50 ns */
    /* relaxed: see above */
    uint32_t took_ns = (uint32_t)now_ns - leat__ld32_rlx(&end->since_ns);
    uint64_t half = chan->cap / 2 < LONG ? chan->cap / 2 : LONG;
    if (took_ns > LONG)
        took_ns = LONG;
    return (unsigned)(half * took_ns / run / PAUSE_NS);
}

unsigned leat__ends_patience(leat_chan *chan, enum leat__dir dir,
                             int64_t now_ns)
{
    enum { RUN = 16, LEAST = 4, MOST = 512 };
    leat__end *end = leat__end_of(chan, dir);
    uint32_t now = (uint32_t)leat__end_count(end);
    uint32_t run = now - leat__ld32_rlx(&end->ran_dry); /* relaxed: see above */
    uint32_t patience = leat__ld32_rlx(&end->patience); /* relaxed: likewise */
    unsigned most = chan->cap / 2 < MOST ? (unsigned)(chan->cap / 2) : MOST;
    leat__st32_rlx(&end->ran_dry, now); /* relaxed: likewise */
    if (shares_processor(chan, dir))
        return 0;
    patience = run >= RUN ? patience * 2 : patience / 2;
    if (run >= RUN && chan->cap > SMALL_CAP)
        patience = (uint32_t)leat__least(patience,
                                         half_the_room(chan, end, run, now_ns));
    if (patience < LEAST)
        patience = LEAST;
    if (patience > most)
        patience = most;
    leat__st32_rlx(&end->patience, patience); /* relaxed: likewise */
    return patience;
}

void leat__ends_resume(leat_chan *chan, enum leat__dir dir)
{
    if (chan->cap > SMALL_CAP)
        /* relaxed: see above */
        leat__st32_rlx(&leat__end_of(chan, dir)->since_ns,
                       (uint32_t)leat__now_ns());
}

/* ---- at the other end, or in another's place --------------------------------------- */

void leat__end_borrow(leat_chan *chan, enum leat__dir dir)
{
    if (leat__end_of(chan, dir)->shared)
        leat__end_enter(chan, dir);
}

void leat__end_give_back(leat_chan *chan, enum leat__dir dir)
{
    if (leat__end_of(chan, dir)->shared)
        leat__end_leave(leat__end_of(chan, dir));
}

void leat__end_visit(leat_chan *chan, enum leat__dir dir)
{
    if (leat__end_of(chan, dir)->shared) {
        leat__end_enter(chan, dir);
        leat__end_leave(leat__end_of(chan, dir));
    } else if (chan->asymmetric) {
        /* ORDER ends.sleep, ends.close, ends.held: after the announcement, before
         * the look. */
        leat__os_membarrier();
    } else {
        /* ORDER ends.sleep, ends.close, ends.held: likewise */
        leat__fence_sc();
    }
}

void leat__chan_visit_senders(leat_chan *chan)
{
    if (chan->kind == LEAT__ENDS) {
        leat__end_visit(chan, LEAT__SEND);
    } else {
        leat__chan_lock(chan);
        leat__chan_unlock(chan);
    }
}

/* ---- sleeping and waking ---------------------------------------------------------- */

/* I4: the bits follow the queues. */
void leat__ends_set_asleep(leat_chan *chan)
{
    uint32_t bits = 0;
    if (!leat__list_is_empty(&chan->sendq))
        bits |= LEAT__ASLEEP_TX;
    if (!leat__list_is_empty(&chan->recvq))
        bits |= LEAT__ASLEEP_RX;
    /* relaxed: the visit of enlist orders it; clearing may be seen late */
    leat__st32_rlx(&chan->asleep, bits);
}

/* A promised end is ours only while its owner is enlisted: it has to come through the
 * lock to leave, or is completed after it. */
static void ends_serve_receivers(leat_chan *chan, leat__leavings *left)
{
    leat__waiter *receiver;
    if (leat__list_is_empty(&chan->recvq))
        return;
    leat__end_borrow(chan, LEAT__RECV);
    while (leat__get_ready(chan) &&
           (receiver = leat__chan_claim_first(&chan->recvq)) != NULL) {
        receiver->rc = leat__ends_serve(chan, receiver, left);
        leat__list_push_back(&left->won, &receiver->link);
    }
    leat__end_give_back(chan, LEAT__RECV);
}

/* returns whether messages went in */
static bool ends_serve_senders(leat_chan *chan, leat__leavings *left)
{
    leat__waiter *sender;
    bool any = false;
    if (leat__list_is_empty(&chan->sendq))
        return false;
    leat__end_borrow(chan, LEAT__SEND);
    while (leat__put_room(chan, NULL) == 0 &&
           (sender = leat__chan_claim_first(&chan->sendq)) != NULL) {
        bool hint = sender->act == LEAT__HINT;
        sender->rc = hint ? 0 : leat__ends_offer(chan, sender->msg);
        any = any || !hint;
        leat__list_push_back(&left->won, &sender->link);
    }
    leat__end_give_back(chan, LEAT__SEND);
    return any;
}

void leat__ends_serve_all(leat_chan *chan, leat__leavings *left)
{
    do
        ends_serve_receivers(chan, left);
    while (ends_serve_senders(chan, left)); /* what went in may be somebody's */
    leat__ends_set_asleep(chan);
}

int leat__ends_wake(leat_chan *chan)
{
    leat__leavings left;
    leat__leavings_init(&left);
    leat__chan_lock(chan);
    leat__ends_serve_all(chan, &left);
    leat__chan_unlock(chan);
    leat__ends_settle(chan, &left);
    return 0;
}

static leat__link *queue_of(leat_chan *chan, enum leat__dir dir)
{
    return dir == LEAT__SEND ? &chan->sendq : &chan->recvq;
}

/* Into the queue, and say so. pre: the lock is held */
static void announce(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    leat__list_push_back(queue_of(chan, dir), &waiter->link);
    leat__ends_set_asleep(chan);
    leat__end_visit(chan, leat__other_half(dir));
}

static void renounce(leat_chan *chan, leat__waiter *waiter)
{
    leat__list_remove(&waiter->link);
    leat__ends_set_asleep(chan);
}

static int ends_enlist(leat_chan *chan, enum leat__dir dir,
                       leat__waiter *waiter)
{
    bool sends = dir == LEAT__SEND;
    if (sends && !chan->bounded)
        return leat__ends_try_send(chan, waiter->msg); /* never has to wait */
    if (!sends && leat__chan_is(chan, LEAT__CHAN_ABORTED))
        return leat__ends_try_recv(chan, NULL); /* it discards */
    leat__leavings left;
    leat__leavings_init(&left);
    leat__chan_lock(chan);
    LEAT_CHECK(leat__end_of(chan, dir)->shared ||
                   leat__list_is_empty(queue_of(chan, dir)),
               leat__promise_sentence(dir));
    leat__ends_serve_all(chan, &left); /* those in line come first */
    announce(chan, dir, waiter);
    leat__end_borrow(chan, dir);
    int rc = sends ? leat__ends_offer(chan, waiter->msg)
                   : leat__ends_serve(chan, waiter, &left);
    leat__end_give_back(chan, dir);
    if (rc != LEAT_EAGAIN)
        renounce(chan, waiter);
    if (rc == 0)
        leat__ends_serve_all(chan, &left);
    leat__chan_unlock(chan);
    leat__ends_settle(chan, &left);
    return rc;
}

/* Might a try of this end succeed? pre: enlisted, and the lock is held */
static bool end_is_ready(leat_chan *chan, enum leat__dir dir)
{
    leat__end_borrow(chan, dir);
    bool ready =
        dir == LEAT__SEND
            ? leat__chan_is(chan, LEAT__CHAN_CLOSED) ||
                  leat__put_room(chan, NULL) != LEAT_EAGAIN
            : leat__get_ready(chan) ||
                  leat__chan_is(chan, LEAT__CHAN_SEALED | LEAT__CHAN_ABORTED);
    leat__end_give_back(chan, dir);
    return ready;
}

/* One wait may have a promised end in several cases. */
static bool may_arm(leat_chan *chan, enum leat__dir dir,
                    const leat__waiter *waiter)
{
    const leat__link *queue = queue_of(chan, dir);
    return leat__end_of(chan, dir)->shared || leat__list_is_empty(queue) ||
           LEAT__CONTAINER(queue->next, leat__waiter, link)->wait ==
               waiter->wait;
}

static int ends_arm(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    if (dir == LEAT__SEND && !chan->bounded)
        return 0; /* never has to wait */
    leat__chan_lock(chan);
    LEAT_CHECK(may_arm(chan, dir, waiter), leat__promise_sentence(dir));
    announce(chan, dir, waiter);
    bool ready = end_is_ready(chan, dir);
    if (ready)
        renounce(chan, waiter);
    leat__chan_unlock(chan);
    return ready ? 0 : LEAT_EAGAIN;
}

/* ---- the verbs ----------------------------------------------------------------------- */

int leat__ends_send_rest(leat_chan *chan, const void *msg)
{
    leat__seg *fresh = NULL;
    bool shared = chan->put.shared;
    bool wake;
    int rc;
    for (;;) {
        rc = offer(chan, msg, &fresh);
        wake = rc == 0 && leat__end_must_wake(chan, LEAT__SEND, shared);
        leat__end_leave(&chan->put);
        if (rc != NEED_SEG)
            break;
        /* allocate outside; another sender may grow meanwhile */
        fresh = leat__seg_new(chan);
        if (fresh == NULL)
            return LEAT_ENOMEM;
        leat__end_enter(chan, LEAT__SEND);
    }
    if (fresh != NULL)
        leat__seg_retire(chan, fresh);
    return wake ? leat__ends_wake(chan) : rc;
}

int leat__ends_try_send(leat_chan *chan, const void *msg)
{
    leat__end_enter(chan, LEAT__SEND);
    return leat__ends_send_rest(chan, msg);
}

void leat__get_enter(leat_chan *chan)
{
    leat__end_enter(chan, LEAT__RECV);
    while (LEAT__UNLIKELY(leat__chan_is(chan, LEAT__CHAN_HELD))) {
        leat__end_leave(&chan->get);
        leat__chan_lock(chan); /* who holds our end has the lock */
        leat__chan_unlock(chan);
        leat__end_enter(chan, LEAT__RECV);
    }
}

/* A promised consumer that sees ABORTED: leave, and discard. */
static int discard_after_abort(leat_chan *chan)
{
    leat__end_leave(&chan->get);
    leat__ends_discard(chan);
    return LEAT_ECLOSED;
}

#if defined(LEAT_SIM) || defined(LEAT_GENMC)
#define FAR_BYTES 1 /* so that the checkers see it at once */
#else
#define FAR_BYTES 16384
#endif

/* A receiver found nothing. pre: inside, and what was seen is taken */
static void ask_to_turn(leat_chan *chan)
{
    size_t wish = leat__end_count(&chan->get) + 1;
    if (chan->bounded && chan->get.index * chan->stride >= FAR_BYTES &&
        leat__ldz_rlx(&chan->wish) != wish) /* relaxed: our own, or taken */
        /* ORDER ends.free: our reads of all slots before the producers' writes. */
        leat__stz_rel(&chan->wish, wish);
}

int leat__ends_recv_rest(leat_chan *chan, void *msg)
{
    if (leat__chan_is(chan, LEAT__CHAN_HELD)) {
        leat__end_leave(&chan->get);
        leat__get_enter(chan);
    }
    if (leat__chan_is(chan, LEAT__CHAN_ABORTED))
        return discard_after_abort(chan);
    leat__leavings left;
    leat__leavings_init(&left);
    int rc = take(chan, msg, &left);
    if (rc == LEAT_EAGAIN)
        ask_to_turn(chan);
    bool wake =
        rc == 0 && leat__end_must_wake(chan, LEAT__RECV, chan->get.shared);
    leat__end_leave(&chan->get);
    leat__ends_settle(chan, &left);
    return wake ? leat__ends_wake(chan) : rc;
}

int leat__ends_try_recv(leat_chan *chan, void *msg)
{
    leat__get_enter(chan);
    return leat__ends_recv_rest(chan, msg);
}

static int ends_peek(leat_chan *chan, void *msg)
{
    leat__get_enter(chan);
    if (leat__chan_is(chan, LEAT__CHAN_ABORTED))
        return discard_after_abort(chan);
    int rc = show(chan, msg);
    leat__end_leave(&chan->get);
    return rc;
}

bool leat__ends_look(const leat_chan *chan, enum leat__dir dir)
{
    /* relaxed: looks; the try that follows enters the end */
    size_t got = leat__ldz_rlx(&chan->get.count);
    size_t put = leat__ldz_rlx(&chan->put.count);
    bool closed = (leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) != 0;
    return closed || (dir == LEAT__SEND ? put - got != chan->cap : put != got);
}

const leat__verbs leat__ends_verbs = {
    .try_send = leat__ends_try_send,
    .try_recv = leat__ends_try_recv,
    .displace = leat__ends_displace,
    .send_many = leat__ends_send_many,
    .recv_many = leat__ends_recv_many,
    .peek = ends_peek,
    .enlist = ends_enlist,
    .arm = ends_arm,
    .close = leat__ends_close,
    .discard = leat__ends_discard,
    .abort = leat__ends_abort,
    .delisted = leat__ends_set_asleep,
    .look = leat__ends_look,
};
