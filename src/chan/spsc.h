/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* spsc.h - the two ends of an spsc channel, and the way of one message.
 *
 * Invariants and the sleeping protocol are in spsc.c. Inline, because this is what
 * most sends and receives on such a channel are, and calls would be half of it. */
#ifndef LEAT_CHAN_SPSC_H
#define LEAT_CHAN_SPSC_H

#include "base/mem.h"
#include "chan/chan.h"
#include "chan/promise.h"

enum { LEAT__ASLEEP_TX = 1u, LEAT__ASLEEP_RX = 2u };

static inline void leat__fence_light(const leat_chan *chan)
{
    /* ORDER spsc.sleep, spsc.close: after the count or `inside`, before the look. */
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
    /* ORDER spsc.inside: what we sent before the closer sees us outside. */
    leat__st32_rel(&end->inside, 0);
}

/* ---- the producer's end --------------------------------------------------------- */

/* relaxed: an end reads its own count, or as a proxy under the lock */
static inline size_t leat__end_count(const leat__end *end)
{
    return leat__ldz_rlx(&end->count);
}

/* Unbounded: a fresh segment at the end. false: no memory. */
bool leat__put_grow(leat_chan *chan);

/* 0: there is a slot to write; or LEAT_EAGAIN (full), LEAT_ENOMEM. */
LEAT__INLINE int leat__put_room(leat_chan *chan)
{
    leat__end *put = &chan->put;
    if (!chan->bounded) {
        bool none = put->seg == NULL || put->index == chan->seg_slots;
        return LEAT__UNLIKELY(none) && !leat__put_grow(chan) ? LEAT_ENOMEM : 0;
    }
    if (LEAT__LIKELY(leat__end_count(put) - put->seen != chan->cap))
        return 0;
    /* ORDER spsc.free: the consumer's last read of the slot before our write. */
    put->seen = leat__ldz_acq(&chan->get.count);
    return leat__end_count(put) - put->seen != chan->cap ? 0 : LEAT_EAGAIN;
}

/* pre: put_room gave 0 */
LEAT__INLINE void leat__put(leat_chan *chan, const void *msg)
{
    leat__end *put = &chan->put;
    unsigned char *slot = chan->bounded
                              ? leat__chan_slot(chan, put->index)
                              : leat__seg_slot(chan, put->seg, put->index);
    leat__copy(slot, msg, chan->msg_bytes);
    put->index++;
    if (chan->bounded && put->index == chan->cap)
        put->index = 0;
    /* ORDER spsc.full: the message (and a fresh segment) before the count. */
    leat__stz_rel(&put->count, leat__end_count(put) + 1);
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN, LEAT_ENOMEM. pre: inside, behind a light fence;
 * or the lock is held */
LEAT__INLINE int leat__spsc_offer(leat_chan *chan, const void *msg)
{
    if (LEAT__UNLIKELY(leat__chan_is(chan, LEAT__CHAN_CLOSED)))
        return LEAT_ECLOSED;
    int rc = leat__put_room(chan);
    if (LEAT__LIKELY(rc == 0))
        leat__put(chan, msg);
    return rc;
}

/* ---- the consumer's end ----------------------------------------------------------- */

/* Is there a message to take? */
LEAT__INLINE bool leat__get_ready(leat_chan *chan)
{
    leat__end *get = &chan->get;
    if (leat__end_count(get) != get->seen)
        return true;
    /* ORDER spsc.full: the count before the message. */
    get->seen = leat__ldz_acq(&chan->put.count);
    return leat__end_count(get) != get->seen;
}

/* Unbounded: on to the next segment, or to the first. The one that is drained is
 * retired, or given to who holds the lock and retires it later. */
void leat__get_follow(leat_chan *chan, leat__seg **drained);

/* The first message's slot. pre: get_ready. drained as in get_follow; NULL: retire */
LEAT__INLINE unsigned char *leat__get_slot(leat_chan *chan, leat__seg **drained)
{
    leat__end *get = &chan->get;
    if (chan->bounded)
        return leat__chan_slot(chan, get->index);
    if (LEAT__UNLIKELY(get->seg == NULL || get->index == chan->seg_slots))
        leat__get_follow(chan, drained);
    return leat__seg_slot(chan, get->seg, get->index);
}

LEAT__INLINE void leat__get_advance(leat_chan *chan)
{
    leat__end *get = &chan->get;
    get->index++;
    if (chan->bounded && get->index == chan->cap)
        get->index = 0;
    /* ORDER spsc.free: our read of the slot before the producer's next write. */
    leat__stz_rel(&get->count, leat__end_count(get) + 1);
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN. pre: inside and drained is NULL; or the lock is
 * held and the caller retires *drained */
LEAT__INLINE int leat__spsc_take(leat_chan *chan, void *msg,
                                 leat__seg **drained)
{
    if (LEAT__UNLIKELY(!leat__get_ready(chan))) {
        if (!leat__chan_is(chan, LEAT__CHAN_SEALED))
            return LEAT_EAGAIN;
        if (!leat__get_ready(
                chan)) /* I5: what came before the seal is visible */
            return LEAT_ECLOSED;
    }
    leat__copy(msg, leat__get_slot(chan, drained), chan->msg_bytes);
    leat__get_advance(chan);
    return 0;
}

/* ---- with the other end asleep, perhaps --------------------------------------------- */

/* ORDER spsc.sleep (Dekker, partner in enlist):
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
 * producer's, if that can be done; and wake it. */
void leat__spsc_wake_receiver(leat_chan *chan);
void leat__spsc_wake_sender(leat_chan *chan);

/* The receive of an aborted channel: discards what is queued. */
int leat__spsc_recv_aborted(leat_chan *chan);

/* Send or receive without waiting; see chan.h. */
LEAT__INLINE int leat__spsc_send_now(leat_chan *chan, const void *msg)
{
    leat__end_enter(chan, LEAT__SEND);
    /* ORDER spsc.close (Dekker, partner in leat__spsc_close):
     *     producer: inside := 1 ; light fence ; read CLOSED
     *     closer:   CLOSED := 1 ; heavy fence ; read inside
     * Either the send refuses or the closer waits for it. */
    leat__fence_light(chan);
    int rc = leat__spsc_offer(chan, msg);
    leat__end_leave(&chan->put);
    if (rc == 0 && leat__is_asleep(chan, LEAT__ASLEEP_RX))
        leat__spsc_wake_receiver(chan);
    return rc;
}

LEAT__INLINE int leat__spsc_recv_now(leat_chan *chan, void *msg)
{
    leat__end_enter(chan, LEAT__RECV);
    /* relaxed: an abort that is being made may be seen by the next receive */
    uint32_t state = leat__ld32_rlx(&chan->state);
    if (LEAT__UNLIKELY((state & LEAT__CHAN_ABORTED) != 0))
        return leat__spsc_recv_aborted(chan);
    int rc = leat__spsc_take(chan, msg, NULL);
    leat__end_leave(&chan->get);
    if (rc == 0 && leat__is_asleep(chan, LEAT__ASLEEP_TX))
        leat__spsc_wake_sender(chan);
    return rc;
}

#endif
