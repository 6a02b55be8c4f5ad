/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* signals.h - SIGINT and SIGTERM as messages. */
#ifndef TICKETDESK_SIGNALS_H
#define TICKETDESK_SIGNALS_H

#include <leat.h>

/* From now on these signals do nothing but come out of *signals: each message is an
 * int, the signal's number. Call it before any thread is started, for a thread
 * inherits what is blocked.
 *
 * returns 0, or a code and *signals untouched */
int signals_open(leat_rx **signals);

/* No more of them, and the half is dropped. NULL does nothing. */
void signals_close(leat_rx *signals);

#endif
