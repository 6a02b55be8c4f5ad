/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* spin.h - a bounded wait with open eyes, before sleeping.
 *
 * Waking a sleeping thread costs tens of microseconds; a thread that is about to
 * act does so within one or two. So a wait looks a bounded number of times, ever
 * less often (a look takes the cache line away from whoever is about to write
 * it), first with the processor's pause and then by yielding to other threads.
 * With one processor, pausing only keeps the other from acting: then it yields
 * and soon sleeps. */
#ifndef LEAT_PARK_SPIN_H
#define LEAT_PARK_SPIN_H

#include "base/atomic.h"
#include "os/os.h"

typedef struct leat__spin {
    unsigned turn;
} leat__spin;

#if defined(LEAT_SIM) || defined(LEAT_GENMC)
/* the checkers try every moment for a look anyway */
#define LEAT__SPIN_PAUSES 0u
#define LEAT__SPIN_YIELDS 1u
#else
#define LEAT__SPIN_PAUSES 7u  /* turns of 1, 2, 4 ... pauses */
#define LEAT__SPIN_YIELDS 10u /* turns of one yield */
#endif

/* Wait a little before the next look; false if looking has lasted long enough. */
static inline bool leat__spin_turn(leat__spin *spin)
{
    unsigned turn = spin->turn++;
    if (turn == 0 && leat__os_cpus() == 1)
        turn = spin->turn = LEAT__SPIN_PAUSES + LEAT__SPIN_YIELDS;
    if (turn < LEAT__SPIN_PAUSES) {
        for (unsigned i = 0; i < 1u << turn; i++)
            leat__relax();
        return true;
    }
    if (turn < LEAT__SPIN_PAUSES + LEAT__SPIN_YIELDS) {
        leat__os_yield();
        return true;
    }
    return false;
}

#endif
