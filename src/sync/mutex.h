/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mutex.h - a mutex from within: for cond, and for waits with several places. */
#ifndef LEAT_SYNC_MUTEX_H
#define LEAT_SYNC_MUTEX_H

#include "sync/gate.h"
#include <leat/mutex.h>

/* What the winner of a wait in a mutex's line says, in rc, beside 0: it has been handed
 * the mutex. */
enum { LEAT__MUTEX_GO_ON = 1 }; /* nobody has it now: go on and take it */

/* ---- a wait with several places ------------------------------------------------------ */

/* Lock without waiting. returns 0, 1 (poisoned), LEAT_EAGAIN, LEAT_ENOMEM */
int leat__mutex_try(leat_mutex *mutex);

/* If a try might succeed do nothing and say so, else put the waiter into the line, in one
 * step. Whoever claims its wait there hands the mutex over; leat__mutex_taken is to be
 * called then, in the thread whose it is.
 * look: it is only told, by an unlock that comes to it.
 * pre: the waiter's link is in no line
 * returns 0: try now; LEAT_EAGAIN: in line; LEAT_ENOMEM */
int leat__mutex_arm(leat_mutex *mutex, leat__waiter *waiter, bool look);

/* Leave the line. pre: the caller has claimed the wait, or another place has */
void leat__mutex_leave(leat_mutex *mutex, leat__waiter *waiter);

/* The calling thread has the mutex now. returns 0, or 1: poisoned */
int leat__mutex_taken(leat_mutex *mutex);

/* ---- for cond --------------------------------------------------------------------------- */

/* Does the calling thread hold it, as far as anybody knows? */
bool leat__mutex_is_mine(leat_mutex *mutex);

/* Let it go, and take it back as who was adopted, or as anybody (for ever). */
void leat__mutex_let_go(leat_mutex *mutex);
void leat__mutex_take_back(leat_mutex *mutex, leat__stay *stay, bool expected);

/* Put waiters who are claimed already (a list of links) into the line. */
void leat__mutex_adopt(leat_mutex *mutex, leat__link *claimed);

/* ---- for held ---------------------------------------------------------------------------- */

/* The thread that holds it ends. */
void leat__mutex_abandon(leat_mutex *mutex);

#endif
