/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_try.c - sends and receives that do not wait, and what they say: empty, full,
 * the message, or the end. */
#define _GNU_SOURCE 1
#include "semantics.h"

START_TEST(a_try_sees_empty_then_the_message_then_the_end)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    given g;
    NOTHING(e.rx, LEAT_EAGAIN);
    give(&g, f, e.tx, 7);
    NEXT(e.rx, 7);
    given_away(&g);
    NOTHING(e.rx, LEAT_EAGAIN);
    MUST(leat_tx_drop(e.tx));
    NOTHING(e.rx, LEAT_ECLOSED);
    NOTHING(e.rx, LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* The same for a channel that never had a message. */
START_TEST(an_open_one_is_empty_and_one_without_senders_is_closed)
{
    ends e = ends_new(&flavours[_i]);
    NOTHING(e.rx, LEAT_EAGAIN);
    NOTHING(e.rx, LEAT_EAGAIN);
    MUST(leat_tx_drop(e.tx));
    NOTHING(e.rx, LEAT_ECLOSED);
    NOTHING(e.rx, LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(a_try_sees_full_then_room_then_who_waits_then_the_end)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    fill(e, 1, f->cap);
    RC(try_send(e.tx, 99), LEAT_EAGAIN);
    if (queues(f)) {
        NEXT(e.rx, 1);
        RC(try_send(e.tx, f->cap + 1), 0);
        RC(try_send(e.tx, 99), LEAT_EAGAIN);
        for (uint64_t i = 0; i < f->cap; i++)
            NEXT(e.rx, 2 + i);
        NOTHING(e.rx, LEAT_EAGAIN);
    }
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(try_send(e.tx, 8), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 8);
    fill(e, 1, f->cap); /* full and over is over */
    MUST(leat_rx_drop(e.rx));
    takes_nothing(e.tx);
    MUST(leat_tx_drop(e.tx));
}
END_TEST

/* ---- another thread in between ------------------------------------------------------------- */

struct states {
    ends asked;
    ends go;
    ends done;
};

static void *send_when_told(void *arg)
{
    struct states *s = arg;
    COMES(s->go.rx, 1);
    RC(send_until(s->asked.tx, 1, leat_forever()), 0);
    RC(send_until(s->done.tx, 1, leat_forever()), 0);
    COMES(s->go.rx, 2);
    MUST(leat_tx_drop(s->asked.tx));
    RC(send_until(s->done.tx, 2, leat_forever()), 0);
    return NULL;
}

/* What a try says follows at once what another thread has surely done. */
START_TEST(tries_follow_what_another_thread_did)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    struct states s = {ends_new(f), ends_new(f), ends_new(f)};
    pthread_t thread = t_spawn(send_when_told, &s);
    NOTHING(s.asked.rx, LEAT_EAGAIN);
    RC(send_until(s.go.tx, 1, leat_forever()), 0);
    COMES(s.done.rx, 1);
    NEXT(s.asked.rx, 1);
    NOTHING(s.asked.rx, LEAT_EAGAIN);
    RC(send_until(s.go.tx, 2, leat_forever()), 0);
    COMES(s.done.rx, 2);
    NOTHING(s.asked.rx, LEAT_ECLOSED);
    t_join(thread);
    leat_rx_drop(s.asked.rx);
    ends_drop(s.go);
    ends_drop(s.done);
}
END_TEST

struct answer {
    leat_rx *asked;
    leat_tx *answered;
};

static void *answer_one(void *arg)
{
    struct answer *a = arg;
    uint64_t value;
    RC(leat_rx_recv(a->asked, &value, leat_forever()), 0);
    RC(try_send(a->answered, value + 1), 0);
    return NULL;
}

START_TEST(a_try_wakes_who_waits)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    for (unsigned i = 0; i < t_scaled(100); i++) {
        ends ask = ends_new(f);
        ends tell = ends_new(f);
        struct answer a = {ask.rx, tell.tx};
        pthread_t thread = t_spawn(answer_one, &a);
        RC(try_send(ask.tx, i), 0);
        COMES(tell.rx, i + 1);
        t_join(thread);
        ends_drop(ask);
        ends_drop(tell);
    }
}
END_TEST

/* ---- several sizes ---------------------------------------------------------------------------- */

struct operand {
    const char *name;
    size_t bytes;
    const void *to_receiver;
    const void *from_sender;
};

struct partner {
    ends e;
    const struct operand *type;
};

static void *receive_operand(void *arg)
{
    struct partner *p = arg;
    unsigned char got[32];
    RC(leat_rx_recv(p->e.rx, got, leat_forever()), 0);
    MUST(memcmp(got, p->type->to_receiver, p->type->bytes) == 0);
    return NULL;
}

static void *send_operand(void *arg)
{
    struct partner *p = arg;
    RC(leat_tx_send(p->e.tx, p->type->from_sender, leat_forever()), 0);
    return NULL;
}

static void try_to_meet(const flavour *f, const struct operand *type)
{
    struct partner p = {ends_hooked(f, type->bytes, NULL, NULL), type};
    unsigned char got[32];
    RC(leat_rx_recv(p.e.rx, got, leat_nowait()), LEAT_EAGAIN);

    pthread_t partner = t_spawn(receive_operand, &p);
    int rc;
    while ((rc = leat_tx_send(p.e.tx, type->to_receiver, leat_nowait())) != 0) {
        RC(rc, LEAT_EAGAIN);
        leat__os_yield();
    }
    t_join(partner);

    partner = t_spawn(send_operand, &p);
    while ((rc = leat_rx_recv(p.e.rx, got, leat_nowait())) != 0) {
        RC(rc, LEAT_EAGAIN);
        leat__os_yield();
    }
    MUST(memcmp(got, type->from_sender, type->bytes) == 0);
    t_join(partner);
    ends_drop(p.e);
}

/* Tries that are repeated meet a partner that waits, whatever the type. */
START_TEST(tries_meet_a_partner_of_any_type)
{
    const int32_t i32[] = {123, 234};
    const int64_t i64[] = {123456, 234567};
    const bool truth[] = {true, true};
    const char text[][16] = {"hello", "hello again"};
    const struct operand types[] = {
        {"int32_t", sizeof i32[0], &i32[0], &i32[1]},
        {"int64_t", sizeof i64[0], &i64[0], &i64[1]},
        {"bool", sizeof truth[0], &truth[0], &truth[1]},
        {"char[16]", sizeof text[0], &text[0], &text[1]},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        try_to_meet(&flavours[_i], &types[i]);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("try");
    tcase_add_loop_test(tc, a_try_sees_empty_then_the_message_then_the_end, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc,
                        an_open_one_is_empty_and_one_without_senders_is_closed,
                        0, FLAVOURS);
    tcase_add_loop_test(
        tc, a_try_sees_full_then_room_then_who_waits_then_the_end, 0, FLAVOURS);
    tcase_add_loop_test(tc, tries_follow_what_another_thread_did, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_try_wakes_who_waits, 0, FLAVOURS);
    tcase_add_loop_test(tc, tries_meet_a_partner_of_any_type, 0, FLAVOURS);
    return t_run(tc);
}
