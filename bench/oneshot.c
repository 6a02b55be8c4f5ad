/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* oneshot.c - leat's oneshot as a participant: `leat` from the heap, `leat-in` in memory
 * of the caller's. */
#include "own.h"

#include <leat.h>

struct pair {
    leat_tx *tx;
    leat_rx *rx;
};

static void send(leat_tx *tx, uint64_t v)
{
    struct cell_msg msg;

    cell_write(&msg, v);
    if (leat_oneshot_send(tx, &msg) < 0)
        cell_fail("leat_oneshot_send failed");
}

static void recv(leat_rx *rx, struct tally *tally)
{
    struct cell_msg msg;

    if (leat_oneshot_recv(rx, &msg, leat_forever()) < 0)
        cell_fail("leat_oneshot_recv failed");
    tally->count++;
    tally->sum += cell_sum(&msg);
}

static void make(struct pair *pair)
{
    if (leat_oneshot_new(&pair->tx, &pair->rx, sizeof(struct cell_msg), NULL) <
        0)
        cell_fail("leat_oneshot_new failed");
}

/* ---- memory of our own ------------------------------------------------------------ */

enum { ROOM_BYTES = 512, ROOMS = 64 };

struct room {
    _Alignas(64) unsigned char bytes[ROOM_BYTES];
    atomic_bool busy;
};

static void make_in(struct pair *pair, struct room *room,
                    const leat_chan_opts *opts)
{
    if (leat_oneshot_new_in(&pair->tx, &pair->rx, room->bytes,
                            sizeof room->bytes, sizeof(struct cell_msg),
                            opts) < 0)
        cell_fail("leat_oneshot_new_in failed");
}

static void give_back(void *arg)
{
    struct room *room = arg;

    atomic_store_explicit(&room->busy, false, memory_order_release);
}

/* One of a ring of rooms: by the time its turn comes again the other thread has let go of
 * it, or we wait. */
static void make_in_ring(struct pair *pair, struct room *rooms, uint64_t v)
{
    struct room *room = &rooms[v % ROOMS];
    unsigned looks = 0;

    while (atomic_load_explicit(&room->busy, memory_order_acquire))
        own_look_again(&looks);
    atomic_store_explicit(&room->busy, true, memory_order_relaxed);
    make_in(pair, room, LEAT_CHAN_OPTS(.gone = give_back, .gone_arg = room));
}

/* ---- alone ------------------------------------------------------------------------- */

static struct tally alone(const struct own_cell *cell)
{
    struct tally tally = {0, 0};

    for (uint64_t v = 1; v <= cell->messages; v++) {
        struct pair pair;
        make(&pair);
        send(pair.tx, v);
        recv(pair.rx, &tally);
    }
    return tally;
}

static struct tally alone_in(const struct own_cell *cell)
{
    struct tally tally = {0, 0};
    struct room room;

    for (uint64_t v = 1; v <= cell->messages; v++) {
        struct pair pair;
        make_in(&pair, &room, NULL);
        send(pair.tx, v);
        recv(pair.rx, &tally);
    }
    return tally;
}

/* ---- ask ------------------------------------------------------------------------------ */

struct answerer {
    struct own_desk desk;
    pthread_t thread;
    uint64_t n;
};

static void *answer(void *arg)
{
    struct answerer *a = arg;

    for (uint64_t v = 1; v <= a->n; v++) {
        leat_tx *tx = own_take(&a->desk);
        send(tx, v);
    }
    return NULL;
}

static struct tally ask(const struct own_cell *cell)
{
    static struct room rooms[ROOMS];
    struct answerer a = {.n = cell->messages};
    struct tally tally = {0, 0};
    bool in = own_is(cell, "leat-in");

    own_start(&a.thread, answer, &a);
    for (uint64_t v = 1; v <= cell->messages; v++) {
        struct pair pair;
        if (in)
            make_in_ring(&pair, rooms, v);
        else
            make(&pair);
        own_put(&a.desk, pair.tx);
        recv(pair.rx, &tally);
    }
    own_join(a.thread);
    return tally;
}

int main(int argc, char **argv)
{
    static const struct own_scenario scenarios[] = {
        {"alone", "leat", alone, NULL},
        {"alone", "leat-in", alone_in, NULL},
        {"ask", "leat leat-in", ask, NULL},
        {0},
    };

    return own_main(scenarios, leat_version(), argc, argv);
}
