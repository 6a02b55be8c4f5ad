/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* gang.h - the threads that play trials: the same ones all the time, and in each
 * trial they begin together. */
#ifndef LEAT_HISTORY_GANG_H
#define LEAT_HISTORY_GANG_H

#include "run.h"

/* Start the gang. stuck(trial) is called, in a thread of its own, when no thread has
 * come to the end of a trial for stuck_s seconds; with NULL between two rounds. */
void gang_start(unsigned stuck_s, void (*stuck)(const struct trial *trial));

/* Play these trials, one after the other, which have `threads` threads each. The
 * caller is one of them. */
void gang_play(struct trial *trial, unsigned trials, unsigned threads);

void gang_stop(void);

#endif
