/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* select.h - one select, for a thread or a callback: begin, poll, arm, leave.
 *
 * A thread (select.c) does
 *
 *     first: a case or a few that chance has; then a look at each, in the order of the
 *     array, and a try of those that might be done, in a random order; the first that is
 *     not LEAT_EAGAIN is it. Most selects end here, with nothing set up
 *     if it has to wait, and neither token nor deadline says no:
 *     arm: enlist at each place. A place that might be ready says so, and enlists nothing
 *     park, unless one said so
 *     leave all places, which tells what the winner has done
 *     nothing? then poll: each case's try, in a random order; and from arm on again
 *
 * and an event loop (src/loop) does the same with a poll for the first and with being told
 * for parking.
 *
 * The wait. One leat__wait, with a node in each case; src/park/wait.h has its rules.
 *
 * Invariants.
 *   S1  a case is tried only while the select is enlisted nowhere
 *   S2  so at most one thing is done: by the one event that claims the wait, or by one
 *       try
 *   S3  what leave tells was done by the winner of the wait; at most one case tells
 *   S4  a select returns LEAT_ECANCELED or LEAT_ETIMEDOUT only after all cases, tried one
 *       by one since it was last enlisted, had to wait
 *
 * Why no wake-up is lost. Say that something becomes possible, a message at c, while the
 * select is enlisted at c. Who brings it finds the node at c under c's lock, and claims
 * the wait. If the claim succeeds the select gets the message, or is woken to try. If it
 * fails another has won: either the select itself, because a place said "try now", a
 * time came or a descriptor is ready; then it leaves all places and polls all cases
 * again, after that claim, so it comes to c's lock later than the message, which went
 * into the channel (or its sender stands in line there): the poll finds it, or somebody
 * else has it. Or it was another event, and the select returns that one's outcome;
 * the message is in the channel, for the next call. And if c's node is not there
 * yet when the message comes, arm finds the message, under the same lock. When two selects
 * face each other each is enlisted before it goes to sleep; the second to come to a
 * place finds the first there, unclaimed, or claimed by its owner, who will then come
 * to the place again, and find the second.
 *
 * Progress. An arm that says "try now" may be followed by a try in vain if somebody was
 * faster, so a select may go round, but only if others do something or go round too. Two
 * that disturb each other in lock-step draw a new order each time. Lifetime: the cases
 * are in places only between arm and leave.
 *
 * MODEL: tests/model/m_select.c */
#ifndef LEAT_SELECT_SELECT_H
#define LEAT_SELECT_SELECT_H

#include "os/os.h"
#include "park/source.h"
#include "park/token.h"

typedef struct leat__selection {
    leat__wait wait; /* first: who is told finds the selection by it */
    bool hints;      /* leat_ready */
    bool ends;
    bool biased;
    bool carried; /* carrier is in the token's list */
    leat_case *cases;
    uint32_t all; /* how many cases there are */
    uint32_t
        on; /* how many of them are on: cases[k].order_, k < on, says which */
    uint32_t armed; /* the first so many of those are in their places */
    uint32_t polls; /* how many are descriptors */
    const leat__os_bell *bell; /* it sleeps in poll; NULL: it does not */
    leat__token *token;        /* of the until; NULL: none */
    leat__carrier carrier;
    uint64_t chance;
} leat__selection;

/* What a call with these flags has for chance; 0: it needs none. */
uint64_t leat__selection_chance(size_t n, uint32_t flags);

/* returns 0, or LEAT_EINVAL: unknown flags, too many */
int leat__selection_begin(leat__selection *it, leat_case *cases, size_t n,
                          uint32_t flags, uint64_t chance);

/* The call is over. */
void leat__selection_end(leat__selection *it);

/* Try each. returns the index of the case that was done; LEAT_EAGAIN: all have to wait.
 * pre: enlisted nowhere */
int leat__selection_poll(leat__selection *it);

/* Go to all places, the token's last. notify NULL: a thread waits.
 * returns LEAT_EAGAIN: enlisted everywhere; an index: that case might be ready, and
 *         LEAT_ECANCELED: the token has fired; then it is enlisted at some places, and
 *         the caller claims the wait */
int leat__selection_arm(leat__selection *it, void (*notify)(leat__wait *));

/* Leave all places. pre: the wait is complete, or claimed by the caller
 * returns the index of the case that the winner has done; LEAT_EAGAIN: none */
int leat__selection_leave(leat__selection *it);

/* The earliest due time of a case; INT64_MAX: none. */
int64_t leat__selection_due(const leat__selection *it);

#endif
