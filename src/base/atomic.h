/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* atomic.h - the only user of <stdatomic.h>.
 *
 * Cells are wrapped so that plain access does not compile, and each operation
 * spells its order, so the combinations that leat uses are the functions of this
 * file. Only what is used stands here.
 *
 *   rlx      relaxed             acq   acquire          rel   release
 *   acqrel   both (on a read-modify-write)              sc    sequentially consistent
 *   cas*     strong compare-exchange: on failure *expected has the value seen,
 *            read relaxed. Strong, because each caller decides on a failure.
 *
 * LEAT_SIM makes each operation a scheduling point of the deterministic scheduler
 * (tests/model), which runs this very code. */
#ifndef LEAT_BASE_ATOMIC_H
#define LEAT_BASE_ATOMIC_H

#include "base/compiler.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#if defined(LEAT_SIM)
void leat__sim_point(void);
#define LEAT__POINT() leat__sim_point()
#else
#define LEAT__POINT() ((void)0)
#endif

typedef struct leat__a32 {
    _Atomic(uint32_t) v_;
} leat__a32;
typedef struct leat__az {
    _Atomic(size_t) v_;
} leat__az;
typedef struct leat__ap {
    _Atomic(void *) v_;
} leat__ap;
typedef struct leat__a64 {
    _Alignas(8) _Atomic(int64_t) v_; /* where 32 bits are a word, too */
} leat__a64;

#define LEAT__LOAD(name, cell, T, order)                                       \
    static inline T name(const cell *c)                                        \
    {                                                                          \
        LEAT__POINT();                                                         \
        return atomic_load_explicit(&((cell *)(uintptr_t)c)->v_, order);       \
    }
#define LEAT__STORE(name, cell, T, order)                                      \
    static inline void name(cell *c, T value)                                  \
    {                                                                          \
        LEAT__POINT();                                                         \
        atomic_store_explicit(&c->v_, value, order);                           \
    }
#define LEAT__RMW(name, cell, T, op, order)                                    \
    static inline T name(cell *c, T value)                                     \
    {                                                                          \
        LEAT__POINT();                                                         \
        return op(&c->v_, value, order);                                       \
    }
#define LEAT__CAS(name, cell, T, order)                                        \
    static inline bool name(cell *c, T *expected, T desired)                   \
    {                                                                          \
        LEAT__POINT();                                                         \
        return atomic_compare_exchange_strong_explicit(                        \
            &c->v_, expected, desired, order, memory_order_relaxed);           \
    }

LEAT__LOAD(leat__ld32_rlx, leat__a32, uint32_t, memory_order_relaxed)
LEAT__LOAD(leat__ld32_acq, leat__a32, uint32_t, memory_order_acquire)
LEAT__STORE(leat__st32_rlx, leat__a32, uint32_t, memory_order_relaxed)
LEAT__STORE(leat__st32_rel, leat__a32, uint32_t, memory_order_release)
LEAT__CAS(leat__cas32_rlx, leat__a32, uint32_t, memory_order_relaxed)
LEAT__CAS(leat__cas32_acq, leat__a32, uint32_t, memory_order_acquire)
LEAT__CAS(leat__cas32_rel, leat__a32, uint32_t, memory_order_release)
LEAT__CAS(leat__cas32_acqrel, leat__a32, uint32_t, memory_order_acq_rel)
LEAT__RMW(leat__xchg32_rlx, leat__a32, uint32_t, atomic_exchange_explicit,
          memory_order_relaxed)
LEAT__RMW(leat__xchg32_rel, leat__a32, uint32_t, atomic_exchange_explicit,
          memory_order_release)
LEAT__RMW(leat__add32_rlx, leat__a32, uint32_t, atomic_fetch_add_explicit,
          memory_order_relaxed)
LEAT__RMW(leat__add32_rel, leat__a32, uint32_t, atomic_fetch_add_explicit,
          memory_order_release)
LEAT__RMW(leat__sub32_acqrel, leat__a32, uint32_t, atomic_fetch_sub_explicit,
          memory_order_acq_rel)
LEAT__RMW(leat__or32_rlx, leat__a32, uint32_t, atomic_fetch_or_explicit,
          memory_order_relaxed)
LEAT__RMW(leat__or32_acq, leat__a32, uint32_t, atomic_fetch_or_explicit,
          memory_order_acquire)
LEAT__RMW(leat__or32_rel, leat__a32, uint32_t, atomic_fetch_or_explicit,
          memory_order_release)
LEAT__RMW(leat__or32_acqrel, leat__a32, uint32_t, atomic_fetch_or_explicit,
          memory_order_acq_rel)
LEAT__LOAD(leat__ldz_rlx, leat__az, size_t, memory_order_relaxed)
LEAT__LOAD(leat__ldz_acq, leat__az, size_t, memory_order_acquire)
LEAT__STORE(leat__stz_rlx, leat__az, size_t, memory_order_relaxed)
LEAT__STORE(leat__stz_rel, leat__az, size_t, memory_order_release)
LEAT__RMW(leat__addz_acqrel, leat__az, size_t, atomic_fetch_add_explicit,
          memory_order_acq_rel)
LEAT__RMW(leat__subz_acqrel, leat__az, size_t, atomic_fetch_sub_explicit,
          memory_order_acq_rel)
LEAT__LOAD(leat__ld64_rlx, leat__a64, int64_t, memory_order_relaxed)
LEAT__STORE(leat__st64_rlx, leat__a64, int64_t, memory_order_relaxed)
LEAT__LOAD(leat__ldp_rlx, leat__ap, void *, memory_order_relaxed)
LEAT__LOAD(leat__ldp_acq, leat__ap, void *, memory_order_acquire)
LEAT__STORE(leat__stp_rlx, leat__ap, void *, memory_order_relaxed)
LEAT__STORE(leat__stp_rel, leat__ap, void *, memory_order_release)
LEAT__CAS(leat__casp_rlx, leat__ap, void *, memory_order_relaxed)
LEAT__CAS(leat__casp_rel, leat__ap, void *, memory_order_release)
LEAT__RMW(leat__xchgp_acq, leat__ap, void *, atomic_exchange_explicit,
          memory_order_acquire)
LEAT__RMW(leat__xchgp_acqrel, leat__ap, void *, atomic_exchange_explicit,
          memory_order_acq_rel)

/* Many words of a message that may be written while it is read, each in one or two moves,
 * in order: as loads that acquire, and as stores that release. Where every load and store
 * of the processor is that, two words are moved at once. */
#if defined(__x86_64__) && !defined(LEAT_SIM) && !defined(LEAT_GENMC) &&       \
    !defined(LEAT__SANITIZED)
#define LEAT__WIDE_WORDS 1
static inline void leat__move_wide(void *to, const void *from)
{
    __asm__ volatile("movdqu (%1), %%xmm0\n\tmovdqu %%xmm0, (%0)"
                     :
                     : "r"(to), "r"(from)
                     : "xmm0", "memory");
}
#endif

static inline void leat__ldz_words_acq(size_t *to, const leat__az *from,
                                       size_t words)
{
#if defined(LEAT__WIDE_WORDS)
    for (; words >= 2; words -= 2, to += 2, from += 2)
        leat__move_wide(to, from);
#endif
    for (; words > 0; words--)
        *to++ = leat__ldz_acq(from++);
}

static inline void leat__stz_words_rel(leat__az *to, const void *from,
                                       size_t words)
{
    const unsigned char *bytes = from;
#if defined(LEAT__WIDE_WORDS)
    for (; words >= 2; words -= 2, to += 2, bytes += 2 * sizeof *to)
        leat__move_wide(to, bytes);
#endif
    for (; words > 0; words--, bytes += sizeof *to) {
        size_t word;
        memcpy(&word, bytes, sizeof word);
        leat__stz_rel(to++, word);
    }
}

/* The only stand-alone fences. Store-load ordering (Dekker shapes) only, never to
 * publish data: ThreadSanitizer does not model them. */
static inline void leat__fence_sc(void)
{
    LEAT__POINT();
#if defined(__SANITIZE_THREAD__) && !defined(__clang__)
    /* gcc warns that its sanitizer ignores fences; here nothing depends on it. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wtsan"
    atomic_thread_fence(memory_order_seq_cst);
#pragma GCC diagnostic pop
#else
    atomic_thread_fence(memory_order_seq_cst);
#endif
}

/* Keeps the compiler, not the processor, from moving accesses across. One half
 * of an asymmetric fence; the other half is leat__os_membarrier. */
static inline void leat__fence_compiler(void)
{
    LEAT__POINT();
    atomic_signal_fence(memory_order_seq_cst);
}

/* Tell the processor that this is a spin loop. */
static inline void leat__relax(void)
{
#if defined(LEAT_GENMC)
    /* nothing: the checker knows spin loops by itself */
#elif defined(LEAT_SIM)
    LEAT__POINT();
#elif defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield" ::: "memory");
#else
    __asm__ volatile("" ::: "memory");
#endif
}

#endif
