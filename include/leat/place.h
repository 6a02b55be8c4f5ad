/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* place.h - in place: write a message where it will be queued, read it where it lies.
 *
 *     void *slot;
 *     rc = leat_tx_reserve(tx, &slot, leat_forever());
 *     if (rc == 0) {
 *         size_t n = fread(slot, 1, FRAME_BYTES, file);
 *         rc = leat_tx_commit(tx, slot);
 *         ...
 *     }
 *
 *     void *frame;
 *     while (leat_rx_borrow(rx, &frame, leat_forever()) == 0) {
 *         encode(frame);
 *         leat_rx_release(rx, frame);
 *     }
 *
 * For messages so large that copying them is what costs: 4 KiB and up. The channel is
 * made with LEAT_IN_PLACE and any capacity but 0; everything else works on it too, at
 * the price of a list of cells instead of a ring.
 *
 * A reservation holds a cell, and so capacity, but no place in line: the place is taken
 * at commit. A borrowed message is out of the line and holds its cell. Nobody waits for
 * what another has reserved or borrowed, unless there is no cell left: a thread that
 * holds some and waits for more may wait for itself; a send whose policy displaces the
 * oldest message then has nothing to displace, and fails with LEAT_EAGAIN; so does
 * leat_tx_force. What abort, or the last receiver's drop, discards is out of the line
 * at once, and holds its cell until the hook has had it. leat_chan_len counts the
 * messages in line; leat_chan_is_full is true when no cell is left. */
#ifndef LEAT_PLACE_H
#define LEAT_PLACE_H

#include <leat/api.h>
#include <leat/chan.h>

/* For leat_chan_opts.flags: messages can be written and read in place. */
#define LEAT_IN_PLACE 0x4u

LEAT_BEGIN_DECLS

/* Get a cell to write a message into: msg_bytes bytes at the channel's alignment, with
 * any content. Yours until leat_tx_commit succeeds or leat_tx_unreserve.
 *
 * On a full channel the policy decides: the oldest message is discarded and its cell
 * is what you get; or, where the newest would be dropped, there is none (LEAT_EAGAIN).
 *
 * returns   0                  *slot is the cell
 *           LEAT_ECLOSED, LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED, LEAT_ENOMEM
 *                              as leat_tx_send; *slot is untouched
 * aborts    if tx is no sending half, slot is NULL, or the channel was made without
 *           LEAT_IN_PLACE
 * blocks    as leat_tx_send
 * allocates unbounded: the cell; else never
 * threads   as leat_tx_send; any thread that has the slot may commit or unreserve
 * orders    with capacity c, the release of the k-th message happens-before the return
 *           of the (k + c)-th reservation
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_tx_reserve(leat_tx *tx, void **slot,
                                            leat_until until);

/* Send what is in the cell: it takes its place in line now.
 *
 * returns   0                  sent; the cell is not yours any more
 *           LEAT_ECLOSED       closed meanwhile; the cell stays yours, to be
 *                              unreserved
 * aborts    if the slot is not one reserved from this channel
 * blocks    never            allocates  never            threads  as leat_tx_send
 * orders    what was written happens-before the return of the borrow or receive that
 *           gets it
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_tx_commit(leat_tx *tx, void *slot);

/* Give the cell back, unsent. NULL does nothing.
 *
 * aborts    as leat_tx_commit; and the last drop of the half, while cells are reserved
 * blocks    never            allocates  never            threads  as leat_tx_send
 * since     0.1
 */
LEAT_API void leat_tx_unreserve(leat_tx *tx, void *slot);

/* Receive a message and leave it where it is: *msg points at its bytes, yours to read
 * and write until leat_rx_release or leat_rx_unborrow.
 *
 * returns   0                  *msg is the message
 *           LEAT_ECLOSED, LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              as leat_rx_recv; *msg is untouched
 * aborts    if rx is no receiving half, msg is NULL, or the channel was made without
 *           LEAT_IN_PLACE
 * blocks    as leat_rx_recv            allocates  never
 * threads   as leat_rx_recv; any thread that has the message may release it
 * orders    as leat_rx_recv
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_rx_borrow(leat_rx *rx, void **msg,
                                           leat_until until);

/* Done with a borrowed message: its cell is free again. The discard hook is not called.
 * NULL does nothing.
 *
 * aborts    if the message is not one borrowed from this channel; and the last drop of
 *           the half, while messages are borrowed
 * blocks    never            allocates  never            threads  as leat_rx_recv
 * since     0.1
 */
LEAT_API void leat_rx_release(leat_rx *rx, void *msg);

/* Put a borrowed message back: it is the next in line again, as if it had not been
 * borrowed. If the channel was aborted meanwhile it goes to the discard hook.
 *
 * aborts    as leat_rx_release; if the channel was made without LEAT_SINGLE_CONSUMER,
 *           for others may have received what came after
 * blocks    never            allocates  never            threads  as leat_rx_recv
 * since     0.1
 */
LEAT_API void leat_rx_unborrow(leat_rx *rx, void *msg);

LEAT_END_DECLS
#endif
