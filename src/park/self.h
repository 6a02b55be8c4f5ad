/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* self.h - who runs: what the calling thread is known by, for dumps and for "is that
 * me?". Threads that leat did not start are nobody. */
#ifndef LEAT_PARK_SELF_H
#define LEAT_PARK_SELF_H

#include "os/os.h"

/* Part of whatever stands behind the thread; there while it is set. */
typedef struct leat__self {
    const char *name; /* never NULL */
    struct leat__runner
        *runner; /* a worker that runs tasks (thread/task.h), or NULL */
} leat__self;

static inline void leat__self_init(leat__self *self, const char *name)
{
    self->name = name;
    self->runner = NULL;
}

static inline leat__self *leat__self_now(void)
{
    return leat__os_self();
}

/* From here on the calling thread is `self`; NULL: nobody. */
static inline void leat__self_set(leat__self *self)
{
    leat__os_self_set(self);
}

/* The name of the calling thread; "" if it has none. */
static inline const char *leat__self_name(void)
{
    const leat__self *self = leat__self_now();
    return self == NULL ? "" : self->name;
}

#endif
