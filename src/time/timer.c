/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* timer.c - receivers of time: leat_after, leat_tick.
 *
 * Idea. A kind of channel whose store is a number, the time for which the next message
 * is due. A receive compares it with the clock and, if it has come, moves it on. Whoever
 * has to wait is in the channel's queue, but asks the channel how long (the verb
 * due_ns) and ends its wait by itself, by then at the latest; then it tries again, and
 * may find that another was faster. So nobody has to send.
 *
 * State, under the channel's lock:
 *     due_ns    of the next message; INT64_MAX: none. What is due and has not been
 *               received is there by being due
 *     end_ns    when it was closed; what is due later does not come
 *
 * Invariants.
 *   I1  a wait in the queue ends by itself at due_ns or before, or has been, or is
 *       being, told to look again. For a wait learns due_ns after it is in the queue,
 *       a receive only moves it on, and whoever moves it back tells all who wait
 *   I2  each due time is given to one receive at most
 *
 * Telling to look again is a claim with LEAT_EAGAIN for an outcome (chan.h, due_ns).
 *
 * Lifetime. As any channel; one block, without what is behind the prefix.
 *
 * MODEL: tests/model/m_time.c */
#include "base/mem.h"
#include "chan/registry.h"
#include "park/clock.h"
#include "park/until.h"

#include <leat/time.h>
#include <string.h>

/* Behind the prefix of the channel. */
typedef struct leat__timer {
    int64_t due_ns;
    int64_t end_ns;          /* INT64_MAX: open */
    int64_t period_ns;       /* 0: once. Under the lock, as all of it */
    enum leat_missed missed; /* immutable */
} leat__timer;

#define TIMER_AT                                                               \
    ((LEAT__CHAN_BYTES + alignof(leat__timer) - 1) / alignof(leat__timer) *    \
     alignof(leat__timer))

static leat__timer *timer_of(leat_chan *chan)
{
    return (leat__timer *)(void *)((unsigned char *)chan + TIMER_AT);
}

/* ---- time (under the lock) ----------------------------------------------------------- */

/* pre: a > 0, b >= 0 */
static int64_t sum_ns(int64_t a, int64_t b)
{
    return b < INT64_MAX - a ? a + b : INT64_MAX;
}

/* Until when messages have come. The caller may have read the clock before it was
 * closed, and got the lock after. */
static int64_t come_by(const leat__timer *timer, int64_t now_ns)
{
    return timer->end_ns == INT64_MAX ? now_ns : timer->end_ns;
}

/* Messages that were due by now and have not been received. */
struct timer_due {
    uint64_t there;
    uint64_t missed; /* these do not come any more */
};

static struct timer_due due_by(const leat__timer *timer, int64_t now_ns)
{
    struct timer_due due = {0, 0};
    int64_t late_ns = come_by(timer, now_ns) - timer->due_ns;
    if (timer->due_ns == INT64_MAX || late_ns < 0)
        return due;
    uint64_t more =
        timer->period_ns == 0 ? 0 : (uint64_t)(late_ns / timer->period_ns);
    bool burst = timer->missed == LEAT_MISSED_BURST;
    due.there = 1 + (burst ? more : 0);
    due.missed = burst ? 0 : more;
    return due;
}

/* Is one there? returns 0, LEAT_EAGAIN, LEAT_ECLOSED */
static int timer_look(const leat__timer *timer, int64_t now_ns)
{
    if (timer->due_ns != INT64_MAX && timer->due_ns <= come_by(timer, now_ns))
        return 0;
    return timer->end_ns == INT64_MAX ? LEAT_EAGAIN : LEAT_ECLOSED;
}

/* When the one after this is due. pre: this one has come */
static int64_t due_after(const leat__timer *timer, int64_t now_ns)
{
    if (timer->period_ns == 0)
        return INT64_MAX;
    int64_t late_ns = now_ns - timer->due_ns;
    switch (timer->missed) {
    case LEAT_MISSED_DELAY:
        return sum_ns(now_ns, timer->period_ns);
    case LEAT_MISSED_SKIP:
        /* the last that was due by now, and one period */
        return sum_ns(now_ns - late_ns % timer->period_ns, timer->period_ns);
    default:
        return sum_ns(timer->due_ns, timer->period_ns);
    }
}

/* The next message is about to be received: with it go those that were missed. */
static void count_taken(leat_chan *chan, int64_t now_ns)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (tally == NULL)
        return;
    struct timer_due due = due_by(timer_of(chan), now_ns);
    tally->received++;
    tally->dropped += due.missed;
    leat__tally_high(tally, (size_t)due.there);
}

/* What is due is about to be forgotten. */
static void count_forgotten(leat_chan *chan)
{
    leat__tally *tally = leat__chan_tally(chan);
    if (tally == NULL)
        return;
    struct timer_due due = due_by(timer_of(chan), leat__now_ns());
    tally->discarded += due.there;
    tally->dropped += due.missed;
    leat__tally_high(tally, (size_t)due.there);
}

/* The next message, as timer_look: to *msg, and on to the one after it. */
static int timer_take(leat_chan *chan, int64_t now_ns, void *msg)
{
    leat__timer *timer = timer_of(chan);
    int rc = timer_look(timer, now_ns);
    if (rc == 0) {
        count_taken(chan, now_ns);
        leat__copy(msg, &timer->due_ns, sizeof timer->due_ns);
        timer->due_ns = due_after(timer, come_by(timer, now_ns));
    }
    return rc;
}

static int timer_copy(const leat__timer *timer, int64_t now_ns, void *msg)
{
    int rc = timer_look(timer, now_ns);
    if (rc == 0)
        leat__copy(msg, &timer->due_ns, sizeof timer->due_ns);
    return rc;
}

/* ---- the verbs ----------------------------------------------------------------------
 *
 * Each reads the clock before it takes the lock: a moment that is past is a moment of
 * the call. */

static int timer_try_recv(leat_chan *chan, void *msg)
{
    int64_t now_ns = leat__now_ns();
    leat__chan_lock(chan);
    int rc = timer_take(chan, now_ns, msg);
    leat__chan_unlock(chan);
    return rc;
}

static int timer_peek(leat_chan *chan, void *msg)
{
    int64_t now_ns = leat__now_ns();
    leat__chan_lock(chan);
    int rc = timer_copy(timer_of(chan), now_ns, msg);
    leat__chan_unlock(chan);
    return rc;
}

static ptrdiff_t timer_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    unsigned char *to = msgs;
    size_t got = 0;
    int rc = 0;
    int64_t now_ns = leat__now_ns();
    leat__chan_lock(chan);
    while (got < max && rc == 0) {
        rc = timer_take(chan, now_ns, to + got * sizeof now_ns);
        got += rc == 0 ? 1 : 0;
    }
    leat__chan_unlock(chan);
    return got > 0 ? (ptrdiff_t)got : rc;
}

static int timer_enlist(leat_chan *chan, enum leat__dir dir,
                        leat__waiter *waiter)
{
    int64_t now_ns = leat__now_ns();
    LEAT_ASSERT(dir == LEAT__RECV);
    (void)dir;
    leat__chan_lock(chan);
    int rc = waiter->act == LEAT__PEEK
                 ? timer_copy(timer_of(chan), now_ns, waiter->msg)
                 : timer_take(chan, now_ns, waiter->msg);
    if (rc == LEAT_EAGAIN)
        leat__list_push_back(&chan->recvq, &waiter->link);
    leat__chan_unlock(chan);
    return rc;
}

static int timer_arm(leat_chan *chan, enum leat__dir dir, leat__waiter *waiter)
{
    int64_t now_ns = leat__now_ns();
    LEAT_ASSERT(dir == LEAT__RECV);
    (void)dir;
    leat__chan_lock(chan);
    bool waits = timer_look(timer_of(chan), now_ns) == LEAT_EAGAIN;
    if (waits)
        leat__list_push_back(&chan->recvq, &waiter->link);
    leat__chan_unlock(chan);
    return waits ? LEAT_EAGAIN : 0;
}

static int64_t timer_due_ns(leat_chan *chan)
{
    const leat__timer *timer = timer_of(chan);
    leat__chan_lock(chan);
    int64_t due_ns = timer->due_ns <= timer->end_ns ? timer->due_ns : INT64_MAX;
    leat__chan_unlock(chan);
    return due_ns;
}

static size_t timer_len(leat_chan *chan)
{
    int64_t now_ns = leat__now_ns();
    leat__chan_lock(chan);
    struct timer_due due = due_by(timer_of(chan), now_ns);
    leat__chan_unlock(chan);
    return (size_t)due.there;
}

/* Who waits tries again, and gets what had come by now. */
static void timer_close(leat_chan *chan, int reason)
{
    leat__link won;
    int64_t now_ns = leat__now_ns();
    leat__list_init(&won);
    leat__chan_lock(chan);
    if (!leat__chan_is(chan, LEAT__CHAN_CLOSED)) {
        chan->reason = reason;
        timer_of(chan)->end_ns = now_ns;
        leat__chan_set(chan, LEAT__CHAN_CLOSED | LEAT__CHAN_SEALED);
        leat__chan_claim_all(&chan->recvq, &won, LEAT_EAGAIN);
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&won);
}

static void timer_discard(leat_chan *chan)
{
    leat__chan_lock(chan);
    count_forgotten(chan);
    timer_of(chan)->due_ns = INT64_MAX;
    leat__chan_unlock(chan);
}

/* What the tally does not have: what is due and has not been received. */
static void timer_count(leat_chan *chan, leat_stats *out)
{
    struct timer_due due = due_by(timer_of(chan), leat__now_ns());
    out->dropped += due.missed;
    out->sent = out->received + out->dropped + out->discarded + due.there;
    if (due.there > out->high_water)
        out->high_water = (size_t)due.there;
}

/* There is no sending half, so nothing of one. */
static const leat__verbs timer_verbs = {
    .name = "timer",
    .stays_without = 1u << LEAT__SEND,
    .try_recv = timer_try_recv,
    .recv_many = timer_recv_many,
    .peek = timer_peek,
    .enlist = timer_enlist,
    .arm = timer_arm,
    .due_ns = timer_due_ns,
    .len = timer_len,
    .count = timer_count,
    .close = timer_close,
    .discard = timer_discard,
};

/* ---- make ------------------------------------------------------------------------------- */

static const leat_timer_opts defaults_of_timers = {.size =
                                                       sizeof(leat_timer_opts)};

static bool timer_opts_are_valid(const leat_timer_opts *opts)
{
    return opts->size == sizeof *opts && (opts->flags & ~LEAT_STATS) == 0;
}

static const leat_timer_opts *timer_opts(const leat_timer_opts *opts)
{
    return opts == NULL ? &defaults_of_timers : opts;
}

/* Where things are in the block; record_at 0: there is none. */
struct timer_layout {
    size_t record_at;
    size_t name_at;
    size_t bytes;
};

static struct timer_layout timer_layout_of(const leat_timer_opts *opts)
{
    struct timer_layout layout = {.bytes = TIMER_AT + sizeof(leat__timer)};
    if (LEAT_DEBUG || opts->name != NULL || opts->gone != NULL ||
        (opts->flags & LEAT_STATS) != 0)
        layout.record_at = leat__record_room(&layout.bytes);
    layout.name_at = layout.bytes;
    layout.bytes += opts->name == NULL ? 0 : strlen(opts->name) + 1;
    return layout;
}

/* pre: the block is zero, but for the name */
static void timer_init(leat_chan *chan, const leat__timer *timer)
{
    bool bursts = timer->period_ns != 0 && timer->missed == LEAT_MISSED_BURST;
    leat__chan_init_rx(chan, LEAT__TIMER, &timer_verbs, sizeof(int64_t),
                       bursts ? LEAT_UNBOUNDED : 1);
    *timer_of(chan) = *timer;
}

/* Where a timer is to be, if not in memory of its own. */
struct timer_site {
    void *mem;
    size_t bytes;
};

/* pre: opts is not NULL */
static int timer_make(leat_rx **rx, const struct timer_site *place,
                      const leat__timer *timer, const leat_timer_opts *opts,
                      const void *site)
{
    LEAT_CHECK(rx != NULL, "leat_after, leat_tick: rx is NULL");
    if (!timer_opts_are_valid(opts))
        return LEAT_EINVAL;
    struct timer_layout layout = timer_layout_of(opts);
    leat_chan *chan = place == NULL
                          ? leat__mem_alloc(layout.bytes, alignof(leat_chan))
                          : leat__mem_within(place->mem, place->bytes,
                                             layout.bytes, alignof(leat_chan));
    if (chan == NULL)
        return place == NULL ? LEAT_ENOMEM : LEAT_EINVAL;
    memset((void *)chan, 0, layout.name_at);
    chan->lent = place != NULL;
    timer_init(chan, timer);
    chan->flags = (uint8_t)opts->flags;
    if (layout.record_at != 0)
        leat__record_init(chan, layout.record_at,
                          leat__name_put(chan, layout.name_at, opts->name),
                          opts->gone, opts->gone_arg);
    leat__registry_add(chan, site);
    *rx = &chan->rx;
    return 0;
}

/* The time that an until means, asked now. */
static int64_t timer_when(leat_until when)
{
    LEAT_CHECK(when.cancel == NULL,
               "leat_after, leat_timer_reset: a token does not say when");
    int64_t now_ns = leat__now_ns();
    if (leat__until_is_nowait(when))
        return now_ns;
    int64_t at_ns = leat__until_deadline(when);
    return at_ns > 1 ? at_ns : now_ns; /* 1 is what a negative time becomes */
}

static leat__timer timer_once(leat_until when)
{
    return (leat__timer){.due_ns = timer_when(when), .end_ns = INT64_MAX};
}

static leat__timer timer_ticking(int64_t period_ns, enum leat_missed missed)
{
    return (leat__timer){.due_ns = sum_ns(leat__now_ns(), period_ns),
                         .end_ns = INT64_MAX,
                         .period_ns = period_ns,
                         .missed = missed};
}

static bool tick_is_valid(int64_t period_ns, enum leat_missed missed)
{
    return period_ns > 0 &&
           (missed == LEAT_MISSED_SKIP || missed == LEAT_MISSED_DELAY ||
            missed == LEAT_MISSED_BURST);
}

int leat_after(leat_rx **rx, leat_until when, const leat_timer_opts *opts)
{
    leat__timer timer = timer_once(when);
    return timer_make(rx, NULL, &timer, timer_opts(opts), LEAT__SITE());
}

int leat_tick(leat_rx **rx, int64_t period_ns, enum leat_missed missed,
              const leat_timer_opts *opts)
{
    if (!tick_is_valid(period_ns, missed))
        return LEAT_EINVAL;
    leat__timer timer = timer_ticking(period_ns, missed);
    return timer_make(rx, NULL, &timer, timer_opts(opts), LEAT__SITE());
}

size_t leat_timer_footprint(const leat_timer_opts *opts)
{
    opts = timer_opts(opts);
    if (!timer_opts_are_valid(opts))
        return 0;
    return timer_layout_of(opts).bytes + alignof(leat_chan) - 1;
}

/* Not what happens to fit at this address: what fits at any. */
static bool timer_fits(const void *mem, size_t mem_bytes,
                       const leat_timer_opts *opts)
{
    LEAT_CHECK(mem != NULL, "leat_after_in, leat_tick_in: mem is NULL");
    return mem_bytes >= leat_timer_footprint(opts);
}

int leat_after_in(leat_rx **rx, void *mem, size_t mem_bytes, leat_until when,
                  const leat_timer_opts *opts)
{
    leat__timer timer = timer_once(when);
    if (!timer_fits(mem, mem_bytes, opts))
        return LEAT_EINVAL;
    return timer_make(rx, &(struct timer_site){mem, mem_bytes}, &timer,
                      timer_opts(opts), LEAT__SITE());
}

int leat_tick_in(leat_rx **rx, void *mem, size_t mem_bytes, int64_t period_ns,
                 enum leat_missed missed, const leat_timer_opts *opts)
{
    if (!timer_fits(mem, mem_bytes, opts) || !tick_is_valid(period_ns, missed))
        return LEAT_EINVAL;
    leat__timer timer = timer_ticking(period_ns, missed);
    return timer_make(rx, &(struct timer_site){mem, mem_bytes}, &timer,
                      timer_opts(opts), LEAT__SITE());
}

/* ---- set again ---------------------------------------------------------------------------- */

static leat_chan *timer_check(leat_rx *rx)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    LEAT_CHECK(chan->kind == LEAT__TIMER,
               "leat_timer: this half is not of leat_after or leat_tick");
    return chan;
}

/* The next message is due at due_ns; period_ns 0: the period stays. */
static int timer_move(leat_chan *chan, int64_t due_ns, int64_t period_ns)
{
    leat__timer *timer = timer_of(chan);
    leat__link won;
    int rc = LEAT_ECLOSED;
    leat__list_init(&won);
    leat__chan_lock(chan);
    if (timer->end_ns == INT64_MAX) {
        rc = timer->due_ns != INT64_MAX;
        if (due_ns < timer->due_ns) /* I1 */
            leat__chan_claim_all(&chan->recvq, &won, LEAT_EAGAIN);
        count_forgotten(chan);
        timer->due_ns = due_ns;
        if (period_ns != 0)
            timer->period_ns = period_ns;
    }
    leat__chan_unlock(chan);
    leat__chan_complete_all(&won);
    return rc;
}

int leat_timer_reset(leat_rx *rx, leat_until when)
{
    return timer_move(timer_check(rx), timer_when(when), 0);
}

int leat_timer_every(leat_rx *rx, int64_t period_ns)
{
    leat_chan *chan = timer_check(rx);
    if (period_ns <= 0)
        return LEAT_EINVAL;
    leat__chan_lock(chan);
    bool ticks = timer_of(chan)->period_ns != 0;
    leat__chan_unlock(chan);
    LEAT_CHECK(ticks, "leat_timer_every: this half is not of leat_tick");
    return timer_move(chan, sum_ns(leat__now_ns(), period_ns), period_ns);
}

int64_t leat_timer_due_ns(leat_rx *rx)
{
    return timer_due_ns(timer_check(rx));
}
