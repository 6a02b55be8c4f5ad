/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* memory.h - leat's allocations, counted, and refused on demand.
 *
 * leat allocates with posix_memalign in one place; the linker sends those calls,
 * and free, through here. Only leat's blocks are counted: nothing else in a test
 * program calls posix_memalign. */
#ifndef LEAT_TESTS_MEMORY_H
#define LEAT_TESTS_MEMORY_H

#include <stddef.h>

/* Refuse `times` allocations after letting `first` more through. */
void memory_refuse(size_t first, size_t times);
#define MEMORY_FOR_EVER ((size_t)-1)

/* Refuse nothing, and count from zero again. */
void memory_relent(void);

size_t memory_asked(void);   /* allocations asked for since then */
size_t memory_refused(void); /* of which refused */
size_t memory_live(void);    /* blocks that leat has now */
size_t memory_peak(void);    /* and at most had, since then */
size_t memory_bytes(void);   /* bytes in them */

#endif
