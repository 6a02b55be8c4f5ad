/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_cancel_hook.c - what is called when a token fires, and taking it back; and that
 * none of cancellation's waits and calls allocates. */
#define _GNU_SOURCE 1
#include "tokens.h"

#include <leat/mem.h>
#include <semaphore.h>

/* ---- called --------------------------------------------------------------------------- */

struct note {
    leat_cancel *token;
    leat_cancel_hook hook;
    int calls;
    pthread_t by;
};

static void count(void *arg)
{
    struct note *note = arg;
    note->calls++;
    note->by = pthread_self();
}

START_TEST(a_hook_is_called_once_by_who_fires)
{
    leat_cancel *token = token_new();
    struct note note = {.calls = 0};
    MUST(leat_cancel_on_fire(token, &note.hook, count, &note));
    SAME(note.calls, 0);
    leat_cancel_fire(token);
    SAME(note.calls, 1);
    MUST(pthread_equal(note.by, pthread_self()));
    leat_cancel_fire(token);
    SAME(note.calls, 1);
    MUST(!leat_cancel_unhook(&note.hook));
    leat_cancel_drop(token);
}
END_TEST

START_TEST(after_the_firing_it_is_called_at_once)
{
    leat_cancel *token = token_new();
    struct note note = {.calls = 0};
    leat_cancel_fire(token);
    MUST(!leat_cancel_on_fire(token, &note.hook, count, &note));
    SAME(note.calls, 1);
    MUST(!leat_cancel_unhook(&note.hook));
    leat_cancel_drop(token);
    token = token_new();
    leat_cancel_fire_at(token, soon_ns());
    while (!leat_cancel_check(token))
        leat__os_nap();
    MUST(!leat_cancel_on_fire(token, &note.hook, count, &note));
    SAME(note.calls, 2);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(hooks_below_are_called_too)
{
    leat_cancel *parent = token_new();
    leat_cancel *child = child_of(parent);
    struct note notes[3] = {{.calls = 0}};
    MUST(leat_cancel_on_fire(child, &notes[0].hook, count, &notes[0]));
    MUST(leat_cancel_on_fire(child, &notes[1].hook, count, &notes[1]));
    MUST(leat_cancel_on_fire(parent, &notes[2].hook, count, &notes[2]));
    leat_cancel_fire(parent);
    for (int i = 0; i < 3; i++)
        SAME(notes[i].calls, 1);
    leat_cancel_drop(child);
    leat_cancel_drop(parent);
}
END_TEST

START_TEST(a_hook_is_called_when_its_token_is_due)
{
    ends e = ends_cap(1);
    leat_cancel *token = token_new();
    struct note note = {.calls = 0};
    uint64_t value;
    MUST(leat_cancel_on_fire(token, &note.hook, count, &note));
    leat_cancel_fire_at(token, soon_ns());
    RC(leat_rx_recv(e.rx, &value, or_cancel(token)), LEAT_ECANCELED);
    SAME(note.calls, 1);
    leat_cancel_drop(token);
    ends_drop(e);
}
END_TEST

/* ---- taken back --------------------------------------------------------------------------- */

START_TEST(what_was_taken_back_is_not_called)
{
    leat_cancel *token = token_new();
    struct note note = {.calls = 0};
    for (int i = 0; i < 3; i++) {
        MUST(leat_cancel_on_fire(token, &note.hook, count, &note));
        MUST(leat_cancel_unhook(&note.hook));
        MUST(!leat_cancel_unhook(&note.hook));
    }
    leat_cancel_fire(token);
    SAME(note.calls, 0);
    leat_cancel_drop(token);
}
END_TEST

START_TEST(a_hook_of_zeros_waits_for_nothing)
{
    leat_cancel_hook hook = LEAT_ZERO_INIT;
    MUST(!leat_cancel_unhook(&hook));
}
END_TEST

static sem_t began;
static sem_t may_end;
static bool ended;

static void call_that_lasts(void *arg)
{
    (void)arg;
    sem_post(&began);
    sem_wait(&may_end);
    ended = true; /* plain: unhook's return has to order it */
}

static void *fire_it(void *token)
{
    leat_cancel_fire(token);
    return NULL;
}

static void *unhook_it(void *hook)
{
    MUST(!leat_cancel_unhook(hook));
    MUST(ended);
    return NULL;
}

START_TEST(taking_back_waits_for_a_call_in_another_thread)
{
    leat_cancel *token = token_new();
    leat_cancel_hook hook;
    sem_init(&began, 0, 0);
    sem_init(&may_end, 0, 0);
    MUST(leat_cancel_on_fire(token, &hook, call_that_lasts, NULL));
    pthread_t thread = t_spawn(fire_it, token);
    sem_wait(&began);
    pthread_t second = t_spawn(unhook_it, &hook);
    pthread_t third = t_spawn(unhook_it, &hook);
    leat__os_nap();
    sem_post(&may_end);
    t_join(second);
    t_join(third);
    t_join(thread);
    leat_cancel_drop(token);
}
END_TEST

/* ---- what it may do -------------------------------------------------------------------- */

static void take_back_itself(void *arg)
{
    struct note *note = arg;
    MUST(!leat_cancel_unhook(&note->hook)); /* and does not wait for itself */
    note->calls++;
}

START_TEST(it_may_take_itself_back)
{
    leat_cancel *token = token_new();
    struct note note = {.calls = 0};
    MUST(leat_cancel_on_fire(token, &note.hook, take_back_itself, &note));
    leat_cancel_fire(token);
    SAME(note.calls, 1);
    MUST(!leat_cancel_on_fire(token, &note.hook, take_back_itself, &note));
    SAME(note.calls, 2);
    leat_cancel_drop(token);
}
END_TEST

static struct note pair[2];

static void take_back_the_other(void *arg)
{
    struct note *other = arg;
    MUST(leat_cancel_unhook(&other->hook));
}

START_TEST(it_may_take_back_the_next)
{
    leat_cancel *token = token_new();
    MUST(leat_cancel_on_fire(token, &pair[0].hook, take_back_the_other,
                             &pair[1]));
    MUST(leat_cancel_on_fire(token, &pair[1].hook, count, &pair[1]));
    leat_cancel_fire(token);
    SAME(pair[1].calls, 0);
    leat_cancel_drop(token);
}
END_TEST

static void drop_and_free(void *arg)
{
    struct note *note = arg;
    MUST(leat_cancel_check(note->token));
    leat_cancel_drop(note->token);
    free(note);
}

START_TEST(it_may_drop_the_token_and_free_the_hook)
{
    for (int shared = 0; shared < 2; shared++) {
        leat_cancel *parent = token_new();
        for (int i = 0; i < 4; i++) {
            struct note *note = calloc(1, sizeof *note);
            note->token = shared ? leat_cancel_clone(parent) : child_of(parent);
            MUST(leat_cancel_on_fire(note->token, &note->hook, drop_and_free,
                                     note));
        }
        leat_cancel_fire(parent);
        MUST(leat_cancel_drop(parent));
    }
}
END_TEST

static void do_everything(void *arg)
{
    struct note *note = arg;
    leat_cancel *child = child_of(note->token);
    MUST(leat_cancel_check(child));
    leat_cancel_fire(note->token);
    RC(leat_cancel_wait(note->token, leat_forever()), 0);
    leat_cancel_fire_at(note->token, 1);
    leat_cancel_drop(child);
    leat_cancel *other = token_new();
    leat_cancel_fire_after(other, note->token, 0);
    MUST(leat_cancel_check(other));
    leat_cancel_drop(other);
    if (note->calls++ == 0) /* used anew, it is called within */
        MUST(!leat_cancel_on_fire(note->token, &note->hook, do_everything,
                                  note));
}

START_TEST(it_may_call_anything)
{
    leat_cancel *token = token_new();
    struct note note = {.token = token};
    MUST(leat_cancel_on_fire(token, &note.hook, do_everything, &note));
    leat_cancel_fire(token);
    SAME(note.calls, 2);
    MUST(leat_cancel_drop(token));
}
END_TEST

static void fire_next(void *arg)
{
    struct note *note = arg;
    note->calls++;
    leat_cancel_fire(note->token);
}

START_TEST(it_may_fire_others)
{
    struct note notes[3] = {{.calls = 0}};
    leat_cancel *token[4];
    for (int i = 0; i < 4; i++)
        token[i] = token_new();
    for (int i = 0; i < 3; i++) {
        notes[i].token = token[i + 1];
        MUST(leat_cancel_on_fire(token[i], &notes[i].hook, fire_next,
                                 &notes[i]));
    }
    leat_cancel_fire(token[0]);
    MUST(leat_cancel_check(token[3]));
    for (int i = 0; i < 3; i++)
        SAME(notes[i].calls, 1);
    for (int i = 0; i < 4; i++)
        MUST(leat_cancel_drop(token[i]));
}
END_TEST

/* ---- all at once --------------------------------------------------------------------------- */

static void *hook_and_unhook(void *arg)
{
    leat_cancel *token = arg;
    uintptr_t rounds = 0;
    bool waits = true;
    while (waits) {
        struct note note = {.calls = 0};
        waits = leat_cancel_on_fire(token, &note.hook, count, &note);
        bool taken = leat_cancel_unhook(&note.hook);
        MUST(note.calls == (taken ? 0 : 1)); /* one or the other, once */
        MUST(waits || !taken);
        rounds++;
    }
    return (void *)rounds;
}

START_TEST(each_hook_is_called_or_taken_back)
{
    enum { N = 3 };
    for (unsigned round = 0; round < t_scaled(40); round++) {
        leat_cancel *parent = token_new();
        leat_cancel *child = child_of(parent);
        pthread_t thread[N];
        for (int i = 0; i < N; i++)
            thread[i] = t_spawn(hook_and_unhook, i % 2 ? parent : child);
        leat__os_nap();
        leat_cancel_fire(parent);
        for (int i = 0; i < N; i++)
            t_join(thread[i]);
        leat_cancel_drop(child);
        MUST(leat_cancel_drop(parent));
    }
}
END_TEST

/* ---- memory ---------------------------------------------------------------------------------- */

static void *refuse(size_t bytes, size_t align, void *arg)
{
    (void)bytes;
    (void)align;
    ++*(int *)arg;
    return NULL;
}

static void release(void *mem, void *arg)
{
    (void)arg;
    free(mem);
}

START_TEST(nothing_but_making_tokens_allocates)
{
    static _Alignas(8) unsigned char mem[2][LEAT_CANCEL_BYTES];
    int asked = 0;
    leat_mem none = {refuse, release, &asked};
    leat_mem_set(&none);
    leat_cancel *token = NULL;
    leat_cancel *child = NULL;
    struct note note = {.calls = 0};
    RC(leat_cancel_new(&token), LEAT_ENOMEM);
    MUST(token == NULL);
    RC(leat_cancel_new_in(&token, mem[0], sizeof mem[0], NULL, NULL), 0);
    RC(leat_cancel_child(&child, token), LEAT_ENOMEM);
    MUST(child == NULL);
    SAME(asked, 2);
    RC(leat_cancel_child_in(&child, token, mem[1], sizeof mem[1], NULL, NULL),
       0);
    MUST(leat_cancel_on_fire(child, &note.hook, count, &note));
    RC(leat_cancel_wait(child, leat_in_ms(1)), LEAT_ETIMEDOUT);
    leat_cancel_fire_at(token, soon_ns());
    RC(leat_cancel_wait(child, leat_forever()), 0);
    SAME(note.calls, 1);
    MUST(!leat_cancel_drop(token)); /* its child owns it */
    MUST(leat_cancel_drop(child));
    SAME(asked, 2);
    leat_mem_set(NULL);
}
END_TEST

/* ---- misuse ------------------------------------------------------------------------------------ */

static void drop_under_a_hook(void *arg)
{
    struct note note = {.calls = 0};
    (void)arg;
    leat_cancel *token = token_new();
    leat_cancel_on_fire(token, &note.hook, count, &note);
    leat_cancel_drop(token);
}

static void hook_without_fn(void *arg)
{
    leat_cancel_hook hook;
    leat_cancel_on_fire(token_new(), &hook, NULL, arg);
}

static void unhook_null(void *arg)
{
    leat_cancel_unhook(arg);
}

START_TEST(misuse_aborts)
{
    t_aborts(drop_under_a_hook, NULL, "a hook still waits");
    t_aborts(hook_without_fn, NULL, "leat_cancel_on_fire");
    t_aborts(unhook_null, NULL, "leat_cancel_unhook");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("cancel_hook");
    tcase_add_test(tc, a_hook_is_called_once_by_who_fires);
    tcase_add_test(tc, after_the_firing_it_is_called_at_once);
    tcase_add_test(tc, hooks_below_are_called_too);
    tcase_add_test(tc, a_hook_is_called_when_its_token_is_due);
    tcase_add_test(tc, what_was_taken_back_is_not_called);
    tcase_add_test(tc, a_hook_of_zeros_waits_for_nothing);
    tcase_add_test(tc, taking_back_waits_for_a_call_in_another_thread);
    tcase_add_test(tc, it_may_take_itself_back);
    tcase_add_test(tc, it_may_take_back_the_next);
    tcase_add_test(tc, it_may_drop_the_token_and_free_the_hook);
    tcase_add_test(tc, it_may_call_anything);
    tcase_add_test(tc, it_may_fire_others);
    tcase_add_test(tc, each_hook_is_called_or_taken_back);
    tcase_add_test(tc, nothing_but_making_tokens_allocates);
    tcase_add_test(tc, misuse_aborts);
    return t_run(tc);
}
