/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_selecting.c - what the suites of select check beside what unit/test_select*.c do:
 * stress from one side and from both, partners among many, order behind a select that
 * gave way, and that a try is of one moment. */
#define _GNU_SOURCE 1
#include "semantics.h"

#include "park/chance.h"

static int pick(leat_case *cases, size_t n)
{
    int index = leat_select(cases, n, 0, leat_forever());
    MUST(index >= 0 && (size_t)index < n);
    return index;
}

/* ---- one after another ----------------------------------------------------------------- */

/* What is there is taken though the halves were cloned and dropped before, in this thread
 * or another, and then the end is told. */
START_TEST(what_was_there_before_is_taken)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    ends e = ends_new(f);
    uint64_t got = UNTOUCHED;
    if (many_tx(f)) {
        leat_tx *other = leat_tx_clone(e.tx);
        RC(try_send(other, 1), 0);
        MUST(!leat_tx_drop(other));
    } else {
        RC(try_send(e.tx, 1), 0);
    }
    MUST(leat_tx_drop(e.tx));
    leat_case one = leat_on_recv(e.rx, &got);
    RC(pick(&one, 1), 0);
    RC(one.rc, 0);
    SAME(got, 1);
    RC(pick(&one, 1), 0);
    RC(one.rc, LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* Sends and receives of the same channel, each twice: all four come to be done. */
START_TEST(every_one_of_the_same_is_done_some_time)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    ends e = ends_new(f);
    bool done[4] = {false};
    leat__chance_set(99);
    while (!done[0] || !done[1] || !done[2] || !done[3]) {
        uint64_t in = 0;
        uint64_t out = 4;
        leat_case cases[] = {leat_on_recv(e.rx, &in), leat_on_recv(e.rx, &in),
                             leat_on_send(e.tx, &out),
                             leat_on_send(e.tx, &out)};
        int index = pick(cases, 4);
        RC(cases[index].rc, 0);
        done[index] = true;
        MUST(index >= 2 || in == 4);
    }
    ends_drop(e);
}
END_TEST

/* A select within what another has come to. */
START_TEST(selects_follow_from_each_other)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    ends e = ends_new(f);
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t got = UNTOUCHED;
        leat_case send = leat_on_send(e.tx, &i);
        leat_case recv = leat_on_recv(e.rx, &got);
        RC(pick(&send, 1), 0);
        RC(pick(&recv, 1), 0);
        SAME(got, i);
    }
    ends_drop(e);
}
END_TEST

/* Biased: as long as the first has something the others are left alone. */
START_TEST(the_first_is_emptied_first)
{
    enum { N = 200 };
    const leat_until untils[] = {leat_nowait(), leat_in_ms(3600000),
                                 leat_forever()};
    ends all[3];
    uint64_t got;
    leat_case cases[3];
    for (size_t i = 0; i < 3; i++) {
        all[i] = ends_cap(LEAT_UNBOUNDED);
        fill(all[i], 0, N);
        cases[i] = leat_on_recv(all[i].rx, &got);
    }
    for (int i = 0; i < 3; i++) {
        for (uint64_t k = 0; k < N; k++) {
            RC(leat_select(cases, 3, LEAT_BIASED, untils[_i]), i);
            SAME(got, k);
        }
    }
    for (size_t i = 0; i < 3; i++)
        ends_drop(all[i]);
}
END_TEST

/* Sends that are always possible share as receives do. */
START_TEST(sends_share)
{
    enum { N = 4000 };
    ends a = ends_cap(N);
    ends b = ends_cap(LEAT_UNBOUNDED);
    uint64_t out = 1;
    unsigned done[2] = {0};
    leat_case cases[] = {leat_on_send(a.tx, &out), leat_on_send(b.tx, &out)};
    leat__chance_set(5);
    for (int i = 0; i < N; i++)
        done[pick(cases, 2)]++;
    MUST(done[0] > N / 4 && done[1] > N / 4);
    ends_drop(a);
    ends_drop(b);
}
END_TEST

/* ---- stress ------------------------------------------------------------------------------- */

enum { SOURCES = 3 };

/* Several threads send, each on a channel of its own; one selects. */
START_TEST(one_selects_from_several)
{
    ends all[SOURCES];
    source sources[SOURCES];
    uint64_t next[SOURCES] = {0};
    uint64_t got = 0;
    leat_case cases[SOURCES];
    size_t ended = 0;
    for (size_t i = 0; i < SOURCES; i++) {
        all[i] = ends_new(&flavours[_i]);
        sources[i] =
            (source){.tx = all[i].tx, .n = t_scaled(1000), .drops = true};
        cases[i] = leat_on_recv(all[i].rx, &got);
        source_start(&sources[i]);
    }
    while (ended < SOURCES) {
        int index = pick(cases, SOURCES);
        if (cases[index].rc == 0)
            SAME(got, next[index]++);
        else
            ended++;
    }
    for (size_t i = 0; i < SOURCES; i++) {
        source_end(&sources[i]);
        SAME(next[i], sources[i].n);
        MUST(leat_rx_drop(all[i].rx));
    }
}
END_TEST

/* Several threads receive, each from a channel of its own; one selects. */
START_TEST(one_selects_to_several)
{
    ends all[SOURCES];
    sink sinks[SOURCES];
    uint64_t sum = 0;
    uint64_t n = t_scaled(2000);
    leat_case cases[SOURCES];
    uint64_t value = 0;
    for (size_t i = 0; i < SOURCES; i++) {
        all[i] = ends_new(&flavours[_i]);
        sinks[i] = (sink){.rx = all[i].rx, .n = UINT64_MAX, .drops = true};
        cases[i] = leat_on_send(all[i].tx, &value);
        sink_start(&sinks[i]);
    }
    for (; value < n; value++)
        RC(cases[pick(cases, SOURCES)].rc, 0);
    for (size_t i = 0; i < SOURCES; i++) {
        MUST(leat_tx_drop(all[i].tx));
        sink_end(&sinks[i]);
        sum += sinks[i].sum;
    }
    SAME(sum, sum_below(n));
}
END_TEST

/* One thread sends, one receives; one in between does both. */
START_TEST(one_selects_both_ways)
{
    ends in = ends_new(&flavours[_i]);
    ends out = ends_new(&flavours[_i]);
    uint64_t n = t_scaled(1000);
    uint64_t sent = 0;
    uint64_t got = 0;
    uint64_t received = 0;
    source from = {.tx = in.tx, .n = n};
    sink to = {.rx = out.rx, .n = n};
    source_start(&from);
    sink_start(&to);
    while (sent < n || received < n) {
        leat_case cases[] = {leat_on_recv(received < n ? in.rx : NULL, &got),
                             leat_on_send(sent < n ? out.tx : NULL, &sent)};
        int index = pick(cases, 2);
        RC(cases[index].rc, 0);
        if (index == 0)
            SAME(got, received++);
        else
            sent++;
    }
    source_end(&from);
    sink_end(&to);
    SAME(to.sum, sum_below(n));
    ends_drop(in);
    ends_drop(out);
}
END_TEST

/* Both sides give up again and again, and nothing is lost or comes twice. */
static void *sends_with_patience(void *arg)
{
    leat_tx *tx = arg;
    for (uint64_t i = 0; i < t_scaled(100); i++) {
        leat_case one = leat_on_send(tx, &i);
        int rc;
        do {
            rc = leat_select(&one, 1, 0, leat_in_ns(50000));
            MUST(rc == 0 || rc == LEAT_ETIMEDOUT);
        } while (rc != 0);
    }
    return NULL;
}

START_TEST(both_sides_give_up_and_try_again)
{
    ends e = ends_new(&flavours[_i]);
    pthread_t thread = t_spawn(sends_with_patience, e.tx);
    for (uint64_t i = 0; i < t_scaled(100); i++) {
        uint64_t got = UNTOUCHED;
        leat_case one = leat_on_recv(e.rx, &got);
        int rc;
        do {
            rc = leat_select(&one, 1, 0, leat_in_ns(50000));
            MUST(rc == 0 || (rc == LEAT_ETIMEDOUT && got == UNTOUCHED));
        } while (rc != 0);
        SAME(got, i);
    }
    t_join(thread);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

/* ---- partners ------------------------------------------------------------------------------- */

static void *meets_another(void *arg)
{
    const ends *e = arg;
    uint64_t me = (uint64_t)(uintptr_t)&me;
    uint64_t other = me;
    leat_case cases[] = {leat_on_recv(e->rx, &other), leat_on_send(e->tx, &me)};
    int index = pick(cases, 2);
    RC(cases[index].rc, 0);
    MUST(index == 1 || other != me);
    return NULL;
}

/* Many who would send or receive at a rendezvous find partners, and no one itself; one
 * more who only sends finds the one that is left. */
START_TEST(all_find_a_partner)
{
    enum { THREADS = 21 };
    ends e = ends_cap(0);
    pthread_t threads[THREADS];
    size_t n = _i == 0 ? THREADS - 1 : THREADS;
    for (size_t i = 0; i < n; i++)
        threads[i] = t_spawn(meets_another, &e);
    if (n % 2 == 1)
        RC(send_until(e.tx, 0, leat_forever()), 0);
    for (size_t i = 0; i < n; i++)
        t_join(threads[i]);
    NOTHING(e.rx, LEAT_EAGAIN);
    RC(try_send(e.tx, 0), LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

/* Go's doubleselect: a sender has the same value in cases for several channels; it
 * arrives by one of them, once, in order for each sender. */
enum { LANES = 4 };

struct lanes {
    ends lane[LANES];
    uint64_t n;
};

static void *sends_on_any_lane(void *arg)
{
    const struct lanes *lanes = arg;
    for (uint64_t i = 0; i < lanes->n; i++) {
        leat_case cases[LANES];
        for (size_t k = 0; k < LANES; k++)
            cases[k] = leat_on_send(lanes->lane[k].tx, &i);
        RC(cases[pick(cases, LANES)].rc, 0);
    }
    for (size_t k = 0; k < LANES; k++)
        MUST(leat_tx_drop(lanes->lane[k].tx));
    return NULL;
}

START_TEST(a_message_goes_one_way_once)
{
    struct lanes lanes = {.n = t_scaled(2000)};
    leat_case cases[LANES];
    uint64_t got = 0;
    uint64_t sum = 0;
    uint64_t count = 0;
    uint64_t last[LANES] = {0};
    size_t ended = 0;
    for (size_t k = 0; k < LANES; k++) {
        lanes.lane[k] = ends_new(&flavours[_i]);
        cases[k] = leat_on_recv(lanes.lane[k].rx, &got);
    }
    pthread_t thread = t_spawn(sends_on_any_lane, &lanes);
    while (ended < LANES) {
        int index = pick(cases, LANES);
        if (cases[index].rc != 0) {
            ended++;
            continue;
        }
        MUST(got + 1 > last[index]); /* each lane keeps the order */
        last[index] = got + 1;
        sum += got;
        count++;
    }
    t_join(thread);
    SAME(count, lanes.n);
    SAME(sum, sum_below(lanes.n));
    for (size_t k = 0; k < LANES; k++)
        MUST(leat_rx_drop(lanes.lane[k].rx));
}
END_TEST

/* Go's select6: a select that was in line and gave way, because another of its cases was
 * done, leaves the line as it was: those before and behind it are served in turn. */
START_TEST(who_leaves_the_line_leaves_it_in_order)
{
    ends e = ends_cap(0);
    ends other = ends_cap(0);
    call first;
    call second;
    given g;
    struct {
        leat_case cases[2];
        uint64_t got;
    } s;
    call_recv(&first, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    give(&g, &(flavour){"rendezvous", 0, 0}, other.tx, 9);
    s.cases[0] = leat_on_recv(e.rx, &s.got);
    s.cases[1] = leat_on_recv(other.rx, &s.got);
    RC(pick(s.cases, 2), 1);
    given_away(&g);
    RC(leat_select(s.cases, 1, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    call_recv(&second, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 2);
    RC(try_send(e.tx, 1), 0);
    RC(call_end(&first), 0);
    SAME(first.value, 1);
    RC(try_send(e.tx, 2), 0);
    RC(call_end(&second), 0);
    SAME(second.value, 2);
    RC(try_send(e.tx, 3), LEAT_EAGAIN);
    ends_drop(e);
    ends_drop(other);
}
END_TEST

/* A channel comes through a channel, by selects at both ends. */
START_TEST(channels_through_channels)
{
    ends e = ends_cap(1);
    leat_tx *carrier_tx;
    leat_rx *carrier_rx;
    leat_rx *came = NULL;
    uint64_t got = UNTOUCHED;
    RC(leat_chan_new(&carrier_tx, &carrier_rx, sizeof came, 1, NULL), 0);
    fill(e, 6, 1);
    leat_case send = leat_on_send(carrier_tx, &e.rx);
    leat_case recv = leat_on_recv(carrier_rx, &came);
    RC(pick(&send, 1), 0);
    RC(pick(&recv, 1), 0);
    MUST(came == e.rx);
    leat_case last = leat_on_recv(came, &got);
    RC(pick(&last, 1), 0);
    SAME(got, 6);
    leat_tx_drop(carrier_tx);
    leat_rx_drop(carrier_rx);
    ends_drop(e);
}
END_TEST

/* ---- a try is of one moment --------------------------------------------------------------------- */

struct moment {
    ends a;
    ends b;
    ends start;
    ends end;
    leat_until until;
    bool looks;
};

/* Makes sure that there is always something in a or in b while the other selects. */
static void *moves_it(void *arg)
{
    struct moment *m = arg;
    for (unsigned i = 0; i < t_scaled(3000); i++) {
        uint64_t value;
        RC(leat_rx_recv(m->start.rx, &value, leat_forever()), 0);
        RC(send_until(m->b.tx, 1, leat_forever()), 0);
        (void)!leat_rx_recv(m->a.rx, &value, leat_nowait());
        RC(leat_rx_recv(m->end.rx, &value, leat_forever()), 0);
        while (leat_rx_recv(m->a.rx, &value, leat_nowait()) == 0)
            ;
        while (leat_rx_recv(m->b.rx, &value, leat_nowait()) == 0)
            ;
        RC(send_until(m->end.tx, 0, leat_forever()), 0);
    }
    return NULL;
}

START_TEST(something_is_always_there)
{
    struct moment m = {.start = ends_cap(0), .end = ends_cap(0)};
    m.a = ends_cap(_i % 2 == 0 ? 1 : LEAT_UNBOUNDED);
    m.b = ends_cap(_i % 2 == 0 ? 1 : LEAT_UNBOUNDED);
    m.until = _i / 2 % 2 == 0 ? leat_nowait() : leat_at_ns(1);
    m.looks = _i / 4 == 1;
    pthread_t thread = t_spawn(moves_it, &m);
    for (unsigned i = 0; i < t_scaled(3000); i++) {
        uint64_t got;
        leat_case cases[] = {leat_on_recv(m.a.rx, &got),
                             leat_on_recv(m.b.rx, &got)};
        RC(send_until(m.a.tx, 1, leat_forever()), 0);
        RC(send_until(m.start.tx, 0, leat_forever()), 0);
        int index = m.looks ? leat_ready(cases, 2, 0, m.until)
                            : leat_select(cases, 2, 0, m.until);
        MUST(index == 0 || index == 1);
        RC(send_until(m.end.tx, 0, leat_forever()), 0);
        RC(leat_rx_recv(m.end.rx, &got, leat_forever()), 0);
    }
    t_join(thread);
    ends_drop(m.a);
    ends_drop(m.b);
    ends_drop(m.start);
    ends_drop(m.end);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("selecting");
    tcase_add_loop_test(tc, what_was_there_before_is_taken, 0, FLAVOURS);
    tcase_add_loop_test(tc, every_one_of_the_same_is_done_some_time, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, selects_follow_from_each_other, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_first_is_emptied_first, 0, 3);
    tcase_add_test(tc, sends_share);
    tcase_add_loop_test(tc, one_selects_from_several, 0, FLAVOURS);
    tcase_add_loop_test(tc, one_selects_to_several, 0, FLAVOURS);
    tcase_add_loop_test(tc, one_selects_both_ways, 0, FLAVOURS);
    tcase_add_loop_test(tc, both_sides_give_up_and_try_again, 0, FLAVOURS);
    tcase_add_loop_test(tc, all_find_a_partner, 0, 2);
    tcase_add_loop_test(tc, a_message_goes_one_way_once, 0, FLAVOURS);
    tcase_add_test(tc, who_leaves_the_line_leaves_it_in_order);
    tcase_add_test(tc, channels_through_channels);
    tcase_add_loop_test(tc, something_is_always_there, 0, 8);
    return t_run(tc);
}
