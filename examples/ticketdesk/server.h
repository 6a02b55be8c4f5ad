/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* server.h - the one thread that owns the tickets.
 *
 * It waits for everything at once, in one select: a command, the tick at which it
 * reports how it is doing, a signal. */
#ifndef TICKETDESK_SERVER_H
#define TICKETDESK_SERVER_H

#include "account.h"
#include "changes.h"
#include "desk.h"
#include "statistics.h"
#include "stop.h"

/* In this order, so that the first two alone are a wait without commands. */
enum { ON_SIGNAL, ON_TICK, ON_COMMAND, SERVER_CASES };

struct server {
    /* lent to the server while it runs */
    request_rx *commands;
    struct stop *stop;
    struct desk *desk;
    int64_t think_ns; /* how long each command takes on top; 0: nothing */

    /* made by server_open, and dropped when it closes */
    leat_rx *tick;
    statistics_tx *reports;
    struct changes changes;

    /* what it waits for, and where messages go */
    leat_case cases[SERVER_CASES];
    int64_t due_ns;
    int signal;
    struct request request;
    struct reply reply;

    /* when it has run */
    struct ledger ledger;         /* what it has done itself */
    struct statistics statistics; /* as reported last */
};

/* Make what others listen to; *reports is for whoever reads them. Returns 0 or a
 * code; server_close is due in any case. */
int server_open(struct server *server, statistics_rx **reports);

/* Serve until all clients have dropped their sending halves and the channel is
 * drained; then close. */
void server_run(struct server *server);

/* Give a last report and end the streams of changes and statistics. Does nothing the
 * second time. */
void server_close(struct server *server);

#endif
