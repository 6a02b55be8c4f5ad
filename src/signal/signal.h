/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* signal.h - a receiver of signals from within. See signal.c. */
#ifndef LEAT_SIGNAL_SIGNAL_H
#define LEAT_SIGNAL_SIGNAL_H

#include "chan/chan.h"

/* A signal of this number has come. Called with signals held; see leat__os_signal_catch. */
void leat__signal_came(int number);

/* How many wait in receives of it, and looks. For tests. */
size_t leat__signal_waits(leat_rx *rx);

#endif
