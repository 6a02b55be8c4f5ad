/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_disconnect.c - one half is gone: what the other half is told, and what becomes
 * of messages. What waits at that moment is in test_waiting.c. */
#define _GNU_SOURCE 1
#include "semantics.h"

/* ---- the receiving half is gone ---------------------------------------------------------- */

START_TEST(sends_fail_after_the_last_receiver)
{
    const flavour *f = &flavours[_i];
    for (size_t n = 0; n <= room(f, 3); n++) {
        ends e = ends_new(f);
        fill(e, 1, n);
        MUST(leat_rx_drop(e.rx));
        takes_nothing(e.tx);
        takes_nothing(e.tx);
        MUST(leat_tx_drop(e.tx));
    }
}
END_TEST

/* Also through an owner that came after the receiver had gone. */
START_TEST(sends_of_a_later_clone_fail_too)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    MUST(leat_rx_drop(e.rx));
    leat_tx *clone = leat_tx_clone(e.tx);
    MUST(!leat_tx_drop(e.tx));
    takes_nothing(clone);
    MUST(leat_tx_drop(clone));
}
END_TEST

/* A refused payload is the sender's to free, and the hook never hears of it. */
START_TEST(what_was_refused_is_still_the_senders)
{
    const flavour *f = &flavours[_i];
    for (int closed = 0; closed < 2; closed++) {
        bin b = BIN_INIT;
        size_t kept = 0;
        ends e = ends_hooked(f, 8, bin_put, &b);
        if (closed == 1)
            leat_rx_close(e.rx);
        else
            MUST(leat_rx_drop(e.rx));
        for (uint64_t i = 1; i <= 10; i++) {
            uint64_t *box = malloc(sizeof *box);
            *box = i;
            RC(send_until(e.tx, (uintptr_t)box, leat_forever()), LEAT_ECLOSED);
            SAME(*box, i);
            kept++;
            free(box);
        }
        if (closed == 1)
            MUST(leat_rx_drop(e.rx));
        MUST(leat_tx_drop(e.tx));
        SAME(kept, 10);
        bin_holds(&b, 0, 0);
    }
}
END_TEST

static void count_one(void *msg, void *arg)
{
    (void)msg;
    ++*(size_t *)arg;
}

/* Sends by two owners in turn until one is told; the receiver takes one and goes. */
static void goes_on_until_told(const flavour *f, leat_tx *(*second)(leat_tx *))
{
    size_t discarded = 0;
    ends e = ends_hooked(f, 8, count_one, &discarded);
    leat_tx *tx[] = {e.tx, second == NULL ? e.tx : second(e.tx)};
    sink s = {.rx = e.rx, .n = 1, .drops = true};
    uint64_t sent = 0;
    int rc;
    sink_start(&s);
    while ((rc = send_until(tx[sent % 2], sent, leat_forever())) == 0)
        sent++;
    RC(rc, LEAT_ECLOSED);
    sink_end(&s);
    SAME(s.got, 1);
    SAME(s.sum, 0);
    SAME(discarded, sent - 1);
    if (second != NULL)
        MUST(!leat_tx_drop(tx[1]));
    MUST(leat_tx_drop(tx[0]));
}

START_TEST(a_sender_goes_on_until_the_receiver_is_gone)
{
    goes_on_until_told(&flavours[_i], NULL);
}
END_TEST

START_TEST(two_senders_go_on_until_the_receiver_is_gone)
{
    const flavour *f = &flavours[_i];
    if (many_tx(f))
        goes_on_until_told(f, leat_tx_clone);
}
END_TEST

/* ---- the sending half is gone --------------------------------------------------------------- */

START_TEST(receives_get_what_is_queued_and_then_the_end)
{
    const flavour *f = &flavours[_i];
    for (size_t n = 0; n <= room(f, 3); n++) {
        ends e = ends_new(f);
        fill(e, 1, n);
        MUST(leat_tx_drop(e.tx));
        for (size_t i = 0; i < n; i++) {
            if (i % 2 == 0)
                COMES(e.rx, 1 + i);
            else
                NEXT(e.rx, 1 + i);
        }
        is_over(e.rx);
        MUST(leat_rx_drop(e.rx));
    }
}
END_TEST

START_TEST(the_last_of_several_senders_ends_it)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    leat_tx *clone = leat_tx_clone(e.tx);
    MUST(!leat_tx_drop(e.tx));
    NOTHING(e.rx, LEAT_EAGAIN);
    MUST(leat_tx_drop(clone));
    is_over(e.rx);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(a_receiver_goes_on_until_the_sender_is_gone)
{
    for (unsigned i = 0; i < t_scaled(20); i++) {
        ends e = ends_new(&flavours[_i]);
        source s = {.tx = e.tx, .n = 2, .drops = true};
        uint64_t got = 0;
        uint64_t value;
        int rc;
        source_start(&s);
        while ((rc = leat_rx_recv(e.rx, &value, leat_forever())) == 0)
            SAME(value, got++);
        RC(rc, LEAT_ECLOSED);
        SAME(got, 2);
        source_end(&s);
        MUST(leat_rx_drop(e.rx));
    }
}
END_TEST

/* ---- both, without a message ------------------------------------------------------------------- */

START_TEST(either_half_goes_first)
{
    for (int rx_first = 0; rx_first < 2; rx_first++) {
        bin b = BIN_INIT;
        ends e = ends_hooked(&flavours[_i], 8, bin_put, &b);
        if (rx_first == 1)
            MUST(leat_rx_drop(e.rx));
        MUST(leat_tx_drop(e.tx));
        if (rx_first == 0)
            MUST(leat_rx_drop(e.rx));
        bin_holds(&b, 0, 0);
    }
}
END_TEST

/* ---- closed by hand -------------------------------------------------------------------------------- */

START_TEST(closed_by_either_half_is_closed_for_both)
{
    for (int by_rx = 0; by_rx < 2; by_rx++) {
        ends e = ends_new(&flavours[_i]);
        if (by_rx == 1)
            leat_rx_close(e.rx);
        else
            leat_tx_close(e.tx);
        takes_nothing(e.tx);
        is_over(e.rx);
        ends_drop(e);
    }
}
END_TEST

/* Where another's close throws away what is queued, ours has it delivered; to throw
 * it away is the receiver's to say, and has its own name. */
START_TEST(close_delivers_and_abort_discards)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 10);
    bin b = BIN_INIT;
    ends e = ends_hooked(f, 8, bin_put, &b);
    fill(e, 1, n);
    leat_tx_close(e.tx);
    for (uint64_t i = 0; i < n; i++)
        COMES(e.rx, 1 + i);
    is_over(e.rx);
    bin_holds(&b, 0, 0);
    ends_drop(e);

    e = ends_hooked(f, 8, bin_put, &b);
    fill(e, 1, n);
    leat_rx_abort(e.rx);
    is_over(e.rx);
    bin_holds(&b, 1, n);
    takes_nothing(e.tx);
    ends_drop(e);
    bin_holds(&b, 1, n);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("disconnect");
    tcase_add_loop_test(tc, sends_fail_after_the_last_receiver, 0, FLAVOURS);
    tcase_add_loop_test(tc, sends_of_a_later_clone_fail_too, 0, FLAVOURS);
    tcase_add_loop_test(tc, what_was_refused_is_still_the_senders, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_sender_goes_on_until_the_receiver_is_gone, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, two_senders_go_on_until_the_receiver_is_gone, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, receives_get_what_is_queued_and_then_the_end, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, the_last_of_several_senders_ends_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_receiver_goes_on_until_the_sender_is_gone, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, either_half_goes_first, 0, FLAVOURS);
    tcase_add_loop_test(tc, closed_by_either_half_is_closed_for_both, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, close_delivers_and_abort_discards, 0, FLAVOURS);
    return t_run(tc);
}
