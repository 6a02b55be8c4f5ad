/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* err.h - result codes.
 *
 * Every call that can fail because of its environment returns 0 or a negative
 * code and leaves the world as it was. A code is a negated errno value where
 * POSIX has the word, and a number below -4095, leat's own range, where it
 * has not. errno itself is neither read nor promised.
 *
 * Misuse is not an error code: a NULL channel, a wrong half, a broken promise
 * print one sentence on standard error and abort. */
#ifndef LEAT_ERR_H
#define LEAT_ERR_H

#include <errno.h>
#include <leat/api.h>

/* X(name, value, text): the one list that codes, names and texts come from. */
#define LEAT_ERR_MAP(X)                                                        \
    X(EAGAIN, -EAGAIN, "would have to wait")                                   \
    X(ETIMEDOUT, -ETIMEDOUT, "deadline passed")                                \
    X(ECANCELED, -ECANCELED, "cancelled by a token")                           \
    X(ENOMEM, -ENOMEM, "out of memory")                                        \
    X(EMFILE, -EMFILE, "no file descriptors left")                             \
    X(EINVAL, -EINVAL, "configuration that can not be")                        \
    X(EEXIST, -EEXIST, "there already")                                        \
    X(ECLOSED, -4096, "channel closed or other side gone")                     \
    X(EEXITED, -4097, "ended by pthread_exit, without a result")               \
    X(ELAGGED, -4098, "fell behind, messages were missed")

enum leat_err {
#define LEAT_ERR_ENUM_(name, value, text) LEAT_##name = (value),
    LEAT_ERR_MAP(LEAT_ERR_ENUM_)
#undef LEAT_ERR_ENUM_
        LEAT_OK = 0
};

LEAT_BEGIN_DECLS

/* The name of a code, such as "LEAT_ECLOSED".
 *
 * returns   a string that lives for ever; "LEAT_OK" for 0 and above,
 *           "LEAT_EUNKNOWN" for a code that is not leat's
 * blocks    never            allocates  never
 * threads   any; may be called in a signal handler
 * since     0.1
 */
LEAT_API const char *leat_err_name(int code);

/* A short English text for a code, such as "deadline passed".
 *
 * returns   a string that lives for ever; "success" for 0 and above,
 *           "unknown code" for a code that is not leat's
 * blocks    never            allocates  never
 * threads   any; may be called in a signal handler
 * since     0.1
 */
LEAT_API const char *leat_err_text(int code);

LEAT_END_DECLS
#endif
