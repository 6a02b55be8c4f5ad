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

static inline unsigned char *leat__once_slot(leat_chan *chan)
{
    return (unsigned char *)chan + chan->once.slot_at;
}

#endif
