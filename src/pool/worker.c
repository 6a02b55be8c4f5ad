/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* worker.c - what a worker does from its thread's beginning to its end. See pool.h for
 * who owns what, idle.h for looking and sleeping. */
#include "base/mem.h"
#include "park/spin.h"
#include "pool/pool.h"

#include <leat/err.h>
#include <stdalign.h>
#include <stddef.h>

/* ---- the next job ------------------------------------------------------------------ */

/* As a channel's receiver (transfer.c): about as long as the looks take if nobody else
 * wants the processor. */
#define LOOK_NS 100000

static bool worker_is_to_leave(const leat__worker *worker)
{
    return leat__token_fired(worker->leave);
}

/* pre: the senders were visited after this worker has stopped looking */
static void worker_pass_on(leat_pool *pool)
{
    if (leat__chan_len(pool->chan) > 0 && leat__idle_must_wake(&pool->idle))
        leat__idle_wake_one(&pool->idle);
}

/* Stop looking, and leave what is there to others. */
static void look_no_more(leat_pool *pool)
{
    leat__idle_unlook(&pool->idle);
    leat__chan_visit_senders(pool->chan); /* idle.h, I1 */
    worker_pass_on(pool);
}

/* 0, LEAT_EAGAIN (none), LEAT_ECLOSED (none, for ever) */
static int worker_try_take(leat_pool *pool, leat_job *job)
{
    return leat_rx_recv(pool->rx, job, leat_nowait());
}

/* A looker tries. LEAT_EAGAIN: it looks on; else it looks no more. */
static int worker_take_if_any(leat_pool *pool, leat_job *job)
{
    if (!leat__chan_looks(pool->chan, LEAT__RECV))
        return LEAT_EAGAIN;
    leat__idle_unlook(&pool->idle);
    leat__chan_visit_senders(pool->chan); /* idle.h, I1 */
    int rc = worker_try_take(pool, job);
    if (rc == 0)
        worker_pass_on(pool);
    if (rc == LEAT_EAGAIN)
        leat__idle_look(&pool->idle);
    return rc;
}

/* Look for a bounded time. LEAT_EAGAIN: still counted as looking */
static int worker_look_around(leat__worker *worker, leat_job *job)
{
    leat__spin spin = LEAT__SPIN_LINGER;
    spin.deadline_ns = leat__now_ns() + LOOK_NS;
    int rc;
    do {
        rc = worker_take_if_any(worker->pool, job);
    } while (rc == LEAT_EAGAIN && !worker_is_to_leave(worker) &&
             leat__spin_turn(&spin));
    return rc;
}

/* From looking to sleep, and back to looking: LEAT_EAGAIN; else it looks no more. */
static int sleep_or_take(leat__worker *worker, leat_job *job)
{
    leat_pool *pool = worker->pool;
    leat__idle_lie_down(&pool->idle, &worker->sleeper);
    leat__chan_visit_senders(pool->chan); /* idle.h, I1 */
    int rc = worker_try_take(pool, job);
    if (rc == LEAT_EAGAIN && !worker_is_to_leave(worker)) {
        leat__idle_sleep(&worker->sleeper);
        return LEAT_EAGAIN;
    }
    bool looks = leat__idle_get_up(&pool->idle, &worker->sleeper);
    if (rc == LEAT_EAGAIN) { /* to leave */
        if (!looks)
            leat__idle_look(&pool->idle);
    } else if (looks) {
        look_no_more(pool);
    } else if (rc == 0) {
        worker_pass_on(pool);
    }
    return rc;
}

/* There was none at once. */
static LEAT__NOINLINE bool look_for_job(leat__worker *worker, leat_job *job)
{
    leat_pool *pool = worker->pool;
    leat__idle_look(&pool->idle);
    for (;;) {
        int rc = worker_look_around(worker, job);
        if (rc == LEAT_EAGAIN && !worker_is_to_leave(worker))
            rc = sleep_or_take(worker, job);
        if (rc != LEAT_EAGAIN)
            return rc == 0;
        if (worker_is_to_leave(worker)) {
            look_no_more(pool);
            return false;
        }
    }
}

/* The next job; false: this worker has to end. */
static bool worker_next_job(leat__worker *worker, leat_job *job)
{
    if (worker_is_to_leave(worker))
        return false;
    int rc = worker_try_take(worker->pool, job);
    if (rc == LEAT_EAGAIN)
        return look_for_job(worker, job);
    return rc == 0;
}

/* ---- jobs --------------------------------------------------------------------------- */

static void worker_set_busy(leat__worker *worker, uint32_t busy)
{
    leat__st32_rlx(&worker->busy, busy); /* relaxed: a number to look at */
}

static void worker_run(leat__worker *worker, const leat_job *job)
{
    worker_set_busy(worker, 1);
    worker->plain = job->fn != NULL;
    if (!worker->plain)
        leat__task_run(&worker->runner, job->arg);
    else
        leat__runner_count(&worker->runner,
                           job->fn(job->arg, worker->runner.stop));
    worker_set_busy(worker, 0);
}

static void worker_work(void *arg)
{
    leat__worker *worker = arg;
    leat_job job;
    while (worker_next_job(worker, &job))
        worker_run(worker, &job);
    worker->at_end = true;
}

/* ---- the end of a worker -------------------------------------------------------------- */

/* Take its place in the list from a worker that is not over. pre: admin is held */
static void worker_take_out(leat__worker *worker)
{
    leat_pool *pool = worker->pool;
    leat__list_remove(&worker->link);
    /* relaxed: its own thread's numbers */
    pool->done += leat__ldz_rlx(&worker->runner.done);
    pool->failed += leat__ldz_rlx(&worker->runner.failed);
    pool->cancelled += leat__ldz_rlx(&worker->runner.cancelled);
}

void leat__pool_release_worker(leat__worker *worker, bool join)
{
    leat_thread *thread = worker->thread;
    if (join) {
        int rc = leat_thread_join(thread, NULL, leat_forever());
        LEAT_ASSERT(rc == 0);
        (void)rc;
    }
    leat_thread_drop(thread);
    leat__mem_free(worker);
}

/* The worker is over. in: it is in the list still */
static void worker_say_goodbye(leat__worker *worker, bool in)
{
    leat_pool *pool = worker->pool;
    leat__self_now()->runner = NULL;
    leat__lock_acquire(&pool->admin);
    bool kept = in && pool->closed && !pool->orphan;
    if (kept)
        worker->over =
            true; /* LAST TOUCH of the worker is letting go of admin */
    else if (in)
        worker_take_out(worker);
    pool->working--;
    bool last = pool->closed && pool->working == 0; /* I2 */
    leat__lock_release(&pool->admin);
    if (!kept)
        leat__pool_release_worker(worker, false);
    if (last)
        leat__token_fire(&pool->ended);
    leat_cancel_drop(&pool->stop); /* LAST TOUCH */
}

static void worker_end(void *arg);

/* A job has ended the thread. Another takes the worker's place and name, or, if the
 * system has none to give, this one goes on in the midst of its end. */
static void end_in_a_job(leat__worker *worker)
{
    leat_pool *pool = worker->pool;
    leat__runner_exited(&worker->runner);
    if (worker->plain)
        leat__runner_count(&worker->runner, LEAT_EEXITED);
    worker_set_busy(worker, 0);
    leat__lock_acquire(&pool->admin);
    leat__link *after = worker->link.next;
    leat__list_remove(&worker->link);
    int rc = worker_is_to_leave(worker) ? 0 : leat__pool_start_worker(pool);
    leat__list_push_back(after, &worker->link); /* where it was */
    if (rc == 0)
        worker_take_out(worker);
    leat__lock_release(&pool->admin);
    if (rc == 0)
        worker_say_goodbye(worker, false);
    else
        leat__os_guarded(worker_work, worker_end, worker);
}

static void worker_end(void *arg)
{
    leat__worker *worker = arg;
    if (leat__runner_now() == NULL)
        return; /* said already, by a call within one that has ended its thread: glibc
                   comes to each of them once more */
    if (worker->at_end)
        worker_say_goodbye(worker, true);
    else
        end_in_a_job(worker);
}

/* ---- and its beginning ---------------------------------------------------------------- */

static int worker_main(void *arg, leat_cancel *leave)
{
    leat__worker *worker = arg;
    worker->leave = leat__cancel_token(leave);
    leat__self_now()->runner = &worker->runner;
    leat__os_guarded(worker_work, worker_end, worker);
    return 0;
}

/* The lowest number that is free: *before is the link that it goes before. */
static unsigned free_number(leat_pool *pool, leat__link **before)
{
    unsigned number = 0;
    leat__link *at = pool->workers.next;
    while (at != &pool->workers &&
           LEAT__CONTAINER(at, leat__worker, link)->number == number) {
        number++;
        at = at->next;
    }
    *before = at;
    return number;
}

static leat__worker *worker_make(leat_pool *pool)
{
    leat__link *before;
    leat__worker *worker = leat__mem_alloc(sizeof *worker, LEAT__LINE_PAIR);
    if (worker == NULL)
        return NULL;
    leat__runner_init(&worker->runner, pool, &pool->stop);
    leat__st32_rlx(&worker->busy, 0); /* relaxed: nobody knows it yet */
    worker->plain = false;
    worker->at_end = false;
    worker->sleeper.link = (leat__link){0};
    worker->pool = pool;
    worker->thread = NULL;
    worker->link = (leat__link){0};
    worker->over = false;
    worker->number = free_number(pool, &before);
    leat__list_push_back(before, &worker->link);
    return worker;
}

/* The pool's name and the number, to name. */
static void worker_print_name(char *name, const char *prefix, unsigned number)
{
    char digits[16];
    size_t n = 0;
    size_t prefix_bytes = strlen(prefix);
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    memcpy(name, prefix, prefix_bytes);
    name += prefix_bytes;
    while (n > 0)
        *name++ = digits[--n];
    *name = '\0';
}

static int worker_start_thread(leat_pool *pool, leat__worker *worker)
{
    leat_thread_opts opts = {.size = sizeof opts,
                             .stack_bytes = pool->stack_bytes};
    char *name = leat__mem_alloc(strlen(pool->name) + 16, alignof(max_align_t));
    if (name == NULL)
        return LEAT_ENOMEM;
    worker_print_name(name, pool->name, worker->number);
    leat_job job = {.fn = worker_main, .arg = worker, .name = name};
    int rc = leat_thread_spawn(&worker->thread, job, &opts);
    leat__mem_free(name);
    return rc;
}

int leat__pool_start_worker(leat_pool *pool)
{
    leat__worker *worker = worker_make(pool);
    if (worker == NULL)
        return LEAT_ENOMEM;
    leat_cancel *part = leat_cancel_clone(&pool->stop);
    pool->working++;
    int rc = worker_start_thread(pool, worker);
    if (rc == 0)
        return 0;
    pool->working--;
    leat_cancel_drop(part); /* there are others */
    leat__list_remove(&worker->link);
    leat__mem_free(worker);
    return rc;
}
