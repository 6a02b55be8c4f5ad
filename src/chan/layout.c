/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* layout.c - from options and sizes to a block of memory. The sizes are sums of what
 * the caller said, so each sum is checked. */
#include "chan/layout.h"
#include "chan/registry.h"

#include <string.h>

#define PROMISES (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)
#define FLAGS    (PROMISES | LEAT_STATS)

/* The most that a C type of this size can need by itself. */
static size_t natural_align(size_t bytes)
{
    size_t align = bytes & (~bytes + 1);
    return align == 0 ? 1 : align < 16 ? align : 16;
}

static bool policy_is_valid(enum leat_policy policy, size_t capacity)
{
    switch (policy) {
    case LEAT_POLICY_BLOCK:
    case LEAT_POLICY_FAIL:
    case LEAT_POLICY_DROP_NEWEST:
        return true;
    case LEAT_POLICY_DROP_OLDEST:
        return capacity != 0;
    case LEAT_POLICY_CONFLATE:
        return capacity == 1;
    }
    return false;
}

bool leat__opts_are_valid(const leat_chan_opts *opts, size_t capacity)
{
    return opts->size == sizeof *opts && (opts->flags & ~FLAGS) == 0 &&
           (opts->msg_align & (opts->msg_align - 1)) == 0 &&
           opts->msg_align <= LEAT_MSG_ALIGN_MAX &&
           policy_is_valid(opts->policy, capacity);
}

bool leat__layout_of(leat__layout *layout, size_t msg_bytes, size_t capacity,
                     const leat_chan_opts *opts)
{
    size_t align =
        opts->msg_align != 0 ? opts->msg_align : natural_align(msg_bytes);
    if (msg_bytes > SIZE_MAX / 4)
        return false;
    layout->align = align;
    layout->stride = leat__round_up(msg_bytes, align);
    layout->bounded = capacity != LEAT_UNBOUNDED;
    /* with room for one, every message meets the other end: handing it over under
     * the lock is faster than two counts that each side watches; and a sender that
     * displaces is at the receiver's end too */
    bool promised = (opts->flags & PROMISES) == PROMISES;
    bool displaces = layout->bounded && leat__policy_displaces(opts->policy);
    layout->kind =
        promised && capacity > 1 && !displaces ? LEAT__SPSC : LEAT__LOCKED;
    layout->struct_bytes = layout->kind == LEAT__SPSC
                               ? sizeof(leat_chan)
                               : offsetof(leat_chan, put);
    bool record = leat__registry_wants(opts);
    layout->record_at = record ? layout->struct_bytes : 0;
    layout->name_at =
        layout->struct_bytes + (record ? sizeof(leat__record) : 0);
    size_t name_bytes = opts->name == NULL ? 0 : strlen(opts->name);
    if (name_bytes > SIZE_MAX / 4)
        return false;
    layout->slots_at =
        leat__round_up(layout->name_at + name_bytes + 1, align < 8 ? 8 : align);
    layout->bytes = layout->slots_at;
    layout->block_align = leat__larger(LEAT__LINE_PAIR, align);
    if (!layout->bounded || layout->stride == 0)
        return true;
    size_t slots = capacity + (displaces && opts->discard != NULL ? 1 : 0);
    if (slots > (SIZE_MAX / 2 - layout->slots_at) / layout->stride)
        return false;
    layout->bytes += slots * layout->stride;
    return true;
}
