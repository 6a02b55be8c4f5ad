/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* window.c - a ring of oneshots in memory that is used again and again. */
#include "window.h"

#include <assert.h>
#include <stdlib.h>

/* Called by whoever drops the last half: the client or the server. */
static void window_gone(void *arg)
{
    struct window_slot *slot = arg;

    leat_sem_release(&slot->ours, 1);
}

int window_open(struct window *window)
{
    size_t bytes = reply_oneshot_footprint(LEAT_CHAN_OPTS(.gone = window_gone));

    *window = (struct window){.slot_bytes = bytes};
    window->mem = calloc(DESK_WINDOW, bytes);
    if (window->mem == NULL)
        return LEAT_ENOMEM;
    for (size_t i = 0; i < DESK_WINDOW; i++) {
        window->slots[i].mem = (char *)window->mem + i * bytes;
        leat_sem_init(&window->slots[i].ours, 1);
    }
    return 0;
}

static void window_own(struct window_slot *slot)
{
    int rc = leat_sem_acquire(&slot->ours, 1, leat_forever());

    assert(rc == 0); /* nobody closes it */
    (void)rc;
}

void window_close(struct window *window)
{
    assert(window_in_flight(window) == 0);
    for (unsigned i = 0; i < DESK_WINDOW; i++) {
        window_own(&window->slots[i]);
    }
    free(window->mem);
    window->mem = NULL;
}

unsigned window_in_flight(const struct window *window)
{
    return (unsigned)(window->asked - window->heard);
}

reply_tx *window_ask(struct window *window, enum command command)
{
    struct window_slot *slot = &window->slots[window->asked % DESK_WINDOW];
    reply_tx *reply_to = NULL;
    int rc;

    assert(window_in_flight(window) < DESK_WINDOW);
    /* its answer was heard long ago; the server may have yet to drop its half */
    window_own(slot);
    rc = reply_oneshot_new_in(
        &reply_to, &slot->answer, slot->mem, window->slot_bytes,
        LEAT_CHAN_OPTS(.gone = window_gone, .gone_arg = slot));
    assert(rc == 0); /* there is enough memory, and nothing else can fail */
    (void)rc;
    slot->command = command;
    slot->asked_ns = leat_now_ns();
    window->asked++;
    return reply_to;
}

void window_take_back(struct window *window, reply_tx *reply_to)
{
    window->asked--;
    reply_tx_drop(reply_to);
    reply_rx_drop(window->slots[window->asked % DESK_WINDOW].answer);
}

int window_hear(struct window *window, struct reply *reply,
                const struct window_slot **slot)
{
    struct window_slot *oldest = &window->slots[window->heard % DESK_WINDOW];
    int rc;

    assert(window_in_flight(window) > 0);
    /* No token on purpose: what was accepted will be answered, with a result or
     * with "dropped", and to wait for that is what "drain" means. */
    rc = reply_oneshot_recv(oldest->answer, reply, leat_forever());
    window->heard++;
    *slot = oldest;
    return rc;
}
