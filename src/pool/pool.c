/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* pool.c - making a pool, its size, its end, its counts. See pool.h. */
#include "pool/pool.h"
#include "base/mem.h"
#include "park/until.h"

#include <leat/batch.h>
#include <leat/err.h>

#define POOL_TAG 0x6c74706cu /* "ltpl" */

static void check_pool(const leat_pool *pool)
{
    LEAT_CHECK(pool != NULL && pool->tag == POOL_TAG,
               "leat_pool: this is not a live pool");
}

/* ---- submitting ------------------------------------------------------------------ */

static void pool_check_job(const leat_job *job)
{
    LEAT_CHECK(job->fn != NULL,
               "leat_pool: job.fn is NULL: there is nothing to run");
}

/* It has found the queue full. May it wait? */
static bool pool_may_wait(const leat_pool *pool, leat_until until)
{
    return !leat__until_is_nowait(until) && !leat__pool_is_mine(pool);
}

static inline int pool_submit(leat_pool *pool, const leat_job *job,
                              leat_until until)
{
    int rc = leat_tx_send(pool->tx, job, leat_nowait());
    if (LEAT__UNLIKELY(rc == LEAT_EAGAIN) && pool_may_wait(pool, until))
        rc = leat_tx_send(pool->tx, job, until);
    if (rc == 0 && leat__idle_must_wake(&pool->idle))
        leat__idle_wake_one(&pool->idle);
    return rc;
}

int leat_pool_execute(leat_pool *pool, leat_job job, leat_until until)
{
    check_pool(pool);
    pool_check_job(&job);
    return pool_submit(pool, &job, until);
}

ptrdiff_t leat_pool_execute_many(leat_pool *pool, const leat_job *jobs,
                                 size_t n, leat_until until)
{
    check_pool(pool);
    LEAT_CHECK(jobs != NULL || n == 0, "leat_pool_execute_many: jobs is NULL");
    for (size_t i = 0; i < n; i++)
        pool_check_job(&jobs[i]);
    ptrdiff_t done = leat_tx_send_many(pool->tx, jobs, n, leat_nowait());
    if (done == LEAT_EAGAIN && pool_may_wait(pool, until))
        done = leat_tx_send_many(pool->tx, jobs, n, until);
    if (done > 0 && leat__idle_must_wake(&pool->idle))
        leat__idle_wake_one(&pool->idle);
    return done;
}

int leat_pool_spawn(leat_task **out, leat_pool *pool, leat_job job,
                    leat_until until)
{
    check_pool(pool);
    pool_check_job(&job);
    LEAT_CHECK(out != NULL, "leat_pool_spawn: out is NULL");
    leat_task *task = leat__task_new(&job, pool);
    if (task == NULL)
        return LEAT_ENOMEM;
    leat_job queued = {.arg = task};
    int rc = pool_submit(pool, &queued, until);
    if (rc < 0)
        leat__task_free(task);
    else
        *out = task;
    return rc;
}

/* What the channel calls its discard hook for: dropped by its policy, or given up by
 * LEAT_POOL_NOW. */
static void pool_discard_job(void *msg, void *arg)
{
    leat_job *job = msg;
    leat_pool *pool = arg;
    bool now = true;
    bool given_up = true;
    if (job->fn == NULL)
        given_up = leat__task_remove(job->arg, &now);
    else if (job->discard != NULL)
        job->discard(job->arg);
    bool dropped = now && !leat__chan_is(pool->chan, LEAT__CHAN_CLOSED);
    leat__lock_acquire(&pool->admin);
    pool->dropped += dropped;
    pool->cancelled += given_up && !dropped;
    leat__lock_release(&pool->admin);
}

/* ---- making ------------------------------------------------------------------------ */

static const leat_pool_opts pool_defaults = {.size = sizeof(leat_pool_opts)};

static unsigned pool_workers_of(unsigned asked)
{
    unsigned n = asked != 0 ? asked : leat__os_cpus();
    return asked == 0 && n > LEAT_POOL_WORKERS_MAX ? LEAT_POOL_WORKERS_MAX : n;
}

static bool pool_opts_valid(const leat_pool_opts *opts)
{
    return opts->size == sizeof *opts && (opts->flags & ~LEAT_STATS) == 0 &&
           opts->workers <= LEAT_POOL_WORKERS_MAX;
}

/* The last part of the block is gone: all workers, all owners. */
static void pool_free(void *arg)
{
    leat_pool *pool = arg;
    leat_rx_drop(pool->rx);
    leat_tx_drop(pool->tx);
    leat__mem_free(pool);
}

static leat_pool *pool_alloc(const leat_pool_opts *opts)
{
    const char *name = opts->name != NULL ? opts->name : "worker-thread-";
    size_t name_bytes = strlen(name) + 1;
    leat_pool *pool =
        leat__mem_alloc(sizeof *pool + name_bytes, LEAT__LINE_PAIR);
    if (pool == NULL)
        return NULL;
    leat__cancel_init(&pool->stop, 1);
    pool->stop.lent = true;
    pool->stop.gone = pool_free;
    pool->stop.gone_arg = pool;
    pool->tag = POOL_TAG;
    leat__st32_rlx(&pool->owners, 1); /* relaxed: nobody knows it yet */
    pool->stack_bytes = opts->stack_bytes;
    pool->name = memcpy(pool + 1, name, name_bytes);
    pool->admin = (leat__lock){0};
    leat__list_init(&pool->workers);
    pool->wanted = 0;
    pool->working = 0;
    pool->closed = false;
    pool->orphan = false;
    pool->done = 0;
    pool->failed = 0;
    pool->cancelled = 0;
    pool->dropped = 0;
    leat__st32_rlx(&pool->joining, 0); /* relaxed: likewise */
    leat__token_init(&pool->ended);
    leat__token_init(&pool->gone);
    leat__idle_init(&pool->idle);
    return pool;
}

static int pool_queue(leat_pool *pool, const leat_pool_opts *opts)
{
    leat_chan_opts chan_opts = {.size = sizeof chan_opts,
                                .discard = pool_discard_job,
                                .discard_arg = pool,
                                .flags = opts->flags,
                                .policy = opts->policy};
    size_t cap = opts->queue_cap != 0 ? opts->queue_cap : LEAT_UNBOUNDED;
    int rc =
        leat_chan_new(&pool->tx, &pool->rx, sizeof(leat_job), cap, &chan_opts);
    if (rc == 0)
        pool->chan = leat_tx_chan(pool->tx);
    return rc;
}

/* Tell those behind the first n to leave. pre: admin is held */
static void keep_the_first(leat_pool *pool, unsigned n)
{
    for (leat__link *at = pool->workers.next; at != &pool->workers;
         at = at->next) {
        leat__worker *worker = LEAT__CONTAINER(at, leat__worker, link);
        leat_cancel *leave = leat_thread_stop(worker->thread);
        if (leat_cancel_check(leave))
            continue;
        if (n > 0) {
            n--;
            continue;
        }
        leat_cancel_fire(leave);
        leat__idle_wake(&pool->idle, &worker->sleeper);
    }
}

/* Have n workers. pre: admin is held */
static int pool_set_workers(leat_pool *pool, unsigned n)
{
    int rc = 0;
    unsigned staying = pool->wanted;
    while (rc == 0 && staying < n) {
        rc = leat__pool_start_worker(pool);
        staying += rc == 0;
    }
    if (rc == 0)
        pool->wanted = n;
    if (staying > pool->wanted && pool->wanted > 0) /* else: see pool_unmake */
        keep_the_first(pool, pool->wanted);
    return rc;
}

static int pool_set_size(leat_pool *pool, unsigned n)
{
    leat__lock_acquire(&pool->admin);
    int rc = pool->closed ? LEAT_ECLOSED : pool_set_workers(pool, n);
    leat__lock_release(&pool->admin);
    return rc;
}

/* Those that were started before one could not be. */
static void pool_unmake(leat_pool *pool)
{
    int rc = leat_pool_shutdown(pool, LEAT_POOL_NOW, leat_forever());
    LEAT_ASSERT(rc == 0);
    (void)rc;
    leat_pool_drop(pool);
}

int leat_pool_new(leat_pool **out, const leat_pool_opts *opts)
{
    LEAT_CHECK(out != NULL, "leat_pool_new: out is NULL");
    if (opts == NULL)
        opts = &pool_defaults;
    if (!pool_opts_valid(opts))
        return LEAT_EINVAL;
    leat_pool *pool = pool_alloc(opts);
    if (pool == NULL)
        return LEAT_ENOMEM;
    int rc = pool_queue(pool, opts);
    if (rc < 0) {
        leat__mem_free(pool);
        return rc;
    }
    rc = pool_set_size(pool, pool_workers_of(opts->workers));
    if (rc < 0)
        pool_unmake(pool);
    else
        *out = pool;
    return rc;
}

int leat_pool_resize(leat_pool *pool, unsigned workers)
{
    check_pool(pool);
    if (workers > LEAT_POOL_WORKERS_MAX)
        return LEAT_EINVAL;
    return pool_set_size(pool, pool_workers_of(workers));
}

/* ---- the end ------------------------------------------------------------------------- */

/* pre: closed is set */
static void close_queue(leat_pool *pool)
{
    leat_tx_close(pool->tx);
    leat__idle_wake_all(&pool->idle);
}

/* Accept no more. */
static void close_pool(leat_pool *pool)
{
    leat__lock_acquire(&pool->admin);
    pool->closed = true;
    bool none = pool->working == 0; /* not one could be started */
    leat__lock_release(&pool->admin);
    if (none)
        leat__token_fire(&pool->ended);
    close_queue(pool);
}

/* Give up what waits, and only then ask what runs to stop: a worker that has stopped
 * would take what waits. */
static void pool_stop_now(leat_pool *pool)
{
    leat_rx_abort(pool->rx);
    leat_cancel_fire(&pool->stop);
    leat__lock_acquire(&pool->admin); /* the workers stay */
    for (leat__link *at = pool->workers.next; at != &pool->workers;
         at = at->next)
        leat__runner_stop_all(&LEAT__CONTAINER(at, leat__worker, link)->runner);
    leat__lock_release(&pool->admin);
}

/* pre: ended. returns a worker out of the list, or NULL */
static leat__worker *next_over(leat_pool *pool)
{
    leat__lock_acquire(&pool->admin);
    leat__link *link = leat__list_pop_front(&pool->workers);
    leat__worker *worker =
        link == NULL ? NULL : LEAT__CONTAINER(link, leat__worker, link);
    if (worker != NULL) {
        LEAT_ASSERT(worker->over);
        /* relaxed: written before it was over */
        pool->done += leat__ldz_rlx(&worker->runner.done);
        pool->failed += leat__ldz_rlx(&worker->runner.failed);
        pool->cancelled += leat__ldz_rlx(&worker->runner.cancelled);
    }
    leat__lock_release(&pool->admin);
    return worker;
}

/* Until the system is done with the workers' threads. */
static void see_workers_off(leat_pool *pool)
{
    uint32_t nobody = 0;
    leat__worker *worker;
    /* relaxed: who comes first is all that is asked */
    if (leat__cas32_rlx(&pool->joining, &nobody, 1)) {
        while ((worker = next_over(pool)) != NULL) /* I4 */
            leat__pool_release_worker(worker, true);
        leat__token_fire(&pool->gone);
    } else {
        int rc = leat__token_wait(&pool->gone, NULL, INT64_MAX);
        LEAT_ASSERT(rc == 0);
        (void)rc;
    }
}

int leat_pool_shutdown(leat_pool *pool, enum leat_pool_end how,
                       leat_until until)
{
    check_pool(pool);
    LEAT_CHECK(!leat__pool_is_mine(pool) || leat__until_is_nowait(until),
               "leat_pool_shutdown: a worker waits for its own pool's end");
    close_pool(pool);
    if (how == LEAT_POOL_NOW)
        pool_stop_now(pool);
    if (leat__pool_is_mine(pool))
        return LEAT_EAGAIN; /* this job runs */
    int rc = leat__cancel_await(&pool->ended, until);
    if (rc < 0)
        return rc;
    see_workers_off(pool);
    return 0;
}

/* ---- owners --------------------------------------------------------------------------- */

leat_pool *leat_pool_clone(leat_pool *pool)
{
    check_pool(pool);
    leat__add32_rlx(&pool->owners, 1); /* relaxed: the caller is an owner */
    return pool;
}

/* A worker whose thread is at its end and waits for nobody but a join. */
static leat__worker *take_one_over(leat_pool *pool)
{
    for (leat__link *at = pool->workers.next; at != &pool->workers;
         at = at->next) {
        leat__worker *worker = LEAT__CONTAINER(at, leat__worker, link);
        if (worker->over) {
            leat__list_remove(at);
            return worker;
        }
    }
    return NULL;
}

/* Nobody will join: let those who are over go, and the others by themselves. */
static void abandon_workers(leat_pool *pool)
{
    leat__worker *worker;
    do {
        leat__lock_acquire(&pool->admin);
        pool->closed = true;
        pool->orphan = true;
        worker = take_one_over(pool);
        leat__lock_release(&pool->admin);
        if (worker != NULL)
            leat__pool_release_worker(worker, false);
    } while (worker != NULL);
}

bool leat_pool_drop(leat_pool *pool)
{
    if (pool == NULL)
        return false;
    check_pool(pool);
    /* ORDER pool.drop: each owner's shutdowns before the last one's look at them. */
    if (leat__sub32_acqrel(&pool->owners, 1) != 1)
        return false;
    LEAT_CHECK(
        !leat__token_is_carried(&pool->ended) &&
            !leat__token_is_carried(&pool->gone),
        "leat_pool_drop: a shutdown still waits on the pool that its last "
        "owner drops");
    pool->tag = 0;
    abandon_workers(pool);
    close_queue(pool);
    leat_cancel_drop(&pool->stop); /* LAST TOUCH */
    return true;
}

/* ---- counts ---------------------------------------------------------------------------- */

static void pool_count_workers(leat_pool *pool, leat_pool_counts *out)
{
    for (leat__link *at = pool->workers.next; at != &pool->workers;
         at = at->next) {
        leat__worker *worker = LEAT__CONTAINER(at, leat__worker, link);
        /* relaxed: numbers to look at */
        out->running += leat__ld32_rlx(&worker->busy);
        out->done += leat__ldz_rlx(&worker->runner.done);
        out->failed += leat__ldz_rlx(&worker->runner.failed);
        out->cancelled += leat__ldz_rlx(&worker->runner.cancelled);
    }
}

void leat_pool_stats(leat_pool *pool, leat_pool_counts *out)
{
    check_pool(pool);
    LEAT_CHECK(out != NULL, "leat_pool_stats: out is NULL");
    leat_stats queue;
    leat_chan_stats(pool->chan, &queue);
    leat__lock_acquire(&pool->admin);
    *out = (leat_pool_counts){.workers = pool->wanted,
                              .queued = leat__chan_len(pool->chan),
                              .done = pool->done,
                              .failed = pool->failed,
                              .cancelled = pool->cancelled,
                              .dropped = pool->dropped,
                              .high_water = queue.high_water};
    pool_count_workers(pool, out);
    leat__lock_release(&pool->admin);
}
