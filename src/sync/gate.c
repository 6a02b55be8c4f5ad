/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* gate.c - standing in a line, and leaving it. See gate.h. */
#include "sync/gate.h"
#include "cancel/cancel.h"
#include "park/until.h"

#include <leat/err.h>

bool leat__gate_pop(leat__gate *gate, leat__waiter *first)
{
    leat__gate_remove(gate, first);
    return (first->act & LEAT__GATE_KNOWN) != 0 ||
           leat__wait_claim(first->wait);
}

leat__waiter *leat__gate_claim_first(leat__gate *gate)
{
    leat__waiter *first;
    while ((first = leat__gate_first(gate)) != NULL) {
        if (leat__gate_pop(gate, first))
            return first;
    }
    return NULL;
}

void leat__gate_claim_all(leat__gate *gate, leat__link *won, int rc)
{
    leat__waiter *waiter;
    while ((waiter = leat__gate_claim_first(gate)) != NULL) {
        waiter->rc = rc;
        leat__list_push_back(won, &waiter->link);
    }
}

void leat__gate_complete_all(leat__link *won)
{
    leat__link *link;
    while ((link = leat__list_pop_front(won)) != NULL)
        leat__wait_complete(LEAT__CONTAINER(link, leat__waiter, link)->wait,
                            LEAT__WON_CHAN);
}

/* ---- a thread's wait ------------------------------------------------------------- */

int leat__stay_begin(leat__stay *stay, leat_until until)
{
    if (leat__until_is_nowait(until))
        return LEAT_EAGAIN;
    stay->token =
        until.cancel == NULL ? NULL : leat__cancel_token(until.cancel);
    if (stay->token != NULL && leat__token_fired(stay->token))
        return LEAT_ECANCELED;
    stay->deadline_ns = leat__until_deadline(until);
    stay->missed = false;
    return leat__deadline_passed(stay->deadline_ns) ? LEAT_ETIMEDOUT : 0;
}

void leat__stay_prepare(leat__stay *stay, uint8_t act, void *msg)
{
    bool sole = stay->token == NULL && stay->deadline_ns == INT64_MAX;
    leat__wait_init(&stay->wait, sole, NULL);
    stay->at.link.next = NULL;
    stay->at.link.prev = NULL;
    stay->at.wait = &stay->wait;
    stay->at.act = act;
    stay->at.msg = msg;
}

bool leat__gate_leave(leat__gate *gate, leat__waiter *waiter,
                      leat__gate_left *left)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&gate->lock);
    bool in = leat__link_is_in(&waiter->link);
    if (in) {
        leat__gate_remove(gate, waiter);
        left(gate, &won);
    }
    leat__lock_release(&gate->lock);
    leat__gate_complete_all(&won);
    return in;
}

int leat__stay_wait(leat__stay *stay, leat__gate *gate, leat__gate_left *left)
{
    enum leat__won won = LEAT__WON_CANCEL;
    leat__token *token = stay->token;
    bool carried =
        token != NULL && leat__token_enlist(token, &stay->carrier, &stay->wait);
    /* If it has fired meanwhile, the wait is ours to end, or ended already. */
    if (token == NULL || carried || !leat__wait_claim(&stay->wait))
        won = leat__wait_park(&stay->wait, stay->deadline_ns);
    if (carried)
        leat__token_delist(token, &stay->carrier);
    if (won == LEAT__WON_CHAN)
        return stay->at.rc;
    stay->missed = !leat__gate_leave(gate, &stay->at, left);
    return won == LEAT__WON_CANCEL ? LEAT_ECANCELED : LEAT_ETIMEDOUT;
}
