/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* tally.h - what the histories of a run contained. A check that never meets two
 * calls at once checks nothing, so it says what it met. */
#ifndef LEAT_HISTORY_TALLY_H
#define LEAT_HISTORY_TALLY_H

#include "checker.h"

/* X(name, text) */
#define TALLY_MAP(X)                                                           \
    X(calls, "calls")                                                          \
    X(overlaps, "pairs of calls at once")                                      \
    X(overlapped, "histories with any")                                        \
    X(looked_at, "configurations searched")                                    \
    X(sends_waited, "sends that waited and were done")                         \
    X(recvs_waited, "receives that waited and were done")                      \
    X(cancelled, "waits cancelled under way")                                  \
    X(timed_out, "waits timed out")                                            \
    X(closed, "waits closed under way")                                        \
    X(refused, "tries refused")                                                \
    X(refused_at_once, "tries refused beside a call of the other end")         \
    X(overtaken, "histories explained only out of the order of ends")          \
    X(discarded, "messages discarded")                                         \
    X(batched, "batches of more than one message")                             \
    X(cut_short, "batches that did not come to their end")                     \
    X(peeked, "messages peeked at")                                            \
    X(committed, "messages written in place")                                  \
    X(borrowed, "messages read in place")                                      \
    X(put_back, "messages put back")                                           \
    X(dropped, "sends and reservations that dropped a message")                \
    X(displaced, "messages displaced by force")                                \
    X(aborted, "aborts that discarded, or marked")                             \
    X(revived, "owners from the view")                                         \
    X(gone, "views of a half that is gone")

struct tally {
    unsigned histories;
#define TALLY_FIELD(name, text) unsigned name;
    TALLY_MAP(TALLY_FIELD)
#undef TALLY_FIELD
};

/* pre: the verdict is fine */
void tally_add(struct tally *tally, const struct history *history,
               const struct verdict *verdict);

void tally_print(const struct tally *tally);

#endif
