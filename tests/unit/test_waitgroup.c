/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_waitgroup.c - wait groups: the count, the moment it is 0, rounds, misuse. */
#define _GNU_SOURCE 1
#include "waiting.h"

#include "memory.h"

#include <leat/waitgroup.h>

static int wait_for(void *noun, leat_until until)
{
    return leat_waitgroup_wait(noun, until);
}

START_TEST(all_zero_has_nothing_to_wait_for)
{
    leat_waitgroup group = LEAT_WAITGROUP_INIT;
    MUST(leat_waitgroup_is_idle(&group));
    RC(leat_waitgroup_wait(&group, leat_forever()), 0);
    RC(leat_waitgroup_wait(&group, leat_nowait()), 0);
    leat_waitgroup_init(&group);
    SAME(leat_waitgroup_count(&group), 0);
}
END_TEST

START_TEST(the_last_done_ends_all_waits)
{
    enum { N = 4 };
    leat_waitgroup group = LEAT_WAITGROUP_INIT;
    caller c[N];
    leat_waitgroup_add(&group, 3);
    leat_waitgroup_add(&group, -1);
    for (size_t i = 0; i < N; i++)
        caller_start(&c[i], wait_for, &group, leat_forever());
    t_wait_line(&group, N);
    leat_waitgroup_done(&group);
    SAME(leat_waitgroup_count(&group), 1);
    SAME(in_line(&group), N);
    leat_waitgroup_add(&group, 1); /* while somebody waits */
    leat_waitgroup_add(&group, -2);
    for (size_t i = 0; i < N; i++)
        RC(caller_end(&c[i]), 0);
    MUST(leat_waitgroup_is_idle(&group));
}
END_TEST

START_TEST(each_reason_to_give_up)
{
    leat_waitgroup group = LEAT_WAITGROUP_INIT;
    leat_cancel *token = token_new();
    caller c;
    leat_waitgroup_add(&group, 1);
    RC(leat_waitgroup_wait(&group, leat_nowait()), LEAT_EAGAIN);
    RC(leat_waitgroup_wait(&group, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    RC(leat_waitgroup_wait(&group, leat_in_ms(3)), LEAT_ETIMEDOUT);
    caller_start(&c, wait_for, &group, leat_or_cancel(leat_forever(), token));
    t_wait_line(&group, 1);
    leat_cancel_fire(token);
    RC(caller_end(&c), LEAT_ECANCELED);
    SAME(leat_waitgroup_count(&group), 1);
    leat_waitgroup_done(&group);
    RC(leat_waitgroup_wait(&group, leat_or_cancel(leat_forever(), token)), 0);
    MUST(leat_waitgroup_is_idle(&group));
    leat_cancel_drop(token);
}
END_TEST

START_TEST(who_gives_up_leaves_the_others_waiting)
{
    leat_waitgroup group = LEAT_WAITGROUP_INIT;
    leat_cancel *token = token_new();
    caller c[2];
    leat_waitgroup_add(&group, 1);
    caller_start(&c[0], wait_for, &group,
                 leat_or_cancel(leat_forever(), token));
    caller_start(&c[1], wait_for, &group, leat_forever());
    t_wait_line(&group, 2);
    leat_cancel_fire(token);
    RC(caller_end(&c[0]), LEAT_ECANCELED);
    SAME(in_line(&group), 1);
    leat_waitgroup_done(&group);
    RC(caller_end(&c[1]), 0);
    leat_cancel_drop(token);
}
END_TEST

/* ---- rounds ---------------------------------------------------------------------------- */

static leat_waitgroup to_do = LEAT_WAITGROUP_INIT;
static leat_waitgroup to_start = LEAT_WAITGROUP_INIT;
static uint64_t work[4]; /* plain: the group orders it */

static void *work_once(void *arg)
{
    uint64_t *mine = arg;
    (*mine)++;
    leat_waitgroup_done(&to_do);
    return NULL;
}

START_TEST(rounds_of_work)
{
    unsigned rounds = t_scaled(500);
    for (unsigned round = 1; round <= rounds; round++) {
        pthread_t thread[4];
        leat_waitgroup_add(&to_do, 4);
        for (size_t i = 0; i < 4; i++)
            thread[i] = t_spawn(work_once, &work[i]);
        RC(leat_waitgroup_wait(&to_do, leat_forever()), 0);
        for (size_t i = 0; i < 4; i++)
            SAME(work[i], round);
        for (size_t i = 0; i < 4; i++)
            t_join(thread[i]);
    }
}
END_TEST

static leat__a32 exited;

static void *start_together(void *arg)
{
    leat_waitgroup_done(&to_start);
    RC(leat_waitgroup_wait(&to_do, leat_forever()), 0);
    leat__add32_rlx(&exited, 1);
    return arg;
}

START_TEST(two_groups_as_a_gate)
{
    enum { N = 8 };
    pthread_t thread[N];
    for (int round = 0; round < 8; round++) {
        leat__st32_rlx(&exited, 0);
        leat_waitgroup_add(&to_start, N);
        leat_waitgroup_add(&to_do, N);
        for (size_t i = 0; i < N; i++)
            thread[i] = t_spawn(start_together, NULL);
        RC(leat_waitgroup_wait(&to_start, leat_forever()), 0);
        for (size_t i = 0; i < N; i++) {
            SAME(leat__ld32_rlx(&exited), 0);
            leat_waitgroup_done(&to_do);
        }
        for (size_t i = 0; i < N; i++)
            t_join(thread[i]);
        SAME(leat__ld32_rlx(&exited), N);
    }
}
END_TEST

START_TEST(no_wait_allocates)
{
    leat_waitgroup group = LEAT_WAITGROUP_INIT;
    caller c;
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    leat_waitgroup_add(&group, 1);
    caller_start(&c, wait_for, &group, leat_in_ms(10000));
    t_wait_line(&group, 1);
    leat_waitgroup_done(&group);
    RC(caller_end(&c), 0);
    SAME(memory_asked(), 0);
    memory_relent();
}
END_TEST

/* ---- misuse ------------------------------------------------------------------------------- */

static void done_of_none(void *arg)
{
    leat_waitgroup_done(arg);
}

static void add_too_much(void *arg)
{
    leat_waitgroup_add(arg, LEAT_WAITGROUP_MAX);
    leat_waitgroup_add(arg, 1);
}

START_TEST(misuse_aborts)
{
    leat_waitgroup group = LEAT_WAITGROUP_INIT;
    t_aborts(done_of_none, NULL, "group is NULL");
    t_aborts(done_of_none, &group, "below 0");
    t_aborts(add_too_much, &group, "above");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("waitgroup");
    tcase_add_test(tc, all_zero_has_nothing_to_wait_for);
    tcase_add_test(tc, the_last_done_ends_all_waits);
    tcase_add_test(tc, each_reason_to_give_up);
    tcase_add_test(tc, who_gives_up_leaves_the_others_waiting);
    tcase_add_test(tc, rounds_of_work);
    tcase_add_test(tc, two_groups_as_a_gate);
    tcase_add_test(tc, no_wait_allocates);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
