/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mem.c - allocation, in one place. */
#include "base/mem.h"
#include <stdlib.h>

void *leat__mem_alloc(size_t bytes, size_t align)
{
    if (bytes > SIZE_MAX - align)
        return NULL;
#if defined(LEAT_GENMC)
    return malloc(bytes);
#else
    /* aligned_alloc wants a multiple of the alignment */
    return aligned_alloc(align, leat__round_up(bytes, align));
#endif
}

void leat__mem_free(void *mem)
{
    free(mem);
}
