/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* loop.c - an actor that is an event loop: several sends and receives under way at
 * once, none of which it sleeps in. It starts ops, is told of their ends through a
 * mailbox, finishes them, and sometimes changes its mind. */
#include "storm.h"

#include "cancel/cancel.h"
#include "chan/op.h"

#include <errno.h>
#include <time.h>

/* READY: to be tried; PENDING: started; DECIDED: a cancel came too late, so word
 * of the outcome is on its way. */
enum state { READY, PENDING, DECIDED, OVER };

struct slot {
    struct part part;
    enum state state;
    bool sole;
    leat__op op;
    leat_cancel *token;   /* owned while the op carries it */
    struct chance chance; /* what the pending op may end with */
    struct mailbox *mailbox;
    struct slot *next_told;
};

struct loop {
    struct actor *actor;
    unsigned n;
    unsigned live;
    struct slot slot[PARTS];
};

/* Told, in whatever thread, that the wait is over: leave word, touch no more. */
static void slot_notify(leat__wait *wait)
{
    struct slot *slot = LEAT__CONTAINER(wait, struct slot, op.wait);
    struct mailbox *mailbox = slot->mailbox;
    pthread_mutex_lock(&mailbox->mutex);
    slot->next_told = mailbox->told;
    mailbox->told = slot;
    pthread_cond_signal(&mailbox->filled);
    pthread_mutex_unlock(&mailbox->mutex);
}

static void slot_book(struct loop *loop, struct slot *slot, int rc)
{
    chance_check(&slot->chance, rc, "an op");
    leat_cancel_drop(slot->token);
    slot->token = NULL;
    if (part_after(&slot->part, rc)) {
        slot->state = READY;
        return;
    }
    part_leave(&slot->part);
    slot->state = OVER;
    loop->live--;
}

/* Start an op for what could not be done at once. */
static void slot_start(struct loop *loop, struct slot *slot)
{
    struct actor *actor = loop->actor;
    leat__token *token = NULL;
    slot->chance = (struct chance){.until = leat_forever()};
    slot->chance.may_fail = fails(&actor->world->episode);
    if (rng_one_in(&actor->rng, 4)) {
        if (leat_cancel_check(actor->token))
            token_refresh(actor);
        slot->token = leat_cancel_clone(actor->token);
        token = leat__cancel_token(slot->token);
        slot->chance.until = leat_or_cancel(leat_forever(), slot->token);
    }
    slot->sole = token == NULL && rng_one_in(&actor->rng, 2);
    slot->state = PENDING; /* before it can be told */
    int rc = leat__op_start(&slot->op, actor->world->episode.chan,
                            slot->part.plan->sends ? LEAT__SEND : LEAT__RECV,
                            slot->part.buf, token, slot->sole, slot_notify);
    if (rc != LEAT__PENDING)
        slot_book(loop, slot, rc);
}

/* Up to a few messages without waiting; then start an op. */
static void slot_run(struct loop *loop, struct slot *slot)
{
    struct episode *episode = &loop->actor->world->episode;
    for (unsigned n = 0; n < 32 && slot->state == READY; n++) {
        part_fidget(&slot->part);
        part_before(&slot->part);
        slot->chance = (struct chance){.until = leat_nowait()};
        int rc = slot->part.plan->sends
                     ? leat_tx_send(episode->tx, slot->part.buf, leat_nowait())
                     : leat_rx_recv(episode->rx, slot->part.buf, leat_nowait());
        if (rc == LEAT_EAGAIN)
            slot_start(loop, slot);
        else
            slot_book(loop, slot, rc);
    }
}

/* Change of mind about one pending op. */
static void cancel_one(struct loop *loop)
{
    uint32_t from = rng_below(&loop->actor->rng, loop->n);
    for (unsigned i = 0; i < loop->n; i++) {
        struct slot *slot = &loop->slot[(from + i) % loop->n];
        if (slot->state != PENDING || slot->sole)
            continue;
        if (!leat__op_cancel(&slot->op)) {
            slot->state = DECIDED;
            return;
        }
        /* over, and no message moved: as if it had been tried once */
        slot->chance = (struct chance){.until = leat_nowait()};
        slot_book(loop, slot, LEAT_EAGAIN);
        return;
    }
}

static struct slot *mailbox_take(struct mailbox *mailbox, bool wait,
                                 bool briefly)
{
    pthread_mutex_lock(&mailbox->mutex);
    while (wait && mailbox->told == NULL) {
        if (!briefly) {
            pthread_cond_wait(&mailbox->filled, &mailbox->mutex);
            continue;
        }
        struct timespec at;
        clock_gettime(CLOCK_REALTIME, &at);
        at.tv_nsec += 30000;
        if (at.tv_nsec >= 1000000000) {
            at.tv_nsec -= 1000000000;
            at.tv_sec++;
        }
        wait = pthread_cond_timedwait(&mailbox->filled, &mailbox->mutex, &at) !=
               ETIMEDOUT;
    }
    struct slot *told = mailbox->told;
    mailbox->told = NULL;
    pthread_mutex_unlock(&mailbox->mutex);
    return told;
}

/* Wait for word if there is nothing else to do, and finish what is decided. */
static void loop_dispatch(struct loop *loop, bool idle)
{
    struct actor *actor = loop->actor;
    bool hasty = actor->world->episode.plan.hasty;
    bool briefly = rng_one_in(&actor->rng, hasty ? 1 : 4);
    struct slot *told = mailbox_take(&actor->mailbox, idle, briefly);
    if (told == NULL && (idle || rng_one_in(&actor->rng, 8)))
        cancel_one(loop);
    while (told != NULL) {
        struct slot *slot = told;
        told = slot->next_told;
        if (slot->state != PENDING && slot->state != DECIDED)
            storm_fail("an op was told of twice, or after its cancel");
        int rc = leat__op_finish(&slot->op, leat__wait_won(&slot->op.wait));
        slot_book(loop, slot, rc);
    }
}

void play_loop(struct actor *actor)
{
    struct loop loop = {.actor = actor};
    loop.n = loop.live = actor->world->episode.plan.parts[actor->index];
    for (unsigned i = 0; i < loop.n; i++) {
        part_init(&loop.slot[i].part, actor, i);
        loop.slot[i].mailbox = &actor->mailbox;
    }
    while (loop.live > 0) {
        bool idle = true;
        for (unsigned i = 0; i < loop.n; i++) {
            if (loop.slot[i].state == READY)
                slot_run(&loop, &loop.slot[i]);
            idle = idle && loop.slot[i].state != READY;
        }
        if (loop.live > 0)
            loop_dispatch(&loop, idle);
    }
}
