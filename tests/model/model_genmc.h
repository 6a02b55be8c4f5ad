/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* model_genmc.h - what model.h's words mean under the GenMC model checker, and
 * the porting contract (os.h) there.
 *
 * GenMC explores every execution that the C11 memory model allows, so a thread
 * is not run, it is a part of a graph; time and sleep have to be said in loads
 * and stores.
 *
 *   clock       one cell, 1 for now and M_LATE for later; a thread of its own
 *               moves it, so in some execution each deadline passes here, in
 *               some other there
 *   sleep       a loop on the word. GenMC follows one turn of it and, with
 *               -check-liveness, says so when nobody will end it: the lost wake
 *   wake        a bit of one word, chosen by the address. Who found the word as
 *               expected waits for both, the change and the wake
 *   a spin      from yield to nap is one turn of a loop that changes nothing
 *   membarrier  there is none: both sides of a promised end's Dekker shapes have
 *               a real fence, seq_cst. That membarrier is as strong is what the
 *               kernel promises (docs/adr/0002), and nothing else differs
 *
 * All that is relaxed: who relies on an order that a system happens to give is
 * caught. */
#ifndef LEAT_TESTS_MODEL_MODEL_GENMC_H
#define LEAT_TESTS_MODEL_MODEL_GENMC_H

#include <errno.h>
#include <genmc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the harness's words ----------------------------------------------- */

#define M_ASSERT(condition)                                                    \
    do {                                                                       \
        if (!(condition))                                                      \
            __VERIFIER_assert_fail(#condition, __FILE__, __LINE__);            \
    } while (0)

/* One scenario, named on the command line; the table is for the other two. */
#define M_ROW(name)           0
#define M_ROW_OF(name, share) 0
#define M_MAIN(...)                                                            \
    int main(void)                                                             \
    {                                                                          \
        pthread_t clock;                                                       \
        pthread_create(&clock, NULL, m_time_passes, NULL);                     \
        M_SCENARIO();                                                          \
        pthread_join(clock, NULL);                                             \
        return 0;                                                              \
    }

typedef pthread_t m_thread;

static inline m_thread m_spawn(const char *name, void *(*fn)(void *), void *arg)
{
    pthread_t thread;
    (void)name;
    pthread_create(&thread, NULL, fn, arg);
    return thread;
}

static inline void m_join(m_thread thread)
{
    pthread_join(thread, NULL);
}

/* ---- leat, as far as the checker has to be met half way ----------------- */

/* What a scenario does not call is left out, and what is meant to be inlined is: the
 * checker would take most of a short run to do either. */
#pragma clang attribute push(__attribute__((internal_linkage)),                \
                             apply_to = function)
#define inline __inline__ __attribute__((always_inline))
#include "base/assert.h"

/* Broken rules and invariants are reported with their own words. The build is a
 * release build otherwise: its orders are the weakest. */
#undef LEAT_CHECK
#undef LEAT_ASSERT
#define LEAT_ASSERT(condition) M_ASSERT(condition)
#define LEAT_CHECK(condition, sentence)                                        \
    do {                                                                       \
        if (!(condition))                                                      \
            __VERIFIER_assert_fail((sentence), __FILE__, __LINE__);            \
    } while (0)

/* The checker's errno.h stops one short of it; any number will do. */
#ifndef ECANCELED
#define ECANCELED 125
#endif

/* leat's memset clears a channel, or a watch's cell. The checker wants memory to be
 * written as it will be read, field by field; what is made writes the others. Which it is
 * the size says. */
static void m_clear(void *at, size_t bytes);
#define memset(at, zero, bytes) m_clear((at), (bytes))
#include "leat_all.c"
#undef memset
#undef inline
#pragma clang attribute pop

static void m_clear_end(leat__end *end)
{
    leat__stz_rlx(&end->count, 0);
    end->index = 0;
    end->seen = 0;
    end->seg = NULL;
    end->slots = 0;
    end->shared = false;
    end->turns = 0;
    leat__st32_rlx(&end->ran_dry, 0);
    leat__st32_rlx(&end->since_ns, 0);
    leat__st32_rlx(&end->patience, 0);
    leat__st32_rlx(&end->where, 0);
    leat__st32_rlx(&end->inside.held, 0);
}

/* What all kinds have. */
static void m_clear_prefix(leat_chan *chan)
{
    chan->way[LEAT__SEND] = chan->way[LEAT__RECV] = LEAT__WAY_VERBS;
    chan->asymmetric = false;
    chan->flags = 0;
    chan->lent = false;
    chan->policy = 0;
    chan->reason = 0;
    chan->discard = NULL;
    chan->discard_arg = NULL;
    chan->record = NULL;
    leat__st32_rlx(&chan->tx.owners, 0);
    leat__st32_rlx(&chan->rx.owners, 0);
    leat__st32_rlx(&chan->lock.held, 0);
    leat__st32_rlx(&chan->state, 0);
}

static void m_clear_store(leat_chan *chan)
{
    leat__stz_rlx(&chan->store.len, 0);
    chan->store.head = 0;
    chan->store.tail = 0;
    chan->first = NULL;
    chan->last = NULL;
    leat__stp_rlx(&chan->spare, NULL);
    leat__st32_rlx(&chan->asleep, 0);
    leat__st32_rlx(&chan->outside.held, 0);
    chan->idle = NULL;
}

static void m_clear_watch(leat_chan *core)
{
    m_clear_prefix(core);
    leat__st32_rlx(&core->outside.held, 0);
    leat__watch_of(core)->idle = NULL;
}

static void m_clear_cell(leat__watch_cell *cell)
{
    cell->next = NULL;
    cell->lent = 0;
    leat__stz_rlx(&cell->released, 0);
    cell->moved = false;
    cell->of_heap = false;
}

static void m_clear_hub(leat__hub *hub)
{
    leat_chan *chan = leat__hub_chan(hub);
    m_clear_prefix(chan);
    m_clear_store(chan);
    leat__stz_rlx(&hub->tail, 0);
    hub->index = 0;
    hub->marked = false;
    leat__list_init(&hub->subs);
    leat__list_init(&hub->asleep);
    hub->live = 0;
    leat__stz_rlx(&hub->first, 0);
    hub->first_index = 0;
    hub->idle = NULL;
    hub->reserved = 0;
    hub->unseen = 0;
    hub->gone.sent = 0;
    hub->gone.received = 0;
    hub->gone.dropped = 0;
    hub->gone.discarded = 0;
}

static void m_clear_sub(leat__sub *sub)
{
    m_clear_prefix(leat__sub_chan(sub));
    sub->lagged = false;
    leat__st32_rlx(&sub->marked, 0);
    leat__st32_rlx(&sub->inside, 0);
    sub->visit = false;
    sub->sealed = false;
    sub->done = false;
    sub->missed = 0;
    sub->missed_all = 0;
    sub->discarded = 0;
    sub->borrowed = 0;
    sub->link = (leat__link){NULL, NULL};
    sub->sleep = (leat__link){NULL, NULL};
}

static void m_clear(void *at, size_t bytes)
{
    if (bytes == sizeof(leat__watch_cell)) {
        m_clear_cell(at);
    } else if (bytes == LEAT__WATCH_BYTES) {
        m_clear_watch(at);
    } else if (bytes == LEAT__READER_AT) {
        m_clear_prefix(at); /* of a reader */
    } else if (bytes == sizeof(leat__hub)) {
        m_clear_hub(at);
    } else if (bytes == sizeof(leat__sub)) {
        m_clear_sub(at);
    } else {
        M_ASSERT(bytes == LEAT__CHAN_BYTES || bytes >= sizeof(leat_chan));
        leat_chan *chan = at;
        m_clear_prefix(chan);
        m_clear_store(chan);
        if (bytes > LEAT__CHAN_BYTES) {
            m_clear_end(&chan->put);
            m_clear_end(&chan->get);
            leat__stz_rlx(&chan->wish, 0);
        }
    }
}

/* A returned struct of two words is read as one: more than the checker can. The
 * calls are pure, so a harness may have their values without them. */
#define leat_forever()             ((leat_until){INT64_MAX, NULL})
#define leat_nowait()              ((leat_until){0, NULL})
#define leat_at_ns(at)             ((leat_until){(at), NULL})
#define leat_or_cancel(until, tok) ((leat_until){(until).deadline_ns, (tok)})

/* What the compiler makes of `*to = (struct ...){0}` where the checker cannot
 * see the type, by the sizes that leat has; another is reported. */
void *memcpy(void *to, const void *from, size_t bytes)
{
    if (bytes == sizeof(leat__token)) {
        leat__token *token = to; /* only ever {0} */
        leat__st32_rlx(&token->state, 0);
        leat__st32_rlx(&token->lock.held, 0);
        token->carriers = (leat__link){NULL, NULL};
    } else if (bytes == sizeof(leat__link)) {
        *(struct leat__link **)to = *(struct leat__link *const *)from;
        ((struct leat__link **)to)[1] = ((struct leat__link *const *)from)[1];
    } else if (bytes == sizeof(uint64_t)) {
        *(uint64_t *)to =
            *(const uint64_t *)from; /* a message of g_broadcast */
    } else if (bytes == 1) {
        *(char *)to = *(const char *)from; /* an empty name */
    } else {
        M_ASSERT(!"a copy of a size that nobody foresaw");
    }
    return to;
}

/* ---- the porting contract ----------------------------------------------- */

#include "os/os.h"

enum { M_LATE = 1000 };

static leat__a32 m_clock = {1};
static leat__a32 m_woken;

static void *m_time_passes(void *arg)
{
    leat__st32_rlx(&m_clock, M_LATE);
    return arg;
}

int64_t leat__os_now_ns(void)
{
    return leat__ld32_rlx(&m_clock);
}

/* Two words may share a bit: then a wake for one is a wake for both, and a wake
 * that is missing may be missed; never more than that. */
static uint32_t m_bit(const leat__a32 *word)
{
    uintptr_t key = (uintptr_t)word;
    return 1u << (((key >> 4) ^ (key >> 12) ^ (key >> 20)) % 32);
}

static bool m_changed(const leat__a32 *word, uint32_t expected)
{
    return leat__ld32_rlx(word) != expected;
}

bool leat__os_futex_wait(leat__a32 *word, uint32_t expected,
                         int64_t deadline_ns)
{
    if (m_changed(word, expected))
        return true;
    bool woken;
    bool late;
    __VERIFIER_loop_begin();
    __VERIFIER_spin_start();
    woken = m_changed(word, expected) &&
            (leat__ld32_rlx(&m_woken) & m_bit(word)) != 0;
    late = deadline_ns != INT64_MAX && leat__os_now_ns() >= deadline_ns;
    __VERIFIER_spin_end(woken || late);
    return !late;
}

void leat__os_futex_wake(leat__a32 *word)
{
    leat__or32_rlx(&m_woken, m_bit(word));
}

void leat__os_yield(void)
{
    __VERIFIER_loop_begin();
    __VERIFIER_spin_start();
}

void leat__os_nap(void)
{
    __VERIFIER_spin_end(false);
}

unsigned leat__os_cpus(void)
{
    return 2;
}

int leat__os_cpu(void)
{
    return -1; /* not known, and a guess about time only */
}

uint32_t leat__os_thread_id(void)
{
    return 0;
}

void leat__os_guarded(void (*run)(void *arg), void (*finish)(void *arg),
                      void *arg)
{
    run(arg);
    finish(arg);
}

static void *m_os_thread(void *arg)
{
    leat__os_thread *thread = arg;
    thread->run(thread->arg);
    thread->finish(thread->arg);
    return NULL;
}

int leat__os_thread_start(leat__os_thread *thread, size_t stack_bytes)
{
    pthread_t id;
    (void)stack_bytes;
    pthread_create(&id, NULL, m_os_thread, thread);
    thread->handle = (uintptr_t)id;
    return 0;
}

void leat__os_thread_join(const leat__os_thread *thread)
{
    pthread_join((pthread_t)thread->handle, NULL);
}

void leat__os_thread_detach(const leat__os_thread *thread)
{
    (void)thread; /* the checker does not ask for it back */
}

void leat__os_name_self(const char *name)
{
    (void)name;
}

static _Thread_local void *m_self;

void *leat__os_self(void)
{
    return m_self;
}

void leat__os_self_set(void *self)
{
    m_self = self;
}

static _Thread_local void *m_held;

void **leat__os_held(void)
{
    return &m_held;
}

int leat__os_watch_end(void (*fn)(void **held))
{
    (void)fn; /* no harness for this checker ends a thread so */
    return 0;
}

bool leat__os_has_membarrier(void)
{
    return false;
}

void leat__os_membarrier(void)
{
    M_ASSERT(!"there is no membarrier");
}

/* ---- the descriptor of an event loop, one of it --------------------------- */

static leat__a32 m_rung;

int leat__os_bell_open(leat__os_bell *bell, bool timed)
{
    (void)timed;
    bell->fd = 0;
    bell->ring_fd = 0;
    bell->timer_fd = -1;
    leat__st32_rlx(&m_rung, 0);
    return 0;
}

void leat__os_bell_close(leat__os_bell *bell)
{
    M_ASSERT(bell->fd == 0 && leat__ld32_rlx(&m_rung) == 0);
    bell->fd = -1; /* a write, which a late ring would race with */
}

/* Released and acquired as the contract says. */
void leat__os_bell_ring(const leat__os_bell *bell)
{
    M_ASSERT(bell->ring_fd == 0);
    M_ASSERT(leat__xchg32_rel(&m_rung, 1) == 0); /* else twice */
}

bool leat__os_bell_hear(const leat__os_bell *bell)
{
    uint32_t rung = 1;
    M_ASSERT(bell->fd == 0);
    return leat__cas32_acq(&m_rung, &rung, 0);
}

void leat__os_bell_set(const leat__os_bell *bell, int64_t at_ns)
{
    (void)bell;
    (void)at_ns;
}

/* Selects with descriptors are not explored here. */
/* no harness here has descriptors */
int leat__os_watch_open(const leat__os_bell *bell, void *tag)
{
    (void)bell;
    (void)tag;
    return LEAT_EMFILE;
}

int leat__os_watch_add(int watch, int fd, uint32_t events)
{
    (void)watch;
    (void)fd;
    (void)events;
    return LEAT_EINVAL;
}

int leat__os_watch_change(int watch, int fd, uint32_t events)
{
    return leat__os_watch_add(watch, fd, events);
}

void leat__os_watch_close(int watch)
{
    (void)watch;
}

size_t leat__os_watches_ready(const leat__os_bell *bell, void **tags,
                              size_t max)
{
    (void)bell;
    (void)tags;
    (void)max;
    return 0;
}

leat__os_bell *leat__os_thread_bell(int *rc)
{
    *rc = LEAT_EMFILE;
    return NULL;
}

leat__os_fd leat__os_fd_of(int fd, uint32_t events)
{
    leat__os_fd it = {.fd = fd, .events = (short)events};
    return it;
}

uint32_t leat__os_fd_ready(const leat__os_fd *fd)
{
    return (uint32_t)fd->revents;
}

size_t leat__os_poll(leat__os_fd *fds, size_t n, int64_t deadline_ns)
{
    (void)fds;
    (void)n;
    M_ASSERT(deadline_ns == 0);
    return 0;
}

static bool m_poll(int fd, int64_t deadline_ns)
{
    bool rung;
    M_ASSERT(fd == 0 && deadline_ns == INT64_MAX);
    __VERIFIER_loop_begin();
    __VERIFIER_spin_start();
    rung = leat__ld32_rlx(&m_rung) != 0;
    __VERIFIER_spin_end(rung);
    return true;
}

#endif
