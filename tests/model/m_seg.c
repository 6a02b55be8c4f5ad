/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_seg.c - src/chan/seg and the unbounded store: segments of two messages, the
 * one spare, and no memory now and then. */
#include "world_check.h"

#define PLAYS(PLAY)                                                            \
    PLAY(two_by_two, LEAT_UNBOUNDED, 0, 2, 4, FOREVER, 2, 0, FOREVER, 0)       \
    PLAY(three_by_one, LEAT_UNBOUNDED, 0, 3, 3, NOWAIT, 1, 0, FOREVER, 0)      \
    PLAY(receivers_leave, LEAT_UNBOUNDED, 0, 2, 4, FOREVER, 2, 1, FOREVER, 0)  \
    PLAY(closed_by_sender, LEAT_UNBOUNDED, 0, 2, 4, NOWAIT, 2, 0, ANY,         \
         CLOSE_TX)                                                             \
    PLAY(aborted, LEAT_UNBOUNDED, 0, 2, 5, NOWAIT, 1, 0, ANY, ABORT)           \
    PLAY(mixed, LEAT_UNBOUNDED, 0, 2, 3, ANY, 2, 0, ANY, FIRE | COME_AND_GO)   \
    PLAY(all_at_once, LEAT_UNBOUNDED, 0, 2, 4, ANY, 2, 0, ANY,                 \
         ABORT | CLOSE_RX | FIRE)                                              \
    PLAY(batches, LEAT_UNBOUNDED, 0, 2, 5, BATCH, 2, 0, BATCH, CLOSE_RX)       \
    PLAY(looked_at, LEAT_UNBOUNDED, 0, 2, 4, BATCH, 2, 0, LOOK, ABORT)         \
    PLAY(promised_producer, LEAT_UNBOUNDED, LEAT_SINGLE_PRODUCER, 1, 6, ANY,   \
         2, 0, ANY, CLOSE_TX)

#define STARVED_PLAYS(PLAY)                                                    \
    PLAY(starved, LEAT_UNBOUNDED, 0, 2, 5, FOREVER, 2, 0, ANY, 0)              \
    PLAY(starved_and_aborted, LEAT_UNBOUNDED, 0, 2, 6, ANY, 1, 0, ANY, ABORT)  \
    PLAY(starved_batches, LEAT_UNBOUNDED, 0, 2, 6, BATCH, 2, 0, BATCH, 0)

#include "plays.h"
