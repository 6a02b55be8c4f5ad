/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_sync.c - src/sync/rwlock, waitgroup, barrier and once. */
#include "model.h"

static leat_cancel *token;
static uint32_t finished; /* plain: each noun must order it */
static leat__a32 tally;

static void begin(void)
{
    finished = 0;
    leat__st32_rlx(&tally, 0);
    M_ASSERT(leat_cancel_new(&token) == 0);
}

static void end(void)
{
    M_ASSERT(leat_cancel_drop(token));
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

/* ---- rwlock -------------------------------------------------------------------------- */

static leat_rwlock lock;
static leat__a32 reading;

static void read_it(void)
{
    M_ASSERT(!leat_rwlock_has_writer(&lock));
    leat__add32_rlx(&reading, 1);
    uint32_t before = finished;
    leat__os_yield();
    M_ASSERT(finished == before);
    leat__sub32_acqrel(&reading, 1);
}

static void write_it(void)
{
    uint32_t before = finished++;
    M_ASSERT(leat__ld32_rlx(&reading) == 0);
    leat__os_yield();
    M_ASSERT(finished == before + 1);
}

static void *reads(void *arg)
{
    for (int i = 0; i < 2; i++) {
        leat_rwlock_rdlock(&lock);
        read_it();
        leat_rwlock_rdunlock(&lock);
    }
    return arg;
}

static void *writes(void *arg)
{
    for (int i = 0; i < 2; i++) {
        leat_rwlock_wrlock(&lock);
        write_it();
        leat_rwlock_wrunlock(&lock);
    }
    return arg;
}

static void *writes_then_reads(void *arg)
{
    leat_rwlock_wrlock(&lock);
    write_it();
    uint32_t mine = finished;
    leat_rwlock_downgrade(&lock);
    M_ASSERT(finished == mine);
    read_it();
    leat_rwlock_rdunlock(&lock);
    return arg;
}

static void begin_rwlock(void)
{
    begin();
    leat_rwlock_init(&lock);
    leat__st32_rlx(&reading, 0);
}

static void end_rwlock(uint32_t want)
{
    M_ASSERT(finished == want);
    M_ASSERT(leat_rwlock_is_idle(&lock));
    M_ASSERT(lock.first_ == NULL && lock.lock_ == 0);
    end();
}

static void readers_and_writers(void)
{
    begin_rwlock();
    m_thread a = m_spawn("reads", reads, NULL);
    m_thread b = m_spawn("writes", writes, NULL);
    m_thread c = m_spawn("reads", reads, NULL);
    m_thread d = m_spawn("downgrades", writes_then_reads, NULL);
    writes(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    end_rwlock(5);
}

static void *read_or_write_if(void *arg)
{
    leat_until until = arg != NULL ? leat_or_cancel(leat_forever(), token)
                                   : leat_in_ns(1 + m_choose(30));
    int gives_up = arg != NULL ? LEAT_ECANCELED : LEAT_ETIMEDOUT;
    bool write = m_choose(2) == 0;
    int rc = write ? leat_rwlock_wrlock_until(&lock, until)
                   : leat_rwlock_rdlock_until(&lock, until);
    M_ASSERT(rc == 0 || rc == gives_up);
    if (rc == 0 && write) {
        write_it();
        leat__add32_rlx(&tally, 1);
        leat_rwlock_wrunlock(&lock);
    } else if (rc == 0) {
        read_it();
        leat_rwlock_rdunlock(&lock);
    }
    return NULL;
}

static void some_lockers_give_up(void)
{
    begin_rwlock();
    m_thread a = m_spawn("in_time", read_or_write_if, NULL);
    m_thread b = m_spawn("told", read_or_write_if, token);
    m_thread c = m_spawn("in_time", read_or_write_if, NULL);
    m_thread d = m_spawn("reads", reads, NULL);
    m_thread e = m_spawn("fires", fires, NULL);
    writes(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    m_join(e);
    end_rwlock(2 + leat__ld32_rlx(&tally));
}

/* ---- waitgroup ------------------------------------------------------------------------- */

static leat_waitgroup *group;

static void *is_done(void *arg)
{
    leat__add32_rlx(&tally, 1);
    leat_waitgroup_done(group);
    return arg;
}

static void begin_group(uint32_t n)
{
    begin();
    group = leat__mem_alloc(sizeof *group, 16);
    M_ASSERT(group != NULL);
    leat_waitgroup_init(group);
    leat_waitgroup_add(group, (int32_t)n);
}

static void *waits_for_two(void *arg)
{
    M_ASSERT(leat_waitgroup_wait(group, leat_forever()) == 0);
    M_ASSERT(leat__ld32_rlx(&tally) == 2);
    return arg;
}

/* The memory goes with the wait. */
static void group_is_freed(void)
{
    begin_group(2);
    m_thread a = m_spawn("finished", is_done, NULL);
    m_thread b = m_spawn("finished", is_done, NULL);
    leat_until until = m_choose(2) == 0 ? leat_forever() : leat_each_ms(1);
    while (leat_waitgroup_wait(group, until) < 0)
        leat__os_yield();
    M_ASSERT(leat__ld32_rlx(&tally) == 2);
    leat__mem_free(group);
    m_join(a);
    m_join(b);
    end();
}

static void group_of_some_who_wait(void)
{
    begin_group(2);
    m_thread a = m_spawn("finished", is_done, NULL);
    m_thread b = m_spawn("waits", waits_for_two, NULL);
    m_thread c = m_spawn("waits", waits_for_two, NULL);
    m_thread d = m_spawn("finished", is_done, NULL);
    m_thread e = m_spawn("fires", fires, NULL);
    int rc = leat_waitgroup_wait(group, leat_or_cancel(leat_forever(), token));
    M_ASSERT(rc == LEAT_ECANCELED || (rc == 0 && leat__ld32_rlx(&tally) == 2));
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    m_join(e);
    M_ASSERT(leat_waitgroup_is_idle(group));
    leat__mem_free(group);
    end();
}

static void *is_done_twice(void *arg)
{
    is_done(NULL);
    M_ASSERT(leat_waitgroup_wait(group, leat_forever()) == 0);
    return arg;
}

/* Each round is waited for by the one before; there is always one more to do. */
static void group_is_used_again(void)
{
    begin_group(1);
    m_thread a = m_spawn("finished", is_done_twice, NULL);
    M_ASSERT(leat_waitgroup_wait(group, leat_forever()) == 0);
    leat_waitgroup_add(group, 2);
    m_thread b = m_spawn("finished", is_done, NULL);
    m_thread c = m_spawn("finished", is_done, NULL);
    M_ASSERT(leat_waitgroup_wait(group, leat_forever()) == 0);
    M_ASSERT(leat__ld32_rlx(&tally) == 3);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(leat_waitgroup_is_idle(group));
    leat__mem_free(group);
    end();
}

/* ---- barrier ----------------------------------------------------------------------------- */

enum { PARTIES = 3, ROUNDS = 3 };
static leat_barrier *barrier;
static leat__a32 leaders;
static leat__a32 came[ROUNDS];

static void *meets(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        leat__add32_rlx(&came[i], 1);
        int rc = leat_barrier_wait(barrier, leat_forever());
        M_ASSERT(rc == 0 || rc == 1);
        leat__add32_rlx(&leaders, rc == 1 ? 1 : 0);
        M_ASSERT(leat__ld32_rlx(&came[i]) == PARTIES);
    }
    return arg;
}

static void begin_barrier(void)
{
    begin();
    leat__st32_rlx(&leaders, 0);
    for (int i = 0; i < ROUNDS; i++)
        leat__st32_rlx(&came[i], 0);
    barrier = leat__mem_alloc(sizeof *barrier, 16);
    M_ASSERT(barrier != NULL);
    leat_barrier_init(barrier, PARTIES);
}

static void some_rounds(void)
{
    begin_barrier();
    m_thread a = m_spawn("meets", meets, NULL);
    m_thread b = m_spawn("meets", meets, NULL);
    meets(NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_rlx(&leaders) == ROUNDS);
    M_ASSERT(leat_barrier_is_idle(barrier));
    leat__mem_free(barrier);
    end();
}

/* Comes until it has met the others, giving up in between. */
static void *meets_patiently(void *arg)
{
    int rc;
    do {
        rc = leat_barrier_wait(barrier, m_choose(2) == 0 ? leat_each_ms(1)
                                                         : leat_nowait());
    } while (rc < 0);
    leat__add32_rlx(&leaders, rc == 1 ? 1 : 0);
    leat__add32_rlx(&tally, 1);
    return arg;
}

static void *meets_unless_told(void *arg)
{
    int rc = leat_barrier_wait(barrier, leat_or_cancel(leat_forever(), token));
    if (rc < 0) {
        M_ASSERT(rc == LEAT_ECANCELED);
        rc = leat_barrier_wait(barrier, leat_forever());
    }
    leat__add32_rlx(&leaders, rc == 1 ? 1 : 0);
    leat__add32_rlx(&tally, 1);
    return arg;
}

static void some_come_again(void)
{
    begin_barrier();
    m_thread a = m_spawn("patient", meets_patiently, NULL);
    m_thread b = m_spawn("told", meets_unless_told, NULL);
    m_thread c = m_spawn("fires", fires, NULL);
    int rc = leat_barrier_wait(barrier, leat_forever());
    leat__add32_rlx(&leaders, rc == 1 ? 1 : 0);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(leat__ld32_rlx(&leaders) == 1 && leat__ld32_rlx(&tally) == 2);
    M_ASSERT(leat_barrier_is_idle(barrier) && barrier->first_ == NULL);
    leat__mem_free(barrier);
    end();
}

/* ---- once ---------------------------------------------------------------------------------- */

static leat_once once;
static uint32_t runs;
static uint32_t failures;

/* Fails so many times, then gives 42. */
static int run(void *arg)
{
    M_ASSERT(arg == &runs);
    runs++;
    leat__os_yield();
    if (failures > 0) {
        failures--;
        return -7;
    }
    finished = 1;
    return 42;
}

static void begin_once(uint32_t fails)
{
    begin();
    once = (leat_once)LEAT_ONCE_INIT;
    runs = 0;
    failures = fails;
}

static void do_it(leat_until until, int gives_up)
{
    int result;
    do {
        result = 1;
        int rc = leat_once_do(&once, run, &runs, &result, until);
        M_ASSERT(rc == 0 || rc == gives_up);
        if (rc < 0) {
            M_ASSERT(result == 1);
            return;
        }
        M_ASSERT(result == 42 || result == -7);
    } while (result < 0);
    M_ASSERT(finished == 1);
    M_ASSERT(leat_once_is_done(&once) && leat_once_result(&once) == 42);
}

static void *does(void *arg)
{
    do_it(leat_forever(), 0);
    return arg;
}

static void *does_in_time(void *arg)
{
    do_it(leat_in_ns(1 + m_choose(20)), LEAT_ETIMEDOUT);
    return arg;
}

static void *does_unless_told(void *arg)
{
    do_it(leat_or_cancel(leat_forever(), token), LEAT_ECANCELED);
    return arg;
}

static void one_does_it(void)
{
    begin_once(0);
    m_thread a = m_spawn("does", does, NULL);
    m_thread b = m_spawn("in_time", does_in_time, NULL);
    m_thread c = m_spawn("told", does_unless_told, NULL);
    m_thread d = m_spawn("fires", fires, NULL);
    does(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    M_ASSERT(runs == 1 && once.first_ == NULL && once.lock_ == 0);
    end();
}

static void failed_at_first(void)
{
    begin_once(2);
    m_thread a = m_spawn("does", does, NULL);
    m_thread b = m_spawn("told", does_unless_told, NULL);
    m_thread c = m_spawn("fires", fires, NULL);
    does(NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(runs == 3 && once.first_ == NULL && once.lock_ == 0);
    end();
}

M_MAIN(M_ROW(readers_and_writers), M_ROW(some_lockers_give_up),
       M_ROW(group_is_freed), M_ROW(group_of_some_who_wait),
       M_ROW(group_is_used_again), M_ROW(some_rounds), M_ROW(some_come_again),
       M_ROW(one_does_it), M_ROW(failed_at_first))
