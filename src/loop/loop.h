/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* loop.h - what stands behind a leat_loop and a leat_op.
 *
 * An op is started by the *driver*, the thread that drives the loop; it is ended by a
 * *completer*, any thread, or by the driver. Its way:
 *
 *     idle -> started -> a channel's queue -> completed -> ready -> idle, callback
 *                     \________ it was ready at once ______/
 *
 * `completed` is where completers leave ops; `ready` is the driver's own row of ops
 * whose outcome is known. loop.c has the invariants of both. */
#ifndef LEAT_LOOP_LOOP_H
#define LEAT_LOOP_LOOP_H

#include "base/heap.h"
#include "chan/op.h"
#include "os/os.h"
#include "park/clock.h"
#include "select/select.h"
#include <leat/loop.h>
#include <leat/op.h>
#include <stdalign.h>

/* A leat_op. It is one send or receive, or a select: each begins with its wait. */
typedef struct leat__started {
    uint32_t tag;
    bool is_started; /* until its callback */
    bool is_ready;   /* the outcome is rc, whatever became of op's wait */
    bool selects;    /* it is `select`, not `op` */
    int rc;
    int watch; /* of a select with descriptors that waits; -1: none */
    leat_loop *loop;
    leat_op_fn *fn;
    void *arg;
    union {
        leat__op op;
        leat__selection select;
    };
    leat__token *token;  /* of a send or receive; NULL: none */
    int64_t deadline_ns; /* when it gives up */
    /* in the loop's heap while it waits with one: the sooner of its own, its token's
     * and what is due at its channel or case */
    leat__heap_node deadline;
    void *next; /* in completed (see there), or in ready: NULL is the end */
} leat__started;

_Static_assert(offsetof(leat__op, wait) == 0 &&
                   offsetof(leat__selection, wait) == 0,
               "whoever is told finds the op by its wait");
_Static_assert(sizeof(leat_op) == LEAT_OP_BYTES_, "a leat_op has another size");
_Static_assert(sizeof(leat__started) <= sizeof(leat_op),
               "a leat_op is too small");
_Static_assert(alignof(leat__started) <= alignof(leat_op),
               "a leat_op is not aligned enough");

struct leat_loop {
    /* -- immutable after new ------------------------------------------------- */
    uint32_t tag;
    void *block; /* to be freed at the end; NULL: the memory is the caller's */
    void (*notify)(void *arg);
    void *notify_arg;
    leat__os_bell bell; /* if there is no notify */

    /* -- the driver's ---------------------------------------------------------- */
    bool dispatching; /* callbacks run */
    bool awake;       /* completed ends in the loop, not in NULL */
    bool rung;        /* by the driver, for itself, and not heard yet */
    size_t started;   /* ops that are */
    size_t watching;  /* of these, with a watch */
    leat__started *ready_first;
    leat__started *ready_last;
    size_t ready_count;
    leat__heap deadlines;
    int64_t armed_ns;    /* when the bell will ring by itself */
    leat__alarm alarm;   /* which the virtual clock sees to, when it is on */
    uint32_t rings_owed; /* notify: by completers, for chains taken */

    /* -- everybody's ------------------------------------------------------------ */
    alignas(LEAT__LINE_PAIR) leat__ap completed;
    leat__a32 rings_done; /* notify: calls of it by completers that are over */
#if LEAT_DEBUG
    leat__ap
        driver; /* a mark of the thread that is in a call of the driver's */
#endif
};

/* The loop or the op, if it is one; else aborts. */
leat_loop *leat__loop_check(leat_loop *loop);
leat__started *leat__started_check(const leat_op *op);

/* Around each call of the driver's: in debug builds a second driver at the same time
 * aborts. enter gives what leave wants. */
void *leat__loop_enter(leat_loop *loop);
void leat__loop_leave(leat_loop *loop, void *outer);

/* Its outcome is rc: to be told by dispatch. pre: it is started, nobody else will end
 * it, and it waits nowhere any more */
void leat__loop_make_ready(leat_loop *loop, leat__started *op, int rc);

/* The wait of a select is over, by its completion or by our own claim: its outcome is
 * made ready, or it waits again. */
void leat__started_settle(leat__started *op);

/* Its wait need not end for a descriptor any more. */
void leat__started_unwatch(leat__started *op);

/* For leat__wait: leaves the op in `completed`. */
void leat__loop_notify(leat__wait *wait);

/* For leat__alarm: makes the descriptor readable. */
void leat__loop_alarm(leat__alarm *alarm);

/* Let the bell follow the heap. pre: the driver; not while dispatching, which does it
 * in the end */
void leat__loop_arm(leat_loop *loop);

/* Is there anything to see to at this deadline? Takes the op out of the heap. */
static inline void leat__loop_forget_deadline(leat_loop *loop,
                                              leat__started *op)
{
    if (leat__heap_has(&loop->deadlines, &op->deadline))
        leat__heap_remove(&loop->deadlines, &op->deadline);
}

/* The call that a started op stands for is over. */
void leat__started_end(leat__started *op);

/* Its wait is over, it has left all places, and it is to look again: its token has a
 * sooner deadline (LEAT__WON_AGAIN), or something is done at its channel by the passing
 * of time. returns the outcome, or LEAT__PENDING: it waits on */
int leat__started_again(leat__started *op);

#endif
