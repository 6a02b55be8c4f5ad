/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* timed.h - what the tests of time share: a virtual clock that starts at START, and
 * receivers of times. */
#ifndef LEAT_TESTS_TIMED_H
#define LEAT_TESTS_TIMED_H

#include "unit.h"

#define START INT64_C(1000000)

static inline void clock_begin(void)
{
    leat_clock_virtual_on(START);
}

static inline void clock_end(void)
{
    SAME(leat_clock_waiting(), 0);
    leat_clock_virtual_off();
}

/* Until n waits with a deadline are under way, and no more. */
static inline void clock_awaits(size_t n)
{
    RC(leat_clock_await(n, leat_forever()), 0);
    SAME(leat_clock_waiting(), n);
}

static inline leat_rx *after_of(leat_until when)
{
    leat_rx *rx = NULL;
    RC(leat_after(&rx, when, NULL), 0);
    return rx;
}

/* Due so long after START. */
static inline leat_rx *after_at(int64_t ns)
{
    return after_of(leat_at_ns(START + ns));
}

static inline leat_rx *tick_of(int64_t period_ns, enum leat_missed missed)
{
    leat_rx *rx = NULL;
    RC(leat_tick(&rx, period_ns, missed, NULL), 0);
    return rx;
}

/* The next message is there, due so long after START. */
#define DUE(rx, ns) NEXT(rx, START + (ns))

/* Nothing is there. */
#define NOT_DUE(rx) NOTHING(rx, LEAT_EAGAIN)

/* What a call has received in its thread: due so long after START. */
#define CALL_GOT(c, ns)                                                        \
    do {                                                                       \
        RC(call_end(c), 0);                                                    \
        SAME((c)->value, START + (ns));                                        \
    } while (0)

#endif
