/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_op.c - src/chan/op for GenMC: a started receive is told once, with its
 * message in place, or it is given up and is never told. */
#include "g_chan.h"

static leat__op op;
static uint64_t word;
static leat__a32 told;
static struct g_call send_call;
static leat_cancel *token;

static void tell(leat__wait *wait)
{
    M_ASSERT(wait == &op.wait);
    M_ASSERT(leat__ld32_rlx(&told) == 0);
    leat__st32_rel(&told, 1);
    leat__os_futex_wake(&told);
}

static void begin(size_t capacity, uint32_t flags)
{
    g_open(capacity, flags);
    word = G_NOBODY;
    send_call = (struct g_call){1, {INT64_MAX, NULL}, 0};
}

static bool start(leat__token *with, bool sole)
{
    int rc = leat__op_start(&op, leat_rx_chan(g_rx), LEAT__RECV, &word, with,
                            sole, tell);
    M_ASSERT(rc == 0 || rc == LEAT__PENDING ||
             (rc == LEAT_ECANCELED && with != NULL));
    if (rc == LEAT__PENDING)
        return true;
    M_ASSERT((rc == 0) == (word != G_NOBODY));
    return false;
}

static int await(void)
{
    while (leat__ld32_acq(&told) == 0)
        leat__os_futex_wait(&told, 0, INT64_MAX);
    return leat__op_finish(&op, leat__wait_won(&op.wait));
}

static void check_end(void)
{
    M_ASSERT(send_call.rc == 0);
    M_ASSERT(g_get() == (word == 1 ? G_NOBODY : 1));
    g_end();
}

static void told_once(size_t capacity, uint32_t flags)
{
    begin(capacity, flags);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    if (start(NULL, true))
        M_ASSERT(await() == 0);
    M_ASSERT(word == 1);
    m_join(a);
    check_end();
}

static void one_told(void)
{
    told_once(1, 0);
}

static void zero_told(void)
{
    told_once(0, 0);
}

static void ring_told(void)
{
    told_once(2, G_BOTH);
}

/* Given up while the message comes: either way, it is somewhere. */
static void given_up(size_t capacity, uint32_t flags)
{
    begin(capacity, flags);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    if (start(NULL, false)) {
        if (leat__op_cancel(&op))
            M_ASSERT(word == G_NOBODY);
        else
            M_ASSERT(await() == 0 && word == 1);
    }
    m_join(a);
    check_end();
}

static void one_given_up(void)
{
    given_up(1, 0);
}

static void ring_given_up(void)
{
    given_up(2, G_BOTH);
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

/* Between the channel's queue and the token's list, each may be first. */
static void one_fired(void)
{
    begin(1, 0);
    M_ASSERT(leat_cancel_new(&token) == 0);
    m_thread a = m_spawn("sends", g_sends, &send_call);
    m_thread b = m_spawn("fires", fires, NULL);
    if (start(leat__cancel_token(token), false)) {
        int rc = await();
        M_ASSERT(rc == 0 || rc == LEAT_ECANCELED);
        M_ASSERT((rc == 0) == (word == 1));
    }
    m_join(a);
    m_join(b);
    check_end();
    M_ASSERT(leat_cancel_drop(token));
}

M_MAIN(M_ROW(one_told), M_ROW(zero_told), M_ROW(ring_told), M_ROW(one_given_up),
       M_ROW(ring_given_up), M_ROW(one_fired))
