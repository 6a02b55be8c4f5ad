/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* oneshot.h - what making a oneshot and using it share. */
#ifndef LEAT_CHAN_ONESHOT_H
#define LEAT_CHAN_ONESHOT_H

#include "base/mem.h"
#include "base/poison.h"
#include "chan/chan.h"

/* Of state, beside those of every channel; see oneshot.c. */
enum {
    LEAT__ONCE_FULL = 16u,
    LEAT__ONCE_SLOW = 32u,
    LEAT__ONCE_TX_GONE = 64u,
    LEAT__ONCE_RX_GONE = 128u,
    LEAT__ONCE_TX_LEFT = 256u,
    LEAT__ONCE_RX_LEFT = 512u,
    LEAT__ONCE_ENDED = LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED
};

/* Its shape, immutable after new. */
enum {
    LEAT__ONCE_SIZED = 1u, /* the value is no word, or it is not in `near` */
    LEAT__ONCE_TELLS = 2u, /* there is a hook for its end, behind the channel */
    LEAT__ONCE_SHOWN = 4u, /* it has a record */
    LEAT__ONCE_SPARE =
        8u /* a word, from the heap, without options: see spare */
};

/* What a oneshot has of a channel: all before what is of other kinds only. */
#define LEAT__ONCE_BYTES offsetof(leat_chan, first)

/* Follows it, if somebody is to be told. */
typedef struct leat__once_hook {
    void (*gone)(void *arg);
    void *arg;
} leat__once_hook;

static inline leat__once_hook *leat__once_hook_of(leat_chan *chan)
{
    return (leat__once_hook *)(void *)((unsigned char *)chan +
                                       LEAT__ONCE_BYTES);
}

/* Is it a word near by, of which nobody is told anything? */
static inline bool leat__once_is_plain(const leat_chan *chan)
{
    return chan->way[LEAT__SEND] == LEAT__WAY_ONESHOT &&
           (chan->once.shape & ~(unsigned)LEAT__ONCE_SPARE) == 0;
}

/* Most oneshots never have anybody in a queue: they are made when somebody first comes to
 * the lock, or the channel can be seen. */
static inline void leat__once_queues_init(leat_chan *chan)
{
    leat__list_init(&chan->goneq);
    leat__list_init(&chan->sendq);
    leat__list_init(&chan->recvq);
}

static inline unsigned char *leat__once_slot(leat_chan *chan)
{
    return (unsigned char *)chan + chan->once.slot_at;
}

/* One block that the calling thread keeps for its next oneshot: asking the allocator takes
 * longer than all else that a oneshot does. Kept are blocks of shape SPARE by which nothing
 * has happened but the short ways, so that tags and state are all that a new life needs;
 * and only while memory comes from the C library. The thread's end frees it.
 *
 * Not where the memory's checkers are to see that it is free, and not in the scheduler,
 * all of whose threads are one. */
#if defined(LEAT_SIM) || defined(LEAT_GENMC) || defined(LEAT__ASAN) ||         \
    (defined(LEAT_VALGRIND) && LEAT_VALGRIND) || LEAT_DEBUG
#define LEAT__ONCE_SPARES 0
#else
#define LEAT__ONCE_SPARES 1

typedef struct leat__once_spare {
    leat_chan *block; /* NULL: none */
    bool
        has_room; /* for a block: there is none, and the thread's end is watched */
    bool is_watched; /* it has been, or could not be: not again */
} leat__once_spare;

extern LEAT__THREAD_LOCAL leat__once_spare leat__spare;
#endif

#endif
