/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* posix.h - what the ports to POSIX systems share. */
#ifndef LEAT_OS_POSIX_H
#define LEAT_OS_POSIX_H

#include <stdint.h>
#include <time.h>

/* pre: ns >= 0 */
static inline struct timespec leat__posix_timespec(int64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000),
                             .tv_nsec = (long)(ns % 1000000000)};
}

#endif
