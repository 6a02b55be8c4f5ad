/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* part.c - what senders and receivers of every kind have in common: their untils,
 * their books, their small disturbances, and how they leave. */
#define _GNU_SOURCE 1
#include "storm.h"

#include <sched.h>

/* ---- untils ---------------------------------------------------------------- */

static leat_until with_token(struct actor *actor, leat_until until)
{
    if (rng_one_in(&actor->rng, 4) || leat_cancel_check(actor->token))
        token_refresh(actor);
    return leat_or_cancel(until, actor->token);
}

struct chance chance_roll(struct actor *actor)
{
    struct rng *rng = &actor->rng;
    struct chance c = {.until = leat_forever()};
    c.may_fail = fails(&actor->world->episode);
    if (actor->world->episode.plan.hasty && !rng_one_in(rng, 4)) {
        uint32_t most = rng_one_in(rng, 2) ? 500 : 8000;
        c.until = leat_in_ns((int64_t)rng_below(rng, most));
        return c;
    }
    switch (rng_below(rng, 32)) {
    case 0:
    case 1:
        c.until = leat_nowait();
        break;
    case 2:
        c.until = leat_at_ns((int64_t)rng_below(rng, 2)); /* long past */
        break;
    case 3:
    case 4:
        c.until = leat_in_ns((int64_t)rng_below(rng, 100000));
        break;
    case 5:
        c.until = with_token(actor, leat_in_ns((int64_t)rng_below(rng, 50000)));
        break;
    case 6:
        c.until = leat_each_ms(1);
        c.made_ns = leat_now_ns();
        break;
    case 7:
    case 8:
    case 9:
        c.until = with_token(actor, leat_forever());
        break;
    default:
        break;
    }
    return c;
}

void chance_check(const struct chance *c, int rc, const char *what)
{
    int64_t deadline_ns = c->until.deadline_ns;
    if (rc == 0 || rc == LEAT_ECLOSED)
        return;
    if (rc == LEAT_ECANCELED) {
        if (c->until.cancel == NULL || !leat_cancel_check(c->until.cancel))
            storm_fail("%s was cancelled by a token that has not fired", what);
    } else if (rc == LEAT_EAGAIN) {
        if (deadline_ns != 0 && !c->may_fail)
            storm_fail("%s said LEAT_EAGAIN to an until that waits", what);
    } else if (rc == LEAT_ETIMEDOUT) {
        int64_t due_ns =
            deadline_ns < 0 ? c->made_ns - deadline_ns : deadline_ns;
        if (deadline_ns == 0 || leat_now_ns() < due_ns)
            storm_fail("%s timed out before its deadline", what);
    } else {
        storm_fail("%s returned %s", what, leat_err_name(rc));
    }
}

/* ---- tokens ---------------------------------------------------------------- */

void token_refresh(struct actor *actor)
{
    struct world *world = actor->world;
    leat_cancel_drop(actor->token);
    pthread_mutex_lock(&world->token_mutex);
    if (leat_cancel_child(&actor->token, world->token) < 0)
        storm_fail("no memory for a token");
    pthread_mutex_unlock(&world->token_mutex);
    if (rng_one_in(&actor->rng,
                   4)) /* not later: ops are started anew by loops */
        leat_cancel_fire_at(actor->token,
                            leat_now_ns() + rng_below(&actor->rng, 2000000));
}

void token_fire_and_replace(struct world *world)
{
    leat_cancel *fresh = NULL;
    if (leat_cancel_new(&fresh) < 0)
        storm_fail("no memory for a token");
    pthread_mutex_lock(&world->token_mutex);
    leat_cancel *old = world->token;
    world->token = fresh;
    pthread_mutex_unlock(&world->token_mutex);
    leat_cancel_fire(old);
    if (!leat_cancel_check(old))
        storm_fail("a fired token says that it has not fired");
    leat_cancel_drop(old);
}

/* ---- the channel, for all ---------------------------------------------------- */

void episode_drop(struct episode *episode, bool tx)
{
    if (is_single(episode, tx)) {
        _Atomic(uint32_t) *users = tx ? &episode->tx_users : &episode->rx_users;
        if (atomic_fetch_sub_explicit(users, 1, memory_order_acq_rel) != 1)
            return; /* others use the one owner */
    }
    if (tx && leat_tx_drop(episode->tx))
        atomic_fetch_add_explicit(&episode->tx_last, 1, memory_order_relaxed);
    if (!tx && leat_rx_drop(episode->rx))
        atomic_fetch_add_explicit(&episode->rx_last, 1, memory_order_relaxed);
}

void episode_end_by(struct episode *episode, enum ending ending, bool by_tx)
{
    switch (ending) {
    case JUST_DROP:
        return;
    case CLOSE:
        if (by_tx)
            leat_tx_close(episode->tx);
        else
            leat_rx_close(episode->rx);
        break;
    case CLOSE_BECAUSE:
        if (by_tx)
            leat_tx_close_because(episode->tx, episode->plan.reason);
        else
            leat_rx_close_because(episode->rx, episode->plan.reason);
        break;
    case ABORT:
        leat_rx_abort(episode->rx);
        atomic_store_explicit(&episode->aborted, true, memory_order_release);
        break;
    }
    atomic_store_explicit(&episode->closed, true, memory_order_release);
}

void episode_look(struct episode *episode)
{
    leat_chan *chan = episode->chan;
    size_t cap = episode->plan.kind.cap;
    size_t len = leat_chan_len(chan);
    if (len > cap)
        storm_fail("%zu messages in a channel of %zu", len, cap);
    if (leat_chan_cap(chan) != cap ||
        leat_chan_msg_bytes(chan) != episode->plan.bytes)
        storm_fail("the view forgot what the channel is");
    if (cap == 0 && (!leat_chan_is_empty(chan) || !leat_chan_is_full(chan)))
        storm_fail("a rendezvous channel is not both empty and full");
    if (leat_chan_tx_count(chan) > 64 || leat_chan_rx_count(chan) > 64)
        storm_fail("more owners than there can be");
    bool closed = atomic_load_explicit(&episode->closed, memory_order_acquire);
    if (closed && !leat_chan_is_closed(chan))
        storm_fail("a closed channel says that it is open");
}

/* ---- one part ------------------------------------------------------------------ */

void part_init(struct part *part, struct actor *actor, unsigned index)
{
    *part = (struct part){0};
    part->actor = actor;
    part->plan = &actor->world->episode.plan.part[actor->index][index];
    part->name = PART_NAME(actor->index, index);
    part->todo = part->plan->quota;
}

void part_before(struct part *part)
{
    struct world *world = part->actor->world;
    if (part->plan->sends && part->has_msg) {
        ledger_retry(&world->ledger, (struct msg_id){part->name, part->seq});
    } else if (part->plan->sends) {
        part->seq = ledger_make(&world->ledger, part->name, part->buf);
        part->has_msg = true;
        part->todo--;
    }
    part->was_closed =
        atomic_load_explicit(&world->episode.closed, memory_order_acquire);
    part->was_aborted =
        atomic_load_explicit(&world->episode.aborted, memory_order_acquire);
}

static bool after_send(struct part *part, int rc)
{
    struct actor *actor = part->actor;
    struct world *world = actor->world;
    if (rc == 0) {
        if (part->was_closed)
            storm_fail("a send after close had returned was accepted");
        part->has_msg = false;
        return part->todo > 0;
    }
    actor->failed++;
    ledger_return(&world->ledger, (struct msg_id){part->name, part->seq});
    if (rc == LEAT_ECLOSED) {
        if (rng_one_in(&actor->rng, 4) &&
            leat_tx_send(world->episode.tx, part->buf, leat_nowait()) !=
                LEAT_ECLOSED)
            storm_fail("a send found the channel open again");
        return false;
    }
    if (!rng_one_in(&actor->rng, 8))
        return true; /* the same message again */
    part->has_msg = false;
    return part->todo > 0;
}

/* The stream has ended for this receiver: for good, and for one reason. */
static void check_end(struct part *part)
{
    struct world *world = part->actor->world;
    struct episode *episode = &world->episode;
    if (rng_one_in(&part->actor->rng, 4) &&
        leat_rx_recv(episode->rx, part->buf, leat_forever()) != LEAT_ECLOSED)
        storm_fail("a receive got a message after the end of the stream");
    int reason = leat_chan_close_reason(episode->chan);
    int before = -1;
    if (reason != 0 && reason != episode->plan.reason)
        storm_fail("the channel closed for reason %d, which nobody gave",
                   reason);
    if (!atomic_compare_exchange_strong(&episode->reason, &before, reason) &&
        before != reason)
        storm_fail("two receivers read two reasons: %d and %d", before, reason);
}

static bool after_recv(struct part *part, int rc)
{
    struct actor *actor = part->actor;
    if (rc == LEAT_ECLOSED) {
        check_end(part);
        return false;
    }
    if (rc != 0) {
        actor->failed++;
        return true;
    }
    if (part->was_aborted)
        storm_fail("a receive after abort had returned got a message");
    struct msg_id id =
        ledger_arrive(&actor->world->ledger, part->buf, DELIVERED);
    if (id.seq < part->next[id.sender])
        storm_fail("message %u of sender %u came after number %u", id.seq,
                   id.sender, part->next[id.sender] - 1);
    part->next[id.sender] = id.seq + 1;
    actor->delivered++;
    if (part->todo != NEVER)
        part->todo--;
    return part->todo > 0;
}

bool part_after(struct part *part, int rc)
{
    return part->plan->sends ? after_send(part, rc) : after_recv(part, rc);
}

void part_leave(struct part *part)
{
    struct world *world = part->actor->world;
    bool tx = part->plan->sends;
    episode_end_by(&world->episode, part->plan->ending, tx);
    episode_drop(&world->episode, tx);
}

/* ---- disturbances ------------------------------------------------------------ */

/* Clone and drop; an owner stays, so the drop is never the last. */
static void churn(struct episode *episode, bool tx)
{
    bool last;
    if (tx)
        last = leat_tx_drop(leat_tx_clone(episode->tx));
    else
        last = leat_rx_drop(leat_rx_clone(episode->rx));
    if (last)
        storm_fail("a drop was the last, though an owner is left");
}

/* The other half from the view, if it still has owners. */
static void borrow_other(struct episode *episode, bool tx)
{
    if (is_single(episode, !tx))
        return;
    if (tx && leat_chan_rx(episode->chan) != NULL)
        episode_drop(episode, false);
    if (!tx && leat_chan_tx(episode->chan) != NULL)
        episode_drop(episode, true);
}

void part_fidget(struct part *part)
{
    struct episode *episode = &part->actor->world->episode;
    struct rng *rng = &part->actor->rng;
    bool tx = part->plan->sends;
    uint32_t roll = rng_below(rng, 256);
    if (roll < 4) {
        episode_look(episode);
    } else if (roll < 7) {
        if (!is_single(episode, tx))
            churn(episode, tx);
    } else if (roll < 9) {
        borrow_other(episode, tx);
    } else if (roll < 12) {
        sched_yield();
    } else if (roll < 20) {
        for (uint32_t i = rng_below(rng, 500); i > 0; i--)
            atomic_signal_fence(memory_order_seq_cst);
    }
}
