/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* thread.h - threads with a name and a result, joined like anything else that
 * waits.
 *
 *     static int serve(void *arg, leat_cancel *stop)
 *     {
 *         struct server *server = arg;
 *         struct request request;
 *         int served = 0;
 *         while (leat_rx_recv(server->rx, &request,
 *                             leat_or_cancel(leat_forever(), stop)) == 0)
 *             served += answer(server, &request);
 *         return served;
 *     }
 *
 *     leat_thread *thread;
 *     leat_job job = {.fn = serve, .arg = &server, .name = "server"};
 *     int rc = leat_thread_spawn(&thread, job, NULL);
 *     ...
 *     leat_cancel_fire(leat_thread_stop(thread));          would you please stop
 *     rc = leat_thread_join(thread, &served, leat_in_ms(500));
 *     if (rc == LEAT_ETIMEDOUT)
 *         complain();                                      it runs on; join again
 *     leat_thread_drop(thread);
 *
 * Each is a thread of the system, started for this job and over with it. It is the
 * system's in all but its end: it inherits the signal mask, pthread_self and
 * thread-specific data work. Its end is leat's: do not pthread_join or pthread_detach
 * it. leat's calls do not need threads made here; any thread may make them.
 *
 * The handle has owners, like a channel half: clone adds one, drop takes one away.
 * The thread needs none of them: it runs until fn returns. Join what must be done
 * before main returns, since the end of the process ends every thread where it is. */
#ifndef LEAT_THREAD_H
#define LEAT_THREAD_H

#include <leat/api.h>
#include <leat/job.h>
#include <leat/until.h>

typedef struct leat_thread leat_thread;

/* Options of leat_thread_spawn; all zero is the default for each field but size. In C
 * LEAT_THREAD_OPTS makes them; in C++:
 *     leat_thread_opts opts = LEAT_ZERO_INIT;
 *     opts.size = sizeof opts;                                              */
typedef struct leat_thread_opts {
    size_t size; /* sizeof(leat_thread_opts) */
    size_t
        stack_bytes; /* rounded up to what the system can do; 0: what it does by
            itself, commonly some megabytes of address space */
} leat_thread_opts;

/* LEAT_THREAD_OPTS(.stack_bytes = 65536): a pointer to options for one call. C only;
 * C++ fills a leat_thread_opts by hand. */
#ifndef __cplusplus
#define LEAT_THREAD_OPTS(...)                                                  \
    (&(const leat_thread_opts){.size = sizeof(leat_thread_opts), __VA_ARGS__})
#endif

LEAT_BEGIN_DECLS

/* Start a thread that runs the job, with one owner of the handle. A thread that was
 * started always runs, so job.discard is never called. The name is kept whole; the
 * system, where it has names for threads, is told the first 15 bytes. The thread may
 * run, and end, before *out is set.
 *
 * returns   0                  *out is yours to drop
 *           LEAT_EINVAL        opts->size is unknown, or the system takes no such
 *                              stack_bytes
 *           LEAT_ENOMEM        no memory, or stack_bytes is beyond an address space
 *           LEAT_EAGAIN        the system starts no thread now: a limit on threads,
 *                              or no room for the stack
 *           below 0 *out is untouched, job.arg is still yours, nothing was called
 * aborts    if out or job.fn is NULL
 * blocks    never            allocates  once, beside the stack    threads  any
 * orders    what came before the call happens-before fn
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_thread_spawn(leat_thread **out, leat_job job,
                                              const leat_thread_opts *opts);

/* Wait for the thread to end, and learn what fn returned. After 0 the thread is gone
 * from the system too, with its stack and its thread-specific data. Anybody who has
 * the handle may join, several at once and again later; each is told the same.
 *
 * returns   0                  *result, unless result is NULL, is what fn returned,
 *                              or LEAT_EEXITED if it called pthread_exit instead
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              fn still runs, and `until` gave up; *result is
 *                              untouched; join again later
 * aborts    if thread is no live handle, or is the thread that calls
 * blocks    until `until`, while fn runs; after fn, whatever `until` says, while the
 *           system ends the thread, destructors of thread-specific data included
 * allocates never
 * threads   any but the thread itself, while the handle has an owner that lasts until
 *           the call is over
 * orders    all that the thread did happens-before the return of 0
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_thread_join(leat_thread *thread, int *result,
                                             leat_until until);

/* Has fn come to its end? A join does not wait for it then.
 *
 * aborts    if thread is no live handle
 * blocks    never            allocates  never            threads  any owner
 * orders    fn's return happens-before a true
 * since     0.1
 */
LEAT_API bool leat_thread_is_done(leat_thread *thread);

/* The token that fn was given: fire it to ask the thread to stop. Nobody else does;
 * no drop fires it. Firing it after the end does nothing.
 *
 * returns   the token, borrowed from the handle; clone it to keep it longer
 * aborts    if thread is no live handle
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API leat_cancel *leat_thread_stop(leat_thread *thread);

/* The name that the thread was given, all of it.
 *
 * returns   a string borrowed from the handle; "" if none
 * aborts    if thread is no live handle
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API const char *leat_thread_name(leat_thread *thread);

/* The name that leat knows the calling thread by: its leat_thread's, or that of the
 * worker of a pool (leat/pool.h).
 *
 * returns   a string that lives as long as the thread; "" if leat did not start it, or
 *           it has no name
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API const char *leat_thread_self_name(void);

/* One more owner of the handle.
 *
 * returns   the same address
 * aborts    if thread is no live handle
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_thread *leat_thread_clone(leat_thread *thread);

/* One owner less. Neither stops the thread nor waits for it: if nobody has joined it
 * when the last owner goes, it runs on by itself, nobody will learn its result, and
 * what it holds is given back when it ends. NULL does nothing.
 *
 * returns   true to exactly the last owner
 * aborts    if thread is no live handle, or a join still waits when its last owner
 *           goes
 * blocks    never            allocates  never
 * threads   any owner, the thread itself too
 * since     0.1
 */
LEAT_API bool leat_thread_drop(leat_thread *thread);

LEAT_END_DECLS
#endif
