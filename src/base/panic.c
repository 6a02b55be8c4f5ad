/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* panic.c - the only place where leat ends the process. */
#include "base/assert.h"
#include <stdio.h>
#include <stdlib.h>

void leat__panic(const char *sentence)
{
    fprintf(stderr, "leat: %s\n", sentence);
    abort();
}

void leat__assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "leat: %s:%d: invariant broken: %s\n", file, line,
            condition);
    abort();
}
