/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* parse.c - checks on a JSON object, each with its own sentence.
 *
 * jansson has seen to it that strings are UTF-8 and hold no zero byte. */
#include "parse.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A reason may quote the input, and the input must not get to drive the user's
 * terminal. */
static bool wrong(char why[PARSE_WHY_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool wrong(char why[PARSE_WHY_BYTES], const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(why, PARSE_WHY_BYTES, format, args);
    va_end(args);
    for (char *c = why; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    }
    return false;
}

static bool parse_id(const json_t *object, struct ticket *ticket,
                     char why[PARSE_WHY_BYTES])
{
    const json_t *id = json_object_get(object, "id");

    if (id == NULL)
        return wrong(why, "no field \"id\"");
    if (!json_is_integer(id))
        return wrong(why, "\"id\" is not an integer");
    if (json_integer_value(id) <= 0) {
        return wrong(why,
                     "\"id\" is %" JSON_INTEGER_FORMAT ", but must be above 0",
                     json_integer_value(id));
    }
    ticket->id = json_integer_value(id);
    return true;
}

/* The field's text, or NULL. */
static const char *parse_text(const json_t *object, const char *field,
                              char why[PARSE_WHY_BYTES])
{
    const json_t *value = json_object_get(object, field);

    if (value == NULL) {
        wrong(why, "no field \"%s\"", field);
        return NULL;
    }
    if (!json_is_string(value)) {
        wrong(why, "\"%s\" is not a string", field);
        return NULL;
    }
    return json_string_value(value);
}

static bool parse_title(const json_t *object, struct ticket *ticket,
                        char why[PARSE_WHY_BYTES])
{
    const char *title = parse_text(object, "title", why);

    if (title == NULL)
        return false;
    if (!ticket_title_fits(strlen(title))) {
        return wrong(why, "\"title\" has %zu bytes, but must have 1 to %d",
                     strlen(title), TICKET_TITLE_MAX);
    }
    ticket_set_title(ticket, title);
    return true;
}

static bool parse_description(const json_t *object, struct ticket *ticket,
                              char why[PARSE_WHY_BYTES])
{
    const char *description = parse_text(object, "description", why);

    if (description == NULL)
        return false;
    if (!ticket_description_fits(strlen(description))) {
        return wrong(why,
                     "\"description\" has %zu bytes, but must have 1 to %d",
                     strlen(description), TICKET_DESCRIPTION_MAX);
    }
    ticket_set_description(ticket, description);
    return true;
}

static bool parse_status(const json_t *object, struct ticket *ticket,
                         char why[PARSE_WHY_BYTES])
{
    const char *status = parse_text(object, "status", why);

    if (status == NULL)
        return false;
    if (!ticket_status_parse(status, &ticket->status)) {
        return wrong(why,
                     "\"status\" is \"%.40s\", but must be to-do, "
                     "in-progress or done",
                     status);
    }
    return true;
}

static bool parse_nothing_else(json_t *object, char why[PARSE_WHY_BYTES])
{
    static const char *const known[] = {"id", "title", "description", "status"};
    const char *field;
    json_t *value;

    json_object_foreach(object, field, value)
    {
        bool found = false;

        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            found |= strcmp(field, known[i]) == 0;
        }
        if (!found)
            return wrong(why, "unknown field \"%.40s\"", field);
    }
    return true;
}

bool parse_ticket(const char *line, size_t bytes, struct ticket *ticket,
                  char why[PARSE_WHY_BYTES])
{
    json_error_t error;
    json_t *object;
    bool good;

    /* jansson 2.14 passes over a zero byte between two tokens */
    if (memchr(line, '\0', bytes) != NULL)
        return wrong(why, "not JSON: a zero byte");
    object = json_loadb(line, bytes, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL)
        return wrong(why, "not JSON: %.160s", error.text);
    if (json_is_object(object)) {
        good = parse_id(object, ticket, why) &&
               parse_title(object, ticket, why) &&
               parse_description(object, ticket, why) &&
               parse_status(object, ticket, why) &&
               parse_nothing_else(object, why);
    } else {
        good = wrong(why, "not a JSON object");
    }
    json_decref(object);
    return good;
}
