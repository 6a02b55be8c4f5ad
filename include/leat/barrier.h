/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* barrier.h - n parties meet, and go on together.
 *
 *     static leat_barrier barrier = LEAT_BARRIER_INIT(4);
 *
 *     for (step = 0; step < steps; step++) {
 *         compute(step);
 *         if (leat_barrier_wait(&barrier, leat_forever()) == 1)
 *             report(step);                      one of the four
 *     }
 *
 * Whoever comes last opens the barrier for all who wait, is the leader, and by that the
 * barrier is closed again: the next one to come waits for the next round, even if some of
 * this one have not run yet.
 *
 * Who gives up has not come: the barrier is as it was before, and waits for as many others
 * as it did, or for him again. If he gives up while the last party comes, one of the two
 * was first: either he is told that it opened, or it has not.
 *
 * Nothing has to be done at its end: the memory may be freed when every wait has returned.
 * It cannot be copied or moved while somebody waits. All zero is a barrier for one. */
#ifndef LEAT_BARRIER_H
#define LEAT_BARRIER_H

#include <leat/api.h>
#include <leat/until.h>

struct leat__link;

/* A barrier. Its content is leat's. */
typedef struct leat_barrier {
    uint32_t word_;
    uint32_t lock_;
    struct leat__link *first_;
    uint32_t parties_;
    uint32_t unused_;
} leat_barrier;

/* A barrier for so many; 0 is taken for 1. */
/* clang-format off */
#define LEAT_BARRIER_INIT(parties) {0, 0, NULL, (parties), 0}
/* clang-format on */

LEAT_BEGIN_DECLS

/* Make a barrier for so many, where a constant will not do; 0 is taken for 1.
 *
 * aborts    if barrier is NULL
 * blocks    never            allocates  never
 * threads   any, while nobody uses the barrier
 * since     0.1
 */
LEAT_API void leat_barrier_init(leat_barrier *barrier, uint32_t parties);

/* Come, and wait for the others. With leat_nowait() this opens the barrier if only the
 * caller was missing.
 *
 * returns   1                  it is open, and the caller is the leader of this round:
 *                              there is exactly one
 *           0                  it is open
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              it is not, and the caller counts no more
 * aborts    if barrier is NULL
 * blocks    until `until`            allocates  never            threads  any
 * orders    what each party did before its wait happens-before the return of every
 *           wait of the round
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_barrier_wait(leat_barrier *barrier,
                                              leat_until until);

/* How many wait for the others at this moment.
 *
 * aborts    if barrier is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API uint32_t leat_barrier_waiting(const leat_barrier *barrier);

/* Does nobody wait? For tests, and before the memory goes.
 *
 * aborts    if barrier is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_barrier_is_idle(const leat_barrier *barrier);

LEAT_END_DECLS
#endif
