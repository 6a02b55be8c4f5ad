/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* watch_end.c - halves of a watch that leave, and its memory. See watch.c.
 *
 * MODEL: tests/model/m_watch.c */
#include "base/mem.h"
#include "chan/registry.h"
#include "chan/watch.h"

bool leat__watch_leave(leat_chan *core, enum leat__dir half)
{
    leat__link told;
    LEAT_ASSERT(half == LEAT__SEND);
    /* ORDER half.drop: what each owner did before the last one closes. */
    if (leat__sub32_acqrel(&core->tx.owners, 1) != 1)
        return false;
    leat__chan_claim_told(core, half, &told);
    leat__watch_close(core, 0);
    leat__chan_complete_all(&told);
    core->tx.tag = 0;
    leat__chan_release(core);
    return true;
}

/* The reader leaves: those who wait for the last of them to go, onto `told`. */
static void forget_reader(leat_chan *chan, leat__link *told)
{
    leat__watch_reader *reader = leat__watch_reader_of(chan);
    leat_chan *core = reader->core;
    leat__list_init(told);
    leat__chan_lock(core);
    bool idle = leat__list_is_empty(&chan->recvq);
    /* relaxed: its owners are gone */
    size_t lent = leat__ldz_rlx(&reader->lent);
    size_t released = leat__ldz_rlx(&reader->released); /* relaxed: likewise */
    bool holds = leat__ldp_rlx(&reader->held) != NULL;  /* relaxed: likewise */
    if (leat__link_is_in(&reader->link))
        leat__list_remove(&reader->link);
    if (leat__link_is_in(&reader->beside)) {
        leat__list_remove(&reader->beside);
        leat__watch_of(core)->nearby--;
    }
    /* ORDER half.drop: what this reader did, for who sees the last one gone. */
    bool last = leat__sub32_acqrel(&core->rx.owners, 1) == 1;
    leat__link *next;
    for (leat__link *at = core->goneq.next; last && at != &core->goneq;
         at = next) {
        leat__waiter *waiter = LEAT__CONTAINER(at, leat__waiter, link);
        next = at->next;
        if (waiter->dir != LEAT__SEND)
            continue; /* another reader's, who waits for the writers */
        leat__list_remove(at);
        if (leat__wait_claim(waiter->wait)) {
            waiter->rc = 0;
            leat__list_push_back(told, at);
        }
    }
    leat__chan_unlock(core);
    LEAT_CHECK(idle, "leat_rx_drop: a call still waits on the half that its "
                     "last owner drops");
    LEAT_CHECK(lent == released && !holds,
               "leat_rx_drop: the last owner leaves with a value borrowed");
}

bool leat__watch_reader_leave(leat_chan *chan, enum leat__dir half)
{
    leat__link told;
    LEAT_ASSERT(half == LEAT__RECV);
    (void)half;
    /* ORDER half.drop: what each owner did before the last one leaves. */
    if (leat__sub32_acqrel(&chan->rx.owners, 1) != 1)
        return false;
    forget_reader(chan, &told);
    leat__chan_complete_all(&told);
    chan->rx.tag = 0;
    leat__chan_release(chan);
    return true;
}

void leat__watch_reader_free(leat_chan *chan)
{
    leat_chan *core = leat__watch_reader_of(chan)->core;
    leat__registry_remove(chan);
    chan->weak_rx.tag = 0;
    if (!chan->lent)
        leat__mem_free(chan);
    leat__chan_release(core);
}

void leat__watch_free(leat_chan *core)
{
    void (*gone)(void *) = core->record == NULL ? NULL : core->record->gone;
    void *gone_arg = gone == NULL ? NULL : core->record->gone_arg;
    leat__registry_remove(core);
    core->weak_tx.tag = 0;
    leat__watch_dispose(core, leat__watch_of(core)->current);
    leat__watch_cell *idle = leat__watch_of(core)->idle;
    if (idle != NULL && idle->of_heap)
        leat__mem_free(idle);
    if (!core->lent)
        leat__mem_free(core);
    if (gone != NULL)
        gone(gone_arg);
}
