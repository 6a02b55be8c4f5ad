/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_cancel_tree.c - trees of cancel tokens: what firing reaches, in which order
 * they may go, why they fired, and guards. */
#define _GNU_SOURCE 1
#include "tokens.h"

/* ---- what firing reaches --------------------------------------------------------- */

START_TEST(firing_the_parent_fires_the_child)
{
    leat_cancel *parent = token_new();
    leat_cancel *child = child_of(parent);
    MUST(!leat_cancel_check(child));
    leat_cancel_fire(parent);
    MUST(leat_cancel_check(parent));
    MUST(leat_cancel_check(child));
    RC(leat_cancel_wait(child, leat_nowait()), 0);
    leat_cancel_drop(child);
    MUST(leat_cancel_drop(parent));
}
END_TEST

START_TEST(firing_a_child_fires_nobody_else)
{
    leat_cancel *parent = token_new();
    leat_cancel *child = child_of(parent);
    leat_cancel *sibling = child_of(parent);
    leat_cancel *grandchild = child_of(child);
    leat_cancel_fire(child);
    MUST(leat_cancel_check(child) && leat_cancel_check(grandchild));
    MUST(!leat_cancel_check(parent) && !leat_cancel_check(sibling));
    leat_cancel_fire(parent);
    MUST(leat_cancel_check(sibling));
    leat_cancel_drop(grandchild);
    leat_cancel_drop(sibling);
    leat_cancel_drop(child);
    MUST(leat_cancel_drop(parent));
}
END_TEST

START_TEST(a_child_of_a_fired_parent_is_born_fired)
{
    static _Alignas(8) unsigned char mem[LEAT_CANCEL_BYTES];
    leat_cancel *parent = token_new();
    leat_cancel *lent = NULL;
    leat_cancel_fire_because(parent, 7);
    leat_cancel *child = child_of(parent);
    MUST(leat_cancel_check(child));
    SAME(leat_cancel_reason(child), 7);
    RC(leat_cancel_child_in(&lent, child, mem, sizeof mem, NULL, NULL), 0);
    MUST(leat_cancel_check(lent));
    MUST(leat_cancel_drop(lent));
    leat_cancel_drop(child);
    MUST(leat_cancel_drop(parent));
}
END_TEST

START_TEST(waits_of_the_whole_tree_end)
{
    enum { N = 6 };
    leat_cancel *token[N];
    struct waiter w[N];
    token[0] = token_new();
    for (size_t i = 1; i < N; i++)
        token[i] = child_of(token[(i - 1) / 2]);
    for (size_t i = 0; i < N; i++)
        wait_start(&w[i], token[i], leat_forever());
    for (size_t i = 0; i < N; i++)
        t_wait_carried(token[i], 1);
    leat_cancel_fire(token[0]);
    for (size_t i = 0; i < N; i++)
        RC(wait_end(&w[i]), 0);
    for (size_t i = N; i-- > 0;)
        leat_cancel_drop(token[i]);
}
END_TEST

START_TEST(a_grandchild_fires_though_the_child_was_dropped)
{
    for (int keeps = 0; keeps < 2; keeps++) {
        leat_cancel *parent = token_new();
        leat_cancel *child = child_of(parent);
        leat_cancel *grandchild = child_of(child);
        struct waiter w;
        wait_start(&w, grandchild, leat_forever());
        t_wait_carried(grandchild, 1);
        MUST(!leat_cancel_drop(child));
        leat_cancel_fire(parent);
        if (!keeps)
            MUST(!leat_cancel_drop(parent));
        RC(wait_end(&w), 0);
        MUST(leat_cancel_drop(grandchild));
        if (keeps)
            MUST(leat_cancel_drop(parent));
    }
}
END_TEST

START_TEST(firing_reaches_all_below_and_nobody_else)
{
    enum { PARENT, TOKEN, SIBLING, BELOW, N = 8 };
    /* TOKEN is fired; its children are 3 and 4, of 3 are 5 and 6, of 5 is 7 */
    static const int above[N] = {0, PARENT, PARENT, TOKEN, TOKEN, 3, 3, 5};
    leat_cancel *token[N];
    struct waiter w[N];
    for (int i = 0; i < N; i++) {
        token[i] = i == PARENT ? token_new() : child_of(token[above[i]]);
        wait_start(&w[i], token[i], leat_forever());
        t_wait_carried(token[i], 1);
    }
    leat_cancel_fire(token[TOKEN]);
    for (int i = 0; i < N; i++) {
        bool fired = i == TOKEN || i >= BELOW;
        SAME(leat_cancel_check(token[i]), fired);
        t_wait_carried(token[i], fired ? 0 : 1);
        if (fired)
            RC(wait_end(&w[i]), 0);
    }
    leat_cancel_fire(token[PARENT]);
    RC(wait_end(&w[PARENT]), 0);
    RC(wait_end(&w[SIBLING]), 0);
    for (int i = 0; i < N; i++)
        leat_cancel_drop(token[i]);
}
END_TEST

/* ---- owners ------------------------------------------------------------------------- */

static void note_gone(void *arg)
{
    ++*(int *)arg;
}

START_TEST(a_child_keeps_its_parent)
{
    static _Alignas(8) unsigned char mem[LEAT_CANCEL_BYTES];
    leat_cancel *parent = NULL;
    int gone = 0;
    RC(leat_cancel_new_in(&parent, mem, sizeof mem, note_gone, &gone), 0);
    leat_cancel *child = child_of(parent);
    leat_cancel *grandchild = child_of(child);
    MUST(!leat_cancel_drop(parent));
    MUST(!leat_cancel_drop(child));
    SAME(gone, 0);
    leat_cancel *other = child_of(grandchild);
    MUST(leat_cancel_drop(other));
    SAME(gone, 0);
    MUST(leat_cancel_drop(grandchild));
    SAME(gone, 1);
}
END_TEST

START_TEST(dropping_never_fires)
{
    leat_cancel *parent = token_new();
    leat_cancel *child = child_of(parent);
    leat_cancel *sibling = child_of(parent);
    MUST(leat_cancel_drop(child));
    MUST(!leat_cancel_check(parent) && !leat_cancel_check(sibling));
    MUST(!leat_cancel_drop(parent));
    MUST(!leat_cancel_check(sibling));
    MUST(leat_cancel_drop(sibling));
}
END_TEST

START_TEST(children_go_in_any_order)
{
    enum { N = 40 };
    t_rand chance = t_random(1);
    leat_cancel *parent = token_new();
    leat_cancel *child[N] = {NULL};
    for (int round = 0; round < 2000; round++) {
        size_t i = t_below(&chance, N);
        if (child[i] == NULL) {
            child[i] = child_of(parent);
        } else {
            MUST(!leat_cancel_check(child[i]));
            MUST(leat_cancel_drop(child[i]));
            child[i] = NULL;
        }
    }
    leat_cancel_fire(parent);
    for (size_t i = 0; i < N; i++) {
        if (child[i] != NULL) {
            MUST(leat_cancel_check(child[i]));
            MUST(leat_cancel_drop(child[i]));
        }
    }
    MUST(leat_cancel_drop(parent));
}
END_TEST

START_TEST(memory_of_ones_own_has_to_be_enough)
{
    static unsigned char mem[LEAT_CANCEL_BYTES + 1];
    leat_cancel *parent = token_new();
    leat_cancel *child = NULL;
    int gone = 0;
    RC(leat_cancel_child_in(&child, parent, mem, LEAT_CANCEL_BYTES - 1, NULL,
                            NULL),
       LEAT_EINVAL);
    MUST(child == NULL);
    RC(leat_cancel_child_in(&child, parent, mem + 1, LEAT_CANCEL_BYTES,
                            note_gone, &gone),
       0); /* at any alignment */
    leat_cancel_fire(parent);
    MUST(leat_cancel_check(child));
    MUST(leat_cancel_drop(child));
    SAME(gone, 1);
    MUST(leat_cancel_drop(parent));
}
END_TEST

/* ---- large trees ---------------------------------------------------------------------- */

START_TEST(ten_thousand_children_fire)
{
    enum { N = 10000 };
    static leat_cancel *child[N];
    leat_cancel *parent = token_new();
    for (size_t i = 0; i < N; i++)
        child[i] = child_of(parent);
    leat_cancel_fire_because(parent, 3);
    for (size_t i = 0; i < N; i++)
        SAME(leat_cancel_reason(child[i]), 3);
    for (size_t i = 0; i < N; i++)
        MUST(leat_cancel_drop(child[i]));
    MUST(leat_cancel_drop(parent));
}
END_TEST

/* Links, not frames of a stack: firing, deadlines and drops go down and up a chain. */
START_TEST(a_chain_of_a_hundred_thousand_fires_and_goes)
{
    enum { N = 100000 };
    static leat_cancel *chain[N];
    for (int fires = 0; fires < 2; fires++) {
        chain[0] = token_new();
        for (size_t i = 1; i < N; i++)
            chain[i] = child_of(chain[i - 1]);
        leat_cancel_fire_at(chain[0], far_ns());
        MUST(leat_cancel_deadline_ns(chain[N - 1]) != INT64_MAX);
        if (fires)
            leat_cancel_fire(chain[0]);
        SAME(leat_cancel_check(chain[N - 1]), fires);
        for (size_t i = 0; i < N - 1; i++)
            MUST(!leat_cancel_drop(chain[i]));
        MUST(leat_cancel_drop(chain[N - 1]));
    }
}
END_TEST

/* ---- many at once ---------------------------------------------------------------------- */

enum { LEAVES = 300 };
static leat_cancel *leaves[LEAVES];

static void *fire_and_look(void *parent)
{
    leat_cancel_fire(parent);
    for (size_t i = 0; i < LEAVES; i++)
        MUST(leat_cancel_check(leaves[i])); /* complete when it returns */
    return NULL;
}

START_TEST(each_of_many_firings_is_complete_when_it_returns)
{
    enum { N = 3 };
    for (unsigned round = 0; round < t_scaled(100); round++) {
        leat_cancel *parent = token_new();
        pthread_t thread[N];
        for (size_t i = 0; i < LEAVES; i++)
            leaves[i] = child_of(i % 3 != 0 ? leaves[i - 1] : parent);
        for (int i = 0; i < N; i++)
            thread[i] = t_spawn(fire_and_look, parent);
        for (int i = 0; i < N; i++)
            t_join(thread[i]);
        for (size_t i = 0; i < LEAVES; i++)
            leat_cancel_drop(leaves[i]);
        MUST(leat_cancel_drop(parent));
    }
}
END_TEST

static void *come_and_go(void *arg)
{
    leat_cancel *mine = arg;
    uint64_t n = 0;
    while (!leat_cancel_check(mine)) {
        leat_cancel *child = child_of(mine);
        leat_cancel *grandchild = child_of(child);
        leat_cancel_drop(child);
        leat_cancel_drop(grandchild);
        n++;
    }
    leat_cancel *late = child_of(mine);
    MUST(leat_cancel_check(late));
    leat_cancel_drop(late);
    leat_cancel_drop(mine);
    return (void *)(uintptr_t)n;
}

START_TEST(children_come_and_go_while_it_fires)
{
    enum { N = 3 };
    for (unsigned round = 0; round < t_scaled(30); round++) {
        leat_cancel *parent = token_new();
        pthread_t thread[N];
        for (int i = 0; i < N; i++)
            thread[i] = t_spawn(come_and_go, child_of(parent));
        leat__os_nap();
        leat_cancel_fire(parent);
        for (int i = 0; i < N; i++)
            t_join(thread[i]);
        MUST(leat_cancel_drop(parent));
    }
}
END_TEST

static void *fire_it(void *token)
{
    leat_cancel_fire(token);
    MUST(leat_cancel_check(token));
    return NULL;
}

START_TEST(each_token_of_a_tree_is_fired_at_once)
{
    enum { N = 21 }; /* four children each */
    for (unsigned round = 0; round < t_scaled(20); round++) {
        leat_cancel *token[N];
        pthread_t thread[N];
        for (size_t i = 0; i < N; i++)
            token[i] = i == 0 ? token_new() : child_of(token[(i - 1) / 4]);
        for (size_t i = 0; i < N; i++)
            thread[i] = t_spawn(fire_it, token[(i * 13 + round) % N]);
        for (size_t i = 0; i < N; i++)
            RC(leat_cancel_wait(token[i], leat_forever()), 0);
        for (size_t i = 0; i < N; i++)
            t_join(thread[i]);
        for (size_t i = 0; i < N; i++)
            leat_cancel_drop(token[i]);
    }
}
END_TEST

/* Any of the layers above the last ends it: by hand, or when it is due. */
START_TEST(any_layer_ends_the_last)
{
    enum { N = 30 };
    t_rand chance = t_random(2);
    for (int due = 0; due < 2; due++) {
        leat_cancel *layer[N];
        int64_t at_ns = soon_ns();
        for (size_t i = 0; i < N; i++) {
            layer[i] = i == 0 ? token_new() : child_of(layer[i - 1]);
            if (t_below(&chance, 3) == 0)
                leat_cancel_fire_at(layer[i], far_ns());
        }
        MUST(!leat_cancel_check(layer[N - 1]));
        size_t i = t_below(&chance, N);
        if (due)
            leat_cancel_fire_at(layer[i], at_ns);
        else
            leat_cancel_fire(layer[i]);
        RC(leat_cancel_wait(layer[N - 1], leat_forever()), 0);
        MUST(!due || leat_now_ns() >= at_ns);
        MUST(i == 0 || !leat_cancel_check(layer[i - 1]));
        for (i = 0; i < N; i++)
            leat_cancel_drop(layer[i]);
    }
}
END_TEST

/* ---- why ---------------------------------------------------------------------------------- */

START_TEST(the_first_reason_stays)
{
    leat_cancel *parent = token_new();
    leat_cancel *child = child_of(parent);
    leat_cancel *late = child_of(parent);
    SAME(leat_cancel_reason(parent), 0);
    SAME(leat_cancel_reason(NULL), 0);
    leat_cancel_fire_because(child, 5);
    SAME(leat_cancel_reason(child), 5);
    SAME(leat_cancel_reason(parent), 0);
    leat_cancel_fire_because(parent, -9);
    leat_cancel_fire_because(parent, 10);
    leat_cancel_fire(parent);
    SAME(leat_cancel_reason(parent), -9);
    SAME(leat_cancel_reason(late), -9);
    SAME(leat_cancel_reason(child), 5);
    leat_cancel_drop(late);
    leat_cancel_drop(child);
    leat_cancel_drop(parent);
}
END_TEST

START_TEST(fire_alone_gives_no_reason)
{
    leat_cancel *token = token_new();
    leat_cancel_fire(token);
    leat_cancel_fire_because(token, 4);
    SAME(leat_cancel_reason(token), 0);
    leat_cancel_drop(token);
}
END_TEST

static void *fire_with_five(void *token)
{
    leat_cancel_fire_because(token, 5);
    return NULL;
}

START_TEST(who_sees_it_fired_sees_why)
{
    for (unsigned round = 0; round < t_scaled(100); round++) {
        leat_cancel *parent = token_new();
        leat_cancel *child = child_of(parent);
        pthread_t thread = t_spawn(fire_with_five, parent);
        while (!leat_cancel_check(child))
            leat__os_yield();
        SAME(leat_cancel_reason(child), 5);
        RC(leat_cancel_wait(child, leat_nowait()), 0);
        t_join(thread);
        leat_cancel_drop(child);
        leat_cancel_drop(parent);
    }
}
END_TEST

/* ---- guards ------------------------------------------------------------------------------- */

static int leave_early(leat_cancel *token, bool early)
{
    __attribute__((cleanup(leat_cancel_guard_drop))) leat_cancel_guard guard =
        leat_cancel_guard_new(leat_cancel_clone(token));
    if (early)
        return -1;
    leat_cancel_drop(leat_cancel_guard_disarm(&guard));
    return 0;
}

START_TEST(a_guard_fires_unless_disarmed)
{
    leat_cancel *token = token_new();
    SAME(leave_early(token, false), 0);
    MUST(!leat_cancel_check(token));
    leave_early(token, true);
    MUST(leat_cancel_check(token));
    MUST(leat_cancel_drop(token)); /* and gave its owner back, both times */
}
END_TEST

START_TEST(an_empty_guard_does_nothing)
{
    leat_cancel_guard guard = leat_cancel_guard_new(NULL);
    MUST(leat_cancel_guard_disarm(&guard) == NULL);
    leat_cancel_guard_drop(&guard);
    guard = leat_cancel_guard_new(token_new());
    leat_cancel_guard_drop(&guard);
    MUST(guard.token == NULL);
    leat_cancel_guard_drop(&guard);
}
END_TEST

/* ---- misuse --------------------------------------------------------------------------------- */

static void child_of_nothing(void *arg)
{
    leat_cancel *child;
    int rc = leat_cancel_child(&child, arg);
    (void)rc;
}

static void drop_under_a_wait_of_a_child(void *arg)
{
    (void)arg;
    leat_cancel *parent = token_new();
    leat_cancel *child = child_of(parent);
    struct waiter w;
    wait_start(&w, child, leat_forever());
    t_wait_carried(child, 1);
    leat_cancel_drop(child);
}

START_TEST(misuse_aborts)
{
    t_aborts(child_of_nothing, NULL, "leat_cancel");
    t_aborts(drop_under_a_wait_of_a_child, NULL, "still carries the token");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("cancel_tree");
    tcase_add_test(tc, firing_the_parent_fires_the_child);
    tcase_add_test(tc, firing_a_child_fires_nobody_else);
    tcase_add_test(tc, a_child_of_a_fired_parent_is_born_fired);
    tcase_add_test(tc, waits_of_the_whole_tree_end);
    tcase_add_test(tc, a_grandchild_fires_though_the_child_was_dropped);
    tcase_add_test(tc, firing_reaches_all_below_and_nobody_else);
    tcase_add_test(tc, a_child_keeps_its_parent);
    tcase_add_test(tc, dropping_never_fires);
    tcase_add_test(tc, children_go_in_any_order);
    tcase_add_test(tc, memory_of_ones_own_has_to_be_enough);
    tcase_add_test(tc, ten_thousand_children_fire);
    tcase_add_test(tc, a_chain_of_a_hundred_thousand_fires_and_goes);
    tcase_add_test(tc, each_of_many_firings_is_complete_when_it_returns);
    tcase_add_test(tc, children_come_and_go_while_it_fires);
    tcase_add_test(tc, each_token_of_a_tree_is_fired_at_once);
    tcase_add_test(tc, any_layer_ends_the_last);
    tcase_add_test(tc, the_first_reason_stays);
    tcase_add_test(tc, who_sees_it_fired_sees_why);
    tcase_add_test(tc, fire_alone_gives_no_reason);
    tcase_add_test(tc, a_guard_fires_unless_disarmed);
    tcase_add_test(tc, an_empty_guard_does_nothing);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
