/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cases.c - what a select knows of channels, tokens, what ends or is set like one, and
 * times. See park/source.h. */
#include "cancel/cancel.h"
#include "chan/op.h"
#include "chan/promise.h"
#include "os/os.h"
#include "park/clock.h"
#include "park/source.h"
#include "park/until.h"
#include "sync/setonce.h"
#include "thread/task.h"
#include "thread/thread.h"

bool leat_case_is_off(const leat_case *it)
{
    LEAT_CHECK(it != NULL, "leat_case_is_off: it is NULL");
    return it->source_ == NULL;
}

/* ---- channels ----------------------------------------------------------------------- */

LEAT__CASE_FITS(leat__waiter);

static leat_chan *case_chan(const leat_case *it)
{
    return it->object_;
}

static enum leat__dir case_dir(const leat_case *it)
{
    return (enum leat__dir)it->detail_;
}

static leat__waiter *waiter_of(leat_case *it)
{
    return leat__case_node(it);
}

static bool has_msg(const leat_case *it)
{
    return it->msg_ != NULL || case_chan(it)->msg_bytes == 0;
}

static void *msg_of(const leat_case *it)
{
    LEAT_CHECK(has_msg(it), "leat_select: msg of a case is NULL");
    return it->msg_;
}

/* Does a send wait for room, or drop? */
static bool waits_for_room(const leat_chan *chan)
{
    return chan->policy == LEAT_POLICY_BLOCK ||
           chan->policy == LEAT_POLICY_FAIL;
}

/* With room a look without the lock tells whether a try is in vain: nobody is in line at
 * the other end then. */
static bool send_is_in_vain(leat_case *it)
{
    const leat_chan *chan = case_chan(it);
    if (!waits_for_room(chan))
        return false;
    if (chan->kind == LEAT__ENDS)
        return !leat__ends_look(chan, LEAT__SEND);
    return chan->kind == LEAT__LOCKED && chan->cap > 0 &&
           !leat__locked_look(chan, LEAT__SEND);
}

/* How many of a row of cases of one source are in vain. Without a message it is for the try
 * to abort. */
LEAT__INLINE size_t skip_while(leat_case *it, size_t n,
                               bool (*is_in_vain)(leat_case *it))
{
    const leat__source *source = it->source_;
    size_t k = 0;
    while (k < n && it[k].source_ == source && has_msg(&it[k]) &&
           is_in_vain(&it[k]))
        k++;
    return k;
}

static size_t send_skip(leat_case *it, size_t n)
{
    return skip_while(it, n, send_is_in_vain);
}

/* With room for several the other end is likely to make more than one step. */
static bool chan_lingers(const leat_case *it)
{
    const leat_chan *chan = case_chan(it);
    return chan->kind == LEAT__ENDS ||
           (chan->kind == LEAT__LOCKED && chan->cap > 1);
}

static int recv_attempt(leat_case *it)
{
    leat_chan *chan = case_chan(it);
    return chan->verbs->try_recv(chan, msg_of(it));
}

static int send_attempt(leat_case *it)
{
    leat_chan *chan = case_chan(it);
    const void *msg = msg_of(it);
    if (send_is_in_vain(it))
        return LEAT_EAGAIN;
    int rc = chan->verbs->try_send(chan, msg);
    return rc == LEAT_EAGAIN && !waits_for_room(chan)
               ? leat__policy_full(chan, msg)
               : rc;
}

/* Receives where there are ends: what large arrays are of, so that a look is to be short.
 *
 * number_: so many messages have been taken out, or more. If no more than that were put in
 * there is none, and to see that takes the producers' count alone: the consumers' end, in
 * lines of its own, is looked at only if something was put in since this case last
 * found none. */
static bool ends_is_empty(leat_case *it)
{
    const leat_chan *chan = case_chan(it);
    /* relaxed: looks; the try that follows enters the end. Each count only grows, so that
     * it makes no difference which of the two is older */
    size_t put = leat__ldz_rlx(&chan->put.count);
    if ((leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) != 0)
        return false;
    if ((size_t)it->number_ == put)
        return true;
    if (leat__ldz_rlx(&chan->get.count) != put) /* relaxed: likewise */
        return false;
    it->number_ = (int64_t)put;
    return true;
}

static int ends_recv_attempt(leat_case *it)
{
    void *msg = msg_of(it);
    if (ends_is_empty(it))
        return LEAT_EAGAIN;
    return leat__ends_try_recv(case_chan(it), msg);
}

static size_t ends_skip(leat_case *it, size_t n)
{
    return skip_while(it, n, ends_is_empty);
}

/* And where there is one lock, and room. */
static bool locked_is_empty(leat_case *it)
{
    const leat_chan *chan = case_chan(it);
    /* relaxed: looks, as leat__locked_look; the try that follows takes the lock */
    return leat__ldz_rlx(&chan->store.len) == 0 &&
           (leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) == 0;
}

static int locked_recv_attempt(leat_case *it)
{
    leat_chan *chan = case_chan(it);
    void *msg = msg_of(it);
    return locked_is_empty(it) ? LEAT_EAGAIN : chan->verbs->try_recv(chan, msg);
}

static size_t locked_skip(leat_case *it, size_t n)
{
    return skip_while(it, n, locked_is_empty);
}

/* Not done: what the winner overwrites. */
enum { UNDONE = 1 };

static leat__waiter *make_waiter(leat_case *it, leat__wait *wait,
                                 enum leat__act act)
{
    leat__waiter *waiter = waiter_of(it);
    *waiter = (leat__waiter){
        .wait = wait, .msg = it->msg_, .rc = UNDONE, .act = (uint8_t)act};
    if (case_chan(it)->record != NULL) {
        waiter->thread = leat__os_thread_id();
        waiter->since_ns = leat__now_ns();
    }
    return waiter;
}

static int chan_arm(leat_case *it, leat__wait *wait, bool hint)
{
    leat_chan *chan = case_chan(it);
    if (case_dir(it) == LEAT__SEND && !waits_for_room(chan))
        return 0;
    leat__waiter *waiter =
        make_waiter(it, wait, hint ? LEAT__HINT : LEAT__MOVE);
    return chan->verbs->arm(chan, case_dir(it), waiter);
}

static int chan_leave(leat_case *it)
{
    leat_chan *chan = case_chan(it);
    leat__waiter *waiter = waiter_of(it);
    if (leat__chan_tally(chan) != NULL && waiter->act == LEAT__MOVE)
        leat__tally_blocked(chan, case_dir(it), waiter->since_ns);
    if (waiter->rc != UNDONE)
        return waiter->rc; /* the winner took us out of the queue */
    leat__chan_delist(chan, waiter);
    return LEAT_EAGAIN;
}

static int64_t recv_due(leat_case *it)
{
    leat_chan *chan = case_chan(it);
    return chan->verbs->due_ns == NULL ? INT64_MAX : chan->verbs->due_ns(chan);
}

/* Who tells a set of a hint takes its lock, as a handler may not. */
static bool chan_meets(const leat_case *it)
{
    const leat__verbs *verbs = case_chan(it)->verbs;
    return case_chan(it)->cap == 0 || verbs->by_handlers ||
           verbs->due_ns != NULL;
}

/* Broken promises are a debug build's business: else a case has nothing to begin. */
#if LEAT_DEBUG
static void chan_begin(leat_case *it, const leat__wait *wait)
{
    uint32_t call = (uint32_t)((uintptr_t)wait / alignof(leat__wait));
    leat__promise_begin_as(case_chan(it), case_dir(it), call | 2);
}

static void chan_end(leat_case *it)
{
    leat__promise_end(case_chan(it), case_dir(it));
}
#else
#define chan_begin NULL
#define chan_end   NULL
#endif

#define CHAN_SOURCE(attempt_, skip_, due_)                                     \
    {                                                                          \
        .attempt = (attempt_), .skip = (skip_), .arm = chan_arm,               \
        .leave = chan_leave, .due_ns = (due_), .meets = chan_meets,            \
        .lingers = chan_lingers, .begin = chan_begin, .end = chan_end          \
    }

static const leat__source recv_source =
    CHAN_SOURCE(recv_attempt, NULL, recv_due);
static const leat__source ends_recv_source =
    CHAN_SOURCE(ends_recv_attempt, ends_skip, NULL);
static const leat__source locked_recv_source =
    CHAN_SOURCE(locked_recv_attempt, locked_skip, NULL);
static const leat__source send_source =
    CHAN_SOURCE(send_attempt, send_skip, NULL);

static const leat__source *recv_source_of(const leat_chan *chan)
{
    if (chan->kind == LEAT__ENDS)
        return &ends_recv_source;
    return chan->kind == LEAT__LOCKED && chan->cap > 0 ? &locked_recv_source
                                                       : &recv_source;
}

leat_case leat_on_recv(leat_rx *rx, void *msg)
{
    leat_chan *chan = rx == NULL ? NULL : leat__chan_of_rx(rx);
    leat_case it =
        leat__case_of(chan == NULL ? NULL : recv_source_of(chan), chan);
    it.detail_ = LEAT__RECV;
    it.msg_ = msg;
    return it;
}

leat_case leat_on_send(leat_tx *tx, const void *msg)
{
    leat_chan *chan = tx == NULL ? NULL : leat__chan_of_tx(tx);
    leat_case it = leat__case_of(&send_source, chan);
    it.detail_ = LEAT__SEND;
    it.msg_ = (void *)(uintptr_t)msg; /* read only: the direction says so */
    return it;
}

/* ---- the other side, gone -------------------------------------------------------------- */

static int gone_attempt(leat_case *it)
{
    leat_chan *chan = case_chan(it);
    bool gone = case_dir(it) == LEAT__SEND ? leat_tx_is_gone(&chan->tx)
                                           : leat_rx_is_gone(&chan->rx);
    return gone ? 0 : LEAT_EAGAIN;
}

static int gone_arm(leat_case *it, leat__wait *wait, bool hint)
{
    leat_chan *chan = case_chan(it);
    (void)hint; /* nothing moves either way */
    return leat__chan_enlist_gone(chan, case_dir(it),
                                  make_waiter(it, wait, LEAT__GONE));
}

static int gone_leave(leat_case *it)
{
    leat__waiter *waiter = waiter_of(it);
    if (waiter->rc != UNDONE)
        return waiter->rc;
    leat__chan_delist(case_chan(it), waiter);
    return LEAT_EAGAIN;
}

static const leat__source gone_source = {
    .attempt = gone_attempt, .arm = gone_arm, .leave = gone_leave};

leat_case leat_on_gone_tx(leat_tx *tx)
{
    leat_chan *chan = tx == NULL ? NULL : leat__chan_of_tx(tx);
    leat_case it = leat__case_of(&gone_source, chan);
    it.detail_ = LEAT__SEND;
    return it;
}

leat_case leat_on_gone_rx(leat_rx *rx)
{
    leat_chan *chan = rx == NULL ? NULL : leat__chan_of_rx(rx);
    leat_case it = leat__case_of(&gone_source, chan);
    it.detail_ = LEAT__RECV;
    return it;
}

/* ---- tokens, and what ends like one --------------------------------------------------------- */

LEAT__CASE_FITS(leat__carrier);

static int token_attempt(leat_case *it)
{
    return leat__token_fired(it->object_) ? 0 : LEAT_EAGAIN;
}

static int token_arm(leat_case *it, leat__wait *wait, bool hint)
{
    (void)hint;
    return leat__token_enlist(it->object_, leat__case_node(it), wait)
               ? LEAT_EAGAIN
               : 0;
}

/* It stays fired: the select that is woken finds out by itself. */
static int token_leave(leat_case *it)
{
    leat__token_delist(it->object_, leat__case_node(it));
    return LEAT_EAGAIN;
}

static const leat__source token_source = {
    .attempt = token_attempt, .arm = token_arm, .leave = token_leave};

leat_case leat_on_cancel(leat_cancel *token)
{
    return leat__case_of(&token_source,
                         token == NULL ? NULL : leat__cancel_token(token));
}

leat_case leat_on_thread(leat_thread *thread)
{
    return leat__case_of(&token_source,
                         thread == NULL ? NULL : leat__thread_ended(thread));
}

leat_case leat_on_task(leat_task *task)
{
    return leat__case_of(&token_source,
                         task == NULL ? NULL : leat__task_ended(task));
}

leat_case leat_on_setonce(leat_setonce *cell)
{
    return leat__case_of(&token_source,
                         cell == NULL ? NULL : leat__setonce_latch(cell));
}

/* ---- times ------------------------------------------------------------------------------------ */

static int at_attempt(leat_case *it)
{
    return leat__deadline_passed(it->number_) ? 0 : LEAT_EAGAIN;
}

static int at_arm(leat_case *it, leat__wait *wait, bool hint)
{
    (void)wait;
    (void)hint;
    return at_attempt(it);
}

static int at_leave(leat_case *it)
{
    (void)it;
    return LEAT_EAGAIN;
}

static int64_t at_due(leat_case *it)
{
    return it->number_;
}

static const leat__source at_source = {
    .attempt = at_attempt, .arm = at_arm, .leave = at_leave, .due_ns = at_due};

leat_case leat_on_at(int64_t at_ns)
{
    leat_case it = {0};
    it.source_ = at_ns == INT64_MAX ? NULL : &at_source;
    it.number_ = at_ns;
    return it;
}
