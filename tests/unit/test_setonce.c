/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_setonce.c - set once, seen by all. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"
#include "sync/setonce.h"

#include <leat/typed.h>

static int one = 1;
static int two = 2;

static leat_setonce *cell_made(void)
{
    leat_setonce *cell = NULL;
    RC(leat_setonce_new(&cell, NULL), 0);
    return cell;
}

START_TEST(it_is_set_once)
{
    leat_setonce *cell = cell_made();
    void *value = &two;
    MUST(leat_setonce_get(cell) == NULL);
    RC(leat_setonce_wait(cell, &value, leat_nowait()), LEAT_EAGAIN);
    MUST(value == &two);
    RC(leat_setonce_set(cell, &one), 0);
    RC(leat_setonce_set(cell, &two), LEAT_EEXIST);
    RC(leat_setonce_set(cell, &one), LEAT_EEXIST);
    MUST(leat_setonce_get(cell) == &one);
    RC(leat_setonce_wait(cell, &value, leat_nowait()), 0);
    MUST(value == &one);
    RC(leat_setonce_wait(cell, NULL, leat_at_ns(-1)), 0);
    MUST(leat_setonce_drop(cell));
}
END_TEST

START_TEST(a_wait_gives_up)
{
    leat_setonce *cell = cell_made();
    leat_cancel *token;
    void *value = &two;
    RC(leat_cancel_new(&token), 0);
    RC(leat_setonce_wait(cell, &value, leat_in_ms(1)), LEAT_ETIMEDOUT);
    leat_cancel_fire(token);
    RC(leat_setonce_wait(cell, &value, leat_or_cancel(leat_forever(), token)),
       LEAT_ECANCELED);
    MUST(value == &two);
    RC(leat_setonce_set(cell, &one), 0);
    RC(leat_setonce_wait(cell, &value, leat_or_cancel(leat_forever(), token)),
       0); /* ready beats cancelled */
    MUST(leat_setonce_drop(cell));
    leat_cancel_drop(token);
}
END_TEST

enum { MANY = 8 };

struct seer {
    leat_setonce *cell;
    int seen;
    pthread_t by;
};

static void *sees(void *arg)
{
    struct seer *s = arg;
    void *value = NULL;
    RC(leat_setonce_wait(s->cell, &value, leat_forever()), 0);
    s->seen = *(int *)value;
    leat_setonce_drop(s->cell);
    return NULL;
}

START_TEST(all_who_wait_see_it)
{
    leat_setonce *cell = cell_made();
    struct seer seers[MANY];
    int value = 0;
    for (int i = 0; i < MANY; i++) {
        seers[i] = (struct seer){leat_setonce_clone(cell), 0, 0};
        seers[i].by = t_spawn(sees, &seers[i]);
    }
    leat__token *latch = leat__setonce_latch(cell);
    while (links_of(&latch->lock, &latch->carriers) != MANY)
        leat__os_nap();
    value = 42; /* plain: the set orders it */
    RC(leat_setonce_set(cell, &value), 0);
    for (int i = 0; i < MANY; i++) {
        t_join(seers[i].by);
        SAME(seers[i].seen, 42);
    }
    MUST(leat_setonce_drop(cell));
}
END_TEST

struct setter {
    leat_setonce *cell;
    int value;
    int rc;
    int seen;
    pthread_t by;
};

static void *sets(void *arg)
{
    struct setter *s = arg;
    s->rc = leat_setonce_set(s->cell, &s->value);
    s->seen = *(int *)leat_setonce_get(s->cell);
    leat_setonce_drop(s->cell);
    return NULL;
}

START_TEST(one_of_many_sets_it)
{
    for (unsigned n = t_scaled(200); n > 0; n--) {
        leat_setonce *cell = cell_made();
        struct setter setters[MANY];
        int won = 0;
        for (int i = 0; i < MANY; i++) {
            setters[i] =
                (struct setter){leat_setonce_clone(cell), i + 1, 0, 0, 0};
            setters[i].by = t_spawn(sets, &setters[i]);
        }
        for (int i = 0; i < MANY; i++)
            t_join(setters[i].by);
        for (int i = 0; i < MANY; i++) {
            MUST(setters[i].rc == 0 || setters[i].rc == LEAT_EEXIST);
            won += setters[i].rc == 0;
            SAME(setters[i].seen, *(int *)leat_setonce_get(cell));
            if (setters[i].rc == 0)
                SAME(setters[i].seen, i + 1);
        }
        SAME(won, 1);
        MUST(leat_setonce_drop(cell));
    }
}
END_TEST

static int discards;
static int gones;

static void note_discard(void *value, void *arg)
{
    MUST(value == &one && arg == &two);
    SAME(gones, 0);
    discards++;
}

static void note_gone(void *arg)
{
    MUST(arg == &one);
    gones++;
}

START_TEST(the_last_drop_discards)
{
    unsigned char mem[LEAT_SETONCE_BYTES + 16];
    const leat_setonce_opts *opts =
        LEAT_SETONCE_OPTS(.discard = note_discard, .discard_arg = &two,
                          .gone = note_gone, .gone_arg = &one);
    for (size_t skew = 0; skew < 16; skew++) {
        leat_setonce *cell = NULL;
        bool set = skew % 2 == 0;
        discards = gones = 0;
        RC(leat_setonce_new_in(&cell, mem + skew, LEAT_SETONCE_BYTES - 1, opts),
           LEAT_EINVAL);
        if (skew < 8)
            RC(leat_setonce_new_in(&cell, mem + skew, LEAT_SETONCE_BYTES, opts),
               0);
        else
            RC(leat_setonce_new(&cell, opts), 0);
        if (set)
            RC(leat_setonce_set(cell, &one), 0);
        MUST(leat_setonce_clone(cell) == cell);
        MUST(!leat_setonce_drop(cell));
        SAME(discards + gones, 0);
        MUST(leat_setonce_drop(cell));
        SAME(discards, set);
        SAME(gones, 1);
    }
    MUST(!leat_setonce_drop(NULL));
}
END_TEST

START_TEST(options_of_another_size_are_refused)
{
    leat_setonce *cell = NULL;
    unsigned char mem[LEAT_SETONCE_BYTES];
    leat_setonce_opts opts = {.size = 1};
    RC(leat_setonce_new(&cell, &opts), LEAT_EINVAL);
    RC(leat_setonce_new_in(&cell, mem, sizeof mem, &opts), LEAT_EINVAL);
    MUST(cell == NULL);
}
END_TEST

static void sets_nothing(void *arg)
{
    (void)arg;
    RC(leat_setonce_set(cell_made(), NULL), 0);
}

static void is_no_cell(void *arg)
{
    static struct leat_setonce zero;
    (void)arg;
    MUST(leat_setonce_get(&zero) == NULL);
}

static void drops_under_a_wait(void *arg)
{
    struct seer s = {cell_made(), 0, 0};
    leat__token *latch = leat__setonce_latch(s.cell);
    (void)arg;
    s.by = t_spawn(sees, &s);
    while (links_of(&latch->lock, &latch->carriers) != 1)
        leat__os_nap();
    leat_setonce_drop(s.cell);
}

START_TEST(misuse_aborts)
{
    t_aborts(sets_nothing, NULL, "value is NULL");
    t_aborts(is_no_cell, NULL, "not a live cell");
    t_aborts(drops_under_a_wait, NULL, "a call still waits for the cell");
}
END_TEST

LEAT_SETONCE_TYPE(number, int);

START_TEST(a_type_of_its_own)
{
    static unsigned char mem[LEAT_SETONCE_BYTES];
    for (int place = 0; place < 2; place++) {
        number_setonce *cell;
        int *value = NULL;
        if (place == 0)
            RC(number_setonce_new(&cell, NULL), 0);
        else
            RC(number_setonce_new_in(&cell, mem, sizeof mem, NULL), 0);
        number_setonce *same = number_setonce_clone(cell);
        RC(number_setonce_wait(cell, &value, leat_nowait()), LEAT_EAGAIN);
        MUST(number_setonce_get(same) == NULL && value == NULL);
        RC(number_setonce_set(cell, &two), 0);
        RC(number_setonce_wait(same, &value, leat_forever()), 0);
        MUST(value == &two && number_setonce_get(cell) == &two);
        MUST(!number_setonce_drop(same));
        MUST(number_setonce_drop(cell));
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("setonce");
    tcase_add_test(tc, it_is_set_once);
    tcase_add_test(tc, a_wait_gives_up);
    tcase_add_test(tc, all_who_wait_see_it);
    tcase_add_test(tc, one_of_many_sets_it);
    tcase_add_test(tc, the_last_drop_discards);
    tcase_add_test(tc, options_of_another_size_are_refused);
    tcase_add_test(tc, misuse_aborts);
    tcase_add_test(tc, a_type_of_its_own);
    return t_run(tc);
}
