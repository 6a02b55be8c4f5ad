/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* model_life.c - the sequential model: closing, owners, looks and tokens. See model.h;
 * messages are in model.c. */
#include "steps.h"

/* ---- closing -------------------------------------------------------------------------- */

/* The send that runs at this moment; there is one producer. */
static uint8_t sender_now(const struct moment *at)
{
    const struct history *history = at->history;
    for (unsigned t = 0; t < history->threads; t++) {
        unsigned i = at->config->at[t];
        if (i < history->calls[t] &&
            kinds[history->call[t][i].kind].need == TO_SEND &&
            history->call[t][i].began < at->limit)
            return (uint8_t)(t + 1);
    }
    return 0;
}

/* The stages of closing: REFUSE, SEAL (one step unless there is an end for a single producer),
 * and then CLOSED. `first` is the phase of REFUSE. */
static const char *close_step(const struct moment *at, const struct call *call,
                              struct state *state, unsigned first,
                              uint8_t *phase)
{
    if (*phase == first && !state->refuses) {
        state->refuses = 1;
        state->reason = (uint8_t)call->reason;
        if (tx_alone(at))
            state->admitted = sender_now(at);
    }
    if (*phase == first + 1 || !tx_alone(at)) {
        state->sealed = 1;
        state->admitted = 0;
        *phase = (uint8_t)(first + 1);
    }
    ++*phase;
    return NULL;
}

enum { CLOSE_STEPS = 2 };

const char *step_close(const struct moment *at, const struct call *call,
                       struct state *state, uint8_t *phase)
{
    close_step(at, call, state, 0, phase);
    return *phase == CLOSE_STEPS ? over(phase) : NULL;
}

/* All that is queued goes to the hook, from phase `first` on: it leaves the line at
 * once, and in place its cells become free one by one, each when the hook has had it. */
static const char *discard_queue(const struct moment *at,
                                 const struct call *call, struct state *state,
                                 unsigned first, uint8_t *phase)
{
    const char *why = NULL;
    bool holds = is_in_place(at) && at->history->cap < LEAT_UNBOUNDED;
    if (*phase > first) {
        state->held--;
    } else {
        why = model_discard_all(call, state);
        state->held = (uint8_t)(state->held + (holds ? call->discards : 0));
    }
    if (why != NULL)
        return why;
    return holds && (*phase)++ - first < call->discards ? NULL : over(phase);
}

const char *step_abort(const struct moment *at, const struct call *call,
                       struct state *state, uint8_t *phase)
{
    if (*phase < CLOSE_STEPS)
        return close_step(at, call, state, 0, phase);
    if (rx_alone(at) || is_in_place(at))
        state->aborted = 1;
    if (rx_alone(at) && call->discards == 0)
        return over(phase);
    return discard_queue(at, call, state, CLOSE_STEPS, phase);
}

/* ---- owners ------------------------------------------------------------------------------ */

static enum half half_of(const struct call *call)
{
    switch (call->kind) {
    case TX_CLONE:
    case TX_DROP:
    case CHAN_TX:
    case TX_COUNT:
        return TX;
    default:
        return RX;
    }
}

const char *step_clone(const struct moment *at, const struct call *call,
                       struct state *state, uint8_t *phase)
{
    (void)at;
    state->owners[half_of(call)]++;
    return over(phase);
}

const char *step_own(const struct moment *at, const struct call *call,
                     struct state *state, uint8_t *phase)
{
    (void)at;
    uint8_t *owners = &state->owners[half_of(call)];
    if ((call->answer != 0) != (*owners > 0))
        return *owners > 0 ? "the half has owners" : "the half has no owner";
    *owners = (uint8_t)(*owners + call->answer);
    return over(phase);
}

const char *step_drop(const struct moment *at, const struct call *call,
                      struct state *state, uint8_t *phase)
{
    enum half half = half_of(call);
    if (*phase == 0) {
        bool last = --state->owners[half] == 0;
        if ((call->answer != 0) != last)
            return last ? "it is the last owner" : "another owner is left";
        *phase = 1;
        return last ? NULL : over(phase);
    }
    if (*phase <= CLOSE_STEPS) {
        close_step(at, call, state, 1, phase);
        return half == TX && *phase > CLOSE_STEPS ? over(phase) : NULL;
    }
    return discard_queue(at, call, state, 1 + CLOSE_STEPS, phase);
}

/* The other half than that whose owner asks. */
static enum half other_half(const struct call *call)
{
    return call->kind == TX_IS_GONE || call->kind == TX_WAIT_GONE ? RX : TX;
}

const char *step_is_gone(const struct moment *at, const struct call *call,
                         struct state *state, uint8_t *phase)
{
    (void)at;
    bool gone = state->owners[other_half(call)] == 0;
    if ((call->answer != 0) == gone)
        return over(phase);
    return gone ? "the half has no owner" : "the half has owners";
}

const char *step_wait_gone(const struct moment *at, const struct call *call,
                           struct state *state, uint8_t *phase)
{
    (void)at;
    bool gone = state->owners[other_half(call)] == 0;
    if (call->answer == 0)
        return gone ? over(phase) : "the half has owners";
    return model_give_up(call, state, !gone, phase);
}

/* ---- looks --------------------------------------------------------------------------------- */

static bool overlap(const struct call *a, const struct call *b)
{
    return a->began < b->ended && b->began < a->ended;
}

/* By how much a look may find the length too high: by what left the channel during
 * it, if there are ends and both moved. */
static unsigned slack(const struct moment *at, const struct call *look)
{
    const struct history *history = at->history;
    unsigned sends = 0;
    unsigned gone = 0;
    if (!has_ends(at))
        return 0;
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++) {
            const struct call *call = &history->call[t][i];
            if (!overlap(look, call))
                continue;
            gone += call->discards;
            gone += call_received(call);
            gone += call->kind == FORCE && call->answer == 1;
            sends += call_sent(call);
        }
    return sends > 0 ? gone : 0;
}

/* Could a look find a length from least to most, both included? */
static bool may_see(const struct moment *at, const struct call *call,
                    const struct state *state, size_t least, size_t most)
{
    size_t high = state->len;
    if (high >= least && high <= most)
        return true;
    if (high > most)
        return false;
    high += slack(at, call);
    if (high > at->history->cap)
        high = at->history->cap;
    return high >= least;
}

const char *step_len(const struct moment *at, const struct call *call,
                     struct state *state, uint8_t *phase)
{
    size_t answer = (size_t)call->answer;
    return may_see(at, call, state, answer, answer) ? over(phase)
                                                    : "the length is another";
}

const char *step_is_empty(const struct moment *at, const struct call *call,
                          struct state *state, uint8_t *phase)
{
    size_t least = call->answer != 0 ? 0 : 1;
    size_t most = call->answer != 0 ? 0 : SIZE_MAX;
    return may_see(at, call, state, least, most) ? over(phase)
           : call->answer != 0                   ? "messages are queued"
                                                 : "nothing is queued";
}

const char *step_is_full(const struct moment *at, const struct call *call,
                         struct state *state, uint8_t *phase)
{
    size_t cap = at->history->cap;
    bool full = is_full(at, state);
    if (call->answer != 0)
        return full || may_see(at, call, state, cap, cap)
                   ? over(phase)
                   : "the channel has room";
    return full ? "the channel is full" : over(phase);
}

const char *step_is_closed(const struct moment *at, const struct call *call,
                           struct state *state, uint8_t *phase)
{
    (void)at;
    if ((call->answer != 0) == (state->refuses != 0))
        return over(phase);
    return state->refuses ? "the channel is closed" : "the channel is open";
}

const char *step_close_reason(const struct moment *at, const struct call *call,
                              struct state *state, uint8_t *phase)
{
    (void)at;
    return call->answer == state->reason ? over(phase)
                                         : "the reason is another";
}

const char *step_count(const struct moment *at, const struct call *call,
                       struct state *state, uint8_t *phase)
{
    (void)at;
    return call->answer == state->owners[half_of(call)]
               ? over(phase)
               : "the half has another number of owners";
}

/* ---- tokens ---------------------------------------------------------------------------------- */

const char *step_fire(const struct moment *at, const struct call *call,
                      struct state *state, uint8_t *phase)
{
    (void)at;
    state->fired = (uint8_t)(state->fired | 1u << call->token);
    return over(phase);
}

const char *step_check(const struct moment *at, const struct call *call,
                       struct state *state, uint8_t *phase)
{
    (void)at;
    if ((call->answer != 0) == has_fired(state, call->token))
        return over(phase);
    return call->answer != 0 ? "the token has not fired"
                             : "the token has fired";
}
