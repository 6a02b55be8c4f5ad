/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_watch.c - the latest value: seen, skipped, waited for; and the ends. */
#define _GNU_SOURCE 1
#include "watching.h"

#include "looped.h"

/* ---- values --------------------------------------------------------------------------- */

START_TEST(the_initial_value_has_been_seen)
{
    ends e = watch(5);
    NOTHING(e.rx, LEAT_EAGAIN);
    MUST(!leat_watch_has_changed(e.rx));
    SAME(now(e.chan), 5);
    SAME(now(leat_rx_chan(e.rx)), 5);
    SAME(leat_watch_read(e.chan, NULL), 1);
    ends_drop(e);
}
END_TEST

START_TEST(a_reader_gets_the_latest_once)
{
    ends e = watch(0);
    for (uint64_t i = 1; i <= 5; i++)
        RC(try_send(e.tx, i), 0);
    SAME(leat_watch_read(e.chan, NULL), 6);
    MUST(leat_watch_has_changed(e.rx));
    SAME(leat_chan_len(leat_rx_chan(e.rx)), 1);
    NEXT(e.rx, 5);
    MUST(!leat_watch_has_changed(e.rx));
    SAME(leat_chan_len(leat_rx_chan(e.rx)), 0);
    NOTHING(e.rx, LEAT_EAGAIN);
    RC(try_send(e.tx, 5), 0); /* the same value, and yet a new version */
    NEXT(e.rx, 5);
    ends_drop(e);
}
END_TEST

START_TEST(each_reader_has_a_mark_of_its_own)
{
    ends e = watch(0);
    leat_rx *second = reader(e.chan);
    RC(try_send(e.tx, 1), 0);
    leat_rx *third = reader(leat_rx_chan(second));
    SAME(leat_chan_rx_count(e.chan), 3);
    NOTHING(third, LEAT_EAGAIN); /* it has seen what was there */
    NEXT(e.rx, 1);
    RC(try_send(e.tx, 2), 0);
    NEXT(second, 2);
    NEXT(third, 2);
    NEXT(e.rx, 2);
    MUST(leat_rx_drop(second));
    SAME(leat_chan_rx_count(e.chan), 2);
    RC(try_send(e.tx, 3), 0);
    NEXT(third, 3);
    MUST(leat_rx_drop(third));
    ends_drop(e);
}
END_TEST

START_TEST(a_clone_shares_the_mark)
{
    ends e = watch(0);
    leat_rx *same = leat_rx_clone(e.rx);
    MUST(same == e.rx);
    RC(try_send(e.tx, 1), 0);
    NEXT(same, 1);
    NOTHING(e.rx, LEAT_EAGAIN);
    MUST(!leat_rx_drop(same));
    SAME(leat_chan_rx_count(e.chan), 1);
    ends_drop(e);
}
END_TEST

START_TEST(a_peek_does_not_mark)
{
    ends e = watch(0);
    uint64_t value = UNTOUCHED;
    RC(leat_rx_peek(e.rx, &value, leat_nowait()), LEAT_EAGAIN);
    RC(try_send(e.tx, 1), 0);
    RC(leat_rx_peek(e.rx, &value, leat_forever()), 0);
    SAME(value, 1);
    NEXT(e.rx, 1);
    ends_drop(e);
}
END_TEST

START_TEST(marks_can_be_set)
{
    ends e = watch(7);
    leat_watch_mark(e.rx, false);
    NEXT(e.rx, 7);
    RC(try_send(e.tx, 8), 0);
    leat_watch_mark(e.rx, true);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

START_TEST(a_mark_taken_back_wakes)
{
    ends e = watch(7);
    call c;
    call_recv(&c, leat_rx_clone(e.rx), leat_forever());
    wait_reading(e.rx, 1);
    leat_watch_mark(e.rx, false);
    RC(call_end(&c), 0);
    SAME(c.value, 7);
    leat_rx_drop(e.rx);
    ends_drop(e);
}
END_TEST

START_TEST(force_hands_back_what_was_there)
{
    ends e = watch(1);
    uint64_t value = 2;
    uint64_t old = UNTOUCHED;
    RC(leat_tx_force(e.tx, &value, &old), 1);
    SAME(old, 1);
    NEXT(e.rx, 2);
    MUST(leat_rx_drop(e.rx));
    value = 3;
    RC(leat_tx_force(e.tx, &value, &old), 1); /* nobody needs to be there */
    SAME(old, 2);
    leat_tx_close(e.tx);
    RC(leat_tx_force(e.tx, &value, &old), LEAT_ECLOSED);
    SAME(old, 2);
    MUST(leat_tx_drop(e.tx));
}
END_TEST

START_TEST(batches_are_one_after_another)
{
    ends e = watch(0);
    uint64_t out[3] = {1, 2, 3};
    uint64_t in[3] = {0};
    MUST(leat_tx_send_many(e.tx, out, 3, leat_nowait()) == 3);
    MUST(leat_rx_recv_many(e.rx, in, 3, leat_nowait()) == 1);
    SAME(in[0], 3);
    MUST(leat_rx_drain(e.rx, in, 3) == 0);
    SAME(leat_watch_read(e.chan, NULL), 4);
    ends_drop(e);
}
END_TEST

static const size_t sizes[] = {0, 1, 7, 8, 9, 64, 1000, 70000};
enum { SIZES = (int)(sizeof sizes / sizeof sizes[0]) };

START_TEST(every_byte_comes)
{
    static unsigned char in[70000];
    static unsigned char out[70001];
    size_t bytes = sizes[_i];
    ends e = {0};
    memset(out, 0xee, sizeof out);
    RC(leat_watch_new(&e.tx, &e.rx, bytes, bytes == 0 ? NULL : in, NULL), 0);
    for (unsigned char round = 1; round < 5; round++) {
        for (size_t i = 0; i < bytes; i++)
            in[i] = (unsigned char)(i * 7 + round);
        RC(leat_tx_send(e.tx, in, leat_nowait()), 0);
        RC(leat_rx_recv(e.rx, out, leat_nowait()), 0);
        MUST(memcmp(in, out, bytes) == 0);
        MUST(out[bytes] == 0xee);
    }
    ends_drop(e);
}
END_TEST

/* ---- the ends ---------------------------------------------------------------------------- */

START_TEST(the_last_value_comes_before_the_end)
{
    ends e = watch(0);
    leat_rx *second = reader(e.chan);
    RC(try_send(e.tx, 1), 0);
    MUST(leat_tx_drop(e.tx));
    MUST(leat_rx_is_gone(e.rx) && leat_rx_is_gone(second));
    MUST(leat_chan_is_closed(leat_rx_chan(second)));
    SAME(leat_chan_tx_count(leat_rx_chan(second)), 0);
    NEXT(e.rx, 1);
    NOTHING(e.rx, LEAT_ECLOSED);
    SAME(now(leat_rx_chan(e.rx)), 1);
    NEXT(second, 1);
    NOTHING(second, LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
    MUST(leat_rx_drop(second));
}
END_TEST

START_TEST(without_a_reader_a_send_is_refused_until_one_comes)
{
    ends e = watch(0);
    uint64_t value = 1;
    MUST(leat_rx_drop(e.rx));
    MUST(leat_tx_is_gone(e.tx));
    RC(leat_tx_wait_gone(e.tx, leat_forever()), 0);
    RC(leat_tx_send(e.tx, &value, leat_forever()), LEAT_ECLOSED);
    SAME(now(e.chan), 0);
    MUST(!leat_chan_is_closed(e.chan));
    e.rx = reader(e.chan);
    MUST(!leat_tx_is_gone(e.tx));
    RC(try_send(e.tx, 1), 0);
    NEXT(e.rx, 1);
    ends_drop(e);
}
END_TEST

START_TEST(closed_by_either_half)
{
    for (int by = 0; by < 2; by++) {
        ends e = watch(0);
        RC(try_send(e.tx, 1), 0);
        if (by == 0)
            leat_tx_close_because(e.tx, 5);
        else
            leat_rx_close_because(e.rx, 5);
        RC(try_send(e.tx, 2), LEAT_ECLOSED);
        SAME(leat_chan_close_reason(e.chan), 5);
        SAME(leat_chan_close_reason(leat_rx_chan(e.rx)), 5);
        NEXT(e.rx, 1);
        NOTHING(e.rx, LEAT_ECLOSED);
        ends_drop(e);
    }
}
END_TEST

START_TEST(aborted_gives_nothing)
{
    ends e = watch(0);
    RC(try_send(e.tx, 1), 0);
    leat_rx_abort(e.rx);
    NOTHING(e.rx, LEAT_ECLOSED);
    RC(try_send(e.tx, 2), LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(a_reader_makes_a_writer)
{
    ends e = watch(0);
    leat_tx *second = leat_chan_tx(leat_rx_chan(e.rx));
    MUST(second == e.tx);
    MUST(!leat_tx_drop(e.tx));
    RC(try_send(second, 1), 0);
    NEXT(e.rx, 1);
    MUST(leat_tx_drop(second));
    MUST(leat_chan_tx(leat_rx_chan(e.rx)) == NULL);
    NOTHING(e.rx, LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* ---- waiting ---------------------------------------------------------------------------------- */

enum { READERS = 4 };

START_TEST(all_who_wait_get_it)
{
    ends e = watch(0);
    leat_rx *rx[READERS];
    call c[READERS];
    for (int i = 0; i < READERS; i++) {
        rx[i] = reader(e.chan);
        call_recv(&c[i], rx[i], leat_in_ms(3600000));
    }
    for (int i = 0; i < READERS; i++)
        wait_reading(rx[i], 1);
    RC(try_send(e.tx, 1), 0);
    for (int i = 0; i < READERS; i++) {
        RC(call_end(&c[i]), 0);
        SAME(c[i].value, 1);
        MUST(leat_rx_drop(rx[i]));
    }
    ends_drop(e);
}
END_TEST

START_TEST(of_those_at_one_reader_one_gets_it)
{
    ends e = watch(0);
    call c[2];
    for (int i = 0; i < 2; i++)
        call_recv(&c[i], e.rx, leat_forever());
    wait_reading(e.rx, 2);
    RC(try_send(e.tx, 1), 0);
    wait_reading(e.rx, 1);
    RC(try_send(e.tx, 2), 0);
    RC(call_end(&c[0]), 0);
    RC(call_end(&c[1]), 0);
    SAME(c[0].value + c[1].value, 3);
    ends_drop(e);
}
END_TEST

START_TEST(two_writers_share_it)
{
    ends e = watch(0);
    leat_tx *second = leat_tx_clone(e.tx);
    for (uint64_t i = 1; i <= 2; i++) {
        call c;
        call_recv(&c, e.rx, leat_forever());
        wait_reading(e.rx, 1);
        RC(try_send(i == 1 ? e.tx : second, i), 0);
        RC(call_end(&c), 0);
        SAME(c.value, i);
    }
    call c;
    call_recv(&c, e.rx, leat_forever());
    wait_reading(e.rx, 1);
    MUST(!leat_tx_drop(e.tx));
    wait_reading(e.rx, 1); /* it is not over yet */
    MUST(leat_tx_drop(second));
    RC(call_end(&c), LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(who_waits_gives_up_and_comes_again)
{
    ends e = watch(0);
    uint64_t value = UNTOUCHED;
    leat_cancel *token;
    call c;
    RC(leat_cancel_new(&token), 0);
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(1)), LEAT_ETIMEDOUT);
    call_recv(&c, e.rx, leat_or_cancel(leat_forever(), token));
    t_wait_carried(token, 1);
    leat_cancel_fire(token);
    RC(call_end(&c), LEAT_ECANCELED);
    RC(try_send(e.tx, 1), 0);
    NEXT(e.rx, 1);
    ends_drop(e);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(who_waits_learns_of_the_end)
{
    for (int how = 0; how < 2; how++) {
        ends e = watch(0);
        leat_rx *second = reader(e.chan);
        call c[2];
        call_recv(&c[0], e.rx, leat_forever());
        call_recv(&c[1], second, leat_forever());
        wait_reading(e.rx, 1);
        wait_reading(second, 1);
        if (how == 0)
            leat_tx_close(e.tx);
        else
            MUST(leat_tx_drop(e.tx));
        for (int i = 0; i < 2; i++)
            RC(call_end(&c[i]), LEAT_ECLOSED);
        MUST(leat_rx_drop(second));
        MUST(leat_rx_drop(e.rx));
        if (how == 0)
            MUST(leat_tx_drop(e.tx));
    }
}
END_TEST

static void *waits_tx_gone(void *arg)
{
    RC(leat_tx_wait_gone(arg, leat_forever()), 0);
    return NULL;
}

static void *waits_rx_gone(void *arg)
{
    RC(leat_rx_wait_gone(arg, leat_forever()), 0);
    return NULL;
}

START_TEST(the_last_reader_tells_the_writer)
{
    ends e = watch(0);
    leat_rx *second = reader(e.chan);
    pthread_t a = t_spawn(waits_tx_gone, e.tx);
    while (links_of(&e.chan->lock, &e.chan->goneq) != 1)
        leat__os_nap();
    MUST(leat_rx_drop(e.rx));
    SAME(links_of(&e.chan->lock, &e.chan->goneq), 1);
    MUST(leat_rx_drop(second));
    t_join(a);
    MUST(leat_tx_drop(e.tx));
}
END_TEST

START_TEST(the_last_writer_tells_the_readers)
{
    ends e = watch(0);
    leat_rx *second = reader(e.chan);
    pthread_t a = t_spawn(waits_rx_gone, e.rx);
    pthread_t b = t_spawn(waits_rx_gone, second);
    while (links_of(&e.chan->lock, &e.chan->goneq) != 2)
        leat__os_nap();
    MUST(leat_tx_drop(e.tx));
    t_join(a);
    t_join(b);
    MUST(leat_rx_drop(e.rx));
    MUST(leat_rx_drop(second));
}
END_TEST

START_TEST(changed_marks_without_a_copy)
{
    ends e = watch(0);
    RC(leat_watch_changed(e.rx, leat_nowait()), LEAT_EAGAIN);
    RC(leat_watch_changed(e.rx, leat_in_ms(1)), LEAT_ETIMEDOUT);
    RC(try_send(e.tx, 1), 0);
    RC(leat_watch_changed(e.rx, leat_forever()), 0);
    RC(leat_watch_changed(e.rx, leat_nowait()), LEAT_EAGAIN);
    RC(try_send(e.tx, 2), 0);
    MUST(leat_tx_drop(e.tx));
    RC(leat_watch_changed(e.rx, leat_forever()), 0);
    RC(leat_watch_changed(e.rx, leat_forever()), LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

static bool is_at_least(const void *value, void *arg)
{
    return *(const uint64_t *)value >= *(uint64_t *)arg;
}

struct waits_for {
    leat_rx *rx;
    uint64_t least;
    uint64_t value;
    int rc;
};

static void *waits_for_run(void *arg)
{
    struct waits_for *w = arg;
    w->rc = leat_watch_wait_for(w->rx, is_at_least, &w->least, &w->value,
                                leat_forever());
    return NULL;
}

START_TEST(a_value_can_be_waited_for)
{
    ends e = watch(5);
    uint64_t least = 5;
    uint64_t value = UNTOUCHED;
    RC(leat_watch_wait_for(e.rx, is_at_least, &least, &value, leat_nowait()),
       0); /* seen or not */
    SAME(value, 5);
    least = 6;
    RC(leat_watch_wait_for(e.rx, is_at_least, &least, &value, leat_nowait()),
       LEAT_EAGAIN);
    RC(leat_watch_wait_for(e.rx, is_at_least, &least, NULL, leat_each_ms(1)),
       LEAT_ETIMEDOUT);
    struct waits_for w = {.rx = e.rx, .least = 8};
    pthread_t by = t_spawn(waits_for_run, &w);
    for (uint64_t i = 6; i <= 8; i++) {
        wait_reading(e.rx, 1);
        RC(try_send(e.tx, i), 0);
    }
    t_join(by);
    RC(w.rc, 0);
    SAME(w.value, 8);
    NOTHING(e.rx, LEAT_EAGAIN); /* marked */
    MUST(leat_tx_drop(e.tx));
    least = 8;
    RC(leat_watch_wait_for(e.rx, is_at_least, &least, NULL, leat_forever()), 0);
    least = 9;
    RC(leat_watch_wait_for(e.rx, is_at_least, &least, NULL, leat_forever()),
       LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(a_started_receive_is_told)
{
    ends e = watch(0);
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    told_recv(&t, e.rx, leat_forever());
    MUST(leat_op_cancel(&t.op));
    told_recv(&t, e.rx, leat_forever());
    RC(try_send(e.tx, 7), 0);
    run_until(loop, &t, 1);
    RC(t.rc, 0);
    SAME(t.value, 7);
    loop_is_quiet(loop);
    ends_drop(e);
    MUST(leat_loop_drop(loop));
}
END_TEST

START_TEST(arming_waits_only_for_what_is_not_there)
{
    ends e = watch(0);
    uint64_t value = UNTOUCHED;
    leat_chan *chan = leat_rx_chan(e.rx);
    leat__wait wait;
    leat__waiter at = {.wait = &wait, .msg = &value, .act = LEAT__MOVE};
    leat__wait_init(&wait, false, NULL);
    SAME(e.chan->verbs->arm(e.chan, LEAT__SEND, &at), 0);
    RC(chan->verbs->arm(chan, LEAT__RECV, &at), LEAT_EAGAIN);
    MUST(leat__link_is_in(&at.link));
    leat__chan_delist(chan, &at);
    MUST(!leat__link_is_in(&at.link));
    RC(try_send(e.tx, 7), 0);
    SAME(chan->verbs->arm(chan, LEAT__RECV, &at), 0);
    SAME(value, UNTOUCHED);
    NEXT(e.rx, 7);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("watch");
    tcase_add_test(tc, the_initial_value_has_been_seen);
    tcase_add_test(tc, a_reader_gets_the_latest_once);
    tcase_add_test(tc, each_reader_has_a_mark_of_its_own);
    tcase_add_test(tc, a_clone_shares_the_mark);
    tcase_add_test(tc, a_peek_does_not_mark);
    tcase_add_test(tc, marks_can_be_set);
    tcase_add_test(tc, a_mark_taken_back_wakes);
    tcase_add_test(tc, force_hands_back_what_was_there);
    tcase_add_test(tc, batches_are_one_after_another);
    tcase_add_loop_test(tc, every_byte_comes, 0, SIZES);
    tcase_add_test(tc, the_last_value_comes_before_the_end);
    tcase_add_test(tc, without_a_reader_a_send_is_refused_until_one_comes);
    tcase_add_test(tc, closed_by_either_half);
    tcase_add_test(tc, aborted_gives_nothing);
    tcase_add_test(tc, a_reader_makes_a_writer);
    tcase_add_test(tc, all_who_wait_get_it);
    tcase_add_test(tc, of_those_at_one_reader_one_gets_it);
    tcase_add_test(tc, two_writers_share_it);
    tcase_add_test(tc, who_waits_gives_up_and_comes_again);
    tcase_add_test(tc, who_waits_learns_of_the_end);
    tcase_add_test(tc, the_last_reader_tells_the_writer);
    tcase_add_test(tc, the_last_writer_tells_the_readers);
    tcase_add_test(tc, changed_marks_without_a_copy);
    tcase_add_test(tc, a_value_can_be_waited_for);
    tcase_add_test(tc, a_started_receive_is_told);
    tcase_add_test(tc, arming_waits_only_for_what_is_not_there);
    return t_run(tc);
}
