/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* selects.c - storms of selects: a few threads, each of which sends and receives on several
 * channels at once, by selects over any of them in both directions, with times and tokens
 * that end them, and sets beside them, while one closes channels. See small.h.
 *
 * The fate of every message is counted: each is with its sender still (all channels were
 * closed), was received once, or was discarded once; and no message comes from nowhere. */
#define _GNU_SOURCE 1
#include "small.h"

#include <stdatomic.h>

enum {
    CHANS = 4,
    ACTORS = 4,
    EACH = 150, /* messages of an actor, in an episode */
    MOST = 2 * CHANS + 2
};

struct kind {
    size_t cap;
    uint32_t flags;
    enum leat_policy policy;
};

struct flavour {
    const char *name;
    bool promised; /* two actors, each at its own ends */
    struct kind kind[CHANS];
};

static struct {
    const struct flavour *flavour;
    leat_tx *tx[CHANS];
    leat_rx *rx[CHANS];
    leat_cancel *token; /* fired in the midst of it */
    atomic_uchar got[ACTORS * EACH];
    atomic_uchar discarded[ACTORS * EACH];
    bool sent[ACTORS * EACH]; /* its sender's */
} g;

struct actor {
    int number;
    pthread_t thread;
    t_rand dice;
    leat_tx *tx[CHANS]; /* NULL: it has none */
    leat_rx *rx[CHANS]; /* NULL: it has none, or it has met its end */
    unsigned next;      /* message */
    uint64_t out;
    uint64_t in;
};

static unsigned number_of(const struct actor *actor)
{
    return (unsigned)actor->number * EACH + actor->next;
}

static void note(atomic_uchar *fates, uint64_t message)
{
    STORM_MUST(message < ACTORS * EACH);
    STORM_MUST(atomic_fetch_add(&fates[message], 1) == 0);
}

static void on_discard(void *msg, void *arg)
{
    uint64_t message;
    STORM_MUST(arg == &g);
    memcpy(&message, msg, sizeof message);
    note(g.discarded, message);
}

/* ---- one select -------------------------------------------------------------------------- */

/* Never for ever: what it does not look at may be all that comes. */
static leat_until some_time(t_rand *dice)
{
    leat_until until = leat_in_ns((int64_t)t_below(dice, 200000));
    switch (t_below(dice, 4)) {
    case 0:
        return leat_nowait();
    case 1:
        return leat_or_cancel(until, g.token);
    default:
        return until;
    }
}

/* What a case stands for: a channel, and a direction. */
struct meaning {
    int chan;
    bool sends;
};

struct choice {
    leat_case cases[MOST];
    struct meaning means[MOST];
    size_t n;
};

static void choose(struct choice *choice, leat_case it, int chan, bool sends)
{
    choice->cases[choice->n] = it;
    choice->means[choice->n++] = (struct meaning){chan, sends};
}

static bool has_message(const struct actor *actor)
{
    return actor->next < EACH;
}

/* Most of what there is, in a turned order; some of it twice. */
static void choose_some(struct actor *actor, struct choice *choice)
{
    int first = (int)t_below(&actor->dice, CHANS);
    choice->n = 0;
    for (int i = 0; i < CHANS; i++) {
        int chan = (first + i) % CHANS;
        bool sends = has_message(actor) && actor->tx[chan] != NULL;
        if (sends && t_below(&actor->dice, 4) != 0)
            choose(choice, leat_on_send(actor->tx[chan], &actor->out), chan,
                   true);
        if (actor->rx[chan] != NULL && t_below(&actor->dice, 4) != 0)
            choose(choice, leat_on_recv(actor->rx[chan], &actor->in), chan,
                   false);
    }
    if (choice->n > 0 && t_below(&actor->dice, 4) == 0)
        choose(choice, choice->cases[0], choice->means[0].chan,
               choice->means[0].sends);
    if (t_below(&actor->dice, 4) == 0)
        choose(choice, leat_on_at(INT64_MAX - 1), -1, false);
}

/* The half is of no use any more. */
static void leave_tx(struct actor *actor, int chan)
{
    leat_tx_drop(actor->tx[chan]);
    actor->tx[chan] = NULL;
}

static void leave_rx(struct actor *actor, int chan)
{
    leat_rx_drop(actor->rx[chan]);
    actor->rx[chan] = NULL;
}

static void was_done(struct actor *actor, struct meaning what, int rc)
{
    STORM_MUST(what.chan >= 0); /* a time has come that never comes */
    STORM_MUST(rc == 0 || rc == LEAT_ECLOSED);
    if (rc == 0 && what.sends) {
        g.sent[actor->out] = true;
        actor->next++;
        actor->out = number_of(actor);
    } else if (rc == 0) {
        note(g.got, actor->in);
    } else if (what.sends) {
        leave_tx(actor, what.chan);
    } else {
        leave_rx(actor, what.chan);
    }
}

static void by_a_select(struct actor *actor)
{
    struct choice choice;
    leat_until until = some_time(&actor->dice);
    choose_some(actor, &choice);
    int index = leat_select(choice.cases, choice.n,
                            (uint32_t)t_below(&actor->dice, 2), until);
    if (index >= 0)
        was_done(actor, choice.means[index], choice.cases[index].rc);
    else
        STORM_MUST(storm_gave_up(index, until));
}

/* Told first. Where a message needs both sides in line, those who only ask do not meet. */
static void by_asking(struct actor *actor)
{
    struct choice choice;
    leat_until until = some_time(&actor->dice);
    choose_some(actor, &choice);
    int index = leat_ready(choice.cases, choice.n, 0, until);
    if (index < 0) {
        STORM_MUST(storm_gave_up(index, until));
        return;
    }
    struct meaning what = choice.means[index];
    STORM_MUST(what.chan >= 0);
    int rc =
        what.sends
            ? leat_tx_send(actor->tx[what.chan], &actor->out, leat_nowait())
            : leat_rx_recv(actor->rx[what.chan], &actor->in, leat_nowait());
    if (rc != LEAT_EAGAIN)
        was_done(actor, what, rc);
}

/* A few of them by a set, which is then gone. */
static void by_a_set(struct actor *actor)
{
    struct meaning means[2 * CHANS];
    leat_set *set = NULL;
    STORM_MUST(leat_set_new(&set) == 0);
    int n = 0;
    for (int i = 0; i < CHANS; i++) {
        if (actor->rx[i] == NULL)
            continue;
        STORM_MUST(leat_set_add(set, leat_on_recv(actor->rx[i], &actor->in)) ==
                   n);
        means[n++] = (struct meaning){i, false};
    }
    for (int turns = 1 + (int)t_below(&actor->dice, 8); turns > 0; turns--) {
        leat_until until = some_time(&actor->dice);
        int index = leat_set_wait(set, until);
        if (index < 0) {
            STORM_MUST(storm_gave_up(index, until));
            continue;
        }
        int rc = leat_set_case(set, index)->rc;
        if (rc == LEAT_ECLOSED)
            STORM_MUST(leat_set_remove(set, index)); /* before its half goes */
        was_done(actor, means[index], rc);
    }
    leat_set_drop(set);
}

static bool has_any(const struct actor *actor)
{
    for (int i = 0; i < CHANS; i++)
        if (actor->rx[i] != NULL)
            return true;
    return false;
}

static bool can_send(const struct actor *actor)
{
    bool can = false;
    for (int i = 0; i < CHANS; i++)
        can = can || actor->tx[i] != NULL;
    return can && has_message(actor);
}

static void *acts(void *arg)
{
    struct actor *actor = arg;
    actor->out = number_of(actor);
    while (can_send(actor) || has_any(actor)) {
        if (!can_send(actor)) /* so that the others come to the end */
            for (int i = 0; i < CHANS; i++)
                leave_tx(actor, i);
        switch (t_below(&actor->dice, 8)) {
        case 0:
            by_asking(actor);
            break;
        case 1:
            by_a_set(actor);
            break;
        default:
            by_a_select(actor);
            break;
        }
    }
    for (int i = 0; i < CHANS; i++)
        leave_tx(actor, i);
    return NULL;
}

/* ---- an episode ------------------------------------------------------------------------------ */

static void make_chans(void)
{
    for (int i = 0; i < CHANS; i++) {
        const struct kind *kind = &g.flavour->kind[i];
        leat_chan_opts opts = {.size = sizeof opts,
                               .flags = kind->flags,
                               .policy = kind->policy,
                               .discard = on_discard,
                               .discard_arg = &g,
                               .name = g.flavour->name};
        STORM_MUST(leat_chan_new(&g.tx[i], &g.rx[i], sizeof(uint64_t),
                                 kind->cap, &opts) == 0);
    }
}

/* Of promised ends the first actor has the senders of the first channels and the receivers
 * of the others, and the second the rest; else each has all. */
static void hand_out(struct actor *actor, int n)
{
    for (int i = 0; i < CHANS; i++) {
        bool sends = i < CHANS / 2 ? n == 0 : n == 1;
        if (g.flavour->promised) {
            actor->tx[i] = sends ? g.tx[i] : NULL;
            actor->rx[i] = sends ? NULL : g.rx[i];
        } else {
            actor->tx[i] = leat_tx_clone(g.tx[i]);
            actor->rx[i] = leat_rx_clone(g.rx[i]);
        }
    }
}

/* The owners that the channels were made with, and what they do before they go. */
static void meddle(t_rand *dice)
{
    bool ends = t_below(dice, 3) == 0;
    (void)leat_sleep(leat_in_ns((int64_t)t_below(dice, 300000)));
    leat_cancel_fire(g.token);
    for (int i = 0; i < CHANS; i++) {
        if (g.flavour->promised)
            continue;
        switch (ends ? t_below(dice, 6) : 6) {
        case 0:
            leat_tx_close(g.tx[i]);
            break;
        case 1:
            leat_rx_close(g.rx[i]);
            break;
        case 2:
            leat_rx_abort(g.rx[i]);
            break;
        default:
            break;
        }
        leat_tx_drop(g.tx[i]);
        leat_rx_drop(g.rx[i]);
    }
}

static uint64_t audit(void)
{
    uint64_t settled = 0;
    for (int i = 0; i < ACTORS * EACH; i++) {
        unsigned fates = atomic_load(&g.got[i]) + atomic_load(&g.discarded[i]);
        STORM_MUST(fates == g.sent[i]);
        settled += fates;
    }
    return settled;
}

static uint64_t episode(const struct flavour *flavour, t_rand *dice)
{
    struct actor actors[ACTORS];
    int n = flavour->promised ? 2 : ACTORS;
    memset(&g, 0, sizeof g);
    g.flavour = flavour;
    make_chans();
    STORM_MUST(leat_cancel_new(&g.token) == 0);
    for (int i = 0; i < n; i++) {
        actors[i] =
            (struct actor){.number = i, .dice = t_random(t_next(dice) >> 8)};
        hand_out(&actors[i], i);
    }
    for (int i = 0; i < n; i++)
        actors[i].thread = t_spawn(acts, &actors[i]);
    meddle(dice);
    for (int i = 0; i < n; i++)
        t_join(actors[i].thread);
    STORM_MUST(leat_cancel_drop(g.token));
    return audit();
}

#define BOTH (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)
#define PLAIN(cap, flags)                                                      \
    {                                                                          \
        cap, flags, LEAT_POLICY_BLOCK                                          \
    }

#define STORM_OF(way, promised, ...)                                           \
    static uint64_t way(t_rand *dice)                                          \
    {                                                                          \
        static const struct flavour flavour = {                                \
            "select_" #way, promised, {__VA_ARGS__}};                          \
        return episode(&flavour, dice);                                        \
    }

STORM_OF(rendezvous, false, PLAIN(0, 0), PLAIN(0, 0), PLAIN(0, 0), PLAIN(0, 0))
STORM_OF(bounded, false, PLAIN(1, 0), PLAIN(1, 0), PLAIN(2, 0), PLAIN(64, 0))
STORM_OF(unbounded, false, PLAIN(LEAT_UNBOUNDED, 0), PLAIN(LEAT_UNBOUNDED, 0),
         PLAIN(LEAT_UNBOUNDED, LEAT_STATS), PLAIN(1, 0))
STORM_OF(in_place, false, PLAIN(1, LEAT_IN_PLACE), PLAIN(2, LEAT_IN_PLACE),
         PLAIN(LEAT_UNBOUNDED, LEAT_IN_PLACE), PLAIN(0, 0))
STORM_OF(policies, false, {2, 0, LEAT_POLICY_DROP_OLDEST},
         {2, 0, LEAT_POLICY_DROP_NEWEST}, {1, 0, LEAT_POLICY_FAIL},
         {1, 0, LEAT_POLICY_CONFLATE})
STORM_OF(mixed, false, PLAIN(0, 0), PLAIN(1, LEAT_STATS),
         PLAIN(LEAT_UNBOUNDED, 0), PLAIN(3, LEAT_IN_PLACE))
STORM_OF(spsc, true, PLAIN(2, BOTH), PLAIN(64, BOTH), PLAIN(2, BOTH),
         PLAIN(LEAT_UNBOUNDED, BOTH))
STORM_OF(promised, true, PLAIN(0, BOTH), PLAIN(2, BOTH), PLAIN(0, BOTH),
         PLAIN(2, BOTH | LEAT_IN_PLACE))

static const struct storm_way ways[] = {
    {"select_rendezvous", rendezvous, 40000, 20000000},
    {"select_bounded", bounded, 40000, 20000000},
    {"select_unbounded", unbounded, 40000, 20000000},
    {"select_in_place", in_place, 40000, 20000000},
    {"select_policies", policies, 40000, 20000000},
    {"select_mixed", mixed, 40000, 20000000},
    {"select_spsc", spsc, 40000, 20000000},
    {"select_promised", promised, 40000, 20000000},
};

int main(int argc, char **argv)
{
    return storm_main(argc, argv, ways, sizeof ways / sizeof ways[0]);
}
