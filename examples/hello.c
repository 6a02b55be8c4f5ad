/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* hello.c - two threads, one channel. */
#include <leat.h>
#include <pthread.h>
#include <stdio.h>

static void *print(void *rx)
{
    for (int i; leat_rx_recv(rx, &i, leat_forever()) == 0;)
        printf("hello %d\n", i);
    leat_rx_drop(rx);
    return NULL;
}

int main(void)
{
    leat_tx *tx;
    leat_rx *rx;
    pthread_t thread;
    if (leat_chan_new(&tx, &rx, sizeof(int), 2, NULL) < 0 ||
        pthread_create(&thread, NULL, print, rx) != 0)
        return 1;
    for (int i = 1; i <= 3; i++)
        if (leat_tx_send(tx, &i, leat_forever()) < 0)
            break;
    leat_tx_drop(tx); /* no more: the receiver's loop ends */
    return pthread_join(thread, NULL);
}
