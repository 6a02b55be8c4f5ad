/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* registry.h - the live channels that have a record; a dump shows those with a name.
 * Debug builds give every channel one, show all, and know where the owners of its halves came from and went:
 * a forgotten drop is the bug that C users make, and this is how it is found. */
#ifndef LEAT_CHAN_REGISTRY_H
#define LEAT_CHAN_REGISTRY_H

#include "chan/chan.h"

/* Is there anything of a channel with these options to be seen or counted? */
static inline bool leat__registry_shows(const leat_chan_opts *opts)
{
#if defined(LEAT_GENMC)
    (void)opts;
    return false;
#else
    return LEAT_DEBUG || opts->name != NULL || (opts->flags & LEAT_STATS) != 0;
#endif
}

/* Does it have a record, which has the hook for its end as well? */
static inline bool leat__registry_wants(const leat_chan_opts *opts)
{
#if defined(LEAT_GENMC)
    (void)opts;
    return false;
#else
    return leat__registry_shows(opts) || opts->gone != NULL;
#endif
}

/* Room for a record behind the first *bytes of a channel's block. returns where */
static inline size_t leat__record_room(size_t *bytes)
{
    size_t at = leat__round_up(*bytes, alignof(leat__record));
    *bytes = at + sizeof(leat__record);
    return at;
}

/* Copy a name to `at` in a channel's block. returns it; NULL: nothing, and "" */
const char *leat__name_put(leat_chan *chan, size_t at, const char *name);

/* Fill in the record that is at `at` in the channel's block. pre: it is zero; the name
 * outlasts the channel, as one in its block does */
void leat__record_init(leat_chan *chan, size_t at, const char *name,
                       void (*gone)(void *arg), void *gone_arg);

/* Where the public function we are in was called from. */
#if LEAT_DEBUG && !defined(LEAT_GENMC)
#define LEAT__SITE() __builtin_return_address(0)
#else
#define LEAT__SITE() NULL
#endif

/* The channel, made at site, is live; and is no more. NULL record: nothing. */
void leat__registry_add(leat_chan *chan, const void *site);
void leat__registry_remove(leat_chan *chan);

/* An owner more, or less, of a half. Release builds do nothing. */
#if LEAT_DEBUG && !defined(LEAT_GENMC)
void leat__registry_taken(leat_chan *chan, enum leat__dir half,
                          const void *site);
void leat__registry_dropped(leat_chan *chan, enum leat__dir half,
                            const void *site);
#else
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

/* The list of records, for a printer: it has the lock until leat__registry_close.
 * NULL: the lock cannot be had soon. */
leat__link *leat__registry_open(void);
void leat__registry_close(void);

/* Take a lock patiently, but not for ever. */
bool leat__lock_soon(leat__lock *lock);

#endif
