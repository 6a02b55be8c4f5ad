/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_timeouts.c - waits that end by a deadline, and what comes after them. A wait
 * may be late on a busy machine, never early, so only that is checked. */
#define _GNU_SOURCE 1
#include "semantics.h"

#include <stdatomic.h>

/* ---- one wait after another -------------------------------------------------------------- */

/* A receive that times out, in three spellings, and not too early. */
static void times_out(leat_rx *rx)
{
    for (int i = 0; i < 3; i++) {
        uint64_t value = UNTOUCHED;
        int64_t due = leat_now_ns() + 3000000;
        leat_until until = i == 0   ? leat_in_ms(3)
                           : i == 1 ? leat_at_ns(due)
                                    : leat_each_ms(3);
        RC(leat_rx_recv(rx, &value, until), LEAT_ETIMEDOUT);
        MUST(leat_now_ns() >= due);
        SAME(value, UNTOUCHED);
    }
}

/* A message that is there, or comes, is not late for any deadline ahead. */
#define IN_TIME(rx_, want)                                                     \
    do {                                                                       \
        uint64_t value_ = UNTOUCHED;                                           \
        RC(leat_rx_recv(rx_, &value_, leat_in_ms(3600000)), 0);                \
        SAME(value_, want);                                                    \
    } while (0)

START_TEST(a_receive_times_out_then_gets_then_learns_the_end)
{
    ends e = ends_new(&flavours[_i]);
    call c;
    times_out(e.rx);
    call_recv(&c, e.rx, leat_in_ms(3600000));
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 7, leat_forever()), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 7);
    call_recv(&c, e.rx, leat_in_ms(3600000));
    t_wait_parked(e.chan, LEAT__RECV, 1);
    MUST(leat_tx_drop(e.tx));
    RC(call_end(&c), LEAT_ECLOSED);
    is_over(e.rx);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(a_send_times_out_then_finds_room_then_the_end)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    call c;
    for (uint64_t i = 0; i < f->cap; i++)
        RC(send_until(e.tx, i, leat_in_ms(3600000)), 0);
    for (int i = 0; i < 2; i++) {
        uint64_t value = 1003;
        int64_t due = leat_now_ns() + 3000000;
        RC(leat_tx_send(e.tx, &value, i == 0 ? leat_at_ns(due) : leat_in_ms(3)),
           LEAT_ETIMEDOUT);
        MUST(leat_now_ns() >= due);
        SAME(value, 1003);
    }
    call_send(&c, e.tx, 1004, leat_in_ms(3600000));
    t_wait_parked(e.chan, LEAT__SEND, 1);
    for (uint64_t i = 0; i < f->cap; i++)
        COMES(e.rx, i);
    COMES(e.rx, 1004); /* and 1003 nowhere */
    RC(call_end(&c), 0);
    fill(e, 0, f->cap);
    call_send(&c, e.tx, 1005, leat_in_ms(3600000));
    t_wait_parked(e.chan, LEAT__SEND, 1);
    MUST(leat_rx_drop(e.rx));
    RC(call_end(&c), LEAT_ECLOSED);
    SAME(c.value, 1005);
    takes_nothing(e.tx);
    MUST(leat_tx_drop(e.tx));
}
END_TEST

/* Timed out before, the receiver misses nothing that is sent later. */
START_TEST(a_timeout_does_not_hurt_what_comes_later)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    given g;
    for (uint64_t i = 0; i < 3; i++) {
        times_out(e.rx);
        give(&g, f, e.tx, 42 + i);
        if (i == 1)
            COMES(e.rx, 42 + i);
        else
            IN_TIME(e.rx, 42 + i);
        given_away(&g);
    }
    times_out(e.rx);
    ends_drop(e);
}
END_TEST

static void *send_one_by_a_clone(void *tx)
{
    RC(send_until(tx, 1, leat_forever()), 0);
    MUST(!leat_tx_drop(tx));
    return NULL;
}

/* The same with several owners of the sending half. */
START_TEST(clones_of_the_sender_do_not_hurt_a_timeout)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    enum { N = 5 };
    ends e = ends_new(f);
    pthread_t thread[N];
    given g;
    leat_tx *clone = leat_tx_clone(e.tx);
    times_out(e.rx);
    for (int i = 0; i < N; i++)
        thread[i] = t_spawn(send_one_by_a_clone, leat_tx_clone(e.tx));
    for (int i = 0; i < N; i++)
        COMES(e.rx, 1);
    for (int i = 0; i < N; i++)
        t_join(thread[i]);
    times_out(e.rx);
    give(&g, f, clone, 2);
    IN_TIME(e.rx, 2);
    given_away(&g);
    MUST(!leat_tx_drop(clone));
    ends_drop(e);
}
END_TEST

static void *come_and_go(void *tx)
{
    t_wait_parked(leat_tx_chan(tx), LEAT__RECV, 1);
    MUST(!leat_tx_drop(leat_tx_clone(tx)));
    return NULL;
}

/* A clone comes and goes in another thread while the receiver waits, and the first
 * owner stays: the wait goes on to its deadline, and so does the next. */
START_TEST(a_clone_that_comes_and_goes_does_not_end_a_wait)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    uint64_t value = UNTOUCHED;
    call c;
    leat_cancel *stop;
    RC(leat_cancel_new(&stop), 0);
    call_recv(&c, e.rx, leat_or_cancel(leat_in_ms(3600000), stop));
    t_join(t_spawn(come_and_go, e.tx));
    SAME(parked(e.chan, LEAT__RECV), 1); /* still */
    leat_cancel_fire(stop);
    RC(call_end(&c), LEAT_ECANCELED);
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(5)), LEAT_ETIMEDOUT);
    SAME(value, UNTOUCHED);
    leat_cancel_drop(stop);
    ends_drop(e);
}
END_TEST

/* ---- streams against the clock --------------------------------------------------------------- */

struct hesitant {
    leat_tx *tx;
    uint64_t n;
    atomic_uint timeouts; /* the receiver's */
};

/* Before every second message, lets the receiver time out. */
static void *hesitate(void *arg)
{
    struct hesitant *h = arg;
    for (uint64_t i = 0; i < h->n; i++) {
        unsigned seen = atomic_load(&h->timeouts);
        while (i % 2 == 0 && atomic_load(&h->timeouts) == seen)
            leat__os_nap();
        RC(send_until(h->tx, i, leat_forever()), 0);
    }
    MUST(leat_tx_drop(h->tx));
    return NULL;
}

START_TEST(a_receiver_that_times_out_again_and_again_gets_all)
{
    ends e = ends_new(&flavours[_i]);
    struct hesitant h = {.tx = e.tx, .n = 50};
    pthread_t sender = t_spawn(hesitate, &h);
    uint64_t got = 0;
    for (;;) {
        uint64_t value = UNTOUCHED;
        int rc = leat_rx_recv(e.rx, &value, leat_each_ms(1));
        if (rc == LEAT_ECLOSED)
            break;
        if (rc == 0) {
            SAME(value, got++);
        } else {
            RC(rc, LEAT_ETIMEDOUT);
            atomic_fetch_add(&h.timeouts, 1);
        }
    }
    SAME(got, h.n);
    MUST(atomic_load(&h.timeouts) >= h.n / 2);
    t_join(sender);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* A crowd of senders with clones, some of which come late, against a receiver of
 * little patience: every message is counted once, and the last drop ends it. */
enum { CROWD = 8 };

static void *send_some_and_nap(void *arg)
{
    source *s = arg;
    for (; s->sent < s->n; s->sent++) {
        if ((s->first + s->sent) % 64 == 0)
            leat__os_nap();
        RC(send_until(s->tx, 1, leat_forever()), 0);
    }
    leat_tx_drop(s->tx);
    return NULL;
}

START_TEST(a_crowd_of_senders_against_short_deadlines)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    source s[CROWD];
    uint64_t each = t_scaled(200);
    for (uint64_t i = 0; i < CROWD; i++) {
        s[i] = (source){.tx = leat_tx_clone(e.tx), .first = 8 * i, .n = each};
        s[i].thread = t_spawn(send_some_and_nap, &s[i]);
    }
    leat_tx_drop(e.tx);
    uint64_t got = 0;
    int rc;
    do {
        uint64_t value;
        rc = leat_rx_recv(e.rx, &value, (leat_until){.deadline_ns = -50000});
        MUST(rc == 0 || rc == LEAT_ETIMEDOUT || rc == LEAT_ECLOSED);
        got += rc == 0;
    } while (rc != LEAT_ECLOSED);
    SAME(got, CROWD * each);
    is_over(e.rx);
    for (int i = 0; i < CROWD; i++)
        t_join(s[i].thread);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

struct retrying {
    leat_tx *tx;
    uint64_t n;
};

static void *send_with_retries(void *arg)
{
    struct retrying *r = arg;
    for (uint64_t i = 0; i < r->n; i++) {
        if (i % 2 == 0)
            for (int k = 0; k < 20; k++)
                leat__os_nap();
        int rc;
        while ((rc = send_until(r->tx, i, leat_each_ms(1))) != 0)
            RC(rc, LEAT_ETIMEDOUT);
    }
    return NULL;
}

/* Both ends pause, time out and try again; no message is lost, none comes twice. */
START_TEST(both_ends_time_out_and_try_again)
{
    ends e = ends_new(&flavours[_i]);
    struct retrying r = {e.tx, 30};
    pthread_t sender = t_spawn(send_with_retries, &r);
    for (uint64_t i = 0; i < r.n; i++) {
        if (i % 2 == 0)
            for (int k = 0; k < 20; k++)
                leat__os_nap();
        uint64_t value = UNTOUCHED;
        int rc;
        while ((rc = leat_rx_recv(e.rx, &value, leat_each_ms(1))) != 0)
            RC(rc, LEAT_ETIMEDOUT);
        SAME(value, i);
    }
    t_join(sender);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("timeouts");
    tcase_add_loop_test(tc, a_receive_times_out_then_gets_then_learns_the_end,
                        0, FLAVOURS);
    tcase_add_loop_test(tc, a_send_times_out_then_finds_room_then_the_end, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_timeout_does_not_hurt_what_comes_later, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, clones_of_the_sender_do_not_hurt_a_timeout, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_clone_that_comes_and_goes_does_not_end_a_wait, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_receiver_that_times_out_again_and_again_gets_all,
                        0, FLAVOURS);
    tcase_add_loop_test(tc, a_crowd_of_senders_against_short_deadlines, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, both_ends_time_out_and_try_again, 0, FLAVOURS);
    return t_run(tc);
}
