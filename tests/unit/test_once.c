/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_once.c - once: who runs, what the others are told, failing, running oneself. */
#define _GNU_SOURCE 1
#include "waiting.h"

#include "memory.h"

#include <leat/once.h>
#include <leat/sem.h>

static int count_up(void *arg)
{
    return ++*(int *)arg;
}

static int count_down(void *arg)
{
    --*(int *)arg;
    return -5;
}

START_TEST(it_is_done_once)
{
    leat_once once = LEAT_ONCE_INIT;
    int n = 0;
    int result = 0;
    MUST(!leat_once_is_done(&once));
    RC(leat_once_result(&once), LEAT_EAGAIN);
    RC(leat_once_do(&once, count_up, &n, &result, leat_nowait()), 0);
    SAME(result, 1);
    for (int i = 0; i < 3; i++) {
        result = 0;
        RC(leat_once_do(&once, count_up, &n, &result, leat_forever()), 0);
        SAME(result, 1);
        RC(leat_once_do(&once, count_down, &n, NULL, leat_at_ns(-1)), 0);
    }
    SAME(n, 1);
    MUST(leat_once_is_done(&once));
    SAME(leat_once_result(&once), 1);
}
END_TEST

START_TEST(a_failure_is_told_and_forgotten)
{
    leat_once once = LEAT_ONCE_INIT;
    int n = 0;
    int result = 0;
    RC(leat_once_do(&once, count_down, &n, &result, leat_forever()), 0);
    RC(result, -5);
    MUST(!leat_once_is_done(&once));
    RC(leat_once_do(&once, count_down, &n, &result, leat_forever()), 0);
    RC(leat_once_do(&once, count_up, &n, &result, leat_forever()), 0);
    SAME(n, -1);
    RC(result, -1); /* that is a failure as well */
    RC(leat_once_do(&once, count_up, &n, &result, leat_forever()), 0);
    SAME(result, 0);
    RC(leat_once_do(&once, count_up, &n, &result, leat_forever()), 0);
    SAME(result, 0);
}
END_TEST

/* ---- those who wait ------------------------------------------------------------------- */

static leat_once slow = LEAT_ONCE_INIT;
static leat_sem begun = LEAT_SEM_INIT(0);
static leat_sem may_end = LEAT_SEM_INIT(0);
static int slow_result;
static int plain; /* plain: once orders it */

static int be_slow(void *arg)
{
    leat_sem_release(&begun, 1);
    RC(leat_sem_acquire(&may_end, 1, leat_forever()), 0);
    plain = 77;
    return *(int *)arg;
}

static int do_slow(void *noun, leat_until until)
{
    int result = 1234;
    int rc = leat_once_do(noun, be_slow, &slow_result, &result, until);
    MUST(rc == 0 || result == 1234);
    MUST(rc < 0 || plain == 77);
    return rc < 0 ? rc : result;
}

START_TEST(those_who_wait_are_told)
{
    caller c[4];
    slow_result = _i;
    caller_start(&c[0], do_slow, &slow, leat_at_ns(-1)); /* it does not wait */
    RC(leat_sem_acquire(&begun, 1, leat_forever()), 0);
    for (size_t i = 1; i < 4; i++)
        caller_start(&c[i], do_slow, &slow, leat_forever());
    t_wait_line(&slow, 3);
    leat_sem_release(&may_end, 1);
    for (size_t i = 0; i < 4; i++)
        RC(caller_end(&c[i]), _i);
    MUST(leat_once_is_done(&slow) == (_i >= 0));
    SAME(in_line(&slow), 0);
}
END_TEST

START_TEST(each_reason_to_give_up)
{
    leat_cancel *token = token_new();
    caller runs;
    caller c;
    slow_result = 9;
    caller_start(&runs, do_slow, &slow, leat_forever());
    RC(leat_sem_acquire(&begun, 1, leat_forever()), 0);
    RC(do_slow(&slow, leat_nowait()), LEAT_EAGAIN);
    RC(do_slow(&slow, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    RC(do_slow(&slow, leat_in_ms(3)), LEAT_ETIMEDOUT);
    caller_start(&c, do_slow, &slow, leat_or_cancel(leat_forever(), token));
    t_wait_line(&slow, 1);
    leat_cancel_fire(token);
    RC(caller_end(&c), LEAT_ECANCELED);
    leat_sem_release(&may_end, 1);
    RC(caller_end(&runs), 9);
    RC(do_slow(&slow, leat_or_cancel(leat_forever(), token)), 9);
    leat_cancel_drop(token);
}
END_TEST

static leat_once common = LEAT_ONCE_INIT;
static int runs;

static int run_common(void *arg)
{
    (void)arg;
    return ++runs; /* plain */
}

static void *do_common(void *arg)
{
    int result = 0;
    RC(leat_once_do(&common, run_common, NULL, &result, leat_forever()), 0);
    SAME(result, 1);
    SAME(runs, 1);
    return arg;
}

START_TEST(of_many_one_runs)
{
    pthread_t thread[10];
    for (unsigned round = 0; round < t_scaled(100); round++) {
        runs = 0;
        common = (leat_once)LEAT_ONCE_INIT;
        for (size_t i = 0; i < 10; i++)
            thread[i] = t_spawn(do_common, NULL);
        for (size_t i = 0; i < 10; i++)
            t_join(thread[i]);
        SAME(runs, 1);
    }
}
END_TEST

START_TEST(no_wait_allocates)
{
    caller a;
    caller b;
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    slow_result = 3;
    caller_start(&a, do_slow, &slow, leat_forever());
    RC(leat_sem_acquire(&begun, 1, leat_forever()), 0);
    caller_start(&b, do_slow, &slow, leat_in_ms(10000));
    t_wait_line(&slow, 1);
    leat_sem_release(&may_end, 1);
    RC(caller_end(&a), 3);
    RC(caller_end(&b), 3);
    SAME(memory_asked(), 0);
    memory_relent();
}
END_TEST

/* ---- misuse ----------------------------------------------------------------------------- */

static int within(void *arg)
{
    return leat_once_do(arg, within, arg, NULL, leat_nowait());
}

static void run_itself(void *arg)
{
    if (leat_once_do(arg, within, arg, NULL, leat_forever()) == 0)
        return;
}

static void run_nothing(void *arg)
{
    if (leat_once_do(arg, NULL, NULL, NULL, leat_forever()) == 0)
        return;
}

START_TEST(misuse_aborts)
{
    leat_once once = LEAT_ONCE_INIT;
    t_aborts(run_itself, NULL, "once is NULL");
    t_aborts(run_itself, &once, "fn calls the once");
    t_aborts(run_nothing, &once, "fn is NULL");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("once");
    tcase_add_test(tc, it_is_done_once);
    tcase_add_test(tc, a_failure_is_told_and_forgotten);
    tcase_add_loop_test(tc, those_who_wait_are_told, -1, 2);
    tcase_add_test(tc, each_reason_to_give_up);
    tcase_add_test(tc, of_many_one_runs);
    tcase_add_test(tc, no_wait_allocates);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
