/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_half.c - owners of the halves, the view, and misuse of either. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

/* ---- counting ---------------------------------------------------------------------- */

START_TEST(clone_is_one_more_owner_at_the_same_address)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (many_tx(f)) {
        for (size_t i = 0; i < 5; i++) {
            SAME(leat_chan_tx_count(e.chan), i + 1);
            MUST(leat_tx_clone(e.tx) == e.tx);
        }
        for (size_t i = 0; i < 5; i++) {
            SAME(leat_chan_tx_count(e.chan), 6 - i);
            MUST(!leat_tx_drop(e.tx));
        }
    }
    if (many_rx(f)) {
        for (size_t i = 0; i < 5; i++) {
            SAME(leat_chan_rx_count(e.chan), i + 1);
            MUST(leat_rx_clone(e.rx) == e.rx);
        }
        for (size_t i = 0; i < 5; i++) {
            SAME(leat_chan_rx_count(e.chan), 6 - i);
            MUST(!leat_rx_drop(e.rx));
        }
    }
    MUST(!leat_chan_is_closed(e.chan));
    MUST(leat_tx_drop(e.tx));
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(either_half_may_go_first)
{
    const flavour *f = &flavours[_i];
    for (int full = 0; full < 2; full++) {
        ends e = ends_new(f);
        fill(e, 0, full == 1 ? room(f, 1000) : 0);
        MUST(leat_tx_drop(e.tx));
        SAME(leat_chan_tx_count(e.chan), 0);
        SAME(leat_chan_rx_count(e.chan), 1);
        MUST(leat_rx_drop(e.rx));
        e = ends_new(f);
        fill(e, 0, full == 1 ? room(f, 1000) : 0);
        MUST(leat_rx_drop(e.rx));
        SAME(leat_chan_tx_count(e.chan), 1);
        SAME(leat_chan_rx_count(e.chan), 0);
        MUST(leat_tx_drop(e.tx));
    }
}
END_TEST

START_TEST(dropping_nothing_does_nothing)
{
    MUST(!leat_tx_drop(NULL));
    MUST(!leat_rx_drop(NULL));
}
END_TEST

/* Owners come and go in all threads; one drop of each half is told "last". */
struct crowd {
    ends e;
    size_t tx_last;
    size_t rx_last;
    pthread_t thread;
};

static void *come_and_go(void *arg)
{
    struct crowd *c = arg;
    for (int i = 0; i < 500; i++) {
        leat_tx *tx = leat_tx_clone(c->e.tx);
        leat_rx *rx = leat_chan_rx(leat_tx_chan(tx));
        MUST(rx == c->e.rx);
        c->tx_last += leat_tx_drop(tx);
        c->rx_last += leat_rx_drop(rx);
    }
    c->rx_last += leat_rx_drop(c->e.rx);
    c->tx_last += leat_tx_drop(c->e.tx);
    return NULL;
}

START_TEST(exactly_one_drop_is_the_last)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f) || !many_rx(f))
        return;
    enum { N = 4 };
    for (unsigned round = 0; round < t_scaled(20); round++) {
        struct crowd c[N];
        size_t tx_last = 0;
        size_t rx_last = 0;
        ends e = ends_new(f);
        fill(e, 0, room(f, 10));
        for (int i = 0; i < N; i++) {
            c[i] = (struct crowd){.e = e};
            if (i > 0) {
                MUST(leat_tx_clone(e.tx) == e.tx);
                MUST(leat_rx_clone(e.rx) == e.rx);
            }
        }
        for (int i = 0; i < N; i++)
            c[i].thread = t_spawn(come_and_go, &c[i]);
        for (int i = 0; i < N; i++) {
            t_join(c[i].thread);
            tx_last += c[i].tx_last;
            rx_last += c[i].rx_last;
        }
        SAME(tx_last, 1);
        SAME(rx_last, 1);
    }
}
END_TEST

/* ---- the view ------------------------------------------------------------------------- */

START_TEST(halves_of_one_channel_have_one_view)
{
    ends a = ends_new(&flavours[_i]);
    ends b = ends_new(&flavours[_i]);
    MUST(leat_tx_chan(a.tx) == leat_rx_chan(a.rx));
    MUST(leat_tx_chan(b.tx) == leat_rx_chan(b.rx));
    MUST(leat_tx_chan(a.tx) != leat_tx_chan(b.tx));
    MUST(leat_rx_chan(a.rx) != leat_tx_chan(b.tx));
    ends_drop(a);
    ends_drop(b);
}
END_TEST

START_TEST(a_view_makes_an_owner_while_there_is_one)
{
    const flavour *f = &flavours[_i];
    if (many_tx(f)) {
        ends e = ends_new(f);
        MUST(leat_chan_tx(e.chan) == e.tx);
        SAME(leat_chan_tx_count(e.chan), 2);
        MUST(!leat_tx_drop(e.tx));
        MUST(!leat_chan_is_closed(e.chan));
        MUST(leat_tx_drop(e.tx));
        for (int i = 0; i < 3; i++)
            MUST(leat_chan_tx(e.chan) == NULL);
        SAME(leat_chan_tx_count(e.chan), 0);
        MUST(leat_rx_drop(e.rx));
    }
    if (many_rx(f)) {
        ends e = ends_new(f);
        MUST(leat_chan_rx(e.chan) == e.rx);
        SAME(leat_chan_rx_count(e.chan), 2);
        MUST(!leat_rx_drop(e.rx));
        MUST(!leat_chan_is_closed(e.chan));
        MUST(leat_rx_drop(e.rx));
        for (int i = 0; i < 3; i++)
            MUST(leat_chan_rx(e.chan) == NULL);
        SAME(leat_chan_rx_count(e.chan), 0);
        MUST(leat_tx_drop(e.tx));
    }
}
END_TEST

/* close is not gone: a half of a closed channel can still have owners. */
START_TEST(a_view_of_a_closed_channel_makes_owners_too)
{
    ends e = ends_cap(2);
    RC(try_send(e.tx, 1), 0);
    leat_tx_close(e.tx);
    MUST(leat_chan_tx(e.chan) == e.tx);
    MUST(leat_chan_rx(e.chan) == e.rx);
    MUST(!leat_tx_drop(e.tx));
    MUST(!leat_rx_drop(e.rx));
    NEXT(e.rx, 1);
    ends_drop(e);
}
END_TEST

/* While one thread drops the last sender, others ask the view for one: whoever
 * gets one has a whole one, and once it is NULL it stays NULL. They do not ask for ever:
 * each has a sender in hand nearly always, so if they share a processor with others it
 * may take them hundreds of turns until one is stopped with none. */
struct asking {
    ends e;
    _Atomic bool left; /* the first owner has */
};

static void *ask_until_gone(void *arg)
{
    enum { ENOUGH = 200 };
    struct asking *a = arg;
    leat_tx *tx;
    size_t last = 0;
    for (unsigned n = 0; n < ENOUGH; n += a->left) {
        tx = leat_chan_tx(a->e.chan);
        if (tx == NULL) {
            MUST(leat_chan_tx(a->e.chan) == NULL);
            break;
        }
        MUST(!leat_chan_is_closed(a->e.chan));
        last += leat_tx_drop(tx);
    }
    return (void *)(uintptr_t)last;
}

START_TEST(the_last_owner_and_the_view_agree)
{
    for (unsigned round = 0; round < t_scaled(50); round++) {
        struct asking a = {.e = ends_cap(1)};
        ends e = a.e;
        pthread_t thread[2];
        for (int i = 0; i < 2; i++)
            thread[i] = t_spawn(ask_until_gone, &a);
        for (unsigned i = 0; i < round % 4; i++)
            leat__os_yield();
        size_t last = leat_tx_drop(e.tx);
        a.left = true;
        for (int i = 0; i < 2; i++)
            last += (uintptr_t)t_join(thread[i]);
        SAME(last, 1);
        NOTHING(e.rx, LEAT_ECLOSED);
        MUST(leat_rx_drop(e.rx));
    }
}
END_TEST

/* ---- halves in messages ------------------------------------------------------------------ */

static void *serve(void *arg)
{
    leat_rx *requests = arg;
    leat_tx *reply;
    uint64_t n = 0;
    while (leat_rx_recv(requests, &reply, leat_forever()) == 0) {
        RC(send_until(reply, n++, leat_forever()), 0);
        leat_tx_drop(reply);
    }
    leat_rx_drop(requests);
    return NULL;
}

START_TEST(a_half_may_travel_in_a_message)
{
    const flavour *f = &flavours[_i];
    ends requests = ends_hooked(f, sizeof(leat_tx *), NULL, NULL);
    pthread_t server = t_spawn(serve, requests.rx);
    for (uint64_t i = 0; i < 100; i++) {
        ends reply = ends_cap(i % 2);
        uint64_t value;
        RC(leat_tx_send(requests.tx, &reply.tx, leat_forever()), 0);
        RC(leat_rx_recv(reply.rx, &value, leat_forever()), 0);
        SAME(value, i);
        RC(leat_rx_recv(reply.rx, &value, leat_forever()), LEAT_ECLOSED);
        MUST(leat_rx_drop(reply.rx));
    }
    MUST(leat_tx_drop(requests.tx));
    t_join(server);
}
END_TEST

/* ---- misuse --------------------------------------------------------------------------------- */

typedef struct abuse {
    void (*fn)(void *);
    bool rx; /* wants a receiving half */
} abuse;

static void tx_send(void *half)
{
    uint64_t value = 0;
    int rc = leat_tx_send(half, &value, leat_nowait());
    (void)rc;
}

static void rx_recv(void *half)
{
    uint64_t value = 0;
    int rc = leat_rx_recv(half, &value, leat_nowait());
    (void)rc;
}

static void tx_clone(void *half)
{
    leat_tx *clone = leat_tx_clone(half);
    (void)clone;
}

static void rx_clone(void *half)
{
    leat_rx *clone = leat_rx_clone(half);
    (void)clone;
}

static void tx_drop(void *half)
{
    leat_tx_drop(half);
}

static void rx_drop(void *half)
{
    leat_rx_drop(half);
}

static void tx_close(void *half)
{
    leat_tx_close(half);
}

static void rx_close(void *half)
{
    leat_rx_close(half);
}

static void tx_close_because(void *half)
{
    leat_tx_close_because(half, 1);
}

static void rx_close_because(void *half)
{
    leat_rx_close_because(half, 1);
}

static void rx_abort(void *half)
{
    leat_rx_abort(half);
}

static void tx_chan(void *half)
{
    leat_tx_chan(half);
}

static void rx_chan(void *half)
{
    leat_rx_chan(half);
}

static const abuse abuses[] = {
    {tx_send, false},          {rx_recv, true},          {tx_clone, false},
    {rx_clone, true},          {tx_close, false},        {rx_close, true},
    {tx_close_because, false}, {rx_close_because, true}, {rx_abort, true},
    {tx_chan, false},          {rx_chan, true},          {tx_drop, false},
    {rx_drop, true},
};

enum { ABUSES = (int)(sizeof abuses / sizeof abuses[0]) };

static const char *sentence_of(const abuse *a)
{
    return a->rx ? "this is not a live receiving half"
                 : "this is not a live sending half";
}

START_TEST(the_wrong_half_aborts)
{
    const abuse *a = &abuses[_i];
    ends e = ends_cap(1);
    t_aborts(a->fn, a->rx ? (void *)e.tx : (void *)e.rx, sentence_of(a));
    ends_drop(e);
}
END_TEST

START_TEST(no_half_aborts)
{
    const abuse *a = &abuses[_i];
    static uint64_t zeros[64];
    if (a->fn != tx_drop && a->fn != rx_drop)
        t_aborts(a->fn, NULL, sentence_of(a));
    t_aborts(a->fn, zeros, sentence_of(a));
}
END_TEST

/* A half that is gone while the other keeps the channel. */
START_TEST(a_dropped_half_aborts)
{
    const abuse *a = &abuses[_i];
    ends e = ends_cap(1);
    if (a->rx) {
        leat_rx_drop(e.rx);
        t_aborts(a->fn, e.rx, sentence_of(a));
        leat_tx_drop(e.tx);
    } else {
        leat_tx_drop(e.tx);
        t_aborts(a->fn, e.tx, sentence_of(a));
        leat_rx_drop(e.rx);
    }
}
END_TEST

static void view_len(void *chan)
{
    leat_chan_len(chan);
}

static void view_tx(void *chan)
{
    leat_tx *tx = leat_chan_tx(chan);
    (void)tx;
}

static void view_rx(void *chan)
{
    leat_rx *rx = leat_chan_rx(chan);
    (void)rx;
}

static void view_name(void *chan)
{
    leat_chan_name(chan);
}

START_TEST(no_view_aborts)
{
    t_aborts(view_len, NULL, "NULL");
    t_aborts(view_tx, NULL, "leat_chan_tx: chan is NULL");
    t_aborts(view_rx, NULL, "leat_chan_rx: chan is NULL");
    t_aborts(view_name, NULL, "NULL");
}
END_TEST

START_TEST(a_promised_half_has_one_owner)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (!many_tx(f)) {
        t_aborts(tx_clone, e.tx, "promises a single producer");
        t_aborts(view_tx, e.chan, "promises a single producer");
    }
    if (!many_rx(f)) {
        t_aborts(rx_clone, e.rx, "promises a single consumer");
        t_aborts(view_rx, e.chan, "promises a single consumer");
    }
    ends_drop(e);
}
END_TEST

/* ---- a drop under somebody who waits ------------------------------------------------------------ */

static void drop_rx_under_a_wait(void *arg)
{
    ends e = ends_new(arg);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    leat_rx_drop(e.rx);
}

static void drop_tx_under_a_wait(void *arg)
{
    const flavour *f = arg;
    ends e = ends_new(f);
    call c;
    fill(e, 0, room(f, 100));
    call_send(&c, e.tx, 1, leat_in_ms(3600000));
    t_wait_parked(e.chan, LEAT__SEND, 1);
    leat_tx_drop(e.tx);
}

START_TEST(the_last_drop_under_a_wait_aborts)
{
    flavour f = flavours[_i];
    t_aborts(drop_rx_under_a_wait, &f, "leat_rx_drop: a call still waits");
    if (fills(&f))
        t_aborts(drop_tx_under_a_wait, &f, "leat_tx_drop: a call still waits");
}
END_TEST

START_TEST(another_drop_under_a_wait_does_not)
{
    const flavour *f = &flavours[_i];
    if (!many_rx(f))
        return;
    ends e = ends_new(f);
    call c;
    MUST(leat_rx_clone(e.rx) == e.rx);
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    MUST(!leat_rx_drop(e.rx));
    RC(send_until(e.tx, 4, leat_forever()), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 4);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("half");
    tcase_add_loop_test(tc, clone_is_one_more_owner_at_the_same_address, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, either_half_may_go_first, 0, FLAVOURS);
    tcase_add_test(tc, dropping_nothing_does_nothing);
    tcase_add_loop_test(tc, exactly_one_drop_is_the_last, 0, FLAVOURS);
    tcase_add_loop_test(tc, halves_of_one_channel_have_one_view, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_view_makes_an_owner_while_there_is_one, 0,
                        FLAVOURS);
    tcase_add_test(tc, a_view_of_a_closed_channel_makes_owners_too);
    tcase_add_test(tc, the_last_owner_and_the_view_agree);
    tcase_add_loop_test(tc, a_half_may_travel_in_a_message, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_wrong_half_aborts, 0, ABUSES);
    tcase_add_loop_test(tc, no_half_aborts, 0, ABUSES);
    tcase_add_loop_test(tc, a_dropped_half_aborts, 0, ABUSES);
    tcase_add_test(tc, no_view_aborts);
    tcase_add_loop_test(tc, a_promised_half_has_one_owner, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_last_drop_under_a_wait_aborts, 0, FLAVOURS);
    tcase_add_loop_test(tc, another_drop_under_a_wait_does_not, 0, FLAVOURS);
    return t_run(tc);
}
