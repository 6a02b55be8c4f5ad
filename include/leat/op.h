/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* op.h - a send or receive that is started now and told of later.
 *
 * For event loops (leat/loop.h), which may not block. An operation lives in your
 * memory, beside what it is about; it is started any number of times, and each start
 * ends in one call of its function:
 *
 *     struct server {
 *         leat_op op;
 *         leat_rx *rx;
 *         struct job job;
 *     };
 *
 *     static void on_job(leat_op *op, int rc, void *arg)
 *     {
 *         struct server *server = arg;
 *         if (rc == 0) {
 *             work(&server->job);
 *             leat_op_recv(op, server->rx, &server->job, leat_forever());
 *         } else {
 *             server_end(server);          LEAT_ECLOSED: there will be no more
 *         }
 *     }
 *
 *     leat_op_init(&server->op, loop, on_job, server);
 *     leat_op_recv(&server->op, server->rx, &server->job, leat_forever());
 *
 * One rule for the outcome: it comes through the function, exactly once, inside
 * leat_loop_dispatch, in the thread that drives the loop, with no lock of leat's held;
 * also if it is there at once, also LEAT_EAGAIN. Or leat_op_cancel takes the start
 * back, and then it does not come.
 *
 * rc is what the blocking call would have returned, by the same rules: ready beats
 * cancelled, cancelled beats timed out.
 *
 * While it is started (until its function is called, or leat_op_cancel has returned
 * true) an operation keeps what it was given: the half, of which somebody has to stay
 * an owner; the message; the token of its until. They are used by other threads. Its
 * own memory stays where it is, too. From its function on all that is yours again: it
 * may start the operation anew, and free it.
 *
 * On an end that is promised single (LEAT_SINGLE_PRODUCER, LEAT_SINGLE_CONSUMER) a
 * started operation is a call that runs: no other may run beside it. */
#ifndef LEAT_OP_H
#define LEAT_OP_H

#include <leat/api.h>
#include <leat/chan.h>
#include <leat/loop.h>
#include <leat/select.h>
#include <leat/until.h>

/* How large an operation is. */
#if UINTPTR_MAX > 0xffffffffu
#define LEAT_OP_BYTES_ 256
#else
#define LEAT_OP_BYTES_ 160
#endif

/* An operation. Its content is leat's; leat_op_init makes it usable, and nothing
 * has to be done at its end. It cannot be copied or moved while it is started. */
typedef struct leat_op {
    union {
        unsigned char bytes_[LEAT_OP_BYTES_];
        int64_t align_number_;
        void *align_pointer_;
    } opaque_;
} leat_op;

/* What an operation calls: rc is the outcome, arg the one of leat_op_init. */
typedef void leat_op_fn(leat_op *op, int rc, void *arg);

LEAT_BEGIN_DECLS

/* Make an operation of this loop, not started. The loop outlasts its starts. Again on
 * the same memory, when it is not started, is fine.
 *
 * aborts    if loop is no loop, or fn is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API void leat_op_init(leat_op *op, leat_loop *loop, leat_op_fn *fn,
                           void *arg);

/* Start a send of the message at msg. With a policy other than LEAT_POLICY_BLOCK it
 * does not wait, but is told of in dispatch like any other. Those that wait are served in
 * the order in which they were started; but a leat_tx_send that finds room just made for
 * one of them may take it first, also by the thread whose operation waits. So for messages
 * in order, send them all by operations, or one after the other.
 *
 * rc        0                  sent (or dropped, as the policy says)
 *           LEAT_ECLOSED       closed, or all receivers gone; msg is still yours
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              full, and `until` gave up; msg is still yours.
 *                              LEAT_POLICY_FAIL: LEAT_EAGAIN
 *           LEAT_ENOMEM        unbounded and no memory; msg is still yours
 * aborts    if op is not initialised or is started, if tx is no sending half, or msg
 *           is NULL and the channel's msg_bytes is not 0
 * blocks    as leat_tx_send with leat_nowait()            allocates  as leat_tx_send
 * threads   the one that drives the loop
 * orders    as leat_tx_send, with the call of the function for its return
 * since     0.1
 */
LEAT_API void leat_op_send(leat_op *op, leat_tx *tx, const void *msg,
                           leat_until until);

/* Start a receive of one message to msg.
 *
 * rc        0                  received
 *           LEAT_ECLOSED       nothing queued, and closed or all senders gone
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              nothing queued, and `until` gave up
 *           below 0 *msg is untouched
 * aborts    if op is not initialised or is started, if rx is no receiving half, or
 *           msg is NULL and the channel's msg_bytes is not 0
 * blocks    never            allocates  never
 * threads   the one that drives the loop
 * orders    as leat_rx_recv, with the call of the function for its return
 * since     0.1
 */
LEAT_API void leat_op_recv(leat_op *op, leat_rx *rx, void *msg,
                           leat_until until);

/* Start a select of n cases (leat/select.h). The array is kept as a message is, and the
 * cases are told of as after leat_select. With a leat_on_fd among them the loop's
 * descriptor becomes readable for that, too: where it covers deadlines
 * (leat_loop_has_timer), and no other loop can, nor one with a notify. Keep the
 * descriptors open meanwhile. What else the program waits for it had better watch itself.
 *
 * rc        0 to n - 1         that case was done: cases[rc].rc is its outcome
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              none could be done, and `until` gave up: nothing was done
 *           LEAT_EINVAL        all cases are off, and `until` never gives up; flags are
 *                              unknown, n is above INT_MAX; or one is a descriptor's,
 *                              and the loop does not cover deadlines, or it cannot be
 *                              put into an epoll descriptor
 *           LEAT_EMFILE, LEAT_ENOMEM
 *                              it has to wait, for a descriptor too, and there is none
 *                              for that
 * aborts    if op is not initialised or is started; as leat_select
 * blocks    as leat_select with leat_nowait()
 * allocates as leat_select; with descriptors one of leat's own, until it is told of
 * threads   the one that drives the loop
 * orders    as leat_select, with the call of the function for its return
 * since     0.1
 */
LEAT_API void leat_op_select(leat_op *op, leat_case *cases, size_t n,
                             uint32_t flags, leat_until until);

/* Take a start back, if that can still be done.
 *
 * returns   true               no message has moved and no case was done, the function will not be called
 *                              for this start; all that was kept is yours
 *           false              the outcome is decided and the function will be called
 *                              with it; or the operation was not started
 * aborts    if op is not initialised
 * blocks    never            allocates  never
 * threads   the one that drives the loop; from functions of operations too
 * since     0.1
 */
LEAT_API bool leat_op_cancel(leat_op *op);

/* Is it started? false from the moment its function is called.
 *
 * aborts    if op is not initialised
 * blocks    never            allocates  never
 * threads   the one that drives the loop
 * since     0.1
 */
LEAT_API bool leat_op_is_started(const leat_op *op);

LEAT_END_DECLS
#endif
