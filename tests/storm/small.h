/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* small.h - what the storms share that are a program with a few ways, each of which is
 * played in episodes until enough messages have met their fate.
 *
 *     storm_PROGRAM WAY        one of its ways
 *     LEAT_SEED=n              the dice
 *     LEAT_STORM=long          the long storm
 *     LEAT_STORM_MESSAGES=n    so many messages
 *
 * An episode in which nothing moves is ended by the watchdog, which dumps all channels. */
#ifndef LEAT_STORM_SMALL_H
#define LEAT_STORM_SMALL_H

#include "t.h"

#include <leat.h>
#include <stdlib.h>
#include <string.h>

struct storm_way {
    const char *name;
    /* returns how many messages have met their fate */
    uint64_t (*episode)(t_rand *dice);
    uint64_t briefly; /* messages in a short storm, and in a long one */
    uint64_t at_length;
};

static const char *storm_name = "";

#define STORM_MUST(condition)                                                  \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: storm %s: %s\n", __FILE__, __LINE__,       \
                    storm_name, #condition);                                   \
            fprintf(stderr, "again with LEAT_SEED=%llu\n",                     \
                    (unsigned long long)t_seed());                             \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* What `end` says of an until: a code that gives up, and rightly so. */
static inline bool storm_gave_up(int rc, leat_until until)
{
    if (rc == LEAT_EAGAIN)
        return until.deadline_ns == 0 && until.cancel == NULL;
    if (rc == LEAT_ECANCELED)
        return until.cancel != NULL && leat_cancel_check(until.cancel);
    return rc == LEAT_ETIMEDOUT && leat_now_ns() >= until.deadline_ns;
}

static inline uint64_t storm_messages(const struct storm_way *way)
{
    const char *asked = getenv("LEAT_STORM_MESSAGES");
    const char *length = getenv("LEAT_STORM");
    if (asked != NULL && *asked != '\0')
        return strtoull(asked, NULL, 0);
    if (length != NULL && strcmp(length, "long") == 0)
        return way->at_length;
    return t_scaled((unsigned)way->briefly);
}

static inline int storm_main(int argc, char **argv,
                             const struct storm_way *ways, size_t n)
{
    const struct storm_way *way = NULL;
    for (size_t i = 0; i < n; i++)
        if (argc == 2 && strcmp(argv[1], ways[i].name) == 0)
            way = &ways[i];
    if (way == NULL) {
        fprintf(stderr, "usage: %s WAY\n", argv[0]);
        return 2;
    }
    storm_name = way->name;
    uint64_t messages = storm_messages(way);
    uint64_t settled = 0;
    unsigned episodes = 0;
    t_rand dice = t_random(1);
    t_watchdog();
    for (; settled < messages; episodes++) {
        t_patience(60);
        settled += way->episode(&dice);
    }
    printf("storm %s: seed %llu, %u episodes, %llu messages, 0 lost\n",
           way->name, (unsigned long long)t_seed(), episodes,
           (unsigned long long)settled);
    return 0;
}

#endif
