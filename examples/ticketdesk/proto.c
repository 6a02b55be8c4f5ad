/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* proto.c - answering, by the server and by the discard hook. */
#include "proto.h"

#include <stdatomic.h>

static const char *const command_names[COMMANDS] = {
#define COMMAND_NAME_(NAME, name) [COMMAND_##NAME] = #name,
    COMMAND_MAP(COMMAND_NAME_)
#undef COMMAND_NAME_
};

static const char *const answer_texts[ANSWERS] = {
#define ANSWER_TEXT_(NAME, text) [ANSWER_##NAME] = text,
    ANSWER_MAP(ANSWER_TEXT_)
#undef ANSWER_TEXT_
};

const char *command_name(enum command command)
{
    return command < COMMANDS ? command_names[command] : "?";
}

const char *answer_text(enum answer answer)
{
    return answer < ANSWERS ? answer_texts[answer] : "?";
}

bool command_changes(enum command command)
{
    return command == COMMAND_INSERT || command == COMMAND_PATCH ||
           command == COMMAND_DELETE;
}

bool request_answer(const struct request *request, const struct reply *reply)
{
    return reply_oneshot_send(request->reply_to, reply) == 0;
}

void request_discard(void *request, void *arg)
{
    struct reply reply = {.answer = ANSWER_DROPPED};

    atomic_fetch_add_explicit((_Atomic uint64_t *)arg, 1, memory_order_relaxed);
    (void)request_answer(request, &reply); /* the client counts its answers */
}
