/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* heap.h - an intrusive heap: whose key is the least?
 *
 * A pairing heap (Fredman, Sedgewick, Sleator, Tarjan, "The pairing heap: a new form
 * of self-adjusting heap", Algorithmica 1986): a tree in which no child comes before
 * its parent. Adding is one comparison; taking out pairs up the children of what is
 * taken out, which is logarithmic on average. It fits deadlines, most of which are
 * taken out before they pass, far from the root and with few children.
 *
 * Nodes live in the storage of whoever is in the heap. Equal keys come out in the
 * order in which they went in. No locking: the owner of the heap says who may. */
#ifndef LEAT_BASE_HEAP_H
#define LEAT_BASE_HEAP_H

#include "base/assert.h"
#include <stdbool.h>

typedef struct leat__heap_node {
    struct leat__heap_node *child; /* the first */
    struct leat__heap_node *next;  /* sibling */
    struct leat__heap_node
        *prev; /* sibling, or of the first child its parent */
    int64_t key;
    uint64_t turn; /* tells equal keys apart */
} leat__heap_node;

typedef struct leat__heap {
    leat__heap_node *root; /* NULL: empty */
    uint64_t turns;
} leat__heap;

static inline void leat__heap_init(leat__heap *heap)
{
    heap->root = NULL;
    heap->turns = 0;
}

/* A node that is in no heap. */
static inline void leat__heap_node_init(leat__heap_node *node)
{
    node->child = NULL;
    node->next = NULL;
    node->prev = NULL;
}

static inline bool leat__heap_has(const leat__heap *heap,
                                  const leat__heap_node *node)
{
    return heap->root == node || node->prev != NULL;
}

static inline bool leat__heap_before(const leat__heap_node *a,
                                     const leat__heap_node *b)
{
    return a->key != b->key ? a->key < b->key : a->turn < b->turn;
}

/* One tree of two: the later root becomes the other's first child. Roots have no
 * sibling and no prev. */
static inline leat__heap_node *leat__heap_meld(leat__heap_node *a,
                                               leat__heap_node *b)
{
    if (a == NULL)
        return b;
    if (b == NULL)
        return a;
    if (leat__heap_before(b, a)) {
        leat__heap_node *late = a;
        a = b;
        b = late;
    }
    b->next = a->child;
    b->prev = a;
    if (a->child != NULL)
        a->child->prev = b;
    a->child = b;
    return a;
}

/* Take the first of a row of siblings out of it, as a tree of its own. */
static inline leat__heap_node *leat__heap_shift(leat__heap_node **row)
{
    leat__heap_node *first = *row;
    if (first != NULL) {
        *row = first->next;
        first->next = NULL;
        first->prev = NULL;
    }
    return first;
}

/* One tree of a row of siblings: in pairs from the left, then all from the right. */
static inline leat__heap_node *leat__heap_meld_row(leat__heap_node *row)
{
    leat__heap_node *pairs = NULL; /* the last pair first, linked by next */
    leat__heap_node *tree = NULL;
    while (row != NULL) {
        leat__heap_node *a = leat__heap_shift(&row);
        leat__heap_node *b = leat__heap_shift(&row);
        leat__heap_node *pair = leat__heap_meld(a, b);
        pair->next = pairs;
        pairs = pair;
    }
    while (pairs != NULL)
        tree = leat__heap_meld(tree, leat__heap_shift(&pairs));
    return tree;
}

static inline void leat__heap_add(leat__heap *heap, leat__heap_node *node,
                                  int64_t key)
{
    LEAT_ASSERT(!leat__heap_has(heap, node));
    leat__heap_node_init(node);
    node->key = key;
    node->turn = heap->turns++;
    heap->root = leat__heap_meld(heap->root, node);
}

/* pre: it is in this heap */
static inline void leat__heap_remove(leat__heap *heap, leat__heap_node *node)
{
    LEAT_ASSERT(leat__heap_has(heap, node));
    leat__heap_node *below = leat__heap_meld_row(node->child);
    if (node == heap->root) {
        heap->root = below;
    } else {
        if (node->prev->child == node)
            node->prev->child = node->next;
        else
            node->prev->next = node->next;
        if (node->next != NULL)
            node->next->prev = node->prev;
        heap->root = leat__heap_meld(heap->root, below);
    }
    leat__heap_node_init(node);
}

#endif
