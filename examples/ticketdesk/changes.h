/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* changes.h - what changes on the desk, told to all who want to know.
 *
 * Subscribers want different things, so each change is sent twice, into two broadcast
 * channels:
 *
 *     all         blocking: nobody misses one, and who is too slow holds the desk back
 *     latest      lossy: the desk never waits, and who is too slow misses the oldest
 *                 and is told how many
 *
 * They end when the desk closes. */
#ifndef TICKETDESK_CHANGES_H
#define TICKETDESK_CHANGES_H

#include "proto.h"

/* Changes that are kept for who has not seen them, in either channel. */
#define CHANGES_ROOM 256

struct change {
    uint64_t number;           /* 1, 2, 3 ... */
    enum command command;      /* insert, patch or delete */
    enum ticket_status before; /* TICKET_STATUSES: it was not there */
    enum ticket_status after;  /* likewise */
    int64_t id;
};

LEAT_CHAN_TYPE(change, struct change);

/* The desk's side; its thread alone uses it. */
struct changes {
    change_tx *all;
    change_tx *latest;
    uint64_t published;
};

/* Returns 0 or a code. */
int changes_open(struct changes *changes);

/* A receiver of what is published from now on. Returns 0 or a code. */
int changes_subscribe_all(struct changes *changes, change_rx **rx);
int changes_subscribe_latest(struct changes *changes, change_rx **rx);

/* Give the change its number and tell everybody. */
void changes_publish(struct changes *changes, struct change *change);

/* There will be no more. It may be closed twice, or without having been opened. */
void changes_close(struct changes *changes);

#endif
