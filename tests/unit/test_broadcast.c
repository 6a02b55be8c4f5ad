/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_broadcast.c - every receiver sees every message, or how many it missed; who
 * holds whom back; who waits. */
#define _GNU_SOURCE 1
#include "broadcast.h"

#include "looped.h"
#include "memory.h"
#include "parked.h"

static stage s;

/* ---- all see all -------------------------------------------------------------------- */

START_TEST(every_receiver_gets_every_message)
{
    stage_blocking(&s, &ways[_i], 5, 3);
    for (uint64_t round = 0; round < 4; round++) {
        publish(&s, round * 5, 5);
        for (int i = 0; i < 3; i++)
            gets(s.rx[i], round * 5, 5);
    }
    for (int i = 0; i < 3; i++)
        NOTHING(s.rx[i], LEAT_EAGAIN);
    stage_clear(&s);
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(a_late_one_gets_what_is_sent_later)
{
    stage_blocking(&s, &ways[_i], 5, 1);
    publish(&s, 0, 2);
    s.rx[1] = subscribed(s.chan, 0);
    NOTHING(s.rx[1], LEAT_EAGAIN);
    s.rx[2] = subscribed(leat_rx_chan(s.rx[0]), 0); /* from a receiver's view */
    publish(&s, 2, 3);
    gets(s.rx[0], 0, 5);
    gets(s.rx[1], 2, 3);
    gets(s.rx[2], 2, 3);
    stage_clear(&s);
}
END_TEST

START_TEST(with_nobody_there_a_message_is_discarded)
{
    stage_blocking(&s, &ways[_i], 2, 0);
    MUST(leat_tx_is_gone(s.tx));
    RC(leat_tx_wait_gone(s.tx, leat_nowait()), 0);
    publish(&s, 0, 5);
    if (s.hooked)
        bin_holds(&s.bin, 0, 5);
    SAME(leat_chan_len(s.chan), 0);
    s.rx[0] = subscribed(s.chan, 0);
    MUST(!leat_tx_is_gone(s.tx));
    RC(leat_tx_wait_gone(s.tx, leat_nowait()), LEAT_EAGAIN);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    publish(&s, 5, 2);
    gets(s.rx[0], 5, 2);
    leave(&s, 0);
    MUST(leat_tx_is_gone(s.tx));
    publish(&s, 7, 5);
    if (s.hooked)
        bin_holds(&s.bin, 0, 12);
    stage_clear(&s);
}
END_TEST

START_TEST(owners_of_one_receiver_share_its_messages)
{
    const way *w = &ways[_i];
    stage_blocking(&s, w, 4, 2);
    if ((w->flags & ONE_RX) == 0) {
        leat_rx *again = leat_rx_clone(s.rx[0]);
        MUST(again == s.rx[0]);
        publish(&s, 0, 4);
        NEXT(again, 0);
        NEXT(s.rx[0], 1);
        NEXT(again, 2);
        gets(s.rx[1], 0, 4);
        MUST(!leat_rx_drop(again));
        NEXT(s.rx[0], 3);
    }
    stage_clear(&s);
}
END_TEST

START_TEST(a_look_leaves_the_message)
{
    stage_blocking(&s, &ways[_i], 4, 2);
    uint64_t value = UNTOUCHED;
    RC(leat_rx_peek(s.rx[0], &value, leat_nowait()), LEAT_EAGAIN);
    SAME(value, UNTOUCHED);
    publish(&s, 7, 2);
    for (int i = 0; i < 2; i++) {
        RC(leat_rx_peek(s.rx[0], &value, leat_nowait()), 0);
        SAME(value, 7);
    }
    gets(s.rx[0], 7, 2);
    gets(s.rx[1], 7, 2);
    stage_clear(&s);
}
END_TEST

START_TEST(batches_go_and_come)
{
    uint64_t msgs[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    uint64_t got[8] = {0};
    stage_blocking(&s, &ways[_i], 5, 2);
    SAME(leat_tx_send_many(s.tx, msgs, 8, leat_nowait()), 5);
    RC((int)leat_tx_send_many(s.tx, msgs + 5, 3, leat_nowait()), LEAT_EAGAIN);
    SAME(leat_rx_recv_many(s.rx[0], got, 3, leat_forever()), 3);
    SAME(leat_rx_drain(s.rx[0], got + 3, 5), 2);
    SAME(leat_rx_drain(s.rx[0], got, 5), 0);
    for (uint64_t i = 0; i < 5; i++)
        SAME(got[i], i);
    gets(s.rx[1], 0, 2);
    SAME(leat_tx_send_many(s.tx, msgs + 5, 3, leat_forever()), 2);
    gets(s.rx[1], 2, 5);
    gets(s.rx[0], 5, 2);
    stage_clear(&s);
}
END_TEST

/* ---- blocking ----------------------------------------------------------------------- */

START_TEST(the_capacity_is_exact)
{
    for (size_t cap = 1; cap <= 9; cap++) {
        stage_blocking(&s, &ways[_i], cap, 2);
        SAME(leat_chan_cap(s.chan), cap);
        SAME(leat_chan_cap(leat_rx_chan(s.rx[0])), cap);
        publish(&s, 0, cap);
        RC(try_send(s.tx, 99), LEAT_EAGAIN);
        MUST(leat_chan_is_full(s.chan));
        gets(s.rx[0], 0, cap);
        RC(try_send(s.tx, 99), LEAT_EAGAIN); /* the other has none */
        NEXT(s.rx[1], 0);
        RC(try_send(s.tx, cap), 0);
        RC(try_send(s.tx, 99), LEAT_EAGAIN);
        gets(s.rx[1], 1, cap);
        NEXT(s.rx[0], cap);
        stage_clear(&s);
    }
}
END_TEST

START_TEST(the_slowest_holds_the_sender_back)
{
    call sender;
    stage_blocking(&s, &ways[_i], 2, 2);
    publish(&s, 0, 2);
    gets(s.rx[0], 0, 2);
    call_send(&sender, s.tx, 2, leat_forever());
    t_wait_parked(s.chan, LEAT__SEND, 1);
    NEXT(s.rx[1], 0);
    RC(call_end(&sender), 0);
    gets(s.rx[1], 1, 2);
    NEXT(s.rx[0], 2);
    stage_clear(&s);
}
END_TEST

START_TEST(waiting_senders_go_in_their_order)
{
    const way *w = &ways[_i];
    call sender[3];
    stage_blocking(&s, w, 1, 2);
    publish(&s, 0, 1);
    int n = (w->flags & ONE_TX) != 0 ? 1 : 3;
    for (int i = 0; i < n; i++) {
        call_send(&sender[i], s.tx, 1 + (uint64_t)i, leat_forever());
        t_wait_parked(s.chan, LEAT__SEND, 1 + (size_t)i);
    }
    for (uint64_t i = 0; i <= (uint64_t)n; i++) {
        NEXT(s.rx[1], i);
        NEXT(s.rx[0], i);
    }
    for (int i = 0; i < n; i++)
        RC(call_end(&sender[i]), 0);
    stage_clear(&s);
}
END_TEST

START_TEST(dropping_the_slowest_frees_the_sender)
{
    call sender;
    stage_blocking(&s, &ways[_i], 2, 2);
    publish(&s, 0, 2);
    gets(s.rx[0], 0, 2);
    call_send(&sender, s.tx, 2, leat_forever());
    t_wait_parked(s.chan, LEAT__SEND, 1);
    leave(&s, 1);
    RC(call_end(&sender), 0);
    NEXT(s.rx[0], 2);
    publish(&s, 3, 2);
    call_send(&sender, s.tx, 5, leat_forever());
    t_wait_parked(s.chan, LEAT__SEND, 1);
    leave(&s, 0); /* nobody is left */
    RC(call_end(&sender), 0);
    if (s.hooked)
        SAME(s.bin.n, 6);
    stage_clear(&s);
}
END_TEST

START_TEST(aborting_the_slowest_frees_the_sender)
{
    call sender;
    stage_blocking(&s, &ways[_i], 2, 2);
    publish(&s, 0, 2);
    gets(s.rx[0], 0, 2);
    call_send(&sender, s.tx, 2, leat_forever());
    t_wait_parked(s.chan, LEAT__SEND, 1);
    leat_rx_abort(s.rx[1]);
    RC(call_end(&sender), 0);
    NOTHING(s.rx[1], LEAT_ECLOSED);
    NEXT(s.rx[0], 2);
    stage_clear(&s);
}
END_TEST

START_TEST(a_send_gives_up_and_nobody_minds)
{
    const way *w = &ways[_i];
    leat_cancel *token;
    call sender;
    stage_blocking(&s, w, 1, 1);
    RC(leat_cancel_new(&token), 0);
    publish(&s, 0, 1);
    RC(send_until(s.tx, 9, leat_in_ms(1)), LEAT_ETIMEDOUT);
    call_send(&sender, s.tx, 9, leat_or_cancel(leat_forever(), token));
    t_wait_parked(s.chan, LEAT__SEND, 1);
    leat_cancel_fire(token);
    RC(call_end(&sender), LEAT_ECANCELED);
    NEXT(s.rx[0], 0);
    publish(&s, 1, 1);
    NEXT(s.rx[0], 1);
    leat_cancel_drop(token);
    stage_clear(&s);
}
END_TEST

START_TEST(policies_fail_and_drop_newest)
{
    const way *w = &ways[_i];
    stage_set(&s, w, 2, LEAT_POLICY_FAIL, 1);
    publish(&s, 0, 2);
    RC(send_until(s.tx, 9, leat_forever()), LEAT_EAGAIN);
    gets(s.rx[0], 0, 2);
    stage_clear(&s);
    stage_set(&s, w, 2, LEAT_POLICY_DROP_NEWEST, 1);
    publish(&s, 0, 4);
    gets(s.rx[0], 0, 2);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    if (s.hooked) {
        SAME(s.bin.n, 4);
        SAME(s.bin.value[0], 2);
        SAME(s.bin.value[1], 3);
    }
    stage_clear(&s);
}
END_TEST

/* ---- lossy ------------------------------------------------------------------------------ */

START_TEST(the_oldest_is_overwritten_and_counted)
{
    for (size_t cap = 1; cap <= 5; cap++) {
        stage_lossy(&s, &ways[_i], cap, 2);
        publish(&s, 0, 3 * cap + 1);
        SAME(leat_chan_len(leat_rx_chan(s.rx[0])), cap);
        SAME(leat_rx_missed(s.rx[0]), 0); /* not noticed yet */
        gets(s.rx[0], 2 * cap + 1, cap);
        NOTHING(s.rx[0], LEAT_EAGAIN);
        SAME(leat_rx_missed(s.rx[0]), 2 * cap + 1);
        SAME(leat_rx_missed(s.rx[0]), 0);
        publish(&s, 3 * cap + 1, 1);
        NEXT(s.rx[0], 3 * cap + 1);
        SAME(leat_rx_missed(s.rx[0]), 0);
        gets(s.rx[1], 2 * cap + 2, cap);
        SAME(leat_rx_missed(s.rx[1]), 2 * cap + 2);
        if (s.hooked)
            bin_holds(&s.bin, 0, 3 * cap + 2);
        stage_clear(&s);
    }
}
END_TEST

START_TEST(who_keeps_up_misses_nothing)
{
    stage_lossy(&s, &ways[_i], 3, 2);
    for (uint64_t i = 0; i < 20; i++) {
        publish(&s, i, 1);
        NEXT(s.rx[0], i);
    }
    SAME(leat_rx_missed(s.rx[0]), 0);
    gets(s.rx[1], 17, 3);
    SAME(leat_rx_missed(s.rx[1]), 17);
    stage_clear(&s);
}
END_TEST

START_TEST(lag_is_reported_first_if_so_asked)
{
    uint64_t got[8];
    stage_lossy(&s, &ways[_i], 2, 0);
    s.rx[0] = subscribed(s.chan, LEAT_REPORT_LAG);
    publish(&s, 0, 2);
    NEXT(s.rx[0], 0);
    publish(&s, 2, 3);
    NOTHING(s.rx[0], LEAT_ELAGGED);
    SAME(leat_rx_missed(s.rx[0]), 2);
    gets(s.rx[0], 3, 2);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    publish(&s, 5, 3);
    RC((int)leat_rx_recv_many(s.rx[0], got, 8, leat_nowait()), LEAT_ELAGGED);
    SAME(leat_rx_recv_many(s.rx[0], got, 8, leat_nowait()), 2);
    SAME(got[0], 6);
    SAME(leat_rx_missed(s.rx[0]), 1);
    publish(&s, 8, 3);
    leat_tx_close(s.tx);
    NOTHING(s.rx[0], LEAT_ELAGGED);
    gets(s.rx[0], 9, 2);
    NOTHING(s.rx[0], LEAT_ECLOSED);
    stage_clear(&s);
}
END_TEST

START_TEST(conflated_is_the_latest)
{
    stage_set(&s, &ways[_i], 1, LEAT_POLICY_CONFLATE, 1);
    publish(&s, 0, 5);
    NEXT(s.rx[0], 4);
    SAME(leat_rx_missed(s.rx[0]), 4);
    stage_clear(&s);
}
END_TEST

/* Messages of any size come whole, whichever way they go. */
START_TEST(messages_of_any_size_come_whole)
{
    static const size_t sizes[] = {0, 1, 7, 8, 9, 24, 511, 512, 513, 5000};
    static unsigned char out[5000];
    static unsigned char in[5000];
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        for (int lossy = 0; lossy < 2; lossy++) {
            leat_tx *tx;
            RC(leat_broadcast_new(
                   &tx, sizes[k], 3,
                   LEAT_CHAN_OPTS(.policy = lossy ? LEAT_POLICY_DROP_OLDEST
                                                  : LEAT_POLICY_BLOCK)),
               0);
            leat_rx *rx = subscribed(leat_tx_chan(tx), 0);
            for (size_t i = 0; i < sizes[k]; i++)
                out[i] = (unsigned char)(i * 7 + k + 1);
            memset(in, 0, sizeof in);
            RC(leat_tx_send(tx, out, leat_nowait()), 0);
            RC(leat_rx_recv(rx, in, leat_nowait()), 0);
            MUST(memcmp(in, out, sizes[k]) == 0);
            MUST(sizes[k] == sizeof in || in[sizes[k]] == 0);
            leat_tx_drop(tx);
            leat_rx_drop(rx);
        }
    }
}
END_TEST

/* ---- waiting receivers ------------------------------------------------------------------ */

START_TEST(all_that_wait_are_woken)
{
    for (int lossy = 0; lossy < 2; lossy++) {
        call receiver[RXS];
        stage_set(&s, &ways[_i], 4,
                  lossy ? LEAT_POLICY_DROP_OLDEST : LEAT_POLICY_BLOCK, RXS);
        for (int i = 0; i < RXS; i++) {
            call_recv(&receiver[i], s.rx[i], leat_forever());
            t_wait_parked(leat_rx_chan(s.rx[i]), LEAT__RECV, 1);
        }
        publish(&s, 42, 1);
        for (int i = 0; i < RXS; i++) {
            RC(call_end(&receiver[i]), 0);
            SAME(receiver[i].value, 42);
            NOTHING(s.rx[i], LEAT_EAGAIN);
        }
        stage_clear(&s);
    }
}
END_TEST

START_TEST(owners_that_wait_get_one_each)
{
    const way *w = &ways[_i];
    stage_blocking(&s, w, 4, 1);
    if ((w->flags & ONE_RX) == 0) {
        call receiver[2];
        for (size_t i = 0; i < 2; i++) {
            call_recv(&receiver[i], s.rx[0], leat_forever());
            t_wait_parked(leat_rx_chan(s.rx[0]), LEAT__RECV, i + 1);
        }
        publish(&s, 1, 1);
        t_wait_parked(leat_rx_chan(s.rx[0]), LEAT__RECV, 1);
        publish(&s, 2, 1);
        for (size_t i = 0; i < 2; i++) {
            RC(call_end(&receiver[i]), 0);
            SAME(receiver[i].value, i + 1);
        }
    }
    stage_clear(&s);
}
END_TEST

START_TEST(a_receive_gives_up_and_the_next_gets_it)
{
    call receiver;
    leat_cancel *token;
    stage_blocking(&s, &ways[_i], 4, 1);
    RC(leat_cancel_new(&token), 0);
    uint64_t value = UNTOUCHED;
    RC(leat_rx_recv(s.rx[0], &value, leat_in_ms(1)), LEAT_ETIMEDOUT);
    call_recv(&receiver, s.rx[0], leat_or_cancel(leat_forever(), token));
    t_wait_parked(leat_rx_chan(s.rx[0]), LEAT__RECV, 1);
    leat_cancel_fire(token);
    RC(call_end(&receiver), LEAT_ECANCELED);
    publish(&s, 3, 1);
    NEXT(s.rx[0], 3);
    leat_cancel_drop(token);
    stage_clear(&s);
}
END_TEST

/* ---- one place of several ---------------------------------------------------------- */

typedef struct place {
    leat__wait wait;
    leat__waiter at;
    uint64_t value;
} place;

static int arm(place *p, leat_chan *chan, enum leat__dir dir, uint64_t value)
{
    *p = (place){.value = value};
    leat__wait_init(&p->wait, false, NULL);
    p->at = (leat__waiter){.wait = &p->wait, .msg = &p->value};
    return chan->verbs->arm(chan, dir, &p->at);
}

static void fired(const place *p, uint64_t value)
{
    MUST(leat__wait_won(&p->wait) == LEAT__WON_CHAN);
    RC(p->at.rc, 0);
    SAME(p->value, value);
}

START_TEST(a_place_of_several_is_armed_only_if_it_has_to_wait)
{
    place p;
    stage_blocking(&s, &ways[_i], 1, 2);
    leat_chan *view = leat_rx_chan(s.rx[0]);
    RC(arm(&p, s.chan, LEAT__SEND, 9), 0);
    RC(arm(&p, view, LEAT__RECV, UNTOUCHED), LEAT_EAGAIN);
    publish(&s, 1, 1);
    fired(&p, 1);
    NEXT(s.rx[1], 1);
    publish(&s, 2, 1);
    RC(arm(&p, view, LEAT__RECV, UNTOUCHED), 0);
    SAME(parked(view, LEAT__RECV), 0);
    RC(arm(&p, s.chan, LEAT__SEND, 3), LEAT_EAGAIN);
    NEXT(s.rx[0], 2);
    MUST(leat__wait_is_open(&p.wait)); /* the other has not got it */
    NEXT(s.rx[1], 2);
    fired(&p, 3);
    gets(s.rx[0], 3, 1);
    gets(s.rx[1], 3, 1);
    leat_tx_close(s.tx);
    RC(arm(&p, view, LEAT__RECV, UNTOUCHED), 0);
    RC(arm(&p, s.chan, LEAT__SEND, 9), 0);
    stage_clear(&s);
    stage_lossy(&s, &ways[_i], 1, 1);
    publish(&s, 0, 2);
    RC(arm(&p, s.chan, LEAT__SEND, 9), 0); /* never has to wait */
    stage_clear(&s);
}
END_TEST

START_TEST(an_event_loop_sends_and_receives_too)
{
    told t[3];
    leat_loop *loop = loop_made(NULL);
    stage_blocking(&s, &ways[_i], 1, 2);
    for (int i = 0; i < 3; i++)
        told_init(&t[i], loop);
    for (int i = 0; i < 2; i++)
        told_recv(&t[i], s.rx[i], leat_forever());
    publish(&s, 1, 1);
    MUST(leat_loop_dispatch(loop, 8) == 2);
    for (int i = 0; i < 2; i++) {
        RC(t[i].rc, 0);
        SAME(t[i].value, 1);
    }
    publish(&s, 2, 1);
    t[2].value = 3;
    leat_op_send(&t[2].op, s.tx, &t[2].value, leat_forever());
    SAME(parked(s.chan, LEAT__SEND), 1);
    told_recv(&t[0], s.rx[0], leat_forever());
    MUST(leat_loop_dispatch(loop, 8) == 1);
    SAME(t[0].value, 2);
    told_recv(&t[0], s.rx[0], leat_forever());
    MUST(leat_op_cancel(&t[0].op));
    NEXT(s.rx[1], 2);
    MUST(leat_loop_dispatch(loop, 8) == 1);
    RC(t[2].rc, 0);
    gets(s.rx[0], 3, 1);
    gets(s.rx[1], 3, 1);
    MUST(leat_loop_drop(loop));
    stage_clear(&s);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("broadcast");
    tcase_add_loop_test(tc, every_receiver_gets_every_message, 0, WAYS);
    tcase_add_loop_test(tc, a_late_one_gets_what_is_sent_later, 0, WAYS);
    tcase_add_loop_test(tc, with_nobody_there_a_message_is_discarded, 0, WAYS);
    tcase_add_loop_test(tc, owners_of_one_receiver_share_its_messages, 0, WAYS);
    tcase_add_loop_test(tc, a_look_leaves_the_message, 0, WAYS);
    tcase_add_loop_test(tc, batches_go_and_come, 0, WAYS);
    tcase_add_loop_test(tc, the_capacity_is_exact, 0, WAYS);
    tcase_add_loop_test(tc, the_slowest_holds_the_sender_back, 0, WAYS);
    tcase_add_loop_test(tc, waiting_senders_go_in_their_order, 0, WAYS);
    tcase_add_loop_test(tc, dropping_the_slowest_frees_the_sender, 0, WAYS);
    tcase_add_loop_test(tc, aborting_the_slowest_frees_the_sender, 0, WAYS);
    tcase_add_loop_test(tc, a_send_gives_up_and_nobody_minds, 0, WAYS);
    tcase_add_loop_test(tc, policies_fail_and_drop_newest, 0, WAYS);
    tcase_add_loop_test(tc, the_oldest_is_overwritten_and_counted, 0, WAYS);
    tcase_add_loop_test(tc, who_keeps_up_misses_nothing, 0, WAYS);
    tcase_add_loop_test(tc, lag_is_reported_first_if_so_asked, 0, WAYS);
    tcase_add_loop_test(tc, conflated_is_the_latest, 0, WAYS);
    tcase_add_test(tc, messages_of_any_size_come_whole);
    tcase_add_loop_test(tc, all_that_wait_are_woken, 0, WAYS);
    tcase_add_loop_test(tc, owners_that_wait_get_one_each, 0, WAYS);
    tcase_add_loop_test(tc, a_receive_gives_up_and_the_next_gets_it, 0, WAYS);
    tcase_add_loop_test(tc, a_place_of_several_is_armed_only_if_it_has_to_wait,
                        0, WAYS);
    tcase_add_loop_test(tc, an_event_loop_sends_and_receives_too, 0, WAYS);
    return t_run(tc);
}
