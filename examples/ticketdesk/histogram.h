/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* histogram.h - latencies, kept as counts of buckets that grow with the value.
 *
 * Each power of two is cut into 32 buckets of equal width, so a quantile is off
 * by at most one part in 32 and the whole takes 15 KiB, whatever it is fed. One
 * histogram belongs to one thread; add them up afterwards. */
#ifndef TICKETDESK_HISTOGRAM_H
#define TICKETDESK_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB     32   /* buckets in a power of two; a power of two */
#define HISTOGRAM_BUCKETS 1920 /* for all of uint64_t: 32 and 59 powers of 32 */

struct histogram {
    uint64_t count;
    uint64_t max;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_note(struct histogram *h, uint64_t value);
void histogram_add(struct histogram *sum, const struct histogram *h);

/* The value that the share `q` (0 to 1) of all values does not exceed, give or
 * take the width of a bucket, and never above the maximum; 0 if empty. */
uint64_t histogram_quantile(const struct histogram *h, double q);

#endif
