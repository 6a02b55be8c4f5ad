/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* common.c - the part of the porting contract that is alike on every POSIX
 * system: clock, yield, nap, number of processors, threads, poll. */
#define _GNU_SOURCE 1
#include "base/assert.h"
#include "os/os.h"
#include "os/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <leat/err.h>
#include <leat/select.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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

void *leat__os_map(size_t bytes)
{
    int saved = errno;
    void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mem == MAP_FAILED)
        mem = NULL;
#if defined(MADV_POPULATE_WRITE)
    /* One call for all pages; an older kernel refuses, and gives them one by one. */
    else
        (void)madvise(mem, bytes, MADV_POPULATE_WRITE);
#endif
    errno = saved;
    return mem;
}

void leat__os_unmap(void *mem, size_t bytes)
{
    int failed = munmap(mem, bytes);
    LEAT_CHECK(failed == 0, "a mapping of leat's cannot be given back");
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

/* ---- threads ---------------------------------------------------------------- */

_Static_assert(sizeof(pthread_t) <= sizeof(uintptr_t),
               "a pthread_t does not fit leat__os_thread.handle");

static pthread_t pthread_of(const leat__os_thread *thread)
{
    pthread_t id;
    memcpy(&id, &thread->handle, sizeof id);
    return id;
}

void leat__os_guarded(void (*run)(void *arg), void (*finish)(void *arg),
                      void *arg)
{
    pthread_cleanup_push(finish, arg);
    run(arg);
    /* finish, which a pthread_exit within run comes to as well */
    pthread_cleanup_pop(1);
}

static void *thread_main(void *arg)
{
    leat__os_thread *thread = arg;
    leat__os_guarded(thread->run, thread->finish, thread->arg);
    return NULL;
}

/* Stacks are of whole pages, and have a least size. pre: the sum does not overflow */
static size_t fitting_stack(size_t bytes)
{
    long least = sysconf(_SC_THREAD_STACK_MIN);
    long page = sysconf(_SC_PAGESIZE);
    if (least > 0 && bytes < (size_t)least)
        bytes = (size_t)least;
    return page > 0 ? leat__round_up(bytes, (size_t)page) : bytes;
}

/* returns an errno value */
static int create_thread(leat__os_thread *thread, size_t stack_bytes)
{
    pthread_t id;
    pthread_attr_t attr;
    int error = pthread_attr_init(&attr);
    if (error != 0)
        return error;
    if (stack_bytes != 0)
        error = pthread_attr_setstacksize(&attr, fitting_stack(stack_bytes));
    if (error == 0)
        error = pthread_create(&id, &attr, thread_main, thread);
    if (error == 0)
        memcpy(&thread->handle, &id, sizeof id);
    pthread_attr_destroy(&attr);
    return error;
}

int leat__os_thread_start(leat__os_thread *thread, size_t stack_bytes)
{
    if (stack_bytes > SIZE_MAX / 2)
        return LEAT_ENOMEM;
    int saved = errno;
    int error = create_thread(thread, stack_bytes);
    errno = saved;
    switch (error) {
    case 0:
        return 0;
    case ENOMEM:
        return LEAT_ENOMEM;
    case EINVAL:
        return LEAT_EINVAL;
    default: /* EAGAIN; a sandbox may have other words for no */
        return LEAT_EAGAIN;
    }
}

void leat__os_thread_join(const leat__os_thread *thread)
{
    int error = pthread_join(pthread_of(thread), NULL);
    LEAT_CHECK(error == 0, "a thread of leat's was joined or detached, by "
                           "pthread_join or pthread_detach, or joins itself");
}

void leat__os_thread_detach(const leat__os_thread *thread)
{
    int error = pthread_detach(pthread_of(thread));
    LEAT_CHECK(error == 0, "a thread of leat's was joined or detached by "
                           "pthread_join or pthread_detach");
}

void leat__os_name_self(const char *name)
{
#if defined(__linux__)
    char first[16] = {0};
    int saved = errno;
    memcpy(first, name, strnlen(name, sizeof first - 1));
    pthread_setname_np(pthread_self(), first);
    errno = saved;
#else
    (void)name;
#endif
}

static LEAT__THREAD_LOCAL void *self_of_thread;

LEAT__NOINLINE void *leat__os_self(void)
{
    return self_of_thread;
}

LEAT__NOINLINE void leat__os_self_set(void *self)
{
    self_of_thread = self;
}

static LEAT__THREAD_LOCAL void *held_by_thread;

LEAT__NOINLINE void **leat__os_held(void)
{
    return &held_by_thread;
}

static pthread_once_t end_key_once = PTHREAD_ONCE_INIT;
static pthread_key_t end_key;
static int end_key_error;
static leat__ap end_fn;

typedef void end_fn_type(void **held);

static void on_end(void *cell)
{
    void **held = cell;
    end_fn_type *fn;
    /* relaxed: set by this thread, or by another to the same */
    void *as_pointer = leat__ldp_rlx(&end_fn);
    memcpy(&fn, &as_pointer, sizeof fn);
    if (*held != NULL)
        fn(held);
}

static void make_end_key(void)
{
    end_key_error = pthread_key_create(&end_key, on_end);
}

int leat__os_watch_end(void (*fn)(void **held))
{
    void *as_pointer;
    memcpy(&as_pointer, &fn, sizeof as_pointer);
    leat__stp_rlx(&end_fn, as_pointer); /* relaxed: all store the same */
    pthread_once(&end_key_once, make_end_key);
    if (end_key_error != 0)
        return LEAT_ENOMEM;
    if (pthread_getspecific(end_key) == NULL &&
        pthread_setspecific(end_key, leat__os_held()) != 0)
        return LEAT_ENOMEM;
    return 0;
}

static pthread_once_t at_end_once = PTHREAD_ONCE_INIT;
static pthread_key_t at_end_key;
static bool has_at_end_key;
static leat__ap at_end_fn;

static void make_at_end_key(void)
{
    void (*fn)(void *);
    void *as_pointer = leat__ldp_rlx(&at_end_fn); /* relaxed: as in on_end */
    memcpy(&fn, &as_pointer, sizeof fn);
    has_at_end_key = pthread_key_create(&at_end_key, fn) == 0;
}

bool leat__os_at_end(void (*fn)(void *arg), void *arg)
{
    void *as_pointer;
    memcpy(&as_pointer, &fn, sizeof as_pointer);
    leat__stp_rlx(&at_end_fn, as_pointer); /* relaxed: all store the same */
    pthread_once(&at_end_once, make_at_end_key);
    return has_at_end_key && pthread_setspecific(at_end_key, arg) == 0;
}

/* ---- a thread's bell ------------------------------------------------------------ */

static LEAT__THREAD_LOCAL struct {
    leat__os_bell bell;
    pid_t of; /* the process that opened it; 0: it is not open */
} thread_bell;

static pthread_key_t bell_key; /* for its destructor */
static pthread_once_t bell_once = PTHREAD_ONCE_INIT;
static bool has_bell_key;

static void close_thread_bell(void *unused)
{
    (void)unused;
    thread_bell.of = 0;
    leat__os_bell_close(&thread_bell.bell);
}

static void make_bell_key(void)
{
    has_bell_key = pthread_key_create(&bell_key, close_thread_bell) == 0;
}

static int open_thread_bell(void)
{
    pthread_once(&bell_once, make_bell_key);
    if (!has_bell_key)
        return LEAT_ENOMEM;
    if (thread_bell.of != 0)
        leat__os_bell_close(
            &thread_bell.bell); /* the parent's, as we have it */
    thread_bell.of = 0;
    int rc = leat__os_bell_open(&thread_bell.bell, false);
    if (rc < 0)
        return rc;
    if (pthread_setspecific(bell_key, &thread_bell) != 0) {
        leat__os_bell_close(&thread_bell.bell);
        return LEAT_ENOMEM;
    }
    thread_bell.of = getpid();
    return 0;
}

LEAT__NOINLINE leat__os_bell *leat__os_thread_bell(int *rc)
{
    int saved = errno;
    *rc = thread_bell.of == getpid() ? 0 : open_thread_bell();
    errno = saved;
    return *rc == 0 ? &thread_bell.bell : NULL;
}

/* ---- poll -------------------------------------------------------------------------- */

_Static_assert(sizeof(leat__os_fd) == sizeof(struct pollfd) &&
                   offsetof(leat__os_fd, fd) == offsetof(struct pollfd, fd) &&
                   offsetof(leat__os_fd, events) ==
                       offsetof(struct pollfd, events) &&
                   offsetof(leat__os_fd, revents) ==
                       offsetof(struct pollfd, revents),
               "a leat__os_fd is not a pollfd");

leat__os_fd leat__os_fd_of(int fd, uint32_t events)
{
    leat__os_fd it = {.fd = fd};
    it.events = (short)(((events & LEAT_FD_READ) != 0 ? POLLIN : 0) |
                        ((events & LEAT_FD_WRITE) != 0 ? POLLOUT : 0));
    return it;
}

uint32_t leat__os_fd_ready(const leat__os_fd *fd)
{
    return ((fd->revents & POLLIN) != 0 ? LEAT_FD_READ : 0) |
           ((fd->revents & POLLOUT) != 0 ? LEAT_FD_WRITE : 0) |
           ((fd->revents & POLLHUP) != 0 ? LEAT_FD_HUP : 0) |
           ((fd->revents & POLLERR) != 0 ? LEAT_FD_ERROR : 0) |
           ((fd->revents & POLLNVAL) != 0 ? LEAT__OS_FD_BAD : 0);
}

/* What poll takes for a deadline: rounded up, so that it does not end too early. */
static int poll_ms(int64_t deadline_ns)
{
    if (deadline_ns == INT64_MAX)
        return -1;
    int64_t left_ns = deadline_ns > 0 ? deadline_ns - leat__os_now_ns() : 0;
    int64_t ms = left_ns > 0 ? (left_ns - 1) / 1000000 + 1 : 0;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

static int poll_once(struct pollfd *fds, size_t n, int64_t deadline_ns)
{
#if defined(__linux__)
    if (deadline_ns != INT64_MAX && deadline_ns > 0) {
        int64_t left_ns = deadline_ns - leat__os_now_ns();
        struct timespec left = leat__posix_timespec(left_ns > 0 ? left_ns : 0);
        return ppoll(fds, (nfds_t)n, &left, NULL);
    }
#endif
    return poll(fds, (nfds_t)n, poll_ms(deadline_ns));
}

size_t leat__os_poll(leat__os_fd *fds, size_t n, int64_t deadline_ns)
{
    int saved = errno;
    int ready;
    do {
        ready = poll_once((struct pollfd *)(void *)fds, n,
                          leat__posix_sleep_until(deadline_ns));
        LEAT_CHECK(ready >= 0 || errno == EINTR || errno == EAGAIN ||
                       errno == ENOMEM,
                   "the kernel refused to poll: more descriptors in a select "
                   "than the process may have open");
    } while (ready < 0 || (ready == 0 && deadline_ns > leat__os_now_ns()));
    errno = saved;
    return (size_t)ready;
}
