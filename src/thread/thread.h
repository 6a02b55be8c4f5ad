/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* thread.h - what stands behind a leat_thread: a handle (handle.h), and a thread of
 * the system that runs it.
 *
 * The system's thread has to be given back to it once: joined, or detached. The first
 * join that sees `ended` joins it (`joining`); if there is none, the last owner of the
 * handle detaches it.
 *
 * Two latches, because an end has two moments. The handle's `ended`: fn is over and its
 * result there; until then a join may give up. `gone`: the system's thread is over too.
 * One joiner waits for that in the system, the others for him. Between the two only
 * the destructors of thread-specific data run, which cannot be waited for with a
 * deadline everywhere.
 *
 * Invariants.
 *   I1  joining goes from 0 to 1 once, after ended, by somebody who has the handle; so
 *       whoever takes owners to 0 knows whether it has
 *   I2  os.handle is the system's thread, for whoever has the handle, until it is given
 *       back
 *
 * Progress and lifetime. A join waits for the thread; nothing else waits. LAST TOUCH
 * of the block: giving up one's part of stop.
 *
 * MODEL: tests/model/m_thread.c */
#ifndef LEAT_THREAD_THREAD_H
#define LEAT_THREAD_THREAD_H

#include "os/os.h"
#include "park/self.h"
#include "thread/handle.h"
#include <leat/thread.h>

struct leat_thread {
    leat__handle handle; /* tag: THREAD_TAG */
    leat__a32 joining;
    leat__token gone;
    leat__os_thread os;
    leat__self self;
};

/* What fires when fn is over. aborts if it is no live handle */
leat__token *leat__thread_ended(leat_thread *thread);

#endif
