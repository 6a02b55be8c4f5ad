/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* signal.c - receivers of signals.
 *
 * Idea. A kind of channel that signal handlers send to. Its store is a set of numbers, a bit
 * each, so that a handler needs no memory; and whoever waits is given the number by the
 * handler itself. A handler interrupts anybody anywhere, also one who holds the lock that
 * it wants. So there is one lock for all receivers, and whoever takes it has signals held
 * while he has it: then a handler waits for other threads only, for a few instructions.
 * Under it nothing else is taken, and what a handler does beside, to claim a wait and to
 * complete it, is an atomic step and one call of the system: a futex is woken, a
 * descriptor is written to. (A callback that takes a lock may not be called so: a set arms
 * such a receiver with the wait of its owner, `by_handlers`.)
 *
 * Not a signalfd: all threads would have to block the signals, those too that libraries
 * start; who reads a signal takes it from all others; and a receive would have to sleep in
 * poll. Not a thread in sigwait, for the first reason, and because a thread is one
 * more thing to start, to end, and to fork without.
 *
 * State.
 *     receivers     those that are not closed; under the lock, as of each receiver
 *         pending   the numbers that have come and have not been received
 *         waiters   parked receives
 *         over      closed
 *     users         how many receivers each number has; under `setup`, which no handler
 *                   takes, and which is held while the system's handlers are set
 *
 * Invariants.
 *   I1  somebody open waits to move a message => pending is empty
 *   I2  a number has our handler, or is about to, exactly while it has a user
 *   I3  a receiver is among the receivers before its first handler is set, until after
 *       its last is taken back
 *
 * Progress and lifetime. A handler never waits but for the lock. It finds receivers in the
 * list, under the lock; who frees one has taken it out. LAST TOUCH of a waiter: its
 * completion. Order of locks: setup, then the channel's or this one.
 *
 * MODEL: tests/model/m_signal.c */
#include "signal/signal.h"
#include "base/mem.h"
#include "chan/registry.h"
#include "os/os.h"

#include <leat/signal.h>
#include <string.h>

/* Behind the prefix of the channel. */
typedef struct leat__signals {
    leat__link link; /* in receivers */
    uint64_t wanted; /* immutable */
    uint64_t pending;
    leat__link waiters;
    bool over;
} leat__signals;

#define SIGNALS_AT                                                             \
    ((LEAT__CHAN_BYTES + alignof(leat__signals) - 1) /                         \
     alignof(leat__signals) * alignof(leat__signals))

static struct {
    leat__lock lock;
    leat__link receivers;
    leat__lock setup;
    unsigned users[LEAT__OS_SIGNALS + 1];
} the_signals = {.receivers = {&the_signals.receivers, &the_signals.receivers}};

static leat__signals *signals_of_chan(leat_chan *chan)
{
    return (leat__signals *)(void *)((unsigned char *)chan + SIGNALS_AT);
}

static leat_chan *chan_of_signals(leat__signals *it)
{
    return (leat_chan *)(void *)((unsigned char *)it - SIGNALS_AT);
}

static uint64_t signal_bit(int number)
{
    return UINT64_C(1) << (number - 1);
}

static size_t signals_count(uint64_t numbers)
{
    size_t n = 0;
    for (; numbers != 0; numbers &= numbers - 1)
        n++;
    return n;
}

/* With signals held. */
static void signals_lock(leat__os_mask *before)
{
    leat__os_signals_hold(before);
    leat__lock_acquire(&the_signals.lock);
}

static void signals_unlock(const leat__os_mask *before)
{
    leat__lock_release(&the_signals.lock);
    leat__os_signals_let(before);
}

/* ---- a signal comes ------------------------------------------------------------------- */

/* To the first who wants it, and a look at it to those before him. */
static void signal_to_waiters(leat__signals *it, int number, leat__link *won)
{
    for (;;) {
        leat__waiter *mover = leat__chan_first_mover(&it->waiters, NULL);
        leat__chan_show(chan_of_signals(it), &it->waiters,
                        mover == NULL ? &it->waiters : &mover->link, &number,
                        won);
        if (mover == NULL)
            return;
        leat__list_remove(&mover->link);
        if (!leat__wait_claim(mover->wait))
            continue; /* it gave up just now */
        leat__copy(mover->msg, &number, sizeof number);
        mover->rc = 0;
        it->pending &= ~signal_bit(number);
        leat__list_push_back(won, &mover->link);
        return;
    }
}

void leat__signal_came(int number)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&the_signals.lock);
    leat__link *at = the_signals.receivers.next;
    for (; at != &the_signals.receivers; at = at->next) {
        leat__signals *it = LEAT__CONTAINER(at, leat__signals, link);
        if ((it->wanted & signal_bit(number)) == 0)
            continue;
        it->pending |= signal_bit(number);
        signal_to_waiters(it, number, &won);
    }
    leat__lock_release(&the_signals.lock);
    leat__chan_complete_all(&won);
}

/* ---- receives (under the lock) ----------------------------------------------------------- */

/* returns 0: there is one; LEAT_EAGAIN, LEAT_ECLOSED */
static int signals_look(const leat__signals *it)
{
    if (it->pending != 0)
        return 0;
    return it->over ? LEAT_ECLOSED : LEAT_EAGAIN;
}

/* The lowest that waits, to *msg; and away with it, if `takes`. returns as a look */
static int signals_next(leat__signals *it, void *msg, bool takes)
{
    int rc = signals_look(it);
    if (rc != 0)
        return rc;
    int number = 1;
    while ((it->pending & signal_bit(number)) == 0)
        number++;
    leat__copy(msg, &number, sizeof number);
    if (takes)
        it->pending &= ~signal_bit(number);
    return 0;
}

/* ---- the verbs ---------------------------------------------------------------------------- */

static int signals_try_recv(leat_chan *chan, void *msg)
{
    leat__os_mask before;
    signals_lock(&before);
    int rc = signals_next(signals_of_chan(chan), msg, true);
    signals_unlock(&before);
    return rc;
}

static int signals_peek(leat_chan *chan, void *msg)
{
    leat__os_mask before;
    signals_lock(&before);
    int rc = signals_next(signals_of_chan(chan), msg, false);
    signals_unlock(&before);
    return rc;
}

static ptrdiff_t signals_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    leat__os_mask before;
    int *to = msgs;
    size_t got = 0;
    int rc = 0;
    signals_lock(&before);
    while (got < max && rc == 0) {
        rc = signals_next(signals_of_chan(chan), to + got, true);
        got += rc == 0 ? 1 : 0;
    }
    signals_unlock(&before);
    return got > 0 ? (ptrdiff_t)got : rc;
}

static int signals_enlist(leat_chan *chan, enum leat__dir dir,
                          leat__waiter *waiter)
{
    leat__signals *it = signals_of_chan(chan);
    leat__os_mask before;
    LEAT_ASSERT(dir == LEAT__RECV);
    (void)dir;
    signals_lock(&before);
    int rc = signals_next(it, waiter->msg, waiter->act != LEAT__PEEK);
    if (rc == LEAT_EAGAIN)
        leat__list_push_back(&it->waiters, &waiter->link);
    signals_unlock(&before);
    return rc;
}

static int signals_arm(leat_chan *chan, enum leat__dir dir,
                       leat__waiter *waiter)
{
    leat__signals *it = signals_of_chan(chan);
    leat__os_mask before;
    LEAT_ASSERT(dir == LEAT__RECV);
    (void)dir;
    signals_lock(&before);
    bool waits = signals_look(it) == LEAT_EAGAIN;
    if (waits)
        leat__list_push_back(&it->waiters, &waiter->link);
    signals_unlock(&before);
    return waits ? LEAT_EAGAIN : 0;
}

static void signals_delist(leat_chan *chan, leat__waiter *waiter)
{
    leat__os_mask before;
    (void)chan;
    signals_lock(&before);
    if (leat__link_is_in(&waiter->link))
        leat__list_remove(&waiter->link);
    signals_unlock(&before);
}

static size_t signals_len(leat_chan *chan)
{
    const leat__signals *it = signals_of_chan(chan);
    leat__os_mask before;
    signals_lock(&before);
    size_t len = signals_count(it->pending);
    signals_unlock(&before);
    return len;
}

static void signals_discard(leat_chan *chan)
{
    leat__os_mask before;
    signals_lock(&before);
    signals_of_chan(chan)->pending = 0;
    signals_unlock(&before);
}

/* ---- from the first receiver of a number to the last ---------------------------------------- */

/* One user less of the first `most` numbers of a set. pre: setup is held */
static void signals_unuse(uint64_t wanted, int most)
{
    for (int number = 1; number <= most; number++) {
        if ((wanted & signal_bit(number)) != 0 &&
            --the_signals.users[number] == 0)
            leat__os_signal_uncatch(number);
    }
}

/* pre: setup is held. returns 0 or a code: nothing is changed */
static int signals_use(uint64_t wanted)
{
    for (int number = 1; number <= LEAT__OS_SIGNALS; number++) {
        if ((wanted & signal_bit(number)) == 0)
            continue;
        int rc = the_signals.users[number] > 0
                     ? 0
                     : leat__os_signal_catch(number, leat__signal_came);
        if (rc < 0) {
            signals_unuse(wanted, number - 1);
            return rc;
        }
        the_signals.users[number]++;
    }
    return 0;
}

static void signals_insert(leat__signals *it)
{
    leat__os_mask before;
    signals_lock(&before);
    leat__list_push_back(&the_signals.receivers, &it->link);
    signals_unlock(&before);
}

/* Out of the list; and who waits learns that it is over. */
static void signals_remove(leat__signals *it, leat__link *won)
{
    leat__os_mask before;
    signals_lock(&before);
    leat__list_remove(&it->link);
    it->over = true;
    leat__chan_claim_all(&it->waiters, won, LEAT_ECLOSED); /* I1 */
    signals_unlock(&before);
}

/* false: it is closed already. pre: setup is held */
static bool mark_closed(leat_chan *chan, int reason)
{
    leat__chan_lock(chan);
    bool open = !leat__chan_is(chan, LEAT__CHAN_CLOSED);
    if (open) {
        chan->reason = reason;
        leat__chan_set(chan, LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED);
    }
    leat__chan_unlock(chan);
    return open;
}

/* What had come by then can be received. */
static void signals_close(leat_chan *chan, int reason)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&the_signals.setup);
    if (mark_closed(chan, reason)) {
        leat__signals *it = signals_of_chan(chan);
        signals_unuse(it->wanted, LEAT__OS_SIGNALS);
        signals_remove(it, &won); /* I3 */
    }
    leat__lock_release(&the_signals.setup);
    leat__chan_complete_all(&won);
}

/* There is no sending half, so nothing of one. */
static const leat__verbs signal_verbs = {
    .name = "signal",
    .by_handlers = true,
    .stays_without = 1u << LEAT__SEND,
    .try_recv = signals_try_recv,
    .recv_many = signals_recv_many,
    .peek = signals_peek,
    .enlist = signals_enlist,
    .arm = signals_arm,
    .delist = signals_delist,
    .len = signals_len,
    .close = signals_close,
    .discard = signals_discard,
};

size_t leat__signal_waits(leat_rx *rx)
{
    const leat__signals *it = signals_of_chan(leat__chan_of_rx(rx));
    leat__os_mask before;
    size_t n = 0;
    signals_lock(&before);
    for (const leat__link *at = it->waiters.next; at != &it->waiters;
         at = at->next)
        n++;
    signals_unlock(&before);
    return n;
}

/* ---- make ------------------------------------------------------------------------------------ */

static const leat_signal_opts defaults_of_signals = {
    .size = sizeof(leat_signal_opts)};

/* As a set; 0: there is none, or one that cannot be. */
static uint64_t signals_wanted(const int *numbers, size_t n)
{
    uint64_t wanted = 0;
    for (size_t i = 0; i < n; i++) {
        if (numbers[i] < 1 || numbers[i] > LEAT__OS_SIGNALS)
            return 0;
        wanted |= signal_bit(numbers[i]);
    }
    return wanted;
}

static leat_chan *signals_alloc(const leat_signal_opts *opts)
{
    size_t bytes = SIGNALS_AT + sizeof(leat__signals);
    bool recorded = LEAT_DEBUG || opts->name != NULL || opts->gone != NULL;
    size_t record_at = recorded ? leat__record_room(&bytes) : 0;
    size_t name_at = bytes;
    bytes += opts->name == NULL ? 0 : strlen(opts->name) + 1;
    leat_chan *chan = leat__mem_alloc(bytes, alignof(leat_chan));
    if (chan == NULL)
        return NULL;
    memset((void *)chan, 0, name_at);
    if (recorded)
        leat__record_init(chan, record_at,
                          leat__name_put(chan, name_at, opts->name), opts->gone,
                          opts->gone_arg);
    return chan;
}

/* The receiver hears of its signals from here on. */
static int signals_begin(leat__signals *it)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&the_signals.setup);
    signals_insert(it); /* I3 */
    int rc = signals_use(it->wanted);
    if (rc < 0)
        signals_remove(it, &won);
    leat__lock_release(&the_signals.setup);
    return rc;
}

int leat_signal_new(leat_rx **rx, const int *numbers, size_t n,
                    const leat_signal_opts *opts)
{
    LEAT_CHECK(rx != NULL, "leat_signal_new: rx is NULL");
    LEAT_CHECK(numbers != NULL || n == 0, "leat_signal_new: numbers is NULL");
    opts = opts == NULL ? &defaults_of_signals : opts;
    uint64_t wanted = signals_wanted(numbers, n);
    if (opts->size != sizeof *opts || wanted == 0)
        return LEAT_EINVAL;
    leat_chan *chan = signals_alloc(opts);
    if (chan == NULL)
        return LEAT_ENOMEM;
    leat__chan_init_rx(chan, LEAT__SIGNAL, &signal_verbs, sizeof(int),
                       signals_count(wanted));
    leat__signals *it = signals_of_chan(chan);
    it->wanted = wanted;
    leat__list_init(&it->waiters);
    int rc = signals_begin(it);
    if (rc < 0) {
        leat__mem_free(chan);
        return rc;
    }
    leat__registry_add(chan, LEAT__SITE());
    *rx = &chan->rx;
    return 0;
}
