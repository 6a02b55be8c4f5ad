/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* compiler.h - what leat asks of the compiler, and nothing else. */
#ifndef LEAT_BASE_COMPILER_H
#define LEAT_BASE_COMPILER_H

#include <stddef.h>
#include <stdint.h>

/* Two lines, because processors fetch lines in pairs: two words that two
 * threads write must not share a pair. */
#define LEAT__CACHELINE 64
#define LEAT__LINE_PAIR 128

#if defined(LEAT_GENMC)
#define LEAT__LIKELY(x)   (x)
#define LEAT__UNLIKELY(x) (x)
#define LEAT__NOINLINE
#define LEAT__INLINE static inline
#define LEAT__NORETURN
#else
#define LEAT__LIKELY(x)   __builtin_expect(!!(x), 1)
#define LEAT__UNLIKELY(x) __builtin_expect(!!(x), 0)
#define LEAT__NOINLINE    __attribute__((noinline))
#define LEAT__INLINE      static inline __attribute__((always_inline))
#define LEAT__NORETURN    __attribute__((noreturn))
#define LEAT__FALLTHROUGH __attribute__((fallthrough))
#endif

/* In a shared library that is loaded late, glibc would allocate a thread's copy of
 * the usual kind at its first use; this kind is there from the start. musl never
 * allocates late, and does not let late libraries have this kind. */
#if defined(__GLIBC__) && !defined(LEAT_GENMC)
#define LEAT__THREAD_LOCAL                                                     \
    _Thread_local __attribute__((tls_model("initial-exec")))
#else
#define LEAT__THREAD_LOCAL _Thread_local
#endif

/* Does a sanitizer want to see each access? */
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define LEAT__SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer) ||     \
    __has_feature(memory_sanitizer)
#define LEAT__SANITIZED 1
#endif
#endif

/* The struct that holds `member` at `ptr`. */
#define LEAT__CONTAINER(ptr, type, member)                                     \
    ((type *)(void *)((unsigned char *)(ptr)-offsetof(type, member)))

/* n rounded up to a power-of-two align. */
static inline size_t leat__round_up(size_t n, size_t align)
{
    return (n + align - 1) & ~(align - 1);
}

#endif
