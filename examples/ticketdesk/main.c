/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* main.c - the ticket desk: a server and its clients over leat's channels.
 *
 * Start reading at proto.h (what is sent) and run.c (who holds what), then server.c
 * (one select) and client.c with window.c (a oneshot for each request), changes.c
 * (two broadcasts) with auditor.c and display.c, and monitor.c (a watch). */
#define _GNU_SOURCE 1
#include "options.h"
#include "run.h"
#include "shipped.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2

/* Open the input: a descriptor, and *name to free(); or -1, and it is said. */
static int open_input(const struct options *options, char **name)
{
    int fd;

    *name = NULL;
    if (options->in == NULL)
        return shipped_open(name);
    if (strcmp(options->in, "-") == 0) {
        fd = STDIN_FILENO;
        *name = strdup("standard input");
    } else {
        fd = open(options->in, O_RDONLY | O_CLOEXEC);
        *name = strdup(options->in);
    }
    if (fd < 0)
        fprintf(stderr, "ticketdesk: %s: %s\n", options->in, strerror(errno));
    return fd;
}

int main(int argc, char **argv)
{
    struct options options;
    struct stop stop;
    char *name;
    int status = EXIT_FAILURE;
    int fd;

    switch (options_parse(&options, argc, argv)) {
    case OPTIONS_HELP:
        return EXIT_SUCCESS;
    case OPTIONS_BAD:
        return EXIT_USAGE;
    case OPTIONS_RUN:
        break;
    }
    /* a reader that goes away is an error of write, not a sudden death */
    signal(SIGPIPE, SIG_IGN);
    fd = open_input(&options, &name);
    if (fd >= 0 && name != NULL && stop_open(&stop) == 0) {
        status = run(&options, &stop, fd, name);
        stop_close(&stop);
    }
    if (fd > STDIN_FILENO)
        close(fd);
    free(name);
    /* a summary that could not be written is a failure like any other */
    if (fflush(stdout) != 0 || ferror(stdout))
        status = EXIT_FAILURE;
    return status;
}
