/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* token.c - firing a token at the waits that carry it, and being one of them. See
 * token.h. */
#include "park/token.h"
#include "os/os.h"
#include "park/clock.h"
#include "park/until.h"

#include <leat/err.h>

void leat__token_init(leat__token *token)
{
    *token = (leat__token){0};
    leat__list_init(&token->carriers);
}

void leat__timed_init(leat__timed *timed, void (*expire)(leat__timed *timed))
{
    leat__token_init(&timed->token);
    /* relaxed: nobody knows it yet */
    leat__st64_rlx(&timed->deadline_ns, INT64_MAX);
    timed->expire = expire;
}

bool leat__token_is_due(const leat__token *token)
{
    return leat__deadline_passed(leat__token_due_ns(token));
}

bool leat__token_expire(const leat__token *token)
{
    leat__timed *timed =
        LEAT__CONTAINER((leat__token *)(uintptr_t)token, leat__timed, token);
    if (!leat__token_is_due(token)) {
        /* ORDER token.fire: if it is not due because it has just been fired. */
        return (leat__ld32_acq(&token->state) & LEAT__TOKEN_FIRED) != 0;
    }
    timed->expire(timed);
    return true;
}

/* ---- waits that carry it ------------------------------------------------------ */

static void wait_add(leat__wait *wait, leat__carrier *carrier)
{
    carrier->next = wait->carriers;
    carrier->at = &wait->carriers;
    if (carrier->next != NULL)
        carrier->next->at = &carrier->next;
    wait->carriers = carrier;
}

static void wait_remove(const leat__carrier *carrier)
{
    *carrier->at = carrier->next;
    if (carrier->next != NULL)
        carrier->next->at = carrier->at;
}

bool leat__token_enlist(leat__token *token, leat__carrier *carrier,
                        leat__wait *wait)
{
    LEAT_ASSERT(!wait->sole);
    carrier->wait = wait;
    carrier->token = token;
    carrier->link = (leat__link){0};
    leat__lock_acquire(&token->lock);
    uint32_t state = leat__ld32_rlx(&token->state); /* relaxed: under lock */
    bool due = state == LEAT__TOKEN_TIMED && leat__token_is_due(token);
    bool open = (state & LEAT__TOKEN_FIRED) == 0 && !due;
    if (open)
        leat__list_push_back(&token->carriers, &carrier->link);
    leat__lock_release(&token->lock);
    if (open)
        wait_add(wait, carrier);
    else if (due)
        leat__token_expire(token);
    return open;
}

void leat__token_delist(leat__token *token, leat__carrier *carrier)
{
    leat__lock_acquire(&token->lock);
    if (leat__link_is_in(&carrier->link))
        leat__list_remove(&carrier->link);
    leat__lock_release(&token->lock);
    wait_remove(carrier);
}

bool leat__token_is_carried(leat__token *token)
{
    leat__lock_acquire(&token->lock);
    bool carried = !leat__list_is_empty(&token->carriers);
    leat__lock_release(&token->lock);
    return carried;
}

/* ---- firing --------------------------------------------------------------------- */

void leat__token_mark(leat__token *token, leat__link *won)
{
    leat__link *link;
    /* relaxed: under lock */
    uint32_t state = leat__ld32_rlx(&token->state) | LEAT__TOKEN_FIRED;
    /* ORDER token.fire: what we did before is visible to who sees it fired. */
    leat__st32_rel(&token->state, state);
    while ((link = leat__list_pop_front(&token->carriers)) != NULL) {
        leat__carrier *carrier = LEAT__CONTAINER(link, leat__carrier, link);
        if (leat__wait_claim(carrier->wait))
            leat__list_push_back(won, link); /* I2: it stays for us */
    }
}

void leat__token_complete(leat__link *won, enum leat__won how)
{
    leat__link *link;
    while ((link = leat__list_pop_front(won)) != NULL)
        leat__wait_complete(LEAT__CONTAINER(link, leat__carrier, link)->wait,
                            how);
}

void leat__token_fire(leat__token *token)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&token->lock);
    leat__token_mark(token, &won);
    leat__lock_release(&token->lock);
    leat__token_complete(&won, LEAT__WON_CANCEL);
}

/* ---- deadlines ------------------------------------------------------------------ */

void leat__nudges_init(leat__nudges *nudges)
{
    leat__list_init(&nudges->again);
    leat__list_init(&nudges->due);
    leat__list_init(&nudges->watched);
    nudges->n = 0;
}

static void wake_sleepers(leat__nudges *nudges)
{
    while (nudges->n > 0)
        leat__os_futex_wake(nudges->asleep[--nudges->n]);
}

void leat__nudges_send(leat__nudges *nudges)
{
    wake_sleepers(nudges);
    leat__token_complete(&nudges->again, LEAT__WON_AGAIN);
    leat__token_complete(&nudges->due, LEAT__WON_TIMEOUT);
    leat__clock_tell(&nudges->watched);
}

/* The carrier's wait is won: to those that are completed. */
static void nudge_later(leat__link *link, leat__link *won)
{
    leat__list_remove(link);
    leat__list_push_back(won, link); /* I2: likewise */
}

static void nudge(leat__link *link, int64_t deadline_ns, leat__nudges *nudges)
{
    leat__carrier *carrier = LEAT__CONTAINER(link, leat__carrier, link);
    leat__wait *wait = carrier->wait;
    if (wait->notify != NULL) {
        if (leat__wait_claim(wait))
            nudge_later(link, &nudges->again);
        return;
    }
    if (leat__clock_is_virtual()) {
        if (leat__clock_lower(wait, deadline_ns, &nudges->watched))
            nudge_later(link, &nudges->due);
        return;
    }
    leat__a32 *word = leat__wait_nudge(wait);
    if (word == NULL)
        return;
    /* more threads sleep than we have room for: those that follow us wait for them
     * under the lock, which is better than a limit */
    if (nudges->n == LEAT__NUDGES)
        wake_sleepers(nudges);
    nudges->asleep[nudges->n++] = word;
}

void leat__timed_lower(leat__timed *timed, int64_t deadline_ns,
                       leat__nudges *nudges)
{
    leat__token *token = &timed->token;
    LEAT_ASSERT(deadline_ns < leat__ld64_rlx(&timed->deadline_ns)); /* relaxed:
        under lock, as is the state */
    leat__st64_rlx(&timed->deadline_ns, deadline_ns); /* relaxed: token.timed */
    /* ORDER token.timed: the deadline is there. */
    leat__st32_rel(&token->state, LEAT__TOKEN_TIMED);
    leat__link *link = token->carriers.next;
    while (link != &token->carriers) {
        leat__link *next = link->next; /* it may be taken out */
        nudge(link, deadline_ns, nudges);
        link = next;
    }
}

/* ---- waiting for it ---------------------------------------------------------------- */

int leat__token_wait(leat__token *token, leat__token *other,
                     int64_t deadline_ns)
{
    leat__wait wait;
    leat__carrier at_token;
    leat__carrier at_other;
    leat__wait_init(&wait, false, NULL);
    if (!leat__token_enlist(token, &at_token, &wait))
        return 0;
    bool both = other != NULL && leat__token_enlist(other, &at_other, &wait);
    if (other != NULL && !both && leat__wait_claim(&wait)) {
        leat__token_delist(token, &at_token);
        return leat__token_fired(token) ? 0 : LEAT_ECANCELED;
    }
    enum leat__won won = leat__wait_park(&wait, deadline_ns);
    leat__token_delist(token, &at_token);
    if (both)
        leat__token_delist(other, &at_other);
    if (leat__token_fired(token))
        return 0;
    return won == LEAT__WON_TIMEOUT ? LEAT_ETIMEDOUT : LEAT_ECANCELED;
}
