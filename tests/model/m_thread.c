/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_thread.c - src/thread: whoever joins is told the result, and by then the thread
 * is gone; whoever gives up may come again; whoever leaves last gives it back. */
#include "model.h"

enum { RESULT = 42 };

static leat_thread *thread;
static leat_cancel *token;
static uint32_t before_end; /* plain: the end must order it */
static leat__a32 lasts;

static int returns(void *arg, leat_cancel *stop)
{
    M_ASSERT(stop != NULL);
    M_ASSERT(arg == &before_end);
    before_end = 1;
    return RESULT;
}

static int waits_for_stop(void *arg, leat_cancel *stop)
{
    M_ASSERT(leat_cancel_wait(stop, leat_forever()) == 0);
    return returns(arg, stop);
}

static int is_itself(void *arg, leat_cancel *stop)
{
    M_ASSERT(strcmp(leat__self_name(), "itself") == 0);
    return returns(arg, stop);
}

static void begin(leat_fn *fn, const char *name)
{
    leat_job job = {fn, &before_end, NULL, name};
    before_end = 0;
    leat__st32_rlx(&lasts, 0);
    M_ASSERT(leat_thread_spawn(&thread, job, NULL) == 0);
}

static void drop(leat_thread *mine)
{
    if (leat_thread_drop(mine))
        leat__add32_rlx(&lasts, 1);
}

/* A join that had to come to an end. */
static void check_joined(leat_thread *mine, int rc, int result)
{
    M_ASSERT(rc == 0 && result == RESULT);
    M_ASSERT(before_end == 1);
    M_ASSERT(leat_thread_is_done(mine));
#if defined(LEAT_SIM)
    M_ASSERT(sim_has_ended((int)mine->os.handle));
#endif
}

static void join_for_ever(leat_thread *mine)
{
    int result = 0;
    int rc = leat_thread_join(mine, &result, leat_forever());
    check_joined(mine, rc, result);
}

static void *joins(void *arg)
{
    join_for_ever(arg);
    drop(arg);
    return NULL;
}

/* ---- one who joins ----------------------------------------------------------- */

static void one_join(void)
{
    begin(returns, NULL);
    joins(thread);
    M_ASSERT(leat__ld32_rlx(&lasts) == 1);
}

static void twice(void)
{
    begin(is_itself, "itself");
    M_ASSERT(strcmp(leat_thread_name(thread), "itself") == 0);
    join_for_ever(thread);
    join_for_ever(thread);
    M_ASSERT(strcmp(leat__self_name(), "") == 0);
    drop(thread);
}

static void looks_then_joins(void)
{
    begin(returns, NULL);
    while (!leat_thread_is_done(thread))
        leat__os_yield();
    M_ASSERT(before_end == 1);
    int result = 0;
    int rc = leat_thread_join(thread, &result, leat_nowait());
    check_joined(thread, rc, result);
    drop(thread);
}

static void stopped(void)
{
    begin(waits_for_stop, NULL);
    M_ASSERT(leat_thread_join(thread, NULL, leat_nowait()) == LEAT_EAGAIN);
    leat_cancel_fire(leat_thread_stop(thread));
    joins(thread);
}

/* ---- some who join ----------------------------------------------------------- */

static void three_joins(void)
{
    begin(returns, NULL);
    m_thread a = m_spawn("joins", joins, leat_thread_clone(thread));
    m_thread b = m_spawn("joins", joins, leat_thread_clone(thread));
    joins(thread);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_rlx(&lasts) == 1);
}

/* Until it is told a result, or has given up `patience` times. */
static void join_now_and_then(leat_thread *mine, leat_until until, int patience)
{
    while (patience-- > 0) {
        int result = -1;
        int rc = leat_thread_join(mine, &result, until);
        if (rc == 0) {
            check_joined(mine, rc, result);
            return;
        }
        M_ASSERT(result == -1);
        M_ASSERT(rc == (until.cancel != NULL && leat_cancel_check(until.cancel)
                            ? LEAT_ECANCELED
                            : LEAT_ETIMEDOUT));
    }
}

static void *joins_in_time(void *arg)
{
    join_now_and_then(arg, leat_in_ns(1 + m_choose(40)), 2);
    drop(arg);
    return NULL;
}

static void *joins_unless_told(void *arg)
{
    join_now_and_then(arg, leat_or_cancel(leat_forever(), token), 2);
    drop(arg);
    return NULL;
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void some_give_up(void)
{
    M_ASSERT(leat_cancel_new(&token) == 0);
    begin(returns, NULL);
    m_thread a = m_spawn("in_time", joins_in_time, leat_thread_clone(thread));
    m_thread b = m_spawn("told", joins_unless_told, leat_thread_clone(thread));
    m_thread c = m_spawn("fires", fires, NULL);
    if (m_choose(2) == 0)
        join_for_ever(thread);
    drop(thread);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(leat__ld32_rlx(&lasts) == 1);
    M_ASSERT(leat_cancel_drop(token));
}

/* ---- nobody who joins ---------------------------------------------------------- */

static void let_go(void)
{
    begin(returns, NULL);
    M_ASSERT(leat_thread_drop(thread));
}

static void *drops(void *arg)
{
    drop(arg);
    return NULL;
}

static void one_joins_others_leave(void)
{
    begin(returns, NULL);
    m_thread a = m_spawn("joins", joins, leat_thread_clone(thread));
    m_thread b = m_spawn("drops", drops, leat_thread_clone(thread));
    drop(thread);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_rlx(&lasts) == 1);
}

/* The token is somebody's who has neither handle nor thread. */
static void *fires_later(void *arg)
{
    leat_cancel_fire(arg);
    leat_cancel_drop(arg);
    return NULL;
}

static void the_token_stays(void)
{
    begin(waits_for_stop, NULL);
    leat_cancel *mine = leat_cancel_clone(leat_thread_stop(thread));
    m_thread a = m_spawn("fires", fires_later, mine);
    if (m_choose(2) == 0)
        joins(thread);
    else
        drop(thread);
    m_join(a);
    M_ASSERT(leat__ld32_rlx(&lasts) == 1);
}

/* The thread itself is the last who knows of it. */
static int drops_itself(void *arg, leat_cancel *stop)
{
    leat_tx *tx = arg;
    leat_rx *rx = leat_chan_rx(leat_tx_chan(tx));
    leat_thread *mine;
    M_ASSERT(rx != NULL && stop != NULL);
    M_ASSERT(leat_rx_recv(rx, &mine, leat_forever()) == 0);
    M_ASSERT(!leat_thread_is_done(mine));
    M_ASSERT(leat_thread_drop(mine));
    leat_rx_drop(rx);
    leat_tx_drop(tx);
    return 0;
}

static void itself_the_last(void)
{
    leat_tx *tx;
    leat_rx *rx;
    M_ASSERT(leat_chan_new(&tx, &rx, sizeof thread, 1, NULL) == 0);
    leat_job job = {drops_itself, leat_tx_clone(tx), NULL, NULL};
    M_ASSERT(leat_thread_spawn(&thread, job, NULL) == 0);
    M_ASSERT(leat_tx_send(tx, &thread, leat_forever()) == 0);
    leat_tx_drop(tx);
    /* until the thread has its own owner of it: what is queued must not go */
    while (leat_chan_len(leat_rx_chan(rx)) != 0)
        leat__os_yield();
    leat_rx_drop(rx);
}

/* ---- nothing to join ------------------------------------------------------------ */

static void no_thread(void)
{
    leat_job job = {returns, &before_end, NULL, "refused"};
    thread = NULL;
    before_end = 0;
    m_starve(2);
    int rc = leat_thread_spawn(&thread, job, NULL);
    m_starve(0);
    if (rc == 0) {
        join_for_ever(thread);
        drop(thread);
    } else {
        M_ASSERT(rc == LEAT_ENOMEM || rc == LEAT_EAGAIN);
        M_ASSERT(thread == NULL && before_end == 0);
    }
}

M_MAIN(M_ROW(one_join), M_ROW(twice), M_ROW(looks_then_joins), M_ROW(stopped),
       M_ROW(three_joins), M_ROW(some_give_up), M_ROW(let_go),
       M_ROW(one_joins_others_leave), M_ROW(the_token_stays),
       M_ROW(itself_the_last), M_ROW(no_thread))
