/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* selfsend.c - one thread owns both ends: an event loop that posts to itself.
 *
 * A send that waits for room would wait for ever, as nobody else is there to make
 * room. So such a loop posts with leat_nowait(), which answers at once when the
 * channel is full, and does something else with the event: here it keeps it in a
 * list of its own until there is room. A deadline works too: the send comes back
 * when it has passed, and the event is still ours.
 *
 * The program does this on every kind of channel, prints what it saw, and fails
 * if that is not what leat promises. */
#include <leat.h>

#include <stdio.h>
#include <stdlib.h>

#define DEADLINE_MS  20
#define FIRST_EVENT  9    /* an event n posts n - 1 twice, down to 0: */
#define EVENTS_COUNT 1023 /* so many events in all */

struct event {
    int n;
};

LEAT_CHAN_TYPE(event, struct event);

/* An event loop: its channel, and what did not fit. */
struct loop {
    event_tx *tx;
    event_rx *rx;
    struct event backlog[EVENTS_COUNT]; /* a stack */
    unsigned backlog_count;
    unsigned backlog_max;
    unsigned handled;
};

static const struct flavour {
    const char *name;
    size_t capacity;
    uint32_t flags;
} flavours[] = {
    {"rendezvous", 0, 0},
    {"bounded, 1", 1, 0},
    {"bounded, 3", 3, 0},
    {"unbounded", LEAT_UNBOUNDED, 0},
    {"single producer, 3", 3, LEAT_SINGLE_PRODUCER},
    {"single consumer, 3", 3, LEAT_SINGLE_CONSUMER},
    {"both single, 0", 0, LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER},
    {"both single, 1", 1, LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER},
    {"both single, 3", 3, LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER},
    {"both single, unbounded", LEAT_UNBOUNDED,
     LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER},
};

static void expect(bool holds, const struct flavour *flavour, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "selfsend: %s: %s\n", flavour->name, what);
    exit(EXIT_FAILURE);
}

/* ---- the event loop ------------------------------------------------------- */

/* Post an event to ourselves, and never wait for it. */
static void loop_post(struct loop *loop, int n)
{
    struct event event = {n};

    if (event_tx_send(loop->tx, &event, leat_nowait()) == 0)
        return;
    loop->backlog[loop->backlog_count++] = event;
    if (loop->backlog_count > loop->backlog_max)
        loop->backlog_max = loop->backlog_count;
}

static void loop_handle(struct loop *loop, struct event event)
{
    loop->handled++;
    if (event.n > 0) {
        loop_post(loop, event.n - 1);
        loop_post(loop, event.n - 1);
    }
}

/* Handle events until there are none, neither queued nor in the backlog. */
static void loop_run(struct loop *loop)
{
    struct event event;

    for (;;) {
        if (event_rx_recv(loop->rx, &event, leat_nowait()) == 0) {
            loop_handle(loop, event);
        } else if (loop->backlog_count > 0) {
            loop_handle(loop, loop->backlog[--loop->backlog_count]);
        } else {
            return;
        }
    }
}

/* ---- a full channel --------------------------------------------------------- */

/* Fill the channel. Returns how many it took. */
static size_t fill(const struct loop *loop, const struct flavour *flavour)
{
    const size_t enough = 1000; /* for one that is never full */
    struct event event = {0};
    size_t count = 0;
    int rc = 0;

    while (rc == 0 && count < enough) {
        rc = event_tx_send(loop->tx, &event, leat_nowait());
        if (rc == 0)
            count++;
    }
    if (flavour->capacity == LEAT_UNBOUNDED) {
        expect(rc == 0, flavour, "an unbounded channel was full");
    } else {
        expect(rc == LEAT_EAGAIN, flavour, "full, but not LEAT_EAGAIN");
        expect(count == flavour->capacity, flavour, "not full at capacity");
    }
    return count;
}

/* Send with a deadline into what `fill` has filled. Returns how long it took. */
static int64_t send_late(const struct loop *loop, const struct flavour *flavour)
{
    struct event event = {42};
    int64_t began_ns = leat_now_ns();
    int rc = event_tx_send(loop->tx, &event, leat_in_ms(DEADLINE_MS));
    int64_t took_ns = leat_now_ns() - began_ns;

    if (flavour->capacity == LEAT_UNBOUNDED) {
        expect(rc == 0, flavour, "an unbounded channel made a send wait");
        return took_ns;
    }
    expect(rc == LEAT_ETIMEDOUT, flavour, "full, but not LEAT_ETIMEDOUT");
    expect(took_ns >= DEADLINE_MS * INT64_C(1000000), flavour,
           "gave up before its deadline");
    expect(event.n == 42, flavour, "a send that failed touched its message");
    return took_ns;
}

static size_t drain(const struct loop *loop)
{
    struct event event;
    size_t count = 0;

    while (event_rx_recv(loop->rx, &event, leat_nowait()) == 0) {
        count++;
    }
    return count;
}

static void try_flavour(const struct flavour *flavour)
{
    static struct loop empty;
    static struct loop loop;
    size_t filled;
    size_t expected;
    int64_t late_ns;
    int rc;

    loop = empty;
    rc = event_chan_new(
        &loop.tx, &loop.rx, flavour->capacity,
        LEAT_CHAN_OPTS(.name = flavour->name, .flags = flavour->flags));
    expect(rc == 0, flavour, leat_err_text(rc));

    loop_post(&loop, FIRST_EVENT);
    loop_run(&loop);
    expect(loop.handled == EVENTS_COUNT, flavour, "events were lost");

    filled = fill(&loop, flavour);
    late_ns = send_late(&loop, flavour);
    expected = filled + (flavour->capacity == LEAT_UNBOUNDED);
    expect(drain(&loop) == expected, flavour, "not all came out again");

    printf("%-24s%8u events, %4u kept back; full after %4zu%s; a send with "
           "%d ms took %.1f ms\n",
           flavour->name, loop.handled, loop.backlog_max, filled,
           flavour->capacity == LEAT_UNBOUNDED ? "+" : "", DEADLINE_MS,
           (double)late_ns / 1e6);
    event_tx_drop(loop.tx);
    event_rx_drop(loop.rx);
}

int main(void)
{
    for (size_t i = 0; i < sizeof flavours / sizeof flavours[0]; i++) {
        try_flavour(&flavours[i]);
    }
    return EXIT_SUCCESS;
}
