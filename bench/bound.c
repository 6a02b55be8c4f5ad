/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* bound.c - the floors of this machine: what no channel can be faster than.
 *
 * Links nothing but libc. Two-thread measurements pin the threads to the first
 * two processors that the process may use, because they ask what *the other
 * core* costs; with one processor they are left out. Prints one line a floor:
 * nanoseconds, a tab, its name.
 *
 * The ring is the least that passes a message: no waiting protocol, no close,
 * one producer and one consumer that spin. What a channel adds to it is the
 * price of being a channel. */
#define _GNU_SOURCE 1
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    LINE = 128, /* two cache lines: neighbours are fetched in pairs */
    LOOPS = 2000000,
    ROUND_TRIPS = 100000,
    WAKES = 101,
    MESSAGES = 2000000,
    MESSAGES_OF_ONE = 100000,
    LARGE_MESSAGES = 5000
};

static size_t cpu_of[2];

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bound: %s\n", what);
    exit(1);
}

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void pin(size_t cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (pthread_setaffinity_np(pthread_self(), sizeof set, &set) != 0)
        fail("a thread cannot be pinned");
}

static bool find_two_cpus(void)
{
    cpu_set_t set;
    int found = 0;

    if (sched_getaffinity(0, sizeof set, &set) != 0)
        fail("the processors cannot be listed");
    for (size_t cpu = 0; cpu < CPU_SETSIZE && found < 2; cpu++) {
        if (CPU_ISSET(cpu, &set))
            cpu_of[found++] = cpu;
    }
    return found == 2;
}

/* Run other() on the second processor beside mine() on the first. */
static double beside(void *(*other)(void *), double (*mine)(void *), void *arg)
{
    pthread_t thread;
    cpu_set_t before;

    if (pthread_getaffinity_np(pthread_self(), sizeof before, &before) != 0 ||
        pthread_create(&thread, NULL, other, arg) != 0)
        fail("a thread cannot be started");
    pin(cpu_of[0]);
    double ns = mine(arg);
    if (pthread_join(thread, NULL) != 0 ||
        pthread_setaffinity_np(pthread_self(), sizeof before, &before) != 0)
        fail("a thread cannot be joined");
    return ns;
}

/* ---- one thread ---------------------------------------------------------- */

static double locked_operation(void)
{
    static _Atomic uint64_t cell;
    int64_t start = now_ns();

    for (int i = 0; i < LOOPS; i++)
        atomic_fetch_add(&cell, 1);
    return (double)(now_ns() - start) / LOOPS;
}

static double clock_read(void)
{
    int64_t start = now_ns();

    for (int i = 0; i < LOOPS / 4; i++)
        now_ns();
    return (double)(now_ns() - start) / (LOOPS / 4);
}

static double yield(void)
{
    int64_t start = now_ns();

    for (int i = 0; i < LOOPS / 20; i++)
        sched_yield();
    return (double)(now_ns() - start) / (LOOPS / 20);
}

/* ---- a cache line there and back ----------------------------------------- */

struct ball {
    alignas(LINE) _Atomic uint32_t at;
};

static void *ball_other(void *arg)
{
    struct ball *ball = arg;

    pin(cpu_of[1]);
    for (uint32_t i = 0; i < ROUND_TRIPS; i++) {
        while (atomic_load_explicit(&ball->at, memory_order_acquire) !=
               2 * i + 1)
            continue;
        atomic_store_explicit(&ball->at, 2 * i + 2, memory_order_release);
    }
    return NULL;
}

static double ball_mine(void *arg)
{
    struct ball *ball = arg;
    int64_t start = now_ns();

    for (uint32_t i = 0; i < ROUND_TRIPS; i++) {
        atomic_store_explicit(&ball->at, 2 * i + 1, memory_order_release);
        while (atomic_load_explicit(&ball->at, memory_order_acquire) !=
               2 * i + 2)
            continue;
    }
    return (double)(now_ns() - start) / ROUND_TRIPS;
}

/* ---- a futex wake -------------------------------------------------------- */

struct sleeper {
    alignas(LINE) _Atomic uint32_t word;
    _Atomic int64_t woke_ns; /* 0 while asleep */
    double call_ns;          /* of the wake, for the waker */
};

static long futex(_Atomic uint32_t *word, int op, uint32_t value)
{
    return syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, value, NULL, NULL,
                   0);
}

static void *sleeper_other(void *arg)
{
    struct sleeper *s = arg;

    pin(cpu_of[1]);
    for (uint32_t i = 0; i < WAKES; i++) {
        while (atomic_load(&s->word) == i)
            futex(&s->word, FUTEX_WAIT, i);
        atomic_store(&s->woke_ns, now_ns());
    }
    return NULL;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2];
}

/* The first wakes meet a thread that has not started yet; the median does not
 * see them. Half a millisecond puts the sleeper's processor to sleep, too. */
static double sleeper_mine(void *arg)
{
    struct sleeper *s = arg;
    double latency[WAKES];
    double call[WAKES];

    for (uint32_t i = 0; i < WAKES; i++) {
        int64_t ready = now_ns() + 500000;
        while (now_ns() < ready)
            relax();
        int64_t start = now_ns();
        atomic_store(&s->word, i + 1);
        futex(&s->word, FUTEX_WAKE, 1);
        call[i] = (double)(now_ns() - start);
        int64_t woke;
        while ((woke = atomic_load(&s->woke_ns)) == 0)
            relax();
        latency[i] = (double)(woke - start);
        atomic_store(&s->woke_ns, 0);
    }
    s->call_ns = median(call, WAKES);
    return median(latency, WAKES);
}

/* ---- the raw ring -------------------------------------------------------- */

enum { WORD = 1, PLACE = 65536 / 8 }; /* words of a message */

struct ring {
    alignas(LINE) _Atomic uint64_t head; /* received so far */
    alignas(LINE) _Atomic uint64_t tail; /* sent so far */
    alignas(LINE) uint64_t *cells;
    uint64_t size; /* a power of two */
    uint64_t messages;
};

/* The compiler makes a loop of its own for each size that words is called with. */
static inline void ring_send(struct ring *ring, size_t words)
{
    uint64_t head = 0; /* no newer than the real one */

    for (uint64_t tail = 0; tail < ring->messages; tail++) {
        while (tail - head == ring->size)
            head = atomic_load_explicit(&ring->head, memory_order_acquire);
        uint64_t *cell = &ring->cells[(tail & (ring->size - 1)) * words];
        for (size_t i = 0; i < words; i++)
            cell[i] = tail + 1;
        atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
    }
}

static inline double ring_recv(struct ring *ring, size_t words)
{
    uint64_t n = ring->messages;
    uint64_t tail = 0;
    uint64_t sum = 0;
    int64_t start = now_ns();

    for (uint64_t head = 0; head < n; head++) {
        while (tail == head)
            tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
        const uint64_t *cell = &ring->cells[(head & (ring->size - 1)) * words];
        for (size_t i = 0; i < words; i++)
            sum += cell[i];
        atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    }
    int64_t end = now_ns();
    if (sum != n * (n + 1) / 2 * words)
        fail("the ring lost a message");
    return (double)(end - start) / (double)n;
}

static void *word_other(void *ring)
{
    pin(cpu_of[1]);
    ring_send(ring, WORD);
    return NULL;
}

static double word_mine(void *ring)
{
    return ring_recv(ring, WORD);
}

static void *place_other(void *ring)
{
    pin(cpu_of[1]);
    ring_send(ring, PLACE);
    return NULL;
}

static double place_mine(void *ring)
{
    return ring_recv(ring, PLACE);
}

/* The ring's memory is touched before the clock starts. */
static double ring(uint64_t size, size_t words, uint64_t messages)
{
    struct ring ring = {.size = size, .messages = messages};
    size_t total = size * words;

    ring.cells = malloc(total * sizeof *ring.cells);
    if (!ring.cells)
        fail("out of memory");
    for (uint64_t i = 0; i < total; i++)
        ((volatile uint64_t *)ring.cells)[i] = 1;
    double ns = words == WORD ? beside(word_other, word_mine, &ring)
                              : beside(place_other, place_mine, &ring);
    free(ring.cells);
    return ns;
}

static void print(double ns, const char *what)
{
    printf("%.1f\t%s\n", ns, what);
}

int main(void)
{
    print(locked_operation(), "an uncontended locked operation");
    print(clock_read(), "reading the clock");
    print(yield(), "sched_yield with nobody to yield to");
    if (!find_two_cpus())
        return 0;

    struct ball ball = {0};
    print(beside(ball_other, ball_mine, &ball),
          "a cache line to the other core and back");
    struct sleeper s = {0};
    print(beside(sleeper_other, sleeper_mine, &s),
          "futex wake of a sleeper on the other core, until it runs");
    print(s.call_ns, "the same, until the waker's call returns");
    print(ring(UINT64_C(1) << 21, WORD, MESSAGES),
          "raw spinning SPSC ring, 8 bytes, room for all");
    print(ring(128, WORD, MESSAGES),
          "raw spinning SPSC ring, 8 bytes, room for 128");
    print(ring(1, WORD, MESSAGES_OF_ONE),
          "raw spinning SPSC ring, 8 bytes, room for 1");
    print(ring(16, PLACE, LARGE_MESSAGES),
          "raw spinning SPSC ring, 65536 bytes in place, room for 16");
    print(ring(2, PLACE, LARGE_MESSAGES),
          "raw spinning SPSC ring, 65536 bytes in place, room for 2");
    return 0;
}
