/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* typed.h - channels of one C type, checked by the compiler.
 *
 *     LEAT_CHAN_TYPE(job, struct job);
 *
 *     job_tx *tx;
 *     job_rx *rx;
 *     int rc = job_chan_new(&tx, &rx, 64, NULL);
 *     struct job j = {...};
 *     rc = job_tx_send(tx, &j, leat_forever());
 *
 * Every leat_ name of a channel, and leat_op_send, leat_op_recv, leat_on_send,
 * leat_on_recv and leat_never, exists with leat_ replaced by the prefix, takes pointers to
 * the type, and does exactly what the leat_ name does. Sizes are the type's, and so is the
 * alignment unless the options ask for more. The two types are new ones: a job_tx is not a
 * leat_tx and not another type's, and job_tx_raw() gives the leat_tx beneath for whatever
 * takes one. A case is checked where it is made, so the same ones go into arrays and sets:
 *
 *     leat_case cases[] = {job_on_recv(rx, &j), leat_on_cancel(stop)};
 *     rc = leat_select(cases, 2, 0, leat_forever());
 *     rc = leat_set_add(set, job_on_recv(rx, &j));
 *
 * A type with a comma in its name needs a typedef first; in C++ it must be trivially
 * copyable, for a message is its bytes.
 *
 *     LEAT_SETONCE_TYPE(config, struct config);
 *
 * gives a cell of one type in the same way: config_setonce_set(cell, &mine) takes a pointer
 * to the type, config_setonce_get(cell) returns one. */
#ifndef LEAT_TYPED_H
#define LEAT_TYPED_H

#include <leat/api.h>
#include <leat/batch.h>
#include <leat/broadcast.h>
#include <leat/chan.h>
#include <leat/oneshot.h>
#include <leat/op.h>
#include <leat/select.h>
#include <leat/setonce.h>
#include <leat/time.h>
#include <leat/watch.h>
#include <leat/weak.h>

#ifdef __cplusplus
#define LEAT_ALIGNOF_(T)       alignof(T)
#define LEAT_CAST_(T, e)       reinterpret_cast<T>(e)
#define LEAT_CONST_CAST_(T, e) static_cast<T const *>(e)
#define LEAT_PTR_(T, e)        static_cast<T *>(e)
#define LEAT_BYTES_(T)                                                         \
    static_assert(__is_trivially_copyable(T), "a message is its bytes");
#else
#define LEAT_ALIGNOF_(T)       _Alignof(T)
#define LEAT_CAST_(T, e)       ((T)(void *)(e))
#define LEAT_CONST_CAST_(T, e) ((T const *)(e))
#define LEAT_PTR_(T, e)        ((T *)(e))
#define LEAT_BYTES_(T)
#endif

#if defined(__GNUC__) || defined(__clang__)
#define LEAT_TYPED_ static inline __attribute__((unused))
#else
#define LEAT_TYPED_ static inline
#endif

LEAT_BEGIN_DECLS

/* What prefix_chan_new and its like call: the options, or the defaults for NULL, with at
 * least this msg_align. Options of an unknown size stay such, and are refused later.
 *
 * blocks    never            allocates  never            threads  any
 * since     0.1
 */
LEAT_API leat_chan_opts leat_chan_opts_aligned(const leat_chan_opts *opts,
                                               size_t msg_align);

LEAT_END_DECLS

#define LEAT_CHAN_TYPE(prefix, T)                                              \
    LEAT_BYTES_(T)                                                             \
    typedef struct prefix##_tx prefix##_tx;                                    \
    typedef struct prefix##_rx prefix##_rx;                                    \
    typedef struct prefix##_weak_tx prefix##_weak_tx;                          \
    typedef struct prefix##_weak_rx prefix##_weak_rx;                          \
    LEAT_TYPED_ leat_tx *prefix##_tx_raw(prefix##_tx *tx)                      \
    {                                                                          \
        return LEAT_CAST_(leat_tx *, tx);                                      \
    }                                                                          \
    LEAT_TYPED_ leat_rx *prefix##_rx_raw(prefix##_rx *rx)                      \
    {                                                                          \
        return LEAT_CAST_(leat_rx *, rx);                                      \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_chan_new(                          \
        prefix##_tx **tx, prefix##_rx **rx, size_t capacity,                   \
        const leat_chan_opts *opts)                                            \
    {                                                                          \
        leat_tx *tx_ = NULL;                                                   \
        leat_rx *rx_ = NULL;                                                   \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        int rc = leat_chan_new(&tx_, &rx_, sizeof(T), capacity, &opts_);       \
        if (rc == 0) {                                                         \
            *tx = LEAT_CAST_(prefix##_tx *, tx_);                              \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        }                                                                      \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ size_t prefix##_chan_footprint(size_t capacity,                \
                                               const leat_chan_opts *opts)     \
    {                                                                          \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        return leat_chan_footprint(sizeof(T), capacity, &opts_);               \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_chan_new_in(                       \
        prefix##_tx **tx, prefix##_rx **rx, void *mem, size_t mem_bytes,       \
        size_t capacity, const leat_chan_opts *opts)                           \
    {                                                                          \
        leat_tx *tx_ = NULL;                                                   \
        leat_rx *rx_ = NULL;                                                   \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        int rc = leat_chan_new_in(&tx_, &rx_, mem, mem_bytes, sizeof(T),       \
                                  capacity, &opts_);                           \
        if (rc == 0) {                                                         \
            *tx = LEAT_CAST_(prefix##_tx *, tx_);                              \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        }                                                                      \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_rx *prefix##_never(void)               \
    {                                                                          \
        return LEAT_CAST_(prefix##_rx *, leat_never());                        \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_oneshot_new(                       \
        prefix##_tx **tx, prefix##_rx **rx, const leat_chan_opts *opts)        \
    {                                                                          \
        leat_tx *tx_ = NULL;                                                   \
        leat_rx *rx_ = NULL;                                                   \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        int rc = leat_oneshot_new(&tx_, &rx_, sizeof(T), &opts_);              \
        if (rc == 0) {                                                         \
            *tx = LEAT_CAST_(prefix##_tx *, tx_);                              \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        }                                                                      \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ size_t prefix##_oneshot_footprint(const leat_chan_opts *opts)  \
    {                                                                          \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        return leat_oneshot_footprint(sizeof(T), &opts_);                      \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_oneshot_new_in(                    \
        prefix##_tx **tx, prefix##_rx **rx, void *mem, size_t mem_bytes,       \
        const leat_chan_opts *opts)                                            \
    {                                                                          \
        leat_tx *tx_ = NULL;                                                   \
        leat_rx *rx_ = NULL;                                                   \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        int rc = leat_oneshot_new_in(&tx_, &rx_, mem, mem_bytes, sizeof(T),    \
                                     &opts_);                                  \
        if (rc == 0) {                                                         \
            *tx = LEAT_CAST_(prefix##_tx *, tx_);                              \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        }                                                                      \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_watch_new(                         \
        prefix##_tx **tx, prefix##_rx **rx, T const *initial,                  \
        const leat_chan_opts *opts)                                            \
    {                                                                          \
        leat_tx *tx_ = NULL;                                                   \
        leat_rx *rx_ = NULL;                                                   \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        int rc = leat_watch_new(&tx_, &rx_, sizeof(T), initial, &opts_);       \
        if (rc == 0) {                                                         \
            *tx = LEAT_CAST_(prefix##_tx *, tx_);                              \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        }                                                                      \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ size_t prefix##_watch_footprint(const leat_chan_opts *opts)    \
    {                                                                          \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        return leat_watch_footprint(sizeof(T), &opts_);                        \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_watch_new_in(                      \
        prefix##_tx **tx, prefix##_rx **rx, void *mem, size_t mem_bytes,       \
        T const *initial, const leat_chan_opts *opts)                          \
    {                                                                          \
        leat_tx *tx_ = NULL;                                                   \
        leat_rx *rx_ = NULL;                                                   \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        int rc = leat_watch_new_in(&tx_, &rx_, mem, mem_bytes, sizeof(T),      \
                                   initial, &opts_);                           \
        if (rc == 0) {                                                         \
            *tx = LEAT_CAST_(prefix##_tx *, tx_);                              \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        }                                                                      \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_watch_subscribe(prefix##_rx **rx,  \
                                                            leat_chan *chan)   \
    {                                                                          \
        leat_rx *rx_ = NULL;                                                   \
        int rc = leat_watch_subscribe(&rx_, chan);                             \
        if (rc == 0)                                                           \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_watch_subscribe_in(                \
        prefix##_rx **rx, void *mem, size_t mem_bytes, leat_chan *chan)        \
    {                                                                          \
        leat_rx *rx_ = NULL;                                                   \
        int rc = leat_watch_subscribe_in(&rx_, mem, mem_bytes, chan);          \
        if (rc == 0)                                                           \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ uint64_t prefix##_watch_read(leat_chan *chan, T *value)        \
    {                                                                          \
        return leat_watch_read(chan, value);                                   \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD T const *prefix##_watch_borrow(prefix##_rx *rx) \
    {                                                                          \
        return LEAT_CONST_CAST_(T, leat_watch_borrow(prefix##_rx_raw(rx)));    \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_watch_borrow_next(                 \
        prefix##_rx *rx, T const **value, leat_until until)                    \
    {                                                                          \
        const void *value_ = NULL;                                             \
        int rc = leat_watch_borrow_next(prefix##_rx_raw(rx), &value_, until);  \
        if (rc == 0)                                                           \
            *value = LEAT_CONST_CAST_(T, value_);                              \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ void prefix##_watch_release(prefix##_rx *rx, T const *value)   \
    {                                                                          \
        leat_watch_release(prefix##_rx_raw(rx), value);                        \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_watch_changed(prefix##_rx *rx,     \
                                                          leat_until until)    \
    {                                                                          \
        return leat_watch_changed(prefix##_rx_raw(rx), until);                 \
    }                                                                          \
    LEAT_TYPED_ bool prefix##_watch_has_changed(prefix##_rx *rx)               \
    {                                                                          \
        return leat_watch_has_changed(prefix##_rx_raw(rx));                    \
    }                                                                          \
    LEAT_TYPED_ void prefix##_watch_mark(prefix##_rx *rx, bool seen)           \
    {                                                                          \
        leat_watch_mark(prefix##_rx_raw(rx), seen);                            \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_watch_wait_for(                    \
        prefix##_rx *rx, bool (*is_it)(const void *value, void *arg),          \
        void *arg, T *value, leat_until until)                                 \
    {                                                                          \
        return leat_watch_wait_for(prefix##_rx_raw(rx), is_it, arg, value,     \
                                   until);                                     \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_watch_modify(                      \
        prefix##_tx *tx, bool (*change)(void *value, void *arg), void *arg)    \
    {                                                                          \
        return leat_watch_modify(prefix##_tx_raw(tx), change, arg);            \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_tx_send(                           \
        prefix##_tx *tx, T const *msg, leat_until until)                       \
    {                                                                          \
        return leat_tx_send(prefix##_tx_raw(tx), msg, until);                  \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_oneshot_send(prefix##_tx *tx,      \
                                                         T const *msg)         \
    {                                                                          \
        return leat_oneshot_send(prefix##_tx_raw(tx), msg);                    \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_oneshot_recv(                      \
        prefix##_rx *rx, T *msg, leat_until until)                             \
    {                                                                          \
        return leat_oneshot_recv(prefix##_rx_raw(rx), msg, until);             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_tx_force(                          \
        prefix##_tx *tx, T const *msg, T *displaced)                           \
    {                                                                          \
        return leat_tx_force(prefix##_tx_raw(tx), msg, displaced);             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_rx_recv(prefix##_rx *rx, T *msg,   \
                                                    leat_until until)          \
    {                                                                          \
        return leat_rx_recv(prefix##_rx_raw(rx), msg, until);                  \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_rx_peek(prefix##_rx *rx, T *msg,   \
                                                    leat_until until)          \
    {                                                                          \
        return leat_rx_peek(prefix##_rx_raw(rx), msg, until);                  \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD ptrdiff_t prefix##_tx_send_many(                \
        prefix##_tx *tx, T const *msgs, size_t n, leat_until until)            \
    {                                                                          \
        return leat_tx_send_many(prefix##_tx_raw(tx), msgs, n, until);         \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD ptrdiff_t prefix##_rx_recv_many(                \
        prefix##_rx *rx, T *msgs, size_t max, leat_until until)                \
    {                                                                          \
        return leat_rx_recv_many(prefix##_rx_raw(rx), msgs, max, until);       \
    }                                                                          \
    LEAT_TYPED_ size_t prefix##_rx_drain(prefix##_rx *rx, T *msgs, size_t max) \
    {                                                                          \
        return leat_rx_drain(prefix##_rx_raw(rx), msgs, max);                  \
    }                                                                          \
    LEAT_TYPED_ void prefix##_op_send(leat_op *op, prefix##_tx *tx,            \
                                      T const *msg, leat_until until)          \
    {                                                                          \
        leat_op_send(op, prefix##_tx_raw(tx), msg, until);                     \
    }                                                                          \
    LEAT_TYPED_ void prefix##_op_recv(leat_op *op, prefix##_rx *rx, T *msg,    \
                                      leat_until until)                        \
    {                                                                          \
        leat_op_recv(op, prefix##_rx_raw(rx), msg, until);                     \
    }                                                                          \
    LEAT_TYPED_ leat_chan *prefix##_tx_chan(prefix##_tx *tx)                   \
    {                                                                          \
        return leat_tx_chan(prefix##_tx_raw(tx));                              \
    }                                                                          \
    LEAT_TYPED_ leat_chan *prefix##_rx_chan(prefix##_rx *rx)                   \
    {                                                                          \
        return leat_rx_chan(prefix##_rx_raw(rx));                              \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_tx *prefix##_chan_tx(leat_chan *chan)  \
    {                                                                          \
        return LEAT_CAST_(prefix##_tx *, leat_chan_tx(chan));                  \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_rx *prefix##_chan_rx(leat_chan *chan)  \
    {                                                                          \
        return LEAT_CAST_(prefix##_rx *, leat_chan_rx(chan));                  \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_tx *prefix##_tx_clone(prefix##_tx *tx) \
    {                                                                          \
        return LEAT_CAST_(prefix##_tx *, leat_tx_clone(prefix##_tx_raw(tx)));  \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_rx *prefix##_rx_clone(prefix##_rx *rx) \
    {                                                                          \
        return LEAT_CAST_(prefix##_rx *, leat_rx_clone(prefix##_rx_raw(rx)));  \
    }                                                                          \
    LEAT_TYPED_ bool prefix##_tx_drop(prefix##_tx *tx)                         \
    {                                                                          \
        return leat_tx_drop(prefix##_tx_raw(tx));                              \
    }                                                                          \
    LEAT_TYPED_ bool prefix##_rx_drop(prefix##_rx *rx)                         \
    {                                                                          \
        return leat_rx_drop(prefix##_rx_raw(rx));                              \
    }                                                                          \
    LEAT_TYPED_ bool prefix##_tx_is_gone(prefix##_tx *tx)                      \
    {                                                                          \
        return leat_tx_is_gone(prefix##_tx_raw(tx));                           \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_tx_wait_gone(prefix##_tx *tx,      \
                                                         leat_until until)     \
    {                                                                          \
        return leat_tx_wait_gone(prefix##_tx_raw(tx), until);                  \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_weak_tx *prefix##_tx_downgrade(        \
        prefix##_tx *tx)                                                       \
    {                                                                          \
        return LEAT_CAST_(prefix##_weak_tx *,                                  \
                          leat_tx_downgrade(prefix##_tx_raw(tx)));             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_tx *prefix##_weak_tx_upgrade(          \
        prefix##_weak_tx *weak)                                                \
    {                                                                          \
        return LEAT_CAST_(prefix##_tx *, leat_weak_tx_upgrade(LEAT_CAST_(      \
                                             leat_weak_tx *, weak)));          \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_weak_tx *prefix##_weak_tx_clone(       \
        prefix##_weak_tx *weak)                                                \
    {                                                                          \
        return LEAT_CAST_(prefix##_weak_tx *, leat_weak_tx_clone(LEAT_CAST_(   \
                                                  leat_weak_tx *, weak)));     \
    }                                                                          \
    LEAT_TYPED_ void prefix##_weak_tx_drop(prefix##_weak_tx *weak)             \
    {                                                                          \
        leat_weak_tx_drop(LEAT_CAST_(leat_weak_tx *, weak));                   \
    }                                                                          \
    LEAT_TYPED_ bool prefix##_rx_is_gone(prefix##_rx *rx)                      \
    {                                                                          \
        return leat_rx_is_gone(prefix##_rx_raw(rx));                           \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_rx_wait_gone(prefix##_rx *rx,      \
                                                         leat_until until)     \
    {                                                                          \
        return leat_rx_wait_gone(prefix##_rx_raw(rx), until);                  \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_weak_rx *prefix##_rx_downgrade(        \
        prefix##_rx *rx)                                                       \
    {                                                                          \
        return LEAT_CAST_(prefix##_weak_rx *,                                  \
                          leat_rx_downgrade(prefix##_rx_raw(rx)));             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_rx *prefix##_weak_rx_upgrade(          \
        prefix##_weak_rx *weak)                                                \
    {                                                                          \
        return LEAT_CAST_(prefix##_rx *, leat_weak_rx_upgrade(LEAT_CAST_(      \
                                             leat_weak_rx *, weak)));          \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_weak_rx *prefix##_weak_rx_clone(       \
        prefix##_weak_rx *weak)                                                \
    {                                                                          \
        return LEAT_CAST_(prefix##_weak_rx *, leat_weak_rx_clone(LEAT_CAST_(   \
                                                  leat_weak_rx *, weak)));     \
    }                                                                          \
    LEAT_TYPED_ void prefix##_weak_rx_drop(prefix##_weak_rx *weak)             \
    {                                                                          \
        leat_weak_rx_drop(LEAT_CAST_(leat_weak_rx *, weak));                   \
    }                                                                          \
    LEAT_TYPED_ void prefix##_tx_close(prefix##_tx *tx)                        \
    {                                                                          \
        leat_tx_close(prefix##_tx_raw(tx));                                    \
    }                                                                          \
    LEAT_TYPED_ void prefix##_rx_close(prefix##_rx *rx)                        \
    {                                                                          \
        leat_rx_close(prefix##_rx_raw(rx));                                    \
    }                                                                          \
    LEAT_TYPED_ leat_case prefix##_on_recv(prefix##_rx *rx, T *msg)            \
    {                                                                          \
        return leat_on_recv(prefix##_rx_raw(rx), msg);                         \
    }                                                                          \
    LEAT_TYPED_ leat_case prefix##_on_send(prefix##_tx *tx, T const *msg)      \
    {                                                                          \
        return leat_on_send(prefix##_tx_raw(tx), msg);                         \
    }                                                                          \
    LEAT_TYPED_ void prefix##_tx_close_because(prefix##_tx *tx, int why)       \
    {                                                                          \
        leat_tx_close_because(prefix##_tx_raw(tx), why);                       \
    }                                                                          \
    LEAT_TYPED_ void prefix##_rx_close_because(prefix##_rx *rx, int why)       \
    {                                                                          \
        leat_rx_close_because(prefix##_rx_raw(rx), why);                       \
    }                                                                          \
    LEAT_TYPED_ void prefix##_rx_abort(prefix##_rx *rx)                        \
    {                                                                          \
        leat_rx_abort(prefix##_rx_raw(rx));                                    \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_broadcast_new(                     \
        prefix##_tx **tx, size_t capacity, const leat_chan_opts *opts)         \
    {                                                                          \
        leat_tx *tx_ = NULL;                                                   \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        int rc = leat_broadcast_new(&tx_, sizeof(T), capacity, &opts_);        \
        if (rc == 0)                                                           \
            *tx = LEAT_CAST_(prefix##_tx *, tx_);                              \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ size_t prefix##_broadcast_footprint(                           \
        size_t capacity, const leat_chan_opts *opts)                           \
    {                                                                          \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        return leat_broadcast_footprint(sizeof(T), capacity, &opts_);          \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_broadcast_new_in(                  \
        prefix##_tx **tx, void *mem, size_t mem_bytes, size_t capacity,        \
        const leat_chan_opts *opts)                                            \
    {                                                                          \
        leat_tx *tx_ = NULL;                                                   \
        leat_chan_opts opts_ = leat_chan_opts_aligned(opts, LEAT_ALIGNOF_(T)); \
        int rc = leat_broadcast_new_in(&tx_, mem, mem_bytes, sizeof(T),        \
                                       capacity, &opts_);                      \
        if (rc == 0)                                                           \
            *tx = LEAT_CAST_(prefix##_tx *, tx_);                              \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_broadcast_subscribe(               \
        prefix##_rx **rx, leat_chan *chan, uint32_t flags)                     \
    {                                                                          \
        leat_rx *rx_ = NULL;                                                   \
        int rc = leat_broadcast_subscribe(&rx_, chan, flags);                  \
        if (rc == 0)                                                           \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_broadcast_subscribe_in(            \
        prefix##_rx **rx, void *mem, size_t mem_bytes, leat_chan *chan,        \
        uint32_t flags)                                                        \
    {                                                                          \
        leat_rx *rx_ = NULL;                                                   \
        int rc =                                                               \
            leat_broadcast_subscribe_in(&rx_, mem, mem_bytes, chan, flags);    \
        if (rc == 0)                                                           \
            *rx = LEAT_CAST_(prefix##_rx *, rx_);                              \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ uint64_t prefix##_rx_missed(prefix##_rx *rx)                   \
    {                                                                          \
        return leat_rx_missed(prefix##_rx_raw(rx));                            \
    }                                                                          \
    struct prefix##_typed_ends_with_a_semicolon_

#define LEAT_SETONCE_TYPE(prefix, T)                                           \
    typedef struct prefix##_setonce prefix##_setonce;                          \
    LEAT_TYPED_ leat_setonce *prefix##_setonce_raw(prefix##_setonce *cell)     \
    {                                                                          \
        return LEAT_CAST_(leat_setonce *, cell);                               \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_setonce_new(                       \
        prefix##_setonce **out, const leat_setonce_opts *opts)                 \
    {                                                                          \
        leat_setonce *cell_ = NULL;                                            \
        int rc = leat_setonce_new(&cell_, opts);                               \
        if (rc == 0)                                                           \
            *out = LEAT_CAST_(prefix##_setonce *, cell_);                      \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_setonce_new_in(                    \
        prefix##_setonce **out, void *mem, size_t mem_bytes,                   \
        const leat_setonce_opts *opts)                                         \
    {                                                                          \
        leat_setonce *cell_ = NULL;                                            \
        int rc = leat_setonce_new_in(&cell_, mem, mem_bytes, opts);            \
        if (rc == 0)                                                           \
            *out = LEAT_CAST_(prefix##_setonce *, cell_);                      \
        return rc;                                                             \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD prefix##_setonce *prefix##_setonce_clone(       \
        prefix##_setonce *cell)                                                \
    {                                                                          \
        (void)!leat_setonce_clone(prefix##_setonce_raw(cell));                 \
        return cell;                                                           \
    }                                                                          \
    LEAT_TYPED_ bool prefix##_setonce_drop(prefix##_setonce *cell)             \
    {                                                                          \
        return leat_setonce_drop(prefix##_setonce_raw(cell));                  \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_setonce_set(                       \
        prefix##_setonce *cell, T *value)                                      \
    {                                                                          \
        return leat_setonce_set(prefix##_setonce_raw(cell), value);            \
    }                                                                          \
    LEAT_TYPED_ T *prefix##_setonce_get(prefix##_setonce *cell)                \
    {                                                                          \
        return LEAT_PTR_(T, leat_setonce_get(prefix##_setonce_raw(cell)));     \
    }                                                                          \
    LEAT_TYPED_ LEAT_NODISCARD int prefix##_setonce_wait(                      \
        prefix##_setonce *cell, T **value, leat_until until)                   \
    {                                                                          \
        void *value_ = NULL;                                                   \
        int rc =                                                               \
            leat_setonce_wait(prefix##_setonce_raw(cell), &value_, until);     \
        if (rc == 0)                                                           \
            *value = LEAT_PTR_(T, value_);                                     \
        return rc;                                                             \
    }                                                                          \
    struct prefix##_setonce_ends_with_a_semicolon_

#endif
