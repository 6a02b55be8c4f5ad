/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* thread.h - starting and ending a thread, as all parts do it. */
#ifndef TICKETDESK_THREAD_H
#define TICKETDESK_THREAD_H

#include <assert.h>
#include <leat.h>

/* Returns 0 or a code. */
static inline int thread_start(leat_thread **thread, leat_fn *fn, void *arg,
                               const char *name)
{
    leat_job job = {.fn = fn, .arg = arg, .name = name};

    return leat_thread_spawn(thread, job, NULL);
}

/* Wait for its end. */
static inline void thread_end(leat_thread *thread)
{
    int rc = leat_thread_join(thread, NULL, leat_forever());

    assert(rc == 0); /* for ever does not give up */
    (void)rc;
    leat_thread_drop(thread);
}

#endif
