/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* crew.c - parse a cell, start threads, keep the accounts, print the figures. */
#define _GNU_SOURCE 1
#include "crew.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 32, RAN_MAX = 256 };

static struct {
    bool printed;
    bool is_one_more;
    double one_more;
} figures;

void crew_also(double figure)
{
    figures.is_one_more = true;
    figures.one_more = figure;
}

void crew_printed(void)
{
    figures.printed = true;
}

void crew_start(struct crew *crew, unsigned n, void *(*fn)(void *), void *args,
                size_t arg_bytes)
{
    if (n > CREW_MAX)
        cell_fail("so many threads are not kept");
    crew->n = n;
    for (unsigned i = 0; i < n; i++) {
        if (pthread_create(&crew->thread[i], NULL, fn,
                           (char *)args + i * arg_bytes) != 0)
            cell_fail("a thread cannot be started");
    }
}

void crew_join(struct crew *crew)
{
    for (unsigned i = 0; i < crew->n; i++) {
        if (pthread_join(crew->thread[i], NULL) != 0)
            cell_fail("a thread cannot be joined");
    }
}

unsigned crew_processors(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        cell_fail("the processors cannot be counted");
    return (unsigned)CPU_COUNT(&set);
}

void crew_check_seen(const struct crew_cell *cell, const struct crew_seen *seen,
                     uint64_t missed)
{
    if (seen->last != cell->n)
        cell_fail("the last message did not come");
    if (seen->gaps != missed)
        cell_fail("the messages that did not come are not those counted as "
                  "missed");
    if (seen->tally.count + missed != cell->n)
        cell_fail("received and missed are not what was sent");
}

struct crew_line {
    pthread_barrier_t barrier;
};

void crew_begin(const struct crew_turns *turns)
{
    pthread_barrier_wait(&turns->line->barrier);
}

void crew_take_turns(const struct crew_cell *cell, void *(*fn)(void *),
                     void *lock)
{
    static _Alignas(2 * CREW_CACHE_LINE) struct tally tally;
    struct crew_turns turns[CREW_MAX];
    struct crew_line line;
    struct crew crew;
    uint64_t n = cell->n / cell->threads;

    if (pthread_barrier_init(&line.barrier, NULL, cell->threads) != 0)
        cell_fail("a barrier cannot be made");
    for (unsigned i = 0; i < cell->threads; i++)
        turns[i] = (struct crew_turns){&line, lock, &tally, 1 + i * n, n};
    crew_start(&crew, cell->threads, fn, turns, sizeof turns[0]);
    crew_join(&crew);
    pthread_barrier_destroy(&line.barrier);
    cell_check(cell->who, tally, cell->n, cell->n * (cell->n + 1) / 2);
}

/* ---- jobs that ran ----------------------------------------------------------------- */

/* What one thread ran: alone on its cache lines, so that a job costs what it costs. */
static struct ran {
    _Alignas(2 * CREW_CACHE_LINE) struct tally tally;
} rans[RAN_MAX];
static atomic_uint rans_used;
static _Thread_local struct ran *mine;

void crew_ran(uint64_t value)
{
    if (!mine) {
        unsigned at = atomic_fetch_add(&rans_used, 1);
        if (at >= RAN_MAX)
            cell_fail("jobs ran on too many threads");
        mine = &rans[at];
    }
    mine->tally.count++;
    mine->tally.sum += value;
}

struct tally crew_ran_in_all(void)
{
    struct tally all = {0, 0};

    for (unsigned i = 0; i < atomic_load(&rans_used); i++) {
        all.count += rans[i].tally.count;
        all.sum += rans[i].tally.sum;
    }
    return all;
}

/* ---- the program ---------------------------------------------------------------------- */

static void measure(const struct crew_peer *peer, const struct crew_cell *cell)
{
    int64_t cpu = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    int64_t wall = cell_clock_ns(CLOCK_MONOTONIC);
    peer->run(cell);
    wall = cell_clock_ns(CLOCK_MONOTONIC) - wall;
    cpu = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;

    if (figures.printed)
        return;
    printf("%.2f %.2f", (double)wall / (double)cell->n,
           (double)cpu / (double)cell->n);
    if (figures.is_one_more)
        printf(" %.2f", figures.one_more);
    printf("\n");
}

/* "mutex-4": the word, and the number into the cell. */
static void parse_scenario(struct crew_cell *cell, char word[WORD_MAX],
                           const char *scenario)
{
    const char *dash = strchr(scenario, '-');

    if (!dash || dash - scenario >= WORD_MAX)
        cell_fail("a scenario is a word, a dash and a number");
    memcpy(word, scenario, (size_t)(dash - scenario));
    word[dash - scenario] = '\0';
    cell->threads = (unsigned)strtoul(dash + 1, NULL, 10);
    if (cell->threads == 0 || cell->threads > CREW_MAX)
        cell_fail("so many threads there are not");
}

static void parse_numbers(struct crew_cell *cell, const char *capacity,
                          const char *n)
{
    cell->n = strtoull(n, NULL, 10);
    if (cell->n == 0 || cell->n % 4 != 0)
        cell_fail("n must be a multiple of 4");
    if (strcmp(capacity, "unbounded") == 0)
        cell->capacity = CELL_UNBOUNDED;
    else if (strcmp(capacity, "large") == 0)
        cell->capacity = cell->n;
    else
        cell->capacity = strtoull(capacity, NULL, 10);
}

static int usage(const struct crew_peer *peers, const char *program)
{
    fprintf(stderr,
            "usage: %s who scenario-threads capacity n bytes\n"
            "       %s who version\n",
            program, program);
    for (; peers->who; peers++)
        fprintf(stderr, "  %s: %s\n", peers->who, peers->scenarios);
    return 2;
}

int crew_main(const struct crew_peer *peers, int argc, char **argv)
{
    const struct crew_peer *peer = peers;
    struct crew_cell cell = {0};
    char word[WORD_MAX];

    if (argc == 3 && strcmp(argv[2], "version") == 0 && peer->version) {
        printf("%s\n", peer->version());
        return 0;
    }
    if (argc != 6)
        return usage(peers, argv[0]);
    parse_scenario(&cell, word, argv[2]);
    while (peer->who && (strcmp(peer->who, argv[1]) != 0 ||
                         !cell_runs(peer->scenarios, word)))
        peer++;
    if (!peer->who)
        return usage(peers, argv[0]);
    cell.who = peer->who;
    parse_numbers(&cell, argv[3], argv[4]);
    if (strtoull(argv[5], NULL, 10) != sizeof(struct cell_msg))
        cell_fail("compiled for messages of another size");
    cell_become_threaded();
    measure(peer, &cell);
    return 0;
}
