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
    size_t record_at; /* 0: none */
    size_t name_at;
    size_t bytes;
    size_t align;
};

static void once_plan_slot(struct once_plan *plan, size_t msg_bytes,
                           size_t msg_align)
{
    size_t align = msg_align != 0 ? msg_align : leat__natural_align(msg_bytes);
    plan->align = alignof(max_align_t);
    if (msg_bytes <= sizeof(((leat__once *)NULL)->near) &&
        align <= alignof(uintptr_t)) {
        plan->slot_at = offsetof(leat_chan, once.near);
        return;
    }
    plan->align = leat__larger(plan->align, align);
    plan->slot_at = leat__round_up(plan->bytes, align);
    plan->bytes = plan->slot_at + msg_bytes;
}

static const leat_chan_opts oneshot_defaults = {.size = sizeof(leat_chan_opts)};

/* No options, and a small value: as most are. */
static inline bool once_is_plain(size_t msg_bytes, const leat_chan_opts *opts)
{
    return opts == &oneshot_defaults && !leat__registry_shows(opts) &&
           msg_bytes <= sizeof(uintptr_t);
}

static inline void once_plan_plain(struct once_plan *plan)
{
    plan->slot_at = offsetof(leat_chan, once.near);
    plan->record_at = 0;
    plan->name_at = 0;
    plan->bytes = LEAT__ONCE_BYTES;
    plan->align = alignof(max_align_t);
}

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
    if (opts->gone != NULL)
        plan->bytes += sizeof(leat__once_hook);
    once_plan_slot(plan, msg_bytes, opts->msg_align);
    plan->record_at = 0;
    plan->name_at = 0;
    if (leat__registry_shows(opts))
        plan->record_at = leat__record_room(&plan->bytes);
    if (opts->name != NULL) {
        plan->name_at = plan->bytes;
        plan->bytes += strlen(opts->name) + 1;
    }
    return 0;
}

/* By a default for each field that anybody reads. */
static inline void init_once(leat_chan *chan, const leat_chan_opts *opts)
{
    chan->tx.tag = LEAT__TX_TAG;
    chan->rx.tag = LEAT__RX_TAG;
    /* relaxed: nobody knows the channel yet. Both halves are one */
    leat__st32_rlx(&chan->holds, 1);
    chan->kind = LEAT__ONESHOT;
    chan->way[LEAT__SEND] = LEAT__WAY_ONESHOT;
    chan->way[LEAT__RECV] = LEAT__WAY_ONESHOT;
    chan->bounded = true;
    chan->asymmetric = false;
    chan->flags =
        (uint8_t)(opts->flags | LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER);
    chan->policy = LEAT_POLICY_BLOCK;
    chan->cap = 1;
    chan->discard = opts->discard;
    chan->discard_arg = opts->discard_arg;
    chan->verbs = &leat__oneshot_verbs;
    chan->record = NULL;
    chan->reason = 0;
    chan->weak_tx.tag = LEAT__WEAK_TX_TAG;
    chan->weak_rx.tag = LEAT__WEAK_RX_TAG;
    leat__list_init(&chan->goneq);
    leat__list_init(&chan->sendq);
    leat__list_init(&chan->recvq);
    leat__st32_rlx(&chan->lock.held, 0);  /* relaxed: likewise */
    leat__st32_rlx(&chan->state, 0);      /* relaxed: likewise */
    leat__st32_rlx(&chan->once.taken, 0); /* relaxed: likewise */
}

/* What few oneshots have. */
static void init_once_rest(leat_chan *chan, const struct once_plan *plan,
                           const leat_chan_opts *opts)
{
    unsigned char *block = (unsigned char *)chan;
    if (opts->gone != NULL) {
        leat__once_hook_of(chan)->gone = opts->gone;
        leat__once_hook_of(chan)->arg = opts->gone_arg;
    }
    if (plan->record_at == 0)
        return;
    memset((void *)(block + plan->record_at), 0, sizeof(leat__record));
    leat__record_init(chan, plan->record_at,
                      leat__name_put(chan, plan->name_at, opts->name), NULL,
                      NULL); /* its hook is elsewhere */
    if ((opts->flags & LEAT_STATS) != 0) {
        chan->way[LEAT__SEND] = LEAT__WAY_VERBS;
        chan->way[LEAT__RECV] = LEAT__WAY_VERBS;
        /* relaxed: as in init_once */
        leat__st32_rlx(&chan->state, LEAT__ONCE_SLOW);
    }
}

/* In `mem`, or if that is NULL in memory of its own. */
static inline int make_oneshot(leat_tx **tx, leat_rx **rx, void *mem,
                               size_t mem_bytes, size_t msg_bytes,
                               const leat_chan_opts *opts, const void *site)
{
    struct once_plan plan;
    LEAT_CHECK(tx != NULL && rx != NULL,
               "leat_oneshot_new: tx or rx is NULL: a channel has two halves");
    if (opts == NULL)
        opts = &oneshot_defaults;
    int rc = 0;
    if (LEAT__LIKELY(once_is_plain(msg_bytes, opts)))
        once_plan_plain(&plan);
    else
        rc = once_plan_for(&plan, msg_bytes, opts);
    if (rc != 0)
        return rc;
    /* not what happens to fit at this address: what fits at any */
    if (mem != NULL && mem_bytes < plan.bytes + plan.align - 1)
        return LEAT_EINVAL;
    leat_chan *chan =
        mem == NULL ? leat__mem_alloc(plan.bytes, plan.align)
                    : leat__mem_within(mem, mem_bytes, plan.bytes, plan.align);
    if (chan == NULL)
        return LEAT_ENOMEM;
    init_once(chan, opts);
    chan->lent = mem != NULL;
    chan->msg_bytes = msg_bytes;
    chan->once.slot_at = (uint16_t)plan.slot_at;
    chan->once.tells_gone = opts->gone != NULL;
    if (LEAT__UNLIKELY(plan.record_at != 0 || opts->gone != NULL)) {
        init_once_rest(chan, &plan, opts);
        leat__registry_add(chan, site);
    }
    *tx = &chan->tx;
    *rx = &chan->rx;
    return 0;
}

int leat_oneshot_new(leat_tx **tx, leat_rx **rx, size_t msg_bytes,
                     const leat_chan_opts *opts)
{
    return make_oneshot(tx, rx, NULL, 0, msg_bytes, opts, LEAT__SITE());
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
    LEAT_CHECK(mem != NULL, "leat_oneshot_new_in: mem is NULL");
    return make_oneshot(tx, rx, mem, mem_bytes, msg_bytes, opts, LEAT__SITE());
}
