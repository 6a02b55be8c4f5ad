/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* report.h - what the program says about a run. */
#ifndef TICKETDESK_REPORT_H
#define TICKETDESK_REPORT_H

#include "account.h"
#include "histogram.h"

struct report {
    const char *input_name;
    bool input_stopped;
    struct intake intake;
    struct account account; /* all clients */
    struct histogram latency;
    uint64_t tickets[TICKET_STATUSES + 1]; /* on the desk; the last: all */
    unsigned clients;
    size_t capacity;
    enum leat_policy policy;
    uint64_t policy_dropped; /* the others were dropped at a second signal */
    size_t depth_max;
    double seconds;
    bool adds_up;
};

void report_print(const struct report *report, FILE *out);

/* One line on a terminal that is written over by the next; report_progress_end
 * takes it away. */
void report_progress(uint64_t served, double per_second, size_t depth);
void report_progress_end(void);

#endif
