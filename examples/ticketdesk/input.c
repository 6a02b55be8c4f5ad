/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* input.c - lines in, tickets out, complaints to standard error. */
#include "input.h"

#include "idset.h"
#include "parse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void input_complain(struct input *input, const char *why)
{
    input->intake.malformed++;
    fprintf(stderr, "%s:%" PRIu64 ": %s\n", input->name, input->lines.number,
            why);
}

static bool input_is_blank(const char *line, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (strchr(" \t\r", line[i]) == NULL || line[i] == '\0')
            return false;
    }
    return true;
}

/* Is the line a ticket that was not there yet? */
static bool input_parse(struct input *input, struct idset *seen,
                        const char *line, size_t bytes, struct ticket *ticket)
{
    char why[PARSE_WHY_BYTES];
    uint64_t first = 0;

    if (!parse_ticket(line, bytes, ticket, why)) {
        input_complain(input, why);
        return false;
    }
    switch (idset_add(seen, ticket->id, input->lines.number, &first)) {
    case 1:
        return true;
    case 0:
        snprintf(why, sizeof why,
                 "id %" PRId64 " was on line %" PRIu64 " already", ticket->id,
                 first);
        break;
    default:
        snprintf(why, sizeof why, "no memory to remember this id");
        break;
    }
    input_complain(input, why);
    return false;
}

/* Hand a line's ticket to the clients, if it is one: 0, or a code when nobody
 * takes tickets any more. */
static int input_line(struct input *input, struct idset *seen, const char *line,
                      size_t bytes)
{
    struct ticket ticket;
    int rc;

    if (input_is_blank(line, bytes)) {
        input->intake.blank++;
        return 0;
    }
    if (!input_parse(input, seen, line, bytes, &ticket))
        return 0;
    input->intake.tickets++;
    rc = feed_tx_send(input->feed, &ticket,
                      leat_or_cancel(leat_forever(), input->drain));
    if (rc < 0)
        input->intake.unsent++;
    return rc;
}

/* True if there is a next line to read. */
static bool input_step(struct input *input, struct idset *seen)
{
    char why[PARSE_WHY_BYTES];
    const char *line;
    size_t bytes;

    if (leat_cancel_check(input->drain)) {
        input->stopped = true;
        return false;
    }
    switch (lines_next(&input->lines, &line, &bytes)) {
    case LINES_LINE:
        if (input_line(input, seen, line, bytes) == 0)
            return true;
        input->stopped = true;
        return false;
    case LINES_TOO_LONG:
        snprintf(why, sizeof why, "the line is longer than %d bytes",
                 LINES_BYTES_MAX);
        input_complain(input, why);
        return true;
    case LINES_END:
        return false;
    case LINES_STOPPED:
        input->stopped = true;
        return false;
    case LINES_ERROR:
        break;
    }
    fprintf(stderr, "ticketdesk: %s: %s\n", input->name, strerror(errno));
    input->failed = true;
    return false;
}

int input_main(void *arg, leat_cancel *stop)
{
    struct input *input = arg;
    struct idset seen = {0};

    (void)stop; /* it listens to `drain`, as all do */
    lines_init(&input->lines, input->fd, input->drain);
    while (input_step(input, &seen))
        continue;
    input->intake.lines = input->lines.number;
    idset_clear(&seen);
    feed_tx_drop(input->feed);
    return 0;
}
