/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* pools.h - what the tests of pools share: jobs that wait at a gate, jobs whose fate
 * is counted, and leat's memory, counted and refused on demand through leat_mem_set.
 *
 * Define _GNU_SOURCE before the first include. */
#ifndef LEAT_TESTS_POOLS_H
#define LEAT_TESTS_POOLS_H

#include "unit.h"

#include "os/os.h"
#include "parked.h"
#include "pool/pool.h"

#include <stdatomic.h>

/* ---- memory -------------------------------------------------------------------- */

static atomic_size_t pools_live;
static atomic_size_t pools_asked;
static atomic_size_t
    pools_refuse_at; /* the n-th from now on is refused; 0: none */

static inline void *pools_alloc(size_t bytes, size_t align, void *arg)
{
    void *mem;
    (void)arg;
    atomic_fetch_add(&pools_asked, 1);
    size_t at = atomic_load(&pools_refuse_at);
    if (at != 0 && atomic_fetch_sub(&pools_refuse_at, 1) == 1)
        return NULL;
    if (posix_memalign(&mem, align < 16 ? 16 : align, bytes) != 0)
        return NULL;
    atomic_fetch_add(&pools_live, 1);
    return mem;
}

static inline void pools_release(void *mem, void *arg)
{
    (void)arg;
    atomic_fetch_sub(&pools_live, 1);
    free(mem);
}

/* Before anything of leat's is made in a test, which is a process of its own. */
static inline void pools_count_memory(void)
{
    static const leat_mem counted = {pools_alloc, pools_release, NULL};
    static bool counts;
    if (!counts)
        leat_mem_set(&counted);
    counts = true;
}

/* All of it is given back, once the last thread that runs by itself is over. */
static inline void must_be_clean(void)
{
    while (atomic_load(&pools_live) != 0)
        leat__os_nap();
}

/* ---- pools ---------------------------------------------------------------------- */

static inline leat_pool *pool_of(unsigned workers, size_t queue_cap,
                                 enum leat_policy policy)
{
    leat_pool *pool = NULL;
    pools_count_memory();
    RC(leat_pool_new(&pool,
                     LEAT_POOL_OPTS(.workers = workers, .queue_cap = queue_cap,
                                    .policy = policy)),
       0);
    MUST(pool != NULL);
    return pool;
}

static inline void pool_end(leat_pool *pool)
{
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    MUST(leat_pool_drop(pool));
    must_be_clean();
}

static inline leat_pool_counts counts_of(leat_pool *pool)
{
    leat_pool_counts counts;
    leat_pool_stats(pool, &counts);
    return counts;
}

/* Until so many jobs are in hand. */
static inline void t_wait_running(leat_pool *pool, size_t n)
{
    while (counts_of(pool).running != n)
        leat__os_nap();
}

static inline void execute(leat_pool *pool, leat_job job)
{
    RC(leat_pool_execute(pool, job, leat_forever()), 0);
}

static inline leat_task *spawn(leat_pool *pool, leat_job job)
{
    leat_task *task = NULL;
    RC(leat_pool_spawn(&task, pool, job, leat_forever()), 0);
    MUST(task != NULL);
    return task;
}

/* What became of it; drops it, the only owner. */
static inline int result_of(leat_task *task)
{
    int result = 0x5a5a;
    RC(leat_task_join(task, &result, leat_forever()), 0);
    MUST(leat_task_is_done(task));
    MUST(leat_task_drop(task));
    return result;
}

/* ---- jobs ------------------------------------------------------------------------ */

static inline int return_it(void *arg, leat_cancel *stop)
{
    MUST(stop != NULL);
    return *(int *)arg;
}

/* Waits until the gate is opened, whatever else. */
static inline int wait_at_gate(void *arg, leat_cancel *stop)
{
    MUST(stop != NULL);
    RC(leat_cancel_wait(arg, leat_forever()), 0);
    return 0;
}

/* Runs until it is told to stop. */
static inline int run_until_stopped(void *arg, leat_cancel *stop)
{
    (void)arg;
    RC(leat_cancel_wait(stop, leat_forever()), 0);
    return LEAT_ECANCELED;
}

static inline leat_cancel *gate_new(void)
{
    leat_cancel *gate;
    pools_count_memory();
    RC(leat_cancel_new(&gate), 0);
    return gate;
}

static inline void gate_open(leat_cancel *gate)
{
    leat_cancel_fire(gate);
}

/* A job whose fate is counted. */
struct fate {
    atomic_int ran;
    atomic_int discarded;
    atomic_int order; /* which of all that ran, from 1 */
    int result;
};

static atomic_int fates_ran;

static inline int fate_run(void *arg, leat_cancel *stop)
{
    struct fate *fate = arg;
    MUST(stop != NULL);
    atomic_fetch_add(&fate->ran, 1);
    atomic_store(&fate->order, atomic_fetch_add(&fates_ran, 1) + 1);
    return fate->result;
}

static inline void fate_discard(void *arg)
{
    struct fate *fate = arg;
    atomic_fetch_add(&fate->discarded, 1);
}

static inline leat_job fate_job(struct fate *fate)
{
    return (leat_job){.fn = fate_run, .arg = fate, .discard = fate_discard};
}

#define FATE(fate, ran_, discarded_)                                           \
    do {                                                                       \
        SAME(atomic_load(&(fate)->ran), ran_);                                 \
        SAME(atomic_load(&(fate)->discarded), discarded_);                     \
    } while (0)

#endif
