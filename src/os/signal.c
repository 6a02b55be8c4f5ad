/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* signal.c - the part of the porting contract that is about signals: what a thread holds
 * back, and handlers. Where a handler may go on from here, the ports say (posix.h). */
#define _GNU_SOURCE 1
#include "base/assert.h"
#include "os/os.h"
#include "os/posix.h"

#include <errno.h>
#include <leat/err.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

_Static_assert(sizeof(sigset_t) <= sizeof(leat__os_mask),
               "a sigset_t does not fit a leat__os_mask");

void leat__os_signals_hold(leat__os_mask *before)
{
    sigset_t all;
    sigset_t was;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &was);
    memcpy(before->bits, &was, sizeof was);
}

void leat__os_signals_let(const leat__os_mask *before)
{
    sigset_t was;
    memcpy(&was, before->bits, sizeof was);
    pthread_sigmask(SIG_SETMASK, &was, NULL);
}

/* ---- handlers ---------------------------------------------------------------------- */

typedef void came_fn(int number);

static leat__ap caught_fn;  /* a came_fn */
static leat__a32 caught_by; /* the process that catches */
static struct sigaction caught_before[LEAT__OS_SIGNALS + 1];

void leat__posix_signal_came(int number)
{
    came_fn *came;
    /* relaxed: it was there before the handler was, and is the same for ever */
    void *as_pointer = leat__ldp_rlx(&caught_fn);
    memcpy(&came, &as_pointer, sizeof came);
    came(number);
}

/* A child of fork has the handlers as well, and perhaps locks that nobody in it will let
 * go of. */
static void on_signal(int number)
{
    int saved = errno;
    /* relaxed: a number that changes in children only */
    if (leat__ld32_rlx(&caught_by) == (uint32_t)getpid())
        leat__posix_signal_pass(number);
    errno = saved;
}

/* What a thread does to itself cannot wait for another. */
static bool is_of_a_fault(int number)
{
    return number == SIGSEGV || number == SIGBUS || number == SIGFPE ||
           number == SIGILL;
}

static bool is_ours(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 &&
           (now.sa_flags & SA_SIGINFO) == 0 && now.sa_handler == on_signal;
}

static int catch_it(int number)
{
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = SA_RESTART | SA_ONSTACK};
    sigfillset(&action.sa_mask); /* came takes a lock, and is not interrupted */
    return sigaction(number, &action, &caught_before[number]) == 0
               ? 0
               : LEAT_EINVAL;
}

/* Does ThreadSanitizer come between a signal and its handler? */
#if defined(__SANITIZE_THREAD__)
#define PUTS_HANDLERS_OFF 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PUTS_HANDLERS_OFF 1
#endif
#endif
#ifndef PUTS_HANDLERS_OFF
#define PUTS_HANDLERS_OFF 0
#endif

int leat__os_signal_catch(int number, void (*came)(int number))
{
    void *as_pointer;
    if (number < 1 || number > LEAT__OS_SIGNALS || is_of_a_fault(number))
        return LEAT_EINVAL;
    int saved = errno;
    if (PUTS_HANDLERS_OFF)
        leat__os_nap(); /* it loses one that comes as a thread first blocks: do that now */
    int rc = leat__posix_signals_begin();
    memcpy(&as_pointer, &came, sizeof as_pointer);
    leat__stp_rlx(&caught_fn, as_pointer); /* relaxed: all store the same */
    /* relaxed: likewise */
    leat__st32_rlx(&caught_by, (uint32_t)getpid());
    if (rc == 0)
        rc = catch_it(number);
    errno = saved;
    return rc;
}

void leat__os_signal_uncatch(int number)
{
    int saved = errno;
    if (is_ours(number))
        sigaction(number, &caught_before[number], NULL);
    errno = saved;
}

/* ThreadSanitizer puts handlers off until their thread makes a call that it knows, and one
 * who sleeps makes none. So a thread that may be interrupted for a receiver of signals
 * wakes up now and then there, and looks at the clock, which is such a call. */
int64_t leat__posix_sleep_until(int64_t deadline_ns)
{
    enum { NOW_AND_THEN_NS = 20000000 };
    /* relaxed: who slept before there was a receiver is late for it once */
    if (!PUTS_HANDLERS_OFF || leat__ld32_rlx(&caught_by) == 0)
        return deadline_ns;
    int64_t soon_ns = leat__os_now_ns() + NOW_AND_THEN_NS;
    return soon_ns < deadline_ns ? soon_ns : deadline_ns;
}
