/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_broadcast_ends.c - broadcast channels from the outside in: the end, for all and
 * for one; the hook; the views; and how they are made. */
#define _GNU_SOURCE 1
#include "broadcast.h"

#include "memory.h"
#include "parked.h"

static stage s;

/* ---- the end ------------------------------------------------------------------------------ */

START_TEST(close_ends_it_for_all_behind_what_is_queued)
{
    stage_blocking(&s, &ways[_i], 4, 2);
    publish(&s, 0, 2);
    NEXT(s.rx[0], 0);
    leat_tx_close_because(s.tx, 17);
    RC(try_send(s.tx, 9), LEAT_ECLOSED);
    MUST(leat_chan_is_closed(leat_rx_chan(s.rx[0])));
    SAME(leat_chan_close_reason(leat_rx_chan(s.rx[1])), 17);
    NEXT(s.rx[0], 1);
    NOTHING(s.rx[0], LEAT_ECLOSED);
    gets(s.rx[1], 0, 2);
    NOTHING(s.rx[1], LEAT_ECLOSED);
    s.rx[2] = subscribed(s.chan, 0);
    NOTHING(s.rx[2], LEAT_ECLOSED);
    SAME(leat_chan_close_reason(leat_rx_chan(s.rx[2])), 17);
    stage_clear(&s);
}
END_TEST

START_TEST(the_last_sender_ends_it)
{
    call receiver;
    stage_blocking(&s, &ways[_i], 4, 2);
    publish(&s, 0, 1);
    NEXT(s.rx[0], 0);
    call_recv(&receiver, s.rx[0], leat_forever());
    t_wait_parked(leat_rx_chan(s.rx[0]), LEAT__RECV, 1);
    MUST(!leat_rx_is_gone(s.rx[1]));
    MUST(leat_tx_drop(s.tx));
    RC(call_end(&receiver), LEAT_ECLOSED);
    MUST(leat_rx_is_gone(s.rx[1]));
    SAME(leat_chan_tx_count(leat_rx_chan(s.rx[1])), 0);
    if ((ways[_i].flags & ONE_TX) == 0)
        MUST(leat_chan_tx(leat_rx_chan(s.rx[1])) == NULL);
    NEXT(s.rx[1], 0);
    NOTHING(s.rx[1], LEAT_ECLOSED);
    leave(&s, 0);
    leave(&s, 1);
}
END_TEST

START_TEST(close_wakes_senders_that_wait)
{
    call sender;
    stage_blocking(&s, &ways[_i], 1, 1);
    publish(&s, 0, 1);
    call_send(&sender, s.tx, 1, leat_forever());
    t_wait_parked(s.chan, LEAT__SEND, 1);
    leat_tx_close(s.tx);
    RC(call_end(&sender), LEAT_ECLOSED);
    NEXT(s.rx[0], 0);
    NOTHING(s.rx[0], LEAT_ECLOSED);
    stage_clear(&s);
}
END_TEST

START_TEST(a_receiver_closes_for_itself_alone)
{
    for (int lossy = 0; lossy < 2; lossy++) {
        stage_set(&s, &ways[_i], 3,
                  lossy ? LEAT_POLICY_DROP_OLDEST : LEAT_POLICY_BLOCK, 2);
        publish(&s, 0, 2);
        leat_rx_close_because(s.rx[0], 5);
        publish(&s, 2, 1);
        SAME(leat_chan_len(leat_rx_chan(s.rx[0])), 2);
        SAME(leat_chan_close_reason(leat_rx_chan(s.rx[0])), 5);
        MUST(!leat_chan_is_closed(s.chan));
        gets(s.rx[0], 0, 2);
        NOTHING(s.rx[0], LEAT_ECLOSED);
        gets(s.rx[1], 0, 3);
        publish(&s, 3, 3); /* it holds nobody back */
        gets(s.rx[1], 3, 3);
        NOTHING(s.rx[0], LEAT_ECLOSED);
        stage_clear(&s);
        if (s.hooked)
            bin_holds(&s.bin, 0, 6);
    }
}
END_TEST

START_TEST(a_closed_receiver_can_be_overtaken)
{
    stage_lossy(&s, &ways[_i], 2, 1);
    publish(&s, 0, 2);
    leat_rx_close(s.rx[0]);
    s.rx[1] = subscribed(s.chan, 0);
    publish(&s, 2, 1);
    NEXT(s.rx[0], 1);
    SAME(leat_rx_missed(s.rx[0]), 1);
    NOTHING(s.rx[0], LEAT_ECLOSED);
    publish(&s, 3, 5);
    NOTHING(s.rx[0], LEAT_ECLOSED);
    SAME(leat_rx_missed(s.rx[0]), 0);
    stage_clear(&s);
}
END_TEST

static void *waits_gone(void *arg)
{
    stage *at = arg;
    RC(leat_rx_wait_gone(at->rx[0], leat_forever()), 0);
    return NULL;
}

static void *waits_for_nobody(void *arg)
{
    stage *at = arg;
    RC(leat_tx_wait_gone(at->tx, leat_forever()), 0);
    return NULL;
}

START_TEST(both_sides_learn_that_the_other_is_gone)
{
    stage_blocking(&s, &ways[_i], 2, 2);
    pthread_t thread = t_spawn(waits_for_nobody, &s);
    leave(&s, 1);
    while (links_of(&s.chan->lock, &s.chan->goneq) == 0)
        leat__os_nap();
    leave(&s, 0);
    t_join(thread);
    s.rx[0] = subscribed(s.chan, 0);
    leat_chan *view = leat_rx_chan(s.rx[0]);
    thread = t_spawn(waits_gone, &s);
    while (links_of(&view->lock, &view->goneq) == 0)
        leat__os_nap();
    leat_tx_close(s.tx); /* is not enough */
    SAME(links_of(&view->lock, &view->goneq), 1);
    MUST(leat_tx_drop(s.tx));
    t_join(thread);
    leave(&s, 0);
}
END_TEST

START_TEST(a_receiver_outlives_the_sender_and_the_others)
{
    stage_blocking(&s, &ways[_i], 2, 2);
    publish(&s, 0, 2);
    MUST(leat_tx_drop(s.tx));
    leave(&s, 1);
    gets(s.rx[0], 0, 2);
    NOTHING(s.rx[0], LEAT_ECLOSED);
    leave(&s, 0);
    if (s.hooked)
        bin_holds(&s.bin, 0, 2);
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(weak_handles_lead_back)
{
    const way *w = &ways[_i];
    stage_blocking(&s, w, 2, 1);
    leat_weak_rx *weak_rx = leat_rx_downgrade(s.rx[0]);
    leat_weak_tx *weak_tx = leat_tx_downgrade(s.tx);
    if ((w->flags & ONE_BOTH) == 0) {
        MUST(leat_weak_rx_upgrade(weak_rx) == s.rx[0]);
        MUST(!leat_rx_drop(s.rx[0]));
        MUST(leat_chan_tx(leat_rx_chan(s.rx[0])) == s.tx);
        MUST(!leat_tx_drop(s.tx));
        MUST(leat_chan_rx(leat_rx_chan(s.rx[0])) == s.rx[0]);
        MUST(!leat_rx_drop(s.rx[0]));
    }
    MUST(leat_chan_rx(s.chan) == NULL);
    MUST(leat_rx_drop(s.rx[0]));
    MUST(leat_tx_drop(s.tx));
    if ((w->flags & ONE_BOTH) == 0) {
        MUST(leat_weak_rx_upgrade(weak_rx) == NULL);
        MUST(leat_weak_tx_upgrade(weak_tx) == NULL);
    }
    leat_weak_tx_drop(weak_tx);
    leat_weak_rx_drop(weak_rx);
    SAME(memory_live(), 0);
}
END_TEST

/* ---- the hook -------------------------------------------------------------------------------- */

START_TEST(the_hook_is_called_when_the_last_has_gone_past)
{
    stage_blocking(&s, &ways[2], 4, 3);
    publish(&s, 0, 3);
    gets(s.rx[0], 0, 3);
    gets(s.rx[1], 0, 1);
    SAME(s.bin.n, 0);
    NEXT(s.rx[2], 0);
    bin_holds(&s.bin, 0, 1);
    leave(&s, 2);
    SAME(s.bin.n, 1);
    leave(&s, 1); /* it was the last that had not seen them */
    bin_holds(&s.bin, 0, 3);
    stage_clear(&s);
    bin_holds(&s.bin, 0, 3);
}
END_TEST

/* ---- the view --------------------------------------------------------------------------------- */

START_TEST(lengths_and_counts)
{
    stage_blocking(&s, &ways[_i], 4, 2);
    SAME(leat_chan_rx_count(s.chan), 2);
    SAME(leat_chan_tx_count(leat_rx_chan(s.rx[0])), 1);
    SAME(leat_chan_rx_count(leat_rx_chan(s.rx[0])), 1);
    MUST(leat_rx_chan(s.rx[0]) != leat_rx_chan(s.rx[1]));
    publish(&s, 0, 3);
    gets(s.rx[0], 0, 2);
    SAME(leat_chan_len(s.chan), 3);
    SAME(leat_chan_len(leat_rx_chan(s.rx[0])), 1);
    SAME(leat_chan_len(leat_rx_chan(s.rx[1])), 3);
    gets(s.rx[1], 0, 3);
    SAME(leat_chan_len(s.chan), 1);
    MUST(leat_chan_is_empty(leat_rx_chan(s.rx[1])));
    leave(&s, 0);
    SAME(leat_chan_len(s.chan), 0);
    SAME(leat_chan_rx_count(s.chan), 1);
    SAME(leat_chan_msg_bytes(leat_rx_chan(s.rx[1])), sizeof(uint64_t));
    stage_clear(&s);
}
END_TEST

static void balanced(leat_rx *rx, const leat_stats *now)
{
    SAME(now->sent, now->received + now->dropped + now->discarded +
                        leat_chan_len(leat_rx_chan(rx)));
}

START_TEST(the_books_balance_for_each_receiver)
{
    leat_stats now;
    stage_lossy(&s, &ways[5 + _i], 3, 1);
    publish(&s, 0, 2);
    s.rx[1] = subscribed(s.chan, 0);
    publish(&s, 2, 4);
    MUST(leat_chan_stats(leat_rx_chan(s.rx[0]), &now));
    balanced(s.rx[0], &now);
    SAME(now.sent, 6);
    SAME(now.dropped, 3);
    NEXT(s.rx[0], 3);
    MUST(leat_chan_stats(leat_rx_chan(s.rx[0]), &now));
    balanced(s.rx[0], &now);
    SAME(now.received, 1);
    SAME(now.high_water, 3);
    leat_rx_abort(s.rx[1]);
    MUST(leat_chan_stats(leat_rx_chan(s.rx[1]), &now));
    balanced(s.rx[1], &now);
    SAME(now.sent, 4);
    SAME(now.discarded, 3);
    leave(&s, 1);
    publish(&s, 6, 1);
    MUST(leat_chan_stats(s.chan, &now));
    SAME(now.sent, 7);
    SAME(now.received, 1);
    SAME(now.dropped, 3 + 1);
    SAME(now.discarded, 3);
    SAME(now.high_water, 3);
    stage_clear(&s);
}
END_TEST

START_TEST(a_dump_shows_the_channel_and_its_receivers)
{
    FILE *file = tmpfile();
    char text[4096] = "";
    leat_tx *tx;
    MUST(file != NULL);
    RC(leat_broadcast_new(&tx, 8, 4, LEAT_CHAN_OPTS(.name = "news")), 0);
    leat_rx *rx = subscribed(leat_tx_chan(tx), 0);
    RC(try_send(tx, 1), 0);
    SAME(strcmp(leat_chan_name(leat_rx_chan(rx)), "news"), 0);
    leat_dump(fileno(file));
    rewind(file);
    MUST(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    MUST(strstr(text, "\"news\"") != NULL);
    MUST(strstr(text, ", broadcast, 1 queued of 4") != NULL);
    MUST(strstr(text, ", receiver of a broadcast, 1 queued of 4") != NULL);
    leat_tx_drop(tx);
    leat_rx_drop(rx);
}
END_TEST

/* ---- making ---------------------------------------------------------------------------------------- */

START_TEST(what_cannot_be_is_refused)
{
    leat_tx *tx = NULL;
    leat_rx *rx = NULL;
    RC(leat_broadcast_new(&tx, 8, 0, NULL), LEAT_EINVAL);
    RC(leat_broadcast_new(&tx, 8, LEAT_UNBOUNDED, NULL), LEAT_EINVAL);
    RC(leat_broadcast_new(&tx, 8, 2,
                          LEAT_CHAN_OPTS(.policy = LEAT_POLICY_CONFLATE)),
       LEAT_EINVAL);
    RC(leat_broadcast_new(&tx, SIZE_MAX / 2, 2, NULL), LEAT_ENOMEM);
    RC(leat_broadcast_new(&tx, 1024, SIZE_MAX / 1024, NULL), LEAT_ENOMEM);
    SAME(leat_broadcast_footprint(8, 0, NULL), 0);
    SAME(leat_broadcast_footprint(SIZE_MAX / 2, 2, NULL), 0);
    MUST(tx == NULL);
    RC(leat_broadcast_new(&tx, 8, 2, NULL), 0);
    RC(leat_broadcast_subscribe(&rx, leat_tx_chan(tx), 2), LEAT_EINVAL);
    uint64_t value = 1;
    RC(leat_tx_force(tx, &value, &value), LEAT_EINVAL);
    memory_refuse(0, 1);
    RC(leat_broadcast_subscribe(&rx, leat_tx_chan(tx), 0), LEAT_ENOMEM);
    memory_relent();
    MUST(rx == NULL && leat_tx_is_gone(tx));
    leat_tx_drop(tx);
    memory_refuse(0, 1);
    RC(leat_broadcast_new(&tx, 8, 2, NULL), LEAT_ENOMEM);
    memory_relent();
    leat_rx *plain;
    RC(leat_chan_new(&tx, &plain, 8, 1, NULL), 0);
    SAME(leat_rx_missed(plain), 0);
    leat_tx_drop(tx);
    leat_rx_drop(plain);
}
END_TEST

static void note_gone(void *arg)
{
    ++*(int *)arg;
}

START_TEST(memory_of_the_callers_is_enough)
{
    static _Alignas(16) unsigned char mem[65536];
    static _Alignas(16) unsigned char sub_mem[4096];
    for (int i = 0; i < WAYS; i++) {
        int gone = 0;
        stage hooks = {.hooked = ways[i].hooked};
        leat_tx *tx;
        leat_rx *rx;
        leat_chan_opts opts = {.size = sizeof opts,
                               .flags = ways[i].flags,
                               .discard = hooks.hooked ? bin_put : NULL,
                               .discard_arg = &s.bin,
                               .gone = note_gone,
                               .gone_arg = &gone};
        memset(&s, 0, sizeof s);
        memory_relent();
        size_t bytes = leat_broadcast_footprint(8, 4, &opts);
        MUST(bytes > 0 && bytes + 1 < sizeof mem);
        RC(leat_broadcast_new_in(&tx, mem + 1, bytes - 1, 8, 4, &opts),
           LEAT_EINVAL);
        RC(leat_broadcast_new_in(&tx, mem + 1, bytes, 8, 4, &opts), 0);
        leat_chan *chan = leat_tx_chan(tx);
        bytes = leat_broadcast_rx_footprint(chan);
        MUST(bytes + 1 < sizeof sub_mem);
        RC(leat_broadcast_subscribe_in(&rx, sub_mem + 1, bytes - 1, chan, 0),
           LEAT_EINVAL);
        RC(leat_broadcast_subscribe_in(&rx, sub_mem + 1, bytes, chan, 0), 0);
        for (uint64_t k = 0; k < 10; k++) {
            RC(try_send(tx, k), 0);
            NEXT(rx, k);
        }
        MUST(leat_tx_drop(tx));
        SAME(gone, 0);
        MUST(leat_rx_drop(rx));
        SAME(gone, 1);
        memset(sub_mem, 0xa5, sizeof sub_mem);
        memset(mem, 0xa5, sizeof mem);
        SAME(memory_asked(), 0);
    }
}
END_TEST

/* No wait, send or receive asks for memory. */
START_TEST(nothing_is_allocated_after_the_start)
{
    for (int lossy = 0; lossy < 2; lossy++) {
        call c;
        stage_set(&s, &ways[_i], 2,
                  lossy ? LEAT_POLICY_DROP_OLDEST : LEAT_POLICY_BLOCK, 2);
        memory_relent();
        call_recv(&c, s.rx[0], leat_forever());
        t_wait_parked(leat_rx_chan(s.rx[0]), LEAT__RECV, 1);
        publish(&s, 0, 2);
        RC(call_end(&c), 0);
        call_send(&c, s.tx, 2, leat_in_ms(3600000));
        if (!lossy)
            t_wait_parked(s.chan, LEAT__SEND, 1);
        gets(s.rx[0], 1, 1);
        uint64_t value;
        RC(leat_rx_peek(s.rx[1], &value, leat_nowait()), 0);
        SAME(leat_rx_drain(s.rx[1], &value, 1), 1);
        RC(call_end(&c), 0);
        leave(&s, 1);
        SAME(memory_asked(), 0);
        stage_clear(&s);
    }
}
END_TEST

static void subscribes_to_a_plain_channel(void *arg)
{
    leat_tx *tx;
    leat_rx *rx;
    (void)arg;
    if (leat_chan_new(&tx, &rx, 8, 1, NULL) == 0 &&
        leat_broadcast_subscribe(&rx, leat_tx_chan(tx), 0) == 0)
        leat_tx_drop(tx);
}

static void borrows_from_a_ring(void *arg)
{
    void *msg;
    stage_blocking(&s, &ways[0], 1, 1);
    (void)arg;
    if (leat_rx_borrow(s.rx[0], &msg, leat_nowait()) == 0)
        leat_rx_release(s.rx[0], msg);
}

START_TEST(misuse_aborts_with_a_sentence)
{
    t_aborts(subscribes_to_a_plain_channel, NULL,
             "not the view of a broadcast channel");
    t_aborts(borrows_from_a_ring, NULL, "made without LEAT_IN_PLACE");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("broadcast_ends");
    tcase_add_loop_test(tc, close_ends_it_for_all_behind_what_is_queued, 0,
                        WAYS);
    tcase_add_loop_test(tc, the_last_sender_ends_it, 0, WAYS);
    tcase_add_loop_test(tc, close_wakes_senders_that_wait, 0, WAYS);
    tcase_add_loop_test(tc, a_receiver_closes_for_itself_alone, 0, WAYS);
    tcase_add_loop_test(tc, a_closed_receiver_can_be_overtaken, 0, WAYS);
    tcase_add_loop_test(tc, both_sides_learn_that_the_other_is_gone, 0, WAYS);
    tcase_add_loop_test(tc, a_receiver_outlives_the_sender_and_the_others, 0,
                        WAYS);
    tcase_add_loop_test(tc, weak_handles_lead_back, 0, WAYS);
    tcase_add_test(tc, the_hook_is_called_when_the_last_has_gone_past);
    tcase_add_loop_test(tc, lengths_and_counts, 0, WAYS);
    tcase_add_loop_test(tc, the_books_balance_for_each_receiver, 0, 2);
    tcase_add_test(tc, a_dump_shows_the_channel_and_its_receivers);
    tcase_add_test(tc, what_cannot_be_is_refused);
    tcase_add_test(tc, memory_of_the_callers_is_enough);
    tcase_add_loop_test(tc, nothing_is_allocated_after_the_start, 0, WAYS);
    tcase_add_test(tc, misuse_aborts_with_a_sentence);
    return t_run(tc);
}
