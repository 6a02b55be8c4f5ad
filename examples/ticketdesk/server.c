/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* server.c - one loop: commands, a tick, signals. */
#include "server.h"

#include <assert.h>

#define SERVER_TICK_NS INT64_C(250000000)

int server_open(struct server *server, statistics_rx **reports)
{
    int rc = leat_tick(&server->tick, SERVER_TICK_NS, LEAT_MISSED_SKIP,
                       LEAT_TIMER_OPTS(.name = "report"));

    if (rc < 0)
        return rc;
    rc = changes_open(&server->changes);
    if (rc < 0)
        return rc;
    server->statistics.at_ns = leat_now_ns();
    return statistics_watch_new(&server->reports, reports, &server->statistics,
                                LEAT_CHAN_OPTS(.name = "reports"));
}

/* ---- a command -------------------------------------------------------------- */

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

/* Carry it out, answer, and tell everybody if it has changed a ticket. */
static void server_serve(struct server *server)
{
    const struct request *request = &server->request;
    struct reply *reply = &server->reply;
    struct change change = {.command = request->command,
                            .id = request->ticket.id};
    bool may_change = command_changes(request->command);

    if (may_change)
        change.before = desk_status(server->desk, change.id);
    reply->answer = server_do(server->desk, request, reply);
    server->ledger.served[request->command][reply->answer]++;
    server->statistics.served++;
    if (!request_answer(request, reply))
        server->ledger.unread++;
    if (may_change && reply->answer == ANSWER_OK) {
        change.after = desk_status(server->desk, change.id);
        changes_publish(&server->changes, &change);
    }
}

/* ---- what else happens -------------------------------------------------------- */

static void server_report(struct server *server)
{
    struct statistics *now = &server->statistics;
    int rc;

    now->number++;
    now->at_ns = leat_now_ns();
    now->changes = server->changes.published;
    now->waiting = leat_chan_len(request_rx_chan(server->commands));
    now->tickets = desk_count(server->desk, TICKET_STATUSES);
    rc = statistics_tx_send(server->reports, now, leat_nowait());
    assert(rc == 0); /* it never waits, and the reader stays to the end */
    (void)rc;
}

static void server_hear(struct server *server)
{
    if (!stop_hear(server->stop))
        return;
    server->think_ns = 0;
    /* each goes to the discard hook, which answers it */
    request_rx_abort(server->commands);
}

/* Wait for the first n cases, and deal with what is not a command. Returns which it
 * was, or below 0 when `until` gave up. */
static int server_wait(struct server *server, size_t n, leat_until until)
{
    int which = leat_select(server->cases, n, 0, until);

    if (which == ON_SIGNAL)
        server_hear(server);
    if (which == ON_TICK)
        server_report(server);
    return which;
}

/* Pretend to work: it takes time, and nothing else is kept waiting. */
static void server_think(struct server *server)
{
    leat_until until = leat_in_ns(server->think_ns);

    while (server->think_ns > 0 && server_wait(server, ON_COMMAND, until) >= 0)
        continue;
}

void server_run(struct server *server)
{
    leat_case *command = &server->cases[ON_COMMAND];

    server->cases[ON_SIGNAL] =
        leat_on_recv(server->stop->signals, &server->signal);
    server->cases[ON_TICK] = leat_on_recv(server->tick, &server->due_ns);
    *command = request_on_recv(server->commands, &server->request);
    for (;;) {
        int which = server_wait(server, SERVER_CASES, leat_forever());

        assert(which >= 0); /* for ever does not give up */
        if (which != ON_COMMAND)
            continue;
        if (command->rc == LEAT_ECLOSED)
            break; /* drained, and nobody is left to send */
        if (server->think_ns > 0)
            server_think(server);
        server_serve(server);
    }
    server_close(server);
}

void server_close(struct server *server)
{
    if (server->reports != NULL)
        server_report(server);
    changes_close(&server->changes);
    statistics_tx_drop(server->reports);
    leat_rx_drop(server->tick);
    server->reports = NULL;
    server->tick = NULL;
}
