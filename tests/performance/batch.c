/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* batch.c - docs/performance.md: promises, and many messages a call. */
#include <inttypes.h>
#include <leat.h>
#include <pthread.h>
#include <stdio.h>

enum { RECORDS = 10000, ROOM = 1024, AT_ONCE = 64 };

struct record {
    uint64_t number;
};

static uint64_t written;

static void write_out(const struct record *records, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++)
        written += records[i].number;
}

/* region take */
static void *writer(void *arg)
{
    leat_rx *rx = arg;
    struct record records[AT_ONCE];
    ptrdiff_t n;

    while ((n = leat_rx_recv_many(rx, records, AT_ONCE, leat_forever())) > 0)
        write_out(records, n);
    leat_rx_drop(rx);
    return NULL;
}
/* end region */

/* region give */
static int give(leat_tx *tx)
{
    struct record records[AT_ONCE];
    ptrdiff_t n = 0;

    for (uint64_t number = 1; number <= RECORDS; number++) {
        records[n++].number = number;
        if (n < AT_ONCE && number < RECORDS)
            continue;
        for (ptrdiff_t sent = 0; sent < n;) {
            ptrdiff_t now = leat_tx_send_many(
                tx, &records[sent], (size_t)(n - sent), leat_forever());
            if (now < 0)
                return (int)now;
            sent += now;
        }
        n = 0;
    }
    return 0;
}
/* end region */

int main(void)
{
    leat_tx *tx;
    leat_rx *rx;
    pthread_t thread;
    int rc;

    /* region promise */
    rc = leat_chan_new(
        &tx, &rx, sizeof(struct record), ROOM,
        LEAT_CHAN_OPTS(.flags = LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER));
    /* end region */
    if (rc < 0 || pthread_create(&thread, NULL, writer, rx) != 0)
        return 1;
    rc = give(tx);
    leat_tx_drop(tx);
    pthread_join(thread, NULL);
    printf("sum %" PRIu64 "\n", written);
    return rc == 0 && written == (uint64_t)RECORDS * (RECORDS + 1) / 2 ? 0 : 1;
}
