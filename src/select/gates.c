/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* gates.c - what a select knows of semaphores and mutexes. See park/source.h.
 *
 * Such a case stands in the line like any other call, and whoever releases or unlocks gives
 * it its permits, or the mutex, in the same step in which it claims the select's wait. So
 * a permit is either still the semaphore's, or the one winner's: a select that another
 * place has won, or that gave up, was never given any. Who only looks (leat_ready) is told
 * and given nothing.
 *
 * In a line one has to stand to be served, and so these cases are for sets as channels
 * without room are: `meets`. */
#include "park/source.h"
#include "sync/mutex.h"
#include "sync/sem.h"

LEAT__CASE_FITS(leat__waiter);

/* Not served: what the winner overwrites. */
enum { UNSERVED = LEAT_EAGAIN };

static leat__waiter *gate_waiter(leat_case *it, leat__wait *wait)
{
    leat__waiter *waiter = leat__case_node(it);
    *waiter = (leat__waiter){.wait = wait, .rc = UNSERVED};
    return waiter;
}

static bool gate_meets(const leat_case *it)
{
    (void)it;
    return true;
}

/* ---- semaphores --------------------------------------------------------------------- */

static int sem_attempt(leat_case *it)
{
    return leat__sem_try(it->object_, it->detail_);
}

static int sem_arm(leat_case *it, leat__wait *wait, bool hint)
{
    return leat__sem_arm(it->object_, it->detail_, gate_waiter(it, wait), hint);
}

static int sem_leave(leat_case *it)
{
    leat__waiter *waiter = leat__case_node(it);
    if (waiter->rc == UNSERVED)
        leat__sem_leave(it->object_, waiter);
    return waiter->rc;
}

static const leat__source sem_source = {.attempt = sem_attempt,
                                        .arm = sem_arm,
                                        .leave = sem_leave,
                                        .meets = gate_meets};

leat_case leat_on_sem(leat_sem *sem, uint32_t n)
{
    LEAT_CHECK(n <= LEAT_SEM_MAX,
               "leat_on_sem: more permits than LEAT_SEM_MAX");
    leat_case it = leat__case_of(&sem_source, sem);
    it.detail_ = n;
    return it;
}

/* ---- mutexes -------------------------------------------------------------------------- */

static int lock_attempt(leat_case *it)
{
    return leat__mutex_try(it->object_);
}

static int lock_arm(leat_case *it, leat__wait *wait, bool hint)
{
    return leat__mutex_arm(it->object_, gate_waiter(it, wait), hint);
}

/* Handed over: in the thread whose it is from now on. */
static int lock_leave(leat_case *it)
{
    leat__waiter *waiter = leat__case_node(it);
    if (waiter->rc == UNSERVED) {
        leat__mutex_leave(it->object_, waiter);
        return LEAT_EAGAIN;
    }
    return (waiter->act & LEAT__GATE_LOOK) != 0
               ? 0
               : leat__mutex_taken(it->object_);
}

static const leat__source lock_source = {.attempt = lock_attempt,
                                         .arm = lock_arm,
                                         .leave = lock_leave,
                                         .meets = gate_meets};

leat_case leat_on_lock(leat_mutex *mutex)
{
    return leat__case_of(&lock_source, mutex);
}
