/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* make.c - creating and freeing channels: one block of memory each.
 *
 *     | leat_chan (spsc: with its two ends) | record, if any | name\0 | pad |
 *     | slots, if bounded |
 *
 * The block's sizes are sums of what the caller said, so each sum is checked. */
#include "base/mem.h"
#include "chan/chan.h"
#include "chan/registry.h"
#include "os/os.h"

#include <leat/typed.h>

#define PROMISES  (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)
#define FLAGS     (PROMISES | LEAT_STATS)
#define SEG_BYTES 4096
#define DEEP_CAP  4096 /* a nap is the time of a few thousand messages */

/* What the options and sizes come to. */
struct layout {
    size_t align; /* of slots */
    size_t stride;
    size_t struct_bytes;
    size_t record_at; /* 0: none */
    size_t name_at;
    size_t slots_at;
    size_t bytes;
    enum leat__kind kind;
    bool bounded;
};

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

static bool opts_are_valid(const leat_chan_opts *opts, size_t capacity)
{
    return opts->size == sizeof *opts && (opts->flags & ~FLAGS) == 0 &&
           (opts->msg_align & (opts->msg_align - 1)) == 0 &&
           opts->msg_align <= LEAT_MSG_ALIGN_MAX &&
           policy_is_valid(opts->policy, capacity);
}

/* false if it does not fit an address space */
static bool layout_of(struct layout *layout, size_t msg_bytes, size_t capacity,
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
    if (!layout->bounded || layout->stride == 0)
        return true;
    size_t slots = capacity + (displaces && opts->discard != NULL ? 1 : 0);
    if (slots > (SIZE_MAX / 2 - layout->slots_at) / layout->stride)
        return false;
    layout->bytes += slots * layout->stride;
    return true;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void init_segs(leat_chan *chan)
{
    chan->align = larger(chan->align, alignof(leat__seg));
    chan->seg_offset = leat__round_up(sizeof(leat__seg), chan->align);
    size_t room = SEG_BYTES - larger(chan->seg_offset, 16);
    if (chan->seg_offset >= SEG_BYTES)
        room = 0;
    chan->seg_slots = larger(room / larger(chan->stride, 1), 1);
#if defined(LEAT_SIM) || defined(LEAT_GENMC)
    chan->seg_slots = 2; /* so that the checkers cross segments at once */
#endif
}

static enum leat__way way_of(const leat_chan *chan)
{
    bool word = chan->msg_bytes == LEAT__WORD;
    if ((chan->flags & LEAT_STATS) != 0)
        return LEAT__WAY_VERBS;
    if (chan->kind == LEAT__SPSC)
        return word ? LEAT__WAY_SPSC_WORD : LEAT__WAY_VERBS;
    return word ? LEAT__WAY_WORD : LEAT__WAY_SIZED;
}

/* pre: the struct is zero, but for msg_bytes and cap */
static void make_init(leat_chan *chan, const struct layout *layout,
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
    chan->verbs =
        layout->kind == LEAT__SPSC ? &leat__spsc_verbs : &leat__locked_verbs;
    chan->bounded = layout->bounded;
    chan->deep = chan->cap >= DEEP_CAP;
    chan->asymmetric = layout->kind == LEAT__SPSC && leat__os_has_membarrier();
    chan->flags = (uint8_t)opts->flags;
    chan->policy =
        (uint8_t)(layout->bounded ? opts->policy : LEAT_POLICY_BLOCK);
    chan->way = (uint8_t)way_of(chan);
    chan->align = layout->align;
    chan->stride = layout->stride;
    chan->slots = layout->bounded ? block + layout->slots_at : NULL;
    chan->discard = opts->discard;
    chan->discard_arg = opts->discard_arg;
    if (layout->record_at != 0) {
        chan->record = (leat__record *)(void *)(block + layout->record_at);
        chan->record->chan = chan;
    }
    char *name = (char *)block + layout->name_at;
    if (opts->name != NULL)
        memcpy(name, opts->name, strlen(opts->name) + 1);
    else
        name[0] = '\0';
    chan->name = name;
    leat__list_init(&chan->sendq);
    leat__list_init(&chan->recvq);
    leat__list_init(&chan->goneq);
    if (!chan->bounded)
        init_segs(chan);
}

static int make_chan(leat_tx **tx, leat_rx **rx, size_t msg_bytes,
                     size_t capacity, const leat_chan_opts *opts,
                     const void *site)
{
    LEAT_CHECK(tx != NULL && rx != NULL,
               "leat_chan_new: tx or rx is NULL: a channel has two halves");
    if (!opts_are_valid(opts, capacity))
        return LEAT_EINVAL;
    struct layout layout;
    if (!layout_of(&layout, msg_bytes, capacity, opts))
        return LEAT_ENOMEM;
    leat_chan *chan =
        leat__mem_alloc(layout.bytes, larger(LEAT__LINE_PAIR, layout.align));
    if (chan == NULL)
        return LEAT_ENOMEM;
    memset((void *)chan, 0, layout.name_at);
    chan->msg_bytes = msg_bytes;
    chan->cap = capacity;
    make_init(chan, &layout, opts);
    leat__registry_add(chan, site);
    *tx = &chan->tx;
    *rx = &chan->rx;
    return 0;
}

static const leat_chan_opts defaults = {.size = sizeof(leat_chan_opts)};

int leat_chan_new(leat_tx **tx, leat_rx **rx, size_t msg_bytes, size_t capacity,
                  const leat_chan_opts *opts)
{
    return make_chan(tx, rx, msg_bytes, capacity,
                     opts == NULL ? &defaults : opts, LEAT__SITE());
}

int leat_chan_new_aligned(leat_tx **tx, leat_rx **rx, size_t msg_bytes,
                          size_t msg_align, size_t capacity,
                          const leat_chan_opts *opts)
{
    if (opts != NULL && !opts_are_valid(opts, capacity))
        return LEAT_EINVAL;
    leat_chan_opts aligned = opts == NULL ? defaults : *opts;
    aligned.msg_align = larger(aligned.msg_align, msg_align);
    return make_chan(tx, rx, msg_bytes, capacity, &aligned, LEAT__SITE());
}

void leat__chan_free(leat_chan *chan)
{
    leat__registry_remove(chan);
    if (!chan->bounded) {
        bool began = chan->kind == LEAT__SPSC && chan->get.seg != NULL;
        leat__seg_free_all(chan, began ? chan->get.seg : chan->first);
    }
    chan->weak_tx.tag = 0;
    chan->weak_rx.tag = 0;
    leat__mem_free(chan);
}
