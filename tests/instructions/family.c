/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* family.c - oneshot, broadcast, watch, cells that are set once, timers. */
#include "paths.h"

/* ---- oneshot: from its making to its end ------------------------------------ */

static _Alignas(64) unsigned char memory[512];

static void no_op(void *arg)
{
    (void)arg;
}

/* Given and taken by the calls that let go as well. */
static void give_and_take(leat_tx *tx, leat_rx *rx)
{
    MUST(leat_oneshot_send(tx, it.msgs) == 0);
    MUST(leat_oneshot_recv(rx, it.msgs, leat_forever()) == 0);
}

static void oneshot(size_t n)
{
    leat_tx *tx;
    leat_rx *rx;

    for (size_t i = 0; i < n; i++) {
        MUST(leat_oneshot_new(&tx, &rx, 8, NULL) == 0);
        give_and_take(tx, rx);
    }
}

static void oneshot_in(size_t n)
{
    leat_tx *tx;
    leat_rx *rx;

    for (size_t i = 0; i < n; i++) {
        MUST(leat_oneshot_new_in(&tx, &rx, memory, sizeof memory, 8,
                                 LEAT_CHAN_OPTS(.gone = no_op)) == 0);
        give_and_take(tx, rx);
    }
}

static void oneshot_by_four_calls(size_t n)
{
    leat_tx *tx;
    leat_rx *rx;

    for (size_t i = 0; i < n; i++) {
        MUST(leat_oneshot_new(&tx, &rx, 8, NULL) == 0);
        MUST(leat_tx_send(tx, it.msgs, leat_forever()) == 0);
        leat_tx_drop(tx);
        MUST(leat_rx_recv(rx, it.msgs, leat_forever()) == 0);
        leat_rx_drop(rx);
    }
}

/* ---- broadcast: to one receiver ------------------------------------------------ */

static void broadcast(const struct path *path)
{
    MUST(leat_broadcast_new(&it.tx[0], path->bytes, path->capacity,
                            LEAT_CHAN_OPTS(.policy = path->policy,
                                           .flags = path->flags)) == 0);
    MUST(leat_broadcast_subscribe(&it.rx[0], leat_tx_chan(it.tx[0]), 0) == 0);
}

static void borrow(size_t n)
{
    void *msg;

    for (size_t i = 0; i < n; i++) {
        MUST(leat_rx_borrow(it.rx[0], &msg, leat_forever()) == 0);
        leat_rx_release(it.rx[0], msg);
    }
}

/* ---- watch --------------------------------------------------------------------- */

static void watch(const struct path *path)
{
    MUST(leat_watch_new(&it.tx[0], &it.rx[0], path->bytes, it.msgs, NULL) == 0);
}

static void watch_send_and_recv(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        MUST(leat_tx_send(it.tx[0], it.msgs, leat_nowait()) == 0);
        MUST(leat_rx_recv(it.rx[0], it.msgs, leat_forever()) == 0);
    }
}

static void watch_read(size_t n)
{
    leat_chan *chan = leat_rx_chan(it.rx[0]);

    for (size_t i = 0; i < n; i++)
        MUST(leat_watch_read(chan, it.msgs) > 0);
}

static void watch_borrow(size_t n)
{
    for (size_t i = 0; i < n; i++)
        leat_watch_release(it.rx[0], leat_watch_borrow(it.rx[0]));
}

static void watch_has_changed(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(!leat_watch_has_changed(it.rx[0]));
}

/* ---- a cell that is set once ---------------------------------------------------- */

static leat_setonce *cell;

static void setonce(const struct path *path)
{
    (void)path;
    MUST(leat_setonce_new(&cell, NULL) == 0);
    MUST(leat_setonce_set(cell, &it) == 0);
}

static void no_setonce(void)
{
    leat_setonce_drop(cell);
}

static void setonce_get(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_setonce_get(cell) == &it);
}

/* ---- a timer that is not due ------------------------------------------------------ */

static void timer(const struct path *path)
{
    (void)path;
    MUST(leat_after(&it.rx[0], leat_in_ms(1000000000), NULL) == 0);
    it.tx[0] = NULL;
}

static void timer_recv(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_rx_recv(it.rx[0], it.msgs, leat_nowait()) == LEAT_EAGAIN);
}

/* ---- the paths ------------------------------------------------------------------ */

#define CAST(path, call, first, then, size, how, promises)                     \
    {                                                                          \
        .name = path, .run = call, .before = first, .after = then,             \
        .make = broadcast, .unmake = no_channel, .bytes = (size),              \
        .capacity = ROOM, .policy = (how), .flags = (promises)                 \
    }
#define WATCH(path, call, size)                                                \
    {                                                                          \
        .name = path, .run = call, .make = watch, .unmake = no_channel,        \
        .bytes = (size)                                                        \
    }

const struct path family_paths[] = {
    {.name = "oneshot.heap", .run = oneshot},
    {.name = "oneshot.own_memory", .run = oneshot_in},
    {.name = "oneshot.four_calls", .run = oneshot_by_four_calls},
    CAST("broadcast_send.blocking.8", fill, NULL, drain, 8, LEAT_POLICY_BLOCK,
         0),
    CAST("broadcast_recv.blocking.8", drain, fill, NULL, 8, LEAT_POLICY_BLOCK,
         0),
    CAST("broadcast_send.lossy.8", fill, NULL, drain, 8,
         LEAT_POLICY_DROP_OLDEST, 0),
    CAST("broadcast_recv.lossy.8", drain, fill, NULL, 8,
         LEAT_POLICY_DROP_OLDEST, 0),
    CAST("broadcast_send.in_place.256", fill, NULL, borrow, 256,
         LEAT_POLICY_BLOCK, LEAT_IN_PLACE),
    CAST("broadcast_borrow.in_place.256", borrow, fill, NULL, 256,
         LEAT_POLICY_BLOCK, LEAT_IN_PLACE),
    WATCH("watch.send_recv.8", watch_send_and_recv, 8),
    WATCH("watch.read.8", watch_read, 8),
    WATCH("watch.borrow_release.256", watch_borrow, 256),
    WATCH("watch.has_changed", watch_has_changed, 8),
    {.name = "setonce.get",
     .run = setonce_get,
     .make = setonce,
     .unmake = no_setonce},
    {.name = "timer_recv.not_due",
     .run = timer_recv,
     .make = timer,
     .unmake = no_channel},
    {.name = NULL},
};
