/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_setonce.c - src/sync/setonce under GenMC: what was written before the set is seen by
 * who gets the value, whichever way; of two sets one wins. */
#include "model.h"

static leat_setonce *cell;
static uint64_t first; /* plain: the set must order them */
static uint64_t second;

static void *sets_first(void *arg)
{
    first = 42;
    int rc = leat_setonce_set(cell, &first);
    M_ASSERT(rc == 0 || rc == LEAT_EEXIST);
    return rc == 0 ? &first : arg;
}

static void *sets_second(void *arg)
{
    second = 43;
    int rc = leat_setonce_set(cell, &second);
    M_ASSERT(rc == 0 || rc == LEAT_EEXIST);
    return rc == 0 ? &second : arg;
}

static void check_value(const uint64_t *value)
{
    M_ASSERT(value == &first || value == &second);
    M_ASSERT(*value == (value == &first ? 42 : 43));
}

static void g_cell(void)
{
    M_ASSERT(leat_setonce_new(&cell, NULL) == 0);
}

static void one_looks(void)
{
    g_cell();
    m_thread a = m_spawn("sets", sets_first, NULL);
    uint64_t *value = leat_setonce_get(cell);
    if (value != NULL)
        check_value(value);
    m_join(a);
    M_ASSERT(leat_setonce_get(cell) == &first);
    M_ASSERT(leat_setonce_drop(cell));
}

static void two_set(void)
{
    g_cell();
    m_thread a = m_spawn("sets", sets_first, NULL);
    sets_second(NULL);
    uint64_t *value = leat_setonce_get(cell);
    check_value(value);
    m_join(a);
    M_ASSERT(leat_setonce_get(cell) == value);
    M_ASSERT(leat_setonce_drop(cell));
}

static void one_waits(void)
{
    void *value = NULL;
    g_cell();
    m_thread a = m_spawn("sets", sets_first, NULL);
    M_ASSERT(leat_setonce_wait(cell, &value, leat_forever()) == 0);
    check_value(value);
    m_join(a);
    M_ASSERT(leat_setonce_drop(cell));
}

static void one_waits_in_time(void)
{
    void *value = NULL;
    g_cell();
    m_thread a = m_spawn("sets", sets_first, NULL);
    int rc = leat_setonce_wait(cell, &value, leat_at_ns(M_LATE));
    M_ASSERT(rc == 0 || rc == LEAT_ETIMEDOUT);
    if (rc == 0)
        check_value(value);
    m_join(a);
    M_ASSERT(leat_setonce_drop(cell));
}

M_MAIN(M_ROW(one_looks), M_ROW(two_set), M_ROW(one_waits),
       M_ROW(one_waits_in_time))
