/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* checker.c - is there an order of steps that explains a history?
 *
 * Idea. Wing and Gong ("Testing and verifying concurrent objects", 1993): try as
 * the next step each call that could be next, that is, one that began before any of
 * those that are left has ended; go on behind it, and come back if that leads
 * nowhere. Lowe ("Testing for linearizability", 2017) remembers where the search
 * has been: the same steps taken, in whatever order, to the same state of the
 * channel lead nowhere a second time either. A thread makes its calls one after the
 * other, so "which steps are taken" is one number a thread.
 *
 * Before the search the fates are counted: a message that came twice, or never, is
 * better said in one sentence than as an order that there is not. */
#include "checker.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- what has been seen ----------------------------------------------------------- */

/* An open table; an entry counts if it is of this search. */
struct seen {
    uint32_t search;
    struct config config;
};

static struct {
    struct seen *entry;
    size_t size; /* a power of two */
    size_t used;
    uint32_t search;
} memo;

_Static_assert(_Alignof(struct config) == 1,
               "a config is compared byte by byte, so it has no padding");

static uint64_t hash_of(const struct config *config)
{
    const unsigned char *byte = (const unsigned char *)config;
    size_t n = offsetof(struct config, state.queue) + config->state.len;
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

/* The entry of this config, or the free one where it goes. */
static struct seen *memo_find(const struct config *config)
{
    size_t i = hash_of(config);
    for (;; i++) {
        struct seen *entry = &memo.entry[i & (memo.size - 1)];
        if (entry->search != memo.search ||
            memcmp(&entry->config, config, sizeof *config) == 0)
            return entry;
    }
}

static void memo_resize(size_t size)
{
    struct seen *old = memo.entry;
    size_t n = memo.size;
    memo.entry = calloc(size, sizeof *memo.entry);
    memo.size = size;
    if (memo.entry == NULL) {
        fprintf(stderr, "history: no memory for a search\n");
        abort();
    }
    for (size_t i = 0; i < n; i++)
        if (old[i].search == memo.search)
            *memo_find(&old[i].config) = old[i];
    free(old);
}

static void memo_begin(void)
{
    memo.search++;
    memo.used = 0;
    if (memo.size == 0)
        memo_resize(1024);
}

/* false: the search has been there. */
static bool memo_add(const struct config *config)
{
    if (memo.used * 2 >= memo.size)
        memo_resize(memo.size * 2);
    struct seen *entry = memo_find(config);
    if (entry->search == memo.search)
        return false;
    entry->search = memo.search;
    entry->config = *config;
    memo.used++;
    return true;
}

/* ---- the search ---------------------------------------------------------------------- */

struct search {
    const struct history *history;
    struct verdict *verdict;
    unsigned depth;
    struct taken path[PATH];
};

const struct call *checker_call(const struct history *history,
                                const struct config *config, unsigned thread)
{
    unsigned at = config->at[thread];
    return at < history->calls[thread] ? &history->call[thread][at] : NULL;
}

uint32_t checker_limit(const struct history *history,
                       const struct config *config)
{
    uint32_t limit = UINT32_MAX;
    for (unsigned t = 0; t < history->threads; t++) {
        const struct call *call = checker_call(history, config, t);
        if (call != NULL && call->ended < limit)
            limit = call->ended;
    }
    return limit;
}

static void keep_longest(struct search *search, const struct config *config)
{
    struct verdict *verdict = search->verdict;
    if (search->depth < verdict->steps)
        return;
    verdict->steps = search->depth;
    verdict->stuck = *config;
    memcpy(verdict->path, search->path, search->depth * sizeof *search->path);
}

/* The threads that have a step to take, in the order in which their calls ended:
 * most of the time that is the order. */
static unsigned by_end(const struct history *history,
                       const struct config *config, unsigned *order)
{
    unsigned n = 0;
    for (unsigned t = 0; t < history->threads; t++) {
        const struct call *call = checker_call(history, config, t);
        if (call == NULL)
            continue;
        unsigned i = n++;
        for (; i > 0; i--) {
            const struct call *before =
                checker_call(history, config, order[i - 1]);
            if (before->ended < call->ended)
                break;
            order[i] = order[i - 1];
        }
        order[i] = t;
    }
    return n;
}

static bool explain(struct search *search, const struct config *config)
{
    const struct history *history = search->history;
    struct moment at = {history, config, checker_limit(history, config)};
    unsigned order[THREADS];
    keep_longest(search, config);
    if (at.limit == UINT32_MAX)
        return true;
    if (!memo_add(config))
        return false;
    unsigned n = by_end(history, config, order);
    for (unsigned i = 0; i < n; i++) {
        unsigned t = order[i];
        const struct call *call = checker_call(history, config, t);
        struct config next = *config;
        if (call->began > at.limit ||
            model_step(&at, call, &next.state, &next.phase[t]) != NULL)
            continue;
        search->path[search->depth++] =
            (struct taken){(uint8_t)t, config->at[t], next.phase[t]};
        if (next.phase[t] == OVER) {
            next.phase[t] = 0;
            next.at[t]++;
        }
        if (explain(search, &next))
            return true;
        search->depth--;
    }
    return false;
}

/* ---- fates ------------------------------------------------------------------------------ */

static bool no(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static bool no(struct verdict *verdict, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(verdict->why, sizeof verdict->why, format, args);
    va_end(args);
    return false;
}

struct fate {
    bool queued;    /* at the start, or its send returned 0 */
    bool tried;     /* its send returned something else */
    uint8_t got;    /* receives that got it */
    uint8_t hooked; /* times that the hook got it */
    uint8_t forced; /* times that a force displaced it */
};

/* How many messages a send was given. */
static unsigned call_tried(const struct call *call)
{
    if (kinds[call->kind].need != TO_SEND || call->kind == RESERVE ||
        call->kind == UNRESERVE)
        return 0;
    return call->kind == SEND_MANY ? call->asked : 1;
}

static void count_fates(const struct history *history, struct fate *fate)
{
    for (unsigned m = 1; m <= history->prefilled; m++)
        fate[m].queued = true;
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++) {
            const struct call *call = &history->call[t][i];
            for (unsigned k = 0; k < call_sent(call); k++)
                fate[(call->msg + k) % MSGS].queued = true;
            for (unsigned k = call_sent(call); k < call_tried(call); k++)
                fate[(call->msg + k) % MSGS].tried = true;
            for (unsigned k = 0; k < call_received(call); k++)
                fate[call_got(call, k) % MSGS].got++;
            if (call->kind == UNBORROW) /* as if it had not been borrowed */
                fate[call->msg % MSGS].got--;
            if (call->kind == FORCE && call->answer == 1)
                fate[call->displaced % MSGS].forced++;
            for (unsigned d = 0; d < call->discards; d++)
                fate[call->discarded[d] % MSGS].hooked++;
        }
}

static bool last_receiver_left(const struct history *history)
{
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++)
            if (history->call[t][i].kind == RX_DROP &&
                history->call[t][i].answer != 0)
                return true;
    return false;
}

static bool fates_are_fine(const struct history *history,
                           struct verdict *verdict)
{
    struct fate fate[MSGS] = {{0}};
    bool ended = last_receiver_left(history);
    count_fates(history, fate);
    for (unsigned m = 0; m < MSGS; m++) {
        const struct fate *own = &fate[m];
        unsigned came = 0u + own->got + own->hooked + own->forced;
        if (came > 0 && !own->queued)
            return no(verdict, "m%u came, and %s", m,
                      own->tried ? "its send had failed" : "nobody sent it");
        if (own->got > 1)
            return no(verdict, "m%u was received %u times", m, own->got);
        if (own->hooked > 1)
            return no(verdict, "m%u was discarded %u times", m, own->hooked);
        if (own->forced > 1)
            return no(verdict, "m%u was displaced %u times", m, own->forced);
        if (came > 1)
            return no(verdict, "m%u was %s, and %s too", m,
                      own->got > 0 ? "received" : "displaced",
                      own->hooked > 0 ? "discarded" : "displaced");
        if (own->queued && came == 0 && ended)
            return no(verdict,
                      "m%u is lost: it was sent, and neither received "
                      "nor discarded nor displaced",
                      m);
    }
    return true;
}

/* Does the hook ever run in such a call? */
static bool may_discard(const struct history *history, enum kind_id kind)
{
    switch (kind) {
    case SEND:
        return history->policy != LEAT_POLICY_BLOCK &&
               history->policy != LEAT_POLICY_FAIL;
    case RESERVE:
        return history->policy == LEAT_POLICY_DROP_OLDEST ||
               history->policy == LEAT_POLICY_CONFLATE;
    case RX_DROP:
    case RX_ABORT:
    case RECV:
    case RECV_MANY:
    case DRAIN:
    case PEEK:
    case UNBORROW:
        return true;
    default:
        return false;
    }
}

static bool calls_are_fine(const struct history *history,
                           struct verdict *verdict)
{
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++) {
            const struct call *call = &history->call[t][i];
            if (call->flaw != NULL)
                return no(verdict, "thread %u, %s: %s", t,
                          kinds[call->kind].name, call->flaw);
            if (call->discards > 0 && !may_discard(history, call->kind))
                return no(verdict, "thread %u, %s: the hook ran in it", t,
                          kinds[call->kind].name);
        }
    return true;
}

void check(const struct history *history, struct verdict *verdict)
{
    static struct search search;
    struct config config = {0};
    search.history = history;
    search.verdict = verdict;
    search.depth = 0;
    verdict->why[0] = '\0';
    verdict->steps = 0;
    memo_begin();
    model_begin(history, &config.state);
    bool fine = explain(&search, &config);
    verdict->looked_at = (unsigned)memo.used;
    if (!fine)
        no(verdict, "no order of these calls explains what they returned");
    /* these say more, and are looked at even if there is an order */
    verdict->fine = calls_are_fine(history, verdict) &&
                    fates_are_fine(history, verdict) && fine;
}
