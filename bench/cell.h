/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cell.h - one cell of the table for a participant written in C.
 *
 * A participant's program runs one cell and ends:
 *
 *     program who scenario capacity messages bytes
 *
 *     scenario   seq  one thread sends them all, then receives them all
 *                1:1, 4:1, 4:4  so many senders : so many receivers; with one
 *                receiver it is the main thread; N:N with other numbers, up to 64
 *                batch  1:1, up to CELL_BATCH messages a call, where there is one
 *                place  1:1, of large messages
 *                ping burst empty make parked-N  see probe.h
 *     capacity   unbounded, large (room for all messages), or a number
 *     bytes      of a message; a program in C is compiled for one size
 *
 * and prints one line: wall nanoseconds a message, CPU nanoseconds a message
 * (of all threads, user and system). `program who version` prints a version.
 *
 * Measured is what a user pays: making the channel, starting the threads, all
 * messages, joining, freeing. The values 1 to messages are sent, each once, as a
 * message all of whose words are that value; the number received and the sum of
 * all words must be right and the channel empty afterwards, or the program says
 * what was wrong and fails. So every byte is written by the sender and read by
 * the receiver, whatever the channel does in between.
 *
 * The loops are the participant's own, so that nothing indirect is in them. */
#ifndef BENCH_CELL_H
#define BENCH_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define CELL_UNBOUNDED SIZE_MAX

/* -DCELL_WORDS=4: messages of 32 bytes. */
#ifndef CELL_WORDS
#define CELL_WORDS 1
#endif

enum { CELL_BATCH = 64 };

struct cell_msg {
    uint64_t word[CELL_WORDS];
};

struct tally {
    uint64_t count;
    uint64_t sum;
};

struct cell_peer {
    const char *who;
    const char *scenarios; /* those it can run, such as "seq 1:1" */
    bool bounded;          /* can it have a bound? */
    void *(*make)(size_t capacity);
    void (*send)(void *chan, uint64_t first, uint64_t n); /* first, ... */
    void (*recv)(void *chan, uint64_t n, struct tally *tally);
    bool (*drained)(void *chan); /* does a try find nothing? */
    void (*drop)(void *chan);
    const char *(*version)(void);
};

/* The main of a program with these participants; a NULL who ends the list. One that
 * does some scenarios in another way is there twice. */
int cell_main(const struct cell_peer *peers, int argc, char **argv);

static inline void cell_write(struct cell_msg *msg, uint64_t value)
{
    for (size_t i = 0; i < CELL_WORDS; i++)
        msg->word[i] = value;
}

static inline uint64_t cell_sum(const struct cell_msg *msg)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < CELL_WORDS; i++)
        sum += msg->word[i];
    return sum;
}

/* Print a sentence and exit with 1. */
_Noreturn void cell_fail(const char *what);

int64_t cell_clock_ns(clockid_t clock);

/* Start and join a thread: glibc leaves the locked operation out of a mutex, and
 * locks out of malloc, as long as a process never had a second thread. Nobody who
 * wants a channel has such a process, so seq shall not run in one. */
void cell_become_threaded(void);

/* Is the scenario one of the list's words? */
bool cell_runs(const char *scenarios, const char *scenario);

/* count messages of sum words must have been got, or the program fails. */
void cell_check(const char *who, struct tally got, uint64_t count,
                uint64_t sum);

#endif
