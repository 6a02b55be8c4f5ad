/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* paths.h - the fast paths of leat, each as a loop, for counting its instructions.
 *
 * A path is a call, or a few that belong together, which meets nobody and need not
 * wait. count.py runs this program under callgrind, which counts what `counted` executes:
 * once with n turns and once with twice as many, so that whatever happens once drops out
 * of the difference. What a path needs but does not count (a message to receive, a full
 * channel) is made before, and taken away after. */
#ifndef LEAT_TESTS_INSTRUCTIONS_PATHS_H
#define LEAT_TESTS_INSTRUCTIONS_PATHS_H

#include <leat.h>
#include <stdio.h>
#include <stdlib.h>

/* Turns of a counted loop: TURNS, and then twice as many, or some more (main.c). No
 * channel is smaller than that, unless its path wants it so. */
enum { TURNS = 1024, ROOM = 3 * TURNS, BATCH = 64, CASES = 4, LARGEST = 256 };

struct path {
    const char *name;
    void (*run)(size_t n);    /* what is counted: n turns */
    void (*before)(size_t n); /* or NULL, as the others */
    void (*after)(size_t n);
    void (*make)(const struct path *path);
    void (*unmake)(void);
    size_t bytes; /* of a message; what follows is for make */
    size_t capacity;
    uint32_t flags;
    enum leat_policy policy;
};

/* What paths work on; in main.c. */
struct world {
    leat_tx *tx[CASES];
    leat_rx *rx[CASES];
    leat_case cases[CASES];
    _Alignas(64) unsigned char msgs[BATCH * LARGEST];
};

extern struct world it;

/* A call that does something else than its path says would be counted as that path. */
#define MUST(outcome)                                                          \
    do {                                                                       \
        if (!(outcome)) {                                                      \
            fprintf(stderr, "%s:%d: not %s\n", __FILE__, __LINE__, #outcome);  \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* The groups, each ended by a path without a name. */
extern const struct path channel_paths[]; /* channels.c */
extern const struct path family_paths[];  /* family.c */
extern const struct path wait_paths[];    /* waits.c */
extern const struct path lock_paths[];    /* locks.c */

/* For make, unmake, before and after of several groups; in channels.c. */
void channel(const struct path *path); /* it.tx[0], it.rx[0] */
void no_channel(void);
void fill(size_t n); /* by n sends to it.tx[0] */
void drain(size_t n);

/* The function whose instructions are counted; in counted.c. */
void counted(const struct path *path, size_t n);

#endif
