/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_self.c - a thread that owns both ends and sends to itself: an event loop
 * that posts to itself must never wait for itself. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

START_TEST(what_fits_arrives)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 500);
    ends e = ends_new(f);
    for (uint64_t round = 0; round < 5; round++) {
        for (uint64_t i = 0; i < n; i++)
            RC(send_until(e.tx, round + i, leat_forever()), 0);
        uint64_t value;
        for (uint64_t i = 0; i < n; i++) {
            RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
            SAME(value, round + i);
        }
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_full_channel_says_so_at_once)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    fill(e, 0, room(f, 500));
    for (int i = 0; i < 3; i++)
        RC(try_send(e.tx, 99), LEAT_EAGAIN);
    SAME(leat_chan_len(e.chan), f->cap);
    ends_drop(e);
}
END_TEST

START_TEST(a_full_channel_says_so_on_time)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    fill(e, 0, room(f, 500));
    leat_until until = leat_in_ms(20);
    RC(send_until(e.tx, 99, until), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= until.deadline_ns);
    RC(send_until(e.tx, 99, until), LEAT_ETIMEDOUT);
    RC(send_until(e.tx, 99, leat_each_ms(1)), LEAT_ETIMEDOUT);
    for (size_t i = 0; i < f->cap; i++)
        NEXT(e.rx, i);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

START_TEST(an_empty_channel_says_so_on_time)
{
    ends e = ends_new(&flavours[_i]);
    uint64_t value = UNTOUCHED;
    leat_until until = leat_in_ms(20);
    NOTHING(e.rx, LEAT_EAGAIN);
    RC(leat_rx_recv(e.rx, &value, until), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= until.deadline_ns);
    SAME(value, UNTOUCHED);
    ends_drop(e);
}
END_TEST

/* A send that nobody took must not meet the same thread's next receive. */
START_TEST(a_failed_send_to_oneself_leaves_nothing_behind)
{
    ends e = ends_new(&flavours[_i]);
    fill(e, 0, room(&flavours[_i], 64));
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_cancel_fire(token);
    if (fills(&flavours[_i])) {
        RC(send_until(e.tx, 99, leat_in_ms(1)), LEAT_ETIMEDOUT);
        RC(send_until(e.tx, 99, leat_or_cancel(leat_forever(), token)),
           LEAT_ECANCELED);
    }
    for (uint64_t i = 0; i < room(&flavours[_i], 64); i++)
        NEXT(e.rx, i);
    NOTHING(e.rx, LEAT_EAGAIN);
    SAME(parked(e.chan, LEAT__SEND), 0);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* Work that makes work, until there is none: each message n posts n - 1 and n - 2.
 * What does not fit is done on the spot. */
static uint64_t work(leat_tx *tx, uint64_t n)
{
    if (n == 0)
        return 1;
    uint64_t done = 1;
    for (uint64_t k = 1; k <= 2 && k <= n; k++) {
        int rc = try_send(tx, n - k);
        if (rc == LEAT_EAGAIN)
            done += work(tx, n - k);
        else
            RC(rc, 0);
    }
    return done;
}

START_TEST(an_event_loop_posts_to_itself)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    uint64_t done = work(e.tx, 12);
    uint64_t value;
    while (try_recv(e.rx, &value) == 0)
        done += work(e.tx, value);
    /* items(n) = 1 + items(n - 1) + items(n - 2): 1, 2, 4, 7, ... */
    uint64_t a = 1;
    uint64_t b = 2;
    for (int n = 1; n < 12; n++) {
        uint64_t next = 1 + a + b;
        a = b;
        b = next;
    }
    SAME(done, b);
    ends_drop(e);
}
END_TEST

START_TEST(closing_on_oneself)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 64);
    ends e = ends_new(f);
    fill(e, 0, n);
    leat_tx_close(e.tx);
    RC(send_until(e.tx, 99, leat_forever()), LEAT_ECLOSED);
    for (uint64_t i = 0; i < n; i++)
        NEXT(e.rx, i);
    uint64_t value;
    RC(leat_rx_recv(e.rx, &value, leat_forever()), LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("self");
    tcase_add_loop_test(tc, what_fits_arrives, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_full_channel_says_so_at_once, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_full_channel_says_so_on_time, 0, FLAVOURS);
    tcase_add_loop_test(tc, an_empty_channel_says_so_on_time, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_failed_send_to_oneself_leaves_nothing_behind, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, an_event_loop_posts_to_itself, 0, FLAVOURS);
    tcase_add_loop_test(tc, closing_on_oneself, 0, FLAVOURS);
    return t_run(tc);
}
