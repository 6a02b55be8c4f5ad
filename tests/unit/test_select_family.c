/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_select_family.c - selects over what gives a leat_tx and a leat_rx without being a
 * plain channel: oneshot, watch, broadcast, timers; and over them beside a channel. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

static int oneshot_open(leat_tx **tx, leat_rx **rx)
{
    return leat_oneshot_new(tx, rx, sizeof(uint64_t), NULL);
}

static int watch_open(leat_tx **tx, leat_rx **rx)
{
    static const uint64_t initial = 0;
    return leat_watch_new(tx, rx, sizeof initial, &initial, NULL);
}

static int broadcast_open(leat_tx **tx, leat_rx **rx)
{
    int rc = leat_broadcast_new(tx, sizeof(uint64_t), 2, NULL);
    return rc == 0 ? leat_broadcast_subscribe(rx, leat_tx_chan(*tx), 0) : rc;
}

static int lossy_open(leat_tx **tx, leat_rx **rx)
{
    int rc =
        leat_broadcast_new(tx, sizeof(uint64_t), 2,
                           LEAT_CHAN_OPTS(.policy = LEAT_POLICY_DROP_OLDEST));
    return rc == 0 ? leat_broadcast_subscribe(rx, leat_tx_chan(*tx), 0) : rc;
}

static const struct member {
    int (*open)(leat_tx **tx, leat_rx **rx);
    bool again; /* takes more than one message */
} members[] = {{oneshot_open, false},
               {watch_open, true},
               {broadcast_open, true},
               {lossy_open, true}};

enum { MEMBERS = sizeof members / sizeof *members };

/* One of the family, and a channel that nothing comes from. */
typedef struct pair {
    leat_tx *tx, *quiet_tx;
    leat_rx *rx, *quiet_rx;
    uint64_t got;
} pair;

static void pair_open(pair *p, const struct member *member)
{
    RC(member->open(&p->tx, &p->rx), 0);
    RC(leat_chan_new(&p->quiet_tx, &p->quiet_rx, sizeof(uint64_t), 1, NULL), 0);
    p->got = UNTOUCHED;
}

static void pair_close(pair *p)
{
    leat_tx_drop(p->tx);
    leat_rx_drop(p->rx);
    leat_tx_drop(p->quiet_tx);
    leat_rx_drop(p->quiet_rx);
}

static int select_either(pair *p, leat_until until)
{
    leat_case cases[] = {leat_on_recv(p->quiet_rx, &p->got),
                         leat_on_recv(p->rx, &p->got)};
    int index = leat_select(cases, 2, 0, until);
    return index == 1 ? cases[1].rc : index < 0 ? index : LEAT_EINVAL;
}

static void *select_in_a_thread(void *arg)
{
    static int rc;
    rc = select_either(arg, leat_forever());
    return &rc;
}

/* What a thread's select came to that waits while `act` is done. */
static int select_beside(pair *p, void (*act)(pair *p))
{
    pthread_t thread = t_spawn(select_in_a_thread, p);
    void *rc;
    t_wait_parked(leat_rx_chan(p->quiet_rx), LEAT__RECV, 1);
    act(p);
    ck_assert_int_eq(pthread_join(thread, &rc), 0);
    SAME(parked(leat_rx_chan(p->quiet_rx), LEAT__RECV), 0);
    return *(int *)rc;
}

static void send_seven(pair *p)
{
    RC(try_send(p->tx, 7), 0);
}

static void drop_the_sender(pair *p)
{
    leat_tx_drop(p->tx);
    p->tx = NULL;
}

START_TEST(what_is_there_is_taken)
{
    pair p;
    pair_open(&p, &members[_i]);
    RC(select_either(&p, leat_nowait()), LEAT_EAGAIN);
    SAME(p.got, UNTOUCHED);
    RC(try_send(p.tx, 5), 0);
    RC(select_either(&p, leat_nowait()), 0);
    SAME(p.got, 5);
    pair_close(&p);
}
END_TEST

START_TEST(what_comes_ends_the_wait)
{
    pair p;
    pair_open(&p, &members[_i]);
    for (int i = 0; i < (members[_i].again ? 20 : 1); i++) {
        p.got = UNTOUCHED;
        RC(select_beside(&p, send_seven), 0);
        SAME(p.got, 7);
    }
    pair_close(&p);
}
END_TEST

START_TEST(the_end_ends_the_wait)
{
    pair p;
    pair_open(&p, &members[_i]);
    RC(select_beside(&p, drop_the_sender), LEAT_ECLOSED);
    SAME(p.got, UNTOUCHED);
    pair_close(&p);
}
END_TEST

START_TEST(a_deadline_leaves_it_usable)
{
    pair p;
    pair_open(&p, &members[_i]);
    RC(select_either(&p, leat_in_ms(1)), LEAT_ETIMEDOUT);
    RC(try_send(p.tx, 5), 0);
    RC(select_either(&p, leat_in_ms(1)), 0);
    SAME(p.got, 5);
    pair_close(&p);
}
END_TEST

/* ---- a sender of a broadcast, held back ------------------------------------------------- */

static void *send_in_a_thread(void *arg)
{
    pair *p = arg;
    uint64_t value = 3;
    leat_case cases[] = {leat_on_recv(p->quiet_rx, &p->got),
                         leat_on_send(p->tx, &value)};
    SAME(leat_select(cases, 2, 0, leat_forever()), 1);
    RC(cases[1].rc, 0);
    return NULL;
}

START_TEST(room_for_a_broadcast_ends_the_wait)
{
    pair p;
    uint64_t got = UNTOUCHED;
    pair_open(&p, &members[2]);
    RC(try_send(p.tx, 1), 0);
    RC(try_send(p.tx, 2), 0);
    pthread_t thread = t_spawn(send_in_a_thread, &p);
    t_wait_parked(leat_rx_chan(p.quiet_rx), LEAT__RECV, 1);
    for (uint64_t i = 1; i <= 3; i++) {
        RC(leat_rx_recv(p.rx, &got, leat_forever()), 0);
        SAME(got, i);
    }
    t_join(thread);
    pair_close(&p);
}
END_TEST

/* ---- timers -------------------------------------------------------------------------------- */

enum { PERIOD = 1000 };

static void *three_ticks(void *arg)
{
    pair *p = arg;
    int64_t at = 0;
    for (int i = 0; i < 3; i++) {
        leat_case cases[] = {leat_on_recv(p->quiet_rx, &p->got),
                             leat_on_recv(p->rx, &at)};
        SAME(leat_select(cases, 2, 0, leat_forever()), 1);
        RC(cases[1].rc, 0);
    }
    return NULL;
}

START_TEST(ticks_come_in_a_select)
{
    pair p = {0};
    leat_clock_virtual_on(PERIOD);
    RC(leat_tick(&p.rx, PERIOD, LEAT_MISSED_SKIP, NULL), 0);
    RC(leat_chan_new(&p.quiet_tx, &p.quiet_rx, sizeof(uint64_t), 1, NULL), 0);
    pthread_t thread = t_spawn(three_ticks, &p);
    for (int i = 0; i < 3; i++) {
        RC(leat_clock_await(1, leat_forever()), 0);
        leat_clock_advance(PERIOD);
    }
    t_join(thread);
    leat_clock_virtual_off();
    pair_close(&p);
}
END_TEST

/* Two timers, due at different times. */
static void timers_open(leat_rx *rx[2], int64_t first_ns, int64_t second_ns)
{
    RC(leat_after(&rx[0], leat_at_ns(first_ns), NULL), 0);
    RC(leat_after(&rx[1], leat_at_ns(second_ns), NULL), 0);
}

static void timers_close(leat_rx *rx[2])
{
    leat_rx_drop(rx[0]);
    leat_rx_drop(rx[1]);
}

static int select_timers(leat_rx *rx[2], leat_until until)
{
    int64_t at = 0;
    leat_case cases[] = {leat_on_recv(rx[0], &at), leat_on_recv(rx[1], &at)};
    return leat_select(cases, 2, 0, until);
}

START_TEST(what_is_due_is_done_at_once)
{
    leat_rx *rx[2];
    leat_clock_virtual_on(PERIOD);
    timers_open(rx, 2 * PERIOD, 3 * PERIOD);
    RC(select_timers(rx, leat_nowait()), LEAT_EAGAIN);
    leat_clock_advance(PERIOD);
    RC(select_timers(rx, leat_nowait()), 0);
    RC(select_timers(rx, leat_nowait()), LEAT_EAGAIN);
    leat_clock_advance(PERIOD);
    RC(select_timers(rx, leat_forever()), 1);
    RC(select_timers(rx, leat_nowait()), LEAT_EAGAIN);
    timers_close(rx);
    leat_clock_virtual_off();
}
END_TEST

static void *select_one_timer(void *arg)
{
    static int indices[2];
    static atomic_int n;
    int *index = &indices[atomic_fetch_add(&n, 1)];
    *index = select_timers(arg, leat_forever());
    return index;
}

START_TEST(each_timer_is_for_one_of_two_threads)
{
    leat_rx *rx[2];
    void *first;
    void *second;
    leat_clock_virtual_on(PERIOD);
    timers_open(rx, 2 * PERIOD, 2 * PERIOD);
    pthread_t a = t_spawn(select_one_timer, rx);
    pthread_t b = t_spawn(select_one_timer, rx);
    RC(leat_clock_await(2, leat_forever()), 0);
    leat_clock_advance(PERIOD);
    ck_assert_int_eq(pthread_join(a, &first), 0);
    ck_assert_int_eq(pthread_join(b, &second), 0);
    ck_assert_int_eq(*(int *)first + *(int *)second, 1);
    timers_close(rx);
    leat_clock_virtual_off();
}
END_TEST

START_TEST(ready_says_it_is_due_and_takes_nothing)
{
    leat_rx *rx[2];
    int64_t at = 0;
    leat_clock_virtual_on(PERIOD);
    timers_open(rx, 2 * PERIOD, 3 * PERIOD);
    leat_case cases[] = {leat_on_recv(rx[0], &at), leat_on_recv(rx[1], &at)};
    RC(leat_ready(cases, 2, 0, leat_nowait()), LEAT_EAGAIN);
    leat_clock_advance(PERIOD);
    RC(leat_ready(cases, 2, 0, leat_nowait()), 0);
    RC(leat_ready(cases, 2, 0, leat_forever()), 0);
    RC(leat_rx_recv(rx[0], &at, leat_nowait()), 0);
    SAME((uint64_t)at, 2 * PERIOD);
    RC(leat_ready(cases, 2, 0, leat_nowait()), LEAT_EAGAIN);
    timers_close(rx);
    leat_clock_virtual_off();
}
END_TEST

/* Selects over two ticks, each of which has many messages, and one of them twice. */
START_TEST(ticks_are_drawn_fairly)
{
    enum { TICKS = 900, ENOUGH = TICKS / 3 - TICKS / 12 };
    leat_rx *rx[2];
    int64_t at;
    int drawn[3] = {0};
    leat_clock_virtual_on(PERIOD);
    for (int i = 0; i < 2; i++)
        RC(leat_tick(&rx[i], 1, LEAT_MISSED_BURST, NULL), 0);
    leat_clock_advance(TICKS);
    for (int i = 0; i < TICKS; i++) {
        leat_case cases[] = {leat_on_recv(rx[0], &at), leat_on_recv(rx[1], &at),
                             leat_on_recv(rx[1], &at)};
        int index = leat_select(cases, 3, 0, leat_nowait());
        ck_assert_int_ge(index, 0);
        drawn[index]++;
    }
    for (int i = 0; i < 3; i++)
        ck_assert_int_ge(drawn[i], ENOUGH);
    timers_close(rx);
    leat_clock_virtual_off();
}
END_TEST

START_TEST(never_is_never_drawn)
{
    uint64_t got = UNTOUCHED;
    leat_rx *never = leat_never();
    leat_case cases[] = {leat_on_recv(never, &got), leat_on_recv(never, &got)};
    RC(leat_select(cases, 2, 0, leat_nowait()), LEAT_EAGAIN);
    RC(leat_select(cases, 2, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    RC(leat_ready(cases, 2, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    SAME(got, UNTOUCHED);
    leat_rx_drop(never);
}
END_TEST

static void *wait_with_a_token(void *arg)
{
    pair *p = arg;
    static int rc;
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_cancel_fire_at(token, 3 * PERIOD);
    rc = select_either(p, leat_or_cancel(leat_forever(), token));
    leat_cancel_drop(token);
    return &rc;
}

START_TEST(a_tokens_time_comes_in_a_select)
{
    pair p;
    void *rc;
    leat_clock_virtual_on(PERIOD);
    pair_open(&p, &members[_i]);
    pthread_t thread = t_spawn(wait_with_a_token, &p);
    RC(leat_clock_await(1, leat_forever()), 0);
    leat_clock_advance(PERIOD);
    leat_clock_advance(PERIOD);
    ck_assert_int_eq(pthread_join(thread, &rc), 0);
    RC(*(int *)rc, LEAT_ECANCELED);
    leat_clock_virtual_off();
    pair_close(&p);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("select_family");
    tcase_add_loop_test(tc, what_is_there_is_taken, 0, MEMBERS);
    tcase_add_loop_test(tc, what_comes_ends_the_wait, 0, MEMBERS);
    tcase_add_loop_test(tc, the_end_ends_the_wait, 0, MEMBERS);
    tcase_add_loop_test(tc, a_deadline_leaves_it_usable, 0, MEMBERS);
    tcase_add_test(tc, room_for_a_broadcast_ends_the_wait);
    tcase_add_test(tc, ticks_come_in_a_select);
    tcase_add_test(tc, what_is_due_is_done_at_once);
    tcase_add_test(tc, each_timer_is_for_one_of_two_threads);
    tcase_add_test(tc, ready_says_it_is_due_and_takes_nothing);
    tcase_add_test(tc, ticks_are_drawn_fairly);
    tcase_add_test(tc, never_is_never_drawn);
    tcase_add_loop_test(tc, a_tokens_time_comes_in_a_select, 0, MEMBERS);
    return t_run(tc);
}
