/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* main.c - starts the walk and the pool, and prints what comes of them in order. */
#define _XOPEN_SOURCE 700
#include "hashtree.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So many files are hashed ahead of the one that is printed next. */
enum { AHEAD = 256, PROGRESS_MS = 200 };

static const char usage[] =
    "usage: hashtree [-j WORKERS] [-p] PATH...\n"
    "\n"
    "The SHA-256 of each file below the paths, as sha256sum prints it, in the\n"
    "order of their names. Links are not followed.\n"
    "  -j WORKERS   threads that hash (default: as many as processors)\n"
    "  -p           show progress on standard error, terminal or not\n";

struct options {
    unsigned workers;
    bool progress;
};

struct tally {
    uint64_t files;
    uint64_t bytes;
    uint64_t failed;
};

/* ---- progress ------------------------------------------------------------------- */

static void show_progress(const struct options *options,
                          const struct tally *tally, const char *end)
{
    if (options->progress)
        fprintf(stderr, "\r%" PRIu64 " files, %.1f MB%s", tally->files,
                (double)tally->bytes / 1e6, end);
}

/* ---- printing -------------------------------------------------------------------- */

/* Wait for a file's job; show that we are there if it takes long. */
static int finish(struct file *file, const struct options *options,
                  const struct tally *tally)
{
    int rc;
    if (file->task == NULL)
        return 0;
    while ((rc = leat_task_join(file->task, NULL, leat_each_ms(PROGRESS_MS))) ==
           LEAT_ETIMEDOUT)
        show_progress(options, tally, "");
    return rc;
}

/* Print it, or say why not. false: there is no printing any more */
static bool tell(const struct file *file, struct tally *tally)
{
    if (file->error != 0) {
        fflush(stdout);
        fprintf(stderr, "hashtree: %s: %s\n", file->path,
                strerror(file->error));
        tally->failed++;
        return true;
    }
    tally->files++;
    tally->bytes += (uint64_t)file->bytes;
    return print_line(file);
}

/* All files, in the order in which they were found. false: output fails */
static bool print_all(files_rx *rx, const struct options *options,
                      struct tally *tally)
{
    struct file *file;
    bool good = true;
    int64_t next_ns = leat_now_ns();
    while (good && files_rx_recv(rx, &file, leat_forever()) == 0) {
        if (finish(file, options, tally) < 0)
            abort();
        good = tell(file, tally);
        file_free(file);
        if (options->progress && leat_now_ns() >= next_ns) {
            show_progress(options, tally, "");
            next_ns = leat_now_ns() + PROGRESS_MS * INT64_C(1000000);
        }
    }
    return good && fflush(stdout) == 0;
}

/* What was in line when the printing ended: its job has ended as well by now. */
static void discard_file(void *msg, void *arg)
{
    struct file *file = *(struct file **)msg;
    (void)arg;
    if (file->task != NULL &&
        leat_task_join(file->task, NULL, leat_forever()) < 0)
        abort();
    file_free(file);
}

/* ---- the whole -------------------------------------------------------------------- */

static void must(int rc, const char *what)
{
    if (rc < 0) {
        fprintf(stderr, "hashtree: %s: %s\n", what, leat_err_text(rc));
        exit(EXIT_FAILURE);
    }
}

static int hash_all(char **roots, int n, const struct options *options)
{
    struct tally tally = {0};
    struct walk walk = {.roots = roots, .n = n};
    leat_thread *walker = NULL;
    files_rx *rx = NULL; /* gcc -O3 does not see that it is made */
    int walked = 0;

    must(files_chan_new(
             &walk.tx, &rx, AHEAD,
             LEAT_CHAN_OPTS(.name = "files", .discard = discard_file)),
         "channel");
    must(leat_pool_new(&walk.pool, LEAT_POOL_OPTS(.workers = options->workers,
                                                  .queue_cap = AHEAD)),
         "pool");
    leat_job job = {.fn = walk_all, .arg = &walk, .name = "walk"};
    must(leat_thread_spawn(&walker, job, NULL), "thread");

    bool printed = print_all(rx, options, &tally);
    int error = errno;
    if (!printed)
        leat_cancel_fire(leat_thread_stop(walker));
    must(leat_pool_shutdown(walk.pool,
                            printed ? LEAT_POOL_DRAIN : LEAT_POOL_NOW,
                            leat_forever()),
         "shutdown");
    files_rx_drop(rx);
    must(leat_thread_join(walker, &walked, leat_forever()), "join");
    leat_thread_drop(walker);
    leat_pool_drop(walk.pool);

    show_progress(options, &tally, "\n");
    if (!printed)
        fprintf(stderr, "hashtree: standard output: %s\n", strerror(error));
    else if (walked < 0)
        fprintf(stderr, "hashtree: %s\n", leat_err_text(walked));
    return printed && walked == 0 && tally.failed == 0 ? EXIT_SUCCESS
                                                       : EXIT_FAILURE;
}

static bool parse_workers(const char *text, unsigned *workers)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || n < 1 ||
        n > LEAT_POOL_WORKERS_MAX)
        return false;
    *workers = (unsigned)n;
    return true;
}

int main(int argc, char **argv)
{
    struct options options = {.progress = isatty(STDERR_FILENO)};
    bool good = true;
    int option;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    while (good && (option = getopt(argc, argv, "j:p")) != -1) {
        if (option == 'j')
            good = parse_workers(optarg, &options.workers);
        else if (option == 'p')
            options.progress = true;
        else
            good = false;
    }
    if (!good || optind == argc) {
        fputs(usage, stderr);
        return 2;
    }
    return hash_all(argv + optind, argc - optind, &options);
}
