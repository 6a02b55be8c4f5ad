/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* oneshot.h - what making a oneshot and using it share. */
#ifndef LEAT_CHAN_ONESHOT_H
#define LEAT_CHAN_ONESHOT_H

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

/* Its shape, all bits: 0 is a word near by, of which nobody is told anything. Immutable
 * after new. */
enum {
    LEAT__ONCE_SIZED = 1u, /* the value is no word, or it is not in `near` */
    LEAT__ONCE_TELLS = 2u, /* there is a hook for its end, behind the channel */
    LEAT__ONCE_SHOWN = 4u  /* it has a record */
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

/* Is it of shape 0, and does not count? */
static inline bool leat__once_is_plain(const leat_chan *chan)
{
    return chan->way == LEAT__WAY_ONESHOT && chan->once.shape == 0;
}

static inline unsigned char *leat__once_slot(leat_chan *chan)
{
    return (unsigned char *)chan + chan->once.slot_at;
}

#endif
