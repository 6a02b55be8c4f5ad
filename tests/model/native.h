/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* native.h - what model.h's words mean with real threads. */
#ifndef LEAT_TESTS_MODEL_NATIVE_H
#define LEAT_TESTS_MODEL_NATIVE_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef pthread_t m_thread;

m_thread m_spawn(const char *name, void *(*fn)(void *), void *arg);
void m_join(m_thread thread);

/* A number below n. */
uint32_t m_choose(uint32_t n);

/* One in n allocations fails, until the end of the scenario; 0: none. */
void m_starve(uint32_t n);

/* Sleep until the descriptor of an event loop is readable (true), or the deadline has
 * passed. */
bool m_poll(int fd, int64_t deadline_ns);

/* Send a signal. Its handler has begun when this returns, in this thread. */
#define m_kill(number) M_ASSERT(raise(number) == 0)

_Noreturn void m_fail(const char *file, int line, const char *condition);

/* In place of posix_memalign and free: counted. */
void *m_alloc(size_t align, size_t bytes);
void m_free(void *mem);

#endif
