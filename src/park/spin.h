/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* spin.h - a bounded wait with open eyes, before sleeping.
 *
 * Waking a sleeping thread costs tens of microseconds, and a thread that is about
 * to act does so within one or two. So a wait first looks a bounded number of
 * times. A look takes the cache line away from whoever is about to write it, so
 * looks are apart: a few processor pauses at first, for a partner on another
 * processor, then one yield each, for a partner that waits for this very one.
 * With one processor there is nothing to pause for. */
#ifndef LEAT_PARK_SPIN_H
#define LEAT_PARK_SPIN_H

#include "base/atomic.h"
#include "os/os.h"
#include "park/clock.h"

/* `pauses` turns of first, 2 * first, 4 * first ... pauses, then `yields` turns of
 * one yield. */
typedef struct leat__spin {
    unsigned first;
    unsigned pauses;
    unsigned yields;
    unsigned turn;
    int64_t deadline_ns; /* INT64_MAX: none. On a busy machine a yield may take
                            milliseconds, so each asks the clock. */
} leat__spin;

#define LEAT__SPIN_OF(first, pauses, yields)                                   \
    ((leat__spin){(first), (pauses), (yields), 0, INT64_MAX})

#if defined(LEAT_SIM) || defined(LEAT_GENMC)
/* the checkers look at every moment by themselves */
#define LEAT__SPIN_PARKED       LEAT__SPIN_OF(1, 0, 1)
#define LEAT__SPIN_LINGER       LEAT__SPIN_OF(1, 0, 1)
#define LEAT__SPIN_BRIEF        LEAT__SPIN_OF(1, 0, 1)
#define LEAT__SPIN_AFTER(first) LEAT__SPIN_OF(first, 0, 1)
#define LEAT__SPIN_LOCK         LEAT__SPIN_OF(1, 0, 1)
#define LEAT__SPIN_MUTEX        LEAT__SPIN_OF(1, 0, 1)
#define LEAT__SPIN_DEEP_LOCK    LEAT__SPIN_OF(1, 0, 1)
#else
/* Parked: the partner hands over to this very waiter, so looks disturb nobody. A
 * microsecond or so of pauses is a few trips of a line to another processor and
 * back; wait.c leaves them out when the partner shares this one. */
#define LEAT__SPIN_PARKED       LEAT__SPIN_OF(4, 4, 100)
/* Lingering at a channel with room for several: the first look comes late enough
 * that the partner has moved some dozens of messages, the next ones soon. */
#define LEAT__SPIN_LINGER       LEAT__SPIN_OF(16, 1, 100)
/* Before parking for what comes once: as long as an answer takes that is on its way, and
 * no yields, which are for who is in line. */
#define LEAT__SPIN_BRIEF        LEAT__SPIN_OF(4, 4, 0)
/* Lingering with a first look of one's own choice (see leat__ends_patience). */
#define LEAT__SPIN_AFTER(first) leat__spin_after(first)
/* Contending for a lock: each look costs the holder a line, so looks get rarer; a
 * holder that is left alone for a microsecond gets dozens of messages done. */
#define LEAT__SPIN_LOCK         LEAT__SPIN_OF(8, 6, 100)
#define LEAT__SPIN_DEEP_LOCK    LEAT__SPIN_OF(16, 4, 0)
/* Before standing in a mutex's line, where there are more looks: a short turn of a
 * holder that runs. */
#define LEAT__SPIN_MUTEX        LEAT__SPIN_OF(4, 4, 0)
#endif

/* Pauses that begin with so many: two turns, and more until they are together about as
 * long as one yield. None at all if there is nothing to pause for. */
static inline leat__spin leat__spin_after(unsigned first)
{
    enum { YIELD = 64, YIELDS = 100 };
    unsigned turns = first == 0 ? 0 : 2;
    while (first != 0 && first << turns < YIELD)
        turns++;
    return LEAT__SPIN_OF(first, turns, YIELDS);
}

/* Wait a little before the next look; false if looking has lasted long enough. */
static inline bool leat__spin_turn(leat__spin *spin)
{
    unsigned turn = spin->turn++;
    if (turn == 0 && leat__os_cpus() == 1) {
        turn = spin->pauses;
        spin->turn =
            turn + 1; /* else, without pauses, this were the first again */
    }
    if (turn < spin->pauses) {
        for (unsigned i = 0; i < spin->first << turn; i++)
            leat__relax();
        return true;
    }
    if (turn >= spin->pauses + spin->yields)
        return false;
    leat__os_yield();
    return spin->deadline_ns == INT64_MAX || leat__now_ns() < spin->deadline_ns;
}

#endif
