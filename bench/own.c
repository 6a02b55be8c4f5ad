/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* own.c - see own.h. */
#define _GNU_SOURCE 1
#include "own.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool own_is(const struct own_cell *cell, const char *who)
{
    return strcmp(cell->who, who) == 0;
}

void own_start(pthread_t *thread, void *(*fn)(void *arg), void *arg)
{
    if (pthread_create(thread, NULL, fn, arg) != 0)
        cell_fail("a thread cannot be started");
}

void own_join(pthread_t thread)
{
    if (pthread_join(thread, NULL) != 0)
        cell_fail("a thread cannot be joined");
}

/* ---- the desk ----------------------------------------------------------------- */

/* Looks before the processor is offered to others. */
enum { LOOKS = 100 };

void own_look_again(unsigned *looks)
{
    if (++*looks > LOOKS) {
        sched_yield();
        return;
    }
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void own_put(struct own_desk *desk, void *what)
{
    unsigned looks = 0;

    while (atomic_load_explicit(&desk->what, memory_order_acquire) != NULL)
        own_look_again(&looks);
    atomic_store_explicit(&desk->what, what, memory_order_release);
}

void *own_take(struct own_desk *desk)
{
    unsigned looks = 0;
    void *what;

    while ((what = atomic_load_explicit(&desk->what, memory_order_acquire)) ==
           NULL)
        own_look_again(&looks);
    atomic_store_explicit(&desk->what, NULL, memory_order_release);
    return what;
}

/* ---- one run ------------------------------------------------------------------- */

static void measure(const struct own_scenario *scenario,
                    const struct own_cell *cell)
{
    int64_t cpu = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    int64_t wall = cell_clock_ns(CLOCK_MONOTONIC);
    struct tally got = scenario->run(cell);
    wall = cell_clock_ns(CLOCK_MONOTONIC) - wall;
    cpu = cell_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;

    uint64_t n = cell->messages;
    cell_check(cell->who, got, n, n * (n + 1) / 2);
    printf("%.2f %.2f\n", (double)wall / (double)n, (double)cpu / (double)n);
}

static size_t capacity_of(const char *text, uint64_t messages)
{
    if (strcmp(text, "unbounded") == 0)
        return CELL_UNBOUNDED;
    return strcmp(text, "large") == 0 ? messages : strtoull(text, NULL, 10);
}

/* Is the text the word, or the word, a dash and a number? */
static bool is_named(const char *text, const char *word, size_t *number)
{
    size_t length = strlen(word);

    if (strncmp(text, word, length) != 0)
        return false;
    *number = text[length] == '-' ? strtoull(text + length + 1, NULL, 10) : 0;
    return text[length] == '\0' || *number > 0;
}

static int usage(const struct own_scenario *scenarios, const char *program)
{
    fprintf(stderr,
            "usage: %s who scenario capacity messages bytes\n"
            "       %s who version\n",
            program, program);
    for (; scenarios->name; scenarios++)
        fprintf(stderr, "  %s: %s\n", scenarios->name, scenarios->whos);
    return 2;
}

int own_main(const struct own_scenario *scenarios, int version, int argc,
             char **argv)
{
    const struct own_scenario *scenario = scenarios;
    struct own_cell cell = {0};

    if (argc == 3 && strcmp(argv[2], "version") == 0) {
        printf("%d.%d.%d\n", version / 10000, version / 100 % 100,
               version % 100);
        return 0;
    }
    while (argc == 6 && scenario->name &&
           (!is_named(argv[2], scenario->name, &cell.number) ||
            !cell_runs(scenario->whos, argv[1])))
        scenario++;
    if (argc != 6 || !scenario->name)
        return usage(scenarios, argv[0]);
    cell.who = argv[1];
    cell.messages = strtoull(argv[4], NULL, 10);
    cell.capacity = capacity_of(argv[3], cell.messages);
    if (cell.messages == 0 || cell.messages % 4 != 0)
        cell_fail("the number of messages must be a multiple of 4");
    if (strtoull(argv[5], NULL, 10) != sizeof(struct cell_msg))
        cell_fail("compiled for messages of another size");
    cell_become_threaded();
    if (scenario->run)
        measure(scenario, &cell);
    else
        scenario->print(&cell);
    return 0;
}
