/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* api.h - how leat's declarations are spelled for the compiler.
 *
 * Define LEAT_SHARED when you link the shared library on a platform that
 * tells imports from exports; nothing is needed elsewhere. */
#ifndef LEAT_API_H
#define LEAT_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#ifdef __cplusplus
#define LEAT_BEGIN_DECLS extern "C" {
#define LEAT_END_DECLS   }
#define LEAT_ZERO_INIT {}
#else
#define LEAT_BEGIN_DECLS
#define LEAT_END_DECLS
#define LEAT_ZERO_INIT {0}
#endif
/* clang-format on */

/* For values that are built where they are used; the library has each of these
 * functions as well, for those who call by name. */
#if defined(__GNUC_GNU_INLINE__) && !defined(__cplusplus)
#define LEAT_INLINE extern __inline__
#else
#define LEAT_INLINE inline
#endif

#if defined(__GNUC__) || defined(__clang__)
#define LEAT_API       __attribute__((visibility("default")))
#define LEAT_NODISCARD __attribute__((warn_unused_result))
#else
#define LEAT_API
#define LEAT_NODISCARD
#endif

#endif
