/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_time_life.c - receivers of time: owners, memory, what is refused; never; and
 * sleeping. */
#define _GNU_SOURCE 1
#include "timed.h"

#include "parked.h"

/* ---- owners and memory ------------------------------------------------------------- */

START_TEST(owners_of_a_timer)
{
    clock_begin();
    leat_rx *rx = after_at(5);
    leat_rx *other = leat_rx_clone(rx);
    MUST(other == rx);
    leat_rx *another = after_at(5);
    MUST(leat_rx_chan(another) != leat_rx_chan(rx));
    MUST(leat_rx_drop(another));
    SAME(leat_chan_rx_count(leat_rx_chan(rx)), 2);
    leat_weak_rx *weak = leat_rx_downgrade(rx);
    leat_rx *third = leat_weak_rx_upgrade(weak);
    MUST(third == rx);
    MUST(!leat_rx_drop(rx) && !leat_rx_drop(other));
    leat_clock_advance(5);
    DUE(third, 5);
    MUST(leat_rx_drop(third));
    MUST(leat_weak_rx_upgrade(weak) == NULL);
    leat_weak_rx_drop(weak);
    clock_end();
}
END_TEST

enum { VISITORS = 4, VISITS = 50 };

static unsigned _Atomic visitors_got;

static void *visits(void *arg)
{
    leat_rx *rx = arg;
    uint64_t got;
    if (try_recv(rx, &got) == 0)
        visitors_got++;
    for (unsigned i = 0; i < VISITS; i++) {
        leat_rx *mine = leat_rx_clone(rx);
        MUST(!leat_rx_drop(mine));
        if (i % 16 == 0 && try_recv(rx, &got) == 0)
            visitors_got++;
    }
    MUST(!leat_rx_drop(rx));
    return NULL;
}

START_TEST(clones_come_and_go)
{
    pthread_t threads[VISITORS];
    for (unsigned round = 0; round < t_scaled(50); round++) {
        leat_rx *rx = after_of(leat_in_ns(round * INT64_C(1000)));
        uint64_t got;
        visitors_got = 0;
        for (size_t i = 0; i < VISITORS; i++)
            threads[i] = t_spawn(visits, leat_rx_clone(rx));
        for (size_t i = 0; i < VISITORS; i++)
            t_join(threads[i]);
        MUST(visitors_got <= 1);
        if (visitors_got == 0)
            RC(leat_rx_recv(rx, &got, leat_forever()), 0);
        NOT_DUE(rx);
        MUST(leat_rx_drop(rx));
    }
}
END_TEST

static struct {
    size_t live;
    size_t asked;
    bool refuses;
} heap;

static void *heap_alloc(size_t bytes, size_t align, void *arg)
{
    (void)arg;
    heap.asked++;
    if (heap.refuses || align > 16)
        return NULL; /* malloc's own way is the fast one: natural alignment */
    heap.live++;
    return malloc(bytes);
}

static void heap_release(void *mem, void *arg)
{
    (void)arg;
    heap.live--;
    free(mem);
}

static void heap_watched(void)
{
    leat_mem_set(&(leat_mem){heap_alloc, heap_release, NULL});
}

START_TEST(one_allocation_and_none_later)
{
    call c;
    heap_watched();
    clock_begin();
    leat_rx *after = after_at(5);
    SAME(heap.asked, 1);
    leat_rx *tick = tick_of(10, LEAT_MISSED_BURST);
    SAME(heap.asked, 2);
    heap.refuses = true;
    leat_rx *never = leat_never();
    leat_rx *rx = after;
    RC(leat_after(&rx, leat_nowait(), NULL), LEAT_ENOMEM);
    RC(leat_tick(&rx, 1, LEAT_MISSED_SKIP, NULL), LEAT_ENOMEM);
    MUST(rx == after);
    heap.asked = 0;
    call_recv(&c, after, leat_in_ns(100));
    clock_awaits(1);
    leat_clock_advance(5);
    CALL_GOT(&c, 5);
    call_recv(&c, tick, leat_forever());
    clock_awaits(1);
    leat_clock_advance(95);
    CALL_GOT(&c, 10);
    int64_t got[9];
    SAME(leat_rx_drain(tick, got, 9), 9);
    leat_timer_reset(after, leat_in_ns(5));
    call_recv(&c, never, leat_in_ns(20));
    clock_awaits(1);
    leat_clock_advance(20);
    RC(call_end(&c), LEAT_ETIMEDOUT);
    SAME(heap.asked, 0);
    leat_rx_drop(never);
    MUST(leat_rx_drop(after) && leat_rx_drop(tick));
    SAME(heap.live, 0);
    clock_end();
}
END_TEST

static void note_gone(void *arg)
{
    (*(unsigned *)arg)++;
}

START_TEST(memory_of_ones_own)
{
    static unsigned char mem[2048];
    leat_rx *rx = NULL;
    unsigned gone = 0;
    clock_begin();
    heap_watched();
    const leat_timer_opts *opts =
        LEAT_TIMER_OPTS(.name = "mine", .gone = note_gone, .gone_arg = &gone);
    size_t bytes = leat_timer_footprint(opts);
    MUST(bytes > 0 && bytes + 16 < sizeof mem);
    RC(leat_after_in(&rx, mem, bytes - 1, leat_in_ns(5), opts), LEAT_EINVAL);
    RC(leat_tick_in(&rx, mem, bytes - 1, 5, LEAT_MISSED_SKIP, opts),
       LEAT_EINVAL);
    RC(leat_tick_in(&rx, mem, bytes, 0, LEAT_MISSED_SKIP, opts), LEAT_EINVAL);
    MUST(rx == NULL);
    for (size_t at = 0; at < 16; at++) { /* at any alignment, and not beyond */
        memset(mem, 0x5a, sizeof mem);
        gone = 0;
        if (at % 2 == 0)
            RC(leat_after_in(&rx, mem + at, bytes, leat_in_ns(5), opts), 0);
        else
            RC(leat_tick_in(&rx, mem + at, bytes, 5, LEAT_MISSED_BURST, opts),
               0);
        MUST(strcmp(leat_chan_name(leat_rx_chan(rx)), "mine") == 0);
        int64_t due_ns = leat_now_ns() + 5;
        leat_clock_advance(5);
        NEXT(rx, due_ns);
        SAME(gone, 0);
        MUST(leat_rx_drop(rx));
        SAME(gone, 1);
        for (size_t i = 0; i < at; i++)
            SAME(mem[i], 0x5a);
        for (size_t i = at + bytes; i < sizeof mem; i++)
            SAME(mem[i], 0x5a);
    }
    SAME(heap.asked, 0);
    clock_end();
}
END_TEST

/* ---- counted ------------------------------------------------------------------------- */

static leat_stats counts_of(leat_rx *rx)
{
    leat_stats stats;
    leat_chan *chan = leat_rx_chan(rx);
    MUST(leat_chan_stats(chan, &stats));
    SAME(stats.sent, stats.received + stats.dropped + stats.discarded +
                         leat_chan_len(chan));
    SAME(stats.tx_blocked_ns, 0);
    return stats;
}

static leat_rx *counted_tick(enum leat_missed missed)
{
    leat_rx *rx = NULL;
    RC(leat_tick(&rx, 10, missed, LEAT_TIMER_OPTS(.flags = LEAT_STATS)), 0);
    return rx;
}

/* One who comes four and a half periods late, and then once more. Ticks are due at 10, 20,
 * 30, 40; and at 50 to 90, or with DELAY at 55 to 85. */
START_TEST(ticks_are_counted)
{
    static const struct {
        enum leat_missed missed;
        uint64_t received, dropped, high_water;
    } rows[] = {{LEAT_MISSED_SKIP, 2, 7, 1},
                {LEAT_MISSED_DELAY, 2, 6, 1},
                {LEAT_MISSED_BURST, 9, 0, 5}};
    for (int i = 0; i < 3; i++) {
        uint64_t got;
        clock_begin();
        leat_rx *rx = counted_tick(rows[i].missed);
        SAME(counts_of(rx).sent, 0);
        for (int turn = 0; turn < 2; turn++) {
            leat_clock_advance(45);
            uint64_t there = leat_chan_len(leat_rx_chan(rx));
            uint64_t before = counts_of(rx).received;
            uint64_t dropped = counts_of(rx).dropped;
            while (try_recv(rx, &got) == 0)
                continue;
            SAME(counts_of(rx).received, before + there);
            SAME(counts_of(rx).dropped, dropped); /* at a look already */
        }
        leat_stats s = counts_of(rx);
        SAME(s.received, rows[i].received);
        SAME(s.dropped, rows[i].dropped);
        SAME(s.high_water, rows[i].high_water);
        SAME(s.discarded, 0);
        leat_rx_drop(rx);
        clock_end();
    }
}
END_TEST

START_TEST(what_is_set_again_is_counted)
{
    clock_begin();
    leat_rx *rx = counted_tick(LEAT_MISSED_BURST);
    leat_clock_advance(25);
    RC(leat_timer_every(rx, 100), 1); /* two were due */
    SAME(counts_of(rx).discarded, 2);
    SAME(counts_of(rx).sent, 2);
    leat_clock_advance(100);
    RC(leat_timer_reset(rx, leat_forever()), 1);
    SAME(counts_of(rx).discarded, 3);
    RC(leat_timer_reset(rx, leat_in_ns(5)), 0); /* nothing was */
    SAME(counts_of(rx).discarded, 3);
    leat_clock_advance(5);
    leat_rx *other = leat_rx_clone(rx);
    leat_rx_abort(other);
    leat_stats s = counts_of(rx);
    SAME(s.discarded, 4);
    SAME(s.sent, 4);
    SAME(s.received, 0);
    SAME(s.high_water, 2);
    leat_rx_drop(other);
    leat_rx_drop(rx);
    clock_end();
}
END_TEST

START_TEST(a_wait_for_a_time_is_counted)
{
    leat_rx *rx = NULL;
    call c;
    leat_stats s;
    clock_begin();
    RC(leat_after(&rx, leat_in_ns(50), LEAT_TIMER_OPTS(.flags = LEAT_STATS)),
       0);
    call_recv(&c, rx, leat_forever());
    clock_awaits(1);
    leat_clock_advance(50);
    RC(call_end(&c), 0);
    s = counts_of(rx);
    SAME(s.rx_blocked_ns, 50);
    SAME(s.received, 1);
    SAME(s.sent, 1);
    leat_rx_drop(rx);
    rx = after_at(5);
    MUST(!leat_chan_stats(leat_rx_chan(rx), &s)); /* not asked to */
    leat_rx_drop(rx);
    clock_end();
}
END_TEST

START_TEST(what_is_refused)
{
    leat_rx *rx = NULL;
    RC(leat_after(&rx, leat_nowait(), LEAT_TIMER_OPTS(.flags = LEAT_IN_PLACE)),
       LEAT_EINVAL);
    SAME(leat_timer_footprint(LEAT_TIMER_OPTS(.flags = LEAT_IN_PLACE)), 0);
    leat_timer_opts odd = {.size = 3};
    RC(leat_after(&rx, leat_nowait(), &odd), LEAT_EINVAL);
    RC(leat_tick(&rx, 1, LEAT_MISSED_SKIP, &odd), LEAT_EINVAL);
    SAME(leat_timer_footprint(&odd), 0);
    unsigned char mem[1024];
    RC(leat_after_in(&rx, mem, sizeof mem, leat_nowait(), &odd), LEAT_EINVAL);
    RC(leat_tick(&rx, 0, LEAT_MISSED_SKIP, NULL), LEAT_EINVAL);
    RC(leat_tick(&rx, -1, LEAT_MISSED_SKIP, NULL), LEAT_EINVAL);
    RC(leat_tick(&rx, 1, (enum leat_missed)3, NULL), LEAT_EINVAL);
    MUST(rx == NULL);
}
END_TEST

/* ---- never --------------------------------------------------------------------------- */

struct job {
    char name[40];
};

LEAT_CHAN_TYPE(job, struct job);

START_TEST(nothing_comes_from_never)
{
    call c;
    leat_cancel *token;
    clock_begin();
    RC(leat_cancel_new(&token), 0);
    leat_rx *rx = leat_never();
    NOT_DUE(rx);
    uint64_t got = UNTOUCHED;
    RC(leat_rx_peek(rx, &got, leat_nowait()), LEAT_EAGAIN);
    MUST(leat_rx_recv_many(rx, &got, 1, leat_nowait()) == LEAT_EAGAIN);
    SAME(leat_rx_drain(rx, &got, 1), 0);
    SAME(got, UNTOUCHED);
    call_recv(&c, rx, leat_in_ns(10));
    clock_awaits(1);
    leat_clock_advance(10);
    RC(call_end(&c), LEAT_ETIMEDOUT);
    call_recv(&c, rx, leat_or_cancel(leat_forever(), token));
    t_wait_carried(token, 1);
    leat_rx_close(rx);
    leat_rx_abort(rx);
    t_wait_carried(token, 1);
    leat_cancel_fire(token);
    RC(call_end(&c), LEAT_ECANCELED);
    SAME(c.value, UNTOUCHED);
    NOT_DUE(rx);
    MUST(!leat_rx_drop(rx));
    MUST(leat_cancel_drop(token));
    job_rx *none = job_never();
    struct job job = {"untouched"};
    RC(job_rx_recv(none, &job, leat_nowait()), LEAT_EAGAIN);
    MUST(strcmp(job.name, "untouched") == 0);
    MUST(!job_rx_drop(none));
    clock_end();
}
END_TEST

START_TEST(the_view_of_never)
{
    leat_rx *rx = leat_never();
    leat_chan *chan = leat_rx_chan(rx);
    SAME(leat_chan_cap(chan), 0);
    SAME(leat_chan_len(chan), 0);
    MUST(leat_chan_is_empty(chan) && leat_chan_is_full(chan));
    leat_rx_close_because(rx, 4);
    MUST(!leat_chan_is_closed(chan));
    SAME(leat_chan_close_reason(chan), 0);
    MUST(strcmp(leat_chan_name(chan), "") == 0);
    MUST(leat_chan_tx(chan) == NULL);
    leat_rx *other = leat_never();
    leat_rx *clone = leat_rx_clone(rx);
    leat_rx *viewed = leat_chan_rx(chan);
    leat_weak_rx *weak = leat_rx_downgrade(rx);
    leat_rx *strong = leat_weak_rx_upgrade(weak);
    MUST(leat_rx_chan(other) == chan && leat_rx_chan(clone) == chan);
    leat_weak_rx_drop(weak);
    leat_rx *all[] = {rx, other, clone, viewed, strong};
    for (size_t i = 0; i < 5; i++)
        MUST(!leat_rx_drop(all[i]));
    rx = leat_never(); /* there is one again */
    NOT_DUE(rx);
    MUST(!leat_rx_drop(rx));
}
END_TEST

/* ---- sleep ----------------------------------------------------------------------------- */

static void *sleeps(void *arg)
{
    call *c = arg;
    c->rc = leat_sleep(c->until);
    return NULL;
}

static void call_sleep(call *c, leat_until until)
{
    *c = (call){.until = until};
    c->thread = t_spawn(sleeps, c);
}

START_TEST(a_sleep_reaches_its_deadline)
{
    call c;
    leat_cancel *token;
    clock_begin();
    RC(leat_cancel_new(&token), 0);
    RC(leat_sleep(leat_nowait()), 0);
    RC(leat_sleep(leat_in_ns(0)), 0);
    RC(leat_sleep(leat_in_ms(-1)), 0);
    call_sleep(&c, leat_in_ns(10));
    clock_awaits(1);
    leat_clock_advance(9);
    SAME(leat_clock_waiting(), 1);
    leat_clock_advance(1);
    RC(call_end(&c), 0);
    call_sleep(&c, leat_or_cancel(leat_in_ns(10), token));
    clock_awaits(1);
    leat_clock_advance(10);
    RC(call_end(&c), 0);
    call_sleep(&c, leat_or_cancel(leat_in_ns(10), token));
    clock_awaits(1);
    leat_cancel_fire(token);
    RC(call_end(&c), LEAT_ECANCELED);
    RC(leat_sleep(leat_or_cancel(leat_forever(), token)), LEAT_ECANCELED);
    RC(leat_sleep(leat_or_cancel(leat_in_ns(0), token)), 0);
    MUST(leat_cancel_drop(token));
    clock_end();
}
END_TEST

/* ---- misuse -------------------------------------------------------------------------------- */

static void after_to_nowhere(void *arg)
{
    (void)arg;
    MUST(leat_after(NULL, leat_nowait(), NULL) == 0);
}

static void after_with_a_token(void *arg)
{
    leat_rx *rx;
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    (void)arg;
    MUST(leat_after(&rx, leat_or_cancel(leat_nowait(), token), NULL) == 0);
}

static void reset_of_a_channel(void *arg)
{
    (void)arg;
    leat_timer_reset(ends_cap(1).rx, leat_nowait());
}

static void reset_of_never(void *arg)
{
    (void)arg;
    leat_timer_reset(leat_never(), leat_nowait());
}

static void period_of_an_after(void *arg)
{
    (void)arg;
    leat_timer_every(after_of(leat_forever()), 1);
}

static void borrow_of_a_timer(void *arg)
{
    void *msg;
    (void)arg;
    MUST(leat_rx_borrow(after_of(leat_nowait()), &msg, leat_nowait()) == 0);
}

static void in_no_memory(void *arg)
{
    leat_rx *rx;
    (void)arg;
    MUST(leat_after_in(&rx, NULL, 1000, leat_nowait(), NULL) == 0);
}

START_TEST(misuse_aborts)
{
    t_aborts(after_to_nowhere, NULL, "rx is NULL");
    t_aborts(after_with_a_token, NULL, "a token does not say when");
    t_aborts(reset_of_a_channel, NULL, "not of leat_after or leat_tick");
    t_aborts(reset_of_never, NULL, "not of leat_after or leat_tick");
    t_aborts(period_of_an_after, NULL, "not of leat_tick");
    t_aborts(borrow_of_a_timer, NULL, "without LEAT_IN_PLACE");
    t_aborts(in_no_memory, NULL, "mem is NULL");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("time_life");
    tcase_add_test(tc, owners_of_a_timer);
    tcase_add_test(tc, clones_come_and_go);
    tcase_add_test(tc, one_allocation_and_none_later);
    tcase_add_test(tc, memory_of_ones_own);
    tcase_add_test(tc, ticks_are_counted);
    tcase_add_test(tc, what_is_set_again_is_counted);
    tcase_add_test(tc, a_wait_for_a_time_is_counted);
    tcase_add_test(tc, what_is_refused);
    tcase_add_test(tc, nothing_comes_from_never);
    tcase_add_test(tc, the_view_of_never);
    tcase_add_test(tc, a_sleep_reaches_its_deadline);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
