/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_clock.c - the virtual clock: what it shows, what it ends and in which order, and
 * waiting for those who wait. */
#define _GNU_SOURCE 1
#include "timed.h"

#include "looped.h"
#include "parked.h"

START_TEST(it_shows_what_it_is_told)
{
    int64_t real_ns = leat_now_ns();
    MUST(!leat_clock_is_virtual());
    leat_clock_virtual_on(77);
    MUST(leat_clock_is_virtual());
    SAME(leat_now_ns(), 77);
    leat_clock_advance(0);
    SAME(leat_now_ns(), 77);
    leat_clock_advance(3);
    SAME(leat_now_ns(), 80);
    SAME(leat_in_ns(5).deadline_ns, 85);
    SAME(leat_in_ms(5).deadline_ns, 5000080);
    SAME(leat_clock_waiting(), 0);
    MUST(leat_clock_next_ns() == INT64_MAX);
    leat_clock_virtual_off();
    MUST(!leat_clock_is_virtual());
    MUST(leat_now_ns() >= real_ns);
    leat_clock_virtual_on(0); /* from what the real one shows */
    int64_t still_ns = leat_now_ns();
    MUST(still_ns >= real_ns);
    SAME(leat_now_ns(), still_ns);
    leat_clock_advance(INT64_MAX);
    MUST(leat_now_ns() == INT64_MAX - 1);
    leat_clock_advance(1);
    MUST(leat_now_ns() == INT64_MAX - 1);
    leat_clock_virtual_off();
}
END_TEST

/* ---- waits --------------------------------------------------------------------- */

enum { SLEEPERS = 20 };

/* Each deadline ends its own waits, and no others. */
START_TEST(waits_end_at_their_deadlines)
{
    call c[SLEEPERS];
    clock_begin();
    ends e = ends_cap(3);
    for (size_t i = 0; i < SLEEPERS; i++)
        call_recv(&c[i], e.rx, leat_at_ns(START + 10 * (int64_t)(i / 2 + 1)));
    clock_awaits(SLEEPERS);
    for (size_t i = 0; i < SLEEPERS; i += 2) {
        int64_t at_ns = START + 10 * (int64_t)(i / 2 + 1);
        SAME(leat_clock_next_ns(), at_ns);
        leat_clock_advance(9);
        SAME(leat_clock_waiting(), SLEEPERS - i);
        leat_clock_advance(1);
        SAME(leat_clock_waiting(), SLEEPERS - i - 2);
        RC(call_end(&c[i]), LEAT_ETIMEDOUT);
        RC(call_end(&c[i + 1]), LEAT_ETIMEDOUT);
        SAME(c[i].ended_ns, at_ns);
        SAME(c[i].value, UNTOUCHED);
    }
    ends_drop(e);
    clock_end();
}
END_TEST

/* ---- deadlines of tokens, brought forward ----------------------------------------- */

enum { CARRYING = 5 };

/* Waits of all sorts that carry the token. */
static void carry(call c[CARRYING], ends e, leat_cancel *token)
{
    const leat_until untils[CARRYING] = {
        leat_forever(), leat_at_ns(START + 1000), leat_forever(),
        leat_at_ns(START + 2000), leat_forever()};
    for (int i = 0; i < CARRYING; i++)
        call_recv(&c[i], e.rx, leat_or_cancel(untils[i], token));
    t_wait_carried(token, CARRYING);
}

static void all_are_cancelled(call c[CARRYING], int64_t after_ns)
{
    for (int i = 0; i < CARRYING; i++) {
        RC(call_end(&c[i]), LEAT_ECANCELED);
        SAME(c[i].ended_ns, START + after_ns);
    }
}

/* Its own deadline, or its parent's; which nobody had, or a later one. */
START_TEST(a_deadline_is_brought_forward_to_who_waits)
{
    call c[CARRYING];
    leat_cancel *parent;
    leat_cancel *token;
    clock_begin();
    ends e = ends_cap(1);
    RC(leat_cancel_new(&parent), 0);
    RC(leat_cancel_child(&token, parent), 0);
    leat_cancel *lowered = _i % 2 == 0 ? token : parent;
    if (_i >= 2)
        leat_cancel_fire_at(token, START + 500);
    carry(c, e, token);
    clock_awaits(_i >= 2 ? CARRYING : 2);
    leat_cancel_fire_at(lowered, START + 30);
    leat_cancel_fire_at(lowered, START + 20);
    clock_awaits(CARRYING);
    SAME(leat_clock_next_ns(), START + 20);
    leat_clock_advance(19);
    SAME(leat_clock_waiting(), CARRYING);
    MUST(!leat_cancel_check(token));
    leat_clock_advance(1);
    SAME(leat_clock_waiting(), 0);
    all_are_cancelled(c, 20);
    MUST(leat_cancel_check(lowered));
    leat_cancel_drop(token);
    leat_cancel_drop(parent);
    ends_drop(e);
    clock_end();
}
END_TEST

/* Who waits until the clock has so many waits is told of one that gets a deadline. */
static void *awaits_all(void *arg)
{
    (void)arg;
    RC(leat_clock_await(CARRYING, leat_forever()), 0);
    return NULL;
}

START_TEST(who_awaits_is_told_of_a_deadline_that_is_set)
{
    call c[CARRYING];
    leat_cancel *token;
    clock_begin();
    ends e = ends_cap(1);
    RC(leat_cancel_new(&token), 0);
    carry(c, e, token);
    clock_awaits(2);
    pthread_t awaits = t_spawn(awaits_all, NULL);
    leat_cancel_fire_at(token, START + 20);
    t_join(awaits);
    leat_cancel_fire(token); /* and it need not come to that */
    all_are_cancelled(c, 0);
    leat_cancel_drop(token);
    ends_drop(e);
    clock_end();
}
END_TEST

static void *selects_with(void *arg)
{
    leat_cancel *token = arg;
    leat_case it = leat_on_at(INT64_MAX - 1);
    RC(leat_select(&it, 1, 0, leat_or_cancel(leat_forever(), token)),
       LEAT_ECANCELED);
    RC(leat_sleep(leat_or_cancel(leat_forever(), token)), LEAT_ECANCELED);
    return NULL;
}

START_TEST(a_select_follows_a_deadline_too)
{
    leat_cancel *token;
    clock_begin();
    RC(leat_cancel_new(&token), 0);
    pthread_t selects = t_spawn(selects_with, token);
    t_wait_carried(token, 1);
    clock_awaits(1);
    leat_cancel_fire_at(token, START + 20);
    leat_clock_advance(20);
    t_join(selects);
    leat_cancel_drop(token);
    clock_end();
}
END_TEST

/* What ends before its deadline leaves nothing at the clock. */
START_TEST(a_message_is_in_time)
{
    call c;
    clock_begin();
    ends e = ends_cap(0);
    call_recv(&c, e.rx, leat_in_ns(10));
    clock_awaits(1);
    RC(try_send(e.tx, 5), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 5);
    SAME(leat_clock_waiting(), 0);
    call_send(&c, e.tx, 6, leat_in_ns(10));
    clock_awaits(1);
    NEXT(e.rx, 6);
    RC(call_end(&c), 0);
    call_send(&c, e.tx, 7, leat_in_ns(10));
    clock_awaits(1);
    leat_clock_advance(1000);
    RC(call_end(&c), LEAT_ETIMEDOUT);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
    clock_end();
}
END_TEST

/* A deadline that has come by the time its call waits ends it there and then. */
START_TEST(a_past_deadline_waits_for_no_advance)
{
    uint64_t got;
    clock_begin();
    ends e = ends_cap(1);
    leat_until soon = leat_in_ns(10);
    leat_until each = leat_each_ms(1);
    leat_clock_advance(10);
    RC(leat_rx_recv(e.rx, &got, soon), LEAT_ETIMEDOUT);
    RC(leat_rx_wait_gone(e.rx, soon), LEAT_ETIMEDOUT);
    call c;
    call_recv(&c, e.rx, each);
    clock_awaits(1);
    SAME(leat_clock_next_ns(), START + 10 + 1000000);
    leat_clock_advance(1000000);
    RC(call_end(&c), LEAT_ETIMEDOUT);
    ends_drop(e);
    clock_end();
}
END_TEST

static int waits_for_stop(void *arg, leat_cancel *stop)
{
    int *rc = arg;
    *rc = leat_cancel_wait(stop, leat_in_ns(100));
    return 7;
}

/* All that waits with a deadline: tokens, joins, the other side gone. */
START_TEST(every_wait_follows_it)
{
    leat_thread *thread;
    int result = 0;
    int waited = 0;
    clock_begin();
    leat_job job = {.fn = waits_for_stop, .arg = &waited};
    RC(leat_thread_spawn(&thread, job, NULL), 0);
    clock_awaits(1);
    RC(leat_thread_join(thread, &result, leat_in_ns(-1)), LEAT_ETIMEDOUT);
    leat_clock_advance(100);
    RC(leat_thread_join(thread, &result, leat_forever()), 0);
    SAME(result, 7);
    RC(waited, LEAT_ETIMEDOUT);
    MUST(leat_thread_drop(thread));
    clock_end();
}
END_TEST

/* ---- waiting for those who wait ------------------------------------------------------ */

static void *awaits_three(void *arg)
{
    call *c = arg;
    c->rc = leat_clock_await(3, c->until);
    return NULL;
}

static void call_await(call *c, leat_until until)
{
    *c = (call){.until = until};
    c->thread = t_spawn(awaits_three, c);
}

START_TEST(await_counts_those_who_wait)
{
    call waits[3];
    call awaits[3];
    leat_cancel *token;
    clock_begin();
    RC(leat_cancel_new(&token), 0);
    ends e = ends_cap(1);
    RC(leat_clock_await(0, leat_nowait()), 0);
    RC(leat_clock_await(1, leat_nowait()), LEAT_EAGAIN);
    RC(leat_clock_await(1, leat_in_ns(-1)), LEAT_ETIMEDOUT);
    call_recv(&waits[0], e.rx, leat_in_ns(1000));
    call_recv(&waits[1], e.rx, leat_in_ns(1000));
    RC(leat_clock_await(2, leat_forever()), 0);
    RC(leat_clock_await(2, leat_nowait()), 0);
    RC(leat_clock_await(3, leat_nowait()), LEAT_EAGAIN);
    call_await(&awaits[0], leat_in_ns(10)); /* no one of those it waits for */
    while (leat_clock_next_ns() != START + 10)
        leat__os_nap();
    SAME(leat_clock_waiting(), 2);
    leat_clock_advance(10);
    RC(call_end(&awaits[0]), LEAT_ETIMEDOUT);
    call_await(&awaits[1], leat_or_cancel(leat_forever(), token));
    t_wait_carried(token, 1);
    leat_cancel_fire(token);
    RC(call_end(&awaits[1]), LEAT_ECANCELED);
    RC(leat_clock_await(3, leat_or_cancel(leat_forever(), token)),
       LEAT_ECANCELED);
    call_await(&awaits[2], leat_forever());
    call_recv(&waits[2], e.rx, leat_in_ns(1000));
    RC(call_end(&awaits[2]), 0);
    leat_clock_advance(2000);
    for (size_t i = 0; i < 3; i++)
        RC(call_end(&waits[i]), LEAT_ETIMEDOUT);
    ends_drop(e);
    MUST(leat_cancel_drop(token));
    clock_end();
}
END_TEST

/* A day of one who works by the minute, step by step. */
struct clerk {
    leat_rx *tick;
    leat_tx *reports;
};

static void *clerk_main(void *arg)
{
    struct clerk *clerk = arg;
    int64_t due_ns;
    while (leat_rx_recv(clerk->tick, &due_ns, leat_forever()) == 0)
        RC(leat_tx_send(clerk->reports, &due_ns, leat_forever()), 0);
    leat_tx_drop(clerk->reports);
    return NULL;
}

START_TEST(a_day_takes_no_time)
{
    enum { MINUTES = 24 * 60 };
    const int64_t minute = INT64_C(60000000000);
    clock_begin();
    ends e = ends_cap(0);
    struct clerk clerk = {.tick = tick_of(minute, LEAT_MISSED_SKIP),
                          .reports = e.tx};
    pthread_t thread = t_spawn(clerk_main, &clerk);
    for (int64_t n = 1; n <= MINUTES; n++) {
        RC(leat_clock_await(1, leat_forever()), 0);
        leat_clock_advance(minute);
        uint64_t report;
        RC(leat_rx_recv(e.rx, &report, leat_forever()), 0);
        SAME(report, START + n * minute);
    }
    leat_rx_close(clerk.tick);
    t_join(thread);
    NOTHING(e.rx, LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
    MUST(leat_rx_drop(clerk.tick));
    clock_end();
}
END_TEST

/* ---- event loops ------------------------------------------------------------------------ */

START_TEST(a_loop_follows_it)
{
    told t[2];
    clock_begin();
    leat_loop *loop = loop_made(NULL);
    ends e = ends_cap(1);
    for (size_t i = 0; i < 2; i++) {
        told_init(&t[i], loop);
        told_recv(&t[i], e.rx, leat_in_ns(10 * (1 + (int64_t)i)));
    }
    SAME(leat_loop_deadline_ns(loop), START + 10);
    SAME(leat_clock_waiting(), leat_loop_has_timer(loop) ? 1 : 0);
    MUST(!is_due(loop));
    leat_clock_advance(9);
    MUST(!is_due(loop));
    SAME(leat_loop_dispatch(loop, 9), 0);
    leat_clock_advance(1);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t[0].rc, LEAT_ETIMEDOUT);
    SAME(t[0].at_ns, START + 10);
    MUST(!is_due(loop));
    leat_clock_advance(10);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t[1].rc, LEAT_ETIMEDOUT);
    loop_is_quiet(loop);
    told_recv(&t[0], e.rx, leat_in_ns(10));
    RC(try_send(e.tx, 1), 0); /* in time */
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t[0].rc, 0);
    SAME(leat_clock_waiting(), 0);
    told_recv(&t[0], e.rx, leat_in_ns(10));
    MUST(leat_op_cancel(&t[0].op));
    SAME(leat_clock_waiting(), 0);
    leat_clock_advance(100);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
    clock_end();
}
END_TEST

/* ---- misuse ---------------------------------------------------------------------------------- */

static void on_twice(void *arg)
{
    (void)arg;
    leat_clock_virtual_on(1);
    leat_clock_virtual_on(1);
}

static void off_when_off(void *arg)
{
    (void)arg;
    leat_clock_virtual_off();
}

static void advance_when_off(void *arg)
{
    (void)arg;
    leat_clock_advance(1);
}

static void back(void *arg)
{
    (void)arg;
    leat_clock_virtual_on(1);
    leat_clock_advance(-1);
}

static void off_under_who_waits(void *arg)
{
    call c;
    (void)arg;
    leat_clock_virtual_on(1);
    call_recv(&c, ends_cap(1).rx, leat_in_ns(10));
    RC(leat_clock_await(1, leat_forever()), 0);
    leat_clock_virtual_off();
}

START_TEST(misuse_aborts)
{
    t_aborts(on_twice, NULL, "virtual already");
    t_aborts(off_when_off, NULL, "the clock is the real one");
    t_aborts(advance_when_off, NULL, "the clock is the real one");
    t_aborts(back, NULL, "time does not go back");
    t_aborts(off_under_who_waits, NULL, "still waits with a deadline");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("clock");
    tcase_add_test(tc, it_shows_what_it_is_told);
    tcase_add_test(tc, waits_end_at_their_deadlines);
    tcase_add_loop_test(tc, a_deadline_is_brought_forward_to_who_waits, 0, 4);
    tcase_add_test(tc, who_awaits_is_told_of_a_deadline_that_is_set);
    tcase_add_test(tc, a_select_follows_a_deadline_too);
    tcase_add_test(tc, a_message_is_in_time);
    tcase_add_test(tc, a_past_deadline_waits_for_no_advance);
    tcase_add_test(tc, every_wait_follows_it);
    tcase_add_test(tc, await_counts_those_who_wait);
    tcase_add_test(tc, a_day_takes_no_time);
    tcase_add_test(tc, a_loop_follows_it);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
