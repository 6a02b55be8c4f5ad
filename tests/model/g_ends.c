/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_ends.c - src/chan/ends for GenMC: a message comes with its count, a slot
 * comes back with the other; no end sleeps over a message or over room; close
 * waits for a send. */
#include "g_chan.h"

static struct g_call send_call;
static struct g_call recv_call;

static void begin(size_t capacity)
{
    g_open(capacity, G_BOTH);
    send_call = (struct g_call){1, {INT64_MAX, NULL}, 0};
    recv_call = (struct g_call){0, {INT64_MAX, NULL}, 0};
}

/* One message; the consumer may look, linger, sleep. */
static void pass(size_t capacity)
{
    begin(capacity);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(recv_call.rc == 0 && recv_call.word == 1);
    g_end();
}

static void ring_pass(void)
{
    pass(2);
}

static void segs_pass(void)
{
    pass(LEAT_UNBOUNDED);
}

/* A full ring: the producer waits for a slot and writes it again. */
static void ring_full(void)
{
    begin(2);
    g_put(8);
    g_put(9);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(recv_call.rc == 0 && recv_call.word == 8);
    M_ASSERT(g_get() == 9);
    M_ASSERT(g_get() == 1);
    g_end();
}

static void *sends_and_closes(void *arg)
{
    g_sends(&send_call);
    leat_tx_close(g_tx);
    return arg;
}

static void *receives_to_the_end(void *arg)
{
    struct g_call last = {0, {INT64_MAX, NULL}, 0};
    g_receives(&recv_call);
    g_receives(&last);
    M_ASSERT(last.rc == LEAT_ECLOSED);
    return arg;
}

static void ends(size_t capacity)
{
    begin(capacity);
    m_thread a = m_spawn("sends", sends_and_closes, NULL);
    m_thread b = m_spawn("receives", receives_to_the_end, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(recv_call.rc == 0 && recv_call.word == 1);
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
    begin(2);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("closes", g_closes_rx, NULL);
    m_join(b);
    g_receives(&recv_call); /* sealed: it cannot wait */
    m_join(a);
    M_ASSERT(send_call.rc == 0 || send_call.rc == LEAT_ECLOSED);
    M_ASSERT((send_call.rc == 0) == (recv_call.rc == 0));
    g_end();
}

static void ring_closed_asleep(void)
{
    begin(2);
    m_thread a = m_spawn("receives", g_receives, &recv_call);
    m_thread b = m_spawn("closes", g_closes_tx, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(recv_call.rc == LEAT_ECLOSED);
    M_ASSERT(leat_chan_close_reason(leat_tx_chan(g_tx)) == 5);
    g_end();
}

/* A deadline: the message is taken or it is still there. */
static void ring_timed(void)
{
    begin(2);
    recv_call.until.deadline_ns = 20;
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(recv_call.rc == 0 || recv_call.rc == LEAT_ETIMEDOUT);
    M_ASSERT(g_get() == (recv_call.rc == 0 ? G_NOBODY : 1));
    g_end();
}

/* Across a segment's end: it is retired while the producer wants a new one. */
static void segs_follow(void)
{
    begin(LEAT_UNBOUNDED);
    g_put(7);
    g_put(8);
    g_put(9); /* the second segment has one more slot */
    M_ASSERT(g_get() == 7);
    M_ASSERT(g_get() == 8);
    g_put(10);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(recv_call.rc == 0 && recv_call.word == 9);
    M_ASSERT(g_get() == 10);
    M_ASSERT(g_get() == 1);
    g_end();
}

static void *forces(void *arg)
{
    struct g_call *call = arg;
    uint64_t displaced = G_NOBODY;
    call->rc = leat_tx_force(g_tx, &call->word, &displaced);
    M_ASSERT((call->rc == 1) == (displaced != G_NOBODY));
    call->word = displaced;
    return NULL;
}

/* A full ring: the oldest is displaced or received, never both. */
static void ring_forced(void)
{
    begin(2);
    g_put(8);
    g_put(9);
    m_thread a = m_spawn("forces", forces, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0 || send_call.rc == 1);
    M_ASSERT(recv_call.rc == 0);
    if (send_call.rc == 1) {
        M_ASSERT(send_call.word == 8 && recv_call.word == 9);
    } else {
        M_ASSERT(recv_call.word == 8);
        M_ASSERT(g_get() == 9);
    }
    M_ASSERT(g_get() == 1);
    g_end();
}

static void *sends_two(void *arg)
{
    static const uint64_t words[2] = {1, 2};
    send_call.rc = (int)leat_tx_send_many(g_tx, words, 2, leat_nowait());
    return arg;
}

static void *receives_three(void *arg)
{
    uint64_t words[3];
    recv_call.rc = (int)leat_rx_recv_many(g_rx, words, 3, leat_nowait());
    return arg;
}

/* Room for two, and one is there. A batch that stopped at a full ring came before the
 * other took anything; one that stopped at an empty ring behind its first came before the
 * other put anything: not both. (What is in the messages is not looked at.) */
static void ring_batches(void)
{
    begin(2);
    g_put(8);
    m_thread a = m_spawn("sends two", sends_two, NULL);
    m_thread b = m_spawn("receives three", receives_three, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 1 || send_call.rc == 2);
    M_ASSERT(recv_call.rc >= 1 && recv_call.rc <= 3);
    M_ASSERT(send_call.rc == 2 || recv_call.rc > 1);
    leat_rx_abort(g_rx);
    g_end();
}

M_MAIN(M_ROW(ring_batches), M_ROW(ring_pass), M_ROW(ring_full),
       M_ROW(ring_ends), M_ROW(ring_closed_meanwhile),
       M_ROW(ring_closed_asleep), M_ROW(ring_timed), M_ROW(segs_pass),
       M_ROW(segs_ends), M_ROW(segs_follow), M_ROW(ring_forced))
