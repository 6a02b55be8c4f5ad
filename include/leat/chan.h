/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* chan.h - channels: messages of one size from any threads to any threads.
 *
 * A channel copies messages by value. It has two halves, a sending one and a
 * receiving one, and each half may have many owners:
 *
 *     leat_tx *tx;
 *     leat_rx *rx;
 *     struct job job;
 *
 *     int rc = leat_chan_new(&tx, &rx, sizeof(struct job), 64, NULL);
 *     ...
 *     rc = leat_tx_send(tx, &job, leat_forever());      in one thread
 *     leat_tx_drop(tx);                                 no more: the stream ends
 *
 *     while (leat_rx_recv(rx, &job, leat_forever()) == 0)   in another
 *         work(&job);
 *     leat_rx_drop(rx);
 *
 * Capacity is always said: n keeps at most exactly n messages and a sender
 * waits for room; 0 keeps none, sender and receiver meet (a rendezvous);
 * LEAT_UNBOUNDED keeps them all and a sender never waits.
 *
 * The end of the stream comes from counting owners. When the last sender is
 * dropped, receivers get what is queued and then LEAT_ECLOSED. When the last
 * receiver is dropped, senders get LEAT_ECLOSED and what is queued goes to the
 * discard hook. close and abort say the same by hand.
 *
 * An end takes a moment. close, abort and the last drop of a half are done when they
 * return; a call that runs beside them may come in between: there is no owner left
 * and it is not closed yet, or it is closed and not discarded yet. If a single producer is
 * promised, its sends are refused first, and a receive that finds nothing may for
 * a moment still find only that, and wait or give up.
 *
 * Nothing is lost and nothing comes twice: a message is delivered once, or stays
 * with its sender because the send failed, or goes to the discard hook.
 *
 * Order. Receives see one order of messages, which keeps each sender's order and
 * puts a send that returned before another began first. Waiting threads are
 * served first come, first served; a thread that runs may overtake one that
 * sleeps. With several receivers, who *handles* a message first is up to them.
 *
 * Try forms. A send or receive with leat_nowait() answers "full" (or "empty")
 * only if there was a moment during the call when the channel was so, whatever is
 * promised. Nothing is rounded: capacity 3 is full with 3.
 *
 * A thread may own both halves and send to itself: with capacity 0 or a full
 * channel the send waits for another thread, so use leat_nowait() or a deadline
 * (see examples/selfsend.c).
 *
 * Messages that own something (a pointer, a handle, a descriptor) need a discard
 * hook, or what is discarded leaks; worse, a discarded message that holds the
 * sending half of a reply channel keeps its receiver waiting for ever. A pointer
 * as a message is the usual way to pass something large on; the message is the
 * pointer, so msg is its address:
 *
 *     struct item *item = ...;
 *     leat_tx_send(tx, &item, leat_forever());
 *
 *     static void item_discard(void *msg, void *arg)
 *     {
 *         struct item *item = *(struct item **)msg;
 *         (void)arg;
 *         free(item);
 *     }
 *
 * LEAT_CHAN_TYPE(item, struct item *) lets the compiler see to the `&`.
 *
 * When not to use it: to share state (use a mutex), or to pass large data by
 * value (send a pointer). */
#ifndef LEAT_CHAN_H
#define LEAT_CHAN_H

#include <leat/api.h>
#include <leat/until.h>

typedef struct leat_tx leat_tx;     /* the sending half */
typedef struct leat_rx leat_rx;     /* the receiving half */
typedef struct leat_chan leat_chan; /* a view of the whole; owns nothing */

/* The capacity of a channel that keeps every message. */
#define LEAT_UNBOUNDED SIZE_MAX

/* The largest message alignment that can be asked for. */
#define LEAT_MSG_ALIGN_MAX 4096

/* Promises, for leat_chan_opts.flags. A promise never changes what a channel
 * means, only what it costs. It is about calls, not threads: no two sends (or
 * receives) run at the same time, and each happens-before the next. clone of a
 * promised half aborts. close, len and counts stay open to any thread. Calls that
 * overlap are caught in debug builds of leat (-DLEAT_DEBUG=ON); in release builds a
 * broken promise is undefined. */
#define LEAT_SINGLE_PRODUCER 0x1u
#define LEAT_SINGLE_CONSUMER 0x2u

/* What a send does that finds the channel full: leat_chan_opts.policy. An unbounded
 * channel is never full and ignores it; one of capacity 0 is always full, unless a
 * receiver waits. Order is kept, whatever is dropped. */
enum leat_policy {
    LEAT_POLICY_BLOCK = 0,   /* waits, as long as its `until` says */
    LEAT_POLICY_FAIL,        /* fails with LEAT_EAGAIN at once, whatever `until`
            says; the message is still yours */
    LEAT_POLICY_DROP_OLDEST, /* takes the oldest queued message out, which goes to
            the discard hook, and returns 0; not with capacity 0 */
    LEAT_POLICY_DROP_NEWEST, /* gives its own message to the discard hook (the
            bytes that msg points at, not to be written) and returns 0 */
    LEAT_POLICY_CONFLATE /* capacity 1 only: as LEAT_POLICY_DROP_OLDEST, so the
            channel holds the latest message */
};

/* Options of leat_chan_new; all zero is the default for each field but size. In C
 * LEAT_CHAN_OPTS makes them; in C++:
 *     leat_chan_opts opts = LEAT_ZERO_INIT;
 *     opts.size = sizeof opts;                                              */
typedef struct leat_chan_opts {
    size_t size;                           /* sizeof(leat_chan_opts) */
    void (*discard)(void *msg, void *arg); /* called once for each message that
            will never be received: at the last drop of the receiving half, at
            abort, when the policy drops it, and for nothing else. Runs in the
            thread that dropped, aborted or sent, holding no lock of leat's;
            calls of one channel may overlap if several threads abort or send.
            msg points at the message's bytes, borrowed for the call. May use
            leat, this channel's tx included, the last drop of it too; not this
            channel's rx, and if the policy drops not this channel at all. */
    void *discard_arg;                     /* kept until the channel is freed */
    const char *name;                      /* copied; for dumps; may be NULL */
    size_t msg_align;                      /* a power of two up to
            LEAT_MSG_ALIGN_MAX, the alignment of the bytes that discard sees;
            0: what a type of msg_bytes can need by itself, at most 16 */
    uint32_t flags;                        /* LEAT_SINGLE_* */
    enum leat_policy policy;               /* when full */
    void (*gone)(void *arg);               /* called once, when the channel is
            freed: nothing of leat's touches its memory, its hooks or their
            arguments any more. In the thread that let go last, holding no lock.
            May use leat, and free or reuse the memory of leat_chan_new_in */
    void *gone_arg;                        /* kept until then */
} leat_chan_opts;

/* LEAT_CHAN_OPTS(.name = "jobs", .flags = LEAT_SINGLE_PRODUCER): a pointer to
 * options for one call. C only; C++ fills a leat_chan_opts by hand. */
#ifndef __cplusplus
#define LEAT_CHAN_OPTS(...)                                                    \
    (&(const leat_chan_opts){.size = sizeof(leat_chan_opts), __VA_ARGS__})
#endif

LEAT_BEGIN_DECLS

/* ---- make --------------------------------------------------------------- */

/* Make a channel for messages of msg_bytes bytes (0 is fine: only the count of
 * messages matters then), with one owner of each half.
 *
 * returns   0                  *tx and *rx are yours
 *           LEAT_EINVAL        msg_align is no power of two or too large; flags,
 *                              policy or opts->size are unknown; capacity 0 with
 *                              LEAT_POLICY_DROP_OLDEST, or another than 1 with
 *                              LEAT_POLICY_CONFLATE
 *           LEAT_ENOMEM        no memory, or msg_bytes and capacity need more
 *                              than an address space; *tx and *rx untouched
 * aborts    if tx or rx is NULL
 * blocks    never
 * allocates once here for a bounded channel, and never later; an unbounded one
 *           in blocks as it grows, given back as it shrinks but for one
 * threads   any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_chan_new(leat_tx **tx, leat_rx **rx,
                                          size_t msg_bytes, size_t capacity,
                                          const leat_chan_opts *opts);

/* How many bytes leat_chan_new_in needs for such a channel, at any address; with the
 * same arguments it is always the same.
 *
 * returns   the bytes; 0 where leat_chan_new would say LEAT_EINVAL or could never have
 *           the memory
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API size_t leat_chan_footprint(size_t msg_bytes, size_t capacity,
                                    const leat_chan_opts *opts);

/* Make a channel in memory of your own: mem_bytes at mem, at any alignment. It is
 * leat's until opts->gone is called; without a gone you cannot know when that is. A
 * thread that drops, in its own time, may be the one that lets go last: memory of a stack
 * frame that may end before the other side does is no place for a channel.
 *
 * returns   0                  as leat_chan_new
 *           LEAT_EINVAL        as leat_chan_new; or mem_bytes is less than the
 *                              footprint
 *           LEAT_ENOMEM        the footprint is larger than an address space
 * aborts    if tx, rx or mem is NULL
 * allocates never, but for the blocks of an unbounded channel later
 * blocks, threads   as leat_chan_new
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_chan_new_in(leat_tx **tx, leat_rx **rx,
                                             void *mem, size_t mem_bytes,
                                             size_t msg_bytes, size_t capacity,
                                             const leat_chan_opts *opts);

/* ---- owners ------------------------------------------------------------- */

/* One more owner of a half. Each owner drops once.
 *
 * returns   the same address
 * aborts    if the half is promised single, or is no such half
 * blocks    never            allocates  never
 * threads   any owner
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_tx *leat_tx_clone(leat_tx *tx);
LEAT_API LEAT_NODISCARD leat_rx *leat_rx_clone(leat_rx *rx);

/* One owner less. The last sender gone ends the stream; the last receiver gone
 * fails all sends and gives what is queued to the discard hook, here and now.
 * The last of both, and of weak handles (leat/weak.h), frees the channel. NULL does
 * nothing.
 *
 * returns   true to exactly the last owner of that half
 * aborts    if a call on that half still waits when its last owner goes
 * blocks    never (wakes each waiter of the other half, runs the discard hook); the
 *           last leat_rx_drop of a channel that promises a single producer as
 *           leat_rx_close
 * allocates never
 * threads   any owner; a call on the half that runs in another thread must be over
 *           or have an owner of its own
 * orders    what an owner did before its drop happens-before LEAT_ECLOSED on
 *           the other half
 * since     0.1
 */
LEAT_API bool leat_tx_drop(leat_tx *tx);
LEAT_API bool leat_rx_drop(leat_rx *rx);

/* A new owner of a half, from the view: while any owner of it exists, else NULL.
 *
 * returns   the half, yours to drop; or NULL when the half is gone for good
 * aborts    if the half is promised single
 * blocks    never            allocates  never
 * threads   any that knows the channel alive (it owns the other half)
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_tx *leat_chan_tx(leat_chan *chan);
LEAT_API LEAT_NODISCARD leat_rx *leat_chan_rx(leat_chan *chan);

/* Is the other side gone: has the last owner of the other half dropped it? It never
 * comes back.
 *
 * returns   whether it is gone
 * aborts    if the half is no such half
 * blocks    never            allocates  never           threads  any owner
 * orders    what the other side did before its last drop happens-before true; from then
 *           on the channel is closed, too: a send is refused
 * since     0.1
 */
LEAT_API bool leat_tx_is_gone(leat_tx *tx); /* no receiver is left */
LEAT_API bool leat_rx_is_gone(leat_rx *rx); /* no sender is left */

/* Wait until the other side is gone: a producer that learns so that nobody wants more,
 * although it has nothing to send. Closing by hand does not end it; messages that are
 * queued do not matter.
 *
 * returns   0                  gone
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              `until` gave up
 * aborts    if the half is no such half
 * blocks    until `until`            allocates  never
 * threads   any owner; it is not a send or receive, so promises do not matter
 * orders    as leat_tx_is_gone, for 0
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_tx_wait_gone(leat_tx *tx, leat_until until);
LEAT_API LEAT_NODISCARD int leat_rx_wait_gone(leat_rx *rx, leat_until until);

/* ---- send and receive ---------------------------------------------------- */

/* Send one message: copy msg_bytes from *msg into the channel, or straight to a
 * receiver that waits. With capacity 0, returns when a receiver has it. With a
 * policy other than LEAT_POLICY_BLOCK it does not wait.
 *
 * returns   0                  sent (or dropped, as the policy says)
 *           LEAT_ECLOSED       closed, or all receivers gone; msg is still yours
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              full, and `until` gave up; msg is still yours.
 *                              LEAT_POLICY_FAIL: LEAT_EAGAIN
 *           LEAT_ENOMEM        unbounded and no memory; msg is still yours
 * aborts    if tx is no sending half, or msg is NULL and msg_bytes is not 0
 * blocks    until `until`, while full; never if unbounded. A send that drops
 *           runs the discard hook; for messages of more than 512 bytes it may
 *           wait for another send that is in the hook
 * allocates unbounded: a block now and then; else never
 * threads   any, at the same time too unless promised single, while the half has an
 *           owner that lasts until the call is over; threads may share one
 * orders    a send happens-before the return of the receive that gets its
 *           message; with capacity c the k-th receive happens-before the return
 *           of the (k + c)-th send
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_tx_send(leat_tx *tx, const void *msg,
                                         leat_until until);

/* Send one message and never wait: if the channel is full, whatever its policy,
 * the oldest queued message makes room and is yours, in *displaced.
 *
 * returns   1                  sent, and *displaced written
 *           0                  sent, nothing displaced
 *           LEAT_EAGAIN        nothing is queued, there is no room, and no receiver
 *                              waits: capacity 0, or in place every cell is in
 *                              other hands; msg is still yours
 *           LEAT_ECLOSED, LEAT_ENOMEM
 *                              as leat_tx_send
 *           0 or below: *displaced is untouched
 * aborts    as leat_tx_send; if displaced is NULL and msg_bytes is not 0
 * blocks    never; on a channel that promises a single consumer it waits out a
 *           receive that runs at this moment (a copy of what it receives)
 * allocates as leat_tx_send            threads  as leat_tx_send
 * orders    as leat_tx_send; the send of the displaced message happens-before the
 *           return
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_tx_force(leat_tx *tx, const void *msg,
                                          void *displaced);

/* Receive one message: copy it to *msg.
 *
 * returns   0                  received
 *           LEAT_ECLOSED       nothing queued, and closed or all senders gone
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              nothing queued, and `until` gave up
 *           below 0 *msg is untouched
 * aborts    if rx is no receiving half, or msg is NULL and msg_bytes is not 0
 * blocks    until `until`, while empty            allocates  never
 * threads   as leat_tx_send
 * orders    the send of the message happens-before the return; close, and the
 *           last sender's drop, happen-before the return of LEAT_ECLOSED
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_rx_recv(leat_rx *rx, void *msg,
                                         leat_until until);

/* Copy the next message to *msg and leave it where it is. Another receiver may take
 * it before you do; with a single consumer the next receive gives the same one,
 * unless it is displaced meanwhile. With capacity 0, and in place with nothing queued
 * and every cell in other hands, that is the message of the sender who has waited
 * longest, of those who copy.
 *
 * returns, aborts, blocks, allocates, threads, orders   as leat_rx_recv
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_rx_peek(leat_rx *rx, void *msg,
                                         leat_until until);

/* ---- close --------------------------------------------------------------- */

/* Close: sends fail with LEAT_ECLOSED from now on, senders that wait wake with
 * it and keep their message, receives get what is queued and then LEAT_ECLOSED.
 * From either half; it releases nothing, you still drop. Closing twice is
 * closing once.
 *
 * aborts    if the half is no such half
 * blocks    never; if a single producer is promised it waits out a send that
 *           runs at this moment (a copy of what it sends)
 * allocates never            threads  any owner of the half, at any time
 * orders    close happens-before the return of LEAT_ECLOSED
 * since     0.1
 */
LEAT_API void leat_tx_close(leat_tx *tx);
LEAT_API void leat_rx_close(leat_rx *rx);

/* Close and say why. The first close wins, a last drop and a close without a reason
 * (0) included; anyone who owns a half can read its reason from then on with
 * leat_chan_close_reason. What the number means is yours.
 *
 * aborts, blocks, allocates, threads, orders   as leat_rx_close
 * since     0.1
 */
LEAT_API void leat_tx_close_because(leat_tx *tx, int reason);
LEAT_API void leat_rx_close_because(leat_rx *rx, int reason);

/* Close, and discard what is queued through the hook instead of delivering it.
 * Done when it returns, with two exceptions: what another abort or drop took out
 * may still be in its hook, in that thread; and if a single consumer is promised the
 * channel may only be marked, and the consumer's next receive (or drop) discards.
 * Receives that follow return LEAT_ECLOSED; one that waits may get a message that
 * was there before, or LEAT_ECLOSED.
 *
 * aborts, blocks, allocates, threads, orders   as leat_rx_close
 * since     0.1
 */
LEAT_API void leat_rx_abort(leat_rx *rx);

/* ---- the view ------------------------------------------------------------ */

/* The channel a half belongs to, borrowed from the half: for the questions below,
 * and two halves are of one channel if their views are equal.
 *
 * aborts    if the half is no such half
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API leat_chan *leat_tx_chan(leat_tx *tx);
LEAT_API leat_chan *leat_rx_chan(leat_rx *rx);

/* What the channel is and how it stands. Numbers are true for one moment that may
 * be past when you read them (if both ends move without a pause while a third
 * thread looks, the length may be too high by what moved). A
 * rendezvous channel is empty and full always.
 *
 * blocks    never            allocates  never
 * threads   any that owns a half
 * since     0.1
 */
LEAT_API size_t leat_chan_len(leat_chan *chan);       /* messages queued */
LEAT_API size_t leat_chan_cap(leat_chan *chan);       /* as given to new */
LEAT_API size_t leat_chan_msg_bytes(leat_chan *chan); /* as given to new */
LEAT_API bool leat_chan_is_empty(leat_chan *chan);
LEAT_API bool leat_chan_is_full(leat_chan *chan);
LEAT_API bool leat_chan_is_closed(leat_chan *chan);   /* a send would fail:
        closed by hand or by the last drop of either half */
LEAT_API int leat_chan_close_reason(leat_chan *chan); /* 0 if none was said */
LEAT_API size_t leat_chan_tx_count(leat_chan *chan);  /* owners of the half */
LEAT_API size_t leat_chan_rx_count(leat_chan *chan);
LEAT_API const char *leat_chan_name(leat_chan *chan); /* "" if none */

LEAT_END_DECLS
#endif
