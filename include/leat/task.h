/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* task.h - the handle on something that runs, or will: its end, its result, and a way
 * to call it off.
 *
 *     leat_task *task;
 *     leat_job job = {.fn = thumbnail, .arg = image, .discard = image_free};
 *     int rc = leat_pool_spawn(&task, pool, job, leat_forever());
 *     ...
 *     rc = leat_task_join(task, &width, leat_in_ms(500));
 *     if (rc == LEAT_ETIMEDOUT)
 *         leat_task_cancel(task);                  not worth it any more
 *     leat_task_drop(task);
 *
 * Jobs of a pool (leat/pool.h) have it. Whoever runs the job needs none of it: a job
 * that has ended never waits for its handle, and a handle may be dropped, by its last
 * owner too, while the job waits or runs.
 *
 * What becomes of a job. It waits; then it begins, runs and ends, or it is given up:
 * then its discard is called, once, in place of fn. Whoever joins is told which:
 *     what fn returned
 *     LEAT_ECANCELED     given up before it began
 *     LEAT_EEXITED       fn ended the thread that it ran on (pthread_exit)
 * A fn that stops when it is asked to had better return LEAT_ECANCELED as well. */
#ifndef LEAT_TASK_H
#define LEAT_TASK_H

#include <leat/api.h>
#include <leat/job.h>
#include <leat/until.h>

typedef struct leat_task leat_task;

LEAT_BEGIN_DECLS

/* Wait for the end, and learn the result. Anybody who has the handle may join, several
 * at once and again later; each is told the same.
 *
 * A worker of a pool that joins, for ever (leat_forever), a job of the same pool that
 * has not begun runs it itself, here and now, on its own stack: so jobs may spawn and
 * join others however few workers there are.
 *
 * returns   0                  *result, unless result is NULL, is what became of it,
 *                              as above
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              it has not ended, and `until` gave up; *result is
 *                              untouched; join again later
 * aborts    if task is no live handle; if a job joins itself, or joins one that has
 *           joined and runs it
 * blocks    until `until`            allocates  never
 * threads   any, while the handle has an owner that lasts until the call is over
 * orders    all that the job did, or its discard, happens-before the return of 0
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_task_join(leat_task *task, int *result,
                                           leat_until until);

/* Call it off. If it has not begun it is given up: its discard is called, and whoever
 * joins is told LEAT_ECANCELED. If it runs, its token is fired; it ends when it likes.
 * If it has ended nothing happens. (A place in a bounded queue becomes free only when a
 * worker comes to it.)
 *
 * returns   true               fn was not called and never will be: its discard has
 *                              been called, or is being called by another thread
 *           false              it has begun
 * aborts    if task is no live handle
 * blocks    never (runs the discard)            allocates  never
 * threads   any owner
 * since     0.1
 */
LEAT_API bool leat_task_cancel(leat_task *task);

/* Has it come to its end? A join does not wait then.
 *
 * aborts    if task is no live handle
 * blocks    never            allocates  never            threads  any owner
 * orders    as leat_task_join, for true
 * since     0.1
 */
LEAT_API bool leat_task_is_done(leat_task *task);

/* The token that fn is given. Fire it to ask the job to stop; a job that has not begun
 * by then is given up when its turn comes. leat_task_cancel is quicker.
 *
 * returns   the token, borrowed from the handle; clone it to keep it longer
 * aborts    if task is no live handle
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API leat_cancel *leat_task_stop(leat_task *task);

/* The name that the job was given, all of it.
 *
 * returns   a string borrowed from the handle; "" if none
 * aborts    if task is no live handle
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API const char *leat_task_name(leat_task *task);

/* One more owner of the handle.
 *
 * returns   the same address
 * aborts    if task is no live handle
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_task *leat_task_clone(leat_task *task);

/* One owner less. Neither stops the job nor waits for it; when the last owner goes
 * nobody will learn its result. NULL does nothing.
 *
 * returns   true to exactly the last owner
 * aborts    if task is no live handle, or a join still waits when its last owner goes
 * blocks    never            allocates  never
 * threads   any owner, the job itself too
 * since     0.1
 */
LEAT_API bool leat_task_drop(leat_task *task);

LEAT_END_DECLS
#endif
