/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_task.c - the handle on a job of a pool, the pool's size, its memory, and what
 * aborts. */
#define _GNU_SOURCE 1
#include "pools.h"

/* ---- join --------------------------------------------------------------------------- */

START_TEST(the_result_comes_back_to_all_who_join)
{
    int arg = 11;
    int result = 0;
    leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
    leat_task *task = spawn(pool, (leat_job){.fn = return_it, .arg = &arg});
    for (int i = 0; i < 3; i++) {
        RC(leat_task_join(task, &result, leat_forever()), 0);
        SAME(result, 11);
    }
    RC(leat_task_join(task, NULL, leat_nowait()), 0);
    MUST(leat_task_is_done(task));
    MUST(leat_task_drop(task));
    pool_end(pool);
}
END_TEST

START_TEST(a_join_gives_up_and_another_succeeds)
{
    int result = 0x5a5a;
    leat_cancel *gate = gate_new();
    leat_cancel *told = gate_new();
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    leat_task *task = spawn(pool, (leat_job){.fn = wait_at_gate, .arg = gate});
    MUST(!leat_task_is_done(task));
    RC(leat_task_join(task, &result, leat_nowait()), LEAT_EAGAIN);
    RC(leat_task_join(task, &result, leat_in_ms(1)), LEAT_ETIMEDOUT);
    leat_cancel_fire(told);
    RC(leat_task_join(task, &result, leat_or_cancel(leat_forever(), told)),
       LEAT_ECANCELED);
    SAME(result, 0x5a5a);
    gate_open(gate);
    SAME(result_of(task), 0);
    leat_cancel_drop(told);
    leat_cancel_drop(gate);
    pool_end(pool);
}
END_TEST

/* A job that has ended waits for nobody: its worker goes on. */
START_TEST(nobody_has_to_join)
{
    enum { N = 100 };
    leat_task *tasks[N];
    int arg = 4;
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    leat_job job = {.fn = return_it, .arg = &arg, .name = "four"};
    for (int i = 0; i < N; i++)
        tasks[i] = spawn(pool, job);
    SAME(result_of(spawn(pool, job)), 4);
    for (int i = 0; i < N; i += 2)
        MUST(leat_task_drop(tasks[i]));
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    MUST(leat_pool_drop(pool));
    for (int i = 1; i < N; i += 2) {
        ck_assert_str_eq(leat_task_name(tasks[i]), "four");
        SAME(result_of(tasks[i]), 4);
    }
    must_be_clean();
}
END_TEST

START_TEST(clone_is_one_more_owner)
{
    leat_cancel *gate = gate_new();
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    leat_task *task = spawn(pool, (leat_job){.fn = wait_at_gate, .arg = gate});
    MUST(leat_task_clone(task) == task);
    ck_assert_str_eq(leat_task_name(task), "");
    MUST(!leat_task_drop(task));
    MUST(!leat_cancel_check(leat_task_stop(task)));
    MUST(leat_task_drop(task));
    MUST(!leat_task_drop(NULL));
    gate_open(gate);
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    SAME(counts_of(pool).done, 1);
    leat_cancel_drop(gate);
    pool_end(pool);
}
END_TEST

/* ---- calling off ------------------------------------------------------------------------ */

/* A pool of one worker that is held at a gate. */
static leat_task *hold(leat_pool *pool, leat_cancel *gate)
{
    leat_task *held = spawn(pool, (leat_job){.fn = wait_at_gate, .arg = gate});
    t_wait_running(pool, 1);
    return held;
}

START_TEST(what_waits_is_given_up_at_once)
{
    struct fate fate = {.result = 0};
    leat_cancel *gate = gate_new();
    leat_pool *pool = pool_of(1, 1, LEAT_POLICY_BLOCK);
    leat_task *held = hold(pool, gate);
    leat_task *task = spawn(pool, fate_job(&fate));
    leat_cancel *stop = leat_cancel_clone(leat_task_stop(task));
    MUST(leat_task_cancel(task));
    FATE(&fate, 0, 1);
    MUST(leat_task_is_done(task));
    MUST(leat_task_cancel(task)); /* it never will run */
    RC(result_of(task), LEAT_ECANCELED);
    MUST(leat_cancel_check(stop));
    leat_cancel_drop(stop);
    /* its place is free when a worker comes to it */
    RC(leat_pool_execute(pool, fate_job(&fate), leat_nowait()), LEAT_EAGAIN);
    SAME(counts_of(pool).queued, 1);
    gate_open(gate);
    execute(pool, fate_job(&fate));
    SAME(result_of(held), 0);
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    FATE(&fate, 1, 1);
    SAME(counts_of(pool).cancelled, 1);
    leat_cancel_drop(gate);
    pool_end(pool);
}
END_TEST

START_TEST(what_runs_is_asked_to_stop)
{
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    leat_task *task = spawn(pool, (leat_job){.fn = run_until_stopped});
    t_wait_running(pool, 1);
    while (leat_task_cancel(task)) /* in hand is not begun */
        UNIT_FAIL("a job in hand was given up");
    RC(result_of(task), LEAT_ECANCELED);
    SAME(counts_of(pool).done, 1);
    SAME(counts_of(pool).cancelled, 0);
    pool_end(pool);
}
END_TEST

START_TEST(what_has_ended_is_left_alone)
{
    int arg = 6;
    int result;
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    leat_task *task = spawn(pool, (leat_job){.fn = return_it, .arg = &arg});
    RC(leat_task_join(task, &result, leat_forever()), 0);
    MUST(!leat_task_cancel(task));
    SAME(result_of(task), 6);
    pool_end(pool);
}
END_TEST

START_TEST(a_token_fired_before_the_turn_gives_up_at_the_turn)
{
    struct fate fate = {.result = 0};
    leat_cancel *gate = gate_new();
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    leat_task *held = hold(pool, gate);
    leat_task *task = spawn(pool, fate_job(&fate));
    leat_cancel_fire(leat_task_stop(task));
    FATE(&fate, 0, 0);
    MUST(!leat_task_is_done(task));
    gate_open(gate);
    RC(result_of(task), LEAT_ECANCELED);
    FATE(&fate, 0, 1);
    SAME(result_of(held), 0);
    leat_cancel_drop(gate);
    pool_end(pool);
}
END_TEST

START_TEST(calling_off_against_running)
{
    unsigned off = 0;
    unsigned rounds = t_scaled(5000);
    leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
    for (unsigned round = 0; round < rounds; round++) {
        struct fate fate = {.result = 9};
        leat_task *task = spawn(pool, fate_job(&fate));
        bool given_up = leat_task_cancel(task);
        int result = result_of(task);
        SAME(result, given_up ? LEAT_ECANCELED : 9);
        FATE(&fate, !given_up, given_up);
        off += given_up;
    }
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    SAME(counts_of(pool).cancelled, off);
    SAME(counts_of(pool).done, rounds - off);
    pool_end(pool);
}
END_TEST

/* ---- jobs that join jobs ---------------------------------------------------------------- */

struct sum {
    leat_pool *pool;
    int from;
    int to;
};

/* The sum of a range, by halves: more jobs wait than there are workers. */
static int add_up(void *arg, leat_cancel *stop)
{
    struct sum *sum = arg;
    (void)stop;
    if (sum->to - sum->from == 1)
        return sum->from;
    int middle = sum->from + (sum->to - sum->from) / 2;
    struct sum low = {sum->pool, sum->from, middle};
    struct sum high = {sum->pool, middle, sum->to};
    leat_task *a = spawn(sum->pool, (leat_job){.fn = add_up, .arg = &low});
    leat_task *b = spawn(sum->pool, (leat_job){.fn = add_up, .arg = &high});
    int of_low = result_of(a);
    return of_low + result_of(b);
}

START_TEST(jobs_may_join_their_own_however_few_workers)
{
    for (unsigned workers = 1; workers <= 3; workers++) {
        struct sum all = {pool_of(workers, 0, LEAT_POLICY_BLOCK), 0, 500};
        leat_task *task =
            spawn(all.pool, (leat_job){.fn = add_up, .arg = &all});
        SAME(result_of(task), 500 * 499 / 2);
        RC(leat_pool_shutdown(all.pool, LEAT_POOL_DRAIN, leat_forever()), 0);
        SAME(counts_of(all.pool).done, 999);
        pool_end(all.pool);
    }
}
END_TEST

/* It joins one that ends the thread, which is the end of both. */
static int exits(void *arg, leat_cancel *stop)
{
    (void)stop;
    pthread_exit(arg);
}

struct outer {
    leat_pool *pool;
    leat_task *inner;
};

static int joins_one_that_exits(void *arg, leat_cancel *stop)
{
    struct outer *outer = arg;
    (void)stop;
    int rc = leat_task_join(outer->inner, NULL, leat_forever());
    UNIT_FAIL("it came back with %d", rc);
}

START_TEST(an_end_within_a_join_ends_both)
{
    struct fate fate = {.result = 1};
    struct outer outer = {.pool = pool_of(1, 0, LEAT_POLICY_BLOCK)};
    leat_cancel *gate = gate_new();
    leat_task *held = hold(outer.pool, gate);
    leat_task *joins = spawn(
        outer.pool, (leat_job){.fn = joins_one_that_exits, .arg = &outer});
    outer.inner = spawn(outer.pool, (leat_job){.fn = exits});
    gate_open(gate);
    RC(result_of(joins), LEAT_EEXITED);
    RC(result_of(outer.inner), LEAT_EEXITED);
    SAME(result_of(held), 0);
    SAME(result_of(spawn(outer.pool, fate_job(&fate))), 1);
    SAME(counts_of(outer.pool).failed, 2);
    leat_cancel_drop(gate);
    pool_end(outer.pool);
}
END_TEST

/* ---- size ------------------------------------------------------------------------------ */

static size_t threads_of_process(void)
{
    char line[256];
    size_t n = 0;
    FILE *status = fopen("/proc/self/status", "r");
    MUST(status != NULL);
    while (fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "Threads: %zu", &n) == 1)
            break;
    fclose(status);
    return n;
}

START_TEST(as_many_workers_as_asked)
{
    leat_pool *pool = pool_of(1, 0, LEAT_POLICY_BLOCK);
    size_t others = threads_of_process() - 1;
    static const unsigned sizes[] = {4, 2, 7, 1, 3, 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        RC(leat_pool_resize(pool, sizes[i]), 0);
        SAME(counts_of(pool).workers, sizes[i]);
        while (threads_of_process() != others + sizes[i])
            leat__os_nap();
    }
    RC(leat_pool_resize(pool, LEAT_POOL_WORKERS_MAX + 1), LEAT_EINVAL);
    pool_end(pool);
}
END_TEST

START_TEST(who_has_a_job_leaves_after_it)
{
    leat_cancel *gate = gate_new();
    leat_task *held[3];
    struct fate fate = {.result = 2};
    leat_pool *pool = pool_of(3, 0, LEAT_POLICY_BLOCK);
    for (int i = 0; i < 3; i++)
        held[i] = spawn(pool, (leat_job){.fn = wait_at_gate, .arg = gate});
    t_wait_running(pool, 3);
    RC(leat_pool_resize(pool, 1), 0);
    RC(leat_pool_resize(pool, 2), 0); /* a new one: the two are to leave */
    SAME(result_of(spawn(pool, fate_job(&fate))), 2);
    gate_open(gate);
    for (int i = 0; i < 3; i++)
        SAME(result_of(held[i]), 0);
    SAME(counts_of(pool).workers, 2);
    leat_cancel_drop(gate);
    pool_end(pool);
}
END_TEST

static void *resize_about(void *arg)
{
    t_rand chance = t_random(7);
    for (unsigned i = t_scaled(300); i > 0; i--)
        RC(leat_pool_resize(arg, 1 + (unsigned)t_below(&chance, 4)), 0);
    return NULL;
}

START_TEST(jobs_run_whatever_the_size)
{
    leat_pool *pool = pool_of(2, 0, LEAT_POLICY_BLOCK);
    pthread_t thread = t_spawn(resize_about, pool);
    int arg = 8;
    unsigned rounds = t_scaled(3000);
    for (unsigned i = 0; i < rounds; i++)
        SAME(result_of(spawn(pool, (leat_job){.fn = return_it, .arg = &arg})),
             8);
    t_join(thread);
    SAME(counts_of(pool).done, rounds);
    pool_end(pool);
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------- */

START_TEST(no_memory_leaves_nothing)
{
    leat_pool *pool = NULL;
    int rc = LEAT_ENOMEM;
    pools_count_memory();
    for (size_t n = 1; rc != 0; n++) {
        atomic_store(&pools_refuse_at, n);
        rc = leat_pool_new(&pool, LEAT_POOL_OPTS(.workers = 3));
        MUST(n < 100);
        if (rc != 0) {
            RC(rc, LEAT_ENOMEM);
            MUST(pool == NULL);
            must_be_clean();
        }
    }
    for (size_t n = 1; rc != LEAT_ENOMEM || n < 5; n++) {
        atomic_store(&pools_refuse_at, n);
        rc = leat_pool_resize(pool, 5);
        SAME(counts_of(pool).workers, rc == 0 ? 5 : 3);
        if (rc == 0)
            break;
        RC(rc, LEAT_ENOMEM);
    }
    struct fate fate = {.result = 0};
    leat_task *task = NULL;
    atomic_store(&pools_refuse_at, 1);
    RC(leat_pool_spawn(&task, pool, fate_job(&fate), leat_forever()),
       LEAT_ENOMEM);
    MUST(task == NULL);
    FATE(&fate, 0, 0);
    pool_end(pool);
}
END_TEST

START_TEST(execute_never_allocates_and_spawn_once)
{
    int arg = 1;
    leat_pool *pool = pool_of(2, 64, LEAT_POLICY_BLOCK);
    leat_job job = {.fn = return_it, .arg = &arg, .name = "one"};
    size_t before = atomic_load(&pools_asked);
    for (unsigned i = 0; i < 10000; i++)
        execute(pool, job);
    SAME(atomic_load(&pools_asked), before);
    for (unsigned i = 1; i <= 100; i++) {
        SAME(result_of(spawn(pool, job)), 1);
        SAME(atomic_load(&pools_asked), before + i);
    }
    while (counts_of(pool).done != 10100)
        leat__os_nap();
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    SAME(atomic_load(&pools_asked), before + 100);
    pool_end(pool);
}
END_TEST

START_TEST(the_high_water_mark)
{
    leat_pool *pool;
    leat_cancel *gate = gate_new();
    struct fate fate = {.result = 0};
    pools_count_memory();
    RC(leat_pool_new(&pool, LEAT_POOL_OPTS(.workers = 1, .flags = LEAT_STATS)),
       0);
    leat_task *held = hold(pool, gate);
    for (int i = 0; i < 5; i++)
        execute(pool, fate_job(&fate));
    SAME(counts_of(pool).high_water, 5);
    SAME(counts_of(pool).queued, 5);
    gate_open(gate);
    SAME(result_of(held), 0);
    RC(leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    SAME(counts_of(pool).high_water, 5);
    leat_cancel_drop(gate);
    pool_end(pool);
}
END_TEST

START_TEST(options_that_cannot_be)
{
    leat_pool *pool = NULL;
    leat_pool_opts opts = {.size = 1};
    RC(leat_pool_new(&pool, &opts), LEAT_EINVAL);
    RC(leat_pool_new(&pool,
                     LEAT_POOL_OPTS(.workers = LEAT_POOL_WORKERS_MAX + 1)),
       LEAT_EINVAL);
    RC(leat_pool_new(&pool, LEAT_POOL_OPTS(.flags = LEAT_SINGLE_PRODUCER)),
       LEAT_EINVAL);
    RC(leat_pool_new(&pool, LEAT_POOL_OPTS(.queue_cap = 2,
                                           .policy = LEAT_POLICY_CONFLATE)),
       LEAT_EINVAL);
    RC(leat_pool_new(&pool, LEAT_POOL_OPTS(.stack_bytes = SIZE_MAX)),
       LEAT_ENOMEM);
    MUST(pool == NULL);
}
END_TEST

/* ---- misuse ---------------------------------------------------------------------------- */

static void execute_nothing(void *arg)
{
    int rc = leat_pool_execute(arg, (leat_job){.fn = NULL}, leat_forever());
    (void)rc;
}

static void execute_on_nothing(void *arg)
{
    int rc = leat_pool_execute(arg, (leat_job){.fn = return_it, .arg = arg},
                               leat_nowait());
    (void)rc;
}

static void spawn_without_out(void *arg)
{
    int rc =
        leat_pool_spawn(NULL, arg, (leat_job){.fn = return_it}, leat_forever());
    (void)rc;
}

static int wait_for_its_own_pool(void *arg, leat_cancel *stop)
{
    (void)stop;
    return leat_pool_shutdown(arg, LEAT_POOL_NOW, leat_in_ms(1));
}

static void shut_down_from_within(void *arg)
{
    result_of(spawn(arg, (leat_job){.fn = wait_for_its_own_pool, .arg = arg}));
}

static void join_nothing(void *arg)
{
    int rc = leat_task_join(arg, NULL, leat_nowait());
    (void)rc;
}

static int join_itself(void *arg, leat_cancel *stop)
{
    leat_task *task;
    (void)stop;
    RC(leat_rx_recv(arg, &task, leat_forever()), 0);
    return leat_task_join(task, NULL, leat_forever());
}

static void spawn_one_that_joins_itself(void *arg)
{
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, sizeof(leat_task *), 1, NULL), 0);
    leat_task *task = spawn(arg, (leat_job){.fn = join_itself, .arg = rx});
    RC(leat_tx_send(tx, &task, leat_forever()), 0);
    result_of(task);
}

static void use_a_dropped_pool(void *arg)
{
    /* a clone of its token keeps the memory, not the pool */
    leat_pool *pool = arg;
    leat_cancel *stop = leat_cancel_clone(&pool->stop);
    leat_pool_drop(pool);
    leat_pool_stats(pool, NULL);
    leat_cancel_drop(stop);
}

static void make_without_out(void *arg)
{
    int rc = leat_pool_new(arg, NULL);
    (void)rc;
}

START_TEST(misuse_aborts)
{
    static unsigned char zeros[4096];
    /* not shared: the children of a fork have no workers, so each makes its own */
    t_aborts(make_without_out, NULL, "leat_pool_new: out is NULL");
    t_aborts(execute_on_nothing, zeros, "this is not a live pool");
    t_aborts(execute_on_nothing, NULL, "this is not a live pool");
    t_aborts(join_nothing, zeros, "this is not a live task handle");
    t_aborts(join_nothing, NULL, "this is not a live task handle");
}
END_TEST

static void with_a_pool(void *arg)
{
    void (*fn)(void *) = *(void (**)(void *))arg;
    fn(pool_of(1, 0, LEAT_POLICY_BLOCK));
}

START_TEST(misuse_of_a_pool_aborts)
{
    static const struct {
        void (*fn)(void *);
        const char *sentence;
    } calls[] = {
        {execute_nothing, "job.fn is NULL"},
        {spawn_without_out, "leat_pool_spawn: out is NULL"},
        {shut_down_from_within, "a worker waits for its own pool's end"},
        {spawn_one_that_joins_itself, "leat_task_join: a job joins itself"},
        {use_a_dropped_pool, "this is not a live pool"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        void (*fn)(void *) = calls[i].fn;
        t_aborts(with_a_pool, &fn, calls[i].sentence);
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("task");
    tcase_add_test(tc, the_result_comes_back_to_all_who_join);
    tcase_add_test(tc, a_join_gives_up_and_another_succeeds);
    tcase_add_test(tc, nobody_has_to_join);
    tcase_add_test(tc, clone_is_one_more_owner);
    tcase_add_test(tc, what_waits_is_given_up_at_once);
    tcase_add_test(tc, what_runs_is_asked_to_stop);
    tcase_add_test(tc, what_has_ended_is_left_alone);
    tcase_add_test(tc, a_token_fired_before_the_turn_gives_up_at_the_turn);
    tcase_add_test(tc, calling_off_against_running);
    tcase_add_test(tc, jobs_may_join_their_own_however_few_workers);
    tcase_add_test(tc, an_end_within_a_join_ends_both);
    tcase_add_test(tc, as_many_workers_as_asked);
    tcase_add_test(tc, who_has_a_job_leaves_after_it);
    tcase_add_test(tc, jobs_run_whatever_the_size);
    tcase_add_test(tc, no_memory_leaves_nothing);
    tcase_add_test(tc, execute_never_allocates_and_spawn_once);
    tcase_add_test(tc, the_high_water_mark);
    tcase_add_test(tc, options_that_cannot_be);
    tcase_add_test(tc, misuse_aborts);
    tcase_add_test(tc, misuse_of_a_pool_aborts);
    return t_run(tc);
}
