/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_checker.c - the checker, with histories written by hand: what a channel can do
 * is explained, and what it cannot is not. */
#define _GNU_SOURCE 1
#include "checker.h"
#include "examples.h"

#include "t.h"

#include <string.h>

/* ---- histories as tables ---------------------------------------------------------- */

#define EXAMPLES ((int)(sizeof examples / sizeof *examples))

static const struct history *history_of(const struct example *example)
{
    static struct history history;
    history = (struct history){
        .cap = example->cap,
        .promises = example->promises,
        .policy = example->policy,
        .prefilled = example->prefilled,
        .owners = {example->owners[TX], example->owners[RX]},
        .threads = THREADS,
    };
    for (unsigned i = 0; i < MOST && example->call[i].ended != 0; i++) {
        unsigned t = example->call[i].thread;
        history.call[t][history.calls[t]++] = example->call[i];
    }
    return &history;
}

/* What the checker has to say about an example, for who has to mend it. */
static void wrong(const struct example *example, const struct history *history,
                  const struct verdict *verdict)
{
    fprintf(stderr, "example %s: %s\n", example->name,
            verdict->fine ? "explained" : verdict->why);
    history_print(stderr, history, verdict->fine ? NULL : verdict);
    ck_abort_msg("example %s", example->name);
}

START_TEST(examples_get_their_verdict)
{
    const struct example *example = &examples[_i];
    const struct history *history = history_of(example);
    static struct verdict verdict;
    check(history, &verdict);
    bool right = example->why == NULL
                     ? verdict.fine
                     : !verdict.fine && strstr(verdict.why, example->why);
    if (!right)
        wrong(example, history, &verdict);
}
END_TEST

/* ---- against a search that remembers nothing ---------------------------------------- */

static bool explained(const struct history *history,
                      const struct config *config)
{
    uint32_t limit = UINT32_MAX;
    for (unsigned t = 0; t < history->threads; t++)
        for (unsigned i = config->at[t]; i < history->calls[t]; i++)
            if (history->call[t][i].ended < limit)
                limit = history->call[t][i].ended;
    if (limit == UINT32_MAX)
        return true;
    for (unsigned t = 0; t < history->threads; t++) {
        if (config->at[t] == history->calls[t])
            continue;
        struct config next = *config;
        const struct call *call = &history->call[t][next.at[t]];
        struct moment at = {history, config, limit};
        if (call->began > limit ||
            model_step(&at, call, &next.state, &next.phase[t]) != NULL)
            continue;
        if (next.phase[t] == OVER) {
            next.phase[t] = 0;
            next.at[t]++;
        }
        if (explained(history, &next))
            return true;
    }
    return false;
}

/* A call that returns anything: some of these histories are possible. */
static struct call any_call(t_rand *dice, uint8_t *msgs)
{
    static const enum kind_id some[] = {SEND, SEND, SEND,     RECV, RECV,
                                        RECV, LEN,  TX_CLOSE, FIRE, RX_ABORT};
    struct call call = {.kind = some[t_below(dice, 10)]};
    call.patience = (enum patience)t_below(dice, 4);
    call.token = call.kind == FIRE ? 1 : (uint8_t)t_below(dice, 2);
    switch (call.kind) {
    case SEND:
        call.msg = ++*msgs;
        break;
    case RECV:
        call.msg = (uint8_t)(1 + t_below(dice, 3));
        break;
    case LEN:
        call.answer = (int)t_below(dice, 3);
        break;
    default:
        break;
    }
    bool moves = call.kind == SEND || call.kind == RECV;
    if (moves && t_below(dice, 4) == 0)
        call.answer = t_below(dice, 2) == 0     ? LEAT_ECLOSED
                      : call.patience == NOWAIT ? LEAT_EAGAIN
                      : call.token != 0         ? LEAT_ECANCELED
                                                : LEAT_ETIMEDOUT;
    if (call.kind == RX_ABORT && t_below(dice, 2) == 0) {
        call.discards = 1;
        call.discarded[0] = (uint8_t)(1 + t_below(dice, 3));
    }
    return call;
}

static void roll(struct history *history, t_rand *dice)
{
    uint8_t msgs = 0;
    *history = (struct history){.cap = t_below(dice, 3), .owners = {1, 1}};
    history->threads = (uint8_t)(2 + t_below(dice, 2));
    history->promises = t_below(dice, 2) == 0 ? BOTH : 0;
    bool inside[THREADS] = {false};
    uint32_t moments = (uint32_t)(4 + t_below(dice, 10));
    for (uint32_t moment = 1; moment <= moments; moment++) {
        unsigned t = (unsigned)t_below(dice, history->threads);
        struct call *call = &history->call[t][history->calls[t]];
        if (inside[t]) {
            call->ended = moment;
            history->calls[t]++;
        } else {
            *call = any_call(dice, &msgs);
            call->thread = (uint8_t)t;
            call->began = moment;
        }
        inside[t] = !inside[t];
    }
    for (unsigned t = 0; t < history->threads; t++)
        if (inside[t])
            history->call[t][history->calls[t]++].ended = 20 + t;
}

START_TEST(to_remember_changes_no_verdict)
{
    static struct history history;
    static struct verdict verdict;
    unsigned fine = 0;
    unsigned rounds = t_scaled(40000);
    t_rand dice = t_random(1);
    for (unsigned i = 0; i < rounds; i++) {
        struct config config = {0};
        roll(&history, &dice);
        model_begin(&history, &config.state);
        bool is = explained(&history, &config);
        check(&history, &verdict);
        bool said = checker_limit(&history, &verdict.stuck) == UINT32_MAX;
        if (is != said)
            history_print(stderr, &history, &verdict);
        ck_assert_msg(is == said, "the checker says %d, and it is %d", said,
                      is);
        fine += is;
    }
    /* else this would compare nothing */
    ck_assert_uint_gt(fine, rounds / 100);
    ck_assert_uint_lt(fine, rounds - rounds / 100);
}
END_TEST

/* ---- how long it takes ------------------------------------------------------------------ */

/* 24 calls at once that nothing explains: without a memory, more orders than can be
 * tried. */
START_TEST(the_worst_case_ends)
{
    static struct history history;
    static struct verdict verdict;
    history = (struct history){.cap = UNB, .owners = {1, 1}, .threads = 4};
    for (unsigned t = 0; t < 4; t++)
        for (unsigned i = 0; i < 6; i++)
            history.call[t][history.calls[t]++] = (struct call){
                .kind = t < 2 ? SEND : RECV,
                .patience = EVER,
                .thread = (uint8_t)t,
                .msg = (uint8_t)(1 + t % 2 * 6 + i),
                .began = 1 + t,
                .ended = 100 + t,
            };
    /* each receiver gets one sender's messages, the last of them in disorder */
    history.call[3][4].msg = 12;
    history.call[3][5].msg = 11;
    check(&history, &verdict);
    ck_assert(!verdict.fine);
    ck_assert_uint_lt(verdict.looked_at, 200000);
}
END_TEST

/* ---- what it says ------------------------------------------------------------------------ */

static const char *printed(const char *name)
{
    static char text[8192];
    static struct verdict verdict;
    for (int i = 0; i < EXAMPLES; i++) {
        if (strcmp(examples[i].name, name) != 0)
            continue;
        FILE *out = fmemopen(text, sizeof text, "w");
        const struct history *history = history_of(&examples[i]);
        check(history, &verdict);
        history_print(out, history, &verdict);
        fclose(out);
        return text;
    }
    ck_abort_msg("there is no example %s", name);
    return NULL;
}

#define SAYS(text, part)                                                       \
    ck_assert_msg(strstr(text, part) != NULL, "should say \"%s\", said:\n%s",  \
                  part, text)

START_TEST(a_person_sees_why)
{
    const char *text = printed("two_senders_reordered");
    SAYS(text, "capacity 2, promises: none, 0 queued at the start");
    SAYS(text, "thread 0    1 ..  2  00...... send(m1, forever) = 0\n");
    SAYS(text, "thread 2    5 ..  6  ....22.. recv(forever) = m2\n");
    SAYS(text, "Behind it the channel is open, with 2 senders and 1 "
               "receivers, and holds: m1 m2\n");
    SAYS(text, "recv(forever) = m2: another message is first in the queue");
    text = printed("never_full");
    SAYS(text, "Nothing can be next:\n"
               "    thread 0  send(m2, nowait) = LEAT_EAGAIN: it gave up, and "
               "need not wait\n");
    text = printed("delivered_after_abort");
    SAYS(text, "the hook was not given all that is queued");
    text = printed("promised_and_empty_after_close");
    SAYS(text, "promises: both");
    SAYS(text, "it gave up, and need not wait");
    text = printed("reserved_and_not_full");
    SAYS(text, "capacity 1, in place, promises: none");
    SAYS(text, "and holds: nothing; cells in other hands: 1\n");
}
END_TEST

int main(void)
{
    TCase *tc = t_case("checker");
    tcase_add_loop_test(tc, examples_get_their_verdict, 0, EXAMPLES);
    tcase_add_test(tc, to_remember_changes_no_verdict);
    tcase_add_test(tc, the_worst_case_ends);
    tcase_add_test(tc, a_person_sees_why);
    return t_run(tc);
}
