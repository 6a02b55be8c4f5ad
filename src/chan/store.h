/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* store.h - the slots of a locked channel, and the way of a message that meets
 * nobody.
 *
 * All under the channel's lock: a ring of exactly cap slots. Inline, because this is
 * what most sends and receives are. */
#ifndef LEAT_CHAN_STORE_H
#define LEAT_CHAN_STORE_H

#include "chan/run.h"

/* relaxed: written under the lock only, which the caller holds */
static inline size_t leat__store_len(const leat_chan *chan)
{
    return leat__ldz_rlx(&chan->store.len);
}

static inline void leat__store_set_len(leat_chan *chan, size_t len)
{
    LEAT_ASSERT(len <= chan->cap);
    leat__stz_rlx(&chan->store.len, len); /* relaxed: see leat__store_len */
}

/* Is the channel closed? The same bit as leat__chan_is, for holders of the lock. */
static inline bool leat__store_is_closed(const leat_chan *chan)
{
    /* relaxed: under the lock, as every write of it */
    return (leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) != 0;
}

/* Is there a slot to push to? */
static inline bool leat__store_has_room(const leat_chan *chan)
{
    return leat__store_len(chan) < chan->cap;
}

static inline size_t leat__store_after(const leat_chan *chan, size_t slot)
{
    return slot + 1 == chan->cap ? 0 : slot + 1;
}

/* pre: has_room */
static inline void leat__store_push(leat_chan *chan, const void *msg)
{
    leat__store *store = &chan->store;
    unsigned char *slot = leat__chan_slot(chan, store->tail);
    store->tail = leat__store_after(chan, store->tail);
    leat__slots_fill(chan, slot, 1);
    leat__copy(slot, msg, chan->msg_bytes);
    leat__store_set_len(chan, leat__store_len(chan) + 1);
}

/* pre: len > 0 */
static inline void leat__store_pop(leat_chan *chan, void *msg)
{
    leat__store *store = &chan->store;
    unsigned char *slot = leat__chan_slot(chan, store->head);
    leat__store_set_len(chan, leat__store_len(chan) - 1);
    leat__copy(msg, slot, chan->msg_bytes);
    leat__slots_empty(chan, slot, 1);
    store->head = leat__store_after(chan, store->head);
}

/* The first message out, to *out, and another in at the end. The length stays as it is:
 * who looks without the lock sees no moment in between. pre: full;
 * out_bytes is 0 if nobody wants it */
static inline void leat__store_replace(leat_chan *chan, void *out,
                                       size_t out_bytes, const void *msg)
{
    leat__store *store = &chan->store;
    LEAT_ASSERT(leat__store_len(chan) == chan->cap);
    LEAT_ASSERT(store->head == store->tail);
    unsigned char *slot = leat__chan_slot(chan, store->head);
    leat__copy(out, slot, out_bytes);
    leat__copy(slot, msg, chan->msg_bytes);
    store->head = leat__store_after(chan, store->head);
    store->tail = store->head;
}

/* The first message. pre: len > 0 */
static inline unsigned char *leat__store_first(const leat_chan *chan)
{
    return leat__chan_slot(chan, chan->store.head);
}

/* Send a message if that takes nothing but a slot. false: nothing done. */
LEAT__INLINE bool leat__store_put_alone(leat_chan *chan, const void *msg)
{
    if (LEAT__UNLIKELY(leat__store_is_closed(chan) ||
                       !leat__list_is_empty(&chan->recvq) ||
                       !leat__store_has_room(chan)))
        return false;
    leat__store_push(chan, msg);
    return true;
}

/* Receive a message if that wakes nobody. false: nothing done. */
LEAT__INLINE bool leat__store_get_alone(leat_chan *chan, void *msg)
{
    if (LEAT__UNLIKELY(leat__store_len(chan) == 0 ||
                       !leat__list_is_empty(&chan->sendq)))
        return false;
    leat__store_pop(chan, msg);
    return true;
}

#endif
