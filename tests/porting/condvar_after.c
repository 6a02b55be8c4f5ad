/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* condvar_after.c - docs/porting.md: what condvar_before.c does, with a channel. */
#include <leat.h>
#include <pthread.h>
#include <stdio.h>

/* region use */
static void *work(void *arg)
{
    leat_rx *rx = arg;
    intptr_t sum = 0;

    for (int job; leat_rx_recv(rx, &job, leat_forever()) == 0;)
        sum += job;
    leat_rx_drop(rx);
    return (void *)sum;
}

int main(void)
{
    leat_tx *tx;
    leat_rx *rx;
    pthread_t workers[2];
    intptr_t sum = 0;
    int job;

    if (leat_chan_new(&tx, &rx, sizeof job, 8, NULL) < 0)
        return 1;
    if (leat_rx_recv(rx, &job, leat_in_ms(20)) == LEAT_ETIMEDOUT)
        puts("no job within 20 ms");
    for (int i = 0; i < 2; i++) {
        if (pthread_create(&workers[i], NULL, work, leat_rx_clone(rx)) != 0)
            return 1;
    }
    leat_rx_drop(rx); /* so that the workers alone receive */
    for (job = 1; job <= 1000; job++) {
        if (leat_tx_send(tx, &job, leat_forever()) < 0)
            break;
    }
    leat_tx_drop(tx); /* no more: the workers' loops end */
    for (int i = 0; i < 2; i++) {
        void *part;

        pthread_join(workers[i], &part);
        sum += (intptr_t)part;
    }
    printf("sum %d\n", (int)sum);
    return 0;
}
/* end region */
