/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_fates.c - storms of small things: each is made, used by threads that do as chance
 * has it, and has to add up at its end. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "base/atomic.h"

/* ---- oneshot ------------------------------------------------------------------- */

/* Both ends in threads that do as chance has it: every value has one fate. */
struct fate {
    leat_tx *tx;
    leat_rx *rx;
    t_rand chance[2];
    _Atomic unsigned discarded;
    bool sent;
    bool got;
};

static void count_fate(void *msg, void *arg)
{
    struct fate *f = arg;
    MUST(*(uint64_t *)msg == 7);
    f->discarded++;
}

static void *fate_sends(void *arg)
{
    struct fate *f = arg;
    t_rand *chance = &f->chance[0];
    uint64_t value = 7;
    uint64_t plan = t_below(chance, 8);
    for (uint64_t n = t_below(chance, 200); n > 0; n--)
        leat__relax();
    if (plan == 0)
        leat_tx_close(f->tx);
    if (plan != 1)
        f->sent = leat_tx_send(f->tx, &value, leat_forever()) == 0;
    if (plan == 2) {
        int rc = leat_tx_wait_gone(f->tx, leat_in_ns(1000));
        MUST(rc == 0 || rc == LEAT_ETIMEDOUT);
    }
    leat_tx_drop(f->tx);
    return NULL;
}

static void *fate_receives(void *arg)
{
    struct fate *f = arg;
    t_rand *chance = &f->chance[1];
    uint64_t value = UNTOUCHED;
    int rc = LEAT_EAGAIN;
    for (uint64_t n = t_below(chance, 200); n > 0; n--)
        leat__relax();
    for (uint64_t tries = t_below(chance, 4); tries > 0 && rc != 0; tries--) {
        uint64_t how = t_below(chance, 5);
        if (how == 4)
            leat_rx_abort(f->rx);
        rc = leat_rx_recv(f->rx, &value,
                          how == 0   ? leat_nowait()
                          : how == 1 ? leat_forever()
                                     : leat_in_ns((int64_t)(how * 1000)));
        MUST(rc == 0 || rc == LEAT_ECLOSED || rc == LEAT_EAGAIN ||
             rc == LEAT_ETIMEDOUT);
        SAME(value, rc == 0 ? 7 : UNTOUCHED);
    }
    f->got = rc == 0;
    leat_rx_drop(f->rx);
    return NULL;
}

START_TEST(every_oneshot_adds_up)
{
    t_rand chance = t_random(1);
    for (unsigned n = t_scaled(3000); n > 0; n--) {
        struct fate f = {0};
        f.chance[0] = t_random(t_next(&chance));
        f.chance[1] = t_random(t_next(&chance));
        RC(leat_oneshot_new(
               &f.tx, &f.rx, sizeof(uint64_t),
               LEAT_CHAN_OPTS(.discard = count_fate, .discard_arg = &f)),
           0);
        pthread_t a = t_spawn(fate_sends, &f);
        fate_receives(&f);
        t_join(a);
        SAME(f.sent, f.got + f.discarded);
    }
}
END_TEST

/* Senders come through a channel to a thread that waits until nobody wants the value. */
static void *waits_till_unwanted(void *arg)
{
    leat_rx *senders = arg;
    leat_tx *tx;
    uint64_t value = 1;
    while (leat_rx_recv(senders, &tx, leat_forever()) == 0) {
        RC(leat_tx_wait_gone(tx, leat_forever()), 0);
        RC(leat_tx_send(tx, &value, leat_forever()), LEAT_ECLOSED);
        leat_tx_drop(tx);
    }
    return NULL;
}

START_TEST(many_oneshots_are_unwanted)
{
    leat_tx *to;
    leat_rx *from;
    RC(leat_chan_new(&to, &from, sizeof(leat_tx *), 1, NULL), 0);
    pthread_t by = t_spawn(waits_till_unwanted, from);
    for (unsigned n = t_scaled(5000); n > 0; n--) {
        ends e = {0};
        RC(leat_oneshot_new(&e.tx, &e.rx, sizeof(uint64_t), NULL), 0);
        RC(leat_tx_send(to, &e.tx, leat_forever()), 0);
        leat_rx_drop(e.rx);
    }
    leat_tx_drop(to);
    t_join(by);
    leat_rx_drop(from);
}
END_TEST

/* The same, to a thread that sends while the receiver closes. */
static void *sends_to_all(void *arg)
{
    leat_rx *senders = arg;
    leat_tx *tx;
    uint64_t value = 42;
    while (leat_rx_recv(senders, &tx, leat_forever()) == 0) {
        int rc = leat_tx_send(tx, &value, leat_forever());
        MUST(rc == 0 || rc == LEAT_ECLOSED);
        leat_tx_drop(tx);
    }
    return NULL;
}

START_TEST(many_oneshots_are_closed_under_a_send)
{
    leat_tx *to;
    leat_rx *from;
    RC(leat_chan_new(&to, &from, sizeof(leat_tx *), 1, NULL), 0);
    pthread_t by = t_spawn(sends_to_all, from);
    for (unsigned n = t_scaled(5000); n > 0; n--) {
        ends e = {0};
        uint64_t value = UNTOUCHED;
        RC(leat_oneshot_new(&e.tx, &e.rx, sizeof(uint64_t), NULL), 0);
        RC(leat_tx_send(to, &e.tx, leat_forever()), 0);
        leat_rx_close(e.rx);
        int rc = leat_rx_recv(e.rx, &value, leat_forever());
        MUST(rc == (value == 42 ? 0 : LEAT_ECLOSED));
        leat_rx_drop(e.rx);
    }
    leat_tx_drop(to);
    t_join(by);
    leat_rx_drop(from);
}
END_TEST

/* ---- watch ------------------------------------------------------------------------ */

enum { WATCHERS = 3, VERSIONS = 400 };

static _Atomic unsigned disposed;

static void count_disposed(void *msg, void *arg)
{
    (void)msg;
    (void)arg;
    disposed++;
}

struct watcher {
    leat_rx *rx;
    t_rand chance;
    pthread_t by;
    bool stays;
};

/* Looks in all ways until the end, or until it has had enough. */
static void *watches(void *arg)
{
    struct watcher *w = arg;
    uint64_t seen = 0;
    int rc = 0;
    while (rc != LEAT_ECLOSED && (w->stays || t_below(&w->chance, 50) != 0)) {
        uint64_t value = seen;
        const void *there = NULL;
        leat_until until = t_below(&w->chance, 3) == 0
                               ? leat_in_ns((int64_t)t_below(&w->chance, 2000))
                               : leat_forever();
        if (t_below(&w->chance, 2) == 0) {
            rc = leat_rx_recv(w->rx, &value, until);
        } else {
            rc = leat_watch_borrow_next(w->rx, &there, until);
            if (rc == 0)
                value = *(const uint64_t *)there;
            leat_watch_release(w->rx, there);
        }
        MUST(rc == 0 ? value > seen : value == seen);
        seen = value;
    }
    if (w->stays)
        SAME(seen, VERSIONS);
    leat_rx_drop(w->rx);
    return NULL;
}

START_TEST(every_watch_adds_up)
{
    t_rand chance = t_random(2);
    for (unsigned n = t_scaled(20); n > 0; n--) {
        struct watcher w[WATCHERS];
        leat_tx *tx;
        uint64_t value = 0;
        disposed = 0;
        RC(leat_watch_new(&tx, &w[0].rx, sizeof value, &value,
                          LEAT_CHAN_OPTS(.discard = count_disposed)),
           0);
        for (int i = 0; i < WATCHERS; i++) {
            if (i > 0)
                RC(leat_watch_subscribe(&w[i].rx, leat_tx_chan(tx)), 0);
            w[i].chance = t_random(t_next(&chance));
            w[i].stays = i == 0;
            w[i].by = t_spawn(watches, &w[i]);
        }
        for (value = 1; value <= VERSIONS; value++)
            RC(leat_tx_send(tx, &value, leat_nowait()), 0);
        leat_tx_drop(tx);
        for (int i = 0; i < WATCHERS; i++)
            t_join(w[i].by);
        SAME(disposed, VERSIONS + 1);
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("fates");
    tcase_add_test(tc, many_oneshots_are_unwanted);
    tcase_add_test(tc, many_oneshots_are_closed_under_a_send);
    tcase_add_test(tc, every_watch_adds_up);
    tcase_add_test(tc, every_oneshot_adds_up);
    return t_run(tc);
}
