/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_batch.c - many messages in one call: how many, in which order, and what is
 * left with the caller. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "memory.h"
#include "parked.h"

enum { MANY = 5000 };

static uint64_t numbers[MANY];
static uint64_t got[MANY];

/* first, first + 1, ... */
static const uint64_t *from(uint64_t first, size_t n)
{
    MUST(n <= MANY);
    for (size_t i = 0; i < n; i++)
        numbers[i] = first + i;
    return numbers;
}

static ptrdiff_t send_now(ends e, uint64_t first, size_t n)
{
    return leat_tx_send_many(e.tx, from(first, n), n, leat_nowait());
}

static ptrdiff_t recv_now(ends e, size_t max)
{
    for (size_t i = 0; i < max; i++)
        got[i] = UNTOUCHED;
    return leat_rx_recv_many(e.rx, got, max, leat_nowait());
}

/* The last batch received is first, first + 1, ... n of them. */
static void got_from(uint64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        SAME(got[i], first + i);
    if (n < MANY)
        MUST(got[n] != first + n);
}

/* ---- alone ------------------------------------------------------------------------ */

START_TEST(batches_of_every_size_keep_the_order)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    t_rand chance = t_random(1);
    size_t cap = room(f, 1500);
    uint64_t in = 0;
    uint64_t out = 0;
    for (int i = 0; i < 3000 && queues(f); i++) {
        size_t n = 1 + (size_t)t_below(&chance, 1 + t_below(&chance, 900));
        size_t left = cap - (size_t)(in - out);
        size_t fit = fills(f) && n > left ? left : n;
        if (in - out + n > MANY)
            fit = n = 0;
        ptrdiff_t sent = n == 0 ? 0 : send_now(e, in, n);
        SAME(sent, fit > 0 || n == 0 ? (ptrdiff_t)fit : LEAT_EAGAIN);
        in += fit;
        SAME(leat_chan_len(e.chan), in - out);
        n = 1 + (size_t)t_below(&chance, 1 + t_below(&chance, 900));
        ptrdiff_t there = (ptrdiff_t)(in - out < n ? in - out : n);
        SAME(recv_now(e, n), there > 0 ? there : LEAT_EAGAIN);
        got_from(out, (size_t)there);
        out += (uint64_t)there;
    }
    while (out < in)
        NEXT(e.rx, out++);
    ends_drop(e);
}
END_TEST

START_TEST(singles_and_batches_mix)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    size_t n = room(f, 700);
    for (int round = 0; round < 5 && n >= 2; round++) {
        RC(try_send(e.tx, 0), 0);
        SAME(send_now(e, 1, n - 1), n - 1);
        NEXT(e.rx, 0);
        RC(try_send(e.tx, n), 0);
        SAME(recv_now(e, n - 1), n - 1);
        got_from(1, n - 1);
        NEXT(e.rx, n);
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_full_channel_takes_what_fits)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (fills(f)) {
        if (queues(f))
            SAME(send_now(e, 0, f->cap + 5), f->cap);
        SAME(send_now(e, f->cap, 5), LEAT_EAGAIN);
        SAME(leat_chan_len(e.chan), f->cap);
    }
    while (leat_rx_drain(e.rx, got, 3) > 0)
        continue;
    ends_drop(e);
}
END_TEST

START_TEST(an_empty_batch_asks_nothing)
{
    ends e = ends_new(&flavours[_i]);
    SAME(leat_tx_send_many(e.tx, NULL, 0, leat_forever()), 0);
    SAME(leat_rx_recv_many(e.rx, NULL, 0, leat_forever()), 0);
    SAME(leat_rx_drain(e.rx, NULL, 0), 0);
    leat_rx_close(e.rx);
    SAME(leat_tx_send_many(e.tx, NULL, 0, leat_forever()), 0);
    SAME(leat_rx_recv_many(e.rx, NULL, 0, leat_forever()), 0);
    ends_drop(e);
}
END_TEST

START_TEST(the_end_of_the_stream_comes_after_the_last_batch)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    size_t n = room(f, 50);
    fill(e, 0, n);
    MUST(leat_tx_drop(e.tx));
    if (n > 0) {
        SAME(leat_rx_recv_many(e.rx, got, n + 9, leat_forever()), n);
        got_from(0, n);
    }
    SAME(recv_now(e, 9), LEAT_ECLOSED);
    SAME(got[0], UNTOUCHED);
    SAME(leat_rx_drain(e.rx, got, 9), 0);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(a_closed_channel_takes_none)
{
    ends e = ends_new(&flavours[_i]);
    leat_rx_close(e.rx);
    SAME(send_now(e, 0, 3), LEAT_ECLOSED);
    SAME(leat_tx_send_many(e.tx, from(0, 3), 3, leat_forever()), LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(aborted_messages_are_not_received)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = ends_hooked(f, sizeof(uint64_t), bin_put, &b);
    fill(e, 0, room(f, 20));
    leat_rx_abort(e.rx);
    SAME(recv_now(e, 9), LEAT_ECLOSED);
    bin_holds(&b, 0, room(f, 20));
    ends_drop(e);
}
END_TEST

START_TEST(giving_up_moves_nothing)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_cancel_fire(token);
    leat_until fired = leat_or_cancel(leat_forever(), token);
    got[0] = UNTOUCHED;
    SAME(leat_rx_recv_many(e.rx, got, 4, fired), LEAT_ECANCELED);
    SAME(leat_rx_recv_many(e.rx, got, 4, leat_at_ns(1)), LEAT_ETIMEDOUT);
    SAME(leat_rx_recv_many(e.rx, got, 4, leat_in_ms(3)), LEAT_ETIMEDOUT);
    SAME(got[0], UNTOUCHED);
    if (fills(f)) {
        fill(e, 0, f->cap);
        SAME(leat_tx_send_many(e.tx, from(90, 4), 4, fired), LEAT_ECANCELED);
        SAME(leat_tx_send_many(e.tx, numbers, 4, leat_at_ns(1)),
             LEAT_ETIMEDOUT);
        SAME(leat_tx_send_many(e.tx, numbers, 4, leat_in_ms(3)),
             LEAT_ETIMEDOUT);
        SAME(leat_chan_len(e.chan), f->cap);
    }
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* ---- with others -------------------------------------------------------------------- */

typedef struct batch_call {
    ends e;
    bool sends;
    uint64_t msgs[64];
    size_t n;
    ptrdiff_t rc;
    pthread_t thread;
} batch_call;

static void *batch_run(void *arg)
{
    batch_call *c = arg;
    c->rc = c->sends
                ? leat_tx_send_many(c->e.tx, c->msgs, c->n, leat_forever())
                : leat_rx_recv_many(c->e.rx, c->msgs, c->n, leat_forever());
    return NULL;
}

static void batch_start(batch_call *c, ends e, bool sends, uint64_t first,
                        size_t n)
{
    *c = (batch_call){.e = e, .sends = sends, .n = n};
    for (size_t i = 0; i < n; i++)
        c->msgs[i] = sends ? first + i : UNTOUCHED;
    c->thread = t_spawn(batch_run, c);
}

START_TEST(a_receive_waits_for_one_message_only)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    batch_call c;
    batch_start(&c, e, false, 0, 9);
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 5, leat_forever()), 0);
    t_join(c.thread);
    SAME(c.rc, 1);
    SAME(c.msgs[0], 5);
    SAME(c.msgs[1], UNTOUCHED);
    ends_drop(e);
}
END_TEST

START_TEST(a_send_waits_for_one_message_only)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (fills(f)) {
        batch_call c;
        fill(e, 0, f->cap);
        batch_start(&c, e, true, f->cap, 9);
        t_wait_parked(e.chan, LEAT__SEND, 1);
        NEXT(e.rx, 0);
        t_join(c.thread);
        SAME(c.rc, 1);
        for (size_t i = 1; i <= f->cap && queues(f); i++)
            NEXT(e.rx, i);
    }
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

START_TEST(waiting_receivers_share_a_batch)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (many_rx(f)) {
        call calls[3];
        for (int i = 0; i < 3; i++) {
            call_recv(&calls[i], e.rx, leat_forever());
            t_wait_parked(e.chan, LEAT__RECV, (size_t)i + 1);
        }
        size_t n = 3 + room(f, 2);
        SAME(send_now(e, 10, n), n);
        for (int i = 0; i < 3; i++) {
            RC(call_end(&calls[i]), 0);
            SAME(calls[i].value, 10 + i); /* first come, first served */
        }
        for (size_t i = 3; i < n; i++)
            NEXT(e.rx, 10 + i);
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_batch_takes_from_waiting_senders_too)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (many_tx(f) && fills(f)) {
        call calls[4];
        fill(e, 0, f->cap);
        for (int i = 0; i < 4; i++) {
            call_send(&calls[i], e.tx, f->cap + (size_t)i, leat_forever());
            t_wait_parked(e.chan, LEAT__SEND, (size_t)i + 1);
        }
        SAME(recv_now(e, f->cap + 3), f->cap + 3);
        got_from(0, f->cap + 3);
        if (queues(f))
            RC(call_end(&calls[3]), 0); /* it has its room */
        NEXT(e.rx, f->cap + 3);
        for (int i = 0; i < (queues(f) ? 3 : 4); i++)
            RC(call_end(&calls[i]), 0);
    }
    ends_drop(e);
}
END_TEST

START_TEST(all_the_room_a_batch_makes_is_given_away)
{
    ends e = ends_cap(3);
    call calls[4];
    fill(e, 0, 3);
    for (int i = 0; i < 4; i++) {
        call_send(&calls[i], e.tx, 3 + (size_t)i, leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, (size_t)i + 1);
    }
    SAME(recv_now(e, 3), 3);
    SAME(parked(e.chan, LEAT__SEND), 1);
    SAME(leat_chan_len(e.chan), 3);
    SAME(recv_now(e, 4), 4);
    got_from(3, 4);
    for (int i = 0; i < 4; i++)
        RC(call_end(&calls[i]), 0);
    ends_drop(e);
}
END_TEST

START_TEST(close_ends_a_batch_that_waits)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    batch_call c;
    batch_start(&c, e, false, 0, 9);
    t_wait_parked(e.chan, LEAT__RECV, 1);
    leat_tx_close(e.tx);
    t_join(c.thread);
    SAME(c.rc, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

/* ---- policies, memory, sizes --------------------------------------------------------- */

START_TEST(a_policy_looks_after_each_message)
{
    const struct {
        enum leat_policy policy;
        size_t sent;
        uint64_t first_kept;
        uint64_t first_dropped;
    } cases[] = {{LEAT_POLICY_DROP_OLDEST, 100, 97, 0},
                 {LEAT_POLICY_DROP_NEWEST, 100, 0, 3},
                 {LEAT_POLICY_FAIL, 3, 0, 0}};
    for (size_t i = 0; i < 3; i++) {
        bin b = BIN_INIT;
        ends e = {0};
        RC(leat_chan_new(&e.tx, &e.rx, 8, 3,
                         LEAT_CHAN_OPTS(.policy = cases[i].policy,
                                        .discard = bin_put, .discard_arg = &b)),
           0);
        SAME(leat_tx_send_many(e.tx, from(0, 100), 100, leat_forever()),
             cases[i].sent);
        bin_holds(&b, cases[i].first_dropped, cases[i].sent - 3);
        SAME(recv_now(e, 100), 3);
        got_from(cases[i].first_kept, 3);
        ends_drop(e);
    }
}
END_TEST

START_TEST(without_memory_a_batch_is_shorter)
{
    const uint32_t flags = _i == 0 ? 0 : ONE_BOTH;
    flavour f = {"unbounded", LEAT_UNBOUNDED, flags};
    ends e = ends_new(&f);
    memory_refuse(1, MEMORY_FOR_EVER);
    ptrdiff_t sent = send_now(e, 0, MANY);
    MUST(sent > 0 && sent < MANY);
    SAME(send_now(e, 0, 1), LEAT_ENOMEM);
    SAME(leat_tx_send_many(e.tx, numbers, 5, leat_forever()), LEAT_ENOMEM);
    memory_relent();
    SAME(send_now(e, (uint64_t)sent, 10), 10);
    SAME(recv_now(e, MANY), sent + 10);
    got_from(0, (size_t)sent + 10);
    ends_drop(e);
    SAME(memory_live(), 0);
}
END_TEST

static void sized_batch(size_t bytes, size_t align, size_t cap, uint32_t flags)
{
    enum { N = 40 };
    unsigned char *in = malloc(N * bytes + 1);
    unsigned char *out = calloc(N, bytes + 1);
    leat_tx *tx;
    leat_rx *rx;
    for (size_t i = 0; i < N * bytes; i++)
        in[i] = (unsigned char)(i * 7 + i / 255);
    RC(leat_chan_new(&tx, &rx, bytes, cap,
                     LEAT_CHAN_OPTS(.msg_align = align, .flags = flags)),
       0);
    size_t done = 0;
    size_t back = 0;
    while (back < N) { /* in steps that wrap around */
        size_t n = N - done < 7 ? N - done : 7;
        if (n > 0) {
            ptrdiff_t sent =
                leat_tx_send_many(tx, in + done * bytes, n, leat_nowait());
            done += sent > 0 ? (size_t)sent : 0;
        }
        back += leat_rx_drain(rx, out + back * bytes, 5);
    }
    MUST(memcmp(in, out, N * bytes) == 0);
    leat_tx_drop(tx);
    leat_rx_drop(rx);
    free(in);
    free(out);
}

START_TEST(messages_of_every_size_and_alignment)
{
    const size_t bytes[] = {0, 1, 3, 8, 24, 40, 5000, 70000};
    const size_t align[] = {1, 8, 64};
    const size_t caps[] = {9, LEAT_UNBOUNDED};
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 4; k++)
                sized_batch(bytes[i], align[j], caps[k % 2],
                            k < 2 ? 0 : ONE_BOTH);
}
END_TEST

/* ---- in a crowd ------------------------------------------------------------------------ */

enum { EACH = 20000, CROWD = 3 };

typedef struct worker {
    ends e;
    uint64_t first;
    unsigned n;
    unsigned *seen;
    uint64_t stream;
} worker;

static void *sends_batches(void *arg)
{
    worker *w = arg;
    t_rand chance = t_random(w->stream);
    uint64_t batch[50];
    for (unsigned done = 0; done < w->n;) {
        size_t n = 1 + (size_t)t_below(&chance, 50);
        n = n < w->n - done ? n : w->n - done;
        for (size_t i = 0; i < n; i++)
            batch[i] = w->first + done + i;
        ptrdiff_t sent = leat_tx_send_many(w->e.tx, batch, n, leat_forever());
        MUST(sent > 0 && (size_t)sent <= n);
        done += (unsigned)sent;
    }
    leat_tx_drop(w->e.tx);
    return NULL;
}

static void *receives_batches(void *arg)
{
    worker *w = arg;
    t_rand chance = t_random(w->stream);
    uint64_t batch[50];
    uint64_t last[CROWD] = {0};
    ptrdiff_t n;
    while (
        (n = leat_rx_recv_many(w->e.rx, batch, 1 + (size_t)t_below(&chance, 50),
                               leat_forever())) > 0) {
        for (ptrdiff_t i = 0; i < n; i++) {
            uint64_t by = batch[i] / w->n;
            MUST(by < CROWD && batch[i] + 1 > last[by]);
            last[by] = batch[i] + 1;
            w->seen[batch[i]]++;
        }
    }
    SAME(n, LEAT_ECLOSED);
    leat_rx_drop(w->e.rx);
    return NULL;
}

START_TEST(a_crowd_loses_nothing)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    unsigned n = t_scaled(EACH);
    int senders = many_tx(f) ? CROWD : 1;
    int receivers = many_rx(f) ? CROWD : 1;
    worker w[2 * CROWD];
    pthread_t threads[2 * CROWD];
    for (int i = 0; i < senders; i++) {
        w[i] = (worker){e, (uint64_t)i * n, n, NULL, (uint64_t)i};
        if (i > 0)
            w[i].e.tx = leat_tx_clone(e.tx);
    }
    for (int i = 0; i < receivers; i++) {
        worker *r = &w[CROWD + i];
        *r = (worker){e, 0, n, calloc((size_t)CROWD * n, sizeof(unsigned)),
                      10 + (uint64_t)i};
        if (i > 0)
            r->e.rx = leat_rx_clone(e.rx);
    }
    for (int i = 0; i < senders; i++)
        threads[i] = t_spawn(sends_batches, &w[i]);
    for (int i = CROWD; i < CROWD + receivers; i++)
        threads[i] = t_spawn(receives_batches, &w[i]);
    for (int i = 0; i < senders; i++)
        t_join(threads[i]);
    for (int i = CROWD; i < CROWD + receivers; i++)
        t_join(threads[i]);
    for (unsigned v = 0; v < (unsigned)senders * n; v++) {
        unsigned seen = 0;
        for (int i = CROWD; i < CROWD + receivers; i++)
            seen += w[i].seen[v];
        SAME(seen, 1);
    }
    for (int i = CROWD; i < CROWD + receivers; i++)
        free(w[i].seen);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("batch");
    tcase_add_loop_test(tc, batches_of_every_size_keep_the_order, 0, FLAVOURS);
    tcase_add_loop_test(tc, singles_and_batches_mix, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_full_channel_takes_what_fits, 0, FLAVOURS);
    tcase_add_loop_test(tc, an_empty_batch_asks_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_end_of_the_stream_comes_after_the_last_batch, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_closed_channel_takes_none, 0, FLAVOURS);
    tcase_add_loop_test(tc, aborted_messages_are_not_received, 0, FLAVOURS);
    tcase_add_loop_test(tc, giving_up_moves_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_receive_waits_for_one_message_only, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_send_waits_for_one_message_only, 0, FLAVOURS);
    tcase_add_loop_test(tc, waiting_receivers_share_a_batch, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_batch_takes_from_waiting_senders_too, 0,
                        FLAVOURS);
    tcase_add_test(tc, all_the_room_a_batch_makes_is_given_away);
    tcase_add_loop_test(tc, close_ends_a_batch_that_waits, 0, FLAVOURS);
    tcase_add_test(tc, a_policy_looks_after_each_message);
    tcase_add_loop_test(tc, without_memory_a_batch_is_shorter, 0, 2);
    tcase_add_test(tc, messages_of_every_size_and_alignment);
    tcase_add_loop_test(tc, a_crowd_loses_nothing, 0, FLAVOURS);
    return t_run(tc);
}
