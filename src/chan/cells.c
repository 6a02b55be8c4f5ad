/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cells.c - channels whose messages can be written and read in place.
 *
 * Idea. A message is a cell, and the queue is a list of cells, so that whoever has one
 * can take his time: reserving takes a cell off the list of idle ones, committing
 * appends it, borrowing takes the first off the queue, releasing makes it idle. One
 * short lock, as in the locked kind; no message is copied under it but those of
 * plain sends and receives. Bounded: cap cells, made with the channel. Unbounded: a
 * cell is a segment of one message, and some of those that are not needed are kept.
 *
 * State, under the lock. first, last: the queue; store.len its length. idle: free
 * cells. store.head, store.tail: how many cells are reserved, borrowed.
 *
 * Invariants, whenever the lock is free. A waiter counts as parked while its wait is
 * unclaimed.
 *   I1  a cell is in exactly one of: idle, the queue, a sender's hands (RESERVED), a
 *       receiver's (BORROWED); bounded: they are cap altogether
 *   I2  a receiver is parked  =>  the queue is empty; if it copies, no sender that
 *       copies is parked, but of the same wait (a select)
 *   I3  a sender is parked  =>  no cell is idle
 *   I4  closed  =>  no sender is parked, and with an empty queue no receiver
 * So each change ends with cells_match(), which does what has become possible: messages to
 * receivers, cells to senders. Where no cell is to be had, a message that is copied on
 * both sides goes from hand to hand.
 *
 * Hand-off, synchronisation, progress, lifetime: as in locked.c.
 *
 * MODEL: tests/model/m_cells.c */
#include "chan/cells.h"
#include "base/mem.h"
#include "base/poison.h"
#include "chan/run.h"

/* More room is needed before the send can be done: allocate and come again. */
enum { GROW_CELL = 1 };

/* What is left to do when the lock is free again. */
struct sequel {
    leat__link woken;   /* complete them */
    leat__cell *unused; /* unbounded: retire these */
};

static void sequel_init(struct sequel *sequel)
{
    leat__list_init(&sequel->woken);
    sequel->unused = NULL;
}

static void unlock_and_settle(leat_chan *chan, struct sequel *sequel)
{
    leat__chan_unlock(chan);
    leat__chan_complete_all(&sequel->woken);
    while (sequel->unused != NULL) {
        leat__cell *cell = sequel->unused;
        sequel->unused = (leat__cell *)(void *)cell->seg.next;
        leat__seg_retire(chan, &cell->seg);
    }
}

static void wake_later(struct sequel *sequel, leat__waiter *waiter)
{
    waiter->rc = 0;
    leat__list_push_back(&sequel->woken, &waiter->link);
}

/* ---- cells (under the lock) -------------------------------------------------------- */

static size_t cells_len(const leat_chan *chan)
{
    return leat__ldz_rlx(&chan->store.len); /* relaxed: under the lock */
}

static void set_cells_len(leat_chan *chan, size_t len)
{
    leat__stz_rlx(&chan->store.len, len); /* relaxed: written under the lock */
}

static leat__cell *as_cell(leat__seg *seg)
{
    return (leat__cell *)(void *)seg;
}

static uint32_t idle_cells(const leat_chan *chan)
{
    return chan->idle == NULL ? 0 : as_cell(chan->idle)->depth;
}

/* The list of idle cells is a circle, and chan->idle its last: the cell that has been
 * idle longest is taken. What a receiver released just now sits in his core's cache,
 * and to write to that costs more than to what has left it: docs/adr/0007. */
static void link_idle(leat_chan *chan, leat__cell *cell)
{
    leat__seg *last = chan->idle;
    cell->state = LEAT__CELL_IDLE;
    cell->depth = idle_cells(chan) + 1;
    cell->seg.next = last == NULL ? &cell->seg : last->next;
    if (last != NULL)
        last->next = &cell->seg;
    chan->idle = &cell->seg;
}

/* pre: there is one */
static leat__cell *unlink_idle(leat_chan *chan)
{
    leat__seg *last = chan->idle;
    leat__seg *first = last->next;
    last->next = first->next;
    as_cell(last)->depth--;
    if (first == last)
        chan->idle = NULL;
    return as_cell(first);
}

/* A free cell, or NULL. Unbounded: the fresh one, if there is no other. */
static leat__cell *take_idle(leat_chan *chan, leat__cell **fresh)
{
    leat__cell *cell = *fresh;
    if (chan->idle != NULL)
        cell = unlink_idle(chan);
    else
        *fresh = NULL;
    if (cell != NULL)
        leat__unpoison(leat__cell_bytes(chan, cell), chan->stride);
    return cell;
}

/* Unbounded: how many cells to keep, so that a queue that goes up and down by a little
 * does not allocate. */
static size_t cells_to_keep(const leat_chan *chan)
{
    enum { KEEP = 64, KEEP_BYTES = 65536 };
    return leat__least(KEEP, 1 + KEEP_BYTES / leat__cell_stride(chan));
}

static void make_idle(leat_chan *chan, leat__cell *cell, struct sequel *sequel)
{
    if (chan->bounded || idle_cells(chan) < cells_to_keep(chan)) {
        leat__poison(leat__cell_bytes(chan, cell), chan->stride);
        link_idle(chan, cell);
    } else {
        cell->state = LEAT__CELL_IDLE;
        cell->seg.next = sequel->unused == NULL ? NULL : &sequel->unused->seg;
        sequel->unused = cell;
    }
}

static void link_last(leat_chan *chan, leat__cell *cell)
{
    cell->state = LEAT__CELL_QUEUED;
    cell->seg.next = NULL;
    if (chan->last == NULL)
        chan->first = &cell->seg;
    else
        chan->last->next = &cell->seg;
    chan->last = &cell->seg;
}

static leat__cell *unlink_first(leat_chan *chan)
{
    leat__cell *cell = as_cell(chan->first);
    chan->first = cell->seg.next;
    if (chan->first == NULL)
        chan->last = NULL;
    return cell;
}

static void count_sent_cell(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (tally != NULL) {
        tally->sent++;
        leat__tally_high(tally, cells_len(chan));
    }
}

static void append_cell(leat_chan *chan, leat__cell *cell)
{
    link_last(chan, cell);
    set_cells_len(chan, cells_len(chan) + 1);
    count_sent_cell(chan);
}

static void put_cell_first(leat_chan *chan, leat__cell *cell)
{
    cell->state = LEAT__CELL_QUEUED;
    cell->seg.next = chan->first;
    if (chan->last == NULL)
        chan->last = &cell->seg;
    chan->first = &cell->seg;
    set_cells_len(chan, cells_len(chan) + 1);
}

/* pre: the queue is not empty */
static leat__cell *pop_cell(leat_chan *chan)
{
    leat__cell *cell = unlink_first(chan);
    set_cells_len(chan, cells_len(chan) - 1);
    return cell;
}

static void count_received_cell(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (tally != NULL)
        tally->received++;
}

static bool cells_are_closed(const leat_chan *chan)
{
    /* relaxed: under the lock, as every write of it */
    return (leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) != 0;
}

/* ---- one step (under the lock) ------------------------------------------------------- */

static void *reserve_cell(leat_chan *chan, leat__cell *cell)
{
    cell->state = LEAT__CELL_RESERVED;
    chan->store.head++;
    return leat__cell_bytes(chan, cell);
}

static void *borrow_first(leat_chan *chan)
{
    leat__cell *cell = pop_cell(chan);
    cell->state = LEAT__CELL_BORROWED;
    chan->store.tail++;
    count_received_cell(chan);
    return leat__cell_bytes(chan, cell);
}

static void fill_and_append(leat_chan *chan, leat__cell *cell, const void *msg)
{
    leat__copy(leat__cell_bytes(chan, cell), msg, chan->msg_bytes);
    append_cell(chan, cell);
}

static void copy_out_first(leat_chan *chan, void *msg, struct sequel *sequel)
{
    leat__cell *cell = pop_cell(chan);
    leat__copy(msg, leat__cell_bytes(chan, cell), chan->msg_bytes);
    count_received_cell(chan);
    make_idle(chan, cell, sequel);
}

/* Queued messages to parked receivers. */
static void serve_receivers(leat_chan *chan, struct sequel *sequel)
{
    leat__waiter *receiver;
    while (cells_len(chan) > 0 && !leat__list_is_empty(&chan->recvq) &&
           (receiver = leat__chan_claim_first(&chan->recvq)) != NULL) {
        if (receiver->act == LEAT__PEEK)
            leat__copy(receiver->msg,
                       leat__cell_bytes(chan, as_cell(chan->first)),
                       chan->msg_bytes);
        else if (receiver->act == LEAT__PLACE)
            *(void **)receiver->msg = borrow_first(chan);
        else if (receiver->act == LEAT__MOVE)
            copy_out_first(chan, receiver->msg, sequel);
        wake_later(sequel, receiver);
    }
}

/* Idle cells to parked senders. Unbounded: there are none. */
static void serve_senders(leat_chan *chan, struct sequel *sequel)
{
    leat__waiter *sender;
    leat__cell *none = NULL;
    while (chan->idle != NULL && !leat__list_is_empty(&chan->sendq) &&
           (sender = leat__chan_claim_first(&chan->sendq)) != NULL) {
        if (sender->act == LEAT__PLACE)
            *(void **)sender->msg = reserve_cell(chan, take_idle(chan, &none));
        else if (sender->act == LEAT__MOVE)
            fill_and_append(chan, take_idle(chan, &none), sender->msg);
        wake_later(sequel, sender);
    }
}

/* The first of a queue who moves a message by copying it, won and out of the queue, and
 * who is behind it to *behind; NULL: none. */
static leat__waiter *claim_copying(leat__link *queue, leat__link **behind)
{
    leat__link *next;
    for (leat__link *at = queue->next; at != queue; at = next) {
        leat__waiter *waiter = LEAT__CONTAINER(at, leat__waiter, link);
        next = at->next;
        if (waiter->act != LEAT__MOVE)
            continue;
        leat__list_remove(at);
        *behind = next;
        if (leat__wait_claim(waiter->wait))
            return waiter;
    }
    return NULL;
}

static void count_handed(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (tally != NULL)
        tally->sent++;
    count_received_cell(chan);
}

/* The message to the first parked receiver who copies, and only then shown to those
 * before it who peek. false: there was none, and nobody has seen it. */
static bool hand_to_copying(leat_chan *chan, const void *msg,
                            struct sequel *sequel)
{
    leat__link *behind = NULL;
    leat__waiter *receiver = claim_copying(&chan->recvq, &behind);
    if (receiver == NULL)
        return false;
    leat__copy(receiver->msg, msg, chan->msg_bytes);
    wake_later(sequel, receiver);
    count_handed(chan);
    leat__chan_show(chan, &chan->recvq, behind, msg, &sequel->woken);
    return true;
}

/* Do what has become possible: cells to senders, messages to receivers, until neither
 * makes the other possible. */
static void cells_match(leat_chan *chan, struct sequel *sequel)
{
    bool more;
    do {
        serve_receivers(chan, sequel);
        size_t before = cells_len(chan);
        serve_senders(chan, sequel);
        more = cells_len(chan) != before;
    } while (more);
}

/* ---- tries (under the lock) ------------------------------------------------------------ */

/* 0, LEAT_ECLOSED, LEAT_EAGAIN, GROW_CELL */
static int cells_offer(leat_chan *chan, const void *msg, leat__cell **fresh,
                       struct sequel *sequel)
{
    if (cells_are_closed(chan))
        return LEAT_ECLOSED;
    leat__cell *cell = take_idle(chan, fresh);
    if (cell != NULL) {
        fill_and_append(chan, cell, msg);
        cells_match(chan, sequel);
        return 0;
    }
    if (!chan->bounded)
        return GROW_CELL;
    /* no cell, but somebody may be waiting for a message, to copy it */
    return hand_to_copying(chan, msg, sequel) ? 0 : LEAT_EAGAIN;
}

static int no_message(const leat_chan *chan)
{
    return cells_are_closed(chan) ? LEAT_ECLOSED : LEAT_EAGAIN;
}

/* 0, LEAT_ECLOSED, LEAT_EAGAIN */
static int cells_take(leat_chan *chan, void *msg, struct sequel *sequel)
{
    if (cells_len(chan) > 0) {
        copy_out_first(chan, msg, sequel);
        cells_match(chan, sequel);
        return 0;
    }
    leat__link *behind = NULL;
    leat__waiter *sender = claim_copying(&chan->sendq, &behind);
    if (sender == NULL)
        return no_message(chan);
    leat__copy(msg, sender->msg, chan->msg_bytes);
    count_handed(chan);
    wake_later(sequel, sender);
    return 0;
}

static int cells_show(leat_chan *chan, void *msg)
{
    const void *next = NULL;
    if (cells_len(chan) > 0) {
        next = leat__cell_bytes(chan, as_cell(chan->first));
    } else {
        /* left where it is: see locked_show */
        leat__waiter *sender = leat__chan_first_mover(&chan->sendq, NULL);
        if (sender == NULL)
            return no_message(chan);
        next = sender->msg;
    }
    leat__copy(msg, next, chan->msg_bytes);
    return 0;
}

static int try_to_reserve(leat_chan *chan, void **slot, leat__cell **fresh)
{
    if (cells_are_closed(chan))
        return LEAT_ECLOSED;
    leat__cell *cell = take_idle(chan, fresh);
    if (cell == NULL)
        return chan->bounded ? LEAT_EAGAIN : GROW_CELL;
    *slot = reserve_cell(chan, cell);
    return 0;
}

static int try_to_borrow(leat_chan *chan, void **msg)
{
    if (cells_len(chan) == 0)
        return no_message(chan);
    *msg = borrow_first(chan);
    return 0;
}

/* What a waiter wants, now. */
static int cells_serve(leat_chan *chan, enum leat__dir dir,
                       leat__waiter *waiter, leat__cell **fresh,
                       struct sequel *sequel)
{
    if (waiter->act == LEAT__PEEK)
        return cells_show(chan, waiter->msg);
    if (dir == LEAT__RECV)
        return waiter->act == LEAT__PLACE
                   ? try_to_borrow(chan, waiter->msg)
                   : cells_take(chan, waiter->msg, sequel);
    return waiter->act == LEAT__PLACE
               ? try_to_reserve(chan, waiter->msg, fresh)
               : cells_offer(chan, waiter->msg, fresh, sequel);
}

/* ---- the verbs ----------------------------------------------------------------------- */

/* It must wait. Who only looks is told of it: its message, if no cell holds one before
 * it, is the next, and a receiver in line takes one from hand to hand. */
static void put_in_line(leat_chan *chan, enum leat__dir dir,
                        leat__waiter *waiter, struct sequel *sequel)
{
    leat__link *others = dir == LEAT__SEND ? &chan->recvq : &chan->sendq;
    leat__list_push_back(dir == LEAT__SEND ? &chan->sendq : &chan->recvq,
                         &waiter->link);
    if (waiter->act == LEAT__MOVE)
        leat__chan_show(chan, others, others, waiter->msg, &sequel->woken);
}

/* With a fresh cell at hand where the channel has none of its own; and enlist, if asked
 * to and it must wait. */
static int serve_or_enlist(leat_chan *chan, enum leat__dir dir,
                           leat__waiter *waiter, bool enlists)
{
    leat__cell *fresh = NULL;
    int rc;
    do {
        struct sequel sequel;
        sequel_init(&sequel);
        leat__chan_lock(chan);
        rc = cells_serve(chan, dir, waiter, &fresh, &sequel);
        if (rc == LEAT_EAGAIN && enlists)
            put_in_line(chan, dir, waiter, &sequel);
        unlock_and_settle(chan, &sequel);
        if (rc == GROW_CELL) {
            fresh = as_cell(leat__seg_new(chan));
            rc = fresh != NULL ? GROW_CELL : LEAT_ENOMEM;
        }
    } while (rc == GROW_CELL);
    if (fresh != NULL)
        leat__seg_retire(chan, &fresh->seg);
    return rc;
}

static int serve_now(leat_chan *chan, enum leat__dir dir, enum leat__act act,
                     void *msg)
{
    leat__waiter request = {.msg = msg, .act = (uint8_t)act};
    return serve_or_enlist(chan, dir, &request, false);
}

static int cells_try_send(leat_chan *chan, const void *msg)
{
    void *from = (void *)(uintptr_t)msg; /* read only: the direction says so */
    return serve_now(chan, LEAT__SEND, LEAT__MOVE, from);
}

static int cells_try_recv(leat_chan *chan, void *msg)
{
    return serve_now(chan, LEAT__RECV, LEAT__MOVE, msg);
}

static int cells_peek(leat_chan *chan, void *msg)
{
    return serve_now(chan, LEAT__RECV, LEAT__PEEK, msg);
}

int leat__cells_try_reserve(leat_chan *chan, void **slot)
{
    return serve_now(chan, LEAT__SEND, LEAT__PLACE, slot);
}

int leat__cells_try_borrow(leat_chan *chan, void **msg)
{
    return serve_now(chan, LEAT__RECV, LEAT__PLACE, msg);
}

static int cells_enlist(leat_chan *chan, enum leat__dir dir,
                        leat__waiter *waiter)
{
    return serve_or_enlist(chan, dir, waiter, true);
}

/* Might a try to copy succeed, of somebody who is in line as `own`? */
static bool copy_might_succeed(const leat_chan *chan, enum leat__dir dir,
                               const leat__wait *own)
{
    if (cells_are_closed(chan))
        return true;
    if (dir == LEAT__SEND)
        return chan->idle != NULL ||
               leat__chan_first_mover(&chan->recvq, own) != NULL;
    return cells_len(chan) > 0 ||
           leat__chan_first_mover(&chan->sendq, own) != NULL;
}

static int cells_arm(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    if (dir == LEAT__SEND && !chan->bounded)
        return 0; /* never has to wait */
    struct sequel sequel;
    sequel_init(&sequel);
    leat__chan_lock(chan);
    bool wait = !copy_might_succeed(chan, dir, waiter->wait);
    if (wait)
        put_in_line(chan, dir, waiter, &sequel);
    unlock_and_settle(chan, &sequel);
    return wait ? LEAT_EAGAIN : 0;
}

static ptrdiff_t cells_send_many(leat_chan *chan, const void *msgs, size_t n)
{
    const unsigned char *bytes = msgs;
    size_t done = 0;
    int rc = 0;
    while (done < n && rc == 0) {
        rc = cells_try_send(chan, bytes + done * chan->msg_bytes);
        done += rc == 0 ? 1 : 0;
    }
    return done > 0 ? (ptrdiff_t)done : rc;
}

static ptrdiff_t cells_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    unsigned char *bytes = msgs;
    size_t done = 0;
    int rc = 0;
    while (done < max && rc == 0) {
        rc = cells_try_recv(chan, bytes + done * chan->msg_bytes);
        done += rc == 0 ? 1 : 0;
    }
    return done > 0 ? (ptrdiff_t)done : rc;
}

static void count_dropped_cell(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (tally != NULL)
        tally->dropped++;
}

/* The length stays as it is, for who looks without the lock. pre: one is queued */
static void replace_first(leat_chan *chan, const void *msg, void *displaced)
{
    leat__cell *cell = unlink_first(chan);
    void *bytes = leat__cell_bytes(chan, cell);
    if (displaced != NULL)
        leat__copy(displaced, bytes, chan->msg_bytes);
    leat__copy(bytes, msg, chan->msg_bytes);
    link_last(chan, cell);
    count_dropped_cell(chan);
    count_sent_cell(chan);
}

static int cells_displace(leat_chan *chan, const void *msg, void *displaced)
{
    struct sequel sequel;
    if (!chan->bounded)
        return cells_try_send(chan, msg); /* never full */
    leat__cell *none = NULL;
    sequel_init(&sequel);
    leat__chan_lock(chan);
    int rc = cells_offer(chan, msg, &none, &sequel);
    if (rc == LEAT_EAGAIN && cells_len(chan) > 0) {
        replace_first(chan, msg, displaced);
        rc = 1;
    }
    unlock_and_settle(chan, &sequel);
    return rc;
}

int leat__cells_displace_to_reserve(leat_chan *chan, void **slot)
{
    leat__cell *none = NULL;
    leat__chan_lock(chan);
    int rc = try_to_reserve(chan, slot, &none);
    bool displaces = rc == LEAT_EAGAIN && cells_len(chan) > 0;
    if (displaces) {
        count_dropped_cell(chan);
        *slot = reserve_cell(chan, pop_cell(chan));
    }
    leat__chan_unlock(chan);
    if (displaces && chan->discard != NULL)
        chan->discard(*slot, chan->discard_arg);
    return displaces ? 0 : rc;
}

int leat__cells_commit(leat_chan *chan, leat__cell *cell)
{
    struct sequel sequel;
    sequel_init(&sequel);
    leat__chan_lock(chan);
    bool sound = cell->state == LEAT__CELL_RESERVED;
    bool closed = cells_are_closed(chan);
    if (sound && !closed) {
        chan->store.head--;
        append_cell(chan, cell);
        cells_match(chan, &sequel);
    }
    unlock_and_settle(chan, &sequel);
    LEAT_CHECK(sound, "leat_tx_commit: this is not a slot reserved from this "
                      "channel");
    return closed ? LEAT_ECLOSED : 0;
}

void leat__cells_unreserve(leat_chan *chan, leat__cell *cell)
{
    struct sequel sequel;
    sequel_init(&sequel);
    leat__chan_lock(chan);
    bool sound = cell->state == LEAT__CELL_RESERVED;
    if (sound) {
        chan->store.head--;
        make_idle(chan, cell, &sequel);
        cells_match(chan, &sequel);
    }
    unlock_and_settle(chan, &sequel);
    LEAT_CHECK(sound,
               "leat_tx_unreserve: this is not a slot reserved from this "
               "channel");
}

void leat__cells_release(leat_chan *chan, leat__cell *cell)
{
    struct sequel sequel;
    sequel_init(&sequel);
    leat__chan_lock(chan);
    bool sound = cell->state == LEAT__CELL_BORROWED;
    if (sound) {
        chan->store.tail--;
        make_idle(chan, cell, &sequel);
        cells_match(chan, &sequel);
    }
    unlock_and_settle(chan, &sequel);
    LEAT_CHECK(sound,
               "leat_rx_release: this is not a message borrowed from this "
               "channel");
}

/* Count a message as never received; and discarded, if so. */
static void count_unborrowed(leat_chan *chan, bool discarded)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (tally == NULL)
        return;
    tally->received--;
    tally->discarded += discarded ? 1 : 0;
}

void leat__cells_unborrow(leat_chan *chan, leat__cell *cell)
{
    struct sequel sequel;
    sequel_init(&sequel);
    leat__chan_lock(chan);
    bool sound = cell->state == LEAT__CELL_BORROWED;
    bool aborted = leat__chan_is(chan, LEAT__CHAN_ABORTED);
    if (sound)
        count_unborrowed(chan, aborted);
    if (sound && !aborted) {
        chan->store.tail--;
        put_cell_first(chan, cell);
        cells_match(chan, &sequel);
    }
    unlock_and_settle(chan, &sequel);
    LEAT_CHECK(sound, "leat_rx_unborrow: this is not a message borrowed from "
                      "this channel");
    if (!aborted)
        return;
    if (chan->discard != NULL)
        chan->discard(leat__cell_bytes(chan, cell), chan->discard_arg);
    leat__cells_release(chan, cell);
}

bool leat__cells_are_held(leat_chan *chan, enum leat__cell_state how)
{
    leat__chan_lock(chan);
    size_t held =
        how == LEAT__CELL_RESERVED ? chan->store.head : chan->store.tail;
    leat__chan_unlock(chan);
    return held > 0;
}

bool leat__cells_are_used_up(leat_chan *chan)
{
    leat__chan_lock(chan);
    bool used_up = chan->bounded && chan->idle == NULL;
    leat__chan_unlock(chan);
    return used_up;
}

static void cells_close(leat_chan *chan, int reason)
{
    leat__link won;
    leat__list_init(&won);
    leat__chan_lock(chan);
    if (!cells_are_closed(chan)) {
        chan->reason = reason;
        leat__chan_set(chan, LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED);
        leat__chan_claim_all(&chan->sendq, &won, LEAT_ECLOSED);
        leat__chan_claim_all(&chan->recvq, &won, LEAT_ECLOSED);
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&won);
}

/* All that is queued, out of the line at once: nothing of it is received from now on.
 * They count as borrowed until the hook has seen them. */
static leat__cell *detach_queue(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    leat__chan_lock(chan);
    leat__chan_set(chan, LEAT__CHAN_ABORTED);
    leat__cell *first = as_cell(chan->first);
    chan->store.tail += cells_len(chan);
    if (tally != NULL)
        tally->discarded += cells_len(chan);
    chan->first = NULL;
    chan->last = NULL;
    set_cells_len(chan, 0);
    leat__chan_unlock(chan);
    return first;
}

static void cells_discard(leat_chan *chan)
{
    leat__cell *next;
    for (leat__cell *cell = detach_queue(chan); cell != NULL; cell = next) {
        next = as_cell(cell->seg.next);
        if (chan->discard != NULL)
            chan->discard(leat__cell_bytes(chan, cell), chan->discard_arg);
        cell->state = LEAT__CELL_BORROWED; /* nobody else knows it */
        leat__cells_release(chan, cell);
    }
}

void leat__cells_init(leat_chan *chan)
{
    for (size_t i = 0; i < chan->cap; i++) {
        leat__cell *cell = as_cell(
            (leat__seg *)(void *)(chan->slots + i * leat__cell_stride(chan)));
        leat__poison(leat__cell_bytes(chan, cell), chan->stride);
        link_idle(chan, cell);
    }
}

void leat__cells_free(leat_chan *chan)
{
    leat__seg *idle = NULL;
    if (chan->idle != NULL) {
        idle = chan->idle->next;
        chan->idle->next = NULL;
    }
    for (leat__seg *at = idle; at != NULL; at = at->next)
        leat__unpoison(leat__cell_bytes(chan, as_cell(at)), chan->stride);
    leat__seg_free_all(chan, idle);
    leat__seg_free_all(chan, chan->first);
}

const leat__verbs leat__cells_verbs = {
    .try_send = cells_try_send,
    .try_recv = cells_try_recv,
    .displace = cells_displace,
    .send_many = cells_send_many,
    .recv_many = cells_recv_many,
    .peek = cells_peek,
    .enlist = cells_enlist,
    .arm = cells_arm,
    .close = cells_close,
    .discard = cells_discard,
    .look = leat__locked_look,
    .places = &leat__cells_places,
};
