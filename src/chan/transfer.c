/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* transfer.c - leat_tx_send and leat_rx_recv: try, look, wait.
 *
 * The order is the contract's: what is ready is done, then the token is asked,
 * then the clock; and only a call that has to wait pays for either. */
#include "cancel/cancel.h"
#include "chan/op.h"
#include "chan/promise.h"
#include "chan/store.h"
#include "park/spin.h"
#include "park/until.h"

static int try_once(leat_chan *chan, enum leat__dir dir, void *msg)
{
    if (chan->spsc)
        return dir == LEAT__SEND ? leat__spsc_try_send(chan, msg)
                                 : leat__spsc_try_recv(chan, msg);
    return dir == LEAT__SEND ? leat__locked_try_send(chan, msg)
                             : leat__locked_try_recv(chan, msg);
}

/* Look for a bounded time before parking: with room for several messages the
 * other end is likely to make more than one step, and a parked op would be woken
 * for the first. With none or one it parks at once, and looks there. */
static int linger(leat_chan *chan, enum leat__dir dir, void *msg,
                  const leat__token *token, int64_t deadline_ns)
{
    leat__spin locked = LEAT__SPIN_LINGER;
    leat__spin spsc = LEAT__SPIN_AFTER(0);
    leat__spin spin = chan->spsc ? spsc : locked;
    if (chan->spsc)
        spin.first = leat__spsc_patience(chan, dir);
    spin.deadline_ns = deadline_ns;
    while (leat__spin_turn(&spin) &&
           (token == NULL || !leat__token_fired(token))) {
        if (!chan->spsc && !leat__locked_look(chan, dir))
            continue;
        int rc = try_once(chan, dir, msg);
        if (rc != LEAT_EAGAIN)
            return rc;
    }
    return LEAT_EAGAIN;
}

static LEAT__NOINLINE int wait_for(leat_chan *chan, enum leat__dir dir,
                                   void *msg, leat_until until)
{
    leat__token *token =
        until.cancel == NULL ? NULL : leat__cancel_token(until.cancel);
    if (token != NULL && leat__token_fired(token))
        return LEAT_ECANCELED;
    int64_t deadline_ns = leat__until_deadline(until);
    if (leat__deadline_passed(deadline_ns))
        return LEAT_ETIMEDOUT;
    if (chan->cap > 1) {
        int rc = linger(chan, dir, msg, token, deadline_ns);
        if (rc != LEAT_EAGAIN)
            return rc;
    }
    leat__op op;
    bool sole = token == NULL && deadline_ns == INT64_MAX;
    int rc = leat__op_start(&op, chan, dir, msg, token, sole, NULL);
    if (rc == LEAT__PENDING)
        rc = leat__op_finish(&op, leat__wait_park(&op.wait, deadline_ns));
    return rc;
}

/* What is not the way of a message alone: out of line, so that the fast path saves
 * no registers for it. The lock is held in the locked kind. */
static LEAT__NOINLINE int send_rest(leat_chan *chan, const void *msg,
                                    leat_until until)
{
    int rc = chan->spsc ? leat__spsc_try_send(chan, msg)
                        : leat__locked_send_rest(chan, msg);
    if (rc != LEAT_EAGAIN || leat__until_is_nowait(until))
        return rc;
    void *from = (void *)(uintptr_t)msg; /* read only: the direction says so */
    return wait_for(chan, LEAT__SEND, from, until);
}

static LEAT__NOINLINE int recv_rest(leat_chan *chan, void *msg,
                                    leat_until until)
{
    int rc = chan->spsc ? leat__spsc_try_recv(chan, msg)
                        : leat__locked_recv_rest(chan, msg);
    if (rc != LEAT_EAGAIN || leat__until_is_nowait(until))
        return rc;
    return wait_for(chan, LEAT__RECV, msg, until);
}

static inline int send_one(leat_chan *chan, const void *msg, leat_until until)
{
    if (LEAT__LIKELY(!chan->spsc)) {
        leat__chan_lock(chan);
        if (LEAT__LIKELY(leat__store_put_alone(chan, msg))) {
            leat__chan_unlock(chan);
            return 0;
        }
    }
    return send_rest(chan, msg, until);
}

static inline int recv_one(leat_chan *chan, void *msg, leat_until until)
{
    if (LEAT__LIKELY(!chan->spsc)) {
        leat__seg *drained;
        leat__chan_lock(chan);
        if (LEAT__LIKELY(leat__store_get_alone(chan, msg, &drained))) {
            leat__chan_unlock(chan);
            if (LEAT__UNLIKELY(drained != NULL))
                leat__seg_retire(chan, drained);
            return 0;
        }
    }
    return recv_rest(chan, msg, until);
}

int leat_tx_send(leat_tx *tx, const void *msg, leat_until until)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    LEAT_CHECK(msg != NULL || chan->msg_bytes == 0,
               "leat_tx_send: msg is NULL");
    leat__promise_begin(chan, LEAT__SEND);
    int rc = send_one(chan, msg, until);
    leat__promise_end(chan, LEAT__SEND);
    return rc;
}

int leat_rx_recv(leat_rx *rx, void *msg, leat_until until)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    LEAT_CHECK(msg != NULL || chan->msg_bytes == 0,
               "leat_rx_recv: msg is NULL");
    leat__promise_begin(chan, LEAT__RECV);
    int rc = recv_one(chan, msg, until);
    leat__promise_end(chan, LEAT__RECV);
    return rc;
}
