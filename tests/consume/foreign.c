/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* foreign.c - a stranger's program: squares, sent back by a second thread. */
#include <leat.h>
#include <pthread.h>
#include <stdio.h>

LEAT_CHAN_TYPE(num, long);

struct link {
    num_rx *in;
    num_tx *out;
};

static void *square(void *arg)
{
    struct link *link = arg;
    long n;
    while (num_rx_recv(link->in, &n, leat_forever()) == 0) {
        n *= n;
        if (num_tx_send(link->out, &n, leat_forever()) < 0)
            break;
    }
    num_rx_drop(link->in);
    num_tx_drop(link->out);
    return NULL;
}

int main(void)
{
    num_tx *tx;
    num_rx *rx;
    struct link link;
    pthread_t thread;
    if (leat_version() != LEAT_VERSION ||
        num_chan_new(&tx, &link.in, 4, LEAT_CHAN_OPTS(.name = "in")) < 0 ||
        num_chan_new(&link.out, &rx, LEAT_UNBOUNDED, NULL) < 0 ||
        pthread_create(&thread, NULL, square, &link) != 0)
        return 1;
    long sum = 0;
    long n;
    for (n = 1; n <= 100; n++)
        if (num_tx_send(tx, &n, leat_in_ms(10000)) < 0)
            return 1;
    num_tx_drop(tx);
    while (num_rx_recv(rx, &n, leat_forever()) == 0)
        sum += n;
    num_rx_drop(rx);
    pthread_join(thread, NULL);
    printf("%ld, %s\n", sum, leat_err_name(LEAT_ECLOSED));
    return sum == 338350 ? 0 : 1;
}
