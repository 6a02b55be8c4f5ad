/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* held.h - the mutexes that a thread holds, where somebody has to know.
 *
 * That is: poisoning mutexes, and in debug builds all. They are a list from a cell of
 * the thread's own, through the mutexes themselves, the last taken first; only the thread
 * touches it. Where there is a poisoning one, the thread's end is watched. */
#ifndef LEAT_SYNC_HELD_H
#define LEAT_SYNC_HELD_H

#include <leat/mutex.h>

/* Watch the end of the calling thread. returns 0 or LEAT_ENOMEM */
int leat__held_watch(void);

void leat__held_add(leat_mutex *mutex);

/* false: it is not the calling thread that holds it */
bool leat__held_remove(leat_mutex *mutex);
bool leat__held_has(const leat_mutex *mutex);

#endif
