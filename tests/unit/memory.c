/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* memory.c - see memory.h. */
#define _GNU_SOURCE 1
#include "memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>

int __real_posix_memalign(void **mem, size_t align, size_t bytes);
int __wrap_posix_memalign(void **mem, size_t align, size_t bytes);
void __real_free(void *mem);
void __wrap_free(void *mem);
void *__real_mmap(void *at, size_t bytes, int protection, int flags, int fd,
                  off_t offset);
void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int fd,
                  off_t offset);
int __real_munmap(void *mem, size_t bytes);
int __wrap_munmap(void *mem, size_t bytes);

enum { BLOCKS = 1 << 18 }; /* a power of two */

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
} blocks[BLOCKS]; /* a hash table, searched upwards; under the mutex */

static size_t home_of(const void *mem)
{
    return (size_t)((uintptr_t)mem / 64 * 0x9e3779b1u) % BLOCKS;
}

/* Where the block is, or where it would be put. */
static size_t find(const void *mem)
{
    size_t at = home_of(mem);
    while (blocks[at].mem != NULL && blocks[at].mem != mem)
        at = (at + 1) % BLOCKS;
    return at;
}

/* Empty a place, and let those that were pushed past it move up. */
static void forget(size_t at)
{
    blocks[at].mem = NULL;
    for (size_t i = (at + 1) % BLOCKS; blocks[i].mem != NULL;
         i = (i + 1) % BLOCKS) {
        size_t to = find(blocks[i].mem);
        if (to == i)
            continue;
        blocks[to] = blocks[i];
        blocks[i].mem = NULL;
    }
}

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
    if (tally.live == BLOCKS / 2) {
        fprintf(stderr, "memory.c: more than %d blocks\n", BLOCKS / 2);
        abort();
    }
    size_t at = find(mem);
    blocks[at].mem = mem;
    blocks[at].bytes = bytes;
    tally.live++;
    tally.bytes += bytes;
    if (tally.live > tally.peak)
        tally.peak = tally.live;
}

int __wrap_posix_memalign(void **mem, size_t align, size_t bytes)
{
    int rc = ENOMEM;
    pthread_mutex_lock(&mutex);
    if (decide() == 0)
        rc = __real_posix_memalign(mem, align, bytes);
    if (rc == 0)
        note(*mem, bytes);
    pthread_mutex_unlock(&mutex);
    return rc;
}

/* It is given back. */
static void strike(const void *mem)
{
    pthread_mutex_lock(&mutex);
    size_t at = find(mem);
    if (mem != NULL && blocks[at].mem == mem) {
        tally.bytes -= blocks[at].bytes;
        tally.live--;
        forget(at);
    }
    pthread_mutex_unlock(&mutex);
}

void __wrap_free(void *mem)
{
    strike(mem);
    __real_free(mem);
}

void *__wrap_mmap(void *at, size_t bytes, int protection, int flags, int fd,
                  off_t offset)
{
    void *mem = MAP_FAILED;
    pthread_mutex_lock(&mutex);
    if (decide() == 0)
        mem = __real_mmap(at, bytes, protection, flags, fd, offset);
    if (mem != MAP_FAILED)
        note(mem, bytes);
    pthread_mutex_unlock(&mutex);
    return mem;
}

int __wrap_munmap(void *mem, size_t bytes)
{
    strike(mem);
    return __real_munmap(mem, bytes);
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
