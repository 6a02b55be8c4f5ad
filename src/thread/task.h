/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* task.h - what stands behind a leat_task: a handle (handle.h), and whose turn it is.
 *
 * A task waits in somebody's queue until a *runner* (a worker of a pool) comes to it.
 * Until then three may want it: the runner whose turn comes, a worker that joins it,
 * and whoever calls it off or empties the queue. One of them claims it.
 *
 * State. state: WAITS, then once and for ever
 *     BEGUN       a runner runs it; it ends it with what fn returns
 *     GIVEN_UP    whoever claimed it so calls discard, and ends it
 * What stays in the queue then is a stone that the next to come takes away, with the
 * queue's part of the block.
 *
 * Invariants.
 *   I1  exactly one claim succeeds; it decides between fn and discard, and who ends it
 *   I2  a task that is among those of a runner has not ended
 *   I3  a runner whose crew's token has fired has fired those of its tasks: either who
 *       fires finds the task there, or the task finds it fired when it is put there
 *
 * Progress and lifetime. Nothing waits but a join. The queue has one part of the block,
 * its handles together another (handle.h).
 *
 * MODEL: tests/model/m_pool.c */
#ifndef LEAT_THREAD_TASK_H
#define LEAT_THREAD_TASK_H

#include "park/lock.h"
#include "park/self.h"
#include "thread/handle.h"
#include <leat/task.h>

enum leat__turn { LEAT__TASK_WAITS, LEAT__TASK_BEGUN, LEAT__TASK_GIVEN_UP };

struct leat_task {
    leat__handle handle; /* tag: TASK_TAG */
    leat__a32 state;     /* enum leat__turn */
    bool joined_into;    /* a join runs it, and the queue still has its part */
    void (*discard)(void *arg);
    const void *crew;        /* who its runners belong to; for comparing only */
    struct leat_task *outer; /* the task within which the runner runs it */
};

/* Who runs tasks, found through leat__self. */
typedef struct leat__runner {
    const void *crew;
    leat_cancel *stop; /* the crew's */
    leat__lock lock;   /* guards inner, and outer of its tasks */
    leat_task
        *inner;      /* what it runs, the last begun first; its own to change */
    leat__az done;   /* jobs; its own to change, as all below */
    leat__az failed; /* of these, with a result below 0 */
    leat__az cancelled; /* stones that were given up */
} leat__runner;

void leat__runner_init(leat__runner *runner, const void *crew,
                       leat_cancel *stop);

/* The runner that the calling thread is; NULL: it is none. */
static inline leat__runner *leat__runner_now(void)
{
    leat__self *self = leat__self_now();
    return self == NULL ? NULL : self->runner;
}

/* Count a job that has ended. */
void leat__runner_count(leat__runner *runner, int result);

/* Fire the tokens of what it runs. Any thread, while the runner is there. */
void leat__runner_stop_all(leat__runner *runner);

/* Its thread ends in the midst of what it runs: end that. */
void leat__runner_exited(leat__runner *runner);

/* A task that waits. NULL: no memory */
leat_task *leat__task_new(const leat_job *job, const void *crew);

/* Undo leat__task_new. pre: nobody else knows it */
void leat__task_free(leat_task *task);

/* Its turn has come: run it if it waits still. The queue's part of it goes. */
void leat__task_run(leat__runner *runner, leat_task *task);

/* It leaves the queue without a turn: give it up if it waits still. The queue's part of
 * it goes. returns whether it has been given up, now or before; *now: by this call */
bool leat__task_remove(leat_task *task, bool *now);

/* What fires at its end. aborts if it is no live handle */
leat__token *leat__task_ended(leat_task *task);

#endif
