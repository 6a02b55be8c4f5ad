/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* idle.c - sleeping and waking. See idle.h. */
#include "pool/idle.h"

#define FROM_LOOKING_TO_SLEEP (LEAT__IDLE_SLEEPS - LEAT__IDLE_LOOKS)

void leat__idle_init(leat__idle *idle)
{
    leat__st32_rlx(&idle->word, 0); /* relaxed: nobody knows it yet */
    idle->lock = (leat__lock){0};
    leat__list_init(&idle->sleepers);
}

/* Out of the list, and counted as looking. pre: the lock is held */
static void idle_rouse(leat__idle *idle, leat__link *link)
{
    leat__list_remove(link);
    /* relaxed: see idle.h */
    leat__add32_rlx(&idle->word, -FROM_LOOKING_TO_SLEEP);
}

/* pre: roused, and the lock is free again */
static void idle_complete(leat__link *link)
{
    leat__sleeper *sleeper = LEAT__CONTAINER(link, leat__sleeper, link);
    leat__wait_complete(&sleeper->wait, LEAT__WON_CHAN); /* LAST TOUCH */
}

void leat__idle_wake_one(leat__idle *idle)
{
    leat__link *link = NULL;
    leat__lock_acquire(&idle->lock);
    if (leat__idle_must_wake(idle)) {
        link = idle->sleepers.next;
        idle_rouse(idle, link);
    }
    leat__lock_release(&idle->lock);
    if (link != NULL)
        idle_complete(link);
}

void leat__idle_wake(leat__idle *idle, leat__sleeper *sleeper)
{
    leat__lock_acquire(&idle->lock);
    bool asleep = leat__link_is_in(&sleeper->link);
    if (asleep)
        idle_rouse(idle, &sleeper->link);
    leat__lock_release(&idle->lock);
    if (asleep)
        idle_complete(&sleeper->link);
}

/* One by one: a link that is in no list is how a sleeper knows that it is roused. */
void leat__idle_wake_all(leat__idle *idle)
{
    leat__link *link;
    do {
        link = NULL;
        leat__lock_acquire(&idle->lock);
        if (!leat__list_is_empty(&idle->sleepers)) {
            link = idle->sleepers.next;
            idle_rouse(idle, link);
        }
        leat__lock_release(&idle->lock);
        if (link != NULL)
            idle_complete(link);
    } while (link != NULL);
}

void leat__idle_lie_down(leat__idle *idle, leat__sleeper *sleeper)
{
    leat__wait_init(&sleeper->wait, true, NULL);
    leat__lock_acquire(&idle->lock);
    leat__list_push_back(idle->sleepers.next, &sleeper->link); /* the first */
    /* relaxed: see idle.h */
    leat__add32_rlx(&idle->word, FROM_LOOKING_TO_SLEEP);
    leat__lock_release(&idle->lock);
}

void leat__idle_sleep(leat__sleeper *sleeper)
{
    leat__wait_park(&sleeper->wait, INT64_MAX);
}

bool leat__idle_get_up(leat__idle *idle, leat__sleeper *sleeper)
{
    leat__lock_acquire(&idle->lock);
    bool asleep = leat__link_is_in(&sleeper->link);
    if (asleep) {
        leat__list_remove(&sleeper->link);
        /* relaxed: see idle.h */
        leat__add32_rlx(&idle->word, -LEAT__IDLE_SLEEPS);
    }
    leat__lock_release(&idle->lock);
    if (!asleep)
        leat__idle_sleep(sleeper); /* I3: whoever woke it is on its way */
    return !asleep;
}
