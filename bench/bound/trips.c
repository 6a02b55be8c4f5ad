/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* trips.c - a message to the other core and word of it back: what each message costs
 * where the next one must wait until this one was taken.
 *
 * The message is in the line that says that it is there, as far as it fits; word comes
 * back in the same line. Nothing less can be moved. */
#include "bound.h"

#include <stdalign.h>

enum { TRIPS = 50000, WORDS_MAX = 32 };

struct desk {
    alignas(BOUND_LINE) _Atomic uint64_t turn; /* odd: a message is there */
    uint64_t words[WORDS_MAX];
    uint64_t sum;
};

static inline void take(struct desk *desk, size_t words)
{
    for (uint64_t i = 0; i < TRIPS; i++) {
        uint64_t turn;
        while ((turn = atomic_load_explicit(&desk->turn,
                                            memory_order_acquire)) != 2 * i + 1)
            continue;
        for (size_t k = 0; k < words; k++)
            desk->sum += desk->words[k];
        atomic_store_explicit(&desk->turn, turn + 1, memory_order_release);
    }
}

static inline double put(struct desk *desk, size_t words)
{
    int64_t start = bound_now_ns();

    for (uint64_t i = 0; i < TRIPS; i++) {
        for (size_t k = 0; k < words; k++)
            desk->words[k] = i + 1;
        atomic_store_explicit(&desk->turn, 2 * i + 1, memory_order_release);
        while (atomic_load_explicit(&desk->turn, memory_order_acquire) !=
               2 * i + 2)
            continue;
    }
    double ns = (double)(bound_now_ns() - start) / TRIPS;
    if (desk->sum != (uint64_t)TRIPS * (TRIPS + 1) / 2 * words)
        bound_fail("a message was lost on its way");
    desk->sum = 0;
    atomic_store(&desk->turn, 0);
    return ns;
}

/* The compiler makes a loop of its own for each size. Of one word the turn alone is
 * enough: it is the message. */
#define SIZED(name, words)                                                     \
    static void take_##name(void *desk)                                        \
    {                                                                          \
        take(desk, words);                                                     \
    }                                                                          \
    static double put_##name(void *desk)                                       \
    {                                                                          \
        return put(desk, words);                                               \
    }

SIZED(8, 0)
SIZED(32, 4)
SIZED(256, 32)

static double least(void (*taker)(void *), double (*putter)(void *))
{
    struct desk desk = {0};
    double ns = bound_beside(taker, putter, &desk);

    for (int i = 1; i < BOUND_TRIES; i++) {
        double again = bound_beside(taker, putter, &desk);
        ns = again < ns ? again : ns;
    }
    return ns;
}

void bound_trips(void)
{
    bound_print(least(take_8, put_8), "trip-8",
                "a cache line to the other core and back");
    bound_print(least(take_32, put_32), "trip-32",
                "the same with a message of 32 bytes in it");
    bound_print(least(take_256, put_256), "trip-256",
                "the same with a message of 256 bytes behind it");
}
