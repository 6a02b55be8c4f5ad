/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* steps.c - what one thread pays for a step, with nobody in its way. */
#define _GNU_SOURCE 1
#include "bound.h"

#include <sched.h>
#include <stdlib.h>

enum {
    LOOPS = 500000,
    BLOCK_BYTES =
        32 /* of a oneshot: a value, a word that says what is with it, and two
                      * pointers; a larger block costs no less */
};

static double locked_operation(void)
{
    static _Atomic uint64_t cell;
    int64_t start = bound_now_ns();

    for (int i = 0; i < LOOPS; i++)
        atomic_fetch_add(&cell, 1);
    return (double)(bound_now_ns() - start) / LOOPS;
}

static double clock_read(void)
{
    int64_t start = bound_now_ns();

    for (int i = 0; i < LOOPS / 4; i++)
        bound_now_ns();
    return (double)(bound_now_ns() - start) / (LOOPS / 4);
}

static double yield(void)
{
    int64_t start = bound_now_ns();

    for (int i = 0; i < LOOPS / 20; i++)
        sched_yield();
    return (double)(bound_now_ns() - start) / (LOOPS / 20);
}

/* Through a volatile pointer, or the compiler leaves both calls out. */
static double block(void)
{
    int64_t start = bound_now_ns();

    for (int i = 0; i < LOOPS; i++) {
        void *volatile it = malloc(BLOCK_BYTES);
        if (!it)
            bound_fail("out of memory");
        free(it);
    }
    return (double)(bound_now_ns() - start) / LOOPS;
}

static double least(double (*fn)(void))
{
    double ns = fn();

    for (int i = 1; i < BOUND_TRIES; i++) {
        double again = fn();
        ns = again < ns ? again : ns;
    }
    return ns;
}

void bound_steps(void)
{
    bound_print(least(locked_operation), "op",
                "an uncontended locked operation");
    bound_print(least(block), "block", "malloc and free of a small block");
    bound_print(least(clock_read), "clock", "reading the clock");
    bound_print(least(yield), "yield", "sched_yield with nobody to yield to");
}
