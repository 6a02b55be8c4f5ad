/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* bound.c - see bound/bound.h. The program: `bound` prints the floors of the table,
 * `bound growth` those of how cost grows as well. */
#define _GNU_SOURCE 1
#include "bound/bound.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t cpu_of[2];

_Noreturn void bound_fail(const char *what)
{
    fprintf(stderr, "bound: %s\n", what);
    exit(1);
}

int64_t bound_now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void bound_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void bound_print(double ns, const char *key, const char *what)
{
    printf("%.2f\t%s\t%s\n", ns, key, what);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double bound_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

/* ---- two processors -------------------------------------------------------------- */

bool bound_has_two(void)
{
    cpu_set_t set;
    int found = 0;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        bound_fail("the processors cannot be listed");
    for (size_t cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++) {
        if (CPU_ISSET(cpu, &set))
            cpu_of[found++] = cpu;
    }
    return found == 2;
}

void bound_pin(int which)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu_of[which], &set);
    if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) != 0)
        bound_fail("a thread cannot be pinned");
}

struct other {
    void (*fn)(void *);
    void *arg;
    atomic_bool here;
};

static void *other_main(void *arg)
{
    struct other *other = arg;

    bound_pin(1);
    atomic_store(&other->here, true);
    other->fn(other->arg);
    return NULL;
}

double bound_beside(void (*fn)(void *), double (*mine)(void *), void *arg)
{
    struct other other = {.fn = fn, .arg = arg};
    pthread_t thread;
    cpu_set_t before;

    if (pthread_getaffinity_np(pthread_self(), sizeof before, &before) != 0)
        bound_fail("the processors cannot be listed");
    bound_pin(0);
    if (pthread_create(&thread, NULL, other_main, &other) != 0)
        bound_fail("a thread cannot be started");
    while (!atomic_load(&other.here))
        bound_relax();
    double ns = mine(arg);
    if (pthread_join(thread, NULL) != 0 ||
        pthread_setaffinity_np(pthread_self(), sizeof before, &before) != 0)
        bound_fail("a thread cannot be joined");
    return ns;
}

int main(int argc, char **argv)
{
    bool two = bound_has_two();

    bound_steps();
    if (two) {
        bound_trips();
        bound_wakes();
    }
    bound_ways();
    if (argc == 2 && strcmp(argv[1], "growth") == 0) {
        bound_growth();
        if (two)
            bound_parked();
    }
    return 0;
}
