/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_oneshot.c - one value, one use; both ends learn of the other's end. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "looped.h"
#include "parked.h"

static ends once_with(const leat_chan_opts *opts)
{
    ends e = {0};
    RC(leat_oneshot_new(&e.tx, &e.rx, sizeof(uint64_t), opts), 0);
    e.chan = leat_tx_chan(e.tx);
    return e;
}

static ends once(void)
{
    return once_with(NULL);
}

static ends once_hooked(bin *b)
{
    return once_with(LEAT_CHAN_OPTS(.discard = bin_put, .discard_arg = b));
}

static void note_gone(void *arg)
{
    ++*(int *)arg;
}

/* ---- one value -------------------------------------------------------------------- */

START_TEST(the_value_is_received_once)
{
    ends e = once();
    NOTHING(e.rx, LEAT_EAGAIN);
    RC(try_send(e.tx, 7), 0);
    NEXT(e.rx, 7);
    NOTHING(e.rx, LEAT_ECLOSED);
    NOTHING(e.rx, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(a_second_send_is_refused_and_keeps_its_message)
{
    ends e = once();
    uint64_t second = 8;
    RC(try_send(e.tx, 7), 0);
    RC(leat_tx_send(e.tx, &second, leat_forever()), LEAT_ECLOSED);
    SAME(second, 8);
    NEXT(e.rx, 7);
    RC(leat_tx_send(e.tx, &second, leat_forever()), LEAT_ECLOSED);
    NOTHING(e.rx, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(the_value_outlives_its_sender)
{
    ends e = once();
    RC(try_send(e.tx, 7), 0);
    MUST(leat_tx_drop(e.tx));
    MUST(leat_rx_is_gone(e.rx));
    NEXT(e.rx, 7);
    NOTHING(e.rx, LEAT_ECLOSED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

static const size_t sizes[] = {0, 1, 7, 8, 15, 16, 17, 24, 100, 4096, 70000};
enum { SIZES = (int)(sizeof sizes / sizeof sizes[0]) };

START_TEST(every_byte_comes)
{
    static unsigned char in[70000];
    static unsigned char out[70001];
    size_t bytes = sizes[_i];
    ends e = {0};
    for (size_t i = 0; i < bytes; i++)
        in[i] = (unsigned char)(i * 7 + 1);
    memset(out, 0xee, sizeof out);
    RC(leat_oneshot_new(&e.tx, &e.rx, bytes, NULL), 0);
    SAME(leat_chan_msg_bytes(leat_tx_chan(e.tx)), bytes);
    RC(leat_tx_send(e.tx, bytes == 0 ? NULL : in, leat_nowait()), 0);
    RC(leat_rx_recv(e.rx, bytes == 0 ? NULL : out, leat_nowait()), 0);
    MUST(memcmp(in, out, bytes) == 0);
    MUST(out[bytes] == 0xee);
    ends_drop(e);
}
END_TEST

static void is_aligned(void *msg, void *arg)
{
    MUST((uintptr_t)msg % *(size_t *)arg == 0);
}

START_TEST(the_hook_sees_the_alignment_asked_for)
{
    for (size_t align = 1; align <= LEAT_MSG_ALIGN_MAX; align *= 2) {
        for (size_t bytes = 1; bytes < 40; bytes += 7) {
            ends e = {0};
            RC(leat_oneshot_new(
                   &e.tx, &e.rx, bytes,
                   LEAT_CHAN_OPTS(.msg_align = align, .discard = is_aligned,
                                  .discard_arg = &align, .name = "aligned")),
               0);
            unsigned char msg[64] = {0};
            RC(leat_tx_send(e.tx, msg, leat_nowait()), 0);
            ends_drop(e);
        }
    }
}
END_TEST

START_TEST(a_peek_leaves_it)
{
    ends e = once();
    uint64_t value = UNTOUCHED;
    RC(leat_rx_peek(e.rx, &value, leat_nowait()), LEAT_EAGAIN);
    RC(try_send(e.tx, 7), 0);
    for (int i = 0; i < 2; i++) {
        RC(leat_rx_peek(e.rx, &value, leat_nowait()), 0);
        SAME(value, 7);
    }
    NEXT(e.rx, 7);
    RC(leat_rx_peek(e.rx, &value, leat_nowait()), LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(force_is_a_send)
{
    ends e = once();
    uint64_t value = 7;
    uint64_t displaced = UNTOUCHED;
    RC(leat_tx_force(e.tx, &value, &displaced), 0);
    RC(leat_tx_force(e.tx, &value, &displaced), LEAT_ECLOSED);
    SAME(displaced, UNTOUCHED);
    NEXT(e.rx, 7);
    ends_drop(e);
}
END_TEST

START_TEST(a_batch_sends_its_first)
{
    ends e = once();
    uint64_t out[3] = {1, 2, 3};
    uint64_t in[3] = {0};
    MUST(leat_rx_recv_many(e.rx, in, 3, leat_nowait()) == LEAT_EAGAIN);
    MUST(leat_tx_send_many(e.tx, out, 3, leat_forever()) == 1);
    MUST(leat_tx_send_many(e.tx, out + 1, 2, leat_forever()) == LEAT_ECLOSED);
    MUST(leat_rx_recv_many(e.rx, in, 3, leat_forever()) == 1);
    SAME(in[0], 1);
    MUST(leat_rx_drain(e.rx, in, 3) == 0);
    ends_drop(e);
}
END_TEST

START_TEST(the_view_follows)
{
    ends e = once_with(LEAT_CHAN_OPTS(.name = "reply"));
    MUST(leat_rx_chan(e.rx) == e.chan);
    MUST(strcmp(leat_chan_name(e.chan), "reply") == 0);
    SAME(leat_chan_cap(e.chan), 1);
    MUST(leat_chan_is_empty(e.chan) && !leat_chan_is_full(e.chan));
    MUST(!leat_chan_is_closed(e.chan));
    SAME(leat_chan_tx_count(e.chan), 1);
    RC(try_send(e.tx, 7), 0);
    MUST(!leat_chan_is_empty(e.chan) && leat_chan_is_full(e.chan));
    MUST(leat_chan_is_closed(e.chan));
    NEXT(e.rx, 7);
    MUST(leat_chan_is_empty(e.chan) && !leat_chan_is_full(e.chan));
    MUST(leat_tx_drop(e.tx));
    SAME(leat_chan_tx_count(e.chan), 0);
    SAME(leat_chan_rx_count(e.chan), 1);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* ---- the other side ----------------------------------------------------------------- */

START_TEST(a_sender_that_leaves_ends_it)
{
    ends e = once();
    MUST(!leat_rx_is_gone(e.rx));
    MUST(leat_tx_drop(e.tx));
    MUST(leat_rx_is_gone(e.rx));
    RC(leat_rx_wait_gone(e.rx, leat_forever()), 0);
    uint64_t value = UNTOUCHED;
    RC(leat_rx_recv(e.rx, &value, leat_forever()), LEAT_ECLOSED);
    SAME(value, UNTOUCHED);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(a_receiver_that_leaves_refuses_it)
{
    bin b = BIN_INIT;
    ends e = once_hooked(&b);
    uint64_t value = 7;
    MUST(!leat_tx_is_gone(e.tx));
    RC(leat_tx_wait_gone(e.tx, leat_nowait()), LEAT_EAGAIN);
    RC(leat_tx_wait_gone(e.tx, leat_in_ms(1)), LEAT_ETIMEDOUT);
    MUST(leat_rx_drop(e.rx));
    MUST(leat_tx_is_gone(e.tx));
    RC(leat_tx_wait_gone(e.tx, leat_forever()), 0);
    RC(leat_tx_send(e.tx, &value, leat_forever()), LEAT_ECLOSED);
    SAME(value, 7);
    MUST(leat_tx_drop(e.tx));
    SAME(b.n, 0);
}
END_TEST

START_TEST(what_nobody_received_is_discarded_once)
{
    for (int order = 0; order < 2; order++) {
        bin b = BIN_INIT;
        ends e = once_hooked(&b);
        RC(try_send(e.tx, 7), 0);
        if (order == 0)
            MUST(leat_tx_drop(e.tx));
        MUST(leat_rx_drop(e.rx));
        bin_holds(&b, 7, 1);
        if (order == 1)
            MUST(leat_tx_drop(e.tx));
        bin_holds(&b, 7, 1);
    }
}
END_TEST

START_TEST(what_was_received_is_not_discarded)
{
    bin b = BIN_INIT;
    ends e = once_hooked(&b);
    RC(try_send(e.tx, 7), 0);
    NEXT(e.rx, 7);
    ends_drop(e);
    SAME(b.n, 0);
}
END_TEST

static void drop_tx_too(void *msg, void *arg)
{
    MUST(*(uint64_t *)msg == 7);
    MUST(leat_tx_drop(*(leat_tx **)arg));
}

START_TEST(the_hook_may_drop_the_sender)
{
    leat_tx *tx = NULL;
    ends e =
        once_with(LEAT_CHAN_OPTS(.discard = drop_tx_too, .discard_arg = &tx));
    tx = e.tx;
    RC(try_send(e.tx, 7), 0);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

START_TEST(closed_before_is_refused)
{
    for (int by = 0; by < 2; by++) {
        ends e = once();
        if (by == 0)
            leat_tx_close_because(e.tx, 5);
        else
            leat_rx_close_because(e.rx, 5);
        leat_tx_close_because(e.tx, 6);
        MUST(leat_chan_is_closed(e.chan));
        SAME(leat_chan_close_reason(e.chan), 5);
        RC(try_send(e.tx, 7), LEAT_ECLOSED);
        NOTHING(e.rx, LEAT_ECLOSED);
        ends_drop(e);
    }
}
END_TEST

START_TEST(closed_behind_is_received)
{
    ends e = once();
    RC(try_send(e.tx, 7), 0);
    leat_rx_close_because(e.rx, 5);
    SAME(leat_chan_close_reason(e.chan), 0); /* the send came first */
    NEXT(e.rx, 7);
    NOTHING(e.rx, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(aborted_is_discarded)
{
    bin b = BIN_INIT;
    ends e = once_hooked(&b);
    RC(try_send(e.tx, 7), 0);
    leat_rx_abort(e.rx);
    NOTHING(e.rx, LEAT_ECLOSED);
    bin_holds(&b, 7, 1);
    ends_drop(e);
    bin_holds(&b, 7, 1);
    e = once_hooked(&b);
    leat_rx_abort(e.rx);
    RC(try_send(e.tx, 8), LEAT_ECLOSED);
    NOTHING(e.rx, LEAT_ECLOSED);
    ends_drop(e);
    bin_holds(&b, 7, 1);
}
END_TEST

/* ---- waiting --------------------------------------------------------------------------- */

START_TEST(a_receive_that_gave_up_leaves_it_usable)
{
    ends e = once();
    uint64_t value = UNTOUCHED;
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_cancel_fire(token);
    for (int i = 0; i < 3; i++) {
        RC(leat_rx_recv(e.rx, &value, leat_in_ms(1)), LEAT_ETIMEDOUT);
        RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_forever(), token)),
           LEAT_ECANCELED);
        SAME(value, UNTOUCHED);
    }
    RC(try_send(e.tx, 7), 0);
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_forever(), token)), 0);
    SAME(value, 7);
    ends_drop(e);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(a_deadline_that_has_passed_is_a_time_out)
{
    ends e = once();
    uint64_t value = UNTOUCHED;
    RC(leat_rx_recv(e.rx, &value, leat_at_ns(leat_now_ns())), LEAT_ETIMEDOUT);
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(0)), LEAT_ETIMEDOUT);
    int64_t at_ns = leat_now_ns() + 5000000;
    RC(leat_rx_recv(e.rx, &value, leat_at_ns(at_ns)), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= at_ns);
    SAME(value, UNTOUCHED);
    ends_drop(e);
}
END_TEST

START_TEST(who_waits_gets_it)
{
    ends e = once();
    call c;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(try_send(e.tx, 7), 0);
    RC(call_end(&c), 0);
    SAME(c.value, 7);
    NOTHING(e.rx, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

START_TEST(who_waits_learns_of_the_end)
{
    for (int how = 0; how < 3; how++) {
        ends e = once();
        call c;
        call_recv(&c, e.rx, leat_in_ms(3600000));
        t_wait_parked(e.chan, LEAT__RECV, 1);
        if (how == 0)
            leat_tx_close(e.tx);
        else if (how == 1)
            leat_rx_abort(e.rx);
        else
            MUST(leat_tx_drop(e.tx));
        RC(call_end(&c), LEAT_ECLOSED);
        SAME(c.value, UNTOUCHED);
        if (how != 2)
            MUST(leat_tx_drop(e.tx));
        MUST(leat_rx_drop(e.rx));
    }
}
END_TEST

START_TEST(who_waits_is_cancelled)
{
    ends e = once();
    call c;
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    call_recv(&c, e.rx, leat_or_cancel(leat_forever(), token));
    t_wait_carried(token, 1);
    leat_cancel_fire(token);
    RC(call_end(&c), LEAT_ECANCELED);
    RC(try_send(e.tx, 7), 0);
    NEXT(e.rx, 7);
    ends_drop(e);
    leat_cancel_drop(token);
}
END_TEST

static void *wait_tx_gone(void *arg)
{
    RC(leat_tx_wait_gone(arg, leat_forever()), 0);
    return NULL;
}

static void *wait_rx_gone(void *arg)
{
    RC(leat_rx_wait_gone(arg, leat_forever()), 0);
    return NULL;
}

static size_t waiting_gone(leat_chan *chan)
{
    return has_queues(chan) ? links_of(&chan->lock, &chan->goneq) : 0;
}

START_TEST(who_waits_for_the_others_end_learns_it)
{
    ends e = once();
    pthread_t a = t_spawn(wait_tx_gone, e.tx);
    pthread_t b = t_spawn(wait_tx_gone, e.tx);
    while (waiting_gone(e.chan) != 2)
        leat__os_nap();
    MUST(leat_rx_drop(e.rx));
    t_join(a);
    t_join(b);
    MUST(leat_tx_drop(e.tx));
    e = once();
    a = t_spawn(wait_rx_gone, e.rx);
    while (waiting_gone(e.chan) != 1)
        leat__os_nap();
    RC(try_send(e.tx, 7), 0);
    SAME(waiting_gone(e.chan), 1); /* a value is no end */
    MUST(leat_tx_drop(e.tx));
    t_join(a);
    NEXT(e.rx, 7);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* ---- in an event loop ---------------------------------------------------------------- */

START_TEST(a_started_receive_is_told)
{
    ends e = once();
    leat_loop *loop;
    told t;
    RC(leat_loop_new(&loop, NULL), 0);
    told_init(&t, loop);
    leat_op_recv(&t.op, e.rx, &t.value, leat_forever());
    SAME(leat_loop_dispatch(loop, 8), 0);
    RC(try_send(e.tx, 7), 0);
    SAME(leat_loop_dispatch(loop, 8), 1);
    RC(t.rc, 0);
    SAME(t.value, 7);
    leat_op_recv(&t.op, e.rx, &t.value, leat_forever());
    SAME(leat_loop_dispatch(loop, 8), 1);
    RC(t.rc, LEAT_ECLOSED);
    ends_drop(e);
    MUST(leat_loop_drop(loop));
}
END_TEST

START_TEST(a_started_receive_learns_of_the_end)
{
    ends e = once();
    leat_loop *loop = loop_made(NULL);
    told t;
    told_init(&t, loop);
    told_recv(&t, e.rx, leat_forever());
    MUST(leat_tx_drop(e.tx));
    run_until(loop, &t, 1);
    RC(t.rc, LEAT_ECLOSED);
    loop_is_quiet(loop);
    MUST(leat_rx_drop(e.rx));
    MUST(leat_loop_drop(loop));
}
END_TEST

START_TEST(a_started_receive_taken_back_leaves_it_usable)
{
    ends e = once();
    leat_loop *loop;
    told t;
    RC(leat_loop_new(&loop, NULL), 0);
    told_init(&t, loop);
    leat_op_recv(&t.op, e.rx, &t.value, leat_forever());
    MUST(leat_op_cancel(&t.op));
    RC(try_send(e.tx, 7), 0);
    NEXT(e.rx, 7);
    ends_drop(e);
    MUST(leat_loop_drop(loop));
}
END_TEST

/* ---- arming: what a wait at several places does ------------------------------------------ */

START_TEST(arming_waits_only_for_what_is_not_there)
{
    ends e = once();
    uint64_t value = UNTOUCHED;
    leat__wait wait;
    leat__waiter at = {.wait = &wait, .msg = &value, .act = LEAT__MOVE};
    leat__wait_init(&wait, false, NULL);
    SAME(e.chan->verbs->arm(e.chan, LEAT__SEND, &at), 0);
    MUST(!leat__link_is_in(&at.link));
    RC(e.chan->verbs->arm(e.chan, LEAT__RECV, &at), LEAT_EAGAIN);
    SAME(parked(e.chan, LEAT__RECV), 1);
    leat__chan_delist(e.chan, &at);
    SAME(parked(e.chan, LEAT__RECV), 0);
    RC(try_send(e.tx, 7), 0);
    SAME(e.chan->verbs->arm(e.chan, LEAT__RECV, &at), 0);
    MUST(!leat__link_is_in(&at.link));
    SAME(value, UNTOUCHED); /* a look, not a receive */
    NEXT(e.rx, 7);
    SAME(e.chan->verbs->arm(e.chan, LEAT__RECV, &at), 0);
    ends_drop(e);
}
END_TEST

static void note_told(leat__wait *wait)
{
    (void)wait;
}

START_TEST(who_looks_behind_a_receive_is_told_too)
{
    ends e = once();
    call c;
    leat__wait wait;
    leat__waiter at = {.wait = &wait, .act = LEAT__HINT};
    leat__wait_init(&wait, false, note_told);
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    RC(e.chan->verbs->arm(e.chan, LEAT__RECV, &at), LEAT_EAGAIN);
    RC(try_send(e.tx, 7), 0);
    RC(call_end(&c), 0);
    SAME(parked(e.chan, LEAT__RECV), 0);
    SAME(leat__wait_won(&wait), LEAT__WON_CHAN);
    RC(at.rc, LEAT_ECLOSED);
    ends_drop(e);
}
END_TEST

/* ---- options, memory -------------------------------------------------------------------- */

START_TEST(options_that_cannot_be)
{
    leat_tx *tx = NULL;
    leat_rx *rx = NULL;
    leat_chan_opts opts = {.size = sizeof opts - 1};
    RC(leat_oneshot_new(&tx, &rx, 8, &opts), LEAT_EINVAL);
    SAME(leat_oneshot_footprint(8, &opts), 0);
    RC(leat_oneshot_new(&tx, &rx, 8, LEAT_CHAN_OPTS(.flags = LEAT_IN_PLACE)),
       LEAT_EINVAL);
    RC(leat_oneshot_new(&tx, &rx, 8, LEAT_CHAN_OPTS(.flags = 0x80)),
       LEAT_EINVAL);
    RC(leat_oneshot_new(&tx, &rx, 8, LEAT_CHAN_OPTS(.msg_align = 3)),
       LEAT_EINVAL);
    RC(leat_oneshot_new(&tx, &rx, SIZE_MAX / 2, NULL), LEAT_ENOMEM);
    MUST(tx == NULL && rx == NULL);
    ends e = once_with(LEAT_CHAN_OPTS(.policy = LEAT_POLICY_DROP_NEWEST));
    RC(try_send(e.tx, 7), 0);
    RC(try_send(e.tx, 8), LEAT_ECLOSED);
    NEXT(e.rx, 7);
    ends_drop(e);
}
END_TEST

START_TEST(it_lives_in_memory_of_the_callers)
{
    static unsigned char mem[20000];
    for (size_t i = 0; i < SIZES; i++) {
        size_t bytes = sizes[i] < 5000 ? sizes[i] : 5000;
        for (size_t skew = 0; skew < 17; skew++) {
            int gone = 0;
            leat_tx *tx;
            leat_rx *rx;
            static unsigned char msg[5000];
            const leat_chan_opts *opts =
                LEAT_CHAN_OPTS(.gone = note_gone, .gone_arg = &gone);
            size_t need = leat_oneshot_footprint(bytes, opts);
            MUST(need > bytes && need + skew + 1 < sizeof mem);
            RC(leat_oneshot_new_in(&tx, &rx, mem + skew, need - 1, bytes, opts),
               LEAT_EINVAL);
            mem[skew + need] = 0x77;
            RC(leat_oneshot_new_in(&tx, &rx, mem + skew, need, bytes, opts), 0);
            RC(leat_tx_send(tx, msg, leat_nowait()), 0);
            RC(leat_rx_recv(rx, msg, leat_nowait()), 0);
            if (skew % 2 == 0)
                MUST(leat_tx_drop(tx));
            MUST(leat_rx_drop(rx));
            SAME(gone, skew % 2 == 0);
            if (skew % 2 != 0)
                MUST(leat_tx_drop(tx));
            SAME(gone, 1);
            MUST(mem[skew + need] == 0x77);
        }
    }
}
END_TEST

START_TEST(weak_handles_keep_the_memory)
{
    int gone = 0;
    ends e = once_with(LEAT_CHAN_OPTS(.gone = note_gone, .gone_arg = &gone));
    leat_weak_tx *weak_tx = leat_tx_downgrade(e.tx);
    leat_weak_rx *weak_rx = leat_weak_rx_clone(leat_rx_downgrade(e.rx));
    ends_drop(e);
    SAME(gone, 0);
    leat_weak_tx_drop(weak_tx);
    leat_weak_rx_drop(weak_rx);
    SAME(gone, 0);
    leat_weak_rx_drop(weak_rx);
    SAME(gone, 1);
}
END_TEST

START_TEST(it_counts_when_asked)
{
    for (int fate = 0; fate < 3; fate++) {
        leat_stats stats;
        ends e = once_with(LEAT_CHAN_OPTS(.flags = LEAT_STATS));
        leat_chan *chan = e.chan;
        leat_weak_tx *weak = leat_tx_downgrade(e.tx);
        MUST(leat_chan_stats(chan, &stats));
        SAME(stats.sent, 0);
        call c;
        if (fate == 2) {
            call_recv(&c, e.rx, leat_forever());
            t_wait_parked(chan, LEAT__RECV, 1);
        }
        RC(try_send(e.tx, 7), 0);
        RC(try_send(e.tx, 7), LEAT_ECLOSED);
        if (fate == 2)
            RC(call_end(&c), 0);
        else if (fate == 1)
            NEXT(e.rx, 7);
        ends_drop(e);
        MUST(leat_chan_stats(chan, &stats));
        SAME(stats.sent, 1);
        SAME(stats.received, fate != 0);
        SAME(stats.discarded, fate == 0);
        SAME(stats.dropped, 0);
        SAME(stats.high_water, fate != 2);
        MUST((stats.rx_blocked_ns > 0) == (fate == 2));
        leat_weak_tx_drop(weak);
    }
    leat_stats none;
    ends e = once();
    MUST(!leat_chan_stats(e.chan, &none));
    ends_drop(e);
}
END_TEST

static void read_into(FILE *file, char *text, size_t bytes)
{
    rewind(file);
    text[fread(text, 1, bytes - 1, file)] = '\0';
}

START_TEST(a_dump_shows_it)
{
    char text[4096];
    ends e = once_with(LEAT_CHAN_OPTS(.name = "the answer"));
    FILE *file = tmpfile();
    MUST(file != NULL);
    RC(try_send(e.tx, 7), 0);
    leat_dump(fileno(file));
    read_into(file, text, sizeof text);
    MUST(strstr(text, "\"the answer\"") != NULL);
    MUST(strstr(text, "oneshot, 1 queued of 1, closed") != NULL);
    fclose(file);
    ends_drop(e);
}
END_TEST

/* ---- rules that abort ---------------------------------------------------------------------- */

static void clones_tx(void *arg)
{
    (void)arg;
    MUST(leat_tx_clone(once().tx) == NULL);
}

static void clones_rx(void *arg)
{
    (void)arg;
    MUST(leat_rx_clone(once().rx) == NULL);
}

static void upgrades(void *arg)
{
    (void)arg;
    MUST(leat_weak_tx_upgrade(leat_tx_downgrade(once().tx)) == NULL);
}

static void borrows(void *arg)
{
    void *msg;
    (void)arg;
    RC(leat_rx_borrow(once().rx, &msg, leat_nowait()), 0);
}

static void drops_under_a_wait(void *arg)
{
    ends e = once();
    call c;
    (void)arg;
    call_recv(&c, e.rx, leat_forever());
    t_wait_parked(e.chan, LEAT__RECV, 1);
    leat_rx_drop(e.rx);
}

static void has_one_half(void *arg)
{
    leat_rx *rx;
    (void)arg;
    RC(leat_oneshot_new(NULL, &rx, 8, NULL), 0);
}

START_TEST(misuse_aborts)
{
    t_aborts(clones_tx, NULL, "promises a single producer");
    t_aborts(clones_rx, NULL, "promises a single consumer");
    t_aborts(upgrades, NULL, "promises a single producer");
    t_aborts(borrows, NULL, "without LEAT_IN_PLACE");
    t_aborts(drops_under_a_wait, NULL, "a call still waits on the half");
    t_aborts(has_one_half, NULL, "tx or rx is NULL");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("oneshot");
    tcase_add_test(tc, the_value_is_received_once);
    tcase_add_test(tc, a_second_send_is_refused_and_keeps_its_message);
    tcase_add_test(tc, the_value_outlives_its_sender);
    tcase_add_loop_test(tc, every_byte_comes, 0, SIZES);
    tcase_add_test(tc, the_hook_sees_the_alignment_asked_for);
    tcase_add_test(tc, a_peek_leaves_it);
    tcase_add_test(tc, force_is_a_send);
    tcase_add_test(tc, a_batch_sends_its_first);
    tcase_add_test(tc, the_view_follows);
    tcase_add_test(tc, a_sender_that_leaves_ends_it);
    tcase_add_test(tc, a_receiver_that_leaves_refuses_it);
    tcase_add_test(tc, what_nobody_received_is_discarded_once);
    tcase_add_test(tc, what_was_received_is_not_discarded);
    tcase_add_test(tc, the_hook_may_drop_the_sender);
    tcase_add_test(tc, closed_before_is_refused);
    tcase_add_test(tc, closed_behind_is_received);
    tcase_add_test(tc, aborted_is_discarded);
    tcase_add_test(tc, a_receive_that_gave_up_leaves_it_usable);
    tcase_add_test(tc, a_deadline_that_has_passed_is_a_time_out);
    tcase_add_test(tc, who_waits_gets_it);
    tcase_add_test(tc, who_waits_learns_of_the_end);
    tcase_add_test(tc, who_waits_is_cancelled);
    tcase_add_test(tc, who_waits_for_the_others_end_learns_it);
    tcase_add_test(tc, a_started_receive_is_told);
    tcase_add_test(tc, a_started_receive_learns_of_the_end);
    tcase_add_test(tc, a_started_receive_taken_back_leaves_it_usable);
    tcase_add_test(tc, arming_waits_only_for_what_is_not_there);
    tcase_add_test(tc, who_looks_behind_a_receive_is_told_too);
    tcase_add_test(tc, options_that_cannot_be);
    tcase_add_test(tc, it_lives_in_memory_of_the_callers);
    tcase_add_test(tc, weak_handles_keep_the_memory);
    tcase_add_test(tc, it_counts_when_asked);
    tcase_add_test(tc, a_dump_shows_it);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
