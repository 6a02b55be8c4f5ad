/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* make.c - creating and freeing channels: one block of memory each (layout.h). */
#include "base/mem.h"
#include "base/poison.h"
#include "chan/cells.h"
#include "chan/run.h"
#include "chan/layout.h"
#include "chan/registry.h"
#include "os/os.h"

#include <leat/typed.h>

#define SEG_BYTES 4096

/* Unbounded cells: segments of one message, with the header of a cell. */
static void init_cells(leat_chan *chan, size_t header)
{
    chan->seg_offset = (uint16_t)header;
    chan->seg_slots = 1;
    if (chan->bounded)
        leat__cells_init(chan);
}

static void init_segs(leat_chan *chan)
{
    chan->align = (uint16_t)leat__larger(chan->align, alignof(leat__seg));
    chan->seg_offset = (uint16_t)leat__round_up(sizeof(leat__seg), chan->align);
    size_t room = SEG_BYTES - leat__larger(chan->seg_offset, 16);
    if (chan->seg_offset >= SEG_BYTES)
        room = 0;
    chan->seg_slots =
        (uint32_t)leat__larger(room / leat__larger(chan->stride, 1), 1);
#if defined(LEAT_SIM) || defined(LEAT_GENMC)
    chan->seg_slots = 2; /* so that the checkers cross segments at once */
#endif
}

static enum leat__way way_of(const leat_chan *chan, enum leat__dir dir)
{
    bool word = chan->msg_bytes == LEAT__WORD;
    if ((chan->flags & LEAT_STATS) != 0 || chan->kind == LEAT__CELLS)
        return LEAT__WAY_VERBS;
    if (chan->kind == LEAT__LOCKED)
        return LEAT__WAY_LOCKED;
    if (dir == LEAT__SEND ? chan->put.shared : chan->get.shared)
        return word ? LEAT__WAY_WORD : LEAT__WAY_SIZED;
    return word ? LEAT__WAY_WORD_ALONE : LEAT__WAY_SIZED_ALONE;
}

static void init_ends(leat_chan *chan, uint32_t flags)
{
    chan->put.shared = (flags & LEAT_SINGLE_PRODUCER) == 0;
    chan->get.shared = (flags & LEAT_SINGLE_CONSUMER) == 0;
    bool promised = !chan->put.shared || !chan->get.shared;
    chan->asymmetric = promised && leat__os_has_membarrier();
}

static const leat__verbs *verbs_of(enum leat__kind kind)
{
    static const leat__verbs *const all[] = {
        &leat__locked_verbs, &leat__ends_verbs, &leat__cells_verbs};
    return all[kind];
}

/* pre: the struct is zero, but for msg_bytes and cap */
static void make_init(leat_chan *chan, const leat__layout *layout,
                      const leat_chan_opts *opts)
{
    unsigned char *block = (unsigned char *)chan;
    chan->tx.tag = LEAT__TX_TAG;
    chan->rx.tag = LEAT__RX_TAG;
    /* relaxed: nobody knows the channel yet */
    leat__st32_rlx(&chan->tx.owners, 1);
    leat__st32_rlx(&chan->rx.owners, 1);
    leat__st32_rlx(&chan->holds, 2); /* relaxed: likewise */
    chan->weak_tx.tag = LEAT__WEAK_TX_TAG;
    chan->weak_rx.tag = LEAT__WEAK_RX_TAG;
    chan->kind = (uint8_t)layout->kind;
    chan->verbs = verbs_of(layout->kind);
    chan->bounded = layout->bounded;
    chan->flags = (uint8_t)opts->flags;
    chan->policy =
        (uint8_t)(layout->bounded ? opts->policy : LEAT_POLICY_BLOCK);
    if (chan->kind == LEAT__ENDS)
        init_ends(chan, opts->flags);
    chan->way[LEAT__SEND] = (uint8_t)way_of(chan, LEAT__SEND);
    chan->way[LEAT__RECV] = (uint8_t)way_of(chan, LEAT__RECV);
    chan->align = (uint16_t)layout->align;
    chan->stride = layout->stride;
    chan->slots = layout->bounded ? block + layout->slots_at : NULL;
    chan->discard = opts->discard;
    chan->discard_arg = opts->discard_arg;
    if (layout->record_at != 0)
        leat__record_init(chan, layout->record_at,
                          leat__name_put(chan, layout->name_at, opts->name),
                          opts->gone, opts->gone_arg);
    leat__list_init(&chan->sendq);
    leat__list_init(&chan->recvq);
    leat__list_init(&chan->goneq);
    if (chan->kind == LEAT__CELLS)
        init_cells(chan, layout->header);
    else if (chan->bounded)
        leat__slots_empty(chan, chan->slots, chan->cap);
    else
        init_segs(chan);
}

leat_chan *leat__chan_block(const leat__layout *layout, const leat__room *place)
{
    if (place == NULL)
        return leat__mem_alloc(layout->bytes, layout->block_align);
    return leat__mem_within(place->mem, place->bytes, layout->bytes,
                            layout->block_align);
}

static int make_chan(leat_tx **tx, leat_rx **rx, const leat__room *place,
                     size_t msg_bytes, size_t capacity,
                     const leat_chan_opts *opts, const void *site)
{
    LEAT_CHECK(tx != NULL && rx != NULL,
               "leat_chan_new: tx or rx is NULL: a channel has two halves");
    if (!leat__opts_are_valid(opts, capacity))
        return LEAT_EINVAL;
    leat__layout layout;
    if (!leat__layout_of(&layout, msg_bytes, capacity, opts))
        return LEAT_ENOMEM;
    leat_chan *chan = leat__chan_block(&layout, place);
    if (chan == NULL)
        return place == NULL ? LEAT_ENOMEM : LEAT_EINVAL;
    memset((void *)chan, 0, layout.name_at);
    chan->msg_bytes = msg_bytes;
    chan->cap = capacity;
    chan->lent = place != NULL;
    make_init(chan, &layout, opts);
    leat__registry_add(chan, site);
    *tx = &chan->tx;
    *rx = &chan->rx;
    return 0;
}

static const leat_chan_opts defaults = {.size = sizeof(leat_chan_opts)};

static const leat_chan_opts *or_defaults(const leat_chan_opts *opts)
{
    return opts == NULL ? &defaults : opts;
}

int leat_chan_new(leat_tx **tx, leat_rx **rx, size_t msg_bytes, size_t capacity,
                  const leat_chan_opts *opts)
{
    return make_chan(tx, rx, NULL, msg_bytes, capacity, or_defaults(opts),
                     LEAT__SITE());
}

leat_chan_opts leat_chan_opts_aligned(const leat_chan_opts *opts,
                                      size_t msg_align)
{
    leat_chan_opts aligned = defaults;
    if (opts != NULL && opts->size != sizeof *opts) {
        aligned.size = opts->size;
        return aligned;
    }
    aligned = *or_defaults(opts);
    bool sound = (aligned.msg_align & (aligned.msg_align - 1)) == 0;
    if (sound) /* else it is refused, and not mended */
        aligned.msg_align = leat__larger(aligned.msg_align, msg_align);
    return aligned;
}

size_t leat_chan_footprint(size_t msg_bytes, size_t capacity,
                           const leat_chan_opts *opts)
{
    leat__layout layout;
    if (!leat__opts_are_valid(or_defaults(opts), capacity) ||
        !leat__layout_of(&layout, msg_bytes, capacity, or_defaults(opts)))
        return 0;
    return layout.bytes + layout.block_align - 1;
}

int leat_chan_new_in(leat_tx **tx, leat_rx **rx, void *mem, size_t mem_bytes,
                     size_t msg_bytes, size_t capacity,
                     const leat_chan_opts *opts)
{
    LEAT_CHECK(mem != NULL, "leat_chan_new_in: mem is NULL");
    /* not what happens to fit at this address: what fits at any */
    size_t footprint = leat_chan_footprint(msg_bytes, capacity, opts);
    if (footprint != 0 && mem_bytes < footprint)
        return LEAT_EINVAL;
    return make_chan(tx, rx, &(leat__room){mem, mem_bytes}, msg_bytes, capacity,
                     or_defaults(opts), LEAT__SITE());
}

void leat__chan_init_rx(leat_chan *chan, enum leat__kind kind,
                        const leat__verbs *verbs, size_t msg_bytes, size_t cap)
{
    chan->rx.tag = LEAT__RX_TAG;
    /* relaxed: nobody knows it yet */
    leat__st32_rlx(&chan->rx.owners, 1);
    leat__st32_rlx(&chan->holds, 1); /* relaxed: likewise */
    chan->weak_rx.tag = LEAT__WEAK_RX_TAG;
    chan->kind = (uint8_t)kind;
    chan->bounded = true; /* nothing to free but the block */
    chan->msg_bytes = msg_bytes;
    chan->cap = cap;
    chan->verbs = verbs;
    leat__list_init(&chan->goneq);
    leat__list_init(&chan->sendq);
    leat__list_init(&chan->recvq);
}

/* Of what there are slots, or segments. */
static void free_store(leat_chan *chan)
{
    if (chan->kind == LEAT__CELLS && !chan->bounded) {
        leat__cells_free(chan);
    } else if (!chan->bounded) {
        bool began = chan->kind == LEAT__ENDS && chan->get.seg != NULL;
        leat__seg_free_all(chan, began ? chan->get.seg : chan->first);
    } else {
        leat__unpoison(chan->slots, chan->cap * (chan->kind == LEAT__CELLS
                                                     ? leat__cell_stride(chan)
                                                     : chan->stride));
    }
}

void leat__chan_free(leat_chan *chan)
{
    leat_chan *held = NULL;
    if (chan->verbs->free != NULL) {
        chan->verbs->free(chan);
        return;
    }
    leat__registry_remove(chan);
    if (chan->verbs->end != NULL)
        held = chan->verbs->end(chan);
    else
        free_store(chan);
    chan->weak_tx.tag = 0;
    chan->weak_rx.tag = 0;
    void (*gone)(void *) = chan->record == NULL ? NULL : chan->record->gone;
    void *gone_arg = gone == NULL ? NULL : chan->record->gone_arg;
    if (!chan->lent)
        leat__mem_free(chan);
    if (gone != NULL)
        gone(gone_arg);
    if (held != NULL)
        leat__chan_release(held);
}
