/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* fates.c - storms of small things, oneshots and watches: each is made, used by threads
 * that do as chance has it, and has to add up at its end. See small.h. */
#define _GNU_SOURCE 1
#include "small.h"

#include "base/atomic.h"

#define UNTOUCHED UINT64_C(0x7777777777777777)

/* A receive in one of the ways that there are, besides the plain one: by a select, beside
 * something that never comes; or told first, and then tried. */
static int recv_selected(leat_rx *rx, uint64_t *value, t_rand *chance,
                         leat_until until)
{
    leat_case cases[] = {leat_on_recv(rx, value), leat_on_at(INT64_MAX - 1),
                         leat_on_recv(rx, value)};
    bool asks = t_below(chance, 2) == 0;
    int index =
        asks ? leat_ready(cases, 3, 0, until) : leat_select(cases, 3, 0, until);
    STORM_MUST(index != 1);
    if (index < 0)
        return index;
    return asks ? leat_rx_recv(rx, value, leat_nowait()) : cases[index].rc;
}

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
    STORM_MUST(*(uint64_t *)msg == 7);
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
        STORM_MUST(rc == 0 || rc == LEAT_ETIMEDOUT);
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
        leat_until until = how == 0   ? leat_nowait()
                           : how == 1 ? leat_forever()
                                      : leat_in_ns((int64_t)(how * 1000));
        if (how == 4)
            leat_rx_abort(f->rx);
        rc = t_below(chance, 2) == 0
                 ? leat_rx_recv(f->rx, &value, until)
                 : recv_selected(f->rx, &value, chance, until);
        STORM_MUST(rc == 0 || rc == LEAT_ECLOSED || rc == LEAT_EAGAIN ||
                   rc == LEAT_ETIMEDOUT);
        STORM_MUST(value == (rc == 0 ? 7 : UNTOUCHED));
    }
    f->got = rc == 0;
    leat_rx_drop(f->rx);
    return NULL;
}

static uint64_t one_oneshot(t_rand *dice)
{
    struct fate f = {0};
    leat_chan_opts opts = {
        .size = sizeof opts, .discard = count_fate, .discard_arg = &f};
    f.chance[0] = t_random(t_next(dice));
    f.chance[1] = t_random(t_next(dice));
    STORM_MUST(leat_oneshot_new(&f.tx, &f.rx, sizeof(uint64_t), &opts) == 0);
    pthread_t a = t_spawn(fate_sends, &f);
    fate_receives(&f);
    t_join(a);
    STORM_MUST(f.sent == f.got + f.discarded);
    return 1;
}

/* Senders come through a channel to a thread that waits until nobody wants the value. */
static void *waits_till_unwanted(void *arg)
{
    leat_rx *senders = arg;
    leat_tx *tx;
    uint64_t value = 1;
    while (leat_rx_recv(senders, &tx, leat_forever()) == 0) {
        STORM_MUST(leat_tx_wait_gone(tx, leat_forever()) == 0);
        STORM_MUST(leat_tx_send(tx, &value, leat_forever()) == LEAT_ECLOSED);
        leat_tx_drop(tx);
    }
    return NULL;
}

enum { TO_ANOTHER = 500 };

/* The sending halves go to another thread, and end there what it does with them. */
static uint64_t many_go(void *(*thither)(void *), void (*end)(leat_rx *rx))
{
    leat_tx *to;
    leat_rx *from;
    STORM_MUST(leat_chan_new(&to, &from, sizeof(leat_tx *), 1, NULL) == 0);
    pthread_t by = t_spawn(thither, from);
    for (int n = 0; n < TO_ANOTHER; n++) {
        leat_tx *tx;
        leat_rx *rx;
        STORM_MUST(leat_oneshot_new(&tx, &rx, sizeof(uint64_t), NULL) == 0);
        STORM_MUST(leat_tx_send(to, &tx, leat_forever()) == 0);
        end(rx);
        leat_rx_drop(rx);
    }
    leat_tx_drop(to);
    t_join(by);
    leat_rx_drop(from);
    return TO_ANOTHER;
}

static void leave_at_once(leat_rx *rx)
{
    (void)rx;
}

static uint64_t unwanted(t_rand *dice)
{
    (void)dice;
    return many_go(waits_till_unwanted, leave_at_once);
}

/* The same, to a thread that sends while the receiver closes. */
static void *sends_to_all(void *arg)
{
    leat_rx *senders = arg;
    leat_tx *tx;
    uint64_t value = 42;
    while (leat_rx_recv(senders, &tx, leat_forever()) == 0) {
        int rc = leat_tx_send(tx, &value, leat_forever());
        STORM_MUST(rc == 0 || rc == LEAT_ECLOSED);
        leat_tx_drop(tx);
    }
    return NULL;
}

static void close_and_look(leat_rx *rx)
{
    uint64_t value = UNTOUCHED;
    leat_rx_close(rx);
    int rc = leat_rx_recv(rx, &value, leat_forever());
    STORM_MUST(rc == (value == 42 ? 0 : LEAT_ECLOSED));
}

static uint64_t closed_under_a_send(t_rand *dice)
{
    (void)dice;
    return many_go(sends_to_all, close_and_look);
}

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
        uint64_t how = t_below(&w->chance, 3);
        if (how == 0) {
            rc = leat_rx_recv(w->rx, &value, until);
        } else if (how == 1) {
            rc = recv_selected(w->rx, &value, &w->chance, until);
        } else {
            rc = leat_watch_borrow_next(w->rx, &there, until);
            if (rc == 0)
                value = *(const uint64_t *)there;
            leat_watch_release(w->rx, there);
        }
        STORM_MUST(rc == 0 ? value > seen : value == seen);
        seen = value;
    }
    if (w->stays)
        STORM_MUST(seen == VERSIONS);
    leat_rx_drop(w->rx);
    return NULL;
}

static uint64_t one_watch(t_rand *dice)
{
    struct watcher w[WATCHERS];
    leat_tx *tx;
    uint64_t value = 0;
    leat_chan_opts opts = {.size = sizeof opts, .discard = count_disposed};
    disposed = 0;
    STORM_MUST(leat_watch_new(&tx, &w[0].rx, sizeof value, &value, &opts) == 0);
    for (int i = 1; i < WATCHERS; i++)
        STORM_MUST(leat_watch_subscribe(&w[i].rx, leat_tx_chan(tx)) == 0);
    for (int i = 0; i < WATCHERS; i++) {
        w[i].chance = t_random(t_next(dice));
        w[i].stays = i == 0;
        w[i].by = t_spawn(watches, &w[i]);
    }
    for (value = 1; value <= VERSIONS; value++)
        STORM_MUST(leat_tx_send(tx, &value, leat_nowait()) == 0);
    leat_tx_drop(tx);
    for (int i = 0; i < WATCHERS; i++)
        t_join(w[i].by);
    STORM_MUST(disposed == VERSIONS + 1);
    return VERSIONS;
}

static const struct storm_way ways[] = {
    {"oneshot", one_oneshot, 3000, 1000000},
    {"oneshot_unwanted", unwanted, 5000, 5000000},
    {"oneshot_closed", closed_under_a_send, 5000, 5000000},
    {"watch", one_watch, 20000, 20000000},
};

int main(int argc, char **argv)
{
    return storm_main(argc, argv, ways, sizeof ways / sizeof ways[0]);
}
