/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* loop.c - completed ops, the bell, and running callbacks. See loop.h.
 *
 * Idea. Completers push ops onto a stack (Treiber, "Systems programming: coping with
 * parallelism", 1986), the driver takes all of it at once and turns it round, so
 * callbacks come in the order of completion, and nothing is ever taken out of the
 * middle. What the stack stands on says who has to wake the driver: on NULL it sleeps,
 * and who pushes the first op rings; on the loop itself it is awake, and nobody does.
 * So a burst costs one ring, and what callbacks complete costs none.
 *
 * State. completed, all of it; a chain is linked by next, newest first:
 *     NULL             the driver sleeps: nothing to do
 *     chain, NULL      there is; who pushed first rings, or has rung
 *     loop             the driver is in dispatch, or has rung for itself (`rung`)
 *     chain, loop      likewise
 * awake is the driver's memory of which pair of these holds.
 *
 * Invariants.
 *   I1  a chain on NULL has been, or is being, rung for, once; not heard, with a bell
 *   I2  outside dispatch: awake == rung, and then the bell is unheard
 *   I3  at most one ring is unheard
 *   I4  ready not empty, outside dispatch => a ring is unheard, or on its way (I1)
 *   I5  with a bell: a chain on NULL is taken only when its ring has been heard. So
 *       who rings is past it (LAST TOUCH) before any op of the chain is told of, and
 *       before the loop can be dropped. With a notify, whose poke may be heard before
 *       its caller is back, calls are counted, and drop waits for the last
 *   I6  an op is in one of: a channel's queue, completed, ready; and its completer
 *       touches it for the last time when it pushes it (LAST TOUCH)
 *
 * So the bell is readable exactly while there is something in completed or ready, or
 * the time that is set has passed, and that is set to the least deadline, or a
 * descriptor is ready that a select waits for.
 *
 * Synchronisation (x: the driver alone, -: any thread)
 *     dispatch, start, cancel, drop x    push and ring -
 *
 * Progress and lifetime. Push is lock-free. A completer that loses its processor
 * between push and ring holds up what is pushed behind it, and what it is late for is
 * not taken (I5). Dispatch never waits. Whoever completes an op of the loop has it
 * alive: the op is started.
 *
 * MODEL: tests/model/m_loop.c, g_loop.c */
#include "loop/loop.h"
#include "chan/promise.h"
#include "park/until.h"
#include <limits.h>

/* ---- one driver ------------------------------------------------------------- */

#if LEAT_DEBUG && !defined(LEAT_GENMC)

static LEAT__THREAD_LOCAL char this_thread;

void *leat__loop_enter(leat_loop *loop)
{
    void *me = &this_thread;
    /* relaxed: overlap shows without it, and order between calls is the callers' to
     * give: what we added here ThreadSanitizer would not miss */
    void *outer = leat__ldp_rlx(&loop->driver);
    leat__stp_rlx(&loop->driver, me); /* relaxed: see above */
    LEAT_CHECK(outer == NULL || outer == me,
               "leat_loop: two threads drive one loop at the same time");
    return outer;
}

void leat__loop_leave(leat_loop *loop, void *outer)
{
    leat__stp_rlx(&loop->driver, outer); /* relaxed: see leat__loop_enter */
}

#else

void *leat__loop_enter(leat_loop *loop)
{
    (void)loop;
    return NULL;
}

void leat__loop_leave(leat_loop *loop, void *outer)
{
    (void)loop;
    (void)outer;
}

#endif

/* ---- the completer's side ------------------------------------------------------- */

/* Leave the op there. true: we were the first, and the driver sleeps. */
static bool loop_push(leat_loop *loop, leat__started *op)
{
    void *top = leat__ldp_rlx(&loop->completed); /* relaxed: the CAS decides */
    do {
        op->next = top;
        /* ORDER loop.push: the outcome, and next, before who takes the chain. (Takers
         * and pushers only exchange, so the last one's acquire has them all.) */
    } while (!leat__casp_rel(&loop->completed, &top, op));
    return top == NULL;
}

/* I1. LAST TOUCH of the loop, unless other ops of it are ours too. */
static void loop_ring(leat_loop *loop)
{
    if (loop->notify == NULL) {
        leat__os_bell_ring(&loop->bell);
        return;
    }
    loop->notify(loop->notify_arg);
    /* ORDER loop.poked: the call is over before the loop goes. */
    leat__add32_rel(&loop->rings_done, 1);
}

void leat__loop_notify(leat__wait *wait)
{
    leat__started *op = LEAT__CONTAINER(wait, leat__started, op.wait);
    leat_loop *loop = op->loop;
    if (loop_push(loop, op)) /* LAST TOUCH of the op (I6) */
        loop_ring(loop);
}

/* ---- sleeping and waking (the driver) --------------------------------------------- */

/* Ring for ourselves, because something is left or new. pre: awake and not rung */
static void loop_ring_self(leat_loop *loop)
{
    LEAT_ASSERT(loop->awake && !loop->rung);
    loop->rung = true; /* I2 */
    if (loop->notify == NULL)
        leat__os_bell_ring(&loop->bell);
    else
        loop->notify(loop->notify_arg);
}

static bool loop_hear(leat_loop *loop)
{
    if (loop->notify == NULL)
        return leat__os_bell_hear(&loop->bell);
    return true; /* who is poked cannot unhear it */
}

/* Be awake, so that nobody rings while callbacks run. false: a completer has yet to
 * ring for what it pushed, so the driver will be called again (I5). */
static bool loop_wake_up(leat_loop *loop)
{
    if (loop->awake) {
        bool heard = loop_hear(loop);
        LEAT_ASSERT(heard); /* I2 */
        (void)heard;
        loop->rung = false;
        return true;
    }
    void *top = NULL;
    /* relaxed: it brings nothing; a chain that is there is taken with acquire */
    if (!leat__casp_rlx(&loop->completed, &top, loop) && !loop_hear(loop))
        return false;
    loop->awake = true; /* completed may be a chain on NULL still: loop_take */
    return true;
}

/* Go to sleep if nothing is left. pre: awake, ready is empty */
static bool loop_fall_asleep(leat_loop *loop)
{
    void *top = loop;
    /* relaxed: the bell has the order. We have heard it, an acquire, before this, and
     * who finds us asleep rings it, a release, after: what we heard was another ring. */
    if (!leat__casp_rlx(&loop->completed, &top, NULL))
        return false;
    loop->awake = false;
    return true;
}

/* Something has become ready outside dispatch: see to it that we are called. */
static void loop_prompt(leat_loop *loop)
{
    if (loop->dispatching || loop->rung)
        return;
    void *top = NULL;
    /* relaxed: see loop_wake_up; if it fails, a completer rings (I1) */
    if (leat__casp_rlx(&loop->completed, &top, loop)) {
        loop->awake = true;
        loop_ring_self(loop);
    }
}

void leat__loop_arm(leat_loop *loop)
{
    const leat__heap_node *least = loop->deadlines.root;
    int64_t at_ns = least == NULL ? INT64_MAX : least->key;
    if (at_ns == loop->armed_ns || !leat_loop_has_timer(loop))
        return;
    loop->armed_ns = at_ns;
    if (leat__clock_is_virtual()) {
        leat__clock_set(&loop->alarm, INT64_MAX); /* from here on it is ours */
        leat__os_bell_set(&loop->bell, INT64_MAX);
        leat__clock_set(&loop->alarm, at_ns);
    } else {
        leat__os_bell_set(&loop->bell, at_ns);
    }
}

void leat__loop_alarm(leat__alarm *alarm)
{
    leat_loop *loop = LEAT__CONTAINER(alarm, leat_loop, alarm);
    leat__os_bell_set(&loop->bell, 1); /* a time that has passed */
}

/* ---- ops on their way to their callbacks -------------------------------------------- */

void leat__started_end(leat__started *op)
{
    leat__started_unwatch(op);
    op->is_started = false;
    op->is_ready = false;
    op->loop->started--;
    if (op->selects)
        leat__selection_end(&op->select);
    else
        leat__promise_end(op->op.chan, op->op.dir);
}

void leat__started_unwatch(leat__started *op)
{
    if (op->watch < 0)
        return;
    leat__os_watch_close(op->watch);
    op->watch = -1;
    op->loop->watching--;
}

static void ready_add(leat_loop *loop, leat__started *op, int rc)
{
    leat__started_unwatch(op); /* else it is found ready again and again */
    op->is_ready = true;
    op->rc = rc;
    op->next = NULL;
    if (loop->ready_count == 0)
        loop->ready_first = op;
    else
        loop->ready_last->next = op;
    loop->ready_last = op;
    loop->ready_count++;
}

void leat__loop_make_ready(leat_loop *loop, leat__started *op, int rc)
{
    ready_add(loop, op, rc);
    loop_prompt(loop);
}

/* The wait of an op is over: so is the op, or it is to look again. */
static void settle_op(leat_loop *loop, leat__started *op, enum leat__won won)
{
    if (op->selects) {
        leat__started_settle(op);
        return;
    }
    int rc = leat__op_finish(&op->op, won);
    bool timed = op->op.chan->verbs->due_ns != NULL;
    if (won == LEAT__WON_AGAIN ||
        (timed && (rc == LEAT_EAGAIN || rc == LEAT_ETIMEDOUT)))
        rc = leat__started_again(op);
    if (rc != LEAT__PENDING)
        ready_add(loop, op, rc);
}

/* Turn a chain round, so that the oldest comes first. *bottom is what it stood on. */
static leat__started *chain_reverse(leat_loop *loop, void *top, void **bottom)
{
    leat__started *oldest = NULL;
    while (top != NULL && top != loop) {
        leat__started *op = top;
        top = op->next;
        op->next = oldest;
        oldest = op;
    }
    *bottom = top;
    return oldest;
}

/* Make ready what completers have left. pre: awake */
static void loop_take(leat_loop *loop)
{
    void *bottom;
    /* relaxed: a look; what comes next moment is taken next time */
    if (leat__ldp_rlx(&loop->completed) == loop)
        return;
    /* ORDER loop.push: the outcomes, and next, of all that was pushed. */
    void *top = leat__xchgp_acq(&loop->completed, loop);
    leat__started *op = chain_reverse(loop, top, &bottom);
    if (bottom == NULL)
        loop->rings_owed++; /* I5 */
    while (op != NULL) {
        leat__started *next = op->next;
        leat__loop_forget_deadline(loop, op);
        settle_op(loop, op, leat__wait_won(&op->op.wait));
        op = next;
    }
}

/* Make ready those whose deadline has passed, if nothing else was first. If it was
 * their token's, that fires here; not without us having won before, or it would
 * complete them by the way of completers. */
static void loop_expire(leat_loop *loop)
{
    if (loop->deadlines.root == NULL)
        return;
    int64_t now_ns = leat__now_ns();
    leat__heap_node *least;
    while ((least = loop->deadlines.root) != NULL && least->key <= now_ns) {
        leat__started *op = LEAT__CONTAINER(least, leat__started, deadline);
        leat__heap_remove(&loop->deadlines, least);
        if (!leat__wait_claim(&op->op.wait))
            continue;
        settle_op(loop, op,
                  leat__wait_expire(&op->op.wait) ? LEAT__WON_CANCEL
                                                  : LEAT__WON_TIMEOUT);
    }
}

/* Make ready those with a descriptor that is, if nothing else was first. */
static void loop_look_at_watches(leat_loop *loop)
{
    enum { AT_ONCE = 16 };
    void *tags[AT_ONCE];
    size_t n = loop->watching == 0
                   ? 0
                   : leat__os_watches_ready(&loop->bell, tags, AT_ONCE);
    for (size_t i = 0; i < n; i++) {
        leat__started *op = tags[i];
        if (!leat__wait_claim(&op->select.wait))
            continue; /* it is, or will be, in completed */
        leat__loop_forget_deadline(loop, op);
        settle_op(loop, op, LEAT__WON_TIMEOUT);
    }
}

static void run_first(leat_loop *loop)
{
    leat__started *op = loop->ready_first;
    loop->ready_first = op->next;
    loop->ready_count--;
    leat__started_end(op);
    op->fn((leat_op *)op, op->rc,
           op->arg); /* LAST TOUCH: the op is its owner's */
}

/* Run rounds of callbacks, up to most; in a round is who was ready at its start, so
 * nobody who starts again and again is in the way of others. */
static size_t loop_run(leat_loop *loop, size_t most)
{
    size_t done = 0;
    for (;;) {
        if (loop->awake)
            loop_take(loop);
        loop_expire(loop);
        loop_look_at_watches(loop);
        size_t round = loop->ready_count;
        if (round == 0 && (!loop->awake || loop_fall_asleep(loop)))
            return done;
        for (; round > 0 && done < most; round--, done++)
            run_first(loop);
        if (done == most)
            return done;
    }
}

/* ---- the calls ------------------------------------------------------------------------ */

int leat_loop_dispatch(leat_loop *loop, size_t max)
{
    size_t most = max < INT_MAX ? max : INT_MAX;
    void *outer = leat__loop_enter(leat__loop_check(loop));
    LEAT_CHECK(!loop->dispatching,
               "leat_loop_dispatch: called from a callback of the same loop");
    loop->dispatching = true;
    loop_wake_up(loop);
    size_t done = loop_run(loop, most);
    leat__loop_arm(loop);
    loop->dispatching = false;
    /* max came before the end */
    if (loop->awake && (loop->ready_count > 0 || !loop_fall_asleep(loop)))
        loop_ring_self(loop);
    leat__loop_leave(loop, outer);
    return (int)done;
}

int leat_loop_fd(leat_loop *loop)
{
    leat__loop_check(loop);
    return loop->notify == NULL ? loop->bell.fd : -1;
}

bool leat_loop_has_timer(leat_loop *loop)
{
    leat__loop_check(loop);
    return loop->notify == NULL && loop->bell.timer_fd >= 0;
}

int64_t leat_loop_deadline_ns(leat_loop *loop)
{
    const leat__heap_node *least = leat__loop_check(loop)->deadlines.root;
    return least == NULL ? INT64_MAX : least->key;
}
