/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* hook.c - what is called when a token fires, and taking it back.
 *
 * A hook goes from its token's list (armed) to that of a firing (pending), whose thread
 * takes one after the other and calls it. Before the call it is no longer looked at
 * (LAST TOUCH), since fn may free it; nor is the token. So what is needed to wait for a
 * call to end is on the stack of the thread that calls, in leat__hooks, and those are
 * found by a list of all of them. Its lock, and the list, are the program's only ones:
 * they are used when hooks run, not when they come and go.
 *
 * MODEL: tests/model/m_cancel.c */
#include "cancel/cancel.h"
#include "os/os.h"

/* Innermost of all locks; held for a few links. */
static leat__lock hooks_lock;
static leat__link all_running = {&all_running, &all_running};

/* A thread is known by the address of this, but where threads of a checker share it. */
static LEAT__THREAD_LOCAL char thread_of_hooks;

_Static_assert(sizeof(leat__hook) <= sizeof(leat_cancel_hook),
               "a leat_cancel_hook is too small");

/* Who waits for a call to end. */
typedef struct leaver {
    leat__link link;
    leat__wait wait;
} leaver;

void leat__hooks_init(leat__hooks *hooks)
{
    hooks->any = false;
    leat__list_init(&hooks->pending);
    leat__list_init(&hooks->leavers);
    hooks->now = NULL;
}

static void hook_add(leat__hooks *hooks, leat__hook *hook)
{
    leat__lock_acquire(&hooks_lock);
    hook->pending = true;
    leat__list_push_back(&hooks->pending, &hook->link);
    leat__lock_release(&hooks_lock);
    hooks->any = true;
}

void leat__hooks_take(leat__hooks *hooks, leat_cancel *token)
{
    leat__link *link;
    while ((link = leat__list_pop_front(&token->hooks)) != NULL) {
        leat__hook *hook = LEAT__CONTAINER(link, leat__hook, link);
        hook->armed = false;
        hook_add(hooks, hook);
    }
}

/* The call has ended: tell those who wait for that.
 * pre: the lock is held; on return it is held again */
static void call_ended(leat__hooks *hooks)
{
    leat__link *link;
    hooks->now = NULL;
    while ((link = leat__list_pop_front(&hooks->leavers)) != NULL) {
        leat__lock_release(&hooks_lock);
        leat__wait_complete(&LEAT__CONTAINER(link, leaver, link)->wait,
                            LEAT__WON_CHAN);
        leat__lock_acquire(&hooks_lock);
    }
}

void leat__hooks_run(leat__hooks *hooks)
{
    leat__link *link;
    if (!hooks->any)
        return;
    hooks->thread = &thread_of_hooks;
    hooks->thread_id = leat__os_thread_id();
    hooks->running = (leat__link){0};
    leat__lock_acquire(&hooks_lock);
    leat__list_push_back(&all_running, &hooks->running);
    while ((link = leat__list_pop_front(&hooks->pending)) != NULL) {
        leat__hook *hook = LEAT__CONTAINER(link, leat__hook, link);
        void (*fn)(void *) = hook->fn;
        void *arg = hook->arg;
        hook->pending = false;
        hooks->now = hook;
        leat__lock_release(&hooks_lock); /* LAST TOUCH of the hook */
        fn(arg);
        leat__lock_acquire(&hooks_lock);
        call_ended(hooks);
    }
    leat__list_remove(&hooks->running);
    leat__lock_release(&hooks_lock);
}

/* Another thread's call of the hook, or NULL. pre: the lock is held */
static leat__hooks *called_elsewhere(const leat__hook *hook)
{
    uint32_t id = leat__os_thread_id();
    leat__link *at = all_running.next;
    for (; at != &all_running; at = at->next) {
        leat__hooks *hooks = LEAT__CONTAINER(at, leat__hooks, running);
        if (hooks->now == hook &&
            (hooks->thread != &thread_of_hooks || hooks->thread_id != id))
            return hooks;
    }
    return NULL;
}

/* ---- the calls -------------------------------------------------------------------- */

bool leat_cancel_on_fire(leat_cancel *token, leat_cancel_hook *at,
                         void (*fn)(void *arg), void *arg)
{
    leat__hook *hook = (leat__hook *)(void *)at;
    leat__token *core = leat__cancel_token(token);
    leat__hooks hooks;
    LEAT_CHECK(hook != NULL && fn != NULL,
               "leat_cancel_on_fire: hook or fn is NULL");
    hook->link = (leat__link){0};
    hook->token = token;
    hook->fn = fn;
    hook->arg = arg;
    hook->armed = false;
    hook->pending = false;
    (void)leat__token_fired(core); /* it fires here if it is due */
    leat__lock_acquire(&core->lock);
    /* relaxed: under lock */
    bool waits = (leat__ld32_rlx(&core->state) & LEAT__TOKEN_FIRED) == 0;
    if (waits) {
        hook->armed = true;
        leat__list_push_back(&token->hooks, &hook->link);
    }
    leat__lock_release(&core->lock);
    if (!waits) {
        leat__hooks_init(&hooks);
        hook_add(&hooks, hook);
        leat__hooks_run(&hooks);
    }
    return waits;
}

/* It waits at its token no longer. */
static bool disarm(leat__hook *hook)
{
    leat__lock *lock = &leat__cancel_token(hook->token)->lock;
    leat__lock_acquire(lock);
    bool armed = hook->armed;
    if (armed) {
        hook->armed = false;
        leat__list_remove(&hook->link);
    }
    leat__lock_release(lock);
    return armed;
}

bool leat_cancel_unhook(leat_cancel_hook *at)
{
    leat__hook *hook = (leat__hook *)(void *)at;
    leaver me;
    LEAT_CHECK(hook != NULL, "leat_cancel_unhook: hook is NULL");
    if (hook->token == NULL)
        return false;
    if (disarm(hook))
        return true;
    leat__lock_acquire(&hooks_lock);
    bool pending = hook->pending;
    leat__hooks *caller = NULL;
    if (pending) {
        hook->pending = false;
        leat__list_remove(&hook->link);
    } else {
        caller = called_elsewhere(hook);
    }
    if (caller != NULL) {
        me.link.next = NULL; /* what is in no list */
        leat__wait_init(&me.wait, true, NULL);
        leat__list_push_back(&caller->leavers, &me.link);
    }
    leat__lock_release(&hooks_lock);
    if (caller != NULL)
        (void)leat__wait_park(&me.wait, INT64_MAX);
    return pending;
}
