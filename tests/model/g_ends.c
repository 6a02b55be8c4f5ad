/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_ends.c - src/chan/ends for GenMC: a message comes with its count, a slot
 * comes back with the other; no end sleeps over a message or over room; close
 * waits for a send. */
#include "g_scenes.h"

static void ring_pass(void)
{
    g_pass(2, G_BOTH);
}

static void segs_pass(void)
{
    g_pass(LEAT_UNBOUNDED, G_BOTH);
}

/* A full ring: the producer waits for a slot and writes it again. */
static void ring_full(void)
{
    g_full(G_BOTH);
}

static void *sends_and_closes(void *arg)
{
    g_sends(&g_send);
    leat_tx_close(g_tx);
    return arg;
}

static void *receives_to_the_end(void *arg)
{
    struct g_call last = {0, {INT64_MAX, NULL}, 0};
    g_receives(&g_recv);
    g_receives(&last);
    M_ASSERT(last.rc == LEAT_ECLOSED);
    return arg;
}

static void ends(size_t capacity)
{
    g_begin(capacity, G_BOTH);
    m_thread a = m_spawn("sends", sends_and_closes, NULL);
    m_thread b = m_spawn("receives", receives_to_the_end, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(g_send.rc == 0);
    M_ASSERT(g_recv.rc == 0 && g_recv.word == 1);
    g_end();
}

static void ring_ends(void)
{
    ends(2);
}

static void segs_ends(void)
{
    ends(LEAT_UNBOUNDED);
}

/* Another thread closes while a message is sent: refused, or it is there. */
static void ring_closed_meanwhile(void)
{
    g_closed_meanwhile(G_BOTH);
}

static void ring_closed_asleep(void)
{
    g_closed_asleep(G_BOTH);
}

/* A deadline: the message is taken or it is still there. */
static void ring_timed(void)
{
    g_timed(2, G_BOTH);
}

/* Across a segment's end: it is retired while the producer wants a new one. */
static void segs_follow(void)
{
    g_follow(G_BOTH);
}

/* A full ring: the oldest is displaced or received, never both. */
static void ring_forced(void)
{
    g_forced(G_BOTH);
}

static void *sends_two(void *arg)
{
    static const uint64_t words[2] = {1, 2};
    g_send.rc = (int)leat_tx_send_many(g_tx, words, 2, leat_nowait());
    return arg;
}

static void *receives_three(void *arg)
{
    uint64_t words[3];
    g_recv.rc = (int)leat_rx_recv_many(g_rx, words, 3, leat_nowait());
    return arg;
}

/* Room for two, and one is there. A batch that stopped at a full ring came before the
 * other took anything; one that stopped at an empty ring behind its first came before the
 * other put anything: not both. (What is in the messages is not looked at.) */
static void ring_batches(void)
{
    g_begin(2, G_BOTH);
    g_put(8);
    m_thread a = m_spawn("sends two", sends_two, NULL);
    m_thread b = m_spawn("receives three", receives_three, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(g_send.rc == 1 || g_send.rc == 2);
    M_ASSERT(g_recv.rc >= 1 && g_recv.rc <= 3);
    M_ASSERT(g_send.rc == 2 || g_recv.rc > 1);
    leat_rx_abort(g_rx);
    g_end();
}

M_MAIN(M_ROW(ring_batches), M_ROW(ring_pass), M_ROW(ring_full),
       M_ROW(ring_ends), M_ROW(ring_closed_meanwhile),
       M_ROW(ring_closed_asleep), M_ROW(ring_timed), M_ROW(segs_pass),
       M_ROW(segs_ends), M_ROW(segs_follow), M_ROW(ring_forced))
