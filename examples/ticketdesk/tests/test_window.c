/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_window.c - oneshots in a ring of memory, and what subscribers are told. */
#include "changes.h"
#include "thread.h"
#include "window.h"

#include "t.h"

/* ---- the window ------------------------------------------------------------- */

static void answer(reply_tx *reply_to, uint64_t count)
{
    struct request request = {.command = COMMAND_COUNT, .reply_to = reply_to};
    struct reply reply = {.answer = ANSWER_OK, .u.count = count};

    ck_assert(request_answer(&request, &reply));
}

static void expect(struct window *window, enum command command, uint64_t count)
{
    const struct window_slot *slot;
    struct reply reply;

    ck_assert_int_eq(window_hear(window, &reply, &slot), 0);
    ck_assert_int_eq(slot->command, command);
    ck_assert_int_eq(reply.answer, ANSWER_OK);
    ck_assert_uint_eq(reply.u.count, count);
}

START_TEST(hears_in_the_order_of_asking)
{
    struct window window;
    reply_tx *first;
    reply_tx *second;

    ck_assert_int_eq(window_open(&window), 0);
    first = window_ask(&window, COMMAND_COUNT);
    second = window_ask(&window, COMMAND_GET);
    ck_assert_uint_eq(window_in_flight(&window), 2);
    answer(second, 2);
    answer(first, 1);
    expect(&window, COMMAND_COUNT, 1);
    expect(&window, COMMAND_GET, 2);
    ck_assert_uint_eq(window_in_flight(&window), 0);
    window_close(&window);
}
END_TEST

START_TEST(hears_that_no_answer_will_come)
{
    const struct window_slot *slot;
    struct window window;
    struct reply reply;

    ck_assert_int_eq(window_open(&window), 0);
    reply_tx_drop(window_ask(&window, COMMAND_DELETE));
    ck_assert_int_eq(window_hear(&window, &reply, &slot), LEAT_ECLOSED);
    ck_assert_int_eq(slot->command, COMMAND_DELETE);
    ck_assert_uint_eq(window_in_flight(&window), 0);
    window_close(&window);
}
END_TEST

START_TEST(takes_back_what_was_not_sent)
{
    struct window window;
    reply_tx *first;

    ck_assert_int_eq(window_open(&window), 0);
    first = window_ask(&window, COMMAND_COUNT);
    for (unsigned i = 0; i < 3 * DESK_WINDOW; i++) {
        window_take_back(&window, window_ask(&window, COMMAND_GET));
        ck_assert_uint_eq(window_in_flight(&window), 1);
    }
    answer(first, 7);
    expect(&window, COMMAND_COUNT, 7);
    window_close(&window);
}
END_TEST

/* A server that answers with the numbers of the requests. */
static int count_requests(void *arg, leat_cancel *stop)
{
    request_rx *requests = arg;
    struct request request;
    uint64_t count = 0;

    (void)stop;
    while (request_rx_recv(requests, &request, leat_forever()) == 0) {
        answer(request.reply_to, count++);
    }
    return 0;
}

/* Slots are used again while the other side may still have its half of them: what
 * leat says about whose memory it is has to be true (see the sanitizers). */
START_TEST(uses_its_memory_again)
{
    unsigned rounds = t_scaled(20000);
    struct window window;
    leat_thread *server;
    request_tx *tx;
    request_rx *rx;

    ck_assert_int_eq(window_open(&window), 0);
    ck_assert_int_eq(request_chan_new(&tx, &rx, 4, NULL), 0);
    ck_assert_int_eq(thread_start(&server, count_requests, rx, "server"), 0);
    for (unsigned i = 0; i < rounds; i++) {
        struct request request = {.command = COMMAND_COUNT};

        if (window_in_flight(&window) == DESK_WINDOW)
            expect(&window, COMMAND_COUNT, i - DESK_WINDOW);
        request.reply_to = window_ask(&window, COMMAND_COUNT);
        ck_assert_int_eq(request_tx_send(tx, &request, leat_forever()), 0);
    }
    while (window_in_flight(&window) > 0) {
        expect(&window, COMMAND_COUNT, rounds - window_in_flight(&window));
    }
    window_close(&window);
    request_tx_drop(tx);
    thread_end(server);
    request_rx_drop(rx);
}
END_TEST

/* ---- the changes -------------------------------------------------------------- */

/* Who must see all sees the first that was published after it came; who may lag sees
 * the last that are kept, and is told of the others. */
START_TEST(tells_of_every_change_or_counts_it)
{
    struct changes changes = {0};
    struct change change = {.command = COMMAND_PATCH, .id = 1};
    change_rx *all;
    change_rx *latest;

    ck_assert_int_eq(changes_open(&changes), 0);
    changes_publish(&changes, &change); /* nobody is there yet */
    ck_assert_int_eq(changes_subscribe_latest(&changes, &latest), 0);
    for (unsigned i = 0; i < 3; i++) {
        changes_publish(&changes, &change);
    }
    ck_assert_int_eq(changes_subscribe_all(&changes, &all), 0);
    for (unsigned i = 0; i < CHANGES_ROOM; i++) {
        changes_publish(&changes, &change);
    }
    changes_close(&changes);
    for (uint64_t number = 5; number < 5 + CHANGES_ROOM; number++) {
        ck_assert_int_eq(change_rx_recv(all, &change, leat_nowait()), 0);
        ck_assert_uint_eq(change.number, number);
        ck_assert_int_eq(change_rx_recv(latest, &change, leat_nowait()), 0);
        ck_assert_uint_eq(change.number, number);
    }
    ck_assert_int_eq(change_rx_recv(all, &change, leat_nowait()), LEAT_ECLOSED);
    ck_assert_int_eq(change_rx_recv(latest, &change, leat_nowait()),
                     LEAT_ECLOSED);
    ck_assert_uint_eq(change_rx_missed(latest), 3);
    ck_assert_uint_eq(change_rx_missed(all), 0);
    change_rx_drop(all);
    change_rx_drop(latest);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("window");

    tcase_add_test(tc, hears_in_the_order_of_asking);
    tcase_add_test(tc, hears_that_no_answer_will_come);
    tcase_add_test(tc, takes_back_what_was_not_sent);
    tcase_add_test(tc, uses_its_memory_again);
    tcase_add_test(tc, tells_of_every_change_or_counts_it);
    return t_run(tc);
}
