/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* lock.c - taking a lock that somebody holds. See lock.h. */
#include "park/lock.h"
#include "os/os.h"
#include "park/spin.h"

LEAT__NOINLINE void leat__lock_contend(leat__lock *lock, bool deep)
{
    leat__spin spin = deep ? LEAT__SPIN_DEEP_LOCK : LEAT__SPIN_LOCK;
    for (;;) {
        if (!leat__spin_turn(&spin))
            leat__os_nap();
        /* relaxed: a look; the attempt that follows has the order. Looking first
         * leaves the line with its holder while the lock is held. */
        if (leat__ld32_rlx(&lock->held) == 0 && leat__lock_try(lock))
            return;
    }
}
