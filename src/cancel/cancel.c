/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cancel.c - the public cancel token: owners around the core in park/token.
 *
 * owners counts like a channel half: clone may be relaxed, because the caller is
 * an owner and keeps the token alive; drop releases what the owner did and the
 * last acquires it all.
 *
 * MODEL: tests/model/m_token.c */
#include "cancel/cancel.h"
#include "base/mem.h"
#include "park/until.h"

#include <leat/err.h>
#include <stdalign.h>

#define CANCEL_TAG 0x6c74636eu /* "ltcn" */

static void check_tag(const leat_cancel *cancel)
{
    LEAT_CHECK(cancel != NULL && cancel->tag == CANCEL_TAG,
               "leat_cancel: this is not a live cancel token");
}

leat__token *leat__cancel_token(leat_cancel *cancel)
{
    check_tag(cancel);
    return &cancel->token;
}

void leat__cancel_init(leat_cancel *cancel, uint32_t owners)
{
    cancel->tag = CANCEL_TAG;
    leat__st32_rlx(&cancel->owners, owners); /* relaxed: nobody knows it yet */
    leat__token_init(&cancel->token);
    cancel->lent = false;
    cancel->gone = NULL;
    cancel->gone_arg = NULL;
}

int leat_cancel_new(leat_cancel **out)
{
    LEAT_CHECK(out != NULL, "leat_cancel_new: out is NULL");
    leat_cancel *cancel = leat__mem_alloc(sizeof *cancel, LEAT__CACHELINE);
    if (cancel == NULL)
        return LEAT_ENOMEM;
    leat__cancel_init(cancel, 1);
    *out = cancel;
    return 0;
}

_Static_assert(sizeof(leat_cancel) + alignof(leat_cancel) - 1 <=
                   LEAT_CANCEL_BYTES,
               "a token fits what its header asks for");

int leat_cancel_new_in(leat_cancel **out, void *mem, size_t mem_bytes,
                       void (*gone)(void *arg), void *gone_arg)
{
    LEAT_CHECK(out != NULL && mem != NULL,
               "leat_cancel_new_in: out or mem is NULL");
    if (mem_bytes < LEAT_CANCEL_BYTES)
        return LEAT_EINVAL;
    leat_cancel *cancel =
        leat__mem_within(mem, mem_bytes, sizeof *cancel, alignof(leat_cancel));
    leat__cancel_init(cancel, 1);
    cancel->lent = true;
    cancel->gone = gone;
    cancel->gone_arg = gone_arg;
    *out = cancel;
    return 0;
}

static void cancel_free(leat_cancel *cancel)
{
    void (*gone)(void *) = cancel->gone;
    void *gone_arg = cancel->gone_arg;
    cancel->tag = 0;
    if (!cancel->lent)
        leat__mem_free(cancel);
    if (gone != NULL)
        gone(gone_arg);
}

leat_cancel *leat_cancel_clone(leat_cancel *cancel)
{
    check_tag(cancel);
    leat__add32_rlx(&cancel->owners, 1); /* relaxed: the caller is an owner */
    return cancel;
}

bool leat_cancel_drop(leat_cancel *cancel)
{
    if (cancel == NULL)
        return false;
    check_tag(cancel);
    /* ORDER cancel.drop: each owner's last use before the free. */
    if (leat__sub32_acqrel(&cancel->owners, 1) != 1)
        return false;
    LEAT_CHECK(leat__list_is_empty(&cancel->token.carriers),
               "leat_cancel_drop: a wait still carries the token that its last "
               "owner drops");
    cancel_free(cancel);
    return true;
}

void leat_cancel_fire(leat_cancel *cancel)
{
    leat__token_fire(leat__cancel_token(cancel));
}

bool leat_cancel_check(const leat_cancel *cancel)
{
    if (cancel == NULL)
        return false;
    check_tag(cancel);
    return leat__token_fired(&cancel->token);
}

int leat__cancel_await(leat__token *token, leat_until until)
{
    if (leat__token_fired(token))
        return 0;
    if (leat__until_is_nowait(until))
        return LEAT_EAGAIN;
    leat__token *other = NULL;
    if (until.cancel != NULL)
        other = leat__cancel_token(until.cancel);
    return leat__token_wait(token, other == token ? NULL : other,
                            leat__until_deadline(until));
}

int leat_cancel_wait(leat_cancel *cancel, leat_until until)
{
    return leat__cancel_await(leat__cancel_token(cancel), until);
}
