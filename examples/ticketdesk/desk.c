/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* desk.c - a chained hash table whose nodes are also in a list per status. */
#include "desk.h"

#include <stdlib.h>
#include <string.h>

#define DESK_BUCKETS_MIN 1024 /* a power of two */

struct node {
    struct ticket ticket;
    struct node *hash_next;
    struct node *prev; /* in the list of the ticket's status */
    struct node *next;
};

struct by_status {
    struct node *first;
    struct node *last;
    uint64_t count;
};

struct desk {
    struct node **buckets;
    size_t buckets_count; /* a power of two */
    uint64_t count;
    struct by_status lists[TICKET_STATUSES];
};

struct desk *desk_new(void)
{
    struct desk *desk = calloc(1, sizeof *desk);

    if (desk == NULL)
        return NULL;
    desk->buckets_count = DESK_BUCKETS_MIN;
    desk->buckets = calloc(desk->buckets_count, sizeof(struct node *));
    if (desk->buckets == NULL) {
        free(desk);
        return NULL;
    }
    return desk;
}

void desk_free(struct desk *desk)
{
    if (desk == NULL)
        return;
    for (unsigned i = 0; i < TICKET_STATUSES; i++) {
        struct node *node = desk->lists[i].first;

        while (node != NULL) {
            struct node *next = node->next;

            free(node);
            node = next;
        }
    }
    free(desk->buckets);
    free(desk);
}

/* Multiplicative hashing: ids come in runs, and the high bits of the product
 * spread runs well. */
static size_t desk_bucket(int64_t id, size_t buckets_count)
{
    uint64_t mixed = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);

    return (size_t)(mixed >> 32) & (buckets_count - 1);
}

/* The link that points at the ticket's node, or the NULL link at the end of the
 * chain where it would be. */
static struct node **desk_find(const struct desk *desk, int64_t id)
{
    struct node **link = &desk->buckets[desk_bucket(id, desk->buckets_count)];

    while (*link != NULL && (*link)->ticket.id != id) {
        link = &(*link)->hash_next;
    }
    return link;
}

/* Double the table. Without memory the chains get longer instead, and the next
 * insert tries again. */
static void desk_grow(struct desk *desk)
{
    size_t count = desk->buckets_count * 2;
    struct node **buckets = calloc(count, sizeof(struct node *));

    if (buckets == NULL)
        return;
    for (unsigned i = 0; i < TICKET_STATUSES; i++) {
        for (struct node *n = desk->lists[i].first; n != NULL; n = n->next) {
            struct node **head = &buckets[desk_bucket(n->ticket.id, count)];

            n->hash_next = *head;
            *head = n;
        }
    }
    free(desk->buckets);
    desk->buckets = buckets;
    desk->buckets_count = count;
}

static void desk_append(struct desk *desk, struct node *node)
{
    struct by_status *list = &desk->lists[node->ticket.status];

    node->prev = list->last;
    node->next = NULL;
    if (list->last == NULL) {
        list->first = node;
    } else {
        list->last->next = node;
    }
    list->last = node;
    list->count++;
}

static void desk_unlink(struct desk *desk, struct node *node)
{
    struct by_status *list = &desk->lists[node->ticket.status];

    if (node->prev == NULL) {
        list->first = node->next;
    } else {
        node->prev->next = node->next;
    }
    if (node->next == NULL) {
        list->last = node->prev;
    } else {
        node->next->prev = node->prev;
    }
    list->count--;
}

enum answer desk_insert(struct desk *desk, const struct ticket *ticket)
{
    struct node *node;

    if (!ticket_is_valid(ticket))
        return ANSWER_INVALID;
    if (*desk_find(desk, ticket->id) != NULL)
        return ANSWER_EXISTS;
    node = malloc(sizeof *node);
    if (node == NULL)
        return ANSWER_NO_MEMORY;
    if (desk->count >= desk->buckets_count)
        desk_grow(desk);
    node->ticket = *ticket;
    node->hash_next = NULL;
    *desk_find(desk, ticket->id) = node;
    desk_append(desk, node);
    desk->count++;
    return ANSWER_OK;
}

enum answer desk_get(const struct desk *desk, int64_t id, struct ticket *ticket)
{
    const struct node *node = *desk_find(desk, id);

    if (node == NULL)
        return ANSWER_UNKNOWN;
    *ticket = node->ticket;
    return ANSWER_OK;
}

enum ticket_status desk_status(const struct desk *desk, int64_t id)
{
    const struct node *node = *desk_find(desk, id);

    return node == NULL ? TICKET_STATUSES : node->ticket.status;
}

enum answer desk_patch(struct desk *desk, const struct ticket *ticket,
                       uint32_t patch)
{
    struct node *node = *desk_find(desk, ticket->id);
    struct ticket changed;

    if ((patch & ~PATCH_ALL) != 0)
        return ANSWER_INVALID;
    if (node == NULL)
        return ANSWER_UNKNOWN;
    changed = node->ticket;
    if ((patch & PATCH_STATUS) != 0)
        changed.status = ticket->status;
    if ((patch & PATCH_TITLE) != 0)
        memcpy(changed.title, ticket->title, sizeof changed.title);
    if ((patch & PATCH_DESCRIPTION) != 0) {
        memcpy(changed.description, ticket->description,
               sizeof changed.description);
    }
    if (!ticket_is_valid(&changed))
        return ANSWER_INVALID;
    if (changed.status == node->ticket.status) {
        node->ticket = changed;
    } else {
        desk_unlink(desk, node);
        node->ticket = changed;
        desk_append(desk, node);
    }
    return ANSWER_OK;
}

enum answer desk_delete(struct desk *desk, int64_t id)
{
    struct node **link = desk_find(desk, id);
    struct node *node = *link;

    if (node == NULL)
        return ANSWER_UNKNOWN;
    *link = node->hash_next;
    desk_unlink(desk, node);
    desk->count--;
    free(node);
    return ANSWER_OK;
}

size_t desk_list(const struct desk *desk, enum ticket_status status,
                 int64_t after, int64_t *ids, size_t max)
{
    const struct node *last = *desk_find(desk, after);
    const struct node *node = desk->lists[status].first;
    size_t count = 0;

    if (last != NULL && last->ticket.status == status)
        node = last->next;
    for (; node != NULL && count < max; node = node->next) {
        ids[count++] = node->ticket.id;
    }
    return count;
}

uint64_t desk_count(const struct desk *desk, enum ticket_status status)
{
    return status < TICKET_STATUSES ? desk->lists[status].count : desk->count;
}

static int desk_compare(const void *a, const void *b)
{
    int64_t id_a = (*(const struct ticket *const *)a)->id;
    int64_t id_b = (*(const struct ticket *const *)b)->id;

    return (id_a > id_b) - (id_a < id_b);
}

bool desk_sorted(const struct desk *desk, const struct ticket ***all)
{
    size_t count = 0;
    const struct ticket **tickets =
        calloc(desk->count + 1, sizeof(const struct ticket *));

    if (tickets == NULL)
        return false;
    for (unsigned i = 0; i < TICKET_STATUSES; i++) {
        for (struct node *n = desk->lists[i].first; n != NULL; n = n->next) {
            tickets[count++] = &n->ticket;
        }
    }
    qsort(tickets, count, sizeof(const struct ticket *), desk_compare);
    *all = tickets;
    return true;
}
