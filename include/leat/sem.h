/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sem.h - a number of permits, taken and given back.
 *
 *     static leat_sem slots = LEAT_SEM_INIT(8);
 *
 *     rc = leat_sem_acquire(&slots, 1, leat_or_cancel(leat_forever(), stop));
 *     if (rc == 0) {
 *         work();
 *         leat_sem_release(&slots, 1);
 *     }
 *
 * Fair. Acquires are served strictly in the order in which they came, each as soon as
 * there are as many permits as it asks for: nobody overtakes who waits, neither a
 * smaller acquire nor leat_nowait(). So one that asks for many is not starved, and while
 * it waits the permits that it needs are kept for it. One that gives up has taken none,
 * and those behind it move up.
 *
 * Permits belong to nobody: any thread may release what another acquired, or what
 * nobody did.
 *
 * All zero is a semaphore without permits. Nothing has to be done at its end; the memory
 * may be freed when nobody waits and no call is under way, by who was woken last too. It
 * cannot be copied or moved while it is used. */
#ifndef LEAT_SEM_H
#define LEAT_SEM_H

#include <leat/api.h>
#include <leat/until.h>

struct leat__link;

/* A semaphore. Its content is leat's. */
typedef struct leat_sem {
    uint32_t word_;
    uint32_t lock_;
    struct leat__link *first_;
} leat_sem;

/* The most permits there can be, and that can be asked for. */
#define LEAT_SEM_MAX 0x3fffffffu

/* A semaphore with so many permits, at most LEAT_SEM_MAX. */
/* clang-format off */
#define LEAT_SEM_INIT(permits) {(permits) * 4u, 0, NULL}
/* clang-format on */

LEAT_BEGIN_DECLS

/* Make a semaphore with so many permits, where a constant will not do.
 *
 * aborts    if sem is NULL, or permits is above LEAT_SEM_MAX
 * blocks    never            allocates  never
 * threads   any, while nobody uses the semaphore
 * since     0.1
 */
LEAT_API void leat_sem_init(leat_sem *sem, uint32_t permits);

/* Take n permits, all of them at once or none. 0 permits are there at once.
 *
 * returns   0                  they are the caller's
 *           LEAT_ECLOSED       the semaphore is closed
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              too few, or others wait; none has been taken
 * aborts    if sem is NULL, or n is above LEAT_SEM_MAX
 * blocks    until `until`            allocates  never            threads  any
 * orders    a release happens-before the acquires that its permits go to
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_sem_acquire(leat_sem *sem, uint32_t n,
                                             leat_until until);

/* Add n permits, and serve who waits.
 *
 * aborts    if sem is NULL, or there would be more than LEAT_SEM_MAX
 * blocks    never (wakes whom it serves)           allocates  never
 * threads   any
 * since     0.1
 */
LEAT_API void leat_sem_release(leat_sem *sem, uint32_t n);

/* Take up to n permits away for good, without waiting and without regard to who waits.
 *
 * returns   how many
 * aborts    if sem is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API uint32_t leat_sem_forget(leat_sem *sem, uint32_t n);

/* How many permits nobody has. With somebody in line they are not enough for him.
 *
 * aborts    if sem is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API uint32_t leat_sem_permits(const leat_sem *sem);

/* Close: every acquire fails with LEAT_ECLOSED, those that wait too. Permits can still be
 * released and forgotten. There is no way back, and closing twice is closing once.
 *
 * aborts    if sem is NULL
 * blocks    never (wakes each waiter)              allocates  never
 * threads   any
 * orders    close happens-before the return of LEAT_ECLOSED
 * since     0.1
 */
LEAT_API void leat_sem_close(leat_sem *sem);

/* Is it closed?
 *
 * aborts    if sem is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_sem_is_closed(const leat_sem *sem);

/* Does nobody wait? For tests, and before the memory goes.
 *
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_sem_is_idle(const leat_sem *sem);

LEAT_END_DECLS
#endif
