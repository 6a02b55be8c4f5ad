/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mutex.h - one at a time.
 *
 *     static leat_mutex mutex = LEAT_MUTEX_INIT;
 *
 *     leat_mutex_lock(&mutex);
 *     ...
 *     leat_mutex_unlock(&mutex);
 *
 *     if (leat_mutex_lock_until(&mutex, leat_in_ms(50)) < 0)
 *         give_up();                                   not held
 *
 * All zero is a free mutex, so memory from calloc holds mutexes that need no
 * initialisation. Nothing has to be done at its end, either: its memory may be freed
 * when nobody holds it and nobody waits, by who unlocked it last too. A mutex cannot be
 * copied or moved while it is used.
 *
 * It belongs to the thread that locked it, which unlocks it and does not lock it
 * again meanwhile. Debug builds of leat abort where that rule is broken; so does a
 * poisoning mutex in every build.
 *
 * Who is next. An unlock does not wait for the thread that it wakes: until that one
 * runs, others may lock and unlock. If it comes and finds the mutex taken, it is next,
 * and is handed the mutex by the unlock that follows. So whoever is first in line is
 * overtaken for the time of one wake-up, and those behind it are served in the order in
 * which they came.
 *
 * Poisoning. What a mutex guards may be half changed when the thread that holds it ends
 * (returns from its function, or calls pthread_exit). A mutex made with
 * LEAT_MUTEX_POISONING then unlocks by itself, and whoever locks it is told so, until
 * leat_mutex_clear_poison:
 *
 *     static leat_mutex mutex = LEAT_MUTEX_POISONING_INIT;
 *
 *     rc = leat_mutex_lock_until(&mutex, leat_forever());
 *     if (rc == 1) {
 *         repair();                                    held, and poisoned
 *         leat_mutex_clear_poison(&mutex);
 *     }
 *
 * Other mutexes stay locked for ever by a thread that ends so, as those of POSIX do.
 * The end of the process unlocks nothing. */
#ifndef LEAT_MUTEX_H
#define LEAT_MUTEX_H

#include <leat/api.h>
#include <leat/until.h>

struct leat__link;

/* A mutex. Its content is leat's. */
typedef struct leat_mutex {
    uint32_t word_;
    uint32_t lock_;
    struct leat__link *first_;
    struct leat_mutex *held_;
} leat_mutex;

/* What a mutex can be made with. */
enum leat_mutex_flags {
    LEAT_MUTEX_POISONING = 8 /* a thread that ends holding it poisons it */
};

/* clang-format off */
#define LEAT_MUTEX_INIT           LEAT_ZERO_INIT
#define LEAT_MUTEX_POISONING_INIT {LEAT_MUTEX_POISONING, 0, NULL, NULL}
/* clang-format on */

LEAT_BEGIN_DECLS

/* Make a mutex that is free, where a constant will not do. flags: of leat_mutex_flags,
 * or 0.
 *
 * aborts    if mutex is NULL, or for other flags
 * blocks    never            allocates  never
 * threads   any, while nobody uses the mutex
 * since     0.1
 */
LEAT_API void leat_mutex_init(leat_mutex *mutex, uint32_t flags);

/* Lock, waiting as long as it takes. A poisoned mutex is locked all the same:
 * leat_mutex_is_poisoned tells.
 *
 * aborts    if mutex is NULL; in debug builds, and if it is a poisoning one, if the
 *           thread holds it already; if it is a poisoning one and the system cannot
 *           watch over one thread more (no memory)
 * blocks    until the mutex is the caller's        allocates  never; of a poisoning
 *           mutex the system may, once in each thread
 * threads   any
 * orders    each unlock, and a thread's end that poisons, happens-before the locks
 *           that follow it
 * since     0.1
 */
LEAT_API void leat_mutex_lock(leat_mutex *mutex);

/* Lock, waiting until `until`. With leat_nowait() this is the try form, and may
 * overtake who waits.
 *
 * returns   0                  held
 *           1                  held, and poisoned
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              not held, and nothing has changed
 *           LEAT_ENOMEM        not held: it is a poisoning one, and the system cannot
 *                              watch over one thread more
 * aborts    as leat_mutex_lock, but for memory; with leat_nowait() not for a mutex
 *           that the thread holds already, which is LEAT_EAGAIN
 * blocks    until `until`    otherwise as leat_mutex_lock
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_mutex_lock_until(leat_mutex *mutex,
                                                  leat_until until);

/* Unlock.
 *
 * aborts    if mutex is NULL or not locked; in debug builds, and if it is a poisoning
 *           one, if another thread has locked it
 * blocks    never (wakes one waiter)               allocates  never
 * threads   the one that locked it
 * since     0.1
 */
LEAT_API void leat_mutex_unlock(leat_mutex *mutex);

/* Is it locked at this moment? For a look, or an assertion: by the time the answer is
 * there it may be another.
 *
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_mutex_is_locked(const leat_mutex *mutex);

/* Is it free, and nobody waits? Ask it before the memory goes, where a test or a debug
 * build wants to know.
 *
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_mutex_is_idle(const leat_mutex *mutex);

/* Poison it: whoever locks it from now on is told so. For a thread that goes on, but
 * leaves what the mutex guards half changed. Works for every mutex. One that is
 * poisoned costs a few more instructions to lock.
 *
 * blocks    never            allocates  never
 * threads   any; the one that holds it, to be of use
 * since     0.1
 */
LEAT_API void leat_mutex_poison(leat_mutex *mutex);

/* Is it poisoned?
 *
 * blocks    never            allocates  never
 * threads   any; the one that holds it is told for certain
 * since     0.1
 */
LEAT_API bool leat_mutex_is_poisoned(const leat_mutex *mutex);

/* It is as good as new: later locks return 0.
 *
 * blocks    never            allocates  never
 * threads   any; the one that holds it, to be of use
 * since     0.1
 */
LEAT_API void leat_mutex_clear_poison(leat_mutex *mutex);

LEAT_END_DECLS
#endif
