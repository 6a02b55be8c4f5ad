/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sim_main.c - runs a harness's scenarios under the deterministic scheduler.
 *
 *     m_x_sim [--runs N] [--seed N] [--mode uniform|pct] [--scenario NAME]
 *     m_x_sim --scenario NAME --mode MODE --seed N --replay
 *
 * N runs in all are shared out to the scenarios by weight and to both modes. The
 * seed of a run is made from the seed given and its number; when a run fails, its
 * own seed is printed, and --replay takes that one and prints every step.
 * LEAT_SIM_RUNS and LEAT_SIM_SEED are defaults for the first two. */
#define _GNU_SOURCE 1
#include "scenario.h"
#include "sim.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* The thread sanitizer should stop at the first report, so that its seed is told;
 * the address sanitizer should watch stacks after return. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "halt_on_error=1:abort_on_error=1";
}
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "abort_on_error=1:detect_stack_use_after_return=1:detect_leaks=0";
}
const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
    return "abort_on_error=1:print_stacktrace=1";
}

static const char *const mode_names[] = {"uniform", "pct"};

static struct {
    const char *program;
    const char *only; /* scenario, or NULL */
    int mode;         /* -1: both */
    uint64_t runs;
    uint64_t seed;
    bool replay;
    /* what runs now, for the signal handler */
    const char *scenario;
    struct sim_plan plan;
    uint64_t number;
    bool running;
} job = {.mode = -1, .runs = SIM_RUNS, .seed = 1};

static void tell_replay(void)
{
    fprintf(
        stderr,
        "%s: scenario %s failed, mode %s, execution %" PRIu64 "\n"
        "replay: %s --scenario %s --mode %s --seed 0x%" PRIx64 " --replay\n",
        job.program, job.scenario, mode_names[job.plan.mode], job.number,
        job.program, job.scenario, mode_names[job.plan.mode], job.plan.seed);
}

/* ---- the trace ---------------------------------------------------------------- */

extern const char __executable_start[];

/* Does this line of addr2line name a place that says something? */
static bool tells(const char *line)
{
    return strstr(line, "atomic.h:") == NULL && strstr(line, "??") == NULL;
}

static FILE *open_addr2line(char *path)
{
    const struct sim_trace_row *rows;
    uint32_t count = sim_trace(&rows);
    int fd = mkstemp(path);
    FILE *addresses = fd < 0 ? NULL : fdopen(fd, "w");
    if (addresses == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        uintptr_t at = (uintptr_t)rows[i].at - 1; /* in the call, not after */
#if defined(__PIE__) || defined(__PIC__)
        at -= (uintptr_t)__executable_start;
#endif
        fprintf(addresses, "0x%" PRIxPTR "\n", at);
    }
    fclose(addresses);
    char command[256];
    snprintf(command, sizeof command,
             "addr2line -a -i -p -f -s -e /proc/%d/exe < %s 2>/dev/null",
             (int)getpid(), path);
    return popen(command, "r");
}

/* Each step with the line of code it stands at, as far as addr2line knows. */
static void print_trace(void)
{
    const struct sim_trace_row *rows;
    uint32_t count = sim_trace(&rows);
    char path[] = "/tmp/leat-trace-XXXXXX";
    FILE *lines = open_addr2line(path);
    char line[512];
    uint32_t row = 0;
    bool told = true;
    while (lines != NULL && row <= count &&
           fgets(line, sizeof line, lines) != NULL) {
        char *text = line;
        if (line[0] == '0') { /* a new address */
            if (row < count)
                fprintf(stderr, "%s%5u  %*s%d %-8s", told ? "" : "\n", row,
                        2 * rows[row].thread, "", rows[row].thread,
                        rows[row].name);
            row++;
            told = false;
            text = strchr(line, ' ');
        } else {
            text = strstr(line, "(inlined by) ");
            text = text == NULL ? NULL : text + 12;
        }
        if (!told && text != NULL && tells(text)) {
            fputs(text, stderr);
            told = true;
        }
    }
    if (!told)
        fputc('\n', stderr);
    if (lines != NULL)
        pclose(lines);
    unlink(path);
}

/* ---- running ---------------------------------------------------------------------- */

/* leat's own assertions abort, and so do the sanitizers. */
static void on_signal(int number)
{
    if (job.running) {
        job.running = false;
        fprintf(stderr, "signal %d\n", number);
        tell_replay();
        if (job.plan.trace)
            print_trace();
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void catch_signals(void)
{
    static char stack[256 * 1024];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    sigaction(SIGABRT, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGILL, &action, NULL);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t seed_of(uint64_t number)
{
    uint64_t z = (job.seed + 1) * 0xD1342543DE82EF95u + number;
    z = (z ^ (z >> 32)) * 0xDABA0B6EB09322E3u;
    return z ^ (z >> 29);
}

static bool run_one(const struct m_scenario *scenario)
{
    job.scenario = scenario->name;
    job.running = true;
    bool ok = sim_execute(&job.plan, scenario->body);
    job.running = false;
    if (!ok) {
        fprintf(stderr, "%s", sim_why());
        tell_replay();
    }
    if (job.plan.trace)
        print_trace();
    return ok;
}

static bool run_many(const struct m_scenario *scenario, int mode, uint64_t runs)
{
    double began = cpu_seconds();
    uint64_t steps = 0;
    for (uint64_t i = 0; i < runs; i++) {
        job.number = i;
        job.plan =
            (struct sim_plan){.mode = (enum sim_mode)mode, .seed = seed_of(i)};
        if (!run_one(scenario))
            return false;
        steps += sim_step();
    }
    double took = cpu_seconds() - began;
    printf("%-32s %-8s %9" PRIu64 " executions %6.1f steps each %6.2f s\n",
           scenario->name, mode_names[mode], runs, (double)steps / (double)runs,
           took);
    fflush(stdout);
    return true;
}

static bool chosen(const struct m_scenario *scenario)
{
    return job.only == NULL || strcmp(job.only, scenario->name) == 0;
}

static int run_all(const struct m_scenario *scenarios, size_t count)
{
    uint64_t shares = 0;
    for (size_t i = 0; i < count; i++)
        shares += chosen(&scenarios[i]) ? scenarios[i].weight : 0;
    if (shares == 0) {
        fprintf(stderr, "%s: no scenario is called %s\n", job.program,
                job.only);
        return 2;
    }
    shares *= job.mode < 0 ? 2 : 1;
    printf("%s: seed %" PRIu64 "\n", job.program, job.seed);
    double began = cpu_seconds();
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        for (int mode = SIM_UNIFORM; mode <= SIM_PCT; mode++) {
            if (!chosen(&scenarios[i]) || (job.mode >= 0 && job.mode != mode))
                continue;
            uint64_t runs =
                (job.runs * scenarios[i].weight + shares - 1) / shares;
            if (!run_many(&scenarios[i], mode, runs))
                return 1;
            total += runs;
        }
    }
    double took = cpu_seconds() - began;
    printf("%s: %" PRIu64 " executions, none failed, %.2f s, %.0f a second\n",
           job.program, total, took, (double)total / (took + 1e-9));
    return 0;
}

static int replay(const struct m_scenario *scenarios, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (job.only == NULL || strcmp(job.only, scenarios[i].name) != 0)
            continue;
        job.plan = (struct sim_plan){
            .mode = (enum sim_mode)job.mode, .seed = job.seed, .trace = true};
        return run_one(&scenarios[i]) ? 0 : 1;
    }
    fprintf(stderr, "--replay needs --scenario, --mode and --seed\n");
    return 2;
}

static bool parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--replay") == 0) {
            job.replay = true;
            continue;
        }
        if (value == NULL)
            return false;
        if (strcmp(argv[i], "--runs") == 0)
            job.runs = strtoull(value, NULL, 0);
        else if (strcmp(argv[i], "--seed") == 0)
            job.seed = strtoull(value, NULL, 0);
        else if (strcmp(argv[i], "--scenario") == 0)
            job.only = value;
        else if (strcmp(argv[i], "--mode") == 0 && strcmp(value, "pct") == 0)
            job.mode = SIM_PCT;
        else if (strcmp(argv[i], "--mode") == 0 &&
                 strcmp(value, "uniform") == 0)
            job.mode = SIM_UNIFORM;
        else
            return false;
        i++;
    }
    return job.runs > 0 && (!job.replay || job.mode >= 0);
}

int m_main(int argc, char **argv, const struct m_scenario *scenarios,
           size_t count)
{
    const char *runs = getenv("LEAT_SIM_RUNS");
    const char *seed = getenv("LEAT_SIM_SEED");
    if (runs != NULL)
        job.runs = strtoull(runs, NULL, 0);
    if (seed != NULL)
        job.seed = strtoull(seed, NULL, 0);
    job.program = argv[0];
    if (!parse(argc, argv)) {
        fprintf(stderr,
                "usage: %s [--runs N] [--seed N] [--mode uniform|pct] "
                "[--scenario NAME] [--replay]\n",
                argv[0]);
        return 2;
    }
    catch_signals();
    return job.replay ? replay(scenarios, count) : run_all(scenarios, count);
}
