/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* watch.h - what stands behind the halves of a watch. watch.c has the invariants. */
#ifndef LEAT_CHAN_WATCH_H
#define LEAT_CHAN_WATCH_H

#include "chan/chan.h"
#include <leat/watch.h>

/* At a line of its own. */
typedef struct leat__watch_cell {
    struct leat__watch_cell *next; /* idle */
    size_t lent;       /* how often, while current; under the lock */
    leat__az released; /* I5 of watch.c */
    bool moved;
    bool of_heap;
} leat__watch_cell;

/* Behind the core, at a line of its own. */
typedef struct leat__watch {
    leat__az version; /* written under the lock; a look may do without */
    leat__watch_cell *current;
    leat__watch_cell *idle;
    leat__link waiting;
    size_t header; /* from a cell to its bytes */
    size_t cell_align;
    leat__link near; /* readers that have places; under the lock, as: */
    size_t nearby;   /* how many */
} leat__watch;

/* Into so many places a send looks. */
#define LEAT__WATCH_NEAR 8

/* Behind a reader. */
typedef struct leat__watch_reader {
    leat_chan *core;
    leat__az seen;     /* the version; written under the lock */
    leat__link link;   /* in waiting, or in no list */
    leat__az lent;     /* how often; written under the lock */
    leat__az released; /* so many of them */
    leat__link beside; /* in near, or in no list */
    leat__ap held;     /* borrowed, and not in lent: I6 of watch.c */
} leat__watch_reader;

/* The largest value that a send copies under the lock. */
#define LEAT__WATCH_AT_ONCE 1024

#define LEAT__WATCH_AT     leat__round_up(LEAT__CHAN_BYTES, LEAT__CACHELINE)
#define LEAT__WATCH_BYTES  (LEAT__WATCH_AT + sizeof(leat__watch))
#define LEAT__READER_AT    offsetof(leat_chan, first)
#define LEAT__READER_BYTES (LEAT__READER_AT + sizeof(leat__watch_reader))

static inline leat__watch *leat__watch_of(const leat_chan *core)
{
    return (leat__watch *)(void *)((unsigned char *)(uintptr_t)core +
                                   LEAT__WATCH_AT);
}

static inline leat__watch_reader *leat__watch_reader_of(const leat_chan *chan)
{
    return (leat__watch_reader *)(void *)((unsigned char *)(uintptr_t)chan +
                                          LEAT__READER_AT);
}

static inline leat_chan *leat__watch_chan_of(leat__watch_reader *reader)
{
    return (leat_chan *)(void *)((unsigned char *)reader - LEAT__READER_AT);
}

static inline unsigned char *leat__watch_bytes(const leat_chan *core,
                                               leat__watch_cell *cell)
{
    return (unsigned char *)cell + leat__watch_of(core)->header;
}

/* relaxed: written under the lock, which the caller holds, or a look */
static inline size_t leat__watch_version(const leat_chan *core)
{
    return leat__ldz_rlx(&leat__watch_of(core)->version);
}

static inline bool leat__watch_has_seen(const leat_chan *core,
                                        const leat__watch_reader *reader)
{
    /* relaxed: as leat__watch_version */
    return leat__ldz_rlx(&reader->seen) == leat__watch_version(core);
}

static inline void leat__watch_mark_seen(const leat_chan *core,
                                         leat__watch_reader *reader)
{
    size_t version = leat__watch_version(core);
    leat__stz_rlx(&reader->seen, version); /* relaxed: likewise */
}

/* The value is out of use, and the cell the caller's. NULL: nothing. */
void leat__watch_dispose(leat_chan *core, leat__watch_cell *cell);

/* verbs of watches and of readers */
void leat__watch_close(leat_chan *core, int reason);
bool leat__watch_leave(leat_chan *core, enum leat__dir half);
bool leat__watch_reader_leave(leat_chan *chan, enum leat__dir half);
void leat__watch_free(leat_chan *core);
void leat__watch_reader_free(leat_chan *chan);

/* The core of a half or view. aborts if it is of no watch. */
leat_chan *leat__watch_core(leat_chan *chan);

extern const leat__verbs leat__watch_reader_verbs;

#endif
