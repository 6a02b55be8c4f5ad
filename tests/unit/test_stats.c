/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_stats.c - what a channel counts, and that its books balance. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

static ends counted(const flavour *f, enum leat_policy policy, bin *hooked)
{
    ends e = {0};
    unit_at = f->name;
    RC(leat_chan_new(&e.tx, &e.rx, sizeof(uint64_t), f->cap,
                     LEAT_CHAN_OPTS(.flags = f->flags | LEAT_STATS,
                                    .policy = policy, .discard = bin_put,
                                    .discard_arg = hooked)),
       0);
    e.chan = leat_tx_chan(e.tx);
    return e;
}

static leat_stats stats_of(ends e)
{
    leat_stats s;
    MUST(leat_chan_stats(e.chan, &s));
    SAME(s.sent, s.received + s.dropped + s.discarded + leat_chan_len(e.chan));
    return s;
}

START_TEST(what_is_not_asked_for_is_not_counted)
{
    ends e = ends_new(&flavours[_i]);
    leat_stats s;
    memset(&s, 0x55, sizeof s);
    MUST(!leat_chan_stats(e.chan, &s));
    SAME(s.sent + s.received + s.dropped + s.discarded + s.high_water, 0);
    ends_drop(e);
}
END_TEST

START_TEST(messages_are_counted)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = counted(f, LEAT_POLICY_BLOCK, &b);
    size_t n = room(f, 300);
    fill(e, 0, n);
    for (size_t i = 0; i < n / 2; i++)
        NEXT(e.rx, i);
    leat_stats s = stats_of(e);
    SAME(s.sent, n);
    SAME(s.received, n / 2);
    SAME(s.high_water, n);
    SAME(s.dropped + s.discarded, 0);
    if (fills(f)) {
        fill(e, n, n / 2);
        RC(try_send(e.tx, 9), LEAT_EAGAIN); /* not counted */
        SAME(stats_of(e).sent, n + n / 2);
    }
    SAME(stats_of(e).high_water, n);
    ends_drop(e);
}
END_TEST

START_TEST(the_high_water_mark_is_the_highest)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = counted(f, LEAT_POLICY_BLOCK, &b);
    size_t most = room(f, 40);
    for (size_t n = 0; n <= most; n++) {
        fill(e, 0, n);
        SAME(stats_of(e).high_water, n);
        for (size_t i = 0; i < n; i++)
            NEXT(e.rx, i);
        SAME(stats_of(e).high_water, n);
    }
    ends_drop(e);
}
END_TEST

START_TEST(batches_and_looks_are_counted)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = counted(f, LEAT_POLICY_BLOCK, &b);
    static const uint64_t in[300] = {1, 2, 3};
    uint64_t out[300];
    size_t n = room(f, 300);
    if (n > 0) {
        SAME(leat_tx_send_many(e.tx, in, n, leat_nowait()), n);
        RC(leat_rx_peek(e.rx, out, leat_nowait()), 0);
        SAME(stats_of(e).sent, n);
        SAME(stats_of(e).received, 0);
        SAME(leat_rx_drain(e.rx, out, 300), n);
        SAME(stats_of(e).received, n);
        SAME(stats_of(e).high_water, n);
    }
    ends_drop(e);
}
END_TEST

START_TEST(what_is_dropped_is_counted)
{
    const struct {
        enum leat_policy policy;
        size_t cap;
        uint32_t flags;
    } cases[] = {
        {LEAT_POLICY_DROP_OLDEST, 3, 0}, {LEAT_POLICY_DROP_OLDEST, 3, ONE_BOTH},
        {LEAT_POLICY_DROP_NEWEST, 3, 0}, {LEAT_POLICY_DROP_NEWEST, 3, ONE_BOTH},
        {LEAT_POLICY_DROP_NEWEST, 0, 0}, {LEAT_POLICY_CONFLATE, 1, 0}};
    for (size_t i = 0; i < 6; i++) {
        const flavour f = {"dropping", cases[i].cap, cases[i].flags};
        bin b = BIN_INIT;
        ends e = counted(&f, cases[i].policy, &b);
        fill(e, 0, 10);
        leat_stats s = stats_of(e);
        SAME(s.sent, 10);
        SAME(s.dropped, 10 - cases[i].cap);
        SAME(s.high_water, cases[i].cap);
        ends_drop(e);
    }
}
END_TEST

START_TEST(what_is_forced_out_is_counted)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = counted(f, LEAT_POLICY_BLOCK, &b);
    if (fills(f) && queues(f)) {
        uint64_t out;
        fill(e, 0, f->cap);
        for (uint64_t v = 0; v < 5; v++)
            RC(leat_tx_force(e.tx, &v, &out), 1);
        leat_stats s = stats_of(e);
        SAME(s.sent, f->cap + 5);
        SAME(s.dropped, 5);
        SAME(s.high_water, f->cap);
    }
    ends_drop(e);
}
END_TEST

START_TEST(what_is_discarded_is_counted)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = counted(f, LEAT_POLICY_BLOCK, &b);
    size_t n = room(f, 9);
    fill(e, 0, n);
    if (n > 0)
        NEXT(e.rx, 0);
    leat_rx_drop(e.rx);
    leat_stats s = stats_of(e);
    SAME(s.discarded, n > 0 ? n - 1 : 0);
    SAME(b.n, s.discarded);
    leat_tx_drop(e.tx);
}
END_TEST

START_TEST(waiting_is_timed)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = counted(f, LEAT_POLICY_BLOCK, &b);
    uint64_t value;
    SAME(stats_of(e).rx_blocked_ns, 0);
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(5)), LEAT_ETIMEDOUT);
    MUST(stats_of(e).rx_blocked_ns > 0);
    SAME(stats_of(e).tx_blocked_ns, 0);
    if (fills(f)) {
        fill(e, 0, f->cap);
        RC(send_until(e.tx, 9, leat_in_ms(5)), LEAT_ETIMEDOUT);
        MUST(stats_of(e).tx_blocked_ns > 0);
    }
    ends_drop(e);
}
END_TEST

/* Hand to hand, past the queue. */
START_TEST(what_never_was_in_line_is_counted_too)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = counted(f, LEAT_POLICY_BLOCK, &b);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(try_send(e.tx, 3), 0);
    RC(call_end(&c), 0);
    SAME(stats_of(e).sent, 1);
    SAME(stats_of(e).received, 1);
    ends_drop(e);
}
END_TEST

typedef struct traffic {
    ends e;
    unsigned n;
} traffic;

static void *sends_all(void *arg)
{
    traffic *t = arg;
    for (unsigned i = 0; i < t->n; i++)
        RC(send_until(t->e.tx, i, leat_forever()), 0);
    return NULL;
}

static void *receives_all(void *arg)
{
    traffic *t = arg;
    uint64_t value;
    for (unsigned i = 0; i < t->n; i++)
        RC(leat_rx_recv(t->e.rx, &value, leat_forever()), 0);
    return NULL;
}

START_TEST(the_books_balance_after_traffic)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = counted(f, LEAT_POLICY_BLOCK, &b);
    traffic t = {e, t_scaled(10000)};
    unsigned senders = many_tx(f) && many_rx(f) ? 2 : 1;
    pthread_t threads[4];
    for (unsigned i = 0; i < senders; i++) {
        threads[2 * i] = t_spawn(sends_all, &t);
        threads[2 * i + 1] = t_spawn(receives_all, &t);
    }
    for (unsigned i = 0; i < 2 * senders; i++)
        t_join(threads[i]);
    leat_stats s = stats_of(e);
    SAME(s.sent, (uint64_t)senders * t.n);
    SAME(s.received, (uint64_t)senders * t.n);
    if (fills(f))
        MUST(s.high_water <= f->cap);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("stats");
    tcase_add_loop_test(tc, what_is_not_asked_for_is_not_counted, 0, FLAVOURS);
    tcase_add_loop_test(tc, messages_are_counted, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_high_water_mark_is_the_highest, 0, FLAVOURS);
    tcase_add_loop_test(tc, batches_and_looks_are_counted, 0, FLAVOURS);
    tcase_add_test(tc, what_is_dropped_is_counted);
    tcase_add_loop_test(tc, what_is_forced_out_is_counted, 0, FLAVOURS);
    tcase_add_loop_test(tc, what_is_discarded_is_counted, 0, FLAVOURS);
    tcase_add_loop_test(tc, waiting_is_timed, 0, FLAVOURS);
    tcase_add_loop_test(tc, what_never_was_in_line_is_counted_too, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_books_balance_after_traffic, 0, FLAVOURS);
    return t_run(tc);
}
