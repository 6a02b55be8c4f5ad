/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* select.c - leat's select as a participant, in three rows: `leat` keeps an array of
 * cases and gives it to leat_select, `leat-set` registers the cases once, `leat-spsc` is
 * an array over channels that promise one sender and one receiver each. */
#include "own.h"

#include <leat.h>

enum { THREADS = 4, CHANS_MAX = 512 };

struct pipe {
    leat_tx *tx;
    leat_rx *rx;
};

static struct pipe pipes[CHANS_MAX];
static size_t n_pipes;
static bool by_set;

/* What a thread does, and what it got. */
struct party {
    pthread_t thread;
    size_t pipe; /* of select_rx: whither */
    uint64_t first;
    uint64_t n;
    struct tally tally;
};

static void make(const struct own_cell *cell, size_t n)
{
    bool promise = own_is(cell, "leat-spsc");
    uint32_t flags = promise ? LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER : 0;
    size_t capacity =
        cell->capacity == CELL_UNBOUNDED ? LEAT_UNBOUNDED : cell->capacity;

    if (n == 0 || n > CHANS_MAX)
        cell_fail("not so many channels");
    by_set = own_is(cell, "leat-set");
    n_pipes = n;
    for (size_t i = 0; i < n; i++) {
        if (leat_chan_new(&pipes[i].tx, &pipes[i].rx, sizeof(struct cell_msg),
                          capacity, LEAT_CHAN_OPTS(.flags = flags)) < 0)
            cell_fail("leat_chan_new failed");
    }
}

static void drop(void)
{
    for (size_t i = 0; i < n_pipes; i++) {
        struct cell_msg msg;
        if (leat_rx_recv(pipes[i].rx, &msg, leat_nowait()) != LEAT_EAGAIN)
            cell_fail("messages left in a channel");
        if (!leat_tx_drop(pipes[i].tx) || !leat_rx_drop(pipes[i].rx))
            cell_fail("a half has owners left");
    }
}

static void send_to(size_t pipe, uint64_t v)
{
    struct cell_msg msg;

    cell_write(&msg, v);
    if (leat_tx_send(pipes[pipe].tx, &msg, leat_forever()) < 0)
        cell_fail("leat_tx_send failed");
}

/* ---- a select over all channels ----------------------------------------------------- */

/* What one thread keeps from call to call. One case is done in a call, so one message
 * will do for all of them. */
struct choice {
    struct cell_msg msg;
    leat_set *set; /* NULL: the array */
    leat_case cases[CHANS_MAX];
};

static void choice_init(struct choice *it, bool sends)
{
    it->set = NULL;
    if (by_set && leat_set_new(&it->set) < 0)
        cell_fail("leat_set_new failed");
    for (size_t i = 0; i < n_pipes; i++) {
        it->cases[i] = sends ? leat_on_send(pipes[i].tx, &it->msg)
                             : leat_on_recv(pipes[i].rx, &it->msg);
        if (by_set && leat_set_add(it->set, it->cases[i]) < 0)
            cell_fail("leat_set_add failed");
    }
}

static void choice_end(struct choice *it)
{
    leat_set_drop(it->set);
}

static void choose(struct choice *it)
{
    int i = it->set ? leat_set_wait(it->set, leat_forever())
                    : leat_select(it->cases, n_pipes, 0, leat_forever());

    if (i < 0 || (it->set ? leat_set_case(it->set, i) : &it->cases[i])->rc < 0)
        cell_fail("no case could be done");
}

static void recv_all(uint64_t n, struct tally *tally)
{
    struct choice it;

    choice_init(&it, false);
    for (uint64_t k = 0; k < n; k++) {
        choose(&it);
        tally->count++;
        tally->sum += cell_sum(&it.msg);
    }
    choice_end(&it);
}

/* ---- select_rx -------------------------------------------------------------------------- */

static void *sender_to_one(void *arg)
{
    const struct party *p = arg;

    for (uint64_t v = p->first; v < p->first + p->n; v++)
        send_to(p->pipe, v);
    return NULL;
}

static struct tally select_rx(const struct own_cell *cell)
{
    struct party senders[THREADS];
    struct tally tally = {0, 0};
    uint64_t each = cell->messages / THREADS;

    make(cell, THREADS);
    for (size_t i = 0; i < THREADS; i++) {
        senders[i] =
            (struct party){.pipe = i, .first = 1 + i * each, .n = each};
        own_start(&senders[i].thread, sender_to_one, &senders[i]);
    }
    recv_all(cell->messages, &tally);
    for (size_t i = 0; i < THREADS; i++)
        own_join(senders[i].thread);
    drop();
    return tally;
}

/* ---- select_both ------------------------------------------------------------------------- */

static void *selecting_sender(void *arg)
{
    const struct party *p = arg;
    struct choice it;

    choice_init(&it, true);
    for (uint64_t v = p->first; v < p->first + p->n; v++) {
        cell_write(&it.msg, v);
        choose(&it);
    }
    choice_end(&it);
    return NULL;
}

static void *selecting_receiver(void *arg)
{
    struct party *p = arg;
    struct tally tally = {0, 0};

    recv_all(p->n, &tally);
    p->tally = tally;
    return NULL;
}

static struct tally select_both(const struct own_cell *cell)
{
    struct party parties[2 * THREADS];
    struct tally total = {0, 0};
    uint64_t each = cell->messages / THREADS;

    make(cell, THREADS);
    for (size_t i = 0; i < 2 * THREADS; i++) {
        parties[i] = (struct party){.first = 1 + i * each, .n = each};
        own_start(&parties[i].thread,
                  i < THREADS ? selecting_sender : selecting_receiver,
                  &parties[i]);
    }
    for (size_t i = 0; i < 2 * THREADS; i++) {
        own_join(parties[i].thread);
        total.count += parties[i].tally.count;
        total.sum += parties[i].tally.sum;
    }
    drop();
    return total;
}

/* ---- busy, quiet --------------------------------------------------------------------------- */

static void *sender_in_turns(void *arg)
{
    const struct party *p = arg;

    for (uint64_t v = p->first; v < p->first + p->n; v++)
        send_to(v % n_pipes, v);
    return NULL;
}

static struct tally busy(const struct own_cell *cell)
{
    struct party sender = {.first = 1, .n = cell->messages};
    struct tally tally = {0, 0};

    make(cell, cell->number);
    own_start(&sender.thread, sender_in_turns, &sender);
    recv_all(cell->messages, &tally);
    own_join(sender.thread);
    drop();
    return tally;
}

static struct tally quiet(const struct own_cell *cell)
{
    struct tally tally = {0, 0};
    struct choice it;

    make(cell, cell->number);
    choice_init(&it, false);
    for (uint64_t v = 1; v <= cell->messages; v++) {
        send_to(v % n_pipes, v);
        choose(&it);
        tally.count++;
        tally.sum += cell_sum(&it.msg);
    }
    choice_end(&it);
    drop();
    return tally;
}

int main(int argc, char **argv)
{
    static const struct own_scenario scenarios[] = {
        {"select_rx", "leat leat-set leat-spsc", select_rx, NULL},
        {"select_both", "leat leat-set", select_both, NULL},
        {"busy", "leat leat-set leat-spsc", busy, NULL},
        {"quiet", "leat leat-set leat-spsc", quiet, NULL},
        {0},
    };

    return own_main(scenarios, leat_version(), argc, argv);
}
