/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_seg.c - src/chan/seg for GenMC: segments of two messages, the one spare
 * that is taken with the lock free, and memory that is all given back. */
#include "g_chan.h"

static struct g_call calls[3];

static void begin(void)
{
    g_open(LEAT_UNBOUNDED, 0);
    for (uint64_t i = 0; i < 3; i++)
        calls[i] = (struct g_call){i + 1, {INT64_MAX, NULL}, 0};
}

/* Two senders want a first segment at once. */
static void two_grow(void)
{
    begin();
    m_thread a = m_spawn("sends", g_sends, &calls[0]);
    m_thread b = m_spawn("sends", g_sends, &calls[1]);
    m_join(a);
    m_join(b);
    M_ASSERT(calls[0].rc == 0 && calls[1].rc == 0);
    M_ASSERT(g_get() + g_get() == 3);
    M_ASSERT(g_get() == G_NOBODY);
    g_end();
}

/* A receive retires a segment while a send wants one: the spare, or fresh. */
static void one_retires(void)
{
    begin();
    for (uint64_t i = 5; i < 9; i++)
        g_put(i);
    M_ASSERT(g_get() == 5 && g_get() == 6);
    m_thread a = m_spawn("receives", g_receives, &calls[0]);
    m_thread b = m_spawn("sends", g_sends, &calls[1]);
    m_join(a);
    m_join(b);
    M_ASSERT(calls[0].rc == 0 && calls[0].word == 7);
    M_ASSERT(calls[1].rc == 0);
    M_ASSERT(g_get() == 8 && g_get() == 2);
    g_end();
}

/* The same among two senders, who both want it. */
static void one_spare_for_two(void)
{
    begin();
    for (uint64_t i = 5; i < 9; i++)
        g_put(i);
    M_ASSERT(g_get() == 5 && g_get() == 6);
    m_thread a = m_spawn("receives", g_receives, &calls[0]);
    m_thread b = m_spawn("sends", g_sends, &calls[1]);
    m_thread c = m_spawn("sends", g_sends, &calls[2]);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(calls[0].rc == 0 && calls[0].word == 7);
    M_ASSERT(g_get() == 8 && g_get() + g_get() == 5);
    g_end();
}

/* A receiver that waits takes a message from its sender, without the store. */
static void hand_to_hand(void)
{
    begin();
    m_thread a = m_spawn("receives", g_receives, &calls[0]);
    m_thread b = m_spawn("sends", g_sends, &calls[1]);
    m_join(a);
    m_join(b);
    M_ASSERT(calls[0].rc == 0 && calls[0].word == 2);
    M_ASSERT(g_get() == G_NOBODY);
    g_end();
}

M_MAIN(M_ROW(two_grow), M_ROW(one_retires), M_ROW(one_spare_for_two),
       M_ROW(hand_to_hand))
