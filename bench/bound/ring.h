/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ring.h - the least that passes messages: no waiting protocol, no close, two ends that
 * spin. What a channel adds to it is the price of being a channel.
 *
 * Promised ends (one sender, one receiver) need no more than that. An end that any
 * thread may use does: two calls at the same moment must not both take what is next, and
 * no algorithm out of plain loads and stores can see to that without a read-modify-write
 * or a fence in each call (Attiya and others, "Laws of Order", POPL 2011). So a *locked*
 * ring takes a lock around what it does to an end: one locked operation, on a line that
 * only this end uses, and a plain store to give it back. Nobody ever contends for it
 * here. It is not contended in a cell with several senders either, at its best: they
 * have turns, and the line stays where it is for as long as a turn lasts. */
#ifndef BENCH_BOUND_RING_H
#define BENCH_BOUND_RING_H

#include "room.h"

#include <stdalign.h>

struct ring {
    alignas(BOUND_LINE) _Atomic uint64_t head; /* received so far */
    alignas(BOUND_LINE) _Atomic uint64_t tail; /* sent so far */
    alignas(BOUND_LINE) _Atomic uint32_t rx_lock;
    alignas(BOUND_LINE) _Atomic uint32_t tx_lock;
    alignas(BOUND_LINE) uint64_t *words;
    uint64_t size; /* a power of two */
    uint64_t messages;
    const struct ring_shape *shape;
};

/* How messages go through a ring. */
struct ring_shape {
    size_t words;  /* of a message */
    uint64_t step; /* messages that go in, and out, at a time */
    void (*put)(struct ring *ring, uint64_t from, uint64_t to);
    uint64_t (*get)(struct ring *ring, uint64_t from, uint64_t to); /* sum */
};

/* Eight bytes, one at a time and 64 at a time; 32; 64; 256; 512; and larger ones,
 * written and read where they lie. */
extern const struct ring_shape ring_8, ring_8_locked, ring_64x8,
    ring_64x8_locked, ring_32, ring_32_locked, ring_64, ring_64_locked,
    ring_256, ring_256_locked, ring_512, ring_512_locked, ring_4096, ring_65536;
/* Copied in from memory that stays the same, and copied out to such. */
extern const struct ring_shape ring_copy_4096, ring_copy_16384, ring_copy_65536;

/* Nanoseconds a message in each end. */
struct ring_ends {
    double put;
    double get;
};

/* From one core to the other. Returns nanoseconds a message; the least of some tries.
 * pre: there are two */
double ring_across(const struct ring_shape *shape, enum room_kind kind,
                   uint64_t size, uint64_t messages);

/* In one thread: as many as there is room for are put, then got, in turns. If the room
 * is fresh there is one turn, and getting the room is part of the putting. */
struct ring_ends ring_alone(const struct ring_shape *shape, enum room_kind kind,
                            uint64_t size, uint64_t messages);

#endif
