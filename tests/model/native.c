/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* native.c - runs a harness's scenarios with real threads: what the deterministic
 * scheduler cannot show (real memory orders, the real system) has a chance here.
 *
 * Rounds of each scenario: LEAT_MODEL_ROUNDS, else 300. A watchdog ends a run that
 * stands still. */
#define _GNU_SOURCE 1
#include "native.h"
#include "scenario.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void leat_dump(int fd);

enum { STILL_SECONDS = 60 };

static const char *scenario_name;
static _Thread_local uint64_t random_state;
static atomic_uint_fast64_t next_seed = 1;
static atomic_size_t live_blocks;
static atomic_uint starve_one_in;

uint32_t m_choose(uint32_t n)
{
    if (random_state == 0)
        random_state = atomic_fetch_add(&next_seed, 1) * 0x9E3779B97F4A7C15u;
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return n <= 1 ? 0 : (uint32_t)(((random_state >> 32) * n) >> 32);
}

void m_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: %s (scenario %s)\n", file, line, condition,
            scenario_name);
    leat_dump(STDERR_FILENO);
    abort();
}

/* ---- threads ---------------------------------------------------------------- */

struct start {
    void *(*fn)(void *);
    void *arg;
};

/* Threads that start one by one seldom meet: dawdle a little, differently. */
static void *begin(void *arg)
{
    struct start start = *(struct start *)arg;
    free(arg);
    for (uint32_t i = m_choose(3) == 0 ? 0 : m_choose(3000); i > 0; i--)
        atomic_signal_fence(memory_order_seq_cst);
    if (m_choose(8) == 0)
        sched_yield();
    return start.fn(start.arg);
}

pthread_t m_spawn(const char *name, void *(*fn)(void *), void *arg)
{
    (void)name;
    struct start *start = malloc(sizeof *start);
    pthread_t thread;
    if (start == NULL)
        abort();
    *start = (struct start){fn, arg};
    if (pthread_create(&thread, NULL, begin, start) != 0)
        abort();
    return thread;
}

void m_join(pthread_t thread)
{
    pthread_join(thread, NULL);
}

bool m_poll(int fd, int64_t deadline_ns)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    for (;;) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t left_ns =
            deadline_ns - ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
        int ms = deadline_ns == INT64_MAX ? -1
                 : left_ns <= 0           ? 0
                                          : (int)((left_ns + 999999) / 1000000);
        int n = poll(&polled, 1, ms);
        if (n > 0)
            return true;
        if (n == 0 && left_ns <= 0)
            return false;
    }
}

/* ---- memory ------------------------------------------------------------------- */

void m_starve(uint32_t n)
{
    atomic_store(&starve_one_in, n);
}

void *m_alloc(size_t align, size_t bytes)
{
    uint32_t n = atomic_load_explicit(&starve_one_in, memory_order_relaxed);
    if (n != 0 && m_choose(n) == 0)
        return NULL;
    void *mem = NULL;
    if (posix_memalign(&mem, align, bytes) == 0)
        atomic_fetch_add_explicit(&live_blocks, 1, memory_order_relaxed);
    return mem;
}

void m_free(void *mem)
{
    /* release: whoever sees the last block go sees what its thread did */
    if (mem != NULL)
        atomic_fetch_sub_explicit(&live_blocks, 1, memory_order_release);
    free(mem);
}

/* ---- running -------------------------------------------------------------------- */

static volatile sig_atomic_t body_is_over;

static void on_alarm(int number)
{
    (void)number;
    const char *text = body_is_over ? "blocks of memory are left; scenario "
                                    : "stands still; scenario ";
    ssize_t n = write(STDERR_FILENO, text, strlen(text));
    n = write(STDERR_FILENO, scenario_name, strlen(scenario_name));
    n = write(STDERR_FILENO, "\n", 1);
    (void)n;
    leat_dump(STDERR_FILENO);
    abort();
}

int m_main(int argc, char **argv, const struct m_scenario *scenarios,
           size_t count)
{
    const char *asked = getenv("LEAT_MODEL_ROUNDS");
    unsigned long rounds = asked != NULL ? strtoul(asked, NULL, 0) : 300;
    const char *only = argc > 1 ? argv[1] : NULL;
    unsigned long ran = 0;
    signal(SIGALRM, on_alarm);
    for (size_t i = 0; i < count; i++) {
        if (only != NULL && strcmp(only, scenarios[i].name) != 0)
            continue;
        scenario_name = scenarios[i].name;
        for (unsigned long round = 0; round < rounds; round++) {
            alarm(STILL_SECONDS);
            m_starve(0);
            body_is_over = 0;
            scenarios[i].body();
            body_is_over = 1;
            /* a thread that leat let go may be on its way out; a leak is told when
             * the alarm rings */
            while (atomic_load(&live_blocks) != 0)
                sched_yield();
            ran++;
        }
    }
    printf("%s: %lu rounds\n", argv[0], ran);
    return ran > 0 ? 0 : 2;
}
