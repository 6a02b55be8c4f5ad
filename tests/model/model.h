/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* model.h - what a harness is written with, three ways.
 *
 * A harness includes this file, which includes all of leat's real source, and
 * gives a table of scenarios: functions that make a few threads do something and
 * check what came of it. It is built
 *   natively       threads are threads, the system is the system
 *   LEAT_SIM       by the deterministic scheduler (sim.h)
 *   LEAT_GENMC     by the GenMC model checker (model_genmc.h), one scenario at a
 *                  time, chosen with -DM_SCENARIO=name
 *
 *     static void *worker(void *arg) { ...; M_ASSERT(...); return NULL; }
 *     static void two_workers(void)
 *     {
 *         m_thread a = m_spawn("a", worker, &x);
 *         ...
 *         m_join(a);
 *     }
 *     M_MAIN(M_ROW(two_workers), ...)
 */
#ifndef LEAT_TESTS_MODEL_MODEL_H
#define LEAT_TESTS_MODEL_MODEL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#if defined(LEAT_GENMC)

#include "model_genmc.h"

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

#define M_ROW(name)                                                            \
    {                                                                          \
#name, name, 1                                                         \
    }
#define M_ROW_OF(name, share)                                                  \
    {                                                                          \
#name, name, share                                                     \
    }
#define M_MAIN(...)                                                            \
    int main(int argc, char **argv)                                            \
    {                                                                          \
        static const struct m_scenario rows[] = {__VA_ARGS__};                 \
        return m_main(argc, argv, rows, sizeof rows / sizeof rows[0]);         \
    }

#if defined(LEAT_SIM)

#include "sim.h"
typedef int m_thread;
#define m_spawn(name, fn, arg) sim_spawn(name, fn, arg)
#define m_join(thread)         sim_join(thread)
#define m_choose(n)            sim_random(n)
#define m_starve(n)            sim_starve(n)
#define m_poll(fd, at_ns)      sim_poll(fd, at_ns)
#define m_kill(number)         sim_kill(number)
#define M_ASSERT(condition)                                                    \
    do {                                                                       \
        if (!(condition))                                                      \
            sim_fail("%s:%d: %s", __FILE__, __LINE__, #condition);             \
    } while (0)
#define M_ALLOC sim_alloc
#define M_FREE  sim_free

#else

#include "native.h"
#define M_ASSERT(condition)                                                    \
    do {                                                                       \
        if (!(condition))                                                      \
            m_fail(__FILE__, __LINE__, #condition);                            \
    } while (0)
#define M_ALLOC m_alloc
#define M_FREE  m_free

#endif

#include <errno.h>

/* leat's memory is the checker's to count */
#define posix_memalign(mem, align, bytes)                                      \
    ((*(mem) = M_ALLOC(align, bytes)) == NULL ? ENOMEM : 0)
#define free M_FREE
#include "leat_all.c"
#undef posix_memalign
#undef free
#include "os/os.h"

#endif
#endif
