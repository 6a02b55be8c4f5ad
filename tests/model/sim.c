/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sim.c - the deterministic scheduler. See sim.h.
 *
 * One world exists at a time. A simulated thread gives up its turn in
 * take_turns(), at a point, asleep, joining or ended; whoever runs out of
 * threads to go on with switches back to the host, which is sim_execute.
 * This file, sim_bell.c and sim_fiber.c are compiled without sanitizers, which would take
 * the scheduler's own state for a race. */
#define _GNU_SOURCE 1
#include "sim.h"
#include "os/os.h"
#include "sim_bell.h"
#include "sim_signal.h"
#include "sim_fiber.h"

#include <leat/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state { FREE, RUNNABLE, ASLEEP, JOINING, ENDED };

struct thread {
    struct fiber fiber;
    const char *name;
    void *(*fn)(void *);
    void *arg;
    const leat__a32 *word; /* asleep on it */
    int64_t deadline_ns;   /* INT64_MAX: sleeps for ever */
    int64_t rank;          /* pct: the highest runs */
    enum state state;
    bool timed_out;
    bool stepped_aside; /* yielded, and nobody has run since */
    int joins;
    leat__os_thread *os; /* leat started it; NULL: the harness did */
    int given_back;      /* times joined or detached by leat */
    void *self;
    void *held;
    void (*at_end)(void **held); /* NULL: nobody watches its end */
    const void *at;              /* the code of its last point, for traces */
};

enum {
    STEPS_MAX = 40000,  /* more is a livelock */
    STEPS_FAIR = 20000, /* from here on pct draws uniformly, to be fair */
    CHANGES_MAX = 5,
    TRACE_MAX = STEPS_MAX + 8
};

static struct {
    const struct sim_plan *plan;
    struct thread threads[SIM_THREADS];
    int count;
    int now;       /* who runs; -1: the host */
    int deadlines; /* sleepers that have one */
    int sleepers;
    struct fiber host;
    uint64_t random;
    uint32_t steps;
    int64_t clock_ns;
    void (*body)(void);
    bool failed;
    char why[4096];
    /* drawn for each execution */
    uint32_t stay;     /* uniform: of 16 steps, how many with no change */
    uint32_t late;     /* of 1024 steps, how many let a deadline pass */
    uint32_t spurious; /* of 1024 steps, how many wake a sleeper in vain */
    uint32_t starve;
    uint32_t changes[CHANGES_MAX];
    int64_t lowest;
    bool membarrier;
    unsigned cpus;
} world = {.now = -1};

static struct sim_trace_row *trace;

/* ---- chance ---------------------------------------------------------------- */

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t next_random(void)
{
    uint64_t z = world.random += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)(((next_random() >> 32) * n) >> 32);
}

uint32_t sim_random(uint32_t n)
{
    return n <= 1 ? 0 : below(n);
}

static uint32_t one_of(const uint32_t *choices, uint32_t n)
{
    return choices[below(n)];
}

/* ---- failing ------------------------------------------------------------------ */

static const char *state_text(const struct thread *thread)
{
    switch (thread->state) {
    case RUNNABLE:
        return "can run";
    case ASLEEP:
        return thread->deadline_ns == INT64_MAX ? "asleep for ever"
                                                : "asleep with a deadline";
    case JOINING:
        return "joining";
    case ENDED:
        return "ended";
    default:
        return "free";
    }
}

static size_t describe_world(char *to, size_t room)
{
    size_t used = 0;
    for (int i = 0; i < world.count && used < room; i++) {
        const struct thread *thread = &world.threads[i];
        int n = snprintf(to + used, room - used, "  thread %d %-10s %s%s", i,
                         thread->name, state_text(thread),
                         i == world.now ? " (runs)" : "");
        used += n > 0 ? (size_t)n : 0;
        if (used >= room)
            break;
        n = 0;
        if (thread->state == ASLEEP)
            n = snprintf(to + used, room - used, " on a word that is now 0x%x",
                         atomic_load_explicit(
                             &((leat__a32 *)(uintptr_t)thread->word)->v_,
                             memory_order_relaxed));
        else if (thread->state == JOINING)
            n = snprintf(to + used, room - used, " thread %d", thread->joins);
        used += n > 0 ? (size_t)n : 0;
        if (used + 2 < room) {
            to[used++] = '\n';
            to[used] = '\0';
        }
    }
    return used;
}

static void fail_va(const char *format, va_list args)
{
    size_t used = 0;
    int n = vsnprintf(world.why, sizeof world.why, format, args);
    used = n > 0 && (size_t)n < sizeof world.why ? (size_t)n : 0;
    n = snprintf(world.why + used, sizeof world.why - used, "\n");
    used += n > 0 ? (size_t)n : 0;
    if (used < sizeof world.why)
        describe_world(world.why + used, sizeof world.why - used);
    world.failed = true;
}

static void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_va(format, args);
    va_end(args);
}

/* Leave the world for good; its threads are abandoned where they are. */
static _Noreturn void leave_world(void)
{
    int me = world.now;
    world.now = -1;
    fiber_switch(&world.threads[me].fiber, &world.host);
    abort(); /* nobody comes back here */
}

void sim_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_va(format, args);
    va_end(args);
    if (world.now < 0) {
        fprintf(stderr, "%s", world.why);
        abort();
    }
    leave_world();
}

const char *sim_why(void)
{
    return world.why;
}

uint32_t sim_step(void)
{
    return world.steps;
}

/* ---- who runs next -------------------------------------------------------------- */

static void make_runnable(struct thread *thread)
{
    if (thread->state == ASLEEP) {
        world.sleepers--;
        if (thread->deadline_ns != INT64_MAX)
            world.deadlines--;
    }
    thread->state = RUNNABLE;
}

/* Let the earliest deadline pass. pre: there is one */
static void pass_deadline(void)
{
    struct thread *earliest = NULL;
    for (int i = 0; i < world.count; i++) {
        struct thread *thread = &world.threads[i];
        if (thread->state == ASLEEP &&
            (earliest == NULL || thread->deadline_ns < earliest->deadline_ns))
            earliest = thread;
    }
    if (world.clock_ns < earliest->deadline_ns)
        world.clock_ns = earliest->deadline_ns;
    earliest->timed_out = true;
    make_runnable(earliest);
}

/* Some sleeper returns for no reason. pre: there is one */
static void wake_in_vain(void)
{
    uint32_t nth = below((uint32_t)world.sleepers);
    for (int i = 0; i < world.count; i++) {
        if (world.threads[i].state == ASLEEP && nth-- == 0) {
            make_runnable(&world.threads[i]);
            return;
        }
    }
}

static int draw_uniform(bool aside_too)
{
    int chosen = -1;
    uint32_t seen = 0;
    for (int i = 0; i < world.count; i++) {
        const struct thread *thread = &world.threads[i];
        if (thread->state == RUNNABLE &&
            (aside_too || !thread->stepped_aside)) {
            seen++;
            if (seen == 1 || below(seen) == 0)
                chosen = i;
        }
    }
    return chosen;
}

static int draw_ranked(void)
{
    int chosen = -1;
    for (int i = 0; i < world.count; i++) {
        if (world.threads[i].state == RUNNABLE &&
            (chosen < 0 || world.threads[i].rank > world.threads[chosen].rank))
            chosen = i;
    }
    return chosen;
}

/* A thread that can run, or -1. */
static int draw(void)
{
    if (world.plan->mode == SIM_PCT && world.steps < STEPS_FAIR)
        return draw_ranked();
    if (world.now >= 0 && world.threads[world.now].state == RUNNABLE &&
        !world.threads[world.now].stepped_aside && below(16) < world.stay)
        return world.now;
    int chosen = draw_uniform(false);
    return chosen >= 0 ? chosen : draw_uniform(true);
}

/* Nobody can run and no deadline helps: the end, good or bad. */
static _Noreturn void end_world(void)
{
    for (int i = 0; i < world.count; i++) {
        if (world.threads[i].state != ENDED) {
            fail("parked world: nobody can run and somebody still waits");
            break;
        }
        if (world.threads[i].os != NULL && world.threads[i].given_back == 0) {
            fail("thread %d is neither joined nor detached", i);
            break;
        }
    }
    leave_world();
}

/* Give up the turn; come back when it is drawn again. */
static void take_turns(void)
{
    int me = world.now;
    if (world.deadlines > 0 && below(1024) < world.late)
        pass_deadline();
    if (world.sleepers > 0 && world.spurious > 0 &&
        below(1024) < world.spurious)
        wake_in_vain();
    int next = draw();
    if (next < 0) {
        if (world.deadlines == 0)
            end_world();
        pass_deadline();
        next = draw();
    }
    if (next == me) {
        world.threads[me].stepped_aside = false;
        return;
    }
    for (int i = 0; i < world.count; i++) {
        if (i != me)
            world.threads[i].stepped_aside = false;
    }
    world.now = next;
    fiber_switch(&world.threads[me].fiber, &world.threads[next].fiber);
}

static void count_step(const void *at)
{
    struct thread *me = &world.threads[world.now];
    me->at = at;
    if (trace != NULL && world.steps < TRACE_MAX)
        trace[world.steps] = (struct sim_trace_row){world.now, me->name, at};
    world.steps++;
    if (world.plan->mode == SIM_PCT) {
        for (int i = 0; i < CHANGES_MAX; i++) {
            if (world.changes[i] == world.steps)
                me->rank = --world.lowest;
        }
    }
    if (world.steps > STEPS_MAX)
        sim_fail("livelock: %d steps and no end", STEPS_MAX);
}

static void point(const void *at)
{
    if (world.now < 0)
        return; /* the host makes its own calls, before and after */
    count_step(at);
    take_turns();
    sim_signals_point();
}

void sim_point_at(const void *at)
{
    point(at);
}

int sim_self(void)
{
    return world.now;
}

void leat__sim_point(void)
{
    point(__builtin_return_address(0));
}

/* ---- threads ------------------------------------------------------------------ */

/* What a fiber runs: one thread. Its stack is set up anew for the next one. */
static void run_thread(void)
{
    struct thread *me = &world.threads[world.now];
    fiber_receives(me);
    me->fn(me->arg);
    if (me->at_end != NULL && me->held != NULL)
        me->at_end(&me->held);
    fiber_sends(me);
    me->state = ENDED;
    for (int i = 0; i < world.count; i++) {
        struct thread *other = &world.threads[i];
        if (other->state == JOINING && &world.threads[other->joins] == me)
            make_runnable(other);
    }
    take_turns();
}

int sim_spawn(const char *name, void *(*fn)(void *), void *arg)
{
    if (world.count == SIM_THREADS)
        sim_fail("more than %d threads", SIM_THREADS);
    int number = world.count++;
    struct thread *thread = &world.threads[number];
    thread->name = name;
    thread->fn = fn;
    thread->arg = arg;
    thread->state = RUNNABLE;
    thread->stepped_aside = false;
    thread->timed_out = false;
    thread->os = NULL;
    thread->given_back = 0;
    thread->self = NULL;
    thread->held = NULL;
    thread->at_end = NULL;
    thread->rank = (int64_t)(next_random() >> 34);
    thread->at = NULL;
    fiber_make(&thread->fiber, run_thread);
    fiber_sends(thread);
    return number;
}

void sim_join(int thread)
{
    struct thread *me = &world.threads[world.now];
    if (world.threads[thread].state != ENDED) {
        me->state = JOINING;
        me->joins = thread;
        take_turns();
    }
    fiber_receives(&world.threads[thread]);
}

bool sim_has_ended(int thread)
{
    return world.threads[thread].state == ENDED;
}

/* ---- the porting contract, os/os.h ------------------------------------------------ */

int64_t leat__os_now_ns(void)
{
    return ++world.clock_ns;
}

bool leat__os_futex_wait(leat__a32 *word, uint32_t expected,
                         int64_t deadline_ns)
{
    point(__builtin_return_address(0));
    struct thread *me = &world.threads[world.now];
    if (atomic_load_explicit(&word->v_, memory_order_relaxed) != expected)
        return true;
    if (deadline_ns <= world.clock_ns)
        return false;
    for (int i = 0; i < world.count; i++) {
        if (world.threads[i].state == ASLEEP && world.threads[i].word == word)
            sim_fail("two sleepers on one word");
    }
    me->word = word;
    me->deadline_ns = deadline_ns;
    me->timed_out = false;
    me->state = ASLEEP;
    world.sleepers++;
    world.deadlines += deadline_ns != INT64_MAX;
    take_turns();
    bool timed_out = me->timed_out;
    sim_signals_point();
    return !timed_out;
}

void sim_wake_any(void)
{
    int first = (int)sim_random((uint32_t)world.count);
    for (int i = 0; i < world.count; i++) {
        struct thread *thread = &world.threads[(first + i) % world.count];
        if (thread->state == ASLEEP) {
            make_runnable(thread);
            return;
        }
    }
}

void leat__os_futex_wake(leat__a32 *word)
{
    point(__builtin_return_address(0));
    for (int i = 0; i < world.count; i++) {
        struct thread *thread = &world.threads[i];
        if (thread->state == ASLEEP && thread->word == word)
            make_runnable(thread);
    }
}

void leat__os_yield(void)
{
    if (world.now < 0)
        return;
    world.threads[world.now].stepped_aside = true;
    world.threads[world.now].rank = --world.lowest;
    point(__builtin_return_address(0));
}

void leat__os_nap(void)
{
    leat__os_yield();
}

unsigned leat__os_cpus(void)
{
    return world.cpus;
}

int leat__os_cpu(void)
{
    return -1; /* a guess that changes how long to look, which is chance here */
}

uint32_t leat__os_thread_id(void)
{
    return (uint32_t)(world.now + 1);
}

void leat__os_thread_name(uint32_t id, char *name, size_t bytes)
{
    snprintf(name, bytes, "%u", (unsigned)id);
}

void leat__os_guarded(void (*run)(void *arg), void (*finish)(void *arg),
                      void *arg)
{
    run(arg);
    finish(arg);
}

static void *run_os_thread(void *arg)
{
    leat__os_thread *os = arg;
    leat__os_guarded(os->run, os->finish, os->arg);
    return NULL;
}

int leat__os_thread_start(leat__os_thread *os, size_t stack_bytes)
{
    (void)stack_bytes;
    point(__builtin_return_address(0));
    if (world.starve != 0 && below(world.starve) == 0)
        return LEAT_EAGAIN;
    int number = sim_spawn("leat's", run_os_thread, os);
    world.threads[number].os = os;
    point(__builtin_return_address(0)); /* it may run before it has a handle */
    os->handle = (uintptr_t)number;
    return 0;
}

/* The system's thread: joined or detached, once. */
static int give_back(const leat__os_thread *os)
{
    int number = (int)os->handle;
    if (number >= world.count || world.threads[number].os != os ||
        world.threads[number].given_back++ != 0)
        sim_fail("thread %d is joined or detached twice", number);
    return number;
}

void leat__os_thread_join(const leat__os_thread *os)
{
    point(__builtin_return_address(0));
    int number = give_back(os);
    if (number == world.now)
        sim_fail("thread %d joins itself", number);
    sim_join(number);
}

void leat__os_thread_detach(const leat__os_thread *os)
{
    point(__builtin_return_address(0));
    give_back(os);
}

void leat__os_name_self(const char *name)
{
    (void)name;
}

void *leat__os_self(void)
{
    return world.now < 0 ? NULL : world.threads[world.now].self;
}

void leat__os_self_set(void *self)
{
    world.threads[world.now].self = self;
}

void **leat__os_held(void)
{
    return &world.threads[world.now].held;
}

int leat__os_watch_end(void (*fn)(void **held))
{
    world.threads[world.now].at_end = fn;
    return 0;
}

bool leat__os_has_membarrier(void)
{
    return world.membarrier;
}

void leat__os_membarrier(void)
{
    point(__builtin_return_address(0));
}

void sim_set_membarrier(bool has)
{
    world.membarrier = has;
}

/* ---- memory -------------------------------------------------------------------------- */

enum { LIVE = 0x1ea7a11c, GONE = 0x0dead0ff, POISON = 0xdb };

/* Before each block. */
struct block {
    struct block *next; /* live: all live ones; freed: all kept ones */
    struct block *prev;
    void *mem; /* what malloc gave */
    size_t bytes;
    uint32_t mark;
};

static struct block *live_blocks;
static struct block *kept_blocks;

void __asan_poison_memory_region(const volatile void *mem, size_t bytes)
    __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void *mem, size_t bytes)
    __attribute__((weak));

static struct block *block_of(void *mem)
{
    return (struct block *)(void *)((char *)mem - sizeof(struct block));
}

bool sim_starved(void)
{
    return world.now >= 0 && world.starve != 0 && below(world.starve) == 0;
}

void *sim_alloc(size_t align, size_t bytes)
{
    if (sim_starved())
        return NULL;
    size_t at = (sizeof(struct block) + align - 1) / align * align;
    if (bytes > SIZE_MAX - at - align)
        return NULL;
    /* a little more than enough, and aligned by hand */
    char *base = malloc(at + bytes + align);
    if (base == NULL)
        return NULL;
    uintptr_t start = ((uintptr_t)base + align - 1) / align * align;
    void *mem = base + (start - (uintptr_t)base) + at;
    struct block *block = block_of(mem);
    *block = (struct block){
        .next = live_blocks, .mem = base, .bytes = bytes, .mark = LIVE};
    if (live_blocks != NULL)
        live_blocks->prev = block;
    live_blocks = block;
    memset(mem, 0xa5, bytes); /* nobody may count on zeros */
    return mem;
}

void sim_free(void *mem)
{
    if (mem == NULL)
        return;
    struct block *block = block_of(mem);
    if (block->mark != LIVE)
        sim_fail(block->mark == GONE ? "freed twice"
                                     : "freed what was no block");
    if (block->prev != NULL)
        block->prev->next = block->next;
    else
        live_blocks = block->next;
    if (block->next != NULL)
        block->next->prev = block->prev;
    block->mark = GONE;
    block->next = kept_blocks;
    kept_blocks = block;
    memset(mem, POISON, block->bytes);
    if (__asan_poison_memory_region != NULL)
        __asan_poison_memory_region(mem, block->bytes);
}

void sim_starve(uint32_t n)
{
    world.starve = n;
}

/* Look at the memory that was freed, and give it back. */
static void check_kept(void)
{
    while (kept_blocks != NULL) {
        struct block *block = kept_blocks;
        kept_blocks = block->next;
        unsigned char *mem = (unsigned char *)(block + 1);
        if (__asan_unpoison_memory_region != NULL)
            __asan_unpoison_memory_region(mem, block->bytes);
        bool clean =
            block->bytes == 0 ||
            (mem[0] == POISON && memcmp(mem, mem + 1, block->bytes - 1) == 0);
        if (!clean && !world.failed)
            fail("memory was written after it was freed (%zu bytes)",
                 block->bytes);
        free(block->mem);
    }
}

static void check_live(void)
{
    size_t blocks = 0;
    size_t bytes = 0;
    while (live_blocks != NULL) {
        struct block *block = live_blocks;
        live_blocks = block->next;
        blocks++;
        bytes += block->bytes;
        free(block->mem);
    }
    if (blocks != 0 && !world.failed)
        fail("leak: %zu blocks, %zu bytes", blocks, bytes);
}

/* ---- an execution --------------------------------------------------------------------- */

static void *run_body(void *arg)
{
    (void)arg;
    world.body();
    return NULL;
}

/* Everything that differs between executions comes from the seed, in this order. */
static void draw_knobs(void)
{
    static const uint32_t stays[] = {0, 0, 8, 14};
    static const uint32_t lates[] = {0, 8, 64, 256};
    static const uint32_t spurious[] = {0, 0, 0, 16};
    static const uint32_t lengths[] = {16, 64, 128, 256, 512, 1024};
    world.stay = one_of(stays, 4);
    world.late = one_of(lates, 4);
    world.spurious = one_of(spurious, 4);
    world.membarrier = below(2) == 0;
    world.cpus = 1 + below(2);
    uint32_t depth = below(CHANGES_MAX + 1);
    uint32_t length = one_of(lengths, 6);
    for (uint32_t i = 0; i < CHANGES_MAX; i++)
        world.changes[i] = i < depth ? 1 + below(length) : 0;
}

uint32_t sim_trace(const struct sim_trace_row **rows)
{
    *rows = trace;
    return trace == NULL ? 0 : world.steps;
}

bool sim_execute(const struct sim_plan *plan, void (*body)(void))
{
    static bool have_host;
    if (!have_host) {
        fiber_host(&world.host);
        have_host = true;
    }
    if (plan->trace && trace == NULL)
        trace = malloc(TRACE_MAX * sizeof *trace);
    world.plan = plan;
    world.body = body;
    world.random = plan->seed;
    world.count = 0;
    world.deadlines = 0;
    world.sleepers = 0;
    world.steps = 0;
    world.clock_ns = 1000;
    world.failed = false;
    world.starve = 0;
    world.lowest = 0;
    draw_knobs();
    world.now = sim_spawn("main", run_body, NULL);
    fiber_switch(&world.host, &world.threads[0].fiber);
    for (int i = 0; i < world.count; i++) {
        fiber_receives(&world.threads[i]); /* some were joined by nobody */
        if (world.failed)
            fiber_abandon(&world.threads[i].fiber);
    }
    check_kept();
    check_live();
    if (!sim_bells_end() && !world.failed)
        fail("leak: a bell or a watch is open");
    if (!sim_signals_end() && !world.failed)
        fail("leak: a signal is caught still");
    return !world.failed;
}
