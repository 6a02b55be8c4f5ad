/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* broadcast.c - broadcast channels: who waits, who is woken, and the end.
 *
 * Idea. A hub has the messages and the sending half; each receiver is a sub, a small
 * channel of its own with the receiving half and a cursor. So whatever works on a
 * receiving half works on a sub, and its parked ops are in its own queue, under its own
 * lock. Where the messages are is the business of one of two ways: broadcast_ring.c,
 * broadcast_cells.c.
 *
 * Invariants, whenever the hub's lock is free. A waiter counts as parked while its wait is
 * unclaimed.
 *   I1  a receiver is parked at a sub  =>  there is no message for the sub, it is not
 *       sealed, and it is in `asleep`
 *   I2  a sender is parked  =>  there is no room, and who makes some will come to the
 *       hub's lock (I4 of broadcast_ring.c); the hub is not closed
 *   I3  a sub is in `subs` while its receiving half has owners; rx.owners of the hub is
 *       the number of such subs
 *   I4  a sub holds the hub (holds) until its own memory is gone
 *
 * A sender has the hub's lock when it adds a message, and gives it at once to each
 * receiver that is parked. Who parks has both locks: so no message slips in between the
 * last try and the queue. Who is woken is completed when no lock is held.
 *
 * Synchronisation. The hub's lock comes before a sub's; no two subs' are held together.
 * Completion, hooks, allocation: under none.
 *
 * Progress and lifetime. A send is linear in the receivers that are parked. See also
 * lock.h.
 *
 * MODEL: tests/model/m_broadcast.c */
#include "chan/broadcast.h"
#include "chan/run.h"
#include "os/os.h"

#include <leat/broadcast.h>

leat_chan *leat__chan_senders(leat_chan *chan)
{
    return chan->kind == LEAT__SUB ? leat__hub_chan(leat__sub_of(chan)->hub)
                                   : chan;
}

/* With a processor for each, a wait is for a partner at work: who receives comes after some
 * dozens of messages, so that he is not at the lines of the one that is being sent. With
 * fewer, it is mostly for somebody who has none, and to pause is to keep him from this one:
 * 16 receivers took 3 times as long for 600 pauses. */
unsigned leat__broadcast_patience(leat_chan *chan)
{
    enum { SENDER = 16, RECEIVER = 64 };
    /* relaxed: a hint */
    uint32_t receivers = leat__ld32_rlx(&leat__chan_senders(chan)->rx.owners);
    if (receivers >= leat__os_cpus())
        return 0;
    return chan->kind == LEAT__SUB ? RECEIVER : SENDER;
}

/* ---- parked receivers (under the hub's lock) --------------------------------------- */

/* Is there a message for it? Its cursor stands still, or nobody is in the queue but who
 * only looks. */
static bool sub_has_message(const leat__sub *sub)
{
    size_t top = sub->sealed ? leat__sub_end(sub) : leat__hub_tail(sub->hub);
    return leat__sub_cursor(sub) != top;
}

/* The backlog is longest just before a receive. */
static void count_backlog(leat__sub *sub)
{
    leat__tally *tally = leat__chan_tally(leat__sub_chan(sub));
    if (tally != NULL)
        leat__tally_high(tally, leat__chan_len(leat__sub_chan(sub)));
}

static int take_any_way(leat__sub *sub, enum leat__act act, void *msg,
                        leat__bafter *after)
{
    count_backlog(sub);
    if (sub->lagged) {
        sub->lagged = false;
        return LEAT_ELAGGED;
    }
    return sub->ring ? leat__bring_take(sub, act, msg)
                     : leat__bcells_take(sub, act, msg, after);
}

/* A hint leaves the message to the next in line. pre: the sub's lock too */
static void serve_sub(leat__sub *sub, leat__bafter *after)
{
    leat__link *queue = &leat__sub_chan(sub)->recvq;
    leat__waiter *waiter;
    while (sub_has_message(sub) &&
           (waiter = leat__chan_claim_first(queue)) != NULL) {
        enum leat__act act = (enum leat__act)waiter->act;
        waiter->rc =
            act == LEAT__HINT ? 0 : take_any_way(sub, act, waiter->msg, after);
        LEAT_ASSERT(waiter->rc == 0 || waiter->rc == LEAT_ELAGGED);
        leat__list_push_back(&after->woken, &waiter->link);
    }
}

void leat__hub_deliver(leat__hub *hub, leat__bafter *after)
{
    leat__link *next;
    for (leat__link *at = hub->asleep.next; at != &hub->asleep; at = next) {
        leat__sub *sub = LEAT__CONTAINER(at, leat__sub, sleep);
        leat_chan *chan = leat__sub_chan(sub);
        next = at->next;
        leat__chan_lock(chan);
        serve_sub(sub, after);
        if (leat__list_is_empty(&chan->recvq))
            leat__list_remove(at);
        leat__chan_unlock(chan);
    }
}

/* ---- parked senders (under the hub's lock) ------------------------------------------ */

static void count_high(leat__hub *hub)
{
    leat_chan *chan = leat__hub_chan(hub);
    leat__tally *tally = leat__chan_tally(chan);
    if (LEAT__LIKELY(tally == NULL))
        return;
    size_t len = hub->ring
                     ? leat__bring_len(hub)
                     : leat__hub_tail(hub) -
                           leat__ldz_rlx(&hub->first); /* relaxed: locked */
    leat__tally_high(tally, leat__least(len, chan->cap));
}

static void put_and_deliver(leat__hub *hub, const void *msg,
                            leat__bafter *after)
{
    leat__bring_put(hub, msg);
    count_high(hub);
    if (LEAT__UNLIKELY(!leat__list_is_empty(&hub->asleep)))
        leat__hub_deliver(hub, after);
}

/* A cell for a sender, idle or to be displaced. */
static bool has_cell(const leat__hub *hub)
{
    return hub->idle != NULL ||
           (hub->lossy &&
            leat__ldz_rlx(&hub->first) != /* relaxed: under the lock */
                leat__hub_tail(hub));
}

/* Is there room for a sender; else, will who makes some come to the lock? */
static bool has_room_or_mark(leat__hub *hub, bool *waits)
{
    *waits = false;
    if (!hub->ring) {
        *waits = !has_cell(hub);
        return !*waits;
    }
    while (!leat__bring_has_room(hub)) {
        if (leat__bring_mark(hub)) {
            *waits = true;
            return false;
        }
    }
    return true;
}

/* The first sender in line has room: what it wants. A hint leaves the room to the next; so
 * does a select at a lossy channel, which is to try again: what it displaces may have to
 * go to the hook first. */
static void serve_sender(leat__hub *hub, leat__waiter *sender,
                         leat__bafter *after)
{
    bool moves = sender->act != LEAT__HINT && !hub->lossy;
    if (moves && hub->ring)
        put_and_deliver(hub, sender->msg, after);
    else if (moves)
        leat__bcells_serve(hub, sender, after);
    sender->rc = moves ? 0 : LEAT_EAGAIN;
    leat__list_push_back(&after->woken, &sender->link);
}

static void serve_senders_of(leat__hub *hub, leat__bafter *after)
{
    leat_chan *chan = leat__hub_chan(hub);
    bool waits;
    while (LEAT__UNLIKELY(!leat__list_is_empty(&chan->sendq)) &&
           has_room_or_mark(hub, &waits)) {
        leat__waiter *sender = leat__chan_claim_first(&chan->sendq);
        if (sender == NULL)
            return;
        serve_sender(hub, sender, after);
    }
}

/* Messages that nobody will see any more to the hook, and their cells back. */
static void bury(leat__hub *hub, leat__bafter *after)
{
    leat_chan *chan = leat__hub_chan(hub);
    leat__bcell *dead = after->dead;
    leat__bcell *next;
    after->dead = NULL;
    for (leat__bcell *cell = dead; cell != NULL; cell = cell->next)
        chan->discard(leat__bcells_bytes(hub, cell), chan->discard_arg);
    leat__chan_lock(chan);
    for (leat__bcell *cell = dead; cell != NULL; cell = next) {
        next = cell->next;
        leat__bcells_make_idle(hub, cell);
    }
    serve_senders_of(hub, after);
    leat__chan_unlock(chan);
    leat__chan_complete_all(&after->woken);
}

void leat__hub_leave(leat__hub *hub, leat__bafter *after)
{
    serve_senders_of(hub, after);
    leat__chan_unlock(leat__hub_chan(hub));
    leat__chan_complete_all(&after->woken);
    while (LEAT__UNLIKELY(after->dead != NULL))
        bury(hub, after);
}

/* ---- sending --------------------------------------------------------------------------- */

static bool hub_is_closed(const leat__hub *hub)
{
    const leat_chan *chan = leat__hub_chan((leat__hub *)(uintptr_t)hub);
    /* relaxed: under the lock, as every write of it */
    return (leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) != 0;
}

static int offer_to_ring(leat__hub *hub, const void *msg, leat__bafter *after)
{
    if (LEAT__UNLIKELY(hub_is_closed(hub)))
        return LEAT_ECLOSED;
    if (LEAT__UNLIKELY(!leat__bring_has_room(hub)))
        return LEAT_EAGAIN;
    put_and_deliver(hub, msg, after);
    return 0;
}

/* Lets go of the lock while a displaced message is in the hook. */
static int offer_to_cells(leat__hub *hub, const leat__waiter *sender,
                          leat__bafter *after)
{
    leat_chan *chan = leat__hub_chan(hub);
    leat__bcell *mine = NULL;
    int rc;
    while ((rc = leat__bcells_offer(hub, sender, &mine, after)) ==
           LEAT__BCELLS_DISPLACED) {
        leat__chan_unlock(chan);
        chan->discard(leat__bcells_bytes(hub, mine), chan->discard_arg);
        leat__chan_lock(chan);
    }
    if (rc == 0)
        count_high(hub);
    return rc;
}

/* To the queue, unless there is room after all. */
static bool park_sender(leat__hub *hub, leat__waiter *sender)
{
    bool waits;
    if (!has_room_or_mark(hub, &waits) && waits)
        leat__list_push_back(&leat__hub_chan(hub)->sendq, &sender->link);
    return waits;
}

int leat__hub_offer(leat__hub *hub, leat__waiter *sender, bool enlists)
{
    leat_chan *chan = leat__hub_chan(hub);
    leat__bafter after;
    int rc;
    leat__bafter_init(&after);
    leat__chan_lock(chan);
    do {
        rc = hub->ring ? offer_to_ring(hub, sender->msg, &after)
                       : offer_to_cells(hub, sender, &after);
    } while (rc == LEAT_EAGAIN && enlists && !park_sender(hub, sender));
    leat__hub_leave(hub, &after);
    if (rc != LEAT__BCELLS_NOBODY)
        return rc;
    if (chan->discard != NULL)
        chan->discard(sender->msg, chan->discard_arg);
    return 0;
}

/* What most sends to a ring are: nobody waits, and nothing is counted.
 * returns 0; LEAT_EAGAIN: it is full; LEAT__BRING_CONTENDED: go the long way */
static int send_alone(leat__hub *hub, const void *msg)
{
    leat_chan *chan = leat__hub_chan(hub);
    int rc = LEAT__BRING_CONTENDED;
    if (LEAT__UNLIKELY(!leat__lock_try(&chan->lock)))
        return rc;
    if (LEAT__LIKELY(!hub_is_closed(hub) && leat__list_is_empty(&hub->asleep) &&
                     leat__list_is_empty(&chan->sendq) &&
                     leat__chan_tally(chan) == NULL)) {
        rc = LEAT_EAGAIN;
        if (leat__bring_has_room(hub)) {
            leat__bring_put(hub, msg);
            rc = 0;
        }
    }
    leat__chan_unlock(chan);
    return rc;
}

int leat__hub_try_send(leat_chan *chan, const void *msg)
{
    leat__hub *hub = leat__hub_of(chan);
    int rc = hub->ring ? send_alone(hub, msg) : LEAT__BRING_CONTENDED;
    if (LEAT__LIKELY(rc != LEAT__BRING_CONTENDED))
        return rc;
    leat__waiter sender = {.msg = (void *)(uintptr_t)msg, .act = LEAT__MOVE};
    return leat__hub_offer(hub, &sender, false);
}

static ptrdiff_t hub_send_many(leat_chan *chan, const void *msgs, size_t n)
{
    leat__hub *hub = leat__hub_of(chan);
    const unsigned char *bytes = msgs;
    size_t done = 0;
    int rc = 0;
    while (rc == 0 && done < n) {
        if (!hub->ring) {
            rc = leat__hub_try_send(chan, bytes + done * chan->msg_bytes);
            done += rc == 0 ? 1 : 0;
            continue;
        }
        size_t stop = done + leat__batch_part(chan, n - done);
        leat__bafter after;
        leat__bafter_init(&after);
        leat__chan_lock(chan);
        while (rc == 0 && done < stop) {
            rc = offer_to_ring(hub, bytes + done * chan->msg_bytes, &after);
            done += rc == 0 ? 1 : 0;
        }
        leat__hub_leave(hub, &after);
    }
    return done > 0 ? (ptrdiff_t)done : rc;
}

/* The oldest message is not the channel's to give away. */
static int hub_displace(leat_chan *chan, const void *msg, void *displaced)
{
    (void)chan;
    (void)msg;
    (void)displaced;
    return LEAT_EINVAL;
}

static int hub_enlist(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    LEAT_ASSERT(dir == LEAT__SEND);
    (void)dir;
    return leat__hub_offer(leat__hub_of(chan), waiter, true);
}

/* Is a send over at once, whether there is room or not? */
static bool needs_no_room(leat__hub *hub, const leat__waiter *sender)
{
    return hub_is_closed(hub) ||
           (!hub->ring && sender->act != LEAT__PLACE && hub->live == 0);
}

static int hub_arm(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    leat__hub *hub = leat__hub_of(chan);
    LEAT_ASSERT(dir == LEAT__SEND);
    (void)dir;
    leat__chan_lock(chan);
    bool waits = !needs_no_room(hub, waiter) && park_sender(hub, waiter);
    leat__chan_unlock(chan);
    return waits ? LEAT_EAGAIN : 0;
}

/* ---- receiving -------------------------------------------------------------------------- */

/* Somebody waits for this receiver to have moved on. */
LEAT__NOINLINE void leat__hub_visit(leat__hub *hub)
{
    leat__bafter after;
    leat__bafter_init(&after);
    leat__chan_lock(leat__hub_chan(hub));
    /* so that marks are renewed: I4 of broadcast_ring.c, alone */
    if ((leat__hub_chan(hub)->flags & LEAT_SINGLE_CONSUMER) != 0)
        hub->marked = false;
    leat__hub_leave(hub, &after);
}

/* Take the sub's word that it has to visit the hub. pre: its lock */
static bool must_visit(leat__sub *sub)
{
    bool must = sub->visit;
    sub->visit = false;
    return must;
}

/* pre: both locks */
static void park_receiver(leat__sub *sub, leat__waiter *waiter)
{
    leat__list_push_back(&leat__sub_chan(sub)->recvq, &waiter->link);
    if (!leat__link_is_in(&sub->sleep))
        leat__list_push_back(&sub->hub->asleep, &sub->sleep);
}

/* With both locks; enlists `waiter` if it is not NULL and must wait. */
static LEAT__NOINLINE int take_under_hub(leat__sub *sub, enum leat__act act,
                                         void *msg, leat__waiter *waiter)
{
    leat__hub *hub = sub->hub;
    leat_chan *chan = leat__sub_chan(sub);
    leat__bafter after;
    leat__bafter_init(&after);
    leat__chan_lock(leat__hub_chan(hub));
    leat__chan_lock(chan);
    int rc = take_any_way(sub, act, msg, &after);
    LEAT_ASSERT(rc != LEAT__BRING_CONTENDED);
    if (rc == LEAT_EAGAIN && waiter != NULL)
        park_receiver(sub, waiter);
    sub->visit = false;
    leat__chan_unlock(chan);
    leat__hub_leave(hub, &after);
    return rc;
}

int leat__sub_take(leat__sub *sub, enum leat__act act, void *msg)
{
    leat_chan *chan = leat__sub_chan(sub);
    if (!sub->ring)
        return take_under_hub(sub, act, msg, NULL);
    leat__chan_lock(chan);
    bool plain = !sub->lagged && leat__chan_tally(chan) == NULL;
    int rc = LEAT__LIKELY(plain) ? leat__bring_take(sub, act, msg)
                                 : take_any_way(sub, act, msg, NULL);
    bool visits = must_visit(sub);
    leat__chan_unlock(chan);
    if (LEAT__UNLIKELY(visits))
        leat__hub_visit(sub->hub);
    if (LEAT__UNLIKELY(rc == LEAT__BRING_CONTENDED))
        rc = take_under_hub(sub, act, msg, NULL);
    return rc;
}

static int sub_try_recv(leat_chan *chan, void *msg)
{
    return leat__sub_take(leat__sub_of(chan), LEAT__MOVE, msg);
}

static int sub_peek(leat_chan *chan, void *msg)
{
    return leat__sub_take(leat__sub_of(chan), LEAT__PEEK, msg);
}

static int sub_enlist(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    LEAT_ASSERT(dir == LEAT__RECV);
    (void)dir;
    return take_under_hub(leat__sub_of(chan), (enum leat__act)waiter->act,
                          waiter->msg, waiter);
}

/* Has a receive an answer, if only that it missed something? pre: both locks */
static bool might_receive(const leat__sub *sub)
{
    size_t lost = leat__sub_lost(sub);
    return sub->lagged || sub->sealed || (lost > 0 && sub->reports) ||
           leat__sub_cursor(sub) + lost != leat__hub_tail(sub->hub);
}

static int sub_arm(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    leat__sub *sub = leat__sub_of(chan);
    leat_chan *home = leat__hub_chan(sub->hub);
    LEAT_ASSERT(dir == LEAT__RECV);
    (void)dir;
    leat__chan_lock(home);
    leat__chan_lock(chan);
    bool waits = !might_receive(sub);
    if (waits)
        park_receiver(sub, waiter);
    leat__chan_unlock(chan);
    leat__chan_unlock(home);
    return waits ? LEAT_EAGAIN : 0;
}

/* Might a receive be done? Whether by a message or the end. */
static bool sub_look(const leat_chan *chan, enum leat__dir dir)
{
    const leat__sub *sub = leat__sub_of(chan);
    (void)dir;
    /* relaxed: looks; the try that follows takes a lock */
    return leat__ldz_rlx(&sub->hub->tail) != leat__ldz_rlx(&sub->cursor) ||
           (leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) != 0;
}

/* Under one hold of the sub's lock. *rc is why it stopped. */
static size_t take_run(leat__sub *sub, unsigned char *msgs, size_t max, int *rc)
{
    leat_chan *chan = leat__sub_chan(sub);
    size_t done = 0;
    leat__chan_lock(chan);
    do {
        *rc =
            take_any_way(sub, LEAT__MOVE, msgs + done * chan->msg_bytes, NULL);
        done += *rc == 0 ? 1 : 0;
    } while (*rc == 0 && done < max);
    bool visits = must_visit(sub);
    leat__chan_unlock(chan);
    if (visits)
        leat__hub_visit(sub->hub);
    return done;
}

static ptrdiff_t sub_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    leat__sub *sub = leat__sub_of(chan);
    unsigned char *bytes = msgs;
    size_t done = 0;
    int rc = 0;
    while (rc == 0 && done < max) {
        unsigned char *to = bytes + done * chan->msg_bytes;
        if (sub->ring) {
            done += take_run(sub, to, leat__batch_part(chan, max - done), &rc);
            if (rc != LEAT__BRING_CONTENDED)
                continue;
            to = bytes + done * chan->msg_bytes;
        }
        rc = take_under_hub(sub, LEAT__MOVE, to, NULL);
        done += rc == 0 ? 1 : 0;
    }
    if (done > 0 && rc == LEAT_ELAGGED)
        leat__broadcast_tell_lag(chan);
    return done > 0 ? (ptrdiff_t)done : rc;
}

void leat__broadcast_tell_lag(leat_chan *chan)
{
    leat__chan_lock(chan);
    leat__sub_of(chan)->lagged = true;
    leat__chan_unlock(chan);
}

uint64_t leat_rx_missed(leat_rx *rx)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    if (chan->kind != LEAT__SUB)
        return 0;
    leat__chan_lock(chan);
    uint64_t missed = leat__sub_of(chan)->missed;
    leat__sub_of(chan)->missed = 0;
    leat__chan_unlock(chan);
    return missed;
}

/* ---- the end --------------------------------------------------------------------------- */

/* Nothing more is for it. pre: both locks */
static void seal_sub(leat__sub *sub, int reason, leat__bafter *after)
{
    leat_chan *chan = leat__sub_chan(sub);
    if (sub->sealed)
        return;
    sub->sealed = true;
    /* relaxed: the state word below, and the locks */
    leat__stz_rlx(&sub->end, leat__hub_tail(sub->hub));
    chan->reason = reason;
    leat__chan_set(chan, LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED);
    leat__chan_claim_all(&chan->recvq, &after->woken, LEAT_ECLOSED); /* I1 */
    if (!sub->ring)
        leat__bcells_finish(sub, after);
}

static void sub_close(leat_chan *chan, int reason)
{
    leat__sub *sub = leat__sub_of(chan);
    leat__bafter after;
    leat__bafter_init(&after);
    leat__chan_lock(leat__hub_chan(sub->hub));
    leat__chan_lock(chan);
    seal_sub(sub, reason, &after);
    leat__chan_unlock(chan);
    leat__hub_leave(sub->hub, &after);
}

/* Those who wait at a sub for the senders to be gone, which they are. */
static void claim_waiting_for_senders(leat_chan *chan, leat__bafter *after)
{
    leat__waiter *waiter;
    while ((waiter = leat__chan_claim_first(&chan->goneq)) != NULL) {
        waiter->rc = 0;
        leat__list_push_back(&after->woken, &waiter->link);
    }
}

static void hub_close(leat_chan *chan, int reason)
{
    leat__hub *hub = leat__hub_of(chan);
    leat__bafter after;
    leat__bafter_init(&after);
    leat__chan_lock(chan);
    if (!hub_is_closed(hub)) {
        chan->reason = reason;
        leat__chan_set(chan, LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED);
        leat__chan_claim_all(&chan->sendq, &after.woken, LEAT_ECLOSED);
    }
    /* ORDER half.drop: what the owners did before who is told that they are gone. */
    bool gone = leat__ld32_acq(&chan->tx.owners) == 0;
    for (leat__link *at = hub->subs.next; at != &hub->subs; at = at->next) {
        leat__sub *sub = LEAT__CONTAINER(at, leat__sub, link);
        leat__chan_lock(leat__sub_chan(sub));
        seal_sub(sub, chan->reason, &after);
        if (gone)
            claim_waiting_for_senders(leat__sub_chan(sub), &after);
        leat__chan_unlock(leat__sub_chan(sub));
    }
    leat__hub_leave(hub, &after);
}

/* The last owner of the receiver leaves. pre: the hub's lock; nothing is left for it */
static void unsubscribe(leat__sub *sub, leat__bafter *after)
{
    leat__hub *hub = sub->hub;
    leat_chan *home = leat__hub_chan(hub);
    leat__list_remove(&sub->link);
    if (leat__link_is_in(&sub->sleep))
        leat__list_remove(&sub->sleep);
    hub->gone.dropped += sub->missed_all;
    hub->gone.discarded += sub->discarded;
    hub->gone.received +=
        sub->next - sub->start - sub->missed_all - sub->discarded;
    /* ORDER half.drop: what the receiver did before who sees it gone. */
    if (leat__sub32_acqrel(&home->rx.owners, 1) == 1)
        claim_waiting_for_senders(home, after); /* in truth for receivers */
}

static void sub_discard(leat_chan *chan)
{
    leat__sub *sub = leat__sub_of(chan);
    leat__hub *hub = sub->hub;
    leat__bafter after;
    leat__bafter_init(&after);
    leat__chan_lock(leat__hub_chan(hub));
    leat__chan_lock(chan);
    LEAT_ASSERT(sub->sealed);
    if (sub->alone)
        leat__bring_keep_out(sub);
    size_t lost = leat__sub_lost(sub);
    if (lost > 0)
        leat__sub_miss(sub, sub->next + lost);
    sub->lagged = false; /* there is nothing that it is to be told before */
    sub->discarded += leat__sub_end(sub) - sub->next;
    if (hub->ring)
        leat__sub_jump(sub, leat__sub_end(sub));
    else
        leat__bcells_skip(sub, leat__sub_end(sub), &after);
    leat__chan_unlock(chan);
    /* relaxed: it is we who took them to 0, or an owner's abort */
    if (leat__ld32_rlx(&chan->rx.owners) == 0)
        unsubscribe(sub, &after);
    leat__hub_leave(hub, &after);
}

/* ---- looks ------------------------------------------------------------------------------ */

static size_t sub_len(leat_chan *chan)
{
    const leat__sub *sub = leat__sub_of(chan);
    /* ORDER broadcast.free: the cursor before a tail that is not below it. */
    size_t cursor = leat__ldz_acq(&sub->cursor);
    bool closed = leat__chan_is(chan, LEAT__CHAN_CLOSED);
    /* relaxed: a look, behind the acquires */
    size_t top = leat__ldz_rlx(closed ? &sub->end : &sub->hub->tail);
    return leat__least(leat__ahead(top, cursor), chan->cap);
}

static size_t hub_len(leat_chan *chan)
{
    leat__hub *hub = leat__hub_of(chan);
    leat__chan_lock(leat__hub_chan(hub));
    size_t len = hub->ring
                     ? leat__bring_len(hub)
                     : leat__hub_tail(hub) -
                           leat__ldz_rlx(&hub->first); /* relaxed: locked */
    leat__chan_unlock(leat__hub_chan(hub));
    return leat__least(len, chan->cap);
}

static void sub_count(leat_chan *chan, leat_stats *out)
{
    const leat__sub *sub = leat__sub_of(chan);
    /* ORDER broadcast.full: as in a receive. */
    size_t tail = leat__ldz_acq(&sub->hub->tail);
    size_t top = sub->sealed ? leat__sub_end(sub)
                             : sub->next + leat__ahead(tail, sub->next);
    out->sent = top - sub->start;
    out->received = sub->next - sub->start - sub->missed_all - sub->discarded;
    out->dropped = sub->missed_all + leat__sub_lost(sub);
    out->discarded = sub->discarded;
    size_t len = leat__least(top - sub->next, chan->cap);
    out->high_water = len > out->high_water ? len : out->high_water;
}

static void hub_count(leat_chan *chan, leat_stats *out)
{
    leat__hub *hub = leat__hub_of(chan);
    out->sent += leat__hub_tail(hub) + hub->unseen;
    out->received += hub->gone.received;
    out->dropped += hub->gone.dropped;
    out->discarded += hub->gone.discarded;
    for (leat__link *at = hub->subs.next; at != &hub->subs; at = at->next) {
        leat__sub *sub = LEAT__CONTAINER(at, leat__sub, link);
        leat_stats one = {0};
        leat__chan_lock(leat__sub_chan(sub));
        sub_count(leat__sub_chan(sub), &one);
        leat__chan_unlock(leat__sub_chan(sub));
        out->received += one.received;
        out->dropped += one.dropped;
        out->discarded += one.discarded;
    }
}

/* ---- the verbs --------------------------------------------------------------------------- */

static leat_chan *hub_end(leat_chan *chan)
{
    leat__hub *hub = leat__hub_of(chan);
    LEAT_ASSERT(leat__list_is_empty(&hub->subs));
    if (!hub->ring)
        leat__bcells_end(hub);
    return NULL;
}

static leat_chan *sub_end(leat_chan *chan)
{
    return leat__hub_chan(leat__sub_of(chan)->hub); /* I4 */
}

#define HUB_VERBS(try_send_)                                                   \
    {                                                                          \
        .stays_without = 1u << LEAT__RECV, .try_send = try_send_,              \
        .displace = hub_displace, .send_many = hub_send_many,                  \
        .enlist = hub_enlist, .arm = hub_arm, .close = hub_close,              \
        .len = hub_len, .count = hub_count, .end = hub_end,                    \
        .places = &leat__bcells_places                                         \
    }

#define SUB_VERBS(try_recv_)                                                   \
    {                                                                          \
        .try_recv = try_recv_, .recv_many = sub_recv_many, .peek = sub_peek,   \
        .enlist = sub_enlist, .arm = sub_arm, .close = sub_close,              \
        .discard = sub_discard, .look = sub_look, .len = sub_len,              \
        .count = sub_count, .end = sub_end, .places = &leat__bcells_places     \
    }

const leat__verbs leat__hub_verbs = HUB_VERBS(leat__hub_try_send);
const leat__verbs leat__hub_ring_verbs = HUB_VERBS(leat__bring_try_send);
const leat__verbs leat__sub_verbs = SUB_VERBS(sub_try_recv);
const leat__verbs leat__sub_ring_verbs = SUB_VERBS(leat__bring_try_recv);
const leat__verbs leat__sub_alone_verbs = SUB_VERBS(leat__bring_recv_alone);
