/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* place.c - the calls of leat/place.h: checks, promises, and what cells.c does. The
 * two that may wait are in transfer.c. */
#include "chan/cells.h"

#include <leat/place.h>

static void check_kind(const leat_chan *chan)
{
    LEAT_CHECK(chan->kind == LEAT__CELLS,
               "a channel made without LEAT_IN_PLACE has nothing to write or "
               "read in place");
}

static leat__cell *cell_of_tx(leat_chan *chan, void *slot)
{
    check_kind(chan);
    LEAT_CHECK(slot != NULL, "leat_tx_commit: slot is NULL");
    return leat__cell_of(chan, slot);
}

int leat_tx_commit(leat_tx *tx, void *slot)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    return leat__cells_commit(chan, cell_of_tx(chan, slot));
}

void leat_tx_unreserve(leat_tx *tx, void *slot)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    if (slot != NULL)
        leat__cells_unreserve(chan, cell_of_tx(chan, slot));
}

void leat_rx_release(leat_rx *rx, void *msg)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    check_kind(chan);
    if (msg != NULL)
        leat__cells_release(chan, leat__cell_of(chan, msg));
}

void leat_rx_unborrow(leat_rx *rx, void *msg)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    check_kind(chan);
    LEAT_CHECK((chan->flags & LEAT_SINGLE_CONSUMER) != 0,
               "leat_rx_unborrow: the channel does not promise a single "
               "consumer");
    if (msg != NULL)
        leat__cells_unborrow(chan, leat__cell_of(chan, msg));
}
