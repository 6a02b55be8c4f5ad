/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sim.h - the deterministic scheduler: threads as fibers, one at a time.
 *
 * Idea. leat compiled with LEAT_SIM calls leat__sim_point before each atomic
 * operation, and finds the functions of os/os.h here. So between two points only
 * one simulated thread runs, and which one runs next is drawn from a seed. The
 * same seed gives the same execution, always.
 *
 * Two ways to draw.
 *   uniform   any runnable thread, after staying with the present one for a while
 *             (how long is itself drawn, per execution)
 *   pct       each thread has a random priority and the highest runs; at a few
 *             random steps the running one becomes the lowest (Burckhardt et al.,
 *             "A Randomized Scheduler with Probabilistic Guarantees of Finding
 *             Bugs", ASPLOS 2010). A thread that yields or naps becomes the lowest.
 *
 * Time is virtual. It moves when nobody can run and a sleeper has a deadline, and
 * otherwise whenever the dice say so: a deadline may pass at any moment. Sleepers
 * may also return for no reason, as a futex may.
 *
 * What is found. An assertion of the harness or of leat; a world in which nobody
 * can run and somebody sleeps for ever (a lost wake-up, a deadlock); a world that
 * does not end (a livelock); memory not freed at the end, freed twice, or written
 * after it was freed; a thread of leat's that is not joined or detached just once.
 *
 * What is not. The order of memory accesses is the program's (sequential
 * consistency): GenMC looks for weak orders, and the thread sanitizer, which
 * understands these fibers, for data races. */
#ifndef LEAT_TESTS_MODEL_SIM_H
#define LEAT_TESTS_MODEL_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_mode { SIM_UNIFORM, SIM_PCT };

/* One execution, all of it. */
struct sim_plan {
    enum sim_mode mode;
    uint64_t seed;
    bool trace; /* note each step, for sim_trace */
};

/* Run body as the first simulated thread, until all have ended.
 * returns true, or false if it failed: sim_why says how. */
bool sim_execute(const struct sim_plan *plan, void (*body)(void));

/* Why the last execution failed, and what each thread was doing. */
const char *sim_why(void);

/* Steps of the present or last execution: a clock for harnesses. */
uint32_t sim_step(void);

struct sim_trace_row {
    int thread;
    const char *name;
    const void *at; /* where in the code the step was */
};

/* The steps of a traced execution. returns how many */
uint32_t sim_trace(const struct sim_trace_row **rows);

/* ---- for simulated threads ------------------------------------------------ */

enum { SIM_THREADS = 12 };

/* Start a thread; name is kept. returns its number. */
int sim_spawn(const char *name, void *(*fn)(void *), void *arg);

/* Wait until that thread has ended. */
void sim_join(int thread);

/* Has that thread ended? */
bool sim_has_ended(int thread);

/* A number below n, drawn from the execution's seed. */
uint32_t sim_random(uint32_t n);

/* A scheduling point. (leat's atomics call it; harnesses may.) */
void leat__sim_point(void);

/* The execution has failed. Does not return. */
_Noreturn void sim_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* ---- descriptors ------------------------------------------------------------- */

/* Sleep until the descriptor of an event loop (os.h) is readable, or a deadline of
 * one's own (INT64_MAX: none). Rings and heard rings are an order, as in a kernel;
 * one that is rung twice, closed unheard or used when it is closed is a failure.
 * returns true if it has been rung; false: a time has passed, of it or of ours */
bool sim_poll(int fd, int64_t deadline_ns);

/* ---- signals ------------------------------------------------------------------- */

/* Send one: its handler, if there is one (os.h), has begun when this returns, in some
 * thread that does not hold signals, at any moment of it, the sender's or a sleeper's
 * too. */
void sim_kill(int number);

/* ---- memory ------------------------------------------------------------------ */

/* In place of posix_memalign and free: counted, and freed memory is kept poisoned
 * until the end of the execution. */
void *sim_alloc(size_t align, size_t bytes);
void sim_free(void *mem);

/* Let one in n allocations, and starts of leat's threads, of this execution fail; 0:
 * none. */
void sim_starve(uint32_t n);

/* ---- knobs of this execution, else drawn -------------------------------------- */

void sim_set_membarrier(bool has);

#endif
