/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* posix.c - the porting contract without a futex: a small table of mutexes and
 * condition variables, found by the address that is slept on.
 *
 * A wake takes the bucket's mutex, and a sleeper looks at its word under that
 * mutex before it sleeps; so a wake that follows a change of the word finds the
 * sleeper asleep or makes it see the change. Two addresses may share a bucket:
 * then a wake is for no reason to one of them, which the contract allows, and
 * broadcast sees to it that the right one is among the woken. */
#define _GNU_SOURCE 1
#include "base/assert.h"
#include "os/os.h"
#include "os/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <leat/err.h>
#include <pthread.h>
#include <unistd.h>

#define BUCKETS 64

struct bucket {
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* on CLOCK_MONOTONIC */
};

static struct bucket table[BUCKETS];
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static void table_init(void)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    for (size_t i = 0; i < BUCKETS; i++) {
        pthread_mutex_init(&table[i].mutex, NULL);
        pthread_cond_init(&table[i].changed, &monotonic);
    }
    pthread_condattr_destroy(&monotonic);
}

static struct bucket *bucket_of(const leat__a32 *word)
{
    pthread_once(&table_once, table_init);
    uintptr_t key = (uintptr_t)word;
    /* stacks are aligned alike: mix the page number into the line number */
    return &table[((key >> 6) ^ (key >> 12) ^ (key >> 20)) % BUCKETS];
}

bool leat__os_futex_wait(leat__a32 *word, uint32_t expected,
                         int64_t deadline_ns)
{
    struct bucket *b = bucket_of(word);
    bool timed_out = false;
    pthread_mutex_lock(&b->mutex);
    /* relaxed: the contract gives no order */
    if (leat__ld32_rlx(word) == expected) {
        if (deadline_ns == INT64_MAX) {
            pthread_cond_wait(&b->changed, &b->mutex);
        } else {
            struct timespec at = leat__posix_timespec(deadline_ns);
            timed_out = pthread_cond_timedwait(&b->changed, &b->mutex, &at) ==
                        ETIMEDOUT;
        }
    }
    pthread_mutex_unlock(&b->mutex);
    return !timed_out;
}

void leat__os_futex_wake(leat__a32 *word)
{
    struct bucket *b = bucket_of(word);
    pthread_mutex_lock(&b->mutex);
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->mutex);
}

bool leat__os_has_membarrier(void)
{
    return false;
}

void leat__os_membarrier(void)
{
}

/* ---- signals -------------------------------------------------------------------------
 *
 * A handler may not wake a sleeper: it may have interrupted one who has the bucket's
 * mutex. So it leaves the number in a word and a byte in a pipe, for a thread that
 * is there from the first receiver of signals on. */

static leat__a32 signals_came[2]; /* a bit each */
static int signals_pipe[2];
static pid_t
    signals_of; /* the process whose pipe and thread they are; 0: none */

static void pass_word(leat__a32 *word, int first)
{
    uint32_t bits =
        leat__ld32_rlx(word); /* relaxed: a number is all there is */
    while (!leat__cas32_rlx(word, &bits, 0)) /* relaxed: likewise */
        ;
    for (int i = 0; i < 32; i++) {
        if ((bits >> i & 1) != 0)
            leat__posix_signal_came(first + i);
    }
}

static void *pass_signals(void *arg)
{
    char byte;
    for (;;) {
        ssize_t n = read(signals_pipe[0], &byte, 1);
        LEAT_CHECK(n == 1 || (n < 0 && errno == EINTR),
                   "a descriptor that signals come through was closed");
        pass_word(&signals_came[0], 1);
        pass_word(&signals_came[1], 33);
    }
    return arg;
}

/* The thread inherits that signals are held. returns a code */
static int start_passing(void)
{
    pthread_t thread;
    leat__os_mask before;
    leat__os_signals_hold(&before);
    int error = pthread_create(&thread, NULL, pass_signals, NULL);
    leat__os_signals_let(&before);
    if (error != 0)
        return error == ENOMEM ? LEAT_ENOMEM : LEAT_EAGAIN;
    pthread_detach(thread);
    return 0;
}

int leat__posix_signals_begin(void)
{
    if (signals_of == getpid())
        return 0;
    leat__os_bell pipe_of; /* a child of fork needs its own */
    int saved = errno;
    int rc = leat__os_bell_open(&pipe_of, false);
    if (rc == 0) {
        signals_pipe[0] = pipe_of.fd;
        signals_pipe[1] = pipe_of.ring_fd;
        fcntl(pipe_of.fd, F_SETFL,
              fcntl(pipe_of.fd, F_GETFL) & ~O_NONBLOCK); /* the thread waits */
        rc = start_passing();
        if (rc < 0)
            leat__os_bell_close(&pipe_of);
        else
            signals_of = getpid();
    }
    errno = saved;
    return rc;
}

void leat__posix_signal_pass(int number)
{
    unsigned bit = (unsigned)number - 1;
    /* relaxed: the pipe has the order */
    leat__or32_rlx(&signals_came[bit / 32], 1u << bit % 32);
    /* a full pipe wakes the thread as well */
    ssize_t n = write(signals_pipe[1], "", 1);
    (void)n;
}

/* ---- the descriptor of an event loop --------------------------------------------
 *
 * A pipe; a ring is a byte in it. It does not ring by itself. */

static int bell_no_wait(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
                   fcntl(fd, F_SETFD, FD_CLOEXEC) < 0
               ? -1
               : 0;
}

int leat__os_bell_open(leat__os_bell *bell, bool timed)
{
    int saved = errno;
    int ends[2];
    int rc = 0;
    (void)timed;
    *bell = (leat__os_bell){.fd = -1, .ring_fd = -1, .timer_fd = -1};
    if (pipe(ends) == 0) {
        bell->fd = ends[0];
        bell->ring_fd = ends[1];
    }
    if (bell->fd < 0 || bell_no_wait(bell->fd) < 0 ||
        bell_no_wait(bell->ring_fd) < 0) {
        rc = errno == EMFILE || errno == ENFILE ? LEAT_EMFILE : LEAT_ENOMEM;
        leat__os_bell_close(bell);
    }
    errno = saved;
    return rc;
}

void leat__os_bell_close(leat__os_bell *bell)
{
    int saved = errno;
    if (bell->fd >= 0)
        close(bell->fd);
    if (bell->ring_fd >= 0)
        close(bell->ring_fd);
    errno = saved;
}

void leat__os_bell_ring(const leat__os_bell *bell)
{
    int saved = errno;
    ssize_t n;
    do
        n = write(bell->ring_fd, "", 1);
    while (n < 0 && errno == EINTR);
    LEAT_CHECK(n == 1,
               "the descriptor of an event loop was closed, or written to");
    errno = saved;
}

bool leat__os_bell_hear(const leat__os_bell *bell)
{
    int saved = errno;
    char ring;
    ssize_t n;
    do
        n = read(bell->fd, &ring, 1); /* at most one is unheard */
    while (n < 0 && errno == EINTR);
    LEAT_CHECK(n == 1 || (n < 0 && errno == EAGAIN),
               "the descriptor of an event loop was closed, or read from");
    errno = saved;
    return n == 1;
}

void leat__os_bell_set(const leat__os_bell *bell, int64_t at_ns)
{
    (void)bell;
    (void)at_ns;
}

/* No bell here rings by itself, so none has watches. */

int leat__os_watch_open(const leat__os_bell *bell, void *tag)
{
    (void)bell;
    (void)tag;
    return LEAT_EINVAL;
}

int leat__os_watch_add(int watch, int fd, uint32_t events)
{
    (void)watch;
    (void)fd;
    (void)events;
    return LEAT_EINVAL;
}

int leat__os_watch_change(int watch, int fd, uint32_t events)
{
    return leat__os_watch_add(watch, fd, events);
}

void leat__os_watch_close(int watch)
{
    (void)watch;
}

size_t leat__os_watches_ready(const leat__os_bell *bell, void **tags,
                              size_t max)
{
    (void)bell;
    (void)tags;
    (void)max;
    return 0;
}
