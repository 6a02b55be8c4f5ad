/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* witness.h - what a subscriber has seen of the changes.
 *
 * Changes are numbered, so a subscriber can tell by itself how many it has not seen.
 * leat counts the same (leat_rx_missed), and the account compares. */
#ifndef TICKETDESK_WITNESS_H
#define TICKETDESK_WITNESS_H

#include "changes.h"

struct witness {
    uint64_t seen;
    uint64_t missed; /* as leat has counted them */
    uint64_t gaps;   /* as the numbers tell: of those that should have come */
    uint64_t misplaced; /* twice, or in the wrong order */
    uint64_t last;      /* the highest number seen */
};

static inline void witness_note(struct witness *witness,
                                const struct change *change)
{
    witness->seen++;
    if (change->number <= witness->last) {
        witness->misplaced++;
        return;
    }
    witness->gaps += change->number - witness->last - 1;
    witness->last = change->number;
}

#endif
