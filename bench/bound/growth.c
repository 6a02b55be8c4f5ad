/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* growth.c - the floors of bench/growth.py: of large messages, and of each capacity.
 * Those of promised ends, without locks, since such are in the same pictures. */
#include "ring.h"

#include <stdio.h>

enum {
    MESSAGES = 200000,
    COPIED_BYTES = 64 << 20,
    CAPACITY = 128,
    LOG_CAPACITY_MAX = 20
};

/* The quicker of two ways: across cores, or on one core in turns as large as the
 * channel, if the switches cost nothing. */
static void print_size(const char *bytes, const struct ring_shape *shape,
                       const char *what)
{
    uint64_t one = shape->words * sizeof(uint64_t);
    uint64_t messages = COPIED_BYTES / one;
    char key[32];
    char name[96];

    messages = messages < MESSAGES ? messages : MESSAGES;
    messages -= messages % CAPACITY;
    struct ring_ends alone = ring_alone(shape, ROOM_USED, CAPACITY, messages);
    double ns = alone.put + alone.get;
    if (bound_has_two()) {
        double across = ring_across(shape, ROOM_USED, CAPACITY, messages);
        ns = across < ns ? across : ns;
    }
    snprintf(key, sizeof key, "size-%s", bytes);
    snprintf(name, sizeof name, "room for %d, %s bytes, %s", CAPACITY, bytes,
             what);
    bound_print(ns, key, name);
}

void bound_growth(void)
{
    static const char *in_place = "in place";
    static const char *copied = "copied in and out";

    print_size("8", &ring_8, in_place);
    print_size("64", &ring_64, in_place);
    print_size("512", &ring_512, in_place);
    print_size("4096", &ring_copy_4096, copied);
    print_size("16384", &ring_copy_16384, copied);
    print_size("65536", &ring_copy_65536, copied);
    for (int log = 0; log <= LOG_CAPACITY_MAX && bound_has_two(); log++) {
        uint64_t capacity = UINT64_C(1) << log;
        uint64_t n = log < 3 ? MESSAGES / 4 : MESSAGES;
        char key[32];
        char name[96];
        double ns = ring_across(&ring_8, ROOM_USED, capacity, n);
        snprintf(key, sizeof key, "capacity-%ju", (uintmax_t)capacity);
        snprintf(name, sizeof name,
                 "raw ring across cores, room for %ju, 8 bytes",
                 (uintmax_t)capacity);
        bound_print(ns, key, name);
    }
}
