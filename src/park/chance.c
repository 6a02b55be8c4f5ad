/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* chance.c - each thread's own seeds. See chance.h. */
#include "park/chance.h"
#include "os/os.h"

#if defined(LEAT_SIM)

/* the execution's seed decides everything */
uint32_t sim_random(uint32_t n);

uint64_t leat__chance(void)
{
    return sim_random(UINT32_MAX);
}

void leat__chance_set(uint64_t state)
{
    (void)state;
}

#elif defined(LEAT_GENMC)

/* any order is allowed; the checker is given one */
uint64_t leat__chance(void)
{
    return 1;
}

void leat__chance_set(uint64_t state)
{
    (void)state;
}

#else

/* 0: not begun */
static LEAT__THREAD_LOCAL uint64_t chance_state;

LEAT__NOINLINE uint64_t leat__chance(void)
{
    if (LEAT__UNLIKELY(chance_state == 0))
        chance_state =
            (uint64_t)leat__os_now_ns() ^ (uint64_t)(uintptr_t)&chance_state;
    return leat__chance_next(&chance_state);
}

LEAT__NOINLINE void leat__chance_set(uint64_t state)
{
    chance_state = state;
}

#endif
