/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* layout.h - what a channel's block of memory looks like.
 *
 *     | leat_chan, its two ends if it has any | record, if any | name\0, if any | pad |
 *     | slots (or cells), if bounded; one more, if the policy displaces |
 */
#ifndef LEAT_CHAN_LAYOUT_H
#define LEAT_CHAN_LAYOUT_H

#include "chan/chan.h"

/* What the options and sizes come to. */
typedef struct leat__layout {
    size_t align; /* of slots */
    size_t stride;
    size_t header;    /* cells: before the bytes of each */
    size_t record_at; /* 0: none */
    size_t name_at;
    size_t slots_at;
    size_t bytes; /* of all, at block_align */
    size_t block_align;
    enum leat__kind kind;
    bool bounded;
} leat__layout;

static inline size_t leat__larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* The most that a C type of this size can need by itself. */
static inline size_t leat__natural_align(size_t bytes)
{
    size_t align = bytes & (~bytes + 1);
    return align == 0 ? 1 : align < 16 ? align : 16;
}

/* What comes between the struct, of `at` bytes, and the slots: record_at, name_at,
 * slots_at. false: does not fit. pre: align */
bool leat__layout_head(leat__layout *layout, size_t at,
                       const leat_chan_opts *opts);

/* Where a channel is to be, if not in memory of its own. */
typedef struct leat__room {
    void *mem;
    size_t bytes;
} leat__room;

/* The block for it; place NULL: from the heap. NULL: no memory, or too little. */
leat_chan *leat__chan_block(const leat__layout *layout,
                            const leat__room *place);

/* Can a channel be so? */
bool leat__opts_are_valid(const leat_chan_opts *opts, size_t capacity);

/* false if it does not fit an address space. pre: the options are valid */
bool leat__layout_of(leat__layout *layout, size_t msg_bytes, size_t capacity,
                     const leat_chan_opts *opts);

#endif
