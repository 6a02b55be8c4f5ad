/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_memory.c - how much memory channels hold, and when they give it back. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "memory.h"
#include "parked.h"

START_TEST(a_bounded_channel_is_one_block)
{
    const flavour *f = &flavours[_i];
    if (!fills(f))
        return;
    ends e = ends_new(f);
    SAME(memory_live(), 1);
    SAME(memory_asked(), 1);
    for (int round = 0; round < 100; round++) {
        fill(e, 0, room(f, 64));
        for (uint64_t i = 0; i < room(f, 64); i++)
            NEXT(e.rx, i);
    }
    SAME(memory_asked(), 1);
    ends_drop(e);
    SAME(memory_live(), 0);
}
END_TEST

/* The channel, the block in use, the few it may keep: within 1 MiB, however large. */
enum { AT_REST = 10, AT_REST_BYTES = 1 << 20, CELLS_AT_REST = 80 };

START_TEST(a_burst_is_given_back)
{
    const flavour *f = &flavours[_i];
    if (fills(f) || in_place(f)) /* test_place has the cells */
        return;
    enum { N = 200000 };
    ends e = ends_new(f);
    for (int burst = 0; burst < 3; burst++) {
        memory_relent();
        fill(e, 0, N);
        size_t grown = memory_live();
        size_t bytes = memory_bytes();
        MUST(grown > 50);
        MUST(bytes >= N * sizeof(uint64_t));
        MUST(bytes <= 2 * N * sizeof(uint64_t)); /* nor is it wasteful */
        for (uint64_t i = 0; i < N; i++) {
            NEXT(e.rx, i);
            if (i % 10000 ==
                0) { /* it goes with the messages, not at the end */
                size_t left = (grown - 1) * (size_t)(N - i) / N;
                MUST(memory_live() <= left + AT_REST + 1);
            }
        }
        MUST(memory_live() <= AT_REST);
        MUST(memory_bytes() <= AT_REST_BYTES);
    }
    ends_drop(e);
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(a_short_queue_does_not_allocate_for_each_message)
{
    const flavour *f = &flavours[_i];
    if (fills(f) || in_place(f)) /* test_place has the cells */
        return;
    ends e = ends_new(f);
    uint64_t in = 0;
    uint64_t out = 0;
    memory_relent();
    fill(e, 0, 10);
    in = 10;
    while (in < 50000) {
        RC(try_send(e.tx, in++), 0);
        NEXT(e.rx, out++);
    }
    MUST(memory_asked() <= 3);
    MUST(memory_live() <= AT_REST);
    ends_drop(e);
}
END_TEST

/* Up and down over the edge of a block, wherever it is. */
START_TEST(going_up_and_down_does_not_allocate)
{
    const flavour *f = &flavours[_i];
    if (fills(f) || in_place(f)) /* test_place has the cells */
        return;
    ends e = ends_new(f);
    uint64_t in = 0;
    uint64_t out = 0;
    for (size_t level = 0; level < 1200; level += 7) {
        while (in - out < level)
            RC(try_send(e.tx, in++), 0);
        memory_relent();
        for (int i = 0; i < 20; i++) {
            RC(try_send(e.tx, in++), 0);
            RC(try_send(e.tx, in++), 0);
            NEXT(e.rx, out++);
            NEXT(e.rx, out++);
        }
        MUST(memory_asked() <= 2);
    }
    ends_drop(e);
    SAME(memory_live(), 0);
}
END_TEST

START_TEST(large_messages_have_blocks_of_their_own)
{
    const flavour *f = &flavours[_i];
    if (fills(f) || in_place(f)) /* test_place has the cells */
        return;
    enum { BYTES = 65536, N = 40 };
    unsigned char *msg = malloc(BYTES);
    ends e = ends_hooked(f, BYTES, NULL, NULL);
    for (int i = 0; i < N; i++) {
        memset(msg, i, BYTES);
        RC(leat_tx_send(e.tx, msg, leat_nowait()), 0);
    }
    MUST(memory_bytes() >= (size_t)N * BYTES);
    MUST(memory_bytes() <= (size_t)(N + 2) * (BYTES + 4096));
    for (int i = 0; i < N; i++) {
        RC(leat_rx_recv(e.rx, msg, leat_nowait()), 0);
        MUST(msg[0] == i && msg[BYTES - 1] == i);
        MUST(memory_live() <= (size_t)(N - i) + AT_REST);
    }
    MUST(memory_live() <= AT_REST);
    ends_drop(e);
    SAME(memory_live(), 0);
    free(msg);
}
END_TEST

/* The ways to end with much queued all give it back; the receiver's drop at once,
 * while senders are still there. */
START_TEST(the_end_gives_all_back)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 5000);
    size_t at_rest = in_place(f) ? CELLS_AT_REST : AT_REST;
    for (int how = 0; how < 4; how++) {
        ends e = ends_new(f);
        fill(e, 0, n);
        switch (how) {
        case 0:
            leat_rx_drop(e.rx);
            MUST(memory_live() <= at_rest);
            leat_tx_drop(e.tx);
            break;
        case 1:
            leat_tx_drop(e.tx);
            leat_rx_drop(e.rx);
            break;
        case 2:
            leat_rx_abort(e.rx);
            NOTHING(e.rx, LEAT_ECLOSED);
            MUST(memory_live() <= at_rest);
            ends_drop(e);
            break;
        default:
            for (uint64_t i = 0; i < n / 2; i++)
                NEXT(e.rx, i);
            leat_tx_close(e.tx);
            ends_drop(e);
            break;
        }
        SAME(memory_live(), 0);
    }
}
END_TEST

START_TEST(an_unused_unbounded_channel_is_one_block)
{
    const flavour *f = &flavours[_i];
    if (fills(f) || in_place(f)) /* test_place has the cells */
        return;
    ends e = ends_new(f);
    SAME(memory_live(), 1);
    NOTHING(e.rx, LEAT_EAGAIN);
    SAME(memory_live(), 1);
    ends_drop(e);
    SAME(memory_live(), 0);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("memory");
    tcase_add_loop_test(tc, a_bounded_channel_is_one_block, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_burst_is_given_back, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_short_queue_does_not_allocate_for_each_message, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, going_up_and_down_does_not_allocate, 0, FLAVOURS);
    tcase_add_loop_test(tc, large_messages_have_blocks_of_their_own, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, the_end_gives_all_back, 0, FLAVOURS);
    tcase_add_loop_test(tc, an_unused_unbounded_channel_is_one_block, 0,
                        FLAVOURS);
    return t_run(tc);
}
