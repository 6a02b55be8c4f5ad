/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* broadcast_cells.c - broadcast messages that are counted: somebody has to be told when
 * the last receiver is done with one.
 *
 * Idea. A message is a cell, and `line` has the cells of the positions from `first` to
 * the tail. A cell counts the receivers that have not gone past it; a borrowed one is
 * pinned as well. Out of line and not pinned it is done: it goes to the discard hook, if
 * there is one, and is idle again. Everything under the hub's lock, for such messages
 * are large or own something: a lock is not what they cost.
 *
 * Invariants, whenever the hub's lock is free.
 *   I1  a cell is in exactly one of: idle; a sender's hands (RESERVED, or displaced); in
 *       line; pinned; on its way to the hook. They are cap altogether
 *   I2  first <= position < tail  <=>  its cell is in line, and then unseen > 0 is the
 *       number of live subs whose cursor is at or below the position
 *   I3  each cell that was in line goes to the hook once, before it is idle
 *   I4  a sender is parked  =>  no cell is idle
 * A sub passes positions in order, so the cell whose unseen reaches 0 is that of first.
 * That is why a sub stays live when it is sealed, and goes past all that is not for it
 * when it is done.
 *
 * Progress and lifetime: as in locked.c; no hook is called under the lock.
 *
 * MODEL: tests/model/m_broadcast.c */
#include "base/mem.h"
#include "base/poison.h"
#include "chan/broadcast.h"

enum {
    IDLE_BCELL = 0x6c626930,     /* "lbi0" */
    RESERVED_BCELL = 0x6c627230, /* "lbr0": a sender's */
    SHOWN_BCELL = 0x6c627330 /* "lbs0": in line, pinned, or on its way out */
};

void *leat__bcells_bytes(const leat__hub *hub, leat__bcell *cell)
{
    const leat_chan *chan = leat__hub_chan((leat__hub *)(uintptr_t)hub);
    return (unsigned char *)cell + chan->seg_offset;
}

static leat__bcell *bcell_of(const leat_chan *hub, void *bytes)
{
    return (leat__bcell *)(void *)((unsigned char *)bytes - hub->seg_offset);
}

static leat__bcell *bcell_at(const leat_chan *chan, size_t i)
{
    return (leat__bcell *)(void *)(chan->slots +
                                   i * (chan->seg_offset + chan->stride));
}

void leat__bcells_init(leat__hub *hub)
{
    const leat_chan *chan = leat__hub_chan(hub);
    for (size_t i = chan->cap; i > 0; i--) {
        *bcell_at(chan, i - 1) = (leat__bcell){0};
        leat__bcells_make_idle(hub, bcell_at(chan, i - 1));
    }
}

void leat__bcells_end(leat__hub *hub)
{
    const leat_chan *chan = leat__hub_chan(hub);
    for (size_t i = 0; i < chan->cap; i++)
        leat__unpoison(leat__bcells_bytes(hub, bcell_at(chan, i)),
                       chan->stride);
}

/* ---- cells --------------------------------------------------------------------------- */

void leat__bcells_make_idle(leat__hub *hub, leat__bcell *cell)
{
    leat__poison(leat__bcells_bytes(hub, cell), leat__hub_chan(hub)->stride);
    cell->state = IDLE_BCELL;
    cell->next = hub->idle;
    hub->idle = cell;
}

static leat__bcell *take_idle_bcell(leat__hub *hub)
{
    leat__bcell *cell = hub->idle;
    hub->idle = cell->next;
    leat__unpoison(leat__bcells_bytes(hub, cell), leat__hub_chan(hub)->stride);
    return cell;
}

static size_t after_index(const leat__hub *hub, size_t index)
{
    return index + 1 == leat__hub_chan((leat__hub *)(uintptr_t)hub)->cap
               ? 0
               : index + 1;
}

static size_t bcells_first(const leat__hub *hub)
{
    /* relaxed: written under the lock, which the caller has */
    return leat__ldz_rlx(&hub->first);
}

/* The oldest, out of line. */
static leat__bcell *unlink_oldest(leat__hub *hub)
{
    size_t first = bcells_first(hub);
    LEAT_ASSERT(first != leat__hub_tail(hub));
    leat__bcell *cell = hub->line[hub->first_index];
    LEAT_ASSERT(cell->in_line);            /* I2 */
    leat__stz_rlx(&hub->first, first + 1); /* relaxed: as above */
    hub->first_index = after_index(hub, hub->first_index);
    cell->in_line = false;
    return cell;
}

/* Out of line and not pinned. */
static void bcell_is_done(leat__hub *hub, leat__bcell *cell,
                          leat__bafter *after)
{
    if (leat__hub_chan(hub)->discard == NULL) {
        leat__bcells_make_idle(hub, cell);
        return;
    }
    cell->next = NULL;
    if (after->dead == NULL)
        after->dead = cell;
    else
        after->last_dead->next = cell;
    after->last_dead = cell;
}

/* One receiver less has to see it. */
static void bcell_is_seen(leat__hub *hub, leat__bcell *cell,
                          leat__bafter *after)
{
    LEAT_ASSERT(cell->in_line && cell->unseen > 0); /* I2 */
    if (--cell->unseen > 0)
        return;
    leat__bcell *oldest = unlink_oldest(hub);
    LEAT_ASSERT(oldest == cell); /* I2 */
    if (oldest->pins == 0)
        bcell_is_done(hub, oldest, after);
}

/* Into line, for all that are live; if there is nobody, it is over. */
static void show_bcell(leat__hub *hub, leat__bcell *cell, leat__bafter *after)
{
    size_t tail = leat__hub_tail(hub);
    if (hub->live == 0) {
        hub->unseen++;
        bcell_is_done(hub, cell, after);
        return;
    }
    cell->state = SHOWN_BCELL;
    cell->unseen = (uint32_t)hub->live;
    cell->in_line = true;
    hub->line[hub->index] = cell;
    hub->index = after_index(hub, hub->index);
    /* relaxed: under the lock, but for looks */
    leat__stz_rlx(&hub->tail, tail + 1);
    leat__hub_deliver(hub, after);
}

/* A message to whoever is there. */
static void fill_bcell(leat__hub *hub, leat__bcell *cell,
                       const leat__waiter *sender, leat__bafter *after)
{
    void *bytes = leat__bcells_bytes(hub, cell);
    if (sender->act == LEAT__PLACE) {
        cell->state = RESERVED_BCELL;
        hub->reserved++;
        *(void **)sender->msg = bytes;
        return;
    }
    leat__copy(bytes, sender->msg, leat__hub_chan(hub)->msg_bytes);
    show_bcell(hub, cell, after);
}

/* ---- senders ---------------------------------------------------------------------------- */

/* A cell to write to; NULL: there is none. If it was in line, *displaced. */
static leat__bcell *find_bcell(leat__hub *hub, bool *displaced)
{
    *displaced = false;
    if (hub->idle != NULL)
        return take_idle_bcell(hub);
    while (hub->lossy && bcells_first(hub) != leat__hub_tail(hub)) {
        leat__bcell *cell = unlink_oldest(hub);
        cell->unseen = 0;
        *displaced = true;
        if (cell->pins == 0)
            return cell;
        /* it stays with those who have borrowed it */
    }
    return NULL;
}

static bool is_closed_hub(const leat_chan *chan)
{
    /* relaxed: under the lock, as every write of it */
    return (leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) != 0;
}

static int offer_bcell(leat__hub *hub, const leat__waiter *sender,
                       leat__bcell **mine, leat__bafter *after)
{
    leat_chan *chan = leat__hub_chan(hub);
    leat__bcell *cell = *mine;
    bool displaced = false;
    if (cell == NULL)
        cell = find_bcell(hub, &displaced);
    if (cell == NULL)
        return LEAT_EAGAIN;
    *mine = cell;
    if (displaced && chan->discard != NULL)
        return LEAT__BCELLS_DISPLACED; /* it is nobody's but ours */
    *mine = NULL;
    fill_bcell(hub, cell, sender, after);
    return 0;
}

void leat__bcells_serve(leat__hub *hub, const leat__waiter *sender,
                        leat__bafter *after)
{
    fill_bcell(hub, take_idle_bcell(hub), sender, after);
}

int leat__bcells_offer(leat__hub *hub, const leat__waiter *sender,
                       leat__bcell **mine, leat__bafter *after)
{
    int rc;
    if (is_closed_hub(leat__hub_chan(hub))) {
        rc = LEAT_ECLOSED;
    } else if (sender->act != LEAT__PLACE && hub->live == 0) {
        hub->unseen++;
        rc = LEAT__BCELLS_NOBODY;
    } else {
        return offer_bcell(hub, sender, mine, after);
    }
    if (*mine != NULL)
        leat__bcells_make_idle(hub, *mine);
    *mine = NULL;
    return rc;
}

/* ---- receivers -------------------------------------------------------------------------- */

void leat__bcells_finish(leat__sub *sub, leat__bafter *after)
{
    leat__hub *hub = sub->hub;
    size_t cap = leat__hub_chan(hub)->cap;
    if (sub->done || !sub->sealed || sub->next != leat__sub_end(sub))
        return;
    sub->done = true;
    hub->live--;
    size_t gone = leat__ahead(bcells_first(hub), sub->next); /* displaced */
    size_t rest = leat__ahead(leat__hub_tail(hub), sub->next + gone);
    size_t index = (sub->index + gone % cap) % cap;
    for (; rest > 0; rest--) {
        bcell_is_seen(hub, hub->line[index], after);
        index = after_index(hub, index);
    }
}

int leat__bcells_take(leat__sub *sub, enum leat__act act, void *msg,
                      leat__bafter *after)
{
    leat__hub *hub = sub->hub;
    size_t end = sub->sealed ? leat__sub_end(sub) : leat__hub_tail(hub);
    size_t lost = leat__sub_lost(sub);
    int rc = lost == 0 ? 0 : leat__sub_miss(sub, sub->next + lost);
    leat__bcells_finish(sub, after);
    if (rc != 0)
        return rc;
    if (sub->next == end)
        return sub->sealed ? LEAT_ECLOSED : LEAT_EAGAIN;
    leat__bcell *cell = hub->line[sub->index];
    LEAT_ASSERT(cell->in_line); /* I2 */
    void *bytes = leat__bcells_bytes(hub, cell);
    if (act == LEAT__PLACE) {
        cell->pins++;
        sub->borrowed++;
        *(void **)msg = bytes;
    } else {
        leat__copy(msg, bytes, leat__hub_chan(hub)->msg_bytes);
    }
    if (act != LEAT__PEEK) {
        leat__sub_advance(sub);
        bcell_is_seen(hub, cell, after);
        leat__bcells_finish(sub, after);
    }
    return 0;
}

void leat__bcells_skip(leat__sub *sub, size_t end, leat__bafter *after)
{
    leat__hub *hub = sub->hub;
    LEAT_ASSERT(leat__sub_lost(sub) == 0);
    while (sub->next != end) {
        leat__bcell *cell = hub->line[sub->index];
        leat__sub_advance(sub);
        bcell_is_seen(hub, cell, after);
    }
    leat__bcells_finish(sub, after);
}

/* ---- in place ----------------------------------------------------------------------------- */

static int try_reserve_bcell(leat_chan *chan, void **slot)
{
    leat__waiter sender = {.msg = slot, .act = LEAT__PLACE};
    return leat__hub_offer(leat__hub_of(chan), &sender, false);
}

static int try_borrow_bcell(leat_chan *chan, void **msg)
{
    return leat__sub_take(leat__sub_of(chan), LEAT__PLACE, msg);
}

static int commit_bcell(leat_chan *chan, void *slot)
{
    leat__hub *hub = leat__hub_of(chan);
    leat__bcell *cell = bcell_of(chan, slot);
    leat__bafter after;
    leat__bafter_init(&after);
    leat__chan_lock(chan);
    bool sound = cell->state == RESERVED_BCELL;
    bool closed = is_closed_hub(chan);
    if (sound && !closed) {
        hub->reserved--;
        show_bcell(hub, cell, &after);
    }
    leat__hub_leave(hub, &after);
    LEAT_CHECK(sound, "leat_tx_commit: this is not a slot reserved from this "
                      "channel");
    return closed ? LEAT_ECLOSED : 0;
}

static void unreserve_bcell(leat_chan *chan, void *slot)
{
    leat__hub *hub = leat__hub_of(chan);
    leat__bcell *cell = bcell_of(chan, slot);
    leat__bafter after;
    leat__bafter_init(&after);
    leat__chan_lock(chan);
    bool sound = cell->state == RESERVED_BCELL;
    if (sound) {
        hub->reserved--;
        leat__bcells_make_idle(hub, cell);
    }
    leat__hub_leave(hub, &after);
    LEAT_CHECK(sound,
               "leat_tx_unreserve: this is not a slot reserved from this "
               "channel");
}

static void release_bcell(leat_chan *chan, void *msg)
{
    leat__sub *sub = leat__sub_of(chan);
    leat__hub *hub = sub->hub;
    leat_chan *home = leat__hub_chan(hub);
    leat__bcell *cell = bcell_of(home, msg);
    leat__bafter after;
    leat__bafter_init(&after);
    leat__chan_lock(home);
    bool sound =
        cell->state == SHOWN_BCELL && cell->pins > 0 && sub->borrowed > 0;
    if (sound) {
        sub->borrowed--;
        cell->pins--;
        if (cell->pins == 0 && !cell->in_line)
            bcell_is_done(hub, cell, &after);
    }
    leat__hub_leave(hub, &after);
    LEAT_CHECK(sound, "leat_rx_release: this is not a message borrowed by this "
                      "receiver");
}

static void unborrow_bcell(leat_chan *chan, void *msg)
{
    (void)chan;
    (void)msg;
    LEAT_CHECK(false, "leat_rx_unborrow: a message that many receive cannot be "
                      "put back");
}

static bool bcells_are_held(leat_chan *chan, enum leat__dir dir)
{
    leat_chan *home =
        dir == LEAT__SEND ? chan : leat__hub_chan(leat__sub_of(chan)->hub);
    leat__chan_lock(home);
    bool held = dir == LEAT__SEND ? leat__hub_of(chan)->reserved > 0
                                  : leat__sub_of(chan)->borrowed > 0;
    leat__chan_unlock(home);
    return held;
}

/* Of a receiver's view: is there no room left for messages that it has not seen? */
static bool bcells_are_used_up(leat_chan *chan)
{
    if (chan->kind == LEAT__SUB)
        return leat__chan_len(chan) == chan->cap;
    leat__chan_lock(chan);
    bool used_up = leat__hub_of(chan)->idle == NULL;
    leat__chan_unlock(chan);
    return used_up;
}

const leat__places leat__bcells_places = {
    .try_reserve = try_reserve_bcell,
    .try_borrow = try_borrow_bcell,
    .commit = commit_bcell,
    .unreserve = unreserve_bcell,
    .release = release_bcell,
    .unborrow = unborrow_bcell,
    .are_held = bcells_are_held,
    .are_used_up = bcells_are_used_up,
};
