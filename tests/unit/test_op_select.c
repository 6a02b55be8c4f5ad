/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_op_select.c - selects as started operations: outcomes, deadlines, taking back, on
 * every flavour. What they do among each other is in test_select_oracle.c. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "looped.h"
#include "parked.h"

#include <sys/socket.h>

static leat_loop *loop;

static void told_select(told *t, leat_case *cases, size_t n, leat_until until)
{
    leat_op_select(&t->op, cases, n, 0, until);
    MUST(leat_op_is_started(&t->op));
}

START_TEST(what_can_be_done_is_told_in_dispatch)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    told t;
    uint64_t got = UNTOUCHED;
    loop = loop_made(NULL);
    told_init(&t, loop);
    leat_case cases[] = {leat_on_recv(e.rx, &got), leat_on_at(INT64_MAX - 1)};
    told_select(&t, cases, 2, leat_nowait());
    SAME(t.times, 0);
    MUST(is_due(loop));
    SAME(leat_loop_dispatch(loop, 64), 1);
    RC(t.rc, LEAT_EAGAIN);
    leat_tx_close(e.tx);
    told_select(&t, cases, 2, leat_forever());
    run_until(loop, &t, 2);
    RC(t.rc, 0);
    RC(cases[0].rc, LEAT_ECLOSED);
    MUST(leat_case_is_off(&cases[0]));
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

START_TEST(a_message_is_told_later)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    ends quiet = ends_new(f);
    told t;
    uint64_t got = UNTOUCHED;
    loop = loop_made(NULL);
    told_init(&t, loop);
    leat_case cases[] = {leat_on_recv(quiet.rx, &got),
                         leat_on_recv(e.rx, &got)};
    for (uint64_t i = 0; i < 4; i++) {
        told_select(&t, cases, 2, leat_in_ms(3600000));
        SAME(parked(e.chan, LEAT__RECV), 1);
        MUST(!is_due(loop));
        call c;
        call_send(&c, e.tx, i, leat_forever());
        RC(call_end(&c), 0);
        run_until(loop, &t, (unsigned)i + 1);
        RC(t.rc, 1);
        RC(cases[1].rc, 0);
        SAME(got, i);
    }
    SAME(parked(quiet.chan, LEAT__RECV), 0);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
    ends_drop(quiet);
}
END_TEST

START_TEST(deadlines_times_and_tokens)
{
    ends e = ends_new(&flavours[_i]);
    told t;
    uint64_t got = UNTOUCHED;
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    loop = loop_made(NULL);
    told_init(&t, loop);
    leat_case cases[] = {leat_on_recv(e.rx, &got), leat_on_cancel(NULL)};
    int64_t at = leat_now_ns() + 2000000;
    told_select(&t, cases, 2, leat_at_ns(at));
    run_until(loop, &t, 1);
    RC(t.rc, LEAT_ETIMEDOUT);
    MUST(t.at_ns >= at);
    at = leat_now_ns() + 2000000;
    cases[1] = leat_on_at(at);
    told_select(&t, cases, 2, leat_in_ms(3600000));
    run_until(loop, &t, 2);
    RC(t.rc, 1);
    MUST(t.at_ns >= at);
    cases[1] = leat_on_cancel(token);
    told_select(&t, cases, 2, leat_forever());
    leat_cancel_fire(token);
    run_until(loop, &t, 3);
    RC(t.rc, 1);
    told_select(&t, cases, 1, leat_or_cancel(leat_forever(), token));
    run_until(loop, &t, 4);
    RC(t.rc, LEAT_ECANCELED);
    leat_cancel_drop(token);
    RC(leat_cancel_new(&token), 0);
    told_select(&t, cases, 1, leat_or_cancel(leat_forever(), token));
    leat_cancel_fire(token);
    run_until(loop, &t, 5);
    RC(t.rc, LEAT_ECANCELED);
    SAME(got, UNTOUCHED);
    SAME(parked(e.chan, LEAT__RECV), 0);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(taken_back)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    told t;
    uint64_t got = UNTOUCHED;
    uint64_t out = 5;
    loop = loop_made(NULL);
    told_init(&t, loop);
    leat_case cases[] = {leat_on_recv(e.rx, &got), leat_on_recv(e.rx, &got),
                         leat_on_at(leat_now_ns() + INT64_C(3600000000000))};
    told_select(&t, cases, 3, leat_forever());
    SAME(parked(e.chan, LEAT__RECV), 2);
    MUST(leat_op_cancel(&t.op));
    SAME(parked(e.chan, LEAT__RECV), 0);
    MUST(!leat_op_cancel(&t.op));
    SAME(t.times, 0);
    if (queues(f)) { /* too late: the message has moved */
        told_select(&t, cases, 3, leat_forever());
        RC(try_send(e.tx, out), 0);
        MUST(!leat_op_cancel(&t.op));
        run_until(loop, &t, 1);
        MUST(t.rc == 0 || t.rc == 1);
        SAME(got, 5);
    }
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
}
END_TEST

START_TEST(what_cannot_be_started)
{
    told t;
    int ends_of[2];
    MUST(pipe(ends_of) == 0);
    leat_case cases[] = {leat_on_recv(NULL, NULL),
                         leat_on_fd(ends_of[0], LEAT_FD_READ)};
    loop = loop_made(LEAT_LOOP_OPTS(.flags = LEAT_LOOP_NO_TIMER));
    told_init(&t, loop);
    told_select(&t, cases, 1, leat_forever());
    run_until(loop, &t, 1);
    RC(t.rc, LEAT_EINVAL);
    told_select(&t, cases, 2, leat_forever());
    run_until(loop, &t, 2);
    RC(t.rc, LEAT_EINVAL);
    leat_op_select(&t.op, cases, 1, 0x40, leat_forever());
    run_until(loop, &t, 3);
    RC(t.rc, LEAT_EINVAL);
    told_select(&t, NULL, 0, leat_in_ms(1));
    run_until(loop, &t, 4);
    RC(t.rc, LEAT_ETIMEDOUT);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    close(ends_of[0]);
    close(ends_of[1]);
}
END_TEST

/* ---- descriptors, where the loop's descriptor covers deadlines -------------------------- */

static bool takes_descriptors(void)
{
    loop = loop_made(NULL);
    bool takes = leat_loop_has_timer(loop);
    if (!takes)
        MUST(leat_loop_drop(loop));
    return takes;
}

START_TEST(a_descriptor_is_told_of)
{
    ends e = ends_cap(1);
    told t;
    int ends_of[2];
    char byte;
    uint64_t got = UNTOUCHED;
    if (!takes_descriptors())
        return;
    MUST(pipe(ends_of) == 0);
    told_init(&t, loop);
    leat_case cases[] = {leat_on_recv(e.rx, &got),
                         leat_on_fd(ends_of[0], LEAT_FD_READ),
                         leat_on_fd(ends_of[0], LEAT_FD_READ)};
    unsigned times = 0;
    for (int round = 0; round < 3; round++) {
        told_select(&t, cases, 3, leat_forever());
        MUST(!is_due(loop));
        SAME(leat_loop_dispatch(loop, 64), 0);
        MUST(write(ends_of[1], "x", 1) == 1);
        run_until(loop, &t, ++times);
        MUST(t.rc == 1 || t.rc == 2);
        RC(cases[t.rc].rc, 0);
        SAME(cases[t.rc].value, LEAT_FD_READ);
        MUST(!is_due(loop)); /* though it is ready still */
        told_select(&t, cases, 3, leat_forever());
        run_until(loop, &t, ++times); /* at once */
        MUST(t.rc == 1 || t.rc == 2);
        MUST(read(ends_of[0], &byte, 1) == 1);
        told_select(&t, cases, 3, leat_in_ms(3600000));
        RC(try_send(e.tx, 3), 0);
        run_until(loop, &t, ++times);
        RC(t.rc, 0);
        SAME(got, 3);
        told_select(&t, cases, 3, leat_in_ms(1));
        run_until(loop, &t, ++times);
        RC(t.rc, LEAT_ETIMEDOUT);
        told_select(&t, cases, 3, leat_forever());
        MUST(leat_op_cancel(&t.op));
        MUST(write(ends_of[1], "x", 1) == 1);
        loop_is_quiet(loop);
        MUST(read(ends_of[0], &byte, 1) == 1);
    }
    SAME(t.times, times);
    MUST(leat_loop_drop(loop));
    ends_drop(e);
    close(ends_of[0]);
    close(ends_of[1]);
}
END_TEST

/* Several operations, one descriptor, both directions. */
START_TEST(one_descriptor_for_many)
{
    enum { OPS = 40 };
    static told all[OPS];
    static leat_case cases[OPS][2];
    int ends_of[2];
    char byte;
    if (!takes_descriptors())
        return;
    MUST(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_of) == 0);
    while (send(ends_of[0], "y", 1, MSG_DONTWAIT) == 1)
        continue;
    for (int i = 0; i < OPS; i++) {
        told_init(&all[i], loop);
        cases[i][0] = leat_on_fd(ends_of[0], LEAT_FD_READ);
        cases[i][1] = leat_on_fd(ends_of[0], LEAT_FD_WRITE);
        told_select(&all[i], cases[i], 2, leat_forever());
    }
    MUST(!is_due(loop));
    MUST(leat_op_cancel(&all[7].op));
    MUST(send(ends_of[1], "x", 1, 0) == 1);
    MUST(due_within(loop, -1));
    SAME(leat_loop_dispatch(loop, 5), 5); /* the rest is left */
    MUST(is_due(loop));
    for (int i = 0; i < OPS; i++) {
        if (i == 7)
            continue;
        run_until(loop, &all[i], 1);
        RC(all[i].rc, 0);
        SAME(cases[i][0].value, LEAT_FD_READ);
    }
    SAME(all[7].times, 0);
    loop_is_quiet(loop);
    MUST(recv(ends_of[0], &byte, 1, 0) == 1);
    told_select(&all[0], cases[0], 2, leat_forever());
    MUST(!is_due(loop));
    while (recv(ends_of[1], &byte, 1, MSG_DONTWAIT) == 1)
        continue;
    run_until(loop, &all[0], 2);
    RC(all[0].rc, 1);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    close(ends_of[0]);
    close(ends_of[1]);
}
END_TEST

/* An operation's descriptor goes with the outcome. */
static int lowest_free(void)
{
    int fd = dup(STDERR_FILENO);
    MUST(fd >= 0);
    close(fd);
    return fd;
}

START_TEST(no_descriptor_is_left)
{
    told t;
    int ends_of[2];
    if (!takes_descriptors())
        return;
    MUST(pipe(ends_of) == 0);
    told_init(&t, loop);
    leat_case one = leat_on_fd(ends_of[0], LEAT_FD_READ);
    int before = lowest_free();
    for (unsigned i = 0; i < 3; i++) {
        told_select(&t, &one, 1, leat_forever());
        MUST(lowest_free() > before);
        MUST(leat_op_cancel(&t.op));
        SAME(lowest_free(), before);
        told_select(&t, &one, 1, leat_in_ms(1));
        run_until(loop, &t, i + 1);
        RC(t.rc, LEAT_ETIMEDOUT);
        SAME(lowest_free(), before);
    }
    MUST(leat_loop_drop(loop));
    close(ends_of[0]);
    close(ends_of[1]);
}
END_TEST

/* A thread at the other end selects too. */
static void *select_sends(void *arg)
{
    ends *both = arg;
    for (uint64_t i = 0; i < t_scaled(300); i++) {
        leat_case cases[] = {leat_on_send(both[0].tx, &i),
                             leat_on_send(both[1].tx, &i)};
        MUST(leat_select(cases, 2, 0, leat_forever()) >= 0);
    }
    return NULL;
}

START_TEST(a_loop_and_a_thread_select)
{
    const flavour *f = &flavours[_i];
    ends both[] = {ends_new(f), ends_new(f)};
    told t;
    uint64_t got;
    uint64_t sum = 0;
    unsigned n = t_scaled(300);
    loop = loop_made(NULL);
    told_init(&t, loop);
    leat_case cases[] = {leat_on_recv(both[0].rx, &got),
                         leat_on_recv(both[1].rx, &got)};
    pthread_t thread = t_spawn(select_sends, both);
    for (unsigned i = 0; i < n; i++) {
        told_select(&t, cases, 2, leat_forever());
        run_until(loop, &t, i + 1);
        MUST(t.rc >= 0);
        RC(cases[t.rc].rc, 0);
        sum += got;
    }
    t_join(thread);
    SAME(sum, (uint64_t)n * (n - 1) / 2);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    ends_drop(both[0]);
    ends_drop(both[1]);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("op_select");
    tcase_add_loop_test(tc, what_can_be_done_is_told_in_dispatch, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_message_is_told_later, 0, FLAVOURS);
    tcase_add_loop_test(tc, deadlines_times_and_tokens, 0, FLAVOURS);
    tcase_add_loop_test(tc, taken_back, 0, FLAVOURS);
    tcase_add_test(tc, what_cannot_be_started);
    tcase_add_test(tc, a_descriptor_is_told_of);
    tcase_add_test(tc, one_descriptor_for_many);
    tcase_add_test(tc, no_descriptor_is_left);
    tcase_add_loop_test(tc, a_loop_and_a_thread_select, 0, FLAVOURS);
    return t_run(tc);
}
