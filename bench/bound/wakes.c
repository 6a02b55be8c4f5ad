/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* wakes.c - what it costs to wake a thread that sleeps in a futex. */
#define _GNU_SOURCE 1
#include "bound.h"
#include "sleep.h"

#include <stdalign.h>

enum { WAKES = 101, ASLEEP_NS = 500000, TURNS = 2000 };

struct sleeper {
    alignas(BOUND_LINE) _Atomic uint32_t word;
    _Atomic int64_t woke_ns; /* 0 while asleep */
    double call_ns;          /* of the wake, for the waker */
};

static void sleep_and_wake(void *arg)
{
    struct sleeper *s = arg;

    for (uint32_t i = 0; i < WAKES; i++) {
        while (atomic_load(&s->word) == i)
            futex_wait(&s->word, i);
        atomic_store(&s->woke_ns, bound_now_ns());
    }
}

/* Half a millisecond puts the sleeper's processor to sleep, too. */
static double wake(void *arg)
{
    struct sleeper *s = arg;
    double latency[WAKES];
    double call[WAKES];

    for (uint32_t i = 0; i < WAKES; i++) {
        int64_t ready = bound_now_ns() + ASLEEP_NS;
        while (bound_now_ns() < ready)
            bound_relax();
        int64_t start = bound_now_ns();
        atomic_store(&s->word, i + 1);
        futex_wake(&s->word);
        call[i] = (double)(bound_now_ns() - start);
        int64_t woke;
        while ((woke = atomic_load(&s->woke_ns)) == 0)
            bound_relax();
        latency[i] = (double)(woke - start);
        atomic_store(&s->woke_ns, 0);
    }
    s->call_ns = bound_median(call, WAKES);
    return bound_median(latency, WAKES);
}

/* ---- there and back on one core ------------------------------------------------- */

struct turns {
    alignas(BOUND_LINE) _Atomic uint32_t turn; /* odd: the other's */
};

/* Sleep until it is that turn, take it, wake the other. */
static void take_turn(struct turns *t, uint32_t turn)
{
    uint32_t now;

    while ((now = atomic_load(&t->turn)) != turn)
        futex_wait(&t->turn, now);
    atomic_store(&t->turn, turn + 1);
    futex_wake(&t->turn);
}

static void answer(void *arg)
{
    bound_pin(0);
    for (uint32_t i = 0; i < TURNS; i++)
        take_turn(arg, 2 * i + 1);
}

static double ask(void *arg)
{
    struct turns *t = arg;
    int64_t start = bound_now_ns();

    for (uint32_t i = 0; i < TURNS; i++)
        take_turn(t, 2 * i);
    while (atomic_load(&t->turn) != 2 * TURNS)
        futex_wait(&t->turn, 2 * TURNS - 1);
    double ns = (double)(bound_now_ns() - start) / TURNS;
    atomic_store(&t->turn, 0);
    return ns;
}

static double turns_on_one_core(void)
{
    struct turns t = {0};
    double least = bound_beside(answer, ask, &t);

    for (int i = 1; i < BOUND_TRIES; i++) {
        double again = bound_beside(answer, ask, &t);
        least = again < least ? again : least;
    }
    return least;
}

void bound_wakes(void)
{
    struct sleeper s = {0};

    bound_print(bound_beside(sleep_and_wake, wake, &s), "wake",
                "futex wake of a sleeper on the other core, until it runs");
    bound_print(s.call_ns, "wake-call",
                "the same, until the waker's call returns");
    bound_print(turns_on_one_core(), "turns",
                "two threads on one core that wake each other, there and back");
}
