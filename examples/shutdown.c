/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* shutdown.c - ending a program well: on Ctrl-C stop accepting, drain what is queued
 * with a deadline, then abort; and account for every job. docs/shutdown.md explains it.
 *
 *     ./shutdown            both ends, by signals that it sends to itself
 *     ./shutdown by-hand    press Ctrl-C: once to drain, twice to abort at once */
#define _GNU_SOURCE 1
#include <leat.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORKERS = 3, THREADS = WORKERS + 1, QUEUE = 16 };

#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "shutdown: line %d: " #condition "\n", __LINE__);  \
            exit(EXIT_FAILURE);                                                \
        }                                                                      \
    } while (0)

struct job {
    int number;
};

LEAT_CHAN_TYPE(job, struct job);

/* Each count is one thread's until that thread has been joined. */
struct account {
    int accepted;
    int delivered[WORKERS]; /* done */
    int returned[WORKERS];  /* begun, and given up: the worker has it back */
    int refused;            /* accepted, but it came into no queue */
    int dropped;            /* queued, and nobody came for it */
};

struct server {
    leat_cancel *drain; /* fired: accept nothing more, do what is queued */
    leat_cancel *abort; /* fired: give up. Some time after drain, or at once */
    leat_rx *signals;   /* Ctrl-C, and what else asks us to end */
    job_tx *tx;
    job_rx *rx;
    int work_ms;  /* how long a job takes */
    int press_at; /* Ctrl-C comes after so many jobs; 0: by hand */
    struct account account;
};

struct worker {
    struct server *server;
    int index;
};

/* ---- who accepts ------------------------------------------------------------------ */

static int accept_jobs(void *arg, leat_cancel *stop)
{
    struct server *server = arg;
    struct account *account = &server->account;
    leat_until until = leat_or_cancel(leat_forever(), server->drain);
    (void)stop;
    /* it may send without waiting for long, so it asks */
    while (!leat_cancel_check(server->drain)) {
        struct job job = {++account->accepted};
        if (job_tx_send(server->tx, &job, until) < 0)
            account->refused++; /* it is still ours: say so to who asked */
        if (account->accepted == server->press_at)
            kill(getpid(), SIGINT);
    }
    job_tx_drop(server->tx); /* the end: who has drained the queue is told */
    return 0;
}

/* ---- who works --------------------------------------------------------------------- */

static int work(void *arg, leat_cancel *stop)
{
    struct worker *worker = arg;
    struct server *server = worker->server;
    leat_until until = leat_or_cancel(leat_forever(), server->abort);
    struct job job;
    (void)stop;
    while (!leat_cancel_check(server->abort) &&
           job_rx_recv(server->rx, &job, until) == 0) {
        /* what the work waits for, it waits for with the token */
        int rc = leat_cancel_wait(server->abort, leat_in_ms(server->work_ms));
        if (rc == LEAT_ETIMEDOUT)
            server->account.delivered[worker->index]++;
        else
            server->account.returned[worker->index]++;
    }
    return 0;
}

static void drop_job(void *msg, void *arg)
{
    struct account *account = arg;
    (void)msg;
    account->dropped++; /* by the last receiver's drop, which is main's */
}

/* ---- begin and end ------------------------------------------------------------------- */

static void begin(struct server *server, int work_ms, int drain_ms)
{
    memset(&server->account, 0, sizeof server->account);
    server->work_ms = work_ms;
    MUST(leat_cancel_new(&server->abort) == 0);
    /* below abort: who gives up does not accept either */
    MUST(leat_cancel_child(&server->drain, server->abort) == 0);
    leat_cancel_fire_after(server->abort, server->drain,
                           drain_ms * INT64_C(1000000));
    MUST(job_chan_new(&server->tx, &server->rx, QUEUE,
                      LEAT_CHAN_OPTS(.discard = drop_job,
                                     .discard_arg = &server->account)) == 0);
}

static leat_thread *start(leat_fn *fn, void *arg, const char *name)
{
    leat_thread *thread;
    leat_job it = {.fn = fn, .arg = arg, .name = name};
    MUST(leat_thread_spawn(&thread, it, NULL) == 0);
    return thread;
}

static void join(leat_thread *thread)
{
    MUST(leat_thread_join(thread, NULL, leat_forever()) == 0);
    leat_thread_drop(thread);
}

static void end(struct server *server)
{
    leat_cancel_drop(server->drain);
    leat_cancel_drop(server->abort);
}

static int sum(const int *counts)
{
    int total = 0;
    for (int i = 0; i < WORKERS; i++)
        total += counts[i];
    return total;
}

static void settle(const struct server *server)
{
    const struct account *account = &server->account;
    int delivered = sum(account->delivered);
    int returned = sum(account->returned) + account->refused;
    int reason = leat_cancel_reason(server->abort);
    printf("%s: %d accepted = %d delivered + %d returned + %d dropped\n",
           reason == 0                ? "drained"
           : reason == LEAT_ETIMEDOUT ? "not drained in time"
                                      : "aborted by hand",
           account->accepted, delivered, returned, account->dropped);
    MUST(account->accepted == delivered + returned + account->dropped);
    MUST(reason != 0 || (sum(account->returned) == 0 && account->dropped == 0));
}

/* ---- who waits: for signals, and for the others to end -------------------------- */

static void on_signal(struct server *server, int number)
{
    if (!leat_cancel_check(server->drain))
        leat_cancel_fire_because(server->drain, number);
    else
        leat_cancel_fire_because(server->abort, number); /* impatience */
}

static void wait_for_all(struct server *server, leat_thread *const *threads)
{
    leat_case cases[1 + THREADS];
    int number;
    cases[0] = leat_on_recv(server->signals, &number);
    for (int i = 0; i < THREADS; i++)
        cases[1 + i] = leat_on_thread(threads[i]);
    for (int left = THREADS; left > 0;) {
        int index = leat_select(cases, 1 + THREADS, 0, leat_forever());
        MUST(index >= 0 && cases[index].rc == 0);
        if (index == 0) {
            on_signal(server, number);
        } else {
            cases[index] = leat_on_thread(NULL); /* told once is enough */
            left--;
        }
    }
}

static void serve(struct server *server, int work_ms, int drain_ms)
{
    struct worker workers[WORKERS];
    leat_thread *threads[THREADS];
    begin(server, work_ms, drain_ms);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){server, i};
        threads[i] = start(work, &workers[i], "worker");
    }
    threads[WORKERS] = start(accept_jobs, server, "acceptor");
    wait_for_all(server, threads);
    for (int i = 0; i < THREADS; i++)
        join(threads[i]);
    job_rx_drop(server->rx); /* what is still queued is dropped here */
    settle(server);
    end(server);
}

int main(int argc, char **argv)
{
    struct server server = {.press_at = 0};
    MUST(leat_signal_new(&server.signals, (const int[]){SIGINT, SIGTERM}, 2,
                         NULL) == 0);
    if (argc > 1 && strcmp(argv[1], "by-hand") == 0) {
        puts("working; press Ctrl-C");
        serve(&server, 100, 1000);
    } else {
        server.press_at = 40;
        serve(&server, 1, 3600000); /* jobs of 1 ms: they are drained */
        server.press_at = WORKERS + QUEUE / 2;
        serve(&server, 3600000, 20); /* of an hour: they are not, in 20 ms */
    }
    leat_rx_drop(server.signals); /* from here on Ctrl-C ends us again */
    return EXIT_SUCCESS;
}
