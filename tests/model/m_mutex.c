/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_mutex.c - src/sync/mutex, cond and held: one at a time; nobody waits for a mutex
 * that is free; no signal is lost; who has given up has taken nothing; the memory may
 * go with the last unlock. */
#include "model.h"

static leat_mutex mutex;
static leat_cond cond;
static leat_cancel *token;
static uint32_t inside; /* plain: the mutex must order it */
static uint32_t count;  /* plain: likewise */

static void begin(uint32_t flags)
{
    leat_mutex_init(&mutex, flags);
    leat_cond_init(&cond);
    inside = 0;
    count = 0;
    M_ASSERT(leat_cancel_new(&token) == 0);
}

static void end(uint32_t want)
{
    M_ASSERT(count == want);
    M_ASSERT(leat_mutex_is_idle(&mutex));
    M_ASSERT(mutex.first_ == NULL && mutex.lock_ == 0);
    M_ASSERT(leat_cond_is_idle(&cond) && cond.first_ == NULL);
    M_ASSERT(leat_cancel_drop(token));
}

/* The caller has it. */
static void be_inside(void)
{
    M_ASSERT(inside++ == 0);
    leat__os_yield();
    count++;
    M_ASSERT(--inside == 0);
}

/* ---- mutex ------------------------------------------------------------------------- */

static void *locks(void *arg)
{
    for (int i = 0; i < 2; i++) {
        leat_mutex_lock(&mutex);
        be_inside();
        leat_mutex_unlock(&mutex);
    }
    return arg;
}

static void two_lock(void)
{
    begin(0);
    m_thread a = m_spawn("a", locks, NULL);
    m_thread b = m_spawn("b", locks, NULL);
    m_join(a);
    m_join(b);
    end(4);
}

static void four_lock(void)
{
    begin(0);
    m_thread a = m_spawn("a", locks, NULL);
    m_thread b = m_spawn("b", locks, NULL);
    m_thread c = m_spawn("c", locks, NULL);
    locks(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end(8);
}

/* How often it was had by those who may give up. */
static leat__a32 had;

static void lock_if(leat_until until, int gives_up)
{
    int rc = leat_mutex_lock_until(&mutex, until);
    M_ASSERT(rc == 0 || rc == gives_up);
    if (rc == 0) {
        be_inside();
        leat__add32_rlx(&had, 1);
        leat_mutex_unlock(&mutex);
    }
}

static void *tries(void *arg)
{
    lock_if(leat_nowait(), LEAT_EAGAIN);
    lock_if(leat_nowait(), LEAT_EAGAIN);
    return arg;
}

static void *locks_in_time(void *arg)
{
    lock_if(leat_in_ns(1 + m_choose(30)), LEAT_ETIMEDOUT);
    lock_if(leat_in_ns(1 + m_choose(30)), LEAT_ETIMEDOUT);
    return arg;
}

static void *locks_unless_told(void *arg)
{
    lock_if(leat_or_cancel(leat_forever(), token), LEAT_ECANCELED);
    lock_if(leat_or_cancel(leat_forever(), token), LEAT_ECANCELED);
    return arg;
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void some_give_up(void)
{
    begin(0);
    leat__st32_rlx(&had, 0);
    m_thread a = m_spawn("in_time", locks_in_time, NULL);
    m_thread b = m_spawn("in_time", locks_in_time, NULL);
    m_thread c = m_spawn("told", locks_unless_told, NULL);
    m_thread d = m_spawn("tries", tries, NULL);
    m_thread e = m_spawn("fires", fires, NULL);
    locks(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    m_join(e);
    end(2 + leat__ld32_rlx(&had));
}

/* What is guarded has owners, and the last frees it, mutex and all. */
struct owned {
    leat_mutex mutex;
    uint32_t owners;
};

static void leave_owned(struct owned *owned, leat_until until)
{
    while (leat_mutex_lock_until(&owned->mutex, until) < 0)
        ;
    uint32_t left = --owned->owners;
    leat_mutex_unlock(&owned->mutex);
    if (left == 0)
        leat__mem_free(owned);
}

static void *leaves(void *arg)
{
    leave_owned(arg, leat_forever());
    return NULL;
}

static void *leaves_in_time(void *arg)
{
    leave_owned(arg, leat_each_ms(1));
    return NULL;
}

static void last_unlock_frees(void)
{
    struct owned *owned = leat__mem_alloc(sizeof *owned, 16);
    M_ASSERT(owned != NULL);
    leat_mutex_init(&owned->mutex, 0);
    owned->owners = 3;
    m_thread a = m_spawn("leaves", leaves, owned);
    m_thread b = m_spawn("in_time", leaves_in_time, owned);
    leave_owned(owned, leat_forever());
    m_join(a);
    m_join(b);
}

/* A wait that is told, not woken: as select will have it. */
struct told {
    leat__wait wait;
    leat__waiter at;
    leat__a32 told;
};

static void tell(leat__wait *wait)
{
    struct told *told = LEAT__CONTAINER(wait, struct told, wait);
    /* release: with what the last holder did */
    leat__st32_rel(&told->told, 1);
}

static void *is_told(void *arg)
{
    struct told told;
    bool gives_up = m_choose(2) == 0;
    int rc;
    leat__wait_init(&told.wait, false, tell);
    leat__st32_rlx(&told.told, 0);
    told.at = (leat__waiter){.wait = &told.wait};
    while ((rc = leat__mutex_try(&mutex)) == LEAT_EAGAIN &&
           leat__mutex_arm(&mutex, &told.at, false) == 0)
        ;
    if (rc == LEAT_EAGAIN && gives_up && leat__wait_claim(&told.wait)) {
        leat__mutex_leave(&mutex, &told.at);
        return arg;
    }
    if (rc == LEAT_EAGAIN) {
        while (leat__ld32_acq(&told.told) == 0)
            leat__os_yield();
        M_ASSERT(told.at.rc == 0);
        M_ASSERT(leat__mutex_taken(&mutex) == 0);
    }
    be_inside();
    leat__add32_rlx(&had, 1);
    leat_mutex_unlock(&mutex);
    return arg;
}

static void handed_to_the_told(void)
{
    begin(0);
    leat__st32_rlx(&had, 0);
    m_thread a = m_spawn("told", is_told, NULL);
    m_thread b = m_spawn("told", is_told, NULL);
    m_thread c = m_spawn("locks", locks, NULL);
    locks(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end(4 + leat__ld32_rlx(&had));
}

/* ---- poison ---------------------------------------------------------------------- */

static void *ends_holding(void *arg)
{
    leat_mutex_lock(&mutex);
    be_inside();
    return arg;
}

static void *learns(void *arg)
{
    int rc = leat_mutex_lock_until(&mutex, leat_forever());
    M_ASSERT(rc == (count == 0 ? 0 : 1)); /* it was here, or not yet */
    be_inside();
    count--;
    leat_mutex_unlock(&mutex);
    return arg;
}

static void ended_holding(void)
{
    begin(LEAT_MUTEX_POISONING);
    m_thread a = m_spawn("ends", ends_holding, NULL);
    m_thread b = m_spawn("learns", learns, NULL);
    m_thread c = m_spawn("learns", learns, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(leat_mutex_is_poisoned(&mutex));
    leat_mutex_clear_poison(&mutex);
    M_ASSERT(leat_mutex_lock_until(&mutex, leat_nowait()) == 0);
    leat_mutex_unlock(&mutex);
    end(1);
}

/* ---- cond -------------------------------------------------------------------------- */

static void put(void)
{
    bool early = m_choose(2) == 0;
    leat_mutex_lock(&mutex);
    count++;
    if (early)
        leat_cond_signal(&cond);
    leat_mutex_unlock(&mutex);
    if (!early)
        leat_cond_signal(&cond);
}

static void *puts_two(void *arg)
{
    put();
    put();
    return arg;
}

static void *gets(void *arg)
{
    leat_mutex_lock(&mutex);
    while (count == 0)
        leat_cond_wait(&cond, &mutex);
    count--;
    M_ASSERT(inside++ == 0);
    leat__os_yield();
    M_ASSERT(--inside == 0);
    leat_mutex_unlock(&mutex);
    return arg;
}

static void each_signal_is_had(void)
{
    begin(0);
    m_thread a = m_spawn("gets", gets, NULL);
    m_thread b = m_spawn("gets", gets, NULL);
    m_thread c = m_spawn("puts", puts_two, NULL);
    m_thread d = m_spawn("puts", puts_two, NULL);
    gets(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    end(1);
}

static void two_get_two_put(void)
{
    begin(0);
    m_thread a = m_spawn("gets", gets, NULL);
    m_thread b = m_spawn("gets", gets, NULL);
    m_thread c = m_spawn("puts", puts_two, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end(0);
}

static void get_if(leat_until until, int gives_up)
{
    int rc = 0;
    leat_mutex_lock(&mutex);
    while (count == 0 && rc == 0)
        rc = leat_cond_wait_until(&cond, &mutex, until);
    M_ASSERT(inside++ == 0);
    M_ASSERT(rc == 0 || rc == gives_up);
    if (count > 0) {
        count--;
        leat__add32_rlx(&had, 1);
    }
    M_ASSERT(--inside == 0);
    leat_mutex_unlock(&mutex);
}

static void *gets_in_time(void *arg)
{
    get_if(leat_in_ns(1 + m_choose(60)), LEAT_ETIMEDOUT);
    return arg;
}

static void *gets_unless_told(void *arg)
{
    get_if(leat_or_cancel(leat_forever(), token), LEAT_ECANCELED);
    return arg;
}

/* A signal for who gives up goes to another: three come, of whom one stays. */
static void a_signal_finds_who_stays(void)
{
    begin(0);
    leat__st32_rlx(&had, 0);
    m_thread a = m_spawn("in_time", gets_in_time, NULL);
    m_thread b = m_spawn("told", gets_unless_told, NULL);
    m_thread c = m_spawn("gets", gets, NULL);
    m_thread d = m_spawn("puts", puts_two, NULL);
    m_thread e = m_spawn("fires", fires, NULL);
    put();
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    m_join(e);
    end(2 - leat__ld32_rlx(&had));
}

static void *waits_for_three(void *arg)
{
    leat_mutex_lock(&mutex);
    while (count < 3)
        leat_cond_wait(&cond, &mutex);
    M_ASSERT(inside++ == 0);
    leat__os_yield();
    M_ASSERT(--inside == 0);
    leat_mutex_unlock(&mutex);
    return arg;
}

static void all_are_told(void)
{
    begin(0);
    m_thread a = m_spawn("waits", waits_for_three, NULL);
    m_thread b = m_spawn("waits", waits_for_three, NULL);
    m_thread c = m_spawn("waits", waits_for_three, NULL);
    m_thread d = m_spawn("locks", locks, NULL);
    leat_mutex_lock(&mutex);
    count++;
    if (m_choose(2) == 0)
        leat_cond_broadcast(&cond);
    leat_mutex_unlock(&mutex);
    m_join(d);
    leat_cond_broadcast(&cond);
    m_join(a);
    m_join(b);
    m_join(c);
    end(3);
}

M_MAIN(M_ROW(two_lock), M_ROW(four_lock), M_ROW(some_give_up),
       M_ROW(last_unlock_frees), M_ROW(handed_to_the_told),
       M_ROW(ended_holding), M_ROW(each_signal_is_had), M_ROW(two_get_two_put),
       M_ROW(a_signal_finds_who_stays), M_ROW(all_are_told))
