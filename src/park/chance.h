/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* chance.h - cheap numbers by chance, for fairness. Not for secrets.
 *
 * A call that needs some takes one seed from its thread and makes the rest of it, by
 * splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
 * OOPSLA 2014): any state is a good one. */
#ifndef LEAT_PARK_CHANCE_H
#define LEAT_PARK_CHANCE_H

#include <stdint.h>

/* A seed. Never inlined, so that nobody keeps the address of a thread's state where
 * another thread may go on. */
uint64_t leat__chance(void);

/* Let the calling thread's seeds follow from this one: for tests. */
void leat__chance_set(uint64_t state);

static inline uint64_t leat__chance_next(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* A number below n, all about as likely: off by less than n in 2^32. */
static inline uint32_t leat__chance_below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((leat__chance_next(state) >> 32) * n >> 32);
}

#endif
