/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_half.c - src/chan/half for GenMC: one owner is the last of each half, one
 * of them frees, after everybody's last use; what is queued is discarded. */
#include "g_chan.h"

static leat__a32 last_tx;
static leat__a32 last_rx;
static leat__a32 discarded;
static leat__a32 given;

static void discard(void *msg, void *arg)
{
    M_ASSERT(arg == &discarded && *(uint64_t *)msg == 42);
    leat__add32_rlx(&discarded, 1);
}

static void begin(size_t capacity, uint32_t flags)
{
    leat_chan_opts opts = {.size = sizeof opts,
                           .discard = discard,
                           .discard_arg = &discarded,
                           .flags = flags};
    M_ASSERT(leat_chan_new(&g_tx, &g_rx, 8, capacity, &opts) == 0);
}

static void give(leat_tx *to)
{
    uint64_t word = 42;
    int rc = leat_tx_send(to, &word, leat_nowait());
    if (rc == 0)
        leat__add32_rlx(&given, 1);
    else
        M_ASSERT(rc == LEAT_ECLOSED);
}

static void *drops_tx(void *arg)
{
    if (leat_tx_drop(arg))
        leat__add32_rlx(&last_tx, 1);
    return NULL;
}

static void *drops_rx(void *arg)
{
    if (leat_rx_drop(arg))
        leat__add32_rlx(&last_rx, 1);
    return NULL;
}

static void *gives_and_drops(void *arg)
{
    give(arg);
    return drops_tx(arg);
}

static void check_end(void)
{
    M_ASSERT(leat__ld32_rlx(&last_tx) == 1);
    M_ASSERT(leat__ld32_rlx(&last_rx) == 1);
    M_ASSERT(leat__ld32_rlx(&discarded) == leat__ld32_rlx(&given));
}

/* Both last owners go at the same time, with a message queued. */
static void last_of_both(size_t capacity, uint32_t flags)
{
    begin(capacity, flags);
    give(g_tx);
    m_thread a = m_spawn("drops_tx", drops_tx, g_tx);
    m_thread b = m_spawn("drops_rx", drops_rx, g_rx);
    m_join(a);
    m_join(b);
    check_end();
}

static void last_of_both_locked(void)
{
    last_of_both(2, 0);
}

static void last_of_both_unbounded(void)
{
    last_of_both(LEAT_UNBOUNDED, 0);
}

static void last_of_both_ring(void)
{
    last_of_both(2, G_BOTH);
}

/* A send while the last receiver goes. */
static void gives_meanwhile(size_t capacity, uint32_t flags)
{
    begin(capacity, flags);
    m_thread a = m_spawn("gives", gives_and_drops, g_tx);
    m_thread b = m_spawn("drops_rx", drops_rx, g_rx);
    m_join(a);
    m_join(b);
    check_end();
}

static void gives_locked(void)
{
    gives_meanwhile(2, 0);
}

static void gives_ring(void)
{
    gives_meanwhile(2, G_BOTH);
}

static void gives_segs(void)
{
    gives_meanwhile(LEAT_UNBOUNDED, G_BOTH);
}

/* Only the last of three closes: the others give and go as they like. */
static void three_owners(void)
{
    begin(2, 0);
    m_thread a = m_spawn("gives", gives_and_drops, leat_tx_clone(g_tx));
    m_thread b = m_spawn("drops", drops_tx, leat_tx_clone(g_tx));
    drops_tx(g_tx);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_rlx(&given) == 1);
    drops_rx(g_rx);
    check_end();
}

/* Another half from the view, while the last owner of it goes. */
static void tx_from_the_view(void)
{
    begin(2, 0);
    m_thread a = m_spawn("drops_tx", drops_tx, g_tx);
    leat_tx *more = leat_chan_tx(leat_rx_chan(g_rx));
    if (more != NULL)
        gives_and_drops(more);
    drops_rx(g_rx);
    m_join(a);
    check_end();
}

static void *upgrades(void *arg)
{
    leat_tx *got = leat_weak_tx_upgrade(arg);
    if (got != NULL)
        drops_tx(got);
    leat_weak_tx_drop(arg);
    return NULL;
}

/* An upgrade against the last drop; the memory goes with whoever is last. */
static void weak_while_last_goes(void)
{
    begin(2, 0);
    leat_weak_tx *weak = leat_tx_downgrade(g_tx);
    drops_rx(g_rx);
    m_thread a = m_spawn("upgrades", upgrades, weak);
    m_thread b = m_spawn("drops_tx", drops_tx, g_tx);
    m_join(a);
    m_join(b);
    check_end();
}

static uint64_t left_behind;

static void *waits_gone(void *arg)
{
    M_ASSERT(leat_tx_wait_gone(arg, leat_forever()) == 0);
    M_ASSERT(left_behind == 1);
    return NULL;
}

static void *leaves(void *arg)
{
    left_behind = 1;
    return drops_rx(arg);
}

static void gone(void)
{
    begin(2, 0);
    m_thread a = m_spawn("waits", waits_gone, g_tx);
    m_thread b = m_spawn("leaves", leaves, g_rx);
    m_join(a);
    m_join(b);
    drops_tx(g_tx);
    check_end();
}

M_MAIN(M_ROW(last_of_both_locked), M_ROW(last_of_both_unbounded),
       M_ROW(last_of_both_ring), M_ROW(gives_locked), M_ROW(gives_ring),
       M_ROW(gives_segs), M_ROW(three_owners), M_ROW(tx_from_the_view),
       M_ROW(weak_while_last_goes), M_ROW(gone))
