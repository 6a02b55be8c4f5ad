/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* g_loop.c - src/loop for GenMC: what completers leave is told of, each once and in
 * order, nobody sleeps through it, and nobody touches a loop that is gone. The ops are
 * waits without a channel, so that all there is to explore is the loop's. */
#include "model.h"

enum { G_OPS = 2 };

static leat__started ops[G_OPS];
static leat_chan nowhere; /* of which only its flags are asked */
static leat_loop *loop;
static uint32_t
    brought[G_OPS]; /* plain: the completer writes, the callback reads */
static uint32_t told;
static bool ordered;
static uint32_t alive; /* plain: what a notify uses */
static leat__a32 poked;

static void on_told(leat_op *op, int rc, void *arg)
{
    uint32_t i = op == (leat_op *)&ops[0] ? 0 : 1;
    (void)arg;
    M_ASSERT(rc == 0 && brought[i] == 10 + i);
    M_ASSERT((told & 1u << i) == 0);
    M_ASSERT(!ordered || i == 0 || told == 1);
    told |= 1u << i;
}

/* As if it had been started and had to wait. */
static void start_by_hand(leat__started *op)
{
    leat_op_init((leat_op *)op, loop, on_told, NULL);
    op->op.chan = &nowhere;
    op->op.token = NULL;
    op->op.at.wait = &op->op.wait;
    op->op.at.rc = 0;
    leat__wait_init(&op->op.wait, false, leat__loop_notify);
    op->is_started = true;
    loop->started++;
}

static void begin(const leat_loop_opts *opts, uint32_t count)
{
    M_ASSERT(leat_loop_new(&loop, opts) == 0);
    told = 0;
    for (uint32_t i = 0; i < count; i++)
        start_by_hand(&ops[i]);
}

/* What an event does that found the op in a queue. */
static void complete(uint32_t i)
{
    if (!leat__wait_claim(&ops[i].op.wait))
        return;
    brought[i] = 10 + i;
    leat__wait_complete(&ops[i].op.wait, LEAT__WON_CHAN);
}

static void *completes_first(void *arg)
{
    complete(0);
    return arg;
}

static void *completes_second(void *arg)
{
    complete(1);
    return arg;
}

static void *completes_both(void *arg)
{
    complete(0);
    complete(1);
    return arg;
}

/* Whenever it is due there is something to tell. */
static void drive(uint32_t all, size_t max)
{
    while (told != all) {
        M_ASSERT(m_poll(leat_loop_fd(loop), INT64_MAX));
        M_ASSERT(leat_loop_dispatch(loop, max) > 0);
    }
}

/* The loop goes when all has been told, though completers may not have ended. */
static void one_told(void)
{
    begin(NULL, 1);
    m_thread a = m_spawn("completes", completes_first, NULL);
    drive(1, 2);
    M_ASSERT(leat_loop_drop(loop));
    m_join(a);
}

/* A dispatch before its time finds it, or leaves it for its ring. */
static void one_told_early(void)
{
    begin(NULL, 1);
    m_thread a = m_spawn("completes", completes_first, NULL);
    int ran = leat_loop_dispatch(loop, 2);
    M_ASSERT(ran == (told == 1));
    drive(1, 2);
    M_ASSERT(leat_loop_drop(loop));
    m_join(a);
}

static void two_told(void)
{
    begin(NULL, 2);
    m_thread a = m_spawn("completes", completes_first, NULL);
    m_thread b = m_spawn("completes", completes_second, NULL);
    drive(3, 2);
    M_ASSERT(leat_loop_drop(loop));
    m_join(a);
    m_join(b);
}

static void two_told_in_order(void)
{
    begin(NULL, 2);
    ordered = true;
    m_thread a = m_spawn("completes", completes_both, NULL);
    drive(3, 2);
    M_ASSERT(leat_loop_drop(loop));
    m_join(a);
}

static void two_told_one_by_one(void)
{
    begin(NULL, 2);
    ordered = true;
    m_thread a = m_spawn("completes", completes_both, NULL);
    drive(3, 1);
    M_ASSERT(leat_loop_drop(loop));
    m_join(a);
}

/* One is ready at once, while the other is completed: one of both rings. */
static void ready_beside_completed(void)
{
    begin(NULL, 2);
    m_thread a = m_spawn("completes", completes_first, NULL);
    brought[1] = 11;
    leat__loop_make_ready(loop, &ops[1], 0);
    drive(3, 2);
    M_ASSERT(leat_loop_drop(loop));
    m_join(a);
}

/* Taken back, or told: never both, never neither. */
static void one_given_up(void)
{
    begin(NULL, 1);
    m_thread a = m_spawn("completes", completes_first, NULL);
    if (leat__wait_claim(&ops[0].op.wait)) { /* as leat_op_cancel does */
        leat__started_end(&ops[0]);
        M_ASSERT(leat_loop_dispatch(loop, 1) == 0 && told == 0);
    } else {
        drive(1, 1);
    }
    M_ASSERT(leat_loop_drop(loop));
    m_join(a);
}

static void poke(void *arg)
{
    M_ASSERT(*(uint32_t *)arg == 1);
    leat__st32_rel(&poked, 1);
    leat__os_futex_wake(&poked);
    M_ASSERT(*(uint32_t *)arg == 1);
}

/* What the notify uses changes as soon as the loop is gone. */
static void one_poked(void)
{
    leat_loop_opts opts = {
        .size = sizeof opts, .notify = poke, .notify_arg = &alive};
    alive = 1;
    begin(&opts, 1);
    m_thread a = m_spawn("completes", completes_first, NULL);
    while (leat__ld32_acq(&poked) == 0)
        leat__os_futex_wait(&poked, 0, INT64_MAX);
    M_ASSERT(leat_loop_dispatch(loop, 2) == 1);
    M_ASSERT(leat_loop_drop(loop));
    alive = 0;
    m_join(a);
}

M_MAIN(M_ROW(one_told), M_ROW(one_told_early), M_ROW(two_told),
       M_ROW(two_told_in_order), M_ROW(two_told_one_by_one),
       M_ROW(ready_beside_completed), M_ROW(one_given_up), M_ROW(one_poked))
