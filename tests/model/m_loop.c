/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_loop.c - src/loop: sends and receives of event loops among threads, in each kind of
 * channel; and one loop with several operations, which are ended by several threads,
 * cancelled, timed out, and told in the order of completion. */
#include "world_check.h"

#define BOTH (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)

/* ---- one loop, several operations -------------------------------------------------- */

enum { OPS = 3 };

struct one_op {
    leat_op op;
    leat_tx *tx;
    leat_rx *rx;
    uint64_t value;
    int told;
    int rc;
};

static struct {
    leat_loop *loop;
    struct one_op ops[OPS];
    int told;      /* of all */
    int turn[OPS]; /* of each; 1 is the first */
    uint64_t got;  /* by an op that starts again and again */
    bool ended;
    leat__a32 poked;
    bool *alive; /* memory that a notify uses */
} l;

static void tell_one(leat_op *op, int rc, void *arg)
{
    struct one_op *one = arg;
    M_ASSERT(op == &one->op && one->told == 0);
    one->told = 1;
    one->rc = rc;
    l.turn[one - l.ops] = ++l.told;
}

static void ops_begin(const leat_loop_opts *opts)
{
    l.told = 0;
    l.got = 0;
    l.ended = false;
    M_ASSERT(leat_loop_new(&l.loop, opts) == 0);
    for (int i = 0; i < OPS; i++) {
        struct one_op *one = &l.ops[i];
        M_ASSERT(leat_chan_new(&one->tx, &one->rx, 8, 1, NULL) == 0);
        leat_op_init(&one->op, l.loop, tell_one, one);
        one->told = 0;
        one->value = 77;
        l.turn[i] = 0;
    }
}

static void ops_end(void)
{
    M_ASSERT(leat_loop_drop(l.loop));
    for (int i = 0; i < OPS; i++) {
        leat_tx_drop(l.ops[i].tx);
        leat_rx_drop(l.ops[i].rx);
    }
}

static void op_recv(int i, leat_until until)
{
    leat_op_recv(&l.ops[i].op, l.ops[i].rx, &l.ops[i].value, until);
}

static void op_put(int i)
{
    uint64_t value = (uint64_t)i;
    M_ASSERT(leat_tx_send(l.ops[i].tx, &value, leat_nowait()) == 0);
}

/* Wait until it is due, and dispatch. Without deadlines there is something to tell. */
static void drive_once(leat_loop *loop, size_t max)
{
    bool rung = m_poll(leat_loop_fd(loop), leat_loop_has_timer(loop)
                                               ? INT64_MAX
                                               : leat_loop_deadline_ns(loop));
    bool deadlines = leat_loop_deadline_ns(loop) != INT64_MAX;
    int ran = leat_loop_dispatch(loop, max);
    M_ASSERT(ran <= (int)max);
    M_ASSERT(ran > 0 || deadlines);
    M_ASSERT(rung || deadlines);
}

static void *puts_two(void *arg)
{
    op_put(0);
    op_put(1);
    return arg;
}

static void *puts_third(void *arg)
{
    op_put(2);
    return arg;
}

/* Told once, and one thread's in the order in which it ended them. */
static void burst(void)
{
    ops_begin(NULL);
    for (int i = 0; i < OPS; i++)
        op_recv(i, leat_forever());
    m_thread a = m_spawn("puts_two", puts_two, NULL);
    m_thread b = m_spawn("puts_third", puts_third, NULL);
    while (l.told < OPS)
        drive_once(l.loop, 1 + m_choose(OPS));
    for (uint64_t i = 0; i < OPS; i++)
        M_ASSERT(l.ops[i].rc == 0 && l.ops[i].value == i);
    M_ASSERT(l.turn[0] < l.turn[1]);
    /* nobody touches it any more, whether the threads have ended or not */
    M_ASSERT(leat_loop_drop(l.loop));
    m_join(a);
    m_join(b);
    M_ASSERT(leat_loop_new(&l.loop, NULL) == 0);
    ops_end();
}

/* What is ready at once, outside dispatch, while another is ended by a thread. */
static void ready_beside_completed(void)
{
    ops_begin(NULL);
    op_recv(2, leat_forever());
    m_thread a = m_spawn("puts_third", puts_third, NULL);
    op_recv(0, leat_nowait());
    M_ASSERT(l.told == 0);
    drive_once(l.loop, 1);
    op_recv(1, leat_nowait());
    while (l.told < OPS)
        drive_once(l.loop, 1 + m_choose(OPS));
    M_ASSERT(l.ops[0].rc == LEAT_EAGAIN && l.ops[1].rc == LEAT_EAGAIN);
    M_ASSERT(l.turn[0] < l.turn[1]);
    M_ASSERT(l.ops[2].value == 2);
    m_join(a);
    ops_end();
}

/* Taken back while the message comes: it is told of, or the message is there. */
static void cancelled(void)
{
    ops_begin(NULL);
    op_recv(0, leat_forever());
    op_recv(1, m_choose(2) == 0 ? leat_forever() : draw_deadline());
    m_thread a = m_spawn("puts_two", puts_two, NULL);
    int taken = 0;
    bool back[2];
    for (int i = 1; i >= 0; i--) {
        if (m_choose(2) == 0)
            leat__os_yield();
        back[i] = leat_op_cancel(&l.ops[i].op);
        taken += back[i];
    }
    while (l.told + taken < 2)
        drive_once(l.loop, 1 + m_choose(2));
    m_join(a);
    M_ASSERT(leat_loop_dispatch(l.loop, 9) == 0);
    for (uint64_t i = 0; i < 2; i++) {
        struct one_op *one = &l.ops[i];
        uint64_t left = 77;
        int rc = leat_rx_recv(one->rx, &left, leat_nowait());
        bool got = one->told == 1 && one->rc == 0;
        M_ASSERT(one->told == !back[i]);
        M_ASSERT(got || !one->told || one->rc == LEAT_ETIMEDOUT);
        M_ASSERT(rc == (got ? LEAT_EAGAIN : 0));
        M_ASSERT(one->value == (got ? i : 77) && left == (got ? 77 : i));
    }
    ops_end();
}

static leat_cancel *token;

static void *gives_a_deadline(void *arg)
{
    leat_cancel_fire_at(token, leat_now_ns() + 20);
    return arg;
}

static void *puts_first(void *arg)
{
    op_put(0);
    return arg;
}

/* The token gets a deadline while the operation waits, and the message comes. */
static void given_a_deadline(void)
{
    ops_begin(NULL);
    M_ASSERT(leat_cancel_new(&token) == 0);
    leat_until own = m_choose(2) == 0 ? leat_forever() : draw_deadline();
    op_recv(0, leat_or_cancel(own, token));
    m_thread a = m_spawn("gives", gives_a_deadline, NULL);
    m_thread b = m_spawn("puts", puts_first, NULL);
    struct one_op *one = &l.ops[0];
    while (!one->told) { /* it may be due only to start anew */
        m_poll(leat_loop_fd(l.loop), leat_loop_has_timer(l.loop)
                                         ? INT64_MAX
                                         : leat_loop_deadline_ns(l.loop));
        leat_loop_dispatch(l.loop, 1);
    }
    m_join(a);
    m_join(b);
    M_ASSERT(leat_loop_dispatch(l.loop, 9) == 0);
    uint64_t left = 77;
    int rc = leat_rx_recv(one->rx, &left, leat_nowait());
    M_ASSERT(one->rc == 0 || one->rc == LEAT_ECANCELED ||
             one->rc == LEAT_ETIMEDOUT);
    M_ASSERT(one->rc != LEAT_ECANCELED || leat_cancel_check(token));
    M_ASSERT(rc == (one->rc == 0 ? LEAT_EAGAIN : 0));
    ops_end();
    M_ASSERT(leat_cancel_drop(token));
}

/* ---- an operation that starts itself again ----------------------------------------------- */

static void tell_stream(leat_op *op, int rc, void *arg)
{
    struct one_op *one = arg;
    if (rc == LEAT_ECLOSED) {
        l.ended = true;
        return;
    }
    if (rc == 0)
        M_ASSERT(one->value == l.got++);
    else
        M_ASSERT(rc == LEAT_ETIMEDOUT);
    leat_op_recv(op, one->rx, &one->value,
                 m_choose(4) == 0 ? draw_deadline() : leat_forever());
}

static void *sends_stream(void *arg)
{
    leat_tx *tx = arg;
    for (uint64_t i = 0; i < 4; i++)
        M_ASSERT(leat_tx_send(tx, &i, leat_forever()) == 0);
    leat_tx_drop(tx);
    return NULL;
}

static void stream(size_t capacity, uint32_t flags)
{
    leat_chan_opts opts = {.size = sizeof opts, .flags = flags};
    struct one_op *one = &l.ops[0];
    l.got = 0;
    l.ended = false;
    M_ASSERT(leat_chan_new(&one->tx, &one->rx, 8, capacity, &opts) == 0);
    M_ASSERT(leat_loop_new(&l.loop, NULL) == 0);
    leat_op_init(&one->op, l.loop, tell_stream, one);
    leat_op_recv(&one->op, one->rx, &one->value, leat_forever());
    m_thread a = m_spawn("sends", sends_stream, one->tx);
    while (!l.ended)
        drive_once(l.loop, 1 + m_choose(4));
    M_ASSERT(l.got == 4);
    M_ASSERT(leat_loop_drop(l.loop));
    leat_rx_drop(one->rx);
    m_join(a);
}

static void stream_one(void)
{
    stream(1, 0);
}

static void stream_zero(void)
{
    stream(0, 0);
}

static void stream_ring(void)
{
    stream(2, BOTH);
}

static void stream_segs(void)
{
    stream(LEAT_UNBOUNDED, BOTH);
}

/* ---- a notify ---------------------------------------------------------------------------- */

static void poke(void *arg)
{
    M_ASSERT(*(bool *)arg);
    leat__st32_rel(&l.poked, 1);
    leat__os_futex_wake(&l.poked);
    M_ASSERT(*(bool *)arg); /* drop waits for us */
}

static void poked(void)
{
    l.alive = M_ALLOC(16, 16);
    *l.alive = true;
    leat__st32_rlx(&l.poked, 0);
    leat_loop_opts opts = {
        .size = sizeof opts, .notify = poke, .notify_arg = l.alive};
    ops_begin(&opts);
    for (int i = 0; i < OPS; i++)
        op_recv(i, leat_forever());
    m_thread a = m_spawn("puts_two", puts_two, NULL);
    m_thread b = m_spawn("puts_third", puts_third, NULL);
    while (l.told < OPS) {
        if (m_choose(4) != 0) { /* at times by chance */
            while (leat__ld32_acq(&l.poked) == 0)
                leat__os_futex_wait(&l.poked, 0, INT64_MAX);
            leat__st32_rlx(&l.poked, 0);
        }
        leat_loop_dispatch(l.loop, 1 + m_choose(OPS));
    }
    M_ASSERT(leat_loop_drop(l.loop));
    *l.alive = false;
    M_FREE(l.alive);
    m_join(a);
    m_join(b);
    M_ASSERT(leat_loop_new(&l.loop, NULL) == 0);
    ops_end();
}

/* ---- all kinds of channels ---------------------------------------------------------------- */

#define PLAYS(PLAY)                                                            \
    PLAY(both_looped, 1, 0, 2, 2, LOOPED, 2, 0, LOOPED, FIRE)                  \
    PLAY(senders_looped, 1, 0, 2, 2, LOOPED, 2, 0, FOREVER, 0)                 \
    PLAY(receivers_looped, 2, 0, 2, 2, FOREVER, 2, 0, LOOPED, FIRE)            \
    PLAY(looped_and_closed, 1, 0, 2, 2, LOOPED, 2, 0, LOOPED, CLOSE_TX | FIRE) \
    PLAY(looped_and_aborted, 1, 0, 2, 2, LOOPED, 2, 0, ANY, ABORT)             \
    PLAY(zero_looped, 0, 0, 2, 2, LOOPED, 2, 0, ANY, FIRE)                     \
    PLAY(unbounded_looped, LEAT_UNBOUNDED, 0, 2, 3, ANY, 2, 0, LOOPED, FIRE)   \
    PLAY(ring_looped, 2, BOTH, 1, 5, LOOPED, 1, 0, LOOPED, FIRE)               \
    PLAY(ring_looped_and_closed, 2, BOTH, 1, 5, LOOPED, 1, 0, LOOPED,          \
         CLOSE_TX)                                                             \
    PLAY(segs_looped, LEAT_UNBOUNDED, BOTH, 1, 5, LOOPED, 1, 0, LOOPED, ABORT)

#define MORE_ROWS                                                              \
    M_ROW_OF(burst, 3), M_ROW_OF(ready_beside_completed, 2),                   \
        M_ROW_OF(cancelled, 2), M_ROW_OF(given_a_deadline, 2),                 \
        M_ROW(stream_one), M_ROW(stream_zero), M_ROW(stream_ring),             \
        M_ROW(stream_segs), M_ROW_OF(poked, 2)

#include "plays.h"
