/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sync.c - leat's mutex and semaphore as participants. */
#include "crew.h"

#include <leat.h>

static _Alignas(2 * CREW_CACHE_LINE) leat_mutex mutex = LEAT_MUTEX_INIT;
static _Alignas(2 * CREW_CACHE_LINE) leat_sem sem = LEAT_SEM_INIT(1);

static void *by_mutex(void *arg)
{
    struct crew_turns *me = arg;
    leat_mutex *lock = me->lock;

    crew_begin(me);
    for (uint64_t v = me->first; v < me->first + me->n; v++) {
        leat_mutex_lock(lock);
        crew_turn(me->tally, v);
        leat_mutex_unlock(lock);
    }
    return NULL;
}

static void *by_sem(void *arg)
{
    struct crew_turns *me = arg;
    leat_sem *lock = me->lock;

    crew_begin(me);
    for (uint64_t v = me->first; v < me->first + me->n; v++) {
        if (leat_sem_acquire(lock, 1, leat_forever()) < 0)
            cell_fail("leat_sem_acquire failed");
        crew_turn(me->tally, v);
        leat_sem_release(lock, 1);
    }
    return NULL;
}

static void run_mutex(const struct crew_cell *cell)
{
    crew_take_turns(cell, by_mutex, &mutex);
    if (!leat_mutex_is_idle(&mutex))
        cell_fail("the mutex is not free");
}

static void run_sem(const struct crew_cell *cell)
{
    crew_take_turns(cell, by_sem, &sem);
    if (leat_sem_permits(&sem) != 1 || !leat_sem_is_idle(&sem))
        cell_fail("the permit is not back");
}

int main(int argc, char **argv)
{
    static const struct crew_peer peers[] = {
        {"leat", "mutex", run_mutex, NULL},
        {"leat", "sem", run_sem, NULL},
        {0},
    };

    return crew_main(peers, argc, argv);
}
