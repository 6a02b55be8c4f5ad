/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* setonce.c - a pointer that is set once.
 *
 * State. value: NULL, then one pointer for ever. set: a latch, fired by who set value.
 *
 * Invariants.
 *   I1  value is written once, by the one exchange that finds NULL
 *   I2  set has fired => value is there. Between the two steps a look sees the value,
 *       and who begins to wait looks first
 *
 * Progress and lifetime. A read is a load, a set an exchange and the wake-ups. owners
 * counts as those of a cancel token do. LAST TOUCH: one's own drop.
 *
 * MODEL: tests/model/m_setonce.c */
#include "sync/setonce.h"
#include "base/mem.h"
#include "cancel/cancel.h"

#include <leat/err.h>
#include <stdalign.h>

#define SETONCE_TAG 0x6c74736fu /* "ltso" */

static void check_setonce(const leat_setonce *cell)
{
    LEAT_CHECK(cell != NULL && cell->tag == SETONCE_TAG,
               "leat_setonce: this is not a live cell");
}

leat__token *leat__setonce_latch(leat_setonce *cell)
{
    check_setonce(cell);
    return &cell->set;
}

static const leat_setonce_opts setonce_defaults = {
    .size = sizeof(leat_setonce_opts)};

static void init_setonce(leat_setonce *cell, const leat_setonce_opts *opts,
                         bool lent)
{
    cell->tag = SETONCE_TAG;
    leat__st32_rlx(&cell->owners, 1);  /* relaxed: nobody knows it yet */
    leat__stp_rlx(&cell->value, NULL); /* relaxed: likewise */
    leat__token_init(&cell->set);
    cell->discard = opts->discard;
    cell->discard_arg = opts->discard_arg;
    cell->gone = opts->gone;
    cell->gone_arg = opts->gone_arg;
    cell->lent = lent;
}

int leat_setonce_new(leat_setonce **out, const leat_setonce_opts *opts)
{
    LEAT_CHECK(out != NULL, "leat_setonce_new: out is NULL");
    opts = opts == NULL ? &setonce_defaults : opts;
    if (opts->size != sizeof *opts)
        return LEAT_EINVAL;
    leat_setonce *cell = leat__mem_alloc(sizeof *cell, alignof(leat_setonce));
    if (cell == NULL)
        return LEAT_ENOMEM;
    init_setonce(cell, opts, false);
    *out = cell;
    return 0;
}

_Static_assert(sizeof(leat_setonce) + alignof(leat_setonce) - 1 <=
                   LEAT_SETONCE_BYTES,
               "a cell fits what its header asks for");

int leat_setonce_new_in(leat_setonce **out, void *mem, size_t mem_bytes,
                        const leat_setonce_opts *opts)
{
    LEAT_CHECK(out != NULL && mem != NULL,
               "leat_setonce_new_in: out or mem is NULL");
    opts = opts == NULL ? &setonce_defaults : opts;
    if (opts->size != sizeof *opts || mem_bytes < LEAT_SETONCE_BYTES)
        return LEAT_EINVAL;
    leat_setonce *cell =
        leat__mem_within(mem, mem_bytes, sizeof *cell, alignof(leat_setonce));
    init_setonce(cell, opts, true);
    *out = cell;
    return 0;
}

leat_setonce *leat_setonce_clone(leat_setonce *cell)
{
    check_setonce(cell);
    leat__add32_rlx(&cell->owners, 1); /* relaxed: the caller is an owner */
    return cell;
}

static void setonce_free(leat_setonce *cell)
{
    void *value =
        leat__ldp_rlx(&cell->value); /* relaxed: setonce.drop has it */
    void (*gone)(void *) = cell->gone;
    void *gone_arg = cell->gone_arg;
    cell->tag = 0;
    if (value != NULL && cell->discard != NULL)
        cell->discard(value, cell->discard_arg);
    if (!cell->lent)
        leat__mem_free(cell);
    if (gone != NULL)
        gone(gone_arg);
}

bool leat_setonce_drop(leat_setonce *cell)
{
    if (cell == NULL)
        return false;
    check_setonce(cell);
    /* ORDER setonce.drop: each owner's last use before the free. */
    if (leat__sub32_acqrel(&cell->owners, 1) != 1)
        return false;
    LEAT_CHECK(!leat__token_is_carried(&cell->set),
               "leat_setonce_drop: a call still waits for the cell that its "
               "last owner drops");
    setonce_free(cell);
    return true;
}

int leat_setonce_set(leat_setonce *cell, void *value)
{
    void *before = NULL;
    check_setonce(cell);
    LEAT_CHECK(value != NULL, "leat_setonce_set: value is NULL");
    /* LP: the set. ORDER setonce.value: what value points at before it. */
    if (!leat__casp_rel(&cell->value, &before, value)) {
        /* ORDER setonce.value: for who finds it set. */
        (void)leat__ldp_acq(&cell->value);
        return LEAT_EEXIST;
    }
    leat__token_fire(&cell->set);
    return 0;
}

void *leat_setonce_get(const leat_setonce *cell)
{
    check_setonce(cell);
    /* ORDER setonce.value: what it points at, for who sees it. */
    return leat__ldp_acq(&cell->value);
}

int leat_setonce_wait(leat_setonce *cell, void **value, leat_until until)
{
    void *seen = leat_setonce_get(cell);
    if (seen == NULL) {
        int rc = leat__cancel_await(&cell->set, until);
        if (rc != 0)
            return rc;
        seen = leat_setonce_get(cell); /* I2 */
        LEAT_ASSERT(seen != NULL);
    }
    if (value != NULL)
        *value = seen;
    return 0;
}
