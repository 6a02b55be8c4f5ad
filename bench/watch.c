/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* watch.c - leat's watch as a participant: the newest value by borrow or by copy, and
 * a round trip through two watches. The main thread writes. */
#include "crew.h"
#include "probe.h"

#include <leat.h>
#include <stdlib.h>

struct watch {
    leat_tx *tx;
    leat_rx *rx;
};

struct reader {
    leat_rx *rx;
    uint64_t n;
};

static void watch_new(struct watch *watch)
{
    struct cell_msg none = {{0}};

    if (leat_watch_new(&watch->tx, &watch->rx, sizeof none, &none, NULL) < 0)
        cell_fail("leat_watch_new failed");
}

static void watch_drop(struct watch *watch)
{
    if (!leat_tx_drop(watch->tx) || !leat_rx_drop(watch->rx))
        cell_fail("a half has owners left");
}

static void set(leat_tx *tx, uint64_t value)
{
    struct cell_msg msg;

    cell_write(&msg, value);
    if (leat_tx_send(tx, &msg, leat_nowait()) < 0)
        cell_fail("leat_tx_send failed");
}

/* The value; none that is older than the last. */
static uint64_t look_at(const struct cell_msg *msg, uint64_t last)
{
    uint64_t value = msg->word[0];

    if (value < last || cell_sum(msg) != value * CELL_WORDS)
        cell_fail("a value came out of order or torn");
    return value;
}

static void *read_by_borrow(void *arg)
{
    struct reader *me = arg;
    uint64_t last = 0;

    for (uint64_t i = 0; i < me->n; i++) {
        const void *value = leat_watch_borrow(me->rx);
        last = look_at(value, last);
        leat_watch_release(me->rx, value);
    }
    return NULL;
}

static void *read_by_copy(void *arg)
{
    struct reader *me = arg;
    uint64_t last = 0;

    for (uint64_t i = 0; i < me->n; i++) {
        struct cell_msg msg;
        leat_watch_read(leat_rx_chan(me->rx), &msg);
        last = look_at(&msg, last);
    }
    return NULL;
}

static void update_and_read(const struct crew_cell *cell, void *(*fn)(void *))
{
    struct watch watch;
    struct reader readers[CREW_MAX];
    struct crew crew;
    struct cell_msg msg;

    watch_new(&watch);
    for (unsigned i = 0; i < cell->threads; i++) {
        readers[i].n = cell->n;
        if (leat_watch_subscribe(&readers[i].rx, leat_tx_chan(watch.tx)) < 0)
            cell_fail("leat_watch_subscribe failed");
    }
    crew_start(&crew, cell->threads, fn, readers, sizeof readers[0]);
    for (uint64_t v = 1; v <= cell->n; v++)
        set(watch.tx, v);
    crew_join(&crew);
    for (unsigned i = 0; i < cell->threads; i++) {
        if (!leat_rx_drop(readers[i].rx))
            cell_fail("a reader has owners left");
    }
    if (leat_watch_read(leat_tx_chan(watch.tx), &msg) != cell->n + 1 ||
        look_at(&msg, 0) != cell->n)
        cell_fail("the last value or its version is wrong");
    watch_drop(&watch);
}

static void run_borrow(const struct crew_cell *cell)
{
    update_and_read(cell, read_by_borrow);
}

static void run_copy(const struct crew_cell *cell)
{
    update_and_read(cell, read_by_copy);
}

/* ---- there and back -------------------------------------------------------------- */

struct echo {
    struct watch there;
    struct watch back;
    uint64_t n;
};

/* Wait for the next value, which must be this one. */
static void expect(leat_rx *rx, uint64_t value)
{
    struct cell_msg msg;

    if (leat_rx_recv(rx, &msg, leat_forever()) < 0)
        cell_fail("leat_rx_recv failed");
    if (look_at(&msg, 0) != value)
        cell_fail("another value came");
}

static void *echo(void *arg)
{
    struct echo *e = arg;

    for (uint64_t v = 1; v <= e->n; v++) {
        expect(e->there.rx, v);
        set(e->back.tx, v);
    }
    return NULL;
}

static void run_wake(const struct crew_cell *cell)
{
    uint64_t *trips = malloc(cell->n * sizeof *trips);
    struct echo e = {.n = cell->n};
    struct crew crew;

    if (!trips)
        cell_fail("out of memory");
    watch_new(&e.there);
    watch_new(&e.back);
    crew_start(&crew, 1, echo, &e, sizeof e);
    for (uint64_t v = 1; v <= cell->n; v++) {
        int64_t start = cell_clock_ns(CLOCK_MONOTONIC);
        set(e.there.tx, v);
        expect(e.back.rx, v);
        trips[v - 1] = (uint64_t)(cell_clock_ns(CLOCK_MONOTONIC) - start);
    }
    crew_join(&crew);
    watch_drop(&e.back);
    watch_drop(&e.there);
    probe_trips(trips, cell->n);
    free(trips);
    crew_printed();
}

int main(int argc, char **argv)
{
    static const struct crew_peer peers[] = {
        {"leat", "watch", run_borrow, NULL},
        {"leat", "wake", run_wake, NULL},
        {"leat-copy", "watch", run_copy, NULL},
        {0},
    };

    return crew_main(peers, argc, argv);
}
