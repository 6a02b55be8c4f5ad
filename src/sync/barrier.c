/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* barrier.c - a line that goes when it is complete.
 *
 * Idea. Everything is decided under the lock. The last party takes the whole line and
 * completes it, and whoever comes then finds an empty one: that is the next round. A wait
 * that is given up is claimed by its owner without the lock, while it still counts, so what
 * counts for it is the line as well: out of the line, the barrier has opened for it.
 *
 * State. word: how many are in line. parties: immutable.
 *
 * Invariants.
 *   I1  with the lock free, fewer than parties are in line, and word says how many
 *   I2  who is taken out of the line by the last party returns 0, whatever happens to it
 *       at the same time; who is still in it when it comes to leave has not come
 *
 * Synchronisation: the lock and the completions. Progress: the last party waits for
 * nobody. Lifetime: the last party's last touch is the release of the lock.
 *
 * MODEL: tests/model/m_sync.c */
#include "sync/gate.h"

#include <leat/barrier.h>
#include <leat/err.h>

_Static_assert(offsetof(leat_barrier, lock_) == offsetof(leat__gate, lock) &&
                   offsetof(leat_barrier, first_) ==
                       offsetof(leat__gate, first),
               "a barrier begins with a gate");

static leat__gate *barrier_gate(const leat_barrier *barrier)
{
    LEAT_CHECK(barrier != NULL, "leat_barrier: barrier is NULL");
    return (leat__gate *)(void *)(uintptr_t)barrier;
}

void leat_barrier_init(leat_barrier *barrier, uint32_t parties)
{
    leat__gate *gate = barrier_gate(barrier);
    leat__st32_rlx(&gate->word, 0);      /* relaxed: nobody uses it yet */
    leat__st32_rlx(&gate->lock.held, 0); /* relaxed: likewise */
    gate->first = NULL;
    barrier->parties_ = parties;
    barrier->unused_ = 0;
}

static uint32_t barrier_count(const leat__gate *gate)
{
    return leat__ld32_rlx(&gate->word); /* relaxed: under the lock; or a look */
}

static void barrier_left(leat__gate *gate, leat__link *won)
{
    (void)won;
    /* relaxed: under the lock */
    leat__st32_rlx(&gate->word, barrier_count(gate) - 1);
}

/* All that are in line: for those who gave up it is enough to be in it no more. */
static void barrier_open(leat__gate *gate, leat__link *won)
{
    leat__gate_claim_all(gate, won, 0);
    leat__st32_rlx(&gate->word, 0); /* relaxed: under the lock */
}

/* Come, as the last one or, if may_wait, into the line.
 * returns 1: the last; LEAT_EAGAIN */
static int barrier_come(leat_barrier *barrier, leat__waiter *may_wait)
{
    leat__gate *gate = barrier_gate(barrier);
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&gate->lock);
    uint32_t count = barrier_count(gate) + 1;
    bool last = count >= barrier->parties_;
    if (last) {
        barrier_open(gate, &won);
    } else if (may_wait != NULL) {
        leat__gate_push(gate, may_wait, false);
        leat__st32_rlx(&gate->word, count); /* relaxed: under the lock */
    }
    leat__lock_release(&gate->lock); /* LAST TOUCH, if last */
    leat__gate_complete_all(&won);
    return last ? 1 : LEAT_EAGAIN;
}

int leat_barrier_wait(leat_barrier *barrier, leat_until until)
{
    leat__gate *gate = barrier_gate(barrier);
    leat__stay stay;
    int rc = leat__stay_begin(&stay, until);
    if (rc < 0)
        return barrier_come(barrier, NULL) == 1 ? 1 : rc;
    leat__stay_prepare(&stay, 0, NULL);
    if (barrier_come(barrier, &stay.at) == 1)
        return 1;
    rc = leat__stay_wait(&stay, gate, barrier_left);
    return stay.missed ? 0 : rc; /* I2 */
}

uint32_t leat_barrier_waiting(const leat_barrier *barrier)
{
    return barrier_count(barrier_gate(barrier));
}

bool leat_barrier_is_idle(const leat_barrier *barrier)
{
    return leat_barrier_waiting(barrier) == 0;
}
