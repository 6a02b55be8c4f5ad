/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* examples.h - histories written by hand, each with the verdict that it must get; for
 * test_checker.c alone.
 *
 * For each thing that a channel must not do there is a history in which it does it,
 * and beside it one that is nearly the same and allowed. */
#ifndef LEAT_HISTORY_EXAMPLES_H
#define LEAT_HISTORY_EXAMPLES_H

#include "history.h"

/* One line a call, not one line a number. */
/* clang-format off */

/* thread, began, ended: then what it was. Calls of one thread stand in order. */
#define AT(t, b, e) .thread = (t), .began = (b), .ended = (e)
#define SEND_TOKEN(t, b, e, m, until, k, rc)                                   \
    {AT(t, b, e), .kind = SEND, .msg = (m), .patience = (until),               \
     .token = (k), .answer = (rc)}
#define RECV_TOKEN(t, b, e, until, k, rc)                                      \
    {AT(t, b, e), .kind = RECV, .patience = (until), .token = (k),             \
     .answer = (rc)}
#define SEND_AS(t, b, e, m, until, rc) SEND_TOKEN(t, b, e, m, until, 0, rc)
#define RECV_AS(t, b, e, until, rc)    RECV_TOKEN(t, b, e, until, 0, rc)
#define SENT(t, b, e, m)               SEND_AS(t, b, e, m, EVER, 0)
#define GOT(t, b, e, m)                                                        \
    {AT(t, b, e), .kind = RECV, .msg = (m), .patience = EVER}
#define FULL(t, b, e, m)               SEND_AS(t, b, e, m, NOWAIT, LEAT_EAGAIN)
#define NONE(t, b, e)                  RECV_AS(t, b, e, NOWAIT, LEAT_EAGAIN)
#define SEND_CLOSED(t, b, e, m)        SEND_AS(t, b, e, m, EVER, LEAT_ECLOSED)
#define RECV_CLOSED(t, b, e)           RECV_AS(t, b, e, EVER, LEAT_ECLOSED)
#define SAID(t, b, e, what, n) {AT(t, b, e), .kind = (what), .answer = (n)}
#define DID(t, b, e, what)             SAID(t, b, e, what, 0)
#define FIRED(t, b, e)                 {AT(t, b, e), .kind = FIRE, .token = 1}
#define CHECKED(t, b, e, n)                                                    \
    {AT(t, b, e), .kind = CHECK, .token = 1, .answer = (n)}
#define BECAUSE(t, b, e, n)                                                    \
    {AT(t, b, e), .kind = RX_CLOSE_BECAUSE, .reason = (n)}
/* with the messages that the hook was given in it */
#define DISCARDED(t, b, e, what, n, ...)                                       \
    {AT(t, b, e), .kind = (what), .answer = (what) == RX_DROP,                 \
     .discards = (n), .discarded = {__VA_ARGS__}}
#define RECV_DISCARDED(t, b, e, n, ...)                                        \
    {AT(t, b, e), .kind = RECV, .patience = EVER, .answer = LEAT_ECLOSED,      \
     .discards = (n), .discarded = {__VA_ARGS__}}

/* capacity, messages queued at the start, promises, senders and receivers */
#define ON(cap, queued, promises, tx, rx) (cap), (queued), (promises), {(tx), (rx)}, LEAT_POLICY_BLOCK
/* one sender and one receiver, without promises */
#define WHEN_FULL(policy, cap, queued) (cap), (queued), 0, {1, 1}, (policy)

#define FORCED(t, b, e, m, out)                                                \
    {AT(t, b, e), .kind = FORCE, .msg = (m), .displaced = (out),               \
     .answer = (out) != 0}
#define SENT_DROPPING(t, b, e, m, out)                                         \
    {AT(t, b, e), .kind = SEND, .msg = (m), .patience = EVER,                  \
     .discards = 1, .discarded = {out}}

#define SENT_MANY(t, b, e, n, asks, m)                                         \
    {AT(t, b, e), .kind = SEND_MANY, .msg = (m), .patience = EVER,             \
     .asked = (asks), .answer = (n)}
#define GOT_MANY(t, b, e, n, asks, ...)                                        \
    {AT(t, b, e), .kind = RECV_MANY, .patience = EVER, .asked = (asks),        \
     .answer = (n), .batch = {__VA_ARGS__}}
#define DRAINED(t, b, e, n, asks, ...)                                         \
    {AT(t, b, e), .kind = DRAIN, .asked = (asks), .answer = (n),               \
     .batch = {__VA_ARGS__}}
#define PEEKED(t, b, e, m)                                                     \
    {AT(t, b, e), .kind = PEEK, .msg = (m), .patience = EVER}

#define FAIL        LEAT_POLICY_FAIL
#define DROP_OLDEST LEAT_POLICY_DROP_OLDEST
#define DROP_NEWEST LEAT_POLICY_DROP_NEWEST
#define CONFLATE    LEAT_POLICY_CONFLATE

#define MOST     10
#define NO_ORDER "no order"
#define UNB      LEAT_UNBOUNDED

struct example {
    const char *name;
    const char *why; /* part of what the checker says; NULL: it explains it */
    size_t cap;
    uint8_t prefilled;
    uint32_t promises;
    uint8_t owners[2];
    enum leat_policy policy;
    struct call call[MOST];
};

static const struct example examples[] = {
    /* ---- fates ---- */
    {"lost", "m1 is lost", ON(2, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1), SAID(1, 3, 4, RX_DROP, 1)}},
    {"lost_at_the_start", "m1 is lost", ON(2, 1, 0, 1, 1),
     {SAID(1, 3, 4, RX_DROP, 1)}},
    {"not_lost_while_it_is_queued", NULL, ON(2, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1)}},
    {"twice", "m1 was received 2 times", ON(2, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1), GOT(1, 3, 4, 1), GOT(1, 5, 6, 1)}},
    {"received_and_discarded", "m1 was received, and discarded too",
     ON(2, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1), GOT(1, 3, 4, 1), DISCARDED(1, 5, 6, RX_ABORT, 1, 1)}},
    {"discarded_twice", "m1 was discarded 2 times", ON(2, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1), DISCARDED(1, 3, 4, RX_ABORT, 1, 1),
      DISCARDED(1, 5, 6, RX_ABORT, 1, 1)}},
    {"out_of_nothing", "m7 came, and nobody sent it", ON(2, 0, 0, 1, 1),
     {DID(0, 1, 2, TX_CLOSE), GOT(1, 3, 4, 7)}},
    {"kept_and_sent", "m1 came, and its send had failed", ON(1, 0, 0, 1, 1),
     {FULL(0, 1, 4, 1), GOT(1, 2, 3, 1)}},
    {"hook_in_a_send", "the hook ran in it", ON(1, 1, 0, 1, 1),
     {{AT(0, 1, 2), .kind = SEND, .msg = 2, .discards = 1, .discarded = {1}}}},
    {"flawed", "thread 1, recv: bytes", ON(1, 1, 0, 1, 1),
     {{AT(1, 1, 2), .kind = RECV, .msg = 1, .flaw = "bytes"}}},

    /* ---- order ---- */
    {"first_in_first_out", NULL, ON(2, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1), SENT(0, 3, 4, 2), GOT(1, 5, 6, 1), GOT(1, 7, 8, 2)}},
    {"one_sender_reordered", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1), SENT(0, 3, 4, 2), GOT(1, 5, 6, 2), GOT(1, 7, 8, 1)}},
    {"two_senders_reordered", NO_ORDER, ON(2, 0, 0, 2, 1),
     {SENT(0, 1, 2, 1), SENT(1, 3, 4, 2), GOT(2, 5, 6, 2), GOT(2, 7, 8, 1)}},
    {"two_senders_at_once", NULL, ON(2, 0, 0, 2, 1),
     {SENT(0, 1, 3, 1), SENT(1, 2, 4, 2), GOT(2, 5, 6, 2), GOT(2, 7, 8, 1)}},
    {"two_receivers_disagree", NO_ORDER, ON(2, 2, 0, 1, 2),
     {GOT(0, 1, 2, 2), GOT(1, 3, 4, 1)}},
    {"two_receivers_at_once", NULL, ON(2, 2, 0, 1, 2),
     {GOT(0, 1, 3, 2), GOT(1, 2, 4, 1)}},
    {"received_before_it_was_sent", NO_ORDER, ON(2, 0, 0, 1, 1),
     {GOT(1, 1, 2, 1), SENT(0, 3, 4, 1)}},
    {"handed_over", NULL, ON(2, 0, 0, 1, 1),
     {GOT(1, 1, 4, 1), SENT(0, 2, 3, 1)}},
    {"the_newest_of_two", NO_ORDER, ON(2, 2, 0, 1, 1),
     {GOT(1, 1, 2, 2), GOT(1, 3, 4, 1)}},

    /* ---- room ---- */
    {"one_too_many", NO_ORDER, ON(1, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1), SENT(0, 3, 4, 2)}},
    {"one_too_many_beside_a_receive", NO_ORDER, ON(1, 1, 0, 1, 1),
     {SENT(0, 1, 4, 2), SENT(0, 5, 6, 3), GOT(1, 2, 3, 1)}},
    {"waited_for_room", NULL, ON(1, 1, 0, 1, 1),
     {SENT(0, 1, 4, 2), GOT(1, 2, 3, 1), GOT(1, 5, 6, 2)}},
    {"returned_before_there_was_room", NO_ORDER, ON(1, 1, 0, 1, 1),
     {SENT(0, 1, 2, 2), GOT(1, 3, 4, 1)}},
    {"full_for_a_moment", NULL, ON(1, 1, 0, 1, 1),
     {FULL(0, 1, 4, 2), GOT(1, 2, 3, 1)}},
    {"never_full", NO_ORDER, ON(2, 1, 0, 1, 1),
     {FULL(0, 1, 2, 2)}},
    {"no_more_full", NO_ORDER, ON(1, 1, 0, 1, 1),
     {GOT(1, 1, 2, 1), FULL(0, 3, 4, 2)}},
    {"unbounded_and_full", NO_ORDER, ON(UNB, 9, 0, 1, 1),
     {FULL(0, 1, 2, 10)}},
    {"empty_for_a_moment", NULL, ON(2, 1, 0, 1, 2),
     {NONE(0, 1, 4), GOT(1, 2, 3, 1)}},
    {"never_empty", NO_ORDER, ON(2, 1, 0, 1, 1),
     {NONE(1, 1, 2)}},
    {"no_more_empty", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1), NONE(1, 3, 4)}},
    {"never_empty_beside_calls", NO_ORDER, ON(2, 1, 0, 1, 2),
     {SENT(0, 1, 2, 2), NONE(1, 3, 6), GOT(2, 4, 5, 1)}},

    /* ---- rendezvous ---- */
    {"met", NULL, ON(0, 0, 0, 1, 1),
     {SENT(0, 1, 3, 1), GOT(1, 2, 4, 1)}},
    {"met_the_other_way", NULL, ON(0, 0, 0, 1, 1),
     {GOT(1, 1, 4, 1), SENT(0, 2, 3, 1)}},
    {"sent_before_the_receive_began", NO_ORDER, ON(0, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1), GOT(1, 3, 4, 1)}},
    {"received_before_the_send_began", NO_ORDER, ON(0, 0, 0, 1, 1),
     {GOT(1, 1, 2, 1), SENT(0, 3, 4, 1)}},
    {"sent_and_nobody_was_there", NO_ORDER, ON(0, 0, 0, 1, 1),
     {SENT(0, 1, 2, 1)}},
    {"one_receive_for_two_sends", NO_ORDER, ON(0, 0, 0, 2, 1),
     {SENT(0, 1, 5, 1), SENT(1, 2, 4, 2), GOT(2, 3, 6, 1)}},
    {"met_out_of_order", NO_ORDER, ON(0, 0, 0, 2, 1),
     {SENT(0, 1, 4, 1), SENT(1, 5, 8, 2), GOT(2, 2, 3, 1), GOT(2, 6, 7, 2),
      FULL(0, 9, 10, 3), SAID(2, 11, 12, LEN, 1)}},
    {"tried_and_did_not_meet", NULL, ON(0, 0, 0, 1, 1),
     {FULL(0, 1, 3, 1), NONE(1, 2, 4)}},
    {"both_empty_and_full", NULL, ON(0, 0, 0, 1, 1),
     {SAID(0, 1, 2, IS_EMPTY, 1), SAID(0, 3, 4, IS_FULL, 1)}},
    {"rendezvous_not_full", NO_ORDER, ON(0, 0, 0, 1, 1),
     {SAID(0, 1, 2, IS_FULL, 0)}},
    {"rendezvous_after_close", NO_ORDER, ON(0, 0, 0, 1, 1),
     {DID(2, 1, 2, TX_CLOSE), SENT(0, 3, 5, 1), GOT(1, 4, 6, 1)}},

    /* ---- giving up ---- */
    {"timed_out", NULL, ON(1, 1, 0, 1, 1),
     {SEND_AS(0, 1, 2, 2, PAST, LEAT_ETIMEDOUT),
      SEND_AS(0, 3, 4, 2, SOON, LEAT_ETIMEDOUT)}},
    {"timed_out_with_room", NO_ORDER, ON(2, 1, 0, 1, 1),
     {SEND_AS(0, 1, 2, 2, SOON, LEAT_ETIMEDOUT)}},
    {"timed_out_with_a_message", NO_ORDER, ON(2, 1, 0, 1, 1),
     {RECV_AS(1, 1, 2, PAST, LEAT_ETIMEDOUT)}},
    {"a_try_that_timed_out", NO_ORDER, ON(1, 1, 0, 1, 1),
     {SEND_AS(0, 1, 2, 2, NOWAIT, LEAT_ETIMEDOUT)}},
    {"forever_and_timed_out", NO_ORDER, ON(1, 0, 0, 1, 1),
     {RECV_AS(1, 1, 2, EVER, LEAT_ETIMEDOUT)}},
    {"a_wait_that_was_a_try", NO_ORDER, ON(1, 0, 0, 1, 1),
     {RECV_AS(1, 1, 2, EVER, LEAT_EAGAIN)}},
    {"a_code_of_others", NO_ORDER, ON(1, 0, 0, 1, 1),
     {RECV_AS(1, 1, 2, EVER, LEAT_EINVAL)}},
    {"cancelled", NULL, ON(1, 0, 0, 1, 1),
     {RECV_TOKEN(1, 1, 4, EVER, 1, LEAT_ECANCELED), FIRED(0, 2, 3)}},
    {"cancelled_by_nobody", NO_ORDER, ON(1, 0, 0, 1, 1),
     {RECV_TOKEN(1, 1, 2, EVER, 1, LEAT_ECANCELED), FIRED(0, 3, 4)}},
    {"cancelled_by_another_token", NO_ORDER, ON(1, 0, 0, 1, 1),
     {RECV_TOKEN(1, 1, 4, EVER, 2, LEAT_ECANCELED), FIRED(0, 2, 3)}},
    {"cancelled_without_a_token", NO_ORDER, ON(1, 0, 0, 1, 1),
     {RECV_AS(1, 1, 4, EVER, LEAT_ECANCELED), FIRED(0, 2, 3)}},
    {"cancelled_with_a_message", NO_ORDER, ON(1, 1, 0, 1, 1),
     {FIRED(0, 1, 2), RECV_TOKEN(1, 3, 4, EVER, 1, LEAT_ECANCELED)}},
    {"a_try_asks_no_token", NO_ORDER, ON(1, 0, 0, 1, 1),
     {FIRED(0, 1, 2), RECV_TOKEN(1, 3, 4, NOWAIT, 1, LEAT_ECANCELED)}},
    {"a_try_with_a_token", NULL, ON(1, 0, 0, 1, 1),
     {FIRED(0, 1, 2), RECV_TOKEN(1, 3, 4, NOWAIT, 1, LEAT_EAGAIN)}},
    {"cancelled_beats_timed_out", NO_ORDER, ON(1, 0, 0, 1, 1),
     {FIRED(0, 1, 2), RECV_TOKEN(1, 3, 4, PAST, 1, LEAT_ETIMEDOUT)}},
    {"timed_out_before_it_was_fired", NULL, ON(1, 0, 0, 1, 1),
     {RECV_TOKEN(1, 1, 4, SOON, 1, LEAT_ETIMEDOUT), FIRED(0, 2, 3)}},
    /* full, then not, then fired: it looked in this order */
    {"cancelled_a_moment_later", NULL, ON(1, 1, 0, 1, 1),
     {SEND_TOKEN(0, 1, 8, 2, EVER, 1, LEAT_ECANCELED), GOT(1, 2, 3, 1),
      NONE(1, 4, 5), FIRED(1, 6, 7)}},
    {"fired_too_late", NO_ORDER, ON(1, 1, 0, 1, 1),
     {SEND_TOKEN(0, 1, 4, 2, EVER, 1, LEAT_ECANCELED), GOT(1, 2, 3, 1),
      FIRED(1, 5, 6)}},
    {"fired_and_asked", NO_ORDER, ON(1, 0, 0, 1, 1),
     {FIRED(0, 1, 2), CHECKED(1, 3, 4, 0)}},
    {"asked_and_not_fired", NO_ORDER, ON(1, 0, 0, 1, 1),
     {CHECKED(1, 1, 2, 1), FIRED(0, 3, 4)}},

    /* ---- the end of the stream ---- */
    {"drained_then_closed", NULL, ON(2, 1, 0, 1, 1),
     {DID(0, 1, 2, TX_CLOSE), GOT(1, 3, 4, 1), RECV_CLOSED(1, 5, 6)}},
    {"closed_before_it_was_drained", NO_ORDER, ON(2, 1, 0, 1, 1),
     {DID(0, 1, 2, TX_CLOSE), RECV_CLOSED(1, 3, 4), GOT(1, 5, 6, 1)}},
    {"closed_by_nobody", NO_ORDER, ON(2, 0, 0, 1, 1),
     {RECV_CLOSED(1, 1, 2)}},
    {"closed_before_the_close", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SEND_CLOSED(0, 1, 2, 1), DID(0, 3, 4, TX_CLOSE)}},
    {"closed_in_the_wait", NULL, ON(1, 0, 0, 1, 1),
     {RECV_CLOSED(1, 1, 4), DID(0, 2, 3, TX_CLOSE)}},
    {"sent_after_close", NO_ORDER, ON(2, 0, 0, 1, 1),
     {DID(1, 1, 2, RX_CLOSE), SENT(0, 3, 4, 1)}},
    {"sent_beside_close", NULL, ON(2, 0, 0, 1, 1),
     {DID(1, 1, 4, RX_CLOSE), SENT(0, 2, 3, 1), GOT(1, 5, 6, 1),
      RECV_CLOSED(1, 7, 8)}},
    {"open_again", NO_ORDER, ON(2, 0, 0, 1, 2),
     {DID(1, 1, 8, RX_CLOSE), SEND_CLOSED(0, 2, 3, 1), SENT(0, 4, 5, 2)}},
    {"empty_after_close", NO_ORDER, ON(2, 0, 0, 1, 1),
     {DID(0, 1, 2, TX_CLOSE), NONE(1, 3, 4)}},
    {"full_after_close", NO_ORDER, ON(1, 1, 0, 1, 1),
     {DID(1, 1, 2, RX_CLOSE), FULL(0, 3, 4, 2)}},
    {"last_sender_gone", NULL, ON(2, 0, 0, 2, 1),
     {SAID(0, 1, 2, TX_DROP, 0), NONE(1, 3, 4), SAID(2, 5, 6, TX_DROP, 1),
      RECV_CLOSED(1, 7, 8)}},
    {"last_sender_gone_and_messages_left", NULL, ON(2, 2, 0, 1, 1),
     {SAID(0, 1, 2, TX_DROP, 1), GOT(1, 3, 4, 1), GOT(1, 5, 6, 2),
      RECV_CLOSED(1, 7, 8)}},
    {"a_sender_left", NO_ORDER, ON(2, 0, 0, 2, 1),
     {SAID(0, 1, 2, TX_DROP, 0), RECV_CLOSED(1, 3, 4)}},
    {"last_receiver_gone", NULL, ON(2, 1, 0, 1, 1),
     {DISCARDED(1, 1, 2, RX_DROP, 1, 1), SEND_CLOSED(0, 3, 4, 2)}},
    {"sent_to_nobody", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SAID(1, 1, 2, RX_DROP, 1), SENT(0, 3, 4, 1),
      DISCARDED(1, 5, 6, RX_ABORT, 1, 1)}},
    {"because", NULL, ON(2, 0, 0, 1, 2),
     {BECAUSE(0, 1, 2, 7), BECAUSE(1, 3, 4, 8),
      SAID(1, 5, 6, CLOSE_REASON, 7)}},
    {"because_of_the_last", NO_ORDER, ON(2, 0, 0, 1, 2),
     {BECAUSE(0, 1, 2, 7), BECAUSE(1, 3, 4, 8),
      SAID(1, 5, 6, CLOSE_REASON, 8)}},
    {"because_of_either", NULL, ON(2, 0, 0, 1, 2),
     {BECAUSE(0, 1, 3, 7), BECAUSE(1, 2, 4, 8),
      SAID(1, 5, 6, CLOSE_REASON, 8)}},
    {"no_reason_while_open", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SAID(0, 1, 2, CLOSE_REASON, 7), BECAUSE(1, 3, 4, 7)}},
    {"closed_and_says_no", NO_ORDER, ON(2, 0, 0, 1, 1),
     {DID(0, 1, 2, TX_CLOSE), SAID(1, 3, 4, IS_CLOSED, 0)}},
    {"open_and_says_no", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SAID(1, 1, 2, IS_CLOSED, 1), DID(0, 3, 4, TX_CLOSE)}},

    /* ---- abort ---- */
    {"aborted", NULL, ON(2, 2, 0, 1, 2),
     {DISCARDED(0, 1, 2, RX_ABORT, 2, 2, 1), RECV_CLOSED(1, 3, 4)}},
    {"abort_left_one", NO_ORDER, ON(2, 2, 0, 1, 2),
     {DISCARDED(0, 1, 2, RX_ABORT, 1, 1), RECV_CLOSED(1, 3, 4)}},
    {"delivered_after_abort", NO_ORDER, ON(2, 1, 0, 1, 2),
     {DID(0, 1, 2, RX_ABORT), GOT(1, 3, 4, 1)}},
    {"received_beside_abort", NULL, ON(2, 2, 0, 1, 2),
     {DISCARDED(0, 1, 4, RX_ABORT, 1, 2), GOT(1, 2, 3, 1)}},
    {"sent_after_abort", NO_ORDER, ON(2, 0, 0, 1, 2),
     {DID(0, 1, 2, RX_ABORT), SENT(1, 3, 4, 1)}},
    /* closed, and not discarded yet */
    {"abort_is_two_steps", NULL, ON(2, 1, 0, 1, 1),
     {DID(1, 1, 8, RX_ABORT), SEND_CLOSED(0, 2, 3, 2), GOT(2, 4, 5, 1),
      SAID(0, 6, 7, LEN, 0)}},
    {"discarded_and_not_closed", NO_ORDER, ON(2, 1, 0, 1, 1),
     {DISCARDED(1, 1, 8, RX_ABORT, 1, 1), SAID(0, 2, 3, LEN, 0),
      SENT(0, 4, 5, 2), GOT(2, 9, 10, 2)}},
    {"drop_left_one", NO_ORDER, ON(2, 2, 0, 1, 1),
     {DISCARDED(0, 1, 2, RX_DROP, 1, 1),
      {AT(1, 3, 4), .kind = RX_ABORT, .discards = 1, .discarded = {2}}}},

    /* ---- owners ---- */
    {"owners", NULL, ON(2, 0, 0, 1, 1),
     {DID(0, 1, 2, TX_CLONE), SAID(0, 3, 4, TX_COUNT, 2),
      SAID(0, 5, 6, TX_DROP, 0), SAID(0, 7, 8, TX_DROP, 1),
      SAID(1, 9, 10, TX_COUNT, 0), SAID(1, 11, 12, CHAN_TX, 0)}},
    {"two_last_owners", NO_ORDER, ON(2, 0, 0, 2, 1),
     {SAID(0, 1, 3, TX_DROP, 1), SAID(1, 2, 4, TX_DROP, 1)}},
    {"no_last_owner", NO_ORDER, ON(2, 0, 0, 2, 1),
     {SAID(0, 1, 3, TX_DROP, 0), SAID(1, 2, 4, TX_DROP, 0)}},
    {"a_half_came_back", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SAID(0, 1, 2, TX_DROP, 1), SAID(1, 3, 4, CHAN_TX, 1)}},
    {"a_half_was_there", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SAID(1, 1, 2, CHAN_TX, 0), SAID(0, 3, 4, TX_DROP, 1)}},
    {"owned_beside_the_last_drop", NULL, ON(2, 0, 0, 1, 1),
     {SAID(0, 1, 4, TX_DROP, 0), SAID(1, 2, 3, CHAN_TX, 1),
      SAID(1, 5, 6, TX_DROP, 1)}},
    {"one_owner_too_many", NO_ORDER, ON(2, 0, 0, 1, 2),
     {SAID(0, 1, 2, RX_COUNT, 1)}},
    /* counted, and not closed yet */
    {"the_last_drop_is_two_steps", NULL, ON(2, 0, 0, 1, 1),
     {SAID(0, 1, 8, TX_DROP, 1), SAID(1, 2, 3, TX_COUNT, 0), NONE(1, 4, 5),
      RECV_CLOSED(1, 6, 7)}},
    {"closed_and_not_counted", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SAID(0, 1, 6, TX_DROP, 1), RECV_CLOSED(1, 2, 3),
      SAID(1, 4, 5, TX_COUNT, 1)}},

    /* ---- looks ---- */
    {"length", NULL, ON(2, 1, 0, 1, 1),
     {SAID(2, 1, 6, LEN, 2), SENT(0, 2, 3, 2), GOT(1, 4, 5, 1)}},
    {"length_that_never_was", NO_ORDER, ON(3, 1, 0, 1, 1),
     {SAID(2, 1, 6, LEN, 0), SENT(0, 2, 3, 2), GOT(1, 4, 5, 1)}},
    {"length_too_high", NO_ORDER, ON(3, 1, 0, 1, 1),
     {SAID(2, 1, 6, LEN, 3), SENT(0, 2, 3, 2), GOT(1, 4, 5, 1)}},
    {"length_of_the_past", NO_ORDER, ON(2, 1, 0, 1, 1),
     {GOT(1, 1, 2, 1), SAID(2, 3, 4, LEN, 1)}},
    {"empty_and_full", NULL, ON(1, 0, 0, 1, 1),
     {SAID(2, 1, 2, IS_EMPTY, 1), SAID(2, 3, 4, IS_FULL, 0), SENT(0, 5, 6, 1),
      SAID(2, 7, 8, IS_EMPTY, 0), SAID(2, 9, 10, IS_FULL, 1)}},
    {"empty_and_says_no", NO_ORDER, ON(1, 0, 0, 1, 1),
     {SAID(2, 1, 2, IS_EMPTY, 0)}},
    {"not_empty_and_says_yes", NO_ORDER, ON(1, 1, 0, 1, 1),
     {SAID(2, 1, 2, IS_EMPTY, 1)}},
    {"full_and_says_no", NO_ORDER, ON(1, 1, 0, 1, 1),
     {SAID(2, 1, 2, IS_FULL, 0)}},
    {"not_full_and_says_yes", NO_ORDER, ON(2, 1, 0, 1, 1),
     {SAID(2, 1, 2, IS_FULL, 1)}},

    /* ---- both ends promised single ---- */
    {"promised_length_too_high_by_what_moved", NULL, ON(3, 1, BOTH, 1, 1),
     {SAID(2, 1, 6, LEN, 2), GOT(1, 2, 3, 1), SENT(0, 4, 5, 2)}},
    {"promised_length_too_high_by_more", NO_ORDER, ON(3, 1, BOTH, 1, 1),
     {SAID(2, 1, 6, LEN, 3), GOT(1, 2, 3, 1), SENT(0, 4, 5, 2)}},
    {"promised_length_and_one_end_moved", NO_ORDER, ON(3, 1, BOTH, 1, 1),
     {SAID(2, 1, 4, LEN, 2), GOT(1, 2, 3, 1)}},
    {"promised_length_too_low", NO_ORDER, ON(3, 1, BOTH, 1, 1),
     {SAID(2, 1, 6, LEN, 0), SENT(0, 2, 3, 2), GOT(1, 4, 5, 1)}},
    {"promised_length_above_the_capacity", NO_ORDER, ON(2, 2, BOTH, 1, 1),
     {SAID(2, 1, 6, LEN, 3), GOT(1, 2, 3, 1), SENT(0, 4, 5, 3)}},
    {"one_promise_and_the_length_too_high", NO_ORDER,
     ON(3, 1, LEAT_SINGLE_PRODUCER, 1, 1),
     {SAID(2, 1, 6, LEN, 2), GOT(1, 2, 3, 1), SENT(0, 4, 5, 2)}},
    {"promised_and_empty_while_it_closes", NULL, ON(2, 0, BOTH, 1, 1),
     {DID(2, 1, 8, TX_CLOSE), SEND_CLOSED(0, 2, 3, 1), NONE(1, 4, 5)}},
    {"promised_and_empty_after_close", NO_ORDER, ON(2, 0, BOTH, 1, 1),
     {DID(2, 1, 2, TX_CLOSE), NONE(1, 3, 4)}},
    {"promised_and_empty_after_the_end", NO_ORDER, ON(2, 0, BOTH, 1, 1),
     {DID(2, 1, 8, TX_CLOSE), RECV_CLOSED(1, 2, 3), NONE(1, 4, 5)}},
    {"not_promised_and_empty_while_it_closes", NO_ORDER, ON(2, 0, 0, 1, 1),
     {DID(2, 1, 8, TX_CLOSE), SEND_CLOSED(0, 2, 3, 1), NONE(1, 4, 5)}},
    {"a_send_waited_out", NULL, ON(2, 0, BOTH, 1, 1),
     {DID(2, 1, 10, TX_CLOSE), SENT(0, 2, 9, 1), SAID(1, 3, 4, IS_CLOSED, 1),
      NONE(1, 5, 6), GOT(1, 7, 8, 1)}},
    {"a_send_waited_out_by_others", NO_ORDER,
     ON(2, 0, LEAT_SINGLE_PRODUCER, 1, 1),
     {DID(2, 1, 10, TX_CLOSE), SENT(0, 2, 9, 1), SAID(1, 3, 4, IS_CLOSED, 1),
      NONE(1, 5, 6), GOT(1, 7, 8, 1)}},
    {"a_send_that_knew_better", NO_ORDER, ON(2, 0, BOTH, 1, 1),
     {DID(2, 1, 8, TX_CLOSE), SAID(0, 2, 3, IS_CLOSED, 1), SENT(0, 4, 5, 1)}},
    {"a_send_after_the_end", NO_ORDER, ON(2, 0, BOTH, 1, 1),
     {DID(2, 1, 8, TX_CLOSE), SENT(0, 2, 7, 1), RECV_CLOSED(1, 3, 4),
      GOT(1, 5, 6, 1)}},
    {"marked", NULL, ON(2, 2, BOTH, 1, 1),
     {DID(2, 1, 2, RX_ABORT), SAID(2, 3, 4, LEN, 2),
      RECV_DISCARDED(1, 5, 6, 2, 1, 2), RECV_CLOSED(1, 7, 8)}},
    {"marked_and_dropped", NULL, ON(2, 2, BOTH, 1, 1),
     {DID(2, 1, 2, RX_ABORT), DISCARDED(1, 5, 6, RX_DROP, 2, 1, 2)}},
    {"marked_and_delivered", NO_ORDER, ON(2, 2, BOTH, 1, 1),
     {DID(2, 1, 2, RX_ABORT), GOT(1, 3, 4, 1)}},
    {"marked_and_not_discarded", NO_ORDER, ON(2, 2, BOTH, 1, 1),
     {DID(2, 1, 2, RX_ABORT), RECV_CLOSED(1, 3, 4)}},
    {"marked_in_the_receive", NULL, ON(2, 1, BOTH, 1, 1),
     {DID(2, 1, 2, RX_CLOSE), GOT(1, 3, 8, 1), DID(2, 4, 5, RX_ABORT),
      SAID(2, 6, 7, LEN, 1)}},
    {"discarded_without_a_mark", NO_ORDER, ON(2, 1, BOTH, 1, 1),
     {DID(2, 1, 2, RX_CLOSE), RECV_DISCARDED(1, 3, 4, 1, 1)}},

    /* ---- policies ---- */
    {"failed_at_once", NULL, WHEN_FULL(FAIL, 1, 1),
     {SEND_AS(0, 1, 2, 2, EVER, LEAT_EAGAIN)}},
    {"failed_with_room", NO_ORDER, WHEN_FULL(FAIL, 2, 1),
     {SEND_AS(0, 1, 2, 2, EVER, LEAT_EAGAIN)}},
    {"failed_after_close", NO_ORDER, WHEN_FULL(FAIL, 1, 1),
     {DID(1, 1, 2, RX_CLOSE), SEND_AS(0, 3, 4, 2, EVER, LEAT_EAGAIN)}},
    {"failed_by_the_clock", NO_ORDER, WHEN_FULL(FAIL, 1, 1),
     {SEND_AS(0, 1, 2, 2, PAST, LEAT_ETIMEDOUT)}},
    {"waited_and_should_fail", NO_ORDER, WHEN_FULL(FAIL, 1, 1),
     {SENT(0, 1, 2, 2), GOT(1, 3, 4, 1), GOT(1, 5, 6, 2)}},
    {"failed_and_dropped", "the hook ran in it", WHEN_FULL(FAIL, 1, 1),
     {SENT_DROPPING(0, 1, 2, 2, 1)}},
    {"dropped_the_oldest", NULL, WHEN_FULL(DROP_OLDEST, 2, 2),
     {SENT_DROPPING(0, 1, 2, 3, 1), GOT(1, 3, 4, 2), GOT(1, 5, 6, 3)}},
    {"dropped_a_middle_one", NO_ORDER, WHEN_FULL(DROP_OLDEST, 2, 2),
     {SENT_DROPPING(0, 1, 2, 3, 2), GOT(1, 3, 4, 1), GOT(1, 5, 6, 3)}},
    {"dropped_its_own_for_the_oldest", NO_ORDER, WHEN_FULL(DROP_OLDEST, 2, 2),
     {SENT_DROPPING(0, 1, 2, 3, 3)}},
    {"dropped_with_room", NO_ORDER, WHEN_FULL(DROP_OLDEST, 3, 2),
     {SENT_DROPPING(0, 1, 2, 3, 1)}},
    {"dropped_two", NO_ORDER, WHEN_FULL(DROP_OLDEST, 2, 2),
     {DISCARDED(0, 1, 2, SEND, 2, 1, 2), SAID(1, 3, 4, LEN, 0)}},
    {"dropped_none", NO_ORDER, WHEN_FULL(DROP_OLDEST, 2, 2),
     {SENT(0, 1, 2, 3), SAID(1, 3, 4, LEN, 3)}},
    {"took_the_oldest_place", NO_ORDER, WHEN_FULL(DROP_OLDEST, 2, 2),
     {SENT_DROPPING(0, 1, 2, 3, 1), GOT(1, 3, 4, 3), GOT(1, 5, 6, 2)}},
    {"dropping_failed", NO_ORDER, WHEN_FULL(DROP_OLDEST, 2, 2),
     {FULL(0, 1, 2, 3)}},
    {"dropped_after_close", NO_ORDER, WHEN_FULL(DROP_OLDEST, 2, 2),
     {DID(1, 1, 2, RX_CLOSE), SENT_DROPPING(0, 3, 4, 3, 1)}},
    {"dropped_what_was_received", "m1 was received, and discarded too",
     WHEN_FULL(DROP_OLDEST, 2, 2),
     {SENT_DROPPING(0, 1, 4, 3, 1), GOT(1, 2, 3, 1)}},
    {"received_beside_a_drop", NULL, WHEN_FULL(DROP_OLDEST, 2, 2),
     {SENT_DROPPING(0, 1, 4, 3, 1), GOT(1, 2, 3, 2)}},
    {"never_one_less", NO_ORDER, WHEN_FULL(DROP_OLDEST, 2, 2),
     {SENT_DROPPING(0, 1, 4, 3, 1), SAID(1, 2, 3, LEN, 1)}},
    {"dropped_the_newest", NULL, WHEN_FULL(DROP_NEWEST, 2, 2),
     {SENT_DROPPING(0, 1, 2, 3, 3), GOT(1, 3, 4, 1), GOT(1, 5, 6, 2),
      NONE(1, 7, 8)}},
    {"dropped_the_oldest_for_the_newest", NO_ORDER,
     WHEN_FULL(DROP_NEWEST, 2, 2),
     {SENT_DROPPING(0, 1, 2, 3, 1)}},
    {"dropped_the_newest_with_room", NO_ORDER, WHEN_FULL(DROP_NEWEST, 2, 1),
     {SENT_DROPPING(0, 1, 2, 3, 3)}},
    {"dropped_and_delivered", "m3 was received, and discarded too",
     WHEN_FULL(DROP_NEWEST, 1, 1),
     {SENT_DROPPING(0, 1, 2, 3, 3), GOT(1, 3, 4, 1), GOT(1, 5, 6, 3)}},
    {"nobody_met", NULL, WHEN_FULL(DROP_NEWEST, 0, 0),
     {SENT_DROPPING(0, 1, 2, 1, 1)}},
    {"the_latest", NULL, WHEN_FULL(CONFLATE, 1, 1),
     {SENT_DROPPING(0, 1, 2, 2, 1), SENT_DROPPING(0, 3, 4, 3, 2),
      GOT(1, 5, 6, 3)}},
    {"not_the_latest", NO_ORDER, WHEN_FULL(CONFLATE, 1, 1),
     {SENT_DROPPING(0, 1, 2, 2, 2), GOT(1, 3, 4, 1)}},

    /* ---- force ---- */
    {"forced", NULL, ON(2, 2, 0, 1, 1),
     {FORCED(0, 1, 2, 3, 1), GOT(1, 3, 4, 2), GOT(1, 5, 6, 3),
      FORCED(0, 7, 8, 4, 0)}},
    {"forced_out_the_newest", NO_ORDER, ON(2, 2, 0, 1, 1),
     {FORCED(0, 1, 2, 3, 2), GOT(1, 3, 4, 1)}},
    {"forced_with_room", NO_ORDER, ON(2, 1, 0, 1, 1),
     {FORCED(0, 1, 2, 2, 1)}},
    {"forced_and_none_left", NO_ORDER, ON(2, 2, 0, 1, 1),
     {FORCED(0, 1, 2, 3, 0)}},
    {"forced_and_failed", NO_ORDER, ON(2, 2, 0, 1, 1),
     {{AT(0, 1, 2), .kind = FORCE, .msg = 3, .answer = LEAT_EAGAIN}}},
    {"forced_on_nobody", NULL, ON(0, 0, 0, 1, 1),
     {{AT(0, 1, 2), .kind = FORCE, .msg = 1, .answer = LEAT_EAGAIN}}},
    {"forced_into_a_meeting", NULL, ON(0, 0, 0, 1, 1),
     {GOT(1, 1, 4, 1), FORCED(0, 2, 3, 1, 0)}},
    {"forced_after_close", NO_ORDER, ON(2, 2, 0, 1, 1),
     {DID(1, 1, 2, RX_CLOSE), FORCED(0, 3, 4, 3, 1)}},
    {"forced_and_hooked", "force: the hook ran in it", ON(1, 1, 0, 1, 1),
     {{AT(0, 1, 2), .kind = FORCE, .msg = 2, .displaced = 1, .answer = 1,
       .discards = 1, .discarded = {1}}}},
    {"forced_and_received", "m1 was received, and displaced too",
     ON(1, 1, 0, 1, 1),
     {FORCED(0, 1, 4, 2, 1), GOT(1, 2, 3, 1)}},
    {"forced_and_lost", "m1 is lost", ON(1, 1, 0, 1, 1),
     {FORCED(0, 1, 2, 2, 0), DISCARDED(1, 3, 4, RX_DROP, 1, 2)}},
    {"promised_and_forced", NULL, ON(2, 2, BOTH, 1, 1),
     {FORCED(0, 1, 4, 3, 1), GOT(1, 2, 5, 2), SAID(1, 6, 7, LEN, 1)}},

    /* ---- batches ---- */
    {"sent_in_a_batch", NULL, ON(3, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 2, 3, 3, 1), GOT_MANY(1, 3, 4, 2, 2, 1, 2),
      GOT(1, 5, 6, 3)}},
    {"batch_in_disorder", NO_ORDER, ON(3, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 2, 2, 2, 1), GOT(1, 3, 4, 2), GOT(1, 5, 6, 1)}},
    {"received_in_disorder", NO_ORDER, ON(3, 2, 0, 1, 1),
     {GOT_MANY(1, 1, 2, 2, 2, 2, 1)}},
    {"batch_with_another_between", NULL, ON(3, 0, 0, 2, 1),
     {SENT_MANY(0, 1, 4, 2, 2, 1), SENT(1, 2, 3, 3), GOT(2, 5, 6, 1),
      GOT(2, 7, 8, 3), GOT(2, 9, 10, 2)}},
    {"batch_with_a_later_between", NO_ORDER, ON(3, 0, 0, 2, 1),
     {SENT_MANY(0, 1, 2, 2, 2, 1), SENT(1, 3, 4, 3), GOT(2, 5, 6, 1),
      GOT(2, 7, 8, 3), GOT(2, 9, 10, 2)}},
    {"batch_cut_by_room", NULL, ON(2, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 2, 2, 3, 1), GOT(1, 3, 4, 1)}},
    {"batch_cut_and_room_left", NO_ORDER, ON(3, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 2, 2, 3, 1)}},
    {"batch_above_the_capacity", NO_ORDER, ON(2, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 2, 3, 3, 1)}},
    {"batch_beside_a_receive", NULL, ON(2, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 4, 3, 3, 1), GOT(1, 2, 3, 1)}},
    {"batch_cut_by_close", NULL, ON(UNB, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 4, 1, 3, 1), DID(1, 2, 3, RX_CLOSE)}},
    {"batch_cut_by_nothing", NO_ORDER, ON(UNB, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 2, 1, 3, 1)}},
    {"batch_of_nothing", NO_ORDER, ON(2, 2, 0, 1, 1),
     {SENT_MANY(0, 1, 2, 0, 3, 3)}},
    {"the_rest_of_a_batch_came", "m3 came, and its send had failed",
     ON(2, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 2, 2, 3, 1), GOT_MANY(1, 3, 4, 3, 3, 1, 2, 3)}},
    {"received_all_there_was", NULL, ON(3, 2, 0, 1, 1),
     {GOT_MANY(1, 1, 2, 2, 3, 1, 2)}},
    {"received_too_few", NO_ORDER, ON(3, 2, 0, 1, 1),
     {GOT_MANY(1, 1, 2, 1, 3, 1)}},
    {"received_with_another_between", NULL, ON(3, 3, 0, 1, 2),
     {GOT_MANY(0, 1, 4, 2, 3, 1, 3), GOT(1, 2, 3, 2)}},
    {"waited_for_the_second", NO_ORDER, ON(3, 1, 0, 1, 1),
     {GOT_MANY(1, 1, 2, 2, 2, 1, 2), SENT(0, 3, 4, 2)}},
    {"met_in_a_batch", NULL, ON(0, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 4, 2, 3, 1), GOT_MANY(1, 2, 3, 2, 2, 1, 2)}},
    {"met_in_a_batch_and_once_more", NO_ORDER, ON(0, 0, 0, 1, 1),
     {SENT_MANY(0, 1, 4, 2, 3, 1), GOT(1, 2, 3, 1), GOT(1, 5, 6, 2)}},
    {"drained", NULL, ON(3, 2, 0, 1, 1),
     {DRAINED(1, 1, 2, 2, 3, 1, 2), DRAINED(1, 3, 4, 0, 3, 0)}},
    {"drained_too_few", NO_ORDER, ON(3, 2, 0, 1, 1),
     {DRAINED(1, 1, 2, 0, 3, 0)}},
    {"marked_in_a_batch", NULL, ON(3, 2, BOTH, 1, 1),
     {{AT(1, 1, 4), .kind = RECV_MANY, .patience = EVER, .asked = 3,
       .answer = 1, .batch = {1}, .discards = 1, .discarded = {2}},
      DID(2, 2, 3, RX_ABORT)}},

    /* ---- peeks ---- */
    {"peeked", NULL, ON(3, 2, 0, 1, 1),
     {PEEKED(1, 1, 2, 1), PEEKED(1, 3, 4, 1), GOT(1, 5, 6, 1),
      PEEKED(1, 7, 8, 2)}},
    {"peeked_at_the_second", NO_ORDER, ON(3, 2, 0, 1, 1),
     {PEEKED(1, 1, 2, 2)}},
    {"peeked_and_it_was_gone", NO_ORDER, ON(3, 2, 0, 1, 1),
     {PEEKED(1, 1, 2, 1), GOT(1, 3, 4, 2), GOT(1, 5, 6, 1)}},
    {"peeked_at_the_past", NO_ORDER, ON(3, 2, 0, 1, 1),
     {GOT(1, 1, 2, 1), PEEKED(1, 3, 4, 1)}},
    {"peeked_before_it_was_sent", NO_ORDER, ON(3, 0, 0, 1, 1),
     {PEEKED(1, 1, 2, 1), SENT(0, 3, 4, 1)}},
    {"peeked_at_who_waits", NULL, ON(0, 0, 0, 1, 1),
     {SEND_AS(0, 1, 4, 1, SOON, LEAT_ETIMEDOUT), PEEKED(1, 2, 3, 1)}},
    {"peeked_at_who_does_not_wait", NO_ORDER, ON(0, 0, 0, 1, 1),
     {FULL(0, 1, 4, 1), PEEKED(1, 2, 3, 1)}},
    {"peeked_at_who_has_met", NO_ORDER, ON(0, 0, 0, 1, 1),
     {SENT(0, 1, 4, 1), GOT(1, 2, 3, 1), PEEKED(1, 5, 6, 1)}},
    {"peeked_after_abort", NO_ORDER, ON(3, 1, BOTH, 1, 1),
     {DID(2, 1, 2, RX_ABORT), PEEKED(1, 3, 4, 1)}},

    /* ---- the other side ---- */
    {"gone", NULL, ON(1, 0, 0, 1, 1),
     {SAID(0, 1, 2, TX_IS_GONE, 0), SAID(1, 3, 4, RX_DROP, 1),
      SAID(0, 5, 6, TX_IS_GONE, 1), DID(0, 7, 8, TX_WAIT_GONE)}},
    {"gone_and_there", NO_ORDER, ON(1, 0, 0, 1, 1),
     {SAID(0, 1, 2, TX_IS_GONE, 1), SAID(1, 3, 4, RX_DROP, 1)}},
    {"gone_unseen", NO_ORDER, ON(1, 0, 0, 1, 1),
     {SAID(1, 1, 2, RX_DROP, 1), SAID(0, 3, 4, TX_IS_GONE, 0)}},
    {"waited_and_not_gone", NO_ORDER, ON(1, 0, 0, 1, 2),
     {SAID(1, 1, 2, RX_DROP, 0), DID(0, 3, 4, TX_WAIT_GONE)}},
    {"closed_is_not_gone", NO_ORDER, ON(1, 0, 0, 1, 1),
     {DID(1, 1, 2, RX_CLOSE), DID(0, 3, 4, TX_WAIT_GONE)}},
};

/* clang-format on */

#endif
