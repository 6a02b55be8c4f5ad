/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* linux.c - the porting contract on 64-bit Linux: futex, membarrier, eventfd and
 * timerfd. (The futex call of 32-bit systems takes another struct than their C library
 * may have; they use posix.c.) */
#define _GNU_SOURCE 1
#include "base/assert.h"
#include "os/os.h"
#include "os/posix.h"

#include <errno.h>
#include <leat/err.h>
#include <leat/select.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#if !defined(__LP64__)
#error "32-bit systems sleep on condition variables: -DLEAT_FUTEX=posix"
#endif

bool leat__os_futex_wait(leat__a32 *word, uint32_t expected,
                         int64_t deadline_ns)
{
    int64_t at_ns = leat__posix_sleep_until(deadline_ns);
    struct timespec at = leat__posix_timespec(at_ns);
    struct timespec *deadline = at_ns == INT64_MAX ? NULL : &at;
    int saved = errno;
    /* WAIT_BITSET, because its deadline is absolute, on CLOCK_MONOTONIC */
    long rc = syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected,
                      deadline, NULL, FUTEX_BITSET_MATCH_ANY);
    int error = rc == -1 ? errno : 0;
    LEAT_CHECK(error == 0 || error == EAGAIN || error == EINTR ||
                   error == ETIMEDOUT,
               "the kernel refused to let a thread sleep on a futex");
    errno = saved;
    return error != ETIMEDOUT || at_ns != deadline_ns;
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

/* ---- signals: to wake is one call of the system, and a handler may make it ---------- */

int leat__posix_signals_begin(void)
{
    return 0;
}

void leat__posix_signal_pass(int number)
{
    leat__posix_signal_came(number);
}

/* ---- the descriptor of an event loop --------------------------------------------
 *
 * An eventfd for rings, since writing one wakes in the writer, while a timerfd that
 * is set to the past wakes by way of a timer's interrupt. A timerfd for the time that
 * is set. An epoll descriptor that is readable when one of them is. */

static int bell_watch(int epoll_fd, int fd)
{
    /* without a tag: not a watch */
    struct epoll_event readable = {.events = EPOLLIN, .data = {.ptr = NULL}};
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &readable);
}

/* false: errno says why, and what is open is to be closed */
static bool bell_open(leat__os_bell *bell, bool timed)
{
    bell->ring_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bell->fd = bell->ring_fd;
    if (bell->ring_fd < 0 || !timed)
        return bell->ring_fd >= 0;
    bell->timer_fd =
        timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (bell->timer_fd < 0)
        return false;
    int joined = epoll_create1(EPOLL_CLOEXEC);
    if (joined < 0)
        return false;
    bell->fd = joined;
    return bell_watch(joined, bell->ring_fd) == 0 &&
           bell_watch(joined, bell->timer_fd) == 0;
}

int leat__os_bell_open(leat__os_bell *bell, bool timed)
{
    int saved = errno;
    int rc = 0;
    *bell = (leat__os_bell){.fd = -1, .ring_fd = -1, .timer_fd = -1};
    if (!bell_open(bell, timed)) {
        rc = errno == EMFILE || errno == ENFILE ? LEAT_EMFILE : LEAT_ENOMEM;
        leat__os_bell_close(bell);
    }
    errno = saved;
    return rc;
}

void leat__os_bell_close(leat__os_bell *bell)
{
    int saved = errno;
    if (bell->fd >= 0 && bell->fd != bell->ring_fd)
        close(bell->fd);
    if (bell->timer_fd >= 0)
        close(bell->timer_fd);
    if (bell->ring_fd >= 0)
        close(bell->ring_fd);
    errno = saved;
}

void leat__os_bell_ring(const leat__os_bell *bell)
{
    int saved = errno;
    LEAT_CHECK(eventfd_write(bell->ring_fd, 1) == 0,
               "the descriptor of an event loop was closed, or written to");
    errno = saved;
}

bool leat__os_bell_hear(const leat__os_bell *bell)
{
    int saved = errno;
    eventfd_t rings;
    bool heard = eventfd_read(bell->ring_fd, &rings) == 0;
    LEAT_CHECK(heard || errno == EAGAIN,
               "the descriptor of an event loop was closed");
    errno = saved;
    return heard;
}

void leat__os_bell_set(const leat__os_bell *bell, int64_t at_ns)
{
    int saved = errno;
    struct itimerspec at = {0}; /* never, and forget that it rang */
    if (at_ns != INT64_MAX)
        at.it_value = leat__posix_timespec(at_ns);
    LEAT_CHECK(timerfd_settime(bell->timer_fd, TFD_TIMER_ABSTIME, &at, NULL) ==
                   0,
               "the timer of an event loop was closed");
    errno = saved;
}

/* ---- descriptors beside a bell: an epoll descriptor for each watch, in the bell's ------ */

static int watch_code(int error)
{
    switch (error) {
    case 0:
        return 0;
    case EMFILE:
    case ENFILE:
        return LEAT_EMFILE;
    case ENOMEM:
    case ENOSPC:
        return LEAT_ENOMEM;
    case EEXIST:
        return LEAT_EEXIST;
    default: /* EBADF; EPERM: a file, which is ready always; ELOOP */
        return LEAT_EINVAL;
    }
}

int leat__os_watch_open(const leat__os_bell *bell, void *tag)
{
    struct epoll_event ready = {.events = EPOLLIN, .data = {.ptr = tag}};
    int saved = errno;
    int rc = 0;
    int watch = epoll_create1(EPOLL_CLOEXEC);
    if (watch < 0 || epoll_ctl(bell->fd, EPOLL_CTL_ADD, watch, &ready) < 0) {
        rc = watch_code(errno);
        if (watch >= 0)
            close(watch);
    }
    errno = saved;
    return rc < 0 ? rc : watch;
}

static int watch_control(int watch, int how, int fd, uint32_t events)
{
    struct epoll_event wanted = {0};
    int saved = errno;
    wanted.events |= (events & LEAT_FD_READ) != 0 ? EPOLLIN : 0u;
    wanted.events |= (events & LEAT_FD_WRITE) != 0 ? EPOLLOUT : 0u;
    int rc = watch_code(epoll_ctl(watch, how, fd, &wanted) < 0 ? errno : 0);
    errno = saved;
    return rc;
}

int leat__os_watch_add(int watch, int fd, uint32_t events)
{
    return watch_control(watch, EPOLL_CTL_ADD, fd, events);
}

int leat__os_watch_change(int watch, int fd, uint32_t events)
{
    return watch_control(watch, EPOLL_CTL_MOD, fd, events);
}

void leat__os_watch_close(int watch)
{
    int saved = errno;
    close(watch);
    errno = saved;
}

size_t leat__os_watches_ready(const leat__os_bell *bell, void **tags,
                              size_t max)
{
    enum { MOST = 16, NO_WATCHES = 2 };
    struct epoll_event events[MOST + NO_WATCHES];
    int saved = errno;
    size_t most = max < MOST ? max : MOST;
    size_t n = 0;
    int ready = epoll_wait(bell->fd, events, (int)most + NO_WATCHES, 0);
    LEAT_CHECK(ready >= 0 || errno == EINTR,
               "the descriptor of an event loop was closed");
    for (int i = 0; i < ready && n < most; i++) {
        if (events[i].data.ptr != NULL)
            tags[n++] = events[i].data.ptr;
    }
    errno = saved;
    return n;
}
