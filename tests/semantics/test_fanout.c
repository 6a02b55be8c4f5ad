/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_fanout.c - one stream to many receivers: lag and what is kept, who is woken, where
 * a new receiver begins, and small channels run through to their end. */
#define _GNU_SOURCE 1
#include "semantics.h"

#include "broadcast.h"

static stage s;

/* A lossy channel whose first receiver is told of lag. */
static void told_of_lag(const way *w, size_t cap)
{
    stage_lossy(&s, w, cap, 0);
    s.rx[0] = subscribed(s.chan, LEAT_REPORT_LAG);
}

static void lags_by(leat_rx *rx, uint64_t n)
{
    NOTHING(rx, LEAT_ELAGGED);
    SAME(leat_rx_missed(rx), n);
}

/* ---- lag ------------------------------------------------------------------------------- */

START_TEST(lag_is_told_once_and_the_oldest_kept_follows)
{
    told_of_lag(&ways[_i], 2);
    s.rx[1] = subscribed(s.chan, LEAT_REPORT_LAG);
    publish(&s, 1, 2);
    NEXT(s.rx[0], 1);
    publish(&s, 3, 1);
    lags_by(s.rx[1], 1);
    NEXT(s.rx[1], 2);
    gets(s.rx[0], 2, 2);
    publish(&s, 4, 2);
    lags_by(s.rx[1], 1);
    publish(&s, 6, 1);
    lags_by(s.rx[1], 1);
    gets(s.rx[1], 5, 2);
    NOTHING(s.rx[1], LEAT_EAGAIN);
    stage_clear(&s);
}
END_TEST

START_TEST(the_end_comes_behind_lag_and_what_is_kept)
{
    for (size_t cap = 1; cap <= 3; cap++) {
        for (size_t over = 0; over <= 3; over++) {
            told_of_lag(&ways[_i], cap);
            publish(&s, 0, cap + over);
            MUST(leat_tx_drop(s.tx));
            if (over > 0)
                lags_by(s.rx[0], over);
            gets(s.rx[0], over, cap);
            is_over(s.rx[0]);
            leave(&s, 0);
        }
    }
}
END_TEST

START_TEST(each_lag_is_counted_anew)
{
    told_of_lag(&ways[_i], 2);
    publish(&s, 1, 3);
    lags_by(s.rx[0], 1);
    gets(s.rx[0], 2, 2);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    publish(&s, 4, 3);
    lags_by(s.rx[0], 1);
    publish(&s, 7, 3); /* before it has read on */
    lags_by(s.rx[0], 3);
    gets(s.rx[0], 8, 2);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    stage_clear(&s);
}
END_TEST

START_TEST(the_count_is_of_what_was_overwritten)
{
    told_of_lag(&ways[_i], 4);
    publish(&s, 1, 4);
    NEXT(s.rx[0], 1);
    publish(&s, 5, 4);
    lags_by(s.rx[0], 3);
    gets(s.rx[0], 5, 4);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    stage_clear(&s);
}
END_TEST

START_TEST(only_the_slow_one_lags)
{
    told_of_lag(&ways[_i], 2);
    s.rx[1] = subscribed(s.chan, LEAT_REPORT_LAG);
    for (uint64_t i = 1; i <= 4; i++) {
        publish(&s, i, 1);
        NEXT(s.rx[1], i);
    }
    SAME(leat_rx_missed(s.rx[1]), 0);
    lags_by(s.rx[0], 2);
    gets(s.rx[0], 3, 2);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    NOTHING(s.rx[1], LEAT_EAGAIN);
    stage_clear(&s);
}
END_TEST

START_TEST(within_the_capacity_nobody_lags)
{
    for (size_t cap = 1; cap <= 5; cap++) {
        told_of_lag(&ways[_i], cap);
        s.rx[1] = subscribed(s.chan, LEAT_REPORT_LAG);
        publish(&s, 0, cap);
        gets(s.rx[1], 0, cap);
        gets(s.rx[0], 0, cap);
        publish(&s, cap, cap + 1); /* and with one more they do */
        lags_by(s.rx[0], 1);
        lags_by(s.rx[1], 1);
        stage_clear(&s);
    }
}
END_TEST

START_TEST(a_receive_that_may_wait_tells_of_lag_too)
{
    uint64_t value = UNTOUCHED;
    told_of_lag(&ways[_i], 2);
    publish(&s, 1, 3);
    RC(leat_rx_recv(s.rx[0], &value, leat_forever()), LEAT_ELAGGED);
    SAME(value, UNTOUCHED);
    SAME(leat_rx_missed(s.rx[0]), 1);
    COMES(s.rx[0], 2);
    COMES(s.rx[0], 3);
    stage_clear(&s);
}
END_TEST

/* ---- lengths -------------------------------------------------------------------------------- */

START_TEST(a_length_is_of_what_is_kept)
{
    told_of_lag(&ways[_i], 2);
    leat_chan *view = leat_rx_chan(s.rx[0]);
    publish(&s, 1, 4);
    SAME(leat_chan_len(view), 2);
    lags_by(s.rx[0], 2);
    for (uint64_t i = 2; i > 0; i--) {
        SAME(leat_chan_len(view), i);
        NEXT(s.rx[0], 5 - i);
    }
    SAME(leat_chan_len(view), 0);
    stage_clear(&s);
}
END_TEST

START_TEST(the_channels_length_is_the_slowests)
{
    t_rand dice = t_random((uint64_t)_i);
    uint64_t value;
    stage_lossy(&s, &ways[_i], 16, 2);
    for (int i = 0; i < 1000; i++) {
        uint64_t what = t_below(&dice, 4);
        int rc = what < 2 ? try_recv(s.rx[what], &value) : try_send(s.tx, 1);
        MUST(rc == 0 || (what < 2 && rc == LEAT_EAGAIN));
        size_t a = leat_chan_len(leat_rx_chan(s.rx[0]));
        size_t b = leat_chan_len(leat_rx_chan(s.rx[1]));
        SAME(leat_chan_len(s.chan), a > b ? a : b);
    }
    stage_clear(&s);
}
END_TEST

/* ---- waiting ----------------------------------------------------------------------------------- */

START_TEST(who_waits_is_woken_by_a_message_each_time)
{
    stage_blocking(&s, &ways[_i], 16, 2);
    for (uint64_t round = 0; round < 3; round++) {
        call waits;
        call_recv(&waits, s.rx[0], leat_forever());
        t_wait_parked(leat_rx_chan(s.rx[0]), LEAT__RECV, 1);
        publish(&s, 2 * round, 2);
        RC(call_end(&waits), 0);
        SAME(waits.value, 2 * round);
        NEXT(s.rx[0], 2 * round + 1);
        NOTHING(s.rx[0], LEAT_EAGAIN);
    }
    gets(s.rx[1], 0, 6); /* the slow one has them all */
    stage_clear(&s);
}
END_TEST

START_TEST(the_last_sender_wakes_all)
{
    const way *w = &ways[_i];
    stage_blocking(&s, w, 16, 2);
    if ((w->flags & ONE_TX) == 0) {
        call waits[2];
        leat_tx *other = leat_tx_clone(s.tx);
        for (int i = 0; i < 2; i++) {
            call_recv(&waits[i], s.rx[i], leat_forever());
            t_wait_parked(leat_rx_chan(s.rx[i]), LEAT__RECV, 1);
        }
        MUST(!leat_tx_drop(other));
        for (int i = 0; i < 2; i++)
            SAME(parked(leat_rx_chan(s.rx[i]), LEAT__RECV), 1);
        MUST(leat_tx_drop(s.tx));
        for (int i = 0; i < 2; i++) {
            RC(call_end(&waits[i]), LEAT_ECLOSED);
            is_over(s.rx[i]);
            leave(&s, i);
        }
    } else {
        stage_clear(&s);
    }
}
END_TEST

typedef struct lookout {
    leat_tx *tx;
    int rc;
    pthread_t thread;
} lookout;

static void *lookout_run(void *arg)
{
    lookout *l = arg;
    l->rc = leat_tx_wait_gone(l->tx, leat_forever());
    return NULL;
}

START_TEST(a_sender_waits_until_there_is_no_receiver)
{
    stage_blocking(&s, &ways[_i], 1, 0);
    RC(leat_tx_wait_gone(s.tx, leat_forever()), 0); /* there never was one */
    for (int round = 0; round < 3; round++) {
        lookout l = {.tx = s.tx};
        s.rx[0] = subscribed(s.chan, 0);
        s.rx[1] = subscribed(s.chan, 0);
        RC(leat_tx_wait_gone(s.tx, leat_nowait()), LEAT_EAGAIN);
        l.thread = t_spawn(lookout_run, &l);
        while (links_of(&s.chan->lock, &s.chan->goneq) == 0)
            leat__os_nap();
        leave(&s, 0);
        SAME(links_of(&s.chan->lock, &s.chan->goneq), 1);
        leave(&s, 1);
        t_join(l.thread);
        RC(l.rc, 0);
    }
    stage_clear(&s);
}
END_TEST

/* ---- new receivers -------------------------------------------------------------------------------- */

START_TEST(a_new_one_begins_at_the_end)
{
    stage_lossy(&s, &ways[_i], 3, 1);
    publish(&s, 1, 1);
    s.rx[1] = subscribed(leat_rx_chan(s.rx[0]), 0);
    NOTHING(s.rx[1], LEAT_EAGAIN);
    NEXT(s.rx[0], 1);
    publish(&s, 2, 1);
    NEXT(s.rx[1], 2);
    publish(&s, 3, 1);
    gets(s.rx[0], 2, 2);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    NEXT(s.rx[1], 3);
    NOTHING(s.rx[1], LEAT_EAGAIN);
    stage_clear(&s);
}
END_TEST

START_TEST(a_new_one_has_none_of_anothers_lag)
{
    told_of_lag(&ways[_i], 1);
    publish(&s, 1, 2);
    s.rx[1] = subscribed(leat_rx_chan(s.rx[0]), LEAT_REPORT_LAG);
    lags_by(s.rx[0], 1);
    NOTHING(s.rx[1], LEAT_EAGAIN);
    NEXT(s.rx[0], 2);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    NOTHING(s.rx[1], LEAT_EAGAIN);
    SAME(leat_rx_missed(s.rx[1]), 0);
    stage_clear(&s);
}
END_TEST

START_TEST(a_new_one_of_a_closed_channel_is_at_its_end)
{
    stage_blocking(&s, &ways[_i], 2, 1);
    MUST(leat_tx_drop(s.tx));
    s.rx[1] = subscribed(leat_rx_chan(s.rx[0]), 0);
    is_over(s.rx[1]);
    leave(&s, 1);
    leave(&s, 0);
}
END_TEST

START_TEST(to_nobody_is_no_failure)
{
    stage_lossy(&s, &ways[_i], 16, 1);
    leave(&s, 0);
    publish(&s, 1, 1);
    if (s.hooked)
        bin_holds(&s.bin, 1, 1);
    s.rx[0] = subscribed(s.chan, 0);
    publish(&s, 2, 1);
    NEXT(s.rx[0], 2);
    NOTHING(s.rx[0], LEAT_EAGAIN);
    stage_clear(&s);
}
END_TEST

START_TEST(who_leaves_gives_up_what_is_left)
{
    stage_blocking(&s, &ways[_i], 16, 2);
    publish(&s, 0, 2);
    NEXT(s.rx[0], 0);
    NEXT(s.rx[1], 0);
    leave(&s, 1);
    leave(&s, 0);
    if (s.hooked)
        bin_holds(&s.bin, 0, 2);
    stage_clear(&s);
    if (s.hooked)
        SAME(s.bin.n, 2);
}
END_TEST

/* ---- run through -------------------------------------------------------------------------------------- */

START_TEST(a_small_channel_is_counted_through)
{
    unsigned n = t_scaled(2000);
    t_patience(120);
    stage_blocking(&s, &ways[_i], 2, 1);
    source from = {.tx = s.tx, .n = n, .drops = true};
    source_start(&from);
    for (uint64_t i = 0; i < n; i++)
        COMES(s.rx[0], i);
    comes_to_an_end(s.rx[0]);
    source_end(&from);
    leave(&s, 0);
}
END_TEST

START_TEST(many_small_channels_are_counted_through)
{
    t_patience(120);
    for (unsigned round = t_scaled(20); round > 0; round--) {
        stage_blocking(&s, &ways[_i], 2, 1);
        source from = {.tx = s.tx, .n = 100, .drops = true};
        source_start(&from);
        for (uint64_t i = 0; i < 100; i++)
            COMES(s.rx[0], i);
        comes_to_an_end(s.rx[0]);
        source_end(&from);
        leave(&s, 0);
    }
}
END_TEST

START_TEST(receivers_that_leave_early_hold_nobody_back)
{
    sink few = {.n = 5, .drops = true};
    sink more = {.n = 10, .drops = true};
    stage_blocking(&s, &ways[_i], 1, 2);
    few.rx = s.rx[0];
    more.rx = s.rx[1];
    sink_start(&few);
    sink_start(&more);
    for (uint64_t i = 0; i < 25; i++)
        RC(send_until(s.tx, i, leat_forever()), 0);
    sink_end(&few);
    sink_end(&more);
    SAME(few.sum, sum_below(5));
    SAME(more.sum, sum_below(10));
    s.rx[0] = s.rx[1] = NULL; /* they have gone */
    stage_clear(&s);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("fanout");
    tcase_add_loop_test(tc, lag_is_told_once_and_the_oldest_kept_follows, 0,
                        WAYS);
    tcase_add_loop_test(tc, the_end_comes_behind_lag_and_what_is_kept, 0, WAYS);
    tcase_add_loop_test(tc, each_lag_is_counted_anew, 0, WAYS);
    tcase_add_loop_test(tc, the_count_is_of_what_was_overwritten, 0, WAYS);
    tcase_add_loop_test(tc, only_the_slow_one_lags, 0, WAYS);
    tcase_add_loop_test(tc, within_the_capacity_nobody_lags, 0, WAYS);
    tcase_add_loop_test(tc, a_receive_that_may_wait_tells_of_lag_too, 0, WAYS);
    tcase_add_loop_test(tc, a_length_is_of_what_is_kept, 0, WAYS);
    tcase_add_loop_test(tc, the_channels_length_is_the_slowests, 0, WAYS);
    tcase_add_loop_test(tc, who_waits_is_woken_by_a_message_each_time, 0, WAYS);
    tcase_add_loop_test(tc, the_last_sender_wakes_all, 0, WAYS);
    tcase_add_loop_test(tc, a_sender_waits_until_there_is_no_receiver, 0, WAYS);
    tcase_add_loop_test(tc, a_new_one_begins_at_the_end, 0, WAYS);
    tcase_add_loop_test(tc, a_new_one_has_none_of_anothers_lag, 0, WAYS);
    tcase_add_loop_test(tc, a_new_one_of_a_closed_channel_is_at_its_end, 0,
                        WAYS);
    tcase_add_loop_test(tc, to_nobody_is_no_failure, 0, WAYS);
    tcase_add_loop_test(tc, who_leaves_gives_up_what_is_left, 0, WAYS);
    tcase_add_loop_test(tc, a_small_channel_is_counted_through, 0, WAYS);
    tcase_add_loop_test(tc, many_small_channels_are_counted_through, 0, WAYS);
    tcase_add_loop_test(tc, receivers_that_leave_early_hold_nobody_back, 0,
                        WAYS);
    return t_run(tc);
}
