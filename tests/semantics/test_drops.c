/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_drops.c - every message has one end: received, or given to the discard hook,
 * never both and never twice. */
#define _GNU_SOURCE 1
#include "semantics.h"

#include <stdatomic.h>

/* ---- payloads on the heap, each with a mark ------------------------------------------------ */

/* Alive until it has had its end. */
struct payload {
    uint64_t alive;
    uint64_t items[3];
};

static atomic_size_t ended;

#define ALIVE UINT64_C(0x600d600d600d600d)

static uint64_t payload_new(void)
{
    struct payload *p = malloc(sizeof *p);
    *p = (struct payload){ALIVE, {1, 2, 3}};
    return (uintptr_t)p;
}

/* A second end would find the mark wiped, or AddressSanitizer would find freed
 * memory. */
static void payload_end(uint64_t value)
{
    struct payload *p = (void *)(uintptr_t)value;
    SAME(p->alive, ALIVE);
    MUST(p->items[0] == 1 && p->items[1] == 2 && p->items[2] == 3);
    p->alive = 0;
    free(p);
    atomic_fetch_add(&ended, 1);
}

static void discard_payload(void *msg, void *arg)
{
    uint64_t value;
    (void)arg;
    memcpy(&value, msg, sizeof value);
    payload_end(value);
}

static ends ends_of_payloads(const flavour *f)
{
    atomic_store(&ended, 0);
    return ends_hooked(f, 8, discard_payload, NULL);
}

struct carrier {
    ends e;
    uint64_t n;
    pthread_t thread;
};

static void *send_payloads(void *arg)
{
    struct carrier *c = arg;
    for (uint64_t i = 0; i < c->n; i++)
        RC(send_until(c->e.tx, payload_new(), leat_forever()), 0);
    return NULL;
}

static void *receive_payloads(void *arg)
{
    struct carrier *c = arg;
    uint64_t value;
    for (uint64_t i = 0; i < c->n; i++) {
        RC(leat_rx_recv(c->e.rx, &value, leat_forever()), 0);
        payload_end(value);
    }
    return NULL;
}

/* ---- counted -------------------------------------------------------------------------------------- */

START_TEST(received_or_discarded_and_all_of_them)
{
    const flavour *f = &flavours[_i];
    t_rand dice = t_random(1);
    for (int round = 0; round < 10; round++) {
        uint64_t steps = t_below(&dice, t_scaled(1000));
        uint64_t more = t_below(&dice, room(f, 50) + 1);
        ends e = ends_of_payloads(f);
        struct carrier c = {.e = e, .n = steps};
        c.thread = t_spawn(receive_payloads, &c);
        send_payloads(&c);
        t_join(c.thread);
        for (uint64_t i = 0; i < more; i++)
            RC(try_send(e.tx, payload_new()), 0);
        SAME(atomic_load(&ended), steps);
        MUST(leat_tx_drop(e.tx));
        SAME(atomic_load(&ended), steps);
        MUST(leat_rx_drop(e.rx));
        SAME(atomic_load(&ended), steps + more);
    }
}
END_TEST

START_TEST(what_a_crowd_sends_and_receives_has_one_end)
{
    enum { CROWD = 8 };
    const flavour *f = &flavours[_i];
    if (!many_tx(f) || !many_rx(f))
        return;
    ends e = ends_of_payloads(f);
    struct carrier in[CROWD];
    struct carrier out[CROWD];
    uint64_t n = t_scaled(200);
    for (int i = 0; i < CROWD; i++) {
        in[i] = (struct carrier){.e = e, .n = n};
        out[i] = (struct carrier){.e = e, .n = n};
        in[i].thread = t_spawn(send_payloads, &in[i]);
        out[i].thread = t_spawn(receive_payloads, &out[i]);
    }
    for (int i = 0; i < CROWD; i++) {
        t_join(in[i].thread);
        t_join(out[i].thread);
    }
    SAME(atomic_load(&ended), CROWD * n);
    ends_drop(e);
    SAME(atomic_load(&ended), CROWD * n);
}
END_TEST

/* ---- what nobody received --------------------------------------------------------------------------- */

/* Discarded when the last receiver goes, not when the channel does, and once. */
START_TEST(what_nobody_received_is_discarded_with_the_last_receiver)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 10);
    for (int tx_first = 0; tx_first < 2; tx_first++) {
        ends e = ends_of_payloads(f);
        for (size_t i = 0; i < n; i++)
            RC(try_send(e.tx, payload_new()), 0);
        if (tx_first == 1)
            MUST(leat_tx_drop(e.tx));
        SAME(atomic_load(&ended), 0);
        MUST(leat_rx_drop(e.rx));
        SAME(atomic_load(&ended), n);
        if (tx_first == 0)
            MUST(leat_tx_drop(e.tx));
        SAME(atomic_load(&ended), n);
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("drops");
    tcase_add_loop_test(tc, received_or_discarded_and_all_of_them, 0, FLAVOURS);
    tcase_add_loop_test(tc, what_a_crowd_sends_and_receives_has_one_end, 0,
                        FLAVOURS);
    tcase_add_loop_test(
        tc, what_nobody_received_is_discarded_with_the_last_receiver, 0,
        FLAVOURS);
    return t_run(tc);
}
