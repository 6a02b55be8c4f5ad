/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* source.h - what a case of a select stands on: the seam between select and the nouns.
 *
 * Whatever can be waited for beside other things gives a table of these four functions,
 * and a constructor that puts the table into a leat_case (leat__case_of). Select needs
 * to know no more; a noun below src/select in the layers can have a case.
 *
 *     try     do it, if that needs no waiting
 *     arm     else be told when it might be possible
 *     leave   and be told no longer
 *     due_ns  and when by itself, by the passing of time alone
 *
 * The rule that makes select simple: to arm moves nothing. If something might be
 * possible by now arm says so, and enlists nothing; the select, which waits at other
 * places already, first makes sure that none of them has won (it claims its own wait) and
 * then tries. So at most one thing is ever done: by the event that claims the wait, or
 * by a try of a select that waits nowhere.
 *
 * An event that finds the node and wins the wait (leat__wait_claim, under the place's
 * lock) may do the thing for the select, as a sender does that hands its message
 * over, and leaves the outcome in the node for `leave`; or it may only wake it, and then
 * the select tries again. It completes the wait holding no lock. */
#ifndef LEAT_PARK_SOURCE_H
#define LEAT_PARK_SOURCE_H

#include "park/wait.h"
#include <leat/err.h>
#include <leat/select.h>
#include <stdalign.h>

typedef struct leat_source_ {
    /* Do it without waiting. returns 0 or a code: done; LEAT_EAGAIN: it would have to
     * wait, nothing done */
    int (*attempt)(leat_case *it);
    /* How many of the n cases from here on have to wait, as far as they are of this source: a
     * look at each, until one might be done. NULL: none; a try tells */
    size_t (*skip)(leat_case *it, size_t n);
    /* Put the node (leat__case_node) to its place for this wait, which is not sole; in
     * one step with the finding that it must wait. What the same wait has at the place
     * does not count. hint: be told only; nobody may do the thing for us.
     * returns LEAT_EAGAIN: enlisted, or there is nothing but due_ns to wait for; 0: try
     *         now, not enlisted */
    int (*arm)(leat_case *it, leat__wait *wait, bool hint);
    /* Take the node out, wherever the winner has not. After a claim of the wait's owner,
     * or when the wait is complete.
     * returns what the winner has done there: 0 or a code; LEAT_EAGAIN: nothing */
    int (*leave)(leat_case *it);
    /* When to try, though no event comes; INT64_MAX: never. NULL: never. */
    int64_t (*due_ns)(leat_case *it);
    /* Is a hint not enough: each side is possible only when the other is in line, or it
     * is due by time? NULL: only if there is a due_ns. */
    bool (*meets)(const leat_case *it);
    /* Are some tries worth it before parking? They are cheap then. NULL: no. */
    bool (*lingers)(const leat_case *it);
    /* For promises: the case is in a call from now on; no longer. NULL: nothing. */
    void (*begin)(leat_case *it, const leat__wait *wait);
    void (*end)(leat_case *it);
    bool polls; /* a descriptor: it is watched by poll while the select waits */
} leat__source;

/* A case of this source; object NULL: off. */
static inline leat_case leat__case_of(const leat__source *source, void *object)
{
    leat_case it = {0};
    it.source_ = object != NULL ? source : NULL;
    it.object_ = object;
    return it;
}

/* The node's storage: LEAT_CASE_BYTES_, aligned for int64_t and pointers. It stays
 * where it is from arm to leave. */
static inline void *leat__case_node(leat_case *it)
{
    return it->place_.bytes_;
}

#define LEAT__CASE_FITS(node)                                                  \
    _Static_assert(sizeof(node) <= LEAT_CASE_BYTES_ &&                         \
                       alignof(node) <= alignof(leat_case),                    \
                   "the node does not fit a case")

#endif
