/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_barrier.c - barriers: all or none, one leader, rounds, giving up. */
#define _GNU_SOURCE 1
#include "waiting.h"

#include "memory.h"

#include <leat/barrier.h>

static int meet(void *noun, leat_until until)
{
    return leat_barrier_wait(noun, until);
}

START_TEST(one_party_is_always_the_leader)
{
    leat_barrier one = LEAT_BARRIER_INIT(1);
    leat_barrier zero = LEAT_BARRIER_INIT(0);
    for (int i = 0; i < 3; i++) {
        RC(leat_barrier_wait(&one, leat_forever()), 1);
        RC(leat_barrier_wait(&zero, leat_nowait()), 1);
    }
    MUST(leat_barrier_is_idle(&one) && leat_barrier_is_idle(&zero));
}
END_TEST

START_TEST(the_last_opens_it)
{
    enum { N = 4 };
    leat_barrier barrier = LEAT_BARRIER_INIT(N);
    for (int round = 0; round < 3; round++) {
        caller c[N];
        for (size_t i = 0; i < N - 1; i++) {
            caller_start(&c[i], meet, &barrier, leat_forever());
            t_wait_line(&barrier, i + 1);
            SAME(leat_barrier_waiting(&barrier), i + 1);
        }
        RC(leat_barrier_wait(&barrier,
                             round == 0 ? leat_nowait() : leat_forever()),
           1);
        for (size_t i = 0; i < N - 1; i++)
            RC(caller_end(&c[i]), 0);
        MUST(leat_barrier_is_idle(&barrier));
    }
}
END_TEST

START_TEST(who_gives_up_has_not_come)
{
    leat_barrier barrier;
    leat_cancel *token = token_new();
    caller c[2];
    leat_barrier_init(&barrier, 3);
    RC(leat_barrier_wait(&barrier, leat_nowait()), LEAT_EAGAIN);
    RC(leat_barrier_wait(&barrier, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    RC(leat_barrier_wait(&barrier, leat_in_ms(3)), LEAT_ETIMEDOUT);
    MUST(leat_barrier_is_idle(&barrier));
    caller_start(&c[0], meet, &barrier, leat_or_cancel(leat_forever(), token));
    caller_start(&c[1], meet, &barrier, leat_forever());
    t_wait_line(&barrier, 2);
    leat_cancel_fire(token);
    RC(caller_end(&c[0]), LEAT_ECANCELED);
    SAME(leat_barrier_waiting(&barrier), 1);
    caller_start(&c[0], meet, &barrier, leat_forever());
    t_wait_line(&barrier, 2);
    RC(leat_barrier_wait(&barrier, leat_or_cancel(leat_forever(), token)), 1);
    RC(caller_end(&c[0]), 0);
    RC(caller_end(&c[1]), 0);
    leat_cancel_drop(token);
}
END_TEST

/* ---- rounds ---------------------------------------------------------------------------- */

enum { PARTIES = 4 };
static leat_barrier common = LEAT_BARRIER_INIT(PARTIES);
static uint64_t steps[PARTIES]; /* plain: the barrier orders it */
static leat__a32 leaders;
static unsigned rounds;

static void *step(void *arg)
{
    size_t me = (uintptr_t)arg;
    t_rand chance = t_random(me);
    for (unsigned round = 1; round <= rounds; round++) {
        steps[me] = round;
        int rc;
        do {
            rc = leat_barrier_wait(
                &common, t_below(&chance, 4) == 0
                             ? leat_in_ns((int64_t)t_below(&chance, 50000))
                             : leat_forever());
        } while (rc == LEAT_ETIMEDOUT);
        leat__add32_rlx(&leaders, (uint32_t)rc);
        for (size_t i = 0; i < PARTIES; i++)
            MUST(steps[i] == round);
        MUST(leat_barrier_wait(&common, leat_forever()) >= 0);
    }
    return NULL;
}

START_TEST(many_rounds)
{
    pthread_t thread[PARTIES];
    t_patience(120);
    rounds = t_scaled(3000);
    for (size_t i = 0; i < PARTIES; i++)
        thread[i] = t_spawn(step, (void *)i);
    for (size_t i = 0; i < PARTIES; i++)
        t_join(thread[i]);
    SAME(leat__ld32_rlx(&leaders), rounds);
    MUST(leat_barrier_is_idle(&common));
}
END_TEST

START_TEST(no_wait_allocates)
{
    leat_barrier barrier = LEAT_BARRIER_INIT(2);
    caller c;
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    caller_start(&c, meet, &barrier, leat_in_ms(10000));
    t_wait_line(&barrier, 1);
    RC(leat_barrier_wait(&barrier, leat_forever()), 1);
    RC(caller_end(&c), 0);
    SAME(memory_asked(), 0);
    memory_relent();
}
END_TEST

static void meet_null(void *arg)
{
    if (leat_barrier_wait(arg, leat_nowait()) < 0)
        return;
}

START_TEST(misuse_aborts)
{
    t_aborts(meet_null, NULL, "barrier is NULL");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("barrier");
    tcase_add_test(tc, one_party_is_always_the_leader);
    tcase_add_test(tc, the_last_opens_it);
    tcase_add_test(tc, who_gives_up_has_not_come);
    tcase_add_test(tc, many_rounds);
    tcase_add_test(tc, no_wait_allocates);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
