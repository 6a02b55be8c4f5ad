/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* mix.h - what a busy client asks for: a random but repeatable mix of commands.
 *
 * It remembers up to MIX_KNOWN_MAX tickets and asks for those, mostly; as many
 * are deleted as inserted, so the desk stays as large as it is, however long the
 * mix goes on. */
#ifndef TICKETDESK_MIX_H
#define TICKETDESK_MIX_H

#include "proto.h"
#include "rng.h"

#define MIX_KNOWN_MAX 1024

struct mix {
    struct rng rng;
    int64_t fresh_id; /* the next ticket's */
    int64_t fresh_step;
    uint32_t known_count;
    int64_t known[MIX_KNOWN_MAX];
};

/* Clients of one run have different index below `clients`, and so other choices
 * and other fresh ids. */
void mix_init(struct mix *mix, uint64_t seed, unsigned index, unsigned clients);

/* There is a ticket of this id. */
void mix_learn(struct mix *mix, int64_t id);

/* Fill in the next command; tag and reply_to are left alone. */
void mix_next(struct mix *mix, struct request *request);

#endif
