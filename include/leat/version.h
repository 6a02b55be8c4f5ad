/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* version.h - the only place where leat's version is written. */
#ifndef LEAT_VERSION_H
#define LEAT_VERSION_H

#include <leat/api.h>

#define LEAT_VERSION_MAJOR 0
#define LEAT_VERSION_MINOR 1
#define LEAT_VERSION_PATCH 0

/* One comparable number: 0.1.0 is 100, 1.2.3 is 10203. */
#define LEAT_VERSION                                                           \
    (LEAT_VERSION_MAJOR * 10000 + LEAT_VERSION_MINOR * 100 + LEAT_VERSION_PATCH)

LEAT_BEGIN_DECLS

/* The version of the library that is linked, in the form of LEAT_VERSION;
 * compare the two to find a header that does not belong to the library.
 *
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API int leat_version(void);

LEAT_END_DECLS
#endif
