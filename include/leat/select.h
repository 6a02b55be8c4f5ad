/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* select.h - waiting for several things, and doing the first that can be done.
 *
 * A case says what: a receive, a send, a token, a time, the other side gone, the end of
 * a thread or a job, permits of a semaphore, a mutex, a descriptor. leat_select waits until one of its cases can be done, does
 * that one and no other, and says which:
 *
 *     struct job job;
 *     leat_case cases[] = {
 *         leat_on_recv(jobs, &job),
 *         leat_on_at(leat_now_ns() + second),
 *         leat_on_cancel(stop),
 *     };
 *     for (;;) {
 *         switch (leat_select(cases, 3, 0, leat_forever())) {
 *         case 0:
 *             if (cases[0].rc == 0)
 *                 work(&job);
 *             break;                    LEAT_ECLOSED: the case is off from now on
 *         case 1:
 *             cases[1] = leat_on_at(leat_now_ns() + second);
 *             report();
 *             break;
 *         case 2:
 *             return;
 *         }
 *     }
 *
 * Fair. If several can be done each is as likely as the others, whatever its place in
 * the array. With LEAT_BIASED the first in the array that can be done is done.
 *
 * Off. A case of a NULL handle, of descriptor -1 or of time INT64_MAX is off: it is never
 * done. So is, after it was told once, a receive or send that met the end of its
 * channel, or one for permits of a closed semaphore (rc is LEAT_ECLOSED): a loop over
 * several channels hears of each end once.
 * Making the case anew puts it on. Other things that stay so (a fired token, a past
 * time, a side that is gone, a thread that has ended) are told of in each call.
 *
 * The array is looked at in each call afresh: its length may differ from call to call, and
 * so may what is in it.
 *
 * Channels. The same one may be there several times, and in both directions: a select
 * never gives a message to itself. Two selects can meet, one of which sends and the other
 * receives, with capacity 0 too. A send to a channel whose policy drops is always ready;
 * with LEAT_POLICY_FAIL it waits for room. On an end that is promised single a select is
 * a call that runs: no other may run beside it.
 *
 * Arrays may have any length; cost is linear in it, and nothing is allocated. A loop over
 * many channels of which few are busy is what leat/set.h is for. For event loops there
 * is leat_op_select in leat/op.h.
 *
 * Descriptors. With a leat_on_fd among the cases the thread waits in poll, and is woken
 * for the others by a descriptor of leat's own: each thread that comes to wait so gets
 * one, and keeps it until it ends. Where no descriptor is left, leat_select returns
 * LEAT_EMFILE. */
#ifndef LEAT_SELECT_H
#define LEAT_SELECT_H

#include <leat/api.h>
#include <leat/cancel.h>
#include <leat/chan.h>
#include <leat/mutex.h>
#include <leat/sem.h>
#include <leat/setonce.h>
#include <leat/task.h>
#include <leat/thread.h>
#include <leat/until.h>

/* For the flags of leat_select: of several cases that can be done the first. */
#define LEAT_BIASED 0x1u

/* For leat_on_fd and the value of its case: a read, a write would not block; for the
 * value alone: the other end hung up, the descriptor has an error. Those two are always
 * told. */
#define LEAT_FD_READ  0x1u
#define LEAT_FD_WRITE 0x2u
#define LEAT_FD_HUP   0x4u
#define LEAT_FD_ERROR 0x8u

#if UINTPTR_MAX > 0xffffffffu
#define LEAT_CASE_BYTES_ 64
#else
#define LEAT_CASE_BYTES_ 48
#endif

struct leat_source_;

/* A case. rc and value are for you to read; the rest is leat's, and made by the
 * constructors below. It may be copied while no call has it. */
typedef struct leat_case {
    int rc;         /* of the case that a call returned: its outcome */
    uint32_t value; /* leat_on_fd: what the descriptor is ready for */
    const struct leat_source_ *source_; /* NULL: off */
    void *object_;
    void *msg_;
    int64_t number_;
    uint32_t order_;
    uint32_t detail_;
    union {
        unsigned char bytes_[LEAT_CASE_BYTES_];
        int64_t align_number_;
        void *align_pointer_;
    } place_;
} leat_case;

LEAT_BEGIN_DECLS

/* ---- cases ---------------------------------------------------------------- */

/* Receive a message to msg, or send the one at msg. rc is what leat_rx_recv or
 * leat_tx_send would have returned, other than by giving up: 0, LEAT_ECLOSED,
 * LEAT_ENOMEM; below 0 the message is untouched, and yours. The half, of which the
 * caller is an owner or borrows from one, and msg are used by the calls that the case
 * is given to. (Of this and all constructors below: blocks never, allocates never,
 * threads any, since 0.1.)
 *
 * aborts    if rx or tx is neither NULL nor such a half. The calls abort if msg is NULL
 *           and msg_bytes is not 0
 */
LEAT_API leat_case leat_on_recv(leat_rx *rx, void *msg);
LEAT_API leat_case leat_on_send(leat_tx *tx, const void *msg);

/* The token has fired; rc is 0. A token in the until of the call is another thing: it
 * ends the call with LEAT_ECANCELED, and only if no case can be done. */
LEAT_API leat_case leat_on_cancel(leat_cancel *token);

/* The clock of leat_now_ns shows at_ns or later; rc is 0. */
LEAT_API leat_case leat_on_at(int64_t at_ns);

/* The other side is gone, as leat_tx_wait_gone and leat_rx_wait_gone have it: for the
 * first no receiver is left, for the second no sender. rc is 0. */
LEAT_API leat_case leat_on_gone_tx(leat_tx *tx);
LEAT_API leat_case leat_on_gone_rx(leat_rx *rx);

/* The thread has come to its end, so that leat_thread_join does not wait for its
 * function; rc is 0. The handle stays to be joined and dropped. */
LEAT_API leat_case leat_on_thread(leat_thread *thread);

/* The job has come to its end, or was given up, so that leat_task_join does not wait; rc
 * is 0. A worker of a pool that selects does not run the job itself, as one that joins
 * does. The handle stays to be joined and dropped. */
LEAT_API leat_case leat_on_task(leat_task *task);

/* The cell has been set: leat_setonce_get has the value; rc is 0. */
LEAT_API leat_case leat_on_setonce(leat_setonce *cell);

/* Take n permits, as leat_sem_acquire does: in its turn, all of them or none. rc is 0,
 * and they are the caller's to release; or LEAT_ECLOSED. A select that does another
 * case, or gives up, has taken none.
 *
 * aborts    if n is above LEAT_SEM_MAX
 */
LEAT_API leat_case leat_on_sem(leat_sem *sem, uint32_t n);

/* Lock the mutex. rc is what leat_mutex_lock_until would have returned, other than by
 * giving up: 0 or 1 (poisoned), and the caller holds it; LEAT_ENOMEM, and he does not.
 * A select that has to wait for it is handed the mutex by an unlock, in its turn, and
 * so has it from that moment on: in an event loop before its function is called, and
 * then it is the thread's that drives the loop. */
LEAT_API leat_case leat_on_lock(leat_mutex *mutex);

/* The descriptor is ready for one of `events` (LEAT_FD_READ, LEAT_FD_WRITE), or has hung
 * up or has an error; rc is 0, and value says which. If it is no open descriptor rc is
 * LEAT_EINVAL, and the case is off from then on. */
LEAT_API leat_case leat_on_fd(int fd, uint32_t events);

/* Is the case off?
 *
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_case_is_off(const leat_case *it);

/* ---- calls ------------------------------------------------------------------ */

/* Wait until one of the n cases can be done, do it, and no other.
 *
 * returns   0 to n - 1         that case was done: cases[.].rc is its outcome
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              none can be done, and `until` gave up: nothing was done
 *           LEAT_EINVAL        all cases are off, and `until` never gives up; or flags
 *                              are unknown, or n is above INT_MAX
 *           LEAT_EMFILE, LEAT_ENOMEM
 *                              it has to wait, for a descriptor too, and there is no
 *                              descriptor for the thread
 * aborts    as the calls that the cases stand for; if cases is NULL and n is not 0
 * blocks    until `until`, while none can be done; with all cases off until it gives up.
 *           A send that drops runs the discard hook
 * allocates never, but for what a send to an unbounded channel needs, and the thread's
 *           descriptor
 * threads   any; an array is in one call at a time
 * orders    as the call that the case stands for; what fired a token, set a cell, reached
 *           its end or dropped happens-before the return
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_select(leat_case *cases, size_t n,
                                        uint32_t flags, leat_until until);

/* Wait until one of the n cases can be done, and say which, without doing it: nothing
 * moves, and no case goes off. By the time you do it, it may be impossible again if
 * others use the same thing; so do it with leat_nowait(). msg of the cases may be NULL.
 * With capacity 0 a case can be done when somebody is in line at the other end; who only
 * asks is not in line, so two who ask wait for each other.
 *
 * returns   as leat_select; an end of a channel counts as ready. cases[.].rc is 0
 * aborts, blocks, threads, orders   as leat_select
 * allocates never, but for the thread's descriptor
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_ready(leat_case *cases, size_t n,
                                       uint32_t flags, leat_until until);

LEAT_END_DECLS
#endif
