/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* counted.h - an allocator for leat that counts, and refuses on demand: for tests that
 * ask whether something allocates. */
#ifndef LEAT_TESTS_COUNTED_H
#define LEAT_TESTS_COUNTED_H

#include "unit.h"

#include <stdatomic.h>

static atomic_size_t counted_asked;
static atomic_size_t counted_live;
static atomic_bool counted_refuses;

static inline void *counted_alloc(size_t bytes, size_t align, void *arg)
{
    void *mem = NULL;
    (void)arg;
    atomic_fetch_add(&counted_asked, 1);
    if (atomic_load(&counted_refuses))
        return NULL;
    if (posix_memalign(&mem, align < sizeof mem ? sizeof mem : align, bytes) !=
        0)
        return NULL;
    atomic_fetch_add(&counted_live, 1);
    return mem;
}

static inline void counted_release(void *mem, void *arg)
{
    (void)arg;
    atomic_fetch_sub(&counted_live, 1);
    free(mem);
}

/* From here on, in this test; before leat is used. */
static inline void counted_begin(void)
{
    static const leat_mem counted = {counted_alloc, counted_release, NULL};
    leat_mem_set(&counted);
}

#endif
