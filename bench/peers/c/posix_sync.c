/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* posix_sync.c - the C library's pthread_mutex_t, of the default kind, and sem_t. */
#include "../../crew.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <semaphore.h>

static _Alignas(2 * CREW_CACHE_LINE)
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Alignas(2 * CREW_CACHE_LINE) sem_t sem;

static void *by_mutex(void *arg)
{
    struct crew_turns *me = arg;
    pthread_mutex_t *lock = me->lock;

    crew_begin(me);
    for (uint64_t v = me->first; v < me->first + me->n; v++) {
        pthread_mutex_lock(lock);
        crew_turn(me->tally, v);
        pthread_mutex_unlock(lock);
    }
    return NULL;
}

static void *by_sem(void *arg)
{
    struct crew_turns *me = arg;
    sem_t *lock = me->lock;

    crew_begin(me);
    for (uint64_t v = me->first; v < me->first + me->n; v++) {
        while (sem_wait(lock) != 0) {
            if (errno != EINTR)
                cell_fail("sem_wait failed");
        }
        crew_turn(me->tally, v);
        if (sem_post(lock) != 0)
            cell_fail("sem_post failed");
    }
    return NULL;
}

static void run_mutex(const struct crew_cell *cell)
{
    crew_take_turns(cell, by_mutex, &mutex);
    if (pthread_mutex_destroy(&mutex) != 0)
        cell_fail("the mutex is not free");
}

static void run_sem(const struct crew_cell *cell)
{
    int permits = 0;

    if (sem_init(&sem, 0, 1) != 0)
        cell_fail("sem_init failed");
    crew_take_turns(cell, by_sem, &sem);
    if (sem_getvalue(&sem, &permits) != 0 || permits != 1)
        cell_fail("the permit is not back");
    sem_destroy(&sem);
}

static const char *version(void)
{
    return gnu_get_libc_version();
}

int main(int argc, char **argv)
{
    static const struct crew_peer peers[] = {
        {"pthread", "mutex", run_mutex, version},
        {"posix-sem", "sem", run_sem, version},
        {0},
    };

    return crew_main(peers, argc, argv);
}
