/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* clock.c - the virtual clock, as its users call it. It is in park/clock. */
#include "park/clock.h"
#include "cancel/cancel.h"
#include "park/until.h"

#include <leat/clock.h>
#include <leat/err.h>

static void check_virtual(void)
{
    LEAT_CHECK(leat__clock_is_virtual(),
               "leat_clock: the clock is the real one (leat_clock_virtual_on)");
}

void leat_clock_virtual_on(int64_t start_ns)
{
    LEAT_CHECK(!leat__clock_is_virtual(),
               "leat_clock_virtual_on: the clock is virtual already");
    leat__clock_on(start_ns > 0 ? start_ns : leat__os_now_ns());
}

void leat_clock_virtual_off(void)
{
    check_virtual();
    LEAT_CHECK(leat__clock_off(), "leat_clock_virtual_off: somebody still "
                                  "waits with a deadline");
}

bool leat_clock_is_virtual(void)
{
    return leat__clock_is_virtual();
}

void leat_clock_advance(int64_t ns)
{
    check_virtual();
    LEAT_CHECK(ns >= 0, "leat_clock_advance: time does not go back");
    leat__clock_advance(ns);
}

size_t leat_clock_waiting(void)
{
    check_virtual();
    return leat__clock_count();
}

int64_t leat_clock_next_ns(void)
{
    check_virtual();
    return leat__clock_next_ns();
}

int leat_clock_await(size_t waiting, leat_until until)
{
    check_virtual();
    if (leat__clock_count() >= waiting)
        return 0;
    if (leat__until_is_nowait(until))
        return LEAT_EAGAIN;
    leat__token *token =
        until.cancel == NULL ? NULL : leat__cancel_token(until.cancel);
    return leat__clock_await(waiting, token, leat__until_deadline(until));
}
