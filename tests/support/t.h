/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* t.h - a thin harness over libcheck: a process for each test, and in it a
 * watchdog that prints every channel before it ends a test that hangs.
 *
 *     START_TEST(it_holds)
 *     {
 *         ck_assert(...);
 *     }
 *     END_TEST
 *
 *     int main(void)
 *     {
 *         TCase *tc = t_case("noun");
 *         tcase_add_test(tc, it_holds);
 *         return t_run(tc);
 *     }
 *
 * Each test is selected by its own name:  CK_RUN_CASE=it_holds ./test_noun
 * Randomness comes from t_random, whose seed is printed when a test fails and
 * taken from LEAT_SEED:  LEAT_SEED=42 CK_RUN_CASE=it_holds ./test_noun */
#ifndef LEAT_TESTS_T_H
#define LEAT_TESTS_T_H

#include <check.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* ---- a program of tests --------------------------------------------------- */

/* A group of tests, named after what they test. */
TCase *t_case(const char *noun);

/* Run the group that t_case made; what main returns. */
int t_run(TCase *group);

/* libcheck selects cases, not tests. So that a test can be selected, each is a
 * case: these two take the place of libcheck's macros. */
void t_add(TCase *group, const TTest *test, int from, int to);
#undef tcase_add_test
#undef tcase_add_loop_test
#define tcase_add_test(group, test)                t_add(group, test, 0, 1)
#define tcase_add_loop_test(group, test, from, to) t_add(group, test, from, to)

/* ---- time ------------------------------------------------------------------- */

/* Let the watchdog wait at least this long from now on, in this test. It starts
 * with 30 seconds. Scaled where programs run slowly. */
void t_patience(unsigned seconds);

/* n, or what is left of it where programs run slowly: under a sanitizer or
 * valgrind. At least 1. For numbers of rounds. */
unsigned t_scaled(unsigned n);

/* For programs that bring their own main: start the watchdog in this process. */
void t_watchdog(void);

/* ---- threads ---------------------------------------------------------------- */

/* Start a thread, join it; a failure is the test's failure. */
pthread_t t_spawn(void *(*fn)(void *), void *arg);
void *t_join(pthread_t thread);

/* ---- chance ----------------------------------------------------------------- */

/* The seed of this program: LEAT_SEED, or taken from the clock. */
uint64_t t_seed(void);

/* A generator of numbers; stream tells those of one program apart. */
typedef struct t_rand {
    uint64_t state;
} t_rand;
t_rand t_random(uint64_t stream);
uint64_t t_next(t_rand *r);
uint64_t t_below(t_rand *r, uint64_t n); /* n > 0; from 0 to n - 1 */

/* ---- rules that abort --------------------------------------------------------- */

/* fn(arg), run in a process of its own, ends by abort, and `sentence` is part of
 * what it wrote to stderr. */
void t_aborts(void (*fn)(void *), void *arg, const char *sentence);

#endif
