/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* stop.h - what Ctrl-C means, the first, the second and the third time.
 *
 *     first SIGINT or SIGTERM     fires `drain`: take no more input, send no more
 *                                 commands, wait for all answers
 *     second                      what is queued is dropped, and its clients are
 *                                 told so
 *     third                       ends the process at once
 *
 * After the first two the program still writes its state and its account. */
#ifndef TICKETDESK_STOP_H
#define TICKETDESK_STOP_H

#include <leat.h>

struct stop {
    leat_rx *signals;   /* of leat_signal: each is an int */
    leat_cancel *drain; /* for all who take or send something */
    unsigned heard;     /* signals so far */
};

/* Returns 0, or -1 when it has said on standard error what is missing. */
int stop_open(struct stop *stop);

/* Deal with a signal that came out of `signals`: say what happens now, and fire
 * `drain`. The third does not return.
 *
 * returns true if what is queued must be dropped */
bool stop_hear(struct stop *stop);

/* Release everything. No wait may carry the token any more. */
void stop_close(struct stop *stop);

#endif
