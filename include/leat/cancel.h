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
 * its leat_until carries, so whoever waits must own one.
 *
 * Tokens form trees. Firing a token fires all that was made from it with
 * leat_cancel_child, and nothing above it:
 *
 *     leat_cancel *request;
 *     if (leat_cancel_child(&request, server_stop) < 0)
 *         ...
 *     leat_cancel_fire_at(request, leat_in_ms(200).deadline_ns);
 *
 * A token may fire by itself, at a time (leat_cancel_fire_at) or some time after
 * another (leat_cancel_fire_after). No thread of leat's watches the clock: from that
 * time on the token *is due*, and counts as fired for everybody who asks or waits. A
 * wait that carries it, or one made from it, sleeps no longer than that. The rest of
 * firing, its hooks and what follows it, is done by the first call that finds it due:
 * any of this header but leat_cancel_check, leat_cancel_deadline_ns, clone, drop and
 * those of hooks and guards; any that would have to wait with it, and any wait it ends.
 * leat_cancel_wait(token, leat_nowait()) is a check that does that.
 *
 * docs/shutdown.md shows how to end a program with them. */
#ifndef LEAT_CANCEL_H
#define LEAT_CANCEL_H

#include <leat/api.h>
#include <leat/until.h>

/* What leat_cancel_new_in and leat_cancel_child_in need, at any address. */
#define LEAT_CANCEL_BYTES 256

/* Something to be called when a token fires, in memory of yours. Its content is leat's;
 * all zero is a hook that waits for nothing. It cannot be copied or moved while it
 * waits. */
typedef struct leat_cancel_hook {
    union {
        void *words_[6];
    } opaque_;
} leat_cancel_hook;

/* An owner of a token whose drop fires it; see leat_cancel_guard_new. */
typedef struct leat_cancel_guard {
    leat_cancel *token; /* NULL: it guards nothing (any more) */
} leat_cancel_guard;

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
 * drops the last owner, or until that drop returns if gone is NULL. (Owners are
 * children, and what leat_cancel_fire_after says, too.)
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

/* Make a token that fires when the parent does, with its reason, and is due when the
 * parent is; of a parent that has fired, one that has fired. It may fire alone, which
 * the parent does not learn of. It is an owner of the parent until it goes itself.
 *
 * returns   0, or LEAT_ENOMEM and *out untouched
 * aborts    if parent is not a token
 * blocks    never            allocates  once
 * threads   any that owns the parent
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_cancel_child(leat_cancel **out,
                                              leat_cancel *parent);

/* The same in memory of your own, which is leat's as leat_cancel_new_in says.
 *
 * returns   0, or LEAT_EINVAL if mem_bytes is too few, and *out untouched
 * aborts    if parent is not a token, or mem is NULL
 * blocks    never            allocates  never
 * threads   any that owns the parent
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int
leat_cancel_child_in(leat_cancel **out, leat_cancel *parent, void *mem,
                     size_t mem_bytes, void (*gone)(void *arg), void *gone_arg);

/* One more owner of the token.
 *
 * returns   the same address
 * aborts    if token is not a token
 * blocks    never            allocates  never           threads  any owner
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_cancel *leat_cancel_clone(leat_cancel *token);

/* One owner less; the last frees the token, and gives its part of the parent away.
 * Never fires. NULL does nothing.
 *
 * returns   true to exactly the last owner
 * aborts    if a wait still carries the token, or a hook waits for it, when the last
 *           owner drops it
 * blocks    never            allocates  never           threads  any owner
 * since     0.1
 */
LEAT_API bool leat_cancel_drop(leat_cancel *token);

/* ---- firing ---------------------------------------------------------------- */

/* Fire: every wait that carries the token, or one made from it, ends with
 * LEAT_ECANCELED, unless what it waited for came first. Later waits end at once, if
 * they would have to wait at all. Firing twice is firing once. Complete when it
 * returns, also if others fire at the same time: every token below has fired, and no
 * wait that carries one is left undecided. Then, before it returns, it runs the hooks
 * that it has set off (another firing may still be running those that it has).
 *
 * aborts    if token is not a token
 * blocks    never (wakes each waiter), but for what hooks do    allocates  never
 * threads   any that owns the token; not from a signal handler, where a thread in
 *           sigwait or a self-pipe does the job (see examples/shutdown)
 * orders    fire happens-before the return of LEAT_ECANCELED, before a check that
 *           sees it, and before the hooks
 * since     0.1
 */
LEAT_API void leat_cancel_fire(leat_cancel *token);

/* Fire and say why. The first firing wins, one without a reason (0) included. What
 * the number means is yours; LEAT_ETIMEDOUT is what a token gives that was due. Tokens
 * below that had not fired have the same reason.
 *
 * aborts, blocks, allocates, threads, orders   as leat_cancel_fire
 * since     0.1
 */
LEAT_API void leat_cancel_fire_because(leat_cancel *token, int reason);

/* Fire by itself when the clock of leat_now_ns shows at_ns, with the reason
 * LEAT_ETIMEDOUT; see the top of this file for what that means. It holds for tokens
 * below as well, and waits that are under way give up in time. The soonest of several
 * calls, and of the parents' times, counts: a later one changes nothing, and there is
 * no way back. A time that has come fires before the call returns; INT64_MAX is never.
 *
 * Operations of an event loop that wait with the token are started anew by the loop,
 * so they wait last in their channel's queue again.
 *
 * aborts    if token is not a token
 * blocks    as leat_cancel_fire                allocates  never
 * threads   any that owns the token; not from a signal handler
 * since     0.1
 */
LEAT_API void leat_cancel_fire_at(leat_cancel *token, int64_t at_ns);

/* Fire `token` by itself ns nanoseconds after `after` has fired: drain, then abort.
 * That gives token a time as leat_cancel_fire_at does, when `after` fires; if `after`
 * is due at some time, at once; if it has fired already, ns from now. 0 and below:
 * token fires within the firing of `after`, with the reason LEAT_ETIMEDOUT. Does
 * nothing if token has fired, or is `after` or below it.
 *
 * `after` is an owner of token from here to its own firing, or its end, which ends
 * this without firing. (Tokens that follow each other in a ring, or follow what is
 * below them in one, own each other until one fires.)
 *
 * aborts    if token waits for another to fire already
 * blocks    as leat_cancel_fire                allocates  never
 * threads   any that owns both; not from a signal handler
 * since     0.1
 */
LEAT_API void leat_cancel_fire_after(leat_cancel *token, leat_cancel *after,
                                     int64_t ns);

/* ---- asking ----------------------------------------------------------------- */

/* Has the token fired, or is it due? For loops that seldom wait. It costs a load; the
 * clock is read only for a token that is going to be due.
 *
 * returns   true once fired; NULL is a token that never fires
 * blocks    never            allocates  never
 * threads   any; may be called in a signal handler
 * since     0.1
 */
LEAT_API bool leat_cancel_check(const leat_cancel *token);

/* Why has the token fired?
 *
 * returns   what leat_cancel_fire_because was given, here or above; LEAT_ETIMEDOUT if
 *           it was due first; 0 if it was fired without a reason, has not fired, or
 *           is NULL
 * blocks    as leat_cancel_fire, if it is due            allocates  never
 * threads   any that owns the token
 * since     0.1
 */
LEAT_API int leat_cancel_reason(leat_cancel *token);

/* When is the token due, by itself or by a parent?
 *
 * returns   a time on leat_now_ns's clock; INT64_MAX: at no time that is known
 * blocks    never            allocates  never
 * threads   any that owns the token
 * since     0.1
 */
LEAT_API int64_t leat_cancel_deadline_ns(const leat_cancel *token);

/* Wait for the token to fire or be due. `until` may carry a second token.
 *
 * returns   0                  the token has fired
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              `until` gave up first (LEAT_ECANCELED: its token)
 * blocks    until `until`            allocates  never
 * threads   any that owns the token
 * orders    fire happens-before the return of 0
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_cancel_wait(leat_cancel *token,
                                             leat_until until);

/* ---- hooks ------------------------------------------------------------------ */

/* Have fn(arg) called when the token fires: once, by the thread that fires, which
 * holds no lock of leat's, after all waits have been ended; at once, by this thread, if
 * the token has fired already. So fn should be short, and may run in any thread that
 * can fire. It may call anything of leat's, leat_cancel_drop of this token included.
 *
 * The hook's memory is leat's until fn is called, or leat_cancel_unhook has returned:
 * fn itself may free it, or use it anew. Somebody has to be an owner of the token as
 * long as the hook waits.
 *
 * returns   true: it waits; false: the token had fired, fn has been called
 * aborts    if token is not a token, or hook or fn is NULL
 * blocks    never, but for fn            allocates  never
 * threads   any that owns the token; not for a hook that waits
 * orders    fire, and this call, happen-before fn
 * since     0.1
 */
LEAT_API bool leat_cancel_on_fire(leat_cancel *token, leat_cancel_hook *hook,
                                  void (*fn)(void *arg), void *arg);

/* Take a hook back. If another thread runs its fn at this moment, wait until that has
 * returned; so whatever is returned, fn does not run any more and what it uses may go.
 * (From within fn itself it returns at once.) Do not hold what fn may wait for.
 *
 * returns   true               fn has not been called, and will not be
 *           false              fn has been called; or the hook waits for nothing
 * aborts    if hook is NULL
 * blocks    while another thread runs fn            allocates  never
 * threads   any that owns the token, one at a time for one hook
 * orders    fn happens-before the return of false
 * since     0.1
 */
LEAT_API bool leat_cancel_unhook(leat_cancel_hook *hook);

/* ---- guards ----------------------------------------------------------------- */

/* Put one owner of the token, yours, into a guard: dropping the guard fires the token
 * and drops the owner. For work that must be cancelled however its function is left:
 *
 *     __attribute__((cleanup(leat_cancel_guard_drop))) leat_cancel_guard guard =
 *         leat_cancel_guard_new(leat_cancel_clone(token));
 *
 * aborts    if token is neither a token nor NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API leat_cancel_guard leat_cancel_guard_new(leat_cancel *token);

/* Fire the guard's token and drop it; nothing, if there is none. The guard is empty
 * then.
 *
 * blocks    as leat_cancel_fire                allocates  never
 * threads   any; one at a time for one guard
 * since     0.1
 */
LEAT_API void leat_cancel_guard_drop(leat_cancel_guard *guard);

/* Take the token out of the guard, with its owner, which is yours again: not fired.
 *
 * returns   the token; NULL if the guard is empty
 * blocks    never            allocates  never
 * threads   any; one at a time for one guard
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_cancel *
leat_cancel_guard_disarm(leat_cancel_guard *guard);

LEAT_END_DECLS
#endif
