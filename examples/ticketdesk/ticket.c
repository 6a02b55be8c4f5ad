/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ticket.c - names of statuses and the rules for texts. */
#define _GNU_SOURCE 1
#include "ticket.h"

#include <assert.h>
#include <string.h>

static const char *const status_names[TICKET_STATUSES] = {
    [TICKET_TODO] = "to-do",
    [TICKET_IN_PROGRESS] = "in-progress",
    [TICKET_DONE] = "done",
};

const char *ticket_status_name(enum ticket_status status)
{
    return status < TICKET_STATUSES ? status_names[status] : "?";
}

bool ticket_status_parse(const char *name, enum ticket_status *status)
{
    for (unsigned i = 0; i < TICKET_STATUSES; i++) {
        if (strcmp(name, status_names[i]) == 0) {
            *status = (enum ticket_status)i;
            return true;
        }
    }
    return false;
}

bool ticket_title_fits(uint64_t bytes)
{
    return bytes >= 1 && bytes <= TICKET_TITLE_MAX;
}

bool ticket_description_fits(uint64_t bytes)
{
    return bytes >= 1 && bytes <= TICKET_DESCRIPTION_MAX;
}

bool ticket_is_valid(const struct ticket *ticket)
{
    return ticket->id > 0 && ticket->status < TICKET_STATUSES &&
           ticket_title_fits(strnlen(ticket->title, sizeof ticket->title)) &&
           ticket_description_fits(
               strnlen(ticket->description, sizeof ticket->description));
}

void ticket_set_title(struct ticket *ticket, const char *title)
{
    size_t bytes = strlen(title);

    assert(ticket_title_fits(bytes));
    memcpy(ticket->title, title, bytes + 1);
}

void ticket_set_description(struct ticket *ticket, const char *description)
{
    size_t bytes = strlen(description);

    assert(ticket_description_fits(bytes));
    memcpy(ticket->description, description, bytes + 1);
}
