/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_pool.c - src/pool and src/thread/task: what is accepted runs once or is discarded
 * once, whoever submits, cancels, joins, resizes and shuts down at the same moment; no
 * worker sleeps while there is a job that nobody comes to. */
#include "model.h"

enum { RESULT = 42, JOBS = 3 };

static leat_pool *pool;
static leat_task *task;
static leat__a32 ran;
static leat__a32 discarded;
static leat__a32 accepted;
static leat__a32 given_up; /* cancels that returned true */
static uint32_t written;   /* plain: the end of a job must order it */
static leat_cancel *gate;

static uint32_t value(leat__a32 *cell)
{
    return leat__ld32_acq(cell);
}

static int runs(void *arg, leat_cancel *stop)
{
    M_ASSERT(stop != NULL && arg == &ran);
    leat__add32_rel(&ran, 1);
    return RESULT;
}

static int writes(void *arg, leat_cancel *stop)
{
    written = 1;
    return runs(arg, stop);
}

static void is_discarded(void *arg)
{
    M_ASSERT(arg == &ran);
    written = 2;
    leat__add32_rel(&discarded, 1);
}

static leat_job job_of(leat_fn *fn)
{
    return (leat_job){fn, &ran, is_discarded, NULL};
}

static void begin(unsigned workers, size_t queue_cap)
{
    leat_pool_opts opts = {
        .size = sizeof opts, .workers = workers, .queue_cap = queue_cap};
    leat__st32_rlx(&ran, 0);
    leat__st32_rlx(&discarded, 0);
    leat__st32_rlx(&accepted, 0);
    leat__st32_rlx(&given_up, 0);
    written = 0;
    task = NULL;
    M_ASSERT(leat_pool_new(&pool, &opts) == 0);
}

static void shut_down(enum leat_pool_end how)
{
    M_ASSERT(leat_pool_shutdown(pool, how, leat_forever()) == 0);
    leat_pool_counts counts;
    leat_pool_stats(pool, &counts);
    M_ASSERT(counts.queued + counts.running == 0);
    M_ASSERT(counts.done == value(&ran));
}

/* With nobody in the midst of a discard. */
static void end(enum leat_pool_end how)
{
    shut_down(how);
    leat_pool_counts counts;
    leat_pool_stats(pool, &counts);
    M_ASSERT(counts.cancelled == value(&discarded));
    M_ASSERT(leat_pool_drop(pool));
}

static void must_have_run(uint32_t n)
{
    M_ASSERT(value(&ran) == n && value(&discarded) == 0);
}

static void execute(leat_fn *fn)
{
    M_ASSERT(leat_pool_execute(pool, job_of(fn), leat_forever()) == 0);
}

static void spawn(leat_fn *fn)
{
    M_ASSERT(leat_pool_spawn(&task, pool, job_of(fn), leat_forever()) == 0);
}

static int join(leat_task *mine)
{
    int result = 0;
    M_ASSERT(leat_task_join(mine, &result, leat_forever()) == 0);
    M_ASSERT(leat_task_is_done(mine));
    return result;
}

/* ---- waking --------------------------------------------------------------------- */

static void one_after_another(void)
{
    begin(1 + m_choose(2), 0);
    for (int i = 0; i < JOBS; i++) {
        spawn(writes);
        M_ASSERT(join(task) == RESULT && written == 1);
        written = 0;
        M_ASSERT(leat_task_drop(task));
    }
    must_have_run(JOBS);
    end(LEAT_POOL_DRAIN);
}

static void *submits(void *arg)
{
    for (int i = 0; i < JOBS; i++)
        execute(runs);
    return arg;
}

static void two_submitters(void)
{
    begin(2, 0);
    m_thread a = m_spawn("a", submits, NULL);
    submits(NULL);
    m_join(a);
    while (value(&ran) != 2 * JOBS) /* without the end's help */
        leat__os_yield();
    end(m_choose(2) == 0 ? LEAT_POOL_DRAIN : LEAT_POOL_NOW);
    must_have_run(2 * JOBS);
}

/* Waits for the others: each needs a worker of its own. */
static int meets(void *arg, leat_cancel *stop)
{
    leat__a32 *left = arg;
    M_ASSERT(stop != NULL);
    if (leat__sub32_acqrel(left, 1) == 1)
        leat_cancel_fire(gate);
    M_ASSERT(leat_cancel_wait(gate, leat_forever()) == 0);
    return 0;
}

static leat__a32 left_to_come;

static void submit_meeting(uint32_t n, bool at_once)
{
    leat_job job = {meets, &left_to_come, NULL, NULL};
    leat_job jobs[JOBS] = {job, job, job};
    M_ASSERT(leat_cancel_new(&gate) == 0);
    leat__st32_rlx(&left_to_come, n);
    if (at_once)
        M_ASSERT(leat_pool_execute_many(pool, jobs, n, leat_forever()) ==
                 (ptrdiff_t)n);
    for (uint32_t i = 0; i < n && !at_once; i++)
        M_ASSERT(leat_pool_execute(pool, job, leat_forever()) == 0);
}

static void end_meeting(void)
{
    M_ASSERT(leat_cancel_wait(gate, leat_forever()) == 0);
    M_ASSERT(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()) == 0);
    M_ASSERT(leat_pool_drop(pool));
    M_ASSERT(leat_cancel_drop(gate));
}

static void a_burst_wakes_enough(void)
{
    begin(JOBS, 0);
    submit_meeting(JOBS, m_choose(2) == 0);
    end_meeting();
}

static void *executes_one(void *arg)
{
    leat_job job = {meets, &left_to_come, NULL, NULL};
    M_ASSERT(leat_pool_execute(pool, job, leat_forever()) == 0);
    return arg;
}

static void submitters_wake_enough(void)
{
    begin(2, 0);
    spawn(runs); /* somebody is awake, perhaps */
    M_ASSERT(leat_task_drop(task));
    M_ASSERT(leat_cancel_new(&gate) == 0);
    leat__st32_rlx(&left_to_come, 2);
    m_thread a = m_spawn("a", executes_one, NULL);
    m_thread b = m_spawn("b", executes_one, NULL);
    m_join(a);
    m_join(b);
    end_meeting();
}

/* A place is what the second job waits for, a worker what the third. */
static void room_for_one(void)
{
    begin(1, 1);
    m_thread a = m_spawn("a", submits, NULL);
    submits(NULL);
    m_join(a);
    while (value(&ran) != 2 * JOBS)
        leat__os_yield();
    end(LEAT_POOL_DRAIN);
    must_have_run(2 * JOBS);
}

/* ---- the end ---------------------------------------------------------------------- */

static void *submits_until_closed(void *arg)
{
    for (int i = 0; i < JOBS; i++) {
        int rc = leat_pool_execute(pool, job_of(runs), leat_forever());
        M_ASSERT(rc == 0 || rc == LEAT_ECLOSED);
        leat__add32_rel(&accepted, rc == 0);
    }
    leat_pool_drop(pool);
    return arg;
}

static void submit_against(enum leat_pool_end how, size_t queue_cap)
{
    begin(2, queue_cap);
    m_thread a =
        m_spawn("a", submits_until_closed, (void *)leat_pool_clone(pool));
    int rc = leat_pool_shutdown(
        pool, how,
        m_choose(2) == 0 ? leat_forever() : leat_in_ns(1 + m_choose(40)));
    M_ASSERT(rc == 0 || rc == LEAT_ETIMEDOUT);
    m_join(a);
    end(how);
    M_ASSERT(value(&ran) + value(&discarded) == value(&accepted));
    M_ASSERT(how == LEAT_POOL_NOW || value(&discarded) == 0);
}

static void submit_against_drain(void)
{
    submit_against(LEAT_POOL_DRAIN, m_choose(2));
}

static void submit_against_now(void)
{
    submit_against(LEAT_POOL_NOW, m_choose(2));
}

static int stops(void *arg, leat_cancel *stop)
{
    M_ASSERT(leat_cancel_wait(stop, leat_forever()) == 0);
    return runs(arg, stop);
}

/* Jobs that only the pool's end ends, with a handle and without. */
static void now_stops_what_runs(void)
{
    begin(2, 0);
    execute(stops);
    spawn(stops);
    M_ASSERT(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_nowait()) ==
             LEAT_EAGAIN);
    end(LEAT_POOL_NOW);
    int result = join(task);
    M_ASSERT(result == RESULT || result == LEAT_ECANCELED);
    M_ASSERT(leat_task_drop(task));
    M_ASSERT(value(&ran) + value(&discarded) == 2);
}

static void *shuts_down(void *arg)
{
    M_ASSERT(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()) == 0);
    must_have_run(2);
    leat_pool_drop(pool);
    return arg;
}

static void two_wait_for_the_end(void)
{
    begin(2, 0);
    execute(runs);
    execute(runs);
    m_thread a = m_spawn("a", shuts_down, (void *)leat_pool_clone(pool));
    m_thread b = m_spawn("b", shuts_down, (void *)leat_pool_clone(pool));
    leat_pool_drop(pool);
    m_join(a);
    m_join(b);
}

static void let_go(void)
{
    begin(2, 0);
    execute(runs);
    spawn(writes);
    M_ASSERT(leat_pool_drop(pool));
    M_ASSERT(join(task) == RESULT && written == 1);
    M_ASSERT(leat_task_drop(task));
    while (value(&ran) != 2)
        leat__os_yield();
}

static void *drops(void *arg)
{
    leat_pool_drop(pool);
    return arg;
}

/* An end that somebody waits for, and others leave. */
static void an_end_and_a_drop(void)
{
    begin(1, 0);
    execute(runs);
    m_thread a = m_spawn("a", drops, (void *)leat_pool_clone(pool));
    int rc =
        leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_in_ns(1 + m_choose(60)));
    M_ASSERT(rc == 0 || rc == LEAT_ETIMEDOUT);
    leat_pool_drop(pool);
    m_join(a);
}

/* ---- handles ------------------------------------------------------------------------ */

static void *cancels(void *arg)
{
    leat_task *mine = arg;
    leat__add32_rel(&given_up, leat_task_cancel(mine));
    leat_task_drop(mine);
    return NULL;
}

static void check_fate(int result)
{
    M_ASSERT(value(&ran) + value(&discarded) == 1);
    M_ASSERT(result == (value(&ran) == 1 ? RESULT : LEAT_ECANCELED));
    M_ASSERT(written == (value(&ran) == 1 ? 1 : 2));
}

static void *joins(void *arg)
{
    leat_task *mine = arg;
    check_fate(join(mine));
    leat_task_drop(mine);
    return NULL;
}

static void cancel_against_run(void)
{
    begin(1, 0);
    spawn(writes);
    m_thread a = m_spawn("a", cancels, leat_task_clone(task));
    m_thread b = m_spawn("b", cancels, leat_task_clone(task));
    joins(task);
    m_join(a);
    m_join(b);
    M_ASSERT(value(&given_up) == 2 * value(&discarded));
    end(LEAT_POOL_DRAIN);
}

static void cancel_against_now(void)
{
    begin(1, 0);
    spawn(writes);
    m_thread a = m_spawn("a", cancels, leat_task_clone(task));
    m_thread b = m_spawn("b", joins, leat_task_clone(task));
    leat_task_drop(task);
    shut_down(LEAT_POOL_NOW);
    m_join(a);
    m_join(b);
    end(LEAT_POOL_NOW);
}

/* The pool's workers and its end go their way; what is left is the handle. */
static void *fires(void *arg)
{
    leat_cancel_fire(arg);
    leat_cancel_drop(arg);
    return NULL;
}

static void the_handle_is_last(void)
{
    begin(1, 0);
    spawn(writes);
    leat_cancel *stop = leat_cancel_clone(leat_task_stop(task));
    m_thread a = m_spawn("a", fires, stop);
    M_ASSERT(leat_pool_drop(pool));
    joins(task);
    m_join(a);
}

static void joins_that_give_up(void)
{
    begin(1, 0);
    spawn(writes);
    int result = -1;
    int rc = leat_task_join(task, &result, leat_in_ns(1 + m_choose(40)));
    M_ASSERT(rc == (result == -1 ? LEAT_ETIMEDOUT : 0));
    if (m_choose(2) == 0)
        joins(task);
    else
        leat_task_drop(task);
    end(LEAT_POOL_DRAIN);
    must_have_run(1);
}

/* ---- jobs that have jobs ---------------------------------------------------------- */

static int spawns_and_joins(void *arg, leat_cancel *stop)
{
    leat_task *child = NULL;
    M_ASSERT(leat_pool_spawn(&child, pool, job_of(writes), leat_forever()) ==
             0);
    if (m_choose(3) == 0)
        leat_task_cancel(child);
    check_fate(join(child));
    leat_task_drop(child);
    return runs(arg, stop);
}

static void a_job_joins_its_own(void)
{
    begin(1 + m_choose(2), 0);
    spawn(spawns_and_joins);
    M_ASSERT(join(task) == RESULT);
    leat_task_drop(task);
    M_ASSERT(value(&ran) + value(&discarded) == 2);
    end(LEAT_POOL_DRAIN);
}

/* ---- size ---------------------------------------------------------------------------- */

static void *submits_slowly(void *arg)
{
    for (int i = 0; i < JOBS; i++) {
        execute(runs);
        leat__os_yield();
    }
    return arg;
}

static void resized(void)
{
    begin(2, 0);
    m_thread a = m_spawn("a", submits_slowly, NULL);
    M_ASSERT(leat_pool_resize(pool, 1) == 0);
    M_ASSERT(leat_pool_resize(pool, 2 + m_choose(2)) == 0);
    M_ASSERT(leat_pool_resize(pool, 1) == 0);
    m_join(a);
    while (value(&ran) != JOBS)
        leat__os_yield();
    end(LEAT_POOL_DRAIN);
}

static void grown_to_meet(void)
{
    begin(1, 0);
    submit_meeting(2, false);
    M_ASSERT(leat_pool_resize(pool, 2) == 0);
    end_meeting();
}

/* One of two has to leave, whichever sleeps. */
static void shrunk_while_idle(void)
{
    begin(2, 0);
    spawn(runs);
    M_ASSERT(leat_pool_resize(pool, 1) == 0);
    M_ASSERT(join(task) == RESULT);
    leat_task_drop(task);
    spawn(runs);
    M_ASSERT(join(task) == RESULT);
    leat_task_drop(task);
    end(LEAT_POOL_DRAIN);
}

/* ---- what fails -------------------------------------------------------------------------- */

static void no_memory_no_thread(void)
{
    leat_pool *mine = NULL;
    leat_pool_opts opts = {.size = sizeof opts, .workers = 2};
    leat__st32_rlx(&ran, 0);
    leat__st32_rlx(&discarded, 0);
    m_starve(4);
    int rc = leat_pool_new(&mine, &opts);
    M_ASSERT(rc == 0 || rc == LEAT_ENOMEM || rc == LEAT_EAGAIN);
    M_ASSERT((rc == 0) == (mine != NULL));
    if (rc == 0) {
        pool = mine;
        rc = leat_pool_resize(pool, 3);
        M_ASSERT(rc == 0 || rc == LEAT_ENOMEM || rc == LEAT_EAGAIN);
        rc = leat_pool_spawn(&task, pool, job_of(runs), leat_forever());
        M_ASSERT(rc == 0 || rc == LEAT_ENOMEM);
        m_starve(0);
        if (rc == 0) {
            M_ASSERT(join(task) == RESULT);
            leat_task_drop(task);
        }
        end(LEAT_POOL_DRAIN);
    }
    m_starve(0);
}

M_MAIN(M_ROW(one_after_another), M_ROW(two_submitters),
       M_ROW(a_burst_wakes_enough), M_ROW(submitters_wake_enough),
       M_ROW(room_for_one), M_ROW(submit_against_drain),
       M_ROW(submit_against_now), M_ROW(now_stops_what_runs),
       M_ROW(two_wait_for_the_end), M_ROW(let_go), M_ROW(an_end_and_a_drop),
       M_ROW(cancel_against_run), M_ROW(cancel_against_now),
       M_ROW(the_handle_is_last), M_ROW(joins_that_give_up),
       M_ROW(a_job_joins_its_own), M_ROW(resized), M_ROW(grown_to_meet),
       M_ROW(shrunk_while_idle), M_ROW(no_memory_no_thread))
