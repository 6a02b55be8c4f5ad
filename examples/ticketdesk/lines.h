/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* lines.h - lines from a descriptor, with a limit on their length.
 *
 * Who waits for a terminal or a pipe must hear of Ctrl-C all the same: so the wait is
 * a select over the descriptor and a token. */
#ifndef TICKETDESK_LINES_H
#define TICKETDESK_LINES_H

#include <leat.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES_BYTES_MAX 8192 /* the longest line, its end not counted */

enum lines_result {
    LINES_LINE,     /* here is one */
    LINES_TOO_LONG, /* there was one, and it is skipped */
    LINES_END,      /* no more */
    LINES_STOPPED,  /* the token has fired */
    LINES_ERROR     /* reading failed: errno says why */
};

struct lines {
    int fd;
    leat_cancel *stop;
    uint64_t number; /* of the line returned last, from 1 */
    size_t start;    /* of what is not returned yet */
    size_t end;
    bool eof;
    bool skipping; /* the line at `start` is too long and partly gone */
    char buffer[64 * 1024];
};

/* Both are borrowed. stop may be NULL. */
void lines_init(struct lines *lines, int fd, leat_cancel *stop);

/* The next line, without its end; *line is good until the next call. A last line
 * needs no end. */
enum lines_result lines_next(struct lines *lines, const char **line,
                             size_t *bytes);

#endif
