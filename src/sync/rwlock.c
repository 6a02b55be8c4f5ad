/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* rwlock.c - a count of readers or one writer, and one line for both.
 *
 * State. word: { readers: 30, WRITER: 1, QUEUED: 1 }; QUEUED as in gate.h, G1 to G3.
 *        Who wants to write says so in act (LEAT__GATE_WRITE).
 *
 * Invariants.
 *   I1  WRITER => readers == 0
 *   I2  with the lock free, the first in line cannot go in, or has given up and is on its
 *       way to leave, which lets in who can then (rw_left)
 *   I3  while QUEUED is set nobody comes in but by being served, in order
 *
 * Synchronisation: each unlock is a release, each lock an acquire; who is served has it by
 * the completion, from a server that has acquired the unlocks before it.
 *
 * Progress. Unlocks never wait, but for the short lock. Queue-fair: between a waiter's
 * coming and its turn there are those that were before it.
 *
 * MODEL: tests/model/m_sync.c */
#include "sync/gate.h"

#include <leat/err.h>
#include <leat/rwlock.h>

enum {
    RW_QUEUED = LEAT__GATE_QUEUED,
    RW_WRITER = 2u,
    RW_SHIFT = 2,
    RW_READER = 1u << RW_SHIFT
};

_Static_assert(offsetof(leat_rwlock, lock_) == offsetof(leat__gate, lock) &&
                   offsetof(leat_rwlock, first_) ==
                       offsetof(leat__gate, first) &&
                   sizeof(leat_rwlock) == sizeof(leat__gate),
               "a rwlock is a gate");
_Static_assert(LEAT_RWLOCK_MAX == UINT32_MAX >> RW_SHIFT,
               "a word counts so far");

static leat__gate *rw_gate(const leat_rwlock *lock)
{
    LEAT_CHECK(lock != NULL, "leat_rwlock: lock is NULL");
    return (leat__gate *)(void *)(uintptr_t)lock;
}

void leat_rwlock_init(leat_rwlock *lock)
{
    leat__gate *gate = rw_gate(lock);
    leat__st32_rlx(&gate->word, 0);      /* relaxed: nobody uses it yet */
    leat__st32_rlx(&gate->lock.held, 0); /* relaxed: likewise */
    gate->first = NULL;
}

/* With nobody in line: may one who wants this go in? */
static bool rw_admits(uint32_t word, uint8_t act)
{
    return act == LEAT__GATE_WRITE ? word < RW_WRITER : (word & RW_WRITER) == 0;
}

/* The word with one more of the kind. */
static uint32_t rw_with(uint32_t word, uint8_t act)
{
    if (act == LEAT__GATE_WRITE)
        return word | RW_WRITER;
    LEAT_CHECK(word >> RW_SHIFT != LEAT_RWLOCK_MAX,
               "leat_rwlock_rdlock: more readers than LEAT_RWLOCK_MAX");
    return word + RW_READER;
}

/* ---- under the lock ----------------------------------------------------------------------- */

/* Let in from the front who can go in, and write down what comes of it.
 * pre: the lock is held; QUEUED is set, or was until the line was left */
static void rw_serve(leat__gate *gate, uint32_t word, leat__link *won)
{
    leat__waiter *first;
    word &= ~(uint32_t)RW_QUEUED;
    while ((first = leat__gate_first(gate)) != NULL &&
           rw_admits(word, first->act)) {
        if (!leat__gate_pop(gate, first))
            continue;
        word = rw_with(word, first->act);
        first->rc = 0;
        leat__list_push_back(won, &first->link);
    }
    if (gate->first != NULL)
        word |= RW_QUEUED;
    /* ORDER rwlock.pass: shows who comes in what the unlocks were behind. */
    leat__st32_rel(&gate->word, word);
}

static void rw_left(leat__gate *gate, leat__link *won)
{
    /* ORDER rwlock.pass: we pass on what others unlocked. */
    rw_serve(gate, leat__ld32_acq(&gate->word), won);
}

/* In one step: stand in line, unless a try might succeed. */
static bool rw_stand(leat__gate *gate, leat__waiter *waiter)
{
    leat__lock_acquire(&gate->lock);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    bool in;
    do {
        in = (seen & RW_QUEUED) != 0 || !rw_admits(seen, waiter->act);
        /* relaxed: nothing is locked or unlocked */
    } while (in && !leat__cas32_rlx(&gate->word, &seen, seen | RW_QUEUED));
    if (in)
        leat__gate_push(gate, waiter, false);
    leat__lock_release(&gate->lock);
    return in;
}

/* ---- locking -------------------------------------------------------------------------------- */

static inline bool rw_try(leat__gate *gate, uint8_t act)
{
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    while ((seen & RW_QUEUED) == 0 && rw_admits(seen, act)) {
        /* LP. ORDER rwlock.pass: sees what was done before the unlocks. */
        if (leat__cas32_acq(&gate->word, &seen, rw_with(seen, act)))
            return true;
    }
    return false;
}

static LEAT__NOINLINE int rw_wait(leat__gate *gate, uint8_t act,
                                  leat_until until)
{
    leat__stay stay;
    int rc = leat__stay_begin(&stay, until);
    if (rc < 0)
        return rc;
    leat__stay_prepare(&stay, act, NULL);
    while (!rw_stand(gate, &stay.at)) {
        if (rw_try(gate, act))
            return 0;
    }
    return leat__stay_wait(&stay, gate, rw_left);
}

int leat_rwlock_rdlock_until(leat_rwlock *lock, leat_until until)
{
    leat__gate *gate = rw_gate(lock);
    return rw_try(gate, 0) ? 0 : rw_wait(gate, 0, until);
}

int leat_rwlock_wrlock_until(leat_rwlock *lock, leat_until until)
{
    leat__gate *gate = rw_gate(lock);
    return rw_try(gate, LEAT__GATE_WRITE)
               ? 0
               : rw_wait(gate, LEAT__GATE_WRITE, until);
}

void leat_rwlock_rdlock(leat_rwlock *lock)
{
    int rc = leat_rwlock_rdlock_until(lock, leat_forever());
    LEAT_ASSERT(rc == 0);
    (void)rc;
}

void leat_rwlock_wrlock(leat_rwlock *lock)
{
    int rc = leat_rwlock_wrlock_until(lock, leat_forever());
    LEAT_ASSERT(rc == 0);
    (void)rc;
}

/* ---- unlocking -------------------------------------------------------------------------------- */

/* Somebody waits. false: no longer */
static bool rw_less_waiting(leat__gate *gate, uint32_t less)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&gate->lock);
    /* ORDER rwlock.pass: we pass on what others unlocked. */
    uint32_t word = leat__ld32_acq(&gate->word);
    bool waiting = (word & RW_QUEUED) != 0;
    if (waiting)
        rw_serve(gate, word - less, &won);
    leat__lock_release(&gate->lock); /* LAST TOUCH, if waiting */
    leat__gate_complete_all(&won);
    return waiting;
}

/* Take so much from the word. (To downgrade is to give less than nothing.) */
static void rw_less(leat__gate *gate, uint32_t less)
{
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    for (;;) {
        if (LEAT__UNLIKELY((seen & RW_QUEUED) != 0)) {
            if (rw_less_waiting(gate, less))
                return;
            seen = leat__ld32_rlx(&gate->word); /* relaxed: as above */
            continue;
        }
        /* LP. ORDER rwlock.pass: shows who comes in what we did. LAST TOUCH */
        if (leat__cas32_rel(&gate->word, &seen, seen - less))
            return;
    }
}

void leat_rwlock_rdunlock(leat_rwlock *lock)
{
    LEAT_CHECK(leat_rwlock_readers(lock) != 0,
               "leat_rwlock_rdunlock: nobody reads");
    rw_less(rw_gate(lock), RW_READER);
}

void leat_rwlock_wrunlock(leat_rwlock *lock)
{
    LEAT_CHECK(leat_rwlock_has_writer(lock),
               "leat_rwlock_wrunlock: nobody writes");
    rw_less(rw_gate(lock), RW_WRITER);
}

void leat_rwlock_downgrade(leat_rwlock *lock)
{
    LEAT_CHECK(leat_rwlock_has_writer(lock),
               "leat_rwlock_downgrade: nobody writes");
    rw_less(rw_gate(lock), (uint32_t)RW_WRITER - (uint32_t)RW_READER);
}

uint32_t leat_rwlock_readers(const leat_rwlock *lock)
{
    /* relaxed: a look */
    return leat__ld32_rlx(&rw_gate(lock)->word) >> RW_SHIFT;
}

bool leat_rwlock_has_writer(const leat_rwlock *lock)
{
    /* relaxed: a look */
    return (leat__ld32_rlx(&rw_gate(lock)->word) & RW_WRITER) != 0;
}

bool leat_rwlock_is_idle(const leat_rwlock *lock)
{
    /* relaxed: a look */
    return leat__ld32_rlx(&rw_gate(lock)->word) == 0;
}
