/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_cancel.c - src/cancel: trees of tokens, fired while children come and go, waits
 * park and hooks are taken back; and deadlines that reach waits under way. */
#include "model.h"

static leat_cancel *root;
static leat_cancel *child;
static leat_cancel *grandchild;
static uint32_t before_fire; /* plain: the firing must order it */
static leat__a32 gone;

static void note_gone(void *arg)
{
    M_ASSERT(arg == &gone);
    leat__add32_rlx(&gone, 1);
}

/* A tree of three in a row. */
static void begin(void)
{
    before_fire = 0;
    leat__st32_rlx(&gone, 0);
    M_ASSERT(leat_cancel_new(&root) == 0);
    M_ASSERT(leat_cancel_child(&child, root) == 0);
    M_ASSERT(leat_cancel_child(&grandchild, child) == 0);
}

static void end(void)
{
    M_ASSERT(!leat_cancel_drop(root));
    M_ASSERT(!leat_cancel_drop(child));
    M_ASSERT(leat_cancel_drop(grandchild));
}

static void run_two(void *(*a)(void *), void *(*b)(void *))
{
    m_thread first = m_spawn("a", a, NULL);
    m_thread second = m_spawn("b", b, NULL);
    m_join(first);
    m_join(second);
}

static void run_three(void *(*a)(void *), void *(*b)(void *),
                      void *(*c)(void *))
{
    m_thread third = m_spawn("c", c, NULL);
    run_two(a, b);
    m_join(third);
}

/* ---- firing ------------------------------------------------------------------- */

static void *fires(void *arg)
{
    before_fire = 1;
    leat_cancel_fire_because(root, 7);
    M_ASSERT(leat_cancel_check(child) && leat_cancel_check(grandchild));
    return arg;
}

static void *fires_too(void *arg)
{
    leat_cancel_fire_because(root, 8);
    M_ASSERT(leat_cancel_check(child) && leat_cancel_check(grandchild));
    return arg;
}

static void *fires_the_child(void *arg)
{
    leat_cancel_fire_because(child, 9);
    M_ASSERT(leat_cancel_check(grandchild));
    return arg;
}

static void *waits_below(void *arg)
{
    M_ASSERT(leat_cancel_wait(grandchild, leat_forever()) == 0);
    M_ASSERT(leat_cancel_check(grandchild));
    return arg;
}

static void *waits_for_seven(void *arg)
{
    M_ASSERT(leat_cancel_wait(grandchild, leat_forever()) == 0);
    M_ASSERT(before_fire == 1);
    M_ASSERT(leat_cancel_reason(grandchild) == 7);
    return arg;
}

static void fire_and_wait(void)
{
    begin();
    run_two(fires, waits_for_seven);
    end();
}

static void two_fire_one_waits(void)
{
    begin();
    run_three(fires, fires_too, waits_below);
    int reason = leat_cancel_reason(root);
    M_ASSERT(reason == 7 || reason == 8);
    M_ASSERT(leat_cancel_reason(grandchild) == reason);
    end();
}

static void top_and_middle(void)
{
    begin();
    run_three(fires, fires_the_child, waits_below);
    M_ASSERT(leat_cancel_reason(child) == leat_cancel_reason(grandchild));
    end();
}

/* ---- children that come and go -------------------------------------------------- */

static void *has_a_child(void *arg)
{
    leat_cancel *mine;
    M_ASSERT(leat_cancel_child(&mine, child) == 0);
    M_ASSERT(leat_cancel_wait(mine, leat_forever()) == 0);
    M_ASSERT(leat_cancel_reason(mine) == 7);
    M_ASSERT(leat_cancel_drop(mine));
    return arg;
}

static void *has_children_and_drops(void *arg)
{
    leat_cancel *one;
    leat_cancel *two;
    M_ASSERT(leat_cancel_child(&one, child) == 0);
    M_ASSERT(leat_cancel_child(&two, one) == 0);
    M_ASSERT(!leat_cancel_drop(one));
    M_ASSERT(leat_cancel_drop(two));
    return arg;
}

static void children_while_it_fires(void)
{
    begin();
    run_three(fires, has_a_child, has_children_and_drops);
    end();
}

static void *drops_the_tree(void *arg)
{
    leat_cancel_drop(child);
    M_ASSERT(leat_cancel_drop(grandchild));
    return arg;
}

static void *only_fires(void *arg)
{
    leat_cancel_fire(root);
    return arg;
}

static void drop_while_it_fires(void)
{
    begin();
    run_three(only_fires, drops_the_tree, only_fires);
    M_ASSERT(leat_cancel_drop(root));
}

static void *lowers_the_root(void *arg)
{
    leat_cancel_fire_at(root, leat_now_ns() + 1000000);
    return arg;
}

static void drop_while_it_gets_a_deadline(void)
{
    begin();
    run_three(lowers_the_root, drops_the_tree, only_fires);
    M_ASSERT(leat_cancel_drop(root));
}

/* ---- hooks ------------------------------------------------------------------------ */

struct hooked {
    leat_cancel_hook hook;
    uint32_t calls; /* plain: unhook must order it */
};

static struct hooked first;
static struct hooked second;

static void calls(void *arg)
{
    struct hooked *hooked = arg;
    M_ASSERT(before_fire == 1);
    leat__os_yield();
    hooked->calls++;
}

static void *unhooks(void *arg)
{
    bool taken = leat_cancel_unhook(&first.hook);
    M_ASSERT(first.calls == (taken ? 0 : 1));
    first.calls = 5; /* it is ours */
    return arg;
}

static void *hooks_and_unhooks(void *arg)
{
    struct hooked mine = {.calls = 0};
    bool waits = leat_cancel_on_fire(child, &mine.hook, calls, &mine);
    bool taken = leat_cancel_unhook(&mine.hook);
    M_ASSERT(mine.calls == (taken ? 0 : 1));
    M_ASSERT(waits || !taken);
    return arg;
}

static void hook_begin(leat_cancel *token, struct hooked *hooked)
{
    hooked->calls = 0;
    M_ASSERT(leat_cancel_on_fire(token, &hooked->hook, calls, hooked));
}

static void unhook_while_it_fires(void)
{
    begin();
    hook_begin(child, &first);
    hook_begin(grandchild, &second);
    run_three(fires, unhooks, hooks_and_unhooks);
    M_ASSERT(!leat_cancel_unhook(&second.hook) && second.calls == 1);
    end();
}

static void unhooks_the_second(void *arg)
{
    struct hooked *mine = arg;
    if (leat_cancel_unhook(&second.hook))
        M_ASSERT(second.calls == 0);
    M_ASSERT(!leat_cancel_unhook(&mine->hook)); /* from within itself */
    mine->calls++;
}

static void unhook_from_within(void)
{
    begin();
    first.calls = 0;
    M_ASSERT(
        leat_cancel_on_fire(root, &first.hook, unhooks_the_second, &first));
    hook_begin(child, &second);
    run_two(fires, fires_too);
    M_ASSERT(!leat_cancel_unhook(&first.hook) && first.calls == 1);
    M_ASSERT(!leat_cancel_unhook(&second.hook) && second.calls == 0);
    end();
}

/* The last owner goes in the call. */
static void drops_the_child(void *arg)
{
    M_ASSERT(arg == child);
    M_ASSERT(leat_cancel_drop(arg));
    leat_cancel_drop(root);
}

static void drop_from_within(void)
{
    static leat_cancel_hook hook;
    M_ASSERT(leat_cancel_new(&root) == 0);
    M_ASSERT(leat_cancel_child(&child, root) == 0);
    M_ASSERT(leat_cancel_clone(root) == root);
    M_ASSERT(leat_cancel_on_fire(child, &hook, drops_the_child, child));
    run_two(only_fires, only_fires);
    M_ASSERT(leat_cancel_drop(root));
}

/* ---- deadlines -------------------------------------------------------------------- */

enum { FAR = 1000000 }; /* time passes here only when somebody sleeps */

static int64_t due_ns;
static int64_t told_ns;  /* when that had been said */
static int64_t ended_ns; /* when the wait was over */

static void *lowers(void *arg)
{
    leat_cancel_fire_at(root, due_ns);
    told_ns = leat_now_ns();
    return arg;
}

static void *lowers_less(void *arg)
{
    leat_cancel_fire_at(child, due_ns + FAR);
    return arg;
}

static void *waits_till_due(void *arg)
{
    M_ASSERT(leat_cancel_wait(grandchild, leat_forever()) == 0);
    M_ASSERT(leat_now_ns() >= due_ns);
    M_ASSERT(leat_cancel_reason(grandchild) == LEAT_ETIMEDOUT);
    ended_ns = leat_now_ns();
    return arg;
}

static void begin_due(void)
{
    begin();
    due_ns = leat_now_ns() + 30;
}

static void deadline_under_way(void)
{
    begin_due();
    run_two(lowers, waits_till_due);
    end();
}

static void two_deadlines_under_way(void)
{
    begin_due();
    run_three(lowers, lowers_less, waits_till_due);
    /* the other's, if it had passed before the sooner one was said */
    int64_t at_ns = leat_cancel_deadline_ns(grandchild);
    M_ASSERT(at_ns == due_ns || at_ns == due_ns + FAR);
#if defined(LEAT_SIM)
    M_ASSERT(told_ns >= due_ns + FAR || ended_ns < due_ns + FAR);
#endif
    end();
}

static void *waits_a_while(void *arg)
{
    int rc = leat_cancel_wait(grandchild, leat_at_ns(due_ns + 20));
    M_ASSERT(rc == 0 || rc == LEAT_ETIMEDOUT);
    if (rc == 0)
        M_ASSERT(leat_cancel_check(grandchild));
    else
        M_ASSERT(leat_now_ns() >= due_ns + 20);
    return arg;
}

static void deadline_fire_and_timeout(void)
{
    begin_due();
    run_three(lowers, waits_a_while, only_fires);
    end();
}

/* A receive that is told of a deadline has its message or not. */
static leat_tx *tx;
static leat_rx *rx;
static bool received;

static void *receives(void *arg)
{
    uint64_t msg = 0;
    int rc = leat_rx_recv(rx, &msg, leat_or_cancel(leat_forever(), grandchild));
    M_ASSERT(rc == LEAT_ECANCELED || (rc == 0 && msg == 5));
    received = rc == 0;
    return arg;
}

static void *sends(void *arg)
{
    uint64_t msg = 5;
    M_ASSERT(leat_tx_send(tx, &msg, leat_nowait()) == 0);
    return arg;
}

static void message_and_deadline(void)
{
    begin_due();
    M_ASSERT(leat_chan_new(&tx, &rx, sizeof(uint64_t), 1, NULL) == 0);
    run_three(lowers, receives, sends);
    uint64_t msg = 0;
    int rc = leat_rx_recv(rx, &msg, leat_nowait());
    M_ASSERT(rc == (received ? LEAT_EAGAIN : 0));
    leat_tx_drop(tx);
    leat_rx_drop(rx);
    end();
}

/* ---- after another ------------------------------------------------------------------ */

static leat_cancel *last;
static unsigned char memory[LEAT_CANCEL_BYTES];

static void begin_last(void)
{
    begin_due();
    M_ASSERT(leat_cancel_new_in(&last, memory, sizeof memory, note_gone,
                                &gone) == 0);
}

static void *follows(void *arg)
{
    leat_cancel_fire_after(last, child, 20);
    return arg;
}

static void *waits_for_the_last(void *arg)
{
    M_ASSERT(leat_cancel_wait(last, leat_forever()) == 0);
    M_ASSERT(leat_cancel_reason(last) == LEAT_ETIMEDOUT);
    return arg;
}

static void follow_while_it_fires(void)
{
    begin_last();
    run_three(follows, waits_for_the_last, m_choose(2) ? only_fires : lowers);
    leat_cancel_drop(last);
    end();
    M_ASSERT(leat__ld32_rlx(&gone) == 1);
}

/* Whoever tells it of the deadline may be later than whoever lets it go. */
static void let_go_while_it_is_told(void)
{
    begin();
    M_ASSERT(leat_cancel_new(&last) == 0);
    leat_cancel_fire_after(last, child, 20);
    M_ASSERT(!leat_cancel_drop(last));
    run_three(lowers_the_root, drops_the_tree, only_fires);
    M_ASSERT(leat_cancel_drop(root));
}

M_MAIN(M_ROW(fire_and_wait), M_ROW(two_fire_one_waits), M_ROW(top_and_middle),
       M_ROW(children_while_it_fires), M_ROW(drop_while_it_fires),
       M_ROW(drop_while_it_gets_a_deadline), M_ROW(unhook_while_it_fires),
       M_ROW(unhook_from_within), M_ROW(drop_from_within),
       M_ROW(deadline_under_way), M_ROW(two_deadlines_under_way),
       M_ROW(deadline_fire_and_timeout), M_ROW(message_and_deadline),
       M_ROW(follow_while_it_fires), M_ROW(let_go_while_it_is_told))
