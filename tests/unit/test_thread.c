/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_thread.c - threads: their results, who joins them and when, who owns them, and
 * what is left of them. */
#define _GNU_SOURCE 1
#include "threads.h"

#include <stdatomic.h>

/* ---- joining -------------------------------------------------------------------------- */

START_TEST(the_result_comes_back)
{
    static const int results[] = {0, 1, -1, INT32_MAX, INT32_MIN, LEAT_ECLOSED};
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        int arg = results[i];
        leat_thread *thread = spawn(return_it, &arg);
        MUST(join_for_ever(thread) == results[i]);
        MUST(leat_thread_drop(thread));
    }
    must_be_clean();
}
END_TEST

START_TEST(a_join_after_the_end_and_again_and_again)
{
    int arg = 7;
    leat_thread *thread = spawn(return_it, &arg);
    while (!leat_thread_is_done(thread))
        leat__os_yield();
    leat_cancel *fired;
    RC(leat_cancel_new(&fired), 0);
    leat_cancel_fire(fired);
    /* what is ready beats the clock and the token */
    const leat_until untils[] = {leat_nowait(), leat_at_ns(-1), leat_forever(),
                                 leat_or_cancel(leat_at_ns(-1), fired),
                                 leat_each_ms(1)};
    for (size_t i = 0; i < sizeof untils / sizeof untils[0]; i++) {
        int result = NO_RESULT;
        RC(leat_thread_join(thread, &result, untils[i]), 0);
        SAME(result, 7);
    }
    RC(leat_thread_join(thread, NULL, leat_nowait()), 0);
    SAME(leat_thread_is_done(thread), true);
    leat_cancel_drop(fired);
    MUST(leat_thread_drop(thread));
    must_be_clean();
}
END_TEST

START_TEST(a_join_gives_up_and_another_succeeds)
{
    int arg = 8;
    int result = NO_RESULT;
    leat_thread *thread = spawn(wait_and_return_it, &arg);
    leat_until until = leat_in_ms(20);
    RC(leat_thread_join(thread, &result, leat_nowait()), LEAT_EAGAIN);
    RC(leat_thread_join(thread, &result, until), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= until.deadline_ns);
    RC(leat_thread_join(thread, &result, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    RC(leat_thread_join(thread, &result, leat_each_ms(1)), LEAT_ETIMEDOUT);
    RC(leat_thread_join(thread, NULL, leat_each_ms(1)), LEAT_ETIMEDOUT);
    SAME(result, NO_RESULT);
    MUST(!leat_thread_is_done(thread));
    stop(thread);
    SAME(join_for_ever(thread), 8);
    MUST(leat_thread_drop(thread));
    must_be_clean();
}
END_TEST

START_TEST(a_token_ends_a_join_and_not_the_thread)
{
    int arg = 9;
    struct joiner j;
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_thread *thread = spawn(wait_and_return_it, &arg);
    joiner_start(&j, thread, leat_or_cancel(leat_forever(), token));
    t_wait_joining(thread, 1);
    leat_cancel_fire(token);
    RC(joiner_end(&j), LEAT_ECANCELED);
    SAME(j.result, NO_RESULT);
    t_wait_joining(thread, 0);
    RC(leat_thread_join(thread, NULL, leat_or_cancel(leat_at_ns(-1), token)),
       LEAT_ECANCELED);
    RC(leat_thread_join(thread, NULL, leat_or_cancel(leat_nowait(), token)),
       LEAT_EAGAIN);
    MUST(!leat_thread_is_done(thread));
    stop(thread);
    SAME(join_for_ever(thread), 9);
    MUST(leat_thread_drop(thread));
    leat_cancel_drop(token);
    must_be_clean();
}
END_TEST

static int write_and_return(void *arg, leat_cancel *token)
{
    RC(leat_cancel_wait(token, leat_forever()), 0);
    written = 42;
    return *(int *)arg;
}

START_TEST(many_may_join)
{
    enum { N = 6 };
    int arg = 10;
    struct joiner j[N];
    leat_thread *thread = spawn(write_and_return, &arg);
    for (int i = 0; i < N; i++)
        joiner_start(&j[i], thread,
                     i % 2 == 0 ? leat_forever() : leat_in_ms(3600000));
    t_wait_joining(thread, N);
    stop(thread);
    for (int i = 0; i < N; i++) {
        RC(joiner_end(&j[i]), 0);
        SAME(j[i].result, 10);
        SAME(j[i].seen, 42);
    }
    MUST(leat_thread_drop(thread));
    must_be_clean();
}
END_TEST

/* Joins with each kind of until, while the thread ends at some moment. */
START_TEST(joins_at_the_moment_of_the_end)
{
    enum { N = 4 };
    for (unsigned round = 0; round < t_scaled(400); round++) {
        int arg = (int)round;
        struct joiner j[N];
        leat_thread *thread = spawn(write_and_return, &arg);
        for (int i = 0; i < N; i++)
            joiner_start(&j[i], thread,
                         i == 0   ? leat_nowait()
                         : i == 1 ? leat_in_ns(20000 * (int)(round % 16))
                                  : leat_forever());
        stop(thread);
        for (int i = 0; i < N; i++) {
            int rc = joiner_end(&j[i]);
            if (rc == 0)
                SAME(j[i].seen, 42);
            else
                MUST(rc == (i == 0 ? LEAT_EAGAIN : LEAT_ETIMEDOUT) && i < 2);
            MUST(j[i].result == (rc == 0 ? arg : NO_RESULT));
        }
        MUST(leat_thread_drop(thread));
    }
    must_be_clean();
}
END_TEST

/* Plain data, ordered by a look alone: a race here is a finding of ThreadSanitizer. */
START_TEST(the_end_happens_before_a_true)
{
    int arg = 0;
    leat_thread *thread = spawn(write_and_return, &arg);
    stop(thread);
    while (!leat_thread_is_done(thread))
        leat__os_yield();
    SAME(written, 42);
    MUST(leat_thread_drop(thread));
    must_be_clean();
}
END_TEST

/* ---- after 0 it is gone ------------------------------------------------------------ */

static pthread_key_t at_exit_key;

/* What a thread still does after fn: takes its time, and then writes. */
static void write_late(void *arg)
{
    for (int i = 0; i < 100; i++)
        leat__os_nap();
    *(int *)arg = 42;
}

static int leave_something(void *arg, leat_cancel *token)
{
    RC(leat_cancel_wait(token, leat_forever()), 0);
    MUST(pthread_setspecific(at_exit_key, arg) == 0);
    return 11;
}

/* Whoever is told 0, first or not, sees what the destructors did. */
START_TEST(after_a_join_nothing_of_it_runs)
{
    enum { N = 4 };
    struct joiner j[N];
    MUST(pthread_key_create(&at_exit_key, write_late) == 0);
    leat_thread *thread = spawn(leave_something, &written);
    for (int i = 0; i < N; i++)
        joiner_start(&j[i], thread, leat_forever());
    t_wait_joining(thread, N);
    stop(thread);
    while (!leat_thread_is_done(thread))
        leat__os_yield();
    RC(leat_thread_join(thread, NULL, leat_nowait()), 0);
    SAME(written, 42);
    for (int i = 0; i < N; i++) {
        RC(joiner_end(&j[i]), 0);
        SAME(j[i].seen, 42);
    }
    MUST(leat_thread_drop(thread));
    must_be_clean();
    pthread_key_delete(at_exit_key);
}
END_TEST

static int with_a_second(void *arg, leat_cancel *token)
{
    leat_thread *second = spawn(return_it, arg);
    int result = join_for_ever(second);
    MUST(token != leat_thread_stop(second));
    MUST(leat_thread_drop(second));
    return result;
}

START_TEST(a_thread_may_have_threads)
{
    int arg = 12;
    leat_thread *thread = spawn(with_a_second, &arg);
    SAME(join_for_ever(thread), 12);
    MUST(leat_thread_drop(thread));
    must_be_clean();
}
END_TEST

START_TEST(a_thousand_in_a_row_leave_nothing)
{
    for (int i = 0; i < 1000; i++) {
        leat_thread *thread = spawn(return_it, &i);
        if (i % 4 != 0)
            MUST(join_for_ever(thread) == i);
        else
            while (!leat_thread_is_done(thread)) /* &i is its */
                leat__os_yield();
        MUST(leat_thread_drop(thread));
    }
    must_be_clean();
    SAME(threads_created(), 1001); /* the watchdog */
    SAME(threads_joined(), 750);
    SAME(threads_detached(), 251);
}
END_TEST

/* ---- pthread_exit -------------------------------------------------------------------- */

static void write_on_the_way_out(void *arg)
{
    *(int *)arg = 42;
}

static void exit_deep_down(int *cell)
{
    pthread_cleanup_push(write_on_the_way_out, cell);
    pthread_exit(NULL);
    pthread_cleanup_pop(0);
}

static int exit_instead(void *arg, leat_cancel *token)
{
    RC(leat_cancel_wait(token, leat_forever()), 0);
    exit_deep_down(arg);
    return 0;
}

START_TEST(pthread_exit_is_an_end)
{
    struct joiner j;
    leat_thread *thread = spawn(exit_instead, &written);
    joiner_start(&j, thread, leat_forever());
    t_wait_joining(thread, 1);
    stop(thread);
    RC(joiner_end(&j), 0);
    SAME(j.result, LEAT_EEXITED);
    SAME(j.seen, 42);
    MUST(leat_thread_is_done(thread));
    SAME(join_for_ever(thread), LEAT_EEXITED);
    MUST(leat_thread_drop(thread));
    must_be_clean();
}
END_TEST

START_TEST(pthread_exit_of_a_thread_that_was_let_go)
{
    leat_thread *thread = spawn(exit_instead, &written);
    leat_cancel *token = leat_cancel_clone(leat_thread_stop(thread));
    MUST(leat_thread_drop(thread));
    leat_cancel_fire(token);
    leat_cancel_drop(token);
    must_be_clean();
}
END_TEST

/* ---- owners ------------------------------------------------------------------------ */

START_TEST(clone_is_one_more_owner)
{
    int arg = 13;
    leat_thread *thread = spawn(wait_and_return_it, &arg);
    MUST(leat_thread_clone(thread) == thread);
    MUST(leat_thread_clone(thread) == thread);
    MUST(!leat_thread_drop(thread));
    MUST(!leat_thread_drop(thread));
    MUST(!leat_cancel_check(leat_thread_stop(thread))); /* no drop fires */
    stop(thread);
    SAME(join_for_ever(thread), 13);
    MUST(leat_thread_drop(thread));
    MUST(!leat_thread_drop(NULL));
    must_be_clean();
}
END_TEST

static void *join_and_drop(void *arg)
{
    SAME(join_for_ever(arg), 14);
    return (void *)(uintptr_t)leat_thread_drop(arg);
}

START_TEST(one_drop_of_many_is_the_last)
{
    enum { N = 4 };
    int arg = 14;
    for (unsigned round = 0; round < t_scaled(200); round++) {
        pthread_t by[N];
        size_t lasts = 0;
        leat_thread *thread = spawn(return_it, &arg);
        for (int i = 1; i < N; i++)
            MUST(leat_thread_clone(thread) == thread);
        for (int i = 0; i < N; i++)
            by[i] = t_spawn(join_and_drop, thread);
        for (int i = 0; i < N; i++)
            lasts += (uintptr_t)t_join(by[i]);
        SAME(lasts, 1);
    }
    must_be_clean();
}
END_TEST

static atomic_int ran_to_its_end;

static int note_the_end(void *arg, leat_cancel *token)
{
    RC(leat_cancel_wait(token, leat_forever()), 0);
    MUST(arg == &ran_to_its_end);
    atomic_fetch_add(&ran_to_its_end, 1);
    return 0;
}

START_TEST(a_drop_before_the_end_lets_it_run)
{
    leat_thread *thread = spawn(note_the_end, &ran_to_its_end);
    leat_cancel *token = leat_cancel_clone(leat_thread_stop(thread));
    RC(leat_thread_join(thread, NULL, leat_in_ms(1)), LEAT_ETIMEDOUT);
    MUST(leat_thread_drop(thread));
    SAME(atomic_load(&ran_to_its_end), 0);
    leat_cancel_fire(token);
    leat_cancel_drop(token);
    must_be_clean();
    SAME(atomic_load(&ran_to_its_end), 1);
}
END_TEST

/* It waits until it has its handle, its only owner, and lets go of it. */
static int drop_itself(void *arg, leat_cancel *token)
{
    leat_rx *rx = arg;
    leat_thread *thread;
    RC(leat_rx_recv(rx, &thread, leat_forever()), 0);
    MUST(leat_thread_stop(thread) == token);
    MUST(!leat_thread_is_done(thread));
    MUST(leat_thread_drop(thread));
    MUST(!leat_cancel_check(token)); /* its own part of it is left */
    leat_rx_drop(rx);
    return 0;
}

START_TEST(a_thread_may_be_its_own_last_owner)
{
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, sizeof(leat_thread *), 0, NULL), 0);
    leat_thread *thread = spawn(drop_itself, rx);
    RC(leat_tx_send(tx, &thread, leat_forever()), 0);
    leat_tx_drop(tx);
    must_be_clean();
}
END_TEST

/* ---- stop --------------------------------------------------------------------------- */

static int receive_until_stopped(void *arg, leat_cancel *token)
{
    uint64_t value;
    return leat_rx_recv(arg, &value, leat_or_cancel(leat_forever(), token));
}

START_TEST(the_stop_token_reaches_fn)
{
    ends e = ends_cap(1);
    leat_thread *thread = spawn(receive_until_stopped, e.rx);
    t_wait_parked(e.chan, LEAT__RECV, 1);
    MUST(!leat_cancel_check(leat_thread_stop(thread)));
    stop(thread);
    RC(join_for_ever(thread), LEAT_ECANCELED);
    stop(thread); /* too late, and fine */
    SAME(join_for_ever(thread), LEAT_ECANCELED);
    MUST(leat_thread_drop(thread));
    ends_drop(e);
    must_be_clean();
}
END_TEST

START_TEST(a_clone_of_the_stop_token_outlives_all)
{
    int arg = 15;
    leat_thread *thread = spawn(wait_and_return_it, &arg);
    leat_cancel *token = leat_cancel_clone(leat_thread_stop(thread));
    leat_cancel_fire(token);
    SAME(join_for_ever(thread), 15);
    MUST(leat_thread_drop(thread));
    SAME(memory_live(), 1);
    MUST(leat_cancel_check(token));
    RC(leat_cancel_wait(token, leat_nowait()), 0);
    MUST(leat_cancel_drop(token));
    must_be_clean();
}
END_TEST

int main(void)
{
    TCase *tc = t_case("thread");
    tcase_add_test(tc, the_result_comes_back);
    tcase_add_test(tc, a_join_after_the_end_and_again_and_again);
    tcase_add_test(tc, a_join_gives_up_and_another_succeeds);
    tcase_add_test(tc, a_token_ends_a_join_and_not_the_thread);
    tcase_add_test(tc, many_may_join);
    tcase_add_test(tc, joins_at_the_moment_of_the_end);
    tcase_add_test(tc, the_end_happens_before_a_true);
    tcase_add_test(tc, after_a_join_nothing_of_it_runs);
    tcase_add_test(tc, a_thread_may_have_threads);
    tcase_add_test(tc, a_thousand_in_a_row_leave_nothing);
    tcase_add_test(tc, pthread_exit_is_an_end);
    tcase_add_test(tc, pthread_exit_of_a_thread_that_was_let_go);
    tcase_add_test(tc, clone_is_one_more_owner);
    tcase_add_test(tc, one_drop_of_many_is_the_last);
    tcase_add_test(tc, a_drop_before_the_end_lets_it_run);
    tcase_add_test(tc, a_thread_may_be_its_own_last_owner);
    tcase_add_test(tc, the_stop_token_reaches_fn);
    tcase_add_test(tc, a_clone_of_the_stop_token_outlives_all);
    return t_run(tc);
}
