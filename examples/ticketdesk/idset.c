/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* idset.c - open addressing with linear probing, at most half full. */
#include "idset.h"

#include <stdbool.h>
#include <stdlib.h>

#define IDSET_SIZE_MIN 1024

/* The entry of the id, or the free one where it belongs. */
static struct idset_entry *idset_find(const struct idset *set, int64_t id)
{
    uint64_t mixed = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);
    size_t at = (size_t)(mixed >> 32) & (set->size - 1);

    while (set->entries[at].id != 0 && set->entries[at].id != id) {
        at = (at + 1) & (set->size - 1);
    }
    return &set->entries[at];
}

static bool idset_grow(struct idset *set)
{
    struct idset bigger = {
        .size = set->size == 0 ? IDSET_SIZE_MIN : set->size * 2,
        .count = set->count,
    };

    bigger.entries = calloc(bigger.size, sizeof(struct idset_entry));
    if (bigger.entries == NULL)
        return false;
    for (size_t i = 0; i < set->size; i++) {
        if (set->entries[i].id != 0)
            *idset_find(&bigger, set->entries[i].id) = set->entries[i];
    }
    free(set->entries);
    *set = bigger;
    return true;
}

int idset_add(struct idset *set, int64_t id, uint64_t line, uint64_t *first)
{
    struct idset_entry *entry;

    if (set->count * 2 >= set->size && !idset_grow(set))
        return -1;
    entry = idset_find(set, id);
    if (entry->id == id) {
        *first = entry->line;
        return 0;
    }
    entry->id = id;
    entry->line = line;
    set->count++;
    return 1;
}

void idset_clear(struct idset *set)
{
    free(set->entries);
    *set = (struct idset){0};
}
