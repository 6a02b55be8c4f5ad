/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* channels.c - channels that promise nothing, promised ones, batches, in place. */
#include "paths.h"

enum {
    MP = 0,
    MPSC = LEAT_SINGLE_CONSUMER,
    SPSC = LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER
};

void channel(const struct path *path)
{
    MUST(leat_chan_new(&it.tx[0], &it.rx[0], path->bytes, path->capacity,
                       LEAT_CHAN_OPTS(.flags = path->flags,
                                      .policy = path->policy)) == 0);
}

void no_channel(void)
{
    leat_tx_drop(it.tx[0]);
    leat_rx_drop(it.rx[0]);
}

void fill(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_tx_send(it.tx[0], it.msgs, leat_forever()) == 0);
}

void drain(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_rx_recv(it.rx[0], it.msgs, leat_forever()) == 0);
}

/* ---- one message ------------------------------------------------------------ */

static void send_and_recv(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        MUST(leat_tx_send(it.tx[0], it.msgs, leat_forever()) == 0);
        MUST(leat_rx_recv(it.rx[0], it.msgs, leat_forever()) == 0);
    }
}

static void full_channel(const struct path *path)
{
    channel(path);
    fill(path->capacity);
}

static void send_full(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_tx_send(it.tx[0], it.msgs, leat_nowait()) == LEAT_EAGAIN);
}

static void recv_empty(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_rx_recv(it.rx[0], it.msgs, leat_nowait()) == LEAT_EAGAIN);
}

static void force(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_tx_force(it.tx[0], it.msgs, it.msgs) == 1);
}

static void peek(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_rx_peek(it.rx[0], it.msgs, leat_forever()) == 0);
}

/* ---- batches ------------------------------------------------------------------ */

static void send_many(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_tx_send_many(it.tx[0], it.msgs, BATCH, leat_forever()) ==
             BATCH);
}

static void recv_many(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_rx_recv_many(it.rx[0], it.msgs, BATCH, leat_forever()) ==
             BATCH);
}

/* ---- in place ----------------------------------------------------------------- */

static void reserve(size_t n)
{
    void *slot;

    for (size_t i = 0; i < n; i++) {
        MUST(leat_tx_reserve(it.tx[0], &slot, leat_forever()) == 0);
        MUST(leat_tx_commit(it.tx[0], slot) == 0);
    }
}

static void borrow(size_t n)
{
    void *msg;

    for (size_t i = 0; i < n; i++) {
        MUST(leat_rx_borrow(it.rx[0], &msg, leat_forever()) == 0);
        leat_rx_release(it.rx[0], msg);
    }
}

/* ---- owners and looks --------------------------------------------------------- */

static void clone(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(!leat_tx_drop(leat_tx_clone(it.tx[0])));
}

static void len(size_t n)
{
    leat_chan *chan = leat_tx_chan(it.tx[0]);

    for (size_t i = 0; i < n; i++)
        MUST(leat_chan_len(chan) == 0);
}

static void make(size_t n)
{
    leat_tx *tx;
    leat_rx *rx;

    for (size_t i = 0; i < n; i++) {
        MUST(leat_chan_new(&tx, &rx, 8, 1, NULL) == 0);
        leat_tx_drop(tx);
        leat_rx_drop(rx);
    }
}

/* ---- the paths ------------------------------------------------------------------ */

/* Both directions of one kind of channel. */
#define SEND_RECV(kind, size, cap, promises)                                   \
    {.name = "send." kind,                                                     \
     .run = fill,                                                              \
     .after = drain,                                                           \
     .make = channel,                                                          \
     .unmake = no_channel,                                                     \
     .bytes = (size),                                                          \
     .capacity = (cap),                                                        \
     .flags = (promises)},                                                     \
    {                                                                          \
        .name = "recv." kind, .run = drain, .before = fill, .make = channel,   \
        .unmake = no_channel, .bytes = (size), .capacity = (cap),              \
        .flags = (promises)                                                    \
    }

/* As above, for batches. */
#define MANY(kind, cap, promises)                                              \
    {.name = "send_many." kind,                                                \
     .run = send_many,                                                         \
     .after = recv_many,                                                       \
     .make = channel,                                                          \
     .unmake = no_channel,                                                     \
     .bytes = 8,                                                               \
     .capacity = (cap),                                                        \
     .flags = (promises)},                                                     \
    {                                                                          \
        .name = "recv_many." kind, .run = recv_many, .before = send_many,      \
        .make = channel, .unmake = no_channel, .bytes = 8, .capacity = (cap),  \
        .flags = (promises)                                                    \
    }

/* What needs nothing but a channel. */
#define ON_CHANNEL(path, call, making, size, cap, promises)                    \
    {                                                                          \
        .name = path, .run = call, .make = making, .unmake = no_channel,       \
        .bytes = (size), .capacity = (cap), .flags = (promises)                \
    }

const struct path channel_paths[] = {
    SEND_RECV("bounded.8", 8, ROOM, MP),
    SEND_RECV("bounded.32", 32, ROOM, MP),
    SEND_RECV("bounded.256", 256, ROOM, MP),
    SEND_RECV("unbounded.8", 8, LEAT_UNBOUNDED, MP),
    SEND_RECV("unbounded.32", 32, LEAT_UNBOUNDED, MP),
    SEND_RECV("unbounded.256", 256, LEAT_UNBOUNDED, MP),
    SEND_RECV("bounded_mpsc.8", 8, ROOM, MPSC),
    SEND_RECV("unbounded_mpsc.8", 8, LEAT_UNBOUNDED, MPSC),
    SEND_RECV("bounded_spsc.8", 8, ROOM, SPSC),
    SEND_RECV("bounded_spsc.32", 32, ROOM, SPSC),
    SEND_RECV("bounded_spsc.256", 256, ROOM, SPSC),
    SEND_RECV("unbounded_spsc.8", 8, LEAT_UNBOUNDED, SPSC),
    SEND_RECV("unbounded_spsc.32", 32, LEAT_UNBOUNDED, SPSC),
    SEND_RECV("unbounded_spsc.256", 256, LEAT_UNBOUNDED, SPSC),
    SEND_RECV("bounded_stats.8", 8, ROOM, LEAT_STATS),
    ON_CHANNEL("both.capacity_1.8", send_and_recv, channel, 8, 1, MP),
    ON_CHANNEL("both.capacity_128.8", send_and_recv, channel, 8, 128, MP),
    ON_CHANNEL("both.capacity_1_spsc.8", send_and_recv, channel, 8, 1, SPSC),
    ON_CHANNEL("both.capacity_128_spsc.8", send_and_recv, channel, 8, 128,
               SPSC),
    ON_CHANNEL("send.full", send_full, full_channel, 8, 1, MP),
    ON_CHANNEL("send.full_spsc", send_full, full_channel, 8, 64, SPSC),
    ON_CHANNEL("send.rendezvous_nobody", send_full, channel, 8, 0, MP),
    ON_CHANNEL("recv.empty", recv_empty, channel, 8, ROOM, MP),
    ON_CHANNEL("recv.empty_unbounded", recv_empty, channel, 8, LEAT_UNBOUNDED,
               MP),
    ON_CHANNEL("recv.empty_spsc", recv_empty, channel, 8, ROOM, SPSC),
    {.name = "send.drop_oldest",
     .run = fill,
     .make = full_channel,
     .unmake = no_channel,
     .bytes = 8,
     .capacity = 64,
     .policy = LEAT_POLICY_DROP_OLDEST},
    {.name = "send.conflate",
     .run = fill,
     .make = full_channel,
     .unmake = no_channel,
     .bytes = 8,
     .capacity = 1,
     .policy = LEAT_POLICY_CONFLATE},
    ON_CHANNEL("force.full", force, full_channel, 8, 64, MP),
    ON_CHANNEL("peek.bounded.8", peek, full_channel, 8, 64, MP),
    MANY("bounded.64x8", BATCH *ROOM, MP),
    MANY("unbounded.64x8", LEAT_UNBOUNDED, MP),
    MANY("bounded_spsc.64x8", BATCH *ROOM, SPSC),
    MANY("unbounded_spsc.64x8", LEAT_UNBOUNDED, SPSC),
    {.name = "reserve_commit.bounded",
     .run = reserve,
     .after = borrow,
     .make = channel,
     .unmake = no_channel,
     .bytes = 256,
     .capacity = ROOM,
     .flags = LEAT_IN_PLACE},
    {.name = "borrow_release.bounded",
     .run = borrow,
     .before = reserve,
     .make = channel,
     .unmake = no_channel,
     .bytes = 256,
     .capacity = ROOM,
     .flags = LEAT_IN_PLACE},
    ON_CHANNEL("clone_drop.tx", clone, channel, 8, 1, MP),
    ON_CHANNEL("len.bounded", len, channel, 8, ROOM, MP),
    {.name = "new_drop.capacity_1", .run = make},
    {.name = NULL},
};
