/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_select_wait.c - selects that wait: ended by each kind of event, on every flavour,
 * beside others, and by each other; nothing is allocated meanwhile. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "counted.h"
#include "parked.h"

#include <errno.h>
#include <fcntl.h>

/* ---- a select in a thread of its own --------------------------------------------------- */

enum { CASES = 4 };

typedef struct selecting {
    leat_case cases[CASES];
    size_t n;
    uint32_t flags;
    bool ready; /* leat_ready */
    leat_until until;
    int index;
    pthread_t thread;
} selecting;

static void *selecting_run(void *arg)
{
    selecting *s = arg;
    s->index = s->ready ? leat_ready(s->cases, s->n, s->flags, s->until)
                        : leat_select(s->cases, s->n, s->flags, s->until);
    return NULL;
}

static void selecting_start(selecting *s)
{
    s->thread = t_spawn(selecting_run, s);
}

static int selecting_end(selecting *s)
{
    t_join(s->thread);
    return s->index;
}

/* A receive from e and one from a channel that nothing comes from. */
static void select_recv(selecting *s, ends e, ends quiet, uint64_t *got,
                        leat_until until)
{
    *got = UNTOUCHED;
    *s = (selecting){.n = 2, .until = until};
    s->cases[0] = leat_on_recv(quiet.rx, got);
    s->cases[1] = leat_on_recv(e.rx, got);
    selecting_start(s);
}

static void select_send(selecting *s, ends e, ends quiet, const uint64_t *value,
                        uint64_t *got)
{
    *s = (selecting){.n = 2, .until = leat_forever()};
    s->cases[0] = leat_on_recv(quiet.rx, got);
    s->cases[1] = leat_on_send(e.tx, value);
    selecting_start(s);
}

/* Nobody is left in a queue. */
static void is_left(ends e)
{
    SAME(parked(e.chan, LEAT__SEND), 0);
    SAME(parked(e.chan, LEAT__RECV), 0);
}

/* ---- one event ---------------------------------------------------------------------------- */

START_TEST(a_message_ends_it)
{
    ends e = ends_new(&flavours[_i]);
    ends quiet = ends_new(&flavours[_i]);
    selecting s;
    uint64_t got;
    for (uint64_t i = 0; i < 5; i++) {
        select_recv(&s, e, quiet, &got, leat_forever());
        t_wait_parked(e.chan, LEAT__RECV, 1);
        t_wait_parked(quiet.chan, LEAT__RECV, 1);
        RC(try_send(e.tx, i), 0);
        RC(selecting_end(&s), 1);
        RC(s.cases[1].rc, 0);
        SAME(got, i);
        is_left(e);
        is_left(quiet);
        NOTHING(e.rx, LEAT_EAGAIN);
    }
    ends_drop(e);
    ends_drop(quiet);
}
END_TEST

START_TEST(room_ends_it)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    ends quiet = ends_new(f);
    selecting s;
    uint64_t value = 77;
    uint64_t got;
    fill(e, 0, f->cap);
    select_send(&s, e, quiet, &value, &got);
    t_wait_parked(e.chan, LEAT__SEND, 1);
    if (queues(f))
        NEXT(e.rx, 0);
    else
        NEXT(e.rx, 77);
    RC(selecting_end(&s), 1);
    RC(s.cases[1].rc, 0);
    for (size_t i = 1; i < f->cap; i++)
        NEXT(e.rx, i);
    if (queues(f))
        NEXT(e.rx, 77);
    NOTHING(e.rx, LEAT_EAGAIN);
    is_left(e);
    is_left(quiet);
    ends_drop(e);
    ends_drop(quiet);
}
END_TEST

START_TEST(the_end_of_the_stream_ends_it)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    ends quiet = ends_new(f);
    selecting s;
    uint64_t got;
    select_recv(&s, e, quiet, &got, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    MUST(leat_tx_drop(e.tx));
    RC(selecting_end(&s), 1);
    RC(s.cases[1].rc, LEAT_ECLOSED);
    SAME(got, UNTOUCHED);
    MUST(leat_case_is_off(&s.cases[1]));
    MUST(leat_rx_drop(e.rx));
    ends_drop(quiet);
}
END_TEST

START_TEST(a_sender_keeps_its_message_at_the_end)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    bin b = BIN_INIT;
    ends e = ends_hooked(f, 8, bin_put, &b);
    ends quiet = ends_new(f);
    selecting s;
    uint64_t value = 77;
    uint64_t got;
    fill(e, 0, f->cap);
    select_send(&s, e, quiet, &value, &got);
    t_wait_parked(e.chan, LEAT__SEND, 1);
    MUST(leat_rx_drop(e.rx));
    RC(selecting_end(&s), 1);
    RC(s.cases[1].rc, LEAT_ECLOSED);
    SAME(value, 77);
    bin_holds(&b, 0, f->cap);
    MUST(leat_tx_drop(e.tx));
    ends_drop(quiet);
}
END_TEST

START_TEST(a_deadline_ends_it)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    uint64_t got = UNTOUCHED;
    leat_case cases[] = {leat_on_recv(e.rx, &got), leat_on_recv(e.rx, &got)};
    int64_t at = leat_now_ns() + 3000000;
    RC(leat_select(cases, 2, 0, leat_at_ns(at)), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= at);
    RC(leat_select(cases, 2, 0, leat_each_ms(1)), LEAT_ETIMEDOUT);
    RC(leat_select(cases, 2, 0, leat_at_ns(-1)), LEAT_ETIMEDOUT);
    RC(leat_ready(cases, 2, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    SAME(got, UNTOUCHED);
    is_left(e);
    ends_drop(e);
}
END_TEST

/* ready, then cancelled, then timed out */
START_TEST(the_tokens_of_until_and_of_cases)
{
    ends e = ends_new(&flavours[_i]);
    ends quiet = ends_new(&flavours[_i]);
    selecting s;
    uint64_t got;
    leat_cancel *token;
    leat_cancel *other;
    RC(leat_cancel_new(&token), 0);
    RC(leat_cancel_new(&other), 0);
    select_recv(&s, e, quiet, &got, leat_or_cancel(leat_forever(), token));
    t_wait_carried(token, 1);
    leat_cancel_fire(token);
    RC(selecting_end(&s), LEAT_ECANCELED);
    s = (selecting){.n = 3,
                    .until = leat_forever(),
                    .cases = {leat_on_recv(e.rx, &got), leat_on_cancel(other),
                              leat_on_at(INT64_MAX - 1)}};
    selecting_start(&s);
    t_wait_carried(other, 1);
    leat_cancel_fire(other);
    RC(selecting_end(&s), 1);
    RC(s.cases[1].rc, 0);
    /* a case beats the until's token, and that the deadline */
    RC(leat_select(s.cases, 3, 0, leat_or_cancel(leat_at_ns(-1), token)), 1);
    RC(leat_select(s.cases, 1, 0, leat_or_cancel(leat_at_ns(-1), token)),
       LEAT_ECANCELED);
    SAME(got, UNTOUCHED);
    t_wait_carried(token, 0);
    t_wait_carried(other, 0);
    is_left(e);
    leat_cancel_drop(token);
    leat_cancel_drop(other);
    ends_drop(e);
    ends_drop(quiet);
}
END_TEST

START_TEST(a_time_ends_it)
{
    ends e = ends_new(&flavours[_i]);
    uint64_t got = UNTOUCHED;
    int64_t at = leat_now_ns() + 3000000;
    leat_case cases[] = {leat_on_recv(e.rx, &got), leat_on_at(at),
                         leat_on_at(at + INT64_C(3600000000000))};
    RC(leat_select(cases, 3, 0, leat_forever()), 1);
    MUST(leat_now_ns() >= at);
    cases[1] = leat_on_at(leat_now_ns() + 1000000);
    RC(leat_ready(cases, 3, 0, leat_forever()), 1);
    /* the sooner of both */
    cases[1] = cases[2];
    RC(leat_select(cases, 3, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    is_left(e);
    ends_drop(e);
}
END_TEST

START_TEST(the_other_side_leaves)
{
    ends e = ends_new(&flavours[_i]);
    selecting s = {.n = 1, .until = leat_forever()};
    s.cases[0] = leat_on_gone_tx(e.tx);
    selecting_start(&s);
    while (links_of(&e.chan->lock, &e.chan->goneq) != 1)
        leat__os_nap();
    MUST(leat_rx_drop(e.rx));
    RC(selecting_end(&s), 0);
    RC(s.cases[0].rc, 0);
    MUST(leat_tx_drop(e.tx));
}
END_TEST

static int wait_for_stop(void *arg, leat_cancel *stop)
{
    (void)arg;
    RC(leat_cancel_wait(stop, leat_forever()), 0);
    return 3;
}

START_TEST(a_thread_ends)
{
    leat_thread *thread;
    leat_job job = {.fn = wait_for_stop};
    RC(leat_thread_spawn(&thread, job, NULL), 0);
    selecting s = {.n = 1, .until = leat_forever()};
    s.cases[0] = leat_on_thread(thread);
    selecting_start(&s);
    leat_cancel_fire(leat_thread_stop(thread));
    RC(selecting_end(&s), 0);
    int result = 0;
    RC(leat_thread_join(thread, &result, leat_forever()), 0);
    SAME(result, 3);
    MUST(leat_thread_drop(thread));
}
END_TEST

/* ---- two selects ------------------------------------------------------------------------------ */

/* One sends, one receives, each with something else in its array. */
START_TEST(two_selects_meet)
{
    enum { ROUNDS = 200 };
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    ends quiet = ends_new(f);
    ends quiet_too = ends_new(f);
    uint64_t got;
    uint64_t unused;
    for (uint64_t value = 0; value < t_scaled(ROUNDS); value++) {
        selecting a;
        selecting b;
        select_recv(&a, e, quiet, &got, leat_forever());
        select_send(&b, e, quiet_too, &value, &unused);
        RC(selecting_end(&b), 1);
        RC(selecting_end(&a), 1);
        SAME(got, value);
    }
    is_left(e);
    is_left(quiet);
    ends_drop(e);
    ends_drop(quiet);
    ends_drop(quiet_too);
}
END_TEST

/* Both would send and receive on the same channel: one does this, one that. */
static void *both_ways(void *arg)
{
    ends *e = arg;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < t_scaled(2000); i++) {
        uint64_t out = 1;
        uint64_t in = 0;
        leat_case cases[] = {leat_on_send(e->tx, &out),
                             leat_on_recv(e->rx, &in)};
        int index = leat_select(cases, 2, 0, leat_forever());
        MUST(index == 0 || index == 1);
        RC(cases[index].rc, 0);
        sum += index == 0 ? UINT64_C(1) << 32 : in;
    }
    return (void *)(uintptr_t)sum;
}

START_TEST(both_ways_on_one_channel)
{
    ends e = ends_cap(0);
    pthread_t a = t_spawn(both_ways, &e);
    pthread_t b = t_spawn(both_ways, &e);
    uint64_t sum = (uintptr_t)t_join(a) + (uintptr_t)t_join(b);
    SAME(sum >> 32, sum & UINT32_MAX);
    is_left(e);
    ends_drop(e);
}
END_TEST

/* ---- ready ---------------------------------------------------------------------------------------- */

START_TEST(ready_is_woken_and_takes_nothing)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    selecting s = {.n = 1, .ready = true, .until = leat_forever()};
    s.cases[0] = leat_on_recv(e.rx, NULL);
    selecting_start(&s);
    t_wait_parked(e.chan, LEAT__RECV, 1);
    call c;
    call_send(&c, e.tx, 5, leat_forever()); /* waits, at a rendezvous */
    RC(selecting_end(&s), 0);
    if (queues(f))
        RC(call_end(&c), 0);
    NEXT(e.rx, 5);
    if (!queues(f))
        RC(call_end(&c), 0);
    is_left(e);
    if (!fills(f)) {
        ends_drop(e);
        return;
    }
    fill(e, 0, f->cap);
    s.cases[0] = leat_on_send(e.tx, NULL);
    selecting_start(&s);
    t_wait_parked(e.chan, LEAT__SEND, 1);
    call_recv(&c, e.rx, leat_forever());
    RC(selecting_end(&s), 0);
    if (!queues(f)) {
        RC(try_send(e.tx, 0), 0);
        RC(call_end(&c), 0);
    } else {
        RC(call_end(&c), 0);
        RC(try_send(e.tx, f->cap), 0);
    }
    is_left(e);
    ends_drop(e);
}
END_TEST

START_TEST(ready_hears_of_the_end)
{
    ends e = ends_new(&flavours[_i]);
    selecting s = {.n = 1, .ready = true, .until = leat_forever()};
    s.cases[0] = leat_on_recv(e.rx, NULL);
    selecting_start(&s);
    t_wait_parked(e.chan, LEAT__RECV, 1);
    leat_tx_close(e.tx);
    RC(selecting_end(&s), 0);
    MUST(!leat_case_is_off(&s.cases[0]));
    ends_drop(e);
}
END_TEST

/* A select that waits at a rendezvous is somebody to meet. */
START_TEST(ready_sees_a_select_in_line)
{
    ends e = ends_cap(0);
    ends quiet = ends_cap(0);
    selecting s;
    uint64_t got;
    select_recv(&s, e, quiet, &got, leat_forever());
    leat_case send = leat_on_send(e.tx, NULL);
    RC(leat_ready(&send, 1, 0, leat_forever()), 0);
    RC(try_send(e.tx, 4), 0);
    RC(selecting_end(&s), 1);
    SAME(got, 4);
    uint64_t value = 8;
    select_send(&s, e, quiet, &value, &got);
    leat_case recv = leat_on_recv(e.rx, NULL);
    RC(leat_ready(&recv, 1, 0, leat_forever()), 0);
    NEXT(e.rx, 8);
    RC(selecting_end(&s), 1);
    ends_drop(e);
    ends_drop(quiet);
}
END_TEST

/* A peek sees the message of a select that waits to send. */
START_TEST(a_peek_sees_what_a_select_would_send)
{
    ends e = ends_cap(0);
    ends quiet = ends_cap(0);
    uint64_t value = 6;
    uint64_t got;
    uint64_t seen = UNTOUCHED;
    for (int parks_first = 0; parks_first < 2; parks_first++) {
        selecting s;
        select_send(&s, e, quiet, &value, &got);
        if (parks_first == 0)
            t_wait_parked(e.chan, LEAT__SEND, 1);
        RC(leat_rx_peek(e.rx, &seen, leat_forever()), 0);
        SAME(seen, 6);
        NEXT(e.rx, 6);
        RC(selecting_end(&s), 1);
    }
    ends_drop(e);
    ends_drop(quiet);
}
END_TEST

/* ---- descriptors ----------------------------------------------------------------------------------- */

START_TEST(a_descriptor_that_is_ready)
{
    int ends_of[2];
    MUST(pipe(ends_of) == 0);
    leat_case read_end = leat_on_fd(ends_of[0], LEAT_FD_READ);
    leat_case write_end = leat_on_fd(ends_of[1], LEAT_FD_WRITE);
    RC(leat_select(&read_end, 1, 0, leat_nowait()), LEAT_EAGAIN);
    RC(leat_select(&write_end, 1, 0, leat_forever()), 0);
    RC(write_end.rc, 0);
    SAME(write_end.value, LEAT_FD_WRITE);
    MUST(write(ends_of[1], "x", 1) == 1);
    for (int i = 0; i < 2; i++) {
        RC(leat_select(&read_end, 1, 0, leat_forever()), 0);
        SAME(read_end.value, LEAT_FD_READ);
        RC(leat_ready(&read_end, 1, 0, leat_forever()), 0);
    }
    close(ends_of[1]);
    RC(leat_select(&read_end, 1, 0, leat_forever()), 0);
    SAME(read_end.value, LEAT_FD_READ | LEAT_FD_HUP);
    close(ends_of[0]);
}
END_TEST

START_TEST(what_is_no_descriptor_goes_off)
{
    int fd = open("/dev/null", O_RDONLY);
    MUST(fd >= 0);
    close(fd);
    leat_case one = leat_on_fd(fd, LEAT_FD_READ);
    RC(leat_select(&one, 1, 0, leat_forever()), 0);
    RC(one.rc, LEAT_EINVAL);
    MUST(leat_case_is_off(&one));
}
END_TEST

/* Each of the others ends a wait in poll too. */
START_TEST(beside_a_descriptor)
{
    const flavour *f = &flavours[_i];
    int ends_of[2];
    ends e = ends_new(f);
    leat_cancel *token;
    uint64_t got = UNTOUCHED;
    RC(leat_cancel_new(&token), 0);
    MUST(pipe(ends_of) == 0);
    selecting s = {.n = 4, .until = leat_forever()};
    s.cases[0] = leat_on_fd(ends_of[0], LEAT_FD_READ);
    s.cases[1] = leat_on_recv(e.rx, &got);
    s.cases[2] = leat_on_cancel(token);
    s.cases[3] = leat_on_at(INT64_MAX - 1);
    for (int i = 0; i < 3; i++) {
        selecting_start(&s);
        t_wait_carried(token, 1);
        RC(try_send(e.tx, 5), 0);
        RC(selecting_end(&s), 1);
        SAME(got, 5);
    }
    selecting_start(&s);
    t_wait_carried(token, 1);
    MUST(write(ends_of[1], "x", 1) == 1);
    RC(selecting_end(&s), 0);
    SAME(s.cases[0].value, LEAT_FD_READ);
    char byte;
    MUST(read(ends_of[0], &byte, 1) == 1);
    selecting_start(&s);
    t_wait_carried(token, 1);
    leat_cancel_fire(token);
    RC(selecting_end(&s), 2);
    s.cases[2] = leat_on_cancel(NULL);
    s.cases[3] = leat_on_at(leat_now_ns() + 1000000);
    RC(leat_select(s.cases, 4, 0, leat_forever()), 3);
    s.cases[3] = leat_on_at(INT64_MAX);
    int64_t at = leat_now_ns() + 2500000;
    RC(leat_select(s.cases, 4, 0, leat_at_ns(at)), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= at);
    RC(leat_select(s.cases, 4, 0, leat_or_cancel(leat_forever(), token)),
       LEAT_ECANCELED);
    is_left(e);
    close(ends_of[0]);
    close(ends_of[1]);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* A thread's descriptor goes with the thread. */
static int lowest_free(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    MUST(fd >= 0);
    close(fd);
    return fd;
}

static void *wait_in_poll(void *arg)
{
    leat_case one = leat_on_fd(*(int *)arg, LEAT_FD_READ);
    for (int i = 0; i < 3; i++)
        RC(leat_select(&one, 1, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    return NULL;
}

START_TEST(a_threads_descriptor_goes_with_it)
{
    int ends_of[2];
    MUST(pipe(ends_of) == 0);
    int free_fd = lowest_free();
    for (int i = 0; i < 3; i++)
        t_join(t_spawn(wait_in_poll, &ends_of[0]));
    SAME(lowest_free(), free_fd);
    wait_in_poll(&ends_of[0]);
    MUST(lowest_free() > free_fd); /* kept: the thread lives */
    int kept = lowest_free();
    wait_in_poll(&ends_of[0]);
    SAME(lowest_free(), kept);
    close(ends_of[0]);
    close(ends_of[1]);
}
END_TEST

/* A message and a byte at the same moment, again and again: whichever is told, the other
 * is there for the next. */
static void *write_bytes(void *arg)
{
    const int *ends_of = arg;
    for (unsigned i = 0; i < t_scaled(2000); i++) {
        while (write(ends_of[1], "x", 1) != 1)
            MUST(errno == EINTR);
    }
    return NULL;
}

struct numbers {
    leat_tx *tx;
};

static void *send_numbers(void *arg)
{
    const struct numbers *n = arg;
    for (uint64_t i = 0; i < t_scaled(2000); i++)
        RC(send_until(n->tx, i, leat_forever()), 0);
    return NULL;
}

START_TEST(descriptors_and_messages_at_once)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    int ends_of[2];
    uint64_t got;
    unsigned bytes = 0;
    uint64_t messages = 0;
    MUST(pipe(ends_of) == 0);
    struct numbers n = {e.tx};
    pthread_t a = t_spawn(write_bytes, ends_of);
    pthread_t b = t_spawn(send_numbers, &n);
    leat_case cases[] = {leat_on_fd(ends_of[0], LEAT_FD_READ),
                         leat_on_recv(e.rx, &got)};
    while (bytes + messages < 2 * t_scaled(2000)) {
        int index = leat_select(cases, 2, 0, leat_forever());
        MUST(index >= 0);
        char byte;
        if (index == 0) {
            MUST(read(ends_of[0], &byte, 1) == 1);
            bytes++;
        } else {
            SAME(got, messages);
            messages++;
        }
    }
    t_join(a);
    t_join(b);
    RC(leat_select(cases, 2, 0, leat_nowait()), LEAT_EAGAIN);
    close(ends_of[0]);
    close(ends_of[1]);
    ends_drop(e);
}
END_TEST

/* ---- memory ------------------------------------------------------------------------------------------ */

START_TEST(no_wait_allocates)
{
    const flavour *f = &flavours[_i];
    counted_begin();
    ends e = ends_new(f);
    ends quiet = ends_new(f);
    selecting s;
    uint64_t got;
    fill(e, 0, room(f, 1)); /* an unbounded one has its first block */
    if (queues(f))
        NEXT(e.rx, 0);
    size_t before = atomic_load(&counted_asked);
    for (uint64_t i = 0; i < 3; i++) {
        select_recv(&s, e, quiet, &got, leat_forever());
        t_wait_parked(e.chan, LEAT__RECV, 1);
        RC(try_send(e.tx, i), 0);
        RC(selecting_end(&s), 1);
    }
    leat_case cases[200];
    for (size_t i = 0; i < 200; i++)
        cases[i] = leat_on_recv(e.rx, &got);
    RC(leat_select(cases, 200, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    RC(leat_ready(cases, 200, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    SAME(atomic_load(&counted_asked), before);
    ends_drop(e);
    ends_drop(quiet);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("select_wait");
    tcase_add_loop_test(tc, a_message_ends_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, room_ends_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_end_of_the_stream_ends_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_sender_keeps_its_message_at_the_end, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_deadline_ends_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_tokens_of_until_and_of_cases, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_time_ends_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_other_side_leaves, 0, FLAVOURS);
    tcase_add_test(tc, a_thread_ends);
    tcase_add_loop_test(tc, two_selects_meet, 0, FLAVOURS);
    tcase_add_test(tc, both_ways_on_one_channel);
    tcase_add_loop_test(tc, ready_is_woken_and_takes_nothing, 0, FLAVOURS);
    tcase_add_loop_test(tc, ready_hears_of_the_end, 0, FLAVOURS);
    tcase_add_test(tc, ready_sees_a_select_in_line);
    tcase_add_test(tc, a_peek_sees_what_a_select_would_send);
    tcase_add_test(tc, a_descriptor_that_is_ready);
    tcase_add_test(tc, what_is_no_descriptor_goes_off);
    tcase_add_loop_test(tc, beside_a_descriptor, 0, FLAVOURS);
    tcase_add_test(tc, a_threads_descriptor_goes_with_it);
    tcase_add_loop_test(tc, descriptors_and_messages_at_once, 0, FLAVOURS);
    tcase_add_loop_test(tc, no_wait_allocates, 0, FLAVOURS);
    return t_run(tc);
}
