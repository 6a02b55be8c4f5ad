/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* gang.c - the threads that play trials. See gang.h.
 *
 * A history in which one thread is done before the next has begun says little. To
 * wake a thread takes longer than to play its part, so the threads are woken once
 * for many trials, and before each of these meet at a line, awake. And threads that
 * wake each other are put on one processor, where on a busy machine they stay, one
 * behind the other: so in most rounds each is told its processor. */
#define _GNU_SOURCE 1
#include "gang.h"

#include "t.h"

#include <errno.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    pthread_t thread[THREADS];
    pthread_t dog;
    struct trial *trial; /* from here under the mutex; NULL between rounds */
    unsigned trials;
    unsigned threads;
    unsigned running;
    uint32_t round;
    bool over;
    unsigned stuck_s;
    void (*stuck)(const struct trial *trial);
    unsigned cpus; /* that we may use; not under the mutex: set at the start */
#ifdef __linux__
    cpu_set_t all; /* these */
#endif
    _Atomic(uint32_t) steps;  /* parts played, in all */
    _Atomic(uint32_t) number; /* of the trial that is played */
} gang = {
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
};

/* ---- processors ------------------------------------------------------------------- */

#ifdef __linux__

static void processors_begin(void)
{
    gang.cpus = 1; /* if nobody knows, nobody is told */
    if (sched_getaffinity(0, sizeof gang.all, &gang.all) == 0)
        gang.cpus = (unsigned)CPU_COUNT(&gang.all);
}

static void use_processors(const cpu_set_t *set)
{
    /* a hint: if it cannot be had, the histories are as good, and fewer overlap */
    (void)pthread_setaffinity_np(pthread_self(), sizeof *set, set);
}

/* One of its own for each thread, as far as they go; in one round of four any: the
 * same one for several is a case as well. */
static void processors_for(uint32_t round, unsigned thread)
{
    unsigned left = thread % gang.cpus;
    cpu_set_t own;
    CPU_ZERO(&own);
    if (gang.cpus == 1)
        return;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &gang.all) && left-- == 0)
            CPU_SET(cpu, &own);
    use_processors(round % 4 == 0 ? &gang.all : &own);
}

static void processors_end(void)
{
    if (gang.cpus > 1)
        use_processors(&gang.all);
}

#else

static void processors_begin(void)
{
    gang.cpus = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
}

static void processors_for(uint32_t round, unsigned thread)
{
    (void)round;
    (void)thread;
}

static void processors_end(void)
{
}

#endif

/* ---- rounds ----------------------------------------------------------------------- */

/* All leave the line together. They are there within microseconds, if there is a
 * processor for each; else whoever waits gives its own away. */
static void at_the_line(struct trial *trial, unsigned threads)
{
    enum { LOOKS = 300 };
    atomic_fetch_add(&trial->at_line, 1);
    for (unsigned looks = 0; atomic_load(&trial->at_line) < threads; looks++)
        if (looks >= LOOKS || threads > gang.cpus)
            sched_yield();
}

static void play_all(struct trial *trial, unsigned trials, unsigned threads,
                     unsigned thread)
{
    for (unsigned i = 0; i < trials; i++) {
        at_the_line(&trial[i], threads);
        atomic_store(&gang.number, i);
        trial_play(&trial[i], thread);
        atomic_fetch_add(&gang.steps, 1);
    }
}

static void *member(void *arg)
{
    unsigned thread = (unsigned)(uintptr_t)arg;
    uint32_t round = 0;
    pthread_mutex_lock(&gang.mutex);
    for (;;) {
        while (gang.round == round && !gang.over)
            pthread_cond_wait(&gang.changed, &gang.mutex);
        round = gang.round;
        if (gang.over)
            break;
        if (thread >= gang.threads)
            continue;
        struct trial *trial = gang.trial;
        unsigned trials = gang.trials;
        unsigned threads = gang.threads;
        pthread_mutex_unlock(&gang.mutex);
        processors_for(round, thread);
        play_all(trial, trials, threads, thread);
        pthread_mutex_lock(&gang.mutex);
        if (--gang.running == 0)
            pthread_cond_broadcast(&gang.changed);
    }
    pthread_mutex_unlock(&gang.mutex);
    return NULL;
}

void gang_play(struct trial *trial, unsigned trials, unsigned threads)
{
    pthread_mutex_lock(&gang.mutex);
    gang.trial = trial;
    gang.trials = trials;
    gang.threads = threads;
    gang.running = threads - 1;
    gang.round++;
    uint32_t round = gang.round;
    pthread_cond_broadcast(&gang.changed);
    pthread_mutex_unlock(&gang.mutex);
    processors_for(round, 0);
    play_all(trial, trials, threads, 0);
    pthread_mutex_lock(&gang.mutex);
    while (gang.running > 0)
        pthread_cond_wait(&gang.changed, &gang.mutex);
    gang.trial = NULL;
    pthread_mutex_unlock(&gang.mutex);
}

/* ---- start and stop ---------------------------------------------------------------- */

/* Second by second: a process that was stopped for an hour and goes on has been
 * still for one of them. */
static void *dog(void *arg)
{
    uint32_t seen = 0;
    unsigned still_s = 0;
    (void)arg;
    pthread_mutex_lock(&gang.mutex);
    while (!gang.over) {
        struct timespec at;
        clock_gettime(CLOCK_REALTIME, &at);
        at.tv_sec++;
        if (pthread_cond_timedwait(&gang.changed, &gang.mutex, &at) !=
            ETIMEDOUT) {
            still_s = 0;
            continue;
        }
        uint32_t steps = atomic_load(&gang.steps);
        still_s = steps == seen ? still_s + 1 : 0;
        seen = steps;
        if (still_s >= gang.stuck_s)
            gang.stuck(gang.trial == NULL ? NULL : &gang.trial[gang.number]);
    }
    pthread_mutex_unlock(&gang.mutex);
    return NULL;
}

void gang_start(unsigned stuck_s, void (*stuck)(const struct trial *trial))
{
    gang.over = false;
    gang.round = 0;
    processors_begin();
    gang.stuck_s = stuck_s;
    gang.stuck = stuck;
    for (uintptr_t t = 1; t < THREADS; t++)
        gang.thread[t] = t_spawn(member, (void *)t);
    gang.dog = t_spawn(dog, NULL);
}

void gang_stop(void)
{
    pthread_mutex_lock(&gang.mutex);
    gang.over = true;
    pthread_cond_broadcast(&gang.changed);
    pthread_mutex_unlock(&gang.mutex);
    for (unsigned t = 1; t < THREADS; t++)
        t_join(gang.thread[t]);
    t_join(gang.dog);
    processors_end();
}
