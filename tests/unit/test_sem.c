/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_sem.c - semaphores: permits, who is next, giving up, closing, misuse. */
#define _GNU_SOURCE 1
#include "waiting.h"

#include "memory.h"
#include "sync/sem.h"

static leat_sem three = LEAT_SEM_INIT(3);

static int acquire_1(void *noun, leat_until until)
{
    return leat_sem_acquire(noun, 1, until);
}

static int acquire_2(void *noun, leat_until until)
{
    return leat_sem_acquire(noun, 2, until);
}

static int acquire_5(void *noun, leat_until until)
{
    return leat_sem_acquire(noun, 5, until);
}

static int try_n(leat_sem *sem, uint32_t n)
{
    return leat_sem_acquire(sem, n, leat_nowait());
}

/* ---- permits ----------------------------------------------------------------------- */

START_TEST(all_zero_has_no_permits)
{
    leat_sem *sem = calloc(1, sizeof *sem);
    SAME(leat_sem_permits(sem), 0);
    RC(try_n(sem, 1), LEAT_EAGAIN);
    RC(try_n(sem, 0), 0);
    leat_sem_release(sem, 1);
    RC(try_n(sem, 1), 0);
    MUST(leat_sem_is_idle(sem));
    free(sem);
}
END_TEST

START_TEST(a_constant_has_its_permits)
{
    SAME(leat_sem_permits(&three), 3);
    RC(try_n(&three, 2), 0);
    SAME(leat_sem_permits(&three), 1);
    RC(try_n(&three, 2), LEAT_EAGAIN);
    SAME(leat_sem_permits(&three), 1);
    RC(try_n(&three, 1), 0);
    SAME(leat_sem_permits(&three), 0);
    leat_sem_release(&three, 3);
    SAME(leat_sem_permits(&three), 3);
}
END_TEST

START_TEST(permits_can_be_added_and_forgotten)
{
    leat_sem sem;
    leat_sem_init(&sem, 1);
    leat_sem_release(&sem, 4);
    SAME(leat_sem_permits(&sem), 5);
    SAME(leat_sem_forget(&sem, 2), 2);
    SAME(leat_sem_permits(&sem), 3);
    SAME(leat_sem_forget(&sem, 0), 0);
    SAME(leat_sem_forget(&sem, 100), 3);
    SAME(leat_sem_permits(&sem), 0);
    leat_sem_init(&sem, LEAT_SEM_MAX);
    SAME(leat_sem_permits(&sem), LEAT_SEM_MAX);
    RC(try_n(&sem, LEAT_SEM_MAX), 0);
    leat_sem_release(&sem, LEAT_SEM_MAX);
    SAME(leat_sem_permits(&sem), LEAT_SEM_MAX);
}
END_TEST

START_TEST(permits_are_counted_open_and_closed)
{
    for (uint32_t size = 0; size < 4; size++) {
        for (uint32_t n = 0; n < 4; n++) {
            leat_sem sem;
            leat_sem_init(&sem, size);
            if (_i == 1)
                leat_sem_close(&sem);
            leat_sem_release(&sem, n);
            SAME(leat_sem_permits(&sem), size + n);
            SAME(leat_sem_forget(&sem, size), size);
            SAME(leat_sem_permits(&sem), n);
            SAME(leat_sem_forget(&sem, n + 1), n);
            SAME(leat_sem_permits(&sem), 0);
            MUST(leat_sem_is_closed(&sem) == (_i == 1));
        }
    }
}
END_TEST

/* ---- giving up ------------------------------------------------------------------------- */

START_TEST(each_reason_to_give_up)
{
    leat_sem sem = LEAT_SEM_INIT(1);
    leat_cancel *fired = token_new();
    leat_cancel_fire(fired);
    leat_until cancelled = leat_or_cancel(leat_forever(), fired);
    RC(leat_sem_acquire(&sem, 2, leat_nowait()), LEAT_EAGAIN);
    RC(leat_sem_acquire(&sem, 2, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    RC(leat_sem_acquire(&sem, 2, leat_in_ms(3)), LEAT_ETIMEDOUT);
    RC(leat_sem_acquire(&sem, 2, cancelled), LEAT_ECANCELED);
    SAME(leat_sem_permits(&sem), 1);
    MUST(leat_sem_is_idle(&sem));
    RC(leat_sem_acquire(&sem, 1, cancelled), 0); /* ready comes first */
    leat_cancel_drop(fired);
}
END_TEST

START_TEST(who_is_cancelled_has_taken_none)
{
    leat_sem sem = LEAT_SEM_INIT(1);
    leat_cancel *token = token_new();
    caller c;
    caller_start(&c, acquire_2, &sem, leat_or_cancel(leat_forever(), token));
    t_wait_line(&sem, 1);
    leat_cancel_fire(token);
    RC(caller_end(&c), LEAT_ECANCELED);
    RC(try_n(&sem, 1), 0);
    leat_cancel_drop(token);
}
END_TEST

/* ---- who is next ------------------------------------------------------------------------- */

START_TEST(acquires_are_served_in_order)
{
    enum { N = 5 };
    leat_sem sem = LEAT_SEM_INIT(0);
    caller c[N];
    for (size_t i = 0; i < N; i++) {
        caller_start(&c[i], acquire_1, &sem, leat_forever());
        t_wait_line(&sem, i + 1);
    }
    for (size_t i = 0; i < N; i++) {
        leat_sem_release(&sem, 1);
        RC(caller_end(&c[i]), 0);
        SAME(in_line(&sem), N - 1 - i);
    }
    SAME(leat_sem_permits(&sem), 0);
}
END_TEST

START_TEST(a_big_one_is_not_overtaken)
{
    leat_sem sem = LEAT_SEM_INIT(2);
    caller big;
    caller small;
    caller_start(&big, acquire_5, &sem, leat_forever());
    t_wait_line(&sem, 1);
    RC(try_n(&sem, 1), LEAT_EAGAIN); /* they are kept for it */
    SAME(leat_sem_permits(&sem), 2);
    caller_start(&small, acquire_1, &sem, leat_forever());
    t_wait_line(&sem, 2);
    leat_sem_release(&sem, 2);
    SAME(in_line(&sem), 2);
    leat_sem_release(&sem, 1);
    RC(caller_end(&big), 0);
    SAME(in_line(&sem), 1);
    leat_sem_release(&sem, 1);
    RC(caller_end(&small), 0);
    SAME(leat_sem_permits(&sem), 0);
}
END_TEST

START_TEST(one_release_serves_several)
{
    leat_sem sem = LEAT_SEM_INIT(0);
    caller c[3];
    caller_start(&c[0], acquire_2, &sem, leat_forever());
    t_wait_line(&sem, 1);
    caller_start(&c[1], acquire_1, &sem, leat_forever());
    t_wait_line(&sem, 2);
    caller_start(&c[2], acquire_5, &sem, leat_forever());
    t_wait_line(&sem, 3);
    leat_sem_release(&sem, 4);
    RC(caller_end(&c[0]), 0);
    RC(caller_end(&c[1]), 0);
    SAME(in_line(&sem), 1);
    SAME(leat_sem_permits(&sem), 1);
    leat_sem_release(&sem, 4);
    RC(caller_end(&c[2]), 0);
    SAME(leat_sem_permits(&sem), 0);
}
END_TEST

START_TEST(who_gives_up_lets_others_move_up)
{
    leat_sem sem = LEAT_SEM_INIT(1);
    leat_cancel *token = token_new();
    caller big;
    caller small;
    caller_start(&big, acquire_5, &sem, leat_or_cancel(leat_forever(), token));
    t_wait_line(&sem, 1);
    caller_start(&small, acquire_1, &sem, leat_forever());
    t_wait_line(&sem, 2);
    leat_cancel_fire(token);
    RC(caller_end(&big), LEAT_ECANCELED);
    RC(caller_end(&small), 0);
    MUST(leat_sem_is_idle(&sem));
    SAME(leat_sem_permits(&sem), 0);
    leat_cancel_drop(token);
}
END_TEST

/* ---- closing -------------------------------------------------------------------------------- */

START_TEST(close_ends_acquires)
{
    leat_sem sem = LEAT_SEM_INIT(2);
    caller c[2];
    caller_start(&c[0], acquire_5, &sem, leat_forever());
    t_wait_line(&sem, 1);
    caller_start(&c[1], acquire_1, &sem, leat_forever());
    t_wait_line(&sem, 2);
    MUST(!leat_sem_is_closed(&sem));
    leat_sem_close(&sem);
    leat_sem_close(&sem);
    RC(caller_end(&c[0]), LEAT_ECLOSED);
    RC(caller_end(&c[1]), LEAT_ECLOSED);
    MUST(leat_sem_is_closed(&sem));
    RC(try_n(&sem, 1), LEAT_ECLOSED);
    RC(try_n(&sem, 0), LEAT_ECLOSED);
    RC(acquire_1(&sem, leat_forever()), LEAT_ECLOSED);
    leat_sem_release(&sem, 1);
    SAME(leat_sem_permits(&sem), 3);
    SAME(leat_sem_forget(&sem, 5), 3);
}
END_TEST

/* ---- a wait with several places ----------------------------------------------------------------- */

static bool told;

static void tell(leat__wait *wait)
{
    SAME(leat__wait_won(wait), LEAT__WON_CHAN);
    told = true;
}

START_TEST(a_wait_that_is_told_has_its_permits)
{
    leat_sem sem = LEAT_SEM_INIT(1);
    leat__wait wait;
    leat__waiter at = {.wait = &wait};
    leat__wait_init(&wait, false, tell);
    RC(leat__sem_arm(&sem, 1, &at, false), 0);
    RC(leat__sem_arm(&sem, 2, &at, false), LEAT_EAGAIN);
    leat_sem_release(&sem, 2);
    MUST(told);
    RC(at.rc, 0);
    SAME(leat_sem_permits(&sem), 1);
    RC(leat__sem_try(&sem, 1), 0);
    leat_sem_close(&sem);
    RC(leat__sem_arm(&sem, 2, &at, false), 0); /* to try is to be told */
    RC(leat__sem_try(&sem, 2), LEAT_ECLOSED);
}
END_TEST

START_TEST(a_wait_that_leaves_serves_the_next)
{
    leat_sem sem = LEAT_SEM_INIT(1);
    leat__wait wait;
    leat__waiter at = {.wait = &wait};
    caller c;
    leat__wait_init(&wait, false, tell);
    RC(leat__sem_arm(&sem, 5, &at, false), LEAT_EAGAIN);
    caller_start(&c, acquire_1, &sem, leat_forever());
    t_wait_line(&sem, 2);
    MUST(leat__wait_claim(&wait));
    leat__sem_leave(&sem, &at);
    RC(caller_end(&c), 0);
    MUST(!told && leat_sem_is_idle(&sem));
}
END_TEST

/* ---- many -------------------------------------------------------------------------------------- */

enum { PERMITS = 5 };
static leat_sem sem_of_many = LEAT_SEM_INIT(PERMITS);
static leat__a32 out;
static leat_cancel *token_of_many;
static unsigned rounds;

static void *be_one_of_many(void *arg)
{
    t_rand chance = t_random((uintptr_t)arg);
    for (unsigned i = 0; i < rounds; i++) {
        uint32_t n = (uint32_t)t_below(&chance, PERMITS + 1);
        leat_until until = leat_forever();
        uint64_t way = t_below(&chance, 8);
        if (way == 0)
            until = leat_nowait();
        else if (way == 1)
            until = leat_in_ns((int64_t)t_below(&chance, 60000));
        else if (way == 2)
            until = leat_or_cancel(until, token_of_many);
        if (leat_sem_acquire(&sem_of_many, n, until) < 0)
            continue;
        MUST(leat__add32_rlx(&out, n) + n <= PERMITS);
        if (t_below(&chance, 32) == 0)
            leat__os_yield();
        leat__sub32_acqrel(&out, n);
        leat_sem_release(&sem_of_many, n);
    }
    return NULL;
}

START_TEST(many_take_and_give)
{
    enum { N = 6 };
    pthread_t thread[N];
    t_patience(120);
    token_of_many = token_new();
    rounds = t_scaled(20000);
    for (size_t i = 0; i < N; i++)
        thread[i] = t_spawn(be_one_of_many, (void *)i);
    leat_cancel_fire(token_of_many);
    for (size_t i = 0; i < N; i++)
        t_join(thread[i]);
    SAME(leat_sem_permits(&sem_of_many), PERMITS);
    MUST(leat_sem_is_idle(&sem_of_many));
    leat_cancel_drop(token_of_many);
}
END_TEST

START_TEST(no_wait_allocates)
{
    leat_sem sem = LEAT_SEM_INIT(0);
    leat_cancel *token = token_new();
    caller c[2];
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    caller_start(&c[0], acquire_2, &sem,
                 leat_or_cancel(leat_in_ms(10000), token));
    caller_start(&c[1], acquire_1, &sem, leat_forever());
    t_wait_line(&sem, 2);
    leat_sem_release(&sem, 3);
    RC(caller_end(&c[0]), 0);
    RC(caller_end(&c[1]), 0);
    SAME(memory_asked(), 0);
    memory_relent();
    leat_cancel_drop(token);
}
END_TEST

/* ---- misuse ---------------------------------------------------------------------------------------- */

static void release_null(void *arg)
{
    leat_sem_release(arg, 1);
}

static void release_too_many(void *arg)
{
    leat_sem_release(arg, LEAT_SEM_MAX);
}

static void acquire_too_many(void *arg)
{
    if (leat_sem_acquire(arg, LEAT_SEM_MAX + 1, leat_nowait()) == 0)
        return;
}

static void make_too_many(void *arg)
{
    leat_sem_init(arg, LEAT_SEM_MAX + 1);
}

START_TEST(misuse_aborts)
{
    t_aborts(release_null, NULL, "sem is NULL");
    t_aborts(release_too_many, &three, "leat_sem_release: more permits");
    t_aborts(acquire_too_many, &three, "leat_sem_acquire: more permits");
    t_aborts(make_too_many, &three, "leat_sem_init: more permits");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("sem");
    tcase_add_test(tc, all_zero_has_no_permits);
    tcase_add_test(tc, a_constant_has_its_permits);
    tcase_add_test(tc, permits_can_be_added_and_forgotten);
    tcase_add_loop_test(tc, permits_are_counted_open_and_closed, 0, 2);
    tcase_add_test(tc, each_reason_to_give_up);
    tcase_add_test(tc, who_is_cancelled_has_taken_none);
    tcase_add_test(tc, acquires_are_served_in_order);
    tcase_add_test(tc, a_big_one_is_not_overtaken);
    tcase_add_test(tc, one_release_serves_several);
    tcase_add_test(tc, who_gives_up_lets_others_move_up);
    tcase_add_test(tc, close_ends_acquires);
    tcase_add_test(tc, a_wait_that_is_told_has_its_permits);
    tcase_add_test(tc, a_wait_that_leaves_serves_the_next);
    tcase_add_test(tc, many_take_and_give);
    tcase_add_test(tc, no_wait_allocates);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
