/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_selftest.c - can the scheduler find what it is for?
 *
 * Toys with known faults must fail within a bounded number of executions, each in
 * the way it is known for, in both modes; their sound twins must not; and a
 * failing seed must fail in the same step with the same words when run again. */
#include "model.h"

#include <stdio.h>

enum { ENOUGH = 20000 };

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif

/* ---- an event count: sleep until the value has changed -------------------- */

static leat__a32 value;   /* what is waited for */
static leat__a32 waiters; /* how many say they sleep */
static leat__a32 epoch;   /* the word that is slept on */

static void await_value(bool looks_again)
{
    uint32_t seen = leat__ld32_acq(&epoch);
    leat__add32_rlx(&waiters, 1);
    if (!looks_again || leat__ld32_acq(&value) == 0)
        while (leat__ld32_acq(&epoch) == seen)
            leat__os_futex_wait(&epoch, seen, INT64_MAX);
}

static void *sound_waiter(void *arg)
{
    while (leat__ld32_acq(&value) == 0)
        await_value(true);
    return arg;
}

/* Between its look and its registration the wake-up is lost. */
static void *forgetful_waiter(void *arg)
{
    while (leat__ld32_acq(&value) == 0)
        await_value(false);
    return arg;
}

static void *setter(void *arg)
{
    leat__st32_rel(&value, 1);
    if (leat__ld32_acq(&waiters) != 0) {
        leat__add32_rlx(&epoch, 1);
        leat__os_futex_wake(&epoch);
    }
    return arg;
}

static void event_count(void *(*waiter)(void *))
{
    leat__st32_rlx(&value, 0);
    leat__st32_rlx(&waiters, 0);
    leat__st32_rlx(&epoch, 0);
    m_thread a = m_spawn("waiter", waiter, NULL);
    m_thread b = m_spawn("setter", setter, NULL);
    m_join(a);
    m_join(b);
}

static void sound_event_count(void)
{
    event_count(sound_waiter);
}

static void lost_wake_up(void)
{
    event_count(forgetful_waiter);
}

/* ---- other faults -------------------------------------------------------------- */

static leat__lock one;
static leat__lock two;
static leat__a32 counter;

static void *one_then_two(void *arg)
{
    leat__lock_acquire(&one);
    leat__lock_acquire(&two);
    leat__lock_release(&two);
    leat__lock_release(&one);
    return arg;
}

static void *two_then_one(void *arg)
{
    leat__lock_acquire(&two);
    leat__lock_acquire(&one);
    leat__lock_release(&one);
    leat__lock_release(&two);
    return arg;
}

static void locks(void *(*first)(void *), void *(*second)(void *))
{
    leat__st32_rlx(&one.held, 0);
    leat__st32_rlx(&two.held, 0);
    m_thread a = m_spawn("a", first, NULL);
    m_thread b = m_spawn("b", second, NULL);
    m_join(a);
    m_join(b);
}

static void locks_in_order(void)
{
    locks(one_then_two, one_then_two);
}

static void locks_crossed(void)
{
    locks(one_then_two, two_then_one);
}

static void *adds_in_two_steps(void *arg)
{
    uint32_t seen = leat__ld32_acq(&counter);
    leat__st32_rel(&counter, seen + 1);
    return arg;
}

static void *adds_at_once(void *arg)
{
    leat__add32_rlx(&counter, 1);
    return arg;
}

static void add_twice(void *(*adder)(void *))
{
    leat__st32_rlx(&counter, 0);
    m_thread a = m_spawn("a", adder, NULL);
    m_thread b = m_spawn("b", adder, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_acq(&counter) == 2);
}

static void sound_adds(void)
{
    add_twice(adds_at_once);
}

static void lost_add(void)
{
    add_twice(adds_in_two_steps);
}

static void *forgets_at_times(void *arg)
{
    void *mem = leat__mem_alloc(24, 8);
    if (leat__add32_rlx(&counter, 1) == 0)
        leat__mem_free(mem);
    return arg;
}

static void leak(void)
{
    leat__st32_rlx(&counter, 1);
    forgets_at_times(NULL);
}

static void free_twice(void)
{
    void *mem = leat__mem_alloc(24, 8);
    leat__mem_free(mem);
    leat__mem_free(mem);
}

#if !defined(HAVE_ASAN) /* which sees it first */
static void write_after_free(void)
{
    volatile unsigned char *mem = leat__mem_alloc(24, 8);
    leat__mem_free((void *)(uintptr_t)mem);
    mem[3] = 1;
}
#endif

/* The deadline must be able to pass before the setter and after it. */
static bool outcomes[2];

static void *waits_until_deadline(void *arg)
{
    bool woken = leat__os_futex_wait(&value, 0, 5000);
    outcomes[woken] = true;
    M_ASSERT(woken || leat__os_now_ns() >= 5000);
    return arg;
}

static void *sets_and_wakes(void *arg)
{
    leat__st32_rel(&value, 1);
    leat__os_futex_wake(&value);
    return arg;
}

static void deadline_races(void)
{
    leat__st32_rlx(&value, 0);
    m_thread a = m_spawn("waiter", waits_until_deadline, NULL);
    m_thread b = m_spawn("setter", sets_and_wakes, NULL);
    m_join(a);
    m_join(b);
}

/* ---- the test -------------------------------------------------------------------- */

struct toy {
    const char *name;
    void (*body)(void);
    const char *failure; /* how it must fail; NULL: it must not */
};

static const struct toy toys[] = {
    {"sound_event_count", sound_event_count, NULL},
    {"lost_wake_up", lost_wake_up, "parked world"},
    {"locks_in_order", locks_in_order, NULL},
    {"locks_crossed", locks_crossed, "livelock"},
    {"sound_adds", sound_adds, NULL},
    {"lost_add", lost_add, "counter"},
    {"leak", leak, "leak: 1 blocks, 24 bytes"},
    {"free_twice", free_twice, "freed twice"},
#if !defined(HAVE_ASAN)
    {"write_after_free", write_after_free, "written after it was freed"},
#endif
    {"deadline_races", deadline_races, NULL},
};

/* Run again what failed: same words, same step. */
static bool replays(const struct sim_plan *plan, const struct toy *toy)
{
    static char first[4096];
    snprintf(first, sizeof first, "%s", sim_why());
    uint32_t steps = sim_step();
    return !sim_execute(plan, toy->body) && sim_step() == steps &&
           strcmp(first, sim_why()) == 0;
}

static bool behaves(const struct toy *toy, enum sim_mode mode)
{
    for (uint64_t i = 1; i <= ENOUGH; i++) {
        struct sim_plan plan = {.mode = mode, .seed = i * 77};
        if (sim_execute(&plan, toy->body))
            continue;
        bool expected =
            toy->failure != NULL && strstr(sim_why(), toy->failure) != NULL;
        printf("%-18s %d failed in execution %llu\n", toy->name, (int)mode,
               (unsigned long long)i);
        if (!expected) {
            printf("and in another way than expected:\n%s", sim_why());
            return false;
        }
        if (replays(&plan, toy))
            return true;
        printf("and otherwise when replayed:\n%s", sim_why());
        return false;
    }
    printf("%-18s %d did not fail\n", toy->name, (int)mode);
    return toy->failure == NULL;
}

int main(void)
{
    bool ok = true;
    for (size_t i = 0; i < sizeof toys / sizeof toys[0]; i++) {
        ok = behaves(&toys[i], SIM_UNIFORM) && ok;
        ok = behaves(&toys[i], SIM_PCT) && ok;
    }
    if (!outcomes[0] || !outcomes[1]) {
        printf("a deadline never passed, or never held\n");
        ok = false;
    }
    return ok ? 0 : 1;
}
