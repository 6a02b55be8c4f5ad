/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* leat.c - leat as a participant: the installed library, its public headers,
 * one row without a promise and one for each promise. */
#include "probe.h"

#include <leat.h>
#include <stdio.h>

struct pipe {
    leat_tx *tx;
    leat_rx *rx;
};

/* A stack, so that making a channel is nothing but that. */
static struct pipe pipes[PROBE_CHANNELS];
static size_t pipes_used;

static void *make(size_t capacity, uint32_t flags)
{
    struct pipe *p = &pipes[pipes_used];

    if (pipes_used++ == PROBE_CHANNELS)
        cell_fail("too many channels");
    if (capacity == CELL_UNBOUNDED)
        capacity = LEAT_UNBOUNDED;
    if (leat_chan_new(&p->tx, &p->rx, sizeof(struct cell_msg), capacity,
                      LEAT_CHAN_OPTS(.flags = flags)) < 0)
        cell_fail("leat_chan_new failed");
    return p;
}

static void *make_plain(size_t capacity)
{
    return make(capacity, 0);
}

static void *make_mpsc(size_t capacity)
{
    return make(capacity, LEAT_SINGLE_CONSUMER);
}

static void *make_spsc(size_t capacity)
{
    return make(capacity, LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER);
}

static void *make_in_place(size_t capacity)
{
    return make(capacity, LEAT_IN_PLACE);
}

static void send(void *chan, uint64_t first, uint64_t n)
{
    leat_tx *tx = ((struct pipe *)chan)->tx;

    for (uint64_t v = first; v < first + n; v++) {
        struct cell_msg msg;
        cell_write(&msg, v);
        if (leat_tx_send(tx, &msg, leat_forever()) < 0)
            cell_fail("leat_tx_send failed");
    }
}

static void recv(void *chan, uint64_t n, struct tally *tally)
{
    leat_rx *rx = ((struct pipe *)chan)->rx;

    for (uint64_t i = 0; i < n; i++) {
        struct cell_msg msg;
        if (leat_rx_recv(rx, &msg, leat_forever()) < 0)
            cell_fail("leat_rx_recv failed");
        tally->count++;
        tally->sum += cell_sum(&msg);
    }
}

static void send_batches(void *chan, uint64_t first, uint64_t n)
{
    leat_tx *tx = ((struct pipe *)chan)->tx;
    struct cell_msg msgs[CELL_BATCH];
    uint64_t end = first + n;

    for (uint64_t v = first; v < end;) {
        size_t have = 0;
        for (; have < CELL_BATCH && v < end; have++)
            cell_write(&msgs[have], v++);
        for (size_t sent = 0; sent < have;) {
            ptrdiff_t now =
                leat_tx_send_many(tx, msgs + sent, have - sent, leat_forever());
            if (now <= 0)
                cell_fail("leat_tx_send_many failed");
            sent += (size_t)now;
        }
    }
}

static void recv_batches(void *chan, uint64_t n, struct tally *tally)
{
    leat_rx *rx = ((struct pipe *)chan)->rx;
    struct cell_msg msgs[CELL_BATCH];

    while (tally->count < n) {
        uint64_t missing = n - tally->count;
        ptrdiff_t now = leat_rx_recv_many(
            rx, msgs, missing < CELL_BATCH ? missing : CELL_BATCH,
            leat_forever());
        if (now <= 0)
            cell_fail("leat_rx_recv_many failed");
        tally->count += (uint64_t)now;
        for (ptrdiff_t i = 0; i < now; i++)
            tally->sum += cell_sum(&msgs[i]);
    }
}

static void send_in_place(void *chan, uint64_t first, uint64_t n)
{
    leat_tx *tx = ((struct pipe *)chan)->tx;

    for (uint64_t v = first; v < first + n; v++) {
        void *slot;
        if (leat_tx_reserve(tx, &slot, leat_forever()) < 0)
            cell_fail("leat_tx_reserve failed");
        cell_write(slot, v);
        if (leat_tx_commit(tx, slot) < 0)
            cell_fail("leat_tx_commit failed");
    }
}

static void recv_in_place(void *chan, uint64_t n, struct tally *tally)
{
    leat_rx *rx = ((struct pipe *)chan)->rx;

    for (uint64_t i = 0; i < n; i++) {
        void *msg;
        if (leat_rx_borrow(rx, &msg, leat_forever()) < 0)
            cell_fail("leat_rx_borrow failed");
        tally->count++;
        tally->sum += cell_sum(msg);
        leat_rx_release(rx, msg);
    }
}

static bool drained(void *chan)
{
    struct cell_msg msg;

    return leat_rx_recv(((struct pipe *)chan)->rx, &msg, leat_nowait()) ==
           LEAT_EAGAIN;
}

static void drop(void *chan)
{
    struct pipe *p = chan;

    if (!leat_tx_drop(p->tx) || !leat_rx_drop(p->rx))
        cell_fail("a half has owners left");
    pipes_used--;
}

static const char *version(void)
{
    static char text[32];
    int v = leat_version();

    snprintf(text, sizeof text, "%d.%d.%d", v / 10000, v / 100 % 100, v % 100);
    return text;
}

int main(int argc, char **argv)
{
    static const struct cell_peer peers[] = {
        {"leat", "seq 1:1 4:1 4:4 N:N place ping burst empty make parked", true,
         make_plain, send, recv, drained, drop, version},
        {"leat", "batch", true, make_plain, send_batches, recv_batches, drained,
         drop, version},
        {"leat-mpsc", "seq 1:1 4:1", true, make_mpsc, send, recv, drained, drop,
         version},
        {"leat-spsc", "seq 1:1 ping burst empty make", true, make_spsc, send,
         recv, drained, drop, version},
        {"leat-spsc", "batch", true, make_spsc, send_batches, recv_batches,
         drained, drop, version},
        {"leat-in-place", "1:1 place", true, make_in_place, send_in_place,
         recv_in_place, drained, drop, version},
        {0},
    };

    return cell_main(peers, argc, argv);
}
