/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* fd.h - selects with descriptors: asleep in poll instead of on the word.
 *
 * The wait is of the callback kind then: who completes it rings the thread's bell, which
 * is polled beside the descriptors. A thread has one bell, from its first such wait
 * to its end. A wait that is completed is rung for once, and heard before the select
 * goes on; one that its owner claims is never rung for. */
#ifndef LEAT_SELECT_FD_H
#define LEAT_SELECT_FD_H

#include "os/os.h"
#include "select/select.h"

/* Give the selection the calling thread's bell. returns 0, LEAT_EMFILE, LEAT_ENOMEM */
int leat__fd_begin(leat__selection *it);

/* For leat__selection_arm. pre: it has a bell */
void leat__fd_notify(leat__wait *wait);

/* Wait until the selection is complete, or claim it because a descriptor is ready or the
 * time has come. pre: it has a bell */
void leat__fd_park(leat__selection *it, int64_t deadline_ns);

/* The same for any wait of the callback kind whose notify rings the bell, its LAST TOUCH:
 * wait until it is complete, or claim it because one of n descriptors is ready or the time
 * has come. fds has n + 1 places, of which the first is the bell's. */
void leat__fd_park_at(leat__wait *wait, const leat__os_bell *bell,
                      leat__os_fd *fds, size_t n, int64_t deadline_ns);

#endif
