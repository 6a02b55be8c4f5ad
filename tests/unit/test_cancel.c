/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_cancel.c - cancel tokens: owners, firing, and the waits that carry them. */
#define _GNU_SOURCE 1
#include "tokens.h"

/* Fill a channel that can be full, so that a send has to wait. */
static void make_full(ends e, const flavour *f)
{
    fill(e, 100, room(f, 64));
}

/* ---- owners -------------------------------------------------------------------- */

START_TEST(a_new_token_has_not_fired)
{
    leat_cancel *token = token_new();
    MUST(!leat_cancel_check(token));
    RC(leat_cancel_wait(token, leat_nowait()), LEAT_EAGAIN);
    MUST(leat_cancel_drop(token));
}
END_TEST

START_TEST(clone_is_one_more_owner)
{
    leat_cancel *token = token_new();
    MUST(leat_cancel_clone(token) == token);
    MUST(leat_cancel_clone(token) == token);
    MUST(!leat_cancel_drop(token));
    MUST(!leat_cancel_drop(token));
    leat_cancel_fire(token);
    MUST(leat_cancel_check(token));
    MUST(leat_cancel_drop(token));
}
END_TEST

START_TEST(null_does_nothing_and_never_fires)
{
    MUST(!leat_cancel_drop(NULL));
    MUST(!leat_cancel_check(NULL));
}
END_TEST

START_TEST(drop_does_not_fire)
{
    ends e = ends_cap(1);
    leat_cancel *token = token_new();
    leat_cancel *clone = leat_cancel_clone(token);
    call c;
    call_recv(&c, e.rx, leat_or_cancel(leat_in_ms(60), clone));
    t_wait_carried(token, 1);
    leat_cancel_drop(token);
    RC(call_end(&c), LEAT_ETIMEDOUT);
    MUST(!leat_cancel_check(clone));
    MUST(leat_cancel_drop(clone));
    ends_drop(e);
}
END_TEST

static void *clone_and_drop(void *arg)
{
    size_t last = 0;
    for (int i = 0; i < 2000; i++) {
        leat_cancel *mine = leat_cancel_clone(arg);
        last += leat_cancel_drop(mine);
    }
    last += leat_cancel_drop(arg);
    return (void *)(uintptr_t)last;
}

START_TEST(one_drop_of_many_is_the_last)
{
    enum { N = 4 };
    leat_cancel *token = token_new();
    pthread_t thread[N];
    size_t last = 0;
    for (int i = 1; i < N; i++)
        MUST(leat_cancel_clone(token) == token);
    for (int i = 0; i < N; i++)
        thread[i] = t_spawn(clone_and_drop, token);
    for (int i = 0; i < N; i++) {
        last += (uintptr_t)t_join(thread[i]);
    }
    SAME(last, 1);
}
END_TEST

/* ---- firing --------------------------------------------------------------------- */

START_TEST(firing_twice_is_firing_once)
{
    leat_cancel *token = token_new();
    leat_cancel_fire(token);
    leat_cancel_fire(token);
    MUST(leat_cancel_check(token));
    RC(leat_cancel_wait(token, leat_nowait()), 0);
    RC(leat_cancel_wait(token, leat_at_ns(-1)), 0);
    RC(leat_cancel_wait(token, leat_forever()), 0);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(fire_wakes_a_receiver)
{
    ends e = ends_new(&flavours[_i]);
    leat_cancel *token = token_new();
    call c;
    call_recv(&c, e.rx, or_cancel(token));
    t_wait_parked(e.chan, LEAT__RECV, 1);
    leat_cancel_fire(token);
    RC(call_end(&c), LEAT_ECANCELED);
    SAME(c.value, UNTOUCHED);
    t_wait_parked(e.chan, LEAT__RECV, 0);
    if (queues(&flavours[_i])) { /* and the channel is as it was */
        RC(try_send(e.tx, 7), 0);
        NEXT(e.rx, 7);
    }
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(fire_wakes_a_sender_which_keeps_its_message)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    leat_cancel *token = token_new();
    make_full(e, f);
    call c;
    call_send(&c, e.tx, 5, or_cancel(token));
    t_wait_parked(e.chan, LEAT__SEND, 1);
    leat_cancel_fire(token);
    RC(call_end(&c), LEAT_ECANCELED);
    SAME(c.value, 5);
    for (size_t i = 0; i < room(f, 64); i++)
        NEXT(e.rx, 100 + i);
    NOTHING(e.rx, LEAT_EAGAIN); /* 5 is not in there */
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(what_is_ready_beats_a_fired_token)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    ends e = ends_new(f);
    leat_cancel *token = token_new();
    uint64_t value;
    leat_cancel_fire(token);
    RC(send_until(e.tx, 1, or_cancel(token)), 0);
    RC(leat_rx_recv(e.rx, &value, or_cancel(token)), 0);
    SAME(value, 1);
    leat_tx_close(e.tx);
    RC(send_until(e.tx, 1, or_cancel(token)), LEAT_ECLOSED);
    RC(leat_rx_recv(e.rx, &value, or_cancel(token)), LEAT_ECLOSED);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(a_fired_token_beats_the_clock)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *token = token_new();
    uint64_t value = UNTOUCHED;
    leat_cancel_fire(token);
    RC(leat_rx_recv(e.rx, &value, or_cancel(token)), LEAT_ECANCELED);
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_at_ns(-1), token)),
       LEAT_ECANCELED);
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_each_ms(0), token)),
       LEAT_ECANCELED);
    SAME(value, UNTOUCHED);
    if (fills(f)) {
        make_full(e, f);
        RC(send_until(e.tx, 1, leat_or_cancel(leat_at_ns(-1), token)),
           LEAT_ECANCELED);
    }
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(a_try_never_waits_so_it_does_not_ask_the_token)
{
    ends e = ends_cap(1);
    leat_cancel *token = token_new();
    uint64_t value;
    leat_cancel_fire(token);
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_nowait(), token)),
       LEAT_EAGAIN);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(a_wait_with_a_token_ends_for_other_reasons_too)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *token = token_new();
    call c;
    call_recv(&c, e.rx, or_cancel(token));
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 3, leat_forever()), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 3);
    uint64_t value;
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_in_ms(2), token)),
       LEAT_ETIMEDOUT);
    call_recv(&c, e.rx, or_cancel(token));
    t_wait_carried(token, 1);
    leat_tx_close(e.tx);
    RC(call_end(&c), LEAT_ECLOSED);
    t_wait_carried(token, 0);
    MUST(leat_cancel_drop(token));
    ends_drop(e);
}
END_TEST

/* Fire is complete when it returns: no wait that carries the token can still take
 * a message. */
START_TEST(after_fire_returns_every_wait_is_decided)
{
    for (int round = 0; round < 200; round++) {
        ends e = ends_cap(0);
        leat_cancel *token = token_new();
        call c;
        call_recv(&c, e.rx, or_cancel(token));
        t_wait_carried(token, 1);
        leat_cancel_fire(token);
        RC(try_send(e.tx, 9), LEAT_EAGAIN);
        RC(call_end(&c), LEAT_ECANCELED);
        leat_cancel_drop(token);
        ends_drop(e);
    }
}
END_TEST

START_TEST(one_token_ends_waits_on_many_channels)
{
    enum { N = 12 };
    ends e[N];
    call c[N];
    leat_cancel *token = token_new();
    for (size_t i = 0; i < N; i++) {
        const flavour *f = &flavours[i % 7];
        e[i] = ends_new(f);
        if (i % 2 == 0 && fills(f)) {
            make_full(e[i], f);
            call_send(&c[i], e[i].tx, i, or_cancel(token));
        } else {
            call_recv(&c[i], e[i].rx, or_cancel(token));
        }
    }
    t_wait_carried(token, N);
    leat_cancel_fire(token);
    for (size_t i = 0; i < N; i++)
        RC(call_end(&c[i]), LEAT_ECANCELED);
    leat_cancel_drop(token);
    for (size_t i = 0; i < N; i++)
        ends_drop(e[i]);
}
END_TEST

static void *fire(void *token)
{
    leat_cancel_fire(token);
    return NULL;
}

START_TEST(many_may_fire_at_once)
{
    enum { N = 4 };
    for (int round = 0; round < 50; round++) {
        ends e = ends_cap(0);
        leat_cancel *token = token_new();
        call c[N];
        pthread_t thread[N];
        for (int i = 0; i < N; i++)
            call_recv(&c[i], e.rx, or_cancel(token));
        for (int i = 0; i < N; i++)
            thread[i] = t_spawn(fire, token);
        for (int i = 0; i < N; i++) {
            RC(call_end(&c[i]), LEAT_ECANCELED);
            t_join(thread[i]);
        }
        leat_cancel_drop(token);
        ends_drop(e);
    }
}
END_TEST

/* Plain data, ordered by fire alone: a race here is a finding of ThreadSanitizer. */
static int written_before_fire;

static void *write_and_fire(void *token)
{
    written_before_fire = 42;
    leat_cancel_fire(token);
    return NULL;
}

START_TEST(fire_happens_before_canceled)
{
    ends e = ends_cap(1);
    leat_cancel *token = token_new();
    pthread_t thread;
    uint64_t value;
    thread = t_spawn(write_and_fire, token);
    RC(leat_rx_recv(e.rx, &value, or_cancel(token)), LEAT_ECANCELED);
    SAME(written_before_fire, 42);
    t_join(thread);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(fire_happens_before_a_check_that_sees_it)
{
    leat_cancel *token = token_new();
    pthread_t thread;
    thread = t_spawn(write_and_fire, token);
    while (!leat_cancel_check(token))
        leat__os_yield();
    SAME(written_before_fire, 42);
    t_join(thread);
    leat_cancel_drop(token);
}
END_TEST

/* Messages come, the token fires at some moment: each message is received once or
 * stayed with its sender. */
static void *send_until_canceled(void *arg)
{
    call *c = arg;
    uint64_t sent = 0;
    while (sent < 100000 && send_until(c->tx, sent, c->until) == 0)
        sent++;
    c->value = sent;
    return NULL;
}

START_TEST(cancelling_in_mid_stream_loses_nothing)
{
    const flavour *f = &flavours[_i];
    for (int round = 0; round < 5; round++) {
        ends e = ends_new(f);
        leat_cancel *token = token_new();
        call c = {.tx = e.tx, .until = or_cancel(token)};
        c.thread = t_spawn(send_until_canceled, &c);
        uint64_t value;
        uint64_t got = 0;
        int rc;
        while ((rc = leat_rx_recv(e.rx, &value, or_cancel(token))) == 0) {
            SAME(value, got);
            got++;
            if (got == 500)
                leat_cancel_fire(token);
            if (got == 1000 && !fills(f))
                leat_tx_close(
                    e.tx); /* it never has to wait, so it never asks */
        }
        if (got < 500)
            UNIT_FAIL("ended early with %d [%s]", rc, unit_at);
        t_join(c.thread);
        while (try_recv(e.rx, &value) == 0)
            SAME(value, got++);
        SAME(got, c.value);
        leat_cancel_drop(token);
        ends_drop(e);
    }
}
END_TEST

/* ---- waiting for a token ---------------------------------------------------------- */

START_TEST(wait_returns_when_it_fires)
{
    enum { N = 3 };
    leat_cancel *token = token_new();
    struct waiter w[N];
    for (int i = 0; i < N; i++)
        wait_start(&w[i], token, leat_forever());
    t_wait_carried(token, N);
    leat_cancel_fire(token);
    for (int i = 0; i < N; i++)
        RC(wait_end(&w[i]), 0);
    MUST(leat_cancel_drop(token));
}
END_TEST

START_TEST(wait_gives_up_on_time)
{
    leat_cancel *token = token_new();
    leat_until until = leat_in_ms(20);
    RC(leat_cancel_wait(token, until), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= until.deadline_ns);
    RC(leat_cancel_wait(token, leat_at_ns(-5)), LEAT_ETIMEDOUT);
    RC(leat_cancel_wait(token, leat_each_ms(1)), LEAT_ETIMEDOUT);
    RC(leat_cancel_wait(token, leat_nowait()), LEAT_EAGAIN);
    MUST(leat_cancel_drop(token));
}
END_TEST

START_TEST(wait_with_a_second_token)
{
    leat_cancel *token = token_new();
    leat_cancel *stop = token_new();
    struct waiter w;
    wait_start(&w, token, or_cancel(stop));
    t_wait_carried(token, 1);
    t_wait_carried(stop, 1);
    leat_cancel_fire(stop);
    RC(wait_end(&w), LEAT_ECANCELED);
    t_wait_carried(token, 0);
    /* fired already: it beats the clock, and what is waited for beats it */
    RC(leat_cancel_wait(token, leat_or_cancel(leat_at_ns(-1), stop)),
       LEAT_ECANCELED);
    leat_cancel_fire(token);
    RC(leat_cancel_wait(token, or_cancel(stop)), 0);
    leat_cancel_drop(token);
    leat_cancel_drop(stop);
}
END_TEST

START_TEST(wait_with_a_second_token_sees_the_first)
{
    leat_cancel *token = token_new();
    leat_cancel *stop = token_new();
    struct waiter w;
    wait_start(&w, token, or_cancel(stop));
    t_wait_carried(stop, 1);
    leat_cancel_fire(token);
    RC(wait_end(&w), 0);
    t_wait_carried(stop, 0);
    leat_cancel_drop(token);
    leat_cancel_drop(stop);
}
END_TEST

START_TEST(wait_with_the_same_token_twice)
{
    leat_cancel *token = token_new();
    struct waiter w;
    wait_start(&w, token, or_cancel(token));
    t_wait_carried(token, 1);
    leat_cancel_fire(token);
    RC(wait_end(&w), 0);
    MUST(leat_cancel_drop(token));
}
END_TEST

START_TEST(many_waits_that_gave_up_leave_no_trace)
{
    ends e = ends_cap(1);
    leat_cancel *token = token_new();
    uint64_t value;
    for (int i = 0; i < 500; i++) {
        RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_in_ns(20000), token)),
           LEAT_ETIMEDOUT);
        RC(leat_cancel_wait(token, leat_in_ns(20000)), LEAT_ETIMEDOUT);
    }
    t_wait_carried(token, 0);
    MUST(leat_cancel_drop(token));
    ends_drop(e);
}
END_TEST

/* ---- misuse ------------------------------------------------------------------------- */

static void fire_arg(void *arg)
{
    leat_cancel_fire(arg);
}

static void clone_arg(void *arg)
{
    leat_cancel *clone = leat_cancel_clone(arg);
    (void)clone;
}

static void wait_arg(void *arg)
{
    int rc = leat_cancel_wait(arg, leat_nowait());
    (void)rc;
}

static void new_without_out(void *arg)
{
    (void)arg;
    int rc = leat_cancel_new(NULL);
    (void)rc;
}

START_TEST(what_is_no_token_aborts)
{
    static union {
        leat_cancel token;
        unsigned char bytes[sizeof(leat_cancel)];
    } nothing;
    t_aborts(fire_arg, NULL, "leat_cancel");
    t_aborts(clone_arg, NULL, "leat_cancel");
    t_aborts(wait_arg, NULL, "leat_cancel");
    t_aborts(fire_arg, &nothing, "leat_cancel");
    t_aborts(clone_arg, &nothing, "leat_cancel");
    t_aborts(new_without_out, NULL, "leat_cancel_new");
}
END_TEST

static void drop_under_a_wait(void *arg)
{
    (void)arg;
    ends e = ends_cap(1);
    leat_cancel *token = token_new();
    call c;
    call_recv(&c, e.rx, or_cancel(token));
    t_wait_carried(token, 1);
    leat_cancel_drop(token);
}

START_TEST(the_last_drop_under_a_wait_aborts)
{
    t_aborts(drop_under_a_wait, NULL, "leat_cancel_drop: a wait still carries");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("cancel");
    tcase_add_test(tc, a_new_token_has_not_fired);
    tcase_add_test(tc, clone_is_one_more_owner);
    tcase_add_test(tc, null_does_nothing_and_never_fires);
    tcase_add_test(tc, drop_does_not_fire);
    tcase_add_test(tc, one_drop_of_many_is_the_last);
    tcase_add_test(tc, firing_twice_is_firing_once);
    tcase_add_loop_test(tc, fire_wakes_a_receiver, 0, FLAVOURS);
    tcase_add_loop_test(tc, fire_wakes_a_sender_which_keeps_its_message, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, what_is_ready_beats_a_fired_token, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_fired_token_beats_the_clock, 0, FLAVOURS);
    tcase_add_test(tc, a_try_never_waits_so_it_does_not_ask_the_token);
    tcase_add_loop_test(tc, a_wait_with_a_token_ends_for_other_reasons_too, 0,
                        FLAVOURS);
    tcase_add_test(tc, after_fire_returns_every_wait_is_decided);
    tcase_add_test(tc, one_token_ends_waits_on_many_channels);
    tcase_add_test(tc, many_may_fire_at_once);
    tcase_add_test(tc, fire_happens_before_canceled);
    tcase_add_test(tc, fire_happens_before_a_check_that_sees_it);
    tcase_add_loop_test(tc, cancelling_in_mid_stream_loses_nothing, 0,
                        FLAVOURS);
    tcase_add_test(tc, wait_returns_when_it_fires);
    tcase_add_test(tc, wait_gives_up_on_time);
    tcase_add_test(tc, wait_with_a_second_token);
    tcase_add_test(tc, wait_with_a_second_token_sees_the_first);
    tcase_add_test(tc, wait_with_the_same_token_twice);
    tcase_add_test(tc, many_waits_that_gave_up_leave_no_trace);
    tcase_add_test(tc, what_is_no_token_aborts);
    tcase_add_test(tc, the_last_drop_under_a_wait_aborts);
    return t_run(tc);
}
