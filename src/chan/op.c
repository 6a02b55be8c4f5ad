/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* op.c - starting and finishing one send or receive. See op.h.
 *
 * An op is enlisted at its channel first and at its token second. Between the two
 * a message may end it, and then the token's claim fails, or finds it done.
 *
 * MODEL: tests/model/m_op.c */
#include "chan/op.h"
#include "os/os.h"
#include "park/clock.h"

/* Who waits, and since when: for the dump and the statistics. */
static void sign(leat__waiter *waiter)
{
    waiter->thread = leat__os_thread_id();
    waiter->since_ns = leat__now_ns();
}

/* A send that never waits. */
static int send_by_policy(leat_chan *chan, const void *msg)
{
    int rc = chan->verbs->try_send(chan, msg);
    return rc == LEAT_EAGAIN ? leat__policy_full(chan, msg) : rc;
}

int leat__op_start(leat__op *op, leat_chan *chan, enum leat__dir dir, void *msg,
                   leat__token *token, bool sole, void (*notify)(leat__wait *))
{
    return leat__op_start_act(op, chan, dir, LEAT__MOVE, msg, token, sole,
                              notify);
}

int leat__op_start_act(leat__op *op, leat_chan *chan, enum leat__dir dir,
                       enum leat__act act, void *msg, leat__token *token,
                       bool sole, void (*notify)(leat__wait *))
{
    LEAT_ASSERT(!sole || token == NULL);
    op->chan = chan;
    op->dir = dir;
    op->token = token;
    op->at = (leat__waiter){.wait = &op->wait, .msg = msg, .act = (uint8_t)act};
    leat__wait_init(&op->wait, sole, notify);
    if (chan->record != NULL)
        sign(&op->at);
    if (act == LEAT__MOVE && dir == LEAT__SEND &&
        chan->policy != LEAT_POLICY_BLOCK)
        return send_by_policy(chan, msg);
    int rc = act == LEAT__GONE ? leat__chan_enlist_gone(chan, dir, &op->at)
                               : chan->verbs->enlist(chan, dir, &op->at);
    if (rc != LEAT_EAGAIN)
        return rc;
    if (token == NULL)
        return LEAT__PENDING;
    if (leat__token_enlist(token, &op->carrier, &op->wait))
        return LEAT__PENDING;
    op->token = NULL; /* fired already: nothing to leave there */
    if (!leat__wait_claim(&op->wait))
        return LEAT__PENDING; /* the channel was first */
    leat__chan_delist(chan, &op->at);
    return LEAT_ECANCELED;
}

int leat__op_finish(leat__op *op, enum leat__won won)
{
    if (op->token != NULL)
        leat__token_delist(op->token, &op->carrier);
    if (leat__chan_tally(op->chan) != NULL && op->at.act != LEAT__GONE)
        leat__tally_blocked(op->chan, op->dir, op->at.since_ns);
    if (won == LEAT__WON_CHAN)
        return op->at.rc; /* the winner took us out of the queue */
    leat__chan_delist(op->chan, &op->at);
    return won == LEAT__WON_CANCEL ? LEAT_ECANCELED : LEAT_ETIMEDOUT;
}

bool leat__op_cancel(leat__op *op)
{
    LEAT_ASSERT(!op->wait.sole); /* else the claim would be no claim */
    if (!leat__wait_claim(&op->wait))
        return false;
    leat__op_finish(op, LEAT__WON_CANCEL);
    return true;
}
