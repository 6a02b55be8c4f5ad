/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_policy.c - a full channel: fail, drop the oldest, drop the newest, conflate,
 * and leat_tx_force. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "chan/op.h"
#include "parked.h"

static const uint32_t promises[] = {0, ONE_TX, ONE_RX, ONE_BOTH};
enum { PROMISES = 4 };

static ends with_policy(enum leat_policy policy, size_t cap, uint32_t flags,
                        bin *hooked)
{
    ends e = {0};
    RC(leat_chan_new(&e.tx, &e.rx, sizeof(uint64_t), cap,
                     LEAT_CHAN_OPTS(.policy = policy, .flags = flags,
                                    .discard = hooked == NULL ? NULL : bin_put,
                                    .discard_arg = hooked)),
       0);
    e.chan = leat_tx_chan(e.tx);
    return e;
}

/* first, first + 1, ... n of them, and then no more */
static void holds(ends e, uint64_t first, size_t n)
{
    SAME(leat_chan_len(e.chan), n);
    for (size_t i = 0; i < n; i++)
        NEXT(e.rx, first + i);
    NOTHING(e.rx, LEAT_EAGAIN);
}

/* ---- what can be asked for -------------------------------------------------- */

static int made(enum leat_policy policy, size_t cap)
{
    leat_tx *tx = NULL;
    leat_rx *rx = NULL;
    int rc = leat_chan_new(&tx, &rx, 8, cap, LEAT_CHAN_OPTS(.policy = policy));
    MUST((rc == 0) == (tx != NULL) && (rc == 0) == (rx != NULL));
    leat_tx_drop(tx);
    leat_rx_drop(rx);
    return rc;
}

START_TEST(policies_that_can_not_be_are_refused)
{
    RC(made(LEAT_POLICY_DROP_OLDEST, 0), LEAT_EINVAL);
    RC(made(LEAT_POLICY_CONFLATE, 0), LEAT_EINVAL);
    RC(made(LEAT_POLICY_CONFLATE, 2), LEAT_EINVAL);
    RC(made(LEAT_POLICY_CONFLATE, LEAT_UNBOUNDED), LEAT_EINVAL);
    RC(made((enum leat_policy)5, 1), LEAT_EINVAL);
    RC(made(LEAT_POLICY_CONFLATE, 1), 0);
    RC(made(LEAT_POLICY_DROP_OLDEST, 1), 0);
    RC(made(LEAT_POLICY_DROP_NEWEST, 0), 0);
    RC(made(LEAT_POLICY_FAIL, 0), 0);
    RC(made(LEAT_POLICY_DROP_OLDEST, LEAT_UNBOUNDED), 0);
}
END_TEST

START_TEST(an_unbounded_channel_is_never_full)
{
    const enum leat_policy all[] = {LEAT_POLICY_FAIL, LEAT_POLICY_DROP_OLDEST,
                                    LEAT_POLICY_DROP_NEWEST};
    for (size_t i = 0; i < 3 * PROMISES; i++) {
        bin b = BIN_INIT;
        ends e = with_policy(all[i % 3], LEAT_UNBOUNDED, promises[i / 3], &b);
        fill(e, 0, 2000);
        holds(e, 0, 2000);
        SAME(b.n, 0);
        ends_drop(e);
    }
}
END_TEST

/* ---- fail --------------------------------------------------------------------- */

START_TEST(fail_fails_at_once_and_keeps_what_is_there)
{
    for (size_t i = 0; i < PROMISES; i++) {
        bin b = BIN_INIT;
        ends e = with_policy(LEAT_POLICY_FAIL, 3, promises[i], &b);
        fill(e, 1, 3);
        RC(send_until(e.tx, 9, leat_forever()), LEAT_EAGAIN);
        RC(send_until(e.tx, 9, leat_in_ms(100000)), LEAT_EAGAIN);
        RC(send_until(e.tx, 9, leat_at_ns(1)), LEAT_EAGAIN);
        RC(try_send(e.tx, 9), LEAT_EAGAIN);
        NEXT(e.rx, 1);
        RC(send_until(e.tx, 4, leat_forever()), 0);
        holds(e, 2, 3);
        SAME(b.n, 0);
        ends_drop(e);
    }
}
END_TEST

/* ---- drop the oldest, conflate ------------------------------------------------- */

START_TEST(drop_oldest_keeps_the_last_ones_in_order)
{
    const size_t caps[] = {1, 2, 3, 64, 1000};
    for (size_t i = 0; i < 5 * PROMISES; i++) {
        size_t cap = caps[i % 5];
        bin b = BIN_INIT;
        ends e = with_policy(LEAT_POLICY_DROP_OLDEST, cap, promises[i / 5], &b);
        for (uint64_t v = 0; v < 2500; v++)
            RC(send_until(e.tx, v, leat_forever()), 0);
        bin_holds(&b, 0, 2500 - cap);
        holds(e, 2500 - cap, cap);
        ends_drop(e);
    }
}
END_TEST

START_TEST(drop_oldest_needs_no_hook)
{
    ends e = with_policy(LEAT_POLICY_DROP_OLDEST, 3, 0, NULL);
    fill(e, 0, 100);
    holds(e, 97, 3);
    /* and again from the middle of the ring */
    fill(e, 0, 2);
    NEXT(e.rx, 0);
    fill(e, 2, 50);
    holds(e, 49, 3);
    ends_drop(e);
}
END_TEST

START_TEST(conflate_holds_the_latest)
{
    for (size_t i = 0; i < PROMISES; i++) {
        bin b = BIN_INIT;
        ends e = with_policy(LEAT_POLICY_CONFLATE, 1, promises[i], &b);
        NOTHING(e.rx, LEAT_EAGAIN);
        for (uint64_t v = 0; v < 10; v++)
            RC(send_until(e.tx, v, leat_forever()), 0);
        bin_holds(&b, 0, 9);
        holds(e, 9, 1);
        ends_drop(e);
    }
}
END_TEST

/* ---- drop the newest ------------------------------------------------------------ */

START_TEST(drop_newest_keeps_the_first_ones)
{
    for (size_t i = 0; i < PROMISES; i++) {
        bin b = BIN_INIT;
        ends e = with_policy(LEAT_POLICY_DROP_NEWEST, 3, promises[i], &b);
        for (uint64_t v = 0; v < 100; v++)
            RC(send_until(e.tx, v, leat_forever()), 0);
        bin_holds(&b, 3, 97);
        holds(e, 0, 3);
        ends_drop(e);
    }
}
END_TEST

START_TEST(drop_newest_with_no_room_at_all_needs_a_receiver)
{
    bin b = BIN_INIT;
    ends e = with_policy(LEAT_POLICY_DROP_NEWEST, 0, 0, &b);
    RC(send_until(e.tx, 7, leat_forever()), 0);
    bin_holds(&b, 7, 1);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 8, leat_forever()), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 8);
    bin_holds(&b, 7, 1);
    ends_drop(e);
}
END_TEST

/* ---- all of them ------------------------------------------------------------------ */

static const enum leat_policy dropping[] = {
    LEAT_POLICY_DROP_OLDEST, LEAT_POLICY_DROP_NEWEST, LEAT_POLICY_CONFLATE,
    LEAT_POLICY_FAIL};

START_TEST(a_closed_channel_drops_nothing)
{
    for (size_t i = 0; i < 4 * PROMISES; i++) {
        bin b = BIN_INIT;
        ends e = with_policy(dropping[i % 4], 1, promises[i / 4], &b);
        fill(e, 5, 1);
        leat_rx_close(e.rx);
        RC(send_until(e.tx, 6, leat_forever()), LEAT_ECLOSED);
        SAME(b.n, 0);
        NEXT(e.rx, 5);
        NOTHING(e.rx, LEAT_ECLOSED);
        ends_drop(e);
    }
}
END_TEST

START_TEST(a_waiting_receiver_gets_the_message)
{
    for (size_t i = 0; i < 4 * PROMISES; i++) {
        bin b = BIN_INIT;
        ends e = with_policy(dropping[i % 4], 1, promises[i / 4], &b);
        call c;
        call_recv(&c, e.rx, leat_forever());
        t_wait_parked(e.chan, LEAT__RECV, 1);
        RC(try_send(e.tx, 3), 0);
        RC(call_end(&c), 0);
        SAME(c.value, 3);
        SAME(b.n, 0);
        ends_drop(e);
    }
}
END_TEST

static void told_by_nobody(leat__wait *wait)
{
    (void)wait;
    UNIT_FAIL("a send that may not wait was told of its end");
}

START_TEST(a_started_send_does_not_wait_either)
{
    for (size_t i = 0; i < 4; i++) {
        bin b = BIN_INIT;
        ends e = with_policy(dropping[i], 1, 0, &b);
        uint64_t v = 1;
        leat__op op;
        RC(leat__op_start(&op, e.chan, LEAT__SEND, &v, NULL, false,
                          told_by_nobody),
           0);
        v = 2;
        RC(leat__op_start(&op, e.chan, LEAT__SEND, &v, NULL, false,
                          told_by_nobody),
           dropping[i] == LEAT_POLICY_FAIL ? LEAT_EAGAIN : 0);
        SAME(b.n, dropping[i] == LEAT_POLICY_FAIL ? 0 : 1);
        holds(e, b.n == 1 ? 3 - b.value[0] : 1, 1);
        ends_drop(e);
    }
}
END_TEST

/* What is left at the end goes to the hook as well, once. */
START_TEST(each_message_meets_one_fate)
{
    bin b = BIN_INIT;
    ends e = with_policy(LEAT_POLICY_DROP_OLDEST, 8, 0, &b);
    fill(e, 0, 20);
    MUST(leat_rx_drop(e.rx));
    MUST(leat_tx_drop(e.tx));
    bin_holds(&b, 0, 20);
}
END_TEST

/* ---- large messages -------------------------------------------------------------- */

enum { LARGE_MAX = 65536 };

typedef struct large_bin {
    size_t bytes;
    size_t align;
    unsigned next;
} large_bin;

static void paint(unsigned char *msg, size_t bytes, unsigned number)
{
    for (size_t i = 0; i < bytes; i++)
        msg[i] = (unsigned char)(number * 31 + i * 7 + i / 251);
}

static void must_be(const unsigned char *msg, size_t bytes, unsigned number)
{
    for (size_t i = 0; i < bytes; i++)
        SAME(msg[i], (unsigned char)(number * 31 + i * 7 + i / 251));
}

static void large_put(void *msg, void *arg)
{
    large_bin *b = arg;
    SAME((uintptr_t)msg % b->align, 0);
    must_be(msg, b->bytes, b->next++);
}

static void displace_large(size_t bytes, size_t align)
{
    static unsigned char msg[LARGE_MAX];
    large_bin b = {bytes, align, 0};
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, bytes, 2,
                     LEAT_CHAN_OPTS(.policy = LEAT_POLICY_DROP_OLDEST,
                                    .msg_align = align, .discard = large_put,
                                    .discard_arg = &b)),
       0);
    for (unsigned i = 0; i < 7; i++) {
        paint(msg, bytes, i);
        RC(leat_tx_send(tx, msg, leat_forever()), 0);
    }
    SAME(b.next, 5);
    memset(msg, 0, sizeof msg);
    RC(leat_rx_recv(rx, msg, leat_nowait()), 0);
    must_be(msg, bytes, 5);
    b.next++;
    leat_rx_drop(rx);
    SAME(b.next, 7);
    leat_tx_drop(tx);
}

START_TEST(displaced_messages_keep_their_bytes_and_alignment)
{
    const size_t bytes[] = {1, 16, 512, 513, 4096, LARGE_MAX};
    const size_t align[] = {1, 16, 64, 128, 4096};
    for (size_t i = 0; i < 6; i++)
        for (size_t j = 0; j < 5; j++)
            displace_large(bytes[i], align[j]);
    displace_large(0, 1);
}
END_TEST

/* ---- several senders that displace ------------------------------------------------ */

enum { SENDERS = 4 };

typedef struct crowd {
    leat_tx *tx;
    uint64_t first;
    unsigned n;
    size_t bytes;
} crowd;

static void *crowd_sends(void *arg)
{
    crowd *c = arg;
    unsigned char *msg = calloc(1, c->bytes);
    for (unsigned i = 0; i < c->n; i++) {
        uint64_t v = c->first + i;
        memcpy(msg, &v, sizeof v);
        RC(leat_tx_send(c->tx, msg, leat_forever()), 0);
    }
    free(msg);
    leat_tx_drop(c->tx);
    return NULL;
}

typedef struct census {
    pthread_mutex_t mutex;
    unsigned seen[SENDERS * 4000];
    uint64_t last[SENDERS];
} census;

static void count_one(void *msg, void *arg)
{
    census *all = arg;
    uint64_t v;
    memcpy(&v, msg, sizeof v);
    pthread_mutex_lock(&all->mutex);
    all->seen[v]++;
    pthread_mutex_unlock(&all->mutex);
}

/* Each is received or dropped, once; what is received keeps each sender's order. */
static void crowd_of(enum leat_policy policy, size_t bytes, unsigned n)
{
    static census all;
    memset(&all, 0, sizeof all);
    pthread_mutex_init(&all.mutex, NULL);
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, bytes, policy == LEAT_POLICY_CONFLATE ? 1 : 3,
                     LEAT_CHAN_OPTS(.policy = policy, .discard = count_one,
                                    .discard_arg = &all)),
       0);
    pthread_t threads[SENDERS];
    crowd of[SENDERS];
    for (unsigned i = 0; i < SENDERS; i++) {
        of[i] = (crowd){leat_tx_clone(tx), (uint64_t)i * n, n, bytes};
        threads[i] = t_spawn(crowd_sends, &of[i]);
    }
    leat_tx_drop(tx);
    unsigned char *msg = malloc(bytes);
    while (leat_rx_recv(rx, msg, leat_forever()) == 0) {
        uint64_t v;
        memcpy(&v, msg, sizeof v);
        uint64_t by = v / n;
        MUST(all.last[by] == 0 || v > all.last[by]);
        all.last[by] = v;
        count_one(msg, &all);
    }
    free(msg);
    for (unsigned i = 0; i < SENDERS; i++)
        t_join(threads[i]);
    leat_rx_drop(rx);
    for (unsigned i = 0; i < SENDERS * n; i++)
        SAME(all.seen[i], 1);
}

START_TEST(many_senders_lose_nothing_unseen)
{
    const enum leat_policy policy = dropping[_i];
    crowd_of(policy, sizeof(uint64_t), t_scaled(4000));
    crowd_of(policy, 2000, t_scaled(1000));
}
END_TEST

/* ---- force ---------------------------------------------------------------------------- */

static int force(leat_tx *tx, uint64_t value, uint64_t *displaced)
{
    *displaced = UNTOUCHED;
    return leat_tx_force(tx, &value, displaced);
}

START_TEST(force_hands_the_oldest_back)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    uint64_t old;
    size_t n = room(f, 100);
    for (uint64_t v = 0; v < n; v++) {
        RC(force(e.tx, v, &old), 0);
        SAME(old, UNTOUCHED);
    }
    if (fills(f) && queues(f)) {
        for (uint64_t v = 0; v < 300; v++) {
            RC(force(e.tx, n + v, &old), 1);
            SAME(old, v);
        }
        holds(e, 300, n);
    } else {
        holds(e, 0, n);
    }
    ends_drop(e);
}
END_TEST

START_TEST(force_without_room_needs_a_receiver)
{
    ends e = ends_cap(0);
    uint64_t old;
    RC(force(e.tx, 1, &old), LEAT_EAGAIN);
    SAME(old, UNTOUCHED);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(force(e.tx, 2, &old), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 2);
    ends_drop(e);
}
END_TEST

START_TEST(force_is_refused_after_close)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    uint64_t old;
    fill(e, 0, room(f, 100));
    leat_rx_close(e.rx);
    RC(force(e.tx, 9, &old), LEAT_ECLOSED);
    SAME(old, UNTOUCHED);
    for (uint64_t v = 0; v < room(f, 100); v++)
        NEXT(e.rx, v);
    NOTHING(e.rx, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(force_overrules_the_policy)
{
    for (size_t i = 0; i < 4; i++) {
        bin b = BIN_INIT;
        ends e = with_policy(dropping[i], 1, 0, &b);
        uint64_t old;
        RC(force(e.tx, 1, &old), 0);
        RC(force(e.tx, 2, &old), 1);
        SAME(old, 1);
        holds(e, 2, 1);
        SAME(b.n, 0);
        ends_drop(e);
    }
}
END_TEST

/* A sender that waits keeps its message, and its turn. */
START_TEST(force_overtakes_who_waits)
{
    ends e = ends_cap(1);
    uint64_t old;
    call c;
    fill(e, 1, 1);
    call_send(&c, e.tx, 2, leat_forever());
    t_wait_parked(e.chan, LEAT__SEND, 1);
    RC(force(e.tx, 3, &old), 1);
    SAME(old, 1);
    NEXT(e.rx, 3);
    RC(call_end(&c), 0);
    holds(e, 2, 1);
    ends_drop(e);
}
END_TEST

typedef struct forcing {
    leat_tx *tx;
    unsigned n;
    unsigned *seen;
    uint64_t after; /* the next displaced one is above */
} forcing;

static void *forces(void *arg)
{
    forcing *f = arg;
    for (uint64_t v = 1; v <= f->n; v++) {
        uint64_t old;
        int rc = force(f->tx, v, &old);
        MUST(rc == 0 || rc == 1);
        if (rc == 1) {
            MUST(old > f->after && old < v);
            f->after = old;
            f->seen[old]++;
        }
        if (v % 64 == 0)
            sched_yield();
    }
    leat_tx_drop(f->tx);
    return NULL;
}

/* One forces, one receives: each message goes one way, and both see them in order.
 * The receiver sleeps at times, looks at times. */
START_TEST(force_beside_a_receiver)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    if (!queues(f)) {
        ends_drop(e);
        return;
    }
    unsigned n = t_scaled(40000);
    unsigned *seen = calloc(n + 1, sizeof *seen);
    unsigned *displaced = calloc(n + 1, sizeof *displaced);
    forcing one = {e.tx, n, displaced, 0};
    pthread_t thread = t_spawn(forces, &one);
    uint64_t last = 0;
    int rc;
    do {
        uint64_t got;
        rc = leat_rx_recv(e.rx, &got,
                          last % 2 == 0 ? leat_forever() : leat_nowait());
        if (rc == 0) {
            MUST(got > last && got <= n);
            last = got;
            seen[got]++;
        }
    } while (rc != LEAT_ECLOSED);
    t_join(thread);
    for (unsigned v = 1; v <= n; v++)
        SAME(seen[v] + displaced[v], 1);
    leat_rx_drop(e.rx);
    free(seen);
    free(displaced);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("policy");
    tcase_add_test(tc, policies_that_can_not_be_are_refused);
    tcase_add_test(tc, an_unbounded_channel_is_never_full);
    tcase_add_test(tc, fail_fails_at_once_and_keeps_what_is_there);
    tcase_add_test(tc, drop_oldest_keeps_the_last_ones_in_order);
    tcase_add_test(tc, drop_oldest_needs_no_hook);
    tcase_add_test(tc, conflate_holds_the_latest);
    tcase_add_test(tc, drop_newest_keeps_the_first_ones);
    tcase_add_test(tc, drop_newest_with_no_room_at_all_needs_a_receiver);
    tcase_add_test(tc, a_closed_channel_drops_nothing);
    tcase_add_test(tc, a_waiting_receiver_gets_the_message);
    tcase_add_test(tc, a_started_send_does_not_wait_either);
    tcase_add_test(tc, each_message_meets_one_fate);
    tcase_add_test(tc, displaced_messages_keep_their_bytes_and_alignment);
    tcase_add_loop_test(tc, many_senders_lose_nothing_unseen, 0, 3);
    tcase_add_loop_test(tc, force_hands_the_oldest_back, 0, FLAVOURS);
    tcase_add_test(tc, force_without_room_needs_a_receiver);
    tcase_add_loop_test(tc, force_is_refused_after_close, 0, FLAVOURS);
    tcase_add_test(tc, force_overrules_the_policy);
    tcase_add_test(tc, force_overtakes_who_waits);
    tcase_add_loop_test(tc, force_beside_a_receiver, 0, FLAVOURS);
    return t_run(tc);
}
