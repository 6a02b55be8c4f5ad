/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_signal.c - receivers of signals: whoever waits gets them, in whatever way; who
 * blocks what; several receivers; what was done about a signal before, and is again. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "looped.h"
#include "parked.h"
#include "signal/signal.h"
#include "waiting.h"

#include <signal.h>

static leat_rx *signals_of(const int *numbers, size_t n)
{
    leat_rx *rx = NULL;
    RC(leat_signal_new(&rx, numbers, n, NULL), 0);
    return rx;
}

static leat_rx *signal_of(int number)
{
    return signals_of(&number, 1);
}

static int next_within(leat_rx *rx, leat_until until)
{
    int number = -1;
    int rc = leat_rx_recv(rx, &number, until);
    return rc == 0 ? number : rc;
}

static int next_of(leat_rx *rx)
{
    return next_within(rx, leat_forever());
}

/* Nothing is there. (Where a thread passes signals on it may be on its way; so only for
 * what never was sent.) */
static void has_none(leat_rx *rx)
{
    RC(next_within(rx, leat_nowait()), LEAT_EAGAIN);
}

/* As a handler would: it is there when this returns. */
static void come(int number)
{
    leat__os_mask before;
    leat__os_signals_hold(&before);
    leat__signal_came(number);
    leat__os_signals_let(&before);
}

/* ---- getting them --------------------------------------------------------------------- */

static void send_by_raise(void)
{
    MUST(raise(SIGUSR1) == 0);
}

static void send_by_kill(void)
{
    MUST(kill(getpid(), SIGUSR1) == 0);
}

static void send_to_the_thread(void)
{
    MUST(pthread_kill(pthread_self(), SIGUSR1) == 0);
}

/* To this thread. */
static void send_to(pthread_t thread)
{
    MUST(pthread_kill(thread, SIGUSR1) == 0);
}

static void *raise_it(void *arg)
{
    send_by_raise();
    return arg;
}

static void send_from_another(void)
{
    t_join(t_spawn(raise_it, NULL));
}

static void (*const sends[])(void) = {send_by_raise, send_by_kill,
                                      send_to_the_thread, send_from_another};

enum { SENDS = sizeof sends / sizeof *sends };

START_TEST(what_was_sent_is_there)
{
    leat_rx *rx = signal_of(SIGUSR1);
    has_none(rx);
    for (int i = 0; i < 100; i++) {
        sends[_i]();
        RC(next_of(rx), SIGUSR1);
    }
    has_none(rx);
    MUST(leat_rx_drop(rx));
}
END_TEST

typedef struct receiving {
    leat_rx *rx;
    leat_until until;
    int got;
    pthread_t thread;
} receiving;

static void *receive_it(void *arg)
{
    receiving *r = arg;
    r->got = next_within(r->rx, r->until);
    return NULL;
}

/* Until it waits. */
static void receiving_start(receiving *r, leat_rx *rx, leat_until until)
{
    size_t before = leat__signal_waits(rx);
    *r = (receiving){.rx = rx, .until = until};
    r->thread = t_spawn(receive_it, r);
    while (leat__signal_waits(rx) == before)
        leat__os_nap();
}

static int receiving_end(receiving *r)
{
    t_join(r->thread);
    return r->got;
}

START_TEST(who_waits_gets_it)
{
    leat_rx *rx = signal_of(SIGUSR1);
    receiving r;
    for (int i = 0; i < 50; i++) {
        receiving_start(&r, rx, leat_forever());
        sends[_i]();
        RC(receiving_end(&r), SIGUSR1);
        SAME(leat__signal_waits(rx), 0);
    }
    MUST(leat_rx_drop(rx));
}
END_TEST

/* The handler runs in the thread that waits, at whatever it is. */
START_TEST(who_waits_is_interrupted_himself)
{
    leat_rx *rx = signal_of(SIGUSR1);
    receiving r;
    for (unsigned i = 0; i < 50; i++) {
        receiving_start(&r, rx, leat_in_ms(3600000));
        send_to(r.thread);
        RC(receiving_end(&r), SIGUSR1);
    }
    MUST(leat_rx_drop(rx));
}
END_TEST

START_TEST(a_wait_gives_up)
{
    leat_rx *rx = signal_of(SIGUSR1);
    leat_cancel *token = token_new();
    receiving r;
    RC(next_within(rx, leat_in_ms(1)), LEAT_ETIMEDOUT);
    receiving_start(&r, rx, leat_or_cancel(leat_forever(), token));
    leat_cancel_fire(token);
    RC(receiving_end(&r), LEAT_ECANCELED);
    SAME(leat__signal_waits(rx), 0);
    come(SIGUSR1);
    RC(next_within(rx, leat_nowait()), SIGUSR1);
    leat_cancel_drop(token);
    MUST(leat_rx_drop(rx));
}
END_TEST

START_TEST(the_same_again_is_one)
{
    static const int numbers[] = {SIGUSR2, SIGUSR1, SIGWINCH, SIGUSR1};
    leat_rx *rx = signals_of(numbers, 4);
    leat_chan *chan = leat_rx_chan(rx);
    int seen = -1;
    int got[4];
    SAME(leat_chan_cap(chan), 3);
    for (int i = 0; i < 3; i++) {
        come(SIGUSR2);
        come(SIGUSR1);
    }
    SAME(leat_chan_len(chan), 2);
    RC(leat_rx_peek(rx, &seen, leat_forever()), 0);
    SAME(seen, SIGUSR1);
    RC(next_of(rx), SIGUSR1); /* 10 and 12, where it matters */
    RC(next_of(rx), SIGUSR2);
    has_none(rx);
    for (int i = 0; i < 3; i++)
        come(numbers[i]);
    SAME(leat_rx_recv_many(rx, got, 4, leat_nowait()), 3);
    SAME(got[0], SIGUSR1);
    SAME(got[1], SIGUSR2);
    SAME(got[2], SIGWINCH);
    SAME(leat_chan_len(chan), 0);
    come(SIGTERM); /* not asked for */
    has_none(rx);
    MUST(leat_rx_drop(rx));
}
END_TEST

static void *peek_it(void *arg)
{
    receiving *r = arg;
    RC(leat_rx_peek(r->rx, &r->got, leat_forever()), 0);
    return NULL;
}

START_TEST(who_peeks_is_shown_it)
{
    leat_rx *rx = signal_of(SIGUSR1);
    receiving looker = {.rx = rx};
    receiving r;
    looker.thread = t_spawn(peek_it, &looker);
    while (leat__signal_waits(rx) != 1)
        leat__os_nap();
    receiving_start(&r, rx, leat_forever());
    send_by_kill();
    RC(receiving_end(&looker), SIGUSR1);
    RC(receiving_end(&r), SIGUSR1);
    has_none(rx);
    MUST(leat_rx_drop(rx));
}
END_TEST

/* ---- several receivers ------------------------------------------------------------------ */

START_TEST(each_receiver_gets_each)
{
    static const int both[] = {SIGUSR1, SIGUSR2};
    leat_rx *one = signal_of(SIGUSR1);
    leat_rx *two = signals_of(both, 2);
    receiving r;
    for (int i = 0; i < 50; i++) {
        receiving_start(&r, one, leat_forever());
        send_by_kill();
        RC(next_of(two), SIGUSR1);
        RC(receiving_end(&r), SIGUSR1);
        MUST(raise(SIGUSR2) == 0);
        RC(next_of(two), SIGUSR2);
        has_none(one);
    }
    MUST(leat_rx_drop(one));
    send_by_kill();
    RC(next_of(two), SIGUSR1);
    MUST(leat_rx_drop(two));
}
END_TEST

START_TEST(owners_of_one_share)
{
    leat_rx *rx = signal_of(SIGUSR1);
    leat_rx *also = leat_rx_clone(rx);
    receiving first;
    receiving second;
    receiving_start(&first, rx, leat_forever());
    receiving_start(&second, also, leat_forever());
    come(SIGUSR1);
    RC(receiving_end(&first), SIGUSR1); /* who came first */
    SAME(leat__signal_waits(rx), 1);
    come(SIGUSR1);
    RC(receiving_end(&second), SIGUSR1);
    has_none(rx);
    MUST(!leat_rx_drop(also));
    come(SIGUSR1);
    RC(next_of(rx), SIGUSR1);
    MUST(leat_rx_drop(rx));
}
END_TEST

/* ---- other waits ----------------------------------------------------------------------------- */

typedef struct choosing {
    leat_rx *rx;
    ends quiet;
    bool only_looks;
    bool in_a_set;
    int fd; /* another case: -1: none */
    int index;
    int got;
    pthread_t thread;
} choosing;

static int wait_in_a_set(const leat_case *cases, size_t n)
{
    leat_set *set;
    RC(leat_set_new(&set), 0);
    for (size_t i = 0; i < n; i++)
        MUST(i == 2 || leat_set_add(set, cases[i]) >= 0);
    int index = leat_set_wait(set, leat_forever());
    if (index == 1)
        RC(leat_set_case(set, index)->rc, 0);
    MUST(leat_set_drop(set));
    return index;
}

static void *choose(void *arg)
{
    choosing *c = arg;
    uint64_t unused;
    c->got = -1;
    leat__os_nap(); /* ThreadSanitizer loses a signal that comes into the beginning
                       of its thread's first blocking call */
    leat_case cases[] = {leat_on_recv(c->quiet.rx, &unused),
                         leat_on_recv(c->rx, &c->got),
                         leat_on_fd(c->fd, LEAT_FD_READ)};
    if (c->in_a_set)
        c->index = wait_in_a_set(cases, 3);
    else if (c->only_looks)
        c->index = leat_ready(cases, 3, 0, leat_forever());
    else
        c->index = leat_select(cases, 3, 0, leat_forever());
    return NULL;
}

/* Sent to the process, or to the thread that waits: _i & 1. */
static void choose_and_send(choosing *c, bool to_it)
{
    c->thread = t_spawn(choose, c);
    while (leat__signal_waits(c->rx) == 0)
        leat__os_nap();
    if (to_it)
        send_to(c->thread);
    else
        send_by_kill();
    t_join(c->thread);
    SAME(c->index, 1);
    SAME(leat__signal_waits(c->rx), 0);
}

START_TEST(a_signal_ends_a_select_and_the_wait_of_a_set)
{
    int ends_of[2];
    ends quiet = ends_cap(1);
    leat_rx *rx = signal_of(SIGUSR1);
    MUST(pipe(ends_of) == 0);
    for (int i = 0; i < 20; i++) {
        choosing c = {.rx = rx, .quiet = quiet, .fd = -1};
        if ((_i & 2) != 0)
            c.fd = ends_of[0];
        for (int set = 0; set < 2; set++) {
            c.in_a_set = set != 0;
            choose_and_send(&c, (_i & 1) != 0);
            SAME(c.got, SIGUSR1);
        }
        c.in_a_set = false;
        c.only_looks = true;
        choose_and_send(&c, (_i & 1) != 0);
        SAME(c.got, -1);
        RC(next_of(rx), SIGUSR1);
    }
    SAME(parked(quiet.chan, LEAT__RECV), 0);
    MUST(leat_rx_drop(rx));
    ends_drop(quiet);
    close(ends_of[0]);
    close(ends_of[1]);
}
END_TEST

START_TEST(a_signal_in_a_loop)
{
    leat_loop *loop = loop_made(NULL);
    leat_rx *rx = signal_of(SIGUSR1);
    ends quiet = ends_cap(1);
    uint64_t unused;
    int got;
    told t;
    told_init(&t, loop);
    leat_case cases[] = {leat_on_recv(quiet.rx, &unused),
                         leat_on_recv(rx, &got)};
    for (unsigned i = 0; i < 20; i++) {
        got = -1;
        leat_op_recv(&t.op, rx, &got, leat_forever());
        SAME(leat__signal_waits(rx), 1);
        MUST(!is_due(loop));
        send_by_raise();
        run_until(loop, &t, 2 * i + 1);
        RC(t.rc, 0);
        SAME(got, SIGUSR1);
        got = -1;
        leat_op_select(&t.op, cases, 2, 0, leat_in_ms(3600000));
        send_by_raise();
        run_until(loop, &t, 2 * i + 2);
        RC(t.rc, 1);
        SAME(got, SIGUSR1);
    }
    leat_op_recv(&t.op, rx, &got, leat_forever());
    MUST(leat_op_cancel(&t.op));
    SAME(leat__signal_waits(rx), 0);
    loop_is_quiet(loop);
    MUST(leat_loop_drop(loop));
    MUST(leat_rx_drop(rx));
    ends_drop(quiet);
}
END_TEST

/* ---- blocked --------------------------------------------------------------------------------------- */

static void block(int how, int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    MUST(pthread_sigmask(how, &set, NULL) == 0);
}

START_TEST(what_is_blocked_comes_when_it_is_not)
{
    leat_rx *rx = signal_of(SIGUSR1);
    block(SIG_BLOCK, SIGUSR1);
    send_by_raise();
    send_by_raise();
    RC(next_within(rx, leat_in_ms(2)), LEAT_ETIMEDOUT);
    block(SIG_UNBLOCK, SIGUSR1);
    RC(next_of(rx), SIGUSR1);
    RC(next_within(rx, leat_in_ms(2)), LEAT_ETIMEDOUT); /* the kernel's one */
    MUST(leat_rx_drop(rx));
}
END_TEST

/* A call of leat's leaves blocked what is. */
START_TEST(masks_stay_as_they_are)
{
    sigset_t before;
    sigset_t now;
    leat_rx *rx = signal_of(SIGUSR1);
    block(SIG_BLOCK, SIGUSR2);
    MUST(pthread_sigmask(SIG_SETMASK, NULL, &before) == 0);
    has_none(rx);
    RC(next_within(rx, leat_in_ms(1)), LEAT_ETIMEDOUT);
    SAME(leat_chan_len(leat_rx_chan(rx)), 0);
    leat_rx_close(rx);
    MUST(pthread_sigmask(SIG_SETMASK, NULL, &now) == 0);
    for (int number = 1; number < 32; number++)
        SAME(sigismember(&before, number), sigismember(&now, number));
    MUST(leat_rx_drop(rx));
}
END_TEST

/* Another thread takes it, that does not block it, busy as it is. */
static atomic_bool enough;

static void *be_busy(void *arg)
{
    uint64_t value;
    const ends *e = arg;
    block(SIG_UNBLOCK, SIGUSR1);
    while (!atomic_load(&enough)) {
        RC(try_send(e->tx, 1), 0);
        RC(try_recv(e->rx, &value), 0);
    }
    return NULL;
}

START_TEST(others_take_what_we_block)
{
    leat_rx *rx = signal_of(SIGUSR1);
    ends e = ends_cap(3);
    block(SIG_BLOCK, SIGUSR1);
    pthread_t busy = t_spawn(be_busy, &e);
    for (int i = 0; i < 200; i++) {
        send_by_kill();
        RC(next_of(rx), SIGUSR1);
    }
    atomic_store(&enough, true);
    t_join(busy);
    MUST(leat_rx_drop(rx));
    ends_drop(e);
}
END_TEST

/* ---- what was done before -------------------------------------------------------------------------- */

static volatile sig_atomic_t handled;

static void handle(int number)
{
    handled = number;
}

static void others_handler(int number)
{
    handled = -number;
}

static void set_handler(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    MUST(sigaction(number, &action, NULL) == 0);
}

static void (*handler_of(int number))(int)
{
    struct sigaction now;
    MUST(sigaction(number, NULL, &now) == 0);
    return now.sa_handler;
}

START_TEST(what_was_done_before_is_done_again)
{
    set_handler(SIGUSR1, handle);
    leat_rx *one = signal_of(SIGUSR1);
    leat_rx *two = signal_of(SIGUSR1);
    send_by_raise();
    RC(next_of(one), SIGUSR1);
    RC(next_of(two), SIGUSR1);
    SAME(handled, 0);
    MUST(leat_rx_drop(one));
    MUST(handler_of(SIGUSR1) != handle);
    MUST(leat_rx_drop(two));
    MUST(handler_of(SIGUSR1) == handle);
    send_by_raise();
    SAME(handled, SIGUSR1);
    set_handler(SIGUSR1, SIG_IGN);
    one = signal_of(SIGUSR1);
    send_by_raise();
    RC(next_of(one), SIGUSR1);
    leat_rx_close(one); /* is enough */
    MUST(handler_of(SIGUSR1) == SIG_IGN);
    set_handler(SIGUSR1, handle);
    MUST(leat_rx_drop(one));
    MUST(handler_of(SIGUSR1) == handle);
}
END_TEST

START_TEST(what_others_set_stays)
{
    leat_rx *rx = signal_of(SIGUSR1);
    set_handler(SIGUSR1, others_handler);
    MUST(leat_rx_drop(rx));
    send_by_raise();
    SAME(handled, -SIGUSR1);
    MUST(handler_of(SIGUSR1) == others_handler);
}
END_TEST

static int status_of(pid_t child)
{
    int status;
    MUST(waitpid(child, &status, 0) == child);
    return status;
}

START_TEST(without_a_receiver_it_ends_the_process)
{
    pid_t child = fork();
    MUST(child >= 0);
    if (child == 0) {
        leat_rx *rx = signal_of(SIGUSR1);
        raise(SIGUSR1);
        RC(next_of(rx), SIGUSR1);
        leat_rx_drop(rx);
        raise(SIGUSR1);
        _exit(0);
    }
    int status = status_of(child);
    MUST(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
}
END_TEST

START_TEST(a_child_hears_nothing_until_it_asks)
{
    leat_rx *rx = signal_of(SIGUSR1);
    pid_t child = fork();
    MUST(child >= 0);
    if (child == 0) {
        raise(SIGUSR1);
        has_none(rx);
        leat_rx *own = signal_of(SIGUSR2);
        raise(SIGUSR2);
        RC(next_of(own), SIGUSR2);
        leat_rx_drop(own);
        _exit(7);
    }
    int status = status_of(child);
    MUST(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    has_none(rx);
    send_by_kill();
    RC(next_of(rx), SIGUSR1);
    MUST(leat_rx_drop(rx));
}
END_TEST

/* ---- the end ----------------------------------------------------------------------------------------- */

START_TEST(close_ends_receives)
{
    static const int both[] = {SIGUSR1, SIGUSR2};
    leat_rx *rx = signals_of(both, 2);
    receiving r;
    receiving_start(&r, rx, leat_forever());
    leat_rx_close_because(rx, 5);
    RC(receiving_end(&r), LEAT_ECLOSED);
    SAME(leat_chan_close_reason(leat_rx_chan(rx)), 5);
    RC(next_of(rx), LEAT_ECLOSED);
    leat_rx_close(rx);
    MUST(leat_rx_drop(rx));
    rx = signals_of(both, 2);
    come(SIGUSR2);
    leat_rx_close(rx);
    come(SIGUSR1);
    RC(next_of(rx), SIGUSR2); /* had come by then */
    RC(next_of(rx), LEAT_ECLOSED);
    MUST(leat_rx_drop(rx));
    rx = signals_of(both, 2);
    come(SIGUSR2);
    leat_rx_abort(rx);
    RC(next_of(rx), LEAT_ECLOSED);
    MUST(leat_rx_drop(rx));
    rx = signals_of(both, 2);
    come(SIGUSR2); /* dropped unreceived */
    MUST(leat_rx_drop(rx));
}
END_TEST

static void count_it(void *arg)
{
    ++*(int *)arg;
}

START_TEST(names_and_the_hook)
{
    int gone = 0;
    leat_rx *rx;
    RC(leat_signal_new(&rx, (const int[]){SIGUSR1}, 1,
                       LEAT_SIGNAL_OPTS(.name = "stop", .gone = count_it,
                                        .gone_arg = &gone)),
       0);
    leat_chan *chan = leat_rx_chan(rx);
    ck_assert_str_eq(leat_chan_name(chan), "stop");
    MUST(leat_chan_tx(chan) == NULL);
    SAME(leat_chan_tx_count(chan), 0);
    MUST(leat_rx_is_gone(rx));
    leat_weak_rx *weak = leat_rx_downgrade(rx);
    MUST(leat_rx_drop(rx));
    SAME(gone, 0);
    MUST(leat_weak_rx_upgrade(weak) == NULL);
    leat_weak_rx_drop(weak);
    SAME(gone, 1);
}
END_TEST

START_TEST(what_cannot_be_had)
{
    static const int bad[] = {0,       -1,      65,     10000,  SIGKILL,
                              SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    leat_rx *rx = NULL;
    leat_signal_opts opts = {.size = 1};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int numbers[] = {SIGUSR1, bad[i]};
        RC(leat_signal_new(&rx, numbers, 2, NULL), LEAT_EINVAL);
        MUST(handler_of(SIGUSR1) == SIG_DFL);
    }
    RC(leat_signal_new(&rx, NULL, 0, NULL), LEAT_EINVAL);
    RC(leat_signal_new(&rx, (const int[]){SIGUSR1}, 1, &opts), LEAT_EINVAL);
    MUST(rx == NULL);
}
END_TEST

/* ---- among threads -------------------------------------------------------------------------------------- */

/* Signals at everybody, whatever they are at: each thread is busy with channels and with
 * receivers of its own, which come and go. None is lost: every round is answered. */
enum { BUSY = 3 };

struct busy {
    pthread_t thread;
    ends e;
    leat_rx *rx; /* all of them have it */
};

static void *select_and_work(void *arg)
{
    struct busy *b = arg;
    int number;
    uint64_t value;
    leat_case cases[] = {leat_on_recv(b->rx, &number),
                         leat_on_recv(b->e.rx, &value)};
    while (!atomic_load(&enough)) {
        leat_rx *own = signal_of(SIGUSR2);
        RC(try_send(b->e.tx, 3), 0);
        for (int i = 0; i < 2; i++) {
            int index = leat_select(cases, 2, 0, leat_nowait());
            MUST(index >= 0 || index == LEAT_EAGAIN);
        }
        while (try_recv(b->e.rx, &value) == 0)
            continue;
        MUST(leat_rx_drop(own));
    }
    return NULL;
}

START_TEST(signals_at_everybody)
{
    static struct busy busy[BUSY];
    leat_rx *rx = signal_of(SIGUSR1);
    leat_rx *kept = signal_of(SIGUSR2); /* else it would end us at times */
    t_patience(120);
    for (int i = 0; i < BUSY; i++) {
        busy[i] = (struct busy){.e = ends_cap(4), .rx = signal_of(SIGUSR1)};
        busy[i].thread = t_spawn(select_and_work, &busy[i]);
    }
    for (unsigned round = 0; round < t_scaled(150); round++) {
        MUST(pthread_kill(busy[round % BUSY].thread, SIGUSR1) == 0);
        MUST(pthread_kill(busy[(round + 1) % BUSY].thread, SIGUSR2) == 0);
        RC(next_of(rx), SIGUSR1);
        RC(next_of(kept), SIGUSR2);
    }
    atomic_store(&enough, true);
    for (int i = 0; i < BUSY; i++) {
        t_join(busy[i].thread);
        MUST(leat_rx_drop(busy[i].rx));
        ends_drop(busy[i].e);
    }
    MUST(leat_rx_drop(rx));
    MUST(leat_rx_drop(kept));
    MUST(handler_of(SIGUSR1) == SIG_DFL);
    MUST(handler_of(SIGUSR2) == SIG_DFL);
}
END_TEST

/* ThreadSanitizer puts the handler of one who reads off until that is over. */
#if defined(__SANITIZE_THREAD__)
#define PUTS_OFF true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PUTS_OFF true
#endif
#endif
#ifndef PUTS_OFF
#define PUTS_OFF false
#endif

/* Calls of the system go on. */
static void *read_one(void *arg)
{
    const int *fd = arg;
    char byte = 0;
    MUST(read(*fd, &byte, 1) == 1);
    SAME(byte, 'x');
    return NULL;
}

START_TEST(a_read_goes_on)
{
    int ends_of[2];
    leat_rx *rx = signal_of(SIGUSR1);
    MUST(pipe(ends_of) == 0);
    pthread_t reader = t_spawn(read_one, &ends_of[0]);
    for (int i = 0; i < 20; i++) {
        send_to(reader);
        if (!PUTS_OFF)
            RC(next_of(rx), SIGUSR1);
    }
    MUST(write(ends_of[1], "x", 1) == 1);
    t_join(reader);
    close(ends_of[0]);
    close(ends_of[1]);
    MUST(leat_rx_drop(rx));
}
END_TEST

int main(void)
{
    TCase *tc = t_case("signal");
    tcase_add_loop_test(tc, what_was_sent_is_there, 0, SENDS);
    tcase_add_loop_test(tc, who_waits_gets_it, 0, SENDS);
    tcase_add_test(tc, who_waits_is_interrupted_himself);
    tcase_add_test(tc, a_wait_gives_up);
    tcase_add_test(tc, the_same_again_is_one);
    tcase_add_test(tc, who_peeks_is_shown_it);
    tcase_add_test(tc, each_receiver_gets_each);
    tcase_add_test(tc, owners_of_one_share);
    tcase_add_loop_test(tc, a_signal_ends_a_select_and_the_wait_of_a_set, 0, 4);
    tcase_add_test(tc, a_signal_in_a_loop);
    tcase_add_test(tc, what_is_blocked_comes_when_it_is_not);
    tcase_add_test(tc, masks_stay_as_they_are);
    tcase_add_test(tc, others_take_what_we_block);
    tcase_add_test(tc, what_was_done_before_is_done_again);
    tcase_add_test(tc, what_others_set_stays);
    tcase_add_test(tc, without_a_receiver_it_ends_the_process);
    tcase_add_test(tc, a_child_hears_nothing_until_it_asks);
    tcase_add_test(tc, close_ends_receives);
    tcase_add_test(tc, names_and_the_hook);
    tcase_add_test(tc, what_cannot_be_had);
    tcase_add_test(tc, signals_at_everybody);
    tcase_add_test(tc, a_read_goes_on);
    return t_run(tc);
}
