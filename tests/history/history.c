/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* history.c - record short histories of one flavour of channel, and check each.
 *
 *     history FLAVOUR        one of those in plan.c; "all" runs each in turn
 *
 *     LEAT_SEED=n            the dice (printed, so that they can be thrown again)
 *     LEAT_HISTORIES=n       how many histories; the default is 10,000
 *     LEAT_HISTORY=n         plan number n alone, again and again: what failed once
 *                            is likely to fail again
 *     LEAT_HISTORY_STUCK=s   seconds after which a history that does not end is
 *                            printed, and the process aborted
 *
 * The seed and the number give what the threads do; in which order, and so whether
 * it fails, is the machine's. */
#define _GNU_SOURCE 1
#include "gang.h"
#include "tally.h"
#include "t.h"

#include <leat/dump.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct flavour *flavour;
static struct trial trials[BURST];

/* ---- failing ---------------------------------------------------------------------- */

static _Noreturn void give_up(const struct trial *trial, const char *why,
                              const struct verdict *verdict)
{
    unsigned long long seed = t_seed();
    unsigned long long number = trial->plan.number;
    flockfile(stderr);
    fprintf(stderr, "history %s: history %llu of seed %llu: %s\n",
            flavour->name, number, seed, why);
    history_print(stderr, &trial->history, verdict);
    fprintf(stderr,
            "  The same plan again and again, until it fails:\n"
            "    LEAT_SEED=%llu LEAT_HISTORY=%llu history %s\n",
            seed, number, flavour->name);
    fflush(stderr);
    if (verdict == NULL)
        leat_dump(STDERR_FILENO);
    abort();
}

static void on_stuck(const struct trial *trial)
{
    if (trial == NULL) {
        fprintf(stderr, "history %s: stuck between two histories\n",
                flavour->name);
        leat_dump(STDERR_FILENO);
        abort();
    }
    give_up(trial, "somebody waits for something that has happened", NULL);
}

/* ---- one run --------------------------------------------------------------------------- */

/* Did the run meet what it is for? However the threads are scheduled: a receiver
 * that comes first waits for a sender, and one that comes last has kept a sender
 * waiting, if there is not much room. */
static void must_have_met(const struct tally *tally)
{
    const struct channel *first = &flavour->channel[0];
    bool waits = first->cap < 4 && first->policy == LEAT_POLICY_BLOCK;
    bool drops = first->policy >= LEAT_POLICY_DROP_OLDEST;
    bool forces = (first->does & FORCES) != 0;
    bool batches = (first->does & BATCHES) != 0;
    bool places = (first->does & PLACES) != 0;
    const char *missed = NULL;
    if (tally->overlapped == 0 || tally->recvs_waited == 0 ||
        (waits && tally->sends_waited == 0))
        missed = "the threads never waited for each other";
    else if (drops && tally->dropped == 0)
        missed = "no send dropped anything";
    else if (forces && tally->displaced == 0)
        missed = "nothing was displaced";
    else if (batches && (tally->batched == 0 || tally->cut_short == 0 ||
                         tally->peeked == 0))
        missed = "no batch was cut short, or nothing was peeked at";
    else if (places && (tally->committed == 0 || tally->borrowed == 0 ||
                        tally->put_back == 0))
        missed = "nothing was sent, received or put back in place";
    if (missed == NULL)
        return;
    fprintf(stderr, "history %s: %s\n", flavour->name, missed);
    abort();
}

static void burst(const uint64_t *number, unsigned n, struct tally *tally)
{
    static struct verdict verdict;
    for (unsigned i = 0; i < n; i++) {
        plan_roll(&trials[i].plan, flavour, number[i]);
        if (!trial_begin(&trials[i])) {
            fprintf(stderr, "history: no memory for a channel\n");
            abort();
        }
    }
    gang_play(trials, n, trials[0].plan.threads);
    for (unsigned i = 0; i < n; i++) {
        trial_end(&trials[i]);
        check(&trials[i].history, &verdict);
        if (!verdict.fine)
            give_up(&trials[i], verdict.why, &verdict);
        tally_add(tally, &trials[i].history, &verdict);
    }
}

static void run(uint64_t histories, unsigned stuck_s, const uint64_t *only)
{
    struct tally tally = {0};
    int64_t began_ns = leat_now_ns();
    gang_start(stuck_s, on_stuck);
    for (uint64_t next = 0; next < histories;) {
        uint64_t number[BURST];
        unsigned n = 0;
        for (; n < BURST && next < histories; n++, next++)
            number[n] = only != NULL ? *only : next;
        burst(number, n, &tally);
    }
    gang_stop();
    printf("history %s: %.1f s\n", flavour->name,
           (double)(leat_now_ns() - began_ns) / 1e9);
    tally_print(&tally);
    fflush(stdout);
    if (only == NULL && histories >= 1000)
        must_have_met(&tally);
}

/* ---- the command line ---------------------------------------------------------------------- */

static bool env_number(const char *name, uint64_t *n)
{
    const char *text = getenv(name);
    char *end;
    if (text == NULL || *text == '\0')
        return false;
    errno = 0;
    *n = strtoull(text, &end, 0);
    if (*end != '\0' || errno != 0) {
        fprintf(stderr, "history: %s is not a number: %s\n", name, text);
        exit(2);
    }
    return true;
}

int main(int argc, char **argv)
{
    const char *wanted = argc == 2 ? argv[1] : "";
    uint64_t histories = t_scaled(10000);
    uint64_t stuck_s = 60;
    uint64_t only;
    env_number("LEAT_HISTORIES", &histories);
    env_number("LEAT_HISTORY_STUCK", &stuck_s);
    bool has_only = env_number("LEAT_HISTORY", &only);
    bool all = strcmp(wanted, "all") == 0;
    if (!all && flavour_named(wanted) == NULL) {
        fprintf(stderr, "usage: history all|FLAVOUR\nflavours:");
        for (unsigned n = 0; flavour_number(n) != NULL; n++)
            fprintf(stderr, " %s", flavour_number(n)->name);
        fprintf(stderr, "\n");
        return 2;
    }
    for (unsigned n = 0; flavour_number(n) != NULL; n++) {
        flavour = flavour_number(n);
        if (!all && strcmp(flavour->name, wanted) != 0)
            continue;
        printf("history %s: %llu histories, LEAT_SEED=%llu\n", flavour->name,
               (unsigned long long)histories, (unsigned long long)t_seed());
        fflush(stdout);
        run(histories, (unsigned)stuck_s, has_only ? &only : NULL);
    }
    return 0;
}
