/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* pool.h - what stands behind a leat_pool: a channel of jobs, and workers that take
 * from it and sleep in a place of the pool's own.
 *
 * Why not in the channel. A channel hands each message to a receiver that is parked,
 * and wakes it; of jobs that take less than a wake-up, one worker that is awake does
 * dozens meanwhile. So no worker ever parks in the channel, sends find nobody there
 * and are as short as they can be, and who has sent a job looks at one word to see
 * whether anybody has to be woken (idle.c).
 *
 * Why one job at a time. A worker that took several would have some of them wait
 * behind one that takes long, or that waits for them, while other workers are free.
 *
 * Locks. admin: the list of workers, who has left, what they have counted; slow things
 * are done under it (threads are started, sleepers woken), so it is never taken on the
 * way of a job, but for one that is dropped. idle.lock: the list of sleepers; a few links.
 * A runner's lock: thread/task.h. admin comes before each of the others, and those are
 * never held together.
 *
 * Who keeps what. The block goes with the last owner of `stop`: the handles together
 * are one, each worker is one, who clones the token is one more. A worker goes when its
 * thread ends, by itself; or, if that is after the pool was closed, with whoever waits
 * for the shutdown and joins the thread (`over`), or the last drop.
 *
 * Invariants.
 *   I1  open: at least one worker is to stay
 *   I2  closed is set under admin, once; `working` falls to 0 only after that, and who
 *       takes it there fires `ended`
 *   I3  a worker is in `workers` from before its thread starts until the thread or the
 *       worker's keeper takes it out, under admin
 *   I4  who joins the threads (`joining`) does so when `ended` has fired: the list is
 *       his
 *
 * MODEL: tests/model/m_pool.c */
#ifndef LEAT_POOL_POOL_H
#define LEAT_POOL_POOL_H

#include "chan/chan.h"
#include "pool/idle.h"
#include "thread/task.h"
#include <leat/pool.h>
#include <leat/thread.h>

/* A message of the channel is a leat_job; a task is one without fn, whose arg it is. */

struct leat_pool {
    leat_cancel
        stop; /* asks the jobs to stop; its last owner frees the block */
    uint32_t tag;
    leat__a32 owners;
    leat_tx *tx;
    leat_rx *rx;
    leat_chan *chan; /* view */
    size_t stack_bytes;
    const char *name; /* in the same block */

    leat__lock admin;
    leat__link workers; /* by their numbers; admin, as all below */
    unsigned wanted;    /* workers that are to be */
    unsigned working;   /* workers that are not over */
    bool closed;        /* I2 */
    bool orphan;        /* no owner is left: nobody will join the threads */
    uint64_t done;      /* of workers that have left, as the next two */
    uint64_t failed;
    uint64_t cancelled; /* and those that no worker came to */
    uint64_t dropped;

    leat__a32 joining;
    leat__token ended; /* closed, and no worker is left */
    leat__token gone;  /* and their threads are joined */

    unsigned char apart_[LEAT__LINE_PAIR];
    leat__idle idle;
};

typedef struct leat__worker {
    leat__runner runner;
    leat__a32 busy; /* 1 while it has a job in hand; its own to change */
    bool plain;     /* the job in hand has no handle */
    bool at_end;    /* it ends by itself, not in the midst of a job */
    leat__sleeper sleeper;
    leat__token *leave; /* fires when it is one too many */
    leat_pool *pool;
    leat_thread *thread; /* admin, as the next three */
    leat__link link;
    unsigned number;
    bool over; /* its thread has come to its end */
} leat__worker;

/* ---- workers (worker.c) ------------------------------------------------------------ */

/* Start one more. pre: admin is held. returns 0, LEAT_ENOMEM, LEAT_EAGAIN, LEAT_EINVAL */
int leat__pool_start_worker(leat_pool *pool);

/* Let go of a worker that is over and in no list any more. join: wait for its thread */
void leat__pool_release_worker(leat__worker *worker, bool join);

/* Is the calling thread a worker of the pool? */
static inline bool leat__pool_is_mine(const leat_pool *pool)
{
    const leat__runner *runner = leat__runner_now();
    return runner != NULL && runner->crew == pool;
}

#endif
