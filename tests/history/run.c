/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* run.c - making the calls of a trial, and writing them down. See run.h. */
#define _GNU_SOURCE 1
#include "run.h"

#include <leat/place.h>

#include <sched.h>
#include <stdlib.h>
#include <string.h>

/* The call that this thread makes: the discard hook runs in it. */
static _Thread_local struct call *current;

static void begin(struct actor *actor, struct call *call)
{
    call->began = atomic_fetch_add(&actor->trial->clock, 1) + 1;
}

static void end(struct actor *actor, struct call *call)
{
    call->ended = atomic_fetch_add(&actor->trial->clock, 1) + 1;
}

static bool is_single(const struct trial *trial, enum half half)
{
    uint32_t promise = half == TX ? LEAT_SINGLE_PRODUCER : LEAT_SINGLE_CONSUMER;
    return (trial->plan.channel.promises & promise) != 0;
}

/* ---- messages ------------------------------------------------------------------- */

/* Each byte tells which message it is of, and of which trial: none may be lost, and
 * none come from another. One byte has room for the message only. */
static unsigned char byte_of(const struct plan *plan, uint8_t msg, size_t i)
{
    if (i == 0)
        return msg;
    return (unsigned char)(msg * 31u + i * 7u + plan->number * 11u);
}

static void write_msg(const struct plan *plan, uint8_t msg, unsigned char *buf)
{
    for (size_t i = 0; i < plan->bytes; i++)
        buf[i] = byte_of(plan, msg, i);
}

static bool is_msg(const struct plan *plan, const unsigned char *buf)
{
    for (size_t i = 1; i < plan->bytes; i++)
        if (buf[i] != byte_of(plan, buf[0], i))
            return false;
    return buf[0] > 0 && buf[0] < MSGS;
}

#define UNTOUCHED 0xee /* no message begins with it */

static bool is_untouched(const struct plan *plan, const unsigned char *buf)
{
    for (size_t i = 0; i < plan->bytes; i++)
        if (buf[i] != UNTOUCHED)
            return false;
    return true;
}

static void on_discard(void *msg, void *arg)
{
    const struct trial *trial = arg;
    if (current == NULL) {
        fprintf(stderr, "history: the hook runs, and nobody called\n");
        abort();
    }
    if (!is_msg(&trial->plan, msg))
        current->flaw = "the hook was given bytes that nobody sent";
    if (current->discards < MSGS)
        current->discarded[current->discards++] = *(unsigned char *)msg;
    if (trial->plan.hook_yields && current->discards == 1)
        sched_yield();
}

/* ---- send and receive -------------------------------------------------------------- */

static leat_until until_of(const struct actor *actor, const struct call *call)
{
    leat_until until = leat_nowait();
    if (call->patience == PAST)
        until = leat_at_ns(actor->intent->soon_ns & 1); /* 0 is no nowait */
    else if (call->patience == SOON)
        until = leat_in_ns(actor->intent->soon_ns);
    else if (call->patience == EVER)
        until = leat_forever();
    if (call->token != 0)
        until = leat_or_cancel(until, actor->trial->token[call->token - 1]);
    return until;
}

static void check_deadline(struct call *call, leat_until until)
{
    if (call->answer == LEAT_ETIMEDOUT && call->patience == SOON &&
        leat_now_ns() < until.deadline_ns)
        call->flaw = "it timed out before its deadline";
}

bool run_send(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    alignas(16) unsigned char buf[MSG_BYTES];
    leat_until until = until_of(actor, call);
    write_msg(&trial->plan, call->msg, buf);
    begin(actor, call);
    call->answer = leat_tx_send(trial->tx, buf, until);
    end(actor, call);
    check_deadline(call, until);
    if (buf[0] != call->msg || !is_msg(&trial->plan, buf))
        call->flaw = "the sender's message was written to";
    return true;
}

bool run_force(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    alignas(16) unsigned char buf[MSG_BYTES];
    alignas(16) unsigned char out[MSG_BYTES];
    write_msg(&trial->plan, call->msg, buf);
    memset(out, UNTOUCHED, trial->plan.bytes);
    begin(actor, call);
    call->answer = leat_tx_force(trial->tx, buf, out);
    end(actor, call);
    if (call->answer == 1)
        call->displaced = out[0];
    if (call->answer == 1 && !is_msg(&trial->plan, out))
        call->flaw = "it displaced bytes that nobody sent";
    if (call->answer != 1 && !is_untouched(&trial->plan, out))
        call->flaw = "it displaced nothing, and the buffer was written to";
    if (buf[0] != call->msg || !is_msg(&trial->plan, buf))
        call->flaw = "the sender's message was written to";
    return true;
}

/* A receive or a peek. */
bool run_recv(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    alignas(16) unsigned char buf[MSG_BYTES];
    leat_until until = until_of(actor, call);
    memset(buf, UNTOUCHED, trial->plan.bytes);
    begin(actor, call);
    call->answer = call->kind == PEEK ? leat_rx_peek(trial->rx, buf, until)
                                      : leat_rx_recv(trial->rx, buf, until);
    end(actor, call);
    check_deadline(call, until);
    if (call->answer == 0) {
        call->msg = buf[0];
        if (!is_msg(&trial->plan, buf))
            call->flaw = "it got bytes that nobody sent";
    } else if (!is_untouched(&trial->plan, buf)) {
        call->flaw = "it failed, and the buffer was written to";
    }
    return true;
}

/* ---- batches ---------------------------------------------------------------------- */

bool run_send_many(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    size_t bytes = trial->plan.bytes;
    alignas(16) unsigned char buf[BATCH * MSG_BYTES];
    leat_until until = until_of(actor, call);
    for (unsigned i = 0; i < call->asked; i++)
        write_msg(&trial->plan, (uint8_t)(call->msg + i), buf + i * bytes);
    begin(actor, call);
    call->answer = (int)leat_tx_send_many(trial->tx, buf, call->asked, until);
    end(actor, call);
    check_deadline(call, until);
    for (unsigned i = 0; i < call->asked; i++)
        if (buf[i * bytes] != call->msg + i ||
            !is_msg(&trial->plan, buf + i * bytes))
            call->flaw = "the sender's messages were written to";
    return true;
}

static void read_batch(const struct plan *plan, struct call *call,
                       const unsigned char *buf)
{
    unsigned got = call_received(call);
    for (unsigned i = 0; i < call->asked; i++) {
        const unsigned char *msg = buf + i * plan->bytes;
        if (i < got)
            call->batch[i] = *msg;
        if (i < got && !is_msg(plan, msg))
            call->flaw = "it got bytes that nobody sent";
        if (i >= got && !is_untouched(plan, msg))
            call->flaw = "the buffer was written to behind what it got";
    }
}

bool run_recv_many(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    alignas(16) unsigned char buf[BATCH * MSG_BYTES];
    leat_until until = until_of(actor, call);
    memset(buf, UNTOUCHED, sizeof buf);
    begin(actor, call);
    if (call->kind == DRAIN)
        call->answer = (int)leat_rx_drain(trial->rx, buf, call->asked);
    else
        call->answer =
            (int)leat_rx_recv_many(trial->rx, buf, call->asked, until);
    end(actor, call);
    check_deadline(call, until);
    if (call->answer > call->asked)
        call->flaw = "it got more than it was asked for";
    else
        read_batch(&trial->plan, call, buf);
    return true;
}

/* ---- in place --------------------------------------------------------------------- */

bool run_reserve(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    void *slot = NULL;
    leat_until until = until_of(actor, call);
    if (actor->slots == HELD)
        return false;
    begin(actor, call);
    call->answer = leat_tx_reserve(trial->tx, &slot, until);
    end(actor, call);
    check_deadline(call, until);
    if ((call->answer == 0) != (slot != NULL)) {
        call->flaw = "it gave a slot and a code, or neither";
    } else if (call->answer == 0) {
        memset(slot, UNTOUCHED, trial->plan.bytes);
        actor->slot[actor->slots++] = slot;
    }
    return true;
}

bool run_commit(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    if (actor->slots == 0)
        return false;
    void *slot = actor->slot[actor->slots - 1];
    if (!is_untouched(&trial->plan, slot))
        call->flaw = "somebody wrote to a cell that was reserved";
    write_msg(&trial->plan, call->msg, slot);
    begin(actor, call);
    call->answer = leat_tx_commit(trial->tx, slot);
    end(actor, call);
    if (call->answer == 0)
        actor->slots--;
    else
        memset(slot, UNTOUCHED, trial->plan.bytes);
    return true;
}

bool run_unreserve(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    if (actor->slots == 0)
        return false;
    void *slot = actor->slot[--actor->slots];
    if (!is_untouched(&trial->plan, slot))
        call->flaw = "somebody wrote to a cell that was reserved";
    begin(actor, call);
    leat_tx_unreserve(trial->tx, slot);
    end(actor, call);
    return true;
}

bool run_borrow(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    void *msg = NULL;
    leat_until until = until_of(actor, call);
    if (actor->loans == HELD)
        return false;
    begin(actor, call);
    call->answer = leat_rx_borrow(trial->rx, &msg, until);
    end(actor, call);
    check_deadline(call, until);
    if ((call->answer == 0) != (msg != NULL)) {
        call->flaw = "it gave a message and a code, or neither";
        return true;
    }
    if (call->answer != 0)
        return true;
    call->msg = *(unsigned char *)msg;
    if (!is_msg(&trial->plan, msg))
        call->flaw = "it got bytes that nobody sent";
    actor->loan[actor->loans] = msg;
    actor->loan_msg[actor->loans++] = call->msg;
    return true;
}

/* Give a borrowed message back, or put it back. */
bool run_return(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    bool puts_back = call->kind == UNBORROW;
    if (actor->loans == 0 || (puts_back && !is_single(trial, RX)))
        return false;
    void *msg = actor->loan[--actor->loans];
    call->msg = actor->loan_msg[actor->loans];
    if (*(unsigned char *)msg != call->msg || !is_msg(&trial->plan, msg))
        call->flaw = "somebody wrote to a message that was borrowed";
    begin(actor, call);
    if (puts_back)
        leat_rx_unborrow(trial->rx, msg);
    else
        leat_rx_release(trial->rx, msg);
    end(actor, call);
    return true;
}

/* ---- closing -------------------------------------------------------------------------- */

bool run_close(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    begin(actor, call);
    if (call->kind == TX_CLOSE)
        leat_tx_close(trial->tx);
    else if (call->kind == RX_CLOSE)
        leat_rx_close(trial->rx);
    else if (call->kind == TX_CLOSE_BECAUSE)
        leat_tx_close_because(trial->tx, call->reason);
    else
        leat_rx_close_because(trial->rx, call->reason);
    end(actor, call);
    return true;
}

bool run_abort(struct actor *actor, struct call *call)
{
    begin(actor, call);
    leat_rx_abort(actor->trial->rx);
    end(actor, call);
    return true;
}

/* ---- owners ---------------------------------------------------------------------------- */

bool run_clone(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    enum half half = call->kind == TX_CLONE ? TX : RX;
    if (is_single(trial, half))
        return false;
    begin(actor, call);
    bool same = half == TX ? leat_tx_clone(trial->tx) == trial->tx
                           : leat_rx_clone(trial->rx) == trial->rx;
    end(actor, call);
    actor->own[half]++;
    if (!same)
        call->flaw = "the clone has another address";
    return true;
}

bool run_drop(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    enum half half = call->kind == TX_DROP ? TX : RX;
    actor->own[half]--;
    /* what the others did with the half comes before its drop */
    if (is_single(trial, half) && atomic_fetch_sub(&trial->users[half], 1) != 1)
        return false;
    begin(actor, call);
    call->answer =
        half == TX ? leat_tx_drop(trial->tx) : leat_rx_drop(trial->rx);
    end(actor, call);
    return true;
}

bool run_own(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    enum half half = call->kind == CHAN_TX ? TX : RX;
    if (is_single(trial, half))
        return false;
    const void *got;
    begin(actor, call);
    if (half == TX)
        got = leat_chan_tx(trial->chan);
    else
        got = leat_chan_rx(trial->chan);
    end(actor, call);
    call->answer = got != NULL;
    actor->own[half] += got != NULL;
    return true;
}

bool run_is_gone(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    begin(actor, call);
    call->answer = call->kind == TX_IS_GONE ? leat_tx_is_gone(trial->tx)
                                            : leat_rx_is_gone(trial->rx);
    end(actor, call);
    return true;
}

bool run_wait_gone(struct actor *actor, struct call *call)
{
    struct trial *trial = actor->trial;
    leat_until until = until_of(actor, call);
    begin(actor, call);
    call->answer = call->kind == TX_WAIT_GONE
                       ? leat_tx_wait_gone(trial->tx, until)
                       : leat_rx_wait_gone(trial->rx, until);
    end(actor, call);
    check_deadline(call, until);
    return true;
}

/* ---- looks and tokens -------------------------------------------------------------------- */

static int look(leat_chan *chan, enum kind_id kind)
{
    switch (kind) {
    case LEN:
        return (int)leat_chan_len(chan);
    case IS_EMPTY:
        return leat_chan_is_empty(chan);
    case IS_FULL:
        return leat_chan_is_full(chan);
    case IS_CLOSED:
        return leat_chan_is_closed(chan);
    case CLOSE_REASON:
        return leat_chan_close_reason(chan);
    case TX_COUNT:
        return (int)leat_chan_tx_count(chan);
    default:
        return (int)leat_chan_rx_count(chan);
    }
}

bool run_look(struct actor *actor, struct call *call)
{
    begin(actor, call);
    call->answer = look(actor->trial->chan, call->kind);
    end(actor, call);
    return true;
}

bool run_fire(struct actor *actor, struct call *call)
{
    begin(actor, call);
    leat_cancel_fire(actor->trial->token[call->token - 1]);
    end(actor, call);
    return true;
}

bool run_check(struct actor *actor, struct call *call)
{
    begin(actor, call);
    call->answer = leat_cancel_check(actor->trial->token[call->token - 1]);
    end(actor, call);
    return true;
}

/* ---- a part -------------------------------------------------------------------------------- */

/* What a thread has at the moment, after drops and clones of its own. */
static bool has_what_it_takes(const struct actor *actor, enum kind_id kind)
{
    bool tx = actor->own[TX] > 0;
    bool rx = actor->own[RX] > 0;
    switch (kinds[kind].need) {
    case A_TX:
    case TO_SEND:
        return tx;
    case A_RX:
    case TO_RECV:
        return rx;
    case ANY_HALF:
        return tx || rx;
    default:
        return true;
    }
}

/* For ever waits only a thread that owns no other half, and not for the end of that:
 * its owner may wait for ours; and that holds no cell. So somebody always comes to
 * end its wait: whoever does not wait goes on to the end of its part, and drops. */
static enum patience patience_of(const struct actor *actor,
                                 const struct intent *intent)
{
    bool both = actor->own[TX] > 0 && actor->own[RX] > 0;
    both = both || actor->slots > 0 || actor->loans > 0;
    both = both || kinds[intent->kind].run == run_wait_gone;
    return intent->patience == EVER && both ? SOON : intent->patience;
}

static void make_call(struct actor *actor, const struct intent *intent)
{
    struct history *history = &actor->trial->history;
    uint8_t *calls = &history->calls[actor->thread];
    if (!has_what_it_takes(actor, intent->kind))
        return;
    if (*calls == CALLS) {
        fprintf(stderr, "history: a thread makes more than %u calls\n", CALLS);
        abort();
    }
    struct call *call = &history->call[actor->thread][*calls];
    *call = (struct call){
        .kind = intent->kind,
        .patience = patience_of(actor, intent),
        .thread = (uint8_t)actor->thread,
        .token = intent->token,
        .msg = intent->msg,
        .asked = intent->asked,
        .reason = intent->reason,
    };
    actor->intent = intent;
    current = call;
    ++*calls; /* before the call: if it hangs, it is shown */
    *calls = (uint8_t)(*calls - !kinds[intent->kind].run(actor, call));
    current = NULL;
}

static void pause_for(uint16_t turns)
{
    if (turns == PAUSE_YIELD) {
        sched_yield();
        return;
    }
    while (turns-- > 0)
        atomic_signal_fence(memory_order_seq_cst);
}

/* Before a thread drops a half it gives back what it holds of it. */
static void give_back(struct actor *actor, enum half half)
{
    struct intent intent = {.kind = half == TX ? UNRESERVE : RELEASE};
    while ((half == TX ? actor->slots : actor->loans) > 0)
        make_call(actor, &intent);
}

/* As planned, with what has to come before. */
static void follow(struct actor *actor, const struct intent *intent)
{
    if (intent->kind == TX_DROP || intent->kind == RX_DROP)
        give_back(actor, intent->kind == TX_DROP ? TX : RX);
    make_call(actor, intent);
}

static void drop_all(struct actor *actor, enum half half)
{
    struct intent drop = {.kind = half == TX ? TX_DROP : RX_DROP};
    while (actor->own[half] > 0)
        follow(actor, &drop);
}

void trial_play(struct trial *trial, unsigned thread)
{
    const struct part *part = &trial->plan.part[thread];
    struct actor actor = {.trial = trial, .thread = thread};
    actor.own[TX] = part->has[TX];
    actor.own[RX] = part->has[RX];
    for (unsigned i = 0; i < part->intents; i++) {
        pause_for(part->intent[i].pause);
        follow(&actor, &part->intent[i]);
    }
    drop_all(&actor, part->drops_rx_first ? RX : TX);
    drop_all(&actor, part->drops_rx_first ? TX : RX);
}

/* ---- a trial ---------------------------------------------------------------------------------- */

static void must(bool held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "history: before the start: %s\n", what);
    abort();
}

static void put(struct trial *trial, uint8_t msg)
{
    alignas(16) unsigned char buf[MSG_BYTES];
    write_msg(&trial->plan, msg, buf);
    must(leat_tx_send(trial->tx, buf, leat_at_ns(0)) == 0, "a send failed");
}

static void fill(struct trial *trial)
{
    alignas(16) unsigned char buf[MSG_BYTES];
    for (unsigned i = 0; i < trial->plan.rotated; i++)
        put(trial, (uint8_t)(i + 1));
    for (unsigned i = 0; i < trial->plan.rotated; i++)
        must(leat_rx_recv(trial->rx, buf, leat_at_ns(0)) == 0 &&
                 buf[0] == i + 1 && is_msg(&trial->plan, buf),
             "a receive failed");
    for (unsigned i = 0; i < trial->plan.prefilled; i++)
        put(trial, (uint8_t)(i + 1));
}

/* An owner for each thread that has the half; one is there. */
static void hand_out(struct trial *trial, enum half half)
{
    struct history *history = &trial->history;
    uint32_t users = 0;
    for (unsigned t = 0; t < trial->plan.threads; t++)
        users += trial->plan.part[t].has[half];
    atomic_init(&trial->users[half], users);
    history->owners[half] = is_single(trial, half) ? 1 : (uint8_t)users;
    for (unsigned i = 1; i < history->owners[half]; i++)
        must(half == TX ? leat_tx_clone(trial->tx) == trial->tx
                        : leat_rx_clone(trial->rx) == trial->rx,
             "a clone has another address");
}

bool trial_begin(struct trial *trial)
{
    const struct plan *plan = &trial->plan;
    struct history *history = &trial->history;
    leat_chan_opts opts = {
        .size = sizeof opts,
        .discard = on_discard,
        .discard_arg = trial,
        .flags = plan->channel.promises,
        .policy = plan->channel.policy,
    };
    history->cap = plan->channel.cap;
    history->promises = plan->channel.promises;
    history->policy = plan->channel.policy;
    history->prefilled = plan->prefilled;
    history->threads = plan->threads;
    for (unsigned t = 0; t < THREADS; t++)
        history->calls[t] = 0;
    atomic_init(&trial->clock, 0);
    atomic_init(&trial->at_line, 0);
    if (leat_chan_new(&trial->tx, &trial->rx, plan->bytes, plan->channel.cap,
                      &opts) < 0)
        return false;
    for (unsigned i = 0; i < TOKENS; i++)
        if (leat_cancel_new(&trial->token[i]) < 0)
            return false;
    trial->chan = leat_tx_chan(trial->tx);
    fill(trial);
    hand_out(trial, TX);
    hand_out(trial, RX);
    return true;
}

void trial_end(struct trial *trial)
{
    for (unsigned i = 0; i < TOKENS; i++)
        must(leat_cancel_drop(trial->token[i]), "a token has other owners");
}
