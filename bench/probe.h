/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* probe.h - what is measured of a participant other than nanoseconds a message.
 *
 * Scenarios that print other numbers than cell.h says, and what "messages" is:
 *
 *     ping   round trips through two channels, to a thread and back: the 50th,
 *            99th and 99.9th percentile of their nanoseconds, a look at the clock
 *            included
 *     burst  one thread sends so many and then receives them: resident KiB before,
 *            at the peak, and after, while the channel is still there
 *     empty  so many channels at once: bytes of the allocator for each
 *     make   so many channels made and freed: nanoseconds for each
 *     parked-N  N threads sleep in receives on one channel; so many messages, one at a
 *            time and with a rest before each, so that all are asleep: the percentiles
 *            of ping, from the send until the answer of the one that was woken */
#ifndef BENCH_PROBE_H
#define BENCH_PROBE_H

#include "cell.h"

/* Channels that are there at the same time, at most; they are dropped last made
 * first. */
enum { PROBE_CHANNELS = 1000 };

/* Run the scenario and print its numbers; false if it is none of these. */
bool probe(const struct cell_peer *peer, const char *scenario, size_t capacity,
           uint64_t n);

/* Print the percentiles of ping. Sorts. */
void probe_trips(uint64_t *trips, uint64_t n);

/* Sleep until this process has been idle for a while: until all who spin have given up
 * and sleep. */
void probe_settle(void);

/* Sleep as long as it takes one thread to give up spinning. */
void probe_rest(void);

#endif
