/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* run.h - making the calls of a trial, and writing them down. */
#ifndef LEAT_HISTORY_RUN_H
#define LEAT_HISTORY_RUN_H

#include "plan.h"

#include <stdalign.h>
#include <stdatomic.h>

struct trial {
    struct plan plan;
    struct history history;
    leat_tx *tx;
    leat_rx *rx;
    leat_chan *chan;
    leat_cancel
        *token[TOKENS]; /* owned for all threads until the trial is over */
    /* A half that is promised single has one owner; who uses it is counted here,
     * and the last drops it. */
    _Atomic(uint32_t) users[2];
    /* Counts beginnings and ends. What one thread does before it ends a call
     * happens-before what another does in a call that it begins later: only so are
     * the two calls one after the other. */
    alignas(64) _Atomic(uint32_t) clock;
    alignas(64) _Atomic(uint32_t) at_line; /* see gang.c */
};

#define HELD                                                                   \
    2u /* cells that a thread has reserved, at most; borrowed likewise */

/* One thread in one trial. */
struct actor {
    struct trial *trial;
    unsigned thread;
    unsigned own[2];
    /* cells that it has reserved, and messages that it has borrowed; the last first */
    void *slot[HELD];
    unsigned slots;
    void *loan[HELD];
    uint8_t loan_msg[HELD];
    unsigned loans;
    const struct intent *intent; /* of the call that is made; NULL: its end */
};

/* Make the channel of a plan. false: no memory. */
bool trial_begin(struct trial *trial);

/* Play the part of a thread. All threads of the trial do, once each. */
void trial_play(struct trial *trial, unsigned thread);

/* After all: let go of what the trial owns. */
void trial_end(struct trial *trial);

typedef bool run_fn(struct actor *actor, struct call *call);

run_fn run_send, run_force, run_send_many, run_recv, run_recv_many, run_reserve,
    run_commit, run_unreserve, run_borrow, run_return, run_is_gone,
    run_wait_gone, run_close, run_abort, run_clone, run_drop, run_own, run_look,
    run_fire, run_check;

#endif
