/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* server.h - the one thread that owns the tickets. */
#ifndef TICKETDESK_SERVER_H
#define TICKETDESK_SERVER_H

#include "account.h"
#include "desk.h"

#include <stdatomic.h>

struct server {
    /* lent to the server while it runs */
    request_rx *commands;
    leat_cancel *now; /* fired: abort, so that what is queued is dropped */
    struct desk *desk;
    int64_t think_ns; /* how long each command takes on top; 0: nothing */

    _Atomic uint64_t served; /* for a look from outside, while it runs */

    /* for whoever has joined the thread */
    struct ledger ledger; /* but `dropped` and `tickets` */
    size_t depth_max;     /* most commands ever seen waiting */
};

/* A thread's main function; arg is a struct server. Serves until all clients
 * have dropped their sending halves and the channel is drained. */
void *server_main(void *arg);

#endif
