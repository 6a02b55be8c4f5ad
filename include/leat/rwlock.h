/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* rwlock.h - many who read, or one who writes.
 *
 *     static leat_rwlock lock = LEAT_RWLOCK_INIT;
 *
 *     leat_rwlock_rdlock(&lock);                 leat_rwlock_wrlock(&lock);
 *     look();                                    change();
 *     leat_rwlock_rdunlock(&lock);               leat_rwlock_wrunlock(&lock);
 *
 * Fair to both: who must wait stands in one line, and is served in the order of coming;
 * readers who stand side by side there go in together. Nobody overtakes who waits: a reader
 * that comes while a writer waits stands behind it, also if the lock is held by readers. So
 * neither side starves, and so a thread that reads must not ask to read again: with a
 * writer between the two it would wait for itself.
 *
 * It pays where reading takes long. For a few loads a mutex is as good: both kinds of
 * lock write to the same memory.
 *
 * All zero is a lock that is free. Nothing has to be done at its end; the memory may be
 * freed when nobody holds it and nobody waits, by who unlocked it last too. It cannot be
 * copied or moved while it is used. */
#ifndef LEAT_RWLOCK_H
#define LEAT_RWLOCK_H

#include <leat/api.h>
#include <leat/until.h>

struct leat__link;

/* A readers-writer lock. Its content is leat's. */
typedef struct leat_rwlock {
    uint32_t word_;
    uint32_t lock_;
    struct leat__link *first_;
} leat_rwlock;

#define LEAT_RWLOCK_INIT LEAT_ZERO_INIT

/* The most readers at one time. */
#define LEAT_RWLOCK_MAX 0x3fffffffu

LEAT_BEGIN_DECLS

/* Make a lock that is free, where a constant will not do.
 *
 * aborts    if lock is NULL
 * blocks    never            allocates  never
 * threads   any, while nobody uses the lock
 * since     0.1
 */
LEAT_API void leat_rwlock_init(leat_rwlock *lock);

/* Lock for reading, waiting as long as it takes.
 *
 * aborts    if lock is NULL, or LEAT_RWLOCK_MAX read already
 * blocks    while somebody writes, or waits        allocates  never
 * threads   any that does not hold it
 * orders    each unlock of a writer happens-before the locks that follow it, each unlock
 *           of a reader before the writers that follow it
 * since     0.1
 */
LEAT_API void leat_rwlock_rdlock(leat_rwlock *lock);

/* The same until `until`. With leat_nowait() this is the try form: it fails while a writer
 * waits.
 *
 * returns   0                  held, for reading
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              not held, and nothing has changed
 * blocks    until `until`            otherwise as leat_rwlock_rdlock
 */
LEAT_API LEAT_NODISCARD int leat_rwlock_rdlock_until(leat_rwlock *lock,
                                                     leat_until until);

/* Unlock what was locked for reading.
 *
 * aborts    if lock is NULL, or nobody reads
 * blocks    never (wakes whose turn it is)         allocates  never
 * threads   any
 * since     0.1
 */
LEAT_API void leat_rwlock_rdunlock(leat_rwlock *lock);

/* Lock for writing, waiting as long as it takes.
 *
 * aborts    if lock is NULL
 * blocks    while somebody reads, writes or waits  allocates  never
 * threads   any that does not hold it
 * orders    as leat_rwlock_rdlock
 * since     0.1
 */
LEAT_API void leat_rwlock_wrlock(leat_rwlock *lock);

/* The same until `until`; leat_nowait() is the try form.
 *
 * returns   as leat_rwlock_rdlock_until
 * blocks    until `until`            otherwise as leat_rwlock_wrlock
 */
LEAT_API LEAT_NODISCARD int leat_rwlock_wrlock_until(leat_rwlock *lock,
                                                     leat_until until);

/* Unlock what was locked for writing.
 *
 * aborts    if lock is NULL, or nobody writes
 * blocks    never (wakes whose turn it is)         allocates  never
 * threads   any
 * since     0.1
 */
LEAT_API void leat_rwlock_wrunlock(leat_rwlock *lock);

/* Go on reading what was locked for writing, with no writer between. Readers who are first
 * in line come in too.
 *
 * aborts    as leat_rwlock_wrunlock
 * blocks    never (wakes whose turn it is)         allocates  never
 * threads   any
 * orders    as leat_rwlock_wrunlock
 * since     0.1
 */
LEAT_API void leat_rwlock_downgrade(leat_rwlock *lock);

/* How many read at this moment; and does somebody write?
 *
 * aborts    if lock is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API uint32_t leat_rwlock_readers(const leat_rwlock *lock);
LEAT_API bool leat_rwlock_has_writer(const leat_rwlock *lock);

/* Is it free, and nobody waits? For tests, and before the memory goes.
 *
 * aborts    if lock is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_rwlock_is_idle(const leat_rwlock *lock);

LEAT_END_DECLS
#endif
