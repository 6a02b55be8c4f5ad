/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* tree.c - going down a tree of tokens: to fire it, and to give it a sooner deadline;
 * and what follows the tokens in it. See cancel.h for the locks.
 *
 * MODEL: tests/model/m_cancel.c */
#include "cancel/cancel.h"
#include "park/clock.h"
#include "park/until.h"

#include <leat/err.h>

static leat__lock *lock_of(leat_cancel *cancel)
{
    return &cancel->timed.token.lock;
}

/* pre: the lock is held */
static bool has_fired(const leat_cancel *cancel)
{
    /* relaxed: under lock */
    return (leat__ld32_rlx(&cancel->timed.token.state) & LEAT__TOKEN_FIRED) !=
           0;
}

static int64_t deadline_of(const leat_cancel *cancel)
{
    /* relaxed: under lock; or a look, at what only goes down */
    return leat__ld64_rlx(&cancel->timed.deadline_ns);
}

static leat_cancel *child_at(leat__link *link)
{
    return LEAT__CONTAINER(link, leat_cancel, sibling);
}

static leat_cancel *follower_at(leat__link *link)
{
    return LEAT__CONTAINER(link, leat_cancel, follow.link);
}

/* at_ns + ns: never, if either is, or the sum would be. */
static int64_t later(int64_t at_ns, int64_t ns)
{
    if (ns <= 0)
        return at_ns;
    return ns < INT64_MAX - at_ns ? at_ns + ns : INT64_MAX;
}

/* ---- being in a tree ------------------------------------------------------------- */

void leat__tree_add(leat_cancel *cancel, leat_cancel *parent)
{
    leat__nudges nobody;
    leat__nudges_init(&nobody);
    (void)leat__token_fired(&parent->timed.token); /* if it is due */
    cancel->parent = leat_cancel_clone(parent);
    leat__lock_acquire(lock_of(parent));
    int64_t due_ns = deadline_of(parent);
    if (due_ns != INT64_MAX)
        leat__timed_lower(&cancel->timed, due_ns, &nobody);
    if (has_fired(parent)) {
        cancel->reason = parent->reason;
        leat__token_mark(&cancel->timed.token, &nobody.again);
    } else {
        leat__list_push_back(&parent->children, &cancel->sibling);
    }
    leat__lock_release(lock_of(parent));
}

void leat__tree_remove(leat_cancel *cancel, leat__link *followers)
{
    leat_cancel *parent = cancel->parent;
    leat__link *link;
    if (parent != NULL) {
        leat__lock_acquire(lock_of(parent));
        if (leat__link_is_in(&cancel->sibling))
            leat__list_remove(&cancel->sibling);
        leat__lock_release(lock_of(parent)); /* I3: and now we are alone */
    }
    LEAT_ASSERT(leat__list_is_empty(&cancel->children));
    while ((link = leat__list_pop_front(&cancel->followers)) != NULL)
        leat__list_push_back(followers, link);
}

bool leat__tree_is_below(const leat_cancel *cancel, const leat_cancel *top)
{
    while (cancel != NULL && cancel != top)
        cancel = cancel->parent;
    return cancel == top;
}

/* ---- firing ------------------------------------------------------------------------ */

/* What a firing has to do when it holds no lock. */
struct firing {
    leat__link won;       /* waits to be completed */
    leat__link followers; /* whose time begins */
    leat__hooks hooks;
};

static void firing_init(struct firing *firing)
{
    leat__list_init(&firing->won);
    leat__list_init(&firing->followers);
    leat__hooks_init(&firing->hooks);
}

/* pre: its lock is held */
static void fire_one(struct firing *firing, leat_cancel *cancel, int reason)
{
    leat__token *token = &cancel->timed.token;
    leat__link *link;
    if (has_fired(cancel))
        return;
    cancel->reason = leat__token_is_due(token) ? LEAT_ETIMEDOUT : reason;
    leat__token_mark(token, &firing->won); /* I4 */
    leat__hooks_take(&firing->hooks, cancel);
    while ((link = leat__list_pop_front(&cancel->followers)) != NULL)
        leat__list_push_back(&firing->followers, link);
}

/* Fire it and all below. pre: no lock is held */
static void fire_all(struct firing *firing, leat_cancel *top, int reason)
{
    leat_cancel *at = top;
    leat__lock_acquire(lock_of(at));
    fire_one(firing, at, reason);
    for (;;) {
        leat__link *link = leat__list_pop_front(&at->children);
        if (link != NULL) {
            at = child_at(link);
            leat__lock_acquire(lock_of(at));
            fire_one(firing, at, at->parent->reason);
        } else {
            leat_cancel *parent = at->parent;
            leat__lock_release(lock_of(at)); /* LAST TOUCH of a child, once its
                                                parent's lock is free too */
            if (at == top)
                break;
            at = parent;
        }
    }
    leat__token_complete(&firing->won, LEAT__WON_CANCEL);
}

/* One whom `after` owned: its time begins. */
static void fire_follower(struct firing *firing, leat__link *link)
{
    leat_cancel *token = follower_at(link);
    int64_t ns = token->follow.ns;
    if (ns > 0)
        leat__tree_lower(token, later(leat__now_ns(), ns));
    else
        fire_all(firing, token, LEAT_ETIMEDOUT);
    leat_cancel_drop(leat__follow_end(link));
}

void leat__tree_fire(leat_cancel *cancel, int reason)
{
    struct firing firing;
    leat__link *link;
    firing_init(&firing);
    fire_all(&firing, cancel, reason);
    while ((link = leat__list_pop_front(&firing.followers)) != NULL)
        fire_follower(&firing, link);
    leat__hooks_run(&firing.hooks);
}

void leat__tree_expire(leat__timed *timed)
{
    leat_cancel *top = LEAT__CONTAINER(timed, leat_cancel, timed);
    /* the deadline may be a parent's: then that fires, with all it has */
    while (top->parent != NULL && leat__token_is_due(&top->parent->timed.token))
        top = top->parent;
    leat__tree_fire(top, LEAT_ETIMEDOUT);
}

/* ---- deadlines -------------------------------------------------------------------- */

/* Held while followers are told of sooner deadlines, which takes hold of several trees
 * one after the other: the followers in `next` stay until it is free. */
static leat__lock clock_lock;

/* Then nobody is about to tell those whom he saw among followers before this. */
static void await_the_clock(void)
{
    leat__lock_acquire(&clock_lock);
    leat__lock_release(&clock_lock);
}

leat_cancel *leat__follow_end(leat__link *link)
{
    leat_cancel *token = follower_at(link);
    await_the_clock(); /* who saw it among the followers may have it in `next` */
    /* ORDER cancel.follow: we are through with it. */
    leat__st32_rel(&token->follow.busy, 0);
    return token;
}

/* Going down to lower deadlines. */
struct lowering {
    leat__nudges nudges;
    bool met;          /* there were followers */
    bool tells;        /* they are put into `next`, under the clock's lock */
    leat_cancel *next; /* of those, linked by follow.next */
};

/* Put the followers into `next`, each with its deadline. pre: the locks are held */
static void tell_followers(struct lowering *lowering, leat_cancel *after)
{
    leat__link *link = after->followers.next;
    for (; link != &after->followers; link = link->next) {
        leat_cancel *token = follower_at(link);
        leat__follow *follow = &token->follow;
        int64_t at_ns = later(deadline_of(after), follow->ns);
        if (at_ns >= deadline_of(token) || at_ns >= follow->told_ns)
            continue; /* which ends rings, too */
        if (follow->told_ns == INT64_MAX) {
            follow->next = lowering->next;
            lowering->next = token;
        }
        follow->told_ns = at_ns;
    }
}

/* Lower it. false: nothing below can be lowered. pre: its lock is held */
static bool lower_one(struct lowering *lowering, leat_cancel *cancel,
                      int64_t at_ns)
{
    if (has_fired(cancel))
        return false;
    bool lowers = at_ns < deadline_of(cancel);
    if (lowers)
        leat__timed_lower(&cancel->timed, at_ns, &lowering->nudges);
    if (lowering->tells)
        tell_followers(lowering, cancel);
    else if (lowers && !leat__list_is_empty(&cancel->followers))
        lowering->met = true;
    return lowers || lowering->tells;
}

/* Lower it and all below. pre: no token's lock is held */
static void lower_all(struct lowering *lowering, leat_cancel *top,
                      int64_t at_ns)
{
    leat_cancel *at = top;
    leat__link *next;
    leat__lock_acquire(lock_of(at));
    next = lower_one(lowering, at, at_ns) ? at->children.next : &at->children;
    for (;;) {
        if (next != &at->children) {
            at = child_at(next);
            leat__lock_acquire(lock_of(at));
            next = lower_one(lowering, at, at_ns) ? at->children.next
                                                  : &at->children;
            continue;
        }
        leat__lock_release(lock_of(at));
        if (at == top)
            return;
        next =
            at->sibling.next; /* its parent's lock, which we have, guards it */
        at = at->parent;
    }
}

/* Tell all who follow what has been lowered, and who follows them. */
static void lower_followers(struct lowering *lowering, leat_cancel *cancel,
                            int64_t at_ns)
{
    leat__lock_acquire(&clock_lock);
    lowering->tells = true;
    lower_all(lowering, cancel, at_ns);
    while (lowering->next != NULL) {
        leat_cancel *token = lowering->next;
        int64_t told_ns = token->follow.told_ns;
        lowering->next = token->follow.next;
        token->follow.told_ns = INT64_MAX;
        lower_all(lowering, token, told_ns);
    }
    leat__lock_release(&clock_lock);
}

void leat__tree_lower(leat_cancel *cancel, int64_t at_ns)
{
    struct lowering lowering;
    leat__nudges_init(&lowering.nudges);
    lowering.met = false;
    lowering.tells = false;
    lowering.next = NULL;
    lower_all(&lowering, cancel, at_ns);
    if (lowering.met)
        lower_followers(&lowering, cancel, at_ns);
    leat__nudges_send(&lowering.nudges);
}

bool leat__tree_follow(leat_cancel *cancel, leat_cancel *after, int64_t ns)
{
    cancel->follow.ns = ns;
    cancel->follow.link.next = NULL; /* in no list */
    leat__lock_acquire(lock_of(after));
    bool open = !has_fired(after);
    int64_t due_ns = deadline_of(after);
    if (open)
        leat__list_push_back(&after->followers, &cancel->follow.link);
    leat__lock_release(lock_of(after));
    if (open && due_ns != INT64_MAX)
        leat__tree_lower(cancel, later(due_ns, ns)); /* I2 */
    return open;
}
