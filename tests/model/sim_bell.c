/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* sim_bell.c - the descriptors of event loops (os.h) in a simulated world: a word that
 * is slept on, a time at which it rings by itself. Compiled without sanitizers, as
 * sim.c is; the order that a ring gives is told to them. */
#include "sim_bell.h"
#include "os/os.h"
#include "sim.h"
#include "sim_fiber.h"

#include <leat/err.h>

enum { BELLS = 2 * SIM_THREADS, RUNG = 1, SET = 2 };

struct bell {
    bool open;
    bool of_thread; /* closed with the world */
    leat__a32 rung; /* slept on: RUNG or not, and how often its time was set */
    int64_t at_ns;  /* it rings by itself */
};

static struct bell bells[BELLS];

static struct bell *bell_of(int fd)
{
    if (fd < 1 || fd > BELLS || !bells[fd - 1].open)
        sim_fail("a bell is used that is not open");
    return &bells[fd - 1];
}

int leat__os_bell_open(leat__os_bell *bell, bool timed)
{
    int fd = 0;
    while (fd < BELLS && bells[fd].open)
        fd++;
    if (fd == BELLS || sim_starved())
        return LEAT_EMFILE;
    bells[fd].open = true;
    bells[fd].of_thread = false;
    bells[fd].at_ns = INT64_MAX;
    atomic_store_explicit(&bells[fd].rung.v_, 0, memory_order_relaxed);
    *bell = (leat__os_bell){.fd = fd + 1, .ring_fd = fd + 1, .timer_fd = -1};
    if (timed && sim_random(2) == 0) /* as linux.c, or as posix.c */
        bell->timer_fd = fd + 1;
    return 0;
}

static uint32_t word_of(const struct bell *bell)
{
    leat__a32 *rung = (leat__a32 *)(uintptr_t)&bell->rung;
    return atomic_load_explicit(&rung->v_, memory_order_relaxed);
}

static void set_word(struct bell *bell, uint32_t word)
{
    atomic_store_explicit(&bell->rung.v_, word, memory_order_relaxed);
}

static bool is_rung(const struct bell *bell)
{
    return (word_of(bell) & RUNG) != 0;
}

void leat__os_bell_close(leat__os_bell *bell)
{
    sim_point_at(__builtin_return_address(0));
    struct bell *at = bell_of(bell->fd);
    if (is_rung(at))
        sim_fail("a bell is closed that has not been heard");
    at->open = false;
}

void leat__os_bell_ring(const leat__os_bell *bell)
{
    sim_point_at(__builtin_return_address(0));
    struct bell *at = bell_of(bell->ring_fd);
    if (is_rung(at))
        sim_fail("a bell is rung twice and has not been heard");
    fiber_sends(at);
    set_word(at, word_of(at) | RUNG);
    leat__os_futex_wake(&at->rung);
}

bool leat__os_bell_hear(const leat__os_bell *bell)
{
    sim_point_at(__builtin_return_address(0));
    struct bell *at = bell_of(bell->fd);
    if (!is_rung(at))
        return false;
    set_word(at, word_of(at) & ~(uint32_t)RUNG);
    fiber_receives(at);
    return true;
}

void leat__os_bell_set(const leat__os_bell *bell, int64_t at_ns)
{
    sim_point_at(__builtin_return_address(0));
    struct bell *at = bell_of(bell->timer_fd);
    at->at_ns = at_ns;
    set_word(at, word_of(at) + SET);
    leat__os_futex_wake(&at->rung); /* who waits for it looks again */
}

/* ---- watches: sets of descriptors that are ready by chance --------------------------- */

enum { WATCHES = 8, WATCH_FD = 500 };

static struct {
    int of; /* the descriptor of the bell; 0: not open */
    void *tag;
    int fds[8];
    int n;
} watches[WATCHES];

int leat__os_watch_open(const leat__os_bell *bell, void *tag)
{
    int at = 0;
    bell_of(bell->timer_fd);
    while (at < WATCHES && watches[at].of != 0)
        at++;
    if (at == WATCHES || sim_starved())
        return LEAT_EMFILE;
    watches[at].of = bell->fd;
    watches[at].tag = tag;
    watches[at].n = 0;
    return WATCH_FD + at;
}

int leat__os_watch_add(int watch, int fd, uint32_t events)
{
    int at = watch - WATCH_FD;
    if (at < 0 || at >= WATCHES || watches[at].of == 0 || events == 0)
        sim_fail("a watch is used that is not open");
    for (int i = 0; i < watches[at].n; i++) {
        if (watches[at].fds[i] == fd)
            return LEAT_EEXIST;
    }
    watches[at].fds[watches[at].n++] = fd;
    return 0;
}

int leat__os_watch_change(int watch, int fd, uint32_t events)
{
    if (leat__os_watch_add(watch, fd, events) != LEAT_EEXIST)
        sim_fail("a descriptor is changed that is not watched");
    return 0;
}

void leat__os_watch_close(int watch)
{
    sim_point_at(__builtin_return_address(0));
    if (watches[watch - WATCH_FD].of == 0)
        sim_fail("a watch is closed twice");
    watches[watch - WATCH_FD].of = 0;
}

size_t leat__os_watches_ready(const leat__os_bell *bell, void **tags,
                              size_t max)
{
    size_t n = 0;
    sim_point_at(__builtin_return_address(0));
    for (int i = 0; i < WATCHES && n < max; i++) {
        if (watches[i].of == bell->fd && sim_random(3) == 0)
            tags[n++] = watches[i].tag;
    }
    return n;
}

static bool is_watching(int fd)
{
    for (int i = 0; i < WATCHES; i++) {
        if (watches[i].of == fd)
            return true;
    }
    return false;
}

static bool watches_end(void)
{
    bool none = true;
    for (int i = 0; i < WATCHES; i++) {
        none = none && watches[i].of == 0;
        watches[i].of = 0;
    }
    return none;
}

bool sim_poll(int fd, int64_t deadline_ns)
{
    const struct bell *bell = bell_of(fd);
    while (!is_rung(bell)) {
        uint32_t word = word_of(bell);
        bool watching = is_watching(fd);
        int64_t at_ns = bell->at_ns < deadline_ns ? bell->at_ns : deadline_ns;
        leat__a32 *rung = (leat__a32 *)(uintptr_t)&bell->rung;
        if (watching && sim_random(2) == 0)
            return true;
        if (watching)
            at_ns = leat__os_now_ns() + 5; /* one of them, sooner or later */
        if (!leat__os_futex_wait(rung, word, at_ns) && word_of(bell) == word &&
            !watching)
            return false;
    }
    return true;
}

/* ---- threads' bells, and descriptors that are ready by chance ------------------------ */

static leat__os_bell thread_bells[SIM_THREADS];

leat__os_bell *leat__os_thread_bell(int *rc)
{
    leat__os_bell *bell = &thread_bells[sim_self()];
    bool has = bell->ring_fd != 0 || bell->fd != 0;
    *rc = has ? 0 : leat__os_bell_open(bell, false);
    if (*rc < 0) {
        *bell = (leat__os_bell){0};
        return NULL;
    }
    bells[bell->fd - 1].of_thread = true;
    return bell;
}

leat__os_fd leat__os_fd_of(int fd, uint32_t events)
{
    return (leat__os_fd){.fd = fd, .events = (short)events};
}

uint32_t leat__os_fd_ready(const leat__os_fd *fd)
{
    return (uint32_t)fd->revents;
}

static bool is_ready(const leat__os_fd *fd)
{
    if (fd->fd > 0 && fd->fd <= BELLS)
        return is_rung(bell_of(fd->fd));
    return sim_random(4) == 0;
}

static size_t look_at(leat__os_fd *fds, size_t n)
{
    size_t ready = 0;
    for (size_t i = 0; i < n; i++) {
        fds[i].revents = is_ready(&fds[i]) ? fds[i].events : (short)0;
        ready += fds[i].revents != 0 ? 1 : 0;
    }
    return ready;
}

/* Sleeps on the first, which is a bell; others are ready by chance, sooner or later. */
size_t leat__os_poll(leat__os_fd *fds, size_t n, int64_t deadline_ns)
{
    sim_point_at(__builtin_return_address(0));
    size_t ready;
    while ((ready = look_at(fds, n)) == 0) {
        int64_t now_ns = leat__os_now_ns();
        if (deadline_ns <= now_ns)
            return 0;
        int64_t at_ns =
            n > 1 && deadline_ns > now_ns + 5 ? now_ns + 5 : deadline_ns;
        leat__a32 *rung = &bell_of(fds[0].fd)->rung;
        leat__os_futex_wait(rung, 0, at_ns);
    }
    return ready;
}

bool sim_bells_end(void)
{
    bool none = true;
    for (int i = 0; i < BELLS; i++) {
        none = none &&
               (!bells[i].open || (bells[i].of_thread && !is_rung(&bells[i])));
        bells[i].open = false;
    }
    for (int i = 0; i < SIM_THREADS; i++)
        thread_bells[i] = (leat__os_bell){0};
    return watches_end() && none;
}
