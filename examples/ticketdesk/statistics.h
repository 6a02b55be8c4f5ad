/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* statistics.h - how the desk is doing: what a watch holds the latest of. */
#ifndef TICKETDESK_STATISTICS_H
#define TICKETDESK_STATISTICS_H

#include "ticket.h"

#include <leat.h>

struct statistics {
    uint64_t number; /* of this report: 1, 2, 3 ...; 0: none yet */
    int64_t at_ns;
    uint64_t served;  /* commands so far */
    uint64_t changes; /* published so far */
    size_t waiting;   /* commands in the channel */
    uint64_t tickets; /* on the desk */
};

LEAT_CHAN_TYPE(statistics, struct statistics);

#endif
