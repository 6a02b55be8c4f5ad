/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* thread.c - starting, joining and letting go of threads. See thread.h. */
#include "thread/thread.h"
#include "base/mem.h"

#include <leat/err.h>

#define THREAD_TAG 0x6c747468u /* "ltth" */

static void check_thread(const leat_thread *thread)
{
    LEAT_CHECK(thread != NULL && thread->handle.tag == THREAD_TAG,
               "leat_thread: this is not a live thread handle");
}

/* ---- in the new thread --------------------------------------------------------- */

static void run_job(void *arg)
{
    leat_thread *thread = arg;
    leat__self_set(&thread->self);
    if (thread->self.name[0] != '\0')
        leat__os_name_self(thread->self.name);
    leat__handle *handle = &thread->handle;
    handle->result = handle->fn(handle->arg, &handle->stop);
}

/* After run_job, however that ended. */
static void end_thread(void *arg)
{
    leat_thread *thread = arg;
    leat__self_set(NULL);
    leat__handle_end(&thread->handle, thread->handle.result);
    leat_cancel_drop(&thread->handle.stop); /* LAST TOUCH */
}

/* ---- spawn ---------------------------------------------------------------------- */

static leat_thread *make_thread(const leat_job *job)
{
    leat_thread *thread =
        leat__handle_new(sizeof *thread, LEAT__CACHELINE, job, THREAD_TAG);
    if (thread == NULL)
        return NULL;
    thread->handle.result = LEAT_EEXITED; /* unless fn returns */
    leat__st32_rlx(&thread->joining, 0);  /* relaxed: nobody knows it yet */
    leat__token_init(&thread->gone);
    thread->os.run = run_job;
    thread->os.finish = end_thread;
    thread->os.arg = thread;
    thread->os.handle = 0;
    leat__self_init(&thread->self, thread->handle.name);
    return thread;
}

int leat_thread_spawn(leat_thread **out, leat_job job,
                      const leat_thread_opts *opts)
{
    LEAT_CHECK(out != NULL, "leat_thread_spawn: out is NULL");
    LEAT_CHECK(job.fn != NULL,
               "leat_thread_spawn: job.fn is NULL: there is nothing to run");
    if (opts != NULL && opts->size != sizeof *opts)
        return LEAT_EINVAL;
    leat_thread *thread = make_thread(&job);
    if (thread == NULL)
        return LEAT_ENOMEM;
    int rc = leat__os_thread_start(&thread->os,
                                   opts != NULL ? opts->stack_bytes : 0);
    if (rc < 0) {
        leat__mem_free(thread);
        return rc;
    }
    *out = thread;
    return 0;
}

/* ---- join ------------------------------------------------------------------------ */

/* Wait until the system is done with a thread that has ended. */
static void see_off(leat_thread *thread)
{
    uint32_t nobody = 0;
    /* relaxed: who comes first is all that is asked. The thread's own doings come
     * with `ended`, and the first one's with `gone`. */
    if (leat__cas32_rlx(&thread->joining, &nobody, 1)) {
        leat__os_thread_join(&thread->os);
        leat__token_fire(&thread->gone);
    } else {
        int rc = leat__token_wait(&thread->gone, NULL, INT64_MAX);
        LEAT_ASSERT(rc == 0);
        (void)rc;
    }
}

int leat_thread_join(leat_thread *thread, int *result, leat_until until)
{
    check_thread(thread);
    LEAT_CHECK(leat__self_now() != &thread->self,
               "leat_thread_join: a thread joins itself");
    int rc = leat__cancel_await(&thread->handle.ended, until);
    if (rc < 0)
        return rc;
    if (!leat__token_fired(&thread->gone))
        see_off(thread);
    if (result != NULL)
        *result = thread->handle.result;
    return 0;
}

leat__token *leat__thread_ended(leat_thread *thread)
{
    check_thread(thread);
    return &thread->handle.ended;
}

bool leat_thread_is_done(leat_thread *thread)
{
    check_thread(thread);
    return leat__token_fired(&thread->handle.ended);
}

/* ---- the handle -------------------------------------------------------------------- */

leat_cancel *leat_thread_stop(leat_thread *thread)
{
    check_thread(thread);
    return &thread->handle.stop;
}

const char *leat_thread_name(leat_thread *thread)
{
    check_thread(thread);
    return thread->handle.name;
}

const char *leat_thread_self_name(void)
{
    return leat__self_name();
}

leat_thread *leat_thread_clone(leat_thread *thread)
{
    check_thread(thread);
    leat__handle_own(&thread->handle);
    return thread;
}

bool leat_thread_drop(leat_thread *thread)
{
    if (thread == NULL)
        return false;
    check_thread(thread);
    if (!leat__handle_disown(&thread->handle,
                             "leat_thread_drop: a join still waits on the "
                             "handle that its last owner drops"))
        return false;
    LEAT_CHECK(
        !leat__token_is_carried(&thread->gone),
        "leat_thread_drop: a join still waits on the handle that its last "
        "owner drops");
    /* relaxed: handle.drop has it */
    if (leat__ld32_rlx(&thread->joining) == 0)
        leat__os_thread_detach(&thread->os); /* I1 */
    leat_cancel_drop(&thread->handle.stop);  /* LAST TOUCH */
    return true;
}
