/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_until.c - making leat_until values, and what a wait makes of them. */
#define _GNU_SOURCE 1
#include "unit.h"

#include <time.h>

/* ---- a clock that counts its readers --------------------------------------- */

int __real_clock_gettime(clockid_t id, struct timespec *at);
int __wrap_clock_gettime(clockid_t id, struct timespec *at);

/* of this thread: the watchdog reads the clock too */
static _Thread_local unsigned monotonic_reads;
static _Thread_local unsigned other_reads;

int __wrap_clock_gettime(clockid_t id, struct timespec *at)
{
    if (id == CLOCK_MONOTONIC)
        monotonic_reads++;
    else
        other_reads++;
    return __real_clock_gettime(id, at);
}

/* ---- making ------------------------------------------------------------------ */

START_TEST(zero_is_nowait)
{
    const leat_until zero = {0};
    MUST(leat_nowait().deadline_ns == zero.deadline_ns);
    MUST(leat_nowait().cancel == NULL);
}
END_TEST

START_TEST(forever_is_never_and_carries_nothing)
{
    MUST(leat_forever().deadline_ns == INT64_MAX);
    MUST(leat_forever().cancel == NULL);
}
END_TEST

START_TEST(now_is_the_monotonic_clock)
{
    struct timespec a;
    struct timespec b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    int64_t now = leat_now_ns();
    clock_gettime(CLOCK_MONOTONIC, &b);
    MUST(now > 0);
    MUST(now >= a.tv_sec * INT64_C(1000000000) + a.tv_nsec);
    MUST(now <= b.tv_sec * INT64_C(1000000000) + b.tv_nsec);
    for (int i = 0; i < 1000; i++) {
        int64_t later = leat_now_ns();
        MUST(later >= now);
        now = later;
    }
}
END_TEST

START_TEST(at_is_taken_as_given)
{
    MUST(leat_at_ns(1).deadline_ns == 1);
    MUST(leat_at_ns(123456789).deadline_ns == 123456789);
    MUST(leat_at_ns(INT64_MAX).deadline_ns == INT64_MAX);
    MUST(leat_at_ns(5).cancel == NULL);
}
END_TEST

/* What the past is spelled like does not matter; it is neither "do not wait" nor
 * "so many from now". */
static void is_past(leat_until until)
{
    MUST(until.deadline_ns > 0);
    MUST(until.deadline_ns <= leat_now_ns());
}

START_TEST(zero_and_below_are_past_not_nowait)
{
    const int64_t past[] = {0, -1, -50, INT64_MIN + 1, INT64_MIN};
    for (size_t i = 0; i < sizeof past / sizeof past[0]; i++) {
        is_past(leat_at_ns(past[i]));
        is_past(leat_in_ms(past[i]));
        is_past(leat_in_ns(past[i]));
        is_past(leat_each_ms(past[i]));
    }
}
END_TEST

START_TEST(in_is_from_now)
{
    int64_t before = leat_now_ns();
    leat_until ms = leat_in_ms(7);
    leat_until ns = leat_in_ns(7);
    int64_t after = leat_now_ns();
    MUST(ms.deadline_ns >= before + 7000000);
    MUST(ms.deadline_ns <= after + 7000000);
    MUST(ns.deadline_ns >= before + 7);
    MUST(ns.deadline_ns <= after + 7);
}
END_TEST

START_TEST(sums_saturate_at_never)
{
    MUST(leat_in_ns(INT64_MAX).deadline_ns == INT64_MAX);
    MUST(leat_in_ns(INT64_MAX - 1).deadline_ns == INT64_MAX);
    MUST(leat_in_ms(INT64_MAX).deadline_ns == INT64_MAX);
    MUST(leat_in_ms(INT64_MAX - 1).deadline_ns == INT64_MAX);
    MUST(leat_in_ms(INT64_MAX / 1000000).deadline_ns == INT64_MAX);
    MUST(leat_in_ms(INT64_MAX / 1000000 + 1).deadline_ns == INT64_MAX);
    MUST(leat_each_ms(INT64_MAX).deadline_ns == INT64_MAX);
    MUST(leat_each_ms(INT64_MAX / 1000000 + 1).deadline_ns == INT64_MAX);
}
END_TEST

START_TEST(a_long_time_is_not_never)
{
    const int64_t year_ms = INT64_C(365) * 24 * 3600 * 1000;
    int64_t before = leat_now_ns();
    leat_until until = leat_in_ms(100 * year_ms);
    MUST(until.deadline_ns >= before + 100 * year_ms * 1000000);
    MUST(until.deadline_ns < INT64_MAX);
}
END_TEST

START_TEST(each_does_not_read_the_clock)
{
    unsigned before = monotonic_reads;
    leat_until until = leat_each_ms(50);
    MUST(monotonic_reads == before);
    leat_until again = leat_each_ms(50);
    MUST(until.deadline_ns == again.deadline_ns);
    MUST(until.deadline_ns < 0);
}
END_TEST

/* ---- tokens -------------------------------------------------------------------- */

START_TEST(or_cancel_adds_the_token_and_keeps_the_deadline)
{
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_until until = leat_or_cancel(leat_at_ns(77), token);
    MUST(until.deadline_ns == 77);
    MUST(until.cancel == token);
    MUST(leat_or_cancel(leat_nowait(), token).deadline_ns == 0);
    leat_until twice = leat_or_cancel(until, token);
    MUST(twice.cancel == token && twice.deadline_ns == 77);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(or_cancel_with_null_changes_nothing)
{
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    MUST(leat_or_cancel(leat_at_ns(77), NULL).cancel == NULL);
    leat_until carries = leat_or_cancel(leat_at_ns(77), token);
    MUST(leat_or_cancel(carries, NULL).cancel == token);
    leat_cancel_drop(token);
}
END_TEST

static leat_cancel *two[2];

static void carry_two(void *arg)
{
    (void)arg;
    leat_or_cancel(leat_or_cancel(leat_forever(), two[0]), two[1]);
}

static void sooner_of_two_tokens(void *arg)
{
    (void)arg;
    leat_sooner(leat_or_cancel(leat_forever(), two[0]),
                leat_or_cancel(leat_nowait(), two[1]));
}

START_TEST(two_tokens_abort)
{
    RC(leat_cancel_new(&two[0]), 0);
    RC(leat_cancel_new(&two[1]), 0);
    t_aborts(carry_two, NULL, "another token");
    t_aborts(sooner_of_two_tokens, NULL, "token");
    leat_cancel_drop(two[0]);
    leat_cancel_drop(two[1]);
}
END_TEST

/* ---- sooner ---------------------------------------------------------------------- */

static int64_t sooner(leat_until a, leat_until b)
{
    leat_until ab = leat_sooner(a, b);
    leat_until ba = leat_sooner(b, a);
    MUST(ab.deadline_ns == ba.deadline_ns);
    return ab.deadline_ns;
}

START_TEST(sooner_takes_the_earlier)
{
    MUST(sooner(leat_at_ns(10), leat_at_ns(20)) == 10);
    MUST(sooner(leat_at_ns(20), leat_at_ns(20)) == 20);
    MUST(sooner(leat_at_ns(20), leat_forever()) == 20);
    MUST(sooner(leat_forever(), leat_forever()) == INT64_MAX);
    MUST(sooner(leat_nowait(), leat_forever()) == 0);
    MUST(sooner(leat_nowait(), leat_at_ns(10)) == 0);
    MUST(sooner(leat_nowait(), leat_each_ms(10)) == 0);
    MUST(sooner(leat_nowait(), leat_nowait()) == 0);
    MUST(sooner(leat_each_ms(10), leat_each_ms(20)) ==
         leat_each_ms(10).deadline_ns);
    MUST(sooner(leat_each_ms(10), leat_forever()) ==
         leat_each_ms(10).deadline_ns);
}
END_TEST

START_TEST(sooner_of_each_and_a_deadline_is_absolute)
{
    int64_t far = leat_now_ns() + INT64_C(3600) * 1000000000;
    int64_t before = leat_now_ns();
    leat_until each = leat_sooner(leat_each_ms(10), leat_at_ns(far));
    int64_t after = leat_now_ns();
    MUST(each.deadline_ns >= before + 10000000);
    MUST(each.deadline_ns <= after + 10000000);
    MUST(leat_sooner(leat_each_ms(10), leat_at_ns(1)).deadline_ns == 1);
}
END_TEST

START_TEST(sooner_keeps_the_token_of_either)
{
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_until with = leat_or_cancel(leat_at_ns(10), token);
    MUST(leat_sooner(with, leat_at_ns(5)).cancel == token);
    MUST(leat_sooner(leat_at_ns(5), with).cancel == token);
    MUST(leat_sooner(leat_at_ns(5), with).deadline_ns == 5);
    MUST(leat_sooner(with, with).cancel == token);
    MUST(leat_sooner(leat_at_ns(5), leat_at_ns(6)).cancel == NULL);
    leat_cancel_drop(token);
}
END_TEST

/* ---- waiting ------------------------------------------------------------------------ */

START_TEST(a_deadline_bounds_a_sequence_of_calls)
{
    ends e = ends_cap(1);
    uint64_t value;
    leat_until until = leat_in_ms(30);
    RC(leat_rx_recv(e.rx, &value, until), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= until.deadline_ns);
    RC(leat_rx_recv(e.rx, &value, until), LEAT_ETIMEDOUT);
    ends_drop(e);
}
END_TEST

START_TEST(each_gives_every_call_its_own_time)
{
    ends e = ends_cap(1);
    leat_until until = leat_each_ms(20);
    for (int i = 0; i < 3; i++) {
        uint64_t value;
        int64_t before = leat_now_ns();
        RC(leat_rx_recv(e.rx, &value, until), LEAT_ETIMEDOUT);
        MUST(leat_now_ns() - before >= 20000000);
    }
    ends_drop(e);
}
END_TEST

START_TEST(what_is_ready_costs_no_clock)
{
    ends e = ends_new(&flavours[_i]);
    uint64_t value;
    unsigned before = monotonic_reads;
    for (uint64_t i = 0; i < 100 && queues(&flavours[_i]); i++) {
        RC(send_until(e.tx, i, leat_each_ms(50)), 0);
        RC(leat_rx_recv(e.rx, &value, leat_each_ms(50)), 0);
    }
    leat_tx_close(e.tx);
    RC(leat_rx_recv(e.rx, &value, leat_each_ms(50)), LEAT_ECLOSED);
    RC(send_until(e.tx, 1, leat_each_ms(50)), LEAT_ECLOSED);
    SAME(monotonic_reads, before);
    ends_drop(e);
}
END_TEST

START_TEST(a_try_costs_no_clock)
{
    ends e = ends_new(&flavours[_i]);
    fill(e, 0, room(&flavours[_i], 64));
    unsigned before = monotonic_reads;
    if (fills(&flavours[_i]))
        RC(try_send(e.tx, 1), LEAT_EAGAIN);
    uint64_t value;
    while (try_recv(e.rx, &value) == 0)
        ;
    NOTHING(e.rx, LEAT_EAGAIN);
    SAME(monotonic_reads, before);
    ends_drop(e);
}
END_TEST

START_TEST(the_wall_clock_is_never_read)
{
    ends e = ends_cap(1);
    uint64_t value;
    unsigned before = other_reads;
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(2)), LEAT_ETIMEDOUT);
    RC(leat_rx_recv(e.rx, &value, leat_each_ms(2)), LEAT_ETIMEDOUT);
    RC(leat_rx_recv(e.rx, &value, leat_at_ns(-4)), LEAT_ETIMEDOUT);
    SAME(other_reads, before);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("until");
    tcase_add_test(tc, zero_is_nowait);
    tcase_add_test(tc, forever_is_never_and_carries_nothing);
    tcase_add_test(tc, now_is_the_monotonic_clock);
    tcase_add_test(tc, at_is_taken_as_given);
    tcase_add_test(tc, zero_and_below_are_past_not_nowait);
    tcase_add_test(tc, in_is_from_now);
    tcase_add_test(tc, sums_saturate_at_never);
    tcase_add_test(tc, a_long_time_is_not_never);
    tcase_add_test(tc, each_does_not_read_the_clock);
    tcase_add_test(tc, or_cancel_adds_the_token_and_keeps_the_deadline);
    tcase_add_test(tc, or_cancel_with_null_changes_nothing);
    tcase_add_test(tc, two_tokens_abort);
    tcase_add_test(tc, sooner_takes_the_earlier);
    tcase_add_test(tc, sooner_of_each_and_a_deadline_is_absolute);
    tcase_add_test(tc, sooner_keeps_the_token_of_either);
    tcase_add_test(tc, a_deadline_bounds_a_sequence_of_calls);
    tcase_add_test(tc, each_gives_every_call_its_own_time);
    tcase_add_loop_test(tc, what_is_ready_costs_no_clock, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_try_costs_no_clock, 0, FLAVOURS);
    tcase_add_test(tc, the_wall_clock_is_never_read);
    return t_run(tc);
}
