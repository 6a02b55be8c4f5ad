/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_setonce.c - src/sync/setonce: one sets it, all see the same, with what it points at;
 * the last owner discards. */
#include "model.h"

static leat_setonce *cell;
static leat_cancel *token;
static uint32_t first; /* plain: the set orders what is written there */
static uint32_t second;
static leat__a32 wins;
static leat__a32 discarded;

static void discard(void *value, void *arg)
{
    M_ASSERT(arg == &cell && *(uint32_t *)value == 42);
    leat__add32_rlx(&discarded, 1);
}

static void begin(void)
{
    leat_setonce_opts opts = {
        .size = sizeof opts, .discard = discard, .discard_arg = &cell};
    first = second = 0;
    leat__st32_rlx(&wins, 0);
    leat__st32_rlx(&discarded, 0);
    M_ASSERT(leat_setonce_new(&cell, &opts) == 0);
}

static void see(const void *value)
{
    M_ASSERT(value == &first || value == &second);
    M_ASSERT(*(const uint32_t *)value == 42);
    M_ASSERT(leat_setonce_get(cell) == value);
}

static void *sets(void *arg)
{
    *(uint32_t *)arg = 42;
    int rc = leat_setonce_set(cell, arg);
    M_ASSERT(rc == 0 || rc == LEAT_EEXIST);
    if (rc == 0)
        leat__add32_rlx(&wins, 1);
    see(leat_setonce_get(cell));
    leat_setonce_drop(cell);
    return NULL;
}

static void *waits(void *arg)
{
    void *value = NULL;
    M_ASSERT(leat_setonce_wait(cell, &value, leat_forever()) == 0);
    see(value);
    leat_setonce_drop(cell);
    return arg;
}

static void *waits_in_time(void *arg)
{
    void *value = NULL;
    leat_until until = leat_in_ns(1 + m_choose(40));
    if (m_choose(2) == 0)
        until = leat_or_cancel(leat_forever(), token);
    int rc = leat_setonce_wait(cell, &value, until);
    if (rc == 0)
        see(value);
    else
        M_ASSERT(value == NULL &&
                 rc ==
                     (until.cancel != NULL ? LEAT_ECANCELED : LEAT_ETIMEDOUT));
    leat_setonce_drop(cell);
    return arg;
}

static void *looks(void *arg)
{
    void *value = leat_setonce_get(cell);
    if (value != NULL)
        see(value);
    leat_setonce_drop(cell);
    return arg;
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void own(int more)
{
    while (more-- > 0)
        M_ASSERT(leat_setonce_clone(cell) == cell);
}

static void one_sets(void)
{
    begin();
    own(2);
    m_thread a = m_spawn("sets", sets, &first);
    m_thread b = m_spawn("waits", waits, NULL);
    m_thread c = m_spawn("looks", looks, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(leat__ld32_rlx(&discarded) == 1);
}

static void two_set(void)
{
    begin();
    own(3);
    m_thread a = m_spawn("sets", sets, &first);
    m_thread b = m_spawn("sets", sets, &second);
    m_thread c = m_spawn("waits", waits, NULL);
    waits(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(leat__ld32_rlx(&wins) == 1);
    M_ASSERT(leat__ld32_rlx(&discarded) == 1);
}

static void some_give_up(void)
{
    M_ASSERT(leat_cancel_new(&token) == 0);
    begin();
    own(2);
    m_thread a = m_spawn("sets", sets, &first);
    m_thread b = m_spawn("in_time", waits_in_time, NULL);
    m_thread c = m_spawn("in_time", waits_in_time, NULL);
    m_thread d = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    M_ASSERT(leat__ld32_rlx(&discarded) == 1);
    M_ASSERT(leat_cancel_drop(token));
}

static void never_set(void)
{
    begin();
    own(1);
    m_thread a = m_spawn("looks", looks, NULL);
    leat_setonce_drop(cell);
    m_join(a);
    M_ASSERT(leat__ld32_rlx(&discarded) == 0);
}

M_MAIN(M_ROW(one_sets), M_ROW(two_set), M_ROW(some_give_up), M_ROW(never_set))
