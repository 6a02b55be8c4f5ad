/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sim_signal.h - what sim.c and sim_signal.c know of each other. */
#ifndef LEAT_TESTS_MODEL_SIM_SIGNAL_H
#define LEAT_TESTS_MODEL_SIM_SIGNAL_H

#include <stdbool.h>

/* The running thread is between two steps: a handler may run here. */
void sim_signals_point(void);

/* At the end of an execution: false if a signal was caught still. */
bool sim_signals_end(void);

/* Wake some thread that sleeps, for no reason, if one does. */
void sim_wake_any(void);

#endif
