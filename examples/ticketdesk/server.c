/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* server.c - receive a request, do it, answer it. */
#include "server.h"

static enum answer server_list(const struct desk *desk,
                               const struct request *request,
                               struct reply *reply)
{
    if (request->ticket.status >= TICKET_STATUSES)
        return ANSWER_INVALID;
    reply->u.list.ids_count =
        (uint32_t)desk_list(desk, request->ticket.status, request->after,
                            reply->u.list.ids, DESK_LIST_MAX);
    return ANSWER_OK;
}

/* Carry out a request; what it gives goes to *reply. */
static enum answer server_do(struct desk *desk, const struct request *request,
                             struct reply *reply)
{
    switch (request->command) {
    case COMMAND_INSERT:
        return desk_insert(desk, &request->ticket);
    case COMMAND_GET:
        return desk_get(desk, request->ticket.id, &reply->u.ticket);
    case COMMAND_PATCH:
        return desk_patch(desk, &request->ticket, request->patch);
    case COMMAND_LIST:
        return server_list(desk, request, reply);
    case COMMAND_COUNT:
        reply->u.count = desk_count(desk, request->ticket.status);
        return ANSWER_OK;
    case COMMAND_DELETE:
        return desk_delete(desk, request->ticket.id);
    case COMMANDS:
        break;
    }
    return ANSWER_INVALID;
}

static void server_serve(struct server *server, const struct request *request,
                         struct reply *reply)
{
    /* Pretend to work, but not past `now`. Either result is fine. */
    if (server->think_ns > 0 &&
        leat_cancel_wait(server->now, leat_in_ns(server->think_ns)) == 0)
        server->think_ns = 0;
    reply->tag = request->tag;
    reply->answer = server_do(server->desk, request, reply);
    server->ledger.served[request->command][reply->answer]++;
    if (!request_answer(request, reply))
        server->ledger.unread++;
    atomic_fetch_add_explicit(&server->served, 1, memory_order_relaxed);
}

/* A queue is longest just before something is taken out, so this is the place to
 * look; what arrives between the look and the receive is seen next time. */
static void server_note_depth(struct server *server)
{
    size_t depth = leat_chan_len(request_rx_chan(server->commands));

    if (depth > server->depth_max)
        server->depth_max = depth;
}

void *server_main(void *arg)
{
    struct server *server = arg;
    struct request request;
    struct reply reply; /* outside the loop: it is large, and seldom full */

    for (;;) {
        int rc;

        /* A receive that is ready does not look at its token, so the loop asks
         * by itself. After abort the next receive ends the stream. */
        if (leat_cancel_check(server->now))
            request_rx_abort(server->commands);
        server_note_depth(server);
        rc = request_rx_recv(server->commands, &request,
                             leat_or_cancel(leat_forever(), server->now));
        if (rc == LEAT_ECANCELED)
            continue;
        if (rc < 0)
            break; /* LEAT_ECLOSED: drained, and nobody is left to send */
        server_serve(server, &request, &reply);
    }
    return NULL;
}
