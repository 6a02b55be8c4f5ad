/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mem.c - allocation, in one place. */
#define _GNU_SOURCE 1
#include "base/mem.h"
#include "base/assert.h"

#include <leat/mem.h>
#include <stdlib.h>

#if defined(LEAT_GENMC)

/* the checker has an allocator of its own, which it has to see called */

void *leat__mem_alloc(size_t bytes, size_t align)
{
    (void)align;
    return malloc(bytes);
}

void leat__mem_free(void *mem)
{
    free(mem);
}

#else

static void *libc_alloc(size_t bytes, size_t align, void *arg)
{
    (void)arg;
    void *mem;
    /* not aligned_alloc: with that, the size has to be a multiple of the alignment */
    if (align < sizeof mem)
        align = sizeof mem;
    return posix_memalign(&mem, align, bytes) == 0 ? mem : NULL;
}

static void libc_release(void *mem, void *arg)
{
    (void)arg;
    free(mem);
}

/* Written while nothing of leat is in use, see the header. */
static leat_mem allocator = {libc_alloc, libc_release, NULL};
bool leat__mem_hooked;

void leat_mem_set(const leat_mem *mem)
{
    static const leat_mem libc = {libc_alloc, libc_release, NULL};
    LEAT_CHECK(mem == NULL || (mem->alloc != NULL && mem->release != NULL),
               "leat_mem_set: an allocator has two functions");
    allocator = mem == NULL ? libc : *mem;
    leat__mem_hooked = mem != NULL;
}

void *leat__mem_alloc(size_t bytes, size_t align)
{
    if (bytes > SIZE_MAX - align)
        return NULL;
    return allocator.alloc(bytes, align, allocator.arg);
}

void leat__mem_free(void *mem)
{
    if (mem != NULL)
        allocator.release(mem, allocator.arg);
}

#endif

void leat__mem_free_libc(void *mem)
{
    free(mem);
}

void *leat__mem_within(void *mem, size_t mem_bytes, size_t bytes, size_t align)
{
    size_t skip = (size_t)(-(uintptr_t)mem & (align - 1));
    if (mem_bytes < skip || mem_bytes - skip < bytes)
        return NULL;
    return (unsigned char *)mem + skip;
}
