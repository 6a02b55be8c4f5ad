/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* run.c - who holds what, and in which order things begin and end.
 *
 *     input ---feed---> clients ---commands---> server ---all changes---> auditor
 *                          ^                     |  | ---latest changes-> displays
 *                          +---- a oneshot ------+  +------reports------> monitor
 *                               per command
 *
 * Nobody is told to end. The input drops its half of the feed when all is read; so the
 * clients' receives end; a client that has sent all it wants drops its half of the
 * commands; so the server's loop ends when the last one has; it drops the changes and
 * the reports, and so those who hear the news end. */
#define _GNU_SOURCE 1
#include "run.h"

#include "client.h"
#include "input.h"
#include "news.h"
#include "output.h"
#include "report.h"
#include "server.h"
#include "thread.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RUN_FEED_ROOM 64

struct run {
    const struct options *options;
    struct stop *stop;
    bool failed;

    /* our own halves: those the threads are given are clones or loans */
    feed_tx *feed_tx;
    feed_rx *feed_rx;
    request_tx *commands_tx;
    request_rx *commands_rx; /* lent to the server */

    _Atomic uint64_t tickets_discarded; /* by the hook of the feed */
    _Atomic uint64_t commands_dropped;  /* by the hook of the commands */

    struct input input;
    struct server server;
    struct news news;
    struct client *clients;
    leat_thread *input_thread;
    leat_thread **client_threads;
    unsigned clients_started;
    int64_t began_ns;
    int64_t ended_ns;
};

/* ---- make ----------------------------------------------------------------- */

static void run_fail(struct run *run, const char *what, int why)
{
    fprintf(stderr, "ticketdesk: %s: %s\n", what, leat_err_text(why));
    run->failed = true;
}

/* Is it there? If not, that is said. */
static bool run_has(struct run *run, int rc, const char *what)
{
    if (rc < 0)
        run_fail(run, what, rc);
    return rc >= 0;
}

/* The discard hook of the feed: tickets that no client has taken. */
static void feed_discard(void *ticket, void *arg)
{
    (void)ticket; /* owns nothing */
    atomic_fetch_add_explicit((_Atomic uint64_t *)arg, 1, memory_order_relaxed);
}

static int run_commands(struct run *run)
{
    return request_chan_new(
        &run->commands_tx, &run->commands_rx, run->options->capacity,
        LEAT_CHAN_OPTS(.name = "commands", .discard = request_discard,
                       .discard_arg = &run->commands_dropped,
                       .policy = run->options->policy, .flags = LEAT_STATS));
}

static int run_feed(struct run *run)
{
    return feed_chan_new(&run->feed_tx, &run->feed_rx, RUN_FEED_ROOM,
                         LEAT_CHAN_OPTS(.name = "feed", .discard = feed_discard,
                                        .discard_arg = &run->tickets_discarded,
                                        .flags = LEAT_SINGLE_PRODUCER));
}

static int run_memory(struct run *run)
{
    run->clients = calloc(run->options->clients, sizeof *run->clients);
    run->client_threads =
        calloc(run->options->clients, sizeof *run->client_threads);
    run->server.desk = desk_new();
    return run->clients == NULL || run->client_threads == NULL ||
                   run->server.desk == NULL
               ? LEAT_ENOMEM
               : 0;
}

/* Make all channels. False if one cannot be; what is made stays. */
static bool run_open(struct run *run)
{
    const struct options *options = run->options;

    run->server.stop = run->stop;
    run->server.think_ns = options->think_us * 1000;
    if (!run_has(run, run_memory(run), "the desk") ||
        !run_has(run, run_commands(run),
                 "a command channel of that capacity") ||
        !run_has(run, run_feed(run), "the feed"))
        return false;
    run->server.commands = run->commands_rx;
    run->news.monitor.draws = isatty(STDERR_FILENO) == 1 && !options->draw;
    return run_has(run,
                   server_open(&run->server, &run->news.monitor.statistics),
                   "the server") &&
           run_has(run,
                   news_open(&run->news, &run->server, options->displays,
                             options->frame_ms * 1000000, options->draw),
                   "a subscriber");
}

/* ---- start ---------------------------------------------------------------- */

static int run_start_client(struct run *run)
{
    unsigned index = run->clients_started;
    unsigned count = run->options->clients;
    struct client *client = &run->clients[index];
    int rc = window_open(&client->window);

    if (rc < 0)
        return rc;
    client->drain = run->stop->drain;
    client->quota = run->options->commands / count +
                    (index < run->options->commands % count);
    mix_init(&client->mix, run->options->seed, index, count);
    client->feed = feed_rx_clone(run->feed_rx);
    client->commands = request_tx_clone(run->commands_tx);
    rc = thread_start(&run->client_threads[index], client_main, client,
                      "client");
    if (rc == 0) {
        run->clients_started++;
        return 0;
    }
    /* no thread, so its clones are ours to drop */
    feed_rx_drop(client->feed);
    request_tx_drop(client->commands);
    window_close(&client->window);
    return rc;
}

static int run_start_input(struct run *run, int fd, const char *name)
{
    int rc;

    run->input.fd = fd;
    run->input.name = name;
    run->input.drain = run->stop->drain;
    run->input.feed = run->feed_tx;
    rc = thread_start(&run->input_thread, input_main, &run->input, "input");
    if (rc == 0)
        run->feed_tx = NULL; /* it is the thread's now */
    return rc;
}

/* From here on each half is held by those alone who use it, else no stream would ever
 * end. */
static void run_let_go(struct run *run)
{
    feed_tx_drop(run->feed_tx);
    feed_rx_drop(run->feed_rx);
    request_tx_drop(run->commands_tx);
}

/* Start everybody, or as many as goes, and nobody before those who must miss nothing. */
static void run_start(struct run *run, int fd, const char *name)
{
    run->began_ns = leat_now_ns();
    run_has(run, news_start(&run->news), "a subscriber's thread");
    for (unsigned i = 0; i < run->options->clients && !run->failed; i++) {
        run_has(run, run_start_client(run), "a client");
    }
    if (!run->failed)
        run_has(run, run_start_input(run, fd, name), "the input's thread");
    if (run->failed)
        leat_cancel_fire(run->stop->drain);
    run_let_go(run);
}

/* ---- the end -------------------------------------------------------------- */

/* The server has closed, so all others come to their ends. */
static void run_join(struct run *run)
{
    for (unsigned i = 0; i < run->clients_started; i++) {
        thread_end(run->client_threads[i]);
    }
    run->ended_ns = leat_now_ns();
    /* Clients that failed may have left the input waiting for a terminal. If it
     * has ended by itself, this changes nothing. */
    leat_cancel_fire(run->stop->drain);
    if (run->input_thread != NULL)
        thread_end(run->input_thread);
    news_join(&run->news);
    if (run->input.failed)
        run->failed = true;
    for (unsigned i = 0; i < run->clients_started; i++) {
        run_has(run, run->clients[i].failure, "a client");
    }
}

/* Bring the books of all threads together; they have ended. */
static bool run_balance(struct run *run, struct report *report)
{
    struct account *accounts =
        calloc(run->clients_started + 1, sizeof *accounts);
    struct ledger *ledger = &run->server.ledger;

    if (accounts == NULL) {
        run_fail(run, "the account", LEAT_ENOMEM);
        return false;
    }
    ledger->dropped = run->commands_dropped;
    (void)leat_chan_stats(request_rx_chan(run->commands_rx), &ledger->stats);
    for (unsigned i = 0; i <= TICKET_STATUSES; i++) {
        ledger->tickets[i] =
            desk_count(run->server.desk, (enum ticket_status)i);
    }
    report->intake = run->input.intake;
    report->intake.unsent += run->tickets_discarded;
    for (unsigned i = 0; i < run->clients_started; i++) {
        accounts[i] = run->clients[i].account;
        account_add(&report->account, &accounts[i]);
        histogram_add(&report->latency, &run->clients[i].latency);
    }
    report->adds_up = account_check(accounts, run->clients_started, ledger,
                                    &report->intake, stderr);
    report->adds_up &= news_check(&run->news, &run->server, stderr);
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
        .ledger = &run->server.ledger,
        .news = &run->news,
        .changes = run->server.changes.published,
        .reports = run->server.statistics.number,
        .seconds = (double)(run->ended_ns - run->began_ns) / 1e9,
    };
    bool out_is_state = options->out != NULL && strcmp(options->out, "-") == 0;

    if (!run_balance(run, &report))
        return;
    report_print(&report, out_is_state ? stderr : stdout);
    if (!report.adds_up)
        run->failed = true;
}

/* What is left to do when all have ended. */
static int run_write(void *arg, leat_cancel *stop)
{
    struct run *run = arg;
    const char *out = run->options->out;

    (void)stop; /* whatever is written is written whole */
    if (out != NULL && output_write(run->server.desk, out) != 0)
        run->failed = true;
    run_report(run);
    if (fflush(stdout) != 0)
        run->failed = true;
    return 0;
}

/* Write the state and the account, in a thread of its own: a write may hang, and we
 * must hear whoever has lost patience. */
static void run_finish(struct run *run)
{
    leat_thread *writer;
    int number;

    if (!run_has(run, thread_start(&writer, run_write, run, "writer"),
                 "a thread to write the state"))
        return;
    leat_case cases[] = {
        leat_on_thread(writer),
        leat_on_recv(run->stop->signals, &number),
    };
    while (leat_select(cases, 2, 0, leat_forever()) == 1) {
        (void)stop_hear(run->stop);
    }
    thread_end(writer);
}

static void run_close(struct run *run)
{
    server_close(&run->server);
    request_rx_drop(run->commands_rx);
    news_close(&run->news);
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
    if (run_open(run)) {
        run_start(run, fd, name);
        server_run(&run->server);
        run_join(run);
        run_finish(run);
    } else {
        run_let_go(run);
    }
    run_close(run);
    failed = run->failed;
    free(run);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
