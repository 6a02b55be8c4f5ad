/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* meddler.c - the third party: it fires, closes, aborts, clones, drops and looks
 * while the others work. On promised halves it does what any thread may. */
#define _GNU_SOURCE 1
#include "storm.h"

#include <sched.h>
#include <time.h>

static void pause_a_little(struct rng *rng)
{
    struct timespec nap = {.tv_nsec = 1000 + (long)rng_below(rng, 50000)};
    switch (rng_below(rng, 8)) {
    case 0:
        nanosleep(&nap, NULL);
        break;
    case 1:
    case 2:
        sched_yield();
        break;
    default:
        for (uint32_t i = rng_below(rng, 4000); i > 0; i--)
            atomic_signal_fence(memory_order_seq_cst);
    }
}

/* More owners for a moment. */
static void churn(struct episode *episode, bool tx)
{
    if (is_single(episode, tx))
        return;
    if (tx ? leat_tx_clone(episode->tx) != episode->tx
           : leat_rx_clone(episode->rx) != episode->rx)
        storm_fail("a clone has another address");
    sched_yield();
    episode_drop(episode, tx);
}

void play_meddler(struct actor *meddler)
{
    struct world *world = meddler->world;
    struct episode *episode = &world->episode;
    const struct plan *plan = &episode->plan;
    struct rng *rng = &meddler->rng;
    for (uint32_t step = 0; step < plan->steps; step++) {
        pause_a_little(rng);
        if (step == plan->end_step)
            episode_end_by(episode, plan->ending,
                           plan->ending != ABORT && plan->meddles_tx);
        if (rng_one_in(rng, 3))
            token_fire_and_replace(world);
        else if (rng_one_in(rng, 2))
            episode_look(episode);
        else
            churn(episode, plan->meddles_tx);
    }
    if (plan->meddles_tx)
        episode_drop(episode, true);
    if (plan->meddles_rx)
        episode_drop(episode, false);
}
