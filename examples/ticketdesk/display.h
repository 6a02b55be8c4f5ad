/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* display.h - a subscriber that shows what happens now, and may lag.
 *
 * It draws a picture at its own pace, however fast the desk works: one every
 * `frame_ns`, of the latest change. What was overwritten meanwhile it has missed, and
 * it says how much that is. */
#ifndef TICKETDESK_DISPLAY_H
#define TICKETDESK_DISPLAY_H

#include "witness.h"

struct display {
    change_rx *changes; /* lent to the thread, both */
    leat_rx *frames;    /* a tick */
    unsigned number;    /* its name, from 1 */
    bool draws;         /* on standard error; else it only looks */

    /* for whoever has joined the thread */
    struct witness witness;
    uint64_t pictures;
};

/* Give a display its own receiver and its own tick. Returns 0 or a code. */
int display_open(struct display *display, struct changes *changes,
                 int64_t frame_ns);
void display_close(struct display *display);

/* What its thread runs; arg is a struct display. Ends when the desk closes, with a
 * last picture. */
int display_main(void *arg, leat_cancel *stop);

#endif
