/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cancel.h - what stands behind a leat_cancel.
 *
 * A leat_cancel is a timed token with owners, and a node of a tree. Who keeps what:
 *   a child      is an owner of its parent; the parent knows it by a link, which the
 *                child takes out before it goes
 *   a follower   (leat_cancel_fire_after) has `after` for an owner, until that fires or
 *                goes
 *   a hook       its caller keeps, and the token with it
 *
 * Locks. A token's own lock guards its children, hooks and followers as well as what
 * token.h says. Going down the tree, a lock is kept until all below is done, so each
 * walk is one step as seen from any token of the tree: who finds a token fired and
 * gets its lock finds everything below fired. Then come, each innermost:
 *   hooks       (hook.c) which hooks are about to run, or do
 *   the clock   (tree.c) outside all tokens' locks: which followers are to be told
 *
 * Invariants, beside token.h's.
 *   I1  fired and the lock free => no children, hooks or followers are linked, and
 *       none will be
 *   I2  a child that has not fired is not due later than its parent, a follower not
 *       later than its time after `after` is
 *   I3  a walk that has a parent's lock has the children alive: a child whose last
 *       owner has gone takes itself out under that lock before it is freed
 *   I4  reason is written before fired is set, by who sets it
 *
 * Progress. A walk takes the time of what it visits, and nobody who needs the lock of
 * a token on its path can go on meanwhile. Depth costs no stack.
 *
 * MODEL: tests/model/m_token.c, m_cancel.c */
#ifndef LEAT_CANCEL_CANCEL_H
#define LEAT_CANCEL_CANCEL_H

#include "park/token.h"
#include <leat/cancel.h>

/* The part of a token in which it waits for another to fire. */
typedef struct leat__follow {
    leat__link
        link; /* in followers of `after`; then whoever took it out of there */
    leat__a32 busy;
    int64_t ns;
    /* under the clock's lock: */
    leat_cancel *next; /* who is to be told of a sooner deadline, too */
    int64_t told_ns;   /* which one; INT64_MAX: none */
} leat__follow;

struct leat_cancel {
    uint32_t tag; /* CANCEL_TAG while it lives */
    leat__a32 owners;
    leat__timed timed;   /* what waits enlist at */
    leat_cancel *parent; /* NULL: a root. Immutable */
    leat__link sibling;  /* in the parent's children, under its lock */
    leat__link children; /* under lock, as the two below */
    leat__link hooks;
    leat__link followers;
    leat__follow follow;
    int reason; /* I4 */
    bool lent;  /* in memory of the caller's */
    void (*gone)(void *arg);
    void *gone_arg;
};

/* What stands behind a leat_cancel_hook. */
typedef struct leat__hook {
    leat__link link;
    leat_cancel *token; /* NULL: it has never waited */
    void (*fn)(void *arg);
    void *arg;
    bool armed;   /* in its token's hooks; under that token's lock */
    bool pending; /* in a firing's; under the hooks' lock */
} leat__hook;

/* Hooks that one thread runs. */
typedef struct leat__hooks {
    bool any; /* the thread's own: there were some */
    /* under the hooks' lock: */
    leat__link pending;
    leat__link running; /* among all of those that run */
    leat__hook *now;    /* whose fn runs; only an address */
    leat__link leavers; /* threads that wait for its end */
    const void
        *thread; /* the thread, by two names, which differ where one of */
    uint32_t thread_id; /* them may be the same for all */
} leat__hooks;

void leat__hooks_init(leat__hooks *hooks);

/* Take over the token's hooks. pre: its lock is held */
void leat__hooks_take(leat__hooks *hooks, leat_cancel *token);

/* Run them. pre: no lock is held */
void leat__hooks_run(leat__hooks *hooks);

/* Make a token with so many owners, in memory of leat__mem_alloc. A noun that has a
 * token within makes it lent, with a gone of its own: it lives until nobody owns the
 * token. */
void leat__cancel_init(leat_cancel *cancel, uint32_t owners);

/* The token within. aborts if it is not a leat_cancel. */
leat__token *leat__cancel_token(leat_cancel *cancel);

/* Put a new token below its parent, or let it be born fired. */
void leat__tree_add(leat_cancel *cancel, leat_cancel *parent);

/* Take a token without owners out of the tree. Who followed it is left in `followers`:
 * each has to be let go. */
void leat__tree_remove(leat_cancel *cancel, leat__link *followers);

/* Fire it and all below, and what follows them at once; run hooks. */
void leat__tree_fire(leat_cancel *cancel, int reason);

/* Fire what has brought it its deadline. */
void leat__tree_expire(leat__timed *timed);

/* Let it, all below and what follows them be due at that time, if not before. */
void leat__tree_lower(leat_cancel *cancel, int64_t at_ns);

/* Does it fire whenever the other one does, being it or below it? */
bool leat__tree_is_below(const leat_cancel *cancel, const leat_cancel *top);

/* Let it follow another, which has become an owner of it. false: that has fired.
 * pre: follow is the caller's to use */
bool leat__tree_follow(leat_cancel *cancel, leat_cancel *after, int64_t ns);

/* The follower that is no longer linked at `after` may follow another. The caller has
 * the owner that `after` was. */
leat_cancel *leat__follow_end(leat__link *link);

/* Wait for `token` to fire as a public call does, which has a leat_until.
 * returns 0, or LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED: `until` gave up first */
int leat__cancel_await(leat__token *token, leat_until until);

#endif
