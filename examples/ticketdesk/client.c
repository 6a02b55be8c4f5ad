/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* client.c - keeping up to DESK_WINDOW requests on their way. */
#include "client.h"

/* Wait for one answer, and book it. */
static void client_hear(struct client *client)
{
    const struct window_slot *slot;
    struct reply reply;

    if (window_hear(&client->window, &reply, &slot) < 0) {
        client->account.lost++;
        return;
    }
    client->account.answered[slot->command][reply.answer]++;
    histogram_note(&client->latency,
                   (uint64_t)(leat_now_ns() - slot->asked_ns));
}

/* Wait until at most `open` requests are without an answer. */
static void client_settle(struct client *client, unsigned open)
{
    while (window_in_flight(&client->window) > open) {
        client_hear(client);
    }
}

/* Send a request; wait for room in the window, and then, if that is its policy,
 * in the channel. On failure nothing is sent, which is booked: LEAT_EAGAIN, the channel
 * was full and refused it; LEAT_ECANCELED and LEAT_ECLOSED, we are to stop. */
static int client_send(struct client *client, struct request *request)
{
    struct account *account = &client->account;
    int rc;

    client_settle(client, DESK_WINDOW - 1);
    request->reply_to = window_ask(&client->window, request->command);
    rc = request_tx_send(client->commands, request,
                         leat_or_cancel(leat_forever(), client->drain));
    if (rc == 0) {
        account->sent[request->command]++;
        return 0;
    }
    window_take_back(&client->window, request->reply_to);
    if (rc == LEAT_EAGAIN) {
        account->refused[request->command]++;
    } else {
        account->returned[request->command]++;
    }
    return rc;
}

/* The next ticket of the feed. Does not sleep over open answers: they would be
 * timed as late, and a terminal may take its time. */
static int client_take(struct client *client, struct ticket *ticket)
{
    int rc = feed_rx_recv(client->feed, ticket, leat_nowait());

    if (rc != LEAT_EAGAIN)
        return rc;
    client_settle(client, 0);
    return feed_rx_recv(client->feed, ticket,
                        leat_or_cancel(leat_forever(), client->drain));
}

/* Insert what the input has, until it ends: 0, or why not. */
static int client_load(struct client *client, struct request *request)
{
    /* Ready beats cancelled, so a loop over a feed that is never empty has to
     * look at the token itself. */
    while (!leat_cancel_check(client->drain)) {
        int rc = client_take(client, &request->ticket);

        if (rc < 0)
            return rc == LEAT_ECLOSED ? 0 : rc;
        request->command = COMMAND_INSERT;
        rc = client_send(client, request);
        if (rc == LEAT_EAGAIN) {
            client->account.turned_away++;
            continue;
        }
        if (rc < 0) {
            client->account.unsent++;
            return rc;
        }
        client->account.loaded++;
        mix_learn(&client->mix, request->ticket.id);
    }
    return LEAT_ECANCELED;
}

static int client_drive(struct client *client, struct request *request)
{
    for (uint64_t i = 0; i < client->quota; i++) {
        int rc;

        if (leat_cancel_check(client->drain))
            return LEAT_ECANCELED;
        mix_next(&client->mix, request);
        client->account.mixed++;
        rc = client_send(client, request);
        if (rc < 0 && rc != LEAT_EAGAIN)
            return rc;
    }
    return 0;
}

int client_main(void *arg, leat_cancel *stop)
{
    struct client *client = arg;
    struct request request = {0};
    int rc = client_load(client, &request);

    (void)stop; /* it listens to `drain`, as all do */
    feed_rx_drop(client->feed);
    if (rc == 0)
        rc = client_drive(client, &request);
    request_tx_drop(client->commands);
    client_settle(client, 0);
    window_close(&client->window);
    /* LEAT_ECANCELED: asked to stop; LEAT_ECLOSED: the server aborted */
    if (rc != LEAT_ECANCELED && rc != LEAT_ECLOSED)
        client->failure = rc;
    return 0;
}
