/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* idset.h - the ids seen so far, and the line where each was first. */
#ifndef TICKETDESK_IDSET_H
#define TICKETDESK_IDSET_H

#include <stddef.h>
#include <stdint.h>

struct idset_entry {
    int64_t id; /* 0: free */
    uint64_t line;
};

/* All zero is an empty set. */
struct idset {
    struct idset_entry *entries;
    size_t size; /* a power of two, or 0 */
    size_t count;
};

/* Add an id (not 0).
 *
 * returns   1   it is new
 *           0   it was there, and *first is its line
 *          -1   no memory; nothing changed */
int idset_add(struct idset *set, int64_t id, uint64_t line, uint64_t *first);

void idset_clear(struct idset *set);

#endif
