/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mix.c - choosing commands and making up tickets. */
#include "mix.h"

#include <inttypes.h>
#include <stdio.h>

/* Fresh ids start above anything a person would number tickets with. */
#define MIX_FRESH_BASE (INT64_C(1) << 40)

/* One id in 64 is made up, for the answer "no ticket of this id". */
#define MIX_WRONG_ID_EVERY 64

/* How often each command comes, out of 100. */
static const struct {
    enum command command;
    uint32_t percent;
} mix_shares[] = {
    {COMMAND_GET, 40}, {COMMAND_PATCH, 25}, {COMMAND_INSERT, 10},
    {COMMAND_LIST, 8}, {COMMAND_COUNT, 7},  {COMMAND_DELETE, 10},
};

static const char *const mix_things[] = {
    "Printer",          "VPN",          "Mailbox", "Badge reader",
    "Build server",     "Invoice run",  "Backup",  "Video call",
    "Caf\xc3\xa9 till", "T\xc3\xbcr 7", "Router",  "Search",
};
static const char *const mix_troubles[] = {
    "is slow",      "times out",  "does not start", "shows old data",
    "keeps asking", "is missing", "prints twice",   "loses settings",
};

#define LENGTH(array) ((uint32_t)(sizeof(array) / sizeof(array)[0]))

void mix_init(struct mix *mix, uint64_t seed, unsigned index, unsigned clients)
{
    struct rng seeds = {.state = seed + index};

    mix->rng.state = rng_next(&seeds); /* neighbours start far apart */
    mix->fresh_id = MIX_FRESH_BASE + index;
    mix->fresh_step = clients;
    mix->known_count = 0;
}

void mix_learn(struct mix *mix, int64_t id)
{
    if (mix->known_count < MIX_KNOWN_MAX) {
        mix->known[mix->known_count++] = id;
    } else {
        mix->known[rng_below(&mix->rng, MIX_KNOWN_MAX)] = id;
    }
}

static int64_t mix_some_id(struct mix *mix)
{
    if (mix->known_count == 0 || rng_below(&mix->rng, MIX_WRONG_ID_EVERY) == 0)
        return INT64_MAX - (int64_t)rng_below(&mix->rng, 1000);
    return mix->known[rng_below(&mix->rng, mix->known_count)];
}

/* An id that is asked for no more. */
static int64_t mix_forget_id(struct mix *mix)
{
    uint32_t at;
    int64_t id;

    if (mix->known_count == 0)
        return mix_some_id(mix);
    at = rng_below(&mix->rng, mix->known_count);
    id = mix->known[at];
    mix->known[at] = mix->known[--mix->known_count];
    return id;
}

static enum ticket_status mix_status(struct mix *mix)
{
    return (enum ticket_status)rng_below(&mix->rng, TICKET_STATUSES);
}

static void mix_texts(struct mix *mix, struct ticket *ticket)
{
    const char *thing = mix_things[rng_below(&mix->rng, LENGTH(mix_things))];
    const char *trouble =
        mix_troubles[rng_below(&mix->rng, LENGTH(mix_troubles))];
    uint32_t room = rng_below(&mix->rng, 400);

    snprintf(ticket->title, sizeof ticket->title, "%s %s, room %" PRIu32, thing,
             trouble, room);
    snprintf(ticket->description, sizeof ticket->description,
             "In room %" PRIu32 " the %s %s since this morning. Restarting "
             "helps for a while. Seen by %" PRIu32 " people.",
             room, thing, trouble, 1 + rng_below(&mix->rng, 30));
}

static void mix_insert(struct mix *mix, struct ticket *ticket)
{
    ticket->id = mix->fresh_id;
    ticket->status = TICKET_TODO;
    mix_texts(mix, ticket);
    mix->fresh_id += mix->fresh_step;
    /* known before it is there: the channel keeps our commands in order */
    mix_learn(mix, ticket->id);
}

static void mix_patch(struct mix *mix, struct request *request)
{
    request->ticket.id = mix_some_id(mix);
    request->ticket.status = mix_status(mix);
    request->patch = PATCH_STATUS;
    if (rng_below(&mix->rng, 4) == 0) {
        request->patch = PATCH_ALL;
        mix_texts(mix, &request->ticket);
    }
}

static enum command mix_command(struct mix *mix)
{
    uint32_t roll = rng_below(&mix->rng, 100);

    for (uint32_t i = 0; i < LENGTH(mix_shares); i++) {
        if (roll < mix_shares[i].percent)
            return mix_shares[i].command;
        roll -= mix_shares[i].percent;
    }
    return COMMAND_GET;
}

void mix_next(struct mix *mix, struct request *request)
{
    request->command = mix_command(mix);
    switch (request->command) {
    case COMMAND_INSERT:
        mix_insert(mix, &request->ticket);
        break;
    case COMMAND_PATCH:
        mix_patch(mix, request);
        break;
    case COMMAND_LIST:
        request->ticket.status = mix_status(mix);
        request->after = rng_below(&mix->rng, 2) == 0 ? mix_some_id(mix) : 0;
        break;
    case COMMAND_COUNT:
        request->ticket.status =
            (enum ticket_status)rng_below(&mix->rng, TICKET_STATUSES + 1);
        break;
    case COMMAND_DELETE:
        request->ticket.id = mix_forget_id(mix);
        break;
    case COMMAND_GET:
    case COMMANDS:
        request->ticket.id = mix_some_id(mix);
        break;
    }
}
