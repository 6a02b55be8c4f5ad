/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_cancel_time.c - tokens that fire by themselves: at a time, or some time after
 * another. What is asserted of time is that nothing comes before it. */
#define _GNU_SOURCE 1
#include "looped.h"
#include "tokens.h"

#define NS_PER_MS INT64_C(1000000)

/* ---- when is it due? --------------------------------------------------------------- */

START_TEST(a_token_has_no_deadline_at_first)
{
    leat_cancel *token = token_new();
    SAME(leat_cancel_deadline_ns(token), INT64_MAX);
    leat_cancel_fire_at(token, INT64_MAX); /* never */
    SAME(leat_cancel_deadline_ns(token), INT64_MAX);
    MUST(!leat_cancel_check(token));
    leat_cancel_drop(token);
}
END_TEST

START_TEST(the_soonest_deadline_counts)
{
    leat_cancel *token = token_new();
    int64_t at_ns = far_ns();
    leat_cancel_fire_at(token, at_ns);
    leat_cancel_fire_at(token, at_ns + 1);
    SAME(leat_cancel_deadline_ns(token), at_ns);
    leat_cancel_fire_at(token, at_ns - 1);
    SAME(leat_cancel_deadline_ns(token), at_ns - 1);
    MUST(!leat_cancel_check(token));
    RC(leat_cancel_wait(token, leat_nowait()), LEAT_EAGAIN);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(a_past_deadline_fires_at_once)
{
    const int64_t pasts[] = {past_ns(), 1, 0, -1, INT64_MIN};
    for (size_t i = 0; i < sizeof pasts / sizeof pasts[0]; i++) {
        leat_cancel *token = token_new();
        leat_cancel *child = child_of(token);
        leat_cancel_fire_at(token, pasts[i]);
        MUST(leat_cancel_check(token) && leat_cancel_check(child));
        RC(leat_cancel_reason(token), LEAT_ETIMEDOUT);
        RC(leat_cancel_reason(child), LEAT_ETIMEDOUT);
        leat_cancel_fire_because(token, 5);
        RC(leat_cancel_reason(token), LEAT_ETIMEDOUT);
        leat_cancel_drop(child);
        leat_cancel_drop(token);
    }
}
END_TEST

START_TEST(fired_before_it_was_due)
{
    leat_cancel *token = token_new();
    leat_cancel_fire_at(token, far_ns());
    leat_cancel_fire_because(token, 6);
    leat_cancel_fire_at(token, past_ns());
    SAME(leat_cancel_reason(token), 6);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(children_are_due_with_their_parents)
{
    leat_cancel *parent = token_new();
    leat_cancel *early = child_of(parent);
    int64_t at_ns = far_ns();
    leat_cancel_fire_at(parent, at_ns);
    leat_cancel *late = child_of(parent);
    leat_cancel *below = child_of(early);
    SAME(leat_cancel_deadline_ns(early), at_ns);
    SAME(leat_cancel_deadline_ns(late), at_ns);
    SAME(leat_cancel_deadline_ns(below), at_ns);
    leat_cancel_fire_at(early, at_ns - 5);
    SAME(leat_cancel_deadline_ns(below), at_ns - 5);
    SAME(leat_cancel_deadline_ns(parent), at_ns);
    SAME(leat_cancel_deadline_ns(late), at_ns);
    leat_cancel_fire_at(late, at_ns + 5); /* not past its parent's */
    SAME(leat_cancel_deadline_ns(late), at_ns);
    leat_cancel_drop(below);
    leat_cancel_drop(late);
    leat_cancel_drop(early);
    leat_cancel_drop(parent);
}
END_TEST

START_TEST(a_due_child_does_not_fire_its_parent)
{
    leat_cancel *parent = token_new();
    leat_cancel *child = child_of(parent);
    leat_cancel_fire_at(child, soon_ns());
    RC(leat_cancel_wait(child, leat_forever()), 0);
    RC(leat_cancel_reason(child), LEAT_ETIMEDOUT);
    MUST(!leat_cancel_check(parent));
    leat_cancel_drop(child);
    leat_cancel_drop(parent);
}
END_TEST

START_TEST(a_due_parent_is_fired_by_a_wait_of_its_child)
{
    leat_cancel *parent = token_new();
    leat_cancel *child = child_of(parent);
    leat_cancel *sibling = child_of(parent);
    struct waiter w;
    wait_start(&w, sibling, leat_forever());
    t_wait_carried(sibling, 1);
    leat_cancel_fire_at(parent, soon_ns());
    RC(leat_cancel_wait(child, leat_forever()), 0);
    RC(wait_end(&w), 0);
    RC(leat_cancel_reason(sibling), LEAT_ETIMEDOUT);
    RC(leat_cancel_reason(parent), LEAT_ETIMEDOUT);
    leat_cancel_drop(sibling);
    leat_cancel_drop(child);
    leat_cancel_drop(parent);
}
END_TEST

static void note_call(void *called)
{
    *(bool *)called = true;
}

/* A check costs no lock, so it leaves the rest of firing to others. */
START_TEST(a_check_only_asks)
{
    leat_cancel *token = token_new();
    leat_cancel_hook hook;
    bool called = false;
    int64_t at_ns = soon_ns();
    leat_cancel_fire_at(token, at_ns);
    MUST(leat_cancel_on_fire(token, &hook, note_call, &called));
    while (!leat_cancel_check(token))
        leat__os_nap();
    MUST(leat_now_ns() >= at_ns);
    MUST(!called);
    RC(leat_cancel_wait(token, leat_nowait()), 0);
    MUST(called);
    MUST(!leat_cancel_unhook(&hook));
    leat_cancel_drop(token);
}
END_TEST

/* ---- waits with a token that will be due --------------------------------------------- */

START_TEST(a_wait_gives_up_when_its_token_is_due)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *token = token_new();
    int64_t at_ns = soon_ns();
    uint64_t value = UNTOUCHED;
    leat_cancel_fire_at(token, at_ns);
    RC(leat_rx_recv(e.rx, &value, or_cancel(token)), LEAT_ECANCELED);
    MUST(leat_now_ns() >= at_ns);
    SAME(value, UNTOUCHED);
    if (fills(f)) {
        fill(e, 0, room(f, 64));
        RC(send_until(e.tx, 1, or_cancel(token)), LEAT_ECANCELED);
    }
    t_wait_carried(token, 0);
    MUST(leat_cancel_drop(token));
    ends_drop(e);
}
END_TEST

START_TEST(the_sooner_of_two_deadlines_says_why)
{
    ends e = ends_cap(1);
    leat_cancel *token = token_new();
    leat_cancel_fire_at(token, far_ns());
    uint64_t value;
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_in_ms(5), token)),
       LEAT_ETIMEDOUT);
    MUST(!leat_cancel_check(token));
    leat_cancel_fire_at(token, soon_ns());
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_at_ns(far_ns()), token)),
       LEAT_ECANCELED);
    /* both have passed */
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_at_ns(1), token)),
       LEAT_ECANCELED);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(what_is_ready_beats_a_due_token)
{
    ends e = ends_cap(1);
    leat_cancel *token = token_new();
    uint64_t value;
    leat_cancel_fire_at(token, 1);
    RC(send_until(e.tx, 3, or_cancel(token)), 0);
    RC(leat_rx_recv(e.rx, &value, or_cancel(token)), 0);
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_nowait(), token)),
       LEAT_EAGAIN);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(a_deadline_reaches_waits_under_way)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *parent = token_new();
    leat_cancel *token = child_of(parent);
    call c;
    call_recv(&c, e.rx, or_cancel(token));
    t_wait_carried(token, 1);
    leat_cancel_fire_at(parent, far_ns());
    int64_t at_ns = soon_ns();
    leat_cancel_fire_at(parent, at_ns);
    RC(call_end(&c), LEAT_ECANCELED);
    MUST(c.ended_ns >= at_ns);
    SAME(c.value, UNTOUCHED);
    leat_cancel_drop(token);
    leat_cancel_drop(parent);
    ends_drop(e);
}
END_TEST

START_TEST(a_wait_that_was_told_still_gets_its_message)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    leat_cancel *token = token_new();
    call c;
    call_recv(&c, e.rx, or_cancel(token));
    t_wait_parked(e.chan, LEAT__RECV, 1);
    t_wait_carried(token, 1);
    leat_cancel_fire_at(token, far_ns());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(send_until(e.tx, 8, leat_forever()), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 8);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* More than can be woken after the lock is let go. */
START_TEST(a_hundred_waits_are_told)
{
    enum { N = 100 };
    static struct waiter w[N];
    leat_cancel *token = token_new();
    for (int i = 0; i < N; i++)
        wait_start(&w[i], token, leat_forever());
    t_wait_carried(token, N);
    int64_t at_ns = soon_ns();
    leat_cancel_fire_at(token, at_ns);
    for (int i = 0; i < N; i++) {
        RC(wait_end(&w[i]), 0);
        MUST(w[i].ended_ns >= at_ns);
    }
    leat_cancel_drop(token);
}
END_TEST

START_TEST(a_second_token_may_be_due_too)
{
    leat_cancel *token = token_new();
    leat_cancel *other = token_new();
    struct waiter w;
    wait_start(&w, token, or_cancel(other));
    t_wait_carried(other, 1);
    leat_cancel_fire_at(token, far_ns());
    leat_cancel_fire_at(other, soon_ns());
    RC(wait_end(&w), LEAT_ECANCELED);
    MUST(!leat_cancel_check(token));
    leat_cancel_drop(other);
    leat_cancel_drop(token);
}
END_TEST

/* ---- operations of a loop ---------------------------------------------------------------- */

START_TEST(an_operation_ends_when_its_token_is_due)
{
    ends e = ends_new(&flavours[_i]);
    leat_loop *loop = loop_made(NULL);
    leat_cancel *token = token_new();
    told t;
    told_init(&t, loop);
    leat_cancel_fire_at(token, soon_ns());
    told_recv(&t, e.rx, or_cancel(token));
    while (t.times == 0) {
        MUST(due_within(loop, -1));
        leat_loop_dispatch(loop, 64);
    }
    RC(t.rc, LEAT_ECANCELED);
    MUST(t.at_ns >= leat_cancel_deadline_ns(token));
    SAME(t.value, UNTOUCHED);
    MUST(leat_loop_drop(loop));
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(a_deadline_reaches_operations_under_way)
{
    ends e = ends_new(&flavours[_i]);
    leat_loop *loop = loop_made(NULL);
    leat_cancel *token = token_new();
    told t;
    told_init(&t, loop);
    told_recv(&t, e.rx, leat_or_cancel(leat_at_ns(far_ns()), token));
    leat_cancel_fire_at(token, far_ns() - 1);
    MUST(due_within(loop, -1));
    leat_loop_dispatch(loop, 64); /* and it waits again */
    SAME(t.times, 0);
    MUST(leat_op_is_started(&t.op));
    leat_cancel_fire_at(token, soon_ns());
    while (t.times == 0) {
        MUST(due_within(loop, -1));
        leat_loop_dispatch(loop, 64);
    }
    RC(t.rc, LEAT_ECANCELED);
    MUST(leat_loop_drop(loop));
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(an_operation_that_was_told_still_gets_its_message)
{
    const flavour *f = &flavours[_i];
    if (!queues(f))
        return;
    ends e = ends_new(f);
    leat_loop *loop = loop_made(NULL);
    leat_cancel *token = token_new();
    told t;
    told_init(&t, loop);
    told_recv(&t, e.rx, or_cancel(token));
    leat_cancel_fire_at(token, far_ns());
    RC(try_send(e.tx, 4), 0); /* it is not in line just now */
    while (t.times == 0) {
        MUST(due_within(loop, -1));
        leat_loop_dispatch(loop, 64);
    }
    RC(t.rc, 0);
    SAME(t.value, 4);
    MUST(leat_loop_drop(loop));
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

START_TEST(an_operation_that_was_told_can_be_taken_back)
{
    ends e = ends_cap(1);
    leat_loop *loop = loop_made(NULL);
    leat_cancel *token = token_new();
    told t;
    told_init(&t, loop);
    told_recv(&t, e.rx, or_cancel(token));
    MUST(leat_op_cancel(&t.op));
    told_recv(&t, e.rx, or_cancel(token));
    leat_cancel_fire_at(token, far_ns());
    MUST(due_within(loop, -1));
    leat_loop_dispatch(loop, 64);
    MUST(leat_op_cancel(&t.op));
    SAME(t.times, 0);
    MUST(leat_loop_drop(loop));
    t_wait_carried(token, 0);
    MUST(leat_cancel_drop(token));
    ends_drop(e);
}
END_TEST

/* ---- after another ---------------------------------------------------------------------- */

START_TEST(drain_then_abort)
{
    leat_cancel *drain = token_new();
    leat_cancel *stop = token_new();
    struct waiter w;
    leat_cancel_fire_after(stop, drain, 15 * NS_PER_MS);
    wait_start(&w, stop, leat_forever());
    t_wait_carried(stop, 1);
    SAME(leat_cancel_deadline_ns(stop), INT64_MAX);
    int64_t fired_ns = leat_now_ns();
    leat_cancel_fire_because(drain, 2);
    RC(wait_end(&w), 0);
    MUST(w.ended_ns >= fired_ns + 15 * NS_PER_MS);
    RC(leat_cancel_reason(stop), LEAT_ETIMEDOUT);
    SAME(leat_cancel_reason(drain), 2);
    MUST(leat_cancel_drop(drain));
    MUST(leat_cancel_drop(stop));
}
END_TEST

START_TEST(after_one_that_has_fired_the_time_begins_now)
{
    leat_cancel *drain = token_new();
    leat_cancel *stop = token_new();
    leat_cancel_fire(drain);
    int64_t now_ns = leat_now_ns();
    leat_cancel_fire_after(stop, drain, 3600000 * NS_PER_MS);
    MUST(leat_cancel_deadline_ns(stop) >= now_ns + 3600000 * NS_PER_MS);
    MUST(leat_cancel_deadline_ns(stop) != INT64_MAX);
    leat_cancel_fire_after(stop, drain, 0);
    MUST(leat_cancel_check(stop));
    MUST(leat_cancel_drop(drain));
    MUST(leat_cancel_drop(stop));
}
END_TEST

START_TEST(at_once_is_within_the_firing)
{
    enum { N = 50000 };
    static leat_cancel *token[N];
    token[0] = token_new();
    for (size_t i = 1; i < N; i++) {
        token[i] = token_new();
        leat_cancel_fire_after(token[i], token[i - 1], i % 2 ? 0 : -1);
    }
    leat_cancel *below = child_of(token[N - 1]);
    leat_cancel_fire(token[0]);
    MUST(leat_cancel_check(token[N - 1]) && leat_cancel_check(below));
    RC(leat_cancel_reason(below), LEAT_ETIMEDOUT);
    leat_cancel_drop(below);
    for (size_t i = 0; i < N; i++)
        MUST(leat_cancel_drop(token[i]));
}
END_TEST

START_TEST(what_follows_one_that_will_be_due_will_be_too)
{
    leat_cancel *drain = token_new();
    leat_cancel *stop = token_new();
    leat_cancel *last = token_new();
    leat_cancel *below = child_of(last);
    int64_t at_ns = far_ns();
    leat_cancel_fire_at(drain, at_ns);
    leat_cancel_fire_after(stop, drain, 1000);
    SAME(leat_cancel_deadline_ns(stop), at_ns + 1000);
    leat_cancel_fire_after(last, stop, 10);
    SAME(leat_cancel_deadline_ns(below), at_ns + 1010);
    leat_cancel_fire_at(drain, at_ns - 100);
    SAME(leat_cancel_deadline_ns(stop), at_ns + 900);
    SAME(leat_cancel_deadline_ns(below), at_ns + 910);
    leat_cancel_fire_at(stop, at_ns);
    SAME(leat_cancel_deadline_ns(below), at_ns + 10);
    SAME(leat_cancel_deadline_ns(drain), at_ns - 100);
    leat_cancel_drop(below);
    leat_cancel_drop(drain);
    leat_cancel_drop(stop);
    leat_cancel_drop(last);
}
END_TEST

/* Nobody waits for the first. */
START_TEST(a_wait_for_what_follows_a_due_token_ends)
{
    leat_cancel *drain = token_new();
    leat_cancel *stop = token_new();
    struct waiter w;
    leat_cancel_fire_after(stop, drain, 5 * NS_PER_MS);
    wait_start(&w, stop, leat_forever());
    t_wait_carried(stop, 1);
    int64_t at_ns = soon_ns();
    leat_cancel_fire_at(drain, at_ns);
    RC(wait_end(&w), 0);
    MUST(w.ended_ns >= at_ns + 5 * NS_PER_MS);
    leat_cancel_drop(drain);
    leat_cancel_drop(stop);
}
END_TEST

START_TEST(the_one_to_drain_may_be_below_the_one_to_abort)
{
    for (int how = 0; how < 4; how++) {
        leat_cancel *stop = token_new();
        leat_cancel *drain = child_of(stop);
        int64_t at_ns = far_ns();
        leat_cancel_fire_after(stop, drain, 1000);
        if (how == 1) {
            leat_cancel_fire_at(drain, at_ns);
            SAME(leat_cancel_deadline_ns(stop), at_ns + 1000);
        } else if (how == 2) {
            leat_cancel_fire_at(stop, at_ns);
            SAME(leat_cancel_deadline_ns(drain), at_ns);
            SAME(leat_cancel_deadline_ns(stop), at_ns);
        } else if (how == 3) {
            leat_cancel_fire(stop);
            MUST(leat_cancel_check(drain));
        }
        MUST(!leat_cancel_drop(stop)); /* drain owns it, twice */
        MUST(leat_cancel_drop(drain));
    }
}
END_TEST

START_TEST(rings_come_to_an_end)
{
    leat_cancel *a = token_new();
    leat_cancel *b = token_new();
    int64_t at_ns = far_ns();
    leat_cancel_fire_after(a, b, 10000 * NS_PER_MS);
    leat_cancel_fire_after(b, a, 20000 * NS_PER_MS);
    leat_cancel_fire_at(a, at_ns);
    SAME(leat_cancel_deadline_ns(b), at_ns + 20000 * NS_PER_MS);
    leat_cancel_fire_at(b, at_ns - 50000 * NS_PER_MS);
    SAME(leat_cancel_deadline_ns(a), at_ns - 40000 * NS_PER_MS);
    leat_cancel_fire(a);
    MUST(leat_cancel_deadline_ns(b) < at_ns - 50000 * NS_PER_MS);
    MUST(!leat_cancel_drop(a)); /* b owns it still */
    leat_cancel_fire(b);
    MUST(leat_cancel_drop(b));
}
END_TEST

START_TEST(what_is_below_follows_anyway)
{
    leat_cancel *parent = token_new();
    leat_cancel *child = child_of(parent);
    leat_cancel_fire_after(child, parent, 10);
    leat_cancel_fire_after(parent, parent, 10);
    MUST(leat_cancel_drop(child));
    MUST(leat_cancel_drop(parent));
}
END_TEST

START_TEST(dropping_the_first_fires_nothing)
{
    leat_cancel *drain = token_new();
    leat_cancel *other = token_new();
    leat_cancel *stop = token_new();
    leat_cancel_fire_after(stop, drain, 0);
    MUST(leat_cancel_drop(drain));
    MUST(!leat_cancel_check(stop));
    leat_cancel_fire_after(stop, other, 0); /* it may follow another */
    MUST(!leat_cancel_drop(stop));          /* who owns it till then */
    leat_cancel_fire(other);
    MUST(leat_cancel_drop(other));
}
END_TEST

static void note_gone(void *arg)
{
    ++*(int *)arg;
}

START_TEST(who_follows_lives_as_long_as_whom_it_follows)
{
    enum { N = 20000 };
    static unsigned char mem[LEAT_CANCEL_BYTES];
    int gone = 0;
    leat_cancel *last = NULL;
    RC(leat_cancel_new_in(&last, mem, sizeof mem, note_gone, &gone), 0);
    for (int i = 0; i < N; i++) { /* a chain, as nobody should make it */
        leat_cancel *first = token_new();
        leat_cancel_fire_after(last, first, 1);
        MUST(!leat_cancel_drop(last));
        last = first;
    }
    SAME(gone, 0);
    MUST(leat_cancel_drop(last));
    SAME(gone, 1);
}
END_TEST

static void follow_two(void *arg)
{
    (void)arg;
    leat_cancel *token = token_new();
    leat_cancel_fire_after(token, token_new(), 1);
    leat_cancel_fire_after(token, token_new(), 1);
}

START_TEST(misuse_aborts)
{
    t_aborts(follow_two, NULL, "leat_cancel_fire_after");
}
END_TEST

/* ---- at random, all at once ------------------------------------------------------------- */

enum { PLAYERS = 4, TOKENS = 6 };
static leat_cancel *played[TOKENS];

static void *play(void *arg)
{
    t_rand chance = t_random((uintptr_t)arg);
    for (int i = 0; i < 30; i++) {
        leat_cancel *token = played[t_below(&chance, TOKENS)];
        leat_cancel *mine = child_of(token);
        int64_t at_ns = leat_now_ns() + (int64_t)t_below(&chance, 2000000);
        if (t_below(&chance, 2) == 0)
            leat_cancel_fire_at(token, at_ns + 3000000);
        if (t_below(&chance, 2) == 0)
            leat_cancel_fire_after(mine, played[t_below(&chance, TOKENS)],
                                   (int64_t)t_below(&chance, 100000));
        leat_cancel_fire_at(mine, at_ns);
        RC(leat_cancel_wait(mine, leat_forever()), 0);
        MUST(leat_cancel_check(mine));
        leat_cancel_drop(mine);
    }
    return NULL;
}

START_TEST(deadlines_come_from_all_sides)
{
    for (unsigned round = 0; round < t_scaled(20); round++) {
        pthread_t thread[PLAYERS];
        for (size_t i = 0; i < TOKENS; i++)
            played[i] = i % 3 == 0 ? token_new() : child_of(played[i - 1]);
        for (size_t i = 0; i < PLAYERS; i++)
            thread[i] = t_spawn(play, (void *)(uintptr_t)(round * 10 + i));
        for (size_t i = 0; i < PLAYERS; i++)
            t_join(thread[i]);
        for (size_t i = TOKENS; i-- > 0;)
            leat_cancel_drop(played[i]);
    }
}
END_TEST

static void add_waits(TCase *tc)
{
    tcase_add_loop_test(tc, a_wait_gives_up_when_its_token_is_due, 0, FLAVOURS);
    tcase_add_test(tc, the_sooner_of_two_deadlines_says_why);
    tcase_add_test(tc, what_is_ready_beats_a_due_token);
    tcase_add_loop_test(tc, a_deadline_reaches_waits_under_way, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_wait_that_was_told_still_gets_its_message, 0,
                        FLAVOURS);
    tcase_add_test(tc, a_hundred_waits_are_told);
    tcase_add_test(tc, a_second_token_may_be_due_too);
    tcase_add_loop_test(tc, an_operation_ends_when_its_token_is_due, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, a_deadline_reaches_operations_under_way, 0,
                        FLAVOURS);
    tcase_add_loop_test(tc, an_operation_that_was_told_still_gets_its_message,
                        0, FLAVOURS);
    tcase_add_test(tc, an_operation_that_was_told_can_be_taken_back);
}

int main(void)
{
    TCase *tc = t_case("cancel_time");
    tcase_add_test(tc, a_token_has_no_deadline_at_first);
    tcase_add_test(tc, the_soonest_deadline_counts);
    tcase_add_test(tc, a_past_deadline_fires_at_once);
    tcase_add_test(tc, fired_before_it_was_due);
    tcase_add_test(tc, children_are_due_with_their_parents);
    tcase_add_test(tc, a_due_child_does_not_fire_its_parent);
    tcase_add_test(tc, a_due_parent_is_fired_by_a_wait_of_its_child);
    tcase_add_test(tc, a_check_only_asks);
    add_waits(tc);
    tcase_add_test(tc, drain_then_abort);
    tcase_add_test(tc, after_one_that_has_fired_the_time_begins_now);
    tcase_add_test(tc, at_once_is_within_the_firing);
    tcase_add_test(tc, what_follows_one_that_will_be_due_will_be_too);
    tcase_add_test(tc, a_wait_for_what_follows_a_due_token_ends);
    tcase_add_test(tc, the_one_to_drain_may_be_below_the_one_to_abort);
    tcase_add_test(tc, rings_come_to_an_end);
    tcase_add_test(tc, what_is_below_follows_anyway);
    tcase_add_test(tc, dropping_the_first_fires_nothing);
    tcase_add_test(tc, who_follows_lives_as_long_as_whom_it_follows);
    tcase_add_test(tc, misuse_aborts);
    tcase_add_test(tc, deadlines_come_from_all_sides);
    return t_run(tc);
}
