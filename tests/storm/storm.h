/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* storm.h - who takes part in a storm.
 *
 * A storm is a sequence of *episodes*. Each makes a channel, rolls a *plan*, lets
 * a few threads loose on it until all have dropped their halves, and audits the
 * ledger. Close, abort and the last drops happen once in a channel's life, so it
 * takes many short lives to meet them often.
 *
 * Glossary.
 *   actor     a thread that plays a role: sender, receiver, event loop, or rests
 *   part      one use of one half: a sender or receiver with a name of its own;
 *             a loop plays several. Each part owns the half and drops it
 *   meddler   one more thread: fires tokens, closes, aborts, clones, drops, asks
 *   baton     two actors that share a half promised single take turns by a mutex
 *
 * Randomness comes from the seed; the interleaving is the machine's. */
#ifndef LEAT_STORM_STORM_H
#define LEAT_STORM_STORM_H

#include "ledger.h"

#include <leat.h>
#include <pthread.h>

#define ACTORS 5u
#define PARTS  4u /* of one actor, at most */
#define NEVER  UINT32_MAX

/* Names of senders: part p of actor a, then these two. */
#define PART_NAME(actor, part) ((actor)*PARTS + (part))
#define FILLER_NAME            (ACTORS * PARTS)

/* A kind of channel. */
struct kind {
    size_t cap;
    uint32_t flags;
    enum leat_policy policy;
};

/* A flavour is one kind, or a few that the episodes take turns with. */
struct flavour {
    const char *name;
    size_t kinds;
    struct kind kind[6];
};

struct rng {
    uint64_t state;
};

uint64_t rng_next(struct rng *rng);
uint32_t rng_below(struct rng *rng, uint32_t n); /* 0 .. n-1 */
static inline bool rng_one_in(struct rng *rng, uint32_t n)
{
    return rng_below(rng, n) == 0;
}

/* LOOP is an event loop of our own over internal ops, EVENTS a leat_loop. */
enum role { REST, SENDER, RECEIVER, LOOP, EVENTS };

/* What a part, or the meddler, does with its half at its end, before it drops. */
enum ending { JUST_DROP, CLOSE, CLOSE_BECAUSE, ABORT };

struct part_plan {
    bool sends;
    uint32_t quota; /* messages to make; receives until it leaves (or NEVER) */
    enum ending ending;
};

struct plan {
    struct kind kind;
    size_t bytes;
    uint32_t prefill;
    int reason; /* the one that CLOSE_BECAUSE gives */
    bool tx_baton;
    bool rx_baton;
    bool impatient;   /* no receiver stays to the end of the stream */
    bool hasty;       /* most calls give up within microseconds */
    bool may_discard; /* somebody aborts, or receivers leave early */
    enum role role[ACTORS];
    unsigned parts[ACTORS];
    struct part_plan part[ACTORS][PARTS];
    uint32_t steps;    /* of the meddler; 0: none */
    uint32_t end_step; /* when it does its ending */
    bool meddles_tx;   /* which halves it has */
    bool meddles_rx;
    enum ending ending;
};

struct episode {
    uint32_t number;
    struct plan plan;
    leat_tx *tx;
    leat_rx *rx;
    leat_chan *chan;
    /* halves that are promised single cannot be cloned: those who share one count
     * themselves */
    _Atomic(uint32_t) tx_users;
    _Atomic(uint32_t) rx_users;
    pthread_mutex_t tx_baton;
    pthread_mutex_t rx_baton;
    _Atomic(uint32_t) tx_last; /* drops that said they were the last */
    _Atomic(uint32_t) rx_last;
    _Atomic(bool) closed;  /* a close has returned */
    _Atomic(bool) aborted; /* an abort has returned */
    _Atomic(int) reason;   /* that a receiver read after the end; or -1 */
};

struct slot;

/* Where notify leaves word for an event loop. */
struct mailbox {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    struct slot *told;
};

struct actor {
    unsigned index;
    struct world *world;
    struct rng rng;
    leat_cancel *token; /* owned; fired at any moment by the meddler */
    struct mailbox mailbox;
    uint64_t delivered; /* to this thread, in this episode */
    uint64_t failed;    /* sends and receives that gave up, in all */
};

struct world {
    const struct flavour *flavour;
    uint64_t seed;
    struct ledger ledger;
    struct episode episode;
    struct actor actor[ACTORS];
    struct actor meddler;
    _Atomic(uint64_t) discarded; /* by the hook, in this episode */
    pthread_mutex_t token_mutex;
    leat_cancel *token; /* the one that will be fired next */
    /* start and end of an episode */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint32_t round;
    uint32_t running;
    bool over;
    _Atomic(uint32_t) at_line;
};

/* ---- plan.c ---------------------------------------------------------------- */

void plan_roll(struct plan *plan, struct kind kind, struct rng *rng);

/* ---- part.c: what parts of every kind do ------------------------------------ */

/* An until of any sort, and when it was made. */
struct chance {
    leat_until until;
    int64_t made_ns; /* 0 if the clock was not read */
    bool may_fail;   /* the policy lets sends fail, whatever the until */
};

struct chance chance_roll(struct actor *actor);

/* Is this code one that such an until may lead to? Fails if not. */
void chance_check(const struct chance *chance, int rc, const char *what);

/* One part at work: its name, and what it has seen. */
struct part {
    struct actor *actor;
    const struct part_plan *plan;
    uint32_t name;
    uint32_t todo;   /* messages or receives left */
    bool has_msg;    /* a sender's message that was returned and not given up */
    uint32_t seq;    /* of that message */
    bool was_closed; /* before the call that is on its way */
    bool was_aborted;
    uint32_t next[LEDGER_SENDERS]; /* lowest number that may come from each */
    _Alignas(16) unsigned char buf[LEDGER_BYTES];
};

void part_init(struct part *part, struct actor *actor, unsigned index);

/* Before a call: have a message, remember what was closed before. */
void part_before(struct part *part);

/* After a call: book what happened. Returns false when the part is over. */
bool part_after(struct part *part, int rc);

/* One message in some way, several, or none (ways.c). The until may change to what
 * the way waits for; returns as leat_tx_send and leat_rx_recv. */
int part_send(struct part *part, struct chance *chance);
int part_recv(struct part *part, struct chance *chance);

/* A batch instead: is it time for one, and all that comes with it. Returns false when
 * the part is over. */
bool part_wants_batch(struct part *part);
bool part_batch(struct part *part, const struct chance *chance);

/* Do the ending, and drop the half. */
void part_leave(struct part *part);

/* Small disturbances around calls: clones, looks, pauses. */
void part_fidget(struct part *part);

void episode_end_by(struct episode *episode, enum ending ending, bool by_tx);
void episode_drop(struct episode *episode, bool tx);
void episode_look(struct episode *episode);

/* May a send put another message out, or be dropped itself? */
static inline bool drops(const struct episode *episode)
{
    enum leat_policy policy = episode->plan.kind.policy;
    return policy != LEAT_POLICY_BLOCK && policy != LEAT_POLICY_FAIL;
}

/* May a send on a full channel fail at once? In place there may be nothing to displace:
 * every cell reserved or borrowed. */
static inline bool fails(const struct episode *episode)
{
    bool in_place = (episode->plan.kind.flags & LEAT_IN_PLACE) != 0;
    return episode->plan.kind.policy == LEAT_POLICY_FAIL ||
           (in_place && drops(episode));
}

/* Is this half promised single? */
static inline bool is_single(const struct episode *episode, bool tx)
{
    uint32_t flag = tx ? LEAT_SINGLE_PRODUCER : LEAT_SINGLE_CONSUMER;
    return (episode->plan.kind.flags & flag) != 0;
}

/* Own the current token for a while; the one owned before is dropped. */
void token_refresh(struct actor *actor);
void token_fire_and_replace(struct world *world);

/* ---- the roles --------------------------------------------------------------- */

void play_plain(struct actor *actor);   /* plain.c */
void play_loop(struct actor *actor);    /* loop.c */
void play_events(struct actor *actor);  /* events.c */
void play_rest(struct actor *actor);    /* plain.c */
void play_meddler(struct actor *actor); /* meddler.c */

#endif
