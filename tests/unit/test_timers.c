/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_timers.c - timers in event loops: leat_op_recv from after, tick and never. */
#define _GNU_SOURCE 1
#include "timed.h"

#include "looped.h"
#include "parked.h"

#include <sys/epoll.h>

START_TEST(an_op_is_told_when_it_is_due)
{
    told t;
    clock_begin();
    leat_loop *loop = loop_made(NULL);
    leat_rx *rx = after_at(10);
    told_init(&t, loop);
    told_recv(&t, rx, leat_forever());
    SAME(leat_loop_deadline_ns(loop), START + 10);
    leat_clock_advance(9);
    MUST(!is_due(loop));
    leat_clock_advance(1);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t.rc, 0);
    SAME(t.value, START + 10);
    loop_is_quiet(loop);
    leat_timer_reset(rx, leat_nowait());
    told_recv(&t, rx, leat_forever()); /* is there at once */
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t.rc, 0);
    told_recv(&t, rx, leat_nowait());
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t.rc, LEAT_EAGAIN);
    SAME(t.value, UNTOUCHED);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

struct beat {
    leat_op op;
    leat_rx *rx;
    int64_t due_ns;
    int64_t last_ns;
    unsigned times;
};

static void beats(leat_op *op, int rc, void *arg)
{
    struct beat *b = arg;
    if (rc == LEAT_ECLOSED)
        return;
    RC(rc, 0);
    b->times++;
    b->last_ns = b->due_ns;
    leat_op_recv(op, b->rx, &b->due_ns, leat_forever());
}

/* An operation that starts itself again is told of each tick; a burst at once. */
START_TEST(ticks_in_a_loop)
{
    clock_begin();
    leat_loop *loop = loop_made(NULL);
    struct beat b = {.rx = tick_of(10, LEAT_MISSED_BURST)};
    leat_op_init(&b.op, loop, beats, &b);
    leat_op_recv(&b.op, b.rx, &b.due_ns, leat_forever());
    for (unsigned n = 1; n <= 5; n++) {
        leat_clock_advance(10);
        MUST(is_due(loop));
        SAME(leat_loop_dispatch(loop, 9), 1);
        SAME(b.times, n);
        SAME(b.last_ns, START + 10 * n);
        MUST(!is_due(loop));
    }
    leat_clock_advance(40);
    SAME(leat_loop_dispatch(loop, 3), 3);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 9), 1);
    SAME(b.times, 9);
    leat_rx_close(b.rx);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 9), 1);
    MUST(!leat_op_is_started(&b.op));
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    MUST(leat_rx_drop(b.rx));
    clock_end();
}
END_TEST

/* The sooner of what is due and its own deadline; its token; a cancel. */
START_TEST(an_op_gives_up_before_it_is_due)
{
    told t;
    leat_cancel *token;
    clock_begin();
    RC(leat_cancel_new(&token), 0);
    leat_loop *loop = loop_made(NULL);
    leat_rx *rx = after_at(100);
    told_init(&t, loop);
    told_recv(&t, rx, leat_in_ns(30));
    SAME(leat_loop_deadline_ns(loop), START + 30);
    leat_clock_advance(30);
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t.rc, LEAT_ETIMEDOUT);
    SAME(t.value, UNTOUCHED);
    told_recv(&t, rx, leat_or_cancel(leat_forever(), token));
    leat_cancel_fire(token);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t.rc, LEAT_ECANCELED);
    told_recv(&t, rx, leat_forever());
    MUST(leat_op_cancel(&t.op));
    loop_is_quiet(loop);
    told_recv(&t, rx, leat_in_ns(70)); /* both at once: it is ready */
    leat_clock_advance(70);
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t.rc, 0);
    SAME(t.value, START + 100);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    MUST(leat_rx_drop(rx));
    MUST(leat_cancel_drop(token));
    clock_end();
}
END_TEST

/* Two operations at one timer: the message goes to one, the other waits on, with its
 * deadline and token. */
START_TEST(two_ops_at_one_timer)
{
    told t[2];
    leat_cancel *token;
    clock_begin();
    RC(leat_cancel_new(&token), 0);
    leat_loop *loop = loop_made(NULL);
    leat_rx *rx = tick_of(10, LEAT_MISSED_SKIP);
    told_init(&t[0], loop);
    told_init(&t[1], loop);
    told_recv(&t[0], rx, leat_or_cancel(leat_in_ns(25), token));
    told_recv(&t[1], rx, leat_or_cancel(leat_in_ns(25), token));
    leat_clock_advance(10);
    SAME(leat_loop_dispatch(loop, 9), 1);
    SAME(t[0].times + t[1].times, 1);
    SAME(leat_loop_deadline_ns(loop), START + 20);
    size_t other = t[0].times == 0 ? 0 : 1;
    leat_timer_reset(rx, leat_forever());
    leat_clock_advance(10); /* the old time: nothing */
    SAME(leat_loop_dispatch(loop, 9), 0);
    SAME(leat_loop_deadline_ns(loop), START + 25);
    leat_clock_advance(5);
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t[other].rc, LEAT_ETIMEDOUT);
    leat_timer_reset(rx, leat_in_ns(10));
    told_recv(&t[other], rx, leat_or_cancel(leat_forever(), token));
    leat_timer_reset(rx, leat_in_ns(5)); /* it looks again, and carries on */
    SAME(leat_loop_dispatch(loop, 9), 0);
    SAME(leat_loop_deadline_ns(loop), START + 30);
    leat_cancel_fire(token);
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t[other].rc, LEAT_ECANCELED);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    MUST(leat_rx_drop(rx));
    MUST(leat_cancel_drop(token));
    clock_end();
}
END_TEST

/* A timer that is set to an earlier time wakes the loop. */
START_TEST(a_reset_wakes_the_loop)
{
    told t;
    clock_begin();
    leat_loop *loop = loop_made(NULL);
    leat_rx *rx = after_of(leat_forever());
    told_init(&t, loop);
    told_recv(&t, rx, leat_forever());
    MUST(leat_loop_deadline_ns(loop) == INT64_MAX);
    SAME(leat_timer_reset(rx, leat_nowait()), 0);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t.rc, 0);
    SAME(t.value, START);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    MUST(leat_rx_drop(rx));
    clock_end();
}
END_TEST

START_TEST(an_op_at_never)
{
    told t[2];
    clock_begin();
    leat_loop *loop = loop_made(NULL);
    leat_rx *rx = leat_never();
    told_init(&t[0], loop);
    told_init(&t[1], loop);
    told_recv(&t[0], rx, leat_in_ns(10));
    told_recv(&t[1], rx, leat_forever());
    leat_clock_advance(10);
    SAME(leat_loop_dispatch(loop, 9), 1);
    RC(t[0].rc, LEAT_ETIMEDOUT);
    MUST(leat_op_cancel(&t[1].op));
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    MUST(!leat_rx_drop(rx));
    clock_end();
}
END_TEST

/* Real time, real epoll: edges and levels, and nothing early. */
static void ticks_in_epoll(uint32_t events)
{
    leat_loop *loop = loop_made(NULL);
    if (!leat_loop_has_timer(loop)) { /* epoll would not be told */
        MUST(leat_loop_drop(loop));
        return;
    }
    struct beat b = {.rx = tick_of(1000000, LEAT_MISSED_SKIP)};
    struct epoll_event ev = {.events = events};
    int ep = epoll_create1(EPOLL_CLOEXEC);
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, leat_loop_fd(loop), &ev) == 0);
    leat_op_init(&b.op, loop, beats, &b);
    leat_op_recv(&b.op, b.rx, &b.due_ns, leat_forever());
    while (b.times < 5) {
        SAME(epoll_wait(ep, &ev, 1, -1), 1);
        leat_loop_dispatch(loop, 64);
        MUST(b.last_ns <= leat_now_ns());
    }
    MUST(leat_op_cancel(&b.op));
    SAME(epoll_wait(ep, &ev, 1, 0), 0);
    close(ep);
    MUST(leat_loop_drop(loop));
    MUST(leat_rx_drop(b.rx));
}

START_TEST(epoll_tells_of_ticks)
{
    ticks_in_epoll(EPOLLIN);
    ticks_in_epoll(EPOLLIN | EPOLLET);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("timers");
    tcase_add_test(tc, an_op_is_told_when_it_is_due);
    tcase_add_test(tc, ticks_in_a_loop);
    tcase_add_test(tc, an_op_gives_up_before_it_is_due);
    tcase_add_test(tc, two_ops_at_one_timer);
    tcase_add_test(tc, a_reset_wakes_the_loop);
    tcase_add_test(tc, an_op_at_never);
    tcase_add_test(tc, epoll_tells_of_ticks);
    return t_run(tc);
}
