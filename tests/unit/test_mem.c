/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_mem.c - memory of the caller's, allocator hooks, and `gone`. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

/* ---- allocators ------------------------------------------------------------------- */

typedef struct meter {
    _Atomic size_t live;
    _Atomic size_t asked;
    _Atomic bool refuses;
} meter;

static void *metered_alloc(size_t bytes, size_t align, void *arg)
{
    meter *m = arg;
    MUST(bytes > 0 && align > 0 && (align & (align - 1)) == 0);
    m->asked++;
    if (m->refuses)
        return NULL;
    m->live++;
    return aligned_alloc(align, (bytes + align - 1) / align * align);
}

static void metered_release(void *mem, void *arg)
{
    meter *m = arg;
    MUST(mem != NULL);
    m->live--;
    free(mem);
}

static void *forbidden_alloc(size_t bytes, size_t align, void *arg)
{
    (void)arg;
    UNIT_FAIL("%zu bytes at %zu were asked for", bytes, align);
    return NULL;
}

static void forbidden_release(void *mem, void *arg)
{
    (void)arg;
    UNIT_FAIL("%p was given back", mem);
}

static void forbid(void)
{
    leat_mem_set(&(leat_mem){forbidden_alloc, forbidden_release, NULL});
}

static void meter_with(meter *m)
{
    leat_mem_set(&(leat_mem){metered_alloc, metered_release, m});
}

START_TEST(hooks_are_asked_for_everything)
{
    const flavour *f = &flavours[_i];
    meter m = {0};
    leat_cancel *token;
    meter_with(&m);
    ends e = ends_new(f);
    RC(leat_cancel_new(&token), 0);
    SAME(m.live, 2);
    fill(e, 0, room(f, 3000));
    MUST(fills(f) || m.live > 3);
    for (size_t i = 0; i < room(f, 3000); i++)
        NEXT(e.rx, i);
    MUST(m.live <= (in_place(f) ? 80 : 12)); /* a burst is given back */
    ends_drop(e);
    leat_cancel_drop(token);
    SAME(m.live, 0);
    leat_mem_set(NULL);
    size_t asked = m.asked;
    e = ends_new(f);
    ends_drop(e);
    SAME(m.asked, asked);
}
END_TEST

START_TEST(hooks_that_refuse_are_out_of_memory)
{
    meter m = {.refuses = true};
    leat_tx *tx = NULL;
    leat_rx *rx = NULL;
    leat_cancel *token = NULL;
    meter_with(&m);
    RC(leat_chan_new(&tx, &rx, 8, 3, NULL), LEAT_ENOMEM);
    RC(leat_cancel_new(&token), LEAT_ENOMEM);
    m.refuses = false;
    RC(leat_chan_new(&tx, &rx, 8, LEAT_UNBOUNDED, NULL), 0);
    m.refuses = true;
    RC(try_send(tx, 1), LEAT_ENOMEM);
    m.refuses = false;
    RC(try_send(tx, 1), 0);
    leat_tx_drop(tx);
    leat_rx_drop(rx);
    SAME(m.live, 0);
}
END_TEST

static void set_half(void *nothing)
{
    (void)nothing;
    leat_mem_set(&(leat_mem){.alloc = forbidden_alloc});
}

START_TEST(an_allocator_has_two_functions)
{
    t_aborts(set_half, NULL, "an allocator has two functions");
}
END_TEST

/* ---- memory of the caller's ---------------------------------------------------------- */

enum { GUARD = 64, ROOM = 1 << 16 };

/* A channel of a flavour somewhere in a field of known bytes. */
typedef struct field {
    unsigned char bytes[GUARD + ROOM + GUARD];
    size_t at;
    size_t used;
    unsigned gone;
} field;

static void field_gone(void *arg)
{
    ((field *)arg)->gone++;
}

static ends ends_in(field *in, const flavour *f, size_t offset)
{
    const leat_chan_opts opts = {.size = sizeof opts,
                                 .flags = f->flags,
                                 .name = "in a field",
                                 .gone = field_gone,
                                 .gone_arg = in};
    ends e = {0};
    memset(in, 0x5c, sizeof *in);
    in->gone = 0;
    in->at = GUARD + offset;
    in->used = leat_chan_footprint(sizeof(uint64_t), f->cap, &opts);
    MUST(in->used > 0 && in->at + in->used <= GUARD + ROOM);
    unsigned char *mem = in->bytes + in->at;
    RC(leat_chan_new_in(&e.tx, &e.rx, mem, in->used - 1, 8, f->cap, &opts),
       LEAT_EINVAL);
    RC(leat_chan_new_in(&e.tx, &e.rx, mem, in->used, 8, f->cap, &opts), 0);
    e.chan = leat_tx_chan(e.tx);
    unit_at = f->name;
    return e;
}

static void untouched_around(const field *in)
{
    for (size_t i = 0; i < sizeof in->bytes; i++) {
        if (i < in->at || i >= in->at + in->used)
            SAME(in->bytes[i], 0x5c);
    }
}

START_TEST(any_address_will_do)
{
    static field in;
    forbid();
    for (int i = 0; i < FLAVOURS; i++) {
        const flavour *f = &flavours[i];
        if (!fills(f))
            continue;
        for (size_t offset = 0; offset < 131; offset += 1 + offset / 3) {
            ends e = ends_in(&in, f, offset);
            for (int round = 0; round < 3; round++) {
                fill(e, 0, f->cap);
                for (size_t j = 0; j < f->cap; j++)
                    NEXT(e.rx, j);
            }
            SAME(in.gone, 0);
            ends_drop(e);
            SAME(in.gone, 1);
            untouched_around(&in);
        }
    }
}
END_TEST

/* Nothing that such a channel does asks for memory, waiting included. */
START_TEST(an_object_in_memory_of_ours_asks_for_none)
{
    const flavour *f = &flavours[_i];
    static field in;
    static unsigned char token_mem[LEAT_CANCEL_BYTES];
    leat_cancel *token;
    if (!fills(f))
        return;
    forbid();
    ends e = ends_in(&in, f, 1);
    RC(leat_cancel_new_in(&token, token_mem, sizeof token_mem, NULL, NULL), 0);
    uint64_t batch[4] = {0};
    call c;
    call_recv(&c, e.rx, leat_or_cancel(leat_in_ms(100000), token));
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 1, leat_forever()), 0);
    RC(call_end(&c), 0);
    call_recv(&c, e.rx, leat_or_cancel(leat_forever(), token));
    t_wait_parked(e.chan, LEAT__RECV, 1);
    leat_cancel_fire(token);
    RC(call_end(&c), LEAT_ECANCELED);
    MUST(leat_tx_send_many(e.tx, batch, 4, leat_nowait()) != 0);
    (void)!leat_tx_force(e.tx, batch, batch);
    (void)!leat_rx_peek(e.rx, batch, leat_nowait());
    (void)!leat_rx_recv_many(e.rx, batch, 4, leat_in_ms(1));
    leat_weak_tx *weak = leat_tx_downgrade(e.tx);
    leat_rx_abort(e.rx);
    ends_drop(e);
    leat_weak_tx_drop(weak);
    MUST(leat_cancel_drop(token));
    SAME(in.gone, 1);
    untouched_around(&in);
}
END_TEST

START_TEST(an_unbounded_channel_grows_elsewhere)
{
    static field in;
    meter m = {0};
    meter_with(&m);
    const flavour f = {"unbounded", LEAT_UNBOUNDED, _i == 0 ? 0 : ONE_BOTH};
    ends e = ends_in(&in, &f, 3);
    SAME(m.live, 0);
    fill(e, 0, 5000);
    MUST(m.live > 5);
    leat_rx_drop(e.rx);
    leat_tx_drop(e.tx);
    SAME(m.live, 0);
    SAME(in.gone, 1);
    untouched_around(&in);
}
END_TEST

START_TEST(what_cannot_be_has_no_footprint)
{
    const leat_chan_opts bad = {.size = sizeof bad, .flags = 0x80000000u};
    unsigned char mem[64];
    leat_tx *tx;
    leat_rx *rx;
    SAME(leat_chan_footprint(8, 4, &bad), 0);
    SAME(leat_chan_footprint(8, SIZE_MAX / 4, NULL), 0);
    RC(leat_chan_new_in(&tx, &rx, mem, sizeof mem, 8, 4, &bad), LEAT_EINVAL);
    RC(leat_chan_new_in(&tx, &rx, mem, sizeof mem, 8, SIZE_MAX / 4, NULL),
       LEAT_ENOMEM);
    RC(leat_chan_new_in(&tx, &rx, mem, sizeof mem, 8, 4, NULL), LEAT_EINVAL);
    leat_cancel *token;
    RC(leat_cancel_new_in(&token, mem, sizeof mem, NULL, NULL), LEAT_EINVAL);
}
END_TEST

/* ---- gone ------------------------------------------------------------------------------- */

static void free_it(void *mem)
{
    free(mem);
}

/* The memory is ours in the hook: whoever lets go last frees it. */
START_TEST(gone_may_free_the_memory)
{
    for (int last = 0; last < 3; last++) {
        leat_tx *tx;
        leat_rx *rx;
        size_t bytes = leat_chan_footprint(8, 4, NULL) + 4096;
        void *mem = malloc(bytes);
        RC(leat_chan_new_in(&tx, &rx, mem, bytes, 8, 4,
                            LEAT_CHAN_OPTS(.gone = free_it, .gone_arg = mem)),
           0);
        leat_weak_rx *weak = leat_rx_downgrade(rx);
        if (last != 0)
            leat_tx_drop(tx);
        if (last != 1)
            leat_rx_drop(rx);
        if (last != 2)
            leat_weak_rx_drop(weak);
        if (last == 0)
            leat_tx_drop(tx);
        else if (last == 1)
            leat_rx_drop(rx);
        else
            leat_weak_rx_drop(weak);
    }
}
END_TEST

static void note_gone(void *arg)
{
    bin *b = arg;
    bin_holds(b, 0, 4); /* the last message was discarded before */
    b->n = 99;
}

START_TEST(gone_comes_after_the_last_hook)
{
    bin b = BIN_INIT;
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, 8, 4,
                     LEAT_CHAN_OPTS(.discard = bin_put, .discard_arg = &b,
                                    .gone = note_gone, .gone_arg = &b)),
       0);
    for (uint64_t i = 0; i < 4; i++)
        RC(try_send(tx, i), 0);
    leat_tx_drop(tx);
    leat_rx_drop(rx);
    SAME(b.n, 99);
}
END_TEST

START_TEST(a_token_tells_when_it_is_gone)
{
    static unsigned char mem[LEAT_CANCEL_BYTES + 8];
    static field counts;
    forbid();
    for (size_t at = 0; at < 8; at++) {
        leat_cancel *token;
        counts.gone = 0;
        RC(leat_cancel_new_in(&token, mem + at, LEAT_CANCEL_BYTES, field_gone,
                              &counts),
           0);
        leat_cancel *more = leat_cancel_clone(token);
        MUST(!leat_cancel_drop(token));
        leat_cancel_fire(more);
        MUST(leat_cancel_check(more));
        SAME(counts.gone, 0);
        MUST(leat_cancel_drop(more));
        SAME(counts.gone, 1);
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("mem");
    tcase_add_loop_test(tc, hooks_are_asked_for_everything, 0, FLAVOURS);
    tcase_add_test(tc, hooks_that_refuse_are_out_of_memory);
    tcase_add_test(tc, an_allocator_has_two_functions);
    tcase_add_test(tc, any_address_will_do);
    tcase_add_loop_test(tc, an_object_in_memory_of_ours_asks_for_none, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, an_unbounded_channel_grows_elsewhere, 0, 2);
    tcase_add_test(tc, what_cannot_be_has_no_footprint);
    tcase_add_test(tc, gone_may_free_the_memory);
    tcase_add_test(tc, gone_comes_after_the_last_hook);
    tcase_add_test(tc, a_token_tells_when_it_is_gone);
    return t_run(tc);
}
