/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_token.c - src/park/token and src/cancel: firing ends each wait that carries
 * the token, once, and is complete on return; owners come and go. */
#include "model.h"

static leat_cancel *token;
static leat_cancel *other;
static uint32_t before_fire; /* plain: fire must order it */

static void begin(bool two)
{
    M_ASSERT(leat_cancel_new(&token) == 0);
    other = NULL;
    if (two)
        M_ASSERT(leat_cancel_new(&other) == 0);
    before_fire = 0;
}

static void end(void)
{
    M_ASSERT(leat_cancel_drop(token));
    if (other != NULL)
        M_ASSERT(leat_cancel_drop(other));
}

static void *waits(void *arg)
{
    M_ASSERT(leat_cancel_wait(token, leat_forever()) == 0);
    M_ASSERT(before_fire == 1);
    M_ASSERT(leat_cancel_check(token));
    return arg;
}

static void *fires(void *arg)
{
    before_fire = 1;
    leat_cancel_fire(token);
    return arg;
}

static void *fires_too(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void *fires_other(void *arg)
{
    leat_cancel_fire(other);
    return arg;
}

static void one_wait(void)
{
    begin(false);
    m_thread a = m_spawn("waits", waits, NULL);
    m_thread b = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    end();
}

static void two_waits(void)
{
    begin(false);
    m_thread a = m_spawn("waits", waits, NULL);
    m_thread b = m_spawn("waits", waits, NULL);
    m_thread c = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end();
}

static void *waits_for_any_fire(void *arg)
{
    M_ASSERT(leat_cancel_wait(token, leat_forever()) == 0);
    return arg;
}

static void fired_twice(void)
{
    begin(false);
    m_thread a = m_spawn("waits", waits_for_any_fire, NULL);
    m_thread b = m_spawn("fires", fires, NULL);
    m_thread c = m_spawn("fires", fires_too, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end();
}

static void *waits_a_while(void *arg)
{
    int64_t deadline_ns = leat_now_ns() + 20;
    int rc = leat_cancel_wait(token, leat_at_ns(deadline_ns));
    M_ASSERT(rc == 0 || rc == LEAT_ETIMEDOUT);
    if (rc == 0)
        M_ASSERT(before_fire == 1);
    else
        M_ASSERT(leat_now_ns() >= deadline_ns);
    return arg;
}

static void wait_with_deadline(void)
{
    begin(false);
    m_thread a = m_spawn("waits", waits_a_while, NULL);
    m_thread b = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    end();
}

static void *waits_for_either(void *arg)
{
    int rc = leat_cancel_wait(token, leat_or_cancel(leat_forever(), other));
    M_ASSERT(rc == 0 || rc == LEAT_ECANCELED);
    if (rc == 0)
        M_ASSERT(leat_cancel_check(token));
    else
        M_ASSERT(leat_cancel_check(other));
    return arg;
}

static void wait_with_two_tokens(void)
{
    begin(true);
    m_thread a = m_spawn("waits", waits_for_either, NULL);
    m_thread b = m_spawn("fires", fires, NULL);
    m_thread c = m_spawn("fires", fires_other, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end();
}

/* Each thread has an owner of its own; the last one frees. */
static leat__a32 lasts;

static void *fires_and_drops(void *arg)
{
    leat_cancel *mine = arg;
    leat_cancel_fire(mine);
    if (leat_cancel_drop(mine))
        leat__add32_rlx(&lasts, 1);
    return NULL;
}

static void *waits_and_drops(void *arg)
{
    leat_cancel *mine = arg;
    M_ASSERT(leat_cancel_wait(mine, leat_forever()) == 0);
    if (leat_cancel_drop(mine))
        leat__add32_rlx(&lasts, 1);
    return NULL;
}

static void owners_leave(void)
{
    begin(false);
    leat__st32_rlx(&lasts, 0);
    m_thread a = m_spawn("waits", waits_and_drops, leat_cancel_clone(token));
    m_thread b = m_spawn("fires", fires_and_drops, leat_cancel_clone(token));
    if (leat_cancel_drop(token))
        leat__add32_rlx(&lasts, 1);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_rlx(&lasts) == 1);
}

M_MAIN(M_ROW(one_wait), M_ROW(two_waits), M_ROW(fired_twice),
       M_ROW(wait_with_deadline), M_ROW(wait_with_two_tokens),
       M_ROW(owners_leave))
