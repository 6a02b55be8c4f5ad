/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_half.c - src/chan/half: owners come and go, exactly one is the last of each
 * half, one frees, and what is queued at the last receiver's drop is discarded. */
#include "model.h"

enum { QUEUED = 3 };

static leat_tx *tx;
static leat_rx *rx;
static leat_chan *chan;
static leat__a32 last_tx;
static leat__a32 last_rx;
static leat__a32 discarded;
static leat__a32 given;

static void discard(void *msg, void *arg)
{
    uint64_t value;
    memcpy(&value, msg, sizeof value);
    M_ASSERT(arg == &chan && value == 42);
    leat__add32_rlx(&discarded, 1);
}

static void begin(size_t capacity, uint32_t flags)
{
    leat_chan_opts opts = {.size = sizeof opts,
                           .discard = discard,
                           .discard_arg = &chan,
                           .flags = flags};
    M_ASSERT(leat_chan_new(&tx, &rx, 8, capacity, &opts) == 0);
    chan = leat_tx_chan(tx);
    leat__st32_rlx(&last_tx, 0);
    leat__st32_rlx(&last_rx, 0);
    leat__st32_rlx(&discarded, 0);
    leat__st32_rlx(&given, 0);
}

static void give(leat_tx *to)
{
    uint64_t value = 42;
    int rc = leat_tx_send(to, &value, leat_nowait());
    if (rc == 0)
        leat__add32_rlx(&given, 1);
    else
        M_ASSERT(rc == LEAT_ECLOSED || rc == LEAT_EAGAIN);
}

static void drop_tx(leat_tx *half)
{
    if (leat_tx_drop(half))
        leat__add32_rlx(&last_tx, 1);
}

static void drop_rx(leat_rx *half)
{
    if (leat_rx_drop(half))
        leat__add32_rlx(&last_rx, 1);
}

static void *drops_tx(void *arg)
{
    drop_tx(arg);
    return NULL;
}

static void *drops_rx(void *arg)
{
    drop_rx(arg);
    return NULL;
}

static void *gives_and_drops(void *arg)
{
    for (int i = 0; i < QUEUED; i++)
        give(arg);
    drop_tx(arg);
    return NULL;
}

static void *clones_and_drops(void *arg)
{
    leat_tx *mine = arg;
    leat_tx *more = leat_tx_clone(mine);
    M_ASSERT(more == mine);
    drop_tx(mine);
    give(more);
    drop_tx(more);
    return NULL;
}

static void check_end(void)
{
    M_ASSERT(leat__ld32_rlx(&last_tx) == 1);
    M_ASSERT(leat__ld32_rlx(&last_rx) == 1);
    M_ASSERT(leat__ld32_rlx(&discarded) == leat__ld32_rlx(&given));
}

/* The two last owners go at the same time, with messages queued. */
static void last_of_both(size_t capacity, uint32_t flags)
{
    begin(capacity, flags);
    for (int i = 0; i < QUEUED; i++)
        give(tx);
    m_thread a = m_spawn("drops_tx", drops_tx, tx);
    m_thread b = m_spawn("drops_rx", drops_rx, rx);
    m_join(a);
    m_join(b);
    check_end();
}

static void last_of_both_locked(void)
{
    last_of_both(2, 0);
}

static void last_of_both_unbounded(void)
{
    last_of_both(LEAT_UNBOUNDED, 0);
}

static void last_of_both_spsc(void)
{
    last_of_both(2, LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER);
}

static void last_of_both_spsc_unbounded(void)
{
    last_of_both(LEAT_UNBOUNDED, LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER);
}

/* Sends while the last receiver goes. */
static void gives_while_last_goes(size_t capacity, uint32_t flags)
{
    begin(capacity, flags);
    m_thread a = m_spawn("gives", gives_and_drops, tx);
    m_thread b = m_spawn("drops_rx", drops_rx, rx);
    m_join(a);
    m_join(b);
    check_end();
}

static void gives_locked(void)
{
    gives_while_last_goes(2, 0);
}

static void gives_unbounded(void)
{
    gives_while_last_goes(LEAT_UNBOUNDED, 0);
}

static void gives_spsc(void)
{
    gives_while_last_goes(2, LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER);
}

static void gives_spsc_unbounded(void)
{
    gives_while_last_goes(LEAT_UNBOUNDED,
                          LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER);
}

static void many_owners(void)
{
    begin(2, 0);
    m_thread a = m_spawn("clones", clones_and_drops, leat_tx_clone(tx));
    m_thread b = m_spawn("clones", clones_and_drops, leat_tx_clone(tx));
    m_thread c = m_spawn("drops_rx", drops_rx, leat_rx_clone(rx));
    drop_tx(tx);
    drop_rx(rx);
    m_join(a);
    m_join(b);
    m_join(c);
    check_end();
}

/* A receiver asks the view for a sender while the last one goes: it gets an owner,
 * or NULL for good. */
static void *asks_for_tx(void *arg)
{
    leat_rx *mine = arg;
    leat_tx *got = leat_chan_tx(leat_rx_chan(mine));
    if (got != NULL) {
        give(got);
        drop_tx(got);
    } else {
        M_ASSERT(leat_chan_tx(leat_rx_chan(mine)) == NULL);
    }
    drop_rx(mine);
    return NULL;
}

static void tx_from_the_view(void)
{
    begin(2, 0);
    m_thread a = m_spawn("asks", asks_for_tx, leat_rx_clone(rx));
    m_thread b = m_spawn("asks", asks_for_tx, rx);
    m_thread c = m_spawn("drops_tx", drops_tx, tx);
    m_join(a);
    m_join(b);
    m_join(c);
    check_end();
}

/* The last receiver goes while a clone of it is asked for through the view. */
static void *asks_for_rx(void *arg)
{
    leat_tx *mine = arg;
    leat_rx *got = leat_chan_rx(leat_tx_chan(mine));
    if (got != NULL)
        drop_rx(got);
    else
        M_ASSERT(leat_chan_rx(leat_tx_chan(mine)) == NULL);
    give(mine);
    drop_tx(mine);
    return NULL;
}

static void rx_from_the_view(void)
{
    begin(2, 0);
    m_thread a = m_spawn("asks", asks_for_rx, leat_tx_clone(tx));
    m_thread b = m_spawn("asks", asks_for_rx, tx);
    m_thread c = m_spawn("drops_rx", drops_rx, rx);
    m_join(a);
    m_join(b);
    m_join(c);
    check_end();
}

static void *closes(void *arg)
{
    leat_tx_close_because(arg, 5);
    drop_tx(arg);
    return NULL;
}

static void *aborts(void *arg)
{
    leat_rx_abort(arg);
    int reason = leat_chan_close_reason(leat_rx_chan(arg));
    M_ASSERT(reason == 5 || reason == 0);
    M_ASSERT(leat_chan_is_closed(leat_rx_chan(arg)));
    drop_rx(arg);
    return NULL;
}

static void closed_aborted_dropped(void)
{
    begin(2, 0);
    m_thread a = m_spawn("closes", closes, leat_tx_clone(tx));
    m_thread b = m_spawn("aborts", aborts, leat_rx_clone(rx));
    m_thread c = m_spawn("gives", gives_and_drops, tx);
    m_thread d = m_spawn("drops_rx", drops_rx, rx);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    check_end();
}

/* ---- weak handles ------------------------------------------------------------- */

/* Upgrades until the half is gone, then lets go of the memory. */
static void *upgrades(void *arg)
{
    leat_weak_tx *weak = arg;
    leat_tx *got = leat_weak_tx_upgrade(weak);
    if (got != NULL) {
        give(got);
        drop_tx(got);
    } else {
        M_ASSERT(leat_weak_tx_upgrade(weak) == NULL);
    }
    leat_weak_tx_drop(weak);
    return NULL;
}

static void weak_while_last_goes(void)
{
    begin(2, 0);
    m_thread a = m_spawn("upgrades", upgrades, leat_tx_downgrade(tx));
    m_thread b = m_spawn("drops_tx", drops_tx, tx);
    m_thread c = m_spawn("drops_rx", drops_rx, rx);
    m_join(a);
    m_join(b);
    m_join(c);
    check_end();
}

static void *holds_on(void *arg)
{
    leat_weak_rx *more = leat_weak_rx_clone(arg);
    leat_weak_rx_drop(arg);
    leat_weak_rx_drop(more);
    return NULL;
}

static void weak_is_the_last(void)
{
    begin(LEAT_UNBOUNDED, LEAT_SINGLE_CONSUMER);
    m_thread a = m_spawn("holds_on", holds_on, leat_rx_downgrade(rx));
    m_thread b = m_spawn("gives", gives_and_drops, tx);
    m_thread c = m_spawn("drops_rx", drops_rx, rx);
    m_join(a);
    m_join(b);
    m_join(c);
    check_end();
}

/* ---- gone ------------------------------------------------------------------------ */

static uint64_t left_behind; /* plain: gone must order it */

static void *waits_gone(void *arg)
{
    leat_until until = arg == NULL ? leat_forever() : leat_in_ns(20);
    int rc = leat_tx_wait_gone(tx, until);
    M_ASSERT(rc == 0 || (rc == LEAT_ETIMEDOUT && arg != NULL));
    M_ASSERT(rc != 0 || (left_behind == 1 && leat_tx_is_gone(tx)));
    M_ASSERT(rc != 0 || leat_chan_is_closed(leat_tx_chan(tx)));
    return NULL;
}

static void *leaves(void *arg)
{
    left_behind = 1;
    drop_rx(arg);
    return NULL;
}

static void gone_with(void *first, void *second, uint32_t flags)
{
    begin(2, flags);
    left_behind = 0;
    m_thread a = m_spawn("waits", waits_gone, first);
    m_thread b = m_spawn("waits", waits_gone, second);
    m_thread c = m_spawn("leaves", leaves, rx);
    m_join(a);
    m_join(b);
    m_join(c);
    drop_tx(tx);
    check_end();
}

static void gone_forever(void)
{
    gone_with(NULL, NULL, 0);
}

static void gone_timed(void)
{
    gone_with(&left_behind, NULL, LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER);
}

M_MAIN(M_ROW(last_of_both_locked), M_ROW(last_of_both_unbounded),
       M_ROW(last_of_both_spsc), M_ROW(last_of_both_spsc_unbounded),
       M_ROW(gives_locked), M_ROW(gives_unbounded), M_ROW(gives_spsc),
       M_ROW(gives_spsc_unbounded), M_ROW(many_owners), M_ROW(tx_from_the_view),
       M_ROW(rx_from_the_view), M_ROW(closed_aborted_dropped),
       M_ROW(weak_while_last_goes), M_ROW(weak_is_the_last),
       M_ROW(gone_forever), M_ROW(gone_timed))
