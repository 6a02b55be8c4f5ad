/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* gasyncqueue_before.c - docs/porting.md: threads over a GAsyncQueue. */
#include <glib.h>
#include <stdio.h>

/* region use */
static gint end_mark; /* its address is a job that means: no more jobs */

static gpointer work(gpointer arg)
{
    GAsyncQueue *queue = arg;
    gint *job;
    gint sum = 0;

    while ((job = g_async_queue_pop(queue)) != &end_mark) {
        sum += *job;
        g_free(job);
    }
    g_async_queue_unref(queue);
    return GINT_TO_POINTER(sum);
}

int main(void)
{
    GAsyncQueue *queue = g_async_queue_new();
    GThread *workers[2];
    gint sum = 0;

    if (g_async_queue_timeout_pop(queue, 20 * G_TIME_SPAN_MILLISECOND) == NULL)
        puts("no job within 20 ms");
    for (int i = 0; i < 2; i++)
        workers[i] = g_thread_new("worker", work, g_async_queue_ref(queue));
    for (gint number = 1; number <= 1000; number++) {
        gint *job = g_new(gint, 1);

        *job = number;
        g_async_queue_push(queue, job);
    }
    for (int i = 0; i < 2; i++)
        g_async_queue_push(queue, &end_mark); /* one for each worker */
    for (int i = 0; i < 2; i++)
        sum += GPOINTER_TO_INT(g_thread_join(workers[i]));
    g_async_queue_unref(queue);
    printf("sum %d\n", sum);
    return 0;
}
/* end region */
