/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_rwlock.c - readers-writer locks: who comes in together, who is next, giving up,
 * downgrading, misuse. */
#define _GNU_SOURCE 1
#include "waiting.h"

#include "memory.h"

#include <leat/barrier.h>
#include <leat/rwlock.h>

static int rd(void *noun, leat_until until)
{
    return leat_rwlock_rdlock_until(noun, until);
}

static int wr(void *noun, leat_until until)
{
    return leat_rwlock_wrlock_until(noun, until);
}

START_TEST(all_zero_is_a_free_lock)
{
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    MUST(leat_rwlock_is_idle(&lock));
    leat_rwlock_rdlock(&lock);
    leat_rwlock_rdlock(&lock);
    SAME(leat_rwlock_readers(&lock), 2);
    MUST(!leat_rwlock_has_writer(&lock));
    RC(wr(&lock, leat_nowait()), LEAT_EAGAIN);
    leat_rwlock_rdunlock(&lock);
    leat_rwlock_rdunlock(&lock);
    leat_rwlock_wrlock(&lock);
    MUST(leat_rwlock_has_writer(&lock));
    RC(wr(&lock, leat_nowait()), LEAT_EAGAIN);
    RC(rd(&lock, leat_nowait()), LEAT_EAGAIN);
    leat_rwlock_wrunlock(&lock);
    MUST(leat_rwlock_is_idle(&lock));
    leat_rwlock_init(&lock);
    RC(rd(&lock, leat_nowait()), 0);
}
END_TEST

START_TEST(each_reason_to_give_up)
{
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    leat_cancel *fired = token_new();
    leat_cancel_fire(fired);
    leat_until cancelled = leat_or_cancel(leat_forever(), fired);
    leat_rwlock_rdlock(&lock);
    RC(wr(&lock, leat_nowait()), LEAT_EAGAIN);
    RC(wr(&lock, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    RC(wr(&lock, leat_in_ms(3)), LEAT_ETIMEDOUT);
    RC(wr(&lock, cancelled), LEAT_ECANCELED);
    RC(rd(&lock, cancelled), 0); /* ready comes first */
    leat_rwlock_rdunlock(&lock);
    leat_rwlock_rdunlock(&lock);
    leat_rwlock_wrlock(&lock);
    RC(rd(&lock, leat_nowait()), LEAT_EAGAIN);
    RC(rd(&lock, leat_in_ms(3)), LEAT_ETIMEDOUT);
    RC(rd(&lock, cancelled), LEAT_ECANCELED);
    leat_rwlock_wrunlock(&lock);
    MUST(leat_rwlock_is_idle(&lock));
    leat_cancel_drop(fired);
}
END_TEST

/* ---- who is next ----------------------------------------------------------------------- */

START_TEST(a_waiting_writer_is_not_overtaken)
{
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    caller writer;
    caller reader;
    leat_rwlock_rdlock(&lock);
    caller_start(&writer, wr, &lock, leat_forever());
    t_wait_line(&lock, 1);
    RC(rd(&lock, leat_nowait()), LEAT_EAGAIN);
    caller_start(&reader, rd, &lock, leat_forever());
    t_wait_line(&lock, 2);
    leat_rwlock_rdunlock(&lock);
    RC(caller_end(&writer), 0);
    SAME(in_line(&lock), 1);
    leat_rwlock_wrunlock(&lock);
    RC(caller_end(&reader), 0);
    leat_rwlock_rdunlock(&lock);
    MUST(leat_rwlock_is_idle(&lock));
}
END_TEST

START_TEST(readers_side_by_side_come_in_together)
{
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    caller reader[3];
    caller writer;
    caller late;
    leat_rwlock_wrlock(&lock);
    for (size_t i = 0; i < 3; i++)
        caller_start(&reader[i], rd, &lock, leat_forever());
    t_wait_line(&lock, 3);
    caller_start(&writer, wr, &lock, leat_forever());
    t_wait_line(&lock, 4);
    caller_start(&late, rd, &lock, leat_forever());
    t_wait_line(&lock, 5);
    leat_rwlock_wrunlock(&lock);
    for (size_t i = 0; i < 3; i++)
        RC(caller_end(&reader[i]), 0);
    SAME(leat_rwlock_readers(&lock), 3);
    SAME(in_line(&lock), 2);
    for (size_t i = 0; i < 3; i++)
        leat_rwlock_rdunlock(&lock);
    RC(caller_end(&writer), 0);
    leat_rwlock_wrunlock(&lock);
    RC(caller_end(&late), 0);
    leat_rwlock_rdunlock(&lock);
}
END_TEST

START_TEST(a_writer_that_gives_up_lets_readers_in)
{
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    leat_cancel *token = token_new();
    caller writer;
    caller reader[2];
    leat_rwlock_rdlock(&lock);
    caller_start(&writer, wr, &lock, leat_or_cancel(leat_forever(), token));
    t_wait_line(&lock, 1);
    caller_start(&reader[0], rd, &lock, leat_forever());
    caller_start(&reader[1], rd, &lock, leat_forever());
    t_wait_line(&lock, 3);
    leat_cancel_fire(token);
    RC(caller_end(&writer), LEAT_ECANCELED);
    RC(caller_end(&reader[0]), 0);
    RC(caller_end(&reader[1]), 0);
    SAME(leat_rwlock_readers(&lock), 3);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(a_writer_becomes_a_reader)
{
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    caller reader;
    caller writer;
    leat_rwlock_wrlock(&lock);
    leat_rwlock_downgrade(&lock);
    SAME(leat_rwlock_readers(&lock), 1);
    MUST(!leat_rwlock_has_writer(&lock));
    RC(rd(&lock, leat_nowait()), 0);
    leat_rwlock_rdunlock(&lock);
    leat_rwlock_rdunlock(&lock);
    leat_rwlock_wrlock(&lock);
    caller_start(&reader, rd, &lock, leat_forever());
    t_wait_line(&lock, 1);
    caller_start(&writer, wr, &lock, leat_forever());
    t_wait_line(&lock, 2);
    leat_rwlock_downgrade(&lock);
    RC(caller_end(&reader), 0);
    SAME(leat_rwlock_readers(&lock), 2);
    SAME(in_line(&lock), 1);
    leat_rwlock_rdunlock(&lock);
    leat_rwlock_rdunlock(&lock);
    RC(caller_end(&writer), 0);
    leat_rwlock_wrunlock(&lock);
    MUST(leat_rwlock_is_idle(&lock));
}
END_TEST

static leat_barrier readers_meet = LEAT_BARRIER_INIT(4);

static int read_with_others(void *noun, leat_until until)
{
    int rc = leat_rwlock_rdlock_until(noun, until);
    MUST(leat_barrier_wait(&readers_meet, leat_forever()) >= 0);
    leat_rwlock_rdunlock(noun);
    return rc;
}

START_TEST(readers_hold_it_together)
{
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    caller c[4];
    for (size_t i = 0; i < 4; i++)
        caller_start(&c[i], read_with_others, &lock, leat_forever());
    for (size_t i = 0; i < 4; i++)
        RC(caller_end(&c[i]), 0);
    MUST(leat_rwlock_is_idle(&lock));
}
END_TEST

START_TEST(writers_are_served_in_order)
{
    enum { N = 4 };
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    caller c[N];
    leat_rwlock_wrlock(&lock);
    for (size_t i = 0; i < N; i++) {
        caller_start(&c[i], wr, &lock, leat_forever());
        t_wait_line(&lock, i + 1);
    }
    for (size_t i = 0; i < N; i++) {
        leat_rwlock_wrunlock(&lock);
        RC(caller_end(&c[i]), 0);
        SAME(in_line(&lock), N - 1 - i);
    }
    leat_rwlock_wrunlock(&lock);
    MUST(leat_rwlock_is_idle(&lock));
}
END_TEST

/* ---- many --------------------------------------------------------------------------------- */

static leat_rwlock common = LEAT_RWLOCK_INIT;
static uint64_t left; /* plain: the lock orders both */
static uint64_t right;
static leat__a32 written;
static leat__a32 inside;
static unsigned rounds;

static void write_both(void)
{
    SAME(leat__add32_rlx(&inside, 1), 0);
    left++;
    right++;
    leat__sub32_acqrel(&inside, 1);
    leat__add32_rlx(&written, 1);
}

static void *be_one_of_many(void *arg)
{
    t_rand chance = t_random((uintptr_t)arg);
    for (unsigned i = 0; i < rounds; i++) {
        leat_until until = t_below(&chance, 4) == 0
                               ? leat_in_ns((int64_t)t_below(&chance, 50000))
                               : leat_forever();
        uint64_t what = t_below(&chance, 8);
        if (what > 1) {
            if (leat_rwlock_rdlock_until(&common, until) < 0)
                continue;
            SAME(leat__ld32_rlx(&inside), 0);
            SAME(left, right);
            leat_rwlock_rdunlock(&common);
            continue;
        }
        if (leat_rwlock_wrlock_until(&common, until) < 0)
            continue;
        write_both();
        if (what == 0) {
            uint64_t mine = left;
            leat_rwlock_downgrade(&common);
            SAME(left, mine);
            leat_rwlock_rdunlock(&common);
        } else {
            leat_rwlock_wrunlock(&common);
        }
    }
    return NULL;
}

START_TEST(many_read_and_write)
{
    enum { N = 6 };
    pthread_t thread[N];
    t_patience(120);
    rounds = t_scaled(15000);
    for (size_t i = 0; i < N; i++)
        thread[i] = t_spawn(be_one_of_many, (void *)i);
    for (size_t i = 0; i < N; i++)
        t_join(thread[i]);
    SAME(left, leat__ld32_rlx(&written));
    SAME(right, left);
    MUST(leat_rwlock_is_idle(&common));
}
END_TEST

START_TEST(no_wait_allocates)
{
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    caller c[2];
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    leat_rwlock_wrlock(&lock);
    caller_start(&c[0], rd, &lock, leat_forever());
    caller_start(&c[1], rd, &lock, leat_in_ms(10000));
    t_wait_line(&lock, 2);
    leat_rwlock_wrunlock(&lock);
    RC(caller_end(&c[0]), 0);
    RC(caller_end(&c[1]), 0);
    SAME(memory_asked(), 0);
    memory_relent();
}
END_TEST

/* ---- misuse ---------------------------------------------------------------------------------- */

static void lock_null(void *arg)
{
    leat_rwlock_rdlock(arg);
}

static void read_unlock(void *arg)
{
    leat_rwlock_rdunlock(arg);
}

static void write_unlock(void *arg)
{
    leat_rwlock_wrunlock(arg);
}

static void downgrade(void *arg)
{
    leat_rwlock_downgrade(arg);
}

START_TEST(misuse_aborts)
{
    leat_rwlock lock = LEAT_RWLOCK_INIT;
    t_aborts(lock_null, NULL, "lock is NULL");
    t_aborts(read_unlock, &lock, "nobody reads");
    t_aborts(write_unlock, &lock, "nobody writes");
    leat_rwlock_rdlock(&lock);
    t_aborts(write_unlock, &lock, "nobody writes");
    t_aborts(downgrade, &lock, "nobody writes");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("rwlock");
    tcase_add_test(tc, all_zero_is_a_free_lock);
    tcase_add_test(tc, each_reason_to_give_up);
    tcase_add_test(tc, a_waiting_writer_is_not_overtaken);
    tcase_add_test(tc, readers_side_by_side_come_in_together);
    tcase_add_test(tc, a_writer_that_gives_up_lets_readers_in);
    tcase_add_test(tc, a_writer_becomes_a_reader);
    tcase_add_test(tc, readers_hold_it_together);
    tcase_add_test(tc, writers_are_served_in_order);
    tcase_add_test(tc, many_read_and_write);
    tcase_add_test(tc, no_wait_allocates);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
