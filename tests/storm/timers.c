/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* timers.c - storms on timers, on the real clock: many of them, received from in every way
 * by threads that share them, while another sets them again and closes them. See small.h.
 *
 * Each arming of a leat_after has a time of its own, with its number in the low bits, and
 * a fate: delivered once, called off by the reset that said so, or not yet due when the
 * timer was closed. Every tick of a leat_tick that bursts is delivered once. None is
 * early. What the timers count is what was counted here. */
#define _GNU_SOURCE 1
#include "small.h"

#include <stdatomic.h>

enum {
    AFTERS = 12,
    TICKS = 4,
    TIMERS = AFTERS + TICKS,
    RECEIVERS = 3,
    STEPS = 60,
    ARMINGS = 128, /* the low bits of a time */
    PERIODS = 4096,
    CASES = 5,
    SOON_NS = 300000
};

enum fate { UNARMED, ARMED, DELIVERED, CALLED_OFF };

struct after {
    atomic_uchar fate[ARMINGS];
    unsigned armings;
    bool closed;
};

struct tick {
    enum leat_missed missed;
    int64_t first_ns;
    int64_t period_ns;
    atomic_uchar delivered[PERIODS];
};

static struct {
    leat_rx *rx[TIMERS]; /* the afters first */
    struct after after[AFTERS];
    struct tick tick[TICKS];
    atomic_ullong delivered[TIMERS];
    leat_cancel *over;
} g;

/* ---- what comes ------------------------------------------------------------------------ */

static void came_after(struct after *after, int64_t due_ns)
{
    unsigned char fate = ARMED;
    STORM_MUST(atomic_compare_exchange_strong(&after->fate[due_ns % ARMINGS],
                                              &fate, DELIVERED));
}

static void came_tick(struct tick *tick, int64_t due_ns)
{
    int64_t since_ns = due_ns - tick->first_ns;
    if (tick->missed == LEAT_MISSED_DELAY)
        return; /* due a period after the last was received, whenever that was */
    STORM_MUST(since_ns >= 0 && since_ns % tick->period_ns == 0);
    int64_t number = since_ns / tick->period_ns;
    if (number < PERIODS)
        STORM_MUST(atomic_exchange(&tick->delivered[number], 1) == 0);
}

static void came(int which, int64_t due_ns)
{
    STORM_MUST(due_ns <= leat_now_ns());
    atomic_fetch_add(&g.delivered[which], 1);
    if (which < AFTERS)
        came_after(&g.after[which], due_ns);
    else
        came_tick(&g.tick[which - AFTERS], due_ns);
}

/* ---- receivers ------------------------------------------------------------------------- */

static leat_until some_time(t_rand *dice)
{
    switch (t_below(dice, 4)) {
    case 0:
        return leat_nowait();
    case 1:
        return leat_in_ns((int64_t)t_below(dice, SOON_NS));
    default: /* the end comes by the token */
        return leat_or_cancel(leat_in_ns((int64_t)t_below(dice, 4 * SOON_NS)),
                              g.over);
    }
}

static void check_nothing(int rc, leat_until until)
{
    STORM_MUST(rc == LEAT_ECLOSED || storm_gave_up(rc, until));
}

static void by_a_receive(t_rand *dice)
{
    int which = (int)t_below(dice, TIMERS);
    leat_until until = some_time(dice);
    int64_t due_ns = 0;
    int rc = leat_rx_recv(g.rx[which], &due_ns, until);
    if (rc == 0)
        came(which, due_ns);
    else
        check_nothing(rc, until);
}

static void by_a_batch(t_rand *dice)
{
    int which = (int)t_below(dice, TIMERS);
    int64_t due_ns[4];
    size_t got = leat_rx_drain(g.rx[which], due_ns, 4);
    for (size_t i = 0; i < got; i++)
        came(which, due_ns[i]);
}

/* Of a few, some of them twice. */
static void by_a_select(t_rand *dice)
{
    leat_case cases[CASES];
    int which[CASES];
    int64_t due_ns = 0;
    leat_until until = some_time(dice);
    bool asks = t_below(dice, 4) == 0;
    for (int i = 0; i < CASES; i++) {
        which[i] = (int)t_below(dice, TIMERS);
        cases[i] = leat_on_recv(g.rx[which[i]], &due_ns);
    }
    int index = asks ? leat_ready(cases, CASES, 0, until)
                     : leat_select(cases, CASES, 0, until);
    if (index < 0) {
        check_nothing(index, until);
        return;
    }
    if (asks) /* another may be faster */
        cases[index].rc =
            leat_rx_recv(g.rx[which[index]], &due_ns, leat_nowait());
    if (cases[index].rc == 0)
        came(which[index], due_ns);
}

static void *receives(void *arg)
{
    t_rand dice = t_random((uint64_t)(uintptr_t)arg);
    while (!leat_cancel_check(g.over)) {
        switch (t_below(&dice, 4)) {
        case 0:
            by_a_receive(&dice);
            break;
        case 1:
            by_a_batch(&dice);
            break;
        default:
            by_a_select(&dice);
            break;
        }
    }
    return NULL;
}

/* All of them in a set, and until the end. */
static void *has_a_set(void *arg)
{
    t_rand dice = t_random((uint64_t)(uintptr_t)arg);
    leat_set *set = NULL;
    int64_t due_ns = 0;
    STORM_MUST(leat_set_new(&set) == 0);
    for (int i = 0; i < TIMERS; i++)
        STORM_MUST(leat_set_add(set, leat_on_recv(g.rx[i], &due_ns)) == i);
    while (!leat_cancel_check(g.over)) {
        leat_until until = some_time(&dice);
        int index = leat_set_wait(set, until);
        if (index < 0)
            check_nothing(index, until);
        else if (leat_set_case(set, index)->rc == 0)
            came(index, due_ns);
    }
    leat_set_drop(set);
    return NULL;
}

/* ---- who sets them again ------------------------------------------------------------------ */

/* A time with the arming's number in it, not before `from`. */
static int64_t due_of(unsigned arming, int64_t from_ns)
{
    return (from_ns / ARMINGS + 1) * ARMINGS + arming;
}

static void set_again(int which, t_rand *dice)
{
    struct after *after = &g.after[which];
    bool stops = t_below(dice, 8) == 0;
    if (after->closed || after->armings == ARMINGS)
        return;
    unsigned next = after->armings;
    int64_t in_ns = (int64_t)t_below(dice, SOON_NS);
    leat_until when = stops ? leat_forever()
                            : leat_at_ns(due_of(next, leat_now_ns() + in_ns));
    if (!stops) {
        atomic_store(&after->fate[next], ARMED);
        after->armings++;
    }
    int rc = leat_timer_reset(g.rx[which], when);
    STORM_MUST(rc == 0 || rc == 1);
    if (rc == 1) {
        /* the one before, if it is not one that was stopped already */
        unsigned char fate = ARMED;
        STORM_MUST(next > 0 && atomic_compare_exchange_strong(
                                   &after->fate[next - 1], &fate, CALLED_OFF));
    }
}

static void meddle(t_rand *dice)
{
    int which = (int)t_below(dice, AFTERS);
    switch (t_below(dice, 32)) {
    case 0:
        leat_rx_close(g.rx[which]);
        g.after[which].closed = true;
        break;
    case 1:
    case 2:
        (void)leat_chan_len(leat_rx_chan(g.rx[which]));
        break;
    default:
        set_again(which, dice);
        break;
    }
    if (t_below(dice, 3) == 0)
        (void)leat_sleep(leat_in_ns((int64_t)t_below(dice, SOON_NS)));
}

/* ---- an episode ----------------------------------------------------------------------------- */

static void make_afters(t_rand *dice)
{
    for (int i = 0; i < AFTERS; i++) {
        struct after *after = &g.after[i];
        *after = (struct after){.armings = 1};
        atomic_store(&after->fate[0], ARMED);
        int64_t at_ns =
            due_of(0, leat_now_ns() + (int64_t)t_below(dice, SOON_NS));
        STORM_MUST(leat_after(&g.rx[i], leat_at_ns(at_ns),
                              LEAT_TIMER_OPTS(.flags = LEAT_STATS)) == 0);
    }
}

static void make_ticks(t_rand *dice)
{
    static const enum leat_missed ways[] = {LEAT_MISSED_BURST,
                                            LEAT_MISSED_BURST, LEAT_MISSED_SKIP,
                                            LEAT_MISSED_DELAY};
    for (int i = 0; i < TICKS; i++) {
        struct tick *tick = &g.tick[i];
        tick->missed = ways[i];
        tick->period_ns = 20000 + (int64_t)t_below(dice, SOON_NS);
        for (int k = 0; k < PERIODS; k++)
            atomic_store_explicit(&tick->delivered[k], 0, memory_order_relaxed);
        STORM_MUST(leat_tick(&g.rx[AFTERS + i], tick->period_ns, tick->missed,
                             LEAT_TIMER_OPTS(.flags = LEAT_STATS)) == 0);
        tick->first_ns = leat_timer_due_ns(g.rx[AFTERS + i]);
    }
}

/* The last arming of each that is open comes; if it does not the watchdog says so. */
static void await_the_afters(void)
{
    for (int i = 0; i < AFTERS; i++) {
        struct after *after = &g.after[i];
        while (!after->closed &&
               atomic_load(&after->fate[after->armings - 1]) == ARMED)
            (void)leat_sleep(leat_in_ns(20000));
    }
}

static void take_the_rest(int which)
{
    int64_t due_ns = 0;
    leat_rx_close(g.rx[which]);
    while (leat_rx_recv(g.rx[which], &due_ns, leat_forever()) == 0)
        came(which, due_ns);
}

static void audit_after(const struct after *after)
{
    for (unsigned i = 0; i < after->armings; i++) {
        unsigned char fate = atomic_load(&after->fate[i]);
        bool may_be_left = after->closed && i + 1 == after->armings;
        STORM_MUST(fate == DELIVERED || fate == CALLED_OFF ||
                   (fate == ARMED && may_be_left));
    }
}

/* No gap: each that was due before the last one came as well. */
static void audit_tick(const struct tick *tick, uint64_t delivered)
{
    uint64_t n = 0;
    if (tick->missed != LEAT_MISSED_BURST)
        return;
    while (n < PERIODS && atomic_load(&tick->delivered[n]) == 1)
        n++;
    STORM_MUST(n == delivered || n == PERIODS);
}

static uint64_t audit(int which)
{
    leat_stats stats;
    uint64_t delivered = atomic_load(&g.delivered[which]);
    STORM_MUST(leat_chan_stats(leat_rx_chan(g.rx[which]), &stats));
    STORM_MUST(stats.received == delivered);
    STORM_MUST(stats.sent == delivered + stats.dropped + stats.discarded);
    if (which < AFTERS)
        audit_after(&g.after[which]);
    else
        audit_tick(&g.tick[which - AFTERS], delivered);
    return delivered;
}

static uint64_t timers(t_rand *dice)
{
    pthread_t thread[RECEIVERS];
    uint64_t settled = 0;
    STORM_MUST(leat_cancel_new(&g.over) == 0);
    for (int i = 0; i < TIMERS; i++)
        atomic_store(&g.delivered[i], 0);
    make_afters(dice);
    make_ticks(dice);
    for (int i = 0; i < RECEIVERS; i++)
        thread[i] = t_spawn(i == 0 ? has_a_set : receives,
                            (void *)(uintptr_t)(t_next(dice) >> 8));
    for (int i = 0; i < STEPS; i++)
        meddle(dice);
    await_the_afters();
    leat_cancel_fire(g.over);
    for (int i = 0; i < RECEIVERS; i++)
        t_join(thread[i]);
    for (int i = 0; i < TIMERS; i++) {
        take_the_rest(i);
        settled += audit(i);
        STORM_MUST(leat_rx_drop(g.rx[i]));
    }
    STORM_MUST(leat_cancel_drop(g.over));
    return settled;
}

static const struct storm_way ways[] = {{"timers", timers, 20000, 20000000}};

int main(int argc, char **argv)
{
    return storm_main(argc, argv, ways, sizeof ways / sizeof ways[0]);
}
