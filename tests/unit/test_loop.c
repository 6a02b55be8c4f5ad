/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_loop.c - leat_loop: when its descriptor is readable, what dispatch runs and in
 * which order, deadlines, a notify in its place, memory, and what aborts. */
#define _GNU_SOURCE 1
#include "looped.h"

#include "os/os.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/timerfd.h>

/* ---- system calls, counted ------------------------------------------------------ */

static unsigned _Atomic rings;  /* writes to a descriptor */
static unsigned _Atomic timers; /* timers set */

int __real_eventfd_write(int fd, eventfd_t value);
int __wrap_eventfd_write(int fd, eventfd_t value);
int __wrap_eventfd_write(int fd, eventfd_t value)
{
    rings++;
    return __real_eventfd_write(fd, value);
}

ssize_t __real_write(int fd, const void *from, size_t bytes);
ssize_t __wrap_write(int fd, const void *from, size_t bytes);
ssize_t __wrap_write(int fd, const void *from, size_t bytes)
{
    rings++;
    return __real_write(fd, from, bytes);
}

int __real_timerfd_settime(int fd, int flags, const struct itimerspec *at,
                           struct itimerspec *old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *at,
                           struct itimerspec *old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *at,
                           struct itimerspec *old)
{
    timers++;
    return __real_timerfd_settime(fd, flags, at, old);
}

/* ---- the descriptor --------------------------------------------------------------- */

START_TEST(a_new_loop_has_nothing_to_do)
{
    leat_loop *loop = loop_made(NULL);
    MUST(leat_loop_fd(loop) >= 0);
    MUST((fcntl(leat_loop_fd(loop), F_GETFD) & FD_CLOEXEC) != 0);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    MUST(!leat_loop_drop(NULL));
}
END_TEST

/* A burst wakes the loop once, and it tells in the order of completion. */
START_TEST(a_burst_rings_once)
{
    enum { N = 20 };
    ends e[N];
    told t[N];
    leat_loop *loop = loop_made(NULL);
    for (size_t i = 0; i < N; i++) {
        e[i] = ends_cap(1);
        told_init(&t[i], loop);
        told_recv(&t[i], e[i].rx, leat_forever());
    }
    MUST(!is_due(loop));
    rings = 0;
    for (size_t i = 0; i < N; i++)
        RC(try_send(e[(i * 7) % N].tx, i), 0);
    SAME(rings, 1);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 64), N);
    SAME(rings, 1);
    for (size_t i = 0; i < N; i++) {
        SAME(t[(i * 7) % N].turn, i);
        SAME(t[(i * 7) % N].value, i);
        ends_drop(e[i]);
    }
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
}
END_TEST

START_TEST(dispatch_honours_max_and_stays_readable)
{
    enum { N = 10 };
    ends e = ends_cap(N);
    told t[N];
    leat_loop *loop = loop_made(NULL);
    for (size_t i = 0; i < N; i++) {
        told_init(&t[i], loop);
        told_recv(&t[i], e.rx, leat_forever());
    }
    SAME(leat_loop_dispatch(loop, 0), 0);
    fill(e, 0, N);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 0), 0);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 3), 3);
    SAME(t[2].times, 1);
    SAME(t[3].times, 0);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 1), 1);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 6), 6); /* exactly all */
    MUST(!is_due(loop));
    for (size_t i = 0; i < N; i++) {
        SAME(t[i].turn, i);
        SAME(t[i].value, i);
    }
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* As libuv and GLib see it, and as EPOLLET does: one dispatch for each event. */
START_TEST(each_edge_is_worth_one_dispatch)
{
    enum { N = 7 };
    ends e = ends_cap(N);
    told t[N + 1];
    leat_loop *loop = loop_made(NULL);
    struct epoll_event ev = {.events = EPOLLIN | EPOLLET};
    int ep = epoll_create1(EPOLL_CLOEXEC);
    MUST(epoll_ctl(ep, EPOLL_CTL_ADD, leat_loop_fd(loop), &ev) == 0);
    SAME(epoll_wait(ep, &ev, 1, 0), 0);
    for (size_t i = 0; i <= N; i++) {
        told_init(&t[i], loop);
        told_recv(&t[i], e.rx, leat_forever());
    }
    fill(e, 0, N);
    for (size_t i = 0; i < N; i++) { /* one at a time: each leaves something */
        SAME(epoll_wait(ep, &ev, 1, -1), 1);
        SAME(leat_loop_dispatch(loop, 1), 1);
        SAME(t[i].times, 1);
    }
    SAME(epoll_wait(ep, &ev, 1, 0), 0);
    RC(try_send(e.tx, 8), 0);
    SAME(epoll_wait(ep, &ev, 1, -1), 1);
    SAME(leat_loop_dispatch(loop, 64), 1);
    told_recv(&t[0], e.rx, leat_nowait()); /* ready at once, outside dispatch */
    SAME(epoll_wait(ep, &ev, 1, -1), 1);
    SAME(leat_loop_dispatch(loop, 64), 1);
    if (leat_loop_has_timer(loop)) {
        for (unsigned i = 2; i < 4; i++) {
            told_recv(&t[0], e.rx, leat_in_ms(1));
            SAME(epoll_wait(ep, &ev, 1, -1), 1);
            SAME(leat_loop_dispatch(loop, 64), 1);
            RC(t[0].rc, LEAT_ETIMEDOUT);
        }
    }
    SAME(epoll_wait(ep, &ev, 1, 0), 0);
    close(ep);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* ---- callbacks that start and cancel ------------------------------------------------------ */

struct chatty {
    leat_op op;
    ends e;
    uint64_t value;
    unsigned times;
    unsigned stop;
};

static void chats(leat_op *op, int rc, void *arg)
{
    struct chatty *c = arg;
    RC(rc, 0);
    if (++c->times == c->stop)
        return;
    if (c->times % 2 == 1)
        leat_op_recv(op, c->e.rx, &c->value, leat_forever());
    else
        leat_op_send(op, c->e.tx, &c->value, leat_forever());
}

/* What a callback starts and is ready at once is told by the same dispatch, up to max,
 * without a system call in between. */
START_TEST(a_restart_that_is_ready_needs_no_system_call)
{
    leat_loop *loop = loop_made(NULL);
    struct chatty c = {.e = ends_cap(1), .stop = 101};
    told other;
    ends e = ends_cap(1);
    told_init(&other, loop);
    told_recv(&other, e.rx, leat_forever());
    leat_op_init(&c.op, loop, chats, &c);
    rings = 0;
    timers = 0;
    leat_op_send(&c.op, c.e.tx, &c.value, leat_forever());
    SAME(rings, 1); /* outside dispatch somebody has to see it */
    SAME(leat_loop_dispatch(loop, 40), 40);
    SAME(c.times, 40);
    SAME(rings, 2); /* something is left */
    RC(try_send(e.tx, 3), 0);
    SAME(rings, 2); /* it is readable already */
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 2), 2);
    SAME(other.times, 1); /* not behind all that the other starts */
    SAME(leat_loop_dispatch(loop, SIZE_MAX), 60);
    SAME(c.times, 101);
    SAME(rings, 3);
    SAME(timers, 0);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(c.e);
    ends_drop(e);
}
END_TEST

/* A callback sends what another operation of the loop waits for. */
struct relay {
    leat_op op;
    leat_rx *in;
    leat_tx *out;
    uint64_t value;
};

static void relays(leat_op *op, int rc, void *arg)
{
    struct relay *r = arg;
    RC(rc, 0);
    RC(try_send(r->out, r->value + 1), 0);
    leat_op_recv(op, r->in, &r->value, leat_forever());
}

START_TEST(what_callbacks_complete_needs_no_system_call)
{
    enum { N = 30 };
    leat_loop *loop = loop_made(NULL);
    ends e[N + 1];
    struct relay r[N];
    for (size_t i = 0; i <= N; i++)
        e[i] = ends_cap(0);
    for (size_t i = 0; i < N; i++) {
        r[i].in = e[i].rx;
        r[i].out = e[i + 1].tx;
        leat_op_init(&r[i].op, loop, relays, &r[i]);
        leat_op_recv(&r[i].op, r[i].in, &r[i].value, leat_forever());
    }
    told t;
    told_init(&t, loop);
    told_recv(&t, e[N].rx, leat_forever());
    rings = 0;
    RC(try_send(e[0].tx, 100), 0);
    SAME(rings, 1);
    SAME(leat_loop_dispatch(loop, SIZE_MAX), N + 1);
    SAME(rings, 1);
    SAME(t.value, 100 + N);
    MUST(!is_due(loop));
    for (size_t i = 0; i < N; i++)
        MUST(leat_op_cancel(&r[i].op));
    MUST(leat_loop_drop(loop));
    for (size_t i = 0; i <= N; i++)
        ends_drop(e[i]);
}
END_TEST

struct canceller {
    leat_op op;
    uint64_t value;
    told *waits;
    told *decided;
    bool took_waiting;
    bool took_decided;
};

static void cancels(leat_op *op, int rc, void *arg)
{
    struct canceller *c = arg;
    RC(rc, 0);
    MUST(!leat_op_cancel(op)); /* itself: it has been told */
    c->took_waiting = leat_op_cancel(&c->waits->op);
    c->took_decided = leat_op_cancel(&c->decided->op);
}

START_TEST(a_callback_cancels_others)
{
    leat_loop *loop = loop_made(NULL);
    ends e = ends_cap(2);
    ends other = ends_cap(2);
    told waits;
    told decided;
    struct canceller c = {.waits = &waits, .decided = &decided};
    told_init(&waits, loop);
    told_init(&decided, loop);
    leat_op_init(&c.op, loop, cancels, &c);
    told_recv(&waits, other.rx, leat_in_ms(1000000));
    leat_op_recv(&c.op, e.rx, &c.value, leat_forever());
    told_recv(&decided, e.rx, leat_forever());
    fill(e, 0, 2);
    SAME(leat_loop_dispatch(loop, 64), 2);
    MUST(c.took_waiting);
    MUST(!c.took_decided);
    SAME(waits.times, 0);
    SAME(decided.times, 1);
    RC(decided.rc, 0);
    loop_is_quiet(loop);
    RC(try_send(other.tx, 1), 0);
    NEXT(other.rx, 1);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
    ends_drop(other);
}
END_TEST

static void frees(leat_op *op, int rc, void *arg)
{
    RC(rc, LEAT_EAGAIN);
    *(unsigned *)arg += 1;
    free(op);
}

/* From its callback on, the operation's memory is its owner's. */
START_TEST(a_callback_frees_its_operation)
{
    leat_loop *loop = loop_made(NULL);
    ends e = ends_cap(1);
    unsigned times = 0;
    uint64_t value;
    for (unsigned i = 0; i < 10; i++) {
        leat_op *op = malloc(sizeof *op);
        leat_op_init(op, loop, frees, &times);
        leat_op_recv(op, e.rx, &value, leat_nowait());
    }
    SAME(leat_loop_dispatch(loop, 64), 10);
    SAME(times, 10);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* ---- deadlines ---------------------------------------------------------------------------- */

START_TEST(deadlines_come_in_their_order)
{
    enum { N = 40 };
    leat_loop *loop = loop_made(NULL);
    ends e = ends_cap(1);
    told t[N];
    int64_t base_ns = leat_now_ns() + 2000000;
    for (size_t i = 0; i < N; i++) { /* two of each, mixed up */
        told_init(&t[i], loop);
        told_recv(&t[i], e.rx,
                  leat_at_ns(base_ns + (int64_t)((i * 7) % (N / 2)) * 100000));
    }
    MUST(leat_loop_deadline_ns(loop) == base_ns);
    for (size_t i = 0; i < N; i++)
        run_until(loop, &t[i], 1);
    for (size_t i = 0; i < N; i++) {
        RC(t[i].rc, LEAT_ETIMEDOUT);
        MUST(t[i].at_ns >= base_ns + (int64_t)((i * 7) % (N / 2)) * 100000);
        for (size_t j = 0; j < N; j++) {
            size_t a = (i * 7) % (N / 2);
            size_t b = (j * 7) % (N / 2);
            if (a < b || (a == b && i < j)) /* equal ones as they started */
                MUST(t[i].turn < t[j].turn);
        }
    }
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

START_TEST(an_earlier_deadline_is_seen_at_once)
{
    leat_loop *loop = loop_made(NULL);
    ends e = ends_cap(1);
    told t[3];
    static const int64_t ms[3] = {1000000, 2000, 4};
    for (size_t i = 0; i < 3; i++) {
        told_init(&t[i], loop);
        int64_t before_ns = leat_now_ns();
        told_recv(&t[i], e.rx, leat_in_ms(ms[i]));
        MUST(leat_loop_deadline_ns(loop) >= before_ns + ms[i] * 1000000);
        MUST(leat_loop_deadline_ns(loop) <= leat_now_ns() + ms[i] * 1000000);
    }
    run_until(loop, &t[2], 1);
    SAME(t[1].times, 0);
    MUST(leat_op_cancel(&t[1].op));
    MUST(leat_op_cancel(&t[0].op));
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* A deadline that is no longer waited for makes nothing readable. */
START_TEST(a_deadline_that_is_over_does_not_wake)
{
    leat_loop *loop = loop_made(NULL);
    ends e = ends_cap(1);
    told t;
    told_init(&t, loop);
    told_recv(&t, e.rx, leat_in_ms(20));
    MUST(leat_op_cancel(&t.op));
    MUST(!due_within(loop, 60));
    told_recv(&t, e.rx, leat_in_ms(20));
    RC(try_send(e.tx, 1), 0);
    run_until(loop, &t, 1);
    RC(t.rc, 0);
    MUST(!due_within(loop, 60));
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* Without a timer of its own a loop sets none, and says when. */
START_TEST(deadlines_may_be_seen_to_by_hand)
{
    leat_loop *loop = loop_made(LEAT_LOOP_OPTS(.flags = LEAT_LOOP_NO_TIMER));
    ends e = ends_cap(1);
    told t;
    told_init(&t, loop);
    MUST(!leat_loop_has_timer(loop));
    timers = 0;
    int64_t due_ns = leat_now_ns() + 1000000;
    told_recv(&t, e.rx, leat_at_ns(due_ns));
    MUST(leat_loop_deadline_ns(loop) == due_ns);
    while (leat_now_ns() < due_ns)
        leat__os_nap();
    struct pollfd fd = {.fd = leat_loop_fd(loop), .events = POLLIN};
    SAME(poll(&fd, 1, 0), 0);
    SAME(leat_loop_dispatch(loop, 64), 1);
    RC(t.rc, LEAT_ETIMEDOUT);
    SAME(timers, 0);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* A message and a deadline at the same moment: the receive has it, or the channel. */
struct duel {
    leat_tx *tx;
    int64_t at_ns;
};

static void *sends_then(void *arg)
{
    struct duel *d = arg;
    while (leat_now_ns() < d->at_ns)
        ;
    RC(send_until(d->tx, 5, leat_nowait()), 0);
    return NULL;
}

START_TEST(a_deadline_and_a_message_at_once)
{
    leat_loop *loop = loop_made(NULL);
    ends e = ends_cap(1);
    told t;
    told_init(&t, loop);
    for (unsigned i = t_scaled(400); i > 0; i--) {
        struct duel d = {e.tx, leat_now_ns() + 60000};
        unsigned before = t.times;
        told_recv(&t, e.rx, leat_at_ns(d.at_ns));
        pthread_t thread = t_spawn(sends_then, &d);
        run_until(loop, &t, before + 1);
        t_join(thread);
        if (t.rc == 0) {
            SAME(t.value, 5);
            NOTHING(e.rx, LEAT_EAGAIN);
        } else {
            RC(t.rc, LEAT_ETIMEDOUT);
            NEXT(e.rx, 5);
        }
        loop_is_quiet(loop);
    }
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* ---- many ------------------------------------------------------------------------------------ */

enum { MANY = 10000 };

static void *sends_many(void *tx)
{
    for (uint64_t i = 0; i < MANY; i++)
        RC(send_until(tx, i, leat_forever()), 0);
    return NULL;
}

START_TEST(ten_thousand_operations)
{
    static told t[MANY];
    leat_loop *loop = loop_made(NULL);
    ends e = ends_cap(MANY);
    for (size_t i = 0; i < MANY; i++) {
        told_init(&t[i], loop);
        told_recv(&t[i], e.rx,
                  i % 2 == 0 ? leat_forever() : leat_in_ms(1000000 - (int)i));
    }
    pthread_t thread = t_spawn(sends_many, e.tx);
    size_t told_count = 0;
    while (told_count < MANY) {
        MUST(due_within(loop, -1));
        told_count += (size_t)leat_loop_dispatch(loop, 64);
    }
    t_join(thread);
    for (size_t i = 0; i < MANY; i++) {
        SAME(t[i].times, 1);
        RC(t[i].rc, 0);
        SAME(t[i].turn, i);
        SAME(t[i].value, i);
    }
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("loop");
    tcase_add_test(tc, a_new_loop_has_nothing_to_do);
    tcase_add_test(tc, a_burst_rings_once);
    tcase_add_test(tc, dispatch_honours_max_and_stays_readable);
    tcase_add_test(tc, each_edge_is_worth_one_dispatch);
    tcase_add_test(tc, a_restart_that_is_ready_needs_no_system_call);
    tcase_add_test(tc, what_callbacks_complete_needs_no_system_call);
    tcase_add_test(tc, a_callback_cancels_others);
    tcase_add_test(tc, a_callback_frees_its_operation);
    tcase_add_test(tc, deadlines_come_in_their_order);
    tcase_add_test(tc, an_earlier_deadline_is_seen_at_once);
    tcase_add_test(tc, a_deadline_that_is_over_does_not_wake);
    tcase_add_test(tc, deadlines_may_be_seen_to_by_hand);
    tcase_add_test(tc, a_deadline_and_a_message_at_once);
    tcase_add_test(tc, ten_thousand_operations);
    return t_run(tc);
}
