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

/* The token within. aborts if it is not a leat_cancel. */
leat__token *leat__cancel_token(leat_cancel *cancel);

#endif
