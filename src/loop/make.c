/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* make.c - creating and ending loops: one block of memory, up to three descriptors. */
#include "base/mem.h"
#include "loop/loop.h"
#include "park/spin.h"

#define LOOP_TAG 0x6c746c70u /* "ltlp" */

leat_loop *leat__loop_check(leat_loop *loop)
{
    LEAT_CHECK(loop != NULL && loop->tag == LOOP_TAG,
               "this is not a live event loop (leat_loop)");
    return loop;
}

static const leat_loop_opts loop_defaults = {.size = sizeof(leat_loop_opts)};

static bool loop_opts_valid(const leat_loop_opts *opts)
{
    return opts->size == sizeof *opts &&
           (opts->flags & ~LEAT_LOOP_NO_TIMER) == 0;
}

/* Field by field: the checkers want memory to be written as it will be read. */
static int loop_init(leat_loop *loop, void *block, const leat_loop_opts *opts)
{
    if (opts->notify == NULL) {
        bool timed = (opts->flags & LEAT_LOOP_NO_TIMER) == 0;
        int rc = leat__os_bell_open(&loop->bell, timed);
        if (rc < 0)
            return rc;
    }
    loop->tag = LOOP_TAG;
    loop->block = block;
    loop->notify = opts->notify;
    loop->notify_arg = opts->notify_arg;
    loop->dispatching = false;
    loop->awake = false;
    loop->rung = false;
    loop->started = 0;
    loop->watching = 0;
    loop->ready_first = NULL;
    loop->ready_last = NULL;
    loop->ready_count = 0;
    leat__heap_init(&loop->deadlines);
    loop->armed_ns = INT64_MAX;
    loop->alarm = (leat__alarm){.ring = leat__loop_alarm};
    loop->rings_owed = 0;
    /* relaxed: nobody knows the loop yet */
    leat__stp_rlx(&loop->completed, NULL);
    leat__st32_rlx(&loop->rings_done, 0);
#if LEAT_DEBUG
    leat__stp_rlx(&loop->driver, NULL);
#endif
    return 0;
}

int leat_loop_new(leat_loop **out, const leat_loop_opts *opts)
{
    LEAT_CHECK(out != NULL, "leat_loop_new: out is NULL");
    if (opts == NULL)
        opts = &loop_defaults;
    if (!loop_opts_valid(opts))
        return LEAT_EINVAL;
    leat_loop *loop = leat__mem_alloc(sizeof *loop, alignof(leat_loop));
    if (loop == NULL)
        return LEAT_ENOMEM;
    int rc = loop_init(loop, loop, opts);
    if (rc < 0)
        leat__mem_free(loop);
    else
        *out = loop;
    return rc;
}

size_t leat_loop_footprint(const leat_loop_opts *opts)
{
    if (opts != NULL && !loop_opts_valid(opts))
        return 0;
    return sizeof(leat_loop) + alignof(leat_loop) - 1;
}

int leat_loop_new_in(leat_loop **out, void *mem, size_t mem_bytes,
                     const leat_loop_opts *opts)
{
    LEAT_CHECK(out != NULL && mem != NULL,
               "leat_loop_new_in: out or mem is NULL");
    if (opts == NULL)
        opts = &loop_defaults;
    /* not what happens to fit at this address: what fits at any */
    if (!loop_opts_valid(opts) || mem_bytes < leat_loop_footprint(opts))
        return LEAT_EINVAL;
    leat_loop *loop =
        leat__mem_within(mem, mem_bytes, sizeof *loop, alignof(leat_loop));
    int rc = loop_init(loop, NULL, opts);
    if (rc == 0)
        *out = loop;
    return rc;
}

/* A completer may still be in a call of notify, of which the driver has made use. */
static void await_pokes(leat_loop *loop)
{
    leat__spin spin = LEAT__SPIN_PARKED;
    /* ORDER loop.poked: the last call is over before the loop goes. */
    while (leat__ld32_acq(&loop->rings_done) != loop->rings_owed) {
        if (!leat__spin_turn(&spin))
            leat__os_nap();
    }
}

bool leat_loop_drop(leat_loop *loop)
{
    if (loop == NULL)
        return false;
    leat__loop_enter(leat__loop_check(loop));
    LEAT_CHECK(!loop->dispatching,
               "leat_loop_drop: called from a callback of the same loop");
    LEAT_CHECK(loop->started == 0,
               "leat_loop_drop: an operation of the loop is still started");
    if (loop->notify == NULL)
        leat__os_bell_close(&loop->bell); /* loop.c, I5 */
    else
        await_pokes(loop);
    loop->tag = 0;
    leat__mem_free(loop->block);
    return true;
}
