/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_mutex.c - src/sync/mutex and sem under GenMC: what is done under a mutex, or before a
 * release, is seen by who comes next. (Those who wait for it with company, conds and the
 * rest are in m_mutex.c, m_sem.c and m_sync.c: more executions than can be counted.) */
#include "model.h"

static leat_mutex mutex;
static leat_sem sem;
static uint32_t count; /* plain: the mutex, or a permit, must order it */

static void *locks(void *arg)
{
    M_ASSERT(leat_mutex_lock_until(&mutex, leat_forever()) == 0);
    count++;
    leat_mutex_unlock(&mutex);
    return arg;
}

static void *tries(void *arg)
{
    if (leat_mutex_lock_until(&mutex, leat_nowait()) == 0) {
        count += 16;
        leat_mutex_unlock(&mutex);
    }
    return arg;
}

static void two_try(void)
{
    m_thread a = m_spawn("a", tries, NULL);
    tries(NULL);
    m_join(a);
    M_ASSERT(count >= 16 && leat_mutex_is_idle(&mutex));
}

static void one_tries(void)
{
    m_thread a = m_spawn("a", tries, NULL);
    locks(NULL);
    m_join(a);
    M_ASSERT((count & 15) == 1 && leat_mutex_is_idle(&mutex));
}

static void two_lock(void)
{
    m_thread a = m_spawn("a", locks, NULL);
    locks(NULL);
    m_join(a);
    M_ASSERT(count == 2 && leat_mutex_is_idle(&mutex));
}

static void *releases(void *arg)
{
    count = 42;
    leat_sem_release(&sem, 1);
    return arg;
}

static void one_passes(void)
{
    m_thread a = m_spawn("releases", releases, NULL);
    M_ASSERT(leat_sem_acquire(&sem, 1, leat_forever()) == 0);
    M_ASSERT(count == 42);
    m_join(a);
    M_ASSERT(leat_sem_is_idle(&sem) && leat_sem_permits(&sem) == 0);
}

M_MAIN(M_ROW(two_try), M_ROW(one_tries), M_ROW(two_lock), M_ROW(one_passes))
