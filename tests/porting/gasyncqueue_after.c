/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* gasyncqueue_after.c - docs/porting.md: what gasyncqueue_before.c does, with a
 * channel. */
#include <leat.h>
#include <stdio.h>

/* region use */
static int work(void *arg, leat_cancel *stop)
{
    leat_rx *rx = arg;
    leat_until until = leat_or_cancel(leat_forever(), stop);
    int sum = 0;

    for (int job; leat_rx_recv(rx, &job, until) == 0;)
        sum += job;
    leat_rx_drop(rx);
    return sum;
}

int main(void)
{
    leat_tx *tx;
    leat_rx *rx;
    leat_thread *workers[2];
    int sum = 0;
    int job;

    if (leat_chan_new(&tx, &rx, sizeof job, 8, NULL) < 0)
        return 1;
    if (leat_rx_recv(rx, &job, leat_in_ms(20)) == LEAT_ETIMEDOUT)
        puts("no job within 20 ms");
    for (int i = 0; i < 2; i++) {
        leat_job run = {.fn = work, .arg = leat_rx_clone(rx), .name = "worker"};

        if (leat_thread_spawn(&workers[i], run, NULL) < 0)
            return 1;
    }
    leat_rx_drop(rx);
    for (job = 1; job <= 1000; job++) {
        if (leat_tx_send(tx, &job, leat_forever()) < 0)
            break;
    }
    leat_tx_drop(tx); /* the end, for however many workers there are */
    for (int i = 0; i < 2; i++) {
        int part = 0;

        if (leat_thread_join(workers[i], &part, leat_forever()) == 0)
            sum += part;
        leat_thread_drop(workers[i]);
    }
    printf("sum %d\n", sum);
    return 0;
}
/* end region */
