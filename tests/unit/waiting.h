/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* waiting.h - what the tests of src/sync share: looking who stands in line, and calls in
 * threads of their own. */
#ifndef LEAT_TESTS_WAITING_H
#define LEAT_TESTS_WAITING_H

#include "unit.h"

#include "os/os.h"
#include "sync/gate.h"

/* How many wait in the line of a mutex, a cond, a semaphore ... */
static inline size_t in_line(const void *noun)
{
    leat__gate *gate = (leat__gate *)(uintptr_t)noun;
    size_t n = 0;
    leat__lock_acquire(&gate->lock);
    leat__link *at = gate->first;
    if (at != NULL) {
        do {
            n++;
            at = at->next;
        } while (at != gate->first);
    }
    leat__lock_release(&gate->lock);
    return n;
}

/* Until exactly n do. */
static inline void t_wait_line(const void *noun, size_t n)
{
    while (in_line(noun) != n)
        leat__os_nap();
}

/* A call in a thread of its own: what it gave, and when it was over in the order of
 * all. */
typedef struct caller {
    int (*fn)(void *noun, leat_until until);
    void *noun;
    leat_until until;
    int rc;
    leat__a32 over;
    uint32_t order;
    pthread_t thread;
} caller;

static leat__a32 callers_over;

static inline void *caller_run(void *arg)
{
    caller *c = arg;
    c->rc = c->fn(c->noun, c->until);
    c->order = leat__add32_rlx(&callers_over, 1);
    leat__st32_rel(&c->over, 1);
    return NULL;
}

static inline void caller_start(caller *c, int (*fn)(void *, leat_until),
                                void *noun, leat_until until)
{
    *c = (caller){.fn = fn, .noun = noun, .until = until};
    c->thread = t_spawn(caller_run, c);
}

static inline bool caller_is_over(const caller *c)
{
    return leat__ld32_acq(&c->over) != 0;
}

static inline int caller_end(caller *c)
{
    t_join(c->thread);
    return c->rc;
}

static inline leat_cancel *token_new(void)
{
    leat_cancel *token = NULL;
    RC(leat_cancel_new(&token), 0);
    return token;
}

#endif
