/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* hashtree.h - the SHA-256 of every file below some directories, as sha256sum prints
 * it, in the order of their names.
 *
 *     walk thread --- job ----> pool: workers, each reading and hashing a file
 *                 \-- file ---> a bounded channel, in order ---> main: join, print
 *
 * The walk is never more than the channel's capacity ahead of what is printed, so
 * memory is bounded however large the tree is. */
#ifndef HASHTREE_H
#define HASHTREE_H

#include <leat.h>

enum { DIGEST_BYTES = 32 };

/* What the walk finds. It belongs to whoever has it from the channel, and to its job
 * until that has ended. */
struct file {
    char *path;
    leat_task *task; /* NULL: the walk could not hash it */
    int error;       /* errno of what went wrong, or 0 */
    long long bytes;
    unsigned char digest[DIGEST_BYTES];
};

LEAT_CHAN_TYPE(files, struct file *);

/* NULL: no memory */
struct file *file_new(const char *path);
void file_free(struct file *file);

/* A job: the digest of the struct file that arg is. */
int digest_file(void *arg, leat_cancel *stop);

struct walk {
    char **roots;
    int n;
    leat_pool *pool;
    files_tx *tx; /* dropped at the end */
};

/* A thread's fn: all files below the roots, each into the pool and the channel.
 * returns 0, or a code: the walk ended early */
int walk_all(void *arg, leat_cancel *stop);

/* Print a line as sha256sum does, odd names included. false: errno */
bool print_line(const struct file *file);

#endif
