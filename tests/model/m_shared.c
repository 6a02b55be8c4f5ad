/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_shared.c - src/chan/ends with ends that several share, or one of the two: their locks,
 * their way to sleep over the other end, closing in one step. (Both ends promised:
 * m_ends.c.) */
#include "world_check.h"

#define TX LEAT_SINGLE_PRODUCER
#define RX LEAT_SINGLE_CONSUMER

/* name, capacity, flags, senders x sends how, receivers x receives how, meddlers */
#define PLAYS(PLAY)                                                            \
    PLAY(two_by_two, 2, 0, 2, 3, FOREVER, 2, 0, FOREVER, 0)                    \
    PLAY(three_by_one, 2, 0, 3, 2, FOREVER, 1, 0, FOREVER, 0)                  \
    PLAY(one_by_three, 2, 0, 1, 6, FOREVER, 3, 0, FOREVER, 0)                  \
    PLAY(answered, 2, 0, 2, 3, ANSWERED, 2, 0, FOREVER, 0)                     \
    PLAY(answers, 2, 0, 1, 6, FOREVER, 1, 0, ANSWERED, 0)                      \
    PLAY(segs_answered, LEAT_UNBOUNDED, 0, 2, 3, ANSWERED, 2, 0, FOREVER, 0)   \
    PLAY(by_hand, 2, 0, 2, 3, NOWAIT, 2, 0, NOWAIT, COME_AND_GO)               \
    PLAY(receivers_leave, 2, 0, 2, 3, FOREVER, 2, 1, FOREVER, 0)               \
    PLAY(closed_by_sender, 2, 0, 2, 2, FOREVER, 2, 0, FOREVER, CLOSE_TX)       \
    PLAY(closed_by_receiver, 2, 0, 2, 2, ANY, 2, 0, ANY, CLOSE_RX)             \
    PLAY(aborted, 2, 0, 2, 3, ANY, 1, 2, ANY, ABORT | FIRE)                    \
    PLAY(aborted_while_two_receive, 2, 0, 2, 3, FOREVER, 2, 0, FOREVER, ABORT) \
    PLAY(timed_and_fired, 2, 0, 2, 2, TIMED_TOKEN, 2, 0, TIMED_TOKEN, FIRE)    \
    PLAY(all_at_once, 2, 0, 2, 2, ANY, 2, 0, ANY,                              \
         CLOSE_TX | FIRE | COME_AND_GO)                                        \
    PLAY(told, 2, 0, 2, 3, TOLD, 2, 0, TOLD, FIRE)                             \
    PLAY(forced, 2, 0, 2, 3, FORCE, 2, 0, ANY, CLOSE_RX)                       \
    PLAY(forced_aborted, 2, 0, 2, 3, FORCE, 1, 0, ANY, ABORT)                  \
    PLAY(fails, 2, POLICY(LEAT_POLICY_FAIL), 2, 3, ANY, 2, 0, ANY, 0)          \
    PLAY(drops_newest, 2, POLICY(LEAT_POLICY_DROP_NEWEST), 2, 3, ANY, 2, 0,    \
         ANY, CLOSE_RX)                                                        \
    PLAY(batches, 2, 0, 2, 4, BATCH, 2, 0, BATCH, 0)                           \
    PLAY(batches_closed, 3, 0, 2, 4, BATCH, 2, 0, ANY, CLOSE_TX)               \
    PLAY(looked_at, 2, 0, 2, 3, ANY, 2, 0, LOOK, CLOSE_RX)                     \
    PLAY(segs_two_by_two, LEAT_UNBOUNDED, 0, 2, 4, FOREVER, 2, 0, FOREVER, 0)  \
    PLAY(segs_closed, LEAT_UNBOUNDED, 0, 2, 3, ANY, 2, 0, ANY, CLOSE_RX)       \
    PLAY(segs_aborted, LEAT_UNBOUNDED, 0, 2, 4, ANY, 2, 0, ANY, ABORT)         \
    PLAY(segs_batches, LEAT_UNBOUNDED, 0, 2, 6, BATCH, 2, 0, BATCH, CLOSE_TX)  \
    PLAY(segs_receivers_leave, LEAT_UNBOUNDED, 0, 2, 4, ANY, 2, 2, ANY, 0)     \
    PLAY(one_consumer, 2, RX, 2, 3, ANY, 1, 0, ANY, CLOSE_TX | FIRE)           \
    PLAY(one_consumer_forever, 2, RX, 3, 2, FOREVER, 1, 0, FOREVER, 0)         \
    PLAY(one_consumer_aborted, 2, RX, 2, 3, ANY, 1, 0, ANY, ABORT)             \
    PLAY(one_consumer_forced, 2, RX, 2, 3, FORCE, 1, 0, ANY, CLOSE_RX)         \
    PLAY(one_consumer_batches, 3, RX, 2, 4, BATCH, 1, 0, BATCH, 0)             \
    PLAY(one_consumer_segs, LEAT_UNBOUNDED, RX, 2, 4, ANY, 1, 0, ANY, ABORT)   \
    PLAY(one_producer, 2, TX, 1, 6, ANY, 2, 0, ANY, CLOSE_TX | FIRE)           \
    PLAY(one_producer_forever, 2, TX, 1, 6, FOREVER, 3, 0, FOREVER, 0)         \
    PLAY(one_producer_forced, 2, TX, 1, 6, FORCE, 2, 0, ANY, ABORT)            \
    PLAY(one_producer_segs, LEAT_UNBOUNDED, TX, 1, 7, ANY, 2, 0, ANY,          \
         CLOSE_RX | FIRE)

#define STARVED_PLAYS(PLAY)                                                    \
    PLAY(segs_starved, LEAT_UNBOUNDED, 0, 2, 5, ANY, 2, 0, ANY, CLOSE_RX)

#include "plays.h"
