/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* gthreadpool.c - GLib's GThreadPool, with threads of its own (exclusive). */
#include "../../crew.h"

#include <glib.h>
#include <stdio.h>

struct submitter {
    GThreadPool *pool;
    uint64_t first;
    uint64_t n;
};

static void count(gpointer data, gpointer user_data)
{
    (void)user_data;
    crew_ran((uintptr_t)data);
}

static void *submit(void *arg)
{
    struct submitter *me = arg;

    for (uint64_t v = me->first; v < me->first + me->n; v++) {
        if (!g_thread_pool_push(me->pool, (gpointer)(uintptr_t)v, NULL))
            cell_fail("g_thread_pool_push failed");
    }
    return NULL;
}

static void run(const struct crew_cell *cell)
{
    struct submitter submitters[CREW_MAX];
    struct crew crew;
    uint64_t n = cell->n / cell->threads;
    GThreadPool *pool =
        g_thread_pool_new(count, NULL, (gint)crew_processors(), TRUE, NULL);

    if (!pool)
        cell_fail("g_thread_pool_new failed");
    for (unsigned i = 0; i < cell->threads; i++)
        submitters[i] = (struct submitter){pool, 1 + i * n, n};
    if (cell->threads == 1) {
        submit(&submitters[0]);
    } else {
        crew_start(&crew, cell->threads, submit, submitters,
                   sizeof submitters[0]);
        crew_join(&crew);
    }
    g_thread_pool_free(pool, FALSE, TRUE); /* waits for all */
    cell_check(cell->who, crew_ran_in_all(), cell->n,
               cell->n * (cell->n + 1) / 2);
}

static const char *version(void)
{
    static char text[48];

    snprintf(text, sizeof text, "%u.%u.%u", glib_major_version,
             glib_minor_version, glib_micro_version);
    return text;
}

int main(int argc, char **argv)
{
    static const struct crew_peer peers[] = {
        {"gthreadpool", "jobs", run, version},
        {0},
    };

    return crew_main(peers, argc, argv);
}
