/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_oneshot.c - src/chan/oneshot: the value has one fate, whatever comes together; each
 * side learns of the other's end; whoever leaves second frees. */
#include "model.h"

static leat_tx *tx;
static leat_rx *rx;
static leat_cancel *token;
static leat__a32 discarded;
static leat__a32 gone;
static bool sent;
static bool got;
static bool plain;         /* no options: nobody is told of anything */
static bool closes;        /* somebody does */
static uint64_t behind_tx; /* plain: written before the half is dropped */
static uint64_t behind_rx;
static bool counts_gone;
static void *(*meddles_tx)(void *); /* beside the owner of the half */
static void *(*meddles_rx)(void *);

static void discard(void *msg, void *arg)
{
    uint64_t value;
    memcpy(&value, msg, sizeof value);
    M_ASSERT(arg == &tx && value == 42);
    leat__add32_rlx(&discarded, 1);
}

static void note_gone(void *arg)
{
    leat__add32_rlx(arg, 1);
}

static void begin_with(size_t bytes, uint32_t flags)
{
    leat_chan_opts opts = {.size = sizeof opts,
                           .discard = discard,
                           .discard_arg = &tx,
                           .flags = flags,
                           .gone = note_gone,
                           .gone_arg = &gone};
    if (m_choose(4) == 0)
        opts.gone = NULL;
    plain = opts.gone == NULL && m_choose(2) == 0;
    M_ASSERT(leat_oneshot_new(&tx, &rx, bytes, plain ? NULL : &opts) == 0);
    counts_gone = !plain && opts.gone != NULL;
    leat__st32_rlx(&discarded, 0);
    leat__st32_rlx(&gone, 0);
    sent = got = closes = false;
    behind_tx = behind_rx = 0;
}

static void begin(void)
{
    begin_with(m_choose(2) == 0 ? 8 : 32, m_choose(4) == 0 ? LEAT_STATS : 0);
}

/* Every value has one fate, and the memory is given back once (where nobody is told of
 * that, the scheduler knows). */
static void check_end(void)
{
    M_ASSERT(plain ? got <= sent
                   : (uint32_t)sent ==
                         (uint32_t)got + leat__ld32_rlx(&discarded));
    M_ASSERT(leat__ld32_rlx(&gone) == (uint32_t)counts_gone);
}

static leat_until some_time(void)
{
    switch (m_choose(4)) {
    case 0:
        return leat_nowait();
    case 1:
        return leat_in_ns(1 + m_choose(40));
    case 2:
        return token == NULL ? leat_in_ns(1 + m_choose(40))
                             : leat_or_cancel(leat_forever(), token);
    default:
        return leat_forever();
    }
}

/* ---- the sender's side ------------------------------------------------------------- */

static void send_it(void)
{
    uint64_t value[4] = {42};
    int rc = leat_tx_send(tx, value, leat_forever());
    M_ASSERT(rc == 0 || rc == LEAT_ECLOSED);
    sent = rc == 0;
    if (m_choose(2) == 0)
        M_ASSERT(leat_tx_send(tx, value, leat_forever()) == LEAT_ECLOSED);
}

static void drop_tx(void)
{
    behind_tx = 1;
    M_ASSERT(leat_tx_drop(tx));
}

/* In two steps or in one. */
static void send_and_leave(void)
{
    uint64_t value[4] = {42};
    if (m_choose(2) == 0) {
        send_it();
        drop_tx();
        return;
    }
    behind_tx = 1;
    int rc = leat_oneshot_send(tx, value);
    M_ASSERT(rc == 0 || rc == LEAT_ECLOSED);
    sent = rc == 0;
}

static void *sends(void *arg)
{
    send_and_leave();
    return arg;
}

static void *leaves_tx(void *arg)
{
    drop_tx();
    return arg;
}

static void *waits_tx(void *arg)
{
    /* not for ever: the other side may wait for ours to send */
    int rc = leat_tx_wait_gone(tx, leat_in_ns(1 + m_choose(60)));
    if (rc == 0)
        M_ASSERT(behind_rx == 1 && leat_tx_is_gone(tx) &&
                 leat_chan_is_closed(leat_tx_chan(tx)));
    return arg;
}

static void *closes_tx(void *arg)
{
    leat_tx_close_because(tx, 5);
    M_ASSERT(leat_chan_is_closed(leat_tx_chan(tx)));
    int reason = leat_chan_close_reason(leat_tx_chan(tx));
    M_ASSERT(reason == 0 || reason == 5);
    return arg;
}

/* Sends, or not, beside somebody who does something else with the half. */
static void *sends_or_not(void *arg)
{
    m_thread meddler = m_spawn("meddles", meddles_tx, NULL);
    bool later = m_choose(3) == 0;
    if (!later && m_choose(3) != 0)
        send_it();
    m_join(meddler);
    if (later)
        send_and_leave();
    else
        drop_tx();
    return arg;
}

/* ---- the receiver's side ------------------------------------------------------------- */

static void check_received(int rc, const uint64_t *value, leat_until until)
{
    if (rc == 0) {
        M_ASSERT(value[0] == 42);
    } else {
        M_ASSERT(value[0] == 1);
    }
    if (rc == LEAT_EAGAIN)
        M_ASSERT(until.deadline_ns == 0);
    if (rc == LEAT_ETIMEDOUT)
        M_ASSERT(until.deadline_ns != INT64_MAX &&
                 leat_now_ns() >= until.deadline_ns);
    if (rc == LEAT_ECANCELED)
        M_ASSERT(leat_cancel_check(token));
    if (rc == LEAT_ECLOSED)
        M_ASSERT(closes || behind_tx == 1);
}

/* Until something might be received; that is left where it is. */
static int ask_first(leat_until until)
{
    leat_case it = leat_on_recv(rx, NULL);
    int rc = leat_ready(&it, 1, 0, until);
    M_ASSERT(rc <= 0 && !leat_case_is_off(&it));
    return rc;
}

static int recv_once(leat_until until)
{
    uint64_t value[4] = {1};
    if (m_choose(3) == 0) {
        int rc = ask_first(until);
        if (rc != 0) {
            check_received(rc, value, until);
            return rc;
        }
        until = leat_nowait();
    }
    if (m_choose(3) == 0) {
        int rc = leat_rx_peek(rx, value, until);
        check_received(rc, value, until);
        if (rc != 0 || (closes && m_choose(2) == 0))
            return rc;
        value[0] = 1;
        rc = leat_rx_recv(rx, value, leat_nowait());
        M_ASSERT(rc == 0 || closes); /* what was seen stays, unless aborted */
        got = rc == 0;
        return rc;
    }
    int rc = leat_rx_recv(rx, value, until);
    check_received(rc, value, until);
    got = got || rc == 0;
    return rc;
}

static void drop_rx(void)
{
    behind_rx = 1;
    M_ASSERT(leat_rx_drop(rx));
}

/* In two steps or in one, which leaves the half to us if `until` gives up. */
static int receive_and_leave(leat_until until)
{
    uint64_t value[4] = {1};
    if (m_choose(2) == 0) {
        int rc = recv_once(until);
        drop_rx();
        return rc;
    }
    behind_rx = 1;
    int rc = leat_oneshot_recv(rx, value, until);
    check_received(rc, value, until);
    got = rc == 0;
    if (rc != 0 && rc != LEAT_ECLOSED)
        drop_rx();
    return rc;
}

static void *receives(void *arg)
{
    int rc = receive_and_leave(leat_forever());
    M_ASSERT(rc == 0 || rc == LEAT_ECLOSED);
    if (rc == LEAT_ECLOSED)
        M_ASSERT(!sent); /* ordered: it was not sent, or dropped behind us */
    return arg;
}

/* Until it has it, knows that it never will, or has given up often enough. */
static void *receives_in_time(void *arg)
{
    for (int patience = 3; patience > 0; patience--) {
        int rc = recv_once(some_time());
        if (rc == 0 || rc == LEAT_ECLOSED)
            break;
    }
    if (got)
        drop_rx();
    else
        receive_and_leave(leat_nowait());
    return arg;
}

static void *leaves_rx(void *arg)
{
    drop_rx();
    return arg;
}

static void *waits_rx(void *arg)
{
    int rc = leat_rx_wait_gone(rx, leat_in_ns(1 + m_choose(60)));
    if (rc == 0)
        M_ASSERT(behind_tx == 1 && leat_rx_is_gone(rx) &&
                 leat_chan_is_closed(leat_rx_chan(rx)));
    return arg;
}

static void *aborts_rx(void *arg)
{
    leat_rx_abort(rx);
    M_ASSERT(leat_chan_is_closed(leat_rx_chan(rx)));
    return arg;
}

static void *receives_beside(void *arg)
{
    m_thread meddler = m_spawn("meddles", meddles_rx, NULL);
    for (int patience = 1 + (int)m_choose(2); patience > 0; patience--) {
        int rc = recv_once(some_time());
        if (rc == 0 || rc == LEAT_ECLOSED)
            break;
    }
    m_join(meddler);
    drop_rx();
    return arg;
}

/* ---- told, not parked ------------------------------------------------------------------ */

struct told {
    leat__op op;
    leat__a32 done;
};

static void tell(leat__wait *wait)
{
    struct told *told = LEAT__CONTAINER(wait, struct told, op.wait);
    leat__st32_rel(&told->done, 1);
    leat__os_futex_wake(&told->done);
}

static void *is_told(void *arg)
{
    struct told told;
    uint64_t value[4] = {1};
    bool give_up = m_choose(2) == 0;
    leat__st32_rlx(&told.done, 0);
    int rc = leat__op_start(&told.op, leat_rx_chan(rx), LEAT__RECV, value, NULL,
                            !give_up, tell);
    if (rc == LEAT__PENDING && give_up && leat__op_cancel(&told.op)) {
        M_ASSERT(value[0] == 1);
        rc = leat_rx_recv(rx, value, leat_forever());
    } else if (rc == LEAT__PENDING) {
        while (leat__ld32_acq(&told.done) == 0)
            leat__os_futex_wait(&told.done, 0, INT64_MAX);
        rc = leat__op_finish(&told.op, leat__wait_won(&told.op.wait));
    }
    M_ASSERT(rc == (value[0] == 42 ? 0 : LEAT_ECLOSED));
    got = rc == 0;
    drop_rx();
    return arg;
}

/* ---- scenarios --------------------------------------------------------------------------- */

static void two(void *(*with_tx)(void *), void *(*with_rx)(void *))
{
    begin();
    m_thread a = m_spawn("tx", with_tx, NULL);
    m_thread b = m_spawn("rx", with_rx, NULL);
    m_join(a);
    m_join(b);
    check_end();
}

static void one_passes(void)
{
    begin();
    m_thread a = m_spawn("tx", sends, NULL);
    m_thread b = m_spawn("rx", receives, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(sent && got);
    check_end();
}

static void one_in_time(void)
{
    two(sends, receives_in_time);
}

static void one_told(void)
{
    two(sends, is_told);
}

static void none_told(void)
{
    two(leaves_tx, is_told);
}

static void none_sent(void)
{
    two(leaves_tx, receives);
    M_ASSERT(!got);
}

static void none_wanted(void)
{
    two(sends, leaves_rx);
}

static void nobody_stays(void)
{
    two(leaves_tx, leaves_rx);
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void one_cancelled(void)
{
    M_ASSERT(leat_cancel_new(&token) == 0);
    begin();
    m_thread a = m_spawn("tx", sends, NULL);
    m_thread b = m_spawn("rx", receives_in_time, NULL);
    m_thread c = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    check_end();
    M_ASSERT(leat_cancel_drop(token));
    token = NULL;
}

/* behind_tx and behind_rx are written by one thread and may be read by another only
 * when the half has told it: that is what is asked here. */
static void gone_is_told(void)
{
    meddles_tx = waits_tx;
    meddles_rx = waits_rx;
    two(sends_or_not, receives_beside);
}

static void *waits_for_ever_tx(void *arg)
{
    if (m_choose(2) == 0)
        send_it();
    M_ASSERT(leat_tx_wait_gone(tx, leat_forever()) == 0);
    M_ASSERT(behind_rx == 1 && leat_tx_is_gone(tx) &&
             leat_chan_is_closed(leat_tx_chan(tx)));
    drop_tx();
    return arg;
}

static void *waits_for_ever_rx(void *arg)
{
    M_ASSERT(leat_rx_wait_gone(rx, leat_forever()) == 0);
    M_ASSERT(behind_tx == 1 && leat_rx_is_gone(rx) &&
             leat_chan_is_closed(leat_rx_chan(rx)));
    int rc = recv_once(leat_nowait());
    M_ASSERT(rc == 0 || rc == LEAT_ECLOSED);
    drop_rx();
    return arg;
}

static void tx_outstays(void)
{
    two(waits_for_ever_tx, leaves_rx);
}

static void rx_outstays(void)
{
    two(m_choose(2) == 0 ? sends : leaves_tx, waits_for_ever_rx);
    M_ASSERT(got == sent);
}

static void closed_meanwhile(void)
{
    begin();
    closes = true;
    bool by_rx = m_choose(2) == 0;
    meddles_tx = by_rx ? waits_tx : closes_tx;
    meddles_rx = by_rx ? aborts_rx : waits_rx;
    m_thread a = m_spawn("tx", sends_or_not, NULL);
    m_thread b = m_spawn("rx", receives_beside, NULL);
    m_join(a);
    m_join(b);
    check_end();
}

static leat_weak_rx *weak;

static void *lets_go(void *arg)
{
    leat_weak_rx_drop(weak);
    return arg;
}

static void weak_is_the_last(void)
{
    begin();
    weak = leat_rx_downgrade(rx);
    m_thread a = m_spawn("tx", sends, NULL);
    m_thread b = m_spawn("rx", receives_in_time, NULL);
    m_thread c = m_spawn("weak", lets_go, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    check_end();
}

M_MAIN(M_ROW(one_passes), M_ROW(one_in_time), M_ROW(one_told), M_ROW(none_told),
       M_ROW(none_sent), M_ROW(none_wanted), M_ROW(nobody_stays),
       M_ROW(one_cancelled), M_ROW(gone_is_told), M_ROW(tx_outstays),
       M_ROW(rx_outstays), M_ROW(closed_meanwhile), M_ROW(weak_is_the_last))
