/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ticket.h - what a ticket is, and what makes one valid.
 *
 * Lengths are bytes of UTF-8, not characters. Texts stand in fixed arrays, so a
 * ticket is copied with = and a message that carries one owns nothing. */
#ifndef TICKETDESK_TICKET_H
#define TICKETDESK_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#define TICKET_TITLE_MAX       50
#define TICKET_DESCRIPTION_MAX 500

enum ticket_status {
    TICKET_TODO,
    TICKET_IN_PROGRESS,
    TICKET_DONE,
    TICKET_STATUSES /* how many there are; not a status */
};

struct ticket {
    int64_t id; /* above 0 */
    enum ticket_status status;
    char title[TICKET_TITLE_MAX + 1];             /* 1 to 50 bytes and a 0 */
    char description[TICKET_DESCRIPTION_MAX + 1]; /* 1 to 500 bytes and a 0 */
};

/* "to-do", "in-progress" or "done". */
const char *ticket_status_name(enum ticket_status status);

/* The status of that name: true, and *status written; or false. */
bool ticket_status_parse(const char *name, enum ticket_status *status);

/* May a title, or a description, be this many bytes long? */
bool ticket_title_fits(uint64_t bytes);
bool ticket_description_fits(uint64_t bytes);

/* Is all of the ticket as it must be? The server asks this of what comes from
 * outside; the input reader asks piece by piece, to say what is wrong. */
bool ticket_is_valid(const struct ticket *ticket);

/* Copy a text that fits, with its end. */
void ticket_set_title(struct ticket *ticket, const char *title);
void ticket_set_description(struct ticket *ticket, const char *description);

#endif
