/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* threads.c - see threads.h. */
#define _GNU_SOURCE 1
#include "threads.h"

#include <pthread.h>
#include <stdatomic.h>

typedef void *start_fn(void *);
int __real_pthread_create(pthread_t *id, const pthread_attr_t *attr,
                          start_fn *fn, void *arg);
int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attr,
                          start_fn *fn, void *arg);
int __real_pthread_join(pthread_t id, void **result);
int __wrap_pthread_join(pthread_t id, void **result);
int __real_pthread_detach(pthread_t id);
int __wrap_pthread_detach(pthread_t id);

static atomic_int refuse_with;
static atomic_size_t created;
static atomic_size_t joined;
static atomic_size_t detached;

int __wrap_pthread_create(pthread_t *id, const pthread_attr_t *attr,
                          start_fn *fn, void *arg)
{
    int error = atomic_load(&refuse_with);
    if (error == 0)
        error = __real_pthread_create(id, attr, fn, arg);
    if (error == 0)
        atomic_fetch_add(&created, 1);
    return error;
}

int __wrap_pthread_join(pthread_t id, void **result)
{
    atomic_fetch_add(&joined, 1);
    return __real_pthread_join(id, result);
}

int __wrap_pthread_detach(pthread_t id)
{
    atomic_fetch_add(&detached, 1);
    return __real_pthread_detach(id);
}

void threads_refuse(int error)
{
    atomic_store(&refuse_with, error);
}

size_t threads_created(void)
{
    return atomic_load(&created);
}

size_t threads_joined(void)
{
    return atomic_load(&joined);
}

size_t threads_detached(void)
{
    return atomic_load(&detached);
}
