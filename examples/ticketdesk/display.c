/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* display.c - one picture a frame, of what is there then. */
#include "display.h"

#include <inttypes.h>
#include <stdio.h>

int display_open(struct display *display, struct changes *changes,
                 int64_t frame_ns)
{
    int rc = leat_tick(&display->frames, frame_ns, LEAT_MISSED_SKIP,
                       LEAT_TIMER_OPTS(.name = "frames"));

    if (rc < 0)
        return rc;
    return changes_subscribe_latest(changes, &display->changes);
}

void display_close(struct display *display)
{
    leat_rx_drop(display->frames);
    change_rx_drop(display->changes);
}

static void display_draw(struct display *display, const struct change *latest,
                         uint64_t missed)
{
    display->pictures++;
    if (!display->draws)
        return;
    fprintf(stderr,
            "display %u: change %" PRIu64 ", %s of ticket %" PRId64 ", %" PRIu64
            " missed since the last picture\n",
            display->number, latest->number, command_name(latest->command),
            latest->id, missed);
}

/* Look at all that is there at this moment, and draw the latest of it. */
static void display_frame(struct display *display)
{
    struct change changes[CHANGES_ROOM];
    size_t count = change_rx_drain(display->changes, changes, CHANGES_ROOM);
    uint64_t missed = change_rx_missed(display->changes);

    display->witness.missed += missed;
    for (size_t i = 0; i < count; i++) {
        witness_note(&display->witness, &changes[i]);
    }
    if (count > 0)
        display_draw(display, &changes[count - 1], missed);
}

int display_main(void *arg, leat_cancel *stop)
{
    struct display *display = arg;
    int64_t due_ns;
    leat_case cases[] = {
        leat_on_recv(display->frames, &due_ns),
        leat_on_gone_rx(change_rx_raw(display->changes)),
    };

    (void)stop;
    while (leat_select(cases, 2, 0, leat_forever()) == 0) {
        display_frame(display);
    }
    /* the desk has closed: what is left fits into one picture */
    display_frame(display);
    return 0;
}
