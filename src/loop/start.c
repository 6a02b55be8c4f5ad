/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* start.c - starting a leat_op, and taking it back. See loop.h.
 *
 * A start tries, then asks the token and the clock, then enlists: as the blocking
 * calls do, and by the same rules. From the enlisting on any thread may end the op.
 * The driver ends it, at its deadline or by cancel, by winning its claim word like
 * anybody else.
 *
 * MODEL: tests/model/m_loop.c */
#include "cancel/cancel.h"
#include "chan/promise.h"
#include "loop/loop.h"
#include "park/until.h"

#define OP_TAG 0x6c746f70u /* "ltop" */

leat__started *leat__started_check(const leat_op *op)
{
    leat__started *started = (leat__started *)(uintptr_t)op;
    LEAT_CHECK(started != NULL && started->tag == OP_TAG,
               "this operation is not initialised (leat_op_init)");
    return started;
}

void leat_op_init(leat_op *op, leat_loop *loop, leat_op_fn *fn, void *arg)
{
    leat__started *started = (leat__started *)op;
    leat__loop_check(loop);
    LEAT_CHECK(op != NULL && fn != NULL, "leat_op_init: op or fn is NULL");
    started->tag = OP_TAG;
    started->is_started = false;
    started->is_ready = false;
    started->selects = false;
    started->rc = 0;
    started->watch = -1;
    started->loop = loop;
    started->fn = fn;
    started->arg = arg;
    leat__heap_node_init(&started->deadline);
    started->next = NULL;
}

static int op_try(leat_chan *chan, enum leat__dir dir, void *msg)
{
    return dir == LEAT__SEND ? chan->verbs->try_send(chan, msg)
                             : chan->verbs->try_recv(chan, msg);
}

/* When a pending op has to be looked at, if nobody ends it before. */
static int64_t look_ns(const leat__started *op)
{
    leat_chan *chan = op->op.chan;
    int64_t at_ns = leat__wait_due_ns(&op->op.wait, op->deadline_ns);
    if (chan->verbs->due_ns != NULL) {
        int64_t due_ns = chan->verbs->due_ns(chan);
        at_ns = due_ns < at_ns ? due_ns : at_ns;
    }
    return at_ns;
}

/* Wait. returns as leat__op_start */
static int op_wait(leat__started *op, leat_chan *chan, enum leat__dir dir,
                   void *msg)
{
    int rc = leat__op_start(&op->op, chan, dir, msg, op->token, false,
                            leat__loop_notify);
    int64_t at_ns = rc == LEAT__PENDING ? look_ns(op) : INT64_MAX;
    if (at_ns != INT64_MAX)
        leat__heap_add(&op->loop->deadlines, &op->deadline, at_ns);
    return rc;
}

int leat__started_again(leat__started *op)
{
    leat_chan *chan = op->op.chan;
    enum leat__dir dir = op->op.dir;
    void *msg = op->op.at.msg;
    int rc = op_try(chan, dir, msg);
    if (rc != LEAT_EAGAIN)
        return rc;
    if (op->token != NULL && leat__token_fired(op->token))
        return LEAT_ECANCELED;
    if (leat__deadline_passed(op->deadline_ns))
        return LEAT_ETIMEDOUT;
    return op_wait(op, chan, dir, msg);
}

/* The outcome, or LEAT__PENDING: it waits. */
static int op_begin(leat__started *op, leat_chan *chan, enum leat__dir dir,
                    void *msg, leat_until until)
{
    /* of which leat__op_start knows, if it comes to that */
    op->op.chan = chan;
    op->op.dir = dir;
    int rc = op_try(chan, dir, msg);
    if (rc != LEAT_EAGAIN)
        return rc;
    if (dir == LEAT__SEND && chan->policy != LEAT_POLICY_BLOCK)
        return leat__policy_full(chan, msg);
    if (leat__until_is_nowait(until))
        return rc;
    op->token = until.cancel == NULL ? NULL : leat__cancel_token(until.cancel);
    if (op->token != NULL && leat__token_fired(op->token))
        return LEAT_ECANCELED;
    op->deadline_ns = leat__until_deadline(until);
    if (leat__deadline_passed(op->deadline_ns))
        return LEAT_ETIMEDOUT;
    return op_wait(op, chan, dir, msg);
}

static void op_start(leat_op *handle, leat_chan *chan, enum leat__dir dir,
                     void *msg, leat_until until)
{
    leat__started *op = leat__started_check(handle);
    leat_loop *loop = op->loop;
    void *outer = leat__loop_enter(loop);
    LEAT_CHECK(!op->is_started, "leat_op: started while it is started");
    leat__promise_begin(chan, dir);
    op->selects = false;
    op->is_started = true; /* before others can end it */
    loop->started++;
    int rc = op_begin(op, chan, dir, msg, until);
    if (rc != LEAT__PENDING)
        leat__loop_make_ready(loop, op, rc);
    else if (!loop->dispatching)
        leat__loop_arm(loop);
    leat__loop_leave(loop, outer);
}

void leat_op_send(leat_op *op, leat_tx *tx, const void *msg, leat_until until)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    LEAT_CHECK(msg != NULL || chan->msg_bytes == 0,
               "leat_op_send: msg is NULL");
    void *from = (void *)(uintptr_t)msg; /* read only: the direction says so */
    op_start(op, chan, LEAT__SEND, from, until);
}

void leat_op_recv(leat_op *op, leat_rx *rx, void *msg, leat_until until)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    LEAT_CHECK(msg != NULL || chan->msg_bytes == 0,
               "leat_op_recv: msg is NULL");
    op_start(op, chan, LEAT__RECV, msg, until);
}

static bool cancel_select(leat__selection *select)
{
    if (!leat__wait_claim(&select->wait))
        return false;
    int won = leat__selection_leave(select);
    LEAT_ASSERT(won == LEAT_EAGAIN); /* nobody else has won */
    (void)won;
    return true;
}

bool leat_op_cancel(leat_op *handle)
{
    leat__started *op = leat__started_check(handle);
    leat_loop *loop = op->loop;
    void *outer = leat__loop_enter(loop);
    bool won =
        op->is_started && !op->is_ready &&
        (op->selects ? cancel_select(&op->select) : leat__op_cancel(&op->op));
    if (won) {
        leat__loop_forget_deadline(loop, op);
        leat__started_end(op);
        if (!loop->dispatching)
            leat__loop_arm(loop);
    }
    leat__loop_leave(loop, outer);
    return won;
}

bool leat_op_is_started(const leat_op *op)
{
    return leat__started_check(op)->is_started;
}
