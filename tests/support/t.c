/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* t.c - the harness over libcheck. See t.h. */
#define _GNU_SOURCE 1
#include "t.h"

#include <errno.h>
#include <leat/dump.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define T_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define T_SANITIZED 1
#endif
#endif
#ifndef T_SANITIZED
#define T_SANITIZED 0
#endif

/* How many times longer things may take. */
static unsigned slowness(void)
{
    const char *preload = getenv("LD_PRELOAD");
    if (preload != NULL && strstr(preload, "vgpreload") != NULL)
        return 16;
    return T_SANITIZED ? 4 : 1;
}

unsigned t_scaled(unsigned n)
{
    unsigned left = n / slowness();
    return left > 0 ? left : 1;
}

/* ---- the watchdog ------------------------------------------------------------- */

static pthread_mutex_t dog_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t dog_woke = PTHREAD_COND_INITIALIZER;
static bool dog_awake;        /* under dog_mutex */
static unsigned dog_patience; /* under dog_mutex; seconds not yet begun */

void t_patience(unsigned seconds)
{
    pthread_mutex_lock(&dog_mutex);
    dog_patience = seconds * slowness();
    pthread_mutex_unlock(&dog_mutex);
}

static unsigned dog_next(void)
{
    pthread_mutex_lock(&dog_mutex);
    unsigned seconds = dog_patience;
    dog_patience = 0;
    pthread_mutex_unlock(&dog_mutex);
    return seconds;
}

/* Sleeps all the time and reads no clock, so that tests which count clock reads,
 * wake-ups or processor time do not count the watchdog's. */
static void *dog(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&dog_mutex);
    dog_awake = true;
    pthread_cond_signal(&dog_woke);
    pthread_mutex_unlock(&dog_mutex);
    for (unsigned s = dog_next(); s > 0; s = dog_next()) {
        struct timespec left = {.tv_sec = (time_t)s};
        while (nanosleep(&left, &left) != 0 && errno == EINTR)
            ;
    }
    fprintf(stderr, "t: the watchdog ends a test that takes too long\n");
    leat_dump(STDERR_FILENO);
    abort();
}

void t_watchdog(void)
{
    sigset_t all;
    sigset_t before;
    pthread_t thread;
    t_patience(30);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the test's */
    if (pthread_create(&thread, NULL, dog, NULL) != 0) {
        fprintf(stderr, "t: no thread for the watchdog\n");
        abort();
    }
    pthread_detach(thread);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    /* t_aborts forks, and a child of a process in which a thread is just being
     * started inherits the sanitizer's lock on that, locked */
    pthread_mutex_lock(&dog_mutex);
    while (!dog_awake)
        pthread_cond_wait(&dog_woke, &dog_mutex);
    pthread_mutex_unlock(&dog_mutex);
}

/* ---- a program of tests --------------------------------------------------------- */

static Suite *suite;

TCase *t_case(const char *noun)
{
    suite = suite_create(noun);
    return tcase_create(noun); /* stays empty: see t_add */
}

void t_add(TCase *group, const TTest *test, int from, int to)
{
    (void)group;
    TCase *one = tcase_create(test->name);
    tcase_set_timeout(one, 0); /* the watchdog's job */
    tcase_add_checked_fixture(one, t_watchdog, NULL);
    _tcase_add_test(one, test, 0, 0, from, to);
    suite_add_tcase(suite, one);
}

int t_run(TCase *group)
{
    suite_add_tcase(suite, group);
    (void)t_seed(); /* before the first fork: one seed for all */
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_FORK);
    srunner_run_all(runner, CK_ENV);
    int ran = srunner_ntests_run(runner);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (ran == 0)
        fprintf(stderr, "t: there is no such test\n");
    if (failed != 0)
        fprintf(stderr, "t: to have the same chances again: LEAT_SEED=%llu\n",
                (unsigned long long)t_seed());
    return ran == 0 || failed != 0;
}

/* ---- threads ---------------------------------------------------------------------- */

pthread_t t_spawn(void *(*fn)(void *), void *arg)
{
    pthread_t thread;
    int rc = pthread_create(&thread, NULL, fn, arg);
    if (rc != 0) {
        fprintf(stderr, "t: no thread: %s\n", strerror(rc));
        abort();
    }
    return thread;
}

void *t_join(pthread_t thread)
{
    void *result = NULL;
    int rc = pthread_join(thread, &result);
    if (rc != 0) {
        fprintf(stderr, "t: cannot join: %s\n", strerror(rc));
        abort();
    }
    return result;
}

/* ---- chance ------------------------------------------------------------------------- */

uint64_t t_seed(void)
{
    static uint64_t seed;
    static bool known;
    if (known)
        return seed;
    const char *given = getenv("LEAT_SEED");
    if (given != NULL && *given != '\0') {
        seed = strtoull(given, NULL, 0);
    } else {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        seed = (uint64_t)now.tv_sec * 1000003 + (uint64_t)now.tv_nsec;
    }
    known = true;
    return seed;
}

t_rand t_random(uint64_t stream)
{
    t_rand r = {t_seed() ^ (stream * UINT64_C(0x9e3779b97f4a7c15))};
    (void)t_next(&r);
    return r;
}

/* splitmix64 (Steele, Lea, Flood 2014): any state is a good one */
uint64_t t_next(t_rand *r)
{
    uint64_t x = r->state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

uint64_t t_below(t_rand *r, uint64_t n)
{
    return t_next(r) % n;
}

/* ---- rules that abort ------------------------------------------------------------------ */

/* The child of t_aborts. An fn that hangs is ended by the alarm. */
static void die_by(void (*fn)(void *), void *arg, int err)
{
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(SIGABRT, SIG_DFL);
    signal(SIGALRM, SIG_DFL);
    alarm(10 * slowness());
    dup2(err, STDERR_FILENO);
    close(err);
    fn(arg);
    _exit(0);
}

/* All that comes until the writer closes, the first bytes kept. */
static void read_all(int fd, char *text, size_t bytes)
{
    char extra[512];
    size_t n = 0;
    for (;;) {
        bool room = n + 1 < bytes;
        ssize_t got = read(fd, room ? text + n : extra,
                           room ? bytes - 1 - n : sizeof extra);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        if (room)
            n += (size_t)got;
    }
    text[n] = '\0';
}

void t_aborts(void (*fn)(void *), void *arg, const char *sentence)
{
    char said[16384];
    int ends[2];
    int status = 0;
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL); /* or the child would write it a second time */
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        close(ends[0]);
        die_by(fn, arg, ends[1]);
    }
    close(ends[1]);
    read_all(ends[0], said, sizeof said);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
                  "did not abort (status %#x), said: %s", (unsigned)status,
                  said);
    ck_assert_msg(strstr(said, sentence) != NULL, "should say \"%s\", said: %s",
                  sentence, said);
}

/* t_aborts forks where other threads run, and what it runs may start more. The
 * watchdog still runs when a test ends; without atexit_sleep_ms=0 the sanitizer
 * would wait a second for it, in each test. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "die_after_fork=0:atexit_sleep_ms=0";
}
