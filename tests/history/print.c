/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* print.c - a history for people: what each call was and when, and why there is no
 * order that explains it. */
#include "checker.h"

#include <stdarg.h>
#include <string.h>

/* ---- a call in words ----------------------------------------------------------- */

struct text {
    char buf[160];
    size_t used;
};

static void add(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add(struct text *text, const char *format, ...)
{
    size_t room = sizeof text->buf - text->used;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text->buf + text->used, room, format, args);
    va_end(args);
    if (n > 0)
        text->used += (size_t)n < room ? (size_t)n : room - 1;
}

static void add_given(struct text *text, const struct call *call)
{
    static const char *const until[] = {"nowait", "past", "soon", "forever"};
    unsigned shape = kinds[call->kind].shape;
    const char *comma = "";
    add(text, "%s(", kinds[call->kind].name);
    if ((shape & TAKES_MSG) != 0)
        add(text, "m%u", call->msg), comma = ", ";
    if ((shape & (TAKES_MSG | MANY)) == (TAKES_MSG | MANY))
        add(text, " to m%d", call->msg + call->asked - 1);
    if ((shape & (GIVES_MSG | MANY)) == (GIVES_MSG | MANY))
        add(text, "up to %u", call->asked), comma = ", ";
    if ((shape & TAKES_REASON) != 0)
        add(text, "%d", call->reason);
    if ((shape & TAKES_UNTIL) != 0)
        add(text, "%s%s", comma, until[call->patience]), comma = ", ";
    if (call->token != 0)
        add(text, "%stoken %u", comma, call->token);
    add(text, ")");
}

static void add_got(struct text *text, const struct call *call)
{
    unsigned shape = kinds[call->kind].shape;
    if (call->ended == 0)
        add(text, " has not returned");
    else if (call_received(call) > 0)
        for (unsigned i = 0; i < call_received(call); i++)
            add(text, "%sm%u", i == 0 ? " = " : " ", call_got(call, i));
    else if (call->kind == PEEK && call->answer == 0)
        add(text, " = m%u", call->msg);
    else if ((shape & GIVES_CODE) != 0 && call->answer < 0)
        add(text, " = %s", leat_err_name(call->answer));
    else if ((shape & (GIVES_CODE | GIVES_NUMBER)) != 0)
        add(text, " = %d", call->answer);
    else if ((shape & GIVES_TRUTH) != 0)
        add(text, " = %s", call->answer != 0 ? "true" : "false");
    if (call->displaced != 0)
        add(text, "; displaced m%u", call->displaced);
    for (unsigned d = 0; d < call->discards; d++)
        add(text, "%sm%u", d == 0 ? "; discarded " : " ", call->discarded[d]);
    if (call->flaw != NULL)
        add(text, "; %s", call->flaw);
}

static struct text in_words(const struct call *call)
{
    struct text text = {.used = 0};
    add_given(&text, call);
    add_got(&text, call);
    return text;
}

/* ---- the calls, by their beginnings ----------------------------------------------- */

static const struct call *next_to_begin(const struct history *history,
                                        uint32_t after)
{
    const struct call *next = NULL;
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++) {
            const struct call *call = &history->call[t][i];
            if (call->began > after &&
                (next == NULL || call->began < next->began))
                next = call;
        }
    return next;
}

static uint32_t last_moment(const struct history *history)
{
    uint32_t last = 0;
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = 0; i < history->calls[t]; i++) {
            const struct call *call = &history->call[t][i];
            if (call->began > last)
                last = call->began;
            if (call->ended > last)
                last = call->ended;
        }
    return last;
}

/* A picture of the interval: a column for each moment, drawn with the number of the
 * thread. */
static void print_bar(FILE *out, const struct call *call, uint32_t last)
{
    enum { WIDE = 64 };
    if (last > WIDE)
        return;
    for (uint32_t moment = 1; moment <= last; moment++) {
        bool inside = moment >= call->began &&
                      (call->ended == 0 || moment <= call->ended);
        fputc(inside ? '0' + call->thread : '.', out);
    }
    fputc(' ', out);
}

static void print_calls(FILE *out, const struct history *history)
{
    uint32_t last = last_moment(history);
    const struct call *call = next_to_begin(history, 0);
    for (; call != NULL; call = next_to_begin(history, call->began)) {
        fprintf(out, "  thread %u  %3u ..", call->thread, call->began);
        if (call->ended != 0)
            fprintf(out, "%3u  ", call->ended);
        else
            fprintf(out, "     ");
        print_bar(out, call, last);
        fprintf(out, "%s\n", in_words(call).buf);
    }
}

/* ---- how far the longest order came ------------------------------------------------- */

static void print_path(FILE *out, const struct history *history,
                       const struct verdict *verdict)
{
    fprintf(out, "  The longest order that explains what it covers:\n");
    for (unsigned i = 0; i < verdict->steps; i++) {
        const struct taken *taken = &verdict->path[i];
        const struct call *call = &history->call[taken->thread][taken->call];
        fprintf(out, "    thread %u  %s%s\n", taken->thread, in_words(call).buf,
                taken->phase == OVER ? "" : " (a first step)");
    }
}

static void print_state(FILE *out, const struct state *state)
{
    fprintf(out, "  Behind it the channel is %s",
            !state->refuses ? "open"
            : state->sealed ? "closed"
                            : "being closed");
    fprintf(out, "%s, with %u senders and %u receivers, and holds:",
            state->aborted ? " and aborted" : "", state->owners[TX],
            state->owners[RX]);
    for (unsigned i = 0; i < state->len; i++)
        fprintf(out, " m%u", state->queue[i]);
    fprintf(out, "%s", state->len == 0 ? " nothing" : "");
    if (state->held > 0)
        fprintf(out, "; cells in other hands: %u", state->held);
    fprintf(out, "\n");
}

/* Among the calls that are not over, the first to end behind `after`. */
static const struct call *next_to_end(const struct history *history,
                                      const struct config *config,
                                      uint32_t after)
{
    const struct call *next = NULL;
    for (unsigned t = 0; t < history->threads; t++) {
        const struct call *call = checker_call(history, config, t);
        if (call != NULL && call->ended > after &&
            (next == NULL || call->ended < next->ended))
            next = call;
    }
    return next;
}

/* First the call that ended first: it is what has to be explained. */
static void print_obstacles(FILE *out, const struct history *history,
                            const struct config *config)
{
    uint32_t limit = checker_limit(history, config);
    struct moment at = {history, config, limit};
    const struct call *call = next_to_end(history, config, 0);
    fprintf(out, "  Nothing can be next:\n");
    for (; call != NULL; call = next_to_end(history, config, call->ended)) {
        struct config next = *config;
        uint8_t *phase = &next.phase[call->thread];
        const char *why = model_step(&at, call, &next.state, phase);
        fprintf(out, "    thread %u  %s: ", call->thread, in_words(call).buf);
        if (call->began > limit)
            fprintf(out, "begins when another of these has returned\n");
        else
            fprintf(out, "%s\n", why != NULL ? why : "leads nowhere");
    }
}

void history_print(FILE *out, const struct history *history,
                   const struct verdict *verdict)
{
    uint32_t promises = history->promises & BOTH;
    static const char *const policy[] = {"block", "fail", "drop oldest",
                                         "drop newest", "conflate"};
    fprintf(out, "  capacity ");
    if (history->cap == LEAT_UNBOUNDED)
        fprintf(out, "unbounded");
    else
        fprintf(out, "%zu", history->cap);
    if (history->policy != LEAT_POLICY_BLOCK)
        fprintf(out, ", policy: %s", policy[history->policy]);
    if ((history->promises & LEAT_IN_PLACE) != 0)
        fprintf(out, ", in place");
    fprintf(out,
            ", promises: %s, %u queued at the start, %u senders, "
            "%u receivers\n",
            promises == BOTH                   ? "both"
            : promises == LEAT_SINGLE_PRODUCER ? "single producer"
            : promises == LEAT_SINGLE_CONSUMER ? "single consumer"
                                               : "none",
            history->prefilled, history->owners[TX], history->owners[RX]);
    print_calls(out, history);
    if (verdict == NULL ||
        checker_limit(history, &verdict->stuck) == UINT32_MAX)
        return;
    print_path(out, history, verdict);
    print_state(out, &verdict->stuck.state);
    print_obstacles(out, history, &verdict->stuck);
}
