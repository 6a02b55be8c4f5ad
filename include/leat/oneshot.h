/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* oneshot.h - a channel for one value: the answer to a question.
 *
 *     struct request {
 *         int question;
 *         leat_tx *reply;
 *     };
 *
 *     leat_tx *reply;
 *     leat_rx *answer;
 *     int rc = leat_oneshot_new(&reply, &answer, sizeof(int), NULL);
 *     rc = leat_tx_send(requests, &(struct request){42, reply}, leat_forever());
 *     ...
 *     rc = leat_oneshot_recv(answer, &result, leat_forever());
 *
 * and on the other side
 *
 *     rc = leat_oneshot_send(request.reply, &result);
 *
 * These two let go of their half as well, which is the fast way; what follows is for who
 * needs more of it. A oneshot is a channel of capacity 1 that closes behind its first message. So all of
 * leat/chan.h works on its two halves, and means what it says there:
 *
 *   send     the first returns 0, and never waits; every other LEAT_ECLOSED, and its
 *            message is still yours. LEAT_ECLOSED to the first as well, if the receiver
 *            is gone or somebody has closed
 *   recv     the value once; from then on LEAT_ECLOSED. LEAT_ECLOSED as soon as it is
 *            sure that none will come: the sender is gone, or somebody has closed. A
 *            receive that timed out or was cancelled has changed nothing: receive again
 *   peek     the value, which stays
 *   force    as send: there is never a message to displace
 *   close    no value will come; one that was sent is still received
 *   drop     the receiver's drop gives a value that nobody received to the discard hook
 *   gone     leat_tx_is_gone and leat_tx_wait_gone: is there anybody who still wants the
 *            value? So a long computation can be given up
 *   abort    marks; the receiver's next receive or its drop discards
 *
 * Each half has one owner. clone aborts, and so do leat_chan_tx, leat_chan_rx and an
 * upgrade of a weak handle; both ends count as promised single
 * (LEAT_SINGLE_PRODUCER, LEAT_SINGLE_CONSUMER): sends do not overlap, nor do receives.
 * A half may be handed to another thread, and closed, looked at and asked for its other
 * side from any.
 *
 * A send happens-before the return of the receive that gets the value. It does not wait
 * and takes no lock unless somebody waits, or has waited.
 *
 * When not to use it: for several who wait for one value, see leat/setonce.h; for the
 * end of a thread, leat_thread_join has its result. */
#ifndef LEAT_ONESHOT_H
#define LEAT_ONESHOT_H

#include <leat/api.h>
#include <leat/chan.h>

LEAT_BEGIN_DECLS

/* Make a oneshot for a value of msg_bytes bytes (0 is fine: only that it was sent matters
 * then).
 *
 * Of the options, the policy does not matter, since a send never finds it full;
 * LEAT_SINGLE_PRODUCER and LEAT_SINGLE_CONSUMER are promised anyway; LEAT_IN_PLACE is
 * refused.
 *
 * returns   0                  *tx and *rx are yours
 *           LEAT_EINVAL        options that cannot be, as in leat_chan_new
 *           LEAT_ENOMEM        no memory; *tx and *rx untouched
 * aborts    if tx or rx is NULL
 * blocks    never
 * allocates at most once, here: a thread keeps the block of one that is gone, until its
 *           next or its end, while no leat_mem_set is in force
 * threads   any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_oneshot_new(leat_tx **tx, leat_rx **rx,
                                             size_t msg_bytes,
                                             const leat_chan_opts *opts);

/* How many bytes leat_oneshot_new_in needs, at any address.
 *
 * returns   the bytes; 0 where leat_oneshot_new would say LEAT_EINVAL or could never
 *           have the memory
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API size_t leat_oneshot_footprint(size_t msg_bytes,
                                       const leat_chan_opts *opts);

/* Make a oneshot in memory of your own: mem_bytes at mem, at any alignment. It is leat's
 * until opts->gone is called; without a gone you cannot know when that is, unless one
 * thread drops both halves (the other side's being gone does not say so: its dropper may
 * still be on the way out). A thread that drops, in its own time, may be the one that
 * lets go last: memory of a stack frame that may end before that is no place for it.
 *
 * returns   0                  as leat_oneshot_new
 *           LEAT_EINVAL        as leat_oneshot_new; or mem_bytes is less than the
 *                              footprint
 *           LEAT_ENOMEM        the footprint is larger than an address space
 * aborts    if tx, rx or mem is NULL
 * allocates never
 * blocks, threads   as leat_oneshot_new
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_oneshot_new_in(leat_tx **tx, leat_rx **rx,
                                                void *mem, size_t mem_bytes,
                                                size_t msg_bytes,
                                                const leat_chan_opts *opts);

/* Send the value and let go of the half, in one step: leat_tx_send and leat_tx_drop.
 *
 * returns   0                  sent
 *           LEAT_ECLOSED       nobody wants it: the receiver is gone, or somebody has
 *                              closed, or a value was sent before; *msg is still yours
 *           The half is gone in either case.
 * aborts    if tx is no sending half of a oneshot, or msg is NULL and msg_bytes is not 0
 * blocks    never            allocates  never
 * threads   the owner of tx
 * orders    happens-before the return of the receive that gets the value
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_oneshot_send(leat_tx *tx, const void *msg);

/* Receive the value and let go of the half, in one step: leat_rx_recv and, when that has
 * come to an end, leat_rx_drop.
 *
 * returns   0                  *msg is written, the half gone
 *           LEAT_ECLOSED       no value will come; the half is gone, *msg untouched
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              `until` gave up; the half is still yours: receive again,
 *                              or drop it
 * aborts    if rx is no receiving half of a oneshot, or msg is NULL and msg_bytes is not 0
 * blocks    until `until`            allocates  never
 * threads   the owner of rx
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_oneshot_recv(leat_rx *rx, void *msg,
                                              leat_until until);

LEAT_END_DECLS
#endif
