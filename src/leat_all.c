/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* leat_all.c - all of leat as one translation unit: for embedding, for the
 * checkers under tests/model, and as a build of its own, so that file-local names
 * never collide. Needs -Iinclude -Isrc -pthread. The checkers bring their own
 * src/os. */
#define _GNU_SOURCE 1 /* as -D_GNU_SOURCE says it */
#if !defined(LEAT_SIM) && !defined(LEAT_GENMC)
#include "os/common.c"
#if defined(LEAT_FUTEX_POSIX) || !defined(__linux__) || !defined(__LP64__)
#include "os/posix.c"
#else
#include "os/linux.c"
#endif
#include "os/signal.c"
#endif
#include "base/err.c"
#include "base/mem.c"
#include "base/panic.c"
#include "base/version.c"

#include "park/clock.c"
#include "park/chance.c"
#include "park/lock.c"
#include "park/token.c"
#include "park/until.c"
#include "park/wait.c"

#include "cancel/cancel.c"
#include "cancel/hook.c"
#include "cancel/tree.c"

#include "thread/handle.c"
#include "thread/task.c"
#include "thread/thread.c"

#include "sync/barrier.c"
#include "sync/cond.c"
#include "sync/gate.c"
#include "sync/held.c"
#include "sync/mutex.c"
#include "sync/once.c"
#include "sync/rwlock.c"
#include "sync/sem.c"
#include "sync/waitgroup.c"

#include "chan/broadcast.c"
#include "chan/broadcast_cells.c"
#include "chan/broadcast_make.c"
#include "chan/broadcast_ring.c"
#include "chan/cells.c"
#include "chan/dump.c"
#include "chan/ends.c"
#include "chan/ends_close.c"
#include "chan/ends_many.c"
#include "chan/half.c"
#include "chan/layout.c"
#include "chan/locked.c"
#include "chan/make.c"
#include "chan/oneshot.c"
#include "chan/oneshot_make.c"
#include "chan/op.c"
#include "chan/place.c"
#include "chan/policy.c"
#include "chan/queue.c"
#include "chan/registry.c"
#include "chan/seg.c"
#include "chan/stats.c"
#include "chan/transfer.c"
#include "chan/watch.c"
#include "chan/watch_end.c"
#include "chan/watch_make.c"
#include "chan/weak.c"

#include "time/clock.c"
#include "time/never.c"
#include "time/sleep.c"
#include "time/timer.c"
#include "sync/setonce.c"
#include "select/cases.c"
#include "select/fd.c"
#include "select/gates.c"
#include "select/select.c"
#include "select/set.c"

#include "loop/loop.c"
#include "loop/make.c"
#include "loop/select.c"
#include "loop/start.c"

#if !defined(LEAT_GENMC) /* no harness of GenMC's runs it */
#include "signal/signal.c"
#include "pool/idle.c"
#include "pool/pool.c"
#include "pool/worker.c"
#endif
