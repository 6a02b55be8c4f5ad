/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cell.c - parse a cell, run it, check the account, print the figures. */
#define _GNU_SOURCE 1
#include "cell.h"
#include "probe.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 64, WORD_MAX = 16 };

struct cell {
    const struct cell_peer *peer;
    bool seq;
    unsigned senders;
    unsigned receivers;
    size_t capacity;
    uint64_t messages;
};

struct worker {
    pthread_t thread;
    const struct cell_peer *peer;
    void *chan;
    uint64_t first;
    uint64_t n;
    struct tally tally;
};

void cell_fail(const char *what)
{
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

int64_t cell_clock_ns(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t) != 0)
        cell_fail("a clock cannot be read");
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void *sender(void *arg)
{
    struct worker *w = arg;

    w->peer->send(w->chan, w->first, w->n);
    return NULL;
}

static void *receiver(void *arg)
{
    struct worker *w = arg;

    /* Added up here and stored once: the workers lie next to each other. */
    struct tally tally = {0, 0};
    w->peer->recv(w->chan, w->n, &tally);
    w->tally = tally;
    return NULL;
}

static void start(struct worker *w, void *(*fn)(void *))
{
    if (pthread_create(&w->thread, NULL, fn, w) != 0)
        cell_fail("a thread cannot be started");
}

static void join(struct worker *w)
{
    if (pthread_join(w->thread, NULL) != 0)
        cell_fail("a thread cannot be joined");
}

static struct tally run(const struct cell *cell)
{
    const struct cell_peer *peer = cell->peer;
    struct worker tx[SIDE_MAX];
    struct worker rx[SIDE_MAX];
    struct tally total = {0, 0};
    void *chan = peer->make(cell->capacity);

    for (unsigned i = 0; i < cell->senders; i++) {
        uint64_t n = cell->messages / cell->senders;
        tx[i] = (struct worker){
            .peer = peer, .chan = chan, .first = 1 + i * n, .n = n};
        if (!cell->seq)
            start(&tx[i], sender);
    }
    for (unsigned i = 0; i < cell->receivers; i++) {
        rx[i] = (struct worker){
            .peer = peer, .chan = chan, .n = cell->messages / cell->receivers};
        if (cell->receivers > 1)
            start(&rx[i], receiver);
    }
    if (cell->seq)
        sender(&tx[0]);
    if (cell->receivers == 1)
        receiver(&rx[0]);
    for (unsigned i = 0; i < cell->senders && !cell->seq; i++)
        join(&tx[i]);
    for (unsigned i = 0; i < cell->receivers; i++) {
        if (cell->receivers > 1)
            join(&rx[i]);
        total.count += rx[i].tally.count;
        total.sum += rx[i].tally.sum;
    }
    if (!peer->drained(chan))
        cell_fail("messages left in the channel");
    peer->drop(chan);
    return total;
}

static void *nothing(void *arg)
{
    return arg;
}

void cell_become_threaded(void)
{
    struct worker w;

    start(&w, nothing);
    join(&w);
}

void cell_check(const char *who, struct tally got, uint64_t count, uint64_t sum)
{
    if (got.count == count && got.sum == sum)
        return;
    fprintf(stderr,
            "bench: %s got %" PRIu64 " messages of sum %" PRIu64
            ", not %" PRIu64 " of sum %" PRIu64 "\n",
            who, got.count, got.sum, count, sum);
    exit(1);
}

static int measure(const struct cell *cell)
{
    int64_t cpu = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    int64_t wall = cell_clock_ns(CLOCK_MONOTONIC);
    struct tally got = run(cell);
    wall = cell_clock_ns(CLOCK_MONOTONIC) - wall;
    cpu = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;

    uint64_t n = cell->messages;
    cell_check(cell->peer->who, got, n, n * (n + 1) / 2 * CELL_WORDS);
    printf("%.2f %.2f\n", (double)wall / (double)n, (double)cpu / (double)n);
    return 0;
}

/* "64:64", or one of each. */
static void parse_sides(struct cell *cell, const char *scenario)
{
    const char *colon = strchr(scenario, ':');

    cell->senders = colon ? (unsigned)strtoul(scenario, NULL, 10) : 1;
    cell->receivers = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 1;
    if (cell->senders == 0 || cell->senders > SIDE_MAX ||
        cell->receivers == 0 || cell->receivers > SIDE_MAX)
        cell_fail("so many threads there are not");
}

static void parse(struct cell *cell, const char *scenario, const char *capacity,
                  const char *messages)
{
    cell->messages = strtoull(messages, NULL, 10);
    cell->seq = strcmp(scenario, "seq") == 0;
    parse_sides(cell, scenario);
    if (cell->messages == 0 || cell->messages % cell->senders != 0 ||
        cell->messages % cell->receivers != 0)
        cell_fail("the threads cannot share so many messages");
    if (strcmp(capacity, "unbounded") == 0)
        cell->capacity = CELL_UNBOUNDED;
    else if (strcmp(capacity, "large") == 0)
        cell->capacity = cell->messages;
    else
        cell->capacity = strtoull(capacity, NULL, 10);
    if (!cell->peer->bounded && cell->capacity != CELL_UNBOUNDED)
        cell_fail("this participant has no bound");
    if (cell->seq && cell->capacity < cell->messages)
        cell_fail("seq needs room for all messages");
}

bool cell_runs(const char *scenarios, const char *scenario)
{
    size_t length = strlen(scenario);

    for (const char *at = scenarios; *at; at += strspn(at, " ")) {
        size_t word = strcspn(at, " ");
        if (word == length && memcmp(at, scenario, word) == 0)
            return true;
        at += word;
    }
    return false;
}

/* What a participant says that it can run: "parked" for any number of them, "N:N" for any
 * number of senders and receivers. */
static bool can_run(const struct cell_peer *peer, const char *scenario)
{
    char word[WORD_MAX];
    size_t length = strcspn(scenario, "-");

    if (length >= WORD_MAX)
        return false;
    memcpy(word, scenario, length);
    word[length] = '\0';
    return cell_runs(peer->scenarios, word) ||
           (strchr(word, ':') && cell_runs(peer->scenarios, "N:N"));
}

int cell_main(const struct cell_peer *peers, int argc, char **argv)
{
    const struct cell_peer *peer = peers;

    if (argc == 3 && strcmp(argv[2], "version") == 0) {
        printf("%s\n", peer->version());
        return 0;
    }
    while (argc == 6 && peer->who &&
           (strcmp(peer->who, argv[1]) != 0 || !can_run(peer, argv[2])))
        peer++;
    if (argc != 6 || !peer->who) {
        fprintf(stderr,
                "usage: %s who scenario capacity messages bytes\n"
                "       %s who version\n",
                argv[0], argv[0]);
        for (peer = peers; peer->who; peer++)
            fprintf(stderr, "  %s: %s\n", peer->who, peer->scenarios);
        return 2;
    }
    if (strtoull(argv[5], NULL, 10) != sizeof(struct cell_msg))
        cell_fail("compiled for messages of another size");
    struct cell cell = {.peer = peer};
    parse(&cell, argv[2], argv[3], argv[4]);
    cell_become_threaded();
    if (probe(peer, argv[2], cell.capacity, cell.messages))
        return 0;
    return measure(&cell);
}
