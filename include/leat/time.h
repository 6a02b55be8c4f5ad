/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* time.h - messages that come by the passing of time: once, again and again, never;
 * and a sleep.
 *
 *     leat_rx *tick;
 *     int64_t due_ns;
 *
 *     int rc = leat_tick(&tick, INT64_C(1000000000), LEAT_MISSED_SKIP, NULL);
 *     ...
 *     while (leat_rx_recv(tick, &due_ns, leat_or_cancel(leat_forever(), stop)) == 0)
 *         report();
 *     leat_rx_drop(tick);
 *
 * leat_after, leat_tick and leat_never give a receiving half like any other: receive,
 * peek, batches, clone, drop, close, weak handles, leat_op_recv in an event loop, all
 * work on it. A message is an int64_t: the time for which it was due, on the clock of
 * leat_now_ns (nanoseconds of CLOCK_MONOTONIC, or of the virtual clock of
 * leat/clock.h). It never comes early.
 *
 * Nothing runs. A timer is two or three numbers; whoever looks compares them with the
 * clock, and whoever waits sleeps until the time is there. There is no thread, no
 * signal and no descriptor behind it, a timer that nobody waits on costs nothing, and
 * no allocation is made after its creation.
 *
 * Several receivers of one timer share its messages: each message goes to exactly one.
 * Those who wait are all woken when it is due; which of them gets it is not said.
 *
 * The sending half is time itself: leat_chan_tx gives NULL, leat_chan_tx_count 0, and
 * leat_rx_is_gone is true from the start. It ends by leat_rx_close: messages that
 * were due by then can still be received, then receives return LEAT_ECLOSED.
 *
 * leat_after gives its one message and then nothing more; it is not closed by that,
 * and a receive that comes later waits, for it may be set again (leat_timer_reset).
 * The capacity is 1, or LEAT_UNBOUNDED for LEAT_MISSED_BURST; the length is how many
 * messages are due.
 *
 * One made with LEAT_STATS counts. Its leat_stats are: received; dropped, the ticks that
 * were missed and do not come (SKIP, DELAY); discarded, what was due and is not received
 * any more, because it was set again, aborted or dropped; sent, all that were due by now;
 * high_water, the most that were due at once; rx_blocked_ns.
 *
 * When not to use it: to bound a wait, say so with a leat_until. To do something at
 * intervals in a thread of its own, leat_sleep is enough. */
#ifndef LEAT_TIME_H
#define LEAT_TIME_H

#include <leat/api.h>
#include <leat/chan.h>
#include <leat/stats.h>
#include <leat/until.h>

/* What leat_tick does about ticks that nobody has received when the next is due. At
 * 0, 1, 2 ... is when they are due; one who comes at 3.5 receives
 *     SKIP     0, and then 4, 5 ...
 *     DELAY    0, and then 4.5, 5.5 ...
 *     BURST    0, 1, 2, 3, and then 4, 5 ...                                */
enum leat_missed {
    LEAT_MISSED_SKIP =
        0, /* the first that was missed comes, the others do not; and
            what comes next is due when it always was */
    LEAT_MISSED_DELAY, /* the first that was missed comes, and the next is due one
            period after that was received: between two is at least a period */
    LEAT_MISSED_BURST /* all come, at once */
};

/* Options of leat_after and leat_tick; all zero is the default for each field but
 * size. In C LEAT_TIMER_OPTS makes them; in C++:
 *     leat_timer_opts opts = LEAT_ZERO_INIT;
 *     opts.size = sizeof opts;                                              */
typedef struct leat_timer_opts {
    size_t size;      /* sizeof(leat_timer_opts) */
    const char *name; /* copied; for dumps; may be NULL */
    void (*gone)(
        void *arg); /* called once, when the timer is freed, in the thread
            that let go last, holding no lock; as leat_chan_opts.gone */
    void *gone_arg; /* kept until then */
    uint32_t flags; /* LEAT_STATS: count, for leat_chan_stats; or 0 */
} leat_timer_opts;

/* LEAT_TIMER_OPTS(.name = "heartbeat"): a pointer to options for one call. C only;
 * C++ fills a leat_timer_opts by hand. */
#ifndef __cplusplus
#define LEAT_TIMER_OPTS(...)                                                   \
    (&(const leat_timer_opts){.size = sizeof(leat_timer_opts), __VA_ARGS__})
#endif

LEAT_BEGIN_DECLS

/* ---- make --------------------------------------------------------------- */

/* A receiver of one message, due when `when` would give up:
 *     leat_in_ms(50), leat_at_ns(t)    then
 *     leat_nowait(), a negative time   at once; the message is the time of the call
 *     leat_each_ms(50)                 as leat_in_ms(50)
 *     leat_forever()                   not before leat_timer_reset says when
 *
 * returns   0                  *rx is yours to drop
 *           LEAT_EINVAL        opts->size or opts->flags are unknown
 *           LEAT_ENOMEM        no memory; below 0 *rx is untouched
 * aborts    if rx is NULL, or `when` carries a token
 * blocks    never            allocates  once here            threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_after(leat_rx **rx, leat_until when,
                                       const leat_timer_opts *opts);

/* A receiver of a message every period_ns nanoseconds. The first is due one period from
 * now; leat_timer_reset(rx, leat_nowait()) lets it come at once.
 *
 * returns   as leat_after, and
 *           LEAT_EINVAL        period_ns is not above 0, or `missed` is unknown
 * aborts    if rx is NULL
 * blocks    never            allocates  once here            threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_tick(leat_rx **rx, int64_t period_ns,
                                      enum leat_missed missed,
                                      const leat_timer_opts *opts);

/* How many bytes leat_after_in and leat_tick_in need, at any address.
 *
 * returns   the bytes; 0 if opts is not valid
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API size_t leat_timer_footprint(const leat_timer_opts *opts);

/* leat_after and leat_tick in memory of your own: mem_bytes at mem, at any alignment. It
 * is leat's until opts->gone is called, as with leat_chan_new_in.
 *
 * returns   as leat_after and leat_tick, never LEAT_ENOMEM, and
 *           LEAT_EINVAL        mem_bytes is less than the footprint
 * aborts    as leat_after; if mem is NULL
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD int leat_after_in(leat_rx **rx, void *mem,
                                          size_t mem_bytes, leat_until when,
                                          const leat_timer_opts *opts);
LEAT_API LEAT_NODISCARD int leat_tick_in(leat_rx **rx, void *mem,
                                         size_t mem_bytes, int64_t period_ns,
                                         enum leat_missed missed,
                                         const leat_timer_opts *opts);

/* A receiver of nothing: receives on it wait until their `until` gives up, and touch
 * no message, so it stands for a receiver of any type that is not there at present.
 * There is one in the process: closing it does nothing, its views are equal, its
 * capacity is 0, and no drop of it is the last.
 *
 * returns   the half, yours to drop
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API LEAT_NODISCARD leat_rx *leat_never(void);

/* ---- set again ------------------------------------------------------------ */

/* Let the next message be due when `when` says, as for leat_after; leat_forever() stops
 * it. A message that was due and has not been received does not come any more, so who
 * receives after this gets nothing stale. A tick goes on from there with its period. Who
 * waits goes on waiting, for the new time.
 *
 * returns   1                  a message was still to come, or to be received
 *           0                  none was: it had been received, or stopped
 *           LEAT_ECLOSED       closed, and nothing is changed
 * aborts    if rx is not of leat_after or leat_tick, or `when` carries a token
 * blocks    never            allocates  never
 * threads   any owner, beside receives too
 * orders    what came before it happens-before the return of the receive that gets a
 *           message due by it
 * since     0.1
 */
LEAT_API int leat_timer_reset(leat_rx *rx, leat_until when);

/* Give a tick another period. The next one is due a new period from now.
 *
 * returns   as leat_timer_reset, and
 *           LEAT_EINVAL        period_ns is not above 0, and nothing is changed
 * aborts    if rx is not of leat_tick
 * blocks, allocates, threads, orders   as leat_timer_reset
 * since     0.1
 */
LEAT_API int leat_timer_every(leat_rx *rx, int64_t period_ns);

/* When is, or was, the next message due?
 *
 * returns   the time on the clock of leat_now_ns; INT64_MAX: none is to come
 * aborts    if rx is not of leat_after or leat_tick
 * blocks    never            allocates  never            threads  any owner
 * since     0.1
 */
LEAT_API int64_t leat_timer_due_ns(leat_rx *rx);

/* ---- sleep ---------------------------------------------------------------- */

/* Sleep until `until` would give up. Coming to its deadline is what a sleep is for, so
 * that is 0. A deadline that has passed, or leat_nowait(), is 0 whatever the token says.
 *
 * returns   0                  the deadline has come
 *           LEAT_ECANCELED     the token has fired, before that
 * blocks    until `until`; for ever, if it is leat_forever() with no token
 * allocates never            threads  any
 * orders    fire happens-before the return of LEAT_ECANCELED
 * since     0.1
 */
LEAT_API int leat_sleep(leat_until until);

LEAT_END_DECLS
#endif
