/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* watch_make.c - making watches and readers of them: one block of memory each. */
#include "base/mem.h"
#include "chan/layout.h"
#include "chan/registry.h"
#include "chan/watch.h"

/* The block:
 *     | core | reader | its record, in debug builds | record, if any | name\0, if any |
 *     | two cells | */
struct watch_plan {
    size_t reader_at;
    size_t record_at; /* 0: none */
    size_t name_at;
    size_t cells_at;
    size_t header;
    size_t cell; /* bytes of one */
    size_t align;
    size_t bytes;
};

#define BLOCK_ALIGN alignof(max_align_t)

static size_t reader_record_at(void)
{
    return leat__round_up(LEAT__READER_BYTES, alignof(leat__record));
}

/* A reader with its record, which debug builds want. */
static size_t reader_bytes(void)
{
    return LEAT_DEBUG ? reader_record_at() + sizeof(leat__record)
                      : LEAT__READER_BYTES;
}

#define REFUSED (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER | LEAT_IN_PLACE)

static int plan_watch(struct watch_plan *plan, size_t msg_bytes,
                      const leat_chan_opts *opts)
{
    if (opts->size != sizeof *opts || !leat__opts_are_valid(opts, 1) ||
        (opts->flags & REFUSED) != 0)
        return LEAT_EINVAL;
    if (msg_bytes > SIZE_MAX / 8)
        return LEAT_ENOMEM;
    size_t align =
        opts->msg_align != 0 ? opts->msg_align : leat__natural_align(msg_bytes);
    plan->align = leat__larger(align, LEAT__CACHELINE);
    plan->header = leat__round_up(sizeof(leat__watch_cell), align);
    plan->cell = leat__round_up(plan->header + msg_bytes, plan->align);
    plan->reader_at = leat__round_up(LEAT__WATCH_BYTES, BLOCK_ALIGN);
    size_t at = plan->reader_at + reader_bytes();
    plan->record_at = 0;
    if (leat__registry_wants(opts))
        plan->record_at = leat__record_room(&at);
    plan->name_at = at;
    if (opts->name != NULL)
        at += strlen(opts->name) + 1;
    plan->cells_at = leat__round_up(at, plan->align);
    plan->bytes = plan->cells_at + 2 * plan->cell;
    return 0;
}

/* What core and reader have in common. pre: all is zero */
static void init_common(leat_chan *chan, size_t msg_bytes)
{
    chan->kind = LEAT__WATCH;
    chan->bounded = true;
    chan->policy = LEAT_POLICY_BLOCK;
    chan->cap = 1;
    chan->msg_bytes = msg_bytes;
    chan->weak_tx.tag = LEAT__WEAK_TX_TAG;
    chan->weak_rx.tag = LEAT__WEAK_RX_TAG;
    leat__list_init(&chan->goneq);
    leat__list_init(&chan->sendq);
    leat__list_init(&chan->recvq);
}

/* A reader that has seen all; holds the core, and is counted by its caller. */
static void init_reader(leat_chan *chan, leat_chan *core, bool lent)
{
    leat__watch_reader *reader = leat__watch_reader_of(chan);
    memset((void *)chan, 0, LEAT__READER_AT);
    init_common(chan, core->msg_bytes);
    chan->rx.tag = LEAT__RX_TAG;
    leat__st32_rlx(&chan->rx.owners, 1); /* relaxed: nobody knows it yet */
    leat__st32_rlx(&chan->holds, 1);     /* relaxed: likewise */
    chan->verbs = &leat__watch_reader_verbs;
    chan->lent = lent;
    reader->core = core;
    leat__stz_rlx(&reader->seen, 0); /* relaxed: likewise */
    reader->link = (leat__link){NULL, NULL};
    leat__stz_rlx(&reader->lent, 0);     /* relaxed: likewise */
    leat__stz_rlx(&reader->released, 0); /* relaxed: likewise */
    leat__stp_rlx(&reader->held, NULL);  /* relaxed: likewise */
    reader->beside = (leat__link){NULL, NULL};
    if (LEAT_DEBUG) {
        memset((void *)((unsigned char *)chan + reader_record_at()), 0,
               sizeof(leat__record));
        leat__record_init(chan, reader_record_at(),
                          core->record == NULL ? "" : core->record->name, NULL,
                          NULL);
    }
}

/* A reader that has seen all there is. pre: the lock is held, or nobody knows the core */
static void add_reader(leat_chan *core, leat__watch_reader *reader)
{
    leat__watch *watch = leat__watch_of(core);
    leat__watch_mark_seen(core, reader);
    if (watch->nearby == LEAT__WATCH_NEAR)
        return;
    leat__list_push_back(&watch->near, &reader->beside);
    watch->nearby++;
}

static void init_watch(leat_chan *core, const struct watch_plan *plan,
                       size_t msg_bytes, const void *initial,
                       const leat_chan_opts *opts)
{
    unsigned char *block = (unsigned char *)core;
    memset((void *)core, 0, LEAT__WATCH_BYTES);
    init_common(core, msg_bytes);
    core->tx.tag = LEAT__TX_TAG;
    leat__st32_rlx(&core->tx.owners, 1); /* relaxed: nobody knows it yet */
    leat__st32_rlx(&core->rx.owners, 1); /* relaxed: likewise */
    leat__st32_rlx(&core->holds, 2);     /* relaxed: likewise */
    /* there is no rx to be had from the view */
    core->flags = (uint8_t)(opts->flags | LEAT_SINGLE_CONSUMER);
    core->discard = opts->discard;
    core->discard_arg = opts->discard_arg;
    core->verbs = &leat__watch_verbs;
    if (plan->record_at != 0) {
        memset((void *)(block + plan->record_at), 0, sizeof(leat__record));
        leat__record_init(core, plan->record_at,
                          leat__name_put(core, plan->name_at, opts->name),
                          opts->gone, opts->gone_arg);
    }
    leat__watch *watch = leat__watch_of(core);
    watch->header = plan->header;
    watch->cell_align = plan->align;
    leat__list_init(&watch->waiting);
    leat__list_init(&watch->near);
    watch->nearby = 0; /* said, for the checker */
    watch->current = (leat__watch_cell *)(void *)(block + plan->cells_at);
    watch->idle =
        (leat__watch_cell *)(void *)(block + plan->cells_at + plan->cell);
    memset(watch->current, 0, sizeof(leat__watch_cell));
    memset(watch->idle, 0, sizeof(leat__watch_cell));
    leat__copy(leat__watch_bytes(core, watch->current), initial, msg_bytes);
    leat__stz_rlx(&watch->version, 1); /* relaxed: nobody knows it yet */
}

static const leat_chan_opts watch_defaults = {.size = sizeof(leat_chan_opts)};

/* In `mem`, or if that is NULL in memory of its own. */
static int make_watch(leat_tx **tx, leat_rx **rx, void *mem, size_t mem_bytes,
                      size_t msg_bytes, const void *initial,
                      const leat_chan_opts *opts, const void *site)
{
    struct watch_plan plan;
    LEAT_CHECK(tx != NULL && rx != NULL,
               "leat_watch_new: tx or rx is NULL: a watch has two halves");
    LEAT_CHECK(initial != NULL || msg_bytes == 0,
               "leat_watch_new: initial is NULL: a watch has a value");
    if (opts == NULL)
        opts = &watch_defaults;
    int rc = plan_watch(&plan, msg_bytes, opts);
    if (rc != 0)
        return rc;
    leat_chan *core =
        mem == NULL ? leat__mem_alloc(plan.bytes, plan.align)
                    : leat__mem_within(mem, mem_bytes, plan.bytes, plan.align);
    if (core == NULL)
        return mem == NULL ? LEAT_ENOMEM : LEAT_EINVAL;
    init_watch(core, &plan, msg_bytes, initial, opts);
    core->lent = mem != NULL;
    leat_chan *reader =
        (leat_chan *)(void *)((unsigned char *)core + plan.reader_at);
    init_reader(reader, core, true);
    add_reader(core, leat__watch_reader_of(reader));
    leat__registry_add(core, site);
    leat__registry_add(reader, site);
    *tx = &core->tx;
    *rx = &reader->rx;
    return 0;
}

int leat_watch_new(leat_tx **tx, leat_rx **rx, size_t msg_bytes,
                   const void *initial, const leat_chan_opts *opts)
{
    return make_watch(tx, rx, NULL, 0, msg_bytes, initial, opts, LEAT__SITE());
}

size_t leat_watch_footprint(size_t msg_bytes, const leat_chan_opts *opts)
{
    struct watch_plan plan;
    if (plan_watch(&plan, msg_bytes, opts == NULL ? &watch_defaults : opts) !=
        0)
        return 0;
    return plan.bytes + plan.align - 1;
}

int leat_watch_new_in(leat_tx **tx, leat_rx **rx, void *mem, size_t mem_bytes,
                      size_t msg_bytes, const void *initial,
                      const leat_chan_opts *opts)
{
    LEAT_CHECK(mem != NULL, "leat_watch_new_in: mem is NULL");
    size_t footprint = leat_watch_footprint(msg_bytes, opts);
    if (footprint != 0 && mem_bytes < footprint)
        return LEAT_EINVAL;
    return make_watch(tx, rx, mem, mem_bytes, msg_bytes, initial, opts,
                      LEAT__SITE());
}

/* In a block of reader_bytes. */
static void subscribe_at(leat_rx **rx, leat_chan *reader, leat_chan *core,
                         bool lent, const void *site)
{
    leat__chan_hold(core);
    init_reader(reader, core, lent);
    leat__chan_lock(core);
    add_reader(core, leat__watch_reader_of(reader));
    /* relaxed: under the lock, as the way down is */
    leat__add32_rlx(&core->rx.owners, 1);
    leat__chan_unlock(core);
    leat__registry_add(reader, site);
    *rx = &reader->rx;
}

int leat_watch_subscribe(leat_rx **rx, leat_chan *chan)
{
    leat_chan *core = leat__watch_core(chan);
    LEAT_CHECK(rx != NULL, "leat_watch_subscribe: rx is NULL");
    leat_chan *reader = leat__mem_alloc(reader_bytes(), BLOCK_ALIGN);
    if (reader == NULL)
        return LEAT_ENOMEM;
    subscribe_at(rx, reader, core, false, LEAT__SITE());
    return 0;
}

size_t leat_watch_rx_footprint(void)
{
    return reader_bytes() + BLOCK_ALIGN - 1;
}

int leat_watch_subscribe_in(leat_rx **rx, void *mem, size_t mem_bytes,
                            leat_chan *chan)
{
    leat_chan *core = leat__watch_core(chan);
    LEAT_CHECK(rx != NULL && mem != NULL,
               "leat_watch_subscribe_in: rx or mem is NULL");
    if (mem_bytes < leat_watch_rx_footprint())
        return LEAT_EINVAL;
    leat_chan *reader =
        leat__mem_within(mem, mem_bytes, reader_bytes(), BLOCK_ALIGN);
    subscribe_at(rx, reader, core, true, LEAT__SITE());
    return 0;
}
