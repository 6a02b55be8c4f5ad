/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_cells.c - src/chan/cells: messages written and read in place, and copied, mixed,
 * with every way to wait and every way to end. */
#include "world_check.h"

#define PLACE LEAT_IN_PLACE
#define BOTH  (PLACE | LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)

#define PLAYS(PLAY)                                                            \
    PLAY(one_placed, 1, PLACE, 2, 2, PLACED, 2, 0, PLACED, 0)                  \
    PLAY(two_placed, 2, PLACE, 2, 3, PLACED, 2, 0, PLACED, CLOSE_TX)           \
    PLAY(one_placed_and_copied, 1, PLACE, 2, 2, PLACED, 2, 0, ANY, 0)          \
    PLAY(one_copied_and_placed, 1, PLACE, 2, 2, ANY, 2, 0, PLACED, FIRE)       \
    PLAY(two_copied, 2, PLACE, 2, 3, ANY, 2, 0, ANY, CLOSE_RX)                 \
    PLAY(one_copied_forever, 1, PLACE, 2, 2, FOREVER, 2, 0, FOREVER, 0)        \
    PLAY(one_answered, 1, PLACE, 2, 2, ANSWERED, 2, 0, FOREVER, 0)             \
    PLAY(one_answers, 1, PLACE, 1, 4, FOREVER, 1, 0, ANSWERED, 0)              \
    PLAY(two_placed_aborted, 2, PLACE, 2, 3, PLACED, 1, 0, PLACED, ABORT)      \
    PLAY(two_receivers_leave, 2, PLACE, 2, 3, PLACED, 2, 1, PLACED, 0)         \
    PLAY(one_looked_at, 1, PLACE, 2, 3, PLACED, 2, 0, LOOK, FIRE)              \
    PLAY(two_batches, 2, PLACE, 2, 4, BATCH, 2, 0, BATCH, 0)                   \
    PLAY(two_forced, 2, PLACE, 2, 3, FORCE, 2, 0, PLACED, CLOSE_RX)            \
    PLAY(two_drop_oldest, 2, PLACE | POLICY(LEAT_POLICY_DROP_OLDEST), 2, 3,    \
         PLACED, 1, 0, PLACED, CLOSE_TX)                                       \
    PLAY(one_conflates, 1, PLACE | POLICY(LEAT_POLICY_CONFLATE), 2, 3, ANY, 2, \
         0, PLACED, ABORT)                                                     \
    PLAY(two_promised, 2, BOTH, 1, 5, PLACED, 1, 0, PLACED, CLOSE_RX)          \
    PLAY(two_promised_aborted, 2, BOTH, 1, 5, PLACED, 1, 0, PLACED, ABORT)     \
    PLAY(three_one_consumer, 3, PLACE | LEAT_SINGLE_CONSUMER, 2, 3, PLACED, 1, \
         0, PLACED, FIRE)                                                      \
    PLAY(unbounded_placed, LEAT_UNBOUNDED, PLACE, 2, 4, PLACED, 2, 0, PLACED,  \
         CLOSE_TX)                                                             \
    PLAY(unbounded_mixed, LEAT_UNBOUNDED, PLACE, 2, 4, ANY, 2, 0, PLACED,      \
         ABORT | FIRE)

#define STARVED_PLAYS(PLAY)                                                    \
    PLAY(starved, LEAT_UNBOUNDED, PLACE, 2, 4, PLACED, 2, 0, PLACED, 0)

#include "plays.h"
