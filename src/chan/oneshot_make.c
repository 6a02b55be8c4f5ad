/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* oneshot_make.c - the block of a oneshot:
 *     | leat_chan, up to LEAT__ONCE_BYTES | hook, if any | slot, if not near |
 *     | record, if any | name\0, if any | */
#include "base/mem.h"
#include "chan/layout.h"
#include "chan/oneshot.h"
#include "chan/registry.h"

#include <leat/oneshot.h>

/* The block:
 *     | leat_chan, up to LEAT__ONCE_BYTES | hook, if any | slot, if not near |
 *     | record, if any | name\0, if any | */
struct once_plan {
    size_t slot_at;
    uint8_t shape;
    size_t record_at; /* 0: none */
    size_t name_at;
    size_t bytes;
    size_t align;
};

static void once_plan_slot(struct once_plan *plan, size_t msg_bytes,
                           size_t msg_align)
{
    size_t align = msg_align != 0 ? msg_align : leat__natural_align(msg_bytes);
    bool near = msg_bytes <= sizeof(((leat__once *)NULL)->near) &&
                align <= alignof(uintptr_t);
    plan->align = alignof(max_align_t);
    if (!near || msg_bytes != LEAT__WORD)
        plan->shape |= LEAT__ONCE_SIZED;
    if (near) {
        plan->slot_at = offsetof(leat_chan, once.near);
        return;
    }
    plan->align = leat__larger(plan->align, align);
    plan->slot_at = leat__round_up(plan->bytes, align);
    plan->bytes = plan->slot_at + msg_bytes;
}

static const leat_chan_opts oneshot_defaults = {.size = sizeof(leat_chan_opts)};

/* LEAT_EINVAL, LEAT_ENOMEM (does not fit an address space), 0. */
static int once_plan_for(struct once_plan *plan, size_t msg_bytes,
                         const leat_chan_opts *opts)
{
    if (opts != &oneshot_defaults && /* which are valid */
        (opts->size != sizeof *opts || !leat__opts_are_valid(opts, 1) ||
         (opts->flags & LEAT_IN_PLACE) != 0))
        return LEAT_EINVAL;
    if (msg_bytes > SIZE_MAX / 4)
        return LEAT_ENOMEM;
    plan->bytes = LEAT__ONCE_BYTES;
    plan->shape = 0;
    if (opts->gone != NULL) {
        plan->bytes += sizeof(leat__once_hook);
        plan->shape |= LEAT__ONCE_TELLS;
    }
    once_plan_slot(plan, msg_bytes, opts->msg_align);
    plan->record_at = 0;
    plan->name_at = 0;
    if (leat__registry_shows(opts)) {
        plan->record_at = leat__record_room(&plan->bytes);
        plan->shape |= LEAT__ONCE_SHOWN;
    }
    if (opts->name != NULL) {
        plan->name_at = plan->bytes;
        plan->bytes += strlen(opts->name) + 1;
    }
    return 0;
}

/* A oneshot without options. */
static const leat_chan once_template = {
    .tx = {.tag = LEAT__TX_TAG},
    .rx = {.tag = LEAT__RX_TAG},
    .kind = LEAT__ONESHOT,
    .way = {LEAT__WAY_ONESHOT, LEAT__WAY_ONESHOT},
    .bounded = true,
    .flags = LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER,
    .policy = LEAT_POLICY_BLOCK,
    .cap = 1,
    .verbs = &leat__oneshot_verbs,
    .holds = {1}, /* both halves are one */
    .weak_tx = {LEAT__WEAK_TX_TAG},
    .weak_rx = {LEAT__WEAK_RX_TAG},
    .once = {.slot_at = offsetof(leat_chan, once.near)},
};

/* Nobody knows the channel yet, so it is written without order; and in as few and wide
 * stores as can be, since the first exchange waits for them. */
#if defined(LEAT_GENMC)

/* the checker wants each field written as what it is */
static void put_template(leat_chan *chan)
{
    chan->tx.tag = once_template.tx.tag;
    chan->rx.tag = once_template.rx.tag;
    chan->kind = once_template.kind;
    chan->way[LEAT__SEND] = once_template.way[LEAT__SEND];
    chan->way[LEAT__RECV] = once_template.way[LEAT__RECV];
    chan->bounded = once_template.bounded;
    chan->asymmetric = once_template.asymmetric;
    chan->flags = once_template.flags;
    chan->lent = once_template.lent;
    chan->policy = once_template.policy;
    chan->cap = once_template.cap;
    chan->verbs = once_template.verbs;
    chan->record = once_template.record;
    chan->reason = once_template.reason;
    chan->weak_tx.tag = once_template.weak_tx.tag;
    chan->weak_rx.tag = once_template.weak_rx.tag;
    leat__st32_rlx(&chan->holds, 1);      /* relaxed: nobody knows it */
    leat__st32_rlx(&chan->lock.held, 0);  /* relaxed: likewise */
    leat__st32_rlx(&chan->state, 0);      /* relaxed: likewise */
    leat__st32_rlx(&chan->once.taken, 0); /* relaxed: likewise */
}

#else

static inline void put_template(leat_chan *chan)
{
    memcpy((void *)chan, (const void *)&once_template,
           offsetof(leat_chan, goneq));
    memcpy((void *)&chan->lock, (const void *)&once_template.lock,
           offsetof(leat_chan, sendq) - offsetof(leat_chan, lock));
}

#endif

/* All but what options say. */
static inline void init_once(leat_chan *chan, size_t msg_bytes)
{
    put_template(chan);
    chan->msg_bytes = msg_bytes;
}

/* What options say. */
static void init_once_rest(leat_chan *chan, const struct once_plan *plan,
                           const leat_chan_opts *opts)
{
    unsigned char *block = (unsigned char *)chan;
    chan->flags |= (uint8_t)opts->flags;
    chan->discard = opts->discard;
    chan->discard_arg = opts->discard_arg;
    chan->once.slot_at = (uint16_t)plan->slot_at;
    chan->once.shape = plan->shape;
    if (opts->gone != NULL) {
        leat__once_hook_of(chan)->gone = opts->gone;
        leat__once_hook_of(chan)->arg = opts->gone_arg;
    }
    if (plan->record_at == 0)
        return;
    leat__once_queues_init(chan);
    memset((void *)(block + plan->record_at), 0, sizeof(leat__record));
    leat__record_init(chan, plan->record_at,
                      leat__name_put(chan, plan->name_at, opts->name), NULL,
                      NULL); /* its hook is elsewhere */
    if ((opts->flags & LEAT_STATS) != 0) {
        chan->way[LEAT__SEND] = LEAT__WAY_VERBS;
        chan->way[LEAT__RECV] = LEAT__WAY_VERBS;
        /* relaxed: nobody knows the channel yet */
        leat__st32_rlx(&chan->state, LEAT__ONCE_SLOW);
    }
}

/* The general case: in `mem`, or if that is NULL in memory of its own. */
static LEAT__NOINLINE int
make_oneshot(leat_tx **tx, leat_rx **rx, const leat__room *place,
             size_t msg_bytes, const leat_chan_opts *opts, const void *site)
{
    struct once_plan plan;
    if (opts == NULL)
        opts = &oneshot_defaults;
    int rc = once_plan_for(&plan, msg_bytes, opts);
    if (rc != 0)
        return rc;
    /* not what happens to fit at this address: what fits at any */
    if (place != NULL && place->bytes < plan.bytes + plan.align - 1)
        return LEAT_EINVAL;
    leat_chan *chan = place == NULL ? leat__mem_alloc(plan.bytes, plan.align)
                                    : leat__mem_within(place->mem, place->bytes,
                                                       plan.bytes, plan.align);
    if (chan == NULL)
        return LEAT_ENOMEM;
    init_once(chan, msg_bytes);
    chan->lent = place != NULL;
    init_once_rest(chan, &plan, opts);
    leat__registry_add(chan, site);
    *tx = &chan->tx;
    *rx = &chan->rx;
    return 0;
}

/* No options, and a small value, as most are. */
static inline bool is_plain(size_t msg_bytes, const leat_chan_opts *opts)
{
    return opts == NULL && !LEAT_DEBUG && msg_bytes <= sizeof(uintptr_t);
}

static inline void make_plain(leat_tx **tx, leat_rx **rx, leat_chan *chan,
                              size_t msg_bytes, uint8_t shape)
{
    init_once(chan, msg_bytes);
    chan->once.shape = msg_bytes == LEAT__WORD ? shape : LEAT__ONCE_SIZED;
    *tx = &chan->tx;
    *rx = &chan->rx;
}

#if LEAT__ONCE_SPARES

/* The block that this thread has kept, if it will do, as good as new. */
static inline bool make_of_spare(leat_tx **tx, leat_rx **rx, size_t msg_bytes,
                                 const leat_chan_opts *opts)
{
    leat_chan *chan = leat__spare.block;
    if (chan == NULL || opts != NULL || msg_bytes != LEAT__WORD ||
        !leat__mem_is_libc())
        return false;
    leat__spare.block = NULL;
    leat__spare.has_room = true;
    chan->tx.tag = LEAT__TX_TAG;
    chan->rx.tag = LEAT__RX_TAG;
    leat__st32_rlx(&chan->state, 0); /* relaxed: nobody knows it yet */
    *tx = &chan->tx;
    *rx = &chan->rx;
    return true;
}

#else

static inline bool make_of_spare(leat_tx **tx, leat_rx **rx, size_t msg_bytes,
                                 const leat_chan_opts *opts)
{
    (void)tx;
    (void)rx;
    (void)msg_bytes;
    (void)opts;
    return false;
}

#endif

static inline void check_halves(leat_tx **tx, leat_rx **rx)
{
    LEAT_CHECK(tx != NULL && rx != NULL,
               "leat_oneshot_new: tx or rx is NULL: a channel has two halves");
}

static LEAT__NOINLINE int new_plain(leat_tx **tx, leat_rx **rx,
                                    size_t msg_bytes)
{
    leat_chan *chan = leat__mem_alloc(LEAT__ONCE_BYTES, alignof(max_align_t));
    if (chan == NULL)
        return LEAT_ENOMEM;
    make_plain(tx, rx, chan, msg_bytes, LEAT__ONCE_SPARE);
    return 0;
}

int leat_oneshot_new(leat_tx **tx, leat_rx **rx, size_t msg_bytes,
                     const leat_chan_opts *opts)
{
    check_halves(tx, rx);
    if (LEAT__LIKELY(make_of_spare(tx, rx, msg_bytes, opts)))
        return 0;
    if (is_plain(msg_bytes, opts))
        return new_plain(tx, rx, msg_bytes);
    return make_oneshot(tx, rx, NULL, msg_bytes, opts, LEAT__SITE());
}

size_t leat_oneshot_footprint(size_t msg_bytes, const leat_chan_opts *opts)
{
    struct once_plan plan;
    if (once_plan_for(&plan, msg_bytes,
                      opts == NULL ? &oneshot_defaults : opts) != 0)
        return 0;
    return plan.bytes + plan.align - 1;
}

int leat_oneshot_new_in(leat_tx **tx, leat_rx **rx, void *mem, size_t mem_bytes,
                        size_t msg_bytes, const leat_chan_opts *opts)
{
    enum { ALIGN = alignof(max_align_t) };
    LEAT_CHECK(mem != NULL, "leat_oneshot_new_in: mem is NULL");
    check_halves(tx, rx);
    if (LEAT__UNLIKELY(!is_plain(msg_bytes, opts) ||
                       mem_bytes < LEAT__ONCE_BYTES + ALIGN - 1))
        return make_oneshot(tx, rx, &(leat__room){mem, mem_bytes}, msg_bytes,
                            opts, LEAT__SITE());
    leat_chan *chan = (void *)leat__round_up((uintptr_t)mem, ALIGN);
    make_plain(tx, rx, chan, msg_bytes, 0);
    chan->lent = true;
    return 0;
}
