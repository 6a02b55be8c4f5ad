/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* pool.h - a pool of threads that run jobs.
 *
 *     leat_pool *pool;
 *     int rc = leat_pool_new(&pool, LEAT_POOL_OPTS(.workers = 4,
 *                                                  .queue_cap = 1000));
 *     ...
 *     leat_job job = {.fn = resize, .arg = image, .discard = image_free};
 *     rc = leat_pool_execute(pool, job, leat_forever());       and forget it
 *     if (rc < 0)
 *         image_free(image);                                   still yours
 *
 *     leat_task *task;
 *     rc = leat_pool_spawn(&task, pool, job, leat_in_ms(50));  with a result
 *     ...
 *     rc = leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_in_ms(2000));
 *     if (rc == LEAT_ETIMEDOUT)
 *         rc = leat_pool_shutdown(pool, LEAT_POOL_NOW, leat_forever());
 *     leat_pool_drop(pool);
 *
 * Jobs wait in one queue, a channel, and begin in its order: first come, first begun.
 * A worker takes one at a time, so a job that takes long holds up none that came
 * behind it while another worker is free.
 *
 * What is accepted (the call returned 0) runs once, or has its discard called once:
 * when it is cancelled before it begins (leat_task_cancel), when the pool is shut down
 * LEAT_POOL_NOW, or when the policy of a full queue drops it. What is not accepted is
 * still yours. A discard returns, and one that the policy may call does not submit to the
 * same pool.
 *
 * A job that fails is no business of the pool's: its result is told to whoever joins,
 * and counted. A job that ends its thread (pthread_exit) is told of as LEAT_EEXITED,
 * and a new thread takes the worker's place, under the same name.
 *
 * Jobs that submit jobs. A call from a worker of the same pool never waits for room:
 * if the queue is full it returns LEAT_EAGAIN at once, whatever its until says. Else
 * all workers might come to wait for one another, in silence. Do the work there and
 * then instead, or have a queue without a limit. Joins are looked after by
 * leat_task_join. What jobs wait for besides is yours to think of: four workers whose
 * jobs all wait for a fifth job wait for ever. */
#ifndef LEAT_POOL_H
#define LEAT_POOL_H

#include <leat/api.h>
#include <leat/chan.h>
#include <leat/job.h>
#include <leat/stats.h>
#include <leat/task.h>
#include <leat/until.h>

typedef struct leat_pool leat_pool;

/* The most workers that can be asked for. */
#define LEAT_POOL_WORKERS_MAX 4096

/* Options of leat_pool_new; all zero is the default for each field but size. In C
 * LEAT_POOL_OPTS makes them; in C++:
 *     leat_pool_opts opts = LEAT_ZERO_INIT;
 *     opts.size = sizeof opts;                                              */
typedef struct leat_pool_opts {
    size_t size;      /* sizeof(leat_pool_opts) */
    unsigned workers; /* 0: as many as processors that the process may use */
    size_t queue_cap; /* jobs that wait, at most; 0: LEAT_UNBOUNDED */
    enum leat_policy policy; /* when the queue is full, as of a channel */
    const char *name;   /* copied; workers are called by it and their number,
            from 0 on; NULL: "worker-thread-" */
    size_t stack_bytes; /* of each worker, as of leat_thread_opts */
    uint32_t flags;     /* LEAT_STATS: know the high-water mark */
} leat_pool_opts;

/* LEAT_POOL_OPTS(.workers = 4): a pointer to options for one call. C only; C++ fills a
 * leat_pool_opts by hand. */
#ifndef __cplusplus
#define LEAT_POOL_OPTS(...)                                                    \
    (&(const leat_pool_opts){.size = sizeof(leat_pool_opts), __VA_ARGS__})
#endif

/* What to do with the jobs that wait when a pool is shut down. */
enum leat_pool_end {
    LEAT_POOL_DRAIN = 0, /* run them all */
    LEAT_POOL_NOW        /* give them up, and ask those that run to stop */
};

/* What a pool has done so far. Each job that was accepted is in one of queued,
 * running, done, cancelled and dropped; the numbers are read one after another, so
 * their sum is exact only while nothing moves. */
typedef struct leat_pool_counts {
    unsigned
        workers; /* those that are to be: opts.workers, or what was resized to */
    size_t queued; /* waiting, and those that were cancelled and no worker has
            come to yet */
    size_t running;
    uint64_t done;      /* ended */
    uint64_t failed;    /* of these, so many with a result below 0 */
    uint64_t cancelled; /* given up, for any reason but the next */
    uint64_t dropped;   /* by the policy of the full queue */
    size_t
        high_water; /* the most that were ever queued; 0 without LEAT_STATS */
} leat_pool_counts;

LEAT_BEGIN_DECLS

/* Make a pool and start its workers, with one owner.
 *
 * returns   0                  *out is yours to drop
 *           LEAT_EINVAL        opts->size or flags are unknown, too many workers, a
 *                              policy that such a queue cannot have, or the system
 *                              takes no such stack_bytes
 *           LEAT_ENOMEM        no memory
 *           LEAT_EAGAIN        the system starts no such number of threads now
 *           below 0 *out is untouched and no thread is left
 * aborts    if out is NULL
 * blocks    never; if it fails, until the threads that were started are over
 * allocates the pool, its queue, and two blocks for each worker
 * threads   any
 * orders    what came before the call happens-before each job
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_pool_new(leat_pool **out,
                                          const leat_pool_opts *opts);

/* Have a job run, and forget it. It is given the token that LEAT_POOL_NOW fires, which
 * is not its to fire; its name is not kept. Its result is only counted.
 *
 * returns   0                  accepted (or dropped, as the policy says)
 *           LEAT_ECLOSED       the pool is shut down; job.arg is still yours
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              the queue is full, and `until` gave up, or the caller
 *                              is a worker of the pool; job.arg is still yours
 *           LEAT_ENOMEM        no limit, and no memory; job.arg is still yours
 * aborts    if pool is no live pool, or job.fn is NULL
 * blocks    until `until`, while the queue is full; never in a worker of the pool. May
 *           wake one worker. If the policy drops, the discard of what it drops runs
 *           here
 * allocates no limit: a block now and then; else never
 * threads   any, jobs too, while the pool has an owner that lasts until the call is over
 * orders    what came before the call happens-before fn
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_pool_execute(leat_pool *pool, leat_job job,
                                              leat_until until);

/* Have n jobs run, in the order of the array: the first as leat_pool_execute, and then
 * as many as there is room for. Cheaper than as many calls.
 *
 * returns   above 0            so many are accepted: jobs[0] and on; the rest is yours
 *           0                  n is 0
 *           below 0            as leat_pool_execute; none is accepted
 * aborts    as leat_pool_execute; if jobs is NULL and n is not 0
 * blocks, allocates, threads, orders   as leat_pool_execute
 * since     0.1
 */
LEAT_API LEAT_NODISCARD ptrdiff_t leat_pool_execute_many(leat_pool *pool,
                                                         const leat_job *jobs,
                                                         size_t n,
                                                         leat_until until);

/* Have a job run, with a handle on it (leat/task.h) and a token of its own. The job may
 * begin, and end, before *out is set.
 *
 * returns   0                  *out is yours to drop; if the policy drops the job, who
 *                              joins is told LEAT_ECANCELED
 *           below 0            as leat_pool_execute, and *out is untouched
 * aborts    as leat_pool_execute; if out is NULL
 * allocates once, beside what leat_pool_execute may; and copies the name
 * blocks, threads, orders   as leat_pool_execute
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_pool_spawn(leat_task **out, leat_pool *pool,
                                            leat_job job, leat_until until);

/* Have so many workers from now on; 0: as many as processors that the process may use.
 * Those that are too many end when they have no job in hand, the highest numbers
 * first. New ones take the lowest numbers that are free.
 *
 * returns   0
 *           LEAT_EINVAL        too many
 *           LEAT_ENOMEM, LEAT_EAGAIN
 *                              no memory, or the system starts no such number of
 *                              threads now; there are as many as before
 *           LEAT_ECLOSED       the pool is shut down
 * aborts    if pool is no live pool
 * blocks    never            allocates  two blocks for each new worker
 * threads   any owner, jobs too
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_pool_resize(leat_pool *pool, unsigned workers);

/* Accept no more, and wait until all jobs and workers are over. LEAT_POOL_DRAIN runs
 * what waits; LEAT_POOL_NOW gives it up (the discards run here) and fires the tokens of
 * the jobs that run, which end when they like. May be called again, with more patience
 * or less; a drain does not take a LEAT_POOL_NOW back.
 *
 * returns   0                  all is over, and the workers are gone from the system
 *                              (those whose threads a job has ended, or that a resize
 *                              made too many, soon)
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              jobs still run, and `until` gave up; it goes on
 * aborts    if pool is no live pool; in a worker of the pool, which would wait for
 *           itself, unless with leat_nowait()
 * blocks    until `until`, while jobs run; then, whatever `until` says, while the
 *           system ends the threads
 * allocates never            threads  any owner; several at once
 * orders    all that the jobs did happens-before the return of 0
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int
leat_pool_shutdown(leat_pool *pool, enum leat_pool_end how, leat_until until);

/* What the pool has done so far.
 *
 * aborts    if pool is no live pool, or out is NULL
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API void leat_pool_stats(leat_pool *pool, leat_pool_counts *out);

/* One more owner.
 *
 * returns   the same address
 * aborts    if pool is no live pool
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_pool *leat_pool_clone(leat_pool *pool);

/* One owner less. When the last one goes the pool accepts no more; what it has accepted
 * runs, nobody waits for it, and the workers then end by themselves. NULL does nothing.
 *
 * returns   true to exactly the last owner
 * aborts    if pool is no live pool, or a shutdown still waits when its last owner goes
 * blocks    never            allocates  never            threads  any owner, jobs too
 * since     0.1
 */
LEAT_API bool leat_pool_drop(leat_pool *pool);

LEAT_END_DECLS
#endif
