/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* report.c - the summary. */
#include "report.h"

#include "options.h"

#include <inttypes.h>

/* "640 ns", "12.3 us" or "4.5 ms", in a buffer of the caller's. */
static const char *duration(uint64_t ns, char *text, size_t bytes)
{
    double value = (double)ns;

    if (ns < 1000) {
        snprintf(text, bytes, "%" PRIu64 " ns", ns);
    } else if (ns < 1000000) {
        snprintf(text, bytes, "%.1f us", value / 1e3);
    } else {
        snprintf(text, bytes, "%.1f ms", value / 1e6);
    }
    return text;
}

static void print_intake(const struct report *report, FILE *out)
{
    const struct intake *intake = &report->intake;

    fprintf(out,
            "input     %s: %" PRIu64 " lines, %" PRIu64 " tickets, %" PRIu64
            " malformed, %" PRIu64 " blank%s\n",
            report->input_name, intake->lines, intake->tickets,
            intake->malformed, intake->blank,
            report->input_stopped ? "; stopped before its end" : "");
    if (intake->unsent + report->account.unsent != 0) {
        fprintf(out, "          %" PRIu64 " tickets read but not inserted\n",
                intake->unsent + report->account.unsent);
    }
    if (report->account.turned_away != 0) {
        fprintf(out, "          %" PRIu64 " tickets refused\n",
                report->account.turned_away);
    }
}

static void print_account(const struct account *account, FILE *out)
{
    fprintf(out, "%-10s%10s %10s %10s %10s\n", "account", "sent", "ok", "error",
            "dropped");
    for (unsigned c = 0; c < COMMANDS; c++) {
        const uint64_t *answered = account->answered[c];
        uint64_t errors = 0;

        for (unsigned a = 0; a < ANSWERS; a++) {
            if (a != ANSWER_OK && a != ANSWER_DROPPED)
                errors += answered[a];
        }
        fprintf(out,
                "  %-8s%10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64
                "\n",
                command_name((enum command)c), account->sent[c],
                answered[ANSWER_OK], errors, answered[ANSWER_DROPPED]);
    }
    fprintf(out,
            "  %-8s%10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n",
            "all", account_sent(account), account_answered(account, ANSWER_OK),
            account_errors(account), account_answered(account, ANSWER_DROPPED));
}

static void print_errors(const struct account *account, FILE *out)
{
    for (unsigned a = 0; a < ANSWERS; a++) {
        uint64_t count = account_answered(account, (enum answer)a);

        if (a != ANSWER_OK && count != 0) {
            fprintf(out, "          %" PRIu64 " x %s\n", count,
                    answer_text((enum answer)a));
        }
    }
}

static void print_speed(const struct report *report, FILE *out)
{
    const struct histogram *latency = &report->latency;
    char p50[32];
    char p99[32];
    char p999[32];
    char max[32];

    fprintf(out, "rate      %.0f commands/s over %.2f s\n",
            report->seconds > 0 ? (double)latency->count / report->seconds
                                : 0.0,
            report->seconds);
    fprintf(out, "latency   p50 %s, p99 %s, p99.9 %s, max %s\n",
            duration(histogram_quantile(latency, 0.50), p50, sizeof p50),
            duration(histogram_quantile(latency, 0.99), p99, sizeof p99),
            duration(histogram_quantile(latency, 0.999), p999, sizeof p999),
            duration(latency->max, max, sizeof max));
}

static void print_depth(const struct report *report, FILE *out)
{
    fprintf(out, "depth     at most %zu commands waiting, ",
            report->ledger->stats.high_water);
    if (report->capacity == LEAT_UNBOUNDED) {
        fprintf(out, "unbounded");
    } else {
        fprintf(out, "capacity %zu", report->capacity);
    }
    fprintf(out, ", %u clients\n", report->clients);
}

/* What became of all commands, where the policy may have cost some. */
static void print_policy(const struct report *report, FILE *out)
{
    const struct account *account = &report->account;
    uint64_t sent = account_sent(account);
    uint64_t refused = account_refused(account);

    if (report->policy == LEAT_POLICY_BLOCK)
        return;
    fprintf(out,
            "policy    %s: of %" PRIu64 " commands %" PRIu64
            " handled, %" PRIu64 " dropped by it, %" PRIu64 " refused\n",
            options_policy_name(report->policy), sent + refused,
            sent - account_answered(account, ANSWER_DROPPED),
            report->ledger->stats.dropped, refused);
}

/* Each command that a client made: it was answered once, or never accepted. */
static void print_requests(const struct account *account, FILE *out)
{
    uint64_t sent = account_sent(account);
    uint64_t refused = account_refused(account);
    uint64_t returned = account_returned(account);

    fprintf(out,
            "requests  %" PRIu64 " made: %" PRIu64 " answered, %" PRIu64
            " refused, %" PRIu64 " returned at shutdown\n",
            sent + refused + returned, sent - account->lost, refused, returned);
}

static void print_news(const struct report *report, FILE *out)
{
    const struct news *news = report->news;

    fprintf(out,
            "changes   %" PRIu64 " published; the auditor saw %" PRIu64
            " and missed %" PRIu64 "\n",
            report->changes, news->auditor.witness.seen,
            news->auditor.witness.missed);
    for (unsigned i = 0; i < news->displays_count; i++) {
        const struct display *display = &news->displays[i];

        fprintf(out,
                "          display %u saw %" PRIu64
                ", lagged and missed %" PRIu64 ", drew %" PRIu64 " pictures\n",
                display->number, display->witness.seen, display->witness.missed,
                display->pictures);
    }
    fprintf(out,
            "monitor   saw %" PRIu64 " of %" PRIu64
            " reports, the last among them\n",
            news->monitor.seen, report->reports);
}

void report_print(const struct report *report, FILE *out)
{
    print_intake(report, out);
    print_account(&report->account, out);
    print_errors(&report->account, out);
    print_requests(&report->account, out);
    print_speed(report, out);
    print_depth(report, out);
    print_policy(report, out);
    print_news(report, out);
    fprintf(out, "desk      %" PRIu64 " tickets:",
            report->ledger->tickets[TICKET_STATUSES]);
    for (unsigned i = 0; i < TICKET_STATUSES; i++) {
        fprintf(out, "%s %" PRIu64 " %s", i == 0 ? "" : ",",
                report->ledger->tickets[i],
                ticket_status_name((enum ticket_status)i));
    }
    fprintf(out, "\nresult    %s\n",
            report->adds_up
                ? "the account adds up: every accepted command was answered "
                  "exactly once, every change seen or counted"
                : "THE ACCOUNT DOES NOT ADD UP");
}
