/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* client.h - a thread that sends commands and sees to its answers. */
#ifndef TICKETDESK_CLIENT_H
#define TICKETDESK_CLIENT_H

#include "account.h"
#include "histogram.h"
#include "mix.h"
#include "window.h"

struct client {
    /* owned by the client, which drops them when it ends */
    feed_rx *feed;
    request_tx *commands;
    /* lent */
    leat_cancel *drain;

    uint64_t quota; /* commands to send after the input has ended */
    struct mix mix;
    struct window window;

    /* for whoever has joined the thread */
    struct account account;
    struct histogram latency; /* nanoseconds, from send to answer */
    int failure;              /* 0, or the leat code that ended it early */
};

/* What its thread runs; arg is a struct client, whose window is open. Sends an
 * insert for each ticket of the feed, then `quota` commands of the mix, unless
 * `drain` fires; then waits for what is open. Drops all that the client owns. */
int client_main(void *arg, leat_cancel *stop);

#endif
