/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* measure.c - docs/performance.md: two candidates, measured in turn. */
#include <leat.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 7, MESSAGES = 50000 };

static void *receive(void *arg)
{
    leat_rx *rx = arg;
    uint64_t sum = 0;

    for (uint64_t msg; leat_rx_recv(rx, &msg, leat_forever()) == 0;)
        sum += msg;
    leat_rx_drop(rx);
    if (sum != (uint64_t)MESSAGES * (MESSAGES + 1) / 2)
        abort(); /* what did not work was not fast */
    return NULL;
}

/* region run */
/* Nanoseconds a message, from making the channel to the end of the thread. */
static double run(size_t capacity, uint32_t flags)
{
    int64_t begin = leat_now_ns();
    leat_tx *tx;
    leat_rx *rx;
    pthread_t thread;

    if (leat_chan_new(&tx, &rx, sizeof(uint64_t), capacity,
                      LEAT_CHAN_OPTS(.flags = flags)) < 0 ||
        pthread_create(&thread, NULL, receive, rx) != 0)
        abort();
    for (uint64_t msg = 1; msg <= MESSAGES; msg++) {
        if (leat_tx_send(tx, &msg, leat_forever()) < 0)
            abort();
    }
    leat_tx_drop(tx);
    pthread_join(thread, NULL);
    return (double)(leat_now_ns() - begin) / MESSAGES;
}
/* end region */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(void)
{
    const uint32_t both = LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER;
    /* region compare */
    double plain[ROUNDS];
    double promised[ROUNDS];
    double ratio[ROUNDS];

    run(128, 0); /* the first run of a process is like no other */
    for (int i = 0; i < ROUNDS; i++) {
        plain[i] = run(128, 0); /* in turn: a busy moment meets both */
        promised[i] = run(128, both);
        ratio[i] = promised[i] / plain[i];
    }
    qsort(plain, ROUNDS, sizeof *plain, by_size);
    qsort(promised, ROUNDS, sizeof *promised, by_size);
    qsort(ratio, ROUNDS, sizeof *ratio, by_size);
    printf("plain %.1f ns, promised %.1f ns, ratio %.2f (%.2f to %.2f)\n",
           plain[ROUNDS / 2], promised[ROUNDS / 2], ratio[ROUNDS / 2],
           ratio[ROUNDS / 4], ratio[ROUNDS - 1 - ROUNDS / 4]);
    /* end region */
    return 0;
}
