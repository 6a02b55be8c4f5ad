/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* parked.c - what it costs to wake one of many threads that sleep, each at a futex of
 * its own, and to have its answer: the one that has slept longest, as a channel
 * would. On one core, which is the quickest; and who asks sleeps until he has the answer,
 * or yields until then: the quicker of the two. */
#define _GNU_SOURCE 1
#include "bound.h"
#include "sleep.h"

#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdio.h>
#include <time.h>

enum {
    MOST = 10000,
    TRIPS = 101,
    STACK_BYTES = 64 << 10,
    REST_NS = 500000 /* as in bench/probe.c */
};

/* A place to sleep at, on lines of its own. */
struct bed {
    alignas(BOUND_LINE) _Atomic uint32_t called;
    pthread_t thread;
};

static struct bed beds[MOST];
static struct bed asker;
static struct bed
    *_Atomic queue[MOST + TRIPS]; /* who went to sleep, in order */
static bool asker_sleeps;
static _Atomic uint32_t asleep; /* how many did, or are about to */

enum { CALL = 1, STOP = 2 };

static uint32_t sleep_in(struct bed *bed)
{
    while (atomic_load(&bed->called) == 0)
        futex_wait(&bed->called, 0);
    return atomic_exchange(&bed->called, 0);
}

static void call(struct bed *bed, uint32_t what)
{
    atomic_store(&bed->called, what);
    futex_wake(&bed->called);
}

static void *sleeper(void *arg)
{
    struct bed *mine = arg;

    for (;;) {
        atomic_store(&queue[atomic_fetch_add(&asleep, 1)], mine);
        if (sleep_in(mine) == STOP)
            return NULL;
        atomic_store(&asker.called, CALL);
        if (asker_sleeps)
            futex_wake(&asker.called);
    }
}

static void rest(void)
{
    nanosleep(&(struct timespec){.tv_nsec = REST_NS}, NULL);
}

/* They inherit the processor. */
static void put_to_bed(size_t n)
{
    pthread_attr_t attr;

    atomic_store(&asleep, 0);
    if (pthread_attr_init(&attr) != 0 ||
        pthread_attr_setstacksize(&attr, STACK_BYTES) != 0)
        bound_fail("a small stack cannot be had");
    for (size_t i = 0; i < n; i++) {
        if (pthread_create(&beds[i].thread, &attr, sleeper, &beds[i]) != 0)
            bound_fail("a thread cannot be started");
    }
    pthread_attr_destroy(&attr);
    while (atomic_load(&asleep) < n)
        rest();
}

static void get_up(size_t n)
{
    for (size_t i = 0; i < n; i++)
        call(&beds[i], STOP);
    for (size_t i = 0; i < n; i++) {
        if (pthread_join(beds[i].thread, NULL) != 0)
            bound_fail("a thread cannot be joined");
    }
}

static void await_answer(void)
{
    if (asker_sleeps) {
        sleep_in(&asker);
        return;
    }
    while (atomic_load(&asker.called) == 0)
        sched_yield();
    atomic_store(&asker.called, 0);
}

static double one_of(size_t n, bool asleep_until_then)
{
    double trips[TRIPS];

    asker_sleeps = asleep_until_then;
    put_to_bed(n);
    for (size_t i = 0; i < TRIPS; i++) {
        do
            rest();
        while (atomic_load(&asleep) < n + i);
        int64_t start = bound_now_ns();
        call(atomic_load(&queue[i]), CALL);
        await_answer();
        trips[i] = (double)(bound_now_ns() - start);
    }
    get_up(n);
    return bound_median(trips, TRIPS);
}

static void measure(size_t n)
{
    char key[32];
    char name[96];
    double least = one_of(n, false);

    for (int i = 1; i < 2 * BOUND_TRIES; i++) {
        double again = one_of(n, i % 2 != 0);
        least = again < least ? again : least;
    }
    snprintf(key, sizeof key, "parked-%zu", n);
    snprintf(name, sizeof name,
             "waking one of %zu threads on this core, and its answer", n);
    bound_print(least, key, name);
}

static void on_one_core(void *unused)
{
    (void)unused;
}

static double all(void *unused)
{
    (void)unused;
    for (size_t n = 1; n <= MOST; n *= 10)
        measure(n);
    return 0;
}

void bound_parked(void)
{
    bound_beside(on_one_core, all, NULL);
}
