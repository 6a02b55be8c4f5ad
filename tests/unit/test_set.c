/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_set.c - sets: cases that stay registered, of which one is done at a time; what a
 * wait looks at; members that come and go. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "counted.h"
#include "park/source.h"
#include "parked.h"

static leat_set *set_made(void)
{
    leat_set *set = NULL;
    RC(leat_set_new(&set), 0);
    return set;
}

static int now(leat_set *set)
{
    return leat_set_wait(set, leat_nowait());
}

/* ---- alone ---------------------------------------------------------------------------- */

START_TEST(an_empty_set)
{
    leat_set *set = set_made();
    RC(now(set), LEAT_EAGAIN);
    RC(leat_set_wait(set, leat_forever()), LEAT_EINVAL);
    RC(leat_set_wait(set, leat_in_ms(1)), LEAT_ETIMEDOUT);
    MUST(!leat_set_remove(set, 0));
    MUST(!leat_set_remove(set, -1));
    MUST(leat_set_case(set, 0) == NULL);
    MUST(leat_set_drop(set));
    MUST(!leat_set_drop(NULL));
}
END_TEST

START_TEST(receives_one_after_another)
{
    const flavour *f = &flavours[_i];
    size_t n = room(f, 50);
    ends e = ends_new(f);
    uint64_t got = UNTOUCHED;
    leat_set *set = set_made();
    RC(leat_set_add(set, leat_on_recv(e.rx, &got)), 0);
    for (int round = 0; round < 3; round++) {
        RC(now(set), LEAT_EAGAIN);
        RC(leat_set_wait(set, leat_in_ms(1)), LEAT_ETIMEDOUT);
        fill(e, 10, n);
        for (uint64_t i = 0; i < n; i++) {
            RC(leat_set_wait(set, leat_forever()), 0);
            RC(leat_set_case(set, 0)->rc, 0);
            SAME(got, 10 + i);
        }
    }
    got = UNTOUCHED;
    RC(now(set), LEAT_EAGAIN);
    leat_tx_close(e.tx);
    RC(leat_set_wait(set, leat_forever()), 0);
    RC(leat_set_case(set, 0)->rc, LEAT_ECLOSED);
    MUST(leat_case_is_off(leat_set_case(set, 0)));
    SAME(got, UNTOUCHED);
    RC(leat_set_wait(set, leat_forever()), LEAT_EINVAL);
    MUST(leat_set_remove(set, 0));
    MUST(leat_set_drop(set));
    ends_drop(e);
}
END_TEST

START_TEST(sends_when_there_is_room)
{
    const flavour *f = &flavours[_i];
    if (!fills(f) || !queues(f))
        return;
    ends e = ends_new(f);
    uint64_t value = 0;
    leat_set *set = set_made();
    int index = leat_set_add(set, leat_on_send(e.tx, &value));
    for (size_t i = 0; i < f->cap; i++, value++)
        RC(now(set), index);
    RC(now(set), LEAT_EAGAIN);
    for (uint64_t i = 0; i < 5; i++, value++) {
        NEXT(e.rx, i);
        RC(now(set), index);
        RC(now(set), LEAT_EAGAIN);
    }
    leat_rx_close(e.rx);
    RC(now(set), index);
    RC(leat_set_case(set, index)->rc, LEAT_ECLOSED);
    MUST(leat_set_drop(set));
    ends_drop(e);
}
END_TEST

START_TEST(what_a_set_does_not_take)
{
    leat_set *set = set_made();
    RC(leat_set_add(set, leat_on_recv(NULL, NULL)), LEAT_EINVAL);
    RC(leat_set_add(set, leat_on_fd(-1, LEAT_FD_READ)), LEAT_EINVAL);
    MUST(leat_set_case(set, 0) == NULL);
    MUST(leat_set_drop(set));
}
END_TEST

START_TEST(tokens_times_and_who_is_gone)
{
    leat_cancel *token;
    ends e = ends_cap(1);
    leat_set *set = set_made();
    RC(leat_cancel_new(&token), 0);
    RC(leat_set_add(set, leat_on_cancel(token)), 0);
    RC(leat_set_add(set, leat_on_gone_rx(e.rx)), 1);
    RC(now(set), LEAT_EAGAIN);
    MUST(leat_tx_drop(e.tx));
    RC(leat_set_wait(set, leat_forever()), 1);
    RC(leat_set_wait(set, leat_forever()), 1); /* it stays so */
    MUST(leat_set_remove(set, 1));
    int64_t at = leat_now_ns() + 2000000;
    RC(leat_set_add(set, leat_on_at(at)), 1);
    RC(leat_set_wait(set, leat_forever()), 1);
    MUST(leat_now_ns() >= at);
    MUST(leat_set_remove(set, 1));
    RC(now(set), LEAT_EAGAIN);
    RC(leat_set_wait(set, leat_or_cancel(leat_in_ms(1), token)),
       LEAT_ETIMEDOUT);
    leat_cancel_fire(token);
    RC(leat_set_wait(set, leat_or_cancel(leat_forever(), token)), 0);
    MUST(leat_set_remove(set, 0));
    RC(leat_set_wait(set, leat_or_cancel(leat_forever(), token)),
       LEAT_ECANCELED);
    MUST(leat_set_drop(set));
    leat_cancel_drop(token);
    MUST(leat_rx_drop(e.rx));
}
END_TEST

/* ---- many ------------------------------------------------------------------------------- */

enum { MANY = 512 };

START_TEST(five_hundred_and_twelve)
{
    static ends all[MANY];
    static uint64_t got[MANY];
    t_rand chance = t_random(3);
    leat_set *set = set_made();
    for (size_t i = 0; i < MANY; i++) {
        all[i] = ends_new(&flavours[i % FLAVOURS]);
        RC(leat_set_add(set, leat_on_recv(all[i].rx, &got[i])), (int)i);
    }
    RC(now(set), LEAT_EAGAIN);
    for (unsigned n = t_scaled(3000); n > 0; n--) {
        size_t i = t_below(&chance, MANY);
        if (!queues(&flavours[i % FLAVOURS]))
            continue;
        fill(all[i], n, 1);
        RC(leat_set_wait(set, leat_forever()), (int)i);
        RC(leat_set_case(set, (int)i)->rc, 0);
        SAME(got[i], n);
        RC(now(set), LEAT_EAGAIN);
    }
    for (size_t i = 0; i < MANY; i++)
        MUST(leat_tx_drop(all[i].tx));
    static bool told[MANY];
    for (size_t i = 0; i < MANY; i++) {
        int index = leat_set_wait(set, leat_forever());
        MUST(index >= 0 && !told[index]);
        told[index] = true;
        RC(leat_set_case(set, index)->rc, LEAT_ECLOSED);
    }
    RC(leat_set_wait(set, leat_forever()), LEAT_EINVAL);
    MUST(leat_set_drop(set));
    for (size_t i = 0; i < MANY; i++)
        MUST(leat_rx_drop(all[i].rx));
}
END_TEST

/* Something of the test's own that can be waited for: how often it is looked at. */
struct thing {
    leat__wait *armed; /* enlisted with */
    unsigned ready;
    unsigned attempts;
};

static int thing_attempt(leat_case *it)
{
    struct thing *thing = it->object_;
    thing->attempts++;
    if (thing->ready == 0)
        return LEAT_EAGAIN;
    thing->ready--;
    return 0;
}

static int thing_arm(leat_case *it, leat__wait *wait, bool hint)
{
    struct thing *thing = it->object_;
    MUST(hint);
    if (thing->ready > 0)
        return 0;
    thing->armed = wait;
    return LEAT_EAGAIN;
}

static int thing_leave(leat_case *it)
{
    struct thing *thing = it->object_;
    thing->armed = NULL;
    return LEAT_EAGAIN;
}

static const leat__source thing_source = {
    .attempt = thing_attempt, .arm = thing_arm, .leave = thing_leave};

static void thing_happens(struct thing *thing)
{
    leat__wait *wait = thing->armed;
    thing->ready++;
    thing->armed = NULL;
    if (wait != NULL && leat__wait_claim(wait))
        leat__wait_complete(wait, LEAT__WON_CHAN);
}

/* Of 512 things three are busy: a wait looks at those, not at the others. */
START_TEST(a_wait_looks_at_what_happened)
{
    enum { WAITS = 1000 };
    static struct thing things[MANY];
    static const size_t busy[] = {3, 77, 500};
    leat_set *set = set_made();
    unsigned attempts = 0;
    for (size_t i = 0; i < MANY; i++)
        MUST(leat_set_add(set, leat__case_of(&thing_source, &things[i])) >= 0);
    RC(now(set), LEAT_EAGAIN);
    for (size_t i = 0; i < WAITS; i++) {
        thing_happens(&things[busy[i % 3]]);
        RC(leat_set_wait(set, leat_forever()), (int)busy[i % 3]);
    }
    for (size_t i = 0; i < MANY; i++) {
        bool is_busy = i == 3 || i == 77 || i == 500;
        MUST(is_busy || things[i].attempts == 1);
        attempts += things[i].attempts;
    }
    MUST(attempts <= MANY + 3 * WAITS);
    MUST(leat_set_drop(set));
}
END_TEST

START_TEST(who_is_ready_takes_turns)
{
    ends a = ends_cap(4);
    ends b = ends_cap(4);
    uint64_t got;
    unsigned told[4] = {0};
    leat_set *set = set_made();
    RC(leat_set_add(set, leat_on_recv(a.rx, &got)), 0);
    RC(leat_set_add(set, leat_on_at(1)),
       1); /* one that is looked at each time */
    RC(leat_set_add(set, leat_on_recv(b.rx, &got)), 2);
    RC(leat_set_add(set, leat_on_at(2)), 3);
    fill(a, 0, 4);
    fill(b, 0, 4);
    for (int i = 0; i < 16; i++)
        told[leat_set_wait(set, leat_forever())]++;
    for (int i = 0; i < 4; i++)
        SAME(told[i], 4);
    MUST(leat_set_drop(set));
    ends_drop(a);
    ends_drop(b);
}
END_TEST

/* ---- asleep ------------------------------------------------------------------------------- */

struct waiting {
    leat_set *set;
    leat_until until;
    int index;
    pthread_t thread;
};

static void *waiting_run(void *arg)
{
    struct waiting *w = arg;
    w->index = leat_set_wait(w->set, w->until);
    return NULL;
}

START_TEST(a_message_wakes_it)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    ends quiet = ends_new(f);
    uint64_t got = UNTOUCHED;
    leat_cancel *token;
    RC(leat_cancel_new(&token), 0);
    leat_set *set = set_made();
    RC(leat_set_add(set, leat_on_recv(quiet.rx, &got)), 0);
    RC(leat_set_add(set, leat_on_recv(e.rx, &got)), 1);
    struct waiting w = {.set = set,
                        .until = leat_or_cancel(leat_forever(), token)};
    for (uint64_t i = 0; i < 5; i++) {
        w.thread = t_spawn(waiting_run, &w);
        t_wait_carried(token, 1);
        RC(send_until(e.tx, i, leat_forever()), 0);
        t_join(w.thread);
        RC(w.index, 1);
        SAME(got, i);
    }
    w.thread = t_spawn(waiting_run, &w);
    t_wait_carried(token, 1);
    leat_cancel_fire(token);
    t_join(w.thread);
    RC(w.index, LEAT_ECANCELED);
    MUST(leat_set_drop(set));
    SAME(parked(e.chan, LEAT__RECV), 0);
    SAME(parked(quiet.chan, LEAT__RECV), 0);
    leat_cancel_drop(token);
    ends_drop(e);
    ends_drop(quiet);
}
END_TEST

/* A set that sends and a set that receives, over every flavour, also without room. */
static void *send_by_set(void *arg)
{
    leat_tx *tx = arg;
    uint64_t value = 0;
    leat_set *set = set_made();
    RC(leat_set_add(set, leat_on_send(tx, &value)), 0);
    for (; value < t_scaled(500); value++)
        RC(leat_set_wait(set, leat_forever()), 0);
    MUST(leat_set_drop(set));
    return NULL;
}

START_TEST(two_sets_meet)
{
    ends e = ends_new(&flavours[_i]);
    uint64_t got = UNTOUCHED;
    leat_set *set = set_made();
    pthread_t thread = t_spawn(send_by_set, e.tx);
    RC(leat_set_add(set, leat_on_recv(e.rx, &got)), 0);
    for (uint64_t i = 0; i < t_scaled(500); i++) {
        RC(leat_set_wait(set, leat_forever()), 0);
        SAME(got, i);
    }
    t_join(thread);
    RC(now(set), LEAT_EAGAIN);
    MUST(leat_set_drop(set));
    ends_drop(e);
}
END_TEST

/* ---- coming and going ------------------------------------------------------------------------ */

START_TEST(indices_are_used_again)
{
    ends e = ends_cap(2);
    uint64_t got;
    leat_set *set = set_made();
    for (int i = 0; i < 40; i++)
        RC(leat_set_add(set, leat_on_recv(e.rx, &got)), i);
    RC(now(set), LEAT_EAGAIN); /* they are in their places */
    SAME(parked(e.chan, LEAT__RECV), 40);
    for (int i = 0; i < 40; i += 3)
        MUST(leat_set_remove(set, i));
    SAME(parked(e.chan, LEAT__RECV), 26);
    for (int i = 0; i < 40; i += 3)
        RC(leat_set_add(set, leat_on_recv(e.rx, &got)), i);
    fill(e, 0, 2);
    for (int i = 0; i < 2; i++)
        MUST(leat_set_wait(set, leat_forever()) >= 0);
    RC(now(set), LEAT_EAGAIN);
    MUST(leat_set_drop(set));
    SAME(parked(e.chan, LEAT__RECV), 0);
    ends_drop(e);
}
END_TEST

/* Eight threads send over channels of every flavour, some with their own; the owner takes
 * members out and puts them in again all the time. Each message comes, in order. */
enum { FEEDERS = 8 };

struct feeder {
    ends e;
    uint64_t n;
    uint64_t got;
    uint64_t next;
    int index;
    pthread_t thread;
};

static void *feed(void *arg)
{
    struct feeder *feeder = arg;
    for (uint64_t i = 0; i < feeder->n; i++)
        RC(send_until(feeder->e.tx, i, leat_forever()), 0);
    MUST(leat_tx_drop(feeder->e.tx));
    return NULL;
}

static void put_in(leat_set *set, struct feeder *feeder)
{
    feeder->index = leat_set_add(set, leat_on_recv(feeder->e.rx, &feeder->got));
    MUST(feeder->index >= 0);
}

static struct feeder *feeder_of(struct feeder *all, int index)
{
    for (size_t i = 0; i < FEEDERS; i++) {
        if (all[i].index == index)
            return &all[i];
    }
    UNIT_FAIL("an index that nobody has");
    return NULL;
}

START_TEST(members_come_and_go_while_they_are_fed)
{
    struct feeder all[FEEDERS];
    t_rand chance = t_random(5);
    leat_set *set = set_made();
    size_t ended = 0;
    for (size_t i = 0; i < FEEDERS; i++) {
        size_t which = ((size_t)_i * FEEDERS + i) % FLAVOURS;
        all[i] = (struct feeder){.e = ends_new(&flavours[which]),
                                 .n = t_scaled(500)};
        put_in(set, &all[i]);
        all[i].thread = t_spawn(feed, &all[i]);
    }
    while (ended < FEEDERS) {
        struct feeder *moved = &all[t_below(&chance, FEEDERS)];
        if (moved->index >= 0 && t_below(&chance, 3) == 0) {
            MUST(leat_set_remove(set, moved->index));
            put_in(set, moved);
        }
        int index = leat_set_wait(set, leat_forever());
        struct feeder *feeder = feeder_of(all, index);
        if (leat_set_case(set, index)->rc == 0) {
            SAME(feeder->got, feeder->next);
            feeder->next++;
        } else {
            RC(leat_set_case(set, index)->rc, LEAT_ECLOSED);
            MUST(leat_set_remove(set, index));
            feeder->index = -1;
            ended++;
        }
    }
    for (size_t i = 0; i < FEEDERS; i++) {
        t_join(all[i].thread);
        SAME(all[i].next, all[i].n);
        MUST(leat_rx_drop(all[i].e.rx));
    }
    MUST(leat_set_drop(set));
}
END_TEST

/* ---- memory -------------------------------------------------------------------------------------- */

START_TEST(a_wait_allocates_nothing)
{
    counted_begin();
    ends e = ends_new(&flavours[_i]);
    uint64_t got;
    leat_set *set = set_made();
    RC(leat_set_add(set, leat_on_recv(e.rx, &got)), 0);
    RC(leat_set_add(set, leat_on_at(INT64_MAX - 1)), 1);
    size_t before = atomic_load(&counted_asked);
    for (int i = 0; i < 5; i++)
        RC(leat_set_wait(set, leat_in_ns(1000)), LEAT_ETIMEDOUT);
    SAME(atomic_load(&counted_asked), before);
    MUST(leat_set_drop(set));
    ends_drop(e);
    SAME(atomic_load(&counted_live), 0);
}
END_TEST

START_TEST(no_memory_for_a_member)
{
    counted_begin();
    ends e = ends_cap(1);
    uint64_t got;
    leat_set *set = set_made();
    leat_set *none = set;
    atomic_store(&counted_refuses, true);
    RC(leat_set_new(&none), LEAT_ENOMEM);
    MUST(none == set);
    RC(leat_set_add(set, leat_on_recv(e.rx, &got)), LEAT_ENOMEM);
    atomic_store(&counted_refuses, false);
    RC(leat_set_add(set, leat_on_recv(e.rx, &got)), 0);
    MUST(leat_set_drop(set));
    ends_drop(e);
    SAME(atomic_load(&counted_live), 0);
}
END_TEST

/* ---- descriptors -------------------------------------------------------------------------- */

enum { PIPES = 9 };

struct pipes {
    int ends[PIPES][2];
    int index[PIPES];
    leat_set *set;
};

static void pipes_open(struct pipes *p)
{
    p->set = set_made();
    for (int i = 0; i < PIPES; i++) {
        MUST(pipe(p->ends[i]) == 0);
        p->index[i] =
            leat_set_add(p->set, leat_on_fd(p->ends[i][0], LEAT_FD_READ));
        MUST(p->index[i] >= 0);
    }
}

static void pipes_close(struct pipes *p)
{
    MUST(leat_set_drop(p->set));
    for (int i = 0; i < PIPES; i++) {
        close(p->ends[i][0]);
        close(p->ends[i][1]);
    }
}

static void write_byte(const struct pipes *p, int i)
{
    MUST(write(p->ends[i][1], "x", 1) == 1);
}

static void read_byte(const struct pipes *p, int i)
{
    char byte;
    MUST(read(p->ends[i][0], &byte, 1) == 1);
}

START_TEST(descriptors_in_a_set)
{
    struct pipes p;
    pipes_open(&p);
    RC(now(p.set), LEAT_EAGAIN);
    RC(leat_set_wait(p.set, leat_in_ms(1)), LEAT_ETIMEDOUT);
    write_byte(&p, 4);
    for (int i = 0; i < 2; i++) { /* it stays ready until it is read */
        RC(leat_set_wait(p.set, leat_forever()), p.index[4]);
        RC(leat_set_case(p.set, p.index[4])->rc, 0);
        SAME(leat_set_case(p.set, p.index[4])->value, LEAT_FD_READ);
    }
    write_byte(&p, 0);
    int first = leat_set_wait(p.set, leat_forever());
    int second = leat_set_wait(p.set, leat_forever());
    SAME(first + second, p.index[0] + p.index[4]); /* they take turns */
    read_byte(&p, 4);
    RC(now(p.set), p.index[0]);
    read_byte(&p, 0);
    RC(now(p.set), LEAT_EAGAIN);
    write_byte(&p, 8);
    MUST(leat_set_remove(p.set, p.index[8]));
    RC(now(p.set), LEAT_EAGAIN);
    RC(leat_set_wait(p.set, leat_in_ms(1)), LEAT_ETIMEDOUT);
    RC(leat_set_add(p.set, leat_on_fd(p.ends[8][1], LEAT_FD_WRITE)),
       p.index[8]);
    RC(leat_set_wait(p.set, leat_forever()), p.index[8]);
    SAME(leat_set_case(p.set, p.index[8])->value, LEAT_FD_WRITE);
    pipes_close(&p);
}
END_TEST

START_TEST(what_is_no_descriptor_goes_off_in_a_set)
{
    int ends_of[2];
    leat_set *set = set_made();
    MUST(pipe(ends_of) == 0);
    RC(leat_set_add(set, leat_on_fd(ends_of[0], LEAT_FD_READ)), 0);
    close(ends_of[0]);
    close(ends_of[1]);
    RC(leat_set_wait(set, leat_forever()), 0);
    RC(leat_set_case(set, 0)->rc, LEAT_EINVAL);
    MUST(leat_case_is_off(leat_set_case(set, 0)));
    RC(leat_set_wait(set, leat_forever()), LEAT_EINVAL);
    RC(leat_set_wait(set, leat_in_ms(1)), LEAT_ETIMEDOUT);
    MUST(leat_set_remove(set, 0));
    MUST(leat_set_drop(set));
}
END_TEST

/* Neither keeps the other from its turn. */
START_TEST(descriptors_and_channels_take_turns)
{
    struct pipes p;
    ends e = ends_cap(1);
    ends meets = ends_cap(0);
    call sender;
    uint64_t got;
    unsigned told[3] = {0};
    pipes_open(&p);
    int chan = leat_set_add(p.set, leat_on_recv(e.rx, &got));
    int rendezvous = leat_set_add(p.set, leat_on_recv(meets.rx, &got));
    call_send(&sender, meets.tx, 7, leat_forever());
    t_wait_parked(meets.chan, LEAT__SEND, 1);
    RC(try_send(e.tx, 1), 0);
    write_byte(&p, 3);
    for (int i = 0; i < 30; i++) {
        int index = leat_set_wait(p.set, leat_forever());
        MUST(index == p.index[3] || index == chan || index == rendezvous);
        told[index == p.index[3] ? 0 : index == chan ? 1 : 2]++;
        if (index == chan)
            RC(try_send(e.tx, 1), 0);
    }
    MUST(told[0] > 5 && told[1] > 5 && told[2] == 1);
    RC(call_end(&sender), 0);
    pipes_close(&p);
    ends_drop(e);
    ends_drop(meets);
}
END_TEST

/* Asleep in poll: a byte, a message, a meeting, a token. */
static void *wait_for_any(void *arg)
{
    static int index;
    index = leat_set_wait(((struct pipes *)arg)->set, leat_forever());
    return &index;
}

static int told_to(pthread_t thread)
{
    void *index;
    MUST(pthread_join(thread, &index) == 0);
    return *(int *)index;
}

START_TEST(asleep_beside_descriptors)
{
    struct pipes p;
    ends e = ends_cap(1);
    ends meets = ends_cap(0);
    leat_cancel *token;
    uint64_t got = UNTOUCHED;
    pipes_open(&p);
    RC(leat_cancel_new(&token), 0);
    int chan = leat_set_add(p.set, leat_on_recv(e.rx, &got));
    int rendezvous = leat_set_add(p.set, leat_on_recv(meets.rx, &got));
    int fired = leat_set_add(p.set, leat_on_cancel(token));
    for (int round = 0; round < 3; round++) {
        pthread_t thread = t_spawn(wait_for_any, &p);
        t_wait_parked(meets.chan, LEAT__RECV, 1);
        write_byte(&p, round);
        RC(told_to(thread), p.index[round]);
        read_byte(&p, round);
        thread = t_spawn(wait_for_any, &p);
        t_wait_parked(meets.chan, LEAT__RECV, 1);
        RC(try_send(e.tx, 5), 0);
        RC(told_to(thread), chan);
        SAME(got, 5);
        thread = t_spawn(wait_for_any, &p);
        t_wait_parked(meets.chan, LEAT__RECV, 1);
        RC(send_until(meets.tx, 6, leat_forever()), 0);
        RC(told_to(thread), rendezvous);
        SAME(got, 6);
    }
    pthread_t thread = t_spawn(wait_for_any, &p);
    t_wait_parked(meets.chan, LEAT__RECV, 1);
    leat_cancel_fire(token);
    RC(told_to(thread), fired);
    pipes_close(&p);
    leat_cancel_drop(token);
    ends_drop(e);
    ends_drop(meets);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("set");
    tcase_add_test(tc, an_empty_set);
    tcase_add_loop_test(tc, receives_one_after_another, 0, FLAVOURS);
    tcase_add_loop_test(tc, sends_when_there_is_room, 0, FLAVOURS);
    tcase_add_test(tc, what_a_set_does_not_take);
    tcase_add_test(tc, tokens_times_and_who_is_gone);
    tcase_add_test(tc, five_hundred_and_twelve);
    tcase_add_test(tc, a_wait_looks_at_what_happened);
    tcase_add_test(tc, who_is_ready_takes_turns);
    tcase_add_loop_test(tc, a_message_wakes_it, 0, FLAVOURS);
    tcase_add_loop_test(tc, two_sets_meet, 0, FLAVOURS);
    tcase_add_test(tc, indices_are_used_again);
    tcase_add_loop_test(tc, members_come_and_go_while_they_are_fed, 0, 6);
    tcase_add_loop_test(tc, a_wait_allocates_nothing, 0, FLAVOURS);
    tcase_add_test(tc, no_memory_for_a_member);
    tcase_add_test(tc, descriptors_in_a_set);
    tcase_add_test(tc, what_is_no_descriptor_goes_off_in_a_set);
    tcase_add_test(tc, descriptors_and_channels_take_turns);
    tcase_add_test(tc, asleep_beside_descriptors);
    return t_run(tc);
}
