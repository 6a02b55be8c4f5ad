/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_weak.c - weak handles, and knowing when the other side is gone. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "memory.h"
#include "parked.h"

/* ---- weak handles ------------------------------------------------------------------ */

START_TEST(a_weak_handle_gives_a_half_while_there_is_one)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_weak_tx *wtx = leat_tx_downgrade(e.tx);
    leat_weak_rx *wrx = leat_rx_downgrade(e.rx);
    SAME(leat_chan_tx_count(e.chan), 1); /* it is no owner */
    SAME(leat_chan_rx_count(e.chan), 1);
    if (many_tx(f)) {
        leat_tx *tx = leat_weak_tx_upgrade(wtx);
        MUST(tx == e.tx);
        SAME(leat_chan_tx_count(e.chan), 2);
        MUST(!leat_tx_drop(tx));
    }
    if (many_rx(f)) {
        leat_rx *rx = leat_weak_rx_upgrade(wrx);
        MUST(rx == e.rx);
        MUST(!leat_rx_drop(rx));
    }
    ends_drop(e);
    leat_weak_tx_drop(wtx);
    SAME(memory_live(), 1); /* the other one has the memory */
    leat_weak_rx_drop(wrx);
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(a_weak_handle_does_not_keep_the_stream_open)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_weak_tx *weak = leat_tx_downgrade(e.tx);
    fill(e, 0, room(f, 2));
    MUST(leat_tx_drop(e.tx));
    for (size_t i = 0; i < room(f, 2); i++)
        NEXT(e.rx, i);
    NOTHING(e.rx, LEAT_ECLOSED);
    if (many_tx(f))
        MUST(leat_weak_tx_upgrade(weak) == NULL);
    leat_rx_drop(e.rx);
    if (many_tx(f))
        MUST(leat_weak_tx_upgrade(weak) == NULL);
    leat_weak_tx_drop(weak);
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(what_is_queued_is_discarded_all_the_same)
{
    bin b = BIN_INIT;
    ends e = ends_hooked(&flavours[_i], sizeof(uint64_t), bin_put, &b);
    size_t n = room(&flavours[_i], 500);
    leat_weak_rx *weak = leat_rx_downgrade(e.rx);
    fill(e, 0, n);
    MUST(leat_rx_drop(e.rx));
    bin_holds(&b, 0, n);
    if (many_rx(&flavours[_i]))
        MUST(leat_weak_rx_upgrade(weak) == NULL);
    MUST(leat_tx_drop(e.tx));
    leat_weak_rx_drop(weak);
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(weak_handles_have_owners)
{
    ends e = ends_cap(1);
    leat_weak_tx *weak = leat_tx_downgrade(e.tx);
    MUST(leat_weak_tx_clone(weak) == weak);
    leat_weak_tx_drop(weak);
    leat_tx *tx = leat_weak_tx_upgrade(weak);
    MUST(tx == e.tx);
    leat_tx_drop(tx);
    ends_drop(e);
    MUST(leat_weak_tx_upgrade(weak) == NULL);
    leat_weak_tx_drop(weak);
    leat_weak_tx_drop(NULL);
    leat_weak_rx_drop(NULL);
    SAME(memory_live(), 0);
}
END_TEST

static void upgrade_promised(void *weak)
{
    (void)!leat_weak_tx_upgrade(weak);
}

START_TEST(a_promise_holds_for_weak_handles)
{
    const flavour f = {"promised", 2, ONE_TX};
    ends e = ends_new(&f);
    leat_weak_tx *weak = leat_tx_downgrade(e.tx);
    t_aborts(upgrade_promised, weak, "promises a single producer");
    leat_weak_tx_drop(weak);
    ends_drop(e);
}
END_TEST

static void drop_weak_tx(void *half)
{
    leat_weak_tx_drop(half);
}

static void upgrade_weak_rx(void *half)
{
    (void)!leat_weak_rx_upgrade(half);
}

START_TEST(a_weak_handle_is_no_half)
{
    ends e = ends_cap(1);
    leat_weak_tx *weak = leat_tx_downgrade(e.tx);
    t_aborts(drop_weak_tx, e.tx, "not a live weak handle of a sending half");
    t_aborts(upgrade_weak_rx, weak,
             "not a live weak handle of a receiving half");
    leat_weak_tx_drop(weak);
    ends_drop(e);
}
END_TEST

typedef struct racer {
    leat_weak_tx *weak;
    unsigned upgraded;
} racer;

static void *upgrades(void *arg)
{
    racer *r = arg;
    leat_tx *tx;
    while ((tx = leat_weak_tx_upgrade(r->weak)) != NULL) {
        uint64_t value = 1;
        r->upgraded++;
        (void)!leat_tx_send(tx, &value, leat_nowait());
        leat_tx_drop(tx);
    }
    leat_weak_tx_drop(r->weak);
    return NULL;
}

/* The last drop and an upgrade at the same moment: one of them is first. */
START_TEST(upgrades_race_with_the_last_drop)
{
    for (unsigned i = 0; i < t_scaled(300); i++) {
        ends e = ends_cap(LEAT_UNBOUNDED);
        racer r[2];
        pthread_t threads[2];
        for (int j = 0; j < 2; j++) {
            r[j] = (racer){leat_tx_downgrade(e.tx), 0};
            threads[j] = t_spawn(upgrades, &r[j]);
        }
        leat_tx_drop(e.tx);
        uint64_t value;
        while (leat_rx_recv(e.rx, &value, leat_forever()) == 0)
            continue;
        for (int j = 0; j < 2; j++)
            t_join(threads[j]);
        leat_rx_drop(e.rx);
        SAME(memory_live(), 0);
    }
}
END_TEST

/* ---- the other side, gone ------------------------------------------------------------ */

START_TEST(the_other_side_is_gone_when_its_last_owner_is)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    MUST(!leat_tx_is_gone(e.tx) && !leat_rx_is_gone(e.rx));
    RC(leat_tx_wait_gone(e.tx, leat_nowait()), LEAT_EAGAIN);
    RC(leat_rx_wait_gone(e.rx, leat_in_ms(2)), LEAT_ETIMEDOUT);
    leat_tx_close(e.tx); /* closed is not gone */
    MUST(!leat_tx_is_gone(e.tx) && !leat_rx_is_gone(e.rx));
    RC(leat_tx_wait_gone(e.tx, leat_in_ms(2)), LEAT_ETIMEDOUT);
    leat_rx_drop(e.rx);
    MUST(leat_tx_is_gone(e.tx));
    RC(leat_tx_wait_gone(e.tx, leat_nowait()), 0);
    RC(leat_tx_wait_gone(e.tx, leat_forever()), 0);
    leat_tx_drop(e.tx);
    e = ends_new(f);
    leat_tx_drop(e.tx);
    MUST(leat_rx_is_gone(e.rx));
    RC(leat_rx_wait_gone(e.rx, leat_forever()), 0);
    leat_rx_drop(e.rx);
}
END_TEST

typedef struct watch {
    ends e;
    bool tx;
    leat_until until;
    int rc;
    pthread_t thread;
} watch;

static void *watch_run(void *arg)
{
    watch *w = arg;
    w->rc = w->tx ? leat_tx_wait_gone(w->e.tx, w->until)
                  : leat_rx_wait_gone(w->e.rx, w->until);
    return NULL;
}

static void watch_start(watch *w, ends e, bool tx, leat_until until)
{
    *w = (watch){.e = e, .tx = tx, .until = until};
    w->thread = t_spawn(watch_run, w);
}

static void wait_watched(leat_chan *chan, size_t n)
{
    while (links_of(&chan->lock, &chan->goneq) != n)
        leat__os_nap();
}

START_TEST(the_last_drop_wakes_all_who_wait_for_it)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    watch w[3];
    for (int i = 0; i < 3; i++)
        watch_start(&w[i], e, true, leat_forever());
    wait_watched(e.chan, 3);
    if (many_rx(f)) {
        leat_rx *more = leat_rx_clone(e.rx);
        leat_rx_drop(more); /* not the last */
        SAME(links_of(&e.chan->lock, &e.chan->goneq), 3);
    }
    leat_rx_drop(e.rx);
    for (int i = 0; i < 3; i++) {
        t_join(w[i].thread);
        RC(w[i].rc, 0);
    }
    leat_tx_drop(e.tx);
}
END_TEST

START_TEST(each_side_waits_for_the_other)
{
    ends e = ends_new(&flavours[_i]);
    watch receiver;
    watch given_up;
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    watch_start(&receiver, e, false, leat_forever());
    watch_start(&given_up, e, false, leat_or_cancel(leat_forever(), token));
    wait_watched(e.chan, 2);
    leat_cancel_fire(token);
    t_join(given_up.thread);
    RC(given_up.rc, LEAT_ECANCELED);
    SAME(links_of(&e.chan->lock, &e.chan->goneq), 1);
    leat_tx_drop(e.tx);
    t_join(receiver.thread);
    RC(receiver.rc, 0);
    leat_rx_drop(e.rx);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(what_was_done_before_the_last_drop_is_seen)
{
    static int plain;
    for (unsigned i = 0; i < t_scaled(500); i++) {
        ends e = ends_cap(1);
        watch w;
        plain = 0;
        watch_start(&w, e, true, leat_forever());
        plain =
            1; /* a race, if the drop did not order it before the wait's end */
        leat_rx_drop(e.rx);
        t_join(w.thread);
        RC(w.rc, 0);
        SAME(plain, 1);
        leat_tx_drop(e.tx);
    }
}
END_TEST

static void drop_while_waiting(void *nothing)
{
    (void)nothing;
    ends e = ends_cap(1);
    watch w;
    watch_start(&w, e, true, leat_forever());
    wait_watched(e.chan, 1);
    leat_tx_drop(e.tx);
}

START_TEST(a_half_that_is_waited_with_is_not_dropped)
{
    t_aborts(drop_while_waiting, NULL, "still waits on the half");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("weak");
    tcase_add_loop_test(tc, a_weak_handle_gives_a_half_while_there_is_one, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_weak_handle_does_not_keep_the_stream_open, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, what_is_queued_is_discarded_all_the_same, 0,
                        FLAVOURS);
    tcase_add_test(tc, weak_handles_have_owners);
    tcase_add_test(tc, a_promise_holds_for_weak_handles);
    tcase_add_test(tc, a_weak_handle_is_no_half);
    tcase_add_test(tc, upgrades_race_with_the_last_drop);
    tcase_add_loop_test(tc, the_other_side_is_gone_when_its_last_owner_is, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, the_last_drop_wakes_all_who_wait_for_it, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, each_side_waits_for_the_other, 0, FLAVOURS);
    tcase_add_test(tc, what_was_done_before_the_last_drop_is_seen);
    tcase_add_test(tc, a_half_that_is_waited_with_is_not_dropped);
    return t_run(tc);
}
