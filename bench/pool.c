/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* pool.c - leat's pool as a participant: jobs one a call, jobs by the array, and jobs
 * whose results are joined. One submitter is the main thread, four are threads. */
#include "crew.h"

#include <leat.h>
#include <stdlib.h>

struct submitter {
    leat_pool *pool;
    uint64_t first;
    uint64_t n;
};

static int count(void *arg, leat_cancel *stop)
{
    (void)stop;
    crew_ran((uintptr_t)arg);
    return 0;
}

static leat_job job_of(uint64_t value)
{
    return (leat_job){.fn = count, .arg = (void *)(uintptr_t)value};
}

static void *submit(void *arg)
{
    struct submitter *me = arg;

    for (uint64_t v = me->first; v < me->first + me->n; v++) {
        if (leat_pool_execute(me->pool, job_of(v), leat_forever()) < 0)
            cell_fail("leat_pool_execute failed");
    }
    return NULL;
}

static void *submit_many(void *arg)
{
    struct submitter *me = arg;
    leat_job jobs[CELL_BATCH];
    uint64_t end = me->first + me->n;

    for (uint64_t v = me->first; v < end;) {
        size_t have = 0;
        while (have < CELL_BATCH && v < end)
            jobs[have++] = job_of(v++);
        for (size_t in = 0; in < have;) {
            ptrdiff_t now = leat_pool_execute_many(me->pool, jobs + in,
                                                   have - in, leat_forever());
            if (now <= 0)
                cell_fail("leat_pool_execute_many failed");
            in += (size_t)now;
        }
    }
    return NULL;
}

static leat_pool *pool_new(void)
{
    leat_pool *pool;

    if (leat_pool_new(&pool, LEAT_POOL_OPTS(.workers = crew_processors())) < 0)
        cell_fail("leat_pool_new failed");
    return pool;
}

static void pool_end(leat_pool *pool)
{
    if (leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()) < 0)
        cell_fail("leat_pool_shutdown failed");
    if (!leat_pool_drop(pool))
        cell_fail("the pool has owners left");
}

static void run(const struct crew_cell *cell, void *(*fn)(void *))
{
    leat_pool *pool = pool_new();
    struct submitter submitters[CREW_MAX];
    struct crew crew;
    uint64_t n = cell->n / cell->threads;

    for (unsigned i = 0; i < cell->threads; i++)
        submitters[i] = (struct submitter){pool, 1 + i * n, n};
    if (cell->threads == 1) {
        fn(&submitters[0]);
    } else {
        crew_start(&crew, cell->threads, fn, submitters, sizeof submitters[0]);
        crew_join(&crew);
    }
    pool_end(pool);
    cell_check(cell->who, crew_ran_in_all(), cell->n,
               cell->n * (cell->n + 1) / 2);
}

static void run_jobs(const struct crew_cell *cell)
{
    run(cell, submit);
}

static void run_many(const struct crew_cell *cell)
{
    run(cell, submit_many);
}

/* ---- results ------------------------------------------------------------------------- */

static int answer(void *arg, leat_cancel *stop)
{
    (void)stop;
    return (int)(uintptr_t)arg;
}

static void run_results(const struct crew_cell *cell)
{
    leat_pool *pool = pool_new();
    leat_task **tasks = calloc(cell->n, sizeof(leat_task *));
    struct tally tally = {0, 0};

    if (!tasks)
        cell_fail("out of memory");
    for (uint64_t i = 0; i < cell->n; i++) {
        leat_job job = {.fn = answer, .arg = (void *)(uintptr_t)(i + 1)};
        if (leat_pool_spawn(&tasks[i], pool, job, leat_forever()) < 0)
            cell_fail("leat_pool_spawn failed");
    }
    for (uint64_t i = 0; i < cell->n; i++) {
        int result;
        if (leat_task_join(tasks[i], &result, leat_forever()) < 0)
            cell_fail("leat_task_join failed");
        leat_task_drop(tasks[i]);
        tally.count++;
        tally.sum += (uint64_t)result;
    }
    free(tasks);
    pool_end(pool);
    cell_check(cell->who, tally, cell->n, cell->n * (cell->n + 1) / 2);
}

int main(int argc, char **argv)
{
    static const struct crew_peer peers[] = {
        {"leat", "jobs", run_jobs, NULL},
        {"leat", "results", run_results, NULL},
        {"leat-many", "jobs", run_many, NULL},
        {0},
    };

    return crew_main(peers, argc, argv);
}
