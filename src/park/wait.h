/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* wait.h - one wait: whoever waits, how to wake it, and who may.
 *
 * Words. A *wait* is one blocked operation; it lives in the storage of whoever
 * waits. A *place* is somewhere it is enlisted: a channel's queue, a token's list.
 * Each place holds a node that points at the wait. An *event* (a message, a close,
 * a fired token, a deadline) finds the wait at one place and *claims* it; exactly
 * one event wins. The winner acts for the waiter (hands it the message) and then
 * *completes* the wait, which wakes it.
 *
 * Two kinds wait through this: a thread (sleeps on the word) and a callback (told
 * once, in the thread that completes, which holds no lock of leat's).
 *
 * State. word, all of it:
 *     { cpu: 0, won: 0, NUDGED: 0, DONE: 0, CLAIMED: 0, SLEEPING: 0 }   open
 *     SLEEPING   set by the owner, before it sleeps; gone with DONE
 *     NUDGED     set by who gave a token that the wait carries a sooner deadline, gone
 *                when the owner has looked at it, or with DONE
 *     CLAIMED    set by the one winner; a sole wait goes without until DONE
 *     DONE, won  set by the winner when the outcome is in place, with the number
 *                of the processor that it ran on (+ 1; 0: unknown), a hint
 *
 * Invariants.
 *   I1  at most one claim of a wait succeeds
 *   I2  between a claim and its completion the owner stays, so the winner may use
 *       the wait, its nodes and the buffers they name
 *   I3  after completion the winner touches nothing of the owner's (LAST TOUCH)
 *   I4  the owner leaves only with DONE seen, or with a claim of its own
 *   I5  an owner asleep with the outcome in place, or with a nudge, has been, or is
 *       being, woken
 *   I6  carriers is the owner's alone, and has every token that the wait is enlisted
 *       at; so an owner that waits knows when one of them will be due
 *
 * A wait is *sole* if only one place can claim it (no deadline, no token, one
 * channel). Then the lock of that place is the claim and the word is left alone
 * until completion: one cache line less to fight for.
 *
 * Synchronisation (x: by one thread only, -: any, e: exactly one of all):
 *     init x owner   claim - (one wins)   complete e winner   park x owner
 *
 * Progress and lifetime. Claim and complete never wait. The owner sleeps without
 * using the processor. A winner that loses its processor between claim and
 * completion holds up the owners it has claimed, and while it has the place's lock
 * whoever comes to the place. The owner's storage is free once park (or
 * the callback) has returned.
 *
 * MODEL: tests/model/m_wait.c */
#ifndef LEAT_PARK_WAIT_H
#define LEAT_PARK_WAIT_H

#include "base/assert.h"
#include "base/atomic.h"
#include "base/list.h"

enum {
    LEAT__WAIT_SLEEPING = 1u,
    LEAT__WAIT_CLAIMED = 2u,
    LEAT__WAIT_DONE = 4u,
    LEAT__WAIT_NUDGED = 8u,
    LEAT__WAIT_WON_SHIFT = 8,
    LEAT__WAIT_WON_MASK = 0xff,
    LEAT__WAIT_CPU_SHIFT = 16
};

/* Who won: what park returns. AGAIN comes to callbacks only: nothing has happened but
 * that a token has a sooner deadline; leave all places and start anew. */
enum leat__won {
    LEAT__WON_TIMEOUT = 0,
    LEAT__WON_CANCEL = 1,
    LEAT__WON_CHAN = 2,
    LEAT__WON_AGAIN = 3
};

struct leat__carrier; /* token.h */

typedef struct leat__wait {
    leat__a32 word;
    bool sole; /* immutable after init */
    /* NULL: a thread. Else called once, at completion. Immutable after init. */
    void (*notify)(struct leat__wait *wait);
    struct leat__carrier *carriers; /* where it is enlisted at tokens */
} leat__wait;

/* What a waiter at a channel wants: to move a message, a copy of the next, a cell to
 * write or read in place, to know when the other side is gone, or to be told when a try
 * might succeed, for which nothing is moved or copied. */
enum leat__act { LEAT__MOVE, LEAT__PEEK, LEAT__PLACE, LEAT__GONE, LEAT__HINT };

/* A wait enlisted at a channel; under that channel's lock while it is linked. */
typedef struct leat__waiter {
    leat__link link;
    leat__wait *wait;
    void *msg; /* where from or where to; the winner's between claim and DONE */
    int rc;    /* written by the winner, read by the owner after DONE */
    uint8_t act; /* enum leat__act; immutable while enlisted, as all below */
    uint8_t dir; /* LEAT__GONE: of which half (enum leat__dir) */
    uint32_t thread;  /* for the dump, where there is one: who waits */
    int64_t since_ns; /* and since when */
} leat__waiter;

static inline void leat__wait_init(leat__wait *wait, bool sole,
                                   void (*notify)(leat__wait *))
{
    leat__st32_rlx(&wait->word, 0); /* relaxed: published by a place's lock */
    wait->sole = sole;
    wait->notify = notify;
    wait->carriers = NULL;
}

/* Has no event won the wait yet? A look: true only as long as the wait's place keeps
 * its lock, and its owner may still claim it. */
static inline bool leat__wait_is_open(const leat__wait *wait)
{
    /* relaxed: a look */
    return (leat__ld32_rlx(&wait->word) & LEAT__WAIT_CLAIMED) == 0;
}

/* Try to be the one event that ends the wait.
 * pre: the place that led here still has the wait enlisted, and its lock is held;
 *      or the caller is the owner. */
bool leat__wait_claim(leat__wait *wait);

/* Complete a claimed wait: all that the winner wrote is the owner's now.
 * pre: claimed by the caller; no lock held. LAST TOUCH of the wait. */
void leat__wait_complete(leat__wait *wait, enum leat__won won);

/* Wait for completion as a thread. At the deadline (absolute, INT64_MAX: none)
 * the owner claims the wait itself, if it still can; a token that it carries and that
 * is due is fired then, by the owner.
 * returns who won; LEAT__WON_TIMEOUT: the owner did, nobody will complete. */
enum leat__won leat__wait_park(leat__wait *wait, int64_t deadline_ns);

/* Wait for completion alone: the virtual clock sees to deadlines, tokens' too. */
enum leat__won leat__wait_ended(leat__wait *wait);

/* Was the calling thread's last wait ended from the processor that it ran on itself? Then
 * to look for long before parking is to be in the way. */
bool leat__wait_is_near(void);

/* leat__wait_park without looking first, for who waits for a time: nobody is about to end it. */
enum leat__won leat__wait_sleep(leat__wait *wait, int64_t deadline_ns);
/* The sooner of a deadline and those of the tokens that the wait carries, fired ones
 * left out. pre: the owner */
int64_t leat__wait_due_ns(const leat__wait *wait, int64_t deadline_ns);

/* Fire those tokens that the wait carries and that are due, and say whether any has
 * fired: then the wait has been claimed. pre: the owner, who holds no lock */
bool leat__wait_expire(const leat__wait *wait);

/* Let a thread that waits look at its deadlines again.
 * pre: it is enlisted at a token whose lock is held
 * returns the word to be woken, which is only an address; NULL: nobody sleeps */
leat__a32 *leat__wait_nudge(leat__wait *wait);

/* Who won a completed callback wait. pre: notify has been called. */
enum leat__won leat__wait_won(const leat__wait *wait);

#endif
