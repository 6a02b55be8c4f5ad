/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_locked.c - src/chan/locked for GenMC: a message goes through the store or
 * from hand to hand, and a receive that something else ends left it there. */
#include "g_scenes.h"

static leat_cancel *token;

static void one_pass(void)
{
    g_pass(1, 0);
}

/* The store is full: the sender waits, the receiver moves its message up. */
static void one_full(void)
{
    g_begin(1, 0);
    g_put(9);
    m_thread a = m_spawn("sends", g_sends, &g_send);
    m_thread b = m_spawn("receives", g_receives, &g_recv);
    m_join(a);
    m_join(b);
    M_ASSERT(g_send.rc == 0);
    M_ASSERT(g_recv.rc == 0 && g_recv.word == 9);
    M_ASSERT(g_get() == 1);
    g_end();
}

static void one_closed(void)
{
    g_begin(1, 0);
    g_put(9);
    m_thread a = m_spawn("sends", g_sends, &g_send);
    m_thread b = m_spawn("closes", g_closes_rx, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(g_send.rc == LEAT_ECLOSED);
    M_ASSERT(leat_chan_close_reason(leat_tx_chan(g_tx)) == 6);
    M_ASSERT(g_get() == 9);
    M_ASSERT(g_get() == G_NOBODY);
    g_end();
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

/* Sent and cancelled at once: the receiver or the channel has the message. */
static void one_fired(void)
{
    g_begin(1, 0);
    M_ASSERT(leat_cancel_new(&token) == 0);
    g_recv.until.cancel = token;
    g_send.until.deadline_ns = 0;
    m_thread a = m_spawn("sends", g_sends, &g_send);
    m_thread b = m_spawn("receives", g_receives, &g_recv);
    fires(NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(g_send.rc == 0);
    M_ASSERT(g_recv.rc == 0 || g_recv.rc == LEAT_ECANCELED);
    M_ASSERT(g_get() == (g_recv.rc == 0 ? G_NOBODY : 1));
    g_end();
    M_ASSERT(leat_cancel_drop(token));
}

static void one_timed(void)
{
    g_timed(1, 0);
}

/* Two senders, room for one: whoever does not get it waits, or is told so. */
static void two_senders(void)
{
    g_begin(1, 0);
    g_send_too.until.deadline_ns = 0;
    m_thread a = m_spawn("sends", g_sends, &g_send);
    m_thread b = m_spawn("tries", g_sends, &g_send_too);
    g_receives(&g_recv);
    m_join(a);
    m_join(b);
    M_ASSERT(g_send.rc == 0);
    M_ASSERT(g_send_too.rc == 0 || g_send_too.rc == LEAT_EAGAIN);
    uint64_t left = g_get();
    if (g_send_too.rc == 0)
        M_ASSERT(left + g_recv.word == 3 && left != 0 && left != 3);
    else
        M_ASSERT(left == G_NOBODY && g_recv.word == 1);
    g_end();
}

M_MAIN(M_ROW(one_pass), M_ROW(one_full), M_ROW(one_closed), M_ROW(one_fired),
       M_ROW(one_timed), M_ROW(two_senders))
