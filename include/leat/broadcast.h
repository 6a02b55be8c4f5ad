/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* broadcast.h - one stream, seen whole by every receiver.
 *
 *     leat_tx *tx;
 *     leat_rx *screen;
 *     leat_rx *log;
 *     struct change change;
 *
 *     int rc = leat_broadcast_new(&tx, sizeof(struct change), 64, NULL);
 *     ...
 *     rc = leat_broadcast_subscribe(&screen, leat_tx_chan(tx), 0);
 *     rc = leat_broadcast_subscribe(&log, leat_tx_chan(tx), 0);
 *     ...
 *     rc = leat_tx_send(tx, &change, leat_forever());       once, for both
 *     leat_tx_drop(tx);
 *
 *     while (leat_rx_recv(screen, &change, leat_forever()) == 0)   in one thread
 *         draw(&change);
 *     leat_rx_drop(screen);
 *
 *     while (leat_rx_recv(log, &change, leat_forever()) == 0)      in another
 *         note(&change);
 *     leat_rx_drop(log);
 *
 * A receiver gets every message that was sent after it subscribed, in the order in
 * which all receivers get them. A message is stored once, however many receive it. The
 * halves are the ones of leat/chan.h, and so are the calls: send, receive, batches,
 * peek, close, drop, select. leat_rx_clone is one more owner of the same receiver, and
 * then each message goes to one of its owners; leat_broadcast_subscribe is a new one.
 *
 * The capacity is exact: as many messages are kept for whoever has not seen them, at
 * least 1. What a send does when the slowest receiver is that far behind is the policy
 * (leat_chan_opts.policy):
 *
 *     LEAT_POLICY_BLOCK         *blocking*, the default: the slowest receiver holds the
 *                               sender back, as long as its `until` says
 *     LEAT_POLICY_DROP_OLDEST   *lossy*: the oldest message is overwritten. A receiver
 *                               that missed some gets the oldest kept message next, and
 *                               leat_rx_missed tells how many it missed. A send never
 *                               waits.
 *     LEAT_POLICY_CONFLATE      the same with capacity 1: the latest message
 *     LEAT_POLICY_FAIL, LEAT_POLICY_DROP_NEWEST
 *                               as in leat/chan.h
 *
 * The policy is the channel's: for some who must see all and others who may lag, make two
 * and send to both.
 *
 * Nobody there. Receivers come and go; so a send with no receiver is no failure: it
 * returns 0 and the message is discarded. leat_tx_is_gone tells whether there is no
 * receiver at the moment, leat_tx_wait_gone waits until there is none; unlike elsewhere
 * one may subscribe afterwards.
 *
 * The end. leat_tx_close and the last leat_tx_drop end the stream for all: each receiver
 * gets what it has not seen and then LEAT_ECLOSED. leat_rx_close ends it for that
 * receiver alone: what is sent from then on is not for it, but until it has got what was
 * sent before it goes on holding the sender back. leat_rx_abort and the last
 * leat_rx_drop give up what it has not seen as well; if it was the slowest, a sender
 * that waits goes on.
 *
 * Messages that own something. A message that many receive belongs to none of them, and
 * a receive copies its bytes. So the discard hook is called for *every* message, once:
 * when the last receiver has gone past it and given back what it borrowed, or when it is
 * overwritten, or when there is nobody to see it. Use what such a message owns while it
 * is borrowed: make the channel with LEAT_IN_PLACE and use leat_rx_borrow and
 * leat_rx_release (leat/place.h), which is also how large messages are received without
 * copying. To receivers a borrowed message is read-only, for others read it too.
 *
 * A borrowed message holds its cell, and so capacity, until the last release: it is
 * never overwritten under its reader. On a lossy channel that overwrites meanwhile, those
 * who have not seen it miss it, and fewer messages are kept. If all cells are borrowed or
 * reserved there is nothing left to overwrite, and a send fails with LEAT_EAGAIN.
 *
 * The view. leat_tx_chan gives the channel's: leat_chan_len is what the slowest receiver
 * has not seen, leat_chan_rx_count the number of receivers. leat_rx_chan gives the
 * receiver's own: leat_chan_len is what this one has not seen, leat_chan_rx_count its
 * owners; two receivers' views differ. leat_chan_tx makes a sender from either;
 * leat_chan_rx makes an owner from a receiver's view, and gives NULL for the channel's.
 * With LEAT_STATS the books balance for each receiver's view, with sent what was sent
 * while it was subscribed and dropped what it missed; the channel's view has the sums
 * over all receivers there ever were, but for sent.
 *
 * LEAT_SINGLE_PRODUCER and LEAT_SINGLE_CONSUMER promise what they promise elsewhere, the
 * latter for each receiver. leat_tx_force returns LEAT_EINVAL here, for the oldest message
 * is not the channel's to give away; leat_rx_unborrow aborts: peek instead.
 *
 * A receive takes a lock that only the owners of its receiver share; with
 * LEAT_SINGLE_CONSUMER a receive from a blocking channel takes none. One lock is for all
 * if the channel has a discard hook or LEAT_IN_PLACE, or if it is lossy and its messages
 * have more than 512 bytes. A send takes the channel's. */
#ifndef LEAT_BROADCAST_H
#define LEAT_BROADCAST_H

#include <leat/api.h>
#include <leat/chan.h>

/* For leat_broadcast_subscribe: a receive that finds that messages were missed says so
 * first, with LEAT_ELAGGED and nothing received; the next one gets the oldest message
 * that is kept then. */
#define LEAT_REPORT_LAG 0x1u

LEAT_BEGIN_DECLS

/* Make a broadcast channel for messages of msg_bytes bytes, with one owner of its
 * sending half and no receiver.
 *
 * returns   0                  *tx is yours
 *           LEAT_EINVAL        capacity is 0 or LEAT_UNBOUNDED; or as leat_chan_new
 *           LEAT_ENOMEM        as leat_chan_new; *tx is untouched
 * aborts    if tx is NULL
 * blocks    never
 * allocates once here, once for each leat_broadcast_subscribe, and never else
 * threads   any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_broadcast_new(leat_tx **tx, size_t msg_bytes,
                                               size_t capacity,
                                               const leat_chan_opts *opts);

/* How many bytes leat_broadcast_new_in needs for such a channel, at any address.
 *
 * returns   the bytes; 0 where leat_broadcast_new would say LEAT_EINVAL or could never
 *           have the memory
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API size_t leat_broadcast_footprint(size_t msg_bytes, size_t capacity,
                                         const leat_chan_opts *opts);

/* Make it in memory of your own: mem_bytes at mem, leat's until opts->gone is called. The
 * channel lives as long as any sender, receiver or weak handle of one.
 *
 * returns   0                  as leat_broadcast_new
 *           LEAT_EINVAL        as leat_broadcast_new; or mem_bytes is less than the
 *                              footprint
 *           LEAT_ENOMEM        the footprint is larger than an address space
 * aborts    if tx or mem is NULL
 * blocks    never
 * allocates never
 * threads   any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_broadcast_new_in(leat_tx **tx, void *mem,
                                                  size_t mem_bytes,
                                                  size_t msg_bytes,
                                                  size_t capacity,
                                                  const leat_chan_opts *opts);

/* A new receiver, with one owner: you. It gets what is sent from now on; of a channel
 * that is closed, nothing but LEAT_ECLOSED. flags is 0 or LEAT_REPORT_LAG.
 *
 * returns   0                  *rx is yours
 *           LEAT_EINVAL        unknown flags
 *           LEAT_ENOMEM        no memory; *rx is untouched
 * aborts    if rx is NULL, or chan is not the view of a broadcast channel or of one of
 *           its receivers
 * blocks    never
 * allocates once
 * threads   any that knows the channel alive (it owns a sender or a receiver)
 * orders    a send that returned before the call began is not received; one that began
 *           after it returned is
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int
leat_broadcast_subscribe(leat_rx **rx, leat_chan *chan, uint32_t flags);

/* How many bytes leat_broadcast_subscribe_in needs for a receiver of this channel.
 *
 * aborts    as leat_broadcast_subscribe
 * blocks    never            allocates  never
 * threads   as leat_broadcast_subscribe
 * since     0.1
 */
LEAT_API size_t leat_broadcast_rx_footprint(leat_chan *chan);

/* A new receiver in memory of your own. It is yours again when the leat_rx_drop that
 * returned true has returned, and the last weak handle of the receiver is dropped.
 *
 * returns   0                  as leat_broadcast_subscribe
 *           LEAT_EINVAL        unknown flags, or mem_bytes is less than the footprint
 * aborts    as leat_broadcast_subscribe; if mem is NULL
 * blocks    never            allocates  never
 * threads   as leat_broadcast_subscribe
 * orders    as leat_broadcast_subscribe
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_broadcast_subscribe_in(leat_rx **rx, void *mem,
                                                        size_t mem_bytes,
                                                        leat_chan *chan,
                                                        uint32_t flags);

/* How many messages this receiver has missed since the last call: those that were
 * overwritten before it could get them, as far as its receives have noticed. With those
 * it got they add up to all that were sent, once a receive has said LEAT_ECLOSED. Clears
 * the count.
 *
 * returns   the count; 0 for a receiver that cannot miss any, of other channels too
 * aborts    if rx is no receiving half
 * blocks    never            allocates  never
 * threads   any owner; the owners of one receiver share the count
 * since     0.1
 */
LEAT_API uint64_t leat_rx_missed(leat_rx *rx);

LEAT_END_DECLS
#endif
