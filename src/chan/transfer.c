/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* transfer.c - leat_tx_send and leat_rx_recv: try, look, wait.
 *
 * The order is the contract's: what is ready is done, then the token is asked,
 * then the clock; and only a call that has to wait pays for either. */
#include "cancel/cancel.h"
#include "chan/op.h"
#include "chan/promise.h"
#include "chan/ends.h"
#include "chan/store.h"
#include "park/spin.h"
#include "park/until.h"

#include <leat/batch.h>

/* What a call is about, once it may have to wait. */
struct transfer {
    leat_chan *chan;
    enum leat__dir dir;
    enum leat__act act;
    void *msg;
};

static int try_once(const struct transfer *it)
{
    leat_chan *chan = it->chan;
    LEAT_ASSERT(it->act != LEAT__GONE);
    if (it->act == LEAT__PEEK)
        return chan->verbs->peek(chan, it->msg);
    if (it->act == LEAT__PLACE)
        return it->dir == LEAT__SEND
                   ? chan->verbs->places->try_reserve(chan, it->msg)
                   : chan->verbs->places->try_borrow(chan, it->msg);
    return it->dir == LEAT__SEND ? chan->verbs->try_send(chan, it->msg)
                                 : chan->verbs->try_recv(chan, it->msg);
}

/* About as long as the looks take if nobody else wants the processor. */
#define LINGER_NS 100000

/* Look for a bounded time before parking: with room for several messages the
 * other end is likely to make more than one step, and a parked op would be woken
 * for the first. With none or one it parks at once, and looks there. */
static int linger(const struct transfer *it, const leat__token *token,
                  int64_t deadline_ns)
{
    leat_chan *chan = it->chan;
    int64_t now_ns = leat__now_ns();
    leat__spin spin = LEAT__SPIN_LINGER;
    if (chan->kind == LEAT__ENDS)
        spin = LEAT__SPIN_AFTER(leat__ends_patience(chan, it->dir, now_ns));
    else if (chan->kind == LEAT__HUB || chan->kind == LEAT__SUB)
        spin = LEAT__SPIN_AFTER(leat__broadcast_patience(chan));
    /* A yield may take milliseconds, in which others come and go; who is parked is
     * in line. */
    int64_t enough_ns = now_ns + LINGER_NS;
    spin.deadline_ns = deadline_ns < enough_ns ? deadline_ns : enough_ns;
    while (leat__spin_turn(&spin) &&
           (token == NULL || !leat__token_fired(token))) {
        if (chan->verbs->look != NULL && !chan->verbs->look(chan, it->dir))
            continue;
        if (chan->kind == LEAT__ENDS)
            leat__ends_resume(chan, it->dir);
        int rc = try_once(it);
        if (rc != LEAT_EAGAIN)
            return rc;
    }
    return LEAT_EAGAIN;
}

/* The same for a oneshot, whose two ends need no lock if neither has parked. */
static int linger_briefly(const struct transfer *it)
{
    leat__spin spin = LEAT__SPIN_BRIEF;
    if (leat__wait_is_near())
        return LEAT_EAGAIN;
    while (leat__spin_turn(&spin)) {
        if (it->chan->verbs->look(it->chan, it->dir))
            return try_once(it);
    }
    return LEAT_EAGAIN;
}

/* Wait in the queue of a channel at which something is done by the passing of time: until
 * that, at most.
 * returns LEAT_EAGAIN or LEAT_ETIMEDOUT: look again */
static int park_due(const struct transfer *it, leat__token *token,
                    int64_t deadline_ns)
{
    leat__op op;
    leat_chan *chan = it->chan;
    int rc = leat__op_start_act(&op, chan, it->dir, it->act, it->msg, token,
                                false, NULL);
    if (rc == LEAT__PENDING) {
        int64_t due_ns = chan->verbs->due_ns(chan);
        if (deadline_ns < due_ns)
            due_ns = deadline_ns;
        rc = leat__op_finish(&op, leat__wait_sleep(&op.wait, due_ns));
    }
    return rc;
}

static int park_timed(const struct transfer *it, leat__token *token,
                      int64_t deadline_ns)
{
    for (;;) {
        int rc = park_due(it, token, deadline_ns);
        if (rc == LEAT_EAGAIN || rc == LEAT_ETIMEDOUT)
            rc = try_once(it);
        if (rc != LEAT_EAGAIN)
            return rc;
        if (leat__deadline_passed(deadline_ns))
            return LEAT_ETIMEDOUT;
    }
}

static int park(const struct transfer *it, leat__token *token,
                int64_t deadline_ns)
{
    leat__op op;
    bool sole = token == NULL && deadline_ns == INT64_MAX;
    int rc = leat__op_start_act(&op, it->chan, it->dir, it->act, it->msg, token,
                                sole, NULL);
    if (rc == LEAT__PENDING)
        rc = leat__op_finish(&op, leat__wait_park(&op.wait, deadline_ns));
    return rc;
}

/* The call has found that it cannot be done at once. */
static LEAT__NOINLINE int wait_for(const struct transfer *it, leat_until until)
{
    leat__token *token =
        until.cancel == NULL ? NULL : leat__cancel_token(until.cancel);
    if (token != NULL && leat__token_fired(token))
        return LEAT_ECANCELED;
    int64_t deadline_ns = leat__until_deadline(until);
    if (leat__deadline_passed(deadline_ns))
        return LEAT_ETIMEDOUT;
    if (it->chan->verbs->due_ns != NULL && it->act != LEAT__GONE)
        return park_timed(it, token, deadline_ns);
    int rc = LEAT_EAGAIN;
    if (it->chan->cap > 1 && it->act != LEAT__GONE)
        rc = linger(it, token, deadline_ns);
    else if (it->chan->kind == LEAT__ONESHOT && it->act != LEAT__GONE)
        rc = linger_briefly(it);
    if (rc != LEAT_EAGAIN)
        return rc;
    return park(it, token, deadline_ns);
}

int leat__chan_wait_for(leat_chan *chan, enum leat__dir dir, enum leat__act act,
                        void *msg, leat_until until)
{
    if (leat__until_is_nowait(until))
        return LEAT_EAGAIN;
    return wait_for(&(struct transfer){chan, dir, act, msg}, until);
}

static inline int send_waiting(leat_chan *chan, const void *msg,
                               leat_until until)
{
    if (chan->policy != LEAT_POLICY_BLOCK)
        return leat__policy_full(chan, msg);
    if (leat__until_is_nowait(until))
        return LEAT_EAGAIN;
    void *from = (void *)(uintptr_t)msg; /* read only: the direction says so */
    return wait_for(&(struct transfer){chan, LEAT__SEND, LEAT__MOVE, from},
                    until);
}

static inline int recv_waiting(leat_chan *chan, void *msg, leat_until until)
{
    if (leat__until_is_nowait(until))
        return LEAT_EAGAIN;
    return wait_for(&(struct transfer){chan, LEAT__RECV, LEAT__MOVE, msg},
                    until);
}

/* What is not the way of a message alone is out of line, so that the fast path saves no
 * registers for it. */

/* ---- of the locked kind ---------------------------------------------------------- */

/* pre: the lock is held */
static LEAT__NOINLINE int locked_send_rest(leat_chan *chan, const void *msg,
                                           leat_until until)
{
    int rc = leat__locked_send_rest(chan, msg);
    return rc != LEAT_EAGAIN ? rc : send_waiting(chan, msg, until);
}

static LEAT__NOINLINE int locked_recv_rest(leat_chan *chan, void *msg,
                                           leat_until until)
{
    int rc = leat__locked_recv_rest(chan, msg);
    return rc != LEAT_EAGAIN ? rc : recv_waiting(chan, msg, until);
}

static LEAT__NOINLINE int locked_send(leat_chan *chan, const void *msg,
                                      leat_until until)
{
    leat__chan_lock(chan);
    if (LEAT__UNLIKELY(!leat__store_put_alone(chan, msg)))
        return locked_send_rest(chan, msg, until);
    leat__chan_unlock(chan);
    return 0;
}

static LEAT__NOINLINE int locked_recv(leat_chan *chan, void *msg,
                                      leat_until until)
{
    leat__chan_lock(chan);
    if (LEAT__UNLIKELY(!leat__store_get_alone(chan, msg)))
        return locked_recv_rest(chan, msg, until);
    leat__chan_unlock(chan);
    return 0;
}

/* ---- of the kind with ends --------------------------------------------------------- */

/* pre: inside */
static LEAT__NOINLINE int ends_send_rest(leat_chan *chan, const void *msg,
                                         leat_until until)
{
    int rc = leat__ends_send_rest(chan, msg);
    return rc != LEAT_EAGAIN ? rc : send_waiting(chan, msg, until);
}

static LEAT__NOINLINE int ends_recv_rest(leat_chan *chan, void *msg,
                                         leat_until until)
{
    int rc = leat__ends_recv_rest(chan, msg);
    return rc != LEAT_EAGAIN ? rc : recv_waiting(chan, msg, until);
}

static LEAT__NOINLINE int ends_send_contended(leat_chan *chan, const void *msg,
                                              leat_until until)
{
    leat__lock_contend(&chan->put.inside, leat__chan_is_deep(chan));
    return ends_send_rest(chan, msg, until);
}

static LEAT__NOINLINE int ends_recv_contended(leat_chan *chan, void *msg,
                                              leat_until until)
{
    leat__lock_contend(&chan->get.inside, leat__chan_is_deep(chan));
    return ends_recv_rest(chan, msg, until);
}

LEAT__INLINE int ends_send_as(leat_chan *chan, const void *msg, bool shared,
                              bool bounded, size_t bytes, leat_until until)
{
    if (LEAT__UNLIKELY(!leat__end_try_enter(chan, LEAT__SEND, shared)))
        return ends_send_contended(chan, msg, until);
    if (LEAT__UNLIKELY(!leat__ends_put_alone(chan, msg, bounded, bytes)))
        return ends_send_rest(chan, msg, until);
    bool wake = leat__end_must_wake(chan, LEAT__SEND, shared);
    leat__end_leave(&chan->put);
    return LEAT__UNLIKELY(wake) ? leat__ends_wake(chan) : 0;
}

LEAT__INLINE int ends_recv_as(leat_chan *chan, void *msg, bool shared,
                              bool bounded, size_t bytes, leat_until until)
{
    if (LEAT__UNLIKELY(!leat__end_try_enter(chan, LEAT__RECV, shared)))
        return ends_recv_contended(chan, msg, until);
    if (LEAT__UNLIKELY(
            !leat__ends_get_alone(chan, msg, shared, bounded, bytes)))
        return ends_recv_rest(chan, msg, until);
    bool wake = leat__end_must_wake(chan, LEAT__RECV, shared);
    leat__end_leave(&chan->get);
    return LEAT__UNLIKELY(wake) ? leat__ends_wake(chan) : 0;
}

LEAT__INLINE int ends_send(leat_chan *chan, const void *msg, bool shared,
                           size_t bytes, leat_until until)
{
    return chan->bounded ? ends_send_as(chan, msg, shared, true, bytes, until)
                         : ends_send_as(chan, msg, shared, false, bytes, until);
}

LEAT__INLINE int ends_recv(leat_chan *chan, void *msg, bool shared,
                           size_t bytes, leat_until until)
{
    return chan->bounded ? ends_recv_as(chan, msg, shared, true, bytes, until)
                         : ends_recv_as(chan, msg, shared, false, bytes, until);
}

/* Each way has its own registers. */
static LEAT__NOINLINE int ends_send_sized(leat_chan *chan, const void *msg,
                                          leat_until until)
{
    return ends_send(chan, msg, true, chan->msg_bytes, until);
}

static LEAT__NOINLINE int ends_recv_sized(leat_chan *chan, void *msg,
                                          leat_until until)
{
    return ends_recv(chan, msg, true, chan->msg_bytes, until);
}

static LEAT__NOINLINE int ends_send_word_alone(leat_chan *chan, const void *msg,
                                               leat_until until)
{
    return ends_send(chan, msg, false, LEAT__WORD, until);
}

static LEAT__NOINLINE int ends_recv_word_alone(leat_chan *chan, void *msg,
                                               leat_until until)
{
    return ends_recv(chan, msg, false, LEAT__WORD, until);
}

static LEAT__NOINLINE int
ends_send_sized_alone(leat_chan *chan, const void *msg, leat_until until)
{
    return ends_send(chan, msg, false, chan->msg_bytes, until);
}

static LEAT__NOINLINE int ends_recv_sized_alone(leat_chan *chan, void *msg,
                                                leat_until until)
{
    return ends_recv(chan, msg, false, chan->msg_bytes, until);
}

/* ---- of the others ------------------------------------------------------------------- */

static LEAT__NOINLINE int send_by_verbs(leat_chan *chan, const void *msg,
                                        leat_until until)
{
    int rc = chan->verbs->try_send(chan, msg);
    return rc != LEAT_EAGAIN ? rc : send_waiting(chan, msg, until);
}

static LEAT__NOINLINE int recv_by_verbs(leat_chan *chan, void *msg,
                                        leat_until until)
{
    int rc = chan->verbs->try_recv(chan, msg);
    return rc != LEAT_EAGAIN ? rc : recv_waiting(chan, msg, until);
}

/* A send never waits. */
LEAT__INLINE int oneshot_send(leat_chan *chan, const void *msg,
                              leat_until until)
{
    (void)until;
    return leat__oneshot_try_send(chan, msg);
}

static LEAT__NOINLINE int oneshot_recv(leat_chan *chan, void *msg,
                                       leat_until until)
{
    int rc = leat__oneshot_try_recv(chan, msg);
    return rc != LEAT_EAGAIN ? rc : recv_waiting(chan, msg, until);
}

/* In a release build no call is left on the way of a word, so that nothing has to be
 * saved for one. */
LEAT__INLINE int send_by_way(leat_chan *chan, const void *msg, leat_until until)
{
    enum leat__way way = (enum leat__way)chan->way[LEAT__SEND];
    if (LEAT__LIKELY(way == LEAT__WAY_WORD))
        return ends_send(chan, msg, true, LEAT__WORD, until);
    if (LEAT__LIKELY(way == LEAT__WAY_SIZED))
        return ends_send_sized(chan, msg, until);
    if (LEAT__LIKELY(way == LEAT__WAY_WORD_ALONE))
        return ends_send_word_alone(chan, msg, until);
    if (way == LEAT__WAY_ONESHOT)
        return oneshot_send(chan, msg, until);
    if (way == LEAT__WAY_SIZED_ALONE)
        return ends_send_sized_alone(chan, msg, until);
    return way == LEAT__WAY_LOCKED ? locked_send(chan, msg, until)
                                   : send_by_verbs(chan, msg, until);
}

LEAT__INLINE int recv_by_way(leat_chan *chan, void *msg, leat_until until)
{
    enum leat__way way = (enum leat__way)chan->way[LEAT__RECV];
    if (LEAT__LIKELY(way == LEAT__WAY_WORD))
        return ends_recv(chan, msg, true, LEAT__WORD, until);
    if (LEAT__LIKELY(way == LEAT__WAY_SIZED))
        return ends_recv_sized(chan, msg, until);
    if (LEAT__LIKELY(way == LEAT__WAY_WORD_ALONE))
        return ends_recv_word_alone(chan, msg, until);
    if (way == LEAT__WAY_ONESHOT)
        return oneshot_recv(chan, msg, until);
    if (way == LEAT__WAY_SIZED_ALONE)
        return ends_recv_sized_alone(chan, msg, until);
    return way == LEAT__WAY_LOCKED ? locked_recv(chan, msg, until)
                                   : recv_by_verbs(chan, msg, until);
}

int leat_tx_send(leat_tx *tx, const void *msg, leat_until until)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    LEAT_CHECK(msg != NULL || chan->msg_bytes == 0,
               "leat_tx_send: msg is NULL");
    leat__promise_begin(chan, LEAT__SEND);
    int rc = send_by_way(chan, msg, until);
    leat__promise_end(chan, LEAT__SEND);
    return rc;
}

int leat_tx_force(leat_tx *tx, const void *msg, void *displaced)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    LEAT_CHECK(msg != NULL || chan->msg_bytes == 0,
               "leat_tx_force: msg is NULL");
    LEAT_CHECK(displaced != NULL || chan->msg_bytes == 0,
               "leat_tx_force: displaced is NULL");
    leat__promise_begin(chan, LEAT__SEND);
    int rc = chan->verbs->displace(chan, msg, displaced);
    leat__promise_end(chan, LEAT__SEND);
    return rc;
}

int leat_rx_recv(leat_rx *rx, void *msg, leat_until until)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    LEAT_CHECK(msg != NULL || chan->msg_bytes == 0,
               "leat_rx_recv: msg is NULL");
    leat__promise_begin(chan, LEAT__RECV);
    int rc = recv_by_way(chan, msg, until);
    leat__promise_end(chan, LEAT__RECV);
    return rc;
}

int leat_rx_peek(leat_rx *rx, void *msg, leat_until until)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    LEAT_CHECK(msg != NULL || chan->msg_bytes == 0,
               "leat_rx_peek: msg is NULL");
    leat__promise_begin(chan, LEAT__RECV);
    int rc = chan->verbs->peek(chan, msg);
    if (rc == LEAT_EAGAIN && !leat__until_is_nowait(until))
        rc = wait_for(&(struct transfer){chan, LEAT__RECV, LEAT__PEEK, msg},
                      until);
    leat__promise_end(chan, LEAT__RECV);
    return rc;
}

/* ---- in place -------------------------------------------------------------------- */

static void check_in_place(const leat_chan *chan, void *const *where)
{
    LEAT_CHECK(leat__chan_has_places(chan),
               "leat_tx_reserve, leat_rx_borrow: the channel was made without "
               "LEAT_IN_PLACE");
    LEAT_CHECK(where != NULL,
               "leat_tx_reserve, leat_rx_borrow: nowhere to put the pointer");
}

/* There is no idle cell. */
static int reserve_when_full(leat_chan *chan, void **slot, leat_until until)
{
    if (leat__policy_displaces((enum leat_policy)chan->policy))
        return chan->verbs->places->displace_to_reserve(chan, slot);
    if (chan->policy != LEAT_POLICY_BLOCK || leat__until_is_nowait(until))
        return LEAT_EAGAIN;
    return wait_for(&(struct transfer){chan, LEAT__SEND, LEAT__PLACE, slot},
                    until);
}

int leat_tx_reserve(leat_tx *tx, void **slot, leat_until until)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    check_in_place(chan, slot);
    leat__promise_begin(chan, LEAT__SEND);
    int rc = chan->verbs->places->try_reserve(chan, slot);
    if (rc == LEAT_EAGAIN)
        rc = reserve_when_full(chan, slot, until);
    leat__promise_end(chan, LEAT__SEND);
    return rc;
}

int leat_rx_borrow(leat_rx *rx, void **msg, leat_until until)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    check_in_place(chan, msg);
    leat__promise_begin(chan, LEAT__RECV);
    int rc = chan->verbs->places->try_borrow(chan, msg);
    if (rc == LEAT_EAGAIN && !leat__until_is_nowait(until))
        rc = wait_for(&(struct transfer){chan, LEAT__RECV, LEAT__PLACE, msg},
                      until);
    leat__promise_end(chan, LEAT__RECV);
    return rc;
}

/* ---- the other side, gone --------------------------------------------------------- */

static int wait_gone(leat_chan *chan, enum leat__dir dir, bool gone,
                     leat_until until)
{
    if (gone)
        return 0;
    if (leat__until_is_nowait(until))
        return LEAT_EAGAIN;
    return wait_for(&(struct transfer){chan, dir, LEAT__GONE, NULL}, until);
}

int leat_tx_wait_gone(leat_tx *tx, leat_until until)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    return wait_gone(chan, LEAT__SEND, leat_tx_is_gone(tx), until);
}

int leat_rx_wait_gone(leat_rx *rx, leat_until until)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    return wait_gone(chan, LEAT__RECV, leat_rx_is_gone(rx), until);
}

/* ---- batches ---------------------------------------------------------------------- */

/* None could be sent at once. */
static ptrdiff_t send_first(leat_chan *chan, const unsigned char *msgs,
                            size_t n, leat_until until)
{
    int rc = send_waiting(chan, msgs, until);
    if (rc < 0 || n == 1)
        return rc < 0 ? rc : 1;
    ptrdiff_t more =
        chan->verbs->send_many(chan, msgs + chan->msg_bytes, n - 1);
    return more < 0 ? 1 : 1 + more;
}

/* A policy that drops: none is left, unless the channel is closed. */
static size_t send_the_rest(leat_chan *chan, const unsigned char *msgs,
                            size_t n, size_t sent)
{
    int rc = 0;
    while (rc == 0 && sent < n) {
        const unsigned char *next = msgs + sent * chan->msg_bytes;
        rc = chan->verbs->try_send(chan, next);
        if (rc == LEAT_EAGAIN)
            rc = leat__policy_full(chan, next);
        sent += rc == 0 ? 1 : 0;
    }
    return sent;
}

static ptrdiff_t send_many(leat_chan *chan, const unsigned char *msgs, size_t n,
                           leat_until until)
{
    ptrdiff_t sent = chan->verbs->send_many(chan, msgs, n);
    if (sent == LEAT_EAGAIN)
        sent = send_first(chan, msgs, n, until);
    if (sent > 0 && (size_t)sent < n && chan->policy != LEAT_POLICY_BLOCK)
        sent = (ptrdiff_t)send_the_rest(chan, msgs, n, (size_t)sent);
    return sent;
}

ptrdiff_t leat_tx_send_many(leat_tx *tx, const void *msgs, size_t n,
                            leat_until until)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    LEAT_CHECK(msgs != NULL || n == 0 || chan->msg_bytes == 0,
               "leat_tx_send_many: msgs is NULL");
    if (n == 0)
        return 0;
    leat__promise_begin(chan, LEAT__SEND);
    ptrdiff_t sent = send_many(chan, msgs, n, until);
    leat__promise_end(chan, LEAT__SEND);
    return sent;
}

/* None could be received at once. */
static ptrdiff_t recv_first(leat_chan *chan, unsigned char *msgs, size_t max,
                            leat_until until)
{
    int rc = recv_waiting(chan, msgs, until);
    if (rc < 0 || max == 1)
        return rc < 0 ? rc : 1;
    ptrdiff_t more =
        chan->verbs->recv_many(chan, msgs + chan->msg_bytes, max - 1);
    if (more == LEAT_ELAGGED)
        leat__broadcast_tell_lag(chan);
    return more < 0 ? 1 : 1 + more;
}

ptrdiff_t leat_rx_recv_many(leat_rx *rx, void *msgs, size_t max,
                            leat_until until)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    LEAT_CHECK(msgs != NULL || max == 0 || chan->msg_bytes == 0,
               "leat_rx_recv_many: msgs is NULL");
    if (max == 0)
        return 0;
    leat__promise_begin(chan, LEAT__RECV);
    ptrdiff_t got = chan->verbs->recv_many(chan, msgs, max);
    if (got == LEAT_EAGAIN)
        got = recv_first(chan, msgs, max, until);
    leat__promise_end(chan, LEAT__RECV);
    return got;
}

size_t leat_rx_drain(leat_rx *rx, void *msgs, size_t max)
{
    ptrdiff_t got = leat_rx_recv_many(rx, msgs, max, leat_nowait());
    return got > 0 ? (size_t)got : 0;
}
