/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_watch.c - src/chan/watch: no reader sees a version twice or an older one after a newer
 * one; the last one is seen before the end; a borrowed value stays; every value is
 * disposed of once. */
#include "model.h"

enum { VALUES = 8 };

static leat_tx *tx;
static leat_rx *rx;
static leat_cancel *token;
static leat__a32 disposed[VALUES];
static leat__a32 gone;
static uint64_t next_value; /* the writers' own: each send has another */
static uint64_t last_sent;  /* of the only writer; plain: the end orders it */

/* A value, and what it should be with: torn ones are seen. */
struct pair {
    uint64_t value;
    uint64_t twice;
};

static struct pair pair_of(uint64_t value)
{
    return (struct pair){value, 2 * value};
}

static uint64_t check_pair(const struct pair *pair)
{
    M_ASSERT(pair->value < VALUES && pair->twice == 2 * pair->value);
    return pair->value;
}

static void dispose_pair(void *msg, void *arg)
{
    uint64_t value = check_pair(msg);
    M_ASSERT(arg == &tx);
    M_ASSERT(leat__add32_rlx(&disposed[value], 1) == 0);
    memset(msg, 0x55, sizeof(struct pair)); /* whoever reads it still is seen */
}

static void note_gone(void *arg)
{
    leat__add32_rlx(arg, 1);
}

static void begin_with(void (*discard)(void *msg, void *arg))
{
    struct pair zero = pair_of(0);
    leat_chan_opts opts = {.size = sizeof opts,
                           .discard = discard,
                           .discard_arg = &tx,
                           .flags = m_choose(2) == 0 ? LEAT_STATS : 0,
                           .gone = note_gone,
                           .gone_arg = &gone};
    for (int i = 0; i < VALUES; i++)
        leat__st32_rlx(&disposed[i], 0);
    leat__st32_rlx(&gone, 0);
    next_value = last_sent = 0;
    M_ASSERT(leat_watch_new(&tx, &rx, sizeof zero, &zero, &opts) == 0);
}

static void begin(void)
{
    begin_with(dispose_pair);
}

/* Each value that was set has been disposed of, and nothing else. */
static void check_end(uint64_t sets)
{
    for (uint64_t i = 0; i <= sets; i++)
        M_ASSERT(leat__ld32_rlx(&disposed[i]) == 1);
    for (uint64_t i = sets + 1; i < VALUES; i++)
        M_ASSERT(leat__ld32_rlx(&disposed[i]) == 0);
    M_ASSERT(leat__ld32_rlx(&gone) == 1);
}

static bool set_next(void)
{
    struct pair pair = pair_of(next_value + 1);
    int rc = leat_tx_send(tx, &pair, leat_nowait());
    M_ASSERT(rc == 0 || rc == LEAT_ECLOSED);
    next_value += rc == 0;
    return rc == 0;
}

static void *writes(void *arg)
{
    uint64_t n = *(uint64_t *)arg;
    while (n-- > 0 && set_next())
        continue;
    last_sent = next_value;
    leat_tx_drop(tx);
    return NULL;
}

static leat_until some_time(void)
{
    switch (m_choose(token == NULL ? 3 : 4)) {
    case 0:
        return leat_nowait();
    case 1:
        return leat_in_ns(1 + m_choose(40));
    case 2:
        return leat_forever();
    default:
        return leat_or_cancel(leat_forever(), token);
    }
}

/* One look by any of the ways that mark. returns the code; *seen is the newest yet */
static int read_once(leat_rx *mine, uint64_t *seen, leat_until until)
{
    struct pair pair;
    const void *there;
    uint64_t value;
    int rc = LEAT_EAGAIN;
    while (m_choose(3) == 0) { /* told first, and what it is stays unseen */
        leat_case it = leat_on_recv(mine, NULL);
        rc = leat_ready(&it, 1, 0, until);
        if (rc != 0)
            return rc;
    }
    if (m_choose(2) == 0) {
        rc = leat_rx_recv(mine, &pair, until);
        if (rc != 0)
            return rc;
        value = check_pair(&pair);
    } else {
        rc = leat_watch_borrow_next(mine, &there, until);
        if (rc != 0)
            return rc;
        value = check_pair(there);
        if (m_choose(2) == 0)
            leat__os_yield();
        M_ASSERT(check_pair(there) == value); /* it stays */
        leat_watch_release(mine, there);
    }
    M_ASSERT(value > *seen);
    *seen = value;
    return rc;
}

static void *reads_all(void *arg)
{
    leat_rx *mine = arg;
    uint64_t seen = 0;
    int rc;
    do
        rc = read_once(mine, &seen, leat_forever());
    while (rc == 0);
    M_ASSERT(rc == LEAT_ECLOSED);
    M_ASSERT(seen == last_sent); /* the last before the end */
    leat_rx_drop(mine);
    return NULL;
}

static void *reads_some(void *arg)
{
    leat_rx *mine = arg;
    uint64_t seen = 0;
    for (int patience = 3; patience > 0; patience--) {
        const struct pair *now = leat_watch_borrow(mine);
        uint64_t value = check_pair(now);
        M_ASSERT(value >= seen);
        int rc = read_once(mine, &seen, some_time());
        M_ASSERT(check_pair(now) == value);
        leat_watch_release(mine, now);
        if (rc == LEAT_ECLOSED)
            break;
    }
    leat_rx_drop(mine);
    return NULL;
}

static leat_rx *subscribed(void)
{
    leat_rx *more;
    M_ASSERT(leat_watch_subscribe(&more, leat_tx_chan(tx)) == 0);
    return more;
}

static void one_reads_all(void)
{
    uint64_t n = 3;
    begin();
    m_thread a = m_spawn("writes", writes, &n);
    reads_all(rx);
    m_join(a);
    M_ASSERT(next_value == 3);
    check_end(3);
}

static void two_read_all(void)
{
    uint64_t n = 2;
    begin();
    leat_rx *second = subscribed();
    m_thread a = m_spawn("writes", writes, &n);
    m_thread b = m_spawn("reads", reads_all, second);
    reads_all(rx);
    m_join(a);
    m_join(b);
    check_end(2);
}

static void some_leave(void)
{
    uint64_t n = 3;
    begin();
    leat_rx *second = subscribed();
    m_thread a = m_spawn("writes", writes, &n);
    m_thread b = m_spawn("reads", reads_some, second);
    reads_some(rx);
    m_join(a);
    m_join(b);
    check_end(next_value);
}

static void *fires(void *arg)
{
    leat_cancel_fire(token);
    return arg;
}

static void some_are_cancelled(void)
{
    uint64_t n = 2;
    M_ASSERT(leat_cancel_new(&token) == 0);
    begin();
    leat_rx *second = subscribed();
    m_thread a = m_spawn("writes", writes, &n);
    m_thread b = m_spawn("reads", reads_some, second);
    m_thread c = m_spawn("fires", fires, NULL);
    reads_some(rx);
    m_join(a);
    m_join(b);
    m_join(c);
    check_end(next_value);
    M_ASSERT(leat_cancel_drop(token));
    token = NULL;
}

/* Two threads at one reader: each version is received by one of them. */
static leat__a32 received[VALUES];

/* Who is told of a version leaves it to the other, if he is faster. */
static int recv_shared(leat_rx *shared, struct pair *pair)
{
    int rc = LEAT_EAGAIN;
    while (rc == LEAT_EAGAIN && m_choose(2) == 0) {
        leat_case it = leat_on_recv(shared, NULL);
        M_ASSERT(leat_ready(&it, 1, 0, leat_forever()) == 0);
        rc = leat_rx_recv(shared, pair, leat_nowait());
    }
    return rc != LEAT_EAGAIN ? rc : leat_rx_recv(shared, pair, leat_forever());
}

static void *shares_a_reader(void *arg)
{
    struct pair pair;
    uint64_t seen = 0;
    while (recv_shared(arg, &pair) == 0) {
        uint64_t value = check_pair(&pair);
        M_ASSERT(value > seen);
        seen = value;
        M_ASSERT(leat__add32_rlx(&received[value], 1) == 0);
    }
    leat_rx_drop(arg);
    return NULL;
}

static void two_share_a_reader(void)
{
    uint64_t n = 3;
    begin();
    for (int i = 0; i < VALUES; i++)
        leat__st32_rlx(&received[i], 0);
    m_thread a = m_spawn("shares", shares_a_reader, leat_rx_clone(rx));
    m_thread b = m_spawn("writes", writes, &n);
    shares_a_reader(rx);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_rlx(&received[3]) == 1);
    check_end(3);
}

/* Owners of one reader borrow what there is, some of them more than once; it stays,
 * with a hook or without. */
static void *borrows_shared(void *arg)
{
    const struct pair *had[2];
    uint64_t value[2];
    for (int i = 0; i < 2; i++) {
        had[i] = leat_watch_borrow(arg);
        value[i] = check_pair(had[i]);
        if (m_choose(2) == 0)
            leat__os_yield();
    }
    M_ASSERT(value[0] <= value[1]);
    int first = m_choose(2) == 0 ? 0 : 1;
    for (int i = 0; i < 2; i++) {
        int at = i == 0 ? first : 1 - first;
        M_ASSERT(check_pair(had[at]) == value[at]);
        leat_watch_release(arg, had[at]);
        if (m_choose(2) == 0)
            leat__os_yield();
    }
    leat_rx_drop(arg);
    return NULL;
}

static void borrowed_by_owners(void)
{
    uint64_t n = 3;
    bool hook = m_choose(2) == 0;
    begin_with(hook ? dispose_pair : NULL);
    leat_rx *second = subscribed();
    m_thread a = m_spawn("writes", writes, &n);
    m_thread b = m_spawn("borrows", borrows_shared, leat_rx_clone(rx));
    m_thread c = m_spawn("borrows", borrows_shared, second);
    borrows_shared(rx);
    m_join(a);
    m_join(b);
    m_join(c);
    if (hook)
        check_end(next_value);
    M_ASSERT(leat__ld32_rlx(&gone) == 1);
}

/* Two writers that change what is there: none of the changes is lost. */
static bool add_one(void *value, void *arg)
{
    struct pair *pair = value;
    (void)arg;
    *pair = pair_of(check_pair(pair) + 1);
    return true;
}

static void *modifies(void *arg)
{
    for (int i = 0; i < 2; i++)
        M_ASSERT(leat_watch_modify(arg, add_one, NULL) == 1);
    leat_tx_drop(arg);
    return NULL;
}

static bool is_four(const void *value, void *arg)
{
    (void)arg;
    return check_pair(value) == 4;
}

static void none_is_lost(void)
{
    struct pair last = {0, 0};
    begin();
    m_thread a = m_spawn("modifies", modifies, leat_tx_clone(tx));
    m_thread b = m_spawn("modifies", modifies, tx);
    M_ASSERT(leat_watch_wait_for(rx, is_four, NULL, &last, leat_forever()) ==
             0);
    M_ASSERT(check_pair(&last) == 4);
    leat_rx_drop(rx);
    m_join(a);
    m_join(b);
    M_ASSERT(leat__ld32_rlx(&disposed[4]) == 1); /* the others moved on */
    M_ASSERT(leat__ld32_rlx(&gone) == 1);
}

/* Readers come while others go. */
static void *comes_and_goes(void *arg)
{
    leat_rx *more;
    M_ASSERT(leat_watch_subscribe(&more, leat_rx_chan(arg)) == 0);
    leat_rx_drop(arg);
    return reads_some(more);
}

static void readers_come_and_go(void)
{
    uint64_t n = 3;
    begin();
    leat_rx *second = subscribed();
    m_thread a = m_spawn("writes", writes, &n);
    m_thread b = m_spawn("comes", comes_and_goes, second);
    leat_rx_drop(rx);
    m_join(a);
    m_join(b);
    check_end(next_value);
}

static uint64_t left_behind; /* plain: gone must order it */

static void *leaves(void *arg)
{
    left_behind = 1;
    leat_rx_drop(arg);
    return NULL;
}

static void gone_is_told(void)
{
    begin();
    left_behind = 0;
    m_thread a = m_spawn("leaves", leaves, rx);
    M_ASSERT(leat_tx_wait_gone(tx, leat_forever()) == 0);
    M_ASSERT(left_behind == 1);
    M_ASSERT(!set_next());
    leat_tx_drop(tx);
    m_join(a);
    check_end(0);
}

static void *waits_gone(void *arg)
{
    M_ASSERT(leat_rx_wait_gone(arg, leat_forever()) == 0);
    leat_rx_drop(arg);
    return NULL;
}

static void the_end_is_told(void)
{
    uint64_t n = 1;
    begin();
    leat_rx *second = subscribed();
    m_thread a = m_spawn("waits", waits_gone, second);
    m_thread b = m_spawn("writes", writes, &n);
    reads_all(rx);
    m_join(a);
    m_join(b);
    check_end(1);
}

M_MAIN(M_ROW(one_reads_all), M_ROW(two_read_all), M_ROW(some_leave),
       M_ROW(some_are_cancelled), M_ROW(two_share_a_reader),
       M_ROW(borrowed_by_owners), M_ROW(none_is_lost),
       M_ROW(readers_come_and_go), M_ROW(gone_is_told), M_ROW(the_end_is_told))
