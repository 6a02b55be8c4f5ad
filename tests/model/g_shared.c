/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_shared.c - src/chan/ends for GenMC, with ends that several share: nobody looks at
 * the sleepers behind a fence there, so that who goes to sleep has to visit the other
 * end; both ends are entered for others; closing is one step. */
#include "g_scenes.h"

static void ring_pass(void)
{
    g_pass(2, 0);
}

static void ring_pass_tx_alone(void)
{
    g_pass(2, LEAT_SINGLE_PRODUCER);
}

static void ring_pass_rx_alone(void)
{
    g_pass(2, LEAT_SINGLE_CONSUMER);
}

static void segs_pass(void)
{
    g_pass(LEAT_UNBOUNDED, 0);
}

static void ring_full(void)
{
    g_full(0);
}

static void ring_full_tx_alone(void)
{
    g_full(LEAT_SINGLE_PRODUCER);
}

static void ring_full_rx_alone(void)
{
    g_full(LEAT_SINGLE_CONSUMER);
}

/* Two senders into room for two: neither waits for a receiver. */
static void two_senders(void)
{
    g_begin(2, 0);
    m_thread a = m_spawn("sends", g_sends, &g_send);
    m_thread b = m_spawn("sends", g_sends, &g_send_too);
    m_join(a);
    m_join(b);
    M_ASSERT(g_send.rc == 0 && g_send_too.rc == 0);
    M_ASSERT(g_get() + g_get() == 3);
    M_ASSERT(g_get() == G_NOBODY);
    g_end();
}

/* The same while one of them is received, by who may have to sleep for it. */
static void two_senders_and_a_receiver(void)
{
    g_begin(2, 0);
    m_thread a = m_spawn("sends", g_sends, &g_send);
    m_thread b = m_spawn("sends", g_sends, &g_send_too);
    g_receives(&g_recv);
    m_join(a);
    m_join(b);
    M_ASSERT(g_send.rc == 0 && g_send_too.rc == 0);
    M_ASSERT(g_recv.rc == 0);
    M_ASSERT(g_get() + g_recv.word == 3);
    M_ASSERT(g_get() == G_NOBODY);
    g_end();
}

/* Two receives of what is there: both get one, in whatever order. */
static void two_receivers(void)
{
    struct g_call recv_too = {0, {INT64_MAX, NULL}, 0};
    g_begin(2, 0);
    g_put(8);
    g_put(9);
    m_thread a = m_spawn("receives", g_receives, &g_recv);
    g_receives(&recv_too);
    m_join(a);
    M_ASSERT(g_recv.rc == 0 && recv_too.rc == 0);
    M_ASSERT(g_recv.word + recv_too.word == 17);
    M_ASSERT(g_recv.word != recv_too.word);
    g_end();
}

/* Another thread closes while a message is sent: refused, or it is there. Who finds the
 * channel closed finds all that was sent. */
static void closed_meanwhile(void)
{
    g_closed_meanwhile(0);
}

/* One step: who sees that it is closed, and finds it empty, finds it so for good. */
static void closed_in_one_step(void)
{
    g_begin(2, 0);
    m_thread a = m_spawn("sends", g_sends, &g_send);
    m_thread b = m_spawn("closes", g_closes_tx, NULL);
    bool closed = leat_chan_is_closed(leat_tx_chan(g_tx));
    uint64_t first = g_get();
    uint64_t second = g_get();
    M_ASSERT(!closed || first != G_NOBODY || second == G_NOBODY);
    m_join(a);
    m_join(b);
    if (closed)
        M_ASSERT(g_get() == G_NOBODY);
    else if (g_send.rc == 0 && first == G_NOBODY && second == G_NOBODY)
        M_ASSERT(g_get() == 1);
    g_end();
}

static void closed_asleep(void)
{
    g_closed_asleep(0);
}

/* A full ring: the oldest is displaced or received, never both. */
static void ring_forced(void)
{
    g_forced(0);
}

static void *aborts(void *arg)
{
    leat_rx_abort(g_rx);
    return arg;
}

/* What is received is not discarded as well, nor its segment freed under the receive. */
static void segs_aborted(void)
{
    g_begin(LEAT_UNBOUNDED, 0);
    g_put(7);
    g_put(8);
    g_put(9);
    m_thread a = m_spawn("receives", g_receives, &g_recv);
    m_thread b = m_spawn("aborts", aborts, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(g_recv.rc == 0 ? g_recv.word == 7 : g_recv.rc == LEAT_ECLOSED);
    M_ASSERT(g_get() == G_NOBODY);
    g_end();
}

/* Across a segment's end: it is retired while a sender wants a new one. */
static void segs_follow(void)
{
    g_follow(0);
}

M_MAIN(M_ROW(ring_pass), M_ROW(ring_pass_tx_alone), M_ROW(ring_pass_rx_alone),
       M_ROW(segs_pass), M_ROW(ring_full), M_ROW(ring_full_tx_alone),
       M_ROW(ring_full_rx_alone), M_ROW(two_senders),
       M_ROW(two_senders_and_a_receiver), M_ROW(two_receivers),
       M_ROW(closed_meanwhile), M_ROW(closed_in_one_step), M_ROW(closed_asleep),
       M_ROW(ring_forced), M_ROW(segs_aborted), M_ROW(segs_follow))
