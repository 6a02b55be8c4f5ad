/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_fifo.c - what goes in comes out, in order; capacity, and how many are in. */
#define _GNU_SOURCE 1
#include "semantics.h"

START_TEST(what_is_sent_is_received)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    given g;
    uint64_t value = UNTOUCHED;
    give(&g, f, e.tx, 7);
    NEXT(e.rx, 7);
    given_away(&g);
    if (queues(f))
        RC(send_until(e.tx, 8, leat_forever()), 0);
    else
        give(&g, f, e.tx, 8);
    COMES(e.rx, 8);
    given_away(&g);
    NOTHING(e.rx, LEAT_EAGAIN);
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(5)), LEAT_ETIMEDOUT);
    SAME(value, UNTOUCHED);
    ends_drop(e);
}
END_TEST

/* As many as it takes at once, and then to the last one. */
START_TEST(all_come_out_in_order_and_no_more)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 1000);
    ends e = ends_new(f);
    for (uint64_t i = 0; i < n; i++)
        RC(send_until(e.tx, i, leat_forever()), 0);
    for (uint64_t i = 0; i < n; i++)
        NEXT(e.rx, i);
    NOTHING(e.rx, LEAT_EAGAIN);
    for (uint64_t i = 0; i < n; i++)
        RC(send_until(e.tx, i, leat_forever()), 0);
    for (uint64_t i = 0; i < n; i++)
        COMES(e.rx, i);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

/* A bounded channel of so many, and an unbounded one, each with all promises. */
START_TEST(ten_thousand_at_once)
{
    enum { N = 10000 };
    const uint32_t flags[] = {0, ONE_TX, ONE_RX, ONE_BOTH};
    const flavour f = {"ten thousand", _i < 4 ? N : LEAT_UNBOUNDED,
                       flags[_i % 4]};
    ends e = ends_new(&f);
    for (uint64_t i = 0; i < N; i++)
        RC(send_until(e.tx, i, leat_forever()), 0);
    SAME(leat_chan_len(e.chan), N);
    for (uint64_t i = 0; i < N; i++)
        COMES(e.rx, i);
    SAME(leat_chan_len(e.chan), 0);
    ends_drop(e);
}
END_TEST

/* ---- capacity and length ------------------------------------------------------------ */

START_TEST(both_halves_tell_the_capacity)
{
    const size_t caps[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, LEAT_UNBOUNDED};
    const uint32_t flags[] = {0, ONE_TX, ONE_RX, ONE_BOTH};
    for (size_t i = 0; i < sizeof caps / sizeof caps[0]; i++) {
        for (size_t k = 0; k < 4; k++) {
            const flavour f = {"any capacity", caps[i], flags[k]};
            ends e = ends_hooked(&f, 0, NULL, NULL);
            SAME(leat_chan_cap(leat_tx_chan(e.tx)), caps[i]);
            SAME(leat_chan_cap(leat_rx_chan(e.rx)), caps[i]);
            ends_drop(e);
        }
    }
}
END_TEST

/* Both halves say that so many are in, and all that follows from it. */
static void holds(ends e, const flavour *f, size_t n)
{
    leat_chan *views[] = {leat_tx_chan(e.tx), leat_rx_chan(e.rx)};
    for (size_t i = 0; i < 2; i++) {
        SAME(leat_chan_len(views[i]), n);
        MUST(leat_chan_is_empty(views[i]) == (n == 0));
        MUST(leat_chan_is_full(views[i]) == (n == f->cap));
    }
}

START_TEST(empty_and_full_follow_the_length)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 50);
    ends e = ends_new(f);
    for (int lap = 0; lap < 100; lap++) {
        holds(e, f, 0);
        for (size_t i = 0; i < n; i++) {
            RC(send_until(e.tx, i, leat_forever()), 0);
            holds(e, f, i + 1);
        }
        for (size_t i = 0; i < n; i++) {
            COMES(e.rx, i);
            holds(e, f, n - i - 1);
        }
    }
    ends_drop(e);
}
END_TEST

START_TEST(the_length_of_a_large_one)
{
    const flavour f = {"bounded 1000", 1000, _i == 0 ? 0 : ONE_BOTH};
    ends e = ends_new(&f);
    for (size_t i = 0; i < f.cap; i++) {
        RC(send_until(e.tx, i, leat_forever()), 0);
        holds(e, &f, i + 1);
    }
    for (size_t i = 0; i < f.cap; i++)
        COMES(e.rx, i);
    holds(e, &f, 0);
    ends_drop(e);
}
END_TEST

struct looking {
    ends e;
    uint64_t n;
};

static void *send_and_look(void *arg)
{
    struct looking *l = arg;
    for (uint64_t i = 0; i < l->n; i++) {
        RC(send_until(l->e.tx, i, leat_forever()), 0);
        MUST(leat_chan_len(l->e.chan) <= leat_chan_cap(l->e.chan));
    }
    return NULL;
}

START_TEST(never_more_than_the_capacity)
{
    struct looking l = {ends_new(&flavours[_i]), t_scaled(5000)};
    pthread_t sender = t_spawn(send_and_look, &l);
    for (uint64_t i = 0; i < l.n; i++) {
        COMES(l.e.rx, i);
        MUST(leat_chan_len(l.e.chan) <= leat_chan_cap(l.e.chan));
    }
    t_join(sender);
    SAME(leat_chan_len(l.e.chan), 0);
    ends_drop(l.e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("fifo");
    tcase_add_loop_test(tc, what_is_sent_is_received, 0, FLAVOURS);
    tcase_add_loop_test(tc, all_come_out_in_order_and_no_more, 0, FLAVOURS);
    tcase_add_loop_test(tc, ten_thousand_at_once, 0, 8);
    tcase_add_test(tc, both_halves_tell_the_capacity);
    tcase_add_loop_test(tc, empty_and_full_follow_the_length, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_length_of_a_large_one, 0, 2);
    tcase_add_loop_test(tc, never_more_than_the_capacity, 0, FLAVOURS);
    return t_run(tc);
}
