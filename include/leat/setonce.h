/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* setonce.h - a cell that is set once: many wait, all see the value where it lies.
 *
 *     leat_setonce *config;
 *     int rc = leat_setonce_new(&config, NULL);
 *
 *     in one thread:   rc = leat_setonce_set(config, loaded);
 *     in any other:    struct config *c;
 *                      rc = leat_setonce_wait(config, (void **)&c,
 *                                             leat_forever());
 *     or, without      c = leat_setonce_get(config);
 *     waiting:         if (c == NULL) ...
 *
 * The value is a pointer to something of yours; nothing is copied. It is set at most
 * once, for ever, and everybody who sees it sees what was written there before it was
 * set. A read is one load.
 *
 * A cell has owners: clone adds one, drop takes one away, the last drop gives the value
 * to the discard hook and frees the cell. Who sees the pointer may use it as long as
 * somebody owns the cell.
 *
 * When not to use it: for a value that changes see leat/watch.h; for one receiver who is
 * to own it, leat/oneshot.h. */
#ifndef LEAT_SETONCE_H
#define LEAT_SETONCE_H

#include <leat/api.h>
#include <leat/until.h>

/* What leat_setonce_new_in needs, at any address. */
#define LEAT_SETONCE_BYTES 128

typedef struct leat_setonce leat_setonce;

/* Options of leat_setonce_new; all zero is the default for each field but size. */
typedef struct leat_setonce_opts {
    size_t size; /* sizeof(leat_setonce_opts) */
    void (*discard)(void *value,
                    void *arg); /* called once at the last drop, if the
            cell was set. In that thread, holding no lock; may use leat */
    void *discard_arg;
    void (*gone)(void *arg); /* called once, after that: leat touches the cell's
            memory no more. May free or reuse the memory of leat_setonce_new_in */
    void *gone_arg;
} leat_setonce_opts;

/* LEAT_SETONCE_OPTS(.discard = free_it): a pointer to options for one call. C only. */
#ifndef __cplusplus
#define LEAT_SETONCE_OPTS(...)                                                 \
    (&(const leat_setonce_opts){.size = sizeof(leat_setonce_opts), __VA_ARGS__})
#endif

LEAT_BEGIN_DECLS

/* Make a cell that is not set, with one owner. opts may be NULL.
 *
 * returns   0                  *out is yours
 *           LEAT_EINVAL        opts->size is unknown
 *           LEAT_ENOMEM        no memory; *out untouched
 * aborts    if out is NULL
 * blocks    never            allocates  once            threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_setonce_new(leat_setonce **out,
                                             const leat_setonce_opts *opts);

/* Make a cell in memory of your own: mem_bytes at mem, at least LEAT_SETONCE_BYTES, at
 * any alignment. It is leat's until opts->gone is called, or, if there is none, until
 * the last drop returns.
 *
 * returns   0, or LEAT_EINVAL as leat_setonce_new, or if mem_bytes is too few
 * aborts    if out or mem is NULL
 * blocks    never            allocates  never           threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_setonce_new_in(leat_setonce **out, void *mem,
                                                size_t mem_bytes,
                                                const leat_setonce_opts *opts);

/* One more owner of the cell.
 *
 * returns   the same address
 * aborts    if it is not a cell
 * blocks    never            allocates  never           threads  any owner
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_setonce *leat_setonce_clone(leat_setonce *cell);

/* One owner less; the last discards the value and frees the cell. NULL does nothing.
 *
 * returns   true to exactly the last owner
 * aborts    if a wait is for the cell when its last owner drops it
 * blocks    never (runs the discard hook)      allocates  never     threads  any owner
 * orders    what an owner did before its drop happens-before the discard hook
 * since     0.1
 */
LEAT_API bool leat_setonce_drop(leat_setonce *cell);

/* Set the cell, which keeps the value. Everybody who waits has been woken when it
 * returns.
 *
 * returns   0                  set
 *           LEAT_EEXIST        somebody has set it before; value is still yours
 * aborts    if it is not a cell, or value is NULL
 * blocks    never (wakes each waiter)            allocates  never
 * threads   any owner, at the same time too: one of them sets it
 * orders    a set happens-before each get, wait and set that sees it
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_setonce_set(leat_setonce *cell, void *value);

/* The value, where it lies.
 *
 * returns   what was set; NULL: not yet
 * aborts    if it is not a cell
 * blocks    never            allocates  never           threads  any owner
 * orders    as leat_setonce_set
 * since     0.1
 */
LEAT_API void *leat_setonce_get(const leat_setonce *cell);

/* Wait until the cell is set. `value` may be NULL.
 *
 * returns   0                  set, and *value is what leat_setonce_get says
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              `until` gave up; *value untouched
 * aborts    if it is not a cell
 * blocks    until `until`            allocates  never           threads  any owner
 * orders    as leat_setonce_set
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_setonce_wait(leat_setonce *cell, void **value,
                                              leat_until until);

LEAT_END_DECLS
#endif
