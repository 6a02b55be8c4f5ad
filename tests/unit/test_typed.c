/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_typed.c - LEAT_CHAN_TYPE: the same channels, with the compiler's eyes. */
#define _GNU_SOURCE 1
#include "unit.h"

#include <stdalign.h>
#include <stdint.h>

struct job {
    int id;
    char text[21];
    double weight;
};

struct wide {
    alignas(256) unsigned char bytes[300];
    int id;
};

typedef union either {
    long number;
    char byte;
} either;

LEAT_CHAN_TYPE(job, struct job);
LEAT_CHAN_TYPE(wide, struct wide);
LEAT_CHAN_TYPE(num, long long);
LEAT_CHAN_TYPE(byte, unsigned char);
LEAT_CHAN_TYPE(text, char *);
LEAT_CHAN_TYPE(either, either);
LEAT_CHAN_TYPE(reply, job_tx *);

START_TEST(a_struct_goes_through)
{
    job_tx *tx;
    job_rx *rx;
    RC(job_chan_new(&tx, &rx, 3, NULL), 0);
    struct job in = {.id = 7, .text = "mow the lawn", .weight = 1.5};
    struct job out = {0};
    RC(job_tx_send(tx, &in, leat_forever()), 0);
    RC(job_rx_recv(rx, &out, leat_forever()), 0);
    SAME(out.id, 7);
    MUST(strcmp(out.text, "mow the lawn") == 0);
    MUST(out.weight == 1.5);
    RC(job_rx_recv(rx, &out, leat_nowait()), LEAT_EAGAIN);
    for (int i = 0; i < 3; i++)
        RC(job_tx_send(tx, &in, leat_nowait()), 0);
    RC(job_tx_send(tx, &in, leat_nowait()), LEAT_EAGAIN);
    MUST(job_tx_drop(tx));
    MUST(job_rx_drop(rx));
}
END_TEST

START_TEST(size_and_capacity_are_the_types)
{
    job_tx *tx;
    job_rx *rx;
    RC(job_chan_new(&tx, &rx, 5, LEAT_CHAN_OPTS(.name = "jobs")), 0);
    leat_chan *chan = job_tx_chan(tx);
    MUST(job_rx_chan(rx) == chan);
    SAME(leat_chan_msg_bytes(chan), sizeof(struct job));
    SAME(leat_chan_cap(chan), 5);
    MUST(strcmp(leat_chan_name(chan), "jobs") == 0);
    job_rx_drop(rx);
    job_tx_drop(tx);
}
END_TEST

struct seen {
    size_t n;
    int last;
};

static void discard_wide(void *msg, void *arg)
{
    struct seen *seen = arg;
    struct wide *w = msg;
    SAME((uintptr_t)msg % alignof(struct wide), 0);
    for (size_t i = 0; i < sizeof w->bytes; i++)
        SAME(w->bytes[i], (unsigned char)(w->id + (int)i));
    seen->last = w->id;
    seen->n++;
}

static void fill_wide(struct wide *w, int id)
{
    w->id = id;
    for (size_t i = 0; i < sizeof w->bytes; i++)
        w->bytes[i] = (unsigned char)(id + (int)i);
}

START_TEST(an_over_aligned_type_is_aligned)
{
    const flavour *f = &flavours[_i];
    wide_tx *tx;
    wide_rx *rx;
    struct seen seen = {0};
    static struct wide w;
    RC(wide_chan_new(&tx, &rx, f->cap,
                     LEAT_CHAN_OPTS(.discard = discard_wide,
                                    .discard_arg = &seen, .flags = f->flags)),
       0);
    size_t n = room(f, 40);
    for (size_t i = 0; i < n; i++) {
        fill_wide(&w, (int)i);
        RC(wide_tx_send(tx, &w, leat_nowait()), 0);
    }
    if (n > 1) {
        RC(wide_rx_recv(rx, &w, leat_nowait()), 0);
        SAME(w.id, 0);
        SAME(w.bytes[299], (unsigned char)299);
    }
    wide_rx_drop(rx);
    SAME(seen.n, n > 1 ? n - 1 : n);
    if (n > 0)
        SAME(seen.last, n - 1);
    wide_tx_drop(tx);
}
END_TEST

static void discard_page(void *msg, void *arg)
{
    SAME((uintptr_t)msg % 4096, 0);
    ++*(size_t *)arg;
}

START_TEST(the_options_may_ask_for_more_alignment_not_less)
{
    size_t n = 0;
    num_tx *tx;
    num_rx *rx;
    long long value = 5;
    RC(num_chan_new(&tx, &rx, 2,
                    LEAT_CHAN_OPTS(.msg_align = 4096, .discard = discard_page,
                                   .discard_arg = &n)),
       0);
    RC(num_tx_send(tx, &value, leat_nowait()), 0);
    RC(num_tx_send(tx, &value, leat_nowait()), 0);
    num_rx_drop(rx);
    SAME(n, 2);
    num_tx_drop(tx);
    struct seen seen = {0};
    wide_tx *wtx;
    wide_rx *wrx;
    static struct wide w;
    fill_wide(&w, 3);
    RC(wide_chan_new(&wtx, &wrx, 1,
                     LEAT_CHAN_OPTS(.msg_align = 1, .discard = discard_wide,
                                    .discard_arg = &seen)),
       0);
    RC(wide_tx_send(wtx, &w, leat_nowait()), 0);
    wide_rx_drop(wrx);
    SAME(seen.n, 1);
    wide_tx_drop(wtx);
}
END_TEST

START_TEST(pointers_are_messages_like_any_other)
{
    text_tx *tx;
    text_rx *rx;
    char hello[] = "hello";
    char *in = hello;
    char *out = NULL;
    RC(text_chan_new(&tx, &rx, LEAT_UNBOUNDED, NULL), 0);
    RC(text_tx_send(tx, &in, leat_forever()), 0);
    RC(text_rx_recv(rx, &out, leat_forever()), 0);
    MUST(out == hello);
    text_tx_drop(tx);
    RC(text_rx_recv(rx, &out, leat_forever()), LEAT_ECLOSED);
    text_rx_drop(rx);
}
END_TEST

START_TEST(a_typed_half_may_travel_in_a_typed_message)
{
    reply_tx *tx;
    reply_rx *rx;
    job_tx *jobs;
    job_rx *in;
    job_tx *got = NULL;
    RC(reply_chan_new(&tx, &rx, 1, NULL), 0);
    RC(job_chan_new(&jobs, &in, 1, NULL), 0);
    RC(reply_tx_send(tx, &jobs, leat_nowait()), 0);
    RC(reply_rx_recv(rx, &got, leat_nowait()), 0);
    MUST(got == jobs);
    MUST(job_tx_drop(got));
    MUST(job_rx_drop(in));
    reply_tx_drop(tx);
    reply_rx_drop(rx);
}
END_TEST

static void on_job_told(leat_op *op, int rc, void *arg)
{
    (void)op;
    RC(rc, 0);
    *(unsigned *)arg += 1;
}

START_TEST(operations_take_typed_messages)
{
    job_tx *tx;
    job_rx *rx;
    leat_loop *loop;
    leat_op op;
    unsigned told = 0;
    struct job in = {.weight = 3.5};
    struct job out = {.weight = 0};
    RC(job_chan_new(&tx, &rx, 1, NULL), 0);
    RC(leat_loop_new(&loop, NULL), 0);
    leat_op_init(&op, loop, on_job_told, &told);
    job_op_send(&op, tx, &in, leat_forever());
    SAME(leat_loop_dispatch(loop, 1), 1);
    job_op_recv(&op, rx, &out, leat_forever());
    SAME(leat_loop_dispatch(loop, 1), 1);
    SAME(told, 2);
    MUST(out.weight == 3.5);
    leat_loop_drop(loop);
    job_tx_drop(tx);
    job_rx_drop(rx);
}
END_TEST

/* What a case of a set does with the message that its type says. */
START_TEST(sets_take_typed_cases)
{
    job_tx *tx;
    job_rx *rx;
    leat_set *set;
    struct job in = {.weight = 2.5};
    struct job out = {.weight = 0};
    RC(job_chan_new(&tx, &rx, 1, NULL), 0);
    RC(leat_set_new(&set), 0);
    int send = leat_set_add(set, job_on_send(tx, &in));
    RC(leat_set_wait(set, leat_nowait()), send);
    RC(leat_set_wait(set, leat_nowait()), LEAT_EAGAIN);
    int recv = leat_set_add(set, job_on_recv(rx, &out));
    RC(leat_set_wait(set, leat_nowait()), recv);
    RC(leat_set_case(set, recv)->rc, 0);
    MUST(out.weight == 2.5);
    MUST(leat_set_drop(set));
    job_tx_drop(tx);
    job_rx_drop(rx);
}
END_TEST

START_TEST(every_name_does_what_its_leat_name_does)
{
    byte_tx *tx;
    byte_rx *rx;
    unsigned char byte = 200;
    RC(byte_chan_new(&tx, &rx, 4, NULL), 0);
    leat_chan *chan = byte_tx_chan(tx);
    MUST(byte_tx_clone(tx) == tx);
    MUST(byte_rx_clone(rx) == rx);
    MUST(byte_chan_tx(chan) == tx);
    MUST(byte_chan_rx(chan) == rx);
    SAME(leat_chan_tx_count(chan), 3);
    SAME(leat_chan_rx_count(chan), 3);
    MUST(leat_tx_chan(byte_tx_raw(tx)) == chan);
    MUST(leat_rx_chan(byte_rx_raw(rx)) == chan);
    RC(leat_tx_send(byte_tx_raw(tx), &byte, leat_nowait()), 0);
    byte = 0;
    RC(byte_rx_recv(rx, &byte, leat_nowait()), 0);
    SAME(byte, 200);
    MUST(!byte_tx_drop(tx));
    MUST(!byte_tx_drop(tx));
    MUST(!byte_rx_drop(rx));
    MUST(!byte_rx_drop(rx));
    byte_tx_close_because(tx, 12);
    byte_rx_close_because(rx, 13);
    byte_tx_close(tx);
    byte_rx_close(rx);
    byte_rx_abort(rx);
    SAME(leat_chan_close_reason(chan), 12);
    RC(byte_tx_send(tx, &byte, leat_forever()), LEAT_ECLOSED);
    MUST(byte_tx_drop(tx));
    MUST(byte_chan_tx(chan) == NULL);
    MUST(byte_rx_drop(rx));
    MUST(!byte_tx_drop(NULL));
    MUST(!byte_rx_drop(NULL));
}
END_TEST

START_TEST(a_typed_channel_that_can_not_be_leaves_the_handles)
{
    either_tx *tx = NULL;
    either_rx *rx = NULL;
    RC(either_chan_new(&tx, &rx, 1, LEAT_CHAN_OPTS(.flags = 0x100)),
       LEAT_EINVAL);
    RC(either_chan_new(&tx, &rx, LEAT_UNBOUNDED - 1, NULL), LEAT_ENOMEM);
    MUST(tx == NULL && rx == NULL);
    RC(either_chan_new(&tx, &rx, 1, NULL), 0);
    either_tx_drop(tx);
    either_rx_drop(rx);
}
END_TEST

START_TEST(batches_peeks_and_force_are_typed_too)
{
    num_tx *tx;
    num_rx *rx;
    const long long in[4] = {1, 2, 3, 4};
    long long out[4] = {0};
    RC(num_chan_new(&tx, &rx, 3, NULL), 0);
    SAME(num_tx_send_many(tx, in, 4, leat_nowait()), 3);
    RC(num_rx_peek(rx, out, leat_nowait()), 0);
    SAME(out[0], 1);
    RC(num_tx_force(tx, &in[3], out), 1);
    SAME(out[0], 1);
    SAME(num_rx_recv_many(rx, out, 2, leat_nowait()), 2);
    SAME(out[0], 2);
    SAME(out[1], 3);
    SAME(num_rx_drain(rx, out, 4), 1);
    SAME(out[0], 4);
    num_tx_drop(tx);
    num_rx_drop(rx);
}
END_TEST

START_TEST(a_typed_channel_lives_in_memory_of_ours)
{
    static unsigned char mem[4096];
    num_tx *tx;
    num_rx *rx;
    size_t bytes = num_chan_footprint(5, NULL);
    MUST(bytes > 0 && bytes <= sizeof mem);
    RC(num_chan_new_in(&tx, &rx, mem, bytes - 1, 5, NULL), LEAT_EINVAL);
    RC(num_chan_new_in(&tx, &rx, mem, bytes, 5, NULL), 0);
    MUST((unsigned char *)num_tx_chan(tx) >= mem);
    num_tx_drop(tx);
    num_rx_drop(rx);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("typed");
    tcase_add_test(tc, a_struct_goes_through);
    tcase_add_test(tc, size_and_capacity_are_the_types);
    tcase_add_loop_test(tc, an_over_aligned_type_is_aligned, 0, FLAVOURS);
    tcase_add_test(tc, the_options_may_ask_for_more_alignment_not_less);
    tcase_add_test(tc, pointers_are_messages_like_any_other);
    tcase_add_test(tc, a_typed_half_may_travel_in_a_typed_message);
    tcase_add_test(tc, operations_take_typed_messages);
    tcase_add_test(tc, sets_take_typed_cases);
    tcase_add_test(tc, every_name_does_what_its_leat_name_does);
    tcase_add_test(tc, a_typed_channel_that_can_not_be_leaves_the_handles);
    tcase_add_test(tc, batches_peeks_and_force_are_typed_too);
    tcase_add_test(tc, a_typed_channel_lives_in_memory_of_ours);
    return t_run(tc);
}
