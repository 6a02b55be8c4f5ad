/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* posix.h - what the ports to POSIX systems share. */
#ifndef LEAT_OS_POSIX_H
#define LEAT_OS_POSIX_H

#include <stdint.h>
#include <time.h>

/* For signal.c. Get ready to pass signals on. returns 0 or a code */
int leat__posix_signals_begin(void);

/* In a handler: see to it that leat__posix_signal_came is called with the number, where it
 * may wake and ring. (With a futex that is here and now.) */
void leat__posix_signal_pass(int number);
void leat__posix_signal_came(int number);

/* Until when to sleep at once, of a sleep until the deadline: see signal.c. */
int64_t leat__posix_sleep_until(int64_t deadline_ns);

/* pre: ns >= 0. Saturates where time_t is short. */
static inline struct timespec leat__posix_timespec(int64_t ns)
{
    int64_t s = ns / 1000000000;
    if (sizeof(time_t) == sizeof(int32_t) && s > INT32_MAX)
        s = INT32_MAX;
    return (struct timespec){.tv_sec = (time_t)s,
                             .tv_nsec = (long)(ns % 1000000000)};
}

#endif
