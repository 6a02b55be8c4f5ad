/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* gasyncqueue.c - GLib's GAsyncQueue. It carries pointers, so the integer
 * travels as one (never NULL), and it has no bound. */
#include "../../cell.h"

#include <glib.h>
#include <stdio.h>

static void *make(size_t capacity)
{
    (void)capacity; /* checked by the caller: unbounded */
    return g_async_queue_new();
}

static void send(void *chan, uint64_t first, uint64_t n)
{
    GAsyncQueue *queue = chan;

    for (uint64_t v = first; v < first + n; v++)
        g_async_queue_push(queue, (gpointer)(uintptr_t)v);
}

static void recv(void *chan, uint64_t n, struct tally *tally)
{
    GAsyncQueue *queue = chan;

    for (uint64_t i = 0; i < n; i++) {
        tally->sum += (uintptr_t)g_async_queue_pop(queue);
        tally->count++;
    }
}

static bool drained(void *chan)
{
    return g_async_queue_try_pop(chan) == NULL;
}

static void drop(void *chan)
{
    g_async_queue_unref(chan);
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
    static const struct cell_peer peers[] = {
        {"gasyncqueue", "seq 1:1 4:1 4:4 batch burst empty make", false, make,
         send, recv, drained, drop, version},
        {0},
    };

    return cell_main(peers, argc, argv);
}
