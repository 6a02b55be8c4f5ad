/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* weak.c - weak handles: holds on a channel's memory. See half.c for the counts. */
#include "chan/registry.h"

static leat_chan *chan_of_weak_tx(leat_weak_tx *weak)
{
    LEAT_CHECK(
        weak != NULL && weak->tag == LEAT__WEAK_TX_TAG,
        "this is not a live weak handle of a sending half (leat_weak_tx)");
    return LEAT__CONTAINER(weak, leat_chan, weak_tx);
}

static leat_chan *chan_of_weak_rx(leat_weak_rx *weak)
{
    LEAT_CHECK(
        weak != NULL && weak->tag == LEAT__WEAK_RX_TAG,
        "this is not a live weak handle of a receiving half (leat_weak_rx)");
    return LEAT__CONTAINER(weak, leat_chan, weak_rx);
}

leat_weak_tx *leat_tx_downgrade(leat_tx *tx)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    leat__chan_hold(chan);
    return &chan->weak_tx;
}

leat_weak_rx *leat_rx_downgrade(leat_rx *rx)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    leat__chan_hold(chan);
    return &chan->weak_rx;
}

leat_tx *leat_weak_tx_upgrade(leat_weak_tx *weak)
{
    return leat__chan_own_tx(chan_of_weak_tx(weak), LEAT__SITE());
}

leat_rx *leat_weak_rx_upgrade(leat_weak_rx *weak)
{
    return leat__chan_own_rx(chan_of_weak_rx(weak), LEAT__SITE());
}

leat_weak_tx *leat_weak_tx_clone(leat_weak_tx *weak)
{
    leat__chan_hold(chan_of_weak_tx(weak));
    return weak;
}

leat_weak_rx *leat_weak_rx_clone(leat_weak_rx *weak)
{
    leat__chan_hold(chan_of_weak_rx(weak));
    return weak;
}

void leat_weak_tx_drop(leat_weak_tx *weak)
{
    if (weak != NULL)
        leat__chan_release(chan_of_weak_tx(weak));
}

void leat_weak_rx_drop(leat_weak_rx *weak)
{
    if (weak != NULL)
        leat__chan_release(chan_of_weak_rx(weak));
}
