/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_input.c - lines, tickets in them, and ids seen twice. */
#define _GNU_SOURCE 1
#include "idset.h"
#include "lines.h"
#include "parse.h"

#include "t.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- lines ---------------------------------------------------------------- */

struct pipe_ends {
    int read;
    int write;
};

static struct pipe_ends a_pipe(void)
{
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    return (struct pipe_ends){ends[0], ends[1]};
}

static void put(int fd, const char *text, size_t bytes)
{
    ck_assert_int_eq(write(fd, text, bytes), (ssize_t)bytes);
}

static struct lines lines; /* large */

static void expect_line(const char *text)
{
    const char *line;
    size_t bytes;

    ck_assert_int_eq(lines_next(&lines, &line, &bytes), LINES_LINE);
    ck_assert_uint_eq(bytes, strlen(text));
    ck_assert_mem_eq(line, text, bytes);
}

static void expect_result(enum lines_result result)
{
    const char *line;
    size_t bytes;

    ck_assert_int_eq(lines_next(&lines, &line, &bytes), result);
}

START_TEST(cuts_lines)
{
    struct pipe_ends p = a_pipe();

    lines_init(&lines, p.read, NULL);
    put(p.write, "one\n\ntw", 7);
    expect_line("one");
    expect_line("");
    put(p.write, "o\nthree", 7);
    expect_line("two");
    close(p.write);
    expect_line("three"); /* without an end */
    ck_assert_uint_eq(lines.number, 4);
    expect_result(LINES_END);
    expect_result(LINES_END);
    ck_assert_uint_eq(lines.number, 4);
    close(p.read);
}
END_TEST

static void put_long(int fd, size_t bytes, const char *end)
{
    static char text[LINES_BYTES_MAX + 2];

    memset(text, 'x', sizeof text);
    while (bytes > 0) {
        size_t part = bytes < sizeof text ? bytes : sizeof text;

        put(fd, text, part);
        bytes -= part;
    }
    put(fd, end, strlen(end));
}

/* Exactly the limit is a line, one more is not; what follows is not hurt. In a
 * file, because a pipe has room for less than this. */
START_TEST(skips_long_lines)
{
    FILE *file = tmpfile();
    const char *line;
    size_t bytes;

    ck_assert_ptr_nonnull(file);
    lines_init(&lines, fileno(file), NULL);
    put_long(fileno(file), LINES_BYTES_MAX, "\n");
    put_long(fileno(file), LINES_BYTES_MAX + 1, "\nafter\n");
    put_long(fileno(file), 5 * LINES_BYTES_MAX, "\nlater\n");
    put_long(fileno(file), LINES_BYTES_MAX + 1, "");
    ck_assert_int_eq(lseek(fileno(file), 0, SEEK_SET), 0);
    ck_assert_int_eq(lines_next(&lines, &line, &bytes), LINES_LINE);
    ck_assert_uint_eq(bytes, LINES_BYTES_MAX);
    expect_result(LINES_TOO_LONG);
    expect_line("after");
    expect_result(LINES_TOO_LONG);
    expect_line("later");
    expect_result(LINES_TOO_LONG); /* the last, without an end */
    ck_assert_uint_eq(lines.number, 6);
    expect_result(LINES_END);
    fclose(file);
}
END_TEST

START_TEST(stops_when_asked)
{
    struct pipe_ends p = a_pipe();
    leat_cancel *stop;

    ck_assert_int_eq(leat_cancel_new(&stop), 0);
    lines_init(&lines, p.read, stop);
    put(p.write, "one\ntwo\nthr", 11);
    expect_line("one");
    leat_cancel_fire(stop);
    expect_line("two"); /* what is here already costs no wait */
    expect_result(LINES_STOPPED);
    expect_result(LINES_STOPPED);
    close(p.write);
    close(p.read);
    leat_cancel_drop(stop);
}
END_TEST

START_TEST(reports_errors)
{
    lines_init(&lines, STDIN_FILENO, NULL);
    close(STDIN_FILENO);
    expect_result(LINES_ERROR);
}
END_TEST

/* ---- tickets -------------------------------------------------------------- */

static void expect_why(const char *line, size_t bytes, const char *part)
{
    char why[PARSE_WHY_BYTES] = "";
    struct ticket ticket;

    ck_assert_msg(!parse_ticket(line, bytes, &ticket, why), "%s", line);
    ck_assert_msg(strstr(why, part) != NULL, "\"%s\" is not in \"%s\"", part,
                  why);
    for (const char *c = why; *c != '\0'; c++) {
        ck_assert((unsigned char)*c >= ' ' && *c != 0x7f);
    }
}

#define GOOD_TAIL ",\"title\":\"t\",\"description\":\"d\",\"status\":\"done\"}"

START_TEST(takes_good_tickets)
{
    static const char line[] =
        " {\"status\":\"in-progress\",\"description\":\"\\u00e9\\n\","
        "\"title\":\"\xc3\xa9\",\"id\":9223372036854775807}\r";
    char why[PARSE_WHY_BYTES];
    struct ticket ticket;

    ck_assert(parse_ticket(line, sizeof line - 1, &ticket, why));
    ck_assert_int_eq(ticket.id, INT64_MAX);
    ck_assert_int_eq(ticket.status, TICKET_IN_PROGRESS);
    ck_assert_str_eq(ticket.title, "\xc3\xa9");
    ck_assert_str_eq(ticket.description, "\xc3\xa9\n");
    ck_assert(ticket_is_valid(&ticket));
}
END_TEST

START_TEST(says_what_is_wrong)
{
    static const struct {
        const char *line;
        const char *part;
    } bad[] = {
        {"", "not JSON"},
        {"{", "not JSON"},
        {"{\"id\":1}{}", "not JSON"},
        {"{\"id\":1,\"id\":2}", "not JSON"},
        {"{\"id\":99999999999999999999" GOOD_TAIL, "not JSON"},
        {"{\"id\":1,\"title\":\"\\u0000\"}", "not JSON"},
        {"{\"id\":1,\"title\":\"\xff\"}", "not JSON"},
        {"\x1b[2J", "not JSON"},
        {"[1]", "not a JSON object"},
        {"{}", "no field \"id\""},
        {"{\"id\":\"1\"" GOOD_TAIL, "\"id\" is not an integer"},
        {"{\"id\":1.0" GOOD_TAIL, "\"id\" is not an integer"},
        {"{\"id\":0" GOOD_TAIL, "\"id\" is 0"},
        {"{\"id\":-5" GOOD_TAIL, "\"id\" is -5"},
        {"{\"id\":1,\"x\\u001b\":1" GOOD_TAIL, "unknown field \"x?\""},
        {"{\"id\":1,\"description\":\"d\",\"status\":\"done\"}",
         "no field \"title\""},
        {"{\"id\":1,\"title\":null,\"description\":\"d\"}",
         "\"title\" is not a string"},
        {"{\"id\":1,\"title\":\"\",\"description\":\"d\"}",
         "\"title\" has 0 bytes"},
        {"{\"id\":1,\"title\":\"t\",\"status\":\"done\"}",
         "no field \"description\""},
        {"{\"id\":1,\"title\":\"t\",\"description\":\"\"}",
         "\"description\" has 0 bytes"},
        {"{\"id\":1,\"title\":\"t\",\"description\":\"d\"}",
         "no field \"status\""},
        {"{\"id\":1,\"title\":\"t\",\"description\":\"d\",\"status\":\"Done\"}",
         "\"status\" is \"Done\""},
    };

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_why(bad[i].line, strlen(bad[i].line), bad[i].part);
    }
    expect_why("{\"id\":1\0}", 9, "not JSON"); /* a zero byte is a byte */
}
END_TEST

/* The limits are bytes: 25 two-byte letters fit into a title, 26 do not. */
START_TEST(lengths_are_bytes)
{
    for (int letters = 1; letters <= 26; letters++) {
        char line[512] = "{\"id\":1,\"description\":\"d\",\"status\":\"done\","
                         "\"title\":\"";
        char why[PARSE_WHY_BYTES];
        struct ticket ticket;

        for (int i = 0; i < letters; i++) {
            strcat(line, "\xc3\xbc");
        }
        strcat(line, "\"}");
        if (letters <= 25) {
            ck_assert(parse_ticket(line, strlen(line), &ticket, why));
        } else {
            expect_why(line, strlen(line), "\"title\" has 52 bytes");
        }
    }
}
END_TEST

/* ---- ids ------------------------------------------------------------------ */

START_TEST(remembers_ids)
{
    struct idset set = {0};
    uint64_t first = 0;

    for (int64_t i = 1; i <= 10000; i++) {
        ck_assert_int_eq(idset_add(&set, i * 1024, (uint64_t)i, &first), 1);
    }
    for (int64_t i = 1; i <= 10000; i++) {
        ck_assert_int_eq(idset_add(&set, i * 1024, 1, &first), 0);
        ck_assert_uint_eq(first, (uint64_t)i);
    }
    ck_assert_uint_eq(set.count, 10000);
    idset_clear(&set);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("input");

    tcase_add_test(tc, cuts_lines);
    tcase_add_test(tc, skips_long_lines);
    tcase_add_test(tc, stops_when_asked);
    tcase_add_test(tc, reports_errors);
    tcase_add_test(tc, takes_good_tickets);
    tcase_add_test(tc, says_what_is_wrong);
    tcase_add_test(tc, lengths_are_bytes);
    tcase_add_test(tc, remembers_ids);
    return t_run(tc);
}
