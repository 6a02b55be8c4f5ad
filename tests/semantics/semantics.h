/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* semantics.h - what these tests share beside the unit tests' own: a message that
 * is on its way whatever the flavour, and threads that send or receive many.
 *
 * These tests check what the suites of other channels check; docs/semantics.md
 * says which test stands for which. Where those suites sleep until another thread
 * has surely gone to wait, these look until it waits. */
#ifndef LEAT_TESTS_SEMANTICS_H
#define LEAT_TESTS_SEMANTICS_H

#include "unit.h"

#include "parked.h"

/* ---- a message on its way ---------------------------------------------------- */

/* Sent: queued, or held by a sender that waits at a rendezvous. */
typedef struct given {
    call sender;
    bool waits;
} given;

/* Give one message, which has room. */
static inline void give(given *g, const flavour *f, leat_tx *tx, uint64_t value)
{
    g->waits = !queues(f);
    if (g->waits) {
        call_send(&g->sender, tx, value, leat_forever());
        t_wait_parked(leat_tx_chan(tx), LEAT__SEND, 1);
    } else {
        RC(try_send(tx, value), 0);
    }
}

/* The message has been received. */
static inline void given_away(given *g)
{
    if (g->waits)
        RC(call_end(&g->sender), 0);
}

/* ---- a thread that sends ------------------------------------------------------- */

/* Sends first, first + 1, ... n of them, up to the first that fails. */
typedef struct source {
    leat_tx *tx;
    uint64_t first;
    uint64_t n;
    bool drops; /* its half, when it is done */
    uint64_t sent;
    int rc; /* of its last send */
    pthread_t thread;
} source;

static inline void *source_run(void *arg)
{
    source *s = arg;
    while (s->rc == 0 && s->sent < s->n) {
        s->rc = send_until(s->tx, s->first + s->sent, leat_forever());
        s->sent += s->rc == 0;
    }
    if (s->drops)
        leat_tx_drop(s->tx);
    return NULL;
}

static inline void source_start(source *s)
{
    s->thread = t_spawn(source_run, s);
}

/* It could send all. */
static inline void source_end(source *s)
{
    t_join(s->thread);
    RC(s->rc, 0);
    SAME(s->sent, s->n);
}

/* ---- a thread that receives ------------------------------------------------------- */

/* Receives n messages, or up to the end of the stream. */
typedef struct sink {
    leat_rx *rx;
    uint64_t n;
    bool drops; /* its half, when it is done */
    uint64_t got;
    uint64_t sum;
    int rc; /* of its last receive */
    pthread_t thread;
} sink;

static inline void *sink_run(void *arg)
{
    sink *s = arg;
    while (s->rc == 0 && s->got < s->n) {
        uint64_t value;
        s->rc = leat_rx_recv(s->rx, &value, leat_forever());
        if (s->rc == 0) {
            s->got++;
            s->sum += value;
        }
    }
    if (s->drops)
        leat_rx_drop(s->rx);
    return NULL;
}

static inline void sink_start(sink *s)
{
    s->thread = t_spawn(sink_run, s);
}

static inline void sink_end(sink *s)
{
    t_join(s->thread);
}

/* 0 + 1 + ... + (n - 1) */
static inline uint64_t sum_below(uint64_t n)
{
    return n * (n - 1) / 2;
}

/* ---- words for a test's text ---------------------------------------------------------- */

/* The next message comes, sooner or later, and is this one. */
#define COMES(rx_, want)                                                       \
    do {                                                                       \
        uint64_t got_ = UNTOUCHED;                                             \
        RC(leat_rx_recv(rx_, &got_, leat_forever()), 0);                       \
        SAME(got_, want);                                                      \
    } while (0)

/* No message comes any more: said at once and for ever, to every form. */
static inline void is_over(leat_rx *rx)
{
    uint64_t value = UNTOUCHED;
    for (int i = 0; i < 2; i++) {
        NOTHING(rx, LEAT_ECLOSED);
        RC(leat_rx_recv(rx, &value, leat_forever()), LEAT_ECLOSED);
        RC(leat_rx_recv(rx, &value, leat_in_ms(3600000)), LEAT_ECLOSED);
        SAME(value, UNTOUCHED);
    }
}

/* No message comes any more, once the senders have gone, which they are about to. */
static inline void comes_to_an_end(leat_rx *rx)
{
    uint64_t value = UNTOUCHED;
    RC(leat_rx_recv(rx, &value, leat_forever()), LEAT_ECLOSED);
    is_over(rx);
}

/* No message goes any more, in any form; the message is as it was. */
static inline void takes_nothing(leat_tx *tx)
{
    const leat_until forms[] = {leat_nowait(), leat_forever(),
                                leat_in_ms(3600000), leat_at_ns(-1)};
    for (size_t i = 0; i < 2 * sizeof forms / sizeof forms[0]; i++) {
        uint64_t value = 777;
        RC(leat_tx_send(tx, &value, forms[i / 2]), LEAT_ECLOSED);
        SAME(value, 777);
    }
}

#endif
