/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* probe.c - latency, memory, and the price of a channel that is not used. */
#define _GNU_SOURCE 1
#include "probe.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct echo {
    const struct cell_peer *peer;
    void *there;
    void *back;
    uint64_t n;
};

static uint64_t now_ns(void)
{
    struct timespec t;

    if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
        cell_fail("the clock cannot be read");
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t recv_one(const struct cell_peer *peer, void *chan)
{
    struct tally tally = {0, 0};

    peer->recv(chan, 1, &tally);
    if (tally.count != 1)
        cell_fail("not one message received");
    return tally.sum / CELL_WORDS;
}

static void *echo(void *arg)
{
    struct echo *e = arg;

    for (uint64_t i = 0; i < e->n; i++)
        e->peer->send(e->back, recv_one(e->peer, e->there), 1);
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

void probe_trips(uint64_t *trips, uint64_t n)
{
    qsort(trips, n, sizeof *trips, by_value);
    printf("%ju %ju %ju\n", (uintmax_t)trips[(n - 1) * 500 / 1000],
           (uintmax_t)trips[(n - 1) * 990 / 1000],
           (uintmax_t)trips[(n - 1) * 999 / 1000]);
}

static void ping(const struct cell_peer *peer, size_t capacity, uint64_t n)
{
    uint64_t *trips = malloc(n * sizeof *trips);
    void *there = peer->make(capacity);
    void *back = peer->make(capacity);
    struct echo e = {peer, there, back, n};
    pthread_t thread;

    if (!trips || pthread_create(&thread, NULL, echo, &e) != 0)
        cell_fail("no memory or no thread");
    for (uint64_t v = 1; v <= n; v++) {
        uint64_t start = now_ns();
        peer->send(there, v, 1);
        uint64_t answer = recv_one(peer, back);
        trips[v - 1] = now_ns() - start;
        if (answer != v)
            cell_fail("another message came back");
    }
    if (pthread_join(thread, NULL) != 0)
        cell_fail("a thread cannot be joined");
    if (!peer->drained(there) || !peer->drained(back))
        cell_fail("messages left in a channel");
    peer->drop(back);
    peer->drop(there);

    probe_trips(trips, n);
    free(trips);
}

/* A line of /proc/self/status: KiB. */
static unsigned long status_kib(const char *name)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    size_t length = strlen(name);
    unsigned long kib = 0;

    while (status && fgets(line, sizeof line, status)) {
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            kib = strtoul(line + length + 1, NULL, 10);
    }
    if (kib == 0)
        cell_fail("/proc/self/status cannot be read");
    fclose(status);
    return kib;
}

static void burst(const struct cell_peer *peer, size_t capacity, uint64_t n)
{
    struct tally tally = {0, 0};
    unsigned long before = status_kib("VmRSS");
    void *chan = peer->make(capacity);

    peer->send(chan, 1, n);
    peer->recv(chan, n, &tally);
    if (!peer->drained(chan))
        cell_fail("messages left in the channel");
    unsigned long after = status_kib("VmRSS");
    peer->drop(chan);
    if (tally.count != n || tally.sum != n * (n + 1) / 2 * CELL_WORDS)
        cell_fail("wrong count or sum of the burst");
    printf("%lu %lu %lu\n", before, status_kib("VmHWM"), after);
}

/* Bytes that malloc has given out, its own included. */
static size_t allocated(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

static void empty(const struct cell_peer *peer, size_t capacity, uint64_t n)
{
    static void *chans[PROBE_CHANNELS];

    if (n > PROBE_CHANNELS)
        cell_fail("so many channels are not kept");
    size_t before = allocated();
    for (uint64_t i = 0; i < n; i++)
        chans[i] = peer->make(capacity);
    size_t bytes = allocated() - before;
    for (uint64_t i = 0; i < n && capacity > 0; i++) {
        peer->send(chans[i], i + 1, 1);
        if (recv_one(peer, chans[i]) != i + 1)
            cell_fail("another message came out");
    }
    for (uint64_t i = n; i-- > 0;) {
        if (!peer->drained(chans[i]))
            cell_fail("messages left in a channel");
        peer->drop(chans[i]);
    }
    printf("%.1f\n", (double)bytes / (double)n);
}

static void make(const struct cell_peer *peer, size_t capacity, uint64_t n)
{
    uint64_t start = now_ns();

    for (uint64_t i = 0; i < n; i++)
        peer->drop(peer->make(capacity));
    printf("%.2f\n", (double)(now_ns() - start) / (double)n);
}

/* ---- one of N that sleep --------------------------------------------------------------- */

enum {
    WAITERS_MAX = 10000,
    STACK_BYTES = 64 << 10,
    REST_NS = 500000,
    SETTLE_NS = 20000000
};

static const uint64_t STOP = 0; /* a message that ends who gets it */

struct waiter {
    const struct cell_peer *peer;
    void *there;
    void *back;
};

static void sleep_ns(long ns)
{
    struct timespec t = {.tv_nsec = ns};

    nanosleep(&t, NULL);
}

void probe_rest(void)
{
    sleep_ns(REST_NS);
}

void probe_settle(void)
{
    int64_t before;
    int64_t now = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID);

    do {
        before = now;
        sleep_ns(SETTLE_NS);
        now = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    } while (now - before > SETTLE_NS / 20);
}

static void *waiter(void *arg)
{
    const struct waiter *w = arg;
    uint64_t value;

    while ((value = recv_one(w->peer, w->there)) != STOP)
        w->peer->send(w->back, value, 1);
    return NULL;
}

static void start_waiters(pthread_t *threads, size_t n, struct waiter *w)
{
    pthread_attr_t attr;

    if (pthread_attr_init(&attr) != 0 ||
        pthread_attr_setstacksize(&attr, STACK_BYTES) != 0)
        cell_fail("a small stack cannot be had");
    for (size_t i = 0; i < n; i++) {
        if (pthread_create(&threads[i], &attr, waiter, w) != 0)
            cell_fail("a thread cannot be started");
    }
    pthread_attr_destroy(&attr);
}

static void parked(const struct cell_peer *peer, size_t waiters,
                   size_t capacity, uint64_t n)
{
    static pthread_t threads[WAITERS_MAX];
    uint64_t *trips = malloc(n * sizeof *trips);
    struct waiter w = {peer, peer->make(capacity), peer->make(capacity)};

    if (!trips || waiters == 0 || waiters > WAITERS_MAX)
        cell_fail("no memory, or not so many waiters");
    start_waiters(threads, waiters, &w);
    probe_settle();
    for (uint64_t v = 1; v <= n; v++) {
        probe_rest();
        uint64_t start = now_ns();
        peer->send(w.there, v, 1);
        uint64_t answer = recv_one(peer, w.back);
        trips[v - 1] = now_ns() - start;
        if (answer != v)
            cell_fail("another message came back");
    }
    for (size_t i = 0; i < waiters; i++)
        peer->send(w.there, STOP, 1);
    for (size_t i = 0; i < waiters; i++) {
        if (pthread_join(threads[i], NULL) != 0)
            cell_fail("a thread cannot be joined");
    }
    peer->drop(w.back);
    peer->drop(w.there);
    probe_trips(trips, n);
    free(trips);
}

bool probe(const struct cell_peer *peer, const char *scenario, size_t capacity,
           uint64_t n)
{
    static const struct {
        const char *name;
        void (*run)(const struct cell_peer *peer, size_t capacity, uint64_t n);
    } probes[] = {
        {"ping", ping}, {"burst", burst}, {"empty", empty}, {"make", make}};

    if (strncmp(scenario, "parked-", 7) == 0) {
        parked(peer, strtoull(scenario + 7, NULL, 10), capacity, n);
        return true;
    }
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++) {
        if (strcmp(scenario, probes[i].name) == 0) {
            probes[i].run(peer, capacity, n);
            return true;
        }
    }
    return false;
}
