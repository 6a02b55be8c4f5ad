/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* leat.h - all of leat: channels that carry messages between threads and event loops;
 * threads, and pools of them.
 *
 *     #include <leat.h>
 *
 * Start reading at leat/chan.h; event loops go on with leat/op.h. Facts that hold for every header stand here.
 *
 * Ownership words. An argument is *borrowed* (used during the call only),
 * *copied* (its bytes are taken, it stays yours) or *kept* (used until a stated
 * event). A handle has owners: clone adds one, and only drop takes one away.
 *
 * Before main. Nothing runs before main and no thread is ever started behind
 * your back. leat's state belongs to its objects; the process-wide exceptions
 * are two cached facts (the number of processors, whether the kernel has
 * membarrier), a counter and two pointers for each thread, from the first poisoning
 * mutex on a key of thread-specific data, without futex a table of sleepers, and in debug builds (-DLEAT_DEBUG=ON) the list of live channels.
 * membarrier), a counter and a pointer for each thread, without futex a table of
 * sleepers, the virtual clock of tests (leat/clock.h), and in debug builds (-DLEAT_DEBUG=ON) the list of live channels.
 * membarrier), a counter, a number for chance and a pointer for each thread, and a
 * descriptor if it has waited for descriptors in a select; without futex a table of
 * sleepers; and in debug builds (-DLEAT_DEBUG=ON) the list of live channels.
 *
 * fork. A child of a process with several threads may only exec or _exit: a
 * lock that some thread held at the fork stays locked in the child for ever.
 * The parent goes on undisturbed. A child of a process with one thread may use
 * its channels; they are copies, and nothing passes between child and parent.
 *
 * Threads that end. A handle belongs to the process, not to a thread: a thread
 * that ends, by returning or by pthread_exit, drops nothing, and the channel
 * stays as open as it was. Use pthread_cleanup_push to drop on every way out. A
 * leat_thread that ends by pthread_exit has ended: whoever joins it is told
 * LEAT_EEXITED. A mutex stays locked by a thread that is gone, unless it was made to
 * be poisoned by that (leat/mutex.h).
 * pthread_cancel of a thread inside leat is undefined: a cancellation point within
 * would leave a wait enlisted whose stack is gone. Use a leat_cancel token, or
 * pthread_setcancelstate around the call.
 *
 * Signal handlers may call leat_now_ns, leat_forever, leat_nowait, leat_at_ns,
 * leat_each_ms, leat_cancel_check, leat_err_name, leat_err_text, leat_version,
 * and nothing else. A handler that interrupts a wait is invisible to the wait. To act
 * on signals receive them as messages (leat/signal.h).
 *
 * Out of memory is an error like any other: LEAT_ENOMEM, and all is as before.
 * Misuse prints one sentence on standard error and aborts. */
#ifndef LEAT_H
#define LEAT_H

#include <leat/api.h>
#include <leat/barrier.h>
#include <leat/batch.h>
#include <leat/broadcast.h>
#include <leat/cancel.h>
#include <leat/chan.h>
#include <leat/cond.h>
#include <leat/clock.h>
#include <leat/dump.h>
#include <leat/err.h>
#include <leat/job.h>
#include <leat/loop.h>
#include <leat/mem.h>
#include <leat/mutex.h>
#include <leat/once.h>
#include <leat/oneshot.h>
#include <leat/op.h>
#include <leat/place.h>
#include <leat/rwlock.h>
#include <leat/sem.h>
#include <leat/setonce.h>
#include <leat/signal.h>
#include <leat/pool.h>
#include <leat/select.h>
#include <leat/set.h>
#include <leat/stats.h>
#include <leat/task.h>
#include <leat/thread.h>
#include <leat/time.h>
#include <leat/typed.h>
#include <leat/until.h>
#include <leat/version.h>
#include <leat/waitgroup.h>
#include <leat/watch.h>
#include <leat/weak.h>

#endif
