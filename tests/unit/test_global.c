/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* test_global.c - the facts that leat.h states for all of leat: fork, threads that
 * end, signal handlers, and nothing behind your back. */
#define _GNU_SOURCE 1
#include "unit.h"

#include "parked.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>

/* ---- nothing behind your back ---------------------------------------------------------- */

static size_t threads_now(void)
{
    size_t n = 0;
    DIR *dir = opendir("/proc/self/task");
    if (dir == NULL)
        return 0;
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

START_TEST(no_thread_is_ever_started)
{
    size_t before = threads_now();
    for (int i = 0; i < FLAVOURS; i++) {
        ends e = ends_new(&flavours[i]);
        leat_cancel *token;
        uint64_t value;
        RC(leat_cancel_new(&token), 0);
        RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_in_ms(1), token)),
           LEAT_ETIMEDOUT);
        leat_cancel_fire(token);
        leat_cancel_drop(token);
        SAME(threads_now(), before);
        ends_drop(e);
    }
}
END_TEST

/* ---- fork ------------------------------------------------------------------------------------ */

struct stream {
    ends e;
    uint64_t n;
};

static void *stream_in(void *arg)
{
    struct stream *s = arg;
    for (uint64_t i = 0; i < s->n; i++)
        RC(send_until(s->e.tx, i, leat_forever()), 0);
    return NULL;
}

static int child_status(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        MUST(errno == EINTR);
    return status;
}

/* Children that exec or _exit while threads of the parent are in mid-stream. */
START_TEST(a_parent_goes_on_undisturbed)
{
    struct stream s = {ends_new(&flavours[_i]), t_scaled(4000)};
    pthread_t thread = t_spawn(stream_in, &s);
    uint64_t value;
    pid_t child = -1;
    for (uint64_t i = 0; i < s.n; i++) {
        if (i % (s.n / 4) == 1) {
            child = fork();
            MUST(child >= 0);
            if (child == 0) {
                if (i % 2 == 0)
                    execl("/bin/true", "true", (char *)NULL);
                _exit(0);
            }
        }
        RC(leat_rx_recv(s.e.rx, &value, leat_forever()), 0);
        SAME(value, i);
        if (child > 0) {
            SAME(child_status(child), 0);
            child = -1;
        }
    }
    t_join(thread);
    ends_drop(s.e);
}
END_TEST

/* What a child of a one-threaded process does with its copies. */
static void use_the_copies(ends e, const flavour *f, leat_cancel *token)
{
    size_t n = room(f, 20);
    for (uint64_t i = 0; i < n; i++)
        NEXT(e.rx, i);
    fill(e, 100, n);
    for (uint64_t i = 0; i < n; i++)
        NEXT(e.rx, 100 + i);
    uint64_t value;
    RC(leat_rx_recv(e.rx, &value, leat_in_ms(1)), LEAT_ETIMEDOUT);
    struct stream s = {e, 200};
    pthread_t thread = t_spawn(stream_in, &s); /* threads of its own, too */
    for (uint64_t i = 0; i < s.n; i++) {
        RC(leat_rx_recv(e.rx, &value, leat_forever()), 0);
        SAME(value, i);
    }
    t_join(thread);
    leat_cancel_fire(token);
    RC(leat_rx_recv(e.rx, &value, leat_or_cancel(leat_forever(), token)),
       LEAT_ECANCELED);
    ends_drop(e);
    leat_cancel_drop(token);
}

/* A process with one thread, its channel, and its child: they do not meet. */
static void one_thread(const flavour *f)
{
    ends e = ends_new(f);
    leat_cancel *token;
    size_t n = room(f, 20);
    RC(leat_cancel_new(&token), 0);
    fill(e, 0, n);
    pid_t child = fork();
    MUST(child >= 0);
    if (child == 0) {
        use_the_copies(e, f, token);
        _exit(0);
    }
    SAME(child_status(child), 0);
    SAME(leat_chan_len(e.chan), n); /* ours are as they were */
    MUST(!leat_chan_is_closed(e.chan));
    MUST(!leat_cancel_check(token));
    for (uint64_t i = 0; i < n; i++)
        NEXT(e.rx, i);
    ends_drop(e);
    leat_cancel_drop(token);
}

START_TEST(a_child_of_one_thread_has_copies)
{
    flavour f = flavours[_i];
    pid_t child =
        fork(); /* leaves the watchdog behind: now there is one thread */
    MUST(child >= 0);
    if (child == 0) {
        alarm(60);
        one_thread(&f);
        _exit(0);
    }
    SAME(child_status(child), 0);
}
END_TEST

/* ---- threads that end -------------------------------------------------------------------------- */

static void *own_and_return(void *arg)
{
    ends *e = arg;
    RC(try_send(e->tx, 1), 0);
    return NULL;
}

static void *own_and_exit(void *arg)
{
    ends *e = arg;
    RC(try_send(e->tx, 2), 0);
    pthread_exit(NULL);
}

START_TEST(a_thread_that_ends_drops_nothing)
{
    ends e = ends_cap(4);
    void *(*const ways[])(void *) = {own_and_return, own_and_exit};
    for (size_t i = 0; i < 2; i++) {
        MUST(leat_tx_clone(e.tx) == e.tx); /* the thread's own */
        t_join(t_spawn(ways[i], &e));
        SAME(leat_chan_tx_count(e.chan), 2 + i);
        MUST(!leat_chan_is_closed(e.chan));
        NEXT(e.rx, i + 1);
        NOTHING(e.rx, LEAT_EAGAIN);
    }
    MUST(!leat_tx_drop(e.tx));
    MUST(!leat_tx_drop(e.tx));
    ends_drop(e);
}
END_TEST

static void drop_it(void *tx)
{
    leat_tx_drop(tx);
}

static void *exit_with_a_cleanup(void *arg)
{
    ends *e = arg;
    pthread_cleanup_push(drop_it, e->tx);
    RC(try_send(e->tx, 3), 0);
    pthread_exit(NULL);
    pthread_cleanup_pop(1);
    return NULL;
}

START_TEST(a_cleanup_drops_on_every_way_out)
{
    ends e = ends_cap(4);
    t_join(t_spawn(exit_with_a_cleanup, &e));
    SAME(leat_chan_tx_count(e.chan), 0);
    NEXT(e.rx, 3);
    NOTHING(e.rx, LEAT_ECLOSED);
    leat_rx_drop(e.rx);
}
END_TEST

/* A thread's own data may hold a half and drop it as the thread ends. */
static pthread_key_t key;

static void *set_and_return(void *arg)
{
    MUST(pthread_setspecific(key, arg) == 0);
    return NULL;
}

START_TEST(a_destructor_of_thread_data_may_use_channels)
{
    ends e = ends_cap(4);
    MUST(pthread_key_create(&key, drop_it) == 0);
    t_join(t_spawn(set_and_return, e.tx));
    NOTHING(e.rx, LEAT_ECLOSED);
    leat_rx_drop(e.rx);
    pthread_key_delete(key);
}
END_TEST

/* ---- signals --------------------------------------------------------------------------------------- */

static leat_cancel *seen_by_handler;
static atomic_uint handled;

/* Calls all that a handler may call. */
static void handler(int signal_number)
{
    (void)signal_number;
    int saved = errno;
    bool right = leat_now_ns() > 0;
    right = right && leat_forever().deadline_ns == INT64_MAX;
    right = right && leat_nowait().deadline_ns == 0;
    right = right && leat_at_ns(5).deadline_ns == 5;
    right = right && leat_each_ms(5).deadline_ns == -5000000;
    right = right && !leat_cancel_check(seen_by_handler);
    right = right && strcmp(leat_err_name(LEAT_ECLOSED), "LEAT_ECLOSED") == 0;
    right = right && leat_err_text(LEAT_EAGAIN)[0] != '\0';
    right = right && leat_version() == LEAT_VERSION;
    if (!right)
        abort();
    atomic_fetch_add(&handled, 1);
    errno = saved;
}

struct storm {
    pthread_t at;
    atomic_bool over;
};

static void *rage(void *arg)
{
    struct storm *storm = arg;
    while (!atomic_load(&storm->over)) {
        pthread_kill(storm->at, SIGUSR1);
        leat__os_nap();
    }
    return NULL;
}

/* Signals for the calling thread, until the storm is over. */
static pthread_t storm_begin(struct storm *storm, int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    MUST(sigaction(SIGUSR1, &action, NULL) == 0);
    atomic_store(&storm->over, false);
    storm->at = pthread_self();
    return t_spawn(rage, storm);
}

static void storm_end(struct storm *storm, pthread_t thread)
{
    atomic_store(&storm->over, true);
    t_join(thread);
    MUST(atomic_load(&handled) > 0);
}

START_TEST(signals_do_not_shorten_a_wait)
{
    const flavour *f = &flavours[_i];
    ends e = ends_new(f);
    RC(leat_cancel_new(&seen_by_handler), 0);
    struct storm storm;
    pthread_t thread = storm_begin(&storm, _i % 2 == 0 ? 0 : SA_RESTART);
    uint64_t value = UNTOUCHED;
    leat_until until = leat_in_ms(30);
    RC(leat_rx_recv(e.rx, &value, until), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= until.deadline_ns);
    SAME(value, UNTOUCHED);
    until = leat_or_cancel(leat_in_ms(10), seen_by_handler);
    RC(leat_rx_recv(e.rx, &value, until), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= until.deadline_ns);
    fill(e, 0, room(f, 64));
    until = leat_in_ms(10);
    if (fills(f)) {
        RC(send_until(e.tx, 1, until), LEAT_ETIMEDOUT);
        MUST(leat_now_ns() >= until.deadline_ns);
    }
    until = leat_in_ms(10);
    RC(leat_cancel_wait(seen_by_handler, until), LEAT_ETIMEDOUT);
    MUST(leat_now_ns() >= until.deadline_ns);
    storm_end(&storm, thread);
    leat_cancel_drop(seen_by_handler);
    ends_drop(e);
}
END_TEST

START_TEST(signals_do_not_disturb_a_stream)
{
    struct stream s = {ends_new(&flavours[_i]), t_scaled(4000)};
    RC(leat_cancel_new(&seen_by_handler), 0);
    pthread_t sender = t_spawn(stream_in, &s);
    struct storm storm;
    pthread_t thread = storm_begin(&storm, 0);
    uint64_t value;
    uint64_t i = 0;
    while (i < s.n || atomic_load(&handled) == 0) {
        int rc = leat_rx_recv(s.e.rx, &value,
                              i < s.n ? leat_forever() : leat_in_ms(1));
        if (i < s.n) {
            RC(rc, 0);
            SAME(value, i);
            i++;
        }
    }
    t_join(sender);
    storm_end(&storm, thread);
    leat_cancel_drop(seen_by_handler);
    ends_drop(s.e);
}
END_TEST

int main(void)
{
    TCase *tc = t_case("global");
    tcase_add_test(tc, no_thread_is_ever_started);
    tcase_add_loop_test(tc, a_parent_goes_on_undisturbed, 0, FLAVOURS);
    tcase_add_loop_test(tc, a_child_of_one_thread_has_copies, 0, FLAVOURS);
    tcase_add_test(tc, a_thread_that_ends_drops_nothing);
    tcase_add_test(tc, a_cleanup_drops_on_every_way_out);
    tcase_add_test(tc, a_destructor_of_thread_data_may_use_channels);
    tcase_add_loop_test(tc, signals_do_not_shorten_a_wait, 0, FLAVOURS);
    tcase_add_loop_test(tc, signals_do_not_disturb_a_stream, 0, FLAVOURS);
    return t_run(tc);
}
