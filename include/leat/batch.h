/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* batch.h - many messages in one call.
 *
 *     struct job jobs[64];
 *     ptrdiff_t n;
 *
 *     while ((n = leat_rx_recv_many(rx, jobs, 64, leat_forever())) > 0)
 *         for (ptrdiff_t i = 0; i < n; i++)
 *             work(&jobs[i]);
 *
 * A call has a price besides the copy: a lock, a look at who waits, now and then a
 * wake-up. A batch pays it once. Both calls wait for the first message only and then
 * move what can be moved at once, so a batch is never later than single calls would
 * be: there is no timer to tune.
 *
 * msgs is an array of messages, msg_bytes apart, as an array of a C type is. The
 * messages of a batch keep their order; messages of others may come between them. */
#ifndef LEAT_BATCH_H
#define LEAT_BATCH_H

#include <leat/api.h>
#include <leat/chan.h>

LEAT_BEGIN_DECLS

/* Send the first of n messages as leat_tx_send would, and then as many of the others,
 * in order, as can be sent without waiting. A policy that drops takes care of each
 * message, so all n are sent.
 *
 * returns   above 0            so many are sent: msgs[0] and on; the rest is yours
 *           0                  n is 0
 *           LEAT_ECLOSED, LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED, LEAT_ENOMEM
 *                              as leat_tx_send; none is sent
 * aborts    if tx is no sending half, or msgs is NULL and n and msg_bytes are not 0
 * blocks    as leat_tx_send, for the first message
 * allocates as leat_tx_send            threads  as leat_tx_send
 * orders    each message as leat_tx_send
 * since     0.1
 */
LEAT_API LEAT_NODISCARD ptrdiff_t leat_tx_send_many(leat_tx *tx,
                                                    const void *msgs, size_t n,
                                                    leat_until until);

/* Receive one message as leat_rx_recv would, and then as many more, up to max
 * altogether, as can be received without waiting, those of waiting senders too.
 *
 * returns   above 0            so many are received, in msgs[0] and on
 *           0                  max is 0
 *           LEAT_ECLOSED, LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              as leat_rx_recv; msgs is untouched
 * aborts    if rx is no receiving half, or msgs is NULL and max and msg_bytes are
 *           not 0
 * blocks    as leat_rx_recv, for the first message            allocates  never
 * threads   as leat_rx_recv            orders  each message as leat_rx_recv
 * since     0.1
 */
LEAT_API LEAT_NODISCARD ptrdiff_t leat_rx_recv_many(leat_rx *rx, void *msgs,
                                                    size_t max,
                                                    leat_until until);

/* Receive what is there, up to max messages: leat_rx_recv_many that does not wait and
 * has no codes.
 *
 * returns   how many are received: 0 if nothing is queued, closed or not
 * aborts, blocks, allocates, threads, orders   as leat_rx_recv_many, leat_nowait()
 * since     0.1
 */
LEAT_API size_t leat_rx_drain(leat_rx *rx, void *msgs, size_t max);

LEAT_END_DECLS
#endif
