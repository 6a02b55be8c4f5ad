/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* lines.c - cutting a stream of bytes into lines. */
#include "lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void lines_init(struct lines *lines, int fd, leat_cancel *stop)
{
    lines->fd = fd;
    lines->stop = stop;
    lines->number = 0;
    lines->start = 0;
    lines->end = 0;
    lines->eof = false;
    lines->skipping = false;
}

/* Wait until a read would not: LINES_LINE, or why not. With LEAT_BIASED a token that
 * has fired counts more than bytes that are there. */
static enum lines_result lines_wait(struct lines *lines)
{
    leat_case cases[] = {
        leat_on_cancel(lines->stop),
        leat_on_fd(lines->fd, LEAT_FD_READ),
    };
    int which = leat_select(cases, 2, LEAT_BIASED, leat_forever());

    if (which == 0)
        return LINES_STOPPED;
    if (which == 1 && cases[1].rc == 0)
        return LINES_LINE;
    errno = which < 0 ? -which : EBADF;
    return LINES_ERROR;
}

/* Read what there is, at least one byte, behind `end`. */
static enum lines_result lines_fill(struct lines *lines)
{
    ssize_t got;

    memmove(lines->buffer, lines->buffer + lines->start,
            lines->end - lines->start);
    lines->end -= lines->start;
    lines->start = 0;
    for (;;) {
        enum lines_result rc = lines_wait(lines);

        if (rc != LINES_LINE)
            return rc;
        got = read(lines->fd, lines->buffer + lines->end,
                   sizeof lines->buffer - lines->end);
        if (got >= 0)
            break;
        /* EAGAIN: standard input may be nonblocking, and readiness a rumour */
        if (errno != EINTR && errno != EAGAIN)
            return LINES_ERROR;
    }
    lines->end += (size_t)got;
    lines->eof = got == 0;
    return LINES_LINE;
}

/* The line from `start` to `stop` is complete, and its end takes `gap` bytes. */
static enum lines_result lines_cut(struct lines *lines, size_t stop, size_t gap,
                                   const char **line, size_t *bytes)
{
    bool too_long = lines->skipping || stop - lines->start > LINES_BYTES_MAX;

    *line = lines->buffer + lines->start;
    *bytes = stop - lines->start;
    lines->start = stop + gap;
    lines->skipping = false;
    lines->number++;
    return too_long ? LINES_TOO_LONG : LINES_LINE;
}

enum lines_result lines_next(struct lines *lines, const char **line,
                             size_t *bytes)
{
    size_t scanned = 0; /* from `start`, and no newline in it */

    for (;;) {
        char *from = lines->buffer + lines->start + scanned;
        char *newline = memchr(from, '\n', lines->end - lines->start - scanned);
        enum lines_result rc;

        if (newline != NULL) {
            return lines_cut(lines, (size_t)(newline - lines->buffer), 1, line,
                             bytes);
        }
        if (lines->eof) {
            if (lines->start == lines->end && !lines->skipping)
                return LINES_END;
            return lines_cut(lines, lines->end, 0, line, bytes);
        }
        if (lines->end - lines->start > LINES_BYTES_MAX)
            lines->skipping = true;
        if (lines->skipping)
            lines->start = lines->end;
        scanned = lines->end - lines->start;
        rc = lines_fill(lines);
        if (rc != LINES_LINE)
            return rc;
    }
}
