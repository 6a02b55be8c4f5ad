/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* tally.c - what the histories of a run contained. See tally.h.
 *
 * That a call waited is not written down anywhere; it is counted where the history
 * proves it: what it waited for began after the call. */
#include "tally.h"

typedef void each_fn(struct tally *tally, const struct history *history,
                     const struct call *call);

static void for_each(struct tally *tally, const struct history *history,
                     each_fn *fn)
{
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++)
            fn(tally, history, &history->call[t][i]);
}

static bool overlap(const struct call *a, const struct call *b)
{
    return a->began < b->ended && b->began < a->ended;
}

static unsigned beside(const struct history *history, const struct call *call,
                       enum kind_id kind)
{
    unsigned n = 0;
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++) {
            const struct call *other = &history->call[t][i];
            n += t != call->thread && overlap(call, other) &&
                 (kind == KINDS || other->kind == kind);
        }
    return n;
}

/* The first beginning of a call that closes, or that fires `token`. */
static uint32_t first_end(const struct history *history, unsigned token)
{
    uint32_t first = UINT32_MAX;
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++) {
            const struct call *call = &history->call[t][i];
            bool closes = (call->kind >= TX_CLOSE && call->kind <= RX_ABORT) ||
                          ((call->kind == TX_DROP || call->kind == RX_DROP) &&
                           call->answer != 0);
            bool fires = call->kind == FIRE && call->token == token;
            if ((token == 0 ? closes : fires) && call->began < first)
                first = call->began;
        }
    return first;
}

static void add_transfer(struct tally *tally, const struct history *history,
                         const struct call *call)
{
    bool sends = kinds[call->kind].need == TO_SEND;
    enum kind_id other = sends ? RECV : SEND;
    bool waits = call->patience != NOWAIT && call->patience != PAST;
    switch (call->answer) {
    case LEAT_EAGAIN:
        tally->refused++;
        tally->refused_at_once += beside(history, call, other) > 0;
        break;
    case LEAT_ETIMEDOUT:
        tally->timed_out += waits;
        break;
    case LEAT_ECANCELED:
        tally->cancelled +=
            waits && first_end(history, call->token) > call->began;
        break;
    case LEAT_ECLOSED:
        tally->closed += waits && first_end(history, 0) > call->began;
        break;
    default:
        break;
    }
}

static void add_call(struct tally *tally, const struct history *history,
                     const struct call *call)
{
    unsigned others = beside(history, call, KINDS);
    tally->calls++;
    tally->overlaps += others; /* each pair from both sides: halved below */
    tally->discarded += call->discards;
    switch (call->kind) {
    case SEND_MANY:
    case RECV_MANY:
    case DRAIN:
        tally->batched += call->answer > 1;
        tally->cut_short += call->answer > 0 && call->answer < call->asked;
        add_transfer(tally, history, call);
        break;
    case PEEK:
        tally->peeked += call->answer == 0;
        break;
    case COMMIT:
        tally->committed += call->answer == 0;
        break;
    case BORROW:
        tally->borrowed += call->answer == 0;
        add_transfer(tally, history, call);
        break;
    case UNBORROW:
        tally->put_back++;
        break;
    case FORCE:
        tally->displaced += call->answer == 1;
        break;
    case SEND:
    case RESERVE:
        tally->dropped += call->discards;
        add_transfer(tally, history, call);
        break;
    case RECV:
        add_transfer(tally, history, call);
        break;
    case RX_ABORT:
        tally->aborted += call->discards > 0 ||
                          (history->promises & (BOTH | LEAT_IN_PLACE)) == BOTH;
        break;
    case CHAN_TX:
    case CHAN_RX:
        tally->revived += call->answer != 0;
        tally->gone += call->answer == 0;
        break;
    default:
        break;
    }
}

/* ---- along the order that explains it ----------------------------------------------- */

/* Messages, oldest first: who put them in, and who took them out. */
struct stream {
    const struct call *in[MSGS];
    const struct call *out[MSGS];
    unsigned ins;
    unsigned outs;
};

static void add_waits(struct tally *tally, const struct history *history,
                      const struct stream *stream)
{
    for (unsigned i = 0; i < stream->ins; i++) {
        const struct call *send = stream->in[i];
        const struct call *recv = i < stream->outs ? stream->out[i] : NULL;
        if (send == NULL)
            continue; /* it was there at the start */
        if (recv != NULL && call_received(recv) > 0 &&
            recv->began < send->began)
            tally->recvs_waited++;
        const struct call *room =
            i >= history->cap && i - history->cap < stream->outs
                ? stream->out[i - history->cap]
                : NULL;
        if (room != NULL && room->began > send->began)
            tally->sends_waited++;
    }
}

/* How many messages of a call have moved when it is in this phase. */
static unsigned moved(const struct call *call, uint8_t phase)
{
    unsigned most = call_sent(call) + call_received(call);
    unsigned n = call_sent(call) > 0 ? phase / PUT_PHASES : phase;
    if (phase == OVER || ((kinds[call->kind].shape & MANY) != 0 && n > most))
        return most;
    return (kinds[call->kind].shape & MANY) != 0 ? n : 0;
}

static void add_order(struct tally *tally, const struct history *history,
                      const struct verdict *verdict)
{
    struct stream stream = {.ins = history->prefilled};
    unsigned before[THREADS] = {0}; /* messages that the call has moved */
    uint32_t latest = 0;
    bool overtaken = false;
    for (unsigned i = 0; i < verdict->steps; i++) {
        const struct taken *taken = &verdict->path[i];
        const struct call *call = &history->call[taken->thread][taken->call];
        bool last = taken->phase == OVER;
        unsigned now = moved(call, taken->phase);
        bool moves = now > before[taken->thread];
        before[taken->thread] = last ? 0 : now;
        if (moves && kinds[call->kind].need == TO_SEND)
            stream.in[stream.ins++] = call;
        else if (moves)
            stream.out[stream.outs++] = call;
        if (!last)
            continue;
        overtaken = overtaken || call->ended < latest;
        latest = call->ended > latest ? call->ended : latest;
        if (call->kind == UNBORROW)
            stream.outs--;
        if (call->kind == FORCE && call->answer == 1)
            stream.out[stream.outs++] = call;
        for (unsigned d = 0; d < call->discards; d++)
            stream.out[stream.outs++] = call;
    }
    tally->overtaken += overtaken;
    add_waits(tally, history, &stream);
}

void tally_add(struct tally *tally, const struct history *history,
               const struct verdict *verdict)
{
    struct tally one = {0};
    for_each(&one, history, add_call);
    add_order(&one, history, verdict);
    one.overlaps /= 2;
    one.overlapped = one.overlaps > 0;
    one.looked_at = verdict->looked_at;
    tally->histories++;
#define TALLY_ADD(name, text) tally->name += one.name;
    TALLY_MAP(TALLY_ADD)
#undef TALLY_ADD
}

void tally_print(const struct tally *tally)
{
#define TALLY_LINE(name, text) printf("%10u %s\n", tally->name, text);
    printf("%10u histories, each explained\n", tally->histories);
    TALLY_MAP(TALLY_LINE)
#undef TALLY_LINE
}
