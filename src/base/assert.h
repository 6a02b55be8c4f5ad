/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* assert.h - how leat dies: one sentence, then abort.
 *
 * LEAT_CHECK    always on: the caller broke a rule of a header. The sentence
 *               names the rule.
 * LEAT_ASSERT   debug builds only: leat broke an invariant of its own.
 * Conditions have no side effects. */
#ifndef LEAT_BASE_ASSERT_H
#define LEAT_BASE_ASSERT_H

#include "base/compiler.h"

#ifndef LEAT_DEBUG
#define LEAT_DEBUG 0
#endif

LEAT__NORETURN void leat__panic(const char *sentence);
LEAT__NORETURN void leat__assert_failed(const char *condition, const char *file,
                                        int line);

#define LEAT_CHECK(condition, sentence)                                        \
    do {                                                                       \
        if (LEAT__UNLIKELY(!(condition)))                                      \
            leat__panic(sentence);                                             \
    } while (0)

#if LEAT_DEBUG
#define LEAT_ASSERT(condition)                                                 \
    do {                                                                       \
        if (LEAT__UNLIKELY(!(condition)))                                      \
            leat__assert_failed(#condition, __FILE__, __LINE__);               \
    } while (0)
#else
#define LEAT_ASSERT(condition) ((void)0)
#endif

#endif
