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
    leat_op op = LEAT_ZERO_INIT;
    job_op_send(&op, tx, &j, leat_nowait());
    job_op_recv(&op, rx, &j, leat_nowait());
    leat_case cases[2];
    cases[0] = job_on_recv(rx, &j);
    cases[1] = job_on_send(tx, &j);
    rc += leat_select(cases, 2, LEAT_BIASED, leat_nowait());
    rc += leat_ready(cases, 2, 0, leat_nowait());
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

#ifndef __cplusplus
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
