/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_iterate.c - loops over a receiver: to the end of the stream, as far as it goes
 * just now, and left in the middle. */
#define _GNU_SOURCE 1
#include "semantics.h"

/* ---- to the end ---------------------------------------------------------------------------- */

struct adder {
    leat_rx *rx;
    leat_tx *total;
};

static void *add_up(void *arg)
{
    struct adder *a = arg;
    uint64_t sum = 0;
    uint64_t value;
    while (leat_rx_recv(a->rx, &value, leat_forever()) == 0)
        sum += value;
    RC(send_until(a->total, sum, leat_forever()), 0);
    return NULL;
}

START_TEST(a_loop_in_a_thread_ends_with_the_stream)
{
    ends e = ends_new(&flavours[_i]);
    ends total = ends_new(&flavours[_i]);
    struct adder a = {e.rx, total.tx};
    pthread_t thread = t_spawn(add_up, &a);
    RC(send_until(e.tx, 3, leat_forever()), 0);
    RC(send_until(e.tx, 1, leat_forever()), 0);
    RC(send_until(e.tx, 2, leat_forever()), 0);
    MUST(leat_tx_drop(e.tx));
    COMES(total.rx, 6);
    t_join(thread);
    MUST(leat_rx_drop(e.rx));
    ends_drop(total);
}
END_TEST

START_TEST(a_loop_takes_what_is_left_when_the_sender_is_gone)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 1000);
    ends e = ends_new(f);
    fill(e, 1, n);
    MUST(leat_tx_drop(e.tx));
    uint64_t next = 1;
    uint64_t value;
    int rc;
    while ((rc = leat_rx_recv(e.rx, &value, leat_forever())) == 0)
        SAME(value, next++);
    RC(rc, LEAT_ECLOSED);
    SAME(next, n + 1);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

static void *send_its_number(void *arg)
{
    source *s = arg;
    RC(send_until(s->tx, s->first, leat_forever()), 0);
    leat_tx_drop(s->tx);
    return NULL;
}

START_TEST(a_loop_over_a_hundred_threads_with_a_message_each)
{
    enum { N = 100 };
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    source s[N];
    for (uint64_t i = 0; i < N; i++) {
        s[i] = (source){.tx = leat_tx_clone(e.tx), .first = i};
        s[i].thread = t_spawn(send_its_number, &s[i]);
    }
    leat_tx_drop(e.tx);
    sink all = {.rx = e.rx, .n = UINT64_MAX};
    sink_run(&all);
    RC(all.rc, LEAT_ECLOSED);
    SAME(all.got, N);
    SAME(all.sum, sum_below(N));
    for (int i = 0; i < N; i++)
        t_join(s[i].thread);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* ---- as far as it goes --------------------------------------------------------------------------- */

START_TEST(a_loop_of_tries_takes_what_is_there_and_does_not_wait)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 1000);
    ends e = ends_new(f);
    fill(e, 0, n);
    uint64_t sum = 0;
    uint64_t value;
    int rc;
    while ((rc = try_recv(e.rx, &value)) == 0)
        sum += value;
    RC(rc, LEAT_EAGAIN);
    SAME(sum, n > 0 ? sum_below(n) : 0);
    ends_drop(e);
}
END_TEST

struct client {
    leat_tx *requests;
    leat_rx *responses;
    uint64_t want;
    uint64_t count;
};

/* Asks whenever nothing has come, until enough has; then it is gone. */
static void *ask_until_enough(void *arg)
{
    struct client *c = arg;
    uint64_t value;
    while (c->count < c->want) {
        while (c->count < c->want && try_recv(c->responses, &value) == 0)
            c->count += value;
        if (c->count < c->want) {
            /* a rendezvous whose server waits to be heard must not be waited for */
            int rc = leat_chan_cap(leat_tx_chan(c->requests)) == 0
                         ? try_send(c->requests, 1)
                         : send_until(c->requests, 1, leat_forever());
            MUST(rc == 0 || rc == LEAT_EAGAIN);
            if (rc == LEAT_EAGAIN)
                leat__os_yield();
        }
    }
    MUST(leat_tx_drop(c->requests));
    MUST(leat_rx_drop(c->responses));
    return NULL;
}

/* The client wants `want` in answers of `each`; the server answers until no request
 * comes or no answer is wanted. */
static void serve(const flavour *f, uint64_t each, uint64_t want)
{
    ends requests = ends_new(f);
    ends responses = ends_new(f);
    struct client c = {requests.tx, responses.rx, want, 0};
    pthread_t client = t_spawn(ask_until_enough, &c);
    uint64_t value;
    while (leat_rx_recv(requests.rx, &value, leat_forever()) == 0)
        if (send_until(responses.tx, each, leat_forever()) != 0)
            break;
    MUST(leat_rx_drop(requests.rx));
    MUST(leat_tx_drop(responses.tx));
    t_join(client);
    SAME(c.count, want);
}

START_TEST(requests_and_responses)
{
    const flavour *f = &flavours[_i];
    serve(f, 2, 6);
    serve(f, 1, t_scaled(f->cap == 0 ? 300 : 2000));
}
END_TEST

/* ---- left in the middle -------------------------------------------------------------------------------- */

static void *add_until_three(void *arg)
{
    struct adder *a = arg;
    uint64_t count = 0;
    uint64_t value;
    while (leat_rx_recv(a->rx, &value, leat_forever()) == 0) {
        if (count >= 3)
            break;
        count += value;
    }
    MUST(leat_rx_drop(a->rx));
    RC(send_until(a->total, count, leat_forever()), 0);
    return NULL;
}

START_TEST(a_loop_may_be_left)
{
    ends e = ends_new(&flavours[_i]);
    ends total = ends_new(&flavours[_i]);
    struct adder a = {e.rx, total.tx};
    pthread_t thread = t_spawn(add_until_three, &a);
    for (int i = 0; i < 3; i++)
        RC(send_until(e.tx, 2, leat_forever()), 0);
    int rc = try_send(e.tx, 2); /* one more, if anybody will have it */
    MUST(rc == 0 || rc == LEAT_EAGAIN || rc == LEAT_ECLOSED);
    MUST(leat_tx_drop(e.tx));
    COMES(total.rx, 4);
    t_join(thread);
    ends_drop(total);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("iterate");
    tcase_add_loop_test(tc, a_loop_in_a_thread_ends_with_the_stream, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_loop_takes_what_is_left_when_the_sender_is_gone,
                        0, FLAVOURS);
    tcase_add_loop_test(tc, a_loop_over_a_hundred_threads_with_a_message_each,
                        0, FLAVOURS);
    tcase_add_loop_test(
        tc, a_loop_of_tries_takes_what_is_there_and_does_not_wait, 0, FLAVOURS);
    tcase_add_loop_test(tc, requests_and_responses, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_loop_may_be_left, 0, FLAVOURS);
    return t_run(tc);
}
