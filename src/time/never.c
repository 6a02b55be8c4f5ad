/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* never.c - the receiver of nothing: one channel for the process, never closed and
 * never freed. One owner of its receiving half is nobody's, so no drop is the last. */
#include "chan/chan.h"

#include <leat/time.h>

static int never_try(leat_chan *chan, void *msg)
{
    (void)chan;
    (void)msg;
    return LEAT_EAGAIN;
}

static ptrdiff_t never_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    (void)chan;
    (void)msgs;
    (void)max;
    return LEAT_EAGAIN;
}

/* Whoever waits here is found by nobody, and need not be in a queue for that. */
static int never_enlist(leat_chan *chan, enum leat__dir dir,
                        leat__waiter *waiter)
{
    (void)chan;
    (void)dir;
    (void)waiter;
    return LEAT_EAGAIN;
}

static void never_close(leat_chan *chan, int reason)
{
    (void)chan;
    (void)reason;
}

static void never_discard(leat_chan *chan)
{
    (void)chan;
}

/* There is no sending half, so nothing of one. */
static const leat__verbs never_verbs = {
    .stays_without = 1u << LEAT__SEND,
    .name = "never",
    .try_recv = never_try,
    .recv_many = never_recv_many,
    .peek = never_try,
    .enlist = never_enlist,
    .arm = never_enlist,
    .close = never_close,
    .discard = never_discard,
};

static leat_chan the_never = {
    .rx = {.tag = LEAT__RX_TAG, .owners = {1}},
    .kind = LEAT__NEVER,
    .bounded = true,
    .lent = true,
    .verbs = &never_verbs,
    .holds = {1},
    .weak_rx = {.tag = LEAT__WEAK_RX_TAG},
    .goneq = {&the_never.goneq, &the_never.goneq},
    .sendq = {&the_never.sendq, &the_never.sendq},
    .recvq = {&the_never.recvq, &the_never.recvq},
};

leat_rx *leat_never(void)
{
    return leat_rx_clone(&the_never.rx);
}
