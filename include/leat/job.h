/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* job.h - something to run, for whoever runs things: a function and its argument.
 *
 *     leat_job job = {.fn = resize, .arg = image, .discard = image_free,
 *                     .name = "resize"};
 *
 * A job is passed by value. Who accepts it (a call that returns 0) has its argument;
 * if the call fails, the argument is still yours and nothing was called. An accepted
 * job is run once, or, if it is given up before it began, has its discard called
 * once; never both. */
#ifndef LEAT_JOB_H
#define LEAT_JOB_H

#include <leat/api.h>
#include <leat/until.h>

LEAT_BEGIN_DECLS

/* What is run. `stop` is a token for this run, never NULL and borrowed until fn
 * returns: when it fires, fn has been asked to come to an end. Nothing forces it to;
 * put the token into each wait (leat_or_cancel), or ask leat_cancel_check. What fn
 * returns is handed to whoever joins; what it means is yours. In C++ fn must not let
 * an exception out. */
typedef int leat_fn(void *arg, leat_cancel *stop);

LEAT_END_DECLS

/* All zero is the default for each field but fn. */
typedef struct leat_job {
    leat_fn *fn;                /* never NULL */
    void *arg;                  /* what fn is given */
    void (*discard)(void *arg); /* called instead of fn if an accepted job never
            runs, holding no lock of leat's; NULL: there is nothing to do */
    const char *name; /* copied; for dumps and debuggers; may be NULL */
} leat_job;

#endif
