/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_scenes.h - what is asked of each kind of channel that stores messages, for the
 * harnesses that GenMC runs: a message passes, a full channel makes the sender wait, the
 * oldest is displaced, a segment ends, somebody closes. */
#ifndef LEAT_TESTS_MODEL_G_SCENES_H
#define LEAT_TESTS_MODEL_G_SCENES_H

#include "g_chan.h"

static struct g_call g_send;
static struct g_call g_send_too;
static struct g_call g_recv;

static inline void g_begin(size_t capacity, uint32_t flags)
{
    g_open(capacity, flags);
    g_send = (struct g_call){1, {INT64_MAX, NULL}, 0};
    g_send_too = (struct g_call){2, {INT64_MAX, NULL}, 0};
    g_recv = (struct g_call){0, {INT64_MAX, NULL}, 0};
}

/* The same for a channel that is full: two are there. */
static inline void g_begin_full(uint32_t flags)
{
    g_begin(2, flags);
    g_put(8);
    g_put(9);
}

/* Two calls at the same time, to their ends. */
static inline void g_both(void *(*one)(void *), struct g_call *of_one,
                          void *(*other)(void *), struct g_call *of_other)
{
    m_thread a = m_spawn("one", one, of_one);
    m_thread b = m_spawn("other", other, of_other);
    m_join(a);
    m_join(b);
}

/* One message; the receiver may look, linger, sleep. */
static inline void g_pass(size_t capacity, uint32_t flags)
{
    g_begin(capacity, flags);
    g_both(g_sends, &g_send, g_receives, &g_recv);
    M_ASSERT(g_send.rc == 0);
    M_ASSERT(g_recv.rc == 0 && g_recv.word == 1);
    g_end();
}

/* A full ring: the sender waits for a slot, or the receiver moves its message in. */
static inline void g_full(uint32_t flags)
{
    g_begin_full(flags);
    g_both(g_sends, &g_send, g_receives, &g_recv);
    M_ASSERT(g_send.rc == 0);
    M_ASSERT(g_recv.rc == 0 && g_recv.word == 8);
    M_ASSERT(g_get() == 9);
    M_ASSERT(g_get() == 1);
    g_end();
}

static inline void *g_forces(void *arg)
{
    struct g_call *call = arg;
    uint64_t displaced = G_NOBODY;
    call->rc = leat_tx_force(g_tx, &call->word, &displaced);
    M_ASSERT((call->rc == 1) == (displaced != G_NOBODY));
    call->word = displaced;
    return NULL;
}

/* A full ring: the oldest is displaced or received, never both. */
static inline void g_forced(uint32_t flags)
{
    g_begin_full(flags);
    g_both(g_forces, &g_send, g_receives, &g_recv);
    M_ASSERT(g_send.rc == 0 || g_send.rc == 1);
    M_ASSERT(g_recv.rc == 0);
    if (g_send.rc == 1) {
        M_ASSERT(g_send.word == 8 && g_recv.word == 9);
    } else {
        M_ASSERT(g_recv.word == 8);
        M_ASSERT(g_get() == 9);
    }
    M_ASSERT(g_get() == 1);
    g_end();
}

/* Across a segment's end: it is retired while a sender wants a new one. */
static inline void g_follow(uint32_t flags)
{
    g_begin(LEAT_UNBOUNDED, flags);
    g_put(7);
    g_put(8);
    g_put(9); /* the second segment has one more slot */
    M_ASSERT(g_get() == 7);
    M_ASSERT(g_get() == 8);
    g_put(10);
    g_both(g_sends, &g_send, g_receives, &g_recv);
    M_ASSERT(g_recv.rc == 0 && g_recv.word == 9);
    M_ASSERT(g_get() == 10);
    M_ASSERT(g_get() == 1);
    g_end();
}

/* Another thread closes while a message is sent: refused, or it is there. Who finds the
 * channel closed finds all that was sent. */
static inline void g_closed_meanwhile(uint32_t flags)
{
    g_begin(2, flags);
    m_thread a = m_spawn("sends", g_sends, &g_send);
    m_thread b = m_spawn("closes", g_closes_rx, NULL);
    m_join(b);
    g_receives(&g_recv); /* closed: it cannot wait */
    m_join(a);
    M_ASSERT(g_send.rc == 0 || g_send.rc == LEAT_ECLOSED);
    M_ASSERT((g_send.rc == 0) == (g_recv.rc == 0));
    g_end();
}

static inline void g_closed_asleep(uint32_t flags)
{
    g_begin(2, flags);
    g_both(g_receives, &g_recv, g_closes_tx, NULL);
    M_ASSERT(g_recv.rc == LEAT_ECLOSED);
    M_ASSERT(leat_chan_close_reason(leat_tx_chan(g_tx)) == 5);
    g_end();
}

/* A deadline: the message is taken, or it is still there. */
static inline void g_timed(size_t capacity, uint32_t flags)
{
    g_begin(capacity, flags);
    g_recv.until.deadline_ns = 20;
    g_both(g_sends, &g_send, g_receives, &g_recv);
    M_ASSERT(g_send.rc == 0);
    M_ASSERT(g_recv.rc == 0 || g_recv.rc == LEAT_ETIMEDOUT);
    M_ASSERT(g_get() == (g_recv.rc == 0 ? G_NOBODY : 1));
    g_end();
}

#endif
