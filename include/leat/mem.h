/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mem.h - where leat's memory comes from.
 *
 * Two ways to have a say. Hooks replace the C library's allocator for the whole
 * process; and each object can be made in memory of your own, by its `_new_in`
 * constructor, with its `_footprint` to say how much that is. An object in memory of
 * your own asks nobody for memory afterwards, but for an unbounded channel, whose
 * blocks come from the allocator as it grows. */
#ifndef LEAT_MEM_H
#define LEAT_MEM_H

#include <leat/api.h>

/* An allocator. Both functions may be called by any thread at any time, hold no lock of
 * leat's, and may use no part of leat. */
typedef struct leat_mem {
    /* bytes > 0 at a multiple of align, a power of two; NULL: there is none */
    void *(*alloc)(size_t bytes, size_t align, void *arg);
    void (*release)(void *mem, void *arg); /* what alloc gave; never NULL */
    void *arg;
} leat_mem;

LEAT_BEGIN_DECLS

/* Take memory from `mem` from now on; NULL: from the C library, as at the start. Copies
 * *mem.
 *
 * aborts    if one of the two functions is NULL
 * blocks    never            allocates  never
 * threads   one, while nothing of leat is in use: before the first object is made, or
 *           after the last is gone
 * since     0.1
 */
LEAT_API void leat_mem_set(const leat_mem *mem);

LEAT_END_DECLS
#endif
