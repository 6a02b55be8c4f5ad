/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sleep.c - a wait for nothing but the deadline, and perhaps a token. */
#include "cancel/cancel.h"
#include "park/until.h"

#include <leat/err.h>
#include <leat/time.h>

int leat_sleep(leat_until until)
{
    leat__wait wait;
    if (leat__until_is_nowait(until))
        return 0;
    int64_t deadline_ns = leat__until_deadline(until);
    if (leat__deadline_passed(deadline_ns))
        return 0;
    if (until.cancel != NULL) {
        leat__token *token = leat__cancel_token(until.cancel);
        int rc = leat__token_wait(token, NULL, deadline_ns);
        return rc == 0 ? LEAT_ECANCELED : 0;
    }
    leat__wait_init(&wait, false, NULL);
    leat__wait_sleep(&wait, deadline_ns);
    return 0;
}
