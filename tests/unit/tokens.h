/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* tokens.h - what the tests of cancel tokens share: tokens, children, and a thread
 * that waits for one. */
#ifndef LEAT_TESTS_TOKENS_H
#define LEAT_TESTS_TOKENS_H

#include "unit.h"

#include "parked.h"

static inline leat_cancel *token_new(void)
{
    leat_cancel *token = NULL;
    RC(leat_cancel_new(&token), 0);
    MUST(token != NULL);
    return token;
}

static inline leat_cancel *child_of(leat_cancel *parent)
{
    leat_cancel *child = NULL;
    RC(leat_cancel_child(&child, parent), 0);
    MUST(child != NULL && child != parent);
    return child;
}

static inline leat_until or_cancel(leat_cancel *token)
{
    return leat_or_cancel(leat_forever(), token);
}

/* A time that has passed, or will not while a test runs, on leat's clock. */
static inline int64_t past_ns(void)
{
    return leat_now_ns() - 1;
}

static inline int64_t far_ns(void)
{
    return leat_now_ns() + INT64_C(3600000000000);
}

static inline int64_t soon_ns(void)
{
    return leat_now_ns() + INT64_C(15000000);
}

struct waiter {
    leat_cancel *token;
    leat_until until;
    int rc;
    int64_t ended_ns;
    pthread_t thread;
};

static inline void *wait_run(void *arg)
{
    struct waiter *w = arg;
    w->rc = leat_cancel_wait(w->token, w->until);
    w->ended_ns = leat_now_ns();
    return NULL;
}

static inline void wait_start(struct waiter *w, leat_cancel *token,
                              leat_until until)
{
    *w = (struct waiter){.token = token, .until = until};
    w->thread = t_spawn(wait_run, w);
}

static inline int wait_end(struct waiter *w)
{
    t_join(w->thread);
    return w->rc;
}

#endif
