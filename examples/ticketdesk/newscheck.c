/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* newscheck.c - was everybody told everything that he was promised? */
#include "news.h"

#include <inttypes.h>

/* One subscriber: what it got and what leat says it missed is all there was, and leat's
 * count is the one that the numbers of the changes give. */
static bool witness_adds_up(const struct witness *witness, const char *who,
                            uint64_t published, FILE *err)
{
    bool good = true;

    good &=
        account_same(err, who, "seen and missed",
                     witness->seen + witness->missed, "published", published);
    good &= account_same(err, who, "missed", witness->missed,
                         "not seen by their numbers", witness->gaps);
    good &= account_same(err, who, "out of order", witness->misplaced,
                         "expected", 0);
    good &= account_same(err, who, "the last seen", witness->last,
                         "published last", published);
    return good;
}

/* It has missed none, and its own books say what is on the desk. */
static bool auditor_adds_up(const struct auditor *auditor,
                            const struct server *server, FILE *err)
{
    bool good = witness_adds_up(&auditor->witness, "auditor",
                                server->changes.published, err);

    good &= account_same(err, "auditor", "missed", auditor->witness.missed,
                         "expected", 0);
    for (unsigned i = 0; i < TICKET_STATUSES; i++) {
        char what[64];

        snprintf(what, sizeof what, "tickets that are %s",
                 ticket_status_name((enum ticket_status)i));
        good &= account_same(err, "auditor", what, auditor->tickets[i],
                             "on the desk", server->ledger.tickets[i]);
    }
    return good;
}

/* It has seen the last report, which is about everything. */
static bool monitor_adds_up(const struct monitor *monitor,
                            const struct server *server, FILE *err)
{
    const struct statistics *last = &monitor->last;
    const struct ledger *ledger = &server->ledger;
    bool good = true;

    good &= account_same(err, "monitor", "the last report", last->number,
                         "given", server->statistics.number);
    good &= account_same(err, "monitor", "reports seen, and none twice",
                         monitor->seen < last->number ? monitor->seen
                                                      : last->number,
                         "seen", monitor->seen);
    good &= account_same(err, "monitor", "changes", last->changes, "published",
                         server->changes.published);
    good &= account_same(err, "monitor", "commands served", last->served,
                         "received", ledger->stats.received);
    good &= account_same(err, "monitor", "tickets", last->tickets,
                         "on the desk", ledger->tickets[TICKET_STATUSES]);
    return good;
}

/* Each command that has changed the desk is a change, and nothing else is. */
static bool changes_add_up(const struct server *server, FILE *err)
{
    uint64_t done = 0;

    for (unsigned c = 0; c < COMMANDS; c++) {
        if (command_changes((enum command)c))
            done += server->ledger.served[c][ANSWER_OK];
    }
    return account_same(err, "changes", "published", server->changes.published,
                        "commands that change something and went well", done);
}

bool news_check(const struct news *news, const struct server *server, FILE *err)
{
    bool good = true;

    good &= changes_add_up(server, err);
    good &= auditor_adds_up(&news->auditor, server, err);
    good &= monitor_adds_up(&news->monitor, server, err);
    for (unsigned i = 0; i < news->displays_count; i++) {
        char who[32];

        snprintf(who, sizeof who, "display %u", i + 1);
        good &= witness_adds_up(&news->displays[i].witness, who,
                                server->changes.published, err);
    }
    return good;
}
