/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* client.c - keeping up to DESK_WINDOW requests on their way. */
#include "client.h"

int client_open(struct client *client)
{
    int rc = reply_chan_new(
        &client->reply_to, &client->replies, DESK_WINDOW,
        LEAT_CHAN_OPTS(.name = "replies", .flags = LEAT_SINGLE_CONSUMER));

    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < DESK_WINDOW; i++) {
        client->free_slots[client->free_count++] = i;
    }
    return 0;
}

static unsigned client_in_flight(const struct client *client)
{
    return DESK_WINDOW - client->free_count;
}

/* Book an answer. The tag finds its slot and proves that the slot waits for
 * this answer and no other. */
static void client_book(struct client *client, const struct reply *reply)
{
    unsigned index = (unsigned)(reply->tag % DESK_WINDOW);
    struct client_slot *slot = &client->slots[index];

    if (reply->tag == 0 || slot->tag != reply->tag) {
        client->account.stray++;
        return;
    }
    client->account.answered[slot->command][reply->answer]++;
    histogram_note(&client->latency, (uint64_t)(leat_now_ns() - slot->sent_ns));
    slot->tag = 0;
    client->free_slots[client->free_count++] = index;
}

/* Wait until at most `open` requests are without an answer.
 *
 * The wait carries no token on purpose: what was accepted will be answered, with
 * a result or with "dropped", and to wait for that is what "drain" means. */
static int client_settle(struct client *client, unsigned open)
{
    struct reply reply;

    while (client_in_flight(client) > open) {
        int rc = reply_rx_recv(client->replies, &reply, leat_forever());

        if (rc < 0)
            return rc;
        client_book(client, &reply);
    }
    return 0;
}

/* Send a request; wait for room in the window, and then, if that is its policy,
 * in the channel. On failure nothing is sent; LEAT_EAGAIN: the channel was full and
 * refused it, which is booked. */
static int client_send(struct client *client, struct request *request)
{
    struct client_slot *slot;
    unsigned index;
    int rc = client_settle(client, DESK_WINDOW - 1);

    if (rc < 0)
        return rc;
    index = client->free_slots[client->free_count - 1];
    slot = &client->slots[index];
    slot->command = request->command;
    slot->sent_ns = leat_now_ns();
    request->tag = ++client->sent * DESK_WINDOW + index;
    request->reply_to = reply_tx_clone(client->reply_to);
    rc = request_tx_send(client->commands, request,
                         leat_or_cancel(leat_forever(), client->drain));
    if (rc < 0) {
        reply_tx_drop(request->reply_to); /* still ours, so is its clone */
        if (rc == LEAT_EAGAIN)
            client->account.refused[request->command]++;
        return rc;
    }
    slot->tag = request->tag;
    client->free_count--;
    client->account.sent[request->command]++;
    return 0;
}

/* The next ticket of the feed. Does not sleep over open answers: they would be
 * timed as late, and a terminal may take its time. */
static int client_take(struct client *client, struct ticket *ticket)
{
    int rc = feed_rx_recv(client->feed, ticket, leat_nowait());

    if (rc != LEAT_EAGAIN)
        return rc;
    rc = client_settle(client, 0);
    if (rc < 0)
        return rc;
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
        rc = client_send(client, request);
        if (rc < 0 && rc != LEAT_EAGAIN)
            return rc;
        client->account.mixed++;
    }
    return 0;
}

/* Wait for the last answers. Without our own sending half the replies end when
 * the last request is dealt with: were one lost, this would not hang but find
 * out. */
static void client_finish(struct client *client)
{
    struct reply reply;

    reply_tx_drop(client->reply_to);
    while (reply_rx_recv(client->replies, &reply, leat_forever()) == 0) {
        client_book(client, &reply);
    }
    client->account.lost = client_in_flight(client);
    reply_rx_drop(client->replies);
}

void *client_main(void *arg)
{
    struct client *client = arg;
    struct request request = {0};
    int rc = client_load(client, &request);

    feed_rx_drop(client->feed);
    if (rc == 0)
        rc = client_drive(client, &request);
    request_tx_drop(client->commands);
    client_finish(client);
    /* LEAT_ECANCELED: asked to stop; LEAT_ECLOSED: the server aborted */
    if (rc != LEAT_ECANCELED && rc != LEAT_ECLOSED)
        client->failure = rc;
    leat_tx_drop(client->alive);
    return NULL;
}
