/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* room.h - memory for messages: used before, or fresh from the system. */
#ifndef BENCH_BOUND_ROOM_H
#define BENCH_BOUND_ROOM_H

#include "bound.h"

enum room_kind {
    ROOM_USED,  /* each page was written before the clock starts */
    ROOM_FRESH, /* never touched: the system gives a page at each first touch */
    ROOM_HUGE /* the same, in the largest pages that it gives for the asking */
};

struct room {
    uint64_t *words;
    void *whole; /* what is mapped */
    size_t whole_bytes;
};

struct room room_new(enum room_kind kind, size_t bytes);
void room_drop(struct room *room);

#endif
