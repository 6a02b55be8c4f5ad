/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_promise.c - channels that promise a single producer or consumer: kept, the
 * promise changes nothing; broken, a debug build says so. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

/* ---- kept ------------------------------------------------------------------------------ */

/* The promise is about calls, not threads: a new thread for each, one at a time. */
START_TEST(threads_may_take_turns)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    for (uint64_t i = 0; i < 30; i++) {
        call s;
        call r;
        call_send(&s, e.tx, i, leat_forever());
        call_recv(&r, e.rx, i % 2 == 0 ? leat_forever() : leat_in_ms(3600000));
        RC(call_end(&s), 0);
        RC(call_end(&r), 0);
        SAME(r.value, i);
    }
    ends_drop(e);
}
END_TEST

/* An end that gave up leaves no mark that the next call would trip over. */
START_TEST(a_call_that_gave_up_is_over)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    uint64_t value;
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_cancel_fire(token);
    for (int i = 0; i < 20; i++) {
        RC(leat_rx_recv(e.rx, &value, leat_in_ns(1000)), LEAT_ETIMEDOUT);
        RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_forever(), token)),
           LEAT_ECANCELED);
        NOTHING(e.rx, LEAT_EAGAIN);
    }
    fill(e, 0, room(f, 64));
    for (int i = 0; i < 20 && fills(f); i++) {
        RC(send_until(e.tx, 1, leat_in_ns(1000)), LEAT_ETIMEDOUT);
        RC(send_until(e.tx, 1, leat_or_cancel(leat_forever(), token)),
           LEAT_ECANCELED);
        RC(try_send(e.tx, 1), LEAT_EAGAIN);
    }
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

static void *look_on(void *arg)
{
    ends *e = arg;
    for (int i = 0; i < 2000; i++) {
        size_t len = leat_chan_len(e->chan);
        MUST(len <= leat_chan_cap(e->chan));
        (void)leat_chan_is_empty(e->chan);
        (void)leat_chan_is_full(e->chan);
        SAME(leat_chan_tx_count(e->chan), 1);
        if (i % 100 == 0)
            leat__os_yield();
    }
    leat_tx_close_because(e->tx, 4);
    return NULL;
}

/* close, len and counts are open to any thread. */
START_TEST(others_may_look_and_close)
{
    ends e = ends_new(&flavours[_i]);
    pthread_t other = t_spawn(look_on, &e);
    uint64_t in = 0;
    uint64_t out = 0;
    uint64_t value;
    int rc;
    while ((rc = try_send(e.tx, in)) != LEAT_ECLOSED) {
        in += rc == 0;
        if (try_recv(e.rx, &value) == 0)
            SAME(value, out++);
    }
    while (try_recv(e.rx, &value) == 0)
        SAME(value, out++);
    SAME(in, out);
    t_join(other);
    SAME(leat_chan_close_reason(e.chan), 4);
    ends_drop(e);
}
END_TEST

/* The other half of a channel with one promise is as free as ever. */
START_TEST(one_promise_leaves_the_other_half_free)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (many_tx(f)) {
        leat_tx *clone = leat_tx_clone(e.tx);
        leat_tx *again = leat_chan_tx(e.chan);
        MUST(!leat_tx_drop(clone));
        MUST(!leat_tx_drop(again));
    }
    if (many_rx(f)) {
        leat_rx *clone = leat_rx_clone(e.rx);
        leat_rx *again = leat_chan_rx(e.chan);
        MUST(!leat_rx_drop(clone));
        MUST(!leat_rx_drop(again));
    }
    ends_drop(e);
}
END_TEST

/* ---- broken ------------------------------------------------------------------------------ */

#if LEAT_DEBUG

static void two_sends(void *arg)
{
    const flavour *f = arg;
    ends e = ends_new(f);
    call c;
    fill(e, 0, room(f, 64));
    call_send(&c, e.tx, 1, leat_forever());
    t_wait_parked(e.chan, LEAT__SEND, 1);
    int rc = send_until(e.tx, 2, leat_in_ms(5000));
    (void)rc;
}

static void two_tries_to_send(void *arg)
{
    const flavour *f = arg;
    ends e = ends_new(f);
    call c;
    fill(e, 0, room(f, 64));
    call_send(&c, e.tx, 1, leat_forever());
    t_wait_parked(e.chan, LEAT__SEND, 1);
    int rc = try_send(e.tx, 2);
    (void)rc;
}

static void two_receives(void *arg)
{
    ends e = ends_new(arg);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    uint64_t value;
    int rc = leat_rx_recv(e.rx, &value, leat_in_ms(5000));
    (void)rc;
}

static void two_tries_to_receive(void *arg)
{
    ends e = ends_new(arg);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    uint64_t value;
    int rc = try_recv(e.rx, &value);
    (void)rc;
}

START_TEST(two_producers_at_once_abort)
{
    flavour f = flavours[_i];
    if (many_tx(&f) || !fills(&f))
        return;
    t_aborts(two_sends, &f, "two sends at once");
    t_aborts(two_tries_to_send, &f, "two sends at once");
}
END_TEST

START_TEST(two_consumers_at_once_abort)
{
    flavour f = flavours[_i];
    if (many_rx(&f))
        return;
    t_aborts(two_receives, &f, "two receives at once");
    t_aborts(two_tries_to_receive, &f, "two receives at once");
}
END_TEST

#endif

int main(void)
{
    TCase *tc = t_case("promise");
    tcase_add_loop_test(tc, threads_may_take_turns, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_call_that_gave_up_is_over, 0, FLAVOURS);
    tcase_add_loop_test(tc, others_may_look_and_close, 0, FLAVOURS);
    tcase_add_loop_test(tc, one_promise_leaves_the_other_half_free, 0,
                        FLAVOURS);
#if LEAT_DEBUG
    tcase_add_loop_test(tc, two_producers_at_once_abort, 0, FLAVOURS);
    tcase_add_loop_test(tc, two_consumers_at_once_abort, 0, FLAVOURS);
#endif
    return t_run(tc);
}
