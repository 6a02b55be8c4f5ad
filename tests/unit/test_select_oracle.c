/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_select_oracle.c - selects by chance beside a simple sequential oracle: channels as
 * rows of numbers, semaphores as numbers, and selects in line at them.
 *
 * One thread; selects that would wait are started operations (leat_op_select), so that
 * many are in line at once. For each select, in a call or started, the oracle says which
 * cases could be done, and for each event which select in line is first; what leat did
 * must be one of those, and have moved that message. At the end all is accounted for. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "looped.h"

enum { CHANS = 5, SEMS = 2, WIDTH = 4, LINES = 12, QUEUE = 64, STEPS = 400 };

/* ---- the oracle ---------------------------------------------------------------------- */

struct row {
    const flavour *f;
    ends e;
    size_t len;
    uint64_t queue[QUEUE];
    bool closed;
};

struct want {
    int chan; /* -1: off; from CHANS on a semaphore */
    bool sends;
    uint64_t value; /* to be sent; permits to be taken */
};

/* A select in line. */
struct line {
    leat_op op;
    bool used;
    unsigned turn; /* in line since */
    size_t n;
    struct want want[WIDTH];
    leat_case cases[WIDTH];
    uint64_t msg[WIDTH];
    /* what the oracle says it came to */
    bool over;
    int chan;
    bool sent;
    int rc;
    uint64_t value; /* received */
    /* and what it was told */
    bool told;
    int index;
};

static struct row rows[CHANS];
static leat_sem sems[SEMS];
static uint64_t permits[SEMS];
static struct line lines[LINES];
static leat_loop *loop;
static unsigned turns;
static uint64_t values;

static bool is_full(const struct row *row)
{
    return row->len == row->f->cap;
}

static bool wants(const struct line *line, int chan, bool sends, size_t *which)
{
    for (size_t i = 0; i < line->n; i++) {
        if (line->want[i].chan == chan && line->want[i].sends == sends) {
            *which = i;
            return true;
        }
    }
    return false;
}

/* The first in line at a channel, for this direction, but for `not`. */
static struct line *first_in_line(int chan, bool sends, const struct line * not,
                                  size_t *which)
{
    struct line *first = NULL;
    for (size_t i = 0; i < LINES; i++) {
        struct line *line = &lines[i];
        size_t at;
        if (line->used && !line->over &&
            line != not &&wants(line, chan, sends, &at) &&
            (first == NULL || line->turn < first->turn)) {
            first = line;
            *which = at;
        }
    }
    return first;
}

static void over(struct line *line, int chan, bool sent, int rc, uint64_t value)
{
    line->over = true;
    line->chan = chan;
    line->sent = sent;
    line->rc = rc;
    line->value = value;
}

static bool could(const struct want *want, const struct line *self)
{
    size_t which;
    const struct row *row;
    if (want->chan < 0)
        return false;
    if (want->chan >= CHANS) /* strictly in line */
        return permits[want->chan - CHANS] >= want->value &&
               first_in_line(want->chan, false, self, &which) == NULL;
    row = &rows[want->chan];
    if (row->closed)
        return true;
    if (want->sends)
        return !is_full(row) ||
               first_in_line(want->chan, false, self, &which) != NULL;
    return row->len > 0 ||
           first_in_line(want->chan, true, self, &which) != NULL;
}

static void enqueue(struct row *row, uint64_t value)
{
    MUST(row->len < QUEUE);
    row->queue[row->len++] = value;
}

/* A send that can be done. returns its rc */
static int model_send(int chan, uint64_t value, const struct line *self)
{
    struct row *row = &rows[chan];
    size_t which;
    if (row->closed)
        return LEAT_ECLOSED;
    struct line *receiver = first_in_line(chan, false, self, &which);
    if (receiver != NULL)
        over(receiver, chan, false, 0, value);
    else
        enqueue(row, value);
    return 0;
}

/* A receive that can be done. */
static int model_recv(int chan, uint64_t *value, const struct line *self)
{
    struct row *row = &rows[chan];
    size_t which;
    struct line *sender = first_in_line(chan, true, self, &which);
    if (row->len > 0) {
        *value = row->queue[0];
        row->len--;
        memmove(row->queue, row->queue + 1, row->len * sizeof *row->queue);
        if (sender != NULL) {
            enqueue(row, sender->want[which].value);
            over(sender, chan, true, 0, 0);
        }
        return 0;
    }
    if (sender == NULL)
        return LEAT_ECLOSED;
    *value = sender->want[which].value;
    over(sender, chan, true, 0, 0);
    return 0;
}

static void model_close(int chan)
{
    size_t which;
    struct line *line;
    rows[chan].closed = true;
    while ((line = first_in_line(chan, true, NULL, &which)) != NULL)
        over(line, chan, true, LEAT_ECLOSED, 0);
    while ((line = first_in_line(chan, false, NULL, &which)) != NULL)
        over(line, chan, false, LEAT_ECLOSED, 0);
}

static int model_acquire(int chan, uint64_t n)
{
    MUST(permits[chan - CHANS] >= n);
    permits[chan - CHANS] -= n;
    return 0;
}

/* Whoever is first in line gets permits as far as they go; also when one before it has
 * left. */
static void model_serve(void)
{
    for (int chan = CHANS; chan < CHANS + SEMS; chan++) {
        size_t which;
        struct line *line;
        while ((line = first_in_line(chan, false, NULL, &which)) != NULL &&
               line->want[which].value <= permits[chan - CHANS])
            over(line, chan, false,
                 model_acquire(chan, line->want[which].value), UNTOUCHED);
    }
}

/* ---- selects by chance ------------------------------------------------------------------ */

/* Which promised ends are in use by who is in line? They have one user at a time. */
static bool is_taken(int chan, bool sends)
{
    size_t which;
    uint32_t promise = sends ? ONE_TX : ONE_RX;
    if (chan >= CHANS)
        return false;
    return (rows[chan].f->flags & promise) != 0 &&
           first_in_line(chan, sends, NULL, &which) != NULL;
}

/* One semaphore in a select: of two whose lines it leaves, which moves up first is by
 * chance. */
static void draw_permits(struct line *line, size_t i, t_rand *chance)
{
    struct want *want = &line->want[i];
    leat_sem *sem = &sems[want->chan - CHANS];
    want->sends = false;
    want->value = 1 + t_below(chance, 3);
    for (size_t k = 0; k < i; k++) {
        if (line->want[k].chan >= CHANS)
            sem = NULL;
    }
    if (sem == NULL)
        want->chan = -1;
    line->msg[i] = UNTOUCHED;
    line->cases[i] = leat_on_sem(sem, (uint32_t)want->value);
}

static void draw_wants(struct line *line, t_rand *chance)
{
    line->n = 1 + t_below(chance, WIDTH);
    values++; /* one for all, so that of equal cases any may be done */
    for (size_t i = 0; i < line->n; i++) {
        struct want *want = &line->want[i];
        want->chan = (int)t_below(chance, CHANS + SEMS + 1) - 1;
        if (want->chan >= CHANS) {
            draw_permits(line, i, chance);
            continue;
        }
        want->sends = t_below(chance, 2) == 0;
        want->value = values;
        if (want->chan >= 0 && is_taken(want->chan, want->sends))
            want->chan = -1;
        if (want->chan >= 0 && want->sends && rows[want->chan].len >= QUEUE / 2)
            want->sends = is_taken(want->chan, false);
        if (want->chan >= 0 && is_taken(want->chan, want->sends))
            want->chan = -1;
        line->msg[i] = want->sends ? want->value : UNTOUCHED;
        if (want->chan < 0)
            line->cases[i] = leat_on_recv(NULL, NULL);
        else if (want->sends)
            line->cases[i] = leat_on_send(rows[want->chan].e.tx, &line->msg[i]);
        else
            line->cases[i] = leat_on_recv(rows[want->chan].e.rx, &line->msg[i]);
    }
}

/* Only the message of this case has changed; -1: none has. */
static void others_untouched(const struct line *line, int index)
{
    for (size_t i = 0; i < line->n; i++) {
        uint64_t before = line->want[i].sends ? line->want[i].value : UNTOUCHED;
        if ((int)i != index)
            SAME(line->msg[i], before);
    }
}

/* leat has done this case of a select that was in no line. */
static void check_done(struct line *line, int index)
{
    const struct want *want = &line->want[index];
    uint64_t value = UNTOUCHED;
    MUST((size_t)index < line->n && could(want, line));
    int rc = want->chan >= CHANS ? model_acquire(want->chan, want->value)
             : want->sends       ? model_send(want->chan, want->value, line)
                                 : model_recv(want->chan, &value, line);
    RC(line->cases[index].rc, rc);
    MUST(leat_case_is_off(&line->cases[index]) == (rc == LEAT_ECLOSED));
    if (!want->sends)
        SAME(line->msg[index], value);
    others_untouched(line, index);
}

/* The first that could be done, or -1. */
static int first_possible(const struct line *line)
{
    for (size_t i = 0; i < line->n; i++) {
        if (could(&line->want[i], line))
            return (int)i;
    }
    return -1;
}

static void settle_told(void);

static void one_call(t_rand *chance)
{
    struct line line = {0};
    uint32_t flags = (uint32_t)t_below(chance, 2);
    draw_wants(&line, chance);
    int first = first_possible(&line);
    if (t_below(chance, 3) == 0) {
        int ready = leat_ready(line.cases, line.n, flags, leat_nowait());
        MUST(first < 0 ? ready == LEAT_EAGAIN
                       : ready >= 0 && could(&line.want[ready], &line));
        MUST(first < 0 || flags == 0 || ready == first);
    }
    int index = leat_select(line.cases, line.n, flags, leat_nowait());
    if (first < 0) {
        RC(index, LEAT_EAGAIN);
        others_untouched(&line, -1);
        return;
    }
    MUST(index >= 0);
    if ((flags & LEAT_BIASED) != 0)
        RC(index, first);
    check_done(&line, index);
}

static void line_told(leat_op *op, int rc, void *arg)
{
    struct line *line = arg;
    MUST(op == &line->op && !line->told);
    line->told = true;
    line->index = rc;
}

static void one_start(t_rand *chance)
{
    size_t i = 0;
    while (i < LINES && lines[i].used)
        i++;
    if (i == LINES)
        return;
    struct line *line = &lines[i];
    *line = (struct line){.turn = turns++};
    draw_wants(line, chance);
    int first = first_possible(line);
    leat_op_init(&line->op, loop, line_told, line);
    leat_op_select(&line->op, line->cases, line->n,
                   (uint32_t)t_below(chance, 2), leat_forever());
    bool all_off = true;
    for (size_t k = 0; k < line->n; k++)
        all_off = all_off && line->want[k].chan < 0;
    if (first < 0 && !all_off) {
        MUST(!is_due(loop) || leat_op_is_started(&line->op));
        line->used = true;
        return;
    }
    /* what it did at once is told in dispatch, with what came before */
    while (!line->told)
        MUST(leat_loop_dispatch(loop, SIZE_MAX) > 0);
    if (all_off)
        RC(line->index, LEAT_EINVAL);
    else
        check_done(line, line->index);
}

/* What the oracle says is over must be told, and nothing else. */
static void settle_told(void)
{
    model_serve();
    leat_loop_dispatch(loop, SIZE_MAX);
    for (size_t i = 0; i < LINES; i++) {
        struct line *line = &lines[i];
        if (!line->used)
            continue;
        MUST(line->told == line->over);
        if (!line->told)
            continue;
        MUST(line->index >= 0 && (size_t)line->index < line->n);
        const struct want *want = &line->want[line->index];
        SAME(want->chan, line->chan);
        SAME(want->sends, line->sent);
        RC(line->cases[line->index].rc, line->rc);
        if (!want->sends)
            SAME(line->msg[line->index],
                 line->rc == 0 ? line->value : UNTOUCHED);
        others_untouched(line, line->index);
        line->used = false;
    }
}

static void one_cancel(t_rand *chance)
{
    struct line *line = &lines[t_below(chance, LINES)];
    if (!line->used || line->over)
        return;
    MUST(leat_op_cancel(&line->op));
    MUST(!leat_op_cancel(&line->op));
    others_untouched(line, -1);
    line->used = false;
}

static void one_close(t_rand *chance)
{
    int chan = (int)t_below(chance, CHANS);
    if (t_below(chance, 12) != 0)
        return;
    model_close(chan);
    leat_tx_close(rows[chan].e.tx);
}

static void one_release(t_rand *chance)
{
    uint32_t i = (uint32_t)t_below(chance, SEMS);
    uint32_t n = 1 + (uint32_t)t_below(chance, 3);
    if (permits[i] > 6)
        return;
    leat_sem_release(&sems[i], n);
    permits[i] += n;
}

static void make_rows(t_rand *chance)
{
    for (size_t i = 0; i < SEMS; i++) {
        permits[i] = t_below(chance, 4);
        leat_sem_init(&sems[i], (uint32_t)permits[i]);
    }
    for (size_t i = 0; i < CHANS; i++) {
        rows[i] = (struct row){.f = &flavours[t_below(chance, FLAVOURS)]};
        rows[i].e = ends_new(rows[i].f);
    }
    unit_at = "";
}

static void end_rows(void)
{
    for (size_t i = 0; i < LINES; i++) {
        if (lines[i].used)
            MUST(leat_op_cancel(&lines[i].op));
        lines[i].used = false;
        settle_told();
    }
    for (size_t i = 0; i < SEMS; i++) {
        SAME(leat_sem_permits(&sems[i]), permits[i]);
        MUST(leat_sem_is_idle(&sems[i]));
    }
    for (size_t i = 0; i < CHANS; i++) {
        SAME(leat_chan_len(rows[i].e.chan), rows[i].len);
        for (size_t k = 0; k < rows[i].len; k++)
            NEXT(rows[i].e.rx, rows[i].queue[k]);
        ends_drop(rows[i].e);
    }
}

/* ---- the tests ------------------------------------------------------------------------------ */

START_TEST(any_select_does_what_the_oracle_allows)
{
    t_rand chance = t_random((uint64_t)_i);
    t_patience(120);
    for (unsigned round = 0; round < t_scaled(40); round++) {
        loop = loop_made(NULL);
        make_rows(&chance);
        for (int step = 0; step < STEPS; step++) {
            switch (t_below(&chance, 9)) {
            case 0:
            case 1:
            case 2:
                one_start(&chance);
                break;
            case 3:
                one_cancel(&chance);
                break;
            case 4:
                one_close(&chance);
                break;
            case 5:
                one_release(&chance);
                break;
            default:
                one_call(&chance);
                break;
            }
            settle_told();
        }
        end_rows();
        loop_is_quiet(loop);
        MUST(leat_loop_drop(loop));
    }
}
END_TEST

int main(void)
{
    TCase *tc = t_case("select_oracle");
    tcase_add_loop_test(tc, any_select_does_what_the_oracle_allows, 0, 4);
    return t_run(tc);
}
