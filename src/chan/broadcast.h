/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* broadcast.h - the inside of a broadcast channel: a hub, which has the messages and the
 * sending half, and a sub for each receiver, which has a receiving half and a cursor.
 * Both begin as a leat_chan does. See broadcast.c.
 *
 * Glossary.
 *   hub, sub   as above
 *   position   a message's number, from 0; free-running
 *   tail       the position of the next message, of which receivers may read what is
 *              below
 *   sealed     of a sub: nothing at or above `end` is for it; done: and it has got there
 *   ring       the way of messages that nobody has to be told about: slots, read
 *              without the hub's lock                           (broadcast_ring.c)
 *   cells      the way of messages with a discard hook, of those that are borrowed, and
 *              of large ones that may be overwritten: counted, under the hub's lock
 *                                                              (broadcast_cells.c)
 *   lossy      the oldest is overwritten; else the slowest sub holds senders back
 *   mark       of a sub: a sender sleeps until it has moved on */
#ifndef LEAT_CHAN_BROADCAST_H
#define LEAT_CHAN_BROADCAST_H

#include "chan/chan.h"

/* What is left to do when the hub's lock is free again. */
typedef struct leat__bafter {
    leat__link woken; /* complete them */
    struct leat__bcell
        *dead; /* to the hook with these, and then they are idle */
    struct leat__bcell *last_dead;
} leat__bafter;

/* A message of the cells. The bytes follow at seg_offset. */
typedef struct leat__bcell {
    struct leat__bcell *next; /* IDLE, or dead: in such a list */
    uint32_t state;
    uint32_t unseen; /* in line: subs that have not gone past it */
    uint32_t pins;   /* how often it is borrowed */
    bool in_line;
} leat__bcell;

typedef struct leat__hub {
    alignas(leat_chan) unsigned char chan_[LEAT__CHAN_BYTES];
    /* -- immutable -- */
    bool ring;
    bool lossy;
    /* -- under the lock -- */
    leat__az tail;      /* read by anyone */
    size_t index;       /* tail's slot, or place in `line` */
    size_t limit;       /* ring: up to here there is room without looking */
    bool marked;        /* ring: it is full, and who holds it back is marked */
    leat__link subs;    /* that have owners */
    leat__link asleep;  /* those that have parked ops, or had */
    size_t live;        /* cells: subs that are not done */
    leat__az first;     /* cells: the oldest position in line; read by anyone */
    size_t first_index; /* and its place in `line` */
    leat__bcell **line; /* cells: by position; immutable */
    leat__bcell *idle;
    size_t reserved;
    uint64_t
        unseen; /* messages without a position: there was nobody to see them */
    leat_stats gone; /* of the subs that are no more */
} leat__hub;

/* Under its own lock, but for what is said; with the hub's lock if it has cells. */
typedef struct leat__sub {
    alignas(leat_chan) unsigned char chan_[LEAT__CHAN_BYTES];
    /* -- immutable; what is the hub's is here too, to leave the hub's lines alone -- */
    leat__hub *hub;
    bool ring;
    bool lossy;
    bool reports; /* LEAT_REPORT_LAG */
    bool alone;   /* blocking ring, promised consumer: I5 of broadcast_ring.c */
    /* -- under the lock -- */
    bool lagged;  /* it has to be told of */
    bool visit;   /* a mark was taken back: the hub has to be told */
    bool sealed;  /* written under both locks, as end */
    bool done;    /* cells: it is not live any more; likewise */
    size_t next;  /* the position of the next message */
    size_t index; /* and its slot */
    size_t seen;  /* blocking ring: there are messages up to here */
    leat__az end;
    leat__az cursor; /* next, for others */
    size_t start;
    uint64_t missed;     /* and not told of */
    uint64_t missed_all; /* in its life */
    uint64_t discarded;
    leat__a32 marked; /* set under the hub's lock, taken back under the sub's */
    leat__a32 inside; /* alone: 1 during a receive without the lock */
    size_t borrowed;  /* under the hub's lock */
    leat__link link;  /* in hub->subs, under the hub's lock */
    leat__link sleep; /* in hub->asleep, likewise */
} leat__sub;

static inline leat_chan *leat__hub_chan(leat__hub *hub)
{
    return (leat_chan *)(void *)hub;
}

static inline leat__hub *leat__hub_of(const leat_chan *chan)
{
    LEAT_ASSERT(chan->kind == LEAT__HUB);
    return (leat__hub *)(uintptr_t)chan;
}

static inline leat_chan *leat__sub_chan(leat__sub *sub)
{
    return (leat_chan *)(void *)sub;
}

static inline leat__sub *leat__sub_of(const leat_chan *chan)
{
    LEAT_ASSERT(chan->kind == LEAT__SUB);
    return (leat__sub *)(uintptr_t)chan;
}

/* pre: the hub's lock is held */
static inline size_t leat__hub_tail(const leat__hub *hub)
{
    return leat__ldz_rlx(&hub->tail); /* relaxed: written under the lock */
}

/* pre: its lock is held, or the hub's */
static inline size_t leat__sub_end(const leat__sub *sub)
{
    return leat__ldz_rlx(&sub->end); /* relaxed: written under both locks */
}

static inline void leat__sub_fence_light(leat__sub *sub)
{
    /* ORDER broadcast.mark, broadcast.inside: after the cursor or `inside`, before the
     * look. */
    if (LEAT__LIKELY(leat__sub_chan(sub)->asymmetric))
        leat__fence_compiler();
    else
        leat__fence_sc();
}

/* The cursor has moved on: did somebody wait for that? pre: its lock, or alone */
static inline void leat__sub_moved(leat__sub *sub)
{
    /* ORDER broadcast.free: what it has read of earlier messages before the sender's
     * look. */
    leat__stz_rel(&sub->cursor, sub->next);
    /* ORDER broadcast.mark (Dekker, partner in leat__bring_mark):
     *     receiver: cursor := next ; light fence ; read marked
     *     sender:   marked := 1    ; heavy fence ; read cursor
     * Both reads cannot miss. */
    if (sub->alone)
        leat__sub_fence_light(sub);
    /* relaxed: ordered by the fence, or by the lock */
    if (LEAT__UNLIKELY(leat__ld32_rlx(&sub->marked) != 0)) {
        leat__st32_rlx(&sub->marked, 0); /* relaxed: the visit renews it (I4) */
        sub->visit = true;
    }
}

/* To the position `to`, without having received what is before. pre: its lock */
static inline void leat__sub_jump(leat__sub *sub, size_t to)
{
    size_t cap = leat__sub_chan(sub)->cap;
    /* not by position: that wraps where the slots do not */
    sub->index = (sub->index + (to - sub->next) % cap) % cap;
    sub->next = sub->seen = to;
    leat__sub_moved(sub);
}

/* Past one message. pre: its lock, or alone */
static inline void leat__sub_advance(leat__sub *sub)
{
    sub->index =
        sub->index + 1 == leat__sub_chan(sub)->cap ? 0 : sub->index + 1;
    sub->next++;
    leat__sub_moved(sub);
}

/* Where it is, for others. pre: its lock, or a look */
static inline size_t leat__sub_cursor(const leat__sub *sub)
{
    /* relaxed: written under the lock; alone: a look */
    return leat__ldz_rlx(&sub->cursor);
}

/* How far position a is ahead of b; 0 if it is not. */
static inline size_t leat__ahead(size_t a, size_t b)
{
    return a - b <= SIZE_MAX / 2 ? a - b : 0;
}

/* How many of its messages have been overwritten and it has not noticed.
 * pre: its lock */
static inline size_t leat__sub_lost(const leat__sub *sub)
{
    const leat__hub *hub = sub->hub;
    size_t cap = leat__sub_chan((leat__sub *)(uintptr_t)sub)->cap;
    if (!sub->lossy)
        return 0;
    /* ORDER broadcast.full: the tail before what is at it. */
    size_t tail = leat__ldz_acq(&hub->tail);
    size_t top = sub->sealed ? leat__sub_end(sub) : tail;
    size_t left = leat__ahead(top, sub->next);
    size_t lost = leat__ahead(tail - cap, sub->next);
    if (!sub->ring) /* relaxed: under the hub's lock, or a look */
        lost = leat__ahead(leat__ldz_rlx(&hub->first), sub->next);
    return lost < left ? lost : left;
}

/* The messages below `to` are lost. returns what the receive says of it: 0, or
 * LEAT_ELAGGED */
static inline int leat__sub_miss(leat__sub *sub, size_t to)
{
    sub->missed += to - sub->next;
    sub->missed_all += to - sub->next;
    leat__sub_jump(sub, to);
    return sub->reports ? LEAT_ELAGGED : 0;
}

/* ---- the ring (broadcast_ring.c) --------------------------------------------------- */

/* The largest message that a lossy ring has. */
#define LEAT__BRING_MAX 512

/* The receive has to be done under the hub's lock. */
enum { LEAT__BRING_CONTENDED = 2 };

/* Bytes from slot to slot of a lossy ring. */
size_t leat__bring_stride(size_t msg_bytes);

/* pre: the hub's lock */
bool leat__bring_has_room(leat__hub *hub);
void leat__bring_put(leat__hub *hub, const void *msg); /* pre: has room */
size_t
leat__bring_len(const leat__hub *hub); /* may be more than cap, if lossy */

/* Mark those that hold the sender back. false: there is room after all.
 * pre: the hub's lock, and none of a sub's */
bool leat__bring_mark(leat__hub *hub);

/* 0, LEAT_ECLOSED, LEAT_EAGAIN, LEAT_ELAGGED; LEAT__BRING_CONTENDED, not if the hub's
 * lock is held. pre: the sub's lock */
int leat__bring_take(leat__sub *sub, enum leat__act act, void *msg);

/* verbs of a blocking ring that counts nothing: what most sends and receives are, and
 * what is left of them goes by those of broadcast.c. */
int leat__bring_try_send(leat_chan *chan, const void *msg);
int leat__bring_try_recv(leat_chan *chan, void *msg);

/* The same without the sub's lock. pre: alone, and the caller is the consumer */
int leat__bring_recv_alone(leat_chan *chan, void *msg);

/* Keep who receives alone outside from now on. pre: both locks; CLOSED is set */
void leat__bring_keep_out(leat__sub *sub);

/* ---- cells (broadcast_cells.c); all under the hub's lock ------------------------------- */

/* What leat__bcells_offer may want its caller to do, with the lock free. */
enum {
    LEAT__BCELLS_DISPLACED = 2, /* *mine to the hook, then come again */
    LEAT__BCELLS_NOBODY = 3     /* the message to the hook; it is over */
};

void leat__bcells_init(leat__hub *hub);
void leat__bcells_end(leat__hub *hub);

/* Serve a sender. *mine is a cell that was displaced for it, or NULL; it is used up.
 * returns 0, LEAT_ECLOSED, LEAT_EAGAIN, or as above */
int leat__bcells_offer(leat__hub *hub, const leat__waiter *sender,
                       leat__bcell **mine, leat__bafter *after);

/* The same for one that is parked, or was. pre: a cell is idle */
void leat__bcells_serve(leat__hub *hub, const leat__waiter *sender,
                        leat__bafter *after);

/* 0, LEAT_ECLOSED, LEAT_EAGAIN, LEAT_ELAGGED. pre: the sub's lock too */
int leat__bcells_take(leat__sub *sub, enum leat__act act, void *msg,
                      leat__bafter *after);

/* If the sub is sealed and at its end, it counts no more. pre: the sub's lock too */
void leat__bcells_finish(leat__sub *sub, leat__bafter *after);

/* The sub will not see the messages from its cursor to `end`. pre: the sub's lock too;
 * none is lost */
void leat__bcells_skip(leat__sub *sub, size_t end, leat__bafter *after);

void leat__bcells_make_idle(leat__hub *hub, leat__bcell *cell);
void *leat__bcells_bytes(const leat__hub *hub, leat__bcell *cell);

extern const leat__places leat__bcells_places;

/* ---- broadcast.c ----------------------------------------------------------------------- */

static inline void leat__bafter_init(leat__bafter *after)
{
    leat__list_init(&after->woken);
    after->dead = NULL;
}

/* Messages to parked receivers. pre: the hub's lock */
void leat__hub_deliver(leat__hub *hub, leat__bafter *after);

/* Room to parked senders, if there is any; and let go of the lock, and do what is left
 * to do. pre: the hub's lock */
void leat__hub_leave(leat__hub *hub, leat__bafter *after);

/* Somebody waits for a receiver that has moved on. */
void leat__hub_visit(leat__hub *hub);

/* Send, reserve, without waiting; or enlist. returns as a try */
int leat__hub_offer(leat__hub *hub, leat__waiter *sender, bool enlists);

/* verbs.try_send, whatever it takes. */
int leat__hub_try_send(leat_chan *chan, const void *msg);

/* Receive, borrow, without waiting. returns as a try */
int leat__sub_take(leat__sub *sub, enum leat__act act, void *msg);

/* The verbs; of blocking rings that count nothing; and of their promised consumers. */
extern const leat__verbs leat__hub_verbs;
extern const leat__verbs leat__hub_ring_verbs;
extern const leat__verbs leat__sub_verbs;
extern const leat__verbs leat__sub_ring_verbs;
extern const leat__verbs leat__sub_alone_verbs;

#endif
