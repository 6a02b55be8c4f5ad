/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_broadcast.c - src/chan/broadcast under GenMC: a receiver sees each message whole and
 * in order; a full one holds the sender back, a lossy one counts what it missed. */
#include "model.h"

#include <leat/broadcast.h>

static leat_tx *g_tx;
static leat_rx *g_rx;

static void g_hub_of(enum leat_policy policy, uint32_t flags)
{
    leat_chan_opts opts = {
        .size = sizeof opts, .flags = flags, .policy = policy};
    M_ASSERT(leat_broadcast_new(&g_tx, 8, 1, &opts) == 0);
    M_ASSERT(leat_broadcast_subscribe(&g_rx, leat_tx_chan(g_tx), 0) == 0);
}

static void g_hub(enum leat_policy policy)
{
    g_hub_of(policy, 0);
}

static void *sends_two(void *arg)
{
    for (uint64_t word = 1; word <= 2; word++)
        M_ASSERT(leat_tx_send(g_tx, &word, leat_forever()) == 0);
    M_ASSERT(leat_tx_drop(g_tx));
    return arg;
}

static void *sends_one(void *arg)
{
    uint64_t word = 1;
    M_ASSERT(leat_tx_send(g_tx, &word, leat_forever()) == 0);
    M_ASSERT(leat_tx_drop(g_tx));
    return arg;
}

static void one_passes(void)
{
    uint64_t word = 0;
    g_hub(LEAT_POLICY_BLOCK);
    m_thread a = m_spawn("sends", sends_one, NULL);
    M_ASSERT(leat_rx_recv(g_rx, &word, leat_forever()) == 0);
    M_ASSERT(word == 1);
    m_join(a);
    M_ASSERT(leat_rx_drop(g_rx));
}

static void one_looks(void)
{
    uint64_t word = 0;
    g_hub(LEAT_POLICY_BLOCK);
    m_thread a = m_spawn("sends", sends_one, NULL);
    int rc = leat_rx_recv(g_rx, &word, leat_nowait());
    M_ASSERT(rc == 0 ? word == 1 : rc == LEAT_EAGAIN);
    m_join(a);
    M_ASSERT(leat_rx_drop(g_rx));
}

static void receive_two(void)
{
    uint64_t word = 0;
    m_thread a = m_spawn("sends", sends_two, NULL);
    for (uint64_t next = 1; next <= 2; next++) {
        M_ASSERT(leat_rx_recv(g_rx, &word, leat_forever()) == 0);
        M_ASSERT(word == next);
    }
    m_join(a);
    M_ASSERT(leat_rx_drop(g_rx));
}

static void full_holds_back(void)
{
    g_hub(LEAT_POLICY_BLOCK);
    receive_two();
}

/* The receive takes no lock: its cursor and the sender's mark are a Dekker pair. */
static void alone_holds_back(void)
{
    g_hub_of(LEAT_POLICY_BLOCK, LEAT_SINGLE_CONSUMER);
    receive_two();
}

/* One message was sent before, so that the mark meets the receive. */
static void alone_moves_on(void)
{
    uint64_t word = 1;
    g_hub_of(LEAT_POLICY_BLOCK, LEAT_SINGLE_CONSUMER);
    M_ASSERT(leat_tx_send(g_tx, &word, leat_nowait()) == 0);
    m_thread a = m_spawn("sends", sends_one, NULL);
    M_ASSERT(leat_rx_recv(g_rx, &word, leat_nowait()) == 0);
    m_join(a);
    M_ASSERT(leat_rx_drop(g_rx));
}

static void *aborts(void *arg)
{
    leat_rx_abort(g_rx);
    return arg;
}

static void alone_given_up(void)
{
    uint64_t word = 1;
    g_hub_of(LEAT_POLICY_BLOCK, LEAT_SINGLE_CONSUMER);
    M_ASSERT(leat_tx_send(g_tx, &word, leat_nowait()) == 0);
    m_thread a = m_spawn("aborts", aborts, NULL);
    int rc = leat_rx_recv(g_rx, &word, leat_nowait());
    M_ASSERT(rc == 0 || rc == LEAT_ECLOSED);
    m_join(a);
    M_ASSERT(leat_tx_drop(g_tx));
    M_ASSERT(leat_rx_drop(g_rx));
}

static void lossy_counts(void)
{
    uint64_t word = 0;
    g_hub(LEAT_POLICY_DROP_OLDEST);
    m_thread a = m_spawn("sends", sends_two, NULL);
    uint64_t seen = 0;
    for (int i = 0; i < 2; i++)
        if (leat_rx_recv(g_rx, &word, leat_nowait()) == 0) {
            M_ASSERT(word == 1 || word == 2);
            M_ASSERT(word == seen + 1 + leat_rx_missed(g_rx));
            seen = word;
        }
    m_join(a);
    M_ASSERT(leat_rx_drop(g_rx));
}

M_MAIN(M_ROW(one_passes), M_ROW(one_looks), M_ROW(full_holds_back),
       M_ROW(alone_holds_back), M_ROW(alone_moves_on), M_ROW(alone_given_up),
       M_ROW(lossy_counts))
