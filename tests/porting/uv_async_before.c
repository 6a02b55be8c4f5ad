/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* uv_async_before.c - docs/porting.md: two threads send to a libuv loop with a list,
 * a lock and uv_async. */
#define _POSIX_C_SOURCE 200809L /* uv.h needs it */
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

/* region use */
struct result {
    struct result *next;
    int number;
};

struct app {
    uv_async_t async;
    uv_timer_t timer;
    uv_mutex_t lock;
    struct result *first; /* the latest; under the lock */
    int working;          /* threads that are not done; under the lock */
    uv_thread_t threads[2];
    int sum;
};

struct worker {
    struct app *app;
    int first;
};
static struct worker workers[2];

static void put(struct app *app, int number)
{
    struct result *result = malloc(sizeof *result);

    if (result == NULL)
        abort();
    result->number = number;
    uv_mutex_lock(&app->lock);
    result->next = app->first;
    app->first = result;
    uv_async_send(&app->async);
    uv_mutex_unlock(&app->lock);
}

static void work(void *arg)
{
    struct worker *w = arg;

    for (int number = w->first; number <= 1000; number += 2)
        put(w->app, number);
    uv_mutex_lock(&w->app->lock);
    w->app->working--;
    /* under the lock: the loop closes the handle when it sees 0 */
    uv_async_send(&w->app->async);
    uv_mutex_unlock(&w->app->lock);
}

static void on_async(uv_async_t *async)
{
    struct app *app = async->data;
    struct result *result;
    int working;

    uv_mutex_lock(&app->lock);
    result = app->first;
    app->first = NULL;
    working = app->working;
    uv_mutex_unlock(&app->lock);
    while (result != NULL) { /* all: one call may stand for many sends */
        struct result *next = result->next;

        app->sum += result->number;
        free(result);
        result = next;
    }
    if (working == 0)
        uv_close((uv_handle_t *)async, NULL);
}

static void on_timer(uv_timer_t *timer)
{
    struct app *app = timer->data;

    puts("no job within 20 ms");
    uv_close((uv_handle_t *)timer, NULL);
    for (int i = 0; i < 2; i++) {
        workers[i] = (struct worker){app, i + 1};
        if (uv_thread_create(&app->threads[i], work, &workers[i]) != 0)
            abort();
    }
}

int main(void)
{
    struct app app = {.working = 2};
    uv_loop_t *uv = uv_default_loop();

    if (uv_mutex_init(&app.lock) != 0 ||
        uv_async_init(uv, &app.async, on_async) != 0 ||
        uv_timer_init(uv, &app.timer) != 0)
        return 1;
    app.async.data = app.timer.data = &app;
    uv_timer_start(&app.timer, on_timer, 20, 0);
    uv_run(uv, UV_RUN_DEFAULT);
    for (int i = 0; i < 2; i++)
        uv_thread_join(&app.threads[i]);
    uv_mutex_destroy(&app.lock);
    printf("sum %d\n", app.sum);
    return uv_loop_close(uv) != 0;
}
/* end region */
