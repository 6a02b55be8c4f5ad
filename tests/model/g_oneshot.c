/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_oneshot.c - src/chan/oneshot under GenMC: a send, a receive or none, and the two
 * drops, in every order; a wait for the other's end. */
#include "model.h"

static leat_tx *g_tx;
static leat_rx *g_rx;
static leat__a32 discarded;
static uint64_t left_behind; /* plain: the end must order it */
static bool sent;

static void discard(void *msg, void *arg)
{
    M_ASSERT(*(uint64_t *)msg == 42 && arg == &discarded);
    leat__add32_rlx(&discarded, 1);
}

static void begin(void)
{
    leat_chan_opts opts = {
        .size = sizeof opts, .discard = discard, .discard_arg = &discarded};
    M_ASSERT(leat_oneshot_new(&g_tx, &g_rx, 8, &opts) == 0);
}

static void *sends(void *arg)
{
    uint64_t word = 42;
    int rc = leat_tx_send(g_tx, &word, leat_forever());
    M_ASSERT(rc == 0 || rc == LEAT_ECLOSED);
    sent = rc == 0;
    left_behind = 1;
    leat_tx_drop(g_tx);
    return arg;
}

static void *leaves(void *arg)
{
    left_behind = 1;
    leat_tx_drop(g_tx);
    return arg;
}

static int receive(leat_until until)
{
    uint64_t word = 0;
    int rc = leat_rx_recv(g_rx, &word, until);
    M_ASSERT((rc == 0) == (word == 42));
    return rc;
}

static void one_received(void)
{
    begin();
    m_thread a = m_spawn("sends", sends, NULL);
    M_ASSERT(receive(leat_forever()) == 0);
    leat_rx_drop(g_rx);
    m_join(a);
    M_ASSERT(sent && leat__ld32_rlx(&discarded) == 0);
}

static void one_looked_for(void)
{
    begin();
    m_thread a = m_spawn("sends", sends, NULL);
    int rc = receive(leat_nowait());
    M_ASSERT(rc == 0 || rc == LEAT_EAGAIN);
    leat_rx_drop(g_rx);
    m_join(a);
    M_ASSERT((uint32_t)sent ==
             (uint32_t)(rc == 0) + leat__ld32_rlx(&discarded));
}

static void one_in_time(void)
{
    begin();
    m_thread a = m_spawn("sends", sends, NULL);
    int rc = receive(leat_at_ns(M_LATE));
    M_ASSERT(rc == 0 || rc == LEAT_ETIMEDOUT);
    leat_rx_drop(g_rx);
    m_join(a);
    M_ASSERT((uint32_t)sent ==
             (uint32_t)(rc == 0) + leat__ld32_rlx(&discarded));
}

static void *gives(void *arg)
{
    uint64_t word = 42;
    left_behind = 1;
    int rc = leat_oneshot_send(g_tx, &word);
    M_ASSERT(rc == 0 || rc == LEAT_ECLOSED);
    sent = rc == 0;
    return arg;
}

static void one_given(void)
{
    begin();
    uint64_t word = 0;
    m_thread a = m_spawn("gives", gives, NULL);
    int rc = leat_oneshot_recv(g_rx, &word, leat_nowait());
    M_ASSERT(rc == 0 || rc == LEAT_EAGAIN);
    M_ASSERT((rc == 0) == (word == 42));
    if (rc == 0)
        M_ASSERT(left_behind == 1);
    else
        leat_rx_drop(g_rx);
    m_join(a);
    M_ASSERT((uint32_t)sent ==
             (uint32_t)(rc == 0) + leat__ld32_rlx(&discarded));
}

static void none_wanted(void)
{
    begin();
    m_thread a = m_spawn("sends", sends, NULL);
    leat_rx_drop(g_rx);
    m_join(a);
    M_ASSERT((uint32_t)sent == leat__ld32_rlx(&discarded));
}

static void none_sent(void)
{
    begin();
    m_thread a = m_spawn("leaves", leaves, NULL);
    M_ASSERT(receive(leat_forever()) == LEAT_ECLOSED);
    M_ASSERT(left_behind == 1);
    leat_rx_drop(g_rx);
    m_join(a);
}

static void gone(void)
{
    begin();
    m_thread a = m_spawn("leaves", leaves, NULL);
    M_ASSERT(leat_rx_wait_gone(g_rx, leat_forever()) == 0);
    M_ASSERT(left_behind == 1);
    leat_rx_drop(g_rx);
    m_join(a);
}

M_MAIN(M_ROW(one_received), M_ROW(one_looked_for), M_ROW(one_in_time),
       M_ROW(one_given), M_ROW(none_wanted), M_ROW(none_sent), M_ROW(gone))
