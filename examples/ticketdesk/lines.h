/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* lines.h - lines from a descriptor, with a limit on their length.
 *
 * A read that waits (a terminal, a pipe) ends early when a second descriptor
 * becomes readable: that is how the reader hears of Ctrl-C while it is inside
 * the kernel and not inside leat. */
#ifndef TICKETDESK_LINES_H
#define TICKETDESK_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINES_BYTES_MAX 8192 /* the longest line, its end not counted */

enum lines_result {
    LINES_LINE,     /* here is one */
    LINES_TOO_LONG, /* there was one, and it is skipped */
    LINES_END,      /* no more */
    LINES_STOPPED,  /* the second descriptor became readable */
    LINES_ERROR     /* reading failed: errno says why */
};

struct lines {
    int fd;
    int stop_fd;
    uint64_t number; /* of the line returned last, from 1 */
    size_t start;    /* of what is not returned yet */
    size_t end;
    bool eof;
    bool skipping; /* the line at `start` is too long and partly gone */
    char buffer[64 * 1024];
};

/* Descriptors are borrowed. stop_fd may be -1. */
void lines_init(struct lines *lines, int fd, int stop_fd);

/* The next line, without its end; *line is good until the next call. A last line
 * needs no end. */
enum lines_result lines_next(struct lines *lines, const char **line,
                             size_t *bytes);

#endif
