/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* plain.c - actors that are plain threads: they call, and sleep in the call. */
#include "storm.h"

static void turn_begin(struct episode *episode, bool sends)
{
    if (sends && episode->plan.tx_baton)
        pthread_mutex_lock(&episode->tx_baton);
    if (!sends && episode->plan.rx_baton)
        pthread_mutex_lock(&episode->rx_baton);
}

static void turn_end(struct episode *episode, bool sends)
{
    if (sends && episode->plan.tx_baton)
        pthread_mutex_unlock(&episode->tx_baton);
    if (!sends && episode->plan.rx_baton)
        pthread_mutex_unlock(&episode->rx_baton);
}

void play_plain(struct actor *actor)
{
    struct episode *episode = &actor->world->episode;
    struct part part;
    part_init(&part, actor, 0);
    bool sends = part.plan->sends;
    bool goes_on;
    do {
        struct chance chance = chance_roll(actor);
        int rc;
        part_fidget(&part);
        turn_begin(episode, sends);
        if (part_wants_batch(&part)) {
            goes_on = part_batch(&part, &chance);
        } else {
            part_before(&part);
            rc = sends ? part_send(&part, &chance) : part_recv(&part, &chance);
            chance_check(&chance, rc, sends ? "a send" : "a receive");
            goes_on = part_after(&part, rc);
        }
        turn_end(episode, sends);
    } while (goes_on);
    part_leave(&part);
}

/* An actor without a role may wait for the token. */
void play_rest(struct actor *actor)
{
    if (!rng_one_in(&actor->rng, 4))
        return;
    token_refresh(actor);
    struct chance chance = {
        .until = leat_in_ns((int64_t)rng_below(&actor->rng, 200000)),
    };
    int rc = leat_cancel_wait(actor->token, chance.until);
    chance_check(&chance, rc, "a wait for a token");
    if (rc == 0 && !leat_cancel_check(actor->token))
        storm_fail("a wait for a token ended, and it has not fired");
}
