/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* signals.c - a thread that waits for signals and passes them on.
 *
 * A signal handler may not send, so there is none: the signals are blocked in every
 * thread, and this one waits for them with sigwait. */
#define _GNU_SOURCE 1
#include "signals.h"

#include <pthread.h>
#include <signal.h>

#define SIGNALS_ROOM 16

/* Tells the thread, and only it, to return. */
#define SIGNALS_GO_HOME SIGUSR1

static struct {
    leat_tx *tx;
    sigset_t set;
    pthread_t thread;
} signals_state;

static void *signals_main(void *arg)
{
    int number = 0;

    (void)arg;
    for (;;) {
        if (sigwait(&signals_state.set, &number) != 0)
            continue;
        if (number == SIGNALS_GO_HOME)
            return NULL;
        if (leat_tx_send(signals_state.tx, &number, leat_nowait()) < 0)
            return NULL; /* nobody is there to hear */
    }
}

static int signals_thread(void)
{
    int error;

    sigemptyset(&signals_state.set);
    sigaddset(&signals_state.set, SIGINT);
    sigaddset(&signals_state.set, SIGTERM);
    sigaddset(&signals_state.set, SIGNALS_GO_HOME);
    error = pthread_sigmask(SIG_BLOCK, &signals_state.set, NULL);
    if (error == 0)
        error = pthread_create(&signals_state.thread, NULL, signals_main, NULL);
    return -error;
}

int signals_open(leat_rx **signals)
{
    leat_rx *rx;
    int rc = leat_chan_new(
        &signals_state.tx, &rx, sizeof(int), SIGNALS_ROOM,
        LEAT_CHAN_OPTS(.name = "signals", .policy = LEAT_POLICY_DROP_NEWEST));

    if (rc < 0)
        return rc;
    rc = signals_thread();
    if (rc < 0) {
        leat_tx_drop(signals_state.tx);
        leat_rx_drop(rx);
        return rc;
    }
    *signals = rx;
    return 0;
}

void signals_close(leat_rx *signals)
{
    if (signals == NULL)
        return;
    pthread_kill(signals_state.thread, SIGNALS_GO_HOME);
    pthread_join(signals_state.thread, NULL);
    leat_tx_drop(signals_state.tx);
    leat_rx_drop(signals);
}
