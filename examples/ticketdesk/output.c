/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* output.c - one JSON object a line. */
#define _GNU_SOURCE 1
#include "output.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int output_ticket(const struct ticket *ticket, FILE *out)
{
    json_t *object =
        json_pack("{s:I, s:s, s:s, s:s}", "id", (json_int_t)ticket->id, "title",
                  ticket->title, "description", ticket->description, "status",
                  ticket_status_name(ticket->status));
    int rc = -1;

    if (object == NULL) {
        errno = ENOMEM; /* all texts are UTF-8, so it can be nothing else */
        return -1;
    }
    if (json_dumpf(object, out, JSON_COMPACT) == 0 && putc('\n', out) != EOF)
        rc = 0;
    json_decref(object);
    return rc;
}

/* 0, or -1 with errno set. */
static int output_all(const struct desk *desk, FILE *out)
{
    uint64_t count = desk_count(desk, TICKET_STATUSES);
    const struct ticket **all;
    int rc = 0;

    if (!desk_sorted(desk, &all)) {
        errno = ENOMEM;
        return -1;
    }
    for (uint64_t i = 0; i < count && rc == 0; i++) {
        rc = output_ticket(all[i], out);
    }
    free(all);
    if (rc == 0 && fflush(out) != 0)
        rc = -1;
    return rc;
}

static int output_failed(const char *path)
{
    fprintf(stderr, "ticketdesk: %s: %s\n", path, strerror(errno));
    return -1;
}

/* Through a name beside it, so that the old file stays until the new one is
 * complete. */
static int output_replace(const struct desk *desk, const char *path)
{
    char *beside = NULL;
    FILE *out;
    int rc;

    if (asprintf(&beside, "%s.tmp", path) < 0) {
        errno = ENOMEM;
        return output_failed(path);
    }
    out = fopen(beside, "we");
    if (out == NULL) {
        rc = output_failed(beside);
        free(beside);
        return rc;
    }
    rc = output_all(desk, out);
    if (rc == 0)
        rc = fsync(fileno(out));
    if (rc != 0)
        output_failed(beside);
    if (fclose(out) != 0 && rc == 0)
        rc = output_failed(beside);
    if (rc == 0 && rename(beside, path) != 0)
        rc = output_failed(path);
    if (rc != 0)
        unlink(beside);
    free(beside);
    return rc;
}

/* A device, a pipe or a link is written to, not replaced. */
static int output_into(const struct desk *desk, const char *path)
{
    FILE *out = fopen(path, "we");
    int rc;

    if (out == NULL)
        return output_failed(path);
    rc = output_all(desk, out);
    if (rc != 0)
        output_failed(path);
    if (fclose(out) != 0 && rc == 0)
        rc = output_failed(path);
    return rc;
}

int output_write(const struct desk *desk, const char *path)
{
    struct stat there;

    if (strcmp(path, "-") == 0) {
        return output_all(desk, stdout) == 0 ? 0
                                             : output_failed("standard output");
    }
    if (lstat(path, &there) == 0 && !S_ISREG(there.st_mode))
        return output_into(desk, path);
    return output_replace(desk, path);
}
