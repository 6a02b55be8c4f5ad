/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* watch.h - the latest value of something, for any number of readers.
 *
 *     leat_tx *tx;
 *     leat_rx *rx;
 *     struct config config = {...};
 *     int rc = leat_watch_new(&tx, &rx, sizeof config, &config, NULL);
 *
 *     in the writer:   rc = leat_tx_send(tx, &newer, leat_nowait());
 *     in a reader:     while (leat_rx_recv(rx, &config, leat_forever()) == 0)
 *                          apply(&config);
 *     one reader more: rc = leat_watch_subscribe(&another, leat_tx_chan(tx));
 *
 * A watch holds one value and counts its versions. A send replaces the value; it never
 * waits, neither for room nor for readers. A reader has a mark of its own, the version
 * that it has seen; a receive waits for a version that it has not, copies it and marks it
 * as seen. Versions that came and went meanwhile are skipped. A new reader has seen what
 * is there: the initial value, or the one of the moment when it subscribed.
 *
 * All of leat/chan.h works on the two halves. What is special:
 *
 *   send     replaces. LEAT_ECLOSED, and msg is still yours, if it is closed or there is
 *            no reader at this moment
 *   force    replaces, readers or not, and hands back what was there: it returns 1, or
 *            LEAT_ECLOSED
 *   recv     LEAT_ECLOSED only when the last value has been seen
 *   peek     waits as recv does, and does not mark
 *   clone    of tx: one writer more. Of rx: one owner more of the same reader, whose
 *            mark they share: each version is received by one of them
 *   gone     leat_tx_is_gone: there is no reader. Subscribing brings it back, which is
 *            so for no other channel
 *   view     leat_tx_chan and leat_rx_chan differ: each reader is a view of its own, with
 *            the length 1 if there is a version that it has not seen, else 0.
 *            leat_chan_rx of the writers' view aborts; subscribe instead
 *   abort    closes; no reader is given a value any more
 *   stats    sent: values that were set. received: what all readers got. discarded:
 *            values that went to the hook
 *
 * Values that own something. The watch owns them: a value goes to the discard hook when
 * it has been replaced and nobody borrows it any more, and the last one when both halves
 * are gone. A received copy of a pointer does not keep alive what it points at; a borrowed
 * value (leat_watch_borrow) does. Without a hook, values are bytes and a copy is a copy.
 *
 * When not to use it: where every message counts (use a channel or a broadcast); for a
 * value that is set once see leat/setonce.h. */
#ifndef LEAT_WATCH_H
#define LEAT_WATCH_H

#include <leat/api.h>
#include <leat/chan.h>

LEAT_BEGIN_DECLS

/* Make a watch for a value of msg_bytes bytes, copied from *initial, with one writer and
 * one reader, which has seen it.
 *
 * Of the options, the policy does not matter, since a send never finds it full;
 * LEAT_SINGLE_PRODUCER, LEAT_SINGLE_CONSUMER and LEAT_IN_PLACE are refused.
 *
 * returns   0                  *tx and *rx are yours
 *           LEAT_EINVAL        options that cannot be
 *           LEAT_ENOMEM        no memory; *tx and *rx untouched, *initial yours
 * aborts    if tx or rx is NULL, or initial is NULL and msg_bytes is not 0
 * blocks    never
 * allocates once here, with room for two values; a send for one more value when readers
 *           borrow older ones, given back when they are released
 * threads   any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_watch_new(leat_tx **tx, leat_rx **rx,
                                           size_t msg_bytes,
                                           const void *initial,
                                           const leat_chan_opts *opts);

/* How many bytes leat_watch_new_in needs, at any address.
 *
 * returns   the bytes; 0 where leat_watch_new would say LEAT_EINVAL or could never have
 *           the memory
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API size_t leat_watch_footprint(size_t msg_bytes,
                                     const leat_chan_opts *opts);

/* Make a watch in memory of your own: mem_bytes at mem, at any alignment. It is leat's
 * until opts->gone is called.
 *
 * returns   0                  as leat_watch_new
 *           LEAT_EINVAL        as leat_watch_new; or mem_bytes is less than the footprint
 *           LEAT_ENOMEM        the footprint is larger than an address space
 * aborts    as leat_watch_new, or if mem is NULL
 * allocates never here; a send as in leat_watch_new
 * blocks, threads   as leat_watch_new
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_watch_new_in(leat_tx **tx, leat_rx **rx,
                                              void *mem, size_t mem_bytes,
                                              size_t msg_bytes,
                                              const void *initial,
                                              const leat_chan_opts *opts);

/* One reader more, with a mark of its own: it has seen the value of this moment. From the
 * view of a writer or of another reader.
 *
 * returns   0                  *rx is yours
 *           LEAT_ENOMEM        no memory; *rx untouched
 * aborts    if rx or chan is NULL, or chan is no view of a watch
 * blocks    never            allocates  once
 * threads   any that owns a half of the watch
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_watch_subscribe(leat_rx **rx, leat_chan *chan);

/* How many bytes leat_watch_subscribe_in needs, for a reader of any watch.
 *
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API size_t leat_watch_rx_footprint(void);

/* One reader more, in memory of your own: mem_bytes at mem, at any alignment. It is yours
 * again when the leat_rx_drop that returned true has returned, and the last weak handle of
 * the reader is dropped.
 *
 * returns   0                  as leat_watch_subscribe
 *           LEAT_EINVAL        mem_bytes is less than the footprint; *rx untouched
 * aborts    as leat_watch_subscribe; if mem is NULL
 * blocks    never            allocates  never
 * threads   as leat_watch_subscribe
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_watch_subscribe_in(leat_rx **rx, void *mem,
                                                    size_t mem_bytes,
                                                    leat_chan *chan);

/* Copy the value of this moment, seen or not, and mark nothing. `value` may be NULL.
 *
 * returns   the number of its version; the initial value's is 1
 * aborts    if chan is no view of a watch
 * blocks    never            allocates  never
 * threads   any that owns a half of the watch
 * orders    the send of the value happens-before the return
 * since     0.1
 */
LEAT_API uint64_t leat_watch_read(leat_chan *chan, void *value);

/* Borrow the value of this moment, where it lies, seen or not, and mark nothing. It stays
 * as it is until leat_watch_release, whatever is sent meanwhile; writers do not wait for
 * it.
 *
 * returns   the value, to be released with this half
 * aborts    if rx is no reader of a watch
 * blocks    never            allocates  never           threads  any owner
 * orders    as leat_watch_read
 * since     0.1
 */
LEAT_API LEAT_NODISCARD const void *leat_watch_borrow(leat_rx *rx);

/* Wait as leat_rx_recv does for a version that this reader has not seen, mark it as seen
 * and borrow it.
 *
 * returns   0, and *value to be released; or as leat_rx_recv, and *value untouched
 * aborts    if rx is no reader of a watch, or value is NULL
 * blocks    until `until`            allocates  never           threads  any owner
 * orders    as leat_rx_recv
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int
leat_watch_borrow_next(leat_rx *rx, const void **value, leat_until until);

/* Give a borrowed value back. NULL does nothing.
 *
 * aborts    if this reader has nothing borrowed
 * blocks    never (may run the discard hook, if the value has been replaced)
 * allocates never            threads  any owner
 * since     0.1
 */
LEAT_API void leat_watch_release(leat_rx *rx, const void *value);

/* Wait for a version that this reader has not seen, and mark it as seen.
 *
 * returns   as leat_rx_recv
 * aborts    if rx is no reader of a watch
 * blocks    until `until`            allocates  never           threads  any owner
 * orders    as leat_rx_recv
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_watch_changed(leat_rx *rx, leat_until until);

/* Is there a version that this reader has not seen? A look.
 *
 * aborts    if rx is no reader of a watch
 * blocks    never            allocates  never           threads  any owner
 * since     0.1
 */
LEAT_API bool leat_watch_has_changed(leat_rx *rx);

/* Mark the value of this moment as seen, or as not seen.
 *
 * aborts    if rx is no reader of a watch
 * blocks    never            allocates  never           threads  any owner
 * since     0.1
 */
LEAT_API void leat_watch_mark(leat_rx *rx, bool seen);

/* Wait for a value that is as you want it: `is_it` is asked about the value of this
 * moment first, seen or not, and then about each that this reader finds. What was asked
 * about is marked as seen. *value, unless it is NULL, is a copy.
 *
 * is_it is called in this thread with the value borrowed, holding no lock; it may use
 * leat.
 *
 * returns   0                  *value is one that is_it said true to
 *           LEAT_ECLOSED       closed, and the last value was not
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              `until` gave up first
 * aborts    if rx is no reader of a watch, or is_it is NULL
 * blocks    until `until`            allocates  never           threads  any owner
 * orders    as leat_rx_recv
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int
leat_watch_wait_for(leat_rx *rx, bool (*is_it)(const void *value, void *arg),
                    void *arg, void *value, leat_until until);

/* Change the value: `change` is given a copy of the bytes to write to, which becomes the
 * next version if it returns true, and is forgotten if it returns false. No other send,
 * force or change runs meanwhile, and readers see the old value until it is done; whether
 * there are readers does not matter.
 *
 * What the bytes own moves on with them: the hook is not called for the old bytes, and
 * what `change` takes out of them is its own to dispose of.
 *
 * change is called in this thread; it may use leat, but not send to this watch.
 *
 * returns   1                  changed: there is a new version
 *           0                  `change` returned false
 *           LEAT_ECLOSED       closed
 *           LEAT_ENOMEM        readers borrow older values, and no memory for one more
 * aborts    if tx is no writer of a watch, or change is NULL
 * blocks    while another writer is at it
 * allocates as a send            threads  any owner
 * orders    as leat_tx_send
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int
leat_watch_modify(leat_tx *tx, bool (*change)(void *value, void *arg),
                  void *arg);

LEAT_END_DECLS
#endif
