/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* once.c - whoever comes first runs, the others stand in line.
 *
 * State. word: QUEUED (gate.h, G1 to G3), RUNNING, DONE.
 *        runner: who runs, known by its cell (os.h); result: of what is DONE. Both the
 *        runner's.
 *
 * Invariants.
 *   I1  RUNNING goes from 0 to 1 by who runs, and back by the same, with DONE or, after a
 *       failure, without
 *   I2  somebody is in line => RUNNING, or it has given up
 *   I3  DONE is for ever; result is written before, and not after
 *
 * Synchronisation: the end of a run is a release, whoever sees DONE or starts another run
 * acquires it; who stood in line has it by the completion. Lifetime: G3.
 *
 * MODEL: tests/model/m_sync.c */
#include "sync/gate.h"
#include "os/os.h"

#include <leat/err.h>
#include <leat/once.h>

enum { ONCE_QUEUED = LEAT__GATE_QUEUED, ONCE_RUNNING = 2u, ONCE_DONE = 4u };

/* What a leat_once is. */
struct once {
    leat__gate gate;
    leat__ap runner;
    int32_t result;
};

_Static_assert(offsetof(leat_once, first_) ==
                       offsetof(struct once, gate.first) &&
                   offsetof(leat_once, runner_) ==
                       offsetof(struct once, runner) &&
                   sizeof(leat_once) >= sizeof(struct once),
               "a leat_once holds a struct once");

static struct once *once_of(const leat_once *once)
{
    LEAT_CHECK(once != NULL, "leat_once: once is NULL");
    return (struct once *)(void *)(uintptr_t)once;
}

static bool once_done(const leat__gate *gate)
{
    /* ORDER once.done: the result, and what fn did. */
    return (leat__ld32_acq(&gate->word) & ONCE_DONE) != 0;
}

/* ---- running -------------------------------------------------------------------------- */

/* Somebody waits for the end of the run. false: no longer */
static bool once_end_waiting(leat__gate *gate, uint32_t end, int result)
{
    leat__link won;
    leat__waiter *waiter;
    leat__list_init(&won);
    leat__lock_acquire(&gate->lock);
    /* relaxed: under the lock, and QUEUED changes under it only */
    bool waiting = (leat__ld32_rlx(&gate->word) & ONCE_QUEUED) != 0;
    while ((waiter = leat__gate_claim_first(gate)) != NULL) {
        *(int *)waiter->msg = result;
        waiter->rc = 0;
        leat__list_push_back(&won, &waiter->link);
    }
    if (waiting) {
        /* ORDER once.done: the result, and what fn did. */
        leat__st32_rel(&gate->word, end);
    }
    leat__lock_release(&gate->lock); /* LAST TOUCH, if waiting */
    leat__gate_complete_all(&won);
    return waiting;
}

static int once_run(struct once *once, int (*fn)(void *), void *arg)
{
    /* relaxed: only its own thread knows its value */
    leat__stp_rlx(&once->runner, leat__os_held());
    int result = fn(arg);
    leat__stp_rlx(&once->runner, NULL); /* relaxed: likewise */
    uint32_t end = result >= 0 ? ONCE_DONE : 0;
    if (result >= 0)
        once->result = result; /* I3 */
    for (;;) {
        uint32_t seen = ONCE_RUNNING;
        /* ORDER once.done: the result, and what fn did. LAST TOUCH */
        if (leat__cas32_rel(&once->gate.word, &seen, end) ||
            once_end_waiting(&once->gate, end, result))
            return result;
    }
}

/* ---- waiting ----------------------------------------------------------------------------- */

static void once_left(leat__gate *gate, leat__link *won)
{
    (void)won;
    if (gate->first != NULL)
        return;
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: as below */
    /* relaxed: under the lock with QUEUED set, while somebody runs: nothing is done */
    leat__st32_rlx(&gate->word, seen & ~(uint32_t)ONCE_QUEUED);
}

/* In one step: stand in line while somebody runs; else do nothing. */
static bool once_stand(leat__gate *gate, leat__waiter *waiter)
{
    leat__lock_acquire(&gate->lock);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    /* relaxed: nothing is done yet */
    while ((seen & ONCE_RUNNING) != 0 &&
           !leat__cas32_rlx(&gate->word, &seen, seen | ONCE_QUEUED))
        ;
    bool in = (seen & ONCE_RUNNING) != 0;
    if (in)
        leat__gate_push(gate, waiter, false);
    leat__lock_release(&gate->lock);
    return in;
}

enum { ONCE_AGAIN = 1 };

/* Somebody runs.
 * returns ONCE_AGAIN: no longer; 0: *result is what it came to; or until gave up */
static int once_wait(struct once *once, int *result, leat_until until)
{
    leat__stay stay;
    int rc = leat__stay_begin(&stay, until);
    if (rc < 0)
        return rc;
    leat__stay_prepare(&stay, 0, result);
    if (!once_stand(&once->gate, &stay.at))
        return ONCE_AGAIN;
    return leat__stay_wait(&stay, &once->gate, once_left);
}

/* Is it done, or does somebody see to it? returns as once_wait */
static int once_come(struct once *once, int (*fn)(void *), void *arg,
                     int *result, leat_until until)
{
    uint32_t seen = 0;
    if (once_done(&once->gate)) {
        *result = once->result;
        return 0;
    }
    /* ORDER once.done: what runs that failed have done. */
    if (leat__cas32_acq(&once->gate.word, &seen, ONCE_RUNNING)) {
        *result = once_run(once, fn, arg);
        return 0;
    }
    /* relaxed: only this thread has written this thread's value */
    LEAT_CHECK(leat__ldp_rlx(&once->runner) != leat__os_held(),
               "leat_once_do: fn calls the once that it is run by");
    return once_wait(once, result, until);
}

int leat_once_do(leat_once *once, int (*fn)(void *arg), void *arg, int *result,
                 leat_until until)
{
    struct once *it = once_of(once);
    int came_to = 0;
    int rc;
    LEAT_CHECK(fn != NULL, "leat_once_do: fn is NULL");
    do {
        rc = once_come(it, fn, arg, &came_to, until);
    } while (rc == ONCE_AGAIN);
    if (rc == 0 && result != NULL)
        *result = came_to;
    return rc;
}

bool leat_once_is_done(const leat_once *once)
{
    return once_done(&once_of(once)->gate);
}

int leat_once_result(const leat_once *once)
{
    const struct once *it = once_of(once);
    return once_done(&it->gate) ? it->result : LEAT_EAGAIN;
}
