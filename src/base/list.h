/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* list.h - an intrusive, circular, doubly linked list.
 *
 * A head is a link that points at itself when the list is empty. A link that is
 * in no list has next == NULL, so that "is it still enlisted?" is a question. No
 * locking: the owner of the head says which lock guards it. */
#ifndef LEAT_BASE_LIST_H
#define LEAT_BASE_LIST_H

#include "base/assert.h"
#include <stdbool.h>

typedef struct leat__link {
    struct leat__link *next;
    struct leat__link *prev;
} leat__link;

static inline void leat__list_init(leat__link *head)
{
    head->next = head;
    head->prev = head;
}

static inline bool leat__list_is_empty(const leat__link *head)
{
    return head->next == head;
}

static inline bool leat__link_is_in(const leat__link *link)
{
    return link->next != NULL;
}

static inline void leat__list_push_back(leat__link *head, leat__link *link)
{
    LEAT_ASSERT(!leat__link_is_in(link));
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

static inline void leat__list_remove(leat__link *link)
{
    LEAT_ASSERT(leat__link_is_in(link));
    LEAT_ASSERT(link->prev->next == link && link->next->prev == link);
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = NULL;
    link->prev = NULL;
}

/* The first link, taken out; NULL if the list is empty. */
static inline leat__link *leat__list_pop_front(leat__link *head)
{
    if (leat__list_is_empty(head))
        return NULL;
    leat__link *first = head->next;
    leat__list_remove(first);
    return first;
}

#endif
