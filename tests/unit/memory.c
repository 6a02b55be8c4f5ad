/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* memory.c - see memory.h. */
#define _GNU_SOURCE 1
#include "memory.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

void *__real_aligned_alloc(size_t align, size_t bytes);
void *__wrap_aligned_alloc(size_t align, size_t bytes);
void __real_free(void *mem);
void __wrap_free(void *mem);

enum { BLOCKS = 8192 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
    size_t let_through; /* then refuse */
    size_t to_refuse;
    size_t asked;
    size_t refused;
    size_t live;
    size_t peak;
    size_t bytes;
} tally; /* all under the mutex */

static struct {
    void *mem;
    size_t bytes;
} blocks[BLOCKS]; /* the first tally.live are in use; under the mutex */

/* Is this one to be refused? */
static int decide(void)
{
    tally.asked++;
    if (tally.let_through > 0) {
        tally.let_through--;
        return 0;
    }
    if (tally.to_refuse == 0)
        return 0;
    if (tally.to_refuse != MEMORY_FOR_EVER)
        tally.to_refuse--;
    tally.refused++;
    return 1;
}

static void note(void *mem, size_t bytes)
{
    if (tally.live == BLOCKS) {
        fprintf(stderr, "memory.c: more than %d blocks\n", BLOCKS);
        abort();
    }
    blocks[tally.live].mem = mem;
    blocks[tally.live].bytes = bytes;
    tally.live++;
    tally.bytes += bytes;
    if (tally.live > tally.peak)
        tally.peak = tally.live;
}

void *__wrap_aligned_alloc(size_t align, size_t bytes)
{
    void *mem = NULL;
    pthread_mutex_lock(&mutex);
    if (decide() == 0)
        mem = __real_aligned_alloc(align, bytes);
    if (mem != NULL)
        note(mem, bytes);
    pthread_mutex_unlock(&mutex);
    return mem;
}

void __wrap_free(void *mem)
{
    pthread_mutex_lock(&mutex);
    for (size_t i = tally.live; mem != NULL && i-- > 0;) {
        if (blocks[i].mem != mem)
            continue;
        tally.bytes -= blocks[i].bytes;
        tally.live--;
        blocks[i] = blocks[tally.live];
        break;
    }
    pthread_mutex_unlock(&mutex);
    __real_free(mem);
}

void memory_refuse(size_t first, size_t times)
{
    pthread_mutex_lock(&mutex);
    tally.let_through = first;
    tally.to_refuse = times;
    pthread_mutex_unlock(&mutex);
}

void memory_relent(void)
{
    pthread_mutex_lock(&mutex);
    tally.let_through = 0;
    tally.to_refuse = 0;
    tally.asked = 0;
    tally.refused = 0;
    tally.peak = tally.live;
    pthread_mutex_unlock(&mutex);
}

static size_t read_under_mutex(const size_t *field)
{
    pthread_mutex_lock(&mutex);
    size_t value = *field;
    pthread_mutex_unlock(&mutex);
    return value;
}

size_t memory_asked(void)
{
    return read_under_mutex(&tally.asked);
}

size_t memory_refused(void)
{
    return read_under_mutex(&tally.refused);
}

size_t memory_live(void)
{
    return read_under_mutex(&tally.live);
}

size_t memory_peak(void)
{
    return read_under_mutex(&tally.peak);
}

size_t memory_bytes(void)
{
    return read_under_mutex(&tally.bytes);
}
