/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ways.c - the ways of sending and receiving besides the plain ones: forced, in
 * batches, in place, after a look, by a select. */
#include "storm.h"

#include <string.h>

enum { BATCH = 4 };

/* ---- one message ----------------------------------------------------------------- */

/* What is displaced has arrived, at its sender's side. */
static int send_forced(struct part *part, struct chance *chance)
{
    struct world *world = part->actor->world;
    unsigned char displaced[LEDGER_BYTES];
    chance->until = leat_nowait(); /* it never waits */
    int rc = leat_tx_force(world->episode.tx, part->buf, displaced);
    if (rc != 1)
        return rc;
    ledger_arrive(&world->ledger, displaced, DELIVERED);
    part->actor->delivered++;
    return 0;
}

static int send_placed(struct part *part, const struct chance *chance)
{
    struct episode *episode = &part->actor->world->episode;
    void *slot;
    int rc = leat_tx_reserve(episode->tx, &slot, chance->until);
    if (rc != 0)
        return rc;
    if (rng_one_in(&part->actor->rng, 16)) {
        leat_tx_unreserve(episode->tx, slot);
        return leat_tx_send(episode->tx, part->buf, chance->until);
    }
    memcpy(slot, part->buf, episode->plan.bytes);
    rc = leat_tx_commit(episode->tx, slot);
    if (rc != 0)
        leat_tx_unreserve(episode->tx, slot);
    return rc;
}

static int recv_placed(struct part *part, struct chance *chance)
{
    struct episode *episode = &part->actor->world->episode;
    void *msg;
    int rc = leat_rx_borrow(episode->rx, &msg, chance->until);
    if (rc != 0)
        return rc;
    if (is_single(episode, false) && rng_one_in(&part->actor->rng, 8)) {
        leat_rx_unborrow(episode->rx, msg);
        chance->until = leat_nowait(); /* displaced or aborted, it is gone */
        return leat_rx_recv(episode->rx, part->buf, chance->until);
    }
    memcpy(part->buf, msg, episode->plan.bytes);
    memset(msg, 0xee, episode->plan.bytes);
    leat_rx_release(episode->rx, msg);
    return 0;
}

static void look_first(struct part *part)
{
    unsigned char next[LEDGER_BYTES];
    if (leat_rx_peek(part->actor->world->episode.rx, next, leat_nowait()) == 0)
        ledger_inspect(&part->actor->world->ledger, next);
}

/* ---- by a select -------------------------------------------------------------------- */

/* The same once or twice, beside something that never happens, or that leads to a try. */
enum { CASES = 4 };

static int select_one(struct part *part, struct chance *chance)
{
    struct episode *episode = &part->actor->world->episode;
    struct rng *rng = &part->actor->rng;
    bool sends = part->plan->sends;
    leat_case move = sends ? leat_on_send(episode->tx, part->buf)
                           : leat_on_recv(episode->rx, part->buf);
    leat_case gone =
        sends ? leat_on_gone_tx(episode->tx) : leat_on_gone_rx(episode->rx);
    leat_case cases[CASES] = {move, leat_on_at(INT64_MAX - 1), move, gone};
    size_t n = CASES - rng_below(rng, 3);
    /* two who only look at a rendezvous wait for each other */
    bool looks = episode->plan.kind.cap > 0 && rng_one_in(rng, 4);
    int index = looks ? leat_ready(cases, n, 0, chance->until)
                      : leat_select(cases, n, rng_below(rng, 2), chance->until);
    if (index == 1)
        storm_fail("a time has come that never comes");
    if (index < 0)
        return index;
    if (!looks && index != 3)
        return cases[index].rc;
    chance->until = leat_nowait();
    return sends ? leat_tx_send(episode->tx, part->buf, chance->until)
                 : leat_rx_recv(episode->rx, part->buf, chance->until);
}

int part_send(struct part *part, struct chance *chance)
{
    struct episode *episode = &part->actor->world->episode;
    struct rng *rng = &part->actor->rng;
    if ((episode->plan.kind.flags & LEAT_IN_PLACE) != 0 && rng_one_in(rng, 2))
        return send_placed(part, chance);
    if (rng_one_in(rng, 24))
        return send_forced(part, chance);
    if (rng_one_in(rng, 3))
        return select_one(part, chance);
    return leat_tx_send(episode->tx, part->buf, chance->until);
}

int part_recv(struct part *part, struct chance *chance)
{
    struct episode *episode = &part->actor->world->episode;
    struct rng *rng = &part->actor->rng;
    if ((episode->plan.kind.flags & LEAT_IN_PLACE) != 0 && rng_one_in(rng, 2))
        return recv_placed(part, chance);
    if (rng_one_in(rng, 32))
        look_first(part);
    if (rng_one_in(rng, 3))
        return select_one(part, chance);
    return leat_rx_recv(episode->rx, part->buf, chance->until);
}

/* ---- batches ------------------------------------------------------------------------ */

static uint32_t batch_size(struct part *part)
{
    uint32_t n = 2 + rng_below(&part->actor->rng, BATCH - 1);
    return part->todo < n ? part->todo : n;
}

static bool send_batch(struct part *part, const struct chance *chance)
{
    struct world *world = part->actor->world;
    unsigned char bytes[BATCH * LEDGER_BYTES];
    struct msg_id ids[BATCH];
    uint32_t n = batch_size(part);
    for (uint32_t i = 0; i < n; i++)
        ids[i] = (struct msg_id){
            part->name, ledger_make(&world->ledger, part->name,
                                    bytes + i * world->episode.plan.bytes)};
    part->todo -= n;
    bool was_closed =
        atomic_load_explicit(&world->episode.closed, memory_order_acquire);
    ptrdiff_t sent =
        leat_tx_send_many(world->episode.tx, bytes, n, chance->until);
    if (sent == 0 || sent > (ptrdiff_t)n)
        storm_fail("a batch of %u sent %td", n, sent);
    if (sent > 0 && was_closed)
        storm_fail("a batch after close had returned was accepted");
    for (ptrdiff_t i = sent < 0 ? 0 : sent; i < (ptrdiff_t)n; i++)
        ledger_return(&world->ledger, ids[i]);
    if (sent < 0) {
        part->actor->failed++;
        chance_check(chance, (int)sent, "a batch of sends");
    }
    return sent != LEAT_ECLOSED && part->todo > 0;
}

static bool recv_batch(struct part *part, const struct chance *chance)
{
    struct episode *episode = &part->actor->world->episode;
    unsigned char bytes[BATCH * LEDGER_BYTES];
    uint32_t n = batch_size(part);
    part_before(part);
    ptrdiff_t got = leat_rx_recv_many(episode->rx, bytes, n, chance->until);
    if (got == 0 || got > (ptrdiff_t)n)
        storm_fail("a batch of %u received %td", n, got);
    if (got < 0) {
        chance_check(chance, (int)got, "a batch of receives");
        return part_after(part, (int)got);
    }
    bool goes_on = true;
    for (ptrdiff_t i = 0; i < got; i++) {
        memcpy(part->buf, bytes + (size_t)i * episode->plan.bytes,
               episode->plan.bytes);
        goes_on = part_after(part, 0);
    }
    return goes_on;
}

bool part_wants_batch(struct part *part)
{
    return part->todo > 1 && !part->has_msg && rng_one_in(&part->actor->rng, 8);
}

bool part_batch(struct part *part, const struct chance *chance)
{
    return part->plan->sends ? send_batch(part, chance)
                             : recv_batch(part, chance);
}
