/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_spawn.c - starting threads: what they are called, their stacks, and what comes
 * of it when there can be none. */
#define _GNU_SOURCE 1
#include "threads.h"

#include <stdatomic.h>

/* ---- names --------------------------------------------------------------------------- */

#define LONG_NAME "the-thread-that-looks-after-the-mill"

struct names {
    char system[64];
    char own[64];
};

static int look_at_names(void *arg, leat_cancel *token)
{
    struct names *names = arg;
    (void)token;
    snprintf(names->own, sizeof names->own, "%s", leat__self_name());
    return pthread_getname_np(pthread_self(), names->system,
                              sizeof names->system);
}

/* What a thread of this name, or of none, sees; and its handle. */
static struct names names_of(const char *name)
{
    struct names names;
    char copied[64];
    leat_thread *thread;
    leat_job job = {.fn = look_at_names, .arg = &names};
    if (name != NULL) {
        snprintf(copied, sizeof copied, "%s", name);
        job.name = copied;
    }
    RC(leat_thread_spawn(&thread, job, NULL), 0);
    memset(copied, '?', sizeof copied - 1);
    SAME(join_for_ever(thread), 0);
    ck_assert_str_eq(leat_thread_name(thread), name != NULL ? name : "");
    MUST(leat_thread_drop(thread));
    return names;
}

START_TEST(leat_keeps_the_name_and_the_system_its_beginning)
{
    struct names names = names_of(LONG_NAME);
    ck_assert_str_eq(names.own, LONG_NAME);
    SAME(strlen(names.system), 15);
    MUST(strncmp(names.system, LONG_NAME, 15) == 0);
    names = names_of("mill");
    ck_assert_str_eq(names.own, "mill");
    ck_assert_str_eq(names.system, "mill");
    must_be_clean();
}
END_TEST

START_TEST(no_name_is_no_name)
{
    char mine[64];
    MUST(pthread_getname_np(pthread_self(), mine, sizeof mine) == 0);
    struct names names = names_of(NULL);
    ck_assert_str_eq(names.own, "");
    ck_assert_str_eq(names.system, mine); /* as the system does it */
    names = names_of("");
    ck_assert_str_eq(names.own, "");
    ck_assert_str_eq(names.system, mine);
    ck_assert_str_eq(leat__self_name(), ""); /* leat did not make this one */
    must_be_clean();
}
END_TEST

/* ---- stacks ---------------------------------------------------------------------------- */

static int measure_stack(void *arg, leat_cancel *token)
{
    pthread_attr_t attr;
    (void)token;
    MUST(pthread_getattr_np(pthread_self(), &attr) == 0);
    MUST(pthread_attr_getstacksize(&attr, arg) == 0);
    pthread_attr_destroy(&attr);
    return 0;
}

static size_t stack_of(const leat_thread_opts *opts)
{
    size_t bytes = 0;
    leat_thread *thread;
    leat_job job = {.fn = measure_stack, .arg = &bytes};
    RC(leat_thread_spawn(&thread, job, opts), 0);
    SAME(join_for_ever(thread), 0);
    MUST(leat_thread_drop(thread));
    return bytes;
}

START_TEST(a_stack_is_at_least_what_was_asked)
{
    enum { MIB = 1 << 20 };
    MUST(stack_of(LEAT_THREAD_OPTS(.stack_bytes = 1)) > 1); /* enough to run */
    MUST(stack_of(LEAT_THREAD_OPTS(.stack_bytes = 16 * MIB)) >= 16 * MIB);
    MUST(stack_of(LEAT_THREAD_OPTS(.stack_bytes = 3 * MIB + 1)) > 3 * MIB);
    SAME(stack_of(LEAT_THREAD_OPTS(.stack_bytes = 0)), stack_of(NULL));
    must_be_clean();
}
END_TEST

/* ---- what fails leaves things as they were ------------------------------------------ */

static atomic_int discards;

static void count_discard(void *arg)
{
    (void)arg;
    atomic_fetch_add(&discards, 1);
}

static int never_runs(void *arg, leat_cancel *token)
{
    (void)arg;
    (void)token;
    UNIT_FAIL("a job that was refused ran");
}

static void must_be_refused(const leat_thread_opts *opts, int want)
{
    int arg = 16;
    leat_job job = {.fn = never_runs, .arg = &arg, .discard = count_discard};
    leat_thread *thread = (leat_thread *)(void *)&arg;
    RC(leat_thread_spawn(&thread, job, opts), want);
    MUST(thread == (leat_thread *)(void *)&arg);
    SAME(arg, 16);
    SAME(atomic_load(&discards), 0);
    must_be_clean();
}

START_TEST(the_system_refuses)
{
    static const struct {
        int error;
        int code;
    } refusals[] = {{EAGAIN, LEAT_EAGAIN},
                    {ENOMEM, LEAT_ENOMEM},
                    {EINVAL, LEAT_EINVAL},
                    {EPERM, LEAT_EAGAIN}};
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        threads_refuse(refusals[i].error);
        must_be_refused(NULL, refusals[i].code);
    }
    threads_refuse(0);
}
END_TEST

START_TEST(no_memory)
{
    memory_refuse(0, 1);
    must_be_refused(NULL, LEAT_ENOMEM);
    SAME(memory_refused(), 1);
}
END_TEST

START_TEST(a_stack_that_cannot_be)
{
    leat_thread_opts opts = {.size = sizeof opts, .stack_bytes = SIZE_MAX};
    must_be_refused(&opts, LEAT_ENOMEM);
    opts.stack_bytes = SIZE_MAX / 2 + 1;
    must_be_refused(&opts, LEAT_ENOMEM);
}
END_TEST

START_TEST(options_of_another_size)
{
    leat_thread_opts opts = {.size = 0};
    must_be_refused(&opts, LEAT_EINVAL);
    opts.size = sizeof opts + 8;
    must_be_refused(&opts, LEAT_EINVAL);
}
END_TEST

START_TEST(a_job_that_ran_is_not_discarded)
{
    int arg = 17;
    leat_thread *thread;
    leat_job job = {.fn = return_it, .arg = &arg, .discard = count_discard};
    RC(leat_thread_spawn(&thread, job, NULL), 0);
    SAME(join_for_ever(thread), 17);
    MUST(leat_thread_drop(thread));
    RC(leat_thread_spawn(&thread, job, NULL), 0);
    MUST(leat_thread_drop(thread));
    must_be_clean();
    SAME(atomic_load(&discards), 0);
}
END_TEST

START_TEST(nothing_but_spawn_allocates)
{
    int arg = 18;
    memory_relent();
    leat_thread *thread = spawn(wait_and_return_it, &arg);
    SAME(memory_asked(), 1);
    memory_refuse(0, MEMORY_FOR_EVER);
    RC(leat_thread_join(thread, NULL, leat_nowait()), LEAT_EAGAIN);
    RC(leat_thread_join(thread, NULL, leat_in_ms(1)), LEAT_ETIMEDOUT);
    MUST(!leat_thread_drop(leat_thread_clone(thread)));
    stop(thread);
    SAME(join_for_ever(thread), 18);
    MUST(leat_thread_drop(thread));
    SAME(memory_asked(), 1);
    must_be_clean();
}
END_TEST

/* ---- misuse ---------------------------------------------------------------------------- */

static void spawn_nothing(void *arg)
{
    leat_thread *thread;
    leat_job job = {.arg = arg};
    int rc = leat_thread_spawn(&thread, job, NULL);
    (void)rc;
}

static void spawn_without_out(void *arg)
{
    leat_job job = {.fn = never_runs, .arg = arg};
    int rc = leat_thread_spawn(NULL, job, NULL);
    (void)rc;
}

START_TEST(a_job_and_a_place_for_the_handle_are_needed)
{
    t_aborts(spawn_nothing, NULL, "leat_thread_spawn: job.fn is NULL");
    t_aborts(spawn_without_out, NULL, "leat_thread_spawn: out is NULL");
}
END_TEST

static void join_arg(void *arg)
{
    int rc = leat_thread_join(arg, NULL, leat_nowait());
    (void)rc;
}

static void is_done_arg(void *arg)
{
    leat_thread_is_done(arg);
}

static void stop_arg(void *arg)
{
    leat_thread_stop(arg);
}

static void name_arg(void *arg)
{
    leat_thread_name(arg);
}

static void clone_arg(void *arg)
{
    leat_thread *clone = leat_thread_clone(arg);
    (void)clone;
}

static void drop_arg(void *arg)
{
    leat_thread_drop(arg);
}

START_TEST(what_is_no_thread_aborts)
{
    static void (*const calls[])(void *) = {join_arg, is_done_arg, stop_arg,
                                            name_arg, clone_arg,   drop_arg};
    static union {
        leat_thread thread;
        unsigned char bytes[sizeof(leat_thread)];
    } nothing;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        t_aborts(calls[i], &nothing, "this is not a live thread handle");
        if (calls[i] != drop_arg)
            t_aborts(calls[i], NULL, "this is not a live thread handle");
    }
}
END_TEST

static void join_what_was_dropped(void *arg)
{
    leat_thread *thread = spawn(wait_and_return_it, arg);
    leat_thread_drop(thread);
    join_arg(thread); /* it runs on, so there is memory to look at */
}

START_TEST(a_handle_is_dead_after_its_last_drop)
{
    t_aborts(join_what_was_dropped, NULL, "this is not a live thread handle");
}
END_TEST

static int join_itself(void *arg, leat_cancel *token)
{
    leat_thread *thread;
    (void)token;
    RC(leat_rx_recv(arg, &thread, leat_forever()), 0);
    join_arg(thread);
    return 0;
}

static void spawn_one_that_joins_itself(void *arg)
{
    (void)arg;
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, sizeof(leat_thread *), 1, NULL), 0);
    leat_thread *thread = spawn(join_itself, rx);
    RC(leat_tx_send(tx, &thread, leat_forever()), 0);
    join_for_ever(thread);
}

START_TEST(a_thread_that_joins_itself_aborts)
{
    t_aborts(spawn_one_that_joins_itself, NULL,
             "leat_thread_join: a thread joins itself");
}
END_TEST

static void drop_under_a_join(void *arg)
{
    struct joiner j;
    leat_thread *thread = spawn(wait_and_return_it, arg);
    joiner_start(&j, thread, leat_forever());
    t_wait_joining(thread, 1);
    leat_thread_drop(thread);
}

START_TEST(the_last_drop_under_a_join_aborts)
{
    t_aborts(drop_under_a_join, NULL, "leat_thread_drop: a join still waits");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("spawn");
    tcase_add_test(tc, leat_keeps_the_name_and_the_system_its_beginning);
    tcase_add_test(tc, no_name_is_no_name);
    tcase_add_test(tc, a_stack_is_at_least_what_was_asked);
    tcase_add_test(tc, the_system_refuses);
    tcase_add_test(tc, no_memory);
    tcase_add_test(tc, a_stack_that_cannot_be);
    tcase_add_test(tc, options_of_another_size);
    tcase_add_test(tc, a_job_that_ran_is_not_discarded);
    tcase_add_test(tc, nothing_but_spawn_allocates);
    tcase_add_test(tc, a_job_and_a_place_for_the_handle_are_needed);
    tcase_add_test(tc, what_is_no_thread_aborts);
    tcase_add_test(tc, a_handle_is_dead_after_its_last_drop);
    tcase_add_test(tc, a_thread_that_joins_itself_aborts);
    tcase_add_test(tc, the_last_drop_under_a_join_aborts);
    return t_run(tc);
}
