/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* macros.c - every public macro, used as its header says. Compiled as C and as
 * C++, never run. */
#include <leat.h>

struct job {
    double weight;
    char name[40];
};

LEAT_CHAN_TYPE(job, struct job);
LEAT_SETONCE_TYPE(job, struct job);

static bool is_heavy(const void *value, void *arg)
{
    return value != arg;
}

static bool make_heavy(void *value, void *arg)
{
    return value != arg;
}

static int use_watch(void)
{
    static char mem[4096];
    job_tx *tx;
    job_rx *rx;
    job_rx *rx2;
    struct job j = LEAT_ZERO_INIT;
    double weight = 1;
    int rc = job_watch_new(&tx, &rx, &j, NULL);
    if (job_watch_footprint(NULL) <= sizeof mem)
        rc = job_watch_new_in(&tx, &rx, mem, sizeof mem, &j, NULL);
    rc += job_watch_subscribe(&rx2, job_tx_chan(tx));
    if (leat_watch_rx_footprint() <= sizeof mem)
        rc += job_watch_subscribe_in(&rx2, mem, sizeof mem, job_rx_chan(rx));
    rc += job_watch_read(job_tx_chan(tx), &j) == 1;
    const struct job *there = job_watch_borrow(rx);
    job_watch_release(rx, there);
    rc += job_watch_borrow_next(rx, &there, leat_nowait());
    rc += job_watch_changed(rx, leat_nowait()) + job_watch_has_changed(rx);
    job_watch_mark(rx, true);
    rc += job_watch_wait_for(rx, is_heavy, &weight, &j, leat_nowait());
    return rc + job_watch_modify(tx, make_heavy, NULL);
}

/* Typed cases, wherever cases go. */
static int use_cases(job_tx *tx, job_rx *rx)
{
    struct job j = LEAT_ZERO_INIT;
    leat_op op = LEAT_ZERO_INIT;
    leat_set *set;
    leat_case cases[2];
    cases[0] = job_on_recv(rx, &j);
    cases[1] = job_on_send(tx, &j);
    int rc = leat_select(cases, 2, LEAT_BIASED, leat_nowait());
    rc += leat_ready(cases, 2, 0, leat_nowait());
    leat_op_select(&op, cases, 2, 0, leat_nowait());
    rc += leat_set_new(&set);
    rc += leat_set_add(set, job_on_recv(rx, &j));
    rc += leat_set_add(set, job_on_send(tx, &j));
    rc += leat_set_wait(set, leat_nowait());
    leat_set_drop(set);
    return rc;
}

int use_setonce(void);
int use_setonce(void)
{
    static char mem[LEAT_SETONCE_BYTES];
    job_setonce *cell;
    static struct job j;
    struct job *there;
    int rc = job_setonce_new(&cell, NULL);
    rc += job_setonce_new_in(&cell, mem, sizeof mem, NULL);
    cell = job_setonce_clone(cell);
    rc += job_setonce_set(cell, &j);
    rc += job_setonce_get(cell) == &j;
    rc += job_setonce_wait(cell, &there, leat_nowait());
    rc += job_setonce_drop(cell);
    return rc;
}

int use_typed(void);
int use_typed(void)
{
    job_tx *tx;
    job_rx *rx;
    struct job j = LEAT_ZERO_INIT;
    int rc = job_chan_new(&tx, &rx, 4, NULL);
    if (rc < 0)
        return rc;
    static char mem[4096];
    if (job_chan_footprint(4, NULL) <= sizeof mem)
        rc = job_chan_new_in(&tx, &rx, mem, sizeof mem, 4, NULL);
    rc += job_oneshot_new(&tx, &rx, NULL);
    if (job_oneshot_footprint(NULL) <= sizeof mem)
        rc = job_oneshot_new_in(&tx, &rx, mem, sizeof mem, NULL);
    rc += job_oneshot_send(tx, &j);
    rc += job_oneshot_recv(rx, &j, leat_nowait());
    rc += use_watch();
    rc = job_tx_send(tx, &j, leat_nowait());
    rc += job_rx_recv(rx, &j, leat_in_ms(1));
    rc += job_tx_force(tx, &j, &j);
    rc += job_rx_peek(rx, &j, leat_nowait());
    rc += job_tx_send_many(tx, &j, 1, leat_nowait()) == 1;
    rc += job_rx_recv_many(rx, &j, 1, leat_nowait()) == 1;
    rc += job_rx_drain(rx, &j, 1) == 0;
    job_tx *tx2 = job_tx_clone(tx);
    job_rx *rx2 = job_chan_rx(job_tx_chan(tx));
    job_tx *tx3 = job_chan_tx(job_rx_chan(rx));
    job_rx *rx3 = job_rx_clone(rx);
    job_weak_tx *weak_tx = job_tx_downgrade(tx);
    job_weak_rx *weak_rx = job_rx_downgrade(rx);
    weak_tx = job_weak_tx_clone(weak_tx);
    weak_rx = job_weak_rx_clone(weak_rx);
    job_tx_drop(job_weak_tx_upgrade(weak_tx));
    job_rx_drop(job_weak_rx_upgrade(weak_rx));
    job_weak_tx_drop(weak_tx);
    job_weak_rx_drop(weak_rx);
    rc += job_tx_is_gone(tx) + job_rx_is_gone(rx);
    rc += job_tx_wait_gone(tx, leat_nowait());
    rc += job_rx_wait_gone(rx, leat_nowait());
    job_tx_close(tx);
    job_rx_close(rx);
    job_tx_close_because(tx, 1);
    job_rx_close_because(rx, 1);
    job_rx_abort(rx);
    job_tx *hub;
    job_rx *sub;
    rc += job_broadcast_new(&hub, 4, NULL);
    if (job_broadcast_footprint(4, NULL) <= sizeof mem)
        rc += job_broadcast_new_in(&hub, mem, sizeof mem, 4, NULL);
    rc += job_broadcast_subscribe(&sub, job_tx_chan(hub), LEAT_REPORT_LAG);
    rc +=
        job_broadcast_subscribe_in(&sub, mem, sizeof mem, job_rx_chan(sub), 0);
    rc += job_rx_missed(sub) == 0;
    job_tx_drop(hub);
    job_rx_drop(sub);
    leat_op op = LEAT_ZERO_INIT;
    job_op_send(&op, tx, &j, leat_nowait());
    job_op_recv(&op, rx, &j, leat_nowait());
    job_rx_drop(job_never());
    rc += use_cases(tx, rx);
    leat_tx_drop(job_tx_raw(tx));
    leat_rx_drop(job_rx_raw(rx));
    job_tx_drop(tx2);
    job_rx_drop(rx2);
    job_tx_drop(tx3);
    job_rx_drop(rx3);
    return rc;
}

const char *use_err_map(int code);
const char *use_err_map(int code)
{
    switch (code) {
#define CASE(name, value, text)                                                \
    case LEAT_##name:                                                          \
        return text;
        LEAT_ERR_MAP(CASE)
#undef CASE
    default:
        return "";
    }
}

int use_thread(leat_fn *fn, void *arg);
int use_thread(leat_fn *fn, void *arg)
{
    leat_thread *thread;
    leat_job job = LEAT_ZERO_INIT;
    leat_thread_opts opts = LEAT_ZERO_INIT;
    int result = 0;
    opts.size = sizeof opts;
    job.fn = fn;
    job.arg = arg;
    int rc = leat_thread_spawn(&thread, job, &opts);
    if (rc == 0)
        rc = leat_thread_join(thread, &result, leat_in_ms(1));
    return rc + result;
}

static leat_mutex mutex = LEAT_MUTEX_INIT;
static leat_mutex poisoning = LEAT_MUTEX_POISONING_INIT;
static leat_cond cond = LEAT_COND_INIT;
static leat_rwlock rwlock = LEAT_RWLOCK_INIT;
static leat_sem sem = LEAT_SEM_INIT(3);
static leat_sem most = LEAT_SEM_INIT(LEAT_SEM_MAX);
static leat_waitgroup group = LEAT_WAITGROUP_INIT;
static leat_barrier barrier = LEAT_BARRIER_INIT(2);
static leat_once once = LEAT_ONCE_INIT;

int use_sync(int (*fn)(void *arg), void *arg);
int use_sync(int (*fn)(void *arg), void *arg)
{
    int result = 0;
    leat_mutex_lock(&mutex);
    leat_cond_wait(&cond, &mutex);
    leat_mutex_unlock(&mutex);
    int rc = leat_mutex_lock_until(&poisoning, leat_nowait());
    rc += leat_rwlock_rdlock_until(&rwlock, leat_nowait());
    rc += leat_sem_acquire(&sem, 1, leat_nowait());
    rc += leat_sem_acquire(&most, LEAT_SEM_MAX, leat_nowait());
    rc += leat_waitgroup_wait(&group, leat_nowait());
    rc += leat_barrier_wait(&barrier, leat_nowait());
    rc += leat_once_do(&once, fn, arg, &result, leat_forever());
    return rc + result;
}

int use_pool(leat_fn *fn, void *arg);
int use_pool(leat_fn *fn, void *arg)
{
    leat_pool *pool;
    leat_task *task;
    leat_pool_counts counts = LEAT_ZERO_INIT;
    leat_job job = LEAT_ZERO_INIT;
    leat_pool_opts opts = LEAT_ZERO_INIT;
    opts.size = sizeof opts;
    opts.workers = LEAT_POOL_WORKERS_MAX;
    job.fn = fn;
    job.arg = arg;
    int rc = leat_pool_new(&pool, &opts);
    if (rc < 0)
        return rc;
    rc += leat_pool_execute(pool, job, leat_nowait());
    rc += leat_pool_execute_many(pool, &job, 1, leat_nowait()) == 1;
    rc += leat_pool_resize(pool, 1);
    if (leat_pool_spawn(&task, pool, job, leat_nowait()) == 0) {
        rc += leat_task_cancel(task) + leat_task_is_done(task);
        rc += leat_task_join(task, NULL, leat_in_ms(1));
        leat_task_drop(leat_task_clone(task));
        leat_cancel_fire(leat_task_stop(task));
        rc += leat_task_name(task)[0] == *leat_thread_self_name();
        leat_task_drop(task);
    }
    leat_pool_stats(pool, &counts);
    rc += leat_pool_shutdown(pool, LEAT_POOL_DRAIN, leat_nowait());
    rc += leat_pool_shutdown(pool, LEAT_POOL_NOW, leat_in_ms(1));
    leat_pool_drop(leat_pool_clone(pool));
    return rc + leat_pool_drop(pool);
}

#ifndef __cplusplus
int use_pool_opts(leat_pool **pool);
int use_pool_opts(leat_pool **pool)
{
    return leat_pool_new(pool, LEAT_POOL_OPTS(.workers = 4, .queue_cap = 64));
}

int use_thread_opts(leat_thread **out, leat_job job);
int use_thread_opts(leat_thread **out, leat_job job)
{
    return leat_thread_spawn(out, job, LEAT_THREAD_OPTS(.stack_bytes = 65536));
}

int use_opts(leat_tx **tx, leat_rx **rx);
int use_opts(leat_tx **tx, leat_rx **rx)
{
    return leat_chan_new(
        tx, rx, 8, LEAT_UNBOUNDED,
        LEAT_CHAN_OPTS(.name = "jobs", .msg_align = LEAT_MSG_ALIGN_MAX,
                       .flags = LEAT_SINGLE_PRODUCER | LEAT_SINGLE_CONSUMER));
}

int use_flags(leat_tx **tx, leat_rx **rx);
int use_flags(leat_tx **tx, leat_rx **rx)
{
    return leat_chan_new(tx, rx, 8, 2,
                         LEAT_CHAN_OPTS(.flags = LEAT_STATS | LEAT_IN_PLACE));
}

int use_timer_opts(leat_rx **rx);
int use_timer_opts(leat_rx **rx)
{
    return leat_after(rx, leat_in_ms(1), LEAT_TIMER_OPTS(.name = "soon"));
}

int use_setonce_opts(leat_setonce **cell);
int use_setonce_opts(leat_setonce **cell)
{
    static char mem[LEAT_SETONCE_BYTES];
    return leat_setonce_new_in(cell, mem, sizeof mem,
                               LEAT_SETONCE_OPTS(.gone_arg = cell));
}

int use_loop_opts(leat_loop **loop);
int use_loop_opts(leat_loop **loop)
{
    return leat_loop_new(loop, LEAT_LOOP_OPTS(.flags = LEAT_LOOP_NO_TIMER));
}
#endif

int use_cancel_bytes(leat_cancel **token);
int use_cancel_bytes(leat_cancel **token)
{
    static char mem[LEAT_CANCEL_BYTES];
    return leat_cancel_new_in(token, mem, sizeof mem, NULL, NULL);
}

#if LEAT_VERSION !=                                                            \
    LEAT_VERSION_MAJOR * 10000 + LEAT_VERSION_MINOR * 100 + LEAT_VERSION_PATCH
#error "LEAT_VERSION is not what its parts say"
#endif
#if LEAT_VERSION < 100
#error "LEAT_VERSION cannot be compared by the preprocessor"
#endif
