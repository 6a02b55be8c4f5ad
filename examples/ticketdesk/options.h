/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* options.h - what the command line asks for. */
#ifndef TICKETDESK_OPTIONS_H
#define TICKETDESK_OPTIONS_H

#include <leat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_CLIENTS_MAX  1024
#define OPTIONS_DISPLAYS_MAX 64

struct options {
    unsigned clients;
    size_t capacity; /* LEAT_UNBOUNDED too */
    enum leat_policy policy;
    uint64_t commands;
    uint64_t seed;
    int64_t think_us;
    unsigned displays;
    int64_t frame_ms;
    bool draw;
    const char *in;  /* NULL: the shipped tickets; "-": standard input */
    const char *out; /* NULL: none; "-": standard output */
};

enum options_result {
    OPTIONS_RUN,  /* *options is filled in */
    OPTIONS_HELP, /* the help has been printed */
    OPTIONS_BAD   /* what is wrong has been said on standard error */
};

enum options_result options_parse(struct options *options, int argc,
                                  char **argv);

/* What --policy calls it. */
const char *options_policy_name(enum leat_policy policy);

#endif
