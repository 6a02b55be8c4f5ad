/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_signal.c - src/signal: signals that interrupt anybody anywhere; each receiver gets
 * each, once; receivers come and go meanwhile, and nobody waits for what has come. */
#include "giving_up.h"

#include <signal.h>

enum { NUMBERS = 3 };

static const int numbers[NUMBERS] = {SIGUSR1, SIGUSR2, SIGWINCH};
static leat_rx *receivers[2];
static leat_cancel *token;
static leat__a32 got[2][NUMBERS]; /* how often, by receiver */

static void begin(int how_many)
{
    for (int i = 0; i < how_many; i++)
        M_ASSERT(leat_signal_new(&receivers[i], numbers, NUMBERS, NULL) == 0);
    M_ASSERT(leat_cancel_new(&token) == 0);
    for (int i = 0; i < 2 * NUMBERS; i++)
        leat__st32_rlx(&got[i / NUMBERS][i % NUMBERS], 0);
}

static void end(int how_many)
{
    M_ASSERT(leat_cancel_drop(token));
    for (int i = 0; i < how_many; i++) {
        for (int k = 0; k < NUMBERS; k++)
            M_ASSERT(leat__ld32_rlx(&got[i][k]) == 1);
        M_ASSERT(leat_chan_len(leat_rx_chan(receivers[i])) == 0);
        M_ASSERT(leat__signal_waits(receivers[i]) == 0);
        M_ASSERT(leat_rx_drop(receivers[i]));
    }
}

static void note(int receiver, int number)
{
    int k = 0;
    while (k < NUMBERS && numbers[k] != number)
        k++;
    M_ASSERT(k < NUMBERS);
    M_ASSERT(leat__add32_rlx(&got[receiver][k], 1) == 0);
}

static leat_until draw_until(void)
{
    switch (m_choose(5)) {
    case 0:
        return leat_nowait();
    case 1:
        return leat_in_ns(1 + m_choose(30));
    case 2:
        return leat_or_cancel(leat_in_ns(1 + m_choose(60)), token);
    default:
        return leat_forever();
    }
}

/* ---- ways to receive ------------------------------------------------------------------- */

/* returns 0 or why it gave up */
static int receive_plainly(int receiver, int *number, leat_until until)
{
    if (m_choose(4) == 0) {
        int seen = 0;
        int rc = leat_rx_peek(receivers[receiver], &seen, until);
        if (rc < 0)
            return rc;
    }
    return leat_rx_recv(receivers[receiver], number, until);
}

static int receive_by_select(int receiver, int *number, leat_until until)
{
    leat_case cases[] = {leat_on_recv(receivers[receiver], number),
                         leat_on_recv(NULL, NULL),
                         leat_on_recv(receivers[receiver], number)};
    int index = m_choose(3) == 0 ? leat_ready(cases, 3, 0, until) : -1;
    if (index >= 0)
        return leat_rx_recv(receivers[receiver], number, leat_nowait());
    index = leat_select(cases, 3, m_choose(2), until);
    return index < 0 ? index : cases[index].rc;
}

static int receive_by_set(int receiver, int *number, leat_until until)
{
    leat_set *set;
    M_ASSERT(leat_set_new(&set) == 0);
    M_ASSERT(leat_set_add(set, leat_on_recv(receivers[receiver], number)) == 0);
    int index = leat_set_wait(set, until);
    int rc = index < 0 ? index : leat_set_case(set, index)->rc;
    M_ASSERT(leat_set_drop(set));
    return rc;
}

struct looped {
    leat_op op;
    int rc;
    int told;
};

static void looped_told(leat_op *op, int rc, void *arg)
{
    struct looped *looped = arg;
    M_ASSERT(op == &looped->op);
    looped->rc = rc;
    looped->told++;
}

static int receive_by_loop(int receiver, int *number, leat_until until)
{
    struct looped looped = {.rc = LEAT_EAGAIN};
    leat_loop *loop;
    M_ASSERT(leat_loop_new(&loop, NULL) == 0);
    leat_op_init(&looped.op, loop, looped_told, &looped);
    leat_op_recv(&looped.op, receivers[receiver], number, until);
    if (m_choose(3) != 0 || !leat_op_cancel(&looped.op)) {
        while (looped.told == 0) {
            m_poll(leat_loop_fd(loop), leat_loop_has_timer(loop)
                                           ? INT64_MAX
                                           : leat_loop_deadline_ns(loop));
            leat_loop_dispatch(loop, 1);
        }
    }
    M_ASSERT(leat_loop_drop(loop));
    return looped.rc;
}

static int receive(int receiver, int *number, leat_until until)
{
    switch (m_choose(4)) {
    case 0:
        return receive_by_select(receiver, number, until);
    case 1:
        return receive_by_set(receiver, number, until);
    case 2:
        return receive_by_loop(receiver, number, until);
    default:
        return receive_plainly(receiver, number, until);
    }
}

/* ---- the casts ----------------------------------------------------------------------------- */

static void *sends_all(void *arg)
{
    for (int i = 0; i < NUMBERS; i++)
        m_kill(numbers[i]);
    return arg;
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

/* All of one receiver. */
static void *receives_all(void *arg)
{
    int receiver = *(int *)arg;
    int done = 0;
    for (int tries = 0; done < NUMBERS; tries++) {
        int number = 0;
        leat_until until = tries < 6 ? draw_until() : leat_forever();
        int rc = tries < 6 ? receive(receiver, &number, until)
                           : receive_plainly(receiver, &number, until);
        if (rc == 0)
            note(receiver, number);
        else if (rc != LEAT_EAGAIN) /* of a cancelled op, and after a look */
            check_gave_up(rc, until);
        done += rc == 0 ? 1 : 0;
    }
    return NULL;
}

static void each_gets_each(void)
{
    static int which[] = {0, 1};
    begin(2);
    m_thread a = m_spawn("receives", receives_all, &which[0]);
    m_thread b = m_spawn("receives", receives_all, &which[1]);
    m_thread c = m_spawn("sends", sends_all, NULL);
    m_thread d = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    end(2);
}

/* Two share one, until it is closed. */
static void *receives_until_closed(void *arg)
{
    int number = 0;
    int rc;
    while ((rc = leat_rx_recv(receivers[0], &number, leat_forever())) == 0)
        note(0, number);
    M_ASSERT(rc == LEAT_ECLOSED);
    return arg;
}

static void shared_and_closed(void)
{
    begin(1);
    m_thread a = m_spawn("receives", receives_until_closed, NULL);
    m_thread b = m_spawn("receives", receives_until_closed, NULL);
    sends_all(NULL);
    while (leat__ld32_rlx(&got[0][0]) + leat__ld32_rlx(&got[0][1]) +
               leat__ld32_rlx(&got[0][2]) <
           NUMBERS)
        leat__os_yield();
    leat_rx_close(receivers[0]);
    m_join(a);
    m_join(b);
    end(1);
}

/* Others come and go for the same signals: it is nothing to us. */
static void *comes_and_goes(void *arg)
{
    for (int i = 0; i < 2; i++) {
        leat_rx *rx;
        int number;
        M_ASSERT(leat_signal_new(&rx, numbers + i, 2, NULL) == 0);
        (void)!leat_rx_recv(rx, &number, leat_nowait());
        if (m_choose(2) == 0)
            leat_rx_close(rx);
        M_ASSERT(leat_rx_drop(rx));
    }
    return arg;
}

static void others_come_and_go(void)
{
    static int first;
    begin(1);
    m_thread a = m_spawn("receives", receives_all, &first);
    m_thread b = m_spawn("comes", comes_and_goes, NULL);
    m_thread c = m_spawn("sends", sends_all, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end(1);
}

/* Closed while they come, in the midst of receives: what is received was sent, and all
 * ends. */
static void *receives_what_comes(void *arg)
{
    int number = 0;
    while (leat_rx_recv(receivers[0], &number, leat_forever()) == 0)
        note(0, number);
    return arg;
}

static void closed_while_they_come(void)
{
    leat_rx *kept; /* natively, a signal that nobody catches ends us */
    begin(1);
    M_ASSERT(leat_signal_new(&kept, numbers, NUMBERS, NULL) == 0);
    m_thread a = m_spawn("receives", receives_what_comes, NULL);
    m_thread b = m_spawn("sends", sends_all, NULL);
    leat_rx_close(receivers[0]);
    m_join(a);
    m_join(b);
    M_ASSERT(leat_rx_drop(receivers[0]));
    M_ASSERT(leat_rx_drop(kept));
    end(0);
}

M_MAIN(M_ROW(each_gets_each), M_ROW(shared_and_closed),
       M_ROW(others_come_and_go), M_ROW(closed_while_they_come))
