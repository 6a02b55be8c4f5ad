/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* input.h - the thread that reads tickets and feeds them to the clients. */
#ifndef TICKETDESK_INPUT_H
#define TICKETDESK_INPUT_H

#include "account.h"
#include "lines.h"

struct input {
    /* filled in before the thread starts */
    int fd;             /* lent */
    const char *name;   /* lent: for messages */
    leat_cancel *drain; /* lent */
    feed_tx *feed;      /* owned: its drop tells the clients that all is read */

    /* for whoever has joined the thread */
    struct intake intake;
    bool stopped; /* there may have been more */
    bool failed;  /* reading failed; it has been said */

    struct lines lines;
};

/* What its thread runs; arg is a struct input. Reports each line that is not
 * a ticket on standard error, with its number and the reason. */
int input_main(void *arg, leat_cancel *stop);

#endif
