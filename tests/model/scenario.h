/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* scenario.h - the table that a harness gives to whoever runs it. */
#ifndef LEAT_TESTS_MODEL_SCENARIO_H
#define LEAT_TESTS_MODEL_SCENARIO_H

#include <stddef.h>

struct m_scenario {
    const char *name;
    void (*body)(void);
    unsigned weight; /* its share of the executions */
};

/* Run them all, or as the arguments say: sim_main.c, native.c. */
int m_main(int argc, char **argv, const struct m_scenario *scenarios,
           size_t count);

#endif
