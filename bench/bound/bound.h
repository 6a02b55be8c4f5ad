/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* bound.h - the floors of this machine: what no channel can be faster than.
 *
 * Links nothing but libc. What asks for two threads pins them to the first two
 * processors that the process may use, because it asks what *the other core* costs;
 * with one processor it is left out. bench/floors.py knows which floor is that of which
 * cell, by the keys that are printed here. */
#ifndef BENCH_BOUND_H
#define BENCH_BOUND_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BOUND_LINE = 128, /* two cache lines: neighbours are fetched in pairs */
    BOUND_TRIES = 3   /* of each measurement; the least counts */
};

/* Print a sentence and exit with 1. */
_Noreturn void bound_fail(const char *what);

int64_t bound_now_ns(void);

/* A moment's rest between two looks. */
void bound_relax(void);

/* Does this process have two processors? */
bool bound_has_two(void);

/* Run other on the second processor and, as soon as it is there, mine on the first.
 * Returns what mine does. */
double bound_beside(void (*other)(void *), double (*mine)(void *), void *arg);

/* Keep this thread on the first processor, or on the second. */
void bound_pin(int which);

/* One line: nanoseconds, a tab, the key, a tab, what it is. */
void bound_print(double ns, const char *key, const char *what);

/* Sort them, and return the one in the middle. */
double bound_median(double *values, size_t n);

/* ---- what each file measures and prints ------------------------------------------ */

void bound_steps(
    void); /* one thread: a locked operation, a look at the clock, ... */
void bound_trips(void);  /* a cache line there and back; needs two */
void bound_wakes(void);  /* a sleeper, until it runs; needs two */
void bound_ways(void);   /* messages through a ring, for the table */
void bound_growth(void); /* messages through a ring, for bench/growth.py */
void bound_parked(void); /* one of many sleepers, for the same; needs two */

#endif
