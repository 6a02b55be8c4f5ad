/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_select_things.c - selects over what is no channel: permits, mutexes, jobs, threads,
 * cells that are set; beside a channel, in sets, in loops; what they take and do not. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "looped.h"
#include "parked.h"
#include "sync/setonce.h"
#include "thread/task.h"
#include "thread/thread.h"
#include "waiting.h"

/* ---- what can be waited for without being a channel ------------------------------------------ */

/* Something that is not possible until it is given. Who holds a mutex gives it, so `open`
 * and `give` are of one thread. */
typedef struct thing {
    const struct kind *kind;
    leat_sem sem;
    leat_mutex mutex;
    leat_pool *pool;
    leat_cancel *go; /* the job, or thread, ends */
    leat_task *task;
    leat_thread *thread;
    leat_setonce *cell;
} thing;

struct kind {
    const char *name;
    void (*open)(thing *t);
    void (*close)(thing *t); /* when nobody has it */
    leat_case (*on)(thing *t);
    void (*give)(thing *t);
    /* give back what a case that was done has taken; NULL: it stays possible */
    void (*undo)(thing *t);
    bool (*taken)(thing *t); /* is it somebody's? only with undo */
    size_t (*waits)(thing *t);
};

static void nothing_to_do(thing *t)
{
    (void)t;
}

static void permit_open(thing *t)
{
    leat_sem_init(&t->sem, 1);
}

static leat_case permit_on(thing *t)
{
    return leat_on_sem(&t->sem, 2);
}

static void permit_give(thing *t)
{
    leat_sem_release(&t->sem, 1);
}

static void permit_undo(thing *t)
{
    leat_sem_release(&t->sem, 2);
}

static bool permit_taken(thing *t)
{
    return leat_sem_permits(&t->sem) == 0;
}

static size_t permit_waits(thing *t)
{
    return in_line(&t->sem);
}

static void lock_open(thing *t)
{
    leat_mutex_init(&t->mutex, 0);
    leat_mutex_lock(&t->mutex);
}

static leat_case lock_on(thing *t)
{
    return leat_on_lock(&t->mutex);
}

static void lock_give(thing *t)
{
    leat_mutex_unlock(&t->mutex);
}

static bool lock_taken(thing *t)
{
    return leat_mutex_is_locked(&t->mutex);
}

static size_t lock_waits(thing *t)
{
    return in_line(&t->mutex);
}

static int until_go(void *arg, leat_cancel *stop)
{
    const thing *t = arg;
    (void)stop;
    RC(leat_cancel_wait(t->go, leat_forever()), 0);
    return 7;
}

static void task_open(thing *t)
{
    leat_job job = {.fn = until_go, .arg = t};
    RC(leat_cancel_new(&t->go), 0);
    RC(leat_pool_new(&t->pool, LEAT_POOL_OPTS(.workers = 1)), 0);
    RC(leat_pool_spawn(&t->task, t->pool, job, leat_nowait()), 0);
}

static leat_case task_on(thing *t)
{
    return leat_on_task(t->task);
}

static void go_give(thing *t)
{
    leat_cancel_fire(t->go);
}

static size_t task_waits(thing *t)
{
    leat__token *ended = &t->task->handle.ended;
    return links_of(&ended->lock, &ended->carriers);
}

static void task_close(thing *t)
{
    int result = 0;
    go_give(t);
    RC(leat_task_join(t->task, &result, leat_forever()), 0);
    RC(result, 7);
    MUST(leat_task_drop(t->task));
    RC(leat_pool_shutdown(t->pool, LEAT_POOL_DRAIN, leat_forever()), 0);
    leat_pool_drop(t->pool);
    leat_cancel_drop(t->go);
}

static void thread_open(thing *t)
{
    leat_job job = {.fn = until_go, .arg = t};
    RC(leat_cancel_new(&t->go), 0);
    RC(leat_thread_spawn(&t->thread, job, NULL), 0);
}

static leat_case thread_on(thing *t)
{
    return leat_on_thread(t->thread);
}

static size_t thread_waits(thing *t)
{
    leat__token *ended = &t->thread->handle.ended;
    return links_of(&ended->lock, &ended->carriers);
}

static void thread_close(thing *t)
{
    go_give(t);
    RC(leat_thread_join(t->thread, NULL, leat_forever()), 0);
    MUST(leat_thread_drop(t->thread));
    leat_cancel_drop(t->go);
}

static void cell_open(thing *t)
{
    RC(leat_setonce_new(&t->cell, NULL), 0);
}

static leat_case cell_on(thing *t)
{
    return leat_on_setonce(t->cell);
}

static void cell_give(thing *t)
{
    RC(leat_setonce_set(t->cell, t), 0);
}

static size_t cell_waits(thing *t)
{
    return links_of(&t->cell->set.lock, &t->cell->set.carriers);
}

static void cell_close(thing *t)
{
    MUST(leat_setonce_drop(t->cell));
}

static const struct kind kinds[] = {
    {"permits", permit_open, nothing_to_do, permit_on, permit_give, permit_undo,
     permit_taken, permit_waits},
    {"a mutex", lock_open, nothing_to_do, lock_on, lock_give, lock_give,
     lock_taken, lock_waits},
    {"a job", task_open, task_close, task_on, go_give, NULL, NULL, task_waits},
    {"a thread", thread_open, thread_close, thread_on, go_give, NULL, NULL,
     thread_waits},
    {"a cell", cell_open, cell_close, cell_on, cell_give, NULL, NULL,
     cell_waits},
};

enum { KINDS = sizeof kinds / sizeof *kinds };

static void thing_open(thing *t, int i)
{
    *t = (thing){.kind = &kinds[i]};
    unit_at = t->kind->name;
    t->kind->open(t);
}

/* pre: it was given, and whoever took it has undone that */
static void thing_close(thing *t)
{
    SAME(t->kind->waits(t), 0);
    t->kind->close(t);
    unit_at = "";
}

/* The case was done: it is the caller's now, or stays possible. */
static void thing_done(thing *t, const leat_case *it)
{
    RC(it->rc, 0);
    MUST(!leat_case_is_off(it));
    if (t->kind->undo == NULL)
        return;
    MUST(t->kind->taken(t));
    t->kind->undo(t);
}

START_TEST(a_thing_is_done_when_it_can_be)
{
    thing t;
    ends quiet = ends_cap(1);
    uint64_t got = UNTOUCHED;
    thing_open(&t, _i);
    leat_case cases[] = {leat_on_recv(quiet.rx, &got), t.kind->on(&t)};
    RC(leat_select(cases, 2, 0, leat_nowait()), LEAT_EAGAIN);
    RC(leat_select(cases, 2, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    RC(leat_ready(cases, 2, 0, leat_nowait()), LEAT_EAGAIN);
    RC(leat_ready(cases, 2, 0, leat_in_ms(1)), LEAT_ETIMEDOUT);
    t.kind->give(&t);
    for (int i = 0; i < 3; i++) {
        RC(leat_ready(cases, 2, 0, leat_forever()), 1);
        if (t.kind->taken != NULL) /* not by looking */
            MUST(i > 0 || !t.kind->taken(&t));
        RC(leat_select(cases, 2, LEAT_BIASED, leat_forever()), 1);
        thing_done(&t, &cases[1]);
    }
    RC(try_send(quiet.tx, 3), 0);
    RC(leat_select(cases, 2, LEAT_BIASED, leat_forever()), 0);
    SAME(got, 3);
    if (t.kind->taken != NULL) /* nor by a select that did another case */
        MUST(!t.kind->taken(&t));
    thing_close(&t);
    ends_drop(quiet);
}
END_TEST

/* A select, or ready, of a thing beside a quiet channel, in a thread of its own. */
typedef struct waiting_for {
    thing *thing;
    ends quiet;
    leat_until until;
    bool only_looks;
    bool keeps; /* does not undo */
    int index;
    uint64_t got;
    pthread_t thread;
} waiting_for;

static void *wait_for_it(void *arg)
{
    waiting_for *w = arg;
    leat_case cases[] = {w->thing->kind->on(w->thing),
                         leat_on_recv(w->quiet.rx, &w->got)};
    w->index = w->only_looks ? leat_ready(cases, 2, 0, w->until)
                             : leat_select(cases, 2, 0, w->until);
    if (w->index == 0 && !w->only_looks && !w->keeps)
        thing_done(w->thing, &cases[0]);
    return NULL;
}

static void waiting_start(waiting_for *w, thing *t, ends quiet,
                          leat_until until)
{
    size_t before = t->kind->waits(t);
    *w = (waiting_for){.thing = t,
                       .quiet = quiet,
                       .until = until,
                       .only_looks = w->only_looks,
                       .keeps = w->keeps,
                       .got = UNTOUCHED};
    w->thread = t_spawn(wait_for_it, w);
    while (until.deadline_ns == INT64_MAX && t->kind->waits(t) == before)
        leat__os_nap();
}

static int waiting_end(waiting_for *w)
{
    t_join(w->thread);
    SAME(parked(w->quiet.chan, LEAT__RECV), 0);
    return w->index;
}

START_TEST(a_thing_ends_the_wait)
{
    thing t;
    ends quiet = ends_cap(1);
    for (int looks = 0; looks < 2; looks++) {
        waiting_for w = {.only_looks = looks != 0};
        thing_open(&t, _i);
        waiting_start(&w, &t, quiet, leat_forever());
        t.kind->give(&t);
        RC(waiting_end(&w), 0);
        if (looks != 0 && t.kind->taken != NULL)
            MUST(!t.kind->taken(&t));
        thing_close(&t);
    }
    ends_drop(quiet);
}
END_TEST

/* Another case, the token or the deadline: nothing is taken, and what comes later is for
 * others. */
START_TEST(who_did_something_else_has_taken_nothing)
{
    thing t;
    waiting_for w = {0};
    ends quiet = ends_cap(1);
    leat_cancel *token = token_new();
    thing_open(&t, _i);
    waiting_start(&w, &t, quiet, leat_forever());
    RC(try_send(quiet.tx, 4), 0);
    RC(waiting_end(&w), 1);
    SAME(w.got, 4);
    waiting_start(&w, &t, quiet, leat_or_cancel(leat_forever(), token));
    leat_cancel_fire(token);
    RC(waiting_end(&w), LEAT_ECANCELED);
    waiting_start(&w, &t, quiet, leat_in_ms(1));
    RC(waiting_end(&w), LEAT_ETIMEDOUT);
    t.kind->give(&t);
    if (t.kind->taken != NULL)
        MUST(!t.kind->taken(&t));
    waiting_start(&w, &t, quiet, leat_in_ms(3600000));
    RC(waiting_end(&w), 0);
    thing_close(&t);
    leat_cancel_drop(token);
    ends_drop(quiet);
}
END_TEST

START_TEST(things_in_a_set)
{
    thing t;
    ends quiet = ends_cap(1);
    uint64_t got = UNTOUCHED;
    leat_set *set;
    thing_open(&t, _i);
    RC(leat_set_new(&set), 0);
    RC(leat_set_add(set, leat_on_recv(quiet.rx, &got)), 0);
    RC(leat_set_add(set, t.kind->on(&t)), 1);
    RC(leat_set_wait(set, leat_nowait()), LEAT_EAGAIN);
    RC(leat_set_wait(set, leat_in_ms(1)), LEAT_ETIMEDOUT);
    RC(try_send(quiet.tx, 3), 0);
    RC(leat_set_wait(set, leat_forever()), 0);
    t.kind->give(&t);
    RC(leat_set_wait(set, leat_forever()), 1);
    thing_done(&t, leat_set_case(set, 1));
    MUST(leat_set_drop(set));
    thing_close(&t);
    ends_drop(quiet);
}
END_TEST

static void *wait_in_a_set(void *arg)
{
    waiting_for *w = arg;
    leat_set *set;
    RC(leat_set_new(&set), 0);
    RC(leat_set_add(set, w->thing->kind->on(w->thing)), 0);
    w->index = leat_set_wait(set, leat_forever());
    thing_done(w->thing, leat_set_case(set, 0));
    MUST(leat_set_drop(set));
    return NULL;
}

START_TEST(a_thing_ends_the_wait_of_a_set)
{
    thing t;
    waiting_for w = {.thing = &t};
    thing_open(&t, _i);
    pthread_t thread = t_spawn(wait_in_a_set, &w);
    while (t.kind->waits(&t) == 0)
        leat__os_nap();
    t.kind->give(&t);
    t_join(thread);
    RC(w.index, 0);
    thing_close(&t);
}
END_TEST

START_TEST(things_in_a_loop)
{
    thing t;
    told it;
    ends quiet = ends_cap(1);
    uint64_t got = UNTOUCHED;
    leat_loop *loop = loop_made(NULL);
    thing_open(&t, _i);
    told_init(&it, loop);
    leat_case cases[] = {leat_on_recv(quiet.rx, &got), t.kind->on(&t)};
    leat_op_select(&it.op, cases, 2, 0, leat_forever());
    SAME(t.kind->waits(&t), 1);
    MUST(leat_op_cancel(&it.op));
    SAME(t.kind->waits(&t), 0);
    leat_op_select(&it.op, cases, 2, 0, leat_forever());
    RC(try_send(quiet.tx, 3), 0);
    run_until(loop, &it, 1);
    RC(it.rc, 0);
    leat_op_select(&it.op, cases, 2, 0, leat_forever());
    t.kind->give(&t);
    run_until(loop, &it, 2);
    RC(it.rc, 1);
    thing_done(&t, &cases[1]);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    thing_close(&t);
    ends_drop(quiet);
}
END_TEST

/* ---- permits and mutexes alone ------------------------------------------------------------------- */

START_TEST(a_closed_semaphore_goes_off)
{
    thing t;
    waiting_for w = {.keeps = true};
    ends quiet = ends_cap(1);
    thing_open(&t, 0);
    leat_case one = t.kind->on(&t);
    waiting_start(&w, &t, quiet, leat_forever());
    leat_sem_close(&t.sem);
    RC(waiting_end(&w), 0);
    RC(leat_ready(&one, 1, 0, leat_forever()), 0);
    RC(leat_select(&one, 1, 0, leat_forever()), 0);
    RC(one.rc, LEAT_ECLOSED);
    MUST(leat_case_is_off(&one));
    SAME(leat_sem_permits(&t.sem), 1);
    thing_close(&t);
    ends_drop(quiet);
}
END_TEST

START_TEST(a_poisoned_mutex_says_so)
{
    thing t;
    thing_open(&t, 1);
    leat_mutex_poison(&t.mutex);
    t.kind->give(&t);
    leat_case one = t.kind->on(&t);
    RC(leat_select(&one, 1, 0, leat_forever()), 0);
    RC(one.rc, 1);
    MUST(leat_mutex_is_locked(&t.mutex));
    leat_mutex_unlock(&t.mutex);
    thing_close(&t);
}
END_TEST

static void *lock_and_end(void *arg)
{
    leat_case one = leat_on_lock(arg);
    RC(leat_select(&one, 1, 0, leat_forever()), 0);
    RC(one.rc, 0);
    return NULL; /* holding it */
}

START_TEST(who_was_handed_it_and_ends_poisons_it)
{
    leat_mutex mutex = LEAT_MUTEX_POISONING_INIT;
    leat_mutex_lock(&mutex);
    pthread_t thread = t_spawn(lock_and_end, &mutex);
    t_wait_line(&mutex, 1);
    leat_mutex_unlock(&mutex);
    t_join(thread);
    RC(leat_mutex_lock_until(&mutex, leat_forever()), 1);
    leat_mutex_unlock(&mutex);
}
END_TEST

/* In their order with plain calls. */
START_TEST(selects_stand_in_line)
{
    thing t;
    waiting_for first = {.keeps = true};
    waiting_for second = {.keeps = true};
    ends quiet = ends_cap(1);
    ends other = ends_cap(1);
    thing_open(&t, 0);
    waiting_start(&first, &t, quiet, leat_forever());
    waiting_start(&second, &t, other, leat_forever());
    RC(leat_sem_acquire(&t.sem, 1, leat_nowait()), LEAT_EAGAIN);
    leat_sem_release(&t.sem, 1);
    RC(waiting_end(&first), 0);
    SAME(leat_sem_permits(&t.sem), 0);
    leat_sem_release(&t.sem, 3);
    RC(waiting_end(&second), 0);
    SAME(leat_sem_permits(&t.sem), 1);
    thing_close(&t);
    ends_drop(quiet);
    ends_drop(other);
}
END_TEST

/* Who only looks is in nobody's way. */
START_TEST(lookers_are_told_and_the_next_is_served)
{
    thing t;
    waiting_for looker = {.only_looks = true};
    waiting_for taker = {.keeps = _i == 0}; /* else it unlocks it */
    ends quiet = ends_cap(1);
    ends other = ends_cap(1);
    thing_open(&t, _i);
    waiting_start(&looker, &t, quiet, leat_forever());
    waiting_start(&taker, &t, other, leat_forever());
    t.kind->give(&t);
    RC(waiting_end(&taker), 0);
    if (_i == 0)
        leat_sem_release(&t.sem, 2);
    RC(waiting_end(&looker), 0);
    MUST(!t.kind->taken(&t));
    thing_close(&t);
    ends_drop(quiet);
    ends_drop(other);
}
END_TEST

/* The same one twice, and two: a select takes one, once. */
START_TEST(of_two_mutexes_one)
{
    leat_mutex mutexes[2] = {LEAT_MUTEX_INIT, LEAT_MUTEX_INIT};
    leat_case cases[] = {leat_on_lock(&mutexes[0]), leat_on_lock(&mutexes[1]),
                         leat_on_lock(&mutexes[0])};
    for (int i = 0; i < 50; i++) {
        int index = leat_select(cases, 3, 0, leat_forever());
        MUST(index >= 0);
        MUST(leat_mutex_is_locked(&mutexes[index % 2]));
        MUST(!leat_mutex_is_locked(&mutexes[1 - index % 2]));
        leat_mutex_unlock(&mutexes[index % 2]);
    }
}
END_TEST

/* Threads that select permits, of two semaphores: no permit is lost or made up. */
static leat_sem two[2];
static atomic_int out[2];

static void *take_and_give(void *arg)
{
    t_rand chance = t_random((uint64_t)(uintptr_t)arg);
    for (unsigned i = 0; i < t_scaled(3000); i++) {
        leat_case cases[] = {leat_on_sem(&two[0], 1), leat_on_sem(&two[1], 2)};
        leat_until until =
            t_below(&chance, 4) == 0 ? leat_in_ns(2000) : leat_forever();
        int index = leat_select(cases, 2, 0, until);
        if (index == LEAT_ETIMEDOUT)
            continue;
        MUST(index == 0 || index == 1);
        RC(cases[index].rc, 0);
        MUST(atomic_fetch_add(&out[index], 1) < 2);
        atomic_fetch_sub(&out[index], 1);
        leat_sem_release(&two[index], (uint32_t)index + 1);
    }
    return NULL;
}

START_TEST(permits_among_selects)
{
    pthread_t threads[4];
    t_patience(120);
    leat_sem_init(&two[0], 2);
    leat_sem_init(&two[1], 4);
    for (uintptr_t i = 0; i < 4; i++)
        threads[i] = t_spawn(take_and_give, (void *)(i + 1));
    for (int i = 0; i < 4; i++)
        t_join(threads[i]);
    SAME(leat_sem_permits(&two[0]), 2);
    SAME(leat_sem_permits(&two[1]), 4);
    MUST(leat_sem_is_idle(&two[0]) && leat_sem_is_idle(&two[1]));
}
END_TEST

START_TEST(without_a_noun_it_is_off)
{
    leat_case cases[] = {leat_on_sem(NULL, 1), leat_on_lock(NULL),
                         leat_on_task(NULL), leat_on_thread(NULL),
                         leat_on_setonce(NULL)};
    for (int i = 0; i < 5; i++)
        MUST(leat_case_is_off(&cases[i]));
    RC(leat_select(cases, 5, 0, leat_forever()), LEAT_EINVAL);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("select_things");
    tcase_add_loop_test(tc, a_thing_is_done_when_it_can_be, 0, KINDS);
    tcase_add_loop_test(tc, a_thing_ends_the_wait, 0, KINDS);
    tcase_add_loop_test(tc, who_did_something_else_has_taken_nothing, 0, KINDS);
    tcase_add_loop_test(tc, things_in_a_set, 0, KINDS);
    tcase_add_loop_test(tc, a_thing_ends_the_wait_of_a_set, 0, KINDS);
    tcase_add_loop_test(tc, things_in_a_loop, 0, KINDS);
    tcase_add_test(tc, a_closed_semaphore_goes_off);
    tcase_add_test(tc, a_poisoned_mutex_says_so);
    tcase_add_test(tc, who_was_handed_it_and_ends_poisons_it);
    tcase_add_test(tc, selects_stand_in_line);
    tcase_add_loop_test(tc, lookers_are_told_and_the_next_is_served, 0, 2);
    tcase_add_test(tc, of_two_mutexes_one);
    tcase_add_test(tc, permits_among_selects);
    tcase_add_test(tc, without_a_noun_it_is_off);
    return t_run(tc);
}
