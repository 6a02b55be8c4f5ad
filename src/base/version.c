/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* version.c - the version of the library that is linked. */
#include <leat/version.h>

int leat_version(void)
{
    return LEAT_VERSION;
}
