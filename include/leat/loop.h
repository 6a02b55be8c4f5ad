/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* loop.h - an event loop's place among channels: one descriptor, one call.
 *
 * A program that waits in epoll, poll, libuv or GLib cannot wait in a channel. It
 * starts operations instead (leat/op.h), hands one descriptor to what it waits in,
 * and calls leat_loop_dispatch when the descriptor is readable; then callbacks tell
 * what came of the operations. The other end of a channel may be a thread, or
 * another loop, and need not know.
 *
 *     leat_loop *loop;
 *     struct epoll_event ev = {.events = EPOLLIN, .data.ptr = loop};
 *
 *     if (leat_loop_new(&loop, NULL) < 0)
 *         ...
 *     epoll_ctl(ep, EPOLL_CTL_ADD, leat_loop_fd(loop), &ev);
 *     leat_op_init(&op, loop, on_job, server);
 *     leat_op_recv(&op, rx, &job, leat_forever());
 *     for (;;) {
 *         int n = epoll_wait(ep, events, 16, -1);
 *         ...
 *         if (events[i].data.ptr == loop)
 *             leat_loop_dispatch(loop, 64);
 *     }
 *
 * libuv: uv_poll_init(uv, &poll, leat_loop_fd(loop)) and uv_poll_start with
 * UV_READABLE. GLib: g_unix_fd_add(leat_loop_fd(loop), G_IO_IN, ...). Whole programs
 * are examples/epoll.c and examples/uv.c.
 *
 * Who drives. One thread at a time drives a loop: it makes all calls of this header
 * and of leat/op.h for it. Another may take over, if what the first did
 * happens-before it. Operations are ended by any thread.
 *
 * The descriptor is readable exactly while leat_loop_dispatch has something to do: an
 * operation has its outcome, or a deadline has passed. (Only if an operation is decided
 * in the very moment in which its deadline passes may dispatch find nothing; it is
 * readable again when the outcome is there.) Never read or write it. Level-triggered
 * is the natural way to watch it. Edge-triggered (EPOLLET, EPOLLONESHOT) does as well:
 * whenever something is left or new, there is a new edge, so one dispatch for each
 * event is enough.
 *
 * Deadlines of the operations are the loop's business. On Linux the descriptor covers
 * them (an eventfd and a timerfd, joined by an epoll descriptor: three of your limit).
 * On other POSIX systems, in builds with LEAT_FUTEX=posix, and with LEAT_LOOP_NO_TIMER,
 * it does not: leat_loop_has_timer says so, and then you let your own wait end at
 * leat_loop_deadline_ns and call dispatch.
 *
 * A child of fork may not use a loop that its parent made: the descriptor is still the
 * parent's.
 *
 * When not to use it: a thread that has nothing else to wait for calls leat_tx_send
 * and leat_rx_recv, which cost no system call as long as both sides keep moving. */
#ifndef LEAT_LOOP_H
#define LEAT_LOOP_H

#include <leat/api.h>

typedef struct leat_loop leat_loop;

/* For leat_loop_opts.flags: the descriptor is for outcomes only, and you see to the
 * deadlines (leat_loop_deadline_ns). One descriptor instead of three on Linux, and no
 * system call to set a timer. */
#define LEAT_LOOP_NO_TIMER 0x1u

/* Options of leat_loop_new; all zero is the default for each field but size. In C
 * LEAT_LOOP_OPTS makes them; in C++:
 *     leat_loop_opts opts = LEAT_ZERO_INIT;
 *     opts.size = sizeof opts;                                              */
typedef struct leat_loop_opts {
    size_t size; /* sizeof(leat_loop_opts) */
    void (*notify)(
        void *arg);   /* instead of a descriptor: called when dispatch has
            something to do that it had not before, in whichever thread brought that
            about, the loop's own too; no lock of leat's is held. May only poke what
            the loop waits in (uv_async_send, g_main_context_wakeup, a write to your
            own eventfd): no call of leat's, and it must not wait. Poking late, or
            once for several calls, is fine. Deadlines are yours, as with
            LEAT_LOOP_NO_TIMER. NULL: a descriptor */
    void *notify_arg; /* kept until leat_loop_drop has returned */
    uint32_t flags;   /* LEAT_LOOP_NO_TIMER */
} leat_loop_opts;

/* LEAT_LOOP_OPTS(.notify = poke, .notify_arg = &async): a pointer to options for one
 * call. C only; C++ fills a leat_loop_opts by hand. */
#ifndef __cplusplus
#define LEAT_LOOP_OPTS(...)                                                    \
    (&(const leat_loop_opts){.size = sizeof(leat_loop_opts), __VA_ARGS__})
#endif

LEAT_BEGIN_DECLS

/* ---- make --------------------------------------------------------------- */

/* Make a loop; opts NULL means the defaults. It belongs to the caller, who drops it
 * once.
 *
 * returns   0                  *out is yours
 *           LEAT_EINVAL        opts->size or flags are unknown
 *           LEAT_ENOMEM        no memory, or none in the kernel
 *           LEAT_EMFILE        no descriptors left; below 0 *out is untouched
 * aborts    if out is NULL
 * blocks    never
 * allocates once here, descriptors included; nothing that is done with the loop
 *           allocates later
 * threads   any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_loop_new(leat_loop **out,
                                          const leat_loop_opts *opts);

/* How much memory leat_loop_new_in needs for these options.
 *
 * returns   bytes; 0 if opts is not valid
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API size_t leat_loop_footprint(const leat_loop_opts *opts);

/* leat_loop_new in memory of your own: mem_bytes at mem, at any alignment. It is yours
 * again when leat_loop_drop has returned.
 *
 * returns   as leat_loop_new, and
 *           LEAT_EINVAL        mem_bytes is less than the footprint
 * aborts    if out or mem is NULL
 * blocks    never            allocates  descriptors only            threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_loop_new_in(leat_loop **out, void *mem,
                                             size_t mem_bytes,
                                             const leat_loop_opts *opts);

/* End the loop: close its descriptor, free its memory. Take the descriptor out of
 * what you wait in first. NULL does nothing.
 *
 * returns   true, or false if loop was NULL
 * aborts    if loop is no loop, if an operation of it is started, or from a callback
 *           of it
 * blocks    never; with a notify it waits out a call of it that runs at this moment
 * allocates never            threads  the one that drives
 * since     0.1
 */
LEAT_API bool leat_loop_drop(leat_loop *loop);

/* ---- what to wait for ----------------------------------------------------- */

/* The descriptor, to be watched for reading. It stays the same, and the loop's.
 *
 * returns   a descriptor, or -1 if the loop was made with a notify
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API int leat_loop_fd(leat_loop *loop);

/* Does the descriptor become readable at deadlines too?
 *
 * returns   false: see leat_loop_deadline_ns
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_loop_has_timer(leat_loop *loop);

/* The earliest deadline of an operation that waits, for those who see to deadlines
 * themselves: let your wait end then, and dispatch. Ask again after each dispatch,
 * start and cancel.
 *
 * returns   a time on the clock of leat_now_ns; INT64_MAX: there is none
 * blocks    never            allocates  never            threads  the one that drives
 * since     0.1
 */
LEAT_API int64_t leat_loop_deadline_ns(leat_loop *loop);

/* ---- drive ------------------------------------------------------------------ */

/* Run the callbacks of operations that have their outcome, in the order in which they
 * got it, and of those whose deadline has passed; at most max of them. What callbacks
 * start and is ready at once has its turn as well, behind the others: so a loop that
 * also watches other things gives a max (64, say), and one without a max may never
 * return. If something is left the descriptor stays readable (notify is called).
 *
 * returns   how many callbacks have run (at most INT_MAX)
 * aborts    if loop is no loop, or from a callback of it
 * blocks    never (callbacks run in it)            allocates  never
 * threads   the one that drives
 * orders    what ended an operation happens-before its callback: as for the call that
 *           it stands for (leat_tx_send, leat_rx_recv)
 * since     0.1
 */
LEAT_API int leat_loop_dispatch(leat_loop *loop, size_t max);

LEAT_END_DECLS
#endif
