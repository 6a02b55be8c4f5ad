/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* news.h - those who hear what the desk does: an auditor, displays, a monitor.
 *
 * The server does not know them. Each has a receiver, and a thread that ends when its
 * stream does. */
#ifndef TICKETDESK_NEWS_H
#define TICKETDESK_NEWS_H

#include "auditor.h"
#include "display.h"
#include "monitor.h"
#include "options.h"
#include "server.h"

#define NEWS_DISPLAYS_MAX OPTIONS_DISPLAYS_MAX

struct news {
    struct auditor auditor;
    struct monitor monitor;
    struct display displays[NEWS_DISPLAYS_MAX];
    unsigned displays_count;
    leat_thread *threads[NEWS_DISPLAYS_MAX + 2];
    unsigned threads_count;
};

/* Subscribe all of them, before anything is published. Returns 0 or a code. */
int news_open(struct news *news, struct server *server, unsigned displays,
              int64_t frame_ns, bool draw);

/* Start a thread for each. Returns 0 or a code; news_join is for those that were
 * started. */
int news_start(struct news *news);

/* Wait until all have heard of the end: the server must have closed. */
void news_join(struct news *news);

/* Compare what they have seen with what the server has done; a line to `err` for each
 * difference. True if there is none. All must have been joined. */
bool news_check(const struct news *news, const struct server *server,
                FILE *err);

/* Drop all receivers. */
void news_close(struct news *news);

#endif
