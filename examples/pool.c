/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* pool.c - ten jobs on four workers, each printing its worker's name. */
#include <leat.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 4, JOBS = 10 };

/* A little work; the result is the job's number again. */
static int count_up(void *arg, leat_cancel *stop)
{
    const int *number = arg;
    unsigned primes = 0;

    for (unsigned n = 2; n < 3000; n++) {
        unsigned divisors = 0;
        for (unsigned d = 1; d <= n; d++)
            divisors += n % d == 0;
        primes += divisors == 2;
        if (leat_cancel_check(stop))
            return LEAT_ECANCELED;
    }
    printf("job %d: %s found %u primes\n", *number, leat_thread_self_name(),
           primes);
    return *number;
}

int main(void)
{
    int numbers[JOBS];
    leat_task *tasks[JOBS];
    leat_pool *pool;
    int failures = 0;

    if (leat_pool_new(&pool, LEAT_POOL_OPTS(.workers = WORKERS)) < 0)
        return EXIT_FAILURE;
    for (int i = 0; i < JOBS; i++) {
        leat_job job = {.fn = count_up, .arg = &numbers[i], .name = "count"};
        numbers[i] = i;
        if (leat_pool_spawn(&tasks[i], pool, job, leat_forever()) < 0)
            return EXIT_FAILURE;
    }
    for (int i = 0; i < JOBS; i++) {
        int result = -1;
        if (leat_task_join(tasks[i], &result, leat_forever()) < 0 ||
            result != i)
            failures++;
        leat_task_drop(tasks[i]);
    }
    if (leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_forever()) < 0)
        failures++;
    leat_pool_drop(pool);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
