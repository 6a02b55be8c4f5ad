/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_bugs.c - the bugs that channel libraries ship again and again, one test for
 * each: what went wrong elsewhere, asked of leat. The comment above a test names
 * where it was found. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "chan/op.h"
#include "memory.h"
#include "parked.h"

#include <limits.h>
#include <stdatomic.h>

static const flavour unbounded = {"unbounded", LEAT_UNBOUNDED, 0};

/* ---- messages on the heap, each freed once --------------------------------------------- */

static atomic_size_t boxes; /* that live */

static uint64_t *box_new(uint64_t value)
{
    uint64_t *box = malloc(sizeof *box);
    *box = value;
    atomic_fetch_add(&boxes, 1);
    return box;
}

/* A box freed twice is AddressSanitizer's, and the count's. */
static void box_free(uint64_t *box)
{
    MUST(atomic_fetch_sub(&boxes, 1) > 0);
    free(box);
}

static void discard_box(void *msg, void *arg)
{
    uint64_t *box;
    (void)arg;
    memcpy(&box, msg, sizeof box);
    box_free(box);
}

/* Send boxes until the channel is closed or n are sent; the refused one is ours. */
static void *send_boxes(void *arg)
{
    leat_tx *tx = arg;
    for (uint64_t i = 0; i < 3000; i++) {
        uint64_t *box = box_new(i);
        int rc = leat_tx_send(tx, &box, leat_forever());
        if (rc != 0) {
            RC(rc, LEAT_ECLOSED);
            box_free(box);
            break;
        }
    }
    leat_tx_drop(tx);
    return NULL;
}

/* crossbeam-channel 0.5.12 to 0.5.14 (CVE-2025-4574): the last receiver discarded
 * the list of an unbounded channel while a sender was allocating its first block,
 * and the channel's own end freed it again. */
START_TEST(bug_double_free_on_drop_of_unbounded)
{
    for (unsigned round = 0; round < t_scaled(200); round++) {
        const flavour *f = &flavours[_i];
        ends e = ends_hooked(f, sizeof(uint64_t *), discard_box, NULL);
        size_t senders = many_tx(f) ? 2 : 1;
        pthread_t thread[2];
        for (size_t i = 1; i < senders; i++)
            MUST(leat_tx_clone(e.tx) == e.tx);
        for (size_t i = 0; i < senders; i++)
            thread[i] = t_spawn(send_boxes, e.tx);
        uint64_t *box;
        for (unsigned i = 0; i < round % 40; i++) {
            RC(leat_rx_recv(e.rx, &box, leat_forever()), 0);
            box_free(box);
        }
        MUST(leat_rx_drop(e.rx));
        for (size_t i = 0; i < senders; i++)
            t_join(thread[i]);
        SAME(atomic_load(&boxes), 0);
        SAME(memory_live(), 0);
    }
}
END_TEST

/* crossbeam#669, #1084: blocks of the unbounded list were leaked when it was dropped
 * with consumed blocks at its head, or when a send raced with the disconnect. */
START_TEST(bug_leak_in_unbounded_list)
{
    const flavour *f = &flavours[_i];
    if (fills(f))
        return;
    for (size_t in = 0; in < 1300; in += 1 + in / 3) {
        for (size_t out = 0; out <= in; out += 1 + out / 2) {
            ends e = ends_new(f);
            fill(e, 0, in);
            for (uint64_t i = 0; i < out; i++)
                NEXT(e.rx, i);
            if (in % 2 == 0) {
                leat_tx_drop(e.tx);
                leat_rx_drop(e.rx);
            } else {
                leat_rx_drop(e.rx);
                RC(try_send(e.tx, 1), LEAT_ECLOSED);
                leat_tx_drop(e.tx);
            }
            SAME(memory_live(), 0);
        }
    }
}
END_TEST

struct first {
    leat_tx *tx;
    atomic_int *ready;
    uint64_t value;
};

static void *send_the_first(void *arg)
{
    struct first *s = arg;
    atomic_fetch_sub(s->ready, 1);
    while (atomic_load(s->ready) > 0)
        ;
    RC(send_until(s->tx, s->value, leat_forever()), 0);
    return NULL;
}

/* crossbeam#972: two senders made the first block of the list at the same time. */
START_TEST(bug_list_init_race)
{
    enum { N = 3 };
    for (unsigned round = 0; round < t_scaled(300); round++) {
        ends e = ends_new(&unbounded);
        atomic_int ready = N;
        struct first s[N];
        pthread_t thread[N];
        for (uint64_t i = 0; i < N; i++) {
            s[i] = (struct first){e.tx, &ready, i};
            thread[i] = t_spawn(send_the_first, &s[i]);
        }
        unsigned seen = 0;
        for (int i = 0; i < N; i++) {
            uint64_t value;
            RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
            MUST(value < N && (seen & 1u << value) == 0);
            seen |= 1u << value;
        }
        for (int i = 0; i < N; i++)
            t_join(thread[i]);
        NOTHING(e.rx, LEAT_EAGAIN);
        ends_drop(e);
        SAME(memory_live(), 0);
    }
}
END_TEST

/* ---- large messages ------------------------------------------------------------------------- */

enum { LARGE = 4 << 20 };

static unsigned char *large;

static void *move_large(void *arg)
{
    const flavour *f = arg;
    for (int i = 0; i < 2; i++) {
        ends e = ends_hooked(f, LARGE, bin_put, NULL);
        if (queues(f)) {
            memset(large, i + 1, LARGE);
            RC(leat_tx_send(e.tx, large, leat_nowait()), 0);
            memset(large, 0, LARGE);
            RC(leat_rx_recv(e.rx, large, leat_nowait()), 0);
            MUST(large[0] == i + 1 && large[LARGE - 1] == i + 1);
        }
        RC(leat_rx_recv(e.rx, large, leat_in_ms(1)), LEAT_ETIMEDOUT);
        ends_drop(e);
    }
    return NULL;
}

/* crossbeam#1146: a block of large messages was built on the stack first. Here the
 * stack has a sixteenth of the room for one message. */
START_TEST(bug_stack_overflow_with_large_message)
{
    flavour f = flavours[_i];
    f.cap = f.cap > 3 && fills(&f) ? 3 : f.cap; /* memory is not the point */
    pthread_attr_t small;
    pthread_t thread;
    large = malloc(LARGE);
    MUST(pthread_attr_init(&small) == 0);
    MUST(pthread_attr_setstacksize(&small, LARGE / 16) == 0);
    MUST(pthread_create(&thread, &small, move_large, &f) == 0);
    t_join(thread);
    pthread_attr_destroy(&small);
    free(large);
}
END_TEST

/* ---- waits that were left ---------------------------------------------------------------------- */

static void never_told(leat__wait *wait)
{
    (void)wait;
    UNIT_FAIL("told of a wait that was given up");
}

/* oneshot 0.1.12: the receiver was dropped in mid-poll, and the sender woke what was
 * freed. Given up, an op's memory is its owner's: nobody writes or reads there. */
START_TEST(bug_use_after_free_of_a_wait_given_up)
{
    const flavour *f = &flavours[_i];
    for (int how = 0; how < 3; how++) {
        ends e = ends_new(f);
        leat__op *op = malloc(sizeof *op);
        uint64_t *value = malloc(sizeof *value);
        RC(leat__op_start(op, e.chan, LEAT__RECV, value, NULL, false,
                          never_told),
           LEAT__PENDING);
        MUST(leat__op_cancel(op));
        memset(op, 0xee, sizeof *op); /* and then AddressSanitizer watches */
        free(op);
        free(value);
        if (how == 0)
            (void)!try_send(e.tx, 1);
        if (how == 1)
            leat_tx_close(e.tx);
        if (how == 2)
            leat_rx_drop(e.rx);
        leat_tx_drop(e.tx);
        if (how != 2)
            leat_rx_drop(e.rx);
    }
}
END_TEST

static void *wait_briefly(void *arg)
{
    call *c = arg;
    c->rc = c->tx != NULL ? send_until(c->tx, 1, c->until)
                          : leat_rx_recv(c->rx, &c->value, c->until);
    /* the frame of the wait is used for other things at once */
    volatile unsigned char other[1024];
    for (size_t i = 0; i < sizeof other; i++)
        other[i] = 0x11;
    for (int i = 0; i < 20; i++)
        leat__os_yield();
    for (size_t i = 0; i < sizeof other; i++)
        MUST(other[i] == 0x11);
    return NULL;
}

/* Zig's zio#650: close signalled a waiter whose stack frame was gone, because its
 * deadline had passed at the same time. */
START_TEST(bug_close_signals_a_waiter_that_left)
{
    const flavour *f = &flavours[_i];
    for (unsigned round = 0; round < t_scaled(120); round++) {
        ends e = ends_new(f);
        call c = {.rx = e.rx, .until = leat_in_ns(round % 60 * 3000)};
        if (round % 2 == 0 && fills(f)) {
            fill(e, 0, room(f, 64));
            c.tx = e.tx;
        }
        pthread_t thread = t_spawn(wait_briefly, &c);
        for (unsigned i = 0; i < round % 7; i++)
            leat__os_yield();
        leat_tx_close(e.tx);
        t_join(thread);
        MUST(c.rc == LEAT_ECLOSED || c.rc == LEAT_ETIMEDOUT);
        ends_drop(e);
    }
}
END_TEST

/* c3lang#1843, and tylertreat/chan: close broadcast, but who waited looked at the
 * wrong thing and slept on. */
START_TEST(bug_close_not_waking_waiters)
{
    const flavour *f = &flavours[_i];
    call c;
    ends e = ends_new(f);
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    leat_rx_close(e.rx);
    RC(call_end(&c), LEAT_ECLOSED);
    ends_drop(e);
    if (!fills(f))
        return;
    e = ends_new(f);
    fill(e, 0, room(f, 64));
    call_send(&c, e.tx, 7, leat_forever());
    t_wait_parked(e.chan, LEAT__SEND, 1);
    leat_rx_close(e.rx);
    RC(call_end(&c), LEAT_ECLOSED); /* full and closed: closed */
    for (uint64_t i = 0; i < room(f, 64); i++)
        NEXT(e.rx, i);
    NOTHING(e.rx, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

static void told_nothing(leat__wait *wait)
{
    (void)wait;
}

/* async-channel 1.8.0: a future that was told and then leaked kept the message's
 * wake-up to itself, and the others waited for ever. */
START_TEST(bug_deadlock_if_a_started_wait_is_forgotten)
{
    ends e = ends_cap(4);
    leat__op op;
    uint64_t value = UNTOUCHED;
    call c;
    RC(leat__op_start(&op, e.chan, LEAT__RECV, &value, NULL, true,
                      told_nothing),
       LEAT__PENDING);
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 2);
    RC(try_send(e.tx, 1), 0); /* the op's, which nobody finishes for now */
    RC(try_send(e.tx, 2), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 2);
    RC(try_send(e.tx, 3), 0);
    NEXT(e.rx, 3);
    RC(leat__op_finish(&op, leat__wait_won(&op.wait)), 0);
    SAME(value, 1);
    ends_drop(e);
}
END_TEST

/* flume: each poll of a receive added one more entry to the channel's queue. */
START_TEST(bug_memory_growth_by_polling)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *token;
    uint64_t value;
    RC(leat_cancel_new(&token), 0);
    size_t live = memory_live();
    for (unsigned i = 0; i < t_scaled(2000); i++) {
        leat__op op;
        RC(leat__op_start(&op, e.chan, LEAT__RECV, &value,
                          leat__cancel_token(token), false, never_told),
           LEAT__PENDING);
        MUST(leat__op_cancel(&op));
        NOTHING(e.rx, LEAT_EAGAIN);
        if (i % 20 == 0)
            RC(leat_rx_recv(e.rx, &value, leat_in_ns(100)), LEAT_ETIMEDOUT);
    }
    SAME(parked(e.chan, LEAT__RECV), 0);
    t_wait_carried(token, 0);
    SAME(memory_live(), live);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* ---- owners ---------------------------------------------------------------------------------------- */

/* async-channel 1.9.0: a weak sender could be made strong after the channel had
 * closed for want of senders, and a receiver that had seen the end saw more. */
START_TEST(bug_upgrade_after_close)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    leat_tx_drop(e.tx);
    NOTHING(e.rx, LEAT_ECLOSED);
    MUST(leat_chan_tx(e.chan) == NULL);
    NOTHING(e.rx, LEAT_ECLOSED);
    SAME(leat_chan_tx_count(e.chan), 0);
    leat_rx_drop(e.rx);
    e = ends_new(f);
    leat_rx_close(e.rx);
    leat_tx *tx = leat_chan_tx(e.chan); /* an owner, of a half that is closed */
    RC(try_send(tx, 1), LEAT_ECLOSED);
    NOTHING(e.rx, LEAT_ECLOSED);
    leat_tx_drop(tx);
    ends_drop(e);
}
END_TEST

/* quickwit#2862, tokio#5490: with the server gone, requests stayed in the queue as
 * long as a client had a sender, and with them the reply channels that the clients
 * were waiting on. */
static void drop_reply(void *msg, void *arg)
{
    (void)arg;
    leat_tx *reply;
    memcpy(&reply, msg, sizeof reply);
    leat_tx_drop(reply);
}

START_TEST(bug_queued_requests_outlive_the_server)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    ends requests = ends_hooked(f, sizeof(leat_tx *), drop_reply, NULL);
    ends reply = ends_cap(1);
    RC(leat_tx_send(requests.tx, &reply.tx, leat_forever()), 0);
    leat_rx_drop(requests.rx);
    uint64_t value;
    RC(leat_rx_recv(reply.rx, &value, leat_forever()), LEAT_ECLOSED);
    leat_rx_drop(reply.rx);
    leat_tx_drop(requests.tx);
}
END_TEST

/* ---- payloads ---------------------------------------------------------------------------------------- */

struct payload {
    leat_tx *tx;
    size_t bytes;
    uint64_t n;
};

static unsigned char payload_byte(uint64_t i, size_t at)
{
    return (unsigned char)(i * 29 + at * 3);
}

static void *send_payloads(void *arg)
{
    struct payload *p = arg;
    unsigned char *msg = malloc(p->bytes + 1);
    for (uint64_t i = 0; i < p->n; i++) {
        for (size_t at = 0; at < p->bytes; at++)
            msg[at] = payload_byte(i, at);
        RC(leat_tx_send(p->tx, msg, leat_forever()), 0);
    }
    free(msg);
    return NULL;
}

/* Through the queue and from hand to hand: both happen when both ends run. */
static void payloads(const flavour *f, size_t bytes, size_t align)
{
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, bytes, f->cap,
                     LEAT_CHAN_OPTS(.flags = f->flags, .msg_align = align)),
       0);
    struct payload p = {tx, bytes, t_scaled(400)};
    pthread_t thread = t_spawn(send_payloads, &p);
    unsigned char *msg = malloc(bytes + 1);
    for (uint64_t i = 0; i < p.n; i++) {
        msg[bytes] = 0x77;
        RC(leat_rx_recv(rx, msg, leat_forever()), 0);
        for (size_t at = 0; at < bytes; at++)
            MUST(msg[at] == payload_byte(i, at));
        MUST(msg[bytes] == 0x77);
    }
    t_join(thread);
    free(msg);
    leat_tx_drop(tx);
    leat_rx_drop(rx);
}

/* kanal's payload tests: types that are over-aligned, padded, or empty came out
 * damaged when they went from hand to hand through a pointer-sized slot. */
START_TEST(bug_payload_overaligned)
{
    unit_at = flavours[_i].name;
    payloads(&flavours[_i], 128, 128);
    payloads(&flavours[_i], 40, 64);
}
END_TEST

START_TEST(bug_payload_padded)
{
    unit_at = flavours[_i].name;
    payloads(&flavours[_i], 24, 0);
    payloads(&flavours[_i], 13, 8);
    payloads(&flavours[_i], 1, 0);
}
END_TEST

START_TEST(bug_payload_of_no_bytes)
{
    unit_at = flavours[_i].name;
    payloads(&flavours[_i], 0, 0);
    payloads(&flavours[_i], 0, 4096);
}
END_TEST

/* ---- order of locks ------------------------------------------------------------------------------------- */

struct crossing {
    ends mine;
    leat_tx *other;
    pthread_t thread;
};

static void send_to_the_other(void *msg, void *arg)
{
    struct crossing *c = arg;
    int rc = leat_tx_send(c->other, msg, leat_nowait());
    MUST(rc == 0 || rc == LEAT_ECLOSED || rc == LEAT_EAGAIN);
    (void)leat_chan_len(leat_tx_chan(c->other));
}

static void *drop_mine(void *arg)
{
    struct crossing *c = arg;
    leat_rx_drop(c->mine.rx);
    return NULL;
}

/* copper#20: two channels locked in either order, by way of a select. The way that
 * leat has for one channel to act on another is the hook: it must hold nothing. */
START_TEST(bug_lock_order_inversion)
{
    const flavour f = {"bounded 7", 7, 0};
    for (unsigned round = 0; round < t_scaled(200); round++) {
        struct crossing c[2];
        for (int i = 0; i < 2; i++) {
            c[i].mine = ends_hooked(&f, 8, send_to_the_other, &c[i]);
            fill(c[i].mine, 0, 5);
        }
        c[0].other = c[1].mine.tx;
        c[1].other = c[0].mine.tx;
        for (int i = 0; i < 2; i++)
            c[i].thread = t_spawn(drop_mine, &c[i]);
        for (int i = 0; i < 2; i++)
            t_join(c[i].thread);
        for (int i = 0; i < 2; i++)
            leat_tx_drop(c[i].mine.tx);
    }
}
END_TEST

/* ---- waking and looking ------------------------------------------------------------------------------------ */

static void *send_while_others_start(void *arg)
{
    ends *e = arg;
    for (uint64_t i = 0; i < 2000; i++)
        RC(send_until(e->tx, i, leat_forever()), 0);
    return NULL;
}

static void count_told(leat__wait *wait)
{
    leat__op *op = LEAT__CONTAINER(wait, leat__op, wait);
    (void)op;
}

/* nng#1368, #919: messages were queued and the descriptor that says so was not
 * raised. Whoever starts to wait at the moment of a send has it or is told. */
START_TEST(bug_not_told_though_messages_are_queued)
{
    ends e = ends_new(&flavours[_i]);
    pthread_t thread = t_spawn(send_while_others_start, &e);
    for (uint64_t i = 0; i < 2000; i++) {
        leat__op op;
        uint64_t value = UNTOUCHED;
        int rc = leat__op_start(&op, e.chan, LEAT__RECV, &value, NULL, true,
                                count_told);
        if (rc == LEAT__PENDING) {
            while ((leat__ld32_acq(&op.wait.word) & LEAT__WAIT_DONE) == 0)
                leat__os_yield();
            rc = leat__op_finish(&op, leat__wait_won(&op.wait));
        }
        RC(rc, 0);
        SAME(value, i);
    }
    t_join(thread);
    ends_drop(e);
}
END_TEST

struct snapshot {
    ends e;
    size_t cap;
    atomic_size_t sent;
    atomic_size_t received;
    size_t n;
};

/* Sends when it knows that there is room: "full" would be a lie. */
static void *send_into_known_room(void *arg)
{
    struct snapshot *s = arg;
    for (size_t i = 0; i < s->n; i++) {
        while (i - atomic_load(&s->received) >= s->cap)
            leat__os_yield();
        RC(try_send(s->e.tx, i), 0);
        atomic_store(&s->sent, i + 1);
    }
    return NULL;
}

/* ck#102: an enqueue looked at an old snapshot of the other end's position and said
 * full when room had been made, and known to be made, before the call. And the same
 * for empty. */
START_TEST(bug_stale_snapshot_reports_full)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    struct snapshot s = {.e = ends_new(f), .cap = f->cap, .n = t_scaled(20000)};
    pthread_t thread = t_spawn(send_into_known_room, &s);
    for (size_t i = 0; i < s.n; i++) {
        while (atomic_load(&s.sent) <= i)
            leat__os_yield();
        NEXT(s.e.rx, i); /* it is there: "empty" would be a lie */
        atomic_store(&s.received, i + 1);
    }
    t_join(thread);
    ends_drop(s.e);
}
END_TEST

/* crossbeam 0.5.3, 0.5.7, flume 0.12: a very long timeout overflowed and panicked. */
START_TEST(bug_very_long_timeout_overflows)
{
    const flavour *f = &flavours[_i];
    const leat_until longest[] = {leat_in_ms(INT64_MAX), leat_in_ns(INT64_MAX),
                                  leat_each_ms(INT64_MAX),
                                  leat_at_ns(INT64_MAX - 1)};
    ends e = ends_new(f);
    for (size_t i = 0; i < 4; i++) {
        call c;
        call_recv(&c, e.rx, longest[i]);
        t_wait_parked(e.chan, LEAT__RECV, 1);
        RC(send_until(e.tx, i, longest[i]), 0);
        RC(call_end(&c), 0);
        SAME(c.value, i);
    }
    ends_drop(e);
}
END_TEST

/* kanal#24, #50, flume#135, #104: a receive that is cancelled as its message arrives
 * took it along. */
START_TEST(bug_message_lost_by_a_cancelled_receive)
{
    const flavour *f = &flavours[_i];
    for (unsigned round = 0; round < t_scaled(100); round++) {
        ends e = ends_new(f);
        leat_cancel *token;
        RC(leat_cancel_new(&token), 0);
        call r;
        call s;
        call_recv(&r, e.rx, leat_or_cancel(leat_forever(), token));
        call_send(&s, e.tx, 5, leat_or_cancel(leat_forever(), token));
        for (unsigned i = 0; i < round % 6; i++)
            leat__os_yield();
        leat_cancel_fire(token);
        int sent = call_end(&s);
        int received = call_end(&r);
        uint64_t value;
        bool queued = try_recv(e.rx, &value) == 0;
        /* sent: received or queued, one of them; not sent: neither */
        MUST((sent == 0) == ((received == 0) != queued));
        MUST(!(received == 0 && queued));
        leat_cancel_drop(token);
        ends_drop(e);
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("bugs");
    tcase_add_loop_test(tc, bug_double_free_on_drop_of_unbounded, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_leak_in_unbounded_list, 0, FLAVOURS);
    tcase_add_test(tc, bug_list_init_race);
    tcase_add_loop_test(tc, bug_stack_overflow_with_large_message, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_use_after_free_of_a_wait_given_up, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_close_signals_a_waiter_that_left, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_close_not_waking_waiters, 0, FLAVOURS);
    tcase_add_test(tc, bug_deadlock_if_a_started_wait_is_forgotten);
    tcase_add_loop_test(tc, bug_memory_growth_by_polling, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_upgrade_after_close, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_queued_requests_outlive_the_server, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, bug_payload_overaligned, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_payload_padded, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_payload_of_no_bytes, 0, FLAVOURS);
    tcase_add_test(tc, bug_lock_order_inversion);
    tcase_add_loop_test(tc, bug_not_told_though_messages_are_queued, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, bug_stale_snapshot_reports_full, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_very_long_timeout_overflows, 0, FLAVOURS);
    tcase_add_loop_test(tc, bug_message_lost_by_a_cancelled_receive, 0,
                        FLAVOURS);
    return t_run(tc);
}
