/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* desk.h - the tickets, by id and by status.
 *
 * A hash table finds a ticket by its id; beside it, each status keeps a list of
 * its tickets, oldest change first. So every operation costs the same however
 * many tickets there are, but desk_list, which costs what it returns.
 *
 * It knows nothing of threads: the server owns it, and that is the whole idea
 * of the program. Results are the answers that the client gets. */
#ifndef TICKETDESK_DESK_H
#define TICKETDESK_DESK_H

#include "proto.h"

#include <stddef.h>

struct desk;

/* An empty desk, or NULL without memory. */
struct desk *desk_new(void);
void desk_free(struct desk *desk); /* NULL does nothing */

/* ANSWER_OK, ANSWER_EXISTS, ANSWER_INVALID or ANSWER_NO_MEMORY. */
enum answer desk_insert(struct desk *desk, const struct ticket *ticket);

/* ANSWER_OK, and *ticket is a copy; or ANSWER_UNKNOWN. */
enum answer desk_get(const struct desk *desk, int64_t id,
                     struct ticket *ticket);

/* The status of that ticket; TICKET_STATUSES if there is none. */
enum ticket_status desk_status(const struct desk *desk, int64_t id);

/* Set the fields of `patch` (PATCH_*), all or none: ANSWER_OK, ANSWER_UNKNOWN or
 * ANSWER_INVALID. A ticket that gets another status goes to the end of the list
 * of that status. */
enum answer desk_patch(struct desk *desk, const struct ticket *ticket,
                       uint32_t patch);

/* ANSWER_OK or ANSWER_UNKNOWN. */
enum answer desk_delete(struct desk *desk, int64_t id);

/* Up to `max` ids of tickets with that status, those that follow the ticket
 * `after`; from the start if `after` has another status by now, or is gone, or
 * is 0. Returns how many. */
size_t desk_list(const struct desk *desk, enum ticket_status status,
                 int64_t after, int64_t *ids, size_t max);

/* How many tickets have that status; TICKET_STATUSES: all. */
uint64_t desk_count(const struct desk *desk, enum ticket_status status);

/* All tickets in the order of their ids: *all is an array of desk_count()
 * pointers to free(), good until the desk changes. False without memory. */
bool desk_sorted(const struct desk *desk, const struct ticket ***all);

#endif
