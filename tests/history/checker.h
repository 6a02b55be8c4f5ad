/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* checker.h - is there an order of steps that explains a history? */
#ifndef LEAT_HISTORY_CHECKER_H
#define LEAT_HISTORY_CHECKER_H

#include "model.h"

/* Steps of a history, at most: a call takes up to four, or two for each message of a
 * batch and one more, and one for each message that it discards. */
#define PATH (THREADS * CALLS * (2u * BATCH + 1u) + MSGS)

/* One step of an order. */
struct taken {
    uint8_t thread;
    uint8_t call;  /* of the thread */
    uint8_t phase; /* that the call is in behind it; OVER: it was the last */
};

struct verdict {
    bool fine;
    char why[160]; /* if it is not */
    unsigned steps;
    struct taken path[PATH]; /* fine: the order; else the longest there is */
    struct config stuck;     /* where the longest ends */
    unsigned looked_at;      /* configurations */
};

void check(const struct history *history, struct verdict *verdict);

/* The call that a thread is in, or NULL if it has made all of its. */
const struct call *checker_call(const struct history *history,
                                const struct config *config, unsigned thread);

/* The first end among the calls that are not over: what began later cannot take a
 * step yet. UINT32_MAX when all are over. */
uint32_t checker_limit(const struct history *history,
                       const struct config *config);

#endif
