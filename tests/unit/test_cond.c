/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_cond.c - condition variables: no signal is lost, none wakes two, and who waits has
 * the mutex when it returns. */
#define _GNU_SOURCE 1
#include "waiting.h"

#include "memory.h"

#include <leat/cond.h>

static leat_mutex mutex = LEAT_MUTEX_INIT;
static leat_cond cond = LEAT_COND_INIT;
static size_t ready; /* plain: the mutex orders it */

/* Wait for one of `ready`, and take it, unless the wait was given up. */
static int get(void *noun, leat_until until)
{
    int rc = 0;
    (void)noun;
    leat_mutex_lock(&mutex);
    while (ready == 0 && rc >= 0)
        rc = leat_cond_wait_until(&cond, &mutex, until);
    MUST(leat_mutex_is_locked(&mutex));
    if (rc >= 0)
        ready--;
    leat_mutex_unlock(&mutex);
    return rc;
}

static void put(size_t n, bool all)
{
    leat_mutex_lock(&mutex);
    ready += n;
    if (all)
        leat_cond_broadcast(&cond);
    else
        leat_cond_signal(&cond);
    leat_mutex_unlock(&mutex);
}

static void begin(caller *c, size_t n, leat_until until)
{
    for (size_t i = 0; i < n; i++) {
        caller_start(&c[i], get, NULL, until);
        t_wait_line(&cond, i + 1);
    }
}

START_TEST(a_signal_without_waiters_is_nothing)
{
    leat_cond_signal(&cond);
    leat_cond_broadcast(&cond);
    MUST(leat_cond_is_idle(&cond));
    leat_mutex_lock(&mutex);
    RC(leat_cond_wait_until(&cond, &mutex, leat_in_ms(3)), LEAT_ETIMEDOUT);
    leat_mutex_unlock(&mutex);
    MUST(leat_cond_is_idle(&cond));
}
END_TEST

START_TEST(a_signal_ends_the_longest_wait)
{
    enum { N = 4 };
    caller c[N];
    begin(c, N, leat_forever());
    for (size_t i = 0; i < N; i++) {
        put(1, false);
        RC(caller_end(&c[i]), 0);
        SAME(in_line(&cond), N - 1 - i);
    }
    MUST(leat_cond_is_idle(&cond));
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

START_TEST(a_signal_without_the_mutex_does_as_well)
{
    caller c;
    begin(&c, 1, leat_forever());
    leat_mutex_lock(&mutex);
    ready = 1;
    leat_mutex_unlock(&mutex);
    leat_cond_signal(&cond);
    RC(caller_end(&c), 0);
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

START_TEST(a_broadcast_ends_all)
{
    enum { N = 6 };
    caller c[N];
    begin(c, N, leat_forever());
    if (_i == 0) {
        put(N, true);
    } else {
        leat_mutex_lock(&mutex);
        ready = N;
        leat_mutex_unlock(&mutex);
        leat_cond_broadcast(&cond);
    }
    for (size_t i = 0; i < N; i++)
        RC(caller_end(&c[i]), 0);
    SAME(ready, 0);
    MUST(leat_cond_is_idle(&cond));
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

/* While somebody has the mutex, those who are told are in its line, not awake. */
START_TEST(a_broadcast_moves_waiters_to_the_mutex)
{
    enum { N = 5 };
    caller c[N];
    begin(c, N, leat_forever());
    leat_mutex_lock(&mutex);
    ready = N;
    leat_cond_broadcast(&cond);
    SAME(in_line(&cond), 0);
    SAME(in_line(&mutex), N);
    leat_mutex_unlock(&mutex);
    for (size_t i = 0; i < N; i++)
        RC(caller_end(&c[i]), 0);
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

/* Told is told: a token does not take that back while the mutex is not free. */
START_TEST(who_is_told_is_not_cancelled)
{
    caller c[2];
    leat_cancel *token = token_new();
    begin(c, 2, leat_or_cancel(leat_forever(), token));
    leat_mutex_lock(&mutex);
    ready = 2;
    leat_cond_broadcast(&cond);
    leat_cancel_fire(token);
    SAME(in_line(&mutex), 2);
    leat_mutex_unlock(&mutex);
    RC(caller_end(&c[0]), 0);
    RC(caller_end(&c[1]), 0);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(each_reason_to_give_up)
{
    leat_cancel *fired = token_new();
    leat_cancel_fire(fired);
    leat_mutex_lock(&mutex);
    RC(leat_cond_wait_until(&cond, &mutex, leat_nowait()), LEAT_EAGAIN);
    RC(leat_cond_wait_until(&cond, &mutex, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    RC(leat_cond_wait_until(&cond, &mutex, leat_in_ms(3)), LEAT_ETIMEDOUT);
    RC(leat_cond_wait_until(&cond, &mutex,
                            leat_or_cancel(leat_at_ns(-1), fired)),
       LEAT_ECANCELED);
    MUST(leat_mutex_is_locked(&mutex));
    leat_mutex_unlock(&mutex);
    MUST(leat_cond_is_idle(&cond));
    leat_cancel_drop(fired);
}
END_TEST

START_TEST(a_fired_token_ends_the_wait)
{
    leat_cancel *token = token_new();
    caller c[2];
    begin(c, 2, leat_or_cancel(leat_forever(), token));
    leat_cancel_fire(token);
    RC(caller_end(&c[0]), LEAT_ECANCELED);
    RC(caller_end(&c[1]), LEAT_ECANCELED);
    MUST(leat_cond_is_idle(&cond));
    MUST(leat_mutex_is_idle(&mutex));
    leat_cancel_drop(token);
}
END_TEST

START_TEST(who_gave_up_takes_no_signal)
{
    caller c[2];
    leat_cancel *token = token_new();
    begin(&c[0], 1, leat_or_cancel(leat_forever(), token));
    caller_start(&c[1], get, NULL, leat_forever());
    t_wait_line(&cond, 2);
    leat_cancel_fire(token);
    RC(caller_end(&c[0]), LEAT_ECANCELED);
    put(1, false);
    RC(caller_end(&c[1]), 0);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(a_poisoned_mutex_is_told_of)
{
    caller c;
    begin(&c, 1, leat_forever());
    leat_mutex_lock(&mutex);
    leat_mutex_poison(&mutex);
    leat_cond_signal(&cond); /* nothing is ready: it looks, and waits again */
    leat_mutex_unlock(&mutex);
    t_wait_line(&cond, 1);
    put(1, false);
    RC(caller_end(&c), 1);
    leat_mutex_lock(&mutex);
    RC(leat_cond_wait_until(&cond, &mutex, leat_in_ms(1)), LEAT_ETIMEDOUT);
    leat_mutex_unlock(&mutex);
}
END_TEST

static int wait_once(void *noun, leat_until until)
{
    (void)noun;
    leat_mutex_lock(&mutex);
    int rc = leat_cond_wait_until(&cond, &mutex, until);
    leat_mutex_unlock(&mutex);
    return rc;
}

START_TEST(a_wait_says_that_the_mutex_is_poisoned)
{
    caller c;
    caller_start(&c, wait_once, NULL, leat_forever());
    t_wait_line(&cond, 1);
    leat_mutex_poison(&mutex);
    leat_cond_signal(&cond);
    RC(caller_end(&c), 1);
}
END_TEST

static void *broadcast_once(void *arg)
{
    leat_mutex_lock(&mutex);
    leat_cond_broadcast(&cond);
    leat_mutex_unlock(&mutex);
    return arg;
}

/* One who waits when the broadcast comes is told, whoever begins to wait beside it. */
START_TEST(a_late_waiter_takes_no_signal_from_an_early_one)
{
    for (unsigned round = 0; round < t_scaled(50); round++) {
        caller early;
        caller late;
        caller_start(&early, wait_once, NULL, leat_forever());
        t_wait_line(&cond, 1);
        pthread_t tells = t_spawn(broadcast_once, NULL);
        caller_start(&late, wait_once, NULL, leat_in_ns(300000));
        RC(caller_end(&early), 0);
        int rc = caller_end(&late);
        MUST(rc == 0 || rc == LEAT_ETIMEDOUT);
        t_join(tells);
    }
    MUST(leat_cond_is_idle(&cond));
}
END_TEST

static int turn; /* plain: the mutex orders it */

static void *take_turns(void *arg)
{
    int me = (int)(intptr_t)arg;
    leat_mutex_lock(&mutex);
    for (int i = 0; i < 100; i++) {
        while (turn != me)
            leat_cond_wait(&cond, &mutex);
        turn = (me + 1) % 3;
        leat_cond_broadcast(&cond);
    }
    leat_mutex_unlock(&mutex);
    return NULL;
}

START_TEST(three_take_turns)
{
    pthread_t thread[3];
    for (intptr_t i = 0; i < 3; i++)
        thread[i] = t_spawn(take_turns, (void *)i);
    for (size_t i = 0; i < 3; i++)
        t_join(thread[i]);
    SAME(turn, 0);
    MUST(leat_cond_is_idle(&cond) && leat_mutex_is_idle(&mutex));
}
END_TEST

/* ---- a buffer between threads ----------------------------------------------------------- */

enum { ROOM = 3 };
static leat_cond not_full = LEAT_COND_INIT;
static unsigned rounds;
static uint64_t sum_in;
static uint64_t sum_out;
static uint64_t buffer[ROOM];
static size_t filled;

static void *produce(void *arg)
{
    for (unsigned i = 0; i < rounds; i++) {
        uint64_t value = (uintptr_t)arg * 1000000 + i;
        leat_mutex_lock(&mutex);
        while (filled == ROOM) {
            int rc = leat_cond_wait_until(&not_full, &mutex,
                                          i % 5 == 0 ? leat_in_ns(20000)
                                                     : leat_forever());
            MUST(rc == 0 || (rc == LEAT_ETIMEDOUT && i % 5 == 0));
        }
        buffer[filled++] = value;
        sum_in += value;
        if (i % 2 == 0)
            leat_cond_signal(&cond);
        leat_mutex_unlock(&mutex);
        if (i % 2 != 0)
            leat_cond_signal(&cond);
    }
    return NULL;
}

static void *consume(void *arg)
{
    for (unsigned i = 0; i < rounds; i++) {
        leat_mutex_lock(&mutex);
        while (filled == 0)
            leat_cond_wait(&cond, &mutex);
        sum_out += buffer[--filled];
        leat_mutex_unlock(&mutex);
        if (i % 3 == 0)
            leat_cond_broadcast(&not_full);
        else
            leat_cond_signal(&not_full);
    }
    return arg;
}

START_TEST(a_buffer_loses_nothing)
{
    enum { N = 3 };
    pthread_t thread[2 * N];
    t_patience(120);
    rounds = t_scaled(20000);
    for (size_t i = 0; i < N; i++) {
        thread[2 * i] = t_spawn(produce, (void *)i);
        thread[2 * i + 1] = t_spawn(consume, NULL);
    }
    for (size_t i = 0; i < 2 * (size_t)N; i++)
        t_join(thread[i]);
    SAME(sum_in, sum_out);
    SAME(filled, 0);
    MUST(leat_cond_is_idle(&cond) && leat_cond_is_idle(&not_full));
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

START_TEST(no_wait_allocates)
{
    caller c[2];
    leat_cancel *token = token_new();
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    begin(&c[0], 1, leat_or_cancel(leat_in_ms(10000), token));
    caller_start(&c[1], get, NULL, leat_forever());
    t_wait_line(&cond, 2);
    put(2, true);
    RC(caller_end(&c[0]), 0);
    RC(caller_end(&c[1]), 0);
    SAME(memory_asked(), 0);
    memory_relent();
    leat_cancel_drop(token);
}
END_TEST

/* ---- misuse -------------------------------------------------------------------------------- */

static void wait_without(void *arg)
{
    leat_cond_wait(arg, &mutex);
}

static void signal_null(void *arg)
{
    leat_cond_signal(arg);
}

static void wait_with_another(void *arg)
{
    leat_mutex another = LEAT_MUTEX_INIT;
    caller c;
    begin(&c, 1, leat_forever());
    leat_mutex_lock(&another);
    leat_cond_wait(arg, &another);
}

START_TEST(misuse_aborts)
{
    t_aborts(wait_without, &cond, "does not hold the mutex");
    t_aborts(signal_null, NULL, "cond is NULL");
    t_aborts(wait_with_another, &cond, "another mutex");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("cond");
    tcase_add_test(tc, a_signal_without_waiters_is_nothing);
    tcase_add_test(tc, a_signal_ends_the_longest_wait);
    tcase_add_test(tc, a_signal_without_the_mutex_does_as_well);
    tcase_add_loop_test(tc, a_broadcast_ends_all, 0, 2);
    tcase_add_test(tc, a_broadcast_moves_waiters_to_the_mutex);
    tcase_add_test(tc, who_is_told_is_not_cancelled);
    tcase_add_test(tc, each_reason_to_give_up);
    tcase_add_test(tc, a_fired_token_ends_the_wait);
    tcase_add_test(tc, who_gave_up_takes_no_signal);
    tcase_add_test(tc, a_poisoned_mutex_is_told_of);
    tcase_add_test(tc, a_wait_says_that_the_mutex_is_poisoned);
    tcase_add_test(tc, a_late_waiter_takes_no_signal_from_an_early_one);
    tcase_add_test(tc, three_take_turns);
    tcase_add_test(tc, a_buffer_loses_nothing);
    tcase_add_test(tc, no_wait_allocates);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
