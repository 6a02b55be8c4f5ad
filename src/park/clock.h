/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* clock.h - what time it is: the system's clock, or the virtual one of leat/clock.h.
 *
 * Idea. With the virtual clock a deadline is an event like any other: a wait that has
 * one is enlisted at the clock (an *alarm*, in a heap), sleeps without a time-out, and
 * is ended by leat__clock_advance, through its claim word. The real clock has no such
 * place; its deadlines are the system's.
 *
 * State. All of it under one lock: what the clock shows, the heap of alarms, those of
 *        threads whose waits carry tokens, in the heap or not, and those who wait for
 *        alarms to be set.
 *
 * Invariants.
 *   I1  with the lock free, every alarm in the heap is later than the clock
 *   I2  an alarm that advance took out and whose wait it claimed is used until that
 *       wait's completion, which its owner waits for; any other alarm is not
 *       touched after the lock is let go
 *   I3  the alarm of a thread's wait that carries tokens is not later than any of their
 *       deadlines: the wait looks at those after it has put its alarm among the
 *       `carrying`, and who brings one forward looks for it there after that
 *
 * Progress and lifetime. As a token (token.h): advancing is linear in the alarms that
 * ring, with the claims under the lock and the wake-ups after it. The lock may be taken
 * while a channel's or token's lock is held, not the other way round. An alarm of an
 * event loop is rung under the lock, which is a system call, and why no program has this
 * clock on that is not a test.
 *
 * MODEL: tests/model/m_clock.c */
#ifndef LEAT_PARK_CLOCK_H
#define LEAT_PARK_CLOCK_H

#include "base/heap.h"
#include "os/os.h"
#include "park/token.h"

/* Set while the virtual clock is on. Plain: written while nothing of leat is in use. */
extern bool leat__clock_virtual;

static inline bool leat__clock_is_virtual(void)
{
#if defined(LEAT_GENMC)
    return false; /* it has a clock of its own, and no tests */
#else
    return LEAT__UNLIKELY(leat__clock_virtual);
#endif
}

/* What the virtual clock shows. */
int64_t leat__clock_now_ns(void);

/* What time it is: for all of leat but src/os. Above 0. */
static inline int64_t leat__now_ns(void)
{
    return leat__clock_is_virtual() ? leat__clock_now_ns() : leat__os_now_ns();
}

/* ---- the virtual clock: all below while it is on ------------------------------- */

typedef struct leat__alarm {
    leat__heap_node at;
    leat__wait *wait; /* to be ended; NULL: call ring instead */
    void (*ring)(struct leat__alarm *alarm); /* under the clock's lock */
    bool uncounted;      /* it is not one of those that await waits for */
    leat__link won;      /* advance's, once it has claimed the wait */
    leat__link carrying; /* its wait carries tokens */
} leat__alarm;

/* Switch. pre: the other clock is on, and nothing of leat is in use. false: (off) an
 * alarm is set */
void leat__clock_on(int64_t start_ns);
bool leat__clock_off(void);

/* Enlist a wait, which must not be sole, to be ended with LEAT__WON_TIMEOUT; and leave,
 * when it is over. false: the time has come, and it is not enlisted. */
bool leat__clock_enlist(leat__alarm *alarm, leat__wait *wait,
                        int64_t deadline_ns);
void leat__clock_delist(leat__alarm *alarm);

/* leat__wait_park with a deadline, or tokens that may have one. */
enum leat__won leat__clock_park(leat__wait *wait, int64_t deadline_ns);

/* A token that a thread's wait carries has this deadline, sooner than before. Linear in
 * such waits. pre: the token's lock is held. true: that time has come and the wait has
 * been won, to be completed with LEAT__WON_TIMEOUT. Who awaits it is put onto `watched`,
 * for leat__clock_tell. */
bool leat__clock_lower(const leat__wait *wait, int64_t deadline_ns,
                       leat__link *watched);
void leat__clock_tell(leat__link *watched); /* pre: no lock is held */

/* Let an alarm be rung at at_ns, and no longer at the time set before; INT64_MAX: not at
 * all. For an alarm without a wait; it is zero, or was set before. */
void leat__clock_set(leat__alarm *alarm, int64_t at_ns);

void leat__clock_advance(int64_t ns);

/* Alarms that are set and counted; the earliest of them all, or INT64_MAX. */
size_t leat__clock_count(void);
int64_t leat__clock_next_ns(void);

/* Wait, as a thread, until count is at least `count`.
 * returns 0, LEAT_ECANCELED (the token, which may be NULL), LEAT_ETIMEDOUT */
int leat__clock_await(size_t count, leat__token *token, int64_t deadline_ns);

#endif
