/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* waitgroup.c - a count, and a line of those who wait for 0.
 *
 * State. word: { count: 30, 0: 1, QUEUED: 1 }; QUEUED as in gate.h, G1 to G3.
 *
 * Invariants.
 *   I1  somebody is in line => the count is above 0: the change that makes it 0 empties
 *       the line in the same hold of the lock. (Who has given up may be in it a little
 *       longer, and is taken out.)
 *
 * Synchronisation: each change of the count is a release, the last one an acquire of all;
 * so is the look that finds 0.
 *
 * Progress: add and done never wait, but for the short lock. Lifetime: G3.
 *
 * MODEL: tests/model/m_sync.c */
#include "sync/gate.h"

#include <leat/err.h>
#include <leat/waitgroup.h>

enum { WG_QUEUED = LEAT__GATE_QUEUED, WG_SHIFT = 2 };

_Static_assert(offsetof(leat_waitgroup, lock_) == offsetof(leat__gate, lock) &&
                   offsetof(leat_waitgroup, first_) ==
                       offsetof(leat__gate, first) &&
                   sizeof(leat_waitgroup) == sizeof(leat__gate),
               "a wait group is a gate");
_Static_assert(LEAT_WAITGROUP_MAX == UINT32_MAX >> WG_SHIFT,
               "a word counts so far");

static leat__gate *wg_gate(const leat_waitgroup *group)
{
    LEAT_CHECK(group != NULL, "leat_waitgroup: group is NULL");
    return (leat__gate *)(void *)(uintptr_t)group;
}

void leat_waitgroup_init(leat_waitgroup *group)
{
    leat__gate *gate = wg_gate(group);
    leat__st32_rlx(&gate->word, 0);      /* relaxed: nobody uses it yet */
    leat__st32_rlx(&gate->lock.held, 0); /* relaxed: likewise */
    gate->first = NULL;
}

/* The word with n more in its count. */
static uint32_t wg_sum(uint32_t word, int32_t n)
{
    int64_t count = (int64_t)(word >> WG_SHIFT) + n;
    LEAT_CHECK(count >= 0, "leat_waitgroup_add: the count would be below 0");
    LEAT_CHECK(count <= LEAT_WAITGROUP_MAX,
               "leat_waitgroup_add: the count would be above "
               "LEAT_WAITGROUP_MAX");
    return (uint32_t)count << WG_SHIFT | (word & WG_QUEUED);
}

/* Somebody waits. false: no longer */
static bool wg_add_waiting(leat__gate *gate, int32_t n)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&gate->lock);
    /* ORDER waitgroup.done: what the others did, for whom we wake. */
    uint32_t word = leat__ld32_acq(&gate->word);
    bool waiting = (word & WG_QUEUED) != 0;
    if (waiting) {
        word = wg_sum(word, n);
        if (word >> WG_SHIFT == 0) {
            leat__gate_claim_all(gate, &won, 0); /* I1 */
            word = 0;
        }
        /* ORDER waitgroup.done: shows it who looks, with what the others did. */
        leat__st32_rel(&gate->word, word);
    }
    leat__lock_release(&gate->lock); /* LAST TOUCH, if waiting */
    leat__gate_complete_all(&won);
    return waiting;
}

void leat_waitgroup_add(leat_waitgroup *group, int32_t n)
{
    leat__gate *gate = wg_gate(group);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    for (;;) {
        if ((seen & WG_QUEUED) != 0) {
            if (wg_add_waiting(gate, n))
                return;
            seen = leat__ld32_rlx(&gate->word); /* relaxed: as above */
            continue;
        }
        /* LP. ORDER waitgroup.done: shows what we did. LAST TOUCH */
        if (leat__cas32_rel(&gate->word, &seen, wg_sum(seen, n)))
            return;
    }
}

void leat_waitgroup_done(leat_waitgroup *group)
{
    leat_waitgroup_add(group, -1);
}

/* ---- wait ------------------------------------------------------------------------------ */

static bool wg_is_zero(const leat__gate *gate)
{
    /* ORDER waitgroup.done: what was done before the count was 0. */
    return leat__ld32_acq(&gate->word) >> WG_SHIFT == 0;
}

static void wg_left(leat__gate *gate, leat__link *won)
{
    (void)won;
    if (gate->first != NULL)
        return;
    /* ORDER waitgroup.done: passes on what is done. */
    uint32_t word = leat__ld32_acq(&gate->word);
    /* ORDER waitgroup.done: likewise. */
    leat__st32_rel(&gate->word, word & ~(uint32_t)WG_QUEUED);
}

/* In one step: stand in line, or see 0. */
static bool wg_stand(leat__gate *gate, leat__waiter *waiter)
{
    leat__lock_acquire(&gate->lock);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    /* relaxed: it changes nothing that is done */
    while (seen >> WG_SHIFT != 0 &&
           !leat__cas32_rlx(&gate->word, &seen, seen | WG_QUEUED))
        ;
    bool in = seen >> WG_SHIFT != 0;
    if (in)
        leat__gate_push(gate, waiter, false);
    leat__lock_release(&gate->lock);
    return in;
}

int leat_waitgroup_wait(leat_waitgroup *group, leat_until until)
{
    leat__gate *gate = wg_gate(group);
    leat__stay stay;
    if (wg_is_zero(gate))
        return 0;
    int rc = leat__stay_begin(&stay, until);
    if (rc < 0)
        return rc;
    leat__stay_prepare(&stay, 0, NULL);
    while (!wg_stand(gate, &stay.at)) {
        if (wg_is_zero(gate))
            return 0;
    }
    return leat__stay_wait(&stay, gate, wg_left);
}

uint32_t leat_waitgroup_count(const leat_waitgroup *group)
{
    /* relaxed: a look */
    return leat__ld32_rlx(&wg_gate(group)->word) >> WG_SHIFT;
}

bool leat_waitgroup_is_idle(const leat_waitgroup *group)
{
    /* relaxed: a look */
    return leat__ld32_rlx(&wg_gate(group)->word) == 0;
}
