/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* until.h - how long to wait: the last argument of every call that can block.
 *
 * A leat_until is a deadline and, if you like, a cancel token. It is two words,
 * passed by value, and there is one spelling of each blocking call:
 *
 *     leat_tx_send(tx, &m, leat_forever());     wait as long as it takes
 *     leat_tx_send(tx, &m, leat_nowait());      do not wait: the "try" form
 *     leat_tx_send(tx, &m, leat_in_ms(50));     for at most 50 ms from now
 *     leat_tx_send(tx, &m, leat_or_cancel(leat_forever(), stop));
 *
 * Every call tries first and looks at the clock and the token only if it would
 * have to wait: ready beats cancelled, cancelled beats timed out. So a loop over
 * a channel that is never empty does not see its token; such a loop asks
 * leat_cancel_check itself.
 *
 * Which code a wait that gives up returns:
 *     leat_nowait()                   LEAT_EAGAIN, whatever its token says: a try
 *                                     never waits, so it asks no token
 *     a deadline, past ones too       LEAT_ETIMEDOUT
 *     a fired token                   LEAT_ECANCELED
 *
 * Deadlines are nanoseconds of CLOCK_MONOTONIC and saturate; the wall clock is
 * never looked at. (A test may switch to a clock of its own: leat/clock.h.) A deadline made with leat_in_ms stays put, so one until can
 * bound a whole sequence of calls; leat_each_ms gives each call its own. */
#ifndef LEAT_UNTIL_H
#define LEAT_UNTIL_H

#include <leat/api.h>

typedef struct leat_cancel leat_cancel;

/* All zero is leat_nowait(). Make values with the functions below; the fields
 * are public so that a leat_until can be stored and compared. */
typedef struct leat_until {
    int64_t deadline_ns; /* 0: do not wait; INT64_MAX: never gives up;
                            above 0: absolute; below 0: that many nanoseconds
                            from the moment a call has to wait */
    leat_cancel *cancel; /* borrowed, may be NULL */
} leat_until;

LEAT_BEGIN_DECLS

/* The time on the clock that deadlines are measured with.
 *
 * returns   nanoseconds of CLOCK_MONOTONIC, above 0
 * blocks    never            allocates  never
 * threads   any; may be called in a signal handler
 * since     0.1
 */
LEAT_API int64_t leat_now_ns(void);

/* Wait as long as it takes. (threads: any, never blocks, since 0.1: this and
 * all constructors below; all but leat_in_*, leat_or_cancel and leat_sooner
 * may be called in a signal handler) */
LEAT_API LEAT_INLINE leat_until leat_forever(void)
{
    leat_until until = LEAT_ZERO_INIT;
    until.deadline_ns = INT64_MAX;
    return until;
}

/* Do not wait: what cannot be done at once fails with LEAT_EAGAIN. */
LEAT_API LEAT_INLINE leat_until leat_nowait(void)
{
    leat_until until = LEAT_ZERO_INIT;
    return until;
}

/* Wait until the clock of leat_now_ns shows at_ns. 0 and below are in the past
 * (LEAT_ETIMEDOUT, not LEAT_EAGAIN); INT64_MAX is never. */
LEAT_API leat_until leat_at_ns(int64_t at_ns);

/* Wait until n milliseconds or nanoseconds from now. The clock is read here,
 * once. A negative n is in the past; a sum beyond INT64_MAX is never. */
LEAT_API leat_until leat_in_ms(int64_t n);
LEAT_API leat_until leat_in_ns(int64_t n);

/* Wait up to n milliseconds in each call it is given to; the clock is read only
 * when a call has to wait, so a call that is ready at once costs no clock. 0 and
 * below are in the past. */
LEAT_API leat_until leat_each_ms(int64_t n);

/* The same until, given up as well when the token fires. The token is borrowed
 * for as long as the result is used; NULL changes nothing.
 *
 * aborts    if `until` carries another token already: make a token that both
 *           can fire instead
 */
LEAT_API leat_until leat_or_cancel(leat_until until, leat_cancel *token);

/* Whichever of the two gives up first, with the token of whichever has one.
 * Reads the clock if one is leat_each_ms and the other a deadline.
 *
 * aborts    if both carry a token and the tokens differ
 */
LEAT_API leat_until leat_sooner(leat_until a, leat_until b);

LEAT_END_DECLS
#endif
