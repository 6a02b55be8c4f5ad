/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* half.c - owners of the two halves, closing, and the view.
 *
 * State. tx.owners, rx.owners: how many owners; from 1 up and down to 0 for good.
 *        holds: the halves with owners, and the weak handles.
 *        goneq: ops of either half that wait until the other is gone; under the lock.
 *
 * Invariants.
 *   I1  owners == 0 is for ever
 *   I2  exactly one drop takes a half's owners to 0; it closes the channel, and
 *       for the receiving half discards, before it takes the half away
 *   I3  exactly one drop takes holds to 0; it frees
 *   I4  who is told that a half is gone finds the channel closed by it: whoever sees the
 *       owners at 0 before their dropper has closed does it for him (help)
 *   I5  an op is in goneq => its owner has not seen the other half's owners at 0, or
 *       the dropper who took them there is on its way to the queue
 *
 * Lifetime. A thread that uses a half owns it or borrows from an owner, so holds
 * cannot reach 0 under it. LAST TOUCH: letting go of a hold.
 *
 * MODEL: tests/model/m_half.c */
#include "chan/registry.h"

static void close_with(leat_chan *chan, int reason)
{
    chan->verbs->close(chan, reason);
}

/* No program has so many owners; one that clones and never drops gets there, and
 * must not come around to 0. */
#define OWNERS_MAX (UINT32_MAX / 2)

static void check_count(uint32_t before)
{
    LEAT_CHECK(before < OWNERS_MAX,
               "a half or a token is cloned without end: two billion owners");
}

void leat__chan_release(leat_chan *chan)
{
    /* ORDER half.free: each side's last use before the free. */
    if (leat__sub32_acqrel(&chan->holds, 1) == 1)
        leat__chan_free(chan);
}

void leat__chan_hold(leat_chan *chan)
{
    /* relaxed: the caller keeps the channel alive, by what it makes the hold from */
    check_count(leat__add32_rlx(&chan->holds, 1));
}

static bool is_gone(const leat__a32 *owners)
{
    /* ORDER half.drop: what the owners did before who sees them gone. */
    return leat__ld32_acq(owners) == 0;
}

/* The owners that an op of direction dir waits for to be gone. */
static const leat__a32 *opposite(leat_chan *chan, enum leat__dir dir)
{
    leat_chan *core = leat__chan_core(chan);
    return dir == LEAT__SEND ? &core->rx.owners
                             : &leat__chan_senders(core)->tx.owners;
}

bool leat__chan_is_gone(leat_chan *chan, enum leat__dir dir)
{
    if (chan->verbs->is_gone != NULL)
        return chan->verbs->is_gone(chan, leat__other_half(dir));
    return is_gone(opposite(chan, dir));
}

/* Finish what the last owner of the half opposite of dir's has begun (I4).
 * pre: it has no owner any more */
static void finish_leaving(leat_chan *chan, enum leat__dir dir)
{
    leat_chan *core = leat__chan_core(chan);
    enum leat__dir gone = leat__other_half(dir);
    if (gone == LEAT__SEND)
        core = leat__chan_senders(core);
    if ((core->verbs->stays_without & (1u << gone)) == 0 &&
        !leat__chan_is(core, LEAT__CHAN_CLOSED))
        close_with(core, 0);
}

static bool is_told_gone(leat_chan *chan, enum leat__dir dir)
{
    bool gone = leat__chan_is_gone(chan, dir);
    if (gone)
        finish_leaving(chan, dir);
    return gone;
}

/* At goneq: the kinds' common way. */
static int enlist_gone(leat_chan *chan, enum leat__dir dir,
                       leat__waiter *waiter)
{
    chan = leat__chan_core(chan);
    leat__chan_lock(chan);
    bool gone = leat__chan_is_gone(chan, dir);
    if (!gone)
        leat__list_push_back(&chan->goneq, &waiter->link);
    leat__chan_unlock(chan);
    return gone ? 0 : LEAT_EAGAIN;
}

int leat__chan_enlist_gone(leat_chan *chan, enum leat__dir dir,
                           leat__waiter *waiter)
{
    waiter->dir = (uint8_t)dir;
    int rc = chan->verbs->enlist_gone != NULL
                 ? chan->verbs->enlist_gone(chan, dir, waiter)
                 : enlist_gone(chan, dir, waiter);
    if (rc == 0)
        finish_leaving(chan, dir);
    return rc;
}

static const char *still_waits(enum leat__dir half)
{
    return half == LEAT__SEND
               ? "leat_tx_drop: a call still waits on the half that its last "
                 "owner drops"
               : "leat_rx_drop: a call still waits on the half that its last "
                 "owner drops";
}

void leat__chan_claim_told(leat_chan *chan, enum leat__dir half,
                           leat__link *told)
{
    leat__list_init(told);
    leat__chan_lock(chan);
    bool none =
        leat__list_is_empty(half == LEAT__SEND ? &chan->sendq : &chan->recvq);
    leat__link *next;
    for (leat__link *at = chan->goneq.next; at != &chan->goneq; at = next) {
        leat__waiter *waiter = LEAT__CONTAINER(at, leat__waiter, link);
        next = at->next;
        none = none && waiter->dir != (uint8_t)half;
        leat__list_remove(at);
        if (leat__wait_claim(waiter->wait)) {
            waiter->rc = 0;
            leat__list_push_back(told, at);
        }
    }
    leat__chan_unlock(chan);
    LEAT_CHECK(none, still_waits(half));
}

/* One owner more, while there is any. */
static bool try_own(leat__a32 *owners)
{
    for (;;) {
        /* ORDER half.drop: what the owners did, if they are gone. */
        uint32_t seen = leat__ld32_acq(owners);
        if (seen == 0)
            return false; /* I1 */
        check_count(seen);
        /* relaxed: the caller keeps the channel alive by the other half, and what
         * an owner is told travels with the message that tells it */
        if (leat__cas32_rlx(owners, &seen, seen + 1))
            return true;
    }
}

/* ---- the sending half ------------------------------------------------------ */

leat_tx *leat_tx_clone(leat_tx *tx)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    LEAT_CHECK((chan->flags & LEAT_SINGLE_PRODUCER) == 0,
               "leat_tx_clone: the channel promises a single producer");
    leat__registry_taken(chan, LEAT__SEND, LEAT__SITE());
    /* relaxed: the caller is an owner */
    check_count(leat__add32_rlx(&tx->owners, 1));
    return tx;
}

bool leat_tx_drop(leat_tx *tx)
{
    if (tx == NULL)
        return false;
    leat_chan *chan = leat__chan_of_tx(tx);
    leat__registry_dropped(chan, LEAT__SEND, LEAT__SITE());
    if (chan->verbs->leave != NULL)
        return chan->verbs->leave(chan, LEAT__SEND);
    /* ORDER half.drop: what each owner did before the last one closes. */
    if (leat__sub32_acqrel(&tx->owners, 1) != 1)
        return false;
    leat__link told;
    leat__chan_claim_told(chan, LEAT__SEND, &told);
    LEAT_CHECK(!leat__chan_has_places(chan) ||
                   !chan->verbs->places->are_held(chan, LEAT__SEND),
               "leat_tx_drop: the last owner leaves with a slot reserved");
    close_with(chan, 0);
    leat__chan_complete_all(&told);
    tx->tag = 0;
    leat__chan_release(chan);
    return true;
}

leat_tx *leat__chan_own_tx(leat_chan *chan, const void *site)
{
    LEAT_CHECK((chan->flags & LEAT_SINGLE_PRODUCER) == 0,
               "a second owner of a leat_tx: the channel promises a single "
               "producer");
    if (!try_own(&chan->tx.owners))
        return NULL;
    leat__registry_taken(chan, LEAT__SEND, site);
    return &chan->tx;
}

leat_tx *leat_chan_tx(leat_chan *chan)
{
    LEAT_CHECK(chan != NULL, "leat_chan_tx: chan is NULL");
    chan = leat__chan_senders(leat__chan_core(chan));
    return leat__chan_own_tx(chan, LEAT__SITE());
}

void leat_tx_close(leat_tx *tx)
{
    close_with(leat__chan_of_tx(tx), 0);
}

void leat_tx_close_because(leat_tx *tx, int reason)
{
    close_with(leat__chan_of_tx(tx), reason);
}

leat_chan *leat_tx_chan(leat_tx *tx)
{
    return leat__chan_of_tx(tx);
}

bool leat_tx_is_gone(leat_tx *tx)
{
    return is_told_gone(leat__chan_of_tx(tx), LEAT__SEND);
}

/* ---- the receiving half ------------------------------------------------------ */

leat_rx *leat_rx_clone(leat_rx *rx)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    LEAT_CHECK((chan->flags & LEAT_SINGLE_CONSUMER) == 0,
               "leat_rx_clone: the channel promises a single consumer");
    leat__registry_taken(chan, LEAT__RECV, LEAT__SITE());
    /* relaxed: the caller is an owner */
    check_count(leat__add32_rlx(&rx->owners, 1));
    return rx;
}

bool leat_rx_drop(leat_rx *rx)
{
    if (rx == NULL)
        return false;
    leat_chan *chan = leat__chan_of_rx(rx);
    leat__registry_dropped(chan, LEAT__RECV, LEAT__SITE());
    if (chan->verbs->leave != NULL)
        return chan->verbs->leave(chan, LEAT__RECV);
    /* ORDER half.drop: what each owner did before the last one closes. */
    if (leat__sub32_acqrel(&rx->owners, 1) != 1)
        return false;
    leat__link told;
    leat__chan_claim_told(chan, LEAT__RECV, &told);
    LEAT_CHECK(!leat__chan_has_places(chan) ||
                   !chan->verbs->places->are_held(chan, LEAT__RECV),
               "leat_rx_drop: the last owner leaves with a message borrowed");
    close_with(chan, 0);
    leat__chan_complete_all(&told);
    chan->verbs->discard(chan);
    rx->tag = 0;
    leat__chan_release(chan);
    return true;
}

leat_rx *leat__chan_own_rx(leat_chan *chan, const void *site)
{
    LEAT_CHECK((chan->flags & LEAT_SINGLE_CONSUMER) == 0,
               "a second owner of a leat_rx: the channel promises a single "
               "consumer");
    if (!try_own(&chan->rx.owners))
        return NULL;
    leat__registry_taken(chan, LEAT__RECV, site);
    return &chan->rx;
}

leat_rx *leat_chan_rx(leat_chan *chan)
{
    LEAT_CHECK(chan != NULL, "leat_chan_rx: chan is NULL");
    if (chan->kind == LEAT__HUB)
        return NULL; /* its receivers have halves of their own */
    return leat__chan_own_rx(chan, LEAT__SITE());
}

void leat_rx_close(leat_rx *rx)
{
    close_with(leat__chan_of_rx(rx), 0);
}

void leat_rx_close_because(leat_rx *rx, int reason)
{
    close_with(leat__chan_of_rx(rx), reason);
}

void leat_rx_abort(leat_rx *rx)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    if (chan->verbs->abort != NULL) {
        chan->verbs->abort(chan);
        return;
    }
    close_with(chan, 0);
    chan->verbs->discard(chan);
}

leat_chan *leat_rx_chan(leat_rx *rx)
{
    return leat__chan_of_rx(rx);
}

bool leat_rx_is_gone(leat_rx *rx)
{
    return is_told_gone(leat__chan_of_rx(rx), LEAT__RECV);
}

/* ---- the view ------------------------------------------------------------------ */

size_t leat__chan_len(leat_chan *chan)
{
    if (chan->verbs->len != NULL)
        return chan->verbs->len(chan);
    if (chan->kind != LEAT__ENDS)
        return leat__ldz_rlx(&chan->store.len); /* relaxed: a look */
    /* The consumer's count first: the producer's can only have grown since, so the
     * difference is not negative. If the consumer's is the same afterwards, both
     * were so at one moment; else look again, for a bounded time. */
    enum { LOOKS = 100 };
    size_t got;
    size_t put;
    int looks = 0;
    do {
        /* ORDER ends.free: get.count before put.count. */
        got = leat__ldz_acq(&chan->get.count);
        /* ORDER ends.full: put.count before get.count once more. */
        put = leat__ldz_acq(&chan->put.count);
        /* relaxed: behind the acquire before it */
    } while (leat__ldz_rlx(&chan->get.count) != got && ++looks < LOOKS);
    return put - got < chan->cap ? put - got : chan->cap;
}

static void check_view(const leat_chan *chan)
{
    LEAT_CHECK(chan != NULL, "leat_chan: the view is NULL");
}

size_t leat_chan_len(leat_chan *chan)
{
    check_view(chan);
    return leat__chan_len(chan);
}

size_t leat_chan_cap(leat_chan *chan)
{
    check_view(chan);
    return chan->cap;
}

size_t leat_chan_msg_bytes(leat_chan *chan)
{
    check_view(chan);
    return chan->msg_bytes;
}

bool leat_chan_is_empty(leat_chan *chan)
{
    return leat_chan_len(chan) == 0;
}

bool leat_chan_is_full(leat_chan *chan)
{
    check_view(chan);
    if (leat__chan_has_places(chan))
        return chan->verbs->places->are_used_up(chan);
    return leat_chan_len(chan) == chan->cap;
}

bool leat_chan_is_closed(leat_chan *chan)
{
    check_view(chan);
    return leat__chan_is(leat__chan_core(chan), LEAT__CHAN_CLOSED);
}

int leat_chan_close_reason(leat_chan *chan)
{
    check_view(chan);
    chan = leat__chan_core(chan);
    return leat__chan_is(chan, LEAT__CHAN_CLOSED) ? chan->reason : 0;
}

static size_t count_owners(leat_chan *chan, enum leat__dir half)
{
    if (chan->verbs->is_gone != NULL)
        return chan->verbs->is_gone(chan, half) ? 0 : 1;
    /* relaxed: a look */
    return leat__ld32_rlx(half == LEAT__SEND ? &chan->tx.owners
                                             : &chan->rx.owners);
}

size_t leat_chan_tx_count(leat_chan *chan)
{
    check_view(chan);
    return count_owners(leat__chan_senders(leat__chan_core(chan)), LEAT__SEND);
}

size_t leat_chan_rx_count(leat_chan *chan)
{
    check_view(chan);
    return count_owners(chan, LEAT__RECV);
}

const char *leat_chan_name(leat_chan *chan)
{
    check_view(chan);
    chan = leat__chan_core(chan);
    return chan->record == NULL ? "" : chan->record->name;
}
