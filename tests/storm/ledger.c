/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* ledger.c - see ledger.h. */
#include "ledger.h"

#include <string.h>

/* The first word of a message: sender, episode, number. */
static uint64_t word_of(const struct ledger *ledger, struct msg_id id)
{
    return (uint64_t)id.seq << 32 |
           (uint64_t)(ledger->episode & 0xffffffu) << 8 | id.sender;
}

/* The bytes behind the first word depend on it and on their place. */
static uint64_t filler(uint64_t word, size_t at)
{
    return (word + at) * UINT64_C(0x9e3779b97f4a7c15);
}

static void fill(unsigned char *buf, size_t bytes, uint64_t word)
{
    memcpy(buf, &word, sizeof word);
    for (size_t at = 8; at < bytes; at += 8) {
        uint64_t more = filler(word, at);
        memcpy(buf + at, &more, bytes - at < 8 ? bytes - at : 8);
    }
}

static const char *name_of(uint8_t fate)
{
    static const char *const names[] = {"not made", "being sent", "delivered",
                                        "returned", "discarded"};
    return fate <= DISCARDED ? names[fate] : "nonsense";
}

static uint8_t read_fate(struct ledger *ledger, struct msg_id id)
{
    return atomic_load_explicit(&ledger->fate[id.sender][id.seq],
                                memory_order_relaxed);
}

/* Move a message from one fate to the next; anything else found is the bug. */
static void move(struct ledger *ledger, struct msg_id id, enum fate from,
                 enum fate to)
{
    uint8_t found = read_fate(ledger, id);
    if (found != from)
        storm_fail("message %u of sender %u is now %s, but was %s already",
                   id.seq, id.sender, name_of((uint8_t)to), name_of(found));
    atomic_store_explicit(&ledger->fate[id.sender][id.seq], (uint8_t)to,
                          memory_order_relaxed);
}

void ledger_open(struct ledger *ledger, uint32_t episode, size_t bytes)
{
    for (uint32_t s = 0; s < LEDGER_SENDERS; s++) {
        for (uint32_t seq = 0; seq < ledger->made[s]; seq++)
            atomic_store_explicit(&ledger->fate[s][seq], NOT_MADE,
                                  memory_order_relaxed);
        ledger->made[s] = 0;
    }
    ledger->episode = episode;
    ledger->bytes = bytes;
}

uint32_t ledger_make(struct ledger *ledger, uint32_t sender, void *buf)
{
    struct msg_id id = {sender, ledger->made[sender]++};
    if (id.seq >= LEDGER_QUOTA)
        storm_fail("the storm itself is wrong: sender %u over quota", sender);
    fill(buf, ledger->bytes, word_of(ledger, id));
    move(ledger, id, NOT_MADE, SENDING);
    return id.seq;
}

void ledger_return(struct ledger *ledger, struct msg_id id)
{
    move(ledger, id, SENDING, RETURNED);
}

void ledger_retry(struct ledger *ledger, struct msg_id id)
{
    move(ledger, id, RETURNED, SENDING);
}

/* The message in buf, which must be one that was sent, in all its bytes. */
static struct msg_id read_message(const struct ledger *ledger, const void *buf,
                                  const char *happened)
{
    unsigned char whole[LEDGER_BYTES];
    uint64_t word;
    memcpy(&word, buf, sizeof word);
    struct msg_id id = {(uint32_t)(word & 0xff), (uint32_t)(word >> 32)};
    if (id.sender >= LEDGER_SENDERS || id.seq >= LEDGER_QUOTA ||
        word != word_of(ledger, id))
        storm_fail("a message that nobody sent was %s: %016llx", happened,
                   (unsigned long long)word);
    fill(whole, ledger->bytes, word);
    if (memcmp(whole, buf, ledger->bytes) != 0)
        storm_fail("message %u of sender %u was %s with other bytes than sent",
                   id.seq, id.sender, happened);
    return id;
}

struct msg_id ledger_arrive(struct ledger *ledger, const void *buf,
                            enum fate fate)
{
    struct msg_id id = read_message(ledger, buf, name_of((uint8_t)fate));
    move(ledger, id, SENDING, fate);
    return id;
}

void ledger_inspect(struct ledger *ledger, const void *buf)
{
    read_message(ledger, buf, "shown");
}

struct totals ledger_audit(struct ledger *ledger, bool drops)
{
    struct totals sum = {0};
    for (uint32_t s = 0; s < LEDGER_SENDERS; s++) {
        bool discarded = false;
        for (uint32_t seq = 0; seq < ledger->made[s]; seq++) {
            struct msg_id id = {s, seq};
            uint8_t fate = read_fate(ledger, id);
            sum.made++;
            sum.delivered += fate == DELIVERED;
            sum.returned += fate == RETURNED;
            sum.discarded += fate == DISCARDED;
            if (fate == SENDING)
                storm_fail("message %u of sender %u is lost: accepted, and "
                           "neither delivered nor discarded",
                           seq, s);
            discarded = discarded || fate == DISCARDED;
            if (discarded && fate == DELIVERED && !drops)
                storm_fail("message %u of sender %u was delivered though an "
                           "earlier one was discarded",
                           seq, s);
        }
    }
    return sum;
}
