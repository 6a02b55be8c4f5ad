/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ways.c - the ways by which a message can come from one thread to another.
 *
 * Which is the quickest depends on the machine, so all are measured, and the floor of a
 * cell is the quickest of those that it could take. Where there is room for all:
 *
 *     fresh, huge  through memory that was never touched, as who holds all of them at
 *                  once has to
 *     ring         through memory that is used again and again, as who keeps up may
 *     alone        put and got on one core, in turns that fit in its nearest cache, as
 *                  if the scheduler knew when to switch; what it switches is free
 *
 * seq holds all at once, in one thread. The two clocks of reading turns are in `alone`,
 * a thousandth of it. */
#include "ring.h"

#include <stdio.h>

enum {
    BYTES = 8 << 20,        /* that go through a ring */
    TURN_BYTES = 16 << 10,  /* half of a first-level cache */
    RING_BYTES = 128 << 10, /* well within a second-level one */
    LARGE_TURN = 4,
    MESSAGES_OF_ONE = 50000
};

struct sized {
    const char *bytes;
    const struct ring_shape *free;
    const struct ring_shape *locked;
};

static const struct sized sizes[] = {{"8", &ring_8, &ring_8_locked},
                                     {"32", &ring_32, &ring_32_locked},
                                     {"256", &ring_256, &ring_256_locked},
                                     {"64x8", &ring_64x8, &ring_64x8_locked}};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static size_t bytes_of(const struct ring_shape *shape)
{
    return shape->words * sizeof(uint64_t);
}

/* "fresh-locked-32", "across two cores, ... 32 bytes, locked" */
static void print(double ns, const char *way, const char *what,
                  const struct sized *sized, bool locked)
{
    char key[64];
    char name[128];

    snprintf(key, sizeof key, "%s%s-%s", way, locked ? "-locked" : "",
             sized->bytes);
    snprintf(name, sizeof name, "%s, %s bytes%s", what, sized->bytes,
             locked ? ", a lock at each end" : "");
    bound_print(ns, key, name);
}

static void in_one_thread(const struct sized *sized, bool locked)
{
    const struct ring_shape *shape = locked ? sized->locked : sized->free;
    uint64_t all = BYTES / bytes_of(shape);
    uint64_t turn = TURN_BYTES / bytes_of(shape);
    struct ring_ends fresh = ring_alone(shape, ROOM_FRESH, all, all);
    struct ring_ends huge = ring_alone(shape, ROOM_HUGE, all, all);
    struct ring_ends used = ring_alone(shape, ROOM_USED, turn, all);

    print(fresh.put + fresh.get, "seq", "one thread, fresh memory", sized,
          locked);
    print(huge.put + huge.get, "seq-huge", "one thread, fresh huge pages",
          sized, locked);
    print(used.put, "write", "putting, in the nearest cache", sized, locked);
    print(used.get, "read", "getting, in the nearest cache", sized, locked);
}

static void across(const struct sized *sized, bool locked)
{
    const struct ring_shape *shape = locked ? sized->locked : sized->free;
    uint64_t all = BYTES / bytes_of(shape);
    uint64_t some = RING_BYTES / bytes_of(shape);

    print(ring_across(shape, ROOM_FRESH, all, all), "fresh",
          "raw ring across cores, fresh memory", sized, locked);
    print(ring_across(shape, ROOM_HUGE, all, all), "huge",
          "raw ring across cores, fresh huge pages", sized, locked);
    print(ring_across(shape, ROOM_USED, some, all), "ring",
          "raw ring across cores, room for 128 KiB", sized, locked);
    print(ring_across(shape, ROOM_USED, 128, all / 4), "128",
          "raw ring across cores, room for 128", sized, locked);
}

void bound_ways(void)
{
    bool two = bound_has_two();

    for (size_t i = 0; i < SIZES; i++) {
        for (int locked = 0; locked < 2; locked++) {
            in_one_thread(&sizes[i], locked);
            if (two)
                across(&sizes[i], locked);
        }
    }
    struct ring_ends large =
        ring_alone(&ring_4096, ROOM_USED, LARGE_TURN, BYTES / 4096);
    bound_print(large.put, "write-4096", "putting 4096 bytes in place");
    bound_print(large.get, "read-4096", "getting 4096 bytes in place");
    if (!two)
        return;
    bound_print(ring_across(&ring_8, ROOM_USED, 1, MESSAGES_OF_ONE), "1-8",
                "raw ring across cores, room for 1, 8 bytes");
    bound_print(ring_across(&ring_4096, ROOM_USED, 16, BYTES / 4096), "16-4096",
                "raw ring across cores, room for 16, 4096 bytes in place");
    bound_print(ring_across(&ring_65536, ROOM_USED, 16, 16 * BYTES / 65536),
                "16-65536",
                "raw ring across cores, room for 16, 65536 bytes in place");
}
