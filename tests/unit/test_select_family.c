/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_select_family.c - selects over what gives a leat_tx and a leat_rx without being a
 * plain channel: oneshot, watch, broadcast, timers; and over them beside a channel. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

#include <leat/broadcast.h>
#include <leat/clock.h>
#include <leat/oneshot.h>
#include <leat/select.h>
#include <leat/set.h>
#include <leat/time.h>
#include <leat/watch.h>

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

/* ---- told, and nothing taken -------------------------------------------------------------- */

static int ready_either(pair *p, leat_until until)
{
    leat_case cases[] = {leat_on_recv(p->quiet_rx, NULL),
                         leat_on_recv(p->rx, NULL)};
    int index = leat_ready(cases, 2, 0, until);
    MUST(!leat_case_is_off(&cases[0]) && !leat_case_is_off(&cases[1]));
    return index;
}

static void *ask_in_a_thread(void *arg)
{
    SAME(ready_either(arg, leat_forever()), 1);
    return NULL;
}

/* A thread asks, and is told of what `act` does. */
static void ask_beside(pair *p, void (*act)(pair *p))
{
    pthread_t thread = t_spawn(ask_in_a_thread, p);
    t_wait_parked(leat_rx_chan(p->quiet_rx), LEAT__RECV, 1);
    act(p);
    t_join(thread);
    SAME(parked(leat_rx_chan(p->quiet_rx), LEAT__RECV), 0);
}

START_TEST(ready_takes_nothing)
{
    pair p;
    pair_open(&p, &members[_i]);
    RC(ready_either(&p, leat_nowait()), LEAT_EAGAIN);
    RC(ready_either(&p, leat_in_ms(1)), LEAT_ETIMEDOUT);
    ask_beside(&p, send_seven);
    for (int i = 0; i < 3; i++)
        RC(ready_either(&p, leat_forever()), 1);
    RC(select_either(&p, leat_nowait()), 0);
    SAME(p.got, 7);
    if (members[_i].again) {
        RC(ready_either(&p, leat_nowait()), LEAT_EAGAIN);
        ask_beside(&p, drop_the_sender);
    }
    RC(ready_either(&p, leat_nowait()), 1); /* the end */
    RC(select_either(&p, leat_nowait()), LEAT_ECLOSED);
    pair_close(&p);
}
END_TEST

START_TEST(ready_for_the_end)
{
    pair p;
    pair_open(&p, &members[_i]);
    ask_beside(&p, drop_the_sender);
    RC(select_either(&p, leat_nowait()), LEAT_ECLOSED);
    pair_close(&p);
}
END_TEST

/* Who asks is in line before who receives, and does not keep the message from him. */
START_TEST(who_asks_is_not_in_the_way)
{
    pair p;
    call receive;
    pair_open(&p, &members[_i]);
    pthread_t asks = t_spawn(ask_in_a_thread, &p);
    t_wait_parked(leat_rx_chan(p.quiet_rx), LEAT__RECV, 1);
    t_wait_parked(leat_rx_chan(p.rx), LEAT__RECV, 1);
    call_recv(&receive, p.rx, leat_forever());
    t_wait_parked(leat_rx_chan(p.rx), LEAT__RECV, 2);
    send_seven(&p);
    RC(call_end(&receive), 0);
    SAME(receive.value, 7);
    send_seven(&p); /* he looked, found nothing and asked again */
    t_join(asks);
    pair_close(&p);
}
END_TEST

static void *ask_for_room(void *arg)
{
    leat_case it = leat_on_send(arg, NULL);
    RC(leat_ready(&it, 1, 0, leat_forever()), 0);
    return NULL;
}

START_TEST(who_asks_for_room_does_not_take_it)
{
    pair p;
    call send;
    uint64_t got = UNTOUCHED;
    pair_open(&p, &members[2]);
    RC(try_send(p.tx, 1), 0);
    RC(try_send(p.tx, 2), 0);
    pthread_t asks = t_spawn(ask_for_room, p.tx);
    t_wait_parked(leat_tx_chan(p.tx), LEAT__SEND, 1);
    call_send(&send, p.tx, 3, leat_forever());
    t_wait_parked(leat_tx_chan(p.tx), LEAT__SEND, 2);
    RC(leat_rx_recv(p.rx, &got, leat_forever()), 0);
    RC(call_end(&send), 0);
    for (uint64_t i = 2; i <= 3; i++) {
        RC(leat_rx_recv(p.rx, &got, leat_forever()), 0);
        SAME(got, i);
    }
    t_join(asks); /* by now there is room for him */
    pair_close(&p);
}
END_TEST

/* ---- a policy that fails waits for room in a select --------------------------------------- */

static void *select_a_send(void *arg)
{
    uint64_t value = 3;
    leat_case it = leat_on_send(arg, &value);
    RC(leat_select(&it, 1, 0, leat_forever()), 0);
    RC(it.rc, 0);
    return NULL;
}

START_TEST(a_select_waits_where_a_send_fails)
{
    pair p = {0};
    uint64_t got = UNTOUCHED;
    RC(leat_broadcast_new(&p.tx, sizeof got, 1,
                          LEAT_CHAN_OPTS(.policy = LEAT_POLICY_FAIL)),
       0);
    RC(leat_broadcast_subscribe(&p.rx, leat_tx_chan(p.tx), 0), 0);
    RC(try_send(p.tx, 1), 0);
    RC(send_until(p.tx, 2, leat_forever()), LEAT_EAGAIN);
    pthread_t thread = t_spawn(select_a_send, p.tx);
    t_wait_parked(leat_tx_chan(p.tx), LEAT__SEND, 1);
    RC(leat_rx_recv(p.rx, &got, leat_forever()), 0);
    t_join(thread);
    RC(leat_rx_recv(p.rx, &got, leat_forever()), 0);
    SAME(got, 3);
    leat_tx_drop(p.tx);
    leat_rx_drop(p.rx);
}
END_TEST

/* Nothing can be displaced that is borrowed, or reserved. */
static void lossy_in_hands(pair *p, void **slot, void **borrowed)
{
    RC(leat_broadcast_new(&p->tx, sizeof(uint64_t), 2,
                          LEAT_CHAN_OPTS(.policy = LEAT_POLICY_DROP_OLDEST,
                                         .flags = LEAT_IN_PLACE)),
       0);
    RC(leat_broadcast_subscribe(&p->rx, leat_tx_chan(p->tx), 0), 0);
    RC(try_send(p->tx, 1), 0);
    RC(leat_rx_borrow(p->rx, borrowed, leat_nowait()), 0);
    RC(leat_tx_reserve(p->tx, slot, leat_nowait()), 0);
    RC(try_send(p->tx, 2), LEAT_EAGAIN);
}

START_TEST(a_select_waits_for_what_is_in_other_hands)
{
    pair p = {0};
    void *slot;
    void *borrowed;
    uint64_t got = UNTOUCHED;
    lossy_in_hands(&p, &slot, &borrowed);
    pthread_t thread = t_spawn(select_a_send, p.tx);
    t_wait_parked(leat_tx_chan(p.tx), LEAT__SEND, 1);
    if (_i == 0) {
        leat_rx_release(p.rx, borrowed);
        t_join(thread);
        leat_tx_unreserve(p.tx, slot);
    } else {
        *(uint64_t *)slot = 2;
        RC(leat_tx_commit(p.tx, slot), 0); /* and it can be displaced */
        t_join(thread);
        leat_rx_release(p.rx, borrowed);
    }
    RC(leat_rx_recv(p.rx, &got, leat_nowait()), 0);
    SAME(got, 3);
    leat_tx_drop(p.tx);
    leat_rx_drop(p.rx);
}
END_TEST

START_TEST(senders_of_the_family_are_ready)
{
    pair p;
    pair_open(&p, &members[_i]);
    leat_case it = leat_on_send(p.tx, NULL);
    RC(leat_ready(&it, 1, 0, leat_nowait()), 0);
    if (members[_i].open == broadcast_open) {
        RC(try_send(p.tx, 1), 0);
        RC(try_send(p.tx, 2), 0);
        RC(leat_ready(&it, 1, 0, leat_nowait()), LEAT_EAGAIN);
        leat_rx_drop(p.rx); /* and with nobody to hold it back there is room */
        p.rx = NULL;
        RC(leat_ready(&it, 1, 0, leat_nowait()), 0);
    }
    pair_close(&p);
}
END_TEST

START_TEST(a_set_of_the_family)
{
    leat_set *set;
    leat_tx *tx[MEMBERS];
    leat_rx *rx[MEMBERS];
    uint64_t got = UNTOUCHED;
    RC(leat_set_new(&set), 0);
    for (int i = 0; i < MEMBERS; i++) {
        RC(members[i].open(&tx[i], &rx[i]), 0);
        RC(leat_set_add(set, leat_on_recv(rx[i], &got)), i);
    }
    for (int i = 0; i < MEMBERS; i++) {
        for (uint64_t value = 1; value <= (members[i].again ? 3 : 1); value++) {
            RC(leat_set_wait(set, leat_nowait()), LEAT_EAGAIN);
            RC(try_send(tx[i], value), 0);
            RC(leat_set_wait(set, leat_forever()), i);
            RC(leat_set_case(set, i)->rc, 0);
            SAME(got, value);
        }
        leat_tx_drop(tx[i]);
        RC(leat_set_wait(set, leat_forever()), i);
        RC(leat_set_case(set, i)->rc, LEAT_ECLOSED);
    }
    MUST(leat_set_drop(set));
    for (int i = 0; i < MEMBERS; i++)
        leat_rx_drop(rx[i]);
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
    tcase_add_loop_test(tc, ready_takes_nothing, 0, MEMBERS);
    tcase_add_loop_test(tc, ready_for_the_end, 0, MEMBERS);
    tcase_add_loop_test(tc, who_asks_is_not_in_the_way, 1, MEMBERS);
    tcase_add_test(tc, who_asks_for_room_does_not_take_it);
    tcase_add_loop_test(tc, senders_of_the_family_are_ready, 0, MEMBERS);
    tcase_add_test(tc, a_set_of_the_family);
    tcase_add_test(tc, a_select_waits_where_a_send_fails);
    tcase_add_loop_test(tc, a_select_waits_for_what_is_in_other_hands, 0, 2);
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
