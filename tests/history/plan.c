/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* plan.c - the channels that trials are made on, and the dice. */
#include "plan.h"

#include "t.h"

#include <string.h>

#define SP    LEAT_SINGLE_PRODUCER
#define SC    LEAT_SINGLE_CONSUMER
#define ALL   UINT32_C(0) /* no promise */
#define ANY   LEAT_UNBOUNDED
#define CELLS LEAT_IN_PLACE

#define BLOCK       LEAT_POLICY_BLOCK
#define FAIL        LEAT_POLICY_FAIL
#define DROP_OLDEST LEAT_POLICY_DROP_OLDEST
#define DROP_NEWEST LEAT_POLICY_DROP_NEWEST
#define CONFLATE    LEAT_POLICY_CONFLATE

static const struct flavour flavours[] = {
    {"bounded_1", 1, {{1, ALL, BLOCK, 0}}},
    {"bounded_2", 1, {{2, ALL, BLOCK, 0}}},
    {"bounded_3", 1, {{3, ALL, BLOCK, 0}}},
    {"bounded_64", 1, {{64, ALL, BLOCK, 0}}},
    {"unbounded", 1, {{ANY, ALL, BLOCK, 0}}},
    {"rendezvous", 1, {{0, ALL, BLOCK, 0}}},
    {"single_producer",
     6,
     {{0, SP, BLOCK, 0},
      {1, SP, BLOCK, 0},
      {2, SP, BLOCK, 0},
      {64, SP, BLOCK, 0},
      {ANY, SP, BLOCK, 0},
      {0, SP | SC, BLOCK, 0}}},
    {"single_consumer",
     6,
     {{0, SC, BLOCK, 0},
      {1, SC, BLOCK, 0},
      {2, SC, BLOCK, 0},
      {64, SC, BLOCK, 0},
      {ANY, SC, BLOCK, 0},
      {0, SP | SC, BLOCK, 0}}},
    {"spsc_1", 1, {{1, SP | SC, BLOCK, 0}}},
    {"spsc_2", 1, {{2, SP | SC, BLOCK, 0}}},
    {"spsc_64", 1, {{64, SP | SC, BLOCK, 0}}},
    {"spsc_unbounded", 1, {{ANY, SP | SC, BLOCK, 0}}},
    {"fail_2",
     3,
     {{2, ALL, FAIL, 0}, {2, SP | SC, FAIL, 0}, {0, ALL, FAIL, 0}}},
    {"drop_oldest_1",
     2,
     {{1, ALL, DROP_OLDEST, 0}, {1, SP | SC, DROP_OLDEST, 0}}},
    {"drop_oldest_3",
     2,
     {{3, ALL, DROP_OLDEST, 0}, {3, SP | SC, DROP_OLDEST, 0}}},
    {"drop_newest_2",
     3,
     {{2, ALL, DROP_NEWEST, 0},
      {2, SP | SC, DROP_NEWEST, 0},
      {0, ALL, DROP_NEWEST, 0}}},
    {"conflate", 2, {{1, ALL, CONFLATE, 0}, {1, SP | SC, CONFLATE, 0}}},
    {"forced_2",
     4,
     {{2, ALL, BLOCK, FORCES},
      {2, ALL, FAIL, FORCES},
      {2, ALL, DROP_OLDEST, FORCES},
      {0, ALL, BLOCK, FORCES}}},
    {"spsc_forced_2",
     2,
     {{2, SP | SC, BLOCK, FORCES}, {2, SP | SC, DROP_NEWEST, FORCES}}},
    {"batch_3", 2, {{3, ALL, BLOCK, BATCHES}, {3, ALL, FAIL, BATCHES}}},
    {"batch_unbounded", 1, {{ANY, ALL, BLOCK, BATCHES}}},
    {"batch_rendezvous", 1, {{0, ALL, BLOCK, BATCHES}}},
    {"spsc_batch_3", 1, {{3, SP | SC, BLOCK, BATCHES}}},
    {"spsc_batch_unbounded", 1, {{ANY, SP | SC, BLOCK, BATCHES}}},
    {"in_place_1",
     3,
     {{1, CELLS, BLOCK, PLACES},
      {1, CELLS | SC, BLOCK, PLACES},
      {1, CELLS | SP | SC, BLOCK, PLACES}}},
    {"in_place_3",
     3,
     {{3, CELLS, BLOCK, PLACES},
      {3, CELLS | SC, BLOCK, PLACES},
      {3, CELLS | SP | SC, BLOCK, PLACES}}},
    {"in_place_unbounded",
     3,
     {{ANY, CELLS, BLOCK, PLACES},
      {ANY, CELLS | SC, BLOCK, PLACES},
      {ANY, CELLS | SP | SC, BLOCK, PLACES}}},
    {"in_place_batch_2",
     3,
     {{2, CELLS, BLOCK, PLACES | BATCHES},
      {1, CELLS | SC, BLOCK, PLACES | BATCHES},
      {2, CELLS | SC, BLOCK, PLACES | BATCHES}}},
    {"in_place_drops_2",
     4,
     {{2, CELLS, DROP_OLDEST, PLACES},
      {2, CELLS | SC, DROP_OLDEST, PLACES},
      {1, CELLS | SC, CONFLATE, PLACES},
      {2, CELLS | SC, DROP_NEWEST, PLACES}}},
    {"in_place_forced_2",
     3,
     {{2, CELLS, BLOCK, PLACES | FORCES},
      {2, CELLS | SC, FAIL, PLACES | FORCES},
      {2, CELLS | SC, DROP_OLDEST, PLACES | FORCES}}},
};

#define FLAVOURS (sizeof flavours / sizeof *flavours)

const struct flavour *flavour_number(unsigned n)
{
    return n < FLAVOURS ? &flavours[n] : NULL;
}

const struct flavour *flavour_named(const char *name)
{
    for (unsigned n = 0; n < FLAVOURS; n++)
        if (strcmp(flavours[n].name, name) == 0)
            return &flavours[n];
    return NULL;
}

static bool one_in(t_rand *dice, uint64_t n)
{
    return t_below(dice, n) == 0;
}

/* ---- who there is ------------------------------------------------------------------ */

/* Half of the trials are of two threads, for two processors. */
static uint8_t roll_threads(uint64_t number)
{
    t_rand dice = t_random(~(number / BURST));
    uint64_t roll = t_below(&dice, 8);
    return roll < 4 ? 2 : roll < 6 ? 3 : 4;
}

/* A thread with one half, most likely, or with both; if the half is promised only
 * the first that has it sends (receives), the others may close, ask, and the like. */
static void roll_owner(struct plan *plan, unsigned thread, t_rand *dice)
{
    static const uint32_t promise[] = {SP, SC};
    struct part *part = &plan->part[thread];
    bool both = one_in(dice, 5);
    bool rx =
        thread < 2 ? thread == 1 : one_in(dice, 2); /* one of each at least */
    part->has[TX] = both || !rx;
    part->has[RX] = both || rx;
    for (unsigned h = TX; h <= RX; h++) {
        bool taken = false;
        for (unsigned t = 0; t < thread; t++)
            taken = taken || plan->part[t].moves[h];
        bool single = (plan->channel.promises & promise[h]) != 0;
        part->moves[h] = part->has[h] && !(single && taken);
    }
    part->drops_rx_first = one_in(dice, 2);
}

/* ---- what they do -------------------------------------------------------------------- */

static bool may_make(const struct part *part, enum kind_id kind)
{
    switch (kinds[kind].need) {
    case TO_SEND:
        return part->moves[TX];
    case TO_RECV:
        return part->moves[RX];
    case A_TX:
        return part->has[TX];
    case A_RX:
        return part->has[RX];
    default:
        return true;
    }
}

/* Has a thread, if all goes well, more of these than it has given away? */
static bool will_hold(const struct part *part, enum kind_id got,
                      enum kind_id given, enum kind_id given_back)
{
    int n = 0;
    for (unsigned i = 0; i < part->intents; i++) {
        enum kind_id kind = part->intent[i].kind;
        n += kind == got;
        n -= kind == given || kind == given_back;
    }
    return n > 0;
}

/* Would the call find what it is about? */
static bool has_object(const struct plan *plan, const struct part *part,
                       enum kind_id kind)
{
    switch (kind) {
    case COMMIT:
    case UNRESERVE:
        return will_hold(part, RESERVE, COMMIT, UNRESERVE);
    case UNBORROW:
        return (plan->channel.promises & SC) != 0 &&
               will_hold(part, BORROW, RELEASE, UNBORROW);
    case RELEASE:
        return will_hold(part, BORROW, RELEASE, UNBORROW);
    default:
        return true;
    }
}

/* How often, in proportion to the others; 0: it may not. */
static uint64_t often(const struct plan *plan, const struct part *part,
                      enum kind_id kind)
{
    bool done =
        kinds[kind].only == 0 || (kinds[kind].only & plan->channel.does) != 0;
    return done && may_make(part, kind) && has_object(plan, part, kind)
               ? kinds[kind].often
               : 0;
}

static enum kind_id roll_kind(const struct plan *plan, const struct part *part,
                              t_rand *dice)
{
    uint64_t all = 0;
    for (unsigned k = 0; k < KINDS; k++)
        all += often(plan, part, (enum kind_id)k);
    uint64_t roll = t_below(dice, all);
    for (unsigned k = 0;; k++) {
        uint64_t share = often(plan, part, (enum kind_id)k);
        if (roll < share)
            return (enum kind_id)k;
        roll -= share;
    }
}

/* Some thousand nanoseconds, or a hundred thousand now and then. */
static int32_t roll_soon(t_rand *dice)
{
    return (int32_t)t_below(dice, one_in(dice, 8) ? 100000 : 5000);
}

static void roll_patience(struct intent *intent, t_rand *dice)
{
    uint64_t roll = t_below(dice, 16);
    intent->patience = roll < 4   ? NOWAIT
                       : roll < 5 ? PAST
                       : roll < 7 ? SOON
                                  : EVER;
    intent->soon_ns = roll_soon(dice);
    if (one_in(dice, 2))
        intent->token = (uint8_t)(1 + t_below(dice, TOKENS));
}

/* Threads that leave the line together meet in their first calls, most likely: so at
 * most a few turns before these. */
static uint16_t roll_pause(bool first, t_rand *dice)
{
    uint64_t roll = t_below(dice, 64);
    if (roll == 0)
        return PAUSE_YIELD;
    return (uint16_t)(roll < 16             ? t_below(dice, 40)
                      : roll < 24 && !first ? t_below(dice, 400)
                                            : 0);
}

static void roll_intent(const struct plan *plan, struct part *part,
                        uint8_t *msgs, t_rand *dice)
{
    struct intent *intent = &part->intent[part->intents++];
    *intent = (struct intent){.kind = roll_kind(plan, part, dice)};
    unsigned shape = kinds[intent->kind].shape;
    intent->pause = roll_pause(part->intents == 1, dice);
    if ((shape & TAKES_UNTIL) != 0)
        roll_patience(intent, dice);
    if ((shape & TAKES_TOKEN) != 0)
        intent->token = (uint8_t)(1 + t_below(dice, TOKENS));
    if ((shape & TAKES_REASON) != 0)
        intent->reason = (uint8_t)(1 + t_below(dice, 200));
    if ((shape & MANY) != 0)
        intent->asked = (uint8_t)(1 + t_below(dice, BATCH));
    if ((shape & TAKES_MSG) != 0) {
        intent->msg = (uint8_t)(plan->prefilled + 1 + *msgs);
        *msgs = (uint8_t)(*msgs + ((shape & MANY) != 0 ? intent->asked : 1));
    }
}

/* ---- the channel ------------------------------------------------------------------------ */

/* What is queued at the start: often as much as makes the channel full, or nearly. */
static void roll_store(struct plan *plan, t_rand *dice)
{
    size_t cap = plan->channel.cap;
    unsigned most = cap < 64 ? (unsigned)cap : 64;
    if (cap == LEAT_UNBOUNDED)
        most = 24;
    plan->rotated = (uint8_t)t_below(dice, most + 1);
    if (one_in(dice, 2))
        return;
    plan->prefilled = (uint8_t)t_below(dice, most + 1);
    if (cap < LEAT_UNBOUNDED && most > 0 && !one_in(dice, 4))
        plan->prefilled = (uint8_t)(most - t_below(dice, 2));
}

/* Thread 0 wakes the others and so comes first, often: any part may be its. */
static void deal(struct plan *plan, unsigned first)
{
    struct part part[THREADS];
    for (unsigned t = 0; t < plan->threads; t++)
        part[t] = plan->part[(t + first) % plan->threads];
    for (unsigned t = 0; t < plan->threads; t++)
        plan->part[t] = part[t];
}

void plan_roll(struct plan *plan, const struct flavour *flavour,
               uint64_t number)
{
    static const uint16_t sizes[] = {8, 8, 8, 8, 8, 1, 24, 300};
    t_rand dice = t_random(number);
    uint8_t msgs = 0;
    *plan = (struct plan){.number = number, .threads = roll_threads(number)};
    plan->channel = flavour->channel[t_below(&dice, flavour->channels)];
    plan->bytes = sizes[t_below(&dice, sizeof sizes / sizeof *sizes)];
    plan->hook_yields = one_in(&dice, 8);
    roll_store(plan, &dice);
    for (unsigned t = 0; t < plan->threads; t++) {
        struct part *part = &plan->part[t];
        roll_owner(plan, t, &dice);
        for (uint64_t n = 2 + t_below(&dice, STEPS - 1); n > 0; n--)
            roll_intent(plan, part, &msgs, &dice);
    }
    deal(plan, (unsigned)t_below(&dice, plan->threads));
}
