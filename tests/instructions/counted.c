/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* counted.c - alone in its file, so that no compiler calls it by another name. */
#include "paths.h"

void counted(const struct path *path, size_t n)
{
    path->run(n);
}
