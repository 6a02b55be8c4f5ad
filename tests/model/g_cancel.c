/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_cancel.c - src/cancel's tree under GenMC: a fire is complete when it returns, for
 * children that were there; one that is made beside it is told, or born fired. */
#include "model.h"

static leat_cancel *parent;
static leat_cancel *child;
static uint64_t before; /* plain: the fire must order it */

static void *fires(void *arg)
{
    before = 1;
    leat_cancel_fire(parent);
    return arg;
}

static void one_child(void)
{
    M_ASSERT(leat_cancel_new(&parent) == 0);
    M_ASSERT(leat_cancel_child(&child, parent) == 0);
    m_thread a = m_spawn("fires", fires, NULL);
    if (leat_cancel_check(child))
        M_ASSERT(before == 1);
    m_join(a);
    M_ASSERT(leat_cancel_check(child));
    leat_cancel_drop(child);
    M_ASSERT(leat_cancel_drop(parent));
}

static void born_beside(void)
{
    M_ASSERT(leat_cancel_new(&parent) == 0);
    m_thread a = m_spawn("fires", fires, NULL);
    M_ASSERT(leat_cancel_child(&child, parent) == 0);
    m_join(a);
    M_ASSERT(leat_cancel_check(child));
    leat_cancel_drop(child);
    M_ASSERT(leat_cancel_drop(parent));
}

static void dropped_beside(void)
{
    M_ASSERT(leat_cancel_new(&parent) == 0);
    M_ASSERT(leat_cancel_child(&child, parent) == 0);
    m_thread a = m_spawn("fires", fires, NULL);
    leat_cancel_drop(child);
    m_join(a);
    M_ASSERT(leat_cancel_drop(parent));
}

static void child_waits(void)
{
    M_ASSERT(leat_cancel_new(&parent) == 0);
    M_ASSERT(leat_cancel_child(&child, parent) == 0);
    m_thread a = m_spawn("fires", fires, NULL);
    M_ASSERT(leat_cancel_wait(child, leat_forever()) == 0);
    M_ASSERT(before == 1);
    m_join(a);
    leat_cancel_drop(child);
    M_ASSERT(leat_cancel_drop(parent));
}

M_MAIN(M_ROW(one_child), M_ROW(born_beside), M_ROW(dropped_beside),
       M_ROW(child_waits))
