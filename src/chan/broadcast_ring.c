/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* broadcast_ring.c - broadcast messages in a ring of slots, read without the sender's
 * lock.
 *
 * Idea. The sender writes a slot and then raises `tail`; each receiver has a cursor of
 * its own and reads what is below the tail (the Disruptor's barriers, Thompson et al.,
 * 2011). So a receive touches no line that another receiver writes: its price does not
 * grow with their number. What grows is the sender's look at the cursors, which it takes
 * only when it has used up the room that the last look found.
 *
 * Blocking. A slot is written again when every cursor has passed it.
 * Lossy. A slot is written again without asking. Its first word is a stamp: it tells
 * the position of the message, and is odd while the slot is written. A receiver copies
 * the message between two looks at the stamp, word by word, every word an atomic: what
 * was torn is thrown away, and no read is a data race (Boehm, "Can Seqlocks Get Along
 * with Programming Language Memory Models?", 2012). It copies to a place of its own
 * first, so that a receive that fails has not touched the caller's. Until the first lap
 * is over a slot has no stamp, and the tail says whether there is one: a ring of a
 * million slots is not cleared when it is made.
 * Alone. A blocking ring whose consumers are promised single: a receive takes no lock. It
 * says that it is inside, and who aborts the receiver, which moves its cursor, waits
 * until it is outside; who closes it waits for nothing, since a receive that sees a
 * message from behind the seal sees the seal. Fences as in spsc.c (docs/adr/0002).
 *
 * Invariants. (The hub's lock: H; a sub's: S.)
 *   I1  blocking: for each sub that is not done (sealed, with its cursor at its end)
 *       cursor <= tail <= cursor + cap; limit <= the least cursor + cap
 *   I2  blocking: slot of position p is written under H while no such cursor is <= p - cap
 *   I3  lossy: stamp == 2p + 2 => the words are those of p; tail > p follows before H is
 *       let go of, so while H is held a cursor may be one ahead of the tail
 *   I4  blocking: a sender is parked  =>  there is a sub that is marked, or one whose
 *       mark was taken back and which is on its way to H, or whoever has H will look
 *   I5  alone: the sub's cursor, and what goes with it, is its consumer's while that is
 *       inside or ABORTED is not set; and of who has S while the consumer is in the queue,
 *       or has gone by S itself
 * Who is about to park has H, and takes each S: it sees the cursor moved on, or leaves a
 * mark. The receiver finds that when it moves on, under S, and comes to H afterwards, when
 * the sender is in the queue. So I4 needs no fence, but alone: there a cursor moves without
 * S, and mark and cursor are a Dekker pair. What a receiver takes back there may be a mark
 * that was renewed meanwhile, so its visit has all marks left anew.
 *
 * Progress. A blocking receive and a send never wait for each other but for the length of
 * H and S. A lossy receive that is lapped again and again goes on under H, where nobody
 * laps it.
 *
 * MODEL: tests/model/m_broadcast.c */
#include "base/mem.h"
#include "chan/broadcast.h"
#include "os/os.h"
#include "park/spin.h"

/* So often a lossy receive is lapped before it takes the hub's lock. */
enum { LAPS = 3 };

#define WORD sizeof(leat__az)

static size_t words_of(size_t bytes)
{
    return (bytes + WORD - 1) / WORD;
}

size_t leat__bring_stride(size_t msg_bytes)
{
    return (1 + words_of(msg_bytes)) * WORD;
}

static leat__az *words_at(const leat_chan *chan, size_t index)
{
    return (leat__az *)(void *)leat__chan_slot(chan, index);
}

static size_t stamp_of(size_t position)
{
    return 2 * position + 2;
}

/* The other half of leat__sub_fence_light. */
static void fence_for_alone(const leat_chan *sub)
{
    /* ORDER broadcast.mark, broadcast.inside: after the mark or ABORTED, before the
     * look. */
    if (sub->asymmetric)
        leat__os_membarrier();
    else
        leat__fence_sc();
}

/* ---- the sender's side (under the hub's lock) ---------------------------------------- */

/* How far the slowest is behind. */
static size_t most_behind(const leat__hub *hub)
{
    size_t tail = leat__hub_tail(hub);
    size_t most = 0;
    for (leat__link *at = hub->subs.next; at != &hub->subs; at = at->next) {
        const leat__sub *sub = LEAT__CONTAINER(at, leat__sub, link);
        /* ORDER broadcast.free: the receiver's reads of what is before its cursor,
         * before that is written again. */
        size_t cursor = leat__ldz_acq(&sub->cursor);
        bool done = sub->sealed && cursor == leat__sub_end(sub);
        if (!done && tail - cursor > most)
            most = tail - cursor;
    }
    return most;
}

size_t leat__bring_len(const leat__hub *hub)
{
    return most_behind(hub);
}

bool leat__bring_has_room(leat__hub *hub)
{
    size_t tail = leat__hub_tail(hub);
    if (hub->lossy)
        return true;
    if (LEAT__UNLIKELY(tail == hub->limit)) {
        size_t cap = leat__hub_chan(hub)->cap;
        size_t behind = most_behind(hub);
        LEAT_ASSERT(behind <= cap); /* I1 */
        hub->limit = tail + (cap - behind);
        if (behind < cap)
            hub->marked = false;
    }
    return tail != hub->limit;
}

static void write_words(leat__az *words, const void *msg, size_t bytes)
{
    size_t whole = bytes / WORD;
    /* ORDER broadcast.torn: the odd stamp before the words, for who reads them. */
    leat__stz_words_rel(words, msg, whole);
    if (bytes % WORD != 0) {
        size_t word = 0;
        memcpy(&word, (const unsigned char *)msg + whole * WORD, bytes % WORD);
        /* ORDER broadcast.torn: likewise. */
        leat__stz_rel(&words[whole], word);
    }
}

static void write_stamped(leat_chan *chan, size_t index, size_t position,
                          const void *msg)
{
    leat__az *words = words_at(chan, index);
    /* relaxed: the words that follow carry it */
    leat__stz_rlx(&words[0], stamp_of(position) - 1);
    write_words(words + 1, msg, chan->msg_bytes);
    /* ORDER broadcast.stamp: the words before the stamp. */
    leat__stz_rel(&words[0], stamp_of(position));
}

/* The message of position `tail` is in its slot. */
static inline void raise_tail(leat__hub *hub, size_t tail)
{
    size_t index = hub->index + 1;
    hub->index = index == leat__hub_chan(hub)->cap ? 0 : index;
    /* ORDER broadcast.full: the message before the tail. */
    leat__stz_rel(&hub->tail, tail + 1);
}

static inline void put_plain(leat__hub *hub, size_t tail, const void *msg)
{
    leat_chan *chan = leat__hub_chan(hub);
    leat__copy(leat__chan_slot(chan, hub->index), msg, chan->msg_bytes);
    raise_tail(hub, tail);
}

void leat__bring_put(leat__hub *hub, const void *msg)
{
    size_t tail = leat__hub_tail(hub);
    if (!hub->lossy) {
        put_plain(hub, tail, msg);
        return;
    }
    write_stamped(leat__hub_chan(hub), hub->index, tail, msg);
    raise_tail(hub, tail);
}

int leat__bring_try_send(leat_chan *chan, const void *msg)
{
    leat__hub *hub = leat__hub_of(chan);
    if (LEAT__UNLIKELY(!leat__lock_try(&chan->lock)))
        return leat__hub_try_send(chan, msg);
    size_t tail = leat__hub_tail(hub);
    /* relaxed: under the lock, as every write of it */
    bool closed = (leat__ld32_rlx(&chan->state) & LEAT__CHAN_CLOSED) != 0;
    if (LEAT__UNLIKELY(tail == hub->limit || closed ||
                       !leat__list_is_empty(&hub->asleep) ||
                       !leat__list_is_empty(&chan->sendq))) {
        leat__chan_unlock(chan);
        return leat__hub_try_send(chan, msg);
    }
    put_plain(hub, tail, msg);
    leat__chan_unlock(chan);
    return 0;
}

/* Does it hold the sender back that wants to write over position `slowest`? */
static bool holds_back(const leat__sub *sub, size_t slowest)
{
    /* ORDER broadcast.free: as in most_behind. */
    size_t cursor = leat__ldz_acq(&sub->cursor);
    bool done = sub->sealed && cursor == leat__sub_end(sub);
    return cursor == slowest && !done;
}

/* returns whether it has a mark that it may not have seen: it receives alone */
static bool leave_mark(leat__sub *sub, size_t slowest)
{
    leat__chan_lock(leat__sub_chan(sub));
    /* relaxed: what is taken back meanwhile is followed by a visit (I4) */
    bool fresh = holds_back(sub, slowest) && leat__ld32_rlx(&sub->marked) == 0;
    if (fresh)
        leat__st32_rlx(&sub->marked, 1); /* relaxed: the lock, or the fence */
    leat__chan_unlock(leat__sub_chan(sub));
    return fresh && sub->alone;
}

bool leat__bring_mark(leat__hub *hub)
{
    size_t slowest = leat__hub_tail(hub) - leat__hub_chan(hub)->cap;
    bool unseen = false;
    bool any = false;
    if (hub->marked) /* who is at `slowest` still has its mark */
        return true;
    for (leat__link *at = hub->subs.next; at != &hub->subs; at = at->next)
        unseen |= leave_mark(LEAT__CONTAINER(at, leat__sub, link), slowest);
    if (unseen)
        fence_for_alone(
            leat__sub_chan(LEAT__CONTAINER(hub->subs.next, leat__sub, link)));
    for (leat__link *at = hub->subs.next; at != &hub->subs; at = at->next)
        any |= holds_back(LEAT__CONTAINER(at, leat__sub, link), slowest);
    hub->marked = any;
    return any;
}

/* ---- a receiver's side (under the sub's lock) ------------------------------------------ */

static bool is_sealed(leat__sub *sub)
{
    return leat__chan_is(leat__sub_chan(sub), LEAT__CHAN_SEALED);
}

/* Are there messages? The tail comes first: with a message that was sent behind the seal,
 * the seal is seen. returns 0, LEAT_ECLOSED, LEAT_EAGAIN */
static LEAT__NOINLINE int look_again(leat__sub *sub)
{
    /* ORDER broadcast.full: the tail before the messages below it. */
    size_t tail = leat__ldz_acq(&sub->hub->tail);
    bool sealed = is_sealed(sub);
    sub->seen = sealed ? leat__sub_end(sub) : tail;
    LEAT_ASSERT(sub->seen - sub->next <= leat__sub_chan(sub)->cap); /* I1 */
    if (sub->seen != sub->next)
        return 0;
    return sealed ? LEAT_ECLOSED : LEAT_EAGAIN;
}

LEAT__INLINE int take_blocking(leat__sub *sub, enum leat__act act, void *msg)
{
    const leat_chan *chan = leat__sub_chan(sub);
    int rc = sub->next == sub->seen ? look_again(sub) : 0;
    if (rc != 0)
        return rc;
    leat__copy(msg, leat__chan_slot(chan, sub->index), chan->msg_bytes);
    if (act != LEAT__PEEK)
        leat__sub_advance(sub);
    return 0;
}

/* It has moved on; a sender may wait for that. */
LEAT__INLINE bool take_visit(leat__sub *sub)
{
    bool visits = sub->visit;
    sub->visit = false;
    return visits;
}

static LEAT__NOINLINE int then_visit(leat__sub *sub, int rc)
{
    leat__hub_visit(sub->hub);
    return rc;
}

static LEAT__NOINLINE int recv_contended(leat_chan *chan, void *msg)
{
    return leat__sub_take(leat__sub_of(chan), LEAT__MOVE, msg);
}

int leat__bring_try_recv(leat_chan *chan, void *msg)
{
    leat__sub *sub = leat__sub_of(chan);
    if (LEAT__UNLIKELY(!leat__lock_try(&chan->lock)))
        return recv_contended(chan, msg);
    int rc = take_blocking(sub, LEAT__MOVE, msg);
    bool visits = take_visit(sub);
    leat__chan_unlock(chan);
    return LEAT__UNLIKELY(visits) ? then_visit(sub, rc) : rc;
}

int leat__bring_recv_alone(leat_chan *chan, void *msg)
{
    leat__sub *sub = leat__sub_of(chan);
    leat__st32_rlx(&sub->inside, 1); /* relaxed: the light fence follows */
    /* ORDER broadcast.inside (Dekker, partner in leat__bring_keep_out):
     *     receiver: inside := 1  ; light fence ; read ABORTED
     *     aborter:  ABORTED := 1 ; heavy fence ; read inside
     * Either the receive goes by the lock or the aborter waits for it. */
    leat__sub_fence_light(sub);
    bool aborted = leat__chan_is(chan, LEAT__CHAN_ABORTED);
    int rc = aborted ? LEAT_ECLOSED : take_blocking(sub, LEAT__MOVE, msg);
    bool visits = !aborted && take_visit(sub);
    /* ORDER broadcast.inside: what we did before who sees us outside. */
    leat__st32_rel(&sub->inside, 0);
    return LEAT__UNLIKELY(visits) ? then_visit(sub, rc) : rc;
}

void leat__bring_keep_out(leat__sub *sub)
{
    leat_chan *chan = leat__sub_chan(sub);
    leat__spin spin = LEAT__SPIN_PARKED;
    leat__chan_set(chan, LEAT__CHAN_ABORTED);
    /* relaxed: if it is the last owner that leaves, nobody is inside */
    if (leat__ld32_rlx(&chan->rx.owners) == 0)
        return;
    fence_for_alone(chan);
    /* ORDER broadcast.inside: what the receive did before it was outside. */
    while (leat__ld32_acq(&sub->inside) != 0) {
        if (!leat__spin_turn(&spin))
            leat__os_nap();
    }
}

/* Copy the message of the sub's position, if the slot has it from the first look at the
 * stamp to the last. */
static bool read_stamped(const leat__sub *sub, size_t *copy)
{
    const leat_chan *chan = leat__sub_chan((leat__sub *)(uintptr_t)sub);
    const leat__az *words = words_at(chan, sub->index);
    size_t n = words_of(chan->msg_bytes);
    /* ORDER broadcast.stamp: the stamp before the words. */
    if (leat__ldz_acq(&words[0]) != stamp_of(sub->next))
        return false;
    /* ORDER broadcast.torn: a word of another message before the stamp below. */
    leat__ldz_words_acq(copy, &words[1], n);
    /* relaxed: behind the acquires of the words */
    return leat__ldz_rlx(&words[0]) == stamp_of(sub->next);
}

/* Has the slot of the next position been written, ever? From the second lap on it has. */
static bool slot_has_stamp(leat__sub *sub)
{
    if (sub->next == sub->seen && sub->next < leat__sub_chan(sub)->cap)
        /* ORDER broadcast.full: the tail before the stamps below it. */
        sub->seen = leat__ldz_acq(&sub->hub->tail);
    return sub->next != sub->seen || sub->next >= leat__sub_chan(sub)->cap;
}

/* The oldest position that is kept, now that the sub's is not. */
static size_t oldest_kept(const leat__sub *sub)
{
    size_t cap = leat__sub_chan((leat__sub *)(uintptr_t)sub)->cap;
    /* ORDER broadcast.full: the tail before the stamps below it. */
    size_t tail = leat__ldz_acq(&sub->hub->tail);
    size_t lost = leat__ahead(tail - cap, sub->next);
    size_t skipped = lost > 0 ? lost : 1; /* the next one is on its way out */
    size_t left = sub->sealed ? leat__sub_end(sub) - sub->next : SIZE_MAX;
    return sub->next + (skipped < left ? skipped : left);
}

static int take_lossy(leat__sub *sub, enum leat__act act, void *msg)
{
    size_t copy[LEAT__BRING_MAX / WORD];
    for (int laps = 0; laps <= LAPS; laps++) {
        if (sub->sealed && sub->next == leat__sub_end(sub))
            return LEAT_ECLOSED;
        if (!slot_has_stamp(sub))
            return LEAT_EAGAIN;
        bool got = read_stamped(sub, copy);
        if (!got) {
            /* ORDER broadcast.full: the tail before the stamps below it. */
            size_t tail = leat__ldz_acq(&sub->hub->tail);
            if (leat__ahead(tail, sub->next) == 0) /* I3 */
                return LEAT_EAGAIN;
            got = read_stamped(sub, copy); /* it may have come just now */
        }
        if (got) {
            leat__copy_read(msg, copy, leat__sub_chan(sub)->msg_bytes);
            if (act != LEAT__PEEK)
                leat__sub_advance(sub);
            return 0;
        }
        if (leat__sub_miss(sub, oldest_kept(sub)) != 0)
            return LEAT_ELAGGED;
    }
    return LEAT__BRING_CONTENDED;
}

int leat__bring_take(leat__sub *sub, enum leat__act act, void *msg)
{
    return sub->lossy ? take_lossy(sub, act, msg)
                      : take_blocking(sub, act, msg);
}
