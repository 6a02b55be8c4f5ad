/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* handle.h - what the handle of a thread and the handle of a task have in common: a
 * function that somebody runs, told to stop by a token, joined by a latch.
 *
 *     | leat_thread or leat_task, which begins with a leat__handle | name\0 |
 *
 * Who keeps what.
 *   the block     the owners of `stop`. The handles together are one of them, whoever
 *                 runs the function is one, and who clones the token is one more
 *   the handle    `owners`, from 1 up and down to 0 for good
 *
 * Invariants.
 *   I1  result is written before ended fires, by whoever ends it, and never after
 *   I2  tag is the noun's while the handle has owners
 *
 * Progress and lifetime. Nothing here waits but a join. LAST TOUCH of the block: giving
 * up one's part of stop.
 *
 * MODEL: tests/model/m_thread.c, m_pool.c */
#ifndef LEAT_THREAD_HANDLE_H
#define LEAT_THREAD_HANDLE_H

#include "cancel/cancel.h"
#include "park/token.h"
#include <leat/job.h>

typedef struct leat__handle {
    leat_cancel stop; /* its last owner frees the block */
    uint32_t tag;
    leat__a32 owners;
    leat__token ended;
    const char *name;
    leat_fn *fn;
    void *arg;
    int result;
} leat__handle;

/* A block of `bytes`, with a copy of the job's name behind them, whose handle has one
 * owner and which somebody is to run. NULL: no memory */
void *leat__handle_new(size_t bytes, size_t align, const leat_job *job,
                       uint32_t tag);

/* One more owner. pre: the caller is one */
void leat__handle_own(leat__handle *handle);

/* One owner less. false: there are others. true: the handle is dead, and the caller
 * has to give up its part of stop. aborts with the sentence if a join still waits */
bool leat__handle_disown(leat__handle *handle, const char *sentence);

/* It has come to its end. The caller keeps its part of stop. */
void leat__handle_end(leat__handle *handle, int result);

#endif
