/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* os.h - all that leat asks of an operating system: the porting contract.
 *
 * One file implements it: linux.c (futex), posix.c (mutex and condition
 * variable, for any POSIX system, and a tested build of its own). The
 * deterministic scheduler and the model checker bring their own.
 *
 * None of these functions sets errno for its caller, and none but those that
 * start a thread allocates. */
#ifndef LEAT_OS_OS_H
#define LEAT_OS_OS_H

#include "base/atomic.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Nanoseconds of a clock that never goes back; above 0. Callable in a signal
 * handler. */
int64_t leat__os_now_ns(void);

/* Sleep while *word == expected, until a wake on word or the deadline.
 *
 * The check and the falling asleep are one step as seen by leat__os_futex_wake,
 * so a wake that follows a change of *word is not missed. Gives no memory order:
 * callers re-read the word with the order they need.
 * pre: one sleeper per word.
 * returns false if the deadline (absolute; INT64_MAX: none) has passed, else true:
 *         woken, or *word differed, or for no reason at all (a signal; a wake meant
 *         for an earlier user of the address). Callers loop. */
bool leat__os_futex_wait(leat__a32 *word, uint32_t expected,
                         int64_t deadline_ns);

/* Wake the sleeper on word, if there is one.
 *
 * word is an address, never read: the memory may belong to somebody else by now,
 * who then sees a wake for no reason. That is why every sleeper loops. */
void leat__os_futex_wake(leat__a32 *word);

/* A thread of the system. Whoever starts it fills in what is to be called and keeps
 * the struct where it is until finish is called and leat__os_thread_start has
 * returned; joins and detaches may be given a copy. */
typedef struct leat__os_thread {
    void (*run)(void *arg);
    void (*finish)(
        void *arg); /* called after run, also if run ends the thread */
    void *arg;
    uintptr_t
        handle; /* set by leat__os_thread_start; the new thread does not look */
} leat__os_thread;

/* Start a thread that calls run(arg), then finish(arg), and then ends. It has to be
 * joined or detached, once. stack_bytes is rounded up; 0: the system's default.
 * returns 0, or LEAT_ENOMEM, LEAT_EINVAL (such a stack), LEAT_EAGAIN (no more threads
 *         now): then nothing was started */
int leat__os_thread_start(leat__os_thread *thread, size_t stack_bytes);

/* Wait until a thread is over, finish and destructors of thread-specific data
 * included, and free what the system has of it. pre: not the calling thread */
void leat__os_thread_join(const leat__os_thread *thread);

/* Let the system free what it has of a thread by itself, when it is over. */
void leat__os_thread_detach(const leat__os_thread *thread);

/* Call run(arg), then finish(arg): also if run ends the thread, and if it is called
 * by the finish of another such call. */
void leat__os_guarded(void (*run)(void *arg), void (*finish)(void *arg),
                      void *arg);

/* Name the calling thread, as far as the system has names for threads: on Linux the
 * first 15 bytes. */
void leat__os_name_self(const char *name);

/* One pointer of each thread's own, NULL at first. Never inlined, so that nobody keeps
 * the address of a thread's cell where another thread may go on. */
void *leat__os_self(void);
void leat__os_self_set(void *self);

/* A second one, for what the thread holds (src/sync): its cell, NULL at first. The cell's
 * address tells the threads that live apart. Never inlined, as above. */
void **leat__os_held(void);

/* When the calling thread ends, by whatever way, with its cell not NULL, call fn with the
 * cell. fn is the same in all calls. Where a thread-specific destructor that runs later
 * fills the cell again and watches again, it is called again.
 * returns 0, or LEAT_ENOMEM: the system has no memory for it */
int leat__os_watch_end(void (*fn)(void **held));

/* Memory from the system itself, in whole pages, which are there already where the system
 * can do that. NULL: none */
void *leat__os_map(size_t bytes);

/* And back to the system. */
void leat__os_unmap(void *mem, size_t bytes);

/* When the calling thread ends, call fn(arg), arg not NULL. fn is the same in all calls; of
 * a thread's calls the last counts. returns false: the system has no memory for it */
bool leat__os_at_end(void (*fn)(void *arg), void *arg);

/* Let another thread run. */
void leat__os_yield(void);

/* Sleep for a short time (about 50 us), so that a thread of lower priority that
 * holds a lock can run. */
void leat__os_nap(void);

/* Processors that the main thread may use, at least 1; looked up once. */
unsigned leat__os_cpus(void);

/* The processor that the caller runs on, or -1 if the system does not say. By the
 * time it is known it may be another: for guesses only. Cheap. */
int leat__os_cpu(void);

/* The system's number of the calling thread, as a debugger shows it; 0: unknown. */
uint32_t leat__os_thread_id(void);

/* The name that the system has for a thread of this process, "" if it has none. */
void leat__os_thread_name(uint32_t id, char *name, size_t bytes);

/* Can leat__os_membarrier be used? Registers the process on the first call; the
 * answer never changes after that. */
bool leat__os_has_membarrier(void);

/* A full memory barrier on every running thread of the process, so that threads
 * on the other side of a Dekker shape need only keep their compiler in order.
 * pre: leat__os_has_membarrier(). Costs microseconds: only before a sleep. */
void leat__os_membarrier(void);

/* ---- the descriptor of an event loop -------------------------------------------- */

/* Others ring it, and its owner waits until it is readable, hears it, and sets it to
 * ring by itself at a time. Readable while a ring is unheard, or the time that is set
 * has passed. All but ring are the owner's. */
typedef struct leat__os_bell {
    int fd;       /* what is readable */
    int ring_fd;  /* what is written to; may be fd */
    int timer_fd; /* -1: it does not ring by itself */
} leat__os_bell;

/* timed: make it ring by itself too, where the system can (posix.c cannot).
 * returns 0, LEAT_EMFILE, LEAT_ENOMEM */
int leat__os_bell_open(leat__os_bell *bell, bool timed);

/* pre: all rings have been heard */
void leat__os_bell_close(leat__os_bell *bell);

/* From any thread. Whoever hears it sees what was done before it (a ring is a release,
 * to hear it an acquire), and whoever rings is past his last touch of the bell when it
 * can be heard. */
void leat__os_bell_ring(const leat__os_bell *bell);

/* Make it quiet. false: no ring was to be heard (yet) */
bool leat__os_bell_hear(const leat__os_bell *bell);

/* Ring by itself at a time on leat__os_now_ns's clock, INT64_MAX: never; and no
 * longer for the time set before. pre: timer_fd is not -1 */
void leat__os_bell_set(const leat__os_bell *bell, int64_t at_ns);

/* Descriptors beside a bell: a watch is a set of them, and the bell's descriptor is
 * readable while one of them is ready, too. For bells that ring by themselves
 * (timer_fd is not -1). All of it is the bell's owner's.
 * open      a watch, which is a descriptor itself; or LEAT_EMFILE, LEAT_ENOMEM. tag is
 *           what leat__os_watches_ready says; not NULL
 * add       one more descriptor, for events (LEAT_FD_); returns 0, LEAT_ENOMEM, LEAT_EINVAL
 *           (it cannot be watched), LEAT_EEXIST (it is there); change gives one that is
 *           there other events
 * close     at the end, before the bell's
 * ready     the tags of up to max watches in which something is ready. returns how many */
int leat__os_watch_open(const leat__os_bell *bell, void *tag);
int leat__os_watch_add(int watch, int fd, uint32_t events);
int leat__os_watch_change(int watch, int fd, uint32_t events);
void leat__os_watch_close(int watch);
size_t leat__os_watches_ready(const leat__os_bell *bell, void **tags,
                              size_t max);

/* The calling thread's own bell, which does not ring by itself: opened now, if it has
 * none yet, and closed when the thread ends. A child of fork gets another.
 * returns NULL: *rc is LEAT_EMFILE or LEAT_ENOMEM */
leat__os_bell *leat__os_thread_bell(int *rc);

/* ---- signals ------------------------------------------------------------------------ */

/* What a thread has blocked. */
typedef struct leat__os_mask {
    uint64_t bits[16];
} leat__os_mask;

/* Let no signal come to the calling thread; and again those that did before. */
void leat__os_signals_hold(leat__os_mask *before);
void leat__os_signals_let(const leat__os_mask *before);

/* Numbers of signals are from 1 to this. */
#define LEAT__OS_SIGNALS 64

/* Call came(number) for each signal of this number, in place of what was done about it:
 * in the handler, in whichever thread it interrupts, or else in a thread kept for that. All
 * signals are held meanwhile. It may take locks that others take with signals held, wake
 * sleepers and ring bells. came is the same in all calls.
 * pre: one call at a time of this and the next; the number is not caught
 * returns 0, or LEAT_EINVAL (no such signal, or nobody can have it), LEAT_EMFILE,
 *         LEAT_ENOMEM, LEAT_EAGAIN (no thread) */
int leat__os_signal_catch(int number, void (*came)(int number));

/* Do again what was done before, unless somebody else has put something in the place of
 * ours. came may be running still. */
void leat__os_signal_uncatch(int number);

/* ---- other descriptors ------------------------------------------------------------- */

/* What to poll for: made by leat__os_fd_of, and asked by leat__os_fd_ready. */
typedef struct leat__os_fd {
    int fd;
    short events;
    short revents;
} leat__os_fd;

/* Of events and in what is ready: the LEAT_FD_ bits of <leat/select.h>, and this one: it
 * is not open. */
#define LEAT__OS_FD_BAD 0x10u
leat__os_fd leat__os_fd_of(int fd, uint32_t events);
uint32_t leat__os_fd_ready(const leat__os_fd *fd);

/* Wait until one of them is ready, or the deadline (absolute; INT64_MAX: none; past: just
 * look). returns how many are; 0: the deadline has passed */
size_t leat__os_poll(leat__os_fd *fds, size_t n, int64_t deadline_ns);

#endif
