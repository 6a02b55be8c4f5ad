/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_oom.c - each allocation refused in turn: the code is LEAT_ENOMEM, all is as
 * before, nothing leaks, and what can do without memory does. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "memory.h"
#include "parked.h"

/* Messages so large that a few fill a block of an unbounded channel. */
enum { BIG = 900 };

struct big {
    uint64_t value;
    unsigned char rest[BIG - 8];
};

static ends ends_big(const flavour *f, bin *b)
{
    return ends_hooked(f, BIG, b == NULL ? NULL : bin_put, b);
}

static int big_send(leat_tx *tx, uint64_t value, leat_until until)
{
    struct big msg;
    memset(&msg, (int)value, sizeof msg);
    msg.value = value;
    return leat_tx_send(tx, &msg, until);
}

static void big_next(leat_rx *rx, uint64_t want)
{
    struct big msg;
    RC(leat_rx_recv(rx, &msg, leat_nowait()), 0);
    SAME(msg.value, want);
    for (size_t i = 0; i < sizeof msg.rest; i++)
        MUST(msg.rest[i] == (unsigned char)want);
}

/* ---- making ---------------------------------------------------------------------------- */

START_TEST(every_allocation_of_new_refused)
{
    const flavour *f = &flavours[_i];
    int here;
    size_t before = memory_live();
    for (size_t at = 0;; at++) {
        leat_tx *tx = (leat_tx *)(void *)&here;
        leat_rx *rx = (leat_rx *)(void *)&here;
        memory_relent();
        memory_refuse(at, 1);
        int rc = leat_chan_new(&tx, &rx, 40, f->cap,
                               LEAT_CHAN_OPTS(.flags = f->flags,
                                              .name = "short of memory",
                                              .msg_align = 256));
        if (rc == 0) { /* it needs no more than `at` allocations */
            SAME(memory_refused(), 0);
            MUST(at > 0);
            leat_tx_drop(tx);
            leat_rx_drop(rx);
            break;
        }
        RC(rc, LEAT_ENOMEM);
        MUST((void *)tx == (void *)&here && (void *)rx == (void *)&here);
        SAME(memory_live(), before);
    }
    SAME(memory_live(), before);
}
END_TEST

START_TEST(a_token_refused)
{
    int here;
    leat_cancel *token = (leat_cancel *)(void *)&here;
    memory_refuse(0, 1);
    RC(leat_cancel_new(&token), LEAT_ENOMEM);
    MUST((void *)token == (void *)&here);
    RC(leat_cancel_new(&token), 0);
    MUST(leat_cancel_drop(token));
    SAME(memory_live(), 0);
}
END_TEST

/* ---- growing ------------------------------------------------------------------------------ */

/* n messages in, then out; the allocation numbered `at` is refused once, and the
 * send that is told so is repeated. Returns how many were refused. */
static size_t grow_and_shrink(const flavour *f, size_t n, size_t at, int half)
{
    bin b = BIN_INIT;
    ends e = ends_big(f, &b);
    uint64_t in = 0;
    uint64_t out = 0;
    memory_relent();
    memory_refuse(at, 1);
    while (in < n) {
        size_t len = leat_chan_len(e.chan);
        int rc = big_send(e.tx, in, leat_forever());
        if (rc == 0) {
            in++;
        } else {
            RC(rc, LEAT_ENOMEM);
            SAME(leat_chan_len(e.chan), len);
            MUST(!leat_chan_is_closed(e.chan));
            if (len > 0 && half == 1)
                big_next(e.rx, out++);
        }
        if (half == 1 && in % 3 == 0 && out < in)
            big_next(e.rx, out++);
    }
    size_t refused = memory_refused();
    memory_relent();
    SAME(leat_chan_len(e.chan), in - out);
    while (out < in / 2)
        big_next(e.rx, out++);
    MUST(leat_rx_drop(e.rx));
    bin_holds(&b, out, in - out);
    MUST(leat_tx_drop(e.tx));
    SAME(memory_live(), 0);
    return refused;
}

START_TEST(every_allocation_of_growth_refused)
{
    const flavour *f = &flavours[_i];
    if (fills(f))
        return;
    for (int half = 0; half < 2; half++) {
        size_t at = 0;
        while (grow_and_shrink(f, 60, at, half) == 1)
            at++;
        MUST(at >= 5); /* or there was nothing to refuse */
    }
}
END_TEST

START_TEST(no_memory_for_a_while)
{
    const flavour *f = &flavours[_i];
    if (fills(f))
        return;
    ends e = ends_big(f, NULL);
    uint64_t in = 0;
    uint64_t out = 0;
    for (int round = 0; round < 20; round++) {
        memory_refuse((size_t)round % 4, MEMORY_FOR_EVER);
        int rc;
        while ((rc = big_send(e.tx, in, leat_forever())) == 0)
            in++;
        RC(rc, LEAT_ENOMEM);
        for (int i = 0; i < 5; i++) { /* it stays so, and costs nothing */
            RC(big_send(e.tx, in, leat_nowait()), LEAT_ENOMEM);
            RC(big_send(e.tx, in, leat_in_ms(1)), LEAT_ENOMEM);
        }
        SAME(leat_chan_len(e.chan), in - out);
        while (out + (uint64_t)round % 3 < in)
            big_next(e.rx, out++);
        memory_relent();
        RC(big_send(e.tx, in, leat_nowait()), 0);
        in++;
        big_next(e.rx, out++);
    }
    while (out < in)
        big_next(e.rx, out++);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
    SAME(memory_live(), 0);
}
END_TEST

/* What leaves the channel needs no memory: drain, close, abort, drop. */
START_TEST(the_way_out_needs_no_memory)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 50);
    for (int how = 0; how < 4; how++) {
        bin b = BIN_INIT;
        ends e = ends_big(f, &b);
        for (uint64_t i = 0; i < n; i++)
            RC(big_send(e.tx, i, leat_nowait()), 0);
        memory_relent();
        memory_refuse(0, MEMORY_FOR_EVER);
        if (how == 0)
            leat_tx_close_because(e.tx, 3);
        if (how == 1)
            leat_rx_abort(e.rx);
        if (how < 2)
            SAME(leat_chan_is_closed(e.chan), true);
        if (how == 2) {
            for (uint64_t i = 0; i < n; i++)
                big_next(e.rx, i);
        }
        MUST(leat_rx_drop(e.rx));
        SAME(b.n, how == 2 ? 0 : n);
        MUST(leat_tx_drop(e.tx));
        SAME(memory_asked(), 0);
        memory_relent();
        SAME(memory_live(), 0);
    }
}
END_TEST

/* ---- handing over ----------------------------------------------------------------------------- */

START_TEST(a_receiver_that_waits_loses_nothing)
{
    const flavour *f = &flavours[_i];
    for (int round = 0; round < 10; round++) {
        ends e = ends_new(f);
        call c;
        call_recv(&c, e.rx,
                  round % 2 == 0 ? leat_forever() : leat_in_ms(3600000));
        t_wait_parked(e.chan, LEAT__RECV, 1);
        memory_refuse(0, MEMORY_FOR_EVER);
        int rc = try_send(e.tx, 5);
        if (rc != 0) { /* it had to be queued first: it is not, and he waits */
            RC(rc, LEAT_ENOMEM);
            MUST(!fills(f));
            SAME(leat_chan_len(e.chan), 0);
            SAME(parked(e.chan, LEAT__RECV), 1);
            memory_relent();
            RC(try_send(e.tx, 5), 0);
        }
        memory_relent();
        RC(call_end(&c), 0);
        SAME(c.value, 5);
        NOTHING(e.rx, LEAT_EAGAIN);
        ends_drop(e);
    }
    SAME(memory_live(), 0);
}
END_TEST

/* ---- waiting and bounded channels need none at all ---------------------------------------------- */

struct stream {
    ends e;
    uint64_t n;
};

static void *stream_in(void *arg)
{
    struct stream *s = arg;
    for (uint64_t i = 0; i < s->n; i++)
        RC(send_until(s->e.tx, i, leat_forever()), 0);
    return NULL;
}

START_TEST(nothing_but_growth_allocates)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *token;
    uint64_t value;
    RC(leat_cancel_new(&token), 0);
    if (!fills(f)) { /* its first block, or cells; the rest fits there */
        fill(e, 0, 50);
        for (uint64_t i = 0; i < 50; i++)
            NEXT(e.rx, i);
    }
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    struct stream s = {e, fills(f) ? 500 : 50};
    pthread_t thread = t_spawn(stream_in, &s);
    for (uint64_t i = 0; i < s.n; i++) {
        RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
        SAME(value, i);
    }
    t_join(thread);
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(1)), LEAT_ETIMEDOUT);
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_each_ms(1), token)),
       LEAT_ETIMEDOUT);
    RC(leat_cancel_wait(token, leat_in_ms(1)), LEAT_ETIMEDOUT);
    leat_cancel_fire(token);
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_forever(), token)),
       LEAT_ECANCELED);
    if (many_tx(f))
        MUST(!leat_tx_drop(leat_tx_clone(e.tx)));
    if (many_rx(f))
        MUST(!leat_rx_drop(leat_rx_clone(e.rx)));
    leat_cancel_drop(token);
    ends_drop(e);
    SAME(memory_asked(), 0);
    SAME(memory_live(), 0);
}
END_TEST

/* ---- many at once --------------------------------------------------------------------------------- */

enum { SENDERS = 3, EACH = 300 };

static void *send_stubbornly(void *arg)
{
    leat_tx *tx = arg;
    uint64_t sent = 0;
    while (sent < EACH) {
        int rc = big_send(tx, sent + 1, leat_forever());
        if (rc == 0)
            sent++;
        else
            RC(rc, LEAT_ENOMEM);
    }
    leat_tx_drop(tx);
    return NULL;
}

static void *refuse_now_and_then(void *arg)
{
    (void)arg;
    for (int i = 0; i < 300; i++) {
        memory_refuse((size_t)i % 3, 2);
        leat__os_nap();
    }
    return NULL;
}

START_TEST(senders_at_once_with_little_memory)
{
    const flavour *f = &flavours[_i];
    if (fills(f))
        return;
    ends e = ends_big(f, NULL);
    size_t senders = many_tx(f) ? SENDERS : 1;
    pthread_t thread[SENDERS];
    pthread_t refuser = t_spawn(refuse_now_and_then, NULL);
    /* an owner for each, before the first can drop the one there is */
    for (size_t i = 1; i < senders; i++)
        MUST(leat_tx_clone(e.tx) == e.tx);
    for (size_t i = 0; i < senders; i++)
        thread[i] = t_spawn(send_stubbornly, e.tx);
    uint64_t sum = 0;
    size_t n = 0;
    struct big msg;
    while (leat_rx_recv(e.rx, &msg, leat_forever()) == 0) {
        sum += msg.value;
        n++;
    }
    for (size_t i = 0; i < senders; i++)
        t_join(thread[i]);
    t_join(refuser);
    SAME(n, senders * EACH);
    SAME(sum, senders * (EACH * (EACH + 1) / 2));
    MUST(leat_rx_drop(e.rx));
    SAME(memory_live(), 0);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("oom");
    tcase_add_loop_test(tc, every_allocation_of_new_refused, 0, FLAVOURS);
    tcase_add_test(tc, a_token_refused);
    tcase_add_loop_test(tc, every_allocation_of_growth_refused, 0, FLAVOURS);
    tcase_add_loop_test(tc, no_memory_for_a_while, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_way_out_needs_no_memory, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_receiver_that_waits_loses_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, nothing_but_growth_allocates, 0, FLAVOURS);
    tcase_add_loop_test(tc, senders_at_once_with_little_memory, 0, FLAVOURS);
    return t_run(tc);
}
