/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* chan.h - the inside of a channel, and the verbs that its kinds implement.
 *
 * Kinds.
 *   locked   one short lock: rendezvous, room for one, and what displaces (locked.c)
 *   ends     room for several: a ring, or linked segments, whose two ends work at the
 *            same time; each with a lock of its own, or promised single and without.
 *            The channel's lock is for sleeping                       (ends.c)
 *   cells    made with LEAT_IN_PLACE: a list of cells under the same short lock, for
 *            messages that are written and read where they lie (cells.c)
 *   timer    a receiver of times; never, of nothing (src/time)
 *   signal   a receiver of signals (src/signal)
 *   oneshot  one value, one state word; the lock is for who waits (oneshot.c)
 *   watch    the latest value; each reader is a channel of its own, all of whose
 *            queues and locks are in the core that they share (watch.c)
 *   hub, sub a broadcast channel and its receivers, each a channel of its own:
 *            one has the sending half, the others have receiving halves
 *                                                              (broadcast.c)
 * A promise makes no difference to what a channel means, nor does its kind.
 *
 * Glossary.
 *   op       one started send or receive: a wait, its place in a queue (op.h)
 *   store    where queued messages are: slots of `stride` bytes
 *   seg      a block of slots of an unbounded store
 *   shared   an end (of a channel with ends) that is not promised single
 *   seal     closing has two steps where a single producer is promised: sends refuse
 *            (CLOSED), then, when no send is under way, receives may end (SEALED);
 *            else both happen at once
 *
 * Lifetime. Each half counts its owners; `holds` counts the halves that have any, and
 * weak handles. Whoever takes it to 0 frees the channel (half.c). */
#ifndef LEAT_CHAN_CHAN_H
#define LEAT_CHAN_CHAN_H

#include "park/lock.h"
#include "park/wait.h"
#include <leat/chan.h>
#include <leat/err.h>
#include <leat/place.h>
#include <leat/stats.h>
#include <leat/weak.h>
#include <stdalign.h>
#include <stddef.h>

#define LEAT__TX_TAG      0x6c747478u /* "lttx" */
#define LEAT__RX_TAG      0x6c747278u /* "ltrx" */
#define LEAT__WEAK_TX_TAG 0x6c747774u /* "ltwt" */
#define LEAT__WEAK_RX_TAG 0x6c747772u /* "ltwr" */

struct leat_tx {
    uint32_t tag; /* LEAT__TX_TAG; tells the halves apart under a cast */
    leat__a32 owners;
};

struct leat_rx {
    uint32_t tag;
    leat__a32 owners;
};

/* Weak handles: addresses; holds counts them. */
struct leat_weak_tx {
    uint32_t tag;
};

struct leat_weak_rx {
    uint32_t tag;
};

/* The ends, as directions. */
enum leat__dir { LEAT__SEND, LEAT__RECV };

/* The state word: written under the lock, read by anyone. Bits are only ever set, but
 * for HELD. */
enum {
    LEAT__CHAN_CLOSED = 1u,  /* sends refuse */
    LEAT__CHAN_SEALED = 2u,  /* no message will be added any more */
    LEAT__CHAN_ABORTED = 4u, /* what is queued is to be discarded (ends) */
    LEAT__CHAN_HELD = 8u     /* the producer has the consumer's end (ends) */
};

/* A block of an unbounded store; the slots follow the header. */
typedef struct leat__seg {
    struct leat__seg *next;
    uint32_t slots;  /* how many it has */
    uint32_t mapped; /* bytes, if it is a mapping of its own; else 0 */
    uint32_t kept;   /* spares from here to the end of their list */
} leat__seg;

/* The slots of a locked channel are `slots`, with head and tail as slot numbers; all
 * under the lock but len. */
typedef struct leat__store {
    leat__az len; /* written under the lock; a look may do without */
    size_t head;
    size_t tail;
} leat__store;

/* The value of a oneshot: here if it is small, so that it comes along with the state. */
typedef struct leat__once {
    uintptr_t near[2];
    leat__a32 taken; /* 1: received, discarded or handed over; the receiver's */
    uint16_t slot_at; /* from the channel to the value */
    uint8_t shape;    /* what it has of which most have nothing: oneshot.h */
} leat__once;

/* What one end of a channel keeps: for who is inside, or has it lent (see ends.c). */
typedef struct leat__end {
    leat__lock inside; /* shared: held by a call; else says that there is one */
    bool shared;       /* not promised single; immutable */
    uint8_t turns;     /* a ring's early turns so far: see ends.c */
    leat__a32 patience; /* pauses before its first look when it has to wait */
    leat__a32 where;    /* the processor (+ 1) on which it last had to wait */
    leat__az count;    /* messages put in (or taken out) so far, free-running */
    size_t index;      /* the next slot: in `slots`, or in `seg` */
    size_t seen;       /* the other end's count when we last looked */
    leat__seg *seg;    /* unbounded: where index is */
    size_t slots;      /* unbounded: how many seg has; 0: there is none yet */
    leat__a32 ran_dry; /* count, shortened, when this end last had to wait */
    leat__a32 since_ns; /* when that wait was over, shortened */
} leat__end;

#define LEAT__SITES 12

/* Debug builds: where owners of a half came from and went. */
typedef struct leat__site {
    const void *pc;
    size_t taken;
    size_t dropped;
} leat__site;

/* What a channel with LEAT_STATS counts. Under the lock, but for high, which the
 * producers' end writes where there are ends; there sent and received follow from
 * the ends' counts. */
typedef struct leat__tally {
    uint64_t sent;
    uint64_t received;
    uint64_t dropped;
    uint64_t discarded;
    int64_t blocked_ns[2]; /* by direction */
    leat__az high;
} leat__tally;

/* What a channel has that is named, counted or to be heard of when it is freed, and
 * every channel in debug builds: it is in the list of live channels (registry.c). */
typedef struct leat__record {
    leat__link link;
    leat_chan *chan;
    const char *name; /* immutable, as gone; "": none. In the same block */
    void (*gone)(void *arg);
    void *gone_arg;
    leat__tally tally;
#if LEAT_DEBUG
    leat__site tx_sites[LEAT__SITES];
    leat__site rx_sites[LEAT__SITES];
    leat__a32 calls[2]; /* by direction: 1 during a call on a promised end */
#endif
} leat__record;

enum leat__kind {
    LEAT__LOCKED,
    LEAT__ENDS,
    LEAT__CELLS,
    LEAT__ONESHOT,
    LEAT__WATCH, /* and a reader of it, which is a kind of its own by its verbs */
    LEAT__HUB,   /* a broadcast channel: has no receiving half of its own */
    LEAT__SUB,   /* one of its receivers: has no sending half of its own */
    LEAT__TIMER, /* src/time; neither has a sending half */
    LEAT__NEVER,
    LEAT__SIGNAL /* src/signal; nor has this one */
};

/* The way of a message that meets nobody, in transfer.c: chosen once for each half. A
 * pointer, a handle, a number: most messages are of the size of a word. */
enum leat__way {
    LEAT__WAY_VERBS, /* no short way: by the kind's verbs */
    LEAT__WAY_WORD,  /* at a shared end */
    LEAT__WAY_SIZED,
    LEAT__WAY_WORD_ALONE, /* at a promised one */
    LEAT__WAY_SIZED_ALONE,
    LEAT__WAY_LOCKED,
    LEAT__WAY_ONESHOT
};
#define LEAT__WORD sizeof(uint64_t)

/* Two lines for what is set once, then one for what a message touches (where pointers
 * have 64 bits; elsewhere the same order does). The two ends follow, a line
 * pair each; kinds that have none are allocated without. */
struct leat_chan {
    /* -- immutable after new, but for owners, tags, holds, reason, goneq -- */
    struct leat_tx tx;
    struct leat_rx rx;
    uint8_t kind;   /* enum leat__kind */
    uint8_t way[2]; /* enum leat__way, by direction */
    bool bounded;
    bool asymmetric; /* a promised end, and membarrier is to be had */
    uint8_t flags;
    bool lent;      /* in memory of the caller's */
    uint8_t policy; /* enum leat_policy; BLOCK if never full */
    size_t msg_bytes;
    size_t cap; /* as given; LEAT_UNBOUNDED too */
    void (*discard)(void *msg, void *arg);
    void *discard_arg;
    const struct leat__verbs *verbs; /* of the kind */
    leat__record *record; /* in the channel's own block; NULL: none */
    leat__a32 holds;      /* halves that have owners, and weak handles */
    int reason;           /* under the lock until CLOSED, then immutable */
    struct leat_weak_tx weak_tx;
    struct leat_weak_rx weak_rx;
    leat__link
        goneq; /* who waits for the other side to be gone; under the lock */
    unsigned char *slots; /* bounded: in the channel's own block */
    size_t stride;        /* bytes from slot to slot */
    uint32_t seg_slots;   /* slots in a segment of a short queue */
    uint16_t seg_offset;  /* from a segment to its first slot */
    uint16_t align;       /* of slots */

    /* -- the locked part ------------------------------------------------- */
    leat__lock lock;
    leat__a32 state; /* written under the lock */
    union {
        leat__store store; /* locked kind, and the length of cells */
        leat__once once;   /* oneshot */
    };
    leat__link sendq; /* parked senders, first come first; under the lock */
    leat__link recvq; /* parked receivers */
    leat__seg *first; /* unbounded: the first ever; cells: the oldest message */
    leat__seg *last;  /* cells: the newest */
    leat__ap spare;   /* unbounded: a few drained segments, kept */
    leat__a32
        asleep; /* ends: at which somebody is parked; written under the lock */
    leat__lock
        outside;     /* held while a large message is on its way to the hook */
    leat__seg *idle; /* cells: those without a message */

    /* -- ends only, else not allocated ------------------------------------ */
    unsigned char apart_[3 * sizeof(void *)];
    leat__end put;
    leat__az
        wish; /* the consumers ask for an early turn: put.count + 1, or 0 */
    unsigned char
        far_apart_[LEAT__LINE_PAIR - sizeof(leat__end) - sizeof(leat__az)];
    leat__end get;
};

#if UINTPTR_MAX > UINT32_MAX
_Static_assert(offsetof(leat_chan, lock) == LEAT__LINE_PAIR &&
                   offsetof(leat_chan, put) == 2 * LEAT__LINE_PAIR &&
                   offsetof(leat_chan, get) == 3 * LEAT__LINE_PAIR,
               "the parts of a channel start at line pairs of their own");
#endif

/* All but the ends. */
#define LEAT__CHAN_BYTES offsetof(leat_chan, apart_)

/* What a kind implements whose messages can be written and read in place. A channel
 * has to be made with LEAT_IN_PLACE for it. */
typedef struct leat__places {
    /* Without waiting. return as a try; LEAT_EAGAIN: no cell, or no message */
    int (*try_reserve)(leat_chan *chan, void **slot);
    int (*try_borrow)(leat_chan *chan, void **msg);
    /* Reserve the cell of the oldest message, which goes to the hook. */
    int (*displace_to_reserve)(leat_chan *chan, void **slot);
    /* They abort if it is no such slot or message. */
    int (*commit)(leat_chan *chan, void *slot);
    void (*unreserve)(leat_chan *chan, void *slot);
    void (*release)(leat_chan *chan, void *msg);
    void (*unborrow)(leat_chan *chan, void *msg);
    /* Are any reserved (LEAT__SEND), borrowed (LEAT__RECV)? */
    bool (*are_held)(leat_chan *chan, enum leat__dir dir);
    /* Is no cell left? */
    bool (*are_used_up)(leat_chan *chan);
} leat__places;

/* What a kind implements. */
typedef struct leat__verbs {
    /* Send or receive without waiting.
     * returns 0, LEAT_ECLOSED, LEAT_EAGAIN (full, or empty), LEAT_ENOMEM (a send) */
    int (*try_send)(leat_chan *chan, const void *msg);
    int (*try_recv)(leat_chan *chan, void *msg);
    /* Send; if full, take the oldest out for it, to *displaced unless that is NULL.
     * returns as try_send, or 1: displaced. LEAT_EAGAIN: there is no oldest */
    int (*displace)(leat_chan *chan, const void *msg, void *displaced);
    /* Send or receive several without waiting. returns how many, or as try */
    ptrdiff_t (*send_many)(leat_chan *chan, const void *msgs, size_t n);
    ptrdiff_t (*recv_many)(leat_chan *chan, void *msgs, size_t max);
    /* Copy the next message. returns as try_recv */
    int (*peek)(leat_chan *chan, void *msg);
    /* Try once more, and if it must wait put the waiter into the queue, in one step:
     * no event between the try and the queueing is missed. waiter->act says what
     * for: LEAT__PEEK is a receive that copies. Unbounded sends never wait. returns as try; LEAT_EAGAIN means the waiter is in the queue. */
    int (*enlist)(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter);
    /* The same for a wait with several places, which may not be moved into by two of
     * them: if a try might succeed, do nothing and say so; else put the waiter into the
     * queue, in one step. What the same wait has in queues does not count. waiter->act
     * is LEAT__MOVE or LEAT__HINT; who tells a hint goes on to the next in line, since
     * it takes nothing.
     * returns 0: try now; LEAT_EAGAIN: in the queue */
    int (*arm)(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter);
    /* NULL: nothing happens by the passing of time alone. Else when the next receive
     * can be done by that; INT64_MAX: it cannot. Who waits asks once it is in the queue,
     * ends its wait by itself at that time, and then tries again; it is also told to,
     * with LEAT_EAGAIN for an outcome, when the time moves back. */
    int64_t (*due_ns)(leat_chan *chan);
    /* Close: refuse sends, wake the parked, seal. */
    void (*close)(leat_chan *chan, int reason);
    /* Give everything that is queued to the discard hook. pre: sealed; at a promised
     * end the caller is the consumer */
    void (*discard)(leat_chan *chan);

    /* What most kinds do in one way, and need not have (NULL). */

    const char *name; /* of the kind, in a dump */
    /* Close, and see to it that what is queued is discarded.
     * NULL: close, then discard */
    void (*abort)(leat_chan *chan);
    /* An owner of the half goes: all that its drop does, to the last touch. returns
     * whether it was the last. NULL: half.c has it */
    bool (*leave)(leat_chan *chan, enum leat__dir half);
    /* Who has the lock, the state and the other half. NULL: the channel itself */
    leat_chan *(*core)(leat_chan *chan);
    /* Has the half no owner any more? NULL: its owners are counted */
    bool (*is_gone)(leat_chan *chan, enum leat__dir half);
    /* verb of leat__chan_enlist_gone. NULL: at goneq, under the lock */
    int (*enlist_gone)(leat_chan *chan, enum leat__dir dir,
                       leat__waiter *waiter);
    /* A waiter may have left a queue. pre: the lock is held. NULL: nothing to do */
    void (*delisted)(leat_chan *chan);
    /* Take a waiter out of the queue if it is in there still. NULL: under the lock */
    void (*delist)(leat_chan *chan, leat__waiter *waiter);
    /* Messages queued, by a look; may need the lock. NULL: store.len, or the ends' */
    size_t (*len)(leat_chan *chan);
    /* Free what new has made. NULL: make.c made it */
    void (*free)(leat_chan *chan);
    /* Might a try succeed now? A look without the lock, for spinning. NULL: try */
    bool (*look)(const leat_chan *chan, enum leat__dir dir);
    /* What the tally does not have. NULL: it has all. pre: the lock is held */
    void (*count)(leat_chan *chan, leat_stats *out);
    /* Before the memory goes. NULL: nothing. returns a channel that this one held, to
     * be let go of when its own memory is gone; or NULL */
    leat_chan *(*end)(leat_chan *chan);
    const leat__places *places; /* NULL: nothing in place */
    /* Do signal handlers complete those who wait? Then who waits here is a thread, or a
     * callback that takes no lock. */
    bool by_handlers;
    /* Halves whose last owner does not close the channel by leaving, 1 << leat__dir */
    uint8_t stays_without;
} leat__verbs;

extern const leat__verbs leat__locked_verbs;
extern const leat__verbs leat__ends_verbs;
extern const leat__verbs leat__cells_verbs;
extern const leat__verbs leat__oneshot_verbs;
extern const leat__verbs leat__watch_verbs;

static inline leat_chan *leat__chan_core(leat_chan *chan)
{
    return chan->verbs->core == NULL ? chan : chan->verbs->core(chan);
}
extern const leat__places leat__cells_places;

/* Can messages of this channel be written and read in place? */
static inline bool leat__chan_has_places(const leat_chan *chan)
{
    return (chan->flags & LEAT_IN_PLACE) != 0 && chan->verbs->places != NULL;
}

/* Whose the sending half is, to which this view belongs. */
leat_chan *leat__chan_senders(leat_chan *chan);

/* How many pauses before the first look of who has to wait at a hub or a sub. */
unsigned leat__broadcast_patience(leat_chan *chan);

/* A receive has said LEAT_ELAGGED to nobody: the next one says it again. */
void leat__broadcast_tell_lag(leat_chan *chan);

/* The channel of a half. aborts if it is not such a half. */
static inline leat_chan *leat__chan_of_tx(leat_tx *tx)
{
    LEAT_CHECK(tx != NULL && tx->tag == LEAT__TX_TAG,
               "this is not a live sending half (leat_tx)");
    return LEAT__CONTAINER(tx, leat_chan, tx);
}

static inline leat_chan *leat__chan_of_rx(leat_rx *rx)
{
    LEAT_CHECK(rx != NULL && rx->tag == LEAT__RX_TAG,
               "this is not a live receiving half (leat_rx)");
    return LEAT__CONTAINER(rx, leat_chan, rx);
}

/* Is there room for thousands? See leat__lock_contend. A nap is the time of a few
 * thousand messages. */
static inline bool leat__chan_is_deep(const leat_chan *chan)
{
    enum { DEEP_CAP = 4096 };
    return chan->cap >= DEEP_CAP;
}

static inline void leat__chan_lock(leat_chan *chan)
{
    if (LEAT__UNLIKELY(!leat__lock_try(&chan->lock)))
        leat__lock_contend(&chan->lock, leat__chan_is_deep(chan));
}

static inline void leat__chan_unlock(leat_chan *chan)
{
    leat__lock_release(&chan->lock);
}

static inline bool leat__chan_is(const leat_chan *chan, uint32_t bit)
{
    /* ORDER chan.close: what came before the close is visible to who sees it. */
    return (leat__ld32_acq(&chan->state) & bit) != 0;
}

/* Set bits of the state word. pre: the lock is held */
static inline void leat__chan_set(leat_chan *chan, uint32_t bits)
{
    /* relaxed: under the lock, of which every write of the word has need */
    uint32_t now = leat__ld32_rlx(&chan->state) | bits;
    /* ORDER chan.close: what came before is visible to who sees the bits. */
    leat__st32_rel(&chan->state, now);
}

/* Take bits of the state word back. pre: as leat__chan_set */
static inline void leat__chan_clear(leat_chan *chan, uint32_t bits)
{
    uint32_t now = leat__ld32_rlx(&chan->state) & ~bits; /* relaxed: as above */
    /* ORDER chan.close: likewise, for who sees them gone. */
    leat__st32_rel(&chan->state, now);
}

/* The bytes of a slot. */
static inline unsigned char *leat__chan_slot(const leat_chan *chan,
                                             size_t index)
{
    return chan->slots + index * chan->stride;
}

/* The counts of a channel that counts, else NULL. */
static inline leat__tally *leat__chan_tally(const leat_chan *chan)
{
    return (chan->flags & LEAT_STATS) != 0 ? &chan->record->tally : NULL;
}

/* For a channel that counts; they take the lock: a message was dropped that never was
 * in line; a wait is over. */
void leat__tally_newest(leat_chan *chan);
void leat__tally_blocked(leat_chan *chan, enum leat__dir dir, int64_t since_ns);

/* The queue has been this long. One writer at a time. */
static inline void leat__tally_high(leat__tally *tally, size_t len)
{
    /* relaxed: a number to look at */
    if (len > leat__ldz_rlx(&tally->high))
        leat__stz_rlx(&tally->high, len); /* relaxed: likewise */
}

/* ---- queues of parked ops (under the lock) ------------------------------- */

/* The first waiter that we win, out of the queue; NULL if there is none. Waiters
 * that another event has won are taken out on the way. */
leat__waiter *leat__chan_claim_first(leat__link *queue);

/* Win and take out all waiters of a queue, each with rc, onto `won`. */
void leat__chan_claim_all(leat__link *queue, leat__link *won, int rc);

/* Win and take out those of a queue who only look, up to `end`, onto `won`; who peeks
 * gets a copy of the message. */
void leat__chan_show(leat_chan *chan, const leat__link *queue,
                     const leat__link *end, const void *msg, leat__link *won);

/* Complete what claim_all and show won. pre: no lock is held */
void leat__chan_complete_all(leat__link *won);

/* The first waiter of a queue whom nobody has won, left where it is; NULL: none. */
leat__waiter *leat__chan_first_open(const leat__link *queue);

/* The first of those who want to move a message, and wait by another wait than `own`
 * (NULL: by any). */
leat__waiter *leat__chan_first_mover(const leat__link *queue,
                                     const leat__wait *own);

/* ---- owners and holds (half.c) --------------------------------------------------------------- */

/* A new owner of a half, from site, while it has any; else NULL. */
leat_tx *leat__chan_own_tx(leat_chan *chan, const void *site);
leat_rx *leat__chan_own_rx(leat_chan *chan, const void *site);

/* One more weak handle. pre: the channel is kept alive by the caller */
void leat__chan_hold(leat_chan *chan);

/* A half is gone for good, or a weak handle. LAST TOUCH of the channel for its
 * dropper. */
void leat__chan_release(leat_chan *chan);

/* ---- the other side, gone (half.c) ---------------------------------------------- */

static inline enum leat__dir leat__other_half(enum leat__dir half)
{
    return half == LEAT__SEND ? LEAT__RECV : LEAT__SEND;
}

/* 0: the half opposite of dir's has no owner, and has closed the channel;
 * LEAT_EAGAIN: the waiter is enlisted. pre: no lock is held */
int leat__chan_enlist_gone(leat_chan *chan, enum leat__dir dir,
                           leat__waiter *waiter);

/* Has the half opposite of dir's no owner any more? It may be about to close. */
bool leat__chan_is_gone(leat_chan *chan, enum leat__dir dir);

/* `half` has no owner any more: win who waits for that, onto `told`. aborts with the
 * sentence for it if a call of the half's own still waits. */
void leat__chan_claim_told(leat_chan *chan, enum leat__dir half,
                           leat__link *told);

/* ---- segments (seg.c) ----------------------------------------------------- */

leat__seg *leat__seg_new(leat_chan *chan); /* NULL: no memory; may be a spare */
void leat__seg_retire(leat_chan *chan,
                      leat__seg *seg); /* keep a few, free others */
void leat__seg_free(leat_chan *chan, leat__seg *seg);       /* NULL: nothing */
void leat__seg_free_all(leat_chan *chan, leat__seg *first); /* and the spares */

/* Message number index of a segment. */
static inline unsigned char *leat__seg_slot(const leat_chan *chan,
                                            leat__seg *seg, size_t index)
{
    return (unsigned char *)seg + chan->seg_offset + index * chan->stride;
}

/* ---- what transfer.c knows of the kinds --------------------------------------- */

/* So many bytes of a batch are copied under the lock at once. */
#define LEAT__BATCH_BYTES 16384

/* With the lock held, and letting go of it: what is left of a try when store.h's way
 * of a message alone was not possible. return as try */
int leat__locked_send_rest(leat_chan *chan, const void *msg);
int leat__locked_recv_rest(leat_chan *chan, void *msg);

/* Might a try succeed now? A look without the lock, for spinning. */
bool leat__locked_look(const leat_chan *chan, enum leat__dir dir);

/* The same for any kind that has such a look. */
static inline bool leat__chan_looks(const leat_chan *chan, enum leat__dir dir)
{
    return chan->verbs->look(chan, dir);
}

/* verbs.try_send, try_recv and look of the kind with ends. */
int leat__ends_try_send(leat_chan *chan, const void *msg);
int leat__ends_try_recv(leat_chan *chan, void *msg);
bool leat__ends_look(const leat_chan *chan, enum leat__dir dir);

/* What is left of such a try when ends.h's way of a message alone was not possible; they
 * leave the end. pre: inside */
int leat__ends_send_rest(leat_chan *chan, const void *msg);
int leat__ends_recv_rest(leat_chan *chan, void *msg);

/* verbs.try_send and try_recv of the oneshot kind. */
int leat__oneshot_try_send(leat_chan *chan, const void *msg);
int leat__oneshot_try_recv(leat_chan *chan, void *msg);

/* How long to wait before the first look, for the end that has to wait now. */
unsigned leat__ends_patience(leat_chan *chan, enum leat__dir dir,
                             int64_t now_ns);

/* Such a wait is over. */
void leat__ends_resume(leat_chan *chan, enum leat__dir dir);

/* Wait as leat_rx_recv does when a try has said LEAT_EAGAIN (transfer.c). */
int leat__chan_wait_for(leat_chan *chan, enum leat__dir dir, enum leat__act act,
                        void *msg, leat_until until);

/* ---- policies (policy.c) --------------------------------------------------------- */

/* The largest displaced message that goes to the hook by way of the stack, and the
 * largest alignment there. Others use the slot behind the last. */
#define LEAT__DISPLACED_MAX   512
#define LEAT__DISPLACED_ALIGN 64

static inline bool leat__policy_displaces(enum leat_policy policy)
{
    return policy == LEAT_POLICY_DROP_OLDEST || policy == LEAT_POLICY_CONFLATE;
}

/* A send has found the channel full: what the policy says.
 * pre: the policy is not to block. returns what the send returns */
int leat__policy_full(leat_chan *chan, const void *msg);

/* ---- the rest -------------------------------------------------------------------- */

/* Every send that is over by now is seen by the caller afterwards, and every send that
 * begins from now on sees what the caller wrote before. */
void leat__chan_visit_senders(leat_chan *chan);

/* Take the waiter out of the queue if it is in there still. */
void leat__chan_delist(leat_chan *chan, leat__waiter *waiter);

/* Messages queued, by a look. */
size_t leat__chan_len(leat_chan *chan);

/* What src/time and src/signal begin with: a channel in whose memory all but the name is
 * zero becomes one with a receiving half alone, which has one owner. */
void leat__chan_init_rx(leat_chan *chan, enum leat__kind kind,
                        const leat__verbs *verbs, size_t msg_bytes, size_t cap);

/* Free the memory. pre: no holds, nothing queued */
void leat__chan_free(leat_chan *chan);

#endif
