/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* own.h - participants whose scenarios have a shape of their own: several channels, a
 * channel for each message, no channel at all.
 *
 * The command line, the clock, the account and the line that is printed are those of
 * cell.h; only what is between the two looks at the clock is the participant's. Or it
 * looks at the clock, and prints, itself.
 *
 * A scenario is a word, or a word and a number:
 *
 *     select_rx    four channels, a thread that sends to each, the main thread selects
 *     select_both  four channels; four threads select among sends, four among receives
 *     busy-N       N channels, a thread that sends to one after another, the main thread
 *                  selects
 *     quiet-N      N channels, one thread: it sends to one, and selects among all
 *     alone        a oneshot for each message, made, used and gone in one thread
 *     ask          a oneshot for each message; the main thread makes it and waits, another
 *                  thread, which was looking out for it, sends
 *     flat, deep   a root token with ten thousand below it: all its children; or 10, each
 *                  with 10, each with 100. "messages" are the ten thousand, so there are
 *                  several trees, one after another. Prints three figures, nanoseconds a
 *                  token: to make it, to fire it with its tree, and to drop it. Each is
 *                  asked before and afterwards, off the clock, whether it has fired */
#ifndef BENCH_OWN_H
#define BENCH_OWN_H

#include "cell.h"

#include <pthread.h>
#include <stdatomic.h>

struct own_cell {
    const char *who;
    size_t number; /* of the scenario; 0: none */
    size_t capacity;
    uint64_t messages;
};

/* One of the two functions is there. */
struct own_scenario {
    const char *name; /* without the number */
    const char *whos; /* who can run it, such as "leat leat-set" */
    struct tally (*run)(const struct own_cell *cell); /* what was received */
    void (*print)(const struct own_cell *cell);
};

/* The main of a program with these scenarios; a NULL name ends the list. The version is
 * in the form of leat_version. */
int own_main(const struct own_scenario *scenarios, int version, int argc,
             char **argv);

bool own_is(const struct own_cell *cell, const char *who);

void own_start(pthread_t *thread, void *(*fn)(void *arg), void *arg);
void own_join(pthread_t thread);

/* A moment's rest between two looks at what another thread is going to change; after
 * some looks the processor is offered to others. */
void own_look_again(unsigned *looks);

/* A word through which one thread hands pointers to another that is looking out for them:
 * the quickest way there is, and the same for each participant. */
struct own_desk {
    _Alignas(64) void *_Atomic what; /* NULL: nothing is there */
};

void own_put(struct own_desk *desk, void *what); /* waits until it is free */
void *own_take(struct own_desk *desk);

#endif
