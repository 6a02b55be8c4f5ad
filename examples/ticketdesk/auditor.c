/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* auditor.c - every change, many at a time. */
#include "auditor.h"

#define AUDITOR_BATCH 64

static void auditor_note(struct auditor *auditor, const struct change *change)
{
    witness_note(&auditor->witness, change);
    if (change->before < TICKET_STATUSES)
        auditor->tickets[change->before]--;
    if (change->after < TICKET_STATUSES)
        auditor->tickets[change->after]++;
}

int auditor_main(void *arg, leat_cancel *stop)
{
    struct auditor *auditor = arg;
    struct change changes[AUDITOR_BATCH];
    ptrdiff_t count;

    (void)stop; /* it ends with the stream, not before */
    while ((count = change_rx_recv_many(auditor->changes, changes,
                                        AUDITOR_BATCH, leat_forever())) > 0) {
        for (ptrdiff_t i = 0; i < count; i++) {
            auditor_note(auditor, &changes[i]);
        }
    }
    auditor->witness.missed = change_rx_missed(auditor->changes);
    return 0;
}
