/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* store.h - the slots of a locked channel, and the way of a message that meets
 * nobody.
 *
 * All under the channel's lock. Bounded: a ring of exactly cap slots. Unbounded: a
 * list of segments; head counts in the first, tail in the last. Inline, because
 * this is what most sends and receives are. */
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

/* Is there a slot to push to? Unbounded: false when a segment is needed. */
static inline bool leat__store_has_room(const leat_chan *chan)
{
    if (chan->bounded)
        return leat__store_len(chan) < chan->cap;
    return chan->last != NULL && chan->store.tail < chan->seg_slots;
}

/* pre: has_room. `bytes` is chan->msg_bytes, as a constant where it is known: then
 * the copy is a move and not a call. */
LEAT__INLINE void leat__store_push_sized(leat_chan *chan, const void *msg,
                                         size_t bytes)
{
    leat__store *store = &chan->store;
    unsigned char *slot;
    if (chan->bounded) {
        slot = leat__chan_slot(chan, store->tail);
        store->tail = store->tail + 1 == chan->cap ? 0 : store->tail + 1;
    } else {
        slot = leat__seg_slot(chan, chan->last, store->tail++);
    }
    leat__slots_fill(chan, slot, 1);
    leat__copy(slot, msg, bytes);
    leat__store_set_len(chan, leat__store_len(chan) + 1);
}

static inline void leat__store_push(leat_chan *chan, const void *msg)
{
    leat__store_push_sized(chan, msg, chan->msg_bytes);
}

/* pre: len > 0. returns a segment that is drained now, or NULL */
LEAT__INLINE leat__seg *leat__store_pop_sized(leat_chan *chan, void *msg,
                                              size_t bytes)
{
    leat__store *store = &chan->store;
    size_t len = leat__store_len(chan) - 1;
    leat__store_set_len(chan, len);
    if (chan->bounded) {
        unsigned char *slot = leat__chan_slot(chan, store->head);
        leat__copy(msg, slot, bytes);
        leat__slots_empty(chan, slot, 1);
        store->head = store->head + 1 == chan->cap ? 0 : store->head + 1;
        return NULL;
    }
    leat__seg *first = chan->first;
    leat__copy(msg, leat__seg_slot(chan, first, store->head++), bytes);
    if (len == 0) {
        store->head = store->tail = 0; /* empty: use the same lines again */
        return NULL;
    }
    if (LEAT__LIKELY(store->head < chan->seg_slots))
        return NULL;
    chan->first = first->next;
    store->head = 0;
    return first;
}

static inline leat__seg *leat__store_pop(leat_chan *chan, void *msg)
{
    return leat__store_pop_sized(chan, msg, chan->msg_bytes);
}

/* The first message out, to *out, and another in at the end. The length stays as it is:
 * who looks without the lock sees no moment in between. pre: bounded, and full;
 * out_bytes is 0 if nobody wants it */
static inline void leat__store_replace(leat_chan *chan, void *out,
                                       size_t out_bytes, const void *msg)
{
    leat__store *store = &chan->store;
    LEAT_ASSERT(chan->bounded && leat__store_len(chan) == chan->cap);
    LEAT_ASSERT(store->head == store->tail);
    unsigned char *slot = leat__chan_slot(chan, store->head);
    leat__copy(out, slot, out_bytes);
    leat__copy(slot, msg, chan->msg_bytes);
    store->head = store->head + 1 == chan->cap ? 0 : store->head + 1;
    store->tail = store->head;
}

/* ---- runs: messages that lie side by side ----------------------------------- */

/* Push up to n messages, as many as have room side by side. returns how many */
static inline size_t leat__store_push_run(leat_chan *chan,
                                          const unsigned char *msgs, size_t n)
{
    leat__store *store = &chan->store;
    size_t len = leat__store_len(chan);
    if (n == 0 || !leat__store_has_room(chan))
        return 0;
    unsigned char *slots;
    if (chan->bounded) {
        n = leat__least(n,
                        leat__least(chan->cap - len, chan->cap - store->tail));
        slots = leat__chan_slot(chan, store->tail);
        store->tail = store->tail + n == chan->cap ? 0 : store->tail + n;
    } else {
        n = leat__least(n, chan->seg_slots - store->tail);
        slots = leat__seg_slot(chan, chan->last, store->tail);
        store->tail += n;
    }
    leat__slots_fill(chan, slots, n);
    leat__copy_in(chan, slots, msgs, n);
    leat__store_set_len(chan, len + n);
    return n;
}

/* Pop up to max messages that lie side by side. *drained is a segment that is drained
 * now, or NULL. returns how many */
static inline size_t leat__store_pop_run(leat_chan *chan, unsigned char *msgs,
                                         size_t max, leat__seg **drained)
{
    leat__store *store = &chan->store;
    size_t len = leat__store_len(chan);
    size_t n = leat__least(max, len);
    *drained = NULL;
    if (chan->bounded) {
        n = leat__least(n, chan->cap - store->head);
        unsigned char *slots = leat__chan_slot(chan, store->head);
        leat__copy_out(chan, msgs, slots, n);
        leat__slots_empty(chan, slots, n);
        store->head = store->head + n == chan->cap ? 0 : store->head + n;
    } else if (n > 0) {
        leat__seg *first = chan->first;
        n = leat__least(n, chan->seg_slots - store->head);
        leat__copy_out(chan, msgs, leat__seg_slot(chan, first, store->head), n);
        store->head += n;
        if (n == len) {
            store->head = store->tail = 0; /* as in a pop */
        } else if (store->head == chan->seg_slots) {
            chan->first = first->next;
            store->head = 0;
            *drained = first;
        }
    }
    leat__store_set_len(chan, len - n);
    return n;
}

/* The first message. pre: len > 0 */
static inline unsigned char *leat__store_first(const leat_chan *chan)
{
    return chan->bounded ? leat__chan_slot(chan, chan->store.head)
                         : leat__seg_slot(chan, chan->first, chan->store.head);
}

/* ---- more room ------------------------------------------------------------------ */

/* Unbounded: add an empty segment at the end. */
static inline void leat__store_grow(leat_chan *chan, leat__seg *fresh)
{
    if (chan->last == NULL)
        chan->first = fresh;
    else
        chan->last->next = fresh;
    chan->last = fresh;
    chan->store.tail = 0;
}

/* Send a message if that takes nothing but a slot. false: nothing done. */
LEAT__INLINE bool leat__store_put_alone(leat_chan *chan, const void *msg,
                                        size_t bytes)
{
    if (LEAT__UNLIKELY(leat__store_is_closed(chan) ||
                       !leat__list_is_empty(&chan->recvq) ||
                       !leat__store_has_room(chan)))
        return false;
    leat__store_push_sized(chan, msg, bytes);
    return true;
}

/* Receive a message if that wakes nobody. false: nothing done. */
LEAT__INLINE bool leat__store_get_alone(leat_chan *chan, void *msg,
                                        size_t bytes, leat__seg **drained)
{
    if (LEAT__UNLIKELY(leat__store_len(chan) == 0 ||
                       !leat__list_is_empty(&chan->sendq)))
        return false;
    *drained = leat__store_pop_sized(chan, msg, bytes);
    return true;
}

#endif
