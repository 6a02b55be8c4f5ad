/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* token.h - a flag that is set once, and the waits that carry it.
 *
 * Any wait can carry one, to be given up when it fires: that is the core of a cancel
 * token, which src/cancel gives owners, children and times. And a wait may be for
 * nothing but the firing: then it is a latch, such as the end of a thread (src/thread).
 *
 * A token that is *timed* may have a deadline. No thread watches it: when it has passed
 * the token is due, and whoever finds that out fires it. So each wait that carries it
 * sleeps no longer than that, and is nudged if it gets a sooner one.
 *
 * State. state: 0, FIRED for ever, TIMED if it is within a leat__timed that has a
 *               deadline; written under lock, read by anyone
 *        carriers: nodes of waits that carry the token; under lock
 *        deadline_ns, of a leat__timed: only goes down; written under lock
 *
 * Invariants.
 *   I1  fired and the lock free => carriers is empty and stays so: fire takes each
 *       node out, and enlist refuses
 *   I2  a node that fire took out and whose wait it claimed is used until that
 *       wait's completion, which its owner waits for; any other node is not
 *       touched after the lock is let go
 *   I3  a wait in carriers has the deadline taken into account, or a nudge on its way
 *
 * Progress and lifetime. Firing is linear in the carriers, with the claims under
 * the lock and the wake-ups after it. The token's lock and a channel's lock are
 * never held together.
 *
 * MODEL: tests/model/m_token.c, m_cancel.c */
#ifndef LEAT_PARK_TOKEN_H
#define LEAT_PARK_TOKEN_H

#include "park/lock.h"
#include "park/wait.h"

enum { LEAT__TOKEN_FIRED = 1u, LEAT__TOKEN_TIMED = 2u };

typedef struct leat__token {
    leat__a32 state;
    leat__lock lock;
    leat__link carriers;
} leat__token;

/* A token that may have a deadline, and how to fire it then. */
typedef struct leat__timed {
    leat__token token;
    leat__a64 deadline_ns;                     /* INT64_MAX: none */
    void (*expire)(struct leat__timed *timed); /* immutable; holds no lock */
} leat__timed;

typedef struct leat__carrier {
    leat__link link;
    leat__wait *wait;
    leat__token *token;
    /* in wait->carriers: the next, and what points here */
    struct leat__carrier *next;
    struct leat__carrier **at;
} leat__carrier;

void leat__token_init(leat__token *token);
void leat__timed_init(leat__timed *timed, void (*expire)(leat__timed *timed));

/* The time on the clock from which on it is due; INT64_MAX: never, or it has fired. */
static inline int64_t leat__token_due_ns(const leat__token *token)
{
    const leat__timed *timed =
        LEAT__CONTAINER((leat__token *)(uintptr_t)token, leat__timed, token);
    /* ORDER token.timed: the deadline is there. */
    if (leat__ld32_acq(&token->state) != LEAT__TOKEN_TIMED)
        return INT64_MAX;
    return leat__ld64_rlx(&timed->deadline_ns); /* relaxed: any is good, later
                                                   ones are sooner */
}

/* Has its deadline passed? Only asks. */
bool leat__token_is_due(const leat__token *token);

/* Fire it if it is due. true: it has been */
bool leat__token_expire(const leat__token *token);

/* Has it fired? Fires it if it is due. pre: no lock is held */
static inline bool leat__token_fired(const leat__token *token)
{
    /* ORDER token.fire: what was done before the fire is visible to who sees it. */
    uint32_t state = leat__ld32_acq(&token->state);
    if (LEAT__LIKELY(state == 0))
        return false;
    return (state & LEAT__TOKEN_FIRED) != 0 || leat__token_expire(token);
}

/* Enlist a wait, which must not be sole. false: fired already, not enlisted. */
bool leat__token_enlist(leat__token *token, leat__carrier *carrier,
                        leat__wait *wait);

/* Take the node out, if fire has not. The owner calls it when its wait is over. */
void leat__token_delist(leat__token *token, leat__carrier *carrier);

/* Does any wait carry it at this moment? For checks of what must not be. */
bool leat__token_is_carried(leat__token *token);

/* Claim and complete every wait that carries the token. On return no such wait is
 * undecided, whoever fired. */
void leat__token_fire(leat__token *token);

/* The same in two steps, for who fires several: mark it fired and move the carriers
 * whose waits we win to `won` (pre: the lock is held); then complete them all (pre: no
 * lock is held). */
void leat__token_mark(leat__token *token, leat__link *won);
void leat__token_complete(leat__link *won, enum leat__won how);

/* Waits that have to be told of a sooner deadline. */
enum { LEAT__NUDGES = 64 };
typedef struct leat__nudges {
    leat__link
        again; /* carriers of callback waits, claimed: to be started anew */
    /* with the virtual clock: carriers of waits whose time has come, claimed; and who
     * awaits them */
    leat__link due;
    leat__link watched;
    size_t n;
    leat__a32 *asleep[LEAT__NUDGES]; /* the words of threads that sleep */
} leat__nudges;

/* Give it a deadline that is sooner, and note the waits that carry it. They are told
 * by leat__nudges_send, when no lock is held; but if there are many sleepers, some are
 * woken here.
 * pre: the lock is held; not fired */
void leat__timed_lower(leat__timed *timed, int64_t deadline_ns,
                       leat__nudges *nudges);
void leat__nudges_init(leat__nudges *nudges);
void leat__nudges_send(leat__nudges *nudges);

/* Wait, as a thread, for the token to fire, until `other` fires (NULL: no other; not
 * the same one) or the deadline (absolute; INT64_MAX: none) passes.
 * returns 0: the token has fired, and what was done before that is visible;
 *         LEAT_ECANCELED: the other one has, first; LEAT_ETIMEDOUT */
int leat__token_wait(leat__token *token, leat__token *other,
                     int64_t deadline_ns);

#endif
