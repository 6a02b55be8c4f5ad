/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_mutex.c - mutexes: one at a time, who is next, giving up, poison, misuse. */
#define _GNU_SOURCE 1
#include "waiting.h"

#include "memory.h"
#include "sync/mutex.h"

#include <leat/cond.h>
#include <leat/thread.h>

static leat_mutex of_static_memory = LEAT_MUTEX_INIT;

static int lock_and_unlock(void *noun, leat_until until)
{
    int rc = leat_mutex_lock_until(noun, until);
    if (rc >= 0)
        leat_mutex_unlock(noun);
    return rc;
}

/* ---- at rest ----------------------------------------------------------------------- */

START_TEST(all_zero_is_a_free_mutex)
{
    leat_mutex *mutex = calloc(1, sizeof *mutex);
    MUST(leat_mutex_is_idle(mutex));
    leat_mutex_lock(mutex);
    MUST(leat_mutex_is_locked(mutex));
    MUST(!leat_mutex_is_idle(mutex));
    leat_mutex_unlock(mutex);
    MUST(leat_mutex_is_idle(mutex));
    free(mutex);
    leat_mutex_lock(&of_static_memory);
    leat_mutex_unlock(&of_static_memory);
    MUST(leat_mutex_is_idle(&of_static_memory));
}
END_TEST

START_TEST(it_is_small)
{
    MUST(sizeof(leat_mutex) <= 8 + 2 * sizeof(void *));
    MUST(sizeof(leat_cond) <= 8 + sizeof(void *));
}
END_TEST

START_TEST(it_can_be_made_again)
{
    leat_mutex mutex;
    memset(&mutex, 0x5a, sizeof mutex);
    leat_mutex_init(&mutex, 0);
    RC(leat_mutex_lock_until(&mutex, leat_nowait()), 0);
    leat_mutex_unlock(&mutex);
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

/* ---- giving up ------------------------------------------------------------------- */

struct given_up {
    leat_until until;
    int want;
};

START_TEST(a_taken_mutex_gives_each_reason_to_give_up)
{
    leat_mutex mutex = LEAT_MUTEX_INIT;
    leat_cancel *fired = token_new();
    leat_cancel *quiet = token_new();
    leat_cancel_fire(fired);
    const struct given_up cases[] = {
        {leat_nowait(), LEAT_EAGAIN},
        {leat_or_cancel(leat_nowait(), fired), LEAT_EAGAIN},
        {leat_at_ns(-1), LEAT_ETIMEDOUT},
        {leat_in_ms(5), LEAT_ETIMEDOUT},
        {leat_each_ms(5), LEAT_ETIMEDOUT},
        {leat_or_cancel(leat_in_ms(5), quiet), LEAT_ETIMEDOUT},
        {leat_or_cancel(leat_in_ms(5), fired), LEAT_ECANCELED},
        {leat_or_cancel(leat_at_ns(-1), fired), LEAT_ECANCELED},
        {leat_or_cancel(leat_forever(), fired), LEAT_ECANCELED},
    };
    leat_mutex_lock(&mutex);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        caller c;
        caller_start(&c, lock_and_unlock, &mutex, cases[i].until);
        RC(caller_end(&c), cases[i].want);
    }
    SAME(in_line(&mutex), 0);
    leat_mutex_unlock(&mutex);
    MUST(leat_mutex_is_idle(&mutex));
    /* and a free one gives none: ready comes first */
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        RC(lock_and_unlock(&mutex, cases[i].until), 0);
    leat_cancel_drop(fired);
    leat_cancel_drop(quiet);
}
END_TEST

START_TEST(who_is_cancelled_leaves_the_line)
{
    leat_mutex mutex = LEAT_MUTEX_INIT;
    leat_cancel *token = token_new();
    caller first;
    caller second;
    leat_mutex_lock(&mutex);
    caller_start(&first, lock_and_unlock, &mutex,
                 leat_or_cancel(leat_forever(), token));
    t_wait_line(&mutex, 1);
    caller_start(&second, lock_and_unlock, &mutex, leat_forever());
    t_wait_line(&mutex, 2);
    leat_cancel_fire(token);
    RC(caller_end(&first), LEAT_ECANCELED);
    SAME(in_line(&mutex), 1);
    MUST(!caller_is_over(&second));
    leat_mutex_unlock(&mutex);
    RC(caller_end(&second), 0);
    MUST(leat_mutex_is_idle(&mutex));
    leat_cancel_drop(token);
}
END_TEST

START_TEST(the_last_to_leave_the_line_leaves_it_empty)
{
    leat_mutex mutex = LEAT_MUTEX_INIT;
    caller c;
    leat_mutex_lock(&mutex);
    caller_start(&c, lock_and_unlock, &mutex, leat_in_ms(5));
    RC(caller_end(&c), LEAT_ETIMEDOUT);
    SAME(mutex.word_ & LEAT__GATE_QUEUED, 0);
    leat_mutex_unlock(&mutex);
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

/* ---- who is next -------------------------------------------------------------------- */

START_TEST(waiters_are_served_in_order)
{
    enum { N = 5 };
    leat_mutex mutex = LEAT_MUTEX_INIT;
    caller c[N];
    leat_mutex_lock(&mutex);
    for (size_t i = 0; i < N; i++) {
        caller_start(&c[i], lock_and_unlock, &mutex, leat_forever());
        t_wait_line(&mutex, i + 1);
    }
    leat_mutex_unlock(&mutex);
    for (size_t i = 0; i < N; i++)
        RC(caller_end(&c[i]), 0);
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

static bool told;

static void tell(leat__wait *wait)
{
    SAME(leat__wait_won(wait), LEAT__WON_CHAN);
    told = true;
}

/* A wait with several places: it is not woken to try, it is handed the mutex. */
START_TEST(a_wait_that_is_told_is_handed_it)
{
    leat_mutex mutex = LEAT_MUTEX_INIT;
    leat__wait wait;
    leat__waiter at = {.wait = &wait};
    leat__wait_init(&wait, false, tell);
    RC(leat__mutex_arm(&mutex, &at, false), 0); /* free: try now */
    SAME(in_line(&mutex), 0);
    RC(leat__mutex_try(&mutex), 0);
    RC(leat__mutex_try(&mutex), LEAT_EAGAIN);
    RC(leat__mutex_arm(&mutex, &at, false), LEAT_EAGAIN);
    SAME(in_line(&mutex), 1);
    leat_mutex_unlock(&mutex);
    MUST(told);
    RC(at.rc, 0);
    MUST(leat_mutex_is_locked(&mutex));
    RC(leat__mutex_taken(&mutex), 0);
    leat_mutex_unlock(&mutex);
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

START_TEST(a_wait_that_leaves_is_not_told)
{
    leat_mutex mutex = LEAT_MUTEX_INIT;
    leat__wait wait;
    leat__waiter at = {.wait = &wait};
    leat__wait_init(&wait, false, tell);
    leat_mutex_lock(&mutex);
    RC(leat__mutex_arm(&mutex, &at, false), LEAT_EAGAIN);
    MUST(leat__wait_claim(&wait));
    leat__mutex_leave(&mutex, &at);
    leat_mutex_unlock(&mutex);
    MUST(!told);
    MUST(leat_mutex_is_idle(&mutex));
}
END_TEST

START_TEST(a_waiter_is_not_starved)
{
    leat_mutex mutex = LEAT_MUTEX_INIT;
    caller c;
    leat_mutex_lock(&mutex);
    caller_start(&c, lock_and_unlock, &mutex, leat_forever());
    t_wait_line(&mutex, 1);
    leat_mutex_unlock(&mutex);
    while (!caller_is_over(&c)) { /* we never stop */
        leat_mutex_lock(&mutex);
        leat_mutex_unlock(&mutex);
    }
    RC(caller_end(&c), 0);
}
END_TEST

static leat_mutex passed = LEAT_MUTEX_INIT;
static int unordered; /* the mutex orders it, and nothing else does */

static void *write_under_it(void *arg)
{
    leat_mutex_lock(&passed);
    unordered = 1;
    leat_mutex_unlock(&passed);
    return arg;
}

START_TEST(an_unlock_shows_what_was_done)
{
    pthread_t thread = t_spawn(write_under_it, NULL);
    int seen = 0;
    while (seen == 0) {
        if (leat_mutex_lock_until(&passed, leat_nowait()) == 0) {
            seen = unordered;
            leat_mutex_unlock(&passed);
        }
    }
    t_join(thread);
}
END_TEST

/* ---- many ------------------------------------------------------------------------------ */

static struct crowd {
    leat_mutex mutex;
    leat_cancel *token;
    uint64_t count; /* plain: the mutex orders it */
    leat__a32 had;
    unsigned rounds;
} crowd;

static void *crowd_member(void *arg)
{
    t_rand chance = t_random((uintptr_t)arg);
    uint32_t had = 0;
    for (unsigned i = 0; i < crowd.rounds; i++) {
        leat_until until = leat_forever();
        switch (t_below(&chance, 8)) {
        case 0:
            until = leat_nowait();
            break;
        case 1:
            until = leat_in_ns((int64_t)t_below(&chance, 50000));
            break;
        case 2:
            until = leat_or_cancel(until, crowd.token);
            break;
        default:
            break;
        }
        if (leat_mutex_lock_until(&crowd.mutex, until) < 0)
            continue;
        crowd.count++;
        if (t_below(&chance, 64) == 0)
            leat__os_yield();
        leat_mutex_unlock(&crowd.mutex);
        had++;
    }
    leat__add32_rlx(&crowd.had, had);
    return NULL;
}

START_TEST(a_crowd_counts)
{
    enum { N = 6 };
    pthread_t thread[N];
    t_patience(120);
    leat_mutex_init(&crowd.mutex, _i == 0 ? 0 : LEAT_MUTEX_POISONING);
    crowd.token = token_new();
    crowd.rounds = t_scaled(40000);
    for (size_t i = 0; i < N; i++)
        thread[i] = t_spawn(crowd_member, (void *)i);
    leat_cancel_fire(crowd.token);
    for (size_t i = 0; i < N; i++)
        t_join(thread[i]);
    SAME(crowd.count, leat__ld32_rlx(&crowd.had));
    MUST(leat_mutex_is_idle(&crowd.mutex));
    leat_cancel_drop(crowd.token);
}
END_TEST

START_TEST(no_wait_allocates)
{
    leat_mutex mutex = LEAT_MUTEX_INIT;
    leat_cancel *token = token_new();
    caller c[3];
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    leat_mutex_lock(&mutex);
    caller_start(&c[0], lock_and_unlock, &mutex, leat_forever());
    caller_start(&c[1], lock_and_unlock, &mutex, leat_in_ms(1));
    caller_start(&c[2], lock_and_unlock, &mutex,
                 leat_or_cancel(leat_in_ms(10000), token));
    RC(caller_end(&c[1]), LEAT_ETIMEDOUT);
    t_wait_line(&mutex, 2);
    leat_mutex_unlock(&mutex);
    RC(caller_end(&c[0]), 0);
    RC(caller_end(&c[2]), 0);
    SAME(memory_asked(), 0);
    memory_relent();
    leat_cancel_drop(token);
}
END_TEST

/* ---- poison ---------------------------------------------------------------------------- */

static leat_mutex poisoning = LEAT_MUTEX_POISONING_INIT;
static leat_mutex poisoning_too = LEAT_MUTEX_POISONING_INIT;

static int returns_holding(void *arg, leat_cancel *stop)
{
    (void)stop;
    leat_mutex_lock(arg);
    return 0;
}

static int exits_holding(void *arg, leat_cancel *stop)
{
    (void)stop;
    leat_mutex_lock(arg);
    pthread_exit(NULL);
}

static int lets_go_in_time(void *arg, leat_cancel *stop)
{
    (void)stop;
    leat_mutex_lock(arg);
    leat_mutex_unlock(arg);
    return 0;
}

static void run_job(leat_fn *fn, void *arg)
{
    leat_thread *thread;
    leat_job job = {.fn = fn, .arg = arg};
    RC(leat_thread_spawn(&thread, job, NULL), 0);
    RC(leat_thread_join(thread, NULL, leat_forever()), 0);
    leat_thread_drop(thread);
}

START_TEST(a_thread_that_returns_holding_it_poisons_it)
{
    run_job(_i == 0 ? returns_holding : exits_holding, &poisoning);
    MUST(!leat_mutex_is_locked(&poisoning));
    MUST(leat_mutex_is_poisoned(&poisoning));
    RC(leat_mutex_lock_until(&poisoning, leat_nowait()), 1);
    leat_mutex_unlock(&poisoning);
    leat_mutex_lock(&poisoning); /* is held all the same */
    MUST(leat_mutex_is_poisoned(&poisoning));
    leat_mutex_clear_poison(&poisoning);
    leat_mutex_unlock(&poisoning);
    RC(lock_and_unlock(&poisoning, leat_forever()), 0);
    MUST(leat_mutex_is_idle(&poisoning));
}
END_TEST

static void *plain_thread_holding(void *arg)
{
    leat_mutex_lock(arg);
    t_wait_line(arg, 1);
    return NULL;
}

START_TEST(who_waits_is_told)
{
    caller c;
    pthread_t thread = t_spawn(plain_thread_holding, &poisoning);
    while (!leat_mutex_is_locked(&poisoning))
        leat__os_nap();
    caller_start(&c, lock_and_unlock, &poisoning, leat_forever());
    RC(caller_end(&c), 1);
    t_join(thread);
}
END_TEST

START_TEST(who_lets_go_in_time_poisons_nothing)
{
    run_job(lets_go_in_time, &poisoning);
    MUST(!leat_mutex_is_poisoned(&poisoning));
}
END_TEST

static int holds_several(void *arg, leat_cancel *stop)
{
    static leat_mutex plain = LEAT_MUTEX_INIT;
    (void)stop;
    (void)arg;
    leat_mutex_lock(&poisoning);
    leat_mutex_lock(&plain);
    leat_mutex_lock(&poisoning_too);
    leat_mutex_unlock(&plain); /* in another order */
    leat_mutex_unlock(&poisoning);
    leat_mutex_lock(&plain);
    return 0;
}

START_TEST(only_what_is_held_is_poisoned)
{
    run_job(holds_several, NULL);
    MUST(!leat_mutex_is_poisoned(&poisoning));
    MUST(leat_mutex_is_poisoned(&poisoning_too));
    MUST(leat_mutex_is_idle(&poisoning));
    MUST(leat_mutex_is_idle(&poisoning_too));
}
END_TEST

START_TEST(it_is_poisoned_by_hand)
{
    leat_mutex mutex = LEAT_MUTEX_INIT;
    leat_mutex_lock(&mutex);
    leat_mutex_poison(&mutex);
    leat_mutex_unlock(&mutex);
    RC(lock_and_unlock(&mutex, leat_nowait()), 1);
    RC(lock_and_unlock(&mutex, leat_forever()), 1);
    MUST(leat_mutex_is_idle(&mutex));
    leat_mutex_clear_poison(&mutex);
    RC(lock_and_unlock(&mutex, leat_nowait()), 0);
}
END_TEST

/* ---- misuse ------------------------------------------------------------------------------ */

static void lock_null(void *arg)
{
    leat_mutex_lock(arg);
}

static void unlock_it(void *arg)
{
    leat_mutex_unlock(arg);
}

static void lock_twice(void *arg)
{
    leat_mutex_lock(arg);
    leat_mutex_lock(arg);
}

static void *run_unlock(void *arg)
{
    leat_mutex_unlock(arg);
    return NULL;
}

static void unlock_elsewhere(void *arg)
{
    leat_mutex_lock(arg);
    t_join(t_spawn(run_unlock, arg));
}

static void init_with(void *arg)
{
    leat_mutex mutex;
    leat_mutex_init(&mutex, *(uint32_t *)arg);
}

START_TEST(misuse_aborts)
{
    leat_mutex mutex = LEAT_MUTEX_INIT;
    uint32_t flags = 1;
    t_aborts(lock_null, NULL, "mutex is NULL");
    t_aborts(unlock_it, &mutex, "nobody holds it");
    t_aborts(unlock_it, &poisoning, "nobody holds it");
    t_aborts(init_with, &flags, "no such flags");
    t_aborts(lock_twice, &poisoning, "holds it already");
    t_aborts(unlock_elsewhere, &poisoning, "another thread");
#if LEAT_DEBUG
    t_aborts(lock_twice, &mutex, "holds it already");
    t_aborts(unlock_elsewhere, &mutex, "another thread");
#endif
}
END_TEST

START_TEST(a_try_for_ones_own_is_no_misuse)
{
    leat_mutex_lock(&poisoning);
    RC(leat_mutex_lock_until(&poisoning, leat_nowait()), LEAT_EAGAIN);
    leat_mutex_unlock(&poisoning);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("mutex");
    tcase_add_test(tc, all_zero_is_a_free_mutex);
    tcase_add_test(tc, it_is_small);
    tcase_add_test(tc, it_can_be_made_again);
    tcase_add_test(tc, a_taken_mutex_gives_each_reason_to_give_up);
    tcase_add_test(tc, who_is_cancelled_leaves_the_line);
    tcase_add_test(tc, the_last_to_leave_the_line_leaves_it_empty);
    tcase_add_test(tc, waiters_are_served_in_order);
    tcase_add_test(tc, a_wait_that_is_told_is_handed_it);
    tcase_add_test(tc, a_wait_that_leaves_is_not_told);
    tcase_add_test(tc, a_waiter_is_not_starved);
    tcase_add_test(tc, an_unlock_shows_what_was_done);
    tcase_add_loop_test(tc, a_crowd_counts, 0, 2);
    tcase_add_test(tc, no_wait_allocates);
    tcase_add_loop_test(tc, a_thread_that_returns_holding_it_poisons_it, 0, 2);
    tcase_add_test(tc, who_waits_is_told);
    tcase_add_test(tc, who_lets_go_in_time_poisons_nothing);
    tcase_add_test(tc, only_what_is_held_is_poisoned);
    tcase_add_test(tc, it_is_poisoned_by_hand);
    tcase_add_test(tc, misuse_aborts);
    tcase_add_test(tc, a_try_for_ones_own_is_no_misuse);
    return t_run(tc);
}
