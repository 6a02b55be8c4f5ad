/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* stats.h - what a channel has done so far.
 *
 * A channel made with LEAT_STATS counts; any other pays nothing for it. A channel that
 * counts pays some nanoseconds a message, and two looks at the clock for a call that
 * has to wait.
 *
 *     leat_stats now;
 *     if (leat_chan_stats(leat_rx_chan(rx), &now))
 *         printf("%s: %" PRIu64 " dropped, at most %zu queued\n",
 *                leat_chan_name(leat_rx_chan(rx)), now.dropped, now.high_water);
 *
 * The books balance, at any moment and for any channel whose both ends are not
 * promised single:
 *     sent == received + dropped + discarded + the messages queued now
 * On a channel that promises both ends they balance whenever its two ends rest. */
#ifndef LEAT_STATS_H
#define LEAT_STATS_H

#include <leat/api.h>
#include <leat/chan.h>

/* For leat_chan_opts.flags, and for leat_timer_opts.flags (leat/time.h says what a timer
 * counts): count. */
#define LEAT_STATS 0x8u

typedef struct leat_stats {
    uint64_t sent;         /* sends that returned 0 or 1 */
    uint64_t received;     /* receives that returned 0 */
    uint64_t dropped;      /* by the policy, displaced by leat_tx_force too */
    uint64_t discarded;    /* at abort or when the last receiver left */
    size_t high_water;     /* the most messages that were ever queued */
    int64_t tx_blocked_ns; /* what sends have waited, those that gave up too; a
                               wait counts when it ends */
    int64_t rx_blocked_ns; /* likewise receives */
} leat_stats;

LEAT_BEGIN_DECLS

/* Read the counts.
 *
 * returns   true, and *out written; false, and *out all zero, if the channel was made
 *           without LEAT_STATS
 * aborts    if chan or out is NULL
 * blocks    never            allocates  never
 * threads   any that owns a half
 * since     0.1
 */
LEAT_API bool leat_chan_stats(leat_chan *chan, leat_stats *out);

LEAT_END_DECLS
#endif
