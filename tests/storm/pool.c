/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* pool.c - storms on pools: submitters, jobs that submit, cancels, joins, resizes and an
 * end at any moment. The fate of every job is counted: one that was accepted has run
 * once or was discarded once, one that was refused neither.
 *
 *     LEAT_SEED=n            the dice
 *     LEAT_STORM_MESSAGES=n  jobs to settle; the default is 300,000
 *     LEAT_STORM=long        ten million */
#define _GNU_SOURCE 1
#include "t.h"

#include <leat.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SUBMITTERS = 3, EACH = 120, FATES = 4096 };

struct fate {
    atomic_uint ran;
    atomic_uint discarded;
    atomic_uint accepted;
    uint64_t dice;
    leat_task *task; /* while somebody holds it, who may end with his thread */
};

static struct {
    uint64_t seed;
    unsigned number;
    leat_pool *pool;
    atomic_uint used;
    struct fate fates[FATES];
} episode;

static struct {
    uint64_t accepted;
    uint64_t ran;
    uint64_t discarded;
    uint64_t refused;
} total;

static void storm_fail(const char *what)
{
    fprintf(stderr, "storm pool: episode %u of seed %llu: %s\n", episode.number,
            (unsigned long long)episode.seed, what);
    abort();
}

#define STORM_MUST(condition)                                                  \
    do {                                                                       \
        if (!(condition))                                                      \
            storm_fail(#condition);                                            \
    } while (0)

/* ---- jobs ------------------------------------------------------------------------- */

static int run(void *arg, leat_cancel *stop);

static void discard(void *arg)
{
    struct fate *fate = arg;
    atomic_fetch_add(&fate->discarded, 1);
}

/* NULL: there have been enough */
static struct fate *next_fate(uint64_t dice)
{
    unsigned i = atomic_fetch_add(&episode.used, 1);
    if (i >= FATES)
        return NULL;
    episode.fates[i].dice = dice;
    return &episode.fates[i];
}

static leat_until any_until(t_rand *dice)
{
    switch (t_below(dice, 3)) {
    case 0:
        return leat_nowait();
    case 1:
        return leat_in_ns((int64_t)t_below(dice, 100000));
    default:
        return leat_forever();
    }
}

static void check_refusal(int rc)
{
    STORM_MUST(rc == LEAT_EAGAIN || rc == LEAT_ETIMEDOUT || rc == LEAT_ECLOSED);
}

static void submit_batch(t_rand *dice)
{
    leat_job jobs[8];
    struct fate *fates[8];
    size_t n = 0;
    while (n < 1 + t_below(dice, 8) &&
           (fates[n] = next_fate(t_next(dice))) != NULL) {
        jobs[n] = (leat_job){.fn = run, .arg = fates[n], .discard = discard};
        n++;
    }
    ptrdiff_t done =
        leat_pool_execute_many(episode.pool, jobs, n, any_until(dice));
    if (done < 0)
        check_refusal((int)done);
    for (ptrdiff_t i = 0; i < done; i++)
        atomic_store(&fates[i]->accepted, 1);
}

/* What it does with a handle, of which it is the only owner. */
static void play_with(leat_task *task, struct fate *fate, t_rand *dice)
{
    int result = 1;
    fate->task = task;
    bool off = t_below(dice, 4) == 0 && leat_task_cancel(task);
    if (t_below(dice, 2) == 0) {
        int rc = leat_task_join(task, &result, any_until(dice));
        STORM_MUST(rc == 0 || rc == LEAT_EAGAIN || rc == LEAT_ETIMEDOUT);
        STORM_MUST((rc == 0) == (result != 1));
        if (rc == 0)
            STORM_MUST(atomic_load(&fate->ran) ==
                       (result == LEAT_ECANCELED ? 0 : 1));
        STORM_MUST(rc != 0 || !off || result == LEAT_ECANCELED);
    }
    fate->task = NULL;
    leat_task_drop(task);
}

static void submit_one(t_rand *dice)
{
    struct fate *fate = next_fate(t_next(dice));
    leat_task *task = NULL;
    if (fate == NULL)
        return;
    leat_job job = {.fn = run, .arg = fate, .discard = discard};
    bool with_handle = t_below(dice, 2) == 0;
    int rc = with_handle
                 ? leat_pool_spawn(&task, episode.pool, job, any_until(dice))
                 : leat_pool_execute(episode.pool, job, any_until(dice));
    if (rc < 0)
        check_refusal(rc);
    else
        atomic_store(&fate->accepted, 1);
    STORM_MUST((task != NULL) == (rc == 0 && with_handle));
    if (task != NULL)
        play_with(task, fate, dice);
}

static int run(void *arg, leat_cancel *stop)
{
    struct fate *fate = arg;
    t_rand dice = {fate->dice};
    atomic_fetch_add(&fate->ran, 1);
    switch (t_below(&dice, 24)) {
    case 0:
        submit_batch(&dice);
        return 0;
    case 1:
    case 2:
        submit_one(&dice);
        return 0;
    case 3:
        return leat_cancel_wait(stop,
                                leat_in_ns((int64_t)t_below(&dice, 100000))) < 0
                   ? -7
                   : 0;
    case 4:
        if (t_below(&dice, 20) == 0)
            pthread_exit(NULL);
        return 0;
    case 5:
        sched_yield();
        return -5;
    default:
        return 0;
    }
}

/* ---- an episode ---------------------------------------------------------------------- */

static void *submitter(void *arg)
{
    t_rand dice = {(uint64_t)(uintptr_t)arg};
    for (unsigned n = 0; n < EACH; n++) {
        if (t_below(&dice, 8) == 0)
            submit_batch(&dice);
        else
            submit_one(&dice);
        if (t_below(&dice, 16) == 0)
            sched_yield();
    }
    leat_pool_drop(episode.pool);
    return NULL;
}

static void make_pool(t_rand *dice)
{
    static const size_t caps[] = {0, 0, 1, 3, 64};
    leat_pool_opts opts = {.size = sizeof opts};
    opts.workers = 1 + (unsigned)t_below(dice, 4);
    opts.queue_cap = caps[t_below(dice, 5)];
    opts.policy = t_below(dice, 2) == 0 ? LEAT_POLICY_BLOCK
                                        : (enum leat_policy)t_below(dice, 4);
    opts.flags = t_below(dice, 2) == 0 ? LEAT_STATS : 0;
    STORM_MUST(leat_pool_new(&episode.pool, &opts) == 0);
}

static void meddle(t_rand *dice)
{
    for (uint64_t steps = t_below(dice, 30); steps > 0; steps--) {
        leat_pool_counts counts;
        switch (t_below(dice, 3)) {
        case 0:
            STORM_MUST(leat_pool_resize(episode.pool,
                                        1 + (unsigned)t_below(dice, 4)) == 0);
            break;
        case 1:
            leat_pool_stats(episode.pool, &counts);
            STORM_MUST(counts.workers >= 1 && counts.workers <= 4);
            break;
        default:
            sched_yield();
        }
    }
}

/* The end, now or when the submitters are done. */
static void end_pool(t_rand *dice)
{
    enum leat_pool_end how =
        t_below(dice, 2) == 0 ? LEAT_POOL_DRAIN : LEAT_POOL_NOW;
    int rc = leat_pool_shutdown(episode.pool, how, any_until(dice));
    STORM_MUST(rc == 0 || rc == LEAT_EAGAIN || rc == LEAT_ETIMEDOUT);
}

static void settle(leat_pool *pool, unsigned used)
{
    uint64_t ran = 0;
    uint64_t discarded = 0;
    for (unsigned i = 0; i < used; i++) {
        struct fate *fate = &episode.fates[i];
        unsigned fates =
            atomic_load(&fate->ran) + atomic_load(&fate->discarded);
        STORM_MUST(fates == atomic_load(&fate->accepted));
        leat_task_drop(fate->task);
        ran += atomic_load(&fate->ran);
        discarded += atomic_load(&fate->discarded);
    }
    leat_pool_counts counts;
    leat_pool_stats(pool, &counts);
    STORM_MUST(counts.queued + counts.running == 0);
    STORM_MUST(counts.done == ran);
    STORM_MUST(counts.cancelled + counts.dropped == discarded);
    total.ran += ran;
    total.discarded += discarded;
    total.accepted += ran + discarded;
    total.refused += used - ran - discarded;
}

static void play_episode(t_rand *dice)
{
    pthread_t threads[SUBMITTERS];
    memset(episode.fates, 0, sizeof episode.fates);
    atomic_store(&episode.used, 0);
    make_pool(dice);
    for (int i = 0; i < SUBMITTERS; i++) {
        STORM_MUST(leat_pool_clone(episode.pool) == episode.pool);
        threads[i] = t_spawn(submitter, (void *)(uintptr_t)(t_next(dice) | 1));
    }
    meddle(dice);
    if (t_below(dice, 2) == 0)
        end_pool(dice);
    for (int i = 0; i < SUBMITTERS; i++)
        t_join(threads[i]);
    STORM_MUST(
        leat_pool_shutdown(episode.pool, LEAT_POOL_DRAIN, leat_forever()) == 0);
    unsigned used = atomic_load(&episode.used);
    settle(episode.pool, used < FATES ? used : FATES);
    STORM_MUST(leat_pool_drop(episode.pool));
}

static uint64_t jobs_to_settle(void)
{
    const char *asked = getenv("LEAT_STORM_MESSAGES");
    const char *length = getenv("LEAT_STORM");
    if (asked != NULL)
        return strtoull(asked, NULL, 0);
    if (length != NULL && strcmp(length, "long") == 0)
        return 10000000;
    return t_scaled(300000);
}

int main(void)
{
    uint64_t jobs = jobs_to_settle();
    t_rand dice = t_random(0);
    t_watchdog();
    episode.seed = t_seed();
    while (total.accepted < jobs) {
        t_patience(30); /* for each episode */
        play_episode(&dice);
        episode.number++;
    }
    printf("storm pool: seed %llu, %u episodes: %llu ran, %llu discarded, %llu "
           "refused\n",
           (unsigned long long)episode.seed, episode.number,
           (unsigned long long)total.ran, (unsigned long long)total.discarded,
           (unsigned long long)total.refused);
    return total.ran > 0 && total.discarded > 0 && total.refused > 0
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
