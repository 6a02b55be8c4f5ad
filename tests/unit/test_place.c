/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_place.c - writing and reading in place: what a reservation and a borrowed
 * message hold, and what they do not. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "base/poison.h"
#include "chan/cells.h"
#include "memory.h"
#include "parked.h"

static const flavour placed[] = {
    {"in place 1", 1, LEAT_IN_PLACE},
    {"in place 2", 2, LEAT_IN_PLACE},
    {"in place 64", 64, LEAT_IN_PLACE},
    {"in place unbounded", LEAT_UNBOUNDED, LEAT_IN_PLACE},
    {"in place, promised 3", 3, LEAT_IN_PLACE | ONE_BOTH},
    {"in place, promised, unbounded", LEAT_UNBOUNDED, LEAT_IN_PLACE | ONE_BOTH},
};

enum { PLACED = (int)(sizeof placed / sizeof placed[0]) };

static uint64_t *reserved(ends e)
{
    void *slot = NULL;
    RC(leat_tx_reserve(e.tx, &slot, leat_nowait()), 0);
    MUST(slot != NULL && (uintptr_t)slot % 8 == 0);
    return slot;
}

static void commit(ends e, uint64_t *slot, uint64_t value)
{
    *slot = value;
    RC(leat_tx_commit(e.tx, slot), 0);
}

static uint64_t *borrowed(ends e, uint64_t want)
{
    void *msg = NULL;
    RC(leat_rx_borrow(e.rx, &msg, leat_nowait()), 0);
    SAME(*(uint64_t *)msg, want);
    return msg;
}

static int try_reserve(ends e)
{
    void *slot = &slot;
    int rc = leat_tx_reserve(e.tx, &slot, leat_nowait());
    MUST(rc < 0 && slot == (void *)&slot); /* untouched */
    return rc;
}

static int try_borrow(ends e)
{
    void *msg = &msg;
    int rc = leat_rx_borrow(e.rx, &msg, leat_nowait());
    MUST(rc < 0 && msg == (void *)&msg);
    return rc;
}

/* ---- one thread ------------------------------------------------------------------- */

START_TEST(what_is_written_in_place_is_read_in_place)
{
    const flavour *f = &placed[_i];
    ends e = ends_new(f);
    size_t n = room(f, 300);
    for (int round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < n; i++)
            commit(e, reserved(e), i);
        SAME(leat_chan_len(e.chan), n);
        for (uint64_t i = 0; i < n; i++)
            leat_rx_release(e.rx, borrowed(e, i));
        RC(try_borrow(e), LEAT_EAGAIN);
    }
    ends_drop(e);
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(copies_and_places_mix)
{
    const flavour *f = &placed[_i];
    ends e = ends_new(f);
    RC(try_send(e.tx, 1), 0);
    leat_rx_release(e.rx, borrowed(e, 1));
    commit(e, reserved(e), 2);
    NEXT(e.rx, 2);
    ends_drop(e);
}
END_TEST

START_TEST(the_place_in_line_is_taken_at_commit)
{
    const flavour *f = &placed[_i];
    ends e = ends_new(f);
    if (room(f, 2) == 2) {
        uint64_t *a = reserved(e);
        uint64_t *b = reserved(e);
        MUST(a != b);
        SAME(leat_chan_len(e.chan), 0);
        RC(try_borrow(e), LEAT_EAGAIN);
        commit(e, b, 2);
        commit(e, a, 1);
        leat_rx_release(e.rx, borrowed(e, 2));
        leat_rx_release(e.rx, borrowed(e, 1));
    }
    ends_drop(e);
}
END_TEST

START_TEST(a_reservation_holds_capacity_and_no_place)
{
    const flavour *f = &placed[_i];
    ends e = ends_new(f);
    if (fills(f)) {
        uint64_t *slots[64];
        for (size_t i = 0; i < f->cap; i++) {
            MUST(!leat_chan_is_full(e.chan));
            slots[i] = reserved(e);
        }
        MUST(leat_chan_is_full(e.chan) && leat_chan_is_empty(e.chan));
        RC(try_reserve(e), LEAT_EAGAIN);
        RC(try_send(e.tx, 9), LEAT_EAGAIN);
        leat_tx_unreserve(e.tx, slots[0]);
        RC(try_send(e.tx, 7), 0); /* past those that are reserved */
        RC(try_send(e.tx, 9), LEAT_EAGAIN);
        NEXT(e.rx, 7);
        for (size_t i = 1; i < f->cap; i++)
            commit(e, slots[i], i);
        for (size_t i = 1; i < f->cap; i++)
            NEXT(e.rx, i);
    }
    leat_tx_unreserve(e.tx, NULL);
    ends_drop(e);
}
END_TEST

START_TEST(a_borrowed_message_holds_capacity)
{
    const flavour *f = &placed[_i];
    ends e = ends_new(f);
    if (fills(f)) {
        fill(e, 0, f->cap);
        uint64_t *msg = borrowed(e, 0);
        SAME(leat_chan_len(e.chan), f->cap - 1);
        RC(try_send(e.tx, 9), LEAT_EAGAIN);
        leat_rx_release(e.rx, msg);
        RC(try_send(e.tx, f->cap), 0);
        for (size_t i = 1; i <= f->cap; i++)
            NEXT(e.rx, i);
    }
    leat_rx_release(e.rx, NULL);
    ends_drop(e);
}
END_TEST

START_TEST(a_borrowed_message_can_be_put_back)
{
    const flavour f = {"one consumer", 3, LEAT_IN_PLACE | ONE_RX};
    ends e = ends_new(&f);
    fill(e, 0, 3);
    uint64_t *a = borrowed(e, 0);
    uint64_t *b = borrowed(e, 1);
    leat_rx_unborrow(e.rx, b);
    leat_rx_unborrow(e.rx, a);
    SAME(leat_chan_len(e.chan), 3);
    for (uint64_t i = 0; i < 3; i++)
        NEXT(e.rx, i);
    fill(e, 7, 1);
    leat_rx_unborrow(e.rx, borrowed(e, 7)); /* the only one */
    fill(e, 8, 1);
    NEXT(e.rx, 7);
    NEXT(e.rx, 8);
    leat_rx_unborrow(e.rx, NULL);
    ends_drop(e);
}
END_TEST

START_TEST(what_is_put_back_after_abort_is_discarded)
{
    bin b = BIN_INIT;
    const flavour f = {"one consumer", 3, LEAT_IN_PLACE | ONE_RX};
    ends e = ends_hooked(&f, sizeof(uint64_t), bin_put, &b);
    fill(e, 0, 3);
    uint64_t *msg = borrowed(e, 0);
    leat_rx_abort(e.rx);
    SAME(b.n, 2);
    SAME(*msg, 0); /* ours still */
    leat_rx_unborrow(e.rx, msg);
    SAME(b.n, 3);
    SAME(b.value[2], 0);
    NOTHING(e.rx, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(a_slot_outlives_close_and_is_given_back)
{
    const flavour *f = &placed[_i];
    bin b = BIN_INIT;
    ends e = ends_hooked(f, sizeof(uint64_t), bin_put, &b);
    uint64_t *slot = reserved(e);
    leat_rx_close(e.rx);
    *slot = 5;
    RC(leat_tx_commit(e.tx, slot), LEAT_ECLOSED);
    SAME(*slot, 5);
    RC(leat_tx_commit(e.tx, slot), LEAT_ECLOSED);
    leat_tx_unreserve(e.tx, slot);
    RC(try_reserve(e), LEAT_ECLOSED);
    RC(try_borrow(e), LEAT_ECLOSED);
    ends_drop(e);
    SAME(b.n, 0);
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(the_last_messages_can_be_borrowed_after_close)
{
    const flavour *f = &placed[_i];
    ends e = ends_new(f);
    RC(try_send(e.tx, 3), 0);
    leat_tx_drop(e.tx);
    leat_rx_release(e.rx, borrowed(e, 3));
    RC(try_borrow(e), LEAT_ECLOSED);
    leat_rx_drop(e.rx);
}
END_TEST

START_TEST(large_messages_keep_every_byte)
{
    enum { BYTES = 65536, ALIGN = 4096 };
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(
           &tx, &rx, BYTES, 3,
           LEAT_CHAN_OPTS(.flags = LEAT_IN_PLACE, .msg_align = ALIGN)),
       0);
    for (unsigned round = 0; round < 7; round++) {
        void *slot;
        RC(leat_tx_reserve(tx, &slot, leat_nowait()), 0);
        SAME((uintptr_t)slot % ALIGN, 0);
        for (size_t i = 0; i < BYTES; i++)
            ((unsigned char *)slot)[i] = (unsigned char)(i * 13 + round);
        RC(leat_tx_commit(tx, slot), 0);
        void *msg;
        RC(leat_rx_borrow(rx, &msg, leat_nowait()), 0);
        MUST(msg == slot); /* nothing was copied */
        for (size_t i = 0; i < BYTES; i++)
            SAME(((unsigned char *)msg)[i], (unsigned char)(i * 13 + round));
        leat_rx_release(rx, msg);
    }
    leat_tx_drop(tx);
    leat_rx_drop(rx);
}
END_TEST

START_TEST(without_memory_there_is_no_cell)
{
    const flavour f = {"unbounded", LEAT_UNBOUNDED, LEAT_IN_PLACE};
    ends e = ends_new(&f);
    memory_refuse(0, MEMORY_FOR_EVER);
    RC(try_reserve(e), LEAT_ENOMEM);
    RC(try_send(e.tx, 1), LEAT_ENOMEM);
    memory_relent();
    fill(e, 0, 100);
    for (uint64_t i = 0; i < 100; i++)
        NEXT(e.rx, i);
    MUST(memory_live() < 100); /* some cells are kept, not all */
    ends_drop(e);
    SAME(memory_live(), 0);
}
END_TEST

/* ---- policies and counts ------------------------------------------------------------ */

START_TEST(a_policy_finds_a_cell_or_does_not)
{
    const enum leat_policy all[] = {LEAT_POLICY_DROP_OLDEST,
                                    LEAT_POLICY_CONFLATE,
                                    LEAT_POLICY_DROP_NEWEST, LEAT_POLICY_FAIL};
    for (int i = 0; i < 4; i++) {
        bin b = BIN_INIT;
        ends e = {0};
        void *slot;
        RC(leat_chan_new(&e.tx, &e.rx, 8, 1,
                         LEAT_CHAN_OPTS(.flags = LEAT_IN_PLACE | LEAT_STATS,
                                        .policy = all[i], .discard = bin_put,
                                        .discard_arg = &b)),
           0);
        RC(try_send(e.tx, 1), 0);
        int rc = leat_tx_reserve(e.tx, &slot, leat_forever());
        RC(rc, i < 2 ? 0 : LEAT_EAGAIN);
        if (rc == 0) {
            bin_holds(&b, 1, 1);
            RC(try_reserve(e), LEAT_EAGAIN); /* nothing left to displace */
            commit(e, slot, 2);
            leat_stats s;
            MUST(leat_chan_stats(leat_tx_chan(e.tx), &s));
            SAME(s.sent, 2);
            SAME(s.dropped, 1);
        }
        NEXT(e.rx, rc == 0 ? 2 : 1);
        ends_drop(e);
    }
}
END_TEST

START_TEST(force_displaces_what_is_queued_and_no_more)
{
    const flavour f = {"in place 2", 2, LEAT_IN_PLACE};
    ends e = ends_new(&f);
    uint64_t value = 2;
    uint64_t out = 77;
    uint64_t *slot = reserved(e);
    RC(try_send(e.tx, 1), 0);
    RC(leat_tx_force(e.tx, &value, &out), 1);
    SAME(out, 1);
    uint64_t *msg = borrowed(e, 2);
    RC(leat_tx_force(e.tx, &value, &out), LEAT_EAGAIN);
    SAME(out, 1); /* untouched */
    leat_rx_release(e.rx, msg);
    RC(leat_tx_force(e.tx, &value, &out), 0);
    leat_tx_unreserve(e.tx, slot);
    ends_drop(e);
}
END_TEST

/* What the hook sees of the channel, message by message. */
typedef struct looks {
    leat_chan *chan;
    size_t n;
    size_t len[4];
    bool full[4];
} looks;

static void look_at(void *msg, void *arg)
{
    looks *l = arg;
    (void)msg;
    l->len[l->n] = leat_chan_len(l->chan);
    l->full[l->n++] = leat_chan_is_full(l->chan);
}

START_TEST(what_abort_discards_is_out_of_line_and_holds_its_cell)
{
    looks l = {0};
    const flavour f = {"in place 3", 3, LEAT_IN_PLACE};
    for (int drops = 0; drops < 2; drops++) {
        ends e = ends_hooked(&f, sizeof(uint64_t), look_at, &l);
        l = (looks){.chan = e.chan};
        fill(e, 0, 3);
        if (drops == 0)
            leat_rx_abort(e.rx);
        leat_rx_drop(e.rx);
        SAME(l.n, 3);
        for (size_t i = 0; i < 3; i++) {
            SAME(l.len[i], 0);
            SAME(l.full[i], i == 0);
        }
        MUST(!leat_chan_is_full(e.chan));
        leat_tx_drop(e.tx);
    }
}
END_TEST

START_TEST(the_books_balance)
{
    bin b = BIN_INIT;
    ends e = {0};
    leat_stats s;
    RC(leat_chan_new(
           &e.tx, &e.rx, 8, 4,
           LEAT_CHAN_OPTS(.flags = LEAT_IN_PLACE | LEAT_STATS | ONE_RX,
                          .discard = bin_put, .discard_arg = &b)),
       0);
    e.chan = leat_tx_chan(e.tx);
    uint64_t *slot = reserved(e);
    MUST(leat_chan_stats(e.chan, &s));
    SAME(s.sent, 0); /* not yet */
    commit(e, slot, 1);
    fill(e, 2, 2);
    uint64_t *msg = borrowed(e, 1);
    MUST(leat_chan_stats(e.chan, &s));
    SAME(s.sent, 3);
    SAME(s.received, 1);
    SAME(s.high_water, 3);
    leat_rx_unborrow(e.rx, msg);
    MUST(leat_chan_stats(e.chan, &s));
    SAME(s.received, 0);
    NEXT(e.rx, 1);
    leat_rx_abort(e.rx);
    MUST(leat_chan_stats(e.chan, &s));
    SAME(s.received, 1);
    SAME(s.discarded, 2);
    ends_drop(e);
}
END_TEST

/* ---- waiting ---------------------------------------------------------------------------- */

typedef struct place_call {
    ends e;
    bool sends;
    leat_until until;
    void *where;
    int rc;
    pthread_t thread;
} place_call;

static void *place_run(void *arg)
{
    place_call *c = arg;
    c->rc = c->sends ? leat_tx_reserve(c->e.tx, &c->where, c->until)
                     : leat_rx_borrow(c->e.rx, &c->where, c->until);
    return NULL;
}

static void place_start(place_call *c, ends e, bool sends, leat_until until)
{
    enum leat__dir dir = sends ? LEAT__SEND : LEAT__RECV;
    size_t before = parked(e.chan, dir);
    *c = (place_call){.e = e, .sends = sends, .until = until};
    c->thread = t_spawn(place_run, c);
    t_wait_parked(e.chan, dir, before + 1);
}

static void *place_end(place_call *c)
{
    t_join(c->thread);
    RC(c->rc, 0);
    return c->where;
}

START_TEST(a_borrower_waits_for_a_message)
{
    const flavour *f = &placed[_i];
    ends e = ends_new(f);
    place_call c;
    place_start(&c, e, false, leat_forever());
    commit(e, reserved(e), 4);
    uint64_t *msg = place_end(&c);
    SAME(*msg, 4);
    leat_rx_release(e.rx, msg);
    place_start(&c, e, false, leat_forever());
    RC(try_send(e.tx, 5), 0);
    msg = place_end(&c);
    SAME(*msg, 5);
    leat_rx_release(e.rx, msg);
    ends_drop(e);
}
END_TEST

START_TEST(a_reserver_waits_for_a_cell)
{
    const flavour *f = &placed[_i];
    ends e = ends_new(f);
    for (int how = 0; how < 3 && fills(f); how++) {
        place_call c;
        uint64_t *mine = reserved(e);
        if (f->cap > 1)
            fill(e, 0, f->cap - 1);
        place_start(&c, e, true, leat_forever());
        if (how == 0) {
            leat_tx_unreserve(e.tx, mine);
        } else {
            commit(e, mine, f->cap - 1);
            if (how == 1)
                NEXT(e.rx, 0);
            else
                leat_rx_release(e.rx, borrowed(e, 0));
        }
        leat_tx_unreserve(e.tx, place_end(&c));
        while (leat_rx_drain(e.rx, &(uint64_t){0}, 1) > 0)
            continue;
    }
    ends_drop(e);
}
END_TEST

START_TEST(giving_up_leaves_the_cell_to_others)
{
    const flavour f = {"in place 1", 1, LEAT_IN_PLACE};
    ends e = ends_new(&f);
    uint64_t *mine = reserved(e);
    void *slot;
    RC(leat_tx_reserve(e.tx, &slot, leat_in_ms(2)), LEAT_ETIMEDOUT);
    RC(leat_rx_borrow(e.rx, &slot, leat_in_ms(2)), LEAT_ETIMEDOUT);
    leat_tx_unreserve(e.tx, mine);
    leat_tx_unreserve(e.tx, reserved(e));
    ends_drop(e);
}
END_TEST

/* The only cell is reserved, and yet what is copied gets through. */
START_TEST(a_copy_needs_no_cell_when_a_receiver_waits)
{
    const flavour f = {"in place 1", 1, LEAT_IN_PLACE};
    ends e = ends_new(&f);
    uint64_t *mine = reserved(e);
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(try_send(e.tx, 6), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 6);
    call_send(&c, e.tx, 7, leat_forever());
    t_wait_parked(e.chan, LEAT__SEND, 1);
    NEXT(e.rx, 7);
    RC(call_end(&c), 0);
    leat_tx_unreserve(e.tx, mine);
    ends_drop(e);
}
END_TEST

/* A borrower needs the message in a cell: it comes when there is one. */
START_TEST(a_borrower_gets_what_a_sender_waits_to_send)
{
    const flavour f = {"in place 1", 1, LEAT_IN_PLACE};
    ends e = ends_new(&f);
    uint64_t *mine = reserved(e);
    place_call b;
    call c;
    place_start(&b, e, false, leat_forever());
    call_send(&c, e.tx, 8, leat_forever());
    t_wait_parked(e.chan, LEAT__SEND, 1);
    leat_tx_unreserve(e.tx, mine);
    RC(call_end(&c), 0);
    uint64_t *msg = place_end(&b);
    SAME(*msg, 8);
    leat_rx_release(e.rx, msg);
    ends_drop(e);
}
END_TEST

START_TEST(close_ends_those_who_wait)
{
    const flavour f = {"in place 1", 1, LEAT_IN_PLACE};
    ends e = ends_new(&f);
    place_call r;
    place_call b;
    uint64_t *mine = reserved(e);
    place_start(&r, e, true, leat_forever());
    place_start(&b, e, false, leat_forever());
    leat_tx_close(e.tx);
    t_join(r.thread);
    t_join(b.thread);
    RC(r.rc, LEAT_ECLOSED);
    RC(b.rc, LEAT_ECLOSED);
    leat_tx_unreserve(e.tx, mine);
    ends_drop(e);
}
END_TEST

/* ---- misuse ---------------------------------------------------------------------------- */

static void reserve_from_a_ring(void *nothing)
{
    (void)nothing;
    reserved(ends_cap(1));
}

static void commit_twice(void *nothing)
{
    (void)nothing;
    ends e = ends_new(&placed[2]);
    uint64_t *slot = reserved(e);
    commit(e, slot, 1);
    (void)!leat_tx_commit(e.tx, slot);
}

static void release_a_slot(void *nothing)
{
    (void)nothing;
    ends e = ends_new(&placed[2]);
    leat_rx_release(e.rx, reserved(e));
}

static void unborrow_among_many(void *nothing)
{
    (void)nothing;
    ends e = ends_new(&placed[2]);
    fill(e, 0, 1);
    leat_rx_unborrow(e.rx, borrowed(e, 0));
}

static void leave_with_a_slot(void *nothing)
{
    (void)nothing;
    ends e = ends_new(&placed[2]);
    reserved(e);
    leat_tx_drop(e.tx);
}

static void leave_with_a_message(void *nothing)
{
    (void)nothing;
    ends e = ends_new(&placed[2]);
    fill(e, 0, 1);
    borrowed(e, 0);
    leat_rx_drop(e.rx);
}

START_TEST(misuse_aborts_with_a_sentence)
{
    t_aborts(reserve_from_a_ring, NULL, "made without LEAT_IN_PLACE");
    t_aborts(commit_twice, NULL, "not a slot reserved from this channel");
    t_aborts(release_a_slot, NULL, "not a message borrowed from this channel");
    t_aborts(unborrow_among_many, NULL, "does not promise a single consumer");
    t_aborts(leave_with_a_slot, NULL, "leaves with a slot reserved");
    t_aborts(leave_with_a_message, NULL, "leaves with a message borrowed");
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, 8, 0, LEAT_CHAN_OPTS(.flags = LEAT_IN_PLACE)),
       LEAT_EINVAL);
}
END_TEST

/* ---- in a crowd -------------------------------------------------------------------------- */

enum { CROWD = 3 };

typedef struct worker {
    ends e;
    uint64_t first;
    unsigned n;
    unsigned *seen;
    uint64_t stream;
} worker;

static void *sends_all_ways(void *arg)
{
    worker *w = arg;
    t_rand chance = t_random(w->stream);
    for (uint64_t i = 0; i < w->n;) {
        void *slot;
        if (t_below(&chance, 3) == 0) {
            RC(send_until(w->e.tx, w->first + i++, leat_forever()), 0);
            continue;
        }
        leat_until until =
            t_below(&chance, 4) == 0 ? leat_in_ns(20000) : leat_forever();
        if (leat_tx_reserve(w->e.tx, &slot, until) != 0)
            continue;
        if (t_below(&chance, 8) == 0) {
            leat_tx_unreserve(w->e.tx, slot);
            continue;
        }
        commit(w->e, slot, w->first + i++);
    }
    leat_tx_drop(w->e.tx);
    return NULL;
}

static void *receives_all_ways(void *arg)
{
    worker *w = arg;
    t_rand chance = t_random(w->stream);
    int rc = 0;
    while (rc != LEAT_ECLOSED) {
        uint64_t value = 0;
        void *msg;
        uint64_t way = t_below(&chance, 4);
        leat_until until = way == 3 ? leat_in_ns(20000) : leat_forever();
        if (way == 0) {
            rc = leat_rx_recv(w->e.rx, &value, until);
        } else {
            rc = leat_rx_borrow(w->e.rx, &msg, until);
            if (rc == 0) {
                value = *(uint64_t *)msg;
                *(uint64_t *)msg = 0; /* it is ours */
                leat_rx_release(w->e.rx, msg);
            }
        }
        if (rc == 0)
            w->seen[value]++;
    }
    leat_rx_drop(w->e.rx);
    return NULL;
}

START_TEST(a_crowd_loses_nothing)
{
    const flavour *f = &placed[_i];
    ends e = ends_new(f);
    unsigned n = t_scaled(2500);
    int senders = many_tx(f) ? CROWD : 1;
    int receivers = many_rx(f) ? CROWD : 1;
    worker w[2 * CROWD];
    pthread_t threads[2 * CROWD];
    unsigned *seen = calloc((size_t)CROWD * n * CROWD, sizeof *seen);
    for (int i = 0; i < senders; i++) {
        w[i] = (worker){e, (uint64_t)i * n, n, NULL, (uint64_t)i};
        if (i > 0)
            w[i].e.tx = leat_tx_clone(e.tx);
    }
    for (int i = 0; i < receivers; i++) {
        w[CROWD + i] =
            (worker){e, 0, n, seen + (size_t)i * CROWD * n, 10 + (uint64_t)i};
        if (i > 0)
            w[CROWD + i].e.rx = leat_rx_clone(e.rx);
    }
    for (int i = 0; i < senders; i++)
        threads[i] = t_spawn(sends_all_ways, &w[i]);
    for (int i = CROWD; i < CROWD + receivers; i++)
        threads[i] = t_spawn(receives_all_ways, &w[i]);
    for (int i = 0; i < senders; i++)
        t_join(threads[i]);
    for (int i = CROWD; i < CROWD + receivers; i++)
        t_join(threads[i]);
    for (unsigned v = 0; v < (unsigned)senders * n; v++) {
        unsigned times = 0;
        for (int i = 0; i < CROWD; i++)
            times += seen[(size_t)i * CROWD * n + v];
        SAME(times, 1);
    }
    free(seen);
    SAME(memory_live(), 0);
}
END_TEST

/* ---- poison ------------------------------------------------------------------------------- */

START_TEST(a_free_cell_is_poisoned)
{
#if defined(LEAT__ASAN)
    ends e = ends_new(&placed[1]);
    uint64_t *slot = reserved(e);
    MUST(!__asan_address_is_poisoned(slot));
    commit(e, slot, 3);
    uint64_t *msg = borrowed(e, 3);
    MUST(msg == slot && !__asan_address_is_poisoned(msg));
    leat_rx_release(e.rx, msg);
    MUST(__asan_address_is_poisoned(msg));
    MUST(__asan_address_is_poisoned((unsigned char *)msg + 7));
    ends_drop(e);
#endif
}
END_TEST

/* In a ring as well: what is behind the message that comes next is free. */
START_TEST(a_free_slot_is_poisoned)
{
#if defined(LEAT__ASAN)
    const uint32_t flags[] = {0, ONE_BOTH};
    for (int i = 0; i < 2; i++) {
        const flavour f = {"ring", 4, flags[i]};
        ends e = ends_new(&f);
        unsigned char *slots = e.chan->slots;
        for (int round = 0; round < 3; round++) {
            for (int j = 0; j < 4; j++)
                MUST(__asan_address_is_poisoned(slots + 8 * j));
            fill(e, 0, 4);
            for (int j = 0; j < 4; j++)
                MUST(!__asan_address_is_poisoned(slots + 8 * j));
            NEXT(e.rx, 0);
            MUST(__asan_address_is_poisoned(slots));
            for (uint64_t j = 1; j < 4; j++)
                NEXT(e.rx, j);
        }
        ends_drop(e);
    }
#endif
}
END_TEST

int main(void)
{
    TCase *tc = t_case("place");
    tcase_add_loop_test(tc, what_is_written_in_place_is_read_in_place, 0,
                        PLACED);
    tcase_add_loop_test(tc, copies_and_places_mix, 0, PLACED);
    tcase_add_loop_test(tc, the_place_in_line_is_taken_at_commit, 0, PLACED);
    tcase_add_loop_test(tc, a_reservation_holds_capacity_and_no_place, 0,
                        PLACED);
    tcase_add_loop_test(tc, a_borrowed_message_holds_capacity, 0, PLACED);
    tcase_add_test(tc, a_borrowed_message_can_be_put_back);
    tcase_add_test(tc, what_is_put_back_after_abort_is_discarded);
    tcase_add_loop_test(tc, a_slot_outlives_close_and_is_given_back, 0, PLACED);
    tcase_add_loop_test(tc, the_last_messages_can_be_borrowed_after_close, 0,
                        PLACED);
    tcase_add_test(tc, large_messages_keep_every_byte);
    tcase_add_test(tc, without_memory_there_is_no_cell);
    tcase_add_test(tc, a_policy_finds_a_cell_or_does_not);
    tcase_add_test(tc, force_displaces_what_is_queued_and_no_more);
    tcase_add_test(tc, what_abort_discards_is_out_of_line_and_holds_its_cell);
    tcase_add_test(tc, the_books_balance);
    tcase_add_loop_test(tc, a_borrower_waits_for_a_message, 0, PLACED);
    tcase_add_loop_test(tc, a_reserver_waits_for_a_cell, 0, PLACED);
    tcase_add_test(tc, giving_up_leaves_the_cell_to_others);
    tcase_add_test(tc, a_copy_needs_no_cell_when_a_receiver_waits);
    tcase_add_test(tc, a_borrower_gets_what_a_sender_waits_to_send);
    tcase_add_test(tc, close_ends_those_who_wait);
    tcase_add_test(tc, misuse_aborts_with_a_sentence);
    tcase_add_loop_test(tc, a_crowd_loses_nothing, 0, PLACED);
    tcase_add_test(tc, a_free_cell_is_poisoned);
    tcase_add_test(tc, a_free_slot_is_poisoned);
    return t_run(tc);
}
