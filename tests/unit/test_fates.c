/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_fates.c - storms of small things: each is made, used by threads that do as chance
 * has it, and has to add up at its end. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "base/atomic.h"

/* ---- oneshot ------------------------------------------------------------------- */

/* Both ends in threads that do as chance has it: every value has one fate. */
struct fate {
    leat_tx *tx;
    leat_rx *rx;
    t_rand chance[2];
    _Atomic unsigned discarded;
    bool sent;
    bool got;
};

static void count_fate(void *msg, void *arg)
{
    struct fate *f = arg;
    MUST(*(uint64_t *)msg == 7);
    f->discarded++;
}

static void *fate_sends(void *arg)
{
    struct fate *f = arg;
    t_rand *chance = &f->chance[0];
    uint64_t value = 7;
    uint64_t plan = t_below(chance, 8);
    for (uint64_t n = t_below(chance, 200); n > 0; n--)
        leat__relax();
    if (plan == 0)
        leat_tx_close(f->tx);
    if (plan != 1)
        f->sent = leat_tx_send(f->tx, &value, leat_forever()) == 0;
    if (plan == 2) {
        int rc = leat_tx_wait_gone(f->tx, leat_in_ns(1000));
        MUST(rc == 0 || rc == LEAT_ETIMEDOUT);
    }
    leat_tx_drop(f->tx);
    return NULL;
}

static void *fate_receives(void *arg)
{
    struct fate *f = arg;
    t_rand *chance = &f->chance[1];
    uint64_t value = UNTOUCHED;
    int rc = LEAT_EAGAIN;
    for (uint64_t n = t_below(chance, 200); n > 0; n--)
        leat__relax();
    for (uint64_t tries = t_below(chance, 4); tries > 0 && rc != 0; tries--) {
        uint64_t how = t_below(chance, 5);
        if (how == 4)
            leat_rx_abort(f->rx);
        rc = leat_rx_recv(f->rx, &value,
                          how == 0   ? leat_nowait()
                          : how == 1 ? leat_forever()
                                     : leat_in_ns((int64_t)(how * 1000)));
        MUST(rc == 0 || rc == LEAT_ECLOSED || rc == LEAT_EAGAIN ||
             rc == LEAT_ETIMEDOUT);
        SAME(value, rc == 0 ? 7 : UNTOUCHED);
    }
    f->got = rc == 0;
    leat_rx_drop(f->rx);
    return NULL;
}

START_TEST(every_oneshot_adds_up)
{
    t_rand chance = t_random(1);
    for (unsigned n = t_scaled(3000); n > 0; n--) {
        struct fate f = {0};
        f.chance[0] = t_random(t_next(&chance));
        f.chance[1] = t_random(t_next(&chance));
        RC(leat_oneshot_new(
               &f.tx, &f.rx, sizeof(uint64_t),
               LEAT_CHAN_OPTS(.discard = count_fate, .discard_arg = &f)),
           0);
        pthread_t a = t_spawn(fate_sends, &f);
        fate_receives(&f);
        t_join(a);
        SAME(f.sent, f.got + f.discarded);
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("fates");
    tcase_add_test(tc, every_oneshot_adds_up);
    return t_run(tc);
}
