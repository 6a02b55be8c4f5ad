/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_gates.c - src/select/gates and what ends like a token, in selects, sets and loops: two
 * that want the same permit, or mutex; who gives up, or does something else, has taken
 * nothing; no permit is lost or doubled, a mutex is one's at a time. */
#include "giving_up.h"

enum { SEMS = 2 };

static leat_sem sems[SEMS];
static uint32_t permits_of[SEMS];
static leat__a32 held_of[SEMS]; /* permits that somebody has */
static leat_mutex mutexes[2];
static leat__a32 inside[2];
static leat_cancel *token;
static leat_tx *quiet_tx;
static leat_rx *quiet_rx;

static void begin(uint32_t first, uint32_t second)
{
    permits_of[0] = first;
    permits_of[1] = second;
    for (int i = 0; i < SEMS; i++) {
        leat_sem_init(&sems[i], permits_of[i]);
        leat__st32_rlx(&held_of[i], 0);
        leat_mutex_init(&mutexes[i], 0);
        leat__st32_rlx(&inside[i], 0);
    }
    M_ASSERT(leat_cancel_new(&token) == 0);
    M_ASSERT(leat_chan_new(&quiet_tx, &quiet_rx, sizeof(uint64_t), 0, NULL) ==
             0);
}

static void end(void)
{
    for (int i = 0; i < SEMS; i++) {
        M_ASSERT(leat_sem_permits(&sems[i]) == permits_of[i]);
        M_ASSERT(leat_sem_is_idle(&sems[i]) && sems[i].first_ == NULL);
        M_ASSERT(leat_mutex_is_idle(&mutexes[i]));
        M_ASSERT(mutexes[i].first_ == NULL);
    }
    M_ASSERT(leat_cancel_drop(token));
    M_ASSERT(leat_tx_drop(quiet_tx));
    M_ASSERT(leat_rx_drop(quiet_rx));
}

/* What a case of either kind has taken: it is ours alone, and then given back. */
static void use_permits(int i, uint32_t n)
{
    M_ASSERT(leat__add32_rlx(&held_of[i], n) + n <= permits_of[i]);
    leat__os_yield();
    leat__sub32_acqrel(&held_of[i], n);
    leat_sem_release(&sems[i], n);
}

static void use_mutex(int i)
{
    M_ASSERT(leat_mutex_is_locked(&mutexes[i]));
    M_ASSERT(leat__add32_rlx(&inside[i], 1) == 0);
    leat__os_yield();
    leat__sub32_acqrel(&inside[i], 1);
    leat_mutex_unlock(&mutexes[i]);
}

/* ---- who wants what ------------------------------------------------------------------ */

enum { CASES = 5 };

static void make_cases(leat_case *cases)
{
    static uint64_t unused;
    cases[0] = leat_on_sem(&sems[0], 1);
    cases[1] = leat_on_sem(&sems[1], 2);
    cases[2] = leat_on_lock(&mutexes[0]);
    cases[3] = leat_on_lock(&mutexes[1]);
    cases[4] = leat_on_recv(quiet_rx, &unused);
}

static void use(const leat_case *it, int index)
{
    M_ASSERT(it->rc == 0);
    if (index < 2)
        use_permits(index, (uint32_t)index + 1);
    else
        use_mutex(index - 2);
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

/* Of the first `n` of these from `first` on. */
struct wanting {
    int first;
    int n;
};

static void *selects(void *arg)
{
    const struct wanting *it = arg;
    for (int done = 0; done < 2; done++) {
        leat_case cases[CASES];
        leat_until until = draw_until();
        make_cases(cases);
        int index =
            leat_select(cases + it->first, (size_t)it->n, m_choose(2), until);
        if (index < 0)
            check_gave_up(index, until);
        else
            use(&cases[it->first + index], it->first + index);
    }
    return NULL;
}

/* Only looks, and then tries. */
static void *looks(void *arg)
{
    const struct wanting *it = arg;
    for (int done = 0; done < 2; done++) {
        leat_case cases[CASES];
        leat_until until = draw_until();
        make_cases(cases);
        leat_case *mine = cases + it->first;
        int index = leat_ready(mine, (size_t)it->n, m_choose(2), until);
        if (index < 0) {
            check_gave_up(index, until);
            continue;
        }
        if (leat_select(&mine[index], 1, 0, leat_nowait()) == 0)
            use(&mine[index], it->first + index);
    }
    return NULL;
}

/* Plain calls in the same lines. */
static void *acquires(void *arg)
{
    M_ASSERT(leat_sem_acquire(&sems[0], 1, leat_forever()) == 0);
    use_permits(0, 1);
    leat_until until = draw_until();
    int rc = leat_sem_acquire(&sems[1], 2, until);
    if (rc == 0)
        use_permits(1, 2);
    else
        check_gave_up(rc, until);
    return arg;
}

static void *locks_both(void *arg)
{
    leat_mutex_lock(&mutexes[0]);
    use_mutex(0);
    leat_mutex_lock(&mutexes[1]);
    use_mutex(1);
    return arg;
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void play(void *(*first)(void *), void *(*second)(void *),
                 void *(*third)(void *), struct wanting *wanting)
{
    begin(1, 2);
    m_thread a = m_spawn("first", first, wanting);
    m_thread b = m_spawn("second", second, wanting);
    m_thread c = m_spawn("third", third, wanting);
    m_thread d = m_spawn("fires", fires, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    m_join(d);
    end();
}

static struct wanting one_permit = {0, 1};
static struct wanting permits = {0, 2};
static struct wanting locks = {2, 2};
static struct wanting everything = {0, 4};
static struct wanting beside = {1, 4};

static void two_for_one_permit(void)
{
    play(selects, selects, selects, &one_permit);
}

static void selects_and_acquires(void)
{
    play(selects, selects, acquires, &permits);
}

static void selects_and_locks(void)
{
    play(selects, selects, locks_both, &locks);
}

static void of_everything(void)
{
    play(selects, selects, m_choose(2) == 0 ? locks_both : acquires,
         &everything);
}

static void beside_a_channel(void)
{
    play(selects, selects, selects, &beside);
}

static void lookers_for_permits(void)
{
    play(looks, looks, acquires, &permits);
}

static void lookers_for_locks(void)
{
    play(looks, selects, locks_both, &locks);
}

/* ---- closed meanwhile -------------------------------------------------------------------- */

static void *takes_until_closed(void *arg)
{
    leat_case one = leat_on_sem(&sems[0], 1);
    while (!leat_case_is_off(&one)) {
        M_ASSERT(leat_select(&one, 1, 0, leat_forever()) == 0);
        if (one.rc == 0)
            use_permits(0, 1);
        else
            M_ASSERT(one.rc == LEAT_ECLOSED);
    }
    return arg;
}

static void *closes(void *arg)
{
    leat_sem_close(&sems[0]);
    return arg;
}

static void closed_meanwhile(void)
{
    begin(1, 2);
    m_thread a = m_spawn("takes", takes_until_closed, NULL);
    m_thread b = m_spawn("takes", takes_until_closed, NULL);
    m_thread c = m_spawn("closes", closes, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    end();
}

/* ---- sets, loops ------------------------------------------------------------------------- */

static void *by_set(void *arg)
{
    const struct wanting *it = arg;
    leat_case cases[CASES];
    leat_set *set;
    make_cases(cases);
    M_ASSERT(leat_set_new(&set) == 0);
    for (int i = 0; i < it->n; i++)
        M_ASSERT(leat_set_add(set, cases[it->first + i]) == i);
    for (int done = 0; done < 2; done++) {
        leat_until until = draw_until();
        int index = leat_set_wait(set, until);
        if (index < 0)
            check_gave_up(index, until);
        else
            use(leat_set_case(set, index), it->first + index);
    }
    M_ASSERT(leat_set_drop(set));
    return NULL;
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

static void *by_loop(void *arg)
{
    const struct wanting *it = arg;
    struct looped looped = {.told = 0};
    leat_case cases[CASES];
    leat_loop *loop;
    M_ASSERT(leat_loop_new(&loop, NULL) == 0);
    leat_op_init(&looped.op, loop, looped_told, &looped);
    for (int done = 0; done < 2; done++) {
        leat_until until = draw_until();
        looped.told = 0;
        make_cases(cases);
        leat_op_select(&looped.op, cases + it->first, (size_t)it->n,
                       m_choose(2), until);
        if (m_choose(3) == 0 && leat_op_cancel(&looped.op))
            continue;
        while (looped.told == 0) {
            m_poll(leat_loop_fd(loop), leat_loop_has_timer(loop)
                                           ? INT64_MAX
                                           : leat_loop_deadline_ns(loop));
            leat_loop_dispatch(loop, 1);
        }
        if (looped.rc < 0)
            check_gave_up(looped.rc, until);
        else
            use(&cases[it->first + looped.rc], it->first + looped.rc);
    }
    M_ASSERT(leat_loop_drop(loop));
    return NULL;
}

static void sets_and_selects(void)
{
    play(by_set, by_set, selects, &everything);
}

static void loops_and_selects(void)
{
    play(by_loop, by_loop, selects, &everything);
}

/* ---- what ends, or is set ---------------------------------------------------------------- */

static leat_setonce *cell;
static leat_thread *thread;
static uint64_t worth; /* plain: the end, or the cell, must order it */

static int counts(void *arg, leat_cancel *stop)
{
    (void)stop;
    worth++;
    return *(int *)arg;
}

static void *sets_it(void *arg)
{
    M_ASSERT(leat_thread_join(thread, NULL, leat_forever()) == 0);
    worth++;
    M_ASSERT(leat_setonce_set(cell, &worth) == 0);
    return arg;
}

static void *waits_for_the_end(void *arg)
{
    bool ended = false;
    bool set = false;
    while (!ended || !set) {
        leat_case cases[] = {leat_on_thread(ended ? NULL : thread),
                             leat_on_setonce(set ? NULL : cell)};
        int index = leat_select(cases, 2, 0, leat_forever());
        M_ASSERT(index >= 0 && cases[index].rc == 0);
        int result = 0;
        if (index == 0) {
            M_ASSERT(leat_thread_join(thread, &result, leat_forever()) == 0);
            M_ASSERT(result == 3);
        } else {
            M_ASSERT(*(uint64_t *)leat_setonce_get(cell) == 2);
        }
        ended = ended || index == 0;
        set = set || index == 1;
    }
    return arg;
}

static void ends_and_cells(void)
{
    static int result = 3;
    leat_job job = {.fn = counts, .arg = &result};
    begin(1, 2);
    worth = 0;
    M_ASSERT(leat_setonce_new(&cell, NULL) == 0);
    M_ASSERT(leat_thread_spawn(&thread, job, NULL) == 0);
    m_thread a = m_spawn("waits", waits_for_the_end, NULL);
    m_thread b = m_spawn("waits", waits_for_the_end, NULL);
    m_thread c = m_spawn("sets", sets_it, NULL);
    m_join(a);
    m_join(b);
    m_join(c);
    M_ASSERT(leat_thread_drop(thread));
    M_ASSERT(leat_setonce_drop(cell));
    end();
}

M_MAIN(M_ROW(two_for_one_permit), M_ROW(selects_and_acquires),
       M_ROW(selects_and_locks), M_ROW(of_everything), M_ROW(beside_a_channel),
       M_ROW(lookers_for_permits), M_ROW(lookers_for_locks),
       M_ROW(closed_meanwhile), M_ROW(sets_and_selects),
       M_ROW(loops_and_selects), M_ROW(ends_and_cells))
