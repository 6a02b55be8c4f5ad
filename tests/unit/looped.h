/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* looped.h - what the tests of event loops share: an operation that notes what it is
 * told, and a wait in poll. */
#ifndef LEAT_TESTS_LOOPED_H
#define LEAT_TESTS_LOOPED_H

#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

static inline leat_loop *loop_made(const leat_loop_opts *opts)
{
    leat_loop *loop = NULL;
    RC(leat_loop_new(&loop, opts), 0);
    return loop;
}

/* ---- an operation ----------------------------------------------------------- */

/* In which order operations are told: the next number. */
static unsigned telling;

typedef struct told {
    leat_op op;
    uint64_t value;
    int rc;
    unsigned times; /* told so far */
    unsigned turn;  /* when it was last told */
    pthread_t by;
    int64_t at_ns;
} told;

static inline void told_now(leat_op *op, int rc, void *arg)
{
    told *t = arg;
    MUST(op == &t->op);
    MUST(!leat_op_is_started(op));
    t->rc = rc;
    t->times++;
    t->turn = telling++;
    t->by = pthread_self();
    t->at_ns = leat_now_ns();
}

static inline void told_init(told *t, leat_loop *loop)
{
    *t = (told){.rc = 1, .value = UNTOUCHED};
    leat_op_init(&t->op, loop, told_now, t);
}

static inline void told_recv(told *t, leat_rx *rx, leat_until until)
{
    t->value = UNTOUCHED;
    leat_op_recv(&t->op, rx, &t->value, until);
    MUST(leat_op_is_started(&t->op));
}

static inline void told_send(told *t, leat_tx *tx, uint64_t value,
                             leat_until until)
{
    t->value = value;
    leat_op_send(&t->op, tx, &t->value, until);
    MUST(leat_op_is_started(&t->op));
}

/* ---- waiting --------------------------------------------------------------------- */

/* Is the loop due, or within ms (-1: at some time)? As a program would wait, whether
 * the descriptor covers deadlines or not. */
static inline bool due_within(leat_loop *loop, int ms)
{
    struct pollfd fd = {.fd = leat_loop_fd(loop), .events = POLLIN};
    int64_t end_ns = ms < 0 ? INT64_MAX : leat_now_ns() + ms * INT64_C(1000000);
    for (;;) {
        int64_t now_ns = leat_now_ns();
        int64_t at_ns = end_ns;
        if (!leat_loop_has_timer(loop) && leat_loop_deadline_ns(loop) < at_ns)
            at_ns = leat_loop_deadline_ns(loop);
        int64_t left_ns = at_ns > now_ns ? at_ns - now_ns : 0;
        int wait_ms =
            at_ns == INT64_MAX ? -1 : (int)((left_ns + 999999) / 1000000);
        int n = poll(&fd, 1, wait_ms);
        MUST(n >= 0 || errno == EINTR);
        if (n == 1) {
            SAME(fd.revents, POLLIN);
            return true;
        }
        if (!leat_loop_has_timer(loop) &&
            leat_loop_deadline_ns(loop) <= leat_now_ns())
            return true;
        if (leat_now_ns() >= end_ns)
            return false;
    }
}

static inline bool is_due(leat_loop *loop)
{
    return due_within(loop, 0);
}

/* Dispatch until this operation has been told so many times. */
static inline void run_until(leat_loop *loop, const told *t, unsigned times)
{
    while (t->times < times) {
        MUST(due_within(loop, -1));
        leat_loop_dispatch(loop, 64);
    }
    SAME(t->times, times);
}

/* Everything has been told, and the loop knows it. */
static inline void loop_is_quiet(leat_loop *loop)
{
    MUST(!is_due(loop));
    SAME(leat_loop_dispatch(loop, SIZE_MAX), 0);
    MUST(!is_due(loop));
    MUST(leat_loop_deadline_ns(loop) == INT64_MAX);
}

#endif
