/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_clock.c - src/park/clock: with the virtual clock on, each wait with a deadline is
 * ended by whoever advances, if nothing else is first; and by nobody else. */
#include "model.h"

#define BEGIN_NS INT64_C(5000)

static struct {
    leat_tx *tx;
    leat_rx *rx;
    leat_cancel *token;
} c;

static void begin(size_t capacity)
{
    leat_clock_virtual_on(BEGIN_NS);
    M_ASSERT(leat_chan_new(&c.tx, &c.rx, 8, capacity, NULL) == 0);
    M_ASSERT(leat_cancel_new(&c.token) == 0);
}

static void end(void)
{
    M_ASSERT(leat_clock_waiting() == 0);
    leat_tx_drop(c.tx);
    leat_rx_drop(c.rx);
    M_ASSERT(leat_cancel_drop(c.token));
    leat_clock_virtual_off();
}

/* Waits for a message that may come, until so long after the beginning. */
struct waiter {
    int64_t after_ns;
    bool carries;
    uint64_t value;
    int rc;
    int64_t ended_ns;
};

static void *waits(void *arg)
{
    struct waiter *w = arg;
    leat_until until = leat_at_ns(BEGIN_NS + w->after_ns);
    w->rc = leat_rx_recv(c.rx, &w->value,
                         leat_or_cancel(until, w->carries ? c.token : NULL));
    w->ended_ns = leat_now_ns();
    if (w->rc == LEAT_ETIMEDOUT)
        M_ASSERT(w->ended_ns >= BEGIN_NS + w->after_ns);
    return NULL;
}

/* Awaited or not, the advance ends the wait. */
static void advance_ends_a_wait(void)
{
    struct waiter w = {.after_ns = 10};
    begin(1);
    m_thread a = m_spawn("waits", waits, &w);
    if (m_choose(2) == 0)
        M_ASSERT(leat_clock_await(1, leat_forever()) == 0);
    leat_clock_advance(10);
    M_ASSERT(leat_clock_waiting() == 0 || leat_clock_next_ns() > leat_now_ns());
    m_join(a);
    M_ASSERT(w.rc == LEAT_ETIMEDOUT);
    end();
}

static void *advances(void *arg)
{
    leat_clock_advance(*(int64_t *)arg);
    return NULL;
}

static void *sends(void *arg)
{
    uint64_t value = 7;
    M_ASSERT(leat_tx_send(c.tx, &value, leat_nowait()) == 0);
    return arg;
}

static void *fires(void *arg)
{
    leat_cancel_fire(c.token);
    return arg;
}

/* A message and the deadline at one moment: one of them wins, and the message is
 * received or it is there. */
static void message_or_deadline(void)
{
    struct waiter w = {.after_ns = 10};
    int64_t step_ns = 10;
    uint64_t left = 0;
    begin(1);
    m_thread a = m_spawn("waits", waits, &w);
    m_thread b = m_spawn("advances", advances, &step_ns);
    m_thread s = m_spawn("sends", sends, NULL);
    m_join(a);
    m_join(b);
    m_join(s);
    int rc = leat_rx_recv(c.rx, &left, leat_nowait());
    M_ASSERT(w.rc == 0 || w.rc == LEAT_ETIMEDOUT);
    M_ASSERT(rc == (w.rc == 0 ? LEAT_EAGAIN : 0));
    M_ASSERT((w.rc == 0 ? w.value : left) == 7);
    end();
}

static void token_or_deadline(void)
{
    struct waiter w = {.after_ns = 10, .carries = true};
    struct waiter other = {.after_ns = 5, .carries = true};
    int64_t step_ns = 10;
    begin(0);
    m_thread a = m_spawn("waits", waits, &w);
    m_thread o = m_spawn("waits", waits, &other);
    m_thread b = m_spawn("advances", advances, &step_ns);
    m_thread f = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(o);
    m_join(b);
    m_join(f);
    M_ASSERT(w.rc == LEAT_ECANCELED || w.rc == LEAT_ETIMEDOUT);
    M_ASSERT(other.rc == LEAT_ECANCELED || other.rc == LEAT_ETIMEDOUT);
    end();
}

/* The token's deadline is brought forward while they come to wait, park and end: by the
 * time that it has been, and the clock is past it, all have ended. */
static void *brings_forward(void *arg)
{
    leat_cancel_fire_at(c.token, BEGIN_NS + 7);
    leat_cancel_fire_at(c.token, BEGIN_NS + 4);
    return arg;
}

static void brought_forward(void)
{
    struct waiter w[2] = {{.after_ns = 20, .carries = true},
                          {.after_ns = INT64_MAX / 2, .carries = true}};
    int64_t step_ns = 4;
    begin(0);
    if (m_choose(2) == 0)
        leat_cancel_fire_at(c.token, BEGIN_NS + 15);
    m_thread a = m_spawn("waits", waits, &w[0]);
    m_thread b = m_spawn("waits", waits, &w[1]);
    m_thread f = m_spawn("brings", brings_forward, NULL);
    m_thread s = m_spawn("advances", advances, &step_ns);
    if (m_choose(2) == 0)
        M_ASSERT(leat_clock_await(1, leat_at_ns(BEGIN_NS + 3)) <= 0);
    m_join(f);
    m_join(s);
    for (int i = 0; i < 2; i++) {
        m_join(i == 0 ? a : b);
        M_ASSERT(w[i].rc == LEAT_ECANCELED && w[i].ended_ns == BEGIN_NS + 4);
    }
    end();
}

static void *waits_carrying(void *arg)
{
    M_ASSERT(leat_sleep(leat_or_cancel(leat_forever(), c.token)) ==
             LEAT_ECANCELED);
    return arg;
}

/* The smallest of its kind: one comes to wait. */
static void one_brought_forward(void)
{
    begin(0);
    m_thread a = m_spawn("waits", waits_carrying, NULL);
    leat_cancel_fire_at(c.token, BEGIN_NS + 4);
    leat_clock_advance(4);
    m_join(a);
    end();
}

/* Its time begins when another has fired, and may have come by when it is told. */
static void one_that_follows(void)
{
    leat_cancel *first;
    int64_t step_ns = 4;
    begin(0);
    M_ASSERT(leat_cancel_new(&first) == 0);
    leat_cancel_fire_after(c.token, first, 4);
    m_thread a = m_spawn("waits", waits_carrying, NULL);
    m_thread b = m_spawn("advances", advances, &step_ns);
    leat_cancel_fire(first);
    m_join(b);
    leat_clock_advance(4); /* past it, whenever it began */
    m_join(a);
    M_ASSERT(leat_cancel_drop(first));
    end();
}

/* Two advance at once: both steps are taken, and each wait ends at its time. */
static void two_advance(void)
{
    struct waiter w[3] = {{.after_ns = 5}, {.after_ns = 8}, {.after_ns = 12}};
    m_thread a[3];
    int64_t steps[2] = {5, 8};
    begin(0);
    for (int i = 0; i < 3; i++)
        a[i] = m_spawn("waits", waits, &w[i]);
    m_thread b = m_spawn("advances", advances, &steps[0]);
    leat_clock_advance(steps[1]);
    m_join(b);
    M_ASSERT(leat_now_ns() == BEGIN_NS + 13);
    for (int i = 0; i < 3; i++) {
        m_join(a[i]);
        M_ASSERT(w[i].rc == LEAT_ETIMEDOUT);
    }
    end();
}

/* Not before its time. */
static void too_early(void)
{
    struct waiter w = {.after_ns = 10};
    begin(1);
    m_thread a = m_spawn("waits", waits, &w);
    leat_clock_advance(9);
    if (m_choose(2) == 0) {
        sends(NULL);
    } else {
        M_ASSERT(leat_clock_await(1, leat_forever()) == 0);
        M_ASSERT(leat_clock_next_ns() == BEGIN_NS + 10);
        leat_clock_advance(1);
    }
    m_join(a);
    M_ASSERT(w.rc == 0 || w.ended_ns == BEGIN_NS + 10);
    end();
}

/* ---- awaiting ------------------------------------------------------------------------ */

static void *awaits_two(void *arg)
{
    int *rc = arg;
    *rc = leat_clock_await(2, leat_or_cancel(leat_forever(), c.token));
    return NULL;
}

/* Two observers, two who wait: all are told. */
static void observers(void)
{
    struct waiter w[2] = {{.after_ns = 10}, {.after_ns = 20}};
    int told = 1;
    begin(0);
    m_thread o = m_spawn("awaits", awaits_two, &told);
    m_thread a = m_spawn("waits", waits, &w[0]);
    m_thread b = m_spawn("waits", waits, &w[1]);
    M_ASSERT(leat_clock_await(2, leat_forever()) == 0);
    m_join(o);
    M_ASSERT(told == 0);
    leat_clock_advance(20);
    m_join(a);
    m_join(b);
    end();
}

/* Told, cancelled, or in time: whichever is first. */
static void observer_gives_up(void)
{
    struct waiter w = {.after_ns = 10};
    int64_t step_ns = 3;
    int told = 1;
    begin(0);
    m_thread o = m_spawn("awaits", awaits_two, &told);
    m_thread a = m_spawn("waits", waits, &w);
    m_thread f = m_spawn("fires", fires, NULL);
    m_thread b = m_spawn("advances", advances, &step_ns);
    int rc = leat_clock_await(2, leat_at_ns(BEGIN_NS + m_choose(4)));
    M_ASSERT(rc == LEAT_ETIMEDOUT);
    m_join(b);
    leat_clock_advance(10);
    m_join(a);
    m_join(f);
    m_join(o);
    M_ASSERT(told == LEAT_ECANCELED);
    end();
}

/* ---- timers and event loops ------------------------------------------------------------ */

static void *takes_one(void *arg)
{
    leat_rx *tick = arg;
    int64_t due_ns;
    for (int i = 1; i <= 3; i++) {
        M_ASSERT(leat_rx_recv(tick, &due_ns, leat_forever()) == 0);
        M_ASSERT(due_ns == BEGIN_NS + 10 * i && due_ns <= leat_now_ns());
    }
    return NULL;
}

static void ticks(void)
{
    leat_rx *tick;
    begin(0);
    M_ASSERT(leat_tick(&tick, 10, LEAT_MISSED_BURST, NULL) == 0);
    m_thread a = m_spawn("takes", takes_one, tick);
    for (int i = 0; i < 3; i++)
        leat_clock_advance(10);
    m_join(a);
    leat_rx_drop(tick);
    end();
}

struct looped {
    leat_op op;
    uint64_t value;
    int rc;
    bool told;
};

static void tell(leat_op *op, int rc, void *arg)
{
    struct looped *one = arg;
    M_ASSERT(op == &one->op && !one->told);
    one->told = true;
    one->rc = rc;
}

/* The descriptor covers virtual deadlines, when they are set and when they are not. */
static void in_a_loop(void)
{
    leat_loop *loop;
    struct looped two[2];
    int64_t step_ns = 10;
    int told = 0;
    begin(0);
    M_ASSERT(leat_loop_new(&loop, NULL) == 0);
    m_thread a = m_spawn("advances", advances, &step_ns);
    for (int i = 0; i < 2; i++) {
        two[i].told = false;
        leat_op_init(&two[i].op, loop, tell, &two[i]);
        leat_op_recv(&two[i].op, c.rx, &two[i].value,
                     leat_at_ns(BEGIN_NS + 5 * (2 - i)));
    }
    if (!leat_loop_has_timer(loop))
        m_join(a); /* nobody tells the loop */
    for (; told < 2; told = two[0].told + two[1].told) {
        if (leat_loop_has_timer(loop))
            M_ASSERT(m_poll(leat_loop_fd(loop), INT64_MAX) ||
                     leat_loop_deadline_ns(loop) <= leat_now_ns());
        leat_loop_dispatch(loop, 2);
    }
    M_ASSERT(two[0].rc == LEAT_ETIMEDOUT && two[1].rc == LEAT_ETIMEDOUT);
    if (leat_loop_has_timer(loop))
        m_join(a);
    M_ASSERT(leat_loop_drop(loop));
    end();
}

M_MAIN(M_ROW(advance_ends_a_wait), M_ROW_OF(message_or_deadline, 2),
       M_ROW(token_or_deadline), M_ROW(brought_forward),
       M_ROW_OF(one_brought_forward, 3), M_ROW_OF(one_that_follows, 3),
       M_ROW(two_advance), M_ROW(too_early), M_ROW(observers),
       M_ROW(observer_gives_up), M_ROW(ticks), M_ROW_OF(in_a_loop, 2))
