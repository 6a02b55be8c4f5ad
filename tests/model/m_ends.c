/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_ends.c - src/chan/ends, both promised: the ring and the segments without a lock, their way to
 * sleep (with both kinds of fence), their way to close. */
#include "world_check.h"

#define BOTH (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)

#define PLAYS(PLAY)                                                            \
    PLAY(ring_forever, 2, BOTH, 1, 5, FOREVER, 1, 0, FOREVER, 0)               \
    PLAY(ring_answered, 2, BOTH, 1, 5, ANSWERED, 1, 0, FOREVER, 0)             \
    PLAY(ring_answers, 2, BOTH, 1, 5, FOREVER, 1, 0, ANSWERED, 0)              \
    PLAY(segs_answered, LEAT_UNBOUNDED, BOTH, 1, 5, ANSWERED, 1, 0, FOREVER,   \
         0)                                                                    \
    PLAY(ring_of_three, 3, BOTH, 1, 7, FOREVER, 1, 0, FOREVER, 0)              \
    PLAY(ring_by_hand, 2, BOTH, 1, 5, NOWAIT, 1, 0, NOWAIT, 0)                 \
    PLAY(ring_timed, 2, BOTH, 1, 5, TIMED, 1, 0, TIMED, 0)                     \
    PLAY(ring_fired, 2, BOTH, 1, 5, TOKEN, 1, 0, TOKEN, FIRE)                  \
    PLAY(ring_receiver_leaves, 2, BOTH, 1, 5, ANY, 1, 2, ANY, 0)               \
    PLAY(ring_closed_by_sender, 2, BOTH, 1, 5, ANY, 1, 0, ANY, CLOSE_TX)       \
    PLAY(ring_closed_by_receiver, 2, BOTH, 1, 5, FOREVER, 1, 0, FOREVER,       \
         CLOSE_RX)                                                             \
    PLAY(ring_aborted, 2, BOTH, 1, 5, ANY, 1, 0, ANY, ABORT)                   \
    PLAY(ring_told, 2, BOTH, 1, 5, TOLD, 1, 0, TOLD, FIRE)                     \
    PLAY(ring_all_at_once, 2, BOTH, 1, 5, ANY, 1, 0, ANY,                      \
         CLOSE_TX | CLOSE_RX | ABORT | FIRE)                                   \
    PLAY(ring_forced, 2, BOTH, 1, 6, FORCE, 1, 0, FOREVER, 0)                  \
    PLAY(ring_forced_by_hand, 2, BOTH, 1, 6, FORCE, 1, 0, ANY, 0)              \
    PLAY(ring_of_three_forced, 3, BOTH, 1, 8, FORCE, 1, 2, TIMED, 0)           \
    PLAY(ring_forced_closed, 2, BOTH, 1, 5, FORCE, 1, 0, ANY,                  \
         CLOSE_TX | CLOSE_RX)                                                  \
    PLAY(ring_forced_aborted, 2, BOTH, 1, 5, FORCE, 1, 0, ANY, ABORT)          \
    PLAY(ring_fails, 2, BOTH | POLICY(LEAT_POLICY_FAIL), 1, 5, ANY, 1, 0, ANY, \
         0)                                                                    \
    PLAY(ring_drops_newest, 2, BOTH | POLICY(LEAT_POLICY_DROP_NEWEST), 1, 5,   \
         ANY, 1, 0, ANY, CLOSE_RX)                                             \
    PLAY(segs_forced, LEAT_UNBOUNDED, BOTH, 1, 6, FORCE, 1, 0, ANY, 0)         \
    PLAY(ring_of_three_batches, 3, BOTH, 1, 9, BATCH, 1, 0, BATCH, 0)          \
    PLAY(ring_batches_closed, 2, BOTH, 1, 7, BATCH, 1, 0, BATCH,               \
         CLOSE_TX | CLOSE_RX)                                                  \
    PLAY(ring_batches_aborted, 3, BOTH, 1, 7, BATCH, 1, 0, ANY, ABORT | FIRE)  \
    PLAY(ring_looked_at, 2, BOTH, 1, 6, ANY, 1, 0, LOOK, CLOSE_TX)             \
    PLAY(ring_forced_batches, 3, BOTH, 1, 8, FORCE, 1, 0, BATCH, 0)            \
    PLAY(ring_forced_looked_at, 2, BOTH, 1, 6, FORCE, 1, 0, LOOK, 0)           \
    PLAY(segs_batches, LEAT_UNBOUNDED, BOTH, 1, 9, BATCH, 1, 0, BATCH,         \
         CLOSE_RX)                                                             \
    PLAY(segs_looked_at, LEAT_UNBOUNDED, BOTH, 1, 6, ANY, 1, 0, LOOK, ABORT)   \
    PLAY(segs_forever, LEAT_UNBOUNDED, BOTH, 1, 7, FOREVER, 1, 0, FOREVER, 0)  \
    PLAY(segs_timed, LEAT_UNBOUNDED, BOTH, 1, 7, NOWAIT, 1, 0, TIMED, 0)       \
    PLAY(segs_receiver_leaves, LEAT_UNBOUNDED, BOTH, 1, 7, ANY, 1, 3, ANY, 0)  \
    PLAY(segs_closed, LEAT_UNBOUNDED, BOTH, 1, 6, ANY, 1, 0, ANY, CLOSE_TX)    \
    PLAY(segs_aborted, LEAT_UNBOUNDED, BOTH, 1, 7, ANY, 1, 0, ANY, ABORT)      \
    PLAY(segs_all_at_once, LEAT_UNBOUNDED, BOTH, 1, 6, ANY, 1, 0, ANY,         \
         CLOSE_TX | CLOSE_RX | ABORT | FIRE)

#define STARVED_PLAYS(PLAY)                                                    \
    PLAY(segs_starved, LEAT_UNBOUNDED, BOTH, 1, 8, ANY, 1, 0, ANY, CLOSE_RX)

#include "plays.h"
