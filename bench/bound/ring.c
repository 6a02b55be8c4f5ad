/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ring.c - see ring.h. */
#include "ring.h"

#include <string.h>

enum { COPY_WORDS = 65536 / 8 };

static inline void lock(_Atomic uint32_t *word)
{
    while (atomic_exchange_explicit(word, 1, memory_order_acquire) != 0)
        bound_relax();
}

static inline void unlock(_Atomic uint32_t *word)
{
    atomic_store_explicit(word, 0, memory_order_release);
}

static inline void write_message(uint64_t *to, size_t words, uint64_t value)
{
    for (size_t i = 0; i < words; i++)
        to[i] = value;
}

static inline uint64_t read_message(const uint64_t *from, size_t words)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < words; i++)
        sum += from[i];
    return sum;
}

static inline uint64_t *place(struct ring *ring, uint64_t at, size_t words)
{
    return &ring->words[(at & (ring->size - 1)) * words];
}

static inline void put(struct ring *ring, uint64_t from, uint64_t to,
                       size_t words, uint64_t step, bool locked)
{
    uint64_t head = 0; /* no newer than the real one */

    for (uint64_t tail = from; tail < to; tail += step) {
        if (locked)
            lock(&ring->tx_lock);
        while (tail + step - head > ring->size)
            head = atomic_load_explicit(&ring->head, memory_order_acquire);
        for (uint64_t i = 0; i < step; i++)
            write_message(place(ring, tail + i, words), words, tail + i + 1);
        atomic_store_explicit(&ring->tail, tail + step, memory_order_release);
        if (locked)
            unlock(&ring->tx_lock);
    }
}

static inline uint64_t get(struct ring *ring, uint64_t from, uint64_t to,
                           size_t words, uint64_t step, bool locked)
{
    uint64_t tail = 0;
    uint64_t sum = 0;

    for (uint64_t head = from; head < to; head += step) {
        if (locked)
            lock(&ring->rx_lock);
        while (tail < head + step)
            tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        for (uint64_t i = 0; i < step; i++)
            sum += read_message(place(ring, head + i, words), words);
        atomic_store_explicit(&ring->head, head + step, memory_order_release);
        if (locked)
            unlock(&ring->rx_lock);
    }
    return sum;
}

/* The compiler makes loops of its own for each shape. */
#define SHAPE(name, words, step, locked)                                       \
    static void put_##name(struct ring *ring, uint64_t from, uint64_t to)      \
    {                                                                          \
        put(ring, from, to, words, step, locked);                              \
    }                                                                          \
    static uint64_t get_##name(struct ring *ring, uint64_t from, uint64_t to)  \
    {                                                                          \
        return get(ring, from, to, words, step, locked);                       \
    }                                                                          \
    const struct ring_shape ring_##name = {words, step, put_##name, get_##name};

SHAPE(8, 1, 1, false)
SHAPE(8_locked, 1, 1, true)
SHAPE(64x8, 1, 64, false)
SHAPE(64x8_locked, 1, 64, true)
SHAPE(32, 4, 1, false)
SHAPE(32_locked, 4, 1, true)
SHAPE(64, 8, 1, false)
SHAPE(256, 32, 1, false)
SHAPE(256_locked, 32, 1, true)
SHAPE(512, 64, 1, false)
SHAPE(4096, 512, 1, false)
SHAPE(65536, 8192, 1, false)

/* ---- large messages, copied --------------------------------------------------------- */

static inline void copy_in(struct ring *ring, uint64_t from, uint64_t to,
                           size_t words)
{
    static uint64_t message[COPY_WORDS];
    uint64_t head = 0;

    for (uint64_t tail = from; tail < to; tail++) {
        while (tail + 1 - head > ring->size)
            head = atomic_load_explicit(&ring->head, memory_order_acquire);
        message[0] = tail + 1;
        memcpy(place(ring, tail, words), message, words * sizeof *message);
        atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
    }
}

/* The rest of a message is 0, so its first word times words is what the others sum. */
static inline uint64_t copy_out(struct ring *ring, uint64_t from, uint64_t to,
                                size_t words)
{
    static uint64_t message[COPY_WORDS];
    uint64_t tail = 0;
    uint64_t sum = 0;

    for (uint64_t head = from; head < to; head++) {
        while (tail < head + 1)
            tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        memcpy(message, place(ring, head, words), words * sizeof *message);
        /* The copy is an effect: nobody may leave the rest of it out. */
        __asm__ volatile("" : : "r"(message) : "memory");
        sum += message[0] * words;
        atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    }
    return sum;
}

#define COPY(name, words)                                                      \
    static void put_##name(struct ring *ring, uint64_t from, uint64_t to)      \
    {                                                                          \
        copy_in(ring, from, to, words);                                        \
    }                                                                          \
    static uint64_t get_##name(struct ring *ring, uint64_t from, uint64_t to)  \
    {                                                                          \
        return copy_out(ring, from, to, words);                                \
    }                                                                          \
    const struct ring_shape ring_##name = {words, 1, put_##name, get_##name};

COPY(copy_4096, 512)
COPY(copy_16384, 2048)
COPY(copy_65536, 8192)

/* ---- a measurement ---------------------------------------------------------------------- */

static void check(const struct ring *ring, uint64_t sum)
{
    uint64_t n = ring->messages;

    if (sum != n * (n + 1) / 2 * ring->shape->words)
        bound_fail("the ring lost a message");
}

static void send_all(void *arg)
{
    struct ring *ring = arg;

    ring->shape->put(ring, 0, ring->messages);
}

static double receive_all(void *arg)
{
    struct ring *ring = arg;
    int64_t start = bound_now_ns();
    uint64_t sum = ring->shape->get(ring, 0, ring->messages);
    double ns = (double)(bound_now_ns() - start);

    check(ring, sum);
    return ns / (double)ring->messages;
}

double ring_across(const struct ring_shape *shape, enum room_kind kind,
                   uint64_t size, uint64_t messages)
{
    double least = 0;

    for (int i = 0; i < BOUND_TRIES; i++) {
        struct room room =
            room_new(kind, size * shape->words * sizeof(uint64_t));
        struct ring ring = {.words = room.words,
                            .size = size,
                            .messages = messages,
                            .shape = shape};
        double ns = bound_beside(send_all, receive_all, &ring);
        least = i == 0 || ns < least ? ns : least;
        room_drop(&room);
    }
    return least;
}

static struct ring_ends alone_once(const struct ring_shape *shape,
                                   enum room_kind kind, uint64_t size,
                                   uint64_t messages)
{
    int64_t put = 0;
    int64_t got = 0;
    uint64_t sum = 0;
    int64_t at = bound_now_ns();
    struct room room = room_new(kind, size * shape->words * sizeof(uint64_t));
    struct ring ring = {.words = room.words,
                        .size = size,
                        .messages = messages,
                        .shape = shape};

    if (kind == ROOM_USED)
        at = bound_now_ns();
    for (uint64_t from = 0; from < messages; from += size) {
        shape->put(&ring, from, from + size);
        int64_t then = bound_now_ns();
        put += then - at;
        sum += shape->get(&ring, from, from + size);
        at = bound_now_ns();
        got += at - then;
    }
    check(&ring, sum);
    room_drop(&room);
    return (struct ring_ends){(double)put / (double)messages,
                              (double)got / (double)messages};
}

struct ring_ends ring_alone(const struct ring_shape *shape, enum room_kind kind,
                            uint64_t size, uint64_t messages)
{
    struct ring_ends least = alone_once(shape, kind, size, messages);

    for (int i = 1; i < BOUND_TRIES; i++) {
        struct ring_ends ends = alone_once(shape, kind, size, messages);
        if (ends.put + ends.get < least.put + least.get)
            least = ends;
    }
    return least;
}
