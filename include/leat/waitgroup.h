/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* waitgroup.h - wait until so many things are done.
 *
 *     static leat_waitgroup group = LEAT_WAITGROUP_INIT;
 *
 *     leat_waitgroup_add(&group, n);            before they are started
 *     for (i = 0; i < n; i++)
 *         start(i);                             each calls leat_waitgroup_done
 *     rc = leat_waitgroup_wait(&group, leat_in_ms(500));
 *
 * A count with a line of those who wait for it to be 0. The moment that makes it 0 ends
 * all waits, so a group can be used again at once: who waited is on his way out, and who
 * comes later waits for the next round. What has to come in order is the add and the wait
 * for it: a wait that finds 0, because the add is late, does not wait.
 *
 * All zero is a group with nothing to wait for. Nothing has to be done at its end: the
 * memory may be freed when a wait has returned 0, if no other call is under way but the
 * done that it waited for. It cannot be copied or moved while it is used. */
#ifndef LEAT_WAITGROUP_H
#define LEAT_WAITGROUP_H

#include <leat/api.h>
#include <leat/until.h>

struct leat__link;

/* A wait group. Its content is leat's. */
typedef struct leat_waitgroup {
    uint32_t word_;
    uint32_t lock_;
    struct leat__link *first_;
} leat_waitgroup;

#define LEAT_WAITGROUP_INIT LEAT_ZERO_INIT

/* The largest count. */
#define LEAT_WAITGROUP_MAX 0x3fffffff

LEAT_BEGIN_DECLS

/* Make a group with nothing to wait for, where a constant will not do.
 *
 * aborts    if group is NULL
 * blocks    never            allocates  never
 * threads   any, while nobody uses the group
 * since     0.1
 */
LEAT_API void leat_waitgroup_init(leat_waitgroup *group);

/* Add to the count; n may be negative. At 0 all waits end.
 *
 * aborts    if group is NULL, or the count would be below 0 or above
 *           LEAT_WAITGROUP_MAX
 * blocks    never (wakes each waiter, at 0)        allocates  never
 * threads   any
 * since     0.1
 */
LEAT_API void leat_waitgroup_add(leat_waitgroup *group, int32_t n);

/* One is done: the same as adding -1.
 *
 * aborts    if group is NULL, or the count is 0
 * blocks    never (the last wakes each waiter)     allocates  never
 * threads   any
 * orders    each done happens-before the return of 0 of the waits that it ends
 * since     0.1
 */
LEAT_API void leat_waitgroup_done(leat_waitgroup *group);

/* Wait for the count to be 0. Many may wait; who has given up may wait again.
 *
 * returns   0                  it is, or was after the call began
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              it is not, and `until` gave up
 * aborts    if group is NULL
 * blocks    until `until`            allocates  never            threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_waitgroup_wait(leat_waitgroup *group,
                                                leat_until until);

/* The count, at this moment.
 *
 * aborts    if group is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API uint32_t leat_waitgroup_count(const leat_waitgroup *group);

/* Is the count 0, and does nobody wait? For tests, and before the memory goes.
 *
 * aborts    if group is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_waitgroup_is_idle(const leat_waitgroup *group);

LEAT_END_DECLS
#endif
