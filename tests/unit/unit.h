/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* unit.h - what the unit tests share: the flavours, a channel of one, a call that
 * runs in a thread of its own, a bin that a discard hook fills, and MUST.
 *
 * Define _GNU_SOURCE before the first include. Messages are uint64_t unless the
 * test says otherwise. */
#ifndef LEAT_TESTS_UNIT_H
#define LEAT_TESTS_UNIT_H

#include "t.h"

#include <leat.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNIT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNIT_SANITIZED 1
#endif
#endif
#ifndef UNIT_SANITIZED
#define UNIT_SANITIZED 0
#endif

/* ---- saying no ----------------------------------------------------------- */

/* What a failure names besides its line. */
static const char *_Atomic unit_at = "";

/* Fail the test, from whichever thread. */
#define UNIT_FAIL(...)                                                         \
    do {                                                                       \
        if (gettid() == getpid())                                              \
            ck_abort_msg(__VA_ARGS__);                                         \
        fprintf(stderr, "%s:%d: ", __FILE__, __LINE__);                        \
        fprintf(stderr, __VA_ARGS__);                                          \
        fprintf(stderr, "\n");                                                 \
        abort();                                                               \
    } while (0)

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition))                                                      \
            UNIT_FAIL("%s [%s]", #condition, unit_at);                         \
    } while (0)

/* The call gives this code. */
#define RC(call, want)                                                         \
    do {                                                                       \
        int rc_ = (call);                                                      \
        if (rc_ != (want))                                                     \
            UNIT_FAIL("%s gave %s (%d), not %s [%s]", #call,                   \
                      leat_err_name(rc_), rc_, #want, unit_at);                \
    } while (0)

/* Two numbers are equal. */
#define SAME(a, b)                                                             \
    do {                                                                       \
        unsigned long long a_ = (unsigned long long)(a);                       \
        unsigned long long b_ = (unsigned long long)(b);                       \
        if (a_ != b_)                                                          \
            UNIT_FAIL("%s is %llu, %s is %llu [%s]", #a, a_, #b, b_, unit_at); \
    } while (0)

/* ---- flavours ------------------------------------------------------------- */

typedef struct flavour {
    const char *name;
    size_t cap;
    uint32_t flags;
} flavour;

#define ONE_TX   LEAT_SINGLE_PRODUCER
#define ONE_RX   LEAT_SINGLE_CONSUMER
#define ONE_BOTH (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)

static const flavour flavours[] = {
    {"bounded 1", 1, 0},
    {"bounded 2", 2, 0},
    {"bounded 3", 3, 0},
    {"bounded 7", 7, 0},
    {"bounded 64", 64, 0},
    {"unbounded", LEAT_UNBOUNDED, 0},
    {"rendezvous", 0, 0},
    {"spsc 1", 1, ONE_BOTH},
    {"spsc 2", 2, ONE_BOTH},
    {"spsc 3", 3, ONE_BOTH},
    {"spsc 64", 64, ONE_BOTH},
    {"spsc unbounded", LEAT_UNBOUNDED, ONE_BOTH},
    {"spsc rendezvous", 0, ONE_BOTH},
    {"one producer, bounded 3", 3, ONE_TX},
    {"one producer, unbounded", LEAT_UNBOUNDED, ONE_TX},
    {"one producer, rendezvous", 0, ONE_TX},
    {"one consumer, bounded 3", 3, ONE_RX},
    {"one consumer, unbounded", LEAT_UNBOUNDED, ONE_RX},
    {"one consumer, rendezvous", 0, ONE_RX},
    {"in place 1", 1, LEAT_IN_PLACE},
    {"in place 5", 5, LEAT_IN_PLACE},
    {"in place unbounded", LEAT_UNBOUNDED, LEAT_IN_PLACE},
    {"in place, spsc 3", 3, LEAT_IN_PLACE | ONE_BOTH},
};

enum { FLAVOURS = (int)(sizeof flavours / sizeof flavours[0]) };

/* Has the flavour a queue, a limit, cells, a promise? */
static inline bool queues(const flavour *f)
{
    return f->cap != 0;
}

static inline bool fills(const flavour *f)
{
    return f->cap != LEAT_UNBOUNDED;
}

static inline bool in_place(const flavour *f)
{
    return (f->flags & LEAT_IN_PLACE) != 0;
}

static inline bool many_tx(const flavour *f)
{
    return (f->flags & ONE_TX) == 0;
}

static inline bool many_rx(const flavour *f)
{
    return (f->flags & ONE_RX) == 0;
}

/* How many messages it can queue, up to `most`. */
static inline size_t room(const flavour *f, size_t most)
{
    return f->cap < most ? f->cap : most;
}

/* ---- a channel ------------------------------------------------------------- */

typedef struct ends {
    leat_tx *tx;
    leat_rx *rx;
    leat_chan *chan;
} ends;

/* A channel of the flavour; hook may be NULL. */
static inline ends ends_hooked(const flavour *f, size_t bytes,
                               void (*hook)(void *, void *), void *arg)
{
    ends e = {0};
    unit_at = f->name;
    RC(leat_chan_new(&e.tx, &e.rx, bytes, f->cap,
                     LEAT_CHAN_OPTS(.flags = f->flags, .discard = hook,
                                    .discard_arg = arg, .name = f->name)),
       0);
    e.chan = leat_tx_chan(e.tx);
    return e;
}

static inline ends ends_new(const flavour *f)
{
    return ends_hooked(f, sizeof(uint64_t), NULL, NULL);
}

/* A plain channel of this capacity. */
static inline ends ends_cap(size_t cap)
{
    const flavour plain = {"plain", cap, 0};
    ends e = ends_new(&plain);
    unit_at = "";
    return e;
}

/* Drop both, the only owners. */
static inline void ends_drop(ends e)
{
    MUST(leat_tx_drop(e.tx));
    MUST(leat_rx_drop(e.rx));
}

static inline int send_until(leat_tx *tx, uint64_t value, leat_until until)
{
    return leat_tx_send(tx, &value, until);
}

static inline int try_send(leat_tx *tx, uint64_t value)
{
    return send_until(tx, value, leat_nowait());
}

/* A value no test sends: what a buffer keeps when nothing was received. */
#define UNTOUCHED UINT64_C(0xa5a5a5a55a5a5a5a)

/* Receive without waiting; *value is UNTOUCHED if nothing came. */
static inline int try_recv(leat_rx *rx, uint64_t *value)
{
    *value = UNTOUCHED;
    return leat_rx_recv(rx, value, leat_nowait());
}

/* The next message is this one, and is there already. */
#define NEXT(rx_, want)                                                        \
    do {                                                                       \
        uint64_t got_;                                                         \
        RC(try_recv(rx_, &got_), 0);                                           \
        SAME(got_, want);                                                      \
    } while (0)

/* A receive without waiting gives this code and touches nothing. */
#define NOTHING(rx_, want_rc)                                                  \
    do {                                                                       \
        uint64_t got_;                                                         \
        RC(try_recv(rx_, &got_), want_rc);                                     \
        SAME(got_, UNTOUCHED);                                                 \
    } while (0)

/* Queue n messages first, first + 1, ... which have room. */
static inline void fill(ends e, uint64_t first, size_t n)
{
    for (size_t i = 0; i < n; i++)
        RC(try_send(e.tx, first + i), 0);
}

/* ---- a call in a thread of its own ----------------------------------------- */

typedef struct call {
    leat_tx *tx; /* one of the two: what to do */
    leat_rx *rx;
    uint64_t value;
    leat_until until;
    int rc;
    int64_t began_ns;
    int64_t ended_ns;
    pthread_t thread;
} call;

static inline void *call_run(void *arg)
{
    call *c = arg;
    c->began_ns = leat_now_ns();
    c->rc = c->tx != NULL ? leat_tx_send(c->tx, &c->value, c->until)
                          : leat_rx_recv(c->rx, &c->value, c->until);
    c->ended_ns = leat_now_ns();
    return NULL;
}

static inline void call_send(call *c, leat_tx *tx, uint64_t value,
                             leat_until until)
{
    *c = (call){.tx = tx, .value = value, .until = until};
    c->thread = t_spawn(call_run, c);
}

static inline void call_recv(call *c, leat_rx *rx, leat_until until)
{
    *c = (call){.rx = rx, .value = UNTOUCHED, .until = until};
    c->thread = t_spawn(call_run, c);
}

/* Its result, once it has ended. */
static inline int call_end(call *c)
{
    t_join(c->thread);
    return c->rc;
}

/* ---- a bin ------------------------------------------------------------------ */

enum { BIN_MAX = 4096 };

/* Collects what a discard hook is given, in order. */
typedef struct bin {
    pthread_mutex_t mutex;
    size_t n;
    uint64_t value[BIN_MAX];
    pthread_t by; /* the thread of the last call */
} bin;

#define BIN_INIT                                                               \
    {                                                                          \
        .mutex = PTHREAD_MUTEX_INITIALIZER                                     \
    }

static inline void bin_put(void *msg, void *arg)
{
    bin *b = arg;
    pthread_mutex_lock(&b->mutex);
    MUST(b->n < BIN_MAX);
    memcpy(&b->value[b->n], msg, sizeof(uint64_t));
    b->n++;
    b->by = pthread_self();
    pthread_mutex_unlock(&b->mutex);
}

/* The bin holds first, first + 1, ... n of them, and nothing else. */
static inline void bin_holds(const bin *b, uint64_t first, size_t n)
{
    SAME(b->n, n);
    for (size_t i = 0; i < n; i++)
        SAME(b->value[i], first + i);
}

#endif
