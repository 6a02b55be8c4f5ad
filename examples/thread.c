/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* thread.c - threads: results from some that come to an end, and one that runs until
 * it is asked to stop. */
#include <leat.h>
#include <stdio.h>
#include <stdlib.h>

enum { COUNTERS = 4, UP_TO = 20000 };

struct range {
    unsigned from;
    unsigned to;
    leat_tx *log;
};

static void check(int rc, const char *what)
{
    if (rc < 0) {
        fprintf(stderr, "thread: %s: %s\n", what, leat_err_text(rc));
        exit(EXIT_FAILURE);
    }
}

static bool is_prime(unsigned n)
{
    for (unsigned d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n >= 2;
}

/* ---- threads with a result -------------------------------------------------- */

/* How many primes there are in a range; LEAT_ECANCELED if it has to stop. */
static int count_primes(void *arg, leat_cancel *stop)
{
    struct range *range = arg;
    unsigned count = 0;

    for (unsigned n = range->from; n < range->to; n++) {
        if (leat_cancel_check(stop))
            return LEAT_ECANCELED;
        count += is_prime(n);
    }
    if (leat_tx_send(range->log, &count, leat_or_cancel(leat_forever(), stop)) <
        0)
        return LEAT_ECANCELED;
    return (int)count;
}

/* ---- a thread that runs until it is asked to stop ----------------------------- */

/* How many reports there were. */
static int keep_log(void *arg, leat_cancel *stop)
{
    leat_rx *rx = arg;
    unsigned count;
    int reports = 0;

    while (leat_rx_recv(rx, &count, leat_or_cancel(leat_forever(), stop)) ==
           0) {
        printf("a counter says %u\n", count);
        reports++;
    }
    return reports;
}

/* ---- main ----------------------------------------------------------------------- */

static leat_thread *spawn(leat_fn *fn, void *arg, const char *name)
{
    leat_thread *thread = NULL;
    leat_job job = {.fn = fn, .arg = arg, .name = name};

    check(leat_thread_spawn(&thread, job, NULL), name);
    return thread;
}

static int join(leat_thread *thread)
{
    int result = 0;

    check(leat_thread_join(thread, &result, leat_forever()),
          leat_thread_name(thread));
    check(result, leat_thread_name(thread));
    leat_thread_drop(thread);
    return result;
}

int main(void)
{
    struct range ranges[COUNTERS];
    leat_thread *counters[COUNTERS];
    leat_thread *log;
    leat_tx *tx;
    leat_rx *rx;
    int primes = 0;
    int reports;

    /* a rendezvous: who has sent a report knows that it was received */
    check(leat_chan_new(&tx, &rx, sizeof(unsigned), 0, NULL), "channel");
    log = spawn(keep_log, rx, "log");
    for (unsigned i = 0; i < COUNTERS; i++) {
        ranges[i] = (struct range){i * (UP_TO / COUNTERS),
                                   (i + 1) * (UP_TO / COUNTERS), tx};
        counters[i] = spawn(count_primes, &ranges[i], "counter");
    }
    for (unsigned i = 0; i < COUNTERS; i++)
        primes += join(counters[i]);

    /* it would wait for ever, and says so */
    if (leat_thread_join(log, NULL, leat_in_ms(5)) != LEAT_ETIMEDOUT)
        return EXIT_FAILURE;
    leat_cancel_fire(leat_thread_stop(log));
    reports = join(log);
    leat_tx_drop(tx);
    leat_rx_drop(rx);

    printf("%d primes below %d, by %d reports\n", primes, UP_TO, reports);
    return primes == 2262 && reports == COUNTERS ? EXIT_SUCCESS : EXIT_FAILURE;
}
