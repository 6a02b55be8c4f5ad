/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* changes.c - one sender, two broadcast channels. */
#include "changes.h"

#include <assert.h>

int changes_open(struct changes *changes)
{
    int rc = change_broadcast_new(
        &changes->all, CHANGES_ROOM,
        LEAT_CHAN_OPTS(.name = "all changes",
                       .flags = LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER));

    if (rc < 0)
        return rc;
    return change_broadcast_new(
        &changes->latest, CHANGES_ROOM,
        LEAT_CHAN_OPTS(.name = "latest changes",
                       .flags = LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER,
                       .policy = LEAT_POLICY_DROP_OLDEST));
}

int changes_subscribe_all(struct changes *changes, change_rx **rx)
{
    return change_broadcast_subscribe(rx, change_tx_chan(changes->all), 0);
}

int changes_subscribe_latest(struct changes *changes, change_rx **rx)
{
    return change_broadcast_subscribe(rx, change_tx_chan(changes->latest), 0);
}

void changes_publish(struct changes *changes, struct change *change)
{
    int rc;

    change->number = ++changes->published;
    /* waits for the slowest subscriber; that there is none would be no failure */
    rc = change_tx_send(changes->all, change, leat_forever());
    assert(rc == 0);
    rc = change_tx_send(changes->latest, change, leat_nowait());
    assert(rc == 0);
    (void)rc;
}

void changes_close(struct changes *changes)
{
    change_tx_drop(changes->all);
    change_tx_drop(changes->latest);
    changes->all = NULL;
    changes->latest = NULL;
}
