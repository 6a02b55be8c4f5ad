/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* parse.h - one line of JSON into one ticket. */
#ifndef TICKETDESK_PARSE_H
#define TICKETDESK_PARSE_H

#include "ticket.h"

#include <stddef.h>

#define PARSE_WHY_BYTES 256

/* True, and *ticket is the line's; or false, and `why` says what is wrong, in
 * printable characters. Exactly the four fields id, title, description, status
 * must be there: a field that is not known would be lost without a word. */
bool parse_ticket(const char *line, size_t bytes, struct ticket *ticket,
                  char why[PARSE_WHY_BYTES]);

#endif
