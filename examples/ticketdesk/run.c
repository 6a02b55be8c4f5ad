/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* run.c - who holds what, and in which order things begin and end.
 *
 *     input ---feed---> clients ---commands---> server
 *                          ^                       |
 *                          +------- replies -------+   (one channel a client)
 *
 * Nobody is told to end. The input drops its half of the feed when all is read;
 * so the clients' receives end; a client that has sent all it wants drops its
 * half of the commands; so the server's receives end when the last one has. And
 * each client holds a half of `alive`, over which nothing is ever sent: when the
 * last client is gone, the receive in run_watch ends. */
#define _GNU_SOURCE 1
#include "run.h"

#include "client.h"
#include "input.h"
#include "output.h"
#include "report.h"
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN_PROGRESS_MS 250
#define RUN_FEED_ROOM   64

struct run {
    const struct options *options;
    struct stop *stop;
    bool failed;

    /* main's own halves: those the threads are given are clones or loans */
    feed_tx *feed_tx;
    feed_rx *feed_rx;
    request_tx *commands_tx;
    request_rx *commands_rx; /* lent to the server */
    leat_tx *alive_tx;
    leat_rx *alive_rx;

    _Atomic uint64_t tickets_discarded; /* by the hook of the feed */
    _Atomic uint64_t commands_dropped;  /* by the hook of the commands */

    struct input input;
    struct server server;
    struct client *clients;
    pthread_t input_thread;
    pthread_t server_thread;
    pthread_t *client_threads;
    unsigned clients_started;
    bool input_started;
    bool server_started;
    int64_t began_ns;
    int64_t ended_ns;
};

/* ---- make ----------------------------------------------------------------- */

static void run_fail(struct run *run, const char *what, const char *why)
{
    fprintf(stderr, "ticketdesk: %s: %s\n", what, why);
    run->failed = true;
}

/* The discard hook of the feed: tickets that no client has taken. */
static void feed_discard(void *ticket, void *arg)
{
    (void)ticket; /* owns nothing */
    atomic_fetch_add_explicit((_Atomic uint64_t *)arg, 1, memory_order_relaxed);
}

/* Make the three channels; what fails is said, and what is made stays. */
static void run_open(struct run *run)
{
    int rc = request_chan_new(
        &run->commands_tx, &run->commands_rx, run->options->capacity,
        LEAT_CHAN_OPTS(.name = "commands", .discard = request_discard,
                       .discard_arg = &run->commands_dropped,
                       .policy = run->options->policy, .flags = LEAT_STATS));

    if (rc < 0) {
        run_fail(run, "a command channel of that capacity", leat_err_text(rc));
        return;
    }
    rc = feed_chan_new(&run->feed_tx, &run->feed_rx, RUN_FEED_ROOM,
                       LEAT_CHAN_OPTS(.name = "feed", .discard = feed_discard,
                                      .discard_arg = &run->tickets_discarded,
                                      .flags = LEAT_SINGLE_PRODUCER));
    if (rc < 0) {
        run_fail(run, "the feed", leat_err_text(rc));
        return;
    }
    rc = leat_chan_new(&run->alive_tx, &run->alive_rx, 0, 0,
                       LEAT_CHAN_OPTS(.name = "alive"));
    if (rc < 0)
        run_fail(run, "the life line", leat_err_text(rc));
}

static void run_allocate(struct run *run)
{
    run->clients = calloc(run->options->clients, sizeof *run->clients);
    run->client_threads =
        calloc(run->options->clients, sizeof *run->client_threads);
    run->server.desk = desk_new();
    if (run->clients == NULL || run->client_threads == NULL ||
        run->server.desk == NULL)
        run_fail(run, "the desk", leat_err_text(LEAT_ENOMEM));
}

/* ---- start ---------------------------------------------------------------- */

static bool run_thread(struct run *run, pthread_t *thread,
                       void *(*main)(void *), void *arg, const char *what)
{
    int rc = pthread_create(thread, NULL, main, arg);

    if (rc != 0)
        run_fail(run, what, strerror(rc));
    return rc == 0;
}

static void run_start_server(struct run *run)
{
    run->server.commands = run->commands_rx;
    run->server.now = run->stop->now;
    run->server.think_ns = run->options->think_us * 1000;
    run->server_started = run_thread(run, &run->server_thread, server_main,
                                     &run->server, "the server thread");
}

static void run_start_client(struct run *run)
{
    unsigned index = run->clients_started;
    unsigned count = run->options->clients;
    struct client *client = &run->clients[index];
    int rc;

    client->drain = run->stop->drain;
    client->quota = run->options->commands / count +
                    (index < run->options->commands % count);
    mix_init(&client->mix, run->options->seed, index, count);
    rc = client_open(client);
    if (rc < 0) {
        run_fail(run, "a reply channel", leat_err_text(rc));
        return;
    }
    client->feed = feed_rx_clone(run->feed_rx);
    client->commands = request_tx_clone(run->commands_tx);
    client->alive = leat_tx_clone(run->alive_tx);
    if (run_thread(run, &run->client_threads[index], client_main, client,
                   "a client thread")) {
        run->clients_started++;
        return;
    }
    /* no thread, so its clones are ours to drop */
    feed_rx_drop(client->feed);
    request_tx_drop(client->commands);
    leat_tx_drop(client->alive);
    reply_tx_drop(client->reply_to);
    reply_rx_drop(client->replies);
}

static void run_start_input(struct run *run, int fd, const char *name)
{
    run->input.fd = fd;
    run->input.name = name;
    run->input.stop_fd = run->stop->fd;
    run->input.drain = run->stop->drain;
    run->input.feed = run->feed_tx;
    run->input_started = run_thread(run, &run->input_thread, input_main,
                                    &run->input, "the input thread");
    if (run->input_started)
        run->feed_tx = NULL; /* it is the thread's now */
}

/* Start everything, or as much as goes. From here on each half is held by those
 * alone who use it, else no stream would ever end. */
static void run_start(struct run *run, int fd, const char *name)
{
    run->began_ns = leat_now_ns();
    run_start_server(run);
    for (unsigned i = 0; i < run->options->clients && !run->failed; i++) {
        run_start_client(run);
    }
    if (!run->failed)
        run_start_input(run, fd, name);
    if (run->failed)
        stop_drain(run->stop);
    feed_tx_drop(run->feed_tx);
    feed_rx_drop(run->feed_rx);
    request_tx_drop(run->commands_tx);
    leat_tx_drop(run->alive_tx);
}

/* ---- while it runs -------------------------------------------------------- */

static void run_show_progress(struct run *run, uint64_t *served_before)
{
    uint64_t served =
        atomic_load_explicit(&run->server.served, memory_order_relaxed);

    report_progress(served,
                    (double)(served - *served_before) * 1000 / RUN_PROGRESS_MS,
                    leat_chan_len(request_rx_chan(run->commands_rx)));
    *served_before = served;
}

/* Wait until the last client has gone. */
static void run_watch(struct run *run)
{
    bool terminal = isatty(STDERR_FILENO) == 1;
    leat_until until =
        terminal ? leat_each_ms(RUN_PROGRESS_MS) : leat_forever();
    uint64_t served_before = 0;

    while (leat_rx_recv(run->alive_rx, NULL, until) == LEAT_ETIMEDOUT) {
        run_show_progress(run, &served_before);
    }
    if (terminal)
        report_progress_end();
}

static void run_join(struct run *run)
{
    for (unsigned i = 0; i < run->clients_started; i++) {
        pthread_join(run->client_threads[i], NULL);
    }
    if (run->server_started)
        pthread_join(run->server_thread, NULL);
    run->ended_ns = leat_now_ns();
    /* Clients that failed may have left the input waiting for a terminal. If it
     * has ended by itself, this changes nothing. */
    stop_drain(run->stop);
    if (run->input_started)
        pthread_join(run->input_thread, NULL);
}

/* ---- the end -------------------------------------------------------------- */

static void run_failures(struct run *run)
{
    if (run->input.failed)
        run->failed = true;
    for (unsigned i = 0; i < run->clients_started; i++) {
        if (run->clients[i].failure < 0)
            run_fail(run, "a client", leat_err_text(run->clients[i].failure));
    }
}

/* Bring the books of all threads together; they have ended. */
static bool run_balance(struct run *run, struct report *report)
{
    struct account *accounts =
        calloc(run->clients_started + 1, sizeof *accounts);
    struct ledger *ledger = &run->server.ledger;

    if (accounts == NULL) {
        run_fail(run, "the account", leat_err_text(LEAT_ENOMEM));
        return false;
    }
    ledger->dropped = run->commands_dropped;
    (void)leat_chan_stats(request_rx_chan(run->commands_rx), &ledger->stats);
    report->policy_dropped = ledger->stats.dropped;
    ledger->tickets = desk_count(run->server.desk, TICKET_STATUSES);
    report->intake = run->input.intake;
    report->intake.unsent += run->tickets_discarded;
    for (unsigned i = 0; i < run->clients_started; i++) {
        accounts[i] = run->clients[i].account;
        account_add(&report->account, &accounts[i]);
        histogram_add(&report->latency, &run->clients[i].latency);
    }
    report->adds_up = account_check(accounts, run->clients_started, ledger,
                                    &report->intake, stderr);
    free(accounts);
    return true;
}

static void run_report(struct run *run)
{
    const struct options *options = run->options;
    struct report report = {
        .input_name = run->input.name,
        .input_stopped = run->input.stopped,
        .clients = run->clients_started,
        .capacity = options->capacity,
        .policy = options->policy,
        .depth_max = run->server.depth_max,
        .seconds = (double)(run->ended_ns - run->began_ns) / 1e9,
    };
    bool out_is_state = options->out != NULL && strcmp(options->out, "-") == 0;

    if (!run_balance(run, &report))
        return;
    for (unsigned i = 0; i <= TICKET_STATUSES; i++) {
        report.tickets[i] = desk_count(run->server.desk, (enum ticket_status)i);
    }
    report_print(&report, out_is_state ? stderr : stdout);
    if (!report.adds_up)
        run->failed = true;
}

static void run_close(struct run *run)
{
    request_rx_drop(run->commands_rx);
    leat_rx_drop(run->alive_rx);
    desk_free(run->server.desk);
    free(run->clients);
    free(run->client_threads);
}

int run(const struct options *options, struct stop *stop, int fd,
        const char *name)
{
    struct run *run = calloc(1, sizeof *run); /* large: it holds a buffer */
    bool failed;

    if (run == NULL) {
        fprintf(stderr, "ticketdesk: %s\n", leat_err_text(LEAT_ENOMEM));
        return EXIT_FAILURE;
    }
    run->options = options;
    run->stop = stop;
    run_allocate(run);
    if (!run->failed)
        run_open(run);
    if (run->failed) {
        feed_tx_drop(run->feed_tx);
        feed_rx_drop(run->feed_rx);
        request_tx_drop(run->commands_tx);
        leat_tx_drop(run->alive_tx);
    } else {
        run_start(run, fd, name);
        run_watch(run);
        run_join(run);
        run_failures(run);
        if (options->out != NULL &&
            output_write(run->server.desk, options->out) != 0)
            run->failed = true;
        run_report(run);
    }
    run_close(run);
    failed = run->failed;
    free(run);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
