/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* seg.c - the blocks of an unbounded store.
 *
 * Idea. Messages sit in segments of about a page. A few drained segments are kept as
 * the channel's spares, so that a queue that goes up and down does not allocate; any
 * further one is freed, so that a burst is given back. A queue that has grown long grows
 * on by larger segments, each a mapping of its own, for the allocator would keep what we
 * free: there is always something above it in the heap. With an allocator of the user's
 * (leat_mem_set) all comes from that.
 *
 * State. chan->spare: NULL, or a list of segments that nobody else knows.
 * Invariant I1: an exchange that yields segments makes its caller the only one that
 * knows them. So whoever wants one takes all, and gives back what is left.
 *
 * MODEL: tests/model/m_seg.c */
#include "chan/chan.h"
#include "base/mem.h"
#include "base/poison.h"
#include "os/os.h"

/* Segments that are kept when they are drained: while one end naps the other goes through
 * several. */
#if defined(LEAT_SIM) || defined(LEAT_GENMC)

#define SPARES 1

/* the checkers see to memory by themselves */
static leat__seg *map_seg(const leat_chan *chan)
{
    (void)chan;
    return NULL;
}

static void unmap_seg(leat__seg *seg)
{
    (void)seg;
}

#else

#define SPARES     8
#define MAP_BYTES  65536
#define LONG_BYTES (256 * MAP_BYTES)

/* Is so much queued that the allocator would keep more of it than may stay? Of a queue that
 * goes up and down by less, mappings would come and go, and each costs as much as some
 * hundred messages. */
static bool is_long(const leat_chan *chan)
{
    /* relaxed: a look, the consumers' count first so that it is not ahead */
    size_t got = leat__ldz_rlx(&chan->get.count);
    size_t put = leat__ldz_rlx(&chan->put.count); /* relaxed: likewise */
    return put - got < SIZE_MAX / 2 && (put - got) * chan->stride >= LONG_BYTES;
}

static leat__seg *map_seg(const leat_chan *chan)
{
    size_t slots =
        (MAP_BYTES - chan->seg_offset) / (chan->stride == 0 ? 1 : chan->stride);
    if (chan->kind != LEAT__ENDS || slots <= chan->seg_slots ||
        !leat__mem_is_libc() || !is_long(chan))
        return NULL;
    leat__seg *seg = leat__os_map(MAP_BYTES);
    if (seg == NULL)
        return NULL;
    seg->slots = (uint32_t)slots;
    seg->mapped = MAP_BYTES;
    return seg;
}

static void unmap_seg(leat__seg *seg)
{
    leat__os_unmap(seg, seg->mapped);
}

#endif

static leat__seg *alloc_seg(const leat_chan *chan)
{
    leat__seg *seg = leat__mem_alloc(
        chan->seg_offset + chan->seg_slots * chan->stride, chan->align);
    if (seg == NULL)
        return NULL;
    seg->slots = chan->seg_slots;
    seg->mapped = 0;
    return seg;
}

static void free_list(leat_chan *chan, leat__seg *first)
{
    while (first != NULL) {
        leat__seg *next = first->next;
        leat__seg_free(chan, first);
        first = next;
    }
}

/* The spares, which are ours now. */
static leat__seg *take_spares(leat_chan *chan)
{
    /* relaxed: a look, so that growth does not pay for an exchange in vain */
    if (leat__ldp_rlx(&chan->spare) == NULL)
        return NULL;
    /* ORDER seg.spare: the retirer's last use before ours. */
    return leat__xchgp_acqrel(&chan->spare, NULL);
}

/* Let others have them. Who has put some there meanwhile loses those. */
static void leave_spares(leat_chan *chan, leat__seg *first)
{
    if (first != NULL)
        /* ORDER seg.spare: our last use before whoever gets it. */
        free_list(chan, leat__xchgp_acqrel(&chan->spare, first));
}

leat__seg *leat__seg_new(leat_chan *chan)
{
    leat__seg *seg = take_spares(chan);
    if (seg != NULL)
        leave_spares(chan, seg->next);
    if (seg == NULL)
        seg = map_seg(chan);
    if (seg == NULL)
        seg = alloc_seg(chan);
    if (seg != NULL)
        seg->next = NULL;
    return seg;
}

void leat__seg_free(leat_chan *chan, leat__seg *seg)
{
    if (seg == NULL)
        return;
    leat__unpoison(leat__seg_slot(chan, seg, 0), seg->slots * chan->stride);
    if (seg->mapped != 0)
        unmap_seg(seg);
    else
        leat__mem_free(seg);
}

void leat__seg_retire(leat_chan *chan, leat__seg *seg)
{
    leat__seg *spares = take_spares(chan);
    uint32_t kept = spares == NULL ? 0 : spares->kept;
    if (kept == SPARES) {
        leat__seg_free(chan, seg);
        seg = spares;
    } else {
        seg->next = spares;
        seg->kept = kept + 1;
    }
    leave_spares(chan, seg);
}

void leat__seg_free_all(leat_chan *chan, leat__seg *first)
{
    free_list(chan, first);
    free_list(chan, take_spares(chan));
}
