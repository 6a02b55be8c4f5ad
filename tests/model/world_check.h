/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* world_check.h - may what is in the books have happened?
 *
 * A call took effect at some moment between its begin and its end. So "A was
 * before B" means that A ended before B began, and each rule below counts in a
 * call that may or may not have taken effect in the way that accuses nobody. */
#ifndef LEAT_TESTS_MODEL_WORLD_CHECK_H
#define LEAT_TESTS_MODEL_WORLD_CHECK_H

#include "world.h"

/* The life of a message, from the books. */
struct life {
    const struct row *sent; /* NULL: never tried */
    bool accepted;
    bool out; /* received or discarded */
    bool received;
    uint32_t out_begin;
    uint32_t out_end;
};

static struct life lives[MESSAGES];

/* When the first and last calls that end the stream began and ended; UINT32_MAX
 * and 0 if there were none. */
static struct {
    uint32_t sends_end;    /* from here on a send may be refused */
    uint32_t sends_must;   /* from here on it must be */
    uint32_t recvs_end;    /* from here on a receive may find the end */
    uint32_t discards_end; /* from here on messages may be discarded */
    uint32_t abort_done;   /* from here on none is delivered */
    uint32_t fired;        /* from here on a wait may be cancelled */
} when;

#define EACH_ROW(at)                                                           \
    for (int at##_actor = 0; at##_actor < w.actors; at##_actor++)              \
        for (struct row *at = w.rows[at##_actor];                              \
             at < w.rows[at##_actor] + w.row_counts[at##_actor]; at++)

static void sooner(uint32_t *moment, uint32_t at)
{
    if (at < *moment)
        *moment = at;
}

static void read_ends(void)
{
    memset(&when, 0xff, sizeof when);
    EACH_ROW(row)
    {
        switch (row->call) {
        case CLOSE:
            sooner(&when.sends_end, row->begin);
            sooner(&when.sends_must, row->end);
            sooner(&when.recvs_end, row->begin);
            break;
        case ABORTION:
            sooner(&when.sends_end, row->begin);
            sooner(&when.sends_must, row->end);
            sooner(&when.recvs_end, row->begin);
            sooner(&when.discards_end, row->begin);
            sooner(&when.abort_done, row->end);
            break;
        case RX_DROP:
            if (row->rc != 0) { /* the last */
                sooner(&when.sends_end, row->begin);
                sooner(&when.sends_must, row->end);
                sooner(&when.discards_end, row->begin);
            }
            break;
        case TX_DROP:
            if (row->rc != 0)
                sooner(&when.recvs_end, row->begin);
            break;
        case FIRING:
            sooner(&when.fired, row->begin);
            break;
        default:
            break;
        }
    }
}

static void read_lives(void)
{
    memset(lives, 0, sizeof lives);
    EACH_ROW(row)
    {
        if (row->call == SEND) {
            struct life *life = &lives[row->message];
            M_ASSERT(life->sent == NULL);
            life->sent = row;
            life->accepted = row->rc == 0;
        }
    }
    EACH_ROW(row)
    {
        if (row->call == RECV && row->rc == 0) {
            struct life *life = &lives[row->message];
            M_ASSERT(life->sent != NULL); /* else made up */
            M_ASSERT(!life->received);    /* else twice */
            life->received = life->out = true;
            life->out_begin = row->begin;
            life->out_end = row->end;
        }
    }
    for (int i = 0; i < MESSAGES; i++) {
        if (atomic_load_explicit(&w.discarded[i], memory_order_relaxed) == 0)
            continue;
        M_ASSERT(!lives[i].received);
        lives[i].out = true;
        lives[i].out_begin = when.discards_end;
        lives[i].out_end = w.discarded_at[i];
        if (policy_of(w.cast) >= LEAT_POLICY_DROP_OLDEST)
            lives[i].out_begin =
                lives[i].sent->begin; /* or by a send, any time */
        M_ASSERT(lives[i].out_end > lives[i].out_begin);
    }
}

/* Delivered once, discarded once, or returned to the sender. */
static void check_fates(void)
{
    for (int i = 0; i < MESSAGES; i++) {
        if (lives[i].accepted)
            M_ASSERT(lives[i].out); /* else lost */
        else
            M_ASSERT(!lives[i].out); /* else both returned and delivered */
        if (lives[i].out)
            M_ASSERT(lives[i].out_end > lives[i].sent->begin);
    }
}

/* Has the message been in line? */
static bool was_in_line(const struct life *life)
{
    if (policy_of(w.cast) == LEAT_POLICY_DROP_NEWEST && !life->received)
        return false;
    return life->accepted;
}

/* What was sent before leaves before. */
static void check_order(void)
{
    for (int i = 0; i < MESSAGES; i++) {
        if (!was_in_line(&lives[i]))
            continue;
        for (int j = 0; j < MESSAGES; j++) {
            if (i != j && was_in_line(&lives[j]) &&
                lives[i].sent->end < lives[j].sent->begin)
                M_ASSERT(!(lives[j].out_end < lives[i].out_begin));
        }
    }
}

/* Messages that were surely sent before a moment. */
static int surely_in(uint32_t before)
{
    int n = 0;
    for (int i = 0; i < MESSAGES; i++)
        n += lives[i].accepted && lives[i].sent->end < before;
    return n;
}

static int maybe_in(uint32_t before)
{
    int n = 0;
    for (int i = 0; i < MESSAGES; i++)
        n += lives[i].accepted && lives[i].sent->begin < before;
    return n;
}

static int surely_out(uint32_t before)
{
    int n = 0;
    for (int i = 0; i < MESSAGES; i++)
        n += lives[i].out && lives[i].out_end < before;
    return n;
}

static int maybe_out(uint32_t before)
{
    int n = 0;
    for (int i = 0; i < MESSAGES; i++)
        n += lives[i].out && lives[i].out_begin < before;
    return n;
}

static void check_send(const struct row *row)
{
    size_t cap = w.cast->capacity;
    bool bounded = cap != LEAT_UNBOUNDED;
    if (row->rc == 0) {
        if (bounded)
            M_ASSERT(surely_in(row->end + 1) - maybe_out(row->end) <= (int)cap);
        M_ASSERT(row->begin < when.sends_must);
        return;
    }
    if (row->rc == LEAT_ECLOSED) {
        M_ASSERT(row->end > when.sends_end);
    } else if (row->rc == LEAT_ENOMEM) {
        M_ASSERT(!bounded && w.cast->starve != 0);
    } else {
        /* it gave up, so there was a moment when the channel was full */
        M_ASSERT(bounded);
        /* in place: cells that are reserved or borrowed are full too */
        if (w.cast->send != PLACED && w.cast->recv != PLACED)
            M_ASSERT(maybe_in(row->end) - surely_out(row->begin) >= (int)cap);
        if (row->rc == LEAT_ECANCELED)
            M_ASSERT(row->end > when.fired);
    }
}

static void check_recv(const struct row *row)
{
    if (row->rc == 0) {
        M_ASSERT(row->begin < when.abort_done);
        return;
    }
    /* there was a moment when the channel was empty, and no rendezvous at hand */
    M_ASSERT(surely_in(row->begin) - maybe_out(row->end) <= 0);
    if (row->rc == LEAT_ECANCELED)
        M_ASSERT(row->end > when.fired);
    if (row->rc != LEAT_ECLOSED)
        return;
    M_ASSERT(row->end > when.recvs_end);
    /* nothing follows the end: all that ever went in was out */
    M_ASSERT(maybe_in(UINT32_MAX) - maybe_out(row->end) <= 0);
    EACH_ROW(later)
    {
        if (later->call == RECV && later->begin > row->end)
            M_ASSERT(later->rc != 0); /* the end is the end */
    }
}

static void check_drops(void)
{
    int last_tx = 0;
    int last_rx = 0;
    EACH_ROW(row)
    {
        last_tx += row->call == TX_DROP && row->rc != 0;
        last_rx += row->call == RX_DROP && row->rc != 0;
    }
    M_ASSERT(last_tx == 1 && last_rx == 1);
}

static void check_books(void)
{
    read_ends();
    read_lives();
    check_fates();
    check_order();
    check_drops();
    EACH_ROW(row)
    {
        if (row->call == SEND)
            check_send(row);
        else if (row->call == RECV)
            check_recv(row);
    }
}

/* ---- the play ----------------------------------------------------------------- */

static struct role roles[ACTORS];
static m_thread threads[ACTORS];

static void make_world(const struct cast *cast)
{
    leat_chan_opts opts = {.size = sizeof opts,
                           .discard = note_discard,
                           .discard_arg = &w,
                           .flags = cast->flags & 0xff,
                           .policy = policy_of(cast)};
    w.cast = cast;
    w.msg_bytes = m_choose(4) == 0 ? sizeof(struct message) : sizeof(uint64_t);
    atomic_store_explicit(&w.events, 0, memory_order_relaxed);
    for (int i = 0; i < MESSAGES; i++) {
        atomic_store_explicit(&w.discarded[i], 0, memory_order_relaxed);
        leat__st32_rlx(&w.in[i], 0); /* relaxed: nobody has started */
        leat__st32_rlx(&w.out[i], 0);
    }
    memset(w.row_counts, 0, sizeof w.row_counts);
    w.token = NULL;
    M_ASSERT(leat_chan_new(&w.tx, &w.rx, w.msg_bytes, cast->capacity, &opts) ==
             0);
    if ((cast->meddlers & FIRE) != 0)
        M_ASSERT(leat_cancel_new(&w.token) == 0);
    m_starve(cast->starve);
    bool one_tx = (cast->flags & LEAT_SINGLE_PRODUCER) != 0;
    bool one_rx = (cast->flags & LEAT_SINGLE_CONSUMER) != 0;
    w.lends_tx = one_tx && (cast->meddlers & CLOSE_TX) != 0;
    w.lends_rx = one_rx && (cast->meddlers & (CLOSE_RX | ABORT)) != 0;
    w.actors = 1; /* the host */
}

/* A half for a role: its own, or on loan, or the only one. */
static leat_tx *tx_for_role(void)
{
    return (w.cast->flags & LEAT_SINGLE_PRODUCER) != 0 ? w.tx
                                                       : leat_tx_clone(w.tx);
}

static leat_rx *rx_for_role(void)
{
    return (w.cast->flags & LEAT_SINGLE_CONSUMER) != 0 ? w.rx
                                                       : leat_rx_clone(w.rx);
}

enum { WITH_TX = 1u, WITH_RX = 2u };

/* Take on an actor; it starts when all have what they need. */
static struct role *engage(unsigned with)
{
    M_ASSERT(w.actors < ACTORS);
    struct role *role = &roles[w.actors];
    *role = (struct role){.actor = w.actors++};
    if ((with & WITH_TX) != 0)
        role->tx = tx_for_role();
    if ((with & WITH_RX) != 0)
        role->rx = rx_for_role();
    return role;
}

static void start(const char *name, void *(*fn)(void *), struct role *role)
{
    threads[role->actor] = m_spawn(name, fn, role);
}

static void start_meddlers(void)
{
    static const struct {
        enum meddling kind;
        const char *name;
        void *(*fn)(void *);
        unsigned with;
    } meddlers[] = {
        {CLOSE_TX, "closes_tx", closer_tx, WITH_TX},
        {CLOSE_RX, "closes_rx", closer_rx, WITH_RX},
        {ABORT, "aborts", aborter, WITH_RX},
        {FIRE, "fires", firer, 0},
        {COME_AND_GO, "visits", visitor, WITH_TX | WITH_RX},
    };
    for (size_t i = 0; i < sizeof meddlers / sizeof meddlers[0]; i++) {
        if ((w.cast->meddlers & meddlers[i].kind) != 0)
            start(meddlers[i].name, meddlers[i].fn, engage(meddlers[i].with));
    }
}

static void play(const struct cast *cast)
{
    make_world(cast);
    for (int i = 0; i < cast->senders; i++) {
        struct role *role = engage(WITH_TX);
        role->first = i * cast->sends;
        start("sends", sender, role);
    }
    for (int i = 0; i < cast->receivers; i++)
        start("receives", receiver, engage(WITH_RX));
    start_meddlers();
    /* shared halves: the host leaves while the others are at it */
    if ((cast->flags & LEAT_SINGLE_PRODUCER) == 0)
        drop_tx(0, w.tx);
    if ((cast->flags & LEAT_SINGLE_CONSUMER) == 0)
        drop_rx(0, w.rx);
    for (int i = 1; i < w.actors; i++)
        m_join(threads[i]);
    if (w.lends_tx)
        drop_tx(0, w.tx);
    if (w.lends_rx)
        drop_rx(0, w.rx);
    if (w.token != NULL)
        M_ASSERT(leat_cancel_drop(w.token));
    check_books();
}

#endif
