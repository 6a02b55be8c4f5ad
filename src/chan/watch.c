/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* watch.c - the latest value, its version, and readers with marks of their own.
 *
 * Idea. A value is a cell that is written before it becomes the current one and never
 * after. A send writes an idle cell and makes it current, under a lock that is held for a
 * few links and, for each reader that waits, one copy. A reader that borrows counts
 * itself in the cell, so writers leave it alone and take another.
 *
 * Who is what. The core is a channel whose tx is the writers' half and whose rx.owners
 * counts the readers. Each reader is a small channel with an rx and a queue; its lock is
 * the core's (verbs.core).
 *
 * State, under the core's lock. current, version. waiting: readers with somebody in their
 * queue, and some that had. idle: cells of the block that are nobody's. Of a cell:
 * borrows, replaced, moved (its bytes are somebody else's now).
 * The core's `outside` lock is held by the writer that is at it, while it writes, and
 * while it asks a function of the user's.
 *
 * Invariants, whenever the lock is free.
 *   I1  somebody is parked at a reader => that reader has seen version, the core is not
 *       closed, and the reader is in waiting
 *   I2  a cell is one of: current; replaced, with borrows > 0; idle; one thread's, which
 *       writes it or gives it to the hook
 *   I3  only who holds `outside` makes a cell current
 *   I4  a value goes to the hook once: by who replaces it, if nobody borrows it, else by
 *       the last who releases it; or at the end
 *
 * Progress and lifetime. Readers and writers wait for the lock only, writers for each
 * other. A reader holds the core. Nothing is allocated, freed, woken or called back under
 * the lock.
 *
 * MODEL: tests/model/m_watch.c */
#include "chan/watch.h"
#include "base/mem.h"
#include "chan/registry.h"
#include "os/os.h"
#include "park/until.h"

leat_chan *leat__watch_core(leat_chan *chan)
{
    LEAT_CHECK(chan != NULL && chan->kind == LEAT__WATCH,
               "leat_watch: this is no half or view of a watch");
    return leat__chan_core(chan);
}

static leat_chan *check_reader(leat_rx *rx)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    leat__watch_core(chan);
    return chan;
}

/* ---- cells ------------------------------------------------------------------------- */

/* A cell to write; NULL: no memory. pre: `outside` is held */
static leat__watch_cell *take_cell(leat_chan *core)
{
    leat__watch *watch = leat__watch_of(core);
    leat__chan_lock(core);
    leat__watch_cell *cell = watch->idle;
    if (cell != NULL)
        watch->idle = cell->next;
    leat__chan_unlock(core);
    if (cell == NULL) {
        cell =
            leat__mem_alloc(watch->header + core->msg_bytes, watch->cell_align);
        if (cell == NULL)
            return NULL;
        cell->of_heap = true;
    }
    cell->next = NULL;
    cell->borrows = 0;
    cell->replaced = false;
    cell->moved = false;
    return cell;
}

/* The cell is nobody's. */
static void give_back(leat_chan *core, leat__watch_cell *cell)
{
    if (cell->of_heap) {
        leat__mem_free(cell);
        return;
    }
    leat__chan_lock(core);
    cell->next = leat__watch_of(core)->idle;
    leat__watch_of(core)->idle = cell;
    leat__chan_unlock(core);
}

/* The value is out of use, and the cell ours (I4). NULL: nothing. */
static void dispose(leat_chan *core, leat__watch_cell *cell)
{
    if (cell == NULL)
        return;
    if (!cell->moved && core->discard != NULL)
        core->discard(leat__watch_bytes(core, cell), core->discard_arg);
    give_back(core, cell);
}

/* pre: the lock is held. returns the cell if it is the caller's to dispose of */
static leat__watch_cell *retire_cell(leat_chan *core, leat__watch_cell *cell)
{
    leat__tally *tally = leat__chan_tally(core);
    if (tally != NULL && !cell->moved)
        tally->discarded++;
    cell->replaced = true;
    return cell->borrows == 0 ? cell : NULL;
}

/* ---- one reader (under the lock) ------------------------------------------------------ */

/* Give the current value as it is asked for; to who wants to be told of it, nothing. */
static void serve(leat_chan *core, leat__watch_reader *reader,
                  enum leat__act act, void *msg)
{
    leat__watch_cell *cell = leat__watch_of(core)->current;
    if (act == LEAT__HINT)
        return;
    if (act == LEAT__PLACE && msg != NULL) {
        cell->borrows++;
        reader->borrows++;
        *(const void **)msg = leat__watch_bytes(core, cell);
    } else if (act != LEAT__PLACE) {
        leat__copy(msg, leat__watch_bytes(core, cell), core->msg_bytes);
    }
    if (act == LEAT__PEEK)
        return;
    leat__watch_mark_seen(core, reader);
    if (leat__chan_tally(core) != NULL)
        leat__chan_tally(core)->received++;
}

/* What a receive by this reader finds: 0, LEAT_ECLOSED, LEAT_EAGAIN. */
static int reader_state(leat_chan *core, const leat__watch_reader *reader)
{
    if (leat__chan_is(core, LEAT__CHAN_ABORTED))
        return LEAT_ECLOSED;
    if (!leat__watch_has_seen(core, reader))
        return 0;
    return leat__chan_is(core, LEAT__CHAN_CLOSED) ? LEAT_ECLOSED : LEAT_EAGAIN;
}

/* Give the new value to those who wait at the reader: until one has marked it. */
static void serve_waiting(leat_chan *core, leat__watch_reader *reader,
                          leat__link *won)
{
    leat__link *queue = &leat__watch_chan_of(reader)->recvq;
    leat__waiter *waiter;
    while (!leat__watch_has_seen(core, reader) &&
           (waiter = leat__chan_claim_first(queue)) != NULL) {
        serve(core, reader, (enum leat__act)waiter->act, waiter->msg);
        waiter->rc = 0;
        leat__list_push_back(won, &waiter->link);
    }
}

/* To all readers that wait. */
static void serve_all(leat_chan *core, leat__link *won)
{
    leat__watch *watch = leat__watch_of(core);
    leat__link *link;
    leat__link still;
    leat__list_init(&still);
    while ((link = leat__list_pop_front(&watch->waiting)) != NULL) {
        leat__watch_reader *reader =
            LEAT__CONTAINER(link, leat__watch_reader, link);
        serve_waiting(core, reader, won);
        if (!leat__list_is_empty(&leat__watch_chan_of(reader)->recvq))
            leat__list_push_back(&still, link);
    }
    while ((link = leat__list_pop_front(&still)) != NULL)
        leat__list_push_back(&watch->waiting, link);
}

/* ---- writers --------------------------------------------------------------------------- */

/* What is done with the value that is replaced. */
struct replaced {
    leat__watch_cell *cell; /* to be disposed of, or NULL */
    leat__link won;         /* to be completed */
};

static bool may_set(leat_chan *core, bool needs_readers)
{
    return !leat__chan_is(core, LEAT__CHAN_CLOSED) &&
           (!needs_readers || !leat__chan_is_gone(core, LEAT__SEND));
}

/* Make the cell current, if that may be. moves: to *displaced, unless that is NULL.
 * pre: `outside` is held */
static bool publish(leat_chan *core, leat__watch_cell *cell, bool needs_readers,
                    bool moves, void *displaced, struct replaced *before)
{
    leat__watch *watch = leat__watch_of(core);
    leat__list_init(&before->won);
    before->cell = NULL;
    leat__chan_lock(core);
    bool sets = may_set(core, needs_readers);
    if (sets) {
        leat__watch_cell *old = watch->current;
        old->moved = moves;
        if (displaced != NULL)
            leat__copy(displaced, leat__watch_bytes(core, old),
                       core->msg_bytes);
        watch->current = cell;
        /* relaxed: under the lock; looks are looks */
        leat__stz_rlx(&watch->version, leat__watch_version(core) + 1);
        if (leat__chan_tally(core) != NULL)
            leat__chan_tally(core)->sent++;
        serve_all(core, &before->won);
        before->cell = retire_cell(core, old);
    }
    leat__chan_unlock(core);
    return sets;
}

static int watch_set(leat_chan *core, const void *msg, bool needs_readers,
                     void *displaced)
{
    struct replaced before;
    leat__lock_acquire(&core->outside);
    bool sets = may_set(core, needs_readers);
    leat__watch_cell *cell = sets ? take_cell(core) : NULL;
    if (cell == NULL) {
        leat__lock_release(&core->outside);
        return sets ? LEAT_ENOMEM : LEAT_ECLOSED;
    }
    leat__copy(leat__watch_bytes(core, cell), msg, core->msg_bytes);
    sets =
        publish(core, cell, needs_readers, !needs_readers, displaced, &before);
    leat__lock_release(&core->outside);
    if (!sets) {
        give_back(core, cell);
        return LEAT_ECLOSED;
    }
    leat__chan_complete_all(&before.won);
    dispose(core, before.cell);
    return needs_readers ? 0 : 1;
}

static int watch_try_send(leat_chan *core, const void *msg)
{
    return watch_set(core, msg, true, NULL);
}

static int watch_displace(leat_chan *core, const void *msg, void *displaced)
{
    return watch_set(core, msg, false, displaced);
}

static ptrdiff_t watch_send_many(leat_chan *core, const void *msgs, size_t n)
{
    const unsigned char *bytes = msgs;
    size_t sent = 0;
    int rc = 0;
    while (sent < n && rc == 0) {
        rc = watch_try_send(core, bytes + sent * core->msg_bytes);
        sent += rc == 0 ? 1 : 0;
    }
    return sent > 0 ? (ptrdiff_t)sent : rc;
}

int leat_watch_modify(leat_tx *tx, bool (*change)(void *value, void *arg),
                      void *arg)
{
    leat_chan *core = leat__watch_core(leat__chan_of_tx(tx));
    LEAT_CHECK(change != NULL, "leat_watch_modify: change is NULL");
    struct replaced before;
    leat__lock_acquire(&core->outside);
    bool open = may_set(core, false);
    leat__watch_cell *cell = open ? take_cell(core) : NULL;
    int rc = cell != NULL ? 0 : open ? LEAT_ENOMEM : LEAT_ECLOSED;
    if (cell != NULL) {
        /* I3: it stays the current one, and nobody writes it */
        leat__copy(leat__watch_bytes(core, cell),
                   leat__watch_bytes(core, leat__watch_of(core)->current),
                   core->msg_bytes);
        if (change(leat__watch_bytes(core, cell), arg))
            rc = publish(core, cell, false, true, NULL, &before) ? 1
                                                                 : LEAT_ECLOSED;
    }
    leat__lock_release(&core->outside);
    if (rc == 1) {
        leat__chan_complete_all(&before.won);
        dispose(core, before.cell);
    } else if (cell != NULL) {
        give_back(core, cell);
    }
    return rc;
}

/* ---- readers ----------------------------------------------------------------------------- */

static int reader_take(leat_chan *chan, enum leat__act act, void *msg)
{
    leat__watch_reader *reader = leat__watch_reader_of(chan);
    leat_chan *core = reader->core;
    leat__chan_lock(core);
    int rc = reader_state(core, reader);
    if (rc == 0)
        serve(core, reader, act, msg);
    leat__chan_unlock(core);
    return rc;
}

static int reader_try_recv(leat_chan *chan, void *msg)
{
    return reader_take(chan, LEAT__MOVE, msg);
}

static int reader_peek(leat_chan *chan, void *msg)
{
    return reader_take(chan, LEAT__PEEK, msg);
}

static ptrdiff_t reader_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    int rc = reader_try_recv(chan, msgs);
    (void)max; /* there is only the latest */
    return rc == 0 ? 1 : rc;
}

/* pre: the lock is held */
static void park_at(leat_chan *core, leat__watch_reader *reader,
                    leat__waiter *waiter)
{
    leat__list_push_back(&leat__watch_chan_of(reader)->recvq, &waiter->link);
    if (!leat__link_is_in(&reader->link))
        leat__list_push_back(&leat__watch_of(core)->waiting, &reader->link);
}

/* takes: if there is something, take it; else only say so. */
static int reader_enlist_or(leat_chan *chan, leat__waiter *waiter, bool takes)
{
    leat__watch_reader *reader = leat__watch_reader_of(chan);
    leat_chan *core = reader->core;
    leat__chan_lock(core);
    int rc = reader_state(core, reader);
    if (rc == LEAT_EAGAIN)
        park_at(core, reader, waiter);
    else if (rc == 0 && takes)
        serve(core, reader, (enum leat__act)waiter->act, waiter->msg);
    leat__chan_unlock(core);
    return rc;
}

static int reader_enlist(leat_chan *chan, enum leat__dir dir,
                         leat__waiter *waiter)
{
    LEAT_ASSERT(dir == LEAT__RECV);
    (void)dir;
    return reader_enlist_or(chan, waiter, true);
}

static int reader_arm(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    LEAT_ASSERT(dir == LEAT__RECV);
    (void)dir;
    return reader_enlist_or(chan, waiter, false) == LEAT_EAGAIN ? LEAT_EAGAIN
                                                                : 0;
}

/* A send never waits. */
static int watch_enlist(leat_chan *core, enum leat__dir dir,
                        leat__waiter *waiter)
{
    LEAT_ASSERT(dir == LEAT__SEND);
    (void)dir;
    return watch_try_send(core, waiter->msg);
}

static int watch_arm(leat_chan *core, enum leat__dir dir, leat__waiter *waiter)
{
    LEAT_ASSERT(dir == LEAT__SEND);
    (void)core;
    (void)dir;
    (void)waiter;
    return 0;
}

static size_t reader_len(leat_chan *chan)
{
    const leat__watch_reader *reader = leat__watch_reader_of(chan);
    return leat__watch_has_seen(reader->core, reader) ? 0 : 1;
}

static size_t watch_len(leat_chan *core)
{
    (void)core;
    return 0; /* what is unseen is so to a reader */
}

uint64_t leat_watch_read(leat_chan *chan, void *value)
{
    leat_chan *core = leat__watch_core(chan);
    leat__chan_lock(core);
    uint64_t version = leat__watch_version(core);
    if (value != NULL)
        leat__copy(value,
                   leat__watch_bytes(core, leat__watch_of(core)->current),
                   core->msg_bytes);
    leat__chan_unlock(core);
    return version;
}

/* Whatever has been seen. */
static const void *borrow_now(leat_chan *chan, bool marks)
{
    leat__watch_reader *reader = leat__watch_reader_of(chan);
    leat_chan *core = reader->core;
    leat__chan_lock(core);
    leat__watch_cell *cell = leat__watch_of(core)->current;
    cell->borrows++;
    reader->borrows++;
    if (marks)
        leat__watch_mark_seen(core, reader);
    leat__chan_unlock(core);
    return leat__watch_bytes(core, cell);
}

const void *leat_watch_borrow(leat_rx *rx)
{
    return borrow_now(check_reader(rx), false);
}

static int take_or_wait(leat_chan *chan, void *where, leat_until until)
{
    int rc = reader_take(chan, LEAT__PLACE, where);
    return rc != LEAT_EAGAIN ? rc
                             : leat__chan_wait_for(chan, LEAT__RECV,
                                                   LEAT__PLACE, where, until);
}

int leat_watch_borrow_next(leat_rx *rx, const void **value, leat_until until)
{
    leat_chan *chan = check_reader(rx);
    LEAT_CHECK(value != NULL, "leat_watch_borrow_next: value is NULL");
    return take_or_wait(chan, (void *)value, until);
}

int leat_watch_changed(leat_rx *rx, leat_until until)
{
    return take_or_wait(check_reader(rx), NULL, until);
}

static void release_value(leat_chan *chan, const void *value)
{
    leat__watch_reader *reader = leat__watch_reader_of(chan);
    leat_chan *core = reader->core;
    leat__watch_cell *cell =
        (leat__watch_cell *)((uintptr_t)value - leat__watch_of(core)->header);
    leat__chan_lock(core);
    bool has = reader->borrows > 0 && cell->borrows > 0;
    bool last = has && cell->borrows == 1 && cell->replaced;
    if (has) {
        reader->borrows--;
        cell->borrows--;
    }
    leat__chan_unlock(core);
    LEAT_CHECK(has, "leat_watch_release: this reader has nothing borrowed");
    if (last)
        dispose(core, cell);
}

void leat_watch_release(leat_rx *rx, const void *value)
{
    leat_chan *chan = check_reader(rx);
    if (value != NULL)
        release_value(chan, value);
}

bool leat_watch_has_changed(leat_rx *rx)
{
    return reader_len(check_reader(rx)) != 0;
}

void leat_watch_mark(leat_rx *rx, bool seen)
{
    leat__watch_reader *reader = leat__watch_reader_of(check_reader(rx));
    leat_chan *core = reader->core;
    leat__link won;
    leat__list_init(&won);
    leat__chan_lock(core);
    leat__watch_mark_seen(core, reader);
    if (!seen) {
        /* relaxed: under the lock */
        leat__stz_rlx(&reader->seen, leat__watch_version(core) - 1);
        serve_waiting(core, reader, &won); /* I1 */
    }
    leat__chan_unlock(core);
    leat__chan_complete_all(&won);
}

/* Ask about the value of this moment. */
static bool ask(leat_chan *chan, bool (*is_it)(const void *value, void *arg),
                void *arg, void *value)
{
    const void *now = borrow_now(chan, true);
    bool yes = is_it(now, arg);
    if (yes && value != NULL)
        leat__copy(value, now, chan->msg_bytes);
    release_value(chan, now);
    return yes;
}

int leat_watch_wait_for(leat_rx *rx,
                        bool (*is_it)(const void *value, void *arg), void *arg,
                        void *value, leat_until until)
{
    leat_chan *chan = check_reader(rx);
    LEAT_CHECK(is_it != NULL, "leat_watch_wait_for: is_it is NULL");
    if (!leat__until_is_nowait(until)) /* one deadline for all waits */
        until.deadline_ns = leat__until_deadline(until);
    while (!ask(chan, is_it, arg, value)) {
        int rc = take_or_wait(chan, NULL, until);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* ---- closing, leaving ----------------------------------------------------------------------- */

static leat_chan *reader_core(leat_chan *chan)
{
    return leat__watch_reader_of(chan)->core;
}

static void watch_close(leat_chan *core, int reason)
{
    leat__link won;
    leat__link *link;
    leat__list_init(&won);
    leat__chan_lock(core);
    if (!leat__chan_is(core, LEAT__CHAN_CLOSED)) {
        core->reason = reason;
        leat__chan_set(core, LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED);
        while ((link = leat__list_pop_front(&leat__watch_of(core)->waiting)) !=
               NULL) {
            leat__watch_reader *reader =
                LEAT__CONTAINER(link, leat__watch_reader, link);
            leat__chan_claim_all(&leat__watch_chan_of(reader)->recvq, &won,
                                 LEAT_ECLOSED); /* I1: all seen */
        }
    }
    leat__chan_unlock(core);
    leat__chan_complete_all(&won);
}

static void reader_close(leat_chan *chan, int reason)
{
    watch_close(reader_core(chan), reason);
}

static void reader_abort(leat_chan *chan)
{
    leat_chan *core = reader_core(chan);
    watch_close(core, 0);
    leat__chan_lock(core);
    leat__chan_set(core, LEAT__CHAN_ABORTED);
    leat__chan_unlock(core);
}

static void watch_discard(leat_chan *chan)
{
    (void)chan; /* the value goes with the watch */
}

static bool watch_leave(leat_chan *core, enum leat__dir half)
{
    leat__link told;
    LEAT_ASSERT(half == LEAT__SEND);
    /* ORDER half.drop: what each owner did before the last one closes. */
    if (leat__sub32_acqrel(&core->tx.owners, 1) != 1)
        return false;
    leat__chan_claim_told(core, half, &told);
    watch_close(core, 0);
    leat__chan_complete_all(&told);
    core->tx.tag = 0;
    leat__chan_release(core);
    return true;
}

/* The reader leaves: those who wait for the last of them to go, onto `told`. */
static void forget_reader(leat_chan *chan, leat__link *told)
{
    leat__watch_reader *reader = leat__watch_reader_of(chan);
    leat_chan *core = reader->core;
    leat__list_init(told);
    leat__chan_lock(core);
    bool idle = leat__list_is_empty(&chan->recvq);
    bool borrows = reader->borrows > 0;
    if (leat__link_is_in(&reader->link))
        leat__list_remove(&reader->link);
    /* ORDER half.drop: what this reader did, for who sees the last one gone. */
    bool last = leat__sub32_acqrel(&core->rx.owners, 1) == 1;
    leat__link *next;
    for (leat__link *at = core->goneq.next; last && at != &core->goneq;
         at = next) {
        leat__waiter *waiter = LEAT__CONTAINER(at, leat__waiter, link);
        next = at->next;
        if (waiter->dir != LEAT__SEND)
            continue; /* another reader's, who waits for the writers */
        leat__list_remove(at);
        if (leat__wait_claim(waiter->wait)) {
            waiter->rc = 0;
            leat__list_push_back(told, at);
        }
    }
    leat__chan_unlock(core);
    LEAT_CHECK(idle, "leat_rx_drop: a call still waits on the half that its "
                     "last owner drops");
    LEAT_CHECK(!borrows,
               "leat_rx_drop: the last owner leaves with a value borrowed");
}

static bool reader_leave(leat_chan *chan, enum leat__dir half)
{
    leat__link told;
    LEAT_ASSERT(half == LEAT__RECV);
    (void)half;
    /* ORDER half.drop: what each owner did before the last one leaves. */
    if (leat__sub32_acqrel(&chan->rx.owners, 1) != 1)
        return false;
    forget_reader(chan, &told);
    leat__chan_complete_all(&told);
    chan->rx.tag = 0;
    leat__chan_release(chan);
    return true;
}

static void reader_free(leat_chan *chan)
{
    leat_chan *core = reader_core(chan);
    leat__registry_remove(chan);
    chan->weak_rx.tag = 0;
    if (!chan->lent)
        leat__mem_free(chan);
    leat__chan_release(core);
}

static void watch_free(leat_chan *core)
{
    void (*gone)(void *) = core->record == NULL ? NULL : core->record->gone;
    void *gone_arg = gone == NULL ? NULL : core->record->gone_arg;
    leat__registry_remove(core);
    core->weak_tx.tag = 0;
    dispose(core, leat__watch_of(core)->current);
    if (!core->lent)
        leat__mem_free(core);
    if (gone != NULL)
        gone(gone_arg);
}

const leat__verbs leat__watch_verbs = {
    .try_send = watch_try_send,
    .displace = watch_displace,
    .send_many = watch_send_many,
    .enlist = watch_enlist,
    .arm = watch_arm,
    .close = watch_close,
    .discard = watch_discard,
    .name = "watch",
    .leave = watch_leave,
    .stays_without = 1u << LEAT__RECV,
    .len = watch_len,
    .free = watch_free,
};

const leat__verbs leat__watch_reader_verbs = {
    .try_recv = reader_try_recv,
    .recv_many = reader_recv_many,
    .peek = reader_peek,
    .enlist = reader_enlist,
    .arm = reader_arm,
    .close = reader_close,
    .discard = watch_discard,
    .name = "reader of a watch",
    .abort = reader_abort,
    .leave = reader_leave,
    .core = reader_core,
    .len = reader_len,
    .free = reader_free,
};
