/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* histogram.c - a log-linear histogram. */
#include "histogram.h"

#include <stddef.h>

#define SUB_BITS 5 /* log2 of HISTOGRAM_SUB */

/* Values below 32 have a bucket each. Above, the highest bit says which power of
 * two, and the 5 bits below it which of its buckets. */
static size_t bucket_of(uint64_t value)
{
    unsigned shift = 0;

    while ((value >> shift) >= 2 * HISTOGRAM_SUB) {
        shift++;
    }
    return shift * (size_t)HISTOGRAM_SUB + (size_t)(value >> shift);
}

/* The largest value of a bucket. */
static uint64_t bucket_top(size_t bucket)
{
    size_t shift;

    if (bucket < 2 * HISTOGRAM_SUB)
        return bucket;
    shift = bucket / HISTOGRAM_SUB - 1;
    return (((uint64_t)(bucket % HISTOGRAM_SUB) + HISTOGRAM_SUB + 1) << shift) -
           1;
}

void histogram_note(struct histogram *h, uint64_t value)
{
    h->buckets[bucket_of(value)]++;
    h->count++;
    if (value > h->max)
        h->max = value;
}

void histogram_add(struct histogram *sum, const struct histogram *h)
{
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        sum->buckets[i] += h->buckets[i];
    }
    sum->count += h->count;
    if (h->max > sum->max)
        sum->max = h->max;
}

uint64_t histogram_quantile(const struct histogram *h, double q)
{
    uint64_t rank = (uint64_t)(q * (double)h->count);
    uint64_t seen = 0;

    if (rank >= h->count)
        return h->max;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (seen > rank)
            return bucket_top(i) < h->max ? bucket_top(i) : h->max;
    }
    return h->max;
}
