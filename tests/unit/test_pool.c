/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_pool.c - jobs on a pool: who runs them, in what order, what a full queue does,
 * how it ends. */
#define _GNU_SOURCE 1
#include "pools.h"

/* ---- running ----------------------------------------------------------------------- */

START_TEST(every_job_runs_once)
{
    enum { N = 1000 };
    static struct fate fates[N];
    leat_pool *pool = pool_of(3, 0, LEAT_POLICY_BLOCK);
    for (int i = 0; i < N; i++)
        execute(pool, fate_job(&fates[i]));
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    for (int i = 0; i < N; i++)
        FATE(&fates[i], 1, 0);
    SAME(counts_of(pool).done, N);
    SAME(counts_of(pool).queued + counts_of(pool).running, 0);
    pool_end(pool);
}
END_TEST

START_TEST(first_come_first_begun)
{
    enum { N = 200 };
    static struct fate fates[N];
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    for (int i = 0; i < N; i++)
        execute(pool, fate_job(&fates[i]));
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    for (int i = 0; i < N; i++)
        SAME(atomic_load(&fates[i].order), i + 1);
    pool_end(pool);
}
END_TEST

START_TEST(a_batch_runs_in_its_order)
{
    enum { N = 100 };
    static struct fate fates[N];
    leat_job jobs[N];
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    for (int i = 0; i < N; i++)
        jobs[i] = fate_job(&fates[i]);
    SAME(leat_pool_execute_many(pool, jobs, N, leat_forever()), N);
    SAME(leat_pool_execute_many(pool, NULL, 0, leat_forever()), 0);
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    for (int i = 0; i < N; i++)
        SAME(atomic_load(&fates[i].order), i + 1);
    SAME(leat_pool_execute_many(pool, jobs, N, leat_nowait()), LEAT_ECLOSED);
    pool_end(pool);
}
END_TEST

/* Each holds its worker until all have come. */
struct meeting {
    pthread_barrier_t barrier;
    atomic_int came;
    char names[8][64];
};

static int meet(void *arg, leat_cancel *stop)
{
    struct meeting *meeting = arg;
    (void)stop;
    int i = atomic_fetch_add(&meeting->came, 1);
    snprintf(meeting->names[i], sizeof meeting->names[i], "%s",
             leat_thread_self_name());
    char system[16];
    MUST(pthread_getname_np(pthread_self(), system, sizeof system) == 0);
    MUST(strncmp(system, meeting->names[i], sizeof system - 1) == 0);
    pthread_barrier_wait(&meeting->barrier);
    return 0;
}

/* n jobs that meet had n workers, of these names. */
static void must_meet(leat_pool *pool, unsigned n, const char *prefix)
{
    struct meeting meeting = {.came = 0};
    leat_job job = {.fn = meet, .arg = &meeting};
    bool seen[8] = {false};
    leat_task *tasks[8];
    pthread_barrier_init(&meeting.barrier, NULL, n);
    for (unsigned i = 0; i < n; i++)
        tasks[i] = spawn(pool, job);
    for (unsigned i = 0; i < n; i++)
        SAME(result_of(tasks[i]), 0);
    for (unsigned i = 0; i < n; i++) {
        size_t bytes = strlen(prefix);
        MUST(strncmp(meeting.names[i], prefix, bytes) == 0);
        unsigned number = (unsigned)atoi(meeting.names[i] + bytes);
        MUST(number < n && !seen[number]);
        seen[number] = true;
    }
    pthread_barrier_destroy(&meeting.barrier);
}

START_TEST(workers_have_names_and_run_side_by_side)
{
    leat_pool *pool = pool_of(4, 0, LEAT_POLICY_BLOCK);
    for (unsigned round = 0; round < t_scaled(200); round++)
        must_meet(pool, 4, "worker-thread-");
    pool_end(pool);
    RC(leat_pool_new(&pool, LEAT_POOL_OPTS(.workers = 2,
                                           .name = "the-mill-at-the-weir-")),
       0);
    must_meet(pool, 2, "the-mill-at-the-weir-");
    pool_end(pool);
}
END_TEST

START_TEST(no_number_is_one_for_each_processor)
{
    leat_pool *pool;
    pools_count_memory();
    RC(leat_pool_new(&pool, NULL), 0);
    SAME(counts_of(pool).workers, leat__os_cpus());
    RC(leat_pool_resize(pool, leat__os_cpus() + 1), 0);
    SAME(counts_of(pool).workers, leat__os_cpus() + 1);
    RC(leat_pool_resize(pool, 0), 0);
    SAME(counts_of(pool).workers, leat__os_cpus());
    pool_end(pool);
}
END_TEST

/* A job that takes long is in nobody's way. */
START_TEST(nothing_waits_behind_a_long_job)
{
    int arg = 3;
    leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
    leat_job job = {.fn = return_it, .arg = &arg};
    for (unsigned round = 0; round < t_scaled(100); round++) {
        leat_cancel *gate = gate_new();
        leat_task *last = NULL;
        leat_task *takes_long =
            spawn(pool, (leat_job){.fn = wait_at_gate, .arg = gate});
        for (int i = 0; i < 20; i++) {
            leat_task_drop(last);
            last = spawn(pool, job);
        }
        SAME(result_of(last), 3);
        gate_open(gate);
        SAME(result_of(takes_long), 0);
        leat_cancel_drop(gate);
    }
    pool_end(pool);
}
END_TEST

/* ---- failing ------------------------------------------------------------------------- */

START_TEST(a_job_that_fails_is_counted)
{
    struct fate good = {.result = 7};
    struct fate bad = {.result = LEAT_EINVAL};
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    execute(pool, fate_job(&bad));
    RC(result_of(spawn(pool, fate_job(&bad))), LEAT_EINVAL);
    SAME(result_of(spawn(pool, fate_job(&good))), 7);
    FATE(&good, 1, 0);
    FATE(&bad, 2, 0);
    SAME(counts_of(pool).done, 3);
    SAME(counts_of(pool).failed, 2);
    pool_end(pool);
}
END_TEST

static int end_the_thread(void *arg, leat_cancel *stop)
{
    (void)stop;
    pthread_exit(arg);
}

static atomic_int refuse_threads;

int __real_pthread_create(pthread_t *id, const pthread_attr_t *attr,
                          void *(*fn)(void *), void *arg);
int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attr,
                          void *(*fn)(void *), void *arg);

int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attr,
                          void *(*fn)(void *), void *arg)
{
    int left = atomic_load(&refuse_threads);
    if (left > 0 && atomic_fetch_sub(&refuse_threads, 1) == 1)
        return EAGAIN;
    if (left < 0)
        return EAGAIN; /* all */
    return __real_pthread_create(id, attr, fn, arg);
}

static void ends_threads(leat_pool *pool)
{
    leat_job exits = {.fn = end_the_thread};
    for (int i = 0; i < 10; i++) {
        RC(result_of(spawn(pool, exits)), LEAT_EEXITED);
        execute(pool, exits);
        must_meet(pool, 2, "worker-thread-");
    }
    SAME(counts_of(pool).done, 40);
    SAME(counts_of(pool).failed, 20);
    SAME(counts_of(pool).workers, 2);
}

START_TEST(a_job_that_ends_its_thread_costs_no_worker)
{
    leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
    ends_threads(pool);
    leat_job exits = {.fn = end_the_thread};
    for (int i = 0; i < 10; i++) /* in a drain as well */
        execute(pool, exits);
    pool_end(pool);
}
END_TEST

START_TEST(nor_when_the_system_has_no_other_thread)
{
    leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
    atomic_store(&refuse_threads, -1);
    ends_threads(pool);
    atomic_store(&refuse_threads, 0);
    leat_job exits = {.fn = end_the_thread};
    RC(result_of(spawn(pool, exits)), LEAT_EEXITED);
    must_meet(pool, 2, "worker-thread-");
    pool_end(pool);
}
END_TEST

/* ---- a full queue --------------------------------------------------------------------- */

/* A pool of one worker that is held at a gate, with so many places behind it. */
static leat_pool *held_pool(size_t queue_cap, enum leat_policy policy,
                            leat_cancel **gate)
{
    leat_pool *pool = pool_of(1, queue_cap, policy);
    *gate = gate_new();
    execute(pool, (leat_job){.fn = wait_at_gate, .arg = *gate});
    t_wait_running(pool, 1);
    return pool;
}

static void release_pool(leat_pool *pool, leat_cancel *gate)
{
    gate_open(gate);
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    leat_cancel_drop(gate);
}

struct submitter {
    leat_pool *pool;
    struct fate *fate;
    int rc;
};

static void *submit_for_ever(void *arg)
{
    struct submitter *s = arg;
    s->rc = leat_pool_execute(s->pool, fate_job(s->fate), leat_forever());
    return NULL;
}

START_TEST(a_full_queue_is_waited_for)
{
    struct fate fates[4] = {{.result = 0}};
    leat_cancel *gate;
    leat_task *task = NULL;
    leat_pool *pool = held_pool(2, LEAT_POLICY_BLOCK, &gate);
    execute(pool, fate_job(&fates[0]));
    execute(pool, fate_job(&fates[1]));
    RC(leat_pool_execute(pool, fate_job(&fates[2]), leat_nowait()),
       LEAT_EAGAIN);
    RC(leat_pool_spawn(&task, pool, fate_job(&fates[2]), leat_in_ms(1)),
       LEAT_ETIMEDOUT);
    MUST(task == NULL);
    leat_cancel *told = gate_new();
    leat_cancel_fire(told);
    RC(leat_pool_execute(pool, fate_job(&fates[2]),
                         leat_or_cancel(leat_forever(), told)),
       LEAT_ECANCELED);
    leat_cancel_drop(told);
    SAME(counts_of(pool).queued, 2);
    struct submitter waits = {pool, &fates[3], -1};
    pthread_t thread = t_spawn(submit_for_ever, &waits);
    t_wait_parked(pool->chan, LEAT__SEND, 1);
    gate_open(gate);
    t_join(thread);
    RC(waits.rc, 0);
    release_pool(pool, gate);
    FATE(&fates[0], 1, 0);
    FATE(&fates[1], 1, 0);
    FATE(&fates[2], 0, 0);
    FATE(&fates[3], 1, 0);
    pool_end(pool);
}
END_TEST

START_TEST(who_waits_for_room_learns_of_the_end)
{
    struct fate fates[2] = {{.result = 0}};
    leat_cancel *gate;
    leat_pool *pool = held_pool(1, LEAT_POLICY_BLOCK, &gate);
    execute(pool, fate_job(&fates[0]));
    struct submitter waits = {pool, &fates[1], -1};
    pthread_t thread = t_spawn(submit_for_ever, &waits);
    t_wait_parked(pool->chan, LEAT__SEND, 1);
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_nowait()), LEAT_EAGAIN);
    t_join(thread);
    RC(waits.rc, LEAT_ECLOSED);
    release_pool(pool, gate);
    FATE(&fates[0], 1, 0);
    FATE(&fates[1], 0, 0);
    pool_end(pool);
}
END_TEST

START_TEST(policies_of_a_full_queue)
{
    struct fate fates[3] = {{.result = 0}};
    leat_cancel *gate;
    leat_task *task;
    int result;

    leat_pool *pool = held_pool(1, LEAT_POLICY_FAIL, &gate);
    execute(pool, fate_job(&fates[0]));
    RC(leat_pool_execute(pool, fate_job(&fates[1]), leat_forever()),
       LEAT_EAGAIN);
    release_pool(pool, gate);
    FATE(&fates[0], 1, 0);
    FATE(&fates[1], 0, 0);
    SAME(counts_of(pool).dropped, 0);
    pool_end(pool);

    pool = held_pool(1, LEAT_POLICY_DROP_OLDEST, &gate);
    task = spawn(pool, fate_job(&fates[2]));
    execute(pool, fate_job(&fates[0]));
    RC(leat_task_join(task, &result, leat_nowait()), 0);
    RC(result, LEAT_ECANCELED);
    leat_task_drop(task);
    execute(pool, fate_job(&fates[1]));
    release_pool(pool, gate);
    FATE(&fates[2], 0, 1);
    FATE(&fates[0], 1, 1);
    FATE(&fates[1], 1, 0);
    SAME(counts_of(pool).dropped, 2);
    SAME(counts_of(pool).done, 2);
    pool_end(pool);

    pool = held_pool(1, LEAT_POLICY_DROP_NEWEST, &gate);
    execute(pool, fate_job(&fates[0]));
    task = spawn(pool, fate_job(&fates[1]));
    RC(result_of(task), LEAT_ECANCELED);
    release_pool(pool, gate);
    FATE(&fates[0], 2, 1);
    FATE(&fates[1], 1, 1);
    SAME(counts_of(pool).dropped, 1);
    SAME(counts_of(pool).cancelled, 0);
    pool_end(pool);
}
END_TEST

/* What was called off before it was dropped is discarded once. */
START_TEST(the_policy_drops_what_was_cancelled)
{
    struct fate fates[2] = {{.result = 0}};
    leat_cancel *gate;
    leat_pool *pool = held_pool(1, LEAT_POLICY_DROP_OLDEST, &gate);
    leat_task *task = spawn(pool, fate_job(&fates[0]));
    MUST(leat_task_cancel(task));
    RC(result_of(task), LEAT_ECANCELED);
    execute(pool, fate_job(&fates[1]));
    release_pool(pool, gate);
    FATE(&fates[0], 0, 1);
    FATE(&fates[1], 1, 0);
    SAME(counts_of(pool).dropped, 0);
    SAME(counts_of(pool).cancelled, 1);
    pool_end(pool);
}
END_TEST

struct nested {
    leat_pool *pool;
    struct fate fates[3];
};

static int submit_to_its_own(void *arg, leat_cancel *stop)
{
    struct nested *nested = arg;
    leat_task *task = NULL;
    (void)stop;
    execute(nested->pool, fate_job(&nested->fates[0]));
    execute(nested->pool, fate_job(&nested->fates[1]));
    RC(leat_pool_execute(nested->pool, fate_job(&nested->fates[2]),
                         leat_forever()),
       LEAT_EAGAIN);
    RC(leat_pool_spawn(&task, nested->pool, fate_job(&nested->fates[2]),
                       leat_in_ms(10000)),
       LEAT_EAGAIN);
    leat_job job = fate_job(&nested->fates[2]);
    SAME(leat_pool_execute_many(nested->pool, &job, 1, leat_forever()),
         LEAT_EAGAIN);
    MUST(task == NULL);
    return 5;
}

START_TEST(a_worker_never_waits_for_room_in_its_own_pool)
{
    struct nested nested = {.pool = pool_of(1, 2, LEAT_POLICY_BLOCK)};
    leat_job job = {.fn = submit_to_its_own, .arg = &nested};
    SAME(result_of(spawn(nested.pool, job)), 5);
    RC(leat_pool_shutdown(nested.pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    FATE(&nested.fates[0], 1, 0);
    FATE(&nested.fates[1], 1, 0);
    FATE(&nested.fates[2], 0, 0);
    pool_end(nested.pool);
}
END_TEST

/* ---- the end ------------------------------------------------------------------------- */

START_TEST(at_once_gives_up_what_waits_and_stops_what_runs)
{
    enum { N = 10 };
    struct fate fates[N] = {{.result = 0}};
    leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
    leat_job runs = {.fn = run_until_stopped};
    leat_task *running = spawn(pool, runs);
    leat_task *waiting;
    execute(pool, runs);
    t_wait_running(pool, 2);
    for (int i = 0; i < N; i++)
        execute(pool, fate_job(&fates[i]));
    waiting = spawn(pool, fate_job(&fates[0]));
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_in_ms(1)),
       LEAT_ETIMEDOUT);
    MUST(!leat_task_is_done(running) && !leat_task_is_done(waiting));
    RC(leat_pool_shutdown(pool, LEAT_POOL_NOW, leat_forever()), 0);
    RC(result_of(running), LEAT_ECANCELED);
    RC(result_of(waiting), LEAT_ECANCELED);
    for (int i = 1; i < N; i++)
        FATE(&fates[i], 0, 1);
    FATE(&fates[0], 0, 2);
    leat_pool_counts counts = counts_of(pool);
    SAME(counts.done, 2);
    SAME(counts.cancelled, N + 1);
    SAME(counts.queued + counts.running + counts.dropped, 0);
    pool_end(pool);
}
END_TEST

START_TEST(after_the_end_nothing_is_accepted)
{
    struct fate fate = {.result = 0};
    leat_task *task = NULL;
    leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    RC(leat_pool_execute(pool, fate_job(&fate), leat_forever()), LEAT_ECLOSED);
    RC(leat_pool_spawn(&task, pool, fate_job(&fate), leat_forever()),
       LEAT_ECLOSED);
    RC(leat_pool_resize(pool, 3), LEAT_ECLOSED);
    MUST(task == NULL);
    FATE(&fate, 0, 0);
    RC(leat_pool_shutdown(pool, LEAT_POOL_NOW, leat_nowait()), 0);
    pool_end(pool);
}
END_TEST

static void *shut_down(void *arg)
{
    RC(leat_pool_shutdown(arg, LEAT_POOL_DRAIN, leat_forever()), 0);
    SAME(counts_of(arg).done, 100);
    leat_pool_drop(arg);
    return NULL;
}

START_TEST(many_may_wait_for_the_end)
{
    enum { N = 4 };
    for (unsigned round = 0; round < t_scaled(50); round++) {
        static struct fate fates[100];
        pthread_t by[N];
        leat_pool *pool = pool_of(3, 0, LEAT_POLICY_BLOCK);
        for (int i = 0; i < 100; i++)
            execute(pool, fate_job(&fates[i]));
        for (int i = 1; i < N; i++)
            MUST(leat_pool_clone(pool) == pool);
        for (int i = 0; i < N; i++)
            by[i] = t_spawn(shut_down, pool);
        for (int i = 0; i < N; i++)
            t_join(by[i]);
        must_be_clean();
    }
}
END_TEST

START_TEST(the_last_drop_waits_for_nobody_and_all_runs)
{
    enum { N = 100 };
    static struct fate fates[N];
    leat_cancel *gate;
    leat_pool *pool = held_pool(0, LEAT_POLICY_BLOCK, &gate);
    leat_task *task = spawn(pool, fate_job(&fates[0]));
    for (int i = 1; i < N; i++)
        execute(pool, fate_job(&fates[i]));
    MUST(leat_pool_clone(pool) == pool);
    MUST(!leat_pool_drop(pool));
    MUST(leat_pool_drop(pool));
    MUST(!leat_pool_drop(NULL));
    MUST(!leat_task_is_done(task));
    gate_open(gate);
    SAME(result_of(task), 0);
    leat_cancel_drop(gate);
    must_be_clean();
    for (int i = 0; i < N; i++)
        FATE(&fates[i], 1, 0);
}
END_TEST

static int end_the_thread_at_gate(void *arg, leat_cancel *stop)
{
    (void)stop;
    RC(leat_cancel_wait(arg, leat_forever()), 0);
    leat_cancel_drop(arg);
    pthread_exit(NULL);
}

START_TEST(jobs_may_end_their_threads_after_the_last_drop)
{
    leat_cancel *gate = gate_new();
    leat_pool *pool = pool_of(4, 0, LEAT_POLICY_BLOCK);
    for (int i = 0; i < 8; i++)
        execute(pool, (leat_job){.fn = end_the_thread_at_gate,
                                 .arg = leat_cancel_clone(gate)});
    MUST(leat_pool_drop(pool));
    gate_open(gate);
    leat_cancel_drop(gate);
    must_be_clean();
}
END_TEST

static int drop_it(void *arg, leat_cancel *stop)
{
    (void)stop;
    MUST(leat_pool_drop(arg));
    return 0;
}

START_TEST(a_job_may_be_the_last_owner)
{
    for (unsigned round = 0; round < t_scaled(100); round++) {
        leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
        RC(result_of(spawn(pool, (leat_job){.fn = drop_it, .arg = pool})), 0);
        must_be_clean();
    }
}
END_TEST

static int begin_the_end(void *arg, leat_cancel *stop)
{
    (void)stop;
    RC(leat_pool_shutdown(arg, LEAT_POOL_DRAIN, leat_nowait()), LEAT_EAGAIN);
    return 0;
}

START_TEST(a_job_may_begin_the_end)
{
    leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
    RC(result_of(spawn(pool, (leat_job){.fn = begin_the_end, .arg = pool})), 0);
    RC(leat_pool_execute(pool, (leat_job){.fn = begin_the_end}, leat_forever()),
       LEAT_ECLOSED);
    pool_end(pool);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("pool");
    tcase_add_test(tc, every_job_runs_once);
    tcase_add_test(tc, first_come_first_begun);
    tcase_add_test(tc, a_batch_runs_in_its_order);
    tcase_add_test(tc, workers_have_names_and_run_side_by_side);
    tcase_add_test(tc, no_number_is_one_for_each_processor);
    tcase_add_test(tc, nothing_waits_behind_a_long_job);
    tcase_add_test(tc, a_job_that_fails_is_counted);
    tcase_add_test(tc, a_job_that_ends_its_thread_costs_no_worker);
    tcase_add_test(tc, nor_when_the_system_has_no_other_thread);
    tcase_add_test(tc, a_full_queue_is_waited_for);
    tcase_add_test(tc, who_waits_for_room_learns_of_the_end);
    tcase_add_test(tc, policies_of_a_full_queue);
    tcase_add_test(tc, the_policy_drops_what_was_cancelled);
    tcase_add_test(tc, a_worker_never_waits_for_room_in_its_own_pool);
    tcase_add_test(tc, at_once_gives_up_what_waits_and_stops_what_runs);
    tcase_add_test(tc, after_the_end_nothing_is_accepted);
    tcase_add_test(tc, many_may_wait_for_the_end);
    tcase_add_test(tc, the_last_drop_waits_for_nobody_and_all_runs);
    tcase_add_test(tc, jobs_may_end_their_threads_after_the_last_drop);
    tcase_add_test(tc, a_job_may_be_the_last_owner);
    tcase_add_test(tc, a_job_may_begin_the_end);
    return t_run(tc);
}
