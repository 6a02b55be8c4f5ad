/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* client.h - a thread that sends commands and sees to its answers. */
#ifndef TICKETDESK_CLIENT_H
#define TICKETDESK_CLIENT_H

#include "account.h"
#include "histogram.h"
#include "mix.h"

/* A request that waits for its answer. */
struct client_slot {
    uint64_t tag; /* 0: none */
    enum command command;
    int64_t sent_ns;
};

struct client {
    /* owned by the client, which drops them when it ends */
    feed_rx *feed;
    request_tx *commands;
    leat_tx *alive; /* nothing is sent: the last drop tells main */
    /* lent */
    leat_cancel *drain;

    uint64_t quota; /* commands to send after the input has ended */
    struct mix mix;

    /* the window */
    reply_tx *reply_to; /* cloned for each request */
    reply_rx *replies;
    struct client_slot slots[DESK_WINDOW];
    unsigned free_slots[DESK_WINDOW]; /* a stack of indices */
    unsigned free_count;
    uint64_t sent;

    /* for whoever has joined the thread */
    struct account account;
    struct histogram latency; /* nanoseconds, from send to answer */
    int failure;              /* 0, or the leat code that ended it early */
};

/* Make the reply channel of a client that is otherwise filled in: 0 or a code.
 * The client owns it and client_main drops it. */
int client_open(struct client *client);

/* A thread's main function; arg is a struct client. Sends an insert for each
 * ticket of the feed, then `quota` commands of the mix, unless `drain` fires;
 * then waits for what is open. Drops all that the client owns. */
void *client_main(void *arg);

#endif
