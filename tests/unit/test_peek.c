/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_peek.c - looking at the next message and leaving it. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

static int peek_until(ends e, uint64_t *value, leat_until until)
{
    *value = UNTOUCHED;
    return leat_rx_peek(e.rx, value, until);
}

/* The next message is this one, and stays. */
#define SHOWS(e, want)                                                         \
    do {                                                                       \
        uint64_t seen_;                                                        \
        RC(peek_until(e, &seen_, leat_nowait()), 0);                           \
        SAME(seen_, want);                                                     \
    } while (0)

#define SHOWS_NOTHING(e, until, want_rc)                                       \
    do {                                                                       \
        uint64_t seen_;                                                        \
        RC(peek_until(e, &seen_, until), want_rc);                             \
        SAME(seen_, UNTOUCHED);                                                \
    } while (0)

START_TEST(the_next_message_is_shown_and_stays)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    size_t n = room(f, 2000); /* over the edges of blocks */
    fill(e, 0, n);
    for (size_t i = 0; i < n; i++) {
        SHOWS(e, i);
        SHOWS(e, i);
        SAME(leat_chan_len(e.chan), n - i);
        NEXT(e.rx, i);
    }
    SHOWS_NOTHING(e, leat_nowait(), LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

START_TEST(a_rendezvous_shows_who_waits_longest)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (!queues(f) && many_tx(f)) {
        call a, b;
        call_send(&a, e.tx, 1, leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, 1);
        call_send(&b, e.tx, 2, leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, 2);
        SHOWS(e, 1);
        NEXT(e.rx, 1);
        SHOWS(e, 2);
        NEXT(e.rx, 2);
        RC(call_end(&a), 0);
        RC(call_end(&b), 0);
    }
    SHOWS_NOTHING(e, leat_nowait(), LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

START_TEST(the_end_shows_nothing)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    fill(e, 0, room(f, 1));
    leat_tx_drop(e.tx);
    if (queues(f)) {
        SHOWS(e, 0);
        NEXT(e.rx, 0);
    }
    SHOWS_NOTHING(e, leat_nowait(), LEAT_ECLOSED);
    SHOWS_NOTHING(e, leat_forever(), LEAT_ECLOSED);
    leat_rx_drop(e.rx);
}
END_TEST

START_TEST(aborted_messages_are_not_shown)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = ends_hooked(f, sizeof(uint64_t), bin_put, &b);
    fill(e, 0, room(f, 5));
    leat_rx_abort(e.rx);
    SHOWS_NOTHING(e, leat_nowait(), LEAT_ECLOSED);
    SHOWS_NOTHING(e, leat_forever(), LEAT_ECLOSED);
    bin_holds(&b, 0, room(f, 5));
    ends_drop(e);
}
END_TEST

START_TEST(giving_up_shows_nothing)
{
    ends e = ends_new(&flavours[_i]);
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    SHOWS_NOTHING(e, leat_in_ms(2), LEAT_ETIMEDOUT);
    SHOWS_NOTHING(e, leat_at_ns(1), LEAT_ETIMEDOUT);
    leat_cancel_fire(token);
    SHOWS_NOTHING(e, leat_or_cancel(leat_forever(), token), LEAT_ECANCELED);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* ---- waiting --------------------------------------------------------------------- */

typedef struct look {
    ends e;
    uint64_t value;
    int rc;
    pthread_t thread;
} look;

static void *look_run(void *arg)
{
    look *l = arg;
    l->rc = peek_until(l->e, &l->value, leat_forever());
    return NULL;
}

static void look_start(look *l, ends e)
{
    *l = (look){.e = e};
    l->thread = t_spawn(look_run, l);
}

START_TEST(a_look_waits_for_a_message_and_leaves_it)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    look l;
    call c = {0};
    look_start(&l, e);
    t_wait_parked(e.chan, LEAT__RECV, 1);
    call_send(&c, e.tx, 7,
              leat_forever()); /* a rendezvous sender goes on waiting */
    t_join(l.thread);
    RC(l.rc, 0);
    SAME(l.value, 7);
    if (!queues(f))
        t_wait_parked(e.chan, LEAT__SEND, 1);
    else
        RC(call_end(&c), 0);
    NEXT(e.rx, 7);
    if (!queues(f))
        RC(call_end(&c), 0);
    ends_drop(e);
}
END_TEST

/* Where a message goes from hand to hand: without room, or with every cell taken. */
START_TEST(a_try_that_fails_has_shown_nothing)
{
    const flavour bare[] = {{"rendezvous", 0, 0},
                            {"in place 1", 1, LEAT_IN_PLACE}};
    for (int i = 0; i < 2; i++) {
        ends e = ends_new(&bare[i]);
        void *slot = NULL;
        look l;
        call c;
        if (i == 1)
            RC(leat_tx_reserve(e.tx, &slot, leat_nowait()), 0);
        look_start(&l, e);
        t_wait_parked(e.chan, LEAT__RECV, 1);
        RC(try_send(e.tx, 6), LEAT_EAGAIN);
        SAME(parked(e.chan, LEAT__RECV), 1);
        call_send(&c, e.tx, 7, leat_forever());
        t_join(l.thread);
        RC(l.rc, 0);
        SAME(l.value, 7);
        t_wait_parked(e.chan, LEAT__SEND, 1);
        NEXT(e.rx, 7);
        RC(call_end(&c), 0);
        if (i == 1)
            leat_tx_unreserve(e.tx, slot);
        ends_drop(e);
    }
}
END_TEST

START_TEST(close_ends_a_look_that_waits)
{
    ends e = ends_new(&flavours[_i]);
    look l;
    look_start(&l, e);
    t_wait_parked(e.chan, LEAT__RECV, 1);
    leat_tx_close(e.tx);
    t_join(l.thread);
    RC(l.rc, LEAT_ECLOSED);
    SAME(l.value, UNTOUCHED);
    ends_drop(e);
}
END_TEST

/* Two look and one receives, in line: one message serves the two in front. */
START_TEST(one_message_serves_those_who_look_and_one_who_receives)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (many_rx(f)) {
        look a, b, last;
        call c;
        look_start(&a, e);
        t_wait_parked(e.chan, LEAT__RECV, 1);
        look_start(&b, e);
        t_wait_parked(e.chan, LEAT__RECV, 2);
        call_recv(&c, e.rx, leat_forever());
        t_wait_parked(e.chan, LEAT__RECV, 3);
        look_start(&last, e);
        t_wait_parked(e.chan, LEAT__RECV, 4);
        RC(try_send(e.tx, 1), 0);
        SAME(leat_chan_len(e.chan), 0); /* c has it */
        t_join(a.thread);
        t_join(b.thread);
        RC(call_end(&c), 0);
        SAME(a.value, 1);
        SAME(b.value, 1);
        SAME(c.value, 1);
        SAME(parked(e.chan, LEAT__RECV), 1); /* its turn comes later */
        leat_tx_close(e.tx);
        t_join(last.thread);
        RC(last.rc, LEAT_ECLOSED);
    }
    ends_drop(e);
}
END_TEST

/* With a single consumer what is shown is what comes. */
typedef struct feeder {
    leat_tx *tx;
    unsigned n;
} feeder;

static void *feeds(void *arg)
{
    feeder *f = arg;
    for (uint64_t i = 0; i < f->n; i++)
        RC(send_until(f->tx, i, leat_forever()), 0);
    leat_tx_drop(f->tx);
    return NULL;
}

START_TEST(what_is_shown_comes_next)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    feeder by = {e.tx, t_scaled(20000)};
    pthread_t thread = t_spawn(feeds, &by);
    uint64_t value;
    uint64_t next = 0;
    int rc;
    while ((rc = peek_until(e, &value, leat_forever())) == 0) {
        SAME(value, next);
        RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
        SAME(value, next++);
    }
    RC(rc, LEAT_ECLOSED);
    SAME(next, by.n);
    t_join(thread);
    leat_rx_drop(e.rx);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("peek");
    tcase_add_loop_test(tc, the_next_message_is_shown_and_stays, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_rendezvous_shows_who_waits_longest, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_end_shows_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, aborted_messages_are_not_shown, 0, FLAVOURS);
    tcase_add_loop_test(tc, giving_up_shows_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_look_waits_for_a_message_and_leaves_it, 0,
                        FLAVOURS);
    tcase_add_test(tc, a_try_that_fails_has_shown_nothing);
    tcase_add_loop_test(tc, close_ends_a_look_that_waits, 0, FLAVOURS);
    tcase_add_loop_test(tc,
                        one_message_serves_those_who_look_and_one_who_receives,
                        0, FLAVOURS);
    tcase_add_loop_test(tc, what_is_shown_comes_next, 0, FLAVOURS);
    return t_run(tc);
}
