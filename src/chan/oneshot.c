/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* oneshot.c - a channel for one value.
 *
 * Idea. Both ends are single, and one value passes, so one word says it all: sent or
 * not, closed or not, who has gone. A send is one exchange of that word, a receive a
 * look at it, and of the two drops the first is an exchange and the second a look. A send
 * that lets go of its half is one exchange for both, a receive that does so two looks.
 * Whoever has to wait, or to do more than one thing in one step, first sets a bit that
 * keeps those short ways out; from then on everybody comes through the lock, but for
 * who leaves second, whom nobody meets any more.
 *
 * State. state, of these bits, each set once and for ever:
 *     CLOSED, SEALED    sends refuse; the two together
 *     FULL              the value has been sent; CLOSED came with it
 *     ABORTED           the receiver is to discard it
 *     SLOW              no short ways any more: take the lock
 *     TX_LEFT, RX_LEFT  the half is being dropped, by the long way
 *     TX_GONE, RX_GONE  it has been dropped, and its dropper had its last touch
 *   taken: 1 when the value has left the slot. Written by the receiver, or under the lock
 *   by a send that hands over to it while it waits.
 *
 * Invariants.
 *   I1  every change of state is one read-modify-write, so what came before any of them
 *       is visible to who acquires a later one
 *   I2  SLOW is clear => nobody is in a queue; there may be none yet. Whoever enlists sets
 *       it under the lock, makes the queues if it was clear, and looks at what the word
 *       was: a short way that came before is seen there, one that comes later fails at
 *       SLOW, and meets the lock
 *   I3  SLOW is set => state changes under the lock only, but for LEFT and GONE
 *   I4  the slot is the sender's until FULL, and then the receiver's
 *   I5  the value is received, discarded, or still its sender's: taken goes to 1 once
 *   I6  who finds the other half gone in state frees; exactly one of the two does
 *   I7  a half is GONE => both queues are empty for good: its dropper has closed the
 *       channel, and won all who waited for that or for a value; and who comes later to
 *       enlist finds CLOSED, or LEFT
 *
 * Progress and lifetime. The short ways repeat an exchange only when a bit was set
 * meanwhile, of which there are few. `holds` is one for both halves, and one for each
 * weak handle. LAST TOUCH: setting one's own bit.
 *
 * MODEL: tests/model/m_oneshot.c */
#include "base/mem.h"
#include "chan/oneshot.h"
#include "chan/registry.h"
#include "os/os.h"

#include <leat/oneshot.h>

/* Is there a value for the receiver? */
static inline bool once_is_there(const leat_chan *chan, uint32_t state)
{
    /* relaxed: the receiver's own, or seen with FULL or with the end of a wait */
    return (state & LEAT__ONCE_FULL) != 0 &&
           leat__ld32_rlx(&chan->once.taken) == 0;
}

static inline uint32_t once_look(const leat_chan *chan)
{
    /* ORDER oneshot.state: what came before the bits that we see. */
    return leat__ld32_acq(&chan->state);
}

/* Keep the short ways out. pre: the lock is held. returns what the state was */
static uint32_t once_slow_down(leat_chan *chan)
{
    /* ORDER oneshot.state: as in look. */
    uint32_t seen = leat__or32_acq(&chan->state, LEAT__ONCE_SLOW);
    if ((seen & LEAT__ONCE_SLOW) == 0)
        leat__once_queues_init(chan);
    return seen;
}

/* pre: the lock is held, and SLOW set */
static void once_add_bits(leat_chan *chan, uint32_t bits)
{
    /* ORDER oneshot.state: what we did before, for who sees the bits. */
    leat__or32_rel(&chan->state, bits);
}

/* ---- the end ---------------------------------------------------------------------- */

static uint32_t gone_bit(enum leat__dir half)
{
    return half == LEAT__SEND ? LEAT__ONCE_TX_GONE : LEAT__ONCE_RX_GONE;
}

static uint32_t left_bit(enum leat__dir half)
{
    return half == LEAT__SEND ? LEAT__ONCE_TX_LEFT : LEAT__ONCE_RX_LEFT;
}

static bool once_has_left(uint32_t state, enum leat__dir half)
{
    return (state & (gone_bit(half) | left_bit(half))) != 0;
}

static inline void free_plain(leat_chan *chan)
{
    chan->weak_tx.tag = 0;
    chan->weak_rx.tag = 0;
    if (!chan->lent)
        leat__mem_free(chan);
}

#if LEAT__ONCE_SPARES

LEAT__THREAD_LOCAL leat__once_spare leat__spare;

/* The calling thread ends. */
static void end_spare(void *arg)
{
    leat__once_spare *spare = arg;
    leat__mem_free_libc(spare->block);
    spare->block = NULL;
    spare->has_room = false; /* for good: other destructors may follow */
}

static LEAT__NOINLINE void free_or_watch(leat_chan *chan)
{
    leat__once_spare *spare = &leat__spare;
    if (!spare->is_watched && leat__mem_is_libc()) {
        spare->is_watched = true;
        spare->has_room = leat__os_at_end(end_spare, spare);
    }
    free_plain(chan);
}

/* Keep a block, or free it. pre: nothing but the short ways has happened by it */
static inline void free_given(leat_chan *chan)
{
    leat__once_spare *spare = &leat__spare;
    if ((chan->once.shape & LEAT__ONCE_SPARE) == 0) {
        free_plain(chan);
    } else if (LEAT__LIKELY(spare->has_room && leat__mem_is_libc())) {
        spare->has_room = false;
        spare->block = chan;
    } else {
        free_or_watch(chan);
    }
}

#else

static inline void free_given(leat_chan *chan)
{
    free_plain(chan);
}

#endif

static void oneshot_free(leat_chan *chan)
{
    bool tells = (chan->once.shape & LEAT__ONCE_TELLS) != 0;
    void (*gone)(void *) = tells ? leat__once_hook_of(chan)->gone : NULL;
    void *gone_arg = tells ? leat__once_hook_of(chan)->arg : NULL;
    leat__registry_remove(chan);
    free_plain(chan);
    if (gone != NULL)
        gone(gone_arg);
}

/* Both halves are gone. Has nobody a weak handle? Then nobody can make one. */
static inline bool once_is_all(const leat_chan *chan)
{
    /* ORDER half.free: each weak handle's last use before the free. */
    return LEAT__LIKELY(leat__ld32_acq(&chan->holds) == 1);
}

static void once_let_go(leat_chan *chan)
{
    if (once_is_all(chan))
        oneshot_free(chan);
    else
        leat__chan_release(chan);
}

/* Set the half's own bit. LAST TOUCH, unless the other has gone before. */
static void once_go(leat_chan *chan, enum leat__dir half)
{
    /* ORDER oneshot.state: our last use before the other's free, or the other's before
     * ours. */
    uint32_t seen = leat__or32_acqrel(&chan->state, gone_bit(half));
    if ((seen & gone_bit(leat__other_half(half))) != 0)
        once_let_go(chan);
}

/* ---- send --------------------------------------------------------------------- */

/* Give the value to the receiver that waits, a copy to one that peeks, and word to one
 * that wants to be told. It is the slot's if nobody takes it; if somebody does, whoever
 * is behind him learns that none will come.
 * pre: the lock is held, the channel open */
static void once_hand_out(leat_chan *chan, const void *msg, leat__link *won)
{
    leat__waiter *receiver;
    while ((receiver = leat__chan_claim_first(&chan->recvq)) != NULL) {
        if (receiver->act != LEAT__HINT)
            leat__copy(receiver->msg, msg, chan->msg_bytes);
        receiver->rc = 0;
        leat__list_push_back(won, &receiver->link);
        if (receiver->act == LEAT__MOVE) {
            leat__st32_rlx(&chan->once.taken, 1); /* relaxed: goes with FULL */
            leat__chan_claim_all(&chan->recvq, won, LEAT_ECLOSED);
            return;
        }
    }
    leat__copy(leat__once_slot(chan), msg, chan->msg_bytes);
}

static void once_count_sent(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (tally == NULL)
        return;
    bool handed = leat__ld32_rlx(&chan->once.taken) == 1; /* relaxed: our own */
    tally->sent++;
    tally->received += handed ? 1 : 0;
    leat__tally_high(tally, handed ? 0 : 1);
}

/* With the lock. *leaves: the sender goes with its value, and on return: it has gone.
 * Where somebody waits for that alone, it has not. */
static int once_send_locked(leat_chan *chan, const void *msg, bool *leaves)
{
    leat__link won;
    leat__list_init(&won);
    leat__chan_lock(chan);
    bool open = (once_slow_down(chan) & LEAT__CHAN_CLOSED) == 0;
    *leaves = *leaves && open && leat__list_is_empty(&chan->goneq);
    if (open) {
        once_hand_out(chan, msg, &won);
        once_count_sent(chan);
        once_add_bits(chan, LEAT__ONCE_FULL | LEAT__ONCE_ENDED |
                                (*leaves ? LEAT__ONCE_TX_LEFT : 0));
    }
    leat__chan_unlock(chan);
    /* before whoever waits is told, so that he finds nobody to wait for when he drops */
    if (*leaves)
        once_go(chan, LEAT__SEND);
    leat__chan_complete_all(&won);
    return open ? 0 : LEAT_ECLOSED;
}

static LEAT__NOINLINE int once_send_slowly(leat_chan *chan, const void *msg)
{
    bool stays = false;
    if ((once_look(chan) & LEAT__CHAN_CLOSED) != 0)
        return LEAT_ECLOSED; /* and who comes later may go on the short way */
    return once_send_locked(chan, msg, &stays);
}

int leat__oneshot_try_send(leat_chan *chan, const void *msg)
{
    /* relaxed: whether it still is so, the exchange says */
    uint32_t seen = leat__ld32_rlx(&chan->state);
    if (LEAT__UNLIKELY(seen != 0))
        return once_send_slowly(chan, msg);
    leat__copy(leat__once_slot(chan), msg, chan->msg_bytes); /* I4 */
    /* LP: the send. ORDER oneshot.state: the value before FULL. */
    if (LEAT__LIKELY(leat__cas32_rel(&chan->state, &seen,
                                     LEAT__ONCE_FULL | LEAT__ONCE_ENDED)))
        return 0;
    return once_send_slowly(chan, msg);
}

/* ---- receive --------------------------------------------------------------------- */

/* What is there is nobody's any more. pre: once_is_there; the caller is the receiver */
static void once_throw_away(leat_chan *chan)
{
    leat__st32_rlx(&chan->once.taken, 1); /* relaxed: our own */
    if (leat__chan_tally(chan) != NULL) {
        leat__chan_lock(chan);
        leat__chan_tally(chan)->discarded++;
        leat__chan_unlock(chan);
    }
    if (chan->discard != NULL)
        chan->discard(leat__once_slot(chan), chan->discard_arg);
}

static void oneshot_discard(leat_chan *chan)
{
    if (once_is_there(chan, once_look(chan)))
        once_throw_away(chan);
}

/* There is no value to be had in this state. */
static int once_recv_nothing(leat_chan *chan, uint32_t state)
{
    if ((state & LEAT__CHAN_ABORTED) != 0)
        oneshot_discard(chan);
    return (state & LEAT__CHAN_CLOSED) != 0 ? LEAT_ECLOSED : LEAT_EAGAIN;
}

/* Is there a value, not to be discarded? */
static inline bool once_can_take(const leat_chan *chan, uint32_t state)
{
    return once_is_there(chan, state) && (state & LEAT__CHAN_ABORTED) == 0;
}

int leat__oneshot_try_recv(leat_chan *chan, void *msg)
{
    uint32_t seen = once_look(chan);
    if (LEAT__UNLIKELY(!once_can_take(chan, seen)))
        return once_recv_nothing(chan, seen);
    leat__copy(msg, leat__once_slot(chan), chan->msg_bytes);
    leat__st32_rlx(&chan->once.taken, 1); /* relaxed: our own */
    return 0;
}

/* The same on a channel that counts. */
static int oneshot_try_recv(leat_chan *chan, void *msg)
{
    int rc = leat__oneshot_try_recv(chan, msg);
    if (rc == 0 && leat__chan_tally(chan) != NULL) {
        leat__chan_lock(chan);
        leat__chan_tally(chan)->received++;
        leat__chan_unlock(chan);
    }
    return rc;
}

static int oneshot_peek(leat_chan *chan, void *msg)
{
    uint32_t seen = once_look(chan);
    if (!once_can_take(chan, seen))
        return once_recv_nothing(chan, seen);
    leat__copy(msg, leat__once_slot(chan), chan->msg_bytes);
    return 0;
}

/* Put the waiter into the queue unless a try has an answer by now (I2). */
static bool enlist_unless_ended(leat_chan *chan, leat__waiter *waiter)
{
    leat__chan_lock(chan);
    bool ended = (once_slow_down(chan) & LEAT__CHAN_CLOSED) != 0;
    if (!ended)
        leat__list_push_back(&chan->recvq, &waiter->link);
    leat__chan_unlock(chan);
    return !ended;
}

static int oneshot_arm(leat_chan *chan, enum leat__dir dir,
                       leat__waiter *waiter)
{
    if (dir == LEAT__SEND)
        return 0; /* never waits */
    return enlist_unless_ended(chan, waiter) ? LEAT_EAGAIN : 0;
}

static int oneshot_enlist(leat_chan *chan, enum leat__dir dir,
                          leat__waiter *waiter)
{
    if (dir == LEAT__SEND)
        return leat__oneshot_try_send(chan, waiter->msg);
    if (enlist_unless_ended(chan, waiter))
        return LEAT_EAGAIN;
    return waiter->act == LEAT__PEEK ? oneshot_peek(chan, waiter->msg)
                                     : oneshot_try_recv(chan, waiter->msg);
}

/* ---- batches, and force ------------------------------------------------------------- */

static ptrdiff_t oneshot_send_many(leat_chan *chan, const void *msgs, size_t n)
{
    int rc = leat__oneshot_try_send(chan, msgs);
    (void)n; /* the second would find it closed */
    return rc == 0 ? 1 : rc;
}

static ptrdiff_t oneshot_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    int rc = oneshot_try_recv(chan, msgs);
    (void)max;
    return rc == 0 ? 1 : rc;
}

static int oneshot_displace(leat_chan *chan, const void *msg, void *displaced)
{
    (void)displaced; /* what is there closes the channel */
    return leat__oneshot_try_send(chan, msg);
}

/* ---- close --------------------------------------------------------------------------- */

static void oneshot_close(leat_chan *chan, int reason)
{
    leat__link won;
    if ((once_look(chan) & LEAT__CHAN_CLOSED) != 0)
        return;
    leat__list_init(&won);
    leat__chan_lock(chan);
    if ((once_slow_down(chan) & LEAT__CHAN_CLOSED) == 0) {
        chan->reason = reason;
        leat__chan_claim_all(&chan->recvq, &won, LEAT_ECLOSED);
        once_add_bits(chan, LEAT__ONCE_ENDED);
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&won);
}

static void oneshot_abort(leat_chan *chan)
{
    oneshot_close(chan, 0);
    leat__chan_lock(chan);
    once_slow_down(chan);
    once_add_bits(chan, LEAT__CHAN_ABORTED); /* the receiver discards */
    leat__chan_unlock(chan);
}

/* ---- leaving -------------------------------------------------------------------------- */

static bool oneshot_is_gone(leat_chan *chan, enum leat__dir half)
{
    return once_has_left(once_look(chan), half);
}

static int oneshot_enlist_gone(leat_chan *chan, enum leat__dir dir,
                               leat__waiter *waiter)
{
    leat__chan_lock(chan);
    uint32_t seen = once_slow_down(chan);
    /* one who comes by the short way after this meets SLOW, and then the queue */
    bool gone = once_has_left(seen, leat__other_half(dir));
    if (!gone)
        leat__list_push_back(&chan->goneq, &waiter->link);
    leat__chan_unlock(chan);
    return gone ? 0 : LEAT_EAGAIN;
}

/* Somebody waits, or has waited. */
static LEAT__NOINLINE void leave_slowly(leat_chan *chan, enum leat__dir half)
{
    leat__link told;
    /* ORDER half.drop: what the owner did, for who sees it gone. */
    leat__or32_rel(&chan->state, left_bit(half));
    leat__chan_claim_told(chan, half, &told);
    oneshot_close(chan, 0);
    leat__chan_complete_all(&told);
    if (half == LEAT__RECV)
        oneshot_discard(chan);
    once_go(chan, half);
}

static bool oneshot_leave(leat_chan *chan, enum leat__dir half)
{
    bool sends = half == LEAT__SEND;
    *(sends ? &chan->tx.tag : &chan->rx.tag) = 0;
    for (;;) {
        uint32_t seen = once_look(chan);
        bool last = (seen & gone_bit(leat__other_half(half))) != 0;
        /* I7: the lock is for who might be waiting */
        if (LEAT__UNLIKELY(!last && (seen & LEAT__ONCE_SLOW) != 0)) {
            leave_slowly(chan, half);
            return true;
        }
        if (!sends && once_is_there(chan, seen))
            once_throw_away(chan);
        if (last)
            break;
        uint32_t then = seen | gone_bit(half) | LEAT__ONCE_ENDED;
        /* ORDER oneshot.state: our last use before the other's free. LAST TOUCH.
         * ORDER half.drop: what the owner did, for who sees it gone. */
        if (LEAT__LIKELY(leat__cas32_rel(&chan->state, &seen, then)))
            return true;
    }
    once_let_go(chan);
    return true;
}

/* ---- the view --------------------------------------------------------------------------- */

static size_t oneshot_len(leat_chan *chan)
{
    return once_is_there(chan, once_look(chan)) ? 1 : 0;
}

static bool oneshot_look(const leat_chan *chan, enum leat__dir dir)
{
    (void)dir; /* a send is done at once */
    return (once_look(chan) & LEAT__CHAN_CLOSED) != 0;
}

const leat__verbs leat__oneshot_verbs = {
    .try_send = leat__oneshot_try_send,
    .try_recv = oneshot_try_recv,
    .displace = oneshot_displace,
    .send_many = oneshot_send_many,
    .recv_many = oneshot_recv_many,
    .peek = oneshot_peek,
    .enlist = oneshot_enlist,
    .arm = oneshot_arm,
    .close = oneshot_close,
    .discard = oneshot_discard,
    .name = "oneshot",
    .abort = oneshot_abort,
    .leave = oneshot_leave,
    .enlist_gone = oneshot_enlist_gone,
    .is_gone = oneshot_is_gone,
    .len = oneshot_len,
    .look = oneshot_look,
    .free = oneshot_free,
};

/* ---- both in one step ----------------------------------------------------------------- */

/* What the state is when value and sender have come and gone the short way. */
#define ONCE_GIVEN (LEAT__ONCE_FULL | LEAT__ONCE_ENDED | LEAT__ONCE_TX_GONE)

/* pre: the state was 0 a moment ago. false: it no longer is */
static inline bool once_give(leat_chan *chan, const void *msg, void *slot,
                             size_t bytes)
{
    uint32_t seen = 0;
    leat__copy(slot, msg, bytes); /* I4 */
    chan->tx.tag = 0;
    /* LP: the send, and the drop. ORDER oneshot.state: the value before FULL, and our
     * last use before the other's free. LAST TOUCH. */
    return LEAT__LIKELY(leat__cas32_rel(&chan->state, &seen, ONCE_GIVEN));
}

static LEAT__NOINLINE int give_slowly(leat_chan *chan, const void *msg)
{
    bool leaves = true;
    int rc = LEAT_ECLOSED;
    chan->tx.tag = 0;
    if ((once_look(chan) & LEAT__CHAN_CLOSED) != 0)
        leaves = false;
    else
        rc = once_send_locked(chan, msg, &leaves);
    if (!leaves)
        oneshot_leave(chan, LEAT__SEND);
    return rc;
}

/* Not of a word, not plain, or not open. */
static LEAT__NOINLINE int give_rest(leat_tx *tx, const void *msg)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    LEAT_CHECK(chan->kind == LEAT__ONESHOT,
               "leat_oneshot_send: the channel is no oneshot");
    LEAT_CHECK(msg != NULL || chan->msg_bytes == 0,
               "leat_oneshot_send: msg is NULL");
    leat__registry_dropped(chan, LEAT__SEND, LEAT__SITE());
    /* relaxed: whether it still is so, the exchange says */
    if (leat__ld32_rlx(&chan->state) == 0 &&
        once_give(chan, msg, leat__once_slot(chan), chan->msg_bytes))
        return 0;
    return give_slowly(chan, msg);
}

int leat_oneshot_send(leat_tx *tx, const void *msg)
{
    leat_chan *chan = LEAT__CONTAINER(tx, leat_chan, tx);
    if (LEAT__UNLIKELY(tx == NULL || tx->tag != LEAT__TX_TAG ||
                       !leat__once_is_plain(chan) || msg == NULL))
        return give_rest(tx, msg);
    /* relaxed: as in the rest */
    if (LEAT__UNLIKELY(leat__ld32_rlx(&chan->state) != 0 ||
                       !once_give(chan, msg, chan->once.near, LEAT__WORD)))
        return give_slowly(chan, msg);
    return 0;
}

/* The value has come and its sender gone, and nobody has waited. */
static inline bool once_is_given(const leat_chan *chan)
{
    /* relaxed: the receiver's own */
    return once_look(chan) == ONCE_GIVEN &&
           leat__ld32_rlx(&chan->once.taken) == 0;
}

/* Of another shape, or not given (yet). */
static LEAT__NOINLINE int take_rest(leat_rx *rx, void *msg, leat_until until)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    LEAT_CHECK(chan->kind == LEAT__ONESHOT,
               "leat_oneshot_recv: the channel is no oneshot");
    int rc = leat_rx_recv(rx, msg, until);
    if (rc == 0 || rc == LEAT_ECLOSED) {
        leat__registry_dropped(chan, LEAT__RECV, LEAT__SITE());
        oneshot_leave(chan, LEAT__RECV);
    }
    return rc;
}

int leat_oneshot_recv(leat_rx *rx, void *msg, leat_until until)
{
    leat_chan *chan = LEAT__CONTAINER(rx, leat_chan, rx);
    if (LEAT__UNLIKELY(rx == NULL || rx->tag != LEAT__RX_TAG ||
                       !leat__once_is_plain(chan) || msg == NULL ||
                       !once_is_given(chan)))
        return take_rest(rx, msg, until);
    leat__copy(msg, chan->once.near, LEAT__WORD);
    rx->tag = 0;
    if (once_is_all(chan))
        free_given(chan); /* I6 */
    else
        leat__chan_release(chan);
    return 0;
}
