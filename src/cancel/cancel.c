/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cancel.c - the public cancel token: owners, and what may be asked and done. See
 * cancel.h.
 *
 * owners counts like a channel half: clone may be relaxed, because the caller is
 * an owner and keeps the token alive; drop releases what the owner did and the
 * last acquires it all.
 *
 * MODEL: tests/model/m_token.c, m_cancel.c */
#include "cancel/cancel.h"
#include "base/mem.h"
#include "os/os.h"
#include "park/until.h"

#include <leat/err.h>
#include <stdalign.h>

#define CANCEL_TAG 0x6c74636eu /* "ltcn" */

static void check_tag(const leat_cancel *cancel)
{
    LEAT_CHECK(cancel != NULL && cancel->tag == CANCEL_TAG,
               "leat_cancel: this is not a live cancel token");
}

leat__token *leat__cancel_token(leat_cancel *cancel)
{
    check_tag(cancel);
    return &cancel->timed.token;
}

/* ---- made and gone ---------------------------------------------------------------- */

void leat__cancel_init(leat_cancel *cancel, uint32_t owners)
{
    cancel->tag = CANCEL_TAG;
    leat__st32_rlx(&cancel->owners, owners); /* relaxed: nobody knows it yet */
    leat__timed_init(&cancel->timed, leat__tree_expire);
    cancel->parent = NULL;
    cancel->sibling = (leat__link){0};
    leat__list_init(&cancel->children);
    leat__list_init(&cancel->hooks);
    leat__list_init(&cancel->followers);
    leat__st32_rlx(&cancel->follow.busy, 0); /* relaxed: likewise */
    cancel->follow.told_ns = INT64_MAX;
    cancel->reason = 0;
    cancel->lent = false;
    cancel->gone = NULL;
    cancel->gone_arg = NULL;
}

static leat_cancel *cancel_alloc(void)
{
    leat_cancel *cancel = leat__mem_alloc(sizeof *cancel, alignof(leat_cancel));
    if (cancel != NULL)
        leat__cancel_init(cancel, 1);
    return cancel;
}

_Static_assert(sizeof(leat_cancel) + alignof(leat_cancel) - 1 <=
                   LEAT_CANCEL_BYTES,
               "a token fits what its header asks for");

static leat_cancel *cancel_within(void *mem, size_t mem_bytes,
                                  void (*gone)(void *arg), void *gone_arg)
{
    if (mem_bytes < LEAT_CANCEL_BYTES)
        return NULL;
    leat_cancel *cancel =
        leat__mem_within(mem, mem_bytes, sizeof *cancel, alignof(leat_cancel));
    leat__cancel_init(cancel, 1);
    cancel->lent = true;
    cancel->gone = gone;
    cancel->gone_arg = gone_arg;
    return cancel;
}

int leat_cancel_new(leat_cancel **out)
{
    LEAT_CHECK(out != NULL, "leat_cancel_new: out is NULL");
    leat_cancel *cancel = cancel_alloc();
    if (cancel == NULL)
        return LEAT_ENOMEM;
    *out = cancel;
    return 0;
}

int leat_cancel_new_in(leat_cancel **out, void *mem, size_t mem_bytes,
                       void (*gone)(void *arg), void *gone_arg)
{
    LEAT_CHECK(out != NULL && mem != NULL,
               "leat_cancel_new_in: out or mem is NULL");
    leat_cancel *cancel = cancel_within(mem, mem_bytes, gone, gone_arg);
    if (cancel == NULL)
        return LEAT_EINVAL;
    *out = cancel;
    return 0;
}

int leat_cancel_child(leat_cancel **out, leat_cancel *parent)
{
    LEAT_CHECK(out != NULL, "leat_cancel_child: out is NULL");
    check_tag(parent);
    leat_cancel *cancel = cancel_alloc();
    if (cancel == NULL)
        return LEAT_ENOMEM;
    leat__tree_add(cancel, parent);
    *out = cancel;
    return 0;
}

int leat_cancel_child_in(leat_cancel **out, leat_cancel *parent, void *mem,
                         size_t mem_bytes, void (*gone)(void *arg),
                         void *gone_arg)
{
    LEAT_CHECK(out != NULL && mem != NULL,
               "leat_cancel_child_in: out or mem is NULL");
    check_tag(parent);
    leat_cancel *cancel = cancel_within(mem, mem_bytes, gone, gone_arg);
    if (cancel == NULL)
        return LEAT_EINVAL;
    leat__tree_add(cancel, parent);
    *out = cancel;
    return 0;
}

static void cancel_free(leat_cancel *cancel)
{
    void (*gone)(void *) = cancel->gone;
    void *gone_arg = cancel->gone_arg;
    cancel->tag = 0;
    if (!cancel->lent)
        leat__mem_free(cancel);
    if (gone != NULL)
        gone(gone_arg);
}

leat_cancel *leat_cancel_clone(leat_cancel *cancel)
{
    check_tag(cancel);
    leat__add32_rlx(&cancel->owners, 1); /* relaxed: the caller is an owner */
    return cancel;
}

/* true: it was the last */
static bool give_owner(leat_cancel *cancel)
{
    /* ORDER cancel.drop: each owner's last use before the free. */
    return leat__sub32_acqrel(&cancel->owners, 1) == 1;
}

/* Free what nobody owns.
 * returns its parent, if nobody owns that any more; followers are added to `left` */
static leat_cancel *cancel_end(leat_cancel *cancel, leat__link *left)
{
    leat_cancel *parent = cancel->parent;
    leat__tree_remove(cancel, left);
    LEAT_CHECK(leat__list_is_empty(&cancel->timed.token.carriers),
               "leat_cancel_drop: a wait still carries the token that its last "
               "owner drops");
    LEAT_CHECK(leat__list_is_empty(&cancel->hooks),
               "leat_cancel_drop: a hook still waits for the token that its "
               "last owner drops");
    cancel_free(cancel);
    return parent != NULL && give_owner(parent) ? parent : NULL;
}

bool leat_cancel_drop(leat_cancel *cancel)
{
    leat__link left; /* tokens that have lost whom they followed, an owner */
    if (cancel == NULL)
        return false;
    check_tag(cancel);
    if (!give_owner(cancel))
        return false;
    leat__list_init(&left);
    while (cancel != NULL) {
        cancel = cancel_end(cancel, &left);
        while (cancel == NULL && !leat__list_is_empty(&left)) {
            leat_cancel *token = leat__follow_end(leat__list_pop_front(&left));
            cancel = give_owner(token) ? token : NULL;
        }
    }
    return true;
}

/* ---- firing -------------------------------------------------------------------------- */

void leat_cancel_fire(leat_cancel *cancel)
{
    check_tag(cancel);
    leat__tree_fire(cancel, 0);
}

void leat_cancel_fire_because(leat_cancel *cancel, int reason)
{
    check_tag(cancel);
    leat__tree_fire(cancel, reason);
}

void leat_cancel_fire_at(leat_cancel *cancel, int64_t at_ns)
{
    check_tag(cancel);
    leat__tree_lower(cancel, at_ns > 0 ? at_ns : 1);
    (void)leat__token_fired(&cancel->timed.token); /* if it is due already */
}

/* `after` has fired. */
static void fire_in(leat_cancel *cancel, int64_t ns)
{
    if (ns > 0)
        leat_cancel_fire_at(cancel, leat_in_ns(ns).deadline_ns);
    else
        leat__tree_fire(cancel, LEAT_ETIMEDOUT);
}

void leat_cancel_fire_after(leat_cancel *cancel, leat_cancel *after, int64_t ns)
{
    uint32_t idle = 0;
    leat__token *token = leat__cancel_token(cancel);
    bool over = leat__token_fired(leat__cancel_token(after));
    if (leat__token_fired(token) || leat__tree_is_below(cancel, after))
        return;
    if (over) {
        fire_in(cancel, ns);
        return;
    }
    /* ORDER cancel.follow: whoever had it is through with it. */
    bool alone = leat__cas32_acq(&cancel->follow.busy, &idle, 1);
    LEAT_CHECK(alone, "leat_cancel_fire_after: the token waits for another to "
                      "fire already");
    leat_cancel *owned = leat_cancel_clone(cancel);
    if (leat__tree_follow(owned, after, ns)) {
        (void)leat__token_fired(token); /* if it is due already */
        return;
    }
    /* ORDER cancel.follow: we are through with it. */
    leat__st32_rel(&owned->follow.busy, 0);
    fire_in(cancel, ns);
    leat_cancel_drop(owned);
}

/* ---- asking -------------------------------------------------------------------------- */

bool leat_cancel_check(const leat_cancel *cancel)
{
    if (cancel == NULL)
        return false;
    check_tag(cancel);
    const leat__token *token = &cancel->timed.token;
    /* ORDER token.fire: what was done before the fire is visible to who sees it. */
    uint32_t state = leat__ld32_acq(&token->state);
    return state != 0 &&
           ((state & LEAT__TOKEN_FIRED) != 0 || leat__token_is_due(token));
}

int leat_cancel_reason(leat_cancel *cancel)
{
    if (cancel == NULL)
        return 0;
    return leat__token_fired(leat__cancel_token(cancel)) ? cancel->reason : 0;
}

int64_t leat_cancel_deadline_ns(const leat_cancel *cancel)
{
    check_tag(cancel);
    /* relaxed: the number is all that is asked for */
    return leat__ld64_rlx(&cancel->timed.deadline_ns);
}

int leat__cancel_await(leat__token *token, leat_until until)
{
    if (leat__token_fired(token))
        return 0;
    if (leat__until_is_nowait(until))
        return LEAT_EAGAIN;
    leat__token *other = NULL;
    if (until.cancel != NULL)
        other = leat__cancel_token(until.cancel);
    return leat__token_wait(token, other == token ? NULL : other,
                            leat__until_deadline(until));
}

int leat_cancel_wait(leat_cancel *cancel, leat_until until)
{
    return leat__cancel_await(leat__cancel_token(cancel), until);
}

/* ---- guards -------------------------------------------------------------------------- */

leat_cancel_guard leat_cancel_guard_new(leat_cancel *token)
{
    if (token != NULL)
        check_tag(token);
    return (leat_cancel_guard){token};
}

leat_cancel *leat_cancel_guard_disarm(leat_cancel_guard *guard)
{
    LEAT_CHECK(guard != NULL, "leat_cancel_guard_disarm: guard is NULL");
    leat_cancel *token = guard->token;
    guard->token = NULL;
    return token;
}

void leat_cancel_guard_drop(leat_cancel_guard *guard)
{
    LEAT_CHECK(guard != NULL, "leat_cancel_guard_drop: guard is NULL");
    leat_cancel *token = leat_cancel_guard_disarm(guard);
    if (token == NULL)
        return;
    leat_cancel_fire(token);
    leat_cancel_drop(token);
}
