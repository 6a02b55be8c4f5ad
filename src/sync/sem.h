/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sem.h - a semaphore from within: for waits with several places. */
#ifndef LEAT_SYNC_SEM_H
#define LEAT_SYNC_SEM_H

#include "sync/gate.h"
#include <leat/sem.h>

/* Acquire without waiting. returns 0, LEAT_EAGAIN, LEAT_ECLOSED */
int leat__sem_try(leat_sem *sem, uint32_t n);

/* If a try might succeed, or the semaphore is closed, do nothing and say so, else put the
 * waiter into the line for n permits, in one step. Whoever claims its wait there gives it
 * the permits, or says LEAT_ECLOSED, in waiter->rc.
 * look: it is only told, when it is first in line and the permits are there.
 * pre: the waiter's link is in no line
 * returns 0: try now; LEAT_EAGAIN: in line */
int leat__sem_arm(leat_sem *sem, uint32_t n, leat__waiter *waiter, bool look);

/* Leave the line. pre: the caller has claimed the wait, or another place has */
void leat__sem_leave(leat_sem *sem, leat__waiter *waiter);

#endif
