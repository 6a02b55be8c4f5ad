/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* layout.c - from options and sizes to a block of memory. The sizes are sums of what
 * the caller said, so each sum is checked. */
#include "chan/layout.h"
#include "chan/cells.h"
#include "chan/registry.h"

#include <string.h>

#define PROMISES (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)
#define FLAGS    (PROMISES | LEAT_STATS | LEAT_IN_PLACE)

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
           (capacity != 0 || (opts->flags & LEAT_IN_PLACE) == 0) &&
           policy_is_valid(opts->policy, capacity);
}

static enum leat__kind kind_for(size_t capacity, const leat_chan_opts *opts,
                                bool displaces)
{
    if ((opts->flags & LEAT_IN_PLACE) != 0)
        return LEAT__CELLS;
    /* with room for one, every message meets the other end: handing it over under
     * the lock is faster than two counts that each side watches; and a sender that
     * displaces is at the receivers' end too */
    return displaces || capacity <= 1 ? LEAT__LOCKED : LEAT__ENDS;
}

bool leat__layout_head(leat__layout *layout, size_t at,
                       const leat_chan_opts *opts)
{
    size_t name_bytes = opts->name == NULL ? 0 : strlen(opts->name) + 1;
    if (name_bytes > SIZE_MAX / 4)
        return false;
    layout->record_at = 0;
    if (leat__registry_wants(opts))
        layout->record_at = leat__record_room(&at);
    layout->name_at = at;
    layout->slots_at =
        leat__round_up(at + name_bytes, leat__larger(8, layout->align));
    return true;
}

bool leat__layout_of(leat__layout *layout, size_t msg_bytes, size_t capacity,
                     const leat_chan_opts *opts)
{
    if (msg_bytes > SIZE_MAX / 4)
        return false;
    layout->bounded = capacity != LEAT_UNBOUNDED;
    bool displaces = layout->bounded && leat__policy_displaces(opts->policy);
    layout->kind = kind_for(capacity, opts, displaces);
    bool cells = layout->kind == LEAT__CELLS;
    layout->align =
        opts->msg_align != 0 ? opts->msg_align : leat__natural_align(msg_bytes);
    if (cells)
        layout->align = leat__larger(layout->align, alignof(leat__cell));
    layout->stride = leat__round_up(msg_bytes, layout->align);
    layout->header =
        cells ? leat__round_up(sizeof(leat__cell), layout->align) : 0;
    layout->block_align = leat__larger(LEAT__LINE_PAIR, layout->align);
    size_t head = LEAT__CHAN_BYTES;
    if (layout->kind == LEAT__ENDS) /* what follows is of one end, or of both */
        head = leat__round_up(sizeof(leat_chan), LEAT__LINE_PAIR);
    if (!leat__layout_head(layout, head, opts))
        return false;
    layout->bytes = layout->slots_at;
    size_t slot = layout->header + layout->stride;
    if (!layout->bounded || slot == 0)
        return true;
    size_t slots = capacity + (displaces && opts->discard != NULL ? 1 : 0);
    if (slots > (SIZE_MAX / 2 - layout->slots_at) / slot)
        return false;
    layout->bytes += slots * slot;
    return true;
}
