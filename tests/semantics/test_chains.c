/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_chains.c - threads threaded together by channels: chains, fans, a ring, and a
 * sieve. */
#define _GNU_SOURCE 1
#include "semantics.h"

/* A thread between two channels. It ends with its stream, or when nobody listens. */
struct link {
    leat_rx *in;
    leat_tx *out;
    uint64_t n;     /* messages to pass on */
    uint64_t prime; /* whose multiples it keeps to itself; 0: none */
    pthread_t thread;
};

static void *pass_on(void *arg)
{
    struct link *l = arg;
    uint64_t value;
    for (uint64_t i = 0; i < l->n; i++) {
        if (leat_rx_recv(l->in, &value, leat_forever()) != 0)
            break;
        if (l->prime != 0 && value % l->prime == 0)
            continue;
        if (send_until(l->out, value, leat_forever()) != 0)
            break;
    }
    leat_rx_drop(l->in);
    leat_tx_drop(l->out);
    return NULL;
}

static void link_start(struct link *l)
{
    l->thread = t_spawn(pass_on, l);
}

/* One message through a long chain of threads, which then ends link by link. */
START_TEST(a_long_chain_of_threads_ends_cleanly)
{
    enum { N = 100 };
    const flavour *f = &flavours[_i];
    static struct link l[N];
    ends leftmost = ends_new(f);
    ends left = leftmost;
    for (int i = 0; i < N; i++) {
        ends right = ends_new(f);
        l[i] = (struct link){.in = right.rx, .out = left.tx, .n = 1};
        link_start(&l[i]);
        left = right;
    }
    RC(send_until(left.tx, 1, leat_forever()), 0);
    COMES(leftmost.rx, 1);
    comes_to_an_end(leftmost.rx);
    for (int i = 0; i < N; i++)
        t_join(l[i].thread);
    takes_nothing(left.tx);
    MUST(leat_tx_drop(left.tx));
    MUST(leat_rx_drop(leftmost.rx));
}
END_TEST

static void *count_up(void *arg)
{
    leat_tx *tx = arg;
    uint64_t i = 2;
    while (send_until(tx, i, leat_forever()) == 0)
        i++;
    MUST(leat_tx_drop(tx));
    return NULL;
}

/* A filter for each prime found; a bounded channel, or they would run ahead. */
START_TEST(a_sieve_finds_the_primes)
{
    static const uint64_t primes[] = {2,  3,  5,  7,  11, 13, 17, 19, 23,
                                      29, 31, 37, 41, 43, 47, 53, 59, 61,
                                      67, 71, 73, 79, 83, 89, 97};
    enum { N = (int)(sizeof primes / sizeof primes[0]) };
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    struct link l[N];
    ends e = ends_new(f);
    leat_rx *rx = e.rx;
    pthread_t counter = t_spawn(count_up, e.tx);
    for (int i = 0; i < N; i++) {
        uint64_t prime;
        RC(leat_rx_recv(rx, &prime, leat_forever()), 0);
        SAME(prime, primes[i]);
        ends next = ends_new(f);
        l[i] = (struct link){
            .in = rx, .out = next.tx, .n = UINT64_MAX, .prime = prime};
        link_start(&l[i]);
        rx = next.rx;
    }
    MUST(leat_rx_drop(rx)); /* and so the chain ends, from here to the start */
    t_join(counter);
    for (int i = 0; i < N; i++)
        t_join(l[i].thread);
}
END_TEST

/* ---- many into one, and round --------------------------------------------------------------------- */

enum { HEADS = 32 };

/* Each head has its own channel and passes on to the one body. */
START_TEST(thirty_two_into_one_again_and_again)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    size_t n = room(f, 20) + 1;
    struct link l[HEADS];
    leat_tx *tx[HEADS];
    ends body = ends_new(f);
    for (uint64_t i = 0; i < HEADS; i++) {
        ends head = ends_cap(LEAT_UNBOUNDED);
        tx[i] = head.tx;
        l[i] = (struct link){
            .in = head.rx, .out = leat_tx_clone(body.tx), .n = UINT64_MAX};
        link_start(&l[i]);
    }
    MUST(!leat_tx_drop(body.tx));
    for (int round = 0; round < 3; round++) {
        uint64_t sum = 0;
        uint64_t value;
        for (uint64_t i = 0; i < HEADS * n; i++)
            RC(send_until(tx[i % HEADS], i, leat_forever()), 0);
        for (uint64_t i = 0; i < HEADS * n; i++) {
            RC(leat_rx_recv(body.rx, &value, leat_forever()), 0);
            sum += value;
        }
        SAME(sum, sum_below(HEADS * n));
        NOTHING(body.rx, LEAT_EAGAIN);
    }
    for (int i = 0; i < HEADS; i++)
        MUST(leat_tx_drop(tx[i]));
    for (int i = 0; i < HEADS; i++)
        t_join(l[i].thread);
    is_over(body.rx);
    MUST(leat_rx_drop(body.rx));
}
END_TEST

/* Through thirty-two threads in a row, from another sender each time. */
START_TEST(round_through_thirty_two)
{
    const flavour *f = &flavours[_i];
    struct link l[HEADS];
    ends last = ends_cap(1);
    leat_tx *tx = last.tx;
    for (int i = 0; i < HEADS; i++) {
        ends next = ends_new(f);
        l[i] = (struct link){.in = next.rx, .out = tx, .n = UINT64_MAX};
        link_start(&l[i]);
        tx = next.tx;
    }
    for (uint64_t round = 0; round < 5; round++) {
        source s = {.tx = tx, .first = 10 * round, .n = 10};
        source_start(&s);
        for (uint64_t i = 0; i < s.n; i++)
            COMES(last.rx, s.first + i);
        source_end(&s);
    }
    MUST(leat_tx_drop(tx));
    for (int i = 0; i < HEADS; i++)
        t_join(l[i].thread);
    is_over(last.rx);
    MUST(leat_rx_drop(last.rx));
}
END_TEST

int main(void)
{
    TCase *tc = t_case("chains");
    tcase_add_loop_test(tc, a_long_chain_of_threads_ends_cleanly, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_sieve_finds_the_primes, 0, FLAVOURS);
    tcase_add_loop_test(tc, thirty_two_into_one_again_and_again, 0, FLAVOURS);
    tcase_add_loop_test(tc, round_through_thirty_two, 0, FLAVOURS);
    return t_run(tc);
}
