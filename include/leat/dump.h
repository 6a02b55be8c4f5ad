/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* dump.h - what is there, and who waits on what, for a person to read.
 *
 * When a program hangs, call leat_dump from a debugger, a watchdog or a thread in
 * sigwait:
 *     (gdb) call leat_dump(2)
 *     leat: channel "jobs" at 0x55d0c8a04280, bounded, 64 queued of 64
 *         waiting: 2 to send, 0 to receive
 *             to send: thread 4711 (reader) for 12.040 s
 *             to send: thread 4712 (reader) for 11.991 s
 *         tx: 2 owners
 *         rx: 1 owner
 *
 * Every channel with a name is in it. In debug builds of leat (-DLEAT_DEBUG=ON) every
 * channel is, and for each half the places in the program where its owners were made
 * and dropped: who still holds what others wait on. */
#ifndef LEAT_DUMP_H
#define LEAT_DUMP_H

#include <leat/api.h>

LEAT_BEGIN_DECLS

/* Write the state of leat's objects to a descriptor, as text.
 *
 * blocks    as write to fd does; it waits some milliseconds for a lock that is held,
 *           and then goes on without
 * allocates as the C library's dprintf does
 * threads   any; not in a signal handler
 * since     0.1
 */
LEAT_API void leat_dump(int fd);

LEAT_END_DECLS
#endif
