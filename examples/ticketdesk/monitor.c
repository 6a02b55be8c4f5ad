/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* monitor.c - the line on the terminal that shows the desk at work. */
#include "monitor.h"

#include <inttypes.h>
#include <stdio.h>

/* A line that is written over by the next. */
static void monitor_draw(const struct statistics *before,
                         const struct statistics *now)
{
    double seconds = (double)(now->at_ns - before->at_ns) / 1e9;
    double served = (double)(now->served - before->served);

    fprintf(stderr, "\r%12" PRIu64 " commands %12.0f a second %6zu waiting ",
            now->served, seconds > 0 ? served / seconds : 0.0, now->waiting);
}

int monitor_main(void *arg, leat_cancel *stop)
{
    struct monitor *monitor = arg;
    struct statistics now;

    (void)stop; /* it ends with the last report, not before */
    (void)statistics_watch_read(statistics_rx_chan(monitor->statistics),
                                &monitor->last);
    while (statistics_rx_recv(monitor->statistics, &now, leat_forever()) == 0) {
        if (monitor->draws)
            monitor_draw(&monitor->last, &now);
        monitor->seen++;
        monitor->last = now;
    }
    if (monitor->draws)
        fprintf(stderr, "\r%60s\r", "");
    return 0;
}
