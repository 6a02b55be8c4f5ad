/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* frames.c - docs/performance.md: large messages, in place. */
#include <leat.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { FRAMES = 100, FRAME_BYTES = 16384 };

static unsigned seen;

static void read_frame(void *frame, int number)
{
    memset(frame, number, FRAME_BYTES);
}

static void show(const unsigned char *frame)
{
    seen += frame[0] == frame[FRAME_BYTES - 1];
}

/* region borrow */
static void *shower(void *arg)
{
    leat_rx *rx = arg;
    void *frame;

    while (leat_rx_borrow(rx, &frame, leat_forever()) == 0) {
        show(frame);
        leat_rx_release(rx, frame);
    }
    leat_rx_drop(rx);
    return NULL;
}
/* end region */

int main(void)
{
    leat_tx *tx;
    leat_rx *rx;
    pthread_t thread;
    int rc;

    if (leat_chan_new(&tx, &rx, FRAME_BYTES, 16,
                      LEAT_CHAN_OPTS(.flags = LEAT_IN_PLACE)) < 0 ||
        pthread_create(&thread, NULL, shower, rx) != 0)
        return 1;
    for (int i = 0; i < FRAMES; i++) {
        /* region reserve */
        void *frame;

        rc = leat_tx_reserve(tx, &frame, leat_forever());
        if (rc == 0) {
            read_frame(frame, i);
            rc = leat_tx_commit(tx, frame);
        }
        /* end region */
        if (rc < 0)
            return 1;
    }
    leat_tx_drop(tx);
    pthread_join(thread, NULL);
    printf("%u frames\n", seen);
    return seen == FRAMES ? 0 : 1;
}
