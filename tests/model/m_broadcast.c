/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* m_broadcast.c - src/chan/broadcast*.c: every receiver sees every message or counts it
 * as missed, in one order; the slowest holds senders back and its leaving frees them;
 * each message goes to the hook once, and not while it is borrowed.
 *
 * Senders send until they are done or the channel is closed; receivers receive until
 * the end, or leave early. Each writes down what it got. A world in which all sleep is
 * a failure by itself. */
#include "model.h"

#include <stdatomic.h>

enum { MESSAGES = 12, WATCHERS = 4, PATIENCE = 3 };

/* What a receiver does besides receiving. */
enum manner {
    STAYS = 1, /* to the end */
    LEAVES,    /* after a message or two */
    LATE,      /* subscribes when senders have begun */
    CLOSES,    /* for itself, after a message or two, and gets what is left */
    ABORTS,    /* likewise, and gets nothing any more */
    RESTS,     /* after a message, until the senders are done */
    SHARES,    /* stays, and has two owners at it */
    GIVEN_UP   /* stays, and another thread aborts it at any time */
};

struct play {
    size_t cap;
    enum leat_policy policy;
    uint32_t flags;
    bool hooked;
    int senders;
    int sends; /* each */
    enum manner watchers[WATCHERS];
    bool closed; /* by a third, at any time */
    bool fired;  /* the token of those who wait with one */
};

struct message {
    uint64_t number;
    uint64_t words[2]; /* made from the number */
};

struct watcher {
    enum manner manner;
    uint32_t flags;
    leat_rx *rx;
    int got[2][MESSAGES]; /* by owner */
    int n[2];
    uint64_t missed;
    uint64_t reports[2]; /* by owner */
    bool to_the_end;
    m_thread threads[2];
};

struct owner {
    struct watcher *watcher;
    int number;
};

static struct {
    const struct play *play;
    leat_tx *tx;
    leat_cancel *token;
    size_t msg_bytes;
    struct watcher watchers[WATCHERS];
    struct owner owners[WATCHERS][2];
    bool accepted[MESSAGES];
    atomic_int discarded[MESSAGES];
    atomic_int borrowed[MESSAGES];
} b;

/* See world.h. */
#if defined(LEAT_SIM)
#define BOOKS memory_order_relaxed
#else
#define BOOKS memory_order_seq_cst
#endif

/* ---- messages ------------------------------------------------------------------------- */

static void fill_message(struct message *message, int number)
{
    message->number = (uint64_t)number;
    message->words[0] = ~message->number;
    message->words[1] = message->number * 0x9E3779B97F4A7C15u;
}

static int read_message(const struct message *message)
{
    M_ASSERT(message->number < MESSAGES);
    if (b.msg_bytes > sizeof(uint64_t)) {
        M_ASSERT(message->words[0] == ~message->number);
        M_ASSERT(message->words[1] == message->number * 0x9E3779B97F4A7C15u);
    }
    return (int)message->number;
}

static void note_discard(void *msg, void *arg)
{
    struct message message = {0};
    M_ASSERT(arg == &b);
    memcpy(&message, msg, b.msg_bytes);
    int number = read_message(&message);
    M_ASSERT(atomic_load_explicit(&b.borrowed[number], BOOKS) == 0);
    M_ASSERT(atomic_fetch_add_explicit(&b.discarded[number], 1, BOOKS) == 0);
}

/* ---- waiting --------------------------------------------------------------------------- */

/* Some way to wait, but only for ever when patience has run out. */
static leat_until draw_until(int gave_up)
{
    leat_until until = leat_forever();
    if (gave_up >= PATIENCE)
        return until;
    switch (m_choose(4)) {
    case 0:
        return leat_nowait();
    case 1:
        until = leat_in_ns(1 + m_choose(40));
        break;
    default:
        break;
    }
    if (b.token != NULL && m_choose(2) == 0)
        until = leat_or_cancel(until, b.token);
    return until;
}

static void check_gave_up(int rc, leat_until until)
{
    if (rc == LEAT_ETIMEDOUT)
        M_ASSERT(leat_now_ns() >= until.deadline_ns);
    if (rc == LEAT_ECANCELED)
        M_ASSERT(until.cancel != NULL && leat_cancel_check(until.cancel));
    if (rc == LEAT_EAGAIN)
        M_ASSERT(until.deadline_ns == 0 || b.play->policy != LEAT_POLICY_BLOCK);
}

/* ---- senders --------------------------------------------------------------------------- */

static int send_in_place(leat_tx *tx, const struct message *message,
                         leat_until until)
{
    void *slot = NULL;
    int rc = leat_tx_reserve(tx, &slot, until);
    if (rc != 0)
        return rc;
    if (m_choose(4) == 0) {
        leat_tx_unreserve(tx, slot);
        return LEAT_EAGAIN; /* and again later */
    }
    memcpy(slot, message, b.msg_bytes);
    rc = leat_tx_commit(tx, slot);
    if (rc != 0)
        leat_tx_unreserve(tx, slot);
    return rc;
}

static int send_when_told(leat_tx *tx, const struct message *message,
                          leat_until until)
{
    int rc;
    do {
        leat_case it = leat_on_send(tx, NULL);
        rc = leat_ready(&it, 1, 0, until);
        if (rc < 0)
            return rc;
        M_ASSERT(rc == 0 && !leat_case_is_off(&it));
        rc = leat_tx_send(tx, message, leat_nowait());
    } while (rc == LEAT_EAGAIN && until.deadline_ns != 0);
    return rc;
}

static int send_by_select(leat_tx *tx, const struct message *message,
                          leat_until until)
{
    leat_case it = leat_on_send(tx, message);
    int rc = leat_select(&it, 1, 0, until);
    return rc == 0 ? it.rc : rc;
}

static void *sender(void *arg)
{
    int first = (int)(intptr_t)arg;
    int gave_up = 0;
    for (int i = first; i < first + b.play->sends;) {
        struct message message;
        leat_until until = draw_until(gave_up);
        fill_message(&message, i);
        bool placed = (b.play->flags & LEAT_IN_PLACE) != 0 && m_choose(2) == 0;
        bool asks = !placed && m_choose(4) == 0;
        bool selects = !placed && !asks && m_choose(4) == 0;
        int rc = placed    ? send_in_place(b.tx, &message, until)
                 : asks    ? send_when_told(b.tx, &message, until)
                 : selects ? send_by_select(b.tx, &message, until)
                           : leat_tx_send(b.tx, &message, until);
        if (!placed)
            check_gave_up(rc, until);
        if (rc == LEAT_ECLOSED)
            break;
        b.accepted[i] = rc == 0;
        gave_up += rc != 0;
        if (rc != 0)
            leat__os_yield();
        i += rc == 0;
    }
    leat_tx_drop(b.tx);
    return NULL;
}

static void *closer(void *arg)
{
    leat_tx_close_because(b.tx, 7);
    leat_tx_drop(b.tx);
    return arg;
}

static void *firer(void *arg)
{
    leat_cancel_fire(b.token);
    return arg;
}

/* ---- receivers --------------------------------------------------------------------------- */

static void note_got(struct watcher *watcher, int owner, const void *msg)
{
    struct message message = {0};
    memcpy(&message, msg, b.msg_bytes);
    M_ASSERT(watcher->n[owner] < MESSAGES);
    watcher->got[owner][watcher->n[owner]++] = read_message(&message);
}

static int receive_borrowed(struct watcher *watcher, int owner,
                            leat_until until)
{
    void *msg = NULL;
    int rc = leat_rx_borrow(watcher->rx, &msg, until);
    if (rc != 0)
        return rc;
    int number = (int)((const struct message *)msg)->number;
    M_ASSERT(number >= 0 && number < MESSAGES);
    atomic_fetch_add_explicit(&b.borrowed[number], 1, BOOKS);
    if (m_choose(2) == 0)
        leat__os_yield();
    note_got(watcher, owner, msg); /* as it was sent, still */
    atomic_fetch_sub_explicit(&b.borrowed[number], 1, BOOKS);
    leat_rx_release(watcher->rx, msg);
    return 0;
}

/* A batch, whose messages lie msg_bytes apart. */
static int receive_batch(struct watcher *watcher, int owner, leat_until until)
{
    struct message room[3];
    unsigned char *bytes = (unsigned char *)room;
    ptrdiff_t got = leat_rx_recv_many(watcher->rx, room, 3, until);
    for (ptrdiff_t i = 0; i < got; i++)
        note_got(watcher, owner, bytes + (size_t)i * b.msg_bytes);
    return got < 0 ? (int)got : 0;
}

static int receive_copy(struct watcher *watcher, int owner, leat_until until)
{
    struct message message;
    struct message untouched;
    memset(&message, 0x77, sizeof message);
    untouched = message;
    int rc = m_choose(8) == 0 ? leat_rx_peek(watcher->rx, &message, until) : 1;
    if (rc == 0)
        read_message(&message);
    message = untouched;
    if (rc < 0)
        return rc;
    rc = leat_rx_recv(watcher->rx, &message, until);
    if (rc == 0)
        note_got(watcher, owner, &message);
    else
        M_ASSERT(memcmp(&message, &untouched, sizeof message) == 0);
    return rc;
}

/* Told first, then a try: which may be in vain if another owner was faster. */
static int receive_when_told(struct watcher *watcher, int owner,
                             leat_until until)
{
    struct message message;
    int rc;
    do {
        leat_case it = leat_on_recv(watcher->rx, NULL);
        rc = leat_ready(&it, 1, 0, until);
        if (rc < 0)
            return rc;
        M_ASSERT(rc == 0 && !leat_case_is_off(&it));
        rc = leat_rx_recv(watcher->rx, &message, leat_nowait());
    } while (rc == LEAT_EAGAIN && until.deadline_ns != 0);
    if (rc == 0)
        note_got(watcher, owner, &message);
    return rc;
}

static int receive_some_way(struct watcher *watcher, int owner,
                            leat_until until)
{
    bool places = (b.play->flags & LEAT_IN_PLACE) != 0;
    if (places && m_choose(2) == 0)
        return receive_borrowed(watcher, owner, until);
    if (m_choose(4) == 0)
        return receive_batch(watcher, owner, until);
    if (m_choose(4) == 0)
        return receive_when_told(watcher, owner, until);
    return receive_copy(watcher, owner, until);
}

/* Receives until the end, or n messages or more. true: the end */
static bool watch(struct watcher *watcher, int owner, int n)
{
    int gave_up = 0;
    while (watcher->n[owner] < n) {
        leat_until until = draw_until(gave_up);
        int rc = receive_some_way(watcher, owner, until);
        if (rc == LEAT_ECLOSED)
            return true;
        if (rc == LEAT_ELAGGED) {
            M_ASSERT(watcher->flags == LEAT_REPORT_LAG);
            watcher->reports[owner]++;
        } else if (rc != 0) {
            check_gave_up(rc, until);
            gave_up++;
            leat__os_yield();
        }
    }
    return false;
}

static void end_watch(struct watcher *watcher, bool to_the_end)
{
    watcher->to_the_end = to_the_end;
    watcher->missed += leat_rx_missed(watcher->rx);
    if (watcher->flags == LEAT_REPORT_LAG && to_the_end)
        M_ASSERT((watcher->missed > 0) ==
                 (watcher->reports[0] + watcher->reports[1] > 0));
    leat_rx_drop(watcher->rx);
}

static void *stays(void *arg)
{
    struct owner *owner = arg;
    struct watcher *watcher = owner->watcher;
    bool ended = watch(watcher, owner->number, MESSAGES + 1);
    M_ASSERT(ended);
    if (owner->number == 0) {
        if (watcher->manner ==
            SHARES) /* its missed count is the other's as well */
            m_join(watcher->threads[1]);
        end_watch(watcher, true);
    }
    return NULL;
}

/* Nothing is received that another thread's abort has discarded. */
static void *is_given_up(void *arg)
{
    struct watcher *watcher = ((struct owner *)arg)->watcher;
    M_ASSERT(watch(watcher, 0, MESSAGES + 1));
    m_join(watcher->threads[1]);
    end_watch(watcher, false);
    return NULL;
}

static void *abandons(void *arg)
{
    leat_rx_abort(arg);
    return NULL;
}

static void *leaves(void *arg)
{
    struct watcher *watcher = ((struct owner *)arg)->watcher;
    bool ended = watch(watcher, 0, 1 + (int)m_choose(2));
    if (!ended && watcher->manner == CLOSES) {
        leat_rx_close_because(watcher->rx, 8);
        ended = watch(watcher, 0, MESSAGES + 1);
        M_ASSERT(ended);
    } else if (!ended && watcher->manner == ABORTS) {
        leat_rx_abort(watcher->rx);
        int before = watcher->n[0];
        M_ASSERT(watch(watcher, 0, MESSAGES + 1));
        M_ASSERT(watcher->n[0] == before);
    }
    end_watch(watcher, false);
    return NULL;
}

/* Whoever waits for it to move on must not need another word from it. */
static void *rests(void *arg)
{
    struct watcher *watcher = ((struct owner *)arg)->watcher;
    M_ASSERT(!watch(watcher, 0, 1));
    return NULL;
}

static void gets_up(struct watcher *watcher)
{
    bool ended = watch(watcher, 0, MESSAGES + 1);
    M_ASSERT(ended);
    end_watch(watcher, true);
}

static void *comes_late(void *arg)
{
    struct watcher *watcher = ((struct owner *)arg)->watcher;
    M_ASSERT(leat_broadcast_subscribe(&watcher->rx, leat_tx_chan(b.tx),
                                      watcher->flags) == 0);
    leat_tx_drop(b.tx);
    M_ASSERT(watch(watcher, 0, MESSAGES + 1));
    end_watch(watcher, false);
    return NULL;
}

/* ---- the books ----------------------------------------------------------------------------- */

static bool lossy(void)
{
    return b.play->policy == LEAT_POLICY_DROP_OLDEST;
}

/* Within what one owner got, each sender's messages are in order, and none is twice; all
 * were sent. */
static void check_owner(const int *got, int n)
{
    for (int i = 0; i < n; i++) {
        M_ASSERT(b.accepted[got[i]]);
        for (int j = 0; j < i; j++) {
            bool same_sender = got[i] / b.play->sends == got[j] / b.play->sends;
            M_ASSERT(!same_sender || got[j] < got[i]);
        }
    }
}

static int accepted_count(void)
{
    int n = 0;
    for (int i = 0; i < MESSAGES; i++)
        n += b.accepted[i];
    return n;
}

/* With one sender the gaps are seen. */
static void check_gaps(const struct watcher *watcher)
{
    uint64_t gaps = 0;
    int next = 0;
    for (int i = 0; i < watcher->n[0]; i++) {
        gaps += (uint64_t)(watcher->got[0][i] - next);
        next = watcher->got[0][i] + 1;
    }
    if (watcher->manner != SHARES && watcher->manner != LATE &&
        b.play->senders == 1)
        M_ASSERT(gaps <= watcher->missed);
}

static void check_watcher(const struct watcher *watcher)
{
    check_owner(watcher->got[0], watcher->n[0]);
    check_owner(watcher->got[1], watcher->n[1]);
    for (int i = 0; i < watcher->n[0]; i++)
        for (int j = 0; j < watcher->n[1]; j++)
            M_ASSERT(watcher->got[0][i] != watcher->got[1][j]);
    if (!lossy())
        M_ASSERT(watcher->missed == 0);
    if (watcher->to_the_end)
        M_ASSERT(watcher->n[0] + watcher->n[1] + (int)watcher->missed ==
                 accepted_count());
    check_gaps(watcher);
}

/* Where a message is in what the watcher got; -1: nowhere. */
static int place_of(const struct watcher *watcher, int message)
{
    for (int i = 0; i < watcher->n[0]; i++)
        if (watcher->got[0][i] == message)
            return i;
    return -1;
}

/* What two have both seen, they have seen in the same order. */
static void check_order(const struct watcher *a, const struct watcher *c)
{
    int last = -1;
    if (a->manner == SHARES || c->manner == SHARES)
        return;
    for (int i = 0; i < a->n[0]; i++) {
        int place = place_of(c, a->got[0][i]);
        M_ASSERT(place == -1 || place > last);
        last = place == -1 ? last : place;
    }
}

static void check_books(void)
{
    for (int i = 0; i < WATCHERS; i++) {
        check_watcher(&b.watchers[i]);
        for (int j = 0; j < i; j++)
            check_order(&b.watchers[i], &b.watchers[j]);
    }
    for (int i = 0; b.play->hooked && i < MESSAGES; i++)
        M_ASSERT(atomic_load_explicit(&b.discarded[i], BOOKS) == b.accepted[i]);
}

/* ---- the play ---------------------------------------------------------------------------------- */

static void make_channel(const struct play *play)
{
    leat_chan_opts opts = {.size = sizeof opts,
                           .discard = play->hooked ? note_discard : NULL,
                           .discard_arg = &b,
                           .flags = play->flags,
                           .policy = play->policy};
    b.play = play;
    b.token = NULL;
    b.msg_bytes = m_choose(4) == 0 ? sizeof(struct message) : sizeof(uint64_t);
    memset(b.accepted, 0, sizeof b.accepted);
    memset(b.watchers, 0, sizeof b.watchers);
    for (int i = 0; i < MESSAGES; i++) {
        atomic_store_explicit(&b.discarded[i], 0, BOOKS);
        atomic_store_explicit(&b.borrowed[i], 0, BOOKS);
    }
    M_ASSERT(leat_broadcast_new(&b.tx, b.msg_bytes, play->cap, &opts) == 0);
    if (play->fired)
        M_ASSERT(leat_cancel_new(&b.token) == 0);
}

static void seat(struct watcher *watcher, enum manner manner)
{
    watcher->manner = manner;
    watcher->flags = lossy() && m_choose(2) == 0 ? LEAT_REPORT_LAG : 0;
    if (manner != LATE)
        M_ASSERT(leat_broadcast_subscribe(&watcher->rx, leat_tx_chan(b.tx),
                                          watcher->flags) == 0);
    else
        b.tx = leat_tx_clone(b.tx);
}

static void start_watcher(int i)
{
    struct watcher *watcher = &b.watchers[i];
    for (int k = 0; k < 2; k++)
        b.owners[i][k] = (struct owner){watcher, k};
    if (watcher->manner == SHARES)
        watcher->threads[1] = m_spawn("shares", stays, &b.owners[i][1]);
    if (watcher->manner == GIVEN_UP)
        watcher->threads[1] = m_spawn("abandons", abandons, watcher->rx);
    static const struct {
        const char *name;
        void *(*fn)(void *);
    } manners[] = {
        [STAYS] = {"stays", stays},    [LEAVES] = {"leaves", leaves},
        [LATE] = {"late", comes_late}, [CLOSES] = {"closes", leaves},
        [ABORTS] = {"aborts", leaves}, [RESTS] = {"rests", rests},
        [SHARES] = {"shares", stays},  [GIVEN_UP] = {"given up", is_given_up},
    };
    watcher->threads[0] = m_spawn(manners[watcher->manner].name,
                                  manners[watcher->manner].fn, &b.owners[i][0]);
}

static void perform(const struct play *play)
{
    m_thread senders[2] = {0};
    m_thread meddlers[2] = {0};
    make_channel(play);
    for (int i = 0; i < WATCHERS && play->watchers[i] != 0; i++)
        seat(&b.watchers[i], play->watchers[i]);
    for (int i = 1; i < play->senders + play->closed; i++)
        b.tx = leat_tx_clone(b.tx);
    for (int i = 0; i < play->senders; i++)
        senders[i] =
            m_spawn("sends", sender, (void *)(intptr_t)(i * play->sends));
    for (int i = 0; i < WATCHERS && play->watchers[i] != 0; i++)
        start_watcher(i);
    if (play->closed)
        meddlers[0] = m_spawn("closes", closer, NULL);
    if (play->fired)
        meddlers[1] = m_spawn("fires", firer, NULL);
    for (int i = 0; i < play->senders; i++)
        m_join(senders[i]);
    for (int i = 0; i < WATCHERS && play->watchers[i] != 0; i++)
        m_join(b.watchers[i].threads[0]);
    for (int i = 0; i < WATCHERS; i++)
        if (b.watchers[i].manner == RESTS)
            gets_up(&b.watchers[i]);
    if (play->closed)
        m_join(meddlers[0]);
    if (play->fired)
        m_join(meddlers[1]);
    if (b.token != NULL)
        M_ASSERT(leat_cancel_drop(b.token));
    check_books();
}

/* name: capacity, policy, flags, hooked, senders, sends, watchers, closed, fired */
#define BLOCK LEAT_POLICY_BLOCK
#define LOSSY LEAT_POLICY_DROP_OLDEST
#define ALONE LEAT_SINGLE_CONSUMER
#define PLAYS(PLAY)                                                            \
    PLAY(ring_one, 1, BLOCK, 0, false, 1, 4, false, false, STAYS, STAYS)       \
    PLAY(ring_rests, 1, BLOCK, 0, false, 1, 2, false, false, RESTS, RESTS)     \
    PLAY(ring_leaves, 2, BLOCK, 0, false, 1, 5, false, false, STAYS, LEAVES)   \
    PLAY(ring_all_leave, 1, BLOCK, 0, false, 2, 3, false, false, LEAVES,       \
         LEAVES)                                                               \
    PLAY(ring_two_send, 2, BLOCK, 0, false, 2, 3, false, true, STAYS, STAYS,   \
         LEAVES)                                                               \
    PLAY(ring_late, 2, BLOCK, 0, false, 1, 5, false, false, STAYS, LATE)       \
    PLAY(ring_closed, 1, BLOCK, 0, false, 2, 3, true, true, STAYS, CLOSES)     \
    PLAY(ring_aborts, 1, BLOCK, 0, false, 2, 3, false, false, STAYS, ABORTS)   \
    PLAY(ring_shared, 2, BLOCK, 0, false, 1, 6, false, true, SHARES, STAYS)    \
    PLAY(ring_given_up, 1, BLOCK, 0, false, 1, 4, false, false, STAYS,         \
         GIVEN_UP)                                                             \
    PLAY(alone_one, 1, BLOCK, ALONE, false, 1, 4, false, false, STAYS, STAYS)  \
    PLAY(alone_rests, 1, BLOCK, ALONE, false, 1, 2, false, false, RESTS,       \
         RESTS)                                                                \
    PLAY(alone_two_send, 2, BLOCK, ALONE, false, 2, 3, false, true, STAYS,     \
         STAYS, LEAVES)                                                        \
    PLAY(alone_closed, 1, BLOCK, ALONE, false, 2, 3, true, true, STAYS,        \
         CLOSES)                                                               \
    PLAY(alone_given_up, 2, BLOCK, ALONE, false, 1, 5, false, false, STAYS,    \
         GIVEN_UP)                                                             \
    PLAY(alone_late, 2, BLOCK, ALONE, false, 1, 5, false, false, GIVEN_UP,     \
         LATE)                                                                 \
    PLAY(lossy_one, 1, LOSSY, 0, false, 1, 6, false, false, STAYS, LEAVES)     \
    PLAY(lossy_two, 2, LOSSY, 0, false, 1, 8, false, true, STAYS, STAYS)       \
    PLAY(lossy_two_send, 3, LOSSY, 0, false, 2, 5, true, false, STAYS, LATE,   \
         CLOSES)                                                               \
    PLAY(lossy_shared, 2, LOSSY, 0, false, 1, 8, false, false, SHARES, ABORTS) \
    PLAY(hooked, 2, BLOCK, 0, true, 2, 3, false, false, STAYS, LEAVES)         \
    PLAY(hooked_closed, 1, BLOCK, 0, true, 2, 3, true, true, STAYS, ABORTS)    \
    PLAY(hooked_lossy, 2, LOSSY, 0, true, 2, 4, false, false, STAYS, LEAVES,   \
         LATE)                                                                 \
    PLAY(placed, 2, BLOCK, LEAT_IN_PLACE, true, 2, 3, false, true, STAYS,      \
         LEAVES)                                                               \
    PLAY(placed_shared, 1, BLOCK, LEAT_IN_PLACE, true, 2, 3, false, false,     \
         SHARES, CLOSES)                                                       \
    PLAY(placed_lossy, 2, LOSSY, LEAT_IN_PLACE, true, 2, 4, false, false,      \
         STAYS, ABORTS)                                                        \
    PLAY(placed_rests, 1, BLOCK, LEAT_IN_PLACE, true, 2, 1, false, false,      \
         RESTS, RESTS)                                                         \
    PLAY(placed_plain, 2, BLOCK, LEAT_IN_PLACE, false, 1, 5, true, false,      \
         STAYS, LATE)

#define PLAY_FN(name_, cap_, policy_, flags_, hooked_, senders_, sends_,       \
                closed_, fired_, ...)                                          \
    static void name_(void)                                                    \
    {                                                                          \
        static const struct play play = {.cap = cap_,                          \
                                         .policy = policy_,                    \
                                         .flags = flags_,                      \
                                         .hooked = hooked_,                    \
                                         .senders = senders_,                  \
                                         .sends = sends_,                      \
                                         .watchers = {__VA_ARGS__},            \
                                         .closed = closed_,                    \
                                         .fired = fired_};                     \
        perform(&play);                                                        \
    }
#define PLAY_ROW(name, ...) M_ROW(name),

PLAYS(PLAY_FN)

M_MAIN(PLAYS(PLAY_ROW))
