/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* stop.c - the thread that waits for signals. */
#define _GNU_SOURCE 1
#include "stop.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Tells the thread, and only it, to return. */
#define STOP_GO_HOME SIGUSR1

#define STOP_EXIT_KILLED (128 + SIGINT) /* as a shell reports it */

static void stop_say(const char *text)
{
    fprintf(stderr, "\nticketdesk: %s\n", text);
}

void stop_drain(struct stop *stop)
{
    leat_cancel_fire(stop->drain);
    /* The byte stays in the pipe, so it wakes every poll there will be. A full
     * pipe wakes them as well. */
    if (write(stop->write_fd, "", 1) < 0)
        return;
}

static void *stop_main(void *arg)
{
    struct stop *stop = arg;
    int times = 0;

    for (;;) {
        int signal = 0;

        if (sigwait(&stop->signals, &signal) != 0)
            continue;
        if (signal == STOP_GO_HOME)
            return NULL;
        times++;
        if (times == 1) {
            stop_say("stopping: no more input, waiting for all answers "
                     "(once more: drop what is queued)");
            stop_drain(stop);
        } else if (times == 2) {
            stop_say("stopping now: dropping what is queued "
                     "(once more: end at once)");
            leat_cancel_fire(stop->now);
        } else {
            _exit(STOP_EXIT_KILLED);
        }
    }
}

static int stop_tokens(struct stop *stop)
{
    int rc = leat_cancel_new(&stop->drain);

    if (rc < 0)
        return rc;
    rc = leat_cancel_new(&stop->now);
    if (rc < 0)
        leat_cancel_drop(stop->drain);
    return rc;
}

static int stop_thread(struct stop *stop)
{
    int rc;

    sigemptyset(&stop->signals);
    sigaddset(&stop->signals, SIGINT);
    sigaddset(&stop->signals, SIGTERM);
    sigaddset(&stop->signals, STOP_GO_HOME);
    rc = pthread_sigmask(SIG_BLOCK, &stop->signals, NULL);
    if (rc != 0)
        return rc;
    return pthread_create(&stop->thread, NULL, stop_main, stop);
}

int stop_start(struct stop *stop)
{
    int ends[2];
    int rc;

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        perror("ticketdesk: pipe");
        return -1;
    }
    stop->fd = ends[0];
    stop->write_fd = ends[1];
    rc = stop_tokens(stop);
    if (rc < 0) {
        fprintf(stderr, "ticketdesk: cancel token: %s\n", leat_err_text(rc));
        goto no_tokens;
    }
    rc = stop_thread(stop);
    if (rc != 0) {
        fprintf(stderr, "ticketdesk: signal thread: %s\n", strerror(rc));
        goto no_thread;
    }
    return 0;

no_thread:
    leat_cancel_drop(stop->drain);
    leat_cancel_drop(stop->now);
no_tokens:
    close(stop->fd);
    close(stop->write_fd);
    return -1;
}

void stop_end(struct stop *stop)
{
    pthread_kill(stop->thread, STOP_GO_HOME);
    pthread_join(stop->thread, NULL);
    leat_cancel_drop(stop->drain);
    leat_cancel_drop(stop->now);
    close(stop->fd);
    close(stop->write_fd);
}
