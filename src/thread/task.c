/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* task.c - running tasks, joining them, calling them off. See task.h. */
#include "thread/task.h"
#include "base/mem.h"
#include "park/until.h"

#include <leat/err.h>
#include <stdalign.h>
#include <stddef.h>

#define TASK_TAG 0x6c74746bu /* "lttk" */

static void check_task(const leat_task *task)
{
    LEAT_CHECK(task != NULL && task->handle.tag == TASK_TAG,
               "leat_task: this is not a live task handle");
}

/* LP of a task's fate. relaxed: it moves no data. Who runs it has it from the queue or
 * from a handle, and what came of it goes with the handle's end. */
static bool task_claim(leat_task *task, enum leat__turn as)
{
    uint32_t waits = LEAT__TASK_WAITS;
    return leat__cas32_rlx(&task->state, &waits, (uint32_t)as); /* I1 */
}

static bool task_is_given_up(const leat_task *task)
{
    /* relaxed: asked when the claim is over */
    return leat__ld32_rlx(&task->state) == LEAT__TASK_GIVEN_UP;
}

/* pre: claimed as GIVEN_UP */
static void task_give_up(leat_task *task)
{
    if (task->discard != NULL)
        task->discard(task->handle.arg);
    leat__handle_end(&task->handle, LEAT_ECANCELED);
}

/* ---- making --------------------------------------------------------------------- */

leat_task *leat__task_new(const leat_job *job, const void *crew)
{
    leat_task *task =
        leat__handle_new(sizeof *task, alignof(max_align_t), job, TASK_TAG);
    if (task == NULL)
        return NULL;
    /* relaxed: nobody knows it yet */
    leat__st32_rlx(&task->state, LEAT__TASK_WAITS);
    task->joined_into = false;
    task->discard = job->discard;
    task->crew = crew;
    task->outer = NULL;
    return task;
}

void leat__task_free(leat_task *task)
{
    leat__mem_free(task);
}

/* ---- runners -------------------------------------------------------------------- */

void leat__runner_init(leat__runner *runner, const void *crew,
                       leat_cancel *stop)
{
    *runner = (leat__runner){.crew = crew, .stop = stop};
}

/* One more of what its own thread alone counts. */
static void runner_count_one(leat__az *count)
{
    /* relaxed: numbers to look at, written by one thread */
    leat__stz_rlx(count, leat__ldz_rlx(count) + 1);
}

void leat__runner_count(leat__runner *runner, int result)
{
    runner_count_one(&runner->done);
    if (result < 0)
        runner_count_one(&runner->failed);
}

static void runner_enter(leat__runner *runner, leat_task *task)
{
    leat__lock_acquire(&runner->lock);
    task->outer = runner->inner;
    runner->inner = task;
    leat__lock_release(&runner->lock);
    if (leat_cancel_check(runner->stop))
        leat_cancel_fire(&task->handle.stop); /* I3 */
}

static leat_task *runner_leave(leat__runner *runner)
{
    leat__lock_acquire(&runner->lock);
    leat_task *task = runner->inner;
    runner->inner = task->outer;
    leat__lock_release(&runner->lock);
    return task;
}

/* Tell of the end of the last begun. */
static void runner_end_inner(leat__runner *runner, int result)
{
    leat_task *task = runner_leave(runner); /* I2: before it ends */
    bool queue_has_part = task->joined_into;
    leat__runner_count(runner, result);
    leat__handle_end(&task->handle, result);
    if (!queue_has_part)
        leat_cancel_drop(&task->handle.stop); /* LAST TOUCH */
}

/* pre: claimed as BEGUN */
static void runner_run(leat__runner *runner, leat_task *task)
{
    runner_enter(runner, task);
    int result = task->handle.fn(task->handle.arg, &task->handle.stop);
    runner_end_inner(runner, result);
}

void leat__runner_exited(leat__runner *runner)
{
    while (runner->inner != NULL) /* nobody else changes it */
        runner_end_inner(runner, LEAT_EEXITED);
}

/* A task of its whose token has not fired: a part of that. NULL: there is none */
static leat_cancel *runner_find_unstopped(leat__runner *runner)
{
    leat_cancel *stop = NULL;
    leat__lock_acquire(&runner->lock);
    for (leat_task *task = runner->inner; task != NULL && stop == NULL;
         task = task->outer) {
        if (!leat_cancel_check(&task->handle.stop))
            stop = leat_cancel_clone(&task->handle.stop);
    }
    leat__lock_release(&runner->lock);
    return stop;
}

void leat__runner_stop_all(leat__runner *runner)
{
    leat_cancel *stop;
    while ((stop = runner_find_unstopped(runner)) != NULL) {
        leat_cancel_fire(stop);
        leat_cancel_drop(stop);
    }
}

/* ---- the queue's side ------------------------------------------------------------ */

void leat__task_run(leat__runner *runner, leat_task *task)
{
    if (leat_cancel_check(&task->handle.stop)) {
        bool now;
        if (leat__task_remove(task, &now))
            runner_count_one(&runner->cancelled);
    } else if (task_claim(task, LEAT__TASK_BEGUN)) {
        runner_run(runner, task);
    } else {
        if (task_is_given_up(task))
            runner_count_one(&runner->cancelled);
        leat_cancel_drop(&task->handle.stop);
    }
}

bool leat__task_remove(leat_task *task, bool *now)
{
    *now = task_claim(task, LEAT__TASK_GIVEN_UP);
    if (*now)
        task_give_up(task);
    bool given_up = task_is_given_up(task);
    leat_cancel_drop(&task->handle.stop); /* LAST TOUCH */
    return given_up;
}

/* ---- the handle's side ------------------------------------------------------------ */

static bool until_is_for_ever(leat_until until)
{
    return until.deadline_ns == INT64_MAX && until.cancel == NULL;
}

static void runner_check_not_within(const leat__runner *runner,
                                    const leat_task *task)
{
    for (const leat_task *at = runner->inner; at != NULL; at = at->outer)
        LEAT_CHECK(at != task,
                   "leat_task_join: a job joins itself, or one that "
                   "has joined it");
}

/* Join by running it. false: it is not ours to run, or it has begun */
static bool task_join_into(leat_task *task, leat_until until)
{
    leat__runner *runner = leat__runner_now();
    if (runner == NULL)
        return false;
    runner_check_not_within(runner, task);
    if (runner->crew != task->crew || !until_is_for_ever(until))
        return false;
    if (leat_cancel_check(&task->handle.stop)) {
        if (!task_claim(task, LEAT__TASK_GIVEN_UP))
            return false;
        task_give_up(task);
        return true;
    }
    if (!task_claim(task, LEAT__TASK_BEGUN))
        return false;
    task->joined_into = true;
    runner_run(runner, task);
    return true;
}

int leat_task_join(leat_task *task, int *result, leat_until until)
{
    check_task(task);
    if (!leat__token_fired(&task->handle.ended) &&
        !task_join_into(task, until)) {
        int rc = leat__cancel_await(&task->handle.ended, until);
        if (rc < 0)
            return rc;
    }
    if (result != NULL)
        *result = task->handle.result;
    return 0;
}

bool leat_task_cancel(leat_task *task)
{
    check_task(task);
    if (task_claim(task, LEAT__TASK_GIVEN_UP))
        task_give_up(task);
    bool given_up = task_is_given_up(task);
    leat_cancel_fire(&task->handle.stop);
    return given_up;
}

leat__token *leat__task_ended(leat_task *task)
{
    check_task(task);
    return &task->handle.ended;
}

bool leat_task_is_done(leat_task *task)
{
    check_task(task);
    return leat__token_fired(&task->handle.ended);
}

leat_cancel *leat_task_stop(leat_task *task)
{
    check_task(task);
    return &task->handle.stop;
}

const char *leat_task_name(leat_task *task)
{
    check_task(task);
    return task->handle.name;
}

leat_task *leat_task_clone(leat_task *task)
{
    check_task(task);
    leat__handle_own(&task->handle);
    return task;
}

bool leat_task_drop(leat_task *task)
{
    if (task == NULL)
        return false;
    check_task(task);
    if (!leat__handle_disown(&task->handle,
                             "leat_task_drop: a join still waits on the handle "
                             "that its last owner drops"))
        return false;
    leat_cancel_drop(&task->handle.stop); /* LAST TOUCH */
    return true;
}
