/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* clock.h - a virtual clock, for tests: time that moves when the test says so.
 *
 *     leat_clock_virtual_on(0);
 *     leat_tick(&tick, 60 * SECOND, LEAT_MISSED_SKIP, NULL);
 *     start_reporter(tick);                               waits for tick, in a thread
 *     leat_clock_await(1, leat_forever());                ... now it does
 *     leat_clock_advance(60 * SECOND);                    a minute later
 *     MUST(leat_rx_recv(reports, &report, leat_forever()) == 0);
 *     ...
 *     leat_clock_virtual_off();
 *
 * While it is on, leat_now_ns and every deadline of every wait of leat's follow it: in
 * receives and sends, joins, timers, sleeps, event loops. It stands still but for
 * leat_clock_advance. Deadlines end waits in their order, none before its time, and a
 * test of a day takes no time.
 *
 * Advancing wakes who waits; it does not wait for whom it wakes. What they do then, they
 * do beside you, so wait for something that it leads to (a message, a join), or for
 * their next wait (leat_clock_await), before you look or advance again.
 *
 * One jump. A receiver of ticks who sleeps while ten periods are skipped in one advance
 * finds what its leat_missed says. To see each, advance period by period.
 *
 * Event loops: with a descriptor that covers deadlines (leat_loop_has_timer) it is
 * readable when leat_clock_advance returns. Without, you dispatch when
 * leat_loop_deadline_ns has come.
 *
 * A token's deadline ends the waits that carry it like any other. When it is set or brought
 * forward they follow at once: leat_clock_waiting and leat_clock_next_ns know of it when
 * leat_cancel_fire_at has returned.
 *
 * It is the process's, for programs that test; there is one branch for it on the way to
 * a wait. Time outlives no test: what leat measures (statistics, dumps) is in virtual
 * time as well. With it on, leat_now_ns is not for signal handlers. */
#ifndef LEAT_CLOCK_H
#define LEAT_CLOCK_H

#include <leat/api.h>
#include <leat/until.h>

LEAT_BEGIN_DECLS

/* Switch to the virtual clock, which shows start_ns; 0 and below: what the real one
 * shows now.
 *
 * aborts    if it is on
 * blocks    never            allocates  never
 * threads   one, while no call of leat's runs or waits, and no event loop has started
 *           operations, in any other; what uses leat later knows of it
 *           (happens-before), as a thread does that is started later
 * since     0.1
 */
LEAT_API void leat_clock_virtual_on(int64_t start_ns);

/* Back to the real clock.
 *
 * aborts    if it is off, or if somebody waits with a deadline
 * blocks    never            allocates  never
 * threads   as leat_clock_virtual_on
 * since     0.1
 */
LEAT_API void leat_clock_virtual_off(void);

/* Is it on?
 *
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API bool leat_clock_is_virtual(void);

/* Let ns nanoseconds pass at once; the sum saturates below INT64_MAX, which is never.
 * When it returns, each wait whose deadline has come and that nothing else has ended has
 * ended, in the order of deadlines: its thread is awake, though it may not have run yet.
 *
 * aborts    if the clock is real, or ns is negative
 * blocks    never            allocates  never            threads  any
 * orders    what came before it happens-before the return of a wait that it ends
 * since     0.1
 */
LEAT_API void leat_clock_advance(int64_t ns);

/* How many waits with a deadline are under way: threads that wait with one, or for a
 * timer, and event loops with one whose descriptor covers it. Those whose deadline has
 * come are none of them any more.
 *
 * returns   how many; true for a moment that may be past
 * aborts    if the clock is real
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API size_t leat_clock_waiting(void);

/* The earliest deadline of those: to advance just that far.
 *
 * returns   the time; INT64_MAX: there is none
 * aborts    if the clock is real
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API int64_t leat_clock_next_ns(void);

/* Wait until at least so many waits with a deadline are under way: until those whom a
 * test has set going sleep, and advancing will find them. This wait is none of them.
 *
 * returns   0                  there are so many
 *           LEAT_EAGAIN, LEAT_ETIMEDOUT, LEAT_ECANCELED
 *                              `until` gave up
 * aborts    if the clock is real
 * blocks    until `until`            allocates  never            threads  any
 * orders    what came before those waits happens-before the return of 0
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_clock_await(size_t waiting, leat_until until);

LEAT_END_DECLS
#endif
