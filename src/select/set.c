/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* set.c - a select that stays registered.
 *
 * Idea. Each case has a wait of its own, of the callback kind, and is armed for a hint:
 * nothing is moved by others. Who brings an event claims that wait, and leaves the case in
 * the row of those that were `told`. The owner takes the row, and tries them; one with
 * which nothing can be done any more is armed again. So a case is looked at only when
 * something happened to it. The others, which have to be in line themselves or are due by
 * time (`each`), are treated as leat_select does: tried in each call, and armed on the
 * one wait of the owner while he sleeps.
 *
 * State of a member; the owner's but for told.
 *     READY   in `ready`: to be tried
 *     ARMED   in its place; or its wait is claimed, and it is, or will be, in `told`
 *     EACH    in `each`
 *     WATCHED in `watched`: a descriptor, all of which are polled at once: in their turn,
 *             and while the owner sleeps, who then sleeps in poll (fd.h)
 *     OFF     in no row; it met its end
 *
 * Invariants.
 *   I1  a member is in one row, or ARMED and not yet in told
 *   I2  only an ARMED member's place is enlisted, outside leat_set_wait
 *   I3  sleeper is set only while the owner is enlisted with it, and whoever puts a
 *       member into told claims it if it is there: so an owner asleep with told not
 *       empty has been, or is being, woken
 *   I4  who tells of a member touches it and the set for the last time under the set's
 *       lock (LAST TOUCH)
 *
 * Synchronisation. told and sleeper are under the lock; the rest is the owner's.
 *
 * Progress and lifetime. Removing a member whose wait somebody has claimed waits until
 * he has told: a few instructions, unless he loses his processor. A channel's lock and
 * the set's are never held together.
 *
 * MODEL: tests/model/m_set.c */
#include "base/mem.h"
#include "cancel/cancel.h"
#include "os/os.h"
#include "park/lock.h"
#include "park/source.h"
#include "park/token.h"
#include "park/until.h"
#include "select/fd.h"

#include <leat/set.h>
#include <limits.h>

#define SET_TAG 0x6c747365u /* "ltse" */

enum member_state {
    MEMBER_READY,
    MEMBER_ARMED,
    MEMBER_EACH,
    MEMBER_WATCHED,
    MEMBER_OFF
};

typedef struct member {
    leat_case it;
    leat__wait wait;
    leat__link link;
    leat_set *set;
    int index;
    enum member_state state;
    bool in_line; /* MEMBER_EACH: armed on the owner's wait */
} member;

struct leat_set {
    uint32_t tag;
    unsigned turn; /* which row is tried first: so that none starves another */
    size_t on;     /* members that are not MEMBER_OFF */
    size_t slots;
    size_t taken;     /* the first so many indices are */
    member **members; /* by index; NULL: free */
    leat__link ready;
    leat__link each;
    leat__link watched;
    size_t polls;     /* how many are in watched */
    leat__os_fd *fds; /* room for those, and a bell before them */
    size_t fds_room;
    leat__lock lock;
    leat__link told;     /* under the lock */
    leat__wait *sleeper; /* under the lock; NULL: the owner is awake */
};

static void check_set(const leat_set *set)
{
    LEAT_CHECK(set != NULL && set->tag == SET_TAG,
               "this is not a live set (leat_set)");
}

static member *member_of(leat__link *link)
{
    return LEAT__CONTAINER(link, member, link);
}

static const leat__source *source_of(const member *one)
{
    return one->it.source_;
}

/* ---- whoever brings an event ---------------------------------------------------------- */

static void member_notify(leat__wait *wait)
{
    member *one = LEAT__CONTAINER(wait, member, wait);
    leat_set *set = one->set;
    leat__lock_acquire(&set->lock);
    leat__list_push_back(&set->told, &one->link);
    leat__wait *sleeper = set->sleeper;
    if (sleeper != NULL && !leat__wait_claim(sleeper))
        sleeper = NULL;
    set->sleeper = NULL;
    leat__lock_release(
        &set->lock); /* LAST TOUCH of the member and the set (I4) */
    if (sleeper != NULL)
        leat__wait_complete(sleeper, LEAT__WON_CHAN);
}

/* ---- rows (the owner) ------------------------------------------------------------------ */

/* Those that were told of are to be tried. */
static void take_told(leat_set *set)
{
    leat__link all;
    leat__link *link;
    leat__list_init(&all);
    leat__lock_acquire(&set->lock);
    while ((link = leat__list_pop_front(&set->told)) != NULL)
        leat__list_push_back(&all, link);
    leat__lock_release(&set->lock);
    while ((link = leat__list_pop_front(&all)) != NULL) {
        member *one = member_of(link);
        (void)source_of(one)->leave(&one->it);
        one->state = MEMBER_READY;
        leat__list_push_back(&set->ready, link);
    }
}

/* It met its end. pre: in no row */
static void member_off(leat_set *set, member *one)
{
    if (source_of(one)->end != NULL)
        source_of(one)->end(&one->it);
    set->polls -= source_of(one)->polls ? 1 : 0;
    one->it.source_ = NULL;
    one->state = MEMBER_OFF;
    set->on--;
}

/* It is done: to the end of its row, or off. pre: in no row. returns its index */
static int member_done(leat_set *set, member *one, leat__link *row, int rc)
{
    one->it.rc = rc;
    if (rc == LEAT_ECLOSED || rc == LEAT_EINVAL)
        member_off(set, one);
    else
        leat__list_push_back(row, &one->link);
    return one->index;
}

/* Try those that may be ready, and arm those that are not. */
static int try_ready(leat_set *set)
{
    leat__link *link;
    while ((link = leat__list_pop_front(&set->ready)) != NULL) {
        member *one = member_of(link);
        int rc = source_of(one)->attempt(&one->it);
        if (rc != LEAT_EAGAIN)
            return member_done(set, one, &set->ready, rc);
        one->state = MEMBER_ARMED; /* from here on it may be told of */
        leat__wait_init(&one->wait, false, member_notify);
        if (source_of(one)->arm(&one->it, &one->wait, true) == LEAT_EAGAIN)
            continue;
        one->state =
            MEMBER_READY; /* somebody was faster, and something came after that */
        leat__list_push_back(&set->ready, link);
    }
    return LEAT_EAGAIN;
}

static int try_each(leat_set *set)
{
    for (leat__link *at = set->each.next; at != &set->each; at = at->next) {
        member *one = member_of(at);
        int rc = source_of(one)->attempt(&one->it);
        if (rc == LEAT_EAGAIN)
            continue;
        leat__list_remove(at);
        return member_done(set, one, &set->each, rc);
    }
    return LEAT_EAGAIN;
}

/* The descriptors, in their order in the row. returns how many */
static size_t fill_watched(leat_set *set)
{
    size_t n = 0;
    for (leat__link *at = set->watched.next; at != &set->watched;
         at = at->next) {
        const leat_case *it = &member_of(at)->it;
        set->fds[++n] = leat__os_fd_of((int)it->number_, it->detail_);
    }
    LEAT_ASSERT(n == set->polls);
    return n;
}

static int try_watched(leat_set *set)
{
    if (set->polls == 0 ||
        leat__os_poll(set->fds + 1, fill_watched(set), 0) == 0)
        return LEAT_EAGAIN;
    const leat__os_fd *fd = set->fds;
    for (leat__link *at = set->watched.next; at != &set->watched;
         at = at->next) {
        member *one = member_of(at);
        int rc = (++fd)->revents == 0 ? LEAT_EAGAIN
                                      : source_of(one)->attempt(&one->it);
        if (rc == LEAT_EAGAIN)
            continue;
        leat__list_remove(at);
        return member_done(set, one, &set->watched, rc);
    }
    return LEAT_EAGAIN;
}

static bool was_told(leat_set *set)
{
    leat__lock_acquire(&set->lock);
    bool told = !leat__list_is_empty(&set->told);
    leat__lock_release(&set->lock);
    return told;
}

/* LEAT_EAGAIN: with none of the registered anything could be done at one moment. */
static int try_all(leat_set *set)
{
    static int (*const rows[])(leat_set *) = {try_ready, try_each, try_watched};
    unsigned n = set->polls > 0 ? 3 : 2;
    int rc;
    set->turn++;
    do {
        take_told(set);
        rc = LEAT_EAGAIN;
        for (unsigned i = 0; i < n && rc == LEAT_EAGAIN; i++)
            rc = rows[(set->turn + i) % n](set);
    } while (rc == LEAT_EAGAIN && was_told(set));
    return rc;
}

/* ---- asleep (the owner) ------------------------------------------------------------------ */

/* false: there is something in told */
static bool begin_sleep(leat_set *set, leat__wait *wait)
{
    leat__lock_acquire(&set->lock);
    bool none = leat__list_is_empty(&set->told);
    set->sleeper = none ? wait : NULL;
    leat__lock_release(&set->lock);
    return none;
}

static void end_sleep(leat_set *set)
{
    leat__lock_acquire(&set->lock);
    set->sleeper = NULL;
    leat__lock_release(&set->lock);
}

/* Arm the others on our own wait. false: one might be ready */
static bool arm_each(leat_set *set, leat__wait *wait)
{
    bool none = true;
    for (leat__link *at = set->each.next; at != &set->each; at = at->next) {
        member *one = member_of(at);
        one->in_line =
            none && source_of(one)->arm(&one->it, wait, false) == LEAT_EAGAIN;
        none = one->in_line;
    }
    return none;
}

static int64_t due_of_each(leat_set *set, int64_t deadline_ns)
{
    for (leat__link *at = set->each.next; at != &set->each; at = at->next) {
        member *one = member_of(at);
        if (source_of(one)->due_ns == NULL)
            continue;
        int64_t due_ns = source_of(one)->due_ns(&one->it);
        if (due_ns < deadline_ns)
            deadline_ns = due_ns;
    }
    return deadline_ns;
}

/* returns the index of the member that the winner has done; LEAT_EAGAIN: none */
static int leave_each(leat_set *set)
{
    member *won = NULL;
    int outcome = LEAT_EAGAIN;
    for (leat__link *at = set->each.next; at != &set->each; at = at->next) {
        member *one = member_of(at);
        int rc = one->in_line ? source_of(one)->leave(&one->it) : LEAT_EAGAIN;
        one->in_line = false;
        if (rc == LEAT_EAGAIN)
            continue;
        won = one;
        outcome = rc;
    }
    if (won == NULL)
        return LEAT_EAGAIN;
    leat__list_remove(&won->link);
    return member_done(set, won, &set->each, outcome);
}

/* The owner's wait, asleep on its word or, with a bell, in poll. */
struct sleep {
    leat__wait wait;
    const leat__os_bell *bell;
};

static void ring_sleeper(leat__wait *wait)
{
    /* the bell's owner is past nothing before it has heard: LAST TOUCH */
    leat__os_bell_ring(LEAT__CONTAINER(wait, struct sleep, wait)->bell);
}

static void sleep_park(leat_set *set, struct sleep *sleep, int64_t deadline_ns)
{
    if (sleep->bell == NULL)
        leat__wait_park(&sleep->wait, deadline_ns);
    else
        leat__fd_park_at(&sleep->wait, sleep->bell, set->fds, fill_watched(set),
                         deadline_ns);
}

/* Claimed, but not by us: until it is complete. */
static void sleep_end(leat_set *set, struct sleep *sleep)
{
    if (sleep->bell == NULL)
        leat__wait_park(&sleep->wait, INT64_MAX);
    else
        leat__fd_park_at(&sleep->wait, sleep->bell, set->fds, 0, INT64_MAX);
}

/* Sleep until something happens. returns as leave_each */
static int set_sleep(leat_set *set, const leat__os_bell *bell,
                     leat__token *token, int64_t deadline_ns)
{
    struct sleep sleep = {.bell = bell};
    leat__carrier carrier;
    leat__wait_init(&sleep.wait, false, bell == NULL ? NULL : ring_sleeper);
    if (!begin_sleep(set, &sleep.wait))
        return LEAT_EAGAIN;
    bool sleeps = arm_each(set, &sleep.wait);
    bool carried =
        token != NULL && leat__token_enlist(token, &carrier, &sleep.wait);
    sleeps = sleeps && (token == NULL || carried);
    if (sleeps)
        sleep_park(set, &sleep, due_of_each(set, deadline_ns));
    else if (!leat__wait_claim(&sleep.wait))
        sleep_end(set, &sleep);
    if (carried)
        leat__token_delist(token, &carrier);
    end_sleep(set);
    return leave_each(set);
}

/* Nothing can be done at this moment. returns as leat_set_wait */
static int set_wait(leat_set *set, leat__token *token, int64_t deadline_ns)
{
    int rc = 0;
    const leat__os_bell *bell =
        set->polls == 0 ? NULL : leat__os_thread_bell(&rc);
    if (rc < 0)
        return rc;
    for (rc = LEAT_EAGAIN; rc == LEAT_EAGAIN;) {
        if (token != NULL && leat__token_fired(token))
            return LEAT_ECANCELED;
        if (leat__deadline_passed(deadline_ns))
            return LEAT_ETIMEDOUT;
        rc = set_sleep(set, bell, token, deadline_ns);
        if (rc == LEAT_EAGAIN)
            rc = try_all(set);
    }
    return rc;
}

int leat_set_wait(leat_set *set, leat_until until)
{
    check_set(set);
    int rc = try_all(set);
    if (rc != LEAT_EAGAIN || leat__until_is_nowait(until))
        return rc;
    leat__token *token =
        until.cancel == NULL ? NULL : leat__cancel_token(until.cancel);
    int64_t deadline_ns = leat__until_deadline(until);
    if (set->on == 0 && token == NULL && deadline_ns == INT64_MAX)
        return LEAT_EINVAL;
    return set_wait(set, token, deadline_ns);
}

/* ---- members --------------------------------------------------------------------------------- */

static member *member_at(leat_set *set, int index)
{
    check_set(set);
    return index < 0 || (size_t)index >= set->slots ? NULL
                                                    : set->members[index];
}

const leat_case *leat_set_case(leat_set *set, int index)
{
    member *one = member_at(set, index);
    return one == NULL ? NULL : &one->it;
}

static bool set_grow(leat_set *set)
{
    size_t more = set->slots == 0 ? 8 : 2 * set->slots;
    if (more > INT_MAX)
        return false;
    member **members = leat__mem_alloc(more * sizeof(member *), sizeof(void *));
    if (members == NULL)
        return false;
    for (size_t i = 0; i < more; i++)
        members[i] = i < set->slots ? set->members[i] : NULL;
    leat__mem_free(set->members);
    set->members = members;
    set->slots = more;
    return true;
}

/* The least free index, or -1. */
static int free_index(leat_set *set)
{
    while (set->taken < set->slots && set->members[set->taken] != NULL)
        set->taken++;
    return set->taken < set->slots || set_grow(set) ? (int)set->taken : -1;
}

/* Room for one descriptor more. */
static bool fds_grow(leat_set *set)
{
    if (set->polls + 2 <= set->fds_room)
        return true;
    size_t room = 2 * (set->polls + 2);
    leat__os_fd *fds =
        leat__mem_alloc(room * sizeof *fds, alignof(leat__os_fd));
    if (fds == NULL)
        return false;
    leat__mem_free(set->fds); /* nothing is kept there */
    set->fds = fds;
    set->fds_room = room;
    return true;
}

/* Is nobody able to tell when to try? */
static bool is_for_each_call(const leat_case *it)
{
    return it->source_->meets != NULL ? it->source_->meets(it)
                                      : it->source_->due_ns != NULL;
}

/* Where a new member belongs. */
static enum member_state state_of_new(const leat_case *it)
{
    if (it->source_->polls)
        return MEMBER_WATCHED;
    return is_for_each_call(it) ? MEMBER_EACH : MEMBER_READY;
}

static leat__link *row_of(leat_set *set, enum member_state state)
{
    return state == MEMBER_WATCHED ? &set->watched
           : state == MEMBER_EACH  ? &set->each
                                   : &set->ready;
}

int leat_set_add(leat_set *set, leat_case one)
{
    check_set(set);
    if (one.source_ == NULL)
        return LEAT_EINVAL;
    if (one.source_->polls && !fds_grow(set))
        return LEAT_ENOMEM;
    int index = free_index(set);
    member *made =
        index < 0 ? NULL : leat__mem_alloc(sizeof *made, alignof(member));
    if (made == NULL)
        return LEAT_ENOMEM;
    made->it = one;
    made->link = (leat__link){0};
    made->set = set;
    made->index = index;
    made->in_line = false;
    if (one.source_->begin != NULL)
        one.source_->begin(&made->it, &made->wait);
    made->state = state_of_new(&one);
    leat__list_push_back(row_of(set, made->state), &made->link);
    set->polls += one.source_->polls ? 1 : 0;
    set->members[index] = made;
    set->on++;
    return index;
}

/* Out of its place, or out of told. */
static void disarm_member(leat_set *set, member *one)
{
    if (leat__wait_claim(&one->wait)) {
        (void)source_of(one)->leave(&one->it);
        return;
    }
    take_told(set);
    while (one->state == MEMBER_ARMED) {
        leat__os_yield();
        take_told(set);
    }
    leat__list_remove(&one->link);
}

bool leat_set_remove(leat_set *set, int index)
{
    member *one = member_at(set, index);
    if (one == NULL)
        return false;
    if (one->state == MEMBER_ARMED)
        disarm_member(set, one);
    else if (one->state != MEMBER_OFF)
        leat__list_remove(&one->link);
    if (one->state != MEMBER_OFF)
        member_off(set, one);
    set->members[index] = NULL;
    if ((size_t)index < set->taken)
        set->taken = (size_t)index;
    leat__mem_free(one);
    return true;
}

int leat_set_new(leat_set **out)
{
    LEAT_CHECK(out != NULL, "leat_set_new: out is NULL");
    leat_set *set = leat__mem_alloc(sizeof *set, alignof(leat_set));
    if (set == NULL)
        return LEAT_ENOMEM;
    *set = (leat_set){.tag = SET_TAG};
    leat__list_init(&set->ready);
    leat__list_init(&set->each);
    leat__list_init(&set->watched);
    leat__list_init(&set->told);
    *out = set;
    return 0;
}

bool leat_set_drop(leat_set *set)
{
    if (set == NULL)
        return false;
    check_set(set);
    for (size_t i = 0; i < set->slots; i++)
        leat_set_remove(set, (int)i);
    set->tag = 0;
    leat__mem_free(set->members);
    leat__mem_free(set->fds);
    leat__mem_free(set);
    return true;
}
