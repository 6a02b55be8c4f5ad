/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_desk.c - the store, alone and against a model that cannot be wrong. */
#include "desk.h"

#include "t.h"

#include <stdlib.h>
#include <string.h>

static struct ticket a_ticket(int64_t id, enum ticket_status status)
{
    struct ticket ticket = {.id = id, .status = status};

    ticket_set_title(&ticket, "Printer is slow");
    ticket_set_description(&ticket, "Since Monday.");
    return ticket;
}

static void insert(struct desk *desk, int64_t id, enum ticket_status status)
{
    struct ticket ticket = a_ticket(id, status);

    ck_assert_int_eq(desk_insert(desk, &ticket), ANSWER_OK);
}

START_TEST(finds_what_was_inserted)
{
    struct desk *desk = desk_new();
    struct ticket ticket = a_ticket(7, TICKET_DONE);
    struct ticket found = {0};

    ck_assert_ptr_nonnull(desk);
    ck_assert_int_eq(desk_get(desk, 7, &found), ANSWER_UNKNOWN);
    ck_assert_int_eq(desk_status(desk, 7), TICKET_STATUSES);
    ck_assert_int_eq(desk_insert(desk, &ticket), ANSWER_OK);
    ck_assert_int_eq(desk_status(desk, 7), TICKET_DONE);
    ck_assert_int_eq(desk_insert(desk, &ticket), ANSWER_EXISTS);
    ck_assert_int_eq(desk_get(desk, 7, &found), ANSWER_OK);
    ck_assert_int_eq(found.id, 7);
    ck_assert_int_eq(found.status, TICKET_DONE);
    ck_assert_str_eq(found.title, "Printer is slow");
    ck_assert_str_eq(found.description, "Since Monday.");
    ck_assert_int_eq(desk_delete(desk, 7), ANSWER_OK);
    ck_assert_int_eq(desk_delete(desk, 7), ANSWER_UNKNOWN);
    ck_assert_uint_eq(desk_count(desk, TICKET_STATUSES), 0);
    desk_free(desk);
}
END_TEST

START_TEST(refuses_what_is_not_valid)
{
    struct desk *desk = desk_new();
    struct ticket ticket;

    ticket = a_ticket(0, TICKET_TODO);
    ck_assert_int_eq(desk_insert(desk, &ticket), ANSWER_INVALID);
    ticket = a_ticket(1, TICKET_STATUSES);
    ck_assert_int_eq(desk_insert(desk, &ticket), ANSWER_INVALID);
    ticket = a_ticket(1, TICKET_TODO);
    ticket.title[0] = '\0';
    ck_assert_int_eq(desk_insert(desk, &ticket), ANSWER_INVALID);
    ticket = a_ticket(1, TICKET_TODO);
    memset(ticket.title, 'x', sizeof ticket.title); /* 51 bytes, no end */
    ck_assert_int_eq(desk_insert(desk, &ticket), ANSWER_INVALID);
    ticket.title[TICKET_TITLE_MAX] = '\0';
    ck_assert_int_eq(desk_insert(desk, &ticket), ANSWER_OK);
    ticket = a_ticket(2, TICKET_TODO);
    memset(ticket.description, 'x', sizeof ticket.description);
    ck_assert_int_eq(desk_insert(desk, &ticket), ANSWER_INVALID);
    ck_assert_uint_eq(desk_count(desk, TICKET_STATUSES), 1);
    desk_free(desk);
}
END_TEST

START_TEST(patches_all_or_nothing)
{
    struct desk *desk = desk_new();
    struct ticket change = {.id = 3, .status = TICKET_IN_PROGRESS};
    struct ticket found;

    ticket_set_title(&change, "Monitor is black");
    change.description[0] = '\0';
    insert(desk, 3, TICKET_TODO);
    /* the empty description is bad, so the title must stay */
    ck_assert_int_eq(desk_patch(desk, &change, PATCH_ALL), ANSWER_INVALID);
    ck_assert_int_eq(desk_patch(desk, &change, 0x8), ANSWER_INVALID);
    ck_assert_int_eq(desk_get(desk, 3, &found), ANSWER_OK);
    ck_assert_str_eq(found.title, "Printer is slow");
    ck_assert_int_eq(found.status, TICKET_TODO);
    ck_assert_int_eq(desk_patch(desk, &change, PATCH_TITLE | PATCH_STATUS),
                     ANSWER_OK);
    ck_assert_int_eq(desk_get(desk, 3, &found), ANSWER_OK);
    ck_assert_str_eq(found.title, "Monitor is black");
    ck_assert_str_eq(found.description, "Since Monday.");
    ck_assert_uint_eq(desk_count(desk, TICKET_TODO), 0);
    ck_assert_uint_eq(desk_count(desk, TICKET_IN_PROGRESS), 1);
    change.id = 4;
    ck_assert_int_eq(desk_patch(desk, &change, PATCH_STATUS), ANSWER_UNKNOWN);
    desk_free(desk);
}
END_TEST

START_TEST(lists_page_by_page)
{
    struct desk *desk = desk_new();
    struct ticket change = a_ticket(2, TICKET_TODO);
    int64_t ids[4];

    for (int64_t id = 1; id <= 10; id++) {
        insert(desk, id, id % 2 == 0 ? TICKET_DONE : TICKET_TODO);
    }
    ck_assert_uint_eq(desk_list(desk, TICKET_DONE, 0, ids, 4), 4);
    ck_assert_int_eq(ids[0], 2);
    ck_assert_int_eq(ids[3], 8);
    ck_assert_uint_eq(desk_list(desk, TICKET_DONE, ids[3], ids, 4), 1);
    ck_assert_int_eq(ids[0], 10);
    ck_assert_uint_eq(desk_list(desk, TICKET_DONE, 10, ids, 4), 0);
    /* a ticket that changes goes to the end of its new list, and a page after
     * a ticket that left starts over */
    ck_assert_int_eq(desk_patch(desk, &change, PATCH_STATUS), ANSWER_OK);
    ck_assert_uint_eq(desk_list(desk, TICKET_DONE, 2, ids, 1), 1);
    ck_assert_int_eq(ids[0], 4);
    ck_assert_uint_eq(desk_list(desk, TICKET_TODO, 9, ids, 4), 1);
    ck_assert_int_eq(ids[0], 2);
    ck_assert_uint_eq(desk_list(desk, TICKET_IN_PROGRESS, 0, ids, 4), 0);
    desk_free(desk);
}
END_TEST

/* Ids from 1 to this, in an array that needs no cleverness. */
#define MODEL_IDS 5000

struct model {
    bool there[MODEL_IDS + 1];
    enum ticket_status status[MODEL_IDS + 1];
};

static enum answer model_insert(struct model *model, int64_t id,
                                enum ticket_status status)
{
    if (model->there[id])
        return ANSWER_EXISTS;
    model->there[id] = true;
    model->status[id] = status;
    return ANSWER_OK;
}

static enum answer model_patch(struct model *model, int64_t id,
                               enum ticket_status status)
{
    if (!model->there[id])
        return ANSWER_UNKNOWN;
    model->status[id] = status;
    return ANSWER_OK;
}

static enum answer model_delete(struct model *model, int64_t id)
{
    if (!model->there[id])
        return ANSWER_UNKNOWN;
    model->there[id] = false;
    return ANSWER_OK;
}

static void compare(const struct desk *desk, const struct model *model)
{
    uint64_t counts[TICKET_STATUSES + 1] = {0};
    const struct ticket **all;
    uint64_t at = 0;

    ck_assert(desk_sorted(desk, &all));
    for (int64_t id = 1; id <= MODEL_IDS; id++) {
        if (!model->there[id])
            continue;
        counts[model->status[id]]++;
        counts[TICKET_STATUSES]++;
        ck_assert_int_eq(all[at]->id, id);
        ck_assert_int_eq(all[at]->status, model->status[id]);
        at++;
    }
    for (unsigned i = 0; i <= TICKET_STATUSES; i++) {
        ck_assert_uint_eq(desk_count(desk, (enum ticket_status)i), counts[i]);
    }
    free(all);
}

START_TEST(does_what_the_model_does)
{
    static struct model model;
    struct desk *desk = desk_new();
    t_rand chance = t_random(0);
    unsigned rounds = t_scaled(400000);

    for (unsigned i = 0; i < rounds; i++) {
        int64_t id = 1 + (int64_t)t_below(&chance, MODEL_IDS);
        enum ticket_status status =
            (enum ticket_status)t_below(&chance, TICKET_STATUSES);
        struct ticket ticket = a_ticket(id, status);

        switch (t_below(&chance, 4)) {
        case 0:
        case 1:
            ck_assert_int_eq(desk_insert(desk, &ticket),
                             model_insert(&model, id, status));
            break;
        case 2:
            ck_assert_int_eq(desk_patch(desk, &ticket, PATCH_STATUS),
                             model_patch(&model, id, status));
            break;
        default:
            ck_assert_int_eq(desk_delete(desk, id), model_delete(&model, id));
            break;
        }
    }
    compare(desk, &model);
    desk_free(desk);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("desk");

    tcase_add_test(tc, finds_what_was_inserted);
    tcase_add_test(tc, refuses_what_is_not_valid);
    tcase_add_test(tc, patches_all_or_nothing);
    tcase_add_test(tc, lists_page_by_page);
    tcase_add_test(tc, does_what_the_model_does);
    return t_run(tc);
}
