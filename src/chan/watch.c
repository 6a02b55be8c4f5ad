/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* watch.c - the latest value, its version, and readers with marks of their own.
 *
 * Idea. A value is a cell that is written before it becomes the current one and never
 * after. A send writes an idle cell and makes it current, under a lock that is held for
 * that and, for each reader that waits, one copy; a large value is written before the lock
 * is taken. A reader that borrows says so in a place of its own, or, if that is taken or
 * it has none, counts itself in the cell; so writers leave the cell alone and take another.
 * It borrows under the lock and releases without: what a look costs is one turn of the
 * lock, for which readers and writers compete. Who replaces a cell looks into the places,
 * of which there are few, and counts whom it finds.
 *
 * Who is what. The core is a channel whose tx is the writers' half and whose rx.owners
 * counts the readers. Each reader is a small channel with an rx and a queue; its lock is
 * the core's (verbs.core).
 *
 * State, under the core's lock. current, version. waiting: readers with somebody in their
 * queue, and some that had. idle: cells that are nobody's. Of a cell: lent, how often it was
 * borrowed; moved (its bytes are somebody else's now). Not under it: released, how often
 * it was given back, from which lent is taken when the cell is replaced. Nor a reader's held:
 * the cell that it has borrowed and is not counted in; set under the lock.
 * The core's `outside` lock is held by the writer that goes the long way, while it writes,
 * and while it asks a function of the user's.
 *
 * Invariants, whenever the lock is free.
 *   I1  somebody is parked at a reader => that reader has seen version, the core is not
 *       closed, and the reader is in waiting
 *   I2  a cell is one of: current; replaced, and lent; idle; one thread's, which
 *       writes it or gives it to the hook
 *   I3  while a writer holds `outside` and has taken a cell, no other makes one current
 *   I4  a value goes to the hook once: by who replaces it, if nobody borrows it, else by
 *       the last who releases it; or at the end
 *   I5  released is 0 to lent while the cell is current; once it is replaced, minus the
 *       number of those who have it: who brings it to 0 is the last
 *   I6  held is NULL or the current cell; only readers in near have it
 *   I7  at most one idle cell is of the heap, and then it is the only idle one
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

#define NOT_OF_A_WATCH "leat_watch: this is no half or view of a watch"

leat_chan *leat__watch_core(leat_chan *chan)
{
    LEAT_CHECK(chan != NULL && chan->kind == LEAT__WATCH, NOT_OF_A_WATCH);
    return leat__chan_core(chan);
}

static leat_chan *check_reader(leat_rx *rx)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    LEAT_CHECK(chan->kind == LEAT__WATCH, NOT_OF_A_WATCH);
    return chan;
}

/* ---- cells ------------------------------------------------------------------------- */

static void init_cell(leat__watch_cell *cell)
{
    cell->next = NULL;
    cell->lent = 0;
    leat__stz_rlx(&cell->released, 0); /* relaxed: nobody else has it */
    cell->moved = false;
}

/* A cell to write; NULL: no memory. pre: `outside` is held, and the lock is not */
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
    init_cell(cell);
    return cell;
}

/* The cell is nobody's. One of the heap is kept while it is the only idle one: as long as a
 * reader holds one of the block, sends take turns with it. pre: the lock is held
 * returns a cell to be freed, or NULL */
static leat__watch_cell *idle_again(leat_chan *core, leat__watch_cell *cell)
{
    leat__watch *watch = leat__watch_of(core);
    leat__watch_cell *idle = watch->idle;
    leat__watch_cell *spare = NULL;
    if (idle != NULL && cell->of_heap)
        return cell;
    if (idle != NULL && idle->of_heap) {
        spare = idle;
        idle = idle->next;
    }
    cell->next = idle;
    watch->idle = cell;
    return spare;
}

static void give_back(leat_chan *core, leat__watch_cell *cell)
{
    leat__chan_lock(core);
    leat__watch_cell *spare = idle_again(core, cell);
    leat__chan_unlock(core);
    leat__mem_free(spare);
}

/* Has the hook to be called for the value, once it is out of use? */
static bool owns_something(const leat_chan *core, const leat__watch_cell *cell)
{
    return core->discard != NULL && !cell->moved;
}

/* The value is out of use, and the cell ours (I4). NULL: nothing. */
void leat__watch_dispose(leat_chan *core, leat__watch_cell *cell)
{
    if (cell == NULL)
        return;
    if (owns_something(core, cell))
        core->discard(leat__watch_bytes(core, cell), core->discard_arg);
    give_back(core, cell);
}

static void add_lent(leat__watch_reader *reader, leat__watch_cell *cell,
                     size_t times)
{
    cell->lent += times;
    /* relaxed: under the lock, and who releases has borrowed */
    leat__stz_rlx(&reader->lent, leat__ldz_rlx(&reader->lent) + times);
}

/* The cell is about to be replaced: if the reader has it in its place, let it be counted
 * there instead. pre: the lock is held */
static void count_held(leat__watch_reader *reader, leat__watch_cell *cell)
{
    void *held = cell;
    /* ORDER watch.held: what was read of it before it is written again. */
    if (leat__ldp_acq(&reader->held) != held)
        return;
    add_lent(reader, cell, 1);
    /* ORDER watch.held: lent before who finds the place empty, and is counted. */
    if (leat__casp_rel(&reader->held, &held, NULL))
        return;
    add_lent(reader, cell, (size_t)-1); /* it was released just now */
    /* ORDER watch.held: likewise. */
    (void)leat__ldp_acq(&reader->held);
}

/* pre: the lock is held. returns the cell if nobody has it */
static leat__watch_cell *replace_cell(leat_chan *core, leat__watch_cell *cell)
{
    const leat__link *near = &leat__watch_of(core)->near;
    for (leat__link *at = near->next; at != near; at = at->next)
        count_held(LEAT__CONTAINER(at, leat__watch_reader, beside), cell);
    if (LEAT__LIKELY(cell->lent == 0))
        return cell;
    /* ORDER watch.released: what was read of it before it is written again; and `moved`
     * before who releases it last. */
    size_t released = leat__subz_acqrel(&cell->released, cell->lent);
    return released == cell->lent ? cell : NULL;
}

/* pre: the lock is held. returns the cell if it is the caller's to dispose of */
static leat__watch_cell *retire_cell(leat_chan *core, leat__watch_cell *cell)
{
    leat__tally *tally = leat__chan_tally(core);
    if (tally != NULL && !cell->moved)
        tally->discarded++;
    return replace_cell(core, cell);
}

/* ---- one reader (under the lock) ------------------------------------------------------ */

static const void *borrow_current(leat_chan *core, leat__watch_reader *reader)
{
    leat__watch_cell *cell = leat__watch_of(core)->current;
    /* ORDER watch.held: what an owner did that had it before us, and released it, before
     * who finds that we have released it. */
    if (leat__link_is_in(&reader->beside) &&
        leat__ldp_acq(&reader->held) == NULL)
        /* ORDER watch.held: lent, which another owner may look at. */
        leat__stp_rel(&reader->held, cell);
    else
        add_lent(reader, cell, 1);
    return leat__watch_bytes(core, cell);
}

/* Give the current value as it is asked for; to who wants to be told of it, nothing. */
static void serve(leat_chan *core, leat__watch_reader *reader,
                  enum leat__act act, void *msg)
{
    if (act == LEAT__HINT)
        return;
    if (act == LEAT__PLACE && msg != NULL)
        *(const void **)msg = borrow_current(core, reader);
    else if (act != LEAT__PLACE)
        leat__copy(msg, leat__watch_bytes(core, leat__watch_of(core)->current),
                   core->msg_bytes);
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

/* Make the cell current. moves: what is replaced to *displaced, unless that is NULL.
 * pre: the lock is held, may_set, and I3 is kept */
static void make_current(leat_chan *core, leat__watch_cell *cell, bool moves,
                         void *displaced, struct replaced *before)
{
    leat__watch *watch = leat__watch_of(core);
    leat__watch_cell *old = watch->current;
    old->moved = moves;
    if (displaced != NULL)
        leat__copy(displaced, leat__watch_bytes(core, old), core->msg_bytes);
    watch->current = cell;
    /* relaxed: under the lock; looks are looks */
    leat__stz_rlx(&watch->version, leat__watch_version(core) + 1);
    if (leat__chan_tally(core) != NULL)
        leat__chan_tally(core)->sent++;
    serve_all(core, &before->won);
    before->cell = retire_cell(core, old);
}

/* Make the cell current, if that may be, as above. pre: `outside` is held */
static bool publish(leat_chan *core, leat__watch_cell *cell, bool needs_readers,
                    bool moves, void *displaced, struct replaced *before)
{
    leat__list_init(&before->won);
    before->cell = NULL;
    leat__chan_lock(core);
    bool sets = may_set(core, needs_readers);
    if (sets)
        make_current(core, cell, moves, displaced, before);
    leat__chan_unlock(core);
    return sets;
}

/* The cell that was replaced is idle again, if it takes no hook. pre: the lock is held
 * returns as idle_again */
static leat__watch_cell *reuse_replaced(leat_chan *core,
                                        struct replaced *before)
{
    leat__watch_cell *old = before->cell;
    if (old == NULL || owns_something(core, old))
        return NULL;
    before->cell = NULL;
    return idle_again(core, old);
}

/* Does a writer go the long way? Who began to after this look takes the lock before it
 * does anything, and so comes behind whoever looks. pre: the lock is held */
static bool writer_is_outside(const leat_chan *core)
{
    /* relaxed: see above */
    return leat__ld32_rlx(&core->outside.held) != 0;
}

/* What most sends are: nobody else is at it, there is an idle cell, and the value is
 * small enough to be copied under the lock. LEAT_EAGAIN: go the long way */
static int set_at_once(leat_chan *core, const void *msg, bool needs_readers,
                       void *displaced)
{
    leat__watch *watch = leat__watch_of(core);
    leat__watch_cell *spare = NULL;
    struct replaced before;
    leat__list_init(&before.won);
    before.cell = NULL;
    leat__chan_lock(core);
    bool sets = may_set(core, needs_readers);
    leat__watch_cell *cell = writer_is_outside(core) ? NULL : watch->idle;
    if (LEAT__LIKELY(sets && cell != NULL)) {
        watch->idle = cell->next;
        init_cell(cell);
        leat__copy(leat__watch_bytes(core, cell), msg, core->msg_bytes);
        make_current(core, cell, !needs_readers, displaced, &before);
        spare = reuse_replaced(core, &before);
    }
    leat__chan_unlock(core);
    if (LEAT__UNLIKELY(spare != NULL))
        leat__mem_free(spare);
    leat__chan_complete_all(&before.won);
    leat__watch_dispose(core, before.cell);
    return !sets ? LEAT_ECLOSED : cell == NULL ? LEAT_EAGAIN : 0;
}

/* The value is written outside of the lock. */
static int set_slowly(leat_chan *core, const void *msg, bool needs_readers,
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
    leat__watch_dispose(core, before.cell);
    return 0;
}

/* returns 0, LEAT_ECLOSED, LEAT_ENOMEM */
static int watch_set(leat_chan *core, const void *msg, bool needs_readers,
                     void *displaced)
{
    int rc = core->msg_bytes <= LEAT__WATCH_AT_ONCE
                 ? set_at_once(core, msg, needs_readers, displaced)
                 : LEAT_EAGAIN;
    return LEAT__LIKELY(rc != LEAT_EAGAIN)
               ? rc
               : set_slowly(core, msg, needs_readers, displaced);
}

/* The same for what most of those are: there is a reader and none waits, nothing is
 * counted, and there is no hook. false: nothing was done */
static bool set_plainly(leat_chan *core, const void *msg)
{
    leat__watch *watch = leat__watch_of(core);
    leat__chan_lock(core);
    leat__watch_cell *cell = watch->idle;
    /* relaxed: under the lock, as every write of it */
    bool closed = (leat__ld32_rlx(&core->state) & LEAT__CHAN_CLOSED) != 0;
    /* relaxed: who is the last to leave takes the lock to be gone */
    if (LEAT__UNLIKELY(cell == NULL || closed || writer_is_outside(core) ||
                       leat__ld32_rlx(&core->rx.owners) == 0 ||
                       !leat__list_is_empty(&watch->waiting))) {
        leat__chan_unlock(core);
        return false;
    }
    watch->idle = cell->next;
    init_cell(cell);
    leat__copy(leat__watch_bytes(core, cell), msg, core->msg_bytes);
    leat__watch_cell *old = watch->current;
    watch->current = cell;
    /* relaxed: as in make_current */
    leat__stz_rlx(&watch->version, leat__watch_version(core) + 1);
    old = replace_cell(core, old);
    leat__watch_cell *spare = old == NULL ? NULL : idle_again(core, old);
    leat__chan_unlock(core);
    if (LEAT__UNLIKELY(spare != NULL))
        leat__mem_free(spare);
    return true;
}

static int watch_try_send(leat_chan *core, const void *msg)
{
    bool plain = core->discard == NULL && leat__chan_tally(core) == NULL &&
                 core->msg_bytes <= LEAT__WATCH_AT_ONCE;
    if (LEAT__LIKELY(plain && set_plainly(core, msg)))
        return 0;
    return watch_set(core, msg, true, NULL);
}

static int watch_displace(leat_chan *core, const void *msg, void *displaced)
{
    int rc = watch_set(core, msg, false, displaced);
    return rc == 0 ? 1 : rc;
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
        leat__watch_dispose(core, before.cell);
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
    const void *value = borrow_current(core, reader);
    if (marks)
        leat__watch_mark_seen(core, reader);
    leat__chan_unlock(core);
    return value;
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

/* The reader's place is empty again, if it has the cell. Else the borrow is counted: which
 * of several borrows of a cell is, does not matter. */
static bool leave_place(leat__watch_reader *reader, leat__watch_cell *cell)
{
    void *held = cell;
    /* ORDER watch.held: lent, if it is counted. */
    if (leat__ldp_acq(&reader->held) != held)
        return false;
    /* ORDER watch.held: what we read before it is written again. */
    if (leat__casp_rel(&reader->held, &held, NULL))
        return true;
    /* ORDER watch.held: as above. */
    (void)leat__ldp_acq(&reader->held);
    return false;
}

static void release_value(leat_chan *chan, const void *value)
{
    leat__watch_reader *reader = leat__watch_reader_of(chan);
    leat_chan *core = reader->core;
    leat__watch_cell *cell =
        (leat__watch_cell *)((uintptr_t)value - leat__watch_of(core)->header);
    if (LEAT__LIKELY(leave_place(reader, cell)))
        return;
    /* ORDER watch.released: the borrow of each that is counted, for this look. */
    size_t released = leat__addz_acqrel(&reader->released, 1);
    /* relaxed: behind it */
    LEAT_CHECK(leat__ldz_rlx(&reader->lent) != released,
               "leat_watch_release: this reader has nothing borrowed");
    /* ORDER watch.released: what we read before it is written again. */
    if (leat__addz_acqrel(&cell->released, 1) == SIZE_MAX) /* I5: to 0 */
        leat__watch_dispose(core, cell);
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

/* ---- closing ----------------------------------------------------------------------- */

static leat_chan *reader_core(leat_chan *chan)
{
    return leat__watch_reader_of(chan)->core;
}

void leat__watch_close(leat_chan *core, int reason)
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
    leat__watch_close(reader_core(chan), reason);
}

static void reader_abort(leat_chan *chan)
{
    leat_chan *core = reader_core(chan);
    leat__watch_close(core, 0);
    leat__chan_lock(core);
    leat__chan_set(core, LEAT__CHAN_ABORTED);
    leat__chan_unlock(core);
}

static void watch_discard(leat_chan *chan)
{
    (void)chan; /* the value goes with the watch */
}

const leat__verbs leat__watch_verbs = {
    .try_send = watch_try_send,
    .displace = watch_displace,
    .send_many = watch_send_many,
    .enlist = watch_enlist,
    .arm = watch_arm,
    .close = leat__watch_close,
    .discard = watch_discard,
    .name = "watch",
    .leave = leat__watch_leave,
    .stays_without = 1u << LEAT__RECV,
    .len = watch_len,
    .free = leat__watch_free,
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
    .leave = leat__watch_reader_leave,
    .core = reader_core,
    .len = reader_len,
    .free = leat__watch_reader_free,
};
