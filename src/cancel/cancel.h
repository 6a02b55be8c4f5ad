/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* cancel.h - what stands behind a leat_cancel, for the other nouns. */
#ifndef LEAT_CANCEL_CANCEL_H
#define LEAT_CANCEL_CANCEL_H

#include "park/token.h"
#include <leat/cancel.h>

struct leat_cancel {
    uint32_t tag; /* CANCEL_TAG while it lives */
    leat__a32 owners;
    leat__token token; /* what waits enlist at */
    bool lent;         /* in memory of the caller's */
    void (*gone)(void *arg);
    void *gone_arg;
};

/* Make a token with so many owners, in memory of leat__mem_alloc. A noun that has a
 * token within makes it lent, with a gone of its own: it lives until nobody owns the
 * token. */
void leat__cancel_init(leat_cancel *cancel, uint32_t owners);

/* The token within. aborts if it is not a leat_cancel. */
leat__token *leat__cancel_token(leat_cancel *cancel);

/* Wait for `token` to fire as a public call does, which has a leat_until.
 * returns 0, or LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED: `until` gave up first */
int leat__cancel_await(leat__token *token, leat_until until);

#endif
