/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_chan.h - one channel of words and two or three calls at once, for the
 * harnesses that GenMC runs: each scenario is small, and every execution of it
 * is looked at. The worlds of m_*.c ask more of a channel, but of chance. */
#ifndef LEAT_TESTS_MODEL_G_CHAN_H
#define LEAT_TESTS_MODEL_G_CHAN_H

#include "model.h"

#define G_BOTH   (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)
#define G_NOBODY UINT64_C(77) /* what a buffer holds that nobody wrote to */

static leat_tx *g_tx;
static leat_rx *g_rx;

/* One call of a thread, and what came of it. */
struct g_call {
    uint64_t word;
    leat_until until;
    int rc;
};

static inline void g_open(size_t capacity, uint32_t flags)
{
    leat_chan_opts opts = {.size = sizeof opts, .flags = flags};
    M_ASSERT(leat_chan_new(&g_tx, &g_rx, 8, capacity, &opts) == 0);
}

static inline void g_put(uint64_t word)
{
    M_ASSERT(leat_tx_send(g_tx, &word, leat_nowait()) == 0);
}

/* The next message, or G_NOBODY: empty. */
static inline uint64_t g_get(void)
{
    uint64_t word = G_NOBODY;
    int rc = leat_rx_recv(g_rx, &word, leat_nowait());
    M_ASSERT(rc == 0 || rc == LEAT_EAGAIN || rc == LEAT_ECLOSED);
    M_ASSERT((rc == 0) == (word != G_NOBODY));
    return word;
}

/* Both last owners, at the end. Memory that is left is reported. */
static inline void g_end(void)
{
    M_ASSERT(leat_tx_drop(g_tx));
    M_ASSERT(leat_rx_drop(g_rx));
}

static inline void *g_sends(void *arg)
{
    struct g_call *call = arg;
    call->rc = leat_tx_send(g_tx, &call->word, call->until);
    return NULL;
}

static inline void *g_receives(void *arg)
{
    struct g_call *call = arg;
    call->word = G_NOBODY;
    call->rc = leat_rx_recv(g_rx, &call->word, call->until);
    M_ASSERT((call->rc == 0) == (call->word != G_NOBODY));
    return NULL;
}

static inline void *g_closes_tx(void *arg)
{
    leat_tx_close_because(g_tx, 5);
    return arg;
}

static inline void *g_closes_rx(void *arg)
{
    leat_rx_close_because(g_rx, 6);
    return arg;
}

#endif
