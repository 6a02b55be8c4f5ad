/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* world.h - one channel, a cast of threads, and the fate of every message.
 *
 * Each thread writes down what it did: which call, when it began and when it had
 * ended (on a counter of events), what came back. When all are done the books are
 * checked against the contract of <leat/chan.h>: each message is delivered once,
 * returned or discarded; messages that were sent in some order leave in it; the
 * capacity was never exceeded; a call that gave up had a reason to, and a call
 * after close, abort or the last drop saw it. (world_check.h has the rules.) */
#ifndef LEAT_TESTS_MODEL_WORLD_H
#define LEAT_TESTS_MODEL_WORLD_H

#include "model.h"

#include <stdatomic.h>

/* How a call waits. */
enum how {
    NOWAIT,
    FOREVER,
    TIMED,       /* until a deadline */
    TOKEN,       /* until the cast's token is fired */
    TIMED_TOKEN, /* until either */
    TOLD,        /* a started op with a callback; at times it is cancelled */
    ANY,         /* each call another of these */
    FORCE,       /* leat_tx_force */
    BATCH,       /* several in one call; waits in any way */
    LOOK,        /* peeks first */
    PLACED, /* in place; waits in any way, and at times thinks better of it */
    LOOPED, /* a leat_op of a leat_loop; at times it is cancelled */
    ANSWERED /* forever, and goes on when the other side has gone on; see below */
};

/* A policy, among a cast's flags. */
#define POLICY(policy) ((uint32_t)(policy) << 8)

/* Threads that meddle; a cast may have several. */
enum meddling {
    CLOSE_TX = 1u,
    CLOSE_RX = 2u,
    ABORT = 4u,
    FIRE = 8u,
    COME_AND_GO = 16u /* clone, look, take a half from the view, drop */
};

/* Who plays. */
struct cast {
    size_t capacity;
    uint32_t flags;
    int senders;
    int sends; /* by each */
    enum how send;
    int receivers;
    int receives; /* by each; 0: until the end of the stream */
    enum how recv;
    unsigned meddlers;
    uint32_t starve; /* one in n allocations fails */
};

enum { ROWS = 40, ACTORS = 9, MESSAGES = 16, PATIENCE = 3 };

enum call { SEND, RECV, CLOSE, ABORTION, TX_DROP, RX_DROP, FIRING };

struct row {
    enum call call;
    int rc; /* of a drop: was it the last? */
    uint32_t begin;
    uint32_t end;
    int message; /* -1: none */
};

struct message {
    uint64_t number;
    uint64_t words[2]; /* made from the number */
};

static struct world {
    const struct cast *cast;
    leat_tx *tx;
    leat_rx *rx;
    leat_cancel *token;
    atomic_uint events;
    size_t msg_bytes;
    struct row rows[ACTORS][ROWS];
    int row_counts[ACTORS];
    int actors;
    atomic_uint discarded[MESSAGES];
    uint32_t discarded_at[MESSAGES];
    leat__a32 in
        [MESSAGES]; /* the send has returned, for a receiver that is ANSWERED */
    leat__a32 out[MESSAGES]; /* the receive has, for such a sender */
    bool lends_tx; /* the only owner is the host, who drops at the end */
    bool lends_rx;
} w;

/* The scheduler runs one thread at a time, so no order is asked for there: an
 * order would hide leat's own mistakes from the thread sanitizer. */
#if defined(LEAT_SIM)
#define WORLD_ORDER memory_order_relaxed
#else
#define WORLD_ORDER memory_order_seq_cst
#endif

static uint32_t stamp(void)
{
    return 1 + atomic_fetch_add_explicit(&w.events, 1, WORLD_ORDER);
}

/* ---- the books -------------------------------------------------------------- */

static enum leat_policy policy_of(const struct cast *cast)
{
    return (enum leat_policy)(cast->flags >> 8);
}

static struct row *open_row(int actor, enum call call, int message)
{
    M_ASSERT(w.row_counts[actor] < ROWS);
    struct row *row = &w.rows[actor][w.row_counts[actor]++];
    row->call = call;
    row->message = message;
    row->rc = 0;
    row->begin = stamp();
    return row;
}

static int close_row(struct row *row, int rc)
{
    row->rc = rc;
    row->end = stamp();
    return rc;
}

static void fill_message(struct message *message, int number)
{
    message->number = (uint64_t)number;
    message->words[0] = ~message->number;
    message->words[1] = message->number * 0x9E3779B97F4A7C15u;
}

static int read_message(const struct message *message)
{
    M_ASSERT(message->number < MESSAGES);
    if (w.msg_bytes > sizeof(uint64_t)) {
        M_ASSERT(message->words[0] == ~message->number);
        M_ASSERT(message->words[1] == message->number * 0x9E3779B97F4A7C15u);
    }
    return (int)message->number;
}

static void note_discard(void *msg, void *arg)
{
    M_ASSERT(arg == &w);
    struct message message = {0};
    memcpy(&message, msg, w.msg_bytes);
    int number = read_message(&message);
    M_ASSERT(atomic_fetch_add_explicit(&w.discarded[number], 1, WORLD_ORDER) ==
             0);
    w.discarded_at[number] = stamp();
}

/* ---- calls that wait with a callback ------------------------------------------- */

struct told {
    leat__op op;
    leat__a32 done;
};

static void raise_flag(leat__a32 *flag)
{
    leat__st32_rel(flag, 1);
    /* only an address from here on: of a struct told, it may be gone */
    leat__os_futex_wake(flag);
}

static void tell(leat__wait *wait)
{
    raise_flag(&LEAT__CONTAINER(wait, struct told, op.wait)->done);
}

static void await(leat__a32 *done)
{
    while (leat__ld32_acq(done) == 0)
        leat__os_futex_wait(done, 0, INT64_MAX);
}

/* As leat_tx_send and leat_rx_recv would, but with a callback. A cancelled op
 * counts as one that its token ended. */
static int transfer_told(leat_chan *chan, enum leat__dir dir, void *msg)
{
    struct told told;
    bool with_token = w.token != NULL && m_choose(2) == 0;
    bool give_up = m_choose(4) == 0;
    bool sole = !with_token && !give_up;
    leat__st32_rlx(&told.done, 0);
    int rc = leat__op_start(&told.op, chan, dir, msg,
                            with_token ? leat__cancel_token(w.token) : NULL,
                            sole, tell);
    if (rc != LEAT__PENDING)
        return rc;
    if (give_up) {
        if (m_choose(2) == 0)
            leat__os_yield();
        if (leat__op_cancel(&told.op)) {
            M_ASSERT(leat__ld32_acq(&told.done) == 0);
            return LEAT_EAGAIN;
        }
    }
    await(&told.done);
    return leat__op_finish(&told.op, leat__wait_won(&told.op.wait));
}

/* ---- calls that wait in an event loop --------------------------------------------- */

struct looped {
    leat_op op;
    int rc;
    int told;
};

static void looped_told(leat_op *op, int rc, void *arg)
{
    struct looped *looped = arg;
    M_ASSERT(op == &looped->op && !leat_op_is_started(op));
    looped->rc = rc;
    looped->told++;
}

/* Drive the loop until the op has been told. What made the loop due is there to be
 * told, unless a deadline passed in vain. */
static void looped_drive(leat_loop *loop, const struct looped *looped,
                         bool has_deadline)
{
    while (looped->told == 0) {
        m_poll(leat_loop_fd(loop), leat_loop_has_timer(loop)
                                       ? INT64_MAX
                                       : leat_loop_deadline_ns(loop));
        int ran = leat_loop_dispatch(loop, 1 + m_choose(2));
        M_ASSERT(ran == looped->told);
        M_ASSERT(ran == 1 || has_deadline);
    }
}

/* As leat_tx_send (tx) and leat_rx_recv (rx) would. The loop's life is the call's, so
 * whoever touches it too late is seen. *how becomes TOLD if it was cancelled. */
static int transfer_looped(leat_tx *tx, leat_rx *rx, void *msg,
                           leat_until until, enum how *how)
{
    leat_loop *loop;
    struct looped looped = {.told = 0};
    uint32_t flags = m_choose(4) == 0 ? LEAT_LOOP_NO_TIMER : 0;
    bool give_up = m_choose(4) == 0;
    leat_loop_opts opts = {.size = sizeof opts, .flags = flags};
    M_ASSERT(leat_loop_new(&loop, &opts) == 0);
    leat_op_init(&looped.op, loop, looped_told, &looped);
    if (tx != NULL)
        leat_op_send(&looped.op, tx, msg, until);
    else
        leat_op_recv(&looped.op, rx, msg, until);
    if (give_up && m_choose(2) == 0)
        leat__os_yield();
    if (give_up && leat_op_cancel(&looped.op)) {
        M_ASSERT(looped.told == 0);
        looped.rc = LEAT_EAGAIN;
        *how = TOLD;
    } else {
        looped_drive(loop, &looped, until.deadline_ns != INT64_MAX);
    }
    M_ASSERT(leat_loop_dispatch(loop, 1) == 0);
    M_ASSERT(leat_loop_drop(loop));
    return looped.rc;
}

/* ---- who is answered ----------------------------------------------------------------- */

/* Who makes one step more makes up for a wake-up that was forgotten: he finds the other
 * in line, and serves him. So a sender that is ANSWERED sends no other message before
 * the last one has been received, and nor does he leave; a receiver takes no other
 * before the room that he made has been used (by the one sender that there is). */
static void has_sent(int number)
{
    if (w.cast->recv == ANSWERED)
        raise_flag(&w.in[number]);
    if (w.cast->send == ANSWERED)
        await(&w.out[number]);
}

static void has_received(int number)
{
    size_t next = (size_t)number + w.cast->capacity;
    if (w.cast->send == ANSWERED)
        raise_flag(&w.out[number]);
    if (w.cast->recv == ANSWERED && next < (size_t)w.cast->sends)
        await(&w.in[next]);
}

/* ---- calls ---------------------------------------------------------------------- */

static leat_until draw_deadline(void)
{
#if defined(LEAT_SIM)
    return m_choose(8) == 0 ? leat_each_ms(1) : leat_in_ns(1 + m_choose(40));
#else
    return leat_in_ns(1 + m_choose(100000));
#endif
}

static leat_until draw_until(enum how how)
{
    leat_until until = leat_forever();
    if (how == NOWAIT)
        return leat_nowait();
    if (how == TIMED || how == TIMED_TOKEN)
        until = draw_deadline();
    if (how == TOKEN || how == TIMED_TOKEN)
        until = leat_or_cancel(until, w.token);
    return until;
}

static enum how draw_how(enum how how)
{
    if (how == ANY || how == LOOK)
        how = (enum how)m_choose(ANY);
    if (how == ANSWERED)
        how = FOREVER;
    if (w.token == NULL && (how == TOKEN || how == TIMED_TOKEN))
        how = how == TOKEN ? FOREVER : TIMED;
    return how;
}

static void check_gave_up(int rc, enum how how, leat_until until)
{
    if (rc == LEAT_EAGAIN)
        M_ASSERT(how == NOWAIT || how == TOLD || how == FORCE);
    if (rc == LEAT_ETIMEDOUT)
        M_ASSERT((how == TIMED || how == TIMED_TOKEN) &&
                 (until.deadline_ns < 0 || leat_now_ns() >= until.deadline_ns));
    if (rc == LEAT_ECANCELED)
        M_ASSERT((how == TOKEN || how == TIMED_TOKEN || how == TOLD) &&
                 leat_cancel_check(w.token));
}

/* Several messages of one call; each has a row that began and ended with it. */
enum { BATCH_MAX = 3 };

static void share_moments(const struct row *first, struct row *row)
{
    row->begin = first->begin;
    row->end = first->end;
}

/* Sends number and on, up to end. returns how many, or a code */
static int send_batch(int actor, leat_tx *tx, int number, int end)
{
    struct message messages[BATCH_MAX];
    uint64_t words[BATCH_MAX];
    int n = end - number < BATCH_MAX ? end - number : BATCH_MAX;
    for (int i = 0; i < n; i++) {
        fill_message(&messages[i], number + i);
        words[i] = messages[i].number;
    }
    enum how how = draw_how(NOWAIT + (enum how)m_choose(TOLD));
    leat_until until = draw_until(how);
    bool large = w.msg_bytes > sizeof(uint64_t);
    struct row *row = open_row(actor, SEND, number);
    ptrdiff_t sent = leat_tx_send_many(
        tx, large ? (const void *)messages : words, (size_t)n, until);
    close_row(row, sent < 0 ? (int)sent : 0);
    M_ASSERT(sent != 0 && sent <= n);
    for (int i = 1; i < sent; i++)
        share_moments(row, open_row(actor, SEND, number + i));
    if (sent < 0)
        check_gave_up((int)sent, how, until);
    return (int)sent;
}

/* returns how many, or a code */
static int receive_batch(int actor, leat_rx *rx)
{
    struct message messages[BATCH_MAX];
    uint64_t words[BATCH_MAX];
    enum how how = draw_how(NOWAIT + (enum how)m_choose(TOLD));
    leat_until until = draw_until(how);
    bool large = w.msg_bytes > sizeof(uint64_t);
    struct row *row = open_row(actor, RECV, -1);
    ptrdiff_t got = leat_rx_recv_many(rx, large ? (void *)messages : words,
                                      BATCH_MAX, until);
    close_row(row, got < 0 ? (int)got : 0);
    M_ASSERT(got != 0 && got <= BATCH_MAX);
    for (int i = 0; i < got; i++) {
        struct message one = {.number = words[i]};
        struct row *of = i == 0 ? row : open_row(actor, RECV, -1);
        share_moments(row, of);
        of->message = read_message(large ? &messages[i] : &one);
    }
    if (got < 0)
        check_gave_up((int)got, how, until);
    return (int)got;
}

/* Written in place; at times given back, and then sent in another try. */
static int send_placed(int actor, leat_tx *tx, int number)
{
    struct message message;
    enum how how = draw_how((enum how)m_choose(TOLD));
    leat_until until = draw_until(how);
    void *slot = NULL;
    fill_message(&message, number);
    struct row *row = open_row(actor, SEND, number);
    int rc = leat_tx_reserve(tx, &slot, until);
    if (rc == 0 && m_choose(4) == 0) {
        leat_tx_unreserve(tx, slot);
        rc = leat_tx_reserve(tx, &slot, leat_nowait());
    }
    if (rc == 0) {
        memcpy(slot, &message, w.msg_bytes);
        if (m_choose(2) == 0)
            leat__os_yield();
        rc = leat_tx_commit(tx, slot);
        if (rc != 0)
            leat_tx_unreserve(tx, slot);
    }
    return close_row(row, rc);
}

/* Read in place; with one consumer, at times put back first. */
static int receive_placed(int actor, leat_rx *rx)
{
    struct message message = {0};
    enum how how = draw_how((enum how)m_choose(TOLD));
    leat_until until = draw_until(how);
    void *msg = NULL;
    struct row *row = open_row(actor, RECV, -1);
    int rc = leat_rx_borrow(rx, &msg, until);
    bool one = (w.cast->flags & LEAT_SINGLE_CONSUMER) != 0;
    if (rc == 0 && one && m_choose(3) == 0) {
        leat_rx_unborrow(rx, msg);
        rc = leat_rx_borrow(rx, &msg, leat_nowait());
        M_ASSERT(rc == 0 || rc == LEAT_ECLOSED); /* aborted meanwhile */
    }
    close_row(row, rc);
    if (rc != 0)
        return rc;
    memcpy(&message, msg, w.msg_bytes);
    row->message = read_message(&message);
    memset(msg, 0x55, w.msg_bytes); /* it is ours */
    leat_rx_release(rx, msg);
    return rc;
}

/* What is displaced is received, by the sender. */
static int force_one(int actor, leat_tx *tx, const struct message *message)
{
    struct message displaced;
    struct row *row = open_row(actor, SEND, (int)message->number);
    int rc = leat_tx_force(tx, message, &displaced);
    close_row(row, rc < 0 ? rc : 0);
    M_ASSERT(rc <= 1);
    if (rc == 1) {
        struct row *out = open_row(actor, RECV, read_message(&displaced));
        out->begin = row->begin;
        out->end = row->end;
    }
    return row->rc;
}

static int send_one_of(int actor, leat_tx *tx, int number)
{
    struct message message;
    bool looped = w.cast->send == LOOPED;
    enum how how = draw_how(looped ? ANY : w.cast->send);
    leat_until until = draw_until(how);
    fill_message(&message, number);
    if (how == FORCE)
        return force_one(actor, tx, &message);
    struct row *row = open_row(actor, SEND, number);
    int rc = looped        ? transfer_looped(tx, NULL, &message, until, &how)
             : how == TOLD ? LEAT_EAGAIN
                           : leat_tx_send(tx, &message, until);
    if (!looped && rc == LEAT_EAGAIN && how == TOLD)
        rc = transfer_told(leat_tx_chan(tx), LEAT__SEND, &message);
    close_row(row, rc);
    M_ASSERT(rc <= 0);
    if (policy_of(w.cast) == LEAT_POLICY_BLOCK)
        check_gave_up(rc, how, until);
    else
        M_ASSERT(rc == 0 || rc == LEAT_ECLOSED || rc == LEAT_EAGAIN);
    if (rc == 0)
        has_sent(number);
    return rc;
}

static int receive_one(int actor, leat_rx *rx)
{
    struct message message;
    struct message untouched;
    bool looped = w.cast->recv == LOOPED;
    enum how how = draw_how(looped ? ANY : w.cast->recv);
    leat_until until = draw_until(how);
    memset(&message, 0x77, sizeof message);
    untouched = message;
    if (w.cast->recv == LOOK && leat_rx_peek(rx, &message, until) == 0) {
        read_message(&message);
        message = untouched;
    }
    struct row *row = open_row(actor, RECV, -1);
    int rc = looped        ? transfer_looped(NULL, rx, &message, until, &how)
             : how == TOLD ? LEAT_EAGAIN
                           : leat_rx_recv(rx, &message, until);
    if (!looped && rc == LEAT_EAGAIN && how == TOLD)
        rc = transfer_told(leat_rx_chan(rx), LEAT__RECV, &message);
    close_row(row, rc);
    M_ASSERT(rc <= 0);
    if (rc == 0)
        row->message = read_message(&message);
    else
        M_ASSERT(memcmp(&message, &untouched, sizeof message) == 0);
    check_gave_up(rc, how, until);
    if (rc == 0)
        has_received(row->message);
    return rc;
}

static void drop_tx(int actor, leat_tx *tx)
{
    struct row *row = open_row(actor, TX_DROP, -1);
    close_row(row, leat_tx_drop(tx));
}

static void drop_rx(int actor, leat_rx *rx)
{
    struct row *row = open_row(actor, RX_DROP, -1);
    close_row(row, leat_rx_drop(rx));
}

/* ---- the roles --------------------------------------------------------------------- */

struct role {
    int actor;
    int first; /* the first of a sender's messages */
    leat_tx *tx;
    leat_rx *rx;
};

/* 0 or how many, or a code */
static int send_some(const struct role *role, int number, int end)
{
    if (w.cast->send == BATCH)
        return send_batch(role->actor, role->tx, number, end);
    if (w.cast->send == PLACED)
        return send_placed(role->actor, role->tx, number);
    return send_one_of(role->actor, role->tx, number);
}

static int receive_some(const struct role *role)
{
    if (w.cast->recv == BATCH)
        return receive_batch(role->actor, role->rx);
    if (w.cast->recv == PLACED)
        return receive_placed(role->actor, role->rx);
    return receive_one(role->actor, role->rx);
}

static void *sender(void *arg)
{
    struct role *role = arg;
    int gave_up = 0;
    int number = role->first;
    int end = role->first + w.cast->sends;
    while (number < end && gave_up < PATIENCE) {
        int rc = send_some(role, number, end);
        if (rc == LEAT_ECLOSED)
            break;
        number += rc > 0 ? rc : 1; /* one row of sending for each message */
        if (rc < 0) {
            gave_up++;
            leat__os_yield();
        }
    }
    if (!w.lends_tx)
        drop_tx(role->actor, role->tx);
    return NULL;
}

static void *receiver(void *arg)
{
    struct role *role = arg;
    int gave_up = 0;
    int got = 0;
    int most = w.cast->receives == 0 ? MESSAGES + 1 : w.cast->receives;
    while (got < most && gave_up < PATIENCE) {
        int rc = receive_some(role);
        if (rc == LEAT_ECLOSED)
            break;
        if (rc >= 0) {
            got += rc > 0 ? rc : 1;
        } else {
            gave_up++;
            leat__os_yield();
        }
    }
    if (!w.lends_rx)
        drop_rx(role->actor, role->rx);
    return NULL;
}

/* What a third thread reads is a length that the channel can have had. */
static void look_from_outside(leat_chan *chan)
{
    M_ASSERT(leat_chan_len(chan) <= w.cast->capacity);
}

static void *closer_tx(void *arg)
{
    struct role *role = arg;
    look_from_outside(leat_tx_chan(role->tx));
    struct row *row = open_row(role->actor, CLOSE, -1);
    leat_tx_close_because(role->tx, 7);
    close_row(row, 0);
    if (!w.lends_tx)
        drop_tx(role->actor, role->tx);
    return NULL;
}

static void *closer_rx(void *arg)
{
    struct role *role = arg;
    look_from_outside(leat_rx_chan(role->rx));
    struct row *row = open_row(role->actor, CLOSE, -1);
    leat_rx_close_because(role->rx, 8);
    close_row(row, 0);
    if (!w.lends_rx)
        drop_rx(role->actor, role->rx);
    return NULL;
}

static void *aborter(void *arg)
{
    struct role *role = arg;
    struct row *row = open_row(role->actor, ABORTION, -1);
    leat_rx_abort(role->rx);
    close_row(row, 0);
    if (!w.lends_rx)
        drop_rx(role->actor, role->rx);
    return NULL;
}

static void *firer(void *arg)
{
    struct role *role = arg;
    struct row *row = open_row(role->actor, FIRING, -1);
    leat_cancel_fire(w.token);
    close_row(row, 0);
    M_ASSERT(leat_cancel_check(w.token));
    return NULL;
}

/* Owns a half of each, looks, clones one and makes one from the view. */
static void *visitor(void *arg)
{
    struct role *role = arg;
    leat_chan *chan = leat_tx_chan(role->tx);
    size_t cap = w.cast->capacity;
    M_ASSERT(leat_rx_chan(role->rx) == chan);
    M_ASSERT(leat_chan_len(chan) <= cap);
    leat_tx *more = leat_tx_clone(role->tx);
    leat_rx *again = leat_chan_rx(chan);
    M_ASSERT(again == role->rx); /* we own one, so there is one */
    drop_tx(role->actor, role->tx);
    drop_rx(role->actor, role->rx);
    M_ASSERT(leat_chan_len(chan) <= cap);
    M_ASSERT(leat_chan_tx_count(chan) >= 1);
    drop_rx(role->actor, again);
    drop_tx(role->actor, more); /* now the channel may be gone */
    return NULL;
}

#endif
