/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_waiting.c - threads that wait for each other: receivers for messages, senders
 * for room, and both for the end. */
#define _GNU_SOURCE 1
#include "semantics.h"

/* ---- a message from thread to thread ------------------------------------------------------ */

START_TEST(messages_cross_threads_in_order)
{
    ends e = ends_new(&flavours[_i]);
    source s = {.tx = e.tx, .n = 2};
    source_start(&s);
    COMES(e.rx, 0);
    COMES(e.rx, 1);
    source_end(&s);
    ends_drop(e);
}
END_TEST

struct desk {
    leat_rx *in;
    leat_tx *out;
    uint64_t n;
};

static void *echo(void *arg)
{
    struct desk *d = arg;
    uint64_t value;
    for (uint64_t i = 0; i < d->n; i++) {
        RC(leat_rx_recv(d->in, &value, leat_forever()), 0);
        RC(send_until(d->out, value + 1, leat_forever()), 0);
    }
    return NULL;
}

/* Threads of the system's own making, and nothing started before them. */
START_TEST(plain_threads_talk_both_ways)
{
    enum { N = 40 };
    ends there = ends_new(&flavours[_i]);
    ends back = ends_new(&flavours[_i]);
    struct desk d = {there.rx, back.tx, N};
    pthread_t thread = t_spawn(echo, &d);
    for (uint64_t i = 0; i < N; i++) {
        RC(send_until(there.tx, i, leat_forever()), 0);
        COMES(back.rx, i + 1);
    }
    t_join(thread);
    ends_drop(there);
    ends_drop(back);
}
END_TEST

/* ---- receivers wait ---------------------------------------------------------------------------- */

/* The first message finds a receiver that waits, the others are queued until they
 * are asked for, and then the sender is gone. */
START_TEST(a_message_for_who_waits_then_the_queue_then_the_end)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 2);
    ends e = ends_new(f);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 7, leat_forever()), 0);
    fill(e, 8, n);
    MUST(leat_tx_drop(e.tx));
    RC(call_end(&c), 0);
    SAME(c.value, 7);
    for (uint64_t i = 0; i < n; i++)
        COMES(e.rx, 8 + i);
    is_over(e.rx);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* The sender comes late each time, or the receiver does. */
START_TEST(one_is_late_each_time)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    call c;
    for (uint64_t i = 0; i < 10; i++) {
        call_recv(&c, e.rx, leat_forever());
        t_wait_parked(e.chan, LEAT__RECV, 1);
        RC(send_until(e.tx, i, leat_forever()), 0);
        RC(call_end(&c), 0);
        SAME(c.value, i);
    }
    for (uint64_t i = 0; i < 10 && fills(f); i++) {
        fill(e, i * f->cap, f->cap);
        call_send(&c, e.tx, 1000 + i, leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, 1);
        for (uint64_t k = 0; k < f->cap; k++)
            COMES(e.rx, i * f->cap + k);
        COMES(e.rx, 1000 + i);
        RC(call_end(&c), 0);
    }
    ends_drop(e);
}
END_TEST

/* ---- senders wait --------------------------------------------------------------------------------- */

/* A sender of more than there is room for waits, goes on as room is made, and does
 * not wait for what still fits. */
START_TEST(a_sender_waits_for_room_and_no_longer)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    source s = {.tx = e.tx, .first = 7, .n = f->cap + 3};
    source_start(&s);
    for (uint64_t i = 0; i < 3; i++) {
        t_wait_parked(e.chan, LEAT__SEND, 1);
        SAME(leat_chan_len(e.chan), f->cap);
        COMES(e.rx, 7 + i);
    }
    source_end(&s); /* with the last ones queued */
    SAME(leat_chan_len(e.chan), f->cap);
    ends_drop(e);
}
END_TEST

START_TEST(an_unbounded_send_never_waits)
{
    const flavour *f = &flavours[_i];
    if (fills(f))
        return;
    const leat_until forms[] = {leat_nowait(), leat_forever(), leat_in_ms(0),
                                leat_in_ms(1000)};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        ends e = ends_new(f);
        for (uint64_t k = 0; k < 1000; k++)
            RC(send_until(e.tx, k, forms[i]), 0);
        SAME(leat_chan_len(e.chan), 1000);
        MUST(leat_rx_drop(e.rx));
        takes_nothing(e.tx);
        MUST(leat_tx_drop(e.tx));
    }
}
END_TEST

/* ---- and nobody comes -------------------------------------------------------------------------------- */

/* Senders that wait, as many as may, when the receiving half says no more. */
START_TEST(every_waiting_sender_is_told_and_keeps_its_message)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    size_t n = many_tx(f) ? 10 : 1;
    for (int how = 0; how < 3; how++) {
        call c[10];
        bin b = BIN_INIT;
        ends e = ends_hooked(f, 8, bin_put, &b);
        fill(e, 0, f->cap);
        for (uint64_t i = 0; i < n; i++)
            call_send(&c[i], e.tx, 1234 + i, leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, n);
        if (how == 0)
            MUST(leat_rx_drop(e.rx));
        else if (how == 1)
            leat_rx_abort(e.rx);
        else
            leat_rx_close(e.rx);
        for (uint64_t i = 0; i < n; i++) {
            RC(call_end(&c[i]), LEAT_ECLOSED);
            SAME(c[i].value, 1234 + i);
        }
        if (how != 0)
            MUST(leat_rx_drop(e.rx));
        bin_holds(&b, 0, f->cap); /* what was queued, and none of theirs */
        MUST(leat_tx_drop(e.tx));
    }
}
END_TEST

struct last_wait {
    ends waits_on;
    ends says_done_on;
};

static void *take_one_and_go(void *arg)
{
    struct last_wait *l = arg;
    COMES(l->waits_on.rx, 5);
    MUST(leat_rx_drop(l->waits_on.rx));
    RC(send_until(l->says_done_on.tx, 6, leat_forever()), 0);
    return NULL;
}

/* The receiver began to wait when there was one sender; it gets its message from
 * another, and goes while that one is still there. */
START_TEST(a_receiver_goes_while_a_late_clone_stays)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    struct last_wait l = {ends_new(f), ends_new(f)};
    pthread_t receiver = t_spawn(take_one_and_go, &l);
    t_wait_parked(l.waits_on.chan, LEAT__RECV, 1);
    leat_tx *clone = leat_tx_clone(l.waits_on.tx);
    MUST(!leat_tx_drop(l.waits_on.tx));
    RC(send_until(clone, 5, leat_forever()), 0);
    COMES(l.says_done_on.rx, 6);
    takes_nothing(clone);
    MUST(leat_tx_drop(clone));
    t_join(receiver);
    ends_drop(l.says_done_on);
}
END_TEST

/* ---- as a thread ends ------------------------------------------------------------------------------------ */

static pthread_key_t key;

struct leaving {
    leat_rx *rx;
    int rounds;
    uint64_t timeouts;
};

/* Waits in a channel of its own; then again in a later round of destructors, when
 * all other data of the thread is gone. */
static void wait_once_more(void *arg)
{
    struct leaving *l = arg;
    uint64_t value;
    ends e = ends_cap(LEAT_UNBOUNDED);
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(5)), LEAT_ETIMEDOUT);
    l->timeouts++;
    ends_drop(e);
    if (l->rounds-- > 1)
        MUST(pthread_setspecific(key, l) == 0);
}

static void *wait_and_end(void *arg)
{
    struct leaving *l = arg;
    MUST(pthread_setspecific(key, l) == 0);
    COMES(l->rx, 1);
    return NULL;
}

START_TEST(a_thread_may_wait_while_it_ends)
{
    ends e = ends_new(&flavours[_i]);
    struct leaving l = {.rx = e.rx, .rounds = 3};
    MUST(pthread_key_create(&key, wait_once_more) == 0);
    pthread_t thread = t_spawn(wait_and_end, &l);
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 1, leat_forever()), 0);
    t_join(thread);
    SAME(l.timeouts, 3);
    pthread_key_delete(key);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("waiting");
    tcase_add_loop_test(tc, messages_cross_threads_in_order, 0, FLAVOURS);
    tcase_add_loop_test(tc, plain_threads_talk_both_ways, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_message_for_who_waits_then_the_queue_then_the_end,
                        0, FLAVOURS);
    tcase_add_loop_test(tc, one_is_late_each_time, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_sender_waits_for_room_and_no_longer, 0, FLAVOURS);
    tcase_add_loop_test(tc, an_unbounded_send_never_waits, 0, FLAVOURS);
    tcase_add_loop_test(tc, every_waiting_sender_is_told_and_keeps_its_message,
                        0, FLAVOURS);
    tcase_add_loop_test(tc, a_receiver_goes_while_a_late_clone_stays, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_thread_may_wait_while_it_ends, 0, FLAVOURS);
    return t_run(tc);
}
