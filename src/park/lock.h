/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* lock.h - the lock inside a channel and a token: for a few dozen instructions.
 *
 * Idea. One locked instruction to take it, one plain store to let go. A lock that
 * let waiters sleep on it would need a locked instruction on release as well (to
 * learn of them), and twice the locked instructions is twice the price of a send.
 * So contenders spin, then yield, then nap: what is done under the lock of a channel
 * or token is short (a copy of one message, a few links), is never a system call
 * other than membarrier, never an allocation, and never a callback. (The lock of the
 * debug builds' registry is held while a dump is written.) Naps matter only when
 * the holder has lost its processor, and let a holder of lower priority run.
 *
 * State. held: 0 free, 1 held; written by whoever takes it and by the holder.
 *
 * Invariants.
 *   I1  between an acquire that returned and its release, no other acquire
 *       returns
 *   I2  what was written under the lock is visible to the next holder
 *
 * Progress. A thread that holds it and loses its processor holds up the others
 * for that long; nobody waits for a thread that sleeps on purpose. Unfair: the
 * holder's processor has the line and often wins again, which is good for
 * throughput. Lifetime: whoever frees the memory knows that nobody will come.
 *
 * MODEL: tests/model/m_lock.c */
#ifndef LEAT_PARK_LOCK_H
#define LEAT_PARK_LOCK_H

#include "base/assert.h"
#include "base/atomic.h"

typedef struct leat__lock {
    leat__a32 held;
} leat__lock;

/* Contenders of a deep lock nap early: what it guards can take thousands of turns
 * of the holder's in the time of a nap, and a holder that is left alone has all its
 * lines at hand. Others yield for a while first. */
void leat__lock_contend(leat__lock *lock, bool deep);

static inline bool leat__lock_try(leat__lock *lock)
{
    uint32_t seen = 0;
    /* ORDER lock.pass: sees what the last holder wrote. */
    return leat__cas32_acq(&lock->held, &seen, 1);
}

static inline void leat__lock_acquire(leat__lock *lock)
{
    if (LEAT__UNLIKELY(!leat__lock_try(lock)))
        leat__lock_contend(lock, false);
}

static inline void leat__lock_release(leat__lock *lock)
{
    /* relaxed: only the holder asks, about its own store */
    LEAT_ASSERT(leat__ld32_rlx(&lock->held) == 1);
    /* ORDER lock.pass: shows the next holder what we wrote. */
    leat__st32_rel(&lock->held, 0);
}

#endif
