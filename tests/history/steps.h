/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* steps.h - what the steps of the model have in common; for model.c and model_life.c
 * alone. A step that cannot be taken says why. */
#ifndef LEAT_HISTORY_STEPS_H
#define LEAT_HISTORY_STEPS_H

#include "model.h"

static inline bool is_in_place(const struct moment *at)
{
    return (at->history->promises & LEAT_IN_PLACE) != 0;
}

/* Has the channel two ends that work at the same time? Not in place, not with room for
 * none or one, and not if it displaces by itself. */
static inline bool has_ends(const struct moment *at)
{
    return !is_in_place(at) && at->history->cap > 1 &&
           at->history->policy != LEAT_POLICY_DROP_OLDEST;
}

/* And does it lean on the promise of a single producer, or consumer? */
static inline bool tx_alone(const struct moment *at)
{
    return (at->history->promises & LEAT_SINGLE_PRODUCER) != 0 && has_ends(at);
}

static inline bool rx_alone(const struct moment *at)
{
    return (at->history->promises & LEAT_SINGLE_CONSUMER) != 0 && has_ends(at);
}

/* It was the last step of its call. */
static inline const char *over(uint8_t *phase)
{
    *phase = OVER;
    return NULL;
}

static inline bool is_full(const struct moment *at, const struct state *state)
{
    return (size_t)state->len + state->held == at->history->cap;
}

static inline bool has_fired(const struct state *state, unsigned token)
{
    return (state->fired >> token & 1u) != 0;
}

/* Message number k that the hook was given leaves the queue, wherever it is: in
 * which order the hook gets messages is not promised. */
const char *model_discard_one(const struct call *call, struct state *state,
                              unsigned k);

/* All that is queued went to the hook, in one step. */
const char *model_discard_all(const struct call *call, struct state *state);

/* A call that gave up: when it would have had to wait (phase 0), and if a token
 * made it, with that fired (phase 1). */
const char *model_give_up(const struct call *call, const struct state *state,
                          bool must_wait, uint8_t *phase);

#endif
