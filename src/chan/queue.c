/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* queue.c - parked ops in a channel's two queues: first come, first served.
 *
 * All under the channel's lock, but for complete_all. A waiter that claim_all put
 * on a list of its own stays valid until it is completed (wait.h, I2). */
#include "base/mem.h"
#include "chan/chan.h"

leat__waiter *leat__chan_claim_first(leat__link *queue)
{
    leat__link *link;
    while ((link = leat__list_pop_front(queue)) != NULL) {
        leat__waiter *waiter = LEAT__CONTAINER(link, leat__waiter, link);
        if (leat__wait_claim(waiter->wait))
            return waiter;
        /* It timed out or was cancelled; its owner finds it gone from here. */
    }
    return NULL;
}

leat__waiter *leat__chan_first_open(const leat__link *queue)
{
    for (leat__link *at = queue->next; at != queue; at = at->next) {
        leat__waiter *waiter = LEAT__CONTAINER(at, leat__waiter, link);
        if (leat__wait_is_open(waiter->wait))
            return waiter;
    }
    return NULL;
}

leat__waiter *leat__chan_first_mover(const leat__link *queue,
                                     const leat__wait *own)
{
    for (leat__link *at = queue->next; at != queue; at = at->next) {
        leat__waiter *waiter = LEAT__CONTAINER(at, leat__waiter, link);
        if (waiter->act == LEAT__MOVE && waiter->wait != own &&
            leat__wait_is_open(waiter->wait))
            return waiter;
    }
    return NULL;
}

void leat__chan_show(leat_chan *chan, const leat__link *queue,
                     const leat__link *end, const void *msg, leat__link *won)
{
    leat__link *next;
    for (leat__link *at = queue->next; at != end; at = next) {
        leat__waiter *looker = LEAT__CONTAINER(at, leat__waiter, link);
        next = at->next;
        if (looker->act != LEAT__PEEK && looker->act != LEAT__HINT)
            continue;
        leat__list_remove(at);
        if (!leat__wait_claim(looker->wait))
            continue;
        if (looker->act == LEAT__PEEK)
            leat__copy(looker->msg, msg, chan->msg_bytes);
        looker->rc = 0;
        leat__list_push_back(won, at);
    }
}

void leat__chan_claim_all(leat__link *queue, leat__link *won, int rc)
{
    leat__waiter *waiter;
    while ((waiter = leat__chan_claim_first(queue)) != NULL) {
        waiter->rc = rc;
        leat__list_push_back(won, &waiter->link);
    }
}

void leat__chan_complete_all(leat__link *won)
{
    leat__link *link;
    while ((link = leat__list_pop_front(won)) != NULL)
        leat__wait_complete(LEAT__CONTAINER(link, leat__waiter, link)->wait,
                            LEAT__WON_CHAN);
}

void leat__chan_delist(leat_chan *chan, leat__waiter *waiter)
{
    if (chan->verbs->delist != NULL && waiter->act != LEAT__GONE) {
        chan->verbs->delist(chan, waiter);
        return;
    }
    chan = leat__chan_core(chan);
    leat__chan_lock(chan);
    if (leat__link_is_in(&waiter->link))
        leat__list_remove(&waiter->link);
    if (chan->verbs->delisted != NULL)
        chan->verbs->delisted(chan);
    leat__chan_unlock(chan);
}
