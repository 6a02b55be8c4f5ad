/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* poison.h - telling the memory checkers which bytes nobody may touch: slots without a
 * message. AddressSanitizer in builds that have it; Valgrind with -DLEAT_VALGRIND=ON.
 * Nothing in other builds. */
#ifndef LEAT_BASE_POISON_H
#define LEAT_BASE_POISON_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define LEAT__ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAT__ASAN 1
#endif
#endif

#if defined(LEAT__ASAN)
#include <sanitizer/asan_interface.h>
#elif defined(LEAT_VALGRIND) && LEAT_VALGRIND
#include <valgrind/memcheck.h>
#endif

static inline void leat__poison(void *mem, size_t bytes)
{
#if defined(LEAT__ASAN)
    __asan_poison_memory_region(mem, bytes);
#elif defined(LEAT_VALGRIND) && LEAT_VALGRIND
    VALGRIND_MAKE_MEM_NOACCESS(mem, bytes);
#else
    (void)mem;
    (void)bytes;
#endif
}

/* Somebody may write there now, and read what was written. */
static inline void leat__unpoison(void *mem, size_t bytes)
{
#if defined(LEAT__ASAN)
    __asan_unpoison_memory_region(mem, bytes);
#elif defined(LEAT_VALGRIND) && LEAT_VALGRIND
    VALGRIND_MAKE_MEM_UNDEFINED(mem, bytes);
#else
    (void)mem;
    (void)bytes;
#endif
}

#endif
