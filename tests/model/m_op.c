/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_op.c - src/chan/op: started operations with a callback, among threads, in each
 * kind of channel; cancelled by their owner, by a token, by the end. */
#include "world_check.h"

#define BOTH (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)

#define PLAYS(PLAY)                                                            \
    PLAY(both_told, 1, 0, 2, 2, TOLD, 2, 0, TOLD, FIRE)                        \
    PLAY(senders_told, 1, 0, 2, 2, TOLD, 2, 0, FOREVER, 0)                     \
    PLAY(receivers_told, 2, 0, 2, 2, FOREVER, 2, 0, TOLD, FIRE)                \
    PLAY(told_and_closed, 1, 0, 2, 2, TOLD, 2, 0, TOLD, CLOSE_TX | FIRE)       \
    PLAY(told_and_aborted, 1, 0, 2, 2, TOLD, 2, 0, TOLD, ABORT)                \
    PLAY(zero_told, 0, 0, 2, 2, TOLD, 2, 0, ANY, FIRE)                         \
    PLAY(zero_told_and_closed, 0, 0, 2, 2, ANY, 2, 0, TOLD, CLOSE_RX)          \
    PLAY(unbounded_told, LEAT_UNBOUNDED, 0, 2, 3, TOLD, 2, 0, TOLD, FIRE)      \
    PLAY(ring_told, 2, BOTH, 1, 5, TOLD, 1, 0, TOLD, FIRE)                     \
    PLAY(ring_told_and_closed, 2, BOTH, 1, 5, TOLD, 1, 0, TOLD, CLOSE_TX)      \
    PLAY(ring_told_and_aborted, 2, BOTH, 1, 5, TOLD, 1, 0, TOLD, ABORT)        \
    PLAY(segs_told, LEAT_UNBOUNDED, BOTH, 1, 5, TOLD, 1, 0, TOLD, FIRE)        \
    PLAY(segs_told_and_aborted, LEAT_UNBOUNDED, BOTH, 1, 5, TOLD, 1, 0, TOLD,  \
         ABORT)

#include "plays.h"
