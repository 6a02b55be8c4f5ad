/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_thread.c - src/thread under GenMC: the end of a thread is seen with all that it
 * did, by who joins, by who only looks, and by who frees. (Two joins at once, and a
 * stop, are waits with more executions than can be counted: m_thread.c has them.) */
#include "model.h"

static leat_thread *thread;
static uint32_t before_end; /* plain: the end must order it */

static int returns(void *arg, leat_cancel *stop)
{
    (void)stop;
    before_end = 1;
    return arg == NULL ? 42 : 0;
}

static void begin(void)
{
    leat_job job;
    job.fn = returns;
    job.arg = NULL;
    job.discard = NULL;
    job.name = NULL;
    M_ASSERT(leat_thread_spawn(&thread, job, NULL) == 0);
}

static void *joins(void *arg)
{
    int result = 0;
    M_ASSERT(leat_thread_join(arg, &result, leat_forever()) == 0);
    M_ASSERT(result == 42 && before_end == 1);
    leat_thread_drop(arg);
    return NULL;
}

static void *joins_in_time(void *arg)
{
    int result = 0;
    int rc = leat_thread_join(arg, &result, leat_at_ns(M_LATE));
    M_ASSERT(rc == LEAT_ETIMEDOUT || (rc == 0 && result == 42));
    if (rc == 0)
        M_ASSERT(before_end == 1);
    leat_thread_drop(arg);
    return NULL;
}

static void one_join(void)
{
    begin();
    joins(thread);
}

static void a_look(void)
{
    begin();
    if (leat_thread_is_done(thread))
        M_ASSERT(before_end == 1);
    M_ASSERT(leat_thread_drop(thread));
}

static void one_gives_up(void)
{
    begin();
    joins_in_time(thread);
}

static void one_joins_one_leaves(void)
{
    begin();
    leat_thread *mine = leat_thread_clone(thread);
    m_thread a = m_spawn("joins", joins, mine);
    leat_thread_drop(thread);
    m_join(a);
}

M_MAIN(M_ROW(one_join), M_ROW(a_look), M_ROW(one_gives_up),
       M_ROW(one_joins_one_leaves))
