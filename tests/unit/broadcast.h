/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* broadcast.h - what the tests of broadcast channels share: the ways that messages
 * take inside, and a channel with a few receivers. Messages are uint64_t. */
#ifndef LEAT_TESTS_BROADCAST_H
#define LEAT_TESTS_BROADCAST_H

#include "unit.h"

/* A hook and LEAT_IN_PLACE choose the way inside; so each is tried. */
typedef struct way {
    const char *name;
    bool hooked;
    uint32_t flags;
} way;

static const way ways[] = {
    {"ring", false, 0},
    {"ring, promised", false, ONE_BOTH},
    {"with a hook", true, 0},
    {"in place", false, LEAT_IN_PLACE},
    {"in place, with a hook", true, LEAT_IN_PLACE},
    {"ring, counted", false, LEAT_STATS},
    {"in place, counted", false, LEAT_IN_PLACE | LEAT_STATS},
};

enum { WAYS = (int)(sizeof ways / sizeof ways[0]) };

enum { RXS = 4 };

typedef struct stage {
    leat_tx *tx;
    leat_rx *rx[RXS];
    leat_chan *chan;
    bin bin; /* what the hook has had */
    bool hooked;
} stage;

static inline leat_rx *subscribed(leat_chan *chan, uint32_t flags)
{
    leat_rx *rx = NULL;
    RC(leat_broadcast_subscribe(&rx, chan, flags), 0);
    return rx;
}

/* A channel with n receivers. */
static inline void stage_set(stage *s, const way *w, size_t cap,
                             enum leat_policy policy, int n)
{
    memset(s, 0, sizeof *s);
    pthread_mutex_init(&s->bin.mutex, NULL);
    unit_at = w->name;
    s->hooked = w->hooked;
    RC(leat_broadcast_new(
           &s->tx, sizeof(uint64_t), cap,
           LEAT_CHAN_OPTS(.policy = policy, .flags = w->flags,
                          .discard = w->hooked ? bin_put : NULL,
                          .discard_arg = w->hooked ? &s->bin : NULL)),
       0);
    s->chan = leat_tx_chan(s->tx);
    for (int i = 0; i < n; i++)
        s->rx[i] = subscribed(s->chan, 0);
}

static inline void stage_blocking(stage *s, const way *w, size_t cap, int n)
{
    stage_set(s, w, cap, LEAT_POLICY_BLOCK, n);
}

static inline void stage_lossy(stage *s, const way *w, size_t cap, int n)
{
    stage_set(s, w, cap, LEAT_POLICY_DROP_OLDEST, n);
}

static inline void leave(stage *s, int i)
{
    MUST(leat_rx_drop(s->rx[i]));
    s->rx[i] = NULL;
}

static inline void stage_clear(stage *s)
{
    for (int i = 0; i < RXS; i++)
        MUST(s->rx[i] == NULL || leat_rx_drop(s->rx[i]));
    MUST(leat_tx_drop(s->tx));
}

/* Sends first, first + 1, ... n of them, which have room. */
static inline void publish(stage *s, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        RC(try_send(s->tx, first + i), 0);
}

/* The receiver gets first, first + 1, ... n of them, at once. */
static inline void gets(leat_rx *rx, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        NEXT(rx, first + i);
}

#endif
