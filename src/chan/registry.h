/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* registry.h - debug builds know every live channel, and where the owners of its
 * halves came from and went: a forgotten drop is the bug that C users make, and
 * this is how it is found. Release builds keep nothing and pay nothing. */
#ifndef LEAT_CHAN_REGISTRY_H
#define LEAT_CHAN_REGISTRY_H

#include "chan/chan.h"

#if LEAT_DEBUG && !defined(LEAT_GENMC)
/* Where the public function we are in was called from. */
#define LEAT__SITE() __builtin_return_address(0)
void leat__registry_add(leat_chan *chan, const void *site);
void leat__registry_remove(leat_chan *chan);
void leat__registry_taken(leat_chan *chan, enum leat__dir half,
                          const void *site);
void leat__registry_dropped(leat_chan *chan, enum leat__dir half,
                            const void *site);
#else
#define LEAT__SITE() NULL
static inline void leat__registry_add(leat_chan *chan, const void *site)
{
    (void)chan;
    (void)site;
}
static inline void leat__registry_remove(leat_chan *chan)
{
    (void)chan;
}
static inline void leat__registry_taken(leat_chan *chan, enum leat__dir half,
                                        const void *site)
{
    (void)chan;
    (void)half;
    (void)site;
}
static inline void leat__registry_dropped(leat_chan *chan, enum leat__dir half,
                                          const void *site)
{
    leat__registry_taken(chan, half, site);
}
#endif

/* Print every live channel to a descriptor: name, kind, fill,
 * parked sends and receives, owners with the places they were made and dropped.
 * For a watchdog: takes no lock that it cannot get soon. Release builds print one
 * line saying that they know nothing. */
void leat__chan_dump_all(int fd);

#endif
