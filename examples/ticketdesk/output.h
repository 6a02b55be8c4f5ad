/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* output.h - the state of the desk as JSON Lines, in the order of ids. */
#ifndef TICKETDESK_OUTPUT_H
#define TICKETDESK_OUTPUT_H

#include "desk.h"

/* Write all tickets to a file, or to standard output if path is "-". A regular
 * file is replaced as a whole or not at all.
 *
 * returns 0, or -1 when it has said on standard error what went wrong */
int output_write(const struct desk *desk, const char *path);

#endif
