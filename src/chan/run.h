/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* run.h - copying a run: messages side by side, in slots of `stride` bytes on one side
 * and in an array of the caller's, msg_bytes apart, on the other. */
#ifndef LEAT_CHAN_RUN_H
#define LEAT_CHAN_RUN_H

#include "base/mem.h"
#include "base/poison.h"
#include "chan/chan.h"

/* n slots are to have messages, or have them no more: what the memory checkers are
 * told. Whole words only: a checker has one note for eight bytes, and the two ends of
 * a channel may be at neighbouring slots. */
static inline void leat__slots_fill(const leat_chan *chan, unsigned char *slots,
                                    size_t n)
{
    if (chan->stride % 8 == 0)
        leat__unpoison(slots, n * chan->stride);
}

static inline void leat__slots_empty(const leat_chan *chan,
                                     unsigned char *slots, size_t n)
{
    if (chan->stride % 8 == 0)
        leat__poison(slots, n * chan->stride);
}

static inline void leat__copy_in(const leat_chan *chan, unsigned char *slots,
                                 const unsigned char *msgs, size_t n)
{
    if (chan->stride == chan->msg_bytes) {
        leat__copy_bytes(slots, msgs, n * chan->stride);
        return;
    }
    for (size_t i = 0; i < n; i++)
        leat__copy(slots + i * chan->stride, msgs + i * chan->msg_bytes,
                   chan->msg_bytes);
}

static inline void leat__copy_out(const leat_chan *chan, unsigned char *msgs,
                                  const unsigned char *slots, size_t n)
{
    if (chan->stride == chan->msg_bytes) {
        leat__copy_bytes(msgs, slots, n * chan->stride);
        return;
    }
    for (size_t i = 0; i < n; i++)
        leat__copy(msgs + i * chan->msg_bytes, slots + i * chan->stride,
                   chan->msg_bytes);
}

static inline size_t leat__least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many of n messages of a batch may be copied before a lock is let go of. */
static inline size_t leat__batch_part(const leat_chan *chan, size_t n)
{
    return leat__least(n, LEAT__BATCH_BYTES / (chan->stride + 1) + 1);
}

#endif
