/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* report.h - what the program says about a run. */
#ifndef TICKETDESK_REPORT_H
#define TICKETDESK_REPORT_H

#include "account.h"
#include "histogram.h"
#include "news.h"

struct report {
    const char *input_name;
    bool input_stopped;
    struct intake intake;
    struct account account; /* all clients */
    struct histogram latency;
    const struct ledger *ledger;
    const struct news *news;
    uint64_t changes; /* published */
    uint64_t reports; /* given */
    unsigned clients;
    size_t capacity;
    enum leat_policy policy;
    double seconds;
    bool adds_up;
};

void report_print(const struct report *report, FILE *out);

#endif
