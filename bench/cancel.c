/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cancel.c - leat's cancel tokens as a participant: `leat` from the heap, `leat-in` in
 * memory of the caller's. */
#include "own.h"

#include <leat.h>
#include <stdio.h>

enum { LEAVES = 10000, TOKENS_MAX = 1 + 10 + 100 + LEAVES };

struct tree {
    size_t n;
    leat_cancel *tokens[TOKENS_MAX]; /* a parent before its children */
};

struct room {
    _Alignas(64) unsigned char bytes[LEAT_CANCEL_BYTES];
};

static struct tree tree;
static struct room rooms[TOKENS_MAX];
static bool in_rooms;

static leat_cancel *make_child(leat_cancel *parent)
{
    leat_cancel *token;
    int rc = in_rooms
                 ? leat_cancel_child_in(&token, parent, rooms[tree.n].bytes,
                                        sizeof rooms[tree.n].bytes, NULL, NULL)
                 : leat_cancel_child(&token, parent);

    if (rc < 0)
        cell_fail("leat_cancel_child failed");
    tree.tokens[tree.n++] = token;
    return token;
}

static void make_root(void)
{
    leat_cancel *token;
    int rc = in_rooms ? leat_cancel_new_in(&token, rooms[0].bytes,
                                           sizeof rooms[0].bytes, NULL, NULL)
                      : leat_cancel_new(&token);

    if (rc < 0)
        cell_fail("leat_cancel_new failed");
    tree.tokens[0] = token;
    tree.n = 1;
}

static void make_children(leat_cancel *parent, size_t n)
{
    while (n-- > 0)
        make_child(parent);
}

static void make_flat(void)
{
    make_root();
    make_children(tree.tokens[0], LEAVES);
}

static void make_deep(void)
{
    make_root();
    for (int i = 0; i < 10; i++) {
        leat_cancel *middle = make_child(tree.tokens[0]);
        for (int k = 0; k < 10; k++)
            make_children(make_child(middle), 100);
    }
}

/* Who was made last goes first. */
static void drop_all(void)
{
    while (tree.n > 0) {
        if (!leat_cancel_drop(tree.tokens[--tree.n]))
            cell_fail("a token has owners left");
    }
}

static void check_all(bool fired)
{
    for (size_t i = 0; i < tree.n; i++) {
        if (leat_cancel_check(tree.tokens[i]) != fired)
            cell_fail(fired ? "a token has not fired" : "a token has fired");
    }
}

static int64_t now_ns(void)
{
    return cell_clock_ns(CLOCK_MONOTONIC);
}

static void measure(const struct own_cell *cell, void (*make)(void))
{
    uint64_t trees = cell->messages / LEAVES;
    uint64_t tokens = 0;
    double make_ns = 0;
    double fire_ns = 0;
    double drop_ns = 0;

    if (trees == 0 || cell->messages % LEAVES != 0)
        cell_fail("a tree has ten thousand tokens");
    in_rooms = own_is(cell, "leat-in");
    for (uint64_t i = 0; i < trees; i++) {
        int64_t start = now_ns();
        make();
        make_ns += (double)(now_ns() - start);
        tokens += tree.n;
        check_all(false);
        start = now_ns();
        leat_cancel_fire(tree.tokens[0]);
        fire_ns += (double)(now_ns() - start);
        check_all(true);
        start = now_ns();
        drop_all();
        drop_ns += (double)(now_ns() - start);
    }
    printf("%.2f %.2f %.2f\n", make_ns / (double)tokens,
           fire_ns / (double)tokens, drop_ns / (double)tokens);
}

static void flat(const struct own_cell *cell)
{
    measure(cell, make_flat);
}

static void deep(const struct own_cell *cell)
{
    measure(cell, make_deep);
}

int main(int argc, char **argv)
{
    static const struct own_scenario scenarios[] = {
        {"flat", "leat leat-in", NULL, flat},
        {"deep", "leat leat-in", NULL, deep},
        {0},
    };

    return own_main(scenarios, leat_version(), argc, argv);
}
