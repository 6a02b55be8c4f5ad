/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* broadcast_make.c - broadcast channels and their receivers: one block of memory each.
 *
 *     | leat__hub | record, if any | name\0, if any | pad | slots, or cells and line |
 *     | leat__sub | record, if the hub has one |
 */
#include "base/mem.h"
#include "chan/broadcast.h"
#include "chan/layout.h"
#include "chan/registry.h"
#include "os/os.h"

#include <leat/broadcast.h>

static const leat_chan_opts hub_defaults = {.size = sizeof(leat_chan_opts)};

static const leat_chan_opts *or_hub_defaults(const leat_chan_opts *opts)
{
    return opts == NULL ? &hub_defaults : opts;
}

static bool may_be_hub(const leat_chan_opts *opts, size_t capacity)
{
    return capacity != 0 && capacity != LEAT_UNBOUNDED &&
           leat__opts_are_valid(opts, capacity);
}

/* ---- the hub ----------------------------------------------------------------------------- */

/* What a hub is to be, besides its layout. */
struct hub_plan {
    leat__layout layout;
    bool ring;
    bool lossy;
    size_t line_at; /* cells */
};

/* Slots and what follows. false: does not fit */
static bool plan_slots(struct hub_plan *plan, size_t capacity)
{
    leat__layout *layout = &plan->layout;
    size_t each = layout->header + layout->stride;
    size_t more = plan->ring ? 0 : sizeof(leat__bcell *);
    size_t room = SIZE_MAX / 2 - layout->slots_at - layout->block_align;
    if (layout->slots_at > SIZE_MAX / 4 ||
        (each + more != 0 && capacity > room / (each + more)))
        return false;
    plan->line_at = layout->slots_at + capacity * each;
    layout->bytes = plan->line_at + capacity * more;
    return true;
}

/* false: does not fit. pre: may be a hub */
static bool plan_hub(struct hub_plan *plan, size_t msg_bytes, size_t capacity,
                     const leat_chan_opts *opts)
{
    leat__layout *layout = &plan->layout;
    if (msg_bytes > SIZE_MAX / 8)
        return false;
    layout->kind = LEAT__HUB;
    layout->bounded = true;
    layout->header = 0;
    plan->lossy = leat__policy_displaces(opts->policy);
    plan->ring = opts->discard == NULL && (opts->flags & LEAT_IN_PLACE) == 0 &&
                 (!plan->lossy || msg_bytes <= LEAT__BRING_MAX);
    layout->align =
        opts->msg_align != 0 ? opts->msg_align : leat__natural_align(msg_bytes);
    if (!plan->ring)
        layout->align = leat__larger(layout->align, alignof(leat__bcell));
    else if (plan->lossy)
        layout->align = leat__larger(layout->align, alignof(leat__az));
    layout->stride = plan->ring && plan->lossy
                         ? leat__bring_stride(msg_bytes)
                         : leat__round_up(msg_bytes, layout->align);
    if (!plan->ring)
        layout->header = leat__round_up(sizeof(leat__bcell), layout->align);
    layout->block_align = leat__larger(LEAT__LINE_PAIR, layout->align);
    if (!leat__layout_head(layout, sizeof(leat__hub), opts))
        return false;
    if (plan->ring) /* no line of one message is another's if it need not be */
        layout->slots_at = leat__round_up(layout->slots_at, LEAT__CACHELINE);
    return plan_slots(plan, capacity);
}

/* What hubs and subs have in common. pre: all zero */
static void init_prefix(leat_chan *chan, enum leat__kind kind,
                        const leat__verbs *verbs, uint32_t flags)
{
    chan->kind = (uint8_t)kind;
    chan->verbs = verbs;
    chan->bounded = true;
    chan->flags = (uint8_t)flags;
    leat__list_init(&chan->sendq);
    leat__list_init(&chan->recvq);
    leat__list_init(&chan->goneq);
    /* relaxed: nobody knows the channel yet */
    leat__st32_rlx(&chan->holds, 1);
}

static void init_store(leat__hub *hub, const struct hub_plan *plan)
{
    leat_chan *chan = leat__hub_chan(hub);
    unsigned char *block = (unsigned char *)hub;
    hub->ring = plan->ring;
    hub->lossy = plan->lossy;
    hub->limit = chan->cap;
    chan->slots = block + plan->layout.slots_at;
    chan->stride = plan->layout.stride;
    chan->seg_offset = (uint16_t)plan->layout.header;
    chan->align = (uint16_t)plan->layout.align;
    if (!hub->ring) {
        hub->line = (leat__bcell **)(void *)(block + plan->line_at);
        leat__bcells_init(hub);
    }
}

static leat_chan *make_hub(const struct hub_plan *plan, const leat__room *place,
                           size_t msg_bytes, size_t capacity,
                           const leat_chan_opts *opts)
{
    leat_chan *chan = leat__chan_block(&plan->layout, place);
    if (chan == NULL)
        return NULL;
    memset((void *)chan, 0, plan->layout.name_at);
    const leat__verbs *verbs = &leat__hub_verbs;
    if (plan->ring && !plan->lossy && (opts->flags & LEAT_STATS) == 0)
        verbs = &leat__hub_ring_verbs;
    init_prefix(chan, LEAT__HUB, verbs, opts->flags);
    chan->tx.tag = LEAT__TX_TAG;
    leat__st32_rlx(&chan->tx.owners, 1); /* relaxed: nobody knows it yet */
    chan->weak_tx.tag = LEAT__WEAK_TX_TAG;
    chan->lent = place != NULL;
    chan->msg_bytes = msg_bytes;
    chan->cap = capacity;
    /* a lossy hub displaces by itself; what it cannot displace fails */
    chan->policy = (uint8_t)(plan->lossy ? LEAT_POLICY_FAIL : opts->policy);
    chan->discard = opts->discard;
    chan->discard_arg = opts->discard_arg;
    leat__hub *hub = leat__hub_of(chan);
    leat__list_init(&hub->subs);
    leat__list_init(&hub->asleep);
    init_store(hub, plan);
    if (plan->layout.record_at != 0)
        leat__record_init(
            chan, plan->layout.record_at,
            leat__name_put(chan, plan->layout.name_at, opts->name), opts->gone,
            opts->gone_arg);
    return chan;
}

static int new_hub(leat_tx **tx, const leat__room *place, size_t msg_bytes,
                   size_t capacity, const leat_chan_opts *opts,
                   const void *site)
{
    struct hub_plan plan;
    LEAT_CHECK(tx != NULL, "leat_broadcast_new: tx is NULL");
    if (!may_be_hub(opts, capacity))
        return LEAT_EINVAL;
    if (!plan_hub(&plan, msg_bytes, capacity, opts))
        return LEAT_ENOMEM;
    leat_chan *chan = make_hub(&plan, place, msg_bytes, capacity, opts);
    if (chan == NULL)
        return place == NULL ? LEAT_ENOMEM : LEAT_EINVAL;
    leat__registry_add(chan, site);
    *tx = &chan->tx;
    return 0;
}

int leat_broadcast_new(leat_tx **tx, size_t msg_bytes, size_t capacity,
                       const leat_chan_opts *opts)
{
    return new_hub(tx, NULL, msg_bytes, capacity, or_hub_defaults(opts),
                   LEAT__SITE());
}

size_t leat_broadcast_footprint(size_t msg_bytes, size_t capacity,
                                const leat_chan_opts *opts)
{
    struct hub_plan plan;
    if (!may_be_hub(or_hub_defaults(opts), capacity) ||
        !plan_hub(&plan, msg_bytes, capacity, or_hub_defaults(opts)))
        return 0;
    return plan.layout.bytes + plan.layout.block_align - 1;
}

int leat_broadcast_new_in(leat_tx **tx, void *mem, size_t mem_bytes,
                          size_t msg_bytes, size_t capacity,
                          const leat_chan_opts *opts)
{
    LEAT_CHECK(mem != NULL, "leat_broadcast_new_in: mem is NULL");
    /* not what happens to fit at this address: what fits at any */
    size_t footprint = leat_broadcast_footprint(msg_bytes, capacity, opts);
    if (footprint != 0 && mem_bytes < footprint)
        return LEAT_EINVAL;
    return new_hub(tx, &(leat__room){mem, mem_bytes}, msg_bytes, capacity,
                   or_hub_defaults(opts), LEAT__SITE());
}

/* ---- receivers ----------------------------------------------------------------------------- */

static leat__hub *hub_of_view(leat_chan *chan)
{
    LEAT_CHECK(chan != NULL &&
                   (chan->kind == LEAT__HUB || chan->kind == LEAT__SUB),
               "leat_broadcast_subscribe: this is not the view of a broadcast "
               "channel or of a receiver of one");
    return leat__hub_of(leat__chan_senders(chan));
}

static void plan_sub(leat__layout *layout, leat__hub *hub)
{
    layout->kind = LEAT__SUB;
    layout->block_align = LEAT__LINE_PAIR;
    layout->bytes = sizeof(leat__sub);
    layout->record_at = 0;
    if (leat__hub_chan(hub)->record != NULL)
        layout->record_at = leat__record_room(&layout->bytes);
}

/* pre: all zero */
static void init_sub(leat__sub *sub, leat__hub *hub, uint32_t flags)
{
    leat_chan *chan = leat__sub_chan(sub);
    const leat_chan *home = leat__hub_chan(hub);
    init_prefix(chan, LEAT__SUB, &leat__sub_verbs, home->flags);
    chan->rx.tag = LEAT__RX_TAG;
    leat__st32_rlx(&chan->rx.owners, 1); /* relaxed: nobody knows it yet */
    chan->weak_rx.tag = LEAT__WEAK_RX_TAG;
    chan->msg_bytes = home->msg_bytes;
    chan->cap = home->cap;
    chan->slots = home->slots; /* the hub's block: it holds it */
    chan->stride = home->stride;
    chan->align = home->align;
    sub->hub = hub;
    sub->ring = hub->ring;
    sub->lossy = hub->lossy;
    sub->reports = (flags & LEAT_REPORT_LAG) != 0;
    bool quick = home->verbs == &leat__hub_ring_verbs;
    sub->alone = quick && (home->flags & LEAT_SINGLE_CONSUMER) != 0;
    chan->asymmetric = leat__os_has_membarrier();
    if (quick)
        chan->verbs =
            sub->alone ? &leat__sub_alone_verbs : &leat__sub_ring_verbs;
}

/* From now on it gets what is sent. */
static void link_sub(leat__sub *sub)
{
    leat__hub *hub = sub->hub;
    leat_chan *chan = leat__sub_chan(sub);
    leat_chan *home = leat__hub_chan(hub);
    leat__chan_lock(home);
    size_t tail = leat__hub_tail(hub);
    sub->start = sub->next = sub->seen = tail;
    sub->index = hub->index;
    leat__stz_rlx(&sub->end, tail);    /* relaxed: nobody knows it yet */
    leat__stz_rlx(&sub->cursor, tail); /* relaxed: likewise */
    leat__list_push_back(&hub->subs, &sub->link);
    /* relaxed: what a receiver is told travels with the messages */
    leat__add32_rlx(&home->rx.owners, 1);
    if (leat__chan_is(home, LEAT__CHAN_CLOSED)) {
        sub->sealed = sub->done = true;
        chan->reason = home->reason;
        leat__chan_set(chan, LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED);
    } else {
        hub->live++;
    }
    leat__chan_unlock(home);
}

static int new_sub(leat_rx **rx, const leat__room *place, leat_chan *view,
                   uint32_t flags, const void *site)
{
    leat__hub *hub = hub_of_view(view);
    LEAT_CHECK(rx != NULL, "leat_broadcast_subscribe: rx is NULL");
    if ((flags & ~LEAT_REPORT_LAG) != 0)
        return LEAT_EINVAL;
    leat__layout layout;
    plan_sub(&layout, hub);
    leat_chan *chan = leat__chan_block(&layout, place);
    if (chan == NULL)
        return place == NULL ? LEAT_ENOMEM : LEAT_EINVAL;
    memset((void *)chan, 0, layout.bytes);
    chan->kind = LEAT__SUB;
    leat__sub *sub = leat__sub_of(chan);
    init_sub(sub, hub, flags);
    chan->lent = place != NULL;
    if (layout.record_at != 0)
        /* the name is the hub's, which it keeps alive */
        leat__record_init(chan, layout.record_at,
                          leat__hub_chan(hub)->record->name, NULL, NULL);
    leat__chan_hold(leat__hub_chan(hub));
    link_sub(sub);
    leat__registry_add(chan, site);
    *rx = &chan->rx;
    return 0;
}

int leat_broadcast_subscribe(leat_rx **rx, leat_chan *chan, uint32_t flags)
{
    return new_sub(rx, NULL, chan, flags, LEAT__SITE());
}

size_t leat_broadcast_rx_footprint(leat_chan *chan)
{
    leat__layout layout;
    plan_sub(&layout, hub_of_view(chan));
    return layout.bytes + layout.block_align - 1;
}

int leat_broadcast_subscribe_in(leat_rx **rx, void *mem, size_t mem_bytes,
                                leat_chan *chan, uint32_t flags)
{
    LEAT_CHECK(mem != NULL, "leat_broadcast_subscribe_in: mem is NULL");
    if (mem_bytes < leat_broadcast_rx_footprint(chan))
        return LEAT_EINVAL;
    return new_sub(rx, &(leat__room){mem, mem_bytes}, chan, flags,
                   LEAT__SITE());
}
