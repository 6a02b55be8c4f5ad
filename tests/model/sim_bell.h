/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sim_bell.h - what sim.c and sim_bell.c know of each other. */
#ifndef LEAT_TESTS_MODEL_SIM_BELL_H
#define LEAT_TESTS_MODEL_SIM_BELL_H

#include <stdbool.h>

/* At the end of an execution: false if a bell was open still. */
bool sim_bells_end(void);

/* leat__sim_point, at this place in the code. */
void sim_point_at(const void *at);

/* The number of the thread that runs. */
int sim_self(void);

/* Shall what is asked for now be refused? (sim_starve) */
bool sim_starved(void);

#endif
