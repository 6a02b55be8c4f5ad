/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_loop_life.c - leat_loop: where its memory and descriptors come from, a notify
 * in place of the descriptor, several threads and loops, and what aborts. */
#define _GNU_SOURCE 1
#include "looped.h"

#include "memory.h"
#include "parked.h"

#include <dirent.h>
#include <sys/resource.h>

/* ---- memory and descriptors -------------------------------------------------------- */

static size_t open_fds(void)
{
    size_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    MUST(dir != NULL);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

START_TEST(nothing_is_allocated_after_creation)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    leat_cancel *token;
    told s;
    told r;
    RC(leat_cancel_new(&token), 0);
    told_init(&s, loop);
    told_init(&r, loop);
    told_send(&s, e.tx, 0, leat_forever()); /* unbounded: its block */
    told_recv(&r, e.rx, leat_forever());
    SAME(leat_loop_dispatch(loop, 64), 2);
    size_t fds = open_fds();
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    for (unsigned i = 1; i < 100; i++) {
        leat_until until = leat_in_ms(1000000);
        told_recv(&r, e.rx, leat_or_cancel(until, token));
        told_send(&s, e.tx, i, until);
        SAME(leat_loop_dispatch(loop, 64), 2);
        RC(r.rc, 0);
        SAME(r.value, i);
        told_recv(&r, e.rx, leat_in_ns(1000));
        run_until(loop, &r, 2 * i + 1);
        RC(r.rc, LEAT_ETIMEDOUT);
    }
    SAME(memory_asked(), 0);
    SAME(open_fds(), fds);
    memory_relent();
    MUST(leat_loop_drop(loop));
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* An unbounded send that finds no memory is told so, and the message stays. */
START_TEST(a_send_without_memory_is_told)
{
    ends e = ends_cap(LEAT_UNBOUNDED);
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    memory_relent();
    memory_refuse(0, MEMORY_FOR_EVER);
    told_send(&t, e.tx, 4, leat_forever());
    run_until(loop, &t, 1);
    RC(t.rc, LEAT_ENOMEM);
    memory_relent();
    told_send(&t, e.tx, t.value, leat_forever());
    run_until(loop, &t, 2);
    RC(t.rc, 0);
    NEXT(e.rx, 4);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

START_TEST(no_memory_is_an_error)
{
    leat_loop *loop = NULL;
    size_t fds = open_fds();
    memory_refuse(0, 1);
    RC(leat_loop_new(&loop, NULL), LEAT_ENOMEM);
    MUST(loop == NULL);
    SAME(open_fds(), fds);
    memory_relent();
    size_t live = memory_live();
    RC(leat_loop_new(&loop, NULL), 0);
    SAME(memory_asked(), 1);
    MUST(open_fds() > fds);
    MUST(leat_loop_drop(loop));
    SAME(open_fds(), fds);
    SAME(memory_live(), live);
}
END_TEST

/* However many descriptors are left, it takes all it needs or none. */
START_TEST(no_descriptors_is_an_error)
{
    leat_loop *loop = NULL;
    struct rlimit before;
    size_t fds = open_fds();
    size_t live = memory_live();
    MUST(getrlimit(RLIMIT_NOFILE, &before) == 0);
    int next = dup(0);
    MUST(next >= 0);
    close(next);
    int rc = LEAT_EMFILE;
    for (unsigned spare = 0; rc == LEAT_EMFILE; spare++) {
        struct rlimit tight = before;
        tight.rlim_cur = (rlim_t)next + spare;
        MUST(setrlimit(RLIMIT_NOFILE, &tight) == 0);
        rc = leat_loop_new(&loop, NULL);
        MUST(setrlimit(RLIMIT_NOFILE, &before) == 0);
        MUST(spare < 8);
        if (spare == 0)
            RC(rc, LEAT_EMFILE);
        if (rc < 0)
            SAME(open_fds(), fds);
    }
    RC(rc, 0);
    MUST(leat_loop_drop(loop));
    SAME(open_fds(), fds);
    SAME(memory_live(), live);
}
END_TEST

START_TEST(memory_may_be_the_callers)
{
    static unsigned char mem[1024];
    leat_loop *loop = NULL;
    ends e = ends_cap(1);
    told t;
    size_t bytes = leat_loop_footprint(NULL);
    MUST(bytes > 0 && bytes < sizeof mem - 160);
    RC(leat_loop_new_in(&loop, mem, bytes - 1, NULL), LEAT_EINVAL);
    MUST(loop == NULL);
    memory_relent();
    for (size_t skip = 0; skip < 140; skip += 3) { /* at any alignment */
        memset(mem, 0xee, sizeof mem);
        RC(leat_loop_new_in(&loop, mem + skip, bytes, NULL), 0);
        MUST((unsigned char *)loop >= mem + skip);
        told_init(&t, loop);
        told_recv(&t, e.rx, leat_forever());
        RC(try_send(e.tx, skip), 0);
        run_until(loop, &t, 1);
        SAME(t.value, skip);
        MUST(leat_loop_drop(loop));
        for (size_t i = 0; i < sizeof mem; i++) {
            if (i < skip || i >= skip + bytes)
                SAME(mem[i], 0xee); /* nothing beside it */
        }
    }
    SAME(memory_asked(), 0);
    ends_drop(e);
}
END_TEST

START_TEST(options_that_cannot_be_are_refused)
{
    static unsigned char mem[1024];
    leat_loop *loop = NULL;
    leat_loop_opts opts = {.size = sizeof opts - 1};
    RC(leat_loop_new(&loop, &opts), LEAT_EINVAL);
    opts = (leat_loop_opts){.size = sizeof opts, .flags = 0x2};
    RC(leat_loop_new(&loop, &opts), LEAT_EINVAL);
    RC(leat_loop_new_in(&loop, mem, sizeof mem, &opts), LEAT_EINVAL);
    SAME(leat_loop_footprint(&opts), 0);
    MUST(loop == NULL);
}
END_TEST

/* ---- notify ------------------------------------------------------------------------------- */

struct poked {
    unsigned _Atomic times;
    pthread_t by;
    bool _Atomic hold; /* stay inside until it is false */
};

static void poke(void *arg)
{
    struct poked *p = arg;
    p->by = pthread_self();
    p->times++; /* after by */
    while (p->hold)
        leat__os_yield();
}

static void *sends_one(void *tx)
{
    RC(send_until(tx, 1, leat_nowait()), 0);
    return NULL;
}

START_TEST(a_notify_takes_the_place_of_the_descriptor)
{
    struct poked p = {0};
    size_t fds = open_fds();
    leat_loop *loop =
        loop_made(LEAT_LOOP_OPTS(.notify = poke, .notify_arg = &p));
    ends e = ends_cap(4);
    told t[3];
    SAME(leat_loop_fd(loop), -1);
    MUST(!leat_loop_has_timer(loop));
    SAME(open_fds(), fds);
    for (size_t i = 0; i < 3; i++) {
        told_init(&t[i], loop);
        told_recv(&t[i], e.rx, leat_forever());
    }
    SAME(p.times, 0);
    pthread_t thread = t_spawn(sends_one, e.tx);
    t_join(thread);
    SAME(p.times, 1);
    MUST(!pthread_equal(p.by, pthread_self())); /* in the thread that sent */
    RC(try_send(e.tx, 2), 0);
    SAME(p.times, 1); /* it knows */
    SAME(leat_loop_dispatch(loop, 1), 1);
    SAME(p.times, 2); /* something is left */
    SAME(leat_loop_dispatch(loop, 64), 1);
    SAME(leat_loop_dispatch(loop, 64), 0);
    SAME(p.times, 2);
    RC(try_send(e.tx, 3), 0);
    SAME(p.times, 3);
    told_recv(&t[0], e.rx, leat_nowait());
    SAME(p.times, 3); /* it knows */
    SAME(leat_loop_dispatch(loop, 64), 2);
    told_recv(&t[0], e.rx, leat_nowait());
    SAME(p.times, 4);
    SAME(leat_loop_dispatch(loop, 64), 1);
    told_recv(&t[1], e.rx, leat_at_ns(leat_now_ns() + 1000000));
    while (t[1].times < 2)
        leat_loop_dispatch(loop, 64); /* deadlines are ours */
    RC(t[1].rc, LEAT_ETIMEDOUT);
    SAME(p.times, 4);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

static void *releases(void *arg)
{
    struct poked *p = arg;
    for (int i = 0; i < 20; i++)
        leat__os_nap();
    p->hold = false;
    return NULL;
}

/* What notify uses may be gone once drop has returned, not before. */
START_TEST(drop_waits_for_a_notify_that_runs)
{
    struct poked p = {.hold = true};
    leat_loop *loop =
        loop_made(LEAT_LOOP_OPTS(.notify = poke, .notify_arg = &p));
    ends e = ends_cap(1);
    told t;
    told_init(&t, loop);
    told_recv(&t, e.rx, leat_forever());
    pthread_t sender = t_spawn(sends_one, e.tx);
    while (p.times == 0)
        leat__os_yield();
    SAME(leat_loop_dispatch(loop, 64), 1);
    RC(t.rc, 0);
    pthread_t releaser = t_spawn(releases, &p);
    MUST(leat_loop_drop(loop));
    MUST(!p.hold);
    t_join(sender);
    t_join(releaser);
    ends_drop(e);
}
END_TEST

/* ---- threads and loops ------------------------------------------------------------------------ */

struct handed {
    leat_loop *loop;
    told t;
    ends e;
};

static void *drives_a_while(void *arg)
{
    struct handed *h = arg;
    h->loop = loop_made(NULL);
    told_init(&h->t, h->loop);
    told_recv(&h->t, h->e.rx, leat_forever());
    RC(try_send(h->e.tx, 1), 0);
    run_until(h->loop, &h->t, 1);
    told_recv(&h->t, h->e.rx, leat_in_ms(1000000));
    return NULL;
}

/* A loop belongs to the process: its thread may end, another goes on. */
START_TEST(another_thread_takes_over)
{
    struct handed h = {.e = ends_cap(1)};
    t_join(t_spawn(drives_a_while, &h));
    SAME(h.t.times, 1);
    MUST(!is_due(h.loop));
    RC(try_send(h.e.tx, 2), 0);
    run_until(h.loop, &h.t, 2);
    SAME(h.t.value, 2);
    MUST(pthread_equal(h.t.by, pthread_self()));
    MUST(leat_loop_drop(h.loop));
    ends_drop(h.e);
}
END_TEST

/* A loop that passes numbers on, each one more, until they are large. */
struct player {
    leat_loop *loop;
    leat_op recv;
    leat_op send;
    leat_rx *in;
    leat_tx *out;
    uint64_t value;
    uint64_t end;
    bool serves;
    bool over;
};

static void on_ball(leat_op *op, int rc, void *arg)
{
    struct player *p = arg;
    (void)op;
    if (rc == LEAT_ECLOSED) {
        p->over = true;
        return;
    }
    RC(rc, 0);
    p->value++;
    leat_op_send(&p->send, p->out, &p->value, leat_forever());
}

static void on_passed(leat_op *op, int rc, void *arg)
{
    struct player *p = arg;
    (void)op;
    if (p->value >= p->end) {
        p->over = true;
        return;
    }
    RC(rc, 0);
    leat_op_recv(&p->recv, p->in, &p->value, leat_forever());
}

static void player_init(struct player *p, leat_loop *loop, leat_rx *in,
                        leat_tx *out, uint64_t end)
{
    *p = (struct player){.loop = loop, .in = in, .out = out, .end = end};
    leat_op_init(&p->recv, loop, on_ball, p);
    leat_op_init(&p->send, loop, on_passed, p);
}

static void *plays(void *arg)
{
    struct player *p = arg;
    if (p->serves)
        leat_op_send(&p->send, p->out, &p->value, leat_forever());
    else
        leat_op_recv(&p->recv, p->in, &p->value, leat_forever());
    while (!p->over) {
        MUST(due_within(p->loop, -1));
        leat_loop_dispatch(p->loop, 64);
    }
    MUST(leat_tx_drop(p->out)); /* the other one's stream ends */
    MUST(leat_rx_drop(p->in));
    loop_is_quiet(p->loop);
    MUST(leat_loop_drop(p->loop));
    return NULL;
}

START_TEST(two_loops_pass_messages)
{
    const flavour *f = &flavours[_i];
    ends a = ends_new(f);
    ends b = ends_new(f);
    struct player one;
    struct player two;
    uint64_t end = 2 * (uint64_t)t_scaled(2000);
    player_init(&one, loop_made(NULL), a.rx, b.tx, end);
    player_init(&two, loop_made(NULL), b.rx, a.tx, end);
    two.serves = true;
    pthread_t thread = t_spawn(plays, &one);
    plays(&two);
    t_join(thread);
    MUST(one.value >= end || two.value >= end);
}
END_TEST

/* One thread drives two loops, one inside a callback of the other. */
struct nested {
    leat_op op;
    leat_loop *other;
    unsigned ran;
};

static void dispatches_other(leat_op *op, int rc, void *arg)
{
    struct nested *n = arg;
    (void)op;
    RC(rc, LEAT_EAGAIN);
    n->ran += (unsigned)leat_loop_dispatch(n->other, 64);
}

START_TEST(one_thread_drives_two_loops)
{
    struct nested n = {.other = loop_made(NULL)};
    leat_loop *loop = loop_made(NULL);
    ends e = ends_cap(1);
    uint64_t value;
    told t;
    told_init(&t, n.other);
    leat_op_init(&n.op, loop, dispatches_other, &n);
    told_recv(&t, e.rx, leat_nowait());
    leat_op_recv(&n.op, e.rx, &value, leat_nowait());
    SAME(leat_loop_dispatch(loop, 64), 1);
    SAME(n.ran, 1);
    RC(t.rc, LEAT_EAGAIN);
    loop_is_quiet(loop);
    loop_is_quiet(n.other);
    leat_op_init(&t.op, loop, told_now, &t); /* it moves to another loop */
    told_recv(&t, e.rx, leat_nowait());
    run_until(loop, &t, 2);
    MUST(leat_loop_drop(n.other));
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

/* ---- rules that abort -------------------------------------------------------------------------- */

static void starts_twice(void *arg)
{
    ends e = ends_cap(1);
    told t;
    (void)arg;
    told_init(&t, loop_made(NULL));
    told_recv(&t, e.rx, leat_forever());
    told_recv(&t, e.rx, leat_forever());
}

static void starts_the_decided(void *arg)
{
    ends e = ends_cap(1);
    told t;
    (void)arg;
    told_init(&t, loop_made(NULL));
    told_recv(&t, e.rx, leat_nowait());
    told_send(&t, e.tx, 1, leat_nowait());
}

static void starts_the_unmade(void *arg)
{
    ends e = ends_cap(1);
    leat_op op;
    uint64_t value;
    (void)arg;
    memset(&op, 0, sizeof op);
    leat_op_recv(&op, e.rx, &value, leat_forever());
}

static void starts_nothing(void *arg)
{
    ends e = ends_cap(1);
    told t;
    (void)arg;
    told_init(&t, loop_made(NULL));
    leat_op_send(&t.op, e.tx, NULL, leat_forever());
}

static void drops_under_an_op(void *arg)
{
    ends e = ends_cap(1);
    told t;
    (void)arg;
    leat_loop *loop = loop_made(NULL);
    told_init(&t, loop);
    told_recv(&t, e.rx, leat_forever());
    leat_loop_drop(loop);
}

static void drops_under_the_decided(void *arg)
{
    ends e = ends_cap(1);
    told t;
    (void)arg;
    leat_loop *loop = loop_made(NULL);
    told_init(&t, loop);
    told_recv(&t, e.rx, leat_nowait());
    leat_loop_drop(loop);
}

static void drops_half_under_an_op(void *arg)
{
    ends e = ends_cap(1);
    told t;
    (void)arg;
    told_init(&t, loop_made(NULL));
    told_recv(&t, e.rx, leat_forever());
    leat_rx_drop(e.rx);
}

static void on_told_drop(leat_op *op, int rc, void *arg)
{
    (void)op;
    (void)rc;
    leat_loop_drop(arg);
}

static void on_told_dispatch(leat_op *op, int rc, void *arg)
{
    (void)op;
    (void)rc;
    leat_loop_dispatch(arg, 1);
}

static void calls_back(leat_op_fn *fn)
{
    ends e = ends_cap(1);
    leat_loop *loop = loop_made(NULL);
    leat_op op;
    uint64_t value;
    leat_op_init(&op, loop, fn, loop);
    leat_op_recv(&op, e.rx, &value, leat_nowait());
    leat_loop_dispatch(loop, 1);
}

static void drops_in_a_callback(void *arg)
{
    (void)arg;
    calls_back(on_told_drop);
}

static void dispatches_in_a_callback(void *arg)
{
    (void)arg;
    calls_back(on_told_dispatch);
}

static void uses_a_dropped_loop(void *arg)
{
    static unsigned char mem[1024];
    leat_loop *loop;
    (void)arg;
    RC(leat_loop_new_in(&loop, mem, sizeof mem, NULL), 0);
    leat_loop_drop(loop);
    leat_loop_dispatch(loop, 1);
}

START_TEST(misuse_aborts_with_a_sentence)
{
    static const struct {
        void (*fn)(void *);
        const char *sentence;
    } rules[] = {
        {starts_twice, "started while it is started"},
        {starts_the_decided, "started while it is started"},
        {starts_the_unmade, "not initialised"},
        {starts_nothing, "leat_op_send: msg is NULL"},
        {drops_under_an_op, "still started"},
        {drops_under_the_decided, "still started"},
        {drops_half_under_an_op, "still waits"},
        {drops_in_a_callback, "from a callback"},
        {dispatches_in_a_callback, "from a callback"},
        {uses_a_dropped_loop, "not a live event loop"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        t_aborts(rules[i].fn, NULL, rules[i].sentence);
}
END_TEST

#if LEAT_DEBUG

static void call_beside_an_op(void *arg)
{
    const flavour *f = arg;
    ends e = ends_new(f);
    told t;
    told_init(&t, loop_made(NULL));
    told_recv(&t, e.rx, leat_forever());
    uint64_t value;
    (void)try_recv(e.rx, &value);
}

static void call_beside_the_decided(void *arg)
{
    const flavour *f = arg;
    ends e = ends_new(f);
    told t;
    told_init(&t, loop_made(NULL));
    told_recv(&t, e.rx, leat_nowait());
    uint64_t value;
    (void)try_recv(e.rx, &value);
}

static void op_beside_an_op(void *arg)
{
    const flavour *f = arg;
    ends e = ends_new(f);
    told t[2];
    leat_loop *loop = loop_made(NULL);
    for (size_t i = 0; i < 2; i++) {
        told_init(&t[i], loop);
        told_recv(&t[i], e.rx, leat_forever());
    }
}

/* A started operation is a call that runs; a debug build sees two of them. */
START_TEST(a_promise_holds_for_operations)
{
    static const flavour kinds[] = {
        {"one consumer", 3, ONE_RX},
        {"spsc", 3, ONE_BOTH},
    };
    for (size_t i = 0; i < 2; i++) {
        void *kind = (void *)(uintptr_t)&kinds[i];
        t_aborts(call_beside_an_op, kind, "two receives at once");
        t_aborts(call_beside_the_decided, kind, "two receives at once");
        t_aborts(op_beside_an_op, kind, "two receives at once");
    }
}
END_TEST

static void *drives_too(void *arg)
{
    leat_loop_dispatch(arg, 64);
    return NULL;
}

static void on_told_share(leat_op *op, int rc, void *arg)
{
    (void)op;
    (void)rc;
    t_join(t_spawn(drives_too, arg));
}

static void drives_from_two_threads(void *arg)
{
    (void)arg;
    calls_back(on_told_share);
}

START_TEST(two_drivers_at_once_abort)
{
    t_aborts(drives_from_two_threads, NULL, "two threads drive one loop");
}
END_TEST

#endif

int main(void)
{
    TCase *tc = t_case("loop_life");
    tcase_add_loop_test(tc, nothing_is_allocated_after_creation, 0, FLAVOURS);
    tcase_add_test(tc, a_send_without_memory_is_told);
    tcase_add_test(tc, no_memory_is_an_error);
    tcase_add_test(tc, no_descriptors_is_an_error);
    tcase_add_test(tc, memory_may_be_the_callers);
    tcase_add_test(tc, options_that_cannot_be_are_refused);
    tcase_add_test(tc, a_notify_takes_the_place_of_the_descriptor);
    tcase_add_test(tc, drop_waits_for_a_notify_that_runs);
    tcase_add_test(tc, another_thread_takes_over);
    tcase_add_loop_test(tc, two_loops_pass_messages, 0, FLAVOURS);
    tcase_add_test(tc, one_thread_drives_two_loops);
    tcase_add_test(tc, misuse_aborts_with_a_sentence);
#if LEAT_DEBUG
    tcase_add_test(tc, a_promise_holds_for_operations);
    tcase_add_test(tc, two_drivers_at_once_abort);
#endif
    return t_run(tc);
}
