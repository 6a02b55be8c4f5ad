/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_batches.c - many messages in one call: all that are there, in order, and a wait
 * for the first of them only. */
#define _GNU_SOURCE 1
#include "semantics.h"

enum { MOST = 1000, CROWD = 100 };

/* The batch is first, first + 1, ... */
static void in_order(const uint64_t *batch, size_t n, uint64_t first)
{
    for (size_t i = 0; i < n; i++)
        SAME(batch[i], first + i);
}

/* ---- what is there ------------------------------------------------------------------------ */

START_TEST(a_drain_takes_all_that_is_there)
{
    const flavour *f = &flavours[_i];
    uint64_t got[MOST + 1];
    size_t n = room(f, MOST);
    ends e = ends_new(f);
    for (uint64_t lap = 0; lap < 3; lap++) {
        fill(e, lap, n);
        if (lap == 1 && n > 0)
            COMES(e.rx, lap); /* one by itself, the others after it */
        size_t left = lap == 1 && n > 0 ? n - 1 : n;
        SAME(leat_rx_drain(e.rx, got, MOST + 1), left);
        in_order(got, left, lap + n - left);
        SAME(leat_rx_drain(e.rx, got, MOST + 1), 0);
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_waiting_receive_does_not_wait_for_what_is_there)
{
    const flavour *f = &flavours[_i];
    uint64_t got[MOST + 1];
    size_t n = room(f, MOST);
    if (n == 0)
        return;
    ends e = ends_new(f);
    fill(e, 5, n);
    SAME(leat_rx_recv_many(e.rx, got, MOST + 1, leat_forever()), n);
    in_order(got, n, 5);
    ends_drop(e);
}
END_TEST

/* A hundred threads, each with one message: those that had no room wait with it, and
 * one call takes all. */
START_TEST(a_drain_takes_from_a_hundred_threads)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    uint64_t got[CROWD + 1];
    bool seen[CROWD] = {false};
    source s[CROWD];
    ends e = ends_new(f);
    for (uint64_t i = 0; i < CROWD; i++) {
        s[i] = (source){.tx = e.tx, .first = i, .n = 1};
        source_start(&s[i]);
    }
    size_t fit = room(f, CROWD);
    t_wait_parked(e.chan, LEAT__SEND, CROWD - fit);
    while (leat_chan_len(e.chan) < fit)
        leat__os_nap();
    SAME(leat_rx_drain(e.rx, got, CROWD + 1), CROWD);
    for (size_t i = 0; i < CROWD; i++) {
        MUST(got[i] < CROWD && !seen[got[i]]);
        seen[got[i]] = true;
    }
    for (int i = 0; i < CROWD; i++)
        source_end(&s[i]);
    ends_drop(e);
}
END_TEST

/* ---- the first one ---------------------------------------------------------------------------- */

static void *send_when_waited_for(void *arg)
{
    source *s = arg;
    t_wait_parked(leat_tx_chan(s->tx), LEAT__RECV, 1);
    return source_run(s);
}

START_TEST(a_waiting_receive_waits_for_one_and_all_come_in_order)
{
    uint64_t got[CROWD];
    ends e = ends_new(&flavours[_i]);
    source s = {.tx = e.tx, .n = CROWD};
    s.thread = t_spawn(send_when_waited_for, &s);
    size_t n = 0;
    while (n < CROWD) {
        ptrdiff_t more =
            leat_rx_recv_many(e.rx, &got[n], CROWD - n, leat_forever());
        MUST(more >= 1);
        n += (size_t)more;
    }
    in_order(got, n, 0);
    source_end(&s);
    ends_drop(e);
}
END_TEST

/* What is queued when the sender has gone is received before the end is told. */
START_TEST(the_end_comes_after_the_last_batch)
{
    const flavour *f = &flavours[_i];
    uint64_t got[4];
    size_t n = room(f, 2);
    ends e = ends_new(f);
    fill(e, 0, n);
    MUST(leat_tx_drop(e.tx));
    if (n > 0)
        SAME(leat_rx_recv_many(e.rx, got, 4, leat_forever()), n);
    in_order(got, n, 0);
    got[0] = UNTOUCHED;
    for (int i = 0; i < 2; i++) {
        ptrdiff_t rc = leat_rx_recv_many(e.rx, got, 4, leat_forever());
        MUST(rc == LEAT_ECLOSED);
        SAME(leat_rx_drain(e.rx, got, 4), 0);
    }
    SAME(got[0], UNTOUCHED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* ---- sent in batches ------------------------------------------------------------------------------ */

static void *send_batches(void *arg)
{
    source *s = arg;
    uint64_t *msgs = calloc(s->n, sizeof *msgs);
    for (uint64_t i = 0; i < s->n; i++)
        msgs[i] = s->first + i;
    while (s->sent < s->n) {
        ptrdiff_t went = leat_tx_send_many(s->tx, msgs + s->sent,
                                           s->n - s->sent, leat_forever());
        MUST(went >= 1);
        s->sent += (uint64_t)went;
    }
    free(msgs);
    return NULL;
}

START_TEST(a_list_is_sent_batch_by_batch_and_in_order)
{
    ends e = ends_new(&flavours[_i]);
    source s = {.tx = e.tx, .n = t_scaled(5000)};
    s.thread = t_spawn(send_batches, &s);
    for (uint64_t i = 0; i < s.n; i++)
        COMES(e.rx, i);
    source_end(&s);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("batches");
    tcase_add_loop_test(tc, a_drain_takes_all_that_is_there, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_waiting_receive_does_not_wait_for_what_is_there,
                        0, FLAVOURS);
    tcase_add_loop_test(tc, a_drain_takes_from_a_hundred_threads, 0, FLAVOURS);
    tcase_add_loop_test(
        tc, a_waiting_receive_waits_for_one_and_all_come_in_order, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_end_comes_after_the_last_batch, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_list_is_sent_batch_by_batch_and_in_order, 0,
                        FLAVOURS);
    return t_run(tc);
}
