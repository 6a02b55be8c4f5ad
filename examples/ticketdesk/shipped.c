/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* shipped.c - finding data without being installed. */
#define _GNU_SOURCE 1
#include "shipped.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* TICKETDESK_DATA is the data directory in the source tree; the build says it. */

static char *shipped_beside_program(void)
{
    char program[PATH_MAX];
    char *path = NULL;
    char *slash;
    ssize_t bytes = readlink("/proc/self/exe", program, sizeof program - 1);

    if (bytes < 0)
        return NULL;
    program[bytes] = '\0';
    slash = strrchr(program, '/');
    if (slash == NULL)
        return NULL;
    *slash = '\0';
    if (asprintf(&path, "%s/data/tickets.jsonl", program) < 0)
        return NULL;
    return path;
}

int shipped_open(char **path)
{
    int fd = -1;

    *path = shipped_beside_program();
    if (*path != NULL)
        fd = open(*path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    free(*path);
    *path = strdup(TICKETDESK_DATA "/tickets.jsonl");
    if (*path != NULL)
        fd = open(*path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    fprintf(stderr, "ticketdesk: %s: %s; use --in FILE\n",
            *path == NULL ? "the shipped tickets" : *path, strerror(errno));
    free(*path);
    *path = NULL;
    return -1;
}
