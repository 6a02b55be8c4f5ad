/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_select.c - what a select does at once: which case, with what outcome, what is left
 * alone; order and chance; cases that are off. Waiting is in test_select_wait.c. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "counted.h"
#include "park/chance.h"
#include "parked.h"

#include <limits.h>

enum { MANY = 8 };

static int select_now(leat_case *cases, size_t n)
{
    return leat_select(cases, n, 0, leat_nowait());
}

static int select_biased(leat_case *cases, size_t n)
{
    return leat_select(cases, n, LEAT_BIASED, leat_nowait());
}

/* ---- one case ----------------------------------------------------------------------- */

START_TEST(a_receive_is_done_as_by_itself)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    uint64_t got = UNTOUCHED;
    leat_case one = leat_on_recv(e.rx, &got);
    RC(select_now(&one, 1), LEAT_EAGAIN);
    SAME(got, UNTOUCHED);
    if (queues(f)) {
        fill(e, 5, 1);
        RC(select_now(&one, 1), 0);
        RC(one.rc, 0);
        SAME(got, 5);
    }
    got = UNTOUCHED;
    leat_tx_close(e.tx);
    RC(select_now(&one, 1), 0);
    RC(one.rc, LEAT_ECLOSED);
    SAME(got, UNTOUCHED);
    ends_drop(e);
}
END_TEST

/* A case is told of each message, whoever took those before, and however often it has
 * found none; so is a copy of it, which has found others. */
START_TEST(a_case_is_used_again_and_again)
{
    const flavour *f = &flavours[_i];
    uint64_t got = UNTOUCHED;
    ends e = ends_new(f);
    leat_case cases[2] = {leat_on_recv(e.rx, &got), leat_on_recv(NULL, NULL)};
    for (int i = 0; i < 3 && queues(f); i++) {
        leat_case copy = cases[0];
        RC(select_now(cases, 2), LEAT_EAGAIN);
        fill(e, 1, 1);
        RC(leat_rx_recv(e.rx, &got, leat_nowait()), 0);
        RC(select_now(cases, 2), LEAT_EAGAIN);
        fill(e, 2, 1);
        RC(select_now(cases, 2), 0);
        SAME(got, 2);
        RC(select_now(cases, 2), LEAT_EAGAIN);
        fill(e, 3, 1);
        RC(select_now(&copy, 1), 0);
        SAME(got, 3);
        RC(select_now(&copy, 1), LEAT_EAGAIN);
    }
    RC(select_now(cases, 2), LEAT_EAGAIN);
    leat_tx_close(e.tx);
    RC(select_now(cases, 2), 0);
    RC(cases[0].rc, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(a_send_is_done_as_by_itself)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 100);
    ends e = ends_new(f);
    uint64_t value = 7;
    leat_case one = leat_on_send(e.tx, &value);
    for (size_t i = 0; i < n; i++) {
        RC(select_now(&one, 1), 0);
        RC(one.rc, 0);
    }
    SAME(leat_chan_len(e.chan), n);
    if (fills(f))
        RC(select_now(&one, 1), LEAT_EAGAIN);
    leat_rx_close(e.rx);
    RC(select_now(&one, 1), 0);
    RC(one.rc, LEAT_ECLOSED);
    for (size_t i = 0; i < n; i++)
        NEXT(e.rx, 7);
    ends_drop(e);
}
END_TEST

START_TEST(a_token_that_has_fired_is_told_each_time)
{
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_case one = leat_on_cancel(token);
    RC(select_now(&one, 1), LEAT_EAGAIN);
    leat_cancel_fire(token);
    for (int i = 0; i < 3; i++) {
        one.rc = 1;
        RC(select_now(&one, 1), 0);
        RC(one.rc, 0);
    }
    leat_cancel_drop(token);
}
END_TEST

START_TEST(a_time_that_has_come_is_told_each_time)
{
    leat_case one = leat_on_at(leat_now_ns() + INT64_C(3600000000000));
    RC(select_now(&one, 1), LEAT_EAGAIN);
    const int64_t past[] = {INT64_MIN, -1, 0, 1, leat_now_ns()};
    for (size_t i = 0; i < sizeof past / sizeof past[0]; i++) {
        one = leat_on_at(past[i]);
        RC(select_now(&one, 1), 0);
        RC(one.rc, 0);
        RC(select_now(&one, 1), 0);
    }
}
END_TEST

START_TEST(a_side_that_is_gone_is_told)
{
    ends e = ends_new(&flavours[_i]);
    leat_case of_tx = leat_on_gone_tx(e.tx);
    leat_case of_rx = leat_on_gone_rx(e.rx);
    RC(select_now(&of_tx, 1), LEAT_EAGAIN);
    RC(select_now(&of_rx, 1), LEAT_EAGAIN);
    leat_tx_close(e.tx); /* does not make anybody go */
    RC(select_now(&of_tx, 1), LEAT_EAGAIN);
    RC(select_now(&of_rx, 1), LEAT_EAGAIN);
    MUST(leat_tx_drop(e.tx));
    for (int i = 0; i < 2; i++) {
        RC(select_now(&of_rx, 1), 0);
        RC(of_rx.rc, 0);
    }
    MUST(leat_rx_drop(e.rx));
    e = ends_new(&flavours[_i]);
    of_tx = leat_on_gone_tx(e.tx);
    MUST(leat_rx_drop(e.rx));
    RC(select_now(&of_tx, 1), 0);
    RC(of_tx.rc, 0);
    MUST(leat_tx_drop(e.tx));
}
END_TEST

static int return_at_once(void *arg, leat_cancel *stop)
{
    (void)stop;
    return *(int *)arg;
}

START_TEST(the_end_of_a_thread_is_told)
{
    leat_thread *thread;
    int result = 5;
    leat_job job = {.fn = return_at_once, .arg = &result};
    RC(leat_thread_spawn(&thread, job, NULL), 0);
    leat_case one = leat_on_thread(thread);
    RC(leat_select(&one, 1, 0, leat_forever()), 0);
    RC(one.rc, 0);
    RC(select_now(&one, 1), 0);
    MUST(leat_thread_is_done(thread));
    int got = 0;
    RC(leat_thread_join(thread, &got, leat_nowait()), 0);
    SAME(got, 5);
    MUST(leat_thread_drop(thread));
}
END_TEST

/* ---- one of several -------------------------------------------------------------------- */

/* Only the one that can be done is done, wherever it stands. */
START_TEST(the_only_ready_one_is_done)
{
    const flavour *f = &flavours[_i];
    ends all[MANY];
    uint64_t got[MANY];
    leat_case cases[MANY];
    if (!queues(f))
        return;
    for (size_t i = 0; i < MANY; i++) {
        all[i] = ends_new(f);
        cases[i] = leat_on_recv(all[i].rx, &got[i]);
    }
    for (size_t i = 0; i < MANY; i++) {
        memset(got, 0xa5, sizeof got);
        uint64_t untouched = got[0];
        fill(all[i], 100 + i, 1);
        RC(select_now(cases, MANY), (int)i);
        RC(cases[i].rc, 0);
        for (size_t j = 0; j < MANY; j++)
            SAME(got[j], j == i ? 100 + i : untouched);
        RC(select_now(cases, MANY), LEAT_EAGAIN);
    }
    for (size_t i = 0; i < MANY; i++)
        ends_drop(all[i]);
}
END_TEST

START_TEST(one_is_done_and_no_other)
{
    ends all[MANY];
    uint64_t got[MANY] = {0};
    leat_case cases[MANY];
    for (size_t i = 0; i < MANY; i++) {
        all[i] = ends_cap(3);
        fill(all[i], 10 * i, 2);
        cases[i] = leat_on_recv(all[i].rx, &got[i]);
    }
    for (size_t n = 2 * MANY; n > 0; n--) {
        size_t left = 0;
        MUST(select_now(cases, MANY) >= 0);
        for (size_t i = 0; i < MANY; i++)
            left += leat_chan_len(all[i].chan);
        SAME(left, n - 1);
    }
    RC(select_now(cases, MANY), LEAT_EAGAIN);
    for (size_t i = 0; i < MANY; i++) {
        SAME(got[i], 10 * i + 1);
        ends_drop(all[i]);
    }
}
END_TEST

START_TEST(biased_takes_the_first)
{
    ends a = ends_cap(4);
    ends b = ends_cap(4);
    uint64_t got = 0;
    leat_case cases[] = {leat_on_recv(a.rx, &got), leat_on_recv(b.rx, &got),
                         leat_on_at(1)};
    fill(a, 0, 4);
    fill(b, 0, 4);
    for (int i = 0; i < 4; i++)
        RC(select_biased(cases, 3), 0);
    for (int i = 0; i < 4; i++)
        RC(select_biased(cases, 3), 1);
    for (int i = 0; i < 4; i++)
        RC(select_biased(cases, 3), 2);
    ends_drop(a);
    ends_drop(b);
}
END_TEST

/* Those that are ready are equally likely, whoever stands in between. 12,000 tries of a
 * third each: 4000, and more than 400 away is eight standard deviations. */
START_TEST(each_ready_one_is_as_likely)
{
    enum { TRIES = 12000, OFF = 400 };
    static const size_t ready[] = {0, 1, 6};
    ends none = ends_cap(1);
    uint64_t got;
    leat_case cases[MANY];
    unsigned told[MANY] = {0};
    leat__chance_set(20261121);
    for (size_t i = 0; i < MANY; i++)
        cases[i] = leat_on_recv(none.rx, &got);
    for (size_t i = 0; i < 3; i++)
        cases[ready[i]] = leat_on_at(1);
    for (int i = 0; i < TRIES; i++) {
        int index = select_now(cases, MANY);
        MUST(index >= 0);
        told[index]++;
    }
    for (size_t i = 0; i < 3; i++)
        MUST(told[ready[i]] > TRIES / 3 - OFF &&
             told[ready[i]] < TRIES / 3 + OFF);
    ends_drop(none);
}
END_TEST

/* Of channels that are always ready none is starved. */
START_TEST(full_channels_share)
{
    enum { TRIES = 4000, CHANS = 4 };
    ends all[CHANS];
    uint64_t got;
    leat_case cases[CHANS];
    unsigned told[CHANS] = {0};
    leat__chance_set(7);
    for (size_t i = 0; i < CHANS; i++) {
        all[i] = ends_cap(1);
        fill(all[i], 0, 1);
        cases[i] = leat_on_recv(all[i].rx, &got);
    }
    for (int i = 0; i < TRIES; i++) {
        int index = select_now(cases, CHANS);
        MUST(index >= 0);
        told[index]++;
        fill(all[index], 0, 1);
    }
    for (size_t i = 0; i < CHANS; i++) {
        MUST(told[i] > TRIES / CHANS * 3 / 4);
        ends_drop(all[i]);
    }
}
END_TEST

/* ---- the same channel ------------------------------------------------------------------- */

START_TEST(a_select_does_not_meet_itself)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    uint64_t out = 9;
    uint64_t in = UNTOUCHED;
    leat_case cases[] = {leat_on_send(e.tx, &out), leat_on_recv(e.rx, &in),
                         leat_on_send(e.tx, &out), leat_on_recv(e.rx, &in)};
    if (queues(f)) {
        int index = select_now(cases, 4);
        MUST(index == 0 || index == 2);
        SAME(leat_chan_len(e.chan), 1);
        return;
    }
    for (int i = 0; i < 100; i++)
        RC(select_now(cases, 4), LEAT_EAGAIN);
    RC(leat_select(cases, 4, 0, leat_in_ms(2)), LEAT_ETIMEDOUT);
    SAME(in, UNTOUCHED);
    SAME(parked(e.chan, LEAT__SEND), 0);
    SAME(parked(e.chan, LEAT__RECV), 0);
    ends_drop(e);
}
END_TEST

START_TEST(the_same_case_many_times)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    uint64_t got = UNTOUCHED;
    leat_case cases[MANY];
    for (size_t i = 0; i < MANY; i++)
        cases[i] = leat_on_recv(e.rx, &got);
    RC(leat_select(cases, MANY, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    SAME(parked(e.chan, LEAT__RECV), 0);
    if (queues(f)) {
        fill(e, 1, 1);
        MUST(leat_select(cases, MANY, 0, leat_forever()) >= 0);
        SAME(got, 1);
    }
    ends_drop(e);
}
END_TEST

/* ---- off ---------------------------------------------------------------------------------- */

START_TEST(what_is_null_is_off)
{
    uint64_t m = 1;
    leat_case cases[] = {leat_on_recv(NULL, &m),       leat_on_send(NULL, &m),
                         leat_on_cancel(NULL),         leat_on_gone_tx(NULL),
                         leat_on_gone_rx(NULL),        leat_on_thread(NULL),
                         leat_on_fd(-1, LEAT_FD_READ), leat_on_at(INT64_MAX)};
    enum { N = sizeof cases / sizeof cases[0] };
    for (size_t i = 0; i < N; i++)
        MUST(leat_case_is_off(&cases[i]));
    RC(select_now(cases, N), LEAT_EAGAIN);
    RC(leat_select(cases, N, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    RC(leat_select(cases, N, 0, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    RC(leat_select(cases, N, 0, leat_forever()), LEAT_EINVAL);
    RC(leat_ready(cases, N, 0, leat_forever()), LEAT_EINVAL);
    RC(leat_ready(cases, N, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    cases[3] = leat_on_at(1);
    RC(leat_select(cases, N, 0, leat_forever()), 3);
}
END_TEST

START_TEST(no_cases_at_all)
{
    RC(leat_select(NULL, 0, 0, leat_nowait()), LEAT_EAGAIN);
    RC(leat_select(NULL, 0, 0, leat_forever()), LEAT_EINVAL);
    int64_t at = leat_now_ns() + 2000000;
    RC(leat_select(NULL, 0, 0, leat_at_ns(at)), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= at);
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_cancel_fire(token);
    RC(leat_select(NULL, 0, 0, leat_or_cancel(leat_forever(), token)),
       LEAT_ECANCELED);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(an_end_is_told_once_then_the_case_is_off)
{
    const flavour *f = &flavours[_i];
    ends a = ends_new(f);
    ends b = ends_new(f);
    uint64_t got = UNTOUCHED;
    uint64_t out = 1;
    leat_case cases[] = {leat_on_recv(a.rx, &got), leat_on_send(b.tx, &out)};
    unsigned told[2] = {0};
    leat_tx_close(a.tx);
    leat_rx_close(b.rx);
    for (int i = 0; i < 2; i++) {
        int index = leat_select(cases, 2, 0, leat_forever());
        MUST(index >= 0);
        RC(cases[index].rc, LEAT_ECLOSED);
        MUST(leat_case_is_off(&cases[index]));
        told[index]++;
    }
    SAME(told[0], 1);
    SAME(told[1], 1);
    SAME(got, UNTOUCHED);
    RC(leat_select(cases, 2, 0, leat_forever()), LEAT_EINVAL);
    cases[0] = leat_on_recv(a.rx, &got); /* anew: on again */
    RC(select_now(cases, 2), 0);
    RC(cases[0].rc, LEAT_ECLOSED);
    ends_drop(a);
    ends_drop(b);
}
END_TEST

/* ---- policies, memory ----------------------------------------------------------------------- */

static ends ends_of_policy(enum leat_policy policy, size_t cap, bin *b)
{
    ends e = {0};
    RC(leat_chan_new(&e.tx, &e.rx, sizeof(uint64_t), cap,
                     LEAT_CHAN_OPTS(.policy = policy, .discard = bin_put,
                                    .discard_arg = b)),
       0);
    e.chan = leat_tx_chan(e.tx);
    return e;
}

START_TEST(a_send_that_drops_is_always_ready)
{
    const enum leat_policy drops[] = {
        LEAT_POLICY_DROP_OLDEST, LEAT_POLICY_DROP_NEWEST, LEAT_POLICY_CONFLATE};
    enum leat_policy policy = drops[_i];
    bin b = BIN_INIT;
    ends e = ends_of_policy(policy, policy == LEAT_POLICY_CONFLATE ? 1 : 2, &b);
    uint64_t value;
    leat_case one = leat_on_send(e.tx, &value);
    for (value = 0; value < 5; value++) {
        RC(leat_select(&one, 1, 0, leat_forever()), 0);
        RC(one.rc, 0);
        RC(leat_ready(&one, 1, 0, leat_forever()), 0);
    }
    SAME(b.n, 5 - leat_chan_cap(e.chan));
    ends_drop(e);
}
END_TEST

START_TEST(a_send_that_would_fail_waits_for_room)
{
    bin b = BIN_INIT;
    ends e = ends_of_policy(LEAT_POLICY_FAIL, 1, &b);
    uint64_t value = 1;
    leat_case one = leat_on_send(e.tx, &value);
    RC(leat_select(&one, 1, 0, leat_forever()), 0);
    RC(select_now(&one, 1), LEAT_EAGAIN);
    RC(leat_select(&one, 1, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    SAME(b.n, 0);
    ends_drop(e);
}
END_TEST

START_TEST(no_memory_is_an_outcome)
{
    counted_begin();
    ends e = ends_cap(LEAT_UNBOUNDED);
    uint64_t value = 1;
    leat_case one = leat_on_send(e.tx, &value);
    atomic_store(&counted_refuses, true);
    RC(leat_select(&one, 1, 0, leat_forever()), 0);
    RC(one.rc, LEAT_ENOMEM);
    atomic_store(&counted_refuses, false);
    MUST(!leat_case_is_off(&one));
    RC(leat_select(&one, 1, 0, leat_forever()), 0);
    RC(one.rc, 0);
    NEXT(e.rx, 1);
    ends_drop(e);
}
END_TEST

/* ---- ready ------------------------------------------------------------------------------------ */

START_TEST(ready_says_it_and_does_nothing)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_case recv = leat_on_recv(e.rx, NULL);
    leat_case send = leat_on_send(e.tx, NULL);
    RC(leat_ready(&recv, 1, 0, leat_nowait()), LEAT_EAGAIN);
    if (queues(f)) {
        RC(leat_ready(&send, 1, 0, leat_nowait()), 0);
        SAME(leat_chan_len(e.chan), 0);
        fill(e, 3, 1);
        for (int i = 0; i < 3; i++) {
            recv.rc = 1;
            RC(leat_ready(&recv, 1, 0, leat_forever()), 0);
            RC(recv.rc, 0);
        }
        SAME(leat_chan_len(e.chan), 1);
        NEXT(e.rx, 3);
        RC(leat_ready(&recv, 1, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    }
    if (fills(f)) {
        fill(e, 0, room(f, 100));
        RC(leat_ready(&send, 1, 0, leat_nowait()), LEAT_EAGAIN);
    }
    SAME(parked(e.chan, LEAT__SEND), 0);
    SAME(parked(e.chan, LEAT__RECV), 0);
    leat_tx_close(e.tx);
    for (int i = 0; i < 2; i++) {
        RC(leat_ready(&recv, 1, 0, leat_nowait()), 0);
        RC(leat_ready(&send, 1, 0, leat_nowait()), 0);
    }
    MUST(!leat_case_is_off(&recv) && !leat_case_is_off(&send));
    ends_drop(e);
}
END_TEST

START_TEST(ready_is_fair_or_biased)
{
    enum { TRIES = 3000 };
    unsigned told[3] = {0};
    uint64_t got;
    ends none = ends_cap(1);
    leat_case cases[] = {leat_on_at(1), leat_on_recv(none.rx, &got),
                         leat_on_at(1)};
    leat__chance_set(11);
    for (int i = 0; i < TRIES; i++) {
        RC(leat_ready(cases, 3, LEAT_BIASED, leat_nowait()), 0);
        told[leat_ready(cases, 3, 0, leat_nowait())]++;
    }
    SAME(told[1], 0);
    MUST(told[0] > TRIES / 3 && told[2] > TRIES / 3);
    ends_drop(none);
}
END_TEST

/* ---- misuse --------------------------------------------------------------------------------------- */

static void no_message(void *arg)
{
    ends *e = arg;
    leat_case one = leat_on_recv(e->rx, NULL);
    (void)!leat_select(&one, 1, 0, leat_nowait());
}

static void wrong_half(void *arg)
{
    ends *e = arg;
    leat_on_recv((leat_rx *)(void *)e->tx, NULL);
}

static void no_array(void *arg)
{
    (void)arg;
    (void)!leat_select(NULL, 1, 0, leat_nowait());
}

START_TEST(misuse_aborts)
{
    ends e = ends_cap(1);
    t_aborts(no_message, &e, "msg of a case is NULL");
    t_aborts(wrong_half, &e, "not a live receiving half");
    t_aborts(no_array, NULL, "cases is NULL");
    ends_drop(e);
}
END_TEST

START_TEST(unknown_flags_and_too_many)
{
    leat_case one = leat_on_at(1);
    RC(leat_select(&one, 1, 0x80, leat_nowait()), LEAT_EINVAL);
    RC(leat_ready(&one, 1, 0x2, leat_nowait()), LEAT_EINVAL);
    RC(leat_select(&one, (size_t)INT_MAX + 1, 0, leat_nowait()), LEAT_EINVAL);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("select");
    tcase_add_loop_test(tc, a_receive_is_done_as_by_itself, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_case_is_used_again_and_again, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_send_is_done_as_by_itself, 0, FLAVOURS);
    tcase_add_test(tc, a_token_that_has_fired_is_told_each_time);
    tcase_add_test(tc, a_time_that_has_come_is_told_each_time);
    tcase_add_loop_test(tc, a_side_that_is_gone_is_told, 0, FLAVOURS);
    tcase_add_test(tc, the_end_of_a_thread_is_told);
    tcase_add_loop_test(tc, the_only_ready_one_is_done, 0, FLAVOURS);
    tcase_add_test(tc, one_is_done_and_no_other);
    tcase_add_test(tc, biased_takes_the_first);
    tcase_add_test(tc, each_ready_one_is_as_likely);
    tcase_add_test(tc, full_channels_share);
    tcase_add_loop_test(tc, a_select_does_not_meet_itself, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_same_case_many_times, 0, FLAVOURS);
    tcase_add_test(tc, what_is_null_is_off);
    tcase_add_test(tc, no_cases_at_all);
    tcase_add_loop_test(tc, an_end_is_told_once_then_the_case_is_off, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_send_that_drops_is_always_ready, 0, 3);
    tcase_add_test(tc, a_send_that_would_fail_waits_for_room);
    tcase_add_test(tc, no_memory_is_an_outcome);
    tcase_add_loop_test(tc, ready_says_it_and_does_nothing, 0, FLAVOURS);
    tcase_add_test(tc, ready_is_fair_or_biased);
    tcase_add_test(tc, misuse_aborts);
    tcase_add_test(tc, unknown_flags_and_too_many);
    return t_run(tc);
}
