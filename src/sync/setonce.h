/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* setonce.h - what stands behind a leat_setonce: a pointer, and a latch for who waits. */
#ifndef LEAT_SYNC_SETONCE_H
#define LEAT_SYNC_SETONCE_H

#include "park/token.h"
#include <leat/setonce.h>

struct leat_setonce {
    uint32_t tag; /* SETONCE_TAG while it lives */
    leat__a32 owners;
    leat__ap value;  /* NULL, then the value for ever */
    leat__token set; /* fires behind it */
    void (*discard)(void *value, void *arg);
    void *discard_arg;
    void (*gone)(void *arg);
    void *gone_arg;
    bool lent; /* in memory of the caller's */
};

/* The latch, for waits at several places. aborts if it is not a cell */
leat__token *leat__setonce_latch(leat_setonce *cell);

#endif
