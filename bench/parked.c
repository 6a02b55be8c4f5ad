/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* parked.c - leat's receives that a loop has started, as a participant in parked-N
 * (bench/probe.h): N of them are parked on one channel, one thread drives them all and
 * sleeps in poll. */
#include "own.h"
#include "probe.h"

#include <leat.h>
#include <poll.h>
#include <stdlib.h>

enum { STOP = 0 }; /* a message that ends the driver */

struct pipe {
    leat_tx *tx;
    leat_rx *rx;
};

struct driver {
    struct pipe there;
    struct pipe back;
    struct waiter *waiters;
    size_t n_waiters;
    bool stopped;
};

struct waiter {
    leat_op op;
    struct driver *driver;
    struct cell_msg msg;
};

static void pipe_new(struct pipe *pipe, size_t capacity)
{
    if (capacity == CELL_UNBOUNDED)
        capacity = LEAT_UNBOUNDED;
    if (leat_chan_new(&pipe->tx, &pipe->rx, sizeof(struct cell_msg), capacity,
                      NULL) < 0)
        cell_fail("leat_chan_new failed");
}

static void pipe_drop(struct pipe *pipe)
{
    if (!leat_tx_drop(pipe->tx) || !leat_rx_drop(pipe->rx))
        cell_fail("a half has owners left");
}

static void send(struct pipe *pipe, uint64_t value)
{
    struct cell_msg msg;

    cell_write(&msg, value);
    if (leat_tx_send(pipe->tx, &msg, leat_forever()) < 0)
        cell_fail("leat_tx_send failed");
}

static uint64_t recv(struct pipe *pipe)
{
    struct cell_msg msg;

    if (leat_rx_recv(pipe->rx, &msg, leat_forever()) < 0)
        cell_fail("leat_rx_recv failed");
    return cell_sum(&msg) / CELL_WORDS;
}

static void on_message(leat_op *op, int rc, void *arg)
{
    struct waiter *w = arg;
    struct driver *d = w->driver;

    if (rc < 0)
        cell_fail("a started receive failed");
    uint64_t value = cell_sum(&w->msg) / CELL_WORDS;
    if (value == STOP) {
        d->stopped = true;
        return;
    }
    send(&d->back, value);
    leat_op_recv(op, d->there.rx, &w->msg, leat_forever());
}

/* The one that got STOP is not started any more; the others are taken back. */
static void end_waiters(struct driver *d)
{
    size_t taken_back = 0;

    for (size_t i = 0; i < d->n_waiters; i++)
        taken_back += leat_op_cancel(&d->waiters[i].op);
    if (taken_back != d->n_waiters - 1)
        cell_fail("receives have ended that nobody sent to");
}

static void *drive(void *arg)
{
    struct driver *d = arg;
    leat_loop *loop;

    if (leat_loop_new(&loop, NULL) < 0)
        cell_fail("leat_loop_new failed");
    for (size_t i = 0; i < d->n_waiters; i++) {
        struct waiter *w = &d->waiters[i];
        w->driver = d;
        leat_op_init(&w->op, loop, on_message, w);
        leat_op_recv(&w->op, d->there.rx, &w->msg, leat_forever());
    }
    while (!d->stopped) {
        struct pollfd fd = {.fd = leat_loop_fd(loop), .events = POLLIN};
        if (poll(&fd, 1, -1) == 1)
            leat_loop_dispatch(loop, SIZE_MAX);
    }
    end_waiters(d);
    leat_loop_drop(loop);
    return NULL;
}

static void parked(const struct own_cell *cell)
{
    struct driver d = {.n_waiters = cell->number};
    uint64_t *trips = malloc(cell->messages * sizeof *trips);
    pthread_t thread;

    d.waiters = calloc(d.n_waiters, sizeof *d.waiters);
    if (!trips || !d.waiters)
        cell_fail("out of memory");
    pipe_new(&d.there, cell->capacity);
    pipe_new(&d.back, cell->capacity);
    own_start(&thread, drive, &d);
    probe_settle();
    for (uint64_t v = 1; v <= cell->messages; v++) {
        probe_rest();
        int64_t start = cell_clock_ns(CLOCK_MONOTONIC);
        send(&d.there, v);
        uint64_t answer = recv(&d.back);
        trips[v - 1] = (uint64_t)(cell_clock_ns(CLOCK_MONOTONIC) - start);
        if (answer != v)
            cell_fail("another message came back");
    }
    send(&d.there, STOP);
    own_join(thread);
    pipe_drop(&d.back);
    pipe_drop(&d.there);
    free(d.waiters);
    probe_trips(trips, cell->messages);
    free(trips);
}

int main(int argc, char **argv)
{
    static const struct own_scenario scenarios[] = {
        {"parked", "leat-op", NULL, parked},
        {0},
    };

    return own_main(scenarios, leat_version(), argc, argv);
}
