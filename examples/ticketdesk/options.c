/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* options.c - the command line, and the help text. */
#define _GNU_SOURCE 1
#include "options.h"

#include "proto.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <leat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_CLIENTS  8
#define DEFAULT_CAPACITY 64
#define DEFAULT_COMMANDS 1000000 /* with the shipped tickets */
#define DEFAULT_SEED     1
#define DEFAULT_DISPLAYS 2
#define DEFAULT_FRAME_MS 50

#define STRING_(x) #x
#define STRING(x)  STRING_(x)

/* clang-format off */
static const char help[] =
    "Usage: ticketdesk [OPTION]...\n"
    "A server owns tickets; client threads send it commands over one channel, and\n"
    "each command is answered over a channel of its own. The server tells what has\n"
    "changed to an auditor, who must see all, and to displays, which may lag.\n"
    "\n"
    "  --clients N     client threads, 1 to " STRING(OPTIONS_CLIENTS_MAX)
    " (" STRING(DEFAULT_CLIENTS) ")\n"
    "  --capacity C    of the command channel: 0 (server and client meet), a\n"
    "                  number, or \"unbounded\" (" STRING(DEFAULT_CAPACITY)
    ")\n"
    "  --policy P      what happens to a command when the channel is full:\n"
    "                  block (it waits for room), fail (it is refused),\n"
    "                  drop-oldest or drop-newest (one command is answered\n"
    "                  \"dropped\") (block)\n"
    "  --in FILE       tickets as JSON Lines; - is standard input (the tickets\n"
    "                  that come with the program)\n"
    "  --out FILE      write the final state here as JSON Lines; - is standard\n"
    "                  output (not written)\n"
    "  --commands N    after the input, send N mixed commands ("
    STRING(DEFAULT_COMMANDS) ",\n"
    "                  or 0 with --in)\n"
    "  --seed N        of the mix (" STRING(DEFAULT_SEED) ")\n"
    "  --think-us N    the server takes N microseconds longer for each command\n"
    "                  (0); to see what a slow server does\n"
    "  --displays N    so many of them, 0 to " STRING(OPTIONS_DISPLAYS_MAX)
    " (" STRING(DEFAULT_DISPLAYS) ")\n"
    "  --frame-ms N    each draws a picture every N milliseconds, of the latest\n"
    "                  change; what it misses it counts (" STRING(DEFAULT_FRAME_MS)
    ")\n"
    "  --draw          on standard error, in place of the progress there; without it\n"
    "                  displays only look and count\n"
    "  --help          this text\n"
    "\n"
    "A server that is too slow, four ways; the summary tells them apart:\n"
    "  ticketdesk --commands 9999 --think-us 100 --capacity 4\n"
    "      hold the clients back: nothing is dropped, they go at its pace\n"
    "  ticketdesk --commands 9999 --think-us 100 --capacity unbounded\n"
    "      buffer: nothing is dropped, the answers are late\n"
    "  ticketdesk --commands 9999 --think-us 100 --capacity 4 --policy drop-oldest\n"
    "      drop what has waited longest (drop-newest: what comes last)\n"
    "  ticketdesk --commands 9999 --think-us 100 --capacity 4 --policy fail\n"
    "      refuse, and the client goes on to its next command\n"
    "A client has at most " STRING(DESK_WINDOW)
    " commands without an answer, so a channel with\n"
    "room for as many of each client is never full.\n"
    "\n"
    "A display that is too slow: the server does not wait for it.\n"
    "  ticketdesk --in tickets.jsonl --displays 1 --frame-ms 3600000 --draw\n"
    "      one picture, of the last change; all but what is kept are missed\n"
    "\n"
    "A line of input is an object with id (above 0), title (1 to 50 bytes),\n"
    "description (1 to 500 bytes) and status (to-do, in-progress or done), at\n"
    "most 8192 bytes long. What is not is reported on standard error and\n"
    "counted, and the rest is read.\n"
    "\n"
    "Ctrl-C (or SIGTERM) stops the input, waits for all answers, writes the\n"
    "state and the account. A second one drops what is queued and tells the\n"
    "clients so. A third ends the program at once.\n"
    "\n"
    "Exit status: 0, all is well and every accepted command was answered once;\n"
    "1, something failed or the account does not add up; 2, a bad option.\n";
/* clang-format on */

enum {
    OPTION_CLIENTS = 1000,
    OPTION_CAPACITY,
    OPTION_POLICY,
    OPTION_IN,
    OPTION_OUT,
    OPTION_COMMANDS,
    OPTION_SEED,
    OPTION_THINK,
    OPTION_DISPLAYS,
    OPTION_FRAME,
    OPTION_DRAW,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"clients", required_argument, NULL, OPTION_CLIENTS},
    {"capacity", required_argument, NULL, OPTION_CAPACITY},
    {"policy", required_argument, NULL, OPTION_POLICY},
    {"in", required_argument, NULL, OPTION_IN},
    {"out", required_argument, NULL, OPTION_OUT},
    {"commands", required_argument, NULL, OPTION_COMMANDS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"think-us", required_argument, NULL, OPTION_THINK},
    {"displays", required_argument, NULL, OPTION_DISPLAYS},
    {"frame-ms", required_argument, NULL, OPTION_FRAME},
    {"draw", no_argument, NULL, OPTION_DRAW},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

/* A decimal number from min to max and nothing else. */
static bool number(const char *option, const char *text, uint64_t min,
                   uint64_t max, uint64_t *out)
{
    char *end = NULL;
    uint64_t value;

    errno = 0;
    value = strtoull(text, &end, 10);
    /* strtoull takes blanks and signs, and turns -1 into a large number */
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
        value < min || value > max) {
        fprintf(stderr,
                "ticketdesk: --%s is a number from %" PRIu64 " to %" PRIu64
                ", not \"%s\"\n",
                option, min, max, text);
        return false;
    }
    *out = value;
    return true;
}

static bool capacity(const char *text, size_t *out)
{
    uint64_t value = 0;

    if (strcmp(text, "unbounded") == 0) {
        *out = LEAT_UNBOUNDED;
        return true;
    }
    if (text[0] < '0' || text[0] > '9') {
        fprintf(stderr,
                "ticketdesk: --capacity is a number or \"unbounded\", not "
                "\"%s\"\n",
                text);
        return false;
    }
    if (!number("capacity", text, 0, SIZE_MAX / 2, &value))
        return false;
    *out = (size_t)value;
    return true;
}

static const struct {
    const char *name;
    enum leat_policy policy;
} policies[] = {
    {"block", LEAT_POLICY_BLOCK},
    {"fail", LEAT_POLICY_FAIL},
    {"drop-oldest", LEAT_POLICY_DROP_OLDEST},
    {"drop-newest", LEAT_POLICY_DROP_NEWEST},
};
#define POLICIES (sizeof policies / sizeof policies[0])

const char *options_policy_name(enum leat_policy policy)
{
    for (size_t i = 0; i < POLICIES; i++) {
        if (policies[i].policy == policy)
            return policies[i].name;
    }
    return "?";
}

static bool policy(const char *text, enum leat_policy *out)
{
    for (size_t i = 0; i < POLICIES; i++) {
        if (strcmp(policies[i].name, text) == 0) {
            *out = policies[i].policy;
            return true;
        }
    }
    fprintf(stderr,
            "ticketdesk: --policy is block, fail, drop-oldest or drop-newest, "
            "not \"%s\"\n",
            text);
    return false;
}

static bool option_take(struct options *options, int option)
{
    uint64_t value = 0;

    switch (option) {
    case OPTION_CLIENTS:
        if (!number("clients", optarg, 1, OPTIONS_CLIENTS_MAX, &value))
            return false;
        options->clients = (unsigned)value;
        return true;
    case OPTION_CAPACITY:
        return capacity(optarg, &options->capacity);
    case OPTION_POLICY:
        return policy(optarg, &options->policy);
    case OPTION_IN:
        options->in = optarg;
        return true;
    case OPTION_OUT:
        options->out = optarg;
        return true;
    case OPTION_COMMANDS:
        return number("commands", optarg, 0, UINT64_MAX / 2,
                      &options->commands);
    case OPTION_SEED:
        return number("seed", optarg, 0, UINT64_MAX, &options->seed);
    case OPTION_THINK:
        if (!number("think-us", optarg, 0, 1000000, &value))
            return false;
        options->think_us = (int64_t)value;
        return true;
    case OPTION_DISPLAYS:
        if (!number("displays", optarg, 0, OPTIONS_DISPLAYS_MAX, &value))
            return false;
        options->displays = (unsigned)value;
        return true;
    case OPTION_FRAME:
        if (!number("frame-ms", optarg, 1, 3600000, &value))
            return false;
        options->frame_ms = (int64_t)value;
        return true;
    case OPTION_DRAW:
        options->draw = true;
        return true;
    default:
        return false; /* getopt has said why */
    }
}

enum options_result options_parse(struct options *options, int argc,
                                  char **argv)
{
    const uint64_t commands_unsaid = UINT64_MAX;
    int option;

    *options = (struct options){
        .clients = DEFAULT_CLIENTS,
        .capacity = DEFAULT_CAPACITY,
        .commands = commands_unsaid,
        .seed = DEFAULT_SEED,
        .displays = DEFAULT_DISPLAYS,
        .frame_ms = DEFAULT_FRAME_MS,
    };
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == OPTION_HELP) {
            fputs(help, stdout);
            return OPTIONS_HELP;
        }
        if (!option_take(options, option)) {
            fputs("ticketdesk: --help says more\n", stderr);
            return OPTIONS_BAD;
        }
    }
    if (optind < argc) {
        fprintf(stderr,
                "ticketdesk: no idea what to do with \"%s\"; --help says "
                "more\n",
                argv[optind]);
        return OPTIONS_BAD;
    }
    if (options->policy == LEAT_POLICY_DROP_OLDEST && options->capacity == 0) {
        fputs("ticketdesk: --capacity 0 keeps no command that drop-oldest "
              "could drop\n",
              stderr);
        return OPTIONS_BAD;
    }
    if (options->commands == commands_unsaid)
        options->commands = options->in == NULL ? DEFAULT_COMMANDS : 0;
    return OPTIONS_RUN;
}
