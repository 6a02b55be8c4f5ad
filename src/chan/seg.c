/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* seg.c - the blocks of an unbounded store.
 *
 * Idea. Messages sit in segments of about a page. A drained segment is kept as
 * the channel's one spare, so that a queue that goes up and down by a little does
 * not allocate; any further one is freed, so that a burst is given back.
 *
 * State. chan->spare: NULL, or a segment that nobody else knows.
 * Invariant I1: an exchange that yields a segment makes its caller the only one
 * that knows it.
 *
 * MODEL: tests/model/m_seg.c */
#include "chan/chan.h"
#include "base/mem.h"
#include "base/poison.h"

leat__seg *leat__seg_new(leat_chan *chan)
{
    leat__seg *seg = NULL;
    /* relaxed: a look, so that growth does not pay for an exchange in vain */
    if (leat__ldp_rlx(&chan->spare) != NULL)
        /* ORDER seg.spare: the retirer's last use before ours. */
        seg = leat__xchgp_acqrel(&chan->spare, NULL);
    if (seg == NULL)
        seg = leat__mem_alloc(chan->seg_offset + chan->seg_slots * chan->stride,
                              chan->align);
    if (seg != NULL)
        seg->next = NULL;
    return seg;
}

void leat__seg_free(leat_chan *chan, leat__seg *seg)
{
    if (seg != NULL)
        leat__unpoison(leat__seg_slot(chan, seg, 0),
                       chan->seg_slots * chan->stride);
    leat__mem_free(seg);
}

void leat__seg_retire(leat_chan *chan, leat__seg *seg)
{
    /* ORDER seg.spare: our last use before whoever gets it. */
    leat__seg_free(chan, leat__xchgp_acqrel(&chan->spare, seg));
}

void leat__seg_free_all(leat_chan *chan, leat__seg *first)
{
    while (first != NULL) {
        leat__seg *next = first->next;
        leat__seg_free(chan, first);
        first = next;
    }
    leat__seg_retire(chan, NULL);
}
