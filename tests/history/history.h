/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* history.h - what is recorded of one short life of a channel, and what is asked of
 * it.
 *
 * A *history* is the calls of a few threads on one channel: when each began and
 * ended on a clock that counts beginnings and ends, what it was given and what it
 * gave. It is *explained* by an order of steps (model.h), each inside its call, in
 * which a channel that does one step at a time gives the same answers. A history
 * that nothing explains is a bug (checker.c looks for the order).
 *
 * To add an operation: a name in enum kind_id, a row in kinds.c, how it is called
 * in run.c, what it means in model.c. To add a channel: a row in plan.c.
 *
 * Glossary.
 *   call     one call of one thread, from `began` to `ended`
 *   message  a number from 1; the bytes that travel are made of it (run.c)
 *   fate     what became of a message: received, discarded, or still its sender's
 *   trial    a channel, a plan for each thread, and the history that comes of it */
#ifndef LEAT_HISTORY_HISTORY_H
#define LEAT_HISTORY_HISTORY_H

#include <leat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define THREADS 4u  /* of a history, at most */
#define CALLS   24u /* of one thread, at most */
#define MSGS    96u /* messages are 1 .. MSGS - 1 */
#define TOKENS  2u
#define BATCH   3u /* messages of one call, at most */
#define BOTH    (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)

enum half { TX, RX };

/* How long a call waits: leat_nowait, a deadline long past, one that is to come,
 * leat_forever. */
enum patience { NOWAIT, PAST, SOON, EVER };

enum kind_id {
    SEND,
    FORCE,
    SEND_MANY,
    RECV,
    RECV_MANY,
    DRAIN,
    PEEK,
    RESERVE,
    COMMIT,
    UNRESERVE,
    BORROW,
    RELEASE,
    UNBORROW,
    TX_CLOSE,
    RX_CLOSE,
    TX_CLOSE_BECAUSE,
    RX_CLOSE_BECAUSE,
    RX_ABORT,
    TX_CLONE,
    RX_CLONE,
    TX_DROP,
    RX_DROP,
    CHAN_TX,
    CHAN_RX,
    LEN,
    IS_EMPTY,
    IS_FULL,
    IS_CLOSED,
    CLOSE_REASON,
    TX_COUNT,
    RX_COUNT,
    TX_IS_GONE,
    RX_IS_GONE,
    TX_WAIT_GONE,
    RX_WAIT_GONE,
    FIRE,
    CHECK,
    KINDS
};

struct call {
    enum kind_id kind;
    enum patience patience;
    uint8_t thread;
    uint8_t token; /* that the call carries, or is about; 0: none */
    uint8_t msg;   /* sent or received; 0: none */
    uint8_t asked; /* a batch: for how many; those sent are msg, msg + 1, ... */
    uint8_t batch[BATCH]; /* received in one */
    uint8_t displaced;    /* by force, and the sender's now; 0: none */
    int reason;           /* that a close gives */
    int answer;           /* a code, a number, or 0 and 1 */
    uint32_t began;
    uint32_t ended;   /* 0: not yet */
    const char *flaw; /* what was seen to be wrong at once; or NULL */
    uint8_t discards; /* what the hook was given in this thread meanwhile */
    uint8_t discarded[MSGS];
};

struct history {
    size_t cap;
    uint32_t promises;
    enum leat_policy policy;
    uint8_t prefilled; /* messages 1 .. prefilled are queued at the start */
    uint8_t owners[2]; /* of each half, at the start */
    uint8_t threads;
    uint8_t calls[THREADS];
    struct call call[THREADS][CALLS]; /* of each thread, one after the other */
};

/* ---- kinds.c: the operations -------------------------------------------------- */

struct actor;
struct moment;
struct state;

/* What a thread must have to make the call. TO_SEND, TO_RECV: the half, and if it is
 * promised single, to be the one that uses it. */
enum need { NOTHING, A_TX, A_RX, TO_SEND, TO_RECV, ANY_HALF };

/* What not every flavour does; bits. */
enum { FORCES = 1u, BATCHES = 2u, PLACES = 4u };

/* What is given and what comes back, for who prints it. */
enum {
    TAKES_MSG = 1u,
    TAKES_UNTIL = 2u,
    TAKES_REASON = 4u,
    TAKES_TOKEN = 8u,
    GIVES_CODE = 16u,
    GIVES_MSG = 32u,
    GIVES_NUMBER = 64u,
    GIVES_TRUTH = 128u,
    MANY = 256u
};

struct kind {
    const char *name;
    enum need need;
    uint8_t only;  /* the flavours that do it; 0: all */
    uint8_t often; /* among what a thread may do; 0: never by dice */
    unsigned shape;
    /* Make the call and write down when and what. false: nothing was called. */
    bool (*run)(struct actor *actor, struct call *call);
    /* Its next step in the model: see model.h. */
    const char *(*step)(const struct moment *at, const struct call *call,
                        struct state *state, uint8_t *phase);
};

extern const struct kind kinds[KINDS];

/* How many messages it put in, and how many it took out for itself; which those are. */
unsigned call_sent(const struct call *call);
unsigned call_received(const struct call *call);
uint8_t call_got(const struct call *call, unsigned i);

/* ---- print.c -------------------------------------------------------------------- */

struct verdict;

/* One line a call, with its interval; and if there is a verdict, how far the
 * longest order came, and what stood in the way of the next step. */
void history_print(FILE *out, const struct history *history,
                   const struct verdict *verdict);

#endif
