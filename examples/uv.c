/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* uv.c - channels in a libuv loop.
 *
 * A thread squares numbers. The libuv loop sends them to it and receives the squares,
 * while a timer of its own goes on ticking. There are two ways to join a leat_loop to
 * libuv, and the program goes both:
 *
 *   poll    uv_poll_t watches leat_loop_fd. On Linux the descriptor covers deadlines
 *           too, and that is all there is to do.
 *   async   a notify calls uv_async_send, which any thread may; deadlines are seen to
 *           by a uv_timer_t that is set to leat_loop_deadline_ns. No descriptor is
 *           made, so this way is good where uv_poll_t is not.
 *
 * It fails if a square is wrong or missing, or if a receive that nobody answers does
 * not time out. */
#include <leat.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

LEAT_CHAN_TYPE(num, long);

enum { NUMBERS = 1000, SILENCE_MS = 20 };

struct app {
    uv_loop_t uv;
    uv_poll_t poll;
    uv_async_t async;
    uv_timer_t deadline;
    uv_timer_t tick;
    leat_loop *loop;
    num_tx *out;
    num_rx *in;
    num_tx *silent_tx; /* of a channel that nobody sends into */
    num_rx *silent;
    leat_op send;
    leat_op recv;
    leat_op wait;
    long sent;
    long got;
    long never;
    long sum;
    unsigned ticks;
    bool timed_out;
    bool over;
};

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "uv: %s\n", what);
    exit(EXIT_FAILURE);
}

/* ---- the thread ------------------------------------------------------------------ */

struct squarer {
    num_rx *in;
    num_tx *out;
};

static void *square(void *arg)
{
    struct squarer *s = arg;
    long n;
    while (num_rx_recv(s->in, &n, leat_forever()) == 0) {
        n *= n;
        if (num_tx_send(s->out, &n, leat_forever()) < 0)
            break;
    }
    num_rx_drop(s->in);
    num_tx_drop(s->out);
    return NULL;
}

/* ---- callbacks of operations -------------------------------------------------------- */

static void on_sent(leat_op *op, int rc, void *arg)
{
    struct app *app = arg;
    must(rc == 0, "a number was not sent");
    if (++app->sent == NUMBERS) {
        num_tx_drop(app->out); /* no more: the thread ends */
        return;
    }
    num_op_send(op, app->out, &app->sent, leat_forever());
}

static void on_got(leat_op *op, int rc, void *arg)
{
    struct app *app = arg;
    if (rc == LEAT_ECLOSED) { /* the thread has ended */
        app->over = true;
        return;
    }
    must(rc == 0, "a square was not received");
    app->sum += app->got;
    num_op_recv(op, app->in, &app->got, leat_forever());
}

/* Nobody sends: first comes the deadline, and only then the work begins. */
static void on_silence(leat_op *op, int rc, void *arg)
{
    struct app *app = arg;
    (void)op;
    must(rc == LEAT_ETIMEDOUT, "a receive that nobody answers did not end");
    app->timed_out = true;
    num_op_recv(&app->recv, app->in, &app->got, leat_forever());
    num_op_send(&app->send, app->out, &app->sent, leat_forever());
}

/* ---- libuv ------------------------------------------------------------------------------ */

static void on_tick(uv_timer_t *tick)
{
    struct app *app = tick->data;
    app->ticks++;
}

/* All is over: the descriptor leaves libuv before the loop goes, and what a notify
 * pokes stays until then. */
static void app_close(struct app *app)
{
    bool by_poll = leat_loop_fd(app->loop) >= 0;
    if (by_poll)
        uv_close((uv_handle_t *)&app->poll, NULL);
    leat_loop_drop(app->loop);
    if (!by_poll)
        uv_close((uv_handle_t *)&app->async, NULL);
    uv_close((uv_handle_t *)&app->deadline, NULL);
    uv_close((uv_handle_t *)&app->tick, NULL);
}

static void on_deadline(uv_timer_t *timer);

/* Where the descriptor covers no deadlines: after each dispatch, start and cancel. */
static void set_deadline(struct app *app)
{
    int64_t at_ns = leat_loop_deadline_ns(app->loop);
    if (leat_loop_has_timer(app->loop))
        return;
    if (at_ns == INT64_MAX) {
        uv_timer_stop(&app->deadline);
        return;
    }
    int64_t left_ns = at_ns - leat_now_ns();
    uv_update_time(&app->uv);
    uv_timer_start(&app->deadline, on_deadline,
                   left_ns <= 0 ? 0 : (uint64_t)(left_ns + 999999) / 1000000,
                   0);
}

static void app_dispatch(struct app *app)
{
    leat_loop_dispatch(app->loop, 64);
    if (app->over)
        app_close(app);
    else
        set_deadline(app);
}

static void on_deadline(uv_timer_t *timer)
{
    app_dispatch(timer->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    must(status == 0, "uv_poll failed");
    app_dispatch(poll->data);
}

static void on_async(uv_async_t *async)
{
    app_dispatch(async->data);
}

static void poke(void *async)
{
    uv_async_send(async); /* all that a notify may do */
}

/* ---- both ways ---------------------------------------------------------------------------- */

static void app_join(struct app *app, bool by_poll)
{
    must(uv_timer_init(&app->uv, &app->deadline) == 0, "uv_timer_init");
    app->deadline.data = app;
    if (by_poll) {
        must(leat_loop_new(&app->loop, NULL) == 0, "no loop");
        must(uv_poll_init(&app->uv, &app->poll, leat_loop_fd(app->loop)) == 0 &&
                 uv_poll_start(&app->poll, UV_READABLE, on_readable) == 0,
             "uv_poll");
        app->poll.data = app;
    } else {
        leat_loop_opts opts = LEAT_ZERO_INIT;
        opts.size = sizeof opts;
        opts.notify = poke;
        opts.notify_arg = &app->async;
        must(uv_async_init(&app->uv, &app->async, on_async) == 0, "uv_async");
        app->async.data = app;
        must(leat_loop_new(&app->loop, &opts) == 0, "no loop");
    }
}

static void run(bool by_poll)
{
    static struct app app;
    struct squarer squarer;
    pthread_t thread;
    long expected = 0;

    app = (struct app){.sent = 0};
    must(uv_loop_init(&app.uv) == 0, "uv_loop_init");
    must(num_chan_new(&app.out, &squarer.in, 4, NULL) == 0 &&
             num_chan_new(&squarer.out, &app.in, 4, NULL) == 0 &&
             num_chan_new(&app.silent_tx, &app.silent, 4, NULL) == 0,
         "no channels");
    app_join(&app, by_poll);
    leat_op_init(&app.send, app.loop, on_sent, &app);
    leat_op_init(&app.recv, app.loop, on_got, &app);
    leat_op_init(&app.wait, app.loop, on_silence, &app);
    must(uv_timer_init(&app.uv, &app.tick) == 0 &&
             uv_timer_start(&app.tick, on_tick, 1, 1) == 0,
         "uv_timer");
    app.tick.data = &app;
    must(pthread_create(&thread, NULL, square, &squarer) == 0, "no thread");
    num_op_recv(&app.wait, app.silent, &app.never, leat_in_ms(SILENCE_MS));
    set_deadline(&app);

    uv_run(&app.uv, UV_RUN_DEFAULT); /* until app_close */

    pthread_join(thread, NULL);
    for (long n = 0; n < NUMBERS; n++)
        expected += n * n;
    must(app.timed_out && app.sum == expected, "a square is missing");
    printf("uv: %s: %d squares, sum %ld; the timer ticked %u times meanwhile\n",
           by_poll ? "poll" : "async", NUMBERS, app.sum, app.ticks);
    must(uv_loop_close(&app.uv) == 0, "libuv has handles left");
    num_rx_drop(app.in);
    num_tx_drop(app.silent_tx);
    num_rx_drop(app.silent);
}

int main(void)
{
    run(true);
    run(false);
    return EXIT_SUCCESS;
}
