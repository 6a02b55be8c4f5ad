/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_lock.c - src/park/lock: one holder at a time, and what it wrote is seen. */
#include "model.h"

static leat__lock lock;
static uint32_t inside; /* plain: the lock must order it */
static uint32_t count;

static void pass_through(void)
{
    M_ASSERT(inside == 0);
    inside = 1;
#if defined(LEAT_SIM)
    leat__sim_point(); /* or nobody could come in meanwhile */
#endif
    count++;
    M_ASSERT(inside == 1);
    inside = 0;
}

static void *locks_once(void *arg)
{
    (void)arg;
    leat__lock_acquire(&lock);
    pass_through();
    leat__lock_release(&lock);
    return NULL;
}

static void *locks_twice(void *arg)
{
    locks_once(arg);
    return locks_once(arg);
}

static void *tries_once(void *arg)
{
    uint32_t *got = arg;
    *got = leat__lock_try(&lock);
    if (*got) {
        pass_through();
        leat__lock_release(&lock);
    }
    return NULL;
}

static void begin(void)
{
    leat__st32_rlx(&lock.held, 0);
    inside = 0;
    count = 0;
}

static void two_threads_twice(void)
{
    begin();
    m_thread a = m_spawn("a", locks_twice, NULL);
    m_thread b = m_spawn("b", locks_twice, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(count == 4);
}

static void three_threads(void)
{
    begin();
    m_thread a = m_spawn("a", locks_once, NULL);
    m_thread b = m_spawn("b", locks_once, NULL);
    m_thread c = m_spawn("c", locks_once, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(count == 3);
}

static void a_try_among_two(void)
{
    begin();
    uint32_t got = 0;
    m_thread a = m_spawn("a", locks_once, NULL);
    m_thread b = m_spawn("b", tries_once, &got);
    m_thread c = m_spawn("c", locks_once, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(count == 2 + got);
    M_ASSERT(leat__lock_try(&lock)); /* nobody holds it */
    leat__lock_release(&lock);
}

M_MAIN(M_ROW(two_threads_twice), M_ROW(three_threads), M_ROW(a_try_among_two))
