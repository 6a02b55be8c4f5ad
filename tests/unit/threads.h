/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* threads.h - what the tests of threads share: threads to be joined, joins in threads
 * of their own, and the system's side of it, counted, and refused on demand.
 *
 * The linker sends pthread_create, pthread_join and pthread_detach through threads.c;
 * the harness's own threads are counted too. */
#ifndef LEAT_TESTS_THREADS_H
#define LEAT_TESTS_THREADS_H

#include "unit.h"

#include "memory.h"
#include "parked.h"
#include "thread/thread.h"

/* ---- the system's side --------------------------------------------------------- */

/* Let pthread_create give this errno value; 0: let it be. */
void threads_refuse(int error);

size_t threads_created(void);
size_t threads_joined(void);
size_t threads_detached(void);

/* Everything has been given back: to the allocator, once the last thread that runs
 * by itself is over, and to the system. */
static inline void must_be_clean(void)
{
    while (memory_live() != 0)
        leat__os_nap();
    SAME(threads_joined() + threads_detached(), threads_created());
}

/* ---- threads to be joined --------------------------------------------------------- */

static inline leat_thread *spawn(leat_fn *fn, void *arg)
{
    leat_thread *thread = NULL;
    leat_job job = {.fn = fn, .arg = arg};
    RC(leat_thread_spawn(&thread, job, NULL), 0);
    MUST(thread != NULL);
    return thread;
}

static inline int join_for_ever(leat_thread *thread)
{
    int result = 0;
    RC(leat_thread_join(thread, &result, leat_forever()), 0);
    return result;
}

static inline int return_it(void *arg, leat_cancel *stop)
{
    MUST(stop != NULL);
    return *(int *)arg;
}

/* Runs until it is told to stop. */
static inline int wait_and_return_it(void *arg, leat_cancel *stop)
{
    RC(leat_cancel_wait(stop, leat_forever()), 0);
    return *(int *)arg;
}

static inline void stop(leat_thread *thread)
{
    leat_cancel_fire(leat_thread_stop(thread));
}

/* Until exactly n joins wait for fn to return. */
static inline void t_wait_joining(leat_thread *thread, size_t n)
{
    leat__token *ended = &thread->handle.ended;
    while (links_of(&ended->lock, &ended->carriers) != n)
        leat__os_nap();
}

/* ---- a join in a thread of its own ------------------------------------------------ */

enum { NO_RESULT = 0x5a5a };

struct joiner {
    leat_thread *thread;
    leat_until until;
    int rc;
    int result;
    int seen; /* what the thread had written */
    pthread_t by;
};

static int written; /* plain: only the thread's end orders it */

static inline void *joiner_run(void *arg)
{
    struct joiner *j = arg;
    j->rc = leat_thread_join(j->thread, &j->result, j->until);
    if (j->rc == 0)
        j->seen = written;
    return NULL;
}

static inline void joiner_start(struct joiner *j, leat_thread *thread,
                                leat_until until)
{
    *j = (struct joiner){.thread = thread, .until = until, .result = NO_RESULT};
    j->by = t_spawn(joiner_run, j);
}

static inline int joiner_end(struct joiner *j)
{
    t_join(j->by);
    return j->rc;
}

#endif
