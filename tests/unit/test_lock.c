/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_lock.c - the short lock inside channels and tokens. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "os/os.h"
#include "park/lock.h"

static leat__lock lock;
static long guarded; /* under lock; ThreadSanitizer sees if it is not */

START_TEST(try_takes_it_once)
{
    MUST(leat__lock_try(&lock));
    MUST(!leat__lock_try(&lock));
    leat__lock_release(&lock);
    MUST(leat__lock_try(&lock));
    leat__lock_release(&lock);
}
END_TEST

enum { THREADS = 4, EACH = 5000 };

static void *add(void *arg)
{
    (void)arg;
    for (int i = 0; i < EACH; i++) {
        leat__lock_acquire(&lock);
        guarded++;
        if (i % 500 == 0)
            leat__os_yield(); /* lose the processor while holding it */
        leat__lock_release(&lock);
    }
    return NULL;
}

static void *add_by_contending(void *arg)
{
    bool deep = arg != NULL;
    for (int i = 0; i < EACH / 10; i++) {
        leat__lock_contend(&lock, deep);
        guarded++;
        leat__lock_release(&lock);
    }
    return NULL;
}

START_TEST(one_at_a_time)
{
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        thread[i] = t_spawn(add, NULL);
    for (int i = 0; i < THREADS; i++)
        t_join(thread[i]);
    SAME(guarded, THREADS * EACH);
}
END_TEST

START_TEST(one_at_a_time_whichever_way_it_is_taken)
{
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        thread[i] =
            i == 0 ? t_spawn(add, NULL)
                   : t_spawn(add_by_contending, i % 2 == 0 ? &guarded : NULL);
    for (int i = 0; i < THREADS; i++)
        t_join(thread[i]);
    SAME(guarded, EACH + (THREADS - 1) * (EACH / 10));
}
END_TEST

static void *take(void *arg)
{
    leat__lock_acquire(&lock);
    *(bool *)arg = true;
    leat__lock_release(&lock);
    return NULL;
}

/* A contender outlasts a holder that is away for long. */
START_TEST(a_contender_waits_for_a_holder_that_naps)
{
    bool taken = false; /* under lock */
    MUST(leat__lock_try(&lock));
    pthread_t thread = t_spawn(take, &taken);
    for (int i = 0; i < 100; i++) {
        leat__os_nap();
        MUST(!taken);
    }
    leat__lock_release(&lock);
    t_join(thread);
    MUST(taken);
}
END_TEST

#if LEAT_DEBUG

static void release_what_is_free(void *arg)
{
    (void)arg;
    leat__lock_release(&lock);
}

START_TEST(debug_builds_notice_a_release_too_many)
{
    t_aborts(release_what_is_free, NULL, "invariant broken");
}
END_TEST

#endif

int main(void)
{
    TCase *tc = t_case("lock");
    tcase_add_test(tc, try_takes_it_once);
    tcase_add_test(tc, one_at_a_time);
    tcase_add_test(tc, one_at_a_time_whichever_way_it_is_taken);
    tcase_add_test(tc, a_contender_waits_for_a_holder_that_naps);
#if LEAT_DEBUG
    tcase_add_test(tc, debug_builds_notice_a_release_too_many);
#endif
    return t_run(tc);
}
