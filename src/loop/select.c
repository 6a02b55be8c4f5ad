/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* select.c - a select as a started operation. See loop.h, and src/select/select.h.
 *
 * It goes round as leat_select does, with being told for sleeping: a round that comes to
 * nothing (a place said "try now" and somebody was faster, a time of a case has come, a
 * token fired) is followed by another, in dispatch. All of it by the driver, so that the
 * cases are in one pair of hands but for the moment in which a winner has them.
 *
 * MODEL: tests/model/m_loop.c */
#include "cancel/cancel.h"
#include "loop/loop.h"
#include "park/until.h"

/* Why it has to give up, now that no case could be done; LEAT_EAGAIN: it has not to. */
static int gives_up(const leat__started *op)
{
    if (op->select.token != NULL && leat__token_fired(op->select.token))
        return LEAT_ECANCELED;
    return leat__deadline_passed(op->deadline_ns) ? LEAT_ETIMEDOUT
                                                  : LEAT_EAGAIN;
}

/* Let the loop look at it when it gives up or a case is due. */
static void set_deadline(leat__started *op)
{
    int64_t at_ns = leat__selection_due(&op->select);
    if (op->deadline_ns < at_ns)
        at_ns = op->deadline_ns;
    at_ns = leat__wait_due_ns(&op->select.wait, at_ns);
    if (at_ns != INT64_MAX)
        leat__heap_add(&op->loop->deadlines, &op->deadline, at_ns);
}

/* Go round, from after a poll in vain, until it is over or enlisted.
 * returns the outcome; LEAT_EAGAIN: it is enlisted, or will be told of */
static int select_rounds(leat__started *op)
{
    int rc = gives_up(op);
    while (rc == LEAT_EAGAIN) {
        rc = leat__selection_arm(&op->select, leat__loop_notify);
        if (rc == LEAT_EAGAIN) {
            set_deadline(op);
            return rc;
        }
        if (!leat__wait_claim(&op->select.wait))
            return LEAT_EAGAIN; /* another place has won: we are told */
        rc = leat__selection_leave(&op->select);
        LEAT_ASSERT(rc == LEAT_EAGAIN); /* nobody else has won */
        rc = leat__selection_poll(&op->select);
        if (rc == LEAT_EAGAIN)
            rc = gives_up(op);
    }
    return rc;
}

void leat__started_settle(leat__started *op)
{
    int rc = leat__selection_leave(&op->select);
    if (rc == LEAT_EAGAIN)
        rc = leat__selection_poll(&op->select);
    if (rc == LEAT_EAGAIN)
        rc = select_rounds(op);
    if (rc != LEAT_EAGAIN)
        leat__loop_make_ready(op->loop, op, rc);
}

/* ---- descriptors --------------------------------------------------------------------- */

/* For which events its cases are that are of this descriptor. */
static uint32_t events_of(const leat__selection *it, int64_t fd)
{
    uint32_t events = 0;
    for (uint32_t k = 0; k < it->on; k++) {
        const leat_case *one = &it->cases[it->cases[k].order_];
        if (one->source_->polls && one->number_ == fd)
            events |= one->detail_;
    }
    return events;
}

static int watch_cases(const leat__selection *it, int watch)
{
    for (uint32_t k = 0; k < it->on; k++) {
        const leat_case *one = &it->cases[it->cases[k].order_];
        if (!one->source_->polls)
            continue;
        int fd = (int)one->number_;
        int rc = leat__os_watch_add(watch, fd, one->detail_);
        if (rc == LEAT_EEXIST)
            rc = leat__os_watch_change(watch, fd, events_of(it, fd));
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Let the loop be woken for its descriptors as well. returns 0 or a code */
static int begin_watch(leat__started *op)
{
    int rc = leat__os_watch_open(&op->loop->bell, op);
    if (rc < 0)
        return rc;
    op->watch = rc;
    op->loop->watching++;
    return watch_cases(&op->select, op->watch);
}

/* returns the outcome, or LEAT_EAGAIN and *waits: it is enlisted, or will be told of */
static int begin_select(leat__started *op, leat_until until, bool *waits)
{
    leat__selection *select = &op->select;
    *waits = false;
    if (select->polls > 0 && !leat_loop_has_timer(op->loop))
        return LEAT_EINVAL;
    int rc = leat__selection_poll(select);
    if (rc != LEAT_EAGAIN || leat__until_is_nowait(until))
        return rc;
    if (until.cancel != NULL)
        select->token = leat__cancel_token(until.cancel);
    op->deadline_ns = leat__until_deadline(until);
    if (select->on == 0 && select->token == NULL &&
        op->deadline_ns == INT64_MAX)
        return LEAT_EINVAL;
    if (select->polls > 0 && (rc = begin_watch(op)) < 0)
        return rc;
    rc = select_rounds(op);
    *waits = rc == LEAT_EAGAIN;
    return rc;
}

void leat_op_select(leat_op *handle, leat_case *cases, size_t n, uint32_t flags,
                    leat_until until)
{
    leat__started *op = leat__started_check(handle);
    leat_loop *loop = op->loop;
    bool waits = false;
    void *outer = leat__loop_enter(loop);
    LEAT_CHECK(!op->is_started, "leat_op: started while it is started");
    int rc = leat__selection_begin(&op->select, cases, n, flags,
                                   leat__selection_chance(n, flags));
    op->selects = true;
    op->is_started = true; /* before others can end it */
    loop->started++;
    if (rc == 0)
        rc = begin_select(op, until, &waits);
    if (!waits)
        leat__loop_make_ready(loop, op, rc);
    else if (!loop->dispatching)
        leat__loop_arm(loop);
    leat__loop_leave(loop, outer);
}
