/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* events.c - an actor that is an event loop as users write it: a leat_loop, a few
 * leat_ops with untils of all sorts, started from callbacks and from outside, now and
 * then taken back. How it waits is drawn for each episode. A wake-up that is lost
 * leaves it asleep, and the storm stuck; one that is doubled finds nothing to do. */
#include "storm.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/* READY: to be started; STARTED; DECIDED: a cancel came too late, so it will be told. */
enum state { READY, STARTED, DECIDED, OVER };

/* How it waits: in poll; in epoll for edges, one dispatch for each; in poll with the
 * deadlines seen to by hand; for a notify. */
enum waiting { LEVEL, EDGE, BY_HAND, POKED };

struct slot {
    leat_op op;
    struct part part;
    enum state state;
    struct chance chance;
    bool selects; /* the op is a select of these */
    leat_case cases[2];
    leat_cancel *token; /* owned while the op carries it */
    struct events *events;
};

struct events {
    struct actor *actor;
    leat_loop *loop;
    enum waiting waiting;
    int epoll_fd; /* EDGE */
    pthread_mutex_t mutex;
    pthread_cond_t poked;
    bool is_poked; /* under the mutex */
    unsigned n;
    unsigned live;
    struct slot slot[PARTS];
};

/* ---- operations -------------------------------------------------------------------- */

static void slot_book(struct slot *slot, int rc)
{
    chance_check(&slot->chance, rc, "an operation");
    leat_cancel_drop(slot->token);
    slot->token = NULL;
    if (part_after(&slot->part, rc)) {
        slot->state = READY;
        return;
    }
    part_leave(&slot->part);
    slot->state = OVER;
    slot->events->live--;
}

/* The same twice, or beside a case that is off. */
static void slot_select(struct slot *slot)
{
    struct actor *actor = slot->events->actor;
    struct episode *episode = &actor->world->episode;
    leat_case move = slot->part.plan->sends
                         ? leat_on_send(episode->tx, slot->part.buf)
                         : leat_on_recv(episode->rx, slot->part.buf);
    slot->cases[0] = rng_one_in(&actor->rng, 2) ? move : leat_on_cancel(NULL);
    slot->cases[1] = move;
    leat_op_select(&slot->op, slot->cases, 2, rng_below(&actor->rng, 2),
                   slot->chance.until);
}

static void slot_start(struct slot *slot)
{
    struct actor *actor = slot->events->actor;
    struct episode *episode = &actor->world->episode;
    part_fidget(&slot->part);
    slot->chance = chance_roll(actor);
    if (slot->chance.until.cancel != NULL) /* the actor may take another */
        slot->token = leat_cancel_clone(slot->chance.until.cancel);
    part_before(&slot->part);
    slot->state = STARTED;
    slot->selects = rng_one_in(&actor->rng, 3);
    if (slot->selects)
        slot_select(slot);
    else if (slot->part.plan->sends)
        leat_op_send(&slot->op, episode->tx, slot->part.buf,
                     slot->chance.until);
    else
        leat_op_recv(&slot->op, episode->rx, slot->part.buf,
                     slot->chance.until);
}

static void slot_told(leat_op *op, int rc, void *arg)
{
    struct slot *slot = arg;
    if (op != &slot->op || (slot->state != STARTED && slot->state != DECIDED))
        storm_fail("an operation was told of twice, or after its cancel");
    slot_book(slot, slot->selects && rc >= 0 ? slot->cases[rc].rc : rc);
    if (slot->state == READY && rng_one_in(&slot->events->actor->rng, 2))
        slot_start(slot);
}

static void cancel_one(struct events *events)
{
    uint32_t from = rng_below(&events->actor->rng, events->n);
    for (unsigned i = 0; i < events->n; i++) {
        struct slot *slot = &events->slot[(from + i) % events->n];
        if (slot->state != STARTED)
            continue;
        if (!leat_op_cancel(&slot->op)) {
            slot->state = DECIDED;
            return;
        }
        /* over, and no message moved: as if it had been tried once */
        slot->chance = (struct chance){.until = leat_nowait()};
        slot_book(slot, LEAT_EAGAIN);
        return;
    }
}

/* May a deadline make the loop due, and the operation be ended otherwise meanwhile? */
static bool has_deadlines(const struct events *events)
{
    for (unsigned i = 0; i < events->n; i++) {
        const struct slot *slot = &events->slot[i];
        int64_t at_ns = slot->chance.until.deadline_ns;
        if (slot->state != STARTED && slot->state != DECIDED)
            continue;
        if ((at_ns != 0 && at_ns != INT64_MAX) ||
            (slot->token != NULL &&
             leat_cancel_deadline_ns(slot->token) != INT64_MAX))
            return true;
    }
    return false;
}

/* ---- waiting ------------------------------------------------------------------------- */

static void poke(void *arg)
{
    struct events *events = arg;
    pthread_mutex_lock(&events->mutex);
    events->is_poked = true;
    pthread_cond_signal(&events->poked);
    pthread_mutex_unlock(&events->mutex);
}

/* For so many milliseconds at most; -1: however long it takes. */
static bool await_poke(struct events *events, int ms)
{
    struct timespec at;
    int rc = 0;
    clock_gettime(CLOCK_REALTIME, &at);
    int64_t ns = at.tv_nsec + (ms < 0 ? 0 : ms) * INT64_C(1000000);
    at.tv_sec += (time_t)(ns / 1000000000);
    at.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&events->mutex);
    while (!events->is_poked && rc != ETIMEDOUT)
        rc = ms < 0
                 ? pthread_cond_wait(&events->poked, &events->mutex)
                 : pthread_cond_timedwait(&events->poked, &events->mutex, &at);
    bool poked = events->is_poked;
    events->is_poked = false;
    pthread_mutex_unlock(&events->mutex);
    return poked;
}

/* Until the next deadline that the descriptor does not cover. */
static int timeout_ms(const struct events *events)
{
    if (leat_loop_has_timer(events->loop))
        return -1;
    int64_t at_ns = leat_loop_deadline_ns(events->loop);
    int64_t left_ns = at_ns - leat_now_ns();
    if (at_ns == INT64_MAX)
        return -1;
    return left_ns <= 0 ? 0 : (int)((left_ns + 999999) / 1000000);
}

/* Sleep until the loop is due, or a little while. true: it was said to be due */
static bool events_wait(struct events *events, bool briefly)
{
    int ms = timeout_ms(events);
    int fd = leat_loop_fd(events->loop);
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    struct epoll_event edge;
    if (briefly && ms != 0)
        ms = (int)rng_below(&events->actor->rng, 2);
    switch (events->waiting) {
    case POKED:
        await_poke(events, ms);
        return false; /* a poke may be late */
    case EDGE:
        return epoll_wait(events->epoll_fd, &edge, 1, ms) == 1;
    default:
        return poll(&readable, 1, ms) == 1;
    }
}

static void events_dispatch(struct events *events)
{
    struct actor *actor = events->actor;
    bool hasty = actor->world->episode.plan.hasty;
    bool briefly = rng_one_in(&actor->rng, hasty ? 2 : 8);
    if (rng_one_in(&actor->rng, 16)) { /* what is ready already, too */
        cancel_one(events);
        return;
    }
    bool may_be_in_vain = has_deadlines(events);
    bool due = events_wait(events, briefly);
    int ran =
        leat_loop_dispatch(events->loop, 1 + rng_below(&actor->rng, 2 * PARTS));
    if (due && ran == 0 && !may_be_in_vain)
        storm_fail("a loop was woken, and had nothing to do");
    if (ran == 0 && (briefly || rng_one_in(&actor->rng, 8)))
        cancel_one(events);
}

/* ---- the role ------------------------------------------------------------------------ */

static void events_begin(struct events *events)
{
    struct actor *actor = events->actor;
    leat_loop_opts opts = {.size = sizeof opts};
    events->waiting = (enum waiting)rng_below(&actor->rng, 4);
    pthread_mutex_init(&events->mutex, NULL);
    pthread_cond_init(&events->poked, NULL);
    if (events->waiting == POKED) {
        opts.notify = poke;
        opts.notify_arg = events;
    }
    if (events->waiting == BY_HAND)
        opts.flags = LEAT_LOOP_NO_TIMER;
    if (leat_loop_new(&events->loop, &opts) < 0)
        storm_fail("no loop");
    if (events->waiting == EDGE) {
        struct epoll_event edge = {.events = EPOLLIN | EPOLLET};
        events->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
        if (epoll_ctl(events->epoll_fd, EPOLL_CTL_ADD,
                      leat_loop_fd(events->loop), &edge) != 0)
            storm_fail("epoll refuses a loop's descriptor");
    }
}

/* At once when all has been told: completers may still be on their way out. */
static void events_end(struct events *events)
{
    if (!leat_loop_drop(events->loop))
        storm_fail("a loop was not dropped");
    if (events->waiting == EDGE)
        close(events->epoll_fd);
    pthread_cond_destroy(&events->poked);
    pthread_mutex_destroy(&events->mutex);
}

void play_events(struct actor *actor)
{
    struct events events = {.actor = actor};
    events.n = events.live = actor->world->episode.plan.parts[actor->index];
    events_begin(&events);
    for (unsigned i = 0; i < events.n; i++) {
        struct slot *slot = &events.slot[i];
        part_init(&slot->part, actor, i);
        slot->events = &events;
        leat_op_init(&slot->op, events.loop, slot_told, slot);
    }
    while (events.live > 0) {
        for (unsigned i = 0; i < events.n; i++) {
            if (events.slot[i].state == READY)
                slot_start(&events.slot[i]);
        }
        events_dispatch(&events);
    }
    events_end(&events);
}
