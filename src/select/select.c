/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* select.c - leat_select and leat_ready. See select.h. */
#include "select/select.h"
#include "cancel/cancel.h"
#include "os/os.h"
#include "park/chance.h"
#include "park/clock.h"
#include "park/spin.h"
#include "park/until.h"
#include "select/fd.h"

#include <limits.h>

/* ---- the parts --------------------------------------------------------------------- */

uint64_t leat__selection_chance(size_t n, uint32_t flags)
{
    return n < 2 || (flags & LEAT_BIASED) != 0 ? 0 : leat__chance();
}

static bool call_is_valid(const leat_case *cases, size_t n, uint32_t flags)
{
    LEAT_CHECK(cases != NULL || n == 0, "leat_select: cases is NULL");
    return n <= INT_MAX && (flags & ~LEAT_BIASED) == 0;
}

int leat__selection_begin(leat__selection *it, leat_case *cases, size_t n,
                          uint32_t flags, uint64_t chance)
{
    it->all = 0;
    if (!call_is_valid(cases, n, flags))
        return LEAT_EINVAL;
    it->hints = false;
    it->ends = false;
    it->biased = (flags & LEAT_BIASED) != 0;
    it->carried = false;
    it->cases = cases;
    it->all = (uint32_t)n;
    it->on = 0;
    it->armed = 0;
    it->polls = 0;
    it->bell = NULL;
    it->token = NULL;
    it->chance = chance;
    for (uint32_t i = 0; i < n; i++) {
        const leat__source *source = cases[i].source_;
        if (source == NULL)
            continue;
        cases[it->on++].order_ = i;
        it->polls += source->polls ? 1 : 0;
        if (source->begin != NULL) {
            it->ends = true;
            source->begin(&cases[i], &it->wait);
        }
    }
    return 0;
}

/* A case that went off in this call is over all the same. */
static void end_case(leat_case *it)
{
    if (it->source_ != NULL && it->source_->end != NULL)
        it->source_->end(it);
}

void leat__selection_end(leat__selection *it)
{
    for (uint32_t i = 0; it->ends && i < it->all; i++)
        end_case(&it->cases[i]);
}

/* The k-th case in this round's order, when those before it are decided: any of the rest
 * with the same chance (Fisher and Yates, as far as it is needed). */
static leat_case *draw(leat__selection *it, uint32_t k, uint32_t *index)
{
    leat_case *cases = it->cases;
    if (!it->biased && k + 1 < it->on) {
        uint32_t j = k + leat__chance_below(&it->chance, it->on - k);
        uint32_t drawn = cases[j].order_;
        cases[j].order_ = cases[k].order_;
        cases[k].order_ = drawn;
    }
    *index = cases[k].order_;
    return &cases[*index];
}

/* The case is done. What met its end goes off. */
static int done(leat_case *it, uint32_t index, int rc)
{
    it->rc = rc;
    if (rc == LEAT_ECLOSED || rc == LEAT_EINVAL) {
        end_case(it);
        it->source_ = NULL;
    }
    return (int)index;
}

int leat__selection_poll(leat__selection *it)
{
    LEAT_ASSERT(it->armed == 0); /* S1 */
    for (uint32_t k = 0; k < it->on; k++) {
        uint32_t index;
        leat_case *one = draw(it, k, &index);
        int rc = one->source_->attempt(one);
        if (rc != LEAT_EAGAIN)
            return done(one, index, rc);
    }
    return LEAT_EAGAIN;
}

int leat__selection_arm(leat__selection *it, void (*notify)(leat__wait *))
{
    leat__wait_init(&it->wait, false, notify);
    for (it->armed = 0; it->armed < it->on; it->armed++) {
        uint32_t index = it->cases[it->armed].order_;
        leat_case *one = &it->cases[index];
        if (one->source_->arm(one, &it->wait, it->hints) != LEAT_EAGAIN)
            return (int)index;
    }
    if (it->token == NULL)
        return LEAT_EAGAIN;
    it->carried = leat__token_enlist(it->token, &it->carrier, &it->wait);
    return it->carried ? LEAT_EAGAIN : LEAT_ECANCELED;
}

int leat__selection_leave(leat__selection *it)
{
    int won = LEAT_EAGAIN;
    if (it->carried)
        leat__token_delist(it->token, &it->carrier);
    it->carried = false;
    for (uint32_t k = 0; k < it->armed; k++) {
        uint32_t index = it->cases[k].order_;
        leat_case *one = &it->cases[index];
        int rc = one->source_->leave(one);
        if (rc == LEAT_EAGAIN || it->hints)
            continue;
        LEAT_ASSERT(won == LEAT_EAGAIN); /* S3 */
        won = done(one, index, rc);
    }
    it->armed = 0;
    return won;
}

int64_t leat__selection_due(const leat__selection *it)
{
    int64_t due_ns = INT64_MAX;
    for (uint32_t k = 0; k < it->on; k++) {
        leat_case *one = &it->cases[it->cases[k].order_];
        int64_t at_ns = one->source_->due_ns == NULL
                            ? INT64_MAX
                            : one->source_->due_ns(one);
        due_ns = at_ns < due_ns ? at_ns : due_ns;
    }
    return due_ns;
}

/* ---- waiting, as a thread ---------------------------------------------------------------- */

/* Enlist, sleep until something happens, leave.
 * returns the index of the case that was done, or for leat_ready that might be;
 *         LEAT_EAGAIN: look again */
static int wait_once(leat__selection *it, int64_t deadline_ns)
{
    int rc = leat__selection_arm(it, it->bell == NULL ? NULL : leat__fd_notify);
    bool enlisted = rc == LEAT_EAGAIN;
    if (enlisted || !leat__wait_claim(&it->wait)) {
        int64_t due_ns = leat__selection_due(it);
        int64_t until_ns = due_ns < deadline_ns ? due_ns : deadline_ns;
        if (!enlisted) /* another has won, and will say so */
            until_ns = INT64_MAX;
        if (it->bell == NULL)
            leat__wait_park(&it->wait, until_ns);
        else
            leat__fd_park(it, until_ns);
    }
    int won = leat__selection_leave(it);
    return it->hints && rc >= 0 ? rc : won;
}

/* Was there a moment in which no case could be done? Polling one by one does not tell:
 * what comes to one channel while another is looked at, and is taken out of that, is in
 * neither look. Being enlisted everywhere and won by nobody does.
 * returns LEAT_ETIMEDOUT: there was; LEAT_EAGAIN: perhaps not, look again; the index of
 *         the case that was done meanwhile, or for leat_ready that might be */
static int look_once(leat__selection *it)
{
    leat__token *token = it->token;
    it->token = NULL;
    int rc = leat__selection_arm(it, NULL);
    it->token = token;
    bool won = !leat__wait_claim(&it->wait);
    if (won)
        leat__wait_park(&it->wait, INT64_MAX);
    int done_index = leat__selection_leave(it);
    if (it->hints && rc >= 0)
        return rc;
    return rc == LEAT_EAGAIN && !won ? LEAT_ETIMEDOUT : done_index;
}

/* A new order, for going to the places. */
static void shuffle(leat__selection *it)
{
    for (uint32_t k = 0; k < it->on; k++) {
        uint32_t index;
        draw(it, k, &index);
    }
}

/* leat_ready's poll: is any ready? What says so is left at once. */
static int look_at_all(leat__selection *it)
{
    int rc = LEAT_EAGAIN;
    while (rc == LEAT_EAGAIN) {
        shuffle(it);
        rc = look_once(it);
    }
    return rc == LEAT_ETIMEDOUT ? LEAT_EAGAIN : rc;
}

static int poll_or_look(leat__selection *it)
{
    int rc = it->hints ? look_at_all(it) : leat__selection_poll(it);
    if (rc >= 0 && it->hints)
        it->cases[rc].rc = 0;
    return rc;
}

static bool lingers(const leat_case *it)
{
    return it->source_->lingers != NULL && it->source_->lingers(it);
}

/* Is one of the cases worth a try now and then, before parking? */
static bool may_linger(const leat__selection *it)
{
    for (uint32_t k = 0; k < it->on; k++) {
        if (lingers(&it->cases[it->cases[k].order_]))
            return true;
    }
    return false;
}

/* About as long as the looks take if nobody else wants the processor. */
#define LINGER_NS 100000

/* Look for a bounded time before parking, as a plain send or receive does: see linger in
 * src/chan/transfer.c. */
static int select_linger(leat__selection *it, int64_t deadline_ns)
{
    leat__spin spin = LEAT__SPIN_LINGER;
    if (it->hints || it->biased || !may_linger(it))
        return LEAT_EAGAIN;
    int64_t enough_ns = leat__now_ns() + LINGER_NS;
    spin.deadline_ns = deadline_ns < enough_ns ? deadline_ns : enough_ns;
    while (leat__spin_turn(&spin) &&
           (it->token == NULL || !leat__token_fired(it->token))) {
        for (uint32_t k = 0; k < it->on; k++) {
            uint32_t index;
            leat_case *one = draw(it, k, &index);
            int rc = lingers(one) ? one->source_->attempt(one) : LEAT_EAGAIN;
            if (rc != LEAT_EAGAIN)
                return done(one, index, rc);
        }
    }
    return LEAT_EAGAIN;
}

/* Why to give up now; LEAT_OK: there is no reason. */
static int reason_to_give_up(const leat__selection *it, int64_t deadline_ns)
{
    if (deadline_ns == 0)
        return LEAT_EAGAIN;
    if (it->token != NULL && leat__token_fired(it->token))
        return LEAT_ECANCELED;
    return leat__deadline_passed(deadline_ns) ? LEAT_ETIMEDOUT : LEAT_OK;
}

/* A poll of one, and leat_ready's, is of one moment. */
static int give_up_unless_done(leat__selection *it, int reason)
{
    if (it->on < 2 || it->hints)
        return reason;
    int rc = LEAT_EAGAIN;
    while (rc == LEAT_EAGAIN) {
        rc = look_once(it);
        if (rc == LEAT_EAGAIN)
            rc = leat__selection_poll(it);
    }
    return rc == LEAT_ETIMEDOUT ? reason : rc;
}

/* All have to wait, as a poll has it. deadline_ns 0: not at all */
static int select_waiting(leat__selection *it, int64_t deadline_ns)
{
    int rc = LEAT_EAGAIN;
    for (bool first = true;; first = false) {
        int reason = reason_to_give_up(it, deadline_ns);
        if (reason != LEAT_OK)
            return give_up_unless_done(it, reason);
        if (first && it->polls > 0 && (rc = leat__fd_begin(it)) < 0)
            return rc;
        rc = first ? select_linger(it, deadline_ns) : LEAT_EAGAIN;
        if (rc == LEAT_EAGAIN)
            rc = wait_once(it, deadline_ns);
        if (rc == LEAT_EAGAIN)
            rc = poll_or_look(it);
        if (rc != LEAT_EAGAIN)
            return rc;
    }
}

static int wait_or_give_up(leat__selection *it, leat_until until)
{
    if (leat__until_is_nowait(until))
        return select_waiting(it, 0);
    if (until.cancel != NULL)
        it->token = leat__cancel_token(until.cancel);
    int64_t deadline_ns = leat__until_deadline(until);
    if (it->on == 0 && it->token == NULL && deadline_ns == INT64_MAX)
        return LEAT_EINVAL;
    return select_waiting(it, deadline_ns);
}

static int select_run(leat__selection *it, leat_until until)
{
    int rc = poll_or_look(it);
    if (rc == LEAT_EAGAIN)
        rc = wait_or_give_up(it, until);
    leat__selection_end(it);
    return rc;
}

/* ---- first, before anything is set up --------------------------------------------------- */

static int try_one(leat_case *one, uint32_t index, const leat__wait *call)
{
    const leat__source *source = one->source_;
    if (source->begin != NULL)
        source->begin(one, call);
    int rc = source->attempt(one);
    if (rc != LEAT_EAGAIN)
        rc = done(one, index, rc);
    end_case(one);
    return rc;
}

/* Try the case that chance has (biased: the first).
 * pre: n > 0; returns LEAT_EAGAIN: it has to wait, or is not one to be tried so */
static inline int try_drawn(leat_case *cases, size_t n, uint64_t *chance,
                            const leat__wait *call)
{
    uint32_t index = *chance == 0 ? 0 : leat__chance_below(chance, (uint32_t)n);
    const leat__source *source = cases[index].source_;
    return source == NULL || source->polls
               ? LEAT_EAGAIN
               : try_one(&cases[index], index, call);
}

/* The first case from i on that might be done; n: none. */
static size_t next_likely(leat_case *cases, size_t n, size_t i)
{
    size_t skipped = 1;
    while (i < n && skipped > 0) {
        const leat__source *source = cases[i].source_;
        skipped = source == NULL         ? 1
                  : source->skip == NULL ? 0
                                         : source->skip(&cases[i], n - i);
        i += skipped;
    }
    return i;
}

static int try_likely_in_order(leat_case *cases, size_t n,
                               const leat__wait *call)
{
    int rc = LEAT_EAGAIN;
    for (size_t i = next_likely(cases, n, 0); i < n && rc == LEAT_EAGAIN;
         i = next_likely(cases, n, i + 1))
        rc = try_one(&cases[i], (uint32_t)i, call);
    return rc;
}

/* Before the others are even looked at, a few that chance has: on busy channels that is all
 * there is to do, and to look at all takes lines away from those who send. Any case may be
 * drawn each time, so of those that can be done each is as likely; and if it is none of
 * them each is as likely of the rest. */
static int try_some(leat__selection *it, leat_case *cases, size_t n)
{
    enum { PART = 8 }; /* few beside a look at all */
    int rc = LEAT_EAGAIN;
    size_t tries = it->chance == 0 ? 0 : n / PART;
    for (; tries > 0 && rc == LEAT_EAGAIN; tries--)
        rc = try_drawn(cases, n, &it->chance, &it->wait);
    return rc;
}

/* Look at each, in the order of the array, and try those that might be done, in a random
 * order. A look in order costs so much less than a draw and a try that to look at all is
 * cheaper than to try half of them, which is what finding a single one by chance takes. */
static int try_likely(leat__selection *it, leat_case *cases, size_t n)
{
    if (it->biased)
        return try_likely_in_order(cases, n, &it->wait);
    it->on = 0;
    for (size_t i = next_likely(cases, n, 0); i < n;
         i = next_likely(cases, n, i + 1))
        cases[it->on++].order_ = (uint32_t)i;
    int rc = LEAT_EAGAIN;
    for (uint32_t k = 0; k < it->on && rc == LEAT_EAGAIN; k++) {
        uint32_t index;
        leat_case *one = draw(it, k, &index);
        rc = try_one(one, index, &it->wait);
    }
    return rc;
}

/* The case that was tried first has to wait, or there is none. */
static LEAT__NOINLINE int select_rest(leat__selection *it, leat_case *cases,
                                      size_t n, uint32_t flags,
                                      leat_until until)
{
    it->cases = cases;
    it->biased = (flags & LEAT_BIASED) != 0;
    int rc = try_some(it, cases, n);
    if (rc == LEAT_EAGAIN)
        rc = try_likely(it, cases, n);
    if (rc != LEAT_EAGAIN)
        return rc;
    rc = leat__selection_begin(it, cases, n, flags, it->chance);
    if (rc < 0)
        return rc;
    shuffle(it);
    rc = wait_or_give_up(it, until);
    leat__selection_end(it);
    return rc;
}

int leat_select(leat_case *cases, size_t n, uint32_t flags, leat_until until)
{
    leat__selection it;
    if (!call_is_valid(cases, n, flags))
        return LEAT_EINVAL;
    it.chance = leat__selection_chance(n, flags);
    int rc = n == 0 ? LEAT_EAGAIN : try_drawn(cases, n, &it.chance, &it.wait);
    return rc != LEAT_EAGAIN ? rc : select_rest(&it, cases, n, flags, until);
}

int leat_ready(leat_case *cases, size_t n, uint32_t flags, leat_until until)
{
    leat__selection it;
    int rc = leat__selection_begin(&it, cases, n, flags,
                                   leat__selection_chance(n, flags));
    if (rc < 0)
        return rc;
    it.hints = true;
    rc = select_run(&it, until);
    if (rc >= 0)
        cases[rc].rc = 0;
    return rc;
}
