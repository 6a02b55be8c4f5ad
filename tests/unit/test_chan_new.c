/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_chan_new.c - creating channels: sizes, alignments, options, and what can
 * not be. */
#define _GNU_SOURCE 1
#include "unit.h"

#include <errno.h>
#include <stdatomic.h>

#include <stddef.h>

/* The sanitizers end a program that asks for more than there is, where a malloc
 * says no; so there the answer is ours. */
int __real_posix_memalign(void **mem, size_t align, size_t bytes);
int __wrap_posix_memalign(void **mem, size_t align, size_t bytes);

int __wrap_posix_memalign(void **mem, size_t align, size_t bytes)
{
    if (UNIT_SANITIZED && bytes > (size_t)1 << 40)
        return ENOMEM;
    return __real_posix_memalign(mem, align, bytes);
}

/* ---- what a new channel is ------------------------------------------------------ */

START_TEST(a_new_channel_is_empty_and_open)
{
    const flavour *f = &flavours[_i];
    ends e = ends_hooked(f, 24, NULL, NULL);
    MUST(leat_rx_chan(e.rx) == e.chan);
    SAME(leat_chan_cap(e.chan), f->cap);
    SAME(leat_chan_msg_bytes(e.chan), 24);
    SAME(leat_chan_len(e.chan), 0);
    MUST(leat_chan_is_empty(e.chan));
    MUST(leat_chan_is_full(e.chan) == (f->cap == 0));
    MUST(!leat_chan_is_closed(e.chan));
    SAME(leat_chan_close_reason(e.chan), 0);
    SAME(leat_chan_tx_count(e.chan), 1);
    SAME(leat_chan_rx_count(e.chan), 1);
    MUST(strcmp(leat_chan_name(e.chan), f->name) == 0);
    ends_drop(e);
}
END_TEST

START_TEST(no_options_are_the_defaults)
{
    leat_tx *tx;
    leat_rx *rx;
    leat_chan_opts zero = {.size = sizeof zero};
    for (int i = 0; i < 2; i++) {
        RC(leat_chan_new(&tx, &rx, 8, 4, i == 0 ? NULL : &zero), 0);
        leat_chan *chan = leat_tx_chan(tx);
        MUST(strcmp(leat_chan_name(chan), "") == 0);
        SAME(leat_chan_cap(chan), 4);
        leat_tx *clone = leat_tx_clone(tx); /* nothing is promised */
        MUST(!leat_tx_drop(clone));
        leat_rx_drop(rx);
        leat_tx_drop(tx);
    }
}
END_TEST

/* ---- bytes arrive as they were --------------------------------------------------- */

static const size_t sizes[] = {
    0,     1,     2,     3,     4,      5,       6,    7,    8,    9,
    11,    12,    15,    16,    17,     23,      24,   31,   32,   33,
    48,    63,    64,    65,    100,    127,     128,  129,  255,  256,
    257,   1000,  1024,  4064,  4080,   4081,    4095, 4096, 4097, 8191,
    10007, 65535, 65536, 65537, 262147, 1048576,
};

enum { SIZES = (int)(sizeof sizes / sizeof sizes[0]), GUARD = 64 };

static unsigned char byte_of(size_t round, size_t at)
{
    return (unsigned char)(round * 131 + at * 7 + (at >> 8));
}

struct parcel {
    leat_tx *tx;
    size_t rounds;
    size_t bytes;
    size_t skew;
};

static void *send_parcels(void *arg)
{
    struct parcel *p = arg;
    unsigned char *buffer = malloc(p->bytes + p->skew + 1);
    for (size_t round = 0; round < p->rounds; round++) {
        for (size_t at = 0; at < p->bytes; at++)
            buffer[p->skew + at] = byte_of(round, at);
        RC(leat_tx_send(p->tx, buffer + p->skew, leat_forever()), 0);
    }
    free(buffer);
    return NULL;
}

/* One size through one channel, from and to addresses that are aligned to
 * nothing, between guards that nobody may touch. */
static void post(const flavour *f, size_t bytes, size_t skew)
{
    ends e = ends_hooked(f, bytes, NULL, NULL);
    struct parcel p = {.tx = e.tx,
                       .rounds = bytes > 70000 ? 2 : 4,
                       .bytes = bytes,
                       .skew = skew};
    pthread_t thread;
    unsigned char *buffer = malloc(bytes + skew + 2 * GUARD);
    thread = t_spawn(send_parcels, &p);
    for (size_t round = 0; round < p.rounds; round++) {
        memset(buffer, 0xee, bytes + skew + 2 * GUARD);
        unsigned char *msg = buffer + GUARD + skew;
        RC(leat_rx_recv(e.rx, msg, leat_forever()), 0);
        for (size_t at = 0; at < bytes; at++) {
            if (msg[at] != byte_of(round, at))
                UNIT_FAIL("byte %zu of %zu [%s]", at, bytes, f->name);
        }
        for (size_t at = 0; at < GUARD; at++)
            MUST(buffer[at] == 0xee && msg[bytes + at] == 0xee);
    }
    t_join(thread);
    free(buffer);
    ends_drop(e);
}

START_TEST(every_size_arrives_whole)
{
    for (size_t i = 0; i < SIZES; i++)
        post(&flavours[_i], sizes[i], i % 2);
}
END_TEST

START_TEST(messages_lie_apart_in_the_queue)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 12);
    for (size_t bytes = 1; bytes < 200; bytes++) {
        ends e = ends_hooked(f, bytes, NULL, NULL);
        unsigned char msg[200];
        for (size_t i = 0; i < n; i++) {
            memset(msg, (int)(i + 1), bytes);
            RC(leat_tx_send(e.tx, msg, leat_nowait()), 0);
        }
        for (size_t i = 0; i < n; i++) {
            RC(leat_rx_recv(e.rx, msg, leat_nowait()), 0);
            for (size_t at = 0; at < bytes; at++)
                SAME(msg[at], i + 1);
        }
        ends_drop(e);
    }
}
END_TEST

struct padded {
    char a;
    double b;
    char c;
    long double d;
    char e;
};

START_TEST(padding_arrives_too)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    ends e = ends_hooked(f, sizeof(struct padded), NULL, NULL);
    unsigned char sent[sizeof(struct padded)];
    unsigned char got[sizeof(struct padded)];
    for (size_t i = 0; i < sizeof sent; i++)
        sent[i] = (unsigned char)(200 - i);
    memset(got, 0, sizeof got);
    RC(leat_tx_send(e.tx, sent, leat_nowait()), 0);
    RC(leat_rx_recv(e.rx, got, leat_nowait()), 0);
    MUST(memcmp(sent, got, sizeof sent) == 0);
    ends_drop(e);
}
END_TEST

START_TEST(the_message_is_copied_not_kept)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    ends e = ends_new(f);
    uint64_t value = 1;
    RC(leat_tx_send(e.tx, &value, leat_nowait()), 0);
    value = 2;
    NEXT(e.rx, 1);
    ends_drop(e);
}
END_TEST

START_TEST(messages_of_no_bytes_are_counted)
{
    const flavour *f = &flavours[_i];
    ends e = ends_hooked(f, 0, NULL, NULL);
    size_t n = room(f, 5000);
    for (size_t i = 0; i < n; i++)
        RC(leat_tx_send(e.tx, NULL, leat_nowait()), 0);
    if (fills(f))
        RC(leat_tx_send(e.tx, NULL, leat_nowait()), LEAT_EAGAIN);
    SAME(leat_chan_len(e.chan), n);
    for (size_t i = 0; i < n; i++)
        RC(leat_rx_recv(e.rx, NULL, leat_nowait()), 0);
    RC(leat_rx_recv(e.rx, NULL, leat_nowait()), LEAT_EAGAIN);
    ends_drop(e);
}
END_TEST

struct back_and_forth {
    ends e;
    atomic_bool over;
};

static void *one_at_a_time(void *arg)
{
    struct back_and_forth *b = arg;
    uint64_t value;
    while (!atomic_load_explicit(&b->over, memory_order_relaxed)) {
        RC(try_send(b->e.tx, 1), 0);
        RC(try_recv(b->e.rx, &value), 0);
    }
    return NULL;
}

/* A third thread looks while the counts of both ends run. */
START_TEST(the_length_is_one_that_it_had)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return; /* nobody to meet */
    struct back_and_forth b = {.e = ends_new(f)};
    pthread_t mover = t_spawn(one_at_a_time, &b);
    for (unsigned look = 0; look < t_scaled(1000000); look++) {
        MUST(leat_chan_len(b.e.chan) <= 1);
        MUST(!leat_chan_is_full(b.e.chan) || f->cap == 1);
    }
    atomic_store(&b.over, true);
    t_join(mover);
    ends_drop(b.e);
}
END_TEST

START_TEST(no_bytes_and_any_capacity)
{
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, 0, LEAT_UNBOUNDED - 1, NULL), 0);
    for (int i = 0; i < 100; i++)
        RC(leat_tx_send(tx, NULL, leat_nowait()), 0);
    SAME(leat_chan_len(leat_tx_chan(tx)), 100);
    MUST(!leat_chan_is_full(leat_tx_chan(tx)));
    leat_tx_drop(tx);
    for (int i = 0; i < 100; i++)
        RC(leat_rx_recv(rx, NULL, leat_nowait()), 0);
    RC(leat_rx_recv(rx, NULL, leat_nowait()), LEAT_ECLOSED);
    leat_rx_drop(rx);
}
END_TEST

START_TEST(a_million_of_one_byte)
{
    const uint32_t flags[] = {0, ONE_BOTH};
    const size_t cap = t_scaled(1000003);
    for (int i = 0; i < 2; i++) {
        flavour f = {"a million", cap, flags[i]};
        ends e = ends_hooked(&f, 1, NULL, NULL);
        for (size_t k = 0; k < cap; k++) {
            unsigned char byte = (unsigned char)(k % 251);
            RC(leat_tx_send(e.tx, &byte, leat_nowait()), 0);
        }
        unsigned char byte = 0;
        RC(leat_tx_send(e.tx, &byte, leat_nowait()), LEAT_EAGAIN);
        MUST(leat_chan_is_full(e.chan));
        for (size_t k = 0; k < cap; k++) {
            RC(leat_rx_recv(e.rx, &byte, leat_nowait()), 0);
            SAME(byte, k % 251);
        }
        ends_drop(e);
    }
}
END_TEST

/* ---- alignment --------------------------------------------------------------------- */

struct aligned {
    size_t align;
    size_t n;
};

static void must_be_aligned(void *msg, void *arg)
{
    struct aligned *a = arg;
    SAME((uintptr_t)msg % a->align, 0);
    a->n++;
}

/* Every queued message lies at a multiple of align, as the hook sees. */
static void check_align(const flavour *f, size_t bytes, size_t asked,
                        size_t align)
{
    leat_tx *tx;
    leat_rx *rx;
    struct aligned a = {.align = align};
    unsigned char *msg = calloc(1, bytes + 1);
    RC(leat_chan_new(&tx, &rx, bytes, f->cap,
                     LEAT_CHAN_OPTS(.flags = f->flags, .msg_align = asked,
                                    .discard = must_be_aligned,
                                    .discard_arg = &a)),
       0);
    size_t n = room(f, 9);
    for (size_t i = 0; i < n; i++)
        RC(leat_tx_send(tx, msg, leat_nowait()), 0);
    leat_rx_drop(rx);
    SAME(a.n, n);
    leat_tx_drop(tx);
    free(msg);
}

START_TEST(every_alignment_up_to_a_page)
{
    const size_t some[] = {0, 1, 3, 8, 24, 100, 4096, 5000};
    for (size_t align = 1; align <= LEAT_MSG_ALIGN_MAX; align *= 2) {
        for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
            check_align(&flavours[_i], some[i], align, align);
    }
}
END_TEST

START_TEST(the_alignment_a_size_can_need_is_the_default)
{
    const size_t want[][2] = {{1, 1},   {2, 2},     {3, 1},  {4, 4},   {8, 8},
                              {12, 4},  {16, 16},   {24, 8}, {32, 16}, {40, 8},
                              {48, 16}, {4096, 16}, {6, 2}};
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
        check_align(&flavours[_i], want[i][0], 0, want[i][1]);
}
END_TEST

START_TEST(over_aligned_bytes_arrive_whole)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 9);
    leat_tx *tx;
    leat_rx *rx;
    for (size_t align = 32; align <= LEAT_MSG_ALIGN_MAX; align *= 2) {
        RC(leat_chan_new(&tx, &rx, 40, f->cap,
                         LEAT_CHAN_OPTS(.flags = f->flags, .msg_align = align)),
           0);
        unsigned char msg[40];
        for (size_t i = 0; i < n; i++) {
            memset(msg, (int)(i + align), sizeof msg);
            RC(leat_tx_send(tx, msg, leat_nowait()), 0);
        }
        for (size_t i = 0; i < n; i++) {
            RC(leat_rx_recv(rx, msg, leat_nowait()), 0);
            for (size_t at = 0; at < sizeof msg; at++)
                SAME(msg[at], (unsigned char)(i + align));
        }
        leat_tx_drop(tx);
        leat_rx_drop(rx);
    }
}
END_TEST

/* ---- options ------------------------------------------------------------------------ */

START_TEST(the_name_is_copied)
{
    enum { LONG = 10000 };
    char *name = malloc(LONG + 1);
    memset(name, 'x', LONG);
    name[LONG] = '\0';
    leat_tx *tx;
    leat_rx *rx;
    leat_chan_opts opts = {.size = sizeof opts, .name = name};
    RC(leat_chan_new(&tx, &rx, 8, 3, &opts), 0);
    memset(name, 'y', LONG);
    const char *kept = leat_chan_name(leat_rx_chan(rx));
    SAME(strlen(kept), LONG);
    SAME(strspn(kept, "x"), LONG);
    free(name);
    uint64_t value = 1; /* the slots are beside it, not in it */
    for (int i = 0; i < 3; i++)
        RC(leat_tx_send(tx, &value, leat_nowait()), 0);
    SAME(strspn(kept, "x"), LONG);
    leat_tx_drop(tx);
    leat_rx_drop(rx);
}
END_TEST

START_TEST(options_are_not_kept)
{
    bin b = BIN_INIT;
    leat_tx *tx;
    leat_rx *rx;
    leat_chan_opts opts = {
        .size = sizeof opts, .discard = bin_put, .discard_arg = &b};
    RC(leat_chan_new(&tx, &rx, 8, 3, &opts), 0);
    memset(&opts, 0xff, sizeof opts);
    RC(try_send(tx, 5), 0);
    leat_rx_drop(rx);
    bin_holds(&b, 5, 1);
    leat_tx_drop(tx);
}
END_TEST

/* Creation fails with rc and leaves the two handles alone. */
static void refuses(int rc, size_t bytes, size_t cap,
                    const leat_chan_opts *opts)
{
    int here;
    leat_tx *tx = (leat_tx *)(void *)&here;
    leat_rx *rx = (leat_rx *)(void *)&here;
    RC(leat_chan_new(&tx, &rx, bytes, cap, opts), rc);
    MUST((void *)tx == (void *)&here);
    MUST((void *)rx == (void *)&here);
}

START_TEST(options_that_can_not_be)
{
    const size_t aligns[] = {
        3,    5,    6,        12,
        4095, 8192, SIZE_MAX, (size_t)1 << (sizeof(size_t) * 8 - 1)};
    for (size_t i = 0; i < sizeof aligns / sizeof aligns[0]; i++)
        refuses(LEAT_EINVAL, 8, 1, LEAT_CHAN_OPTS(.msg_align = aligns[i]));
    const uint32_t flags[] = {0x10, 0x80000000, 0x1f, UINT32_MAX};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        refuses(LEAT_EINVAL, 8, 1, LEAT_CHAN_OPTS(.flags = flags[i]));
    const size_t wrong[] = {0, 1, sizeof(leat_chan_opts) - 1,
                            sizeof(leat_chan_opts) + 8, SIZE_MAX};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        leat_chan_opts opts = {.size = wrong[i]};
        refuses(LEAT_EINVAL, 8, 1, &opts);
        refuses(LEAT_EINVAL, 8, 0, &opts);
        refuses(LEAT_EINVAL, 8, LEAT_UNBOUNDED, &opts);
    }
}
END_TEST

START_TEST(options_that_can_not_be_of_a_type)
{
    int here;
    leat_tx *tx = (leat_tx *)(void *)&here;
    leat_rx *rx = (leat_rx *)(void *)&here;
    leat_chan_opts opts =
        leat_chan_opts_aligned(LEAT_CHAN_OPTS(.msg_align = 16), 8);
    SAME(opts.msg_align, 16);
    opts = leat_chan_opts_aligned(LEAT_CHAN_OPTS(.msg_align = 8), 64);
    SAME(opts.msg_align, 64);
    /* the type's alignment does not mend what was asked for */
    opts = leat_chan_opts_aligned(LEAT_CHAN_OPTS(.msg_align = 3), 8);
    RC(leat_chan_new(&tx, &rx, 8, 1, &opts), LEAT_EINVAL);
    opts = leat_chan_opts_aligned(NULL, 8192);
    RC(leat_chan_new(&tx, &rx, 8, 1, &opts), LEAT_EINVAL);
    opts = leat_chan_opts_aligned(LEAT_CHAN_OPTS(.flags = 0x40), 8);
    RC(leat_chan_new(&tx, &rx, 8, 1, &opts), LEAT_EINVAL);
    leat_chan_opts unsized = {0};
    opts = leat_chan_opts_aligned(&unsized, 8);
    RC(leat_chan_new(&tx, &rx, 8, 1, &opts), LEAT_EINVAL);
}
END_TEST

START_TEST(more_than_an_address_space)
{
    const size_t many[][2] = {
        {8, LEAT_UNBOUNDED - 1},
        {1, LEAT_UNBOUNDED - 1},
        {SIZE_MAX, 1},
        {SIZE_MAX, 0},
        {SIZE_MAX - 15, 2},
        {SIZE_MAX / 2, 2},
        {SIZE_MAX / 2 + 1, 2},
        {(size_t)1 << 32, (size_t)1 << 32},
        {((size_t)1 << 32) + 1, (size_t)1 << 32},
        {65536, (size_t)1 << 48},
        {65536, ((size_t)1 << 48) + 1},
        {3, SIZE_MAX / 3},
        {8, SIZE_MAX / 8 - 16},
        {(size_t)1 << 60, 1},
    };
    const uint32_t flags[] = {0, ONE_BOTH};
    for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) {
        for (size_t k = 0; k < 2; k++) {
            if (many[i][1] == 0 && many[i][0] > SIZE_MAX / 2)
                refuses(LEAT_ENOMEM, many[i][0], 0,
                        LEAT_CHAN_OPTS(.flags = flags[k]));
            refuses(LEAT_ENOMEM, many[i][0], many[i][1] == 0 ? 1 : many[i][1],
                    LEAT_CHAN_OPTS(.flags = flags[k]));
            refuses(LEAT_ENOMEM, many[i][0], many[i][1] == 0 ? 1 : many[i][1],
                    LEAT_CHAN_OPTS(.flags = flags[k], .msg_align = 4096));
        }
    }
}
END_TEST

START_TEST(an_unbounded_channel_of_giants_fails_at_the_send)
{
    leat_tx *tx;
    leat_rx *rx;
    /* larger than any address space that there is, smaller than size_t */
    RC(leat_chan_new(&tx, &rx, (size_t)1 << 60, LEAT_UNBOUNDED, NULL), 0);
    char byte = 0;
    RC(leat_tx_send(tx, &byte, leat_forever()), LEAT_ENOMEM);
    SAME(leat_chan_len(leat_tx_chan(tx)), 0);
    leat_tx_drop(tx);
    leat_rx_drop(rx);
}
END_TEST

/* ---- misuse -------------------------------------------------------------------------- */

static void new_without_tx(void *arg)
{
    leat_rx *rx;
    int rc = leat_chan_new(NULL, &rx, 8, 1, arg);
    (void)rc;
}

static void new_without_rx(void *arg)
{
    leat_tx *tx;
    int rc = leat_chan_new(&tx, NULL, 8, 1, arg);
    (void)rc;
}

static void send_nothing(void *arg)
{
    ends *e = arg;
    int rc = leat_tx_send(e->tx, NULL, leat_nowait());
    (void)rc;
}

static void recv_nowhere(void *arg)
{
    ends *e = arg;
    int rc = leat_rx_recv(e->rx, NULL, leat_nowait());
    (void)rc;
}

START_TEST(null_where_it_can_not_be_aborts)
{
    ends e = ends_cap(1);
    t_aborts(new_without_tx, NULL, "leat_chan_new");
    t_aborts(new_without_rx, NULL, "leat_chan_new");
    t_aborts(send_nothing, &e, "leat_tx_send: msg is NULL");
    t_aborts(recv_nowhere, &e, "leat_rx_recv: msg is NULL");
    ends_drop(e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("chan_new");
    tcase_add_loop_test(tc, a_new_channel_is_empty_and_open, 0, FLAVOURS);
    tcase_add_test(tc, no_options_are_the_defaults);
    tcase_add_loop_test(tc, every_size_arrives_whole, 0, FLAVOURS);
    tcase_add_loop_test(tc, messages_lie_apart_in_the_queue, 0, FLAVOURS);
    tcase_add_loop_test(tc, padding_arrives_too, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_message_is_copied_not_kept, 0, FLAVOURS);
    tcase_add_loop_test(tc, messages_of_no_bytes_are_counted, 0, FLAVOURS);
    tcase_add_test(tc, no_bytes_and_any_capacity);
    tcase_add_test(tc, a_million_of_one_byte);
    tcase_add_loop_test(tc, every_alignment_up_to_a_page, 0, FLAVOURS);
    tcase_add_loop_test(tc, the_alignment_a_size_can_need_is_the_default, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, over_aligned_bytes_arrive_whole, 0, FLAVOURS);
    tcase_add_test(tc, the_name_is_copied);
    tcase_add_test(tc, options_are_not_kept);
    tcase_add_loop_test(tc, the_length_is_one_that_it_had, 0, FLAVOURS);
    tcase_add_test(tc, options_that_can_not_be);
    tcase_add_test(tc, options_that_can_not_be_of_a_type);
    tcase_add_test(tc, more_than_an_address_space);
    tcase_add_test(tc, an_unbounded_channel_of_giants_fails_at_the_send);
    tcase_add_test(tc, null_where_it_can_not_be_aborts);
    return t_run(tc);
}
