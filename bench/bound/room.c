/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* room.c - see room.h. */
#define _GNU_SOURCE 1
#include "room.h"

#include <string.h>
#include <sys/mman.h>

enum { HUGE_BYTES = 2 << 20 };

struct room room_new(enum room_kind kind, size_t bytes)
{
    size_t whole_bytes = bytes + 2 * HUGE_BYTES;
    char *whole = mmap(NULL, whole_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (whole == MAP_FAILED)
        bound_fail("out of memory");
    uintptr_t past = (uintptr_t)whole % HUGE_BYTES;
    struct room room = {(uint64_t *)(void *)(whole + HUGE_BYTES - past), whole,
                        whole_bytes};
    /* A system without huge pages says no, and the two kinds are the same. */
    madvise(whole, whole_bytes,
            kind == ROOM_HUGE ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    if (kind == ROOM_USED)
        memset(room.words, 1, bytes);
    return room;
}

void room_drop(struct room *room)
{
    munmap(room->whole, room->whole_bytes);
}
