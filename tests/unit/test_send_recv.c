/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_send_recv.c - sending and receiving on every flavour: order, capacity,
 * trying, waiting, and giving up. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

/* ---- without waiting -------------------------------------------------------------- */

START_TEST(first_in_first_out)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    uint64_t in = 0;
    uint64_t out = 0;
    size_t n = room(f, 1000);
    /* fill by all amounts, so that every wrap-around and block edge is met */
    for (size_t amount = 1; amount <= n; amount += 1 + amount / 8) {
        for (int round = 0; round < 5; round++) {
            for (size_t i = 0; i < amount; i++)
                RC(try_send(e.tx, in++), 0);
            SAME(leat_chan_len(e.chan), amount);
            for (size_t i = 0; i < amount; i++)
                NEXT(e.rx, out++);
            SAME(leat_chan_len(e.chan), 0);
        }
    }
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

/* Always some queued, at every distance of head and tail. */
START_TEST(a_queue_that_is_never_empty_keeps_the_order)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 600);
    ends e = ends_new(f);
    uint64_t in = 0;
    uint64_t out = 0;
    for (int round = 0; round < 3000 && n > 1; round++) {
        size_t put = (size_t)(round * 7 % 13);
        while (put-- > 0 && in - out < n)
            RC(try_send(e.tx, in++), 0);
        size_t get = (size_t)(round * 5 % 11);
        while (get-- > 0 && in - out > 1)
            NEXT(e.rx, out++);
        SAME(leat_chan_len(e.chan), in - out);
    }
    while (out < in)
        NEXT(e.rx, out++);
    ends_drop(e);
}
END_TEST

START_TEST(capacity_is_exact)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    size_t n = room(f, 10000);
    for (size_t i = 0; i < n; i++) {
        MUST(!leat_chan_is_full(e.chan));
        RC(try_send(e.tx, i), 0);
        SAME(leat_chan_len(e.chan), i + 1);
        MUST(!leat_chan_is_empty(e.chan));
    }
    if (fills(f)) {
        MUST(leat_chan_is_full(e.chan));
        for (int i = 0; i < 10; i++)
            RC(try_send(e.tx, 99), LEAT_EAGAIN);
        SAME(leat_chan_len(e.chan), n);
    }
    /* one out, one in, for more than a lap */
    for (size_t i = 0; i < 3 * n && fills(f); i++) {
        NEXT(e.rx, i);
        RC(try_send(e.tx, n + i), 0);
        RC(try_send(e.tx, 99), LEAT_EAGAIN);
    }
    ends_drop(e);
}
END_TEST

/* Found empty far from its first slot, a ring may go on from there. */
static void find_it_empty_after(ends e, uint64_t *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        RC(try_send(e.tx, *value + i), 0);
    for (size_t i = 0; i < n; i++)
        NEXT(e.rx, (*value)++);
    for (int again = 0; again < 3; again++)
        NOTHING(e.rx, LEAT_EAGAIN);
}

static void send_some(ends e, uint64_t from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        RC(try_send(e.tx, from + i), 0);
}

START_TEST(a_ring_found_empty_is_whole)
{
    enum { CAP = 6000 };
    const uint32_t flags[] = {0, ONE_BOTH, ONE_TX, ONE_RX};
    const flavour f = {"found empty", CAP, flags[_i]};
    bin gone = BIN_INIT;
    ends e = ends_hooked(&f, sizeof(uint64_t), bin_put, &gone);
    uint64_t value = 0;
    uint64_t out = 0;
    for (size_t n = 1; n <= CAP; n += 1 + n / 3) {
        /* all of its room is there, and it is full at its capacity */
        find_it_empty_after(e, &value, n);
        send_some(e, value, CAP);
        RC(try_send(e.tx, 99), LEAT_EAGAIN);
        /* the oldest is the oldest */
        uint64_t more = value + CAP;
        RC(leat_tx_force(e.tx, &more, &out), 1);
        SAME(out, value);
        for (size_t i = 0; i < CAP; i++)
            NEXT(e.rx, ++value);
        value++;
    }
    find_it_empty_after(e, &value, CAP - 1);
    send_some(e, value, 3);
    leat_rx_abort(e.rx);
    NOTHING(e.rx, LEAT_ECLOSED);
    bin_holds(&gone, value, 3);
    ends_drop(e);
}
END_TEST

START_TEST(no_capacity_is_rounded)
{
    for (size_t cap = 1; cap <= 70; cap++) {
        const uint32_t flags[] = {0, ONE_BOTH, ONE_TX, ONE_RX};
        for (size_t i = 0; i < 4; i++) {
            flavour f = {"any capacity", cap, flags[i]};
            ends e = ends_new(&f);
            fill(e, 0, cap);
            RC(try_send(e.tx, 99), LEAT_EAGAIN);
            SAME(leat_chan_cap(e.chan), cap);
            ends_drop(e);
        }
    }
}
END_TEST

START_TEST(nothing_there_answers_at_once)
{
    ends e = ends_new(&flavours[_i]);
    for (int i = 0; i < 3; i++)
        NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

START_TEST(a_rendezvous_keeps_nothing)
{
    const flavour *f = &flavours[_i];
    if (queues(f))
        return;
    ends e = ends_new(f);
    RC(try_send(e.tx, 1), LEAT_EAGAIN);
    NOTHING(e.rx, LEAT_EAGAIN);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    SAME(leat_chan_len(e.chan), 0);
    MUST(leat_chan_is_full(e.chan) && leat_chan_is_empty(e.chan));
    RC(try_send(e.tx, 2), 0); /* to the one that waits */
    RC(try_send(e.tx, 3), LEAT_EAGAIN);
    RC(call_end(&c), 0);
    SAME(c.value, 2);
    call_send(&c, e.tx, 4, leat_forever());
    t_wait_parked(e.chan, LEAT__SEND, 1);
    SAME(leat_chan_len(e.chan), 0);
    MUST(leat_chan_is_full(e.chan) && leat_chan_is_empty(e.chan));
    NEXT(e.rx, 4);
    NOTHING(e.rx, LEAT_EAGAIN);
    RC(call_end(&c), 0);
    ends_drop(e);
}
END_TEST

/* ---- one waits, the other comes --------------------------------------------------- */

static leat_until untils(int i)
{
    switch (i) {
    case 0:
        return leat_forever();
    case 1:
        return leat_in_ms(INT64_MAX);
    case 2:
        return leat_in_ns(INT64_MAX);
    case 3:
        return leat_in_ms(INT64_C(1000) * 3600 * 24 * 365 * 200);
    case 4:
        return leat_at_ns(INT64_MAX - 1);
    case 5:
        return leat_each_ms(INT64_MAX);
    case 6:
        return leat_each_ms(INT64_MAX / 1000000 - 1);
    case 7:
        return leat_each_ms(INT64_C(1000) * 3600 * 24 * 365 * 50);
    case 8:
        return (leat_until){.deadline_ns = INT64_MIN};
    case 9:
        return (leat_until){.deadline_ns = INT64_MIN + 1};
    default:
        return leat_each_ms(3600 * 1000);
    }
}

enum { UNTILS = 11 };

START_TEST(a_waiting_receiver_is_woken_by_a_send)
{
    ends e = ends_new(&flavours[_i]);
    for (int i = 0; i < UNTILS; i++) {
        call c;
        call_recv(&c, e.rx, untils(i));
        t_wait_parked(e.chan, LEAT__RECV, 1);
        RC(send_until(e.tx, 40 + (uint64_t)i, leat_forever()), 0);
        RC(call_end(&c), 0);
        SAME(c.value, 40 + (uint64_t)i);
        SAME(leat_chan_len(e.chan), 0);
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_waiting_sender_is_woken_by_a_receive)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    size_t n = room(f, 64);
    uint64_t out = 0;
    fill(e, 0, n);
    for (int i = 0; i < UNTILS; i++) {
        call c;
        call_send(&c, e.tx, n + (uint64_t)i, untils(i));
        t_wait_parked(e.chan, LEAT__SEND, 1);
        SAME(leat_chan_len(e.chan), n);
        NEXT(e.rx, out++);
        RC(call_end(&c), 0);
        SAME(leat_chan_len(e.chan), n); /* it took the room at once */
    }
    while (out < n + UNTILS)
        NEXT(e.rx, out++);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

START_TEST(waiting_receivers_are_served_in_turn)
{
    const flavour *f = &flavours[_i];
    if (!many_rx(f))
        return;
    enum { N = 5 };
    ends e = ends_new(f);
    call c[N];
    for (size_t i = 0; i < N; i++) {
        call_recv(&c[i], e.rx, leat_forever());
        t_wait_parked(e.chan, LEAT__RECV, i + 1);
    }
    for (uint64_t i = 0; i < N; i++)
        RC(try_send(e.tx, i), 0);
    for (uint64_t i = 0; i < N; i++) {
        RC(call_end(&c[i]), 0);
        SAME(c[i].value, i);
    }
    ends_drop(e);
}
END_TEST

START_TEST(waiting_senders_are_served_in_turn)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f) || !fills(f))
        return;
    enum { N = 5 };
    ends e = ends_new(f);
    call c[N];
    size_t n = room(f, 64);
    fill(e, 0, n);
    for (size_t i = 0; i < N; i++) {
        call_send(&c[i], e.tx, n + i, leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, i + 1);
    }
    for (uint64_t i = 0; i < n + N; i++)
        NEXT(e.rx, i);
    for (uint64_t i = 0; i < N; i++)
        RC(call_end(&c[i]), 0);
    ends_drop(e);
}
END_TEST

/* One in the middle gives up: the others keep their places. */
START_TEST(who_gives_up_leaves_the_queue)
{
    ends e = ends_cap(0);
    leat_cancel *token;
    call c[3];
    RC(leat_cancel_new(&token), 0);
    for (size_t i = 0; i < 3; i++) {
        call_send(&c[i], e.tx, i,
                  i == 1 ? leat_or_cancel(leat_forever(), token)
                         : leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, i + 1);
    }
    leat_cancel_fire(token);
    RC(call_end(&c[1]), LEAT_ECANCELED);
    SAME(parked(e.chan, LEAT__SEND), 2);
    NEXT(e.rx, 0);
    NEXT(e.rx, 2);
    NOTHING(e.rx, LEAT_EAGAIN);
    RC(call_end(&c[0]), 0);
    RC(call_end(&c[2]), 0);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* ---- giving up ----------------------------------------------------------------------- */

START_TEST(a_receive_times_out_not_too_early)
{
    ends e = ends_new(&flavours[_i]);
    for (int i = 0; i < 2; i++) {
        uint64_t value = UNTOUCHED;
        int64_t before = leat_now_ns();
        RC(leat_rx_recv(e.rx, &value,
                        i == 0 ? leat_in_ms(15) : leat_each_ms(15)),
           LEAT_ETIMEDOUT);
        MUST(leat_now_ns() - before >= 15000000);
        SAME(value, UNTOUCHED);
        SAME(parked(e.chan, LEAT__RECV), 0);
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_send_times_out_not_too_early)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    size_t n = room(f, 64);
    fill(e, 0, n);
    for (int i = 0; i < 2; i++) {
        int64_t before = leat_now_ns();
        RC(send_until(e.tx, 99, i == 0 ? leat_in_ms(15) : leat_each_ms(15)),
           LEAT_ETIMEDOUT);
        MUST(leat_now_ns() - before >= 15000000);
        SAME(leat_chan_len(e.chan), n);
        SAME(parked(e.chan, LEAT__SEND), 0);
    }
    for (size_t i = 0; i < n; i++)
        NEXT(e.rx, i);
    NOTHING(e.rx, LEAT_EAGAIN); /* 99 was never in there */
    ends_drop(e);
}
END_TEST

static const int64_t past_ns[] = {0, 1, -1, -1000000, INT64_MIN};

START_TEST(the_past_is_a_timeout_after_one_try)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    size_t n = room(f, 64);
    for (size_t i = 0; i < sizeof past_ns / sizeof past_ns[0]; i++) {
        leat_until past = leat_at_ns(past_ns[i]);
        uint64_t value = UNTOUCHED;
        RC(leat_rx_recv(e.rx, &value, past), LEAT_ETIMEDOUT);
        SAME(value, UNTOUCHED);
        for (size_t k = 0; k < n; k++)
            RC(send_until(e.tx, k, past), 0);
        if (fills(f))
            RC(send_until(e.tx, 99, past), LEAT_ETIMEDOUT);
        for (size_t k = 0; k < n; k++) {
            RC(leat_rx_recv(e.rx, &value, past), 0);
            SAME(value, k);
        }
    }
    uint64_t value;
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(0)), LEAT_ETIMEDOUT);
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(-1)), LEAT_ETIMEDOUT);
    RC(leat_rx_recv(e.rx, &value, leat_each_ms(0)), LEAT_ETIMEDOUT);
    RC(leat_rx_recv(e.rx, &value, leat_each_ms(-7)), LEAT_ETIMEDOUT);
    ends_drop(e);
}
END_TEST

START_TEST(a_past_deadline_still_meets_who_waits)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 6, leat_at_ns(-1)), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 6);
    if (f->cap == 0) {
        call_send(&c, e.tx, 7, leat_forever());
        t_wait_parked(e.chan, LEAT__SEND, 1);
        uint64_t value;
        RC(leat_rx_recv(e.rx, &value, leat_at_ns(-1)), 0);
        SAME(value, 7);
        RC(call_end(&c), 0);
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_wait_that_timed_out_takes_nothing_later)
{
    ends e = ends_new(&flavours[_i]);
    uint64_t value = UNTOUCHED;
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(1)), LEAT_ETIMEDOUT);
    call c;
    call_send(&c, e.tx, 8, leat_forever());
    RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
    SAME(value, 8);
    RC(call_end(&c), 0);
    ends_drop(e);
}
END_TEST

/* ---- streams -------------------------------------------------------------------------- */

static void *stream_in(void *arg)
{
    call *c = arg;
    uint64_t i = 0;
    while (i < c->value) {
        int rc = send_until(c->tx, i, c->until);
        if (rc == 0)
            i++;
        else if (rc != LEAT_ETIMEDOUT && rc != LEAT_EAGAIN)
            UNIT_FAIL("send gave %s", leat_err_name(rc));
        else
            leat__os_yield(); /* or a busy machine gives each try a time slice */
    }
    return NULL;
}

enum { IMPATIENCE = 5 };

static leat_until impatience(int i)
{
    switch (i) {
    case 0:
        return leat_forever();
    case 1:
        return leat_nowait();
    case 2:
        return leat_in_ns(1);
    case 3:
        return leat_each_ms(1);
    default:
        return (leat_until){.deadline_ns = -3000}; /* 3 us each */
    }
}

static void stream(const flavour *f, uint64_t n, int in, int out)
{
    ends e = ends_new(f);
    call c = {.tx = e.tx, .value = n, .until = impatience(in)};
    leat_until until = impatience(out);
    c.thread = t_spawn(stream_in, &c);
    uint64_t i = 0;
    while (i < n) {
        uint64_t value = UNTOUCHED;
        int rc = leat_rx_recv(e.rx, &value, until);
        if (rc == 0) {
            SAME(value, i);
            i++;
        } else {
            SAME(value, UNTOUCHED);
            RC(rc, out == 1 ? LEAT_EAGAIN : LEAT_ETIMEDOUT);
            leat__os_yield();
        }
    }
    t_join(c.thread);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}

START_TEST(a_stream_arrives_in_order)
{
    stream(&flavours[_i], t_scaled(20000), 0, 0);
}
END_TEST

START_TEST(a_stream_survives_impatient_ends)
{
    const flavour *f = &flavours[_i];
    uint64_t n = t_scaled(2000);
    for (int i = 1; i < IMPATIENCE; i++) {
        stream(f, n, 0, i);
        stream(f, n, i, 0);
        if (queues(f)) /* else they would seldom meet */
            stream(f, n, i, i);
    }
}
END_TEST

struct crowd {
    ends e;
    uint64_t base;
    uint64_t sum;
    size_t n;
    pthread_t thread;
};

enum { CROWD = 3, EACH = 2000 };

static void *crowd_send(void *arg)
{
    struct crowd *me = arg;
    for (uint64_t i = 0; i < EACH; i++)
        RC(send_until(me->e.tx, me->base + i, leat_forever()), 0);
    MUST(leat_tx_drop(me->e.tx) == false);
    return NULL;
}

/* Each sender's messages come in its order, to whichever receiver. */
static void *crowd_recv(void *arg)
{
    struct crowd *me = arg;
    uint64_t next[CROWD] = {0};
    uint64_t value;
    while (leat_rx_recv(me->e.rx, &value, leat_forever()) == 0) {
        uint64_t who = value / EACH;
        MUST(who < CROWD && value % EACH >= next[who]);
        next[who] = value % EACH + 1;
        me->sum += value;
        me->n++;
    }
    return NULL;
}

START_TEST(many_to_many_counts_add_up)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    size_t senders = many_tx(f) ? CROWD : 1;
    size_t receivers = many_rx(f) ? CROWD : 1;
    struct crowd s[CROWD];
    struct crowd r[CROWD];
    for (size_t i = 0; i < receivers; i++) {
        r[i] = (struct crowd){.e = e};
        r[i].thread = t_spawn(crowd_recv, &r[i]);
    }
    if (senders > 1) {
        for (size_t i = 0; i < senders; i++) {
            s[i] = (struct crowd){.e = e, .base = i * EACH};
            MUST(leat_tx_clone(e.tx) == e.tx);
            s[i].thread = t_spawn(crowd_send, &s[i]);
        }
        for (size_t i = 0; i < senders; i++)
            t_join(s[i].thread);
    } else {
        for (uint64_t i = 0; i < EACH; i++)
            RC(send_until(e.tx, i, leat_forever()), 0);
    }
    MUST(leat_tx_drop(e.tx));
    uint64_t sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < receivers; i++) {
        t_join(r[i].thread);
        sum += r[i].sum;
        n += r[i].n;
    }
    uint64_t all = senders * EACH;
    SAME(n, all);
    SAME(sum, all * (all - 1) / 2);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* ---- what happens before what: ThreadSanitizer judges ---------------------------------- */

static int parcel[2];

static void *send_address(void *arg)
{
    ends *e = arg;
    for (int i = 0; i < 2; i++) {
        parcel[i] = 11 + i;
        RC(send_until(e->tx, (uint64_t)(uintptr_t)&parcel[i], leat_forever()),
           0);
    }
    return NULL;
}

START_TEST(a_send_happens_before_its_receive)
{
    ends e = ends_new(&flavours[_i]);
    pthread_t thread;
    thread = t_spawn(send_address, &e);
    for (int i = 0; i < 2; i++) {
        uint64_t value;
        RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
        SAME(*(int *)(uintptr_t)value, 11 + i);
    }
    t_join(thread);
    ends_drop(e);
}
END_TEST

/* A channel of capacity 1 is a mutex: send to lock, receive to unlock. */
static long guarded;

static void *lock_and_add(void *arg)
{
    ends *e = arg;
    for (int i = 0; i < 3000; i++) {
        uint64_t value;
        RC(send_until(e->tx, 0, leat_forever()), 0);
        guarded++;
        RC(leat_rx_recv(e->rx, &value, leat_nowait()), 0);
    }
    return NULL;
}

START_TEST(a_receive_happens_before_the_send_it_makes_room_for)
{
    enum { N = 3 };
    ends e = ends_cap(1);
    pthread_t thread[N];
    for (int i = 0; i < N; i++)
        thread[i] = t_spawn(lock_and_add, &e);
    for (int i = 0; i < N; i++)
        t_join(thread[i]);
    SAME(guarded, N * 3000);
    ends_drop(e);
}
END_TEST

/* The same for all: c plain cells, reused when the k-th receive has made room for
 * the (k + c)-th send. The receiver reads a cell, then receives. */
struct cells {
    ends e;
    size_t cap;
    uint64_t cell[64];
};

static void *write_cells(void *arg)
{
    struct cells *s = arg;
    for (uint64_t k = 0; k < 2000; k++) {
        RC(send_until(s->e.tx, k, leat_forever()), 0);
        s->cell[k % s->cap] = k; /* after the send: its room was made before */
    }
    return NULL;
}

START_TEST(room_is_made_before_it_is_used)
{
    const flavour *f = &flavours[_i];
    if (!queues(f) || !fills(f))
        return;
    struct cells s = {.e = ends_new(f), .cap = f->cap};
    pthread_t thread;
    thread = t_spawn(write_cells, &s);
    for (uint64_t k = 0; k < 2000; k++) {
        /* ours: the cell of the send before last lap, which the sender can not
         * touch before this receive */
        if (k >= s.cap)
            s.cell[(k - s.cap) % s.cap] = UNTOUCHED;
        uint64_t value;
        RC(leat_rx_recv(s.e.rx, &value, leat_forever()), 0);
        SAME(value, k);
        (void)value;
    }
    t_join(thread);
    ends_drop(s.e);
}
END_TEST

static int before_meeting;

static void *meet(void *arg)
{
    ends *e = arg;
    uint64_t value;
    before_meeting = 5;
    RC(leat_rx_recv(e->rx, &value, leat_forever()), 0);
    return NULL;
}

START_TEST(a_rendezvous_receive_happens_before_the_sends_return)
{
    const flavour *f = &flavours[_i];
    if (queues(f))
        return;
    ends e = ends_new(f);
    pthread_t thread;
    thread = t_spawn(meet, &e);
    RC(send_until(e.tx, 1, leat_forever()), 0);
    SAME(before_meeting, 5);
    t_join(thread);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("send_recv");
    tcase_add_loop_test(tc, first_in_first_out, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_queue_that_is_never_empty_keeps_the_order, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, capacity_is_exact, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_ring_found_empty_is_whole, 0, 4);
    tcase_add_test(tc, no_capacity_is_rounded);
    tcase_add_loop_test(tc, nothing_there_answers_at_once, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_rendezvous_keeps_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_waiting_receiver_is_woken_by_a_send, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_waiting_sender_is_woken_by_a_receive, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, waiting_receivers_are_served_in_turn, 0, FLAVOURS);
    tcase_add_loop_test(tc, waiting_senders_are_served_in_turn, 0, FLAVOURS);
    tcase_add_test(tc, who_gives_up_leaves_the_queue);
    tcase_add_loop_test(tc, a_receive_times_out_not_too_early, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_send_times_out_not_too_early, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_past_is_a_timeout_after_one_try, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_past_deadline_still_meets_who_waits, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_wait_that_timed_out_takes_nothing_later, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_stream_arrives_in_order, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_stream_survives_impatient_ends, 0, FLAVOURS);
    tcase_add_loop_test(tc, many_to_many_counts_add_up, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_send_happens_before_its_receive, 0, FLAVOURS);
    tcase_add_test(tc, a_receive_happens_before_the_send_it_makes_room_for);
    tcase_add_loop_test(tc, room_is_made_before_it_is_used, 0, FLAVOURS);
    tcase_add_loop_test(
        tc, a_rendezvous_receive_happens_before_the_sends_return, 0, FLAVOURS);
    return t_run(tc);
}
