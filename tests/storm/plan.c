/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* plan.c - rolling the dice for one episode. */
#include "storm.h"

uint64_t rng_next(struct rng *rng)
{
    /* splitmix64 */
    uint64_t z = (rng->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
    return (uint32_t)((rng_next(rng) >> 32) * n >> 32);
}

/* Most channels live for a moment, a few for long. */
static uint32_t roll_quota(struct rng *rng)
{
    switch (rng_below(rng, 8)) {
    case 0:
    case 1:
    case 2:
        return 1 + rng_below(rng, 4);
    case 3:
    case 4:
    case 5:
        return 1 + rng_below(rng, 100);
    default:
        return 1 + rng_below(rng, LEDGER_QUOTA / 2);
    }
}

static enum ending roll_ending(struct rng *rng, bool may_abort)
{
    switch (rng_below(rng, 16)) {
    case 0:
        return CLOSE;
    case 1:
        return CLOSE_BECAUSE;
    case 2:
        return may_abort ? ABORT : CLOSE;
    default:
        return JUST_DROP;
    }
}

static void add_part(struct plan *plan, unsigned actor, bool sends,
                     struct rng *rng)
{
    struct part_plan *part = &plan->part[actor][plan->parts[actor]++];
    part->sends = sends;
    part->quota = roll_quota(rng);
    part->ending = roll_ending(rng, !sends);
    if (!sends && !plan->impatient && !rng_one_in(rng, 6))
        part->quota = NEVER;
    if (!sends && (part->quota != NEVER || part->ending == ABORT))
        plan->may_discard = true;
}

static void count_parts(const struct plan *plan, unsigned *sends,
                        unsigned *recvs)
{
    *sends = *recvs = 0;
    for (unsigned a = 0; a < ACTORS; a++)
        for (unsigned p = 0; p < plan->parts[a]; p++)
            ++*(plan->part[a][p].sends ? sends : recvs);
}

/* Any roles for anybody, where both ends may have many users. */
static void roll_roles(struct plan *plan, struct rng *rng)
{
    unsigned left[2] = {
        (plan->kind.flags & LEAT_SINGLE_PRODUCER) != 0 ? 1 : 5,
        (plan->kind.flags & LEAT_SINGLE_CONSUMER) != 0 ? 1 : 5,
    };
    for (unsigned a = 0; a < ACTORS; a++) {
        plan->role[a] = (enum role)rng_below(rng, 5);
        if (plan->role[a] == REST)
            continue;
        bool loops = plan->role[a] == LOOP || plan->role[a] == EVENTS;
        unsigned wanted = loops ? 1 + rng_below(rng, PARTS) : 1;
        bool sends = plan->role[a] == SENDER || (loops && rng_one_in(rng, 2));
        for (unsigned p = 0; p < wanted; p++) {
            if (left[sends ? 0 : 1] > 0) {
                left[sends ? 0 : 1]--;
                add_part(plan, a, sends, rng);
            }
            if (loops)
                sends = rng_one_in(rng, 2);
        }
        if (plan->parts[a] == 0)
            plan->role[a] = REST;
    }
}

/* A second plain actor that shares a promised half by turns. */
static bool roll_baton(struct plan *plan, bool sends, struct rng *rng)
{
    enum role role = sends ? SENDER : RECEIVER;
    if (!rng_one_in(rng, 3))
        return false;
    for (unsigned a = 0; a < ACTORS; a++) {
        if (plan->role[a] != role)
            continue;
        for (unsigned b = 0; b < ACTORS; b++) {
            if (plan->role[b] == REST) {
                plan->role[b] = role;
                add_part(plan, b, sends, rng);
                return true;
            }
        }
    }
    return false;
}

static void roll_meddler(struct plan *plan, struct rng *rng)
{
    if (rng_one_in(rng, 6))
        return;
    plan->steps = 1 + rng_below(rng, rng_one_in(rng, 2) ? 8 : 80);
    plan->end_step = rng_below(rng, plan->steps);
    plan->meddles_tx = rng_one_in(rng, 2);
    plan->meddles_rx = rng_one_in(rng, 2) || !plan->meddles_tx;
    if (rng_one_in(rng, 2))
        plan->ending = (enum ending)(1 + rng_below(rng, ABORT));
    if (plan->ending == ABORT && !plan->meddles_rx)
        plan->ending = CLOSE;
    if (plan->ending == ABORT)
        plan->may_discard = true;
}

void plan_roll(struct plan *plan, struct kind kind, struct rng *rng)
{
    static const size_t sizes[] = {8, 8, 8, 13, 24, LEDGER_BYTES};
    unsigned sends;
    unsigned recvs;
    do {
        *plan = (struct plan){.kind = kind, .impatient = rng_one_in(rng, 4)};
        roll_roles(plan, rng);
        count_parts(plan, &sends, &recvs);
    } while (sends == 0 || recvs == 0);
    plan->bytes = sizes[rng_below(rng, sizeof sizes / sizeof *sizes)];
    plan->reason = 1 + (int)rng_below(rng, 1000);
    if ((kind.flags & LEAT_SINGLE_PRODUCER) != 0)
        plan->tx_baton = roll_baton(plan, true, rng);
    if ((kind.flags & LEAT_SINGLE_CONSUMER) != 0)
        plan->rx_baton = roll_baton(plan, false, rng);
    roll_meddler(plan, rng);
    plan->hasty = rng_one_in(rng, 4);
    if (rng_one_in(rng, 3) && kind.cap > 0) {
        uint32_t most = kind.cap < 300 ? (uint32_t)kind.cap : 300;
        plan->prefill = rng_one_in(rng, 2) ? most : rng_below(rng, most + 1);
    }
}
