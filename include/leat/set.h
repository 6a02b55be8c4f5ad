/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* set.h - a set of cases that stays registered: for loops over many channels.
 *
 * leat_select goes to each of its cases in each call. A leat_set keeps them in their
 * places from call to call and is told by those that something happens at, so that a wait
 * costs as much as there is to do, whether the set has four cases or four thousand:
 *
 *     leat_set *set;
 *     rc = leat_set_new(&set);
 *     for (i = 0; i < n; i++)
 *         at[i] = leat_set_add(set, leat_on_recv(client[i].rx, &client[i].msg));
 *     for (;;) {
 *         int index = leat_set_wait(set, leat_or_cancel(leat_forever(), stop));
 *         if (index < 0)
 *             break;
 *         if (leat_set_case(set, index)->rc == LEAT_ECLOSED)
 *             leat_set_remove(set, index);
 *         ...
 *     }
 *
 * A set does for its cases what leat_select does for an array: it waits until one can be
 * done, does that one and no other, and says which, by the index that leat_set_add gave.
 * Those that can be done take turns. A case that met the end of its channel is told
 * once, and then off until it is removed.
 *
 * Channels of capacity 0 and times are looked at in each call all the same, since a
 * message changes hands there only while both sides wait; so are semaphores, mutexes and
 * receivers of signals. Descriptors (leat_on_fd) are looked at in their turn, all with one
 * poll, in which the thread also sleeps; it has a descriptor of leat's own then, as with
 * leat_select. See leat/loop.h for event loops.
 *
 * One thread at a time uses a set, and may add and remove whenever it is not in
 * leat_set_wait. While a case is in a set its half or handle has an owner that lasts, and
 * its msg stays. On an end that is promised single being in a set is a call that runs: no
 * other may run beside it, and the end is in one set once. */
#ifndef LEAT_SET_H
#define LEAT_SET_H

#include <leat/api.h>
#include <leat/select.h>
#include <leat/until.h>

typedef struct leat_set leat_set;

LEAT_BEGIN_DECLS

/* Make an empty set. It belongs to the caller, who drops it once.
 *
 * returns   0, or LEAT_ENOMEM and *out untouched
 * aborts    if out is NULL
 * blocks    never            allocates  once            threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_set_new(leat_set **out);

/* Take all cases out and free the set. NULL does nothing.
 *
 * returns   true, or false if set was NULL
 * aborts    if set is no set
 * blocks    never (it waits out events that are happening at this moment)
 * allocates never            threads  the one that uses the set
 * since     0.1
 */
LEAT_API bool leat_set_drop(leat_set *set);

/* Put a copy of a case in.
 *
 * returns   0 or above         its index, until it is removed; then another may get it
 *           LEAT_ENOMEM        no memory
 *           LEAT_EINVAL        the case is off
 * aborts    if set is no set; in debug builds if the end is promised single and in use
 * blocks    never            allocates  once, and now and then for the indices
 * threads   the one that uses the set
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_set_add(leat_set *set, leat_case one);

/* Take a case out. What it was given is yours from now on.
 *
 * returns   true, or false if no case has this index
 * aborts    if set is no set
 * blocks    never (it waits out an event that is happening to the case at this moment)
 * allocates never            threads  the one that uses the set
 * since     0.1
 */
LEAT_API bool leat_set_remove(leat_set *set, int index);

/* The case of an index, to read rc and value.
 *
 * returns   the case, until it is removed; NULL if no case has this index
 * aborts    if set is no set
 * blocks    never            allocates  never            threads  the one that uses the set
 * since     0.1
 */
LEAT_API const leat_case *leat_set_case(leat_set *set, int index);

/* Wait until one of the cases can be done, do it, and no other.
 *
 * returns   0 or above         the index of the case that was done: its rc is the outcome
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              none can be done, and `until` gave up: nothing was done
 *           LEAT_EINVAL        no case is on, and `until` never gives up
 *           LEAT_EMFILE, LEAT_ENOMEM
 *                              it has to wait, for a descriptor too, and there is no
 *                              descriptor for the thread
 * aborts    if set is no set; as the calls that the cases stand for
 * blocks    until `until`, while none can be done
 * allocates never, but for what a send to an unbounded channel needs, and the thread's
 *           descriptor
 * threads   the one that uses the set
 * orders    as leat_select
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_set_wait(leat_set *set, leat_until until);

LEAT_END_DECLS
#endif
