/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mutex.c - a word that is locked by whoever exchanges it first, and a line of those who
 * wait.
 *
 * Idea. To hand a mutex to a sleeping thread is fair, and slow: nobody has it while that
 * thread wakes, and all others fall asleep behind. To let whoever runs take it is fast,
 * and starves. So an unlock wakes the first in line and lets the mutex go (the woken one
 * is *expected*; until it comes, no other is woken); and if the expected one comes too
 * late it is put in front again as the *next*, whom the following unlock hands the mutex
 * to. (Go's mutex and nsync's look at how long somebody has waited, with the same
 * effect.)
 *
 * State. word:
 *     QUEUED     somebody is in line (gate.h, G1; G2 does not hold here)
 *     LOCKED     somebody has it
 *     EXPECTED   the first in line was woken and has neither taken it nor come back
 *     POISONING  the option; never changes
 *     POISONED   see the header
 *
 * Invariants.
 *   I1  LOCKED goes from 0 to 1 by who takes it, from 1 to 0 by who has it; while it is
 *       1 it may change hands, by the claim of a wait
 *   I2  with the lock free: somebody in line => LOCKED or EXPECTED. So there is somebody
 *       who will look at the line: whoever unlocks when nobody is expected
 *   I3  EXPECTED is set by who has the mutex, and taken back by the expected one in the
 *       same step in which it takes the mutex or is put in front, seen LOCKED
 *   I4  an unlock's last touch of the mutex is the step that clears LOCKED, or, when it
 *       hands over, the release of the lock: before it completes anybody
 *   I5  a waiter that cond moved here is claimed (KNOWN): it will take the mutex for
 *       certain, so it may be the expected one or the next like any other
 *
 * Synchronisation: the step that clears LOCKED is a release, the step that sets it an
 * acquire; a hand-over goes through the completion of the wait.
 *
 * Progress. An unlock never waits, but for the short lock. Who waits is served in order
 * of coming, but for one wake-up's time for whoever runs.
 *
 * MODEL: tests/model/m_mutex.c */
#include "sync/mutex.h"
#include "os/os.h"
#include "park/spin.h"
#include "sync/held.h"

#include <leat/err.h>

enum {
    MUTEX_QUEUED = LEAT__GATE_QUEUED,
    MUTEX_LOCKED = 2u,
    MUTEX_EXPECTED = 4u,
    MUTEX_POISONING = LEAT_MUTEX_POISONING,
    MUTEX_POISONED = 16u
};

_Static_assert(offsetof(leat_mutex, lock_) == offsetof(leat__gate, lock) &&
                   offsetof(leat_mutex, first_) == offsetof(leat__gate, first),
               "a mutex begins with a gate");
_Static_assert(sizeof(leat_mutex) == 8 + 2 * sizeof(void *), "and is small");

static leat__gate *mutex_gate(const leat_mutex *mutex)
{
    LEAT_CHECK(mutex != NULL, "leat_mutex: mutex is NULL");
    return (leat__gate *)(void *)(uintptr_t)mutex;
}

static bool mutex_has(const leat__gate *gate, uint32_t bit)
{
    /* relaxed: a look; or the caller has the mutex, and the bit came with it */
    return (leat__ld32_rlx(&gate->word) & bit) != 0;
}

/* Set and clear bits that order nothing. */
static void mutex_change(leat__gate *gate, uint32_t set, uint32_t clear)
{
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    /* relaxed: it keeps the release of who unlocked, and adds none */
    while (!leat__cas32_rlx(&gate->word, &seen, (seen | set) & ~clear))
        ;
}

/* Must somebody know who holds it? */
static bool mutex_is_tracked(const leat__gate *gate)
{
    return LEAT_DEBUG || mutex_has(gate, MUTEX_POISONING);
}

void leat_mutex_init(leat_mutex *mutex, uint32_t flags)
{
    leat__gate *gate = mutex_gate(mutex);
    LEAT_CHECK((flags & ~(uint32_t)MUTEX_POISONING) == 0,
               "leat_mutex_init: there are no such flags");
    leat__st32_rlx(&gate->word, flags);  /* relaxed: nobody uses it yet */
    leat__st32_rlx(&gate->lock.held, 0); /* relaxed: likewise */
    gate->first = NULL;
    mutex->held_ = NULL;
}

/* ---- taking it ------------------------------------------------------------------- */

int leat__mutex_taken(leat_mutex *mutex)
{
    leat__gate *gate = mutex_gate(mutex);
    LEAT_ASSERT(mutex_has(gate, MUTEX_LOCKED));
    if (mutex_is_tracked(gate))
        leat__held_add(mutex);
    return mutex_has(gate, MUTEX_POISONED) ? 1 : 0;
}

/* Take it, if nobody has it. expected: we are the one. */
static bool mutex_take(leat__gate *gate, bool expected)
{
    uint32_t clear = expected ? MUTEX_EXPECTED : 0;
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    while ((seen & MUTEX_LOCKED) == 0) {
        /* LP. ORDER mutex.pass: sees what was done under it. */
        if (leat__cas32_acq(&gate->word, &seen, (seen | MUTEX_LOCKED) & ~clear))
            return true;
    }
    return false;
}

/* Look for a bounded time whether it gets free. */
static bool mutex_take_in_time(leat__gate *gate, int64_t deadline_ns,
                               bool expected)
{
    leat__spin spin = LEAT__SPIN_MUTEX;
    spin.deadline_ns = deadline_ns;
    do {
        if (mutex_take(gate, expected))
            return true;
    } while (leat__spin_turn(&spin));
    return false;
}

/* In one step: take it, or stand in line. returns whether it was taken */
static bool mutex_take_or_stand(leat__gate *gate, leat__waiter *waiter,
                                bool expected)
{
    uint32_t clear = expected ? MUTEX_EXPECTED : 0;
    leat__lock_acquire(&gate->lock);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    bool taken;
    do {
        taken = (seen & MUTEX_LOCKED) == 0;
        /* LP. ORDER mutex.pass: if it is ours, we see what was done under it. */
    } while (!leat__cas32_acq(&gate->word, &seen,
                              (seen | (taken ? MUTEX_LOCKED : MUTEX_QUEUED)) &
                                  ~clear));
    if (!taken)
        leat__gate_push(gate, waiter, expected);
    leat__lock_release(&gate->lock);
    return taken;
}

/* Somebody who gave up has left the line. I2 stands: nobody has taken anything. */
static void mutex_left(leat__gate *gate, leat__link *won)
{
    (void)won;
    if (gate->first == NULL)
        mutex_change(gate, 0, MUTEX_QUEUED);
}

/* returns 0: taken; LEAT_ETIMEDOUT, LEAT_ECANCELED */
static int mutex_wait(leat__gate *gate, leat__stay *stay, bool expected)
{
    for (;;) {
        if (mutex_take_in_time(gate, stay->deadline_ns, expected))
            return 0;
        leat__stay_prepare(stay, expected ? LEAT__GATE_NEXT : 0, NULL);
        if (mutex_take_or_stand(gate, &stay->at, expected))
            return 0;
        int rc = leat__stay_wait(stay, gate, mutex_left);
        if (rc != LEAT__MUTEX_GO_ON)
            return rc;
        expected = true;
    }
}

/* It is not free, or not a plain one. */
static LEAT__NOINLINE int mutex_lock_rest(leat_mutex *mutex, leat_until until)
{
    leat__gate *gate = mutex_gate(mutex);
    if (mutex_has(gate, MUTEX_POISONING)) {
        int rc = leat__held_watch();
        if (rc < 0)
            return rc;
    }
    if (!mutex_take(gate, false)) {
        leat__stay stay;
        int rc = leat__stay_begin(&stay, until);
        if (rc < 0)
            return rc;
        LEAT_CHECK(!mutex_is_tracked(gate) || !leat__held_has(mutex),
                   "leat_mutex_lock: the thread holds it already");
        rc = mutex_wait(gate, &stay, false);
        if (rc < 0)
            return rc;
    }
    return leat__mutex_taken(mutex);
}

static inline bool mutex_lock_alone(leat__gate *gate)
{
    uint32_t seen = 0;
    /* LP. ORDER mutex.pass: sees what was done under it. */
    return leat__cas32_acq(&gate->word, &seen, MUTEX_LOCKED);
}

void leat_mutex_lock(leat_mutex *mutex)
{
    leat__gate *gate = mutex_gate(mutex);
    if (LEAT__LIKELY(mutex_lock_alone(gate))) {
        if (LEAT_DEBUG)
            leat__held_add(mutex);
        return;
    }
    int rc = mutex_lock_rest(mutex, leat_forever());
    LEAT_CHECK(rc >= 0,
               "leat_mutex_lock: no memory to watch over a thread that "
               "locks a poisoning mutex");
}

int leat_mutex_lock_until(leat_mutex *mutex, leat_until until)
{
    leat__gate *gate = mutex_gate(mutex);
    if (LEAT__LIKELY(mutex_lock_alone(gate))) {
        if (LEAT_DEBUG)
            leat__held_add(mutex);
        return 0;
    }
    return mutex_lock_rest(mutex, until);
}

/* ---- letting it go --------------------------------------------------------------- */

/* The first that wants the mutex, out of the line; those before it who only look, onto
 * `told`. */
static leat__waiter *mutex_first(leat__gate *gate, leat__link *told)
{
    leat__waiter *first;
    while ((first = leat__gate_claim_first(gate)) != NULL &&
           (first->act & LEAT__GATE_LOOK) != 0) {
        first->rc = 0;
        leat__list_push_back(told, &first->link);
    }
    return first;
}

/* Look after the line, while the mutex is ours and nobody is expected. Sets *handed to
 * whom it was handed.
 * returns whom to wake when it has been let go; NULL: nobody */
static leat__waiter *mutex_choose(leat__gate *gate, leat__waiter **handed,
                                  leat__link *told)
{
    leat__lock_acquire(&gate->lock);
    leat__waiter *first = mutex_first(gate, told);
    uint32_t clear = gate->first == NULL ? MUTEX_QUEUED : 0;
    if (first != NULL && (first->act & LEAT__GATE_NEXT) != 0) {
        first->rc = 0;
        *handed = first;
        first = NULL;
    } else if (first != NULL) {
        first->rc = LEAT__MUTEX_GO_ON;
    }
    mutex_change(gate, first != NULL ? MUTEX_EXPECTED : 0, clear); /* I3 */
    leat__lock_release(&gate->lock);
    return first;
}

/* pre: it is ours; nobody keeps it for us in a list any more */
static void mutex_let_go(leat__gate *gate)
{
    leat__waiter *woken = NULL;
    leat__waiter *handed = NULL;
    leat__link told;
    leat__list_init(&told);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    for (;;) {
        LEAT_ASSERT((seen & MUTEX_LOCKED) != 0);
        if ((seen & MUTEX_QUEUED) != 0 && (seen & MUTEX_EXPECTED) == 0) {
            woken = mutex_choose(gate, &handed, &told);
            if (handed != NULL)
                break;
            seen = leat__ld32_rlx(&gate->word); /* relaxed: as above */
            continue;
        }
        /* LP. ORDER mutex.pass: shows who takes it what we did. LAST TOUCH */
        if (leat__cas32_rel(&gate->word, &seen, seen & ~(uint32_t)MUTEX_LOCKED))
            break;
    }
    leat__waiter *next = handed != NULL ? handed : woken;
    if (next != NULL)
        leat__wait_complete(next->wait, LEAT__WON_CHAN);
    leat__gate_complete_all(&told);
}

static void mutex_untrack(leat_mutex *mutex)
{
    LEAT_CHECK(mutex_has(mutex_gate(mutex), MUTEX_LOCKED),
               "leat_mutex_unlock: nobody holds it");
    LEAT_CHECK(leat__held_remove(mutex),
               "leat_mutex_unlock: another thread holds it");
}

static LEAT__NOINLINE void mutex_unlock_rest(leat_mutex *mutex)
{
    leat__gate *gate = mutex_gate(mutex);
    LEAT_CHECK(mutex_has(gate, MUTEX_LOCKED),
               "leat_mutex_unlock: nobody holds it");
    if (!LEAT_DEBUG && mutex_is_tracked(gate))
        mutex_untrack(mutex);
    mutex_let_go(gate);
}

void leat_mutex_unlock(leat_mutex *mutex)
{
    leat__gate *gate = mutex_gate(mutex);
    uint32_t seen = MUTEX_LOCKED;
    if (LEAT_DEBUG)
        mutex_untrack(mutex);
    /* LP. ORDER mutex.pass: shows who takes it what we did. LAST TOUCH */
    if (LEAT__UNLIKELY(!leat__cas32_rel(&gate->word, &seen, 0)))
        mutex_unlock_rest(mutex);
}

/* ---- looks, and poison ------------------------------------------------------------ */

bool leat_mutex_is_locked(const leat_mutex *mutex)
{
    return mutex_has(mutex_gate(mutex), MUTEX_LOCKED);
}

bool leat_mutex_is_idle(const leat_mutex *mutex)
{
    return !mutex_has(mutex_gate(mutex),
                      MUTEX_LOCKED | MUTEX_QUEUED | MUTEX_EXPECTED);
}

bool leat_mutex_is_poisoned(const leat_mutex *mutex)
{
    return mutex_has(mutex_gate(mutex), MUTEX_POISONED);
}

void leat_mutex_poison(leat_mutex *mutex)
{
    mutex_change(mutex_gate(mutex), MUTEX_POISONED, 0);
}

void leat_mutex_clear_poison(leat_mutex *mutex)
{
    mutex_change(mutex_gate(mutex), 0, MUTEX_POISONED);
}

void leat__mutex_abandon(leat_mutex *mutex)
{
    leat__gate *gate = mutex_gate(mutex);
    mutex->held_ = NULL;
    if (!mutex_has(gate, MUTEX_POISONING))
        return;
    mutex_change(gate, MUTEX_POISONED, 0);
    mutex_let_go(gate);
}

/* ---- a wait with several places ---------------------------------------------------- */

int leat__mutex_try(leat_mutex *mutex)
{
    return leat_mutex_lock_until(mutex, leat_nowait());
}

int leat__mutex_arm(leat_mutex *mutex, leat__waiter *waiter, bool look)
{
    leat__gate *gate = mutex_gate(mutex);
    if (mutex_has(gate, MUTEX_POISONING)) {
        int rc = leat__held_watch();
        if (rc < 0)
            return rc;
    }
    waiter->act = look ? LEAT__GATE_LOOK : LEAT__GATE_NEXT;
    leat__lock_acquire(&gate->lock);
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    /* relaxed: taken is only what a try takes */
    while ((seen & MUTEX_LOCKED) != 0 &&
           !leat__cas32_rlx(&gate->word, &seen, seen | MUTEX_QUEUED))
        ;
    bool in = (seen & MUTEX_LOCKED) != 0;
    if (in)
        leat__gate_push(gate, waiter, false);
    leat__lock_release(&gate->lock);
    return in ? LEAT_EAGAIN : 0;
}

void leat__mutex_leave(leat_mutex *mutex, leat__waiter *waiter)
{
    leat__gate_leave(mutex_gate(mutex), waiter, mutex_left);
}

/* ---- for cond ------------------------------------------------------------------------ */

bool leat__mutex_is_mine(leat_mutex *mutex)
{
    leat__gate *gate = mutex_gate(mutex);
    return mutex_has(gate, MUTEX_LOCKED) &&
           (!mutex_is_tracked(gate) || leat__held_has(mutex));
}

void leat__mutex_let_go(leat_mutex *mutex)
{
    leat__gate *gate = mutex_gate(mutex);
    if (mutex_is_tracked(gate))
        mutex_untrack(mutex);
    mutex_let_go(gate);
}

void leat__mutex_take_back(leat_mutex *mutex, leat__stay *stay, bool expected)
{
    leat__gate *gate = mutex_gate(mutex);
    stay->token = NULL;
    stay->deadline_ns = INT64_MAX;
    int rc = mutex_wait(gate, stay, expected);
    LEAT_ASSERT(rc == 0);
    (void)rc;
}

void leat__mutex_adopt(leat_mutex *mutex, leat__link *claimed)
{
    leat__gate *gate = mutex_gate(mutex);
    leat__link *link;
    leat__lock_acquire(&gate->lock);
    while ((link = leat__list_pop_front(claimed)) != NULL) {
        leat__waiter *waiter = LEAT__CONTAINER(link, leat__waiter, link);
        waiter->act |= LEAT__GATE_KNOWN;
        leat__gate_push(gate, waiter, false);
    }
    uint32_t seen = leat__ld32_rlx(&gate->word); /* relaxed: the step decides */
    bool ours;
    do {
        ours = (seen & (MUTEX_LOCKED | MUTEX_EXPECTED)) == 0;
        /* ORDER mutex.pass: ours for the moment of passing it on, with all that was
         * done under it. */
    } while (!leat__cas32_acq(&gate->word, &seen,
                              seen | MUTEX_QUEUED | (ours ? MUTEX_LOCKED : 0)));
    leat__lock_release(&gate->lock);
    if (ours)
        mutex_let_go(gate); /* I2 */
}
