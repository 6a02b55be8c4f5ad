/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* news.c - starting those who listen, and waiting for their end. */
#include "news.h"

#include "thread.h"

int news_open(struct news *news, struct server *server, unsigned displays,
              int64_t frame_ns, bool draw)
{
    int rc = changes_subscribe_all(&server->changes, &news->auditor.changes);

    for (unsigned i = 0; i < displays && rc == 0; i++) {
        news->displays[i].number = i + 1;
        news->displays[i].draws = draw;
        news->displays_count = i + 1;
        rc = display_open(&news->displays[i], &server->changes, frame_ns);
    }
    return rc;
}

static int news_thread(struct news *news, leat_fn *fn, void *arg,
                       const char *name)
{
    int rc = thread_start(&news->threads[news->threads_count], fn, arg, name);

    if (rc == 0)
        news->threads_count++;
    return rc;
}

int news_start(struct news *news)
{
    int rc = news_thread(news, auditor_main, &news->auditor, "auditor");

    if (rc == 0)
        rc = news_thread(news, monitor_main, &news->monitor, "monitor");
    for (unsigned i = 0; i < news->displays_count && rc == 0; i++) {
        rc = news_thread(news, display_main, &news->displays[i], "display");
    }
    return rc;
}

void news_join(struct news *news)
{
    for (unsigned i = 0; i < news->threads_count; i++) {
        thread_end(news->threads[i]);
    }
    news->threads_count = 0;
}

void news_close(struct news *news)
{
    change_rx_drop(news->auditor.changes);
    statistics_rx_drop(news->monitor.statistics);
    for (unsigned i = 0; i < news->displays_count; i++) {
        display_close(&news->displays[i]);
    }
}
