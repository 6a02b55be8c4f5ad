/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* token.c - firing a token at the waits that carry it, and being one of them. See
 * token.h. */
#include "park/token.h"

#include <leat/err.h>

void leat__token_init(leat__token *token)
{
    *token = (leat__token){0};
    leat__list_init(&token->carriers);
}

bool leat__token_enlist(leat__token *token, leat__carrier *carrier,
                        leat__wait *wait)
{
    LEAT_ASSERT(!wait->sole);
    carrier->wait = wait;
    carrier->link = (leat__link){0};
    leat__lock_acquire(&token->lock);
    bool open = leat__ld32_rlx(&token->fired) == 0; /* relaxed: under lock */
    if (open)
        leat__list_push_back(&token->carriers, &carrier->link);
    leat__lock_release(&token->lock);
    return open;
}

void leat__token_delist(leat__token *token, leat__carrier *carrier)
{
    leat__lock_acquire(&token->lock);
    if (leat__link_is_in(&carrier->link))
        leat__list_remove(&carrier->link);
    leat__lock_release(&token->lock);
}

bool leat__token_is_carried(leat__token *token)
{
    leat__lock_acquire(&token->lock);
    bool carried = !leat__list_is_empty(&token->carriers);
    leat__lock_release(&token->lock);
    return carried;
}

/* Move the carriers whose wait we win to `won`. pre: the lock is held. */
static void claim_all(leat__token *token, leat__link *won)
{
    leat__link *link;
    while ((link = leat__list_pop_front(&token->carriers)) != NULL) {
        leat__carrier *carrier = LEAT__CONTAINER(link, leat__carrier, link);
        if (leat__wait_claim(carrier->wait))
            leat__list_push_back(won, link); /* I2: it stays for us */
    }
}

void leat__token_fire(leat__token *token)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&token->lock);
    /* ORDER token.fire: what we did before is visible to who sees it fired. */
    leat__st32_rel(&token->fired, 1);
    claim_all(token, &won);
    leat__lock_release(&token->lock);
    leat__link *link;
    while ((link = leat__list_pop_front(&won)) != NULL)
        leat__wait_complete(LEAT__CONTAINER(link, leat__carrier, link)->wait,
                            LEAT__WON_CANCEL);
}

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
