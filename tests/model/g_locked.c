/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_locked.c - src/chan/locked for GenMC: a message goes through the store or
 * from hand to hand, and a receive that something else ends left it there. */
#include "g_chan.h"

static struct g_call send_call;
static struct g_call send_too;
static struct g_call recv_call;
static leat_cancel *token;

static void begin(size_t capacity)
{
    g_open(capacity, 0);
    send_call = (struct g_call){1, {INT64_MAX, NULL}, 0};
    send_too = (struct g_call){2, {INT64_MAX, NULL}, 0};
    recv_call = (struct g_call){0, {INT64_MAX, NULL}, 0};
}

static void one_pass(void)
{
    begin(1);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(recv_call.rc == 0 && recv_call.word == 1);
    g_end();
}

/* The store is full: the sender waits, the receiver moves its message up. */
static void one_full(void)
{
    begin(1);
    g_put(9);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(recv_call.rc == 0 && recv_call.word == 9);
    M_ASSERT(g_get() == 1);
    g_end();
}

static void one_closed(void)
{
    begin(1);
    g_put(9);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("closes", g_closes_rx, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == LEAT_ECLOSED);
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
    begin(1);
    M_ASSERT(leat_cancel_new(&token) == 0);
    recv_call.until.cancel = token;
    send_call.until.deadline_ns = 0;
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    fires(NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(recv_call.rc == 0 || recv_call.rc == LEAT_ECANCELED);
    M_ASSERT(g_get() == (recv_call.rc == 0 ? G_NOBODY : 1));
    g_end();
    M_ASSERT(leat_cancel_drop(token));
}

static void one_timed(void)
{
    begin(1);
    recv_call.until.deadline_ns = 20;
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(recv_call.rc == 0 || recv_call.rc == LEAT_ETIMEDOUT);
    M_ASSERT(g_get() == (recv_call.rc == 0 ? G_NOBODY : 1));
    g_end();
}

/* Two senders, room for one: whoever does not get it waits, or is told so. */
static void two_senders(void)
{
    begin(1);
    send_too.until.deadline_ns = 0;
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("tries", g_sends, &send_too);
    g_receives(&recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(send_too.rc == 0 || send_too.rc == LEAT_EAGAIN);
    uint64_t left = g_get();
    if (send_too.rc == 0)
        M_ASSERT(left + recv_call.word == 3 && left != 0 && left != 3);
    else
        M_ASSERT(left == G_NOBODY && recv_call.word == 1);
    g_end();
}

M_MAIN(M_ROW(one_pass), M_ROW(one_full), M_ROW(one_closed), M_ROW(one_fired),
       M_ROW(one_timed), M_ROW(two_senders))
