/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ends.h - the two ends of an spsc channel, and the way of one message.
 *
 * Invariants and the sleeping protocol are in ends.c. Inline, because this is what
 * most sends and receives on such a channel are, and calls would be half of it. */
#ifndef LEAT_CHAN_ENDS_H
#define LEAT_CHAN_ENDS_H

#include "base/mem.h"
#include "chan/promise.h"
#include "chan/run.h"

enum { LEAT__ASLEEP_TX = 1u, LEAT__ASLEEP_RX = 2u };

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

static inline void leat__end_enter(leat_chan *chan, enum leat__dir dir)
{
    leat__end *end = dir == LEAT__SEND ? &chan->put : &chan->get;
#if LEAT_DEBUG
    /* relaxed: overlap shows without it, and order between calls is the callers'
     * to give: what we added here ThreadSanitizer would not miss */
    uint32_t inside = leat__xchg32_rlx(&end->inside, 1);
    LEAT_CHECK(inside == 0, leat__promise_sentence(dir));
    /* relaxed: our own bit; set only while a call of this end is parked */
    uint32_t asleep = leat__ld32_rlx(&chan->asleep);
    uint32_t own = dir == LEAT__SEND ? LEAT__ASLEEP_TX : LEAT__ASLEEP_RX;
    LEAT_CHECK((asleep & own) == 0, leat__promise_sentence(dir));
#else
    leat__st32_rlx(&end->inside, 1); /* relaxed: the light fence follows */
#endif
}

static inline void leat__end_leave(leat__end *end)
{
    /* ORDER ends.inside: what we did before the closer sees us outside, or the
     * producer that holds our end. */
    leat__st32_rel(&end->inside, 0);
}

/* ---- the producer's end --------------------------------------------------------- */

/* relaxed: an end reads its own count, or as a proxy under the lock */
static inline size_t leat__end_count(const leat__end *end)
{
    return leat__ldz_rlx(&end->count);
}

/* pre: there is room. `bounded` and `bytes` are the channel's, as constants where
 * they are known: a branch less, and the copy is a move and not a call. */
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
    return chan->get.seg == NULL || chan->get.index == chan->seg_slots;
}

/* ---- with the other end asleep, perhaps --------------------------------------------- */

/* ORDER ends.sleep (Dekker, partner in enlist):
 *     mover:    count := count + 1 ; light fence ; read asleep
 *     sleeper:  asleep := bit      ; heavy fence ; read count
 * Both reads cannot miss. */
static inline bool leat__is_asleep(const leat_chan *chan, uint32_t bit)
{
    leat__fence_light(chan);
    /* relaxed: ordered by the fence; stale means one lock in vain */
    return LEAT__UNLIKELY((leat__ld32_rlx(&chan->asleep) & bit) != 0);
}

/* Do it for the end that sleeps: take a message for the consumer, or put the
 * producer's, if that can be done; and wake it. return 0, to be called last */
int leat__ends_wake_receiver(leat_chan *chan);
int leat__ends_wake_sender(leat_chan *chan);

/* After a message has moved by dir. returns 0 */
LEAT__INLINE int leat__ends_wake_other(leat_chan *chan, enum leat__dir dir)
{
    if (dir == LEAT__SEND)
        return leat__is_asleep(chan, LEAT__ASLEEP_RX)
                   ? leat__ends_wake_receiver(chan)
                   : 0;
    return leat__is_asleep(chan, LEAT__ASLEEP_TX) ? leat__ends_wake_sender(chan)
                                                  : 0;
}

/* ---- the way of a message that meets nobody ------------------------------------------- */

/* Send a message if that takes nothing but a slot. false: nothing done. */
LEAT__INLINE bool leat__ends_put_alone(leat_chan *chan, const void *msg,
                                       bool bounded, size_t bytes)
{
    const leat__end *put = &chan->put;
    leat__end_enter(chan, LEAT__SEND);
    /* ORDER ends.close (Dekker, partner in leat__ends_close):
     *     producer: inside := 1 ; light fence ; read CLOSED
     *     closer:   CLOSED := 1 ; heavy fence ; read inside
     * Either the send refuses or the closer waits for it. */
    leat__fence_light(chan);
    /* by what we have seen: a new look at the consumer's count is for the rest */
    bool room = bounded ? leat__end_count(put) - put->seen != chan->cap
                        : put->seg != NULL && put->index != chan->seg_slots;
    bool may = room && !leat__chan_is(chan, LEAT__CHAN_CLOSED);
    if (LEAT__LIKELY(may))
        leat__put(chan, msg, bounded, bytes);
    leat__end_leave(&chan->put);
    return may;
}

/* Receive a message if that takes nothing but reading a slot. false: nothing done. */
LEAT__INLINE bool leat__ends_get_alone(leat_chan *chan, void *msg, bool bounded,
                                       size_t bytes)
{
    leat__end_enter(chan, LEAT__RECV);
    /* ORDER ends.held (Dekker, partner in hold_consumer):
     *     consumer: inside := 1 ; light fence ; read HELD
     *     producer: HELD := 1   ; heavy fence ; read inside
     * Either the receive leaves again or the producer waits for it. */
    leat__fence_light(chan);
    bool may = !leat__chan_is(chan, LEAT__CHAN_ABORTED | LEAT__CHAN_HELD) &&
               leat__end_count(&chan->get) != chan->get.seen &&
               (bounded || !leat__get_at_end(chan));
    if (LEAT__LIKELY(may)) {
        leat__copy(msg, leat__get_slot(chan, bounded), bytes);
        leat__get_advance(chan, bounded);
    }
    leat__end_leave(&chan->get);
    return may;
}

#endif
