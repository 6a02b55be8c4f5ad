/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* oneshot.c - a channel for one value.
 *
 * Idea. Both ends are single, and one value passes, so one word says it all: sent or
 * not, closed or not, who has gone. A send is one exchange of that word, a receive a
 * look at it, and of the two drops the first is an exchange and the second a look.
 * Whoever has to wait, or to do more than one thing in one step, first sets a bit that
 * keeps those short ways out; from then on everybody comes through the lock.
 *
 * State. state, of these bits, each set once and for ever:
 *     CLOSED, SEALED    sends refuse; the two together
 *     FULL              the value has been sent; CLOSED came with it
 *     ABORTED           the receiver is to discard it
 *     SLOW              no short ways any more: take the lock
 *     TX_GONE, RX_GONE  the half has been dropped, and its dropper had its last touch
 *   taken: 1 when the value has left the slot. Written by the receiver, or under the lock
 *   by a send that hands over to it while it waits.
 *
 * Invariants.
 *   I1  every change of state is one read-modify-write, so what came before any of them
 *       is visible to who acquires a later one
 *   I2  SLOW is clear => nobody is in a queue. Whoever enlists sets it under the lock,
 *       after it is in the queue, and looks at what the word was: a short way that came
 *       before is seen there, one that comes later fails at SLOW
 *   I3  SLOW is set => state changes under the lock only, but for TX_GONE and RX_GONE
 *   I4  the slot is the sender's until FULL, and then the receiver's
 *   I5  the value is received, discarded, or still its sender's: taken goes to 1 once
 *   I6  who finds the other half gone in state frees; exactly one of the two does
 *
 * Progress and lifetime. The short ways repeat an exchange only when a bit was set
 * meanwhile, of which there are few. `holds` is one for both halves, and one for each
 * weak handle. LAST TOUCH: setting one's own bit.
 *
 * MODEL: tests/model/m_oneshot.c */
#include "base/mem.h"
#include "chan/layout.h"
#include "chan/registry.h"
#include "os/os.h"

#include <leat/oneshot.h>

enum {
    ONCE_FULL = 16u,
    ONCE_SLOW = 32u,
    ONCE_TX_GONE = 64u,
    ONCE_RX_GONE = 128u,
    ONCE_ENDED = LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED
};

/* What a oneshot has of a channel: all before what is of other kinds only. */
#define ONESHOT_BYTES offsetof(leat_chan, first)

/* Follows it, if somebody is to be told. */
struct once_hook {
    void (*gone)(void *arg);
    void *arg;
};

static inline unsigned char *once_slot(leat_chan *chan)
{
    return (unsigned char *)chan + chan->once.slot_at;
}

/* Is there a value for the receiver? */
static inline bool once_is_there(const leat_chan *chan, uint32_t state)
{
    /* relaxed: the receiver's own, or seen with FULL or with the end of a wait */
    return (state & ONCE_FULL) != 0 && leat__ld32_rlx(&chan->once.taken) == 0;
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
    return leat__or32_acq(&chan->state, ONCE_SLOW);
}

/* pre: the lock is held, and SLOW set */
static void once_add_bits(leat_chan *chan, uint32_t bits)
{
    /* ORDER oneshot.state: what we did before, for who sees the bits. */
    leat__or32_rel(&chan->state, bits);
}

/* ---- send --------------------------------------------------------------------- */

/* Give the value to the receiver that waits, a copy to one that peeks, and word to one
 * that wants to be told.
 * pre: the lock is held, the channel open, the value in the slot */
static void once_hand_out(leat_chan *chan, leat__link *won)
{
    leat__waiter *receiver;
    /* relaxed: nobody has sent yet, so nobody looks at it */
    while (leat__ld32_rlx(&chan->once.taken) == 0 &&
           (receiver = leat__chan_claim_first(&chan->recvq)) != NULL) {
        if (receiver->act != LEAT__HINT)
            leat__copy(receiver->msg, once_slot(chan), chan->msg_bytes);
        receiver->rc = 0;
        leat__list_push_back(won, &receiver->link);
        if (receiver->act == LEAT__MOVE)
            leat__st32_rlx(&chan->once.taken, 1); /* relaxed: goes with FULL */
    }
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

static LEAT__NOINLINE int once_send_slowly(leat_chan *chan, const void *msg)
{
    leat__link won;
    if ((once_look(chan) & LEAT__CHAN_CLOSED) != 0)
        return LEAT_ECLOSED; /* and who comes later may go on the short way */
    leat__list_init(&won);
    leat__chan_lock(chan);
    bool open = (once_slow_down(chan) & LEAT__CHAN_CLOSED) == 0;
    if (open) {
        leat__copy(once_slot(chan), msg, chan->msg_bytes);
        once_hand_out(chan, &won);
        once_count_sent(chan);
        once_add_bits(chan, ONCE_FULL | ONCE_ENDED);
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&won);
    return open ? 0 : LEAT_ECLOSED;
}

int leat__oneshot_try_send(leat_chan *chan, const void *msg)
{
    /* relaxed: whether it still is so, the exchange says */
    uint32_t seen = leat__ld32_rlx(&chan->state);
    if (LEAT__UNLIKELY(seen != 0))
        return once_send_slowly(chan, msg);
    leat__copy(once_slot(chan), msg, chan->msg_bytes); /* I4 */
    /* LP: the send. ORDER oneshot.state: the value before FULL. */
    if (LEAT__LIKELY(
            leat__cas32_rel(&chan->state, &seen, ONCE_FULL | ONCE_ENDED)))
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
        chan->discard(once_slot(chan), chan->discard_arg);
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
    leat__copy(msg, once_slot(chan), chan->msg_bytes);
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
    leat__copy(msg, once_slot(chan), chan->msg_bytes);
    return 0;
}

/* Put the waiter into the queue unless a try has an answer by now (I2). */
static bool enlist_unless_ended(leat_chan *chan, leat__waiter *waiter)
{
    leat__chan_lock(chan);
    leat__list_push_back(&chan->recvq, &waiter->link);
    bool ended = (once_slow_down(chan) & LEAT__CHAN_CLOSED) != 0;
    if (ended)
        leat__list_remove(&waiter->link);
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
        once_add_bits(chan, ONCE_ENDED);
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

static uint32_t gone_bit(enum leat__dir half)
{
    return half == LEAT__SEND ? ONCE_TX_GONE : ONCE_RX_GONE;
}

static uint32_t other_gone_bit(enum leat__dir half)
{
    return half == LEAT__SEND ? ONCE_RX_GONE : ONCE_TX_GONE;
}

static int oneshot_enlist_gone(leat_chan *chan, enum leat__dir dir,
                               leat__waiter *waiter)
{
    leat__chan_lock(chan);
    leat__list_push_back(&chan->goneq, &waiter->link);
    /* the bit: it went by the short way before we came; else the owners: it is on the
     * long way, and may have been here already */
    bool gone = (once_slow_down(chan) & other_gone_bit(dir)) != 0 ||
                leat__chan_is_gone(chan, dir);
    if (gone)
        leat__list_remove(&waiter->link);
    leat__chan_unlock(chan);
    return gone ? 0 : LEAT_EAGAIN;
}

static struct once_hook *hook_of(leat_chan *chan)
{
    return (struct once_hook *)(void *)((unsigned char *)chan + ONESHOT_BYTES);
}

static void oneshot_free(leat_chan *chan)
{
    bool tells = chan->once.tells_gone;
    void (*gone)(void *) = tells ? hook_of(chan)->gone : NULL;
    void *gone_arg = tells ? hook_of(chan)->arg : NULL;
    leat__registry_remove(chan);
    chan->weak_tx.tag = 0;
    chan->weak_rx.tag = 0;
    if (!chan->lent)
        leat__mem_free(chan);
    if (gone != NULL)
        gone(gone_arg);
}

/* Both halves are gone. */
static void once_let_go(leat_chan *chan)
{
    /* ORDER half.free: each weak handle's last use before the free. Where there is none
     * nobody can make one: no half is left. */
    if (LEAT__LIKELY(leat__ld32_acq(&chan->holds) == 1))
        oneshot_free(chan);
    else
        leat__chan_release(chan);
}

/* Somebody waits, or has waited. */
static LEAT__NOINLINE void leave_slowly(leat_chan *chan, enum leat__dir half)
{
    leat__link told;
    leat__chan_claim_told(chan, half, &told);
    oneshot_close(chan, 0);
    leat__chan_complete_all(&told);
    if (half == LEAT__RECV)
        oneshot_discard(chan);
    /* ORDER oneshot.state: our last use before the other's free, or the other's before
     * ours. LAST TOUCH, unless we are the second. */
    uint32_t seen = leat__or32_acqrel(&chan->state, gone_bit(half));
    if ((seen & other_gone_bit(half)) != 0)
        once_let_go(chan);
}

static bool oneshot_leave(leat_chan *chan, enum leat__dir half)
{
    bool sends = half == LEAT__SEND;
    *(sends ? &chan->tx.tag : &chan->rx.tag) = 0;
    /* ORDER half.drop: what the owner did, for who sees it gone. */
    leat__st32_rel(sends ? &chan->tx.owners : &chan->rx.owners, 0);
    for (;;) {
        uint32_t seen = once_look(chan);
        if (LEAT__UNLIKELY((seen & ONCE_SLOW) != 0)) {
            leave_slowly(chan, half);
            return true;
        }
        if (!sends && once_is_there(chan, seen))
            once_throw_away(chan);
        if ((seen & other_gone_bit(half)) != 0)
            break;
        uint32_t then = seen | gone_bit(half) | ONCE_ENDED;
        /* ORDER oneshot.state: our last use before the other's free. LAST TOUCH. */
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
    .len = oneshot_len,
    .free = oneshot_free,
};

/* ---- make --------------------------------------------------------------------------------- */

/* The block:
 *     | leat_chan, up to ONESHOT_BYTES | hook, if any | slot, if not near |
 *     | record, if any | name\0, if any | */
struct once_plan {
    size_t slot_at;
    size_t record_at; /* 0: none */
    size_t name_at;
    size_t bytes;
    size_t align;
};

static void once_plan_slot(struct once_plan *plan, size_t msg_bytes,
                           size_t msg_align)
{
    size_t align = msg_align != 0 ? msg_align : leat__natural_align(msg_bytes);
    plan->align = alignof(max_align_t);
    if (msg_bytes <= sizeof(((leat__once *)NULL)->near) &&
        align <= alignof(uintptr_t)) {
        plan->slot_at = offsetof(leat_chan, once.near);
        return;
    }
    plan->align = leat__larger(plan->align, align);
    plan->slot_at = leat__round_up(plan->bytes, align);
    plan->bytes = plan->slot_at + msg_bytes;
}

static const leat_chan_opts oneshot_defaults = {.size = sizeof(leat_chan_opts)};

/* LEAT_EINVAL, LEAT_ENOMEM (does not fit an address space), 0. */
static int once_plan_for(struct once_plan *plan, size_t msg_bytes,
                         const leat_chan_opts *opts)
{
    if (opts != &oneshot_defaults && /* which are valid */
        (opts->size != sizeof *opts || !leat__opts_are_valid(opts, 1) ||
         (opts->flags & LEAT_IN_PLACE) != 0))
        return LEAT_EINVAL;
    if (msg_bytes > SIZE_MAX / 4)
        return LEAT_ENOMEM;
    plan->bytes = ONESHOT_BYTES;
    if (opts->gone != NULL)
        plan->bytes += sizeof(struct once_hook);
    once_plan_slot(plan, msg_bytes, opts->msg_align);
    plan->record_at = 0;
    plan->name_at = 0;
    if (leat__registry_shows(opts))
        plan->record_at = leat__record_room(&plan->bytes);
    if (opts->name != NULL) {
        plan->name_at = plan->bytes;
        plan->bytes += strlen(opts->name) + 1;
    }
    return 0;
}

/* By a default for each field that anybody reads. */
static inline void init_once(leat_chan *chan, const leat_chan_opts *opts)
{
    chan->tx.tag = LEAT__TX_TAG;
    chan->rx.tag = LEAT__RX_TAG;
    /* relaxed: nobody knows the channel yet */
    leat__st32_rlx(&chan->tx.owners, 1);
    leat__st32_rlx(&chan->rx.owners, 1);
    leat__st32_rlx(&chan->holds,
                   1); /* relaxed: likewise; both halves are one */
    chan->kind = LEAT__ONESHOT;
    chan->way = LEAT__WAY_ONESHOT;
    chan->bounded = true;
    chan->deep = false;
    chan->asymmetric = false;
    chan->flags =
        (uint8_t)(opts->flags | LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER);
    chan->policy = LEAT_POLICY_BLOCK;
    chan->cap = 1;
    chan->discard = opts->discard;
    chan->discard_arg = opts->discard_arg;
    chan->verbs = &leat__oneshot_verbs;
    chan->record = NULL;
    chan->reason = 0;
    chan->weak_tx.tag = LEAT__WEAK_TX_TAG;
    chan->weak_rx.tag = LEAT__WEAK_RX_TAG;
    leat__list_init(&chan->goneq);
    leat__list_init(&chan->sendq);
    leat__list_init(&chan->recvq);
    leat__st32_rlx(&chan->lock.held, 0);  /* relaxed: likewise */
    leat__st32_rlx(&chan->state, 0);      /* relaxed: likewise */
    leat__st32_rlx(&chan->once.taken, 0); /* relaxed: likewise */
}

/* What few oneshots have. */
static void init_once_rest(leat_chan *chan, const struct once_plan *plan,
                           const leat_chan_opts *opts)
{
    unsigned char *block = (unsigned char *)chan;
    if (opts->gone != NULL) {
        hook_of(chan)->gone = opts->gone;
        hook_of(chan)->arg = opts->gone_arg;
    }
    if (plan->record_at == 0)
        return;
    memset((void *)(block + plan->record_at), 0, sizeof(leat__record));
    leat__record_init(chan, plan->record_at,
                      leat__name_put(chan, plan->name_at, opts->name), NULL,
                      NULL); /* its hook is elsewhere */
    if ((opts->flags & LEAT_STATS) != 0) {
        chan->way = LEAT__WAY_VERBS;
        leat__st32_rlx(&chan->state, ONCE_SLOW); /* relaxed: as in init_once */
    }
}

/* In `mem`, or if that is NULL in memory of its own. */
static inline int make_oneshot(leat_tx **tx, leat_rx **rx, void *mem,
                               size_t mem_bytes, size_t msg_bytes,
                               const leat_chan_opts *opts, const void *site)
{
    struct once_plan plan;
    LEAT_CHECK(tx != NULL && rx != NULL,
               "leat_oneshot_new: tx or rx is NULL: a channel has two halves");
    if (opts == NULL)
        opts = &oneshot_defaults;
    int rc = once_plan_for(&plan, msg_bytes, opts);
    if (rc != 0)
        return rc;
    /* not what happens to fit at this address: what fits at any */
    if (mem != NULL && mem_bytes < plan.bytes + plan.align - 1)
        return LEAT_EINVAL;
    leat_chan *chan =
        mem == NULL ? leat__mem_alloc(plan.bytes, plan.align)
                    : leat__mem_within(mem, mem_bytes, plan.bytes, plan.align);
    if (chan == NULL)
        return LEAT_ENOMEM;
    init_once(chan, opts);
    chan->lent = mem != NULL;
    chan->msg_bytes = msg_bytes;
    chan->once.slot_at = (uint16_t)plan.slot_at;
    chan->once.tells_gone = opts->gone != NULL;
    if (LEAT__UNLIKELY(plan.record_at != 0 || opts->gone != NULL)) {
        init_once_rest(chan, &plan, opts);
        leat__registry_add(chan, site);
    }
    *tx = &chan->tx;
    *rx = &chan->rx;
    return 0;
}

int leat_oneshot_new(leat_tx **tx, leat_rx **rx, size_t msg_bytes,
                     const leat_chan_opts *opts)
{
    return make_oneshot(tx, rx, NULL, 0, msg_bytes, opts, LEAT__SITE());
}

size_t leat_oneshot_footprint(size_t msg_bytes, const leat_chan_opts *opts)
{
    struct once_plan plan;
    if (once_plan_for(&plan, msg_bytes,
                      opts == NULL ? &oneshot_defaults : opts) != 0)
        return 0;
    return plan.bytes + plan.align - 1;
}

int leat_oneshot_new_in(leat_tx **tx, leat_rx **rx, void *mem, size_t mem_bytes,
                        size_t msg_bytes, const leat_chan_opts *opts)
{
    LEAT_CHECK(mem != NULL, "leat_oneshot_new_in: mem is NULL");
    return make_oneshot(tx, rx, mem, mem_bytes, msg_bytes, opts, LEAT__SITE());
}
