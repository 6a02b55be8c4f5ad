/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_set.c - src/select/set, and selects of event loops: members that are told of while
 * their owner looks, sleeps, takes them out or drops the set; each message is delivered
 * once, and no owner sleeps with something to do. */
#include "model.h"

enum { CHANS = 3, EACH = 2 };

static leat_tx *tx[CHANS];
static leat_rx *rx[CHANS];
static int chans;
static leat__a32 received;

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
    leat__st32_rlx(&received, 0);
}

static void *sends(void *arg)
{
    leat_tx *mine = *(leat_tx **)arg;
    for (uint64_t i = 0; i < EACH; i++)
        M_ASSERT(leat_tx_send(mine, &i, leat_forever()) == 0);
    M_ASSERT(leat_tx_drop(mine));
    return NULL;
}

static void play(const struct made *made, int n, void (*receive)(void))
{
    m_thread senders[CHANS];
    begin(made, n);
    for (int i = 0; i < n; i++)
        senders[i] = m_spawn("sends", sends, &tx[i]);
    receive();
    for (int i = 0; i < n; i++) {
        m_join(senders[i]);
        M_ASSERT(leat_rx_drop(rx[i]));
    }
    M_ASSERT(leat__ld32_rlx(&received) == (uint32_t)(n * EACH));
}

/* ---- a set ------------------------------------------------------------------------- */

static int index_of[CHANS]; /* in the set; -1: not there */
static uint64_t next_of[CHANS];
static uint64_t got;

static void put_in(leat_set *set, int chan)
{
    index_of[chan] = leat_set_add(set, leat_on_recv(rx[chan], &got));
    M_ASSERT(index_of[chan] >= 0);
}

/* Not all of it is worth a look each time. */
static leat_until draw_until(void)
{
    return m_choose(4) == 0 ? leat_in_ns(1 + m_choose(30)) : leat_forever();
}

/* A descriptor among the cases, which is ready by chance; -1: none. */
static int descriptor = -1;
static int index_of_descriptor; /* in the set */

/* One outcome of the set. returns whether a channel has ended */
static bool take_one(leat_set *set)
{
    int index = leat_set_wait(set, draw_until());
    if (index == LEAT_ETIMEDOUT ||
        (descriptor >= 0 && index == index_of_descriptor))
        return false;
    int chan = 0;
    while (chan < chans && index_of[chan] != index)
        chan++;
    M_ASSERT(index >= 0 && chan < chans);
    int rc = leat_set_case(set, index)->rc;
    if (rc == 0) {
        M_ASSERT(got == next_of[chan]++);
        leat__add32_rlx(&received, 1);
        return false;
    }
    M_ASSERT(rc == LEAT_ECLOSED && next_of[chan] == EACH);
    M_ASSERT(leat_set_remove(set, index));
    index_of[chan] = -1;
    return true;
}

static leat_set *set_made(void)
{
    leat_set *set;
    M_ASSERT(leat_set_new(&set) == 0);
    for (int i = 0; i < chans; i++) {
        next_of[i] = 0;
        put_in(set, i);
    }
    if (descriptor >= 0)
        index_of_descriptor =
            leat_set_add(set, leat_on_fd(descriptor, LEAT_FD_READ));
    return set;
}

static void by_set(void)
{
    leat_set *set = set_made();
    for (int ended = 0; ended < chans;)
        ended += take_one(set) ? 1 : 0;
    if (descriptor < 0)
        M_ASSERT(leat_set_wait(set, leat_forever()) == LEAT_EINVAL);
    M_ASSERT(leat_set_drop(set));
}

/* Members go and come, and whole sets. */
static void by_changing_sets(void)
{
    leat_set *set = set_made();
    for (int ended = 0; ended < chans;) {
        int chan = (int)m_choose((uint32_t)chans);
        if (index_of[chan] >= 0 && m_choose(2) == 0) {
            M_ASSERT(leat_set_remove(set, index_of[chan]));
            put_in(set, chan);
        }
        if (m_choose(6) == 0) {
            M_ASSERT(leat_set_drop(set));
            M_ASSERT(leat_set_new(&set) == 0);
            for (int i = 0; i < chans; i++) {
                if (index_of[i] >= 0)
                    put_in(set, i);
            }
        }
        ended += take_one(set) ? 1 : 0;
    }
    M_ASSERT(leat_set_drop(set));
}

static const struct made kinds[] = {{1, 0}, {2, BOTH}, {1, LEAT_IN_PLACE}};
static const struct made meeting[] = {{0, 0}, {2, BOTH}, {0, 0}};
static const struct made unbounded[] = {{LEAT_UNBOUNDED, BOTH},
                                        {LEAT_UNBOUNDED, 0},
                                        {LEAT_UNBOUNDED, LEAT_IN_PLACE}};

static void set_of_kinds(void)
{
    play(kinds, CHANS, by_set);
}

static void set_of_meeting(void)
{
    play(meeting, CHANS, by_set);
}

static void set_of_unbounded(void)
{
    play(unbounded, CHANS, by_set);
}

static void changing_of_kinds(void)
{
    play(kinds, CHANS, by_changing_sets);
}

static void changing_of_meeting(void)
{
    play(meeting, CHANS, by_changing_sets);
}

/* Sets at both ends. */
static void *sends_by_set(void *arg)
{
    leat_set *set;
    uint64_t value = 0;
    M_ASSERT(leat_set_new(&set) == 0);
    M_ASSERT(leat_set_add(set, leat_on_send(tx[0], &value)) == 0);
    for (; value < EACH; value++) {
        M_ASSERT(leat_set_wait(set, leat_forever()) == 0);
        M_ASSERT(leat_set_case(set, 0)->rc == 0);
    }
    M_ASSERT(leat_set_drop(set));
    M_ASSERT(leat_tx_drop(tx[0]));
    return arg;
}

static void sets_meet(void)
{
    const struct made all[] = {{0, 0}, {1, 0}, {2, BOTH}, {1, LEAT_IN_PLACE}};
    begin(&all[m_choose(4)], 1);
    m_thread a = m_spawn("sends", sends_by_set, NULL);
    by_set();
    m_join(a);
    M_ASSERT(leat_rx_drop(rx[0]));
    M_ASSERT(leat__ld32_rlx(&received) == EACH);
}

/* ---- a loop ------------------------------------------------------------------------------ */

struct looped {
    leat_op op;
    int rc;
    int told;
};

static void looped_told(leat_op *op, int rc, void *arg)
{
    struct looped *looped = arg;
    M_ASSERT(op == &looped->op && !leat_op_is_started(op));
    looped->rc = rc;
    looped->told++;
}

/* At times the select is taken back, and started again. */
static bool start_select(leat_loop *loop, struct looped *looped,
                         leat_case *cases)
{
    looped->told = 0;
    leat_op_select(&looped->op, cases,
                   (size_t)chans + (descriptor >= 0 ? 1 : 0), m_choose(2),
                   draw_until());
    if (m_choose(4) == 0 && leat_op_cancel(&looped->op)) {
        M_ASSERT(looped->told == 0);
        return false;
    }
    while (looped->told == 0) {
        m_poll(leat_loop_fd(loop), leat_loop_has_timer(loop)
                                       ? INT64_MAX
                                       : leat_loop_deadline_ns(loop));
        leat_loop_dispatch(loop, 1 + m_choose(2));
    }
    M_ASSERT(looped->told == 1);
    return looped->rc >= 0;
}

static void by_loop(void)
{
    leat_loop *loop;
    struct looped looped;
    leat_case cases[CHANS + 1];
    int ended = 0;
    M_ASSERT(leat_loop_new(&loop, NULL) == 0);
    leat_op_init(&looped.op, loop, looped_told, &looped);
    for (int i = 0; i < chans; i++) {
        next_of[i] = 0;
        cases[i] = leat_on_recv(rx[i], &got);
    }
    cases[chans] =
        leat_on_fd(leat_loop_has_timer(loop) ? descriptor : -1, LEAT_FD_READ);
    while (ended < chans) {
        if (!start_select(loop, &looped, cases) || looped.rc == chans)
            continue;
        if (cases[looped.rc].rc == 0) {
            M_ASSERT(got == next_of[looped.rc]++);
            leat__add32_rlx(&received, 1);
        } else {
            M_ASSERT(next_of[looped.rc] == EACH);
            ended++;
        }
    }
    M_ASSERT(leat_loop_drop(loop));
}

static void loop_of_kinds(void)
{
    play(kinds, CHANS, by_loop);
}

static void loop_of_meeting(void)
{
    play(meeting, CHANS, by_loop);
}

#if defined(LEAT_SIM)
static void with_a_descriptor(const struct made *made, void (*receive)(void))
{
    descriptor = 1000;
    play(made, CHANS, receive);
    descriptor = -1;
}

static void set_with_a_descriptor(void)
{
    with_a_descriptor(m_choose(2) == 0 ? kinds : meeting, by_set);
}

static void loop_with_a_descriptor(void)
{
    with_a_descriptor(m_choose(2) == 0 ? kinds : meeting, by_loop);
}
#define WITH_A_DESCRIPTOR                                                      \
    , M_ROW(set_with_a_descriptor), M_ROW(loop_with_a_descriptor)
#else
#define WITH_A_DESCRIPTOR /* one that is ready by chance is the scheduler's */
#endif

M_MAIN(M_ROW(set_of_kinds), M_ROW(set_of_meeting), M_ROW(set_of_unbounded),
       M_ROW(changing_of_kinds), M_ROW(changing_of_meeting), M_ROW(sets_meet),
       M_ROW(loop_of_kinds), M_ROW(loop_of_meeting) WITH_A_DESCRIPTOR)
