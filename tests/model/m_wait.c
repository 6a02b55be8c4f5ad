/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_wait.c - src/park/wait: exactly one event wins a wait, what it brings is seen,
 * and the owner wakes. Places are as in a channel: a lock and who is enlisted. */
#include "model.h"

struct place {
    leat__lock lock;
    leat__wait *enlisted;
};

static leat__wait the_wait;
static struct place place_a;
static struct place place_b;
static uint32_t outcome; /* plain: the winner writes, the owner reads */
static uint32_t wins_a;
static uint32_t wins_b;
static leat__a32 told;

/* An event at a place: claim, bring the outcome, complete. */
static uint32_t event(struct place *place, uint32_t brings, enum leat__won won)
{
    leat__wait *wait = NULL;
    leat__lock_acquire(&place->lock);
    if (place->enlisted != NULL && leat__wait_claim(place->enlisted)) {
        wait = place->enlisted;
        outcome = brings;
    }
    place->enlisted = NULL;
    leat__lock_release(&place->lock);
    if (wait == NULL)
        return 0;
    leat__wait_complete(wait, won);
    return 1;
}

static void *event_a(void *arg)
{
    wins_a = event(&place_a, 11, LEAT__WON_CHAN);
    return arg;
}

static void *event_b(void *arg)
{
    wins_b = event(&place_b, 22, LEAT__WON_CANCEL);
    return arg;
}

static void enlist(struct place *place)
{
    leat__lock_acquire(&place->lock);
    place->enlisted = &the_wait;
    leat__lock_release(&place->lock);
}

static void delist(struct place *place)
{
    leat__lock_acquire(&place->lock);
    place->enlisted = NULL;
    leat__lock_release(&place->lock);
}

static void begin(bool sole, void (*notify)(leat__wait *))
{
    leat__wait_init(&the_wait, sole, notify);
    leat__st32_rlx(&place_a.lock.held, 0);
    leat__st32_rlx(&place_b.lock.held, 0);
    leat__st32_rlx(&told, 0);
    place_a.enlisted = NULL;
    place_b.enlisted = NULL;
    outcome = 0;
    wins_a = 0;
    wins_b = 0;
}

/* The owner of a wait that one place can end: no claim needed. */
static void sole_place(void)
{
    begin(true, NULL);
    enlist(&place_a);
    m_thread a = m_spawn("event", event_a, NULL);
    enum leat__won won = leat__wait_park(&the_wait, INT64_MAX);
    M_ASSERT(won == LEAT__WON_CHAN && outcome == 11);
    m_join(a);
    M_ASSERT(wins_a == 1);
}

static void two_places(void)
{
    begin(false, NULL);
    enlist(&place_a);
    enlist(&place_b);
    m_thread a = m_spawn("event_a", event_a, NULL);
    m_thread b = m_spawn("event_b", event_b, NULL);
    enum leat__won won = leat__wait_park(&the_wait, INT64_MAX);
    M_ASSERT(won != LEAT__WON_TIMEOUT);
    M_ASSERT(outcome == (won == LEAT__WON_CHAN ? 11 : 22));
    m_join(a);
    m_join(b);
    M_ASSERT(wins_a + wins_b == 1);
    M_ASSERT(wins_a == (won == LEAT__WON_CHAN));
}

/* The deadline is an event too, and the owner leaves the place by itself. */
static void place_and_deadline(void)
{
    begin(false, NULL);
    enlist(&place_a);
    m_thread a = m_spawn("event", event_a, NULL);
    enum leat__won won = leat__wait_park(&the_wait, leat__os_now_ns() + 20);
    delist(&place_a);
    if (won == LEAT__WON_TIMEOUT)
        M_ASSERT(outcome == 0); /* nobody brings anything any more */
    else
        M_ASSERT(won == LEAT__WON_CHAN && outcome == 11);
    m_join(a);
    M_ASSERT(wins_a == (won == LEAT__WON_CHAN));
}

static void two_places_and_deadline(void)
{
    begin(false, NULL);
    enlist(&place_a);
    enlist(&place_b);
    m_thread a = m_spawn("event_a", event_a, NULL);
    m_thread b = m_spawn("event_b", event_b, NULL);
    enum leat__won won = leat__wait_park(&the_wait, leat__os_now_ns() + 20);
    delist(&place_a);
    delist(&place_b);
    uint32_t brought = outcome;
    m_join(a);
    m_join(b);
    M_ASSERT(outcome == brought);
    M_ASSERT(wins_a + wins_b == (won != LEAT__WON_TIMEOUT));
    M_ASSERT(wins_a == (won == LEAT__WON_CHAN));
    M_ASSERT(wins_b == (won == LEAT__WON_CANCEL));
}

static void notify(leat__wait *wait)
{
    M_ASSERT(wait == &the_wait);
    M_ASSERT(leat__wait_won(wait) != LEAT__WON_TIMEOUT);
    leat__add32_rlx(&told, 1);
}

/* A callback is told once; an owner that claims first is never told. */
static void two_places_and_a_callback(void)
{
    begin(false, notify);
    enlist(&place_a);
    enlist(&place_b);
    m_thread a = m_spawn("event_a", event_a, NULL);
    m_thread b = m_spawn("event_b", event_b, NULL);
    bool mine = leat__wait_claim(&the_wait);
    m_join(a);
    m_join(b);
    M_ASSERT(wins_a + wins_b + mine == 1);
    M_ASSERT(leat__ld32_rlx(&told) == (mine ? 0 : 1));
    M_ASSERT(outcome == (mine ? 0u : wins_a ? 11u : 22u));
}

M_MAIN(M_ROW(sole_place), M_ROW(two_places), M_ROW(place_and_deadline),
       M_ROW(two_places_and_deadline), M_ROW(two_places_and_a_callback))
