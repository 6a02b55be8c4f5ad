/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* idle.h - workers without a job: some look for one, some sleep, and who submits a job
 * wakes one of them if nobody looks.
 *
 * Idea. As in Go's scheduler (proc.go) a worker that finds nothing looks on for a
 * while, and counts as looking. Who has queued a job needs to wake a sleeper only if
 * nobody looks; a looker that takes a job while more are there wakes the next one. So
 * a burst costs who submits it one wake-up, and short jobs none: the looker's looks are
 * so far apart that some dozens of jobs have come in between.
 *
 * State. word: { asleep: 16 bits, looking: 16 bits }. The sleepers are in a list under
 * `lock`, and asleep is its length whenever that is free.
 *
 * Who sees what. There are no fences here: the lock of the senders' end of the channel
 * (or its one lock, if it has no ends) orders both sides.
 *   who submits    puts the job into the channel, which takes that lock; then looks at
 *                  the word
 *   who sleeps, or stops looking
 *                  changes the word; then takes that lock for a moment (visits the
 *                  senders); then tries the channel
 * Whoever has the lock second sees what the other did before it had it. So either the
 * worker finds the job, or the submitter finds the word as it is with the worker gone.
 *
 * Invariants.
 *   I1  a worker that stops looking visits the senders, and then tries the channel once
 *       more or looks into it, after it has said so
 *   I2  a job is queued, no looker, a sleeper  =>  somebody is between the two steps of
 *       the above, and will wake one
 *   I3  a sleeper that is out of the list is being woken, and counts as looking
 *
 * Synchronisation. All calls but those that say so may be made by any thread.
 *
 * Progress and lifetime. Only sleep waits. Whoever wakes is done with the sleeper when
 * its wait is completed.
 *
 * MODEL: tests/model/m_pool.c */
#ifndef LEAT_POOL_IDLE_H
#define LEAT_POOL_IDLE_H

#include "base/list.h"
#include "park/lock.h"
#include "park/wait.h"

typedef struct leat__idle {
    leat__a32 word;
    leat__lock lock;
    leat__link sleepers; /* the last to fall asleep first: its lines are warm */
} leat__idle;

typedef struct leat__sleeper {
    leat__link link; /* under the lock */
    leat__wait wait;
} leat__sleeper;

#define LEAT__IDLE_LOOKS  UINT32_C(1)
#define LEAT__IDLE_SLEEPS UINT32_C(0x10000)

void leat__idle_init(leat__idle *idle);

/* The calling worker looks from now on; it no longer does. */
static inline void leat__idle_look(leat__idle *idle)
{
    /* relaxed: the senders' lock orders it, see above */
    leat__add32_rlx(&idle->word, LEAT__IDLE_LOOKS);
}

static inline void leat__idle_unlook(leat__idle *idle)
{
    leat__add32_rlx(&idle->word, -LEAT__IDLE_LOOKS); /* relaxed: likewise */
}

/* Has somebody to be woken for a job? pre: it is queued, or seen there */
static inline bool leat__idle_must_wake(const leat__idle *idle)
{
    /* relaxed: behind the senders' lock, see above */
    uint32_t word = leat__ld32_rlx(&idle->word);
    return word >= LEAT__IDLE_SLEEPS && word % LEAT__IDLE_SLEEPS == 0;
}

/* Wake one, unless somebody looks by now. */
void leat__idle_wake_one(leat__idle *idle);

/* Wake this one if it is asleep. pre: it stays */
void leat__idle_wake(leat__idle *idle, leat__sleeper *sleeper);

/* Wake all of them. pre: nobody sleeps any more who is not asleep now (but may lie
 * down) */
void leat__idle_wake_all(leat__idle *idle);

/* In three steps the calling worker goes from looking to sleeping, and looks when it
 * is woken: lie down, try once more, then sleep or get up. */
void leat__idle_lie_down(leat__idle *idle, leat__sleeper *sleeper);
void leat__idle_sleep(leat__sleeper *sleeper);

/* returns whether it counts as looking, because somebody has woken it meanwhile */
bool leat__idle_get_up(leat__idle *idle, leat__sleeper *sleeper);

#endif
