/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* uv_async_after.c - docs/porting.md: what uv_async_before.c does, with a channel. */
#define _POSIX_C_SOURCE 200809L /* uv.h needs it */
#include <leat.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

/* region use */
struct app {
    uv_poll_t poll;
    leat_loop *loop;
    leat_op op;
    leat_rx *results;
    leat_tx *results_tx; /* until the threads have it */
    int result;
    uv_thread_t threads[2];
    int sum;
    bool over;
};

struct worker {
    leat_tx *results;
    int first;
};
static struct worker workers[2];

static void work(void *arg)
{
    struct worker *w = arg;

    for (int number = w->first; number <= 1000; number += 2) {
        if (leat_tx_send(w->results, &number, leat_forever()) < 0)
            break;
    }
    leat_tx_drop(w->results);
}

static void start(struct app *app)
{
    for (int i = 0; i < 2; i++) {
        workers[i] = (struct worker){leat_tx_clone(app->results_tx), i + 1};
        if (uv_thread_create(&app->threads[i], work, &workers[i]) != 0)
            abort();
    }
    leat_tx_drop(app->results_tx);
}

static void on_result(leat_op *op, int rc, void *arg)
{
    struct app *app = arg;

    if (rc == LEAT_ECLOSED) { /* both threads are done */
        app->over = true;
        return;
    }
    if (rc == LEAT_ETIMEDOUT) {
        puts("no job within 20 ms");
        start(app);
    } else {
        app->sum += app->result;
    }
    leat_op_recv(op, app->results, &app->result, leat_forever());
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    struct app *app = poll->data;

    (void)status;
    (void)events;
    leat_loop_dispatch(app->loop, 64);
    if (app->over)
        uv_close((uv_handle_t *)poll, NULL);
}

int main(void)
{
    struct app app = {.sum = 0};
    uv_loop_t *uv = uv_default_loop();

    if (leat_chan_new(&app.results_tx, &app.results, sizeof(int), 8, NULL) <
            0 ||
        leat_loop_new(&app.loop, NULL) < 0 ||
        uv_poll_init(uv, &app.poll, leat_loop_fd(app.loop)) != 0)
        return 1;
    app.poll.data = &app;
    uv_poll_start(&app.poll, UV_READABLE, on_readable);
    leat_op_init(&app.op, app.loop, on_result, &app);
    leat_op_recv(&app.op, app.results, &app.result, leat_in_ms(20));
    uv_run(uv, UV_RUN_DEFAULT);
    for (int i = 0; i < 2; i++)
        uv_thread_join(&app.threads[i]);
    leat_loop_drop(app.loop);
    leat_rx_drop(app.results);
    printf("sum %d\n", app.sum);
    return uv_loop_close(uv) != 0;
}
/* end region */
