/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_list.c - the intrusive list. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "base/list.h"

enum { N = 5 };

static leat__link head;
static leat__link link_of[N];

static void all_in(void)
{
    leat__list_init(&head);
    for (int i = 0; i < N; i++) {
        link_of[i] = (leat__link){0};
        leat__list_push_back(&head, &link_of[i]);
    }
}

START_TEST(a_new_list_is_empty)
{
    leat__list_init(&head);
    MUST(leat__list_is_empty(&head));
    MUST(leat__list_pop_front(&head) == NULL);
    MUST(leat__list_is_empty(&head));
}
END_TEST

START_TEST(first_in_first_out)
{
    all_in();
    for (int i = 0; i < N; i++) {
        MUST(!leat__list_is_empty(&head));
        MUST(leat__link_is_in(&link_of[i]));
        MUST(leat__list_pop_front(&head) == &link_of[i]);
        MUST(!leat__link_is_in(&link_of[i]));
    }
    MUST(leat__list_is_empty(&head));
}
END_TEST

START_TEST(any_may_leave)
{
    for (int out = 0; out < N; out++) {
        all_in();
        leat__list_remove(&link_of[out]);
        MUST(!leat__link_is_in(&link_of[out]));
        for (int i = 0; i < N; i++) {
            if (i != out)
                MUST(leat__list_pop_front(&head) == &link_of[i]);
        }
        MUST(leat__list_is_empty(&head));
    }
}
END_TEST

START_TEST(who_left_may_come_back)
{
    all_in();
    leat__list_remove(&link_of[0]);
    leat__list_push_back(&head, &link_of[0]);
    for (int i = 1; i < N; i++)
        MUST(leat__list_pop_front(&head) == &link_of[i]);
    MUST(leat__list_pop_front(&head) == &link_of[0]);
}
END_TEST

#if LEAT_DEBUG

static void push_twice(void *arg)
{
    (void)arg;
    all_in();
    leat__list_push_back(&head, &link_of[2]);
}

static void remove_twice(void *arg)
{
    (void)arg;
    all_in();
    leat__list_remove(&link_of[2]);
    leat__list_remove(&link_of[2]);
}

static void remove_from_a_torn_list(void *arg)
{
    (void)arg;
    all_in();
    link_of[1].next = &link_of[3];
    leat__list_remove(&link_of[2]);
}

START_TEST(debug_builds_notice_misuse)
{
    t_aborts(push_twice, NULL, "invariant broken");
    t_aborts(remove_twice, NULL, "invariant broken");
    t_aborts(remove_from_a_torn_list, NULL, "invariant broken");
}
END_TEST

#endif

int main(void)
{
    TCase *tc = t_case("list");
    tcase_add_test(tc, a_new_list_is_empty);
    tcase_add_test(tc, first_in_first_out);
    tcase_add_test(tc, any_may_leave);
    tcase_add_test(tc, who_left_may_come_back);
#if LEAT_DEBUG
    tcase_add_test(tc, debug_builds_notice_misuse);
#endif
    return t_run(tc);
}
