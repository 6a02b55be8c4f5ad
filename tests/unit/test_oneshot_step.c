/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_oneshot_step.c - a oneshot's value and the end of its half in one step. */
#define _GNU_SOURCE 1
#include "unit.h"

static ends once_with(const leat_chan_opts *opts)
{
    ends e = {0};
    RC(leat_oneshot_new(&e.tx, &e.rx, sizeof(uint64_t), opts), 0);
    return e;
}

static ends once_hooked(bin *b)
{
    return once_with(LEAT_CHAN_OPTS(.discard = bin_put, .discard_arg = b));
}

static void note_gone(void *arg)
{
    ++*(int *)arg;
}

START_TEST(a_half_goes_with_its_value)
{
    for (int place = 0; place < 2; place++) {
        int gone = 0;
        unsigned char mem[4096];
        ends e = {0};
        uint64_t value = 7;
        if (place == 0)
            e = once_with(NULL);
        else
            RC(leat_oneshot_new_in(
                   &e.tx, &e.rx, mem, sizeof mem, sizeof value,
                   LEAT_CHAN_OPTS(.gone = note_gone, .gone_arg = &gone)),
               0);
        RC(leat_oneshot_recv(e.rx, &value, leat_nowait()), LEAT_EAGAIN);
        SAME(value, 7);
        RC(leat_oneshot_send(e.tx, &value), 0);
        MUST(leat_rx_is_gone(e.rx));
        value = UNTOUCHED;
        SAME(gone, 0);
        RC(leat_oneshot_recv(e.rx, &value, leat_forever()), 0);
        SAME(value, 7);
        SAME(gone, place);
    }
}
END_TEST

START_TEST(a_half_goes_without_its_value)
{
    bin b = BIN_INIT;
    uint64_t value = 7;
    ends e = once_hooked(&b);
    leat_rx_drop(e.rx);
    RC(leat_oneshot_send(e.tx, &value), LEAT_ECLOSED);
    e = once_hooked(&b);
    leat_tx_drop(e.tx);
    RC(leat_oneshot_recv(e.rx, &value, leat_forever()), LEAT_ECLOSED);
    SAME(value, 7);
    e = once_hooked(&b);
    RC(try_send(e.tx, 8), 0);
    RC(leat_oneshot_send(e.tx, &value), LEAT_ECLOSED);
    SAME(b.n, 0);
    leat_rx_drop(e.rx);
    SAME(b.n, 1);
    e = once_hooked(&b);
    RC(leat_oneshot_send(e.tx, &value), 0);
    leat_rx_abort(e.rx);
    RC(leat_oneshot_recv(e.rx, &value, leat_forever()), LEAT_ECLOSED);
    SAME(b.n, 2);
}
END_TEST

static void *answers_soon(void *arg)
{
    uint64_t value = 42;
    RC(leat_oneshot_send(arg, &value), 0);
    return NULL;
}

START_TEST(who_waits_gets_it_and_leaves)
{
    for (unsigned n = t_scaled(300); n > 0; n--) {
        ends e = once_with(NULL);
        uint64_t value = UNTOUCHED;
        pthread_t by = t_spawn(answers_soon, e.tx);
        RC(leat_oneshot_recv(e.rx, &value, leat_forever()), 0);
        SAME(value, 42);
        t_join(by);
    }
}
END_TEST

static void sends_elsewhere(void *arg)
{
    ends e = {0};
    uint64_t value = 1;
    (void)arg;
    RC(leat_chan_new(&e.tx, &e.rx, 8, 1, NULL), 0);
    RC(leat_oneshot_send(e.tx, &value), 0);
}

static void receives_elsewhere(void *arg)
{
    ends e = {0};
    uint64_t value = 1;
    (void)arg;
    RC(leat_chan_new(&e.tx, &e.rx, 8, 1, NULL), 0);
    RC(leat_oneshot_recv(e.rx, &value, leat_nowait()), 0);
}

START_TEST(misuse_aborts)
{
    t_aborts(sends_elsewhere, NULL,
             "leat_oneshot_send: the channel is no oneshot");
    t_aborts(receives_elsewhere, NULL,
             "leat_oneshot_recv: the channel is no oneshot");
}
END_TEST

/* ---- typed ----------------------------------------------------------------------------------- */

struct answer {
    uint32_t number;
    char text[60];
};

LEAT_CHAN_TYPE(answer, struct answer);

START_TEST(a_type_of_its_own)
{
    unsigned char mem[8192];
    answer_tx *tx;
    answer_rx *rx;
    struct answer in = {42, "forty-two"};
    struct answer out = {0};
    for (int place = 0; place < 2; place++) {
        size_t need = answer_oneshot_footprint(NULL);
        MUST(need <= sizeof mem);
        if (place == 0)
            RC(answer_oneshot_new(&tx, &rx, NULL), 0);
        else
            RC(answer_oneshot_new_in(&tx, &rx, mem, need, NULL), 0);
        RC(answer_oneshot_send(tx, &in), 0);
        RC(answer_oneshot_recv(rx, &out, leat_nowait()), 0);
        SAME(out.number, 42);
        MUST(strcmp(out.text, "forty-two") == 0);
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("oneshot_step");
    tcase_add_test(tc, a_half_goes_with_its_value);
    tcase_add_test(tc, a_half_goes_without_its_value);
    tcase_add_test(tc, who_waits_gets_it_and_leaves);
    tcase_add_test(tc, misuse_aborts);
    tcase_add_test(tc, a_type_of_its_own);
    return t_run(tc);
}
