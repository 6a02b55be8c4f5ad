/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_owners.c - clones of halves, weak handles, and which halves are of one channel. */
#define _GNU_SOURCE 1
#include "semantics.h"

START_TEST(clones_are_of_one_channel_and_others_are_not)
{
    const flavour *f = &flavours[_i];
    ends a = ends_new(f);
    ends b = ends_new(f);
    leat_tx *tx = many_tx(f) ? leat_tx_clone(a.tx) : a.tx;
    leat_rx *rx = many_rx(f) ? leat_rx_clone(a.rx) : a.rx;
    MUST(leat_tx_chan(tx) == leat_tx_chan(a.tx));
    MUST(leat_rx_chan(rx) == leat_rx_chan(a.rx));
    MUST(leat_tx_chan(tx) == leat_rx_chan(rx));
    MUST(leat_tx_chan(a.tx) != leat_tx_chan(b.tx));
    MUST(leat_tx_chan(tx) != leat_tx_chan(b.tx));
    MUST(leat_rx_chan(a.rx) != leat_rx_chan(b.rx));
    MUST(leat_rx_chan(rx) != leat_rx_chan(b.rx));
    if (many_tx(f))
        MUST(!leat_tx_drop(tx));
    if (many_rx(f))
        MUST(!leat_rx_drop(rx));
    ends_drop(a);
    ends_drop(b);
}
END_TEST

START_TEST(channels_of_two_flavours_are_two)
{
    ends a = ends_new(&flavours[_i]);
    for (int k = 0; k < FLAVOURS; k++) {
        ends b = ends_new(&flavours[k]);
        MUST(leat_tx_chan(a.tx) != leat_tx_chan(b.tx));
        MUST(leat_rx_chan(a.rx) != leat_rx_chan(b.rx));
        ends_drop(b);
    }
    ends_drop(a);
}
END_TEST

/* ---- senders -------------------------------------------------------------------------- */

START_TEST(a_clone_sends_as_the_first_owner_did)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    given g;
    give(&g, f, e.tx, 1);
    COMES(e.rx, 1);
    given_away(&g);
    leat_tx *clone = leat_tx_clone(e.tx);
    give(&g, f, clone, 2);
    COMES(e.rx, 2);
    given_away(&g);
    MUST(!leat_tx_drop(clone));
    ends_drop(e);
}
END_TEST

START_TEST(clones_that_came_and_went_change_nothing)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f) || !queues(f))
        return;
    bin b = BIN_INIT;
    ends e = ends_hooked(f, 8, bin_put, &b);
    MUST(!leat_tx_drop(leat_tx_clone(e.tx)));
    MUST(!leat_tx_drop(leat_tx_clone(e.tx)));
    RC(send_until(e.tx, 1, leat_forever()), 0);
    bin_holds(&b, 0, 0);
    MUST(leat_rx_drop(e.rx));
    MUST(leat_tx_drop(e.tx));
    bin_holds(&b, 1, 1);
}
END_TEST

/* ---- receivers -------------------------------------------------------------------------- */

START_TEST(clones_of_a_receiver_share_the_stream)
{
    const flavour *f = &flavours[_i];
    if (!many_rx(f) || room(f, 2) < 2)
        return;
    ends e = ends_new(f);
    leat_rx *clone = leat_rx_clone(e.rx);
    fill(e, 1, 2);
    COMES(clone, 1); /* each message once, to whoever asks first */
    COMES(e.rx, 2);
    NOTHING(clone, LEAT_EAGAIN);
    MUST(!leat_rx_drop(clone));
    ends_drop(e);
}
END_TEST

START_TEST(a_clone_receives_when_the_first_owner_is_gone)
{
    const flavour *f = &flavours[_i];
    if (!many_rx(f))
        return;
    ends e = ends_new(f);
    given g;
    leat_rx *clone = leat_rx_clone(e.rx);
    MUST(!leat_rx_drop(e.rx));
    give(&g, f, e.tx, 1);
    COMES(clone, 1);
    given_away(&g);
    MUST(leat_rx_drop(clone));
    takes_nothing(e.tx);
    MUST(leat_tx_drop(e.tx));
}
END_TEST

/* ---- weak handles -------------------------------------------------------------------------- */

START_TEST(a_weak_handle_alone_is_no_sender)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    leat_weak_tx *weak = leat_tx_downgrade(e.tx);
    MUST(leat_tx_drop(e.tx));
    MUST(leat_weak_tx_upgrade(weak) == NULL);
    MUST(leat_rx_is_gone(e.rx));
    is_over(e.rx);
    leat_weak_tx_drop(weak);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(a_sender_from_a_weak_handle_is_one)
{
    const flavour *f = &flavours[_i];
    if (!many_tx(f))
        return;
    ends e = ends_new(f);
    given g;
    leat_weak_tx *weak = leat_tx_downgrade(e.tx);
    leat_tx *tx = leat_weak_tx_upgrade(weak);
    MUST(tx != NULL);
    MUST(!leat_tx_drop(e.tx));
    MUST(!leat_rx_is_gone(e.rx));
    give(&g, f, tx, 1);
    NEXT(e.rx, 1);
    given_away(&g);
    leat_weak_tx_drop(weak);
    MUST(leat_tx_drop(tx));
    MUST(leat_rx_drop(e.rx));
}
END_TEST

int main(void)
{
    TCase *tc = t_case("owners");
    tcase_add_loop_test(tc, clones_are_of_one_channel_and_others_are_not, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, channels_of_two_flavours_are_two, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_clone_sends_as_the_first_owner_did, 0, FLAVOURS);
    tcase_add_loop_test(tc, clones_that_came_and_went_change_nothing, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, clones_of_a_receiver_share_the_stream, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_clone_receives_when_the_first_owner_is_gone, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_weak_handle_alone_is_no_sender, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_sender_from_a_weak_handle_is_one, 0, FLAVOURS);
    return t_run(tc);
}
