/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* run.h - one run of the desk: all threads and channels, from start to end. */
#ifndef TICKETDESK_RUN_H
#define TICKETDESK_RUN_H

#include "options.h"
#include "stop.h"

/* Read the tickets from fd (`name` in messages), run, write the state, print the
 * summary. Returns the program's exit status. */
int run(const struct options *options, struct stop *stop, int fd,
        const char *name);

#endif
