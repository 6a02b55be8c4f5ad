/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* walk.c - all files below some directories, in the order of their names. Links are
 * not followed, and what is no regular file is passed over, as by find -type f. */
#define _XOPEN_SOURCE 700
#include "hashtree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct file *file_new(const char *path)
{
    struct file *file = calloc(1, sizeof *file);
    if (file == NULL)
        return NULL;
    file->path = strdup(path);
    if (file->path == NULL) {
        free(file);
        return NULL;
    }
    return file;
}

void file_free(struct file *file)
{
    leat_task_drop(file->task);
    free(file->path);
    free(file);
}

/* Put it in line, with its job or its error. */
static int hand_on(struct walk *walk, const char *path, int error,
                   leat_cancel *stop)
{
    leat_until until = leat_or_cancel(leat_forever(), stop);
    struct file *file = file_new(path);
    if (file == NULL)
        return LEAT_ENOMEM;
    leat_job job = {.fn = digest_file, .arg = file, .name = path};
    int rc = 0;
    file->error = error;
    if (error == 0)
        rc = leat_pool_spawn(&file->task, walk->pool, job, until);
    if (rc < 0) {
        file_free(file);
        return rc;
    }
    rc = files_tx_send(walk->tx, &file, until);
    if (rc < 0) { /* nobody prints any more: see the job off */
        if (file->task != NULL) {
            leat_task_cancel(file->task);
            if (leat_task_join(file->task, NULL, leat_forever()) < 0)
                return rc;
        }
        file_free(file);
    }
    return rc;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static char *join_path(const char *directory, const char *name)
{
    size_t directory_bytes = strlen(directory);
    size_t name_bytes = strlen(name) + 1;
    bool slash = directory_bytes == 0 || directory[directory_bytes - 1] != '/';
    char *path = malloc(directory_bytes + slash + name_bytes);
    if (path == NULL)
        return NULL;
    memcpy(path, directory, directory_bytes);
    if (slash)
        path[directory_bytes] = '/';
    memcpy(path + directory_bytes + slash, name, name_bytes);
    return path;
}

static int walk_path(struct walk *walk, const char *path, leat_cancel *stop);

static int walk_directory(struct walk *walk, const char *path,
                          leat_cancel *stop)
{
    struct dirent **entries;
    int rc = 0;
    int n = scandir(path, &entries, no_dots, by_bytes);
    if (n < 0)
        return hand_on(walk, path, errno, stop);
    for (int i = 0; i < n; i++) {
        char *below = rc == 0 ? join_path(path, entries[i]->d_name) : NULL;
        if (rc == 0)
            rc = below == NULL ? LEAT_ENOMEM : walk_path(walk, below, stop);
        free(below);
        free(entries[i]);
    }
    free(entries);
    return rc;
}

static int walk_path(struct walk *walk, const char *path, leat_cancel *stop)
{
    struct stat about;
    if (leat_cancel_check(stop))
        return LEAT_ECANCELED;
    if (lstat(path, &about) != 0)
        return hand_on(walk, path, errno, stop);
    if (S_ISDIR(about.st_mode))
        return walk_directory(walk, path, stop);
    return S_ISREG(about.st_mode) ? hand_on(walk, path, 0, stop) : 0;
}

int walk_all(void *arg, leat_cancel *stop)
{
    struct walk *walk = arg;
    int rc = 0;
    for (int i = 0; rc == 0 && i < walk->n; i++)
        rc = walk_path(walk, walk->roots[i], stop);
    files_tx_drop(walk->tx); /* that is all: main's loop ends */
    return rc;
}
