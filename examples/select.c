/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* select.c - one loop that works on commands, reports now and then, and stops when it is
 * told to, whichever comes. */
#include <leat.h>
#include <stdio.h>
#include <stdlib.h>

enum { COMMANDS = 200000, REPORT_NS = 5000000 };

struct desk {
    leat_rx *commands;
    leat_tx *reports;
};

static void check(int rc, const char *what)
{
    if (rc < 0) {
        fprintf(stderr, "select: %s: %s\n", what, leat_err_text(rc));
        exit(EXIT_FAILURE);
    }
}

/* Returns how many commands it has done. */
static int work(void *arg, leat_cancel *stop)
{
    struct desk *desk = arg;
    int command;
    int done = 0;
    leat_case cases[] = {
        leat_on_recv(desk->commands, &command),
        leat_on_at(leat_now_ns() + REPORT_NS),
        leat_on_cancel(stop),
    };

    for (;;) {
        switch (leat_select(cases, 3, 0, leat_forever())) {
        case 0:
            if (cases[0].rc == 0)
                done++; /* else there will be no more: the case is off */
            break;
        case 1:
            cases[1] = leat_on_at(leat_now_ns() + REPORT_NS);
            check(leat_tx_send(desk->reports, &done, leat_forever()), "report");
            break;
        default: /* 2: told to stop. What is queued still is done */
            while (leat_rx_recv(desk->commands, &command, leat_nowait()) == 0)
                done++;
            return done;
        }
    }
}

int main(void)
{
    struct desk desk;
    leat_tx *commands;
    leat_rx *reports;
    leat_thread *worker;
    int seen = 0;
    int done = 0;

    check(leat_chan_new(&commands, &desk.commands, sizeof(int), 64, NULL),
          "commands");
    /* the latest report is enough */
    check(leat_chan_new(&desk.reports, &reports, sizeof(int), 1,
                        LEAT_CHAN_OPTS(.policy = LEAT_POLICY_CONFLATE)),
          "reports");
    leat_job job = {.fn = work, .arg = &desk, .name = "worker"};
    check(leat_thread_spawn(&worker, job, NULL), "a thread");
    for (int i = 0; i < COMMANDS; i++)
        check(leat_tx_send(commands, &i, leat_forever()), "a command");
    while (seen <
           COMMANDS - 64) /* until a report says that it is nearly done */
        check(leat_rx_recv(reports, &seen, leat_forever()), "a report");
    leat_cancel_fire(leat_thread_stop(worker));
    check(leat_thread_join(worker, &done, leat_forever()), "join");
    printf("%d of %d commands done\n", done, COMMANDS);
    leat_thread_drop(worker);
    leat_tx_drop(commands);
    leat_rx_drop(desk.commands);
    leat_tx_drop(desk.reports);
    leat_rx_drop(reports);
    return done == COMMANDS ? EXIT_SUCCESS : EXIT_FAILURE;
}
