/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* monitor.h - a thread that reads the desk's statistics.
 *
 * They are in a watch: the desk puts in a new report at each tick and never waits; the
 * monitor gets the latest that it has not seen, and the last one in any case. It has
 * no clock of its own. */
#ifndef TICKETDESK_MONITOR_H
#define TICKETDESK_MONITOR_H

#include "statistics.h"

struct monitor {
    statistics_rx *statistics; /* lent to the thread */
    bool draws;                /* a line on the terminal for each report */

    /* for whoever has joined the thread */
    uint64_t seen; /* reports */
    struct statistics last;
};

/* What its thread runs; arg is a struct monitor. Ends when the desk closes. */
int monitor_main(void *arg, leat_cancel *stop);

#endif
