/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* condvar_before.c - docs/porting.md: a queue of a mutex and two condition
 * variables. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

/* region queue */
enum { ROOM = 8 };

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t not_empty;
    pthread_cond_t not_full;
    int jobs[ROOM];
    unsigned first;
    unsigned count;
    bool closed;
};

static void queue_init(struct queue *q)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->not_empty, &monotonic);
    pthread_cond_init(&q->not_full, &monotonic);
    pthread_condattr_destroy(&monotonic);
    q->first = q->count = 0;
    q->closed = false;
}

static bool queue_put(struct queue *q, int job)
{
    bool open;

    pthread_mutex_lock(&q->lock);
    while (q->count == ROOM && !q->closed)
        pthread_cond_wait(&q->not_full, &q->lock);
    open = !q->closed;
    if (open) {
        q->jobs[(q->first + q->count++) % ROOM] = job;
        pthread_cond_signal(&q->not_empty);
    }
    pthread_mutex_unlock(&q->lock);
    return open;
}

/* 0, ETIMEDOUT, or EPIPE at the end; no deadline: NULL */
static int queue_get(struct queue *q, int *job, const struct timespec *deadline)
{
    int rc = 0;

    pthread_mutex_lock(&q->lock);
    while (q->count == 0 && !q->closed && rc == 0)
        rc = deadline == NULL
                 ? pthread_cond_wait(&q->not_empty, &q->lock)
                 : pthread_cond_timedwait(&q->not_empty, &q->lock, deadline);
    if (q->count > 0) {
        *job = q->jobs[q->first];
        q->first = (q->first + 1) % ROOM;
        q->count--;
        pthread_cond_signal(&q->not_full);
        rc = 0;
    } else if (q->closed) {
        rc = EPIPE;
    }
    pthread_mutex_unlock(&q->lock);
    return rc;
}

static void queue_close(struct queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    pthread_cond_broadcast(&q->not_empty);
    pthread_cond_broadcast(&q->not_full);
    pthread_mutex_unlock(&q->lock);
}

static void queue_destroy(struct queue *q)
{
    pthread_cond_destroy(&q->not_full);
    pthread_cond_destroy(&q->not_empty);
    pthread_mutex_destroy(&q->lock);
}
/* end region */

static struct timespec in_ms(long ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += ms * 1000000;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

/* region use */
static void *work(void *arg)
{
    struct queue *q = arg;
    intptr_t sum = 0;

    for (int job = 0; queue_get(q, &job, NULL) == 0;)
        sum += job;
    return (void *)sum;
}

int main(void)
{
    struct queue q;
    struct timespec deadline = in_ms(20);
    pthread_t workers[2];
    intptr_t sum = 0;
    int job;

    queue_init(&q);
    if (queue_get(&q, &job, &deadline) == ETIMEDOUT)
        puts("no job within 20 ms");
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&workers[i], NULL, work, &q) != 0)
            return 1;
    }
    for (job = 1; job <= 1000; job++) {
        if (!queue_put(&q, job))
            break;
    }
    queue_close(&q);
    for (int i = 0; i < 2; i++) {
        void *part;

        pthread_join(workers[i], &part);
        sum += (intptr_t)part;
    }
    queue_destroy(&q); /* not before the last worker has left it */
    printf("sum %d\n", (int)sum);
    return 0;
}
/* end region */
