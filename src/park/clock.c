/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* clock.c - the virtual clock: alarms, advancing, and waiting for those who wait. See
 * clock.h. */
#include "park/clock.h"

#include <leat/err.h>

bool leat__clock_virtual;

static struct {
    leat__lock lock;
    int64_t now_ns;
    leat__heap alarms;
    size_t count;         /* of them, that are counted */
    leat__link carrying;  /* of threads' waits that carry tokens */
    leat__link observers; /* who waits for a count */
} the_clock;

/* Who waits until so many alarms are set. */
struct observer {
    leat__link link;
    leat__wait *wait;
    size_t count;
};

void leat__clock_on(int64_t start_ns)
{
    the_clock.now_ns = start_ns;
    leat__heap_init(&the_clock.alarms);
    the_clock.count = 0;
    leat__list_init(&the_clock.carrying);
    leat__list_init(&the_clock.observers);
    leat__clock_virtual = true;
}

bool leat__clock_off(void)
{
    if (the_clock.alarms.root != NULL)
        return false;
    leat__clock_virtual = false;
    return true;
}

int64_t leat__clock_now_ns(void)
{
    leat__lock_acquire(&the_clock.lock);
    int64_t now_ns = the_clock.now_ns;
    leat__lock_release(&the_clock.lock);
    return now_ns;
}

size_t leat__clock_count(void)
{
    leat__lock_acquire(&the_clock.lock);
    size_t count = the_clock.count;
    leat__lock_release(&the_clock.lock);
    return count;
}

int64_t leat__clock_next_ns(void)
{
    leat__lock_acquire(&the_clock.lock);
    const leat__heap_node *first = the_clock.alarms.root;
    int64_t at_ns = first == NULL ? INT64_MAX : first->key;
    leat__lock_release(&the_clock.lock);
    return at_ns;
}

/* ---- alarms (under the lock) ------------------------------------------------------ */

/* Win the observers who have what they wait for. */
static void claim_observers(leat__link *won)
{
    leat__link *next;
    for (leat__link *at = the_clock.observers.next; at != &the_clock.observers;
         at = next) {
        struct observer *observer = LEAT__CONTAINER(at, struct observer, link);
        next = at->next;
        if (observer->count > the_clock.count)
            continue;
        leat__list_remove(at);
        if (leat__wait_claim(observer->wait))
            leat__list_push_back(won, at);
    }
}

static void complete_observers(leat__link *won)
{
    leat__link *link;
    while ((link = leat__list_pop_front(won)) != NULL)
        leat__wait_complete(LEAT__CONTAINER(link, struct observer, link)->wait,
                            LEAT__WON_CHAN);
}

void leat__clock_tell(leat__link *watched)
{
    complete_observers(watched);
}

/* false: the time has come, and it is not set. */
static bool alarm_add(leat__alarm *alarm, int64_t at_ns, leat__link *won)
{
    if (at_ns == INT64_MAX)
        return true;
    if (at_ns <= the_clock.now_ns)
        return false; /* I1 */
    leat__heap_add(&the_clock.alarms, &alarm->at, at_ns);
    the_clock.count += alarm->uncounted ? 0 : 1;
    claim_observers(won);
    return true;
}

static void alarm_remove(leat__alarm *alarm)
{
    if (!leat__heap_has(&the_clock.alarms, &alarm->at))
        return;
    leat__heap_remove(&the_clock.alarms, &alarm->at);
    the_clock.count -= alarm->uncounted ? 0 : 1;
}

/* ---- waits ----------------------------------------------------------------------------- */

/* Set it for a time, unless it is set for a sooner one. As alarm_add; true as well if its
 * wait has been won. */
static bool alarm_lower(leat__alarm *alarm, int64_t at_ns, leat__link *won)
{
    bool is_set = leat__heap_has(&the_clock.alarms, &alarm->at);
    if (!leat__wait_is_open(alarm->wait) || (is_set && alarm->at.key <= at_ns))
        return true;
    alarm_remove(alarm);
    return alarm_add(alarm, at_ns, won);
}

static bool alarm_enlist(leat__alarm *alarm, int64_t deadline_ns)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&the_clock.lock);
    bool set = alarm_lower(alarm, deadline_ns, &won);
    leat__lock_release(&the_clock.lock);
    complete_observers(&won);
    return set;
}

bool leat__clock_enlist(leat__alarm *alarm, leat__wait *wait,
                        int64_t deadline_ns)
{
    *alarm = (leat__alarm){.wait = wait};
    return alarm_enlist(alarm, deadline_ns);
}

void leat__clock_delist(leat__alarm *alarm)
{
    leat__lock_acquire(&the_clock.lock);
    alarm_remove(alarm);
    if (leat__link_is_in(&alarm->carrying))
        leat__list_remove(&alarm->carrying);
    leat__lock_release(&the_clock.lock);
}

/* To, and from, where who brings a deadline forward finds it (I3). */
static void alarm_carries(leat__alarm *alarm)
{
    if (alarm->wait->carriers == NULL)
        return;
    leat__lock_acquire(&the_clock.lock);
    leat__list_push_back(&the_clock.carrying, &alarm->carrying);
    leat__lock_release(&the_clock.lock);
}

/* pre: the lock is held. NULL: it is not parked, and will look at its deadlines */
static leat__alarm *alarm_of(const leat__wait *wait)
{
    leat__link *at = the_clock.carrying.next;
    for (; at != &the_clock.carrying; at = at->next) {
        leat__alarm *alarm = LEAT__CONTAINER(at, leat__alarm, carrying);
        if (alarm->wait == wait)
            return alarm;
    }
    return NULL;
}

bool leat__clock_lower(const leat__wait *wait, int64_t deadline_ns,
                       leat__link *watched)
{
    leat__lock_acquire(&the_clock.lock);
    leat__alarm *alarm = alarm_of(wait);
    bool won = alarm != NULL && !alarm_lower(alarm, deadline_ns, watched) &&
               leat__wait_claim(alarm->wait);
    leat__lock_release(&the_clock.lock);
    return won;
}

static enum leat__won park_until(leat__wait *wait, int64_t deadline_ns,
                                 bool uncounted)
{
    leat__alarm alarm = {.wait = wait, .uncounted = uncounted};
    enum leat__won who = LEAT__WON_TIMEOUT;
    alarm_carries(&alarm);
    if (alarm_enlist(&alarm, leat__wait_due_ns(wait, deadline_ns)) ||
        !leat__wait_claim(wait))
        who = leat__wait_ended(wait);
    leat__clock_delist(&alarm);
    return who;
}

enum leat__won leat__clock_park(leat__wait *wait, int64_t deadline_ns)
{
    return park_until(wait, deadline_ns, false);
}

void leat__clock_set(leat__alarm *alarm, int64_t at_ns)
{
    leat__link won;
    leat__list_init(&won);
    leat__lock_acquire(&the_clock.lock);
    alarm_remove(alarm);
    if (at_ns != INT64_MAX && !alarm_add(alarm, at_ns, &won))
        alarm->ring(alarm);
    leat__lock_release(&the_clock.lock);
    complete_observers(&won);
}

/* Ring what is due: call the loops, win the waits. */
static void claim_due(leat__link *won)
{
    leat__heap_node *first;
    while ((first = the_clock.alarms.root) != NULL &&
           first->key <= the_clock.now_ns) {
        leat__alarm *alarm = LEAT__CONTAINER(first, leat__alarm, at);
        alarm_remove(alarm);
        if (alarm->wait == NULL)
            alarm->ring(alarm);
        else if (leat__wait_claim(alarm->wait))
            leat__list_push_back(won, &alarm->won); /* I2: it stays for us */
    }
}

void leat__clock_advance(int64_t ns)
{
    leat__link won;
    leat__link *link;
    leat__list_init(&won);
    leat__lock_acquire(&the_clock.lock);
    bool sums = ns < INT64_MAX - the_clock.now_ns; /* INT64_MAX is never */
    the_clock.now_ns = sums ? the_clock.now_ns + ns : INT64_MAX - 1;
    claim_due(&won);
    leat__lock_release(&the_clock.lock);
    while ((link = leat__list_pop_front(&won)) != NULL)
        leat__wait_complete(LEAT__CONTAINER(link, leat__alarm, won)->wait,
                            LEAT__WON_TIMEOUT);
}

/* ---- waiting for those who wait ---------------------------------------------------------- */

/* false: it is not enlisted, for there are as many */
static bool observer_enlist(struct observer *observer)
{
    leat__lock_acquire(&the_clock.lock);
    bool waits = the_clock.count < observer->count;
    if (waits)
        leat__list_push_back(&the_clock.observers, &observer->link);
    leat__lock_release(&the_clock.lock);
    return waits;
}

static void observer_delist(struct observer *observer)
{
    leat__lock_acquire(&the_clock.lock);
    if (leat__link_is_in(&observer->link))
        leat__list_remove(&observer->link);
    leat__lock_release(&the_clock.lock);
}

int leat__clock_await(size_t count, leat__token *token, int64_t deadline_ns)
{
    leat__wait wait;
    leat__carrier carrier;
    leat__wait_init(&wait, false, NULL);
    struct observer observer = {.wait = &wait, .count = count};
    if (!observer_enlist(&observer))
        return 0;
    bool carries = token != NULL && leat__token_enlist(token, &carrier, &wait);
    enum leat__won won = LEAT__WON_CANCEL;
    if (token == NULL || carries || !leat__wait_claim(&wait))
        won = park_until(&wait, deadline_ns, true);
    if (won == LEAT__WON_TIMEOUT && leat__wait_expire(&wait))
        won = LEAT__WON_CANCEL;
    if (carries)
        leat__token_delist(token, &carrier);
    observer_delist(&observer);
    if (won == LEAT__WON_CHAN)
        return 0;
    return won == LEAT__WON_CANCEL ? LEAT_ECANCELED : LEAT_ETIMEDOUT;
}
