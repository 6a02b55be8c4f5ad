/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* crew.h - one cell of the table for a participant that is no pipe.
 *
 * The program is called as cell.h says and prints the same line, and its clock runs
 * as long: from making things to freeing them. What differs is who does what. A
 * scenario is a word and a number of threads:
 *
 *     block-4    a broadcast to 4 receivers; the slowest holds the sender back
 *     lossy-4    the same; the oldest message is overwritten, each receiver counts what
 *                it missed, and the line has a third figure, percent missed
 *     watch-4    the writer updates a value n times, each of 4 readers looks at the newest
 *                one n times, all at once
 *     wake-1     two watches, to a thread and back; prints the line of ping (probe.h)
 *     mutex-4    4 threads, which lock, add and unlock n times in all
 *     sem-4      the same by a semaphore of one permit
 *     jobs-4     4 threads have a pool run n empty jobs in all; then wait for all
 *     results-1  one thread has a pool run n jobs and joins each for its result
 *
 * "messages" is n. In all of them the values 1 to n are what is sent, set, added or
 * given to a job, and the account is checked: how many arrived, their sum, and for a
 * receiver of some of them that they came in order and that seen and missed make n. */
#ifndef BENCH_CREW_H
#define BENCH_CREW_H

#include "cell.h"

#include <pthread.h>

enum { CREW_MAX = 16, CREW_CACHE_LINE = 64 };

struct crew_cell {
    const char *who;
    unsigned threads; /* the number in the scenario's name */
    size_t capacity;  /* as cell.h says */
    uint64_t n;
};

struct crew_peer {
    const char *who;
    const char *scenarios; /* words without the number, such as "mutex sem" */
    void (*run)(const struct crew_cell *cell);
    const char *(*version)(void); /* NULL: another program tells it */
};

/* The main of a program with these participants; a NULL who ends the list. */
int crew_main(const struct crew_peer *peers, int argc, char **argv);

/* Threads that each have their own of an array of arguments. */
struct crew {
    unsigned n;
    pthread_t thread[CREW_MAX];
};

void crew_start(struct crew *crew, unsigned n, void *(*fn)(void *), void *args,
                size_t arg_bytes);
void crew_join(struct crew *crew);

/* As many processors as this process may use. */
unsigned crew_processors(void);

/* A figure beside those of the clock. */
void crew_also(double figure);

/* The run has printed its figures; those of the clock mean nothing. */
void crew_printed(void);

/* ---- what a receiver that may miss some has seen -------------------------------- */

struct crew_seen {
    struct tally tally;
    uint64_t last;
    uint64_t gaps; /* values left out before one that came */
};

/* A value came: later than the last, all its words the same. */
static inline void crew_see(struct crew_seen *seen, const struct cell_msg *msg)
{
    uint64_t value = msg->word[0];

    if (value <= seen->last || cell_sum(msg) != value * CELL_WORDS)
        cell_fail("a value came out of order or torn");
    seen->gaps += value - seen->last - 1;
    seen->last = value;
    seen->tally.count++;
    seen->tally.sum += value;
}

/* The stream has ended and the participant says how many were missed. */
void crew_check_seen(const struct crew_cell *cell, const struct crew_seen *seen,
                     uint64_t missed);

/* ---- threads that take turns ------------------------------------------------------- */

/* What a thread does: wait until all are there; n times get the lock, add the next
 * value, let go. */
struct crew_turns {
    struct crew_line *line; /* where they wait for all to be there */
    void *lock;
    struct tally *tally; /* the lock's */
    uint64_t first;
    uint64_t n;
};

/* Run fn in so many threads, each with turns of its own, and check the tally. */
void crew_take_turns(const struct crew_cell *cell, void *(*fn)(void *),
                     void *lock);

void crew_begin(const struct crew_turns *turns);

static inline void crew_turn(struct tally *tally, uint64_t value)
{
    tally->count++;
    tally->sum += value;
}

/* ---- jobs that ran ----------------------------------------------------------------- */

/* A job with that value ran in this thread. Costs no shared write. */
void crew_ran(uint64_t value);

/* All threads' jobs. They must be over. */
struct tally crew_ran_in_all(void);

#endif
