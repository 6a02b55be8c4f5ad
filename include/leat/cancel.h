/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cancel.h - cancel tokens: fired once, seen by every wait that carries them.
 *
 *     leat_cancel *stop;
 *     if (leat_cancel_new(&stop) < 0)
 *         ...
 *     in a worker:    rc = leat_rx_recv(rx, &job,
 *                                       leat_or_cancel(leat_forever(), stop));
 *                     if (rc == LEAT_ECANCELED)
 *                         ...
 *     somewhere else: leat_cancel_fire(stop);
 *
 * A token has owners, like a channel half: clone adds one, drop takes one away,
 * the last drop frees it. Dropping never fires. A wait borrows the token that
 * its leat_until carries, so whoever waits must own one. */
#ifndef LEAT_CANCEL_H
#define LEAT_CANCEL_H

#include <leat/api.h>
#include <leat/until.h>

/* What leat_cancel_new_in needs, at any address. */
#define LEAT_CANCEL_BYTES 128

LEAT_BEGIN_DECLS

/* Make a token that has not fired, with one owner.
 *
 * returns   0, or LEAT_ENOMEM and *out untouched
 * blocks    never            allocates  once            threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_cancel_new(leat_cancel **out);

/* Make a token in memory of your own: mem_bytes at mem, at least LEAT_CANCEL_BYTES, at
 * any alignment. It is leat's until gone(gone_arg) is called, by the thread that
 * drops the last owner, or until that drop returns if gone is NULL.
 *
 * returns   0, or LEAT_EINVAL if mem_bytes is too few, and *out untouched
 * aborts    if mem is NULL
 * blocks    never            allocates  never           threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_cancel_new_in(leat_cancel **out, void *mem,
                                               size_t mem_bytes,
                                               void (*gone)(void *arg),
                                               void *gone_arg);

/* One more owner of the token.
 *
 * returns   the same address
 * aborts    if token is not a token
 * blocks    never            allocates  never           threads  any owner
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_cancel *leat_cancel_clone(leat_cancel *token);

/* One owner less; the last frees the token. Never fires. NULL does nothing.
 *
 * returns   true to exactly the last owner
 * aborts    if a wait still carries the token when the last owner drops it
 * blocks    never            allocates  never           threads  any owner
 * since     0.1
 */
LEAT_API bool leat_cancel_drop(leat_cancel *token);

/* Fire: every wait that carries the token ends with LEAT_ECANCELED, unless what
 * it waited for came first. Later waits end at once, if they would have to wait
 * at all. Firing twice is firing once. Complete when it returns: no wait that
 * carries the token is left undecided.
 *
 * aborts    if token is not a token
 * blocks    never (wakes each waiter)                   allocates  never
 * threads   any; not from a signal handler, where a thread in sigwait or a
 *           self-pipe does the job (see examples/ticketdesk)
 * orders    fire happens-before the return of LEAT_ECANCELED and before a check
 *           that sees it
 * since     0.1
 */
LEAT_API void leat_cancel_fire(leat_cancel *token);

/* Has the token fired? For loops that seldom wait.
 *
 * returns   true once fired; NULL is a token that never fires
 * blocks    never            allocates  never
 * threads   any; may be called in a signal handler
 * since     0.1
 */
LEAT_API bool leat_cancel_check(const leat_cancel *token);

/* Wait for the token to fire. `until` may carry a second token.
 *
 * returns   0                  the token has fired
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              `until` gave up first (LEAT_ECANCELED: its token)
 * blocks    until `until`            allocates  never
 * threads   any
 * orders    fire happens-before the return of 0
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_cancel_wait(leat_cancel *token,
                                             leat_until until);

LEAT_END_DECLS
#endif
