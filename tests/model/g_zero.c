/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_zero.c - src/chan/locked with capacity 0 for GenMC: sender and receiver
 * meet, or neither has been there. */
#include "g_chan.h"

static struct g_call send_call;
static struct g_call recv_call;
static leat_cancel *token;

static void begin(void)
{
    g_open(0, 0);
    send_call = (struct g_call){1, {INT64_MAX, NULL}, 0};
    recv_call = (struct g_call){0, {INT64_MAX, NULL}, 0};
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void both(void)
{
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("receives", g_receives, &recv_call);
    if (token != NULL)
        fires(NULL);
    m_join(a);
    m_join(b);
}

static void rendezvous(void)
{
    begin();
    both();
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(recv_call.rc == 0 && recv_call.word == 1);
    g_end();
}

/* Each has a deadline: both are in time, or neither is. */
static void timed(void)
{
    begin();
    send_call.until.deadline_ns = 20;
    recv_call.until.deadline_ns = 20;
    both();
    M_ASSERT(send_call.rc == recv_call.rc);
    M_ASSERT(send_call.rc == 0 || send_call.rc == LEAT_ETIMEDOUT);
    g_end();
}

/* A sender that does not wait finds a receiver, or one that is cancelled. */
static void fired(void)
{
    begin();
    M_ASSERT(leat_cancel_new(&token) == 0);
    send_call.until.deadline_ns = 0;
    recv_call.until.cancel = token;
    both();
    M_ASSERT(send_call.rc == (recv_call.rc == 0 ? 0 : LEAT_EAGAIN));
    M_ASSERT(recv_call.rc == 0 || recv_call.rc == LEAT_ECANCELED);
    g_end();
    M_ASSERT(leat_cancel_drop(token));
}

static void closed(void)
{
    begin();
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("closes", g_closes_tx, NULL);
    g_receives(&recv_call);
    m_join(a);
    m_join(b);
    M_ASSERT(send_call.rc == recv_call.rc);
    M_ASSERT(send_call.rc == 0 || send_call.rc == LEAT_ECLOSED);
    g_end();
}

M_MAIN(M_ROW(rendezvous), M_ROW(timed), M_ROW(fired), M_ROW(closed))
