/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cells.h - the third kind of channel: messages in cells, for those who write and read
 * in place. See cells.c. */
#ifndef LEAT_CHAN_CELLS_H
#define LEAT_CHAN_CELLS_H

#include "chan/chan.h"

enum leat__cell_state {
    LEAT__CELL_IDLE = 0x6c636930,     /* "lci0": in the list of free cells */
    LEAT__CELL_RESERVED = 0x6c637230, /* a sender's */
    LEAT__CELL_QUEUED = 0x6c637130,   /* in line */
    LEAT__CELL_BORROWED = 0x6c636230  /* a receiver's */
};

/* A cell: a segment of one message. The bytes follow at seg_offset. */
typedef struct leat__cell {
    leat__seg seg;
    uint32_t state; /* under the lock */
    uint32_t depth; /* IDLE, the last: cells in the list */
} leat__cell;

static inline void *leat__cell_bytes(const leat_chan *chan, leat__cell *cell)
{
    return (unsigned char *)cell + chan->seg_offset;
}

static inline leat__cell *leat__cell_of(const leat_chan *chan, void *bytes)
{
    return (leat__cell *)(void *)((unsigned char *)bytes - chan->seg_offset);
}

/* From cell to cell of a bounded channel. */
static inline size_t leat__cell_stride(const leat_chan *chan)
{
    return chan->seg_offset + chan->stride;
}

/* Make the cells of a bounded channel; free those of an unbounded one. */
void leat__cells_init(leat_chan *chan);
void leat__cells_free(leat_chan *chan);

/* Without waiting. returns as a try; LEAT_EAGAIN: no cell, or no message */
int leat__cells_try_reserve(leat_chan *chan, void **slot);
int leat__cells_try_borrow(leat_chan *chan, void **msg);

/* Reserve the cell of the oldest message, which goes to the hook. */
int leat__cells_displace_to_reserve(leat_chan *chan, void **slot);

int leat__cells_commit(leat_chan *chan, leat__cell *cell);
void leat__cells_unreserve(leat_chan *chan, leat__cell *cell);
void leat__cells_release(leat_chan *chan, leat__cell *cell);
void leat__cells_unborrow(leat_chan *chan, leat__cell *cell);

/* Are cells out of the channel's hands, reserved or borrowed? */
bool leat__cells_are_held(leat_chan *chan, enum leat__cell_state how);

/* Is no cell left? */
bool leat__cells_are_used_up(leat_chan *chan);

#endif
