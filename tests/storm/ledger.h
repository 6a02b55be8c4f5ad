/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ledger.h - the account of a storm's messages: every one has exactly one fate.
 *
 * Idea. Each message names its sender and its number. The ledger keeps one byte a
 * message; each party writes what it did and looks at what it found there:
 *
 *     NOT_MADE -> SENDING -> DELIVERED                 a receiver got it
 *                         -> DISCARDED                 the discard hook got it
 *                         -> RETURNED (-> SENDING)     the send failed
 *
 * The bytes are read and written relaxed, never exchanged: a stronger access would
 * order the very operations that are under test. Two deliveries at the same
 * instant may therefore both find SENDING; the totals, which each party counts for
 * itself, then differ, and the audit says so. */
#ifndef LEAT_STORM_LEDGER_H
#define LEAT_STORM_LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEDGER_SENDERS 24u
#define LEDGER_QUOTA   4096u /* messages of one sender in one episode, at most */
#define LEDGER_BYTES   104u  /* of a message, at most */

enum fate { NOT_MADE, SENDING, DELIVERED, RETURNED, DISCARDED };

struct ledger {
    uint32_t episode;
    size_t bytes;                  /* of a message, at least 8 */
    uint32_t made[LEDGER_SENDERS]; /* each its sender's, until the audit */
    _Atomic(uint8_t) fate[LEDGER_SENDERS][LEDGER_QUOTA];
};

/* How many messages met which fate. */
struct totals {
    uint64_t made;
    uint64_t delivered;
    uint64_t returned;
    uint64_t discarded;
};

/* Which message it is. */
struct msg_id {
    uint32_t sender;
    uint32_t seq;
};

/* What went wrong, with the whereabouts; aborts. (storm.c) */
_Noreturn void storm_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* Open the books. pre: the last episode was audited */
void ledger_open(struct ledger *ledger, uint32_t episode, size_t bytes);

/* Write the sender's next message to buf and book it as SENDING. */
uint32_t ledger_make(struct ledger *ledger, uint32_t sender, void *buf);

/* The send failed: the message must not have gone anywhere. */
void ledger_return(struct ledger *ledger, struct msg_id id);

/* The sender tries the returned message again. */
void ledger_retry(struct ledger *ledger, struct msg_id id);

/* The bytes in buf have arrived: check each of them, and book the fate. */
struct msg_id ledger_arrive(struct ledger *ledger, const void *buf,
                            enum fate fate);

/* The bytes in buf were shown, and stay where they are: check each of them. */
void ledger_inspect(struct ledger *ledger, const void *buf);

/* Everybody is done: no message is still SENDING, and, unless sends may drop some, of
 * one sender nothing was delivered behind something discarded. Returns the totals, to
 * compare with what the parties counted. */
struct totals ledger_audit(struct ledger *ledger, bool drops);

#endif
