/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cond.c - a line of those who wait for a signal.
 *
 * Idea. A wait enters the line while its thread still has the mutex, so nothing that is
 * done under the mutex later can come before it. A signal claims the first wait: then it
 * is certain that it ends as signalled, whatever its deadline and token do. What is left
 * is to get the mutex, and for that the wait is moved into the mutex's line as it is,
 * asleep: the unlock that serves it completes it. Nobody is woken to find the mutex
 * taken. (The idea is that of futex requeueing and of nsync's transfer.)
 *
 * State. word: QUEUED, nothing else (gate.h). Whose mutex: in the waiter's msg.
 *
 * Invariants.
 *   I1  a wait is in the cond's line or the mutex's, or in the list of who moves it
 *   I2  a wait that is claimed by a signal is moved to the mutex, whose holder or
 *       expected one will see to it (mutex.c, I2)
 *
 * Synchronisation: the two locks, never held together, and the completion.
 * Progress: signal and broadcast wait for nobody. Lifetime: whoever signals touches the
 * cond last before it moves what it claimed.
 *
 * MODEL: tests/model/m_mutex.c */
#include "sync/gate.h"
#include "sync/mutex.h"

#include <leat/cond.h>
#include <leat/err.h>

_Static_assert(offsetof(leat_cond, lock_) == offsetof(leat__gate, lock) &&
                   offsetof(leat_cond, first_) == offsetof(leat__gate, first) &&
                   sizeof(leat_cond) == sizeof(leat__gate),
               "a cond is a gate");

static leat__gate *cond_gate(const leat_cond *cond)
{
    LEAT_CHECK(cond != NULL, "leat_cond: cond is NULL");
    return (leat__gate *)(void *)(uintptr_t)cond;
}

void leat_cond_init(leat_cond *cond)
{
    leat__gate *gate = cond_gate(cond);
    leat__st32_rlx(&gate->word, 0);      /* relaxed: nobody uses it yet */
    leat__st32_rlx(&gate->lock.held, 0); /* relaxed: likewise */
    gate->first = NULL;
}

/* QUEUED, as the line is. pre: the lock is held */
static void cond_note(leat__gate *gate)
{
    /* relaxed: who looks without the lock knows of those that it has to wake by the
     * mutex under which it changed what they wait for */
    leat__st32_rlx(&gate->word, gate->first != NULL ? LEAT__GATE_QUEUED : 0);
}

static void cond_left(leat__gate *gate, leat__link *won)
{
    (void)won;
    cond_note(gate);
}

static void cond_enter(leat__gate *gate, leat__waiter *waiter)
{
    leat__lock_acquire(&gate->lock);
    const leat__waiter *first = leat__gate_first(gate);
    LEAT_CHECK(first == NULL || first->msg == waiter->msg,
               "leat_cond_wait: others wait on the cond with another mutex");
    leat__gate_push(gate, waiter, false);
    cond_note(gate);
    leat__lock_release(&gate->lock);
}

int leat_cond_wait_until(leat_cond *cond, leat_mutex *mutex, leat_until until)
{
    leat__gate *gate = cond_gate(cond);
    leat__stay stay;
    LEAT_CHECK(leat__mutex_is_mine(mutex),
               "leat_cond_wait: the thread does not hold the mutex");
    int rc = leat__stay_begin(&stay, until);
    if (rc < 0)
        return rc;
    leat__stay_prepare(&stay, 0, mutex);
    cond_enter(gate, &stay.at);
    leat__mutex_let_go(mutex);
    rc = leat__stay_wait(&stay, gate, cond_left);
    if (rc != 0) /* else it was handed over */
        leat__mutex_take_back(mutex, &stay, rc == LEAT__MUTEX_GO_ON);
    int poisoned = leat__mutex_taken(mutex);
    return rc < 0 ? rc : poisoned;
}

void leat_cond_wait(leat_cond *cond, leat_mutex *mutex)
{
    int rc = leat_cond_wait_until(cond, mutex, leat_forever());
    LEAT_ASSERT(rc >= 0);
    (void)rc;
}

/* Claim one wait, or all, and move them to the mutex. */
static void cond_end(leat__gate *gate, bool all)
{
    leat__link won;
    leat__list_init(&won);
    /* relaxed: see cond_note */
    if (leat__ld32_rlx(&gate->word) == 0)
        return;
    leat__lock_acquire(&gate->lock);
    leat__waiter *first = leat__gate_claim_first(gate);
    if (first != NULL)
        leat__list_push_back(&won, &first->link);
    if (all)
        leat__gate_claim_all(gate, &won, 0);
    cond_note(gate);
    leat__lock_release(&gate->lock);
    if (first != NULL)
        leat__mutex_adopt(first->msg, &won);
}

void leat_cond_signal(leat_cond *cond)
{
    cond_end(cond_gate(cond), false);
}

void leat_cond_broadcast(leat_cond *cond)
{
    cond_end(cond_gate(cond), true);
}

bool leat_cond_is_idle(const leat_cond *cond)
{
    /* relaxed: a look */
    return leat__ld32_rlx(&cond_gate(cond)->word) == 0;
}
