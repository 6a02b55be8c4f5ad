/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_heap.c - the heap that deadlines are kept in, beside a sorted array. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "base/heap.h"

enum { NODES = 300 };

static leat__heap heap;
static leat__heap_node nodes[NODES];

static void begin(void)
{
    leat__heap_init(&heap);
    for (size_t i = 0; i < NODES; i++)
        leat__heap_node_init(&nodes[i]);
}

START_TEST(an_empty_heap_has_nothing)
{
    begin();
    MUST(heap.root == NULL);
    MUST(!leat__heap_has(&heap, &nodes[0]));
    leat__heap_add(&heap, &nodes[0], 5);
    MUST(leat__heap_has(&heap, &nodes[0]));
    MUST(heap.root == &nodes[0]);
    leat__heap_remove(&heap, &nodes[0]);
    MUST(!leat__heap_has(&heap, &nodes[0]));
    MUST(heap.root == NULL);
}
END_TEST

START_TEST(the_least_comes_first)
{
    static const int64_t keys[] = {7, 3, INT64_MAX, 1, 9, INT64_MIN, 3, 0};
    enum { N = sizeof keys / sizeof keys[0] };
    int64_t last = INT64_MIN;
    begin();
    for (size_t i = 0; i < N; i++)
        leat__heap_add(&heap, &nodes[i], keys[i]);
    for (size_t i = 0; i < N; i++) {
        MUST(heap.root->key >= last);
        last = heap.root->key;
        leat__heap_remove(&heap, heap.root);
    }
    MUST(heap.root == NULL);
}
END_TEST

START_TEST(equal_keys_come_in_the_order_of_adding)
{
    begin();
    for (size_t i = 0; i < NODES; i++)
        leat__heap_add(&heap, &nodes[i], (int64_t)(i % 3));
    for (size_t key = 0; key < 3; key++) {
        for (size_t i = key; i < NODES; i += 3) {
            MUST(heap.root == &nodes[i]);
            leat__heap_remove(&heap, heap.root);
        }
    }
}
END_TEST

/* Which should come first: a look at all of them. */
static const leat__heap_node *least_of(const bool *in)
{
    const leat__heap_node *least = NULL;
    for (size_t i = 0; i < NODES; i++) {
        if (in[i] && (least == NULL || leat__heap_before(&nodes[i], least)))
            least = &nodes[i];
    }
    return least;
}

START_TEST(any_may_be_taken_out)
{
    t_rand chance = t_random(1);
    bool in[NODES] = {false};
    begin();
    for (unsigned n = t_scaled(60000); n > 0; n--) {
        size_t i = t_below(&chance, NODES);
        if (t_below(&chance, 4) == 0 && heap.root != NULL)
            i = (size_t)(heap.root - nodes); /* the first */
        SAME(in[i], leat__heap_has(&heap, &nodes[i]));
        if (in[i])
            leat__heap_remove(&heap, &nodes[i]);
        else
            leat__heap_add(&heap, &nodes[i], (int64_t)t_below(&chance, 100));
        in[i] = !in[i];
        MUST(heap.root == least_of(in));
    }
    while (heap.root != NULL) {
        size_t i = (size_t)(heap.root - nodes);
        leat__heap_remove(&heap, heap.root);
        in[i] = false;
        MUST(heap.root == least_of(in));
    }
    MUST(least_of(in) == NULL);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("heap");
    tcase_add_test(tc, an_empty_heap_has_nothing);
    tcase_add_test(tc, the_least_comes_first);
    tcase_add_test(tc, equal_keys_come_in_the_order_of_adding);
    tcase_add_test(tc, any_may_be_taken_out);
    return t_run(tc);
}
