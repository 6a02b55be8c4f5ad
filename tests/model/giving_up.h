/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* giving_up.h - why a call that waits may come back with nothing, for harnesses whose calls
 * wait as chance has it. */
#ifndef LEAT_TESTS_MODEL_GIVING_UP_H
#define LEAT_TESTS_MODEL_GIVING_UP_H

#include "model.h"

static inline void check_gave_up(int rc, leat_until until)
{
    if (rc == LEAT_EAGAIN)
        M_ASSERT(until.deadline_ns == 0);
    else if (rc == LEAT_ETIMEDOUT)
        M_ASSERT(leat_now_ns() >= until.deadline_ns);
    else
        M_ASSERT(rc == LEAT_ECANCELED && leat_cancel_check(until.cancel));
}

#endif
