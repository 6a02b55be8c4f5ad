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
 * first, so that a receive that fails has not touched the caller's.
 *
 * Invariants. (The hub's lock: H; a sub's: S.)
 *   I1  blocking: for each sub that is not done (sealed, with its cursor at its end)
 *       cursor <= tail <= cursor + cap; limit <= the least cursor + cap
 *   I2  blocking: slot of position p is written under H while no such cursor is <= p - cap
 *   I3  lossy: stamp == 2p + 2 => the words are those of p; tail > p follows before H is
 *       let go of, so while H is held a cursor may be one ahead of the tail
 *   I4  blocking: a sender is parked  =>  there is a sub that is marked, or one whose
 *       mark was taken back and which is on its way to H, or whoever has H will look
 * I4 needs no fence. Who is about to park has H, and takes each S: it sees the cursor moved
 * on, or leaves a mark. The receiver finds that when it moves on, under S, and comes to H
 * afterwards, when the sender is in the queue.
 *
 * Progress. A blocking receive and a send never wait for each other but for the length of
 * H and S. A lossy receive that is lapped again and again goes on under H, where nobody
 * laps it.
 *
 * MODEL: tests/model/m_broadcast.c */
#include "base/mem.h"
#include "chan/broadcast.h"

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
    const unsigned char *from = msg;
    for (size_t n = words_of(bytes); n > 0; n--, words++, from += WORD) {
        size_t word = 0;
        memcpy(&word, from, bytes < WORD ? bytes : WORD);
        bytes -= bytes < WORD ? bytes : WORD;
        /* ORDER broadcast.torn: the odd stamp before the word, for who reads it. */
        leat__stz_rel(words, word);
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

void leat__bring_put(leat__hub *hub, const void *msg)
{
    leat_chan *chan = leat__hub_chan(hub);
    size_t tail = leat__hub_tail(hub);
    if (hub->lossy)
        write_stamped(chan, hub->index, tail, msg);
    else
        leat__copy(leat__chan_slot(chan, hub->index), msg, chan->msg_bytes);
    hub->index = hub->index + 1 == chan->cap ? 0 : hub->index + 1;
    /* ORDER broadcast.full: the message before the tail. */
    leat__stz_rel(&hub->tail, tail + 1);
}

bool leat__bring_mark(leat__hub *hub)
{
    size_t tail = leat__hub_tail(hub);
    size_t slowest = tail - leat__hub_chan(hub)->cap;
    bool any = false;
    if (hub->marked) /* who is at `slowest` still has its mark */
        return true;
    for (leat__link *at = hub->subs.next; at != &hub->subs; at = at->next) {
        leat__sub *sub = LEAT__CONTAINER(at, leat__sub, link);
        leat__chan_lock(leat__sub_chan(sub));
        bool done = sub->sealed && sub->next == leat__sub_end(sub);
        if (sub->next == slowest && !done) {
            sub->marked = true; /* I4 */
            any = true;
        }
        leat__chan_unlock(leat__sub_chan(sub));
    }
    hub->marked = any;
    return any;
}

/* ---- a receiver's side (under the sub's lock) ------------------------------------------ */

static int ring_is_dry(const leat__sub *sub)
{
    return sub->sealed ? LEAT_ECLOSED : LEAT_EAGAIN;
}

/* Are there messages? */
static bool look_again(leat__sub *sub)
{
    /* ORDER broadcast.full: the tail before the messages below it. */
    size_t tail = leat__ldz_acq(&sub->hub->tail);
    sub->seen = sub->sealed ? leat__sub_end(sub) : tail;
    LEAT_ASSERT(sub->seen - sub->next <= leat__sub_chan(sub)->cap); /* I1 */
    return sub->seen != sub->next;
}

static int take_blocking(leat__sub *sub, enum leat__act act, void *msg)
{
    const leat_chan *chan = leat__sub_chan(sub);
    if (sub->next == sub->seen && !look_again(sub))
        return ring_is_dry(sub);
    leat__copy(msg, leat__chan_slot(chan, sub->index), chan->msg_bytes);
    if (act != LEAT__PEEK)
        leat__sub_advance(sub);
    return 0;
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
    for (size_t i = 0; i < n; i++)
        /* ORDER broadcast.torn: a word of another message before the stamp below. */
        copy[i] = leat__ldz_acq(&words[1 + i]);
    /* relaxed: behind the acquires of the words */
    return leat__ldz_rlx(&words[0]) == stamp_of(sub->next);
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
        bool got = read_stamped(sub, copy);
        if (!got) {
            /* ORDER broadcast.full: the tail before the stamps below it. */
            size_t tail = leat__ldz_acq(&sub->hub->tail);
            if (leat__ahead(tail, sub->next) == 0) /* I3 */
                return LEAT_EAGAIN;
            got = read_stamped(sub, copy); /* it may have come just now */
        }
        if (got) {
            leat__copy(msg, copy, leat__sub_chan(sub)->msg_bytes);
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
