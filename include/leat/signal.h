/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* signal.h - signals, as messages.
 *
 *     leat_rx *signals;
 *     int number;
 *
 *     int rc = leat_signal_new(&signals, (const int[]){SIGINT, SIGTERM}, 2, NULL);
 *     ...
 *     leat_case cases[] = {
 *         leat_on_recv(jobs, &job),
 *         leat_on_recv(signals, &number),
 *     };
 *
 * leat_signal_new gives a receiving half like any other: receive, select, peek, batches,
 * clone, drop, close, weak handles, leat_op_recv in an event loop, all work on it. A
 * message is an int: the signal's number. Who receives is in no handler, and may do
 * what he likes.
 *
 * What comes. A signal that is sent to the process, or to a thread of it (raise), after
 * leat_signal_new has returned is not lost: it is there to be received, by each receiver
 * that was made for its number. As the kernel has it for most signals, one that comes again
 * before it was received is received once; several that wait are received the lowest
 * number first. The capacity is the number of signals that were asked for, the length how
 * many wait. Several owners of one receiver share its messages: each goes to one.
 *
 * Dispositions. While there is a receiver for a number leat has a handler for it (with
 * SA_RESTART, and on the alternate stack of threads that have one), in place of what was
 * done about that signal: Ctrl-C ends the program no more, and a signal that was
 * ignored is not. When the last such receiver is closed or dropped, what was done before is
 * done again; if somebody else has set another handler meanwhile, that stays. What waited
 * and was not received is gone then.
 *
 * Nothing has to be blocked, and no thread waits for signals. The handler runs in whatever
 * thread the kernel chooses, and gives the message to who waits, there and then; so
 * each signal needs one thread at least that does not block it. Calls of the system that it
 * interrupts go on, but for those that never do (poll, nanosleep: EINTR). On systems
 * without futex, and in builds with LEAT_FUTEX=posix, the first receiver starts a thread,
 * which stays, since there a handler cannot wake.
 *
 * An event loop that was made with a notify: for an operation on such a receiver notify may
 * be called in a signal handler. A write to an eventfd or a pipe may be made there, and
 * uv_async_send.
 *
 * A child of fork has the handlers, too, and they do nothing in it: a receiver that it makes
 * itself changes that, and exec ends it. */
#ifndef LEAT_SIGNAL_H
#define LEAT_SIGNAL_H

#include <leat/api.h>
#include <leat/chan.h>

/* Options of leat_signal_new; all zero is the default for each field but size. In C
 * LEAT_SIGNAL_OPTS makes them; in C++:
 *     leat_signal_opts opts = LEAT_ZERO_INIT;
 *     opts.size = sizeof opts;                                              */
typedef struct leat_signal_opts {
    size_t size;      /* sizeof(leat_signal_opts) */
    const char *name; /* copied; for dumps; may be NULL */
    void (*gone)(
        void *
            arg); /* called once, when the receiver is freed, in the thread that let
            go last, holding no lock; as leat_chan_opts.gone */
    void *gone_arg; /* kept until then */
} leat_signal_opts;

/* LEAT_SIGNAL_OPTS(.name = "stop"): a pointer to options for one call. C only; C++ fills
 * a leat_signal_opts by hand. */
#ifndef __cplusplus
#define LEAT_SIGNAL_OPTS(...)                                                  \
    (&(const leat_signal_opts){.size = sizeof(leat_signal_opts), __VA_ARGS__})
#endif

LEAT_BEGIN_DECLS

/* Make a receiver of the n signals at numbers.
 *
 * returns   0                  *rx is yours to drop
 *           LEAT_EINVAL        n is 0, or one of them is no signal, or one that cannot be
 *                              had: SIGKILL, SIGSTOP, and those by which a thread is told
 *                              of its own faults (SIGSEGV, SIGBUS, SIGFPE, SIGILL); or
 *                              opts->size is unknown
 *           LEAT_ENOMEM        no memory
 *           LEAT_EAGAIN, LEAT_EMFILE
 *                              no thread, no descriptors, where those are needed (see
 *                              above); below 0 *rx is untouched, and no disposition is
 *                              changed
 * aborts    if rx is NULL, or numbers is and n is not 0
 * blocks    never            allocates  once here
 * threads   any; not beside calls of sigaction for the same signals
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_signal_new(leat_rx **rx, const int *numbers,
                                            size_t n,
                                            const leat_signal_opts *opts);

LEAT_END_DECLS
#endif
