/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_zero.c - src/chan/locked with capacity 0: sender and receiver meet. */
#include "world_check.h"

#define BOTH_PROMISED (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)

#define PLAYS(PLAY)                                                            \
    PLAY(two_by_two, 0, 0, 2, 2, FOREVER, 2, 0, FOREVER, 0)                    \
    PLAY(answered, 0, 0, 2, 2, ANSWERED, 2, 0, FOREVER, 0)                     \
    PLAY(answers, 0, 0, 1, 4, FOREVER, 1, 0, ANSWERED, 0)                      \
    PLAY(one_tries, 0, 0, 2, 2, NOWAIT, 2, 0, FOREVER, 0)                      \
    PLAY(receivers_leave, 0, 0, 2, 2, FOREVER, 2, 1, FOREVER, 0)               \
    PLAY(closed_by_sender, 0, 0, 2, 2, FOREVER, 2, 0, FOREVER, CLOSE_TX)       \
    PLAY(closed_by_receiver, 0, 0, 2, 2, ANY, 2, 0, ANY, CLOSE_RX)             \
    PLAY(aborted, 0, 0, 2, 2, ANY, 2, 0, ANY, ABORT)                           \
    PLAY(timed, 0, 0, 2, 2, TIMED, 2, 0, TIMED, 0)                             \
    PLAY(fired, 0, 0, 2, 2, TOKEN, 2, 0, TOKEN, FIRE)                          \
    PLAY(told, 0, 0, 2, 2, TOLD, 2, 0, TOLD, 0)                                \
    PLAY(mixed, 0, 0, 2, 2, ANY, 2, 0, ANY, FIRE | COME_AND_GO)                \
    PLAY(batches, 0, 0, 2, 3, BATCH, 2, 0, BATCH, CLOSE_TX)                    \
    PLAY(looked_at, 0, 0, 2, 2, ANY, 2, 0, LOOK, FIRE)                         \
    PLAY(forced, 0, 0, 2, 3, FORCE, 2, 0, ANY, 0)                              \
    PLAY(promised, 0, BOTH_PROMISED, 1, 4, ANY, 1, 0, ANY, CLOSE_RX | FIRE)

#include "plays.h"
