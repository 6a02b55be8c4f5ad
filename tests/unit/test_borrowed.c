/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_borrowed.c - broadcast messages that are written and read in place: one copy for
 * all, kept while anybody reads it, and given back once. */
#define _GNU_SOURCE 1
#include "broadcast.h"

#include "parked.h"

static stage s;

static const way placed[] = {
    {"in place", false, LEAT_IN_PLACE},
    {"in place, with a hook", true, LEAT_IN_PLACE},
    {"in place, promised", true, LEAT_IN_PLACE | ONE_BOTH},
};

enum { PLACED = (int)(sizeof placed / sizeof placed[0]) };

static uint64_t *borrowed(leat_rx *rx, uint64_t want)
{
    void *msg = NULL;
    RC(leat_rx_borrow(rx, &msg, leat_nowait()), 0);
    MUST((uintptr_t)msg % 8 == 0);
    SAME(*(uint64_t *)msg, want);
    return msg;
}

static uint64_t *reserved(void)
{
    void *slot = NULL;
    RC(leat_tx_reserve(s.tx, &slot, leat_nowait()), 0);
    return slot;
}

/* The hook has had n messages, if there is one. */
static void hooked_so_far(size_t n)
{
    if (s.hooked)
        SAME(s.bin.n, n);
}

START_TEST(all_read_the_same_bytes)
{
    stage_blocking(&s, &placed[_i], 2, 3);
    publish(&s, 7, 1);
    uint64_t *msg = borrowed(s.rx[0], 7);
    for (int i = 1; i < 3; i++)
        MUST(borrowed(s.rx[i], 7) == msg);
    for (int i = 0; i < 3; i++) {
        hooked_so_far(0);
        leat_rx_release(s.rx[i], msg);
    }
    hooked_so_far(1);
    leat_rx_release(s.rx[0], NULL);
    stage_clear(&s);
}
END_TEST

START_TEST(what_is_borrowed_holds_capacity)
{
    stage_blocking(&s, &placed[_i], 2, 2);
    publish(&s, 0, 2);
    uint64_t *msg = borrowed(s.rx[0], 0);
    NEXT(s.rx[0], 1);
    gets(s.rx[1], 0, 2);
    hooked_so_far(1); /* the other is free: given back out of turn */
    publish(&s, 2, 1);
    RC(try_send(s.tx, 9), LEAT_EAGAIN);
    MUST(leat_chan_is_full(s.chan));
    SAME(*msg, 0);
    leat_rx_release(s.rx[0], msg);
    hooked_so_far(2);
    publish(&s, 3, 1);
    gets(s.rx[0], 2, 2);
    gets(s.rx[1], 2, 2);
    stage_clear(&s);
}
END_TEST

START_TEST(a_release_lets_the_sender_go_on)
{
    call sender;
    stage_blocking(&s, &placed[_i], 1, 1);
    publish(&s, 0, 1);
    uint64_t *msg = borrowed(s.rx[0], 0);
    call_send(&sender, s.tx, 1, leat_forever());
    t_wait_parked(s.chan, LEAT__SEND, 1);
    leat_rx_release(s.rx[0], msg);
    RC(call_end(&sender), 0);
    NEXT(s.rx[0], 1);
    stage_clear(&s);
}
END_TEST

START_TEST(a_lossy_sender_goes_round_what_is_borrowed)
{
    stage_lossy(&s, &placed[_i], 3, 2);
    publish(&s, 0, 3);
    uint64_t *first = borrowed(s.rx[0], 0);
    uint64_t *second = borrowed(s.rx[0], 1);
    publish(&s, 3, 5); /* with one cell */
    SAME(*first, 0);
    SAME(*second, 1);
    hooked_so_far(5); /* 2 to 6 */
    NEXT(s.rx[1], 7);
    SAME(leat_rx_missed(s.rx[1]), 7);
    NEXT(s.rx[0], 7);
    SAME(leat_rx_missed(s.rx[0]), 5);
    leat_rx_release(s.rx[0], second);
    leat_rx_release(s.rx[0], first);
    hooked_so_far(8);
    publish(&s, 8, 3); /* and with three again */
    gets(s.rx[0], 8, 3);
    gets(s.rx[1], 8, 3);
    SAME(leat_rx_missed(s.rx[1]), 0);
    stage_clear(&s);
}
END_TEST

START_TEST(with_all_cells_held_a_lossy_send_fails)
{
    stage_lossy(&s, &placed[_i], 2, 1);
    publish(&s, 0, 2);
    uint64_t *a = borrowed(s.rx[0], 0);
    uint64_t *b = borrowed(s.rx[0], 1);
    RC(send_until(s.tx, 2, leat_forever()), LEAT_EAGAIN);
    void *slot = NULL;
    RC(leat_tx_reserve(s.tx, &slot, leat_forever()), LEAT_EAGAIN);
    MUST(slot == NULL);
    leat_rx_release(s.rx[0], a);
    publish(&s, 2, 1);
    NEXT(s.rx[0], 2);
    SAME(leat_rx_missed(s.rx[0]), 0);
    leat_rx_release(s.rx[0], b);
    stage_clear(&s);
}
END_TEST

START_TEST(reserved_is_sent_at_commit)
{
    stage_blocking(&s, &placed[_i], 2, 2);
    uint64_t *a = reserved();
    uint64_t *b = reserved();
    RC(try_send(s.tx, 9), LEAT_EAGAIN);
    *b = 2;
    RC(leat_tx_commit(s.tx, b), 0);
    for (int i = 0; i < 2; i++)
        leat_rx_release(s.rx[i], borrowed(s.rx[i], 2));
    leat_tx_unreserve(s.tx, a);
    publish(&s, 3, 2);
    gets(s.rx[0], 3, 2);
    gets(s.rx[1], 3, 2);
    a = reserved();
    leave(&s, 0);
    leave(&s, 1);
    *a = 5;
    RC(leat_tx_commit(s.tx, a), 0); /* to nobody */
    hooked_so_far(4);
    a = reserved();
    leat_tx_close(s.tx);
    RC(leat_tx_commit(s.tx, a), LEAT_ECLOSED);
    leat_tx_unreserve(s.tx, a);
    hooked_so_far(4);
    stage_clear(&s);
}
END_TEST

START_TEST(a_lossy_reservation_takes_the_oldest)
{
    stage_lossy(&s, &placed[_i], 2, 1);
    publish(&s, 0, 2);
    uint64_t *slot = reserved();
    hooked_so_far(1);
    *slot = 2;
    RC(leat_tx_commit(s.tx, slot), 0);
    gets(s.rx[0], 1, 2);
    SAME(leat_rx_missed(s.rx[0]), 1);
    stage_clear(&s);
}
END_TEST

typedef struct borrower {
    leat_rx *rx;
    void *msg;
    int rc;
} borrower;

static void *borrow_run(void *arg)
{
    borrower *b = arg;
    b->rc = leat_rx_borrow(b->rx, &b->msg, leat_forever());
    return NULL;
}

START_TEST(who_waits_to_borrow_is_woken)
{
    borrower b[2] = {{0}};
    pthread_t thread[2];
    stage_blocking(&s, &placed[_i], 2, 2);
    for (int i = 0; i < 2; i++) {
        b[i].rx = s.rx[i];
        thread[i] = t_spawn(borrow_run, &b[i]);
        t_wait_parked(leat_rx_chan(s.rx[i]), LEAT__RECV, 1);
    }
    publish(&s, 6, 1);
    for (int i = 0; i < 2; i++) {
        t_join(thread[i]);
        RC(b[i].rc, 0);
        SAME(*(uint64_t *)b[i].msg, 6);
    }
    MUST(b[0].msg == b[1].msg);
    hooked_so_far(0);
    leat_rx_release(s.rx[0], b[0].msg);
    leat_rx_release(s.rx[1], b[1].msg);
    hooked_so_far(1);
    stage_clear(&s);
}
END_TEST

START_TEST(what_is_borrowed_outlives_close_and_abort)
{
    stage_blocking(&s, &placed[_i], 3, 2);
    publish(&s, 0, 3);
    uint64_t *msg = borrowed(s.rx[0], 0);
    leat_tx_close(s.tx);
    leat_rx_abort(s.rx[0]);
    leave(&s, 1);
    hooked_so_far(2);
    SAME(*msg, 0);
    NOTHING(s.rx[0], LEAT_ECLOSED);
    leat_rx_release(s.rx[0], msg);
    hooked_so_far(3);
    stage_clear(&s);
}
END_TEST

static void leaves_with_a_message(void *arg)
{
    (void)arg;
    stage_blocking(&s, &placed[0], 2, 1);
    publish(&s, 1, 1);
    borrowed(s.rx[0], 1);
    leat_rx_drop(s.rx[0]);
}

static void leaves_with_a_slot(void *arg)
{
    (void)arg;
    stage_blocking(&s, &placed[0], 2, 1);
    reserved();
    leat_tx_drop(s.tx);
}

static void releases_twice(void *arg)
{
    (void)arg;
    stage_blocking(&s, &placed[0], 2, 1);
    publish(&s, 1, 1);
    uint64_t *msg = borrowed(s.rx[0], 1);
    leat_rx_release(s.rx[0], msg);
    leat_rx_release(s.rx[0], msg);
}

static void puts_back(void *arg)
{
    (void)arg;
    stage_blocking(&s, &placed[2], 2, 1);
    publish(&s, 1, 1);
    leat_rx_unborrow(s.rx[0], borrowed(s.rx[0], 1));
}

START_TEST(misuse_aborts_with_a_sentence)
{
    t_aborts(leaves_with_a_message, NULL, "leaves with a message borrowed");
    t_aborts(leaves_with_a_slot, NULL, "leaves with a slot reserved");
    t_aborts(releases_twice, NULL, "not a message borrowed by this receiver");
    t_aborts(puts_back, NULL, "cannot be put back");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("borrowed");
    tcase_add_loop_test(tc, all_read_the_same_bytes, 0, PLACED);
    tcase_add_loop_test(tc, what_is_borrowed_holds_capacity, 0, PLACED);
    tcase_add_loop_test(tc, a_release_lets_the_sender_go_on, 0, PLACED);
    tcase_add_loop_test(tc, a_lossy_sender_goes_round_what_is_borrowed, 0,
                        PLACED);
    tcase_add_loop_test(tc, with_all_cells_held_a_lossy_send_fails, 0, PLACED);
    tcase_add_loop_test(tc, reserved_is_sent_at_commit, 0, PLACED);
    tcase_add_loop_test(tc, a_lossy_reservation_takes_the_oldest, 0, PLACED);
    tcase_add_loop_test(tc, who_waits_to_borrow_is_woken, 0, PLACED);
    tcase_add_loop_test(tc, what_is_borrowed_outlives_close_and_abort, 0,
                        PLACED);
    tcase_add_test(tc, misuse_aborts_with_a_sentence);
    return t_run(tc);
}
