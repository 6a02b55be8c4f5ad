/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ends.h - the two ends of a channel with ends, and the way of one message.
 *
 * Invariants and the sleeping protocol are in ends.c. Inline, because this is what
 * most sends and receives are, and calls would be half of it. `shared`, `bounded` and
 * `bytes` are the channel's, as constants where they are known: branches less, and the
 * copy is a move and not a call. */
#ifndef LEAT_CHAN_ENDS_H
#define LEAT_CHAN_ENDS_H

#include "base/mem.h"
#include "chan/promise.h"
#include "chan/run.h"

enum { LEAT__ASLEEP_TX = 1u, LEAT__ASLEEP_RX = 2u };

static inline leat__end *leat__end_of(leat_chan *chan, enum leat__dir dir)
{
    return dir == LEAT__SEND ? &chan->put : &chan->get;
}

/* The bit that says that this end is asleep. */
static inline uint32_t leat__asleep_bit(enum leat__dir dir)
{
    return dir == LEAT__SEND ? LEAT__ASLEEP_TX : LEAT__ASLEEP_RX;
}

static inline void leat__fence_light(const leat_chan *chan)
{
    /* ORDER ends.sleep, ends.close, ends.held: after the count or `inside`, before
     * the look. */
    if (LEAT__LIKELY(chan->asymmetric))
        leat__fence_compiler();
    else
        leat__fence_sc();
}

/* ---- inside ------------------------------------------------------------------- */

/* A promised end: nobody else enters, but say so to who closes, or wants our end. */
static inline void leat__end_enter_alone(leat_chan *chan, enum leat__dir dir)
{
    leat__end *end = leat__end_of(chan, dir);
#if LEAT_DEBUG
    /* relaxed: overlap shows without it, and order between calls is the callers'
     * to give: what we added here ThreadSanitizer would not miss */
    uint32_t inside = leat__xchg32_rlx(&end->inside.held, 1);
    LEAT_CHECK(inside == 0, leat__promise_sentence(dir));
    /* relaxed: our own bit; set only while a call of this end is parked */
    uint32_t asleep = leat__ld32_rlx(&chan->asleep);
    LEAT_CHECK((asleep & leat__asleep_bit(dir)) == 0,
               leat__promise_sentence(dir));
#else
    leat__st32_rlx(&end->inside.held, 1); /* relaxed: the light fence follows */
#endif
    /* ORDER ends.close (Dekker, partner in leat__ends_close):
     *     producer: inside := 1 ; light fence ; read CLOSED
     *     closer:   CLOSED := 1 ; heavy fence ; read inside
     * Either the send refuses or the closer waits for it.
     * ORDER ends.held (Dekker, partner in hold_consumer):
     *     consumer: inside := 1 ; light fence ; read HELD
     *     producer: HELD := 1   ; heavy fence ; read inside
     * Either the receive leaves again or the producer waits for it. */
    leat__fence_light(chan);
}

/* Begin a call on an end. false: another call is inside, which only a shared end says. */
LEAT__INLINE bool leat__end_try_enter(leat_chan *chan, enum leat__dir dir,
                                      bool shared)
{
    if (shared)
        return leat__lock_try(&leat__end_of(chan, dir)->inside);
    leat__end_enter_alone(chan, dir);
    return true;
}

static inline void leat__end_enter(leat_chan *chan, enum leat__dir dir)
{
    if (!leat__end_try_enter(chan, dir, leat__end_of(chan, dir)->shared))
        leat__lock_contend(&leat__end_of(chan, dir)->inside,
                           leat__chan_is_deep(chan));
}

static inline void leat__end_leave(leat__end *end)
{
    /* relaxed: only who is inside asks, about its own store */
    LEAT_ASSERT(leat__ld32_rlx(&end->inside.held) == 1);
    /* ORDER ends.inside: what we did before the next call on a shared end (lock.pass),
     * the closer that sees us outside, or the producer that holds our end. */
    leat__st32_rel(&end->inside.held, 0);
}

/* ---- the producer's end --------------------------------------------------------- */

/* relaxed: by who is inside, or has the end lent to it; else a look */
static inline size_t leat__end_count(const leat__end *end)
{
    return leat__ldz_rlx(&end->count);
}

/* Have the consumers asked for an early turn? */
static inline bool leat__end_is_to_turn(const leat_chan *chan)
{
    return leat__ldz_rlx(&chan->wish) != 0; /* relaxed: a hint */
}

/* pre: there is room */
LEAT__INLINE void leat__put(leat_chan *chan, const void *msg, bool bounded,
                            size_t bytes)
{
    leat__end *put = &chan->put;
    unsigned char *slot = bounded ? leat__chan_slot(chan, put->index)
                                  : leat__seg_slot(chan, put->seg, put->index);
    leat__slots_fill(chan, slot, 1);
    leat__copy(slot, msg, bytes);
    put->index++;
    if (bounded && put->index == chan->cap)
        put->index = 0;
    /* ORDER ends.full: the message (and a fresh segment) before the count. */
    leat__stz_rel(&put->count, leat__end_count(put) + 1);
}

/* ---- the consumer's end ----------------------------------------------------------- */

/* The first message's slot. pre: there is one, and not at_end */
LEAT__INLINE unsigned char *leat__get_slot(leat_chan *chan, bool bounded)
{
    leat__end *get = &chan->get;
    return bounded ? leat__chan_slot(chan, get->index)
                   : leat__seg_slot(chan, get->seg, get->index);
}

/* Look at the producers' count. Is there a message? pre: inside */
static inline bool leat__get_look(leat_chan *chan)
{
    leat__end *get = &chan->get;
    /* ORDER ends.full: the count before the message. */
    get->seen = leat__ldz_acq(&chan->put.count);
    if (leat__end_count(get) == get->seen)
        return false;
    if (LEAT__UNLIKELY(get->turns != chan->put.turns)) { /* I10 */
        LEAT_ASSERT((uint8_t)(chan->put.turns - get->turns) == 1);
        get->turns = chan->put.turns;
        get->index = 0;
    }
    return true;
}

LEAT__INLINE void leat__get_advance(leat_chan *chan, bool bounded)
{
    leat__end *get = &chan->get;
    leat__slots_empty(chan, leat__get_slot(chan, bounded), 1);
    get->index++;
    if (bounded && get->index == chan->cap)
        get->index = 0;
    /* ORDER ends.free: our read of the slot before the producer's next write. */
    leat__stz_rel(&get->count, leat__end_count(get) + 1);
}

/* Unbounded: is the next message in the next segment? */
LEAT__INLINE bool leat__get_at_end(const leat_chan *chan)
{
    return chan->get.index == chan->get.slots;
}

/* ---- the other end, asleep ------------------------------------------------------------ */

/* After a message has moved by dir, still inside: is the other end to be woken?
 * A shared end is entered by who goes to sleep on the other, after it has said so: either
 * that came before us, or it will see our count.
 * ORDER ends.sleep (a promised end; Dekker, partner in enlist):
 *     mover:    count := count + 1 ; light fence ; read asleep
 *     sleeper:  asleep := bit      ; heavy fence ; read count
 * Both reads cannot miss. */
LEAT__INLINE bool leat__end_must_wake(const leat_chan *chan, enum leat__dir dir,
                                      bool shared)
{
    uint32_t other = dir == LEAT__SEND ? LEAT__ASLEEP_RX : LEAT__ASLEEP_TX;
    if (!shared)
        leat__fence_light(chan);
    /* relaxed: ordered by the fence, or the entry; stale means one lock in vain */
    return (leat__ld32_rlx(&chan->asleep) & other) != 0;
}

/* Do it for those who sleep, at either end, as far as it can be done, and wake them.
 * pre: not inside. returns 0, to be called last */
int leat__ends_wake(leat_chan *chan);

/* ---- the way of a message that meets nobody ------------------------------------------- */

/* Send a message if that takes nothing but a slot. pre: inside. false: nothing done */
LEAT__INLINE bool leat__ends_put_alone(leat_chan *chan, const void *msg,
                                       bool bounded, size_t bytes)
{
    const leat__end *put = &chan->put;
    /* by what we have seen: a new look at the consumer's count is for the rest, and so
     * is an early turn */
    bool room = bounded ? leat__end_count(put) - put->seen != chan->cap &&
                              LEAT__LIKELY(!leat__end_is_to_turn(chan))
                        : put->index != put->slots;
    if (LEAT__UNLIKELY(!room || leat__chan_is(chan, LEAT__CHAN_CLOSED)))
        return false;
    leat__put(chan, msg, bounded, bytes);
    return true;
}

/* Receive a message if that takes nothing but reading a slot. As put_alone, but with a
 * new look: where messages come one by one each needs it. */
LEAT__INLINE bool leat__ends_get_alone(leat_chan *chan, void *msg, bool shared,
                                       bool bounded, size_t bytes)
{
    const leat__end *get = &chan->get;
    /* a promised end that is held is not looked at, either (I6) */
    bool may = (shared ||
                !leat__chan_is(chan, LEAT__CHAN_ABORTED | LEAT__CHAN_HELD)) &&
               (leat__end_count(get) != get->seen || leat__get_look(chan)) &&
               (bounded || !leat__get_at_end(chan));
    if (LEAT__UNLIKELY(!may))
        return false;
    leat__copy(msg, leat__get_slot(chan, bounded), bytes);
    leat__get_advance(chan, bounded);
    return true;
}

/* ---- between ends.c and its other parts -------------------------------------------- */

/* What a call leaves to be done when it has no lock any more. */
typedef struct leat__leavings {
    leat__link won;     /* complete them */
    leat__seg *drained; /* retire these */
} leat__leavings;

static inline void leat__leavings_init(leat__leavings *left)
{
    leat__list_init(&left->won);
    left->drained = NULL;
}

void leat__ends_settle(leat_chan *chan, leat__leavings *left);

/* Let the asleep bits follow the queues. pre: the lock is held */
void leat__ends_set_asleep(leat_chan *chan);

/* The end of somebody who is enlisted, or our own, with the lock held: a promised one is
 * lent with that, a shared one is entered. */
void leat__end_borrow(leat_chan *chan, enum leat__dir dir);
void leat__end_give_back(leat_chan *chan, enum leat__dir dir);

/* What we wrote is seen by every call on that end that begins now, and we see what those
 * wrote that are over. A promised end: and those that are not over will see it after
 * their light fence. */
void leat__end_visit(leat_chan *chan, enum leat__dir dir);

/* Enter the consumer's end when no producer holds it. */
void leat__get_enter(leat_chan *chan);

/* A slot for a message. pre: inside. returns 0; LEAT_EAGAIN: full; 1: a segment is needed,
 * *fresh; it is used up if it is taken */
int leat__put_room(leat_chan *chan, leat__seg **fresh);

/* Is there a message to take? pre: inside */
bool leat__get_ready(leat_chan *chan);

/* Unbounded: on to the next segment, or to the first. */
void leat__get_follow(leat_chan *chan, leat__leavings *left);

/* Messages were put: what a channel that counts notes. pre: inside */
void leat__count_put(leat_chan *chan);

/* Send a message; as a try. pre: inside, and bounded */
int leat__ends_offer(leat_chan *chan, const void *msg);

/* What a receiver wants; as a try. pre: inside */
int leat__ends_serve(leat_chan *chan, leat__waiter *receiver,
                     leat__leavings *left);

/* Serve who sleeps at either end. pre: the lock is held, and no end is entered */
void leat__ends_serve_all(leat_chan *chan, leat__leavings *left);

/* verbs, in ends_many.c and ends_close.c */
ptrdiff_t leat__ends_send_many(leat_chan *chan, const void *msgs, size_t n);
ptrdiff_t leat__ends_recv_many(leat_chan *chan, void *msgs, size_t max);
int leat__ends_displace(leat_chan *chan, const void *msg, void *displaced);
void leat__ends_discard(leat_chan *chan);
void leat__ends_close(leat_chan *chan, int reason);
void leat__ends_abort(leat_chan *chan);

#endif
