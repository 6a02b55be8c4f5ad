/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* stop.c - counting signals. */
#define _GNU_SOURCE 1
#include "stop.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define STOP_EXIT_KILLED (128 + SIGINT) /* as a shell reports it */

int stop_open(struct stop *stop)
{
    int rc = leat_cancel_new(&stop->drain);

    if (rc == 0) {
        rc = leat_signal_new(&stop->signals, (const int[]){SIGINT, SIGTERM}, 2,
                             LEAT_SIGNAL_OPTS(.name = "signals"));
        if (rc == 0) {
            stop->heard = 0;
            return 0;
        }
        leat_cancel_drop(stop->drain);
    }
    fprintf(stderr, "ticketdesk: to hear of signals: %s\n", leat_err_text(rc));
    return -1;
}

static void stop_say(const char *text)
{
    fprintf(stderr, "\nticketdesk: %s\n", text);
}

bool stop_hear(struct stop *stop)
{
    stop->heard++;
    if (stop->heard == 1) {
        stop_say("stopping: no more input, waiting for all answers "
                 "(once more: drop what is queued)");
        leat_cancel_fire(stop->drain);
        return false;
    }
    if (stop->heard > 2)
        _exit(STOP_EXIT_KILLED);
    stop_say("stopping now: dropping what is queued "
             "(once more: end at once)");
    return true;
}

void stop_close(struct stop *stop)
{
    leat_rx_drop(stop->signals);
    leat_cancel_drop(stop->drain);
}
