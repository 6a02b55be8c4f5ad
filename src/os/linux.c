/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* linux.c - the porting contract on 64-bit Linux: futex and membarrier. (The futex
 * call of 32-bit systems takes another struct than their C library may have; they
 * use posix.c.) */
#define _GNU_SOURCE 1
#include "base/assert.h"
#include "os/os.h"
#include "os/posix.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#if !defined(__LP64__)
#error "32-bit systems sleep on condition variables: -DLEAT_FUTEX=posix"
#endif

bool leat__os_futex_wait(leat__a32 *word, uint32_t expected,
                         int64_t deadline_ns)
{
    struct timespec at = leat__posix_timespec(deadline_ns);
    struct timespec *deadline = deadline_ns == INT64_MAX ? NULL : &at;
    int saved = errno;
    /* WAIT_BITSET, because its deadline is absolute, on CLOCK_MONOTONIC */
    long rc = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected,
                      deadline, NULL, FUTEX_BITSET_MATCH_ANY);
    int error = rc == -1 ? errno : 0;
    LEAT_CHECK(error == 0 || error == EAGAIN || error == EINTR ||
                   error == ETIMEDOUT,
               "the kernel refused to let a thread sleep on a futex");
    errno = saved;
    return error != ETIMEDOUT;
}

void leat__os_futex_wake(leat__a32 *word)
{
    int saved = errno;
    /* EFAULT is fine: the sleeper has gone and so has its stack */
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    errno = saved;
}

static long membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0);
}

bool leat__os_has_membarrier(void)
{
    enum { UNKNOWN, NO, YES };
    static leat__a32 answer;
    /* relaxed: each thread that finds UNKNOWN asks for itself, and registering
     * twice is registering once */
    uint32_t known = leat__ld32_rlx(&answer);
    if (LEAT__UNLIKELY(known == UNKNOWN)) {
        int saved = errno;
        long all = membarrier(MEMBARRIER_CMD_QUERY);
        known = NO;
        if (all > 0 && (all & MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0 &&
            membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0)
            known = YES;
        leat__st32_rlx(&answer, known); /* relaxed: idempotent, see above */
        errno = saved;
    }
    return known == YES;
}

void leat__os_membarrier(void)
{
    int saved = errno;
    while (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) != 0) {
        LEAT_CHECK(errno == ENOMEM,
                   "the kernel took back membarrier after granting it");
        leat__os_nap(); /* it needs a few bytes for the moment */
    }
    errno = saved;
}
