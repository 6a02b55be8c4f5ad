/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* waits.c - select, sets, operations of a loop; deadlines and tokens. */
#include "paths.h"

/* ---- select among four receivers ----------------------------------------------- */

static void channels(const struct path *path)
{
    for (int i = 0; i < CASES; i++) {
        MUST(leat_chan_new(&it.tx[i], &it.rx[i], 8, ROOM,
                           LEAT_CHAN_OPTS(.flags = path->flags)) == 0);
        it.cases[i] = leat_on_recv(it.rx[i], it.msgs);
    }
}

static void no_channels(void)
{
    for (int i = 0; i < CASES; i++) {
        leat_tx_drop(it.tx[i]);
        leat_rx_drop(it.rx[i]);
    }
}

static void fill_last(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_tx_send(it.tx[CASES - 1], it.msgs, leat_forever()) == 0);
}

static void fill_all(size_t n)
{
    for (int c = 0; c < CASES; c++) {
        for (size_t i = 0; i < n; i++)
            MUST(leat_tx_send(it.tx[c], it.msgs, leat_forever()) == 0);
    }
}

static void drain_all(size_t n)
{
    (void)n;
    for (int c = 0; c < CASES; c++) {
        while (leat_rx_recv(it.rx[c], it.msgs, leat_nowait()) == 0) {
        }
    }
}

static void select_last(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_select(it.cases, CASES, LEAT_BIASED, leat_forever()) ==
             CASES - 1);
}

static void select_any(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_select(it.cases, CASES, 0, leat_forever()) >= 0);
}

static void select_none(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_select(it.cases, CASES, LEAT_BIASED, leat_nowait()) ==
             LEAT_EAGAIN);
}

/* The array made anew for each call, as loops with deadlines do. */
static void select_made(size_t n)
{
    for (size_t i = 0; i < n; i++) {
        leat_case cases[CASES];

        for (int c = 0; c < CASES; c++)
            cases[c] = leat_on_recv(it.rx[c], it.msgs);
        MUST(leat_select(cases, CASES, LEAT_BIASED, leat_forever()) ==
             CASES - 1);
    }
}

/* ---- the same in a set ------------------------------------------------------------ */

static leat_set *set;

static void set_of_four(const struct path *path)
{
    channels(path);
    MUST(leat_set_new(&set) == 0);
    for (int i = 0; i < CASES; i++)
        MUST(leat_set_add(set, it.cases[i]) == i);
}

static void no_set(void)
{
    leat_set_drop(set);
    no_channels();
}

static void set_last(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_set_wait(set, leat_forever()) == CASES - 1);
}

static void set_none(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_set_wait(set, leat_nowait()) == LEAT_EAGAIN);
}

/* ---- a receive of an event loop ------------------------------------------------- */

static leat_loop *loop;
static leat_op op;
static size_t told;

static void poked(void *arg)
{
    (void)arg;
}

static void on_message(leat_op *self, int rc, void *arg)
{
    (void)self;
    (void)arg;
    MUST(rc == 0);
    told++;
}

static void loop_and_channel(const struct path *path)
{
    channel(path);
    MUST(leat_loop_new(&loop, LEAT_LOOP_OPTS(.notify = poked)) == 0);
    leat_op_init(&op, loop, on_message, NULL);
}

static void no_loop(void)
{
    leat_loop_drop(loop);
    no_channel();
}

static void op_recv(size_t n)
{
    size_t before = told;

    for (size_t i = 0; i < n; i++) {
        leat_op_recv(&op, it.rx[0], it.msgs, leat_forever());
        MUST(leat_loop_dispatch(loop, 1) >= 0);
    }
    MUST(told == before + n);
}

/* The message comes to an operation that waits for it. */
static void op_recv_first(size_t n)
{
    size_t before = told;

    for (size_t i = 0; i < n; i++) {
        leat_op_recv(&op, it.rx[0], it.msgs, leat_forever());
        MUST(leat_tx_send(it.tx[0], it.msgs, leat_forever()) == 0);
        MUST(leat_loop_dispatch(loop, 1) >= 0);
    }
    MUST(told == before + n);
}

/* ---- times and tokens ------------------------------------------------------------- */

static leat_cancel *token;

static void a_token(const struct path *path)
{
    (void)path;
    MUST(leat_cancel_new(&token) == 0);
}

static void no_token(void)
{
    leat_cancel_drop(token);
}

static void token_and_channel(const struct path *path)
{
    a_token(path);
    channel(path);
}

static void no_token_and_channel(void)
{
    no_token();
    no_channel();
}

static void check(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(!leat_cancel_check(token));
}

static void child(size_t n)
{
    leat_cancel *below;

    for (size_t i = 0; i < n; i++) {
        MUST(leat_cancel_child(&below, token) == 0);
        leat_cancel_drop(below);
    }
}

static void recv_with_token(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_rx_recv(it.rx[0], it.msgs,
                          leat_or_cancel(leat_forever(), token)) == 0);
}

static void recv_with_deadline(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_rx_recv(it.rx[0], it.msgs, leat_in_ms(1000)) == 0);
}

static void now(size_t n)
{
    for (size_t i = 0; i < n; i++)
        MUST(leat_now_ns() > 0);
}

/* ---- the paths ------------------------------------------------------------------ */

#define SELECT(path, call, first, promises)                                    \
    {                                                                          \
        .name = path, .run = call, .before = first, .after = drain_all,        \
        .make = channels, .unmake = no_channels, .flags = (promises)           \
    }
#define SET(path, call, first)                                                 \
    {                                                                          \
        .name = path, .run = call, .before = first, .make = set_of_four,       \
        .unmake = no_set                                                       \
    }

const struct path wait_paths[] = {
    SELECT("select.last_of_4", select_last, fill_last, 0),
    SELECT("select.last_of_4_spsc", select_last, fill_last,
           LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER),
    SELECT("select.made_anew", select_made, fill_last, 0),
    SELECT("select.any_of_4", select_any, fill_all, 0),
    SELECT("select.none_of_4", select_none, NULL, 0),
    SET("set.last_of_4", set_last, fill_last),
    SET("set.none_of_4", set_none, NULL),
    {.name = "op_recv.ready",
     .run = op_recv,
     .before = fill,
     .make = loop_and_channel,
     .unmake = no_loop,
     .bytes = 8,
     .capacity = ROOM},
    {.name = "op_recv.first",
     .run = op_recv_first,
     .make = loop_and_channel,
     .unmake = no_loop,
     .bytes = 8,
     .capacity = ROOM},
    {.name = "recv.with_token",
     .run = recv_with_token,
     .before = fill,
     .make = token_and_channel,
     .unmake = no_token_and_channel,
     .bytes = 8,
     .capacity = ROOM},
    {.name = "recv.with_deadline",
     .run = recv_with_deadline,
     .before = fill,
     .make = channel,
     .unmake = no_channel,
     .bytes = 8,
     .capacity = ROOM},
    {.name = "cancel.check", .run = check, .make = a_token, .unmake = no_token},
    {.name = "cancel.child_drop",
     .run = child,
     .make = a_token,
     .unmake = no_token},
    {.name = "now_ns", .run = now},
    {.name = NULL},
};
