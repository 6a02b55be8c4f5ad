/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_locked.c - src/chan/locked and transfer: room for one, and what displaces, under one
 * lock, with every way to wait and every way to end. (Capacity 0: m_zero.c.) */
#include "world_check.h"

/* name, capacity, flags, senders x sends how, receivers x receives how, meddlers */
#define PLAYS(PLAY)                                                            \
    PLAY(one_two_by_two, 1, 0, 2, 2, FOREVER, 2, 0, FOREVER, 0)                \
    PLAY(one_answered, 1, 0, 2, 2, ANSWERED, 2, 0, FOREVER, 0)                 \
    PLAY(one_answers, 1, 0, 1, 4, FOREVER, 1, 0, ANSWERED, 0)                  \
    PLAY(one_by_hand, 1, 0, 2, 2, NOWAIT, 2, 0, NOWAIT, COME_AND_GO)           \
    PLAY(one_receivers_leave, 1, 0, 2, 3, FOREVER, 2, 1, FOREVER, 0)           \
    PLAY(one_close_by_sender, 1, 0, 2, 2, FOREVER, 2, 0, FOREVER, CLOSE_TX)    \
    PLAY(one_close_by_receiver, 1, 0, 2, 2, ANY, 2, 0, ANY, CLOSE_RX)          \
    PLAY(one_aborted, 1, 0, 2, 2, FOREVER, 1, 0, FOREVER, ABORT)               \
    PLAY(one_timed, 1, 0, 2, 2, TIMED, 2, 0, TIMED, 0)                         \
    PLAY(one_fired, 1, 0, 2, 2, TOKEN, 2, 0, TOKEN, FIRE)                      \
    PLAY(one_mixed, 1, 0, 2, 2, ANY, 2, 0, ANY, FIRE)                          \
    PLAY(one_all_at_once, 1, 0, 2, 2, ANY, 2, 0, ANY,                          \
         CLOSE_TX | FIRE | COME_AND_GO)                                        \
    PLAY(one_forced, 1, 0, 2, 2, FORCE, 1, 0, FOREVER, 0)                      \
    PLAY(one_forced_closed, 1, 0, 2, 3, FORCE, 2, 0, ANY, CLOSE_RX)            \
    PLAY(one_fails, 1, POLICY(LEAT_POLICY_FAIL), 2, 2, ANY, 2, 0, ANY, 0)      \
    PLAY(two_drop_oldest, 2, POLICY(LEAT_POLICY_DROP_OLDEST), 2, 3, ANY, 1, 0, \
         ANY, CLOSE_TX)                                                        \
    PLAY(two_drop_oldest_aborted, 2, POLICY(LEAT_POLICY_DROP_OLDEST), 2, 3,    \
         ANY, 2, 0, ANY, ABORT)                                                \
    PLAY(two_drop_oldest_batches, 2, POLICY(LEAT_POLICY_DROP_OLDEST), 2, 4,    \
         BATCH, 2, 0, BATCH, 0)                                                \
    PLAY(one_drops_newest, 1, POLICY(LEAT_POLICY_DROP_NEWEST), 2, 3, ANY, 1,   \
         0, ANY, CLOSE_RX)                                                     \
    PLAY(one_conflates, 1, POLICY(LEAT_POLICY_CONFLATE), 2, 3, ANY, 2, 0, ANY, \
         0)                                                                    \
    PLAY(one_batches_taken, 1, 0, 3, 3, ANY, 1, 0, BATCH, ABORT)               \
    PLAY(one_looked_at, 1, 0, 2, 3, FOREVER, 2, 0, LOOK, FIRE)                 \
    PLAY(one_promised_producer, 1, LEAT_SINGLE_PRODUCER, 1, 4, ANY, 2, 0, ANY, \
         CLOSE_TX)                                                             \
    PLAY(one_promised_both, 1, LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER, 1, \
         4, ANY, 1, 0, ANY, FIRE)

#include "plays.h"
