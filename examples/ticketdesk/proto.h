/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* proto.h - what clients and the server say to each other.
 *
 * One command channel carries requests of all clients to the server. A request
 * says itself where its answer goes: it holds the sending half of a oneshot, made
 * for this request alone. Whoever takes the request out of the channel (the server,
 * or the channel's discard hook) owns that half, sends the answer through it and
 * drops it. So the client hears exactly once: the answer, or, were the request lost,
 * "end of stream"; and the server never waits for a client.
 *
 * A client has at most DESK_WINDOW requests without an answer (window.h). */
#ifndef TICKETDESK_PROTO_H
#define TICKETDESK_PROTO_H

#include "ticket.h"

#include <leat.h>

/* Requests of one client that may be on their way at the same time. */
#define DESK_WINDOW 16

/* Ticket ids in one answer to "list". */
#define DESK_LIST_MAX 32

/* X(NAME, name): the commands, in the order in which they are printed. */
#define COMMAND_MAP(X)                                                         \
    X(INSERT, insert)                                                          \
    X(GET, get)                                                                \
    X(PATCH, patch)                                                            \
    X(LIST, list)                                                              \
    X(COUNT, count)                                                            \
    X(DELETE, delete)

enum command {
#define COMMAND_ENUM_(NAME, name) COMMAND_##NAME,
    COMMAND_MAP(COMMAND_ENUM_)
#undef COMMAND_ENUM_
        COMMANDS /* how many there are; not a command */
};

/* X(NAME, text): how a command can end. */
#define ANSWER_MAP(X)                                                          \
    X(OK, "ok")                                                                \
    X(EXISTS, "a ticket of this id exists")                                    \
    X(UNKNOWN, "no ticket of this id")                                         \
    X(INVALID, "not a valid request")                                          \
    X(NO_MEMORY, "the desk is out of memory")                                  \
    X(DROPPED, "dropped: accepted, but never carried out")

enum answer {
#define ANSWER_ENUM_(NAME, text) ANSWER_##NAME,
    ANSWER_MAP(ANSWER_ENUM_)
#undef ANSWER_ENUM_
        ANSWERS /* how many there are; not an answer */
};

/* Which fields a patch sets. */
#define PATCH_STATUS      0x1u
#define PATCH_TITLE       0x2u
#define PATCH_DESCRIPTION 0x4u
#define PATCH_ALL         0x7u

struct reply {
    enum answer answer;
    union {
        struct ticket ticket; /* get */
        uint64_t count;       /* count */
        struct {
            uint32_t ids_count;
            int64_t ids[DESK_LIST_MAX];
        } list;
    } u; /* written if answer is ANSWER_OK and the command gives something */
};

LEAT_CHAN_TYPE(reply, struct reply);

struct request {
    enum command command;
    reply_tx *reply_to;   /* of a oneshot; owned by the request */
    uint32_t patch;       /* patch: PATCH_* */
    int64_t after;        /* list: the id that ended the page before, or 0 */
    struct ticket ticket; /* insert: all of it; get, delete: the id; patch: the
                             id and the fields of `patch`; list, count: the
                             status (TICKET_STATUSES in count: any) */
};

LEAT_CHAN_TYPE(request, struct request);

/* Tickets from the input, for whichever client is free. */
LEAT_CHAN_TYPE(feed, struct ticket);

const char *command_name(enum command command);
const char *answer_text(enum answer answer);

/* Does a command of this kind change the desk, if it is carried out? */
bool command_changes(enum command command);

/* Send the one answer to a request, whose reply_to is gone then. Never waits.
 *
 * returns true if the client is there to read it, as ours always are */
bool request_answer(const struct request *request, const struct reply *reply);

/* The discard hook of the command channel: answers "dropped". `arg` points at an
 * _Atomic uint64_t that counts the calls. */
void request_discard(void *request, void *arg);

#endif
