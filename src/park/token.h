/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* token.h - a flag that is set once, and the waits that carry it.
 *
 * Any wait can carry one, to be given up when it fires: that is the core of a cancel
 * token, which src/cancel gives owners. And a wait may be for nothing but the firing:
 * then it is a latch, such as the end of a thread (src/thread).
 *
 * State. fired: 0, then 1 for ever; written under lock, read by anyone.
 *        carriers: nodes of waits that carry the token; under lock.
 *
 * Invariants.
 *   I1  fired and the lock free => carriers is empty and stays so: fire takes each
 *       node out, and enlist refuses
 *   I2  a node that fire took out and whose wait it claimed is used until that
 *       wait's completion, which its owner waits for; any other node is not
 *       touched after the lock is let go
 *
 * Progress and lifetime. Firing is linear in the carriers, with the claims under
 * the lock and the wake-ups after it. The token's lock and a channel's lock are
 * never held together.
 *
 * MODEL: tests/model/m_token.c */
#ifndef LEAT_PARK_TOKEN_H
#define LEAT_PARK_TOKEN_H

#include "park/lock.h"
#include "park/wait.h"

typedef struct leat__token {
    leat__a32 fired;
    leat__lock lock;
    leat__link carriers;
} leat__token;

typedef struct leat__carrier {
    leat__link link;
    leat__wait *wait;
} leat__carrier;

void leat__token_init(leat__token *token);

static inline bool leat__token_fired(const leat__token *token)
{
    /* ORDER token.fire: what was done before the fire is visible to who sees it. */
    return leat__ld32_acq(&token->fired) != 0;
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

/* Wait, as a thread, for the token to fire, until `other` fires (NULL: no other; not
 * the same one) or the deadline (absolute; INT64_MAX: none) passes.
 * returns 0: the token has fired, and what was done before that is visible;
 *         LEAT_ECANCELED: the other one has, first; LEAT_ETIMEDOUT */
int leat__token_wait(leat__token *token, leat__token *other,
                     int64_t deadline_ns);

#endif
