/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* wait.c - the claim word and the two ways of waking. See wait.h. */
#include "park/wait.h"
#include "os/os.h"
#include "park/clock.h"
#include "park/spin.h"
#include "park/token.h"
#include "park/until.h"

bool leat__wait_claim(leat__wait *wait)
{
    if (wait->sole)
        return true;
    for (;;) {
        /* relaxed: the claim moves no data. What the owner wrote before it
         * enlisted came with the place's lock, and what the winner writes goes
         * with the completion. */
        uint32_t seen = leat__ld32_rlx(&wait->word);
        if ((seen & LEAT__WAIT_CLAIMED) != 0)
            return false;
        /* LP: the claim. Fails only if the owner set SLEEPING, which happens once,
         * or another event won, or a nudge came or went, of which there is one for
         * each sooner deadline. */
        if (leat__cas32_rlx(&wait->word, &seen, seen | LEAT__WAIT_CLAIMED))
            return true; /* relaxed: see above */
    }
}

/* The processor we run on, as the word has it; 0 if nobody knows. */
static uint32_t cpu_bits(void)
{
    return (uint32_t)(leat__os_cpu() + 1) << LEAT__WAIT_CPU_SHIFT;
}

void leat__wait_complete(leat__wait *wait, enum leat__won won)
{
    void (*notify)(leat__wait *) = wait->notify;
    uint32_t done = LEAT__WAIT_CLAIMED | LEAT__WAIT_DONE |
                    (uint32_t)won << LEAT__WAIT_WON_SHIFT |
                    (notify != NULL ? 0 : cpu_bits());
    /* ORDER wait.done: the outcome before DONE. LAST TOUCH for a thread: it may
     * return, and its stack be reused, as soon as it sees DONE. */
    uint32_t before = leat__xchg32_rel(&wait->word, done);
    LEAT_ASSERT((before & LEAT__WAIT_DONE) == 0);
    if (notify != NULL) {
        notify(wait); /* LAST TOUCH for a callback: it is told, then it goes */
    } else if ((before & LEAT__WAIT_SLEEPING) != 0) {
        /* I5. Only an address from here on: see leat__os_futex_wake. */
        leat__os_futex_wake(&wait->word);
    }
}

static enum leat__won won_of(uint32_t word)
{
    return (enum leat__won)(word >> LEAT__WAIT_WON_SHIFT & LEAT__WAIT_WON_MASK);
}

/* How many of this thread's waits in a row were ended from the processor that it
 * runs on itself. Above 0, whoever ends the next one probably needs this processor,
 * and to pause here is to be in its way. And two threads that only ever yield to
 * each other stay where they are while another processor is idle, since a thread
 * is placed when it wakes: so after SETTLED such waits, one sleeps at once. */
static LEAT__THREAD_LOCAL unsigned ended_here;

enum { SETTLED = 32 };

static void remember_where(uint32_t word)
{
    uint32_t cpu = word >> LEAT__WAIT_CPU_SHIFT << LEAT__WAIT_CPU_SHIFT;
    if (cpu != 0)
        ended_here = cpu == cpu_bits() ? ended_here + 1 : 0;
}

bool leat__wait_is_near(void)
{
    return ended_here > 0;
}

/* Look for DONE for a bounded time. */
static bool spin_until_done(leat__wait *wait, uint32_t *word,
                            int64_t deadline_ns)
{
    leat__spin spin = LEAT__SPIN_PARKED;
    spin.deadline_ns = deadline_ns;
    if (ended_here >= SETTLED) {
        ended_here = 0;
        return false;
    }
    if (ended_here > 0)
        spin.turn = spin.pauses;
    do {
        /* ORDER wait.done: DONE before the outcome. */
        *word = leat__ld32_acq(&wait->word);
        if ((*word & LEAT__WAIT_DONE) != 0)
            return true;
    } while (leat__spin_turn(&spin));
    return false;
}

int64_t leat__wait_due_ns(const leat__wait *wait, int64_t deadline_ns)
{
    const leat__carrier *at = wait->carriers;
    for (; at != NULL; at = at->next) {
        int64_t due_ns = leat__token_due_ns(at->token);
        if (due_ns < deadline_ns)
            deadline_ns = due_ns;
    }
    return deadline_ns;
}

bool leat__wait_expire(const leat__wait *wait)
{
    bool fired = false;
    const leat__carrier *at = wait->carriers;
    for (; at != NULL; at = at->next)
        fired |= leat__token_fired(at->token);
    return fired;
}

leat__a32 *leat__wait_nudge(leat__wait *wait)
{
    LEAT_ASSERT(!wait->sole && wait->notify == NULL);
    /* ORDER wait.nudge: the token's deadline before who looks at it because of us. */
    uint32_t before = leat__or32_rel(&wait->word, LEAT__WAIT_NUDGED);
    return (before & LEAT__WAIT_SLEEPING) != 0 ? &wait->word : NULL;
}

/* A deadline has passed. true: it was the wait's own, and the owner has won; else
 * something has been claimed, or there is another deadline. */
static bool give_up(leat__wait *wait, int64_t *deadline_ns)
{
    if (wait->carriers != NULL) {
        (void)leat__wait_expire(wait);
        if (!leat__deadline_passed(*deadline_ns))
            return false;
    }
    /* If it fails another event won: its outcome is on the way, and the deadline has
     * done its part. */
    *deadline_ns = INT64_MAX;
    return leat__wait_claim(wait);
}

/* When the system is to wake us. The virtual clock sees to its deadlines by itself. */
static int64_t system_due_ns(const leat__wait *wait, int64_t deadline_ns)
{
    if (leat__clock_is_virtual())
        return deadline_ns;
    return leat__wait_due_ns(wait, deadline_ns);
}

/* As a deadline at the virtual clock; if it was a token's, that fires. */
static enum leat__won park_virtual(leat__wait *wait, int64_t deadline_ns)
{
    enum leat__won won = leat__clock_park(wait, deadline_ns);
    if (won == LEAT__WON_TIMEOUT && leat__wait_expire(wait))
        won = LEAT__WON_CANCEL;
    return won;
}

/* Might the virtual clock end it? */
static bool is_virtual(const leat__wait *wait, int64_t deadline_ns)
{
    return leat__clock_is_virtual() &&
           (deadline_ns != INT64_MAX || wait->carriers != NULL);
}

/* Sleep until DONE, or until the deadline is won. */
static bool sleep_until_done(leat__wait *wait, uint32_t *word,
                             int64_t deadline_ns)
{
    int64_t due_ns = system_due_ns(wait, deadline_ns);
    for (;;) {
        /* ORDER wait.done: DONE before the outcome.
         * ORDER wait.nudge: the nudge before the deadline that it is for. */
        *word = leat__ld32_acq(&wait->word);
        if ((*word & LEAT__WAIT_DONE) != 0)
            return true;
        if ((*word & LEAT__WAIT_NUDGED) != 0) {
            /* ORDER wait.nudge: likewise of a nudge that came just now. If it fails
             * we look once more. */
            leat__cas32_acq(&wait->word, word,
                            *word & ~(uint32_t)LEAT__WAIT_NUDGED);
            due_ns = system_due_ns(wait, deadline_ns);
            continue;
        }
        /* relaxed: SLEEPING publishes nothing. The word itself orders it against
         * the completion: whichever comes second sees the first. */
        if ((*word & LEAT__WAIT_SLEEPING) == 0 &&
            !leat__cas32_rlx(&wait->word, word, *word | LEAT__WAIT_SLEEPING))
            continue;
        *word |= LEAT__WAIT_SLEEPING;
        if (!leat__os_futex_wait(&wait->word, *word, due_ns)) {
            if (give_up(wait, &deadline_ns))
                return false;
            due_ns = system_due_ns(wait, deadline_ns);
        }
    }
}

enum leat__won leat__wait_ended(leat__wait *wait)
{
    uint32_t word;
    if (!spin_until_done(wait, &word, INT64_MAX))
        (void)sleep_until_done(wait, &word, INT64_MAX);
    remember_where(word);
    return won_of(word);
}

enum leat__won leat__wait_park(leat__wait *wait, int64_t deadline_ns)
{
    uint32_t word;
    LEAT_ASSERT(!wait->sole || deadline_ns == INT64_MAX);
    if (is_virtual(wait, deadline_ns))
        return park_virtual(wait, deadline_ns);
    if (!spin_until_done(wait, &word, deadline_ns) &&
        !sleep_until_done(wait, &word, deadline_ns))
        return LEAT__WON_TIMEOUT;
    remember_where(word);
    return won_of(word);
}

enum leat__won leat__wait_sleep(leat__wait *wait, int64_t deadline_ns)
{
    uint32_t word;
    LEAT_ASSERT(!wait->sole || deadline_ns == INT64_MAX);
    if (is_virtual(wait, deadline_ns))
        return park_virtual(wait, deadline_ns);
    return sleep_until_done(wait, &word, deadline_ns) ? won_of(word)
                                                      : LEAT__WON_TIMEOUT;
}

enum leat__won leat__wait_won(const leat__wait *wait)
{
    /* ORDER wait.done: DONE before the outcome. */
    uint32_t word = leat__ld32_acq(&wait->word);
    LEAT_ASSERT((word & LEAT__WAIT_DONE) != 0);
    return won_of(word);
}
