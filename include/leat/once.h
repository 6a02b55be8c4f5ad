/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* once.h - done by whoever comes first, and once.
 *
 *     static leat_once once = LEAT_ONCE_INIT;
 *     static int open_log(void *path);                 a descriptor, or below 0
 *
 *     int fd;
 *     int rc = leat_once_do(&once, open_log, path, &fd, leat_forever());
 *     if (rc == 0 && fd >= 0)
 *         write(fd, ...);
 *
 * What fn returns is the result, and everybody is told it. 0 and above is success, and
 * stays: fn is not called again. Below 0 is failure: who called it and who waited for that
 * call are told, and the next one to come calls its fn anew.
 *
 * fn runs in the thread that came first, until it returns, whatever until says; that is
 * for those who wait. If it never returns (pthread_exit, longjmp) it is never done.
 *
 * All zero is a thing not done. It cannot be copied or moved while it is used. Its memory
 * may be freed when the calls are over. */
#ifndef LEAT_ONCE_H
#define LEAT_ONCE_H

#include <leat/api.h>
#include <leat/until.h>

struct leat__link;

/* Something to be done once. Its content is leat's. */
typedef struct leat_once {
    uint32_t word_;
    uint32_t lock_;
    struct leat__link *first_;
    void *runner_;
    int32_t result_;
    uint32_t unused_;
} leat_once;

#define LEAT_ONCE_INIT LEAT_ZERO_INIT

LEAT_BEGIN_DECLS

/* Call fn(arg), unless it has succeeded already; wait if another is at it.
 *
 * returns   0                  *result, unless result is NULL, is what fn returned, now
 *                              or then
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              another is at it, and `until` gave up; *result is
 *                              untouched
 * aborts    if once or fn is NULL; if the thread is at it itself: fn calls it again
 * blocks    while fn runs: by the caller for its whole time, by another until `until`
 * allocates never            threads  any
 * orders    fn's return happens-before the return of 0
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_once_do(leat_once *once, int (*fn)(void *arg),
                                         void *arg, int *result,
                                         leat_until until);

/* Has it been done, with success?
 *
 * aborts    if once is NULL
 * blocks    never            allocates  never            threads  any
 * orders    fn's return happens-before a true
 * since     0.1
 */
LEAT_API bool leat_once_is_done(const leat_once *once);

/* The result of what is done.
 *
 * returns   what fn returned, 0 or above; LEAT_EAGAIN if it is not done
 * aborts    if once is NULL
 * blocks    never            allocates  never            threads  any
 * orders    fn's return happens-before a result
 * since     0.1
 */
LEAT_API int leat_once_result(const leat_once *once);

LEAT_END_DECLS
#endif
