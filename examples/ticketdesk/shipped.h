/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* shipped.h - where the tickets are that come with the program. */
#ifndef TICKETDESK_SHIPPED_H
#define TICKETDESK_SHIPPED_H

/* Open them: a descriptor, and *path for messages, to free(). Looks for
 * data/tickets.jsonl beside the program first, then where the program was built
 * from. Returns -1 when it has said on standard error that they are missing. */
int shipped_open(char **path);

#endif
