/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* account.c - adding up, and comparing sums that come from different hands. */
#include "account.h"

#include <inttypes.h>

void account_add(struct account *sum, const struct account *one)
{
    for (unsigned c = 0; c < COMMANDS; c++) {
        sum->sent[c] += one->sent[c];
        sum->refused[c] += one->refused[c];
        sum->returned[c] += one->returned[c];
        for (unsigned a = 0; a < ANSWERS; a++) {
            sum->answered[c][a] += one->answered[c][a];
        }
    }
    sum->lost += one->lost;
    sum->loaded += one->loaded;
    sum->turned_away += one->turned_away;
    sum->mixed += one->mixed;
    sum->unsent += one->unsent;
}

uint64_t account_sent(const struct account *account)
{
    uint64_t sum = 0;

    for (unsigned c = 0; c < COMMANDS; c++) {
        sum += account->sent[c];
    }
    return sum;
}

uint64_t account_refused(const struct account *account)
{
    uint64_t sum = 0;

    for (unsigned c = 0; c < COMMANDS; c++) {
        sum += account->refused[c];
    }
    return sum;
}

uint64_t account_returned(const struct account *account)
{
    uint64_t sum = 0;

    for (unsigned c = 0; c < COMMANDS; c++) {
        sum += account->returned[c];
    }
    return sum;
}

uint64_t account_answered(const struct account *account, enum answer answer)
{
    uint64_t sum = 0;

    for (unsigned c = 0; c < COMMANDS; c++) {
        sum += account->answered[c][answer];
    }
    return sum;
}

uint64_t account_errors(const struct account *account)
{
    uint64_t sum = 0;

    for (unsigned a = 0; a < ANSWERS; a++) {
        if (a != ANSWER_OK && a != ANSWER_DROPPED)
            sum += account_answered(account, (enum answer)a);
    }
    return sum;
}

bool account_same(FILE *err, const char *who, const char *what, uint64_t one,
                  const char *than, uint64_t other)
{
    if (one == other)
        return true;
    fprintf(err,
            "ticketdesk: the account does not add up: %s: %" PRIu64
            " %s, but %" PRIu64 " %s\n",
            who, one, what, other, than);
    return false;
}

/* Each command that a client sent came back to it once. */
static bool client_adds_up(const struct account *client, size_t index,
                           FILE *err)
{
    bool good = true;
    char who[64];

    for (unsigned c = 0; c < COMMANDS; c++) {
        uint64_t answers = 0;

        for (unsigned a = 0; a < ANSWERS; a++) {
            answers += client->answered[c][a];
        }
        snprintf(who, sizeof who, "client %zu, %s", index,
                 command_name((enum command)c));
        good &= account_same(err, who, "sent", client->sent[c], "answered",
                             answers);
    }
    snprintf(who, sizeof who, "client %zu", index);
    good &= account_same(err, who, "sent, refused or returned",
                         account_sent(client) + account_refused(client) +
                             account_returned(client),
                         "tried",
                         client->loaded + client->turned_away + client->unsent +
                             client->mixed);
    good &=
        account_same(err, who, "never answered", client->lost, "expected", 0);
    return good;
}

/* The channel took what the clients sent, and what it says it has dropped went
 * through the hook. */
static bool channel_adds_up(const struct account *sum,
                            const struct ledger *ledger, FILE *err)
{
    const leat_stats *stats = &ledger->stats;
    bool good;

    good = account_same(err, "channel", "sent", stats->sent, "sent by clients",
                        account_sent(sum));
    good &= account_same(err, "channel", "sent", stats->sent,
                         "received, dropped or discarded",
                         stats->received + stats->dropped + stats->discarded);
    good &= account_same(err, "channel", "dropped or discarded",
                         stats->dropped + stats->discarded, "seen by the hook",
                         ledger->dropped);
    return good;
}

/* What the server did is what the clients heard. */
static bool server_adds_up(const struct account *sum,
                           const struct ledger *ledger, FILE *err)
{
    uint64_t inserted = sum->answered[COMMAND_INSERT][ANSWER_OK];
    uint64_t deleted = sum->answered[COMMAND_DELETE][ANSWER_OK];
    bool good = true;
    char who[64];

    for (unsigned c = 0; c < COMMANDS; c++) {
        for (unsigned a = 0; a < ANSWERS; a++) {
            if (a == ANSWER_DROPPED)
                continue;
            snprintf(who, sizeof who, "%s, \"%s\"",
                     command_name((enum command)c),
                     answer_text((enum answer)a));
            good &= account_same(err, who, "answers sent", ledger->served[c][a],
                                 "received", sum->answered[c][a]);
        }
    }
    good &= account_same(err, "dropped", "discarded", ledger->dropped,
                         "received", account_answered(sum, ANSWER_DROPPED));
    good &= account_same(err, "server", "answers not taken", ledger->unread,
                         "expected", 0);
    good &=
        account_same(err, "desk", "tickets", ledger->tickets[TICKET_STATUSES],
                     "inserted and not deleted", inserted - deleted);
    return good;
}

/* Each line is a ticket or is not, and each ticket went somewhere. */
static bool intake_adds_up(const struct account *sum,
                           const struct intake *intake, FILE *err)
{
    bool good;

    good = account_same(err, "input", "lines", intake->lines,
                        "tickets, malformed and blank",
                        intake->tickets + intake->malformed + intake->blank);
    good &= account_same(err, "input", "tickets", intake->tickets,
                         "inserts, refused or left over",
                         sum->loaded + sum->turned_away + sum->unsent +
                             intake->unsent);
    return good;
}

bool account_check(const struct account *clients, size_t clients_count,
                   const struct ledger *ledger, const struct intake *intake,
                   FILE *err)
{
    struct account sum = {0};
    bool good = true;

    for (size_t i = 0; i < clients_count; i++) {
        good &= client_adds_up(&clients[i], i, err);
        account_add(&sum, &clients[i]);
    }
    good &= channel_adds_up(&sum, ledger, err);
    good &= server_adds_up(&sum, ledger, err);
    good &= intake_adds_up(&sum, intake, err);
    return good;
}
