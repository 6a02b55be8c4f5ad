/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_watch.c - src/chan/watch under GenMC: a reader has a whole value, the newest there
 * was when it looked; a value that is borrowed stays until it is released. */
#include "model.h"

#include <leat/watch.h>

static leat_tx *g_tx;
static leat_rx *g_rx;

static void g_watch(void)
{
    uint64_t word = 1;
    M_ASSERT(leat_watch_new(&g_tx, &g_rx, 8, &word, NULL) == 0);
}

static void g_watch_end(void)
{
    M_ASSERT(leat_tx_drop(g_tx));
    M_ASSERT(leat_rx_drop(g_rx));
}

static void *updates(void *arg)
{
    uint64_t word = 2;
    M_ASSERT(leat_tx_send(g_tx, &word, leat_nowait()) == 0);
    return arg;
}

static void *updates_and_leaves(void *arg)
{
    updates(arg);
    M_ASSERT(leat_tx_drop(g_tx));
    return arg;
}

static void one_reads(void)
{
    uint64_t word = 0;
    g_watch();
    m_thread a = m_spawn("updates", updates, NULL);
    uint64_t version = leat_watch_read(leat_rx_chan(g_rx), &word);
    M_ASSERT(word == 1 || word == 2);
    (void)version;
    m_join(a);
    leat_watch_read(leat_rx_chan(g_rx), &word);
    M_ASSERT(word == 2);
    g_watch_end();
}

static void one_borrows(void)
{
    g_watch();
    m_thread a = m_spawn("updates", updates, NULL);
    const uint64_t *value = leat_watch_borrow(g_rx);
    uint64_t seen = *value;
    M_ASSERT(seen == 1 || seen == 2);
    M_ASSERT(*value == seen);
    leat_watch_release(g_rx, value);
    m_join(a);
    g_watch_end();
}

static void one_waits(void)
{
    uint64_t word = 0;
    g_watch();
    m_thread a = m_spawn("updates", updates, NULL);
    M_ASSERT(leat_watch_changed(g_rx, leat_forever()) == 0);
    leat_watch_read(leat_rx_chan(g_rx), &word);
    M_ASSERT(word == 2);
    m_join(a);
    g_watch_end();
}

static void writer_leaves(void)
{
    uint64_t word = 0;
    g_watch();
    m_thread a = m_spawn("updates", updates_and_leaves, NULL);
    M_ASSERT(leat_watch_changed(g_rx, leat_forever()) == 0);
    leat_watch_read(leat_rx_chan(g_rx), &word);
    M_ASSERT(word == 2);
    m_join(a);
    M_ASSERT(leat_rx_drop(g_rx));
}

M_MAIN(M_ROW(one_reads), M_ROW(one_borrows), M_ROW(one_waits),
       M_ROW(writer_leaves))
