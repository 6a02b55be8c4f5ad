/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* until.c - making and reading leat_until values. */
#include "park/until.h"
#include "base/assert.h"
#include "park/clock.h"

/* How the one number says four things (see the struct):
 *     0 nowait    INT64_MAX never    > 0 absolute    < 0 minus a duration */

#define NS_PER_MS INT64_C(1000000)
#define PAST      INT64_C(1) /* the clock has passed 1 before anybody looks */

int64_t leat_now_ns(void)
{
    return leat__now_ns();
}

static leat_until until_of(int64_t deadline_ns)
{
    return (leat_until){.deadline_ns = deadline_ns, .cancel = NULL};
}

/* For those who call by name (see LEAT_INLINE). */
extern inline leat_until leat_forever(void);
extern inline leat_until leat_nowait(void);

leat_until leat_at_ns(int64_t at_ns)
{
    return until_of(at_ns > 0 ? at_ns : PAST);
}

/* now + n, saturating at never; the past for n <= 0. */
static int64_t from_now(int64_t n)
{
    if (n <= 0)
        return PAST;
    int64_t now = leat__now_ns();
    return n < INT64_MAX - now ? now + n : INT64_MAX;
}

static int64_t ms_to_ns(int64_t ms)
{
    return ms < INT64_MAX / NS_PER_MS ? ms * NS_PER_MS : INT64_MAX;
}

leat_until leat_in_ns(int64_t n)
{
    return until_of(from_now(n));
}

leat_until leat_in_ms(int64_t n)
{
    return n <= 0 ? until_of(PAST) : leat_in_ns(ms_to_ns(n));
}

leat_until leat_each_ms(int64_t n)
{
    if (n <= 0)
        return until_of(PAST);
    int64_t ns = ms_to_ns(n);
    return until_of(ns == INT64_MAX ? INT64_MAX : -ns);
}

leat_until leat_or_cancel(leat_until until, leat_cancel *token)
{
    if (token == NULL)
        return until;
    LEAT_CHECK(until.cancel == NULL || until.cancel == token,
               "leat_or_cancel: the until carries another token already");
    until.cancel = token;
    return until;
}

leat_until leat_sooner(leat_until a, leat_until b)
{
    leat_until both = leat_or_cancel(a, b.cancel);
    if (a.deadline_ns == b.deadline_ns || b.deadline_ns == INT64_MAX)
        return both;
    if (leat__until_is_nowait(a) || leat__until_is_nowait(b)) {
        both.deadline_ns = 0;
    } else if (a.deadline_ns == INT64_MAX) {
        both.deadline_ns = b.deadline_ns;
    } else if (a.deadline_ns < 0 && b.deadline_ns < 0) {
        both.deadline_ns =
            a.deadline_ns > b.deadline_ns ? a.deadline_ns : b.deadline_ns;
    } else {
        int64_t at_a = leat__until_deadline(a);
        int64_t at_b = leat__until_deadline(b);
        both.deadline_ns = at_a < at_b ? at_a : at_b;
    }
    return both;
}

int64_t leat__until_deadline(leat_until until)
{
    LEAT_ASSERT(!leat__until_is_nowait(until));
    if (until.deadline_ns > 0)
        return until.deadline_ns;
    /* INT64_MIN comes only from a hand-made until; it is the longest duration */
    return from_now(until.deadline_ns == INT64_MIN ? INT64_MAX
                                                   : -until.deadline_ns);
}

bool leat__deadline_passed(int64_t deadline_ns)
{
    return deadline_ns != INT64_MAX && leat__now_ns() >= deadline_ns;
}
