/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_payload.c - messages of every kind: zeros and ones of many types, pointers,
 * nothing at all, and channels themselves. */
#define _GNU_SOURCE 1
#include "semantics.h"

/* ---- each type, all zeros and all ones in turn ------------------------------------------ */

struct big {
    uint64_t a, b, c, d;
};

struct big_tail { /* ends before its size does */
    uint64_t a, b, c;
    uint8_t d;
};

struct padded { /* has a hole */
    bool a;
    uint8_t b;
    uint32_t c;
};

struct text {
    const char *at;
    size_t n;
};

static uint64_t zero_on_heap;
static uint64_t ones_on_heap = UINT64_MAX;

/* Two values of a type, and its name. */
struct type {
    const char *name;
    size_t bytes;
    const void *zero;
    const void *ones;
};

/* clang-format off */
#define TYPE(T, zero_, ones_)                                                  \
    {#T, sizeof(T), &(const T){zero_}, &(const T){ones_}}
/* clang-format on */

typedef uint64_t *boxed;

static const struct type types[] = {
    TYPE(uint8_t, 0, UINT8_MAX),
    TYPE(uint16_t, 0, UINT16_MAX),
    TYPE(uint32_t, 0, UINT32_MAX),
    TYPE(uint64_t, 0, UINT64_MAX),
    TYPE(boxed, &zero_on_heap, &ones_on_heap),
    {"struct big", sizeof(struct big), &(const struct big){0, 0, 0, 0},
     &(const struct big){UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}},
    {"struct text", sizeof(struct text), &(const struct text){"", 0},
     &(const struct text){"not empty", 9}},
    {"struct big_tail", sizeof(struct big_tail),
     &(const struct big_tail){0, 0, 0, 0},
     &(const struct big_tail){UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT8_MAX}},
    {"struct padded", sizeof(struct padded),
     &(const struct padded){false, 0, 0},
     &(const struct padded){true, UINT8_MAX, UINT32_MAX}},
};

enum { TYPES = (int)(sizeof types / sizeof types[0]) };

struct alternating {
    leat_tx *tx;
    const struct type *type;
    unsigned n;
};

static void *alternate(void *arg)
{
    struct alternating *a = arg;
    for (unsigned i = 0; i < a->n; i++) {
        RC(leat_tx_send(a->tx, a->type->zero, leat_forever()), 0);
        RC(leat_tx_send(a->tx, a->type->ones, leat_forever()), 0);
    }
    return NULL;
}

START_TEST(zeros_and_ones_arrive_whole)
{
    unsigned char got[64];
    for (int i = 0; i < TYPES; i++) {
        const struct type *type = &types[i];
        ends e = ends_hooked(&flavours[_i], type->bytes, NULL, NULL);
        struct alternating a = {e.tx, type, t_scaled(200)};
        pthread_t sender = t_spawn(alternate, &a);
        for (unsigned k = 0; k < 2 * a.n; k++) {
            RC(leat_rx_recv(e.rx, got, leat_forever()), 0);
            if (memcmp(got, k % 2 == 0 ? type->zero : type->ones,
                       type->bytes) != 0)
                UNIT_FAIL("%s is damaged [%s]", type->name, unit_at);
        }
        t_join(sender);
        ends_drop(e);
    }
}
END_TEST

/* ---- what a message points at goes along ---------------------------------------------------- */

START_TEST(a_pointer_leads_to_what_was_there)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    for (uint64_t i = 0; i < 10; i++) {
        given g;
        uint64_t *box = malloc(sizeof *box);
        *box = 10 + i;
        give(&g, f, e.tx, (uint64_t)(uintptr_t)box);
        uint64_t got;
        RC(leat_rx_recv(e.rx, &got, leat_forever()), 0);
        given_away(&g);
        MUST(got == (uintptr_t)box);
        SAME(*(uint64_t *)(uintptr_t)got, 10 + i);
        free(box);
    }
    ends_drop(e);
}
END_TEST

/* ---- no bytes ------------------------------------------------------------------------------------ */

static void *send_nothing(void *tx)
{
    for (int i = 0; i < 10; i++) {
        leat__os_nap();
        RC(leat_tx_send(tx, NULL, leat_forever()), 0);
    }
    return NULL;
}

/* Empty messages, aligned as nothing needs it, to a receiver that waits for each. */
START_TEST(aligned_messages_of_no_bytes_arrive)
{
    const flavour *f = &flavours[_i];
    leat_tx *tx;
    leat_rx *rx;
    RC(leat_chan_new(&tx, &rx, 0, f->cap,
                     LEAT_CHAN_OPTS(.flags = f->flags, .msg_align = 1024)),
       0);
    pthread_t sender = t_spawn(send_nothing, tx);
    for (int i = 0; i < 10; i++)
        RC(leat_rx_recv(rx, NULL, leat_forever()), 0);
    t_join(sender);
    RC(leat_rx_recv(rx, NULL, leat_nowait()), LEAT_EAGAIN);
    leat_tx_drop(tx);
    leat_rx_drop(rx);
}
END_TEST

START_TEST(a_channel_of_nothing_can_be_made)
{
    ends e = ends_hooked(&flavours[_i], 0, NULL, NULL);
    SAME(leat_chan_msg_bytes(e.chan), 0);
    SAME(leat_chan_len(e.chan), 0);
    ends_drop(e);
}
END_TEST

/* ---- channels in channels ------------------------------------------------------------------------- */

struct line {
    flavour f;
    unsigned n;
    leat_tx *tx;
    leat_rx *rx;
};

/* Each message is the receiving half of the channel on which the next one comes. */
static void *lay_the_line(void *arg)
{
    struct line *l = arg;
    leat_tx *tx = l->tx;
    for (unsigned i = 0; i < l->n; i++) {
        ends next = ends_hooked(&l->f, sizeof(leat_rx *), NULL, NULL);
        RC(leat_tx_send(tx, &next.rx, leat_forever()), 0);
        MUST(leat_tx_drop(tx));
        tx = next.tx;
    }
    MUST(leat_tx_drop(tx));
    return NULL;
}

START_TEST(a_channel_through_a_channel_through_a_channel)
{
    ends e = ends_hooked(&flavours[_i], sizeof(leat_rx *), NULL, NULL);
    struct line l = {flavours[_i], t_scaled(1000), e.tx, e.rx};
    pthread_t sender = t_spawn(lay_the_line, &l);
    leat_rx *rx = e.rx;
    for (unsigned i = 0; i < l.n; i++) {
        leat_rx *next;
        RC(leat_rx_recv(rx, &next, leat_forever()), 0);
        MUST(leat_rx_drop(rx));
        rx = next;
    }
    t_join(sender);
    is_over(rx);
    MUST(leat_rx_drop(rx));
}
END_TEST

START_TEST(a_channel_out_of_a_channel_takes_a_message_at_once)
{
    ends outer = ends_cap(1);
    ends inner = ends_cap(1);
    leat_tx *tx;
    RC(leat_tx_send(outer.tx, &inner.tx, leat_forever()), 0);
    RC(leat_rx_recv(outer.rx, &tx, leat_nowait()), 0);
    RC(try_send(tx, 2), 0);
    COMES(inner.rx, 2);
    ends_drop(inner);
    ends_drop(outer);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("payload");
    tcase_add_loop_test(tc, zeros_and_ones_arrive_whole, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_pointer_leads_to_what_was_there, 0, FLAVOURS);
    tcase_add_loop_test(tc, aligned_messages_of_no_bytes_arrive, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_channel_of_nothing_can_be_made, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_channel_through_a_channel_through_a_channel, 0,
                        FLAVOURS);
    tcase_add_test(tc, a_channel_out_of_a_channel_takes_a_message_at_once);
    return t_run(tc);
}
