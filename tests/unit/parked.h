/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* parked.h - waiting until somebody waits, by looking inside.
 *
 * A test that needs a blocked thread asks the channel instead of sleeping for a
 * guessed time. If it never comes to that, the watchdog ends the test. */
#ifndef LEAT_TESTS_PARKED_H
#define LEAT_TESTS_PARKED_H

#include "cancel/cancel.h"
#include "chan/oneshot.h"
#include "os/os.h"

static inline size_t links_of(leat__lock *lock, const leat__link *head)
{
    size_t n = 0;
    leat__lock_acquire(lock);
    for (const leat__link *at = head->next; at != head; at = at->next)
        n++;
    leat__lock_release(lock);
    return n;
}

/* A oneshot has no queues before somebody has come to its lock. */
static inline bool has_queues(leat_chan *chan)
{
    return chan->kind != LEAT__ONESHOT || leat__chan_is(chan, LEAT__ONCE_SLOW);
}

/* Sends or receives enlisted at the channel right now. */
static inline size_t parked(leat_chan *chan, enum leat__dir dir)
{
    if (!has_queues(chan))
        return 0;
    return links_of(&leat__chan_core(chan)->lock,
                    dir == LEAT__SEND ? &chan->sendq : &chan->recvq);
}

/* Until exactly n sends or receives are enlisted at the channel. */
static inline void t_wait_parked(leat_chan *chan, enum leat__dir dir, size_t n)
{
    while (parked(chan, dir) != n)
        leat__os_nap();
}

/* Until exactly n waits carry the token. */
static inline void t_wait_carried(leat_cancel *cancel, size_t n)
{
    leat__token *token = leat__cancel_token(cancel);
    while (links_of(&token->lock, &token->carriers) != n)
        leat__os_nap();
}

#endif
