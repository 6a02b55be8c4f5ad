/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_stress.c - many messages between few threads and many: all arrive, once, and
 * each sender's in its order. */
#define _GNU_SOURCE 1
#include "semantics.h"

#include <stdatomic.h>

enum { CROWD = 4, MANY = 8 };

/* Messages for one test: fewer where each needs a meeting. */
static uint64_t enough(const flavour *f)
{
    return t_scaled(f->cap < 2 ? 2000 : 10000);
}

/* ---- one to one ------------------------------------------------------------------------------- */

START_TEST(one_to_one)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    source s = {.tx = e.tx, .n = enough(f), .drops = true};
    source_start(&s);
    for (uint64_t i = 0; i < s.n; i++)
        COMES(e.rx, i);
    comes_to_an_end(e.rx);
    source_end(&s);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* ---- many to one -------------------------------------------------------------------------------- */

/* Each of n senders sends its own numbers; the receiver sees each row in order. */
static void many_to_one(const flavour *f, unsigned senders, uint64_t each)
{
    ends e = ends_new(f);
    source *s = calloc(senders, sizeof *s);
    uint64_t *next = calloc(senders, sizeof *next);
    for (unsigned i = 0; i < senders; i++) {
        s[i] = (source){.tx = leat_tx_clone(e.tx),
                        .first = i * each,
                        .n = each,
                        .drops = true};
        source_start(&s[i]);
    }
    leat_tx_drop(e.tx);
    for (uint64_t i = 0; i < senders * each; i++) {
        uint64_t value;
        RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
        MUST(value / each < senders);
        SAME(value % each, next[value / each]++);
    }
    comes_to_an_end(e.rx); /* and none too many */
    for (unsigned i = 0; i < senders; i++)
        source_end(&s[i]);
    MUST(leat_rx_drop(e.rx));
    free(next);
    free(s);
}

START_TEST(eight_to_one)
{
    const flavour *f = &flavours[_i];
    if (many_tx(f))
        many_to_one(f, MANY, enough(f) / MANY);
}
END_TEST

START_TEST(a_hundred_to_one)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    many_to_one(f, 101, 1);
    many_to_one(f, 100, 1 + t_scaled(20));
}
END_TEST

/* ---- many to many ---------------------------------------------------------------------------------- */

struct tally {
    leat_rx *rx;
    uint64_t n;
    uint64_t range;
    atomic_uint *seen;
    pthread_t thread;
};

static void *tally_up(void *arg)
{
    struct tally *t = arg;
    uint64_t value;
    for (uint64_t i = 0; i < t->n; i++) {
        RC(leat_rx_recv(t->rx, &value, leat_forever()), 0);
        MUST(value < t->range);
        atomic_fetch_add(&t->seen[value], 1);
    }
    return NULL;
}

/* Each sender sends 0 ... n - 1: each number comes as often as there are senders. */
static void many_to_many(const flavour *f, unsigned crowd)
{
    ends e = ends_new(f);
    uint64_t n = enough(f) / crowd;
    atomic_uint *seen = calloc(n, sizeof *seen);
    source s[MANY];
    struct tally t[MANY];
    for (unsigned i = 0; i < crowd; i++) {
        t[i] = (struct tally){.rx = e.rx, .n = n, .range = n, .seen = seen};
        t[i].thread = t_spawn(tally_up, &t[i]);
        s[i] = (source){.tx = e.tx, .n = n};
        source_start(&s[i]);
    }
    for (unsigned i = 0; i < crowd; i++) {
        source_end(&s[i]);
        t_join(t[i].thread);
    }
    NOTHING(e.rx, LEAT_EAGAIN);
    for (uint64_t i = 0; i < n; i++)
        SAME(atomic_load(&seen[i]), crowd);
    free(seen);
    ends_drop(e);
}

START_TEST(four_to_four_and_eight_to_eight)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f) || !many_rx(f))
        return;
    many_to_many(f, CROWD);
    many_to_many(f, MANY);
}
END_TEST

/* ---- with tries ----------------------------------------------------------------------------------------- */

static void *send_and_take_back(void *arg)
{
    ends *e = arg;
    uint64_t value;
    for (unsigned i = 0; i < t_scaled(3000); i++) {
        RC(send_until(e->tx, 0, leat_forever()), 0);
        RC(try_recv(e->rx, &value), 0);
    }
    return NULL;
}

/* Who has sent one and received none finds one, whoever else sends and receives:
 * there are at least as many in as threads between their two calls. */
START_TEST(what_must_be_there_is_there)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f) || !many_rx(f) || !queues(f))
        return;
    flavour roomy = *f;
    if (fills(f) && f->cap < CROWD)
        roomy.cap = CROWD;
    ends e = ends_new(&roomy);
    pthread_t thread[CROWD];
    for (int i = 0; i < CROWD; i++)
        thread[i] = t_spawn(send_and_take_back, &e);
    for (int i = 0; i < CROWD; i++)
        t_join(thread[i]);
    NOTHING(e.rx, LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("stress");
    tcase_add_loop_test(tc, one_to_one, 0, FLAVOURS);
    tcase_add_loop_test(tc, eight_to_one, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_hundred_to_one, 0, FLAVOURS);
    tcase_add_loop_test(tc, four_to_four_and_eight_to_eight, 0, FLAVOURS);
    tcase_add_loop_test(tc, what_must_be_there_is_there, 0, FLAVOURS);
    return t_run(tc);
}
