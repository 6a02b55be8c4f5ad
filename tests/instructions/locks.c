/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* locks.c - locks that nobody else wants, and jobs for a pool that is busy. */
#include "paths.h"

#include <unistd.h>

static leat_mutex mutex;
static leat_rwlock rwlock;
static leat_sem sem = LEAT_SEM_INIT(1);
static leat_cond cond;
static leat_waitgroup group;
static leat_once once;

static void mutex_both(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        leat_mutex_lock(&mutex);
        leat_mutex_unlock(&mutex);
    }
}

static void rwlock_read(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        leat_rwlock_rdlock(&rwlock);
        leat_rwlock_rdunlock(&rwlock);
    }
}

static void rwlock_write(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        leat_rwlock_wrlock(&rwlock);
        leat_rwlock_wrunlock(&rwlock);
    }
}

static void sem_both(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        MUST(leat_sem_acquire(&sem, 1, leat_forever()) == 0);
        leat_sem_release(&sem, 1);
    }
}

static void cond_signal(size_t n)
{
    for (size_t i = 0; i < n; i++)
        leat_cond_signal(&cond);
}

static void waitgroup_both(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        leat_waitgroup_add(&group, 1);
        leat_waitgroup_done(&group);
    }
}

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void once_do(size_t n)
{
    int result;

    for (size_t i = 0; i < n; i++)
        MUST(leat_once_do(&once, nothing, NULL, &result, leat_forever()) >= 0);
}

/* ---- a pool -------------------------------------------------------------------- */

/* Its one worker is in a job that reads a pipe: asleep in the system, so that what a
 * submit does depends on nothing but the queue. callgrind counts each thread by itself. */
static leat_pool *pool;
static leat_task **tasks;
static int pipe_of[2];

static int read_pipe(void *arg, leat_cancel *stop)
{
    char byte;

    (void)arg;
    (void)stop;
    return read(pipe_of[0], &byte, 1) == 1 ? 0 : -1;
}

static int no_job(void *arg, leat_cancel *stop)
{
    (void)arg;
    (void)stop;
    return 0;
}

static void busy_pool(size_t n)
{
    leat_pool_counts counts;

    MUST(pipe(pipe_of) == 0);
    MUST(leat_pool_new(&pool, LEAT_POOL_OPTS(.workers = 1)) == 0);
    MUST(leat_pool_execute(pool, (leat_job){.fn = read_pipe}, leat_forever()) ==
         0);
    do { /* until the worker has it in hand */
        MUST(leat_sleep(leat_in_ms(1)) == 0);
        leat_pool_stats(pool, &counts);
    } while (counts.running != 1);
    tasks = calloc(n, sizeof(leat_task *));
    MUST(tasks);
}

static void no_pool(size_t n)
{
    MUST(write(pipe_of[1], "", 1) == 1);
    MUST(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()) == 0);
    leat_pool_drop(pool);
    for (size_t i = 0; i < n; i++)
        leat_task_drop(tasks[i]);
    free(tasks);
    close(pipe_of[0]);
    close(pipe_of[1]);
}

static void execute(size_t n)
{
    leat_job job = {.fn = no_job};

    for (size_t i = 0; i < n; i++)
        MUST(leat_pool_execute(pool, job, leat_forever()) == 0);
}

static void spawn(size_t n)
{
    leat_job job = {.fn = no_job};

    for (size_t i = 0; i < n; i++)
        MUST(leat_pool_spawn(&tasks[i], pool, job, leat_forever()) == 0);
}

/* ---- the paths ------------------------------------------------------------------ */

const struct path lock_paths[] = {
    {.name = "mutex.lock_unlock", .run = mutex_both},
    {.name = "rwlock.rdlock_rdunlock", .run = rwlock_read},
    {.name = "rwlock.wrlock_wrunlock", .run = rwlock_write},
    {.name = "sem.acquire_release", .run = sem_both},
    {.name = "cond.signal_nobody", .run = cond_signal},
    {.name = "waitgroup.add_done", .run = waitgroup_both},
    {.name = "once.do_done", .run = once_do},
    {.name = "pool.execute_busy",
     .run = execute,
     .before = busy_pool,
     .after = no_pool},
    {.name = "pool.spawn_busy",
     .run = spawn,
     .before = busy_pool,
     .after = no_pool},
    {.name = NULL},
};
