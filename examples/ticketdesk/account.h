/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* account.h - what was sent and what came back, and whether that adds up.
 *
 * The promise of the program is that every accepted command is answered exactly
 * once. The client counts what it sent and what it got; the server counts what
 * it did; the discard hook and the channel's own statistics count what was
 * dropped. They count apart from each other, so a command that is lost, or
 * answered twice, shows as a difference. */
#ifndef TICKETDESK_ACCOUNT_H
#define TICKETDESK_ACCOUNT_H

#include "proto.h"

#include <stdio.h>

/* One client's, or the sum of all. */
struct account {
    uint64_t sent[COMMANDS];              /* accepted by the channel */
    uint64_t refused[COMMANDS];           /* by a channel that was full */
    uint64_t answered[COMMANDS][ANSWERS]; /* ANSWER_DROPPED among them */
    uint64_t returned[COMMANDS]; /* by a send that gave up, at shutdown */
    uint64_t lost;               /* requests whose answer will never come */
    uint64_t loaded;      /* inserts sent, with a ticket from the input */
    uint64_t turned_away; /* the same, but refused */
    uint64_t mixed;       /* other commands, whatever became of them */
    uint64_t unsent;      /* tickets from the input that could not be sent */
};

/* The server's side of it. */
struct ledger {
    uint64_t served[COMMANDS][ANSWERS];
    uint64_t unread;  /* answers that no client was there to take */
    uint64_t dropped; /* calls of the discard hook */
    leat_stats stats; /* what the command channel has counted itself */
    /* on the desk, in the end; the last: all */
    uint64_t tickets[TICKET_STATUSES + 1];
};

/* The input's side of it. */
struct intake {
    uint64_t lines;
    uint64_t blank;
    uint64_t malformed;
    uint64_t tickets; /* good ones */
    uint64_t unsent;  /* of these, never taken by a client */
};

void account_add(struct account *sum, const struct account *one);
uint64_t account_sent(const struct account *account);
uint64_t account_refused(const struct account *account);
uint64_t account_returned(const struct account *account);
uint64_t account_answered(const struct account *account, enum answer answer);
uint64_t
account_errors(const struct account *account); /* not OK, not DROPPED */

/* Two numbers that must be equal: true, or a line to `err` that says they are not. */
bool account_same(FILE *err, const char *who, const char *what, uint64_t one,
                  const char *than, uint64_t other);

/* Compare everything that must be equal; print a line to `err` for each thing
 * that is not. True if all adds up. */
bool account_check(const struct account *clients, size_t clients_count,
                   const struct ledger *ledger, const struct intake *intake,
                   FILE *err);

#endif
