/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_account.c - the books must notice every mistake, those of the news too, and
 * the histogram must not lie about latency. */
#define _GNU_SOURCE 1
#include "account.h"
#include "histogram.h"
#include "news.h"

#include "t.h"

#include <stdlib.h>

/* ---- the account ---------------------------------------------------------- */

#define CLIENTS 2

struct books {
    struct account clients[CLIENTS];
    struct ledger ledger;
    struct intake intake;
};

/* Books of a run in which everything happened, that add up. */
static struct books good_books(void)
{
    struct books books = {0};

    books.intake = (struct intake){
        .lines = 11, .blank = 1, .malformed = 2, .tickets = 8, .unsent = 1};
    for (unsigned i = 0; i < CLIENTS; i++) {
        struct account *client = &books.clients[i];

        client->sent[COMMAND_INSERT] = 3;
        client->loaded = 2;
        client->answered[COMMAND_INSERT][ANSWER_OK] = 2;
        client->answered[COMMAND_INSERT][ANSWER_DROPPED] = 1;
        client->sent[COMMAND_DELETE] = 2;
        client->answered[COMMAND_DELETE][ANSWER_OK] = 1;
        client->answered[COMMAND_DELETE][ANSWER_UNKNOWN] = 1;
        client->refused[COMMAND_INSERT] = 1;
        client->refused[COMMAND_GET] = 1;
        client->turned_away = 1;
        client->returned[COMMAND_PATCH] = 1;
        client->mixed = 5;
    }
    books.clients[0].unsent = 1;
    books.clients[0].returned[COMMAND_INSERT] = 1;
    books.ledger.served[COMMAND_INSERT][ANSWER_OK] = 4;
    books.ledger.served[COMMAND_DELETE][ANSWER_OK] = 2;
    books.ledger.served[COMMAND_DELETE][ANSWER_UNKNOWN] = 2;
    books.ledger.dropped = 2;
    books.ledger.tickets[TICKET_STATUSES] = 2;
    books.ledger.stats =
        (leat_stats){.sent = 10, .received = 8, .dropped = 1, .discarded = 1};
    return books;
}

static bool adds_up(const struct books *books)
{
    char *said = NULL;
    size_t bytes = 0;
    FILE *err = open_memstream(&said, &bytes);
    bool good;

    ck_assert_ptr_nonnull(err);
    good = account_check(books->clients, CLIENTS, &books->ledger,
                         &books->intake, err);
    fclose(err);
    ck_assert_int_eq(good, bytes == 0); /* says why, and only then */
    free(said);
    return good;
}

START_TEST(good_books_add_up)
{
    struct books books = good_books();

    ck_assert(adds_up(&books));
}
END_TEST

/* One number of the books that is off by one: none may go unnoticed. */
START_TEST(each_wrong_number_is_noticed)
{
    struct books books = good_books();
    uint64_t *const wrong[] = {
        &books.clients[0].sent[COMMAND_INSERT],
        &books.clients[1].sent[COMMAND_GET],
        &books.clients[1].answered[COMMAND_INSERT][ANSWER_OK],
        &books.clients[0].answered[COMMAND_INSERT][ANSWER_DROPPED],
        &books.clients[1].answered[COMMAND_PATCH][ANSWER_INVALID],
        &books.clients[1].returned[COMMAND_GET],
        &books.clients[0].lost,
        &books.clients[0].loaded,
        &books.clients[0].refused[COMMAND_GET],
        &books.clients[1].turned_away,
        &books.clients[1].mixed,
        &books.clients[1].unsent,
        &books.ledger.served[COMMAND_INSERT][ANSWER_OK],
        &books.ledger.served[COMMAND_COUNT][ANSWER_OK],
        &books.ledger.served[COMMAND_DELETE][ANSWER_UNKNOWN],
        &books.ledger.unread,
        &books.ledger.dropped,
        &books.ledger.tickets[TICKET_STATUSES],
        &books.ledger.stats.sent,
        &books.ledger.stats.received,
        &books.ledger.stats.dropped,
        &books.ledger.stats.discarded,
        &books.intake.lines,
        &books.intake.blank,
        &books.intake.malformed,
        &books.intake.tickets,
        &books.intake.unsent,
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        *wrong[i] += 1;
        ck_assert_msg(!adds_up(&books), "number %zu", i);
        *wrong[i] -= 1;
        ck_assert(adds_up(&books));
    }
}
END_TEST

/* Lost in one client and twice in the other: the sums are right, yet it is
 * wrong. */
START_TEST(one_client_does_not_hide_another)
{
    struct books books = good_books();

    books.clients[0].answered[COMMAND_INSERT][ANSWER_OK]--;
    books.clients[1].answered[COMMAND_INSERT][ANSWER_OK]++;
    ck_assert(!adds_up(&books));
}
END_TEST

/* ---- the news --------------------------------------------------------------- */

struct told {
    struct server server;
    struct news news;
};

static struct told told; /* large */

/* Seven changes, of which the auditor saw all, one display all and the other four. */
static void tell_well(void)
{
    static const struct witness all = {.seen = 7, .last = 7};
    struct ledger *ledger = &told.server.ledger;

    told.server.changes.published = 7;
    ledger->served[COMMAND_INSERT][ANSWER_OK] = 4;
    ledger->served[COMMAND_PATCH][ANSWER_OK] = 2;
    ledger->served[COMMAND_DELETE][ANSWER_OK] = 1;
    ledger->served[COMMAND_DELETE][ANSWER_UNKNOWN] = 1;
    ledger->served[COMMAND_GET][ANSWER_OK] = 3;
    ledger->stats.received = 11;
    ledger->tickets[TICKET_TODO] = 2;
    ledger->tickets[TICKET_DONE] = 1;
    ledger->tickets[TICKET_STATUSES] = 3;
    told.server.statistics.number = 5;
    told.news.auditor.witness = all;
    told.news.auditor.tickets[TICKET_TODO] = 2;
    told.news.auditor.tickets[TICKET_DONE] = 1;
    told.news.displays_count = 2;
    told.news.displays[0].witness = all;
    told.news.displays[1].witness =
        (struct witness){.seen = 4, .missed = 3, .gaps = 3, .last = 7};
    told.news.monitor.seen = 5;
    told.news.monitor.last = (struct statistics){
        .number = 5, .served = 11, .changes = 7, .tickets = 3};
}

static bool told_adds_up(void)
{
    char *said = NULL;
    size_t bytes = 0;
    FILE *err = open_memstream(&said, &bytes);
    bool good;

    ck_assert_ptr_nonnull(err);
    good = news_check(&told.news, &told.server, err);
    fclose(err);
    ck_assert_int_eq(good, bytes == 0);
    free(said);
    return good;
}

START_TEST(each_wrong_number_of_the_news_is_noticed)
{
    struct ledger *ledger = &told.server.ledger;
    struct news *news = &told.news;
    uint64_t *const wrong[] = {
        &told.server.changes.published,
        &told.server.statistics.number,
        &ledger->served[COMMAND_INSERT][ANSWER_OK],
        &ledger->served[COMMAND_PATCH][ANSWER_OK],
        &ledger->served[COMMAND_DELETE][ANSWER_OK],
        &ledger->stats.received,
        &ledger->tickets[TICKET_TODO],
        &ledger->tickets[TICKET_STATUSES],
        &news->auditor.witness.seen,
        &news->auditor.witness.missed,
        &news->auditor.witness.gaps,
        &news->auditor.witness.misplaced,
        &news->auditor.witness.last,
        &news->auditor.tickets[TICKET_IN_PROGRESS],
        &news->displays[0].witness.seen,
        &news->displays[0].witness.missed,
        &news->displays[1].witness.seen,
        &news->displays[1].witness.missed,
        &news->displays[1].witness.gaps,
        &news->displays[1].witness.misplaced,
        &news->displays[1].witness.last,
        &news->monitor.seen,
        &news->monitor.last.number,
        &news->monitor.last.served,
        &news->monitor.last.changes,
        &news->monitor.last.tickets,
    };

    tell_well();
    ck_assert(told_adds_up());
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        *wrong[i] += 1;
        ck_assert_msg(!told_adds_up(), "number %zu", i);
        *wrong[i] -= 1;
        ck_assert(told_adds_up());
    }
    /* seen for missed: the sum is right, and it is wrong */
    news->displays[1].witness.seen++;
    news->displays[1].witness.missed--;
    ck_assert(!told_adds_up());
    news->displays[1].witness = news->displays[0].witness;
    /* an auditor may miss nothing, even if it is counted */
    news->auditor.witness =
        (struct witness){.seen = 6, .missed = 1, .gaps = 1, .last = 7};
    ck_assert(!told_adds_up());
}
END_TEST

/* What a subscriber notes of changes that come well, late, twice and not at all. */
START_TEST(a_witness_sees_gaps)
{
    static const uint64_t numbers[] = {3, 4, 8, 8, 5, 9};
    struct witness witness = {0};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct change change = {.number = numbers[i]};

        witness_note(&witness, &change);
    }
    ck_assert_uint_eq(witness.seen, 6);
    ck_assert_uint_eq(witness.gaps, 5); /* 1, 2, 5, 6, 7 */
    ck_assert_uint_eq(witness.misplaced, 2);
    ck_assert_uint_eq(witness.last, 9);
}
END_TEST

/* ---- the histogram -------------------------------------------------------- */

START_TEST(an_empty_histogram_says_zero)
{
    static struct histogram h;

    ck_assert_uint_eq(histogram_quantile(&h, 0.5), 0);
    ck_assert_uint_eq(histogram_quantile(&h, 1.0), 0);
}
END_TEST

START_TEST(takes_every_value)
{
    static struct histogram h;

    for (unsigned bit = 0; bit < 64; bit++) {
        histogram_note(&h, (UINT64_C(1) << bit) - 1);
        histogram_note(&h, UINT64_C(1) << bit);
    }
    histogram_note(&h, UINT64_MAX);
    ck_assert_uint_eq(h.count, 129);
    ck_assert_uint_eq(histogram_quantile(&h, 1.0), UINT64_MAX);
    ck_assert_uint_eq(histogram_quantile(&h, 0.0), 0);
}
END_TEST

static int compare_values(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

#define VALUES 20000

/* Against the exact quantiles of values from all magnitudes. */
START_TEST(quantiles_are_close)
{
    static const double quantiles[] = {0.0, 0.01, 0.5, 0.9, 0.99, 0.999};
    static uint64_t values[VALUES];
    static struct histogram halves[2];
    static struct histogram h;
    t_rand chance = t_random(1);

    for (unsigned i = 0; i < VALUES; i++) {
        values[i] = t_next(&chance) >> t_below(&chance, 64);
        histogram_note(&halves[i % 2], values[i]);
    }
    histogram_add(&h, &halves[0]);
    histogram_add(&h, &halves[1]);
    qsort(values, VALUES, sizeof values[0], compare_values);
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
        uint64_t exact = values[(size_t)(quantiles[i] * VALUES)];
        uint64_t given = histogram_quantile(&h, quantiles[i]);

        ck_assert_uint_ge(given, exact);
        ck_assert_uint_le(given - exact, exact / HISTOGRAM_SUB);
    }
    ck_assert_uint_eq(histogram_quantile(&h, 1.0), values[VALUES - 1]);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("account");

    tcase_add_test(tc, good_books_add_up);
    tcase_add_test(tc, each_wrong_number_is_noticed);
    tcase_add_test(tc, one_client_does_not_hide_another);
    tcase_add_test(tc, each_wrong_number_of_the_news_is_noticed);
    tcase_add_test(tc, a_witness_sees_gaps);
    tcase_add_test(tc, an_empty_histogram_says_zero);
    tcase_add_test(tc, takes_every_value);
    tcase_add_test(tc, quantiles_are_close);
    return t_run(tc);
}
