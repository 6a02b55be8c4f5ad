/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_rendezvous.c - channels that keep nothing: both sides have to come. */
#define _GNU_SOURCE 1
#include "semantics.h"

static const flavour kinds[] = {
    {"rendezvous", 0, 0},
    {"one producer, rendezvous", 0, ONE_TX},
    {"one consumer, rendezvous", 0, ONE_RX},
    {"spsc rendezvous", 0, ONE_BOTH},
};

enum { KINDS = (int)(sizeof kinds / sizeof kinds[0]) };

START_TEST(nobody_is_there)
{
    ends e = ends_new(&kinds[_i]);
    uint64_t value = 7;
    RC(leat_tx_send(e.tx, &value, leat_nowait()), LEAT_EAGAIN);
    SAME(value, 7);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

static void keeps_nothing(ends e)
{
    leat_chan *views[] = {leat_tx_chan(e.tx), leat_rx_chan(e.rx)};
    for (size_t i = 0; i < 2; i++) {
        SAME(leat_chan_cap(views[i]), 0);
        SAME(leat_chan_len(views[i]), 0);
        MUST(leat_chan_is_empty(views[i]));
        MUST(leat_chan_is_full(views[i]));
    }
}

START_TEST(it_is_empty_and_full_before_and_after)
{
    ends e = ends_new(&kinds[_i]);
    keeps_nothing(e);
    source s = {.tx = e.tx, .n = t_scaled(2000)};
    source_start(&s);
    for (uint64_t i = 0; i < s.n; i++) {
        COMES(e.rx, i);
        keeps_nothing(e);
    }
    source_end(&s);
    keeps_nothing(e);
    ends_drop(e);
}
END_TEST

/* The send is over when a receiver has the message, and not before. */
START_TEST(a_send_returns_when_a_receiver_came)
{
    const flavour *f = &kinds[_i];
    ends e = ends_new(f);
    for (uint64_t i = 0; i < 5; i++) {
        call c;
        RC(try_send(e.tx, i), LEAT_EAGAIN);
        call_send(&c, e.tx, i, leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, 1);
        for (int k = 0; k < 10; k++)
            leat__os_nap();
        SAME(parked(e.chan, LEAT__SEND), 1); /* still */
        int64_t before = leat_now_ns();
        COMES(e.rx, i);
        RC(call_end(&c), 0);
        MUST(c.ended_ns >= before);
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_send_finds_who_waits)
{
    ends e = ends_new(&kinds[_i]);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 1, leat_forever()), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 1);
    ends_drop(e);
}
END_TEST

/* A chain of receivers, each of which takes its one message when its forerunner
 * has taken its own. */
enum { CHAIN = 10 };

struct chained {
    leat_rx *rx;
    leat_rx *in;
    leat_tx *out;
    uint64_t want;
    pthread_t thread;
};

static void *take_in_turn(void *arg)
{
    struct chained *c = arg;
    COMES(c->in, 0);
    COMES(c->rx, c->want);
    RC(send_until(c->out, 0, leat_forever()), 0);
    return NULL;
}

START_TEST(receivers_in_a_chain_get_the_messages_in_order)
{
    ends e = ends_new(&kinds[_i]);
    ends turns[CHAIN + 1];
    struct chained c[CHAIN];
    for (int i = 0; i <= CHAIN; i++)
        turns[i] = ends_new(&kinds[_i]);
    for (uint64_t i = 0; i < CHAIN; i++) {
        c[i] = (struct chained){e.rx, turns[i].rx, turns[i + 1].tx, i, 0};
        c[i].thread = t_spawn(take_in_turn, &c[i]);
    }
    RC(send_until(turns[0].tx, 0, leat_forever()), 0);
    for (uint64_t i = 0; i < CHAIN; i++)
        RC(send_until(e.tx, i, leat_forever()), 0);
    COMES(turns[CHAIN].rx, 0);
    for (int i = 0; i < CHAIN; i++)
        t_join(c[i].thread);
    for (int i = 0; i <= CHAIN; i++)
        ends_drop(turns[i]);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("rendezvous");
    tcase_add_loop_test(tc, nobody_is_there, 0, KINDS);
    tcase_add_loop_test(tc, it_is_empty_and_full_before_and_after, 0, KINDS);
    tcase_add_loop_test(tc, a_send_returns_when_a_receiver_came, 0, KINDS);
    tcase_add_loop_test(tc, a_send_finds_who_waits, 0, KINDS);
    tcase_add_loop_test(tc, receivers_in_a_chain_get_the_messages_in_order, 0,
                        KINDS);
    return t_run(tc);
}
