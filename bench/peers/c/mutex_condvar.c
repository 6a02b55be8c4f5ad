/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mutex_condvar.c - the queue that C programmers write by hand: one mutex, a
 * condition variable for each reason to wait, a ring. Unbounded doubles the
 * ring; capacity 0 is a ring of one whose sender waits until it was taken.
 * Signals go out after the unlock, the better of the two habits. */
#include "../../cell.h"

#include <gnu/libc-version.h>
#include <pthread.h>
#include <stdlib.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t not_empty;
    pthread_cond_t not_full;
    pthread_cond_t taken; /* rendezvous only */
    struct cell_msg *ring;
    size_t size; /* cells of the ring */
    size_t head; /* the oldest message */
    size_t count;
    uint64_t puts; /* rendezvous only: messages put and taken */
    uint64_t gets;
    bool unbounded;
    bool rendezvous;
};

static void *make(size_t capacity)
{
    struct queue *q = calloc(1, sizeof *q);

    if (!q)
        cell_fail("out of memory");
    q->unbounded = capacity == CELL_UNBOUNDED;
    q->rendezvous = capacity == 0;
    q->size = q->unbounded ? 64 : q->rendezvous ? 1 : capacity;
    q->ring = malloc(q->size * sizeof *q->ring);
    if (!q->ring || pthread_mutex_init(&q->lock, NULL) != 0 ||
        pthread_cond_init(&q->not_empty, NULL) != 0 ||
        pthread_cond_init(&q->not_full, NULL) != 0 ||
        pthread_cond_init(&q->taken, NULL) != 0)
        cell_fail("a queue cannot be made");
    return q;
}

/* Double a full ring; the messages move to its start. */
static void grow(struct queue *q)
{
    struct cell_msg *ring = malloc(2 * q->size * sizeof *ring);

    if (!ring)
        cell_fail("out of memory");
    for (size_t i = 0; i < q->count; i++)
        ring[i] = q->ring[q->head + i < q->size ? q->head + i
                                                : q->head + i - q->size];
    free(q->ring);
    q->ring = ring;
    q->size *= 2;
    q->head = 0;
}

static void push(struct queue *q, const struct cell_msg *msg)
{
    pthread_mutex_lock(&q->lock);
    if (q->unbounded && q->count == q->size)
        grow(q);
    while (q->count == q->size)
        pthread_cond_wait(&q->not_full, &q->lock);
    size_t at = q->head + q->count;
    q->ring[at < q->size ? at : at - q->size] = *msg;
    q->count++;
    if (q->rendezvous) {
        uint64_t mine = q->puts++;
        pthread_cond_signal(&q->not_empty);
        while (q->gets <= mine)
            pthread_cond_wait(&q->taken, &q->lock);
        pthread_mutex_unlock(&q->lock);
        return;
    }
    pthread_mutex_unlock(&q->lock);
    pthread_cond_signal(&q->not_empty);
}

static void pop(struct queue *q, struct cell_msg *msg)
{
    pthread_mutex_lock(&q->lock);
    while (q->count == 0)
        pthread_cond_wait(&q->not_empty, &q->lock);
    *msg = q->ring[q->head];
    q->head = q->head + 1 < q->size ? q->head + 1 : 0;
    q->count--;
    q->gets++;
    pthread_mutex_unlock(&q->lock);
    if (!q->unbounded)
        pthread_cond_signal(&q->not_full);
    if (q->rendezvous)
        pthread_cond_broadcast(&q->taken);
}

static void send(void *chan, uint64_t first, uint64_t n)
{
    for (uint64_t v = first; v < first + n; v++) {
        struct cell_msg msg;
        cell_write(&msg, v);
        push(chan, &msg);
    }
}

static void recv(void *chan, uint64_t n, struct tally *tally)
{
    for (uint64_t i = 0; i < n; i++) {
        struct cell_msg msg;
        pop(chan, &msg);
        tally->sum += cell_sum(&msg);
        tally->count++;
    }
}

static bool drained(void *chan)
{
    struct queue *q = chan;

    pthread_mutex_lock(&q->lock);
    bool empty = q->count == 0;
    pthread_mutex_unlock(&q->lock);
    return empty;
}

static void drop(void *chan)
{
    struct queue *q = chan;

    pthread_cond_destroy(&q->taken);
    pthread_cond_destroy(&q->not_full);
    pthread_cond_destroy(&q->not_empty);
    pthread_mutex_destroy(&q->lock);
    free(q->ring);
    free(q);
}

static const char *version(void)
{
    return gnu_get_libc_version();
}

int main(int argc, char **argv)
{
    static const struct cell_peer peers[] = {
        {"mutex-condvar",
         "seq 1:1 4:1 4:4 N:N batch ping burst empty make parked", true, make,
         send, recv, drained, drop, version},
        {0},
    };

    return cell_main(peers, argc, argv);
}
