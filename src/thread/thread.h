/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* thread.h - what stands behind a leat_thread: one block of memory.
 *
 *     | leat_thread | name\0 |
 *
 * Who keeps what.
 *   the block       the owners of `stop`. The handles together are one of them, the
 *                   running thread is one, and who clones the token is one more
 *   the handle      `owners`, from 1 up and down to 0 for good
 *   the OS thread   has to be given back to the system once: joined, or detached. The
 *                   first join that sees `ended` joins it (`joining`); if there is
 *                   none, the last owner of the handle detaches it
 *
 * Two latches, because an end has two moments. `ended`: fn is over and its result
 * there; until then a join may give up. `gone`: the system's thread is over as well.
 * One joiner waits for that in the system, the others for him. Between the two only
 * the destructors of thread-specific data run, which cannot be waited for with a
 * deadline everywhere.
 *
 * Invariants.
 *   I1  result is written before ended fires, by the thread, and never after
 *   I2  joining goes from 0 to 1 once, after ended, by somebody who has the handle; so
 *       whoever takes owners to 0 knows whether it has
 *   I3  handle is the system's thread, for whoever has the handle, until it is given
 *       back
 *
 * Progress and lifetime. A join waits for the thread; nothing else waits. LAST TOUCH
 * of the block: giving up one's part of stop.
 *
 * MODEL: tests/model/m_thread.c */
#ifndef LEAT_THREAD_THREAD_H
#define LEAT_THREAD_THREAD_H

#include "cancel/cancel.h"
#include "os/os.h"
#include "park/self.h"
#include "park/token.h"
#include <leat/thread.h>

struct leat_thread {
    leat_cancel stop; /* its last owner frees the block */
    uint32_t tag;     /* THREAD_TAG while the handle has owners */
    leat__a32 owners;
    leat__a32 joining;
    leat__token ended;
    leat__token gone;
    leat__os_thread os;
    leat__self self;
    leat_fn *fn;
    void *arg;
    int result;
};

/* What fires when fn is over. aborts if it is no live handle */
leat__token *leat__thread_ended(leat_thread *thread);

#endif
