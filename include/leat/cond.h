/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cond.h - wait for something that a mutex guards to become true.
 *
 *     static leat_mutex mutex = LEAT_MUTEX_INIT;
 *     static leat_cond changed = LEAT_COND_INIT;
 *
 *     leat_mutex_lock(&mutex);                   leat_mutex_lock(&mutex);
 *     while (count == 0)                         count++;
 *         leat_cond_wait(&changed, &mutex);      leat_mutex_unlock(&mutex);
 *     count--;                                   leat_cond_signal(&changed);
 *     leat_mutex_unlock(&mutex);
 *
 * A wait lets the mutex go and waits in one step: what is changed under the mutex after
 * that, and signalled, is not missed. It has the mutex again when it returns, however it
 * ends. Between the signal and that moment others may have had the mutex, so a wait
 * stands in a loop that looks again; for no reason at all it does not return.
 *
 * A signal to a thread that needs the mutex first, because somebody holds it, does not
 * wake that thread: it moves it into the mutex's line. So a broadcast to a hundred
 * threads wakes them one by one, as each lets the mutex go.
 *
 * All zero is a cond that nobody waits on. Nothing has to be done at its end; the memory
 * may be freed when nobody waits. It cannot be copied or moved while somebody does. */
#ifndef LEAT_COND_H
#define LEAT_COND_H

#include <leat/api.h>
#include <leat/mutex.h>
#include <leat/until.h>

/* A condition variable. Its content is leat's. */
typedef struct leat_cond {
    uint32_t word_;
    uint32_t lock_;
    struct leat__link *first_;
} leat_cond;

#define LEAT_COND_INIT LEAT_ZERO_INIT

LEAT_BEGIN_DECLS

/* Make a cond that nobody waits on, where a constant will not do.
 *
 * aborts    if cond is NULL
 * blocks    never            allocates  never
 * threads   any, while nobody uses the cond
 * since     0.1
 */
LEAT_API void leat_cond_init(leat_cond *cond);

/* Let the mutex go, wait for a signal, take the mutex back. Waits that overlap use the
 * same mutex.
 *
 * aborts    if cond or mutex is NULL, or another mutex is in use with the cond, or the
 *           mutex is not locked; in debug builds if another thread has locked it
 * blocks    until a signal, and then until the mutex is free        allocates  never
 * threads   the one that holds the mutex
 * orders    a signal happens-before the return of the wait that it ends
 * since     0.1
 */
LEAT_API void leat_cond_wait(leat_cond *cond, leat_mutex *mutex);

/* The same until `until`. The mutex is held when it returns, whatever it returns.
 *
 * returns   0                  signalled
 *           1                  signalled, and the mutex is poisoned
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              not signalled: a signal that nobody took goes to others
 *                              who wait. If `until` is over from the start, the mutex
 *                              has not been let go
 * aborts    as leat_cond_wait
 * blocks    until a signal or `until`, and then until the mutex is free
 * allocates never            otherwise as leat_cond_wait
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int
leat_cond_wait_until(leat_cond *cond, leat_mutex *mutex, leat_until until);

/* End the wait that has lasted longest, if there is one.
 *
 * aborts    if cond is NULL
 * blocks    never            allocates  never
 * threads   any; the mutex may be held or not
 * since     0.1
 */
LEAT_API void leat_cond_signal(leat_cond *cond);

/* End all waits, the longest first.
 *
 * otherwise as leat_cond_signal
 */
LEAT_API void leat_cond_broadcast(leat_cond *cond);

/* Does nobody wait? For tests, and before the memory goes.
 *
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_cond_is_idle(const leat_cond *cond);

LEAT_END_DECLS
#endif
