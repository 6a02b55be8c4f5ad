/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* auditor.h - a subscriber that must see every change.
 *
 * It keeps books of its own, from the changes alone: in the end they must agree with
 * the desk. When it is slow, the desk waits. */
#ifndef TICKETDESK_AUDITOR_H
#define TICKETDESK_AUDITOR_H

#include "witness.h"

struct auditor {
    change_rx *changes; /* lent to the thread */

    /* for whoever has joined the thread */
    struct witness witness;
    uint64_t tickets[TICKET_STATUSES]; /* that must be on the desk */
};

/* What its thread runs; arg is a struct auditor. Ends when the desk closes. */
int auditor_main(void *arg, leat_cancel *stop);

#endif
