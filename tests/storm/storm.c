/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* storm.c - one flavour's storm: episodes until enough messages have been settled.
 *
 *     storm FLAVOUR        one of the names below; "all" runs each in turn
 *
 *     LEAT_SEED=n            the dice (printed, so that they can be thrown again)
 *     LEAT_STORM_MESSAGES=n  messages to settle; the default is a million
 *     LEAT_STORM=long        a hundred million
 *     LEAT_STORM_STUCK=s     seconds without an end after which an episode is
 *                            called stuck, dumped, and the process aborted
 *
 * A message is settled when it has been delivered or discarded; those returned to
 * their senders are counted too, and printed beside. */
#define _GNU_SOURCE 1
#include "storm.h"

#include <errno.h>
#include <leat/dump.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__has_feature)
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif
/* Sanitizers cost time: fewer messages, more patience. */
#if defined(__SANITIZE_THREAD__) || HAS_FEATURE(thread_sanitizer)
#define SCALE      4u
#define SCALE_NAME " (a quarter, for ThreadSanitizer)"
#elif defined(__SANITIZE_ADDRESS__) || HAS_FEATURE(address_sanitizer)
#define SCALE      2u
#define SCALE_NAME " (half, for AddressSanitizer)"
#else
#define SCALE      1u
#define SCALE_NAME ""
#endif

#define SP LEAT_SINGLE_PRODUCER
#define SC LEAT_SINGLE_CONSUMER

#define ALL UINT32_C(0) /* no promise */
#define IP  LEAT_IN_PLACE

#define PLAIN(cap, flags)                                                      \
    {                                                                          \
        (cap), (flags), LEAT_POLICY_BLOCK                                      \
    }

static const struct flavour flavours[] = {
    {"bounded_1", 1, {PLAIN(1, ALL)}},
    {"bounded_2", 1, {PLAIN(2, ALL)}},
    {"bounded_3", 1, {PLAIN(3, ALL)}},
    {"bounded_64", 1, {PLAIN(64, ALL)}},
    {"unbounded", 1, {PLAIN(LEAT_UNBOUNDED, ALL)}},
    {"rendezvous", 1, {PLAIN(0, ALL)}},
    {"single_producer",
     6,
     {PLAIN(0, SP), PLAIN(1, SP), PLAIN(2, SP), PLAIN(64, SP),
      PLAIN(LEAT_UNBOUNDED, SP), PLAIN(0, SP | SC)}},
    {"single_consumer",
     6,
     {PLAIN(0, SC), PLAIN(1, SC), PLAIN(2, SC), PLAIN(64, SC),
      PLAIN(LEAT_UNBOUNDED, SC), PLAIN(0, SP | SC)}},
    {"spsc_1", 1, {PLAIN(1, SP | SC)}},
    {"spsc_2", 1, {PLAIN(2, SP | SC)}},
    {"spsc_64", 1, {PLAIN(64, SP | SC)}},
    {"spsc_unbounded", 1, {PLAIN(LEAT_UNBOUNDED, SP | SC)}},
    {"drop_oldest",
     4,
     {{1, ALL, LEAT_POLICY_DROP_OLDEST},
      {3, ALL, LEAT_POLICY_DROP_OLDEST},
      {64, SP | SC, LEAT_POLICY_DROP_OLDEST},
      {1, SP, LEAT_POLICY_CONFLATE}}},
    {"drop_newest",
     4,
     {{0, ALL, LEAT_POLICY_DROP_NEWEST},
      {3, ALL, LEAT_POLICY_DROP_NEWEST},
      {2, SP | SC, LEAT_POLICY_DROP_NEWEST},
      {1, SC, LEAT_POLICY_DROP_NEWEST}}},
    {"fail",
     3,
     {{0, ALL, LEAT_POLICY_FAIL},
      {2, ALL, LEAT_POLICY_FAIL},
      {3, SP | SC, LEAT_POLICY_FAIL}}},
    {"in_place",
     6,
     {PLAIN(1, IP),
      PLAIN(3, IP),
      PLAIN(LEAT_UNBOUNDED, IP),
      PLAIN(2, IP | SP | SC),
      PLAIN(64, IP | SC),
      {2, IP, LEAT_POLICY_DROP_OLDEST}}},
};
#define FLAVOURS (sizeof flavours / sizeof *flavours)

static struct world the_world; /* one storm at a time */

void storm_fail(const char *format, ...)
{
    const struct world *world = &the_world;
    va_list args;
    va_start(args, format);
    flockfile(stderr);
    fprintf(stderr, "storm %s: episode %u of seed %llu: ", world->flavour->name,
            world->episode.number, (unsigned long long)world->seed);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    funlockfile(stderr);
    va_end(args);
    abort();
}

/* ---- start and end of an episode -------------------------------------------- */

/* All leave the line together: threads woken one after the other would find the
 * channel's short life over. */
static void at_the_line(struct world *world)
{
    atomic_fetch_add_explicit(&world->at_line, 1, memory_order_relaxed);
    while (atomic_load_explicit(&world->at_line, memory_order_relaxed) <
           ACTORS + 1)
        sched_yield();
}

/* false: the storm is over */
static bool wait_for_round(struct world *world, uint32_t round)
{
    pthread_mutex_lock(&world->mutex);
    while (world->round < round && !world->over)
        pthread_cond_wait(&world->changed, &world->mutex);
    bool goes_on = !world->over;
    pthread_mutex_unlock(&world->mutex);
    return goes_on;
}

static void end_round(struct world *world)
{
    pthread_mutex_lock(&world->mutex);
    if (--world->running == 0)
        pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->mutex);
}

static void *actor_main(void *arg)
{
    struct actor *actor = arg;
    struct world *world = actor->world;
    for (uint32_t round = 1; wait_for_round(world, round); round++) {
        at_the_line(world);
        if (actor == &world->meddler) {
            play_meddler(actor);
        } else {
            switch (world->episode.plan.role[actor->index]) {
            case REST:
                play_rest(actor);
                break;
            case SENDER:
            case RECEIVER:
                play_plain(actor);
                break;
            case LOOP:
                play_loop(actor);
                break;
            case EVENTS:
                play_events(actor);
                break;
            }
        }
        end_round(world);
    }
    leat_cancel_drop(actor->token);
    return NULL;
}

static void describe(const struct world *world)
{
    static const char *const roles[] = {"rests", "sender", "receiver", "loop",
                                        "events"};
    static const char *const ends[] = {"drop", "close", "close because",
                                       "abort"};
    const struct plan *plan = &world->episode.plan;
    fprintf(stderr, "    capacity %zu, promises %u, %zu bytes, prefill %u\n",
            plan->kind.cap, plan->kind.flags, plan->bytes, plan->prefill);
    for (unsigned a = 0; a < ACTORS; a++) {
        fprintf(stderr, "    actor %u: %s", a, roles[plan->role[a]]);
        for (unsigned p = 0; p < plan->parts[a]; p++)
            fprintf(stderr, "; %s %u, then %s",
                    plan->part[a][p].sends ? "send" : "receive",
                    plan->part[a][p].quota, ends[plan->part[a][p].ending]);
        fprintf(stderr, "\n");
    }
    fprintf(stderr, "    meddler: %u steps, at %u %s\n", plan->steps,
            plan->end_step, ends[plan->ending]);
}

static void run_round(struct world *world, int64_t stuck_s)
{
    int64_t still_s = 0;
    atomic_store(&world->at_line, 0);
    pthread_mutex_lock(&world->mutex);
    world->round++;
    world->running = ACTORS + 1;
    pthread_cond_broadcast(&world->changed);
    while (world->running > 0) {
        /* second by second: a process that is stopped for an hour and goes on has
         * been still for one of them */
        struct timespec at;
        clock_gettime(CLOCK_REALTIME, &at);
        at.tv_sec++;
        if (pthread_cond_timedwait(&world->changed, &world->mutex, &at) !=
                ETIMEDOUT ||
            ++still_s < stuck_s)
            continue;
        fprintf(stderr, "storm: stuck for %lld s, %u threads at work\n",
                (long long)stuck_s, world->running);
        describe(world);
        leat_dump(STDERR_FILENO);
        storm_fail("somebody waits for something that has happened");
    }
    pthread_mutex_unlock(&world->mutex);
}

/* ---- one episode ---------------------------------------------------------------- */

static void on_discard(void *msg, void *arg)
{
    struct world *world = arg;
    ledger_arrive(&world->ledger, msg, DISCARDED);
    atomic_fetch_add_explicit(&world->discarded, 1, memory_order_relaxed);
}

/* Owners for all that will use a half; one is there already. */
static void hand_out(struct world *world, bool tx, uint32_t users)
{
    struct episode *episode = &world->episode;
    atomic_store(tx ? &episode->tx_users : &episode->rx_users, users);
    if (is_single(episode, tx))
        return;
    for (uint32_t i = 1; i < users; i++) {
        if (tx ? leat_tx_clone(episode->tx) != episode->tx
               : leat_rx_clone(episode->rx) != episode->rx)
            storm_fail("a clone has another address");
    }
}

/* Fill the channel before the others come: what it takes is exact. */
static void prefill(struct world *world)
{
    struct episode *episode = &world->episode;
    size_t cap = episode->plan.kind.cap;
    unsigned char buf[LEDGER_BYTES];
    for (uint32_t i = 0; i < episode->plan.prefill; i++) {
        ledger_make(&world->ledger, FILLER_NAME, buf);
        if (leat_tx_send(episode->tx, buf, leat_nowait()) != 0)
            storm_fail("a channel of %zu is full with %u", cap, i);
    }
    if (leat_chan_len(episode->chan) != episode->plan.prefill)
        storm_fail("a quiet channel has the wrong length");
    if (episode->plan.prefill < cap || drops(episode))
        return;
    uint32_t seq = ledger_make(&world->ledger, FILLER_NAME, buf);
    if (leat_tx_send(episode->tx, buf, leat_nowait()) != LEAT_EAGAIN)
        storm_fail("a full channel of %zu took one more", cap);
    ledger_return(&world->ledger, (struct msg_id){FILLER_NAME, seq});
}

static void episode_begin(struct world *world, struct rng *rng)
{
    struct episode *episode = &world->episode;
    episode->number++;
    uint32_t kinds = (uint32_t)world->flavour->kinds;
    struct kind kind = world->flavour->kind[rng_below(rng, kinds)];
    plan_roll(&episode->plan, kind, rng);
    ledger_open(&world->ledger, episode->number, episode->plan.bytes);
    leat_chan_opts opts = {
        .size = sizeof opts,
        .discard = on_discard,
        .discard_arg = world,
        .name = world->flavour->name,
        .flags = kind.flags,
        .policy = kind.policy,
    };
    if (leat_chan_new(&episode->tx, &episode->rx, episode->plan.bytes, kind.cap,
                      &opts) < 0)
        storm_fail("no memory for a channel");
    episode->chan = leat_tx_chan(episode->tx);
    atomic_store(&episode->tx_last, 0);
    atomic_store(&episode->rx_last, 0);
    atomic_store(&episode->closed, false);
    atomic_store(&episode->aborted, false);
    atomic_store(&episode->reason, -1);
    atomic_store(&world->discarded, 0);
    for (unsigned a = 0; a < ACTORS; a++) {
        world->actor[a].delivered = 0;
        world->actor[a].rng.state = rng_next(rng);
    }
    world->meddler.rng.state = rng_next(rng);
    prefill(world);
    uint32_t users[2] = {0, 0};
    for (unsigned a = 0; a < ACTORS; a++)
        for (unsigned p = 0; p < episode->plan.parts[a]; p++)
            users[episode->plan.part[a][p].sends ? 0 : 1]++;
    hand_out(world, true, users[0] + episode->plan.meddles_tx);
    hand_out(world, false, users[1] + episode->plan.meddles_rx);
}

/* All are done: the books must balance. */
static void episode_audit(struct world *world, struct totals *all)
{
    struct episode *episode = &world->episode;
    struct totals sum = ledger_audit(&world->ledger, drops(episode));
    uint64_t delivered = 0;
    for (unsigned a = 0; a < ACTORS; a++)
        delivered += world->actor[a].delivered;
    if (sum.delivered != delivered)
        storm_fail("receivers got %llu messages, the ledger knows %llu",
                   (unsigned long long)delivered,
                   (unsigned long long)sum.delivered);
    if (sum.discarded != atomic_load(&world->discarded))
        storm_fail("the hook got %llu messages, the ledger knows %llu",
                   (unsigned long long)atomic_load(&world->discarded),
                   (unsigned long long)sum.discarded);
    if (sum.made != sum.delivered + sum.returned + sum.discarded)
        storm_fail("the ledger does not add up");
    if (sum.discarded > 0 && !episode->plan.may_discard && !drops(episode))
        storm_fail("%llu messages discarded, though nobody aborted and all "
                   "receivers stayed to the end",
                   (unsigned long long)sum.discarded);
    if (atomic_load(&episode->tx_last) != 1 ||
        atomic_load(&episode->rx_last) != 1)
        storm_fail("%u drops said they were the last sender's, %u the last "
                   "receiver's",
                   atomic_load(&episode->tx_last),
                   atomic_load(&episode->rx_last));
    all->made += sum.made;
    all->delivered += sum.delivered;
    all->returned += sum.returned;
    all->discarded += sum.discarded;
}

/* ---- the storm ------------------------------------------------------------------- */

static void mailbox_init(struct mailbox *mailbox)
{
    pthread_mutex_init(&mailbox->mutex, NULL);
    pthread_cond_init(&mailbox->filled, NULL);
    mailbox->told = NULL;
}

static void world_init(struct world *world, const struct flavour *flavour,
                       uint64_t seed)
{
    world->flavour = flavour;
    world->seed = seed;
    world->over = false;
    world->round = 0;
    world->episode.number = 0;
    pthread_mutex_init(&world->mutex, NULL);
    pthread_cond_init(&world->changed, NULL);
    pthread_mutex_init(&world->token_mutex, NULL);
    pthread_mutex_init(&world->episode.tx_baton, NULL);
    pthread_mutex_init(&world->episode.rx_baton, NULL);
    if (leat_cancel_new(&world->token) < 0)
        storm_fail("no memory for a token");
    for (unsigned a = 0; a <= ACTORS; a++) {
        struct actor *actor = a < ACTORS ? &world->actor[a] : &world->meddler;
        actor->index = a;
        actor->world = world;
        actor->failed = 0;
        actor->token = leat_cancel_clone(world->token);
        mailbox_init(&actor->mailbox);
    }
}

static void world_end(struct world *world)
{
    pthread_mutex_lock(&world->mutex);
    world->over = true;
    pthread_cond_broadcast(&world->changed);
    pthread_mutex_unlock(&world->mutex);
}

static void storm(const struct flavour *flavour, uint64_t seed,
                  uint64_t messages, int64_t stuck_s)
{
    struct world *world = &the_world;
    pthread_t thread[ACTORS + 1];
    struct rng rng = {seed};
    struct totals all = {0};
    int64_t began_ns = leat_now_ns();
    world_init(world, flavour, seed);
    for (unsigned a = 0; a <= ACTORS; a++) {
        struct actor *actor = a < ACTORS ? &world->actor[a] : &world->meddler;
        if (pthread_create(&thread[a], NULL, actor_main, actor) != 0)
            storm_fail("no thread");
    }
    while (all.delivered + all.discarded < messages) {
        episode_begin(world, &rng);
        run_round(world, stuck_s);
        episode_audit(world, &all);
    }
    world_end(world);
    for (unsigned a = 0; a <= ACTORS; a++)
        pthread_join(thread[a], NULL);
    if (!leat_cancel_drop(world->token))
        storm_fail("a token has one owner too many");
    uint64_t failed = 0;
    for (unsigned a = 0; a < ACTORS; a++)
        failed += world->actor[a].failed;
    printf("storm %s: %llu made = %llu delivered + %llu discarded + %llu "
           "returned; 0 lost; %llu calls gave up; %u channels; %.1f s\n",
           flavour->name, (unsigned long long)all.made,
           (unsigned long long)all.delivered, (unsigned long long)all.discarded,
           (unsigned long long)all.returned, (unsigned long long)failed,
           world->episode.number, (double)(leat_now_ns() - began_ns) / 1e9);
    fflush(stdout);
}

/* ---- the command line -------------------------------------------------------------- */

static uint64_t env_number(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    if (text == NULL || *text == '\0')
        return otherwise;
    char *end;
    errno = 0;
    uint64_t n = strtoull(text, &end, 0);
    if (*end != '\0' || errno != 0) {
        fprintf(stderr, "storm: %s is not a number: %s\n", name, text);
        exit(2);
    }
    return n;
}

static uint64_t messages_wanted(void)
{
    const char *mode = getenv("LEAT_STORM");
    bool is_long = mode != NULL && strcmp(mode, "long") == 0;
    uint64_t n = is_long ? UINT64_C(100000000) : UINT64_C(1000000);
    return env_number("LEAT_STORM_MESSAGES", n / SCALE);
}

int main(int argc, char **argv)
{
    const char *wanted = argc == 2 ? argv[1] : "";
    uint64_t messages = messages_wanted();
    uint64_t seed = env_number("LEAT_SEED", (uint64_t)leat_now_ns() ^
                                                (uint64_t)getpid() << 32);
    int64_t stuck_s = (int64_t)env_number("LEAT_STORM_STUCK", 60);
    bool found = false;
    for (size_t f = 0; f < FLAVOURS; f++) {
        if (strcmp(wanted, "all") != 0 && strcmp(wanted, flavours[f].name) != 0)
            continue;
        found = true;
        printf("storm %s: %llu messages%s, LEAT_SEED=%llu\n", flavours[f].name,
               (unsigned long long)messages, SCALE_NAME,
               (unsigned long long)seed);
        fflush(stdout);
        storm(&flavours[f], seed, messages, stuck_s);
    }
    if (found)
        return 0;
    fprintf(stderr, "usage: storm all|FLAVOUR\nflavours:");
    for (size_t f = 0; f < FLAVOURS; f++)
        fprintf(stderr, " %s", flavours[f].name);
    fprintf(stderr, "\n");
    return 2;
}
