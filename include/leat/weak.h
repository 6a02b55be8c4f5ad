/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* weak.h - weak handles: a way back to a half that does not keep it open.
 *
 * A registry, a cache or an observer that keeps a leat_tx keeps the stream from ending.
 * It keeps a weak handle instead, and asks for a half when it needs one:
 *
 *     leat_weak_tx *weak = leat_tx_downgrade(tx);
 *     ...
 *     leat_tx *tx = leat_weak_tx_upgrade(weak);
 *     if (tx != NULL) {
 *         rc = leat_tx_send(tx, &msg, leat_nowait());
 *         leat_tx_drop(tx);
 *     }
 *     leat_weak_tx_drop(weak);
 *
 * A weak handle keeps the channel's memory, and nothing else of it. */
#ifndef LEAT_WEAK_H
#define LEAT_WEAK_H

#include <leat/api.h>
#include <leat/chan.h>

typedef struct leat_weak_tx leat_weak_tx;
typedef struct leat_weak_rx leat_weak_rx;

LEAT_BEGIN_DECLS

/* A weak handle of the half, with one owner: you.
 *
 * returns   the handle, yours to drop
 * aborts    if the half is no such half
 * blocks    never            allocates  never           threads  any owner
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_weak_tx *leat_tx_downgrade(leat_tx *tx);
LEAT_API LEAT_NODISCARD leat_weak_rx *leat_rx_downgrade(leat_rx *rx);

/* A new owner of the half, while it has any.
 *
 * returns   the half, yours to drop; or NULL when it is gone for good
 * aborts    if it is no such handle, or the half is promised single
 * blocks    never            allocates  never
 * threads   any that owns the weak handle
 * orders    what an owner did before the last drop happens-before the return of NULL
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_tx *leat_weak_tx_upgrade(leat_weak_tx *weak);
LEAT_API LEAT_NODISCARD leat_rx *leat_weak_rx_upgrade(leat_weak_rx *weak);

/* One more owner of the weak handle. Each drops once.
 *
 * returns   the same address
 * aborts    if it is no such handle
 * blocks    never            allocates  never
 * threads   any that owns the weak handle
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_weak_tx *leat_weak_tx_clone(leat_weak_tx *weak);
LEAT_API LEAT_NODISCARD leat_weak_rx *leat_weak_rx_clone(leat_weak_rx *weak);

/* One owner less. When both halves are gone and no weak handle is left, the channel is
 * freed. NULL does nothing.
 *
 * aborts    if it is no such handle
 * blocks    never            allocates  never
 * threads   any that owns the weak handle
 * since     0.1
 */
LEAT_API void leat_weak_tx_drop(leat_weak_tx *weak);
LEAT_API void leat_weak_rx_drop(leat_weak_rx *weak);

LEAT_END_DECLS
#endif
