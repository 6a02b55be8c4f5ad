/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mem.h - where leat's memory comes from, and how messages are copied. */
#ifndef LEAT_BASE_MEM_H
#define LEAT_BASE_MEM_H

#include "base/compiler.h"
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* bytes > 0 of memory at a power-of-two align, or NULL. Nothing is zeroed. */
void *leat__mem_alloc(size_t bytes, size_t align);

/* What leat__mem_alloc gave; NULL does nothing. */
void leat__mem_free(void *mem);

/* Do both come from the C library now? Who keeps a block for later may do so only then, may
 * use it only then, and gives it back by the second of these, whatever is in use. */
#if defined(LEAT_GENMC)
static inline bool leat__mem_is_libc(void)
{
    return true;
}
#else
extern bool leat__mem_hooked; /* written as leat_mem_set is called */
static inline bool leat__mem_is_libc(void)
{
    return !leat__mem_hooked;
}
#endif
void leat__mem_free_libc(void *mem);

/* The first place for bytes at align within mem_bytes at mem; NULL: there is none. */
void *leat__mem_within(void *mem, size_t mem_bytes, size_t bytes, size_t align);

#if defined(LEAT_GENMC)

/* The checker knows no memcpy into allocated memory: words only. And it would find one
 * in a loop over any number of them, so a message there is one word. */
static inline void leat__copy(void *to, const void *from, size_t bytes)
{
    if (bytes != 0)
        *(uint64_t *)to = *(const uint64_t *)from;
}

static inline void leat__copy_read(void *to, const size_t *from, size_t bytes)
{
    leat__copy(to, from, bytes);
}

static inline void leat__copy_bytes(void *to, const void *from, size_t bytes)
{
    (void)to;
    (void)from;
    (void)bytes; /* runs are not for the checker */
}

#else

/* Copy any number of bytes. */
static inline void leat__copy_bytes(void *to, const void *from, size_t bytes)
{
    if (bytes != 0)
        memcpy(to, from, bytes);
}

/* Number i of the words at from, in one move. */
static inline void leat__copy_word(void *to, const void *from, size_t i)
{
    memcpy((unsigned char *)to + i * sizeof(uint64_t),
           (const unsigned char *)from + i * sizeof(uint64_t),
           sizeof(uint64_t));
}

/* What was read into words a moment ago, two at a time: in moves of the same width, which
 * find it in the store buffer. */
static inline void leat__copy_read(void *to, const size_t *from, size_t bytes)
{
    size_t at = 0;
    for (; bytes - at >= 2 * sizeof *from && bytes > at; at += 2 * sizeof *from)
        memcpy((unsigned char *)to + at, (const unsigned char *)from + at,
               2 * sizeof *from);
    if (at < bytes)
        memcpy((unsigned char *)to + at, (const unsigned char *)from + at,
               bytes - at);
}

/* Copy one message. Every byte, padding included; regions do not overlap. Up to eight
 * words go one by one: what the caller wrote a moment ago, word by word, reaches a wider
 * load only when it has left the store buffer. */
static inline void leat__copy(void *to, const void *from, size_t bytes)
{
    if (bytes == sizeof(uint64_t)) {
        leat__copy_word(to, from, 0);
        return;
    }
    /* what is no multiple of a word is too many of them: one comparison for all */
    switch (bytes / sizeof(uint64_t) | bytes << (sizeof bytes * CHAR_BIT - 3)) {
    case 8:
        leat__copy_word(to, from, 7);
        LEAT__FALLTHROUGH;
    case 7:
        leat__copy_word(to, from, 6);
        LEAT__FALLTHROUGH;
    case 6:
        leat__copy_word(to, from, 5);
        LEAT__FALLTHROUGH;
    case 5:
        leat__copy_word(to, from, 4);
        LEAT__FALLTHROUGH;
    case 4:
        leat__copy_word(to, from, 3);
        LEAT__FALLTHROUGH;
    case 3:
        leat__copy_word(to, from, 2);
        LEAT__FALLTHROUGH;
    case 2:
        leat__copy_word(to, from, 1);
        leat__copy_word(to, from, 0);
        break;
    default:
        leat__copy_bytes(to, from, bytes);
    }
}

#endif

#endif
