/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_started.c - leat_op: sends and receives that are started and told of later, on
 * every flavour, among themselves and with threads at the other end. */
#define _GNU_SOURCE 1
#include "looped.h"

#include "parked.h"

/* ---- at once ------------------------------------------------------------------ */

START_TEST(what_is_ready_at_once_is_told_in_dispatch)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 50);
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    loop_is_quiet(loop);
    for (unsigned i = 0; i < n; i++) {
        told_send(&t, e.tx, i, leat_forever());
        SAME(t.times, i);
        MUST(is_due(loop));
        SAME(leat_loop_dispatch(loop, 64), 1);
        SAME(t.times, i + 1);
        RC(t.rc, 0);
        loop_is_quiet(loop);
    }
    SAME(leat_chan_len(e.chan), n);
    for (unsigned i = 0; i < n; i++) {
        told_recv(&t, e.rx, leat_forever());
        SAME(t.times, n + i);
        SAME(leat_loop_dispatch(loop, 64), 1);
        SAME(t.times, n + i + 1);
        RC(t.rc, 0);
        SAME(t.value, i);
    }
    MUST(pthread_equal(t.by, pthread_self()) || n == 0);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

static int outcome_of(leat_loop *loop, told *t)
{
    unsigned before = t->times;
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 64), 1);
    SAME(t->times, before + 1);
    MUST(!is_due(loop));
    return t->rc;
}

START_TEST(what_cannot_wait_is_told_so)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    leat_cancel *fired;
    told t;
    RC(leat_cancel_new(&fired), 0);
    leat_cancel_fire(fired);
    told_init(&t, loop);
    told_recv(&t, e.rx, leat_nowait());
    RC(outcome_of(loop, &t), LEAT_EAGAIN);
    told_recv(&t, e.rx, leat_or_cancel(leat_nowait(), fired));
    RC(outcome_of(loop, &t), LEAT_EAGAIN);
    told_recv(&t, e.rx, leat_at_ns(0));
    RC(outcome_of(loop, &t), LEAT_ETIMEDOUT);
    told_recv(&t, e.rx, leat_each_ms(0));
    RC(outcome_of(loop, &t), LEAT_ETIMEDOUT);
    told_recv(&t, e.rx, leat_or_cancel(leat_at_ns(0), fired));
    RC(outcome_of(loop, &t), LEAT_ECANCELED);
    told_recv(&t, e.rx, leat_or_cancel(leat_forever(), fired));
    RC(outcome_of(loop, &t), LEAT_ECANCELED);
    SAME(t.value, UNTOUCHED);
    if (fills(f)) {
        fill(e, 0, room(f, 64));
        told_send(&t, e.tx, 5, leat_nowait());
        RC(outcome_of(loop, &t), LEAT_EAGAIN);
        told_send(&t, e.tx, 5, leat_at_ns(0));
        RC(outcome_of(loop, &t), LEAT_ETIMEDOUT);
        told_send(&t, e.tx, 5, leat_or_cancel(leat_each_ms(0), fired));
        RC(outcome_of(loop, &t), LEAT_ECANCELED);
        SAME(leat_chan_len(e.chan), room(f, 64));
    }
    SAME(parked(e.chan, LEAT__RECV) + parked(e.chan, LEAT__SEND), 0);
    MUST(leat_loop_drop(loop));
    leat_cancel_drop(fired);
    ends_drop(e);
}
END_TEST

START_TEST(ready_beats_cancelled_and_timed_out)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    leat_cancel *fired;
    told t;
    RC(leat_cancel_new(&fired), 0);
    leat_cancel_fire(fired);
    leat_until late = leat_or_cancel(leat_at_ns(0), fired);
    told_init(&t, loop);
    told_send(&t, e.tx, 5, late);
    RC(outcome_of(loop, &t), 0);
    told_recv(&t, e.rx, late);
    RC(outcome_of(loop, &t), 0);
    SAME(t.value, 5);
    MUST(leat_loop_drop(loop));
    leat_cancel_drop(fired);
    ends_drop(e);
}
END_TEST

START_TEST(a_closed_channel_says_so)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    fill(e, 7, room(f, 1));
    leat_tx_close(e.tx);
    told_send(&t, e.tx, 8, leat_forever());
    RC(outcome_of(loop, &t), LEAT_ECLOSED);
    for (size_t i = 0; i < room(f, 1); i++) {
        told_recv(&t, e.rx, leat_forever());
        RC(outcome_of(loop, &t), 0);
        SAME(t.value, 7);
    }
    told_recv(&t, e.rx, leat_forever());
    RC(outcome_of(loop, &t), LEAT_ECLOSED);
    SAME(t.value, UNTOUCHED);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* A send that may not wait, by its channel's policy, is told at once too. */
START_TEST(a_policy_is_kept)
{
    static const struct {
        enum leat_policy policy;
        int rc;
        uint64_t first; /* that is left in the channel */
    } policies[] = {
        {LEAT_POLICY_FAIL, LEAT_EAGAIN, 1},
        {LEAT_POLICY_DROP_OLDEST, 0, 2},
        {LEAT_POLICY_DROP_NEWEST, 0, 1},
    };
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        ends e;
        leat_loop *loop = loop_made(NULL);
        told t;
        RC(leat_chan_new(&e.tx, &e.rx, sizeof(uint64_t), 2,
                         LEAT_CHAN_OPTS(.policy = policies[i].policy)),
           0);
        fill(e, 1, 2);
        told_init(&t, loop);
        told_send(&t, e.tx, 3, leat_forever());
        RC(outcome_of(loop, &t), policies[i].rc);
        NEXT(e.rx, policies[i].first);
        NEXT(e.rx, policies[i].first + 1);
        NOTHING(e.rx, LEAT_EAGAIN);
        MUST(leat_loop_drop(loop));
        ends_drop(e);
    }
}
END_TEST

/* ---- later ----------------------------------------------------------------------- */

START_TEST(a_receive_is_told_after_the_send)
{
    ends e = ends_new(&flavours[_i]);
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    for (unsigned i = 0; i < 10; i++) {
        told_recv(&t, e.rx, leat_forever());
        loop_is_quiet(loop);
        SAME(parked(e.chan, LEAT__RECV), 1);
        RC(try_send(e.tx, i), 0);
        SAME(t.times, i);
        MUST(leat_op_is_started(&t.op));
        RC(outcome_of(loop, &t), 0);
        SAME(t.value, i);
        NOTHING(e.rx, LEAT_EAGAIN);
    }
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

START_TEST(a_send_is_told_after_the_receive)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    fill(e, 0, f->cap);
    for (unsigned i = 0; i < 10; i++) {
        told_send(&t, e.tx, f->cap + i, leat_forever());
        loop_is_quiet(loop);
        SAME(parked(e.chan, LEAT__SEND), 1);
        NEXT(e.rx, i);
        SAME(t.times, i);
        RC(outcome_of(loop, &t), 0);
        SAME(leat_chan_len(e.chan), f->cap);
    }
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

START_TEST(started_ends_meet_in_one_loop)
{
    ends e = ends_new(&flavours[_i]);
    leat_loop *loop = loop_made(NULL);
    told s;
    told r;
    told_init(&s, loop);
    told_init(&r, loop);
    for (unsigned i = 0; i < 20; i++) {
        if (i % 2 == 0)
            told_recv(&r, e.rx, leat_forever());
        told_send(&s, e.tx, i, leat_forever());
        if (i % 2 == 1)
            told_recv(&r, e.rx, leat_forever());
        MUST(is_due(loop));
        SAME(leat_loop_dispatch(loop, 64), 2);
        RC(s.rc, 0);
        RC(r.rc, 0);
        SAME(r.value, i);
        loop_is_quiet(loop);
    }
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

static void *drops_tx(void *tx)
{
    MUST(leat_tx_drop(tx));
    return NULL;
}

static void *drops_rx(void *rx)
{
    MUST(leat_rx_drop(rx));
    return NULL;
}

START_TEST(the_last_owner_of_the_other_end_ends_it)
{
    const flavour *f = &flavours[_i];
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    ends e = ends_new(f);
    told_recv(&t, e.rx, leat_in_ms(1000000));
    t_join(t_spawn(drops_tx, e.tx));
    RC(outcome_of(loop, &t), LEAT_ECLOSED);
    SAME(t.value, UNTOUCHED);
    loop_is_quiet(loop);
    MUST(leat_rx_drop(e.rx));
    if (fills(f)) {
        e = ends_new(f);
        fill(e, 0, f->cap);
        told_send(&t, e.tx, 9, leat_forever());
        t_join(t_spawn(drops_rx, e.rx));
        RC(outcome_of(loop, &t), LEAT_ECLOSED);
        SAME(t.value, 9);
        MUST(leat_tx_drop(e.tx));
    }
    MUST(leat_loop_drop(loop));
}
END_TEST

START_TEST(close_and_abort_end_it)
{
    const flavour *f = &flavours[_i];
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    for (int way = 0; way < 3; way++) {
        ends e = ends_new(f);
        told_recv(&t, e.rx, leat_forever());
        if (way == 0)
            leat_tx_close(e.tx);
        else if (way == 1)
            leat_rx_close(e.rx);
        else
            leat_rx_abort(e.rx);
        RC(outcome_of(loop, &t), LEAT_ECLOSED);
        ends_drop(e);
        if (!fills(f))
            continue;
        e = ends_new(f);
        fill(e, 0, f->cap);
        told_send(&t, e.tx, 1, leat_forever());
        if (way == 0)
            leat_tx_close(e.tx);
        else if (way == 1)
            leat_rx_close(e.rx);
        else
            leat_rx_abort(e.rx);
        RC(outcome_of(loop, &t), LEAT_ECLOSED);
        ends_drop(e);
    }
    MUST(leat_loop_drop(loop));
}
END_TEST

static void *fires(void *token)
{
    leat_cancel_fire(token);
    return NULL;
}

START_TEST(a_token_ends_it)
{
    const flavour *f = &flavours[_i];
    leat_loop *loop = loop_made(NULL);
    leat_cancel *token;
    told t;
    told_init(&t, loop);
    RC(leat_cancel_new(&token), 0);
    ends e = ends_new(f);
    told_recv(&t, e.rx, leat_or_cancel(leat_in_ms(1000000), token));
    MUST(!is_due(loop));
    t_join(t_spawn(fires, token));
    RC(outcome_of(loop, &t), LEAT_ECANCELED);
    SAME(t.value, UNTOUCHED);
    SAME(parked(e.chan, LEAT__RECV), 0);
    MUST(leat_cancel_drop(token));
    if (fills(f)) {
        RC(leat_cancel_new(&token), 0);
        fill(e, 0, f->cap);
        told_send(&t, e.tx, 3, leat_or_cancel(leat_forever(), token));
        leat_cancel_fire(token);
        RC(outcome_of(loop, &t), LEAT_ECANCELED);
        for (uint64_t i = 0; i < f->cap; i++)
            NEXT(e.rx, i);
        MUST(leat_cancel_drop(token));
    }
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* The token may go once the operation has been told, whatever ended it. */
START_TEST(a_token_that_does_not_fire_is_left)
{
    leat_loop *loop = loop_made(NULL);
    leat_cancel *token;
    told t;
    told_init(&t, loop);
    RC(leat_cancel_new(&token), 0);
    ends e = ends_new(&flavours[_i]);
    told_recv(&t, e.rx, leat_or_cancel(leat_forever(), token));
    t_wait_carried(token, 1);
    RC(try_send(e.tx, 2), 0);
    RC(outcome_of(loop, &t), 0);
    t_wait_carried(token, 0);
    told_recv(&t, e.rx, leat_or_cancel(leat_in_ms(1), token));
    run_until(loop, &t, 2);
    RC(t.rc, LEAT_ETIMEDOUT);
    t_wait_carried(token, 0);
    told_recv(&t, e.rx, leat_or_cancel(leat_forever(), token));
    MUST(leat_op_cancel(&t.op));
    MUST(leat_cancel_drop(token));
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

START_TEST(a_deadline_ends_it)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    int64_t due_ns = leat_now_ns() + 3000000;
    told_recv(&t, e.rx, leat_at_ns(due_ns));
    MUST(leat_loop_deadline_ns(loop) == due_ns);
    run_until(loop, &t, 1);
    RC(t.rc, LEAT_ETIMEDOUT);
    MUST(t.at_ns >= due_ns);
    SAME(t.value, UNTOUCHED);
    SAME(parked(e.chan, LEAT__RECV), 0);
    loop_is_quiet(loop);
    if (fills(f)) {
        fill(e, 0, f->cap);
        int64_t began_ns = leat_now_ns();
        told_send(&t, e.tx, 3, leat_each_ms(2));
        run_until(loop, &t, 2);
        RC(t.rc, LEAT_ETIMEDOUT);
        MUST(t.at_ns >= began_ns + 2000000);
        SAME(parked(e.chan, LEAT__SEND), 0);
        loop_is_quiet(loop);
    }
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* ---- taken back ------------------------------------------------------------------------ */

START_TEST(cancel_takes_it_back)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    MUST(!leat_op_cancel(&t.op)); /* nothing to take back */
    told_recv(&t, e.rx, leat_in_ms(1000000));
    MUST(leat_op_cancel(&t.op));
    MUST(!leat_op_is_started(&t.op));
    MUST(!leat_op_cancel(&t.op));
    SAME(parked(e.chan, LEAT__RECV), 0);
    RC(try_send(e.tx, 6), queues(f) ? 0 : LEAT_EAGAIN);
    if (queues(f))
        NEXT(e.rx, 6);
    SAME(t.value, UNTOUCHED);
    if (fills(f)) {
        fill(e, 0, f->cap);
        told_send(&t, e.tx, 8, leat_forever());
        MUST(leat_op_cancel(&t.op));
        for (uint64_t i = 0; i < f->cap; i++)
            NEXT(e.rx, i);
        NOTHING(e.rx, LEAT_EAGAIN);
    }
    loop_is_quiet(loop);
    SAME(t.times, 0);
    told_recv(&t, e.rx, leat_forever()); /* and it can be started again */
    RC(try_send(e.tx, 7), 0);
    RC(outcome_of(loop, &t), 0);
    SAME(t.value, 7);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

START_TEST(cancel_of_the_decided_is_too_late)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    told_recv(&t, e.rx, leat_forever());
    RC(try_send(e.tx, 6), 0);
    MUST(!leat_op_cancel(&t.op)); /* a message has moved */
    MUST(leat_op_is_started(&t.op));
    RC(outcome_of(loop, &t), 0);
    SAME(t.value, 6);
    told_recv(&t, e.rx, leat_nowait());
    MUST(!leat_op_cancel(&t.op)); /* decided at once */
    RC(outcome_of(loop, &t), LEAT_EAGAIN);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* ---- streams: one end is a loop, the other a thread ---------------------------------------- */

struct stream {
    ends e;
    uint64_t n;
    uint64_t next;
    leat_loop *loop;
    leat_op op;
    uint64_t value;
    bool ended;
};

static void *thread_sends(void *arg)
{
    struct stream *st = arg;
    for (uint64_t i = 0; i < st->n; i++)
        RC(send_until(st->e.tx, i, leat_forever()), 0);
    MUST(leat_tx_drop(st->e.tx));
    return NULL;
}

static void on_received(leat_op *op, int rc, void *arg)
{
    struct stream *st = arg;
    if (rc == LEAT_ECLOSED) {
        st->ended = true;
        return;
    }
    RC(rc, 0);
    SAME(st->value, st->next);
    st->next++;
    leat_op_recv(op, st->e.rx, &st->value, leat_forever());
}

static void stream_run(struct stream *st, size_t max)
{
    while (!st->ended) {
        MUST(due_within(st->loop, -1));
        leat_loop_dispatch(st->loop, max);
    }
    loop_is_quiet(st->loop);
    MUST(leat_loop_drop(st->loop));
}

START_TEST(a_stream_into_a_loop)
{
    struct stream st = {.n = t_scaled(5000), .loop = loop_made(NULL)};
    st.e = ends_new(&flavours[_i]);
    leat_op_init(&st.op, st.loop, on_received, &st);
    leat_op_recv(&st.op, st.e.rx, &st.value, leat_forever());
    pthread_t thread = t_spawn(thread_sends, &st);
    stream_run(&st, 1 + (size_t)_i % 7);
    SAME(st.next, st.n);
    t_join(thread);
    MUST(leat_rx_drop(st.e.rx));
}
END_TEST

static void *thread_receives(void *arg)
{
    struct stream *st = arg;
    uint64_t value;
    for (uint64_t i = 0; i < st->n; i++) {
        RC(leat_rx_recv(st->e.rx, &value, leat_forever()), 0);
        SAME(value, i);
    }
    RC(leat_rx_recv(st->e.rx, &value, leat_forever()), LEAT_ECLOSED);
    return NULL;
}

static void on_sent(leat_op *op, int rc, void *arg)
{
    struct stream *st = arg;
    RC(rc, 0);
    if (++st->value == st->n) {
        MUST(leat_tx_drop(st->e.tx));
        st->ended = true;
        return;
    }
    leat_op_send(op, st->e.tx, &st->value, leat_forever());
}

START_TEST(a_stream_out_of_a_loop)
{
    struct stream st = {.n = t_scaled(5000), .loop = loop_made(NULL)};
    st.e = ends_new(&flavours[_i]);
    leat_op_init(&st.op, st.loop, on_sent, &st);
    leat_op_send(&st.op, st.e.tx, &st.value, leat_forever());
    pthread_t thread = t_spawn(thread_receives, &st);
    stream_run(&st, 1 + (size_t)_i % 7);
    t_join(thread);
    MUST(leat_rx_drop(st.e.rx));
}
END_TEST

/* Receives that are taken back, or time out, at any moment: a message comes to one
 * that was not taken back, or to the next. */
START_TEST(a_stream_with_cancels_loses_nothing)
{
    struct stream st = {.n = t_scaled(3000), .loop = loop_made(NULL)};
    st.e = ends_new(&flavours[_i]);
    t_rand chance = t_random((uint64_t)_i);
    told t;
    told_init(&t, st.loop);
    pthread_t thread = t_spawn(thread_sends, &st);
    while (st.next < st.n) {
        bool brief = t_below(&chance, 4) == 0;
        unsigned before = t.times;
        told_recv(&t, st.e.rx, brief ? leat_in_ns(2000) : leat_forever());
        for (uint64_t i = t_below(&chance, 4); i > 0; i--)
            leat__os_yield();
        if (t_below(&chance, 2) == 0 && leat_op_cancel(&t.op)) {
            SAME(t.value, UNTOUCHED);
            leat__os_yield();
            continue;
        }
        run_until(st.loop, &t, before + 1);
        if (t.rc == LEAT_ETIMEDOUT) {
            MUST(brief);
            SAME(t.value, UNTOUCHED);
            continue;
        }
        RC(t.rc, 0);
        SAME(t.value, st.next);
        st.next++;
    }
    t_join(thread);
    loop_is_quiet(st.loop);
    MUST(leat_loop_drop(st.loop));
    MUST(leat_rx_drop(st.e.rx));
}
END_TEST

/* ---- turns: loops and threads in one queue --------------------------------------------------- */

START_TEST(loops_and_threads_are_served_in_turn)
{
    const flavour *f = &flavours[_i];
    if (!many_rx(f))
        return;
    enum { N = 6 };
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    told t[N];
    call c[N];
    for (size_t i = 0; i < N; i++) {
        told_init(&t[i], loop);
        if (i % 2 == 0)
            told_recv(&t[i], e.rx, leat_forever());
        else
            call_recv(&c[i], e.rx, leat_forever());
        t_wait_parked(e.chan, LEAT__RECV, i + 1);
    }
    for (uint64_t i = 0; i < N; i++)
        RC(try_send(e.tx, i), 0);
    SAME(leat_loop_dispatch(loop, 64), N / 2);
    for (size_t i = 0; i < N; i++) {
        RC(i % 2 == 0 ? t[i].rc : call_end(&c[i]), 0);
        SAME(i % 2 == 0 ? t[i].value : c[i].value, i);
    }
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("started");
    tcase_add_loop_test(tc, what_is_ready_at_once_is_told_in_dispatch, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, what_cannot_wait_is_told_so, 0, FLAVOURS);
    tcase_add_loop_test(tc, ready_beats_cancelled_and_timed_out, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_closed_channel_says_so, 0, FLAVOURS);
    tcase_add_test(tc, a_policy_is_kept);
    tcase_add_loop_test(tc, a_receive_is_told_after_the_send, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_send_is_told_after_the_receive, 0, FLAVOURS);
    tcase_add_loop_test(tc, started_ends_meet_in_one_loop, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_last_owner_of_the_other_end_ends_it, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, close_and_abort_end_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_token_ends_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_token_that_does_not_fire_is_left, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_deadline_ends_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, cancel_takes_it_back, 0, FLAVOURS);
    tcase_add_loop_test(tc, cancel_of_the_decided_is_too_late, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_stream_into_a_loop, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_stream_out_of_a_loop, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_stream_with_cancels_loses_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, loops_and_threads_are_served_in_turn, 0, FLAVOURS);
    return t_run(tc);
}
