/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* stop.h - from Ctrl-C to cancel tokens.
 *
 * A signal handler may not fire a token, so there is none: the signals are
 * blocked in every thread, and one thread waits for them with sigwait.
 *
 *     first SIGINT or SIGTERM     fires `drain`: take no more input, send no
 *                                 more commands, wait for all answers
 *     second                      fires `now`: what is queued is dropped, and
 *                                 its clients are told so
 *     third                       ends the process at once
 *
 * After the first two the program still writes its state and its account. */
#ifndef TICKETDESK_STOP_H
#define TICKETDESK_STOP_H

#include <leat.h>
#include <pthread.h>
#include <signal.h>

struct stop {
    leat_cancel *drain;
    leat_cancel *now;
    int fd; /* readable for ever once `drain` has fired: for who sits in poll */
    int write_fd;
    sigset_t signals;
    pthread_t thread;
};

/* Block the signals and start the thread that waits for them. Call it before any
 * other thread is started, for a thread inherits what is blocked.
 *
 * returns 0, or -1 when it has said on standard error what is missing */
int stop_start(struct stop *stop);

/* Stop as the first signal does: for a failure that ends the work. */
void stop_drain(struct stop *stop);

/* End the thread and release everything. No wait may carry a token any more. */
void stop_end(struct stop *stop);

#endif
