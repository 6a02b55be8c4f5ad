/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* model.h - the sequential model: what a channel is, one step at a time.
 *
 * It follows the contract (include/leat/chan.h, place.h, until.h, cancel.h), not the
 * code. A call takes effect in one step between its beginning and its end. What follows
 * is all that is less than that, each with the words of the contract that say so:
 *
 *   rendezvous   capacity 0: a send and the receive that gets its message are one
 *                moment, inside both. ("sender and receiver meet")
 *   giving up    LEAT_ECANCELED takes two: a moment in which the call would have to
 *                wait, and then, or later, one in which the token has fired. ("tries
 *                first and looks at the clock and the token only if it would have
 *                to wait") LEAT_EAGAIN and LEAT_ETIMEDOUT take the first alone; the
 *                latter with a token that has not fired ("cancelled beats timed
 *                out").
 *   the end      the last drop of a half counts, then closes; the last drop of the
 *                receiving half, and abort, close and then discard: a call that
 *                comes in between may see one without the other. ("done when they
 *                return")
 *   a batch      is one send or receive after another, each at a moment of its own.
 *                If it moves fewer than it was asked for there is a moment behind
 *                the last in which the next would have to wait, or fails. ("as many
 *                of the others, in order, as can be sent without waiting")
 *   a peek       where a send and a receive would meet shows the message of a sender
 *                that waits, or of one that is just meeting its receiver.
 *   in place     when every cell is held and none in line, a send and a receive that
 *                copy may meet as in a rendezvous. ("straight to a receiver that
 *                waits") What abort and the last receiver's drop discard leaves the
 *                line in one step; its cells become free in one each. ("holds its
 *                cell until the hook has had it") Of what follows for two promises
 *                nothing holds.
 *   full         what a policy, or leat_tx_force, takes out and what it puts in is one
 *                step, at a moment when the channel is full. With the newest dropped
 *                or refused such a moment is all there is.
 *   both ends promised single
 *                - closing first refuses sends and then ends receives. In between
 *                  the one send that ran at that moment may still be done ("waits
 *                  out a send that runs at this moment"), and a receive that finds
 *                  nothing finds the channel only empty.
 *                - an abort may only mark; then the next receive or drop discards
 *                  ("the channel is marked"), message by message. A receive that
 *                  overlaps the abort may get a message ("one that waits may get a
 *                  message that was there before").
 *                - the length may be too high by what was received or discarded
 *                  during the look, if a send ran during it as well ("the length
 *                  may be too high by what moved").
 *
 * Not looked at: who of several waiting threads is served first (when a thread
 * began to wait is not in a history), LEAT_ENOMEM, and time, but for a call that
 * timed out before its deadline (run.c). */
#ifndef LEAT_HISTORY_MODEL_H
#define LEAT_HISTORY_MODEL_H

#include "history.h"

/* The phase of a call that has taken its last step. */
#define OVER UINT8_MAX

/* A call that puts messages in takes two phases for each. */
#define PUT_PHASES 2u

/* A rendezvous: the message that is offered has been taken. */
#define TAKEN UINT8_MAX

/* The channel. Bytes only, so that two states are the same if their bytes are. */
struct state {
    uint8_t owners[2];
    uint8_t refuses; /* closed for sends */
    uint8_t sealed;  /* closed for receives: no message will be added */
    uint8_t aborted; /* marked: the next receive discards */
    uint8_t reason;
    uint8_t fired;    /* bit t: token t has */
    uint8_t admitted; /* thread + 1 whose send the closing waits out; or 0 */
    uint8_t offered;  /* rendezvous under way: the message, or TAKEN; or 0 */
    uint8_t held; /* cells reserved, borrowed, or on their way to the hook */
    uint8_t len;
    uint8_t queue[MSGS]; /* oldest first; zero behind len */
};

/* Where every thread is, and the channel. */
struct config {
    uint8_t at[THREADS];    /* the call that is not over */
    uint8_t phase[THREADS]; /* steps that it has taken */
    struct state state;
};

/* When a step is looked at: all that began before `limit` is under way. */
struct moment {
    const struct history *history;
    const struct config *config;
    uint32_t limit;
};

/* The channel before the first call. */
void model_begin(const struct history *history, struct state *state);

/* The next step of a call. NULL: taken, state and phase have moved on (to OVER
 * after the last); else why it cannot be taken now, and state and phase are of no
 * use any more. */
const char *model_step(const struct moment *at, const struct call *call,
                       struct state *state, uint8_t *phase);

typedef const char *model_fn(const struct moment *at, const struct call *call,
                             struct state *state, uint8_t *phase);

model_fn step_send, step_force, step_send_many, step_recv, step_recv_many,
    step_peek, step_reserve, step_commit, step_give_back, step_borrow,
    step_unborrow, step_is_gone, step_wait_gone, step_close, step_abort,
    step_clone, step_drop, step_own, step_len, step_is_empty, step_is_full,
    step_is_closed, step_close_reason, step_count, step_fire, step_check;

#endif
