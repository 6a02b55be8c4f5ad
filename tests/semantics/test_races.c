/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_races.c - channels that live for one message or none, with the ends in threads
 * that do their one thing at the same time. */
#define _GNU_SOURCE 1
#include "semantics.h"

static unsigned rounds(void)
{
    return t_scaled(60);
}

static void *drop_tx(void *tx)
{
    MUST(leat_tx_drop(tx));
    return NULL;
}

static void *drop_rx(void *rx)
{
    MUST(leat_rx_drop(rx));
    return NULL;
}

static void *through_another(void *arg)
{
    t_join(t_spawn(drop_tx, arg));
    return NULL;
}

START_TEST(both_halves_dropped_at_once)
{
    for (unsigned i = 0; i < rounds(); i++) {
        ends e = ends_new(&flavours[_i]);
        pthread_t thread = t_spawn(drop_rx, e.rx);
        MUST(leat_tx_drop(e.tx));
        t_join(thread);
    }
}
END_TEST

START_TEST(a_send_against_the_drop_of_the_receiver)
{
    const flavour *f = &flavours[_i];
    for (unsigned i = 0; i < rounds(); i++) {
        bin b = BIN_INIT;
        ends e = ends_hooked(f, 8, bin_put, &b);
        source s = {.tx = e.tx, .first = 5, .n = 1};
        pthread_t thread = t_spawn(drop_rx, e.rx);
        source_start(&s);
        t_join(s.thread);
        t_join(thread);
        /* accepted and then discarded, or refused: one of the two */
        MUST(s.rc == 0 || s.rc == LEAT_ECLOSED);
        bin_holds(&b, 5, s.rc == 0 ? 1 : 0);
        MUST(s.rc == LEAT_ECLOSED || queues(f)); /* nobody came to meet it */
        MUST(leat_tx_drop(e.tx));
    }
}
END_TEST

START_TEST(a_receive_against_the_drop_of_the_sender)
{
    for (unsigned i = 0; i < rounds(); i++) {
        ends e = ends_new(&flavours[_i]);
        call c;
        call_recv(&c, e.rx, leat_forever());
        pthread_t thread = t_spawn(through_another, e.tx);
        RC(call_end(&c), LEAT_ECLOSED);
        SAME(c.value, UNTOUCHED);
        t_join(thread);
        MUST(leat_rx_drop(e.rx));
    }
}
END_TEST

START_TEST(a_send_against_a_receive)
{
    for (unsigned i = 0; i < rounds(); i++) {
        ends e = ends_new(&flavours[_i]);
        call r;
        call s;
        if (i % 2 == 0)
            call_recv(&r, e.rx, leat_forever());
        call_send(&s, e.tx, i, leat_forever());
        if (i % 2 == 1)
            call_recv(&r, e.rx, leat_forever());
        RC(call_end(&s), 0);
        RC(call_end(&r), 0);
        SAME(r.value, i);
        ends_drop(e);
    }
}
END_TEST

/* ---- a thread for each message --------------------------------------------------------------- */

enum { LENGTH = 10 };

struct relay {
    ends e;
    uint64_t i;
};

static void *send_and_pass_on(void *arg)
{
    struct relay me = *(struct relay *)arg;
    RC(send_until(me.e.tx, me.i, leat_forever()), 0);
    me.i++;
    if (me.i < LENGTH)
        t_join(t_spawn(send_and_pass_on, &me));
    return NULL;
}

static void *receive_and_pass_on(void *arg)
{
    struct relay me = *(struct relay *)arg;
    COMES(me.e.rx, me.i);
    me.i++;
    if (me.i < LENGTH)
        t_join(t_spawn(receive_and_pass_on, &me));
    return NULL;
}

/* Each message is sent by a new thread, and received by a new thread: the order is
 * that of the stream all the same. */
START_TEST(a_new_thread_for_each_message)
{
    for (unsigned i = 0; i < t_scaled(8); i++) {
        struct relay r = {ends_new(&flavours[_i]), 0};
        pthread_t in = t_spawn(send_and_pass_on, &r);
        pthread_t out = t_spawn(receive_and_pass_on, &r);
        t_join(in);
        t_join(out);
        NOTHING(r.e.rx, LEAT_EAGAIN);
        ends_drop(r.e);
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("races");
    tcase_add_loop_test(tc, both_halves_dropped_at_once, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_send_against_the_drop_of_the_receiver, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_receive_against_the_drop_of_the_sender, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_send_against_a_receive, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_new_thread_for_each_message, 0, FLAVOURS);
    return t_run(tc);
}
