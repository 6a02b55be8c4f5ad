/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* policy.c - what a send does that finds its channel full.
 *
 * Displacing is one step under the channel's lock: the oldest message out, the new
 * one in. The hook runs after that, so the displaced message needs a place to be
 * meanwhile: the sender's stack, or, if it is large, a slot of its own behind the
 * last one, which one sender at a time may use. */
#include "chan/cells.h"

/* The displaced message is at `bytes`, and nobody's but ours. */
static int displace_by_way_of(leat_chan *chan, const void *msg, void *bytes)
{
    int rc = chan->verbs->displace(chan, msg, bytes);
    if (rc != 1)
        return rc;
    chan->discard(bytes, chan->discard_arg);
    return 0;
}

static int displace_by_stack(leat_chan *chan, const void *msg)
{
    alignas(LEAT__DISPLACED_ALIGN) unsigned char bytes[LEAT__DISPLACED_MAX];
    return displace_by_way_of(chan, msg, bytes);
}

static int displace(leat_chan *chan, const void *msg)
{
    if (chan->discard == NULL) {
        int rc = chan->verbs->displace(chan, msg, NULL);
        return rc == 1 ? 0 : rc;
    }
    if (chan->msg_bytes <= LEAT__DISPLACED_MAX &&
        chan->align <= LEAT__DISPLACED_ALIGN)
        return displace_by_stack(chan, msg);
    leat__lock_acquire(&chan->outside);
    size_t slot =
        chan->kind == LEAT__CELLS ? leat__cell_stride(chan) : chan->stride;
    int rc = displace_by_way_of(chan, msg, chan->slots + chan->cap * slot);
    leat__lock_release(&chan->outside);
    return rc;
}

static int discard_newest(leat_chan *chan, const void *msg)
{
    if (leat__chan_tally(chan) != NULL)
        leat__tally_newest(chan);
    if (chan->discard != NULL)
        chan->discard((void *)(uintptr_t)msg, chan->discard_arg);
    return 0;
}

int leat__policy_full(leat_chan *chan, const void *msg)
{
    if (leat__policy_displaces((enum leat_policy)chan->policy))
        return displace(chan, msg);
    if (chan->policy == LEAT_POLICY_DROP_NEWEST)
        return discard_newest(chan, msg);
    LEAT_ASSERT(chan->policy == LEAT_POLICY_FAIL);
    return LEAT_EAGAIN;
}
