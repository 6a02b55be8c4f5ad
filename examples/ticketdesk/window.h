/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* window.h - the answers that a client still waits for.
 *
 * Each request has a oneshot of its own, made in memory of the client's: up to
 * DESK_WINDOW slots in a ring, and no allocation after window_open. The answers are
 * heard in the order of the requests.
 *
 * A slot's memory is leat's from window_ask until the last half of its oneshot is
 * dropped, and that may be the server's. leat says when, by calling `gone`: a
 * semaphore of one permit keeps that for the client's next use of the slot. */
#ifndef TICKETDESK_WINDOW_H
#define TICKETDESK_WINDOW_H

#include "proto.h"

struct window_slot {
    enum command command;
    int64_t asked_ns;
    reply_rx *answer;
    leat_sem ours; /* one permit while the memory is the client's */
    void *mem;
};

struct window {
    struct window_slot slots[DESK_WINDOW];
    size_t slot_bytes;
    void *mem; /* of all slots */
    uint64_t
        asked; /* requests so far; the next one's slot is this % DESK_WINDOW */
    uint64_t heard; /* answers so far */
};

/* Returns 0 or LEAT_ENOMEM. */
int window_open(struct window *window);

/* Wait until leat has let go of all slots, and free them. Nothing may be open. */
void window_close(struct window *window);

/* How many requests are without an answer. */
unsigned window_in_flight(const struct window *window);

/* A oneshot for one request more: its sending half is for the server. There has to be
 * room. */
reply_tx *window_ask(struct window *window, enum command command);

/* The request of the last window_ask was not sent: take its half back. */
void window_take_back(struct window *window, reply_tx *reply_to);

/* Wait for the answer of the request that has waited longest: one must be open. *slot
 * says what was asked, and when, until the next window_ask.
 *
 * returns 0, or LEAT_ECLOSED if it will never be answered; either way it is open no
 * more */
int window_hear(struct window *window, struct reply *reply,
                const struct window_slot **slot);

#endif
