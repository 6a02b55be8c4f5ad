/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* broadcast.c - leat's broadcast as a participant: received by copy, by copy with
 * both ends promised single (leat-single), and in place.
 * The main thread sends; each receiver is a thread. */
#include "crew.h"

#include <leat.h>

struct listener {
    leat_rx *rx;
    const struct crew_cell *cell;
    uint64_t missed;
};

static void listener_end(struct listener *me, const struct crew_seen *seen)
{
    me->missed = leat_rx_missed(me->rx);
    crew_check_seen(me->cell, seen, me->missed);
    if (!leat_rx_drop(me->rx))
        cell_fail("a receiver has owners left");
}

static void *listen(void *arg)
{
    struct listener *me = arg;
    struct crew_seen seen = {0};
    struct cell_msg msg;
    int rc;

    while ((rc = leat_rx_recv(me->rx, &msg, leat_forever())) == 0)
        crew_see(&seen, &msg);
    if (rc != LEAT_ECLOSED)
        cell_fail("leat_rx_recv failed");
    listener_end(me, &seen);
    return NULL;
}

static void *listen_in_place(void *arg)
{
    struct listener *me = arg;
    struct crew_seen seen = {0};
    void *msg;
    int rc;

    while ((rc = leat_rx_borrow(me->rx, &msg, leat_forever())) == 0) {
        crew_see(&seen, msg);
        leat_rx_release(me->rx, msg);
    }
    if (rc != LEAT_ECLOSED)
        cell_fail("leat_rx_borrow failed");
    listener_end(me, &seen);
    return NULL;
}

static void send(leat_tx *tx, uint64_t n)
{
    for (uint64_t v = 1; v <= n; v++) {
        struct cell_msg msg;
        cell_write(&msg, v);
        if (leat_tx_send(tx, &msg, leat_forever()) < 0)
            cell_fail("leat_tx_send failed");
    }
}

static void send_in_place(leat_tx *tx, uint64_t n)
{
    for (uint64_t v = 1; v <= n; v++) {
        void *slot;
        if (leat_tx_reserve(tx, &slot, leat_forever()) < 0)
            cell_fail("leat_tx_reserve failed");
        cell_write(slot, v);
        if (leat_tx_commit(tx, slot) < 0)
            cell_fail("leat_tx_commit failed");
    }
}

/* What bus has by its types, leat has by promise: one thread sends, and one receives by
 * each receiver. */
enum { SINGLE = LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER };

/* Returns what all receivers missed together. */
static uint64_t run(const struct crew_cell *cell, enum leat_policy policy,
                    uint32_t flags)
{
    bool in_place = (flags & LEAT_IN_PLACE) != 0;
    struct listener listeners[CREW_MAX];
    struct crew crew;
    leat_tx *tx;
    uint64_t missed = 0;

    if (leat_broadcast_new(&tx, sizeof(struct cell_msg), cell->capacity,
                           LEAT_CHAN_OPTS(.policy = policy, .flags = flags)) <
        0)
        cell_fail("leat_broadcast_new failed");
    for (unsigned i = 0; i < cell->threads; i++) {
        listeners[i] = (struct listener){.cell = cell};
        if (leat_broadcast_subscribe(&listeners[i].rx, leat_tx_chan(tx), 0) < 0)
            cell_fail("leat_broadcast_subscribe failed");
    }
    crew_start(&crew, cell->threads, in_place ? listen_in_place : listen,
               listeners, sizeof listeners[0]);
    if (in_place)
        send_in_place(tx, cell->n);
    else
        send(tx, cell->n);
    if (!leat_tx_drop(tx))
        cell_fail("a sender has owners left");
    crew_join(&crew);
    for (unsigned i = 0; i < cell->threads; i++)
        missed += listeners[i].missed;
    return missed;
}

static void block(const struct crew_cell *cell, uint32_t flags)
{
    if (run(cell, LEAT_POLICY_BLOCK, flags) != 0)
        cell_fail("a blocking broadcast lost messages");
}

static void lossy(const struct crew_cell *cell, uint32_t flags)
{
    uint64_t missed = run(cell, LEAT_POLICY_DROP_OLDEST, flags);

    crew_also(100.0 * (double)missed / (double)(cell->n * cell->threads));
}

static void block_by_copy(const struct crew_cell *cell)
{
    block(cell, 0);
}

static void block_in_place(const struct crew_cell *cell)
{
    block(cell, LEAT_IN_PLACE);
}

static void block_promised(const struct crew_cell *cell)
{
    block(cell, SINGLE);
}

static void lossy_by_copy(const struct crew_cell *cell)
{
    lossy(cell, 0);
}

static void lossy_in_place(const struct crew_cell *cell)
{
    lossy(cell, LEAT_IN_PLACE);
}

int main(int argc, char **argv)
{
    static const struct crew_peer peers[] = {
        {"leat", "block", block_by_copy, NULL},
        {"leat", "lossy", lossy_by_copy, NULL},
        {"leat-single", "block", block_promised, NULL},
        {"leat-in-place", "block", block_in_place, NULL},
        {"leat-in-place", "lossy", lossy_in_place, NULL},
        {0},
    };

    return crew_main(peers, argc, argv);
}
