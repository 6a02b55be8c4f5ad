/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_time.c - receivers of time: after and tick, set again, closed, shared. On the
 * virtual clock, but for two that ask the real one whether anything comes early. */
#define _GNU_SOURCE 1
#include "timed.h"

#include "parked.h"

/* ---- after ------------------------------------------------------------------- */

START_TEST(after_comes_at_its_time_and_once)
{
    clock_begin();
    leat_rx *rx = after_of(leat_in_ns(50));
    NOT_DUE(rx);
    leat_clock_advance(49);
    NOT_DUE(rx);
    leat_clock_advance(1);
    DUE(rx, 50);
    NOT_DUE(rx);
    leat_clock_advance(1000);
    NOT_DUE(rx);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* Who is late is told for when it was. */
START_TEST(the_message_is_the_time_it_was_due)
{
    clock_begin();
    leat_rx *rx = after_of(leat_in_ms(1));
    leat_clock_advance(INT64_C(7000000));
    DUE(rx, 1000000);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(a_time_that_has_passed_is_due_at_once)
{
    clock_begin();
    leat_until whens[] = {leat_nowait(), leat_in_ns(0), leat_in_ms(-3),
                          leat_at_ns(-5), leat_each_ms(-1)};
    leat_clock_advance(10);
    for (size_t i = 0; i < sizeof whens / sizeof whens[0]; i++) {
        leat_rx *rx = after_of(whens[i]);
        DUE(rx, 10);
        NOT_DUE(rx);
        MUST(leat_rx_drop(rx));
    }
    leat_rx *rx = after_of(leat_at_ns(3));
    NEXT(rx, 3);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(each_ms_is_from_the_call)
{
    clock_begin();
    leat_until each = leat_each_ms(2);
    leat_clock_advance(5);
    leat_rx *rx = after_of(each);
    leat_clock_advance(1999999);
    NOT_DUE(rx);
    leat_clock_advance(1);
    DUE(rx, 2000005);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(forever_is_not_before_it_is_set)
{
    clock_begin();
    leat_rx *rx = after_of(leat_forever());
    leat_clock_advance(INT64_MAX);
    NOT_DUE(rx);
    MUST(leat_timer_due_ns(rx) == INT64_MAX);
    SAME(leat_timer_reset(rx, leat_nowait()), 0);
    uint64_t got;
    RC(try_recv(rx, &got), 0);
    SAME(got, INT64_MAX - 1);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(a_receive_waits_for_it)
{
    call c;
    clock_begin();
    leat_rx *rx = after_at(70);
    call_recv(&c, rx, leat_forever());
    clock_awaits(1);
    leat_clock_advance(69);
    SAME(leat_clock_waiting(), 1);
    leat_clock_advance(1);
    CALL_GOT(&c, 70);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* Before the time: its own deadline, its token. At the time: ready beats both. */
START_TEST(a_receive_gives_up_before_its_time)
{
    call c;
    leat_cancel *token;
    clock_begin();
    RC(leat_cancel_new(&token), 0);
    leat_rx *rx = after_at(70);
    call_recv(&c, rx, leat_in_ns(30));
    clock_awaits(1);
    leat_clock_advance(30);
    RC(call_end(&c), LEAT_ETIMEDOUT);
    SAME(c.value, UNTOUCHED);
    call_recv(&c, rx, leat_or_cancel(leat_forever(), token));
    clock_awaits(1);
    leat_cancel_fire(token);
    RC(call_end(&c), LEAT_ECANCELED);
    SAME(c.value, UNTOUCHED);
    SAME(leat_clock_waiting(), 0);
    call_recv(&c, rx, leat_in_ns(40));
    clock_awaits(1);
    leat_clock_advance(40);
    CALL_GOT(&c, 70);
    MUST(leat_timer_reset(rx, leat_nowait()) == 0);
    uint64_t got = 0;
    RC(leat_rx_recv(rx, &got, leat_or_cancel(leat_in_ns(-1), token)), 0);
    SAME(got, START + 70);
    RC(leat_rx_recv(rx, &got, leat_or_cancel(leat_in_ns(-1), token)),
       LEAT_ECANCELED);
    RC(leat_rx_recv(rx, &got, leat_in_ns(-1)), LEAT_ETIMEDOUT);
    MUST(leat_cancel_drop(token));
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* The one message goes to one of those who wait; the other waits on, for ever. */
START_TEST(one_of_two_who_wait_gets_it)
{
    call c[2];
    leat_cancel *token;
    clock_begin();
    RC(leat_cancel_new(&token), 0);
    leat_rx *rx = after_at(5);
    for (size_t i = 0; i < 2; i++)
        call_recv(&c[i], rx, leat_or_cancel(leat_forever(), token));
    clock_awaits(2);
    leat_clock_advance(5);
    t_wait_parked(leat_rx_chan(rx), LEAT__RECV, 1);
    t_wait_carried(token, 1);
    leat_cancel_fire(token);
    int first = call_end(&c[0]);
    int second = call_end(&c[1]);
    MUST((first == 0 && second == LEAT_ECANCELED) ||
         (first == LEAT_ECANCELED && second == 0));
    SAME(c[first == 0 ? 0 : 1].value, START + 5);
    MUST(leat_cancel_drop(token));
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* ---- tick --------------------------------------------------------------------- */

START_TEST(a_tick_comes_every_period)
{
    static const enum leat_missed all[] = {LEAT_MISSED_SKIP, LEAT_MISSED_DELAY,
                                           LEAT_MISSED_BURST};
    clock_begin();
    for (size_t i = 0; i < 3; i++) {
        leat_rx *rx = tick_of(10, all[i]);
        int64_t from = leat_now_ns();
        for (int64_t n = 1; n <= 5; n++) {
            leat_clock_advance(9);
            NOT_DUE(rx);
            leat_clock_advance(1);
            NEXT(rx, from + 10 * n);
            NOT_DUE(rx);
        }
        MUST(leat_rx_drop(rx));
    }
    clock_end();
}
END_TEST

/* The table in the header, with a period of 10. */
static leat_rx *tick_missed_till_35(enum leat_missed missed)
{
    leat_rx *rx = tick_of(10, missed);
    SAME(leat_timer_reset(rx, leat_nowait()), 1);
    leat_clock_advance(35);
    DUE(rx, 0);
    return rx;
}

START_TEST(missed_ticks_are_skipped)
{
    clock_begin();
    leat_rx *rx = tick_missed_till_35(LEAT_MISSED_SKIP);
    NOT_DUE(rx);
    leat_clock_advance(5);
    DUE(rx, 40);
    leat_clock_advance(10);
    DUE(rx, 50);
    leat_clock_advance(20); /* exactly two: the second of them is skipped */
    DUE(rx, 60);
    NOT_DUE(rx);
    leat_clock_advance(10);
    DUE(rx, 80);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(missed_ticks_delay_the_next)
{
    clock_begin();
    leat_rx *rx = tick_missed_till_35(LEAT_MISSED_DELAY);
    leat_clock_advance(5);
    NOT_DUE(rx);
    leat_clock_advance(5);
    DUE(rx, 45);
    leat_clock_advance(10);
    DUE(rx, 55);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(missed_ticks_come_in_a_burst)
{
    clock_begin();
    leat_rx *rx = tick_missed_till_35(LEAT_MISSED_BURST);
    for (int64_t n = 1; n <= 3; n++)
        DUE(rx, 10 * n);
    NOT_DUE(rx);
    leat_clock_advance(5);
    DUE(rx, 40);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* The end of time is not reached, and nothing wraps round. */
START_TEST(times_saturate)
{
    clock_begin();
    leat_rx *rx = tick_of(INT64_MAX, LEAT_MISSED_BURST);
    MUST(leat_timer_due_ns(rx) == INT64_MAX);
    leat_clock_advance(INT64_MAX);
    MUST(leat_now_ns() == INT64_MAX - 1);
    NOT_DUE(rx);
    static const enum leat_missed all[] = {LEAT_MISSED_SKIP, LEAT_MISSED_DELAY,
                                           LEAT_MISSED_BURST};
    for (size_t i = 0; i < 3; i++) {
        leat_rx *near = tick_of(INT64_MAX - 5, all[i]);
        SAME(leat_timer_reset(near, leat_at_ns(7)), 0);
        NEXT(near, 7);
        NOT_DUE(near);
        MUST(leat_timer_due_ns(near) == INT64_MAX);
        MUST(leat_rx_drop(near));
    }
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

enum { SHARERS = 3, SHARED = 300 };

static int64_t _Atomic shared_seen[SHARED];

static void *shares(void *arg)
{
    leat_rx *rx = arg;
    int64_t due_ns;
    int64_t last_ns = 0;
    while (leat_rx_recv(rx, &due_ns, leat_forever()) == 0) {
        int64_t n = (due_ns - START) / 10 - 1;
        MUST(due_ns > last_ns && n >= 0 && n < SHARED);
        MUST(due_ns <= leat_now_ns());
        last_ns = due_ns;
        shared_seen[n]++;
    }
    leat_rx_drop(rx);
    return NULL;
}

/* Each tick goes to exactly one of several receivers. */
START_TEST(ticks_are_shared_out)
{
    pthread_t threads[SHARERS];
    t_rand chance = t_random(1);
    clock_begin();
    leat_rx *rx = tick_of(10, LEAT_MISSED_BURST);
    for (size_t i = 0; i < SHARERS; i++)
        threads[i] = t_spawn(shares, leat_rx_clone(rx));
    for (int64_t left = 10 * SHARED + 5, step; left > 0; left -= step) {
        step = 1 + (int64_t)t_below(&chance, 40);
        if (step > left)
            step = left;
        if (t_below(&chance, 4) == 0)
            RC(leat_clock_await(SHARERS, leat_forever()), 0);
        leat_clock_advance(step);
    }
    leat_rx_close(rx); /* what was due by now is received still */
    for (size_t i = 0; i < SHARERS; i++)
        t_join(threads[i]);
    for (size_t n = 0; n < SHARED; n++)
        SAME(shared_seen[n], 1);
    NOTHING(rx, LEAT_ECLOSED);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* ---- set again ------------------------------------------------------------------- */

START_TEST(a_reset_moves_it)
{
    clock_begin();
    leat_rx *rx = after_at(50);
    SAME(leat_timer_due_ns(rx), START + 50);
    SAME(leat_timer_reset(rx, leat_in_ns(80)), 1);
    SAME(leat_timer_due_ns(rx), START + 80);
    leat_clock_advance(79);
    NOT_DUE(rx);
    SAME(leat_timer_reset(rx, leat_in_ns(20)), 1);
    leat_clock_advance(20);
    DUE(rx, 99);
    SAME(leat_timer_reset(rx, leat_in_ns(1)), 0); /* it had come: once more */
    leat_clock_advance(1);
    DUE(rx, 100);
    SAME(leat_timer_reset(rx, leat_in_ns(1)), 0);
    SAME(leat_timer_reset(rx, leat_forever()), 1); /* stop */
    SAME(leat_timer_reset(rx, leat_forever()), 0);
    leat_clock_advance(1000);
    NOT_DUE(rx);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(a_reset_leaves_nothing_stale)
{
    clock_begin();
    leat_rx *rx = after_at(50);
    leat_rx *tick = tick_of(10, LEAT_MISSED_BURST);
    leat_clock_advance(60);
    SAME(leat_chan_len(leat_rx_chan(rx)), 1);
    SAME(leat_chan_len(leat_rx_chan(tick)), 6);
    SAME(leat_timer_reset(rx, leat_in_ns(5)), 1);
    SAME(leat_timer_reset(tick, leat_in_ns(5)), 1);
    NOT_DUE(rx);
    NOT_DUE(tick);
    leat_clock_advance(25);
    DUE(rx, 65);
    DUE(tick, 65);
    DUE(tick, 75);
    DUE(tick, 85);
    NOT_DUE(tick);
    MUST(leat_rx_drop(rx));
    MUST(leat_rx_drop(tick));
    clock_end();
}
END_TEST

/* A tick that is set again goes on from there: at once, after a while that is shorter or
 * longer than its period, a period from now. */
START_TEST(a_tick_is_set_again)
{
    clock_begin();
    leat_rx *rx = tick_of(300, LEAT_MISSED_SKIP);
    leat_clock_advance(100);
    SAME(leat_timer_reset(rx, leat_nowait()), 1);
    DUE(rx, 100);
    leat_clock_advance(299);
    NOT_DUE(rx);
    leat_clock_advance(1);
    DUE(rx, 400);
    SAME(leat_timer_reset(rx, leat_in_ns(20)), 1);
    leat_clock_advance(20);
    DUE(rx, 420);
    leat_clock_advance(100);
    SAME(leat_timer_reset(rx, leat_at_ns(START + 1520)), 1);
    for (size_t i = 0; i < 3; i++) {
        leat_clock_advance(300);
        NOT_DUE(rx);
    }
    leat_clock_advance(100);
    DUE(rx, 1520);
    leat_clock_advance(100);
    SAME(leat_timer_every(rx, 300), 1);
    leat_clock_advance(299);
    NOT_DUE(rx);
    leat_clock_advance(1);
    DUE(rx, 1920);
    leat_clock_advance(300);
    DUE(rx, 2220);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* Who waits for the old time is found, whichever way it moves. */
START_TEST(a_reset_reaches_who_waits)
{
    call c;
    clock_begin();
    leat_rx *rx = after_at(1000);
    call_recv(&c, rx, leat_forever());
    clock_awaits(1);
    SAME(leat_timer_reset(rx, leat_in_ns(10)), 1);
    while (leat_clock_next_ns() != START + 10)
        leat__os_nap();
    leat_clock_advance(10);
    CALL_GOT(&c, 10);
    SAME(leat_timer_reset(rx, leat_in_ns(10)), 0);
    call_recv(&c, rx, leat_forever());
    clock_awaits(1);
    SAME(leat_timer_reset(rx, leat_in_ns(100)), 1);
    leat_clock_advance(10); /* the old time: it looks, and waits on */
    while (leat_clock_next_ns() != START + 110)
        leat__os_nap();
    leat_clock_advance(90);
    CALL_GOT(&c, 110);
    call_recv(&c, rx, leat_forever()); /* for nothing, so far */
    t_wait_parked(leat_rx_chan(rx), LEAT__RECV, 1);
    SAME(leat_timer_reset(rx, leat_nowait()), 0);
    CALL_GOT(&c, 110);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(a_tick_takes_another_period)
{
    clock_begin();
    leat_rx *rx = tick_of(10, LEAT_MISSED_SKIP);
    leat_clock_advance(10);
    DUE(rx, 10);
    leat_clock_advance(5);
    SAME(leat_timer_every(rx, 100), 1);
    leat_clock_advance(99);
    NOT_DUE(rx);
    leat_clock_advance(1);
    DUE(rx, 115);
    leat_clock_advance(100);
    DUE(rx, 215);
    RC(leat_timer_every(rx, 0), LEAT_EINVAL);
    RC(leat_timer_every(rx, -1), LEAT_EINVAL);
    SAME(leat_timer_due_ns(rx), START + 315);
    SAME(leat_timer_reset(rx, leat_forever()), 1);
    SAME(leat_timer_every(rx, 1), 0);
    leat_clock_advance(1);
    DUE(rx, 216);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* ---- the end ---------------------------------------------------------------------- */

START_TEST(close_keeps_what_was_due)
{
    clock_begin();
    leat_rx *rx = tick_of(10, LEAT_MISSED_BURST);
    leat_clock_advance(25);
    leat_rx_close_because(rx, 7);
    leat_clock_advance(100);
    leat_chan *chan = leat_rx_chan(rx);
    MUST(leat_chan_is_closed(chan));
    SAME(leat_chan_close_reason(chan), 7);
    SAME(leat_chan_len(chan), 2);
    RC(leat_timer_reset(rx, leat_nowait()), LEAT_ECLOSED);
    RC(leat_timer_every(rx, 1), LEAT_ECLOSED);
    SAME(leat_timer_due_ns(rx), START + 10);
    DUE(rx, 10);
    DUE(rx, 20);
    NOTHING(rx, LEAT_ECLOSED);
    MUST(leat_timer_due_ns(rx) == INT64_MAX);
    leat_rx_close(rx);
    SAME(leat_chan_close_reason(chan), 7);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(abort_keeps_nothing)
{
    clock_begin();
    leat_rx *rx = tick_of(10, LEAT_MISSED_BURST);
    leat_clock_advance(25);
    leat_rx_abort(rx);
    NOTHING(rx, LEAT_ECLOSED);
    SAME(leat_chan_len(leat_rx_chan(rx)), 0);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(close_ends_who_waits)
{
    call c[3];
    clock_begin();
    leat_rx *rx = after_at(10);
    for (size_t i = 0; i < 3; i++)
        call_recv(&c[i], rx, leat_forever());
    clock_awaits(3);
    leat_rx_close(rx);
    for (size_t i = 0; i < 3; i++)
        RC(call_end(&c[i]), LEAT_ECLOSED);
    leat_clock_advance(10);
    NOTHING(rx, LEAT_ECLOSED);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* ---- looking --------------------------------------------------------------------- */

START_TEST(the_view_of_a_timer)
{
    leat_rx *rx;
    clock_begin();
    RC(leat_after(&rx, leat_in_ns(5), LEAT_TIMER_OPTS(.name = "soon")), 0);
    leat_chan *chan = leat_rx_chan(rx);
    SAME(leat_chan_msg_bytes(chan), 8);
    SAME(leat_chan_cap(chan), 1);
    SAME(leat_chan_len(chan), 0);
    MUST(leat_chan_is_empty(chan) && !leat_chan_is_full(chan));
    MUST(!leat_chan_is_closed(chan));
    MUST(strcmp(leat_chan_name(chan), "soon") == 0);
    SAME(leat_chan_tx_count(chan), 0);
    MUST(leat_chan_tx(chan) == NULL);
    MUST(leat_rx_is_gone(rx));
    RC(leat_rx_wait_gone(rx, leat_nowait()), 0);
    leat_clock_advance(5);
    SAME(leat_chan_len(chan), 1);
    MUST(!leat_chan_is_empty(chan) && leat_chan_is_full(chan));
    DUE(rx, 5);
    MUST(leat_chan_is_empty(chan) && !leat_chan_is_full(chan));
    leat_stats stats;
    MUST(!leat_chan_stats(chan, &stats));
    leat_rx *burst = tick_of(10, LEAT_MISSED_BURST);
    leat_rx *skip = tick_of(10, LEAT_MISSED_SKIP);
    SAME(leat_chan_cap(leat_rx_chan(burst)), LEAT_UNBOUNDED);
    SAME(leat_chan_cap(leat_rx_chan(skip)), 1);
    MUST(leat_rx_chan(burst) != leat_rx_chan(skip));
    leat_clock_advance(40);
    SAME(leat_chan_len(leat_rx_chan(burst)), 4);
    SAME(leat_chan_len(leat_rx_chan(skip)), 1);
    MUST(!leat_chan_is_full(leat_rx_chan(burst)));
    MUST(leat_chan_is_full(leat_rx_chan(skip)));
    MUST(leat_rx_drop(rx) && leat_rx_drop(burst) && leat_rx_drop(skip));
    clock_end();
}
END_TEST

START_TEST(a_peek_leaves_it)
{
    uint64_t got = 0;
    clock_begin();
    leat_rx *rx = after_at(5);
    RC(leat_rx_peek(rx, &got, leat_nowait()), LEAT_EAGAIN);
    leat_clock_advance(5);
    for (size_t i = 0; i < 2; i++) {
        RC(leat_rx_peek(rx, &got, leat_forever()), 0);
        SAME(got, START + 5);
    }
    DUE(rx, 5);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

static void *peeks(void *rx)
{
    uint64_t got = 0;
    RC(leat_rx_peek(rx, &got, leat_forever()), 0);
    SAME(got, START + 5);
    return NULL;
}

START_TEST(a_peek_waits_for_it)
{
    clock_begin();
    leat_rx *rx = after_at(5);
    pthread_t thread = t_spawn(peeks, rx);
    clock_awaits(1);
    leat_clock_advance(5);
    t_join(thread);
    DUE(rx, 5);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

static void *receives_many(void *rx)
{
    int64_t got[4];
    MUST(leat_rx_recv_many(rx, got, 4, leat_forever()) == 2);
    MUST(got[0] == START + 60 && got[1] == START + 70);
    return NULL;
}

START_TEST(many_at_once)
{
    int64_t got[8];
    clock_begin();
    leat_rx *rx = tick_of(10, LEAT_MISSED_BURST);
    MUST(leat_rx_recv_many(rx, got, 8, leat_nowait()) == LEAT_EAGAIN);
    leat_clock_advance(55);
    MUST(leat_rx_recv_many(rx, got, 3, leat_nowait()) == 3);
    for (size_t i = 0; i < 3; i++)
        MUST(got[i] == START + 10 * ((int64_t)i + 1));
    SAME(leat_rx_drain(rx, got, 8), 2);
    SAME(leat_rx_drain(rx, got, 8), 0);
    pthread_t thread = t_spawn(receives_many, rx);
    clock_awaits(1);
    leat_clock_advance(15);
    t_join(thread);
    leat_rx_close(rx);
    MUST(leat_rx_recv_many(rx, got, 8, leat_nowait()) == LEAT_ECLOSED);
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* ---- the real clock ----------------------------------------------------------------------- */

START_TEST(nothing_is_early)
{
    int64_t due_ns = 0;
    int64_t began_ns = leat_now_ns();
    RC(leat_sleep(leat_in_ms(2)), 0);
    MUST(leat_now_ns() - began_ns >= 2000000);
    began_ns = leat_now_ns();
    leat_rx *rx = after_of(leat_in_ms(2));
    RC(leat_rx_recv(rx, &due_ns, leat_forever()), 0);
    MUST(due_ns - began_ns >= 2000000 && leat_now_ns() >= due_ns);
    RC(leat_rx_recv(rx, &due_ns, leat_in_ms(1)), LEAT_ETIMEDOUT);
    leat_rx *tick = tick_of(1000000, LEAT_MISSED_BURST);
    int64_t first_ns = leat_timer_due_ns(tick);
    for (int64_t n = 0; n < 5; n++) {
        RC(leat_rx_recv(tick, &due_ns, leat_forever()), 0);
        MUST(due_ns == first_ns + n * 1000000 && leat_now_ns() >= due_ns);
    }
    MUST(leat_rx_drop(rx) && leat_rx_drop(tick));
}
END_TEST

/* A wait for hours ends when it is told to, on the real clock too. */
START_TEST(a_real_reset_reaches_who_waits)
{
    call c;
    leat_rx *rx = after_of(leat_in_ms(INT64_C(100000000)));
    call_recv(&c, rx, leat_forever());
    t_wait_parked(leat_rx_chan(rx), LEAT__RECV, 1);
    SAME(leat_timer_reset(rx, leat_in_ns(1)), 1);
    RC(call_end(&c), 0);
    MUST(leat_rx_drop(rx));
}
END_TEST

int main(void)
{
    TCase *tc = t_case("time");
    tcase_add_test(tc, after_comes_at_its_time_and_once);
    tcase_add_test(tc, the_message_is_the_time_it_was_due);
    tcase_add_test(tc, a_time_that_has_passed_is_due_at_once);
    tcase_add_test(tc, each_ms_is_from_the_call);
    tcase_add_test(tc, forever_is_not_before_it_is_set);
    tcase_add_test(tc, a_receive_waits_for_it);
    tcase_add_test(tc, a_receive_gives_up_before_its_time);
    tcase_add_test(tc, one_of_two_who_wait_gets_it);
    tcase_add_test(tc, a_tick_comes_every_period);
    tcase_add_test(tc, missed_ticks_are_skipped);
    tcase_add_test(tc, missed_ticks_delay_the_next);
    tcase_add_test(tc, missed_ticks_come_in_a_burst);
    tcase_add_test(tc, times_saturate);
    tcase_add_test(tc, ticks_are_shared_out);
    tcase_add_test(tc, a_reset_moves_it);
    tcase_add_test(tc, a_reset_leaves_nothing_stale);
    tcase_add_test(tc, a_tick_is_set_again);
    tcase_add_test(tc, a_reset_reaches_who_waits);
    tcase_add_test(tc, a_tick_takes_another_period);
    tcase_add_test(tc, close_keeps_what_was_due);
    tcase_add_test(tc, abort_keeps_nothing);
    tcase_add_test(tc, close_ends_who_waits);
    tcase_add_test(tc, the_view_of_a_timer);
    tcase_add_test(tc, a_peek_leaves_it);
    tcase_add_test(tc, a_peek_waits_for_it);
    tcase_add_test(tc, many_at_once);
    tcase_add_test(tc, nothing_is_early);
    tcase_add_test(tc, a_real_reset_reaches_who_waits);
    return t_run(tc);
}
