/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* promise.h - debug builds abort when calls on a promised end overlap; release
 * builds trust. A call that waits is a call in progress, so it counts too. */
#ifndef LEAT_CHAN_PROMISE_H
#define LEAT_CHAN_PROMISE_H

#include "chan/chan.h"

static inline const char *leat__promise_sentence(enum leat__dir dir)
{
    return dir == LEAT__SEND
               ? "two sends at once on a channel that promises a single "
                 "producer"
               : "two receives at once on a channel that promises a single "
                 "consumer";
}

static inline bool leat__promised(const leat_chan *chan, enum leat__dir dir)
{
    return (chan->flags & (dir == LEAT__SEND ? LEAT_SINGLE_PRODUCER
                                             : LEAT_SINGLE_CONSUMER)) != 0;
}

/* A call that may have the end several times (a select) says by a number, not 0, that it
 * is the same. */
static inline void leat__promise_begin_as(leat_chan *chan, enum leat__dir dir,
                                          uint32_t call)
{
#if LEAT_DEBUG
    if (leat__promised(chan, dir)) {
        /* relaxed: overlap shows without it, and order between calls is the
         * callers' to give: what we added here ThreadSanitizer would not miss */
        uint32_t calls = leat__xchg32_rlx(&chan->record->calls[dir], call);
        LEAT_CHECK(calls == 0 || (calls == call && call != 1),
                   leat__promise_sentence(dir));
    }
#else
    (void)chan;
    (void)dir;
    (void)call;
#endif
}

static inline void leat__promise_begin(leat_chan *chan, enum leat__dir dir)
{
    leat__promise_begin_as(chan, dir, 1);
}

static inline void leat__promise_end(leat_chan *chan, enum leat__dir dir)
{
#if LEAT_DEBUG
    if (leat__promised(chan, dir))
        leat__st32_rlx(&chan->record->calls[dir], 0); /* relaxed: see above */
#else
    (void)chan;
    (void)dir;
#endif
}

#endif
