/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sim_fiber.h - stacks that take turns: what sim.c schedules.
 *
 * A fiber is a stack and, while it does not run, where it stopped. Sanitizers are
 * told of each switch, if the program has them. */
#ifndef LEAT_TESTS_MODEL_SIM_FIBER_H
#define LEAT_TESTS_MODEL_SIM_FIBER_H

#include <stddef.h>

struct fiber {
    void *context; /* where it stopped */
    void *stack;   /* lowest address; NULL for the host, the first fiber */
    size_t stack_bytes;
    void (*run)(void); /* never returns */
    void *tsan;        /* ThreadSanitizer's idea of it */
    void *asan;        /* AddressSanitizer's fake stack while it does not run */
};

/* Make the caller's own stack the host fiber. */
void fiber_host(struct fiber *fiber);

/* Make a fiber that calls run when it is first switched to. Called again for the
 * same fiber, it begins anew on the same stack. */
void fiber_make(struct fiber *fiber, void (*run)(void));

/* What is on its stack will never be returned to. */
void fiber_abandon(struct fiber *fiber);

/* Stop here, go on there. */
void fiber_switch(struct fiber *from, struct fiber *to);

/* An order between fibers that ThreadSanitizer should know of: what was before
 * fiber_sends is before what is after fiber_receives. */
void fiber_sends(void *about);
void fiber_receives(void *about);

#endif
