/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_close.c - the end of a stream: close, abort, and the last owner of a half;
 * what is queued then, and what the discard hook may do. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

enum { MOST = 200 };

/* ---- receives drain, then end ------------------------------------------------------- */

/* The n messages first, first + 1, ... and then the end, for ever. */
static void drains(ends e, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        SAME(leat_chan_len(e.chan), n - i);
        NEXT(e.rx, first + i);
    }
    for (int i = 0; i < 3; i++) {
        uint64_t value = UNTOUCHED;
        NOTHING(e.rx, LEAT_ECLOSED);
        RC(leat_rx_recv(e.rx, &value, leat_forever()), LEAT_ECLOSED);
        RC(leat_rx_recv(e.rx, &value, leat_at_ns(-1)), LEAT_ECLOSED);
        SAME(value, UNTOUCHED);
    }
    SAME(leat_chan_len(e.chan), 0);
    MUST(leat_chan_is_closed(e.chan));
}

static void sends_fail(leat_tx *tx)
{
    RC(try_send(tx, 9), LEAT_ECLOSED);
    RC(send_until(tx, 9, leat_forever()), LEAT_ECLOSED);
    RC(send_until(tx, 9, leat_at_ns(-1)), LEAT_ECLOSED);
}

START_TEST(close_ends_the_stream_after_the_drain)
{
    const flavour *f = &flavours[_i];
    for (size_t n = 0; n <= room(f, MOST); n += 1 + n / 3) {
        for (int by_rx = 0; by_rx < 2; by_rx++) {
            ends e = ends_new(f);
            fill(e, 1, n);
            if (by_rx == 0)
                leat_tx_close(e.tx);
            else
                leat_rx_close(e.rx);
            MUST(leat_chan_is_closed(e.chan));
            sends_fail(e.tx);
            drains(e, 1, n);
            sends_fail(e.tx);
            ends_drop(e);
        }
    }
}
END_TEST

START_TEST(the_last_sender_ends_the_stream_after_the_drain)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, MOST);
    ends e = ends_new(f);
    fill(e, 1, n);
    MUST(leat_tx_drop(e.tx));
    SAME(leat_chan_tx_count(e.chan), 0);
    drains(e, 1, n);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(any_other_sender_does_not)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    leat_tx *clone = leat_tx_clone(e.tx);
    MUST(!leat_tx_drop(e.tx));
    MUST(!leat_chan_is_closed(e.chan));
    NOTHING(e.rx, LEAT_EAGAIN);
    MUST(leat_tx_drop(clone));
    NOTHING(e.rx, LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(the_last_receiver_ends_it_for_senders)
{
    ends e = ends_new(&flavours[_i]);
    MUST(leat_rx_drop(e.rx));
    MUST(leat_chan_is_closed(e.chan));
    SAME(leat_chan_rx_count(e.chan), 0);
    sends_fail(e.tx);
    SAME(leat_chan_len(e.chan), 0);
    MUST(leat_tx_drop(e.tx));
}
END_TEST

START_TEST(any_other_receiver_does_not)
{
    const flavour *f = &flavours[_i];
    if (!many_rx(f) || !queues(f))
        return;
    bin b = BIN_INIT;
    ends e = ends_hooked(f, 8, bin_put, &b);
    leat_rx *clone = leat_rx_clone(e.rx);
    RC(try_send(e.tx, 1), 0);
    MUST(!leat_rx_drop(e.rx));
    MUST(!leat_chan_is_closed(e.chan));
    bin_holds(&b, 0, 0);
    NEXT(clone, 1);
    RC(try_send(e.tx, 2), 0);
    MUST(leat_rx_drop(clone));
    bin_holds(&b, 2, 1);
    MUST(leat_tx_drop(e.tx));
}
END_TEST

START_TEST(closing_again_is_nothing)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 3);
    ends e = ends_new(f);
    fill(e, 1, n);
    leat_tx_close(e.tx);
    leat_tx_close(e.tx);
    leat_rx_close(e.rx);
    leat_tx_close(e.tx);
    drains(e, 1, n);
    leat_rx_close(e.rx);
    ends_drop(e);
}
END_TEST

START_TEST(closing_releases_nothing)
{
    ends e = ends_new(&flavours[_i]);
    leat_tx_close(e.tx);
    leat_rx_abort(e.rx);
    SAME(leat_chan_tx_count(e.chan), 1);
    SAME(leat_chan_rx_count(e.chan), 1);
    ends_drop(e);
}
END_TEST

START_TEST(the_end_is_for_ever)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_rx_drop(e.rx);
    for (int i = 0; i < 5; i++)
        sends_fail(e.tx);
    if (many_rx(f))
        MUST(leat_chan_rx(e.chan) == NULL);
    leat_tx_drop(e.tx);
    e = ends_new(f);
    leat_tx_drop(e.tx);
    if (many_tx(f))
        MUST(leat_chan_tx(e.chan) == NULL);
    NOTHING(e.rx, LEAT_ECLOSED);
    leat_rx_drop(e.rx);
}
END_TEST

/* ---- the reason ---------------------------------------------------------------------- */

START_TEST(the_first_close_says_why)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 3);
    const int reasons[] = {1, -1, INT32_MAX, INT32_MIN, 0};
    for (size_t i = 0; i < 5; i++) {
        ends e = ends_new(f);
        fill(e, 1, n);
        SAME(leat_chan_close_reason(e.chan), 0);
        if (i % 2 == 0)
            leat_tx_close_because(e.tx, reasons[i]);
        else
            leat_rx_close_because(e.rx, reasons[i]);
        leat_tx_close_because(e.tx, 77);
        leat_rx_close_because(e.rx, 78);
        leat_tx_close(e.tx);
        drains(e, 1, n);
        MUST(leat_chan_close_reason(e.chan) == reasons[i]);
        leat_rx_abort(e.rx);
        leat_tx_drop(e.tx);
        MUST(leat_chan_close_reason(e.chan) == reasons[i]);
        leat_rx_drop(e.rx);
    }
}
END_TEST

static void *close_with_seven(void *rx)
{
    leat_rx_close_because(rx, 7);
    return NULL;
}

/* Many tries, and then the processor to the closer: it has to get at a lock that is not
 * fair, and that we have at nearly every moment at which we could be stopped. */
START_TEST(who_is_refused_can_read_why)
{
    enum { MANY = 20 };
    for (unsigned round = 0; round < t_scaled(150); round++) {
        ends e = ends_new(&flavours[_i]);
        uint64_t value;
        pthread_t closer = t_spawn(close_with_seven, e.rx);
        int rc;
        for (unsigned n = 1; (rc = try_send(e.tx, 1)) != LEAT_ECLOSED; n++) {
            if (rc == 0 && queues(&flavours[_i]))
                RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
            if (n % MANY == 0)
                leat__os_yield();
        }
        SAME(leat_chan_close_reason(e.chan), 7);
        t_join(closer);
        ends_drop(e);
    }
}
END_TEST

START_TEST(a_drop_says_no_reason)
{
    ends e = ends_new(&flavours[_i]);
    leat_tx_drop(e.tx);
    NOTHING(e.rx, LEAT_ECLOSED);
    SAME(leat_chan_close_reason(e.chan), 0);
    leat_rx_close_because(e.rx, 5); /* too late */
    SAME(leat_chan_close_reason(e.chan), 0);
    leat_rx_drop(e.rx);
}
END_TEST

/* ---- who waits is woken ----------------------------------------------------------------- */

enum how { TX_CLOSE, RX_CLOSE, RX_ABORT, RX_DROP, TX_DROP, HOWS };

static void end_it(ends e, int how)
{
    switch (how) {
    case TX_CLOSE:
        leat_tx_close(e.tx);
        break;
    case RX_CLOSE:
        leat_rx_close_because(e.rx, 3);
        break;
    case RX_ABORT:
        leat_rx_abort(e.rx);
        break;
    case RX_DROP:
        MUST(leat_rx_drop(e.rx));
        break;
    default:
        MUST(leat_tx_drop(e.tx));
        break;
    }
}

START_TEST(a_waiting_sender_keeps_its_message)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    size_t n = room(f, MOST);
    for (int how = TX_CLOSE; how <= RX_DROP; how++) {
        bin b = BIN_INIT;
        ends e = ends_hooked(f, 8, bin_put, &b);
        fill(e, 1, n);
        call c;
        call_send(&c, e.tx, 1000,
                  how % 2 == 0 ? leat_forever() : leat_in_ms(3600000));
        t_wait_parked(e.chan, LEAT__SEND, 1);
        end_it(e, how);
        RC(call_end(&c), LEAT_ECLOSED);
        SAME(c.value, 1000);
        SAME(parked(e.chan, LEAT__SEND), 0);
        if (how == TX_CLOSE || how == RX_CLOSE) {
            drains(e, 1, n);
            bin_holds(&b, 0, 0);
        } else {
            if (how == RX_ABORT)
                NOTHING(e.rx, LEAT_ECLOSED);
            bin_holds(&b, 1, n); /* and not the one that waited */
        }
        if (how != RX_DROP)
            leat_rx_drop(e.rx);
        leat_tx_drop(e.tx);
    }
}
END_TEST

START_TEST(a_waiting_receiver_learns_of_the_end)
{
    for (int how = TX_CLOSE; how < HOWS; how++) {
        if (how == RX_DROP)
            continue; /* misuse: it waits on that half */
        ends e = ends_new(&flavours[_i]);
        call c;
        call_recv(&c, e.rx,
                  how % 2 == 0 ? leat_forever() : leat_in_ms(3600000));
        t_wait_parked(e.chan, LEAT__RECV, 1);
        end_it(e, how);
        RC(call_end(&c), LEAT_ECLOSED);
        SAME(c.value, UNTOUCHED);
        SAME(parked(e.chan, LEAT__RECV), 0);
        if (how != TX_DROP)
            leat_tx_drop(e.tx);
        leat_rx_drop(e.rx);
    }
}
END_TEST

START_TEST(all_that_wait_are_woken)
{
    const flavour *f = &flavours[_i];
    enum { N = 6 };
    call c[N];
    if (many_tx(f) && fills(f)) {
        ends e = ends_new(f);
        fill(e, 1, room(f, MOST));
        for (uint64_t i = 0; i < N; i++)
            call_send(&c[i], e.tx, i, leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, N);
        leat_rx_close(e.rx);
        for (uint64_t i = 0; i < N; i++) {
            RC(call_end(&c[i]), LEAT_ECLOSED);
            SAME(c[i].value, i);
        }
        ends_drop(e);
    }
    if (many_rx(f)) {
        ends e = ends_new(f);
        for (int i = 0; i < N; i++)
            call_recv(&c[i], e.rx, leat_forever());
        t_wait_parked(e.chan, LEAT__RECV, N);
        leat_tx_drop(e.tx);
        for (int i = 0; i < N; i++)
            RC(call_end(&c[i]), LEAT_ECLOSED);
        leat_rx_drop(e.rx);
    }
}
END_TEST

/* ---- abort ---------------------------------------------------------------------------------- */

START_TEST(abort_discards_what_is_queued)
{
    const flavour *f = &flavours[_i];
    for (size_t n = 0; n <= room(f, 1200); n += 1 + n / 2) {
        bin b = BIN_INIT;
        ends e = ends_hooked(f, 8, bin_put, &b);
        fill(e, 0, n);
        if (n > 0)
            NEXT(e.rx, 0);
        leat_rx_abort(e.rx);
        if (many_rx(f))
            bin_holds(&b, 1, n > 0 ? n - 1 : 0); /* done when it returns */
        NOTHING(e.rx, LEAT_ECLOSED);
        bin_holds(&b, 1, n > 0 ? n - 1 : 0);
        MUST(pthread_equal(b.by, pthread_self()) || n < 2);
        SAME(leat_chan_len(e.chan), 0);
        sends_fail(e.tx);
        leat_rx_abort(e.rx);
        ends_drop(e);
        SAME(b.n, n > 0 ? n - 1 : 0);
    }
}
END_TEST

START_TEST(abort_and_drop_discard_once)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 1200);
    bin b = BIN_INIT;
    ends e = ends_hooked(f, 8, bin_put, &b);
    fill(e, 0, n);
    leat_tx_close(e.tx);
    leat_rx_abort(e.rx);
    MUST(leat_rx_drop(e.rx));
    bin_holds(&b, 0, n);
    MUST(leat_tx_drop(e.tx));
    bin_holds(&b, 0, n);
}
END_TEST

START_TEST(without_a_hook_messages_just_go)
{
    const flavour *f = &flavours[_i];
    for (int aborts = 0; aborts < 2; aborts++) {
        ends e = ends_new(f);
        fill(e, 0, room(f, 1200));
        if (aborts == 1)
            leat_rx_abort(e.rx);
        ends_drop(e); /* that nothing leaks is for LeakSanitizer to say */
    }
}
END_TEST

static void *abort_it(void *rx)
{
    leat_rx_abort(rx);
    return NULL;
}

START_TEST(abort_by_another_thread_than_the_consumer)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 100);
    bin b = BIN_INIT;
    ends e = ends_hooked(f, 8, bin_put, &b);
    fill(e, 0, n);
    t_join(t_spawn(abort_it, e.rx));
    NOTHING(e.rx, LEAT_ECLOSED);
    bin_holds(&b, 0, n);
    ends_drop(e);
}
END_TEST

/* ---- the last receiver discards, here and now -------------------------------------------------- */

START_TEST(the_last_receiver_discards_in_its_thread)
{
    const flavour *f = &flavours[_i];
    for (size_t n = 0; n <= room(f, 1200); n += 1 + n / 2) {
        bin b = BIN_INIT;
        ends e = ends_hooked(f, 8, bin_put, &b);
        fill(e, 0, n);
        MUST(leat_rx_drop(e.rx));
        bin_holds(&b, 0, n);
        MUST(pthread_equal(b.by, pthread_self()) || n == 0);
        SAME(leat_chan_len(e.chan), 0);
        MUST(leat_tx_drop(e.tx));
        bin_holds(&b, 0, n);
    }
}
END_TEST

START_TEST(the_last_of_all_discards_too)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, MOST);
    bin b = BIN_INIT;
    ends e = ends_hooked(f, 8, bin_put, &b);
    fill(e, 0, n);
    MUST(leat_tx_drop(e.tx));
    bin_holds(&b, 0, 0); /* a receiver could still come for them */
    MUST(leat_rx_drop(e.rx));
    bin_holds(&b, 0, n);
}
END_TEST

START_TEST(what_was_received_is_not_discarded)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 1000);
    bin b = BIN_INIT;
    ends e = ends_hooked(f, 8, bin_put, &b);
    fill(e, 0, n);
    for (uint64_t i = 0; i < n / 2; i++)
        NEXT(e.rx, i);
    leat_rx_drop(e.rx);
    bin_holds(&b, n / 2, n - n / 2);
    leat_tx_drop(e.tx);
}
END_TEST

struct busy_hook {
    ends e;
    size_t n;
    bool drops; /* drop the last sender while at it */
    call from_elsewhere;
};

/* Uses all that a hook may use; would deadlock if a lock were held. */
static void be_busy(void *msg, void *arg)
{
    struct busy_hook *b = arg;
    b->n++;
    if (b->e.tx == NULL)
        return;
    RC(leat_tx_send(b->e.tx, msg, leat_forever()), LEAT_ECLOSED);
    (void)leat_chan_len(b->e.chan);
    MUST(leat_chan_is_closed(b->e.chan));
    leat_tx_close(b->e.tx);
    if (b->n == 1) { /* another thread is not locked out either */
        call_send(&b->from_elsewhere, b->e.tx, 1, leat_forever());
        RC(call_end(&b->from_elsewhere), LEAT_ECLOSED);
    }
    if (b->drops) {
        MUST(leat_tx_drop(b->e.tx));
        b->e.tx = NULL;
    }
}

START_TEST(the_hook_may_use_the_channel)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 50);
    for (int i = 0; i < 2 && n > 0; i++) {
        struct busy_hook b = {0};
        b.e = ends_hooked(f, 8, be_busy, &b);
        b.drops = i == 1;
        fill(b.e, 1, n);
        leat_rx *rx = b.e.rx;
        MUST(leat_rx_drop(rx));
        SAME(b.n, n);
        if (!b.drops)
            MUST(leat_tx_drop(b.e.tx));
    }
}
END_TEST

START_TEST(the_hook_may_use_the_channel_in_an_abort)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 50);
    for (int i = 0; i < 2 && n > 0; i++) {
        struct busy_hook b = {0};
        b.e = ends_hooked(f, 8, be_busy, &b);
        b.drops = i == 1;
        leat_rx *rx = b.e.rx;
        fill(b.e, 1, n);
        leat_rx_abort(rx);
        NOTHING(rx, LEAT_ECLOSED);
        SAME(b.n, n);
        if (!b.drops)
            MUST(leat_tx_drop(b.e.tx));
        MUST(leat_rx_drop(rx));
    }
}
END_TEST

/* Messages that hold the sending half of a reply channel. */
static void drop_reply(void *msg, void *arg)
{
    leat_tx *reply;
    memcpy(&reply, msg, sizeof reply);
    MUST(leat_tx_drop(reply));
    ++*(size_t *)arg;
}

START_TEST(who_waits_for_a_reply_learns_that_none_comes)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    size_t dropped = 0;
    ends requests = ends_hooked(f, sizeof(leat_tx *), drop_reply, &dropped);
    ends reply = ends_cap(1);
    RC(leat_tx_send(requests.tx, &reply.tx, leat_nowait()), 0);
    call c;
    call_recv(&c, reply.rx, leat_forever());
    t_wait_parked(reply.chan, LEAT__RECV, 1);
    leat_rx_drop(requests.rx); /* the server is gone, the client's tx is not */
    RC(call_end(&c), LEAT_ECLOSED);
    SAME(dropped, 1);
    leat_rx_drop(reply.rx);
    leat_tx_drop(requests.tx);
}
END_TEST

/* Messages that hold the receiving half of a channel full of the same. */
static void drop_inner(void *msg, void *arg)
{
    leat_rx *inner;
    memcpy(&inner, msg, sizeof inner);
    ++*(size_t *)arg;
    MUST(leat_rx_drop(inner));
}

START_TEST(hooks_may_nest)
{
    enum { DEPTH = 20 };
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    size_t dropped = 0;
    ends outer = ends_hooked(f, sizeof(leat_rx *), drop_inner, &dropped);
    for (int i = 0; i < DEPTH; i++) {
        ends next = ends_hooked(f, sizeof(leat_rx *), drop_inner, &dropped);
        RC(leat_tx_send(next.tx, &outer.rx, leat_nowait()), 0);
        leat_tx_drop(next.tx);
        if (i == 0)
            leat_tx_drop(outer.tx);
        outer.rx = next.rx;
    }
    leat_rx_drop(outer.rx);
    SAME(dropped, DEPTH);
}
END_TEST

/* ---- in mid-stream: delivered + discarded + kept == all ------------------------------------------ */

struct sender {
    leat_tx *tx;
    uint64_t sent;
    pthread_t thread;
};

enum { STREAM = 30000 };

static void *send_to_the_end(void *arg)
{
    struct sender *s = arg;
    int rc = 0;
    while (s->sent < STREAM &&
           (rc = send_until(s->tx, s->sent, leat_forever())) == 0)
        s->sent++;
    MUST(rc == 0 || rc == LEAT_ECLOSED);
    return NULL;
}

static void *close_it(void *arg)
{
    ends *e = arg;
    for (int i = 0; i < 20; i++)
        leat__os_yield();
    leat_tx_close(e->tx); /* a third thread, which borrows the half */
    return NULL;
}

START_TEST(closed_in_mid_stream_by_a_third_thread)
{
    for (unsigned round = 0; round < t_scaled(8); round++) {
        ends e = ends_new(&flavours[_i]);
        struct sender s = {.tx = e.tx};
        s.thread = t_spawn(send_to_the_end, &s);
        pthread_t closer = t_spawn(close_it, &e);
        uint64_t got = 0;
        uint64_t value;
        int rc;
        while (got < STREAM &&
               (rc = leat_rx_recv(e.rx, &value, leat_forever())) == 0)
            SAME(value, got++);
        t_join(s.thread);
        t_join(closer);
        SAME(got, s.sent); /* what was accepted was delivered, and no more */
        ends_drop(e);
    }
}
END_TEST

static void count(void *msg, void *arg)
{
    uint64_t **next = arg;
    uint64_t value;
    memcpy(&value, msg, sizeof value);
    SAME(value, **next);
    ++**next;
}

START_TEST(aborted_or_dropped_in_mid_stream)
{
    for (unsigned round = 0; round < 2 * t_scaled(8); round++) {
        uint64_t seen = 0;
        uint64_t *next = &seen;
        ends e = ends_hooked(&flavours[_i], 8, count, &next);
        struct sender s = {.tx = e.tx};
        s.thread = t_spawn(send_to_the_end, &s);
        uint64_t value;
        for (uint64_t i = 0; i < 100 + 50 * round; i++) {
            RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
            SAME(value, seen);
            seen++;
        }
        if (round % 2 == 0) {
            leat_rx_abort(e.rx);
            NOTHING(e.rx, LEAT_ECLOSED);
        }
        MUST(leat_rx_drop(e.rx));
        t_join(s.thread);
        SAME(seen, s.sent);
        MUST(leat_tx_drop(e.tx));
    }
}
END_TEST

/* ---- what happens before what ---------------------------------------------------------------------- */

static int before_the_end;

static void *write_and_close(void *arg)
{
    ends *e = arg;
    before_the_end = 1;
    leat_tx_close(e->tx);
    return NULL;
}

static void *write_and_drop(void *arg)
{
    ends *e = arg;
    before_the_end = 2;
    MUST(leat_tx_drop(e->tx));
    return NULL;
}

START_TEST(the_end_happens_before_it_is_told)
{
    uint64_t value;
    ends e = ends_new(&flavours[_i]);
    pthread_t thread = t_spawn(write_and_close, &e);
    RC(leat_rx_recv(e.rx, &value, leat_forever()), LEAT_ECLOSED);
    SAME(before_the_end, 1);
    t_join(thread);
    ends_drop(e);
    e = ends_new(&flavours[_i]);
    thread = t_spawn(write_and_drop, &e);
    RC(leat_rx_recv(e.rx, &value, leat_forever()), LEAT_ECLOSED);
    SAME(before_the_end, 2);
    t_join(thread);
    leat_rx_drop(e.rx);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("close");
    tcase_add_loop_test(tc, close_ends_the_stream_after_the_drain, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_last_sender_ends_the_stream_after_the_drain, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, any_other_sender_does_not, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_last_receiver_ends_it_for_senders, 0, FLAVOURS);
    tcase_add_loop_test(tc, any_other_receiver_does_not, 0, FLAVOURS);
    tcase_add_loop_test(tc, closing_again_is_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, closing_releases_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_end_is_for_ever, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_first_close_says_why, 0, FLAVOURS);
    tcase_add_loop_test(tc, who_is_refused_can_read_why, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_drop_says_no_reason, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_waiting_sender_keeps_its_message, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_waiting_receiver_learns_of_the_end, 0, FLAVOURS);
    tcase_add_loop_test(tc, all_that_wait_are_woken, 0, FLAVOURS);
    tcase_add_loop_test(tc, abort_discards_what_is_queued, 0, FLAVOURS);
    tcase_add_loop_test(tc, abort_and_drop_discard_once, 0, FLAVOURS);
    tcase_add_loop_test(tc, without_a_hook_messages_just_go, 0, FLAVOURS);
    tcase_add_loop_test(tc, abort_by_another_thread_than_the_consumer, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, the_last_receiver_discards_in_its_thread, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, the_last_of_all_discards_too, 0, FLAVOURS);
    tcase_add_loop_test(tc, what_was_received_is_not_discarded, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_hook_may_use_the_channel, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_hook_may_use_the_channel_in_an_abort, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, who_waits_for_a_reply_learns_that_none_comes, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, hooks_may_nest, 0, FLAVOURS);
    tcase_add_loop_test(tc, closed_in_mid_stream_by_a_third_thread, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, aborted_or_dropped_in_mid_stream, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_end_happens_before_it_is_told, 0, FLAVOURS);
    return t_run(tc);
}
