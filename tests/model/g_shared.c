/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_shared.c - src/chan/ends for GenMC, with ends that several share: nobody looks at
 * the sleepers behind a fence there, so that who goes to sleep has to visit the other
 * end; both ends are entered for others; closing is one step. */
#include "g_chan.h"

static struct g_call send_call;
static struct g_call send_too;
static struct g_call recv_call;

static void begin(size_t capacity, uint32_t flags)
{
    g_open(capacity, flags);
    send_call = (struct g_call){1, {INT64_MAX, NULL}, 0};
    send_too = (struct g_call){2, {INT64_MAX, NULL}, 0};
    recv_call = (struct g_call){0, {INT64_MAX, NULL}, 0};
}

/* One message; the receiver may look, linger, sleep. */
static void pass(size_t capacity, uint32_t flags)
{
    begin(capacity, flags);
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
    pass(2, 0);
}

static void ring_pass_tx_alone(void)
{
    pass(2, LEAT_SINGLE_PRODUCER);
}

static void ring_pass_rx_alone(void)
{
    pass(2, LEAT_SINGLE_CONSUMER);
}

static void segs_pass(void)
{
    pass(LEAT_UNBOUNDED, 0);
}

/* A full ring: the sender may sleep; the receiver moves its message in. */
static void full(uint32_t flags)
{
    begin(2, flags);
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

static void ring_full(void)
{
    full(0);
}

static void ring_full_tx_alone(void)
{
    full(LEAT_SINGLE_PRODUCER);
}

static void ring_full_rx_alone(void)
{
    full(LEAT_SINGLE_CONSUMER);
}

/* Two senders into room for two: neither waits for a receiver. */
static void two_senders(void)
{
    begin(2, 0);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("sends", g_sends, &send_too);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0 && send_too.rc == 0);
    M_ASSERT(g_get() + g_get() == 3);
    M_ASSERT(g_get() == G_NOBODY);
    g_end();
}

/* The same while one of them is received, by who may have to sleep for it. */
static void two_senders_and_a_receiver(void)
{
    begin(2, 0);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("sends", g_sends, &send_too);
    g_receives(&recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0 && send_too.rc == 0);
    M_ASSERT(recv_call.rc == 0);
    M_ASSERT(g_get() + recv_call.word == 3);
    M_ASSERT(g_get() == G_NOBODY);
    g_end();
}

/* Two receives of what is there: both get one, in whatever order. */
static void two_receivers(void)
{
    struct g_call recv_too = {0, {INT64_MAX, NULL}, 0};
    begin(2, 0);
    g_put(8);
    g_put(9);
    m_thread a = m_spawn("receives", g_receives, &recv_call);
    g_receives(&recv_too);
    m_join(a);
    M_ASSERT(recv_call.rc == 0 && recv_too.rc == 0);
    M_ASSERT(recv_call.word + recv_too.word == 17);
    M_ASSERT(recv_call.word != recv_too.word);
    g_end();
}

/* Another thread closes while a message is sent: refused, or it is there. Who finds the
 * channel closed finds all that was sent. */
static void closed_meanwhile(void)
{
    begin(2, 0);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("closes", g_closes_rx, NULL);
    m_join(b);
    g_receives(&recv_call); /* closed: it cannot wait */
    m_join(a);
    M_ASSERT(send_call.rc == 0 || send_call.rc == LEAT_ECLOSED);
    M_ASSERT((send_call.rc == 0) == (recv_call.rc == 0));
    g_end();
}

/* One step: who sees that it is closed, and finds it empty, finds it so for good. */
static void closed_in_one_step(void)
{
    begin(2, 0);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("closes", g_closes_tx, NULL);
    bool closed = leat_chan_is_closed(leat_tx_chan(g_tx));
    uint64_t first = g_get();
    uint64_t second = g_get();
    M_ASSERT(!closed || first != G_NOBODY || second == G_NOBODY);
    m_join(a);
    m_join(b);
    if (closed)
        M_ASSERT(g_get() == G_NOBODY);
    else if (send_call.rc == 0 && first == G_NOBODY && second == G_NOBODY)
        M_ASSERT(g_get() == 1);
    g_end();
}

static void closed_asleep(void)
{
    begin(2, 0);
    m_thread a = m_spawn("receives", g_receives, &recv_call);
    m_thread b = m_spawn("closes", g_closes_tx, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(recv_call.rc == LEAT_ECLOSED);
    M_ASSERT(leat_chan_close_reason(leat_tx_chan(g_tx)) == 5);
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
    begin(2, 0);
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

static void *aborts(void *arg)
{
    leat_rx_abort(g_rx);
    return arg;
}

/* What is received is not discarded as well, nor its segment freed under the receive. */
static void segs_aborted(void)
{
    begin(LEAT_UNBOUNDED, 0);
    g_put(7);
    g_put(8);
    g_put(9);
    m_thread a = m_spawn("receives", g_receives, &recv_call);
    m_thread b = m_spawn("aborts", aborts, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(recv_call.rc == 0 ? recv_call.word == 7
                               : recv_call.rc == LEAT_ECLOSED);
    M_ASSERT(g_get() == G_NOBODY);
    g_end();
}

/* Across a segment's end: it is retired while a sender wants a new one. */
static void segs_follow(void)
{
    begin(LEAT_UNBOUNDED, 0);
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

M_MAIN(M_ROW(ring_pass), M_ROW(ring_pass_tx_alone), M_ROW(ring_pass_rx_alone),
       M_ROW(segs_pass), M_ROW(ring_full), M_ROW(ring_full_tx_alone),
       M_ROW(ring_full_rx_alone), M_ROW(two_senders),
       M_ROW(two_senders_and_a_receiver), M_ROW(two_receivers),
       M_ROW(closed_meanwhile), M_ROW(closed_in_one_step), M_ROW(closed_asleep),
       M_ROW(ring_forced), M_ROW(segs_aborted), M_ROW(segs_follow))
