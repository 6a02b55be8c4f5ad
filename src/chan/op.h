/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* op.h - one send or receive that may have to wait, for a thread or a callback.
 *
 * A blocking call is an op with a thread as its waiter: start, park, finish. In an
 * event loop (src/loop) it is one with a callback: start, be told, finish.
 *
 *     leat__op op;
 *     rc = leat__op_start(&op, chan, LEAT__RECV, &msg, token, false, notify);
 *     if (rc == LEAT__PENDING)
 *         ... notify(&op.wait) runs once, in some thread, holding nothing ...
 *         rc = leat__op_finish(&op, leat__wait_won(&op.wait));
 *
 * The op and the message stay where they are until start has returned and, if it
 * returned LEAT__PENDING, until notify has run or cancel has returned true. notify
 * may run before start returns, and must not block. finish is called when notify
 * has run *and* start has returned: start enlists at the token last. */
#ifndef LEAT_CHAN_OP_H
#define LEAT_CHAN_OP_H

#include "chan/chan.h"
#include "park/token.h"

enum { LEAT__PENDING = 1 };

typedef struct leat__op {
    leat__wait wait;
    leat__waiter at;
    leat__carrier carrier;
    leat_chan *chan;
    leat__token *token; /* NULL: none */
    enum leat__dir dir;
} leat__op;

/* Begin. msg is read (a send) or written (a receive), possibly by another thread.
 * sole: nothing but the channel will end this op: no token, no deadline, no
 * cancel. notify NULL: the caller parks on op->wait.
 * returns 0, LEAT_ECLOSED, LEAT_ECANCELED, LEAT_ENOMEM (an unbounded send),
 *         LEAT_EAGAIN (a send that may not wait, by policy): over, nothing will be
 *         told;
 *         LEAT__PENDING: enlisted */
int leat__op_start(leat__op *op, leat_chan *chan, enum leat__dir dir, void *msg,
                   leat__token *token, bool sole, void (*notify)(leat__wait *));

/* The same for what is not a send or receive of one message. */
int leat__op_start_act(leat__op *op, leat_chan *chan, enum leat__dir dir,
                       enum leat__act act, void *msg, leat__token *token,
                       bool sole, void (*notify)(leat__wait *));

/* Leave all places and give the outcome: 0, LEAT_ECLOSED, LEAT_ECANCELED,
 * LEAT_ETIMEDOUT. pre: completed, or claimed by the caller */
int leat__op_finish(leat__op *op, enum leat__won won);

/* Give up a pending callback op. true: it is over, no message moved, notify will
 * not run. false: it is decided; notify has run or will. */
bool leat__op_cancel(leat__op *op);

#endif
