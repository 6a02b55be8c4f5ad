/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_wait.c - one wait: claimed by one event, completed once, parked meanwhile;
 * and the sleep beneath it. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "os/os.h"
#include "park/wait.h"

#include <stdatomic.h>

/* ---- claiming ------------------------------------------------------------------------- */

START_TEST(one_claim_wins)
{
    leat__wait wait;
    leat__wait_init(&wait, false, NULL);
    MUST(leat__wait_claim(&wait));
    for (int i = 0; i < 3; i++)
        MUST(!leat__wait_claim(&wait));
}
END_TEST

START_TEST(a_sole_wait_is_claimed_by_its_one_place)
{
    leat__wait wait;
    leat__wait_init(&wait, true, NULL);
    MUST(leat__wait_claim(&wait));
}
END_TEST

struct race {
    leat__wait wait;
    atomic_int ready;
    atomic_int winners;
};

static void *claim(void *arg)
{
    struct race *r = arg;
    atomic_fetch_add(&r->ready, 1);
    while (atomic_load(&r->ready) < 3)
        ;
    if (leat__wait_claim(&r->wait))
        atomic_fetch_add(&r->winners, 1);
    return NULL;
}

START_TEST(one_of_many_claims_wins)
{
    for (unsigned round = 0; round < t_scaled(200); round++) {
        struct race r = {0};
        pthread_t thread[3];
        leat__wait_init(&r.wait, false, NULL);
        for (int i = 0; i < 3; i++)
            thread[i] = t_spawn(claim, &r);
        for (int i = 0; i < 3; i++)
            t_join(thread[i]);
        SAME(atomic_load(&r.winners), 1);
    }
}
END_TEST

/* ---- parking ----------------------------------------------------------------------------- */

struct parked {
    leat__wait wait;
    int64_t deadline_ns;
    enum leat__won won;
    int outcome; /* plain: completion publishes it */
    int seen;
    pthread_t thread;
};

static void *park(void *arg)
{
    struct parked *p = arg;
    p->won = leat__wait_park(&p->wait, p->deadline_ns);
    p->seen = p->won == LEAT__WON_TIMEOUT ? 0 : p->outcome;
    return NULL;
}

static void park_start(struct parked *p, bool sole, int64_t deadline_ns)
{
    *p = (struct parked){.deadline_ns = deadline_ns};
    leat__wait_init(&p->wait, sole, NULL);
    p->thread = t_spawn(park, p);
}

static void until_asleep(struct parked *p)
{
    while ((leat__ld32_acq(&p->wait.word) & LEAT__WAIT_SLEEPING) == 0)
        leat__os_nap();
}

START_TEST(completion_comes_first)
{
    leat__wait wait;
    leat__wait_init(&wait, false, NULL);
    MUST(leat__wait_claim(&wait));
    leat__wait_complete(&wait, LEAT__WON_CHAN);
    SAME(leat__wait_park(&wait, INT64_MAX), LEAT__WON_CHAN);
    SAME(leat__wait_won(&wait), LEAT__WON_CHAN);
}
END_TEST

START_TEST(completion_wakes_a_sleeper)
{
    const enum leat__won who[] = {LEAT__WON_CHAN, LEAT__WON_CANCEL};
    for (int i = 0; i < 8; i++) {
        struct parked p;
        bool sole = i == 0; /* those have no deadline */
        park_start(&p, sole,
                   i < 4 ? INT64_MAX : leat_now_ns() + INT64_C(3600000000000));
        until_asleep(&p);
        MUST(leat__wait_claim(&p.wait));
        p.outcome = 42 + i;
        leat__wait_complete(&p.wait, who[i % 2]);
        t_join(p.thread);
        SAME(p.won, who[i % 2]);
        SAME(p.seen, 42 + i);
    }
}
END_TEST

START_TEST(a_deadline_ends_it)
{
    leat__wait wait;
    leat__wait_init(&wait, false, NULL);
    int64_t at = leat_now_ns() + 10000000;
    SAME(leat__wait_park(&wait, at), LEAT__WON_TIMEOUT);
    MUST(leat_now_ns() >= at);
    MUST(!leat__wait_claim(&wait)); /* the owner has it */
    leat__wait_init(&wait, false, NULL);
    SAME(leat__wait_park(&wait, 1), LEAT__WON_TIMEOUT);
}
END_TEST

/* A winner that has claimed decides, even if the deadline passes before it
 * completes. */
START_TEST(a_claim_beats_the_deadline)
{
    struct parked p = {.deadline_ns = leat_now_ns() + 5000000};
    leat__wait_init(&p.wait, false, NULL);
    MUST(leat__wait_claim(&p.wait));
    p.thread = t_spawn(park, &p);
    while (leat_now_ns() < p.deadline_ns + 5000000)
        leat__os_nap();
    p.outcome = 7;
    leat__wait_complete(&p.wait, LEAT__WON_CANCEL);
    t_join(p.thread);
    SAME(p.won, LEAT__WON_CANCEL);
    SAME(p.seen, 7);
}
END_TEST

START_TEST(a_wake_for_no_reason_is_slept_through)
{
    struct parked p;
    park_start(&p, false, INT64_MAX);
    until_asleep(&p);
    for (int i = 0; i < 200; i++) {
        leat__os_futex_wake(&p.wait.word);
        if (i % 20 == 0)
            leat__os_nap();
    }
    SAME(leat__ld32_acq(&p.wait.word) & LEAT__WAIT_DONE, 0);
    MUST(leat__wait_claim(&p.wait));
    leat__wait_complete(&p.wait, LEAT__WON_CHAN);
    t_join(p.thread);
    SAME(p.won, LEAT__WON_CHAN);
}
END_TEST

/* Deadline and completion at once: whoever claimed says how it ended. */
START_TEST(deadline_and_completion_at_once)
{
    for (unsigned round = 0; round < t_scaled(300); round++) {
        struct parked p;
        park_start(&p, false, leat_now_ns() + (int64_t)round % 50 * 4000);
        if (leat__wait_claim(&p.wait)) {
            p.outcome = 1;
            leat__wait_complete(&p.wait, LEAT__WON_CHAN);
            t_join(p.thread);
            SAME(p.won, LEAT__WON_CHAN);
            SAME(p.seen, 1);
        } else {
            t_join(p.thread);
            SAME(p.won, LEAT__WON_TIMEOUT);
        }
    }
}
END_TEST

/* ---- callbacks ------------------------------------------------------------------------------ */

static leat__wait *notified;
static unsigned times_notified;

static void on_notify(leat__wait *wait)
{
    notified = wait;
    times_notified++;
}

START_TEST(a_callback_is_told_once_by_the_winner)
{
    leat__wait wait;
    leat__wait_init(&wait, false, on_notify);
    MUST(leat__wait_claim(&wait));
    SAME(times_notified, 0); /* a claim is not yet an outcome */
    leat__wait_complete(&wait, LEAT__WON_CANCEL);
    SAME(times_notified, 1);
    MUST(notified == &wait);
    SAME(leat__wait_won(&wait), LEAT__WON_CANCEL);
}
END_TEST

/* ---- the sleep beneath ------------------------------------------------------------------------ */

START_TEST(no_sleep_on_a_word_that_differs)
{
    leat__a32 word;
    leat__st32_rlx(&word, 5);
    MUST(leat__os_futex_wait(&word, 4, INT64_MAX));
}
END_TEST

START_TEST(a_sleep_ends_at_its_deadline)
{
    leat__a32 word;
    leat__st32_rlx(&word, 5);
    int64_t at = leat_now_ns() + 5000000;
    while (leat__os_futex_wait(&word, 5, at))
        ; /* woken for no reason is allowed */
    MUST(leat_now_ns() >= at);
    MUST(!leat__os_futex_wait(&word, 5, 1));
}
END_TEST

START_TEST(errno_is_left_alone)
{
    leat__a32 word;
    leat__st32_rlx(&word, 5);
    errno = EXDEV;
    (void)leat__os_futex_wait(&word, 4, INT64_MAX);
    (void)leat__os_futex_wait(&word, 5, 1);
    leat__os_futex_wake(&word);
    leat__os_yield();
    leat__os_nap();
    (void)leat__os_cpus();
    (void)leat__os_now_ns();
    if (leat__os_has_membarrier())
        leat__os_membarrier();
    SAME(errno, EXDEV);
}
END_TEST

START_TEST(there_is_a_processor)
{
    MUST(leat__os_cpus() >= 1);
    SAME(leat__os_cpus(), leat__os_cpus());
}
END_TEST

int main(void)
{
    TCase *tc = t_case("wait");
    tcase_add_test(tc, one_claim_wins);
    tcase_add_test(tc, a_sole_wait_is_claimed_by_its_one_place);
    tcase_add_test(tc, one_of_many_claims_wins);
    tcase_add_test(tc, completion_comes_first);
    tcase_add_test(tc, completion_wakes_a_sleeper);
    tcase_add_test(tc, a_deadline_ends_it);
    tcase_add_test(tc, a_claim_beats_the_deadline);
    tcase_add_test(tc, a_wake_for_no_reason_is_slept_through);
    tcase_add_test(tc, deadline_and_completion_at_once);
    tcase_add_test(tc, a_callback_is_told_once_by_the_winner);
    tcase_add_test(tc, no_sleep_on_a_word_that_differs);
    tcase_add_test(tc, a_sleep_ends_at_its_deadline);
    tcase_add_test(tc, errno_is_left_alone);
    tcase_add_test(tc, there_is_a_processor);
    return t_run(tc);
}
