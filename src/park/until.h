/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* until.h - reading a leat_until. Its meaning is in <leat/until.h>. */
#ifndef LEAT_PARK_UNTIL_H
#define LEAT_PARK_UNTIL_H

#include <leat/until.h>

static inline bool leat__until_is_nowait(leat_until until)
{
    return until.deadline_ns == 0;
}

/* The deadline in absolute nanoseconds, reading the clock for leat_each_ms. Made
 * once, at the moment a call has to wait. pre: not nowait */
int64_t leat__until_deadline(leat_until until);

/* Has an absolute deadline passed? Reads the clock only if there is one. */
bool leat__deadline_passed(int64_t deadline_ns);

#endif
