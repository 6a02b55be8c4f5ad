/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ends_many.c - batches at a channel with ends: one entry and one count for many.
 *
 * Two batches that overlap do not both stop early, each with an old view of what the other
 * has moved, one at a full channel and the other at an empty one (ends.c, I9).
 * A shared end is left again after so many bytes, for others to come in between.
 *
 * Invariants and the rest are in ends.c. MODEL: tests/model/m_ends.c */
#include "chan/ends.h"

/* How many of n messages may be moved in one entry. */
static size_t part_of(leat_chan *chan, enum leat__dir dir, size_t n)
{
    return leat__end_of(chan, dir)->shared ? leat__batch_part(chan, n) : n;
}

/* Put up to n messages, as many as have room side by side: one count for all. pre:
 * put_room was 0 */
static size_t put_run(leat_chan *chan, const unsigned char *msgs, size_t n)
{
    leat__end *put = &chan->put;
    size_t slots = (chan->bounded ? chan->cap : put->slots) - put->index;
    n = leat__least(n, slots);
    if (chan->bounded)
        n = leat__least(n, chan->cap - (leat__end_count(put) - put->seen));
    unsigned char *slot = chan->bounded
                              ? leat__chan_slot(chan, put->index)
                              : leat__seg_slot(chan, put->seg, put->index);
    leat__slots_fill(chan, slot, n);
    leat__copy_in(chan, slot, msgs, n);
    put->index += n;
    if (chan->bounded && put->index == chan->cap)
        put->index = 0;
    /* ORDER ends.full: the messages before the count. */
    leat__stz_rel(&put->count, leat__end_count(put) + n);
    return n;
}

/* Get up to max messages that lie side by side. pre: get_ready, and not at_end */
static size_t get_run(leat_chan *chan, unsigned char *msgs, size_t max)
{
    leat__end *get = &chan->get;
    size_t slots = (chan->bounded ? chan->cap : get->slots) - get->index;
    size_t n =
        leat__least(leat__least(max, slots), get->seen - leat__end_count(get));
    unsigned char *slot = leat__get_slot(chan, chan->bounded);
    leat__copy_out(chan, msgs, slot, n);
    leat__slots_empty(chan, slot, n);
    get->index += n;
    if (chan->bounded && get->index == chan->cap)
        get->index = 0;
    /* ORDER ends.free: our reads of the slots before the producer's next write. */
    leat__stz_rel(&get->count, leat__end_count(get) + n);
    return n;
}

/* What one entry puts: *sent of n. As leat__put_room of the first that is
 * not, or LEAT_ECLOSED */
static int put_many(leat_chan *chan, const unsigned char *msgs, size_t n,
                    size_t *sent, leat__seg **fresh)
{
    size_t done = 0;
    int rc = LEAT_ECLOSED;
    /* closed meanwhile: the closer waits until we are outside, as for one message */
    if (!leat__chan_is(chan, LEAT__CHAN_CLOSED))
        while (done < n && (rc = leat__put_room(chan, fresh)) == 0)
            done += put_run(chan, msgs + done * chan->msg_bytes, n - done);
    leat__count_put(chan);
    *sent = done;
    return rc;
}

ptrdiff_t leat__ends_send_many(leat_chan *chan, const void *msgs, size_t n)
{
    const unsigned char *bytes = msgs;
    leat__seg *fresh = NULL;
    size_t done = 0;
    bool again;
    int rc;
    do {
        size_t sent;
        leat__end_enter(chan, LEAT__SEND);
        rc = put_many(chan, bytes + done * chan->msg_bytes,
                      part_of(chan, LEAT__SEND, n - done), &sent, &fresh);
        bool wake =
            sent > 0 && leat__end_must_wake(chan, LEAT__SEND, chan->put.shared);
        leat__end_leave(&chan->put);
        done += sent;
        if (wake)
            leat__ends_wake(chan); /* which may make room */
        if (rc > 0) {              /* outside, as for one message */
            fresh = leat__seg_new(chan);
            rc = fresh != NULL ? 0 : LEAT_ENOMEM;
        }
        again = rc == 0 || (rc == LEAT_EAGAIN && wake);
    } while (again && done < n);
    if (fresh != NULL)
        leat__seg_retire(chan, fresh);
    return done > 0 ? (ptrdiff_t)done : rc;
}

static size_t get_many(leat_chan *chan, unsigned char *msgs, size_t max,
                       leat__leavings *left)
{
    size_t done = 0;
    while (done < max && leat__get_ready(chan)) {
        if (!chan->bounded && leat__get_at_end(chan))
            leat__get_follow(chan, left);
        done += get_run(chan, msgs + done * chan->msg_bytes, max - done);
    }
    return done;
}

ptrdiff_t leat__ends_recv_many(leat_chan *chan, void *msgs, size_t max)
{
    unsigned char *bytes = msgs;
    size_t done = 0;
    bool again;
    bool sealed;
    do {
        leat__leavings left;
        leat__leavings_init(&left);
        leat__get_enter(chan);
        if (leat__chan_is(chan, LEAT__CHAN_ABORTED)) {
            leat__end_leave(&chan->get);
            leat__ends_discard(chan);
            return done > 0 ? (ptrdiff_t)done : LEAT_ECLOSED;
        }
        size_t part = part_of(chan, LEAT__RECV, max - done);
        sealed = leat__chan_is(chan, LEAT__CHAN_SEALED);
        /* I5: all there is, if sealed */
        size_t got =
            get_many(chan, bytes + done * chan->msg_bytes, part, &left);
        bool wake =
            got > 0 && leat__end_must_wake(chan, LEAT__RECV, chan->get.shared);
        leat__end_leave(&chan->get);
        leat__ends_settle(chan, &left);
        done += got;
        if (wake)
            leat__ends_wake(chan); /* those who waited for room put theirs in */
        again = got == part || wake;
    } while (again && done < max);
    if (done > 0)
        return (ptrdiff_t)done;
    return sealed ? LEAT_ECLOSED : LEAT_EAGAIN;
}
