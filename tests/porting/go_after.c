/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* go_after.c - docs/porting.md: what go_before.go does, with channels of leat's. */
#include <leat.h>
#include <stdio.h>

/* region use */
LEAT_CHAN_TYPE(num, int);

struct worker {
    num_rx *jobs;
    num_tx *sums;
};

static int work(void *arg, leat_cancel *stop)
{
    struct worker *w = arg;
    int sum = 0;
    int rc;

    (void)stop;
    for (int job; num_rx_recv(w->jobs, &job, leat_forever()) == 0;)
        sum += job;
    rc = num_tx_send(w->sums, &sum, leat_forever());
    num_rx_drop(w->jobs);
    num_tx_drop(w->sums);
    return rc;
}

struct producer {
    num_tx *jobs;
    int first;
    int last;
};

static int produce(void *arg, leat_cancel *stop)
{
    struct producer *p = arg;
    int rc = 0;

    (void)stop;
    for (int job = p->first; job <= p->last && rc == 0; job++)
        rc = num_tx_send(p->jobs, &job, leat_forever());
    num_tx_drop(p->jobs);
    return rc;
}

static bool go(leat_fn *fn, void *arg)
{
    leat_thread *thread;

    if (leat_thread_spawn(&thread, (leat_job){.fn = fn, .arg = arg}, NULL) < 0)
        return false;
    leat_thread_drop(thread); /* it runs on by itself, as a goroutine does */
    return true;
}

int main(void)
{
    num_tx *jobs_tx, *sums_tx;
    num_rx *jobs_rx, *sums_rx;
    int sum = 0;
    int job;

    if (num_chan_new(&jobs_tx, &jobs_rx, 8, NULL) < 0 ||
        num_chan_new(&sums_tx, &sums_rx, 0, NULL) < 0)
        return 1;
    if (num_rx_recv(jobs_rx, &job, leat_in_ms(20)) == LEAT_ETIMEDOUT)
        puts("no job within 20 ms");

    struct worker w = {jobs_rx, sums_tx};
    struct worker x = {num_rx_clone(jobs_rx), num_tx_clone(sums_tx)};
    struct producer p = {jobs_tx, 1, 500};
    struct producer q = {num_tx_clone(jobs_tx), 501, 1000};
    if (!go(work, &w) || !go(work, &x) || !go(produce, &p) || !go(produce, &q))
        return 1;
    for (int part; num_rx_recv(sums_rx, &part, leat_forever()) == 0;)
        sum += part;
    num_rx_drop(sums_rx);
    printf("sum %d\n", sum);
    return 0;
}
/* end region */
