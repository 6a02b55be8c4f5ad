/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* plan.h - what the threads of a trial are to do. All of it comes from the seed and
 * the trial's number, so that one trial can be had again without the ones before
 * it; what happens when is the machine's. */
#ifndef LEAT_HISTORY_PLAN_H
#define LEAT_HISTORY_PLAN_H

#include "history.h"

#define STEPS     5u  /* of a thread, at most; then it drops what it owns */
#define BURST     16u /* trials in a row with the same number of threads */
#define MSG_BYTES 304u

/* A kind of channel; and a flavour: one, or a few that the trials take turns with. */
struct channel {
    size_t cap;
    uint32_t promises;
    enum leat_policy policy;
    uint8_t does; /* what not every flavour does */
};

struct flavour {
    const char *name;
    unsigned channels;
    struct channel channel[6];
};

/* The flavour of that name, or NULL; the n-th, or NULL. */
const struct flavour *flavour_named(const char *name);
const struct flavour *flavour_number(unsigned n);

/* Give the processor away before the call, instead of some turns of nothing. */
#define PAUSE_YIELD UINT16_MAX

/* One call to make. */
struct intent {
    enum kind_id kind;
    enum patience patience;
    uint8_t token;
    uint8_t msg;
    uint8_t asked; /* a batch: for how many */
    uint8_t reason;
    uint16_t pause;  /* before it */
    int32_t soon_ns; /* SOON: from just before the call */
};

/* What a thread is given and does. */
struct part {
    bool has[2];
    bool moves[2]; /* may send; may receive */
    bool drops_rx_first;
    uint8_t intents;
    struct intent intent[STEPS];
};

struct plan {
    uint64_t number;
    struct channel channel;
    size_t bytes;    /* of a message */
    uint8_t rotated; /* messages sent and received before the start, so that the
                        store's ends are anywhere */
    uint8_t prefilled;
    uint8_t threads;
    bool hook_yields; /* so that others come in between a close and its end */
    struct part part[THREADS];
};

void plan_roll(struct plan *plan, const struct flavour *flavour,
               uint64_t number);

#endif
