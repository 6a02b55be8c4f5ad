/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* gate.h - what mutex, semaphore and the rest stand on: a word and a line.
 *
 * Idea. The word says what the noun is worth at this moment, and one operation on it is
 * a whole call as long as nobody waits. Who must wait stands in line, under a short
 * lock. All zero is a gate at rest, so the line is a ring of links without a head.
 *
 * The public structs are gates with a few more fields behind; each noun's file says so
 * with an assertion.
 *
 * State. word: bit 0 is QUEUED, the others are the noun's.
 *        first: who has waited longest; NULL: nobody. Under lock.
 *
 * Invariants.
 *   G1  QUEUED is written under the lock, and with the lock free it is set exactly if
 *       somebody is in line
 *   G2  while QUEUED is set the word is written under the lock only (but a mutex's: see
 *       mutex.c); while it is not, by compare-and-exchange only. So who has the lock
 *       and sees QUEUED has the word to himself, and may use plain stores
 *   G3  who takes the lock to serve a line and finds it empty lets the lock go before
 *       it tries again without. So a call that changes the word without the lock is
 *       past its last touch with that change, and one that has served somebody is with
 *       the release of the lock, before it completes anybody: the gate's memory may
 *       be freed by whoever that lets through
 *
 * Progress and lifetime. The lock is held for a few links and words; under it nothing is
 * completed, called or woken. The memory is the user's.
 *
 * MODEL: tests/model/m_mutex.c, m_sem.c, m_sync.c */
#ifndef LEAT_SYNC_GATE_H
#define LEAT_SYNC_GATE_H

#include "park/lock.h"
#include "park/token.h"
#include "park/wait.h"
#include <leat/until.h>

enum { LEAT__GATE_QUEUED = 1u };

typedef struct leat__gate {
    leat__a32 word;
    leat__lock lock;
    leat__link *first;
} leat__gate;

/* What `act` of a waiter in a line means: bits. */
enum {
    LEAT__GATE_KNOWN = 1, /* claimed already; only its completion is missing */
    LEAT__GATE_NEXT = 2,  /* mutex: has to be handed it, not woken for it */
    LEAT__GATE_WRITE = 4, /* rwlock: wants it alone */
    LEAT__GATE_LOOK = 8   /* is told that it might have it, and given nothing */
};

/* ---- the line (under the lock) ------------------------------------------------ */

static inline void leat__gate_push(leat__gate *gate, leat__waiter *waiter,
                                   bool in_front)
{
    leat__link *link = &waiter->link;
    leat__link *first = gate->first;
    LEAT_ASSERT(!leat__link_is_in(link));
    if (first == NULL) {
        leat__list_init(link);
    } else {
        link->next = first;
        link->prev = first->prev;
        first->prev->next = link;
        first->prev = link;
    }
    if (first == NULL || in_front)
        gate->first = link;
}

static inline void leat__gate_remove(leat__gate *gate, leat__waiter *waiter)
{
    leat__link *link = &waiter->link;
    if (gate->first == link)
        gate->first = link->next == link ? NULL : link->next;
    leat__list_remove(link);
}

static inline leat__waiter *leat__gate_first(const leat__gate *gate)
{
    return gate->first == NULL
               ? NULL
               : LEAT__CONTAINER(gate->first, leat__waiter, link);
}

/* Take the first one out. Is it ours to complete? (If not, it has given up, and its
 * owner will find it gone.) */
bool leat__gate_pop(leat__gate *gate, leat__waiter *first);

/* The first that is ours to complete, out of the line; NULL: there is none. */
leat__waiter *leat__gate_claim_first(leat__gate *gate);

/* Win everybody, each with rc, onto `won`; the line is empty then. */
void leat__gate_claim_all(leat__gate *gate, leat__link *won, int rc);

/* ---- and without ----------------------------------------------------------------- */

/* Complete what was won. pre: no lock is held */
void leat__gate_complete_all(leat__link *won);

/* ---- a thread's wait in a line ----------------------------------------------------- */

/* What a noun does when somebody who gave up has left its line, under the lock: sees to
 * QUEUED, and to those whose turn it is now, whom it claims onto `won`. */
typedef void leat__gate_left(leat__gate *gate, leat__link *won);

/* One call that waits. Its owner prepares it, puts `at` into a line under the line's
 * lock, and waits. */
typedef struct leat__stay {
    leat__wait wait;
    leat__waiter at;
    leat__carrier carrier;
    leat__token *token; /* NULL: none */
    int64_t deadline_ns;
    bool missed; /* gave up, when it was in line no more */
} leat__stay;

/* The call cannot be done at once: may it wait?
 * returns 0, or LEAT_EAGAIN, LEAT_ECANCELED, LEAT_ETIMEDOUT: `until` says no */
int leat__stay_begin(leat__stay *stay, leat_until until);

/* Make the wait and its place anew, not in line yet. */
void leat__stay_prepare(leat__stay *stay, uint8_t act, void *msg);

/* Wait, when `at` is in line.
 * returns what the winner says (at.rc), or LEAT_ECANCELED, LEAT_ETIMEDOUT: the caller
 *         has left the line */
int leat__stay_wait(leat__stay *stay, leat__gate *gate, leat__gate_left *left);

/* Leave the line, if still in it. pre: the caller has claimed the wait.
 * returns whether it was in it */
bool leat__gate_leave(leat__gate *gate, leat__waiter *waiter,
                      leat__gate_left *left);

#endif
