/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_select.c - src/select: selects that send and receive on several channels of every
 * kind, give up, are closed on, meet each other; each message is delivered once or stays
 * with who could not send it, and nobody waits for what is there. */
#include "giving_up.h"

enum { CHANS = 3, NUMBERS = 16 };

static leat_tx *tx[CHANS];
static leat_rx *rx[CHANS];
static leat_cancel *token;
static leat__a32 got[NUMBERS]; /* how often a number has been received */
static leat__a32 sent[NUMBERS];
static int chans;

struct made {
    size_t capacity;
    uint32_t flags;
};

#define BOTH (LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER)

static void begin(const struct made *made, int n)
{
    chans = n;
    for (int i = 0; i < n; i++) {
        leat_chan_opts opts = {.size = sizeof opts, .flags = made[i].flags};
        M_ASSERT(leat_chan_new(&tx[i], &rx[i], sizeof(uint64_t),
                               made[i].capacity, &opts) == 0);
    }
    M_ASSERT(leat_cancel_new(&token) == 0);
    for (int i = 0; i < NUMBERS; i++) {
        leat__st32_rlx(&got[i], 0);
        leat__st32_rlx(&sent[i], 0);
    }
}

static void end(void)
{
    M_ASSERT(leat_cancel_drop(token));
    for (int i = 0; i < NUMBERS; i++)
        M_ASSERT(leat__ld32_rlx(&got[i]) == leat__ld32_rlx(&sent[i]));
}

static void note(leat__a32 *counts, uint64_t number)
{
    M_ASSERT(number < NUMBERS);
    M_ASSERT(leat__add32_rlx(&counts[number], 1) == 0);
}

/* ---- untils ---------------------------------------------------------------------- */

static leat_until draw_until(void)
{
    switch (m_choose(6)) {
    case 0:
        return leat_nowait();
    case 1:
        return leat_in_ns(1 + m_choose(40));
    case 2:
        return leat_or_cancel(leat_in_ns(1 + m_choose(40)), token);
    default:
        return leat_forever();
    }
}

/* ---- who sends anywhere, who receives anywhere ------------------------------------- */

struct source {
    uint64_t first;
    int n;
    bool leaves; /* drops the sending halves in the end */
};

static void send_one(uint64_t number)
{
    for (int tries = 0;; tries++) {
        leat_case cases[CHANS];
        leat_until until = tries < 3 ? draw_until() : leat_forever();
        for (int i = 0; i < chans; i++)
            cases[i] = leat_on_send(tx[i], &number);
        int index = leat_select(cases, (size_t)chans, m_choose(2), until);
        if (index >= 0) {
            M_ASSERT(cases[index].rc == 0);
            note(sent, number);
            return;
        }
        check_gave_up(index, until);
    }
}

static void *sends(void *arg)
{
    const struct source *it = arg;
    for (int i = 0; i < it->n; i++)
        send_one(it->first + (uint64_t)i);
    for (int i = 0; it->leaves && i < chans; i++)
        leat_tx_drop(tx[i]);
    return NULL;
}

/* Until all channels have come to their end. */
static void *receives(void *arg)
{
    leat_case cases[CHANS];
    uint64_t number = UINT64_MAX;
    int ended = 0;
    bool leaves = arg != NULL;
    for (int i = 0; i < chans; i++)
        cases[i] = leat_on_recv(rx[i], &number);
    for (int tries = 0; ended < chans; tries++) {
        leat_until until = tries < 8 ? draw_until() : leat_forever();
        int index = leat_select(cases, (size_t)chans, m_choose(2), until);
        if (index < 0) {
            check_gave_up(index, until);
            M_ASSERT(number == UINT64_MAX);
        } else if (cases[index].rc == 0) {
            note(got, number);
        } else {
            M_ASSERT(cases[index].rc == LEAT_ECLOSED);
            M_ASSERT(leat_case_is_off(&cases[index]));
            ended++;
        }
        number = UINT64_MAX;
    }
    M_ASSERT(leat_select(cases, (size_t)chans, 0, leat_forever()) ==
             LEAT_EINVAL);
    for (int i = 0; leaves && i < chans; i++)
        leat_rx_drop(rx[i]);
    return NULL;
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void one_to_one(const struct made *made, int n)
{
    static struct source it = {.n = 4, .leaves = true};
    static int leaves;
    begin(made, n);
    m_thread a = m_spawn("sends", sends, &it);
    m_thread b = m_spawn("receives", receives, &leaves);
    m_thread c = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end();
}

/* The host has the halves. */
static void two_to_two(const struct made *made, int n)
{
    static struct source its[] = {{0, 2, false}, {2, 2, false}};
    m_thread senders[2];
    m_thread receivers[2];
    begin(made, n);
    for (int i = 0; i < 2; i++) {
        senders[i] = m_spawn("sends", sends, &its[i]);
        receivers[i] = m_spawn("receives", receives, NULL);
    }
    m_thread c = m_spawn("fires", fires, NULL);
    m_join(senders[0]);
    m_join(senders[1]);
    for (int i = 0; i < n; i++)
        M_ASSERT(leat_tx_drop(tx[i]));
    m_join(receivers[0]);
    m_join(receivers[1]);
    m_join(c);
    for (int i = 0; i < n; i++)
        M_ASSERT(leat_rx_drop(rx[i]));
    end();
}

#define MADE(...) static const struct made made[] = {__VA_ARGS__}
#define LENGTH    (int)(sizeof made / sizeof made[0])

static void rendezvous(void)
{
    MADE({0, 0}, {0, 0});
    two_to_two(made, LENGTH);
}

static void bounded(void)
{
    MADE({1, 0}, {2, 0});
    two_to_two(made, LENGTH);
}

static void in_place(void)
{
    MADE({1, LEAT_IN_PLACE}, {0, 0});
    two_to_two(made, LENGTH);
}

static void mixed(void)
{
    MADE({0, 0}, {1, LEAT_STATS}, {LEAT_UNBOUNDED, LEAT_IN_PLACE});
    two_to_two(made, LENGTH);
}

static void promised(void)
{
    MADE({2, BOTH}, {3, BOTH});
    one_to_one(made, LENGTH);
}

static void promised_mixed(void)
{
    MADE({2, BOTH}, {0, BOTH}, {LEAT_UNBOUNDED, BOTH});
    one_to_one(made, LENGTH);
}

/* ---- both at once -------------------------------------------------------------------- */

/* Sends or receives, whichever comes, on any channel; never to itself. */
static leat__a32 ins;
static leat__a32 outs;

static void *does_both(void *arg)
{
    for (int done = 0; done < 2; done++) {
        uint64_t out = 5;
        uint64_t in = 0;
        leat_case cases[2 * CHANS];
        for (int i = 0; i < chans; i++) {
            cases[2 * i] = leat_on_send(tx[i], &out);
            cases[2 * i + 1] = leat_on_recv(rx[i], &in);
        }
        int index = leat_select(cases, 2 * (size_t)chans, 0, leat_forever());
        M_ASSERT(index >= 0 && cases[index].rc == 0);
        M_ASSERT(in == (index % 2 == 0 ? 0u : 5u));
        leat__add32_rlx(index % 2 == 0 ? &outs : &ins, 1);
    }
    return arg;
}

static void all_do_both(const struct made *made, int n)
{
    begin(made, n);
    leat__st32_rlx(&ins, 0);
    leat__st32_rlx(&outs, 0);
    m_thread a = m_spawn("both", does_both, NULL);
    m_thread b = m_spawn("both", does_both, NULL);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_rlx(&ins) == 2 && leat__ld32_rlx(&outs) == 2);
    for (int i = 0; i < n; i++) {
        M_ASSERT(leat_tx_drop(tx[i]));
        M_ASSERT(leat_rx_drop(rx[i]));
    }
    end();
}

static void both_ways(void)
{
    MADE({0, 0});
    all_do_both(made, LENGTH);
}

static void both_ways_on_two(void)
{
    MADE({0, 0}, {0, 0});
    all_do_both(made, LENGTH);
}

/* Crosswise: each sends where the other receives. */
static void *crosses(void *arg)
{
    int here = *(int *)arg;
    for (int done = 0; done < 2; done++) {
        uint64_t out = 5;
        uint64_t in = 0;
        leat_case cases[] = {leat_on_send(tx[here], &out),
                             leat_on_recv(rx[1 - here], &in)};
        int index = leat_select(cases, 2, 0, leat_forever());
        M_ASSERT(index >= 0 && cases[index].rc == 0);
        leat__add32_rlx(index == 0 ? &outs : &ins, 1);
    }
    return NULL;
}

static void crosswise(void)
{
    MADE({0, 0}, {0, 0});
    static int here[] = {0, 1};
    begin(made, LENGTH);
    leat__st32_rlx(&ins, 0);
    leat__st32_rlx(&outs, 0);
    m_thread a = m_spawn("crosses", crosses, &here[0]);
    m_thread b = m_spawn("crosses", crosses, &here[1]);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_rlx(&ins) == leat__ld32_rlx(&outs));
    for (int i = 0; i < 2; i++) {
        leat_tx_drop(tx[i]);
        leat_rx_drop(rx[i]);
    }
    end();
}

/* ---- other cases ------------------------------------------------------------------------ */

static void *sends_one_plainly(void *arg)
{
    uint64_t number = 3;
    M_ASSERT(leat_tx_send(tx[0], &number, leat_forever()) == 0);
    note(sent, number);
    M_ASSERT(leat_tx_drop(tx[0]));
    return arg;
}

/* Whatever else happens, what was sent is received, and the end is told. */
static void *waits_for_all(void *arg)
{
    bool with_fd = arg != NULL;
    bool received = false;
    bool fired = false;
    bool gone = false;
    bool closed = false;
    uint64_t number = 0;
    while (!received || !fired || !gone || !closed) {
        leat_case cases[] = {
            leat_on_recv(closed ? NULL : rx[0], &number),
            leat_on_cancel(fired ? NULL : token),
            leat_on_gone_rx(gone ? NULL : rx[0]),
            leat_on_at(m_choose(3) == 0 ? leat_now_ns() + 30 : INT64_MAX),
            leat_on_fd(with_fd ? 1000 : -1, LEAT_FD_READ),
        };
        int index = leat_select(cases, 5, 0, leat_forever());
        M_ASSERT(index >= 0);
        if (index == 0 && cases[0].rc == 0) {
            note(got, number);
            received = true;
        }
        closed = closed || (index == 0 && cases[0].rc == LEAT_ECLOSED);
        fired = fired || index == 1;
        gone = gone || index == 2;
    }
    M_ASSERT(leat_rx_drop(rx[0]));
    return NULL;
}

static void all_of_it(size_t capacity, uint32_t flags, void *with_fd)
{
    const struct made made[] = {{capacity, flags}};
    begin(made, 1);
    m_thread a = m_spawn("waits", waits_for_all, with_fd);
    m_thread b = m_spawn("sends", sends_one_plainly, NULL);
    m_thread c = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end();
}

static void other_cases(void)
{
    all_of_it(m_choose(3), m_choose(2) == 0 ? BOTH : 0, NULL);
}

#if defined(LEAT_SIM)
static void with_a_descriptor(void)
{
    static int yes;
    all_of_it(m_choose(3), m_choose(2) == 0 ? BOTH : 0, &yes);
}
#define WITH_A_DESCRIPTOR , M_ROW(with_a_descriptor)
#else
#define WITH_A_DESCRIPTOR /* one that is ready by chance is the scheduler's */
#endif

/* ---- a try is of one moment ------------------------------------------------------------ */

/* At any moment there is something in one of the two channels. */
static void *moves_it(void *arg)
{
    uint64_t number = 1;
    M_ASSERT(leat_tx_send(tx[1], &number, leat_forever()) == 0);
    (void)!leat_rx_recv(rx[0], &number, leat_nowait());
    return arg;
}

static void never_empty(void)
{
    MADE({1, 0}, {1, LEAT_IN_PLACE});
    uint64_t number = 0;
    begin(made, LENGTH);
    M_ASSERT(leat_tx_send(tx[0], &number, leat_nowait()) == 0);
    m_thread a = m_spawn("moves", moves_it, NULL);
    leat_case cases[] = {leat_on_recv(rx[0], &number),
                         leat_on_recv(rx[1], &number)};
    leat_until until = m_choose(2) == 0 ? leat_nowait() : leat_at_ns(1);
    int index = m_choose(2) == 0 ? leat_select(cases, 2, m_choose(2), until)
                                 : leat_ready(cases, 2, m_choose(2), until);
    M_ASSERT(index >= 0);
    m_join(a);
    for (int i = 0; i < 2; i++) {
        leat_tx_drop(tx[i]);
        leat_rx_drop(rx[i]);
    }
    end();
}

/* ---- ready -------------------------------------------------------------------------------- */

/* Looks until something might be received, then tries. */
static void *looks_and_receives(void *arg)
{
    leat_case cases[CHANS];
    int ended = 0;
    for (int i = 0; i < chans; i++)
        cases[i] = leat_on_recv(rx[i], NULL);
    while (ended < chans) {
        uint64_t number;
        int index = leat_ready(cases, (size_t)chans, 0, leat_forever());
        M_ASSERT(index >= 0);
        int rc = leat_rx_recv(rx[index], &number, leat_nowait());
        if (rc == 0)
            note(got, number);
        if (rc == LEAT_ECLOSED) {
            cases[index] = leat_on_recv(NULL, NULL);
            leat_rx_drop(rx[index]);
            ended++;
        }
    }
    return arg;
}

static void *looks_and_sends(void *arg)
{
    for (uint64_t number = 0; number < 4; number++) {
        int rc = LEAT_EAGAIN;
        while (rc != 0) {
            leat_case cases[CHANS];
            for (int i = 0; i < chans; i++)
                cases[i] = leat_on_send(tx[i], NULL);
            int index = leat_ready(cases, (size_t)chans, 0, leat_forever());
            M_ASSERT(index >= 0);
            rc = leat_tx_send(tx[index], &number, leat_nowait());
            M_ASSERT(rc == 0 || rc == LEAT_EAGAIN);
        }
        note(sent, number);
    }
    for (int i = 0; i < chans; i++)
        leat_tx_drop(tx[i]);
    return arg;
}

static void *plainly_from_each(void *arg)
{
    leat_rx *mine = *(leat_rx **)arg;
    uint64_t number;
    while (leat_rx_recv(mine, &number, leat_forever()) == 0)
        note(got, number);
    leat_rx_drop(mine);
    return NULL;
}

/* Neither is in line, so that the channels need room. */
static void ready_to_ready(void)
{
    const struct made made[] = {{1, 0}, {1, LEAT_IN_PLACE}, {2, BOTH}};
    begin(made, 3);
    m_thread a = m_spawn("looks", looks_and_sends, NULL);
    m_thread b = m_spawn("looks", looks_and_receives, NULL);
    m_join(a);
    m_join(b);
    end();
}

static void ready_to_receivers(void)
{
    const struct made made[] = {{0, 0}, {1, 0}};
    begin(made, 2);
    m_thread a = m_spawn("looks", looks_and_sends, NULL);
    m_thread b = m_spawn("receives", plainly_from_each, &rx[0]);
    m_thread c = m_spawn("receives", plainly_from_each, &rx[1]);
    m_join(a);
    m_join(b);
    m_join(c);
    end();
}

static void select_to_ready(void)
{
    const struct made made[] = {{0, 0}, {0, 0}};
    static struct source it = {.n = 4, .leaves = true};
    begin(made, 2);
    m_thread a = m_spawn("sends", sends, &it);
    m_thread b = m_spawn("looks", looks_and_receives, NULL);
    m_join(a);
    m_join(b);
    end();
}

M_MAIN(M_ROW(rendezvous), M_ROW(bounded), M_ROW(in_place), M_ROW(mixed),
       M_ROW(promised), M_ROW(promised_mixed), M_ROW(both_ways),
       M_ROW(both_ways_on_two), M_ROW(crosswise), M_ROW(other_cases),
       M_ROW(never_empty), M_ROW(ready_to_ready), M_ROW(ready_to_receivers),
       M_ROW(select_to_ready) WITH_A_DESCRIPTOR)
