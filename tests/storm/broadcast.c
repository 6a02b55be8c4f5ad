/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* broadcast.c - storms over broadcast channels: senders, receivers that stay, others that
 * come and go, and the fate of every message.
 *
 *     storm_broadcast WAY      one of the names below; LEAT_SEED as in storm.c
 *     LEAT_STORM_MESSAGES=n    messages to send in all; the default is 60,000
 *     LEAT_STORM=long          ten million
 *
 * Who stays to the end got, together with what it was told it missed, as many messages
 * as were sent, each sender's in order and whole. Who borrows reads what was sent, for
 * as long as it likes. The hook has had each message once, and none while somebody had it
 * borrowed. A world in which nothing moves is ended by the watchdog. */
#define _GNU_SOURCE 1
#include "t.h"

#include <leat.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SENDERS = 3, STAYERS = 5, VISITORS = 2, EPISODE = 3000 };

struct way {
    const char *name;
    enum leat_policy policy;
    uint32_t flags;
    bool hooked;
    bool large;
};

static const struct way ways[] = {
    {"ring", LEAT_POLICY_BLOCK, 0, false, false},
    {"ring_large", LEAT_POLICY_BLOCK, 0, false, true},
    {"lossy", LEAT_POLICY_DROP_OLDEST, 0, false, false},
    {"lossy_large", LEAT_POLICY_DROP_OLDEST, 0, false, true},
    {"hooked", LEAT_POLICY_BLOCK, 0, true, false},
    {"hooked_lossy", LEAT_POLICY_DROP_OLDEST, 0, true, false},
    {"placed", LEAT_POLICY_BLOCK, LEAT_IN_PLACE, true, true},
    {"placed_lossy", LEAT_POLICY_DROP_OLDEST, LEAT_IN_PLACE, true, true},
};

struct message {
    uint64_t number;
    uint64_t words[31]; /* made from the number; the small ones have one */
};

static struct {
    const struct way *way;
    leat_tx *tx;
    size_t bytes;
    int senders;
    int stayers;
    uint64_t each; /* a sender's messages */
    atomic_uint accepted[EPISODE];
    atomic_uint hooked[EPISODE];
    atomic_int borrowed[EPISODE];
    uint64_t seed;
} g;

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__,             \
                    g.way->name, #condition);                                  \
            fprintf(stderr, "broadcast: again with LEAT_SEED=%llu\n",          \
                    (unsigned long long)t_seed());                             \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* ---- messages ------------------------------------------------------------------------ */

static void fill(struct message *message, uint64_t number)
{
    message->number = number;
    for (size_t i = 0; i + 1 < g.bytes / sizeof(uint64_t); i++)
        message->words[i] = (number + i) * 0x9E3779B97F4A7C15u;
}

static uint64_t check(const struct message *message)
{
    uint64_t number = message->number;
    MUST(number < EPISODE);
    for (size_t i = 0; i + 1 < g.bytes / sizeof(uint64_t); i++)
        MUST(message->words[i] == (number + i) * 0x9E3779B97F4A7C15u);
    return number;
}

static void hook(void *msg, void *arg)
{
    uint64_t number = check(msg);
    MUST(arg == &g);
    MUST(atomic_load(&g.borrowed[number]) == 0);
    MUST(atomic_fetch_add(&g.hooked[number], 1) == 0);
}

static leat_until draw_until(t_rand *dice)
{
    switch (t_below(dice, 8)) {
    case 0:
        return leat_nowait();
    case 1:
        return leat_in_ns((int64_t)t_below(dice, 100000));
    default:
        return leat_forever();
    }
}

static bool gave_up(int rc)
{
    return rc == LEAT_EAGAIN || rc == LEAT_ETIMEDOUT;
}

/* ---- senders --------------------------------------------------------------------------- */

/* Beside something that never comes; or told first, and then tried. */
static int select_send(const struct message *message, t_rand *dice)
{
    leat_case cases[] = {leat_on_at(INT64_MAX - 1),
                         leat_on_send(g.tx, message)};
    leat_until until = draw_until(dice);
    bool asks = t_below(dice, 2) == 0;
    int index =
        asks ? leat_ready(cases, 2, 0, until) : leat_select(cases, 2, 0, until);
    MUST(index != 0);
    if (index < 0)
        return index;
    return asks ? leat_tx_send(g.tx, message, leat_nowait()) : cases[1].rc;
}

static int send_one(const struct message *message, t_rand *dice)
{
    void *slot;
    if (t_below(dice, 4) == 0)
        return select_send(message, dice);
    if ((g.way->flags & LEAT_IN_PLACE) == 0 || t_below(dice, 2) == 0)
        return leat_tx_send(g.tx, message, draw_until(dice));
    int rc = leat_tx_reserve(g.tx, &slot, draw_until(dice));
    if (rc != 0)
        return rc;
    memcpy(slot, message, g.bytes);
    return leat_tx_commit(g.tx, slot);
}

static void *sender(void *arg)
{
    uint64_t first = (uint64_t)(uintptr_t)arg * g.each;
    t_rand dice = t_random(g.seed + first);
    for (uint64_t i = first; i < first + g.each;) {
        struct message message;
        fill(&message, i);
        int rc = send_one(&message, &dice);
        MUST(rc == 0 || gave_up(rc));
        if (rc == 0)
            atomic_store(&g.accepted[i++], 1);
        else
            sched_yield();
    }
    leat_tx_drop(g.tx);
    return NULL;
}

/* ---- receivers --------------------------------------------------------------------------- */

struct watcher {
    leat_rx *rx;
    bool reports;
    uint64_t got;
    uint64_t missed;
    uint64_t next[SENDERS]; /* at least, by sender */
    t_rand dice;
    pthread_t thread;
};

static void note(struct watcher *w, const struct message *message)
{
    uint64_t number = check(message);
    uint64_t from = number / g.each;
    MUST(number >= w->next[from]);
    w->next[from] = number + 1;
    w->got++;
}

static int borrow_one(struct watcher *w)
{
    void *msg;
    int rc = leat_rx_borrow(w->rx, &msg, draw_until(&w->dice));
    if (rc != 0)
        return rc;
    uint64_t number = check(msg);
    atomic_fetch_add(&g.borrowed[number], 1);
    if (t_below(&w->dice, 4) == 0)
        sched_yield();
    note(w, msg);
    atomic_fetch_sub(&g.borrowed[number], 1);
    leat_rx_release(w->rx, msg);
    return 0;
}

static int select_receive(struct watcher *w)
{
    struct message message;
    leat_case cases[] = {leat_on_at(INT64_MAX - 1),
                         leat_on_recv(w->rx, &message)};
    leat_until until = draw_until(&w->dice);
    bool asks = t_below(&w->dice, 2) == 0;
    int index =
        asks ? leat_ready(cases, 2, 0, until) : leat_select(cases, 2, 0, until);
    MUST(index != 0);
    if (index < 0)
        return index;
    int rc = asks ? leat_rx_recv(w->rx, &message, leat_nowait()) : cases[1].rc;
    if (rc == 0)
        note(w, &message);
    return rc;
}

static int receive_some(struct watcher *w)
{
    if (t_below(&w->dice, 4) == 0)
        return select_receive(w);
    static _Thread_local unsigned char room[4 * sizeof(struct message)];
    if ((g.way->flags & LEAT_IN_PLACE) != 0 && t_below(&w->dice, 2) == 0)
        return borrow_one(w);
    ptrdiff_t n = leat_rx_recv_many(
        w->rx, room, 1 + (size_t)t_below(&w->dice, 4), draw_until(&w->dice));
    for (ptrdiff_t i = 0; i < n; i++) {
        struct message message;
        memcpy(&message, room + (size_t)i * g.bytes, g.bytes);
        note(w, &message);
    }
    return n < 0 ? (int)n : 0;
}

/* Until the end, or n calls. true: the end */
static bool watch(struct watcher *w, uint64_t n)
{
    bool told = false;
    for (; n > 0; n--) {
        int rc = receive_some(w);
        if (rc == LEAT_ECLOSED)
            return true;
        MUST(rc == 0 || gave_up(rc) || (rc == LEAT_ELAGGED && w->reports));
        told = told || rc == LEAT_ELAGGED;
        if (t_below(&w->dice, 64) == 0)
            w->missed += leat_rx_missed(w->rx);
        if (t_below(&w->dice, 256) == 0)
            sched_yield();
    }
    return false;
}

static void subscribe(struct watcher *w, leat_chan *chan, uint64_t stream)
{
    *w = (struct watcher){.dice = t_random(g.seed + 1000 + stream)};
    w->reports = t_below(&w->dice, 2) == 0;
    MUST(leat_broadcast_subscribe(&w->rx, chan,
                                  w->reports ? LEAT_REPORT_LAG : 0) == 0);
}

static void *stayer(void *arg)
{
    struct watcher *w = arg;
    MUST(watch(w, UINT64_MAX));
    w->missed += leat_rx_missed(w->rx);
    MUST(w->got + w->missed == g.each * (uint64_t)g.senders);
    MUST(w->missed == 0 || g.way->policy == LEAT_POLICY_DROP_OLDEST);
    MUST(leat_rx_drop(w->rx));
    return NULL;
}

/* Comes, gets some, goes in one way or another, and comes again, while there are
 * senders. It holds none, or it might wait for itself. */
static void *visitor(void *arg)
{
    t_rand dice = t_random(g.seed + 77);
    leat_tx *tx;
    for (int i = 0; i < 20 && (tx = leat_weak_tx_upgrade(arg)) != NULL; i++) {
        struct watcher w;
        subscribe(&w, leat_tx_chan(tx), 100 + t_below(&dice, 1000));
        leat_tx_drop(tx);
        bool ended = watch(&w, t_below(&dice, 50));
        if (!ended && t_below(&dice, 3) == 0) {
            leat_rx_close(w.rx);
            MUST(watch(&w, UINT64_MAX));
        } else if (!ended && t_below(&dice, 2) == 0) {
            leat_rx_abort(w.rx);
            MUST(watch(&w, 1));
        }
        MUST(leat_rx_drop(w.rx));
    }
    leat_weak_tx_drop(arg);
    return NULL;
}

/* ---- an episode ------------------------------------------------------------------------------ */

static void make(t_rand *dice)
{
    g.bytes = g.way->large ? sizeof(struct message)
                           : sizeof(uint64_t) * (1 + (size_t)t_below(dice, 3));
    g.senders = 1 + (int)t_below(dice, SENDERS);
    g.stayers = 1 + (int)t_below(dice, STAYERS);
    g.each = EPISODE / (uint64_t)g.senders;
    g.seed = t_next(dice) % 1000000;
    for (int i = 0; i < EPISODE; i++) {
        atomic_store(&g.accepted[i], 0);
        atomic_store(&g.hooked[i], 0);
    }
    size_t cap = 1 + (size_t)t_below(dice, t_below(dice, 2) == 0 ? 4 : 200);
    leat_chan_opts opts = {.size = sizeof opts,
                           .policy = g.way->policy,
                           .flags = g.way->flags,
                           .discard = g.way->hooked ? hook : NULL,
                           .discard_arg = &g,
                           .name = g.way->name};
    MUST(leat_broadcast_new(&g.tx, g.bytes, cap, &opts) == 0);
}

static void episode(t_rand *dice)
{
    struct watcher watchers[STAYERS];
    pthread_t senders[SENDERS];
    pthread_t visitors[VISITORS];
    make(dice);
    for (int i = 0; i < g.stayers; i++)
        subscribe(&watchers[i], leat_tx_chan(g.tx), (uint64_t)i);
    for (int i = 1; i < g.senders; i++)
        g.tx = leat_tx_clone(g.tx);
    leat_weak_tx *known[VISITORS];
    for (int i = 0; i < VISITORS; i++)
        known[i] = leat_tx_downgrade(g.tx);
    for (int i = 0; i < g.stayers; i++)
        watchers[i].thread = t_spawn(stayer, &watchers[i]);
    for (int i = 0; i < VISITORS; i++)
        visitors[i] = t_spawn(visitor, known[i]);
    for (int i = 0; i < g.senders; i++)
        senders[i] = t_spawn(sender, (void *)(uintptr_t)i);
    for (int i = 0; i < g.senders; i++)
        t_join(senders[i]);
    for (int i = 0; i < VISITORS; i++)
        t_join(visitors[i]);
    for (int i = 0; i < g.stayers; i++)
        t_join(watchers[i].thread);
    for (uint64_t i = 0; i < g.each * (uint64_t)g.senders; i++)
        MUST(atomic_load(&g.accepted[i]) == 1 &&
             (!g.way->hooked || atomic_load(&g.hooked[i]) == 1));
}

int main(int argc, char **argv)
{
    const char *asked = getenv("LEAT_STORM_MESSAGES");
    const char *length = getenv("LEAT_STORM");
    uint64_t messages = t_scaled(60000);
    if (length != NULL && strcmp(length, "long") == 0)
        messages = 10000000;
    t_rand dice = t_random(1);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (argc == 2 && strcmp(argv[1], ways[i].name) == 0)
            g.way = &ways[i];
    if (g.way == NULL) {
        fprintf(stderr, "usage: storm_broadcast WAY\n");
        return 2;
    }
    if (asked != NULL)
        messages = strtoull(asked, NULL, 10);
    t_watchdog();
    uint64_t sent = 0;
    for (; sent < messages; sent += EPISODE) {
        t_patience(60);
        episode(&dice);
    }
    printf("%s: %llu messages sent\n", g.way->name, (unsigned long long)sent);
    return 0;
}
