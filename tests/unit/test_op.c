/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_op.c - sends and receives that are started and told of later: the callback
 * kind of waiter, on every flavour, beside threads and with tokens. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "chan/op.h"
#include "parked.h"

#include <semaphore.h>

/* An op that counts how often it is told. */
typedef struct started {
    leat__op op;
    uint64_t value;
    int rc;        /* what start returned */
    unsigned told; /* by notify; read after the semaphore */
    sem_t done;
    pthread_t told_by;
} started;

static void told(leat__wait *wait)
{
    started *s =
        LEAT__CONTAINER(LEAT__CONTAINER(wait, leat__op, wait), started, op);
    s->told++;
    s->told_by = pthread_self();
    MUST(sem_post(&s->done) == 0); /* last: s may go from here on */
}

static void start(started *s, ends e, enum leat__dir dir, uint64_t value,
                  leat_cancel *token, bool sole)
{
    s->value = value;
    s->told = 0;
    MUST(sem_init(&s->done, 0, 0) == 0);
    s->rc = leat__op_start(&s->op, e.chan, dir, &s->value,
                           token == NULL ? NULL : leat__cancel_token(token),
                           sole, told);
}

/* It is told once; the outcome. */
static int outcome(started *s)
{
    RC(s->rc, LEAT__PENDING);
    while (sem_wait(&s->done) != 0)
        ;
    SAME(s->told, 1);
    int rc = leat__op_finish(&s->op, leat__wait_won(&s->op.wait));
    sem_destroy(&s->done);
    return rc;
}

/* ---- at once ------------------------------------------------------------------------------ */

START_TEST(what_can_be_done_at_once_is_done_at_once)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 600);
    ends e = ends_new(f);
    started s;
    for (uint64_t i = 0; i < n; i++) {
        start(&s, e, LEAT__SEND, i, NULL, true);
        RC(s.rc, 0);
    }
    SAME(leat_chan_len(e.chan), n);
    for (uint64_t i = 0; i < n; i++) {
        start(&s, e, LEAT__RECV, UNTOUCHED, NULL, i % 2 == 0);
        RC(s.rc, 0);
        SAME(s.value, i);
    }
    leat_tx_close(e.tx);
    start(&s, e, LEAT__RECV, UNTOUCHED, NULL, true);
    RC(s.rc, LEAT_ECLOSED);
    SAME(s.value, UNTOUCHED);
    start(&s, e, LEAT__SEND, 1, NULL, true);
    RC(s.rc, LEAT_ECLOSED);
    SAME(s.told, 0);
    ends_drop(e);
}
END_TEST

START_TEST(a_fired_token_ends_it_at_once_if_it_would_wait)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *token;
    started s;
    RC(leat_cancel_new(&token), 0);
    leat_cancel_fire(token);
    start(&s, e, LEAT__RECV, UNTOUCHED, token, false);
    RC(s.rc, LEAT_ECANCELED);
    SAME(s.value, UNTOUCHED);
    SAME(parked(e.chan, LEAT__RECV), 0);
    if (queues(f)) { /* ready beats cancelled */
        start(&s, e, LEAT__SEND, 4, token, false);
        RC(s.rc, 0);
        start(&s, e, LEAT__RECV, UNTOUCHED, token, false);
        RC(s.rc, 0);
        SAME(s.value, 4);
    }
    SAME(s.told, 0);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* After abort nothing that was queued is received, by ops neither. */
START_TEST(an_aborted_channel_gives_ops_nothing)
{
    const flavour *f = &flavours[_i];
    bin b = BIN_INIT;
    ends e = ends_hooked(f, 8, bin_put, &b);
    fill(e, 0, room(f, 64));
    leat_rx_abort(e.rx);
    started s;
    start(&s, e, LEAT__RECV, UNTOUCHED, NULL, true);
    RC(s.rc, LEAT_ECLOSED);
    SAME(s.value, UNTOUCHED);
    bin_holds(&b, 0, room(f, 64));
    ends_drop(e);
}
END_TEST

/* ---- later ---------------------------------------------------------------------------------- */

START_TEST(a_receive_is_told_by_the_send)
{
    for (int sole = 0; sole < 2; sole++) {
        ends e = ends_new(&flavours[_i]);
        started s;
        start(&s, e, LEAT__RECV, UNTOUCHED, NULL, sole == 1);
        RC(s.rc, LEAT__PENDING);
        SAME(parked(e.chan, LEAT__RECV), 1);
        SAME(s.told, 0);
        RC(try_send(e.tx, 3), 0);
        SAME(s.told, 1); /* before the send returned, in its thread */
        MUST(pthread_equal(s.told_by, pthread_self()));
        RC(outcome(&s), 0);
        SAME(s.value, 3);
        NOTHING(e.rx, LEAT_EAGAIN);
        ends_drop(e);
    }
}
END_TEST

START_TEST(a_send_is_told_by_the_receive)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    size_t n = room(f, 64);
    for (int sole = 0; sole < 2; sole++) {
        ends e = ends_new(f);
        started s;
        fill(e, 0, n);
        start(&s, e, LEAT__SEND, n, NULL, sole == 1);
        RC(s.rc, LEAT__PENDING);
        SAME(parked(e.chan, LEAT__SEND), 1);
        NEXT(e.rx, 0);
        SAME(s.told, 1);
        RC(outcome(&s), 0);
        for (uint64_t i = 1; i <= n; i++)
            if (f->cap != 0)
                NEXT(e.rx, i);
        NOTHING(e.rx, LEAT_EAGAIN);
        ends_drop(e);
    }
}
END_TEST

START_TEST(a_started_send_meets_a_started_receive)
{
    ends e = ends_new(&flavours[_i]);
    for (uint64_t i = 0; i < 20; i++) {
        started s;
        started r;
        start(&r, e, LEAT__RECV, UNTOUCHED, NULL, i % 2 == 0);
        start(&s, e, LEAT__SEND, i, NULL, i % 3 == 0);
        RC(s.rc, 0);
        RC(outcome(&r), 0);
        SAME(r.value, i);
        if (queues(&flavours[_i]))
            continue;
        start(&s, e, LEAT__SEND, i, NULL, i % 2 == 0);
        start(&r, e, LEAT__RECV, UNTOUCHED, NULL, i % 3 == 0);
        RC(r.rc, 0);
        SAME(r.value, i);
        RC(outcome(&s), 0);
    }
    ends_drop(e);
}
END_TEST

START_TEST(close_tells_both_directions)
{
    const flavour *f = &flavours[_i];
    started s;
    ends e = ends_new(f);
    start(&s, e, LEAT__RECV, UNTOUCHED, NULL, true);
    leat_tx_close(e.tx);
    RC(outcome(&s), LEAT_ECLOSED);
    SAME(s.value, UNTOUCHED);
    ends_drop(e);
    if (!fills(f))
        return;
    bin b = BIN_INIT;
    e = ends_hooked(f, 8, bin_put, &b);
    fill(e, 0, room(f, 64));
    start(&s, e, LEAT__SEND, 77, NULL, true);
    leat_rx_drop(e.rx);
    RC(outcome(&s), LEAT_ECLOSED);
    SAME(s.value, 77);
    bin_holds(&b, 0, room(f, 64));
    leat_tx_drop(e.tx);
}
END_TEST

START_TEST(the_last_sender_tells_a_receive)
{
    ends e = ends_new(&flavours[_i]);
    started s;
    start(&s, e, LEAT__RECV, UNTOUCHED, NULL, false);
    leat_tx_drop(e.tx);
    RC(outcome(&s), LEAT_ECLOSED);
    leat_rx_drop(e.rx);
}
END_TEST

START_TEST(a_token_tells_both_directions)
{
    const flavour *f = &flavours[_i];
    leat_cancel *token;
    started s;
    RC(leat_cancel_new(&token), 0);
    ends e = ends_new(f);
    start(&s, e, LEAT__RECV, UNTOUCHED, token, false);
    SAME(s.told, 0);
    leat_cancel_fire(token);
    RC(outcome(&s), LEAT_ECANCELED);
    SAME(s.value, UNTOUCHED);
    SAME(parked(e.chan, LEAT__RECV), 0);
    leat_cancel_drop(token);
    if (fills(f)) {
        RC(leat_cancel_new(&token), 0);
        fill(e, 0, room(f, 64));
        start(&s, e, LEAT__SEND, 9, token, false);
        leat_cancel_fire(token);
        RC(outcome(&s), LEAT_ECANCELED);
        SAME(parked(e.chan, LEAT__SEND), 0);
        for (uint64_t i = 0; i < room(f, 64); i++)
            NEXT(e.rx, i);
        NOTHING(e.rx, LEAT_EAGAIN);
        leat_cancel_drop(token);
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_token_that_does_not_fire_is_left)
{
    ends e = ends_new(&flavours[_i]);
    leat_cancel *token;
    started s;
    RC(leat_cancel_new(&token), 0);
    start(&s, e, LEAT__RECV, UNTOUCHED, token, false);
    t_wait_carried(token, 1);
    RC(try_send(e.tx, 2), 0);
    RC(outcome(&s), 0);
    SAME(s.value, 2);
    t_wait_carried(token, 0);
    MUST(leat_cancel_drop(token));
    ends_drop(e);
}
END_TEST

/* ---- given up ------------------------------------------------------------------------------------ */

START_TEST(cancel_takes_it_back)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *token;
    started s;
    RC(leat_cancel_new(&token), 0);
    for (int with = 0; with < 2; with++) {
        start(&s, e, LEAT__RECV, UNTOUCHED, with == 1 ? token : NULL, false);
        RC(s.rc, LEAT__PENDING);
        MUST(leat__op_cancel(&s.op));
        SAME(parked(e.chan, LEAT__RECV), 0);
        t_wait_carried(token, 0);
        if (queues(f)) {
            RC(try_send(e.tx, 6), 0);
            NEXT(e.rx, 6);
        } else {
            RC(try_send(e.tx, 6), LEAT_EAGAIN);
        }
        SAME(s.value, UNTOUCHED);
        if (fills(f)) {
            fill(e, 0, room(f, 64));
            start(&s, e, LEAT__SEND, 8, with == 1 ? token : NULL, false);
            RC(s.rc, LEAT__PENDING);
            MUST(leat__op_cancel(&s.op));
            for (uint64_t i = 0; i < room(f, 64); i++)
                NEXT(e.rx, i);
            NOTHING(e.rx, LEAT_EAGAIN);
        }
        SAME(s.told, 0);
    }
    MUST(leat_cancel_drop(token));
    ends_drop(e);
}
END_TEST

START_TEST(cancel_comes_too_late)
{
    ends e = ends_new(&flavours[_i]);
    started s;
    start(&s, e, LEAT__RECV, UNTOUCHED, NULL, false);
    RC(try_send(e.tx, 6), 0);
    MUST(!leat__op_cancel(&s.op));
    RC(outcome(&s), 0);
    SAME(s.value, 6);
    ends_drop(e);
}
END_TEST

/* ---- turns: callbacks and threads in one queue ------------------------------------------------------ */

START_TEST(callbacks_and_threads_are_served_in_turn)
{
    const flavour *f = &flavours[_i];
    if (!many_rx(f))
        return;
    enum { N = 6 };
    ends e = ends_new(f);
    started s[N];
    call c[N];
    for (size_t i = 0; i < N; i++) {
        if (i % 2 == 0)
            start(&s[i], e, LEAT__RECV, UNTOUCHED, NULL, i % 4 == 0);
        else
            call_recv(&c[i], e.rx, leat_forever());
        t_wait_parked(e.chan, LEAT__RECV, i + 1);
    }
    for (uint64_t i = 0; i < N; i++)
        RC(try_send(e.tx, i), 0);
    for (size_t i = 0; i < N; i++) {
        if (i % 2 == 0)
            RC(outcome(&s[i]), 0);
        else
            RC(call_end(&c[i]), 0);
        SAME(i % 2 == 0 ? s[i].value : c[i].value, i);
    }
    ends_drop(e);
}
END_TEST

/* ---- streams: one end is callbacks, the other threads ------------------------------------------------ */

struct stream {
    ends e;
    uint64_t n;
};

static void *thread_sends(void *arg)
{
    struct stream *st = arg;
    for (uint64_t i = 0; i < st->n; i++)
        RC(send_until(st->e.tx, i, leat_forever()), 0);
    return NULL;
}

START_TEST(a_stream_into_callbacks)
{
    struct stream st = {ends_new(&flavours[_i]), t_scaled(5000)};
    pthread_t thread = t_spawn(thread_sends, &st);
    for (uint64_t i = 0; i < st.n; i++) {
        started s;
        start(&s, st.e, LEAT__RECV, UNTOUCHED, NULL, i % 2 == 0);
        RC(s.rc == LEAT__PENDING ? outcome(&s) : s.rc, 0);
        SAME(s.value, i);
    }
    t_join(thread);
    ends_drop(st.e);
}
END_TEST

static void *callbacks_send(void *arg)
{
    struct stream *st = arg;
    for (uint64_t i = 0; i < st->n; i++) {
        started s;
        start(&s, st->e, LEAT__SEND, i, NULL, i % 2 == 0);
        RC(s.rc == LEAT__PENDING ? outcome(&s) : s.rc, 0);
    }
    return NULL;
}

START_TEST(a_stream_out_of_callbacks)
{
    struct stream st = {ends_new(&flavours[_i]), t_scaled(5000)};
    pthread_t thread = t_spawn(callbacks_send, &st);
    uint64_t value;
    for (uint64_t i = 0; i < st.n; i++) {
        RC(leat_rx_recv(st.e.rx, &value, leat_forever()), 0);
        SAME(value, i);
    }
    t_join(thread);
    ends_drop(st.e);
}
END_TEST

/* Receives that are taken back at any moment: a message is received by one that
 * could not be taken back, or by the next. */
START_TEST(a_stream_with_cancels_loses_nothing)
{
    struct stream st = {ends_new(&flavours[_i]), t_scaled(3000)};
    pthread_t thread = t_spawn(thread_sends, &st);
    t_rand chance = t_random((uint64_t)_i);
    uint64_t next = 0;
    while (next < st.n) {
        started s;
        start(&s, st.e, LEAT__RECV, UNTOUCHED, NULL, false);
        if (s.rc == LEAT__PENDING) {
            for (uint64_t i = t_below(&chance, 4); i > 0; i--)
                leat__os_yield();
            if (leat__op_cancel(&s.op)) {
                SAME(s.value, UNTOUCHED);
                sem_destroy(&s.done);
                leat__os_yield();
                continue;
            }
            s.rc = outcome(&s);
        }
        RC(s.rc, 0);
        SAME(s.value, next);
        next++;
    }
    t_join(thread);
    NOTHING(st.e.rx, LEAT_EAGAIN);
    ends_drop(st.e);
}
END_TEST

/* Each round the token fires while the other end sends: one of them wins. */
struct duel {
    leat_tx *tx;
    int rc;
};

static void *send_once(void *arg)
{
    struct duel *d = arg;
    d->rc = send_until(d->tx, 5, leat_in_ms(1));
    return NULL;
}

START_TEST(token_and_message_at_once)
{
    const flavour *f = &flavours[_i];
    for (unsigned round = 0; round < t_scaled(60); round++) {
        ends e = ends_new(f);
        leat_cancel *token;
        started s;
        RC(leat_cancel_new(&token), 0);
        start(&s, e, LEAT__RECV, UNTOUCHED, token, false);
        struct duel d = {.tx = e.tx};
        pthread_t thread = t_spawn(send_once, &d);
        for (unsigned i = 0; i < round % 5; i++)
            leat__os_yield();
        leat_cancel_fire(token);
        int rc = outcome(&s);
        t_join(thread);
        if (rc == 0) {
            RC(d.rc, 0);
            SAME(s.value, 5);
            NOTHING(e.rx, LEAT_EAGAIN);
        } else {
            RC(rc, LEAT_ECANCELED);
            SAME(s.value, UNTOUCHED);
            if (d.rc == 0)
                NEXT(e.rx, 5);
            else
                RC(d.rc, LEAT_ETIMEDOUT);
        }
        leat_cancel_drop(token);
        ends_drop(e);
    }
}
END_TEST

/* ---- misuse ---------------------------------------------------------------------------------------------- */

static void drop_under_an_op(void *arg)
{
    ends e = ends_new(arg);
    started s;
    start(&s, e, LEAT__RECV, UNTOUCHED, NULL, false);
    leat_rx_drop(e.rx);
}

START_TEST(the_last_drop_under_an_op_aborts)
{
    flavour f = flavours[_i];
    t_aborts(drop_under_an_op, &f, "leat_rx_drop: a call still waits");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("op");
    tcase_add_loop_test(tc, what_can_be_done_at_once_is_done_at_once, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_fired_token_ends_it_at_once_if_it_would_wait, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, an_aborted_channel_gives_ops_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_receive_is_told_by_the_send, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_send_is_told_by_the_receive, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_started_send_meets_a_started_receive, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, close_tells_both_directions, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_last_sender_tells_a_receive, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_token_tells_both_directions, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_token_that_does_not_fire_is_left, 0, FLAVOURS);
    tcase_add_loop_test(tc, cancel_takes_it_back, 0, FLAVOURS);
    tcase_add_loop_test(tc, cancel_comes_too_late, 0, FLAVOURS);
    tcase_add_loop_test(tc, callbacks_and_threads_are_served_in_turn, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_stream_into_callbacks, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_stream_out_of_callbacks, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_stream_with_cancels_loses_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, token_and_message_at_once, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_last_drop_under_an_op_aborts, 0, FLAVOURS);
    return t_run(tc);
}
