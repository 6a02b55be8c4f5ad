/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* model.c - the sequential model: messages. See model.h; the life of a channel is in
 * model_life.c. */
#include "steps.h"

#include <string.h>

void model_begin(const struct history *history, struct state *state)
{
    *state = (struct state){0};
    state->owners[TX] = history->owners[TX];
    state->owners[RX] = history->owners[RX];
    state->len = history->prefilled;
    for (uint8_t i = 0; i < history->prefilled; i++)
        state->queue[i] = (uint8_t)(i + 1);
}

/* ---- the queue ------------------------------------------------------------------ */

static void take_out(struct state *state, unsigned index)
{
    state->len--;
    memmove(state->queue + index, state->queue + index + 1, state->len - index);
    state->queue[state->len] = 0;
}

const char *model_discard_one(const struct call *call, struct state *state,
                              unsigned k)
{
    const uint8_t *found = memchr(state->queue, call->discarded[k], state->len);
    if (found == NULL)
        return "the hook was given a message that is not queued";
    take_out(state, (unsigned)(found - state->queue));
    return NULL;
}

const char *model_discard_all(const struct call *call, struct state *state)
{
    for (unsigned k = 0; k < call->discards; k++) {
        const char *why = model_discard_one(call, state, k);
        if (why != NULL)
            return why;
    }
    return state->len == 0 ? NULL : "the hook was not given all that is queued";
}

/* ---- send and receive ------------------------------------------------------------- */

const char *model_give_up(const struct call *call, const struct state *state,
                          bool must_wait, uint8_t *phase)
{
    bool fired = call->token != 0 && has_fired(state, call->token);
    if (*phase == 1)
        return fired ? over(phase) : "its token has not fired";
    if (!must_wait)
        return "it gave up, and need not wait";
    switch (call->answer) {
    case LEAT_EAGAIN:
        return call->patience == NOWAIT ? over(phase) : "it is no try";
    case LEAT_ETIMEDOUT:
        if (call->patience != PAST && call->patience != SOON)
            return "it has no deadline";
        return fired ? "its token has fired, which beats the deadline"
                     : over(phase);
    case LEAT_ECANCELED:
        if (call->patience == NOWAIT || call->token == 0)
            return "it was cancelled, and has no token to ask";
        if (fired)
            return over(phase);
        *phase = 1;
        return NULL;
    default:
        return "it returned a code that it may not return";
    }
}

static bool displaces(const struct history *history)
{
    return history->policy == LEAT_POLICY_DROP_OLDEST ||
           history->policy == LEAT_POLICY_CONFLATE;
}

/* The channel is full: does the policy let the call fail? In place nothing may be
 * queued that could be displaced, and to reserve there is nothing new to drop. */
static bool fails_by_policy(const struct moment *at, const struct call *call,
                            const struct state *state)
{
    if (displaces(at->history))
        return state->len == 0;
    return at->history->policy == LEAT_POLICY_FAIL || call->kind == RESERVE;
}

/* A send that the channel did not take. */
static const char *send_failed(const struct moment *at, const struct call *call,
                               const struct state *state, uint8_t *phase)
{
    bool open = !state->refuses;
    bool full = open && is_full(at, state);
    if (call->discards > 0)
        return "the hook ran in it, and it failed";
    if (call->answer == LEAT_ECLOSED)
        return open ? "the channel is open" : over(phase);
    if (at->history->policy == LEAT_POLICY_BLOCK)
        return model_give_up(call, state, full, phase);
    if (call->answer != LEAT_EAGAIN)
        return "its policy fails with another code";
    if (!full)
        return "it failed, and the channel is not full";
    return fails_by_policy(at, call, state) ? over(phase)
                                            : "its policy drops, and it failed";
}

/* May it put a message in? The one that a closing waits out may. */
static bool may_enter(const struct call *call, const struct state *state)
{
    return !state->refuses ||
           (!state->sealed && state->admitted == call->thread + 1);
}

static const char *enter(struct state *state, uint8_t msg)
{
    if (state->len == MSGS)
        return "more messages than a history has";
    state->queue[state->len++] = msg;
    return NULL;
}

static const char *put_first(struct state *state, uint8_t msg)
{
    if (state->len == MSGS)
        return "more messages than a history has";
    memmove(state->queue + 1, state->queue, state->len++);
    state->queue[0] = msg;
    return NULL;
}

/* A rendezvous, from the sender's side: in phase `first` it offers, in the next its
 * message has been taken. Further by one phase each. */
static const char *meet(struct state *state, uint8_t msg, unsigned first,
                        uint8_t *phase)
{
    if (*phase == first)
        state->offered = msg;
    else if (state->offered == TAKEN)
        state->offered = 0;
    else
        return "nobody has taken its message";
    ++*phase;
    return NULL;
}

/* Is there no cell between a sender and a receiver that copy, and nothing before
 * them? */
static bool may_meet(const struct moment *at, const struct state *state)
{
    return state->len == 0 && is_full(at, state);
}

/* The channel is full, and the oldest, `out`, leaves. */
static const char *displace(const struct moment *at, struct state *state,
                            uint8_t out)
{
    if (!is_full(at, state))
        return "it displaced, and the channel is not full";
    if (state->len == 0)
        return "nothing is queued that could be displaced";
    if (state->queue[0] != out)
        return "another message is the oldest";
    take_out(state, 0);
    return NULL;
}

/* It leaves, and `in` comes. */
static const char *replace(const struct moment *at, struct state *state,
                           uint8_t out, uint8_t in)
{
    const char *why = displace(at, state, out);
    return why != NULL ? why : enter(state, in);
}

/* The hook got a message in a send: the channel is full, and the policy says whose
 * that is. */
static const char *send_drops(const struct moment *at, const struct call *call,
                              struct state *state)
{
    if (!is_full(at, state))
        return "the hook ran in it, and the channel is not full";
    switch (at->history->policy) {
    case LEAT_POLICY_DROP_NEWEST:
        return call->discarded[0] == call->msg
                   ? NULL
                   : "the hook was not given its own message";
    case LEAT_POLICY_DROP_OLDEST:
    case LEAT_POLICY_CONFLATE:
        return replace(at, state, call->discarded[0], call->msg);
    default:
        return "the hook ran in it, and its policy drops nothing";
    }
}

/* A message goes in, and displaces none: two phases further in one step; or to a
 * receiver that it meets, in two. `first` is its first phase. */
static const char *put(const struct moment *at, struct state *state,
                       uint8_t msg, unsigned first, uint8_t *phase)
{
    if (*phase > first || may_meet(at, state))
        return meet(state, msg, first, phase);
    if (is_full(at, state))
        return "the channel is full";
    *phase = (uint8_t)(first + PUT_PHASES);
    return enter(state, msg);
}

static const char *put_one(const struct moment *at, const struct call *call,
                           struct state *state, uint8_t *phase)
{
    const char *why = put(at, state, call->msg, 0, phase);
    return why == NULL && *phase == PUT_PHASES ? over(phase) : why;
}

const char *step_send(const struct moment *at, const struct call *call,
                      struct state *state, uint8_t *phase)
{
    const char *why = NULL;
    if (call->answer != 0)
        return send_failed(at, call, state, phase);
    if (*phase == 0 && !may_enter(call, state))
        return "the channel is closed";
    if (call->discards > 1)
        return "the hook was given more than one message";
    if (call->discards == 0)
        return put_one(at, call, state, phase);
    why = send_drops(at, call, state);
    return why != NULL ? why : over(phase);
}

/* It sent fewer than it was given. */
static const char *stop_sending(const struct moment *at,
                                const struct state *state, uint8_t *phase)
{
    if (state->refuses || is_full(at, state))
        return over(phase);
    return "it stopped sending, and the channel has room";
}

const char *step_send_many(const struct moment *at, const struct call *call,
                           struct state *state, uint8_t *phase)
{
    unsigned done = *phase / PUT_PHASES;
    unsigned first = done * PUT_PHASES;
    if (call->answer < 0)
        return send_failed(at, call, state, phase);
    if (call->answer == 0 || call->answer > call->asked)
        return "it cannot have sent so many";
    if (done == (unsigned)call->answer)
        return stop_sending(at, state, phase);
    if (*phase == first && !may_enter(call, state))
        return "the channel is closed";
    const char *why = put(at, state, (uint8_t)(call->msg + done), first, phase);
    return why == NULL && *phase == call->asked * PUT_PHASES ? over(phase)
                                                             : why;
}

const char *step_force(const struct moment *at, const struct call *call,
                       struct state *state, uint8_t *phase)
{
    const char *why;
    if (call->answer == LEAT_ECLOSED)
        return state->refuses ? over(phase) : "the channel is open";
    if (call->answer == LEAT_EAGAIN)
        return state->refuses        ? "the channel is closed"
               : may_meet(at, state) ? over(phase)
                                     : "there is room, or one to displace";
    if (*phase == 0 && !may_enter(call, state))
        return "the channel is closed";
    if (call->answer == 0)
        return put_one(at, call, state, phase);
    if (call->answer != 1)
        return "it returned a code that it may not return";
    why = replace(at, state, call->displaced, call->msg);
    return why != NULL ? why : over(phase);
}

/* A promised consumer: did the receive begin before the first abort was over? */
static bool overlaps_abort(const struct moment *at, const struct call *call)
{
    const struct history *history = at->history;
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++) {
            const struct call *other = &history->call[t][i];
            if (other->kind == RX_ABORT && other->ended < call->began)
                return false;
        }
    return true;
}

/* Is `msg` the next message, of those that are queued? */
static const char *is_next(const struct moment *at, const struct call *call,
                           const struct state *state, uint8_t msg)
{
    if (state->len == 0)
        return "nothing is queued";
    if (state->queue[0] != msg)
        return "another message is first in the queue";
    if (state->aborted && !overlaps_abort(at, call))
        return "the channel is aborted";
    return NULL;
}

static const char *take(const struct moment *at, const struct call *call,
                        struct state *state, uint8_t msg)
{
    if (at->history->cap == 0 || state->offered != 0) {
        if (state->offered != msg)
            return "nobody offers this message";
        state->offered = TAKEN;
        return NULL;
    }
    const char *why = is_next(at, call, state, msg);
    if (why == NULL)
        take_out(state, 0);
    return why;
}

static const char *step_received(const struct moment *at,
                                 const struct call *call, struct state *state,
                                 uint8_t *phase)
{
    if (call->discards > 0)
        return "the hook ran in a receive that got a message";
    const char *why = take(at, call, state, call->msg);
    return why != NULL ? why : over(phase);
}

/* The end of the stream; behind a mark the receive discards, step by step. */
static const char *step_received_end(const struct call *call,
                                     struct state *state, uint8_t *phase)
{
    if (!state->sealed)
        return state->refuses ? "a send may still run" : "the channel is open";
    if (call->discards > 0 && !state->aborted)
        return "the hook ran in a receive, and the channel is not aborted";
    if (*phase < call->discards)
        return model_discard_one(call, state, (*phase)++);
    return state->len == 0 ? over(phase) : "messages are queued";
}

const char *step_recv(const struct moment *at, const struct call *call,
                      struct state *state, uint8_t *phase)
{
    if (call->answer == 0)
        return step_received(at, call, state, phase);
    if (call->answer == LEAT_ECLOSED)
        return step_received_end(call, state, phase);
    return model_give_up(call, state, state->len == 0 && !state->sealed, phase);
}

/* It received `got`, fewer than it was asked for: nothing was there, or behind a mark
 * what was there went to the hook. */
static const char *stop_receiving(const struct call *call, struct state *state,
                                  unsigned got, uint8_t *phase)
{
    unsigned k = *phase - got;
    if (call->discards > 0 && !(state->aborted && state->sealed))
        return "the hook ran in a receive, and the channel is not aborted";
    if (k < call->discards) {
        ++*phase;
        return model_discard_one(call, state, k);
    }
    return state->len == 0 ? over(phase)
                           : "it stopped receiving, and messages are queued";
}

const char *step_recv_many(const struct moment *at, const struct call *call,
                           struct state *state, uint8_t *phase)
{
    unsigned got = call_received(call);
    if (call->kind == RECV_MANY && call->answer <= 0)
        return call->answer == 0 ? "it received nothing and says no why"
                                 : step_recv(at, call, state, phase);
    if (call->answer < 0 || got > call->asked)
        return "it cannot have received so many";
    if (*phase >= got)
        return stop_receiving(call, state, got, phase);
    const char *why = take(at, call, state, call->batch[*phase]);
    ++*phase;
    if (why == NULL && *phase == call->asked)
        return call->discards == 0 ? over(phase)
                                   : "the hook ran in a receive that got all";
    return why;
}

/* Where they meet: is there a sender that waits with this message? In a batch only the
 * first is waited with. */
static bool is_waited_with(const struct moment *at, const struct state *state,
                           uint8_t msg)
{
    const struct history *history = at->history;
    if (state->refuses || history->policy != LEAT_POLICY_BLOCK)
        return false;
    for (unsigned t = 0; t < history->threads; t++) {
        unsigned i = at->config->at[t];
        if (i == history->calls[t])
            continue;
        const struct call *call = &history->call[t][i];
        if ((call->kind == SEND || call->kind == SEND_MANY) &&
            call->msg == msg && call->began <= at->limit &&
            call->patience != NOWAIT && call->patience != PAST &&
            (at->config->phase[t] == 0 || call->answer < 0))
            return true;
    }
    return false;
}

const char *step_peek(const struct moment *at, const struct call *call,
                      struct state *state, uint8_t *phase)
{
    const char *why = NULL;
    if (call->answer != 0)
        return step_recv(at, call, state, phase);
    if (call->discards > 0)
        return "the hook ran in a peek that saw a message";
    if (!may_meet(at, state))
        why = is_next(at, call, state, call->msg);
    else if (state->offered != call->msg &&
             !is_waited_with(at, state, call->msg))
        why = "no sender waits with this message";
    return why != NULL ? why : over(phase);
}

/* ---- in place ------------------------------------------------------------------------ */

/* Where there is a cell; or for that of the oldest message, which goes to the hook. */
static const char *find_cell(const struct moment *at, const struct call *call,
                             struct state *state)
{
    if (call->discards == 0)
        return is_full(at, state) ? "there is no cell left" : NULL;
    if (call->discards > 1)
        return "the hook was given more than one message";
    return displaces(at->history)
               ? displace(at, state, call->discarded[0])
               : "the hook ran in it, and its policy does not displace";
}

const char *step_reserve(const struct moment *at, const struct call *call,
                         struct state *state, uint8_t *phase)
{
    const char *why;
    if (call->answer != 0)
        return send_failed(at, call, state, phase);
    if (state->refuses)
        return "the channel is closed";
    why = find_cell(at, call, state);
    state->held++;
    return why != NULL ? why : over(phase);
}

const char *step_commit(const struct moment *at, const struct call *call,
                        struct state *state, uint8_t *phase)
{
    (void)at;
    if (call->answer == LEAT_ECLOSED)
        return state->refuses ? over(phase) : "the channel is open";
    if (call->answer != 0)
        return "it returned a code that it may not return";
    if (state->refuses)
        return "the channel is closed";
    state->held--;
    const char *why = enter(state, call->msg);
    return why != NULL ? why : over(phase);
}

/* A cell that was reserved or borrowed is free. */
const char *step_give_back(const struct moment *at, const struct call *call,
                           struct state *state, uint8_t *phase)
{
    (void)at;
    (void)call;
    state->held--;
    return over(phase);
}

const char *step_borrow(const struct moment *at, const struct call *call,
                        struct state *state, uint8_t *phase)
{
    const char *why = NULL;
    if (call->answer != 0)
        return step_recv(at, call, state, phase);
    if (call->discards > 0)
        return "the hook ran in a receive that got a message";
    why = take(at, call, state, call->msg);
    state->held++;
    return why != NULL ? why : over(phase);
}

/* Behind an abort its message goes to the hook, and no other. */
static const char *too_late_to_put_back(const struct call *call)
{
    if (call->discards == 0)
        return "the channel is aborted, and the hook was not given it";
    return call->discards == 1 && call->discarded[0] == call->msg
               ? NULL
               : "the hook was given another message";
}

const char *step_unborrow(const struct moment *at, const struct call *call,
                          struct state *state, uint8_t *phase)
{
    const char *why;
    (void)at;
    state->held--;
    if (state->aborted)
        why = too_late_to_put_back(call);
    else if (call->discards > 0)
        why = "the hook ran in it, and the channel is not aborted";
    else
        why = put_first(state, call->msg);
    return why != NULL ? why : over(phase);
}

/* ---- any step ---------------------------------------------------------------------------------- */

/* While a message is offered nothing else happens: the send and the receive are one
 * moment. */
static bool meets(const struct call *call, const struct state *state,
                  uint8_t phase)
{
    if (call->answer < 0)
        return false;
    if (call->kind == PEEK)
        return state->offered == call->msg;
    if (kinds[call->kind].need == TO_SEND)
        return phase % 2 == 1;
    return call->kind != BORROW && phase < call_received(call);
}

const char *model_step(const struct moment *at, const struct call *call,
                       struct state *state, uint8_t *phase)
{
    if (state->offered != 0 && !meets(call, state, *phase))
        return "a sender and a receiver are just meeting";
    const char *why = kinds[call->kind].step(at, call, state, phase);
    if (why == NULL && *phase == OVER && state->admitted == call->thread + 1)
        state->admitted = 0;
    return why;
}
