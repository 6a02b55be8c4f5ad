/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_sem.c - src/sync/sem: no permit is lost or made up; nobody waits for permits that are
 * there; who has given up has taken none; the memory may go with the last acquire. */
#include "model.h"

static leat_sem sem;
static leat_cancel *token;
static leat__a32 out;  /* permits that somebody has */
static leat__a32 kept; /* of those, never given back */
static uint32_t most;

static void begin(uint32_t permits)
{
    leat_sem_init(&sem, permits);
    leat__st32_rlx(&out, 0);
    leat__st32_rlx(&kept, 0);
    most = permits;
    M_ASSERT(leat_cancel_new(&token) == 0);
}

static void end(void)
{
    M_ASSERT(leat_sem_permits(&sem) + leat__ld32_rlx(&kept) == most);
    M_ASSERT(leat_sem_is_idle(&sem));
    M_ASSERT(sem.first_ == NULL && sem.lock_ == 0);
    M_ASSERT(leat_cancel_drop(token));
}

static void have(uint32_t n)
{
    M_ASSERT(leat__add32_rlx(&out, n) + n <= most);
    leat__os_yield();
    leat__sub32_acqrel(&out, n);
}

static void take_and_give(uint32_t n, leat_until until, int gives_up)
{
    int rc = leat_sem_acquire(&sem, n, until);
    M_ASSERT(rc == 0 || rc == gives_up);
    if (rc == 0) {
        have(n);
        leat_sem_release(&sem, n);
    }
}

static void *takes_one(void *arg)
{
    take_and_give(1, leat_forever(), 0);
    take_and_give(1, leat_forever(), 0);
    return arg;
}

static void *takes_two(void *arg)
{
    take_and_give(2, leat_forever(), 0);
    return arg;
}

static void *takes_all(void *arg)
{
    take_and_give(most, leat_forever(), 0);
    return arg;
}

static void *tries(void *arg)
{
    take_and_give(1, leat_nowait(), LEAT_EAGAIN);
    take_and_give(2, leat_nowait(), LEAT_EAGAIN);
    return arg;
}

static void *takes_in_time(void *arg)
{
    take_and_give(1 + m_choose(3), leat_in_ns(1 + m_choose(30)),
                  LEAT_ETIMEDOUT);
    return arg;
}

static void *takes_unless_told(void *arg)
{
    take_and_give(1 + m_choose(3), leat_or_cancel(leat_forever(), token),
                  LEAT_ECANCELED);
    return arg;
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void one_for_three(void)
{
    begin(1);
    m_thread a = m_spawn("one", takes_one, NULL);
    m_thread b = m_spawn("one", takes_one, NULL);
    takes_one(NULL);
    m_join(a);
    m_join(b);
    end();
}

static void big_and_small(void)
{
    begin(3);
    m_thread a = m_spawn("all", takes_all, NULL);
    m_thread b = m_spawn("two", takes_two, NULL);
    m_thread c = m_spawn("one", takes_one, NULL);
    m_thread d = m_spawn("tries", tries, NULL);
    takes_two(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    end();
}

static void some_give_up(void)
{
    begin(3);
    m_thread a = m_spawn("in_time", takes_in_time, NULL);
    m_thread b = m_spawn("told", takes_unless_told, NULL);
    m_thread c = m_spawn("all", takes_all, NULL);
    m_thread d = m_spawn("two", takes_two, NULL);
    m_thread e = m_spawn("fires", fires, NULL);
    m_thread f = m_spawn("in_time", takes_in_time, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    m_join(e);
    m_join(f);
    end();
}

static void *wants_too_many(void *arg)
{
    M_ASSERT(leat_sem_acquire(&sem, 2, leat_or_cancel(leat_forever(), token)) ==
             LEAT_ECANCELED);
    return arg;
}

static void *keeps_one(void *arg)
{
    M_ASSERT(leat_sem_acquire(&sem, 1, leat_forever()) == 0);
    leat__add32_rlx(&kept, 1);
    return arg;
}

/* Nobody releases: only who gives up can let the other move up. */
static void the_first_gives_up(void)
{
    begin(1);
    m_thread a = m_spawn("too_many", wants_too_many, NULL);
    m_thread b = m_spawn("keeps", keeps_one, NULL);
    m_thread c = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end();
}

/* ---- closing, forgetting ------------------------------------------------------------ */

static void *takes_until_closed(void *arg)
{
    int rc;
    while ((rc = leat_sem_acquire(&sem, 1 + m_choose(2), leat_forever())) == 0)
        leat__os_yield(); /* and gives nothing back */
    M_ASSERT(rc == LEAT_ECLOSED);
    return arg;
}

static void *releases(void *arg)
{
    leat_sem_release(&sem, 2);
    leat_sem_release(&sem, 1);
    return arg;
}

static void *closes(void *arg)
{
    leat_sem_close(&sem);
    M_ASSERT(leat_sem_is_closed(&sem));
    M_ASSERT(leat_sem_acquire(&sem, 0, leat_forever()) == LEAT_ECLOSED);
    return arg;
}

static void closed_meanwhile(void)
{
    begin(2);
    m_thread a = m_spawn("takes", takes_until_closed, NULL);
    m_thread b = m_spawn("takes", takes_until_closed, NULL);
    m_thread c = m_spawn("releases", releases, NULL);
    m_thread d = m_spawn("closes", closes, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    M_ASSERT(leat_sem_is_idle(&sem) && sem.first_ == NULL);
    M_ASSERT(leat_cancel_drop(token));
}

static void *forgets(void *arg)
{
    leat__add32_rlx(&kept, leat_sem_forget(&sem, 1));
    return arg;
}

static void forgotten_meanwhile(void)
{
    begin(3);
    m_thread a = m_spawn("one", takes_one, NULL);
    m_thread b = m_spawn("two", takes_two, NULL);
    m_thread c = m_spawn("forgets", forgets, NULL);
    takes_one(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end();
}

/* ---- the memory ------------------------------------------------------------------------ */

/* As a semaphore on somebody's stack, for one answer. */
static uint32_t answer; /* plain: the permit must order it */

static void *answers(void *arg)
{
    answer = 42;
    leat_sem_release(arg, 1);
    return NULL;
}

static void acquire_some(leat_until until)
{
    leat_sem *mine = leat__mem_alloc(sizeof *mine, 16);
    M_ASSERT(mine != NULL);
    leat_sem_init(mine, 0);
    answer = 0;
    m_thread a = m_spawn("answers", answers, mine);
    while (leat_sem_acquire(mine, 1, until) < 0)
        leat__os_yield();
    M_ASSERT(answer == 42);
    leat__mem_free(mine);
    m_join(a);
}

static void woken_then_freed(void)
{
    acquire_some(leat_forever());
}

static void late_then_freed(void)
{
    acquire_some(leat_each_ms(1));
}

static void polled_then_freed(void)
{
    acquire_some(leat_nowait());
}

/* ---- a wait with several places ----------------------------------------------------------- */

struct told {
    leat__wait wait;
    leat__waiter at[2];
    leat__a32 told;
};

static void tell(leat__wait *wait)
{
    struct told *told = LEAT__CONTAINER(wait, struct told, wait);
    /* release: with what came before */
    leat__st32_rel(&told->told, 1);
}

/* At two semaphores at once: one of them gives, never both. */
static leat_sem other;

static void *takes_of_either(void *arg)
{
    struct told told;
    leat__wait_init(&told.wait, false, tell);
    leat__st32_rlx(&told.told, 0);
    told.at[0] = (leat__waiter){.wait = &told.wait};
    told.at[1] = (leat__waiter){.wait = &told.wait};
    bool in0 = leat__sem_arm(&sem, 1, &told.at[0], false) == LEAT_EAGAIN;
    bool in1 = leat__sem_arm(&other, 1, &told.at[1], false) == LEAT_EAGAIN;
    bool ours = (!in0 || !in1) && leat__wait_claim(&told.wait);
    while (!ours && leat__ld32_acq(&told.told) == 0)
        leat__os_yield();
    if (in0)
        leat__sem_leave(&sem, &told.at[0]);
    if (in1)
        leat__sem_leave(&other, &told.at[1]);
    leat__add32_rlx(&out, ours ? 0 : 1);
    return arg;
}

static void *gives_other(void *arg)
{
    leat_sem_release(&other, 1);
    return arg;
}

static void *gives_one(void *arg)
{
    leat_sem_release(&sem, 1);
    return arg;
}

static void one_of_two(void)
{
    begin(0);
    leat_sem_init(&other, 0);
    m_thread a = m_spawn("either", takes_of_either, NULL);
    m_thread b = m_spawn("other", gives_other, NULL);
    m_thread c = m_spawn("gives", gives_one, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(leat_sem_permits(&sem) + leat_sem_permits(&other) +
                 leat__ld32_rlx(&out) ==
             2);
    M_ASSERT(leat_sem_is_idle(&sem) && leat_sem_is_idle(&other));
    M_ASSERT(leat_cancel_drop(token));
}

M_MAIN(M_ROW(one_for_three), M_ROW(big_and_small), M_ROW(some_give_up),
       M_ROW(the_first_gives_up), M_ROW(closed_meanwhile),
       M_ROW(forgotten_meanwhile), M_ROW(woken_then_freed),
       M_ROW(late_then_freed), M_ROW(polled_then_freed), M_ROW(one_of_two))
