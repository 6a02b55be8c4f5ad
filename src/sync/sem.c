/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sem.c - permits in a word, and a line that is served strictly in order.
 *
 * Idea. While nobody waits, the word is all. Who must wait stands in line, and from then on
 * every acquire stands behind, so that permits gather for the first in line however many it
 * wants. A release serves from the front as far as the permits go: claim and permits are
 * one step, under the lock.
 *
 * State. word: { permits: 30, CLOSED: 1, QUEUED: 1 }; QUEUED as in gate.h, G1 to G3.
 *        A waiter's n is in its msg.
 *
 * Invariants.
 *   I1  with the lock free, the first in line wants more than there is, or has given up
 *       and is on its way to leave, which serves the others (sem_left)
 *   I2  permits change hands only by the step on the word that takes them, or by a claim
 *       under the lock
 *   I3  closed: nobody is in line, but for who has given up
 *
 * Synchronisation: a release of permits is a release, the step that takes them an acquire;
 * what is given to who waits goes through the completion.
 *
 * Progress. Release, close and forget never wait, but for the short lock.
 *
 * MODEL: tests/model/m_sem.c */
#include "sync/sem.h"

#include <leat/err.h>

enum {
    SEM_QUEUED = LEAT__GATE_QUEUED,
    SEM_CLOSED = 2u,
    SEM_SHIFT = 2,
    SEM_ONE = 1u << SEM_SHIFT
};

_Static_assert(offsetof(leat_sem, lock_) == offsetof(leat__gate, lock) &&
                   offsetof(leat_sem, first_) == offsetof(leat__gate, first) &&
                   sizeof(leat_sem) == sizeof(leat__gate),
               "a semaphore is a gate");
_Static_assert(LEAT_SEM_MAX == UINT32_MAX >> SEM_SHIFT, "a word counts so far");

static leat__gate *sem_gate(const leat_sem *sem)
{
    LEAT_CHECK(sem != NULL, "leat_sem: sem is NULL");
    return (leat__gate *)(void *)(uintptr_t)sem;
}

void leat_sem_init(leat_sem *sem, uint32_t permits)
{
    leat__gate *gate = sem_gate(sem);
    LEAT_CHECK(permits <= LEAT_SEM_MAX,
               "leat_sem_init: more permits than LEAT_SEM_MAX");
    /* relaxed: nobody uses it yet */
    leat__st32_rlx(&gate->word, permits << SEM_SHIFT);
    leat__st32_rlx(&gate->lock.held, 0); /* relaxed: likewise */
    gate->first = NULL;
}

static uint32_t sem_sum(uint32_t word, uint32_t n)
{
    LEAT_CHECK(n <= LEAT_SEM_MAX - (word >> SEM_SHIFT),
               "leat_sem_release: more permits than LEAT_SEM_MAX");
    return word + (n << SEM_SHIFT);
}

static uint32_t sem_wanted(const leat__waiter *waiter)
{
    return (uint32_t)(uintptr_t)waiter->msg;
}

/* ---- under the lock ---------------------------------------------------------------- */

/* Serve from the front, with the permits of `word`, and write down what is left.
 * pre: the lock is held; QUEUED is set, or was until the line was left */
static void sem_serve(leat__gate *gate, uint32_t word, leat__link *won)
{
    leat__waiter *first;
    while ((first = leat__gate_first(gate)) != NULL &&
           sem_wanted(first) <= word >> SEM_SHIFT) {
        if (!leat__gate_pop(gate, first))
            continue;
        if ((first->act & LEAT__GATE_LOOK) == 0)
            word -= sem_wanted(first) << SEM_SHIFT;
        first->rc = 0;
        leat__list_push_back(won, &first->link);
    }
    if (gate->first == NULL)
        word &= ~(uint32_t)SEM_QUEUED;
    /* ORDER sem.pass: shows who takes what is left what its releases were behind. */
    leat__st32_rel(&gate->word, word);
}

static void sem_left(leat__gate *gate, leat__link *won)
{
    /* ORDER sem.pass: we pass on what others released. */
    sem_serve(gate, leat__ld32_acq(&gate->word), won);
}

/* Could so many be taken at once from such a word? */
static bool sem_has(uint32_t word, uint32_t n)
{
    return (word & (SEM_QUEUED | SEM_CLOSED)) == 0 ? word >> SEM_SHIFT >= n
                                                   : n == 0;
}

/* In one step: if it can be done at once (or is closed) do nothing; else stand in line.
 * returns whether it stands in line */
static bool sem_stand(leat__gate *gate, leat__waiter *waiter)
{
    leat__lock_acquire(&gate->lock);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    bool in;
    do {
        in = (seen & SEM_CLOSED) == 0 && !sem_has(seen, sem_wanted(waiter));
        /* relaxed: nothing is taken; the releases before stay what they are */
    } while (in && !leat__cas32_rlx(&gate->word, &seen, seen | SEM_QUEUED));
    if (in)
        leat__gate_push(gate, waiter, false);
    leat__lock_release(&gate->lock);
    return in;
}

/* ---- acquire ------------------------------------------------------------------------- */

int leat__sem_try(leat_sem *sem, uint32_t n)
{
    leat__gate *gate = sem_gate(sem);
    /* ORDER sem.close: what came before a close, if that is what we see. */
    uint32_t seen = leat__ld32_acq(&gate->word);
    if (n == 0)
        return (seen & SEM_CLOSED) != 0 ? LEAT_ECLOSED : 0;
    while (sem_has(seen, n)) {
        /* LP. ORDER sem.pass: sees what came before the releases. */
        if (leat__cas32_acq(&gate->word, &seen, seen - (n << SEM_SHIFT)))
            return 0;
    }
    if ((seen & SEM_CLOSED) == 0)
        return LEAT_EAGAIN;
    /* ORDER sem.close: as above; a failed step has no order. */
    seen = leat__ld32_acq(&gate->word);
    return LEAT_ECLOSED;
}

static LEAT__NOINLINE int sem_wait(leat_sem *sem, uint32_t n, leat_until until)
{
    leat__gate *gate = sem_gate(sem);
    leat__stay stay;
    int rc = leat__stay_begin(&stay, until);
    if (rc < 0)
        return rc;
    leat__stay_prepare(&stay, 0, (void *)(uintptr_t)n);
    while (!sem_stand(gate, &stay.at)) {
        rc = leat__sem_try(sem, n);
        if (rc != LEAT_EAGAIN)
            return rc;
    }
    return leat__stay_wait(&stay, gate, sem_left);
}

int leat_sem_acquire(leat_sem *sem, uint32_t n, leat_until until)
{
    LEAT_CHECK(n <= LEAT_SEM_MAX,
               "leat_sem_acquire: more permits than LEAT_SEM_MAX");
    int rc = leat__sem_try(sem, n);
    return rc == LEAT_EAGAIN ? sem_wait(sem, n, until) : rc;
}

int leat__sem_arm(leat_sem *sem, uint32_t n, leat__waiter *waiter, bool look)
{
    waiter->act = look ? LEAT__GATE_LOOK : 0;
    waiter->msg = (void *)(uintptr_t)n;
    return sem_stand(sem_gate(sem), waiter) ? LEAT_EAGAIN : 0;
}

void leat__sem_leave(leat_sem *sem, leat__waiter *waiter)
{
    leat__gate_leave(sem_gate(sem), waiter, sem_left);
}

/* ---- release, forget, close ------------------------------------------------------------- */

/* Somebody waits. false: no longer */
static bool sem_release_waiting(leat__gate *gate, uint32_t n)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&gate->lock);
    /* ORDER sem.pass: we pass on what others released. */
    uint32_t word = leat__ld32_acq(&gate->word);
    bool waiting = (word & SEM_QUEUED) != 0;
    if (waiting)
        sem_serve(gate, sem_sum(word, n), &won);
    leat__lock_release(&gate->lock); /* LAST TOUCH, if waiting */
    leat__gate_complete_all(&won);
    return waiting;
}

void leat_sem_release(leat_sem *sem, uint32_t n)
{
    leat__gate *gate = sem_gate(sem);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    for (;;) {
        if (LEAT__UNLIKELY((seen & SEM_QUEUED) != 0)) {
            if (sem_release_waiting(gate, n))
                return;
            seen = leat__ld32_rlx(&gate->word); /* relaxed: as above */
            continue;
        }
        /* LP. ORDER sem.pass: shows who takes them what came before. LAST TOUCH */
        if (leat__cas32_rel(&gate->word, &seen, sem_sum(seen, n)))
            return;
    }
}

uint32_t leat_sem_forget(leat_sem *sem, uint32_t n)
{
    leat__gate *gate = sem_gate(sem);
    uint32_t seen;
    uint32_t taken;
    leat__lock_acquire(&gate->lock);
    seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    do {
        taken = seen >> SEM_SHIFT < n ? seen >> SEM_SHIFT : n;
        /* relaxed: what is gone orders nothing; the step keeps the releases before */
    } while (!leat__cas32_rlx(&gate->word, &seen, seen - (taken << SEM_SHIFT)));
    leat__lock_release(&gate->lock);
    return taken;
}

void leat_sem_close(leat_sem *sem)
{
    leat__gate *gate = sem_gate(sem);
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&gate->lock);
    leat__gate_claim_all(gate, &won, LEAT_ECLOSED);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    /* ORDER sem.close: what came before is visible to who sees it closed. */
    while (!leat__cas32_rel(&gate->word, &seen,
                            (seen | SEM_CLOSED) & ~(uint32_t)SEM_QUEUED))
        ;
    leat__lock_release(&gate->lock);
    leat__gate_complete_all(&won);
}

uint32_t leat_sem_permits(const leat_sem *sem)
{
    /* relaxed: a look */
    return leat__ld32_rlx(&sem_gate(sem)->word) >> SEM_SHIFT;
}

bool leat_sem_is_closed(const leat_sem *sem)
{
    /* ORDER sem.close: what came before the close. */
    return (leat__ld32_acq(&sem_gate(sem)->word) & SEM_CLOSED) != 0;
}

bool leat_sem_is_idle(const leat_sem *sem)
{
    /* relaxed: a look */
    return (leat__ld32_rlx(&sem_gate(sem)->word) & SEM_QUEUED) == 0;
}
