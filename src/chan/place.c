/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* place.c - the calls of leat/place.h: checks, and what the kind does; for the third
 * kind that is in cells.c. The two that may wait are in transfer.c. */
#include "chan/cells.h"

#include <leat/place.h>

/* ---- the calls -------------------------------------------------------------------- */

static const leat__places *places_of(const leat_chan *chan)
{
    LEAT_CHECK(leat__chan_has_places(chan),
               "a channel made without LEAT_IN_PLACE has nothing to write or "
               "read in place");
    return chan->verbs->places;
}

int leat_tx_commit(leat_tx *tx, void *slot)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    const leat__places *places = places_of(chan);
    LEAT_CHECK(slot != NULL, "leat_tx_commit: slot is NULL");
    return places->commit(chan, slot);
}

void leat_tx_unreserve(leat_tx *tx, void *slot)
{
    leat_chan *chan = leat__chan_of_tx(tx);
    if (slot != NULL)
        places_of(chan)->unreserve(chan, slot);
}

void leat_rx_release(leat_rx *rx, void *msg)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    const leat__places *places = places_of(chan);
    if (msg != NULL)
        places->release(chan, msg);
}

void leat_rx_unborrow(leat_rx *rx, void *msg)
{
    leat_chan *chan = leat__chan_of_rx(rx);
    const leat__places *places = places_of(chan);
    LEAT_CHECK((chan->flags & LEAT_SINGLE_CONSUMER) != 0,
               "leat_rx_unborrow: the channel does not promise a single "
               "consumer");
    if (msg != NULL)
        places->unborrow(chan, msg);
}

/* ---- cells ------------------------------------------------------------------------ */

static int commit_cell(leat_chan *chan, void *slot)
{
    return leat__cells_commit(chan, leat__cell_of(chan, slot));
}

static void unreserve_cell(leat_chan *chan, void *slot)
{
    leat__cells_unreserve(chan, leat__cell_of(chan, slot));
}

static void release_cell(leat_chan *chan, void *msg)
{
    leat__cells_release(chan, leat__cell_of(chan, msg));
}

static void unborrow_cell(leat_chan *chan, void *msg)
{
    leat__cells_unborrow(chan, leat__cell_of(chan, msg));
}

static bool cells_are_held(leat_chan *chan, enum leat__dir dir)
{
    return leat__cells_are_held(chan, dir == LEAT__SEND ? LEAT__CELL_RESERVED
                                                        : LEAT__CELL_BORROWED);
}

const leat__places leat__cells_places = {
    .try_reserve = leat__cells_try_reserve,
    .try_borrow = leat__cells_try_borrow,
    .displace_to_reserve = leat__cells_displace_to_reserve,
    .commit = commit_cell,
    .unreserve = unreserve_cell,
    .release = release_cell,
    .unborrow = unborrow_cell,
    .are_held = cells_are_held,
    .are_used_up = leat__cells_are_used_up,
};
