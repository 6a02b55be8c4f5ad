/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sim_signal.c - signals (os.h) in a simulated world: a handler runs in any thread that has
 * not held them, between two of its steps, on its stack. So one who wants what the thread
 * has that it interrupted waits for ever. Compiled without sanitizers, as sim.c is. */
#include "sim_signal.h"
#include "os/os.h"
#include "sim.h"
#include "sim_bell.h"

#include <leat/err.h>

static struct {
    void (*came)(int number);
    bool caught[LEAT__OS_SIGNALS + 1];
    uint64_t pending;
    bool held[SIM_THREADS];
} signals;

void leat__os_signals_hold(leat__os_mask *before)
{
    int self = sim_self();
    *before = (leat__os_mask){0};
    if (self < 0)
        return; /* the host is not interrupted */
    before->bits[0] = signals.held[self];
    signals.held[self] = true;
}

void leat__os_signals_let(const leat__os_mask *before)
{
    int self = sim_self();
    if (self >= 0)
        signals.held[self] = before->bits[0] != 0;
}

int leat__os_signal_catch(int number, void (*came)(int number))
{
    sim_point_at(__builtin_return_address(0));
    if (sim_starved())
        return LEAT_EAGAIN;
    if (signals.caught[number])
        sim_fail("a signal is caught twice");
    signals.caught[number] = true;
    signals.came = came;
    return 0;
}

void leat__os_signal_uncatch(int number)
{
    sim_point_at(__builtin_return_address(0));
    if (!signals.caught[number])
        sim_fail("a signal is let go that was not caught");
    signals.caught[number] = false;
}

static void handle_one(int number)
{
    leat__os_mask before;
    signals.pending &= ~(UINT64_C(1) << (number - 1));
    if (!signals.caught[number])
        return; /* ignored, since when it was sent */
    leat__os_signals_hold(&before);
    signals.came(number);
    leat__os_signals_let(&before);
}

void sim_signals_point(void)
{
    int self = sim_self();
    if (signals.pending == 0 || signals.held[self] || sim_random(3) != 0)
        return;
    for (int number = 1; number <= LEAT__OS_SIGNALS; number++) {
        if ((signals.pending >> (number - 1) & 1) != 0) {
            handle_one(number);
            return;
        }
    }
}

void sim_kill(int number)
{
    uint64_t bit = UINT64_C(1) << (number - 1);
    signals.pending |= bit;
    sim_wake_any(); /* who sleeps may be the one */
    while ((signals.pending & bit) != 0)
        leat__os_yield();
}

bool sim_signals_end(void)
{
    bool none = signals.pending == 0;
    for (int i = 0; i <= LEAT__OS_SIGNALS; i++) {
        none = none && !signals.caught[i];
        signals.caught[i] = false;
    }
    for (int i = 0; i < SIM_THREADS; i++)
        signals.held[i] = false;
    signals.pending = 0;
    return none;
}
