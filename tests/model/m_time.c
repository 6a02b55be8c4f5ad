/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_time.c - src/time: each due time is given to one receive, not early; who waits for a
 * timer is not left waiting when it is set again or closed; and the last owner frees it,
 * once. */
#include "model.h"

/* A few readings of the clock: the scheduler's moves by one at each, the real one by
 * more than a receive of a burst would take. */
#if defined(LEAT_SIM)
enum { PERIOD = 30 };
#else
enum { PERIOD = 30000 };
#endif
enum { TICKS = 4, RECEIVERS = 2 };

static struct {
    leat_rx *rx;
    leat_cancel *token;
    int64_t first_ns; /* the first tick is due */
    leat__a32 seen[TICKS + 1];
    leat__a32 got;
    leat__a32 gone;
} t;

static void count_gone(void *arg)
{
    leat__add32_rlx(arg, 1);
}

static void reset_books(void)
{
    for (int i = 0; i <= TICKS; i++)
        leat__st32_rlx(&t.seen[i], 0);
    leat__st32_rlx(&t.got, 0);
    leat__st32_rlx(&t.gone, 0);
}

static void make_after(leat_until when)
{
    leat_timer_opts opts = {
        .size = sizeof opts, .gone = count_gone, .gone_arg = &t.gone};
    reset_books();
    M_ASSERT(leat_after(&t.rx, when, &opts) == 0);
}

static void make_tick(enum leat_missed missed)
{
    leat_timer_opts opts = {
        .size = sizeof opts, .gone = count_gone, .gone_arg = &t.gone};
    reset_books();
    M_ASSERT(leat_tick(&t.rx, PERIOD, missed, &opts) == 0);
    t.first_ns = leat_timer_due_ns(t.rx);
}

static void drop_last(void)
{
    M_ASSERT(leat__ld32_rlx(&t.gone) == 0);
    M_ASSERT(leat_rx_drop(t.rx));
    M_ASSERT(leat__ld32_rlx(&t.gone) == 1);
}

/* A message: not early. */
static void check_due(int64_t due_ns)
{
    M_ASSERT(due_ns > 0 && due_ns <= leat_now_ns());
}

static leat_until draw_until(void)
{
    switch (m_choose(4)) {
    case 0:
        return leat_in_ns(1 + m_choose(2 * PERIOD));
    case 1:
        return leat_nowait();
    default:
        return leat_forever();
    }
}

/* ---- ticks among several ----------------------------------------------------------- */

static void note_tick(int64_t due_ns)
{
    check_due(due_ns);
    int64_t n = (due_ns - t.first_ns) / PERIOD;
    M_ASSERT(n >= 0 && t.first_ns + n * PERIOD == due_ns);
    if (n < TICKS)
        M_ASSERT(leat__add32_rlx(&t.seen[n], 1) == 0);
}

static void *takes_ticks(void *arg)
{
    int64_t last_ns = 0;
    while (leat__add32_rlx(&t.got, 1) < TICKS) {
        int64_t due_ns = 0;
        int rc;
        do {
            leat_until until = draw_until();
            rc = m_choose(4) == 0
                     ? (int)leat_rx_recv_many(t.rx, &due_ns, 1, until) - 1
                     : leat_rx_recv(t.rx, &due_ns, until);
        } while (due_ns == 0);
        M_ASSERT(rc == 0 && due_ns > last_ns);
        last_ns = due_ns;
        note_tick(due_ns);
    }
    leat_rx_drop(t.rx);
    return arg;
}

static void ticks(enum leat_missed missed)
{
    m_thread a[RECEIVERS];
    make_tick(missed);
    for (int i = 0; i < RECEIVERS; i++) {
        leat_rx *mine = leat_rx_clone(t.rx);
        M_ASSERT(mine == t.rx);
        a[i] = m_spawn("takes", takes_ticks, NULL);
    }
    for (int i = 0; i < RECEIVERS; i++)
        m_join(a[i]);
    if (missed == LEAT_MISSED_BURST) {
        for (int i = 0; i < TICKS; i++)
            M_ASSERT(leat__ld32_rlx(&t.seen[i]) == 1);
    }
    drop_last();
}

static void ticks_burst(void)
{
    ticks(LEAT_MISSED_BURST);
}

static void ticks_skip(void)
{
    ticks(LEAT_MISSED_SKIP);
}

/* ---- set again ------------------------------------------------------------------------ */

static void *takes_one(void *arg)
{
    int64_t *due_ns = arg;
    M_ASSERT(leat_rx_recv(t.rx, due_ns, leat_forever()) == 0);
    check_due(*due_ns);
    return NULL;
}

/* Who waits for ever, or for long, is found. */
static void set_earlier(void)
{
    int64_t due_ns = 0;
    make_after(m_choose(2) == 0 ? leat_forever()
                                : leat_in_ms(INT64_C(1000000000)));
    m_thread a = m_spawn("takes", takes_one, &due_ns);
    leat_timer_reset(t.rx, leat_in_ns(1 + m_choose(PERIOD)));
    if (m_choose(2) == 0)
        leat_timer_reset(t.rx, leat_nowait());
    /* what had been received may be due once more */
    m_join(a);
    drop_last();
}

/* It is the old time or the new one; and if the old one was not received when it was set
 * again, it never is. */
static void set_later(void)
{
    int64_t got_ns = 0;
    make_after(leat_in_ns(1 + m_choose(PERIOD)));
    int64_t old_ns = leat_timer_due_ns(t.rx);
    m_thread a = m_spawn("takes", takes_one, &got_ns);
    if (m_choose(2) == 0)
        leat__os_yield();
    int64_t new_ns = leat_now_ns() + 2 * PERIOD;
    int moved = leat_timer_reset(t.rx, leat_at_ns(new_ns));
    m_join(a);
    M_ASSERT(moved == 0 || moved == 1);
    M_ASSERT(got_ns == (moved == 1 ? new_ns : old_ns));
    M_ASSERT(leat_timer_due_ns(t.rx) == (moved == 1 ? INT64_MAX : new_ns));
    drop_last();
}

/* Two wait, it comes twice: each gets one. */
static void set_twice(void)
{
    int64_t got_ns[2] = {0, 0};
    make_after(leat_forever());
    m_thread a = m_spawn("takes", takes_one, &got_ns[0]);
    m_thread b = m_spawn("takes", takes_one, &got_ns[1]);
    for (int i = 0; i < 2; i++) {
        M_ASSERT(leat_timer_reset(t.rx, leat_in_ns(m_choose(PERIOD))) == 0);
        while (leat_timer_due_ns(t.rx) != INT64_MAX)
            leat_sleep(leat_in_ns(PERIOD));
    }
    m_join(a);
    m_join(b);
    M_ASSERT(got_ns[0] != got_ns[1]);
    drop_last();
}

/* Its period is set while ticks are taken: they come, whatever it is. */
static void *sets_period(void *arg)
{
    for (int i = 0; i < 2; i++)
        M_ASSERT(leat_timer_every(t.rx, 1 + m_choose(2 * PERIOD)) == 1);
    leat_rx_drop(t.rx);
    return arg;
}

static void set_period(void)
{
    int64_t due_ns;
    make_tick(LEAT_MISSED_SKIP);
    M_ASSERT(leat_timer_every(t.rx, 1000 * PERIOD) == 1);
    leat_rx *mine = leat_rx_clone(t.rx);
    m_thread a = m_spawn("sets", sets_period, NULL);
    for (int i = 0; i < 3; i++) {
        M_ASSERT(leat_rx_recv(mine, &due_ns, leat_forever()) == 0);
        check_due(due_ns);
    }
    m_join(a);
    drop_last();
}

/* ---- the end ----------------------------------------------------------------------------- */

static void *takes_till_closed(void *arg)
{
    int64_t due_ns;
    int64_t last_ns = 0;
    int rc;
    while ((rc = leat_rx_recv(t.rx, &due_ns, draw_until())) != LEAT_ECLOSED) {
        if (rc < 0)
            continue;
        note_tick(due_ns);
        M_ASSERT(due_ns > last_ns);
        last_ns = due_ns;
    }
    leat_rx_drop(t.rx);
    return arg;
}

/* What was due when it was closed is received; then all are told. */
static void closed(void)
{
    m_thread a[RECEIVERS];
    make_tick(LEAT_MISSED_BURST);
    for (int i = 0; i < RECEIVERS; i++) {
        leat_rx *mine = leat_rx_clone(t.rx);
        M_ASSERT(mine == t.rx);
        a[i] = m_spawn("takes", takes_till_closed, NULL);
    }
    leat_sleep(leat_in_ns(m_choose(3 * PERIOD)));
    int64_t before_ns = leat_now_ns();
    leat_rx_close(t.rx);
    int64_t after_ns = leat_now_ns();
    M_ASSERT(leat_timer_reset(t.rx, leat_nowait()) == LEAT_ECLOSED);
    for (int i = 0; i < RECEIVERS; i++)
        m_join(a[i]);
    for (int i = 0; i < TICKS; i++) {
        int64_t due_ns = t.first_ns + i * PERIOD;
        uint32_t seen = leat__ld32_rlx(&t.seen[i]);
        M_ASSERT(seen == 1 || due_ns > before_ns);
        M_ASSERT(seen == 0 || due_ns <= after_ns);
    }
    drop_last();
}

static void *takes_unless_told(void *arg)
{
    int64_t *due_ns = arg;
    leat_until until = leat_or_cancel(draw_until(), t.token);
    int rc = leat_rx_recv(t.rx, due_ns, until);
    M_ASSERT(rc == 0 || *due_ns == 0);
    if (rc == 0)
        check_due(*due_ns);
    else if (until.deadline_ns == 0)
        M_ASSERT(rc == LEAT_EAGAIN);
    else if (until.deadline_ns == INT64_MAX)
        M_ASSERT(rc == LEAT_ECANCELED);
    else
        M_ASSERT(rc == LEAT_ECANCELED || rc == LEAT_ETIMEDOUT);
    leat_rx_drop(t.rx);
    return NULL;
}

static void *fires(void *arg)
{
    leat_cancel_fire(t.token);
    return arg;
}

/* Deadlines, tokens and the time all at once: one message, to one of them or to none. */
static void some_give_up(void)
{
    int64_t got_ns[2] = {0, 0};
    m_thread a[2];
    int64_t left_ns = 0;
    make_after(leat_in_ns(m_choose(2 * PERIOD)));
    M_ASSERT(leat_cancel_new(&t.token) == 0);
    for (int i = 0; i < 2; i++) {
        leat_rx *mine = leat_rx_clone(t.rx);
        M_ASSERT(mine == t.rx);
        a[i] = m_spawn("takes", takes_unless_told, &got_ns[i]);
    }
    m_thread b = m_spawn("fires", fires, NULL);
    m_join(a[0]);
    m_join(a[1]);
    m_join(b);
    M_ASSERT(got_ns[0] == 0 || got_ns[1] == 0);
    if (got_ns[0] == 0 && got_ns[1] == 0)
        M_ASSERT(leat_rx_recv(t.rx, &left_ns, leat_forever()) == 0);
    M_ASSERT(leat_timer_due_ns(t.rx) == INT64_MAX);
    drop_last();
    M_ASSERT(leat_cancel_drop(t.token));
}

/* A weak handle is the last, or not. */
static void *upgrades(void *arg)
{
    leat_weak_rx *weak = arg;
    leat_rx *rx = leat_weak_rx_upgrade(weak);
    int64_t due_ns;
    if (rx != NULL) {
        leat_timer_reset(rx, leat_nowait());
        M_ASSERT(leat_rx_recv(rx, &due_ns, leat_forever()) == 0);
        leat_rx_drop(rx);
    }
    leat_weak_rx_drop(weak);
    return NULL;
}

static void owners(void)
{
    make_after(leat_forever());
    m_thread a = m_spawn("upgrades", upgrades, leat_rx_downgrade(t.rx));
    leat_rx_drop(t.rx);
    m_join(a);
    M_ASSERT(leat__ld32_rlx(&t.gone) == 1);
}

/* ---- in an event loop ------------------------------------------------------------------------ */

struct looped {
    leat_op op;
    int64_t due_ns;
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

static void drive(leat_loop *loop)
{
    m_poll(leat_loop_fd(loop),
           leat_loop_has_timer(loop) ? INT64_MAX : leat_loop_deadline_ns(loop));
    leat_loop_dispatch(loop, 1 + m_choose(2));
}

static void *sets(void *arg)
{
    if (m_choose(2) == 0)
        leat_timer_reset(t.rx, leat_in_ns(1 + m_choose(PERIOD)));
    leat_timer_reset(t.rx, leat_nowait());
    return arg;
}

/* An op that waits for a timer, beside a thread that does and one that sets it. */
static void in_a_loop(void)
{
    leat_loop *loop;
    struct looped one = {.due_ns = 0};
    int64_t got_ns = 0;
    make_after(leat_forever());
    M_ASSERT(leat_loop_new(&loop, NULL) == 0);
    leat_op_init(&one.op, loop, tell, &one);
    leat_op_recv(&one.op, t.rx, &one.due_ns, leat_forever());
    m_thread a = m_spawn("sets", sets, NULL);
    m_thread b = m_spawn("takes", takes_one, &got_ns);
    bool again = true;
    m_join(a);
    while (!one.told) {
        /* one of the two has it; once more for the other */
        if (again && leat_timer_due_ns(t.rx) == INT64_MAX) {
            again = false;
            leat_timer_reset(t.rx, leat_in_ns(m_choose(PERIOD)));
        }
        drive(loop);
    }
    M_ASSERT(one.rc == 0);
    check_due(one.due_ns);
    if (again) {
        while (leat_timer_due_ns(t.rx) != INT64_MAX)
            leat_sleep(leat_in_ns(PERIOD));
        leat_timer_reset(t.rx, leat_nowait());
    }
    m_join(b);
    M_ASSERT(leat_loop_drop(loop));
    drop_last();
}

/* Ticks to an op that starts again, with deadlines now and then, until it is closed. */
static struct {
    leat_loop *loop;
    int64_t due_ns;
    int64_t last_ns;
    bool ended;
} stream;

static void tell_tick(leat_op *op, int rc, void *arg)
{
    (void)arg;
    if (rc == LEAT_ECLOSED) {
        stream.ended = true;
        return;
    }
    M_ASSERT(rc == 0 || rc == LEAT_ETIMEDOUT || rc == LEAT_EAGAIN);
    if (rc == 0) {
        note_tick(stream.due_ns);
        M_ASSERT(stream.due_ns > stream.last_ns);
        stream.last_ns = stream.due_ns;
    }
    leat_op_recv(op, t.rx, &stream.due_ns, draw_until());
}

static void *sleeps_and_closes(void *arg)
{
    leat_sleep(leat_in_ns(m_choose(2 * PERIOD)));
    leat_rx_close(t.rx);
    leat_rx_drop(t.rx);
    return arg;
}

static void ticks_in_a_loop(void)
{
    leat_op op;
    make_tick(LEAT_MISSED_BURST);
    stream.ended = false;
    stream.last_ns = 0;
    M_ASSERT(leat_loop_new(&stream.loop, NULL) == 0);
    leat_op_init(&op, stream.loop, tell_tick, NULL);
    leat_rx *mine = leat_rx_clone(t.rx);
    M_ASSERT(mine == t.rx);
    leat_op_recv(&op, t.rx, &stream.due_ns, leat_forever());
    m_thread a = m_spawn("closes", sleeps_and_closes, NULL);
    while (!stream.ended)
        drive(stream.loop);
    M_ASSERT(leat_loop_drop(stream.loop));
    m_join(a);
    drop_last();
}

M_MAIN(M_ROW(ticks_burst), M_ROW(ticks_skip), M_ROW_OF(set_earlier, 2),
       M_ROW_OF(set_later, 2), M_ROW_OF(set_twice, 2), M_ROW(set_period),
       M_ROW_OF(closed, 2), M_ROW(some_give_up), M_ROW(owners),
       M_ROW_OF(in_a_loop, 2), M_ROW(ticks_in_a_loop))
