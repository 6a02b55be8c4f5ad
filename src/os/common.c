/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* common.c - the part of the porting contract that is alike on every POSIX
 * system: clock, yield, nap, number of processors. */
#define _GNU_SOURCE 1
#include "os/os.h"
#include "os/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#include <time.h>
#include <unistd.h>

int64_t leat__os_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    return ns > 0 ? ns : 1; /* 0 means nowait in a leat_until */
}

void leat__os_yield(void)
{
    sched_yield();
}

void leat__os_nap(void)
{
    int saved = errno;
    struct timespec nap = leat__posix_timespec(50000);
    nanosleep(&nap, NULL); /* cut short by a signal is fine: callers loop */
    errno = saved;
}

int leat__os_cpu(void)
{
#if defined(__linux__)
    return sched_getcpu();
#else
    return -1;
#endif
}

uint32_t leat__os_thread_id(void)
{
#if defined(__linux__)
    return (uint32_t)syscall(SYS_gettid);
#else
    return 0;
#endif
}

void leat__os_thread_name(uint32_t id, char *name, size_t bytes)
{
    name[0] = '\0';
#if defined(__linux__)
    char path[64];
    int saved = errno;
    snprintf(path, sizeof path, "/proc/self/task/%" PRIu32 "/comm", id);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, name, bytes - 1);
    if (fd >= 0)
        close(fd);
    name[n > 0 ? n : 0] = '\0';
    name[strcspn(name, "\n")] = '\0';
    errno = saved;
#else
    (void)id;
    (void)bytes;
#endif
}

static unsigned count_cpus(void)
{
#if defined(__linux__)
    cpu_set_t allowed;
    /* of the main thread: workers are pinned more often than it is */
    if (sched_getaffinity(getpid(), sizeof allowed, &allowed) == 0)
        return (unsigned)CPU_COUNT(&allowed);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

unsigned leat__os_cpus(void)
{
    static leat__a32 cpus;
    /* relaxed: threads that find 0 count for themselves and agree */
    uint32_t n = leat__ld32_rlx(&cpus);
    if (LEAT__UNLIKELY(n == 0)) {
        int saved = errno;
        n = count_cpus();
        leat__st32_rlx(&cpus, n); /* relaxed: see above */
        errno = saved;
    }
    return n;
}
